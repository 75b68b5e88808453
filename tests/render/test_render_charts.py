"""Charts: the same picture every time, readable on light and dark, described in words."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
import shown_examples as examples

from perfkit.capture.values import Samples
from perfkit.render import chart_of_samples
from perfkit.render.charts import Chart

SVG = "{http://www.w3.org/2000/svg}"


def test_svg_has_presentation_attributes_only() -> None:
    source = chart_of_samples(examples.investigation()).svg()
    root = ElementTree.fromstring(source)
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {"svg", "g", "path", "text", "title"}
    attributes = {name for element in root.iter() for name in element.attrib}
    assert not attributes & {"style", "id", "clip-path"}
    assert not re.search(r"#010203|url\(|xlink|<style|<metadata", source)
    assert 'fill="currentColor"' in source


def test_svg_is_the_same_every_time() -> None:
    chart = chart_of_samples(examples.investigation())
    assert chart.svg() == chart.svg()
    assert chart.png() == chart.png()


def test_every_run_is_drawn_in_its_order() -> None:
    """One dot for each run, from top to bottom, so that drift during the runs can be seen."""
    source = chart_of_samples(Samples(values=(3.0, 1.0, 2.0))).svg()
    dots = [
        element.get("transform", "")
        for element in ElementTree.fromstring(source).iter(f"{SVG}path")
        if element.get("fill-opacity") == "0.85" or element.get("opacity") == "0.85"
    ]
    places = [tuple(float(part) for part in re.findall(r"[\d.]+", dot)) for dot in dots]
    assert len(places) == 3
    assert [y for _, y in places] == sorted(y for _, y in places)
    assert places[1][0] < places[2][0] < places[0][0]


def test_bundle_describes_the_picture() -> None:
    chart = chart_of_samples(examples.investigation())
    bundle, metadata = chart._repr_mimebundle_()
    assert set(bundle) == {"image/svg+xml", "image/png", "text/plain"}
    assert "before: 9 runs, median 431 ms" in chart.alt
    assert metadata["image/png"]["alt"] == chart.alt
    assert metadata["image/svg+xml"]["alt"] == chart.alt


def test_pictures_are_not_drawn_unless_asked_for() -> None:
    bundle, metadata = chart_of_samples(examples.investigation())._repr_mimebundle_(include={"text/plain"})
    assert set(bundle) == {"text/plain"}
    assert not metadata


@pytest.mark.parametrize(
    "values", [(), (1.0,), (0.0, 0.0), (5.0,) * 40, (1e-6, 1e9), (float("nan"), 1.0)], ids=str
)
def test_odd_samples_do_not_raise(values: tuple[float, ...]) -> None:
    bundle, _ = chart_of_samples(Samples(values=values))._repr_mimebundle_()
    assert bundle["text/plain"]


def test_a_chart_takes_all_that_has_samples() -> None:
    before, after = examples.proof().before, examples.proof().after
    assert before and after
    names = [
        [name for name, _ in chart_of_samples(sampled).series]
        for sampled in (
            examples.investigation(),
            (before, after),
            {"a": before, "b": after},
            examples.capture(),
            before,
        )
    ]
    assert names == [["before", "with index-1"], ["before", "after"], ["a", "b"], ["samples"], ["samples"]]


def test_names_are_literal_text() -> None:
    """A dollar sign starts no formula, markup no element."""
    source = Chart(series=(("$x$<script>", Samples(values=(1.0, 2.0))),)).svg()
    assert "<script" not in source
    assert "$x$&lt;script&gt;" in source
