"""A workload from a path, whatever it holds: a folder, a script, a log or a workload file."""

from __future__ import annotations

import json
from pathlib import Path

from perfkit.document import from_document
from perfkit.errors import UsageError
from perfkit.workload.folder import read_folder
from perfkit.workload.log import looks_like_log, read_log
from perfkit.workload.queries import SCHEMA, Workload, workload_of
from perfkit.workload.script import read_script


def read_workload(path: Path) -> Workload:
    """UsageError says in one sentence what cannot be read."""
    if path.is_dir():
        return read_folder(path)
    try:
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except FileNotFoundError:
        raise UsageError(
            f"there is no file or folder {path}; give a folder of .sql files, a script or a log"
        ) from None
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from None
    if text.lstrip().startswith("{") and not looks_like_log(text):
        try:
            document = json.loads(text)
        except ValueError as error:
            raise UsageError(f"{path} is not JSON: {error}") from None
        return from_document(Workload, document, SCHEMA)
    if looks_like_log(text):
        return workload_of(read_log(text).runs, "log")
    return workload_of(read_script(text).runs, "script")
