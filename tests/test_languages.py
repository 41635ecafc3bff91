"""Templates in Chinese: as complete as the subtasks need, and Chinese throughout."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import datasets
import pytest

from itdr.builders.core.errors import ConfigError, TemplateError
from itdr.builders.dataset import registry
from itdr.builders.rendering import layout, lists, templates
from itdr.builders.rendering.layout import Layout, load_layout
from itdr.builders.rendering.template_files import SECTIONS, tasks, texts_of
from itdr.builders.store.reader import Item
from itdr.builders.tasks import user_attribute_prediction
from itdr.scoring import score_rows

SERVED = ("top_k_rec", "sequential_rec")
SAMPLE = {"sample": True, "language": "zh", "size": 120, "split": "train", "streaming": True}


def rows(config: str, source: str = "pixelrec", **options: Any) -> list[dict[str, Any]]:
    return list(datasets.load_dataset("itdr", config, sources=[source], **SAMPLE, **options))


@pytest.mark.parametrize("task", tasks("zh"))
def test_a_text_is_chinese_throughout(task: str) -> None:
    words = templates.load_words("short_videos", language="zh")
    for section in ("descriptions", "prompts"):
        for one in texts_of(task, None, "zh")[section].values():
            said = one.text
            for word, put in words.items():
                said = said.replace(f"{{{{ {word} }}}}", put)
            plain = re.sub(r"\{[{%].*?[}%]\}", "", said)
            assert not re.search("[a-zA-Z]", plain), (one.id, plain)
            assert not re.search("[\u4e00-\u9fff][,;:!?()]|[,;:!?()][\u4e00-\u9fff]", said), one.id
            assert not re.search("[\u4e00-\u9fff] | [\u4e00-\u9fff]", plain.replace("### ", "")), (
                one.id
            )
            assert not re.search("[。，、；：？！]{2}|(.{2,})\\1", plain.replace("…", "")), one.id


@pytest.mark.parametrize("task", tasks("zh"))
def test_ids_are_those_of_the_english_texts(task: str) -> None:
    """And a text of the same id serves the same cases."""
    english, chinese = texts_of(task, None), texts_of(task, None, "zh")
    for section in SECTIONS:
        for id_, one in chinese[section].items():
            same = english[section][id_]
            assert (one.when, one.unseen, one.person) == (same.when, same.unseen, same.person), id_


@pytest.mark.parametrize("config", SERVED)
@pytest.mark.parametrize("source", ["microlens", "pixelrec"])
def test_rows_in_chinese_are_the_same_cases(config: str, source: str) -> None:
    english = {**SAMPLE, "language": "en"}
    plain = datasets.load_dataset("itdr", config, sources=[source], **english)
    found = rows(config, source)
    assert len(found) > 10
    words = {"instruction", "input", "output", "template", "row_hash"}
    facts = [name for name in found[0] if name not in words]
    for row, same in zip(found, plain, strict=True):
        assert all(row[name] == same[name] for name in facts)
        assert row["output"] == same["output"]
        titles = [one["title"] for one in (*row["history"], *row["candidates"])]
        assert all(title in row["input"] for title in titles)
        assert re.search("[\u4e00-\u9fff]", row["instruction"])


@pytest.mark.parametrize("config", SERVED)
def test_answers_in_chinese_are_read(config: str) -> None:
    found = rows(config)
    for one in score_rows(found, [row["output"] for row in found]):
        assert one.readable and one.values["Hit@1"] == 1


@pytest.mark.parametrize(
    ("config", "form"), [("top_k_rec", "set"), ("top_k_rec", "index"), ("sequential_rec", "index")]
)
def test_other_forms_of_answer_are_asked_for_in_chinese(config: str, form: str) -> None:
    found = rows(config, answer=form)
    assert len(found) > 10
    for row in found:
        wanted = "编号" if form == "index" else "个"
        assert wanted in row["input"]
        assert bool(re.fullmatch(r"\d+(, \d+)*", row["output"])) == (form == "index")
    for one in score_rows(found, [row["output"] for row in found]):
        assert one.readable and one.values["Hit@1"] == 1


def test_a_title_within_a_line_stands_in_chinese_quotes() -> None:
    chinese = load_layout("zh")
    one, other, quoted = (
        Item(id=t, title=t, categories=("美食",), creators=(), shown=("美食",))
        for t in ("甲", "乙", "《丙》")
    )
    needed = frozenset({"history_inline"})
    shown = frozenset({"categories"})
    made = lists.of_items("history", [one, other], needed, chinese, shown)
    assert made == {"history_inline": "《甲》（美食）、《乙》（美食）"}
    made = lists.of_items("history", [one, quoted], needed, chinese)
    assert made == {"history_inline": "甲、《丙》"}
    assert (
        chinese.time_gap(3 * 86400 + 5) == "3天后"
        and load_layout().time_gap(90) == "a minute later"
    )


def test_what_has_no_chinese_is_refused() -> None:
    with pytest.raises(
        ConfigError, match="no words for ml-32m in sequential_rec, only for: microlens"
    ):
        rows("sequential_rec", "ml-32m")
    with pytest.raises(ConfigError, match="rating_prediction has no templates in language='zh'"):
        rows("rating_prediction", "yelp")
    with pytest.raises(ConfigError, match="Unknown language 'fr'"):
        datasets.load_dataset("itdr", "top_k_rec", **{**SAMPLE, "language": "fr"})


def test_a_root_task_has_the_cells_that_speak_chinese() -> None:
    cells = registry.cells("user_item_interaction", language="zh")
    assert set(cells) == {(task, one) for task in SERVED for one in ("microlens", "pixelrec")}


def test_a_folder_adds_a_domain_in_chinese(tmp_path: Path) -> None:
    words = dict(templates.load_words("short_videos", language="zh"), item="电影", items="电影")
    (tmp_path / "zh").mkdir()
    lines = "".join(f"  {name}: {word}\n" for name, word in words.items())
    (tmp_path / "zh" / "domains.yaml").write_text(f"films:\n{lines}", "utf-8")
    found = rows("sequential_rec", "ml-32m", templates=str(tmp_path))
    assert any("电影" in row["input"] for row in found)
    assert templates.fingerprint(tmp_path) != ""


def test_a_folder_changes_a_mark(tmp_path: Path) -> None:
    (tmp_path / "layout.yaml").write_text('line: "* {entry}"\n', "utf-8")
    assert load_layout("en", tmp_path).line == "* {entry}"
    assert load_layout("en", tmp_path).number == load_layout().number
    found = list(
        datasets.load_dataset(
            "itdr",
            "sequential_rec",
            sources=["ml-32m"],
            templates=[str(tmp_path), "p1"],
            **{**SAMPLE, "language": "en"},
        )
    )
    assert all(f"\n* {row['history'][0]['title']}" in row["input"] for row in found)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("line: '- {title}'", "layout.yaml:1: line must hold {entry}"),
        ("line: '- {entry.title}'", "layout.yaml:1: line must hold {entry}"),
        ("line: '- {entry'", "layout.yaml:1: line"),
        ("lines: '- {entry}'", "Unknown field 'lines'"),
        ("separators: ';'", "separators must be a list"),
        ("both: 5", "both must be text"),
    ],
)
def test_a_broken_layout_is_refused(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "layout.yaml").write_text(content + "\n", "utf-8")
    with pytest.raises(TemplateError, match=re.escape(said)):
        load_layout("en", tmp_path)


def test_every_mark_of_a_layout_is_used() -> None:
    from dataclasses import fields

    code = "".join(
        Path(str(module.__file__)).read_text("utf-8")
        for module in (lists, layout, user_attribute_prediction)
    )
    for field in fields(Layout):
        unit = field.name.removesuffix("s")
        assert re.search(rf"\.{field.name}\b|\"{unit}\"", code), field.name
