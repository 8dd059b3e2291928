"""Many workers on any number of hosts, one shared store: visits of sources are handed out by a task queue.

``sites`` and ``schedule`` say what is to be visited and when, ``visit`` does it, ``worker`` puts the parts together.
What hands the visits out is an engine behind ``seam``: Procrastinate, in ``queue``, ``connector`` and ``tasks``.
"""
