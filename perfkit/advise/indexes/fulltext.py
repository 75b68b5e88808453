"""Words in a text whose configuration is not named: no index holds that, so the statement names it first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from perfkit.advise.indexes.conditions import Conditions
from perfkit.advise.indexes.proposal import Proposal
from perfkit.advise.indexes.rewrite import with_configuration
from perfkit.advise.indexes.search import search_of
from perfkit.catalog import Catalog, Relation
from perfkit.sql.statement import Statement


def for_unnamed_configuration(
    relation: Relation, conditions: Conditions, statement: Statement, catalog: Catalog
) -> Iterator[Proposal]:
    """``to_tsvector(body)`` follows default_text_search_config and is not immutable; with the configuration it has now
    written out it is. Nothing where the setting is not known."""
    setting = catalog.setting("default_text_search_config")
    if setting is None:
        return
    configuration = setting.value.removeprefix("pg_catalog.")
    for item in conditions.certain:
        if item.operator != "@@" or "to_tsvector" not in item.expression:
            continue
        named = with_configuration(item.expression, configuration)
        found = (
            search_of(replace(item, expression=named), relation, conditions)
            if named != item.expression
            else None
        )
        if found is not None:
            yield replace(
                found,
                rewrite=with_configuration(statement.text, configuration),
                conditions=(f"default_text_search_config is {configuration}",),
                caveats=("sessions with another default_text_search_config searched with that until now",),
            )
            return
