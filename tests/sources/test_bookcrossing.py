r"""Book-Crossing: made-up files with each kind of dirt, and the real ones."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest

from itdr.builders.core.errors import RawFileError
from itdr.builders.core.text import plain
from itdr.builders.sources import bookcrossing as reader
from itdr.builders.sources._formats.mojibake import repair_encoding, repair_quotes
from itdr.builders.sources._shared.names import display_name
from itdr.builders.sources.bookcrossing import SOURCE
from tests.rawgen import bookcrossing
from tests.sources.harness import read, real, rows

RATINGS = '"User-ID";"ISBN";"Book-Rating"\r\n'
USERS = '"User-ID";"Location";"Age"\r\n'
BOOKS = (
    '"ISBN";"Book-Title";"Book-Author";"Year-Of-Publication";"Publisher";'
    '"Image-URL-S";"Image-URL-M";"Image-URL-L"\r\n'
)
IMAGES = '"http://s.jpg";"http://m.jpg";"http://l.jpg"\r\n'


def table(
    folder: Path, name: str, text: str, of: str, encoding: str = "cp1252"
) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """Rows and rejects of one file with this text."""
    (folder / name).write_bytes(text.encode(encoding))
    found, rejects = read(SOURCE, folder, of)
    return found.to_pylist(), rejects


def books(folder: Path, *lines: str, encoding: str = "cp1252") -> tuple[list, dict[str, int]]:
    """Books of lines `ISBN;title;author;year;publisher`, quoted as given, images added."""
    text = BOOKS + "".join(f"{line};{IMAGES}" for line in lines)
    return table(folder, "BX-Books.csv", text, "items", encoding)


def test_titles_in_small_letters_are_told_before_their_letters(tmp_path: Path) -> None:
    def check(small: int) -> None:
        names = ("the wolf of café {}", "The Wolf of Café {}")
        lines = [
            f'"{k:010}";"{names[k >= small].format(k)}";"Ada Wolcott";"1999";"Northgate"'
            for k in range(40)
        ]
        books(tmp_path, *lines)

    check(36)
    with pytest.raises(RawFileError, match=r"37 of 40 titles .* small letters"):
        check(37)


def test_countries_in_which_all_words_have_a_capital(tmp_path: Path) -> None:
    text = (
        USERS + '"1";"Portland, Oregon, Usa";NULL\r\n"2";"Arima, N/A, Trinidad And Tobago";NULL\r\n'
    )
    found, _ = table(tmp_path, "BX-Users.csv", text, "users")
    assert [row["country"] for row in found] == ["United States", "Trinidad and Tobago"]


@pytest.mark.parametrize("block", [97, 1 << 20])
def test_generated_files_read_exactly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr(reader, "_BLOCK", block)
    facts = bookcrossing.write(tmp_path, users=15, items=60, seed=3)
    for of in ("interactions", "items", "users"):
        found, rejects = read(SOURCE, tmp_path, of)
        assert found.num_rows == facts.counts[of]
        assert rejects == {why: n for (at, why), n in facts.rejects.items() if at == of}


def test_ratings(tmp_path: Path) -> None:
    lines = "".join(line + "\r\n" for line, _ in bookcrossing.DIRT)
    text = RATINGS + '"2";"0195153448";"0"\r\n' + lines + '"43857";"0440-90702 0x";"10"\r\n'
    found, rejects = table(tmp_path, "BX-Book-Ratings.csv", text, "interactions")
    assert found == [
        {"user_id": "2", "item_id": "0195153448", "rating": None, "event": "implicit"},
        {"user_id": "43857", "item_id": "0440907020X", "rating": 10.0, "event": "rate"},
    ]
    assert rejects == {
        "rating outside the scale": 1,
        "no valid rating": 1,
        "empty id": 2,
        "wrong number of fields": 2,
    }


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_ends_and_blank_lines(tmp_path: Path, end: str) -> None:
    text = (RATINGS + '"1";"A";"5"\r\n\r\n"2";"B";"6"\r\n\r\n').replace("\r\n", end)
    found, rejects = table(tmp_path, "BX-Book-Ratings.csv", text, "interactions")
    assert [row["item_id"] for row in found] == ["A", "B"] and rejects == {}


def test_a_header_alone_is_no_row(tmp_path: Path) -> None:
    assert table(tmp_path, "BX-Book-Ratings.csv", RATINGS, "interactions") == ([], {})


def test_books(tmp_path: Path) -> None:
    found, rejects = books(
        tmp_path,
        '"019515344x";"Salt &amp; Iron;  a Tale";"Ann Ox";"2002";"Ox &amp; Co"',
        r'"0000000002";"The \"Great\" Tide";NULL;"0";NULL',
        '"0000000003";"Café – 2";"";"2005";"n/a"',
        '"0000000004";"Unknown";"Unknown";"1376";"Ox"',
        '"";"No Number";"Ann Ox";"2000";"Ox"',
        '"0000000005";"Too short"',
        '"0000000006";"A "loose" quote";"Ann Ox";"1999";"Ox"',
    )
    assert rejects == {"empty id": 1, "wrong number of fields": 1}
    publisher = {"name": "publisher"}
    columns = ("item_id", "title", "creators", "year", "attributes")
    assert [tuple(row[name] for name in columns) for row in found] == [
        (
            "019515344X",
            "Salt & Iron; a Tale",
            ["Ann Ox"],
            2002,
            [{**publisher, "value": "Ox & Co"}],
        ),
        ("0000000002", 'The "Great" Tide', None, None, None),
        ("0000000003", "Café – 2", None, None, None),
        ("0000000004", "Unknown", None, None, [{**publisher, "value": "Ox"}]),
        ("0000000006", 'A "loose" quote', ["Ann Ox"], 1999, [{**publisher, "value": "Ox"}]),
    ]


def test_other_rows_whose_author_stands_in_the_title_are_put_right(tmp_path: Path) -> None:
    found, rejects = books(
        tmp_path,
        '"0000000001";"Salt\\";Ann Ox";"1999";"Redcliff"',
        '"0000000002";"Iron;Ann Ox";"1999";"Redcliff";""',
        '"0000000003";"No Author";"1999";"Redcliff";""',
        '"0000000004";"1984; A Novel";"1999";"1998";"Redcliff"',
    )
    assert rejects == {}
    assert [(row["title"], row["creators"], row["year"]) for row in found] == [
        ("Salt", ["Ann Ox"], 1999),
        ("Iron", ["Ann Ox"], 1999),
        ("No Author", None, 1999),
        ("1984; A Novel", ["1999"], 1998),
    ]
    publishers = [[one["value"] for one in row["attributes"] or []] for row in found]
    assert publishers == [["Redcliff"]] * 4


def test_the_three_shifted_rows(tmp_path: Path) -> None:
    proficient = "(Level 4: Proficient Readers)"
    found, rejects = books(
        tmp_path,
        f'"078946697X";"DK Readers: Creating the X-Men, How It All Began {proficient}\\";'
        'Michael Teitelbaum";"2000";"DK Publishing Inc"',
        f'"0789466953";"DK Readers: Creating the X-Men, How Comic Books Come to Life {proficient}'
        '\\";James Buckley";"2000";"DK Publishing Inc"',
        '"2070426769";"Peuple du ciel, suivi de \'Les Bergers\\";Jean-Marie Gustave Le '
        'Cl\u00c3?\u00c2\u00a9zio";"2003";"Gallimard"',
        '"0000000001";"The Next One";"Ann Ox";"1999";"Ox"',
    )
    assert rejects == {}
    assert [(row["title"], row["creators"][0], row["year"]) for row in found] == [
        (
            f"DK Readers: Creating the X-Men, How It All Began {proficient}",
            "Michael Teitelbaum",
            2000,
        ),
        (
            f"DK Readers: Creating the X-Men, How Comic Books Come to Life {proficient}",
            "James Buckley",
            2000,
        ),
        ("Peuple du ciel, suivi de 'Les Bergers'", "Jean-Marie Gustave Le Clézio", 2003),
        ("The Next One", "Ann Ox", 1999),
    ]
    assert found[2]["attributes"] == [{"name": "publisher", "value": "Gallimard"}]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig"])
def test_the_encoding_is_found_for_each_file(tmp_path: Path, encoding: str) -> None:
    found, _ = books(tmp_path, '"1";"Café “Noir”";"Zoë Öx";"1999";"Ox"', encoding=encoding)
    assert (found[0]["title"], found[0]["creators"]) == ("Café “Noir”", ["Zoë Öx"])


def test_bytes_that_windows_does_not_define(tmp_path: Path) -> None:
    (tmp_path / "BX-Users.csv").write_bytes(USERS.encode() + b'"1";"caf\xe9 \x81x, a, b";NULL\r\n')
    found, _ = read(SOURCE, tmp_path, "users")
    assert found.column("location").to_pylist() == ["Café \x81x, A, B"]


def test_users(tmp_path: Path) -> None:
    lines = (
        ('"1";"nyc, new york, usa";NULL', "NYC, New York, United States", "United States", None),
        ('"2";"cernusco s\n, milan, italy";"18"', "Cernusco S, Milan, Italy", "Italy", 18),
        (
            '"3";"leeds, \\"n/a\\", united kingdom";"5"',
            "Leeds, United Kingdom",
            "United Kingdom",
            5,
        ),
        ('"4";"n/a, n/a, n/a";"4"', None, None, None),
        ('"5";"portland, oregon, ";"100"', "Portland, Oregon", None, 100),
        ('"6";"st. louis, missouri";"101"', "St. Louis, Missouri", None, None),
        (
            '"7";"washington, d.c., dc, usa";"0"',
            "Washington, D.C., DC, United States",
            "United States",
            None,
        ),
        ('"8";"&#304;zmir, -, turkey";"244"', "İzmir, Turkey", "Turkey", None),
        ('"9";"\\\\\\\\, surrey, england";""', "Surrey, England", "England", None),
        ('"10";NULL;"old"', None, None, None),
        ('"11";"rho, ``n/a``, l`italia";"30"', "Rho, Italy", "Italy", 30),
        ('"12";", , ";"30"', None, None, 30),
    )
    text = USERS + "".join(line + "\r\n" for line, *_ in lines) + '"13"\r\n"";"a, b, c";"20"\r\n'
    found, rejects = table(tmp_path, "BX-Users.csv", text, "users")
    assert [tuple(row.values())[1:] for row in found] == [tuple(rest) for _, *rest in lines]
    assert rejects == {"wrong number of fields": 1, "empty id": 1}


@pytest.mark.parametrize(
    ("damaged", "mended"),
    [
        (r"\O\" Is for Outlaw" + '"', '"O" Is for Outlaw'),
        (
            r"A Child Called \It\": One Child's Courage to Survive" + '"',
            'A Child Called "It": One Child\'s Courage to Survive',
        ),
        (r"Define \Normal\"" + '"', 'Define "Normal"'),
        (r"My \Star Trek\" Memories" + '"', 'My "Star Trek" Memories'),
        (r"Ghostlight (\Light\")" + '"', 'Ghostlight ("Light")'),
        (
            r"\Girls' Night Out\"/\"Boys' Night In\"" + '"',
            '"Girls\' Night Out"/"Boys\' Night In"',
        ),
        (
            r"The God Chasers: \My Soul Follows Hard After Thee" + '"',
            'The God Chasers: "My Soul Follows Hard After Thee"',
        ),
        ('An Odd 12" Record', 'An Odd 12" Record'),
        ("Plain", "Plain"),
    ],
)
def test_lost_quotes_come_back(damaged: str, mended: str) -> None:
    assert repair_quotes(damaged) == mended


@pytest.mark.parametrize(
    "line",
    [
        r'"1";"A Child Lost \\It\\\": One Tide\"";"Ann Ox";"1999";"Ox"',  # as in the official file
        r'"1";"A Child Lost \It\"": One Tide""";"Ann Ox";"1999";"Ox"',  # quotes doubled
        r'"1";"A Child Lost \\It\\"": One Tide""";"Ann Ox";"1999";"Ox"',  # and backslashes
        r'1;"A Child Lost \It\"": One Tide""";Ann Ox;1999;Ox',  # quoted where need be
    ],
)
def test_quotes_that_a_program_doubled_are_those_of_the_official_file(
    tmp_path: Path, line: str
) -> None:
    found, rejects = books(tmp_path, line, r'"2";"My \"\" Tide";"Bea Fox";"2000";"Ox"')
    told = [(row["item_id"], row["title"], row["creators"]) for row in found]
    assert told == [
        ("1", 'A Child Lost "It": One Tide', ["Ann Ox"]),
        ("2", 'My "" Tide', ["Bea Fox"]),
    ]
    assert rejects == {}


