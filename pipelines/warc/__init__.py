"""Web archives: stored pages as standard WARC files, and WARC and WACZ files as pages. No Scrapy, no store.

Needs the extra: ``pip install 'newsmint[warc]'`` (warcio to write, FastWARC to read).
"""
