"""JSON-LD as pages really write it: wrapped in comments, cut off, nested without end, one node spread over many."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

MAX_SCRIPT = 1_000_000
"""Characters; longer scripts are not parsed."""
MAX_DEPTH = 16
MAX_NODES = 2_000

Node = Mapping[str, Any]

ARTICLE_TYPES = {
    "newsarticle": 6,
    "reportagenewsarticle": 6,
    "analysisnewsarticle": 6,
    "opinionnewsarticle": 6,
    "backgroundnewsarticle": 6,
    "reviewnewsarticle": 6,
    "askpublicnewsarticle": 6,
    "liveblogposting": 6,
    "advertisercontentarticle": 6,
    "satiricalarticle": 6,
    "article": 5,
    "techarticle": 5,
    "scholarlyarticle": 5,
    "blogposting": 5,
    "report": 4,
    "socialmediaposting": 4,
    "review": 2,
    "videoobject": 1,
    "webpage": 1,
}
"""How surely a node of this type (lower case) describes the page's article."""

_WRAPPING = re.compile(r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*.{0,40}?\*/|<!\[CDATA\[)|(?:-->|//\s*\]\]>|\]\]>|;)\s*$")
_TRAILING_COMMA = re.compile(r",\s*([}\]])")
_BAD_ESCAPE = re.compile(r'\\(?!["\\/bfnrtu])')


def parse_nodes(scripts: Iterable[str]) -> tuple[Node, ...]:
    """Every typed node of the scripts, outer before inner, ``@id`` references to authors and publishers resolved."""
    nodes: list[Node] = []
    for script in scripts:
        nodes.extend(_typed(load(script)))
        if len(nodes) > MAX_NODES:
            break
    return tuple(nodes[:MAX_NODES])


def load(script: str) -> Any:
    """The value of a JSON script, mended where it is slightly broken; None where it cannot be read. Never raises."""
    if len(script) > MAX_SCRIPT:
        return None
    text = script.strip()
    for mend in (_as_is, _unwrapped, _mended, _unescaped, _first_value):
        try:
            return mend(text)
        except (ValueError, RecursionError):
            continue
    return None


def types(node: Node) -> tuple[str, ...]:
    """Type names of a node, lower case, without the vocabulary's address."""
    value = node.get("@type")
    names = value if isinstance(value, list) else [value]
    return tuple(name.rstrip("/").rsplit("/", 1)[-1].lower() for name in names if isinstance(name, str))


def article_rank(node: Node) -> int:
    """0 for a node that cannot describe an article, more the more surely it does."""
    return max((ARTICLE_TYPES.get(name, 0) for name in types(node)), default=0)


def strings(value: Any) -> Iterator[str]:
    """The texts of a value that may be a text, a list, or a node with ``name``, ``@value`` or ``url``."""
    if isinstance(value, str):
        text = html.unescape(value).strip()
        if text:
            yield text
    elif isinstance(value, list):
        for item in value[:200]:
            if not isinstance(item, list):
                yield from strings(item)
    elif isinstance(value, dict):
        for key in ("name", "@value", "url", "@id"):
            if isinstance(value.get(key), str | list):
                yield from strings(value[key])
                return


def first(value: Any) -> str | None:
    """The first text of a value, or None."""
    return next(strings(value), None)


def resolve(value: Any, nodes: Iterable[Node]) -> Any:
    """``value`` with nodes that are only an ``@id`` replaced by the node of that id."""
    if isinstance(value, list):
        return [resolve(item, nodes) if not isinstance(item, list) else item for item in value[:200]]
    if isinstance(value, dict) and "@id" in value and "name" not in value:
        for node in nodes:
            if node.get("@id") == value["@id"] and "name" in node:
                return node
    return value


def _typed(value: Any) -> Iterator[Node]:
    stack: list[tuple[Any, int]] = [(value, 0)]
    seen = 0
    while stack and seen < 10 * MAX_NODES:
        item, depth = stack.pop()
        seen += 1
        if isinstance(item, dict):
            if "@type" in item:
                yield item
            inner = list(item.values())
        elif isinstance(item, list):
            inner = item
        else:
            continue
        if depth < MAX_DEPTH:
            stack.extend((child, depth + 1) for child in reversed(inner) if isinstance(child, dict | list))


def _as_is(text: str) -> Any:
    return json.loads(text, strict=False)


def _unwrapped(text: str) -> Any:
    return _as_is(_WRAPPING.sub("", _WRAPPING.sub("", text)))


def _mended(text: str) -> Any:
    return _as_is(_BAD_ESCAPE.sub(r"\\\\", _TRAILING_COMMA.sub(r"\1", _WRAPPING.sub("", text))))


def _unescaped(text: str) -> Any:
    return _as_is(html.unescape(text))


def _first_value(text: str) -> Any:
    start = min((at for at in (text.find("{"), text.find("[")) if at >= 0), default=-1)
    if start < 0:
        raise ValueError("no value")
    return json.JSONDecoder(strict=False).raw_decode(text, start)[0]
