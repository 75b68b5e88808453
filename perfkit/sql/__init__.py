"""One SQL statement: its kind, safety, fingerprint, and what it asks of each table.

What needs the syntax tree stands in modules of its own (``usage``), so that this package loads no parser.
"""

from perfkit.sql.parse import parse_statement
from perfkit.sql.predicates import ColumnReference, OrderKey, Predicate, RowLimit, TableUse
from perfkit.sql.result import has_fixed_result
from perfkit.sql.safety import dangers, refuse_unless_safe
from perfkit.sql.statement import Statement, StatementKind
from perfkit.sql.tables import table_names

__all__ = [
    "ColumnReference",
    "OrderKey",
    "Predicate",
    "RowLimit",
    "Statement",
    "StatementKind",
    "TableUse",
    "dangers",
    "has_fixed_result",
    "parse_statement",
    "refuse_unless_safe",
    "table_names",
]