@pytest.mark.parametrize(
    ("damaged", "mended"),
    [
        ("Verr\u00c3?\u00c2\u00bcckt", "Verrückt"),
        ("Ficci\u00c3\u00b3n", "Ficción"),
        ("gro\u00c3?\u00c2?e", "große"),
        ("\u00c3\u0178", "ß"),  # the second byte read as Windows-1252
        ("\u00c3?\u00c2?rger", None),
        ("Award\u00c2?winning", None),
        ("PÃƒÆ’Ã‚Â©rez", None),  # encoded more than twice
        ("ZÃƒÂ¼rich", "Zürich"),
        ("Cité, Ãnimo", "Cité, Ãnimo"),
    ],
)
def test_letters_in_the_wrong_encoding_come_back(damaged: str, mended: str | None) -> None:
    assert repair_encoding(damaged) == mended


def test_a_title_beyond_repair_is_not_shown(tmp_path: Path) -> None:
    found, rejects = books(tmp_path, '"1";"\u00c3?\u00c2?rger";"Ann Ox";"1999";"Ox"')
    assert (found[0]["title"], rejects) == (None, {})


def test_articles_names_and_placeholders_of_a_book(tmp_path: Path) -> None:
    found, _ = books(
        tmp_path,
        '"1";"Orchard &amp; Sea, The";"Ann B., Jr. Ox";"1999";"Not Avail"',
        '"2";"Love:";"Anonymous";"1999";"Unknown Publisher - Being Researched"',
        '"3";":";"Unknown Unknown";"1999";"Ox"',
    )
    assert [(row["title"], row["creators"]) for row in found] == [
        ("The Orchard & Sea", ["Ann B. Ox Jr."]),
        ("Love", None),
        (None, None),
    ]
    assert [row["attributes"] for row in found[:2]] == [None, None]


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Ann, Jr. Ox", "Ann Ox Jr."),
        ("Ann B., III Ox", "Ann B. Ox III"),
        ("Ann Beth, Sir De Ox", "Sir Ann Beth De Ox"),
        ("Ann, Dr. Ox", "Dr. Ann Ox"),
        ("Ann B., Md. Ox", "Ann B. Ox M.D."),
        ("Ann, Ph.D. Ox", "Ann Ox Ph.D."),
        ("Ann Jr Ox", "Ann Ox Jr."),
        ("ANN BETH PHD OXLEY-REED", "Ann Beth Oxley-Reed Ph.D."),
        ("Jr., Ann B Ox", "Ann B Ox Jr."),
        ("M.D. Ann B. Ox", "Ann B. Ox M.D."),
        ("ANN O'OXLEY", "Ann O'Oxley"),
        ("A.B. MCOXLEY", "A. B. McOxley"),
        ("A.B. Ox", "A. B. Ox"),
        ("A. B.Ox", "A. B. Ox"),
        ("A B VON OXLEY", "A B von Oxley"),
        ("ANN DE OXLEY-REED III", "Ann De Oxley-Reed III"),
        ("ÉMILE ØRE", "Émile Øre"),
    ],
)
def test_names_are_written_as_names(typed: str, shown: str) -> None:
    assert display_name(typed) == shown
    assert display_name(shown) == shown


