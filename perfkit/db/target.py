"""Which database to talk to, and what may be done there."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from perfkit.db.connection import describe

_LIBPQ_VARIABLES = ("PGSERVICE", "PGHOST", "PGHOSTADDR", "PGDATABASE", "PGPORT", "PGUSER")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What ends a session's work by itself. Seconds; None leaves the server's own setting."""

    statement_timeout: float | None = 60.0
    lock_timeout: float | None = 2.0
    idle_in_transaction_timeout: float | None = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A database and the leave to change it. The connection string is never shown: it may hold a password."""

    conninfo: str = field(repr=False)
    is_scratch: bool = False
    """Declared by the user as one that perfkit may change, or a database of our own embedded server."""
    limits: Limits = field(default_factory=Limits)

    def __str__(self) -> str:
        return describe(self.conninfo)

    def at(self, database: str) -> Target:
        """The same server and leave, another database."""
        from psycopg.conninfo import make_conninfo

        return Target(
            conninfo=make_conninfo(self.conninfo, dbname=database),
            is_scratch=self.is_scratch,
            limits=self.limits,
        )


def conninfo_from_environment() -> str | None:
    """What PERFKIT_DSN, or libpq's own variables and service files, say; None when they say nothing."""
    dsn = os.environ.get("PERFKIT_DSN")
    if dsn:
        return dsn
    return "" if any(os.environ.get(name) for name in _LIBPQ_VARIABLES) else None
