"""The picture of a plan diagram: every cell in its place, lines only where plans differ, words for those who cannot see it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from xml.etree import ElementTree

import plan_diagram_examples as diagrams
import pytest

from perfkit.capture.plan_diagram import PlanDiagram
from perfkit.redact import Mask
from perfkit.redact.values import Redactor
from perfkit.render import sections, to_html, to_text
from perfkit.render.plan_diagram import PlanDiagramChart

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "<script>alert(1)</script>\"'&\x1b[31m"
EVERY = [diagrams.field, diagrams.lines, diagrams.alike]


def elements(found: PlanDiagram, tag: str) -> list[ElementTree.Element]:
    return ElementTree.fromstring(PlanDiagramChart(found=found).svg()).findall(f"{SVG}{tag}")


@pytest.mark.parametrize("example", EVERY)
def test_it_is_wellformed_and_carries_nothing_active(example: Callable[[], PlanDiagram]) -> None:
    found = example()
    axis = replace(found.axes[0], parameters=(HOSTILE, None, *found.axes[0].parameters[2:]), column=HOSTILE)
    found = replace(found, axes=(axis, *found.axes[1:]))
    svg = PlanDiagramChart(found=found).svg()
    for element in ElementTree.fromstring(svg).iter():
        assert element.tag.removeprefix(SVG) in {"svg", "title", "rect", "text", "circle", "line"}
        assert not {"style", "id", "href"} & set(element.attrib)
    assert "\x1b" not in svg
    assert "<script" not in svg + to_html(found)
    assert "\x1b" not in to_text(found)


def test_a_field_has_a_box_for_each_cell_and_lines_where_the_plan_flips() -> None:
    found = diagrams.field()
    assert len(elements(found, "rect")) == len(found.cells) + len(found.shapes)
    differing = sum(
        (place + 1 < len(row) and row[place + 1].shape != cell.shape)
        + (line + 1 < len(found.rows) and found.rows[line + 1][place].shape != cell.shape)
        for line, row in enumerate(found.rows)
        for place, cell in enumerate(row)
    )
    assert len(elements(found, "line")) == differing
    assert len(elements(found, "circle")) == len(found.runs.runs) + 1, "one for the key"
    assert elements(diagrams.alike(), "line") == []
    (line,) = elements(diagrams.lines(), "line")
    assert line.attrib["stroke"] == "currentColor"


def test_nothing_reaches_over_the_edge() -> None:
    for example in EVERY:
        chart = PlanDiagramChart(found=example())
        width, height = (
            float(one) for one in ElementTree.fromstring(chart.svg()).attrib["viewBox"].split()[2:]
        )
        for box in elements(chart.found, "rect"):
            assert float(box.attrib["x"]) + float(box.attrib["width"]) <= width
            assert float(box.attrib["y"]) + float(box.attrib["height"]) <= height


def test_a_flip_that_costs_do_not_account_for_is_told() -> None:
    found = diagrams.lines()
    (flip,) = found.flips
    assert flip.is_uneven
    said = " ".join(to_text(found).split())
    assert "takes both to cost about the same (cost 1,850 and cost 1,700); as run: 24 ms and 160 ms" in said
    assert not any(one.is_uneven for one in diagrams.alike().flips)
    assert "The plan flips nowhere." in to_text(diagrams.alike())


def test_words_stand_for_the_picture() -> None:
    chart = sections(diagrams.field())["diagram"]
    assert isinstance(chart, PlanDiagramChart)
    data, metadata = chart._repr_mimebundle_()
    assert set(data) == {"image/svg+xml", "text/plain"}
    assert metadata["image/svg+xml"]["alt"] == chart.alt
    for letter in "ABC":
        assert f"plan {letter} (" in chart.alt
    assert "success    77 %" in data["text/plain"]
    assert list(sections(diagrams.field())) == ["verdict", "plans", "flips", "diagram"]


def test_values_are_masked_alike_everywhere() -> None:
    found = diagrams.lines()
    masked = Redactor(Mask()).redacted(found)
    assert "2024-0" not in to_text(masked) + PlanDiagramChart(found=masked).svg()
    assert len(set(masked.axes[0].parameters)) == len(found.axes[0].parameters)
    assert [masked.run_of(cell) is None for cell in masked.cells] == [
        found.run_of(cell) is None for cell in found.cells
    ]
