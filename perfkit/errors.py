"""The errors perfkit raises, and the exit status each gives on the command line.

    PerfkitError                     3
    ├── UsageError (ValueError)      2  wrong argument, unknown parameter
    │   └── ConfigError              2  a configuration file or variable that cannot be used
    ├── PlanParseError (ValueError)  2  text that is no plan; .line .column .excerpt
    ├── ServerError                  3  a server cannot be started, reached, or went away
    ├── DatasetError                 3  a data set cannot be loaded or does not match its checksum
    ├── CaptureError                 2  PostgreSQL or perfkit refused the statement; .query .sqlstate .position
    │   ├── UnsafeStatement          2  refused: it would write, or more than one statement
    │   ├── CaptureTimeout           3  statement_timeout or lock_timeout struck
    │   └── CapabilityMissing        3  extension, privilege or version lacking; .needs .how_to_enable
    ├── ReportError                  3  a notebook failed; .notebook .cell .kind (error, died, interrupted, timeout)
    ├── ClaimFailed                  3  a page of the anti-pattern book claims what is not so here
    └── GateFailed                   1  a regression was found; .verdict

A message says what happened, with which value, and what to do next; lower case, no full stop.
"""

from __future__ import annotations

RED, BOLD, PLAIN = "\x1b[31m", "\x1b[1m", "\x1b[0m"


class PerfkitError(Exception):
    """Base of everything perfkit raises on purpose; catch it to show one sentence instead of a traceback."""

    exit_status = 3

    def _render_traceback_(self) -> list[str]:
        """What IPython shows instead of a traceback."""
        return picture_of(self)


class UsageError(PerfkitError, ValueError):
    """An argument, parameter or input file cannot be used as given."""

    exit_status = 2


class ConfigError(UsageError):
    """A configuration file or a PERFKIT_* variable cannot be used."""


class PlanParseError(PerfkitError, ValueError):
    """The text is not a plan; says where it stopped making sense.

    ``line`` and ``column`` count from 1; None when the fault has no place (an empty input).
    """

    exit_status = 2

    def __init__(
        self, message: str, *, line: int | None = None, column: int | None = None, excerpt: str | None = None
    ) -> None:
        place = f" (line {line}, column {column})" if line is not None and column is not None else ""
        super().__init__(message + place + (f": {excerpt}" if excerpt else ""))
        self.line = line
        self.column = column
        self.excerpt = excerpt


class ServerError(PerfkitError):
    """A PostgreSQL server cannot be started or reached, or went away."""


class DatasetError(PerfkitError):
    """A data set cannot be loaded, or what is loaded is not what was asked for."""


class CaptureError(PerfkitError):
    """PostgreSQL, or perfkit on its behalf, refused the statement.

    ``position`` is the 1-based character in ``query`` that PostgreSQL points at; None when it gives none.
    """

    exit_status = 2

    def __init__(
        self,
        message: str,
        *,
        query: str | None = None,
        sqlstate: str | None = None,
        position: int | None = None,
    ) -> None:
        super().__init__(message)
        self.query = query
        self.sqlstate = sqlstate
        self.position = position


class UnsafeStatement(CaptureError):
    """The statement would write, lock or run more than was asked for, so it was not sent."""


class CaptureTimeout(CaptureError):
    """statement_timeout or lock_timeout ended the statement."""

    exit_status = 3


class CapabilityMissing(CaptureError):
    """The server lacks an extension, a privilege or a version that the request needs."""

    exit_status = 3

    def __init__(self, message: str, *, needs: str, how_to_enable: str) -> None:
        super().__init__(f"{message}: needs {needs}; {how_to_enable}")
        self.needs = needs
        self.how_to_enable = how_to_enable


class ReportError(PerfkitError):
    """A notebook did not run to its end. ``kind`` is error, died, interrupted or timeout."""

    def __init__(self, message: str, *, notebook: str, kind: str, cell: int | None = None) -> None:
        super().__init__(message)
        self.notebook = notebook
        self.kind = kind
        self.cell = cell


class ClaimFailed(PerfkitError):
    """A page of the anti-pattern book claims what does not hold on this server."""


class GateFailed(PerfkitError):
    """A comparison found a regression; ``verdict`` says which."""

    exit_status = 1

    def __init__(self, verdict: str) -> None:
        super().__init__(verdict)
        self.verdict = verdict


def picture_of(error: PerfkitError) -> list[str]:
    """The error as lines for a terminal or a notebook: one red sentence, and where the fault stands.

    >>> picture_of(CaptureError("no such column", query="select a,\\n  b from t", position=13))[1:]
    ['  b from t', '  \\x1b[31m^\\x1b[0m']
    """
    lines = [f"{RED}{BOLD}perfkit: {error}{PLAIN}"]
    if isinstance(error, CaptureError) and error.query and error.position:
        before = error.query[: error.position - 1]
        start = before.rfind("\n") + 1
        end = error.query.find("\n", start)
        line = error.query[start : end if end >= 0 else None]
        margin = "".join("\t" if character == "\t" else " " for character in before[start:])
        lines += [line, f"{margin}{RED}^{PLAIN}"]
    return lines
