from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from perfkit.db.servers import Server, server


@pytest.fixture
def own_server(perfkit_home: Path, request: pytest.FixtureRequest) -> Iterator[Callable[[], Server]]:
    """Makes stopped servers of the test's own, named t1, t2, …; they share the run's template."""
    made: list[Server] = []

    def make() -> Server:
        made.append(server(f"t{len(made) + 1}"))
        return made[-1]

    yield make
    for found in made:
        found.remove()
