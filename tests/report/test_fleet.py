"""Many runs at once: each told truthfully, through processes or any other executor, and one page over them all."""

from __future__ import annotations

import json
import pickle
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest

from perfkit.errors import UsageError
from perfkit.report.fleet import Job, JobOutcome, jobs_for, run_in_processes, run_many
from perfkit.report.history import by_statement, read_history
from perfkit.report.index import index_page, write_index
from perfkit.report.outcome import Failure, Run, read_run, write_run
from perfkit.report.targets import FleetTarget, read_targets

NOTEBOOKS = Path(__file__).parent / "notebooks"


def job(name: str, notebook: str, folder: Path, **parameters: Any) -> Job:
    return Job(
        name=name, notebook=str(NOTEBOOKS / f"{notebook}.ipynb"), folder=folder / name, parameters=parameters
    )


class Pickling(Executor):
    """Runs at once what went through pickle and back, as a cluster's executor would send it."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        there, given = pickle.loads(pickle.dumps((fn, args)))
        future.set_result(pickle.loads(pickle.dumps(there(*given))))
        return future


@pytest.mark.slow
def test_each_run_is_told_as_it_was(tmp_path: Path) -> None:
    jobs = [
        job("one", "fine", tmp_path, times=3),
        job("two", "raises", tmp_path),
        job("three", "dies", tmp_path),
    ]
    heard: list[str] = []
    outcomes = run_in_processes(jobs, 2, lambda outcome: heard.append(outcome.job.name))
    assert [one.run.status if one.run else None for one in outcomes] == ["ok", "error", "died"]
    assert sorted(heard) == ["one", "three", "two"]
    for one in outcomes:
        assert read_run(one.job.folder) == one.run


@pytest.mark.slow
def test_any_executor_will_do(tmp_path: Path) -> None:
    """What is sent and what comes back can be pickled; threads work as well."""
    (tmp_path / "file").write_text("in the way")
    jobs = [job("one", "fine", tmp_path), job("file", "fine", tmp_path)]
    for executor in (Pickling(), ThreadPoolExecutor(2)):
        with executor:
            outcomes = run_many(jobs, executor)
        assert [one.is_ok for one in outcomes] == [True, False]
        assert "cannot write the report" in outcomes[1].sentence


def test_a_wrong_parameter_stops_all_before_any_runs(tmp_path: Path) -> None:
    jobs = [job("one", "fine", tmp_path), job("two", "fine", tmp_path, nmae="x")]
    with pytest.raises(UsageError, match=r"two: .*did you mean name"):
        run_many(jobs, Pickling())
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_a_worker_that_is_killed_fails_its_run_alone_in_words(tmp_path: Path) -> None:
    class Gone(Pickling):
        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            future: Future[Any] = Future()
            future.set_exception(RuntimeError("the worker left"))
            return future

    outcome = run_many([job("one", "fine", tmp_path)], Gone())[0]
    assert outcome.sentence == "one was not run: its worker ended: RuntimeError: the worker left"


@pytest.mark.slow
@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_reaches_every_run(tmp_path: Path, signum: int) -> None:
    """Both cells clean up, both runs tell that they were interrupted, the third never starts, no process stays."""
    targets = {f"t{n}": {"parameters": {"marks": str(tmp_path / f"m{n}"), "heeds": True}} for n in (1, 2, 3)}
    for n in (1, 2, 3):
        (tmp_path / f"m{n}").mkdir()
    (tmp_path / "targets.json").write_text(json.dumps(targets))
    out = tmp_path / "out"
    command = [
        sys.executable,
        "-m",
        "perfkit",
        "notebook",
        "run",
        str(NOTEBOOKS / "waits.ipynb"),
        "--jobs",
        "2",
    ]
    command += ["--targets", str(tmp_path / "targets.json"), "--output", str(out)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 90
        while not all((tmp_path / f"m{n}" / "started").exists() for n in (1, 2)):
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        children = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signum)
        _, told = process.communicate(timeout=60)
    assert process.returncode == 128 + signum, told
    assert "Traceback" not in told
    for n in (1, 2):
        assert (tmp_path / f"m{n}" / "cleaned").exists()
        assert read_run(out / f"t{n}").status == "interrupted"
    assert not (tmp_path / "m3" / "started").exists()
    assert (out / "index.html").is_file()
    _, alive = psutil.wait_procs(children, timeout=20)
    assert not [one for one in alive if one.status() != psutil.STATUS_ZOMBIE]


def test_targets_of_every_form(tmp_path: Path) -> None:
    wanted = (
        FleetTarget(name="orders", service="orders-replica"),
        FleetTarget(name="shop", dsn_variable="SHOP_DSN", parameters={"runs": 3}),
    )
    toml = (
        '[orders]\nservice = "orders-replica"\n[shop]\ndsn_variable = "SHOP_DSN"\nparameters = {runs = 3}\n'
    )
    yaml = "orders: {service: orders-replica}\nshop:\n  dsn_variable: SHOP_DSN\n  parameters: {runs: 3}\n"
    listed = '[{"name": "orders", "service": "orders-replica"}, {"name": "shop", "dsn_variable": "SHOP_DSN", "parameters": {"runs": 3}}]'
    for name, text in (("t.toml", toml), ("t.yaml", yaml), ("t.json", listed)):
        (tmp_path / name).write_text(text)
        assert read_targets(tmp_path / name) == wanted
    folder = tmp_path / "fleet"
    folder.mkdir()
    (folder / "orders.toml").write_text('service = "orders-replica"')
    (folder / "shop.yaml").write_text("dsn_variable: SHOP_DSN\nparameters: {runs: 3}")
    assert read_targets(folder) == wanted
    (tmp_path / "names.yaml").write_text("- a\n- b\n")
    assert read_targets(tmp_path / "names.yaml") == tuple(FleetTarget(name=n, service=n) for n in "ab")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[a]\nservice = "host=db password=x"', "is a connection string"),
        ('[a]\ndsn_variable = "postgres://db/x"', "is a connection string"),
        ('[a]\nhost = "db"', "a has no host; it takes service, dsn_variable, parameters"),
        ('[a]\nservice = "s"\ndsn_variable = "S"', "has a service and a dsn_variable"),
        ('["../a"]\nservice = "s"', "is no name for a target"),
        ("[a]\nservice = 5", "service of a is a text, got 5"),
        ("[a]\nparameters = 5", "are name = value pairs, got 5"),
        ("", "names no targets"),
        ("[", "is not TOML"),
    ],
)
def test_targets_that_cannot_be_used(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "t.toml"
    path.write_text(text)
    with pytest.raises(UsageError) as caught:
        read_targets(path)
    assert says in str(caught.value)


def test_a_target_is_reached_as_it_says(tmp_path: Path) -> None:
    """A service through the kernel's environment, with no data set in the way; its own parameters go first."""
    targets = [
        FleetTarget(name="a", service="o'r", parameters={"runs": 2}),
        FleetTarget(name="b", dsn_variable="B_DSN"),
        FleetTarget(name="c", parameters={"scale": 0.01}),
    ]
    one, two, three = jobs_for("investigate", targets, {"runs": 9}, tmp_path)
    assert one.environment == {"PERFKIT_DSN": r"service='o\'r'"}
    assert one.parameters == {"dataset": "", "dsn_variable": "", "runs": 2}
    assert two.parameters == {"runs": 9, "dsn_variable": "B_DSN"}
    assert three.parameters == {"runs": 9, "scale": 0.01}
    assert [one.folder.name, two.folder.name, three.environment] == ["a", "b", {}]


