"""From a chosen set to an answer for people: each index with what it serves and costs, the statements, the frontier, one script."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from perfkit.advise.indexes.candidate import candidate_of
from perfkit.advise.indexes.existing import replaced_index
from perfkit.advise.indexes.proposal import Proposal
from perfkit.advise.selection.ask import Asked
from perfkit.advise.selection.deadline import Deadline
from perfkit.advise.selection.drops import redundant_drops, unused_drops
from perfkit.advise.selection.effect import Effect
from perfkit.advise.selection.index_proof import planned, proof_of
from perfkit.advise.selection.option import Option, numbers
from perfkit.advise.selection.problem import Problem
from perfkit.advise.selection.query_effect import QueryEffect
from perfkit.advise.selection.select import Ground, Selected
from perfkit.advise.selection.verdict import verdict_of
from perfkit.advise.selection.weighing import TableWrites, saved_ms, weighed, weighed_drops
from perfkit.advise.values import Advice, Price, Proof, Rejected
from perfkit.catalog import Index
from perfkit.db.session import Session
from perfkit.db.usage import Usage
from perfkit.progress import Progress
from perfkit.units import format_percent, format_ratio

MOST_NAMED = 4

UNPROVEN = "no time was left to run a statement that would use it: give perfkit more of it, or run them with it on a copy"

_CREATED = re.compile(r'CREATE INDEX ("(?:[^"]|"")*"|\S+) ON ')
MOST_TOLD_TIMES = 1000
"""No application comes to write so much more often for each read; beyond it the figure says nothing."""

FEW_TIMES = 10
"""An application may well come to write so much more often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontierPoint:
    """A set on the way: what the workload costs with so many bytes of indexes."""

    size_bytes: int
    cost: float
    write_cost: float
    """The part of it that the indexes add to the writes."""
    indexes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """What one index of the set saves beside the others, and what all its writes cost, in the planner's units."""

    saved: float
    writes: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    verdict: str
    advice: tuple[Advice, ...]
    rejected: tuple[Rejected, ...]
    queries: tuple[QueryEffect, ...]
    writes: tuple[TableWrites, ...]
    migration: str
    undo: str
    notes: tuple[str, ...] = ()


def frontier_of(problem: Problem, selected: Selected) -> tuple[FrontierPoint, ...]:
    """The steps of the search and the chosen set, less those that cost more than a smaller one."""
    sets = {step.chosen: step.total for step in selected.path}
    sets[selected.chosen] = problem.total(selected.chosen)
    points: list[FrontierPoint] = []
    for chosen, total in sorted(sets.items(), key=lambda item: (problem.size(item[0]), item[1])):
        if not points or total < points[-1].cost:
            points.append(
                FrontierPoint(
                    size_bytes=round(problem.size(chosen)),
                    cost=total,
                    write_cost=problem.write_cost(chosen),
                    indexes=len(numbers(chosen)),
                )
            )
    return tuple(points)


def gains_of(problem: Problem, chosen: int) -> dict[int, Gain]:
    costs, weights = problem.costs, problem.weights
    found = {}
    for number in numbers(chosen):
        rest = chosen & ~(1 << number)
        places = [place for place in costs.users(number) if weights[place]]
        saved = sum(
            weights[place] * (plan.cost - costs.of(place, chosen).cost)
            for place, plan in zip(places, costs.ask([(place, rest) for place in places]), strict=True)
        )
        found[number] = Gain(saved=saved, writes=problem.write_cost(1 << number))
    return found


