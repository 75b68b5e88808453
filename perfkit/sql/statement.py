"""What a statement is: its text, kind, parameters and syntax tree."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from sqlglot import Expr

StatementKind = Literal["select", "insert", "update", "delete", "merge", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One SQL statement. ``tree`` is None where sqlglot cannot read what PostgreSQL may well accept."""

    text: str
    kind: StatementKind
    fingerprint: str
    """Equal for statements that differ only in literals, parameter values, white space, case of keywords and list lengths."""
    parameter_count: int
    """Highest n of $n."""
    tree: Expr | None = field(default=None, compare=False, repr=False)
    parse_error: str | None = None
    """Why ``tree`` is None, in one line."""
