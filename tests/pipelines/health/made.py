"""Made histories: a news site's articles and visits, as random as real ones, and what may happen to it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from pipelines.health.facts import FIELDS, ArticleFacts, SourceFacts, Visit

DAY = 86400
START = 1_760_000_000 // (7 * DAY) * 7 * DAY
"""A Thursday, as weeks of seconds since 1970 begin."""
BOX = "body > main > article > div.entry-content"


def times(dice: random.Random, count: int, a_day: float, weekend: float = 0.3) -> list[int]:
    """When a site published: by chance in the daytime, less at weekends; the newest first."""
    found: list[int] = []
    day = 0
    while len(found) < count:
        share = weekend if day % 7 in (2, 3) else 1.0
        hours = [dice.triangular(6, 23, 14) for _ in range(_poisson(dice, a_day * share))]
        found += [int(START + day * DAY + hour * 3600) for hour in hours]
        day += 1
    return sorted(found, reverse=True)[-count:]


def articles(dice: random.Random, published: list[int], words: float = 450, spread: float = 0.45) -> list[ArticleFacts]:
    """Articles at these times. Shorter at weekends, a tenth press releases in batches, now and then an odd one."""
    found, release = [], 0
    for number, when in enumerate(reversed(published)):
        release = release - 1 if release else dice.choice((0,) * 40 + (3, 5))
        is_weekend = (when // DAY) % 7 in (2, 3)
        length = dice.lognormvariate(0, spread) * words * (0.8 if is_weekend else 1.0) * (0.7 if release else 1.0)
        given = {name for name in FIELDS if dice.random() < 0.98}
        given -= {"authors"} if release or dice.random() < 0.06 else set()
        given -= {"tags"} if dice.random() < 0.3 else set()
        path = "body > main > div.live-blog" if dice.random() < 0.04 else BOX
        if dice.random() < 0.01:
            length, path = length / 10, f"body > div.special{number}"
        url = f"https://daily.example/{number}"
        found.append(ArticleFacts(url, round(length), path, frozenset(given), when, when + 900, "newsmint 1"))
    return found[::-1]


def visits(dice: random.Random, count: int, refused: float = 0.06, failed: float = 0.03) -> list[Visit]:
    """Visits an hour apart, the newest first; refusals come in runs, as where a sitemap lists sections."""
    found: list[Visit] = []
    run = 0
    for number in range(count):
        run = run - 1 if run else (dice.randrange(1, 8) if dice.random() < refused / 4 else 0)
        outcome, reason = ("rejected", "listing") if run else ("new", None)
        if dice.random() < failed:
            outcome, reason = "failed", dice.choice(("timeout", "http_404", "http_500"))
        found.append(Visit(f"https://daily.example/{number}", outcome, START + number * 3600, reason))
    return found[::-1]


def changed(
    articles: list[ArticleFacts], latest: int, change: Callable[[ArticleFacts], ArticleFacts]
) -> list[ArticleFacts]:
    """The articles, the latest of them changed."""
    return [change(each) for each in articles[:latest]] + articles[latest:]


def without(article: ArticleFacts, *names: str) -> ArticleFacts:
    return replace(article, given=article.given - set(names))


def source(dice: random.Random, count: int = 200, a_day: float = 8.0) -> SourceFacts:
    """A healthy source, looked at an hour after its latest article."""
    published = times(dice, count, a_day)
    seen = [replace(each, at=published[0] + 3600 - number * 3600) for number, each in enumerate(visits(dice, count))]
    made = articles(dice, published)
    return SourceFacts("daily", published[-1] - 30 * DAY, tuple(published), tuple(made), tuple(seen))


def _poisson(dice: random.Random, mean: float) -> int:
    count, left = 0, dice.expovariate(1)
    while left < mean:
        count, left = count + 1, left + dice.expovariate(1)
    return count
