"""Another extractor in processes of its own, well-behaved or not."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.chrome import SiteChrome, fingerprint
from pipelines.compare.other import PACKAGE, Other, other_extractor
from pipelines.compare.runners import OtherPool
from pipelines.corrections import Corrections
from pipelines.errors import BadInput
from pipelines.extraction import extract_article
from pipelines.items import Hint, RawPage, Reason
from pipelines.pool import MAX_TAGS
from pipelines.site import Site
from tests.pipelines.store.examples import a_page, url

EXTRACTOR = """
import os, sys, time
from pipelines.items import Article

EXTRACTOR = "of another time"

def extract_article(page):
    print("a library says hello", flush=True)
    if page.url.endswith("hang"):
        time.sleep(60)
    if page.url.endswith("crash"):
        sys.stderr.write("out of luck\\n")
        os._exit(3)
    if page.url.endswith("raise"):
        raise ValueError("no such thing")
    title = page.hint and page.hint.title
    return Article(id="1", url=page.url, canonical_url=page.url, body=page.body.decode(), title=title)
"""


def package(folder: Path, extractor: str) -> Other:
    """A package of another time: it knows of neither sites nor corrections."""
    extraction = folder / "pipelines" / "extraction"
    extraction.mkdir(parents=True)
    (folder / "pipelines" / "__init__.py").touch()
    shutil.copy(PACKAGE / "items.py", folder / "pipelines")
    (extraction / "__init__.py").write_text(extractor)
    return Other("one of another time", folder)


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OtherPool]:
    with OtherPool(package(tmp_path_factory.mktemp("other"), EXTRACTOR), workers=1, time_limit=3) as opened:
        yield opened


def result(pool: OtherPool, slug: str = "story", **fields: Any) -> dict[str, Any]:
    return pool.submit(a_page(slug, **fields), Site(SiteChrome(frozenset({1})))).result()


def test_articles_come_back_as_data(pool: OtherPool) -> None:
    assert pool.extractor == "of another time"
    article = result(pool, body="größer\n".encode(), hint=Hint("feed", title="A title"))
    assert (article["url"], article["body"], article["title"]) == (url("story"), "größer\n", "A title")


@pytest.mark.parametrize(
    ("slug", "fields", "why"),
    [
        ("hang", {}, "time_limit: took more than 3 s"),
        ("crash", {}, "crash: out of luck"),
        ("raise", {}, "error: ValueError: no such thing"),
        ("bomb", {"body": b"<b>" * (MAX_TAGS + 1)}, "too_many_tags: 20,001 tags, limit 20,000"),
    ],
)
def test_a_page_that_fails_costs_that_page_only(pool: OtherPool, slug: str, fields: dict[str, Any], why: str) -> None:
    failed = result(pool, slug, **fields)
    assert (failed["failure"], failed["source"]) == (why, "daily")
    assert result(pool)["url"] == url("story")


@pytest.mark.parametrize(
    ("extractor", "message"),
    [
        ("raise ImportError('no such library')", "does not start: ImportError: no such library"),
        ("import os; os._exit(1)", "ended without a word"),
    ],
)
def test_an_extractor_that_does_not_start(tmp_path: Path, extractor: str, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        OtherPool(package(tmp_path, extractor), workers=1)


def test_an_extractor_that_takes_what_a_site_repeats_and_no_more(tmp_path: Path) -> None:
    """Revisions from before corrections."""
    extractor = EXTRACTOR.replace("(page):", "(page, chrome=None):")
    other = package(
        tmp_path, extractor.replace("page.hint and page.hint.title", "chrome and tuple(chrome.fingerprints)")
    )
    shutil.copy(PACKAGE / "chrome.py", tmp_path / "pipelines")
    with OtherPool(other, workers=1) as pool:
        assert result(pool)["title"] == [1]


def test_our_own_extractor_over_there_gives_what_it_gives_here(tmp_path: Path) -> None:
    """With all that is known of the site."""
    text = "The exchange said on Monday that it would list the token after a review of four weeks. "
    body = f"<article><h1>Exchange lists token</h1><p>{text * 4}</p><p>{text * 5}</p><p>Our notice.</p></article>"
    page = RawPage(url("story"), body.encode(), source="daily", parts=(body.encode(),), hint=Hint("feed", tags=("a",)))
    corrections = Corrections(remove={fingerprint("Our notice."): Reason.ADVERT}, without=frozenset({"x"}))
    site = Site(SiteChrome(frozenset({fingerprint("Elsewhere.")})), corrections)
    rules = tmp_path / "own.toml"
    rules.write_text('[[rule]]\nname = "own"\nreason = "advert"\nlines = ["Not on this page"]\n')
    with other_extractor(str(rules)) as other, OtherPool(other, workers=1) as pool:
        there = pool.submit(page, site).result()
    here = extract_article(page, site).as_dict()
    assert there | {"extractor": ""} == here | {"extractor": ""}
    assert there["extractor"] != here["extractor"]  # it names its rules
    assert [block["reason"] for block in there["removed"] if block["text"] == "Our notice."] == ["advert"]
