"""The ready-made CI files: their lines run as they stand, on the embedded server with its data set."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / ".ci" / "examples"
SHIPPED = ("next_pending_build", "issues_by_state")

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.usefixtures("new_home")]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with two queries, and perfkit on the path as an installation would put it."""
    (tmp_path / "queries").mkdir()
    for name in SHIPPED:
        shutil.copy(ROOT / "datasets" / "tracker" / "queries" / f"{name}.sql", tmp_path / "queries")
    (tmp_path / "bin").mkdir()
    command = tmp_path / "bin" / "perfkit"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m perfkit "$@"\n')
    command.chmod(0o755)
    return tmp_path


def run(repository: Path, line: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "PATH": f"{repository / 'bin'}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        **variables,
    }
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", line],
        cwd=repository,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def with_baselines(repository: Path) -> None:
    answer = run(repository, "perfkit gate queries --dataset tracker --update")
    assert answer.returncode == 0, answer.stderr
    assert len(list((repository / "queries" / "baseline").iterdir())) == len(SHIPPED)


def test_the_gitlab_job_runs_as_it_stands(repository: Path) -> None:
    found = yaml.safe_load((EXAMPLES / "gitlab.yml").read_text())
    job, variables = found["query-gate"], found["variables"]
    assert job["before_script"] == ["pip install perfkit"]
    with_baselines(repository)
    for line in job["script"]:
        answer = run(repository, line, **variables)
        assert answer.returncode == 0, answer.stderr
    for line in job["after_script"]:
        assert run(repository, line, NOTE_TOKEN="", CI_MERGE_REQUEST_IID="", **variables).returncode == 0, (
            "without a token nothing is posted"
        )
    reports = job["artifacts"]["reports"]
    suite = ElementTree.parse(repository / reports["junit"]).getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("2", "0")
    assert json.loads((repository / reports["codequality"]).read_text()) == []
    assert (repository / reports["metrics"]).read_text().endswith("# EOF\n")
    (repository / "queries" / "issues_by_state.sql").write_text("select * from issues order by description")
    (answer,) = [run(repository, line, **variables) for line in job["script"]]
    assert answer.returncode == 1
    assert "the gate is closed" in answer.stderr
    assert "issues_by_state" in (repository / "gate" / "note.md").read_text()


def test_the_github_job_runs_as_it_stands(repository: Path) -> None:
    (job,) = yaml.safe_load((EXAMPLES / "github.yml").read_text())["jobs"].values()
    lines = [step["run"] for step in job["steps"] if "run" in step]
    assert lines[0] == "pip install perfkit"
    with_baselines(repository)
    for line in lines[1:]:
        answer = run(repository, line, GITHUB_STEP_SUMMARY=str(repository / "summary.md"))
        assert answer.returncode == 0, answer.stderr
    assert "✓ gate open" in (repository / "summary.md").read_text()
    (upload,) = [step["with"]["sarif_file"] for step in job["steps"] if "sarif" in step.get("uses", "")]
    assert json.loads((repository / upload).read_text())["runs"][0]["results"] == []
