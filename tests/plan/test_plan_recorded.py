"""What must hold for every plan a real server gave."""

from __future__ import annotations

import json
import sys
from math import fsum
from pathlib import Path

import psycopg
import pytest
from record import main as record
from recorded_plans import LINES_OF_THEIR_OWN, NAMES, RUNS_ON_AFTER_THE_ROOT, document, heads, plan, text_of

from perfkit.db.servers import Server
from perfkit.plan import Plan, dump_json, parse_plan, read_json
from perfkit.plan.evaluation import evaluate
from perfkit.plan.tree import laid_out

ACCOUNTED = [name for name in NAMES if not name.endswith(RUNS_ON_AFTER_THE_ROOT)]


@pytest.mark.parametrize("name", NAMES)
def test_dump_gives_back_what_was_read(name: str) -> None:
    """The same keys in the same order with the same values."""
    assert json.dumps(dump_json(parse_plan(text_of(name)))) == json.dumps(document(name))


@pytest.mark.parametrize("name", [name for name in NAMES if not name.endswith(LINES_OF_THEIR_OWN)])
def test_labels_are_the_heads_of_the_text_format(name: str) -> None:
    is_verbose = any(node.output or node.schema for node in plan(name).walk())
    expected = heads(name) if is_verbose else [head.replace("plans.", "") for head in heads(name)]
    assert [node.label for node in plan(name).walk()] == expected


@pytest.mark.parametrize("name", NAMES)
def test_nodes_are_numbered_in_the_order_of_the_walk(name: str) -> None:
    numbers = [node.number for node in plan(name).walk()]
    assert numbers == list(range(1, len(numbers) + 1))
    assert plan(name).node(len(numbers)).number == len(numbers)


@pytest.mark.parametrize("name", NAMES)
def test_exclusive_values_and_residual_are_the_root(name: str) -> None:
    assert_adds_up(plan(name))


@pytest.mark.parametrize("name", ACCOUNTED)
def test_next_to_nothing_is_left_over(name: str) -> None:
    assert_is_accounted(plan(name))


def test_what_runs_on_after_the_root_is_the_residual() -> None:
    """A writing CTE that nobody reads is in no total of the root: the residual shows it instead of hiding it."""
    found = plan(RUNS_ON_AFTER_THE_ROOT)
    delete = next(node for node in found.walk() if node.operation == "Delete")
    assert found.residual_ms == pytest.approx(-(delete.total_ms or 0))
    assert delete.buffers is not None
    assert found.residual_shared_blocks == -delete.buffers.shared


@pytest.mark.parametrize("name", [name for name in NAMES if "init_plan" in name and name.count("/") < 2])
def test_an_init_plan_is_counted_once(name: str) -> None:
    """Shared blocks show it exactly: they do not depend on any clock."""
    found = plan(name)
    assert found.residual_shared_blocks == 0


@pytest.mark.server
def test_a_live_server_keeps_the_invariants(server: Server, tmp_path: Path) -> None:
    """Every scenario recorded anew on the embedded server."""
    dsn = server.conninfo("postgres")
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("create database recorded_plans")
    try:
        record(psycopg.conninfo.make_conninfo(dsn, dbname="recorded_plans"), tmp_path)
    finally:
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute("drop database recorded_plans")
    paths = sorted(tmp_path.glob("*.json"))
    assert len(paths) > 140
    for path in paths:
        document = json.loads(path.read_text())
        found = read_json(document)
        assert dump_json(found) == document
        assert_adds_up(found)
        if path.stem != RUNS_ON_AFTER_THE_ROOT:
            assert_is_accounted(found)


def assert_adds_up(found: Plan) -> None:
    nodes = list(found.walk())
    if found.root.total_ms is not None:
        exclusive = [node.exclusive_ms or 0.0 for node in nodes]
        assert min(exclusive) >= 0
        assert found.residual_ms is not None
        assert fsum(exclusive) + found.residual_ms == pytest.approx(found.root.total_ms)
    if found.root.buffers is not None:
        blocks = [node.exclusive_shared_blocks or 0 for node in nodes]
        assert min(blocks) >= 0
        assert found.residual_shared_blocks is not None
        assert sum(blocks) + found.residual_shared_blocks == found.root.buffers.shared


def assert_is_accounted(found: Plan) -> None:
    """Within 1 % of the root in sum, no node above the root, none below -2 % before clamping; blocks exactly."""
    if found.root.total_ms is not None:
        whole = found.root.total_ms
        assert found.residual_ms == pytest.approx(0, abs=0.01 * whole + sys.float_info.epsilon)
        assert all((node.total_ms or 0) <= whole * 1.01 for node in found.walk())
        assert min(evaluate(laid_out(found.root)).own_ms) >= -0.02 * whole
    if found.root.buffers is not None:
        assert found.residual_shared_blocks == 0
