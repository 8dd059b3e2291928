"""Blocks of a post: their clean text, and their markup as the classic and the block editor write it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass

TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class Block:
    """``kind`` is p, h2, h3, ul, ol, quote, table, code, figure, page (a page break) or slot (printed by the site).

    ``parts`` is inner HTML: one paragraph, heading or caption; one item, row (cells split by ``|``) or line each.
    """

    kind: str
    parts: tuple[str, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """The block's part of the clean body, one string a body block; empty for what is not body."""
        if self.kind in ("figure", "page", "slot"):
            return ()
        if self.kind == "code":
            return ("\n".join(self.parts),)
        return tuple(plain(part.replace("|", " | ")) for part in self.parts)

    @property
    def level(self) -> int | None:
        """The heading's level, or None for any other block."""
        return int(self.kind[1]) if self.kind in ("h2", "h3") else None


def plain(markup: str) -> str:
    """Text of a piece of HTML, white space folded."""
    return " ".join(html.unescape(TAG.sub(" ", markup.replace("><", "> <"))).split())


def classic(blocks: Iterable[Block]) -> str:
    """The post as the classic editor saves it: paragraphs are bare text, ``wpautop`` wraps them."""
    return "\n\n".join(_inner(block, classic_paragraphs=True) for block in blocks)


def gutenberg(blocks: Iterable[Block]) -> str:
    """The post as the block editor saves it, each block between its comments."""
    names = {"p": "paragraph", "ul": "list", "quote": "quote", "table": "table", "code": "code"}
    names |= {"figure": "image", "page": "nextpage", "slot": "shortcode"}
    out = []
    for block in blocks:
        name = names.get(block.kind, "heading")
        attributes = ' {"level":3}' if block.kind == "h3" else ""
        if block.kind == "ol":
            name, attributes = "list", ' {"ordered":true}'
        inner = _inner(block, classic_paragraphs=False)
        out.append(f"<!-- wp:{name}{attributes} -->\n{inner}\n<!-- /wp:{name} -->")
    return "\n\n".join(out)


def _inner(block: Block, *, classic_paragraphs: bool) -> str:
    first = block.parts[0]
    match block.kind:
        case "p":
            return first if classic_paragraphs else f"<p>{first}</p>"
        case "h2" | "h3":
            return f"<{block.kind}>{first}</{block.kind}>"
        case "ul" | "ol":
            return f"<{block.kind}>{''.join(f'<li>{part}</li>' for part in block.parts)}</{block.kind}>"
        case "quote":
            body = "".join(f"<p>{part}</p>" for part in block.parts)
            return f'<blockquote class="wp-block-quote">{body}</blockquote>'
        case "table":
            return f'<figure class="wp-block-table"><table>{_rows(block.parts)}</table></figure>'
        case "code":
            lines = "\n".join(block.parts)
            return f'<pre class="wp-block-code"><code>{lines}</code></pre>'
        case "figure":
            source, caption = block.parts
            image = f'<img src="{source}" alt="" width="640" height="360"/>'
            return f'<figure class="wp-block-image">{image}<figcaption>{caption}</figcaption></figure>'
        case "page":
            return "<!--nextpage-->"
        case "slot":
            return f'[newsroom_slot n="{first}"]'
        case _:
            raise ValueError(block.kind)


def _rows(rows: tuple[str, ...]) -> str:
    head = "".join(f"<th>{cell}</th>" for cell in rows[0].split("|"))
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row.split("|")) + "</tr>" for row in rows[1:])
    return f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
