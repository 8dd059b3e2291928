"""Mentions of assets in an article: names and symbols that evidence speaks for, and addresses that check out."""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.enrich.assets.addresses import find_addresses
from pipelines.enrich.assets.evidence import FLOOR, Judge
from pipelines.enrich.assets.hits import Hit, find_hits
from pipelines.enrich.assets.words import Words
from pipelines.enrich.values import Mention
from pipelines.items import Article

MAX_MENTIONS = 500
"""How many an article can have; the first ones are kept."""


def mentions(article: Article) -> tuple[Mention, ...]:
    """Every place of the title and the body that speaks of an asset, in order, none overlapping.

    What ``certainty`` says: .99 a cashtag, a trading pair or an address with a right checksum; .98 a name nothing else
    has; .95 a short name or symbol in an article that names the asset elsewhere beyond doubt; .9 one with a word of
    its own near; .85 to .7 one beside words of the field, in a list or after an amount; .6 a symbol that two assets
    share. Below ``FLOOR`` nothing is kept.
    """
    read = [(part, text, Words(text)) for part, text in (("title", article.title or ""), ("body", article.body))]
    parts = [(words, find_hits(words)) for _, _, words in read]
    judge = Judge(parts)
    found = [
        mention
        for (part, text, _), (words, hits) in zip(read, parts, strict=True)
        for mention in sorted(_of_part(part, text, words, hits, judge), key=lambda mention: mention.start)
    ]
    return tuple(found[:MAX_MENTIONS])


def _of_part(part: str, text: str, words: Words, hits: list[Hit], judge: Judge) -> Iterator[Mention]:
    addresses = find_addresses(words)
    for asset, kind, start, stop, certainty in addresses:
        yield Mention(asset, kind, part, start, stop, text[start:stop], certainty)
    taken = [(place.start, place.stop) for place in addresses]
    for before, hit, after in zip([None, *hits], hits, [*hits[1:], None], strict=False):
        meant, certainty = judge.asset_of(words, hit, before, after)
        hit.counts = meant is not None and certainty >= FLOOR
        if meant and hit.counts and not any(start < hit.stop and hit.start < stop for start, stop in taken):
            yield Mention(meant.key, meant.kind, part, hit.start, hit.stop, text[hit.start : hit.stop], certainty)
