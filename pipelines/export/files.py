"""Files that appear whole or not at all, and are on the disk when they do; counted and hashed as they are written."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import RawIOBase
from pathlib import Path
from typing import Any, BinaryIO, cast
from uuid import uuid4

from pipelines.errors import CannotWrite


class Measured(RawIOBase):
    """A file to write to, with the number and the SHA-256 of the bytes so far."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.size, self._digest = file, 0, hashlib.sha256()

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: Any) -> int:
        """Write all of the data."""
        self._file.write(data)
        self._digest.update(data)
        count = memoryview(data).nbytes
        self.size += count
        return count

    def tell(self) -> int:
        """Where the next byte goes."""
        return self.size

    @property
    def sha256(self) -> str:
        """Of all bytes, hexadecimal."""
        return self._digest.hexdigest()

    @property
    def binary(self) -> BinaryIO:
        """This file for whoever wants a BinaryIO."""
        return cast("BinaryIO", self)


@contextmanager
def whole_file(path: Path) -> Iterator[Measured]:
    """A file that is at ``path`` once the block ends well, through a power cut too; else what was there before.

    Raises CannotWrite when the disk is full or the folder is not there or read-only.
    """
    part = path.with_name(f".{path.name}.{uuid4().hex[:12]}.part")  # of its own, on a folder of several machines too
    with explained(path):
        try:
            with part.open("wb") as file:
                measured = Measured(file)
                yield measured
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
            sync_folder(path.parent)
        finally:
            part.unlink(missing_ok=True)


@contextmanager
def explained(path: Path | None) -> Iterator[None]:
    """Within it, trouble with writing is a CannotWrite of one line; a closed pipe stays what it is."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise CannotWrite(f"{path or 'standard output'}: cannot write ({error.strerror or error})") from error


def write_whole(path: Path, data: bytes) -> None:
    """Make ``data`` the content of the file, or leave it as it was."""
    with whole_file(path) as file:
        file.write(data)


def sync_folder(folder: Path) -> None:
    """Make new names in the folder last through a power cut as well."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def hash_of(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
