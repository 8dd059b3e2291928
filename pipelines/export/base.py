"""What every format shares: the shape of a format, and a file that is written whole or not at all."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pipelines.errors import CannotWrite
from pipelines.items import Article


@dataclass(frozen=True, slots=True)
class Format:
    """A file format: ``header`` begins the file, ``encode`` gives the bytes of one article."""

    name: str
    encode: Callable[[Article], bytes]
    header: bytes = b""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written."""

    articles: int
    size: int


def export_articles(articles: Iterable[Article], form: Format, path: Path | None = None) -> Exported:
    """Write the articles as they come to ``path``, or to standard output.

    The file is made under another name beside its place, and moved there when it is complete and on the disk.
    Raises CannotWrite when the disk is full or the folder is not there or read-only.
    """
    try:
        if path is None:
            return _write(articles, form, sys.stdout.buffer)
        with _whole_file(path) as file:
            return _write(articles, form, file)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise CannotWrite(f"{path or 'standard output'}: cannot write ({error.strerror or error})") from error


def _write(articles: Iterable[Article], form: Format, file: BinaryIO) -> Exported:
    size = file.write(form.header)
    count = 0
    for article in articles:
        size += file.write(form.encode(article))
        count += 1
    file.flush()
    return Exported(count, size)


@contextmanager
def _whole_file(path: Path) -> Iterator[BinaryIO]:
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        _sync_folder(path.parent)
    finally:
        part.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Make the new name last through a power cut as well."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
