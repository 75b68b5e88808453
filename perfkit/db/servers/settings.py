"""The settings of an embedded server, written afresh at each start; ALTER SYSTEM overrides them.

What the planner uses keeps PostgreSQL's defaults, apart from shared_buffers which it does not cost with.

``fsync = off``: a lab's data can be made again, and loading is several times faster. Killing the server is safe, as the
system still writes what it was given; only a crash of the machine itself can damage the data.
``synchronous_commit = on``: with it off, a VACUUM right after a load cannot mark pages all-visible, and index-only scans
look worse than they are. ``full_page_writes = on``: the WAL a statement writes is then what production would write.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from perfkit.db.servers.provider import Provider

PRELOADED = ("pg_stat_statements", "auto_explain")

PORT = 5432
"""Only names the socket file: servers listen on no TCP port, and each has a socket folder of its own."""

SHARED_BUFFERS_MB = 256
SMALL_SHARED_BUFFERS_MB = 64
SMALL_MEMORY_BYTES = 1 << 30
"""Below this much memory the server takes the small shared_buffers: a quarter of it would leave too little for work_mem."""

SMALL_SHARED_MEMORY_BYTES = 256 << 20
"""Containers often give /dev/shm 64 MB, which a parallel hash join overruns; below this, files are used instead."""


def settings_text(provider: Provider, socket_directory: Path) -> str:
    """The configuration file of a server of this provider."""
    libraries = [name for name in PRELOADED if provider.has_library(name)]
    settings = {
        "listen_addresses": "",
        "port": PORT,
        "unix_socket_directories": socket_directory,
        "unix_socket_permissions": "0700",
        "max_connections": 50,
        # advice for a large workload builds thousands of indexes in one transaction, and each is a lock
        "max_locks_per_transaction": 512,
        "shared_buffers": f"{_shared_buffers_mb()}MB",
        "shared_preload_libraries": ",".join(libraries),
        "track_io_timing": "on",
        "wal_level": "minimal",
        "max_wal_senders": 0,
        "max_wal_size": "4GB",
        "checkpoint_timeout": "30min",
        "fsync": "off",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        # A notebook left open in a transaction would keep its locks for ever.
        "idle_in_transaction_session_timeout": "1h",
        # Errors are logged, the statements that made them are not: they may be large and are the user's own.
        "log_min_error_statement": "fatal",
        "log_checkpoints": "off",
        "log_line_prefix": "%m [%p] ",
    }
    if provider.major >= 18 and sys.platform in ("linux", "darwin"):
        settings["file_copy_method"] = "clone"  # since 18: clones share blocks where the file system can
    if _has_small_shared_memory():
        settings["dynamic_shared_memory_type"] = "mmap"
    return "".join(f"{name} = {_quoted(value)}\n" for name, value in settings.items())


def _quoted(value: object) -> str:
    return "'" + str(value).replace("\\", "\\\\").replace("'", "''") + "'"


def _shared_buffers_mb() -> int:
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return SHARED_BUFFERS_MB
    return SHARED_BUFFERS_MB if memory >= SMALL_MEMORY_BYTES else SMALL_SHARED_BUFFERS_MB


def _has_small_shared_memory() -> bool:
    try:
        found = os.statvfs("/dev/shm")
    except OSError:
        return False
    return found.f_blocks * found.f_frsize < SMALL_SHARED_MEMORY_BYTES
