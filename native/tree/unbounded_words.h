#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace dxpy::tree {

/// Words of code that starts processes, or finds files by names that are made as it runs. Sorted.
inline constexpr std::array kFileWords = std::to_array<std::string_view>({"Popen",
                                                                          "addsitedir",
                                                                          "compileall",
                                                                          "copytree",
                                                                          "create_subprocess_exec",
                                                                          "create_subprocess_shell",
                                                                          "defaultTestLoader",
                                                                          "dircmp",
                                                                          "execl",
                                                                          "execv",
                                                                          "execve",
                                                                          "execvp",
                                                                          "execvpe",
                                                                          "find_modules",
                                                                          "fork_exec",
                                                                          "fwalk",
                                                                          "iglob",
                                                                          "iter_modules",
                                                                          "iterdir",
                                                                          "listdir",
                                                                          "make_archive",
                                                                          "pexpect",
                                                                          "pkgutil",
                                                                          "popen",
                                                                          "posix_spawn",
                                                                          "posix_spawnp",
                                                                          "ptyprocess",
                                                                          "py_compile",
                                                                          "pytester",
                                                                          "rglob",
                                                                          "run_module",
                                                                          "run_path",
                                                                          "runpy",
                                                                          "scandir",
                                                                          "spawnl",
                                                                          "spawnv",
                                                                          "spawnve",
                                                                          "subprocess",
                                                                          "tarfile",
                                                                          "testdir",
                                                                          "walk_packages"});

/// Words of code that imports modules, or runs code, by names that are made as it runs. Sorted.
inline constexpr std::array kImportWords =
    std::to_array<std::string_view>({"DocFileSuite",
                                     "DocTestSuite",
                                     "ExtensionFileLoader",
                                     "SourceFileLoader",
                                     "SourcelessFileLoader",
                                     "__loader__",
                                     "__path__",
                                     "attach_stub",
                                     "autodiscover",
                                     "autodiscover_modules",
                                     "autodiscover_tasks",
                                     "cloudpickle",
                                     "dictConfig",
                                     "dill",
                                     "entry_points",
                                     "exec_module",
                                     "fileConfig",
                                     "import_from_string",
                                     "import_object",
                                     "import_path",
                                     "import_string",
                                     "iter_entry_points",
                                     "joblib",
                                     "jsonpickle",
                                     "load_module",
                                     "load_setuptools_entrypoints",
                                     "load_source",
                                     "meta_path",
                                     "module_from_spec",
                                     "path_hooks",
                                     "pickle",
                                     "pkg_resources",
                                     "resolve_name",
                                     "shelve",
                                     "spec_from_file_location",
                                     "testfile",
                                     "unsafe_load"});

/// Libraries that import a project's modules by a convention, or by names in other files. Sorted.
inline constexpr std::array kConventionLibraries = std::to_array<std::string_view>(
    {"airflow", "alembic", "behave", "celery",    "connexion", "django",  "hydra",
     "invoke",  "locust",  "mypy",   "nox",       "odoo",      "pylint",  "pyramid",
     "robot",   "scrapy",  "sphinx", "stevedore", "tox",       "venusian"});

/// Calls that import what their first argument says; they can be followed where that is a
/// literal.
inline constexpr std::array kImportCalls =
    std::to_array<std::string_view>({"__import__", "find_spec", "import_module", "importorskip"});

/// pytest's hooks that conftests have called for what lies below them alone. Sorted.
inline constexpr std::array kHooksBelow =
    std::to_array<std::string_view>({"pytest_assertion_pass",
                                     "pytest_assertrepr_compare",
                                     "pytest_collect_directory",
                                     "pytest_collect_file",
                                     "pytest_collectstart",
                                     "pytest_exception_interact",
                                     "pytest_fixture_post_finalizer",
                                     "pytest_fixture_setup",
                                     "pytest_generate_tests",
                                     "pytest_ignore_collect",
                                     "pytest_itemcollected",
                                     "pytest_make_collect_report",
                                     "pytest_make_parametrize_id",
                                     "pytest_plugins",
                                     "pytest_pycollect_makeitem",
                                     "pytest_pycollect_makemodule",
                                     "pytest_pyfunc_call",
                                     "pytest_runtest_call",
                                     "pytest_runtest_logfinish",
                                     "pytest_runtest_logstart",
                                     "pytest_runtest_makereport",
                                     "pytest_runtest_protocol",
                                     "pytest_runtest_setup",
                                     "pytest_runtest_teardown"});

static_assert(std::ranges::is_sorted(kFileWords));
static_assert(std::ranges::is_sorted(kImportWords));
static_assert(std::ranges::is_sorted(kConventionLibraries));
static_assert(std::ranges::is_sorted(kImportCalls));
static_assert(std::ranges::is_sorted(kHooksBelow));

}  // namespace dxpy::tree
