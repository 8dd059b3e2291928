"""A story on the terminal: the same text elsewhere, who had it first, what each adds."""

from __future__ import annotations

from crawler.cli.common import out
from crawler.cli.plain import cell, moment, plain_table
from pipelines.store.story import Story


def print_story(story: Story | None, article_id: str) -> None:
    """A table of the articles of a story, the first one on top; the one that was asked for is marked."""
    out.print()
    if story is None:
        out.print(cell("no other article tells this story in these words", "dim"))
        return
    kind = "press release, " if story.press_release else ""
    title = f"story {story.id}: {kind}{story.articles:,} articles of {story.sources:,} sources"
    numbers = ("alike", "words added")
    table = plain_table("", "id", "source", "published", *numbers, "title", right=numbers, title=title)
    for each in story.members:
        mark = "→" if each.id == article_id else ""
        is_first = each.id == story.first_article_id
        measured = ("first", "") if is_first else (f"{each.similarity:.0%}", f"{each.added_words:,}")
        when = moment(each.published_at) or f"seen {moment(each.first_seen_at)}"
        table.add_row(mark, each.id, cell(each.source or "—"), when, *measured, cell(each.title))
    out.print(table, soft_wrap=False)
    if len(story.members) < story.articles:
        out.print(cell(f"and {story.articles - len(story.members):,} more", "dim"))
