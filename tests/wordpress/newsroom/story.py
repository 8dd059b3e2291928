"""The blocks of one story: paragraphs of drawn sentences under headings, now and then a list, quote or table."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from .blocks import Block
from .phrases import TABLES, Cast, Phrases

IMAGES = 6
"""How many pictures ``/wp-content/uploads/picture-N.png`` the filler makes."""


@dataclass(frozen=True)
class Cited:
    """Another post that a sentence may link to."""

    cast: Cast
    url: str


def flash(phrases: Phrases, cast: Cast) -> list[Block]:
    """A short note: one or two paragraphs, no heading."""
    return [Block("p", (phrases.pick("sentences", "flash", cast),)), _paragraph(phrases, cast, "detail", "outlook")]


def story(phrases: Phrases, cast: Cast, cited: Sequence[Cited]) -> list[Block]:
    """A lead, then two to four sections, each with paragraphs and perhaps one block of another kind."""
    rng = phrases.rng
    body = [_paragraph(phrases, cast, "lead", "detail"), _paragraph(phrases, cast, "detail", "context", "speech")]
    extras: list[Callable[[Phrases, Cast], Block]] = [_list, _quote, _table, _code, _figure, _ordered]
    headings = rng.sample(TABLES["headings"]["own"], 3)
    links = [_inner_link(phrases, cast, other) for other in cited[: rng.randint(0, 3)]]
    if rng.random() < 0.4:
        links.append(_outer_link(phrases, cast))
    for heading in headings[: rng.randint(1, 3)]:
        body.append(Block("h2" if rng.random() < 0.7 else "h3", (phrases.fill(heading, cast),)))
        body.append(_paragraph(phrases, cast, "context", "detail", *links[:1]))
        links = links[1:]
        if rng.random() < 0.55:
            body.append(rng.choice(extras)(phrases, cast))
        kinds = rng.choice((("speech", "detail"), ("lookalike", "detail"), ("detail", "detail", "context")))
        body.append(_paragraph(phrases, cast, *kinds))
    if rng.random() < 0.5:
        body.append(Block("h2", (rng.choice(TABLES["headings"]["reused"]),)))
    body.append(_paragraph(phrases, cast, "outlook", *links, "detail"))
    return body


def with_slots(body: list[Block], related: int, rng: random.Random) -> Iterator[Block]:
    """``body`` with a slot for the newsletter line (n = 0) and for each related line (n = 1, 2) between its blocks."""
    places = [index for index in range(1, len(body)) if body[index - 1].level is None]
    numbers = dict(zip(rng.sample(places, related + 1), range(related + 1), strict=True))
    for index, block in enumerate(body):
        if index in numbers:
            yield Block("slot", (str(numbers[index]),))
        yield block


def _paragraph(phrases: Phrases, cast: Cast, *sentences: str) -> Block:
    """A paragraph; an argument with a space in it is a finished sentence, any other names the kind to draw."""
    drawn = [text if " " in text else phrases.pick("sentences", text, cast) for text in sentences]
    return Block("p", (" ".join(drawn),))


def _inner_link(phrases: Phrases, cast: Cast, other: Cited) -> str:
    template = phrases.rng.choice(TABLES["sentences"]["anchors"])
    words = phrases.fill(template, other.cast | {"org2": other.cast["org"]}, capital=False)
    return phrases.pick("sentences", "link_sentence", cast, anchor=f'<a href="{other.url}">{words}</a>')


def _outer_link(phrases: Phrases, cast: Cast) -> str:
    number = phrases.rng.randrange(len(TABLES["external"]["urls"]))
    name, url = TABLES["external"]["names"][number], TABLES["external"]["urls"][number]
    return phrases.pick("sentences", "external_sentence", cast, anchor=f'<a href="{url}">{name}</a>')


def _items(phrases: Phrases, cast: Cast) -> tuple[str, ...]:
    templates = phrases.rng.sample(TABLES["sentences"]["items"], phrases.rng.randint(3, 5))
    return tuple(phrases.fill(template, cast) for template in templates)


def _list(phrases: Phrases, cast: Cast) -> Block:
    return Block("ul", _items(phrases, cast))


def _ordered(phrases: Phrases, cast: Cast) -> Block:
    return Block("ol", _items(phrases, cast))


def _quote(phrases: Phrases, cast: Cast) -> Block:
    return Block("quote", tuple(phrases.pick("sentences", "speech", cast) for _ in range(phrases.rng.randint(1, 2))))


def _table(phrases: Phrases, cast: Cast) -> Block:
    months = phrases.rng.sample(TABLES["words"]["month"], phrases.rng.randint(2, 5))
    rows = (phrases.fill(f"{month}|{{amount}}|{{percent}}|{{count}}", cast) for month in months)
    return Block("table", (phrases.fill("Month|Volume|Change in {asset}|Holders", cast), *rows))


def _code(phrases: Phrases, cast: Cast) -> Block:
    value = phrases.rng.randint(1000, 99999)
    name = cast["org_head"].lower()
    return Block("code", (f"{name}-node --network test --stake {value}", f"{name}-node status --blocks {value % 97}"))


def _figure(phrases: Phrases, cast: Cast) -> Block:
    number = phrases.rng.randint(1, IMAGES)
    caption = phrases.fill("{asset} since {month}, in thousands. Chart: Newsroom", cast)
    return Block("figure", (f"/wp-content/uploads/picture-{number}.png", caption))
