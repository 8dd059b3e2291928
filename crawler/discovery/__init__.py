"""How a site's articles are found: one pure module a route, each turning an answer's bytes into candidates.

``feeds``, ``sitemaps``, ``wordpress`` and ``listings`` each have ``discover(url, body, headers, …) -> Discovered``.
They touch no network: whoever fetches calls them, and follows what they say is next.
"""

from crawler.discovery.base import Candidate, Discovered, UnusableListing

__all__ = ["Candidate", "Discovered", "UnusableListing"]
