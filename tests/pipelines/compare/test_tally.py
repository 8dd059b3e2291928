"""Differences added up by source."""

from __future__ import annotations

from pipelines.compare.difference import Difference, compare_articles, failure
from pipelines.compare.tally import EXAMPLES, WORST, Tally
from tests.pipelines.store.examples import BODY, an_article

WORDS = BODY.split()


def difference(number: int, lost: int, source: str = "daily") -> Difference:
    """The body of story ``number`` loses its last ``lost`` words."""
    old, new = (
        an_article(f"story-{number}", host=f"{source}.example", body=" ".join(words))
        for words in (WORDS, WORDS[: len(WORDS) - lost])
    )
    return compare_articles(old.as_dict(), new.as_dict())


def test_sums_by_source() -> None:
    tally = Tally()
    for each in (
        difference(1, 0),
        difference(2, 3),
        compare_articles(an_article(title="A").as_dict(), an_article(title="B", verdict="too_short").as_dict()),
        compare_articles(an_article(verdict="listing").as_dict(), an_article(verdict="listing").as_dict()),
        compare_articles(failure("https://x.example/", "weekly", "crash", "gone"), an_article().as_dict()),
    ):
        tally.add(each)
    daily, weekly = (each.as_dict() for each in tally.sources)
    assert {key: daily[key] for key in ("source", "pages", "articles", "changed", "bodies")} == {
        "source": "daily",
        "pages": 4,
        "articles": 3,
        "changed": 2,
        "bodies": 1,
    }
    assert (daily["words"], daily["words_lost"], daily["words_gained"]) == (3 * 34, 3, 0)
    assert daily["fields"] == {"verdict": 1, "title": 1, "body": 1}
    assert daily["verdicts"] == [{"before": "article", "after": "too_short", "pages": 1}]
    assert (weekly["failed"], weekly["words_gained"]) == ({"before": 1, "after": 0}, 34)
    assert weekly["worst"][0]["failures"] == ["crash: gone", None]


def test_the_worst_pages_come_first_and_no_more_than_some_are_kept() -> None:
    tally = Tally()
    for number in range(3 * WORST):
        tally.add(difference(number, 1 + number % 30, ("daily", "weekly")[number % 2]))
    kept = [each.lost for source in tally.sources for each in source.worst()]
    assert len(kept) == 2 * WORST
    assert [each.lost for each in tally.worst(4)] == sorted(kept, reverse=True)[:4]
    assert tally.changed == 3 * WORST


def test_examples_are_bounded() -> None:
    tally = Tally()
    for number in range(EXAMPLES + 5):
        tally.add(compare_articles(an_article(str(number)).as_dict(), an_article(str(number), title="B").as_dict()))
    assert {name: len(found) for name, found in tally.examples.items() if found} == {"title": EXAMPLES}
