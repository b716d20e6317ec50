"""The documentation says what the code says."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from pytest_dxpy import errors
from tests import docs_options

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", *DOCS.rglob("*.md"), *(ROOT / "examples").rglob("*.md")])
MODULES = sorted((ROOT / "pytest_dxpy").glob("*.py"))
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
# A file of the repository: with a folder that exists, in backticks.
FILE = re.compile(r"`((?:native|pytest_dxpy|tests|examples|docs)/[\w./-]*\w)`")
# A name of the code, in backticks; what counts is its last part.
NAME = re.compile(r"`(?:\w+(?:\.|::))*(\w+)(?:\(\))?`")
SOURCES = [
    path
    for pattern in ("pytest_dxpy/*.py", "native/*/*.h", "native/*/*.cc", "tests/**/*.py")
    for path in ROOT.glob(pattern)
]
SHORTEST = 14  # characters; a shorter piece of a message says nothing


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


def anchors(page: Path) -> set[str]:
    """The headings of a page as a link names them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def one_line(text: str) -> str:
    return " ".join(text.split())


def literal_pieces(node: ast.AST) -> list[str]:
    """The fixed parts of a text that is put together, long enough to look for."""
    return [
        piece
        for part in ast.walk(node)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
        for line in part.value.splitlines()
        if len(piece := one_line(line)) >= SHORTEST
    ]


def is_message(call: ast.Call) -> bool:
    """Whether a call makes an error of ours, or a note."""
    name = ast.unparse(call.func)
    return name.endswith("notes.append") or name in {
        error.__name__ for error in errors.DxpyError.__subclasses__()
    }


def messages(path: Path) -> list[str]:
    """The fixed parts of what a module tells the user."""
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    return [
        piece
        for call in calls
        if is_message(call) and call.args
        for piece in literal_pieces(call.args[0])
    ]


def test_the_page_of_options_is_made_from_the_options() -> None:
    assert docs_options.PAGE.read_text(encoding="utf-8") == docs_options.page(), (
        "python -m tests.docs_options"
    )


@pytest.mark.parametrize("error", errors.DxpyError.__subclasses__())
def test_every_error_has_its_heading(error: type[errors.DxpyError]) -> None:
    assert f"\n## {error.slug}\n" in (DOCS / "messages.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.stem))
def test_every_message_is_explained(module: Path) -> None:
    explained = one_line((DOCS / "messages.md").read_text(encoding="utf-8"))
    assert [piece for piece in messages(module) if piece not in explained] == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        if link.startswith(("https:", "mailto:")):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_files_that_are_named_are_there(page: Path) -> None:
    files = FILE.findall(page.read_text(encoding="utf-8"))
    assert [file for file in files if not (ROOT / file).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_page_begins_with_its_title(page: Path) -> None:
    assert page.read_text(encoding="utf-8").startswith("# ")


def test_every_page_is_in_the_index() -> None:
    linked = {
        (DOCS / link.partition("#")[0]).resolve()
        for link in LINK.findall((DOCS / "index.md").read_text(encoding="utf-8"))
    }
    unlisted = [named(page) for page in DOCS.rglob("*.md") if page.resolve() not in linked]
    assert unlisted == ["docs/index.md"]


def test_a_readme_is_short() -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 120
    assert [line for line in lines if len(line) > 100] == []


@pytest.mark.parametrize(
    "page", [DOCS / "architecture.md", *sorted((DOCS / "decisions").glob("*.md"))], ids=named
)
def test_names_of_code_are_in_the_code(page: Path) -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    words = set(re.findall(r"\w+", code))
    assert [
        name for name in NAME.findall(page.read_text(encoding="utf-8")) if name not in words
    ] == []
