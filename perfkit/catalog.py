"""What a catalog snapshot is: relations, columns, indexes, constraints, statistics and settings as values.

A snapshot holds what the findings and the advice need to know about the relations one statement touches. It is read
by ``perfkit.db.catalog`` and saved with a capture, so that a diagnosis can be repeated without the server.
Times are ISO 8601 text in UTC; sizes are bytes; None means unknown, never zero.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from perfkit.identifier import quote_identifier


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnStatistics:
    """A row of pg_stats, less the values it quotes from the data."""

    null_fraction: float
    distinct: float
    """As pg_stats.n_distinct: a count when positive, minus the fraction of rows when negative."""
    correlation: float | None
    average_width: int
    most_common_frequency: float | None
    """Share of the most common value; None when the column has no common values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    name: str
    type: str
    """As format_type gives it: ``character varying(40)``, ``timestamp with time zone``, ``integer[]``."""
    is_not_null: bool
    collation: str | None = None
    """Name of the collation; None for types that have none. ``C`` and ``POSIX`` sort by byte."""
    statistics: ColumnStatistics | None = None
    statistics_target: int | None = None
    """ALTER COLUMN … SET STATISTICS; None for default_statistics_target."""
    distinct_override: float | None = None
    """ALTER COLUMN … SET (n_distinct = …)."""
    has_default: bool = False
    is_generated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexKey:
    """One key of an index: a column or an expression."""

    column: str | None
    expression: str | None
    operator_class: str
    is_default_class: bool
    is_descending: bool = False
    nulls_first: bool = False
    collation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    name: str
    schema: str
    method: str
    keys: tuple[IndexKey, ...]
    included: tuple[str, ...] = ()
    predicate: str | None = None
    is_unique: bool = False
    is_primary: bool = False
    is_valid: bool = True
    enforces_constraint: bool = False
    """Primary key, unique or exclusion constraint: not to be dropped for lack of scans."""
    size_bytes: int | None = None
    scans: int | None = None
    """pg_stat_all_indexes.idx_scan since the statistics reset; None on a clone or without the privilege."""
    definition: str = ""

    @property
    def columns(self) -> tuple[str | None, ...]:
        """Column of each key in order; None for an expression."""
        return tuple(key.column for key in self.keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignKey:
    name: str
    schema: str
    table: str
    columns: tuple[str, ...]
    referenced_schema: str
    referenced_table: str
    referenced_columns: tuple[str, ...]
    on_delete: str | None = None
    on_update: str | None = None
    """no action, restrict, cascade, set null or set default; None in snapshots that do not tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendedStatistics:
    """What CREATE STATISTICS made."""

    schema: str
    name: str
    kinds: tuple[str, ...]
    """ndistinct, dependencies, mcv, expressions."""
    columns: tuple[str, ...]
    definition: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    name: str
    function: str
    """With its schema."""
    is_per_row: bool
    timing: str
    """before, after or instead of."""
    events: tuple[str, ...]
    """insert, update, delete, truncate."""
    body: str | None = None
    """Of a PL/pgSQL function; None for one in another language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function of the user's own that the statement calls."""

    schema: str
    name: str
    arguments: str
    """Types of its arguments as ALTER FUNCTION wants them; "" for none."""
    volatility: str
    """immutable, stable or volatile."""
    parallel: str
    """safe, restricted or unsafe."""
    rows: float
    """What the planner assumes a set-returning one gives; 0 for others."""
    cost: float
    language: str
    returns_set: bool = False

    @property
    def signature(self) -> str:
        """``schema.name(types)``, quoted as SQL wants it."""
        return f"{quote_identifier(self.schema)}.{quote_identifier(self.name)}({self.arguments})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """Cumulative statistics of a relation (pg_stat_all_tables); a database made from a template has none."""

    live_rows: int
    dead_rows: int
    modified_since_analyze: int
    inserted_since_vacuum: int | None
    last_analyze: str | None
    last_vacuum: str | None
    updates: int = 0
    hot_updates: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint:
    """A CHECK or EXCLUDE constraint."""

    name: str
    kind: str
    """check or exclusion."""
    definition: str
    """As pg_get_constraintdef gives it: ``CHECK ((price > 0))``."""
    is_valid: bool = True
    """False where rows from before it may break it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    schema: str
    name: str
    kind: str
    """table, partitioned table, view, materialized view or foreign table."""
    rows: float | None
    """pg_class.reltuples: the planner's idea at the last VACUUM or ANALYZE; None when never analysed."""
    pages: int
    """pg_class.relpages: as of the last VACUUM or ANALYZE."""
    all_visible_pages: int
    table_bytes: int | None
    """Main fork with TOAST, without indexes."""
    main_bytes: int | None = None
    """Main fork alone, as large as it is now."""
    columns: tuple[Column, ...] = ()
    indexes: tuple[Index, ...] = ()
    activity: Activity | None = None
    partition_of: str | None = None
    """``schema.table`` of the parent; None when the relation is no partition."""
    partition_key: str | None = None
    """As pg_get_partkeydef gives it: ``RANGE (created_at)``."""
    partitions: int | None = None
    bound: str | None = None
    """Of a partition: ``FOR VALUES FROM (…) TO (…)``; None for other relations."""
    options: tuple[str, ...] = ()
    """Storage parameters that are set: ``fillfactor=70``."""
    extended_statistics: tuple[ExtendedStatistics, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    """Less those that enforce constraints, and those that are disabled."""
    constraints: tuple[Constraint, ...] = ()
    """CHECK and EXCLUDE; keys and NOT NULL stand with indexes, foreign keys and columns."""
    has_row_security: bool = False
    """Policies may hide rows from some roles."""
    view_definition: str | None = None
    """The query of a view; None for other relations."""

    @property
    def qualified_name(self) -> str:
        return f"{self.schema}.{self.name}"

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    name: str
    value: str
    unit: str | None
    source: str
    """As pg_settings.source: default, configuration file, database, user, session, …"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """The part of the catalog that one statement touches, as it was when the snapshot was taken."""

    server_version_num: int
    database: str
    search_path: tuple[str, ...]
    relations: tuple[Relation, ...]
    foreign_keys: tuple[ForeignKey, ...] = ()
    """Those from or to one of the relations."""
    settings: tuple[Setting, ...] = ()
    """Planner and memory settings, whatever their value, and every other one that is not at its default."""
    extensions: tuple[str, ...] = ()
    available_extensions: tuple[str, ...] = ()
    """Those the server could install, installed ones among them."""
    functions: tuple[Function, ...] = ()
    """Functions of the user's own that the statement calls, every one of an overloaded name."""

    def relation(self, name: str, schema: str | None = None) -> Relation | None:
        """The relation of that name; without a schema, the first along the search path."""
        for where in (schema,) if schema else (*self.search_path, None):
            for relation in self.relations:
                if relation.name == name and (where is None or relation.schema == where):
                    return relation
        return None

    def setting(self, name: str) -> Setting | None:
        return next((setting for setting in self.settings if setting.name == name), None)

    def indexes(self) -> Iterator[tuple[Relation, Index]]:
        for relation in self.relations:
            for index in relation.indexes:
                yield relation, index
