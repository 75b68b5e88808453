"""Compare two sides, each of one run or several."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TypeAlias

from perfkit.capture.causes import causes
from perfkit.capture.runs import Runs, RunsCompared, compare_runs, taken_apart
from perfkit.capture.values import Counters, Samples
from perfkit.comparison.comparison import Comparison
from perfkit.comparison.observed import Comparable, Observed, observed
from perfkit.errors import UsageError
from perfkit.plan.diff import diff as plan_diff
from perfkit.plan.model import Plan
from perfkit.units import format_count

Side: TypeAlias = "Comparable | Sequence[Comparable]"


def diff(before: Side, after: Side, *, is_interleaved: bool = False) -> Comparison:
    """Compare two plans of one statement: what was kept, changed, moved, inserted, removed, what each part costs, and why.

    Each side is a plan, a capture, a measurement or an investigation, or a list of these: N runs against N runs, of which
    counters are compared as ranges and times with a verdict. ``is_interleaved`` says that the runs were taken in turns,
    which makes that verdict a sure one. Asks no server; UsageError for what holds no plan.

    >>> from perfkit.plan import read_json
    >>> scan = {"Node Type": "Seq Scan", "Relation Name": "issue", "Alias": "issue"}
    >>> a = read_json({"Plan": scan})
    >>> b = read_json({"Plan": {"Node Type": "Gather", "Plans": [{**scan, "Parallel Aware": True}]}})
    >>> [type(edit).__name__ for edit in diff(a, b).edits]
    ['Inserted', 'Changed']
    """
    return compare(_side(before), _side(after), is_interleaved=is_interleaved)


def compare(
    before: Sequence[Observed],
    after: Sequence[Observed],
    *,
    is_interleaved: bool = False,
    same_result: bool | None = None,
    notes: tuple[str, ...] = (),
) -> Comparison:
    """The same of sides that were made ready."""
    one, other = _chosen(before), _chosen(after)
    return Comparison(
        diff=plan_diff(one.plan, other.plan),
        earlier=one,
        later=other,
        causes=causes(one.capture, other.capture) if one.capture and other.capture else (),
        runs=_runs(before, after, is_interleaved),
        same_result=same_result,
        notes=(*notes, *_shapes("before", before, one), *_shapes("after", after, other)),
    )


def _side(given: Side) -> tuple[Observed, ...]:
    found = tuple(map(observed, given)) if isinstance(given, list | tuple) else (observed(given),)  # type: ignore[arg-type]
    if not found:
        raise UsageError("there is no run on one side of the comparison; give at least one plan on each")
    return found


def _chosen(side: Sequence[Observed]) -> Observed:
    """The run that stands for its side: a real one, so that its figures add up, near the middle of the commonest plan's."""
    if len(side) == 1:
        return side[0]
    shapes = [one.plan.shape for one in side]
    commonest = Counter(shapes).most_common(1)[0][0]
    alike = [one for one, shape in zip(side, shapes, strict=True) if shape == commonest]
    alike.sort(key=lambda one: _execution_ms(one.plan) or 0.0)
    return alike[(len(alike) - 1) // 2]


def _shapes(name: str, side: Sequence[Observed], chosen: Observed) -> tuple[str, ...]:
    if len(side) == 1:
        return ()
    others = sum(one.plan.shape != chosen.plan.shape for one in side)
    if not others:
        return ()
    return (
        f"{format_count(others)} of the {format_count(len(side))} runs {name} took another plan than the one shown",
    )


def _runs(before: Sequence[Observed], after: Sequence[Observed], is_interleaved: bool) -> RunsCompared | None:
    """Samples where both sides have them; of several bare plans the time that each of them states."""
    sides = before, after
    is_sampled = [all(one.samples.values for one in side) for side in sides]
    are_captures = all(one.capture is not None or one.counters for side in sides for one in side)
    if len(before) == len(after) == 1 and not all(is_sampled) and not (are_captures and any(is_sampled)):
        return None
    has_samples = all(is_sampled) or (len(before) == len(after) == 1)
    one, other = (
        Runs(
            samples=_samples(side) if has_samples else _stated(side),
            counters=tuple(counters for run in side for counters in _counted(run)),
        )
        for side in sides
    )
    return compare_runs(
        one, other, is_interleaved=is_interleaved, apart=None if is_interleaved else _apart(before, after)
    )


def _samples(side: Sequence[Observed]) -> Samples:
    return Samples(values=tuple(value for one in side for value in one.samples.values))


def _stated(side: Sequence[Observed]) -> Samples:
    return Samples(values=tuple(ms for one in side if (ms := _execution_ms(one.plan)) is not None))


def _execution_ms(plan: Plan) -> float | None:
    return plan.root.total_ms if plan.execution_ms is None else plan.execution_ms


def _counted(run: Observed) -> tuple[Counters, ...]:
    return run.counters or (Counters.of(run.plan),)


def _apart(before: Sequence[Observed], after: Sequence[Observed]) -> str | None:
    """Why times of any run before say nothing about those of any run after; None also where that is not known."""
    for one in before:
        for other in after:
            if one.capture and other.capture:
                reason = taken_apart(one.capture.environment, other.capture.environment)
                if reason:
                    return reason
    return None
