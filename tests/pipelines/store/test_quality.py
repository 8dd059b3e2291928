"""Measures in the store: with each article, and made up for where an article has none of its present text."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from pipelines.items import Article, article_id
from pipelines.quality import measure
from pipelines.store import open_store
from pipelines.store.articles import save_article
from pipelines.store.quality import Passed, count_unmeasured, measure_batch, passed, save_quality
from pipelines.store.schema import quality

URL = "https://a.example/news/fees"
BODY = "\n\n".join(
    f"The council of {place} said on Monday that fees of the harbour bank have to fall, and that {place} is with it."
    for place in "Arden Brook Colby Dover Elmsett".split()
)


@pytest.fixture
def article() -> Article:
    return Article(article_id(URL), URL, URL, source="a", title="Fees fall", body=BODY, language="en", extractor="x")


def test_measures_are_made_once_and_again_for_another_text(tmp_path: Path, article: Article) -> None:
    chinese = replace(article, body="比特币价格周一上涨，交易员表示市场情绪有所改善。" * 20, language="zh")
    with open_store(tmp_path / "news.sqlite3") as store, store.begin() as conn:
        save_article(conn, article)
        save_article(conn, replace(chinese, id="b" * 16, url=f"{URL}/b", canonical_url=f"{URL}/b"))
        assert count_unmeasured(conn) == 2
        assert measure_batch(conn)[0] == 2
        assert count_unmeasured(conn) == 0
        assert list(passed(conn)) == [Passed("a", 2, 1, 1, 0, 1, 1)]
        save_article(conn, replace(article, body=BODY.replace("Monday", "Friday")))
        assert count_unmeasured(conn) == 1
        save_quality(conn, article.id, measure(BODY, "en"))
        assert count_unmeasured(conn) == 0
        row = conn.execute(select(quality).where(quality.c.article_id == article.id)).mappings().one()
    assert (row["gopher"], row["failed"][:1]) == (1, ["repetition.top_4_gram"])
    assert row["mean_word_length"] == pytest.approx(4.2, abs=0.5)
