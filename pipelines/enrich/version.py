"""What enriched an article: the version of the code and the data, in a few words that stand on every article."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from pipelines.release import release

_HERE = Path(__file__).parent
_COUNTED = {".py", ".toml", ".csv", ".json", ".txt"}


def enricher_version() -> str:
    """``newsmint 0.1.0 enrich 1f3a9c2``; the digest is of all files of this package, so any edit of them shows."""
    content = sha256()
    for path in sorted(_HERE.rglob("*")):
        if path.suffix in _COUNTED:
            content.update(path.relative_to(_HERE).as_posix().encode() + path.read_bytes())
    return f"newsmint {release()} enrich {content.hexdigest()[:7]}"
