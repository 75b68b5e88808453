"""A folder as a workload: weights and values beside the statements, and faults named with their place."""

from __future__ import annotations

from pathlib import Path

import pytest

from perfkit.errors import UsageError
from perfkit.workload.folder import read_folder


def test_weights_and_values_are_read_from_where_they_stand(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_text("-- params: [7, null]\nselect 1 from t where a = $1 and b = $2")
    (tmp_path / "b.sql").write_text('-- calls: 2.5\n-- params: ["not these"]\nselect 1 from t where a = $1')
    (tmp_path / "b.jsonl").write_text('[true]\n\n[["x", "y"]]\n')
    (tmp_path / "c.sql").write_text("select 1 from t")
    a, b, c = read_folder(tmp_path).queries
    assert (a.calls, [one.parameters for one in a.samples]) == (1.0, [("7", None)])
    assert (b.calls, [one.parameters for one in b.samples]) == (2.5, [("true",), ('{"x","y"}',)])
    assert [one.parameters for one in c.samples] == [()]
    assert [one.has_values for one in (a, b, c)] == [True] * 3


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.sql", "-- params: {}\nselect $1", r"a\.sql, its params: no JSON list"),
        ("a.jsonl", "[1]\n{", r"a\.jsonl, line 2: no JSON list"),
        ("a.sql", "-- nothing", r"a holds no SELECT"),
        ("a.jsonl", "[1]\n[]", r"a\.jsonl, line 2: 0 values are given, but statement a takes 1 value$"),
        (
            "a.sql",
            "-- params: [7]\nselect $1, $2",
            r"a\.sql, its params: 1 value is given, but .* takes 2 values \(\$1 to \$2\)",
        ),
        (
            "a.sql",
            "-- params: [7]\nselect 3",
            r"its params: 1 value is given, but statement a takes no values$",
        ),
    ],
)
def test_faults_are_named_with_their_place(tmp_path: Path, name: str, content: str, says: str) -> None:
    (tmp_path / "a.sql").write_text("select $1")
    (tmp_path / name).write_text(content)
    with pytest.raises(UsageError, match=says):
        read_folder(tmp_path)
