"""What a data set says about itself holds together, without any server."""

from __future__ import annotations

import pytest

from perfkit.dataset import DatasetDescription, datasets, describe
from perfkit.dataset.mark import read_mark, write_mark
from perfkit.errors import UsageError

EACH = pytest.mark.parametrize("description", datasets(), ids=lambda description: description.name)


@EACH
def test_it_is_named_like_its_folder(description: DatasetDescription) -> None:
    assert description.name == description.path.name
    assert describe(description.name) == description


@EACH
def test_its_steps_name_every_script_once(description: DatasetDescription) -> None:
    """No SQL file of the folder is forgotten by the steps, and all of them have something to run."""
    steps = description.steps()
    assert all(script.strip() for step in steps for script in step.scripts)
    run = "\n".join(script for step in steps for script in step.scripts)
    for path in (*description.path.glob("generate/*.sql"), *description.path.glob("*.sql")):
        if path.name != "checksum.sql":
            last = path.read_text(encoding="utf-8").rstrip().splitlines()[-1].rstrip(";")
            assert last in run, f"{path.name} is in no step"


@EACH
def test_its_queries_are_repeatable(description: DatasetDescription) -> None:
    """Rows depend on nothing but scale and seed: neither on chance nor on the clock."""
    for path in description.path.rglob("*.sql"):
        code = " ".join(
            line.partition("--")[0] for line in path.read_text(encoding="utf-8").splitlines()
        ).lower()
        for word in ("random()", "now()", "current_date", "current_timestamp", "clock_timestamp"):
            assert word not in code, f"{path.name} uses {word}"


def test_a_mark_reads_back() -> None:
    mark = '{"perfkit_dataset": "tracker", "scale": 0.1, "seed": 3, "version": "1"}'
    dataset = read_mark(mark)
    assert dataset is not None
    assert write_mark(dataset) == mark


@pytest.mark.parametrize(
    "comment",
    [None, "", "our shop", "[]", "3", '{"scale": 1}', '{"perfkit_dataset": "tracker", "scale": "large"}'],
)
def test_any_other_comment_is_somebody_elses(comment: str | None) -> None:
    assert read_mark(comment) is None


def test_unknown_name() -> None:
    with pytest.raises(UsageError, match="no data set 'nothing'"):
        describe("nothing")
