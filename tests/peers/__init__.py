"""Tests that others wrote for their runners, run with ours."""
