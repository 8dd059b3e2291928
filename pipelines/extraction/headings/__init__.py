"""The article's own headings: the marked-up ones, and bold or styled paragraphs where a page uses them as such."""

from __future__ import annotations

from collections.abc import Sequence, Set

from pipelines.extraction.blocks import Block, Kind
from pipelines.extraction.findings import Finding
from pipelines.extraction.headings.furniture import settle_unseen, with_title_and_standfirst, without_bare
from pipelines.extraction.headings.lines import with_set_lines
from pipelines.extraction.headings.missed import missed_headings
from pipelines.extraction.scene import Scene
from pipelines.items import Heading

__all__ = ["read_headings", "settle_headings"]


def settle_headings(
    scene: Scene, findings: dict[int, Finding], spared: Set[int] = frozenset(), title: str | None = None
) -> list[Block]:
    """The body's blocks, with true headings marked as headings and furniture's left out.

    ``spared`` are indices of blocks that stay whatever the model says. ``findings`` gains an entry for each heading
    dropped because nothing of the body stands below it or no reader sees it, and loses those of lines that the model
    dropped though they are set as the article's headings. A heading that repeats the ``title`` stays as a line of the
    body.
    """
    settle_unseen(scene, findings, spared)
    spared = spared | missed_headings(scene, findings)
    kept = [
        block
        for block in scene.blocks
        if block.index in spared or (scene.is_body(block.index) and block.index not in findings)
    ]
    for block in kept:
        findings.pop(block.index, None)
    kept = without_bare(kept, scene, findings, spared)
    return with_set_lines(with_title_and_standfirst(kept, title))


def read_headings(body: Sequence[Block]) -> tuple[Heading, ...]:
    """The headings of a settled body with their positions in it."""
    return tuple(
        Heading(block.level, block.text, position) for position, block in enumerate(body) if block.kind is Kind.HEADING
    )
