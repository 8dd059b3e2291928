"""What is read of web archives, whole, broken and hostile."""

from __future__ import annotations

import gzip
import time
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import pytest

from pipelines.errors import BadInput, MissingInput
from pipelines.warc import pieces
from pipelines.warc.reading import WHOLE, Broken, Capture, Found, Part, Passed, parts, read_archive
from tests.pipelines.warc.archives import DATE, Made, archive, record

PAGES = [Made(f"https://a.example/{number}", f"<p>Page {number}</p>".encode()) for number in range(3)]
HTML = ("Content-Type", "text/html")


def read(path: Path) -> list[Found]:
    return list(read_archive(path))


def urls(found: list[Found]) -> list[str]:
    return [each.url.rpartition("/")[2] for each in found if isinstance(each, Capture)]


def kinds(found: list[Found]) -> list[str]:
    return [each.kind for each in found if isinstance(each, Broken)]


@pytest.mark.parametrize("form", ["packed", "plain", "packed as one"])
def test_all_forms_of_a_warc_are_read(form: str, tmp_path: Path) -> None:
    path = archive(tmp_path / "a.warc.gz", PAGES, packed=form == "packed")
    if form == "packed as one":
        path.write_bytes(gzip.compress(path.read_bytes()))
    found = read(path)
    assert urls(found) == ["0", "1", "2"]
    first = found[0]
    assert isinstance(first, Capture)
    assert (first.body, first.status, first.fetched_at) == (b"<p>Page 0</p>", 200, DATE)
    assert first.content_type == "text/html; charset=utf-8"


def test_many_records_packed_as_one_need_no_memory_for_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "MAX_RECORD", 200_000)
    text = "".join(f"<p>{number * 7919 % 100_003}</p>" for number in range(9_000)).encode()
    large = [Made(f"https://a.example/{number}", text) for number in range(12)]
    path = archive(tmp_path / "a.warc", large, packed=False)
    path.write_bytes(gzip.compress(path.read_bytes()))
    assert urls(read(path)) == [str(number) for number in range(12)]


CHUNKED = b"7\r\n<p>Text\r\n4\r\n</p>\r\n0\r\n\r\n"


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (gzip.compress(b"<p>Text</p>", mtime=0), (HTML, ("Content-Encoding", "gzip"))),
        (b"<p>Text</p>", (HTML, ("Content-Encoding", "gzip"))),  # taken off already, as CC-NEWS does
        (CHUNKED, (HTML, ("Transfer-Encoding", "chunked"))),
        (b"<p>Text</p>", (HTML, ("Transfer-Encoding", "chunked"))),
        (gzip.compress(gzip.compress(b"<p>Text</p>", mtime=0), mtime=0), (HTML, ("Content-Encoding", "gzip, gzip"))),
        (zlib.compress(b"<p>Text</p>"), (HTML, ("Content-Encoding", "deflate"))),
        (zlib.compress(b"<p>Text</p>")[2:-4], (HTML, ("Content-Encoding", "deflate"))),  # as some servers have it
        (b"<p>Text</p>", (HTML, ("Content-Encoding", "deflate"))),
    ],
    ids=[
        *("gzip", "gzip taken off", "chunked", "chunks taken off", "gzip twice"),
        *("deflate", "deflate without its head", "deflate taken off"),
    ],
)
def test_layers_of_a_body_are_taken_off_where_they_are_there(
    body: bytes, headers: tuple[tuple[str, str], ...], tmp_path: Path
) -> None:
    (found,) = read(archive(tmp_path / "a.warc.gz", [Made("https://a.example/", body, headers=headers)]))
    assert isinstance(found, Capture)
    assert found.body == b"<p>Text</p>"


@pytest.mark.parametrize(
    "hint", ["[]", "{}", '{"route": 1}', '{"route": "feed", "content_html": {"a": 1}}', "[" * 9_000]
)
def test_fields_of_our_own_are_believed_only_where_they_look_like_ours(hint: str, tmp_path: Path) -> None:
    said = {"Newsmint-Hint": hint, "Newsmint-Requested-URI": "javascript:x", "Newsmint-Parts": "999999999"}
    (found,) = read(archive(tmp_path / "a.warc.gz", [Made("https://a.example/", warc=said)]))
    assert isinstance(found, Capture)
    assert (found.hint, found.requested_url, found.parts) == (None, None, ())


def test_what_is_no_page_is_passed_over_by_name(tmp_path: Path) -> None:
    revisit = {"WARC-Refers-To-Target-URI": "https://a.example/0", "WARC-Profile": "x"}
    found = read(
        archive(
            tmp_path / "a.warc.gz",
            [
                Made("https://a.example/0", kind="metadata"),
                Made("https://a.example/0", b"", kind="revisit", warc=revisit),
                Made("dns:a.example", kind="response"),
                PAGES[1],
            ],
        )
    )
    assert [each.reason for each in found if isinstance(each, Passed)] == ["metadata", "revisit", "not_http"]
    assert urls(found) == ["1"]


