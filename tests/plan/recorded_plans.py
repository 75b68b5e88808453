"""The plans that record.py took from real servers: 18 at the top, older majors in folders of their own.

``NAMES`` are all of them, as JSON. ``FOUR_FORMATS`` are those that stand beside it as TEXT, YAML and XML of the same
plan, in ``<major>/<set of options>/``; of the others, ``ONLY_JSON``, the TEXT has COSTS OFF and no figures.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

from perfkit.plan import Plan, read_json

FOLDER = Path(__file__).parent / "recorded"
NAMES = sorted(str(path.relative_to(FOLDER).with_suffix("")) for path in FOLDER.rglob("*.json"))
FOUR_FORMATS = [name for name in NAMES if (FOLDER / f"{name}.yaml").exists()]
ONLY_JSON = [name for name in NAMES if name not in FOUR_FORMATS]

RUNS_ON_AFTER_THE_ROOT = "cte_writing_unread"
"""Its DELETE runs after the main query ended, so its time is in no total of the root."""

LINES_OF_THEIR_OWN = ("odd_conditions", "odd_names_wild")
"""Their conditions and names go over several lines, some of which look like nodes."""

_FIGURES = re.compile(r" (?: \(cost=| ?\(actual | ?\(never executed\)).*$")


@cache
def text_of(name: str) -> str:
    return formatted(name, "json")


@cache
def formatted(name: str, suffix: str) -> str:
    """What the server printed, to the letter: suffix json, txt, yaml or xml."""
    with (FOLDER / f"{name}.{suffix}").open(newline="") as file:
        return file.read()


def document(name: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(text_of(name))
    return found


@cache
def plan(name: str) -> Plan:
    return read_json(document(name))


def heads(name: str) -> list[str]:
    """The head of each node's line in the text format, as the server wrote it."""
    lines = [_FIGURES.sub("", line) for line in formatted(name, "txt").splitlines()]
    return [lines[0], *(found[1] for line in lines if (found := re.match(r"\s*->  (.*)$", line)))]
