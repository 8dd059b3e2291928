"""Which stored articles were touched, in the order of it: what a data set that is kept up to date asks for.

Triggers keep it, so that a correction, a tombstone or a settled duplicate counts like a new version. A new article is
not noted: whoever keeps a copy sees that it has none.
"""

from __future__ import annotations

_NOTE = (
    "INSERT INTO change (article_id, seq) VALUES (old.id, (SELECT coalesce(max(seq), 0) + 1 FROM change)) "
    "ON CONFLICT (article_id) DO UPDATE SET seq = excluded.seq"
)

TRIGGERS = {
    "change_update": f"AFTER UPDATE ON article BEGIN {_NOTE}; END",
    "change_delete": f"AFTER DELETE ON article BEGIN {_NOTE}; END",
}
