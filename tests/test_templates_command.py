"""`itdr templates` lists what there is, and where it stands."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from itdr.builders.core.errors import TemplateError
from itdr.builders.dataset import registry
from itdr.builders.rendering.template_files import BUILT_IN
from itdr.commands.app import app


def listed(*arguments: object) -> str:
    result = CliRunner().invoke(app, ["templates", *map(str, arguments)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0
    return result.output


def test_every_template_is_listed_with_its_line() -> None:
    entries = json.loads(listed("--json"))
    assert [entry["subtask"] for entry in entries] == list(registry.task_ids())
    for entry in entries:
        for section in ("descriptions", "prompts", "answers"):
            for one in entry[section]:
                path, _, line = one["place"].rpartition(":")
                stands = (BUILT_IN.parent / path).read_text("utf-8").split("\n")[int(line) - 1]
                assert one["text"].split("\n")[0].split(" ")[0] in stands, one["place"]
                assert set(one["placeholders"]) <= {
                    *entry["placeholders"],
                    *entry["lists"],
                    "answer",
                }


def test_one_subtask_in_words() -> None:
    text = listed("sequential_rec")
    assert "lists: candidates, history\n" in text and "flags: categories, " in text
    assert "(not index, not unordered)" in text and "second person" in text
    assert "top_k_rec" not in text
    assert text.index("sequential_rec/p2 ") < text.index("sequential_rec/p10 ")
    assert "zh" in listed("sequential_rec", "--language", "zh")


def test_without_a_name_every_subtask_has_one_line() -> None:
    lines = listed().splitlines()
    subtasks, (blank, hint) = lines[:-2], lines[-2:]
    assert [line.split()[0] for line in subtasks] == list(registry.task_ids())
    assert all(re.search(r"\d+ prompts \(\d+ unseen\)", line) for line in subtasks)
    assert not blank and "itdr templates rating_prediction" in hint


def test_own_templates_are_put_in_and_checked(tmp_path: Path) -> None:
    path = tmp_path / "sequential_rec.yaml"
    path.write_text("task: sequential_rec\nprompts:\n- id: mine\n  text: '{{ history_lines }}'\n")
    assert f"sequential_rec/mine  {path}:4" in listed("sequential_rec", "--folder", tmp_path)
    path.write_text("task: sequential_rec\nprompts:\n- id: mine\n  text: '{{ history_line }}'\n")
    with pytest.raises(TemplateError, match="mean 'history_lines'"):
        listed("sequential_rec", "--folder", tmp_path)
