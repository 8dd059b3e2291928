"""The article's own headings: the marked-up ones, and bold or styled paragraphs where a page uses them as such."""

from __future__ import annotations

from collections.abc import Sequence, Set

from pipelines.extraction.blocks import Block, Kind
from pipelines.extraction.findings import Finding
from pipelines.extraction.headings.furniture import with_title_and_standfirst, without_bare
from pipelines.extraction.headings.lines import is_styled, look, reads_like_heading, with_set_lines
from pipelines.extraction.scene import Scene
from pipelines.items import Heading, Reason

__all__ = ["read_headings", "settle_headings"]


def settle_headings(
    scene: Scene, findings: dict[int, Finding], spared: Set[int] = frozenset(), title: str | None = None
) -> list[Block]:
    """The body's blocks, with true headings marked as headings and furniture's left out.

    ``spared`` are indices of blocks that stay whatever the model says. ``findings`` gains an entry for each heading
    dropped because nothing of the body stands below it, and loses those of lines that the model dropped though they
    are set as the article's headings. A heading that repeats the ``title`` stays as a line of the body.
    """
    spared = spared | set(_set_as_headings(scene, findings))
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


def _set_as_headings(scene: Scene, findings: dict[int, Finding]) -> list[int]:
    """Lines between body blocks that only the model took out, styled as headings, at least two of them alike."""
    styled = [i for i in scene.near if is_styled(scene.blocks[i]) and reads_like_heading(scene.blocks[i])]
    looks = [look(scene.blocks[index]) for index in styled if _is_between(scene, index, findings)]
    return [
        index
        for index in styled
        if _only_model(findings.get(index))
        and _is_between(scene, index, findings)
        and looks.count(look(scene.blocks[index])) > 1
    ]


def _only_model(finding: Finding | None) -> bool:
    return finding is not None and finding.reason is Reason.MODEL


def _is_between(scene: Scene, index: int, findings: dict[int, Finding]) -> bool:
    """Whether body stands above and below the block, with nothing between but what a rule took out."""
    return _is_body_next(scene, index, -1, findings) and _is_body_next(scene, index, 1, findings)


def _is_body_next(scene: Scene, index: int, step: int, findings: dict[int, Finding]) -> bool:
    index += step
    while index in scene.near and (finding := findings.get(index)):
        if finding.reason is Reason.MODEL:
            return False
        index += step
    return index in scene.near
