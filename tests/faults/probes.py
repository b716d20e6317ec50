"""What goes wrong in test runs: a small project each, and what is to be seen of it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Final

# Tests tell by files that they ran: what a report says of them is what is looked into.
CONFTEST: Final = """
    import os, pytest
    def note(name):
        with open(os.path.join(os.environ["PROBE"], name), "a") as file:
            file.write("x\\n")
    @pytest.fixture(autouse=True)
    def noted(request):
        note(request.node.name)
"""
LONGEST_S: Final = 60
PATIENCE_S: Final = 3  # from an interrupt on; a test that runs sleeps for 1 s


@dataclass(frozen=True)
class Ended:
    """A run: how it ended, and what ran how often."""

    code: int | None  # None: it had to be killed
    output: str
    ran: Counter[str]
    seconds: float  # from the signal on, where there was one
    left: int = 0  # processes, half a second later


@dataclass(frozen=True)
class Verdict:
    """What was seen, and whether that is what a user of pytest expects."""

    text: str
    is_right: bool


@dataclass(frozen=True)
class Probe:
    """A project by its files, what it is run with, and who judges."""

    title: str
    files: dict[str, str]
    judge: Callable[[Ended], Verdict]
    arguments: tuple[str, ...] = ()
    interrupted: bool = False  # by SIGINT, when the first tests run
    once: bool = False  # with the option that makes a session fixture once

    def run(self, command: list[str], folder: Path, *, autoload: bool) -> Ended:
        """Run it in a new folder, as the only program of a session."""
        noted = folder / "noted"
        noted.mkdir(parents=True)
        tree = folder / "tree"
        tree.mkdir()
        for name, text in {"conftest": CONFTEST, **self.files}.items():
            (tree / f"{name}.py").write_text(dedent(text))
        (tree / "pytest.ini").write_text("[pytest]\n")
        process = subprocess.Popen(
            command,
            cwd=tree,
            env=_environment(noted, autoload=autoload),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        return _ended(process, noted, interrupted=self.interrupted)


def _environment(noted: Path, *, autoload: bool) -> dict[str, str]:
    kept = {
        name: text
        for name, text in os.environ.items()
        if not name.startswith(("PYTEST_", "PYTHONHASHSEED", "DX_"))
    }
    if not autoload:
        kept["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    return {**kept, "PROBE": str(noted)}


def _ended(process: subprocess.Popen[bytes], noted: Path, *, interrupted: bool) -> Ended:
    began = time.monotonic()
    if interrupted:
        while not any(noted.iterdir()) and time.monotonic() - began < LONGEST_S:
            time.sleep(0.05)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)  # to it alone: a terminal tells all processes
    code: int | None = None
    try:
        output, _ = process.communicate(timeout=LONGEST_S)
        code = process.returncode
        seconds = time.monotonic() - began
        time.sleep(0.5)
        left = len(_session(process.pid))
    except subprocess.TimeoutExpired:
        seconds, left = time.monotonic() - began, len(_session(process.pid))
        for pid in _session(process.pid):
            os.kill(pid, signal.SIGKILL)
        output, _ = process.communicate()
    for pid in _session(process.pid):
        os.kill(pid, signal.SIGKILL)
    ran = Counter({file.name: len(file.read_text().split()) for file in noted.iterdir()})
    return Ended(code, output.decode(errors="replace"), ran, seconds, left)


def _session(number: int) -> list[int]:
    """The living processes of a session."""
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdecimal():
            continue
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has just ended
        if fields[0] != "Z" and int(fields[3]) == number:
            found.append(int(folder.name))
    return found


def _failed(ended: Ended) -> set[str]:
    return set(re.findall(r"^FAILED \S*::(\w+)", ended.output, re.MULTILINE))


def _after_kill(ended: Ended) -> Verdict:
    missing = 20 - len(ended.ran)
    is_named = "test_dies" in ended.output
    text = f"{'named' if is_named else 'not named'}, {missing or 'none'} not run"
    return Verdict(text, is_named and missing == 0 and ended.code not in (0, None))


def _after_output(ended: Ended) -> Verdict:
    is_shown = "for the user" in ended.output
    return Verdict("shown" if is_shown else "not shown", is_shown and ended.code == 0)


def _after_first_failure(ended: Ended) -> Verdict:
    """Who fails, one more of its worker, one that runs and one more of the other worker."""
    return Verdict(f"{len(ended.ran)} of 40 begun", len(ended.ran) <= 4 and ended.code == 1)


def _after_sets(ended: Ended) -> Verdict:
    if ended.code == 0 and len(ended.ran) == 12 and set(ended.ran.values()) == {1}:
        return Verdict("all run", True)
    return Verdict(f"exit code {ended.code}, {len(ended.ran)} of 12 run", False)


def _after_odd_objects(ended: Ended) -> Verdict:
    failed = _failed(ended)
    if len(ended.ran) == 3 and failed == {"test_fails"} and ended.code == 1:
        return Verdict("reported", True)
    false = len(failed - {"test_fails"})
    said = f", {false} failed falsely" if false else "" if failed else ", nothing reported"
    return Verdict(f"exit code {ended.code}, {len(ended.ran)} of 3 run{said}", False)


def _after_interrupt(ended: Ended) -> Verdict:
    text = f"{ended.seconds:.1f} s, {ended.left or 'no'} processes left"
    return Verdict(text, ended.seconds <= PATIENCE_S and ended.left == 0 and ended.code != 0)


def _after_session_fixture(ended: Ended) -> Verdict:
    made = ended.ran["made"]
    return Verdict(f"made {made} times" if made > 1 else "made once", made == 1 and ended.code == 0)


def _four_files(text: str) -> dict[str, str]:
    return {f"test_{letter}": text for letter in "abcd"}


FIVE: Final = "".join(f"    def test_{i}(): pass\n" for i in range(5))
DIES: Final = """
    import os, signal
    def test_0(): pass
    def test_1(): pass
    def test_dies(): os.kill(os.getpid(), signal.SIGKILL)
    def test_3(): pass
    def test_4(): pass
