#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "facts/rules.h"

namespace dxpy::facts {

class Module;

/// Why a file has to be imported to know its tests.
enum class ReasonKind : uint8_t {
  kSyntax,           ///< the outline has a problem
  kStarImport,       ///< detail: the module
  kImportedTest,     ///< an imported name that looks like a test
  kAssignedTest,     ///< a name that looks like a test is bound by no def or class
  kConditionalTest,  ///< a test in an `if`, `try`, `with`, ...
  kReboundTest,      ///< a test's name is bound more than once, in a way we do not follow
  kDecorator,        ///< a decorator that may do anything
  kBase,             ///< a base class that is not known
  kClassFeature,     ///< a metaclass, __init_subclass__, __dir__, ...
  kTestAttribute,    ///< __test__ that is not a plain True or False
  kNamespace,        ///< code that may write into the namespace: globals(), exec, ...
  kMention,          ///< import-time code has its hands on a test or a test class
  kModuleSkip,       ///< importorskip() and the like
  kHook,             ///< pytest_generate_tests, pytest_plugins, module-level __getattr__
  kMark,             ///< a mark that is not understood
  kParameters,       ///< parametrize() with values that only a run can tell
  kFixture,          ///< a parametrized fixture of this file that is not understood
  kYield,            ///< a test that yields
  kName,             ///< a name that is not ASCII
};

struct Reason {
  ReasonKind kind = ReasonKind::kSyntax;
  std::string detail;
  uint32_t line = 0;

  bool operator==(const Reason&) const = default;
};

/// A mark on a test.
struct MarkFacts {
  std::string name;
  std::string_view text;  ///< as written, without the '@'; points into what was read

  bool operator==(const MarkFacts&) const = default;
};

/// One test function or method. Lines count from 1.
struct TestFacts {
  std::string name;   ///< Class::name, without parameters
  uint32_t line = 0;  ///< of `def`
  bool is_parametrized = false;
  std::vector<std::string> ids;       ///< what stands in brackets, in pytest's order
  std::vector<std::string> fixtures;  ///< names that it or a fixture of this file asks of others
  std::vector<std::string> indirect;  ///< names that parametrize() gives to fixtures of others
  std::vector<MarkFacts> marks;       ///< its own, its classes' and the module's, in pytest's order
  bool has_case_marks = false;        ///< pytest.param(marks=...): some cases have more marks
  std::string file;        ///< that `line` is of, where it is inherited or imported; else empty
  uint32_t line_here = 0;  ///< then: of what brings it into this file

  bool operator==(const TestFacts&) const = default;
};

/// A class that pytest makes a collector of, with tests or without.
struct ClassName {
  std::string name;           ///< Class::Class
  bool is_test_case = false;  ///< a unittest.TestCase

  bool operator==(const ClassName&) const = default;
};

struct FixtureFacts {
  std::string name;
  std::string owner;  ///< Class::Class, or empty at module level
  std::string scope;  ///< empty: not known
  uint32_t line = 0;
  bool is_autouse = false;            ///< or may be
  bool has_params = false;            ///< or may have
  std::vector<std::string> fixtures;  ///< that it asks for

  bool operator==(const FixtureFacts&) const = default;
};

/// A name from another module. The facts hold if it is no test: no subclass of
/// unittest.TestCase, nothing with a true `__test__`, and nothing that makes
/// such things or autouse fixtures with parameters where this file calls it.
struct ImportedName {
  std::string name;    ///< in this file; or of a class here that has it for a base
  std::string module;  ///< with its leading dots
  std::string origin;  ///< in that module
  uint32_t line = 0;
  std::string file;      ///< that has the import or the base, if it is not this one; else empty
  std::string obstacle;  ///< why it was not followed, if somebody tried; else empty

  bool operator==(const ImportedName&) const = default;
};

/// A name at module level that pytest looks for in a conftest or plugin:
/// `pytest_plugins`, `collect_ignore`, `collect_ignore_glob`, or a hook.
struct HookFacts {
  std::string name;
  uint32_t line = 0;
  /// A function that asks pytest for settings and tells it of markers at most, so
  /// that whatever is called because of it, pytest is the same afterwards.
  bool is_quiet = false;

  bool operator==(const HookFacts&) const = default;
};

/// What one file contributes to a run, read from its source alone.
///
/// The file is *exact* if `reasons` is empty. Then, if the import of the file
/// ends without an exception and `imported` holds, plain pytest collects
/// `tests` and their ids, in this order, unless fixtures of others or plugins
/// change that: a fixture in TestFacts::fixtures that has parameters, or asks
/// for one of `fixtures` that has; a name in TestFacts::indirect whose scope is
/// above function (tests are put in another order then); a hook that has a say
/// in collection. Who knows the conftests and plugins decides these.
struct FileFacts {
  std::vector<TestFacts> tests;
  std::vector<ClassName> classes;
  std::vector<FixtureFacts> fixtures;
  std::vector<ImportedName> imported;
  std::vector<HookFacts> hooks;
  std::vector<Reason> reasons;  ///< in no particular order; not all there are
  /// Paths of all other files that had a say, sorted. Where one of them has
  /// changed, or a file has come to where a module is found before it, the facts
  /// do not hold. Empty where nobody followed the imports.
  std::vector<std::string> sources;

  bool operator==(const FileFacts&) const = default;

  [[nodiscard]] bool is_exact() const { return reasons.empty(); }
};

/// Reads one file. Any bytes will do. Thread-safe.
[[nodiscard]] FileFacts ReadFileFacts(std::string_view source, const Rules& rules);

/// The same with the help of the module's Importer. `file`s are paths of modules.
/// Texts of marks point into the sources of all modules.
[[nodiscard]] FileFacts ReadFileFacts(Module& module, const Rules& rules);

/// A word or two for a reason, stable over versions.
[[nodiscard]] const char* ReasonName(ReasonKind kind);

/// The ids of a file's tests without its path, one a line, or the reasons.
[[nodiscard]] std::string Dump(const FileFacts& facts);

}  // namespace dxpy::facts
