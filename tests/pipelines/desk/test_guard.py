"""Who is answered, and what every answer forbids the browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from datasette_auth_passwords.utils import hash_password

from pipelines.desk.app import make_desk
from pipelines.desk.guard import LOGINS_A_MINUTE, fitting
from tests.pipelines.desk import newsroom
from tests.pipelines.desk.conftest import Client

EVERYWHERE = (
    "/", "/search?q=x", "/nothing", "/news", "/news/article", "/news.json?sql=select+1", "/-/desk/desk.css",
    "/-/static/app.css", "/-/versions.json", "/news/article.csv", "/-/login", "/article/0123456789abcdef.json",
)  # fmt: skip


@pytest.mark.parametrize("path", EVERYWHERE)
def test_every_answer_carries_the_policy(get: Client, path: str) -> None:
    headers = get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"https?:|\*|data:", policy), "no other origin"
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("path", ["/news/article", "/news", "/-/login"])
def test_scripts_and_styles_in_datasettes_pages_carry_the_nonce_of_their_answer(get: Client, path: str) -> None:
    first, second = get(path), get(path)
    nonces = [re.findall(r"'nonce-([^']+)'", each.headers["content-security-policy"])[0] for each in (first, second)]
    assert nonces[0] != nonces[1]
    for answer, nonce in zip((first, second), nonces, strict=True):
        inside = re.findall(r"<(?:script|style)\b([^>]*)>", answer.text)
        assert all("src=" in each or f'nonce="{nonce}"' in each for each in inside)


def test_fitting_takes_style_attributes_whatever_is_in_them() -> None:
    source = '<p style="height: {{ query.split("\\n")|length }}em" class="a"><style>x</style><h1 style="color: #666">'
    assert fitting(source) == '<p class="a"><style nonce="{{ csp_nonce() }}">x</style><h1>'


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8001", 200),
        ("localhost", 200),
        ("[::1]:8001", 200),
        ("LOCALHOST:80", 200),
        ("evil.example", 421),
        ("127.0.0.1.evil.example:8001", 421),
        ("localhost.evil.example", 421),
        ("", 421),
        ("169.254.169.254", 421),
    ],
)
def test_only_our_own_names_are_answered_to(get: Client, host: str, status: int) -> None:
    assert get("/sources", headers={"host": host}).status == status


def test_a_name_that_was_allowed_is_answered_to(store: Path) -> None:
    client = Client(make_desk(store, hosts=["desk.example"]))
    assert client("/sources", headers={"host": "desk.example"}).status == 200
    assert client("/sources", headers={"host": "other.example"}).status == 421
    client.close()


@pytest.mark.parametrize(("method", "path"), [("post", "/search"), ("put", "/"), ("delete", "/news"), ("options", "/")])
def test_nothing_can_be_sent_to_it(get: Client, method: str, path: str) -> None:
    assert get(path, method).status == 405


def test_the_database_is_not_for_download_and_not_written(get: Client) -> None:
    assert get("/news.db").status == 403
    assert get("/news?sql=INSERT+INTO+source+VALUES+(1)").status == 400
    with pytest.raises(Exception, match="only reads"):
        get.desk.get_database("news").connect(write=True)


PASSWORD = "five stout harbor cats"


@pytest.fixture
def locked(store: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    monkeypatch.setenv("DESK_TEST_HASH", hash_password(PASSWORD, iterations=1))
    client = Client(make_desk(store, password_variable="DESK_TEST_HASH"))
    yield client
    client.close()


def _login(client: Client, password: str) -> tuple[int, dict[str, str]]:
    form = client("/-/login")
    token = re.search(r'name="csrftoken" value="([^"]+)"', form.text)
    cookie = re.search(r"ds_csrftoken=[^;]+", form.headers["set-cookie"])
    assert token and cookie
    fields = {"username": "analyst", "password": password, "csrftoken": token[1]}
    answer = client("/-/login", "post", data=fields, headers={"cookie": cookie[0]})
    return answer.status, answer.headers


def test_with_a_password_nothing_is_shown_to_strangers(locked: Client) -> None:
    pages = (
        *(path for path in EVERYWHERE if "/-/" not in path), f"/article/{newsroom.MAIN.id}", "/search.json?q=x",
        "/-/databases.json", "/-/metadata.json", "/questions", "/question/stories.json", "/home.json", "/sources.json",
    )  # fmt: skip
    for path in pages:
        answer = locked(path)
        assert answer.status in (302, 403, 404), path
        assert answer.headers.get("location") in (None, "/-/login")
        assert "Ethereum upgrade" not in answer.text
    assert "Log in" in locked("/-/login").text


def test_a_password_opens_it_and_a_wrong_one_does_not(locked: Client) -> None:
    status, headers = _login(locked, "wrong")
    assert status == 200
    assert "ds_actor" not in headers.get("set-cookie", "")
    status, headers = _login(locked, PASSWORD)
    assert status == 302
    cookie = re.search(r"ds_actor=[^;]+", headers["set-cookie"])
    assert cookie
    assert "httponly" in headers["set-cookie"].lower()
    assert locked("/home.json", headers={"cookie": cookie[0]}).status == 200
    assert locked("/home.json", headers={"cookie": cookie[0], "host": "any.example"}).status == 200


def test_passwords_are_not_guessed_fast(locked: Client) -> None:
    answers = [locked("/-/login", "post", data={"password": "x"}).status for _ in range(LOGINS_A_MINUTE + 1)]
    assert answers[-1] == 429
    assert 429 not in answers[:-1]


def test_a_form_is_small(locked: Client) -> None:
    assert locked("/-/login", "post", data={"password": "x" * 20_000}).status == 413


def test_basic_authorization_is_not_tried(locked: Client) -> None:
    assert locked("/home.json", headers={"authorization": "Basic !!!"}).status == 403