@pytest.mark.parametrize(
    "name",
    [
        *(
            "Ann Ox",
            "Ann Ox Jr.",
            "Dr. Ann Ox",
            "bell ox",
            "Ann B. Ox M.D. OB/GYN",
            "Ann Ox Jr. M.D.",
        ),
        *("Ann, Ox", "Ann & Reed, Beth Ox", "Ann, B., Ph.D. Ox", "Ann Ox Jr. and Beth Reed"),
        # May be abbreviations, or written in two ways.
        *("OXLEY", "BBC BOOKS", "AJ OXLEY", "ANN MACOXLEY", "Ann McOXLEY"),
    ],
)
def test_uncertain_names_stay_as_they_are(name: str) -> None:
    assert display_name(name) == name


def test_capitals_do_not_tell_works_apart() -> None:
    for name in ("ANN MCOXLEY", "A.B. O'OXLEY", "ANN VON OXLEY III"):
        assert display_name(name) != name and plain(display_name(name)) == plain(name)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (RATINGS.replace(";", ",").encode(), "header"),
        (RATINGS.encode("utf-16"), "UTF-16"),
        (RATINGS.encode() + b'"1";"2";"3"\r\n"1";"2', "cut off"),
        (RATINGS.encode() + b'"1";"2\0";"3"\r\n', "NUL byte"),
    ],
)
def test_broken_files_raise(tmp_path: Path, data: bytes, said: str) -> None:
    (tmp_path / "BX-Book-Ratings.csv").write_bytes(data)
    with pytest.raises(RawFileError, match=said) as caught:
        read(SOURCE, tmp_path, "interactions")
    assert "BX-Book-Ratings.csv" in str(caught.value)


