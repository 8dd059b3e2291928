"""A seeded newsroom: the posts a real WordPress is filled with, and what each page's clean article must be.

Everything is decided here, ids included; the PHP beside it only inserts and prints. One seed gives the same newsroom on
every machine, so a figure that moves has moved because of the code.
"""