"""
SLOW: Final = """
    import pytest, time
    @pytest.mark.parametrize("number", range({begin}, {end}))
    def test(number):
        time.sleep(0.1)
        assert number != 0
"""
SETS: Final = """
    import pytest
    @pytest.mark.parametrize("word", {{"{0}1", "{0}2", "{0}3", "{0}4", "{0}5", "{0}6"}})
    def test(word): pass
"""
ODD: Final = """
    import decimal
    class Odd(str): pass
    def test_decimal(record_property): record_property("price", decimal.Decimal("9.99"))
    def test_text(record_property): record_property("name", Odd("x"))
    def test_fails(): assert Odd("a") == Odd("b")
"""
SLEEPS: Final = """
    import pytest, time
    @pytest.mark.parametrize("number", range(20))
    def test(number): time.sleep(1)
"""
BUILT: Final = (
    CONFTEST
    + """
    @pytest.fixture(scope="session")
    def built():
        note("made")
        return {"a": 1}
"""
)
USES: Final = """
    import pytest, time
    @pytest.mark.parametrize("number", range(5))
    def test(built, number): time.sleep(0.1)
"""
# Names are those of the tests, so that each is another one.
PROBES: Final = (
    Probe(
        "a test kills its worker",
        {
            "test_a": FIVE.replace("test_", "test_a"),
            "test_b": DIES,
            "test_c": FIVE.replace("test_", "test_c"),
            "test_d": FIVE.replace("test_", "test_d"),
        },
        _after_kill,
    ),
    Probe("`-s`", {"test_a": "def test(): print('for the user')"}, _after_output, ("-s",)),
    Probe(
        "`-x`, the first test fails",
        {"test_a": SLOW.format(begin=0, end=20), "test_b": SLOW.format(begin=20, end=40)},
        _after_first_failure,
        ("-x",),
    ),
    Probe(
        "parameters from a set",
        {"test_a": SETS.format("a"), "test_b": SETS.format("b")},
        _after_sets,
    ),
    Probe("odd objects in reports", {"test_a": ODD}, _after_odd_objects, ("-rf",)),
    Probe("an IDE's stop button", _four_files(SLEEPS), _after_interrupt, interrupted=True),
    Probe(
        "a session fixture",
        {"conftest": BUILT, **_four_files(USES)},
        _after_session_fixture,
        once=True,
    ),
)
