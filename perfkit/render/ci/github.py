"""GitHub's workflow commands: complaints as annotations beside the lines they speak of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from perfkit.render.ci.complaint import Complaint, complaints
from perfkit.render.escape import for_text

if TYPE_CHECKING:
    from perfkit.gate.report import GateReport

MOST_OF_A_KIND: Final = 10
"""What a step shows of each kind; further ones are swallowed."""

_COMMANDS: Final = {"error": "error", "warning": "warning", "note": "notice"}


def write_annotations(report: GateReport) -> str:
    """The worst ten of each kind, a line each; where there are more, the last one of them says how many."""
    found: dict[str, list[Complaint]] = {"error": [], "warning": [], "note": []}
    for one in complaints(report):
        found[one.level].append(one)
    lines = []
    for level, every in found.items():
        shown = every if len(every) <= MOST_OF_A_KIND else every[: MOST_OF_A_KIND - 1]
        lines += [_line(one) for one in shown]
        if len(shown) < len(every):
            lines.append(
                f"::{_COMMANDS[level]} title=perfkit gate::{len(every) - len(shown)} more are in the step summary"
            )
    return "\n".join(lines) + "\n" if lines else ""


def _line(one: Complaint) -> str:
    place = f"file={_property(one.path)},line={one.line}," if one.path else ""
    return f"::{_COMMANDS[one.level]} {place}title={_property(f'perfkit {one.rule}')}::{_data(one.message)}"


def _data(value: str) -> str:
    """
    >>> _data("50 % more\\nof it")
    '50 %25 more%0Aof it'
    """
    return for_text(value).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    """
    >>> _property("a:b,c")
    'a%3Ab%2Cc'
    """
    return _data(value).replace(":", "%3A").replace(",", "%2C")
