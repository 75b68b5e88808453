"""What pg_stat_statements has counted in this database, as a workload."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from perfkit.db.session import Session
from perfkit.errors import CapabilityMissing, PerfkitError
from perfkit.workload.name import named
from perfkit.workload.queries import Workload, WorkloadQuery, query_of

_STATEMENTS = """
select s.queryid::text as id, min(s.query) as text, sum(s.calls)::float8 as calls, sum({time})::float8 as ms
from pg_stat_statements as s join pg_database as d on d.oid = s.dbid
where d.datname = current_database() and s.query is not null
group by s.queryid order by ms desc, id limit %s
"""

MOST_STATEMENTS = 10_000


def read_statements(session: Session, *, most: int = MOST_STATEMENTS) -> Workload:
    """The statements with the most time; texts have ``$1`` … for values. One query. CapabilityMissing where the extension
    is not there, or nothing was counted."""
    with session.transaction():
        rows = cast(
            list[dict[str, Any]],
            session.rows("select 1 from pg_extension where extname = 'pg_stat_statements'"),
        )
        if not rows:
            raise CapabilityMissing(
                "the server's statements cannot be read",
                needs="the extension pg_stat_statements in this database",
                how_to_enable="shared_preload_libraries = 'pg_stat_statements', then CREATE EXTENSION pg_stat_statements",
            )
        time = "s.total_exec_time" if session.server_version_num >= 130000 else "s.total_time"
        rows = cast(list[dict[str, Any]], session.rows(_STATEMENTS.format(time=time), [most]))
    queries: list[WorkloadQuery] = []
    skipped: list[str] = []
    for row in rows:
        try:
            one = query_of(row["id"], row["text"], calls=row["calls"])
        except PerfkitError as error:
            if "holds no" not in str(error):
                skipped.append(f"{' '.join(row['text'].split())[:60]}: {error}")
            continue
        queries.append(replace(one, total_ms=round(row["ms"], 3)))
    if not queries:
        raise CapabilityMissing(
            "pg_stat_statements has no statement of this database yet",
            needs="some traffic after the extension was made",
            how_to_enable="run the application for a while",
        )
    names = named([(one.samples[0].text, one.fingerprint) for one in queries])
    return Workload(
        source="pg_stat_statements",
        queries=tuple(replace(one, name=name) for one, name in zip(queries, names, strict=True)),
        skipped=tuple(skipped),
    )
