"""Features: a small page with a nav, an article and a related box; each check is one thing the model relies on."""

import numpy as np
import pytest
from lxml import html

from pipelines.extraction.alignment import words
from pipelines.extraction.blocks import Block, segment
from pipelines.extraction.classifier import load_models
from pipelines.extraction.features import BlockFeatures, block_sizes, candidates
from pipelines.extraction.features.columns import Columns
from pipelines.extraction.features.context import lead_columns
from pipelines.extraction.features.vocabulary import CLASS_GROUPS, TEXT_GROUPS, class_groups, text_groups

LONG = "The exchange said on Monday that payments had resumed after engineers had replaced a signing service, and {}."
PAGE = f"""<body>
  <nav class="main-menu"><ul><li><a href="/a">Markets</a></li><li><a href="/b">Policy</a></li></ul></nav>
  <main><article class="post">
    <h1>Exchange resumes withdrawals</h1>
    <div class="entry-content">
      <p>{LONG.format("no client lost money")}</p>
      <p>{LONG.format("the auditors were told the same day")}</p>
      <div class="related-posts"><h3>Read also</h3><p><a href="/c">Why custody is hard</a></p></div>
      <p>{LONG.format("a full report follows next week")}</p>
    </div>
  </article></main>
  <footer><p>© 2031 The Daily Block. All rights reserved.</p></footer>
</body>"""


@pytest.fixture(scope="module")
def page() -> tuple[list[Block], Columns]:
    body = html.document_fromstring(PAGE).find("body")
    assert body is not None
    blocks = segment(body)
    tokens = [words(block.text) for block in blocks]
    voted = np.array([float(block.text.startswith("The exchange")) for block in blocks])
    votes = {"trafilatura": voted, "resiliparse": voted}
    return blocks, BlockFeatures(blocks, tokens, ["Exchange resumes withdrawals | The Daily Block"]).columns(votes)


def at(page: tuple[list[Block], Columns], text: str) -> int:
    return next(block.index for block in page[0] if text in block.text)


def test_every_column_has_a_finite_value_for_every_block(page: tuple[list[Block], Columns]) -> None:
    blocks, columns = page
    for name, values in columns.items():
        assert values.shape == (len(blocks),), name
        assert np.isfinite(values).all(), name


def test_the_packaged_model_finds_all_its_columns(page: tuple[list[Block], Columns]) -> None:
    assert set(load_models().advised.names) <= set(page[1])


def test_paragraphs_alike_in_markup_share_what_was_voted_for_them(page: tuple[list[Block], Columns]) -> None:
    first, last = at(page, "no client"), at(page, "full report")
    assert page[1]["alike_blocks"][first] == page[1]["alike_blocks"][last] == pytest.approx(np.log1p(3))
    assert page[1]["alike_trafilatura"][first] == 1.0


def test_a_box_inside_the_article_is_off_the_way_to_it(page: tuple[list[Block], Columns]) -> None:
    teaser, paragraph = at(page, "custody"), at(page, "no client")
    assert page[1]["off_related"][teaser] == 1.0
    assert page[1]["off_related"][paragraph] == 0.0
    assert page[1]["branch_linked"][teaser] > 0.5


@pytest.mark.parametrize("asked", [True, False])
def test_standfirsts_stand_between_the_title_and_the_first_vote(asked: bool) -> None:
    vote, none = np.array([0.0, 0.0, 0.0, 1.0, 1.0]), np.zeros(5)
    columns = {
        "level": np.array([0.0, 1.0, 0.0, 0.0, 0.0]),
        "words": np.log1p([2.0, 5.0, 20.0, 30.0, 30.0]),
        "trafilatura": vote if asked else none,
        "resiliparse": none if asked else vote,
    }
    assert lead_columns(columns)["lead"].tolist() == [0.0, 0.0, 1.0, 0.0, 0.0]


def test_a_block_knows_the_heading_it_stands_under(page: tuple[list[Block], Columns]) -> None:
    assert page[1]["heading_text_more"][at(page, "custody")] == 1.0
    assert page[1]["heading_like_title"][at(page, "no client")] > 0.4


def test_the_footer_is_no_candidate_and_the_paragraphs_are(page: tuple[list[Block], Columns]) -> None:
    near = candidates(page[1])
    assert near[at(page, "no client")]
    assert not near[at(page, "Markets")]


@pytest.mark.parametrize(
    ("names", "group"),
    [
        ("articleBody", "article_body"),
        ("c-related__item", "related"),
        ("SocialShare", "social"),
        ("ad-slot", "advert"),
        ("post-meta", "meta"),
    ],
)
def test_class_names_in_any_spelling_fall_into_groups(names: str, group: str) -> None:
    assert class_groups(names)[CLASS_GROUPS.index(group)] == 1.0


def test_plain_prose_has_no_furniture_words() -> None:
    assert not text_groups(["Miners sold less than in any month before."]).any()


def test_furniture_words_are_found_in_each_text_alone() -> None:
    texts = ["Read more", "Miners sold less", "Read\nmore", "Sign up, then read more", ""]
    found = text_groups(texts)[:, TEXT_GROUPS.index("more")].tolist()
    assert found == [1.0, 0.0, 0.0, 1.0, 0.0]


def test_scripts_without_spaces_are_measured_by_their_characters() -> None:
    text = "暗号資産の取引所は月曜日に出金を再開した。"
    blocks = [Block(0, segment(html.document_fromstring("<p>x</p>"))[0].kind, text)]
    assert block_sizes(blocks, [words(text)])[0] == pytest.approx(10, abs=1)
