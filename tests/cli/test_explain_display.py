"""perfkit explain as a page, as Markdown and as a fragment."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from perfkit.capture.values import Capture, Counters, Environment, Measurement, Query, Samples
from perfkit.catalog import Catalog
from perfkit.cli.main import main
from perfkit.document import write
from perfkit.plan import parse_plan

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


TWO = """psql says:

 Seq Scan on issue  (cost=0.00..348.00 rows=20000 width=4)

and then

 Index Scan using issue_pkey on issue  (cost=0.29..8.30 rows=1 width=4)
   Index Cond: (id = 1)
"""


@pytest.fixture
def two(tmp_path: Path) -> str:
    path = tmp_path / "two.txt"
    path.write_text(TWO, encoding="utf-8")
    return str(path)


def test_several_plans_are_named_with_their_places(two: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "--from", two)
    assert (status, out) == (2, "")
    assert "2 plans: 1 Seq Scan on issue (line 3), 2 Index Scan using issue_pkey on issue (line 7)" in err
    assert "--plan N" in err and "--all" in err


def test_one_of_several_plans_is_chosen_by_its_number(two: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "--from", two, "--plan", "2")
    assert status == 0
    assert "Index Scan" in out and "Seq Scan" not in out
    status, _, err = run(capsys, "--from", two, "--plan", "3")
    assert status == 2
    assert "--plan 3: the input holds 2 plans" in err


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_all_plans_are_shown_in_turn(two: str, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "--from", two, "--all", "--format", form)
    assert status == 0
    assert out.index("Plan 1 of 2, line 3") < out.index("Seq Scan") < out.index("Plan 2 of 2, line 7")
    assert "Index Scan" in out


def test_all_plans_are_one_document_that_diff_reads(
    two: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = run(capsys, "--from", two, "--all", "--json")
    document = json.loads(out)
    assert (document["schema"], len(document["plans"])) == ("perfkit.plans/1", 2)
    saved = tmp_path / "saved.json"
    saved.write_text(out, encoding="utf-8")
    assert run(capsys, "--from", str(saved), "--all", "--json")[1] == out
    assert "Index Scan" in run(capsys, "--from", str(saved), "--plan", "2")[1]


def test_a_capture_that_perfkit_saved_is_shown_with_its_surroundings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    saved, page = tmp_path / "capture.json", tmp_path / "page.html"
    write(saved, shown_capture(), "perfkit.capture/1")
    status, out, _ = run(capsys, "--from", str(saved), "--html", str(page))
    assert status == 0
    assert "Environment" in out and "samples, ms" in out
    assert ">Environment<" in page.read_text(encoding="utf-8")
    again = json.loads(run(capsys, "--from", str(saved), "--json")[1])
    assert again == json.loads(saved.read_text(encoding="utf-8"))


def shown_capture() -> Capture:
    plan = parse_plan(PLAN.read_text(encoding="utf-8"))
    return Capture(
        query=Query(text="select 1", fingerprint="f", kind="select"),
        measurement=Measurement(plan=plan, counters=Counters.of(plan), samples=Samples(values=(3.0, 3.1))),
        environment=Environment(
            server_version="18.1",
            server_version_num=180001,
            database="shop",
            settings={},
            extensions={},
            perfkit_version="0.1.0",
            captured_at="2026-03-04T12:00:00+00:00",
        ),
        catalog=Catalog(server_version_num=180001, database="shop", search_path=("public",), relations=()),
    )


def test_what_cannot_be_read_among_several_plans_is_told_beside_the_rest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "broken.txt"
    path.write_text(TWO + '\n[{"Plan": {"Node Type": 7}}]\n', encoding="utf-8")
    status, out, err = run(capsys, "--from", str(path), "--all")
    assert status == 2
    assert "Seq Scan on issue" in out
    assert "line 10" in err


@pytest.mark.parametrize(
    "arguments",
    [("select 1", "--all"), ("--from", "x", "--all", "--plan", "1"), ("--from", "x", "--all", "--html", "y")],
)
def test_options_for_several_plans_go_with_from(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(capsys, *arguments)[0] == 2


SLOW = """ Seq Scan on issues  (cost=0.00..3445.00 rows=40 width=50) (actual time=0.033..19.552 rows=40 loops=1)
   Filter: (author_id = 42)
   Rows Removed by Filter: 79960
 Execution Time: 19.580 ms
"""


def test_a_pasted_plan_is_told_what_is_wrong_with_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pasted = tmp_path / "plan.txt"
    pasted.write_text(SLOW, encoding="utf-8")
    status, out, _ = run(capsys, "--from", str(pasted))
    assert status == 0
    assert "missing-index-filter" in out
    assert "it seems no index leads with author_id" in out
    status, out, _ = run(capsys, "--from", str(pasted), "--json")
    assert status == 0
    first = json.loads(out)["findings"][0]
    assert (first["id"], first["node"], first["severity"]) == ("missing-index-filter", 1, "critical")
    assert first["evidence"]["rows_removed"] == 79960


def test_a_healthy_plan_is_shown_without_findings(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "--from", str(PLANS / "index_scan.json"), "--json")
    assert status == 0
    assert json.loads(out)["findings"] == []
