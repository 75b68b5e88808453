"""What is not as it was when the baseline was taken, and whether the two can be compared at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from perfkit.capture.causes import Cause
from perfkit.capture.values import Dataset
from perfkit.gate.baseline import Baseline
from perfkit.units import format_count

OTHER_DATA_FACTOR: Final = 2.0
"""A table of twice or half the rows is other data: blocks then say nothing about the query."""

LEAST_ROWS: Final = 1000
"""Of the larger side: a plan reads smaller tables in a few blocks either way."""

WORDS_BEFORE: Final = 3
"""Shown of what two statements have in common."""

GROWN_FACTOR: Final = 1.1
"""From here on a table's growth may be why blocks grow."""


def other_data(before: Baseline, after: Baseline) -> str | None:
    """Why the two ran on data so different that counters say nothing; None where they can be compared."""
    one, other = before.surroundings.dataset, after.surroundings.dataset
    if one != other and one is not None and other is not None:
        return f"the baseline is of data set {_dataset(one)}, this is {_dataset(other)}"
    for name, old, new in _rows(before, after):
        if max(old, new) >= LEAST_ROWS and max(old, new) >= OTHER_DATA_FACTOR * max(min(old, new), 1.0):
            return f"{name} had {format_count(old)} rows and has {format_count(new)}"
    return None


def causes(before: Baseline, after: Baseline) -> tuple[Cause, ...]:
    """All that differs and may be why the query runs in another way; indexes that the baseline's plan read come first."""
    return (
        *_of_indexes(before, after),
        *_of_statement(before, after),
        *_of_settings(before, after),
        *_of_server(before, after),
        *_of_size(before, after),
    )


def lost_indexes(before: Baseline, after: Baseline) -> Iterator[tuple[str, str]]:
    """Name and definition of the indexes that the baseline's plan read and that are not there any more."""
    read = {node.index for node in before.plan.walk() if node.index}
    now = {
        name: definition for one in after.surroundings.relations.values() for name, definition in one.indexes.items()
    }  # fmt: skip
    for relation in before.surroundings.relations.values():
        for name, definition in sorted(relation.indexes.items()):
            if name in read and name not in now and definition not in now.values():
                yield name, definition


def _of_indexes(before: Baseline, after: Baseline) -> Iterator[Cause]:
    read = {node.index for side in (before, after) for node in side.plan.walk() if node.index}
    found = []
    for name, then in before.surroundings.relations.items():
        now = after.surroundings.relations.get(name)
        if now is None:
            continue
        for index in sorted({*then.indexes, *now.indexes}):
            old, new = then.indexes.get(index), now.indexes.get(index)
            if old != new:
                found.append(Cause(kind="index", subject=index, before=old, after=new))
    yield from sorted(found, key=lambda one: one.subject not in read)


def _of_statement(before: Baseline, after: Baseline) -> Iterator[Cause]:
    if before.fingerprint != after.fingerprint:
        old, new = from_where_they_part(before.statement, after.statement)
        yield Cause(kind="statement", subject="statement", before=old, after=new)
    elif before.values != after.values:
        yield Cause(kind="parameters", subject="values of the statement", before="others", after="these")


def from_where_they_part(one: str, other: str) -> tuple[str, str]:
    """Two texts from shortly before their first different word.

    >>> from_where_they_part("select a from t where b = ? limit ?", "select a from t where b + 0 = ? limit ?")
    ('… t where b = ? limit ?', '… t where b + 0 = ? limit ?')
    >>> from_where_they_part("select a from t", "select b from t")
    ('select a from t', 'select b from t')
    """
    texts = one.split(" "), other.split(" ")
    alike = next(
        (place for place, words in enumerate(zip(*texts, strict=False)) if words[0] != words[1]),
        min(map(len, texts)),
    )
    start = max(0, alike - WORDS_BEFORE)
    left, right = (" ".join(["…", *words[start:]] if start else words) for words in texts)
    return left, right


def _of_settings(before: Baseline, after: Baseline) -> Iterator[Cause]:
    one, other = before.plan.settings, after.plan.settings
    for name in sorted({*one, *other}):
        if one.get(name) != other.get(name):
            yield Cause(
                kind="setting",
                subject=name,
                before=one.get(name, "the default"),
                after=other.get(name, "the default"),
            )


def _of_server(before: Baseline, after: Baseline) -> Iterator[Cause]:
    one, other = before.surroundings, after.surroundings
    if one.server_major != other.server_major:
        yield Cause(
            kind="server",
            subject="major version",
            before=f"PostgreSQL {one.server_major}",
            after=f"PostgreSQL {other.server_major}",
        )
    if one.dataset != other.dataset:
        yield Cause(
            kind="data-set", subject="data set", before=_dataset(one.dataset), after=_dataset(other.dataset)
        )


def _of_size(before: Baseline, after: Baseline) -> Iterator[Cause]:
    for name, old, new in _rows(before, after):
        if max(old, new) >= LEAST_ROWS and max(old, new) >= GROWN_FACTOR * max(min(old, new), 1.0):
            yield Cause(
                kind="size", subject=f"{name}, rows", before=format_count(old), after=format_count(new)
            )
    for name, then in before.surroundings.relations.items():
        now = after.surroundings.relations.get(name)
        if now is not None and (then.rows is None) != (now.rows is None):
            words = {True: "never analysed", False: "analysed"}
            yield Cause(
                kind="statistics", subject=name, before=words[then.rows is None], after=words[now.rows is None]
            )  # fmt: skip


def _rows(before: Baseline, after: Baseline) -> Iterator[tuple[str, float, float]]:
    for name, then in before.surroundings.relations.items():
        now = after.surroundings.relations.get(name)
        if now is not None and then.rows is not None and now.rows is not None:
            yield name, then.rows, now.rows


def _dataset(given: Dataset | None) -> str:
    return "none of perfkit's" if given is None else f"{given.name} {given.version}, scale {given.scale:g}, seed {given.seed}"  # fmt: skip
