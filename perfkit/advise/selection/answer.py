"""From a chosen set to an answer for people: each index with what it serves and costs, the statements, the frontier, one script."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from perfkit.advise.indexes.candidate import candidate_of
from perfkit.advise.indexes.existing import replaced_index
from perfkit.advise.indexes.proposal import Proposal
from perfkit.advise.selection.ask import Asked
from perfkit.advise.selection.deadline import Deadline
from perfkit.advise.selection.deciding import Decided
from perfkit.advise.selection.drops import redundant_drops, unused_drops
from perfkit.advise.selection.effect import Effect
from perfkit.advise.selection.gains import Gain, writes_told
from perfkit.advise.selection.index_proof import planned, proof_of
from perfkit.advise.selection.option import numbers
from perfkit.advise.selection.query_effect import QueryEffect
from perfkit.advise.selection.refusals import Refused
from perfkit.advise.selection.select import Ground
from perfkit.advise.selection.verdict import verdict_of
from perfkit.advise.selection.weighing import TableWrites, saved_ms, weighed, weighed_drops
from perfkit.advise.selection.wishes import Wishes
from perfkit.advise.values import Advice, Price, Proof, Rejected
from perfkit.catalog import Index
from perfkit.db.session import Session
from perfkit.db.usage import Usage
from perfkit.progress import Progress

MOST_NAMED = 4

UNPROVEN = "no time was left to run a statement that would use it: give perfkit more of it, or run them with it on a copy"

_INDEX = re.compile(r'CREATE INDEX ("(?:[^"]|"")*"|\S+) ON ')
FEW_TIMES = 10
"""An application may well come to write so much more often."""


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


def answered(
    found: Asked,
    decided: Decided,
    wishes: Wishes,
    usage: Usage,
    clone: Session | None,
    progress: Progress,
    deadline: Deadline,
) -> Answer:
    """``clone`` is where writes may be measured; None where that cannot be."""
    effects = decided.proven.effects if decided.proven is not None else None
    taken: set[str] = set()
    made = _created(decided, found, effects, taken)
    new, writes, notes = _with_writes(made, decided.gains, effects or (), found, clone, progress, deadline)
    drops, unused, young = _dropped(decided, found, wishes, usage, clone, progress, deadline)
    more = _beside(decided, found, taken)
    sure = _numbered([*new, *drops], 1)
    others = _numbered([*more, *unused], len(sure) + 1)
    names = {number: _name(one.sql) for number, one in made.items()}
    queries = _queries(decided.base, found, decided.selected.chosen, effects, names)
    refused = decided.proven.refused if decided.proven is not None else ()
    return Answer(
        verdict=verdict_of(
            queries,
            created=len(new),
            size_bytes=sum(decided.base.sizes[number] for number in made),
            dropped=len(drops),
            refused=len(refused),
            unproven=len(more),
            unused=len(unused),
            was_run=effects is not None,
        ),
        advice=(*sure, *others),
        rejected=tuple(
            Rejected(sql=one.option.shape.sql, kind="index", reason=one.reason) for one in refused
        ),
        queries=queries,
        writes=writes,
        migration=_migration(sure, others),
        undo="".join(f"{one.undo_sql};\n" for one in reversed(sure) if one.undo_sql),
        notes=(*notes, *young, *_tempting(refused)),
    )


def _with_writes(
    made: dict[int, Advice],
    gains: dict[int, Gain],
    effects: Sequence[Effect],
    found: Asked,
    clone: Session | None,
    progress: Progress,
    deadline: Deadline,
) -> tuple[list[Advice], tuple[TableWrites, ...], tuple[str, ...]]:
    """The new indexes with what they cost the writes, measured or by the model."""
    new = list(made.values())
    writes: tuple[TableWrites, ...] = ()
    notes: tuple[str, ...] = ()
    if clone is not None:
        saved = [saved_ms([one for one in effects if one.used >> number & 1]) for number in made]
        new, writes, notes = weighed(new, saved, found.catalog, clone, progress, deadline)
    told = [
        one if one.price.write_cost is not None else _estimated(one, gains[number])
        for number, one in zip(made, new, strict=True)
    ]
    return told, writes, notes


def _dropped(
    decided: Decided,
    found: Asked,
    wishes: Wishes,
    usage: Usage,
    clone: Session | None,
    progress: Progress,
    deadline: Deadline,
) -> tuple[list[Advice], list[Advice], list[str]]:
    """Existing indexes that another one begins with, those that nothing reads, and why some of these cannot be told yet."""
    needed = _needed(decided.base, decided.selected.chosen)
    drops, spoken = redundant_drops(found.catalog, needed, wishes.keep)
    unused, young = unused_drops(found.catalog, needed | spoken, wishes.keep, usage, wishes.unused_days)
    if clone is not None and (drops or unused):
        spared = weighed_drops([*drops, *unused], found.catalog, clone, progress, deadline)
        drops, unused = spared[: len(drops)], spared[len(drops) :]
    return drops, unused, young


def _beside(decided: Decided, found: Asked, taken: set[str]) -> list[Advice]:
    """What the planner would use and nothing was run with."""
    base = decided.base
    users = base.costs.known_users()
    return [
        _unproven(
            _advice(base, found, number, users.get(number, []), planned(), taken), decided.gains[number]
        )
        for number in numbers(decided.unproven)
    ]


def _tempting(refused: Sequence[Refused]) -> tuple[str, ...]:
    """
    >>> _tempting([])
    ()
    """
    count = sum(one.is_tempting for one in refused)
    if not count:
        return ()
    which = "1 index was refused that saves" if count == 1 else f"{count} indexes were refused that save"
    return (f"{which} other statements more than the one it slows down loses: the reason names both",)


def _numbered(advice: Sequence[Advice], first: int) -> list[Advice]:
    return [replace(one, id=f"index-{place}") for place, one in enumerate(advice, first)]


def _created(
    decided: Decided, found: Asked, effects: Sequence[Effect] | None, taken: set[str]
) -> dict[int, Advice]:
    """The advice for each option of the set, the most saved for its size first."""
    base = decided.base
    guards = decided.proven.guarded if decided.proven is not None else {}
    users = base.costs.known_users()
    seen: dict[int, list[Effect]] = {}
    for effect in effects or ():
        for number in numbers(effect.used):
            seen.setdefault(number, []).append(effect)

    def worth(number: int) -> float:
        return decided.gains[number].saved / base.sizes[number]

    made = {}
    for number in sorted(numbers(decided.selected.chosen), key=lambda number: (-worth(number), number)):
        mine = seen.get(number, [])
        places = [one.place for one in mine] or users.get(number, [])
        proof = proof_of(mine) if effects is not None else planned()
        one = _advice(base, found, number, places, proof, taken)
        guarded = [found.questions[place].name for place in sorted(guards.get(number, ()))]
        made[number] = replace(one, rationale=one.rationale + _guards(guarded)) if guarded else one
    return made


def _migration(sure: Sequence[Advice], others: Sequence[Advice]) -> str:
    """One script, in which what is not sure stands as remarks."""
    scripts = [one.price.safe_sql for one in sure if one.price.safe_sql]
    scripts += [_commented(one.id, one.price.safe_sql) for one in others if one.price.safe_sql]
    return "\n\n".join(scripts) + "\n" if scripts else ""


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


def _name(sql: str) -> str:
    """The name of the index among the statements of an advice.

    >>> _name("CREATE EXTENSION IF NOT EXISTS pg_trgm; CREATE INDEX t_a_idx ON t USING gin (a gin_trgm_ops)")
    't_a_idx'
    """
    found = _INDEX.search(sql)
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


def _guards(names: Sequence[str]) -> str:
    """
    >>> _guards(["q09"]), _guards(["q09", "new notes"])
    ('; without it q09 would get a slower plan', '; without it q09 and “new notes” would get slower plans')
    """
    told = " and ".join(quoted(name) for name in names)
    return f"; without it {told} would get {'a slower plan' if len(names) == 1 else 'slower plans'}"


def _rationale(serving: Sequence[str], included: Sequence[str], old: Index | None) -> str:
    named = ", ".join(quoted(name) for name in serving[:MOST_NAMED])
    more = len(serving) - MOST_NAMED
    text = f"used by {named}" + (f" and {more} more" if more > 0 else "")
    if included:
        text += f"; holds {', '.join(included)} so that the table need not be touched"
    if old is not None:
        text += f"; takes the place of index {old.name}"
    return text


def _needed(base: Ground, chosen: int) -> set[str]:
    """Names of existing indexes that plans use, or that a new index replaces, with a drop of its own."""
    shapes = [base.options[number].shape for number in numbers(chosen)]
    replaced = {index.name for shape in shapes if (index := replaced_index(shape)) is not None}
    return replaced | base.costs.existing_used(chosen)


def _queries(
    base: Ground, found: Asked, chosen: int, effects: Sequence[Effect] | None, names: dict[int, str]
) -> tuple[QueryEffect, ...]:
    by_place = {one.place: one for one in effects or ()}
    queries = []
    for place, question in enumerate(found.questions):
        before = base.costs.of(place, 0)
        after = base.costs.of(place, chosen)
        effect = by_place.get(place)
        proof = effect.proof if effect is not None else None
        used = after.used & chosen
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
                after_ms=effect.after_ms if effect is not None and not effect.never_ended else None,
                is_least_before=effect is not None and effect.is_least_before,
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
