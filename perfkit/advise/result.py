"""Are two runs' results the same: a digest of the rows, taken on the server so that they do not travel."""

from __future__ import annotations

from collections.abc import Sequence

from perfkit.db.session import Session
from perfkit.sql.statement import Statement

_PREFIX = (
    "select count(*)::text || ':' || coalesce(sum(hashtextextended(q::text, 0)::numeric), 0)::text from ("
)
_SUFFIX = "\n) as q"


def digest(session: Session, statement: Statement, parameters: Sequence[str | None]) -> str | None:
    """Row count and the sum of the rows' hashes: equal for equal multisets of rows, whatever their order.

    None for statements that cannot stand in a FROM clause. Runs the statement once more, in the transaction the caller
    opened.
    """
    if statement.kind != "select":
        return None
    return str(session.run_users(_PREFIX, statement.text, parameters, _SUFFIX)[0][0])
