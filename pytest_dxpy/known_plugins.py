"""What is known of other people's plugins.

Where nothing is known, the slower way is taken: all tests collected together, whole
reports sent, workers configured after the controller.
"""

from __future__ import annotations

TYPE_CHECKING = False  # not typing's: importing that takes milliseconds
if TYPE_CHECKING:
    from typing import Final


class Known:
    """What a plugin's hooks do, or do not."""

    # No enum.Flag: to make one takes longer than all else here.
    PER_ITEM: Final = 1  # to a part of the tests what they do to the whole, but for the order
    WHOLE_LIST: Final = 2  # they need all tests at once, whatever their code looks like
    OUTCOMES_ONLY: Final = 4  # they look neither at passed setups nor at a report's keywords
    # pytest_configure does the same before and after the controller's, and fills nothing
    # into workerinput.
    CONFIGURES_APART: Final = 8


_HARMLESS: Final = Known.PER_ITEM | Known.OUTCOMES_ONLY | Known.CONFIGURES_APART

# By the first part of their module's name.
_PLUGINS: Final = {
    "_pytest": _HARMLESS,
    "pytest_dxpy": _HARMLESS,
    "xdist": _HARMLESS,
    "_hypothesis_pytestplugin": _HARMLESS,
    "anyio": _HARMLESS,
    "platformdirs": _HARMLESS,
    "pyfakefs": _HARMLESS,
    "pytest_asyncio": _HARMLESS,
    "pytest_mock": _HARMLESS,
    "pytest_socket": _HARMLESS,
    "pytest_timeout": _HARMLESS,
    "hypothesis": Known.PER_ITEM | Known.OUTCOMES_ONLY,
    "pytest_benchmark": Known.PER_ITEM | Known.OUTCOMES_ONLY,
    "pytest_cov": Known.PER_ITEM | Known.OUTCOMES_ONLY,
    "pytest_django": Known.PER_ITEM | Known.OUTCOMES_ONLY,
    "pytest_randomly": Known.PER_ITEM | Known.OUTCOMES_ONLY,
    "pytest_subtests": Known.PER_ITEM | Known.CONFIGURES_APART,
    "aiohttp": Known.PER_ITEM,
    "allure_pytest": Known.PER_ITEM,
    "faker": Known.PER_ITEM,
    "pytest_aiohttp": Known.PER_ITEM,
    "pytest_check": Known.PER_ITEM,
    "pytest_codspeed": Known.PER_ITEM,
    "pytest_env": Known.PER_ITEM,
    "pytest_flask": Known.PER_ITEM,
    "pytest_freezer": Known.PER_ITEM,
    "pytest_html": Known.PER_ITEM,
    "pytest_httpx": Known.PER_ITEM,
    "pytest_instafail": Known.PER_ITEM,
    "pytest_jsonreport": Known.PER_ITEM,
    "pytest_metadata": Known.PER_ITEM,
    "pytest_repeat": Known.PER_ITEM,
    "pytest_reportlog": Known.PER_ITEM,
    "pytest_rerunfailures": Known.PER_ITEM,
    "pytest_retry": Known.PER_ITEM,
    "pytest_run_parallel": Known.PER_ITEM,
    "pytest_sugar": Known.PER_ITEM,
    "pytest_trio": Known.PER_ITEM,
    "respx": Known.PER_ITEM,
    "typeguard": Known.PER_ITEM,
    "pytest_order": Known.WHOLE_LIST,
    "pytest_ordering": Known.WHOLE_LIST,
    "pytest_split": Known.WHOLE_LIST,
    "random_order": Known.WHOLE_LIST,
    "syrupy": Known.WHOLE_LIST,
    "testmon": Known.WHOLE_LIST,
}


def known(root: str) -> int:
    """What is known of a plugin, by the first part of its module's name; 0: nothing."""
    return _PLUGINS.get(root, 0)


# What follows is for discovery, which imports no plugin. Each was read in its source: no hook
# of it adds, removes, renames or reorders tests, or lets the setting do so that settings.py
# looks at; its fixtures have no parameters and ask for others of these.
_PYTEST_FIXTURES: Final = (
    "cache capfd capfdbinary caplog capsys capsysbinary capteesys doctest_namespace monkeypatch "
    "pytestconfig record_property record_testsuite_property record_xml_attribute recwarn request "
    "subtests tmp_path tmp_path_factory tmpdir tmpdir_factory"
)

# By module; the fixtures behind it.
_FIXTURES: Final = {
    "_hypothesis_pytestplugin": "",
    "_pytest.pytester": "LineMatcher linecomp pytester testdir",
    "platformdirs.pytest_plugin": "platformdirs_isolated",
    "anyio.pytest_plugin": "",  # it does something to tests with LOUD_MARKS alone
    "pyfakefs.pytest_plugin": "fs fs_class fs_module fs_session",
    "pytest_cov.plugin": "cov no_cover",
    "pytest_dxpy.plugin": "",
    "pytest_mock": "class_mocker mocker module_mocker package_mocker session_mocker",
    "pytest_socket": "socket_disabled socket_enabled",
    "pytest_timeout": "",
    "xdist.looponfail": "",
    "xdist.plugin": "testrun_uid worker_id",
}

# With these a plugin above makes other tests of a test.
LOUD_MARKS: Final = ("anyio",)


def collects_nothing(module: str) -> bool:
    """Whether a plugin is known to leave tests and their ids alone."""
    return module in _FIXTURES or module.startswith("_pytest.")


def plain_fixtures(modules: list[str]) -> list[str]:
    """The fixtures of pytest itself and of these plugins, as far as they are known."""
    of_plugins = [name for module in modules for name in _FIXTURES.get(module, "").split()]
    return [*_PYTEST_FIXTURES.split(), *of_plugins]
