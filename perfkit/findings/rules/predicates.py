"""Conditions that an index on the column cannot serve as they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator

from perfkit.catalog import Relation
from perfkit.findings.at import finding_at, it_seems
from perfkit.findings.conditions import Term
from perfkit.findings.expressions import expressions
from perfkit.findings.finding import Case, Finding, Rule, Severity
from perfkit.findings.hidden_keys import hidden_keys
from perfkit.findings.indexes import leading, on_expression, with_class
from perfkit.findings.restrictions import (
    EQUALITY,
    ORDERED,
    PATTERN,
    REGULAR,
    Restriction,
    literal,
    restrictions,
    unservable_arms,
)
from perfkit.findings.rules.scans import SELECTIVE_SHARE, is_drawn_anew
from perfkit.findings.tree import SCANS, children, qualified, tally
from perfkit.findings.weight import MANY_ROWS, Weight, weigh
from perfkit.plan.model import Node
from perfkit.units import format_count

TRIGRAM_CLASSES = ("gin_trgm_ops", "gist_trgm_ops")
_WIDER_TYPES = ("numeric", "double precision", "real", "bigint", "timestamp", "bpchar")
"""Types PostgreSQL casts a column to when it is compared with a value of that type."""

_TEXTS = ("text", "character varying", "character", "name", '"char"', "citext", "bpchar")
_CAST_TO_TEXT = ("name", '"char"', "character")
"""Types it casts to text by itself; all others only when told to."""

_CASE_FUNCTIONS = frozenset({"lower", "upper"})
TEXT_SEARCH = "to_tsvector"

_MOSTLY_SELECTIVE = EQUALITY | PATTERN | REGULAR | {"@>", "?", "?|", "?&", "@?", "@@", "any ="}
"""Operators that keep few rows as a rule; a range may keep most, which only an executed plan tells."""

INTO_DOCUMENT = frozenset({"->", "->>", "#>", "#>>", "[]"})
"""Operators that take a value out of a document."""

_MOVABLE = frozenset({"+", "-", "*", "/"})
"""Operators that can be brought to the other side of a comparison."""


def filtered(case: Case) -> Iterator[tuple[Node, Relation | None, Restriction, Weight]]:
    """Conditions left to the filter of scans that read many rows to keep few, where that takes time that matters.

    Of a plan that was not executed: those of dear scans whose operator is mostly selective.
    """
    for node in case.plan.walk():
        if node.node_type not in SCANS or not node.filter:
            continue
        rows = tally(node)
        if case.plan.is_analyzed and (rows.removed < MANY_ROWS or rows.kept_share > SELECTIVE_SHARE):
            continue
        weight = weigh(case, node, *children(node))
        if not weight.matters:
            continue
        relation = case.relation(node)
        for restriction in (
            *restrictions(node.filter, node.alias, relation),
            *unservable_arms(node.filter, node.alias, relation),
        ):
            is_told = case.plan.is_analyzed or restriction.operator in _MOSTLY_SELECTIVE
            if is_told and not is_drawn_anew(restriction):
                yield node, relation, restriction, weight


def found(
    node: Node,
    id: str,
    weight: Weight,
    restriction: Restriction,
    why: str,
    *,
    severity: Severity | None = None,
) -> Finding:
    rows = tally(node)
    checked = (
        f"{format_count(rows.read)} rows of {qualified(node)} are checked to keep {format_count(rows.kept)}"
        if node.actual
        else f"every row of {qualified(node)} would be checked"
    )
    return finding_at(
        node,
        id,
        f"{why}: {checked}",
        weight,
        severity=severity,
        column=restriction.column,
        expression=restriction.wrapped if restriction.form != "bare" else None,
        condition=restriction.text,
        kept_share=rows.kept_share if node.actual else None,
    )


def function_on_column(case: Case) -> Iterator[Finding]:
    """A function around the column hides it from an index on the column.

    The function is computed for every row. A range on the bare column says the same for dates and prefixes, arithmetic
    belongs on the other side; else an index on the expression serves it. Fine where few rows are checked, or an index on
    exactly this expression is used.
    """
    beside = [one for one in filtered(case) if not one[2].against]
    for node, relation, restriction, weight in (*beside, *hidden_keys(case)):
        if not _is_function(restriction):
            continue
        if relation is not None and on_expression(relation, restriction.wrapped):
            continue
        index = leading(relation, restriction.column) if relation else None
        why = f"{restriction.wrapped} hides {restriction.column} from " + (
            f"the index {index.name}" if index else "any index on it"
        )
        yield found(node, "function-on-column", weight, restriction, why)


def _is_function(restriction: Restriction) -> bool:
    if restriction.form == "operator":
        return restriction.wrapper in _MOVABLE and restriction.operator in ORDERED
    name = restriction.wrapper.lower()
    is_other = name in _CASE_FUNCTIONS | {TEXT_SEARCH} or _in_zone(restriction)
    return restriction.form == "call" and not is_other


def case_insensitive_match(case: Case) -> Iterator[Finding]:
    """A match that ignores case (lower(), upper(), ILIKE without wildcard) has no index on the same expression.

    An index on lower(column) serves lower(column) = …, one with pg_trgm serves ILIKE. Fine where few rows are checked.
    """
    for node, relation, restriction, weight in (*filtered(case), *hidden_keys(case)):
        pattern = literal(restriction.other)
        is_case = restriction.form == "call" and restriction.wrapper.lower() in _CASE_FUNCTIONS
        is_ilike = restriction.operator == "~~*" and (pattern is None or not pattern.startswith(("%", "_")))
        if not (is_case or is_ilike) or (relation is not None and _serves_case(relation, restriction)):
            continue
        yield found(
            node,
            "case-insensitive-match",
            weight,
            restriction,
            f"{it_seems(case)}no index serves {restriction.text}",
        )


def _serves_case(relation: Relation, restriction: Restriction) -> bool:
    return (
        on_expression(relation, restriction.wrapped) is not None
        or with_class(relation, restriction.column, TRIGRAM_CLASSES) is not None
    )


def _in_zone(restriction: Restriction) -> bool:
    return "AT TIME ZONE" in restriction.wrapped or "timezone(" in restriction.wrapped.lower()


def missing_expression_index(case: Case) -> Iterator[Finding]:
    """The filter is on a value taken out of a document or computed from the column, which an index on it could serve.

    It is computed for every row, and a large document is fetched for it. An index on the expression, or a column of its
    own for the value, serves it. Fine where few rows are checked. Informational for arithmetic: such conditions are
    seldom asked often enough to pay for an index.
    """
    for node, relation, restriction, weight in filtered(case):
        if restriction.form != "operator" or restriction.against:
            continue
        if restriction.operator not in {"=", "= any", "<", "<=", ">", ">="}:
            continue
        if relation is not None and on_expression(relation, restriction.wrapped):
            continue
        yield found(
            node, "missing-expression-index", weight, restriction, f"{it_seems(case)}no index holds {restriction.wrapped}",
            severity=None if restriction.wrapper in INTO_DOCUMENT else "info",
        )  # fmt: skip
    yield from _of_several_columns(case)


def _of_several_columns(case: Case) -> Iterator[Finding]:
    for one in expressions(case):
        if one.operator in ORDERED and not _is_of_one_call(case, one.side):
            yield finding_at(
                one.node, "missing-expression-index",
                f"{it_seems(case)}no index holds {one.side.text}: {format_count(tally(one.node).read)} rows of {qualified(one.node)}"
                f" are checked to keep {format_count(tally(one.node).kept)}",
                one.weight, columns=", ".join(one.columns), expression=one.side.text, condition=one.text,
            )  # fmt: skip


def _is_of_one_call(case: Case, side: Term) -> bool:
    """Whether a function of the user's own has constants among its arguments, as a distance from one point: an index of
    its results would answer this one call."""
    own = {function.name for function in case.catalog.functions} if case.catalog else set()
    calls = [part for part in side.walk() if part.kind == "call" and part.name.rpartition(".")[2] in own]
    return any(part.kind == "constant" for call in calls for part in call.walk())


def timezone_cast_filter(case: Case) -> Iterator[Finding]:
    """AT TIME ZONE around the column hides it from an index on the column.

    A half-open range, computed in the zone and compared with the bare column, says the same. Fine where few rows are
    checked.
    """
    for node, _, restriction, weight in filtered(case):
        if restriction.form == "call" and _in_zone(restriction):
            yield found(
                node, "timezone-cast-filter", weight, restriction,
                f"AT TIME ZONE hides {restriction.column} from any index on it",
            )  # fmt: skip


def cast_on_column(case: Case) -> Iterator[Finding]:
    """A cast written around the column hides it from an index on the column.

    Casting the value instead of the column, or a range (for ::date), lets the index serve. Fine where few rows are checked.
    """
    for node, relation, restriction, weight in (*filtered(case), *hidden_keys(case)):
        if _is_cast(relation, restriction) and not _is_implicit(case, node, restriction):
            yield found(
                node, "cast-on-column", weight, restriction,
                f"the cast to {restriction.wrapper} hides {restriction.column} from any index on it",
            )  # fmt: skip
    yield from _prefixes_of_text_form(case)


def implicit_type_mismatch(case: Case) -> Iterator[Finding]:
    """The column is compared with a value of another type, so PostgreSQL casts the column of every row.

    bigint against numeric, integer against double precision: the wider type wins, and an index on the column cannot serve.
    Passing the parameter, or writing the constant, in the column's type cures it. Fine where few rows are checked.
    """
    for node, relation, restriction, weight in (*filtered(case), *hidden_keys(case)):
        if _is_cast(relation, restriction) and _is_implicit(case, node, restriction):
            column = relation.column(restriction.column) if relation else None
            yield found(
                node, "implicit-type-mismatch", weight, restriction,
                f"{restriction.column}{f' ({column.type})' if column else ''} is compared as {restriction.wrapper}, so it"
                f" is cast in every row",
            )  # fmt: skip


def _is_cast(relation: Relation | None, restriction: Restriction) -> bool:
    if restriction.form != "cast" or restriction.operator in PATTERN:
        return False
    return relation is None or on_expression(relation, restriction.wrapped) is None


def _is_implicit(case: Case, node: Node, restriction: Restriction) -> bool:
    """Whether the statement itself has no cast on the column; without the statement, by the type."""
    relation = case.relation(node)
    column = relation.column(restriction.column) if relation else None
    if restriction.wrapper.startswith("text"):
        if column is None or not column.type.startswith(_CAST_TO_TEXT):
            return False
    elif not restriction.wrapper.startswith(_WIDER_TYPES):
        return False
    if case.statement is None:
        return True
    name = re.escape(restriction.column)
    written = rf'\b{name}"?\s*\)*\s*::|\bcast\s*\(\s*(?:[\w"]+\.)?"?{name}"?\s+as\b'
    return re.search(written, case.statement.text, re.IGNORECASE) is None


def _prefixes_of_text_form(case: Case) -> Iterator[Finding]:
    """``id::text LIKE '12%'``: the text of a number is searched, which no index on the number orders."""
    for node, relation, restriction, weight in filtered(case):
        column = relation.column(restriction.column) if relation else None
        if restriction.form != "cast" or restriction.operator not in PATTERN or column is None:
            continue
        if column.type.startswith(_TEXTS) or _wildcard_pattern(restriction) is not None:
            continue
        if relation is not None and on_expression(relation, restriction.wrapped) is None:
            yield found(
                node, "cast-on-column", weight, restriction,
                f"the cast to {restriction.wrapper} hides {restriction.column} ({column.type}) from any index on it",
            )  # fmt: skip


def leading_wildcard_like(case: Case) -> Iterator[Finding]:
    """The pattern of LIKE or ILIKE starts with a wildcard, so no b-tree can find where to start.

    Every row is compared. A trigram index (pg_trgm) finds substrings of three characters and more; full text search finds
    words. Fine where few rows are checked. Informational beside missing-trigram-index, which names the cure.
    """
    for node, relation, restriction, weight in filtered(case):
        pattern = _wildcard_pattern(restriction)
        if pattern is None:
            continue
        severity: Severity | None = "info" if _lacks_trigrams(relation, restriction, pattern) else None
        yield found(
            node, "leading-wildcard-like", weight, restriction,
            f"the pattern '{pattern}' starts with a wildcard, which no b-tree serves", severity=severity,
        )  # fmt: skip


def missing_trigram_index(case: Case) -> Iterator[Finding]:
    """A search for a substring, or by a regular expression, has no trigram index on its column.

    GIN with gin_trgm_ops (extension pg_trgm) finds the few rows that can match. Fine on small tables, and useless for
    patterns with fewer than three characters in a row.
    """
    for node, relation, restriction, weight in filtered(case):
        pattern = _wildcard_pattern(restriction) or _regular_expression(restriction)
        if pattern is not None and _lacks_trigrams(relation, restriction, pattern):
            if relation is None and case.catalog is not None:
                continue
            yield found(
                node, "missing-trigram-index", weight, restriction,
                f"{it_seems(case)}no trigram index on {restriction.column} finds '{pattern}'",
            )  # fmt: skip


def _wildcard_pattern(restriction: Restriction) -> str | None:
    if restriction.operator not in PATTERN:
        return None
    pattern = literal(restriction.other)
    return pattern if pattern is not None and pattern.startswith(("%", "_")) else None


def _regular_expression(restriction: Restriction) -> str | None:
    """One that is not bound to the start of the text, where an index sorted by code point would do."""
    pattern = literal(restriction.other) if restriction.operator in REGULAR else None
    return pattern if pattern is not None and not pattern.startswith("^") else None


def _lacks_trigrams(relation: Relation | None, restriction: Restriction, pattern: str) -> bool:
    """Whether a trigram index would find the pattern, and there is none; without a catalog, that the plan uses none."""
    if restriction.operator in REGULAR:
        pattern = re.sub(r"\[[^]]*\]|\\.|.[*?]|.\{0", "%", pattern)
    if not re.search(r"\w{3}", pattern.replace("_", "%")):
        return False
    return relation is None or with_class(relation, restriction.column, TRIGRAM_CLASSES) is None


RULES = (
    Rule(
        id="function-on-column", title="A function hides the column from its index", check=function_on_column
    ),
    Rule(
        id="case-insensitive-match",
        title="A match that ignores case has no matching index",
        check=case_insensitive_match,
    ),
    Rule(
        id="missing-expression-index",
        title="A filter on an expression that an index could hold",
        check=missing_expression_index,
    ),
    Rule(
        id="timezone-cast-filter",
        title="AT TIME ZONE hides the column from its index",
        check=timezone_cast_filter,
    ),
    Rule(id="cast-on-column", title="An explicit cast hides the column from its index", check=cast_on_column),
    Rule(
        id="implicit-type-mismatch",
        title="A comparison across types casts the column",
        check=implicit_type_mismatch,
    ),
    Rule(
        id="leading-wildcard-like",
        title="A LIKE pattern that starts with a wildcard",
        check=leading_wildcard_like,
    ),
    Rule(
        id="missing-trigram-index",
        title="Substring search without a trigram index",
        check=missing_trigram_index,
    ),
)
