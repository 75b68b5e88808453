"""Values chosen from a real server's statistics, and the plans over them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import pytest

from perfkit import document
from perfkit.capture.plan_diagram import PlanDiagram
from perfkit.dataset import load
from perfkit.db.servers import Server
from perfkit.db.session import Session
from perfkit.db.target import Target
from perfkit.errors import PerfkitError, UnsafeStatement, UsageError
from perfkit.lab import Lab
from perfkit.report.publish import schema_of
from perfkit.report.said import said_by
from tests.scratch import scratch_database

pytestmark = pytest.mark.server

SCHEMA = "perfkit.plan_diagram/1"
TABLES = (
    # one customer has most of the orders; ANALYZE reads up to 30,000 rows whole, so that the statistics are always the same
    "create table orders (id bigint primary key, customer int, state text, placed date, note text, tags text[])",
    "insert into orders select i, case when i % 20 > 0 then 1 else i / 20 % 500 end, case when i % 1000 = 0 then 'held' else 'sent' end,"
    " date '2024-01-01' + i / 50, null, '{a}' from generate_series(1, 30000) as i",
    "create index orders_customer on orders (customer)",
    "create index orders_placed on orders (placed)",
    "create table customers (id int primary key, name text)",
    "insert into customers select i, 'customer ' || i from generate_series(0, 999) as i",
    "create table one_value (id int)",
    "insert into one_value select 7 from generate_series(1, 1000)",
    "create table empty (id int)",
    "create table unseen (id int) with (autovacuum_enabled = off)",
    "insert into unseen select generate_series(1, 1000)",
    "create view open_orders as select * from orders where state = 'sent'",
    "analyze orders, customers, one_value, empty",
)


@pytest.fixture(scope="module")
def shop(target: Target) -> Iterator[Lab]:
    with scratch_database(target, "plan_diagram", TABLES) as place:
        yield Lab(replace(place, is_scratch=False))


@pytest.fixture(scope="module")
def tracker(server: Server) -> Lab:
    loaded = load("tracker", server.conninfo, scale=0.01)
    return Lab(Target(conninfo=server.conninfo(loaded.database), is_scratch=True))


def plan_at(found: PlanDiagram, *values: str) -> str:
    return next(
        one.plan
        for cell in found.cells
        for one in found.shapes
        if cell.parameters == values and one.shape == cell.shape
    )


def test_one_parameter_flips_where_the_statistics_say(shop: Lab) -> None:
    found = shop.plan_diagram("select count(note) from orders where customer = $1")
    (axis,) = found.axes
    assert (axis.title, axis.relation, axis.operator) == ("$1 customer", "public.orders", "=")
    assert axis.parameters[0] == "1", "the commonest first"
    assert axis.shares[0] == pytest.approx(0.95, abs=0.03)
    assert all(one >= other for one, other in pairwise(share or 0 for share in axis.shares))
    assert any(int(value or 0) > 499 for value in axis.parameters), "one beyond the end"
    assert "Seq Scan" in plan_at(found, "1")
    assert {cell.shape for cell in found.cells[1:]} == {found.cells[-1].shape}
    assert "orders_customer" in plan_at(found, *found.cells[-1].parameters)
    (flip,) = found.flips
    assert flip.cells == (found.cells[0], found.cells[1])
    assert [run is not None and run.ms is not None for run in flip.runs] == [True, True]
    run = found.run_of(found.cells[0])
    assert run is not None and run.custom.rows == 1
    assert {run.parameters for run in found.runs.runs} >= {cell.parameters for cell in flip.cells}


@pytest.mark.parametrize(("operator", "is_rising"), [("<", True), (">", False), ("<=", True), (">=", False)])
def test_a_range_goes_from_end_to_end_in_order(shop: Lab, operator: str, is_rising: bool) -> None:
    found = shop.plan_diagram(f"select count(note) from orders where placed {operator} $1")
    (axis,) = found.axes
    assert list(axis.parameters) == sorted(axis.parameters, key=str)
    assert axis.parameters[0] == "2024-01-01"
    assert axis.parameters[-1] is not None and axis.parameters[-1] > "2025-08-23", "beyond the last"
    shares = [share or 0.0 for share in axis.shares]
    assert shares == sorted(shares, reverse=not is_rising)
    assert len(found.shapes) >= 2
    assert len(found.flips) == len(found.shapes) - 1, "one flip from the index to the table"


def test_two_parameters_make_a_field(tracker: Lab) -> None:
    """Builds by project and status: where both are common the newest are found on the way, where one is rare it is looked up."""
    found = tracker.plan_diagram(
        "select id, name from builds where project_id = $1 and status = $2 order by created_at desc limit 20"
    )
    assert {(axis.column, axis.operator) for axis in found.axes} == {("project_id", "="), ("status", "=")}
    across, down = found.axes
    assert len(found.rows) == len(down.parameters)
    assert {len(row) for row in found.rows} == {len(across.parameters)}
    for line, row in enumerate(found.rows):
        for place, cell in enumerate(row):
            assert cell.parameters[across.number - 1] == across.parameters[place]
            assert cell.parameters[down.number - 1] == down.parameters[line]
    assert len(found.shapes) >= 2
    assert sum(one.cells for one in found.shapes) == len(found.cells)
    assert found.explains >= len(found.cells)
    commonest = found.rows[0][0]
    assert "builds_created_at_idx" in plan_at(found, *filter(None, commonest.parameters))
    with tracker.session() as session, session.transaction():
        rows = session.rows(
            "select project_id::text as id from builds group by 1 order by count(*) desc limit 1"
        )
    project = next(axis for axis in found.axes if axis.column == "project_id")
    assert project.parameters[0] == rows[0]["id"]
    for flip in found.flips:
        one, other = flip.cells
        assert one.shape != other.shape
        assert sum(mine != theirs for mine, theirs in zip(one.parameters, other.parameters, strict=True)) == 1


def test_it_saves_and_loads(shop: Lab) -> None:
    found = shop.plan_diagram("select * from orders where customer = $1 and placed > $2 limit $3")
    assert document.from_document(PlanDiagram, document.to_document(found, SCHEMA), SCHEMA) == found
    assert schema_of(found) == SCHEMA
    assert {said.words for said in said_by(found)} == {f"in the diagram: {one.plan}" for one in found.shapes}


def test_what_counts_has_a_default_that_is_told(shop: Lab) -> None:
    found = shop.plan_diagram("select * from orders where customer = $1 order by placed offset $3 limit $2")
    assert [(one.number, one.parameters, one.reason) for one in found.held] == [
        (2, ("20",), "taken for LIMIT, as none was given"),
        (3, ("0",), "taken for OFFSET, as none was given"),
    ]
    assert "$2 is 20 throughout: taken for LIMIT, as none was given" in " ".join(str(found).split())
    found = shop.plan_diagram("select * from orders where customer = $1 limit $2", [None, 5])
    assert found.held[0].parameters == ("5",)
    assert {cell.parameters[1] for cell in found.cells} == {"5"}


def test_a_join_leads_to_the_column_that_is_skewed(shop: Lab) -> None:
    found = shop.plan_diagram(
        "select count(*) from customers c join orders o on o.customer = c.id where c.id = $1"
    )
    assert found.axes[0].relation == "public.orders"
    assert found.axes[0].parameters[0] == "1"


def test_a_view_is_looked_into(shop: Lab) -> None:
    assert (
        shop.plan_diagram("select * from open_orders where customer = $1").axes[0].relation == "public.orders"
    )


def test_of_three_the_two_that_matter_vary(shop: Lab) -> None:
    found = shop.plan_diagram("select * from orders where customer = $1 and id <> $2 and placed < $3")
    assert {axis.number for axis in found.axes} == {1, 3}
    assert [one.number for one in found.held] == [2]
    assert "in the middle" in found.held[0].reason


@pytest.mark.parametrize(
    ("condition", "values"),
    [
        ("customer = any ($1)", {"{\"1\"}"}),
        ("name like $1", {"c%"}),
        ("customer in ($1, 3)", {"1"}),
    ],
)  # fmt: skip
def test_lists_and_prefixes(shop: Lab, condition: str, values: set[str]) -> None:
    table = "customers" if "name" in condition else "orders"
    found = shop.plan_diagram(f"select count(*) from {table} where {condition}")
    assert values <= set(found.axes[0].parameters)
    assert len(found.axes[0].parameters) > 2


def test_plans_with_the_same_scans_are_told_apart(shop: Lab) -> None:
    found = shop.plan_diagram("select * from orders where customer = $1 order by note limit $2", [None, 100])
    assert len({one.plan for one in found.shapes}) == len(found.shapes)
    found = shop.plan_diagram("select state, count(*) from orders where id < $1 group by state, customer")
    assert len({one.plan for one in found.shapes}) == len(found.shapes) > 1


def test_one_distinct_value(shop: Lab) -> None:
    found = shop.plan_diagram("select * from one_value where id = $1")
    assert set(found.axes[0].parameters) == {"7", "8"}
    found = shop.plan_diagram("select * from orders where state = $1 and tags = $2", [None, "{a}"])
    assert found.axes[0].parameters == ("sent", "held")


@pytest.mark.parametrize(
    ("sql", "params", "said"),
    [
        ("select 1 as a", [], r"the statement has no parameters"),
        ("select abs($1::int) from orders where customer = $2", [], r"\$1 is compared with no column of a table.*give a value for \$1 in params.*\[a value\]"),
        ("select * from orders where customer = $1 and length(state) = $2", [], r"\$2 is compared with no column.*\[null, a value\]"),
        ("select * from orders where note = $1", [], r"\$1 is compared with orders\.note, which is NULL in every row"),
        ("select * from orders where tags = $1", [], r"\$1 is compared with orders\.tags, of type text\[\]"),
        ("select * from empty where id = $1", [], r"\$1 is compared with empty\.id, and the table is empty"),
        ("select * from unseen where id = $1", [], r"of which this role sees no statistics: run ANALYZE unseen, or give a value"),
        ("select * from orders where customer = $1", [1, 2], r"1 parameters \(\$1 …\), 2 were given"),
        ("select * from orders where customer = $1", [1], r"nothing is left to vary: \$1 \(given\)"),
        ("select * from orders limit $1", [], r"nothing is left to vary: \$1 \(taken for LIMIT, as none was given\)"),
        ("select * from orders where customer = %s", [], r"%s"),
        ("select * from orders where customer = $1 and nope", [], r"nope"),
        ("select * from nowhere where id = $1", [], r"nowhere"),
    ],
)  # fmt: skip
def test_what_cannot_be_chosen_is_one_sentence(shop: Lab, sql: str, params: list[object], said: str) -> None:
    with pytest.raises(PerfkitError, match=said) as caught:
        shop.plan_diagram(sql, params)
    assert "\n" not in str(caught.value)


def test_sets_give_what_the_statistics_do_not(shop: Lab) -> None:
    sql = "select * from orders where customer = $1 and length(state) > $2 limit $3"
    found = shop.plan_diagram(sql, parameter_sets=[[3, 1, 7], [3, 9, 7]])
    assert {axis.number: axis.column for axis in found.axes} == {1: "customer", 2: ""}
    given = next(axis for axis in found.axes if axis.number == 2)
    assert (given.parameters, given.shares) == (("1", "9"), (None, None))
    assert [(one.number, one.parameters) for one in found.held] == [(3, ("7",))]
    found = shop.plan_diagram("select abs($1::int)", parameter_sets=[[3]])
    assert (found.axes, len(found.cells), found.verdict) == ((), 1, "one plan shape for one set of values")
    assert "one plan shape" in str(found)


def test_an_execute_stands_for_its_prepare(shop: Lab) -> None:
    found = shop.plan_diagram(
        "prepare q (int, int) as select * from orders where customer = $1 and length(state) = $2; execute q(3, 4)"
    )
    assert [(axis.number, axis.column) for axis in found.axes] == [(1, "customer")]
    assert found.held[0].parameters == ("4",)


def test_writes_are_refused_and_else_leave_nothing(shop: Lab) -> None:
    sql = "delete from orders where customer = $1"
    with pytest.raises(UnsafeStatement):
        shop.plan_diagram(sql)
    found = shop.plan_diagram(sql, allow_writes=True)
    assert len(found.shapes) >= 1
    with Session.open(shop.target) as session, session.transaction():
        assert session.rows("select count(*) as n from orders")[0]["n"] == 30000


def test_nothing_but_the_few_is_executed(shop: Lab) -> None:
    """Both sides of each flip, the costliest cell of each plan, the cheapest of all and the one in the middle."""
    found = shop.plan_diagram("select count(note) from orders where placed < $1")
    expected = {cell.parameters for flip in found.flips for cell in flip.cells}
    for shape in found.shapes:
        costliest = max(
            (cell for cell in found.cells if cell.shape == shape.shape), key=lambda cell: cell.cost
        )
        expected.add(costliest.parameters)
    ordered = sorted(found.cells, key=lambda cell: cell.cost)
    expected |= {ordered[0].parameters, ordered[len(ordered) // 2].parameters}
    assert {run.parameters for run in found.runs.runs} == expected
    assert len(expected) < len(found.cells) / 2


def test_a_statement_that_never_ends_is_told(shop: Lab) -> None:
    lab = Lab(replace(shop.target, limits=replace(shop.target.limits, statement_timeout=0.2)))
    with pytest.raises(UsageError, match="no set of parameters ran to its end; raise statement_timeout"):
        lab.plan_diagram("select count(*), pg_sleep(3) from orders where customer = $1")
