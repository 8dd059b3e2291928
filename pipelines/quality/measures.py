"""Measures of one body. A few tenths of a millisecond for a news article; linear in its length."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from pipelines.quality.values import Quality, judged

MOST_CHARACTERS = 1_000_000
"""Of a body that are looked at."""
STOP_WORDS = frozenset("the be to of and that have with".split())
"""Gopher's; two of them are asked for."""

Numbers: TypeAlias = NDArray[np.int64]
Hashes: TypeAlias = NDArray[np.uint64]

_WORD = re.compile(r"\d[\d,.]*\d|\w+(?:['’]\w+)?|\.{2,}|[^\w\s]")
"""Words, numbers and marks, near enough to the tokenizers that the rules were tuned with."""
_LETTER = re.compile(r"\w")
_ALPHABETIC = re.compile(r"[^\W\d_]")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""Thai, Lao, Burmese, Khmer, kana, han and hangul (whose words, though spaced, are too short for the rules)."""
_MOST_UNSPACED = 0.2
_BULLETS, _ELLIPSES = ("•", "-"), ("...", "…")
_TERMINAL = tuple(".!?。！？．؟।॥۔։")
_STOP = re.compile(r"[.!?]+[\"'”’)\]]*(?=\s|$)")
_BEFORE_STOP = re.compile(r"\w*\Z")
_ABBREVIATIONS = frozenset("mr mrs ms dr st vs inc co corp jr sr no".split())
_LONGEST = max(map(len, _ABBREVIATIONS))
_CITATION = re.compile(r"\[\d*\]|\[edit\]|\[citation needed\]")
_C4_ENDS = (".", "?", "!", '"', "'")
_C4_POLICY = ("terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies")
_SHORT = 30
_PRIME = np.uint64(0x9E3779B97F4A7C15)


def measure(body: str, language: str | None = None) -> Quality:
    """All measures and verdicts of a body (blocks with a blank line between them). ``language``: ISO 639-1."""
    text = "\n".join(line for line in body[:MOST_CHARACTERS].split("\n") if line.strip())
    if not _LETTER.search(text) or len(_UNSPACED.findall(text)) > _MOST_UNSPACED * len(text):
        return Quality()
    lines, words = text.split("\n"), _WORD.findall(text)
    measured: dict[str, float | None] = {
        **_gopher(text, lines, words, language),
        **_repetition(text, lines, words),
        "punctuated_lines": _count(line.endswith(_TERMINAL) for line in lines) / len(lines),
        "short_lines": _count(len(line) <= _SHORT for line in lines) / len(lines),
        "newlines_per_word": (len(lines) - 1) / len(words),
    }
    kept, sentences, refused = _c4(lines)
    measured |= {"c4_kept_lines": kept, "c4_sentences": sentences}
    rounded = {name: round(value, 5) if isinstance(value, float) else value for name, value in measured.items()}
    return judged(rounded, refused)


def _gopher(text: str, lines: Sequence[str], words: Sequence[str], language: str | None) -> dict[str, float | None]:
    plain = [word for word in words if word[0].isalnum() or word[0] == "_"]
    without_letter = _count(not _ALPHABETIC.search(word) for word in words if not word.isalpha())
    symbols = max(text.count("#"), text.count("...") + text.count("…"))
    return {
        "words": len(plain),
        "mean_word_length": sum(map(len, plain)) / len(plain),
        "symbol_ratio": symbols / len(words),
        "bullet_lines": _count(line.lstrip().startswith(_BULLETS) for line in lines) / len(lines),
        "ellipsis_lines": _count(line.rstrip().endswith(_ELLIPSES) for line in lines) / len(lines),
        "alphabetic_words": (len(words) - without_letter) / len(words),
        "stop_words": len(STOP_WORDS.intersection(words)) if language in (None, "en") else None,
    }


def _repetition(text: str, lines: Sequence[str], words: Sequence[str]) -> dict[str, float | None]:
    again = [line for line, count in Counter(lines).items() for _ in range(count - 1)]
    found: dict[str, float | None] = {
        "duplicate_lines": len(again) / len(lines),
        "duplicate_line_chars": sum(map(len, again)) / len(text),
    }
    known = {word: number for number, word in enumerate(dict.fromkeys(words))}
    ids = np.fromiter(map(known.__getitem__, words), np.uint64, len(words))
    sizes = np.fromiter(map(len, words), np.int64, len(words))
    ends = np.concatenate(([0], np.cumsum(sizes)))
    hashes, repeats = ids, True
    for n in range(2, 11):
        hashes = hashes[:-1] * _PRIME + ids[n - 1 :] + np.uint64(n) if len(hashes) > 1 else hashes[:0]
        lengths = ends[n:] - ends[: len(hashes)] if len(hashes) else ends[:0]
        if n < 5:
            found[f"top_{n}_gram"] = _top(hashes, lengths + n - 1) / len(text)
            continue
        repeated = _repeated(hashes, lengths, n) if repeats else 0  # no run of five repeats: no longer one does
        repeats = repeated > 0
        found[f"repeated_{n}_grams"] = repeated / len(text)
    return found


def _top(hashes: Hashes, lengths: Numbers) -> int:
    """Characters of the run that occurs most, as often as it does; of several the first."""
    if not len(hashes):
        return 0
    _, first, counts = np.unique(hashes, return_index=True, return_counts=True)
    return int(lengths[first[counts == counts.max()].min()] * counts.max())


def _repeated(hashes: Hashes, lengths: Numbers, n: int) -> int:
    """Characters in runs that stood before, from left to right, none counted twice."""
    ordered = np.sort(hashes)
    again = ordered[1:][ordered[1:] == ordered[:-1]]
    seen: set[int] = set()
    total, end = 0, 0
    for place in np.flatnonzero(np.isin(hashes, again)).tolist() if len(again) else ():
        value = int(hashes[place])
        if place < end:
            continue
        if value in seen:
            total += int(lengths[place])
            end = place + n
        else:
            seen.add(value)
    return total


def _c4(lines: Sequence[str]) -> tuple[float, int, tuple[str, ...]]:
    """Share of the lines that C4 keeps, sentences in them, and what makes it refuse the whole page."""
    kept, sentences, refused = 0, 0, dict[str, None]()
    for whole in lines:
        line, words = whole.strip(), whole.split()
        if len(words) < 3 or max(map(len, words)) > 1000:
            continue
        line = _CITATION.sub("", line) if "[" in line else line
        if not line.endswith(_C4_ENDS) or line.endswith("..."):
            continue
        lower = line.lower()
        if "lorem ipsum" in lower:
            refused["c4.lorem_ipsum"] = None
        if "{" in line:
            refused["c4.curly_bracket"] = None
        if "javascript" in lower or any(words in lower for words in _C4_POLICY):
            continue
        kept += 1
        sentences += max(1, _count(_ends_sentence(line, stop.start()) for stop in _STOP.finditer(line)))
    return kept / len(lines), sentences, tuple(refused)


def _ends_sentence(line: str, stop: int) -> bool:
    """Whether the stop at this place ends a sentence: not one behind an initial or an abbreviation."""
    before = _BEFORE_STOP.search(line, max(stop - _LONGEST - 1, 0), stop)
    word = before[0] if before else ""
    return not (len(word) == 1 and word.isupper()) and word.lower() not in _ABBREVIATIONS


def _count(flags: Iterable[bool]) -> int:
    return sum(flags)
