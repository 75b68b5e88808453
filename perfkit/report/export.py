"""Pages: an executed notebook, or a stored run, as one HTML file that needs nothing but itself; and as Markdown.

The template is ours. What cells printed is shown, what they were written as is folded away at the end. The page's
content policy lets nothing be loaded and no script run but its own, whatever a cell's output holds.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from perfkit import __version__
from perfkit.document import to_document
from perfkit.report.chapters import chapters_of
from perfkit.report.outcome import SCHEMA, Run
from perfkit.report.publish import value_of

if TYPE_CHECKING:
    from perfkit.capture.values import Capture
    from perfkit.plan import Plan

_FOLDER = Path(__file__).parent
_SHOWN = ("text/html", "image/svg+xml", "image/png", "image/jpeg", "text/markdown", "text/plain")
"""Formats of an output, the best for a page first. Scripts and widgets are not among them."""

_BANNERS = {
    "error": "This run failed",
    "died": "This run lost its kernel",
    "interrupted": "This run was interrupted",
    "timeout": "This run ran out of time",
}
_TITLES = {
    "Investigation": "Why is this statement slow?",
    "IndexAdvice": "Which indexes does this workload need?",
}
"""Headings of the page of one value, by its class."""
_HIDDEN = {"parameters", "injected-parameters"}


def page_of_notebook(run: Run, notebook: Any, page: Mapping[str, Any] | None = None) -> str:
    """The page of an executed notebook. When it stopped early, what was published but not shown any more follows.

    ``page`` replaces what stands around the cells: title, trail, code, …
    """
    cells = list(notebook.cells)
    if not run.is_ok:
        cells = _reached(cells, run.failure.cell_id if run.failure else None)
        cells += [cell for cell in _result_cells(run) if not _is_shown(cell, cells)]
    code = [
        cell.source
        for cell in notebook.cells
        if cell.cell_type == "code"
        and cell.source.strip()
        and not _HIDDEN & set(cell.metadata.get("tags", ()))
    ]
    return _html(cells, _page_of_run(run) | {"code": code} | dict(page or {}))


def page_of_cells(cells: Iterable[Any], page: Mapping[str, Any]) -> str:
    """A page of cells that come from no run."""
    return _html(cells, page)


def page_of_run(run: Run) -> str:
    """The page of a stored run, from its published results alone."""
    return _html(_result_cells(run), _page_of_run(run))


def page_of_value(value: object) -> str:
    """The page of one investigation, index advice, capture or plan."""
    title = _TITLES.get(type(value).__name__, "How this statement runs")
    return _html(_value_cells(value), {"title": title, "eyebrow": ["perfkit"]})


def markdown_of(run: Run, texts: Mapping[str, str] | None = None) -> str:
    """The run as Markdown, for a merge request or a wiki: what happened, then every published result, of which ``texts`` may be
    there already."""
    parts = [f"# {_markdown(run.title)}"]
    if run.failure:
        parts.append(f"**{_BANNERS[run.status]}**: {_one_line(run.sentence)}")
    for name, document in run.results.items():
        parts.append((texts or {}).get(name, "").strip() or _markdown_of_result(document))
    parts.append(" · ".join(_colophon(run)))
    return "\n\n".join(parts) + "\n"


def _markdown_of_result(document: Mapping[str, Any]) -> str:
    from perfkit.render import to_markdown

    value = value_of(document)
    return _table(value) if isinstance(value, Mapping) else to_markdown(value).strip()


def _html(cells: Iterable[Any], page: Mapping[str, Any]) -> str:
    """Cells under the page's frame: its title, eyebrow, banner, parameters, code and colophon, as far as given."""
    from nbformat.v4 import new_notebook

    script = page.get("script") or asset("page.js") + asset("sort.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    frame: dict[str, Any] = {
        "version": __version__,
        "style": asset("page.css"),
        "script": script,
        "script_hash": f"sha256-{digest}",
        "tab": page["title"],
        "eyebrow": [],
        "trail": [],
        "neighbours": [],
        "has_code": False,
        "banner": None,
        "run": None,
        "parameters": [],
        "code": [],
        "colophon": [f"perfkit {__version__}"],
    }
    notebook = new_notebook(cells=[_without_title(cell, page["title"]) for cell in cells])
    html: str = _exporter().from_notebook_node(notebook, resources={"perfkit": frame | dict(page)})[0]
    return html


