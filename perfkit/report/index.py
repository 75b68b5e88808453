"""One page over many runs: what each came to, and how the cost of each statement went from run to run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import quote

from perfkit.render.blocks import Blocks, Code, Column, Details, Row, Span, Table, Text, paragraph, text
from perfkit.render.drawing import Drawing
from perfkit.render.html import write_html
from perfkit.report.export import page_of_cells
from perfkit.report.history import Entry, Measured, by_statement, read_history
from perfkit.report.outcome import HTML_FILE
from perfkit.report.output import write_text
from perfkit.report.secrets import strike
from perfkit.units import format_count, format_ms

INDEX_FILE = "index.html"

_WORDS = {
    "ok": "fine",
    "error": "failed",
    "died": "kernel died",
    "interrupted": "interrupted",
    "timeout": "timed out",
}
_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 340.0, 150.0, 62.0, 12.0, 26.0, 24.0
_COLOURS = {"blocks": "#5b7fc7", "time": "#c07a3c"}

Run = tuple[Entry, Measured]


def write_index(folder: Path, failures: Mapping[str, str] | None = None) -> Path:
    """Write index.html over every run.json in a folder and below, and give its path.

    ``failures`` are runs that left no run.json, by name, with the reason. UsageError where there is neither.
    """
    entries: tuple[Entry, ...] = tuple(
        Entry(folder=name, run=None, error=error) for name, error in (failures or {}).items()
    )
    try:
        entries += read_history(folder)
    except ValueError:
        if not entries:
            raise
    path = folder / INDEX_FILE
    write_text(path, strike(index_page(entries, folder.resolve().name)))
    return path


def index_page(entries: Sequence[Entry], name: str) -> str:
    """The page; links are relative to the folder it stands in."""
    parts: list[tuple[str, str, Blocks | str]] = [
        ("", "verdict", _summary(entries)),
        ("Runs", "", (_runs_table(entries),)),
    ]
    trends = {key: runs for key, runs in by_statement(entries).items() if len(runs) > 1}
    for number, ((_, where), runs) in enumerate(trends.items()):
        heading = "How each statement went" if number == 0 else ""
        parts.append((heading, "", _statement(runs, where)))
        parts.append(("", "", _charts(runs)))
        parts.append(("", "", (Details(summary=text("the same in figures"), blocks=(_trend_table(runs),)),)))
    return page_of_cells(_cells(parts), {"title": "Runs and what they came to", "eyebrow": ["perfkit", name]})


def _cells(parts: Sequence[tuple[str, str, Blocks | str]]) -> list[Any]:
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

    cells = []
    for heading, tag, shown in parts:
        if heading:
            cells.append(new_markdown_cell(f"## {heading}"))
        html = shown if isinstance(shown, str) else write_html(shown, "index")
        cells.append(
            new_code_cell(
                outputs=[new_output("display_data", {"text/html": html})],
                metadata={"tags": [tag] if tag else []},
            )
        )
    return cells


def _summary(entries: Sequence[Entry]) -> Blocks:
    counts = Counter(one.run.status if one.run else "error" for one in entries)
    failed = len(entries) - counts["ok"]
    runs = "1 run" if len(entries) == 1 else f"{len(entries)} runs"
    said = f"{runs}, all fine" if not failed else f"{runs}, {failed} of them not fine"
    badges: list[Span] = []
    for status, count in counts.items():
        tone: Any = "good" if status == "ok" else "bad"
        badges += [Span(f"{count} {_WORDS[status]}", tone, badge=True), Span("  ")]
    return (paragraph(Span(said, "strong")), paragraph(*badges))


def _runs_table(entries: Sequence[Entry]) -> Table:
    columns = (
        Column(title="started"),
        Column(title="run"),
        Column(title="status"),
        Column(title="what it came to", wraps=True),
        Column(title="blocks", align="right", note="shared and temporary, of the statement as it is"),
        Column(title="time", align="right", note="median of the statement as it is"),
    )
    return Table(columns=columns, rows=tuple(map(_row, entries)), kind="runs", is_list=True)


def _row(entry: Entry) -> Row:
    run = entry.run
    status = run.status if run else "error"
    measured = entry.measured[0] if entry.measured else None
    started = run.started_at.replace("T", " ").replace("Z", "") if run else ""
    question = str(run.parameters.get("query") or run.parameters.get("workload") or "") if run else ""
    name: Text = (
        Span(run.notebook if run else entry.folder, href=_link(entry)),
        *([Span(f" {Path(question).stem}")] if question else []),
        *([Span(f" · {entry.folder}", "muted")] if run and entry.folder else []),
    )
    return Row(
        cells=(
            text(started),
            name,
            text(Span(_WORDS[status], "good" if status == "ok" else "bad", badge=True)),
            text(entry.verdict),
            text(format_count(measured.blocks) if measured else ""),
            text(format_ms(measured.ms) if measured else ""),
        )
    )


def _link(entry: Entry) -> str:
    if not entry.has_page:
        return ""
    return quote(f"{entry.folder}/{HTML_FILE}" if entry.folder else HTML_FILE)


def _statement(runs: Sequence[Run], where: str) -> Blocks:
    latest = runs[-1][1]
    return (
        paragraph(Span(where, "strong"), Span(f"  {latest.fingerprint}", "muted")),
        Details(summary=text(_head(latest.text)), blocks=(Code(text=latest.text),)),
    )


def _head(sql: str) -> str:
    lines = [line for line in sql.splitlines() if line.strip() and not line.lstrip().startswith("--")]
    line = " ".join(" ".join(lines).split())
    return line if len(line) <= 90 else line[:89] + "…"


def _trend_table(runs: Sequence[Run]) -> Table:
    columns = (
        Column(title="started"),
        Column(title="run"),
        Column(title="blocks", align="right"),
        Column(title="time", align="right"),
        Column(title="what it came to", wraps=True),
    )
    rows = tuple(
        Row(
            cells=(
                text(entry.run.started_at.replace("T", " ").replace("Z", "") if entry.run else ""),
                (Span(entry.folder or "this folder", href=_link(entry)),),
                text(format_count(measured.blocks)),
                text(format_ms(measured.ms)),
                text(entry.verdict),
            )
        )
        for entry, measured in runs
    )
    return Table(columns=columns, rows=rows, kind="trend", is_list=True)


def _charts(runs: Sequence[Run]) -> str:
    blocks = [(entry, None if one.blocks is None else float(one.blocks)) for entry, one in runs]
    times = [(entry, one.ms) for entry, one in runs]
    return (
        '<div class="perfkit-trends">'
        + _chart("blocks", blocks, lambda value: format_count(round(value)))
        + _chart("time", times, format_ms)
        + "</div>"
    )


def _chart(name: str, values: Sequence[tuple[Entry, float | None]], said: Callable[[float], str]) -> str:
    """A line over the runs in their order, from zero, so that its height tells the cost."""
    known = [value for _, value in values if value is not None]
    if not known:
        return ""
    top = max(known) or 1.0
    listed = ", ".join("unknown" if value is None else said(value) for _, value in values)
    drawing = Drawing(_WIDTH, _HEIGHT, f"{name} from run to run, the earliest first: {listed}.")
    colour = _COLOURS[name]
    floor = _HEIGHT - _BOTTOM
    drawing.label(_LEFT - 8, 15, name, 12, anchor="end")
    for share in (0.0, 1.0):
        y = floor - (floor - _TOP) * share
        drawing.line(_LEFT, y, _WIDTH - _RIGHT, y, "#808080", 0.6, 0.35)
        drawing.label(_LEFT - 8, y + 4, said(top * share) if share else "0", 11, anchor="end", opacity=0.75)
    step = (_WIDTH - _LEFT - _RIGHT - 16) / max(len(values) - 1, 1)
    points = [
        (_LEFT + 8 + step * place, floor - (floor - _TOP) * value / top, entry, value)
        for place, (entry, value) in enumerate(values)
        if value is not None
    ]
    for (x1, y1, *_), (x2, y2, *_) in pairwise(points):
        drawing.line(x1, y1, x2, y2, colour, 1.8)
    for x, y, entry, value in points:
        date = entry.run.started_at.replace("T", " ").replace("Z", "") if entry.run else ""
        drawing.dot(x, y, 3.2, colour, hollow=False, note=f"{date}: {said(value)}")
    first, last = (one[0].run.started_at[:10] if one[0].run else "" for one in (values[0], values[-1]))
    drawing.label(_LEFT + 4, _HEIGHT - 8, first, 11, opacity=0.75)
    drawing.label(_WIDTH - _RIGHT, _HEIGHT - 8, last, 11, anchor="end", opacity=0.75)
    return drawing.svg()
