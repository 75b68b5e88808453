"""Record the plans that pages of findings show and that ``pasted`` does not hold: those taken with more options of EXPLAIN, and
those of diagnoses that have no recording of their own.

    python -m tests.findings.record_page_plans DSN

Writes page_plans.txt beside this file, one plan after the other, each headed by its id.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from perfkit.db.connection import connect
from perfkit.db.target import Target
from tests.findings.record import BASE_DATABASE, COPY_DATABASE, database, run
from tests.findings.record_pasted import MARK
from tests.findings.scenarios import BASE, SCENARIOS, Scenario
from tests.findings.scenarios.scenario import PARALLEL

PLANS = Path(__file__).parent / "page_plans.txt"

OPTIONS = {
    "missing-covering-index": "analyze, verbose, buffers, costs off",
    "groupwise-max-full-scan": "analyze, verbose, buffers off, costs off",
    "count-used-as-exists": "analyze, verbose, buffers off, costs off",
    "distinct-hides-fanout": "analyze, verbose, buffers off, costs off",
    "worker-skew": "analyze, verbose, buffers off, costs off",
    "cold-read": "analyze, buffers, costs off",
    "wal-heavy-write": "analyze, buffers off, wal, costs off",
    "hot-update-lost": "analyze, buffers off, wal, costs off",
    "serialization-cost": "analyze, buffers off, serialize text, costs off",
    "composite-index-wrong-order": "analyze, buffers, costs off",
    "table-bloat": "analyze, buffers, costs off",
    "large-in-list": "analyze, buffers off, costs off",
    "too-many-partitions": "analyze, buffers off, costs off",
    "parallel-disabled-by-function": "analyze, buffers off, costs off",
    "n-plus-one-queries": "analyze, buffers off, costs off",
}

FURTHER = (
    Scenario(
        id="parallel-disabled-by-function",
        setup=(
            """create function weight_of(title text) returns int language plpgsql immutable
            as 'begin return length(title) * 3; end'""",
        ),
        query="select count(*) from issues where weight_of(title) > 110",
        settings=PARALLEL,
    ),
    Scenario(id="n-plus-one-queries", query="select id, name from projects where id = 7"),
)


def record(server: Target, scenario: Scenario) -> str:
    """The first run's plan where a later one would find its blocks in memory, else that of the second."""
    with database(server, COPY_DATABASE, BASE_DATABASE) as name:
        run(server, name, scenario.setup)
        with connect(server.at(name).conninfo) as connection:
            for setting, value in {**scenario.settings, "track_io_timing": "on"}.items():
                connection.execute(f"set {setting} = '{value}'".encode())
            query = " ".join(scenario.query.split())
            for _ in range(1 if scenario.id == "cold-read" else 2):
                with connection.transaction(force_rollback=True):
                    rows = connection.execute(f"explain ({OPTIONS[scenario.id]}) {query}".encode()).fetchall()
    return "\n".join(str(row[0]) for row in rows)


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("dsn")
    server = Target(conninfo=arguments.parse_args().dsn, is_scratch=True)
    wanted = [s for s in (*SCENARIOS, *FURTHER) if s.id in OPTIONS and not s.variant]
    plans = []
    with database(server, BASE_DATABASE):
        run(server, BASE_DATABASE, BASE)
        for scenario in wanted:
            sys.stderr.write(f"{scenario.id}\n")
            plans.append(f"{MARK}{scenario.id}\n{record(server, scenario)}\n")
    PLANS.write_text("\n".join(plans), encoding="utf-8")


if __name__ == "__main__":
    main()
