"""perfkit lab: what it does before JupyterLab takes over."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from perfkit.cli.lab import copy_notebooks


@pytest.mark.parametrize("record", ["[]", "not json {", '"text"'])
def test_a_damaged_record_stops_nobody(tmp_path: Path, record: str) -> None:
    """Without it, what is there counts as the user's, and is kept."""
    (tmp_path / ".perfkit-notebooks.json").write_text(record, encoding="utf-8")
    (tmp_path / "investigate.ipynb").write_text("mine", encoding="utf-8")
    assert f"kept your {tmp_path / 'investigate.ipynb'}" in copy_notebooks(tmp_path)
    assert (tmp_path / "investigate.ipynb").read_text(encoding="utf-8") == "mine"


def test_scale_alone_is_refused(tmp_path: Path) -> None:
    """Rather than opened on whatever database is the default."""
    answer = subprocess.run(
        [sys.executable, "-m", "perfkit", "lab", "--scale", "1", "--", "--version"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PERFKIT_HOME": str(tmp_path)},
    )
    assert answer.returncode == 2
    assert "--scale goes with --dataset" in answer.stderr
    assert not (tmp_path / "perfkit-lab").exists()
