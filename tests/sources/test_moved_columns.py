"""Columns that were moved against each other, and values that were rewritten, as the readers of sources see them."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa
import pytest

from itdr.builders.core.errors import RawFileError
from itdr.builders.core.foreign_lines import refuse_foreign_lines
from itdr.builders.sources._shared import book_values, impressions
from itdr.builders.sources._shared.moved_columns import MovedColumn
from itdr.builders.sources._shared.own_texts import (
    require_own_products,
    require_own_texts,
    require_own_words,
)
from itdr.builders.sources._shared.second_keys import SecondKeys
from tests.rawgen import yelp
from tests.sources.test_edited_files import stored

FILE = Path("raw.csv")


def moved(values: Sequence[str]) -> list[str]:
    return [values[-1], *values[:-1]]


def test_authors_moved_by_a_row() -> None:
    rng = random.Random(1)
    titles = [f"Title {rng.randrange(300)}" for _ in range(900)]
    authors = [f"Author of {title}" for title in titles]

    def check(authors: Sequence[str]) -> None:
        column = MovedColumn(FILE, "title", "author")
        for both in zip(titles, authors, strict=True):
            column.add(*both)
        column.require_own()

    check(authors)
    check([f"Author {rng.randrange(40)}" for _ in titles])
    for other in (moved(authors), moved(authors[::-1])[::-1]):
        with pytest.raises(RawFileError, match="the column was moved by a row"):
            check(other)


def test_the_columns_of_reviews(tmp_path: Path) -> None:
    nouns = [f"{a}{b}" for a in ("lamp", "soap", "comb", "tube") for b in map(chr, range(97, 122))]
    both = [(f"Good {noun}", f"I have used this {noun} for some weeks now.") for noun in nouns]

    def check(titles: Sequence[str], texts: Sequence[str]) -> None:
        path = tmp_path / "reviews.jsonl"
        rows = ({"title": a, "text": b} for a, b in zip(titles, texts, strict=True))
        path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
        require_own_texts(path)

    titles, texts = zip(*both, strict=True)
    check(titles, texts)
    check(titles[:3], texts[:3])
    with pytest.raises(RawFileError, match="one of the two columns was moved by a row"):
        check(titles, moved(texts))
    with pytest.raises(RawFileError, match="the two columns were swapped"):
        check(texts, titles)


@pytest.mark.parametrize(
    ("text", "told"),
    [("{0}. {1}", "51 begin their text with their title"), ("", "51 have no text")],
    ids=["joined", "removed"],
)
def test_reviews_without_texts_of_their_own(text: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "reviews.jsonl"

    def check(changed: int) -> None:
        both = [(f"Fine {k}", f"A long text on the {k}th product") for k in range(100)]
        lines = [
            json.dumps({"title": one, "text": text.format(one, two) if k < changed else two})
            for k, (one, two) in enumerate(both)
        ]
        path.write_text("\n".join(lines))
        require_own_texts(path)

    check(50)
    with pytest.raises(RawFileError, match=told):
        check(51)


def test_titles_of_products(tmp_path: Path) -> None:
    nouns = [f"lamp{a}{b}" for a in "abcdef" for b in "abcdef"]
    reviews, products = tmp_path / "reviews.jsonl", tmp_path / "meta.jsonl"

    def check(titles: Sequence[str]) -> None:
        said = [{"parent_asin": noun, "text": f"A fine {noun}."} for noun in nouns]
        named = [{"parent_asin": noun, "title": t} for noun, t in zip(nouns, titles, strict=True)]
        for path, rows in ((reviews, said), (products, named)):
            path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
        require_own_products(products, reviews)

    check(nouns)
    check(["Something else"] * len(nouns))
    with pytest.raises(RawFileError, match=r"36 products .* moved by a row"):
        check(moved(nouns))


@pytest.mark.parametrize(("halves", "warned"), [("AM", True), ("AM PM", False)])
def test_times_of_one_half_of_the_day(
    halves: str, warned: bool, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "behaviors.tsv"
    either = halves.split()
    lines = (
        f"{n}\tU{n}\t11/12/2019 9:05:58 {either[n % len(either)]}\tN1\tN2-1" for n in range(200)
    )
    path.write_text("\n".join(lines), "utf-8")
    impressions.warn_of_half_days(path)
    assert ("all of 200 times" in caplog.text) is warned


@pytest.mark.parametrize(
    ("n", "others", "refused"), [(2_000, 20, False), (1_999, 20, True), (19, 19, False)]
)
def test_a_limit_of_one_in_a_hundred(n: int, others: int, refused: bool) -> None:
    keys = SecondKeys(FILE, "'Anime Title'", most=0.01)
    keys.add(("1", "2" if place < others else "1") for place in range(n))
    if refused:
        with pytest.raises(RawFileError, match="of another id"):
            keys.require_same()
    else:
        keys.require_same()


def test_users_have_one_history_each() -> None:
    def check(users: Sequence[str]) -> None:
        histories = impressions.OneHistoryEach()
        histories.add(pa.array(users))
        histories.require_whole(FILE)

    users = [f"U{number}" for number in range(1_000)]
    check(users)
    with pytest.raises(RawFileError, match="histories more than the one"):
        check([*users, *users[:400]])


def test_clicks_are_not_in_the_history_before_them() -> None:
    def check(history: str) -> None:
        clicks = impressions.ClicksInHistory()
        clicks.add(pa.array([history] * 20), pa.array(["N1-1 N2-0"] * 20))
        clicks.require_whole(FILE)

    check("N2 N3")
    with pytest.raises(RawFileError, match="which then tell the answer"):
        check("N3 N1")


@pytest.mark.parametrize(
    ("number", "news", "said"),
    [
        (lambda n: f"{n}", "N1-0 N2-1 N3-0", ""),
        (lambda n: f"{n // 2}", "N1-0 N2-1 N3-0", "the number, user and time of another one"),
        (lambda n: "0", "N1-0 N2-1 N3-0", "the number, user and time of another one"),
        (lambda n: f"{n}", "N2-1 N1-0 N3-0", "stand before those that were not"),
        (lambda n: f"{n}", "N2-1", ""),
    ],
)
def test_impressions_stand_once_and_in_no_order(
    number: Callable[[int], str], news: str, said: str
) -> None:
    shown = impressions.ShownOnce()
    numbers, same = [number(n) for n in range(400)], pa.array(["U1"] * 400)
    shown.add(
        [pa.array(numbers), same, pa.array(["1/1/2019 1:00:00 AM"] * 400)],
        pa.array([f"{news} N{n}-0" if " " in news else news for n in range(400)]),
    )
    if said:
        with pytest.raises(RawFileError, match=said):
            shown.require_whole(FILE)
    else:
        shown.require_whole(FILE)


def test_lines_without_numbers_that_are_repeated_as_a_whole_are_another_matter() -> None:
    shown = impressions.ShownOnce()
    times = [f"1/1/2019 1:{n % 60:02d}:{n // 60:02d} AM" for n in range(400)]
    for _ in range(2):
        columns = (["0"] * 400, ["U1"] * 400, times)
        shown.add([pa.array(column) for column in columns], pa.array(["N1-0 N2-1"] * 400))
    shown.require_whole(FILE)


def test_entities_are_looked_for_in_titles() -> None:
    entities = pa.array(['[{"SurfaceForms": ["Fen"]}]', '[{"SurfaceForms": ["Fen"]}]', "[]"])
    found = list(impressions.entities_of(pa.array(["A fen town", "A lake", "None"]), entities))
    assert found == [("Fen", "Fen"), ("Fen", "")]


def test_isbns_without_zeros(tmp_path: Path) -> None:
    path = tmp_path / "ratings.csv"
    isbns = [f"0{number:09d}" for number in range(100_000_000, 100_000_040)]
    for shown in (isbns, [f"1{isbn[1:]}" for isbn in isbns]):
        path.write_text("".join(f'"{n}";"{isbn}";"5"\n' for n, isbn in enumerate(shown)), "utf-8")
        book_values.require_zeros(path)
    path.write_text("".join(f'"{n}";"{isbn[1:]}";"5"\n' for n, isbn in enumerate(isbns)), "utf-8")
    with pytest.raises(RawFileError, match="a spreadsheet removed the zeros"):
        book_values.require_zeros(path)


def test_isbns_without_their_x(tmp_path: Path) -> None:
    path = tmp_path / "ratings.csv"

    def check(isbns: Sequence[str]) -> None:
        path.write_text("".join(f'"{n}";"{isbn}";"5"\n' for n, isbn in enumerate(isbns)), "utf-8")
        book_values.require_zeros(path)

    isbns = [f"{number:09d}{number % 10}" for number in range(10_000_000, 10_000_200)]
    whole = [isbn if k % 11 else f"{isbn[:9]}X" for k, isbn in enumerate(isbns)]
    check(isbns)
    check(whole)
    check([isbn[:9] if k % 50 == 0 else isbn for k, isbn in enumerate(isbns)])
    with pytest.raises(RawFileError, match="have nine digits, and none ends with X"):
        check([isbn.rstrip("X") for isbn in whole] + isbns[:20])


@pytest.mark.parametrize(
    ("place", "refused"),
    [("fen, ohio, usa", False), ("usa", True), ("fen;ohio;usa", True)],
)
def test_places_have_parts(place: str, refused: bool, tmp_path: Path) -> None:
    path = tmp_path / "users.csv"
    path.write_text("".join(f'"{n}";"{place}";NULL\n' for n in range(100)), "utf-8")
    if refused:
        with pytest.raises(RawFileError, match="have no comma"):
            book_values.require_places(path)
    else:
        book_values.require_places(path)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("<html><body>", "a web page"),
        ("<!DOCTYPE html>", "a web page"),
        ("<<<<<<< HEAD", "a conflict of git"),
        ("1,<html>", ""),
        ("<3", ""),
    ],
)
def test_lines_of_other_programs_are_named(line: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "ratings.csv"
    path.write_text(f"userId,movieId\n1,2\n{line}\n3,4\n", "utf-8")
    if said:
        with pytest.raises(RawFileError, match=f"the line at byte 19 begins with .*{said}"):
            refuse_foreign_lines(path)
    else:
        refuse_foreign_lines(path)


def small(text: str) -> str:
    return re.sub('"user_id":"[^"]*"', lambda found: found[0].lower(), text)


def of_reviews(text: str) -> str:
    text = re.sub('"review_id":"[^"]{22}', lambda found: found[0].replace("r0", "rZ"), text)
    return re.sub('("review_id":"([^"]*)","user_id":")[^"]*', r"\1\2", text)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (str, ""),
        (small, "none of 400 ids of users has a capital"),
        (of_reviews, "the id of a review"),
    ],
)
def test_users_of_yelp(change: Callable[[str], str], said: str, tmp_path: Path) -> None:
    yelp.write(tmp_path / "data" / "yelp", users=400, items=90, dirt=False)
    path = tmp_path / "data" / "yelp" / "yelp_academic_dataset_review.json"
    path.write_text(change(path.read_text("utf-8")), "utf-8")
    if not said:
        stored("yelp", tmp_path / "data", tmp_path / "store")
        return
    with pytest.raises(RawFileError, match=said):
        stored("yelp", tmp_path / "data", tmp_path / "store")


@pytest.mark.parametrize(("n", "refused"), [(400, True), (399, False)])
def test_titles_of_reviews_share_words_with_their_texts(n: int, refused: bool) -> None:
    things = ["kettle", "lantern", "saddle", "teapot"]
    chosen = random.Random(0).choices(things, k=n)
    texts = [
        (f"A {thing}", f"This {thing} came late {place}.") for place, thing in enumerate(chosen)
    ]
    require_own_words(FILE, texts, "reviews", "text")
    titles = [title for title, _ in texts]
    random.Random(1).shuffle(titles)
    moved = [(title, text) for title, (_, text) in zip(titles, texts, strict=True)]
    require_own_words(FILE, moved, "books", "text")
    if refused:
        with pytest.raises(RawFileError, match="one of the two columns was moved to other rows"):
            require_own_words(FILE, moved, "reviews", "text")
    else:
        require_own_words(FILE, moved, "reviews", "text")
