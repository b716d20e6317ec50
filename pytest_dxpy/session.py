"""From the command line to a controller: what is decided before pytest configures.

There are two points at which a zygote can be forked, both before
``pytest_configure``, where plugins open sockets and decide whether they are in
a controller or in a worker:

- *late*, with the initial conftests imported, so that no worker imports them
  (nor the application that they import) again;
- *early*, before they are imported. A conftest that reads at import time what
  differs between workers, or that seeds a random generator, wants that, and so
  does one that starts threads.
"""

from __future__ import annotations

import contextlib
import copy
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from pytest_dxpy import kept_files, mode, native, options, stages, xdist_compat, xdist_options
from pytest_dxpy.plain_imports import plain_imports

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

    from pytest_dxpy.against import Against
    from pytest_dxpy.controller import Controller
    from pytest_dxpy.idle import Idle
    from pytest_dxpy.launch import ForkServer, Launcher
    from pytest_dxpy.recording import Recording
    from pytest_dxpy.schedules import Schedule
    from pytest_dxpy.seat import WorkerSeat
    from pytest_dxpy.selection import Selection

# Not StashKey[...](): to make the type takes as long as to import a module.
EARLY_SERVER: Final[pytest.StashKey[ForkServer]] = pytest.StashKey()
SEAT: Final[pytest.StashKey[WorkerSeat]] = pytest.StashKey()
RECORDING: Final[pytest.StashKey[Recording | None]] = pytest.StashKey()

# A conftest with one of these in it is imported by each worker for itself.
EARLY_TEXTS: Final = (b"PYTEST_XDIST", b"seed(")


def _parse_options(config: pytest.Config, given: Any) -> options.Options:
    def from_ini(name: str) -> str | None:
        value = config.getini(f"dx_{name}")
        return " ".join(value) if isinstance(value, list) else None if value is None else str(value)

    lookups: list[Callable[[str], str | None]] = [
        lambda name: getattr(given, f"dx_{name}", None),
        lambda name: os.environ.get(options.environment_twin(name)),
        from_ini,
    ]
    with _usage_errors():
        return options.Options(options.gather(lookups))


@contextlib.contextmanager
def _usage_errors() -> Iterator[None]:
    """An option that cannot be used, or a worker that cannot be started, is told as pytest does."""
    try:
        yield
    except Exception as error:
        from pytest_dxpy.errors import DxpyError  # noqa: PLC0415  # mostly there is none

        if isinstance(error, DxpyError):
            raise pytest.UsageError(str(error)) from error
        raise


def _count_workers(config: pytest.Config, parsed: options.Options, given: Any) -> int:
    """How many workers this run shall have; 0 where ``-n 0`` says so.

    Raises:
        OptionError: an option of pytest-xdist has a value that is no count.
    """
    asked = _asked_workers(config, parsed, given)
    config.stash[xdist_options.IS_ASKED] = asked is not None
    return _limit(given, native.usable_cpus()) if asked is None else asked


def _asked_workers(config: pytest.Config, parsed: options.Options, given: Any) -> int | None:
    if parsed.workers is not None:
        return parsed.workers
    asked = getattr(given, "numprocesses", None)
    if asked not in (None, "auto", "logical"):
        return _limit(given, xdist_options.number(asked))
    if named := xdist_options.workers_of_tx(given):
        return named
    hook = getattr(config.hook, "pytest_xdist_auto_num_workers", None)
    from_hook = hook(config=config) if hook is not None and hook.get_hookimpls() else None
    if from_hook is not None:
        return _limit(given, int(from_hook))
    from_environment = os.environ.get("PYTEST_XDIST_AUTO_NUM_WORKERS", "")
    if from_environment.isdecimal():
        return _limit(given, int(from_environment))
    return None


def _limit(given: Any, count: int) -> int:
    most = getattr(given, "maxprocesses", None)
    return min(count, most) if most else count


def before_conftests(
    config: pytest.Config, parser: pytest.Parser, args: list[str], began: tuple[float, float]
) -> None:
    """Add xdist's options where xdist is not there; fork early where that is better.

    Args:
        config: not complete yet.
        parser: of the command line.
        args: the command line.
        began: seconds by the wall's clock and the CPUs', before this module was imported.
    """
    early: Any = config
    is_declared = hasattr(early.known_args_namespace, "numprocesses")
    if not is_declared:
        xdist_options.declare(parser)
    if options.complete(args) or not is_declared:
        confcutdir = early.known_args_namespace.confcutdir
        early.known_args_namespace = parser.parse_known_args(args, copy.copy(config.option))
        early.known_args_namespace.confcutdir = confcutdir
    given = early.known_args_namespace
    parsed = _parse_options(config, given)
    counted = stages.begin(config, counts=parsed.stats)
    counted.add("imports and options", since=stages.Times(*began))
    if parsed.collect == "off" or mode.reason_for_off(given):
        return
    with _usage_errors():
        xdist_options.refuse(given)
    with counted.stage("before conftests"):
        _prepare(config, parsed)
    # pytest-cov decides here, from these options, how it measures.
    given.numprocesses = given.numprocesses or parsed.workers or 1
    given.dist = "load"


