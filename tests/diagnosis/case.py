"""A case: how to make the database, the statement, and what an expert would find and do.

One TOML file each in ``tests/cases/<category>/<name>.toml``; README.md there describes the keys.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

FOLDER = Path(__file__).parent.parent / "cases"
KEYS = frozenset(
    {
        "title", "kind", "database", "scale", "setup", "session", "sql", "params", "param_sets", "log", "blocker", "cause",
        "also", "remedy", "must_not", "allow_writes", "majors", "why",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """Advice of this kind whose SQL matches."""

    kind: str
    sql: str
    proof: Literal["executed", "none"] = "executed"
    """``none`` accepts advice that nothing here can measure: a change of the application."""

    def matches(self, advice: Mapping[str, Any]) -> bool:
        steps = [step["kind"] for step in advice.get("steps", ())]
        return self.kind in (advice["kind"], *steps) and bool(
            re.search(self.sql, advice["sql"], re.IGNORECASE | re.DOTALL)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    name: str
    """``category/file``"""
    title: str
    kind: Literal["problem", "trap", "healthy"]
    sql: str
    why: str
    database: Literal["own", "tracker"] = "own"
    scale: float = 0.02
    setup: str = ""
    session: str = ""
    params: tuple[Any, ...] = ()
    param_sets: tuple[tuple[Any, ...], ...] = ()
    log: str = ""
    """A log slice or several statements that take the statement's place."""
    blocker: str = ""
    """What another session runs in a transaction that it holds open."""
    cause: tuple[str, ...] = ()
    """Any one of these ids names the cause; empty: nothing above information may be found."""
    also: tuple[str, ...] = ()
    """Right to say beside the cause."""
    remedy: tuple[Remedy, ...] = ()
    """Any one of these is right; empty: nothing may be advised."""
    must_not: tuple[Remedy, ...] = ()
    allow_writes: bool = False
    majors: tuple[int, ...] = ()
    """Only these major versions; empty: all."""

    @property
    def category(self) -> str:
        return self.name.partition("/")[0]


def read_case(path: Path) -> Case:
    """ValueError for a file that is no case."""
    fields = tomllib.loads(path.read_text(encoding="utf-8"))
    unknown = set(fields) - KEYS
    if unknown:
        raise ValueError(f"{path}: unknown keys {sorted(unknown)}")
    for name in ("remedy", "must_not"):
        fields[name] = tuple(Remedy(**entry) for entry in fields.get(name, ()))
    for name in ("params", "cause", "also", "majors"):
        fields[name] = tuple(fields.get(name, ()))
    fields["param_sets"] = tuple(tuple(one) for one in fields.get("param_sets", ()))
    fields.setdefault("sql", "")
    return Case(name=f"{path.parent.name}/{path.stem}", **fields)


def every_case(only: str = "") -> Iterator[Case]:
    """All cases in the order of their names; ``only`` is a category, or a case's name."""
    for path in sorted(FOLDER.glob("*/*.toml")):
        name = f"{path.parent.name}/{path.stem}"
        if not only or name == only or path.parent.name == only:
            yield read_case(path)