def _exporter() -> Any:
    from nbconvert import HTMLExporter
    from nbconvert.filters import strip_ansi
    from traitlets.config import Config

    exporter = HTMLExporter(
        template_name="template",
        extra_template_basedirs=[str(_FOLDER)],
        anchor_link_text="",
        # nothing rewrites outputs before the template: no widget state, no highlighting style sheet
        config=Config({"HTMLExporter": {"default_preprocessors": []}}),
    )
    exporter.register_filter("chapters", chapters_of)
    exporter.register_filter("figure", _figure)
    exporter.register_filter("ansi_plain", strip_ansi)
    return exporter


def _figure(output: Any, cell: Any) -> str:
    """One output in the best of its formats."""
    kind = next((kind for kind in _SHOWN if kind in output.data), None)
    if kind is None:
        return ""
    data, about = output.data[kind], output.get("metadata", {}).get(kind, {})
    text = data if isinstance(data, str) else "".join(data)
    if kind == "text/html":
        return text
    if kind == "image/svg+xml":
        picture = re.sub(r"^\s*(?:<\?xml.*?\?>|<!DOCTYPE.*?>|\s)*", "", text, flags=re.DOTALL)
        return picture + _as_text(output.data, about)
    if kind.startswith("image/"):
        alt = about.get("alt") or cell.metadata.get("alt") or "picture made by this notebook"
        size = "".join(f' {name}="{int(about[name])}"' for name in ("width", "height") if name in about)
        return f'<img src="data:{kind};base64,{"".join(text.split())}" alt="{escape(alt)}"{size}>'
    if kind == "text/markdown":
        from nbconvert.filters import markdown2html

        return f'<div class="prose">{markdown2html(text)}</div>'
    return f'<pre class="text">{escape(text)}</pre>'


def _as_text(data: Mapping[str, Any], about: Mapping[str, Any]) -> str:
    """The figures of one of our pictures, which says what it shows, for those who read rather than look."""
    if "alt" not in about or "text/plain" not in data:
        return ""
    words = "".join(data["text/plain"])
    return f'<details class="figures"><summary>the same in figures</summary><pre class="text">{escape(words)}</pre></details>'


def _page_of_run(run: Run) -> dict[str, Any]:
    page: dict[str, Any] = {
        "title": run.title,
        "tab": " · ".join(filter(None, (_question(run), run.title))),
        "eyebrow": [
            "perfkit",
            _question(run) or run.notebook,
            *_subject(run),
            run.started_at.replace("T", " ").replace("Z", " UTC"),
        ],
        "parameters": [(name, _shown_value(value)) for name, value in run.parameters.items()],
        "colophon": _colophon(run),
        "run": embedded(to_document(run, SCHEMA)),
    }
    if run.failure:
        page["banner"] = {
            "head": _BANNERS[run.status],
            "text": run.sentence,
            "source": run.failure.source,
            "traceback": run.failure.traceback,
        }
    return page


def _question(run: Run) -> str:
    """What the run was asked about; empty where its parameters do not say."""
    return str(run.parameters.get("query") or run.parameters.get("workload") or "")


def _subject(run: Run) -> list[str]:
    """What was looked at, in two words, where a result tells."""
    for document in run.results.values():
        environment = document.get("environment") if isinstance(document, Mapping) else None
        if isinstance(environment, Mapping):
            return [f"PostgreSQL {environment['server_version']}", str(environment["database"])]
    return []


def _colophon(run: Run) -> list[str]:
    return [
        *(["literals are masked: equal ones have equal numbers"] if run.is_redacted else []),
        f"perfkit {run.perfkit_version}",
        f"Python {run.python_version}",
        *_subject(run)[:1],
        f"{run.cells_run} of {run.cells} cells in {run.seconds:.1f} s",
        run.finished_at,
    ]


