"""The magics in a real IPython shell: reading their lines, showing errors, and working on a real server."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from perfkit.capture.values import Capture
from perfkit.change_trial import ChangeTrial
from perfkit.comparison import Comparison
from perfkit.db.session import Session
from perfkit.db.target import Target
from perfkit.errors import CaptureError, ServerError, UsageError, picture_of
from perfkit.findings.finding import Finding
from perfkit.findings.page import Page
from perfkit.index_advice import IndexAdvice
from perfkit.investigation import Investigation
from perfkit.jupyter.magics import PerfkitMagics
from perfkit.jupyter.order import read_order
from perfkit.jupyter.verbs import EXPLAIN, VERBS
from perfkit.lab import Lab

TAKES = {"params": True, "runs": True, "allow-writes": False}


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    """A shell of its own with the extension loaded."""
    made = InteractiveShell(colors="nocolor")
    made.run_line_magic("load_ext", "perfkit")
    yield made
    assert made.history_manager is not None
    made.history_manager.end_session()


def magics(shell: InteractiveShell) -> PerfkitMagics:
    found = shell.magics_manager.registry["PerfkitMagics"]
    assert isinstance(found, PerfkitMagics)
    return found


@pytest.mark.parametrize(
    ("line", "name", "options", "rest"),
    [
        ("select 1", None, {}, "select 1"),
        ("slow << select 1", "slow", {}, "select 1"),
        ("slow<<select 1 << 2", "slow", {}, "select 1 << 2"),
        ("--runs 9 slow << select 1", "slow", {"runs": "9"}, "select 1"),
        ("--runs=9 --allow-writes delete from t", None, {"runs": "9", "allow-writes": True}, "delete from t"),
        ('--params [1, "a b", null] select $1', None, {"params": '[1, "a b", null]'}, "select $1"),
        ("--params '[1, 2]' select $1", None, {"params": "[1, 2]"}, "select $1"),
        ("--params ids select $1", None, {"params": "ids"}, "select $1"),
        ("-- a comment of SQL", None, {}, "-- a comment of SQL"),
        ("select 1 --runs 9", None, {}, "select 1 --runs 9"),
        ("", None, {}, ""),
    ],
)
def test_lines_are_taken_apart(line: str, name: str | None, options: dict[str, Any], rest: str) -> None:
    order = read_order(line, TAKES)
    assert (order.name, order.options, order.rest) == (name, options, rest)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("--rnus 9 select 1", "there is no option --rnus; there are --params, --runs, --allow-writes"),
        ("--runs", "--runs needs a value"),
        ("--params [1, select $1", "--params holds no list: [1, select $1"),
    ],
)
def test_lines_that_make_no_sense(line: str, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_order(line, TAKES)
    assert says in str(caught.value)


def test_a_mark_stands_below_the_fault() -> None:
    """In the line that PostgreSQL points at, tabs kept so that the mark meets the place."""
    query = "select 1,\n\tnope\nfrom t"
    lines = picture_of(CaptureError("no column nope", query=query, position=query.index("nope") + 1))
    assert [line.replace("\x1b[31m", "").replace("\x1b[0m", "").replace("\x1b[1m", "") for line in lines] == [
        "perfkit: no column nope",
        "\tnope",
        "\t^",
    ]
    assert len(picture_of(CaptureError("no place is known", query=query))) == 1


def test_an_error_is_shown_as_one_sentence(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    """No traceback, yet the cell has failed, and the error is perfkit's own."""
    result = shell.run_cell("%explain")
    assert isinstance(result.error_in_exec, UsageError)
    said = capsys.readouterr().out.strip()
    assert "explain needs a statement; see %perfkit help" in said
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        (
            "%perfkit frobnicate",
            "%perfkit does not know 'frobnicate'; it does connect, investigate, workload, advise, explain-finding and help",
        ),
        ("%%explain select 1\nselect 2", "goes into the lines below %%explain, not beside it: select 1"),
        ("%perfkit connect a b", "takes one DSN"),
        ("%perfkit connect 'unclosed", "cannot read its arguments"),
        ("%perfkit connect --scale much --dataset tracker", "--scale takes a number, got much"),
        ("%perfkit investigate", "investigate needs a statement"),
        ("%explain --diff slow select 1", "--diff names slow, which is no variable here"),
        ("%explain --diff shell_list select 1", "a list holds no plan to compare"),
        ("%explain --as 'a b' select 1", "--as needs the name of a variable, got a b"),
        ("%explain --params nope select $1", "--params takes a list or the name of a variable"),
        ("%explain --params [nope] select $1", "--params names nope, which is no variable here"),
        ("%explain --params [1+x] select $1", "got 1 + x; give it a name first"),
        ("%explain --params customer select $1", "got a int; write [customer] for one value"),
        ("%explain --try 'set jit = off' --diff shell_list select 1", "do not go together"),
        ("%perfkit kept << help", "gives nothing to keep under a name"),
        ("%%perfkit workload\nselect 1", "takes no lines below it"),
        ("%perfkit workload --top many /tmp", "--top takes a number, got many"),
    ],
)
def test_wrong_use_is_told(shell: InteractiveShell, cell: str, says: str) -> None:
    shell.user_ns.update(customer=42, shell_list=[])
    error = shell.run_cell(cell).error_in_exec
    assert isinstance(error, UsageError)
    assert says in str(error)


