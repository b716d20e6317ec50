"""``dx-py why``: why a test would run, or need not, without running pytest.

What ``pytest -p dxpy --dx-affected --dx-explain=NODEID`` would print, from the record
alone. Files and environment variables are looked at as they are now. What only pytest
could tell is taken as the last run had it, and the answer says so.
"""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING

from pytest_dxpy import record_place
from pytest_dxpy.errors import RecordError, UnknownTestError
from pytest_dxpy.explaining import Explainer
from pytest_dxpy.impact import judge
from pytest_dxpy.impact_values import with_variables_of_now

if TYPE_CHECKING:
    from pytest_dxpy.impact import JudgedFile


def answer(node_id: str, root: str, cache_dir: str, *, as_json: bool = False) -> str:
    """What is to be printed.

    Args:
        node_id: of a test; of a file, class or function for all of its tests.
        root: as ``record_place.find`` takes it.
        cache_dir: the same.
        as_json: one JSON document.

    Raises:
        OptionError: the root is no directory.
        RecordError: there is no record.
        UnknownTestError: the record does not know such a test, and would.
    """
    place = record_place.find(root, cache_dir)
    store = record_place.open_record(place)
    last = store.last_run()
    if last is None:
        raise RecordError(
            f"{place.path}: no run is recorded in it",
            hint="run the tests once with 'pytest -p dxpy'",
        )
    when, _, values = last
    name = node_id.partition("::")[0]
    judged = judge(
        store, os.fsencode(place.root), with_variables_of_now(values), [os.fsencode(name)]
    )
    explainer = Explainer(store, {name: judged[0]})
    lines = explainer.about(node_id)
    if not lines:
        lines = _of_unknown(node_id, place, judged[0], explainer.nearest(node_id))
    if as_json:
        return json.dumps(explainer.document())
    ran = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(when))
    lines.append(f"assumed: interpreter, plugins, settings and options as in the run of {ran}")
    return "\n".join(lines)


def _of_unknown(node_id: str, place: record_place.Place, file: JudgedFile, near: str) -> list[str]:
    """Of a test that the record does not have: it may be new."""
    hint = f"did you mean {near!r}?" if near else ""
    if not (place.root / file.path).is_file():
        raise UnknownTestError(
            f"{node_id!r}: there is no file {file.path!r} in {place.root}",
            hint=hint or "node ids begin with a path from pytest's rootdir",
        )
    if not file.must_collect:
        raise UnknownTestError(
            f"{node_id!r}: {file.path} has no such test",
            hint=hint or f"'dx-py discover {file.path}' lists its tests",
        )
    lines = [
        f"{node_id}: selected, if there is such a test",
        "  why: nothing is known of it",
        f"  its file is imported: {' -> '.join(file.why)}",
    ]
    return lines + ([f"  {hint}"] if hint else [])
