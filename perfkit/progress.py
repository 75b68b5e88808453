"""How long work shows that it goes on: bars where somebody watches, plain lines where a log is kept."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib import import_module
from typing import Protocol

Advance = Callable[[], None]


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
    """A tqdm bar for each stage: a widget in notebooks that have them, text elsewhere."""

    @contextmanager
    def stage(self, name: str, total: int | None = None) -> Iterator[Advance]:
        has_widgets = _in_notebook() and importlib.util.find_spec("ipywidgets") is not None
        tqdm = import_module("tqdm.notebook" if has_widgets else "tqdm.std").tqdm
        with tqdm(
            total=total, desc=name, leave=False, bar_format=None if total else "{desc} {elapsed}"
        ) as bar:

            def advance() -> None:
                bar.update(1)

            yield advance


def progress_for_here() -> Progress:
    """Bars in a terminal or a live notebook, lines in a pipe or CI, nothing while a report is being made."""
    if os.environ.get("PERFKIT_RUN_DIRECTORY"):
        return Silent()
    if _in_notebook() or sys.stderr.isatty():
        return Bars()
    return Lines()


def _in_notebook() -> bool:
    return "ipykernel" in sys.modules
