"""A change that somebody asked about is tried on a real server, and nothing of it stays."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from scratch import scratch_database

from perfkit.advise.values import Advice, Rejected
from perfkit.db.session import Session
from perfkit.db.target import Target
from perfkit.errors import CaptureError, UsageError
from perfkit.lab import Lab
from perfkit.sql.asked_change import read_asked_changes

QUERY = "select count(*) from letters where sender = $1"


@pytest.mark.parametrize(
    ("text", "table", "index", "runs"),
    [
        ("create index on letters (sender)", (None, "letters"), None, "create index on letters (sender)"),
        (
            'CREATE UNIQUE INDEX CONCURRENTLY "By Sender" ON post."Letters" (sender);',
            ("post", "Letters"),
            'post."By Sender"',
            'CREATE UNIQUE INDEX "By Sender" ON post."Letters" (sender)',
        ),
        (
            "create index concurrently on only letters (sender)",
            (None, "letters"),
            None,
            "create index on only letters (sender)",
        ),
        (
            "create index if not exists s on letters (sender)",
            (None, "letters"),
            "s",
            "create index if not exists s on letters (sender)",
        ),
    ],
)
def test_an_index_is_read(text: str, table: tuple[str | None, str], index: str | None, runs: str) -> None:
    (found,) = read_asked_changes(text)
    assert (found.kind, found.table, found.index, found.sql) == ("index", table, index, runs)


@pytest.mark.parametrize("text", ["set jit = off", "SET LOCAL jit TO off", "set session jit = off"])
def test_a_setting_is_read(text: str) -> None:
    (found,) = read_asked_changes(text)
    assert found.kind == "setting"
    assert found.sql.lower().startswith("set jit ")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "there is no change to try"),
        ("drop table letters", "only CREATE INDEX and SET can be tried, got: drop table letters"),
        ("create index on letters (sender); commit", "only CREATE INDEX and SET can be tried, got: commit"),
        ("set role postgres", "only CREATE INDEX and SET can be tried"),
        ("set session authorization postgres", "only CREATE INDEX and SET can be tried"),
        ("set transaction read write", "only CREATE INDEX and SET can be tried"),
        ("create index letters_sender", "has no ON"),
        ("create index x on", "names no table after ON"),
        ("create index on letters (sender) where a = 'x", "never closed"),
    ],
)
def test_other_changes_are_refused(text: str, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_asked_changes(text)
    assert says in str(caught.value)


@pytest.fixture(scope="module")
def letters(target: Target) -> Iterator[Target]:
    """A database with one table and no index on it."""
    with scratch_database(
        target,
        "change_trial",
        [
            "create table letters as select n as id, n % 5000 as sender, repeat('x', 60) as body"
            " from generate_series(1, 100000) as n",
            "vacuum analyze letters",
        ],
    ) as place:
        yield place


@pytest.mark.server
class TestOnAServer:
    def left_behind(self, target: Target) -> list[object]:
        """Indexes of the table, and clones."""
        with Session.open(target) as session:
            rows = session.rows(
                "select indexname::text as name from pg_indexes where tablename = 'letters'"
                " union all select datname::text from pg_database where datname like 'perfkit_clone%%'"
            )
        return [row["name"] for row in rows]

    def test_an_index_that_helps(self, letters: Target) -> None:
        trial = Lab(letters).try_change(
            QUERY, "create index concurrently by_sender on letters (sender)", [7], runs=1
        )
        assert isinstance(trial.outcome, Advice)
        assert (trial.outcome.proof.level, trial.outcome.proof.verdict) == ("executed", "improves")
        assert trial.outcome.undo_sql == "DROP INDEX by_sender"
        assert trial.outcome.relation == "public.letters"
        assert trial.outcome.price.write_cost is not None
        assert "by_sender" in {node.index for node in trial.diff().diff.after.walk()}
        assert "improves" in str(trial)
        assert self.left_behind(letters) == []

    def test_an_index_that_does_not(self, letters: Target) -> None:
        trial = Lab(letters).try_change(QUERY, "create index on letters (body)", [7], runs=1)
        assert isinstance(trial.outcome, Rejected)
        assert "the planner does not use it" in trial.outcome.reason
        with pytest.raises(UsageError, match="the planner does not use it"):
            trial.diff()
        assert trial.outcome.reason in str(trial)
        assert self.left_behind(letters) == []

    def test_a_setting_is_tried_where_nothing_may_be_changed(self, letters: Target) -> None:
        reader = Target(conninfo=letters.conninfo)
        trial = Lab(reader).try_change(QUERY, "set enable_seqscan = off", [7], runs=1)
        assert trial.outcome.kind == "setting"
        assert trial.outcome.proof is not None
        assert trial.outcome.proof.level == "executed"

    def test_an_index_is_not_built_where_nothing_may_be_changed(self, letters: Target) -> None:
        """Without HypoPG nobody can tell; with it the planner is asked."""
        reader = Target(conninfo=letters.conninfo)
        trial = Lab(reader).try_change(QUERY, "create index on letters (sender)", [7], runs=1)
        assert isinstance(trial.outcome, Advice)
        assert trial.outcome.proof.level in ("none", "planned")
        assert trial.after is None
        assert self.left_behind(letters) == []

    def test_what_postgresql_refuses_is_told(self, letters: Target) -> None:
        trial = Lab(letters).try_change(QUERY, "create index on letters (nope)", [7], runs=1)
        assert isinstance(trial.outcome, Rejected)
        assert "could not be tried" in trial.outcome.reason
        assert "nope" in trial.outcome.reason
        with pytest.raises(CaptureError):
            Lab(letters).try_change("select nope", "set jit = off")
