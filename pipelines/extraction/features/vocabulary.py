"""Words by which class names and texts give away what a block is. Changing them means training the model again."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib.resources import files

_GROUPS = tomllib.loads(files("pipelines.extraction").joinpath("model/vocabulary.toml").read_text("utf-8"))
CLASS_GROUPS: tuple[str, ...] = tuple(_GROUPS["class"])
TEXT_GROUPS: tuple[str, ...] = tuple(_GROUPS["text"])

_CLASS_PATTERNS = [re.compile("|".join(words)) for words in _GROUPS["class"].values()]
_TEXT_WORDS = [tuple(words) for words in _GROUPS["text"].values()]
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
LONG = 600
"""Characters; longer texts are prose whatever words they use."""
_NONE = (0.0,) * len(TEXT_GROUPS)


@lru_cache(maxsize=20_000)
def class_groups(names: str) -> tuple[float, ...]:
    """For each of ``CLASS_GROUPS`` 1.0 where a class or id of ``names`` has one of its words."""
    folded = _CAMEL.sub("-", names[:300]).lower()
    return tuple(1.0 if pattern.search(folded) else 0.0 for pattern in _CLASS_PATTERNS)


def text_groups(text: str) -> tuple[float, ...]:
    """For each of ``TEXT_GROUPS`` 1.0 where the text has one of its words near its start or end."""
    if len(text) > LONG:
        return _NONE
    folded = "^" + (text if len(text) < 300 else f"{text[:170]} {text[-120:]}").lower()
    return tuple(1.0 if any(map(folded.__contains__, words)) else 0.0 for words in _TEXT_WORDS)
