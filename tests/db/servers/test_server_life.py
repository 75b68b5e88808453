"""A server starts once, is shared, stops, and comes back with its data."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import psutil
import psycopg
import pytest

from perfkit.db.servers import Server, known_servers, server

pytestmark = pytest.mark.server

Make = Callable[[], Server]

START = "from perfkit.db.servers import server; print(server('t1').start().status().pid)"

NO_PROCESS = """
import sys
def refuse(event, arguments):
    if event in {"subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.exec", "os.system"}:
        raise AssertionError(event)
from perfkit.db.servers import server
sys.addaudithook(refuse)
print(server().start().conninfo())
"""


def ask(found: Server, query: str) -> tuple[object, ...]:
    with psycopg.connect(found.conninfo(), autocommit=True) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return row


def test_a_server_never_started_is_stopped_and_has_no_size(own_server: Make) -> None:
    found = own_server().status()
    assert (found.running, found.pid, found.size_bytes, found.started_at, found.version) == (False,) + (
        None,
    ) * 4
    assert not found.data_directory.exists()


def test_start_stop_and_start_again_keeps_the_data(own_server: Make) -> None:
    found = own_server().start()
    running = found.status()
    assert running.running and running.pid and running.started_at
    assert running.size_bytes is not None and running.size_bytes > 10_000_000
    assert running in known_servers()
    with psycopg.connect(found.conninfo(), autocommit=True) as connection:
        connection.execute("create table kept as select 7 as x")
    assert found.stop()
    assert not psutil.pid_exists(running.pid) or psutil.Process(running.pid).status() == psutil.STATUS_ZOMBIE
    assert not found.status().running
    assert not found.stop(), "stopping a stopped server is no fault"
    assert ask(found.start(), "select x from kept") == (7,)


def test_starting_twice_shares_the_server(server: Server) -> None:
    before = server.status().pid
    assert server.start().status().pid == before


def test_processes_that_start_it_at_once_share_one_server(own_server: Make) -> None:
    found = own_server()
    starters = [
        subprocess.Popen([sys.executable, "-c", START], stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    pids = {starter.communicate(timeout=120)[0].strip() for starter in starters}
    assert pids == {str(found.status().pid)}


def test_threads_that_start_it_at_once_share_one_server(own_server: Make) -> None:
    found = own_server()
    threads = [threading.Thread(target=found.start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found.status().running
    assert ask(found, "select count(*) from pg_stat_activity where backend_type = 'checkpointer'") == (1,)


def test_it_outlives_its_starter_in_a_session_of_its_own_and_holds_nothing_of_it(own_server: Make) -> None:
    """The starter's stdout would stay open, and this would time out, had the server inherited it."""
    found = own_server()
    done = subprocess.run(
        [sys.executable, "-c", START], stdout=subprocess.PIPE, text=True, timeout=60, check=True
    )
    pid = int(done.stdout)
    assert found.status().pid == pid
    assert os.getsid(pid) != os.getsid(0)


def test_a_warm_start_launches_no_process(server: Server) -> None:
    done = subprocess.run([sys.executable, "-c", NO_PROCESS], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.returncode) == (server.conninfo(), 0), done.stderr


def test_a_new_server_is_a_copy_of_the_template(own_server: Make, server: Server) -> None:
    """initdb would have given it a system identifier of its own."""
    query = "select system_identifier from pg_control_system()"
    assert ask(own_server().start(), query) == ask(server, query)


def test_half_made_folders_are_made_again(own_server: Make) -> None:
    found = own_server()
    partial = found.folder / "data.part"
    (partial / "base").mkdir(parents=True)
    (partial / "PG_VERSION").write_text("18\n")
    assert ask(found.start(), "select 1") == (1,)
    assert not partial.exists()


def test_removing_takes_the_server_and_its_folder(own_server: Make) -> None:
    found = own_server().start()
    pid = found.status().pid
    found.remove()
    assert not found.folder.exists()
    assert pid is not None and not found.status().running
    found.remove()


def test_the_connection_string_quotes_the_database(own_server: Make) -> None:
    found = own_server().start()
    with psycopg.connect(found.conninfo(), autocommit=True) as connection:
        connection.execute('create database "odd \'name\\"')
    with psycopg.connect(found.conninfo("odd 'name\\")) as connection:
        assert connection.info.dbname == "odd 'name\\"


def test_settings_are_in_force(server: Server) -> None:
    wanted = {
        "listen_addresses": "",
        "max_connections": "50",
        "shared_buffers": "256MB",
        "shared_preload_libraries": "pg_stat_statements,auto_explain",
        "track_io_timing": "on",
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "max_wal_size": "4GB",
        "checkpoint_timeout": "30min",
        "fsync": "off",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "server_encoding": "UTF8",
        "random_page_cost": "4",
        "work_mem": "4MB",
        "effective_cache_size": "4GB",
    }
    if server.provider.major >= 18:
        wanted["file_copy_method"] = "clone"
    with psycopg.connect(server.conninfo()) as connection:
        found = dict(
            connection.execute(
                "select name, current_setting(name) from unnest(%s::text[]) as name", [list(wanted)]
            ).fetchall()
        )
        faults = connection.execute(
            "select name, error from pg_file_settings where error is not null"
        ).fetchall()
    assert found == wanted
    assert faults == []


def test_a_long_log_is_emptied_while_the_server_runs(own_server: Make) -> None:
    found = own_server().start()
    with found.log_path.open("ab") as file:
        file.truncate(20 << 20)
    found.start()
    assert found.log_path.stat().st_size < 1 << 20
    ask(found, "select pg_reload_conf()")


def test_other_names_find_the_installation_they_were_started_with(own_server: Make) -> None:
    found = own_server().start()
    again = server(found.name)
    assert again == found
    assert again.data_directory == found.data_directory


def test_the_socket_is_private(server: Server) -> None:
    folder = Path(server.status().socket_directory)
    assert folder.stat().st_mode & 0o777 == 0o700
