"""perfkit explain-finding in all its forms."""

from __future__ import annotations

import json

import pytest

from perfkit.cli.main import main
from perfkit.findings import VOCABULARY
from perfkit.findings.page import HEADINGS, page_of


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stopped:
        main(["explain-finding", *arguments])
    shown = capsys.readouterr()
    return int(stopped.value.code or 0), shown.out, shown.err


def test_text_fits_a_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Prose keeps to the terminal's width, and to a readable one where the terminal is wide."""
    for columns, widest in (("80", 80), ("200", 96)):
        monkeypatch.setenv("COLUMNS", columns)
        status, out, err = run(capsys, "hash-spill")
        assert (status, err) == (0, "")
        assert all(heading in out for heading in HEADINGS)
        prose = [line for line in out.split("\n") if not line.startswith(("    ", "  https://"))]
        assert widest - 12 < max(map(len, prose)) <= widest


def test_list_names_every_finding(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "--list")
    assert status == 0
    lines = [line.split(maxsplit=1) for line in out.splitlines()]
    assert lines == [[id, page_of(id).title] for id in VOCABULARY]
    named = json.loads(run(capsys, "--list", "--json")[1])
    assert named["schema"] == "perfkit.findings/1"
    assert [one["id"] for one in named["findings"]] == list(VOCABULARY)


def test_json_is_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "lock-wait", "--json")
    assert (status, err) == (0, "")
    page = json.loads(out)
    assert page["schema"] == "perfkit.finding/1"
    assert (page["id"], page["title"]) == ("lock-wait", page_of("lock-wait").title)
    assert [section["heading"] for section in page["sections"]] == list(HEADINGS)


def test_markdown_is_the_page_as_written(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "lock-wait", "--markdown") == (0, page_of("lock-wait").markdown, "")


def test_html_is_a_page_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "lock-wait", "--html")
    assert status == 0
    assert out.startswith("<!DOCTYPE html>")
    assert "https://www.postgresql.org/docs/current/explicit-locking.html" in out
    assert out.rstrip().endswith("</html>")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("lock-wai",), "did you mean lock-wait"),
        ((), "give either the ID of a finding or --list"),
        (("lock-wait", "--list"), "give either the ID of a finding or --list"),
        (("lock-wait", "--json", "--html"), "exclude each other"),
        (("--list", "--html"), "--list is printed as text"),
    ],
)
def test_wrong_use_is_told(arguments: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, *arguments)
    assert (status, out) == (2, "")
    assert says in err
