"""Does a statement give the same rows each time it runs on the same data?"""

from __future__ import annotations

from perfkit.sql.statement import Statement

_VOLATILE = frozenset(
    {
        "random", "gen_random_uuid", "uuid_generate_v4", "uuidv4", "uuidv7", "now", "clock_timestamp",
        "statement_timestamp", "transaction_timestamp", "timeofday", "nextval", "currval", "lastval",
        "txid_current", "pg_current_xact_id", "pg_backend_pid",
    }
)  # fmt: skip


def has_fixed_result(statement: Statement) -> bool:
    """False where the rows may rightly differ between plans: LIMIT and DISTINCT ON keep any of the tied rows, window
    functions and ordered aggregates depend on an order among ties, volatile functions on the moment. False also where
    sqlglot could not read the statement."""
    if statement.tree is None:
        return False
    from sqlglot import exp

    loose = (
        exp.Limit, exp.Fetch, exp.Offset, exp.Window, exp.ArrayAgg, exp.GroupConcat, exp.Rand, exp.TableSample,
        exp.CurrentTimestamp, exp.CurrentTime, exp.CurrentDate, exp.Uuid,
    )  # fmt: skip
    for node in statement.tree.walk():
        if isinstance(node, loose):
            return False
        if isinstance(node, exp.Distinct) and node.args.get("on"):
            return False
        if isinstance(node, exp.Anonymous) and node.name.lower() in _VOLATILE:
            return False
    return True
