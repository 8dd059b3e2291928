"""Archives of any size into Parquet: web archives, folders and tables of HTML, on all cores or on a cluster.

A run is a list of tasks, each an input file or a part of one. ``pipelines.bulk.task.run_task`` does one, anywhere, and
leaves whole files; an engine (``pipelines.bulk.engines``) is whatever calls it for each. Needs the extra ``bulk``.
"""
