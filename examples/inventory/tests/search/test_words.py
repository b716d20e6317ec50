from __future__ import annotations

import pytest
from inventory.search import words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("Tea", ["tea"]),
        ("Green TEA", ["green", "tea"]),
        ("Crème brûlée", ["creme", "brulee"]),
        ("Oat biscuits", ["oat", "biscuit"]),
        ("gas", ["gas"]),
        ("bus stops", ["bus", "stop"]),
        ("100 g, box-of-12", ["100", "g", "box", "of", "12"]),
        ("ﬁne", ["fine"]),
        ("日本", []),
        ("...", []),
    ],
)
def test_words_are_made_plain(text: str, found: list[str]) -> None:
    assert words(text) == found


@pytest.mark.parametrize("text", ["Green tea", "Crème brûlée", "Rye Breads 100 g"])
def test_plain_words_stay_plain(text: str) -> None:
    once = words(text)
    assert words(" ".join(once)) == once