def _result_cells(run: Run) -> list[Any]:
    cells = []
    for name, document in run.results.items():
        value = value_of(document)
        if not isinstance(value, Mapping):
            cells += _value_cells(value)
        else:
            from nbformat.v4 import new_markdown_cell

            cells.append(new_markdown_cell(f"## {name}\n\n{_table(value)}"))
    return cells


def _value_cells(value: object) -> list[Any]:
    """A value as the cells a notebook would show it in: its sections under their titles."""
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

    from perfkit.capture.values import Capture
    from perfkit.index_advice import IndexAdvice
    from perfkit.investigation import Investigation
    from perfkit.plan import Plan
    from perfkit.render import mimebundle, sections
    from perfkit.render.index_advice import has_part

    if isinstance(value, Plan | Capture):
        return _plan_cells(value)
    if not isinstance(value, Investigation | IndexAdvice):
        return [new_code_cell(outputs=[new_output("display_data", mimebundle(value))])]
    cells = []
    for name, section in sections(value).items():
        if isinstance(value, IndexAdvice) and not has_part(value, name):
            continue
        bundle: Any = section._repr_mimebundle_()
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        if name != "verdict":
            cells.append(new_markdown_cell(f"## {getattr(section, 'title', name).capitalize()}"))
        cells.append(
            new_code_cell(
                outputs=[new_output("display_data", data, metadata=metadata)],
                metadata={"tags": ["verdict"] if name == "verdict" else []},
            )
        )
    return cells


def _plan_cells(value: Plan | Capture) -> list[Any]:
    """A plan as cells: findings, tree and pictures under their titles, its figures at the head."""
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

    from perfkit.render.plan_page import page_parts

    cells = []
    for part in page_parts(value):
        bundle: Any = part._repr_mimebundle_()
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        if part.title:
            cells.append(new_markdown_cell(f"## {part.title}"))
        cells.append(
            new_code_cell(
                outputs=[new_output("display_data", data, metadata=metadata)],
                metadata={"tags": [] if part.title else ["verdict"]},
            )
        )
    return cells


def _reached(cells: Iterable[Any], failed_id: str | None) -> list[Any]:
    """The cells up to the one that failed, whose error the banner tells already; headings of what never ran are left out."""
    reached: list[Any] = []
    for cell in cells:
        reached.append(cell)
        if cell.get("id") == failed_id:
            kept = [output for output in cell.get("outputs", ()) if output.output_type != "error"]
            reached[-1] = type(cell)({**cell, "outputs": kept}) if cell.cell_type == "code" else cell
            return reached
    return []


def _is_shown(cell: Any, cells: Iterable[Any]) -> bool:
    """Whether the notebook got as far as showing this very part itself."""
    shown = {_html_of(output) for one in cells if one.cell_type == "code" for output in one.outputs}
    return cell.cell_type == "code" and any(_html_of(output) in shown for output in cell.outputs)


def _html_of(output: Any) -> str | None:
    data = output.get("data", {})
    shown: str | None = data.get("text/html") or data.get("image/svg+xml")
    return shown


def _without_title(cell: Any, title: str) -> Any:
    """The cell without the heading that the page already has as its title."""
    if cell.cell_type == "markdown":
        first, _, rest = cell.source.lstrip().partition("\n")
        if (
            first.startswith("# ")
            and first.lstrip("# ").translate(str.maketrans("", "", "*`_")).strip() == title
        ):
            return type(cell)({**cell, "source": rest.lstrip()})
    return cell


def _table(document: Mapping[str, Any]) -> str:
    """A plain document as a Markdown table of its fields."""
    rows = [
        f"| {_markdown(name)} | {_markdown(_shown_value(value))} |"
        for name, value in document.items()
        if name != "schema"
    ]
    return "\n".join(["| | |", "|---|---|", *rows])


def _markdown(text: object) -> str:
    return re.sub(r"([\\`*_|<>\[\]])", r"\\\1", _one_line(str(text)))


def _shown_value(value: object) -> str:
    return value if isinstance(value, str) else repr(value)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def embedded(document: Mapping[str, Any]) -> str:
    """A document as it may stand within a script element."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


@cache
def asset(name: str) -> str:
    return files("perfkit.report").joinpath("template", name).read_text(encoding="utf-8").strip()
