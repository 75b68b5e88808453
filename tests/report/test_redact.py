"""A report that can be given away: no literal, bind value or common value of the data in any file of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from perfkit.db.servers import Server
from perfkit.db.target import Target
from perfkit.errors import ReportError
from perfkit.report import read_run, rebuild, run_notebook
from tests.scratch import scratch_database

pytestmark = [pytest.mark.slow, pytest.mark.server]

SECRETS = (
    "Zebulonia Quux",
    "98765431",
    "Hyperborea",
    "87654329",
    "pwnd-%",
    "Commonest Villain",
    "O'Hara & <Sons>",
)
STATEMENT = """-- asked for by Zebulonia Quux
select id, body from letters
where author = 'Zebulonia Quux' and number <> 98765431 and town <> $1 and number < $2 and body not like 'pwnd-%'
  and author <> 'O''Hara & <Sons>'
order by number limit 20
"""


def write_notebook(path: Path, *sources: str, parameters: str = "") -> Path:
    cells: list[dict[str, Any]] = [
        {"cell_type": "markdown", "id": "title", "metadata": {}, "source": ["# Made for a test"]}
    ]
    tagged = [(parameters, ["parameters"])] if parameters else []
    for number, (source, tags) in enumerate([*tagged, *((one, []) for one in sources)]):
        cells.append(
            {"cell_type": "code", "id": f"cell-{number}", "metadata": {"tags": tags}, "source": source,
             "outputs": [], "execution_count": None}
        )  # fmt: skip
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    return path


def test_no_value_is_in_any_file(target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Literals, bind values and the column's most common value are masked, equal ones alike; the advice is still told."""
    setup = (
        "create table letters (id int primary key, author text, town text, number int, body text)",
        "insert into letters select n, case when n % 50 = 0 then 'Zebulonia Quux' else 'Commonest Villain' end,"
        " 'town ' || n % 9, n, repeat('x', 200) from generate_series(1, 20000) n",
        "analyze letters",
    )
    with scratch_database(target, "redact", setup) as place:
        monkeypatch.setenv("LETTERS_DSN", place.conninfo)
        (tmp_path / "letters.sql").write_text(STATEMENT)
        parameters = {
            "query": str(tmp_path / "letters.sql"), "params": '["Hyperborea", 87654329]', "dataset": "",
            "dsn_variable": "LETTERS_DSN", "scratch": True, "runs": 2, "budget_seconds": 20,
        }  # fmt: skip
        out = tmp_path / "out"
        run = run_notebook("investigate", parameters, out, redact=True)
    assert run.is_ok, run.failure
    for path in out.iterdir():
        text = path.read_text("utf-8")
        for secret in SECRETS:
            assert secret not in text, f"{secret} in {path.name}"
        assert "•1" in text, path.name
    markdown = (out / "report.md").read_text("utf-8")
    assert "author = '•1'" in markdown and "-- asked for by •1" in markdown
    assert "limit 20" in markdown
    assert run.masked == ("params",)
    assert run.is_redacted
    assert read_run(out) == run
    assert "literals are masked" in (out / "report.html").read_text("utf-8")
    rebuild(out)
    assert "Quux" not in (out / "report.html").read_text("utf-8")


