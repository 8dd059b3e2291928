"""Settings of the Scrapy project. Where a value differs from Scrapy's own, the reason stands beside it.

Any of them can be given for one run: ``scrapy crawl news -a source=coindesk -s DOWNLOAD_DELAY=2``.
"""

from __future__ import annotations

import os
import sys

BOT_NAME = "newsmint"
SPIDER_MODULES = ["crawler.spiders"]
NEWSPIDER_MODULE = "crawler.spiders"
NEWSMINT_CONTACT = os.environ.get("NEWSMINT_CONTACT") or None
"""A web or mail address at which the sites can reach whoever runs this crawl."""
USER_AGENT = f"newsmint/0.1 (+{NEWSMINT_CONTACT})" if NEWSMINT_CONTACT else "newsmint/0.1 (news archive)"

# Ours -------------------------------------------------------------------------------------------------------------

NEWSMINT_DATABASE = os.environ.get("NEWSMINT_DATABASE_URL") or "data/news.sqlite3"
NEWSMINT_SOURCES = os.environ.get("NEWSMINT_SOURCES") or None
"""The sources file; None is the bundled one."""
NEWSMINT_RULES = os.environ.get("NEWSMINT_RULES") or None
"""The file with people's corrections; None is ``data/my-rules.toml``, where there is one."""

NEWSMINT_PROGRESS = "auto"
"""``auto``: a live table on a terminal, log lines elsewhere; ``lines`` or ``none``."""

NEWSMINT_LOG_FORMAT = os.environ.get("NEWSMINT_LOG_FORMAT") or "text"
"""``text``, or ``json``: one object a line."""

NEWSMINT_METRICS_FILE = os.environ.get("NEWSMINT_METRICS_FILE") or None
"""A text file for node_exporter, ``….prom``, written each minute and at the end; None for none."""
NEWSMINT_METRICS_PORT = os.environ.get("NEWSMINT_METRICS_PORT") or 0
"""Prometheus may ask a crawl under way at this port; 0 for none."""
NEWSMINT_METRICS_ADDRESS = os.environ.get("NEWSMINT_METRICS_ADDRESS") or "127.0.0.1"
"""Whose port: that of this machine alone, unless you say otherwise."""

NEWSMINT_HEALTH_MINUTES = 30.0
"""Between two looks at the sources' health in a crawl that runs on; every crawl looks at its end."""

NEWSMINT_HEALTH_AT_END = os.environ.get("NEWSMINT_HEALTH_AT_END") or "on"
"""``off``: a crawl judges nobody at its end; for one of few sources on a store of many, which would judge them all."""

EXTRACTION_WORKERS = os.environ.get("NEWSMINT_EXTRACTION_WORKERS") or 0
"""Processes; 0 is one a core."""
EXTRACTION_TIME_LIMIT = 30.0
EXTRACTION_MEMORY_LIMIT = 1_500_000_000

FRONTIER_LEASE_SECONDS = 900
"""How long a claimed URL stays claimed. A killed crawl's leases are taken back at the next start all the same."""
DISCOVERY_PAGES = 3
"""Pages of one route that a crawl without ``--since`` or ``--deep`` reads: the newest ones."""
DISCOVERY_PAGES_DEEP = 5_000
"""And that a crawl with ``--since`` or ``--deep`` reads: a bound for what has no end."""
NEW_URLS_A_SOURCE = 200
"""URLs, the newest, that a crawl without ``--since`` or ``--deep`` takes up of one source."""
LISTING_INTERVAL_LEAST = 300.0
LISTING_INTERVAL_MOST = 7200.0
"""Seconds between two visits of a feed, sitemap or listing page by ``newsmint watch``."""
WATCH_TICK = 5.0
"""Seconds between two looks of ``newsmint watch`` at what is due."""
REVISIT_SHARE = 0.5
"""Of the articles of a source fetched in 24 hours at most this share may be stored ones that are visited again."""
REVISITS_LEAST = 50
"""But so many may, however little is new."""
RIGHTS_RECORDED = True
"""Whether what sites say of the use of their pages is kept with them; it costs each host two small requests a day."""
# What one run may spend on one source; its entry in the sources file can say otherwise. Beyond all that is honest.
BUDGET_PAGES = 100_000
BUDGET_DEPTH = 20
"""Links followed from a listing, where a source is crawled link by link."""
BUDGET_SHAPE = 2_000
"""Addresses that differ only in numbers, hashes and the like, of those that only links lead to: endless calendars."""
BUDGET_MEGABYTES = 20_000.0
BUDGET_MINUTES = 24 * 60.0
# Pages that scripts fill, rendered by Chromium: sources with ``render = true``, and those found to need it
NEWSMINT_BROWSER = os.environ.get("NEWSMINT_BROWSER") or None
"""The program; None is the first Chromium of the system."""
NEWSMINT_RENDER_SANDBOX = os.environ.get("NEWSMINT_RENDER_SANDBOX") or "on"
"""``off``: without the wall that Chromium puts around its pages, which root and many containers cannot have."""
RENDER_SHELLS = 3
"""Empty shells in a row after which a source that nobody marked is rendered; 0: never."""
RENDER_AT_ONCE = 2
RENDER_SECONDS = 60.0
"""For one page, with what it fetches at its hosts' pace; then it is taken as it is."""
RENDER_REQUESTS = 100
"""Scripts, styles and data that one page may fetch,"""
RENDER_MEGABYTES = 20.0
"""and what they may weigh."""
RENDER_MEMORY = 1_500_000_000
"""Bytes of one page's process (Linux only)."""
RENDER_PAGES_A_BROWSER = 200
STOP_SECONDS = 6.0
"""What pages under way get to arrive once a stop is asked for; then they are given up and fetched next time."""

