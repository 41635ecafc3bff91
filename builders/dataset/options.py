"""The options of a config, each declared once.

The loader, the checks, the command line, the error messages, `help(itdr.ItdrConfig)` and the README's
table all read these fields: a new option is one field here, and the code that uses it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from itdr.builders.core.errors import ConfigError, choose_from, format_value
from itdr.builders.dataset import protocols
from itdr.builders.dataset.formats import FORMATS
from itdr.builders.rendering.template_files import ENGLISH, languages

ALL = "all"
PAPER = "paper"
LARGEST_SEED = 2**63 - 1
_KEY = "option"


@dataclass(frozen=True)
class OptionInfo:
    """What is declared of one option.

    Args:
        help: one sentence, as the command line and the reference print it.
        choices: the values allowed, in full; empty where a range or a check of its own decides.
        low: the smallest whole number allowed; None where the option takes no number.
        high: the largest one; None without a limit.
        also: numbers below `low` that are allowed.
        decimals: whether the number may have decimals.
        words: words allowed in place of a number.
        many: whether it takes a list (on the command line: values with commas).
        shown_default: how the default is printed, where the value itself says little.
        of_subtasks: whether each subtask has its own default, or does not have the option at all.
        unset: what the subtask's default None comes to, in words, by subtask ("": all others); without
            it, None means off.
    """

    help: str
    choices: tuple[Any, ...] = ()
    low: int | None = None
    high: int | None = None
    also: tuple[int, ...] = ()
    decimals: bool = False
    words: tuple[str, ...] = ()
    many: bool = False
    shown_default: str = ""
    of_subtasks: bool = False
    unset: Mapping[str, str] = field(default_factory=dict)

    def check(self, name: str, value: Any) -> None:
        """Check one value.

        Args:
            name: the option's name, for the message.
            value: what was given.

        Raises:
            ConfigError: for a value that is not allowed; it says what is.
        """
        if self.choices and self.many:
            for one in value if isinstance(value, (list, tuple)) else [value]:
                one_of(name, one, self.choices)
        elif self.choices:
            one_of(name, value, self.choices)
        elif self.low is not None:
            self._check_number(name, value)

    def _check_number(self, name: str, value: Any) -> None:
        if isinstance(value, str) and value in self.words:
            return
        low = self.low or 0
        allowed = (int, float) if self.decimals else int
        whole = isinstance(value, allowed) and not isinstance(value, bool)
        if whole and value >= low and (self.high is None or value <= self.high):
            return
        if whole and value in self.also:
            return
        span = f"from {low} to {self.high}" if self.high is not None else f"of at least {low}"
        kind = "number" if self.decimals else "whole number"
        words = "".join(f"{word!r} or " for word in (*self.words, *self.also))
        raise ConfigError(f"{name} must be {words}a {kind} {span}, not {format_value(value)}.")


def option(default: Any, help: str, **declared: Any) -> Any:
    """A dataclass field that is an option. See `OptionInfo` for what can be declared."""
    return field(default=default, metadata={_KEY: OptionInfo(help, **declared)})


@dataclass
class RowOptions:
    """Every option of a config with its type, default and meaning.

    None stands for "each subtask's own default", and for `sources` for a fixed list.
    """

    sources: str | Sequence[str] | None = option(
        None,
        "Source ids, `id/domain` for one domain, or `all`. By default: those whose files lie in "
        "`data_dir`; without it, those that need no account and at most 1 GB of download.",
        many=True,
        shown_default="depends on `data_dir`",
    )
    missing: str = option(
        "error",
        "Sources whose raw files are not at hand: `error` (download what can be downloaded, and stop "
        "at what cannot), or `skip` (download nothing, and leave those sources out).",
        choices=("error", "skip"),
    )
    sample: bool = option(
        False,
        "Use the small made-up raw files that come with the package; needs no network.",
        choices=(True, False),
    )
    size: int | str = option(
        PAPER,
        "Examples per cell: `paper` for the paper's numbers, a number, or `all`.",
        low=3,
        words=(PAPER, ALL),
    )
    per_user: int | str = option(
        1, "Cases per user and cell, the latest first: a number, or `all`.", low=1, words=(ALL,)
    )
    seed: int = option(0, "Seed for all random choices.", low=0, high=LARGEST_SEED)
    protocol: str = option(
        PAPER,
        "A named set of options; options that you set take precedence. `itdr list --protocols` lists them.",
        choices=protocols.names(),
    )
    split_by: str | None = option(
        None,
        "What separates the splits: `user`, `time` (see `cuts`), `leave_one_out` (a user's last "
        "interactions are test, those before them validation), or `cold_item` (the items that test asks "
        "for never appear in training).",
        choices=("user", "time", "leave_one_out", "cold_item"),
        shown_default="the protocol's, else `user`",
    )
    cuts: Sequence[float | str] | None = option(
        None,
        'With `split_by="time"`, where validation and test begin: two quantiles of all times, such as '
        "`0.8,0.9`, or two dates, such as `2015-01-01,2016-01-01`.",
        many=True,
        shown_default="the official cuts, else 0.8, 0.9",
    )
    validation: str = option(
        "time",
        'With `split_by="time"`, what validation consists of: events between the two cuts (`time`), each '
        "user's `last` event before test begins, or events of other `users` before test begins.",
        choices=("time", "last", "users"),
    )
    k_core: int | None = option(
        None,
        "Keep users and items with at least this many interactions, counted among those that are kept.",
        low=1,
        high=1_000,
        of_subtasks=True,
    )
    min_user: int | None = option(
        None,
        "Keep users with at least this many interactions.",
        low=1,
        high=100_000,
        of_subtasks=True,
    )
    min_item: int | None = option(
        None,
        "Keep items with at least this many interactions.",
        low=1,
        high=100_000,
        of_subtasks=True,
    )
    min_rating: float | None = option(
        None,
        "Lowest rating at which an interaction counts. Items rated lower are still never negatives.",
        low=0,
        high=100,
        decimals=True,
        of_subtasks=True,
    )
    repeats: str | None = option(
        None,
        "Which of a user's interactions with the same item count: the `first` (the default), the `last` "
        "(the default in rating_prediction), or all of them (`keep`).",
        choices=("first", "last", "keep"),
        of_subtasks=True,
        unset={"": '`"first"`', "rating_prediction": '`"last"`'},
    )
    target: str | None = option(
        None,
        "Which case of a user is taken first (in a split by time, within its span): the `last`, the "
        '`first` or a `random` one; `all` takes every one, like `per_user="all"`.',
        choices=("last", "first", "random", "all"),
        of_subtasks=True,
    )
    history: int | None = option(
        None, "Number of items in the history.", low=1, high=200, of_subtasks=True
    )
    min_history: int | None = option(
        None,
        "Allow shorter histories, down to this many items. By default none is shorter than `history`.",
        low=1,
        high=200,
        of_subtasks=True,
        shown_default="`history`",
        unset={"": "as `history`"},
    )
    candidates: int | None = option(
        None,
        "Number of candidates, positives and negatives together; `0` lists none, so that the answer may be "
        "anything in the catalogue (sequential_rec and top_k_rec).",
        low=2,
        high=101,
        also=(0,),
        of_subtasks=True,
    )
    positives: int | None = option(
        None,
        "Number of positives among the candidates; without candidates, of titles to name.",
        low=1,
        high=99,
        of_subtasks=True,
    )
    negatives: str | None = option(
        None,
        "How negatives are drawn: from other users' `event`s near the target's moment, in proportion "
        "to `popularity` (the default where there are no times), `hard` (similar in category and "
        "popularity), `uniform` (easy), or `shown` (MIND: seen and not clicked).",
        choices=("event", "popularity", "hard", "uniform", "shown"),
        of_subtasks=True,
    )
    liked: bool | None = option(
        None,
        "Use only liked interactions as targets, also in sources with times.",
        choices=(True, False),
        of_subtasks=True,
    )
    ties: str | None = option(
        None,
        "What to do with histories in which fewer than half of the times differ: `avoid` them as long as "
        "others fill the quota, or `allow` them. Their prompts claim no order.",
        choices=("avoid", "allow"),
        of_subtasks=True,
    )
    answer: str | None = option(
        None,
        "Form of the answer: a `ranking` of all candidates, the `set` of the positives, the "
        "numbers of the positives (`index`), or the `title` of the next item.",
        choices=("ranking", "set", "index", "title"),
        of_subtasks=True,
    )
    order: str | None = option(
        None,
        "Order of the positives in a ranking: by `time`, or by `rating` with ties shuffled (the "
        "default where there are no times).",
        choices=("time", "rating"),
        of_subtasks=True,
    )
    negatives_order: str | None = option(
        None,
        "Order of the negatives in a ranking: `shuffled`, or by `popularity`, the highest first.",
        choices=("shuffled", "popularity"),
        of_subtasks=True,
    )
    candidates_from: str | None = option(
        None,
        "A file with candidates from your own retriever (`user`, `item`, `score`, separated by tabs; for one "
        "source). Negatives are taken from it, the highest score first, if the user never touched them; "
        "`negatives` supplies the rest.",
        of_subtasks=True,
        shown_default="none",
    )
    title_chars: int | None = option(
        None,
        "Length of the longest title shown, in characters; longer ones end after a phrase, or else after a word, with an ellipsis.",
        low=20,
        high=2_000,
        of_subtasks=True,
    )
    show: str | Sequence[str] | None = option(
        None,
        "What entries show besides the title, if the source has it: `rating`, `time_gap` (history), "
        "`creator`, `categories`, `description`. By default the creators of books and tracks, and "
        "categories in sequential_rec.",
        choices=("rating", "time_gap", "creator", "categories", "description"),
        many=True,
        of_subtasks=True,
        unset={
            "": "creators of books and tracks",
            "sequential_rec": "categories, and creators of books and tracks",
        },
    )
    attributes: Sequence[str] | None = option(
        None,
        "Attributes to predict, if the source has them: `gender`, `country`, `occupation`, `age_group`, "
        "`birth_decade`, and only on request `age`, `birth_year`, `location`.",
        many=True,
        of_subtasks=True,
        unset={"": "all that the source has but `age`, `birth_year` and `location`"},
    )
    text_chars: int | None = option(
        None,
        "Length of the longest review, comment or description shown, in characters.",
        low=40,
        high=20_000,
        of_subtasks=True,
    )
    show_facts: bool | None = option(
        None,
        "Put the counts on an item's audience, or on a user, into the question as a table, which the answer "
        "interprets. Without it, the model has to know what the answer states.",
        choices=(True, False),
        of_subtasks=True,
    )
    templates: str | Sequence[str] | None = option(
        None,
        "Template ids, `unseen` (test uses those held back), or a folder with your own.",
        many=True,
        shown_default="all but the unseen",
    )
    language: str = option(
        ENGLISH,
        "Language of the prompts: `en`, or `zh` for MicroLens and PixelRec.",
        choices=languages(),
    )
    descriptions: bool = option(True, "Begin rows with a task description.", choices=(True, False))
    format: str = option(
        "alpaca",
        f"Columns that hold the text: {', '.join(f'`{name}`' for name in FORMATS)}.",
        choices=tuple(FORMATS),
    )
    rejected: int = option(
        1,
        "Number of wrong answers in a row of `preference`: `rejected`, `rejected1`, `rejected2` …",
        low=1,
        high=16,
    )
    cells: str = option(
        PAPER,
        "`paper`, or `all`: every pair of source and subtask that the columns allow.",
        choices=(PAPER, ALL),
    )
    num_shards: int = option(32, "Number of shards of each split.", low=1, high=4096)


def declared_options() -> dict[str, OptionInfo]:
    """What is declared of each option, by name, in order."""
    return {one.name: one.metadata[_KEY] for one in dataclasses.fields(RowOptions)}


def default_options() -> dict[str, Any]:
    """The default of each option, by name, in order."""
    return {one.name: one.default for one in dataclasses.fields(RowOptions)}


DECLARED = declared_options()
DEFAULTS = default_options()
OF_SUBTASKS = tuple(name for name, info in DECLARED.items() if info.of_subtasks)


def one_of(name: str, value: object, allowed: Sequence[object]) -> None:
    """Check that a value is one of those allowed.

    Args:
        name: the name of the option.
        value: the value.
        allowed: all that is allowed.

    Raises:
        ConfigError: it is none; the error lists them.
    """
    # The type first: an array compared with a word has no truth value.
    if not any(type(value) is type(one) and value == one for one in allowed):
        boolean = next(
            (
                one
                for one in allowed
                if isinstance(one, bool) and str(one) == str(value).strip().capitalize()
            ),
            None,
        )
        if boolean is not None and isinstance(value, str):
            raise ConfigError(
                f"{name}={value!r} is a text: write {name}={boolean}, without quotes."
            )
        raise ConfigError(choose_from(name, value, [str(one) for one in allowed]))


def shown_default(name: str) -> str:
    """How help and tables print the default of an option."""
    info = DECLARED[name]
    if info.shown_default:
        return info.shown_default
    return "each subtask's" if info.of_subtasks else repr(DEFAULTS[name]).replace("'", '"')


def docstring() -> str:
    """The options as the `Args` of `ItdrConfig`.

    Returns:
        The text of `ItdrConfig.__doc__`.
    """
    lines = [
        f"        {name}: {info.help} Default: {shown_default(name)}."
        for name, info in DECLARED.items()
    ]
    head = "A subtask or root task with its options.\n\n    Args:\n"
    return head + "\n".join(lines) + "\n"
