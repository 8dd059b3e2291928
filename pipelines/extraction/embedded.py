"""The body of a page that shows none: a front end's script holds it, in JSON-LD or in the state it starts from.

Three forms are read wherever they stand in the state, whatever the front end: strings of HTML, lists of blocks
(Portable Text, Draft.js, ProseMirror, Contentful, Editor.js: each block a node with its texts below it), and long plain
strings under a telling key. The value with most text wins, one beside the page's own title before all others.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from pipelines.extraction.document import Document
from pipelines.extraction.jsonld import article_rank, first, load
from pipelines.extraction.structured import PageData

MIN_TEXT = 300
"""Characters of text below which a value is no body."""
MIN_STRING = 100
"""Characters of a string literal in a script that is no JSON."""
MAX_TEXT = 400_000
MAX_NODES = 60_000
MAX_DEPTH = 40
MAX_SCRIPTS = 40

_TAG = re.compile(r"<(?:p|br|div|h[1-6]|li|blockquote)\b", re.IGNORECASE)
_ANY_TAG = re.compile(r"<[^<>]{1,500}>")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*+)"?', re.DOTALL)
_FLIGHT_ROW = re.compile(rb"[0-9a-f]{1,6}:(?:T([0-9a-f]{1,6}),)?")
_BODY_KEY = re.compile(
    r"^(?:article_?body|body(?:_?(?:html|text|content))?|content(?:_?(?:html|text))?|text|story|html)$", re.IGNORECASE
)
_NOT_BODY_KEY = re.compile(
    r"comment|cookie|consent|privacy|footer|legal|terms|newsletter|disclaimer|bio|translation", re.IGNORECASE
)
_TEXT_KEYS = ("text", "value", "insert")
_CHILD_KEYS = ("children", "content", "blocks", "nodes", "spans", "data", "items", "document", "nodeMap", "elements")
_BLOCK_TYPES = re.compile(
    r"^(?:block|paragraph|p|heading\d?|header|h[1-6]|unstyled|header-(?:one|two|three|four|five|six)|list-?item|li"
    r"|(?:un)?ordered-list-item|blockquote|quote|list|text-block|core/(?:paragraph|heading|list|quote))$",
    re.IGNORECASE,
)
_HEADING = re.compile(r"head|^h([1-6])$", re.IGNORECASE)
_LEVELS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}


@dataclass(frozen=True, slots=True)
class _Found:
    """A value that may be the body: as HTML, with the characters of its text, and whether the title is beside it."""

    markup: str
    size: int
    titled: bool


def embedded_body(document: Document) -> HtmlElement | None:
    """A ``body`` element made of the article that the page's data holds, or None where it holds none.

    The tree is the article's alone: it can be segmented and judged like that of any page.
    """
    data = document.data
    if data is None:
        return None
    title = _fold(data.head_title)
    found = [each for each in (*_from_json_ld(data), *_from_states(data, title)) if MIN_TEXT <= each.size <= MAX_TEXT]
    if not found:
        return None
    best = max(found, key=lambda each: (each.titled, each.size))
    return _parsed(best.markup)


def _from_json_ld(data: PageData) -> Iterator[_Found]:
    for node in data.articles:
        text = first(node.get("articleBody")) if article_rank(node) > 1 else None
        if text:
            yield _of_text(text, titled=True)


def _from_states(data: PageData, title: str) -> Iterator[_Found]:
    pushed: list[str] = []
    for script in data.states[:MAX_SCRIPTS]:
        if "__next_f" in script[:200]:
            pushed.extend(_strings(script, 2))
            continue
        value = load(_assigned(script))
        if isinstance(value, dict | list):
            yield from _walk(value, title)
        else:
            for text in _strings(script, MIN_STRING):
                yield from _walk(_nested(text), title)
    for value in _flight_rows("".join(pushed)):
        yield from _walk(value, title)


def _flight_rows(text: str) -> Iterator[Any]:
    """Values of React's wire format: rows of ``hex id:JSON`` ended by a line break, or ``id:Thex length,text``."""
    rest = text[: 4 * MAX_TEXT].encode()
    while rest:
        head = _FLIGHT_ROW.match(rest)
        if head is None:
            _, _, rest = rest.partition(b"\n")
        elif head[1]:
            end = head.end() + int(head[1], 16)
            yield {"body": rest[head.end() : end].decode("utf-8", "replace")}
            rest = rest[end:]
        else:
            row, _, rest = rest[head.end() :].partition(b"\n")
            yield _nested(row.decode("utf-8", "replace"))


def _assigned(script: str) -> str:
    """``window.__STATE__ = {…};`` without its name; a plain JSON script as it is."""
    text = script.strip()
    found = re.match(r"(?:window|self|globalThis)?[\w.$\[\]\"']{0,80}\s*=\s*(?=[{\[])", text)
    return text[found.end() :].rstrip("; \n") if found else text


def _strings(script: str, shortest: int) -> Iterator[str]:
    """The string literals of a script that is no JSON: Nuxt 2 calls a function, Next pushes its state in pieces."""
    for match in _STRING.finditer(script[: 4 * MAX_TEXT]):
        if len(match[1]) >= shortest:
            try:
                yield json.loads(f'"{match[1]}"', strict=False)
            except ValueError:
                continue


