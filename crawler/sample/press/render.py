"""From a story to its page: blocks in the site's forms, then the site's template around them."""

from __future__ import annotations

from html import escape

from crawler.sample.press import chrome, dates, expected, inline, linked_data
from crawler.sample.press.newsroom import Newsroom, Site
from crawler.sample.press.truth import Block, Story, cells


def content(blocks: tuple[Block, ...], story: Story, room: Newsroom) -> str:
    """The article's own HTML, with what the site prints between its paragraphs."""
    return "\n".join(_block(block, story, room, index) for index, block in enumerate(blocks))


def _block(block: Block, story: Story, room: Newsroom, index: int) -> str:
    site = room.sites[story.site]
    text = inline.html(block.text, room.resolve, site.forms["link"])
    values: dict[str, object] = {"text": text, "id": chrome.token(story.slug, index), "level": block.level}
    match block.kind:
        case "list" | "steps":
            items = [inline.html(line, room.resolve, site.forms["link"]) for line in block.lines]
            values["items"] = "\n".join(site.form("item", text=item) for item in items)
        case "table":
            values["rows"] = "\n".join(_row(row, site, number) for number, row in enumerate(block.lines))
        case "code":
            values["text"] = escape(block.text, quote=False)
        case "figure":
            url = site.home + block.parts[0]
            values |= {"url": url, "srcset": chrome.srcset(url), "text": inline.html(block.parts[1], room.resolve)}
        case "related":
            values |= {"label": block.parts[0], "text": escape(block.parts[1]), "url": room.resolve(block.parts[2])}
        case "embed":
            url, said, name, when = block.parts
            values |= {"url": url, "text": inline.html(said, room.resolve), "name": escape(name), "when": when}
    kind = "styled_heading" if block.kind == "heading" and "styled_headings" in story.options else block.kind
    return site.form(kind, **values)


def _row(row: str, site: Site, number: int) -> str:
    form = "head_cell" if number == 0 else "cell"
    return site.form("row", cells="".join(site.form(form, text=inline.html(cell, str)) for cell in cells(row)))


def cards(form: str, stories: list[Story], room: Newsroom) -> str:
    """Other stories as the site prints them in lists: ``recent``, ``teaser``, ``card``."""
    return "\n".join(
        room.sites[story.site].form(
            form,
            title=escape(story.title),
            url=room.url(story),
            teaser=escape(expected.teaser(story)),
            image=room.sites[story.site].home + story.image,
            section=escape(room.sites[story.site].sections[story.section]),
            date=dates.human(story.published, story.language),
            iso=story.published,
            author=escape(room.author(story).get("name", "")),
            number=story.number,
            id=chrome.token(form, story.slug),
        )
        for story in stories
    )


def site_values(site: Site, room: Newsroom, language: str | None = None) -> dict[str, str]:
    """What every page of a site has: menus, tickers, sidebars, footers. The sidebar is that of the first edition."""
    older = [s for s in room.front if s.site == site.key and s.verdict == "article" and language in (None, s.language)]
    menu = [
        site.form("menu_item", name=escape(name), url=f"{site.home}/{site.strings['section_folder']}{slug}/", slug=slug)
        for slug, name in site.sections.items()
    ]
    strings = site.strings | {
        key.removesuffix(f"_{language}"): text for key, text in site.strings.items() if key.endswith(f"_{language}")
    }
    return strings | {
        "home": site.home,
        "host": site.host,
        "name": escape(site.name),
        "language": language or site.language,
        "menu": "\n".join(menu),
        "recent": cards("recent", older[:5], room) if "recent" in site.forms else "",
        "popular": cards("popular", older[-4:], room) if "popular" in site.forms else "",
        "ticker": "\n".join(site.form("ticker_item", **coin) for coin in site.ticker),
        "price_rows": "".join(site.form("price_row", **coin) for coin in site.ticker if "price_row" in site.forms),
        "preset_css": chrome.preset_css(),
        "hashed_css": chrome.hashed_css(),
        "old_css": chrome.old_css(),
        "topic_cards": cards("card", older[:6], room),
    }


