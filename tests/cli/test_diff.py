"""perfkit diff: what it answers, what it writes, and how it ends."""

from __future__ import annotations

import io
import json
import re
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path

import pytest

from perfkit import document
from perfkit.capture.values import Capture, Counters, Environment, Measurement, Query, Samples
from perfkit.catalog import Catalog
from perfkit.cli.main import main
from perfkit.findings.finding import Finding
from perfkit.investigation import Investigation
from perfkit.plan import parse_plan

PAIRS = Path(__file__).parents[1] / "plan" / "pairs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    exit_code: int
    stdout: str
    stderr: str


class Command:
    """The verb as a person runs it."""

    def __init__(self, capsys: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> None:
        self._capsys, self._patch = capsys, patch

    def __call__(self, *arguments: str, given: str = "") -> Result:
        self._patch.setattr("sys.stdin", io.StringIO(given))
        with pytest.raises(SystemExit) as ended:
            raise SystemExit(main(["diff", *arguments]))
        said = self._capsys.readouterr()
        code = ended.value.code
        return Result(exit_code=code if isinstance(code, int) else 0, stdout=said.out, stderr=said.err)


@pytest.fixture
def diff(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    return Command(capsys, monkeypatch)


def captured(name: str, *times: float) -> Capture:
    """A capture of one side of a pair."""
    plan = parse_plan((PAIRS / f"{name}.json").read_text())
    return Capture(
        query=Query(text="select count(*) from issue", fingerprint="f", kind="select"),
        measurement=Measurement(plan=plan, counters=Counters.of(plan), samples=Samples(values=times)),
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


def pair(name: str) -> tuple[str, str]:
    return str(PAIRS / f"{name}.before.json"), str(PAIRS / f"{name}.after.json")


def test_text_names_both_files_and_adds_up(diff: Command) -> None:
    before, after = pair("loop_hash")
    result = diff(before, after)
    assert result.exit_code == 0
    assert before in result.stdout and after in result.stdout
    assert "⇄ sides swapped" in result.stdout
    assert "whole plan" in result.stdout


def test_json_is_one_document_and_nothing_else(diff: Command) -> None:
    result = diff(*pair("serial_parallel"), "--json")
    found = json.loads(result.stdout)
    assert found["schema"] == "perfkit.diff/1"
    assert [edit["kinds"] for edit in found["edits"]].count(["parallelised"]) == 5
    assert found["regressions"] is None
    assert found["times"] is None


def test_markdown_is_for_a_merge_request(diff: Command) -> None:
    result = diff(*pair("index_replaced"), "--markdown")
    assert result.exit_code == 0
    assert "## Where the difference comes from" in result.stdout
    assert "~ index" in result.stdout


def test_the_page_shows_both_trees_and_needs_nothing_but_itself(diff: Command, tmp_path: Path) -> None:
    page = tmp_path / "diff.html"
    result = diff(*pair("partition_indexed"), "--html", str(page))
    assert result.exit_code == 0
    assert f"page: {page}" in result.stderr
    html = page.read_text()
    assert "Both plans beside each other" in html
    assert "499 ×" in html
    assert len(html) < 100_000, "500 partitions are one line"
    assert "http" not in html.split("<body", 1)[1]


def test_a_gate_that_finds_nothing_ends_with_0(diff: Command) -> None:
    result = diff(*pair("sort_fits"), "--gate")
    assert result.exit_code == 0
    assert "✓ no regression" in result.stdout


def test_a_gate_that_finds_a_regression_ends_with_1_and_says_which(diff: Command) -> None:
    after, before = pair("loop_hash")
    result = diff(before, after, "--gate", "--json")
    assert result.exit_code == 1
    assert [one["kind"] for one in json.loads(result.stdout)["regressions"]] == ["blocks"]
    assert diff(before, after, "--gate", "--blocks-tolerance", "2000").exit_code == 0


def test_a_plan_may_come_from_standard_input(diff: Command) -> None:
    before, after = pair("join_order")
    result = diff(before, "-", given=Path(after).read_text())
    assert "⇅ join order" in result.stdout


def test_files_before_and_after_against_are_runs(diff: Command) -> None:
    before, after = pair("loop_hash")
    result = diff(before, before, "--against", after, after, after, "--json")
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert [len(found["samples"][side]) for side in ("before", "after")] == [2, 3]
    assert found["times"]["verdict"] == "too noisy to tell"
    blocks = next(one for one in found["counters"] if one["name"] == "shared_blocks")
    assert (blocks["before"]["low"], blocks["after"]["high"], blocks["direction"]) == (2042, 150, "falls")
    shown = diff(before, "--against", after, after)
    assert "2 files" in shown.stdout
    assert "? too noisy to tell" in shown.stdout


def test_options_may_stand_after_the_later_side(diff: Command) -> None:
    before, after = pair("sort_fits")
    assert diff(before, "--against", after, "--gate").exit_code == 0
    assert diff("--gate", "--against", after, "--interleaved", before).exit_code == 0


def test_times_fail_the_gate_only_where_asked_and_beyond_doubt(diff: Command, tmp_path: Path) -> None:
    for name, *times in (("fast", 3, 3, 3, 3.1, 4), ("slow", 9, 9, 9.1, 9.2, 10), ("noisy", 3, 4.5, 5, 9, 9)):
        found = captured("sort_fits.after", *times)
        document.write(tmp_path / f"{name}.json", found, "perfkit.capture/1")
    fast, slow, noisy = (str(tmp_path / f"{name}.json") for name in ("fast", "slow", "noisy"))
    assert diff(fast, slow, "--gate").exit_code == 0
    assert diff(fast, noisy, "--gate-time").exit_code == 0
    result = diff(fast, slow, "--gate-time", "--json")
    assert result.exit_code == 1
    assert [one["kind"] for one in json.loads(result.stdout)["regressions"]] == ["time"]
    assert "slower" in result.stderr


def test_a_folder_is_a_side_and_so_is_a_file_with_several_plans(diff: Command, tmp_path: Path) -> None:
    one, other = (Path(name) for name in pair("serial_parallel"))
    folder = tmp_path / "before"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.json").write_text(one.read_text())
    several = tmp_path / "after.json"
    several.write_text(json.dumps(json.loads(other.read_text()) * 4))
    found = json.loads(diff(str(folder), str(several), "--json").stdout)
    assert [len(found["samples"][side]) for side in ("before", "after")] == [3, 4]
    (tmp_path / "empty").mkdir()
    result = diff(str(tmp_path / "empty"), str(several))
    assert result.exit_code == 2
    assert "is empty" in result.stderr


@pytest.mark.parametrize("name", ["serial_parallel", "loop_hash", "join_order", "cte_inlined"])
def test_all_forms_tell_the_same_facts(name: str, diff: Command, tmp_path: Path) -> None:
    """Verdict, every edit with its kinds, both totals, findings and causes, in text, Markdown, HTML and JSON."""
    page = tmp_path / "page.html"
    text = " ".join(diff(*pair(name), "--html", str(page)).stdout.split())
    markdown = diff(*pair(name), "--markdown").stdout
    html = unescape(re.sub(r"<[^>]*>", "", page.read_text()))
    found = json.loads(diff(*pair(name), "--json").stdout)
    facts = [found["verdict"]]
    facts += [edit[side]["label"] for edit in found["edits"] for side in ("before", "after") if edit[side]]
    facts += [one["id"] for one in found["findings"]]
    facts += [one["field"] for one in found["settings"]]
    facts += [f"{found['totals']['shared_blocks'][side]:,}" for side in ("before", "after")]
    for fact in facts:
        for form in (text, markdown.replace("\\", ""), html):
            assert fact in form


@pytest.mark.parametrize(
    "arguments",
    [
        ("-", "-"),
        ("a", "b", "c"),
        ("-", "--against", "-", "b"),
        ("a", "b", "--json", "--markdown"),
        ("a",),
        ("a", "b", "--rows-tolerance", "-1"),
    ],
)
def test_wrong_arguments_end_with_2(diff: Command, arguments: tuple[str, ...]) -> None:
    assert diff(*arguments).exit_code == 2


def test_a_document_of_another_kind_is_refused(diff: Command, tmp_path: Path) -> None:
    other = tmp_path / "run.json"
    other.write_text('{"schema": "perfkit.run/1"}')
    result = diff(str(other), pair("join_order")[0])
    assert result.exit_code == 2
    assert "perfkit.run/1" in result.stderr


def test_captures_and_investigations_bring_their_surroundings(diff: Command, tmp_path: Path) -> None:
    """In any mix; the findings of an investigation are its own, those of a capture are found anew."""
    one, other = (
        captured("sort_fits.before", 9.0, 9.1, 9.2, 9.4, 9.9),
        captured("sort_fits.after", 3, 3, 3, 3, 4),
    )
    newer = replace(other.environment, server_version="18.2", server_version_num=180002)
    investigation = Investigation(
        query=other.query,
        environment=newer,
        before=other.measurement,
        catalog=other.catalog,
        findings=(Finding(id="stale-statistics", severity="warning", title="never analysed"),),
        advice=(),
        rejected=(),
        verdict="fine",
    )
    document.write(tmp_path / "one.json", one, "perfkit.capture/1")
    document.write(tmp_path / "other.json", other, "perfkit.capture/1")
    document.write(tmp_path / "investigation.json", investigation, "perfkit.investigation/1")
    both = json.loads(diff(str(tmp_path / "one.json"), str(tmp_path / "other.json"), "--json").stdout)
    assert both["times"]["verdict"] == "faster"
    assert {(one["fate"], one["id"]) for one in both["findings"]} >= {("gone", "sort-spill")}
    mixed = json.loads(
        diff(str(tmp_path / "one.json"), str(tmp_path / "investigation.json"), "--json").stdout
    )
    assert mixed["times"]["verdict"] == "not judged"
    assert [one["subject"] for one in mixed["causes"]] == ["version"]
    assert ("new", "stale-statistics") in {(one["fate"], one["id"]) for one in mixed["findings"]}
    plan = json.loads(diff(str(tmp_path / "one.json"), pair("sort_fits")[1], "--json").stdout)
    assert plan["times"] is None and plan["causes"] == []