def _prepare(config: pytest.Config, parsed: options.Options) -> None:
    """Fork early, or take a spawned worker's seat, and begin to record."""
    fds: list[int] | None = None
    if options.SPAWN_VARIABLE in os.environ:
        fds = _launch().spawned_worker()
    if parsed.record != "off" and fds is None:
        _begin_children(config, parsed.record)
    if fds is None and _forks_early(config, parsed):
        server: ForkServer | list[int] = _launch().fork_server(
            collect_garbage=False, prepare=_seat_class
        )
        if isinstance(server, list):
            fds = server
        else:
            config.stash[EARLY_SERVER] = server
    if fds is not None:
        config.stash[SEAT] = _seat_class()(fds)
    if parsed.record != "off" and EARLY_SERVER not in config.stash:
        config.stash[RECORDING] = _start_recording(config, parsed.record)


def _begin_children(config: pytest.Config, how: str) -> None:
    """Get ready for what processes of tests record; before anything is forked."""
    # A test runs pytest in a process that is recorded, which it is no more.
    if child := sys.modules.get("pytest_dxpy.child"):
        child.give_up()
    if native.Recorder.exists():
        return
    with plain_imports():
        from pytest_dxpy.children import CHILDREN, ChildFile, settings_of  # noqa: PLC0415

    with contextlib.suppress(OSError):
        config.stash[CHILDREN] = ChildFile(settings_of(config, how))


def _close(controller: Controller, config: pytest.Config) -> None:
    try:
        controller.close(config)
    finally:
        _end_children(config)


def _end_children(config: pytest.Config) -> None:
    from pytest_dxpy.children import CHILDREN  # noqa: PLC0415

    if CHILDREN in config.stash:
        config.stash[CHILDREN].close()
        del config.stash[CHILDREN]


def _forks_early(config: pytest.Config, parsed: options.Options) -> bool:
    if parsed.start != "auto":
        return parsed.start == "early"
    found = native.find_text([os.fsencode(path) for path in _conftests(config)], list(EARLY_TEXTS))
    return any(found)


def _conftests(config: pytest.Config) -> list[Path]:
    """The conftest files that pytest may import at its start."""
    early: Any = config
    directory = config.invocation_params.dir
    named = [text.partition("::")[0] for text in early.known_args_namespace.file_or_dir or ()]
    starts = [directory / text for text in [*named, *config.getini("testpaths")]] or [directory]
    folders = {directory, config.rootpath}
    for start in starts:
        folders.update((start, start / "test", start / "tests", *start.parents))
    return [path for folder in folders if (path := folder / "conftest.py").is_file()]


def before_configure(config: pytest.Config) -> None:
    """Become a worker, or the controller of some, or neither."""
    if hasattr(config, "workerinput"):
        return
    if SEAT in config.stash:
        xdist_compat.take_over(config)
        config.stash[SEAT].run(config, _recording(config), inherited_capture=False)
    parsed = _parse_options(config, config.option)
    stages.begin(config, counts=parsed.stats)
    xdist_options.settle(config.option)
    chosen = mode.choose(config, parsed.collect, parsed.split)
    with _usage_errors():
        workers = 0 if chosen.collect == "off" else _count_workers(config, parsed, config.option)
        repeated = _schedules().wanted(config, parsed, chosen) if parsed.replay else None
    if workers == 0 or parsed.bisect:
        _stay_alone(config, parsed, chosen)
        return
    xdist_compat.take_over(config)
    if repeated is not None:
        workers, chosen = len(repeated.workers), repeated.mode(parsed, chosen)
    group = config.option.dist == "loadgroup"
    xdist_compat.announce(config.option, workers)
    if group:
        config.option.dist = "loadgroup"
    _run(config, parsed, chosen, workers, repeated)


def _run(
    config: pytest.Config,
    parsed: options.Options,
    chosen: mode.Mode,
    workers: int,
    repeated: Schedule | None,
) -> None:
    """Become the controller of workers, or one that needs none."""
    early = config.stash.get(EARLY_SERVER, None)
    # Before the fork: mostly there is nothing to fork for.
    idle, selection = _idle(config, parsed, chosen, workers) if parsed.affected else (None, None)
    if idle is not None:
        _leave_alone(config)
        config.pluginmanager.register(idle, "dsession")
        return
    launcher = early or _late_launcher(config, parsed)
    if isinstance(launcher, list):
        _seat_class()(launcher).run(config, _recording(config), inherited_capture=True)
    _stop_recording(config)
    # Not before the fork: workers get ready meanwhile, and need none of it.
    controller_class = _controller_class(config)
    selection = selection or _selection(config, parsed)
    plan = _schedules().Plan(workers, _schedules().kept(config, parsed), repeated)
    controller = controller_class(parsed, chosen, launcher, selection, plan)
    config.pluginmanager.register(controller, "dsession")
    # Clean-ups run in reverse: this is the last one.
    config.add_cleanup(lambda: _close(controller, config))
    if mode.may_start_early(config):
        # An argument that names no file is met again, and told, where pytest does.
        with _usage_errors(), contextlib.suppress(pytest.UsageError):
            controller.start_workers(config, early=True)


