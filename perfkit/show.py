"""How values show themselves: one method, one late import. The single declared exception to the rule that
imports only go downwards."""

from __future__ import annotations

from collections.abc import Collection


class Shown:
    """A value that notebooks show as a table and terminals as text; never raises, never asks the server."""

    __slots__ = ()

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, str]:
        from perfkit.render import mimebundle

        return mimebundle(self, include, exclude)

    def __str__(self) -> str:
        from perfkit.render import to_text

        return to_text(self)
