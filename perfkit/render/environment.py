"""Where a capture was made: what somebody needs to make it again, and what may explain it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from perfkit.render.blocks import (
    Block,
    Blocks,
    Code,
    Column,
    Details,
    Facts,
    Row,
    Span,
    Table,
    Text,
    joined,
    paragraph,
    text,
)
from perfkit.render.figures import counted
from perfkit.units import format_bytes, format_count, format_percent

if TYPE_CHECKING:
    from perfkit.capture.values import Environment, Query
    from perfkit.catalog import Catalog, Relation

_STALE_SHARE = 0.1
"""autovacuum analyses a table once a tenth of it changed (autovacuum_analyze_scale_factor)."""


def query_blocks(query: Query) -> Blocks:
    """The statement as given, with what tells it apart."""
    pairs = [("fingerprint", text(Span(query.fingerprint, "code"))), ("kind", text(query.kind))]
    pairs.extend(
        (f"${number}", text(Span("NULL", "muted") if value is None else Span(value, "code")))
        for number, value in enumerate(query.parameters, 1)
    )
    return (Code(text=query.text), Facts(pairs=tuple(pairs)))


def environment_blocks(environment: Environment, catalog: Catalog | None = None) -> Blocks:
    """Server, settings, extensions and the tables that the statement touches."""
    pairs: list[tuple[str, Text]] = [
        ("server", text(f"PostgreSQL {environment.server_version}")),
        ("database", text(environment.database)),
    ]
    if environment.dataset:
        dataset = environment.dataset
        pairs.append(
            (
                "data set",
                text(f"{dataset.name} {dataset.version}, scale {dataset.scale:g}, seed {dataset.seed}"),
            )
        )
    pairs.append(("captured", text(environment.captured_at)))
    pairs.append(("perfkit", text(environment.perfkit_version)))
    if environment.extensions:
        extensions = [text(f"{name} {version}") for name, version in sorted(environment.extensions.items())]
        pairs.append(("extensions", joined(extensions, ", ")))
    blocks: list[Block] = [Facts(pairs=tuple(pairs))]
    if catalog and catalog.relations:
        blocks.append(_relations(catalog, environment.captured_at))
        if any(relation.indexes for relation in catalog.relations):
            blocks.append(
                Details(
                    summary=text(counted(sum(1 for _ in catalog.indexes()), "index", "es")),
                    blocks=(_indexes(catalog),),
                )
            )
    if environment.settings:
        settings = tuple(
            (name, text(Span(value, "code"))) for name, value in sorted(environment.settings.items())
        )
        count = len(settings)
        blocks.append(
            Details(
                summary=text(f"{count} setting{'s' if count > 1 else ''} not at the default"),
                blocks=(Facts(pairs=settings),),
            )
        )
    else:
        blocks.append(paragraph("Every setting is at its default."))
    return tuple(blocks)


def _relations(catalog: Catalog, captured_at: str) -> Table:
    columns = (
        Column(title="relation"),
        Column(title="rows", align="right", note="pg_class.reltuples, the planner's idea"),
        Column(title="size", align="right", note="with TOAST, without indexes"),
        Column(title="indexes", align="right"),
        Column(
            title="all visible", align="right", note="share of pages that an index-only scan need not visit"
        ),
        Column(title="analyzed", note="before the capture"),
        Column(title="changed since", align="right", note="rows inserted, updated or deleted since"),
    )
    rows = tuple(_relation(relation, captured_at) for relation in catalog.relations)
    return Table(columns=columns, rows=rows, kind="relations", is_list=True)


def _relation(relation: Relation, captured_at: str) -> Row:
    index_bytes = sum(index.size_bytes or 0 for index in relation.indexes)
    activity = relation.activity
    kind = "" if relation.kind == "table" else f" ({relation.kind})"
    indexes = f"{len(relation.indexes)}, {format_bytes(index_bytes)}" if relation.indexes else "none"
    visible = relation.all_visible_pages / relation.pages if relation.pages else None
    changed: Text = text(Span("–", "muted"))
    if activity:
        is_stale = activity.modified_since_analyze > _STALE_SHARE * max(activity.live_rows, 1)
        changed = text(Span(format_count(activity.modified_since_analyze), "warn" if is_stale else "plain"))
    return Row(
        cells=(
            text(relation.qualified_name, Span(kind, "muted")),
            text(format_count(relation.rows)),
            text(format_bytes(relation.table_bytes)),
            text(indexes),
            text(format_percent(visible)),
            text(age(activity.last_analyze if activity else None, captured_at, relation.rows)),
            changed,
        )
    )


def _indexes(catalog: Catalog) -> Table:
    columns = (
        Column(title="definition", wraps=True),
        Column(title="size", align="right"),
        Column(title="scans", align="right", note="since the statistics reset"),
    )
    rows = tuple(
        Row(
            cells=(
                text(Span(index.definition or index.name, "code"), "" if index.is_valid else " invalid"),
                text(format_bytes(index.size_bytes)),
                text(format_count(index.scans)),
            )
        )
        for _, index in catalog.indexes()
    )
    return Table(columns=columns, rows=rows, kind="indexes", is_list=True)


def age(then: str | None, now: str, rows: float | None = None) -> str:
    """How long before, in the largest unit that gives at least two.

    >>> age("2026-03-01T00:00:00Z", "2026-03-05T12:00:00+00:00"), age(None, "", None), age(None, "", 10)
    ('4 days', 'never', 'unknown')
    """
    if then is None:
        return "never" if rows is None else "unknown"
    start, end = _moment(then), _moment(now)
    if start is None or end is None:
        return then
    seconds = max((end - start).total_seconds(), 0.0)
    for size, unit in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds // size:.0f} {unit}"
    return "just now"


def _moment(value: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
