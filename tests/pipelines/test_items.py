"""Items on their way between processes."""

from __future__ import annotations

import pickle

import pytest

from pipelines.items import Article, Evidence, Heading, Link, LinkKind, Reason, RemovedBlock

LINK = Link(LinkKind.RELATED_BLOCK, "https://beacon.example/tide", "The tide", "It turned at noon.", 7)
REMOVED = RemovedBlock(Reason.SHARE, "share-bar", "Share this", "body/div/ul")
ARTICLE = Article(
    "ab12",
    "https://beacon.example/log?x=1",
    "https://beacon.example/log",
    authors=("Ada Quill",),
    headings=(Heading(2, "Noon", 3),),
    links=(LINK,),
    removed=(REMOVED,),
    evidence=(Evidence("opinion", "section: Opinion"),),
)


@pytest.mark.parametrize("item", [LINK, REMOVED, ARTICLE], ids=["link", "removed block", "article"])
def test_an_item_arrives_as_it_left(item: object) -> None:
    assert pickle.loads(pickle.dumps(item)) == item
