"""Which notebooks there are, and what they need from outside: queries by name, connections by variable."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

from perfkit.errors import UsageError
from perfkit.resources import folder

if TYPE_CHECKING:
    from perfkit.workload.queries import Workload


def available() -> tuple[Path, ...]:
    """The notebooks that come with perfkit."""
    return tuple(sorted(folder("notebooks").rglob("*.ipynb")))


def name_of(notebook: Path) -> str:
    """How a notebook that comes with perfkit is called: its path below the folder, without suffix."""
    try:
        return notebook.relative_to(folder("notebooks")).with_suffix("").as_posix()
    except ValueError:
        return notebook.stem


def find(name_or_path: str | Path) -> Path:
    """The file of a notebook, given by the name of one that comes with perfkit or by its path."""
    path = Path(name_or_path)
    if path.suffix == ".ipynb":
        if path.is_file():
            return path
        raise UsageError(f"there is no notebook {path}")
    for notebook in available():
        if name_of(notebook) == path.as_posix():
            return notebook
    names = ", ".join(name_of(notebook) for notebook in available())
    raise UsageError(
        f"there is no notebook called {name_or_path}; there are {names}, or give the path of an .ipynb file"
    )


def read(notebook: Path) -> dict[str, Any]:
    """The notebook as its file has it; UsageError where it is none."""
    try:
        document = json.loads(notebook.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"cannot read {notebook}: {error.strerror}") from None
    except ValueError as error:
        raise UsageError(f"{notebook} is no notebook: {error}") from None
    if (
        not isinstance(document, dict)
        or not isinstance(document.get("cells"), list)
        or document.get("nbformat") != 4
    ):
        raise UsageError(f"{notebook} is no notebook of format 4; open it in JupyterLab and save it again")
    return document


def digest_of(document: Mapping[str, Any]) -> str:
    """Eight bytes that tell whether two notebooks have the same cells."""
    cells = [(cell["cell_type"], "".join(cell["source"])) for cell in document["cells"]]
    return blake2b(json.dumps(cells).encode(), digest_size=8).hexdigest()


def connection(dsn_variable: str, dataset: str, scale: float) -> dict[str, Any]:
    """Arguments of ``perfkit.connect`` from a notebook's parameters: the variable goes before the data set; both empty,
    the environment decides."""
    if dsn_variable:
        dsn = os.environ.get(dsn_variable)
        if not dsn:
            raise UsageError(f"the environment variable {dsn_variable}, named as dsn_variable, is not set")
        return {"dsn": dsn}
    return {"dataset": dataset, "scale": scale} if dataset else {}


def workload(path: str, dsn_variable: str, dataset: str) -> str | Workload | None:
    """The first argument of ``Lab.advise`` from a notebook's parameters: the path; without one the queries that come with
    the data set, or None, for what pg_stat_statements has counted, where another database is named."""
    from perfkit.query_file import read_queries

    if path:
        return path
    return read_queries(dataset) if dataset and not dsn_variable else None


def smoke_of(notebook: Path) -> dict[str, Any] | None:
    """The small set of parameters that the notebook names, under ``perfkit.smoke`` of its metadata, to show within seconds
    that it works; None where it names none."""
    named = read(notebook).get("metadata", {}).get("perfkit", {})
    return named.get("smoke") if isinstance(named, dict) else None


def heading_of(markdown: str) -> str:
    """The text of the first heading; empty without one.

    >>> heading_of("Some words\\n\\n## What was *measured*\\n")
    'What was measured'
    """
    for line in markdown.splitlines():
        if line.startswith("#"):
            return line.lstrip("#").strip().translate(str.maketrans("", "", "*`_"))
    return ""


def title_of(notebook: Path) -> str:
    """The notebook's first heading; its name where it has none."""
    document = read(notebook)
    texts = ("".join(cell["source"]) for cell in document["cells"] if cell["cell_type"] == "markdown")
    return next(filter(None, map(heading_of, texts)), notebook.stem)
