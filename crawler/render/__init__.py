"""Pages whose text only a browser loads: Chromium runs their scripts, and has no network of its own.

A page of a source with ``render = true``, or of one found to send empty shells, is fetched as any other. Then
``browser`` loads it, and whatever its scripts ask for is answered by the crawl's own downloader (``answers``): the same
guard of addresses, robots.txt, pace, bounds and TLS. What the browser would fetch by itself leads nowhere.
"""
