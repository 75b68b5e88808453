"""What two runs of one notebook came to, set against each other: verdicts, findings, advice, and each statement's plan."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from perfkit.capture.values import Capture
from perfkit.comparison import Comparison, diff
from perfkit.investigation import Investigation
from perfkit.render.blocks import Blocks, Heading, paragraph
from perfkit.render.diff_report import DiffReport, report_blocks
from perfkit.render.html import write_html
from perfkit.render.text import write_text as text_of
from perfkit.report.outcome import Run
from perfkit.report.output import write_text
from perfkit.report.publish import value_of
from perfkit.report.said import Said, said_by
from perfkit.report.secrets import strike
from perfkit.stats import compare_counts
from perfkit.units import format_count

CHANGES_FILE = "changes.html"
SCHEMA = "perfkit.changes/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that a result said on one side only, or otherwise. None where a side does not have it."""

    result: str
    kind: str
    """status, result, verdict, finding, advice, plan, time or blocks, these with the statement where there are several."""
    before: str | None
    after: str | None

    @property
    def sentence(self) -> str:
        if self.before is None:
            return f"new {self.kind}: {self.after}"
        if self.after is None:
            return f"{self.kind} gone: {self.before}"
        return f"{self.kind}: {self.before} → {self.after}"


@dataclass(frozen=True, kw_only=True)  # no slots: the comparisons are kept once they were made
class Changes:
    """Two runs compared."""

    before: Run
    after: Run
    notes: tuple[str, ...]
    """What was not the same about the runs themselves: versions, the notebook, parameters."""
    changes: tuple[Change, ...]

    @cached_property
    def comparisons(self) -> dict[str, Comparison]:
        """The plans of each result that both runs have."""
        found = {}
        for name, document in self.after.results.items():
            one, other = value_of(self.before.results.get(name, {})), value_of(document)
            if isinstance(one, Investigation | Capture) and isinstance(other, Investigation | Capture):
                found[name] = diff(one, other)
        return found

    @property
    def verdict(self) -> str:
        """What it comes to, in a sentence."""
        kinds = dict.fromkeys(one.kind for one in self.changes)
        if not kinds:
            return "Nothing of note changed: same verdict, findings, advice and blocks"
        return f"Changed: {', '.join(kinds)}"

    def blocks(self) -> Blocks:
        found = [paragraph(self.verdict)]
        found += [paragraph(f"then and now: {note}") for note in self.notes]
        found += [paragraph(one.sentence) for one in self.changes]
        found += [
            paragraph(f"differs around it: {cause.subject}: {cause.before or '–'} → {cause.after or '–'}")
            for comparison in self.comparisons.values()
            for cause in comparison.causes
        ]
        return tuple(dict.fromkeys(found))

    def text(self) -> str:
        """For a terminal."""
        return text_of(self.blocks())

    def to_document(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "verdict": self.verdict,
            "notes": list(self.notes),
            "changes": [asdict(one) for one in self.changes],
            "comparisons": {name: one.to_document() for name, one in self.comparisons.items()},
        }


def changes_between(before: Run, after: Run, notes: Sequence[str] = ()) -> Changes:
    """Compare two runs of one notebook. Times are compared by the plans' comparisons, which know what noise is."""
    found: list[Change] = []
    if before.status != after.status:
        found.append(Change(result="", kind="status", before=before.status, after=after.status))
    for name in dict.fromkeys([*before.results, *after.results]):
        found += _changes_of(name, before.results.get(name), after.results.get(name))
    return Changes(before=before, after=after, notes=tuple(notes), changes=tuple(found))


def write_changes(changes: Changes, folder: Path) -> Path:
    """Write changes.html, self-contained: what changed, then each statement's plans beside each other."""
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

    from perfkit.report.export import page_of_cells

    def shown(blocks: Blocks, *tags: str) -> Any:
        output = new_output("display_data", {"text/html": write_html(blocks, "changes")})
        return new_code_cell(outputs=[output], metadata={"tags": list(tags)})

    cells = [shown(changes.blocks(), "verdict")]
    for name, comparison in changes.comparisons.items():
        cells.append(new_markdown_cell(f"## {name.capitalize()}"))
        cells.append(
            shown(_below(report_blocks(DiffReport(comparison=comparison, before="then", after="now"))))
        )
    path = folder / CHANGES_FILE
    title = f"What changed: {changes.after.title}"
    eyebrow = ["perfkit", f"{changes.before.started_at} → {changes.after.started_at}"]
    write_text(path, strike(page_of_cells(cells, {"title": title, "eyebrow": eyebrow})))
    return path


def _below(blocks: Blocks) -> Blocks:
    return tuple(Heading(text=one.text, level=3) if isinstance(one, Heading) else one for one in blocks)


def _changes_of(name: str, before: Any, after: Any) -> Iterator[Change]:
    one, other = (
        value_of(document) if isinstance(document, Mapping) else None for document in (before, after)
    )
    if one is None or other is None:
        yield Change(
            result=name,
            kind="result",
            before=None if one is None else name,
            after=None if other is None else name,
        )
        return
    verdicts = [str(verdict) if (verdict := _field(value, "verdict")) else None for value in (one, other)]
    if _without_figures(verdicts[0]) != _without_figures(verdicts[1]):
        yield Change(result=name, kind="verdict", before=verdicts[0], after=verdicts[1])
    yield from _points(name, one, other)


def _points(name: str, before: object, after: object) -> Iterator[Change]:
    then, now = ({(one.kind, one.subject): one for one in said_by(value)} for value in (before, after))
    for key in dict.fromkeys([*then, *now]):
        old, new = then.get(key), now.get(key)
        if key[0] == "blocks":
            yield from _blocks(name, old, new)
        elif old is None or new is None:
            yield Change(
                result=name, kind=key[0], before=old.words if old else None, after=new.words if new else None
            )


def _blocks(name: str, before: Said | None, after: Said | None) -> Iterator[Change]:
    """A count that only one side has was not measured on the other, which its verdict tells."""
    if before is None or after is None or before.blocks is None or after.blocks is None:
        return
    if compare_counts(before.blocks, after.blocks) != "same":
        kind = f"blocks of {after.subject}" if after.subject else "blocks"
        yield Change(
            result=name, kind=kind, before=format_count(before.blocks), after=format_count(after.blocks)
        )


def _field(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)


def _without_figures(sentence: str | None) -> str | None:
    """A verdict less its measured figures, which never come twice alike."""
    return None if sentence is None else re.sub(r"\d[\d.,]*( ?(ms|s|min|kB|MB|GB|%|×))?", "#", sentence)
