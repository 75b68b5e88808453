"""The table of a diff adds up to the difference of the plans, also when lines are left out."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import shown_examples as examples
from test_render_plan import wide

from perfkit import diff as compare
from perfkit.plan import Plan, diff, dump_json, read_json
from perfkit.plan.gate import Regression
from perfkit.render import to_html, to_text
from perfkit.render.blocks import Branch, Cell, Table
from perfkit.render.diff import diff_blocks
from perfkit.render.diff_report import DiffReport, parts
from perfkit.render.diff_side_by_side import side_by_side


def word(cell: Cell) -> str:
    return "".join(span.text for span in (cell.label if isinstance(cell, Branch) else cell))


def column(table: Table, place: int) -> list[float]:
    cells = [word(row.cells[place]).replace(",", "").replace("−", "-") for row in table.rows]
    return [float(cell or 0) for cell in cells]


def table_of(blocks: tuple[object, ...]) -> Table:
    return next(block for block in blocks if isinstance(block, Table) and block.kind == "diff")


def test_differences_add_up_to_the_whole() -> None:
    table = table_of(diff_blocks(diff(examples.slow_plan(), examples.fast_plan())))
    titles = [one.title for one in table.columns]
    for place in [number for number, title in enumerate(titles) if title == "Δ"]:
        *parts, whole = column(table, place)
        assert abs(sum(parts) - whole) < 0.5, "but for the rounding of what is shown"


def test_lines_left_out_are_summed_up() -> None:
    shown = diff(wide(3_000), examples.slow_plan())
    table = table_of(diff_blocks(shown))
    assert len(table.rows) < 300
    assert re.search(r"… [\d,]+ nodes not shown, [\d,]+ of them not kept", to_text(shown))
    place = [one.title for one in table.columns].index("Δ")
    *parts, whole = column(table, place)
    assert abs(sum(parts) - whole) < 0.1 * len(parts)


def test_each_kind_of_edit_has_a_word() -> None:
    text = to_text(diff(examples.slow_plan(), examples.fast_plan()))
    assert "~ 3 changed" in text
    assert "⇄ sides swapped" in text
    assert "~ access method" in text
    assert "− removed" in text
    assert "sort method: external merge → top-N heapsort" in text
    assert "work_mem  256kB → –" in text


def test_estimates_alone_are_compared_by_cost() -> None:
    text = to_text(diff(examples.estimated_plan(), examples.bare_plan()))
    assert "not executed: shapes and estimates are compared" in text
    assert "cost before" in text


def test_equal_siblings_are_one_line_on_both_sides() -> None:
    """Of 3,000 partitions one is read in another way."""
    before = examples.partitioned_plan(3_000)
    members = list(before.root.children)
    members[1_500] = replace(members[1_500], node_type="Index Only Scan", index="by_kind", keys=())
    after = replace(before, root=replace(before.root, children=tuple(members), keys=()))
    table = table_of(diff_blocks(diff(before, after)))
    said = [word(row.cells[3]) for row in table.rows]
    assert sum("2,999 × Seq Scan" in line for line in said) == 1
    assert sum("Index Only Scan using by_kind" in line for line in said) == 1
    assert len(table.rows) < 10


def test_both_trees_stand_side_by_side() -> None:
    table = side_by_side(diff(examples.slow_plan(), examples.fast_plan()))
    rows = [(word(row.cells[0]), word(row.cells[1]), word(row.cells[-1])) for row in table.rows]
    assert rows[0] == ("Limit", "= kept", "Limit")
    assert ("Hash Join", "⇄ sides swapped", "Nested Loop") in rows
    assert ("Hash", "− removed", "") in rows
    numbers = {row.cells[0].label for row in table.rows if isinstance(row.cells[0], Branch)}
    assert len(numbers) == len(list(examples.slow_plan().walk()))


def test_differences_beside_the_trees_add_up_too() -> None:
    found = diff(examples.slow_plan(), examples.fast_plan())
    table = side_by_side(found)
    place = [one.title for one in table.columns].index("Δ blocks")
    assert sum(column(table, place)) == found.totals.shared_blocks.delta


def test_the_page_survives_a_sanitiser() -> None:
    """No script, style element, id or svg, whatever the names in the plan hold."""
    before = examples.slow_plan()
    evil = replace(before, root=replace(before.root, alias="<script>x</script>", keys=()))
    report = DiffReport(comparison=compare(before, evil), before="<b>", after="<style>")
    for part in parts(report):
        html = to_html(part).lower()
        for element in ("<script", "<style", "<svg", "<b>", " id="):
            assert element not in html


def test_a_report_in_text_tells_the_gate_first() -> None:
    regressions = tuple(Regression(kind="shape", text=f"scan {number} got worse") for number in range(12))
    report = DiffReport(
        comparison=compare(examples.fast_plan(), examples.slow_plan()), regressions=regressions
    )
    text = to_text(report)
    assert text.startswith("✗ shape scan 0 got worse")
    assert "… 2 more regressions" in text
    assert "Both plans beside each other" not in text
    assert "✓ no regression" in to_text(replace(report, regressions=()))


def chain(levels: int, scan: str) -> dict[str, object]:
    """A scan below steps of which each takes a millisecond more."""
    node = examples.node(scan, **examples.timed(1, 1.0, hit=4) | {"Relation Name": scan.split()[0].lower()})
    for level in range(levels):
        node = examples.node("Materialize", node, **examples.timed(1, 2.0 + level, hit=4))
    return node


def branched(first: str) -> Plan:
    branches = (chain(20, first), chain(20, "Index Scan"))
    return read_json([{"Plan": examples.node("Append", *branches, **examples.timed(2, 43.0, hit=8))}])


def test_what_was_kept_gives_way_to_what_changed() -> None:
    """The branch in which nothing happened is two lines, the other is shown down to its change; both still add up."""
    changed = branched("Seq Scan")
    after = json.dumps(dump_json(changed)).replace('"Seq Scan"', '"Sample Scan"')
    found = diff(changed, read_json(json.loads(after)))
    table = table_of(diff_blocks(found))
    said = [word(row.cells[3]) for row in table.rows]
    assert "… 20 nodes kept as they are" in " ".join(said)
    assert sum("Materialize" in line for line in said) == 21
    assert any("Sample Scan" in line for line in said)
    place = [one.title for one in table.columns].index("Δ")
    *parts, whole = column(table, place)
    assert sum(parts) == whole == 0
    beside = [row.cells[0] for row in side_by_side(found).rows]
    assert sum("kept as they are" in word(cell) for cell in beside) == 1
