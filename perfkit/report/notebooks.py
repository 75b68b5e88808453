"""Which notebooks there are, and what they need from outside: queries by name, connections by variable."""

from __future__ import annotations

import json
import os
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from perfkit.errors import UsageError
from perfkit.resources import folder


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


def read_query(name: str, params: str = "") -> tuple[str, list[object]]:
    """A statement and the values of its ``$1`` …, from a notebook's parameters.

    ``name`` is the path of an .sql file, or ``data set/query`` for one that comes with a data set. ``params`` is a JSON
    list; empty: those that come with the query.
    """
    path = Path(name)
    shipped = _shipped(name)
    if shipped is not None and not path.is_file():
        from perfkit.dataset.query import read_query as read_slow_query

        slow = read_slow_query(shipped)
        text, values = slow.text, list(slow.parameters)
    else:
        text, values = _read_file(name), []
    return text, _values(params) if params.strip() else list[object](values)


def _shipped(name: str) -> Path | None:
    dataset, _, query = name.partition("/")
    path = folder("datasets") / dataset / "queries" / f"{query.removesuffix('.sql')}.sql"
    return path if query and path.is_file() else None


def _read_file(name: str) -> str:
    try:
        return Path(name).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        dataset = name.partition("/")[0] or "."
        queries = sorted(path.stem for path in (folder("datasets") / dataset / "queries").glob("*.sql"))
        near = get_close_matches(name.partition("/")[2], queries, 1)
        if near:
            hint = f"did you mean {dataset}/{near[0]}?"
        else:
            hint = (
                f"data set {dataset} has {', '.join(queries)}"
                if queries
                else "give a path, or data set/query"
            )
        raise UsageError(f"there is no query {name!r}; {hint}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{name} is not UTF-8 text; is it an SQL file?") from None
    except OSError as error:
        raise UsageError(f"cannot read the query {name!r}: {error.strerror}") from None


def _values(params: str) -> list[object]:
    try:
        values = json.loads(params)
    except ValueError:
        values = None
    if not isinstance(values, list):
        raise UsageError(f'params takes a JSON list such as [42, "open"], got {params}')
    return values


def connection(dsn_variable: str, dataset: str, scale: float) -> dict[str, Any]:
    """Arguments of ``perfkit.connect`` from a notebook's parameters: the variable goes before the data set; both empty,
    the environment decides."""
    if dsn_variable:
        dsn = os.environ.get(dsn_variable)
        if not dsn:
            raise UsageError(f"the environment variable {dsn_variable}, named as dsn_variable, is not set")
        return {"dsn": dsn}
    return {"dataset": dataset, "scale": scale} if dataset else {}


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
