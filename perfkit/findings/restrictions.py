"""How the conditions of a scan restrict its columns, and which of them an index could serve."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from perfkit.catalog import Relation
from perfkit.findings.conditions import Term, conjuncts

EQUALITY = frozenset({"=", "= any", "is null", "is true", "is false"})
RANGE = frozenset({"<", "<=", ">", ">="})
ORDERED = EQUALITY | RANGE
"""Operators a b-tree serves on a bare column."""
PATTERN = frozenset({"~~", "~~*"})
"""LIKE and ILIKE."""
REGULAR = frozenset({"~", "~*"})
"""Regular expressions."""
PREFIX = "^@"
"""starts_with()"""

_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "@>": "<@", "<@": "@>", "= any": "any ="}
_SEARCHES_TEXT = ("@@",)
"""Operators whose document is often put together from several columns; the first stands for all."""

_SAME_STORAGE = ("text", "character varying")
"""Types between which a cast is no work and no obstacle to an index."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restriction:
    """One condition on one column of a scan."""

    text: str
    column: str
    operator: str
    form: Literal["bare", "cast", "call", "operator"]
    """How the column stands in it: alone, cast, inside a function, or inside another operator."""
    wrapper: str = ""
    """The function, type or operator around the column; empty when bare."""
    wrapped: str = ""
    """The column's side as printed."""
    other: Term | None = None
    """The other side; None for IS NULL and boolean columns."""
    against: str | None = None
    """The relation whose column stands on the other side; None for constants."""

    @property
    def is_ordered(self) -> bool:
        """True when a b-tree on the bare column could serve it with a constant or an outer row's value."""
        return self.form == "bare" and self.operator in ORDERED and not self._needs_a_subplan

    @property
    def _needs_a_subplan(self) -> bool:
        return self.other is not None and any(
            term.kind == "subplan" and "SubPlan" in term.name for term in self.other.walk()
        )


def restrictions(
    text: str | None, alias: str | None, relation: Relation | None = None
) -> tuple[Restriction, ...]:
    """What the conditions that must all hold say about single columns of the relation called ``alias``.

    >>> [(r.column, r.operator, r.form) for r in restrictions("((i.id > 5) AND ((i.at)::date = '2024-01-01'::date))", "i")]
    [('id', '>', 'bare'), ('at', '=', 'cast')]
    >>> restrictions("(b.parent_id = a.id)", "b")[0].against
    'a'
    """
    return tuple(_restrictions(conjuncts(text), alias, relation))


def unservable_arms(
    text: str | None, alias: str | None, relation: Relation | None = None
) -> tuple[Restriction, ...]:
    """What the arms of an OR say that hold no condition a b-tree could start from: one such arm reads the whole table.

    >>> found = unservable_arms("(((i.title ~~ '%x%'::text) OR (i.id = 5)) AND (i.kind = 3))", "i")
    >>> [restriction.column for restriction in found]
    ['title']
    """
    found: list[Restriction] = []
    for term in conjuncts(text):
        for arm in term.parts if term.kind == "or" else ():
            said = restrictions(arm.text, alias, relation)
            if not any(restriction.is_ordered for restriction in said):
                found.extend(said)
    return tuple(found)


def _restrictions(
    terms: tuple[Term, ...], alias: str | None, relation: Relation | None
) -> Iterator[Restriction]:
    for term in terms:
        found = _restriction(term, alias, relation)
        if found is not None:
            yield found


def _restriction(term: Term, alias: str | None, relation: Relation | None) -> Restriction | None:
    if term.kind == "column" and _owns(term, alias):
        return Restriction(
            text=term.text, column=term.name, operator="is true", form="bare", wrapped=term.text
        )
    if term.kind == "not" and term.parts[0].kind == "column" and _owns(term.parts[0], alias):
        return Restriction(
            text=term.text,
            column=term.parts[0].name,
            operator="is false",
            form="bare",
            wrapped=term.parts[0].text,
        )
    if term.kind == "call" and term.name == "starts_with" and len(term.parts) == 2:
        term = replace(term, kind="operator", name=PREFIX)
    if term.kind != "operator" or term.name == "[]":
        return None
    sides = term.parts
    for mine, other, operator in (
        (sides[0], sides[1] if len(sides) > 1 else None, term.name),
        *(((sides[1], sides[0], _FLIPPED.get(term.name, term.name)),) if len(sides) > 1 else ()),
    ):
        own = list(dict.fromkeys(column.name for column in mine.columns() if _owns(column, alias)))
        foreign = [column for column in mine.columns() if not _owns(column, alias)]
        is_single = len(own) == 1 or (own and operator in _SEARCHES_TEXT)
        if not is_single or foreign or (other is not None and any(_owns(c, alias) for c in other.columns())):
            continue
        form, wrapper = _form(mine, relation)
        if form == "bare" and relation is None and _is_number_as_text(mine, own[0], other):
            form, wrapper = "cast", mine.name
        return Restriction(
            text=term.text,
            column=own[0],
            operator=operator,
            form=form,
            wrapper=wrapper,
            wrapped=mine.text,
            other=other,
            against=next((c.qualifier for c in other.columns() if c.qualifier), None) if other else None,
        )
    return None


def _owns(column: Term, alias: str | None) -> bool:
    return column.qualifier is None or alias is None or column.qualifier == alias


def _form(term: Term, relation: Relation | None) -> tuple[Literal["bare", "cast", "call", "operator"], str]:
    if term.kind == "column":
        return "bare", ""
    if term.kind == "cast":
        inner = term.parts[0]
        if inner.kind == "column" and _is_same_storage(inner.name, term.name, relation):
            return "bare", ""
        return ("cast", term.name) if inner.kind == "column" else _form(inner, relation)
    if term.kind == "call":
        return "call", term.name
    return "operator", term.name


def _is_same_storage(column: str, type_name: str, relation: Relation | None) -> bool:
    if not type_name.startswith(_SAME_STORAGE):
        return False
    known = relation.column(column) if relation else None
    return known is None or known.type.startswith(_SAME_STORAGE)


def _is_number_as_text(mine: Term, column: str, other: Term | None) -> bool:
    """Whether a key is compared as text with a number's digits: without a catalog, the sign of a numeric column.

    A cast from varchar to text is printed just so, but keys that hold nothing but digits are seldom varchar.
    """
    return (
        mine.kind == "cast"
        and (column == "id" or column.endswith("_id"))
        and re.fullmatch(r"\d+", literal(other) or "") is not None
    )


def literal(term: Term | None) -> str | None:
    """The text of a string constant, without quotes and type; None for anything else.

    >>> from perfkit.findings.conditions import read_condition
    >>> literal(read_condition("'it''s %'::text"))
    "it's %"
    """
    while term is not None and term.kind in {"cast", "constant"} and term.parts:
        term = term.parts[0]
    if term is None or term.kind != "constant" or not term.text.endswith("'"):
        return None
    return term.text[term.text.index("'") + 1 : -1].replace("''", "'")


def prefix(restriction: Restriction) -> str | None:
    """The prefix a condition on the bare column asks for, by LIKE, starts_with() or a regular expression; None for any other.

    >>> prefix(restrictions("(i.title ~~ 'bug%'::text)", "i")[0])
    'bug%'
    """
    pattern = literal(restriction.other)
    if restriction.form != "bare" or not pattern:
        return None
    if restriction.operator == "~":
        return pattern if pattern.startswith("^") and pattern[1:2].isalnum() else None
    is_like = restriction.operator == "~~" and not pattern.startswith(("%", "_"))
    return pattern if is_like or restriction.operator == PREFIX else None
