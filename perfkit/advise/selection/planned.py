"""What the planner says of one statement under a set of indexes: the one place where a selection asks the server."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any, Protocol, TypeVar, cast

from perfkit.advise.selection.option import Option
from perfkit.advise.selection.question import Question
from perfkit.db.session import Session
from perfkit.db.sessions import Sessions
from perfkit.errors import CaptureError
from perfkit.plan import Plan, read_json

Item = TypeVar("Item")
Answer = TypeVar("Answer")

_GENERIC_PLAN_SINCE = 160000

SAME_COST = 0.01
"""Of a statement's cost: what joins in another order may differ by, as the planner does not look at all orders of many tables."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """``cost`` in the planner's units. ``used`` is the set of options in the plan, as bits; ``alone`` are those of them whose table is
    not touched."""

    cost: float
    used: int
    alone: int = 0
    existing: frozenset[str] = frozenset()
    """Names of the indexes in the plan that were there before."""


class Stage(Protocol):
    """A way to let the planner see indexes that are not there."""

    is_for_all: bool
    """Whether several sessions can be shown its options."""

    def holds(self, option: Option) -> bool:
        """Whether this way is open to the option's kind of index."""

    def make(self, options: Sequence[Option]) -> Mapping[int, int]:
        """Get the options ready to be shown; their sizes in bytes by number. What cannot be made is left out."""

    def show(self, session: Session, chosen: int) -> None:
        """Let the session's planner see these options of its own and none other, from the next statement on."""

    def number(self, session: Session, name: str) -> int | None:
        """The option behind the name of an index in a plan; None for an index of the database's own."""

    def spellings(self, question: Question, chosen: int) -> Sequence[Question]:
        """Other ways to put the same question, in which options are seen that are not seen in its own."""


class Planner:
    """Asks EXPLAIN, and counts how often. Each option belongs to the first stage that holds it. A statement's plan under a set is the
    same whichever of the sessions is asked, and whatever was asked before."""

    def __init__(self, sessions: Sessions, questions: Sequence[Question], stages: Sequence[Stage]) -> None:
        """Of several sessions only the first is left once a stage makes options that cannot be shown to each."""
        self._sessions = sessions
        self._questions = questions
        self._stages = stages
        self._calls: Counter[Session] = Counter()
        self.sizes: dict[int, int] = {}
        self._sound: dict[tuple[int, str], bool] = {}

    @property
    def calls(self) -> int:
        return self._calls.total()

    @property
    def session(self) -> Session:
        """The one that options are made in."""
        return self._sessions.first

    def make(self, options: Sequence[Option]) -> None:
        """Get options ready; ``sizes`` then knows those that can be shown."""
        left = list(options)
        for stage in self._stages:
            mine = [option for option in left if stage.holds(option)]
            left = [option for option in left if not stage.holds(option)]
            if mine:
                if not stage.is_for_all:
                    self._sessions.alone()
                self.sizes.update(stage.make(mine))

    def hide(self) -> None:
        """Let the planner of the first session see no option at all."""
        self._show(self.session, 0)

    def each(self, work: Callable[[Item], Answer], items: Sequence[Item]) -> list[Answer]:
        """What ``work`` gives for each item, side by side where there are several sessions. No two items may ask about one statement."""
        return self._sessions.each(work, items)

    def plan(self, place: int, chosen: int) -> Planned:
        """The statement's plan with these options: one EXPLAIN, and one for each other spelling of it that a stage needs, of which the
        cheapest plan counts. CaptureError where the server refuses the statement."""
        return self._sessions.ask(lambda session: self._plan(session, place, chosen))

    def _plan(self, session: Session, place: int, chosen: int) -> Planned:
        question = self._questions[place]
        spellings = [
            spelling
            for stage in self._stages
            for spelling in stage.spellings(question, chosen)
            if self._means_the_same(session, place, spelling)
        ]
        self._show(session, chosen)
        plans = [self._asked(session, one) for one in (question, *spellings)]
        root = min(plans, key=_cost)
        used, touching, existing = 0, 0, set()
        for name, is_alone in _indexes(root):
            number = self._number(session, name)
            if number is None:
                existing.add(name)
                continue
            used |= 1 << number
            touching |= 0 if is_alone else 1 << number
        return Planned(cost=_cost(root), used=used, alone=used & ~touching, existing=frozenset(existing))

    def _show(self, session: Session, chosen: int) -> None:
        for stage in self._stages:
            stage.show(session, chosen)

    def _asked(self, session: Session, question: Question) -> dict[str, Any]:
        self._calls[session] += 1
        return _explained(session, question)

    def _means_the_same(self, session: Session, place: int, spelling: Question) -> bool:
        """Whether the server takes the spelling, and plans it like the statement where no option is shown."""
        key = (place, spelling.statement.text)
        if key not in self._sound:
            self._show(session, 0)
            own = _cost(self._asked(session, self._questions[place]))
            try:
                with session.savepoint():
                    cost = _cost(self._asked(session, spelling))
            except CaptureError:
                if session.is_closed:
                    raise
                cost = inf
            self._sound[key] = abs(cost - own) <= SAME_COST * own
        return self._sound[key]

    def _number(self, session: Session, name: str) -> int | None:
        for stage in self._stages:
            number = stage.number(session, name)
            if number is not None:
                return number
        return None


def whole_plan(session: Session, question: Question) -> Plan:
    """The statement's plan as it is, to be looked at: one EXPLAIN in the transaction that the caller opened."""
    return read_json([{"Plan": _explained(session, question, "verbose, ")}])


def _explained(session: Session, question: Question, options: str = "") -> dict[str, Any]:
    text = question.statement.text
    if not question.is_generic:
        rows = session.run_users(f"explain ({options}format json) ", text, question.parameters)
    elif session.server_version_num >= _GENERIC_PLAN_SINCE:
        rows = session.run_unbound(f"explain ({options}format json, generic_plan) ", text)
    else:
        rows = _explained_prepared(session, question, options)
    document = rows[0][0]
    if not isinstance(document, list):
        raise CaptureError("the server's answer to EXPLAIN (FORMAT JSON) is no plan; is a proxy in between?")
    return cast(dict[str, Any], document[0]["Plan"])


def _explained_prepared(session: Session, question: Question, options: str) -> list[tuple[object, ...]]:
    """Before 16 a generic plan is to be had of a prepared statement only."""
    session.run_users("prepare perfkit_generic as ", question.statement.text)
    try:
        with session.savepoint():
            session.execute("set local plan_cache_mode = force_generic_plan")
            nulls = ", ".join("null" for _ in range(question.statement.parameter_count))
            return session.run_users(f"explain ({options}format json) ", f"execute perfkit_generic({nulls})")
    finally:
        session.execute("deallocate perfkit_generic")


def _cost(root: dict[str, Any]) -> float:
    return float(root["Total Cost"])


def _indexes(node: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    """Names of the indexes in a plan, and whether each is read without its table."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if "Index Name" in one:
            yield one["Index Name"], one["Node Type"] == "Index Only Scan"
        waiting += one.get("Plans", ())
