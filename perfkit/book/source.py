"""The data that every page begins with."""

from __future__ import annotations

from perfkit.dataset import load
from perfkit.db.servers import server
from perfkit.db.target import Target
from perfkit.progress import Progress, Silent

DATASET = "tracker"
SCALE = 0.1
"""Forty thousand issues: enough for the planner to care, and a copy takes half a second."""

DATABASE = "tracker_book"
"""Apart from the user's own ``tracker``, which may be of another scale, and cannot be copied while somebody is connected."""


def source(progress: Progress | None = None) -> Target:
    """The database that pages copy, on the embedded server; started and loaded where it is not, which takes ten seconds."""
    shown = progress or Silent()
    embedded = server()
    with shown.stage("start the embedded server"):
        embedded.start()
    with shown.stage(f"load data set {DATASET} for the book, where missing"):
        load(DATASET, embedded.conninfo, scale=SCALE, database=DATABASE)
    return Target(conninfo=embedded.conninfo(DATABASE), is_scratch=True)
