"""Decoding and parsing, hostile bytes included."""

import pytest

from pipelines.errors import BadInput
from pipelines.extraction.document import MAX_BYTES, MAX_ELEMENTS, decode, parse_document
from pipelines.items import RawPage


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        ("naïve".encode(), None, "naïve"),
        ("\ufeffnaïve".encode(), None, "naïve"),
        ("naïve".encode("utf-16"), None, "naïve"),
        ("naïve".encode("latin-1"), "text/html; charset=ISO-8859-1", "naïve"),
        ("“quoted”".encode("windows-1252"), "text/html; charset=iso-8859-1", "“quoted”"),
        ("цена выросла".encode("windows-1251"), 'text/html; charset="windows-1251"', "цена выросла"),
        ("価格が上がった".encode("shift_jis"), "text/html;charset=Shift_JIS", "価格が上がった"),
        ("价格上涨了".encode("gb18030"), "text/html;charset=gb2312", "价格上涨了"),
        ("가격이 올랐다".encode("euc-kr"), "text/html;charset=euc-kr", "가격이 올랐다"),
        ("naïve café".encode(), "text/html; charset=iso-8859-1", "naïve café"),
    ],
)
def test_text_of_a_pages_bytes(body: bytes, content_type: str | None, text: str) -> None:
    assert decode(body, content_type) == text


def test_the_page_itself_may_name_its_charset() -> None:
    body = '<html><head><meta charset="koi8-r"></head><body>цена выросла</body></html>'
    assert "цена выросла" in decode(body.encode("koi8-r"))


SAID = "“It’s the café’s naïve façade”, said Zoë – “déjà vu”."


@pytest.mark.parametrize("wrongly", ["cp1252", "latin-1"])
@pytest.mark.parametrize("said", [SAID, "Цена биткоина выросла", "灯塔看守人今秋起共同书写"])
def test_utf8_that_was_encoded_twice_is_encoded_once(said: str, wrongly: str) -> None:
    twice = "".join(bytes([byte]).decode(wrongly, "ignore") or chr(byte) for byte in f"<p>{said}</p>".encode())
    assert decode(twice.encode()) == f"<p>{said}</p>"


@pytest.mark.parametrize(
    "text",
    [
        SAID,
        "Where “it’s” became “itâ€™s” or “cafÃ©” or “faÃ§ade” or “naÃ¯ve” or “ZoÃ«”.",
        "NÃO É AVIÃO “€5”",
        "itâ€™s one",
    ],
    ids=["sound", "about it", "capitals", "once"],
)
def test_what_may_be_meant_so_stays(text: str) -> None:
    assert decode(text.encode()) == text


def test_a_broken_byte_makes_no_other_charset_of_utf8() -> None:
    assert decode("“ports” – naïve café".encode() + b"\xff", "text/html").startswith("“ports” – naïve café")


@pytest.mark.parametrize(
    "name", ["base64", "hex", "rot13", "zip", "bz2", "idna", "punycode", "utf-7", "unicode_escape", "x" * 90]
)
def test_charsets_that_no_page_is_written_in_are_not_used(name: str) -> None:
    assert decode(b"caf\xe9 +AGE- \\x41", f"text/html; charset={name}").endswith("+AGE- \\x41")


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (b" \n", "empty"),
        (b"\x89PNG\r\n\0\0\0", "binary"),
        (b"<p>" + b"a" * MAX_BYTES, "bytes"),
        (b"<br>" * (MAX_ELEMENTS + 1), "elements"),
    ],
)
def test_what_cannot_be_a_page_is_refused(body: bytes, complaint: str) -> None:
    with pytest.raises(BadInput, match=complaint):
        parse_document(RawPage(url="https://e.example/", body=body))


def test_text_without_markup_has_no_tree() -> None:
    document = parse_document(RawPage(url="https://e.example/", body=b"5 < 6, she wrote."))
    assert document.root is None
    assert document.data is None


@pytest.mark.parametrize(
    "body",
    [
        "<html><body><p>Harbour dues rise.</p></body></html>".encode("utf-16"),
        b"<!DOCTYPE html>\n<html><body>\0<p>Harbour dues rise.</p></body></html>",
    ],
    ids=["utf-16", "nul"],
)
def test_markup_is_known_whatever_it_is_written_in(body: bytes) -> None:
    document = parse_document(RawPage(url="https://e.example/", body=body))
    assert [element.tag for element in document.elements] == ["html", "body", "p"]


def test_all_elements_are_kept_in_order() -> None:
    document = parse_document(
        RawPage(url="https://e.example/", body=b"<html><body><p>a<b>b</b></p><i>c</i></body></html>")
    )
    assert [element.tag for element in document.elements] == ["html", "body", "p", "b", "i"]


def test_a_page_whose_header_ends_the_body_is_read_to_its_end() -> None:
    story = "".join(f"<p>The mayor of Hexham counted {number} coins before noon.</p>" for number in range(20))
    page = f"<html><body><nav>Menu</nav></body></html>{story}</body></html>"
    document = parse_document(RawPage("https://e.example/", page.encode()))
    assert document.body is not None
    assert len(document.body.findall(".//p")) == 20
