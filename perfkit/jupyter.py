"""Magics for notebooks and IPython: %explain, %%explain and %perfkit. Only home of IPython.

``%load_ext perfkit`` brings them. They do what the methods of ``Lab`` do; in notebooks that are to be run as reports,
call those instead.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

from IPython.core.magic import Magics, line_cell_magic, magics_class, no_var_expand

from perfkit.errors import CaptureError, PerfkitError, UsageError

if TYPE_CHECKING:
    from perfkit.lab import Lab

HELP = """\
%explain SELECT …                 run the statement and show how PostgreSQL runs it
%%explain                         the same, the statement in the lines below
%perfkit investigate SELECT …     say why it is slow and prove what cures it; %%perfkit investigate for several lines
name << …                         before the statement, or on the first line of a cell: keep the result under that name
--params '[42, "open"]'           values of $1, $2, …: a JSON list, or the name of a variable that holds one
--runs 9                          timed executions (5)
--allow-writes                    let INSERT, UPDATE, DELETE and MERGE run; each run is rolled back

%perfkit connect                  the database that PERFKIT_DSN or libpq's environment names, else the embedded server
%perfkit connect DSN              a libpq string or URI; --scratch: it may be changed; --statement-timeout SECONDS (60)
%perfkit connect --dataset tracker --scale 0.1
%perfkit help"""

_NAMED = re.compile(r"\s*([A-Za-z_]\w*)\s*<<(?!<)\s*")
_OPTION = re.compile(r"\s*--([a-z][a-z-]*)(?:=|\s+|$)")
_RED, _BOLD, _PLAIN = "\x1b[31m", "\x1b[1m", "\x1b[0m"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a magic's line asks for."""

    name: str | None
    """Variable that keeps the result; None shows it."""
    options: Mapping[str, str | bool]
    rest: str


def read_order(line: str, takes: Mapping[str, bool]) -> Order:
    """Take a line apart: ``name <<``, then options, then the rest as it stands. ``takes`` says of each option whether
    it has a value. An option's value may be quoted.

    >>> read_order("slow << --runs 9 select 1", {"runs": True})
    Order(name='slow', options={'runs': '9'}, rest='select 1')
    """
    name = None
    options: dict[str, str | bool] = {}
    while True:
        if name is None and (named := _NAMED.match(line)):
            name, line = named.group(1), line[named.end() :]
            continue
        option = _OPTION.match(line)
        # -- also begins an SQL comment, but there no name follows at once that is an option's
        if not option or (option.group(1) not in takes and line.lstrip().startswith("-- ")):
            return Order(name=name, options=options, rest=line.strip())
        if option.group(1) not in takes:
            raise UsageError(
                f"there is no option --{option.group(1)}; there are {_listed(takes)}; see %perfkit help"
            )
        line = line[option.end() :]
        options[option.group(1)] = True
        if takes[option.group(1)]:
            options[option.group(1)], line = _value(option.group(1), line)


def _value(option: str, line: str) -> tuple[str, str]:
    """An option's value and what follows it: a quoted text, a JSON list, or a word."""
    line = line.lstrip()
    if line.startswith("["):
        try:
            _, end = json.JSONDecoder().raw_decode(line)
        except ValueError:
            raise UsageError(f"--{option} holds no JSON list: {line}") from None
        return line[:end], line[end:]
    match = re.match(r"""'[^']*'|"[^"]*"|\S+""", line)
    if not match:
        raise UsageError(f"--{option} needs a value")
    word = match.group()
    return (word[1:-1] if word[0] in "'\"" else word), line[match.end() :]


def _listed(takes: Mapping[str, bool]) -> str:
    return ", ".join(f"--{name}" for name in takes)


_MEASURE = {"params": True, "runs": True, "allow-writes": False}
_CONNECT = {"dataset": True, "scale": True, "scratch": False, "statement-timeout": True}


def in_one_sentence(magic: Callable[..., Any]) -> Callable[..., Any]:
    """Show perfkit's own errors as a sentence, with a mark below the place in the SQL, where a traceback would stand."""

    @wraps(magic)
    def run(*arguments: Any, **named: Any) -> Any:
        try:
            return magic(*arguments, **named)
        except PerfkitError as error:
            picture = picture_of(error)
            error._render_traceback_ = lambda: picture  # type: ignore[attr-defined]
            raise

    return run


