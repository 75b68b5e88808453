"""Variations of chosen indexes: wider so that they do another's work too, or narrower where that is enough."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from perfkit.advise.indexes.shape import Shape
from perfkit.advise.selection.option import Option, numbers
from perfkit.advise.selection.wide import MOST_HELD_SHARE, MOST_INCLUDED, MOST_KEYS, held_share

MOST_VARIATIONS = 150
"""Of one round; each may cost a few calls."""


def variations(
    options: Mapping[int, Option], chosen: int, useful: int, first_number: int
) -> tuple[tuple[Option, int], ...]:
    """New options near the chosen ones, each with the set of options whose users may use it. ``useful`` are options that
    some statement would use, chosen or not: their work may be taken over."""
    shares = {(option.table, option.shape.predicate): option.kept for option in options.values()}
    known = {(option.table, option.shape.body) for option in options.values()}
    found: dict[tuple[str, str], tuple[Shape, int]] = {}
    by_table: dict[str, list[Option]] = {}
    for number in numbers(useful):
        by_table.setdefault(options[number].table, []).append(options[number])
    for number in numbers(chosen):
        mine = options[number]
        for shape, parents in (*_narrower(mine), *_wider(mine, by_table.get(mine.table, ()))):
            if (mine.table, shape.body) not in known:
                _, before = found.get((mine.table, shape.body), (shape, 0))
                found[mine.table, shape.body] = (shape, before | parents)
    ordered = sorted(found.items(), key=lambda item: item[0])[:MOST_VARIATIONS]
    return tuple(
        (
            Option(number=first_number + place, shape=shape, kept=shares.get((table, shape.predicate))),
            parents,
        )
        for place, ((table, _), (shape, parents)) in enumerate(ordered)
    )


def _is_plain(shape: Shape) -> bool:
    return shape.method == "btree" and all(key.expression is None for key in shape.keys)


def _narrower(option: Option) -> Iterator[tuple[Shape, int]]:
    shape = option.shape
    if not _is_plain(shape):
        return
    if shape.included:
        yield replace(shape, included=()), option.bit
        if len(shape.included) > 1:
            for name in shape.included:
                rest = tuple(one for one in shape.included if one != name)
                yield replace(shape, included=rest), option.bit
    if len(shape.keys) > 1:
        keys = shape.keys[:-1]
        yield replace(shape, equal=(), then=keys), option.bit


def _wider(option: Option, others: Sequence[Option]) -> Iterator[tuple[Shape, int]]:
    """The same keys with what another of the same table holds included, and the other's keys appended."""
    shape = option.shape
    for other in others:
        theirs = other.shape
        if (
            other.number == option.number
            or not (_is_plain(shape) and _is_plain(theirs))
            or shape.predicate != theirs.predicate
            or shape.keys[0].sql != theirs.keys[0].sql
        ):
            continue
        parents = option.bit | other.bit
        extra = theirs.holds - shape.holds
        if extra:
            included = tuple(sorted({*shape.included, *extra}))
            yield from _fitting(replace(shape, included=included), parents)
        have = {key.column for key in shape.keys}
        keys = (*shape.keys, *(key for key in theirs.keys if key.column not in have))
        if len(shape.keys) < len(keys) <= MOST_KEYS:
            held = {key.column for key in keys}
            rest = tuple(sorted(({*shape.included, *theirs.included}) - held))
            yield from _fitting(replace(shape, equal=(), then=keys, included=rest), parents)
            yield from _fitting(replace(shape, equal=(), then=keys, included=()), parents)


def _fitting(shape: Shape, parents: int) -> Iterator[tuple[Shape, int]]:
    if len(shape.included) <= MOST_INCLUDED and held_share(shape) <= MOST_HELD_SHARE:
        yield shape, parents
