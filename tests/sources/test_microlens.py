"""MicroLens: its reader on made-up and real files."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from itdr.builders.core.errors import RawFileError
from itdr.builders.sources._shared.video_titles import display_title
from tests.rawgen import microlens as rawgen
from tests.rawgen.common import Facts
from tests.sources.harness import load, read, real, rows

ID = "microlens"
PAIRS, TITLES = "MicroLens-100k_pairs.csv", "MicroLens-100k_title_en.csv"
FILES = {"interactions": PAIRS, "items": TITLES}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Facts]:
    folder = tmp_path_factory.mktemp("microlens")
    return folder, rawgen.write(folder, users=60, items=120)


def put(folder: Path, **files: str) -> Path:
    """Write files by short names; line ends as given."""
    names = {
        "pairs": PAIRS,
        "titles": TITLES,
        "tags": "tags_to_summary.csv",
        "fuller": "MicroLens-50k_titles.csv",
        "pairs_50k": "MicroLens-50k_pairs.csv",
        "pairs_1m": "MicroLens-1M_pairs.csv",
        "titles_1m": "MicroLens-1M_title.csv",
    }
    for name, text in files.items():
        (folder / names[name]).write_text(text, encoding="utf-8", newline="")
    return folder


def items(folder: Path) -> dict[str, tuple[str | None, list[str], bool]]:
    return {
        row["item_id"]: (row["title"], row["categories"], row["hidden"])
        for row in read(ID, folder, "items")[0].to_pylist()
    }


@pytest.mark.parametrize(
    ("faulty", "enough", "said"),
    [
        ("今天的视频{}真好看", 20, "20 of 20 titles are Chinese"),
        ("CafÃ© of day {}", 4, "4 were encoded twice"),
    ],
)
@pytest.mark.parametrize("key", ["titles", "fuller"])
def test_titles_in_another_language_or_encoding(
    faulty: str, enough: int, said: str, key: str, tmp_path: Path
) -> None:
    def check(n: int) -> None:
        lines = "".join(f"{k},{faulty.format(k)}\n" for k in range(1, n + 1))
        files = {
            "titles": "1,A fine video\n",
            key: ("item,title\n" if key == "fuller" else "") + lines,
        }
        items(put(tmp_path, pairs=ONE, **files))

    check(enough - 1)
    with pytest.raises(RawFileError, match=said):
        check(enough)


ONE = "user,item,timestamp\n4,7,1654408947388\n"


@pytest.mark.parametrize("table", FILES)
def test_all_good_rows_are_read_and_all_bad_ones_counted(made: tuple[Path, Facts], table: str):
    folder, facts = made
    found, rejects = read(ID, folder, table)
    assert found.num_rows == facts.counts[table]
    assert rejects == {reason: n for (of, reason), n in facts.rejects.items() if of == table}


@pytest.mark.parametrize("table", FILES)
def test_clean_files_lose_nothing(tmp_path: Path, table: str):
    facts = rawgen.write(tmp_path, users=20, items=60, dirt=False)
    found, rejects = read(ID, tmp_path, table)
    assert (found.num_rows, rejects) == (facts.counts[table], {})


def test_every_user_has_comments_enough(made: tuple[Path, Facts]):
    counts = Counter(read(ID, made[0], "interactions")[0]["user_id"].to_pylist())
    assert len(counts) == 60 and min(counts.values()) >= 14


def test_milliseconds_become_seconds(tmp_path: Path):
    put(tmp_path, pairs=ONE)
    assert read(ID, tmp_path, "interactions")[0].to_pylist() == [
        {"user_id": "4", "item_id": "7", "event": "comment", "timestamp": 1654408947}
    ]


@pytest.mark.parametrize("header", ["user,item,timestamp\n", "\ufeffuser,item,timestamp\n", ""])
def test_a_header_is_not_needed(tmp_path: Path, header: str):
    put(tmp_path, pairs_1m=header + "4,7,1654408947388\n5,8,1654408947388\n")
    table, rejects = read(ID, tmp_path, "interactions")
    assert (table["user_id"].to_pylist(), rejects) == (["4", "5"], {})


def test_numbers_in_quotes_are_read_and_a_stray_quote_costs_its_own_line(tmp_path: Path):
    lines = ['"4","7","1654408947388"', '"', '"5,7,1654408947388', "6,7,1654408947388", ""]
    put(tmp_path, pairs='"user","item","timestamp"\n' + "\n".join(lines))
    table, rejects = read(ID, tmp_path, "interactions")
    assert table["user_id"].to_pylist() == ["4", "6"]
    assert rejects == {"too few fields": 1, "malformed id": 1}


def test_titles_are_split_at_the_first_comma_only(tmp_path: Path):
    text = (
        "\ufeff1, whole, with, commas\r\n"
        '2, "a stray quote\r\n3,no blank before\r\n4,  two   blanks each  \r\n'
    )
    put(tmp_path, pairs=ONE, titles=text)
    assert {item: row[0] for item, row in items(tmp_path).items()} == {
        "1": "Whole, with, commas",
        "2": '"A stray quote',
        "3": "No blank before",
        "4": "Two blanks each",
    }


def test_separators_before_a_title_go(tmp_path: Path):
    text = "1, - : the high-end orchards\n2,| Orchard by the | Sea # Summer\n3,-5 degrees at sea\n"
    put(tmp_path, pairs=ONE, titles=text)
    assert [row[0] for row in items(tmp_path).values()] == [
        "The high-end orchards", "Orchard by the | Sea", "-5 degrees at sea",
    ]  # fmt: skip


def test_items_without_a_title_or_that_share_one_are_hidden(tmp_path: Path):
    text = "1, the wonderful video\n2, The wonderful  video! # sea\n3, \n4,\n5, yet another one\n"
    put(tmp_path, pairs=ONE, titles=text)
    assert {item: row[2] for item, row in items(tmp_path).items()} == {
        "1": True, "2": True, "3": True, "4": True, "5": False,
    }  # fmt: skip


def test_a_title_that_says_too_little_is_not_shown(tmp_path: Path):
    text = "1, a paper dragon # sea\n2, dragon # sea\n3, # sea # summer\n4, 569\n5, \n"
    put(tmp_path, pairs=ONE, titles=text)
    assert items(tmp_path) == {
        "1": ("A paper dragon", [], False),
        **{item: (None, [], True) for item in "2345"},
    }


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        # Hashtags behind a title; within a sentence the words stay.
        ("my brother and a shy parrot # pets # summer", "My brother and a shy parrot"),
        ("watch this! # pets# sea #2022", None),
        ("a video for # Orchards! Come with me # Orchards", "A video for Orchards! Come with me"),
        # Of a title that begins with one, the longest that is a sentence.
        ("# pets # how the shy parrot came home # sea", "How the shy parrot came home"),
        ("# pets # the sea # 2022", None),
        # Numbers of a catalogue, not those that are part of what is said.
        ("(O1941611161) the wrong wedding again", "The wrong wedding again"),
        ("890. a polite ghost moves in", "A polite ghost moves in"),
        ("50 coins for a paper dragon", "50 coins for a paper dragon"),
        ("(3) a polite ghost moves out", "(3) a polite ghost moves out"),
        # Marks.
        ("【 orchard news 】 a slow marathon ~ # sea", "[Orchard news] a slow marathon"),
        ("Orchards vs. Seas] the final match # sea", "Orchards vs. Seas the final match"),
        ("did you see that ? !  # sea", "Did you see that?!"),
        ("drums at dawn !!! and again .", "Drums at dawn! and again"),
        ("quick @parrot look at the sea", "Quick look at the sea"),
        ("ha ha ha ha ha what a polite ghost", "Ha what a polite ghost"),
        ("wait for the end......", "Wait for the end..."),
        ("a bowl of noodles 🍜❄️ for two", "A bowl of noodles for two"),
        ("café à la mer 5°", "Café à la mer 5°"),
        # Nothing that an English row can show.
        ("苹果园的一天 #夏日", None),
        ("苹果园的一天在哪里呢 one two three", None),
        ("569", None),
        ("", None),
    ],
)  # fmt: skip
def test_titles_are_shown_without_hashtags_numbers_and_debris(given: str, shown: str | None):
    assert display_title(given) == shown
    assert shown is None or display_title(shown) == shown


def test_the_fuller_title_of_50k_is_taken_where_there_is_one(tmp_path: Path):
    put(
        tmp_path,
        pairs=ONE,
        titles="1, cut off here\n2, cut off here\n3, its own one\n4, some other one\n",
    )
    assert [row[2] for row in items(tmp_path).values()] == [True, True, False, False]
    fuller = (
        'item,title\r\n1,"cut off here, but ""whole"""\r\n2,"cut off here, in two\r\n4,\r\n'
        "9,it is not in 100K\r\n"
    )
    put(tmp_path, fuller=fuller)
    assert items(tmp_path) == {
        "1": ('Cut off here, but "whole"', [], False),
        "2": ("Cut off here, in two", [], False),
        "3": ("Its own one", [], False),
        "4": ("Some other one", [], False),
    }