def test_values_that_perfkit_chose_are_in_no_file(
    target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Common values and histogram bounds are data; where the plan flips is still told."""
    setup = (
        "create table letters (author text, number int, body text)",
        "insert into letters select case when n % 50 = 0 then 'Zebulonia Quux' else 'Commonest Villain' end,"
        " 98700000 + n, repeat('x', 200) from generate_series(1, 20000) n",
        "create index on letters (author)",
        "create index on letters (number)",
        "analyze letters",
    )
    with scratch_database(target, "redact_chosen", setup) as place:
        monkeypatch.setenv("LETTERS_DSN", place.conninfo)
        (tmp_path / "letters.sql").write_text(
            "select count(body) from letters where author = $1 and number < $2"
        )
        parameters = {"query": str(tmp_path / "letters.sql"), "dsn_variable": "LETTERS_DSN", "dataset": ""}
        run = run_notebook("parameter_sensitivity", parameters, tmp_path / "out", redact=True)
    assert run.is_ok, run.failure
    assert run.results["plan_diagram"]["shapes"]
    for path in (tmp_path / "out").iterdir():
        text = path.read_text("utf-8")
        for secret in ("Zebulonia", "Villain", "9870", "9871"):
            assert secret not in text, f"{secret} in {path.name}"
    assert "plan shapes for" in (tmp_path / "out" / "report.html").read_text("utf-8")


def test_an_error_does_not_tell_the_value(server: Server, tmp_path: Path) -> None:
    """A bind value that the server refuses is in its message, and in the traceback."""
    (tmp_path / "bad.sql").write_text(
        "select id from issues where id = $1 and title <> 'Zebulonia Quux' and nope"
    )
    parameters = {"query": str(tmp_path / "bad.sql"), "params": '["Hyperborea"]', "scale": 0.01}
    run = run_notebook("investigate", parameters, tmp_path / "out", redact=True)
    assert run.status == "error"
    for path in (tmp_path / "out").iterdir():
        assert "Hyperborea" not in path.read_text("utf-8"), path.name
        assert "Zebulonia" not in path.read_text("utf-8"), path.name


def test_what_a_cell_prints_or_says_is_masked(tmp_path: Path) -> None:
    notebook = write_notebook(
        tmp_path / "prints.ipynb",
        "from perfkit.redact import learn\nlearn(\"select 'Zebulonia Quux'\", ['O\\'Hara & <Sons>'])",
        "print('for Zebulonia Quux')",
        "from IPython.display import HTML\nHTML('<b style=\"font-family:\\'Arial\\'\">O&#x27;Hara &amp; &lt;Sons&gt;</b>')",
        "raise ValueError('Zebulonia Quux')",
    )
    run = run_notebook(notebook, {}, tmp_path / "out", redact=True)
    assert run.failure is not None
    assert run.failure.error == "ValueError: •1"
    for path in (tmp_path / "out").iterdir():
        text = path.read_text("utf-8")
        assert "Zebulonia" not in text and "Sons" not in text, path.name
    assert "font-family:'Arial'" in (tmp_path / "out" / "report.html").read_text("utf-8")


def test_a_file_that_would_hold_a_value_is_not_written(tmp_path: Path) -> None:
    """An attribute of a cell's own HTML is nothing that can be masked safely, so the file is refused by name."""
    notebook = write_notebook(
        tmp_path / "leaks.ipynb",
        "from perfkit.redact import learn\nlearn(\"select 'Zebulonia Quux'\")",
        "from IPython.display import HTML\nHTML('<abbr title=\"' + 'Zebulonia' + ' ' + 'Quux' + '\">z</abbr>')",
    )
    with pytest.raises(ReportError, match=r"report\.ipynb was not written") as caught:
        run_notebook(notebook, {}, tmp_path / "out", redact=True)
    assert "Zebulonia" not in str(caught.value)
    for path in (tmp_path / "out").iterdir():
        assert "Zebulonia" not in path.read_text("utf-8"), path.name


def test_parameters_that_hold_sql_are_masked(tmp_path: Path) -> None:
    notebook = write_notebook(
        tmp_path / "given.ipynb",
        "print(statement, values)",
        parameters='statement: str = ""  # SQL\nvalues: list[str] = []  # more of it\npath: str = ""  # a path',
    )
    given = {
        "statement": "select * from t where a = 'Zebulonia Quux'",
        "values": ["delete from t where id = 98765431"],
        "path": "queries/slow.sql",
    }
    run = run_notebook(notebook, given, tmp_path / "out", redact=True)
    assert run.parameters == {
        "statement": "select * from t where a = '•1'",
        "values": ["delete from t where id = •2"],
        "path": "queries/slow.sql",
    }
    for path in (tmp_path / "out").iterdir():
        text = path.read_text("utf-8")
        assert "Zebulonia" not in text and "98765431" not in text, path.name
