"""A workload from a path, whatever it holds: a folder, a script, a log or a workload file; a recording from a text."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from math import inf
from pathlib import Path

from perfkit.capture.given import is_script
from perfkit.document import from_document
from perfkit.errors import UsageError
from perfkit.sql.parse import parameter_count
from perfkit.sql.session_setup import read_setup
from perfkit.sql.tokens import scan
from perfkit.workload.folder import read_folder
from perfkit.workload.log import looks_like_log, read_log
from perfkit.workload.queries import SCHEMA, Workload, check_values, workload_of
from perfkit.workload.recording import Recording
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
    if "\0" in text:
        raise UsageError(f"{path} is no text: give a folder of .sql files, a script or a log")
    if text.lstrip().startswith("{") and not looks_like_log(text):
        try:
            document = json.loads(text)
        except ValueError as error:
            raise UsageError(f"{path} is not JSON: {error}") from None
        found = from_document(Workload, document, SCHEMA)
        _check(found, path)
        return found
    if looks_like_log(text):
        return workload_of(read_log(text).runs, "log")
    return workload_of(read_script(text).runs, "script")


def read_recording(text: str, setup: str = "") -> Recording | None:
    """What a log or a script of several statements tells, with what its session runs before; None for one statement."""
    if looks_like_log(text):
        found = read_log(text)
    elif is_script(text):
        found = read_script(text)
    else:
        return None
    return replace(found, setup=read_setup(setup) + found.setup) if setup.strip() else found


def _check(workload: Workload, path: Path) -> None:
    """A file may have been edited."""
    if not workload.queries:
        raise UsageError(f"workload file {path} holds no statement")
    names = Counter(query.name for query in workload.queries)
    for query in workload.queries:
        if names[query.name] > 1:
            raise UsageError(
                f"workload file {path} has {names[query.name]} statements named {query.name!r}: give each a name of its own"
            )
        if not query.samples:
            raise UsageError(f"workload file {path}: statement {query.name} has no sample")
        if not 0 <= query.calls < inf:
            raise UsageError(f"workload file {path}: {query.calls!r} is no number of calls of {query.name}")
        for sample in query.samples:
            try:
                needed = parameter_count(scan(sample.text))
            except UsageError as error:
                raise UsageError(f"workload file {path}: {query.name}: {error}") from None
            if sample.parameters:
                check_values(query.name, needed, len(sample.parameters), f"workload file {path}")
