"""Steam: made-up files with each kind of dirt, the parser against Python's, the real games."""

from __future__ import annotations

import ast
import gzip
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from itdr.builders.core.errors import RawFileError
from itdr.builders.rawfiles import locate
from itdr.builders.sources._formats.python_literals import literal_reader
from itdr.builders.sources.steam import SOURCE
from tests.rawgen import steam
from tests.sources.harness import read, real, rows

REVIEWS, GAMES = "steam_reviews.json.gz", "steam_games.json.gz"
REVIEW = {
    "username": "Ada",
    "hours": 0.5,
    "product_id": "725280",
    "date": "2017-12-17",
    "text": "Fine.",
    "early_access": False,
}
GAME = {"app_name": "The Quiet Mill", "id": "761140", "early_access": False}
KEYS = ("username", "product_id", "hours", "date", "text")


def table(folder: Path, name: str, of: str, lines: tuple[Any, ...]) -> tuple[list[Any], dict]:
    texts = [one if isinstance(one, str) else steam.line(one) for one in lines]
    with gzip.open(folder / name, "wb") as file:
        file.write("".join(text + "\n" for text in texts).encode())
    found, rejects = read(SOURCE, folder, of)
    return found.to_pylist(), rejects


def reviews(folder: Path, *lines: Any) -> tuple[list[Any], dict]:
    return table(folder, REVIEWS, "interactions", lines)


def games(folder: Path, *lines: Any) -> tuple[list[Any], dict]:
    return table(folder, GAMES, "items", lines)


def test_generated_files_read_exactly(tmp_path: Path) -> None:
    facts = steam.write(tmp_path, users=20, items=60, seed=4)
    for of in ("interactions", "items"):
        found, rejects = read(SOURCE, tmp_path, of)
        assert found.num_rows == facts.counts[of]
        assert rejects == {why: n for (at, why), n in facts.rejects.items() if at == of}
    clean = steam.write(tmp_path / "clean", users=4, items=60, dirt=False)
    found, rejects = read(SOURCE, tmp_path / "clean", "interactions")
    assert (found.num_rows, rejects, clean.rejects) == (clean.counts["interactions"], {}, {})


