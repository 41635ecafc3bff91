"""Benchmarks: each line of rows finds cases in the raw files that are written for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import __main__ as main
from benchmarks import audiences, encoding, rows, splits
from benchmarks import raw as raw_files
from benchmarks.measure import Line
from tests.rawgen import ml_1m
from tests.sources.harness import load

SHAPE = {"users": 400, "items": 300, "ratings": 24_000}
OTHERS = {"users": 400, "items": 300}


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(main, "SMALL", OTHERS)
        return main.write(tmp_path_factory.mktemp("bench"), SHAPE, quick=True)


@pytest.mark.parametrize("config", encoding.CONFIGS)
def test_every_subtask_has_rows_to_time(config: str, raw: Path) -> None:
    assert len(list(rows.stream(str(raw), config, size=40))) > 0


def test_made_up_reviews_are_taken_for_real_ones(raw: Path) -> None:
    assert raw_files.built(raw, "amazon-reviews-2023", "All_Beauty", "text").seconds > 0


@pytest.mark.parametrize("name", splits.OPTIONS)
def test_every_split_and_filter_has_rows_to_time(name: str, raw: Path) -> None:
    own = splits.OPTIONS[name]
    assert len(list(rows.stream(str(raw), "sequential_rec", size=40, **own))) > 0


def test_ratings_with_tastes_tell_target_users(tmp_path: Path) -> None:
    seconds, _ = audiences.lines(tmp_path / "raw", tmp_path / "cache", main.QUICK)
    assert seconds.notes["rows"] > 0 and seconds.ours > 0


def test_a_group_that_fails_leaves_the_others_their_lines(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fails() -> list[Line]:
        raise RuntimeError("no such module")

    line = Line("something", 1, 2, 1)
    lines, failed = main.measured({"one": fails, "other": lambda: [line]})
    assert (lines, failed) == ([line], ["one"])
    printed = capsys.readouterr()
    assert "something" in printed.out and "no such module" in printed.err


def test_one_group_can_be_measured_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    works = {name: lambda name=name: [Line(name, 1, 2, 1)] for name in ("one", "other")}
    monkeypatch.setattr(main, "groups", lambda given: works)
    main.main(["--only", "other"])
    printed = capsys.readouterr().out
    assert "other" in printed and "one" not in printed
    with pytest.raises(SystemExit):
        main.main(["--only", "third"])


def test_what_is_timed_counts_all_anew(raw: Path, tmp_path: Path) -> None:
    stale = tmp_path / "derived" / "stale"
    stale.mkdir(parents=True)
    assert splits.built(raw, tmp_path, split_by="leave_one_out").seconds > 0
    assert not stale.exists()
    kinds = {path.name.partition("-")[0] for path in tmp_path.glob("derived/ml-32m/*/*.arrow")}
    assert {"held", "events", "known"} <= kinds


def test_the_full_size_of_movielens_1m_has_no_ids_beyond_the_official_ones(tmp_path: Path) -> None:
    shape = main.OTHERS["ml-1m"]
    last = load("ml-1m").options["last_ids"]
    assert shape["users"] <= last["user_id"]
    ml_1m.write(tmp_path / "ml-1m", users=20, items=shape["items"], dirt=False)
    films = (tmp_path / "ml-1m" / "movies.dat").read_text("latin-1").splitlines()
    assert max(int(film.partition("::")[0]) for film in films) <= last["item_id"]
