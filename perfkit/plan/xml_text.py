"""EXPLAIN (FORMAT XML) into the objects of its JSON.

PostgreSQL writes control characters as they are, which XML does not allow and its readers refuse; and a document type
can make a small text huge. So this reads the few forms that EXPLAIN has and refuses the rest.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from perfkit.errors import PlanParseError
from perfkit.plan import keys, merge_counters
from perfkit.plan.draft import collector_paused
from perfkit.plan.scalar import GROUPS, STRUCTURE, scalar

_PART: Final = re.compile(
    r"<(?P<end>/?)(?P<tag>[^\s<>/!?=\"']+)(?P<attributes>\s[^<>]*?)?(?P<is_empty>/?)>"
    r"|<!--.*?-->|<\?.*?\?>|<!\[CDATA\[(?P<raw>.*?)\]\]>|(?P<text>[^<]+)",
    re.DOTALL,
)
_LEAF: Final = re.compile(r"\s*<([\w.-]+)>([^<&\n]*)</\1>")
"""A property as nearly all are written, in one go."""
_REFERENCE: Final = re.compile(r"&(?:#x([\da-fA-F]{1,8})|#(\d{1,8})|(\w+));|&")
_ENTITIES: Final = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}

_LISTS: Final = frozenset({"Plans", "Workers", "Triggers", "Target Tables", "Grouping Sets"})
_ITEMS: Final = frozenset(name for name, (_, types) in keys.NODE.items() if types is keys.TEXTS)
_TEXTS: Final = frozenset(name for name, (_, types) in keys.NODE.items() if types is keys.TEXT) | {
    *(
        "Item",
        "Query Text",
        "Query Parameters",
        "Trigger Name",
        "Constraint Name",
        "Relation",
        "Relations",
        "Format",
    ),
    *(
        "Function Call",
        "Table Function Name",
        "Table Function Call",
        "Tuplestore Name",
        "Custom Plan Provider",
    ),
    *("Conflict Resolution", "Conflict Filter", "Sampling Method", "Repeatable Seed", "Storage", "Window"),
    *("Remote SQL", "Foreign File", "Foreign Program"),
}
"""Properties whose value is text even when it looks like a number."""
_HYPHENS: Final = {"One Time Filter": "One-Time Filter"}
_SORT_GROUPS: Final = ("Full-sort Groups", "Pre-sorted Groups")
_SORT_SPACES: Final = ("Sort Space Memory", "Sort Space Disk")
_EXCERPT_CHARACTERS: Final = 60


@dataclass(slots=True)
class _Element:
    name: str
    begin: int
    """Offset of its tag."""
    texts: list[tuple[int, str]] = field(default_factory=list)
    """Each with its offset."""
    inside: list[tuple[str, object]] = field(default_factory=list)


def loads(text: str) -> object:
    """What the text says; PlanParseError with line and column where it is not EXPLAIN's XML.

    >>> loads("<explain><Query><Plan><Node-Type>Result</Node-Type><Plan-Rows>1</Plan-Rows></Plan></Query></explain>")
    [{'Plan': {'Node Type': 'Result', 'Plan Rows': 1}}]
    """
    with collector_paused():
        return _loads(merge_counters.in_xml(text.replace("\r\n", "\n")))


def _loads(text: str) -> object:
    document = _Element("", 0)
    around = [document]
    place = 0
    while place < len(text):
        leaf = _LEAF.match(text, place)
        if leaf is not None:
            element = around[-1]
            name = _name(leaf[1])
            element.inside.append((name, _leaf(name, element.name, leaf[2])))
            place = leaf.end()
            continue
        part = _PART.match(text, place)
        if part is None:
            raise _refused(_why(text, place), text, place)
        tag = part["tag"]
        words = part["raw"] if part["text"] is None else _resolved(part["text"], text, place)
        if words is not None:
            around[-1].texts.append((place, words))
        elif tag is not None and not part["end"]:
            around.append(_Element(_name(tag), place))
        if tag is not None and (part["end"] or part["is_empty"]):
            element = around.pop()
            if element.name != _name(tag) or not around:
                raise _refused(f"</{tag}> ends what does not begin", text, place)
            around[-1].inside.append((element.name, _value(element, around[-1], text)))
        place = part.end()
    if len(around) > 1:
        raise _refused(
            f"the text ends inside of <{around[-1].name.replace(' ', '-')}>", text, len(text.rstrip())
        )
    _check_no_text(document, text)
    return _plans(document, text)


def _plans(document: _Element, text: str) -> list[object]:
    found: list[object] = []
    for name, value in document.inside:
        if name == "Plan":
            found.append({"Plan": value})
        elif name == "explain" and isinstance(value, list):
            found += value
        elif name in ("explain", "Query") and isinstance(value, dict):
            found.append(value)
        else:
            tag = name.replace(" ", "-")
            raise _refused(
                f"<{tag}> is no plan; expected <explain> with a <Plan> inside", text, document.begin
            )
    return found


@lru_cache(maxsize=1024)
def _name(tag: str) -> str:
    name = tag.replace("-", " ")
    name = name.replace("I O ", "I/O ") if "I O " in name else name
    return _HYPHENS.get(name, name)


def _value(element: _Element, around: _Element, text: str) -> object:
    if not element.inside:
        words = "".join(text for _, text in element.texts)
        if element.name == "Node Type" and "\n" in words:
            raise _refused(
                "the words of an element stand in a line of their own, expected them beside its tag",
                text,
                element.begin,
            )
        return _leaf(element.name, around.name, words)
    _check_no_text(element, text)
    if _is_list(element):
        return [value for _, value in element.inside]
    found: dict[str, object] = {}
    for name, value in _labelled(element.inside):
        if name in STRUCTURE and name in found:
            raise _refused(f'"{name}" stands twice in this element', text, element.begin)
        found[name] = value
    return found


def _labelled(inside: list[tuple[str, object]]) -> list[tuple[str, object]]:
    """The properties with the names that other formats give to the groups of an Incremental Sort.

    XML has one name for groups and one for spaces; their order is that of the other formats, of which the first
    group is always there, and the space that alone is there is on disk when every method is one for disks.
    """
    methods = dict(inside).get("Sort Methods Used")
    is_on_disk = isinstance(methods, list) and all(str(method).startswith("external") for method in methods)
    names = {
        "Incremental Sort Groups": iter(_SORT_GROUPS),
        "Sort Space": iter(_SORT_SPACES[is_on_disk:]),
    }
    return [(next(names[name], name) if name in names else name, value) for name, value in inside]


def _is_list(element: _Element) -> bool:
    """Whether JSON has an array here: XML names its entries alike, by the singular of the array's name."""
    name, inner = element.name, element.inside[0][0]
    if name in _LISTS or name in _ITEMS:
        return True
    if name in ("Query", "Plan") or any(other != inner for other, _ in element.inside):
        return False
    return (
        len(element.inside) > 1
        or inner in ("Item", "explain")
        or name == f"{inner}s"
        or (name, inner) == ("explain", "Query")
    )


