"""Record pairs of plans of one statement on a server, before and after something changed.

    python tests/plan/record_pairs.py DSN [NAME ...]

Names given, only those pairs are recorded. Uses the tables of ``record.py``, which it makes anew, and one of 500 partitions of its own.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import psycopg

HERE = Path(__file__).parent
FOLDER = HERE / "pairs"
OPTIONS = "analyze, buffers, settings, format json"
PARALLEL = (
    "set local max_parallel_workers_per_gather = 2",
    "set local parallel_setup_cost = 0",
    "set local parallel_tuple_cost = 0",
    "set local min_parallel_table_scan_size = 0",
)
PARTITIONS = 500
ONLY_LOOPS = ("set local enable_hashjoin = off", "set local enable_mergejoin = off")
ONLY_HASHES = (
    "set local enable_nestloop = off",
    "set local enable_mergejoin = off",
    "set local enable_indexscan = off",
    "set local enable_bitmapscan = off",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A statement, and what is set or done for it on each side."""

    name: str
    statement: str
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    later: str | None = None
    """The statement of the later side, where it is another one."""


ISSUES_OF_OWNER = "select i.state, count(*) from issue i join project p on p.id = i.project_id where p.owner_id < 20 group by i.state"
COMMENTS = (
    "select p.name, i.title, c.body from project p"
    " join (issue i join comment c on c.issue_id = i.id) on i.project_id = p.id where p.owner_id = 7"
)
PAIRS = (
    Pair(name="serial_parallel", statement=ISSUES_OF_OWNER, after=PARALLEL),
    Pair(
        name="loop_hash",
        statement="select i.title, p.name from project p join issue i on i.project_id = p.id where p.owner_id < 4",
        before=("set local enable_hashjoin = off", "set local enable_mergejoin = off"),
        after=(
            "set local enable_nestloop = off",
            "set local enable_indexscan = off",
            "set local enable_bitmapscan = off",
        ),
    ),
    Pair(
        name="join_order",
        statement=COMMENTS,
        before=(
            "set local join_collapse_limit = 1",
            "set local enable_nestloop = off",
            "set local enable_mergejoin = off",
        ),
        after=("set local enable_nestloop = off", "set local enable_mergejoin = off"),
    ),
    Pair(
        name="index_replaced",
        statement="select id, title from issue where project_id = 42 and state = 'open' order by opened limit 20",
        after=(
            "create index issue_project_state_opened on issue (project_id, state, opened)",
            "analyze issue",
            "set local enable_bitmapscan = off",
        ),
        before=("set local enable_bitmapscan = off", "set local enable_seqscan = off"),
    ),
    Pair(
        name="sort_fits",
        statement="select * from comment order by body, id",
        before=("set local work_mem = '64kB'",),
        after=("set local work_mem = '64MB'",),
    ),
    Pair(
        name="partition_indexed",
        statement="select count(*) from reading where value = 3",
        after=("create index reading_250_value on reading_250 (value)", "analyze reading_250"),
    ),
    Pair(
        name="memoized",
        statement="select i.title, p.name from issue i left join project p on p.id = i.project_id",
        before=(*ONLY_LOOPS, "set local enable_memoize = off"),
        after=ONLY_LOOPS,
    ),
    Pair(
        name="sides_swapped",
        statement="select count(*) from issue i join comment c on c.issue_id = i.id where i.id < 100",
        later="select count(*) from issue i join comment c on c.issue_id = i.id where c.id < 100",
        before=ONLY_HASHES,
        after=ONLY_HASHES,
    ),
    Pair(
        name="hash_merge",
        statement="select count(*) from issue i join comment c on c.issue_id = i.id where i.state = 'open'",
        before=("set local enable_nestloop = off", "set local enable_mergejoin = off"),
        after=("set local enable_nestloop = off", "set local enable_hashjoin = off"),
    ),
    Pair(
        name="bitmap_index_replaced",
        statement="select title from issue where opened = '2024-03-01' and state = 'open'",
        before=("set local enable_indexscan = off", "set local enable_seqscan = off"),
        after=(
            "create index issue_opened_state on issue (opened, state)",
            "set local enable_indexscan = off",
            "set local enable_seqscan = off",
        ),
    ),
    Pair(
        name="cte_inlined",
        statement="with a as materialized (select * from issue where state = 'open') select p.name from a join project p on p.id = a.project_id where a.id < 50",
        later="with a as not materialized (select * from issue where state = 'open') select p.name from a join project p on p.id = a.project_id where a.id < 50",
    ),
    Pair(
        name="partitions_pruned",
        statement="select count(*) from event where at between '2024-02-03' and '2024-02-20'",
        before=("set local enable_partition_pruning = off", "set local enable_bitmapscan = off"),
        after=("set local enable_bitmapscan = off",),
    ),
    Pair(
        name="other_literal",
        statement="select count(*) from issue where state = 'open'",
        later="select count(*) from issue where state = 'closed'",
    ),
    Pair(
        name="limit_added",
        statement="select title from issue order by title",
        later="select title from issue order by title limit 10",
    ),
)


def prepare(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    """The tables of the other recordings, made anew, and one of many small partitions."""
    for statement in (HERE / "schema.sql").read_text().split(";\n\n"):
        for part in re.split(r";\n(?!    |end)", statement):
            if part.strip():
                connection.execute(part.encode())
    connection.execute("set search_path = plans")
    connection.execute("create table reading (id int, value int, note text) partition by range (id)")
    for number in range(PARTITIONS):
        connection.execute(
            f"create table reading_{number:03} partition of reading for values from ({number * 100}) to ({number * 100 + 100})".encode()
        )
    connection.execute(
        "insert into reading select n, n % 50, repeat('x', 200) from generate_series(0, 49999) n"
    )
    connection.execute("vacuum analyze reading")


def explain(
    connection: psycopg.Connection[tuple[object, ...]], pair: Pair, statement: str, steps: tuple[str, ...]
) -> object:
    with connection.transaction(force_rollback=True):
        connection.execute("set local search_path = plans")
        if pair.after != PARALLEL or steps != PARALLEL:
            connection.execute("set local max_parallel_workers_per_gather = 0")
        for step in steps:
            connection.execute(step.encode())
        connection.execute(statement.encode())
        row = connection.execute(f"explain ({OPTIONS}) {statement}".encode()).fetchone()
    assert row is not None
    return row[0]


def main(dsn: str, *names: str) -> None:
    FOLDER.mkdir(exist_ok=True)
    with psycopg.connect(dsn, autocommit=True) as connection:
        prepare(connection)
        for pair in PAIRS:
            if names and pair.name not in names:
                continue
            later = pair.later or pair.statement
            for side, statement, steps in (
                ("before", pair.statement, pair.before),
                ("after", later, pair.after),
            ):
                found = explain(connection, pair, statement, steps)
                indent = None if pair.name.startswith("partition") else 1
                (FOLDER / f"{pair.name}.{side}.json").write_text(json.dumps(found, indent=indent) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
