"""Stock, prices and orders of a small warehouse, in one SQLite file."""

__version__ = "1.0"
