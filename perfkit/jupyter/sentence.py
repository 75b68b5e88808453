"""Errors of the magics as one red sentence, where a traceback would stand."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from perfkit.errors import BOLD, PLAIN, RED, PerfkitError, picture_of


def in_one_sentence(magic: Callable[..., Any]) -> Callable[..., Any]:
    """Show perfkit's own errors as a sentence, with a mark below the place in the SQL.

    So too when the user interrupts: leaving a session cancels what it ran.
    """

    @wraps(magic)
    def run(*arguments: Any, **named: Any) -> Any:
        try:
            return magic(*arguments, **named)
        except PerfkitError as error:
            _picture(error, picture_of(error))
            raise
        except KeyboardInterrupt as interrupt:
            _picture(
                interrupt,
                [f"{RED}{BOLD}perfkit: interrupted; nothing is left running on the server{PLAIN}"],
            )
            raise

    return run


def _picture(error: BaseException, lines: list[str]) -> None:
    """Have IPython show these lines where the error's traceback would stand."""
    error._render_traceback_ = lambda: lines  # type: ignore[attr-defined]
