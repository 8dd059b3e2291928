"""A store on a PostgreSQL server: made once, opened by many, its trouble told in a line, its crawls side by side."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import URL, func, inspect, make_url, select, text

from pipelines.errors import BadConfig, BadInput, MissingInput, NewsmintError, StoreAway, StoreBusy
from pipelines.items import Hint
from pipelines.postgres import lock_key
from pipelines.stages.writer import Writer
from pipelines.store import Store, frontier, open_store
from pipelines.store.advisory import Locks, holders
from pipelines.store.articles import load_article, save_article
from pipelines.store.derived import ROLLUPS
from pipelines.store.dialect import run
from pipelines.store.frontier import FrontierEntry
from pipelines.store.lock import crawl_lock, source_locks
from pipelines.store.pages import keep_page, load_page
from pipelines.store.schema import article, metadata, story_article
from pipelines.store.sources import SourceRow
from tests.pipelines.store.examples import a_page, an_article
from tests.postgres import Server

pytestmark = pytest.mark.postgres
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def end_connections(store: Store) -> None:
    """What a restart of the server, or a cut cable, does to all connections of the database but this one."""
    with store.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as conn:
        conn.execute(
            text(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )


def test_the_migrations_make_the_schema_of_the_code(shared_store: Store) -> None:
    """But for the sums, which are views here, and for tables that are made elsewhere."""

    def is_ours(name: str | None, kind: str, parents: object) -> bool:
        return name not in {"article_fts", "page_body", "ix_article_asset_day", *ROLLUPS}

    def is_no_view(thing: Any, name: str | None, kind: str, reflected: bool, other: object) -> bool:
        return kind != "table" or name not in ROLLUPS

    with shared_store.connect() as conn:
        options = {"include_name": is_ours, "include_object": is_no_view}
        assert compare_metadata(MigrationContext.configure(conn, opts=options), metadata) == []


def test_keys_have_64_bits_and_text_sorts_by_code_points(shared_store: Store) -> None:
    with shared_store.begin() as conn:
        run(conn, "INSERT INTO source (key, name, added_at) VALUES ('ä', '', ''), ('b', '', ''), ('C', '', '')")
        assert [row[0] for row in run(conn, "SELECT key FROM source ORDER BY key")] == ["C", "b", "ä"]
        kinds = {each["name"]: str(each["type"]) for each in inspect(conn).get_columns("learned_block")}
    assert (kinds["fingerprint"], kinds["text"]) == ("BIGINT", 'TEXT COLLATE "C"')


def test_processes_may_make_the_same_store_at_once(postgres: Server) -> None:
    script = "import sys\nfrom pipelines.store import open_store\nopen_store(sys.argv[1]).close()"
    with postgres.database(empty=True) as url:
        makers = [subprocess.Popen([sys.executable, "-c", script, url], stderr=subprocess.PIPE) for _ in range(3)]
        assert [(maker.communicate()[1], maker.returncode) for maker in makers] == [(b"", 0)] * 3


def test_it_is_made_only_when_it_may_be(postgres: Server) -> None:
    with postgres.database(empty=True) as url:
        for closed in ({"create": False}, {"readonly": True}):
            with pytest.raises(MissingInput, match="no store there yet"):
                open_store(url, **closed)  # type: ignore[arg-type]


def test_a_database_of_something_else(postgres: Server) -> None:
    with postgres.database(empty=True) as url:
        with open_engine(url) as conn:
            conn.execute(text("CREATE TABLE invoice (id int)"))
        with pytest.raises(BadInput, match="not a Newsmint store"):
            open_store(url)


def open_engine(url: str) -> Any:
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    return create_engine(url, poolclass=NullPool).begin()


TROUBLE: dict[str, tuple[dict[str, Any], type[NewsmintError], str]] = {
    "no such database": ({"database": "nowhere"}, MissingInput, "there is no such database; make it with `createdb`"),
    "no such user": ({"username": "nobody-here"}, BadConfig, "the server does not know this user"),
    "no server": ({"host": "127.0.0.1", "port": 1, "query": {}}, StoreAway, "the server does not answer"),
    "no database named": ({"database": ""}, BadConfig, "names no database"),
    "another driver": ({"drivername": "postgresql+psycopg2"}, BadConfig, "not a store we speak"),
}


@pytest.mark.parametrize(("change", "kind", "said"), TROUBLE.values(), ids=TROUBLE)
def test_trouble_is_one_line_without_the_password(
    postgres: Server, change: dict[str, Any], kind: type[NewsmintError], said: str
) -> None:
    url = postgres.url.set(password="secret").set(**change)
    with pytest.raises(kind, match=said) as refusal:
        open_store(url.render_as_string(hide_password=False))
    assert "secret" not in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_text_that_a_server_refuses(shared_store: Store) -> None:
    odd = an_article(title="NUL \0 and \ud800", tags=("a\0b", "\ud800"))
    with shared_store.begin() as conn:
        save_article(conn, odd)
        found = load_article(conn, odd.id)
    assert found and (found.title, found.tags) == ("NUL  and ?", ("ab", "?"))


def test_pages_have_their_bodies_in_the_store(shared_store: Store) -> None:
    page = a_page(body="<p>Übersicht</p>".encode() * 1000)
    with shared_store.begin() as conn:
        page_id = keep_page(conn, shared_store.archive, page)
        shared_store.archive.flush()
    with closing(Store(shared_store.location, readonly=True)) as other, other.connect() as conn:
        assert load_page(conn, other.archive, page_id) == page
        assert len(other.archive) == 1


def test_a_reader_sees_one_state_and_changes_nothing(shared_store: Store) -> None:
    count = select(func.count()).select_from(article)
    with shared_store.connect() as reading:
        assert reading.execute(count).scalar() == 0
        with shared_store.begin() as conn:
            save_article(conn, an_article())
        assert reading.execute(count).scalar() == 0
    with pytest.raises(NewsmintError, match="read-only"), shared_store.connect() as reading:
        run(reading, "DELETE FROM article")


def test_claims_pass_over_what_another_is_claiming(shared_store: Store) -> None:
    urls = [f"https://daily.example/news/{number}" for number in range(10)]
    with shared_store.begin() as conn:
        frontier.add(conn, [FrontierEntry(url, "daily", Hint("feed")) for url in urls])
    with shared_store.engine.begin() as one, shared_store.engine.begin() as other:
        first = frontier.claim(one, "one", 6, NOW, 60)
        second = frontier.claim(other, "other", 6, NOW, 60)
    assert (len(first), len(second)) == (6, 4)
    assert {each.url for each in (*first, *second)} == set(urls)


def test_only_the_sources_one_holds_are_taken_back(shared_store: Store) -> None:
    with shared_store.begin() as conn:
        for key in ("daily", "weekly"):
            frontier.add(conn, [FrontierEntry(f"https://{key}.example/1", key)])
        frontier.claim(conn, "killed", 10, NOW, 3600)
        assert frontier.release_stale(conn, NOW, "me", sources=["daily"]) == 1
        assert frontier.counts(conn) == {"daily": {"pending": 1}, "weekly": {"leased": 1}}


def test_each_source_has_one_crawl_at_a_time(shared_store: Store) -> None:
    place = shared_store.location
    daily, weekly = (source_locks([SourceRow(key, key, f"{key}.example")]) for key in ("daily", "weekly"))
    with crawl_lock(place, "newsmint crawl daily", *daily), crawl_lock(place, "newsmint crawl weekly", *weekly):
        said = r"source daily: newsmint crawl daily on .+, process \d+ has been at it since 20\S+Z; wait for it"
        with pytest.raises(StoreBusy, match=said), crawl_lock(place, "newsmint crawl", *daily):
            pass
        with pytest.raises(StoreBusy, match="has been at it"), crawl_lock(place, "newsmint enrich"):
            pass
    with crawl_lock(place, "newsmint enrich"), pytest.raises(StoreBusy), crawl_lock(place, "newsmint crawl", *daily):
        pass


def test_two_sources_of_one_site_are_not_crawled_side_by_side(shared_store: Store) -> None:
    place = shared_store.location
    rows = SourceRow("a", "A", "daily.example"), SourceRow("b", "B", "daily.example/magazine")
    here, there = (source_locks([row]) for row in rows)
    with crawl_lock(place, "newsmint crawl a", *here), pytest.raises(StoreBusy, match=r"host daily\.example"):
        Locks(_url(place), "newsmint crawl b", *there)


def _url(place: object) -> URL:
    assert isinstance(place, URL)
    return place


def test_a_killed_crawl_lets_go(shared_store: Store) -> None:
    script = (
        "import os, signal, sys\nfrom pipelines.store.database import located\n"
        "from pipelines.store.lock import crawl_lock\n"
        "with crawl_lock(located(sys.argv[1]), 'newsmint crawl', ['source daily']):\n"
        "    print('held', flush=True); sys.stdin.read()"
    )
    url = _url(shared_store.location).render_as_string(hide_password=False)
    command = [sys.executable, "-c", script, url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout and other.stdout.readline() == b"held\n"
        with shared_store.connect() as conn:
            assert [each.lock for each in holders(conn, ["source daily", "source weekly"])] == ["source daily"]
        other.kill()
    with crawl_lock(shared_store.location, "newsmint crawl", ["source daily"]):
        pass


def test_a_lost_lock_is_taken_again_unless_another_has_it(shared_store: Store) -> None:
    with closing(Locks(_url(shared_store.location), "newsmint crawl", ["source daily"])) as held:
        end_connections(shared_store)
        held.check()
        with pytest.raises(StoreBusy):
            Locks(_url(shared_store.location), "newsmint crawl", ["source daily"])
        end_connections(shared_store)
        with crawl_lock(shared_store.location, names=["source daily"]), pytest.raises(StoreBusy, match="source daily"):
            held.check()
        held.check()


@pytest.fixture
def numbers(shared_store: Store) -> Iterator[None]:
    with shared_store.begin() as conn:
        run(conn, "CREATE TABLE number (value int PRIMARY KEY)")
    yield


@pytest.mark.usefixtures("numbers")
def test_a_batch_is_written_once_though_the_connection_breaks(shared_store: Store) -> None:
    tries: list[int] = []

    def work(conn: Any) -> None:
        run(conn, "INSERT INTO number VALUES (?)", (7,))
        tries.append(1)
        if len(tries) == 1:
            end_connections(shared_store)

    with closing(Writer(shared_store)) as writer:
        writer.submit(work, urgent=True).result(timeout=30)
    with shared_store.connect() as conn:
        assert run(conn, "SELECT count(*) FROM number").scalar() == 1
    assert len(tries) == 2


@pytest.mark.usefixtures("numbers")
def test_a_commit_whose_answer_was_lost_is_not_repeated(shared_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    from psycopg import Connection

    tries: list[int] = []
    commit = Connection.commit

    def commit_and_break(self: Any) -> None:
        commit(self)
        if tries and self.info.dbname == _url(shared_store.location).database:
            monkeypatch.setattr(Connection, "commit", commit)
            end_connections(shared_store)
            self.execute("SELECT 1")

    def work(conn: Any) -> None:
        run(conn, "INSERT INTO number VALUES (?)", (7,))
        tries.append(1)

    monkeypatch.setattr(Connection, "commit", commit_and_break)
    with closing(Writer(shared_store)) as writer:
        writer.submit(work, urgent=True).result(timeout=30)
    assert len(tries) == 1
    with shared_store.connect() as conn:
        assert run(conn, "SELECT count(*) FROM number").scalar() == 1


def test_writers_at_once_lose_nothing(shared_store: Store) -> None:
    """Copies of the same texts, that link to each other, from two sources, in opposite orders."""
    articles = {
        host: [
            an_article(f"story-{number}", f"{host}.example", body=f"Story {number}. " + "Words of it. " * 60)
            for number in range(12)
        ]
        for host in ("daily", "weekly")
    }

    def write(host: str) -> None:
        with closing(Store(shared_store.location)) as store:
            for each in articles[host] if host == "daily" else reversed(articles[host]):
                with store.begin() as conn:
                    save_article(conn, each)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, articles))
    with shared_store.connect() as conn:
        assert conn.execute(select(func.count()).select_from(article)).scalar() == 24
        assert (
            conn.execute(select(func.count()).select_from(article).where(article.c.duplicate_of.is_not(None))).scalar()
            == 12
        )
        assert conn.execute(select(func.count()).select_from(story_article)).scalar() == 24


def test_waiting_for_another_writer_has_an_end(shared_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.postgres.LOCK_SECONDS", 0.2)
    refused = pytest.raises(StoreBusy, match="other processes are writing")
    with shared_store.begin(), closing(Store(shared_store.location)) as other, refused, other.begin():
        pass


def test_names_of_locks_are_numbers_that_do_not_meet() -> None:
    assert len({lock_key(f"source {number}") for number in range(10_000)}) == 10_000
    assert all(-(2**63) <= lock_key(f"source {number}") < 2**63 for number in range(100))


def test_a_url_may_be_read_from_the_environment(
    shared_database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from click.testing import CliRunner

    from crawler.cli import cli

    monkeypatch.setenv("NEWSMINT_DATABASE_URL", shared_database)
    monkeypatch.chdir(tmp_path)
    with open_store(shared_database) as store, store.begin() as conn:
        save_article(conn, an_article())
    done = CliRunner().invoke(cli, ["stats"])
    assert done.exit_code == 0, done.output
    assert "daily" in done.stdout
    assert make_url(shared_database).database
