"""A slice of a server's log as a recording of its sessions. What is not known is skipped and counted."""

from __future__ import annotations

from perfkit.errors import UsageError
from perfkit.workload.events import recording_of
from perfkit.workload.recording import Recording
from perfkit.workload.stderr_log import is_message, read_entries
from perfkit.workload.structured_log import is_csv, is_json, read_csv, read_json

_SNIFFED_LINES = 50
"""A slice may begin in the middle of a message."""


def looks_like_log(text: str) -> bool:
    """Whether the text is a server's log: stderr with any prefix, csvlog or jsonlog.

    >>> looks_like_log("2026-11-28 06:59:10 UTC [7] LOG:  duration: 3.1 ms  statement: select 1"), looks_like_log("select 1")
    (True, False)
    """
    head = text.lstrip("\ufeff").splitlines()[:_SNIFFED_LINES]
    return any(is_csv(line) or is_json(line) or is_message(line) for line in head)


def read_log(text: str) -> Recording:
    """The statements, waits and idle transactions of a log; UsageError when it has none of them."""
    text = text.lstrip("\ufeff")
    head = text.splitlines()[:_SNIFFED_LINES]
    if any(is_json(line) for line in head):
        entries, skipped = read_json(text)
    elif any(is_csv(line) for line in head):
        entries, skipped = read_csv(text)
    else:
        entries, skipped = read_entries(text)
    found = recording_of(entries, skipped_lines=skipped)
    if not (found.runs or found.lock_waits or found.deadlocks or found.idle):
        raise UsageError(
            f"the log tells of no statement and no wait in {len(entries)} {'message' if len(entries) == 1 else 'messages'}: set log_min_duration_statement or"
            " log_lock_waits, or give a slice that has some"
        )
    return found
