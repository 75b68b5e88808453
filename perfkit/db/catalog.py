"""Read the part of the catalog that one statement touches, as a value. A handful of short queries, no locks beyond
ACCESS SHARE on the system catalogs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any, cast

from perfkit.catalog import (
    Activity,
    Catalog,
    Column,
    ColumnStatistics,
    Constraint,
    ExtendedStatistics,
    ForeignKey,
    Function,
    Index,
    IndexKey,
    Relation,
    Setting,
    Trigger,
)
from perfkit.db.session import Row, Session, stored_query
from perfkit.sql.tables import table_names
from perfkit.sql.trigger_body import statements_of


def read_catalog(
    session: Session,
    names: Iterable[str],
    *,
    with_referencing: bool = False,
    functions: Iterable[str] = (),
) -> Catalog:
    """The snapshot for the relations of these names (quoted and qualified as SQL would have them), in the transaction that the caller
    opened; ``with_referencing`` those whose foreign keys point at them and those their triggers read. ``functions`` are bare names;
    only the user's own are told.

    A name the server does not know is left out. Sizes and statistics a role may not see are None.
    """
    settings = session.rows(stored_query("settings"))
    server = session.rows(
        "select current_database() as database, current_schemas(true)::text[] as path,"
        " array(select extname::text from pg_extension order by 1) as extensions,"
        " array(select name::text from pg_available_extensions order by 1) as available"
    )[0]
    with session.savepoint():
        # Queries of the catalog look dear to the planner: compiling one takes seconds, running it hundredths of one.
        session.execute("set local jit = off")
        relations = _read_relations(session, set(names), with_referencing=with_referencing)
        oids = [row["oid"] for row in relations]
        columns = _by_oid(session.rows(stored_query("columns"), {"oids": oids}))
        indexes = _by_oid(session.rows(stored_query("indexes"), {"oids": oids}))
        foreign_keys = session.rows(stored_query("foreign_keys"), {"oids": oids})
        called = session.rows(stored_query("functions"), {"names": sorted(set(functions))})
    return Catalog(
        server_version_num=session.server_version_num,
        database=str(server["database"]),
        search_path=tuple(cast(list[str], server["path"])),
        extensions=tuple(cast(list[str], server["extensions"])),
        available_extensions=tuple(cast(list[str], server["available"])),
        functions=tuple(Function(**cast(dict[str, Any], row)) for row in called),
        relations=tuple(
            _relation(row, columns.get(row["oid"], []), indexes.get(row["oid"], [])) for row in relations
        ),
        foreign_keys=tuple(map(_foreign_key, foreign_keys)),
        settings=tuple(Setting(**cast(dict[str, Any], row)) for row in settings),
    )


def _read_relations(session: Session, names: set[str], *, with_referencing: bool) -> list[Row]:
    wanted = {"names": sorted(names), "with_referencing": with_referencing}
    relations = session.rows(stored_query("relations"), wanted)
    if with_referencing and (fired := _read_by_triggers(relations)):
        relations = session.rows(stored_query("relations"), {**wanted, "names": sorted(names | fired)})
    return relations


def _read_by_triggers(relations: Sequence[Row]) -> set[str]:
    """Names of the tables in the bodies of the relations' triggers."""
    triggers = [_trigger(one) for row in relations for one in cast(list[dict[str, Any]], row["triggers"])]
    return {
        name
        for trigger in triggers
        for statement in statements_of(trigger.body or "")
        for name in table_names(statement)
    }


def _by_oid(rows: Sequence[Row]) -> dict[object, list[Row]]:
    return {oid: list(group) for oid, group in groupby(rows, key=lambda row: row["oid"])}


def _relation(row: Row, columns: Sequence[Row], indexes: Sequence[Row]) -> Relation:
    fields = cast(dict[str, Any], row)
    return Relation(
        schema=fields["schema"],
        name=fields["name"],
        kind=fields["kind"],
        rows=fields["rows"],
        pages=fields["pages"],
        all_visible_pages=fields["all_visible_pages"],
        table_bytes=fields["table_bytes"],
        main_bytes=fields["main_bytes"],
        columns=tuple(_column(cast(dict[str, Any], column)) for column in columns),
        indexes=tuple(
            _index([cast(dict[str, Any], key) for key in keys])
            for _, keys in groupby(indexes, key=lambda key: key["index_oid"])
        ),
        activity=_activity(fields["activity"]),
        partition_of=fields["partition_of"],
        partition_key=fields["partition_key"],
        partitions=fields["partitions"],
        bound=fields["bound"],
        options=tuple(fields["options"]),
        extended_statistics=tuple(_extended(one) for one in fields["extended_statistics"]),
        triggers=tuple(_trigger(one) for one in fields["triggers"]),
        constraints=tuple(Constraint(**one) for one in fields["constraints"]),
        has_row_security=fields["has_row_security"],
        view_definition=fields["view_definition"],
    )


