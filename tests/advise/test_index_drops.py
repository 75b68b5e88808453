"""Indexes to drop: which ones, and which never."""

from __future__ import annotations

from dataclasses import replace

import pytest
from issue_catalog import index, tracker

from perfkit.advise.indexes.drops import spare_index_candidates
from perfkit.catalog import Catalog, Index
from perfkit.findings.finding import Finding


def finding(id: str, name: str = "spare", kept: str | None = "kept") -> Finding:
    evidence = {"relation": "public.issues", "index": name, "kept_index": kept}
    return Finding(id=id, severity="warning", title="x", evidence=evidence)


def catalog(spare: Index, kept: Index | None = None) -> Catalog:
    spare = replace(
        spare, size_bytes=2_000_000, definition="CREATE INDEX spare ON public.issues USING btree (state)"
    )
    return tracker(issue_indexes=(spare, kept or index("kept", "state")))


def test_a_duplicate_is_dropped_and_can_be_built_again() -> None:
    (found,) = spare_index_candidates(catalog(index("spare", "state")), [finding("duplicate-index")] * 2)
    assert found.kind == "index"
    assert found.sql == "DROP INDEX public.spare"
    assert found.safe_sql == "SET lock_timeout = '5s';\nDROP INDEX CONCURRENTLY public.spare;"
    assert found.undo_sql == "CREATE INDEX CONCURRENTLY spare ON public.issues USING btree (state)"
    assert found.cures == ("duplicate-index",)
    assert found.rationale.startswith("kept does all that spare does; frees ")
    assert found.caveats == ()


def test_a_prefix_is_dropped() -> None:
    found = spare_index_candidates(
        catalog(index("spare", "state"), index("kept", "state", "id")), [finding("redundant-prefix-index")]
    )
    assert [one.sql for one in found] == ["DROP INDEX public.spare"]


def test_an_unread_index_comes_with_what_the_counters_do_not_show() -> None:
    (found,) = spare_index_candidates(catalog(index("spare", "state")), [finding("unused-index", kept=None)])
    assert len(found.caveats) == 2


@pytest.mark.parametrize("id", ["duplicate-index", "redundant-prefix-index", "unused-index"])
def test_a_constraint_or_a_unique_index_stays(id: str) -> None:
    unique = index("spare", "state", is_unique=True)
    assert list(spare_index_candidates(catalog(unique), [finding(id)])) == []
    bare = replace(unique, enforces_constraint=False)
    assert list(spare_index_candidates(catalog(bare), [finding(id)])) == []


def test_a_unique_index_that_another_unique_one_repeats_is_dropped_with_a_warning() -> None:
    spare = replace(index("spare", "state", is_unique=True), enforces_constraint=False)
    kept = index("kept", "state", is_unique=True)
    (found,) = spare_index_candidates(catalog(spare, kept), [finding("duplicate-index")])
    assert "replica identity" in found.caveats[0]


def test_other_findings_drop_nothing() -> None:
    assert list(spare_index_candidates(catalog(index("spare", "state")), [finding("seq-scan-large")])) == []


def test_what_others_make_needless_goes_together() -> None:
    spares = [index(name, "state") for name in ("spare", "other")]
    both = tracker(issue_indexes=(*spares, index("kept", "state", "id")))
    ids = [finding("redundant-prefix-index"), finding("redundant-prefix-index", "other")]
    together, *single = spare_index_candidates(both, ids)
    assert together.sql == "DROP INDEX public.spare; DROP INDEX public.other"
    assert [step.sql for step in together.steps] == [one.sql for one in single]
    assert together.cures == ("redundant-prefix-index",)
    assert len(list(spare_index_candidates(both, [*ids[:1], finding("unused-index", "other")]))) == 2
