"""What the machine itself loses when several processes run: no runner can do better."""

from __future__ import annotations

import subprocess
import sys

from tests.bench.table import spread

# About half a second of an interpreter's usual work; prints the seconds that it took.
LOOP = """
import time
start = time.perf_counter()
table = {}
for number in range(2_000_000):
    table[number % 5_000] = str(number)
print(time.perf_counter() - start)
"""
ROUNDS = 5


def slowdown(processes: int) -> str:
    """How many times as long a process takes beside others: median, lowest and highest."""
    factors = []
    for _ in range(ROUNDS):
        [alone] = _seconds(1)
        factors.append(max(_seconds(processes)) / alone)
    return spread(factors)


def _seconds(processes: int) -> list[float]:
    command = [sys.executable, "-c", LOOP]
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(processes)
    ]
    return [float(process.communicate()[0]) for process in running]
