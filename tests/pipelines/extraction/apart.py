"""Takes a small page apart with given scores: what the model would say is part of the example."""

from __future__ import annotations

from pipelines import RawPage
from pipelines.extraction.blocks import Block, segment
from pipelines.extraction.document import parse_document
from pipelines.extraction.metadata import Metadata
from pipelines.extraction.separate import Parts, separate

URL = "https://news.example/2026/04/harbor-miners-move"
PROSE = "The miners of the harbor moved on Monday, and the town counted forty trucks on the coast road before noon. "
MORE = "Nobody had asked them to leave, said the mayor, but the price of power had asked them every month since May. "


def apart(markup: str, *, title: str | None = None, authors: tuple[str, ...] = (), keep: bool = True) -> Parts:
    """The parts of ``<body>markup</body>``. The model takes every block for body, or those with ``data-body`` only.

    An element's ``data-score`` says how sure the model is of it.
    """
    page = RawPage(url=URL, body=f"<html><body>{markup}</body></html>".encode())
    document = parse_document(page)
    assert document.body is not None
    blocks = segment(document.body)
    scores = [_score(block, keep=keep) for block in blocks]
    return separate(document, blocks, scores, Metadata(title=title, authors=authors))


def _score(block: Block, *, keep: bool) -> float:
    if block.element is None:
        return float(keep)
    return float(block.element.get("data-score") or keep or bool(block.element.get("data-body")))


def texts(parts: Parts) -> list[str]:
    """The body's blocks, each by its first three words."""
    return [" ".join(block.text.split()[:3]) for block in parts.body]


def reasons(parts: Parts) -> list[tuple[str, str]]:
    """What left the body: reason and first two words of each block."""
    return [(str(block.reason), " ".join(block.text.split()[:2])) for block in parts.removed]
