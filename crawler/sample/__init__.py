"""A small newsroom of our own writing, served on loopback: what ``newsmint crawl --sample`` and the tests crawl.

Its sites live under names ending in ``.example``, which no resolver knows; the server stands in as their HTTP proxy.
"""