# From page to article: the data path ------------------------------------------------------------------------------

ITEM_PIPELINES = {
    "pipelines.stages.extract_article.ExtractArticle": 200,
    "pipelines.stages.validate_article.ValidateArticle": 300,
    "pipelines.stages.store_article.StoreArticle": 400,
}
CONCURRENT_ITEMS = 1  # of one response, which brings one; Scrapy starts so many tasks for each
SCRAPER_SLOT_MAX_ACTIVE_SIZE = 48_000_000  # bytes of pages that may wait for extraction before fetching pauses

# Reaching pages ---------------------------------------------------------------------------------------------------

SCHEDULER = "crawler.frontier.scheduler.FrontierScheduler"
DOWNLOADER_MIDDLEWARES = {
    "crawler.render.middleware.Render": 50,
    "crawler.middlewares.address_guard.AddressGuard": 760,
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,  # the spider judges where a redirect landed
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,  # fetches what a failing robots.txt forbids
    "crawler.middlewares.robots.Robots": 100,
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,  # retries at once, and ignores Retry-After
    "crawler.middlewares.retry_later.RetryLater": 550,
    "crawler.middlewares.host_down.HostDown": 560,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "crawler.middlewares.compression.BoundedCompression": 590,
    "crawler.middlewares.charset.PlainWhileCompressed": 595,
}
DOWNLOADER_STATS = False
STATS_CLASS = "scrapy.statscollectors.DummyStatsCollector"  # the store counts; Scrapy's own cost a tenth of its time
SPIDER_MIDDLEWARES = {
    "scrapy.spidermiddlewares.referer.RefererMiddleware": None,
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,  # the budgets of a source bound it
}
EXTENSIONS_BASE = {  # not all of Scrapy's: what is set to None is loaded all the same, with the servers it needs
    "scrapy.extensions.logcount.LogCount": 0,
    "scrapy.extensions.memusage.MemoryUsage": 0,
    "scrapy.extensions.memdebug.MemoryDebugger": 0,
    "scrapy.extensions.closespider.CloseSpider": 0,
}
EXTENSIONS = {
    "crawler.extensions.pace.Pace": 0,
    "crawler.extensions.rejections.Rejections": 10,
    "crawler.extensions.progress.Progress": 20,
    "crawler.extensions.stop_in_time.StopInTime": 30,
    "crawler.extensions.clean_again.CleanAgain": 40,
    "crawler.extensions.health_check.HealthCheck": 40,
    "crawler.extensions.record_rights.RecordRights": 40,
    "crawler.extensions.metrics.PrometheusMetrics": 50,
    "crawler.extensions.keep_watch.KeepWatch": 60,
    "crawler.extensions.run_report.RunReport": 100,
}

# Polite: robots.txt, Crawl-delay, one request to a host at a time, no faster than it answers
ROBOTSTXT_OBEY = True
DOWNLOAD_DELAY = 0.5
CONCURRENT_REQUESTS = 64
CONCURRENT_REQUESTS_PER_DOMAIN = 1
AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_START_DELAY = 0.5
AUTOTHROTTLE_MAX_DELAY = 60.0
CRAWL_DELAY_MAX = 60.0
"""Seconds; a robots.txt that asks for longer pauses gets this."""
RETRY_TIMES = 2
RETRY_WAIT = 2.0
"""Seconds before the first retry; doubled for each further one, unless the server names a time itself."""
RETRY_WAIT_MAX = 120.0
"""A server that asks for longer is left alone in this run; its URLs stay for the next."""
HOST_DOWN_AFTER = 5
"""Failures in a row (no connection, time-outs, 5xx) after which a host is paused."""
HOST_DOWN_PAUSE = 5.0
"""Seconds of the first such pause; five times as long for each further failure."""

# Safe: pages are hostile
REMOTE_CONTROL_ENABLED = False  # runs posted Python
TELNETCONSOLE_ENABLED = False
DOWNLOAD_VERIFY_CERTIFICATES = True
DOWNLOAD_HANDLERS = {
    "http": "crawler.bounded_http.BoundedHandler",
    "https": "crawler.bounded_http.BoundedHandler",
    **dict.fromkeys(("data", "file", "ftp", "s3")),  # file:// would be read
}
DOWNLOAD_MAXSIZE = 20_000_000  # also after decompression; Scrapy's 1 GiB lets compression bombs through
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_TIMEOUT = 30
DNS_TIMEOUT = 15
TWISTED_DNS_RESOLVER = "crawler.middlewares.address_guard.GuardedResolver"
REDIRECT_MAX_TIMES = 8
METAREFRESH_ENABLED = False  # decodes every page to look for it; news pages use it to reload themselves
COOKIES_ENABLED = False
URLLENGTH_LIMIT = 4096

# Fast and quiet
TWISTED_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"
ASYNCIO_EVENT_LOOP = None if sys.platform == "win32" else "uvloop.Loop"
REACTOR_THREADPOOL_MAXSIZE = 20
LOG_LEVEL = "INFO"
LOG_VERSIONS: list[str] = []
DEFAULT_DROPITEM_LOG_LEVEL = "DEBUG"  # rejections are rows and counts, not log lines
RETRY_GIVE_UP_LOG_LEVEL = "DEBUG"
STATS_DUMP = False
LOGSTATS_INTERVAL = 0
MEMUSAGE_ENABLED = False
