"""Progress in a real kernel: a line of its own, nothing on stderr, nothing left when the work is done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import start_new_kernel

from perfkit.progress import CellLine, Silent, line_of, progress_for_here

WORK = """
import time
from perfkit.progress import progress_for_here
progress = progress_for_here()
"""
UNTIL_SHOWN = """
with progress.stage("outer"), progress.stage("try <b> & co", total=3) as advance:
    advance()
    while not progress._shown:
        time.sleep(0.01)
"""
AT_ONCE = """
with progress.stage("quick", total=1) as advance:
    advance()
"""


@pytest.fixture(scope="module")
def kernel() -> Iterator[BlockingKernelClient]:
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        yield client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def messages(kernel: BlockingKernelClient, code: str) -> list[tuple[str, dict[str, Any]]]:
    """What the cell put out, in order."""
    said: list[tuple[str, dict[str, Any]]] = []
    reply = kernel.execute_interactive(
        code, timeout=60, output_hook=lambda message: said.append((message["msg_type"], message["content"]))
    )
    assert reply["content"]["status"] == "ok", reply["content"]
    return [(kind, content) for kind, content in said if kind not in ("status", "execute_input")]


def test_work_that_lasts_shows_a_line_and_takes_it_away(kernel: BlockingKernelClient) -> None:
    said = messages(kernel, WORK + UNTIL_SHOWN)
    assert [kind for kind, _ in said] == ["display_data", *["update_display_data"] * (len(said) - 1)]
    assert len({content["transient"]["display_id"] for _, content in said}) == 1
    first, last = said[0][1]["data"], said[-1][1]["data"]
    assert first["text/plain"].startswith("try <b> & co · 1 of 3 · 0:0")
    assert 'value="1" max="3"' in first["text/html"]
    assert "try &lt;b&gt; &amp; co" in first["text/html"]
    assert last == {"text/plain": ""}


def test_work_that_is_over_at_once_shows_nothing(kernel: BlockingKernelClient) -> None:
    assert messages(kernel, WORK + AT_ONCE) == []


def test_a_second_cell_has_a_line_of_its_own(kernel: BlockingKernelClient) -> None:
    """An update would change the output of the cell that ran before."""
    assert messages(kernel, WORK + UNTIL_SHOWN)[0][0] == "display_data"
    assert messages(kernel, UNTIL_SHOWN)[0][0] == "display_data"


def test_stages_of_one_cell_share_a_line(kernel: BlockingKernelClient) -> None:
    """Else a saved notebook would keep an empty output for each."""
    said = messages(kernel, WORK + UNTIL_SHOWN * 2)
    assert [kind for kind, _ in said].count("display_data") == 1
    assert said[-1][1]["data"] == {"text/plain": ""}


def test_a_line_names_steps_only_where_they_are_known() -> None:
    from time import monotonic

    text, markup = line_of("wait", 0, None, monotonic() - 125)
    assert text == "wait · 2:05"
    assert "<progress style" in markup


def test_outside_a_kernel_no_line_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """That ipykernel was imported does not make a process a kernel: its stdout may be somebody's JSON."""
    import ipykernel  # noqa: F401

    monkeypatch.delenv("PERFKIT_RUN_DIRECTORY", raising=False)
    assert not isinstance(progress_for_here(), CellLine)
    monkeypatch.setenv("PERFKIT_RUN_DIRECTORY", "somewhere")
    assert isinstance(progress_for_here(), Silent)
