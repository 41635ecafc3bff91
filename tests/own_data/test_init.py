"""`itdr init`: what it makes of files as people have them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from itdr.builders.core.errors import ConfigError, RawFileError
from itdr.builders.dataset import own_sources
from itdr.builders.sources.described.json_schema import json_schema
from tests.own_data import shop
from tests.own_data.test_export import rows, run


def described(folder: Path, *files: str) -> dict[str, Any]:
    """What `init` wrote, checked against the schema and opened as a source."""
    out = folder / "out.yaml"
    run("init", *(str(folder / name) for name in files), "-o", str(out), "--force")
    values = yaml.safe_load(out.read_text("utf-8"))
    assert not list(jsonschema.Draft202012Validator(json_schema()).iter_errors(values))
    own_sources.find_source(str(out))
    return values


def test_a_shop_is_described_and_shown(tmp_path: Path, caches: Path) -> None:
    shop.write(tmp_path)
    (tmp_path / "shop.yaml").unlink()
    names = ("log.csv", "products.parquet", "customers.jsonl")
    output = run("init", *(str(tmp_path / name) for name in names), "-o", str(tmp_path / "s.yaml"))
    values = yaml.safe_load((tmp_path / "s.yaml").read_text("utf-8"))
    assert values["interactions"] == {
        "file": "log.csv",
        "delimiter": ";",
        "columns": {
            "user_id": "customer",
            "item_id": "sku",
            "timestamp": {"from": "when", "format": "%d/%m/%Y %H:%M"},
            "rating": "stars",
        },
    }
    assert values["items"]["columns"]["item_id"] == "code"
    assert values["items"]["columns"]["title"] == "name"
    assert values["items"]["columns"]["creators"] == "brand"
    assert values["users"]["columns"]["gender"] == {
        "from": "sex",
        "values": {"F": "female", "M": "male"},
    }
    assert values["scale"] == {"low": 1, "high": 5, "step": 1}
    assert values["words"] == "products"
    assert output.count("── example") == 3
    assert "cross_domain_rec lacks interactions.domain" in output
    assert "Its columns are enough for rating_prediction" in output


def short_histories(folder: Path) -> None:
    """A log whose users are many, with too few items each for most subtasks."""
    lines = ["user,item,rating,title,timestamp"]
    for user in range(200):
        for k in range(9):
            item, stars = (user * 7 + k) % 40, (5, 1, 4, 2)[(user + k) % 4]
            lines.append(f"u{user},i{item},{stars},Kettle No. {item},{1_600_000_000 + 90_000 * k}")
    (folder / "log.csv").write_text("\n".join([*lines, ""]), "utf-8")


LOGS = {
    "movielens": ("userId,movieId,rating,timestamp", "{u},{i},{half},{s}"),
    "amazon": (
        "reviewerID,asin,overall,unixReviewTime,reviewText",
        'A{u},B{i},{star}.0,{s},"Good, {i}"',
    ),
    "retailrocket": ("timestamp,visitorid,event,itemid,transactionid", "{s}000,{u},{event},{i},"),
    "iso": ("user_id,track_id,time", "{u},{i},{iso}"),
    "ten": ("uid;product;score;date", "{u};{i};{ten};{day}"),
    "plays": ("user\tartist\tplays", "{u}\t{i}\t{s}"),
    "no header": ("", "user{u},{i},{star},{s}"),
}
EXPECTED: dict[str, dict[str, Any]] = {
    "movielens": {"user_id": "userId", "item_id": "movieId", "rating": "rating", "timestamp": {"from": "timestamp", "unit": "s"}},
    "amazon": {"user_id": "reviewerID", "item_id": "asin", "rating": "overall", "text": "reviewText", "timestamp": {"from": "unixReviewTime", "unit": "s"}},
    "retailrocket": {"user_id": "visitorid", "item_id": "itemid", "timestamp": {"from": "timestamp", "unit": "ms"}, "event": {"from": "event", "values": {"view": "click", "addtocart": "click", "transaction": "implicit"}}},
    "iso": {"user_id": "user_id", "item_id": "track_id", "timestamp": {"from": "time", "unit": "date"}},
    "ten": {"user_id": "uid", "item_id": "product", "rating": "score", "timestamp": {"from": "date", "format": "%m/%d/%Y"}},
    "plays": {"user_id": "user", "item_id": "artist", "weight": "plays"},
}  # fmt: skip


def write_log(path: Path, header: str, line: str) -> None:
    """Some hundred events of a log in that form."""
    lines = [header] if header else []
    for n in range(400):
        lines.append(
            line.format(
                u=n % 25, i=n * 7 % 40, half=(1 + n % 10) / 2, star=1 + n % 5, ten=1 + n % 10,
                s=1_500_000_000 + n * 86_400, event=("view", "addtocart", "transaction")[n % 3],
                iso=f"2020-0{1 + n % 9}-11T10:{n % 60:02}:00Z", day=f"{1 + n % 12:02}/{13 + n % 15}/2020",
            )
        )  # fmt: skip
    path.write_text("\n".join(lines) + "\n", "utf-8")


@pytest.mark.parametrize("name", EXPECTED)
def test_columns_are_recognised_by_name_and_value(name: str, tmp_path: Path, caches: Path) -> None:
    suffix = "tsv" if name == "plays" else "csv"
    write_log(tmp_path / f"log.{suffix}", *LOGS[name])
    values = described(tmp_path, f"log.{suffix}")
    assert values["interactions"]["columns"] == EXPECTED[name]
    if name == "movielens":
        assert values["scale"] == {"low": 0.5, "high": 5, "step": 0.5}
        assert values["words"] == "films"
    if name == "ten":
        assert values["scale"] == {"low": 1, "high": 10, "step": 1}


def test_what_is_unsure_is_said(tmp_path: Path, caches: Path) -> None:
    (tmp_path / "log.csv").write_text(
        "user,item,stars,date,event\n"
        + "".join(
            f"u{n % 9},i{n % 11},{n % 4},0{1 + n % 9}/0{1 + n % 8}/2020,hug\n" for n in range(300)
        ),
        "utf-8",
    )
    described(tmp_path, "log.csv")
    text = (tmp_path / "out.yaml").read_text("utf-8")
    assert "may be day/month or month/day" in text
    assert "if that stands for no rating" in text
    assert "taken as `implicit`: hug" in text
    assert "There is no title" in text


def test_a_small_log_is_told_once_that_it_is_too_small(tmp_path: Path, caches: Path) -> None:
    (tmp_path / "log.csv").write_text(
        "user,item,rating,seconds_paused\nu1,i1,5,2\nu1,i2,4,3\nu2,i1,4,1\n", "utf-8"
    )
    (tmp_path / "items.csv").write_text(
        "item,title,shelf\ni1,Copper Kettle,3\ni2,Iron Pan,4\n", "utf-8"
    )
    paths = [str(tmp_path / name) for name in ("log.csv", "items.csv")]
    output = run("init", *paths, "-o", str(tmp_path / "small.yaml"))
    assert output.count("no case is eligible") == 1 and "users with 6 or more items" in output
    assert "not used: seconds_paused (log.csv)" in output
    assert "not used: shelf (items.csv)" in output
    assert "# Not used: shelf (items.csv)" in (tmp_path / "small.yaml").read_text("utf-8")
    own_sources.find_source(str(tmp_path / "small.yaml"))


def test_rows_are_shown_of_the_first_subtask_that_has_some(tmp_path: Path, caches: Path) -> None:
    short_histories(tmp_path)
    output = run("init", str(tmp_path / "log.csv"), "-o", str(tmp_path / "x.yaml"))
    assert "Too few interactions for rating_prediction, " in output
    assert 'load_dataset("itdr", "pointwise_rec"' in output and output.count("── example") == 3
    assert "no case is eligible" not in output


def test_a_file_in_latin_1_is_read_as_such(tmp_path: Path, caches: Path) -> None:
    lines = ["user,item,title,time"]
    lines += [
        f"u{n % 25},i{n % 60},Caf\u00e9 No. {n % 60},{1_500_000_000 + n * 3600}" for n in range(500)
    ]
    (tmp_path / "log.csv").write_bytes("\n".join([*lines, ""]).encode("latin-1"))
    values = described(tmp_path, "log.csv")
    assert values["interactions"]["encoding"] == "latin-1"
    found = rows("sequential_rec", str(tmp_path / "out.yaml"), "x", size=20)
    assert "Caf\u00e9 No." in found[0]["input"]


def test_files_without_users_and_items_are_refused(tmp_path: Path, caches: Path) -> None:
    write_log(tmp_path / "log.csv", *LOGS["no header"])
    with pytest.raises(ConfigError, match="such as user_id and item_id"):
        run("init", str(tmp_path / "log.csv"), "-o", str(tmp_path / "x.yaml"))
    (tmp_path / "empty.csv").write_text("", "utf-8")
    with pytest.raises((RawFileError, ConfigError), match=r"empty\.csv"):
        run("init", str(tmp_path / "empty.csv"), "-o", str(tmp_path / "x.yaml"))
    with pytest.raises(ConfigError, match="There is no file"):
        run("init", str(tmp_path / "nothing.csv"))
    with pytest.raises(ConfigError, match="holds no table"):
        (tmp_path / "bare").mkdir()
        run("init", str(tmp_path / "bare"))


def test_a_description_is_not_replaced_unasked(tmp_path: Path, caches: Path) -> None:
    path = shop.write(tmp_path)
    with pytest.raises(ConfigError, match="--force"):
        run("init", str(tmp_path / "log.csv"), "-o", str(path))
    assert path.read_text("utf-8") == shop.DESCRIPTION


def test_the_schema_is_printed() -> None:
    assert json.loads(run("init", "--schema")) == json_schema()
    with pytest.raises(ConfigError, match="Which files"):
        run("init")


def test_a_file_that_is_no_text_is_refused(tmp_path: Path, caches: Path) -> None:
    picture = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20
    for content in (b"\0\1\2" * 50, picture):
        (tmp_path / "log.csv").write_bytes(content)
        with pytest.raises(RawFileError, match="it is no text: name a table"):
            described(tmp_path, "log.csv")
