"""Statements of another dialect, put into PostgreSQL's."""

from __future__ import annotations

import sqlglot
from sqlglot import exp


def to_postgres(text: str, dialect: str) -> str:
    """One statement of ``dialect`` (sqlglot's name for it) as PostgreSQL takes it, laid out anew, without a semicolon.

    In a dialect whose integers divide to fractions, those are computed as numeric, and dividing by zero gives NULL.

    >>> print(to_postgres("select round(a / b, 2), c / 7.0 from t limit 3;", "duckdb"))
    SELECT
      ROUND(CAST(a AS DECIMAL) / NULLIF(b, 0), 2),
      c / 7.0
    FROM t
    LIMIT 3
    """
    statement = sqlglot.parse_one(text, read=dialect)
    for division in statement.find_all(exp.Div):
        if not division.args.get("typed"):
            _divide_exactly(division)
    return statement.sql(dialect="postgres", pretty=True)


def _divide_exactly(division: exp.Div) -> None:
    """Left to itself, sqlglot casts to double precision, which PostgreSQL's round(numeric, integer) does not take."""
    division.set("typed", True)
    division.set("safe", not isinstance(division.right.unnest(), exp.Literal))
    if not _is_numeric(division.left) and not _is_numeric(division.right):
        division.set("this", exp.cast(division.left.unnest(), exp.DataType.Type.DECIMAL))


def _is_numeric(operand: exp.Expr) -> bool:
    """Whether the operand alone makes PostgreSQL divide as numeric: 100.0, or a cast to numeric."""
    operand = operand.unnest()
    return (isinstance(operand, exp.Literal) and operand.is_number and not operand.is_int) or operand.is_type(
        exp.DataType.Type.DECIMAL
    )
