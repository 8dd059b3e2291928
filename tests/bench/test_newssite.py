from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.newssite import small_story_page, story_page, story_path, write_site
from pipelines.extraction import extract_article
from pipelines.items import RawPage


@pytest.mark.parametrize(("page", "least", "most"), [(story_page, 120_000, 200_000), (small_story_page, 2_000, 6_000)])
def test_pages_are_of_real_size_and_read_as_the_story_they_hold(
    page: Callable[[int], str], least: int, most: int
) -> None:
    html = page(3)
    assert least < len(html) < most
    assert html == page(3) != page(4)
    article = extract_article(RawPage(f"http://127.0.0.1{story_path(3)}", html.encode()))
    written = re.findall(r"<p>(.*?)</p>", html.partition("<article>")[2].partition("Related Articles")[0])
    assert [block for block in article.body.split("\n\n") if block.endswith(".")] == [
        re.sub("<[^>]+>", "", text) for text in written if "made-up" not in text
    ]
    assert article.verdict == "article"


def test_the_sitemaps_name_every_page(tmp_path: Path) -> None:
    write_site(tmp_path, 3, "http://127.0.0.1:8000", small_story_page)
    [part] = re.findall("<loc>.*?(/sitemap-[0-9]+.xml)", (tmp_path / "sitemap.xml").read_text())
    listed = re.findall("<loc>http://127.0.0.1:8000(.*?)</loc>", (tmp_path / part.lstrip("/")).read_text())
    assert listed == [story_path(number) for number in range(3)]
    assert all((tmp_path / path.lstrip("/")).exists() for path in listed)
