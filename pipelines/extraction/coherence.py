"""Blocks that go together stay together: rows of a table, items of a list, a listing of code among paragraphs."""

from __future__ import annotations

from collections import defaultdict

from lxml.html import HtmlElement

from pipelines.extraction.blocks import Block, Kind
from pipelines.extraction.findings import Finding
from pipelines.extraction.scene import Scene
from pipelines.items import Reason

MIN_SHARE = 0.5
"""A table or list is kept whole if at least this share of it is body and no rule took any of it out."""
SMALL_TABLE = 4
"""Rows up to which one that is body is enough."""

_GROUPS = {Kind.TABLE_ROW: ("table",), Kind.LIST_ITEM: ("ul", "ol", "dl")}


def keep_together(scene: Scene, findings: dict[int, Finding]) -> frozenset[int]:
    """Indices of blocks that only the model took out, in groups that are mostly body, and of code inside the body."""
    groups: dict[HtmlElement, list[int]] = defaultdict(list)
    spared: set[int] = set()
    for index in scene.near:
        block = scene.blocks[index]
        group = _group_of(block)
        if group is not None:
            groups[group].append(index)
        elif block.kind is Kind.CODE and _among_paragraphs(scene, block) and _only_model(findings.get(index)):
            spared.add(index)
    for members in groups.values():
        lost = [index for index in members if index in findings]
        kept = len(members) - len(lost)
        is_small = len(members) <= SMALL_TABLE and scene.blocks[members[0]].kind is Kind.TABLE_ROW
        if (
            kept
            and (is_small or kept >= len(members) * MIN_SHARE)
            and all(_only_model(findings[index]) for index in lost)
        ):
            spared.update(lost)
    return frozenset(spared)


def _group_of(block: Block) -> HtmlElement | None:
    names = _GROUPS.get(block.kind)
    if names is None or block.element is None:
        return None
    return next(block.element.iterancestors(*names), None)


def _among_paragraphs(scene: Scene, block: Block) -> bool:
    parent = block.element.getparent() if block.element is not None else None
    return parent is not None and scene.wraps(parent)


def _only_model(finding: Finding | None) -> bool:
    return finding is not None and finding.reason is Reason.MODEL
