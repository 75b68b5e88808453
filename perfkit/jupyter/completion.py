"""What Tab offers within the magics: verbs, options and their values, and the names of the database in a statement."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from IPython.core.completer import (
    CompletionContext,
    SimpleCompletion,
    SimpleMatcherResult,
    context_matcher,
)

from perfkit.chain import Comparable
from perfkit.errors import UsageError
from perfkit.jupyter.known_names import KnownNames
from perfkit.jupyter.order import read_order
from perfkit.jupyter.sql_names import Offer, fitting_names, typed_word
from perfkit.jupyter.verbs import EXPLAIN, VERBS, Verb

if TYPE_CHECKING:
    from perfkit.lab import Lab

_LINE = re.compile(r"^(?:[\w ,.]+=)?\s*%%?(?P<magic>explain|perfkit)\s+(?P<rest>.*)$", re.DOTALL)
_CELL = re.compile(r"^\s*%%(?:explain\b|perfkit\s+(?:\w+\s*<<\s*)?investigate\b)")
_LAST_OPTION = re.compile(r"(?:^|\s)--([a-z][a-z-]*)(?:\s+|=)\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the cursor stands in a statement."""

    before: str
    after: str


class Completer:
    """Completes the lines and cells of the magics in one shell. Asks the server only for names, and never waits long."""

    def __init__(self, lab_at_hand: Callable[[], Lab | None], variables: Mapping[str, Any]) -> None:
        self._lab_at_hand = lab_at_hand
        self._variables = variables
        self._names = KnownNames()
        self.matcher = self._make_matcher()

    def _make_matcher(self) -> Callable[[CompletionContext], SimpleMatcherResult]:
        @context_matcher(identifier="perfkit")  # type: ignore[untyped-decorator]
        def matcher(context: CompletionContext) -> SimpleMatcherResult:
            lines = context.full_text.split("\n")
            offers, word = self.complete(lines, context.cursor_line, context.cursor_position)
            return SimpleMatcherResult(
                completions=[SimpleCompletion(text=one.text, type=one.kind) for one in offers],
                ordered=True,
                suppress=word is not None,  # Python's names are out of place on these lines
                matched_fragment=word or "",
            )

        return matcher  # type: ignore[no-any-return]

    def complete(self, lines: list[str], row: int, column: int) -> tuple[list[Offer], str | None]:
        """What may stand at the cursor, and the word it would replace; None for the word outside of the magics."""
        line = lines[row][:column] if row < len(lines) else ""
        if row > 0 and _CELL.match(lines[0]):
            body = lines[1:]
            before = "\n".join([*body[: row - 1], line])
            after = "\n".join([lines[row][column:], *body[row:]])
            return self._in_statement(Place(before=before, after=after))
        match = _LINE.match(line)
        if not match:
            return [], None
        return self._on_line(match.group("magic"), match.group("rest"), lines[row][column:])

    def _on_line(self, magic: str, rest: str, after: str) -> tuple[list[Offer], str]:
        verb: Verb | None = EXPLAIN
        if magic == "perfkit":
            rest = re.sub(r"^\w+\s*<<\s*", "", rest)
            name, space, rest = rest.partition(" ")
            if not space:
                return _begun(VERBS, name, "verb"), name
            verb = VERBS.get(name)
            if name == "explain-finding":
                from perfkit.findings.vocabulary import VOCABULARY

                return _begun(VOCABULARY, rest, "finding"), rest
        if verb is None:
            return [], rest.rpartition(" ")[2]
        word = re.split(r"\s", rest)[-1]
        head = rest[: len(rest) - len(word)]
        if (option := _LAST_OPTION.search(head)) and verb.takes.get(option.group(1)):
            return _begun(self._values(option.group(1)), word, "value"), word
        try:
            order = read_order(head, verb.takes)
        except UsageError:
            return [], word
        if not order.rest:
            if word.startswith("-") or not word:
                left = (f"--{name}" for name in verb.takes if name not in order.options)
                return _begun(left, word, "option"), word
            return [], word
        if verb.usage.endswith("SELECT …"):
            statement = order.rest + head[len(head.rstrip()) :] + word
            return self._in_statement(Place(before=statement, after=after))
        return [], word

    def _values(self, option: str) -> list[str]:
        """What may follow an option."""
        if option == "diff":
            return [
                name
                for name, value in self._variables.items()
                if isinstance(value, Comparable) and not name.startswith("_")
            ]
        if option == "params":
            return [
                name
                for name, value in self._variables.items()
                if type(value) in (list, tuple) and not name.startswith("_")
            ]
        if option == "dataset":
            from perfkit.dataset import datasets

            return [one.name for one in datasets()]
        return []

    def _in_statement(self, place: Place) -> tuple[list[Offer], str]:
        lab = self._lab_at_hand()
        relations = self._names.of(lab) if lab is not None else ()
        return fitting_names(place.before, place.after, relations), typed_word(place.before)


def _begun(names: Iterable[str], word: str, kind: str) -> list[Offer]:
    """The names that begin with the word."""
    return [Offer(name, kind) for name in names if name.startswith(word)]
