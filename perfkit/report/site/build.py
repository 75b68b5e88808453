"""Executing the book, several pages at a time in processes of their own, and writing the site from what came."""

from __future__ import annotations

import multiprocessing
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from perfkit.book.source import source
from perfkit.progress import Progress, Silent
from perfkit.report.outcome import NOTEBOOK_FILE, Run
from perfkit.report.output import prepare
from perfkit.report.run import run_notebook
from perfkit.report.site.pages import BookPage

PAGE_SECONDS = 180.0
"""A page takes a few seconds; one that takes minutes waits for something that will not come."""

JOBS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What executing one page came to."""

    id: str
    title: str
    is_ok: bool
    error: str | None
    """One line: the claim that did not hold, or what else went wrong."""
    seconds: float


def build_site(
    pages: Sequence[BookPage], output: Path, *, jobs: int = JOBS, progress: Progress | None = None
) -> tuple[Outcome, ...]:
    """Execute the pages on the embedded server and write the site into a folder: index.html, a page each, the findings.

    A page that fails is written with a banner and the others go on: its outcome says so. UsageError for a folder that cannot
    be written; ServerError without a server.
    """
    from perfkit.report.site.write import write_site

    shown = progress or Silent()
    prepare(output)
    source(shown)
    with tempfile.TemporaryDirectory(prefix="perfkit-book-") as folder:
        runs = _executed(pages, Path(folder), jobs, shown)
        notebooks = {page.id: Path(folder) / page.id / NOTEBOOK_FILE for page in pages}
        with shown.stage("write the site"):
            write_site(pages, runs, notebooks, output)
    return tuple(_outcome(page, runs[page.id]) for page in pages)


def _executed(pages: Sequence[BookPage], folder: Path, jobs: int, progress: Progress) -> dict[str, Run]:
    spawned = multiprocessing.get_context(
        "spawn"
    )  # a fork would share this process's connections and threads
    with (
        progress.stage(f"execute {len(pages)} pages", total=len(pages)) as advance,
        ProcessPoolExecutor(max_workers=jobs, mp_context=spawned) as pool,
    ):
        waiting = {
            pool.submit(run_notebook, page.path, {}, folder / page.id, timeout=PAGE_SECONDS): page
            for page in pages
        }
        runs = {}
        try:
            for done in as_completed(waiting):
                id, run = waiting[done].id, done.result()
                runs[id] = run
                advance()
                came = f"in {run.seconds:.1f} s" if run.is_ok else "failed"
                with progress.stage(f"page {len(runs)}/{len(pages)}: {id} {came}"):
                    pass
        except BaseException:
            for worker in multiprocessing.active_children():
                worker.terminate()  # which interrupts the kernel of the page at work, so that its copy is dropped
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    return runs


def _outcome(page: BookPage, run: Run) -> Outcome:
    return Outcome(
        id=page.id,
        title=page.title,
        is_ok=run.is_ok,
        error=None if run.is_ok else run.sentence,
        seconds=run.seconds,
    )
