"""Statements of another dialect, put into PostgreSQL's."""

from __future__ import annotations

import sqlglot


def to_postgres(text: str, dialect: str) -> str:
    """One statement of ``dialect`` (sqlglot's name for it) as PostgreSQL takes it, laid out anew, without a semicolon.

    >>> print(to_postgres("select a::date from t limit 3;", "duckdb"))
    SELECT
      CAST(a AS DATE)
    FROM t
    LIMIT 3
    """
    return sqlglot.parse_one(text, read=dialect).sql(dialect="postgres", pretty=True)
