"""Why the tests of a file are only known once it is imported, in words.

The kinds are those of native/facts/file_facts.h and native/survey; each has a
heading in docs/discovery.md, which says what to do.
"""

from __future__ import annotations

TYPE_CHECKING = False  # not typing's: importing that takes milliseconds
if TYPE_CHECKING:
    from typing import Final

# By kind; '{}' is the name in question.
WORDS: Final = {
    # of the file
    "syntax": "cannot be read to its end: {}",
    "star import": "imports all names of {}",
    "imported test": "imports {}, which looks like a test",
    "assigned test": "assigns {}, which looks like a test",
    "conditional test": "{} is defined under a condition",
    "rebound": "{} is bound more than once",
    "decorator": "decorator {} may do anything",
    "base class": "base class {} is not known",
    "class feature": "{} has a say in what a class holds",
    "__test__": "__test__ of {} is no plain True or False",
    "namespace": "{} may write into the module",
    "mention": "{} is used while the module is imported",
    "module skip": "{} may skip the whole file",
    "hook": "defines {}",
    "mark": "mark {} is not understood",
    "parameters": "parametrize: {}",
    "fixture": "fixture {} is not understood",
    "yield": "{} yields",
    "name": "{} is not ASCII",
    # of what it stands in
    "import": "imports {}, which may be a test",
    "conftest": "conftest: {}",
    "conftest import": "conftest imports {}, which may be a fixture",
    "test file": "another test file defines {}",
    "unknown fixture": "fixture {} is not known",
    "fixture with parameters": "fixture {} has parameters, or may have",
    "indirect": "fixture {} gets parameters, and its scope is not known to be 'function'",
    "plugin": "plugin {} may have a say",
    "plugin mark": "mark {} makes a plugin change the test",
    "option": "option {} has a say",
    "setting": "setting {} has a say",
    "doctest": "doctests are not read",
    "unreadable": "cannot be read",
    "rootdir": "lies outside of rootdir {}",
}


def words(kind: str, detail: str) -> str:
    """The reason as a clause of one line."""
    return " ".join(WORDS[kind].format(detail).split())
