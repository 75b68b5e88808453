"""Record what a real server logs when sessions loop, wait, deadlock and sit idle, in every format and several prefixes.

    python -m tests.workload.record DSN LOG_DIRECTORY

The server must log to ``pg.log`` with logging_collector and log_destination = 'stderr,csvlog,jsonlog'; the role must be a
superuser. A table ``perfkit_accounts`` and one ``perfkit_orders`` are made and dropped.
"""

from __future__ import annotations

import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from perfkit.db.connection import connect

RECORDED = Path(__file__).parent / "recorded"

SCHEMA = (
    "drop table if exists perfkit_accounts, perfkit_orders",
    "create table perfkit_accounts (id bigint primary key, name text, balance numeric)",
    "create table perfkit_orders (id bigint primary key, account_id bigint, note text)",
    "insert into perfkit_accounts select i, 'name ' || i, 0 from generate_series(1, 500) as i",
    "insert into perfkit_orders select i, i % 500 + 1, 'it''s ' || i from generate_series(1, 2000) as i",
)

PREFIXES = {
    "default": "%m [%p] ",
    "pgbadger": "%t [%p]: [%l-1] user=%u,db=%d,app=%a,client=%h ",
    "rds": "%t:%r:%u@%d:[%p]:",
    "session": "%n %c %q%a ",
    "debian": "%m [%p] %q%u@%d ",
    "bare": "",
}


def settings(connection: object, **wanted: str) -> None:
    for name, value in wanted.items():
        connection.execute(f"set {name} = '{value}'".encode())  # type: ignore[attr-defined]


def scenario(dsn: str) -> None:
    with connect(dsn, application_name="shop") as one, connect(dsn, application_name="billing") as two:
        settings(one, log_min_duration_statement="0")
        settings(two, log_min_duration_statement="0", deadlock_timeout="200ms", log_lock_waits="on")
        settings(one, deadlock_timeout="200ms", log_lock_waits="on")
        settings(one, log_min_error_statement="error")
        settings(two, log_min_error_statement="error")
        rows = one.execute(
            "select id, account_id from perfkit_orders where note like 'it''s 1%' limit 12"
        ).fetchall()
        for _, account in rows:
            one.execute("select name, balance from perfkit_accounts where id = %s", (account,), prepare=True)
        two.execute("begin")
        two.execute("update perfkit_accounts\n   set balance = balance + 1\n where id = 7")
        timer = threading.Timer(0.8, two.execute, [b"commit"])
        timer.start()
        one.execute("update perfkit_accounts set balance = balance - 1 where id = 7")
        timer.join()
        deadlock(one, two)
        settings(one, log_min_duration_statement="-1")
        settings(one, **{"auto_explain.log_min_duration": "0", "auto_explain.log_analyze": "on"})
        one.execute("select count(*) from perfkit_orders where account_id = 8")
        settings(one, **{"auto_explain.log_min_duration": "-1"})
        settings(two, idle_in_transaction_session_timeout="300ms")
        two.execute("begin")
        two.execute("delete from perfkit_orders where id = 3")
        time.sleep(0.7)
        two.close()


def deadlock(one: object, two: object) -> None:
    def crossed(connection: object, first: int, second: int) -> None:
        connection.execute("begin")  # type: ignore[attr-defined]
        connection.execute(f"update perfkit_accounts set balance = 1 where id = {first}".encode())  # type: ignore[attr-defined]
        time.sleep(0.1)
        with suppress(Exception):
            connection.execute(f"update perfkit_accounts set balance = 1 where id = {second}".encode())  # type: ignore[attr-defined]
        connection.execute("rollback")  # type: ignore[attr-defined]

    threads = [
        threading.Thread(target=crossed, args=(one, 1, 2)),
        threading.Thread(target=crossed, args=(two, 2, 1)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main(dsn: str, folder: Path) -> None:
    logs = {form: folder / f"pg.{form}" for form in ("log", "csv", "json")}
    with connect(dsn) as admin:
        for sql in SCHEMA:
            admin.execute(sql.encode())
        for name, prefix in PREFIXES.items():
            admin.execute(f"alter system set log_line_prefix = '{prefix}'".encode())
            admin.execute("select pg_reload_conf()")
            time.sleep(0.5)
            sizes = {form: path.stat().st_size for form, path in logs.items()}
            scenario(dsn)
            time.sleep(0.5)
            for form, path in logs.items():
                if form == "log" or name == "default":
                    (RECORDED / f"{name}.{form}").write_bytes(path.read_bytes()[sizes[form] :])
        admin.execute("drop table perfkit_accounts, perfkit_orders")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
