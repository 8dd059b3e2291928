"""Write a source's entry into a sources file, leaving all else in it as it is: comments, order, spacing."""

from __future__ import annotations

import os
import tempfile
from dataclasses import fields
from pathlib import Path

import tomlkit
from tomlkit.exceptions import TOMLKitError

from crawler.sources import Source
from pipelines.errors import BadConfig, CannotWrite, UsageError

HEAD = (
    "# Sources of your own: one table a site, as `newsmint sources add` writes them. `newsmint sources` lists them.\n"
)


def entry(source: Source) -> str:
    """The entry as TOML, without the fields that have their default."""
    document = tomlkit.document()
    document.add(source.key, _table(source))
    return tomlkit.dumps(document)


def add_entry(path: Path, source: Source) -> None:
    """Append the entry; the file is made if it is not there, and replaced as a whole or not at all.

    Raises UsageError where the key is taken, BadConfig for a file that is not TOML, CannotWrite.
    """
    try:
        text = path.read_text(encoding="utf-8") if path.exists() else HEAD
        document = tomlkit.parse(text)
    except (TOMLKitError, UnicodeDecodeError) as error:
        raise BadConfig(f"{path}: not TOML: {error}; nothing was written") from None
    except OSError as error:
        raise CannotWrite(f"{path}: {error.strerror}") from None
    if source.key in document:
        raise UsageError(f"{path} already has a source {source.key!r}: choose another name with --key")
    joint = "" if text.endswith("\n\n") else "\n" if text.endswith("\n") else "\n\n"
    replace_file(path, f"{text}{joint}{entry(source)}")


def _table(source: Source) -> tomlkit.items.Table:
    table = tomlkit.table()
    for field in fields(source):
        value = getattr(source, field.name)
        if field.name == "key" or (value == field.default and field.name != "language"):
            continue
        table.add(field.name, _array(value) if isinstance(value, tuple) else value)
    return table


def _array(values: tuple[str, ...]) -> tomlkit.items.Array:
    array = tomlkit.array()
    array.extend(values)
    return array.multiline(len(values) > 1)


def replace_file(path: Path, text: str) -> None:
    """Make this the text of a file, as a whole or not at all. Raises CannotWrite."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        target = path.resolve()
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            Path(name).chmod(target.stat().st_mode & 0o777 if target.exists() else 0o644)
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise CannotWrite(f"{path}: cannot be written: {error.strerror}") from None
