"""The article's own headings: the marked-up ones, and bold or styled paragraphs where a page uses them as such."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import replace

from pipelines.extraction.blocks import Block, Kind
from pipelines.extraction.findings import Finding
from pipelines.extraction.scene import Scene
from pipelines.items import Heading, Reason

MAX_HEADING_WORDS = 25
STANDFIRST_WORDS = 12
"""Words from which a line above the first paragraph is taken for a sentence; news headings inside are shorter."""
_STYLES = ("heading", "subhead", "crosshead", "section-title", "intertitre", "zwischen")
_NO_HEADING_END = (".", ",", ";", "…", "。", "،")


def settle_headings(scene: Scene, findings: dict[int, Finding], spared: Set[int] = frozenset()) -> list[Block]:
    """The body's blocks, with true headings marked as headings and furniture's left out.

    ``spared`` are indices of blocks that stay whatever the model says. ``findings`` gains an entry for each heading
    dropped because nothing of the body stands below it, and loses those of lines that the model dropped though they
    are set as the article's headings.
    """
    spared = spared | set(_set_as_headings(scene, findings))
    kept = [
        block
        for block in scene.blocks
        if block.index in spared or (scene.is_body(block.index) and block.index not in findings)
    ]
    for block in kept:
        findings.pop(block.index, None)
    kept = _without_dangling(kept, findings, spared)
    return _with_standfirst([_normal(block) for block in _with_styled(kept)])


def _set_as_headings(scene: Scene, findings: dict[int, Finding]) -> list[int]:
    """Lines between body blocks that only the model took out, styled as headings, at least two of them alike."""
    styled = [i for i in scene.near if _is_styled(scene.blocks[i]) and _reads_like_heading(scene.blocks[i])]
    looks = [_look(scene.blocks[index]) for index in styled if _is_between(scene, index, findings)]
    return [
        index
        for index in styled
        if _only_model(findings.get(index))
        and _is_between(scene, index, findings)
        and looks.count(_look(scene.blocks[index])) > 1
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


def read_headings(body: Sequence[Block]) -> tuple[Heading, ...]:
    """The headings of a settled body with their positions in it."""
    return tuple(
        Heading(block.level, block.text, position) for position, block in enumerate(body) if block.kind is Kind.HEADING
    )


def _without_dangling(kept: list[Block], findings: dict[int, Finding], spared: Set[int]) -> list[Block]:
    """A heading at the very end heads nothing: it is furniture's whose content is already gone."""
    while kept and kept[-1].kind is Kind.HEADING and kept[-1].index not in spared:
        findings[kept.pop().index] = Finding(Reason.MODEL, "dangling-heading")
    return kept


def _with_standfirst(body: list[Block]) -> list[Block]:
    """A sentence above the first paragraph is the standfirst, however it is marked up: it heads no section."""
    for index, block in enumerate(body):
        if block.kind is not Kind.HEADING or not _is_sentence(block.text):
            return body
        body[index] = replace(block, kind=Kind.PARAGRAPH, level=0)
    return body


def _is_sentence(text: str) -> bool:
    return (
        not text.endswith("?")
        and not text[:1].isdigit()
        and (text.endswith(".") or len(text.split()) >= STANDFIRST_WORDS)
    )


def _normal(block: Block) -> Block:
    if block.kind is not Kind.HEADING:
        return block
    if len(block.text.split()) > MAX_HEADING_WORDS:
        return replace(block, kind=Kind.PARAGRAPH, level=0)
    return replace(block, level=2) if block.level <= 1 else block


def _with_styled(kept: list[Block]) -> list[Block]:
    """Bold or styled lines become headings where the page marks none up and sets at least two of them alike."""
    if any(block.kind is Kind.HEADING for block in kept):
        return kept
    candidates = [i for i in range(len(kept) - 1) if _looks_like_heading(kept[i], kept[i + 1])]
    if len(candidates) < 2 or len(candidates) > len(kept) / 2:
        return kept
    alike = _most_alike(kept[i] for i in candidates)
    chosen = {i for i in candidates if _look(kept[i]) == alike}
    if len(chosen) < 2:
        return kept
    return [replace(b, kind=Kind.HEADING, level=2) if i in chosen else b for i, b in enumerate(kept)]


def _looks_like_heading(block: Block, following: Block) -> bool:
    if block.kind is not Kind.PARAGRAPH or len(following.text) < len(block.text):
        return False
    return _reads_like_heading(block) and (_is_bold(block) or _is_styled(block))


def _reads_like_heading(block: Block) -> bool:
    return 1 <= len(block.text.split()) <= 14 and not block.text.endswith(_NO_HEADING_END)


def _is_bold(block: Block) -> bool:
    covered = sum(span.end - span.start for span in block.spans if span.mark == "strong")
    return covered >= len(block.text) * 0.95


def _is_styled(block: Block) -> bool:
    classes = (block.element.get("class") or "").casefold() if block.element is not None else ""
    return any(word in classes for word in _STYLES)


def _look(block: Block) -> tuple[str, str, bool]:
    element = block.element
    if element is None:
        return "", "", _is_bold(block)
    return str(element.tag), element.get("class") or "", _is_bold(block)


def _most_alike(blocks: Iterable[Block]) -> tuple[str, str, bool]:
    looks = [_look(block) for block in blocks]
    return max(looks, key=looks.count)
