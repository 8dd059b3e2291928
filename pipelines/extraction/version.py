"""What read a page: the versions of code, rules and model, in one line that stands on every article."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from pipelines.release import release

_HERE = Path(__file__).parent


def extractor_version() -> str:
    """``newsmint 0.1.0 rules 1f3a9c2 model 77be012``; the digests are of the files, so any edit of a rule shows."""
    return f"newsmint {release()} rules {_digest('**/*.toml')} model {_digest('model/*.npz')}"


def _digest(pattern: str) -> str:
    """Seven digits that change with any byte of the files."""
    content = sha256()
    for path in sorted(_HERE.glob(pattern)):
        content.update(path.name.encode() + path.read_bytes())
    return content.hexdigest()[:7]
