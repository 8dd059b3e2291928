"""Where a text holds a spelling of the lexicon: longest first, none inside an address, a handle or a file name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from pipelines.enrich.assets.lexicon import Name, Sort, Spellings, gap_fits, has_unspaced, lexicon
from pipelines.enrich.assets.words import Words

MAX_HITS = 2000
"""How many are judged: no article has as many, and a page that repeats a name without end costs no more."""

_QUOTED = re.compile(r"([A-Z0-9]{2,10}?)(?:USDT|USDC|USD|BUSD|FDUSD|EUR|KRW|JPY|TRY|PERP)")
_HANGUL_ENDS = re.compile(
    "(?:이|가|은|는|을|를|의|에|과|와|도|로|만|랩스|코인|측|사|재단|토큰|네트워크)|(?![\uac00-\ud7af])"
)
_KATAKANA = re.compile("[\u30a1-\u30fa\u30fc]")


@dataclass(slots=True)
class Hit:
    """Names that fit one place: several where assets share a spelling. ``first`` to ``last`` are numbers of words."""

    names: tuple[Name, ...]
    start: int
    stop: int
    first: int = -1
    last: int = -1
    marked: bool = False
    """A cashtag or the base of a trading pair."""
    counts: bool = False
    """Judged, and found to be a mention."""


def find_hits(words: Words) -> list[Hit]:
    """All places, in order, that could be a mention; phrases that only look like one are gone."""
    hits = [*islice(_spaced(words), MAX_HITS), *islice(_glued(words), MAX_HITS)]
    if has_unspaced(words.text):
        hits += islice(_unspaced(words.text), MAX_HITS)
    return sorted(hits, key=lambda hit: hit.start)[:MAX_HITS]


def _spaced(words: Words) -> Iterator[Hit]:
    spellings, quotes = lexicon().spaced, lexicon().quotes
    done = 0
    for index in [index for index, word in enumerate(words.folded) if word in spellings]:
        if index < done:
            continue
        word = words.folded[index]
        names = _fitting(words, index, spellings[word])
        if not names:
            continue
        last = index + len(names[0].words) - 1
        done = last + 1
        start, stop = words.span(index, last)
        if names[0].sort is Sort.DECOY or _is_inside_address(words.text, start, stop):
            continue
        yield Hit(names, start, stop, index, last, _is_marked(words, index, last, quotes))


def _fitting(words: Words, index: int, spellings: Spellings) -> tuple[Name, ...]:
    """The longest names that stand at a word in a case of letters they allow."""
    after = words.folded[index + 1] if index + 1 < len(words) else ""
    longer = [name for name in spellings.longer.get(after, ()) if _stands(words, index, name)]
    if longer:
        return tuple(name for name in longer if len(name.words) == len(longer[0].words))
    return tuple(name for name in spellings.single if _is_cased(name, words.raw[index]))


def _stands(words: Words, index: int, name: Name) -> bool:
    count = len(name.words)
    if tuple(words.folded[index : index + count]) != name.words:
        return False
    if not all(gap_fits(words.gap(index + nth), gap) for nth, gap in enumerate(name.gaps)):
        return False
    start, stop = words.span(index, index + count - 1)
    return _is_cased(name, words.text[start:stop])


def _is_cased(name: Name, found: str) -> bool:
    """Whether a name may be written so; all but the surest have their capitals."""
    if name.sort <= Sort.SURE or found == name.text:
        return True
    return name.sort is Sort.CASED and (found.isupper() or (len(name.words) > 1 and found[0].isupper()))


def _is_inside_address(text: str, start: int, stop: int) -> bool:
    """Whether a place is part of a URL, host, e-mail, handle or file name."""
    before, after = text[max(0, start - 1) : start], text[stop : stop + 2]
    if before in ("@", "_") or after[:1] in ("@", "_"):
        return True
    if len(after) == 2 and after[0] == "." and after[1].islower():
        return True
    if before in (".", "/", "=", "&", "?", "-", ":"):
        left = max(0, start - 200)
        chunk = (text[left:start].split() or [""])[-1]
        return (
            "://" in chunk
            or "@" in chunk
            or re.search(r"\w\.[a-z]{2,}/", chunk) is not None
            or (before == "." and len(chunk) > 1 and chunk[-2].isalnum() and not text[start].isupper())
        )
    right = text[stop : stop + 80].split(maxsplit=1) if after[:1] in ("-", ".") else []
    return bool(right) and "@" in right[0]


def _is_marked(words: Words, first: int, last: int, quotes: frozenset[str]) -> bool:
    text, (start, stop) = words.text, words.span(first, last)
    if not text[start:stop].isupper():
        return False
    if text[start - 1 : start] == "$" and not text[start - 2 : start - 1].isalnum():
        return True
    return last + 1 < len(words.raw) and words.gap(last) in ("/", "-") and words.raw[last + 1] in quotes


def _glued(words: Words) -> Iterator[Hit]:
    """``BTCUSDT``: the base is what is mentioned."""
    symbols, spellings = lexicon().symbols, lexicon().spaced
    for index, word in enumerate(words.raw):
        if len(word) < 5 or not word.isupper() or word.lower() in spellings:
            continue
        pair = _QUOTED.fullmatch(word)
        if not pair or pair[1] not in symbols or _is_inside_address(words.text, *words.span(index, index)):
            continue
        base, start = pair[1], words.starts[index]
        names = tuple(Name(base, Sort.SYMBOL, asset, (base.lower(),), ()) for asset in symbols[base])
        yield Hit(names, start, start + len(base), marked=True)


def _unspaced(text: str) -> Iterator[Hit]:
    spellings, done = lexicon().unspaced, 0
    for found in lexicon().starts.finditer(text):
        start = found.start()
        if start < done:
            continue
        for name in spellings[found[0]]:
            stop = start + len(name.text)
            if text.startswith(name.text, start) and _is_whole(text, start, stop):
                if name.asset:
                    yield Hit((name,), start, stop)
                done = stop
                break


def _is_whole(text: str, start: int, stop: int) -> bool:
    """Whether a name of an unspaced script begins and, a short one, ends where a word can."""
    before = text[start - 1 : start]
    if _KATAKANA.match(text[start]):
        return not _KATAKANA.match(before)
    if "\uac00" <= text[start] <= "\ud7af":
        is_start = not "\uac00" <= before <= "\ud7af"
        return is_start and (stop - start > 3 or _HANGUL_ENDS.match(text, stop) is not None)
    return True
