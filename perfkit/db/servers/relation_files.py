"""How long the files of a relation are, which is what the planner takes for its number of pages.

A page of zeros is a valid empty page, and what was never written takes no room on disk: a relation of a terabyte is made in a
moment. It lies in segments of a gigabyte, N, N.1, N.2, … (src/backend/storage/smgr/md.c).
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

from perfkit.db.servers.account import Account, account_for
from perfkit.db.servers.home import explained
from perfkit.errors import ServerError
from perfkit.units import BLOCK_BYTES

_SEGMENT_PAGES = 131_072
"""RELSEG_SIZE of all builds that did not choose otherwise."""

_LEAST_HOLE_BYTES = 1 << 20
"""A longer hole that takes room shows that the file system knows none."""


def set_pages(data_directory: Path, path: str, pages: int) -> None:
    """Make the relation at ``path``, as pg_relation_filepath() gives it, so many pages long.

    Pages that are cut off are lost, new ones are empty. ServerError where the file system would have to write them.
    """
    account = account_for(data_directory)
    folder, _, name = path.rpartition("/")
    lengths = _lengths(pages)
    with explained(data_directory), _folder(data_directory, folder) as inside:
        for segment, length in enumerate(lengths):
            with _segment(inside, name, segment, account, may_make=segment > 0) as file:
                _set_length(file, length)
        # md.c keeps segments beyond the end at length zero rather than removing them
        with suppress(FileNotFoundError):
            for segment in count(len(lengths)):
                with _segment(inside, name, segment, account) as file:
                    os.ftruncate(file, 0)


def _lengths(pages: int) -> list[int]:
    """Bytes of each segment.

    >>> _lengths(0), _lengths(131_073)
    ([0], [1073741824, 8192])
    """
    full, rest = divmod(pages, _SEGMENT_PAGES)
    lengths = [_SEGMENT_PAGES] * full + ([rest] if rest or not full else [])
    return [length * BLOCK_BYTES for length in lengths]


def _set_length(file: int, length: int) -> None:
    before = os.fstat(file)
    os.ftruncate(file, length)
    grown = length - before.st_size
    taken = (os.fstat(file).st_blocks - before.st_blocks) * 512
    if grown > _LEAST_HOLE_BYTES and taken > grown / 2:
        os.ftruncate(file, before.st_size)
        raise ServerError(
            "the file system of the embedded server keeps no holes in files; set PERFKIT_HOME to a folder on another one"
        )


@contextmanager
def _segment(
    folder: int, name: str, segment: int, account: Account, *, may_make: bool = False
) -> Iterator[int]:
    """A file that the server's account has made: root must not be led to another one by a link in its place."""
    name = f"{name}.{segment}" if segment else name
    flags = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        file = os.open(name, flags, dir_fd=folder)
    except FileNotFoundError:
        if not may_make:
            raise
        file = os.open(name, flags | os.O_CREAT | os.O_EXCL, 0o600, dir_fd=folder)
        if account.is_dropped:
            os.fchown(file, account.uid, account.gid)
    try:
        found = os.fstat(file)
        if not stat.S_ISREG(found.st_mode) or found.st_uid != account.uid or found.st_nlink != 1:
            raise ServerError(f"{name} among the server's data is no file of its own; remove the server")
        yield file
    finally:
        os.close(file)


@contextmanager
def _folder(data_directory: Path, path: str) -> Iterator[int]:
    """The folder below the data directory, entered step by step without following a link."""
    folder = os.open(data_directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in filter(None, path.split("/")):
            deeper = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
            os.close(folder)
            folder = deeper
        yield folder
    finally:
        os.close(folder)
