"""Messages of a log as what they tell: statements with their values and times, lock waits, deadlocks, idle transactions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import replace

from perfkit.errors import PlanParseError, UsageError
from perfkit.plan import Plan
from perfkit.sql.fingerprint import fingerprint
from perfkit.sql.outline import kind_of, main_verb, parts
from perfkit.sql.tokens import scan
from perfkit.workload.recording import Deadlock, Entry, IdleTransaction, LockWait, Recording, Run

_DURATION = re.compile(r"duration: (\d+(?:\.\d+)?) ms\s*")
_STATEMENT = re.compile(r"statement: ")
_EXECUTE = re.compile(r"execute (?!fetch from )[^\n:]*: ")
_PLAN = re.compile(r"plan:\s*")
_STEP = re.compile(r"(?:parse|bind|execute fetch from) ")
_QUERY_TEXT = re.compile(
    r"(?:\A|\n)\s*(?:\"?Query Text\"?: )(.*?)(?=\n\s*Query Parameters: |\n[^\n]*\(cost=|\n\s*\"Plan\":|\Z)",
    re.DOTALL,
)
_QUERY_PARAMETERS = re.compile(r"\n\s*Query Parameters: ([^\n]*)")
_PARAMETERS = re.compile(r"\A\s*parameters: ", re.IGNORECASE)
_PARAMETER = re.compile(r"\$(\d+) = (NULL|'(?:[^']|'')*')")
_WAITING = re.compile(r"process (\d+) (still waiting for|acquired) (\w+ on .+?) after (\d+(?:\.\d+)?) ms")
_HOLDERS = re.compile(r"Process(?:es)? holding the lock: ([\d, ]+)\.")
_DEADLOCK_STATEMENT = re.compile(r"^\s*Process (\d+): (.*)$", re.MULTILINE)
_TRANSACTION_VERBS = ("begin", "start", "commit", "end", "rollback", "abort")

IDLE_SECONDS = 1.0
"""A shorter pause between two statements of a transaction may be work of the application."""


def recording_of(entries: Iterable[Entry], *, skipped_lines: int = 0) -> Recording:
    """All that the messages tell, in their order."""
    reader = _Reader()
    count = 0
    for entry in entries:
        count += 1
        reader.read(entry)
    return Recording(
        source="log",
        runs=tuple(reader.runs),
        lock_waits=tuple(reader.lock_waits.values()),
        deadlocks=tuple(reader.deadlocks),
        idle=tuple(reader.idle),
        entries=count,
        other_entries=reader.others,
        skipped_lines=skipped_lines,
    )


def run_of(
    text: str,
    *,
    session: str,
    line: int,
    ms: float | None = None,
    at: float | None = None,
    parameters: tuple[str | None, ...] = (),
    plan: Plan | None = None,
) -> Run | None:
    """One execution of one statement; None for text that is none, cut off, or several."""
    try:
        tokens = scan(text)
    except UsageError:
        return None
    statements = parts(tokens)
    if len(statements) != 1:
        return None
    return Run(
        text=text.strip().rstrip(";").rstrip(),
        fingerprint=fingerprint(statements[0]),
        kind=kind_of(statements[0]),
        session=session,
        line=line,
        parameters=parameters,
        ms=ms,
        at=at,
        plan=plan,
    )


def read_parameters(detail: str | None) -> tuple[str | None, ...]:
    """Values of $1 … from a DETAIL line.

    >>> read_parameters("parameters: $1 = '42', $2 = NULL, $3 = 'it''s'"), read_parameters("Parameters: $1 = 'a'")
    (('42', None, "it's"), ('a',))
    """
    if not detail or not _PARAMETERS.match(detail):
        return ()
    values = [found[2] for found in _PARAMETER.finditer(detail)]
    return tuple(None if value == "NULL" else value[1:-1].replace("''", "'") for value in values)


def _query_text(body: str) -> str | None:
    """The statement of an entry of auto_explain, whose body is TEXT or JSON.

    >>> _query_text("\\nQuery Text: select 1\\nResult  (cost=0.00..0.01 rows=1 width=4)"), _query_text('{"Query Text": "select 1"}')
    ('select 1', 'select 1')
    """
    if body.lstrip().startswith("{"):
        try:
            found = json.loads(body)
        except ValueError:
            return None
        return str(found["Query Text"]) if "Query Text" in found else None
    text = _QUERY_TEXT.search(body)
    return text[1] if text else None


class _Reader:
    """What was read so far, and what each session did last."""

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self.lock_waits: dict[tuple[int, str], LockWait] = {}
        self.deadlocks: list[Deadlock] = []
        self.idle: list[IdleTransaction] = []
        self.others = 0
        self._untimed: dict[str, int] = {}
        self._last: dict[str, Entry] = {}
        self._text: dict[int, str] = {}
        """The last statement of each process."""
        self._begun: dict[str, bool] = {}

    def read(self, entry: Entry) -> None:
        message = entry.message
        duration = _DURATION.match(message)
        ms = float(duration[1]) if duration else None
        rest = message[duration.end() :] if duration else message
        if waiting := _WAITING.match(message):
            self._wait(entry, waiting)
        elif message.startswith("deadlock detected"):
            statements = _DEADLOCK_STATEMENT.findall(entry.detail or "")
            pids = tuple(int(pid) for pid, _ in statements) or ((entry.pid,) if entry.pid else ())
            self.deadlocks.append(
                Deadlock(line=entry.line, pids=pids, statements=tuple(text for _, text in statements))
            )
        elif "idle-in-transaction timeout" in message:
            self._terminated(entry)
        elif plan := _PLAN.match(rest):
            self._planned(entry, ms, rest[plan.end() :])
        elif head := _STATEMENT.match(rest) or _EXECUTE.match(rest):
            self._statement(entry, ms, rest[head.end() :])
        elif duration and not rest.strip():
            self._duration(entry, float(duration[1]))
        elif not _STEP.match(rest):
            self.others += 1

    def _statement(self, entry: Entry, ms: float | None, text: str) -> None:
        self._paused(entry, ms, text)
        if entry.pid is not None:
            self._text[entry.pid] = text
        run = run_of(
            text,
            session=entry.session,
            line=entry.line,
            ms=ms,
            at=entry.at,
            parameters=read_parameters(entry.detail),
        )
        if run is None:
            self.others += 1
        elif run.kind != "other":
            if ms is None:
                self._untimed[entry.session] = len(self.runs)
            self.runs.append(run)

    def _duration(self, entry: Entry, ms: float) -> None:
        """log_duration: the time of the statement that the session logged before."""
        place = self._untimed.pop(entry.session, None)
        if place is None:
            self.others += 1
        else:
            self.runs[place] = replace(self.runs[place], ms=ms, at=entry.at)
        self._last[entry.session] = entry

    def _planned(self, entry: Entry, ms: float | None, body: str) -> None:
        text = _query_text(body)
        if text is None:
            self.others += 1
            return
        try:
            from perfkit.plan import parse_plan

            plan = parse_plan(body)
        except PlanParseError:
            plan = None
        named = _QUERY_PARAMETERS.search(body)
        parameters = read_parameters(f"parameters: {named[1]}") if named else ()
        run = run_of(
            text,
            session=entry.session,
            line=entry.line,
            ms=ms,
            at=entry.at,
            parameters=parameters,
            plan=plan,
        )
        before = self.runs[-1] if self.runs else None
        if run is None or run.kind == "other":
            self.others += 1
        elif before is not None and (before.session, before.fingerprint, before.ms) == (
            run.session,
            run.fingerprint,
            None,
        ):
            self.runs[-1] = replace(before, ms=ms, plan=plan)
            self._untimed.pop(entry.session, None)
        else:
            self.runs.append(run)

    def _wait(self, entry: Entry, waiting: re.Match[str]) -> None:
        pid, lock, ms = int(waiting[1]), waiting[3], float(waiting[4])
        holders = _HOLDERS.search(entry.detail or "")
        before = self.lock_waits.get((pid, lock))
        pids = tuple(int(one) for one in holders[1].split(",")) if holders else ()
        held_by = next((self._text[one] for one in pids if one in self._text), None)
        self.lock_waits[pid, lock] = LockWait(
            line=before.line if before else entry.line,
            pid=pid,
            lock=lock,
            waited_ms=max(ms, before.waited_ms if before else 0.0),
            is_acquired=waiting[2] == "acquired",
            holders=pids or (before.holders if before else ()),
            statement=entry.statement or (before.statement if before else None),
            holder_statement=held_by or (before.holder_statement if before else None),
            context=entry.context or (before.context if before else None),
        )

    def _terminated(self, entry: Entry) -> None:
        last = self._last.get(entry.session)
        idle_ms = None
        if last is not None and last.at is not None and entry.at is not None:
            idle_ms = (entry.at - last.at) * 1000
        text = self._text.get(entry.pid) if entry.pid is not None else None
        self.idle.append(
            IdleTransaction(
                line=entry.line,
                pid=entry.pid,
                session=entry.session,
                idle_ms=idle_ms,
                last_statement=text,
                was_terminated=True,
            )
        )

    def _paused(self, entry: Entry, ms: float | None, text: str) -> None:
        """Note a pause since the session's last statement, where both are of one transaction."""
        last, self._last[entry.session] = self._last.get(entry.session), entry
        try:
            verb = main_verb(scan(text))
        except UsageError:
            verb = ""
        if (
            self._begun.get(entry.session)
            and last is not None
            and last.at is not None
            and entry.at is not None
        ):
            idle_ms = (entry.at - last.at) * 1000 - (ms or 0.0)
            if idle_ms >= IDLE_SECONDS * 1000:
                pid = entry.pid
                self.idle.append(
                    IdleTransaction(
                        line=last.line,
                        pid=pid,
                        session=entry.session,
                        idle_ms=round(idle_ms, 1),
                        last_statement=self._text.get(pid) if pid is not None else None,
                        was_terminated=False,
                    )
                )
        if verb in _TRANSACTION_VERBS:
            self._begun[entry.session] = verb in ("begin", "start")
