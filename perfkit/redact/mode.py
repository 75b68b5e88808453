"""Whether this process masks what it shows: only where a run was asked to, by an environment variable."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TypeVar

from perfkit.redact.mask import Mask
from perfkit.redact.values import Redactor

T = TypeVar("T")

TABLE_FILE = "PERFKIT_REDACT"
"""Environment variable with the private file that the table of values is kept in; unset where nothing is masked."""


@cache
def _redactor() -> Redactor | None:
    return Redactor(Mask()) if os.environ.get(TABLE_FILE) else None


def redacted(value: T) -> T:
    """The value without literals where this process masks them, else as it is."""
    redactor = _redactor()
    if redactor is None:
        return value
    before = len(redactor.mask)
    masked = redactor.redacted(value)
    _keep(redactor.mask, before)
    return masked


def learn(sql: str, parameters: Iterable[object] = ()) -> None:
    """Remember the values of a statement that is about to be sent, so that they are masked in an error too."""
    redactor = _redactor()
    if redactor is None:
        return
    before = len(redactor.mask)
    redactor.mask.learn(sql)
    for value in parameters:
        if value is not None and not isinstance(value, bool):
            redactor.mask.value(str(value))
    _keep(redactor.mask, before)


def _keep(mask: Mask, before: int) -> None:
    if len(mask) != before:
        mask.save(Path(os.environ[TABLE_FILE]))
