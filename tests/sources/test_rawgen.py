"""The generators' shared crowd: exact totals, planted tastes, determinism; and their command."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.rawgen import __main__ as command
from tests.rawgen import common, ml_32m
from tests.rawgen.common import Crowd, stars
from tests.rawgen.tastes import FAVOURITES, NICHES, Tasters

CATEGORIES = tuple("ABCDEFGH")


def test_a_total_is_met_exactly_with_a_long_tail() -> None:
    crowd = Crowd(users=400, items=300, categories=CATEGORIES, low=5, total=9_000)
    events = crowd.events()
    per_user = np.bincount(events.user, minlength=400)
    assert len(events) == 9_000
    assert per_user.min() >= 5 and per_user.max() > 3 * np.median(per_user)
    assert len(set(zip(events.user.tolist(), events.item.tolist(), strict=True))) == 9_000
    per_item = np.sort(np.bincount(events.item, minlength=300))[::-1]
    assert per_item[:30].sum() > 0.3 * 9_000  # a tenth of the items


def test_a_total_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        Crowd(users=10, items=50, categories=CATEGORIES, low=20, total=100)


def test_tastes_times_and_ties() -> None:
    crowd = Crowd(users=150, items=200, categories=CATEGORIES, seed=5)
    events = crowd.events()
    liked = stars(events.liking, 1, 5, 1) >= 4
    own = crowd.liked[crowd.user_group[events.user], events.item]
    assert own[liked].mean() > 0.65 > 0.5 > own[~liked].mean()
    assert (events.time >= crowd.born[events.item]).all()
    assert (crowd.born > crowd.start).any()
    ordered = events.by_time()
    same = np.diff(ordered.user) == 0
    ties = np.diff(ordered.time)[same] == 0
    assert 0.01 < ties.mean() < 0.3
    span = [np.ptp(events.time[events.user == user]) for user in range(150)]
    assert min(span) > 90 * common.DAY


def test_users_with_tastes_meet_items_of_their_niches_and_like_them_more() -> None:
    crowd = Tasters(users=300, items=1_600, categories=CATEGORIES, low=20, total=20_000)
    events = crowd.events()
    assert len(events) == 20_000
    away = np.abs(crowd.favourites[events.user] - crowd.niche[events.item][:, None])
    near = np.minimum(away, NICHES - away).min(axis=1) <= 1
    assert near.mean() > 1.8 * 3 * FAVOURITES / NICHES
    liked = stars(events.liking, 1, 5, 1) >= 4
    assert liked[near].mean() > 1.25 * liked[~near].mean()


def test_tastes_are_an_option_of_the_command(tmp_path: Path) -> None:
    given = ["--source=ml-32m", "--users=8", "--items=160"]
    for name, more in (("plain", []), ("tastes", ["--tastes"])):
        assert command.main([str(tmp_path / name), *given, *more]) == 0
    files = [tmp_path / name / "ratings.csv" for name in ("plain", "tastes")]
    assert len({one.read_bytes() for one in files}) == 2
    with pytest.raises(SystemExit):
        command.main([str(tmp_path), "--source=ml-1m", "--tastes"])


def test_what_is_written_depends_on_the_seed_alone(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        ml_32m.write(tmp_path / name, users=8, items=60, seed=seed, packed=True)
    data = {name: (tmp_path / name / "ml-32m.zip").read_bytes() for name in "abc"}
    assert data["a"] == data["b"] != data["c"]


def test_the_command_finds_generators_by_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert {"ml-32m", "ml-1m", "bookcrossing"} <= set(command.names())
    options = ["--source", "ml-32m", "--users", "4", "--items", "60", "--ratings", "100", "--clean"]
    assert command.main([str(tmp_path), *options]) == 0
    assert "interactions: 100 good rows, 0 bad ones" in capsys.readouterr().out
    assert len((tmp_path / "ratings.csv").read_bytes().splitlines()) == 101
    with pytest.raises(SystemExit):
        command.main([str(tmp_path), "--source", "ml-1m", "--ratings", "100"])


@pytest.mark.parametrize("scale", [(1, 5, 1), (0.5, 5, 0.5), (1, 10, 1)])
def test_stars_stay_on_their_scale(scale: tuple[float, float, float]) -> None:
    low, high, step = scale
    found = stars(np.linspace(0, 1, 1_001), low, high, step)
    assert found.min() == low and found.max() == high
    assert set(np.unique(found)) == set(np.arange(low, high + step, step))