def test_help_is_a_table_of_every_verb_and_option(shell: InteractiveShell) -> None:
    bundle = shell.run_cell("%perfkit help").result._repr_mimebundle_()
    for verb in (EXPLAIN, *VERBS.values()):
        words = [verb.usage.split(" SELECT")[0], *(f"--{name}" for name in verb.options)]
        assert all(word in bundle["text/plain"] and word in bundle["text/html"] for word in words)
    assert "<table" in bundle["text/html"]


@pytest.mark.parametrize("magic", ["explain", "perfkit"])
def test_help_on_a_magic_tells_how_to_use_it(shell: InteractiveShell, magic: str) -> None:
    """What ``%explain?`` shows: lines to copy and every option, not a reference to elsewhere."""
    said = shell.object_inspect(f"%{magic}")["docstring"]
    assert f"%{magic} " in said
    assert f"%%{magic} " in said
    assert all(word in said for word in ("<<", "--params", "--runs", "--allow-writes"))


@pytest.mark.parametrize(
    ("typed", "offers"),
    [
        ("%perfkit ", {"connect", "investigate", "help"}),
        ("%perfkit in", {"investigate"}),
        ("%perfkit explain-finding sort", {"sort-spill"}),
        ("%perfkit connect --s", {"--scale", "--scratch", "--statement-timeout"}),
        ("%%perfkit investigate --", {"--params", "--runs", "--allow-writes", "--as"}),
        ("%explain --runs 9 --", {"--params", "--allow-writes", "--as", "--diff", "--try"}),
        ("kept = %explain --r", {"--runs"}),
        ("%ex", {"%explain", "%%explain"}),
    ],
)
def test_tab_offers_verbs_and_options(shell: InteractiveShell, typed: str, offers: set[str]) -> None:
    """And none of Python's names, which mean nothing on these lines."""
    from IPython.core.completer import provisionalcompleter

    with provisionalcompleter():
        found = list(shell.Completer.completions(typed, len(typed)))
    assert {one.text for one in found} & {*offers, "range", "in", "--range"} == offers
    assert all(typed[one.start : one.end] == typed.split(" ")[-1] for one in found)


def test_a_tuple_of_values_is_shown_as_they_are(shell: InteractiveShell) -> None:
    """As ``found.findings`` is; what Python shows of other tuples stays as it was."""
    finding = Finding(id="sort-spills-to-disk", severity="warning", title="a sort spills")
    assert shell.display_formatter is not None
    shown, _ = shell.display_formatter.format((finding, finding))
    assert shown["text/html"].count("a sort spills") == 2
    assert "Finding(" not in shown["text/plain"]
    for other in ((), (1, finding), ("a", 2)):
        shown, _ = shell.display_formatter.format(other)
        assert set(shown) == {"text/plain"}
    assert shown["text/plain"] == "('a', 2)"
    within, _ = shell.display_formatter.format([(finding,)])
    assert within["text/plain"].startswith("[(Finding(")


