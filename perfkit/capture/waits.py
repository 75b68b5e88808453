"""Waiting told apart from work: what a statement waited for while it ran, and which sessions made it wait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from perfkit.errors import UsageError
from perfkit.sql.fingerprint import normal_form
from perfkit.sql.tokens import scan
from perfkit.units import format_ms

MASKED_LENGTH = 200
"""Enough of a statement to know it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherSession:
    """Another session as pg_stat_activity shows it. None where the role may not see it or there is nothing to see."""

    pid: int
    """0 for a prepared transaction, which belongs to no session."""
    state: str | None
    query: str | None
    """Its running or last statement with ``?`` for literals."""
    application_name: str | None = None
    role: str | None = None
    transaction_ms: float | None = None
    """Age of its transaction."""
    idle_ms: float | None = None
    """How long it has been idle in its transaction; None when it is not."""
    is_waiting: bool = False
    """Whether it waits for a lock itself."""
    holds_horizon: bool = False
    """Whether its snapshot or transaction id keeps VACUUM from removing what died since."""

    @property
    def is_idle_in_transaction(self) -> bool:
        return (self.state or "").startswith("idle in transaction")

    @property
    def in_words(self) -> str:
        """Who it is and what it does, without a full stop.

        >>> OtherSession(pid=7, state="idle in transaction", query="update t set a = ?", idle_ms=3000.0).in_words
        'process 7 (idle in transaction for 3 s; last statement: update t set a = ?)'
        """
        if self.pid == 0:
            return "a prepared transaction (see pg_prepared_xacts)"
        doing = self.state or "state not visible to this role"
        if self.idle_ms is not None:
            doing += f" for {format_ms(self.idle_ms)}"
        name = f"{self.application_name}, " if self.application_name else ""
        what = "last statement" if self.state != "active" else "running"
        query = f"; {what}: {self.query}" if self.query else ""
        return f"process {self.pid} ({name}{doing}{query})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """The lock that was waited for, in pg_locks' words."""

    locktype: str
    mode: str
    relation: str | None = None

    @property
    def in_words(self) -> str:
        """
        >>> Lock(locktype="relation", mode="AccessShareLock", relation="items").in_words
        'AccessShareLock on items'
        >>> Lock(locktype="transactionid", mode="ShareLock").in_words
        'ShareLock on a transaction, that is for a row it changed'
        """
        if self.locktype == "transactionid":
            return f"{self.mode} on a transaction, that is for a row it changed"
        where = self.relation or f"a {self.locktype}"
        return f"{self.mode} on {where if self.locktype == 'relation' else f'{self.locktype} of {where}'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """What sampling pg_stat_activity while the statement ran has shown."""

    wall_ms: float
    """From sending the statement to its end, waiting included."""
    samples: int
    """Looks at the backend; 0 for a statement that ended before the first."""
    events: Mapping[str, int] = field(default_factory=dict)
    """Samples by ``type: event`` (``Lock: transactionid``, ``IO: DataFileRead``); what is missing from the sum was work."""
    blockers: tuple[OtherSession, ...] = ()
    """Sessions that held what was waited for, the nearest first."""
    lock: Lock | None = None
    ended_by: str | None = None
    """The timeout that ended the statement; None when it ran to its end."""
    idle: tuple[OtherSession, ...] = ()
    """Other sessions of the database that were idle in transaction for long."""

    def share(self, kind: str) -> float:
        """Of the samples, those that waited for this type of event."""
        if not self.samples:
            return 0.0
        return (
            sum(count for event, count in self.events.items() if event.startswith(f"{kind}:")) / self.samples
        )

    @property
    def lock_ms(self) -> float:
        return self.share("Lock") * self.wall_ms


def masked(query: str | None) -> str | None:
    """A statement without its literals, for reports that travel; None when nothing can be shown safely.

    >>> masked("UPDATE t SET a = 'secret' WHERE id = 7")
    'update t set a = ? where id = ?'
    >>> masked("select 'cut off by track_activity_query_s") is None
    True
    """
    if not query or query.startswith("<"):
        return None
    try:
        text = normal_form(scan(query))
    except UsageError:
        return None
    return text if len(text) <= MASKED_LENGTH else text[: MASKED_LENGTH - 1] + "…"
