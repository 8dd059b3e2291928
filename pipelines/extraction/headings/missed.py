"""Headings that the model took for furniture, though the page sets them as it sets the article's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipelines.extraction.blocks import Kind
from pipelines.extraction.findings import Finding
from pipelines.extraction.headings.lines import is_styled, look, reads_like_heading
from pipelines.extraction.scene import BODY, FULL, Scene
from pipelines.items import Reason

DOUBTED = BODY / 2
"""Headings that score less than this stay out, however they are set."""
SECTION = 12
"""Blocks below a heading among which text of the body is looked for."""
_CARD = "link-card"

Findings = Mapping[int, Finding]


def missed_headings(scene: Scene, findings: Findings) -> frozenset[int]:
    """Indices of blocks that belong to the body after all."""
    return frozenset((*_marked(scene, findings), *_styled(scene, findings)))


def _marked(scene: Scene, findings: Findings) -> Iterator[int]:
    """Marked headings among the article's paragraphs, set like those the model keeps, with text of the body below."""
    body = [index for index in scene.near if scene.is_body(index) and index not in findings]
    looks = {look(scene.blocks[index]) for index in body if scene.blocks[index].level}
    full = [index for index in body if len(scene.blocks[index].text) >= FULL and not scene.blocks[index].level]
    for index in range(full[0], full[-1]) if looks and full else ():
        block = scene.blocks[index]
        if block.level < 2 or scene.scores[index] < DOUBTED or not _only_model(findings.get(index)):
            continue
        if look(block) in looks and _heads_text(scene, index, findings):
            yield index


def _heads_text(scene: Scene, heading: int, findings: Findings) -> bool:
    for index in range(heading + 1, min(heading + SECTION, scene.near.stop)):
        block = scene.blocks[index]
        if 0 < block.level <= scene.blocks[heading].level:
            return False
        if block.kind is not Kind.HEADING and scene.is_body(index) and index not in findings:
            return True
    return False


def _styled(scene: Scene, findings: Findings) -> Iterator[int]:
    """Lines right between body blocks that a class calls headings, at least two of them alike."""
    lines = [i for i in scene.near if is_styled(scene.blocks[i]) and reads_like_heading(scene.blocks[i])]
    between = [index for index in lines if _is_between(scene, index, findings)]
    looks = [look(scene.blocks[index]) for index in between]
    for index in between:
        if _by_model(findings.get(index)) and looks.count(look(scene.blocks[index])) > 1:
            yield index


def _by_model(finding: Finding | None) -> bool:
    return finding is not None and finding.reason is Reason.MODEL


def _only_model(finding: Finding | None) -> bool:
    """Whether but for the model the block would be body: a heading that is a link looks like a card to it."""
    return _by_model(finding) or (finding is not None and finding.rule == _CARD)


def _is_between(scene: Scene, index: int, findings: Findings) -> bool:
    """Whether body stands above and below the block, with nothing between but what a rule took out."""
    return _is_body_next(scene, index, -1, findings) and _is_body_next(scene, index, 1, findings)


def _is_body_next(scene: Scene, index: int, step: int, findings: Findings) -> bool:
    index += step
    while index in scene.near and (finding := findings.get(index)):
        if finding.reason is Reason.MODEL:
            return False
        index += step
    return index in scene.near