def page(story: Story, room: Newsroom, number: int = 1, template: str = "page") -> str:
    """The whole HTML of page ``number`` of a story; an option ``template:NAME`` of the story names another template."""
    site = room.sites[story.site]
    blocks = story.pages()[number - 1]
    inner = content(blocks, story, room)
    values = site_values(site, room, story.language) | story_values(story, room) | {"content": inner}
    values["yoast"] = linked_data.yoast(story, room)
    values["news_article"] = linked_data.news_article(story, room)
    values["page_data"] = linked_data.page_data(story, room, inner)
    values["element_css"] = chrome.element_css(
        "elementor", [chrome.token(story.slug, index) for index in range(len(story.blocks) + 40)]
    )
    values |= _page_numbers(story, room, number)
    own = [option.removeprefix("template:") for option in story.options if option.startswith("template:")]
    return site.template(f"{own[0] if own else template}.html").substitute(values)


def _page_numbers(story: Story, room: Newsroom, number: int) -> dict[str, str]:
    site, pages = room.sites[story.site], len(story.pages())
    if pages == 1:
        return {"canonical": room.url(story), "pager": "", "next_link": ""}
    urls = [room.url(story) + (f"{n}/" if n > 1 else "") for n in range(1, pages + 1)]
    links = "".join(site.form("page_number", url=url, number=n) for n, url in enumerate(urls, 1) if n != number)
    following = f'<link rel="next" href="{urls[number]}" />' if number < pages else ""
    return {"canonical": urls[number - 1], "pager": site.form("pager", links=links), "next_link": following}


def story_values(story: Story, room: Newsroom) -> dict[str, str]:
    """What the template says of the story outside its text."""
    site, author = room.sites[story.site], room.author(story)
    image = site.home + story.image
    tags = [site.form("tag", name=escape(tag), slug=slugify(tag), url=tag_url(site, tag)) for tag in story.tags]
    comments = [
        site.form(
            "comment", number=story.number * 10 + n, url=room.url(story), **{k: escape(v) for k, v in item.items()}
        )
        for n, item in enumerate(site.comments[: story.comments])
    ]
    related = cards("teaser", room.related(story), room)
    title = site.strings.get(f"related_title_{story.language}", site.strings.get("related_title", ""))
    return {
        "title": escape(story.title),
        "description": escape(story.description),
        "url": room.url(story),
        "path": room.path(story),
        "number": str(story.number),
        "slug": story.slug,
        "published": story.published,
        "modified": story.modified,
        "published_clock": story.published[11:16],
        "published_human": dates.human(story.published, story.language),
        "modified_human": dates.human(story.modified, story.language),
        "author": escape(author.get("name", "")),
        "author_names": escape(", ".join(site.authors[key]["name"] for key in story.authors)),
        "authors": f" {site.strings.get('and', 'and')} ".join(_author_link(key, site) for key in story.authors),
        "author_slug": author.get("slug", ""),
        "author_bio": escape(author.get("bio", "")),
        "author_url": f"{site.home}/author/{author.get('slug', '')}/",
        "section": escape(site.sections[story.section]),
        "section_slug": story.section,
        "section_url": f"{site.home}/{site.strings['section_folder']}{story.section}/",
        "tags": "\n".join(tags),
        "tag_classes": " ".join(f"tag-{slugify(tag)}" for tag in story.tags),
        "keywords": escape(", ".join(story.tags)),
        "image": image,
        "srcset": chrome.srcset(image),
        "related": site.form("related_block", teasers=related, related_title=title) if related else "",
        "comments": "\n".join(comments),
        "comment_count": str(len(comments)),
        "minutes": str(1 + linked_data.words(story.blocks) // 200),
        "labels": "\n".join(site.form("label", text=escape(site.strings[f"label_{label}"])) for label in story.labels),
        "coins": "".join(site.form("coin", name=coin, slug=slugify(coin)) for coin in story.coins),
        "paywall": site.form("paywall") if story.verdict == "paywalled" else "",
        "nonce": chrome.token("nonce", story.slug),
    }


def _author_link(key: str, site: Site) -> str:
    return site.form("author", name=escape(site.authors[key]["name"]), slug=key, url=f"{site.home}/author/{key}/")


def slugify(text: str) -> str:
    """A tag's place in its address."""
    return "-".join(text.lower().replace(".", "").replace("/", " ").split())


def tag_url(site: Site, tag: str) -> str:
    return f"{site.home}/tag/{slugify(tag)}/"
