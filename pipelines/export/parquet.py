"""Apache Parquet: Zstandard 3, row groups of 5,000, every field described in the schema.

The lines of JSON are read by Arrow itself, which makes typed, nested columns of them faster than Python hands values
over. Needs the extra ``export``.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO

from pipelines.errors import BadConfig
from pipelines.export.base import ROW_GROUP, Format
from pipelines.export.columns import Column, Table

GROUPS = ("article", "text", "record", "headings", "links", "rights", "quality")


class RowGroups:
    """Rows in groups of ``ROW_GROUP``, each written out when it is full."""

    def __init__(self, file: BinaryIO, table: Table) -> None:
        self._arrow, self._json, parquet = _library(), _library("json"), _library("parquet")
        self._schema = schema(table)
        self._out = parquet.ParquetWriter(file, self._schema, compression="zstd", compression_level=3)
        self._held: list[Any] = []

    def write(self, rows: Sequence[str]) -> None:
        """Add rows: hold them back as Arrow's columns until they are a group."""
        if rows:
            self._held.append(self._read(rows))
        while sum(map(len, self._held)) >= ROW_GROUP:
            self._write_group(ROW_GROUP)

    def cut(self) -> None:
        """End the group here, however few rows it has."""
        self._write_group(sum(map(len, self._held)))

    def close(self) -> None:
        """Write the last group and the file's footer."""
        self._write_group(ROW_GROUP)
        self._out.close()

    def _read(self, rows: Sequence[str]) -> Any:
        data = "\n".join(rows).encode()
        options = self._json.ParseOptions(explicit_schema=self._schema, unexpected_field_behavior="error")
        reading = self._json.ReadOptions(use_threads=False, block_size=len(data) + 1)
        found = self._json.read_json(self._arrow.BufferReader(data), reading, options)
        return found.select(self._schema.names).cast(self._schema)

    def _write_group(self, rows: int) -> None:
        if not self._held:
            return
        together = self._arrow.concat_tables(self._held)
        self._out.write_table(together.slice(0, rows), row_group_size=rows)
        rest = together.slice(rows)
        self._held = [self._arrow.concat_tables([rest]).combine_chunks()] if len(rest) else []


def schema(table: Table) -> Any:
    """The table's Arrow schema; what a field means is its metadata ``description``."""
    arrow = _library()
    fields = [
        arrow.field(column.name, _type(column), metadata={"description": column.about}) for column in table.columns
    ]
    return arrow.schema(fields, metadata={"description": table.about})


def _type(column: Column) -> Any:
    arrow = _library()
    plain: Mapping[str, Any] = {"text": arrow.string(), "integer": arrow.int64(), "real": arrow.float64()}
    if column.kind == "texts":
        return arrow.list_(arrow.string())
    if column.kind == "records":
        return arrow.list_(arrow.struct([arrow.field(name, plain[kind]) for name, kind in column.fields.items()]))
    return plain[column.kind]


def _library(part: str = "") -> Any:
    try:
        return importlib.import_module(f"pyarrow.{part}" if part else "pyarrow")
    except ImportError as error:
        raise BadConfig("Parquet needs pyarrow; install newsmint[export]") from error


FORMAT = Format("parquet", RowGroups, GROUPS)
