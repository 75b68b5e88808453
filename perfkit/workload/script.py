"""An SQL script as what one session would do."""

from __future__ import annotations

from perfkit.errors import UnsafeStatement, UsageError
from perfkit.sql.prepared import Execution, Prepared, read_execution, read_prepared
from perfkit.sql.session_setup import SessionSetup, SetupStatement, setup_statement, split_statements
from perfkit.sql.tokens import scan
from perfkit.workload.events import run_of
from perfkit.workload.recording import Recording, Run


def read_script(text: str) -> Recording:
    """The statements of a script in their order; what is none to look at (SET, temporary tables) is its setup.

    Times are not known. UsageError and UnsafeStatement say what a script may not hold.
    """
    runs: list[Run] = []
    before: list[SetupStatement] = []
    prepares: dict[str, Prepared] = {}
    place = 0
    for piece in split_statements(text):
        place = text.index(piece, place)
        line = text.count("\n", 0, place) + 1
        place += len(piece)
        if prepared := read_prepared(piece):
            prepares[prepared.name] = prepared
        execution = read_execution(piece)
        if execution is not None and execution.name in prepares:
            executed = _executed(prepares[execution.name], execution, line)
            if executed is not None:
                runs.append(executed)
                continue
        run = run_of(piece, session="", line=line)
        if run is not None and run.kind != "other":
            if any(token.kind == "parameter" for token in scan(piece)):
                raise UsageError(
                    f"the statement at line {line} has parameters ($1 …), but a script gives no values: write them out"
                )
            runs.append(run)
        else:
            statement = setup_statement(piece)
            if statement.kind == "lasting":
                raise UnsafeStatement(
                    f"the statement at line {line} would change the database for good: a script is read as a session of reads"
                    " and writes; what prepares the database goes into --setup",
                    query=piece,
                )
            before.append(statement)
    if not runs:
        raise UsageError("the script holds no SELECT, INSERT, UPDATE, DELETE or MERGE to look at")
    return Recording(source="script", runs=tuple(runs), setup=SessionSetup(statements=tuple(before)))


def _executed(prepared: Prepared, execution: Execution, line: int) -> Run | None:
    """An EXECUTE as a run of the prepared statement; None where a value is more than a constant, so that only the server
    knows it."""
    values: list[str | None] = []
    for argument in execution.arguments:
        tokens = scan(argument)
        if len(tokens) != 1 or not (
            tokens[0].kind in ("number", "string") or tokens[0].is_word("null", "true", "false")
        ):
            return None
        text = tokens[0].text
        is_plain = text.startswith("'")
        values.append(
            None if tokens[0].is_word("null") else text[1:-1].replace("''", "'") if is_plain else text
        )
    return run_of(prepared.text, session="", line=line, parameters=tuple(values))
