"""Record what is not one plan in one answer: a statement that a rule makes two of, auto_explain's messages, a utility;
and a MERGE into a partitioned table, whose JSON is none.

    python tests/plan/record_apart.py DSN [DIRECTORY]

DIRECTORY/rule.<suffix>, logged.<suffix>, utility.<suffix> and merge_partitioned.<suffix> in the four formats; the schema is that of ``record.py``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from record import FORMATS, HERE, prepared

RULE = """
create rule noted as on update to project where new.name <> old.name
    do also insert into audit (issue_id) values (new.id)
"""
REWRITTEN = "update project set name = 'a: b' || id where id < 3"
LOGGED = "select /* <b> & 'quotes' */\n\"id\",\t' a: b ' as \"#\"\nfrom project\nwhere id in (7, 8) or name = E'\\\\ #'"
PARTITIONED = """
create table visit (day date, count int) partition by range (day);
create table visit_2023 partition of visit for values from ('2023-01-01') to ('2024-01-01');
create table visit_2024 partition of visit for values from ('2024-01-01') to ('2025-01-01');
insert into visit values ('2023-05-05', 1), ('2024-05-05', 2)
"""
MERGED = """merge into visit v using (values ('2024-05-05'::date)) as new (day) on v.day = new.day
when matched then update set count = count + 1
when not matched then insert values (new.day, 1)"""
UTILITY = "refresh materialized view issue_count"


Recorder = Callable[[psycopg.Connection[tuple[object, ...]], str], str]


class _AsSent(Loader):
    """JSON as the server spelt it."""

    def load(self, data: Buffer) -> str:
        return bytes(data).decode()


def rule(connection: psycopg.Connection[tuple[object, ...]], form: str) -> str:
    with connection.transaction(force_rollback=True):
        connection.execute(RULE.encode())
        return _explained(connection, f"explain (costs off, format {form}) {REWRITTEN}")


def logged(connection: psycopg.Connection[tuple[object, ...]], form: str) -> str:
    """The message of auto_explain, which a server writes into its log."""
    said: list[str] = []
    connection.add_notice_handler(lambda notice: said.append(notice.message_primary or ""))
    connection.execute("load 'auto_explain'")
    with connection.transaction(force_rollback=True):
        for name, value in {
            "log_level": "notice",
            "log_analyze": "on",
            "log_timing": "off",
            "log_verbose": "on",
            "log_settings": "on",
            "log_format": form,
            "log_min_duration": "0",
        }.items():
            connection.execute(f"set local auto_explain.{name} = {value}".encode())
        connection.execute(LOGGED.encode())
    return said[-1]


def utility(connection: psycopg.Connection[tuple[object, ...]], form: str) -> str:
    return _explained(connection, f"explain (format {form}) {UTILITY}")


def merge_partitioned(connection: psycopg.Connection[tuple[object, ...]], form: str) -> str:
    options = "analyze, costs off, timing off, summary off, buffers off"
    with connection.transaction(force_rollback=True):
        connection.execute(PARTITIONED.encode())
        return _explained(connection, f"explain ({options}, format {form}) {MERGED}")


def _explained(connection: psycopg.Connection[tuple[object, ...]], statement: str) -> str:
    return "\n".join(str(row[0]) for row in connection.execute(statement.encode()).fetchall())


def main(dsn: str, directory: Path = HERE / "recorded_apart") -> None:
    directory.mkdir(parents=True, exist_ok=True)
    recorders: dict[str, Recorder] = {
        "rule": rule,
        "logged": logged,
        "utility": utility,
        "merge_partitioned": merge_partitioned,
    }
    with prepared(dsn) as connection:
        connection.adapters.register_loader("json", _AsSent)
        for name, recorder in recorders.items():
            for suffix, form in FORMATS.items():
                text = recorder(connection, form)
                (directory / f"{name}.{suffix}").write_text(text + "\n")


if __name__ == "__main__":
    main(sys.argv[1], *(Path(argument) for argument in sys.argv[2:3]))
