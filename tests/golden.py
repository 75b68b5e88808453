"""Golden cases in .sql files: a title, a statement, and what is expected of it in comments that begin with ``-->``.

``PERFKIT_REFRESH_GOLDEN=1`` writes what was got into the files instead of comparing.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

MARK = "--> "

REFRESH = bool(os.environ.get("PERFKIT_REFRESH_GOLDEN"))
"""Read here because the test run takes perfkit's variables out of the environment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    path: Path
    title: str
    sql: str
    expected: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.path.stem}: {self.title}"


def read_cases(folder: Path) -> list[Case]:
    """All cases of the folder's .sql files; they are parted by blank lines."""
    return [
        _case(path, block)
        for path in sorted(folder.glob("*.sql"))
        for block in path.read_text(encoding="utf-8").strip().split("\n\n")
    ]


def _case(path: Path, block: str) -> Case:
    title, *lines = block.splitlines()
    return Case(
        path=path,
        title=title.removeprefix("-- "),
        sql="\n".join(line for line in lines if not line.startswith(MARK)),
        expected=tuple(line.removeprefix(MARK) for line in lines if line.startswith(MARK)),
    )


def check(case: Case, describe: Callable[[str], list[str]]) -> None:
    got = describe(case.sql)
    if REFRESH:
        _write(case, got)
    else:
        assert got == list(case.expected)


def _write(case: Case, got: list[str]) -> None:
    blocks = case.path.read_text(encoding="utf-8").strip().split("\n\n")
    fresh = "\n".join([f"-- {case.title}", case.sql, *(MARK + line for line in got)])
    blocks = [fresh if block.splitlines()[0] == f"-- {case.title}" else block for block in blocks]
    case.path.write_text("\n\n".join(blocks) + "\n", encoding="utf-8")