def test_explain_finding_shows_its_page(shell: InteractiveShell) -> None:
    page = shell.run_cell("%perfkit explain-finding sort-spill").result
    assert isinstance(page, Page)
    assert page.title in page._repr_mimebundle_()["text/markdown"]
    error = shell.run_cell("%perfkit explain-finding sort-spil").error_in_exec
    assert isinstance(error, UsageError)
    assert "sort-spill" in str(error)


def test_a_server_that_cannot_be_reached(shell: InteractiveShell) -> None:
    error = shell.run_cell("%perfkit connect host=/nowhere dbname=shop password=hunter2").error_in_exec
    assert isinstance(error, ServerError)
    assert "database shop on /nowhere" in str(error)
    assert "hunter2" not in str(error)
    assert magics(shell).lab is None


def test_beside_a_connected_jupysql(shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its %sql stays, its connection is not borrowed, and no other database is taken in its place."""
    shell.register_magic_function(lambda line: "theirs", magic_name="sql")
    module = ModuleType("sql.connection")
    current = SimpleNamespace(url="postgresql+psycopg://ann:hunter2@db.example:5432/shop?sslmode=require")
    module.ConnectionManager = SimpleNamespace(current=current)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "sql.connection", module)
    error = shell.run_cell("%explain select 1").error_in_exec
    assert isinstance(error, UsageError)
    assert str(error).startswith("%sql is connected to database shop on db.example, and perfkit opens")
    assert "hunter2" not in str(error)
    assert shell.run_line_magic("sql", "") == "theirs"


@pytest.mark.server
class TestOnAServer:
    @pytest.fixture
    def connected(self, shell: InteractiveShell, target: Target) -> InteractiveShell:
        result = shell.run_cell(f"%perfkit connect --scratch {target.conninfo}")
        assert result.success
        return shell

    def test_explain_in_a_line_and_in_a_cell(self, connected: InteractiveShell) -> None:
        for cell in (
            "%explain --runs 1 select relname from pg_class",
            "%%explain --runs 1\nselect relname\nfrom pg_class",
        ):
            result = connected.run_cell(cell)
            assert isinstance(result.result, Capture)
            assert len(result.result.samples.values) == 1

    def test_the_result_goes_under_a_name(self, connected: InteractiveShell) -> None:
        result = connected.run_cell("%explain --runs 1 kept << select relname from pg_class")
        assert result.result is None
        assert isinstance(connected.user_ns["kept"], Capture)
        connected.run_cell("also = %explain --runs 1 select 1")
        assert isinstance(connected.user_ns["also"], Capture)

    def test_parameters_reach_the_server_as_they_are(self, connected: InteractiveShell) -> None:
        """$1 and braces belong to the statement; IPython expands neither."""
        sql = "select relname from pg_class where oid = $1 or relname = any($2)"
        connected.user_ns["values"] = [1259, "{pg_class,x}"]
        for given in ('[1259, "{pg_class,x}"]', "values"):
            found = connected.run_cell(f"%explain --runs 1 --params {given} {sql}").result
            assert isinstance(found, Capture)
            assert found.query.text == sql
            assert found.query.parameters == ("1259", "{pg_class,x}")

    def test_values_may_be_variables(self, connected: InteractiveShell) -> None:
        connected.user_ns["wanted"] = 1259
        found = connected.run_cell(
            "%explain --runs 1 --params [wanted, null] select relname from pg_class where oid = $1 or relname = $2"
        ).result
        assert found.query.parameters == ("1259", None)

    def test_a_result_is_kept_and_shown(self, connected: InteractiveShell) -> None:
        result = connected.run_cell("%explain --runs 1 --as kept select 1").result
        assert isinstance(result, Capture)
        assert connected.user_ns["kept"] is result

    def test_a_capture_is_compared_with_a_kept_one(self, connected: InteractiveShell) -> None:
        connected.run_cell("%explain --runs 1 slow << select count(*) from pg_class")
        result = connected.run_cell(
            "%%explain --runs 1 --diff slow\nselect count(*) from pg_class limit 1"
        ).result
        assert isinstance(result, Comparison)
        assert result.earlier.capture is connected.user_ns["slow"]

    def test_a_change_is_tried(self, connected: InteractiveShell) -> None:
        cell = "%%explain --runs 1 --try 'set enable_seqscan = off' tried <<\nselect count(*) from pg_class"
        assert connected.run_cell(cell).success
        assert isinstance(connected.user_ns["tried"], ChangeTrial)
        error = connected.run_cell("%explain --try 'drop table t' select 1").error_in_exec
        assert isinstance(error, UsageError)
        assert "only CREATE INDEX and SET can be tried" in str(error)

    def test_a_workload_is_ranked_and_advised(self, connected: InteractiveShell, tmp_path: Path) -> None:
        (tmp_path / "one.sql").write_text(
            "select relname from pg_class where relkind = 'r'", encoding="utf-8"
        )
        (tmp_path / "two.sql").write_text("select count(*) from pg_class", encoding="utf-8")
        found = connected.run_cell(f"%perfkit workload --top 1 {tmp_path}").result
        assert len(found.queries) == 1
        connected.run_cell(f"%perfkit kept << workload {tmp_path}")
        result = connected.run_cell("%perfkit advise --seconds 5 --storage-mb 10 kept")
        assert isinstance(result.result, IndexAdvice)

    def test_a_fault_in_the_statement(
        self, connected: InteractiveShell, capsys: pytest.CaptureFixture[str]
    ) -> None:
        error = connected.run_cell("%%explain\nselect relname,\n       nope\nfrom pg_class").error_in_exec
        assert isinstance(error, CaptureError)
        said = capsys.readouterr().out.rstrip().splitlines()
        assert said[-2] == "       nope"
        assert said[-1].replace("\x1b[31m", "").replace("\x1b[0m", "") == "       ^"
        assert "Traceback" not in "\n".join(said)

    def test_investigate(self, connected: InteractiveShell) -> None:
        cell = (
            "%%perfkit investigate --runs 2 found <<\nselect relname from pg_class where relname like 'pg%'"
        )
        assert connected.run_cell(cell).success
        assert isinstance(connected.user_ns["found"], Investigation)

    def test_an_interrupted_statement_ends_here_and_there(
        self, connected: InteractiveShell, target: Target, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """One sentence instead of the driver's traceback, and the server has stopped."""
        # Asleep for a while: the driver is surely waiting by then, not still sending.
        running = (
            "select pid from pg_stat_activity where application_name = 'perfkit capture' and wait_event = 'PgSleep' "
            "and clock_timestamp() - query_start > interval '0.2 s'"
        )

        def interrupt_once_it_runs() -> None:
            with Session.open(target, purpose="watch") as session:
                for _ in range(3000):
                    if session.rows(running):
                        os.kill(os.getpid(), signal.SIGINT)
                        return
                    session.rows("select pg_sleep(0.01)")

        watcher = threading.Thread(target=interrupt_once_it_runs)
        watcher.start()
        error = connected.run_cell("%explain slow << select pg_sleep(50)").error_in_exec
        watcher.join()
        assert isinstance(error, KeyboardInterrupt)
        assert (
            capsys.readouterr()
            .out.strip()
            .endswith("interrupted; nothing is left running on the server\x1b[0m")
        )
        assert "slow" not in connected.user_ns
        with Session.open(target) as session:
            assert session.rows(running) == []

    def test_the_variable_lab_is_taken_when_nothing_is_connected(
        self, shell: InteractiveShell, target: Target, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """A notebook that called ``perfkit.connect`` goes on with the same database, whatever the default is."""
        shell.user_ns["lab"] = Lab(target)
        result = shell.run_cell("%explain --runs 1 select application_name from pg_stat_activity")
        assert isinstance(result.result, Capture)
        assert magics(shell).lab is None
        assert "perfkit: on" not in capsys.readouterr().out
