"""Time child processes: CPU of the process with its children, and wall."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    cpu_ms: float
    wall_ms: float


def run(command: Sequence[str], **environment: str) -> Cost:
    """Run a command to its end, its output thrown away; CalledProcessError when it fails."""
    before, started = os.times(), time.perf_counter()
    subprocess.run(
        command,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **environment},
    )
    wall, after = time.perf_counter() - started, os.times()
    cpu = after.children_user - before.children_user + after.children_system - before.children_system
    return Cost(cpu_ms=cpu * 1000, wall_ms=wall * 1000)


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
