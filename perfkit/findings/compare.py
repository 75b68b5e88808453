"""Findings of two plans of one statement: which are new, which are gone, which moved to another node."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

from perfkit.findings.finding import SEVERITIES, Finding
from perfkit.plan.diff import PlanDiff
from perfkit.show import Shown

Fate = Literal["new", "gone", "moved", "stays"]
FATES: tuple[Fate, ...] = ("new", "moved", "stays", "gone")


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingChange(Shown):
    """One finding on both sides; None on the side that has none."""

    fate: Fate
    """``moved``: of the same kind, at a node that does other work or stands below another one."""
    before: Finding | None
    after: Finding | None

    @property
    def finding(self) -> Finding:
        """The later one, or the one that is gone."""
        found = self.after or self.before
        assert found is not None
        return found


def compare_findings(
    diff: PlanDiff, before: Sequence[Finding], after: Sequence[Finding]
) -> tuple[FindingChange, ...]:
    """Join the findings of both plans by what they say of which node: new first, then the moved, the same and the gone."""
    partners = {edit.before.number: edit.after.number for edit in diff.edits if edit.before and edit.after}
    moved = {edit.before.number for edit in diff.edits if edit.before and type(edit).__name__ == "Moved"}
    rest, others = list(before), list(after)
    changes: list[FindingChange] = []

    def join(
        key: Callable[[Finding], Hashable], key_after: Callable[[Finding], Hashable], fate: Fate
    ) -> None:
        there: dict[Hashable, list[Finding]] = defaultdict(list)
        for finding in others:
            there[key_after(finding)].append(finding)
        for finding in tuple(rest):
            found = there.get(key(finding))
            if found:
                other = found.pop(0)
                rest.remove(finding)
                others.remove(other)
                said: Fate = "moved" if finding.node in moved else fate
                changes.append(FindingChange(fate=said, before=finding, after=other))

    join(
        lambda one: (one.id, partners.get(one.node, -1) if one.node is not None else None, _subject(one)),
        lambda one: (one.id, one.node, _subject(one)),
        "stays",
    )
    join(
        lambda one: (one.id, partners.get(one.node, -1) if one.node is not None else None),
        lambda one: (one.id, one.node),
        "stays",
    )
    join(lambda one: (one.id, _subject(one)), lambda one: (one.id, _subject(one)), "moved")
    join(lambda one: one.id, lambda one: one.id, "moved")
    changes.extend(FindingChange(fate="gone", before=one, after=None) for one in rest)
    changes.extend(FindingChange(fate="new", before=None, after=one) for one in others)
    return tuple(sorted(changes, key=_rank))


def _subject(finding: Finding) -> Hashable:
    """What the finding is about beside its node: a relation and its columns, where it names them."""
    evidence = finding.evidence
    return evidence.get("relation"), evidence.get("columns") or evidence.get("column")


def _rank(change: FindingChange) -> tuple[int, int, float]:
    finding = change.finding
    return FATES.index(change.fate), SEVERITIES.index(finding.severity), -(finding.at_stake_ms or 0.0)
