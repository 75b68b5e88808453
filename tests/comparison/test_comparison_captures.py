"""Two captures compared: what differed around them, and when their times are judged."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from perfkit import diff
from perfkit.capture.causes import causes
from perfkit.capture.values import Capture, Counters, Dataset, Environment, Measurement, Query, Samples
from perfkit.catalog import Activity, Catalog, Column, ColumnStatistics, Index, Relation, Setting
from perfkit.plan import read_json
from perfkit.render import to_html, to_markdown, to_text

PLAN = read_json({"Plan": {"Node Type": "Seq Scan", "Relation Name": "issue"}})
STATISTICS = ColumnStatistics(
    null_fraction=0.0, distinct=4, correlation=0.1, average_width=6, most_common_frequency=0.75
)
ISSUE = Relation(
    schema="public",
    name="issue",
    kind="table",
    rows=20_000,
    pages=148,
    all_visible_pages=148,
    table_bytes=148 * 8192,
    columns=(Column(name="state", type="text", is_not_null=True, statistics=STATISTICS),),
    indexes=(
        Index(
            name="issue_pkey",
            schema="public",
            method="btree",
            keys=(),
            definition="CREATE INDEX issue_pkey …",
        ),
    ),
    activity=Activity(
        live_rows=20_000,
        dead_rows=0,
        modified_since_analyze=0,
        inserted_since_vacuum=0,
        last_analyze="2026-03-01T10:00:00+00:00",
        last_vacuum=None,
    ),
)


def captured(*times: float, relation: Relation = ISSUE, **environment: object) -> Capture:
    """A capture at noon of a day in March, with the environment changed as told."""
    base = Environment(
        server_version="18.1",
        server_version_num=180001,
        database="shop",
        settings={"port": "5432"},
        extensions={"plpgsql": "1.0"},
        perfkit_version="0.1.0",
        captured_at="2026-03-04T12:00:00+00:00",
    )
    return Capture(
        query=Query(text="select 1", fingerprint="f", kind="select"),
        measurement=Measurement(plan=PLAN, counters=Counters.of(PLAN), samples=Samples(values=times)),
        environment=replace(base, **environment),
        catalog=Catalog(
            server_version_num=180001,
            database="shop",
            search_path=("public",),
            relations=(relation,),
            settings=(Setting(name="work_mem", value="4096", unit="kB", source="default"),),
        ),
    )


def told(before: Capture, after: Capture) -> list[tuple[str, str, str | None, str | None]]:
    return [(one.kind, one.subject, one.before, one.after) for one in causes(before, after)]


def test_equal_surroundings_give_no_cause() -> None:
    assert told(captured(), captured()) == []


def test_settings_of_the_planner_are_causes_and_those_of_the_log_are_not() -> None:
    one, other = captured(), captured()
    settings = tuple(
        Setting(name=name, value=value, unit=None, source="session")
        for name, value in (("enable_hashjoin", "off"), ("log_statement", "all"), ("work_mem", "64"))
    )
    other = replace(other, catalog=replace(other.catalog, settings=settings))
    assert told(one, other) == [
        ("setting", "enable_hashjoin", None, "off"),
        ("setting", "work_mem", "4096 × kB", "64"),
    ]


def test_version_data_set_and_extensions_are_causes() -> None:
    other = captured(
        server_version="17.2",
        server_version_num=170002,
        dataset=Dataset(name="tracker", scale=0.1, seed=1, version="1"),
        extensions={"plpgsql": "1.0", "hypopg": "1.4"},
    )
    assert told(captured(), other) == [
        ("server", "version", "18.1", "17.2"),
        ("data-set", "data set", None, "tracker 1, scale 0.1, seed 1"),
        ("extension", "hypopg", None, "1.4"),
    ]


def test_size_age_of_statistics_and_indexes_are_causes() -> None:
    assert ISSUE.activity is not None
    column = replace(
        ISSUE.columns[0], statistics=replace(STATISTICS, distinct=-0.5, most_common_frequency=0.2)
    )
    grown = replace(
        ISSUE,
        rows=60_000,
        pages=444,
        columns=(column,),
        indexes=(),
        activity=replace(
            ISSUE.activity, modified_since_analyze=30_000, last_analyze="2026-03-04T11:30:00+00:00"
        ),
    )
    assert told(captured(), captured(relation=grown)) == [
        ("size", "public.issue, rows", "20,000", "60,000"),
        ("size", "public.issue, size", "1.16 MB", "3.47 MB"),
        (
            "statistics",
            "public.issue, last analysed",
            "2026-03-01 10:00, 3 days before",
            "2026-03-04 11:30, 30 minutes before",
        ),
        ("statistics", "public.issue, rows changed since", "0", "30,000"),
        ("statistics", "public.issue.state, distinct values", "4", "30,000"),
        ("statistics", "public.issue.state, share of the commonest value", "75%", "20%"),
        ("index", "issue_pkey", "CREATE INDEX issue_pkey …", None),
    ]


def test_another_statement_or_parameter_is_a_cause() -> None:
    one, other = captured(), captured()
    other = replace(other, query=replace(other.query, parameters=("42", None)))
    assert told(one, other) == [("parameters", "parameters", "none", "42, NULL")]
    other = replace(other, query=replace(other.query, text="select 2", fingerprint="g"))
    assert told(one, other) == [("statement", "statement", "select 1", "select 2")]


SLOW, FAST = (9.0, 9.1, 9.2, 9.4, 9.9), (3.0, 3.0, 3.1, 3.2, 3.9)


def verdict(before: Capture, after: Capture) -> str | None:
    runs = diff(before, after).runs
    return runs.times.verdict if runs else None


def test_times_of_one_server_and_hour_are_judged() -> None:
    assert verdict(captured(*SLOW), captured(*FAST)) == "faster"
    assert verdict(captured(*FAST), captured(*SLOW)) == "slower"
    assert verdict(captured(*FAST), captured(*FAST)) == "same"
    assert verdict(captured(*FAST), captured(3.0, 4.5, 5.0, 9.0, 9.0)) == "too noisy to tell"
    assert verdict(captured(*FAST[:2]), captured(*SLOW[:2])) == "too noisy to tell"
    assert verdict(captured(), captured()) is None
    assert verdict(captured(), captured(*FAST)) == "not judged"


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        ({"captured_at": "2026-03-05T12:00:00+00:00"}, "at different times"),
        ({"server_version_num": 170002}, "different versions"),
        ({"settings": {"port": "5433"}}, "port differs"),
        ({"dataset": Dataset(name="tracker", scale=0.1, seed=1, version="1")}, "data sets differ"),
        ({"captured_at": "yesterday"}, "not known when"),
    ],
)
def test_times_of_another_day_or_server_are_shown_and_not_judged(
    environment: dict[str, object], reason: str
) -> None:
    found = diff(captured(*SLOW), captured(*FAST, **environment))
    assert found.runs is not None
    assert found.runs.times.verdict == "not judged"
    assert reason in found.runs.times.reason
    text = to_text(found)
    assert "not judged" in text
    assert "9.2" in text and "3.1" in text


def test_a_comparison_is_shown_and_escaped() -> None:
    other = captured(*FAST)
    other = replace(other, query=replace(other.query, text="select '<script>'", fingerprint="g"))
    found = diff(captured(*SLOW), other)
    assert "<script>" not in to_html(found)
    assert "faster" in to_markdown(found)
    document = json.loads(json.dumps(found.to_document()))
    assert document["times"]["verdict"] == "faster"
    assert [one["kind"] for one in document["causes"]] == ["statement"]
