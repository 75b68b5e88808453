"""Beside jupysql, whose %sql may hold a connection: perfkit never borrows it, and says so where it has none of its own."""

from __future__ import annotations

import sys
from typing import Any
from urllib.parse import urlsplit

from perfkit.errors import UsageError


def refuse_to_guess(shell: Any) -> None:
    """UsageError where nobody told perfkit its database, but %sql is connected to one: the statement is surely meant for
    that one, and the default database would be another."""
    if "sql" in shell.magics_manager.magics["line"] and (where := _connected()):
        raise UsageError(
            f"%sql is connected to {where}, and perfkit opens connections of its own: name the database once with %perfkit connect DSN"
        )


def _connected() -> str | None:
    """Where jupysql is connected, without its password; None where it is not. Nothing is imported to find out."""
    manager = getattr(sys.modules.get("sql.connection"), "ConnectionManager", None)
    current = getattr(manager, "current", None)
    if current is None:
        return None
    url = urlsplit(str(getattr(current, "url", None) or ""))  # None for connections other than SQLAlchemy's
    database = url.path.lstrip("/")
    if not database:
        return "a database"
    return f"database {database}" + (f" on {url.hostname}" if url.hostname else "")
