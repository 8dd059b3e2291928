"""Write a person's correction into their rules file, leaving all else in it as it is: comments, order, spacing."""

from __future__ import annotations

from pathlib import Path

import tomlkit

from crawler.source_writer import replace_file
from pipelines.chrome import MAX_TEXT
from pipelines.corrections import Correction, parse_corrections, read_corrections

HEAD = (
    "# Corrections: what is body at a site and what is not, as `newsmint restore` and `newsmint remove` write them.\n"
    "# Of two about one text the later one counts. Delete an entry and run `newsmint reextract` to undo it.\n"
)


def add_correction(path: Path, correction: Correction) -> bool:
    """Append the entry; False where the last word on its text or rule says the same already.

    The file is made if it is not there. Raises BadConfig for a file that is not as it should be, CannotWrite.
    """
    known = read_corrections(path) if path.exists() else []
    same = [it for it in known if (it.source, it.target) == (correction.source, correction.target)]
    if same and (same[-1].action, same[-1].reason) == (correction.action, correction.reason):
        return False
    text = path.read_text(encoding="utf-8") if path.exists() else HEAD
    joint = "" if text.endswith("\n\n") else "\n" if text.endswith("\n") else "\n\n"
    whole = f"{text}{joint}{entry(correction)}"
    parse_corrections(whole, str(path))
    replace_file(path, whole)
    return True


def entry(correction: Correction) -> str:
    """The entry as TOML: what is set of it, long texts as far as they are read."""
    table = tomlkit.table()
    for name in ("source", "action", "text", "rule", "reason", "why", "added"):
        value = getattr(correction, name)
        if value is not None:
            table.add(name, _bounded(value) if name == "text" else str(value) if name != "added" else value)
    entries = tomlkit.aot()
    entries.append(table)
    document = tomlkit.document()
    document.add("correction", entries)
    return tomlkit.dumps(document)


def _bounded(text: str) -> str:
    return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}…"
