"""Index advice as a page of its own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import shown_examples as examples

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
