"""Options: what they do to rows, and what is refused with which words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import itdr
from itdr.builders.core.errors import ConfigError, EmptySplitError, ItdrError
from itdr.builders.dataset import config, registry
from itdr.builders.dataset.options import DECLARED
from itdr.builders.sampling.splits import SPLITS, quota_by_part, shares
from itdr.commands.app import app
from tests import world
from tests.world import everything, load

ML = {"sources": ["ml-32m"]}


def builder(config: str | None = "sequential_rec", **options: Any) -> Any:
    return datasets.load_dataset_builder("itdr", config, **{"sample": True, **options})


# -- refused ----------------------------------------------------------------------------------

REFUSED: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    ({"config": "sequental_rec"}, ("Did you mean 'sequential_rec'", "rating_prediction")),
    ({"config": None}, ("Which config", "top_k_rec")),
    ({"sources": ["ml-32"]}, ("Did you mean 'ml-32m'", "microlens")),
    ({"sources": ["bookcrossing"]}, ("bookcrossing has no cell in sequential_rec", "cells='all'")),
    ({"sources": []}, ("sources must be", "ml-32m")),
    ({"sources": 3}, ("sources must be",)),
    ({"sources": ["amazon-reviews-2023/Books"]}, ("domain of amazon-reviews-2023", "Video_Games")),
    (
        {"sources": ["amazon-reviews-2023/Software"]},
        ("domain of amazon-reviews-2023 in the bundled sample 'Software'", "Video_Games"),
    ),
    ({"sede": 3}, ("Did you mean 'seed'", "Available: sources")),
    ({"seed": -1}, ("seed must be a whole number from 0",)),
    ({"seed": "1"}, ("seed must be a whole number",)),
    ({"seed": True}, ("seed must be a whole number",)),
    ({"num_shards": 0}, ("num_shards must be",)),
    ({"history": 0}, ("history must be", "1 to 200")),
    ({"candidates": 1}, ("candidates must be",)),
    ({"positives": 2}, ("positives has no meaning for sequential_rec", "history")),
    ({"text_chars": 100}, ("text_chars has no meaning",)),
    ({"config": "top_k_rec", "candidates": 5}, ("no room for a negative", "fewer positives")),
    ({"negatives": "random"}, ("popularity", "hard", "uniform")),
    ({"size": 2}, ("size must be", "'paper'")),
    ({"size": "big"}, ("size must be",)),
    ({"size": 10.0}, ("size must be",)),
    ({"per_user": 0}, ("per_user must be", "'all'")),
    ({"config": "user_attribute_prediction", "per_user": 2}, ("per_user=2 has no meaning",)),
    ({"config": "user_attribute_prediction", "split_by": "time"}, ("split_by='time'",)),
    (
        {"config": "rating_prediction", "split_by": "time", "sources": ["bookcrossing"]},
        ("needs times", "bookcrossing"),
    ),
    ({"split_by": "item"}, ("split_by", "user, time")),
    ({"format": "chat"}, ("format", "messages")),
    ({"cells": "some"}, ("cells", "paper, all")),
    ({"descriptions": "no"}, ("descriptions", "True, False")),
    ({"data_dir": "."}, ("sample=True reads the bundled files",)),
    ({"data_dir": "/no/such/folder", "sample": False}, ("there is no folder /no/such/folder",)),
    ({"data_files": "a.csv"}, ("data_files has no meaning",)),
    ({"templates": "p99"}, ("p99",)),
    ({"templates": ""}, ("templates: an empty name",)),
    ({"templates": ["p1", ""]}, ("templates: an empty name",)),
    ({"templates": "p" * 5000}, ("templates: pppp", "cannot be read")),
    ({"sample": "False"}, ("sample='False' is a text: write sample=False, without quotes",)),
    ({"descriptions": "false"}, ("write descriptions=False, without quotes",)),
    ({"data_dir": __file__, "sample": False}, (f"{__file__} is a file",)),
    (
        {"config": "top_k_rec", "sources": ["microlens"], "order": "rating"},
        ("order='rating' needs ratings", "microlens"),
    ),
    (
        {"sources": ["microlens"], "liked": True},
        ("liked=True needs ratings, which microlens lacks",),
    ),
    (
        {"config": "user_attribute_prediction", "sources": ["ml-1m"], "attributes": ["country"]},
        ("ml-1m lacks the attribute 'country'. Available: age_group, gender, occupation",),
    ),
    ({"data_dir": "", "sample": False}, ("data_dir must be the path of a folder",)),
    ({"data_dir": 5, "sample": False}, ("data_dir must be the path", "not 5")),
    ({"data_dir": ["a"], "sample": False}, ("data_dir must be the path", "not ['a']")),
    ({"data_dir": b"a", "sample": False}, ("data_dir must be the path", "not b'a'")),
    ({"data_dir": "d" * 5000, "sample": False}, ("cannot be looked into", "one folder for each")),
]


@pytest.mark.parametrize(("options", "said"), REFUSED, ids=[str(one[0]) for one in REFUSED])
def test_what_cannot_be_is_refused_with_what_can(
    options: dict[str, Any], said: tuple[str, ...]
) -> None:
    config = options.pop("config", "sequential_rec")
    with pytest.raises(ItdrError) as error:
        builder(config, **options)
    for words in said:
        assert words in str(error.value)


def test_a_source_that_lacks_the_columns_is_not_told_to_be_added() -> None:
    given = {"sources": ["mind"], "cells": "all"}
    with pytest.raises(ConfigError, match=r"mind has no cell .* raw files") as error:
        builder("interest_recognition", **given)
    assert "cells='all'" not in str(error.value)


@pytest.mark.parametrize(
    "name", ["sources", "size", "seed", "descriptions", "sample", "format", "cells", "templates"]
)
@pytest.mark.parametrize("kind", [np.array, pd.Series])
def test_an_array_is_refused_like_any_other_value(name: str, kind: Any) -> None:
    with pytest.raises(ItdrError, match=name):
        builder(**{name: kind([1, 2])})


def test_several_sources_in_one_text_are_a_list() -> None:
    one, other = (
        config.check("sequential_rec", {"sample": True, "sources": named}, None).selected
        for named in ("ml-32m, microlens", ["ml-32m", "microlens"])
    )
    assert one == other
    with pytest.raises(ConfigError, match="Did you mean 'ml-32m'"):
        config.check("sequential_rec", {"sample": True, "sources": "ml32m,microlens"}, None)


def test_values_of_numpy_are_those_of_python() -> None:
    given = {"size": 24, "history": 5, "split_by": "time", "cuts": (0.7, 0.8), "liked": True}
    of_numpy = {
        name: tuple(map(np.float64, one)) if isinstance(one, tuple) else np.array(one)[()]
        for name, one in given.items()
    }
    assert isinstance(of_numpy["size"], np.integer)
    checked = [
        config.check("sequential_rec", {"sample": True, **ML, **one}, None).fingerprint_parts()
        for one in (given, of_numpy)
    ]
    assert checked[0] == checked[1]
    with pytest.raises(ConfigError, match=r"size must be .*, not 10\.0"):
        builder(size=np.float64(10))


def test_a_config_without_small_open_sources_says_so(tmp_path: Path) -> None:
    refused = r"cross_domain_rec has no source .* GB.* sources=\['amazon-reviews-2023'\]"
    with pytest.raises(ConfigError, match=refused):
        builder("cross_domain_rec", sample=False).as_streaming_dataset()
    with pytest.raises(ConfigError, match=refused):
        datasets.load_dataset("itdr", "cross_domain_rec", cache_dir=str(tmp_path))


def test_a_pair_of_domains_needs_both() -> None:
    with pytest.raises(ConfigError, match="needs both domains of a pair"):
        builder("cross_domain_rec", sources=["amazon-reviews-2023/Video_Games"])


def test_a_history_longer_than_any_is_an_empty_split() -> None:
    with pytest.raises(EmptySplitError, match="no case is eligible for the split 'train'"):
        load("sequential_rec", history=200, **ML)


@pytest.mark.parametrize("options", [{"min_rating": 5.5}, {"k_core": 60}])
def test_what_left_too_little_is_named(options: dict[str, Any]) -> None:
    ((name, value),) = options.items()
    with pytest.raises(EmptySplitError, match=rf"{name}={value!r} may leave too little"):
        load("sequential_rec", **options, **ML)


def test_negatives_that_were_shown_need_a_source_that_says_so() -> None:
    with pytest.raises(ConfigError, match="has no meaning for ml-32m"):
        load("sequential_rec", negatives="shown", **ML)


# -- what they do -----------------------------------------------------------------------------


def test_sizes_of_lists_follow_the_options() -> None:
    rows = everything(load("top_k_rec", history=3, candidates=7, positives=2, **ML))
    for row in rows:
        assert len(row["history"]) == 3
        assert len(row["candidates"]) == 7
        assert len(row["relevant"]) == 2
        assert len(row["output"].splitlines()) == 7


@pytest.mark.parametrize("size", [3, 10, 57])
def test_a_size_is_the_number_of_rows_split_in_eight_one_one(size: int) -> None:
    rows = load("sequential_rec", size=size, **ML)
    assert [len(rows[part]) for part in SPLITS] == quota_by_part(size)


def test_domains_share_a_size_alike() -> None:
    both = ["amazon-reviews-2023/Video_Games", "amazon-reviews-2023/CDs_and_Vinyl"]
    rows = load("sequential_rec", sources=both, data_dir=None, sample=True, size=20)
    domains = [row["domain"] for row in rows["train"]]
    assert domains.count("Video_Games") == domains.count("CDs_and_Vinyl") == 8


def test_more_cases_of_a_user_do_not_share_true_items() -> None:
    one = load("top_k_rec", **ML)["train"]
    several = load("top_k_rec", per_user=3, **ML)["train"]
    assert len(several) > len(one)
    seen: dict[str, set[str]] = {}
    for row in several:
        before = seen.setdefault(row["user_id"], set())
        assert not before & set(row["relevant"])
        before.update(row["relevant"])
    assert {row["id"] for row in one} <= {row["id"] for row in several}


def test_no_limit_takes_every_case() -> None:
    every = load("sequential_rec", size=None, per_user=None, **ML)
    paper = load("sequential_rec", **ML)
    for part in SPLITS:
        assert {row["id"] for row in paper[part]} <= {row["id"] for row in every[part]}
    assert len(every["train"]) > 5 * len(paper["train"])


def test_splits_by_time_do_not_overlap() -> None:
    rows = load("top_k_rec", split_by="time", **ML)
    spans = []
    for part in SPLITS:
        times = world.times("ml-32m")
        spans.append(
            [times[row["user_id"], item] for row in rows[part] for item in row["relevant"]]
        )
    assert max(spans[0]) < min(spans[1]) and max(spans[1]) < min(spans[2])


def test_ratings_are_printed_on_the_sources_own_scale() -> None:
    for source, pattern in (("ml-32m", "\\d\\.[05]"), ("bookcrossing", "\\d+")):
        import re

        for row in everything(load("rating_prediction", sources=[source])):
            assert re.fullmatch(pattern, row["output"])
            assert float(row["output"]) == row["rating"]


def test_unseen_prompts_are_for_test_only() -> None:
    plain = load("sequential_rec", **ML)
    unseen = load("sequential_rec", templates="unseen", **ML)
    used = {part: {row["template"] for row in plain[part]} for part in SPLITS}
    assert {row["template"] for row in unseen["train"]} <= used["train"] | used["test"]
    assert not {row["template"] for row in unseen["test"]} & used["train"]


# -- shares -----------------------------------------------------------------------------------


@given(st.integers(3, 10**6))
def test_a_quota_is_shared_without_rest(quota: int) -> None:
    got = quota_by_part(quota)
    assert sum(got) == quota and min(got) >= 1
    for share, part in zip((8, 1, 1), got, strict=True):
        assert abs(part - quota * share / 10) < 1.5 or part == 1


@given(st.integers(0, 10**5), st.lists(st.integers(1, 9), min_size=1, max_size=9))
@settings(max_examples=50)
def test_shares_are_within_one_of_exact(total: int, weights: list[int]) -> None:
    got = shares(total, weights)
    assert sum(got) == total
    for weight, part in zip(weights, got, strict=True):
        assert abs(part - total * weight / sum(weights)) < 1


def test_paths_are_expanded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(world.folder().parent))
    rows = load("sequential_rec", root=Path("~") / world.folder().name, **ML)
    assert rows["train"]


# -- declared once ----------------------------------------------------------------------------------


def test_help_documents_every_option() -> None:
    text = itdr.ItdrConfig.__doc__ or ""
    assert all(f"{name}: {info.help}" in text for name, info in DECLARED.items())


def test_every_option_is_on_the_command_line() -> None:
    text = CliRunner().invoke(app, ["show", "--help"], env={"COLUMNS": "200"}).output
    for name in DECLARED:
        assert f"--{name.replace('_', '-')}" in text


@pytest.mark.parametrize("name", DECLARED)
def test_a_wrong_value_is_refused_with_what_is_allowed(name: str) -> None:
    info = DECLARED[name]
    if not info.choices and info.low is None:
        pytest.skip("checked by what it names")
    task = next(
        (one.id for one in map(registry.task, registry.task_ids()) if name in one.defaults),
        "sequential_rec",
    )
    with pytest.raises(ConfigError, match=name) as error:
        config.check(
            task, {name: "no such value", "sample": True} if name != "sample" else {name: 3}, None
        )
    allowed = info.choices or (str(info.low),)
    assert all(str(one) in str(error.value) for one in allowed)
