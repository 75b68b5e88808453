"""What a server recovers from by itself, and the one sentence it says where it cannot."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psutil
import psycopg
import pytest

from perfkit.db.servers import Server, server
from perfkit.db.servers.postmaster import answers, read_postmaster
from perfkit.errors import ConfigError, ServerError, UsageError

pytestmark = pytest.mark.server

Make = Callable[[], Server]


def pid_of(found: Server) -> int:
    pid = found.status().pid
    assert pid is not None
    return pid


def kill(found: Server) -> None:
    """Kill the server, and wait until the system has taken its socket away."""
    process = psutil.Process(pid_of(found))
    process.kill()
    while answers(read_postmaster(found.data_directory)):
        assert process.is_running()


def can_connect(found: Server) -> bool:
    with psycopg.connect(found.conninfo()) as connection:
        return connection.execute("select 1").fetchone() == (1,)


def test_a_killed_server_starts_again_with_what_was_committed(own_server: Make) -> None:
    found = own_server().start()
    with psycopg.connect(found.conninfo(), autocommit=True) as connection:
        connection.execute("create table kept as select generate_series(1, 1000) as x")
    kill(found)
    found.start()
    with psycopg.connect(found.conninfo()) as connection:
        assert connection.execute("select count(*) from kept").fetchone() == (1000,)


def test_a_busy_session_of_a_killed_server_is_ended(own_server: Make) -> None:
    """A session in a long computation does not notice that its server died, and its memory would block the next one."""
    found = own_server().start()
    with closing(psycopg.connect(found.conninfo(), autocommit=True)) as connection:
        busy = connection.info.backend_pid
        connection.pgconn.send_query(
            b"select count(*) from generate_series(1, 100000000000) a where a % 3 = 0"
        )
        connection.pgconn.flush()
        kill(found)
        assert can_connect(found.start())
    assert not psutil.pid_exists(busy) or psutil.Process(busy).status() == psutil.STATUS_ZOMBIE


def test_a_pid_file_that_names_another_program_is_stale(own_server: Make) -> None:
    found = own_server().start()
    pid_file = found.data_directory / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    found.stop()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    assert found.status().pid is None
    assert can_connect(found.start())


def test_a_pid_file_of_a_process_that_is_gone_is_stale(own_server: Make) -> None:
    found = own_server().start()
    pid_file = found.data_directory / "postmaster.pid"
    text = pid_file.read_text()
    found.stop()
    pid_file.write_text(text)
    assert not found.status().running
    assert can_connect(found.start())


def test_a_file_in_the_place_of_the_socket_is_told(own_server: Make) -> None:
    found = own_server().start()
    found.stop()
    path = found.status().socket_directory / ".s.PGSQL.5432"
    path.write_text("mine")
    with pytest.raises(ServerError, match=r"in the way of the server's socket; move it away"):
        found.start()
    assert path.read_text() == "mine"
    path.unlink()
    assert can_connect(found.start())


def test_a_foreign_server_on_the_socket_is_told_and_a_dead_ones_socket_is_replaced(own_server: Make) -> None:
    found = own_server().start()
    found.stop()
    path = found.status().socket_directory / ".s.PGSQL.5432"
    with socket.socket(socket.AF_UNIX) as foreign:
        foreign.bind(str(path))
        foreign.listen()
        with pytest.raises(ServerError, match="another server answers on"):
            found.start()
    assert path.is_socket()
    assert can_connect(found.start())


def test_a_running_server_that_lost_its_socket_is_told_and_can_be_stopped(own_server: Make) -> None:
    found = own_server().start()
    (found.status().socket_directory / ".s.PGSQL.5432").unlink()
    with pytest.raises(ServerError, match=r"its socket .* is gone; 'perfkit server stop --name t1'"):
        found.start()
    assert found.stop()
    assert can_connect(found.start())


def test_the_log_says_why_a_start_failed(own_server: Make) -> None:
    found = own_server().start()
    with psycopg.connect(found.conninfo(), autocommit=True) as connection:
        connection.execute("alter system set shared_preload_libraries = 'no_such_library'")
    found.stop()
    with pytest.raises(ServerError, match=r'did not start: could not access file "no_such_library".*; see /'):
        found.start()


def test_data_of_another_major_is_told(own_server: Make) -> None:
    found = own_server().start()
    found.stop()
    (found.data_directory / "PG_VERSION").write_text("11\n")
    with pytest.raises(
        ServerError, match=r"was made by PostgreSQL 11, and .* is \d+; give the server another name"
    ):
        found.start()


def test_data_that_is_not_whole_is_told_and_not_touched(own_server: Make) -> None:
    found = own_server().start()
    found.stop()
    (found.data_directory / "PG_VERSION").unlink()
    with pytest.raises(ServerError, match="is no whole data directory; 'perfkit server remove --name t1'"):
        found.start()
    assert (found.data_directory / "base").is_dir()


def test_a_home_below_a_file_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PERFKIT_HOME", str(tmp_path / "file" / "home"))
    with pytest.raises(ServerError, match=r"/file is a file where perfkit needs a folder"):
        server().start()


def test_a_relative_home_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERFKIT_HOME", "here")
    with pytest.raises(ConfigError, match="absolute path"):
        server()


@pytest.mark.parametrize("name", ["", "../x", "A", "a b", "x" * 41, "-x"])
def test_names_that_could_leave_the_home_are_refused(name: str) -> None:
    with pytest.raises(UsageError, match="server name"):
        server(name)
