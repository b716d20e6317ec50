"""Finds products by words of their names, best match first."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable

from inventory.store import Product

WORD = re.compile(r"\w+")


def words(text: str) -> list[str]:
    """Lower-case words without accents; a plural's ``s`` is dropped."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    found = WORD.findall(plain)
    return [word[:-1] if len(word) > 3 and word.endswith("s") else word for word in found]


class Index:
    """An inverted index over product names."""

    def __init__(self, products: Iterable[Product]) -> None:
        self._places: dict[str, Counter[str]] = defaultdict(Counter)
        self._lengths: dict[str, int] = {}
        for product in products:
            found = words(product.name)
            self._lengths[product.number] = len(found)
            for word in found:
                self._places[word][product.number] += 1

    def __len__(self) -> int:
        return len(self._lengths)

    def _weight(self, word: str) -> float:
        return math.log(1 + len(self._lengths) / len(self._places[word]))

    def find(self, query: str, limit: int = 10) -> list[str]:
        """Stock numbers of products with any of the words; a ``*`` ends a prefix."""
        scores: Counter[str] = Counter()
        for word in self._expand(query):
            weight = self._weight(word)
            for number, times in self._places[word].items():
                scores[number] += weight * times / self._lengths[number]  # type: ignore[assignment]
        ranked = sorted(scores.items(), key=lambda entry: (-entry[1], entry[0]))
        return [number for number, _ in ranked[:limit]]

    def _expand(self, query: str) -> set[str]:
        found: set[str] = set()
        for part in query.split():
            if part.endswith("*"):
                start = part[:-1].lower()
                found.update(word for word in self._places if word.startswith(start))
            else:
                found.update(word for word in words(part) if word in self._places)
        return found