_STATISTICS_KINDS = {"d": "ndistinct", "f": "dependencies", "m": "mcv", "e": "expressions"}


def _extended(fields: dict[str, Any]) -> ExtendedStatistics:
    return ExtendedStatistics(
        schema=fields["schema"],
        name=fields["name"],
        kinds=tuple(_STATISTICS_KINDS.get(kind, kind) for kind in fields["kinds"]),
        columns=tuple(fields["columns"]),
        definition=fields["definition"],
    )


_TRIGGER_EVENTS = ((4, "insert"), (8, "delete"), (16, "update"), (32, "truncate"))
"""Bits of pg_trigger.tgtype (src/include/catalog/pg_trigger.h): 1 row, 2 before, 64 instead, and the events."""


def _trigger(fields: dict[str, Any]) -> Trigger:
    bits = int(fields["type"])
    return Trigger(
        name=fields["name"],
        function=fields["function"],
        is_per_row=bool(bits & 1),
        timing="before" if bits & 2 else "instead of" if bits & 64 else "after",
        events=tuple(event for bit, event in _TRIGGER_EVENTS if bits & bit),
        body=fields["body"],
    )


def _column(row: dict[str, Any]) -> Column:
    statistics = None
    if row["distinct_values"] is not None:
        statistics = ColumnStatistics(
            null_fraction=row["null_fraction"],
            distinct=row["distinct_values"],
            correlation=row["correlation"],
            average_width=row["average_width"],
            most_common_frequency=row["most_common_frequency"],
        )
    return Column(
        name=row["name"],
        type=row["type"],
        is_not_null=row["is_not_null"],
        collation=row["collation"],
        statistics=statistics,
        statistics_target=row["statistics_target"],
        distinct_override=row["distinct_override"],
        has_default=row["has_default"],
        is_generated=row["is_generated"],
    )


def _index(keys: list[dict[str, Any]]) -> Index:
    first = keys[0]
    return Index(
        name=first["name"],
        schema=first["schema"],
        method=first["method"],
        keys=tuple(
            IndexKey(
                column=key["column_name"],
                expression=key["expression"],
                operator_class=key["operator_class"] or "",
                is_default_class=bool(key["is_default_class"]),
                is_descending=key["is_descending"],
                nulls_first=key["nulls_first"],
                collation=key["collation"],
            )
            for key in keys
            if not key["is_included"]
        ),
        included=tuple(key["column_name"] for key in keys if key["is_included"]),
        predicate=first["predicate"],
        is_unique=first["is_unique"],
        is_primary=first["is_primary"],
        is_valid=first["is_valid"],
        enforces_constraint=first["enforces_constraint"],
        size_bytes=first["size_bytes"],
        scans=first["scans"],
        definition=first["definition"],
    )


def _activity(document: dict[str, Any] | None) -> Activity | None:
    """None where the server keeps no counts yet: a database just made from a template has them all at zero."""
    if document is None:
        return None
    counts = (
        "n_live_tup",
        "n_dead_tup",
        "n_mod_since_analyze",
        "n_tup_upd",
        "n_tup_ins",
        "vacuum_count",
        "analyze_count",
    )
    if not any(document.get(name) for name in counts):
        return None
    return Activity(
        live_rows=document["n_live_tup"],
        dead_rows=document["n_dead_tup"],
        modified_since_analyze=document["n_mod_since_analyze"],
        inserted_since_vacuum=document.get("n_ins_since_vacuum"),
        last_analyze=_latest(document["last_analyze"], document["last_autoanalyze"]),
        last_vacuum=_latest(document["last_vacuum"], document["last_autovacuum"]),
        updates=document["n_tup_upd"],
        hot_updates=document["n_tup_hot_upd"],
    )


def _latest(*moments: str | None) -> str | None:
    return max((moment for moment in moments if moment), default=None)


_KEY_ACTIONS = {
    "a": "no action",
    "r": "restrict",
    "c": "cascade",
    "n": "set null",
    "d": "set default",
}
"""Of pg_constraint.confdeltype and confupdtype."""


def _foreign_key(row: Row) -> ForeignKey:
    fields = cast(dict[str, Any], row)
    return ForeignKey(
        name=fields["name"],
        schema=fields["schema"],
        table=fields["table"],
        columns=tuple(fields["columns"]),
        referenced_schema=fields["referenced_schema"],
        referenced_table=fields["referenced_table"],
        referenced_columns=tuple(fields["referenced_columns"]),
        on_delete=_KEY_ACTIONS[fields["on_delete"]],
        on_update=_KEY_ACTIONS[fields["on_update"]],
    )
