"""The chart of what each size of indexes buys: described in words, drawn where there is something to draw."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

import pytest
import shown_examples as examples
from matplotlib.backends.backend_agg import FigureCanvasAgg

from perfkit.advise.selection.frontier import FrontierPoint
from perfkit.render import to_html, to_text
from perfkit.render.frontier import FrontierChart, chart_of_frontier

SVG = "{http://www.w3.org/2000/svg}"


def point(size: int, cost: float, writes: float = 0.0, indexes: int = 1) -> FrontierPoint:
    return FrontierPoint(size_bytes=size, cost=cost, write_cost=writes, indexes=indexes)


def words(chart: FrontierChart) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(chart.svg()).iter(f"{SVG}text")]


def test_the_picture_says_what_it_shows() -> None:
    chart = chart_of_frontier(examples.index_advice())
    assert chart.alt == (
        "Cost of the workload by the size of its new indexes, 3 sets: from 8,300 with none to 610 with 2.12 MB,"
        " the set that is advised. No allowed set costs less than 600."
        " Beside it the same by what the indexes cost the writes, up to 9.50."
    )
    said = words(chart)
    assert {"advised: 2 indexes, 2.12 MB", "no allowed set costs less", "size of the indexes, MB"} <= set(
        said
    )
    bundle, metadata = chart._repr_mimebundle_()
    assert set(bundle) == {"image/svg+xml", "image/png", "text/plain"}
    assert metadata["image/svg+xml"]["alt"] == chart.alt
    assert bundle["text/plain"].count("✓ advised") == 1
    assert bundle["text/plain"] == to_text(chart) == str(chart)


def test_svg_has_presentation_attributes_only_and_is_the_same_every_time() -> None:
    chart = chart_of_frontier(examples.index_advice())
    source = chart.svg()
    attributes = {name for element in ElementTree.fromstring(source).iter() for name in element.attrib}
    assert not attributes & {"style", "id", "clip-path"}
    assert not re.search(r"#010203|url\(|xlink|<style|<metadata", source)
    assert source == chart.svg()
    assert chart.png() == chart.png()


def test_writes_are_drawn_where_there_are_some() -> None:
    both = chart_of_frontier(examples.index_advice())
    assert both.has_writes
    assert "of it for writes" in words(both)
    reads = replace(both, points=tuple(replace(one, write_cost=0.0) for one in both.points))
    assert "of it for writes" not in words(reads)
    assert "the writes" not in reads.alt


def test_no_column_for_writes_where_there_are_none() -> None:
    both = chart_of_frontier(examples.index_advice())
    assert "of it for writes" in to_text(both)
    reads = replace(both, points=tuple(replace(one, write_cost=0.0) for one in both.points))
    assert "of it for writes" not in to_text(reads)
    assert "✓ advised" in to_text(reads)
    assert "of it for writes, ms" in words(replace(both, unit="ms"))


LEVELS = [
    (100.0, 90.0, 80.0, 75.0),
    (100.0, 30.0, 29.5, 10.0),
    (5000.0, 40.0, 39.0, 1.0),
    (9.0, 8.9, 8.8, 8.7),
]


@pytest.mark.parametrize("costs", LEVELS, ids=str)
@pytest.mark.parametrize("sizes", [(0, 300, 480, 912), (0, 800, 900, 912), (0, 10, 20, 912)], ids=str)
def test_the_name_of_the_advised_set_crosses_no_line(
    costs: tuple[float, ...], sizes: tuple[int, ...]
) -> None:
    """Where the text stands in the drawing, against every piece of the line that was drawn."""
    points = tuple(
        point(size, cost, indexes=place) for place, (size, cost) in enumerate(zip(sizes, costs, strict=True))
    )
    figure = FrontierChart(points=points, advised=(sizes[-1], costs[-1])).figure("#000000")
    FigureCanvasAgg(figure).draw()
    axes = figure.axes[0]
    (label,) = [one for one in axes.texts if one.get_text().startswith("advised: ")]
    box = label.get_window_extent()
    way = axes.transData.transform(axes.lines[0].get_path().vertices)
    steps = [(way[0], way[0])]
    for (x, y), (to_x, to_y) in pairwise(way):
        steps += [((x, y), (to_x, y)), ((to_x, y), (to_x, to_y))]
    for (x, y), (to_x, to_y) in steps:
        is_beside = max(x, to_x) < box.x0 or min(x, to_x) > box.x1
        is_above_or_below = max(y, to_y) < box.y0 or min(y, to_y) > box.y1
        assert is_beside or is_above_or_below, (box, (x, y), (to_x, to_y))


@pytest.mark.parametrize(
    "points",
    [(), (point(0, 0.0, indexes=0),), (point(0, 5.0, indexes=0),)],
    ids=["none", "nothing at all", "no index"],
)
def test_without_a_choice_there_is_a_table_only(points: tuple[FrontierPoint, ...]) -> None:
    chart = FrontierChart(points=points, advised=(0, 5.0))
    bundle, metadata = chart._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/markdown"}
    assert not metadata
    assert "cannot show" not in to_html(chart)


@pytest.mark.parametrize(
    "points",
    [
        (point(0, 0.0, indexes=0), point(8192, 0.0)),
        (point(0, 1e12, indexes=0), point(1 << 40, 1e-3, 1e9)),
        (point(0, 7.0, 3.0), point(0, 6.0, 2.0)),
    ],
    ids=["free", "far apart", "no size"],
)
@pytest.mark.parametrize("bound", [None, 0.0, 1.0])
def test_odd_costs_are_drawn(points: tuple[FrontierPoint, ...], bound: float | None) -> None:
    last = points[-1]
    chart = FrontierChart(points=points, advised=(last.size_bytes, last.cost), bound=bound)
    assert chart.svg()
