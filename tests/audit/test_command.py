"""`itdr audit`: exit codes, lists, and rows without their raw data."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import typer
from typer.testing import CliRunner

from itdr import audit
from itdr.audit.result import Result
from itdr.builders.core.errors import ConfigError, ItdrError
from itdr.commands import audit as audit_command
from tests import world
from tests.audit.planting import SOURCES, Rows, clean, faulty, touched_negative


def run(*args: str) -> Any:
    app = typer.Typer()
    app.command()(audit_command.run)
    return CliRunner().invoke(app, list(args))


def build(home: Path, rows: Rows, config: str = "top_k_rec") -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    (home / config).mkdir(parents=True)
    files = {}
    for split, several in rows.items():
        path = home / config / f"{split}-00000-of-00001.parquet"
        pq.write_table(pa.Table.from_pylist(several), path)
        files[split] = [{"name": path.name, "size": path.stat().st_size}]
    options = {"sources": [SOURCES[config]], "seed": 0}
    entry = {"config": config, "options": options, "files": files}
    (home / "provenance.json").write_text(json.dumps({config: entry}), "utf-8")


def test_exit_codes_and_ids_of_the_command(tmp_path: Path) -> None:
    rows = copy.deepcopy(clean("top_k_rec"))
    build(tmp_path / "clean", rows)
    row_id = touched_negative(rows)
    build(tmp_path / "faulty", rows)
    place = ["--data-dir", str(world.folder(dirt=False))]
    good = run(str(tmp_path / "clean"), *place)
    assert good.exit_code == 0 and "No faults found." in good.stdout, good.output
    bad = run(str(tmp_path / "faulty"), *place)
    assert bad.exit_code == 1 and row_id in bad.stdout
    listed = json.loads(run(str(tmp_path / "faulty" / "top_k_rec"), *place, "--json").stdout)
    faults = {one["check"]: [fault["id"] for fault in one["faults"]] for one in listed}
    assert faults["negatives"] == [row_id]


def test_rows_alone_can_be_audited(tmp_path: Path) -> None:
    rows = copy.deepcopy(clean("top_k_rec"))
    build(tmp_path / "clean", rows)
    (tmp_path / "clean" / "provenance.json").unlink()
    shown = run(str(tmp_path / "clean"), "--rows-only")
    assert shown.exit_code == 0 and "unproven" in shown.stdout
    refused = run(str(tmp_path / "clean"))
    assert isinstance(refused.exception, ItdrError) and "provenance.json" in str(refused.exception)


def test_rows_in_memory_can_be_audited() -> None:
    results = {one.name: one for one in audit.audit_rows(clean("top_k_rec"))}
    assert faulty(results) == {} and results["raw data"].skipped


def test_a_name_that_is_nothing_is_told_as_such(tmp_path: Path) -> None:
    missing = tmp_path / "nothere.jsonl"
    for arguments in (
        (str(missing),),
        (str(missing), "--rows-only"),
        (str(missing), "--rows-only", "--columns", "prompt=q"),
    ):
        error = run(*arguments).exception
        assert (
            isinstance(error, ConfigError)
            and str(error) == f"There is no file or folder {missing}."
        )
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "rows.jsonl").write_text("{}\n", "utf-8")
    for path in (tmp_path / "other", tmp_path / "other" / "rows.jsonl"):
        assert "add --rows-only" in str(run(str(path)).exception)
    error = run("top_k_recs").exception
    assert "Did you mean 'top_k_rec'" in str(error)


def test_a_check_that_looked_at_nothing_is_skipped() -> None:
    said = audit.text([Result("comments", "none is foreign"), Result("ids", "unique", checked=3)])
    assert "     skipped  comments: none is foreign (0 checked)\n" in said
    assert "          ok  ids: unique (3 checked)" in said
