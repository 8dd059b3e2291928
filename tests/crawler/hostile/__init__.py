"""A server that does to a crawl whatever a server can do, and what must come of it, row by row."""
