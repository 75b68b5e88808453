"""The HTML of every value keeps to what sanitisers leave alone."""

from __future__ import annotations

import pytest
from fragment import Fragment
from test_render_golden import VALUES

from perfkit.render import to_html, to_text


@pytest.mark.parametrize("name", VALUES)
def test_fragment_survives_a_sanitiser(name: str) -> None:
    source = to_html(VALUES[name]())
    assert not Fragment(source).faults
    assert "var(" not in source
    assert "url(" not in source


@pytest.mark.parametrize(
    "name", ["plan-slow", "plan-parallel", "diff", "findings", "advice", "investigation"]
)
def test_text_and_html_say_the_same_words(name: str) -> None:
    """Every word of the text stands in the HTML too; the HTML has more only in what it folds away."""
    value = VALUES[name]()
    seen = set(Fragment(to_html(value)).text.replace("\xa0", " ").split())
    glued = Fragment(to_html(value)).text.replace("\xa0", " ")
    missing = [
        word
        for word in to_text(value).split()
        if word not in seen and word not in glued and not set(word) <= set("─═│├└ ")
    ]
    assert not missing
