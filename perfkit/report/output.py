"""The files of a run, in one folder: the truth first, then the views of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from perfkit import document
from perfkit.errors import UsageError
from perfkit.report.outcome import (
    HTML_FILE,
    MARKDOWN_FILE,
    NOTEBOOK_FILE,
    RUN_FILE,
    SCHEMA,
    Run,
    read_run,
    write_run,
)
from perfkit.report.publish import schema_of
from perfkit.report.secrets import strike, strike_all

if TYPE_CHECKING:
    from perfkit.report.cover import Cover


def prepare(folder: Path) -> None:
    """Make the folder and take out an earlier run's files, so that a failure never leaves yesterday's report standing."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in (RUN_FILE, HTML_FILE, MARKDOWN_FILE, NOTEBOOK_FILE):
            (folder / name).unlink(missing_ok=True)
        probe = folder / f"{RUN_FILE}.part"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise UsageError(
            f"cannot write the report into {folder}: {error.strerror}; name another folder"
        ) from None


def write_reports(
    run: Run,
    notebook: Any,
    folder: Path,
    passwords: tuple[str, ...],
    cover: Cover | None = None,
    texts: Mapping[str, str] | None = None,
) -> Run:
    """Write run.json, then the executed notebook, the page and the Markdown; none of them with a password, nor, under a
    ``cover``, with a literal: ReportError then names the file that was not written. ``texts`` are results as Markdown, where they
    are known; under a cover they are written anew."""
    from nbformat import from_dict

    from perfkit.report.export import markdown_of, page_of_notebook

    clean = document.from_document(Run, strike_all(document.to_document(run, SCHEMA), passwords), SCHEMA)
    struck = from_dict(strike_all(notebook, passwords))
    if cover is not None:
        clean, struck = cover.run(clean), cover.notebook(struck)
        cover.check(RUN_FILE, document.dumps(document.to_document(clean, SCHEMA)))
    write_run(clean, folder)
    views: dict[str, Callable[[], str]] = {
        NOTEBOOK_FILE: lambda: json.dumps(struck, indent=1, ensure_ascii=False, sort_keys=True) + "\n",
        HTML_FILE: lambda: strike(page_of_notebook(clean, struck), passwords),
        MARKDOWN_FILE: lambda: strike(markdown_of(clean, texts if cover is None else None), passwords),
    }
    for name, view in views.items():
        text = view()
        if cover is not None:
            cover.check(name, text)
        write_text(folder / name, text)
    return clean


def rebuild(run_json: Path) -> tuple[Path, Path]:
    """Write the page and the Markdown of a stored run again, from ``run.json`` alone: no server, no kernel, no notebook.

    Returns their paths: report.html and report.md beside the file.
    """
    from perfkit.report.export import markdown_of, page_of_run

    run = read_run(run_json)
    folder = run_json if run_json.is_dir() else run_json.parent
    html, markdown = folder / HTML_FILE, folder / MARKDOWN_FILE
    write_text(html, page_of_run(run))
    write_text(markdown, markdown_of(run))
    return html, markdown


def write_page(value: object, path: Path) -> None:
    """Write one value, an investigation, index advice, a capture or a plan, as a self-contained HTML page."""
    from perfkit.plan import Plan
    from perfkit.report.export import page_of_value

    if not isinstance(value, Plan):
        schema_of(value)
    write_text(path, strike(page_of_value(value)))


def write_text(path: Path, text: str) -> None:
    """Write a whole file or none; UsageError where the folder does not take it."""
    temporary = path.with_name(path.name + ".part")
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink()
        raise UsageError(f"cannot write {path}: {error.strerror}") from None
