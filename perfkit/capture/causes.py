"""What was not the same when two captures were taken, and may be why their plans differ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from perfkit.capture.values import Capture, Environment
from perfkit.catalog import Catalog, Relation
from perfkit.stats import compare_counts
from perfkit.units import BLOCK_BYTES, format_bytes, format_count

CauseKind = Literal[
    "statement", "parameters", "server", "data-set", "setting", "size", "statistics", "index", "extension"
]

_WITHOUT_INFLUENCE: Final = (
    "application_name",
    "archive_",
    "client_",
    "cluster_name",
    "config_file",
    "data_directory",
    "event_source",
    "external_pid_file",
    "hba_file",
    "ident_file",
    "idle_",
    "lc_messages",
    "listen_addresses",
    "lock_timeout",
    "log_",
    "logging_",
    "port",
    "ssl",
    "statement_timeout",
    "syslog",
    "transaction_timeout",
    "unix_socket_",
)
"""Heads of the names of settings that change neither a plan nor its cost."""

_CLEAR_DISTINCT_FACTOR: Final = 2.0
"""Estimates follow the number of distinct values; below a factor of two no other plan follows from it."""

_CLEAR_SHARE: Final = 0.1
"""Of NULLs or of the most common value, in parts of all rows."""

_SECONDS: Final = (("day", 86_400), ("hour", 3_600), ("minute", 60))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One thing that differed; text for both sides, None where a side has none or does not know."""

    kind: CauseKind
    subject: str
    before: str | None
    after: str | None


def causes(before: Capture, after: Capture) -> tuple[Cause, ...]:
    """All that differs between the surroundings of two captures and can lead to another plan.

    Relations are compared where both captures know them.
    """
    return (
        *_of_statement(before, after),
        *_of_server(before.environment, after.environment),
        *_of_settings(before, after),
        *_of_relations(before, after),
        *_of_extensions(before.environment, after.environment),
    )


def _of_statement(before: Capture, after: Capture) -> Iterator[Cause]:
    one, other = before.query, after.query
    if one.fingerprint != other.fingerprint:
        yield Cause(kind="statement", subject="statement", before=one.text, after=other.text)
    elif one.parameters != other.parameters:
        yield Cause(
            kind="parameters",
            subject="parameters",
            before=_listed(one.parameters),
            after=_listed(other.parameters),
        )
    elif one.text != other.text and " ".join(one.text.split()) != " ".join(other.text.split()):
        yield Cause(kind="parameters", subject="literals in the statement", before=one.text, after=other.text)


def _listed(values: tuple[str | None, ...]) -> str:
    return ", ".join("NULL" if value is None else value for value in values) or "none"


def _of_server(before: Environment, after: Environment) -> Iterator[Cause]:
    if before.server_version_num != after.server_version_num:
        yield Cause(
            kind="server", subject="version", before=before.server_version, after=after.server_version
        )
    if before.database != after.database:
        yield Cause(kind="server", subject="database", before=before.database, after=after.database)
    if before.dataset != after.dataset:
        yield Cause(kind="data-set", subject="data set", before=_dataset(before), after=_dataset(after))


def _dataset(given: Environment) -> str | None:
    one = given.dataset
    return None if one is None else f"{one.name} {one.version}, scale {one.scale:g}, seed {one.seed}"


def _of_settings(before: Capture, after: Capture) -> Iterator[Cause]:
    """A setting that only one side lists is at its default on the other."""
    one, other = _settings(before), _settings(after)
    for name in sorted({*one, *other}):
        if one.get(name) != other.get(name) and not name.lower().startswith(_WITHOUT_INFLUENCE):
            yield Cause(kind="setting", subject=name, before=one.get(name), after=other.get(name))


def _settings(given: Capture) -> dict[str, str]:
    known = {
        one.name: one.value if one.unit is None else f"{one.value} × {one.unit}"
        for one in given.catalog.settings
    }
    return known or dict(given.environment.settings)


def _of_relations(before: Capture, after: Capture) -> Iterator[Cause]:
    for one in before.catalog.relations:
        other = _same(after.catalog, one)
        if other is not None:
            yield from _of_size(one, other)
            yield from _of_statistics(one, other, before.environment, after.environment)
            yield from _of_indexes(one, other)


def _same(catalog: Catalog, wanted: Relation) -> Relation | None:
    return next((one for one in catalog.relations if one.qualified_name == wanted.qualified_name), None)


