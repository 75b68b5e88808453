"""The rows of a statement that does not end as it is: the same statement under settings with which it does.

Settings choose how rows are found, never which, so what comes is what the statement would have given.
"""

from __future__ import annotations

from perfkit.advise.arm import Arm
from perfkit.advise.trial import Subject
from perfkit.db.session import Session
from perfkit.errors import CaptureTimeout
from perfkit.plan.shape import fingerprint
from perfkit.sql.safety import needs_writing

_MEMORY = "set local work_mem = '1GB'"
"""Enough for the server to hash what it would otherwise search through again for each row."""

_WAYS = ((_MEMORY,), (_MEMORY, "set local enable_nestloop = off"))


def ending_settings(session: Session, subject: Subject) -> tuple[str, ...] | None:
    """SET LOCAL statements under which the statement ends within half the time it was given; None where none is known.

    Plans the statement once for each way, and runs those whose plan is another.
    """
    with session.transaction(writes=needs_writing(subject.statement)):
        seen = {fingerprint(subject.before.plan.root)}
        for way in _WAYS:
            arm = Arm(
                session, subject.statement, subject.parameters, first=way, longest_ms=subject.longest_ms
            )
            shape = fingerprint(arm.planned().root)
            if shape in seen:
                continue
            seen.add(shape)
            try:
                arm.run()
            except CaptureTimeout:
                continue
            return way
    return None
