"""Edits of a sample project, and which of its tests a selector must run after each.

What is edited: sample.py. The edits: scenarios/. How to use it: README.md.
"""
