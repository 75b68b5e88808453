"""What the planner says of one statement under a set of indexes: the one place where a selection asks the server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any, Protocol, cast

from perfkit.advise.selection.option import Option
from perfkit.advise.selection.question import Question
from perfkit.db.session import Session
from perfkit.errors import CaptureError
from perfkit.plan import Plan, read_json

_GENERIC_PLAN_SINCE = 160000

SAME_COST = 0.01
"""Of a statement's cost: what joins in another order may differ by, as the planner does not look at all orders of many tables."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """``cost`` in the planner's units. ``used`` is the set of options in the plan, as bits."""

    cost: float
    used: int
    existing: frozenset[str] = frozenset()
    """Names of the indexes in the plan that were there before."""


class Stage(Protocol):
    """A way to let the planner see indexes that are not there."""

    def holds(self, option: Option) -> bool:
        """Whether this way is open to the option's kind of index."""

    def make(self, options: Sequence[Option]) -> Mapping[int, int]:
        """Get the options ready to be shown; their sizes in bytes by number. What cannot be made is left out."""

    def show(self, chosen: int) -> None:
        """Let the planner see these options of its own and none other, from the next statement on."""

    def number(self, name: str) -> int | None:
        """The option behind the name of an index in a plan; None for an index of the database's own."""

    def spellings(self, question: Question, chosen: int) -> Sequence[Question]:
        """Other ways to put the same question, in which options are seen that are not seen in its own."""


class Planner:
    """Asks EXPLAIN, and counts how often. Each option belongs to the first stage that holds it."""

    def __init__(self, session: Session, questions: Sequence[Question], stages: Sequence[Stage]) -> None:
        self.session = session
        self._questions = questions
        self._stages = stages
        self.calls = 0
        self.sizes: dict[int, int] = {}
        self._sound: dict[tuple[int, str], bool] = {}

    def make(self, options: Sequence[Option]) -> None:
        """Get options ready; ``sizes`` then knows those that can be shown."""
        left = list(options)
        for stage in self._stages:
            mine = [option for option in left if stage.holds(option)]
            left = [option for option in left if not stage.holds(option)]
            if mine:
                self.sizes.update(stage.make(mine))

    def hide(self) -> None:
        """Let the planner see no option at all."""
        self._show(0)

    def plan(self, place: int, chosen: int) -> Planned:
        """The statement's plan with these options: one EXPLAIN, and one for each other spelling of it that a stage needs, of which the
        cheapest plan counts. CaptureError where the server refuses the statement."""
        question = self._questions[place]
        spellings = [
            spelling
            for stage in self._stages
            for spelling in stage.spellings(question, chosen)
            if self._means_the_same(place, spelling)
        ]
        self._show(chosen)
        plans = [self._asked(one) for one in (question, *spellings)]
        root = min(plans, key=_cost)
        used, existing = 0, set()
        for name in _index_names(root):
            number = self._number(name)
            if number is None:
                existing.add(name)
            else:
                used |= 1 << number
        return Planned(cost=_cost(root), used=used, existing=frozenset(existing))

    def _show(self, chosen: int) -> None:
        for stage in self._stages:
            stage.show(chosen)

    def _asked(self, question: Question) -> dict[str, Any]:
        self.calls += 1
        return self._explain(question)

    def _means_the_same(self, place: int, spelling: Question) -> bool:
        """Whether the server takes the spelling, and plans it like the statement where no option is shown."""
        key = (place, spelling.statement.text)
        if key not in self._sound:
            self.hide()
            own = _cost(self._asked(self._questions[place]))
            try:
                with self.session.savepoint():
                    cost = _cost(self._asked(spelling))
            except CaptureError:
                cost = inf
            self._sound[key] = abs(cost - own) <= SAME_COST * own
        return self._sound[key]

    def whole_plan(self, place: int) -> Plan:
        """The statement's plan as it is, to be looked at: one EXPLAIN."""
        return read_json([{"Plan": self._explain(self._questions[place], "verbose, ")}])

    def _number(self, name: str) -> int | None:
        for stage in self._stages:
            number = stage.number(name)
            if number is not None:
                return number
        return None

    def _explain(self, question: Question, options: str = "") -> dict[str, Any]:
        text = question.statement.text
        if not question.is_generic:
            rows = self.session.run_users(f"explain ({options}format json) ", text, question.parameters)
        elif self.session.server_version_num >= _GENERIC_PLAN_SINCE:
            rows = self.session.run_unbound(f"explain ({options}format json, generic_plan) ", text)
        else:
            rows = self._explain_prepared(question, options)
        document = rows[0][0]
        if not isinstance(document, list):
            raise CaptureError(
                "the server's answer to EXPLAIN (FORMAT JSON) is no plan; is a proxy in between?"
            )
        return cast(dict[str, Any], document[0]["Plan"])

    def _explain_prepared(self, question: Question, options: str) -> list[tuple[object, ...]]:
        """Before 16 a generic plan is to be had of a prepared statement only."""
        session = self.session
        session.run_users("prepare perfkit_generic as ", question.statement.text)
        try:
            with session.savepoint():
                session.execute("set local plan_cache_mode = force_generic_plan")
                nulls = ", ".join("null" for _ in range(question.statement.parameter_count))
                return session.run_users(
                    f"explain ({options}format json) ", f"execute perfkit_generic({nulls})"
                )
        finally:
            session.execute("deallocate perfkit_generic")


def _cost(root: dict[str, Any]) -> float:
    return float(root["Total Cost"])


def _index_names(node: dict[str, Any]) -> Iterator[str]:
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if "Index Name" in one:
            yield one["Index Name"]
        waiting += one.get("Plans", ())
