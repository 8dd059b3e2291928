"""Words by which class names and texts give away what a block is. Changing them means training the model again."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import accumulate

import numpy as np

from pipelines.extraction.features.columns import Floats

_GROUPS = tomllib.loads(files("pipelines.extraction").joinpath("model/vocabulary.toml").read_text("utf-8"))
CLASS_GROUPS: tuple[str, ...] = tuple(_GROUPS["class"])
TEXT_GROUPS: tuple[str, ...] = tuple(_GROUPS["text"])

_CLASS_PATTERNS = [re.compile("|".join(words)) for words in _GROUPS["class"].values()]
_TEXT_WORDS = [tuple(words) for words in _GROUPS["text"].values()]
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
LONG = 600
"""Characters; longer texts are prose whatever words they use."""


@lru_cache(maxsize=20_000)
def class_groups(names: str) -> tuple[float, ...]:
    """For each of ``CLASS_GROUPS`` 1.0 where a class or id of ``names`` has one of its words."""
    folded = _CAMEL.sub("-", names[:300]).lower()
    return tuple(1.0 if pattern.search(folded) else 0.0 for pattern in _CLASS_PATTERNS)


def text_groups(texts: Sequence[str]) -> Floats:
    """One row a text, one column a group of ``TEXT_GROUPS``: 1.0 where it has one of its words near its start or end.

    All texts are searched as one, a line each: that is three times as fast as one after the other.
    """
    lines = [_searched(text) for text in texts]
    ends = list(accumulate(len(line) + 1 for line in lines))
    joined = "\n".join(lines)
    rows = np.zeros((len(texts), len(TEXT_GROUPS)))
    for group, words in enumerate(_TEXT_WORDS):
        for word in words:
            place = joined.find(word)
            while place >= 0:
                line = bisect_right(ends, place)
                rows[line, group] = 1.0
                place = joined.find(word, ends[line])
    return rows


def _searched(text: str) -> str:
    if len(text) > LONG:
        return ""
    return "^" + (text if len(text) < 300 else f"{text[:170]} {text[-120:]}").lower()
