"""The language of the text: what the page declares, held against what its text looks like."""

from __future__ import annotations

import re

from resiliparse.parse.lang import detect_fast

from pipelines.extraction.structured import PageData
from pipelines.extraction.visible import text_of

_CODE = re.compile(r"^([a-z]{2,3})(?:[-_][A-Za-z]{2,4})?", re.IGNORECASE)
_ALIASES = {
    "iw": "he",
    "in": "id",
    "ji": "yi",
    "nb": "no",
    "nn": "no",
    "cmn": "zh",
    "jp": "ja",
    "kr": "ko",
    "cn": "zh",
    "ua": "uk",
}
_LONG = frozenset({"fil", "ceb", "ckb", "yue", "haw", "nso", "kok", "mai"})
_ALIKE = (
    frozenset({"no", "da", "sv"}),
    frozenset({"hr", "sr", "bs"}),
    frozenset({"id", "ms"}),
    frozenset({"cs", "sk"}),
)
"""Languages that the detector takes for one another."""
MIN_TEXT = 300
"""Characters below which the text's look says nothing."""
SURE, UNSURE = 380, 1100
"""Distances of resiliparse's detector: below the first the text is of that language, above the second none is near."""


def read_language(data: PageData, sample: str | None = None) -> str | None:
    """Two-letter code, or three where there is none of two; None where neither page nor text says."""
    declared = [code for value in _declared(data) if (code := _code(value))]
    seen, distance = _seen(sample if sample is not None else _sample(data))
    if seen and distance < SURE and seen not in declared and not _are_alike(seen, declared):
        return seen
    return declared[0] if declared else seen if distance < UNSURE else None


def language_of(text: str) -> str | None:
    """The language a text is plainly written in; None for a short text and for one that looks like no language."""
    code, distance = _seen(text)
    return code if distance < UNSURE else None


def _declared(data: PageData) -> list[str]:
    return [data.language_tag, *data.meta("og:locale", "content-language", "language", "dc.language", "inlanguage")]


def _code(value: str) -> str | None:
    found = _CODE.match(value.strip())
    code = found[1].lower() if found else ""
    code = _ALIASES.get(code, code)
    return code if (len(code) == 2 and code != "xx") or code in _LONG else None


def _are_alike(seen: str, declared: list[str]) -> bool:
    return any({seen, code} <= alike for code in declared[:1] for alike in _ALIKE)


def _sample(data: PageData) -> str:
    paragraphs = (text_of(element, 600) for element in data.root.iter("p"))
    parts: list[str] = []
    for text in paragraphs:
        if len(text) > 60:
            parts.append(text)
        if len(parts) > 7:
            break
    return " ".join(parts)


def _seen(sample: str) -> tuple[str | None, int]:
    if len(sample) < MIN_TEXT:
        return None, UNSURE
    code, distance = detect_fast(sample[:4000], UNSURE)
    return _code(code) if code != "unknown" else None, distance
