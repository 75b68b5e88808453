"""perfkit explain as a page, as Markdown and as a fragment."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from perfkit.cli.main import main

PLANS = Path(__file__).parents[1] / "plan" / "recorded"
PLAN = PLANS / "parallel_sort_merge_join.json"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stopped:
        main(["explain", *arguments])
        raise SystemExit(0)
    shown = capsys.readouterr()
    return int(stopped.value.code or 0), shown.out, shown.err


def test_a_page_needs_nothing_but_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "plan.html"
    status, out, err = run(capsys, "--from", str(PLAN), "--html", str(page))
    assert status == 0
    assert "Merge Join" in out
    assert str(page) in err
    html = page.read_text(encoding="utf-8")
    for part in (
        "How this statement runs",
        "Findings",
        "Plan",
        "Where the time went",
        "Planned and actual rows",
    ):
        assert f">{part}<" in html
    assert html.count("<svg") == 2
    assert "http://" not in html.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in html


def test_names_from_the_plan_are_text_on_the_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads(PLAN.read_text(encoding="utf-8"))
    document[0]["Plan"]["Node Type"] = "<img src=x onerror=alert(1)>"
    document[0]["Plan"]["Filter"] = "('</title><script>alert(2)</script>' <> '')"
    plan, page = tmp_path / "plan.json", tmp_path / "plan.html"
    plan.write_text(json.dumps(document), encoding="utf-8")
    assert run(capsys, "--from", str(plan), "--html", str(page))[0] == 0
    html = page.read_text(encoding="utf-8")
    assert "<img src=x" not in html
    assert "<script>alert" not in html
    assert "&lt;img src=x" in html


@pytest.mark.parametrize(("form", "mark"), [("text", "└─"), ("markdown", "```"), ("html", "<table")])
def test_forms(form: str, mark: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "--from", str(PLAN), "--format", form)
    assert status == 0
    assert mark in out


def test_json_stays_alone_beside_a_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "--from", str(PLAN), "--json", "--html", str(tmp_path / "plan.html"))
    assert status == 0
    assert json.loads(out)["schema"] == "perfkit.plan/1"


def test_a_page_that_cannot_be_written_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, _, err = run(capsys, "--from", str(PLAN), "--html", str(tmp_path / "missing" / "plan.html"))
    assert status == 2
    assert "cannot write" in err


def test_a_plan_that_was_not_run_has_a_page_without_pictures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan, page = tmp_path / "plan.json", tmp_path / "plan.html"
    plan.write_text(
        '[{"Plan": {"Node Type": "Result", "Startup Cost": 0.0, "Total Cost": 0.01, "Plan Rows": 1, "Plan Width": 4}}]',
        encoding="utf-8",
    )
    assert run(capsys, "--from", str(plan), "--html", str(page))[0] == 0
    assert "<svg" not in page.read_text(encoding="utf-8")