def a_run(day: int, status: Any = "ok", blocks: int = 100, **changed: Any) -> Run:
    document = {
        "schema": "perfkit.made/1", "verdict": f"<b>{blocks}</b> blocks",
        "query": {"text": "select '<i>'", "fingerprint": "f00d", "kind": "select", "parameters": []},
        "environment": {"database": "shop", "server_version": "18.1", "dataset": None},
        "before": {"counters": {"shared_blocks": blocks, "temp_blocks": 1}, "samples": {"values": [1.0, 2.0, 9.0]}},
    }  # fmt: skip
    plain: dict[str, Any] = {
        "status": status, "notebook": "made", "title": "Made", "parameters": {"query": "q/<slow>.sql"},
        "started_at": f"2026-01-0{day}T03:04:05Z", "finished_at": f"2026-01-0{day}T03:04:15Z", "seconds": 1.0,
        "cells": 2, "cells_run": 2, "perfkit_version": "9.9", "python_version": "3.11.0",
        "results": {"found": document},
    }  # fmt: skip
    return Run(**(plain | changed))


def test_the_index_tells_every_run(tmp_path: Path) -> None:
    """Verdict, status, links and the trend with its figures; what cannot be read is told; nothing is fetched or run."""
    for day, blocks in ((1, 5000), (2, 100)):
        (tmp_path / f"day {day}").mkdir()
        write_run(a_run(day, blocks=blocks), tmp_path / f"day {day}")
        (tmp_path / f"day {day}" / "report.html").write_text("x")
    (tmp_path / "failed").mkdir()
    failure = Failure(error="it <broke>", cell=2)
    write_run(a_run(3, "error", failure=failure, results={}), tmp_path / "failed")
    (tmp_path / "torn").mkdir()
    (tmp_path / "torn" / "run.json").write_text("{")
    entries = read_history(tmp_path)
    assert [one.folder for one in entries] == ["failed", "day 2", "day 1", "torn"]
    assert [[measured.blocks for _, measured in runs] for runs in by_statement(entries).values()] == [
        [5001, 101]
    ]
    page = write_index(tmp_path, {"never": "its worker ended"}).read_text("utf-8")
    assert "5 runs, 3 of them not fine" in page
    assert 'href="day%201/report.html"' in page
    assert "&lt;b&gt;100&lt;/b&gt; blocks" in page and "<b>100" not in page
    assert "it &lt;broke&gt;" in page and "its worker ended" in page and "is not JSON" in page
    assert "blocks from run to run, the earliest first: 5,001, 101." in page
    assert "time from run to run" in page
    assert page.count("the same in figures") == 1
    links = re.findall(r'(?:href|src)="([^"]*)"', page)
    assert all(not link.startswith(("http", "//", "javascript")) for link in links)


def test_a_folder_without_runs_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no run\.json in"):
        write_index(tmp_path)
    with pytest.raises(UsageError, match="there is no folder"):
        write_index(tmp_path / "nope")
    assert "1 run, 1 of them not fine" in index_page((), "x") or write_index(tmp_path, {"a": "no"}).is_file()


def test_an_outcome_without_run_is_not_ok(tmp_path: Path) -> None:
    assert not JobOutcome(job=job("one", "fine", tmp_path), error="no").is_ok
