"""Which blocks are not body, and why: the rules in the order in which they speak."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from pipelines.chrome import CARD_RUN, NOTHING_LEARNED, REPEATED, SiteChrome, fingerprint
from pipelines.corrections import RULE as CORRECTION
from pipelines.corrections import Corrections
from pipelines.extraction.blocks import Block, Kind
from pipelines.extraction.boilerplate import Place, Rule, fold
from pipelines.extraction.cards import TITLE_WORDS, count_words, is_article_url, link_cover
from pipelines.extraction.copies import second_copies
from pipelines.extraction.runs import card_run, is_lead_line
from pipelines.extraction.scene import Scene
from pipelines.extraction.sections import section
from pipelines.items import Reason
from pipelines.site import UNKNOWN_SITE, Site

SITE_LIST = "site-list"
SIDEBAR = "sidebar-parts"
MOST_OF_BODY = 0.8
"""Share of the body's characters that a site's chrome may at most take out."""
LAST = 6
"""Blocks at the end among which an author's bio is looked for."""
_BIO = re.compile(
    r"(?:,? (?:is|was|has|covers|covered|writes|wrote|works|worked|reports|joined|holds|lives|leads)\b|\s?[(,–—-])"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """Why a block is not body: the reason and the name of the rule (``model`` where none explains it)."""

    reason: Reason
    rule: str


def find_furniture(
    scene: Scene,
    title: str | None,
    authors: Sequence[str] = (),
    site: Site = UNKNOWN_SITE,
    *,
    is_dump: bool = False,
) -> dict[int, Finding]:
    """Findings by block index, for every block that a person, a rule, the site's chrome or the model takes out."""
    settled: list[Finding | None] = [None] * len(scene.blocks)
    without = site.corrections.without
    chrome = NOTHING_LEARNED if REPEATED in without else site.chrome
    _by_markup(scene, settled)
    _by_section(scene, settled)
    _by_links(scene, chrome, settled)
    _forgo(without, settled)
    _by_person(scene, site.corrections, settled)
    _lists_inside(scene, settled)
    _inside_body(scene, settled)
    _by_author(scene, authors, settled)
    _forgo(without, settled)
    places = scene.places(settled)
    _by_title(scene, title, places, settled)
    _forgo(without, settled)
    _by_text(scene, places, settled, is_dump=is_dump)
    _by_site(scene, chrome, settled)
    _copies(scene, settled)
    _by_model(scene, places, settled, without)
    _beyond(scene, settled)
    return {index: finding for index, finding in enumerate(settled) if finding}


def _by_markup(scene: Scene, settled: list[Finding | None]) -> None:
    for index in scene.near:
        rule = scene.mark(index)
        if rule:
            settled[index] = Finding(rule.reason, rule.name)


def _by_person(scene: Scene, corrections: Corrections, settled: list[Finding | None]) -> None:
    """What a person has removed at this site, whoever else had a reason; later rules leave it alone."""
    for index, block in enumerate(scene.blocks if corrections.remove else ()):
        reason = corrections.remove.get(fingerprint(block.text))
        if reason and (index in scene.near or scene.is_body(index)):
            settled[index] = Finding(reason, CORRECTION)


def _forgo(without: Collection[str], settled: list[Finding | None]) -> None:
    """Undo what rules without a file of their own have found, where they do not apply at the site."""
    for index, finding in enumerate(settled if without else ()):
        if finding and finding.rule in without:
            settled[index] = None


def spare(scene: Scene, corrections: Corrections, findings: dict[int, Finding]) -> frozenset[int]:
    """The blocks that a person keeps at this site, taken out of ``findings``.

    They are looked for near the body; a text that is not there comes back from the first place where the page has it.
    """
    if not corrections.keep:
        return frozenset()
    near = {i: name for i in scene.near if (name := fingerprint(scene.blocks[i].text)) in corrections.keep}
    missing = corrections.keep - set(near.values())
    far: dict[int, int] = {}
    for index, block in enumerate(scene.blocks if missing else ()):
        if index not in scene.near and (name := fingerprint(block.text)) in missing:
            far.setdefault(name, index)
    spared = frozenset((*near, *far.values()))
    for index in spared:
        findings.pop(index, None)
    return spared


def _by_section(scene: Scene, settled: list[Finding | None]) -> None:
    """Sections that a heading opens; a line of tags below one, "Tagged: …", remains what it is."""
    for index in scene.near:
        opened = None if settled[index] else section(scene, index)
        if not opened:
            continue
        rule, span = opened
        for member in span:
            own = scene.rules.by_text(scene.blocks[member].text) if member > index else None
            known = own if own and own.reason is Reason.TAGS else rule
            if settled[member] is None:
                settled[member] = Finding(known.reason, known.name)


def _by_links(scene: Scene, chrome: SiteChrome, settled: list[Finding | None]) -> None:
    """Lines and runs of cards that do nothing but lead to other articles of the site, whatever stands above them.

    Below a heading that the site repeats above such cards, a run may be longer than the article: a flash is short.
    """
    for index in scene.near:
        if settled[index] or not scene.is_body(index):
            continue
        if is_lead_line(scene, index):
            settled[index] = Finding(Reason.RELATED_INLINE, "lead-line")
            continue
        block = scene.blocks[index]
        is_known = block.kind is Kind.HEADING and chrome.repeats(block.text)
        if run := card_run(scene, index, settled, sure=is_known):
            for member in run:
                settled[member] = settled[member] or Finding(Reason.RELATED_BLOCK, CARD_RUN)


def _inside_body(scene: Scene, settled: list[Finding | None]) -> None:
    """Related cards and lists between the article's own paragraphs are related inline, those after it a block."""
    full = [index for index in scene.near if scene.is_full(index) and not settled[index]]
    for index in range(full[0] + 1, full[-1]) if full else ():
        finding = settled[index]
        if finding and finding.reason is Reason.RELATED_BLOCK and scene.is_inside(index):
            settled[index] = Finding(Reason.RELATED_INLINE, finding.rule)


def _lists_inside(scene: Scene, settled: list[Finding | None]) -> None:
    """A list of what is new or popular is the site's, unless it stands in the article's own element."""
    for index in scene.near:
        finding = settled[index]
        if finding and finding.rule == SITE_LIST and scene.is_inside(index) and not scene.mark(index, weak=True):
            settled[index] = Finding(Reason.RELATED_BLOCK, SITE_LIST)


def _by_author(scene: Scene, authors: Sequence[str], settled: list[Finding | None]) -> None:
    """A bio below the article: one of its last blocks, beginning with an author's name and saying what they do."""
    last = [index for index in scene.near if scene.is_body(index) and not settled[index]][-LAST:]
    for index in last:
        text = scene.blocks[index].text
        if any(text.startswith(name) and _BIO.match(text, len(name)) for name in authors if len(name) > 4):
            settled[index] = Finding(Reason.AUTHOR_BOX, "author-name")


def _by_title(scene: Scene, title: str | None, places: list[Place], settled: list[Finding | None]) -> None:
    """The title's line, its repetitions above the first paragraph, and the first ``h1`` where they differ a little."""
    folded, is_first = fold(title or ""), True
    for index in scene.near:
        block = scene.blocks[index]
        at_head = places[index] in (Place.HEAD, Place.EDGE)
        if block.level == 1 or at_head:
            text = fold(block.text)
            heads = block.level == 1 and at_head and (is_first or _shares_words(text, folded))
            if settled[index] is None and (heads or (folded and text == folded)):
                settled[index] = Finding(Reason.TITLE, "title")
            is_first = is_first and block.level != 1


def _shares_words(text: str, title: str) -> bool:
    words = set(text.split())
    return len(words & set(title.split())) * 2 >= len(words)


def _by_text(scene: Scene, places: list[Place], settled: list[Finding | None], *, is_dump: bool) -> None:
    for index in range(len(scene.blocks)):
        if settled[index] or not scene.is_body(index):
            continue
        block = scene.blocks[index]
        if block.kind in (Kind.TABLE_ROW, Kind.CODE):
            continue
        rule = scene.rules.by_text(block.text, places[index])
        if rule and _rule_holds(rule, block, is_dump=is_dump):
            settled[index] = Finding(rule.reason, rule.name)


def _by_site(scene: Scene, chrome: SiteChrome, settled: list[Finding | None]) -> None:
    """What the site prints on many of its pages, and headings that have only this, or what people removed, below."""
    if _would_empty(scene, chrome, settled):
        chrome = NOTHING_LEARNED
    headings: list[int] = []
    repeated = False
    for index in scene.near:
        block = scene.blocks[index]
        finding = settled[index]
        if not scene.is_body(index) or (finding and finding.rule != CORRECTION):
            continue
        if block.kind is Kind.HEADING and not finding:
            _settle_bare(headings, settled, repeated=repeated)
            headings, repeated = [*([] if repeated else headings), index], False
        elif finding or chrome.repeats(block.text):
            settled[index], repeated = finding or Finding(Reason.SITE_CHROME, REPEATED), True
        else:
            headings, repeated = [], False
    _settle_bare(headings, settled, repeated=repeated)


def _would_empty(scene: Scene, chrome: SiteChrome, settled: list[Finding | None]) -> bool:
    """Whether hardly any body would be left: then the page is itself of a kind that the site repeats."""
    body = [scene.blocks[index].text for index in scene.near if scene.is_body(index) and not settled[index]]
    return sum(len(text) for text in body if chrome.repeats(text)) > MOST_OF_BODY * sum(map(len, body))


def _settle_bare(headings: Sequence[int], settled: list[Finding | None], *, repeated: bool) -> None:
    for index in headings if repeated else ():
        settled[index] = Finding(Reason.SITE_CHROME, "repeated-section")


def _copies(scene: Scene, settled: list[Finding | None]) -> None:
    """A story that the page holds twice. Tables are left alone: two of them may well have the same rows."""
    near = [index for index in scene.near if scene.is_body(index) and not settled[index]]
    body = [index for index in near if scene.blocks[index].kind is not Kind.TABLE_ROW]
    for place in second_copies([scene.blocks[index].text for index in body]):
        settled[body[place]] = Finding(Reason.COPY, "second-copy")


def _rule_holds(rule: Rule, block: Block, *, is_dump: bool) -> bool:
    """A lead-in line needs its link; where the link is lost it must at least not read like a sentence."""
    if rule.reason is not Reason.RELATED_INLINE:
        return True
    if block.kind is Kind.HEADING:
        return False
    words = len(block.text.split())
    if block.links:
        return link_cover(block) >= 0.4
    return words <= 24 and not block.text.endswith((".", ":", ";"))


def _by_model(scene: Scene, places: list[Place], settled: list[Finding | None], without: Collection[str] = ()) -> None:
    """Explain what the model takes out, by no rule that does not apply at the site."""
    for index in scene.near:
        if settled[index] is None and not scene.is_body(index):
            finding = _explained(scene, index, places[index])
            settled[index] = Finding(Reason.MODEL, "model") if finding.rule in without else finding


def _explained(scene: Scene, index: int, place: Place) -> Finding:
    block = scene.blocks[index]
    if is_lead_line(scene, index):
        return Finding(Reason.RELATED_INLINE, "lead-line")
    rule = scene.mark(index, weak=True)
    if is_teaser_link(block) and (rule is None or rule.name != SIDEBAR):
        return Finding(Reason.RELATED_BLOCK, "link-card")
    if rule is None or not (place is Place.TAIL and rule.reason is Reason.NAVIGATION):
        rule = scene.rules.by_text(block.text, place, weak=True) or rule
    if rule:
        return Finding(rule.reason, rule.name)
    return Finding(Reason.CAPTION, "caption") if block.kind is Kind.CAPTION else Finding(Reason.MODEL, "model")


def _beyond(scene: Scene, settled: list[Finding | None]) -> None:
    """Related cards and lists further down the page, outside the element that holds the article.

    Lists of what is new or popular on the whole site are passed over: they say nothing of this article.
    """
    passed = scene.beyond.start
    for index in scene.beyond:
        if settled[index] or scene.is_body(index):
            continue
        rule = scene.mark(index)
        opened = section(scene, index) if rule is None else None
        if rule and rule.reason is Reason.RELATED_BLOCK:
            settled[index] = Finding(rule.reason, rule.name)
        elif opened and opened[0].reason is Reason.RELATED_BLOCK:
            for member in opened[1]:
                settled[member] = settled[member] or Finding(Reason.RELATED_BLOCK, opened[0].name)
        elif opened and opened[0].name == SITE_LIST:
            passed = _end_of_list(scene, opened[1])
        elif rule is None and index >= passed and _is_card(scene, index):
            settled[index] = Finding(Reason.RELATED_BLOCK, "link-card")


def _end_of_list(scene: Scene, members: range) -> int:
    """Where a list ends that its heading opens: at the next heading of a list, if a column holds several."""
    level = scene.blocks[members.start].level or 6
    for index in members[1:]:
        block = scene.blocks[index]
        if 0 < block.level <= level and not block.links:
            return index
    return members.stop


def _is_card(scene: Scene, index: int) -> bool:
    return is_teaser_link(scene.blocks[index]) and not scene.mark(index, weak=True)


def is_teaser_link(block: Block) -> bool:
    """Whether a block is nothing but a link that reads like another article's title."""
    if link_cover(block) < 0.8 or count_words(block.text) <= TITLE_WORDS:
        return False
    return any(is_article_url(span.href or "") for span in block.links) and not _in_menu(block.element)


def _in_menu(element: HtmlElement | None) -> bool:
    """Whether the block is in a menu or at the page's edge; a card's own header is neither."""
    while element is not None and element.tag != "article":
        if element.tag in ("nav", "menu", "header", "footer", "aside"):
            return True
        element = element.getparent()
    return False
