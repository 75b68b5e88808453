"""Many INSERTs of one row each in near succession: a pattern between statements that no plan shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from perfkit.sql.prepared import literal
from perfkit.sql.tokens import Token, scan
from perfkit.workload.n_plus_one import streaks
from perfkit.workload.recording import Run

FEWEST_ROWS = 10
"""So many rows of one table in one session are a loop; a form with a few lines is none."""

MOST_WRITTEN = 100
"""Rows that the one statement is written out for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowByRow:
    """A loop of INSERTs in one session."""

    table: str
    runs: tuple[Run, ...]
    sql: str
    """One INSERT of all their rows, or of the first hundred."""

    @property
    def total_ms(self) -> float | None:
        times = [run.ms for run in self.runs if run.ms is not None]
        return round(sum(times), 3) if times else None


def row_by_row(runs: Sequence[Run]) -> tuple[RowByRow, ...]:
    """The loops of all sessions, the longest first. An INSERT that returns something is left out: its caller waits for it."""
    by_session: dict[str, list[Run]] = {}
    for run in runs:
        by_session.setdefault(run.session, []).append(run)
    found = []
    for members in by_session.values():
        for streak in streaks(members, "insert"):
            one = _joined([members[place] for place in streak])
            if one is not None and len(streak) >= FEWEST_ROWS:
                found.append(one)
    return tuple(sorted(found, key=lambda one: -len(one.runs)))


def _joined(runs: Sequence[Run]) -> RowByRow | None:
    parts = [_parts(run) for run in runs[:MOST_WRITTEN]]
    first = parts[0]
    if first is None or any(part is None or part[0] != first[0] for part in parts):
        return None
    head, table, _ = first
    rows = ",\n  ".join(part[2] for part in parts if part is not None)
    return RowByRow(table=table, runs=tuple(runs), sql=f"{head}\n  {rows}")


def _parts(run: Run) -> tuple[str, str, str] | None:
    """``insert into t (a, b) values``, the table, and the one row; None for an INSERT of another form."""
    tokens = scan(run.text)
    while tokens and tokens[-1].text == ";":
        tokens = tokens[:-1]
    at = next((place for place, token in enumerate(tokens) if token.is_word("values")), None)
    if at is None or len(tokens) < 4 or not tokens[0].is_word("insert") or not tokens[1].is_word("into"):
        return None
    row = tokens[at + 1 :]
    if not row or row[0].text != "(" or _closing(row) != len(row) - 1:
        return None
    name = next((token for token in tokens[2:at] if token.text == "("), tokens[at])
    table = " ".join(run.text[tokens[2].start : name.start].split())
    return " ".join(run.text[: tokens[at].end].split()), table, _written(run, row)


def _closing(tokens: Sequence[Token]) -> int:
    depth = 0
    for place, token in enumerate(tokens):
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0:
            return place
    return -1


def _written(run: Run, row: Sequence[Token]) -> str:
    """The row's text, with the values of its parameters."""
    pieces, end = [], row[0].start
    for token in row:
        number = int(token.text[1:]) - 1 if token.kind == "parameter" else -1
        if 0 <= number < len(run.parameters):
            pieces += [run.text[end : token.start], literal(run.parameters[number])]
            end = token.end
    return "".join([*pieces, run.text[end : row[-1].end]])
