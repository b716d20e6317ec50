"""What can go wrong, in the user's words."""

from __future__ import annotations


class InventoryError(Exception):
    """Something that the user can do something about."""


class BadValueError(InventoryError):
    """A text that is no value of its kind."""


class UnknownProductError(InventoryError):
    """A stock number that is not in the catalogue."""


class OutOfStockError(InventoryError):
    """More is asked for than there is."""
