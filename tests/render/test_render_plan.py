"""Trees of any size and any gaps in what is known are shown, with what was left out said."""

from __future__ import annotations

from dataclasses import replace

import shown_examples as examples
from hypothesis import given, settings
from hypothesis import strategies as st

from perfkit.plan.model import Actual, Buffers, Estimate, Measures, Node, Plan
from perfkit.plan.read_json import read_json
from perfkit.render import to_html, to_markdown, to_text
from perfkit.render.bundle import blocks_of
from perfkit.render.html import write_html
from perfkit.render.markdown import write_markdown
from perfkit.render.outline import FOLD_ABOVE, MOST_LINES, Fold, Omitted, outline
from perfkit.render.text import WIDTH, write_text

FIGURES = st.none() | st.floats(min_value=0, max_value=1e12)
COUNTS = st.integers(min_value=0, max_value=10**12)
BUFFERS = st.none() | st.builds(Buffers, shared_hit=COUNTS, shared_read=COUNTS, temp_read=COUNTS)


def nodes(children: st.SearchStrategy[tuple[Node, ...]]) -> st.SearchStrategy[Node]:
    return st.builds(
        Node,
        number=st.integers(min_value=1, max_value=99),
        node_type=st.sampled_from(["Seq Scan", "Hash Join", "Append", "Custom Scan (X)"]),
        children=children,
        relation=st.none() | st.text(max_size=5),
        subplan_name=st.none() | st.just("InitPlan 1"),
        filter=st.none() | st.text(max_size=400),
        estimate=st.none()
        | st.builds(
            Estimate,
            startup_cost=st.just(0.0),
            total_cost=st.floats(min_value=0, max_value=1e300),
            rows=st.floats(min_value=0, max_value=1e15),
            width=st.just(8),
        ),
        actual=st.none()
        | st.builds(
            Actual,
            startup_ms=st.none() | st.just(0.0),
            total_ms=st.none() | st.floats(min_value=0, max_value=1e9),
            rows=st.floats(min_value=0, max_value=1e15),
            loops=st.integers(min_value=0, max_value=10**6),
        ),
        rows_removed_by_filter=st.none() | st.floats(min_value=0, max_value=1e9),
        sort_method=st.none() | st.just("quicksort"),
        heap_fetches=st.none() | COUNTS,
        workers_planned=st.none() | st.just(2),
        workers_launched=st.none() | st.just(1),
        buffers=BUFFERS,
        extra=st.dictionaries(st.text(max_size=3), st.none() | st.lists(st.integers()), max_size=2),
        measures=st.builds(
            Measures,
            participants=st.just(1.0),
            total_ms=FIGURES,
            exclusive_ms=FIGURES,
            exclusive_buffers=BUFFERS,
            total_rows=FIGURES,
        ),
    )


TREES = st.recursive(
    nodes(st.just(())), lambda below: nodes(st.lists(below, max_size=12).map(tuple)), max_leaves=12
)


@settings(max_examples=60, deadline=None)
@given(root=TREES, residual=FIGURES)
def test_any_plan_is_shown(root: Node, residual: float | None) -> None:
    blocks = blocks_of(Plan(root=root, residual_ms=residual))
    assert write_text(blocks)
    assert write_html(blocks)
    assert write_markdown(blocks)


def wide(children: int) -> Plan:
    """Scans that differ from one to the next, so that none can be folded."""
    kinds = ["Seq Scan", "Index Scan", "Result", "Sort", "Materialize", "Hash"]
    scans = [
        examples.node(
            kinds[number % len(kinds)],
            examples.node(f"Custom Scan (N{number})"),
            **examples.timed(1, 1.0 + number % 7),
        )
        for number in range(children)
    ]
    return read_json([{"Plan": examples.node("Append", *scans, **examples.timed(children, 5.0 * children))}])


def chain(levels: int) -> Plan:
    """A plan as deep as it is long."""
    root = Node(number=levels, node_type="Result")
    for number in range(levels - 1, 0, -1):
        root = Node(number=number, node_type="Materialize", children=(root,))
    return Plan(root=root)


def test_ten_thousand_nodes_are_cut_to_a_stated_cap() -> None:
    lines = outline(wide(5_000))
    assert sum(not isinstance(line.item, Omitted) for line in lines) == MOST_LINES
    shown = to_text(wide(5_000))
    assert "more nodes not shown" in shown
    assert len(shown) < 60_000


def test_what_is_left_out_adds_up() -> None:
    """Shown and omitted nodes together are all nodes of the plan."""
    lines = outline(wide(5_000))
    omitted = sum(
        1 for line in lines if isinstance(line.item, Omitted) for node in line.item.nodes for _ in node.walk()
    )
    assert omitted + MOST_LINES == 10_001


def test_the_heaviest_nodes_are_kept() -> None:
    plan = wide(5_000)
    kept = {line.item.number for line in outline(plan) if not isinstance(line.item, Fold | Omitted)}
    heaviest = max(plan.walk(), key=lambda node: node.exclusive_ms or 0.0)
    assert heaviest.number in kept


def test_a_chain_of_thousands_of_levels_is_shown() -> None:
    for shown in (to_text(chain(5_000)), to_html(chain(5_000)), to_markdown(chain(5_000))):
        assert "level 20" in shown.replace("&nbsp;", " ")
        assert "not shown" in shown


def test_equal_siblings_fold_into_one_line_with_sums() -> None:
    plan = examples.partitioned_plan(36)
    lines = outline(plan)
    assert len(lines) == 2
    fold = lines[1].item
    assert isinstance(fold, Fold)
    assert len(fold.members) == 36
    text = to_text(plan)
    assert "36 × Seq Scan on events_p01 … events_p36" in text
    assert "each 1.6 ms to 5.1 ms, longest: node 37 events_p36" in text


def test_few_siblings_stay_apart() -> None:
    assert len(outline(examples.partitioned_plan(FOLD_ABOVE))) == FOLD_ABOVE + 1


def test_never_executed_siblings_fold_apart_from_executed_ones() -> None:
    plan = examples.partitioned_plan(20)
    idle = tuple(
        replace(node, actual=Actual(startup_ms=0.0, total_ms=0.0, rows=0, loops=0))
        if node.number > 11
        else node
        for node in plan.root.children
    )
    lines = outline(replace(plan, root=replace(plan.root, children=idle)))
    assert [len(line.item.members) for line in lines if isinstance(line.item, Fold)] == [10, 10]


def test_columns_without_figures_are_left_out() -> None:
    shown = to_text(examples.bare_plan())
    assert "ms" not in shown.split("\n")[2]
    assert "cost" not in shown
    assert "cost" in to_text(examples.estimated_plan())


def test_text_keeps_within_its_width_where_it_can() -> None:
    for plan in (examples.slow_plan(), examples.partitioned_plan(), examples.estimated_plan()):
        widest = max(len(line) for line in to_text(plan).split("\n"))
        assert widest <= WIDTH + 12
