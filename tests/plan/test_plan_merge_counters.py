"""MERGE into a partitioned table as PostgreSQL 18 explains it, with the counters inside the list of tables."""

from __future__ import annotations

import json

import pytest
from recorded_plans import FOLDER
from test_plan_text_recorded import differences

from perfkit.plan import Plan, parse_plan

APART = FOLDER.parent / "recorded_apart"


def read(suffix: str) -> Plan:
    return parse_plan((APART / f"merge_partitioned.{suffix}").read_text())


def test_what_the_server_wrote_is_no_json() -> None:
    with pytest.raises(json.JSONDecodeError):
        json.loads((APART / "merge_partitioned.json").read_text())


@pytest.mark.parametrize("suffix", ["json", "yaml", "xml", "txt"])
def test_the_counters_are_the_nodes_own(suffix: str) -> None:
    root = read(suffix).root
    tables = root.extra["Target Tables"]
    assert isinstance(tables, list) and all("Relation Name" in table for table in tables)
    assert root.extra["Tuples Updated"] == 1


def test_all_formats_give_one_model() -> None:
    assert read("yaml") == read("json") == read("xml")
    assert differences(read("txt"), read("json")) == []
