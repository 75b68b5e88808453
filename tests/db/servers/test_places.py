"""Servers in unusual places and under unusual accounts."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from perfkit.db.servers import providers, server
from perfkit.db.servers.home import Home
from perfkit.db.servers.known import every_server
from perfkit.db.servers.provider import default_provider, named_provider
from perfkit.errors import ConfigError, ServerError

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root starts servers as another account")


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home of the test's own, not made yet, in a folder that other accounts can enter."""
    above = Path(tempfile.mkdtemp(prefix="pk-", dir="/tmp"))
    above.chmod(0o711)
    folder = above / "home"
    monkeypatch.setenv("PERFKIT_HOME", str(folder))
    yield folder
    monkeypatch.undo()
    for found in every_server(Home(folder=folder)):
        found.remove()
    shutil.rmtree(above)


def copy_installation(target: Path) -> Path:
    """The default programs, copied with the libraries beside their package; returns the copy's folder."""
    prefix = default_provider().prefix
    kept = target / prefix.parent.name / prefix.name
    shutil.copytree(prefix, kept, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a"))
    bundled = prefix.parent.with_name(prefix.parent.name + ".libs")
    if bundled.is_dir():
        shutil.copytree(bundled, target / bundled.name)
    return kept


@pytest.mark.server
@pytest.mark.parametrize("name", ["a-long-" + "x" * 100, "with space, comma and é"])
def test_a_home_too_long_or_odd_for_a_socket_gets_a_short_private_folder(
    elsewhere: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = elsewhere / name
    monkeypatch.setenv("PERFKIT_HOME", str(folder))
    found = server().start()
    sockets = found.status().socket_directory
    try:
        assert sockets.parent == Path("/tmp")
        assert sockets.stat().st_mode & 0o777 == 0o700
        with psycopg.connect(found.conninfo()) as connection:
            assert connection.info.host == str(sockets)
    finally:
        found.remove()
    assert not sockets.exists()


@as_root
@pytest.mark.server
def test_a_socket_folder_of_someone_else_is_refused(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERFKIT_HOME", str(elsewhere / ("x" * 100)))
    sockets = server().status().socket_directory
    sockets.mkdir()
    os.chown(sockets, 12345, 12345)
    try:
        with pytest.raises(ServerError, match=r"belongs to user id 12345 instead of \w+; remove it"):
            server().start()
    finally:
        sockets.rmdir()


@as_root
@pytest.mark.server
def test_root_runs_it_as_someone_else_and_changes_no_folder_above(elsewhere: Path) -> None:
    above = [(folder, folder.stat().st_mode, folder.stat().st_uid) for folder in elsewhere.parents]
    found = server().start()
    pid = found.status().pid
    assert pid is not None
    process = psutil.Process(pid)
    assert process.uids().effective != 0
    assert pwd.getpwuid(process.uids().effective).pw_name in ("postgres", "nobody")
    assert process.gids().effective != 0
    assert [(folder, folder.stat().st_mode, folder.stat().st_uid) for folder in elsewhere.parents] == above
    assert {path.stat().st_uid for path in (elsewhere, found.folder, found.folder / "server.conf")} == {0}
    with psycopg.connect(found.conninfo()) as connection:
        assert connection.info.user == "postgres"


@as_root
@pytest.mark.server
def test_root_is_told_of_a_home_that_the_servers_account_cannot_enter(elsewhere: Path) -> None:
    elsewhere.parent.chmod(0o700)
    with pytest.raises(ServerError, match=rf"cannot enter {elsewhere.parent}; set PERFKIT_HOME"):
        server().start()
    assert elsewhere.parent.stat().st_mode & 0o777 == 0o700


@as_root
@pytest.mark.server
def test_programs_that_the_servers_account_cannot_reach_are_copied_once(
    elsewhere: Path, tmp_path: Path
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    found = server("closed", copy_installation(closed)).start()
    pid = found.status().pid
    assert pid is not None
    program = Path(psutil.Process(pid).exe())
    assert program.is_relative_to(elsewhere / "binaries")
    assert closed.stat().st_mode & 0o777 == 0o700
    made = program.stat().st_ino
    found.remove()
    again = server("closed", found.provider.prefix).start()
    assert psutil.Process(again.status().pid).exe() == str(program)
    assert program.stat().st_ino == made


class OrdinaryUser:
    """Runs Python programs as account nobody, with a home folder of its own."""

    def __init__(self, folder: Path) -> None:
        account = pwd.getpwnam("nobody")
        folder.mkdir()
        os.chown(folder, account.pw_uid, account.pw_gid)
        self.folder, self.uid, self.gid = folder, account.pw_uid, account.pw_gid

    def run(self, python: str, *arguments: str, home: str | None = None) -> subprocess.CompletedProcess[str]:
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("PERFKIT_", "XDG_"))
        }
        named = {"PERFKIT_HOME": home} if home else {}
        return subprocess.run(
            [python, *arguments],
            cwd=self.folder,
            env=kept | named | {"HOME": str(self.folder), "PYTHONPATH": os.pathsep.join(sys.path)},
            user=self.uid,
            group=self.gid,
            extra_groups=[],
            capture_output=True,
            text=True,
            check=False,
        )

    def python(self) -> str:
        """A Python that this account can run: ours, else the system's of the same version with our packages."""
        for python in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
            try:
                if self.run(python, "-c", "import perfkit, psycopg, psutil").returncode == 0:
                    return python
            except OSError:
                continue
        pytest.skip("this Python or checkout is closed to an ordinary account")


@pytest.fixture
def ordinary_user(elsewhere: Path) -> OrdinaryUser:
    return OrdinaryUser(elsewhere.parent / "nobody")


@as_root
@pytest.mark.server
def test_an_ordinary_user_has_it_in_the_data_folder(ordinary_user: OrdinaryUser) -> None:
    program = (
        "import os; from contextlib import closing; import psycopg; from perfkit.db.servers import server\n"
        "found = server().start(); status = found.status()\n"
        "with closing(psycopg.connect(found.conninfo())) as connection:\n"
        "    print(connection.info.user, os.stat(status.data_directory).st_uid == os.getuid(),\n"
        "          oct(found.home.folder.stat().st_mode & 0o777), status.data_directory)\n"
        "found.remove()"
    )
    done = ordinary_user.run(ordinary_user.python(), "-c", program)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"postgres True 0o700 {ordinary_user.folder}/")


@as_root
@pytest.mark.server
def test_an_ordinary_user_is_told_of_a_folder_that_cannot_be_written(ordinary_user: OrdinaryUser) -> None:
    done = ordinary_user.run(
        ordinary_user.python(), "-m", "perfkit", "server", "start", home="/var/lib/perfkit-no"
    )
    assert done.returncode == 3
    assert done.stderr == (
        "perfkit: cannot write /var/lib/perfkit-no: Permission denied; set PERFKIT_HOME to a folder that you can write\n"
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
@pytest.mark.server
def test_a_folder_that_cannot_be_written_is_told(elsewhere: Path) -> None:
    elsewhere.mkdir(mode=0o500)
    with pytest.raises(
        ServerError, match=rf"cannot write {elsewhere}/servers: Permission denied; set PERFKIT_HOME"
    ):
        server().start()


def test_a_folder_without_programs_is_refused_with_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "initdb").touch()
    with pytest.raises(ConfigError, match=r"holds no bin/pg_ctl, bin/postgres; name the folder"):
        named_provider(tmp_path)


def test_the_environment_names_the_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    known = default_provider()
    monkeypatch.setenv("PERFKIT_POSTGRES", str(known.bin_directory))
    chosen = default_provider()
    assert (chosen.name, chosen.bin_directory, chosen.major) == ("path", known.bin_directory, known.major)
    assert chosen in providers()
    assert len({found.bin_directory.resolve() for found in providers()}) == len(providers())


def test_a_version_begins_with_the_major() -> None:
    for found in providers():
        assert found.version().startswith(str(found.major))


@as_root
@pytest.mark.server
@pytest.mark.parametrize(
    ("size", "sentence"), [("20m", "No space left on device; free some"), ("50m", "no space left")]
)
def test_a_full_disk_is_told_and_leaves_no_half_made_data(size: str, sentence: str) -> None:
    """On a small disk in a mount namespace that ends with the command: full during initdb, then during the copy."""
    if (
        shutil.which("unshare") is None
        or subprocess.run(["unshare", "-m", "true"], check=False).returncode != 0
    ):
        pytest.skip("mount namespaces are not allowed here")
    script = (
        f"mount -t tmpfs -o size={size},mode=755 tmpfs /mnt || exit 77\n"
        f"PERFKIT_HOME=/mnt/home {sys.executable} -m perfkit server start; echo $?\n"
        "ls /mnt/home/servers/default-*/"
    )
    done = subprocess.run(["unshare", "-m", "sh", "-c", script], capture_output=True, text=True, check=False)
    if done.returncode == 77:
        pytest.skip("mounting is not allowed here")
    assert sentence in done.stderr
    assert done.stdout.split()[0] == "3"
    assert "data" not in done.stdout.split()
