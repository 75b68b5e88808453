"""The stages of ``make report`` after installation, on an empty home and again on a warm one."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.bench.process import run, say

STAGES = {
    "start the server": ["server", "start"],
    "load tracker 0.1": ["dataset", "load", "tracker", "--scale", "0.1"],
    "investigate notebook to report": ["notebook", "run", "investigate"],
}


SHARES = {
    "perfkit's runner": "import perfkit.report.run",
    "and papermill, nbclient, nbformat": "from perfkit.report.lean import without_address_grammar as lean\nwith lean():\n import perfkit.report.run, perfkit.report.engine",
    "and nbconvert": "from perfkit.report.lean import without_address_grammar as lean\nwith lean():\n import perfkit.report.run, perfkit.report.engine, nbconvert",
    "papermill without that care": "import perfkit.report.run, perfkit.report.engine",
    "the kernel's own": "import ipykernel.kernelapp",
    "perfkit in the kernel": "import perfkit\nfrom perfkit.render import sections\nfrom perfkit.lab import connect\nimport psycopg, sqlglot, perfkit.investigation",
}
"""What a notebook's run loads, each in a fresh interpreter."""


def shares() -> None:
    """Where the CPU seconds of a run go beside the investigation itself."""
    say("imports of perfkit notebook run: CPU s")
    for name, code in SHARES.items():
        cost = min(run([sys.executable, "-c", code]).cpu_ms for _ in range(3))
        say(f"  {name:<36} {cost / 1000:5.2f}")


def main() -> None:
    shares()
    with tempfile.TemporaryDirectory(prefix="pk", dir="/tmp") as home:
        Path(home).chmod(0o755)
        output = str(Path(home) / "report")
        try:
            for turn in ("first", "second"):
                say(f"make report after installation, {turn} run: wall s (CPU s of the client)")
                for name, words in STAGES.items():
                    extra = ["--output", output] if words[0] == "notebook" else []
                    cost = run([sys.executable, "-m", "perfkit", *words, *extra], PERFKIT_HOME=f"{home}/lab")
                    say(f"  {name:<32} {cost.wall_ms / 1000:6.1f} ({cost.cpu_ms / 1000:.1f})")
        finally:
            run([sys.executable, "-m", "perfkit", "server", "stop"], PERFKIT_HOME=f"{home}/lab")