def test_a_title_file_of_another_numbering_is_refused(tmp_path: Path):
    titles = [f"video of {name} in the kitchen" for name in "abcdefghijklmnopqrstuvwxyz"]
    here = "".join(f"{number}, {title}\n" for number, title in enumerate(titles, 1))
    longer = [f'"{title}, the whole story"' for title in titles]

    def fuller(shift: int) -> str:
        rows = enumerate(longer[shift:] + longer[:shift], 1)
        return "item,title\r\n" + "".join(f"{number},{title}\r\n" for number, title in rows)

    put(tmp_path, pairs=ONE, titles=here, fuller=fuller(0))
    assert items(tmp_path)["4"][0] == "Video of d in the kitchen, the whole story"
    put(tmp_path, fuller=fuller(1))
    with pytest.raises(RawFileError, match="26 have another title there") as error:
        items(tmp_path)
    assert "MicroLens-50k_titles.csv" in str(error.value)


def test_the_category_comes_from_the_tags(tmp_path: Path):
    put(tmp_path, pairs=ONE, titles="1, one\n2, two\n", tags="1,Film clips\n3,Pets\n")
    assert [row[1] for row in items(tmp_path).values()] == [["Film clips"], []]


def test_no_shown_title_holds_a_hashtag(made: tuple[Path, Facts]):
    titles = list(filter(None, read(ID, made[0], "items")[0]["title"].to_pylist()))
    assert any(", part " in title for title in titles)
    assert not any("#" in title or "  " in title or title[0].islower() for title in titles)


