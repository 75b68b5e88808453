"""A database with the data set at the scale of tests, loaded once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest

from perfkit.dataset import LoadedDataset, drop, load
from perfkit.db.connection import connect
from perfkit.db.servers import Server

TEST_SCALE = 0.01


@pytest.fixture(scope="session")
def small_tracker(server: Server) -> Iterator[LoadedDataset]:
    """Database ``tracker_tested``: tracker at scale 0.01 with seed 1. Tests leave its rows as they are."""
    yield load("tracker", server.conninfo, scale=TEST_SCALE, database="tracker_tested")
    drop(server.conninfo, "tracker_tested")


@pytest.fixture
def keeper(server: Server) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """A connection to the maintenance database."""
    with closing(connect(server.conninfo("postgres"))) as connection:
        yield connection
