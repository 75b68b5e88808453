"""Reading EXPLAIN (FORMAT XML): types that XML does not say, what hands and editors write, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from recorded_plans import ONLY_JSON, document
from server_formats import as_xml

from perfkit.errors import PlanParseError
from perfkit.plan import collect_plans, parse_plan, read_json
from perfkit.plan.xml_text import loads


def node(inner: str) -> dict[str, Any]:
    """The root of a plan with these elements in it."""
    found: Any = loads(f"<explain>\n<Query>\n<Plan>{inner}</Plan></Query>\n</explain>")
    assert len(found) == 1
    plan: dict[str, Any] = found[0]["Plan"]
    return plan


@pytest.mark.parametrize("name", [name for name in ONLY_JSON if "jit" in name] + ONLY_JSON[::3])
def test_other_recorded_documents_are_read_from_xml(name: str) -> None:
    """With times, and the JIT of workers, which no steady set of options prints."""
    assert loads(as_xml(document(name))) == document(name)


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("<Filter>12</Filter><Alias>true</Alias><Plan-Rows>12</Plan-Rows>", {"Filter": "12", "Alias": "true", "Plan Rows": 12}),
        ("<Output><Item>1</Item></Output>", {"Output": ["1"]}),
        ("<Output><Item>true</Item><Item> a </Item></Output>", {"Output": ["true", " a "]}),
        ("<Parallel-Aware>false</Parallel-Aware>", {"Parallel Aware": False}),
        ("<Alias> a\n</Alias><Schema></Schema>", {"Alias": " a\n", "Schema": ""}),
        ("<Filter>a &lt; b &amp;&amp; c &gt; &quot;&apos;&#x0d;&#65;</Filter>", {"Filter": "a < b && c > \"'\rA"}),
        ("<Filter>\x01\x0b\x1b</Filter>", {"Filter": "\x01\x0b\x1b"}),
        ("<I-O-Read-Time>0.5</I-O-Read-Time><Shared-I-O-Read-Time>1.0</Shared-I-O-Read-Time>", {"I/O Read Time": 0.5, "Shared I/O Read Time": 1.0}),
        ("<One-Time-Filter>false</One-Time-Filter>", {"One-Time Filter": "false"}),
        ("<Plans>\n</Plans><Workers>\n</Workers>", {"Plans": [], "Workers": []}),
        ("<Workers>\n<Worker>\n<Worker-Number>0</Worker-Number>\n</Worker>\n</Workers>", {"Workers": [{"Worker Number": 0}]}),
        ("<Conflict-Arbiter-Indexes><Item>12</Item></Conflict-Arbiter-Indexes>", {"Conflict Arbiter Indexes": ["12"]}),
        ("<New><Sub>1</Sub></New><Newer>\n</Newer>", {"New": {"Sub": 1}, "Newer": []}),
    ],
)  # fmt: skip
def test_what_the_server_writes(inner: str, expected: dict[str, object]) -> None:
    assert node(inner) == expected


def sort(*groups: str) -> str:
    return "".join(f"<Incremental-Sort-Groups>{group}</Incremental-Sort-Groups>" for group in groups)


def space(*methods: str, spaces: int = 1) -> str:
    items = "".join(f"<Item>{method}</Item>" for method in methods)
    return (
        f"<Sort-Methods-Used>{items}</Sort-Methods-Used>" + "<Sort-Space><Peak>1</Peak></Sort-Space>" * spaces
    )


def test_the_groups_of_an_incremental_sort_get_the_names_of_json() -> None:
    found = node(sort(space("quicksort"), space("external merge", "quicksort", spaces=2)))
    full, sorted_before = found["Full-sort Groups"], found["Pre-sorted Groups"]
    assert full["Sort Space Memory"] == {"Peak": 1}
    assert {"Sort Space Memory", "Sort Space Disk"} < set(sorted_before)
    assert set(node(sort(space("external merge")))["Full-sort Groups"]) == {
        "Sort Methods Used",
        "Sort Space Disk",
    }


@pytest.mark.parametrize(
    "text",
    [
        '<?xml version="1.0" encoding="UTF-8"?>\n<explain xmlns="http://x"><Query><Plan><Node-Type>Result</Node-Type></Plan></Query></explain>',
        "<explain>\r\n <!-- a <b> -->\r\n <Query >\r\n<Plan><Node-Type>Result</Node-Type ></Plan></Query></explain>\r\n",
        "<explain><Query><Plan><Node-Type><![CDATA[Result]]></Node-Type></Plan></Query></explain>",
        "<explain><Plan><Node-Type>Result</Node-Type></Plan></explain>",
        "<Query><Plan><Node-Type>Result</Node-Type></Plan></Query>",
        "<Plan><Node-Type>Result</Node-Type></Plan>",
    ],
)
def test_what_hands_and_editors_write(text: str) -> None:
    assert loads(text) == [{"Plan": {"Node Type": "Result"}}]


@pytest.mark.parametrize(
    ("text", "message", "line", "column"),
    [
        ('<?xml version="1.0"?>\n<!DOCTYPE a [<!ENTITY b "c">]>\n<explain/>', "a document type has no place", 2, 1),
        ("<explain>\n<Query>&lol;</Query></explain>", "&lol; stands for no character", 2, 8),
        ("<explain>\n<Filter>a & b</Filter></explain>", "& stands for no character", 2, 11),
        ("<explain>&#x110000;</explain>", "stands for no character", 1, 10),
        ("<explain>\n<Query>", "the text ends inside of <Query>", 2, 8),
        ("<explain>\n<Query></Plan></explain>", "</Plan> ends what does not begin", 2, 8),
        ("<explain></explain></explain>", "</explain> ends what does not begin", 1, 20),
        ("<explain>\n<Plan <b>", "this tag is not whole", 2, 1),
        ("<explain>\n<!-- x", "this comment has no end", 2, 1),
        ("<explain>\n<Plan> words<Node-Type>x</Node-Type></Plan></explain>", "text stands here", 2, 8),
        ("<explain><Plan>\n<Node-Type>\n  Result\n</Node-Type></Plan></explain>", "in a line of their own", 2, 1),
        ("<explain><Plan><Node-Type>a</Node-Type>\n<Node-Type>b</Node-Type></Plan></explain>", '"Node Type" stands twice', 1, 10),
        ("<html><b>x</b></html>", "<html> is no plan", 1, 1),
        ("words", "text stands here", 1, 1),
        ("<Plan><Node-Type>x</Node-Type></Plan>\n\n more", "text stands here", 3, 2),
    ],
)  # fmt: skip
def test_a_refusal_says_what_and_where(text: str, message: str, line: int, column: int) -> None:
    with pytest.raises(PlanParseError) as caught:
        loads(text)
    assert message in str(caught.value)
    assert (caught.value.line, caught.value.column) == (line, column)


def test_a_bomb_of_entities_is_refused_in_one_sentence() -> None:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    text = (
        f'<?xml version="1.0"?>\n<!DOCTYPE explain [<!ENTITY l0 "lol">{entities}]>\n<explain>&l9;</explain>'
    )
    (error,) = collect_plans(text).errors
    assert str(error).startswith("a document type has no place in a plan (line 2, column 1)")


def test_a_property_of_an_extension_is_kept() -> None:
    """With the types that its words look like; a list is known by its entries' names."""
    job = {"Task Count": 2, "Tasks Shown": "One of 2", "Tasks": [{"Node": "host=a port=1"}, {"Node": "b"}]}
    root = {
        "Node Type": "Custom Scan",
        "Custom Plan Provider": "Citus Adaptive",
        "Distributed Query": {"Job": job},
    }
    found = parse_plan(as_xml([{"Plan": root}]))
    assert found == read_json([{"Plan": root}])
    assert found.root.extra["Distributed Query"] == {"Job": job}