def test_the_editions_go_100k_50k_1m(tmp_path: Path):
    put(
        tmp_path,
        pairs_1m="user,item,timestamp\n1,1,1654408947388\n",
        titles_1m='1,他说"好,走吧\n',
    )
    assert items(tmp_path) == {"1": ('他说"好,走吧', [], False)}
    put(
        tmp_path,
        pairs_50k="user,item,timestamp\n2,2,1654408947388\n",
        fuller="item,title\n2,b in 50K\n",
    )
    assert items(tmp_path) == {"2": ("B in 50K", [], False)}
    assert read(ID, tmp_path, "interactions")[0]["user_id"].to_pylist() == ["2"]
    put(tmp_path, pairs="user,item,timestamp\n3,3,1654408947388\n", titles="3, c in 100K\n")
    assert items(tmp_path) == {"3": ("C in 100K", [], False)}
    assert read(ID, tmp_path, "interactions")[0]["user_id"].to_pylist() == ["3"]


def test_without_any_edition_the_error_says_what_to_place(tmp_path: Path):
    with pytest.raises(RawFileError, match=PAIRS):
        read(ID, tmp_path, "interactions")


@pytest.mark.parametrize("table", FILES)
@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda text: b"", "empty"),
        (lambda text: text[:-5], "cut off"),
        (lambda text: text.decode("utf-8-sig").encode("utf-16"), "UTF-16"),
        (lambda text: text.replace(b",", b"\t"), "expected|Expected"),
    ],
)
def test_a_damaged_file_is_an_error_that_names_it(made, tmp_path, table, damage, told):
    put(tmp_path, pairs=ONE)
    (tmp_path / FILES[table]).write_bytes(damage((made[0] / FILES[table]).read_bytes()))
    with pytest.raises(RawFileError, match=told) as error:
        read(ID, tmp_path, table)
    assert FILES[table] in str(error.value)


def test_every_file_can_be_fetched_under_its_name():
    source = load(ID)
    for file in source.files:
        assert source.remote(file.name).urls[0].endswith("/" + file.name)
    assert [file.name for file in source.files if not file.optional] == [PAIRS, TITLES]


@pytest.mark.real
def test_real_pairs():
    table, rejects = read(ID, real(ID), "interactions")
    assert (table.num_rows, rejects) == (27_170, {})
    assert [(r["user_id"], r["item_id"], r["timestamp"]) for r in rows(table, 0, 9, -1)] == [
        ("4", "10743", 1654408947),
        ("21", "1000", 1659924242),
        ("99999", "1196", 1659034619),
    ]


@pytest.mark.real
def test_real_titles():
    table, rejects = read(ID, real(ID), "items")
    assert (table.num_rows, rejects) == (19_738, {})
    # 72 without a title, 1,506 that say too little, 441 that share theirs with others.
    assert table["hidden"].to_pylist().count(True) == 2_019
    assert table["title"].null_count == 1_578
    titles = table["title"].drop_null().to_pylist()
    assert not any("#" in title or title[0].islower() for title in titles)
    assert [(row["item_id"], row["title"][:20]) for row in rows(table, 0, 9, -1)] == [
        ("1", "Gu long song gaga ba"),
        ("10", "Fatherland man may n"),
        ("19738", "The film version of "),
    ]
