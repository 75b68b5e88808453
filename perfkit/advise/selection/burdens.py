"""Indexes that cost a write of the workload more than they save its reads, as runs of both showed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from perfkit.advise.selection.effect import Effect
from perfkit.advise.selection.option import Option, numbers
from perfkit.advise.selection.question import Question
from perfkit.advise.selection.writes import entry_cost
from perfkit.advise.selection.written import Written
from perfkit.units import format_ms


def burdens(
    effects: Sequence[Effect],
    writes: Mapping[int, Written],
    questions: Sequence[Question],
    options: Mapping[int, Option],
    tolerance: float,
) -> list[tuple[Option, str]]:
    """Of the options that make a write surely slower, the one that saves the least, where all of them save the statements that use them
    less than the write loses; with the reason. Known only where all those statements were run."""
    found = []
    for effect in effects:
        written = writes.get(effect.place)
        if written is None or not effect.is_slower(tolerance):
            continue
        guilty = [one for one in map(options.__getitem__, numbers(effect.kept)) if _is_kept_up(one, written)]
        others = [one for one in effects if one is not effect]
        saved = _saved_ms(others, sum(one.bit for one in guilty), questions)
        if not guilty or saved is None or saved >= -_gain_ms(effect, questions):
            continue
        least = min(guilty, key=lambda one: (_saved_ms(others, one.bit, questions) or 0.0, one.number))
        reason = (
            f"with it {questions[effect.place].name} takes {format_ms(effect.after_ms)} instead of"
            f" {format_ms(effect.before_ms)}, which is more in all its calls than the other statements gain"
        )
        found.append((least, reason))
    return found


def _is_kept_up(option: Option, written: Written) -> bool:
    """Whether the write touches the index."""
    mine = (load for load in written.loads if load.table == option.table)
    return any(entry_cost(option.shape, load) for load in mine)


def _gain_ms(effect: Effect, questions: Sequence[Question]) -> float:
    """Of a statement in all its calls; below zero where it is slower."""
    assert effect.before_ms is not None
    assert effect.after_ms is not None
    return questions[effect.place].weight * (effect.before_ms - effect.after_ms)


def _saved_ms(effects: Sequence[Effect], options: int, questions: Sequence[Question]) -> float | None:
    """What these options save the statements that use any of them; None where one of those was not run."""
    mine = [effect for effect in effects if effect.used & options]
    if any(effect.before_ms is None or effect.after_ms is None for effect in mine):
        return None
    return sum(max(0.0, _gain_ms(effect, questions)) for effect in mine)
