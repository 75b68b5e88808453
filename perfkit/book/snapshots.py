"""VACUUM removes what no open snapshot can see; a page's figures may not depend on whose was open just then."""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import Final

from perfkit.db.session import Session
from perfkit.errors import ServerError

_PATIENCE_SECONDS: Final = 20.0
"""What holds a snapshot here is a session that is about to end, or ANALYZE of an autovacuum worker: moments, as a rule."""

_POLL_SECONDS: Final = 0.02

_HOLDERS: Final = """
select coalesce(nullif(application_name, ''), backend_type) as name from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid() and pid <> all(%s::int[])
  and (backend_xmin is not null or backend_xid is not null)
order by 1"""


def await_no_snapshot(session: Session, besides: Collection[int] = ()) -> None:
    """Wait until no session of this database holds back VACUUM, apart from those with the pids ``besides``.

    ServerError names who still does after twenty seconds.
    """
    give_up = time.monotonic() + _PATIENCE_SECONDS
    while holders := session.rows(_HOLDERS, [list(besides)]):
        if time.monotonic() > give_up:
            names = ", ".join(str(row["name"]) for row in holders)
            raise ServerError(
                f"VACUUM would leave dead rows behind: {names} has held a snapshot for {_PATIENCE_SECONDS:.0f} s; end it"
            )
        time.sleep(_POLL_SECONDS)
