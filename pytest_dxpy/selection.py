"""The tests of one run that a change can have changed, and what the run teaches.

Holds the record of the project for as long as a run lasts. Without
``--dx-affected`` nothing is left out, and only what workers record is kept.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_dxpy import native, stages
from pytest_dxpy.arguments import resolve_arguments
from pytest_dxpy.impact import Impact, JudgedFile, Unchanged

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pytest
    from _pytest.main import CollectionArgument

    from pytest_dxpy.against import Against
    from pytest_dxpy.impact import Judged
    from pytest_dxpy.options import Options
    from pytest_dxpy.records import Records
    from pytest_dxpy.replay import Replay
    from pytest_dxpy.units import Unit

# As native/impact says it.
FAILED = "it failed when it last ran"
UNCOLLECTED = "it could not be collected when it last was"


def narrow(file: JudgedFile, chain: list[str]) -> None:
    """Take in what a comparison with a revision says of a file.

    Args:
        file: as the record has it; what failed when it last ran, still runs.
        chain: from a change to the file; empty: none leads there.
    """
    if file.why == [UNCOLLECTED]:
        return
    failed = any(test.chain == [FAILED] for test in file.tests)
    if not chain:
        file.is_proven = True
        # Without a record that holds nobody knows which tests these are.
        known = [] if file.must_collect and not failed else file.tests
        file.tests = [
            test if test.chain == [FAILED] else test._replace(affected=False, chain=[])
            for test in known
        ]
        file.must_collect = file.must_collect and failed
        return
    if file.must_collect:
        file.why = chain
    file.tests = [
        test._replace(chain=chain) if test.affected and test.chain != [FAILED] else test
        for test in file.tests
    ]


class Selection:
    """Decides what need not run."""

    def __init__(
        self,
        config: pytest.Config,
        options: Options,
        records: Records,
        folder: Path | None,
        against: Against | None = None,
    ) -> None:
        self._config = config
        self.records = records
        # What --cache-clear deletes at the session's start counts no more.
        self._knows = not getattr(config.option, "cacheclear", False)
        self._against = against
        self._selects = bool(options.affected) and (self._knows or against is not None)
        self._explains = options.explain
        self._verifies = bool(options.affected) and options.verify
        self._replay: Replay | None = None
        self._impact: Impact | None = None
        self._left_out: list[Judged] = []  # that no replay was told yet
        self._unchanged: list[JudgedFile] = []  # the same, of files of which nobody asks more
        self._alone: dict[str, float] = {}  # what does not run in one process
        self._explained: list[str] | None = None
        option = config.option
        self._narrows = bool(option.keyword or option.markexpr or option.deselect)
        self._dropped: set[str] = set()  # paths of files of which nothing runs
        self._unread = 0  # those among them of whose tests nothing is known
        self._files: dict[str, JudgedFile] = {}  # by path
        if folder is not None and (options.affected or options.record != "off"):
            self._impact = Impact(config, folder, options.env)

    @property
    def active(self) -> bool:
        """Whether anything may be left out."""
        return self._selects and (self._impact is not None or self._against is not None)

    def begin(self, replay: Replay) -> None:
        """The session has begun: there is somebody to tell."""
        self._replay = replay
        replay.on_outcome = self._on_outcome
        if self._impact is not None:
            replay.on_uncollected = self._impact.uncollected
        self._tell()

    def _judge(self, paths: list[str], *, each_test: bool) -> dict[str, JudgedFile]:
        """What is known of files, by the record and by what changed since the revision."""
        new = [path for path in dict.fromkeys(paths) if path not in self._files]
        if self._impact is not None and self._knows:
            judged = self._impact.judge(new, each_test=each_test)
            self._files |= {path: judged[path] for path in new}
        else:
            unknown = ["nothing is known of it"]
            self._files |= {path: JudgedFile(path, True, unknown, []) for path in new}
        if self._against is not None:
            with stages.of(self._config).stage("comparing with the revision"):
                chains = self._against.chains(new)
            for path in new:
                narrow(self._files[path], chains[path])
        return self._files

    def reduce(self, found: list[Unit]) -> list[Unit]:
        """Those units that have to run; tests of theirs that need not are to be skipped."""
        if not self.active:
            return found
        files = self._judge([unit.key for unit in found], each_test=self._asks_for_each)
        if self._verifies:
            return found
        found = [unit for unit in found if unit.key not in self._dropped]
        kept = []
        for unit in found:
            file = files[unit.key]
            if file.is_unchanged:
                self._unchanged.append(file)
                self._dropped.add(unit.key)
                continue
            asked = self._asked_for(unit, file.tests)
            unaffected = [test for test in asked if not test.affected]
            is_known = not file.must_collect and bool(asked or not file.tests)
            if is_known and len(unaffected) == len(asked):
                self._left_out += unaffected
                self._unread += file.is_proven and not file.tests
                self._dropped.add(unit.key)
                continue
            if not self.records.is_dependent(unit.key):  # who runs these takes all or none
                unit.unaffected = [test.node_id for test in unaffected]
                unit.skip = [*unit.skip, *unit.unaffected]
                unit.expected_tests = max(0, unit.expected_tests - len(unaffected))
                if self._is_told_early(unit):
                    self._left_out += unaffected
            kept.append(unit)
        self._tell()
        return kept

    def unchanged(
        self, paths: list[str], files: list[str], presence: list[str]
    ) -> Unchanged | None:
        """How many tests there are, where nothing has changed for any of them; else None.

        Args:
            paths: of all test files.
            files: whose content that hangs on as well.
            presence: paths on whose being there it hangs as well.
        """
        if self._impact is None:
            return None
        judged, memo = self._impact.judge_all(paths, files, presence)
        self._files |= judged
        if not all(file.is_unchanged for file in judged.values()):
            return None
        tests = sum(file.unchanged_tests for file in judged.values())
        seconds = sum(file.unchanged_seconds for file in judged.values())
        return Unchanged(tests, seconds, memo)

    @functools.cached_property
    def _named(self) -> list[CollectionArgument]:
        """What the command line names."""
        return resolve_arguments(self._config)

    @property
    def _asks_for_each(self) -> bool:
        """Whether more is to be known of files than how many tests of them need not run."""
        named = any(argument.parts for argument in self._named)
        return bool(named or self._explains or self._verifies or self._narrows or self._against)

    def _asked_for(self, unit: Unit, tests: list[Judged]) -> list[Judged]:
        """Those tests of a file that the command line names."""
        path = Path(unit.key)
        here = [one for one in self._named if one.path == path or one.path in path.parents]
        if not here or not all(one.parts for one in here):
            return tests
        return [test for test in tests if any(_is_below(test.node_id, one) for one in here)]

    def _is_told_early(self, unit: Unit) -> bool:
        """Whether it is known before it is collected that its unaffected tests are there."""
        must_collect = self._files[unit.key].must_collect
        return not (must_collect or self._narrows or unit.partial)

    def _listed(self, unit: Unit, node_ids: list[str]) -> None:
        if unit.again or unit.listed is not None:
            return
        unit.listed = node_ids
        if not unit.unaffected:
            return
        there, unaffected = set(node_ids), set(unit.unaffected)
        tests = [test for test in self._files[unit.key].tests if test.node_id in unaffected]
        if not self._is_told_early(unit):
            self._left_out += [test for test in tests if test.node_id in there]
            self._tell()
        elif self._replay is not None:  # a hook has taken some away, who says so itself
            self._replay.take_back([one for one in unit.unaffected if one not in there])

    def left_out(self, items: list[pytest.Item]) -> dict[str, float]:
        """Those that need not run: seconds that each took, by node id."""
        if not self.active or self._verifies:
            return {}
        files = self._judge([str(item.path) for item in items], each_test=True)
        tests = {test.node_id: test for file in files.values() for test in file.tests}
        for item in items:
            test = tests.get(item.nodeid)
            if test is not None and not test.affected:
                self._alone[item.nodeid] = test.seconds
            elif test is None and files[str(item.path)].is_proven:
                self._alone[item.nodeid] = 0.0
        return self._alone

    def _tell(self) -> None:
        if self._replay is not None:
            left_out = {test.node_id: test.seconds for test in self._left_out}
            self._replay.leave_out(left_out, self._unread)
            self._replay.leave_out_unnamed(
                sum(file.unchanged_tests for file in self._unchanged),
                sum(file.unchanged_seconds for file in self._unchanged),
            )
            self._left_out, self._unchanged, self._unread = [], [], 0

    # What is learned.

    def told(self, worker: int, unit: Unit | None, message: tuple[Any, ...]) -> None:
        """A worker has recorded something, or collected a file of which tests are skipped."""
        match message:
            case "recorded", _, trace if self._impact is not None:
                self._impact.traced(worker, trace)
            case "listed", _, node_ids if unit is not None:
                self._listed(unit, node_ids)

    def _on_outcome(self, node_id: str, *, passed: bool) -> None:
        if self._impact is not None:
            self._impact.reported(node_id, passed=passed)

    def keep(self, units: Iterable[Unit]) -> list[str]:
        """Keep what was learned; the folder is there. Returns what the user should know."""
        if self._impact is None:
            return []
        if self._explains:
            self._explanation()  # now: what this run teaches is not why it ran
        try:
            with stages.of(self._config).stage("keeping the record"):
                notes = [self._impact.problem, self._impact.keep(units, self._deselected())]
        except (OSError, native.NativeError) as error:
            notes = [str(error)]
        return [f"the record of what tests depend on: {note}" for note in notes if note]

    def _deselected(self) -> dict[str, list[str]]:
        """Tests that an option or a hook has taken away, by the path of their file."""
        by_name: dict[str, list[str]] = {}
        deselected = self._replay.deselected_ids() if self._replay is not None else []
        for node_id in dict.fromkeys(deselected):  # of which there may be many, in few files
            by_name.setdefault(node_id.partition("::")[0], []).append(node_id)
        return {str(self._config.rootpath / name): ids for name, ids in by_name.items()}

    # What is said of it.

    def failures_left(self, deselected: Iterable[str]) -> list[str]:
        """Tests that failed when they last ran, and that another option has taken away."""
        if not self.active:
            return []
        judged = (test for file in self._files.values() for test in file.tests)
        failed = {test.node_id for test in judged if test.chain == [FAILED]}
        return sorted(failed.intersection(deselected))

    def summary(self) -> list[str]:
        """What the user asked to be told, in lines."""
        lines = []
        if self._impact is not None:
            lines = self._verdict() + (self._explanation() if self._explains else [])
        return lines + stages.of(self._config).lines()

    def _verdict(self) -> list[str]:
        """Whether leaving out would have been right."""
        if not self._verifies or self._impact is None:
            return []
        outcomes = self._impact.outcomes
        judged = [test for file in self._files.values() for test in file.tests]
        ran = [test for test in judged if test.node_id in outcomes]
        left_out = [test.node_id for test in ran if not test.affected] + self._unknown_left_out()
        missed = [node_id for node_id in left_out if not outcomes[node_id]]
        idle = sum(test.affected and outcomes[test.node_id] for test in ran)
        known = sum(test.affected for test in ran)
        lines = [
            f"dxpy: verified: {len(left_out)} tests would have been left out, "
            f"{len(missed) or 'none'} of which failed; of {known} known tests that would have run, "
            f"{idle} passed"
        ]
        return lines + [f"dxpy: missed: {node_id}" for node_id in missed]

    def _unknown_left_out(self) -> list[str]:
        """Tests that ran, of files that need not, and that no record has."""
        assert self._impact is not None
        known = {test.node_id for file in self._files.values() for test in file.tests}
        proven = {file.path for file in self._files.values() if file.is_proven}
        return [
            node_id
            for node_id in self._impact.outcomes
            if node_id not in known and node_id.partition("::")[0] in proven
        ]

    def _explanation(self) -> list[str]:
        """What was asked for with ``--dx-explain``; nobody else waits for the import."""
        assert self._impact is not None
        from pytest_dxpy import explaining  # noqa: PLC0415

        if self._explained is None:
            left_out = self._alone if self._replay is None else self._replay.unaffected
            self._explained = explaining.lines(
                explaining.Explainer(
                    self._impact.store,
                    self._files,
                    left_out=left_out,
                    ran=self._impact.outcomes if self._selects else (),
                ),
                self._explains,
            )
        return self._explained


def _is_below(node_id: str, argument: CollectionArgument) -> bool:
    """Whether a test of an argument's file is one that it names."""
    # A part of its own since pytest 9.
    named = "::".join(argument.parts) + (getattr(argument, "parametrization", None) or "")
    rest = node_id.partition("::")[2]
    return not named or rest == named or rest.startswith((f"{named}::", f"{named}["))
