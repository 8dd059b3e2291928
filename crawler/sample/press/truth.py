"""What was written: stories as ``data/sample/articles/*.md``, each TOML between ``+++`` lines, then blocks.

Blocks are separated by blank lines. ``##`` starts a heading, ``-`` and ``1.`` list items, ``>`` a quote, ``|`` table
rows, ``` code. Lines with ``@`` are things a site prints inside the text that are not the text:

``@related LABEL | link text | target``   a "Related: …" line or card        ``@figure file | caption``   a picture
``@drop text``      a notice, credit or promo that stands like a paragraph   ``@caption text``  a source line below
``@embed url | text | name | date``  an embedded post                        ``@time text``     a live-blog's time stamp
``@maybe text``     a line that some count among the body and some do not
``@advert text``    an inserted advertisement                                 ``@break``         next page of an article
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ITEM = re.compile(r"(?:- |\d+\. )")


@dataclass(frozen=True)
class Block:
    """One block; ``text`` and ``lines`` hold inline marks, ``parts`` are the fields of an ``@`` line."""

    kind: str
    text: str = ""
    level: int = 0
    lines: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Story:
    """One article as written. ``edition`` is the first edition of the newsroom that has this text of it."""

    slug: str
    site: str
    title: str
    description: str
    authors: tuple[str, ...]
    published: str
    modified: str
    section: str
    tags: tuple[str, ...]
    image: str
    language: str
    blocks: tuple[Block, ...]
    number: int
    related: tuple[str, ...] = ()
    comments: int = 0
    verdict: str = "article"
    labels: tuple[str, ...] = ()
    edition: int = 1
    options: frozenset[str] = frozenset()
    coins: tuple[str, ...] = ()

    def pages(self) -> list[tuple[Block, ...]]:
        """The blocks of page 1, 2, … of the article."""
        pages: list[list[Block]] = [[]]
        for block in self.blocks:
            if block.kind == "break":
                pages.append([])
            else:
                pages[-1].append(block)
        return [tuple(page) for page in pages]


def parse_block(source: str) -> Block:
    """One block of the truth from its lines."""
    lines = tuple(source.splitlines())
    first = lines[0]
    if first.startswith("@"):
        kind, _, rest = first[1:].partition(" ")
        return Block(kind, text=rest, parts=tuple(part.strip() for part in rest.split(" | ")))
    if first.startswith("#"):
        marks, _, text = first.partition(" ")
        return Block("heading", text=text, level=len(marks))
    if first.startswith("```"):
        return Block("code", text="\n".join(lines[1:-1]))
    if first.startswith("|"):
        return Block("table", lines=lines)
    if ITEM.match(first):
        return Block(
            "list" if first.startswith("- ") else "steps", lines=tuple(ITEM.sub("", line, 1) for line in lines)
        )
    if first.startswith("> "):
        return Block("quote", text=" ".join(line.removeprefix("> ") for line in lines))
    return Block("paragraph", text=" ".join(lines))


def cells(row: str) -> list[str]:
    """The cells of one table row."""
    return [cell.strip() for cell in row.strip("|").split("|")]


def load_story(path: Path, languages: dict[str, str]) -> Story:
    """Read one story; ``languages`` says what each site writes in where the story does not."""
    _, head, text = path.read_text(encoding="utf-8").split("+++\n", 2)
    meta: dict[str, Any] = tomllib.loads(head)
    meta.setdefault("modified", meta["published"])
    meta.setdefault("language", languages[meta["site"]])
    meta.setdefault("slug", path.name.split(".")[0])
    for key in ("authors", "tags", "related", "labels", "coins"):
        meta[key] = tuple(meta.get(key, ()))
    meta["options"] = frozenset(meta.get("options", ()))
    blocks = tuple(parse_block(block) for block in re.split(r"\n\s*\n", text.strip()) if block)
    return Story(blocks=blocks, **meta)
