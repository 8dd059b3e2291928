"""Croissant metadata (MLCommons, version 1.0) of a folder of Parquet files: files with hashes, tables by field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipelines.export.columns import Column, Table
from pipelines.export.shards import Shard

_TYPES = {"text": "sc:Text", "integer": "sc:Integer", "real": "sc:Float", "texts": "sc:Text"}
_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}


def metadata(name: str, tables: Sequence[Table], shards: Sequence[Shard], newest: str | None) -> dict[str, Any]:
    """The metadata as JSON-LD, dated by its newest article. Paths in it are relative to the folder."""
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": name,
        "description": "Clean articles of crypto news, with where each is from. README.md tells the rest.",
        "version": "1.0.0",
        "datePublished": newest or "1970-01-01",
        "license": "https://schema.org/CreativeWork",
        "citeAs": "The articles belong to their publishers; cite each by its canonical_url.",
        "distribution": [*map(_file, shards), *map(_files, tables)],
        "recordSet": [_records(table) for table in tables],
    }


def _file(shard: Shard) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": shard.path,
        "name": shard.path,
        "contentUrl": shard.path,
        "contentSize": f"{shard.size} B",
        "encodingFormat": "application/x-parquet",
        "sha256": shard.sha256,
    }


def _files(table: Table) -> dict[str, Any]:
    return {
        "@type": "cr:FileSet",
        "@id": f"{table.name}-files",
        "name": f"{table.name}-files",
        "encodingFormat": "application/x-parquet",
        "includes": f"data/{table.name}/*.parquet",
    }


def _records(table: Table) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": table.name,
        "name": table.name,
        "description": table.about,
        "field": [_field(table.name, column) for column in table.columns],
    }


def _field(table: str, column: Column) -> dict[str, Any]:
    base: dict[str, Any] = {"@type": "cr:Field", "@id": f"{table}/{column.name}", "name": column.name}
    base |= {"description": column.about} if column.about else {}
    source: dict[str, Any] = {"fileSet": {"@id": f"{table}-files"}, "extract": {"column": column.name}}
    if column.kind != "records":
        return base | {"dataType": _TYPES[column.kind], "repeated": column.kind == "texts", "source": source}
    parts = [
        {
            "@type": "cr:Field",
            "@id": f"{table}/{column.name}/{name}",
            "name": name,
            "dataType": _TYPES[kind],
            "source": source | {"transform": {"jsonPath": name}},
        }
        for name, kind in column.fields.items()
    ]
    return base | {"repeated": True, "subField": parts}
