"""Where the data sets and notebooks are: beside the package in a checkout, inside it in a wheel."""

from __future__ import annotations

from pathlib import Path

from perfkit.errors import UsageError

_PACKAGE = Path(__file__).parent


def folder(kind: str) -> Path:
    """The folder of ``datasets`` or ``notebooks``, wherever perfkit was installed."""
    for candidate in (_PACKAGE / "_share" / kind, _PACKAGE.parent / kind):
        if candidate.is_dir():
            return candidate
    raise UsageError(f"this installation of perfkit has no {kind} folder; install perfkit again")