def test_nul_bytes_far_from_the_start_raise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "_BLOCK", 1_000)
    line = b'"1";"0000000000";"3"\r\n'
    data = RATINGS.encode() + line * 5_000 + b'"1";"\0";"3"\r\n'
    (tmp_path / "BX-Book-Ratings.csv").write_bytes(data)
    with pytest.raises(RawFileError, match="NUL byte"):
        read(SOURCE, tmp_path, "interactions")


@pytest.mark.parametrize("kaggle", [False, True])
def test_declared_names_are_those_in_the_archives(tmp_path: Path, kaggle: bool) -> None:
    bookcrossing.write(tmp_path, users=3, items=60, packed=True, kaggle=kaggle)
    remote = SOURCE.remotes[0 if kaggle else 1].name
    inside = {Path(name).name for name in zipfile.ZipFile(tmp_path / remote).namelist()}
    for file in SOURCE.files:
        assert inside & {file.name, *file.aliases}
        assert remote in file.packed_in


@pytest.mark.real
def test_the_real_ratings() -> None:
    found, rejects = read(SOURCE, real("bookcrossing"), "interactions")
    assert rejects == {}
    assert found.num_rows in (236_328, 1_149_780)
    if found.num_rows == 236_328:
        assert [tuple(row.values()) for row in rows(found, 0, 9, -1)] == [
            ("8", "0002005018", 5.0, "rate"),
            ("26", "0449005615", 9.0, "rate"),
            ("278854", "0553579606", 8.0, "rate"),
        ]
        assert found.column("rating").null_count == 24_157


