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
_TEXT_PATTERNS = [re.compile("|".join(words)) for words in _GROUPS["text"].values()]
_ANY_TEXT = re.compile("|".join(f"(?:{pattern.pattern})" for pattern in _TEXT_PATTERNS))
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NONE = (0.0,) * len(TEXT_GROUPS)


@lru_cache(maxsize=20_000)
def class_groups(names: str) -> tuple[float, ...]:
    """For each of ``CLASS_GROUPS`` 1.0 where a class or id of ``names`` has one of its words."""
    folded = _CAMEL.sub("-", names[:300]).lower()
    return tuple(1.0 if pattern.search(folded) else 0.0 for pattern in _CLASS_PATTERNS)


def text_groups(text: str) -> tuple[float, ...]:
    """For each of ``TEXT_GROUPS`` 1.0 where the text has one of its words near its start or end."""
    folded = (text if len(text) < 400 else f"{text[:200]} {text[-150:]}").lower()
    if not _ANY_TEXT.search(folded):
        return _NONE
    return tuple(1.0 if pattern.search(folded) else 0.0 for pattern in _TEXT_PATTERNS)
