"""Index advice as a page of its own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import shown_examples as examples

from perfkit.advise.selection.verdict import verdict_of
from perfkit.render import sections
from perfkit.render.index_advice import part
from perfkit.render.text import write_text
from perfkit.report import write_page
from perfkit.report.chapters import chapters_of


def test_the_page_of_one_advice(tmp_path: Path) -> None:
    """Its own question as title, every part a chapter, the picture with its figures folded below."""
    write_page(examples.index_advice(), tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "<h1>Which indexes does this workload need?</h1>" in page
    assert "Why is this statement slow?" not in page
    assert [one.text for one in chapters_of(page)] == [
        "Indexes",
        "Refused",
        "Statements",
        "What the new indexes cost at each write",
        "What each size buys",
        "All of it, safe on a busy server",
        "Environment",
    ]
    assert page.count("<summary>the same in figures</summary>") == 1
    assert "close &lt;all&gt;" in page


def test_nothing_refused_has_no_chapter(tmp_path: Path) -> None:
    write_page(replace(examples.index_advice(), rejected=(), writes=()), tmp_path / "page.html")
    titles = [one.text for one in chapters_of((tmp_path / "page.html").read_text("utf-8"))]
    assert titles == [
        "Indexes",
        "Statements",
        "What each size buys",
        "All of it, safe on a busy server",
        "Environment",
    ]


def test_what_was_left_out_stands_by_the_verdict() -> None:
    found = examples.index_advice()
    assert "left out: nightly" in write_text(part(found, "verdict"))
    assert "left out: nightly" not in write_text(part(found, "environment"))


def test_samples_of_one_statement_are_told_apart() -> None:
    found = examples.index_advice()
    first, other = found.queries
    several = replace(found, queries=(first, other, replace(first, weight=3.0)))
    said = " ".join(write_text(part(several, "statements")).split())
    assert "first_page values 1 of 2" in said
    assert "first_page values 2 of 2" in said
    assert "close <all> values" not in said
    assert "values" not in write_text(part(found, "statements"))


def test_every_part_can_be_shown_alone() -> None:
    found = examples.index_advice()
    for name, one in sections(found).items():
        assert "cannot show" not in str(one)
        assert part(found, name)
    with pytest.raises(KeyError):
        part(found, "nonsense")


@pytest.mark.parametrize(
    ("verdict", "after", "blocks", "time", "mark", "told"),
    [
        ("improves", 200.0, 0.5, 0.46, "✓ faster", "1 of 1 faster, none slower"),
        ("harms", 700.0, 0.5, 1.62, "✗ slower", "0 of 1 faster, 1 slower"),
        (
            "harms",
            430.0,
            3.7,
            1.0,
            "✗ more blocks",
            "none slower, 1 with more blocks in about the same time",
        ),
        ("inconclusive", 200.0, 1.8, 0.46, "± faster, more blocks", "none slower"),
        ("inconclusive", 700.0, 0.5, 1.62, "± slower, fewer blocks", "none slower"),
        ("inconclusive", 400.0, 0.98, 0.93, "? too noisy to tell", "none slower"),
    ],
)
def test_what_runs_said_of_a_statement_is_told_by_its_time_and_its_blocks(
    verdict: str, after: float, blocks: float, time: float, mark: str, told: str
) -> None:
    found = examples.index_advice()
    one = replace(found.queries[0], verdict=verdict, after_ms=after, blocks_ratio=blocks, time_ratio=time)
    assert mark in write_text(part(replace(found, queries=(one,)), "statements"))
    counts = {"created": 1, "size_bytes": 1.0, "dropped": 0, "refused": 0, "unproven": 0, "unused": 0}
    assert verdict_of([one], was_run=True, **counts).endswith(told)
