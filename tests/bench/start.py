"""What ``import perfkit`` and ``perfkit --help`` cost over a bare interpreter."""

from __future__ import annotations

import sys

from tests.bench.process import run, say

ROUNDS = 9


def main() -> None:
    say("start-up: CPU ms over a bare interpreter, best of 9")
    code = {
        "import perfkit": "import perfkit",
        "perfkit --help": "import sys; sys.argv = ['perfkit', '--help']; from perfkit.cli.main import main; main()",
        "perfkit.connect": "import perfkit; perfkit.connect",
    }
    bare = min(run([sys.executable, "-c", "pass"]).cpu_ms for _ in range(ROUNDS))
    for name, text in code.items():
        best = min(run([sys.executable, "-c", text]).cpu_ms for _ in range(ROUNDS))
        say(f"  {name:<18} {best - bare:6.0f}")