def answered(
    base: Ground,
    found: Asked,
    selected: Selected,
    effects: Sequence[Effect] | None,
    refused: Sequence[tuple[Option, str]],
    unproven: int,
    gains: dict[int, Gain],
    keep: Collection[str],
    usage: Usage,
    unused_days: float,
    clone: Session | None,
    progress: Progress,
    deadline: Deadline,
) -> Answer:
    """``unproven`` are options beside the set that nothing was run with. ``clone`` is where writes may be measured; None where that
    cannot be."""
    catalog = found.catalog
    taken: set[str] = set()
    chosen = sorted(
        numbers(selected.chosen), key=lambda number: (-gains[number].saved / base.sizes[number], number)
    )
    names: dict[int, str] = {}
    advice: list[Advice] = []
    users = base.costs.known_users()
    seen: dict[int, list[Effect]] = {}
    for effect in effects or ():
        for number in numbers(effect.used):
            seen.setdefault(number, []).append(effect)
    for number in chosen:
        mine = seen.get(number, [])
        places = [one.place for one in mine] or users.get(number, [])
        proof = proof_of(mine) if effects is not None else planned()
        one = _advice(base, found, number, places, proof, taken)
        names[number] = _created(one.sql)
        advice.append(one)
    writes: tuple[TableWrites, ...] = ()
    notes: tuple[str, ...] = ()
    if clone is not None:
        saved = [saved_ms([one for one in effects or () if one.used >> number & 1]) for number in chosen]
        advice, writes, notes = weighed(advice, saved, catalog, clone, progress, deadline)
    advice = [
        one if one.price.write_cost is not None else _estimated(one, gains[number])
        for number, one in zip(chosen, advice, strict=True)
    ]
    needed = _needed(found, base, selected.chosen)
    drops, spoken = redundant_drops(catalog, needed, keep)
    unused, young = unused_drops(catalog, needed | spoken, keep, usage, unused_days)
    if clone is not None and (drops or unused):
        spared = weighed_drops([*drops, *unused], catalog, clone, progress, deadline)
        drops, unused = spared[: len(drops)], spared[len(drops) :]
    sure = len(advice) + len(drops)
    more = [
        _unproven(_advice(base, found, number, users.get(number, []), planned(), taken), gains[number])
        for number in numbers(unproven)
    ]
    offered = [*advice, *drops, *more, *unused]
    advice = [replace(one, id=f"index-{place}") for place, one in enumerate(offered, 1)]
    queries = _queries(base, found, selected, effects, names)
    migration = "\n\n".join(
        one.price.safe_sql if place < sure else _commented(one.id, one.price.safe_sql)
        for place, one in enumerate(advice)
        if one.price.safe_sql
    )
    undo = "\n".join(f"{one.undo_sql};" for one in reversed(advice[:sure]) if one.undo_sql)
    verdict = verdict_of(
        queries,
        created=len(chosen),
        size_bytes=sum(base.sizes[number] for number in chosen),
        dropped=len(drops),
        refused=len(refused),
        unproven=len(more),
        unused=len(unused),
        was_run=effects is not None,
    )
    return Answer(
        verdict=verdict,
        advice=tuple(advice),
        rejected=tuple(
            Rejected(sql=option.shape.sql, kind="index", reason=reason) for option, reason in refused
        ),
        queries=queries,
        writes=writes,
        migration=migration + "\n" if migration else "",
        undo=undo + "\n" if undo else "",
        notes=(*notes, *young),
    )


def _advice(
    base: Ground,
    found: Asked,
    number: int,
    places: Sequence[int],
    proof: Proof,
    taken: set[str],
) -> Advice:
    option = base.options[number]
    serving = list(dict.fromkeys(found.questions[place].name for place in places))
    candidate = candidate_of(
        Proposal(
            shapes=(option.shape,), serves=tuple(serving), cures=(), weight=1.0, extension=option.extension
        ),
        found.catalog,
        taken,
        rationale=_rationale(serving, option.shape.included, replaced_index(option.shape)),
    )
    return Advice(
        id="",
        kind="index",
        sql=candidate.sql,
        rationale=candidate.rationale,
        price=Price(size_bytes=round(base.sizes[number]), safe_sql=candidate.safe_sql),
        proof=proof,
        steps=candidate.steps,
        relation=candidate.relation,
        undo_sql=candidate.undo_sql,
        caveats=candidate.caveats,
    )


def _created(sql: str) -> str:
    """The name of the index among the statements of an advice.

    >>> _created("CREATE EXTENSION IF NOT EXISTS pg_trgm; CREATE INDEX t_a_idx ON t USING gin (a gin_trgm_ops)")
    't_a_idx'
    """
    found = _CREATED.search(sql)
    return found.group(1) if found is not None else ""


def _estimated(advice: Advice, gain: Gain) -> Advice:
    """With what the workload's writes pay for it by the model, where nothing was measured; to be minded where that is much."""
    told = writes_told(gain)
    if not told:
        return advice
    if gain.saved < gain.writes * FEW_TIMES:
        return replace(advice, caveats=(*advice.caveats, told))
    return replace(advice, rationale=f"{advice.rationale}; {told}")