def _nested(text: str) -> Any:
    """The JSON value a string holds, or the string."""
    if text.lstrip()[:1] in ("{", "["):
        value = load(text)
        if isinstance(value, dict | list):
            return value
    return text


def _walk(value: Any, title: str) -> Iterator[_Found]:
    """Bodies anywhere below a value. ``titled`` is inherited: a body stands in or below the node that has the title."""
    stack: list[tuple[Any, str, bool, int]] = [(value, "", False, 0)]
    seen = 0
    while stack and seen < MAX_NODES:
        item, key, titled, depth = stack.pop()
        seen += 1
        if isinstance(item, str):
            if _is_body_string(item, key):
                yield _of_text(item, titled=titled)
        elif depth < MAX_DEPTH and isinstance(item, dict):
            here = titled or _has_title(item, title)
            stack.extend(
                (child, name, here, depth + 1) for name, child in item.items() if not _NOT_BODY_KEY.search(str(name))
            )
        elif depth < MAX_DEPTH and isinstance(item, list):
            blocks = _of_blocks(item)
            if blocks:
                yield _Found(blocks, _visible(blocks), titled)
            stack.extend((child, key, titled, depth + 1) for child in item)


def _has_title(node: Mapping[str, Any], title: str) -> bool:
    named = (node.get(key) for key in ("headline", "title", "name"))
    return any(isinstance(name, str) and len(name) > 12 and _fold(name) in title for name in named)


def _is_body_string(text: str, key: str) -> bool:
    if len(text) < MIN_TEXT or len(text) > 2 * MAX_TEXT:
        return False
    if len(_TAG.findall(text[:20_000])) >= 2:
        return True
    return (
        _BODY_KEY.match(key) is not None
        and text.count(" ") > len(text) / 15
        and not text.lstrip().startswith(("{", "["))
    )


def _of_text(text: str, *, titled: bool) -> _Found:
    if "<" not in text and "&lt;p" in text:
        text = html.unescape(text)
    if not _TAG.search(text):
        lines = [line.strip() for line in re.split(r"\n\s*\n|\r\n|\n", text) if line.strip()]
        text = "".join(f"<p>{html.escape(line)}</p>" for line in lines)
    return _Found(text, _visible(text), titled)


def _of_blocks(items: Sequence[Any]) -> str:
    """HTML of a list of which most members are blocks of text; empty where it is another list."""
    blocks = [_block(item) for item in items if isinstance(item, dict)]
    written = [block for block in blocks if block]
    return "".join(written) if len(written) >= 2 and len(written) * 2 >= len(items) else ""


def _block(node: Mapping[str, Any]) -> str:
    kind = next(
        (str(node[key]) for key in ("style", "type", "_type", "nodeType", "__typename", "name") if node.get(key)), ""
    )
    kinds = {str(node.get(key)) for key in ("type", "_type", "nodeType", "listItem", "name") if node.get(key)}
    if not any(_BLOCK_TYPES.match(each) for each in (kind, *kinds)):
        return ""
    text = "".join(_texts(node, 0)).strip()
    if not text:
        return ""
    if _TAG.search(text):
        return text
    tag = _tag_of(kind, node)
    return f"<{tag}>{text if '<' in text else html.escape(text, quote=False)}</{tag}>"


def _tag_of(kind: str, node: Mapping[str, Any]) -> str:
    found = _HEADING.search(kind)
    if found:
        level = found[1] or next((str(n) for word, n in _LEVELS.items() if kind.endswith(word)), None)
        stated = (
            node.get("level") or (node.get("data") or {}).get("level")
            if isinstance(node.get("data") or {}, dict)
            else 2
        )
        return f"h{level or (stated if stated in range(1, 7) else 2)}"
    if node.get("listItem") or re.match(r"li$|list-?item|(?:un)?ordered-list", kind, re.IGNORECASE):
        return "li"
    return "blockquote" if "quote" in kind.lower() else "p"


def _texts(node: Any, depth: int) -> Iterator[str]:
    """Texts below a block, in order."""
    if depth > MAX_DEPTH:
        return
    if isinstance(node, list):
        for item in node[:500]:
            yield item if isinstance(item, str) else "".join(_texts(item, depth + 1))
    elif isinstance(node, dict):
        own = next((node[key] for key in _TEXT_KEYS if isinstance(node.get(key), str)), None)
        if own is not None:
            yield own
        else:
            for key in _CHILD_KEYS:
                if isinstance(node.get(key), list | dict):
                    yield from _texts(node[key], depth + 1)


def _visible(markup: str) -> int:
    return len(" ".join(_ANY_TAG.sub(" ", markup[:MAX_TEXT]).split()))


def _fold(text: str) -> str:
    return " ".join(re.findall(r"\w+", html.unescape(text).lower()))


def _parsed(markup: str) -> HtmlElement | None:
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    source = f"<html><body><article>{markup}</article></body></html>".replace("\0", "")
    try:
        root = document_fromstring(source.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None
    for silent in list(root.iter("script", "style", "iframe", "form")):
        silent.drop_tree()
    return root.find("body")
