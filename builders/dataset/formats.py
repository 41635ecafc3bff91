"""The rows: one schema for every config, and the formats of their texts, each declared once.

A format says which columns hold the texts, how they are wrapped and how they are read back. The
builder, files, cards, reports, the audit and the scorers all ask it here. Lists of structs are
written `[{...}]`, which gives equal features on `datasets` 3 and 5.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from datasets import Features, Value

from itdr.builders.core.errors import ConfigError, choose_from

Row = Mapping[str, Any]
DEFAULT = "alpaca"
RESPONSE = "\n\n### Response:\n"
"""What stands between question and answer in the one column of `text`."""
_SPEAKERS = {"system": "system", "user": "human", "assistant": "gpt"}
"""Roles of `messages`, and what ShareGPT calls them."""
_ROLES = {speaker: role for role, speaker in _SPEAKERS.items()}


class Texts(NamedTuple):
    """The texts of an example.

    Args:
        instruction: the task description; "" without one, or where it is part of the question.
        question: what is asked.
        answer: the true answer; "" in a row that holds a wrong one alone.
        wrong: plausible wrong answers.
    """

    instruction: str
    question: str
    answer: str
    wrong: tuple[str | None, ...] = ()

    @property
    def prompt(self) -> str:
        """Description and question."""
        return f"{self.instruction}\n\n{self.question}" if self.instruction else self.question


@dataclass(frozen=True)
class Format:
    """One format of a row's texts.

    Args:
        name: as the option `format` calls it.
        trainer: what reads it.
        about: what its columns hold.
        columns: its features, by name, in order.
        wrap: texts -> the values of these columns.
        unwrap: a row -> its texts.
        sql: instruction, input and output of a row, as columns of an SQL query.
        wrong: how many wrong answers a row needs; None where one takes the place of the true answer
            in every other row.
    """

    name: str
    trainer: str
    about: str
    columns: Mapping[str, Any]
    wrap: Callable[[Texts], dict[str, Any]]
    unwrap: Callable[[Row], Texts]
    sql: str
    wrong: int | None = 0

    @property
    def key(self) -> str:
        """The name, with the number of rejected answers where there are several: `preference-3`."""
        return f"{self.name}-{self.wrong}" if self.wrong and self.wrong > 1 else self.name


_TEXT = Value("string")


def _messages(texts: Texts) -> list[tuple[str, str]]:
    """The conversation: system (where there is a description), user, assistant."""
    system = [("system", texts.instruction)] if texts.instruction else []
    return [*system, ("user", texts.question), ("assistant", texts.answer)]


def _of_messages(spoken: list[tuple[str, str]]) -> Texts:
    by_role = dict(spoken)
    system, user, assistant = (by_role.get(role, "") for role in _SPEAKERS)
    return Texts(system, user, assistant)


def _kto(texts: Texts) -> dict[str, Any]:
    true = not texts.wrong
    completion = texts.answer if true else texts.wrong[0]
    return {"prompt": texts.prompt, "completion": completion, "label": true}


def _of_kto(row: Row) -> Texts:
    if row["label"]:
        return Texts("", row["prompt"], row["completion"])
    return Texts("", row["prompt"], "", (row["completion"],))


def _rejected(count: int) -> tuple[str, ...]:
    """The columns of `count` rejected answers: `rejected`, `rejected1`, `rejected2` …"""
    return ("rejected", *(f"rejected{n}" for n in range(1, count)))


def _preference(count: int) -> Format:
    names = _rejected(count)
    return Format(
        name="preference",
        trainer="TRL `DPOTrainer`, `CPOTrainer`, `ORPOTrainer`, `RewardTrainer`; "
        "LLaMA-Factory (`stage: dpo`)",
        about="description and question; the true answer; a plausible wrong one, or with "
        "`rejected=n` several (null where there are fewer)",
        columns={"prompt": _TEXT, "chosen": _TEXT, **dict.fromkeys(names, _TEXT)},
        wrap=lambda texts: {
            "prompt": texts.prompt,
            "chosen": texts.answer,
            **dict(zip(names, texts.wrong, strict=True)),
        },
        unwrap=lambda row: Texts(
            "", row["prompt"], row["chosen"], tuple(row[name] for name in names)
        ),
        sql="'' AS instruction, prompt AS input, chosen AS output",
        wrong=count,
    )


def _turns_sql(column: str, text: str) -> str:
    return (
        f"CASE WHEN len({column}) > 2 THEN {column}[1].{text} ELSE '' END AS instruction, "
        f"{column}[-2].{text} AS input, {column}[-1].{text} AS output"
    )


_DECLARED = (
    Format(
        name="alpaca",
        trainer="LLaMA-Factory (`alpaca`), Axolotl (`type: alpaca`)",
        about="task description, question, answer",
        columns={"instruction": _TEXT, "input": _TEXT, "output": _TEXT},
        wrap=lambda texts: {
            "instruction": texts.instruction,
            "input": texts.question,
            "output": texts.answer,
        },
        unwrap=lambda row: Texts(row["instruction"] or "", row["input"], row["output"]),
        sql="instruction, input, output",
    ),
    Format(
        name="messages",
        trainer="TRL `SFTTrainer`, Axolotl (`type: chat_template`)",
        about="system, user and assistant, each with role and content",
        columns={"messages": [{"role": _TEXT, "content": _TEXT}]},
        wrap=lambda texts: {
            "messages": [{"role": role, "content": text} for role, text in _messages(texts)]
        },
        unwrap=lambda row: _of_messages([(one["role"], one["content"]) for one in row["messages"]]),
        sql=_turns_sql("messages", "content"),
    ),
    Format(
        name="sharegpt",
        trainer="LLaMA-Factory (`sharegpt`), Axolotl",
        about="system, human and gpt, each with from and value",
        columns={"conversations": [{"from": _TEXT, "value": _TEXT}]},
        wrap=lambda texts: {
            "conversations": [
                {"from": _SPEAKERS[role], "value": text} for role, text in _messages(texts)
            ]
        },
        unwrap=lambda row: _of_messages(
            [(_ROLES.get(one["from"], one["from"]), one["value"]) for one in row["conversations"]]
        ),
        sql=_turns_sql("conversations", '"value"'),
    ),
    Format(
        name="prompt-completion",
        trainer="TRL `SFTTrainer`, with a loss on answers alone",
        about="description and question; the answer",
        columns={"prompt": _TEXT, "completion": _TEXT},
        wrap=lambda texts: {"prompt": texts.prompt, "completion": texts.answer},
        unwrap=lambda row: Texts("", row["prompt"], row["completion"]),
        sql="'' AS instruction, prompt AS input, completion AS output",
    ),
    Format(
        name="prompt",
        trainer="TRL `GRPOTrainer` with `itdr.rewards`",
        about="description and question; the true answer, which a reward may look at",
        columns={"prompt": _TEXT, "answer": _TEXT},
        wrap=lambda texts: {"prompt": texts.prompt, "answer": texts.answer},
        unwrap=lambda row: Texts("", row["prompt"], row["answer"]),
        sql="'' AS instruction, prompt AS input, answer AS output",
    ),
    _preference(1),
    Format(
        name="kto",
        trainer="TRL `KTOTrainer`; LLaMA-Factory (`stage: kto`)",
        about="description and question; an answer; whether it is the true one (about half are)",
        columns={"prompt": _TEXT, "completion": _TEXT, "label": Value("bool")},
        wrap=_kto,
        unwrap=_of_kto,
        sql="'' AS instruction, prompt AS input, completion AS output",
        wrong=None,
    ),
    Format(
        name="text",
        trainer="trainers that take one column (TRL `SFTTrainer`, Axolotl `type: completion`)",
        about='description, question and answer, the latter under "### Response:"',
        columns={"text": _TEXT},
        wrap=lambda texts: {"text": f"{texts.prompt}{RESPONSE}{texts.answer}"},
        unwrap=lambda row: Texts("", *row["text"].rpartition(RESPONSE)[::2]),
        sql=f"'' AS instruction, string_split(text, '{RESPONSE}')[1] AS input, "
        f"string_split(text, '{RESPONSE}')[-1] AS output",
    ),
)
FORMATS = {one.name: one for one in _DECLARED}
"""Every format by name, in the order of tables and help."""


@functools.lru_cache(maxsize=64)
def get(key: str = DEFAULT) -> Format:
    """A format by its name or key.

    Args:
        key: such as `messages`, or `preference-3` for three rejected answers.

    Returns:
        The format.

    Raises:
        ConfigError: for a format that does not exist.
    """
    name, _, count = key.rpartition("-")
    if name == "preference" and count.isdecimal():
        return FORMATS[name] if int(count) == 1 else _preference(int(count))
    if key not in FORMATS:
        raise ConfigError(choose_from("format", key, FORMATS))
    return FORMATS[key]


def of_options(options: Any) -> Format:
    """The format that a config's options ask for."""
    if options.format == "preference":
        return get(f"preference-{options.rejected}")
    return get(options.format)