def test_a_plan_within_a_plan_is_kept() -> None:
    remote = "<Remote-Plan><explain><Query><Plan><Node-Type>Result</Node-Type></Plan></Query></explain></Remote-Plan>"
    assert node(remote) == {"Remote Plan": [[{"Plan": {"Node Type": "Result"}}]]}


def test_depth_is_no_limit() -> None:
    levels = 5_000
    head, tail = "<Plan><Node-Type>Limit</Node-Type><Plans>", "</Plans></Plan>"
    text = f"<explain><Query>{head * levels}<Plan><Node-Type>Result</Node-Type></Plan>{tail * levels}</Query></explain>"
    assert sum(1 for _ in read_json(loads(text)).walk()) == levels + 1


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "<a>",
                "</a>",
                "<Plan>",
                "</Plan>",
                "<b/>",
                "&lt;",
                "&",
                "x",
                "<!--",
                "-->",
                "<",
                ">",
                "\n",
                "]]>",
                "<![CDATA[",
            ]
        )
        | st.characters(),
        max_size=12,
    ).map("".join)
)
@example("<" * 50_000)
@example("<!--" * 20_000)
@example("&" * 50_000)
@example("<a " + " " * 50_000)
@example("<a>" * 50_000)
@example("&#" + "9" * 5_000 + ";")
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        loads(text)
    except PlanParseError as error:
        assert error.line is not None
        assert error.column is not None
    collect_plans(f"<explain>{text}")
