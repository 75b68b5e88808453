"""The magics %explain, %%explain and %perfkit."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from IPython.core.magic import Magics, line_cell_magic, magics_class, no_var_expand

from perfkit.errors import UsageError
from perfkit.jupyter.beside_sql import refuse_to_guess
from perfkit.jupyter.order import NAMED, Order, number, read_order, values_of
from perfkit.jupyter.sentence import in_one_sentence
from perfkit.jupyter.verbs import EXPLAIN, VERBS, Verb

if TYPE_CHECKING:
    from perfkit.lab import Lab

_MB = 1024**2


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
          name <<                    keep the result under that name instead of showing it
          --as name                  keep it and show it
          --params '[42, customer]'  values of $1, $2, …: values and variables, or a variable that holds a list
          --runs 9                   timed executions (5)
          --allow-writes             let INSERT, UPDATE, DELETE and MERGE run; each run is rolled back
          --diff name                compare with the capture, plan or investigation in that variable
          --try 'CREATE INDEX …'     run it with and without that index, or SET; nothing of it stays

        The database: that of %perfkit connect, else of the variable lab; see %perfkit help.
        """
        order = _read(line, EXPLAIN)
        earlier, change = order.options.get("diff"), order.options.get("try")
        if earlier is not None and change is not None:
            raise UsageError(
                "--diff and --try do not go together: --try compares with and without the change by itself"
            )
        if change is not None:
            return self._kept(order, self._measured(order, "try", cell, change=str(change)))
        if earlier is None:
            return self._kept(order, self._measured(order, "explain", cell))
        before = self._variable("diff", str(earlier))
        from perfkit.comparison.observed import observed

        observed(before)  # says that it holds no plan before the statement is run
        return self._kept(order, self._measured(order, "explain", cell, earlier=before))

    @no_var_expand
    @line_cell_magic
    @in_one_sentence
    def perfkit(self, line: str, cell: str | None = None) -> object:
        """Connect to a database, find out why a statement is slow, or which indexes a workload should have.

        %perfkit connect DSN [--scratch] [--statement-timeout SECONDS]
        %perfkit connect --dataset tracker [--scale 0.1]
        %perfkit investigate SELECT …
        %%perfkit investigate with the statement in the lines below
        %perfkit workload PATH [--top N]
        %perfkit advise PATH [--seconds N] [--storage-mb N]
        %perfkit explain-finding ID
        %perfkit help

        investigate takes what %explain takes: name <<, --as, --params, --runs, --allow-writes.
        """
        named = NAMED.match(line)
        prefix, line = (named.group(), line[named.end() :]) if named else ("", line)
        verb, _, rest = line.strip().partition(" ")
        if verb not in VERBS and verb:
            *others, last = VERBS
            raise UsageError(f"%perfkit does not know {verb!r}; it does {', '.join(others)} and {last}")
        if verb == "investigate":
            order = _read(f"{prefix}{rest}", VERBS[verb])
            return self._kept(order, self._measured(order, verb, cell))
        if cell is not None:
            raise UsageError(f"%perfkit {verb or 'help'} takes no lines below it: write it with one % sign")
        if verb in ("workload", "advise"):
            order = _read(f"{prefix}{rest}", VERBS[verb])
            return self._kept(order, self._workload(order) if verb == "workload" else self._advise(order))
        if named:
            raise UsageError(f"%perfkit {verb or 'help'} gives nothing to keep under a name")
        if verb == "connect":
            return self._connect(rest)
        if verb == "explain-finding":
            from perfkit.findings.page import page_of

            return page_of(rest.strip())
        from perfkit.jupyter.help import Help

        return Help()

    def lab_at_hand(self) -> Lab | None:
        """What %perfkit connect opened, else what the variable ``lab`` holds; None where neither is there."""
        from perfkit.lab import Lab

        its = self._names.get("lab")
        return self.lab if self.lab is not None else its if isinstance(its, Lab) else None

    def _lab(self) -> Lab:
        """The lab at hand, else one on the default database: that is told, because nobody has named it."""
        from perfkit.db.target import conninfo_from_environment

        lab = self.lab_at_hand()
        if lab is None:
            if conninfo_from_environment() is None:
                refuse_to_guess(self.shell)
            lab = self._connect("")
            say(f"on {lab.target}")
        return lab

    def _connect(self, line: str) -> Lab:
        from perfkit.lab import connect

        order = read_order(line, VERBS["connect"].takes)
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
            scale=number("scale", options, float, None),
            scratch="scratch" in options,
            statement_timeout=number("statement-timeout", options, float, 60.0),
        )
        return self.lab

    def _measured(
        self, order: Order, verb: str, cell: str | None, *, earlier: Any = None, change: str = ""
    ) -> object:
        """Run the statement for %explain or investigate; with ``earlier`` what changed since."""
        magic = "%%perfkit investigate" if verb == "investigate" else "%%explain"
        if cell is not None and order.rest:
            raise UsageError(f"the statement goes into the lines below {magic}, not beside it: {order.rest}")
        sql = order.rest if cell is None else cell
        if not sql.strip():
            raise UsageError(f"{magic.lstrip('%')} needs a statement; see %perfkit help")
        given = order.options.get("params")
        params = values_of(str(given), self._names) if given is not None else ()
        options: dict[str, Any] = {"allow_writes": "allow-writes" in order.options}
        runs = number("runs", order.options, int, None)
        if runs is not None:
            options["runs"] = runs
        lab = self._lab()
        if verb == "try":
            return lab.try_change(sql, change, params, **options)
        if verb == "investigate":
            return lab.investigate(sql, params, **options)
        capture = lab.explain(sql, params, **options)
        if earlier is None:
            return capture
        from perfkit.comparison import diff

        return diff(earlier, capture)

    def _workload(self, order: Order) -> object:
        from perfkit.workload.queries import ranked

        top = number("top", order.options, int, None)
        return ranked(self._lab().workload(order.rest or None), top)

    def _advise(self, order: Order) -> object:
        from perfkit.index_advice import DEFAULT_SECONDS, Wishes
        from perfkit.workload.queries import Workload

        given = self._names.get(order.rest)
        room = number("storage-mb", order.options, float, None)
        seconds = number("seconds", order.options, float, DEFAULT_SECONDS)
        return self._lab().advise(
            given if isinstance(given, Workload) else order.rest or None,
            wishes=Wishes(most_bytes=None if room is None else round(room * _MB)),
            seconds=seconds,
        )

    def _kept(self, order: Order, found: object) -> object:
        """The result under its name, and for ``--as`` also to be shown."""
        name = order.options.get("as", order.name)
        if name is None:
            return found
        self._names[str(name)] = found
        if "as" in order.options:
            return found
        if interrupted := getattr(found, "interrupted", None):
            say(f"{interrupted}; {name} keeps what was measured until then")
        return None

    def _variable(self, option: str, name: str) -> Any:
        if name not in self._names:
            raise UsageError(
                f"--{option} names {name}, which is no variable here; keep a capture first: %explain {name} << SELECT …"
                if name.isidentifier()
                else f"--{option} needs the name of a variable, got {name}"
            )
        return self._names[name]

    @property
    def _names(self) -> dict[str, Any]:
        """The notebook's variables."""
        assert self.shell is not None
        names: dict[str, Any] = self.shell.user_ns
        return names


def _read(line: str, verb: Verb) -> Order:
    """The line's order; a name that none can bear is told before anything is run."""
    order = read_order(line, verb.takes)
    name = order.options.get("as")
    if name is not None and not str(name).isidentifier():
        raise UsageError(f"--as needs the name of a variable, got {name}")
    return order
