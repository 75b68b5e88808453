"""Runs that lie in a folder, each with what a reader compares: when, where, what came out, and what it cost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from perfkit.errors import UsageError
from perfkit.report.outcome import HTML_FILE, RUN_FILE, Run, read_run
from perfkit.stats import median


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One statement as one run measured it. None where that is not known."""

    fingerprint: str
    text: str
    where: str
    """Database and data set."""
    blocks: int | None
    """Shared and temporary."""
    ms: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One run of a folder."""

    folder: str
    """Relative to the folder that was looked through; empty for itself."""
    run: Run | None
    """None where run.json cannot be read."""
    error: str = ""
    has_page: bool = False

    @property
    def verdict(self) -> str:
        """The first result's verdict; what happened where there is none."""
        if self.run is None:
            return self.error
        verdicts = (
            document.get("verdict") for document in self.run.results.values() if isinstance(document, Mapping)
        )
        found = next((one for one in verdicts if isinstance(one, str) and one), "")
        return found if self.run.is_ok else self.run.sentence

    @property
    def measured(self) -> tuple[Measured, ...]:
        """The statements that the run's results measured."""
        if self.run is None:
            return ()
        documents = (one for one in self.run.results.values() if isinstance(one, Mapping))
        return tuple(found for document in documents if (found := _measured(document)) is not None)


def read_history(folder: Path) -> tuple[Entry, ...]:
    """Every run below a folder, the latest first. UsageError where there is none."""
    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}")
    entries = [_entry(path, folder) for path in sorted(folder.rglob(RUN_FILE))]
    if not entries:
        raise UsageError(f"there is no {RUN_FILE} in {folder} or below; perfkit notebook run writes them")
    return tuple(sorted(entries, key=lambda one: one.run.started_at if one.run else "", reverse=True))


def by_statement(entries: Iterable[Entry]) -> dict[tuple[str, str], list[tuple[Entry, Measured]]]:
    """What each statement cost in each place, the earliest run first: fingerprint and place → runs."""
    found: dict[tuple[str, str], list[tuple[Entry, Measured]]] = {}
    dated = sorted((one for one in entries if one.run), key=lambda one: one.run.started_at if one.run else "")
    for entry in dated:
        for measured in entry.measured:
            found.setdefault((measured.fingerprint, measured.where), []).append((entry, measured))
    return found


def _entry(path: Path, folder: Path) -> Entry:
    where = path.parent.relative_to(folder).as_posix()
    name = "" if where == "." else where
    try:
        run = read_run(path)
    except UsageError as error:
        return Entry(folder=name, run=None, error=str(error))
    return Entry(folder=name, run=run, has_page=(path.parent / HTML_FILE).is_file())


def _measured(document: Mapping[str, Any]) -> Measured | None:
    query, environment = document.get("query"), document.get("environment")
    measurement = document.get("before") or document.get("measurement")
    if not (
        isinstance(query, Mapping) and isinstance(environment, Mapping) and isinstance(measurement, Mapping)
    ):
        return None
    counters, samples = measurement["counters"], measurement["samples"]["values"]
    dataset = environment.get("dataset")
    where = str(environment["database"])
    if dataset:
        where += f", {dataset['name']} {dataset['scale']:g}"
    shared = counters.get("shared_blocks")
    return Measured(
        fingerprint=query["fingerprint"],
        text=query["text"],
        where=where,
        blocks=None if shared is None else shared + (counters.get("temp_blocks") or 0),
        ms=median(samples) if samples else None,
    )
