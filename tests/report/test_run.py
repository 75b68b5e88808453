"""The truth about runs: every way a notebook can end, with real kernels."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import psutil
import pytest

from perfkit.errors import UsageError
from perfkit.report import Run, read_run, run_notebook

NOTEBOOKS = Path(__file__).parent / "notebooks"
FILES = {"run.json", "report.html", "report.md", "report.ipynb"}

pytestmark = pytest.mark.slow


def run(name: str, folder: Path, parameters: Mapping[str, object] = {}, timeout: float | None = None) -> Run:
    return run_notebook(NOTEBOOKS / f"{name}.ipynb", parameters, folder, timeout=timeout)


def kernels() -> list[psutil.Process]:
    """Kernels that descend from this process."""
    return [
        one
        for one in psutil.Process().children(recursive=True)
        if "ipykernel_launcher" in " ".join(one.cmdline())
    ]


def test_a_run_that_ends_well(tmp_path: Path) -> None:
    """Parameters arrive whatever their text holds, the kernel is this Python, and run.json says it all."""
    text = "quotes \" and ' and \\ and {braces} and $HOME\nand a second line, é 漢"
    given = {"name": text, "times": "3", "tags": ["a=b", "c"], "loud": True}
    outcome = run("fine", tmp_path / "a {folder} $x", given)
    assert (outcome.status, outcome.exit_status, outcome.failure) == ("ok", 0, None)
    assert outcome.cells == outcome.cells_run == 7
    assert outcome.title == "A fine notebook"
    result = dict(outcome.results["given"])
    assert result.pop("python") == sys.executable
    assert (
        result
        == {"name": text, "times": 3, "share": 0.5, "loud": True, "tags": ["a=b", "c"]}
        == outcome.parameters
    )
    assert {path.name for path in (tmp_path / "a {folder} $x").iterdir()} == FILES
    assert read_run(tmp_path / "a {folder} $x") == outcome
    assert not kernels()


def test_a_cell_that_raises(tmp_path: Path) -> None:
    outcome = run("raises", tmp_path)
    assert (outcome.status, outcome.exit_status) == ("error", 3)
    assert outcome.failure is not None
    assert (outcome.failure.cell, outcome.failure.cell_id) == (3, "fault")
    assert outcome.failure.error == "ValueError: no such thing"
    assert outcome.failure.source == 'raise ValueError("no such thing\\nsecond line")'
    assert "second line" in outcome.failure.traceback
    assert "\x1b" not in outcome.failure.traceback
    assert outcome.results == {"early": {"reached": True}}
    assert {path.name for path in tmp_path.iterdir()} == FILES
    assert not kernels()


def test_perfkits_own_errors_are_told_as_their_sentence(tmp_path: Path) -> None:
    outcome = run("refuses", tmp_path)
    assert outcome.failure is not None
    assert outcome.failure.error == "there is no query x; give a path"
    assert outcome.sentence == "refuses failed in cell 1: there is no query x; give a path"


def test_a_kernel_that_dies(tmp_path: Path) -> None:
    outcome = run("dies", tmp_path)
    assert (outcome.status, outcome.exit_status) == ("died", 3)
    assert outcome.failure is not None
    assert outcome.failure.cell_id == "death"
    assert "killed by SIGKILL" in outcome.failure.error
    assert "last words" in outcome.failure.traceback
    assert outcome.results == {"early": {"reached": True}}
    assert outcome.cells_run == 1
    executed = json.loads((tmp_path / "report.ipynb").read_text("utf-8"))
    assert "papermill" not in json.dumps(executed), "papermill's record says completed, so it is not kept"
    assert not kernels()


def test_leaving_by_sys_exit_is_no_success(tmp_path: Path) -> None:
    outcome = run("exits", tmp_path)
    assert outcome.status == "error"
    assert outcome.failure is not None
    assert (outcome.failure.cell_id, outcome.cells_run) == ("exit", 1)
    assert "sys.exit(0)" in outcome.failure.error


def test_a_run_whose_time_is_up(tmp_path: Path) -> None:
    """The cell is interrupted, so its finally block runs; what was published is kept."""
    outcome = run("waits", tmp_path / "out", {"marks": str(tmp_path)}, timeout=4)
    assert (outcome.status, outcome.exit_status) == ("timeout", 3)
    assert outcome.failure is not None
    assert "stopped after 4 s" in outcome.failure.error
    if (tmp_path / "started").exists():
        assert (tmp_path / "cleaned").exists()
        assert outcome.results == {"early": {"reached": True}}
    assert not (tmp_path / "went-on").exists()
    assert not kernels()


@pytest.mark.parametrize(
    ("signum", "heeds", "status"),
    [(signal.SIGTERM, True, 143), (signal.SIGINT, True, 130), (signal.SIGTERM, False, 143)],
    ids=["SIGTERM", "SIGINT", "SIGTERM that the cell ignores"],
)
def test_a_signal_lets_the_cell_clean_up(tmp_path: Path, signum: int, heeds: bool, status: int) -> None:
    """A real ``perfkit notebook run`` is interrupted: clean-up runs, the truth is written, no kernel stays."""
    out = tmp_path / "out"
    command = [
        sys.executable,
        "-m",
        "perfkit",
        "notebook",
        "run",
        str(NOTEBOOKS / "waits.ipynb"),
        "--output",
        str(out),
    ]
    command += ["-p", f"marks={tmp_path}", "-p", f"heeds={heeds}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        wait_for(tmp_path / "started", process)
        children = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signum)
        said, told = process.communicate(timeout=60)
    assert process.returncode == status, told
    assert said.strip() == str(out / "report.html")
    assert "waits was interrupted in cell 3: stopped by SIG" in told
    outcome = read_run(out)
    assert (outcome.status, outcome.signal) == ("interrupted", signum)
    assert outcome.results == {"early": {"reached": True}}
    assert (tmp_path / "cleaned").exists()
    assert not (tmp_path / "went-on").exists()
    page = (out / "report.html").read_text("utf-8")
    assert "This run was interrupted" in page
    assert '<h2 id="early">' in page
    assert children
    assert not [one for one in children if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]


def wait_for(path: Path, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 60
    while not path.exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_disk_that_is_full_at_the_export_is_told(tmp_path: Path) -> None:
    """run.json, which is small, tells how the run went; the page is not left half written; one sentence, no kernel."""
    limit = "import resource, runpy; resource.setrlimit(resource.RLIMIT_FSIZE, (12000, 12000)); runpy.run_module('perfkit', run_name='__main__', alter_sys=True)"
    command = [
        sys.executable,
        "-c",
        limit,
        "notebook",
        "run",
        str(NOTEBOOKS / "fine.ipynb"),
        "--output",
        str(tmp_path / "out"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 2, done.stderr
    assert "cannot write" in done.stderr and "File too large" in done.stderr
    assert "Traceback" not in done.stderr
    assert read_run(tmp_path / "out").status == "ok"
    assert not list((tmp_path / "out").glob("*.part"))
    assert not (tmp_path / "out" / "report.html").exists()
    assert not kernels()


@pytest.mark.parametrize("given", [{"nmae": "x"}, {"times": "many"}, {"name": "postgres://ann:pw@db/x"}])
def test_bad_parameters_are_refused_before_anything_runs(tmp_path: Path, given: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        run("fine", tmp_path / "out", given)
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UsageError, match="cannot write the report into"):
        run("fine", tmp_path / "file" / "out")


def test_passwords_are_in_none_of_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not printed, published, nor in the text of an error."""
    monkeypatch.setenv("LEAK_DSN", "host=db user=ann password=hunter2-not-for-you")
    outcome = run("leaks", tmp_path)
    assert outcome.status == "error"
    for name in FILES:
        text = (tmp_path / name).read_text("utf-8")
        assert "hunter2" not in text, name
        assert "••••" in text, name


def test_an_earlier_report_does_not_stay_behind(tmp_path: Path) -> None:
    for name in FILES:
        (tmp_path / name).write_text("yesterday's")
    run("exits", tmp_path)
    for name in FILES:
        assert "yesterday's" not in (tmp_path / name).read_text("utf-8")


def test_the_environment_is_left_as_it_was(tmp_path: Path) -> None:
    """No variable of the run stays, and signals go where they went before."""
    before = (dict(os.environ), signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM), Path.cwd())
    run("exits", tmp_path)
    assert before == (
        dict(os.environ),
        signal.getsignal(signal.SIGINT),
        signal.getsignal(signal.SIGTERM),
        Path.cwd(),
    )
