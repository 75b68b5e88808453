"""A new notebook to begin from: stripped, thin, with a parameters cell, and one that runs as it is."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path

from perfkit.errors import UsageError
from perfkit.report.output import write_text

_NAME = re.compile(r"\w[\w -]*")


def new_notebook(name: str, folder: Path) -> Path:
    """Write ``<name>.ipynb`` into a folder and give its path. UsageError where the name is none, or a file is there already."""
    stem = name.removesuffix(".ipynb")
    if not _NAME.fullmatch(stem):
        raise UsageError(f"{name!r} is no name for a notebook: use letters, digits, - and _")
    path = folder / f"{stem}.ipynb"
    if path.exists():
        raise UsageError(f"{path} is there already; choose another name")
    text = files("perfkit.report").joinpath("template", "skeleton.json").read_text(encoding="utf-8")
    document = json.loads(text)
    title = stem.replace("_", " ").replace("-", " ")
    for cell in document["cells"]:
        source = cell["source"].replace("NAME", title[0].upper() + title[1:])
        cell["source"] = source.splitlines(keepends=True)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot make the folder {folder}: {error.strerror}") from None
    write_text(path, json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True) + "\n")
    return path
