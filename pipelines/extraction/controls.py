"""Characters that say nothing and that terminals, spreadsheets and readers' eyes obey: they never leave extraction.

Pages smuggle them in raw, as ``&#27;`` and, in their JSON-LD, as ``\\u001b``; so they are taken out at the very end.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from pipelines.items import Article, Evidence, Heading, Link, RemovedBlock

_NAMES = frozenset({"id", "url", "canonical_url", "source"})
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202d\u202e\ufff9-\ufffb]")
"""Controls but for tab and line feed, overrides of the writing direction, interlinear marks."""


def without_controls(article: Article) -> Article:
    """The article with none of them in any of its texts."""
    values = {name: getattr(article, name) for name in article.__slots__ if name not in _NAMES}
    cleaned = {name: _cleaned(value) for name, value in values.items()}
    changed = {name: value for name, value in cleaned.items() if value is not values[name]}
    return replace(article, **changed) if changed else article


def _cleaned(value: Any) -> Any:
    """The value itself where there is nothing to take out."""
    if isinstance(value, str):
        return _CONTROL.sub("", value) if _CONTROL.search(value) else value
    if isinstance(value, tuple):
        cleaned = tuple(_cleaned(each) for each in value)
        return cleaned if any(new is not old for new, old in zip(cleaned, value, strict=True)) else value
    if isinstance(value, Heading | Link | RemovedBlock | Evidence):
        fields = {name: getattr(value, name) for name in value.__slots__}
        changed = {name: new for name, old in fields.items() if (new := _cleaned(old)) is not old}
        return replace(value, **changed) if changed else value
    return value
