"""The site made of a few pages: one of each sort, and one that fails; and its search in a browser."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path
from urllib.parse import quote, urldefrag

import pytest

from perfkit.cli.main import main
from perfkit.db.servers import Server
from perfkit.errors import UsageError
from perfkit.findings.vocabulary import VOCABULARY
from perfkit.report.site import Outcome, build_site, chosen_pages, read_page
from perfkit.report.site.pages import KINDS

pytestmark = [pytest.mark.slow, pytest.mark.server]

IDS = ("function-on-column", "offset-pagination")
WRONG = Path(__file__).parent / "pages" / "wrong-claim.ipynb"


@pytest.fixture(scope="module")
def site(server: Server, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Outcome]]:
    folder = tmp_path_factory.mktemp("site")
    outcomes = build_site((*chosen_pages(IDS), read_page(WRONG)), folder)
    return folder, {one.id: one for one in outcomes}


def test_pages_hold_and_a_wrong_claim_is_told(site: tuple[Path, dict[str, Outcome]]) -> None:
    """The page that failed is there with its banner, and with what it had shown before."""
    folder, outcomes = site
    assert [id for id, one in outcomes.items() if not one.is_ok] == ["wrong-claim"], outcomes
    error = outcomes["wrong-claim"].error or ""
    assert "cell 4" in error
    assert "the claim “three is more than seven” does not hold here (three 3, seven 7)" in error
    page = (folder / "wrong-claim.html").read_text("utf-8")
    assert "This run failed" in page
    assert "seven is more than three" in page
    assert "Never reached" not in page
    assert '<strong class="failed">failed</strong> <a href="wrong-claim.html">' in (
        folder / "index.html"
    ).read_text("utf-8")


def test_a_page_shows_its_code_plans_and_claims(site: tuple[Path, dict[str, Outcome]]) -> None:
    page = (site[0] / "offset-pagination.html").read_text("utf-8")
    assert "cannot show this" not in page
    assert "limit 20 offset 29980" in page
    assert page.count("✔ holds") == page.count("page.claim(") >= 5
    assert "✓ same result" in page
    assert len(page) < 200_000


def test_every_link_leads_somewhere(site: tuple[Path, dict[str, Outcome]]) -> None:
    """Within the site by relative paths that exist, outside to PostgreSQL's manual alone."""
    files = sorted(site[0].rglob("*.html"))
    assert len(files) == 1 + 3 + len(VOCABULARY)
    for file in files:
        html = file.read_text("utf-8")
        for link in map(unescape, re.findall(r'href="([^"]*)"', html)):
            place, anchor = urldefrag(link)
            if place.startswith(("data:", "https://")):
                continue
            target = file if not place else (file.parent / place).resolve()
            assert target.is_file(), (file.name, link)
            if anchor:
                assert f'id="{anchor}"' in target.read_text("utf-8"), (file.name, link)
        assert not re.search(r'<(?:script|img|link|iframe)[^>]* (?:src|href)="(?!data:)', html), file.name


def test_findings_and_pages_know_each_other(site: tuple[Path, dict[str, Outcome]]) -> None:
    folder = site[0]
    assert 'href="findings/offset-pagination.html"' in (folder / "offset-pagination.html").read_text("utf-8")
    assert 'href="../offset-pagination.html"' in (folder / "findings" / "offset-pagination.html").read_text(
        "utf-8"
    )


def test_the_index_reads_without_script(site: tuple[Path, dict[str, Outcome]]) -> None:
    html = (site[0] / "index.html").read_text("utf-8")
    for page in (*chosen_pages(IDS), read_page(WRONG)):
        assert html.count(f'<a href="{page.id}.html">') == 1 + len(page.symptoms)
        assert KINDS[page.kind] in html
    assert re.search(r'<form class="search" hidden(="")? role="search">', html), "shown by the script alone"
    found = re.search(r'<script id="pages" type="application/json">(.*?)</script>', html, re.DOTALL)
    assert found
    entries = json.loads(found[1])
    assert {one["id"] for one in entries} == {*IDS, "wrong-claim"}
    assert "<script>alert(1)" not in html


def test_search_in_a_browser(site: tuple[Path, dict[str, Outcome]]) -> None:
    browser = shutil.which("chromium")
    if browser is None:
        pytest.skip("chromium is not installed, so the search is not tried")
    for words, expected in (("offset", "offset-pagination"), ("TIME zone", "function-on-column")):
        address = (site[0] / "index.html").as_uri() + f"#search={quote(words)}"
        arguments = ["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", address]
        seen = subprocess.run(
            [browser, *arguments], capture_output=True, text=True, timeout=60, check=True
        ).stdout
        found = seen.partition('id="found">')[2].partition("</ol>")[0]
        assert re.findall(r'href="([^"]*)"', found)[0] == f"{expected}.html"


def test_an_unknown_page_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UsageError, match=r"the book has no page nope; it has .*offset-pagination"):
        chosen_pages(["nope"])
    with pytest.raises(SystemExit) as ended:
        main(["notebook", "book", "--only", "nope"])
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("perfkit: the book has no page nope")
