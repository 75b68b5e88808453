"""perfkit server on the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable

import psycopg
import pytest

from perfkit.db.servers import Server

pytestmark = pytest.mark.server


def perfkit(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "perfkit", *arguments], capture_output=True, text=True, check=False
    )


def document(*arguments: str) -> dict[str, object]:
    done = perfkit("server", *arguments, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_start_status_and_stop_as_documents(own_server: Callable[[], Server]) -> None:
    name = own_server().name
    never = document("status", "--name", name)
    assert (never["schema"], never["running"], never["conninfo"]) == ("perfkit.server/1", False, None)
    started = document("start", "--name", name)
    assert started["running"] is True
    with psycopg.connect(str(started["conninfo"])) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
    assert document("status", "--name", name)["pid"] == started["pid"]
    stopped = document("stop", "--name", name)
    assert (stopped["running"], stopped["pid"], stopped["version"]) == (False, None, started["version"])


def test_the_list_names_servers_and_installations(server: Server) -> None:
    found = document("list")
    assert found["schema"] == "perfkit.servers/1"
    assert [known["running"] for known in found["servers"] if known["name"] == "default"] == [True]  # type: ignore[attr-defined]
    assert str(server.provider.bin_directory) in {known["bin_directory"] for known in found["providers"]}  # type: ignore[attr-defined]


def test_a_stopped_server_is_said_so_with_status_0(own_server: Callable[[], Server]) -> None:
    found = own_server().start()
    found.stop()
    done = perfkit("server", "status", "--name", found.name)
    assert done.returncode == 0
    assert " is stopped, " in done.stdout


@pytest.mark.parametrize(
    ("arguments", "status"),
    [(("--postgres", "/nowhere"), 2), (("--name", "../x"), 2), (("--nonsense",), 2)],
)
def test_wrong_arguments_are_status_2(arguments: tuple[str, ...], status: int) -> None:
    done = perfkit("server", "start", *arguments)
    assert (done.returncode, done.stdout) == (status, "")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("verb", ["start", "stop", "status", "list", "remove"])
def test_help_has_an_example_and_the_exit_status(verb: str) -> None:
    text = perfkit("server", verb, "--help").stdout
    assert f"perfkit server {verb}" in text
    assert "Exit status: 0" in text


def test_remove_asks_first(own_server: Callable[[], Server]) -> None:
    found = own_server().start()
    assert perfkit("server", "remove", "--name", found.name).returncode != 0
    assert found.status().running
    assert perfkit("server", "remove", "--name", found.name, "--yes").returncode == 0
    assert not found.folder.exists()
