"""pg_dump, pg_restore and psql: the schema and the planner's statistics go from one server to another, rows do not.

What no plan depends on stays behind: owners, rights, policies, publications. So does what would do something in the copy, or
reach out of it: triggers on DDL, and the accounts of foreign servers.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from perfkit.db.servers.complaint import complaint
from perfkit.db.statistics_lab.source import Name
from perfkit.db.target import Target
from perfkit.errors import CaptureError, ServerError

PROGRAMS = ("pg_dump", "pg_restore", "psql")

PROGRAM_SECONDS = 300
"""A schema of ten thousand tables takes one."""

_SECRETS = ("password", "sslpassword", "oauth_client_secret", "scram_client_key", "scram_server_key")
"""Parameters that must not be seen among the arguments of a process."""

_NOT_COPIED = (
    "ACL",
    "COMMENT",
    "DEFAULT ACL",
    "EVENT TRIGGER",
    "EXTENSION",
    "POLICY",
    "PUBLICATION",
    "PUBLICATION TABLE",
    "ROW SECURITY",
    "SECURITY LABEL",
    "SUBSCRIPTION",
    "TRIGGER",
    "USER MAPPING",
)
_PARTS = (
    "--no-data",
    "--statistics",
    "--no-owner",
    "--no-privileges",
    "--no-comments",
    "--no-policies",
    "--no-publications",
    "--no-security-labels",
    "--no-subscriptions",
    "--no-table-access-method",
    "--no-tablespaces",
    "--no-large-objects",
    "--no-password",
)
_STATISTICS = re.compile(r"\d+; 0 0 STATISTICS DATA ")
_ENTRY = re.compile(r"\d+; \d+ \d+ (.+)")


def dump(programs: Path, source: Target, folder: Path, tables: Sequence[Name] | None) -> Path:
    """An archive of these tables and views with their statistics, or with None of all that is no table: types, functions and the like.
    Without rows.

    Takes ACCESS SHARE locks on the tables while it lasts, and waits for them no longer than the target's limit. CaptureError where
    the source does not let us.
    """
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    given = {
        name: str(value) for name, value in conninfo_to_dict(source.conninfo).items() if value is not None
    }
    shown = {name: value for name, value in given.items() if name not in _SECRETS}
    wanted = ["exclude table *.*"] if tables is None else [f"include table {_pattern(one)}" for one in tables]
    chosen = folder / "chosen"
    chosen.write_text("\n".join([*wanted, ""]), encoding="utf-8", errors="surrogateescape")
    archive = folder / ("surroundings" if tables is None else "tables")
    wait = source.limits.lock_timeout
    command = [
        str(programs / "pg_dump"),
        "--dbname=" + make_conninfo(**{**shown, "application_name": "perfkit advice"}),
        "--format=custom",
        f"--file={archive}",
        f"--filter={chosen}",
        *_PARTS,
        *([f"--lock-wait-timeout={round(wait * 1000)}"] if wait else []),
    ]
    secret = {"PGPASSWORD": given["password"]} if "password" in given else {}
    done = _run(command, dict(os.environ) | secret)
    if done.returncode != 0:
        raise CaptureError(complaint(done.stderr))
    return archive


def restore(programs: Path, archive: Path, conninfo: str, *, statistics: bool) -> tuple[str, ...]:
    """Make what the archive holds in the database of ``conninfo``: the schema, or then the ``statistics``.

    They come in two turns, as an index that is made on an empty table would reset what is known of the table. What the server
    refuses is left out; the server's words come back.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    program = str(programs / "pg_restore")
    listed = _run([program, "--list", str(archive)], environment)
    if listed.returncode != 0:
        raise ServerError(f"pg_restore cannot read what pg_dump wrote: {complaint(listed.stderr)}")
    chosen = archive.with_name("entries")
    chosen.write_text(
        "".join(
            f"{entry}\n"
            for entry in listed.stdout.splitlines()
            if bool(_STATISTICS.match(entry)) == statistics and _is_copied(entry)
        ),
        encoding="utf-8",
        errors="surrogateescape",
    )
    script = archive.with_name("script")
    written = _run(
        [program, f"--use-list={chosen}", "--no-owner", f"--file={script}", str(archive)], environment
    )
    if written.returncode != 0:
        raise ServerError(f"pg_restore cannot read what pg_dump wrote: {complaint(written.stderr)}")
    # statement by statement: pg_restore would leave out a table for one option of a column that our server does not know
    done = _run(
        [
            str(programs / "psql"),
            f"--dbname={conninfo}",
            "--no-psqlrc",
            "--quiet",
            "--no-password",
            f"--file={script}",
        ],
        environment,
    )
    if done.returncode != 0:
        raise ServerError(f"psql cannot make the copy: {complaint(done.stderr)}")
    return _refusals(done.stderr)


def _is_copied(entry: str) -> bool:
    """
    >>> _is_copied("12; 1259 16385 TABLE public orders ann"), _is_copied("13; 1417 16400 USER MAPPING - far ann")
    (True, False)
    """
    found = _ENTRY.match(entry)
    return found is not None and not any(found.group(1).startswith(f"{kind} ") for kind in _NOT_COPIED)


def _refusals(said: str) -> tuple[str, ...]:
    r"""What the server said of entries that could not be restored.

    >>> _refusals('psql:script:7: ERROR:  type "geometry" does not exist\nLINE 4: …')
    ('type "geometry" does not exist',)
    """
    return tuple(line.partition("ERROR:")[2].strip() for line in said.splitlines() if "ERROR:" in line)


def _pattern(name: Name) -> str:
    """
    >>> print(_pattern(("public", 'say "hi"')))
    "public"."say ""hi\"""
    """
    return ".".join('"' + part.replace('"', '""') + '"' for part in name)


def _run(command: Sequence[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command,
            env={**environment, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            start_new_session=True,
            timeout=PROGRAM_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ServerError(f"{Path(command[0]).name} gave no answer within {PROGRAM_SECONDS} s") from None
    except OSError as error:
        raise ServerError(
            f"cannot run {command[0]}: {error.strerror}; install PostgreSQL's client programs again"
        ) from None
