"""The README's tour in Python runs as it stands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from perfkit.db.servers import Server

README = Path(__file__).parents[1] / "README.md"


@pytest.mark.server
@pytest.mark.slow
def test_the_python_tour_runs(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    """Every line is executed; the one remedy is proven, and the diff of its plans is printed."""
    (tour,) = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, object] = {}
    exec(compile(tour, str(README), "exec"), names)
    printed = capsys.readouterr().out
    assert "execution" in printed
    assert "improves" in str(names["found"])
