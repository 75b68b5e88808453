"""Databases that are gone when the work is done; what a process that died has left is found by the next one."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from perfkit.db.session import Session
from perfkit.db.target import Limits, Target
from perfkit.errors import PerfkitError
from perfkit.identifier import quote_identifier

_MAINTENANCE_DATABASE = "postgres"
_STALE_SECONDS = 300
"""A database this old to which nobody is connected was left by a process that died: its owner keeps a session open."""


@contextmanager
def throwaway(target: Target, prefix: str) -> Iterator[tuple[Session, str]]:
    """A session on the maintenance database, and the name of a database for the caller to make; it is dropped at the end."""
    name = f"{prefix}{int(time.time()):x}_{secrets.token_hex(3)}"
    keeper_target = replace(
        target.at(_MAINTENANCE_DATABASE), is_scratch=True, limits=Limits(statement_timeout=None)
    )
    with Session.open(keeper_target, purpose="clone") as keeper:
        _sweep(keeper, prefix)
        try:
            yield keeper, name
        finally:
            _drop(keeper, keeper_target, name)


def _drop(session: Session, target: Target, name: str) -> None:
    """Through a fresh session when the first one was lost; a dead server leaves it to the next sweep."""
    force = " with (force)" if session.server_version_num >= 130000 else ""
    statement = f"drop database if exists {quote_identifier(name)}{force}"
    try:
        session.change(statement)
    except PerfkitError:
        with suppress(PerfkitError), Session.open(target, purpose="clone") as again:
            again.change(statement)


def _sweep(session: Session, prefix: str) -> None:
    """Drop those whose owners died."""
    oldest = int(time.time()) - _STALE_SECONDS
    rows = session.rows(
        "select datname::text as name from pg_database as d where starts_with(datname, %s)"
        " and not exists (select from pg_stat_activity as a where a.datname = d.datname)",
        [prefix],
    )
    for row in rows:
        name = str(row["name"])
        with suppress(ValueError, PerfkitError):
            if int(name.removeprefix(prefix).partition("_")[0], 16) < oldest:
                session.change(f"drop database if exists {quote_identifier(name)}")