@pytest.mark.real
def test_the_real_books() -> None:
    found, rejects = read(SOURCE, real("bookcrossing"), "items")
    assert rejects == {}
    by_id = {row["item_id"]: row for row in found.to_pylist()}
    assert len(by_id) >= found.num_rows - 100  # some stand there twice, with x and with X
    assert by_id["0002005018"]["title"] == "Clara Callan"
    assert by_id["0002005018"]["creators"] == ["Richard Bruce Wright"]
    assert by_id["0449003787"]["title"] == '"O" Is for Outlaw'
    assert by_id["1558743669"]["title"].startswith('A Child Called "It":')
    assert by_id["3442432073"]["title"] == "Verrückt in Alabama"
    if found.num_rows == 27_109:
        places = [(row["item_id"], row["title"], row["year"]) for row in rows(found, 0, 9, -1)]
        assert places == [
            ("0002005018", "Clara Callan", 2001),
            ("0345417623", "Timeline", 2000),
            (
                "1580050433",
                "Body Outlaws: Young Women Write About Body Image and Identity",
                2000,
            ),
        ]
        assert found.column("title").null_count == 9
    titles = [row["title"] for row in by_id.values() if row["title"]]
    assert not [title for title in titles if "\\" in title or "Ã" in title]
    assert not [
        title for title in titles if title.endswith((", The", " : Novel, A", ":", ";", ","))
    ]
    creators = {row["creators"][0] for row in by_id.values() if row["creators"]}
    assert not creators & {"Kurt, Jr. Vonnegut", "ANNA QUINDLEN", "Anonymous"}
    houses = {pair["value"] for row in by_id.values() for pair in row["attributes"] or []}
    assert "Not Avail" not in houses


@pytest.mark.real
def test_the_real_users() -> None:
    found, rejects = read(SOURCE, real("bookcrossing"), "users")
    assert (found.num_rows, rejects) == (278_858, {})
    assert [tuple(row.values()) for row in rows(found, 0, 9, -1)] == [
        ("1", "NYC, New York, United States", "United States", None),
        ("10", "Albacete, Wisconsin, Spain", "Spain", 26),
        ("278858", "Dublin, Ireland", "Ireland", None),
    ]
    assert found.column("location")[275_080].as_py() == "Cernusco S, Milan, Italy"
    # 110,762 say nothing, 882 are below 5, 366 above 100.
    assert found.column("age").null_count == 110_762 + 882 + 366
    assert found.column("country").to_pylist().count("United States") == 139_732
