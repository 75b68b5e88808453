"""A run's files without literals: what the kernel did not mask itself is masked here, and no file is written that still
holds a value of the statement."""

from __future__ import annotations

import ast
import io
import json
import re
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import replace
from html import escape, unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from perfkit.errors import ReportError
from perfkit.redact import Mask
from perfkit.redact.mask import is_statement
from perfkit.report.outcome import Failure, Run

_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_TAG = re.compile(r"(<(?:style|script)\b.*?</(?:style|script)>|<[^>]*>)", re.DOTALL | re.IGNORECASE)
_TELLING_DIGITS = 7
"""A shorter number may be a count or a time that is equal to a value by chance."""


class Cover:
    """Masks one run by the table that its kernel kept."""

    def __init__(self, table: Path, parameters: Mapping[str, Any]) -> None:
        self._mask = Mask.load(table)
        self.parameters = {name: self._parameter(value) for name, value in parameters.items()}
        """As they may be shown."""
        self.masked = tuple(name for name, value in parameters.items() if self.parameters[name] != value)

    def run(self, run: Run) -> Run:
        """The run without literals. Values of perfkit's were published without them already; other results may hold any."""
        failure = run.failure
        if failure is not None:
            failure = Failure(
                error=self._mask.prose(failure.error),
                cell=failure.cell,
                cell_id=failure.cell_id,
                source=None if failure.source is None else self._source(failure.source),
                traceback=self._mask.prose(failure.traceback),
            )
        return replace(
            run,
            parameters=self.parameters,
            masked=self.masked,
            is_redacted=True,
            failure=failure,
            results=self._everywhere(dict(run.results)),
        )

    def notebook(self, notebook: Any) -> Any:
        """The executed notebook: sources lose known values, printed text what is quoted too; the injected cell is written anew."""
        for cell in notebook.cells:
            if "injected-parameters" in cell.metadata.get("tags", ()):
                cell.source = "\n".join(f"{name} = {value!r}" for name, value in self.parameters.items())
            else:
                cell.source = (
                    self._source(cell.source) if cell.cell_type == "code" else self._mask.prose(cell.source)
                )
            for output in cell.get("outputs", ()):
                self._output(output)
        return notebook

    def check(self, name: str, text: str) -> None:
        """ReportError, before the file is written, where a value of the statement is in its text."""
        values = [value for value in self._mask.bare() if _is_telling(value)]
        if not values:
            return
        pattern = re.compile(
            "|".join(rf"(?<!\w){re.escape(one)}(?!\w)" for one in {" ".join(one.split()) for one in values})
        )
        for part in _texts(name, text):
            if pattern.search(" ".join(part.split())):
                raise ReportError(
                    f"{name} was not written: a value of the statement would stand in it; run without --redact, or have "
                    "the notebook show the value through perfkit",
                    notebook=name,
                    kind="error",
                )

    def _source(self, source: str) -> str:
        """Code with its strings masked by what they hold, however they are spelled; the rest loses known values."""
        try:
            tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
        except (tokenize.TokenError, SyntaxError):
            return self._mask.prose(source)
        starts = [0, *(match.end() for match in re.finditer("\n", source))]
        pieces: list[str] = []
        position = 0
        for token in tokens:
            if token.type == tokenize.STRING:
                start, end = (starts[row - 1] + column for row, column in (token.start, token.end))
                pieces += [self._mask.known(source[position:start]), self._string(token.string)]
                position = end
        return "".join(pieces) + self._mask.known(source[position:])

    def _string(self, spelled: str) -> str:
        try:
            value = ast.literal_eval(spelled)
        except (ValueError, SyntaxError):
            return self._mask.prose(spelled)
        if not isinstance(value, str):
            return self._mask.known(spelled)
        if is_statement(value):
            self._mask.learn(value)
            masked = self._mask.sql(value)
        else:
            plain = unescape(value)
            masked = self._mask.known(plain)
            masked = value if masked == plain else masked
        return spelled if masked == value else repr(masked)

    def _parameter(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._parameter(item) for item in value]
        if not isinstance(value, str):
            return value
        if is_statement(value):
            self._mask.learn(value)
            return self._mask.sql(value)
        try:
            found = json.loads(value)
        except ValueError:
            return self._mask.prose(value)
        if not isinstance(found, list | dict):
            return self._mask.prose(value)
        return json.dumps(self._values(found), ensure_ascii=False)

    def _everywhere(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._mask.prose(value)
        if isinstance(value, dict):
            return {key: self._everywhere(item) for key, item in value.items()}
        return [self._everywhere(item) for item in value] if isinstance(value, list) else value

    def _values(self, value: Any) -> Any:
        """A JSON list or object of values for ``$1`` …"""
        if isinstance(value, list):
            return [self._values(item) for item in value]
        if isinstance(value, dict):
            return {key: self._values(item) for key, item in value.items()}
        return value if value is None or isinstance(value, bool) else self._mask.value(str(value))

    def _output(self, output: Any) -> None:
        if output.output_type == "stream":
            output.text = self._mask.prose(_ANSI.sub("", output.text))
        elif output.output_type == "error":
            output.evalue = self._mask.prose(output.evalue)
            output.traceback = [self._mask.prose(_ANSI.sub("", line)) for line in output.traceback]
        for kind, data in output.get("data", {}).items():
            output.data[kind] = self._data(kind, data)

    def _data(self, kind: str, data: Any) -> Any:
        if isinstance(data, dict):
            return {key: self._data(kind, item) for key, item in data.items()}
        if isinstance(data, list):
            return [self._data(kind, item) for item in data]
        if not isinstance(data, str) or kind in ("image/png", "image/jpeg"):
            return data
        if kind in ("text/html", "image/svg+xml"):
            return "".join(
                part if place % 2 else self._between_tags(part) for place, part in enumerate(_TAG.split(data))
            )
        return self._mask.prose(data)

    def _between_tags(self, text: str) -> str:
        plain = unescape(text)
        masked = self._mask.prose(plain)
        return text if masked == plain else escape(masked, quote=False)


def _is_telling(value: str) -> bool:
    digits = re.sub(r"[\s.,+-]", "", value)
    return not digits.isdecimal() or (len(digits) >= _TELLING_DIGITS and not digits.endswith("000"))


def _texts(name: str, text: str) -> Iterator[str]:
    """What a reader of a file can find in it."""
    if name.endswith(".html"):
        reader = _Reader()
        reader.feed(text)
        reader.close()
        yield from reader.texts
    elif name.endswith((".json", ".ipynb")):
        yield from _strings(json.loads(text))
    else:
        yield unescape(re.sub(r"\\([^\w\s])", r"\1", text))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


class _Reader(HTMLParser):
    """Text of a page, run together where only markup divides it, and its attributes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        self.texts += [
            value
            for name, value in attrs
            if value and name not in ("style", "class", "id", "href", "src", "content")
        ]

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside not in ("style", "script"):
            self.texts.append(data)
        elif data.lstrip().startswith("{") and self._inside == "script":
            self.texts += _strings(json.loads(data))
