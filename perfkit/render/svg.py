"""matplotlib's SVG made fit for any page: no style element, no style attribute, no id, no outside namespace."""

from __future__ import annotations

import copy
import re
from xml.etree import ElementTree

TEXT_COLOUR = "#010203"
"""Drawn with this, replaced by ``currentColor``: no other part of a picture has it."""

_SVG = "http://www.w3.org/2000/svg"
_LINK = "{http://www.w3.org/1999/xlink}href"
_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"
_SIZE = re.compile(r"(\d+(?:\.\d+)?)px")
_KEPT_PROPERTIES = frozenset(
    {"fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-linecap", "stroke-linejoin", "stroke-dasharray", "opacity", "text-anchor", "font-size"}
)  # fmt: skip


def presentable(source: str, description: str, colour: str) -> str:
    """The picture with presentation attributes only. Text takes the page's colour where the picture is inlined and the
    page says ``color: inherit`` for class ``perfkit-chart``; elsewhere it takes ``colour``."""
    root = ElementTree.fromstring(source[source.index("<svg") :])
    definitions = {element.get("id"): element for element in root.iter() if element.get("id")}
    _resolve_uses(root, definitions)
    for parent in list(root.iter()):
        for child in list(parent):
            if _name(child) in ("defs", "metadata", "style"):
                parent.remove(child)
    for element in root.iter():
        _plain_attributes(element)
    root.set("class", "perfkit-chart")
    root.set("role", "img")
    root.set("aria-label", description)
    root.set("color", colour)
    root.set("stroke-linejoin", "round")
    title = ElementTree.Element(f"{{{_SVG}}}title")
    title.text = description
    root.insert(0, title)
    ElementTree.register_namespace("", _SVG)
    ElementTree.indent(root, " ")
    return ElementTree.tostring(root, encoding="unicode").replace(TEXT_COLOUR, "currentColor") + "\n"


def _resolve_uses(root: ElementTree.Element, definitions: dict[str | None, ElementTree.Element]) -> None:
    """Each ``use`` becomes a copy of what it refers to, so that no id is needed."""
    for parent in list(root.iter()):
        for place, child in enumerate(list(parent)):
            if _name(child) != "use":
                continue
            target = copy.deepcopy(definitions[(child.get(_LINK) or "").removeprefix("#")])
            x, y = child.get("x", "0"), child.get("y", "0")
            target.set("transform", f"translate({x} {y})")
            target.set("style", f"{target.get('style', '')}; {child.get('style', '')}")
            parent[place] = target


def _plain_attributes(element: ElementTree.Element) -> None:
    style = element.attrib.pop("style", "")
    for name in ("id", "clip-path", _LINK):
        element.attrib.pop(name, None)
    for declaration in style.split(";"):
        name, _, value = declaration.partition(":")
        if name.strip() in _KEPT_PROPERTIES:
            element.set(name.strip(), value.strip())
        elif name.strip() == "font" and (size := _SIZE.search(value)):
            element.set("font-size", size[1])
    if _name(element) == "text":
        element.set("font-family", _FONT)


def _name(element: ElementTree.Element) -> str:
    return element.tag.removeprefix(f"{{{_SVG}}}")
