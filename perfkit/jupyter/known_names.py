"""The names of a lab's database, kept for a minute, so that Tab answers at once and never waits for a server."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from threading import Lock, Thread
from typing import TYPE_CHECKING

from perfkit.db.names import NamedRelation, read_names
from perfkit.db.session import Session
from perfkit.db.target import Limits
from perfkit.errors import PerfkitError

if TYPE_CHECKING:
    from perfkit.lab import Lab

KEPT_SECONDS = 60.0
PATIENCE_SECONDS = 0.5
"""A list that comes later is not looked at any more; it is there at the next Tab."""

LIMITS = Limits(statement_timeout=2.0, lock_timeout=0.5)


class KnownNames:
    """What was read of each database, and when."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[float, Sequence[NamedRelation]]] = {}
        self._readers: dict[str, Thread] = {}
        self._lock = Lock()

    def of(self, lab: Lab) -> Sequence[NamedRelation]:
        """The relations of the lab's database as far as they are known; empty where it does not answer. Never raises, and
        waits for ``PATIENCE_SECONDS`` at the most."""
        where = lab.target.conninfo
        read_at, found = self._found.get(where, (None, ()))
        if read_at is None or time.monotonic() - read_at > KEPT_SECONDS:
            reader = self._reader(lab)
            if read_at is None:
                reader.join(PATIENCE_SECONDS)
                found = self._found.get(where, (None, ()))[1]
        return found

    def _reader(self, lab: Lab) -> Thread:
        """The thread that reads this database now; one at a time."""
        where = lab.target.conninfo
        with self._lock:
            reader = self._readers.get(where)
            if reader is None or not reader.is_alive():
                reader = Thread(target=self._read, args=(lab,), name="perfkit names", daemon=True)
                self._readers[where] = reader
                reader.start()
        return reader

    def _read(self, lab: Lab) -> None:
        found: Sequence[NamedRelation] = ()
        try:
            with Session.open(replace(lab.target, limits=LIMITS), purpose="names") as session:
                found = read_names(session)
        except PerfkitError:
            # A server that does not answer is asked again in a minute; what was read before still helps.
            found = self._found.get(lab.target.conninfo, (0.0, ()))[1]
        self._found[lab.target.conninfo] = (time.monotonic(), found)
