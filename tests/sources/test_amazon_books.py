"""Amazon Books Reviews: made-up files with each kind of dirt, and real excerpts."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import pytest

from itdr.builders.core.errors import RawFileError
from itdr.builders.rawfiles import locate
from itdr.builders.sources.amazon_books import SOURCE
from tests.rawgen import amazon_books
from tests.rawgen.amazon_books import BOOK_COLUMNS, BOOKS, RATING_COLUMNS, RATINGS
from tests.sources.harness import read, real, rows

REVIEW = {
    "Id": "0826414346",
    "Title": "The Glass Harbour",
    "User_id": "A30TK6U7DNS82R",
    "review/score": "5.0",
    "review/time": "1095724800",
    "review/summary": "A headline",
    "review/text": "A text.",
}
BOOK = {"Title": "The Glass Harbour", "authors": "['Ada Wolcott']", "categories": "['Fiction']"}


def text_of(columns: tuple[str, ...], records: tuple[dict[str, str], ...], end: str = "\n") -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", lineterminator=end)
    writer.writeheader()
    writer.writerows(records)
    return out.getvalue()


def reviews(folder: Path, *records: dict[str, str], more: str = "") -> tuple[list[Any], dict]:
    """Rows and rejects of a ratings file with these records, then `more` lines."""
    (folder / RATINGS).write_bytes((text_of(RATING_COLUMNS, records) + more).encode())
    found, rejects = read(SOURCE, folder, "interactions")
    return found.to_pylist(), rejects


def books(folder: Path, *records: dict[str, str], end: str = "\n") -> tuple[list[Any], dict]:
    (folder / BOOKS).write_bytes(text_of(BOOK_COLUMNS, records, end).encode())
    found, rejects = read(SOURCE, folder, "items")
    return found.to_pylist(), rejects


def test_summaries_in_place_of_texts(tmp_path: Path) -> None:
    def check(swapped: int) -> None:
        texts = [f"A long text on the {k}th book" for k in range(100)]
        columns = ("review/summary", "review/text")
        told = [
            dict(zip(columns if k >= swapped else columns[::-1], ("Fine", text), strict=True))
            for k, text in enumerate(texts)
        ]
        told = [
            one | {"review/summary": one["review/summary"] + f" {k}"} for k, one in enumerate(told)
        ]
        reviews(tmp_path, *(REVIEW | one for one in told))

    check(50)
    with pytest.raises(RawFileError, match="51 have a review/summary longer than the review/text"):
        check(51)


def test_generated_files_read_exactly(tmp_path: Path) -> None:
    facts = amazon_books.write(tmp_path, users=20, items=60, seed=2)
    for of in ("interactions", "items"):
        found, rejects = read(SOURCE, tmp_path, of)
        assert found.num_rows == facts.counts[of]
        assert rejects == {why: n for (at, why), n in facts.rejects.items() if at == of}
    clean = amazon_books.write(tmp_path / "clean", users=4, items=60, dirt=False)
    found, rejects = read(SOURCE, tmp_path / "clean", "interactions")
    assert (found.num_rows, rejects, clean.rejects) == (clean.counts["interactions"], {}, {})


def test_the_archive_gives_the_same_files(tmp_path: Path) -> None:
    amazon_books.write(tmp_path / "a" / "amazon-books", users=4, items=60)
    amazon_books.write(tmp_path / "b" / "amazon-books", users=4, items=60, packed=True)
    paths = locate.prepare(
        SOURCE, SOURCE.files, tmp_path / "b", tmp_path / "work", offline=True, progress=False
    )
    for path in paths.values():
        assert path.read_bytes() == (tmp_path / "a" / "amazon-books" / path.name).read_bytes()


def test_the_item_is_the_title_not_the_edition(tmp_path: Path) -> None:
    found, rejects = reviews(tmp_path, REVIEW, {**REVIEW, "Id": "B000000001"})
    assert [row["item_id"] for row in found] == ["The Glass Harbour"] * 2
    assert found[0] == {
        "user_id": "A30TK6U7DNS82R",
        "item_id": "The Glass Harbour",
        "rating": 5.0,
        "timestamp": 1_095_724_800,
        "event": "review",
        "text": "A text.",
    }
    assert rejects == {}


def test_titles_join_exactly_and_are_shown_clean(tmp_path: Path) -> None:
    odd = ' Salt &amp; "Iron",  a Memoir'
    interactions, _ = reviews(tmp_path, {**REVIEW, "Title": odd})
    found, _ = books(tmp_path, {**BOOK, "Title": odd}, {**BOOK, "Title": "NaN"})
    assert interactions[0]["item_id"] == found[0]["item_id"] == odd
    assert [row["title"] for row in found] == ['Salt & "Iron", a Memoir', "NaN"]


def test_titles_are_mended_where_they_are_shown_not_in_the_id(tmp_path: Path) -> None:
    odd = "Orchard&#39;s Sea;: Salt, The,"
    found, _ = books(tmp_path, {**BOOK, "Title": odd}, {**BOOK, "Title": "Sea, The"})
    assert [row["item_id"] for row in found] == [odd, "Sea, The"]
    assert [row["title"] for row in found] == ["Orchard's Sea: Salt, The", "The Sea"]


@pytest.mark.parametrize("time", ["-1", "0", ""])
def test_an_unknown_time_is_null(tmp_path: Path, time: str) -> None:
    found, rejects = reviews(tmp_path, {**REVIEW, "review/time": time})
    assert (found[0]["timestamp"], rejects) == (None, {})


def test_texts_lose_entities_and_tags(tmp_path: Path) -> None:
    texts = (
        "Not &quot;good&quot;; &#34;great&#34; <br />&amp;  caf&eacute;",
        'Two\n\nlines, a "quote"',
        "I <3 it, 2 < 3",
        "&quotbare",
        "",
    )
    found, _ = reviews(tmp_path, *({**REVIEW, "review/text": text} for text in texts))
    assert [row["text"] for row in found] == [
        'Not "good"; "great" & caf\u00e9',
        'Two lines, a "quote"',
        "I <3 it, 2 < 3",
        '"bare',
        "A headline",
    ]


def test_bad_reviews_are_counted_by_reason(tmp_path: Path) -> None:
    found, rejects = reviews(
        tmp_path,
        {**REVIEW, "Title": ""},
        {**REVIEW, "Title": "  "},
        {**REVIEW, "User_id": ""},
        {**REVIEW, "User_id": "", "review/score": "9"},
        *({**REVIEW, "review/score": score} for score in ("0.0", "5.5", "", "nan")),
        {**REVIEW, "review/score": "good"},
        {**REVIEW, "review/time": "yesterday"},
        REVIEW,
        more="1,too few,,U\n1,too many,,U,,1/1,5.0,1000000000,a,b,c,d\n",
    )
    assert len(found) == 1
    assert rejects == {
        "no title": 2,
        "no user id": 2,
        "rating outside the scale": 2,
        "no valid rating": 2,
        "a value of the wrong type": 2,
        "too few fields": 1,
        "too many fields": 1,
    }


@pytest.mark.parametrize(
    ("literal", "names"),
    [
        ("['A', 'B']", ["A", "B"]),
        ('["Flora O\'Brandvik"]', ["Flora O'Brandvik"]),
        ("['Otto \\'Ott\\' \"O\" Stroud']", ["Otto 'Ott' \"O\" Stroud"]),
        ("['Smith, John', 'A &amp; B']", ["Smith, John", "A & B"]),
        ("['\\xa0Milo\\u200b  Zeller\\\\']", ["Milo Zeller"]),
        ("['\\u4e09\\U0001f600']", ["\u4e09\U0001f600"]),
        ("['Unknown', '', 'nan', 'Nora']", ["Nora"]),
        ("[]", []),
        ("", []),
        ("Fiction", ["Fiction"]),
        ("Fiction, History", []),
        ("['A', 5]", []),
        ("['A', __import__('os')]", []),
    ],
)
def test_lists_are_read_as_literals(tmp_path: Path, literal: str, names: list[str]) -> None:
    found, _ = books(tmp_path, {**BOOK, "authors": literal, "categories": literal})
    assert found[0]["creators"] == found[0]["categories"] == names


@pytest.mark.parametrize(
    ("date", "year"),
    [
        ("1963*", 1963),
        ("1996", 1996),
        ("2005-02", 2005),
        ("2005-02-17", 2005),
        ("12/18/07", None),
        ("19890101", None),
        ("0101-01-01", None),
        ("c1999", None),
        ("", None),
    ],
)
def test_years_need_four_digits_at_the_beginning(
    tmp_path: Path, date: str, year: int | None
) -> None:
    assert books(tmp_path, {**BOOK, "publishedDate": date})[0][0]["year"] == year


def test_publishers_and_missing_values(tmp_path: Path) -> None:
    given = ('"Fenwick, Inc."', "Salt &amp; Sons", "", "unknown")
    found, rejects = books(
        tmp_path,
        *({**BOOK, "publisher": one, "ratingsCount": "12.0"} for one in given),
        {"Title": "", "description": "nameless"},
    )
    shown = [[(one["name"], one["value"]) for one in row["attributes"]] for row in found]
    assert shown == [[("Publisher", "Fenwick, Inc.")], [("Publisher", "Salt & Sons")], [], []]
    assert [row["description"] for row in found] == [None] * 4
    assert rejects == {"no title": 1}


def test_line_ends_of_a_spreadsheet(tmp_path: Path) -> None:
    plain, rejects = books(tmp_path, BOOK, {**BOOK, "Title": "B", "description": "a\nb"})
    again, more = books(tmp_path, BOOK, {**BOOK, "Title": "B", "description": "a\nb"}, end="\r\n")
    assert plain == again
    assert plain[1]["description"] == "a b"
    assert rejects == more == {}


def test_books_between_two_stray_quotes_are_missed(tmp_path: Path) -> None:
    links = {"image": "http://example.org/a?b=1&c", "previewLink": "https://example.org/d"}
    lines = text_of(BOOK_COLUMNS, [{**BOOK, **links, "Title": name} for name in "ABCD"])
    (tmp_path / BOOKS).write_text(lines)
    assert read(SOURCE, tmp_path, "items")[0].num_rows == 4
    (tmp_path / BOOKS).write_text(lines.replace("\nB", '\n"\nB').replace("\nD", '\n"\nD'))
    with pytest.raises(RawFileError, match="stands inside a quoted field"):
        read(SOURCE, tmp_path, "items")


def test_a_file_without_a_last_line_end_is_read_if_its_record_is_whole(tmp_path: Path) -> None:
    whole = text_of(BOOK_COLUMNS, (BOOK, {**BOOK, "Title": "B", "description": "a\n,b\n"}))
    (tmp_path / BOOKS).write_text(whole.rstrip("\n"))
    assert read(SOURCE, tmp_path, "items")[0].num_rows == 2


@pytest.mark.parametrize(
    ("upto", "words"),
    [
        ("short text", "neither a line end nor a quote"),
        ("short te", "neither a line end nor a quote"),
        ('lines"', "has 9 fields of 10"),
        ("Two\nlin", "not closed"),
        ("\n0826414346", "has 1 fields of 10"),
    ],
)
def test_a_cut_file_is_refused(tmp_path: Path, upto: str, words: str) -> None:
    record = {**REVIEW, "review/summary": "Two\nlines", "review/text": "short text"}
    whole = text_of(RATING_COLUMNS, (REVIEW, record))
    (tmp_path / RATINGS).write_text(whole[: whole.rindex(upto) + len(upto)])
    with pytest.raises(RawFileError, match=words) as caught:
        read(SOURCE, tmp_path, "interactions")
    assert RATINGS in str(caught.value) and "cut off" in str(caught.value)


def test_wrong_files_are_refused(tmp_path: Path) -> None:
    whole = text_of(RATING_COLUMNS, (REVIEW,))
    cases = {
        r"lacks the column\(s\) review/score": whole.replace("review/score", "score").encode(),
        "is empty": b"",
        "UTF-16": whole.encode("utf-16"),
        "web page": b"<!doctype html><html></html>\n",
    }
    for words, data in cases.items():
        (tmp_path / RATINGS).write_bytes(data)
        with pytest.raises(RawFileError, match=words):
            read(SOURCE, tmp_path, "interactions")
    (tmp_path / BOOKS).write_text(text_of(BOOK_COLUMNS, ()).replace("description", "Descripe"))
    with pytest.raises(RawFileError, match="description"):
        read(SOURCE, tmp_path, "items")


@pytest.mark.real
def test_real_reviews() -> None:
    found, rejects = read(SOURCE, real("amazon-books"), "interactions")
    assert (found.num_rows, rejects) == (776, {"no user id": 223})
    first, tenth, last = rows(found, 0, 9, -1)
    assert first["user_id"] == "AVCGYZL8FQQTD"
    assert first["item_id"] == "Its Only Art If Its Well Hung!"
    assert (first["rating"], first["timestamp"]) == (4.0, 940_636_800)
    assert first["text"].startswith("This is only for Julie Strain fans.")
    assert (tenth["user_id"], tenth["item_id"]) == ("A3VA4XFS5WNJO3", "Dr. Seuss: American Icon")
    assert (last["user_id"], last["rating"]) == ("A3RIJ0XJRU78ZZ", 1.0)
    texts = "\n".join(filter(None, found.column("text").to_pylist()))
    assert "&quot" not in texts and "&amp;" not in texts and "  " not in texts


@pytest.mark.real
def test_real_books() -> None:
    found, rejects = read(SOURCE, real("amazon-books"), "items")
    assert (found.num_rows, rejects) == (251, {})
    first, tenth, last = rows(found, 0, 9, -1)
    assert first["title"] == first["item_id"] == "Its Only Art If Its Well Hung!"
    assert (first["creators"], first["categories"]) == (
        ["Julie Strain"],
        ["Comics & Graphic Novels"],
    )
    assert (first["year"], first["attributes"], first["description"]) == (1996, [], None)
    assert (tenth["creators"], tenth["year"]) == (["Steven Wardell"], 1995)
    assert last["item_id"] == "The Stone that the Builder Refused: A Novel"
    assert last["year"] is None  # 12/18/07
    assert last["attributes"] == [{"name": "Publisher", "value": "Vintage"}]


def test_ids_of_the_old_kind_are_ids(tmp_path: Path) -> None:
    rows_of = ({**REVIEW, "User_id": "#oc-R115TNMSPFT9I7"}, {**REVIEW, "User_id": "oc R115"})
    (tmp_path / RATINGS).write_text(text_of(RATING_COLUMNS, rows_of))
    found, rejects = read(SOURCE, tmp_path, "interactions")
    assert found.column("user_id").to_pylist() == ["#oc-R115TNMSPFT9I7"]
    assert rejects == {"malformed id": 1}


@pytest.mark.parametrize(
    ("time", "reason"),
    [
        ("-1", None),
        ("0", None),
        ("", None),
        ("-2100000000", "no valid time"),
        ("9" * 11, "no valid time"),
    ],
)
def test_times_before_1970_are_no_times(time: str, reason: str | None, tmp_path: Path) -> None:
    found, rejects = reviews(tmp_path, {**REVIEW, "review/time": time})
    assert rejects == ({reason: 1} if reason else {})
    assert [row["timestamp"] for row in found] == ([] if reason else [None])


@pytest.mark.parametrize("column", ["authors", "categories"])
def test_books_that_were_not_found_have_neither_authors_nor_categories(
    column: str, tmp_path: Path
) -> None:
    def check(filled: int, linked: int = 400) -> None:
        found = [BOOK | {"Title": f"Book {k}", "infoLink": "https://x"} for k in range(linked)]
        other = [
            {"Title": f"Lost {k}", column: "['Ada Wolcott']" if k < filled else ""}
            for k in range(40)
        ]
        books(tmp_path, *found, *other)

    check(19)
    check(40, linked=399)
    with pytest.raises(RawFileError, match=f"20 of 40 books without an 'infoLink' have {column}"):
        check(20)


def test_a_word_for_a_missing_user(tmp_path: Path) -> None:
    _, rejects = reviews(tmp_path, REVIEW, REVIEW | {"User_id": "nan"}, REVIEW | {"User_id": ""})
    assert rejects == {"no user id": 2}


@pytest.mark.parametrize(
    ("n", "title", "sought", "said"),
    [
        (20, "Tide {}", "Tide {} (Sea Tales)", "brackets were removed from the titles"),
        (19, "Tide {}", "Tide {} (Sea Tales)", ""),
        (20, "Tide {}", "Salt {} and Iron", "was moved or changed, or ids were numbered anew"),
        (
            20,
            "Tide {} (Sea)",
            "Salt {} (Sea Tales)",
            "was moved or changed, or ids were numbered anew",
        ),
    ],
)
def test_titles_that_lost_their_brackets_are_told_from_those_of_other_books(
    n: int, title: str, sought: str, said: str, tmp_path: Path
) -> None:
    made = [
        BOOK
        | {
            "Title": title.format(k),
            "previewLink": f"https://x?id=1&dq={quote_plus(sought.format(k))}&pg=1",
        }
        for k in range(n)
    ]
    if not said:
        assert len(books(tmp_path, *made)[0]) == n
        return
    with pytest.raises(
        RawFileError, match=f"{n} have the 'previewLink' of another title: .*{said}"
    ):
        books(tmp_path, *made)
