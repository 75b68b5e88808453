"""A catalog of an issue tracker, built by hand: what a snapshot of a small GitLab-like database would hold."""

from __future__ import annotations

from dataclasses import replace

from perfkit.catalog import Catalog, Column, ColumnStatistics, ForeignKey, Index, IndexKey, Relation

PAGE_ROWS = 40


def column(
    name: str,
    type: str = "bigint",
    *,
    distinct: float | None = -1.0,
    common: float | None = None,
    null_fraction: float = 0.0,
    correlation: float | None = 0.0,
) -> Column:
    """A column with statistics; none of them when ``distinct`` is None."""
    return Column(
        name=name,
        type=type,
        is_not_null=null_fraction == 0,
        collation="default" if type == "text" or type.startswith("character") else None,
        statistics=None
        if distinct is None
        else ColumnStatistics(
            null_fraction=null_fraction,
            distinct=distinct,
            correlation=correlation,
            average_width=8,
            most_common_frequency=common,
        ),
    )


def index(
    name: str,
    *keys: str | IndexKey,
    predicate: str | None = None,
    is_unique: bool = False,
    is_valid: bool = True,
    method: str = "btree",
    included: tuple[str, ...] = (),
) -> Index:
    """An index; a key given as text is a column, ``created_at desc`` a descending one."""
    return Index(
        name=name,
        schema="public",
        method=method,
        keys=tuple(key if isinstance(key, IndexKey) else index_key(key) for key in keys),
        included=included,
        predicate=predicate,
        is_unique=is_unique,
        is_primary=name.endswith("_pkey"),
        is_valid=is_valid,
        enforces_constraint=is_unique,
    )


def index_key(text: str) -> IndexKey:
    name, _, rest = text.partition(" ")
    return IndexKey(
        column=name,
        expression=None,
        operator_class="int8_ops",
        is_default_class=True,
        is_descending="desc" in rest,
        nulls_first="desc" in rest,
    )


def expression_key(expression: str) -> IndexKey:
    return IndexKey(column=None, expression=expression, operator_class="text_ops", is_default_class=True)


def trigram_key(name: str) -> IndexKey:
    return IndexKey(column=name, expression=None, operator_class="gist_trgm_ops", is_default_class=False)


def table(
    name: str,
    columns: tuple[Column, ...],
    *indexes: Index,
    rows: float = 200_000,
    schema: str = "public",
    kind: str = "table",
    partition_key: str | None = None,
    partitions: int | None = None,
) -> Relation:
    return Relation(
        schema=schema,
        name=name,
        kind=kind,
        rows=rows,
        pages=max(int(rows / PAGE_ROWS), 1),
        all_visible_pages=0,
        table_bytes=int(rows / PAGE_ROWS) * 8192,
        columns=columns,
        indexes=indexes,
        partition_key=partition_key,
        partitions=partitions,
    )


def tracker(*, issue_indexes: tuple[Index, ...] = ()) -> Catalog:
    """Namespaces, projects, users, issues, labels, notes and events; only primary keys are indexed but for the given."""
    return Catalog(
        server_version_num=180000,
        database="tracker",
        search_path=("pg_catalog", "public"),
        relations=(
            table(
                "namespaces",
                (column("id"), column("parent_id", null_fraction=0.5), column("path", "text")),
                index("namespaces_pkey", "id", is_unique=True),
                rows=20_000,
            ),
            table(
                "projects",
                (
                    column("id"),
                    column("namespace_id", distinct=15_000),
                    column("name", "text"),
                    column("visibility", "text", distinct=3, common=0.6),
                ),
                index("projects_pkey", "id", is_unique=True),
                rows=30_000,
            ),
            table(
                "users",
                (
                    column("id"),
                    column("email", "character varying(255)"),
                    column("username", "text"),
                    column("state", "text", distinct=3, common=0.97),
                    column("city", "text", distinct=40, common=0.05),
                ),
                index("users_pkey", "id", is_unique=True),
                rows=50_000,
            ),
            table(
                "issues",
                (
                    column("id"),
                    column("project_id", distinct=25_000, common=0.1),
                    column("author_id", distinct=40_000),
                    column("state", "text", distinct=2, common=0.96),
                    column("title", "text"),
                    column("priority", "integer", distinct=5, common=0.5),
                    column("created_at", "timestamp with time zone", correlation=0.99),
                    column("updated_at", "timestamp with time zone"),
                    column("deleted_at", "timestamp with time zone", null_fraction=0.05),
                    column("is_confidential", "boolean", distinct=2, common=0.98),
                    column("metadata", "jsonb", distinct=None),
                    column("tags", "text[]", distinct=None),
                ),
                index("issues_pkey", "id", is_unique=True),
                *issue_indexes,
            ),
            table(
                "notes",
                (
                    column("id"),
                    column("issue_id", distinct=90_000),
                    column("author_id", distinct=40_000),
                    column("body", "text"),
                    column("created_at", "timestamp with time zone"),
                ),
                index("notes_pkey", "id", is_unique=True),
                rows=600_000,
            ),
            table(
                "labels",
                (column("id"), column("title", "text"), column("color", "text", distinct=8)),
                index("labels_pkey", "id", is_unique=True),
                rows=120,
            ),
            table(
                "label_links",
                (column("label_id", distinct=120), column("issue_id", distinct=90_000)),
                rows=400_000,
            ),
            table(
                "events",
                (
                    column("id"),
                    column("author_id", distinct=40_000),
                    column("action", "text", distinct=6, common=0.4),
                    column("created_at", "timestamp with time zone"),
                ),
                rows=900_000,
                kind="partitioned table",
                partition_key="RANGE (created_at)",
                partitions=24,
            ),
            table(
                "prices",
                (
                    column("id"),
                    column("product_id", distinct=3_000),
                    column("valid_from", "date"),
                    column("valid_to", "date"),
                    column("first_ip", "bigint"),
                    column("last_ip", "bigint", null_fraction=0.1),
                    column("during", "tstzrange"),
                    column("search", "tsvector", distinct=None),
                    column("code", "text"),
                    column("amount", "numeric(10,2)"),
                    column("tax", "numeric(10,2)"),
                ),
                index("prices_pkey", "id", is_unique=True),
            ),
            table("Order", (column("Id"), column("user"), column("created at", "date")), schema="Sales"),
            table("recent_issues", (column("id"), column("project_id")), kind="view", rows=0),
            replace(
                table(
                    "open_issues",
                    (column("id"), column("subject", "text"), column("author_id")),
                    kind="view",
                    rows=0,
                ),
                view_definition=" SELECT i.id, i.title AS subject, i.author_id\n   FROM issues i\n  WHERE i.state = 'open'::text;",
            ),
            replace(
                table("open_of_authors", (column("author"), column("subject", "text")), kind="view", rows=0),
                view_definition=" SELECT u.username AS author, open_issues.subject\n   FROM open_issues\n"
                "     JOIN users u ON u.id = open_issues.author_id;",
            ),
        ),
        foreign_keys=(
            _foreign_key("issues", "project_id", "projects"),
            _foreign_key("issues", "author_id", "users"),
            _foreign_key("notes", "issue_id", "issues"),
            _foreign_key("label_links", "issue_id", "issues"),
        ),
    )


def _foreign_key(name: str, column_name: str, referenced: str) -> ForeignKey:
    return ForeignKey(
        name=f"{name}_{column_name}_fkey",
        schema="public",
        table=name,
        columns=(column_name,),
        referenced_schema="public",
        referenced_table=referenced,
        referenced_columns=("id",),
    )