def test_what_is_written_depends_on_the_seed_alone(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        steam.write(tmp_path / name, users=4, items=60, seed=seed)
    data = {name: (tmp_path / name / REVIEWS).read_bytes() for name in "abc"}
    assert data["a"] == data["b"] != data["c"]


def test_a_review_becomes_hours_and_text(tmp_path: Path) -> None:
    found, rejects = reviews(tmp_path, REVIEW)
    assert found == [
        {
            "user_id": "Ada",
            "item_id": "725280",
            "timestamp": 1_513_468_800,
            "event": "review",
            "weight": 0.5,
            "text": "Fine.",
        }
    ]
    assert rejects == {}


@pytest.mark.parametrize(
    ("change", "column", "value"),
    [
        ({"text": "He said: 'u'username': u'x', u'hours': 9.9}"}, "text", None),
        ({"text": 'it\'s "both" \\ and\nnew\tline'}, "text", 'it\'s "both" \\ and new line'),
        (
            {"text": "\u2665 \U0001f600 &amp; caf\u00e9<br>"},
            "text",
            "\u2665 \U0001f600 & caf\u00e9",
        ),
        ({"text": ""}, "text", ""),
        ({"username": '  it\'s "me"  \u661f &amp;'}, "user_id", 'it\'s "me"  \u661f &amp;'),
        ({"username": "a  b"}, "user_id", "a  b"),
        ({"product_id": 725280}, "item_id", "725280"),
        ({"date": None}, "timestamp", ""),
        ({"date": "2014-01-02"}, "timestamp", 1_388_620_800),
        ({"hours": 12}, "weight", 12.0),
        ({"hours": "1,234.5"}, "weight", 1234.5),
        ({"hours": "many"}, "weight", ""),
        ({"hours": -1.0}, "weight", ""),
        ({"hours": True}, "weight", ""),
        ({"hours": 0.0}, "weight", 0.0),
    ],
)
def test_values_of_all_kinds(
    tmp_path: Path, change: dict[str, Any], column: str, value: object
) -> None:
    expected = change[column] if value is None else None if value == "" else value
    found, rejects = reviews(tmp_path, {**REVIEW, **change})
    assert (found[0][column], rejects) == (expected, {})


@pytest.mark.parametrize("date", ["2017-02-30", "soon", "", 1483228800])
def test_a_date_that_cannot_be_read_is_counted(tmp_path: Path, date: object) -> None:
    found, rejects = reviews(tmp_path, REVIEW, {**REVIEW, "date": date})
    assert (len(found), rejects) == (1, {"no valid time": 1})


def test_absent_keys_and_both_kinds_of_strings(tmp_path: Path) -> None:
    found, rejects = reviews(
        tmp_path,
        "{'username': 'Ada', 'product_id': \"1\"}",
        "{ 'product_id' : '2','username':'Ada', }",  # not as `repr` writes it
        "{'username': 'A' 'da', 'product_id': '3', 'n': {'a': (1, None)}}",
        "{'username': 'Ada', 'username': 'Ada', 'product_id': '4'}",
        "{'username': 'Ad\\141', 'product_id': '\\N{DIGIT FIVE}'}\r",
    )
    assert [row["item_id"] for row in found] == ["1", "2", "3", "4", "5"]
    assert {row["user_id"] for row in found} == {"Ada"}
    assert {row["weight"] for row in found} == {None}
    assert rejects == {}


@pytest.mark.parametrize("quote", ["'", '"'])
def test_a_key_with_two_values_is_refused(tmp_path: Path, quote: str) -> None:
    first = "{'username': 'Ada', 'product_id': '1'}"
    twice = "{'username': 'Eve', 'username': 'Ada', 'product_id': '4'}".replace("'", quote)
    with pytest.raises(
        RawFileError, match=f"at byte {len(first) + 1} has the key 'username' twice"
    ):
        reviews(tmp_path, first, twice)


def test_halves_of_surrogate_pairs_do_not_stop_the_reading(tmp_path: Path) -> None:
    found, rejects = reviews(
        tmp_path,
        r"{u'username': u'A\ud83d\ude00', u'product_id': u'1', u'text': u'B\ud83d \ud83d\ude00'}",
        r"{u'username': u'A\ud83d', u'product_id': u'1'}",
    )
    assert [(one["user_id"], one["text"]) for one in found] == [
        ("A\U0001f600", "B\ufffd \U0001f600")
    ]
    assert rejects == {"username with a letter that could not be decoded": 1}


def test_records_in_json_are_read(tmp_path: Path) -> None:
    found, rejects = reviews(
        tmp_path,
        r'{"username": "Zo\u00eb", "product_id": "1", "text": "a\/b", "early_access": false}',
        r'{"username": "Ada", "product_id": "2", "text": "a\/b", "hours": 2.5}',
    )
    assert [(one["user_id"], one["text"]) for one in found] == [("Zoë", "a/b"), ("Ada", "a/b")]
    assert rejects == {}


def named(*names: str) -> list[str]:
    return [repr({"username": name, "product_id": str(n)}) for n, name in enumerate(names)]


def test_usernames_saved_in_an_encoding_without_their_letters_are_refused(tmp_path: Path) -> None:
    sound = ["Ada", "Bo", "who?", "what?", "why?", "why?"]
    assert len(reviews(tmp_path, *named(*sound))[0]) == 6
    assert len(reviews(tmp_path, *named(*sound, "?da", "Ren?e", "Bj?rn"))[0]) == 9
    lost = ("?da", "Ren?e", "Bj?rn", "????")
    assert len(reviews(tmp_path, *named(*sound, *lost, "Zoë"))[0]) == 11
    with pytest.raises(RawFileError, match="4 of 9 have question marks in place of letters"):
        reviews(tmp_path, *named(*sound, *lost))


def test_lines_in_another_encoding_are_counted_as_such(tmp_path: Path) -> None:
    lines = [*named(*"abcdef"), "{'username': 'Zo\udceb', 'product_id': '9'}", "{'username'"]
    text = "".join(f"{line}\n" for line in lines)
    (tmp_path / REVIEWS).write_bytes(gzip.compress(text.encode("utf-8", "surrogateescape")))
    assert read(SOURCE, tmp_path, "interactions")[1] == {
        "invalid encoding": 1,
        "not a Python dict": 1,
    }


def test_bad_reviews_are_counted_by_reason(tmp_path: Path) -> None:
    found, rejects = reviews(
        tmp_path, *(line for line, _ in steam.BAD_REVIEWS), REVIEW, "", "{'a': eval('1')}"
    )
    assert len(found) == 1
    assert rejects == {"no username": 2, "no product_id": 1, "not a Python dict": 4}


def test_a_line_that_is_not_utf8_is_counted(tmp_path: Path) -> None:
    good = steam.line(REVIEW).encode()
    with gzip.open(tmp_path / REVIEWS, "wb") as file:
        file.write(good + b"\n{'username': '\xe9', 'product_id': '1'}\n")
        file.write("{'username': '\u00e9\u2028', 'product_id': '1'}\n".encode())
    found, rejects = read(SOURCE, tmp_path, "interactions")
    assert found.column("user_id").to_pylist() == ["Ada", "\u00e9"]
    assert rejects == {"invalid encoding": 1}


def test_games_of_all_kinds(tmp_path: Path) -> None:
    found, rejects = games(
        tmp_path,
        {
            **GAME,
            "title": "The Quiet Mill\u00ae",
            "genres": ["Indie", "Design &amp; Illustration"],
            "developer": "Redcliff",
            "publisher": "Tarrow",
            "release_date": "2018-01-04",
            "tags": [f"tag {place}" for place in range(12)],
            "specs": ["Co-op", "Co-op", "Stats"],
            "sentiment": "Mostly Positive",
            "metascore": 88,
            "price": "Free To Play",
        },
        {"id": "2", "app_name": None, "title": "Mount &amp; Marsh", "metascore": "NA"},
        {"url": "http://store.example/", "early_access": True},
        {**GAME, "id": ""},
        "{u'id': u'3', u'app_name': u'cut",
        GAME,
    )
    assert found[0] == {
        "item_id": "761140",
        "title": "The Quiet Mill",
        "categories": ["Indie", "Design & Illustration"],
        "creators": ["Redcliff"],
        "year": 2018,
        "attributes": [
            {"name": "Publisher", "value": "Tarrow"},
            {"name": "Tags", "value": ", ".join(f"tag {place}" for place in range(10))},
            {"name": "Specs", "value": "Co-op, Stats"},
        ],
    }
    assert found[1] == {
        "item_id": "2",
        "title": "Mount & Marsh",
        "categories": [],
        "creators": [],
        "year": None,
        "attributes": [],
    }
    assert found[2]["item_id"] == "761140"  # one id twice: a store keeps one
    assert rejects == {"no id": 2, "not a Python dict": 1}


@pytest.mark.parametrize(
    ("date", "year"),
    [
        ("Jun 2009", 2009),
        ("2017", 2017),
        ("21 Jun, 2017", 2017),
        ("Q1 2018", 2018),
        ("2018\u5e741\u6708", 2018),
        ("Soon..", None),
        ("\u7fa452756441", None),
        ("14 July", None),
    ],
)
def test_years_of_release(tmp_path: Path, date: str, year: int | None) -> None:
    assert games(tmp_path, {**GAME, "release_date": date})[0][0]["year"] == year


@pytest.mark.parametrize(
    ("developer", "studios"),
    [
        ("Redcliff,Ferry Works", ["Redcliff", "Ferry Works"]),
        ("Redcliff, Inc.", ["Redcliff, Inc."]),
        ("Redcliff CO.,LTD.", ["Redcliff CO.,LTD."]),
        ("Redcliff,Ferry Works (Mac),Mill (Mac, Linux)", ["Redcliff"]),
        ("Salt &amp; Iron", ["Salt & Iron"]),
        ("None", []),
        ("N/A", []),
        ("", []),
    ],
)
def test_developers(tmp_path: Path, developer: str, studios: list[str]) -> None:
    assert games(tmp_path, {**GAME, "developer": developer})[0][0]["creators"] == studios


def test_the_order_of_lines_changes_nothing(tmp_path: Path) -> None:
    lines = [{**REVIEW, "product_id": str(place)} for place in range(5)]
    forth, _ = reviews(tmp_path, *lines)
    back, _ = reviews(tmp_path, *reversed(lines))
    assert forth == back[::-1]
    assert "seq" not in forth[0]


@pytest.mark.parametrize("name", ["steam_reviews.json", REVIEWS])
def test_unpacked_files_are_read_under_either_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(steam.line(REVIEW) + "\n")
    assert read(SOURCE, tmp_path, "interactions")[0].num_rows == 1


def test_wrong_files_are_refused(tmp_path: Path) -> None:
    whole = (steam.line(REVIEW) + "\n").encode()
    packed = gzip.compress(whole * 5_000)
    version1 = gzip.compress(b"{'user_id': 'a', 'reviews': []}\n")
    cases = {
        "gzip stream is cut off before its end": packed[: len(packed) // 2],
        "gzip stream is damaged": packed[:-8] + bytes(8),
        "the file is empty": b"",
        "the last line has no line end": whole + whole[:30],
        "one Python dict to a line.*username": version1,
        "the file is UTF-16, expected utf-8": gzip.compress(whole.decode().encode("utf-16")),
        "UTF-16, expected utf-8": whole.decode().encode("utf-16"),
        "not utf-8 near byte .*, such as Latin-1": gzip.compress(whole.replace(b"u'", b"u'\xe4")),
        "and is no whole record, so the file was cut off": gzip.compress(whole * 2 + whole[:30]),
        "first begins '<!doctype": b"<!doctype html>\n",
    }
    for words, data in cases.items():
        (tmp_path / REVIEWS).write_bytes(data)
        with pytest.raises(RawFileError, match=words) as caught:
            read(SOURCE, tmp_path, "interactions")
        assert REVIEWS in str(caught.value)
        assert "put the official file" in str(caught.value)


def test_the_locator_finds_placed_files(tmp_path: Path) -> None:
    steam.write(tmp_path / "steam", users=4, items=60)
    paths = locate.prepare(
        SOURCE, SOURCE.files, tmp_path, tmp_path / "work", offline=True, progress=False
    )
    assert {key: path.name for key, path in paths.items()} == {"reviews": REVIEWS, "games": GAMES}


NASTY = st.text(
    st.one_of(
        st.sampled_from("'\"\\,:{}[]u \n\r\t\x00\x7f\u2028\ud83d"),
        st.characters(codec=None),
    ),
    max_size=12,
)
VALUES = st.one_of(
    NASTY,
    st.sampled_from(["u'user_id': u'x'", "', u'username': u'x", "}\n{", "\\u0041", "\\'"]),
    st.booleans(),
    st.none(),
    st.integers(-(10**20), 10**20),
    st.floats(),
    st.lists(NASTY, max_size=3),
    st.dictionaries(NASTY, st.integers(0, 9), max_size=2),
    st.binary(max_size=3),
)
RECORDS = st.dictionaries(st.one_of(st.sampled_from((*KEYS, "user_id", "page")), NASTY), VALUES)


def by_python(line: str) -> tuple[Any, ...] | None:
    try:
        record = ast.literal_eval(line.rstrip("\r\n"))
    except (ValueError, SyntaxError, TypeError):
        return None
    return tuple(record.get(key) for key in KEYS) if isinstance(record, dict) else None


@settings(max_examples=400, deadline=None)
@given(RECORDS, st.sampled_from([repr, ascii, steam.line]))
def test_the_parser_agrees_with_python(record: dict[Any, Any], written: Any) -> None:
    line = written(record)
    assert repr(literal_reader(KEYS)(line)) == repr(by_python(line))


@settings(max_examples=400, deadline=None)
@given(RECORDS, st.data())
@pytest.mark.filterwarnings("ignore::SyntaxWarning", "ignore::DeprecationWarning")
def test_the_parser_agrees_with_python_on_damaged_lines(record: dict[Any, Any], data: Any) -> None:
    line = steam.line(record)
    place = data.draw(st.integers(0, len(line)))
    much = data.draw(st.integers(0, 3))
    line = (
        line[:place]
        + data.draw(st.sampled_from(["", "'", "\\", "0", ",", "\n", "}"]))
        + line[place + much :]
    )
    assert repr(literal_reader(KEYS)(line)) == repr(by_python(line))


@pytest.mark.parametrize("unit", ["a\\'", "\\u0041", "\\", "u'x': [u'a', ", "u'x': u'a', ", "'"])
def test_a_line_without_end_takes_no_long_time(unit: str) -> None:
    """A pattern that goes back and forth would need longer than anybody waits for these."""
    assert literal_reader(KEYS)("{u'username': u'" + unit * 50_000) is None
    assert literal_reader(KEYS)("{" + unit * 50_000) is None


@pytest.mark.real
def test_real_games() -> None:
    found, rejects = read(SOURCE, real("steam"), "items")
    assert (found.num_rows, rejects) == (32_133, {"no id": 2})
    assert len(set(found.column("item_id").to_pylist())) == 32_132
    assert rows(found, 0)[0] == {
        "item_id": "761140",
        "title": "Lost Summoner Kitty",
        "categories": ["Action", "Casual", "Indie", "Simulation", "Strategy"],
        "creators": ["Kotoshiro"],
        "year": 2018,
        "attributes": [
            {"name": "Publisher", "value": "Kotoshiro"},
            {"name": "Tags", "value": "Strategy, Action, Indie, Casual, Simulation"},
            {"name": "Specs", "value": "Single-player"},
        ],
    }
    tenth, last = rows(found, 9, -1)
    assert (tenth["item_id"], tenth["title"], tenth["creators"]) == (
        "768800",
        "Race",
        ["RewindApp"],
    )
    assert (last["item_id"], last["title"], last["year"]) == ("681550", "Maze Run VR", None)
    assert last["categories"] == last["creators"] == []
    titles = found.column("title").to_pylist()
    assert titles.count(None) == 1 and not any("&amp;" in title for title in titles if title)
    genres = {name for names in found.column("categories").to_pylist() for name in names}
    assert len(genres) == 22 and "Animation & Modeling" in genres
