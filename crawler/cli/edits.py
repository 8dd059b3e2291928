"""What an edit changed, on the terminal: removed text struck out, added green; in a pipe ``[-removed-]{+added+}``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.text import Text

from crawler.cli.common import out
from crawler.cli.plain import cell, moment, plain
from pipelines.diff import Op, Segment, abridged
from pipelines.items import Article
from pipelines.store.versions import Edit

_STYLES = {Op.KEPT: "", Op.REMOVED: "red strike", Op.ADDED: "green", Op.SKIPPED: "dim"}
_MARKS = {Op.KEPT: ("", ""), Op.REMOVED: ("[-", "-]"), Op.ADDED: ("{+", "+}"), Op.SKIPPED: ("", "")}


def print_edit(article: Article, edit: Edit | None) -> None:
    """The title and the body of the later version with what was removed and added; long kept stretches left out."""
    out.print(cell(f"{article.id}  {article.canonical_url}", "dim"))
    if edit is None:
        out.print("there is one version: no edit was seen")
        return
    silent = "  ·  without a new date" if edit.after.silent else ""
    numbers = f"version {edit.before.version} → {edit.after.version}"
    times = f"seen {moment(edit.before.seen_at)} → {moment(edit.after.seen_at)}"
    words = f"{edit.before.word_count:,} → {edit.after.word_count:,} words"
    out.print(cell(f"{numbers}  ·  {times}  ·  {words}{silent}", "dim"), soft_wrap=False)
    out.print()
    out.print(_marked(edit.title, "bold"), soft_wrap=False)
    out.print()
    if edit.before.body == edit.after.body:
        out.print(cell("the text is the same", "dim"))
    else:
        out.print(_marked(abridged(edit.body)), soft_wrap=False)


def edit_data(edit: Edit) -> dict[str, Any]:
    """JSON-ready; whole, nothing left out."""
    return {
        "from": edit.before.version,
        "to": edit.after.version,
        "silent": edit.after.silent,
        "title": _data(edit.title),
        "body": _data(edit.body),
    }


def _data(segments: Iterable[Segment]) -> list[dict[str, str]]:
    return [{"op": each.op.value, "text": each.text} for each in segments]


def _marked(segments: Iterable[Segment], style: str = "") -> Text:
    text = Text(style=style)
    for each in segments:
        if each.op is Op.SKIPPED:
            text.append(f"\n⋯ {plain(each.text)} ⋯\n", _STYLES[each.op])
            continue
        before, after = ("", "") if out.is_terminal else _MARKS[each.op]
        words = plain(each.text)
        bare = words.rstrip()
        text.append(f"{before}{bare}{after}", _STYLES[each.op]).append(words[len(bare) :])
    text.rstrip()
    return text
