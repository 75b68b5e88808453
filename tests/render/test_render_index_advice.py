"""Index advice as a page of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
import shown_examples as examples

from perfkit.render import sections
from perfkit.render.index_advice import part
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


def test_every_part_can_be_shown_alone() -> None:
    found = examples.index_advice()
    for name, one in sections(found).items():
        assert "cannot show" not in str(one)
        assert part(found, name)
    with pytest.raises(KeyError):
        part(found, "nonsense")
