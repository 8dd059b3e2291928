"""Prints the sample newsroom: ``python -m crawler.sample.press`` renders data/sample/articles into data/sample/sites.

The articles are the truth; templates add what real sites print around them; ``article.json`` beside each page is the
answer a clean extraction gives. The pages are committed, so that a test needs no build, and a test holds them against
a fresh build.
"""
