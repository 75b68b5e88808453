"""perfkit notebook and perfkit lab at the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from perfkit.cli.lab import copy_notebooks
from perfkit.cli.main import main
from perfkit.report import available
from perfkit.report.notebooks import name_of

NOTEBOOKS = Path(__file__).parent.parent / "report" / "notebooks"


def call(*arguments: str | Path) -> int:
    """The exit status that a command line gives."""
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    return int(ended.value.code or 0)


def test_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("notebook", "list") == 0
    listed = [line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines()]
    assert ["investigate", "Why is this query slow?"] in listed
    assert call("notebook", "list", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == "perfkit.notebooks/1"
    assert [one["name"] for one in found["notebooks"]] == [name_of(path) for path in available()]


def test_describe(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("notebook", "describe", NOTEBOOKS / "fine.ipynb") == 0
    assert capsys.readouterr().out.startswith(
        'A fine notebook\n\n  name: str = "nobody"\n      who is greeted\n'
    )
    assert call("notebook", "describe", NOTEBOOKS / "fine.ipynb", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["parameters"][1] == {"name": "times", "type": "int", "default": 2, "help": "how often"}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("describe", "nope"), "there is no notebook called nope"),
        (("run", "nope"), "there is no notebook called nope"),
        (("run", "fine.ipynb", "-p", "times"), "-p takes name=value, got 'times'"),
        (("run", "fine.ipynb", "-p", "tmies=1"), "did you mean times?"),
        (("run", "fine.ipynb", "-p", "name=password=x"), "holds a password"),
        (("run", "fine.ipynb", "-f", "missing.yaml"), "cannot read missing.yaml"),
        (("run", "fine.ipynb", "-f", "list.json"), "list.json holds no parameters"),
        (("run", "fine.ipynb", "-f", "broken.json"), "broken.json is not JSON"),
        (("run", "fine.ipynb", "-f", "broken.yaml"), "broken.yaml is not YAML"),
    ],
)
def test_wrong_use_is_one_sentence(
    arguments: tuple[str, ...],
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "fine.ipynb").write_bytes((NOTEBOOKS / "fine.ipynb").read_bytes())
    (tmp_path / "list.json").write_text("[1]")
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "broken.yaml").write_text("a: [")
    assert call("notebook", *arguments) == 2
    said = capsys.readouterr()
    assert says in said.err
    assert said.err.count("\n") == 1
    assert said.out == ""
    assert not (tmp_path / "reports").exists()


@pytest.mark.slow
def test_run_prints_the_report_last(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Values from files come first, -p goes before them; one line of progress for each cell."""
    (tmp_path / "given.yaml").write_text("name: from yaml\ntimes: 7\n")
    (tmp_path / "given.json").write_text('{"tags": ["x"]}')
    out = tmp_path / "out"
    files = ("-f", tmp_path / "given.yaml", "-f", tmp_path / "given.json")
    assert call("notebook", "run", NOTEBOOKS / "fine.ipynb", *files, "-p", "times=8", "--output", out) == 0
    said = capsys.readouterr()
    assert said.out == f"{out / 'report.html'}\n"
    assert "cell 7/7 Second chapter" in said.err
    parameters = json.loads((out / "run.json").read_text("utf-8"))["parameters"]
    assert (parameters["name"], parameters["times"], parameters["tags"]) == ("from yaml", 8, ["x"])


@pytest.mark.slow
def test_a_failed_run_gives_three_and_its_document(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("notebook", "run", NOTEBOOKS / "raises.ipynb", "--output", tmp_path, "--json") == 3
    said = capsys.readouterr()
    assert json.loads(said.out) == json.loads((tmp_path / "run.json").read_text("utf-8"))
    assert "raises failed in cell 3: ValueError: no such thing" in said.err


def test_lab_copies_and_keeps_what_was_edited(tmp_path: Path) -> None:
    """A first copy, a second that changes nothing, an edited one kept, an outdated one renewed."""
    names = [f"{name_of(path)}.ipynb" for path in available()]
    assert copy_notebooks(tmp_path) == [f"copied {tmp_path / name}" for name in names]
    assert copy_notebooks(tmp_path) == []
    first = tmp_path / names[0]
    shipped = first.read_bytes()
    first.write_text("mine")
    assert copy_notebooks(tmp_path) == [f"kept your {first}"]
    assert first.read_text() == "mine"
    first.unlink()
    assert copy_notebooks(tmp_path) == [f"copied {first}"]
    assert first.read_bytes() == shipped


def test_lab_renews_a_copy_of_an_older_version(tmp_path: Path) -> None:
    import hashlib

    copy_notebooks(tmp_path)
    name = f"{name_of(available()[0])}.ipynb"
    (tmp_path / name).write_text("as an older version had it")
    record = tmp_path / ".perfkit-notebooks.json"
    record.write_text(json.dumps({name: hashlib.sha256(b"as an older version had it").hexdigest()}))
    assert copy_notebooks(tmp_path) == [f"copied {tmp_path / name}"]
    assert (tmp_path / name).read_bytes() == available()[0].read_bytes()
