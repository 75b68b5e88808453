"""Names of temporary tables that hold in every session: ``pg_temp.t`` for ``pg_temp_26.t``."""

from __future__ import annotations

import re
from dataclasses import replace

from perfkit.catalog import Catalog, Relation

_OWN_SCHEMA = re.compile(r"\bpg_temp_\d+\b")
_ALIAS = "pg_temp"


def without_session_number(document: object) -> object:
    """A plan as EXPLAIN (FORMAT JSON) gives it, with the alias for the schema of temporary tables.

    >>> without_session_number([{"Schema": "pg_temp_26", "Filter": "(a = 'pg_temp_26')"}])
    [{'Schema': 'pg_temp', 'Filter': "(a = 'pg_temp_26')"}]
    """
    if isinstance(document, list):
        return [without_session_number(one) for one in document]
    if isinstance(document, dict):
        return {
            key: _ALIAS
            if key == "Schema" and _OWN_SCHEMA.fullmatch(str(value))
            else without_session_number(value)
            if isinstance(value, dict | list)
            else value
            for key, value in document.items()
        }
    return document


def neutral(catalog: Catalog) -> Catalog:
    """The catalog with the alias for the schema of temporary tables, in definitions of their indexes too."""
    return replace(
        catalog,
        search_path=tuple(_OWN_SCHEMA.sub(_ALIAS, name) for name in catalog.search_path),
        relations=tuple(_relation(one) for one in catalog.relations),
    )


def _relation(relation: Relation) -> Relation:
    if not _OWN_SCHEMA.fullmatch(relation.schema):
        return relation
    return replace(
        relation,
        schema=_ALIAS,
        indexes=tuple(
            replace(one, definition=_OWN_SCHEMA.sub(_ALIAS, one.definition)) for one in relation.indexes
        ),
    )