def _leaf(name: str, around: str, words: str) -> object:
    if name in GROUPS and not words.strip():
        return {}
    if (name in _LISTS or name in _ITEMS) and not words.strip():
        return []
    is_text = name in _TEXTS or around == "Settings"
    if words[:1] == "\n" and not is_text and words.isspace():
        return []
    value = words if is_text else scalar(words.strip())
    return words if isinstance(value, str) else value


def _check_no_text(element: _Element, text: str) -> None:
    for place, words in element.texts:
        if words.strip():
            place += len(words) - len(words.lstrip())
            raise _refused("text stands here where only elements were expected", text, place)


def _resolved(words: str | None, text: str, place: int) -> str | None:
    """The text with the characters that its references stand for."""
    if words is None or "&" not in words:
        return words

    def character(found: re.Match[str]) -> str:
        hexadecimal, decimal, name = found.groups()
        if name in _ENTITIES:
            return _ENTITIES[name]
        code = int(hexadecimal, 16) if hexadecimal else int(decimal) if decimal else -1
        if not 0 <= code <= sys.maxunicode:
            raise _refused(f"{found[0]} stands for no character", text, place + found.start())
        return chr(code)

    return _REFERENCE.sub(character, words)


_WHY: Final = {
    "<!--": "this comment has no end",
    "<![CDATA[": "this text has no end",
    "<!": "a document type has no place in a plan",
    "<?": "this instruction has no end",
}


def _why(text: str, place: int) -> str:
    """Why no part of XML begins at the place."""
    return next(
        (why for mark, why in _WHY.items() if text.startswith(mark, place)), "not XML: this tag is not whole"
    )


def _refused(message: str, text: str, place: int) -> PlanParseError:
    begin = text.rfind("\n", 0, place) + 1
    return PlanParseError(
        message,
        line=text.count("\n", 0, place) + 1,
        column=place - begin + 1,
        excerpt=text[place : place + _EXCERPT_CHARACTERS].partition("\n")[0].strip() or None,
    )
