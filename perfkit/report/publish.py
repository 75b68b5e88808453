"""How a notebook hands its results to the run that executes it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from perfkit.errors import ServerError, UsageError
from perfkit.redact import redacted

if TYPE_CHECKING:
    from perfkit.investigation import Investigation

RUN_DIRECTORY = "PERFKIT_RUN_DIRECTORY"
"""Environment variable naming the folder that results go to; unset where a notebook is run by hand."""

_HOMES = {
    "perfkit.investigation/1": ("perfkit.investigation", "Investigation"),
    "perfkit.capture/1": ("perfkit.capture.values", "Capture"),
    "perfkit.advice/1": ("perfkit.index_advice", "IndexAdvice"),
    "perfkit.plan_diagram/1": ("perfkit.capture.plan_diagram", "PlanDiagram"),
    "perfkit.sensitivity/1": ("perfkit.capture.sensitivity", "Sensitivity"),
    "perfkit.settings_experiment/1": ("perfkit.capture.settings_experiment", "SettingsExperiment"),
    "perfkit.workload/1": ("perfkit.workload.queries", "Workload"),
    "perfkit.survey/1": ("perfkit.workload_survey", "Survey"),
    "perfkit.health/1": ("perfkit.health", "Health"),
}
"""Schema → where the class of the value is that a stored run can bring back."""

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")


def publish(value: object, name: str) -> None:
    """Put a value into the run's ``run.json`` under a name, from where reports are rebuilt; a failure of a later cell
    does not take it back. Does nothing where the notebook is run by hand."""
    if not _NAME.fullmatch(name):
        raise UsageError(f"a result's name is made of a-z, 0-9, _ and -, got {name!r}")
    directory = os.environ.get(RUN_DIRECTORY)
    if not directory:
        return
    from perfkit.document import dumps

    shown = redacted(value)
    if not isinstance(shown, Mapping):
        from perfkit.render import to_markdown

        _put(Path(directory) / f"{name}.md", to_markdown(shown))
    _put(Path(directory) / f"{name}.json", dumps(_document(shown)))


def _put(path: Path, text: str) -> None:
    temporary = path.with_suffix(".part")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def require_finished(found: Investigation) -> None:
    """Fail a notebook, once it has shown everything, when the investigation had to stop early: ServerError says why."""
    if found.interrupted:
        raise ServerError(f"the investigation stopped before all remedies were tried: {found.interrupted}")


def published(directory: Path) -> dict[str, Any]:
    """What was published into a folder, in the order it came."""
    files = sorted(directory.glob("*.json"), key=lambda path: (path.stat().st_mtime_ns, path.name))
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in files}


def published_texts(directory: Path) -> dict[str, str]:
    """The same results as Markdown, written where the values were: whoever has these need not read the values for it. None of a
    plain document."""
    return {path.stem: path.read_text(encoding="utf-8") for path in directory.glob("*.md")}


def _document(value: object) -> dict[str, Any]:
    if isinstance(value, Mapping):
        return dict(value)
    from perfkit.comparison import Comparison
    from perfkit.document import to_document

    if isinstance(value, Comparison):
        return {"schema": "perfkit.diff/1", **value.to_document()}
    verdict = getattr(value, "verdict", None)
    return to_document(value, schema_of(value)) | ({"verdict": verdict} if verdict else {})


def schema_of(value: object) -> str:
    home = (type(value).__module__, type(value).__name__)
    for schema, one in _HOMES.items():
        if one == home:
            return schema
    raise UsageError(
        f"a {type(value).__name__} cannot be published; publish an investigation, index advice, a capture or a dict"
    )


def value_of(document: Mapping[str, Any]) -> object:
    """The value a published document holds; the document itself where it is of no schema known here."""
    from perfkit.document import from_document

    schema = str(document.get("schema"))
    if schema not in _HOMES:
        return document
    module, name = _HOMES[schema]
    return from_document(getattr(import_module(module), name), dict(document), schema)