def of_row(row: Row) -> Format | None:
    """The format that a row is in, by its columns; None where it has those of none.

    Args:
        row: a row in any format.

    Returns:
        The format with the most columns that the row fills.
    """
    if "rejected" in row:
        count = 1
        while f"rejected{count}" in row:
            count += 1
        return get(f"preference-{count}")
    fits = [
        one for one in FORMATS.values() if all(row.get(name) is not None for name in one.columns)
    ]
    return max(fits, key=lambda one: len(one.columns), default=None)


def texts_of(row: Row) -> Texts:
    """The texts of a row, whatever its format; empty ones where it has no texts."""
    form = of_row(row)
    return form.unwrap(row) if form else Texts("", "", "")


def markdown_table() -> str:
    """The table of formats in `docs/options.md`."""
    rows = [
        f"| `{one.name}` | {', '.join(f'`{name}`' for name in one.columns)} | {one.trainer} |"
        for one in FORMATS.values()
    ]
    return "\n".join(["| format | columns | read by |", "|---|---|---|", *rows])


def schema(form: str = DEFAULT) -> dict[str, Any]:
    """The features of a row by name, in order.

    Args:
        form: name or key of a format.

    Returns:
        Features as `datasets.Features` takes them.
    """
    return {
        "id": Value("string"),
        "row_hash": Value("string"),
        **get(form).columns,
        "root_task": Value("string"),
        "task": Value("string"),
        "source": Value("string"),
        "domain": Value("string"),
        "template": Value("string"),
        "user_id": Value("string"),
        "item_id": Value("string"),
        "history": [
            {
                "item_id": Value("string"),
                "title": Value("string"),
                "rating": Value("float32"),
                "timestamp": Value("int64"),
            }
        ],
        "candidates": [{"item_id": Value("string"), "title": Value("string")}],
        "relevant": [Value("string")],
        "rating": Value("float32"),
        "attributes": [{"name": Value("string"), "value": Value("string")}],
        "evidence": [
            {
                "fact": Value("string"),
                "value": Value("string"),
                "count": Value("int64"),
                "of": Value("int64"),
                "base": Value("float64"),
                "quote": Value("string"),
            }
        ],
    }


class RowFeatures(Features):
    """Features of rows that need no encoding, being plain Python values of these types.

    Encoding takes four fifths of the time that `datasets` spends on such rows (measured).
    """

    def encode_example(self, example: dict[str, Any]) -> dict[str, Any]:
        return example

    def __reduce__(self) -> tuple[Any, ...]:
        return (RowFeatures, (dict(self),))


def features(form: str = DEFAULT) -> RowFeatures:
    """The features of a row. form: name or key of a format."""
    return RowFeatures(schema(form))
