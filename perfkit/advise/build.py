"""Make a change inside a transaction, and see which indexes it made."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from perfkit.db.session import Session, stored_query
from perfkit.identifier import quote_identifier
from perfkit.plan import Plan

BUILD_SECONDS = 900
"""An index on a table of tens of gigabytes is built within it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """An index that a change made; on a partitioned table one for the parent and one for each partition."""

    oid: int
    schema: str
    name: str
    table: str
    size_bytes: int
    is_top: bool

    @property
    def drop_sql(self) -> str:
        return f"drop index {quote_identifier(self.schema)}.{quote_identifier(self.name)}"


def build(session: Session, statements: Iterable[str]) -> tuple[list[Built], float]:
    """Run DDL in the open transaction; the indexes it made, and its milliseconds. Holds its locks until the rollback."""
    known = {index.oid for index in indexes(session)}
    session.execute(f"set local statement_timeout = '{BUILD_SECONDS}s'")
    started = time.perf_counter()
    for sql in statements:
        session.execute(sql)
    build_ms = (time.perf_counter() - started) * 1000
    limit = session.target.limits.statement_timeout
    session.execute(f"set local statement_timeout = '{round((limit or 0) * 1000)}ms'")
    return [index for index in indexes(session) if index.oid not in known], build_ms


def indexes(session: Session) -> list[Built]:
    """Every index of the database."""
    return [Built(**cast(dict[str, Any], row)) for row in session.rows(stored_query("all_indexes"))]


def is_planned_for(built: Iterable[Built], plan: Plan) -> bool:
    """Whether the plan shows one of the indexes; True also for a table the plan does not scan: a foreign key's
    trigger searches it out of the plan's sight, and only the clock tells."""
    made = list(built)
    if not {index.table for index in made} & {node.relation for node in plan.walk()}:
        return True
    return bool({index.name for index in made} & {node.index for node in plan.walk()})
