"""Settings tried on one statement: set for a transaction each, measured in turns, told only where the runs agree."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from perfkit.capture.settings_experiment import read_settings
from perfkit.db.session import Session
from perfkit.db.target import Target
from perfkit.document import from_document
from perfkit.errors import CaptureError, UsageError
from perfkit.lab import Lab
from perfkit.render import to_html, to_text
from perfkit.render.sections import sections
from perfkit.report.publish import schema_of, value_of
from tests.scratch import scratch_database

pytestmark = pytest.mark.server

SORTED = "select n, md5(n::text) as h from numbers order by h"


@pytest.fixture(scope="module")
def place(target: Target) -> Iterator[Target]:
    setup = ("create table numbers as select n from generate_series(1, 60000) n", "vacuum analyze numbers")
    with scratch_database(target, "settings_experiment", setup) as found:
        yield found


def test_memory_takes_the_spill_away(place: Target) -> None:
    """Temporary blocks fall to none with enough work_mem; the session's own settings are as they were."""
    found = Lab(place).try_settings(SORTED, (), ["work_mem=64MB", "work_mem=64kB; jit=off"], runs=5)
    roomy, tight = found.runs
    assert found.before.counters.temp_blocks
    assert roomy.measurement.counters.temp_blocks == 0
    assert tight.measurement.counters.temp_blocks
    assert tight.values == (("work_mem", "64kB"), ("jit", "off"))
    assert [len(run.measurement.samples.values) for run in found.runs] == [5, 5]
    assert all(run.times.verdict for run in found.runs)
    for shown in (to_text(found), to_html(found)):
        assert "cannot show" not in shown and "work_mem=64MB" in shown
    assert set(sections(found)) == {"verdict", "query", "choices", "plans", "environment", "samples"}


def test_another_plan_is_recognised(place: Target) -> None:
    found = Lab(place).try_settings(
        "select count(*) from numbers a join numbers b using (n)", (), ["enable_hashjoin=off"], runs=5
    )
    assert found.runs[0].is_other_plan
    assert found.environment.database == "settings_experiment"


def test_a_statement_that_times_out_under_a_setting_is_told(place: Target) -> None:
    from dataclasses import replace

    from perfkit.db.target import Limits

    quick = replace(place, limits=Limits(statement_timeout=1.0))
    with Session.open(quick) as session:
        assert session.target is quick
    found = Lab(quick).try_settings(
        "select count(*) from numbers a join numbers b using (n)", (),
        ["enable_hashjoin=off; enable_mergejoin=off; enable_material=off; enable_memoize=off"], runs=5,
    )  # fmt: skip
    run = found.runs[0]
    assert run.measurement.ended_after_ms == 1000.0
    assert run.times.verdict == "not judged"
    assert "> 1" in to_text(found)


@pytest.mark.parametrize("given", ["work_mem", "", " ; ", "a b = 1"])
def test_what_is_no_setting_is_refused(given: str) -> None:
    with pytest.raises(UsageError):
        read_settings(given)


def test_what_the_server_refuses_is_told(place: Target) -> None:
    with pytest.raises(CaptureError, match="nope"):
        Lab(place).try_settings("select 1", (), ["nope_mem=1MB"])
    with pytest.raises(CaptureError, match="work_mem"):
        Lab(place).try_settings("select 1", (), ["work_mem=many"])
    with pytest.raises(UsageError, match="no settings were given"):
        Lab(place).try_settings("select 1")


def test_it_is_saved_and_read_back(place: Target) -> None:
    from perfkit.document import to_document

    found = Lab(place).try_settings("select 1", (), ["jit=off"], runs=5)
    document = to_document(found, schema_of(found))
    assert value_of(document) == found
    assert from_document(type(found), document, "perfkit.settings_experiment/1") == found
