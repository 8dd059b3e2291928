"""Signals of our own, sent beside Scrapy's."""

page_rejected = object()
"""A page was refused, and that is written. Arguments: ``fetched``, ``refusal``. Receivers may be coroutines."""

robots_read = object()
"""A host's robots.txt was answered. Arguments: ``site``, ``status``, ``body`` (bytes). Receivers may be coroutines."""
