"""Measures plain pytest, xdist and ours side by side. How to use it: README.md."""
