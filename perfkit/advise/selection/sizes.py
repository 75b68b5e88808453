"""How large an index will be, before it is built.

A b-tree holds one entry of six bytes a row where equal keys share a page (deduplication, since 13), and one key for each
distinct one; pages are filled to 90 %. Keys whose equality is not identity of bytes (numeric, char(n), float, jsonb) and indexes with INCLUDE
are not deduplicated (btree README, "Deduplication"; checked against built indexes, tests/advise/selection/test_sizes.py).
"""

from __future__ import annotations

from perfkit.advise.indexes.conditions import distinct_values
from perfkit.advise.indexes.shape import Shape
from perfkit.catalog import Catalog, Column, Relation
from perfkit.units import BLOCK_BYTES

_FILL = 0.9
_ENTRY_BYTES = 8
"""IndexTupleData."""
_POINTER_BYTES = 4
"""Line pointer."""
_SHARED_ENTRY_BYTES = 6
"""A row's place in a posting list."""
_SHARED_KEY_BYTES = 16
_PAGE_OVERHEAD = 1.02
"""Page headers, high keys and the inner pages."""
_UNDEDUPLICATED = ("numeric", "character(", "real", "double precision", "jsonb", "float")
_DEFAULT_WIDTH = 16
_DEDUPLICATES_SINCE = 130000
_BRIN_PAGES = 128
_HASH_FILL = 0.75
_UNSELECTIVE = 0.1
"""Share of the rows that a condition keeps of which the statistics say nothing."""


def estimated_bytes(shape: Shape, catalog: Catalog, kept: float | None = None) -> int:
    """Bytes on disk of the whole index, of all partitions. ``kept`` is the share of the rows that its predicate keeps; None to
    have it estimated from statistics."""
    rows = estimated_rows(shape, catalog, kept)
    if shape.method == "brin":
        return 3 * BLOCK_BYTES + int(shape.relation.pages / _BRIN_PAGES * (_width(shape) * 2 + 24))
    if shape.method == "hash":
        return int((rows * (16 + _POINTER_BYTES)) / _HASH_FILL) + 4 * BLOCK_BYTES
    if shape.method in ("gin", "gist"):
        return int(rows * (_width(shape) * (0.5 if shape.method == "gin" else 1.0) + 12)) + 2 * BLOCK_BYTES
    if shape.included or not _is_shared(shape, catalog):
        each = _aligned(_width(shape)) + _ENTRY_BYTES + _POINTER_BYTES
        return int(rows * each / _FILL * _PAGE_OVERHEAD) + 2 * BLOCK_BYTES
    keys = min(rows, _distinct(shape) or rows)
    each = _aligned(_width(shape)) + _ENTRY_BYTES + _POINTER_BYTES
    plain = rows * each
    shared = rows * _SHARED_ENTRY_BYTES + keys * (_aligned(_width(shape)) + _SHARED_KEY_BYTES)
    return int(min(plain, shared) / _FILL * _PAGE_OVERHEAD) + 2 * BLOCK_BYTES


def estimated_rows(shape: Shape, catalog: Catalog, kept: float | None = None) -> float:
    """How many rows the index holds, of all partitions."""
    return _rows(shape.relation, catalog) * (_kept(shape) if kept is None else kept)


def _rows(relation: Relation, catalog: Catalog) -> float:
    if relation.kind == "partitioned table":
        parts = [part for part in catalog.relations if part.partition_of == relation.qualified_name]
        return sum(part.rows or 0.0 for part in parts) or relation.rows or 1.0
    return max(relation.rows or 0.0, 1.0)


def _is_shared(shape: Shape, catalog: Catalog) -> bool:
    if catalog.server_version_num < _DEDUPLICATES_SINCE:
        return False
    columns = [shape.relation.column(key.column or "") for key in shape.keys]
    return not any(column is not None and column.type.startswith(_UNDEDUPLICATED) for column in columns)


def _width(shape: Shape) -> float:
    names = [*(key.column for key in shape.keys), *shape.included]
    columns = [shape.relation.column(name) if name is not None else None for name in names]
    total = 0.0
    for column in columns:
        width = _column_width(column)
        total = _padded(total, width) + width
    return total


def _column_width(column: Column | None) -> float:
    if column is None or column.statistics is None:
        return _DEFAULT_WIDTH
    return column.statistics.average_width * (1 - column.statistics.null_fraction)


def _padded(place: float, width: float) -> float:
    """Integers and timestamps begin at a multiple of their width."""
    if width in (4.0, 8.0):
        return -(-place // width) * width
    return place


def _aligned(width: float) -> float:
    return -(-width // 8) * 8


def _distinct(shape: Shape) -> float | None:
    total = 1.0
    for key in shape.keys:
        found = distinct_values(shape.relation, key.column) if key.column is not None else None
        if found is None:
            return None
        total *= max(found, 1.0)
    return total


def _kept(shape: Shape) -> float:
    share = 1.0
    for part in shape.predicate:
        share *= _part_kept(shape.relation, part)
    return share


def _part_kept(relation: Relation, part: str) -> float:
    for column in relation.columns:
        statistics = column.statistics
        if statistics is None or not part.startswith(column.name):
            continue
        rest = part.removeprefix(column.name).strip().upper()
        if rest == "IS NULL":
            return statistics.null_fraction
        if rest == "IS NOT NULL":
            return 1 - statistics.null_fraction
        if rest.startswith("="):
            distinct = distinct_values(relation, column.name)
            return (1 - statistics.null_fraction) / distinct if distinct else _UNSELECTIVE
    return _UNSELECTIVE
