"""Record what auto_explain writes into the log of a server, in the folder ``logs`` beside.

    python tests/plan/strip/record_logs.py CONNINFO DATA_DIRECTORY MAJOR DIRECTORY

The server must be a scratch one that was started with logging_collector = on and all destinations it knows. DIRECTORY
gets ``<major>.<options>.<number of the prefix>.<destination>`` for every set of options under every prefix; the
repository holds a telling part of them.
"""

from __future__ import annotations

import contextlib
import sys
import time
from pathlib import Path

import psycopg
from psycopg import sql

PREFIXES = (
    "%m [%p] ",
    "%t [%p]: [%l-1] user=%u,db=%d,app=%a,client=%h ",
    "",
    "< %m > ",
    "%m [%p] %q%u@%d ",
    "%t:%r:%u@%d:[%p]:",
    "[%p] %q[%a] ",
)
OPTIONS: dict[str, dict[str, str]] = {
    "text": {},
    "text_all": dict.fromkeys(
        ("log_buffers", "log_verbose", "log_settings", "log_triggers", "log_nested_statements", "log_wal"),
        "on",
    ),
    "json": {"log_format": "json"},
    "json_nested": {"log_format": "json", "log_nested_statements": "on", "log_triggers": "on"},
    "yaml": {"log_format": "yaml", "log_triggers": "on"},
    "xml": {"log_format": "xml"},
}
KINDS = {".log": "stderr", ".csv": "csv", ".json": "jsonlog"}
SETTLE_SECONDS = 0.4
"""The collector writes what backends sent to it a moment later."""

SCHEMA = """
create schema pastes;
set search_path = pastes;
create table project (id int primary key, name text);
create table issue (id int primary key, project_id int, body text);
insert into project select i, 'p' || i from generate_series(1, 200) i;
insert into issue select i, 1 + i % 200, 'b' || i from generate_series(1, 20000) i;
create function t() returns trigger language plpgsql as
  $$ begin perform count(*) from project where name = E'a\\n->  b'; return new; end $$;
create trigger tr before update on issue for each row execute function t();
create function n(k int) returns bigint language plpgsql as
  $$ declare r bigint; begin select count(*) into r from issue where project_id = k; return r; end $$;
analyze;
"""
QUERIES = (
    "select count(*) from issue i join project p on p.id = i.project_id where p.name <> 'x''y'",
    "/* cost=1..2 (cost=0.00..1.00 rows=1 width=4) */ select i.id,\n"
    "\t-- Seq Scan on x  (cost=0.00..1.00 rows=1 width=4)\n   i.body from issue i\nwhere i.body = 'line1\n"
    "Seq Scan on fake  (cost=0.00..1.00 rows=1 width=4)\n  ->  Hash  (cost=0.00..1.00 rows=1 width=4)\n"
    "Execution Time: 1.000 ms' or i.id = 5 order by i.id limit 3",
    "/*\nSeq Scan on issue  (cost=0.00..350.00 rows=20000 width=4)\n  Filter: (x = 'y'::text)\n*/\nselect n(3)",
    "update issue set body = body || 'z' where id < 3",
)
PREPARED = "select id from issue where id = %s and body <> %s"
PARAMETERS = (5, "it's\n->  Foo  (cost=1.00..2.00 rows=1 width=1)")


def run(conninfo: str, options: dict[str, str]) -> None:
    with psycopg.connect(conninfo, autocommit=True) as session:
        session.execute("load 'auto_explain'")
        session.execute("set search_path = pastes")
        base = {"log_min_duration": "0", "log_analyze": "on"}
        for name, value in {**base, **options}.items():
            # an older major lacks some
            with contextlib.suppress(psycopg.errors.UndefinedObject):
                session.execute(
                    sql.SQL("set {} = {}").format(sql.Identifier("auto_explain", name), sql.Literal(value))
                )
        for query in QUERIES:
            session.execute(sql.SQL(query))  # type: ignore[arg-type]
        session.execute(PREPARED, PARAMETERS, prepare=True)
        with contextlib.suppress(psycopg.errors.UndefinedColumn):
            session.execute("select nosuch")


def main(conninfo: str, data: Path, major: str, directory: Path) -> None:
    with psycopg.connect(conninfo, autocommit=True) as session:
        session.execute(SCHEMA)
        for number, prefix in enumerate(PREFIXES):
            session.execute(sql.SQL("alter system set log_line_prefix = {}").format(sql.Literal(prefix)))
            session.execute("select pg_reload_conf()")
            time.sleep(SETTLE_SECONDS)
            for name, options in OPTIONS.items():
                before = {path: path.stat().st_size for path in (data / "log").iterdir()}
                run(conninfo, options)
                time.sleep(SETTLE_SECONDS)
                for path in (data / "log").iterdir():
                    text = path.read_bytes()[before.get(path, 0) :].decode()
                    (directory / f"{major}.{name}.{number}.{KINDS[path.suffix]}").write_text(text)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], Path(sys.argv[4]))
