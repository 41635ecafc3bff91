"""`croissant.json` of a built folder: its files and columns, and the data's intended uses.

[formats: Croissant 1.0 and Croissant RAI 1.0, docs.mlcommons.org/croissant]
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from itdr.builders.dataset import formats
from itdr.publish import card, licences

NAME = "croissant.json"
ENCODINGS = {"parquet": "application/x-parquet", "jsonl": "application/jsonlines"}
TYPES = {
    "string": "sc:Text",
    "float32": "sc:Float",
    "float64": "sc:Float",
    "int32": "sc:Integer",
    "int64": "sc:Integer",
    "bool": "sc:Boolean",
}
CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "equivalentProperty": "cr:equivalentProperty",
    "dct": "http://purl.org/dc/terms/",
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
USE_CASES = (
    "Tuning language models to recommend and measuring them on closed questions. Not for "
    "recommendation in earnest, nor for profiling people."
)
Entries = Mapping[str, Mapping[str, Any]]


def croissant(entries: Entries) -> str:
    """The text of `croissant.json`.

    Args:
        entries: the records of a folder's configs.

    Returns:
        JSON-LD.
    """
    plain: dict[str, Any] = {name: dict(one) for name, one in entries.items()}
    text = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": [
            "http://mlcommons.org/croissant/1.0",
            "http://mlcommons.org/croissant/RAI/1.0",
        ],
        "name": "itdr",
        "description": card.opening(plain),
        "url": "https://arxiv.org/abs/2508.05667",
        "license": _licences(plain),
        "creator": {"@type": "Organization", "name": "itdr"},
        "citeAs": card.PAPER,
        "version": next(iter(entries.values()))["versions"]["itdr"],
        "keywords": ["recommendation", "instruction tuning", *entries],
        "distribution": [
            *(_file(name, one["kind"], file) for name, one, _, file in _files(entries)),
            *(
                _file(name, "parquet", one["catalogue"])
                for name, one in entries.items()
                if "catalogue" in one
            ),
        ],
        "recordSet": [_records(name, one, key, file) for name, one, key, file in _files(entries)],
        **_responsible(plain),
    }
    return json.dumps(text, indent=1, ensure_ascii=False) + "\n"


def _licences(entries: dict[str, Any]) -> Any:
    urls = list(dict.fromkeys(one["licence"]["url"] for one in licences.terms(entries).values()))
    return urls or "https://www.apache.org/licenses/LICENSE-2.0"


def _responsible(entries: dict[str, Any]) -> dict[str, Any]:
    """The fields of Croissant RAI, from the datasheet and the provenance."""
    sections = dict(re.findall(r"^## (.+?)\n\n(.+?)(?=\n\n## |\Z)", card.datasheet(), re.M | re.S))
    sources = {name: facts for one in entries.values() for name, facts in one["sources"].items()}
    return {
        "rai:dataCollection": sections["How the rows are made"],
        "rai:dataLimitations": sections["What is grounded, and what is not"],
        "rai:dataBiases": sections["Known biases"],
        "rai:dataUseCases": USE_CASES,
        "rai:personalSensitiveInformation": sections["Risks, and uses to avoid"],
        "rai:dataImputationProtocol": "None: what a source lacks is left out.",
        "rai:dataCollectionRawData": "Raw files of: "
        + "; ".join(f"{facts['title']} ({facts['homepage']})" for facts in sources.values())
        + ". provenance.json has the SHA-256 of each.",
    }


def _files(entries: Entries) -> list[tuple[str, Mapping[str, Any], str, Mapping[str, Any]]]:
    """Config, record, name of the record set, and facts of each data file."""
    return [
        (name, one, f"{name}/{split}" + (f"/{number}" if len(files) > 1 else ""), file)
        for name, one in entries.items()
        for split, files in one["files"].items()
        for number, file in enumerate(files)
    ]


def _file(name: str, kind: str, file: Mapping[str, Any]) -> dict[str, Any]:
    path = f"{name}/{file['name']}"
    return {
        "@type": "cr:FileObject",
        "@id": path,
        "name": Path(path).name,
        "contentUrl": path,
        "contentSize": f"{file['size']} B",
        "encodingFormat": ENCODINGS[kind],
        "sha256": file["sha256"],
    }


def _records(
    name: str, one: Mapping[str, Any], key: str, file: Mapping[str, Any]
) -> dict[str, Any]:
    columns = formats.schema(one["form"])
    source = f"{name}/{file['name']}"
    return {
        "@type": "cr:RecordSet",
        "@id": key,
        "name": key,
        "key": {"@id": f"{key}/id"},
        "field": [_field(key, column, kind, source, ()) for column, kind in columns.items()],
    }


def _field(
    owner: str, column: str, kind: Any, file: str, path: Sequence[str], top: str = ""
) -> dict[str, Any]:
    field: dict[str, Any] = {"@type": "cr:Field", "@id": f"{owner}/{column}", "name": column}
    inner = kind[0] if isinstance(kind, list) else kind
    if isinstance(kind, list):
        field["repeated"] = True
    if isinstance(inner, dict):
        field["subField"] = [
            _field(f"{owner}/{column}", name, one, file, (*path, name), top or column)
            for name, one in inner.items()
        ]
        return field
    field["dataType"] = TYPES[inner.dtype]
    field["source"] = {"fileObject": {"@id": file}, "extract": {"column": top or column}}
    if path:
        field["source"]["transform"] = {"jsonPath": ".".join(path)}
    return field
