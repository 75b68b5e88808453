"""Pictures of plans: whole numbers in, well-formed and harmless SVG out, small for plans of any size."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from itertools import pairwise
from xml.etree import ElementTree

import pytest
import shown_examples as examples

from perfkit.plan.model import Node, Plan
from perfkit.plan.read_json import read_json
from perfkit.render import to_html, to_markdown, to_text
from perfkit.render.estimates import MOST_ROWS, estimated_nodes, estimates_svg
from perfkit.render.flame import DEEPEST, MOST_BOXES, boxes, flame_alt, flame_svg
from perfkit.render.outline import Fold
from perfkit.render.plan_page import PlanChart, page_parts
from perfkit.report.export import page_of_value

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "<script>alert(1)</script>\"'&\x1b[31m"


def wide(children: int) -> Plan:
    """An Append over scans that take longer and longer and are estimated ever worse."""
    scans = [
        examples.node(
            "Seq Scan" if number % 2 else "Index Scan",
            **examples.timed(number + 1, 1.0 + number % 7) | {"Relation Name": f"r{number}", "Plan Rows": 1},
        )
        for number in range(children)
    ]
    return read_json([{"Plan": examples.node("Append", *scans, **examples.timed(children, 9.0 * children))}])


def drawn(svg: str) -> ElementTree.Element:
    root = ElementTree.fromstring(svg)
    assert root.tag == f"{SVG}svg"
    return root


def hostile() -> Plan:
    plan = examples.slow_plan()
    return replace(plan, root=replace(plan.root, node_type=HOSTILE, relation=HOSTILE))


@pytest.mark.parametrize("draw", [flame_svg, estimates_svg])
@pytest.mark.parametrize("name", ["slow", "hostile", "wide"])
def test_pictures_are_wellformed_and_carry_nothing_active(draw, name: str) -> None:  # type: ignore[no-untyped-def]
    svg = draw({"slow": examples.slow_plan, "hostile": hostile, "wide": lambda: wide(300)}[name]())
    for element in drawn(svg).iter():
        assert element.tag.removeprefix(SVG) in {"svg", "title", "rect", "text", "circle", "line"}
        assert not {"style", "id", "href"} & set(element.attrib)
        assert not any(attribute.startswith("on") for attribute in element.attrib)
    assert "<script" not in svg
    assert "\x1b" not in svg
    assert 'role="img"' in svg
    assert "aria-label=" in svg


def test_boxes_lie_within_their_parents_and_add_up() -> None:
    placed = boxes(examples.slow_plan())
    assert placed[0].width == pytest.approx(1.0)
    assert sum(box.own for box in placed) == pytest.approx(1.0, abs=0.01)
    for box in placed:
        assert box.left >= -1e-9
        assert box.left + box.width <= 1 + 1e-9
        assert box.own <= box.width + 1e-9
    for level in range(1, 1 + max(box.level for box in placed)):
        row = sorted((box for box in placed if box.level == level), key=lambda box: box.left)
        assert all(left.left + left.width <= right.left + 1e-9 for left, right in pairwise(row))


def test_partitions_are_one_box() -> None:
    folded = [box for box in boxes(examples.partitioned_plan(36)) if isinstance(box.item, Fold)]
    assert len(folded) == 1
    assert len(folded[0].item.members) == 36  # type: ignore[union-attr]
    assert "36 × Seq Scan" in flame_svg(examples.partitioned_plan(36))


def test_pictures_of_large_and_deep_plans_stay_small() -> None:
    assert len(boxes(wide(5_000))) <= MOST_BOXES
    assert len(flame_svg(wide(5_000))) < 300_000
    assert len(estimates_svg(wide(5_000))) < 60_000
    assert len(estimated_nodes(wide(5_000))) == MOST_ROWS
    assert "4,961 nodes that were estimated better are not drawn" in estimates_svg(wide(5_000))
    node = examples.node("Result", **examples.timed(1, 1.0))
    for level in range(2, 60):
        node = examples.node("Materialize", node, **examples.timed(1, float(level)))
    deep = read_json([{"Plan": node}])
    assert max(box.level for box in boxes(deep)) == DEEPEST - 1
    assert "deeper ones are left out" in flame_svg(deep)


def test_a_plan_without_figures_has_no_picture() -> None:
    bare = Plan(root=Node(number=1, node_type="Result"))
    assert flame_svg(bare) == estimates_svg(bare) == ""
    assert "image/svg+xml" not in PlanChart(plan=bare, kind="flame")._repr_mimebundle_()[0]
    assert "not timed" in str(PlanChart(plan=bare, kind="flame"))


def test_what_a_picture_shows_is_also_said() -> None:
    """The alternative text and the table name the heaviest node with its share."""
    plan = examples.slow_plan()
    assert re.search(r"Seq Scan on public\.issues i 5\d %", flame_alt(plan))
    for shown in (str(PlanChart(plan=plan, kind="flame")), to_markdown(PlanChart(plan=plan, kind="flame"))):
        assert re.search(r"Seq Scan on public\.issues i.*231 ms.*54 %", shown)
    assert "113× more" in to_text(PlanChart(plan=plan, kind="estimates"))


def test_jupyterlab_shows_the_picture_and_not_its_table() -> None:
    """Of the formats offered it takes Markdown before SVG."""
    shown = PlanChart(plan=examples.slow_plan(), kind="flame")
    assert set(shown._repr_mimebundle_()[0]) == {"image/svg+xml", "text/plain"}
    assert set(shown._repr_mimebundle_(include=["text/markdown"])[0]) == {"text/markdown"}


def test_the_page_of_an_investigation_has_the_pictures_and_their_figures() -> None:
    page = page_of_value(examples.investigation())
    for title in ("Where the time went", "Planned and actual rows"):
        assert f">{title}" in page
    assert page.count("<summary>the same in figures</summary>") == 3
    assert re.search(r"<details class=\"figures\">.*Seq Scan on public\.issues i", page, re.DOTALL)
    assert len(page) < 300_000


def test_a_page_lists_every_node_that_its_tree_leaves_out() -> None:
    """Also those that took least can be found; a plan that is shown whole has no such list."""
    before, after = (to_html(page_parts(plan)[2]) for plan in (examples.slow_plan(), nested(700)))
    assert "nodes in" not in before
    assert "701 nodes in 701 lines" in after
    for number in range(1, 702):
        assert re.search(rf"[ >─]{number} (Materialize|Result) · ", unescape(after))


def nested(levels: int) -> Plan:
    node = examples.node("Result", **examples.timed(1, 1.0))
    for level in range(levels):
        node = examples.node("Materialize", node, **examples.timed(1, 1.0 + level))
    return read_json([{"Plan": node}])


def test_the_parts_of_a_page_in_reading_order() -> None:
    titles = [part.title for part in page_parts(examples.slow_plan())]
    assert titles == ["", "Findings", "Plan", "Where the time went", "Planned and actual rows"]
    titles = [part.title for part in page_parts(Plan(root=Node(number=1, node_type="Result")))]
    assert titles == ["", "Plan"]


def test_a_plan_says_where_its_estimates_go_wrong_and_what_spilled() -> None:
    shown = to_text(examples.slow_plan())
    assert "the estimate goes wrong here" in shown
    assert "1 node spilled to disk: sort at node 2 (7.2 MB)" in shown
    assert "138,800 rows removed" in shown


def test_text_fits_a_terminal_however_many_figures_there_are() -> None:
    """Columns that follow from others give way; figures of a deep node stand below its label."""
    node = examples.node(
        "Seq Scan", **examples.timed(1_000_000, 12345.678, loops=99), **{"Relation Name": "r" * 30}
    )
    for _ in range(9):
        node = examples.node("Hash Join", node, **examples.timed(1_000_000, 12345.678, loops=99))
    assert max(map(len, to_text(read_json([{"Plan": node}])).split("\n"))) <= 120


def test_what_is_folded_and_left_out_is_said_before_the_tree() -> None:
    assert re.search(r"401 nodes: 1 shown, 400 folded into 2 lines", to_text(wide(400)))
    assert "folded" not in to_text(examples.slow_plan())
    assert len(to_html(wide(5_000))) < 1_000_000
