"""JSON-LD as pages write it, and the one pass that collects what a page says of itself."""

import pytest

from pipelines.extraction.document import parse_document
from pipelines.extraction.jsonld import MAX_NODES, first, load, parse_nodes, resolve, strings, types
from pipelines.extraction.structured import PageData
from pipelines.extraction.visible import lines_of, text_of
from pipelines.items import RawPage


def data(body: str) -> PageData:
    found = parse_document(RawPage(url="https://e.example/a", body=f"<html><body>{body}</body></html>".encode())).data
    assert found is not None
    return found


@pytest.mark.parametrize(
    "script",
    [
        '{"headline": "Tides"}',
        '<!-- {"headline": "Tides"} -->',
        '//<![CDATA[\n{"headline": "Tides"}\n//]]>',
        '{"headline": "Tides",}',
        '{"headline": "Tides"};',
        '{"headline": "Tides"}{"headline": "Other"}',
        "{&quot;headline&quot;: &quot;Tides&quot;}",
        '{"headline": "Tides", "body": "a\nb"}',
        '{"headline": "Tides", "path": "c:\\data"}',
        'window.x = {"headline": "Tides"}',
    ],
)
def test_slightly_broken_json_is_mended(script: str) -> None:
    assert load(script)["headline"] == "Tides"


@pytest.mark.parametrize(
    "script", ["", "{", "nonsense", "{" * 100_000, "[" * 100_000, "1" * 2_000_000, '{"a": NaN' * 50]
)
def test_what_cannot_be_read_is_none(script: str) -> None:
    assert load(script) is None


def test_nodes_are_found_at_any_sane_depth() -> None:
    nodes = parse_nodes(
        ['{"@graph": [{"@type": "WebPage", "mainEntity": {"@type": ["Thing", "https://schema.org/NewsArticle"]}}]}']
    )
    assert [types(node) for node in nodes] == [("webpage",), ("thing", "newsarticle")]
    deep = '{"a":' * 400 + '{"@type": "Article"}' + "}" * 400
    assert parse_nodes([deep]) == ()


def test_nodes_are_bounded() -> None:
    assert len(parse_nodes(["[" + ",".join(['{"@type": "Article"}'] * 5_000) + "]"])) == MAX_NODES


def test_values_are_texts_lists_or_nodes() -> None:
    assert list(strings([{"name": "A &amp; B"}, "C", {"@value": "D"}, 4, None, [["E"]]])) == ["A & B", "C", "D"]
    assert first({"name": ["A", "B"]}) == "A"
    assert resolve([{"@id": "#a"}], [{"@id": "#a", "name": "A"}]) == [{"@id": "#a", "name": "A"}]


def test_the_likeliest_node_describes_the_article() -> None:
    found = data(
        '<script type="application/ld+json">[{"@type": "WebPage", "name": "w"}, {"@type": "VideoObject"},'
        ' {"@type": "NewsArticle", "headline": "n", "datePublished": "2026"}]</script>'
    )
    assert [node["@type"] for node in found.articles] == ["NewsArticle", "WebPage", "VideoObject"]


def test_meta_tags_by_any_of_their_names() -> None:
    found = data(
        '<meta property="og:Title" content="A"><meta name=author content=" B "><meta itemprop=author content="">'
    )
    assert found.meta("author", "og:title") == ["B", "A"]


def test_huge_attributes_are_cut() -> None:
    assert len(data(f'<meta name=author content="{"x" * 1_000_000}">').meta("author")[0]) == 4_000


def test_visible_text_without_scripts_and_with_a_line_for_each_block() -> None:
    found = data("<div>By <b>A</b>n<script>x()</script><p>March 3</p><button>Share</button><span>4 min</span></div>")
    assert lines_of(next(found.root.iter("div"))) == ["By An", "March 3", "4 min"]


def test_text_of_a_bottomless_nest_is_bounded() -> None:
    found = data("<div>" * 200 + "deep" + "</div>" * 200 + "x" * 50_000)
    assert len(text_of(found.root, 1_000)) <= 1_000
