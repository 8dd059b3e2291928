"""Stories: articles of one text at several places, in the order they appeared."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.desk.reading import Reader, Row

MOST_ARTICLES = 200


@dataclass(frozen=True, slots=True)
class Stories:
    """The latest stories, each with its first article."""

    stories: list[Row]


@dataclass(frozen=True, slots=True)
class StoryPage:
    """A story and its articles, the first one first. ``share`` places each on the time line, in percent."""

    story: Row
    articles: list[Row]


def stories(reader: Reader) -> Stories:
    """The stories that something was added to last."""
    return Stories(reader.rows("the latest stories", _STORIES))


def story(reader: Reader, wanted: int) -> StoryPage | None:
    """One story; None where there is none."""
    found = reader.row("the story", _STORY, story=wanted)
    if found is None:
        return None
    rows = reader.rows("its articles", _ARTICLES, story=wanted, limit=MOST_ARTICLES)
    times = [row["published_ts"] for row in rows]
    first = next((row["published_ts"] for row in rows if row["id"] == found["first_article_id"]), found["first_ts"])
    return StoryPage(found, [_placed(row, first, times) for row in rows])


def _placed(row: Row, first: int, times: list[int]) -> Row:
    """With the seconds it came after the first (a site may date it before), and its place on the line."""
    share = 100 * (row["published_ts"] - times[0]) / max(times[-1] - times[0], 1)
    return row | {"later": row["published_ts"] - first, "share": round(share, 1)}


_STORIES = """
    SELECT story.id, story.articles, story.sources, story.first_ts, story.last_ts, story.press_release,
           article.title, article.source
    FROM story LEFT JOIN article ON article.id = story.first_article_id
    ORDER BY story.last_ts DESC LIMIT 60
"""
_STORY = """
    SELECT story.*, article.title, article.source FROM story
    LEFT JOIN article ON article.id = story.first_article_id WHERE story.id = :story
"""
_ARTICLES = """
    SELECT article.id, article.title, article.source, article.published_at, article.published_ts,
           article.first_seen_at, article.word_count, story_article.similarity, story_article.added_words
    FROM story_article CROSS JOIN article ON article.id = story_article.article_id
    WHERE story_article.story_id = :story ORDER BY article.published_ts, article.number LIMIT :limit
"""
