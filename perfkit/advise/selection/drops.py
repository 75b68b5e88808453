"""Existing indexes that can go: another one begins with them, or nothing reads them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from perfkit.advise.indexes.ddl import drop_existing, recreate, safe_drop_existing, script
from perfkit.advise.indexes.existing import existing_key
from perfkit.advise.indexes.shape import same_order
from perfkit.advise.values import Advice, Price, Proof
from perfkit.catalog import Catalog, Index, Relation
from perfkit.db.usage import IndexUsage, Usage
from perfkit.findings.rules.upkeep import REPRESENTATIVE_SCANS
from perfkit.units import format_bytes, format_count

UNUSED_DAYS = 30.0
"""A monthly report has run within it."""

MANY_ROWS = 1_000
"""Entered into the table's indexes: fewer writes are no reason to drop one."""

MOST_NAMED = 4


def redundant_drops(
    catalog: Catalog, used: Collection[str], keep: Collection[str]
) -> tuple[list[Advice], set[str]]:
    """Indexes that another one begins with and that no plan of the workload uses; with the names of both, which may not go as
    unused. ``used`` are names that plans need, or that a new index takes the place of."""
    drops: list[Advice] = []
    names: set[str] = set()
    for relation, index in _spare(catalog, used, keep):
        longer = _longer(index, relation)
        if longer is not None:
            drops.append(_redundant(index, relation, longer))
            names |= {index.name, longer.name}
    return drops, names


def unused_drops(
    catalog: Catalog, used: Collection[str], keep: Collection[str], usage: Usage, least_days: float
) -> tuple[list[Advice], list[str]]:
    """Indexes that no plan of the workload uses, that the server's counters say were kept up and never read for ``least_days``,
    while others of their table were read; and what is to be told of others that no plan uses, where the counters cannot say it.

    Never one on an expression, whose statistics serve plans that do not read it, nor one that begins with the columns of a
    foreign key, which a deletion of a referenced row searches.
    """
    drops, untold, unseen = [], [], []
    for relation, index in _spare(catalog, used, keep):
        counted = usage.indexes.get((index.schema, index.name))
        if (
            counted is None
            or counted.scans
            or not index.is_valid
            or any(key.expression is not None for key in index.keys)
            or _serves_foreign_key(index, relation, catalog)
        ):
            continue
        if usage.days is None or usage.days < least_days:
            untold.append(index.name)
        elif not _was_kept_up(counted) or not _is_read(relation, usage):
            unseen.append(index.name)
        else:
            drops.append(_unused(index, relation, counted, usage.days))
    notes = []
    if untold:
        notes.append(f"{_are_used_by_none(untold)}; {_too_young(usage.days, least_days)}")
    if unseen:
        notes.append(
            f"{_are_used_by_none(unseen)} and {'was' if len(unseen) == 1 else 'were'} not read since the server's counters began;"
            f" {'its table has' if len(unseen) == 1 else 'their tables have'} seen too few reads or writes for that to mean much"
        )
    return drops, notes


def _spare(
    catalog: Catalog, used: Collection[str], keep: Collection[str]
) -> Iterator[tuple[Relation, Index]]:
    """Those that may go for all that the workload and the catalog say."""
    for relation, index in catalog.indexes():
        is_kept = index.name in keep or f"{index.schema}.{index.name}" in keep
        if _may_go(index, relation) and not is_kept and not _is_used(index, relation, catalog, used):
            yield relation, index


def _is_used(index: Index, relation: Relation, catalog: Catalog, used: Collection[str]) -> bool:
    """A plan names a partition's index, which is its own and the parent's."""
    return index.name in used or any(
        (part.keys, part.predicate, part.method) == (index.keys, index.predicate, index.method)
        and _is_used(part, partition, catalog, used)
        for partition in catalog.relations
        if partition.partition_of == relation.qualified_name
        for part in partition.indexes
    )


def _may_go(index: Index, relation: Relation) -> bool:
    """Unique ones may be a replica identity or what a foreign key refers to."""
    return not (
        index.is_unique
        or index.is_primary
        or index.enforces_constraint
        or relation.partition_of is not None
        or relation.kind not in ("table", "partitioned table")
    )


