"""How long work shows that it goes on: bars where somebody watches, plain lines where a log is kept."""

from __future__ import annotations

import html
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import copy_context
from dataclasses import dataclass, field
from importlib import import_module
from threading import Event, Thread
from typing import Any, Protocol

Advance = Callable[[], None]

_PATIENCE_SECONDS = 0.5
"""Work that ends sooner shows nothing in a notebook: a line that comes and goes at once only makes the page jump."""

_TICK_SECONDS = 1.0
"""A statement that runs for minutes makes no step; the clock beside its name shows that it is alive."""


class Progress(Protocol):
    def stage(self, name: str, total: int | None = None) -> AbstractContextManager[Advance]:
        """Announce a piece of work; call what it gives once for each of ``total`` steps done."""


class Silent:
    """No word."""

    @contextmanager
    def stage(self, name: str, total: int | None = None) -> Iterator[Advance]:
        yield lambda: None


class Lines:
    """One line on stderr as each stage begins."""

    @contextmanager
    def stage(self, name: str, total: int | None = None) -> Iterator[Advance]:
        sys.stderr.write(f"perfkit: {name}\n")
        sys.stderr.flush()
        yield lambda: None


class Bars:
    """A tqdm bar in a terminal for each stage."""

    @contextmanager
    def stage(self, name: str, total: int | None = None) -> Iterator[Advance]:
        tqdm = import_module("tqdm.std").tqdm
        with tqdm(
            total=total, desc=name, leave=False, bar_format=None if total else "{desc} {elapsed}"
        ) as bar:

            def advance() -> None:
                bar.update(1)

            with _ticking(bar.refresh, _TICK_SECONDS):
                yield advance


@dataclass(slots=True, kw_only=True)
class _Stage:
    name: str
    total: int | None
    started: float = field(default_factory=time.monotonic)
    done: int = 0


class CellLine:
    """One line below the running cell of a notebook, changed in place, gone when the work is done.

    Not a stream: JupyterLab paints stderr red and keeps the empty stripe. Not a widget: a saved notebook shows its remains.
    """

    def __init__(self) -> None:
        self._stages: list[_Stage] = []
        self._cell: int | None = None
        self._cell_since = 0.0
        self._line: Any = None
        self._shown = ""

    @contextmanager
    def stage(self, name: str, total: int | None = None) -> Iterator[Advance]:
        stage = _Stage(name=name, total=total)

        def advance() -> None:
            stage.done += 1

        self._stages.append(stage)
        try:
            if len(self._stages) > 1:
                yield advance
                return
            self._enter_cell()
            spent = time.monotonic() - self._cell_since
            with _ticking(self._draw, _PATIENCE_SECONDS, first=max(0.0, _PATIENCE_SECONDS - spent)):
                yield advance
        finally:
            self._stages.remove(stage)
            if not self._stages and self._shown:
                self._show("", "")

    def _enter_cell(self) -> None:
        """All stages of one cell share its line; another cell gets a line of its own."""
        cell = _shell().execution_count
        if cell != self._cell:
            self._cell, self._cell_since, self._line = cell, time.monotonic(), None

    def _draw(self) -> None:
        stages = tuple(self._stages)
        if stages:
            self._show(*line_of(stages[-1].name, stages[-1].done, stages[-1].total, stages[-1].started))

    def _show(self, text: str, markup: str) -> None:
        if text == self._shown:
            return
        bundle = {"text/plain": text, "text/html": markup} if text else {"text/plain": ""}
        if self._line is None:
            self._line = import_module("IPython.display").display(bundle, raw=True, display_id=True)
        else:
            self._line.update(bundle, raw=True)
        self._shown = text


def line_of(name: str, done: int, total: int | None, started: float) -> tuple[str, str]:
    """A stage as a line of text and of HTML: its name, its steps, and the time since it ``started``."""
    minutes, seconds = divmod(int(time.monotonic() - started), 60)
    text = " · ".join([name, *([f"{done} of {total}"] if total else []), f"{minutes}:{seconds:02d}"])
    reached = f' value="{done}" max="{total}"' if total else ""
    return text, (
        f'<div class="perfkit perfkit-progress" style="font-size:0.92em"><progress{reached} '
        f'style="width:12em;vertical-align:middle"></progress> {html.escape(text)}</div>'
    )


@contextmanager
def _ticking(draw: Callable[[], object], seconds: float, *, first: float | None = None) -> Iterator[None]:
    """Call ``draw`` from a thread every so many seconds, until the block is left."""
    is_over = Event()

    def tick() -> None:
        wait = seconds if first is None else first
        while not is_over.wait(wait):
            draw()
            wait = seconds

    # In the context of the caller, since a kernel finds there which cell the output belongs to.
    ticker = Thread(target=copy_context().run, args=(tick,), name="perfkit progress", daemon=True)
    ticker.start()
    try:
        yield
    finally:
        is_over.set()
        ticker.join()


def progress_for_here() -> Progress:
    """Bars in a terminal, a line in a live notebook, plain lines in a pipe or CI, nothing while a report is being made."""
    if os.environ.get("PERFKIT_RUN_DIRECTORY"):
        return Silent()
    if _in_notebook():
        return CellLine()
    if sys.stderr.isatty():
        return Bars()
    return Lines()


def _in_notebook() -> bool:
    """Whether this is a kernel's own process; that ipykernel was imported does not make it one."""
    return hasattr(_shell(), "kernel")


def _shell() -> Any:
    """The IPython shell this runs in; None outside of one. Nothing is imported to find out."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None and hasattr(ipython, "get_ipython") else None