def broken(how: str) -> bytes:
    whole, plain = record(PAGES[1]), record(PAGES[1], packed=False)
    return {
        "a byte of the packed data differs": whole[:60] + bytes([whole[60] ^ 0xFF]) + whole[61:],
        "the second half is missing": whole[: len(whole) // 2],
        "noise": b"\x00\x01\x02" * 1_000,
        "no record within": gzip.compress(b"<html>No record</html>"),
        "length of words": gzip.compress(plain.replace(b"Content-Length: ", b"Content-Length: x", 1)),
        "longer than it is": gzip.compress(plain.replace(b"Content-Length: ", b"Content-Length: 99", 1)),
        "no HTTP": gzip.compress(plain.replace(b"HTTP/1.1 200 OK", b"GARBAGE 999 XX", 1)),
    }[how]


@pytest.mark.parametrize(
    "how",
    [
        "a byte of the packed data differs",
        "the second half is missing",
        "noise",
        "no record within",
        "length of words",
        "longer than it is",
        "no HTTP",
    ],
)
def test_a_broken_record_costs_itself_alone(how: str, tmp_path: Path) -> None:
    found = read(archive(tmp_path / "a.warc.gz", [PAGES[0], broken(how), PAGES[2]]))
    assert urls(found) == ["0", "2"]
    assert len(kinds(found)) == 1


def test_in_a_plain_file_reading_goes_on_at_the_next_record(tmp_path: Path) -> None:
    parts: list[Made | bytes] = [PAGES[0], b"WARC/1.0\r\nContent-Length: many\r\n\r\nwords\r\n\r\n", PAGES[2]]
    found = read(archive(tmp_path / "a.warc", parts, packed=False))
    assert (urls(found), kinds(found)) == (["0", "2"], ["warc_broken"])


def test_a_file_that_ends_too_early_says_so(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.warc.gz", PAGES)
    path.write_bytes(path.read_bytes()[:-30])
    found = read(path)
    assert (urls(found), kinds(found)) == (["0", "1"], ["warc_truncated"])


def bomb() -> bytes:
    head = (
        b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://a.example/b\r\nContent-Length: 400000000\r\n\r\n"
    )
    return gzip.compress(head + bytes(400_000_000), compresslevel=1)


@pytest.mark.slow
def test_huge_records_and_bombs_take_little_memory_and_time(tmp_path: Path) -> None:
    inner = Made(
        "https://a.example/c", gzip.compress(bytes(200_000_000), 1), headers=(HTML, ("Content-Encoding", "gzip"))
    )
    path = archive(
        tmp_path / "a.warc.gz", [PAGES[0], bomb(), inner, Made("https://a.example/d", bytes(30_000_000)), PAGES[2]]
    )
    tracemalloc.start()
    began = time.perf_counter()
    found = read(path)
    taken, (_, peak) = time.perf_counter() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert urls(found) == ["0", "2"]
    assert kinds(found) == ["warc_bomb", "warc_too_large", "warc_bomb"]
    assert taken < 60
    assert peak < 200_000_000


def wacz(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", method) as bundle:
        for name, data in members.items():
            bundle.writestr(name, data)
    return path


def test_a_wacz_is_read_in_place(tmp_path: Path) -> None:
    members = {
        "datapackage.json": b"{}",
        "archive/one.warc.gz": record(PAGES[0]),
        "archive/two.warc.gz": record(PAGES[1]),
        "../../archive/out.warc.gz": record(PAGES[2]),
        "/etc/archive/passwd": b"x",
        "indexes/index.cdx": b"",
    }
    found = read(wacz(tmp_path / "a.wacz", members))
    assert urls(found) == ["0", "1", "2"]
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.wacz"]


def test_a_zip_bomb_in_place_of_a_wacz_is_refused(tmp_path: Path) -> None:
    path = wacz(tmp_path / "a.wacz", {"archive/a.warc": bytes(50_000_000)}, zipfile.ZIP_DEFLATED)
    with pytest.raises(BadInput, match="bomb"):
        read(path)


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"<html>", "neither a WARC"), (b"", "neither a WARC"), (b"PK\x03\x04 and no more", "not a WACZ")],
)
def test_other_files_are_refused_in_a_line(data: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(data)
    with pytest.raises(BadInput, match=words):
        read(path)
    with pytest.raises(MissingInput):
        read(tmp_path / "b")


def test_a_wacz_is_read_by_its_archives_whatever_its_index_says(tmp_path: Path) -> None:
    members = {
        "datapackage.json": b"\xff{",
        "indexes/index.cdx.gz": b"\x1f\x8b\x08 no gzip",
        "archive/broken.warc.gz": record(PAGES[0])[:-20] + b"\x00\x01" * 50,
        "archive/empty.warc.gz": b"",
        "archive/notes.txt": b"x",
        "archive/good.warc.gz": record(PAGES[1]),
    }
    path = wacz(tmp_path / "a.wacz", members)
    found = read(path)
    assert (urls(found), len(kinds(found))) == (["1"], 1)
    assert [part.entry for part in parts(path, 1)] == [f"archive/{n}.warc.gz" for n in ("broken", "empty", "good")]


def test_of_two_files_of_one_name_in_a_wacz_the_later_one_is_read_once(tmp_path: Path) -> None:
    path = wacz(tmp_path / "a.wacz", {"archive/a.warc.gz": record(PAGES[0])})
    with zipfile.ZipFile(path, "a") as bundle, pytest.warns(UserWarning, match="Duplicate name"):
        bundle.writestr("archive/a.warc.gz", record(PAGES[1]))
    assert urls(read(path)) == ["1"]
    assert [each for part in parts(path, 1) for each in read_archive(path, part)] == read(path)


def test_a_wacz_whose_directory_is_broken_is_refused_in_a_line(tmp_path: Path) -> None:
    path = wacz(tmp_path / "a.wacz", {"archive/ü.warc.gz": record(PAGES[0])})
    data = path.read_bytes()
    at = data.rindex("ü".encode())
    for broken in (data[:-30], data[:at] + b"\xff\xff" + data[at + 2 :], data.replace(b"PK\x01\x02", b"PK\x01\x03")):
        path.write_bytes(broken)
        with pytest.raises(BadInput, match="not a WACZ that can be read"):
            parts(path, 1)


def test_a_zip_without_an_archive_is_no_wacz(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no WACZ"):
        read(wacz(tmp_path / "a.zip", {"readme.txt": b"x"}))


@pytest.mark.parametrize("kind", ["packed", "plain", "wacz", "broken inside", "truncated"])
def test_a_file_read_in_parts_has_each_record_once(kind: str, tmp_path: Path) -> None:
    made: list[Made | bytes] = [Made(f"https://a.example/{n}", bytes([n % 250 + 1]) * (100 + n)) for n in range(60)]
    if kind == "broken inside":
        made[5::5] = [b"\x1f\x8b\x08 no member of gzip" * 20] * len(made[5::5])
    path = archive(tmp_path / "a.warc.gz", made, packed=kind != "plain")
    if kind == "truncated":
        path.write_bytes(path.read_bytes()[:-20])
    path = wacz(tmp_path / "a.wacz", {"archive/a.warc.gz": path.read_bytes()}) if kind == "wacz" else path
    cut = parts(path, 2_000)
    assert len(cut) > 5
    assert [found for part in cut for found in read_archive(path, part)] == list(read_archive(path))


def test_what_is_small_or_packed_as_one_is_not_cut(tmp_path: Path) -> None:
    records = [Made(f"https://a.example/{n}", b"<p>Text</p>" * 50) for n in range(20)]
    small = archive(tmp_path / "small.warc.gz", records)
    plain = archive(tmp_path / "plain.warc", records, packed=False)
    (tmp_path / "one.warc.gz").write_bytes(gzip.compress(plain.read_bytes(), 0))
    assert parts(small, 1_000_000) == parts(tmp_path / "one.warc.gz", 1_000) == [WHOLE]


def test_what_is_not_wanted_is_passed_over_before_it_is_unpacked(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.warc.gz", [Made("https://a.example/1"), Made("https://b.example/2")])
    found = list(read_archive(path, refuse=lambda url, date: "other_host" if "b.example" in url else None))
    assert isinstance(found[0], Capture)
    assert isinstance(found[1], Passed)
    assert found[1].reason == "other_host"


def test_a_page_of_several_parts_that_a_cut_goes_through_stays_whole(tmp_path: Path) -> None:
    long = {"Newsmint-Parts": "2"}
    first = Made("https://a.example/1", b"<p>1</p>", warc=long)
    more = [Made(f"https://a.example/1#{n}", b"<p>more</p>", kind="resource", warc={"Newsmint-Part": n}) for n in "23"]
    path = archive(tmp_path / "a.warc.gz", [first, *more, Made("https://a.example/2")])
    head = len(record(first))
    for stop in (head - 1, head, head + 1):
        cut = [*read_archive(path, Part(0, stop)), *read_archive(path, Part(stop, None))]
        assert [len(each.parts) for each in cut if isinstance(each, Capture)] == [2, 0]