def _serves_foreign_key(index: Index, relation: Relation, catalog: Catalog) -> bool:
    return any(
        (key.schema, key.table) == (relation.schema, relation.name)
        and set(index.columns[: len(key.columns)]) == set(key.columns)
        for key in catalog.foreign_keys
    )


def _was_kept_up(counted: IndexUsage) -> bool:
    """Entering a row takes a block of the index at the least: fewer blocks than rows, and it was not there for all of them."""
    return counted.entered_rows >= MANY_ROWS and counted.blocks >= counted.entered_rows


def _is_read(relation: Relation, usage: Usage) -> bool:
    """A copy that is only written to, by replication say, has read no index, and says nothing of them."""
    found = (usage.indexes.get((index.schema, index.name)) for index in relation.indexes)
    return sum(one.scans for one in found if one is not None) >= REPRESENTATIVE_SCANS


def _are_used_by_none(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMED
    named = ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
    if len(names) == 1:
        return f"index {named} is used by no statement of the workload"
    return f"{len(names)} indexes are used by no statement of the workload ({named})"


def _too_young(days: float | None, least_days: float) -> str:
    """
    >>> _too_young(2.04, 30)
    "the server's counters cover 2 days, too few to say that nothing else reads them: 30 are asked for (--unused-days)"
    """
    if days is None:
        return "the server's counters do not say since when they count, so that nothing can be said of other statements"
    return (
        f"the server's counters cover {_days(days)}, too few to say that nothing else reads them:"
        f" {least_days:g} are asked for (--unused-days)"
    )


def _days(days: float) -> str:
    """
    >>> [_days(days) for days in (0.02, 0.97, 1.2, 45.9)]
    ['less than a day', 'less than a day', '1 day', '45 days']
    """
    whole = int(days)
    return "less than a day" if whole < 1 else "1 day" if whole == 1 else f"{whole:,} days"


def _longer(index: Index, relation: Relation) -> Index | None:
    """Another index that begins with the same keys."""
    keys = tuple(existing_key(key) for key in index.keys)
    for other in relation.indexes:
        if other.name == index.name or other.method != index.method or other.predicate != index.predicate:
            continue
        theirs = tuple(existing_key(key) for key in other.keys)
        is_longer = len(theirs) > len(keys) or (
            len(theirs) == len(keys) and (other.is_unique, other.name) > (False, index.name)
        )
        if is_longer and other.is_valid and same_order(keys, theirs[: len(keys)]) and not index.included:
            return other
    return None


def _redundant(index: Index, relation: Relation, longer: Index) -> Advice:
    return _drop(
        index,
        relation,
        f"index {longer.name} begins with the same keys; {_frees(index)}",
        Proof(level="planned", verdict="improves", reason="no plan of the workload uses it"),
        ("statements that are not in the workload may use it: a monthly report, a standby server",),
    )


def _unused(index: Index, relation: Relation, counted: IndexUsage, days: float) -> Advice:
    return _drop(
        index,
        relation,
        f"never read in {_days(days)}, while {format_count(counted.entered_rows)} rows of {relation.name} were written, each with its"
        f" entry; {_frees(index)}",
        Proof(
            level="planned",
            verdict="neutral",
            reason="no plan of the workload uses it, with the new indexes or without; that nothing else does rests on the server's"
            " counters",
        ),
        (
            f"the counters cover {_days(days)}: a quarterly or yearly report may not have run since",
            "each server counts for itself: look at idx_scan in pg_stat_user_indexes wherever the application reads, on its standby"
            " servers too",
        ),
    )


def _frees(index: Index) -> str:
    return f"frees {format_bytes(index.size_bytes)} and its share of every write"


def _drop(index: Index, relation: Relation, rationale: str, proof: Proof, caveats: tuple[str, ...]) -> Advice:
    return Advice(
        id="",
        kind="index",
        sql=drop_existing(index),
        rationale=rationale,
        price=Price(safe_sql=script([safe_drop_existing(index, relation)])),
        proof=proof,
        relation=relation.qualified_name,
        undo_sql=recreate(index, relation),
        caveats=caveats,
    )
