import pytest

from pipelines import RawPage, extract_article

STORY = "<p>The harbour bank of Colby insured {} mining rigs at the hearing, though nobody had asked{}.</p>"


@pytest.mark.parametrize(
    "smuggled", ["\x1b[2J", "&#27;[2J", "&#x1B;[2J", "\u202e[2J", "\x07[2J", "&#7;[2J", "\x9b[2J", "\ufff9[2J"]
)
def test_what_a_terminal_or_an_eye_would_obey_is_taken_out(smuggled: str) -> None:
    data = '{"@type": "NewsArticle", "author": "Ann \\u001b[31mExample", "datePublished": "2026-11-22"}'
    head = f"<title>Colby{smuggled} opens its books</title><script type=application/ld+json>{data}</script>"
    first, second = ("".join(STORY.format(at + number, smuggled) for number in range(4)) for at in (10, 50))
    body = f"<h1>Colby{smuggled} opens its books</h1>{first}<h2>What{smuggled} comes next</h2>{second}"
    page = f"<html><head><meta charset=utf-8>{head}</head><body><article>{body}</article>"
    article = extract_article(RawPage(url="https://harbor.example/news/4711-colby", body=page.encode()))
    assert article.title == "Colby[2J opens its books"
    assert "nobody had asked[2J." in article.body
    assert [heading.text for heading in article.headings] == ["What[2J comes next"]
    assert not [mark for mark in str(article.as_dict()) if mark in "\x1b\x07\x9b\u202e\ufff9"]


def test_marks_of_the_writing_direction_that_languages_need_stay() -> None:
    arabic = "قال المجلس \u200fإن الرسوم ستنخفض\u200e بمقدار الثلث اعتبارا من يوم الاثنين المقبل."
    page = f"<html><meta charset=utf-8><body><article><h1>الرسوم</h1>{f'<p>{arabic}</p>' * 5}</article>"
    article = extract_article(RawPage(url="https://harbor.example/news/4711-fees", body=page.encode()))
    assert "\u200fإن" in article.body
