"""OpenMetrics text: counters of each query, which hardly vary between runs, so that a difference means something."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from perfkit.render.escape import for_text

if TYPE_CHECKING:
    from perfkit.gate.report import GateReport, Result

_COUNTED: Final = (
    ("shared_blocks", "Shared blocks touched, hit and read."),
    ("temp_blocks", "Temporary blocks read and written."),
    ("rows", "Rows returned."),
    ("rows_removed", "Rows read and thrown away."),
)


def write_openmetrics(report: GateReport) -> str:
    """Gauges of the queries as they run now, by name."""
    results = sorted((one for one in report.results if one.after is not None), key=lambda one: one.query)
    lines = list(_counters(results))
    lines += _family("findings", "Findings by severity, informational ones left out.")
    for result in results:
        found = Counter(one.severity for one in result.findings if one.severity != "info")
        lines += [
            f'perfkit_gate_findings{{query="{_label(result.query)}",severity="{severity}"}} {count}'
            for severity, count in sorted(found.items())
        ]
    lines += _family("queries", "Queries by verdict.")
    lines += [
        f'perfkit_gate_queries{{verdict="{verdict}"}} {count}' for verdict, count in report.counts.items()
    ]
    return "\n".join([*lines, "# EOF"]) + "\n"


def _counters(results: list[Result]) -> Iterator[str]:
    for name, what in _COUNTED:
        yield from _family(name, what)
        for result in results:
            assert result.after is not None
            value = getattr(result.after.counters, name)
            if value is not None:
                yield f'perfkit_gate_{name}{{query="{_label(result.query)}"}} {round(value)}'


def _family(name: str, what: str) -> list[str]:
    return [f"# TYPE perfkit_gate_{name} gauge", f"# HELP perfkit_gate_{name} {what}"]


def _label(value: str) -> str:
    """
    >>> print(_label('a"b'))
    a\\"b
    """
    return for_text(value).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
