"""The desk in Chromium: what a person does there, that hostile text does nothing, and pictures to look at.

Pictures are left in the folder that ``NEWSMINT_DESK_PICTURES`` names, else in one of pytest's.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crawler.render.needs import browser_program
from pipelines.store.questions import questions
from tests.pipelines.desk import newsroom

playwright = pytest.importorskip("playwright.sync_api", reason="needs the extra render")

pytestmark = pytest.mark.slow
MAIN, HOSTILE = newsroom.MAIN.id, newsroom.HOSTILE.id
PAGES = {
    "home": "/",
    "search": "/search?q=bitcoin",
    "article": f"/article/{MAIN}",
    "version": f"/article/{MAIN}/version/2",
    "source": "/source/daily",
    "sources": "/sources",
    "story": "/story/1",
    "stories": "/stories",
    "asset": "/asset/ethereum",
    "assets": "/assets",
    "questions": "/questions",
    "question": "/question/articles-per-day",
    "nothing": "/search?q=nothingofthekind",
    "missing": "/article/0123456789abcdef",
    "tables": "/news",
    "table": "/news/article_day",
    "facets": "/news/link?_facet=kind",
    "row": "/news/source/daily",
    "sql": "/news?sql=SELECT+day,+source,+articles+FROM+article_day",
}
SIZES = {"desktop": (1280, 900, "light"), "dark": (1280, 900, "dark"), "phone": (390, 844, "light")}


class Visit:
    """A browser's tab that notes what must not happen."""

    def __init__(self, browser: Any, server: str, size: str = "desktop") -> None:
        width, height, colours = SIZES[size]
        self.context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=colours)
        self.page = self.context.new_page()
        self.server = server
        self.complaints: list[str] = []
        self.page.on(
            "console", lambda it: self._complain(it.type, it.text) if it.type in ("error", "warning") else None
        )
        self.page.on("pageerror", lambda it: self._complain("script", str(it)))
        self.page.on("dialog", self._dialog)
        self.page.on("request", self._request)

    def _complain(self, kind: str, what: str) -> None:
        if "status of 404" not in what:
            self.complaints.append(f"{kind}: {what}")

    def _dialog(self, dialog: Any) -> None:
        self._complain("dialog", dialog.message)
        dialog.dismiss()

    def _request(self, request: Any) -> None:
        if not request.url.startswith((f"{self.server}/", "blob:")):
            self._complain("request", request.url)

    def go(self, path: str) -> Any:
        answer = self.page.goto(self.server + path)
        self.page.wait_for_load_state("networkidle")
        return answer


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    program = browser_program(None)
    if program is None:
        pytest.skip("Chromium is not installed; tests/crawler/render/install.sh does")
    with playwright.sync_playwright() as running:
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        started = running.chromium.launch(executable_path=program, args=sandbox)
        yield started
        started.close()


@pytest.fixture
def visit(browser: Any, server: str) -> Iterator[Visit]:
    opened = Visit(browser, server)
    yield opened
    opened.context.close()
    assert not opened.complaints


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    named = os.environ.get("NEWSMINT_DESK_PICTURES")
    folder = Path(named) if named else tmp_path_factory.mktemp("pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.mark.parametrize("size", SIZES)
def test_every_page_loads_without_a_word_and_fits(browser: Any, server: str, pictures: Path, size: str) -> None:
    seen = Visit(browser, server, size)
    for name, path in PAGES.items():
        answer = seen.go(path)
        assert answer.status == (404 if name == "missing" else 200), path
        if not path.startswith("/news"):
            assert seen.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} is too wide"
        assert seen.page.locator("h1").count() == 1, path
        picture = pictures / f"{name}-{size}.png"
        seen.page.screenshot(path=picture, full_page=True)
        assert picture.stat().st_size > 5_000
    seen.context.close()
    assert not seen.complaints


def test_search_by_keyboard_then_a_filter_then_an_article(visit: Visit) -> None:
    visit.go("/")
    visit.page.keyboard.press("/")
    visit.page.keyboard.type("bitcoin")
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_url("**/search?q=bitcoin")
    assert visit.page.locator(".hits > li").count() == 4
    assert visit.page.locator("mark").count() >= 4
    visit.page.locator(".filters").get_by_role("link", name="daily").click()
    visit.page.wait_for_url("**source=daily**")
    assert visit.page.locator(".hits .source").all_inner_texts() == ["daily"] * visit.page.locator(".hits > li").count()
    visit.page.keyboard.press("j")
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_url("**/article/**")
    visit.page.locator("article h1").wait_for()


def test_filter_by_date(visit: Visit) -> None:
    visit.go("/search?q=bitcoin")
    visit.page.get_by_label("before").fill(newsroom.ago(days=5)[:10])
    visit.page.get_by_role("button", name="Set").click()
    visit.page.wait_for_url("**until=**")
    assert visit.page.locator(".hits h2").all_inner_texts() == [newsroom.GERMAN.title]


