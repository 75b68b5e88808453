"""Scratch clones: a copy of a database beside it on the same server, gone when the work is done.

``CREATE DATABASE … TEMPLATE`` needs CREATEDB, and nobody else connected to the source. FILE_COPY (since 15) is two to
three times faster than copying through the WAL, and with file_copy_method = clone (since 18) faster still. The copy has the
source's planner statistics, visibility map and settings, but no cumulative statistics.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from perfkit.db.session import Session
from perfkit.db.target import Target
from perfkit.db.throwaway import throwaway
from perfkit.errors import CapabilityMissing, CaptureError
from perfkit.identifier import quote_identifier

PREFIX = "perfkit_clone_"

_LISTS = frozenset(
    {"search_path", "temp_tablespaces", "session_preload_libraries", "local_preload_libraries"}
)
"""Settings whose stored value is a list of quoted names already (GUC_LIST_QUOTE)."""

_REFUSALS = {
    "55006": ("nobody else connected to the source database", "close the other sessions"),
    "42501": ("the right to create databases", "ALTER ROLE … CREATEDB"),
    "53100": ("free disk space for a second copy", "free some, or use a smaller database"),
}


@contextmanager
def clone(target: Target, database: str) -> Iterator[Target]:
    """A copy of ``database`` for as long as the block lasts. The caller has closed its own sessions there.

    CapabilityMissing when the server will not make one (others connected, no right, no room).
    """
    with throwaway(target, PREFIX) as (keeper, name):
        _create(keeper, name, database)
        yield replace(target.at(name), is_scratch=True)


def _create(session: Session, name: str, source: str) -> None:
    strategy = " strategy file_copy" if session.server_version_num >= 150000 else ""
    try:
        if session.server_version_num >= 180000:
            session.change("set file_copy_method = clone")
        session.change(
            f"create database {quote_identifier(name)} template {quote_identifier(source)}{strategy}"
        )
    except CaptureError as error:
        needs, how = _REFUSALS.get(error.sqlstate or "", ("", ""))
        if not needs:
            raise
        raise CapabilityMissing(f"cannot clone database {source}", needs=needs, how_to_enable=how) from error
    _copy_settings(session, name, source)


def _copy_settings(session: Session, name: str, source: str) -> None:
    """ALTER DATABASE … SET and ALTER ROLE … IN DATABASE … SET of the source, which a template does not hand on: without them
    the copy plans and runs as the source does not. What the role may not set is left out."""
    rows = session.rows(
        "select r.rolname::text as role, s.setting from pg_db_role_setting as c"
        " join pg_database as d on d.oid = c.setdatabase left join pg_roles as r on r.oid = c.setrole,"
        " unnest(c.setconfig) as s(setting) where d.datname = %s and (c.setrole = 0 or r.oid is not null)",
        [source],
    )
    for row in rows:
        setting, _, value = str(row["setting"]).partition("=")
        written = value if setting in _LISTS and value else "'" + value.replace("'", "''") + "'"
        who = "" if row["role"] is None else f"role {quote_identifier(str(row['role']))} in "
        with suppress(CaptureError):
            session.change(f"alter {who}database {quote_identifier(name)} set {setting} to {written}")