def picture_of(error: PerfkitError) -> list[str]:
    """The error as lines for a terminal or a notebook: one red sentence, and where the fault stands.

    >>> picture_of(CaptureError("no such column", query="select a,\\n  b from t", position=13))[1:]
    ['  b from t', '  \\x1b[31m^\\x1b[0m']
    """
    lines = [f"{_RED}{_BOLD}perfkit: {error}{_PLAIN}"]
    if isinstance(error, CaptureError) and error.query and error.position:
        before = error.query[: error.position - 1]
        start = before.rfind("\n") + 1
        end = error.query.find("\n", start)
        line = error.query[start : end if end >= 0 else None]
        margin = "".join("\t" if character == "\t" else " " for character in before[start:])
        lines += [line, f"{margin}{_RED}^{_PLAIN}"]
    return lines


@magics_class
class PerfkitMagics(Magics):
    """The magics, and the lab they work on."""

    lab: Lab | None = None

    @no_var_expand  # $1 is a parameter, {…} an array
    @line_cell_magic
    @in_one_sentence
    def explain(self, line: str, cell: str | None = None) -> object:
        """Run a statement and show how PostgreSQL runs it; see %perfkit help."""
        return self._measure("explain", line, cell)

    @no_var_expand
    @line_cell_magic
    @in_one_sentence
    def perfkit(self, line: str, cell: str | None = None) -> object:
        """connect, investigate, help; see %perfkit help."""
        named = _NAMED.match(line)
        prefix, line = (named.group(), line[named.end() :]) if named else ("", line)
        verb, _, rest = line.strip().partition(" ")
        if verb == "investigate":
            return self._measure("investigate", f"{prefix}{rest}", cell)
        if verb == "connect" and cell is None and not named:
            return self._connect(rest)
        if verb in ("help", ""):
            print(HELP)  # noqa: T201 – the notebook is where this magic speaks
            return None
        raise UsageError(f"%perfkit does not know {verb!r}; it does connect, investigate and help")

    def _connect(self, line: str) -> Lab:
        from perfkit.lab import connect

        order = read_order(line, _CONNECT)
        try:
            words = shlex.split(order.rest)
        except ValueError as error:
            raise UsageError(f"%perfkit connect cannot read its arguments: {error}") from None
        if len(words) > 1 and not all("=" in word for word in words):
            raise UsageError("%perfkit connect takes one DSN, and options before it; see %perfkit help")
        options = order.options
        self.lab = connect(
            (order.rest if len(words) > 1 else words[0]) if words else None,
            dataset=str(options["dataset"]) if "dataset" in options else None,
            scale=_number("scale", options, float, None),
            scratch="scratch" in options,
            statement_timeout=_number("statement-timeout", options, float, 60.0),
        )
        return self.lab

    def _measure(self, verb: str, line: str, cell: str | None) -> object:
        order = read_order(line, _MEASURE)
        if cell is not None and order.rest:
            raise UsageError(f"the statement goes into the lines below %%{verb}, not beside it: {order.rest}")
        sql = order.rest if cell is None else cell
        if not sql.strip():
            raise UsageError(f"{verb} needs a statement; see %perfkit help")
        if self.lab is None:
            self._connect("")
        options: dict[str, Any] = {"allow_writes": "allow-writes" in order.options}
        runs = _number("runs", order.options, int, None)
        if runs is not None:
            options["runs"] = runs
        found = getattr(self.lab, verb)(sql, self._params(order.options.get("params")), **options)
        if order.name is None:
            return found
        self._names[order.name] = found
        return None

    @property
    def _names(self) -> dict[str, Any]:
        """The notebook's variables."""
        assert self.shell is not None
        names: dict[str, Any] = self.shell.user_ns
        return names

    def _params(self, given: str | bool | None) -> Sequence[object]:
        """Values of $1 …: a JSON list, or what the variable of that name holds."""
        if given is None:
            return ()
        text = str(given)
        if text.isidentifier() and text in self._names:
            values = self._names[text]
        else:
            try:
                values = json.loads(text)
            except ValueError:
                raise UsageError(
                    f"--params takes a JSON list or the name of a variable, got {text}"
                ) from None
        if not isinstance(values, list | tuple):
            raise UsageError(f"--params needs a list of values, got a {type(values).__name__}")
        return values


def _number(name: str, options: Mapping[str, str | bool], kind: Callable[[str], Any], default: Any) -> Any:
    if name not in options:
        return default
    try:
        return kind(str(options[name]))
    except ValueError:
        raise UsageError(f"--{name} takes a number, got {options[name]}") from None


def load(shell: Any) -> None:
    """Register the magics in an IPython shell."""
    shell.register_magics(PerfkitMagics)