def _controller_class(config: pytest.Config) -> type[Controller]:
    """Import what only a controller needs."""
    with stages.of(config).stage("imports"), plain_imports():
        from pytest_dxpy.controller import Controller  # noqa: PLC0415

    return Controller


def _start_recording(config: pytest.Config, how: str) -> Recording | None:
    with plain_imports():
        from pytest_dxpy.recording import start_recording  # noqa: PLC0415

    return start_recording(config, how)


def _recording(config: pytest.Config) -> Recording | None:
    return config.stash.get(RECORDING, None)


def _stop_recording(config: pytest.Config) -> None:
    if recording := _recording(config):
        recording.stop()


def _late_launcher(config: pytest.Config, parsed: options.Options) -> Launcher | list[int]:
    if parsed.start == "spawn" or (parsed.start == "auto" and len(sys._current_frames()) > 1):
        spawned: Launcher = _launch().SpawnServer(config)
        return spawned
    conftests: Any = config.pluginmanager._conftest_plugins
    with stages.of(config).stage("fork of the zygote"):
        forked: ForkServer | list[int] = _launch().fork_server(
            collect_garbage=bool(conftests), prepare=_seat_class
        )
        return forked


def _schedules() -> ModuleType:
    """Import what only a controller needs."""
    with plain_imports():
        from pytest_dxpy import schedules  # noqa: PLC0415

    return schedules


def _launch() -> ModuleType:
    """Import what only a run with workers needs, or a worker."""
    with plain_imports():
        from pytest_dxpy import launch  # noqa: PLC0415

    return launch


def _seat_class() -> type[WorkerSeat]:
    """Import what a worker needs and the controller does not."""
    with plain_imports():
        from pytest_dxpy.seat import WorkerSeat  # noqa: PLC0415

    return WorkerSeat


def _stay_alone(config: pytest.Config, parsed: options.Options, chosen: mode.Mode) -> None:
    """Run as plain pytest does, but for what need not run."""
    _leave_alone(config)
    xdist_options.leave_out(config.option)
    if parsed.bisect:
        from pytest_dxpy.bisecting import Bisection  # noqa: PLC0415  # it runs no test itself

        with _usage_errors():
            config.pluginmanager.register(Bisection(config, parsed, chosen), "dxpy-bisect")
        return
    selection = _selection(config, parsed) if parsed.affected else None
    with plain_imports():
        from pytest_dxpy.alone import Alone  # noqa: PLC0415
    config.pluginmanager.register(Alone(chosen.reason, selection, parsed), "dxpy-alone")
    xdist_compat.offer_fixtures(config)


def _leave_alone(config: pytest.Config) -> None:
    """Start no worker, and record nothing."""
    _stop_recording(config)
    _end_children(config)
    if EARLY_SERVER in config.stash:
        config.stash[EARLY_SERVER].close()


def _idle(
    config: pytest.Config, parsed: options.Options, chosen: mode.Mode, workers: int
) -> tuple[Idle | None, Selection | None]:
    """Who ends a run in which no test need run; None: some may have to. Then the selection."""
    with stages.of(config).stage("imports"), plain_imports():
        from pytest_dxpy.idle import Idle, Search  # noqa: PLC0415

    with stages.of(config).stage("settings"):
        folder, _ = kept_files.folder_of(config, parsed.cache_dir)
        search = Search(config, parsed, chosen, folder)
    selection = None
    if not (found := search.recalled()):
        selection = _selection(config, parsed)
        found = search.judged(selection)
    return Idle(chosen, workers, *found) if found else None, selection


def _selection(config: pytest.Config, parsed: options.Options) -> Selection:
    with stages.of(config).stage("imports"), plain_imports():
        from pytest_dxpy.records import Records  # noqa: PLC0415  # with the controller
        from pytest_dxpy.selection import Selection  # noqa: PLC0415

    with stages.of(config).stage("settings and durations"):
        folder, make_folder = kept_files.folder_of(config, parsed.cache_dir)
        records = Records(folder and folder / kept_files.DURATIONS, make_folder)
        records.declared = frozenset(parsed.exclusive_fixtures)
        with _usage_errors():
            against = _against(config, parsed, folder)
        return Selection(config, parsed, records, folder, against)


def _against(config: pytest.Config, parsed: options.Options, folder: Path | None) -> Against | None:
    """What changed since a revision, where one is named."""
    if parsed.affected in ("", "yes"):
        return None
    from pytest_dxpy.against import Against  # noqa: PLC0415

    with stages.of(config).stage("comparing with the revision"):
        return Against(config, parsed.affected, folder)
