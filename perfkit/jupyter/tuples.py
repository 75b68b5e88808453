"""Tuples of perfkit's values, as ``found.findings`` is, show themselves as the values do."""

from __future__ import annotations

from typing import Any

from perfkit.show import Shown


def show_tuples_of_values(shell: Any) -> None:
    """Have the shell do so; other tuples are shown as ever."""
    from perfkit.render import to_html, to_text

    plain = shell.display_formatter.formatters["text/plain"]
    usual = plain.lookup_by_type(tuple)

    def as_text(values: tuple[object, ...], printer: Any, is_cycle: bool) -> None:
        # Inside another container several lines would tear that apart.
        if _are_shown(values) and len(printer.stack) == 1:
            printer.text(to_text(values))
        else:
            usual(values, printer, is_cycle)

    plain.for_type(tuple, as_text)
    shell.display_formatter.formatters["text/html"].for_type(
        tuple, lambda values: to_html(values) if _are_shown(values) else None
    )


def _are_shown(values: tuple[object, ...]) -> bool:
    return type(values) is tuple and bool(values) and all(isinstance(value, Shown) for value in values)
