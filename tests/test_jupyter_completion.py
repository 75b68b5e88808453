"""Tab within the magics: names of the database where the statement takes them; never an error, never a wait."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
from scratch import scratch_database

from perfkit.db.names import NamedRelation
from perfkit.db.target import Target
from perfkit.jupyter.completion import Completer
from perfkit.jupyter.sql_names import fitting_names
from perfkit.lab import Lab

RELATIONS = (
    NamedRelation(schema="public", name="issues", is_visible=True, columns=("id", "title", "Author")),
    NamedRelation(schema="public", name="Order", is_visible=True, columns=("issue_id", "price")),
    NamedRelation(schema="archive", name="issues", is_visible=False, columns=("id", "closed_at")),
    NamedRelation(schema="pg_catalog", name="pg_class", is_visible=True, columns=("oid", "relname")),
)


@pytest.mark.parametrize(
    ("typed", "offers"),
    [
        ("select * from |", ["issues", '"Order"', "archive.issues"]),
        ("select * from is|", ["issues"]),
        ("select * from pg_|", ["pg_class"]),
        ("select * from archive.|", ["issues"]),
        ('select * from issues join "O|', ['"Order"']),
        ("select | from issues", ["id", "title", '"Author"', "issues", '"Order"', "archive.issues"]),
        ("select i.| from issues as i", ["id", "title", '"Author"']),
        ("select a.| from archive.issues a", ["id", "closed_at"]),
        ('select o.p| from "Order" as o, issues i', ["price"]),
        ("select title from issues where t|", ["title"]),
        ("update issues set ti|", ["title"]),
        ("select I.ti| from issues i", ["title"]),
        ("select 'is|'", []),
        ("select 1 -- is|", []),
        ("select /* is|", []),
        ("select nothing.| from issues", []),
    ],
)
def test_names_fit_their_place(typed: str, offers: list[str]) -> None:
    before, _, after = typed.partition("|")
    assert [one.text for one in fitting_names(before, after, RELATIONS)] == offers


SNIPPETS = ("%explain ", "%%explain\n", "%%perfkit investigate\n", "%perfkit connect ", "--try '", "x << ", "select ", "from issues i ",
    "i.", "'", '"', "$$", "/*", "--", "[", ",", "\n", "--params [", "as ", "é", ".")  # fmt: skip


@given(
    st.lists(st.sampled_from(SNIPPETS) | st.text("a1 _%-'\"\n.", max_size=5), max_size=8).map("".join),
    st.integers(0, 60),
)
def test_any_text_is_completed_without_an_error(text: str, cursor: int) -> None:
    completer = Completer(lambda: None, {"kept": RELATIONS})
    before = text[:cursor]
    offers, word = completer.complete(text.split("\n"), before.count("\n"), len(before.rpartition("\n")[2]))
    assert word is None or before.endswith(word)
    assert isinstance(fitting_names(before, text[cursor:], RELATIONS), list)
    assert word is not None or offers == []


def offered(shell: InteractiveShell, text: str) -> list[str]:
    """What IPython offers at the end of the text, as the kernel asks it."""
    with provisionalcompleter():
        return [one.text for one in shell.Completer.completions(text, len(text))]


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    made = InteractiveShell(colors="nocolor")
    made.run_line_magic("load_ext", "perfkit")
    yield made
    assert made.history_manager is not None
    made.history_manager.end_session()


@pytest.fixture(scope="module")
def library(target: Target) -> Iterator[Target]:
    with scratch_database(
        target, "library", ["create table shelves (shelf_id int, room text)", "create schema annex"]
    ) as place:
        yield place


@pytest.mark.server
def test_the_names_of_the_connected_database(shell: InteractiveShell, library: Target) -> None:
    shell.user_ns["lab"] = Lab(library)
    for text in (
        "%explain select * from sh",
        "%%explain --runs 1\nselect *\nfrom sh",
        "%%perfkit investigate\nselect * from sh",
        "kept = %explain select * from sh",
    ):
        assert offered(shell, text) == ["shelves"]
    assert offered(shell, "%%explain\nselect s.\nfrom shelves as s"[:19]) == []
    assert offered(shell, "%explain select * from shelves as s where s.") == ["shelf_id", "room"]


def test_values_of_options(shell: InteractiveShell) -> None:
    from perfkit.plan import parse_plan

    shell.user_ns["slow"] = parse_plan("Seq Scan on t  (cost=0.0..1.0 rows=10 width=8)")
    shell.user_ns["ids"] = [1, 2]
    assert offered(shell, "%explain --diff ") == ["slow"]
    assert offered(shell, "%explain --params i") == ["ids"]
    assert "tracker" in offered(shell, "%perfkit connect --dataset ")


def test_a_server_that_cannot_be_reached_gives_no_names(shell: InteractiveShell) -> None:
    shell.user_ns["lab"] = Lab(Target(conninfo="host=/nowhere dbname=shop"))
    assert "shelves" not in offered(shell, "%explain select * from sh")


def test_nothing_is_started_to_complete(shell: InteractiveShell) -> None:
    """Without a lab no server is asked, and the default one stays as it is."""
    assert "shelves" not in offered(shell, "%explain select * from sh")
    assert shell.magics_manager.registry["PerfkitMagics"].lab is None


def test_python_is_left_alone(shell: InteractiveShell) -> None:
    assert "print" in offered(shell, "pri")