def test_from_an_article_to_what_an_edit_changed(visit: Visit) -> None:
    visit.go(f"/article/{MAIN}")
    visit.page.get_by_role("link", name="what changed").click()
    visit.page.wait_for_url("**/version/2")
    assert visit.page.locator(".diff del").all_inner_texts()[0].strip() == "two"
    assert visit.page.locator(".diff ins").all_inner_texts()[0].strip() == "three"


def test_what_was_removed_is_folded_away_with_its_command(visit: Visit) -> None:
    visit.go(f"/article/{MAIN}")
    command = visit.page.get_by_text(f"newsmint restore {MAIN} 1", exact=True)
    assert not command.is_visible()
    visit.page.get_by_text("2 blocks taken out of the page").click()
    assert command.is_visible()


@pytest.mark.parametrize("path", ["/", "/source/daily", "/asset/ethereum", "/question/articles-per-day"])
def test_plots_draw_their_marks_and_have_a_table(visit: Visit, path: str) -> None:
    visit.go(path)
    marks = visit.page.locator(".plot > svg rect.mark")
    assert marks.count() >= 1
    for box in (marks.nth(place).bounding_box() for place in range(marks.count())):
        assert box["width"] > 1
        assert box["height"] > 1
    colour = marks.first.evaluate("it => getComputedStyle(it).fill")
    assert colour not in ("rgb(0, 0, 0)", "none")
    assert visit.page.locator(".plot > svg > title").count() == 1
    visit.page.locator(".twin > summary").first.click()
    assert visit.page.locator(".twin tbody tr").first.is_visible()


def test_an_article_full_of_hostile_markup_does_nothing(visit: Visit) -> None:
    for path in (
        f"/article/{HOSTILE}", "/search?q=bitcoin", "/source/evil", "/", "/news/article", "/news/link",
        "/news?sql=SELECT+*+FROM+article", "/question/latest-on?asset=bitcoin", "/news/removed_block",
        "/search?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E", "/asset/%3Cimg%20src=x%20onerror=alert(1)%3E",
    ):  # fmt: skip
        visit.go(path)
        assert visit.page.evaluate("window.hurt") is None
        hrefs = visit.page.eval_on_selector_all("a", "them => them.map(it => it.protocol)")
        assert set(hrefs) <= {"http:", "https:"}, path
        assert visit.page.locator("iframe, object, embed, img:not([src='/-/desk/mark.svg'])").count() == 0


def test_the_policy_holds_against_a_script_in_the_page(browser: Any, server: str) -> None:
    """Even markup that got through would do nothing."""
    seen = Visit(browser, server)
    seen.go("/sources")
    seen.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.hurt=1\">')")
    seen.page.evaluate(
        "() => { const it = document.createElement('a'); it.href = 'javascript:window.hurt=1';"
        " document.body.append(it); it.click() }"
    )
    seen.page.wait_for_timeout(300)
    assert seen.page.evaluate("window.hurt") is None
    assert any("Content Security Policy" in each for each in seen.complaints)
    seen.context.close()


def test_sql_is_edited_and_run(visit: Visit) -> None:
    visit.go("/news")
    visit.page.locator(".CodeMirror").click()
    visit.page.keyboard.press("ControlOrMeta+a")
    visit.page.keyboard.type("SELECT 40 + 2 AS answer")
    visit.page.keyboard.press("Control+Enter")
    visit.page.wait_for_url("**sql=**")
    assert visit.page.locator(".rows-and-columns td").all_inner_texts() == ["42"]


def test_a_question_is_asked_by_its_form(visit: Visit) -> None:
    assert "latest-on" in questions()
    visit.go("/question/latest-on")
    visit.page.locator("input[name=asset]").fill("ETH")
    visit.page.get_by_role("button", name="Ask").click()
    visit.page.wait_for_url("**asset=ETH**")
    assert visit.page.locator("tbody tr").count() == 2


def test_a_crawl_goes_on_writing_and_the_desk_shows_it(visit: Visit, live_store: Path) -> None:
    script = (
        "import sys; from pipelines.store import open_store; from pipelines.store.articles import save_article;"
        "from tests.pipelines.store.examples import an_article\n"
        "with open_store(sys.argv[1]) as store, store.begin() as conn:\n"
        "    save_article(conn, an_article('late', title='Latecomer zebra', body='A zebra came late.', links=()))"
    )
    visit.go("/search?q=zebra")
    assert visit.page.get_by_text("Nothing found").is_visible()
    subprocess.run([sys.executable, "-c", script, str(live_store)], check=True)
    visit.go("/search?q=zebra")
    assert visit.page.locator(".hits h2").all_inner_texts() == ["Latecomer zebra"]
