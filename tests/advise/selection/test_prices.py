"""What indexes cost the workload's own writes, when a statement counts as harmed, and which options may be built at all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from perfkit.advise.indexes.shape import Key, Method, Shape
from perfkit.advise.selection.option import Option
from perfkit.advise.selection.sizes import estimated_bytes
from perfkit.advise.selection.verify import TOLERANCE, Effect
from perfkit.advise.selection.workplace import LEAST_BUILD_BYTES, affordable
from perfkit.advise.selection.writes import Upkeep, WriteLoad, rows_written
from perfkit.advise.values import Proof, ProofVerdict
from perfkit.capture.values import Counters, Measurement, Samples
from perfkit.catalog import Catalog, Index, IndexKey, Relation
from perfkit.plan.model import Node, Plan


def index(name: str, *columns: str) -> Index:
    keys = tuple(
        IndexKey(column=one, expression=None, operator_class="int4_ops", is_default_class=True)
        for one in columns
    )
    definition = f"CREATE INDEX {name} ON public.t USING btree ({', '.join(columns)})"
    return Index(name=name, schema="public", method="btree", keys=keys, definition=definition)


def relation(*indexes: Index, rows: float = 1e6) -> Relation:
    return Relation(
        schema="public",
        name="t",
        kind="table",
        rows=rows,
        pages=1000,
        all_visible_pages=0,
        table_bytes=None,
        indexes=indexes,
    )


def option(
    table: Relation,
    *columns: str,
    included: tuple[str, ...] = (),
    method: Method = "btree",
    number: int = 0,
    rank: int = 0,
) -> Option:
    keys = tuple(Key(column=one) for one in columns)
    shape = Shape(relation=table, equal=(), then=keys, included=included, method=method)
    return Option(number=number, shape=shape, rank=rank)


def load(kind: str, rows: float = 100.0, *changed: str, table: str = "public.t") -> WriteLoad:
    return WriteLoad(table=table, kind=kind, rows=rows, changed=frozenset(changed))


@pytest.mark.parametrize(
    ("given", "cost"),
    [
        (load("insert"), 100.0),
        (load("merge"), 100.0),
        (load("delete"), 30.0),
        (load("insert", 100.0, table="public.other"), 0.0),
        (load("update", 100.0, "b"), 0.0),
        (load("update", 100.0, "a"), 260.0),
        (load("update", 100.0, "c"), 260.0),
        (load("update", 100.0, "p"), 130.0),
    ],
    ids=[
        "insert",
        "merge",
        "delete",
        "other table",
        "still HOT",
        "of a key",
        "of an included column",
        "never HOT",
    ],
)
def test_what_an_index_costs_at_writes(given: WriteLoad, cost: float) -> None:
    """An update of another column stays HOT; one that was HOT and is no more has to write the old index too. VACUUM takes away what
    deletes and updates leave."""
    wanted = option(relation(index("t_pkey", "p")), "a", included=("c",))
    assert Upkeep([given]).writes(wanted) == pytest.approx(cost)
    assert Upkeep([given, given]).writes(wanted) == pytest.approx(2 * cost)


def test_a_gin_index_is_dearer_and_brin_cheaper() -> None:
    table = relation()
    costs = [
        Upkeep([load("insert")]).writes(option(table, "a", method=one))
        for one in ("gin", "gist", "btree", "brin")
    ]
    assert costs == sorted(costs, reverse=True)
    assert costs[0] == 2000


def test_place_on_disk_has_a_price() -> None:
    upkeep = Upkeep([load("insert")], {0: 1000.0}, byte_price=0.01)
    assert upkeep.of(option(relation(), "a")) == 110
    assert upkeep.writes(option(relation(), "a")) == 100


def test_rows_are_added_up_by_table() -> None:
    loads = [load("insert", 5), load("delete", 7), load("update", 3, "a", table="public.u")]
    assert rows_written(loads) == {"public.t": 12, "public.u": 3}


def test_options_beyond_what_may_be_built_are_left_by_rank_then_size() -> None:
    small, large = relation(rows=1e5), relation(rows=1e6)
    options = [
        option(large, "a", number=0, rank=2),
        option(small, "a", number=1, rank=2),
        option(large, "b", number=2, rank=0),
        option(small, "b", number=3, rank=1),
    ]
    catalog = Catalog(
        server_version_num=180000, database="d", search_path=("public",), relations=(small, large)
    )
    sizes = [estimated_bytes(one.shape, catalog) for one in options]
    assert sizes[0] == sizes[2] > 5 * sizes[1]
    each = [size + LEAST_BUILD_BYTES for size in sizes]
    kept = {
        "all": affordable(options, catalog, sum(each)),
        "less than all": affordable(options, catalog, sum(each) - 1),
        "two": affordable(options, catalog, each[1] + each[3]),
        "one": affordable(options, catalog, sum(each), 1),
    }
    bodies = {
        name: [(one.shape.relation.rows, one.shape.body) for one in found] for name, found in kept.items()
    }
    assert bodies == {
        "all": [(1e6, "(a)"), (1e5, "(a)"), (1e6, "(b)"), (1e5, "(b)")],
        "less than all": [(1e5, "(a)"), (1e6, "(b)"), (1e5, "(b)")],
        "two": [(1e5, "(a)"), (1e5, "(b)")],
        "one": [(1e6, "(b)")],
    }
    assert [one.number for one in kept["two"]] == [0, 1]
    assert affordable(options, catalog, 0) == []


def measured(ms: float) -> Measurement:
    counters = Counters(shared_blocks=1, shared_read_blocks=0, temp_blocks=0, rows=1, rows_removed=0)
    plan = Plan(root=Node(number=1, node_type="Result"))
    return Measurement(plan=plan, counters=counters, samples=Samples(values=(ms, ms, ms)))


def effect(before_ms: float, after_ms: float, low: float | None) -> Effect:
    proof = Proof(
        level="executed",
        verdict="harms",
        before=measured(before_ms),
        after=measured(after_ms),
        time_ratio_low=low,
    )
    return Effect(place=0, used=1, proof=proof)


@pytest.mark.parametrize(
    ("before_ms", "after_ms", "low", "is_harmed"),
    [
        (100, 120, 1.15, True),
        (100, 120, 1.04, False),
        (100, 90, 0.85, False),
        (0.1, 0.4, 3.5, False),
        (0.1, 0.7, 6.5, True),
        (100, 120, None, False),
    ],
    ids=["surely slower", "within noise", "faster", "too little to be felt", "slower by much", "unknown"],
)
def test_when_a_statement_is_harmed(
    before_ms: float, after_ms: float, low: float | None, is_harmed: bool
) -> None:
    one = effect(before_ms, after_ms, low)
    assert (one.before_ms, one.after_ms) == (before_ms, after_ms)
    assert one.is_harmed(TOLERANCE) == is_harmed
    assert not one.is_harmed(1000)


@pytest.mark.parametrize(("verdict", "is_harmed"), [("harms", True), ("inconclusive", False)])
def test_harm_by_the_proof_needs_no_more_than_its_median(verdict: ProofVerdict, is_harmed: bool) -> None:
    """Of a statement that takes long there are few runs, whose ratio is hardly ever sure."""
    one = effect(2000, 3000, 0.9)
    assert one.proof is not None
    one = replace(one, proof=replace(one.proof, verdict=verdict, time_ratio=1.5))
    assert one.is_harmed(TOLERANCE) == is_harmed


def test_what_was_not_run_is_not_harmed() -> None:
    one = replace(effect(1, 100, 90), proof=None)
    assert (one.before_ms, one.after_ms, one.is_harmed(0.0)) == (None, None, False)
