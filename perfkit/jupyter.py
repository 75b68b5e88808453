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

from IPython.core.completer import (
    CompletionContext,
    SimpleCompletion,
    SimpleMatcherResult,
    context_matcher,
)
from IPython.core.magic import Magics, line_cell_magic, magics_class, no_var_expand

from perfkit.errors import BOLD, PLAIN, RED, PerfkitError, UsageError, picture_of
from perfkit.show import Shown

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

%perfkit connect                  the database that PERFKIT_DSN or libpq's environment names, else the embedded server;
                                  left out, the magics work on the variable lab, where that is what perfkit.connect gave
%perfkit connect DSN              a libpq string or URI; --scratch: it may be changed; --statement-timeout SECONDS (60)
%perfkit connect --dataset tracker --scale 0.1
%perfkit explain-finding sort-spill   what a finding means, how it is cured, and when it is fine
%perfkit help"""

_NAMED = re.compile(r"\s*([A-Za-z_]\w*)\s*<<(?!<)\s*")
_OPTION = re.compile(r"\s*--([a-z][a-z-]*)(?:=|\s+|$)")
_MAGIC = re.compile(r"^(?:[\w ,.]+=)?\s*%%?(explain|perfkit)\s+(.*)$")


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
_VERBS = {"connect": _CONNECT, "investigate": _MEASURE, "explain-finding": {}, "help": {}}


def in_one_sentence(magic: Callable[..., Any]) -> Callable[..., Any]:
    """Show perfkit's own errors as a sentence, with a mark below the place in the SQL, where a traceback would stand.

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


def say(sentence: str) -> None:
    """A line in the cell's output, for what the user has to know and no value shows."""
    print(f"perfkit: {sentence}")  # noqa: T201 – the notebook is where magics speak


@magics_class
class PerfkitMagics(Magics):
    """The magics, and the lab they work on."""

    lab: Lab | None = None

    @no_var_expand  # $1 is a parameter, {…} an array
    @line_cell_magic
    @in_one_sentence
    def explain(self, line: str, cell: str | None = None) -> object:
        """Run a statement and show how PostgreSQL runs it.

        %explain SELECT …
        %%explain with the statement in the lines below

        Before the statement, or beside %%explain:
          name <<                  keep the capture under that name instead of showing it
          --params '[42, "open"]'  values of $1, $2, …: a JSON list, or the name of a variable that holds one
          --runs 9                 timed executions (5)
          --allow-writes           let INSERT, UPDATE, DELETE and MERGE run; each run is rolled back

        The database: that of %perfkit connect, else of the variable lab; see %perfkit help.
        """
        return self._measure("explain", line, cell)

    @no_var_expand
    @line_cell_magic
    @in_one_sentence
    def perfkit(self, line: str, cell: str | None = None) -> object:
        """Connect to a database, or find out why a statement is slow.

        %perfkit connect DSN [--scratch] [--statement-timeout SECONDS]
        %perfkit connect --dataset tracker [--scale 0.1]
        %perfkit investigate SELECT …
        %%perfkit investigate with the statement in the lines below
        %perfkit explain-finding ID
        %perfkit help

        investigate takes what %explain takes: name <<, --params, --runs, --allow-writes.
        """
        named = _NAMED.match(line)
        prefix, line = (named.group(), line[named.end() :]) if named else ("", line)
        verb, _, rest = line.strip().partition(" ")
        if verb == "investigate":
            return self._measure("investigate", f"{prefix}{rest}", cell)
        if verb == "connect" and cell is None and not named:
            return self._connect(rest)
        if verb == "explain-finding" and cell is None and not named:
            from perfkit.findings.page import page_of

            return page_of(rest.strip())
        if verb in ("help", ""):
            print(HELP)  # noqa: T201 – the notebook is where magics speak
            return None
        raise UsageError(
            f"%perfkit does not know {verb!r}; it does connect, investigate, explain-finding and help"
        )

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
        lab = self._lab()
        options: dict[str, Any] = {"allow_writes": "allow-writes" in order.options}
        runs = _number("runs", order.options, int, None)
        if runs is not None:
            options["runs"] = runs
        found = getattr(lab, verb)(sql, self._params(order.options.get("params")), **options)
        if order.name is None:
            return found
        self._names[order.name] = found
        if getattr(found, "interrupted", None):
            say(f"{found.interrupted}; {order.name} keeps what was measured until then")
        return None

    def _lab(self) -> Lab:
        """What %perfkit connect opened, else what the variable ``lab`` holds, else the default database: that is told,
        because nobody has named it."""
        from perfkit.lab import Lab

        its = self._names.get("lab")
        if self.lab is None and isinstance(its, Lab):
            return its
        if self.lab is None:
            say(f"on {self._connect('').target}")
        assert self.lab is not None
        return self.lab

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


@context_matcher()  # type: ignore[untyped-decorator]
def options_matcher(context: CompletionContext) -> SimpleMatcherResult:
    """What IPython offers on a magic's line when the user presses Tab; Python's names are out of place there."""
    line = context.line_with_cursor[: context.cursor_position]
    offers = [SimpleCompletion(text=text, type="magic") for text in complete(line)]
    return SimpleMatcherResult(completions=offers, suppress=True, matched_fragment=re.split(r"\s", line)[-1])


def complete(line: str) -> list[str]:
    """What may stand at the end of a magic's line: a verb of %perfkit, or an option before the statement.

    >>> complete("%perfkit in"), complete("%%perfkit investigate --r"), complete("x = %explain --runs 9 --p")
    (['investigate'], ['--runs'], ['--params'])
    """
    match = _MAGIC.search(line)
    if not match:
        return []
    *before, word = re.split(r"\s+", match.group(2))
    takes: Mapping[str, bool] = _MEASURE
    if match.group(1) == "perfkit":
        if not before:
            return [verb for verb in _VERBS if verb.startswith(word)]
        if before == ["explain-finding"]:
            from perfkit.findings.vocabulary import VOCABULARY

            return [id for id in VOCABULARY if id.startswith(word)]
        takes = _VERBS.get(before[0], {})
    options = [f"--{name}" for name in takes] if word.startswith("-") else []
    return [option for option in options if option.startswith(word) and option not in before]


def show_tuples_of_values(shell: Any) -> None:
    """Let a tuple of perfkit's values, as ``found.findings`` is, show itself as the values do; others as ever."""
    from perfkit.render import to_html, to_text

    plain = shell.display_formatter.formatters["text/plain"]
    usual = plain.lookup_by_type(tuple)

    def as_text(values: tuple[object, ...], printer: Any, is_cycle: bool) -> None:
        # Inside another container several lines would tear that apart.
        if _are_shown(values) and len(printer.stack) == 1:
            printer.text(to_text(values))
        else:
            usual(values, printer, is_cycle)

    plain.for_type(tuple, as_text)
    shell.display_formatter.formatters["text/html"].for_type(
        tuple, lambda values: to_html(values) if _are_shown(values) else None
    )


def _are_shown(values: tuple[object, ...]) -> bool:
    return type(values) is tuple and bool(values) and all(isinstance(value, Shown) for value in values)


def load(shell: Any) -> None:
    """Register the magics in an IPython shell, what completes their lines, and how tuples of values are shown."""
    shell.register_magics(PerfkitMagics)
    shell.Completer.custom_matchers.append(options_matcher)
    show_tuples_of_values(shell)
