"""psql's output forms as the commands that set them, and a real psql that prints plans in them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

from perfkit.db.servers.provider import default_provider

_COMMON = (
    "\\pset border 1",
    "\\pset columns 0",
    "\\pset csv_fieldsep ','",
    "\\pset expanded off",
    "\\pset fieldsep '|'",
    "\\pset footer on",
    "\\pset linestyle ascii",
    "\\pset title",
    "\\pset tuples_only off",
    *(f"\\pset unicode_{part}_linestyle single" for part in ("border", "column", "header")),
)
_DOUBLE = " ".join(f"unicode_{part}_linestyle=double" for part in ("border", "column", "header"))


def forms() -> dict[str, tuple[str, ...]]:
    """Each form's name with the commands that set it."""
    found: dict[str, tuple[str, ...]] = {}

    def add(*settings: str) -> None:
        commands = (setting.replace("=", " ") for group in settings for setting in group.split(" ") if group)
        found[" ".join(filter(None, settings))] = (*_COMMON, *(f"\\pset {command}" for command in commands))

    for rows in ("", "expanded=on"):
        for header in ("", "tuples_only=on"):
            for border in (0, 1, 2):
                for width in ("format=aligned", "format=wrapped columns=60", "format=wrapped columns=100"):
                    for style in ("ascii", "old-ascii", "unicode"):
                        add(width, f"linestyle={style}", f"border={border}", rows, header)
                for format_ in ("html", "asciidoc", "latex", "latex-longtable", "troff-ms"):
                    add(f"format={format_}", f"border={border}", rows, header)
            for separator in ("'|'", "';'", "'\\t'", "'::'"):
                add("format=unaligned", f"fieldsep={separator}", rows, header)
            for separator in ("','", "';'", "'\\t'"):
                add("format=csv", f"csv_fieldsep={separator}", rows, header)
        for border in (1, 2):
            add("format=aligned", "linestyle=unicode", f"border={border}", _DOUBLE, rows)
        for format_ in (
            "aligned",
            "wrapped columns=80",
            "unaligned",
            "html",
            "asciidoc",
            "latex",
            "troff-ms",
        ):
            add(f"format={format_}", "footer=off title=Plan", rows)
    add("format=wrapped columns=80", "expanded=auto")
    return found


def psql() -> str | None:
    """The psql beside the server's programs, else the one of the machine."""
    beside = default_provider().bin_directory / "psql"
    return str(beside) if beside.exists() else shutil.which("psql")


def printed(
    program: str, conninfo: str, plans: Iterable[list[str]], wanted: Mapping[str, tuple[str, ...]]
) -> dict[tuple[int, str], str]:
    """What psql prints for the rows of each plan, by the plan's place and the form's name."""
    script = [
        "\\set QUIET 1",
        "\\pset pager off",
        "create temp table plan (number int, place int, line text);",
    ]
    count = 0
    for number, rows in enumerate(plans):
        count += 1
        for place, row in enumerate(rows):
            script.append(f"insert into plan values ({number}, {place}, $plan${row}$plan$);")
    names = list(wanted)
    for place, commands in enumerate(wanted.values()):
        script += commands
        for number in range(count):
            script.append(f"\\echo @@@{number} {place}")
            script.append(f'select line as "QUERY PLAN" from plan where number = {number} order by place;')
    done = subprocess.run(
        [program, "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", conninfo],
        input="\n".join(script),
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PGCLIENTENCODING": "UTF8", "LC_ALL": "C.UTF-8"},
        check=True,
    )
    found = {}
    for part in done.stdout.split("@@@")[1:]:
        head, _, text = part.partition("\n")
        number, _, form = head.partition(" ")
        found[int(number), names[int(form)]] = text
    return found


PASTED = Path(__file__).parents[1] / "pasted"
RECORDED = Path(__file__).parents[1] / "recorded"
