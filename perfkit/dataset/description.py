"""What data sets there are, as their ``dataset.toml`` says. Reads files only."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from perfkit.errors import UsageError
from perfkit.resources import folder


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A part of loading. ``scripts`` of a step that is ``spread`` do not depend on each other, so several connections
    share them; those of any other step run one after the other."""

    name: str
    scripts: tuple[str, ...]
    is_spread: bool
    tables: tuple[str, ...] = ()
    """Tables that the benchmark's generator fills, shared by several connections; such a step has no scripts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetDescription:
    """A generated data set that can be loaded.

    Its rows come from SQL scripts and its queries from files of its folder, unless it is a ``benchmark``: then both come
    from packages of the extra ``benchmarks``.
    """

    name: str
    version: str
    """Goes up when the rows, the schema or the indexes change: a database of another version is another data set."""
    description: str
    scale_notes: str
    default_scale: float
    smallest_scale: float
    checksums: Mapping[str, str]
    """``"scale/seed"`` → digest, where it is known."""
    path: Path
    benchmark: str | None
    """The name of the TPC benchmark that packages know; None for a data set of perfkit's own."""
    benchmark_queries: int
    """How many queries the benchmark has, numbered from 1."""

    def steps(self) -> tuple[Step, ...]:
        """How to load it; reads the SQL files."""
        return tuple(
            Step(
                name=step["name"],
                scripts=tuple(_scripts(self.path, step.get("files", []), step.get("spread"))),
                is_spread="spread" in step,
                tables=tuple(step.get("tables", [])),
            )
            for step in _read(self.path)["steps"]
        )

    def checksum_queries(self) -> tuple[str, ...]:
        """One query for each table, giving its name, its row count and a digest of its rows in key order."""
        return statements((self.path / "checksum.sql").read_text(encoding="utf-8"))

    def expected_checksum(self, *, scale: float, seed: int) -> str | None:
        """The digest this data set must have; None where nobody has noted it down."""
        return self.checksums.get(f"{scale:g}/{seed}")


def datasets() -> tuple[DatasetDescription, ...]:
    """Every data set of this installation, by name."""
    return tuple(_describe(path.parent) for path in sorted(folder("datasets").glob("*/dataset.toml")))


def describe(name: str) -> DatasetDescription:
    """The data set of this name; UsageError names those there are."""
    known = {description.name: description for description in datasets()}
    if name not in known:
        raise UsageError(f"there is no data set {name!r}; choose one of: {', '.join(known)}")
    return known[name]


def statements(script: str) -> tuple[str, ...]:
    """The single statements of one of our scripts that holds neither functions nor semicolons in literals.

    >>> statements("-- two of them\\nselect 1; -- one\\nselect 2;\\n")
    ('select 1', 'select 2')
    """
    parts = re.sub(r"--[^\n]*", "", script).split(";")
    return tuple(part.strip() for part in parts if part.strip())


def _describe(path: Path) -> DatasetDescription:
    content = _read(path)
    return DatasetDescription(
        name=content["name"],
        version=content["version"],
        description=content["description"],
        scale_notes=content["scale_notes"],
        default_scale=content["default_scale"],
        smallest_scale=content["smallest_scale"],
        checksums=content.get("checksums", {}),
        path=path,
        benchmark=content.get("benchmark"),
        benchmark_queries=content.get("queries", 0),
    )


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads((path / "dataset.toml").read_text(encoding="utf-8"))


def _scripts(path: Path, files: list[str], spread: str | None) -> list[str]:
    texts = [(path / file).read_text(encoding="utf-8") for file in files]
    return texts if spread != "statements" else [part for text in texts for part in statements(text)]