def _unproven(advice: Advice, gain: Gain) -> Advice:
    told = writes_told(gain)
    caveats = (UNPROVEN, *([told] if told else []))
    return replace(advice, caveats=(*advice.caveats, *caveats))


def writes_told(gain: Gain) -> str:
    """What the workload's writes are thought to pay for an index, and how many more it would bear; "" where that is next to nothing.

    >>> writes_told(Gain(saved=1000.0, writes=25.0))
    "by estimate the workload's own writes pay 2.5 % of what its reads save by it: worth it up to about 40× as many writes"
    >>> writes_told(Gain(saved=1e6, writes=2.0)), writes_told(Gain(saved=-3.0, writes=0.0))
    ('', '')
    """
    if gain.writes <= 0 or gain.writes * MOST_TOLD_TIMES <= gain.saved:
        return ""
    if gain.saved <= 0:
        return "by estimate the workload's own writes pay for it, while its reads cost no less by the planner's word"
    paid = format_percent(gain.writes / max(gain.saved, 1e-9))
    return (
        f"by estimate the workload's own writes pay {paid} of what its reads save by it: worth it up to about"
        f" {format_ratio(gain.saved / gain.writes)} as many writes"
    )


def _commented(id: str, script: str) -> str:
    """Of what only its owner can know: not to be run with the rest."""
    lines = [
        f"-- {id}, once what it says to mind was looked at:",
        *(f"-- {line}" for line in script.splitlines()),
    ]
    return "\n".join(lines)


def quoted(name: str) -> str:
    """A statement's name in a sentence.

    >>> quoted("new_note"), quoted("notes: insert #91c0")
    ('new_note', '“notes: insert #91c0”')
    """
    return f"“{name}”" if " " in name else name


def _rationale(serving: Sequence[str], included: Sequence[str], old: Index | None) -> str:
    named = ", ".join(quoted(name) for name in serving[:MOST_NAMED])
    more = len(serving) - MOST_NAMED
    text = f"used by {named}" + (f" and {more} more" if more > 0 else "")
    if included:
        text += f"; holds {', '.join(included)} so that the table need not be touched"
    if old is not None:
        text += f"; takes the place of index {old.name}"
    return text


def _needed(found: Asked, base: Ground, chosen: int) -> set[str]:
    """Names of existing indexes that plans use, or that a new index replaces, with a drop of its own."""
    shapes = [base.options[number].shape for number in numbers(chosen)]
    replaced = {index.name for shape in shapes if (index := replaced_index(shape)) is not None}
    return replaced | base.costs.existing_used(chosen)


def _queries(
    base: Ground, found: Asked, selected: Selected, effects: Sequence[Effect] | None, names: dict[int, str]
) -> tuple[QueryEffect, ...]:
    by_place = {one.place: one for one in effects or ()}
    queries = []
    for place, question in enumerate(found.questions):
        before = base.costs.of(place, 0)
        after = base.costs.of(place, selected.chosen)
        effect = by_place.get(place)
        proof = effect.proof if effect is not None else None
        used = after.used & selected.chosen
        verdict = proof.verdict if proof is not None else "planned" if used else "unchanged"
        queries.append(
            QueryEffect(
                name=question.name,
                fingerprint=question.fingerprint,
                sql=question.statement.text,
                weight=question.weight,
                cost_before=before.cost,
                cost_after=after.cost,
                indexes=tuple(names[number] for number in numbers(used) if number in names),
                verdict=verdict,
                before_ms=effect.before_ms if effect is not None else None,
                after_ms=effect.after_ms if effect is not None else None,
                blocks_ratio=proof.blocks_ratio if proof is not None else None,
                time_ratio=proof.time_ratio if proof is not None else None,
                same_result=proof.same_result if proof is not None else None,
                not_compared=effect.not_compared if effect is not None else "",
                reason=(
                    effect.reason
                    if effect is not None and proof is None
                    else proof.reason
                    if proof is not None
                    else ""
                ),
            )
        )
    return tuple(sorted(queries, key=lambda one: -one.weight * (one.cost_before - one.cost_after)))
