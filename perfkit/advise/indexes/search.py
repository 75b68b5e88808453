"""Searches inside a value: parts of a text, keys of a document, elements of an array, words, ranges.

GIN holds each part of a value once with the rows it occurs in; GiST holds bounds. Which operator class serves which operator:
pg_trgm for LIKE, ILIKE and regular expressions; jsonb_path_ops for @>, @? and @@ alone, and smaller than jsonb_ops, which
serves ?, ?| and ?& too; array_ops for @> and &&; tsvector_ops for @@; range_ops (GiST) for @>, <@ and &&.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from perfkit.advise.indexes.conditions import MOST_EQUAL_KEYS, Conditions, distinct_columns, key_of
from perfkit.advise.indexes.immutable import columns_in, is_immutable
from perfkit.advise.indexes.proposal import Proposal, proposal
from perfkit.advise.indexes.shape import Method, Shape
from perfkit.catalog import Relation
from perfkit.sql.predicates import Predicate
from perfkit.sql.tokens import scan

_TEXT_TYPES = ("text", "character varying")
"""character(n) has no trigram class."""
_CONTAINS = frozenset({"@>", "@?"})
_HAS_KEY = frozenset({"?", "?|", "?&"})
_RANGE_TYPE = re.compile(r"(?:int4|int8|num|ts|tstz|date)(?:multi)?range\b")
_THREE_LETTERS = re.compile(r"\w{3}")
"""A pattern without them has no trigram: the whole index would be read."""

_ESCAPE = re.compile(r"\\[a-zA-Z]|[\[{(][^\])}]*[\])}]")
"""What in a regular expression is no text to be found: classes, groups, repetitions."""


def for_searches(relation: Relation, conditions: Conditions) -> Iterator[Proposal]:
    """One index for each search inside a value."""
    seen = set()
    for item in conditions.certain:
        found = search_of(item, relation, conditions)
        if found is not None and found.shapes[0].body not in seen:
            seen.add(found.shapes[0].body)
            yield found
            yield from _with_equality(found, conditions)


def _with_equality(found: Proposal, conditions: Conditions) -> Iterator[Proposal]:
    """Ranges of one room, not of all: GiST takes columns compared for equality before them, with btree_gist."""
    shape = found.shapes[0]
    equal = distinct_columns(conditions.equal)[:MOST_EQUAL_KEYS]
    if shape.method == "gist" and equal:
        keys = tuple(key_of(item) for item in equal)
        yield replace(
            found,
            shapes=(replace(shape, equal=(*keys, *shape.equal)),),
            serves=tuple(dict.fromkeys((*(item.sql for item in equal), *found.serves))),
            cures=(*found.cures, "missing-composite-index"),
            weight=found.weight * 0.95,
            extension="btree_gist",
        )


def search_of(item: Predicate, relation: Relation, conditions: Conditions) -> Proposal | None:
    """The index that serves this condition; None where a b-tree does, or nothing."""
    if not (item.is_constant or item.is_join) or item.clause == "having" or item.use == "inequality":
        return None
    own = conditions.own_functions
    if item.wrapped_by is not None and not is_immutable(item.expression, relation, own):
        return None
    type_name = _type_of(item, relation)
    for search in (_trigram, _document, _array, _words, _range):
        found = search(item, type_name, relation)
        if found is not None:
            is_wrapped = item.wrapped_by is not None and "to_tsvector" not in item.expression
            extra = ("missing-expression-index",) if is_wrapped else ()
            return replace(found, cures=(*found.cures, *extra))
    return None


def _trigram(item: Predicate, type_name: str, relation: Relation) -> Proposal | None:
    if item.operator not in ("like", "ilike", "~", "~*") or not type_name.startswith(_TEXT_TYPES):
        return None
    is_regular = item.operator.startswith("~")
    if item.use == "prefix" or (item.is_literal and not has_trigram(item.value or "", is_regular)):
        return None
    cures = ["missing-trigram-index"]
    if not is_regular:
        cures.append("leading-wildcard-like")
    if item.operator in ("ilike", "~*") or item.wrapped_by in ("lower", "upper"):
        cures.append("case-insensitive-match")
    found = _search(item, relation, "gin", "gin_trgm_ops", cures)
    return replace(found, extension="pg_trgm")


def has_trigram(pattern: str, is_regular: bool = False) -> bool:
    """Whether a pattern holds three letters or digits in a row.

    >>> has_trigram("'%ab%'"), has_trigram("'%abc%'"), has_trigram(r"'\\\\d+(foo)'", True)
    (False, True, False)
    """
    text = _ESCAPE.sub(" ", pattern) if is_regular else pattern.replace("_", " ")
    return _THREE_LETTERS.search(text) is not None


def _document(item: Predicate, type_name: str, relation: Relation) -> Proposal | None:
    if type_name not in ("jsonb", "hstore"):
        return None
    if item.operator in _CONTAINS or (item.operator == "@@" and type_name == "jsonb"):
        operator_class = "jsonb_path_ops" if type_name == "jsonb" else None
    elif item.operator in _HAS_KEY:
        operator_class = None
    else:
        return None
    return _search(item, relation, "gin", operator_class, ["missing-gin-jsonb"])


def _array(item: Predicate, type_name: str, relation: Relation) -> Proposal | None:
    if not type_name.endswith("[]") or item.operator not in ("@>", "&&"):
        return None
    return _search(item, relation, "gin", None, ["missing-index-filter", "any-array-not-indexable"])


def _words(item: Predicate, type_name: str, relation: Relation) -> Proposal | None:
    if item.operator != "@@" or type_name != "tsvector":
        return None
    return _search(item, relation, "gin", None, ["missing-fulltext-index"])


def _range(item: Predicate, type_name: str, relation: Relation) -> Proposal | None:
    if not _RANGE_TYPE.match(type_name) or item.operator not in ("@>", "<@", "&&"):
        return None
    return _search(item, relation, "gist", None, ["missing-gist-range-index", "missing-index-filter"])


def _search(
    item: Predicate, relation: Relation, method: Method, operator_class: str | None, cures: list[str]
) -> Proposal:
    key = replace(key_of(item), operator_class=operator_class)
    return proposal(Shape(relation=relation, equal=(key,), method=method), [item], cures, 1.0)


def _type_of(item: Predicate, relation: Relation) -> str:
    """Type of the column's side, as far as its outermost function or operator tells; empty where it does not."""
    column = relation.column(item.column)
    if item.wrapped_by is None:
        return column.type if column is not None else ""
    wrapped = item.wrapped_by
    types = {found.type.partition("(")[0] for found in columns_in(scan(item.expression), relation)}
    if wrapped in ("->", "#>", "jsonb_extract_path"):
        return "jsonb" if types == {"jsonb"} else ""
    if wrapped in ("lower", "upper", "->>", "#>>", "coalesce", "||", "::text") and (
        wrapped in ("->>", "#>>") or types <= set(_TEXT_TYPES)
    ):
        return _vector_or("text", item.expression)
    if wrapped in ("to_tsvector", "setweight"):
        return "tsvector"
    if wrapped == "string_to_array":
        return "text[]"
    return wrapped if _RANGE_TYPE.fullmatch(wrapped) else ""


def _vector_or(type_name: str, expression: str) -> str:
    return "tsvector" if "to_tsvector" in expression else type_name
