"""What one of PostgreSQL's programs, or a server's log, complains about: the one line worth showing."""

from __future__ import annotations

import re

_MARKS = ("No space left on device", "PANIC:", "FATAL:", "ERROR:", "error:")
"""Most telling first: a full disk makes many errors, and a fatal one says why the ones before it mattered."""

_SEVERITY = re.compile(r"^.*?\b(?:PANIC|FATAL|ERROR|LOG|WARNING|error|warning): +")


def complaint(text: str) -> str:
    """The last telling error in a program's output or a log, else its last line, without time and severity.

    >>> complaint("initdb: error: could not access directory: Permission denied\\ninitdb: removing contents")
    'could not access directory: Permission denied'
    >>> complaint('FATAL:  could not write to file "x": No space left on device\\nPANIC:  cannot abort transaction 1')
    'could not write to file "x": No space left on device; free some space on that disk'
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    for mark in _MARKS:
        for line in reversed(lines):
            if mark in line:
                advice = "; free some space on that disk" if mark == _MARKS[0] else ""
                return _SEVERITY.sub("", line) + advice
    return lines[-1] if lines else "it said nothing"
