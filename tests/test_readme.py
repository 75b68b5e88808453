"""The README's tour in Python runs as it stands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from perfkit.cli.main import VERBS

README = Path(__file__).parents[1] / "README.md"


@pytest.mark.server
@pytest.mark.slow
@pytest.mark.usefixtures("new_home")
def test_the_python_tour_runs(capsys: pytest.CaptureFixture[str]) -> None:
    """Every line is executed; the one remedy is proven, and the diff of its plans is printed."""
    (tour,) = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, object] = {}
    exec(compile(tour, str(README), "exec"), names)
    printed = capsys.readouterr().out
    assert "execution" in printed
    assert "improves" in str(names["found"])


def test_every_verb_is_in_the_table() -> None:
    text = README.read_text(encoding="utf-8")
    assert [verb for verb in VERBS if f"| `perfkit {verb}" not in text] == []
