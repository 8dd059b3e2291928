"""A redesign is seen in a handful of articles; weekends, series and odd articles are not one."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from pipelines.health.drift import LEAST_HISTORY, find_drift, plain_path
from pipelines.health.facts import ArticleFacts
from pipelines.health.kinds import Kind
from tests.pipelines.health.made import BOX, articles, changed, times, without

Change = Callable[[ArticleFacts], ArticleFacts]

SEEDS = range(200)


def healthy(seed: int, count: int = 200, spread: float | None = None) -> list[ArticleFacts]:
    dice = random.Random(seed)
    published = times(dice, count, dice.choice((0.3, 1, 3, 8, 30)))
    return articles(dice, published, spread=spread or dice.choice((0.3, 0.45, 0.7)))


def moved(article: ArticleFacts) -> ArticleFacts:
    return replace(article, path="body > div.app > section.story")


def test_no_drift_in_two_hundred_healthy_histories() -> None:
    """Looked at five times each, 48 articles apart: at most one look in 500 is a false alarm."""
    alarms = 0
    for seed in SEEDS:
        history = healthy(seed, 420)
        alarms += sum(1 for look in range(5) if any(find_drift(history[48 * look : 48 * look + 180])))
    assert alarms <= len(SEEDS) * 5 / 500


CHANGES: dict[str, tuple[Kind, int, Change]] = {
    "the layout changes": (Kind.LAYOUT, 6, moved),
    "only a tenth of the text is found": (Kind.BODY_LENGTH, 8, lambda it: replace(it, words=it.words // 10)),
    "half of the text is lost": (Kind.BODY_LENGTH, 24, lambda it: replace(it, words=it.words // 2)),
    "the site's furniture gets into the body": (Kind.BODY_LENGTH, 24, lambda it: replace(it, words=it.words + 1500)),
    "authors vanish": (Kind.FIELD_LOST, 24, lambda it: without(it, "authors")),
    "pictures vanish": (Kind.FIELD_LOST, 8, lambda it: without(it, "image_url")),
}


@pytest.mark.parametrize(("kind", "after", "change"), CHANGES.values(), ids=list(CHANGES))
def test_a_break_is_seen_within_so_many_articles(kind: Kind, after: int, change: Change) -> None:
    seen = 0
    for seed in range(20):
        troubles = list(find_drift(changed(healthy(seed, spread=0.4), after, change)))
        seen += kind in {each.kind for each in troubles}
    assert seen >= 18


def test_it_says_what_broke_and_shows_examples() -> None:
    broken = changed(healthy(1), 6, lambda it: moved(without(it, "image_url")))
    troubles = {each.kind: each for each in find_drift(broken)}
    there = "body > div.app > section.story"
    assert troubles[Kind.LAYOUT].detail == f"6 of the last 6 bodies stand in {there}, where {BOX} is usual"
    assert troubles[Kind.LAYOUT].examples == tuple(each.url for each in broken[:3])
    assert troubles[Kind.FIELD_LOST].detail == "6 of the last 6 articles have no image_url, which 99% had before"


@pytest.mark.parametrize("odd", [1, 2])
def test_a_few_odd_articles_are_no_break(odd: int) -> None:
    strange = lambda it: replace(moved(without(it, "authors", "image_url", "tags")), words=3)  # noqa: E731
    assert not [seed for seed in range(20) if any(find_drift(changed(healthy(seed), odd, strange)))]


def test_what_is_new_becomes_usual() -> None:
    assert not list(find_drift(changed(healthy(5), 170, moved)))


def test_a_young_source_is_not_judged() -> None:
    young = changed(healthy(7)[: LEAST_HISTORY + 5], 6, moved)
    assert not list(find_drift(young))


def test_articles_of_before_paths_were_kept_are_no_break() -> None:
    history = healthy(9)
    upgraded = history[:30] + [replace(each, path=None) for each in history[30:]]
    assert not list(find_drift(upgraded))


def test_a_new_extractor_is_named_as_a_possible_cause() -> None:
    broken = changed(healthy(3), 12, lambda it: moved(replace(it, extractor="newsmint 2")))
    assert "reextract" in next(find_drift(broken)).detail


def test_a_site_that_renames_its_boxes_with_every_release_is_known_for_it() -> None:
    names = ("kugo", "pelti", "hasra", "mondu")
    history = [
        replace(each, path=f"body > main > div.{names[number // 10 % 3]}") for number, each in enumerate(healthy(1))
    ]
    renamed = changed(history, 6, lambda it: replace(it, path=f"body > main > div.{names[3]}"))
    assert not list(find_drift(renamed))
    assert [each.kind for each in find_drift(changed(history, 6, moved))] == [Kind.LAYOUT]


@pytest.mark.parametrize(
    ("path", "plain"),
    [
        ("body > main.Page_main__Zk2 > div.css-1x2y3z", "body > main > div"),
        ("body > div.postId42 > div.entry-content", "body > div > div.entry-content"),
        ("body > article.story > div.jsxStyled", "body > article.story > div"),
    ],
)
def test_classes_that_a_build_makes_up_do_not_count(path: str, plain: str) -> None:
    assert plain_path(path) == plain
