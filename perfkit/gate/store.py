"""Baselines as files: one JSON document per query, in a form that reads well in a review."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from perfkit.document import from_document, to_document
from perfkit.errors import UsageError
from perfkit.gate.baseline import SCHEMA, Baseline


def read_baselines(folder: Path) -> dict[str, Baseline]:
    """Baselines by the name of their query; empty where there is no such folder yet. UsageError names a file that cannot be
    read, or that another version wrote."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file; --baseline takes a folder of baselines")
    found = (_read(path) for path in sorted(folder.glob("*.json")))
    return {one.query: one for one in found}


def write_baseline(folder: Path, baseline: Baseline) -> Path:
    """Write one baseline whole or not at all; gives its path. UsageError where that cannot be."""
    path = path_of(folder, baseline.query)
    temporary = path.with_name(path.name + ".part")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        temporary.write_text(_text(baseline), encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        raise UsageError(f"cannot write the baseline {path}: {error.strerror}") from None
    return path


def remove_baseline(folder: Path, query: str) -> None:
    path_of(folder, query).unlink(missing_ok=True)


def path_of(folder: Path, query: str) -> Path:
    return folder / f"{query}.json"


def _text(baseline: Baseline) -> str:
    """Sorted keys, and beside the plan what a reviewer looks for in it: shape and counters."""
    counters = to_document(baseline.counters)
    document: dict[str, Any] = {
        **to_document(baseline, SCHEMA),
        "shape": baseline.shape,
        "counters": {key: counters[key] for key in ("shared_blocks", "temp_blocks", "rows", "rows_removed")},
    }
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _read(path: Path) -> Baseline:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read the baseline {path}: {error}") from None
    except ValueError as error:
        raise UsageError(
            f"the baseline {path} is not JSON ({error}); restore it, or delete it and run with --update"
        ) from None
    schema = document.get("schema") if isinstance(document, dict) else None
    if schema != SCHEMA:
        raise UsageError(
            f"the baseline {path} says schema {schema!r}, expected {SCHEMA!r}; write it anew with --update"
            " after deleting it"
        )
    try:
        baseline = from_document(Baseline, document, SCHEMA)
    except ValueError as error:
        raise UsageError(f"the baseline {path} is damaged: {error}") from None
    if baseline.query != path.stem:
        raise UsageError(
            f"the baseline {path} is of the query {baseline.query!r}; a baseline's file has its query's name"
        )
    return baseline
