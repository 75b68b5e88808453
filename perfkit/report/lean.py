"""Loading the notebook libraries without what no notebook needs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_GRAMMAR = "rfc3987_syntax"


@contextmanager
def without_address_grammar() -> Iterator[None]:
    """Keep jsonschema from loading a checker of internationalised addresses, which builds its grammar for more than a second of CPU
    and is there wherever JupyterLab is installed; the schema of notebooks has no such field.

    For a process of our own: whoever checks addresses with jsonschema in it afterwards does so without that checker.
    """
    if "jsonschema" in sys.modules or _GRAMMAR in sys.modules:
        yield
        return
    modules: dict[str, Any] = sys.modules
    modules[_GRAMMAR] = None
    try:
        import nbformat  # noqa: F401

        yield
    finally:
        modules.pop(_GRAMMAR, None)