def _of_size(one: Relation, other: Relation) -> Iterator[Cause]:
    name = one.qualified_name
    has_rows = one.rows is not None and other.rows is not None
    if has_rows and compare_counts(round(one.rows or 0), round(other.rows or 0)) != "same":
        yield Cause(
            kind="size",
            subject=f"{name}, rows",
            before=format_count(one.rows),
            after=format_count(other.rows),
        )
    if compare_counts(one.pages, other.pages) != "same":
        sizes = (format_bytes(BLOCK_BYTES * pages) for pages in (one.pages, other.pages))
        yield Cause(kind="size", subject=f"{name}, size", before=next(sizes), after=next(sizes))
    if one.partitions != other.partitions:
        yield Cause(
            kind="size",
            subject=f"{name}, partitions",
            before=format_count(one.partitions),
            after=format_count(other.partitions),
        )


def _of_statistics(
    one: Relation, other: Relation, before: Environment, after: Environment
) -> Iterator[Cause]:
    name, old, new = one.qualified_name, one.activity, other.activity
    if old is not None and new is not None:
        if old.last_analyze != new.last_analyze:
            yield Cause(
                kind="statistics",
                subject=f"{name}, last analysed",
                before=_age(old.last_analyze, before.captured_at),
                after=_age(new.last_analyze, after.captured_at),
            )
        changed = (old.modified_since_analyze, new.modified_since_analyze)
        if compare_counts(*changed) != "same":
            yield Cause(
                kind="statistics",
                subject=f"{name}, rows changed since",
                before=format_count(changed[0]),
                after=format_count(changed[1]),
            )
    elif (one.rows is None) != (other.rows is None):
        known = {True: "never analysed", False: "analysed"}
        yield Cause(
            kind="statistics", subject=name, before=known[one.rows is None], after=known[other.rows is None]
        )
    yield from _of_columns(one, other)


def _of_columns(one: Relation, other: Relation) -> Iterator[Cause]:
    for column in one.columns:
        partner = other.column(column.name)
        old, new = column.statistics, partner.statistics if partner else None
        subject = f"{one.qualified_name}.{column.name}"
        if (old is None) != (new is None):
            yield Cause(
                kind="statistics",
                subject=subject,
                before="no statistics" if old is None else "statistics",
                after="no statistics" if new is None else "statistics",
            )
        if old is None or new is None:
            continue
        distinct = _distinct(old.distinct, one), _distinct(new.distinct, other)
        low, high = sorted(max(count, 1.0) for count in distinct)
        if high >= _CLEAR_DISTINCT_FACTOR * low:
            yield Cause(
                kind="statistics",
                subject=f"{subject}, distinct values",
                before=format_count(distinct[0]),
                after=format_count(distinct[1]),
            )
        for what, share in (
            ("share of NULL", (old.null_fraction, new.null_fraction)),
            (
                "share of the commonest value",
                (old.most_common_frequency or 0, new.most_common_frequency or 0),
            ),
        ):
            if abs(share[0] - share[1]) >= _CLEAR_SHARE:
                yield Cause(
                    kind="statistics",
                    subject=f"{subject}, {what}",
                    before=f"{share[0]:.0%}",
                    after=f"{share[1]:.0%}",
                )


def _distinct(given: float, relation: Relation) -> float:
    return given if given >= 0 else -given * (relation.rows or 0.0)


def _age(analysed_at: str | None, captured_at: str) -> str:
    """How old the statistics were when the capture was taken.

    >>> _age("2026-03-01T10:00:00+00:00", "2026-03-04T11:00:00+00:00"), _age(None, "2026-03-04T11:00:00+00:00")
    ('2026-03-01 10:00, 3 days before', 'never')
    """
    if analysed_at is None:
        return "never"
    try:
        seconds = (datetime.fromisoformat(captured_at) - datetime.fromisoformat(analysed_at)).total_seconds()
    except (TypeError, ValueError):
        return analysed_at
    at = analysed_at[:16].replace("T", " ")
    for word, size in _SECONDS:
        if seconds >= size:
            count = int(seconds // size)
            return f"{at}, {count} {word}{'' if count == 1 else 's'} before"
    return f"{at}, just before"


def _of_indexes(one: Relation, other: Relation) -> Iterator[Cause]:
    old = {index.name: index.definition or index.name for index in one.indexes if index.is_valid}
    new = {index.name: index.definition or index.name for index in other.indexes if index.is_valid}
    for name in sorted({*old, *new}):
        if old.get(name) != new.get(name):
            yield Cause(kind="index", subject=name, before=old.get(name), after=new.get(name))


def _of_extensions(before: Environment, after: Environment) -> Iterator[Cause]:
    for name in sorted({*before.extensions, *after.extensions}):
        if before.extensions.get(name) != after.extensions.get(name):
            yield Cause(
                kind="extension",
                subject=name,
                before=before.extensions.get(name),
                after=after.extensions.get(name),
            )
