"""Amazon Reviews 2023: made-up files with each kind of dirt, and real excerpts."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from itdr.builders.core.errors import RawFileError
from itdr.builders.core.raw_files import Raw
from itdr.builders.rawfiles import locate
from itdr.builders.sources import amazon_reviews_2023 as reader
from itdr.builders.sources._formats import keys
from itdr.builders.sources.amazon_reviews_2023 import SOURCE
from itdr.builders.store.build.id_forms import misshapen
from itdr.builders.store.layout import read_manifest
from itdr.builders.store.prepare import prepare
from itdr.builders.store.spec import StoreSpec
from tests import world
from tests.rawgen import amazon_reviews_2023 as rawgen
from tests.sources.harness import read, real, rows

BEAUTY = "All_Beauty"
HEADER = "user_id,parent_asin,rating,timestamp\n"
REVIEW = {
    "rating": 5.0,
    "title": "A headline",
    "text": "A text.",
    "asin": "B00YQ6X8EO",
    "parent_asin": "B00YQ6X8EP",
    "user_id": "AGKHLEW2SOWHNMFQIJGBECAF7INQ",
    "timestamp": 1_588_687_728_923,
    "helpful_vote": 0,
    "verified_purchase": True,
}


def put(folder: Path, name: str, data: str | bytes) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())


def lines(*records: dict[str, Any] | str) -> str:
    texts = (one if isinstance(one, str) else json.dumps(one) for one in records)
    return "".join(text + "\n" for text in texts)


def lines_of_products(count: int) -> str:
    return lines(*({"parent_asin": f"B{k}", "title": f"Product {k}"} for k in range(count)))


def ratings(folder: Path, text: str) -> tuple[list[Any], dict]:
    put(folder, f"benchmark/0core/rating_only/{BEAUTY}.csv", HEADER + text)
    found, rejects = read(SOURCE, folder, "interactions", "base", BEAUTY)
    return found.to_pylist(), rejects


def reviews(folder: Path, *records: dict[str, Any] | str) -> tuple[list[Any], dict]:
    put(folder, f"raw/review_categories/{BEAUTY}.jsonl", lines(*records))
    found, rejects = read(SOURCE, folder, "interactions", "text", BEAUTY)
    return found.to_pylist(), rejects


def test_generated_files_read_exactly(tmp_path: Path) -> None:
    facts = rawgen.write(tmp_path, users=8, items=240, seed=5)
    tables = (("ratings", "interactions", "base"), ("reviews", "interactions", "text"))
    for category in (name for pair in rawgen.PAIRS for name in pair):
        for name, of, facet in (*tables, ("items", "items", "base")):
            key = f"{name}/{category}"
            found, rejects = read(SOURCE, tmp_path, of, facet, category)
            assert found.num_rows == facts.counts[key]
            assert rejects == {why: n for (at, why), n in facts.rejects.items() if at == key}
            assert set(found.column("domain").to_pylist()) == {category}


def test_what_is_written_depends_on_the_seed_alone(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        rawgen.write(tmp_path / name, users=4, items=240, seed=seed, packed=True)
    file = f"raw/review_categories/{BEAUTY}.jsonl.gz"
    data = {name: (tmp_path / name / file).read_bytes() for name in "abc"}
    assert data["a"] == data["b"] != data["c"]


def test_users_are_the_same_in_both_categories_of_a_pair(tmp_path: Path) -> None:
    rawgen.write(tmp_path, users=8, items=240, dirt=False)
    for pair in rawgen.PAIRS:
        users = [
            set(read(SOURCE, tmp_path, "interactions", "base", domain)[0]["user_id"].to_pylist())
            for domain in pair
        ]
        assert users[0] == users[1] and len(users[0]) == 2


def test_some_people_have_several_ids(tmp_path: Path) -> None:
    rawgen.write(tmp_path, users=12, items=240)
    path = tmp_path / f"benchmark/0core/rating_only/{BEAUTY}.csv"
    ids = {line.partition(",")[0] for line in path.read_text("utf-8").splitlines()[1:]} - {""}
    found, _ = read(SOURCE, tmp_path, "interactions", "base", BEAUTY)
    assert len(ids) == 4 and sum(name.endswith("_1") for name in ids) == 2
    assert set(found.column("user_id").to_pylist()) == {name.removesuffix("_1") for name in ids}
    assert len(set(found.column("user_id").to_pylist())) == 3


def test_packed_files_are_found_and_read_the_same(tmp_path: Path) -> None:
    for name, packed in (("plain", False), ("packed", True)):
        rawgen.write(tmp_path / name / SOURCE.id, users=4, items=240, packed=packed)
    for facet in ("base", "text"):
        files = SOURCE.files_for(facet, BEAUTY)
        found = []
        for name in ("plain", "packed"):
            paths = locate.prepare(
                SOURCE, files, tmp_path / name, tmp_path / "work", offline=True, progress=False
            )
            con = duckdb.connect()
            raw = Raw(SOURCE.id, paths, con, domain=BEAUTY, facet=facet)
            found.append(
                [
                    # Which way a broken line is rejected may differ; what is kept may not.
                    sorted(str(row) for row in relation.fetchall() if row[-1] is None)
                    for relation in (reader.interactions(raw), reader.items(raw))
                ]
            )
            con.close()
        assert found[0] == found[1]


def test_ids_and_times_in_milliseconds(tmp_path: Path) -> None:
    found, rejects = ratings(tmp_path, "A1,0826414346,4.0,1588687728923\n")
    assert found == [
        {
            "user_id": "A1",
            "item_id": "0826414346",
            "rating": 4.0,
            "timestamp": 1_588_687_728,
            "event": "review",
            "text": None,
            "domain": BEAUTY,
        }
    ]
    assert rejects == {}


@pytest.mark.parametrize(
    ("written", "read_as"),
    [("A1_1", "A1"), ("A1_12", "A1"), ("A1", "A1"), ("A_1B", "A_1B"), ("A1_", "A1_"), ("_1", "_1")],
)
def test_ids_of_one_person_are_one(tmp_path: Path, written: str, read_as: str) -> None:
    found, _ = ratings(tmp_path, f"{written},B1,4.0,1588687728923\n")
    assert [row["user_id"] for row in found] == [read_as]
    found, _ = reviews(tmp_path, {**REVIEW, "user_id": written})
    assert [row["user_id"] for row in found] == [read_as]


def test_a_person_with_two_ids_counts_once(tmp_path: Path) -> None:
    from itdr.builders.sampling.popularity import train_stats
    from itdr.builders.store.prepare import prepare
    from itdr.builders.store.reader import StoreReader
    from itdr.builders.store.spec import StoreSpec

    files = dict.fromkeys(("clones", "plain"), "")
    for user in range(40):
        mine = "".join(
            f"A{user},B{k},5.0,{1_588_687_728_923 + 1_000 * (user + (k * 5 + user * 3) % 7)}\n"
            for k in range(6)
        )
        files["plain"] += mine
        again = mine.replace(f"A{user},", f"A{user}_1,") if user % 2 else ""
        files["clones"] += mine + again
    products = lines_of_products(6)
    counts = {}
    for name, text in files.items():
        home = tmp_path / name / SOURCE.id
        put(home, f"benchmark/0core/rating_only/{BEAUTY}.csv", HEADER + text)
        put(home, f"raw/meta_categories/meta_{BEAUTY}.jsonl", products)
        spec = StoreSpec(SOURCE, BEAUTY, data_dir=tmp_path / name)
        store = StoreReader(SOURCE, prepare(spec, offline=True, progress=False))
        counts[name] = (len(store.user_hash), train_stats(store, seed=0).users.tolist())
    assert counts["clones"] == counts["plain"]


def test_bad_ratings_are_counted_by_reason(tmp_path: Path) -> None:
    text = "".join(line.format(user="A1", item="B1") + "\n" for line, _ in rawgen.BAD_RATINGS)
    found, rejects = ratings(tmp_path, text + "A1,B1,nan,1588687728923\nA1,B1,5.0\nA1,B1,1.0,1\n")
    assert len(found) == 0
    assert rejects == {
        "rating outside the scale": 1,
        "no valid rating": 1,
        "empty id": 2,
        "no valid time": 3,  # one millisecond after 1970 is none
        "too many fields": 1,
        "a value of the wrong type": 1,
    }


def test_the_5_core_file_serves_in_place_of_the_0_core_one(tmp_path: Path) -> None:
    home = tmp_path / SOURCE.id
    put(home, f"benchmark/5core/rating_only/{BEAUTY}.csv", HEADER + "A5,B5,5.0,1588687728923\n")
    put(home, f"benchmark/5core/last_out_w_his/{BEAUTY}.train.csv", HEADER)
    files = SOURCE.files_for("base", BEAUTY)
    found = locate.find(SOURCE, files, tmp_path)[f"ratings/{BEAUTY}"]
    assert found is not None and found.path.parent.parent.name == "5core"
    put(home, f"benchmark/0core/rating_only/{BEAUTY}.csv", HEADER + "A0,B0,5.0,1588687728923\n")
    found = locate.find(SOURCE, files, tmp_path)[f"ratings/{BEAUTY}"]
    assert found is not None and found.path.parent.parent.name == "0core"


def test_a_review_with_its_text(tmp_path: Path) -> None:
    found, rejects = reviews(tmp_path, REVIEW, REVIEW)
    assert found[0] == {
        "user_id": REVIEW["user_id"],
        "item_id": "B00YQ6X8EP",
        "rating": 5.0,
        "timestamp": 1_588_687_728,
        "event": "review",
        "text": "A text.",
        "domain": BEAUTY,
    }
    assert found[1] == found[0]  # the same review again: a store keeps one
    assert rejects == {}


def test_reviews_without_any_text_are_refused(tmp_path: Path) -> None:
    bare = {name: value for name, value in REVIEW.items() if name != "text"}
    with pytest.raises(RawFileError, match=r"with the keys .*text"):
        reviews(tmp_path, *[bare] * 25)


@pytest.mark.parametrize("key", ["sort_timestamp", "sortTimestamp"])
def test_other_names_of_the_time(tmp_path: Path, key: str) -> None:
    old = {name: value for name, value in REVIEW.items() if name != "timestamp"}
    found, rejects = reviews(tmp_path, {**old, key: 1_600_000_000_000, "helpful_votes": 1})
    assert (found[0]["timestamp"], rejects) == (1_600_000_000, {})


def test_bad_reviews_are_counted_by_reason(tmp_path: Path) -> None:
    bad = [one if isinstance(one, str) else {**REVIEW, **one} for one, _ in rawgen.BAD_REVIEWS]
    bad += [{**REVIEW, "rating": 5.5}, {**REVIEW, "rating": None}, {**REVIEW, "timestamp": 0}]
    found, rejects = reviews(tmp_path, *bad, REVIEW, "", json.dumps(REVIEW) + "x", "null", "{}")
    assert len(found) == 1
    assert rejects == {
        "rating outside the scale": 2,
        "no valid rating": 1,
        "empty id": 2,
        "no valid time": 2,
        "not a JSON record": 5,
    }


def test_an_empty_text_is_replaced_by_the_headline(tmp_path: Path) -> None:
    odd = ({"text": ""}, {"text": " <br /> "}, {"text": None}, {"text": "", "title": ""})
    found, _ = reviews(tmp_path, *({**REVIEW, **change} for change in odd))
    assert [row["text"] for row in found] == ["A headline"] * 3 + [None]


def test_wrong_files_are_refused(tmp_path: Path) -> None:
    name = f"raw/review_categories/{BEAUTY}.jsonl"
    whole = lines(REVIEW)
    cases = {
        "keys user_id, parent_asin, rating": lines(
            {"parent_asin": "B1", "title": "A product"}
        ).encode(),
        "cut off": (whole + whole[:50]).encode(),
        "is empty": b"",
        "UTF-16": whole.encode("utf-16"),
        "<html>": b"<html>\n</html>\n",
    }
    for words, data in cases.items():
        put(tmp_path, name, data)
        with pytest.raises(RawFileError, match=words) as caught:
            read(SOURCE, tmp_path, "interactions", "text", BEAUTY)
        assert f"{BEAUTY}.jsonl" in str(caught.value)
    put(tmp_path, f"benchmark/0core/rating_only/{BEAUTY}.csv", "user,item,rating,time\n1,2,3,4\n")
    with pytest.raises(RawFileError, match=r"lacks the column\(s\) user_id"):
        read(SOURCE, tmp_path, "interactions", "base", BEAUTY)
    put(tmp_path, f"benchmark/0core/rating_only/{BEAUTY}.csv", HEADER + "A1,B1,5.0,158868")
    with pytest.raises(RawFileError, match="cut off"):
        read(SOURCE, tmp_path, "interactions", "base", BEAUTY)


def test_a_cut_gzip_file_is_no_short_data_set(tmp_path: Path) -> None:
    text = "".join(
        f"A{place},B{place * 7919 % 5003},5.0,15886877{place:05d}\n" for place in range(40_000)
    )
    packed = gzip.compress((HEADER + text).encode())
    path = tmp_path / f"{BEAUTY}.csv.gz"
    path.write_bytes(packed[: len(packed) // 2])
    con = duckdb.connect()
    raw = Raw(SOURCE.id, {f"ratings/{BEAUTY}": path}, con, domain=BEAUTY)
    with pytest.raises((RawFileError, duckdb.Error), match=r"(?i)gzip"):
        reader.interactions(raw).fetchall()
    con.close()


def test_every_category_declares_its_three_files() -> None:
    assert len(SOURCE.domains) == 12
    for domain in SOURCE.domains:
        base = {file.key.partition("/")[0] for file in SOURCE.files_for("base", domain)}
        text = {file.key.partition("/")[0] for file in SOURCE.files_for("text", domain)}
        assert (base, text) == ({"ratings", "metadata"}, {"reviews", "metadata"})
    by_kind = {"ratings": 0, "reviews": 0, "metadata": 0}
    for file in SOURCE.files:
        remote = SOURCE.remote(file.name)
        assert remote.size == file.size and remote.plain_checksum == file.checksum
        assert remote.checksum is None  # the mirrors serve it packed
        assert (
            remote.urls[0].startswith("https://huggingface.co/") and "/2b6d039e" in remote.urls[0]
        )
        assert remote.urls[1].startswith("https://mcauleylab.ucsd.edu/")
        assert all(url.endswith(f"{file.name}.gz") for url in remote.urls[1:])
        by_kind[file.key.partition("/")[0]] += file.size or 0
    assert by_kind == {
        "ratings": 7_135_081_729,
        "reviews": 58_327_273_973,
        "metadata": 21_357_089_108,
    }


@pytest.mark.real
def test_real_ratings_of_the_5_core() -> None:
    path = real(SOURCE.id) / f"benchmark/5core/rating_only/{BEAUTY}.csv"
    con = duckdb.connect()
    raw = Raw(SOURCE.id, {f"ratings/{BEAUTY}": path}, con, domain=BEAUTY)
    found = reader.interactions(raw).to_arrow_table()
    con.close()
    assert found.num_rows == 2_535 and found.column("reject").null_count == 2_535
    # The file holds 253 ids: three people have two.
    assert len(set(found.column("user_id").to_pylist())) == 250
    first, tenth, last = rows(found, 0, 9, -1)
    assert (first["user_id"], first["item_id"]) == ("AFSKPY37N3C43SOI5IEXEK5JSIYA", "B07J3GH1W1")
    assert (first["rating"], first["timestamp"]) == (5.0, 1_547_589_356)
    assert (tenth["item_id"], tenth["timestamp"]) == ("B07WNBZQGT", 1_581_772_960)
    assert (last["item_id"], last["timestamp"]) == ("B0932Z1NM1", 1_630_424_268)


@pytest.mark.real
@pytest.mark.parametrize("protocol", ["amazon-5core-loo", "amazon-2023-timestamps"])
def test_real_targets_are_those_of_the_official_splits(protocol: str, caches: Path) -> None:
    """The official files split the same interactions. What differs: one item of a title that
    several bear, histories that show no distinct earlier item, people who have two ids."""
    base = real(SOURCE.id)
    cells = world.load(
        "sequential_rec",
        sources=[f"{SOURCE.id}/{BEAUTY}"],
        data_dir=str(base.parent),
        protocol=protocol,
        size="all",
        per_user="all",
    )
    with (base / f"benchmark/5core/rating_only/{BEAUTY}.csv").open() as file:
        events = list(csv.DictReader(file))
    for split, name, low, high in (
        ("validation", "valid", 1_628_643_414_042, 1_658_002_729_837),
        ("test", "test", 1_658_002_729_837, 2**62),
    ):
        if protocol == "amazon-5core-loo":
            with (base / f"benchmark/5core/last_out_w_his/{BEAUTY}.{name}.csv").open() as file:
                official = {(row["user_id"], row["parent_asin"]) for row in csv.DictReader(file)}
        else:
            official = {
                (row["user_id"], row["parent_asin"])
                for row in events
                if low <= int(row["timestamp"]) < high
            }
        asked = {(row["user_id"], row["relevant"][0]) for row in cells[split]}
        assert len(asked & official) > 0.9 * len(asked) > 0.7 * len(official)


@pytest.mark.real
def test_real_reviews() -> None:
    found, rejects = read(SOURCE, real(SOURCE.id), "interactions", "text", BEAUTY)
    assert (found.num_rows, rejects) == (2_544, {})
    assert len(set(found.column("user_id").to_pylist())) == 250
    first, tenth, last = rows(found, 0, 9, -1)
    assert first["text"].startswith("This a really cute kit which would make for a great gift")
    assert (tenth["item_id"], tenth["rating"]) == ("B07WNBZQGT", 4.0)
    assert (last["item_id"], last["rating"]) == ("B0932Z1NM1", 5.0)
    texts = "\n".join(filter(None, found.column("text").to_pylist()))
    assert "<br" not in texts and "[[VIDEOID" not in texts and "  " not in texts


def test_blanks_around_ids_do_not_hide_their_ending(tmp_path: Path) -> None:
    found, rejects = reviews(tmp_path, {**REVIEW, "user_id": " A1_2 ", "parent_asin": " B1"})
    assert [(row["user_id"], row["item_id"]) for row in found] == [("A1", "B1")]
    assert rejects == {}


def test_a_key_with_two_values_is_refused(tmp_path: Path) -> None:
    line = json.dumps(REVIEW)
    with pytest.raises(RawFileError, match="the key 'rating' twice"):
        reviews(tmp_path, line.replace("{", '{"rating": 1.5, ', 1))
    found, _ = reviews(tmp_path, line.replace("{", f'{{"rating": {REVIEW["rating"]}, ', 1))
    assert len(found) == 1, "the same value twice leaves no doubt"


@pytest.mark.parametrize("place", [0, 1, 39])
def test_keys_with_two_values_are_looked_for_in_every_record(tmp_path: Path, place: int) -> None:
    lines = [json.dumps({**REVIEW, "user_id": f"A{number}"}) for number in range(40)]
    lines[place] = lines[place].replace("{", '{"timestamp": 1, ', 1)
    with pytest.raises(RawFileError, match="has the key 'timestamp' twice") as error:
        reviews(tmp_path, "\n".join(lines) + "\n")
    assert f"byte {sum(len(line) + 1 for line in lines[:place]):,} " in str(error.value)


def test_large_files_are_searched_for_two_values_in_samples(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "_PIECE", 1_000)
    monkeypatch.setattr(keys, "_CHECKED", 3_000)
    line = json.dumps(REVIEW)
    whole = [line] * 500
    assert len(reviews(tmp_path, "\n".join(whole) + "\n")[0]) == 500
    twice = [line.replace("{", '{"rating": 1.5, ', 1)] * 100
    with pytest.raises(RawFileError, match="has the key 'rating' twice"):
        reviews(tmp_path, "\n".join([*whole[:400], *twice]) + "\n")


def test_ids_of_users_that_were_cut_are_noticed() -> None:
    ids = [f"AE{chr(65 + n % 26)}{n:02}".ljust(28, "Q") for n in range(2, 42)]

    def fault(cut: int, table: str = "users") -> str:
        some = [one[:14] if n < cut else one for n, one in enumerate(ids)]
        return misshapen(SOURCE, pa.chunked_array([some]), table)

    assert fault(20) == "" and fault(40, "items") == ""
    assert fault(21).startswith("21 of 40 ids of users have fewer than 28 signs")
    # Ids of one's own are no worse.
    assert misshapen(SOURCE, pa.chunked_array([[str(n) for n in range(40)]]), "users") == ""


def test_ratings_alone_are_not_told_to_lack_texts(tmp_path: Path) -> None:
    rawgen.write(tmp_path / SOURCE.id, users=240, items=1_800, dirt=False)
    for facet in ("base", "text"):
        spec = StoreSpec(SOURCE, domain="All_Beauty", facet=facet, data_dir=tmp_path)
        told = read_manifest(prepare(spec, offline=True, progress=False))["deviating"]
        assert not any("'text' have a value" in one for one in told), facet
