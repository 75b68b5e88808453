"""Notebooks stay thin and clean: no outputs, stable ids, one parameters cell that parses; and they run."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

from perfkit.report import available, describe
from perfkit.report.notebooks import name_of

CODE_LINES = 12
"""A cell calls perfkit; what needs more lines belongs into the library."""

MOST_STATEMENTS = 5
"""Of a cell, beside what it imports."""

OF_MAGICS = ("tour",)
"""Notebooks about working in JupyterLab; the others are reports, which call the library."""


def document(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


NOTEBOOKS = [path for path in available() if path.parent.name != "antipatterns"]
every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=name_of)


@every_notebook
def test_nothing_is_stored_but_the_source(path: Path) -> None:
    found = document(path)
    assert set(found["metadata"]) == {"kernelspec", "language_info", "perfkit"}
    assert set(found["metadata"]["perfkit"]) == {"smoke"}
    assert found["metadata"]["kernelspec"]["name"] == "python3"
    assert found["metadata"]["language_info"] == {"name": "python"}
    for cell in found["cells"]:
        assert set(cell["metadata"]) <= {"tags"}
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            assert cell["execution_count"] is None


@every_notebook
def test_cells_have_stable_telling_ids(path: Path) -> None:
    ids = [cell["id"] for cell in document(path)["cells"]]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z][a-z-]*", one) for one in ids)


@every_notebook
def test_parameters_are_declared_once_and_explained(path: Path) -> None:
    tagged = [cell for cell in document(path)["cells"] if "parameters" in cell["metadata"].get("tags", ())]
    assert len(tagged) == 1
    parameters = describe(path)
    assert parameters
    assert all(one.help for one in parameters)


@every_notebook
def test_cells_are_thin_python(path: Path) -> None:
    """Without magics, but in those that show them."""
    cells = document(path)["cells"]
    assert 8 <= len(cells) <= 20
    assert sum(cell["cell_type"] == "code" for cell in cells) <= 15
    assert cells[0]["source"][0].startswith("# ")
    for cell in cells:
        if cell["cell_type"] == "code":
            source = "".join(cell["source"])
            assert len(source.splitlines()) <= CODE_LINES
            if name_of(path) in OF_MAGICS and source.startswith("%%"):
                assert re.match(r"%%(explain|perfkit investigate)\b", source)
                continue
            if name_of(path) in OF_MAGICS:
                source = re.sub(r"^%(load_ext perfkit|perfkit \w+)$", "", source, flags=re.MULTILINE)
            statements = [
                one for one in ast.parse(source).body if not isinstance(one, ast.Import | ast.ImportFrom)
            ]
            assert len(statements) <= MOST_STATEMENTS or "parameters" in cell["metadata"].get("tags", ())
            assert not re.search(r"^\s*[%!]", source, re.MULTILINE)


@every_notebook
def test_the_file_is_written_one_way(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text == json.dumps(json.loads(text), indent=1, ensure_ascii=False, sort_keys=True) + "\n"
