"""make bench: what perfkit itself costs. Prints figures; asserts nothing.

python -m tests.bench            everything
python -m tests.bench import     one of: import, explain, plans, diffs, report
"""

from __future__ import annotations

import sys

from tests.bench import diffs, explain, plans, report, start

BENCHES = {
    "import": start.main,
    "explain": explain.main,
    "plans": plans.main,
    "diffs": diffs.main,
    "report": report.main,
}


def main(names: list[str]) -> None:
    for name in names or list(BENCHES):
        BENCHES[name]()


main(sys.argv[1:])
