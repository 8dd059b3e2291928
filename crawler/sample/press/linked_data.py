"""What pages say of themselves in JSON: Yoast's graph, a plain NewsArticle, a front end's page data."""

from __future__ import annotations

import json
from typing import Any

from crawler.sample.press import inline
from crawler.sample.press.newsroom import Newsroom
from crawler.sample.press.truth import Block, Story


def dump(data: Any) -> str:
    """JSON that is safe inside a script element."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")


def yoast(story: Story, room: Newsroom) -> str:
    """The graph of WordPress' most used SEO plugin."""
    site, url, author = room.sites[story.site], room.url(story), room.author(story)
    words = sum(len(block.text.split()) for block in story.blocks)
    image = site.home + story.image
    person = f"{site.home}/#/schema/person/{author['slug']}" if author else f"{site.home}/#organization"
    graph: list[dict[str, Any]] = [
        {
            "@type": "Article",
            "@id": f"{url}#article",
            "isPartOf": {"@id": url},
            "author": [
                {"name": site.authors[key]["name"], "@id": f"{site.home}/#/schema/person/{key}"}
                for key in story.authors
            ],
            "headline": story.title,
            "datePublished": story.published,
            "dateModified": story.modified,
            "mainEntityOfPage": {"@id": url},
            "wordCount": words,
            "commentCount": story.comments,
            "publisher": {"@id": f"{site.home}/#organization"},
            "image": {"@id": f"{url}#primaryimage"},
            "thumbnailUrl": image,
            "keywords": list(story.tags),
            "articleSection": [site.sections[story.section]],
            "inLanguage": site.strings.get("locale", "en-US"),
        },
        {
            "@type": "WebPage",
            "@id": url,
            "url": url,
            "name": f"{story.title} - {site.name}",
            "isPartOf": {"@id": f"{site.home}/#website"},
            "primaryImageOfPage": {"@id": f"{url}#primaryimage"},
            "datePublished": story.published,
            "dateModified": story.modified,
            "description": story.description,
            "breadcrumb": {"@id": f"{url}#breadcrumb"},
        },
        {"@type": "ImageObject", "@id": f"{url}#primaryimage", "url": image, "width": 1600, "height": 900},
        {
            "@type": "BreadcrumbList",
            "@id": f"{url}#breadcrumb",
            "itemListElement": [
                {"@type": "ListItem", "position": 1, "name": "Home", "item": f"{site.home}/"},
                {"@type": "ListItem", "position": 2, "name": story.title},
            ],
        },
        {"@type": "WebSite", "@id": f"{site.home}/#website", "url": f"{site.home}/", "name": site.name},
        {"@type": "Organization", "@id": f"{site.home}/#organization", "name": site.name, "url": f"{site.home}/"},
    ]
    if author:
        graph.append({"@type": "Person", "@id": person, "name": author["name"], "description": author["bio"]})
    return dump({"@context": "https://schema.org", "@graph": graph})


def news_article(story: Story, room: Newsroom) -> str:
    """One NewsArticle, with the paywall said where there is one."""
    site = room.sites[story.site]
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "mainEntityOfPage": {"@type": "WebPage", "@id": room.url(story)},
        "headline": story.title,
        "description": story.description,
        "image": [site.home + story.image],
        "datePublished": story.published.replace("+00:00", ".000Z"),
        "dateModified": story.modified.replace("+00:00", ".000Z"),
        "author": [{"@type": "Person", "name": site.authors[key]["name"]} for key in story.authors],
        "publisher": {
            "@type": "Organization",
            "name": site.name,
            "logo": {"@type": "ImageObject", "url": f"{site.home}/logo.svg"},
        },
        "articleSection": site.sections[story.section],
        "keywords": list(story.tags),
        "inLanguage": story.language,
        "isAccessibleForFree": story.verdict != "paywalled",
    }
    if "liveblog" in story.options:
        data["@type"] = "LiveBlogPosting"
    return dump(data)


def page_data(story: Story, room: Newsroom, content: str) -> str:
    """What a Next-like front end embeds to bring its page to life: the article once more, as data."""
    site = room.sites[story.site]
    front = [other for other in room.front if other.site == site.key and other.slug != story.slug]
    latest = [{"slug": other.slug, "title": other.title, "publishedAt": other.published} for other in front[:6]]
    post = {
        "id": story.number,
        "slug": story.slug,
        "title": story.title,
        "dek": story.description,
        "publishedAt": story.published,
        "updatedAt": story.modified,
        "authors": [{"id": key, **site.authors[key]} for key in story.authors],
        "category": {"slug": story.section, "name": site.sections[story.section]},
        "tags": [{"name": tag} for tag in story.tags],
        "image": {"url": site.home + story.image, "width": 1600, "height": 900},
        "locale": story.language,
        "content": content,
    }
    props = {"pageProps": {"post": post, "latest": latest, "flags": {"newsletterV2": True, "tickerSocket": True}}}
    return dump({"props": props, "page": "/[section]/[slug]", "query": {"slug": story.slug}, "buildId": "q7Lr2ZkX0a"})


def words(blocks: tuple[Block, ...]) -> int:
    """About how many words a reader has before them."""
    return sum(len(inline.plain(block.text + " ".join(block.lines)).split()) for block in blocks)
