"""Which options to build first where there is no time to build all: a copy of schema and statistics is searched before, in seconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import inf

from perfkit.advise.selection.ask import Asked
from perfkit.advise.selection.copied import Copy, copied, planned_alike
from perfkit.advise.selection.deadline import Deadline
from perfkit.advise.selection.option import Option
from perfkit.advise.selection.planned import Planner
from perfkit.advise.selection.problem import Limits
from perfkit.advise.selection.select import ground, select
from perfkit.advise.selection.workplace import affordable, lockable, workplace
from perfkit.db.session import Session
from perfkit.db.sessions import Sessions
from perfkit.errors import CapabilityMissing, CaptureError, UsageError
from perfkit.progress import Progress

CHOSEN, USED, UNUSED = 0, 10, 20
"""What is added to an option's rank: it is in the set that the copy would choose, a statement would use it there or nothing is
known of it, no statement would."""

LEAST_SECONDS = 2.0
"""What making a copy takes of a small database; with less there is nothing to win."""

_Body = tuple[str, str]


def foreseen(
    session: Session,
    found: Asked,
    options: Sequence[Option],
    limits: Limits,
    progress: Progress,
    deadline: Deadline,
) -> tuple[Option, ...]:
    """The same options, ranked by what a search on the copy makes of them; as they are where there can be no copy, or no time for it.

    The session's database is read and its schema dumped. An order is all that is taken from the copy: its planner may be another
    major's, so that nothing is left out by its word alone.
    """
    if deadline.left < LEAST_SECONDS:
        return tuple(options)
    try:
        with copied(session, options, found.catalog, progress, deadline) as copy:
            chosen, unused = _searched(copy, found, options, limits, progress, deadline)
    except (CapabilityMissing, CaptureError, UsageError):
        return tuple(options)

    def added(option: Option) -> int:
        body = _body(option)
        return CHOSEN if body in chosen else UNUSED if body in unused else USED

    return tuple(replace(option, rank=option.rank + added(option)) for option in options)


def _searched(
    copy: Copy,
    found: Asked,
    options: Sequence[Option],
    limits: Limits,
    progress: Progress,
    deadline: Deadline,
) -> tuple[set[_Body], set[_Body]]:
    """The options that are chosen, and those that were looked at and no statement would use."""
    session, catalog = copy.lab.session, found.catalog
    alike = planned_alike(copy.lab, found)
    place = workplace(session, catalog, options, inf, may_change=False, copy=copy, deadline=deadline)
    made = affordable(options, catalog, inf, lockable(session, catalog))
    planner = Planner(Sessions(session), alike.questions, place.stages)
    with progress.stage("look for what is worth building"):
        planner.make(made)
        base = ground(planner, alike.questions, alike.needs, made, seconds=deadline.left)
        selected = select(base, limits, seconds=deadline.left, is_exact=False)
    looked_at = {_body(option) for option in made if option.number in planner.sizes}
    used = {_body(option) for option in base.options.values()}
    chosen = {_body(option) for option in base.options.values() if option.bit & selected.chosen}
    return chosen, looked_at - used - _not_planned(found, alike)


def _not_planned(found: Asked, alike: Asked) -> set[_Body]:
    """What is proposed for statements that the copy cannot plan."""
    planned = {id(question) for question in alike.questions}
    return {
        (shape.relation.qualified_name, shape.body)
        for question, needs in zip(found.questions, found.needs, strict=True)
        if id(question) not in planned
        for need in needs
        for shape, _, _ in need.own
    }


def _body(option: Option) -> _Body:
    return option.table, option.shape.body
