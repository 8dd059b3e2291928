"""The desk in the browser: Datasette over the live store, with pages of our own for what an analyst asks every day.

A page is three parts: a read (``home``, ``search``, ``article``, …: plain SQL in, frozen values out), a template, and
a route (``views``). ``app.make_desk`` puts them together; it needs the extra ``desk``, and nothing else imports it.
"""
