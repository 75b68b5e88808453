"""Golden files: what was rendered when somebody last looked at it and was content."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent / "golden"
REFRESH = "PERFKIT_REFRESH_GOLDEN"
REFRESHING = os.environ.get(REFRESH) == "1"
"""Read before the run clears the environment of perfkit's variables."""


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    """Compare text with the golden file of that name; ``PERFKIT_REFRESH_GOLDEN=1`` writes the file instead."""

    def compare(name: str, content: str) -> None:
        path = GOLDEN / name
        if REFRESHING:
            path.parent.mkdir(exist_ok=True)
            path.write_text(content, encoding="utf-8")
        assert path.exists(), f"no golden file {name}; run again with {REFRESH}=1 and look at what it wrote"
        assert content == path.read_text(encoding="utf-8"), f"{name} differs; {REFRESH}=1 accepts the change"

    return compare
