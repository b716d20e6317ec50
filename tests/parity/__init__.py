"""Runs other projects' test suites under plain pytest and under ours, and compares.

What is run: suites.toml. What may differ, and why: expected.toml. How to use it: README.md.
"""
