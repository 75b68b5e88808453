"""Magics for notebooks and IPython: %explain, %%explain and %perfkit. Only home of IPython.

``%load_ext perfkit`` brings them. They do what the methods of ``Lab`` do; in notebooks that are to be run as reports,
call those instead.
"""

from __future__ import annotations

from typing import Any

from perfkit.jupyter.completion import Completer
from perfkit.jupyter.magics import PerfkitMagics
from perfkit.jupyter.tuples import show_tuples_of_values


def load(shell: Any) -> None:
    """Register the magics in an IPython shell, what completes their lines, and how tuples of values are shown."""
    magics = PerfkitMagics(shell)
    shell.register_magics(magics)
    shell.Completer.custom_matchers.append(Completer(magics.lab_at_hand, shell.user_ns).matcher)
    show_tuples_of_values(shell)
