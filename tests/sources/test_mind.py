"""MIND: its reader on made-up and real files."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from itdr.builders.core.errors import RawFileError
from itdr.builders.core.raw_files import Raw
from itdr.builders.sources import mind
from itdr.builders.sources._formats import arrow
from tests.rawgen import mind as rawgen
from tests.rawgen.common import Facts
from tests.sources.harness import find, load, read, real, rows

ID = "mind"
TRAIN = "MINDsmall_train"
FILES = {"interactions": "behaviors.tsv", "items": "news.tsv"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Facts]:
    folder = tmp_path_factory.mktemp("mind")
    return folder, rawgen.write(folder, users=60, items=150)


def put(folder: Path, *lines: str, name: str = "behaviors.tsv", part: str = TRAIN) -> Path:
    (folder / part).mkdir(parents=True, exist_ok=True)
    (folder / part / name).write_text("".join(line + "\n" for line in lines), newline="")
    return folder


@pytest.mark.parametrize("table", FILES)
def test_all_good_rows_are_read_and_all_bad_ones_counted(made: tuple[Path, Facts], table: str):
    folder, facts = made
    found, rejects = read(ID, folder, table)
    assert found.num_rows == facts.counts[table]
    assert rejects == {reason: n for (of, reason), n in facts.rejects.items() if of == table}


@pytest.mark.parametrize("table", FILES)
def test_clean_files_lose_nothing(tmp_path: Path, table: str):
    facts = rawgen.write(tmp_path, users=20, items=90, dirt=False)
    found, rejects = read(ID, tmp_path, table)
    assert (found.num_rows, rejects) == (facts.counts[table], {})


def test_every_user_has_history_clicks_and_skips_enough(made: tuple[Path, Facts]):
    table, _ = read(ID, made[0], "interactions")
    count: dict[str, Counter[str]] = defaultdict(Counter)
    for row in table.to_pylist():
        kind = "history" if row["timestamp"] is None else row["event"]
        count[row["user_id"]][kind] += 1
    whole = [own for user, own in count.items() if user != "U900001"]
    assert len(whole) == 60
    assert min(own["history"] for own in whole) >= 8
    assert max(own["history"] for own in whole) <= 23
    assert min(own["click"] for own in whole) >= 6
    assert min(own["skip"] for own in whole) >= 10


def test_an_impression_gives_clicks_and_skips_and_the_history_once(tmp_path: Path):
    put(
        tmp_path,
        "2\tU1\t11/9/2019 6:42:51 PM\tN5 N6\tN7-0 N8-1",
        "1\tU1\t11/10/2019 12:00:00 AM\tN5 N6\tN9-1",
        "3\tU2\t11/9/2019 12:00:01 PM\tN5 N6\tN7-1",
    )
    table, rejects = read(ID, tmp_path, "interactions")
    assert rejects == {}
    events = [
        (row["user_id"], row["item_id"], row["timestamp"], row["seq"], row["event"])
        for row in table.to_pylist()
    ]
    assert sorted(events, key=str) == sorted(
        [
            ("U1", "N5", None, 0, "click"),
            ("U1", "N6", None, 1, "click"),
            ("U2", "N5", None, 0, "click"),
            ("U2", "N6", None, 1, "click"),
            ("U1", "N7", 1573324971, None, "skip"),
            ("U1", "N8", 1573324971, None, "click"),
            ("U1", "N9", 1573344000, None, "click"),
            ("U2", "N7", 1573300801, None, "click"),
        ],
        key=str,
    )


def test_news_that_a_history_repeats_count_at_their_first_place(tmp_path: Path):
    put(tmp_path, "1\tU1\t11/9/2019 1:00:00 AM\tN1 N2 N1 N3 N2\tN7-1")
    table, rejects = read(ID, tmp_path, "interactions")
    history = [(row["item_id"], row["seq"]) for row in table.to_pylist() if row["seq"] is not None]
    assert history == [("N1", 0), ("N2", 1), ("N3", 3)]
    assert rejects == {"repeated in the history": 2}


def test_an_empty_history_leaves_the_impression_whole(tmp_path: Path):
    put(tmp_path, "1\tU1\t11/9/2019 1:00:00 AM\t\tN7-1 N8-0")
    table, rejects = read(ID, tmp_path, "interactions")
    assert (table["item_id"].to_pylist(), rejects) == (["N7", "N8"], {})


def test_impressions_without_labels_are_counted_and_their_history_kept(tmp_path: Path):
    put(tmp_path, "1\tU1\t11/16/2019 1:00:00 AM\tN1 N2\tN7 N8 N9")
    table, rejects = read(ID, tmp_path, "interactions")
    assert table["item_id"].to_pylist() == ["N1", "N2"]
    assert rejects == {"impression without labels": 3}


@pytest.mark.parametrize(
    ("time", "entries", "reason"),
    [
        ("11/16/2019 1:00:00 AM", "N7 N8", "60 impression without labels"),
        ("11/16/2019 1:00:00 AM", "N7:1 N8:0", "60 impression without labels"),
        ("11/16/2019 1:00:00 AM", "N7-1.0 N8-0.0", "60 impression without labels"),
        ("11/16/2019 1:00:00 AM", "N7-True N8-False", "60 impression without labels"),
        ("11/16/2019 1:00:00 AM", "1-N7 0-N8", "60 impression without labels"),
    ],
)
def test_impressions_that_cannot_be_read_are_refused_whatever_the_histories_hold(
    tmp_path: Path, time: str, entries: str, reason: str
):
    history = " ".join(f"N{n}" for n in range(1, 60))
    put(tmp_path, *(f"{n}\tU{n}\t{time}\t{history}\t{entries}" for n in range(30)))
    with pytest.raises(RawFileError, match=rf"behaviors\.tsv: of 60 news shown.*{reason}"):
        read(ID, tmp_path, "interactions")


@pytest.mark.parametrize("time", ["16/11/2019 01:00", "16/11/2019 01:00:00", "16.11.2019 01:00:00"])
def test_times_that_cannot_be_read_are_refused_as_such(
    tmp_path: Path, time: str, caplog: pytest.LogCaptureFixture
):
    put(tmp_path, *(f"{n}\tU{n}\t{time}\tN1 N2\tN7-1 N8-0" for n in range(30)))
    with pytest.raises(RawFileError, match="none of the first 30 impressions has a valid time"):
        read(ID, tmp_path, "interactions")
    assert "day first" not in caplog.text


def test_impressions_without_a_click_are_refused(tmp_path: Path):
    lines = [f"{n}\tU{n}\t11/16/2019 1:00:00 AM\tN1 N2\tN7-0 N8-0" for n in range(30)]
    put(tmp_path, *lines)
    with pytest.raises(RawFileError, match="none of 60 news shown in impressions was clicked on"):
        read(ID, tmp_path, "interactions")
    put(tmp_path, *lines, "31\tU31\t11/16/2019 1:00:00 AM\tN1 N2\tN7-1")
    assert read(ID, tmp_path, "interactions")[0].num_rows == 62 + 61


def test_a_few_impressions_that_cannot_be_read_are_only_counted(tmp_path: Path):
    right = [f"{n}\tU{n}\t11/16/2019 1:00:00 AM\t\tN7-1 N8-0 N9-0" for n in range(100)]
    wrong = [f"{n}\tU{n}\t11/16/2019 1:00:00 AM\t\tN7" for n in range(30)]
    put(tmp_path, *right, *wrong)
    table, rejects = read(ID, tmp_path, "interactions")
    assert (table.num_rows, rejects) == (300, {"impression without labels": 30})
    put(tmp_path, *right, *wrong, *wrong[:4])
    with pytest.raises(RawFileError, match="of 334 news shown in impressions, 34 cannot be read"):
        read(ID, tmp_path, "interactions")


@pytest.mark.parametrize(("empty", "refused"), [(100, False), (101, True)])
def test_a_file_whose_histories_were_removed_is_refused(
    tmp_path: Path, empty: int, refused: bool
) -> None:
    lines = (
        f"{n}\tU{n}\t11/16/2019 1:00:00 AM\t{'' if n < empty else 'N1 N2'}\tN7-1 N8-0 N9-0"
        for n in range(200)
    )
    put(tmp_path, *lines)
    if not refused:
        assert read(ID, tmp_path, "interactions")[0].num_rows == 800
        return
    with pytest.raises(RawFileError, match="101 of 200 impressions have no history"):
        read(ID, tmp_path, "interactions")


@pytest.mark.parametrize("length", range(60, 66))
def test_histories_that_were_cut_off_are_told_from_those_of_a_certain_number(
    tmp_path: Path, length: int
) -> None:
    histories = [
        " ".join(f"N{n * 37 + k + 10 ** (k % 3 + 2)}" for k in range(30)) for n in range(60)
    ]
    made = {
        "cut": [history[:length].strip() for history in histories],
        "counted": [" ".join(history.split()[:10]) for history in histories],
        "of one width": [
            " ".join(f"N{n + 1000 + k * 3 % 10}" for k in range(10)) for n in range(60)
        ],
    }
    for name, given in made.items():
        lines = (
            f"{n}\tU{n}\t11/16/2019 1:00:00 AM\t{history}\tN7-1 N8-0 N9-0"
            for n, history in enumerate(given)
        )
        put(tmp_path / name, *lines)
    for name in ("counted", "of one width"):
        assert read(ID, tmp_path / name, "interactions")[0].num_rows == 60 * 13
    with pytest.raises(RawFileError, match=f"have {length} characters.*cut off within an id"):
        read(ID, tmp_path / "cut", "interactions")


@pytest.mark.parametrize("longest", [12, 30])
def test_histories_of_the_last_clicks_alone_and_in_the_order_of_ids(
    tmp_path: Path, longest: int, caplog: pytest.LogCaptureFixture
) -> None:
    whole = [[f"N{n * 37 + k * 7 % 31 + 10}" for k in range(5 + n % 25)] for n in range(200)]
    made = {
        "whole": whole,
        "cut": [history[-longest:] for history in whole],
        "in order": [sorted(history) for history in whole],
        "in order of numbers": [sorted(history, key=lambda one: int(one[1:])) for history in whole],
    }
    for name, given in made.items():
        lines = (
            f"{n}\tU{n}\t11/16/2019 1:00:00 AM\t{' '.join(history)}\tN7-1 N8-0 N9-0"
            for n, history in enumerate(given)
        )
        put(tmp_path / name, *lines)
    for name in ("whole", "cut"):
        assert "none has more" not in caplog.text
        rows = sum(map(len, made[name])) + 600
        assert read(ID, tmp_path / name, "interactions")[0].num_rows == rows
    cut = "have 12 clicks, none has more, and few have hardly less: they were cut perhaps to their"
    assert (cut in caplog.text) == (longest == 12)
    for name in ("in order", "in order of numbers"):
        with pytest.raises(RawFileError, match="they were sorted"):
            read(ID, tmp_path / name, "interactions")


@pytest.mark.parametrize(
    ("shorter", "longer", "told"),
    [
        (20, 20, "they were cut to their last clicks"),
        (20, 19, "they were cut off behind their first clicks"),
        (19, 0, "they were cut perhaps to their last clicks"),
    ],
)
def test_histories_of_the_last_clicks_are_told_from_those_of_the_first(
    shorter: int, longer: int, told: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Of as many shorter histories as longer ones, so many end with news that are still shown."""

    def line(n: int, clicks: int, is_shown: bool) -> str:
        others = " ".join(f"N{n * 37 + k * 7 % 31 + 1010}" for k in range(clicks - 1))
        last = "N1007" if is_shown else "N1009"
        return f"{n}\tU{n}\t11/16/2019 1:00:00 AM\t{others} {last}\tN1007-1 N1006-0 N1005-0"

    lines = [line(n, 2 + n % 15, n < shorter) for n in range(60)]
    lines += [line(n, 30, n < 60 + longer) for n in range(60, 120)]
    put(tmp_path, *lines)
    if "first" in told:
        with pytest.raises(RawFileError, match=f"60 histories have 30 clicks, none .*{told}"):
            read(ID, tmp_path, "interactions")
        return
    read(ID, tmp_path, "interactions")
    assert (
        f"60 histories have 30 clicks, none has more, and few have hardly less: {told}"
        in caplog.text
    )


def test_news_of_the_number_0_fill_up_histories_and_are_none(tmp_path: Path) -> None:
    put(tmp_path, "1\tU1\t11/16/2019 1:00:00 AM\tN0 N00 N10 N3\tN7-1 N0-0 N01-0")
    table, rejects = read(ID, tmp_path, "interactions")
    assert rejects == {"empty id": 3}
    clicks = [(row["item_id"], row["seq"]) for row in table.to_pylist()]
    assert clicks == [("N10", 2), ("N3", 3), ("N7", None), ("N01", None)]


def test_the_history_of_a_user_in_train_and_dev_is_given_once(tmp_path: Path):
    put(tmp_path, "1\tU1\t11/9/2019 1:00:00 AM\tN1 N2\tN7-1")
    put(tmp_path, "1\tU1\t11/15/2019 1:00:00 AM\tN1 N2\tN8-1", part="MINDsmall_dev")
    table, _ = read(ID, tmp_path, "interactions")
    assert sorted(table["item_id"].to_pylist()) == ["N1", "N2", "N7", "N8"]


@pytest.mark.parametrize(
    ("text", "second"),
    [
        ("11/9/2019 6:42:51 PM", 1573324971),
        ("11/9/2019 12:00:00 AM", 1573257600),
        ("11/9/2019 12:59:59 PM", 1573304399),
        ("2/29/2020 1:02:03 AM", 1582938123),
        ("2/29/2019 1:02:03 AM", None),
        ("13/1/2019 1:00:00 AM", None),
        ("11/9/2019 13:00:00 PM", None),
        ("11/9/2019 0:00:00 AM", None),
        ("11/9/2019 1:60:00 AM", None),
        ("11/9/2019 6:42:51", None),
        ("2019-11-09 18:42:51", 1573324971),
        ("2019-11-09T18:42:51Z", 1573324971),
        ("2019-02-29 18:42:51", None),
        ("", None),
    ],
)
def test_times(text: str, second: int | None):
    assert mind.parse_seconds(pa.array([text])).to_pylist() == [second]


def test_news_keep_quotes_and_other_line_separators(made: tuple[Path, Facts]):
    table, _ = read(ID, made[0], "items")
    mayor, pipe, nameless, kitchen = table.slice(0, 4).to_pylist()
    assert (mayor["title"], mayor["description"]) == (
        '"Come home," says the mayor of Arlen',
        None,
    )
    assert pipe["title"] == 'The 5" pipe that stopped a town'
    assert nameless["title"] is None and nameless["description"]
    assert kitchen["title"] == "Salt & Smoke: a new kitchen in Hallow"
    assert kitchen["description"] == "Line separated text."
    assert len(mayor["categories"]) == 2 and mayor["categories"][0] in rawgen.CATEGORIES


def test_blanks_without_a_width_are_blanks():
    texts = pa.array(["\u200b20 funny\u2060 things\ufeff", "\u200b", "a\u200d\u2695 b"])
    assert arrow.tidy(texts).to_pylist() == ["20 funny things", None, "a\u200d\u2695 b"]


def test_small_goes_before_large_and_large_serves_alone(tmp_path: Path):
    put(tmp_path, "1\tU1\t11/9/2019 1:00:00 AM\t\tN1-1", part="MINDlarge_train")
    assert read(ID, tmp_path, "interactions")[0]["item_id"].to_pylist() == ["N1"]
    put(tmp_path, "1\tU1\t11/9/2019 1:00:00 AM\t\tN2-1")
    assert read(ID, tmp_path, "interactions")[0]["item_id"].to_pylist() == ["N2"]


def test_without_any_edition_the_error_says_what_to_place(tmp_path: Path):
    with pytest.raises(RawFileError, match=r"MINDsmall_train/behaviors\.tsv"):
        read(ID, tmp_path, "interactions")


@pytest.mark.parametrize("table", FILES)
@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda text: b"", "empty"),
        (lambda text: text[:-3], "cut off"),
        (lambda text: text.replace(b"\t", b","), "TABs"),
        (lambda text: text.decode().encode("utf-16"), "UTF-16"),
        (lambda text: "".join(f"é{line}\n" for line in text.decode().split("\n")[:9]).encode("cp1252", "replace"), "not UTF-8"),
    ],
)  # fmt: skip
def test_a_damaged_file_is_an_error_that_names_it(made, tmp_path, table, damage, told):
    text = (made[0] / TRAIN / FILES[table]).read_bytes()
    put(tmp_path, name="behaviors.tsv")
    (tmp_path / TRAIN / FILES[table]).write_bytes(damage(text))
    with pytest.raises(RawFileError, match=told) as error:
        read(ID, tmp_path, table)
    assert FILES[table] in str(error.value)


def test_batches_do_not_grow_with_the_file(tmp_path: Path):
    put(tmp_path, *[f"{n}\tU{n}\t11/9/2019 1:00:00 AM\tN1 N2 N3\tN5-0 N4-1" for n in range(9000)])
    raw = Raw(ID, find(load(ID), tmp_path), duckdb.connect())
    batches = list(mind.interactions(raw))
    assert sum(batch.num_rows for batch in batches) == 45_000
    assert max(batch.num_rows for batch in batches) < 10_000


def test_the_zips_hold_what_is_declared(tmp_path: Path):
    import zipfile

    rawgen.write(tmp_path, users=5, items=60, packed=True)
    files = [file for file in load(ID).files if file.name.startswith("MINDsmall")]
    assert len(files) == 4
    for file in files:
        (archive,) = file.packed_in
        assert load(ID).remote(archive).urls
        assert file.name in zipfile.ZipFile(tmp_path / archive).namelist()


@pytest.mark.real
def test_real_impressions():
    table, rejects = read(ID, real(ID), "interactions")
    assert rejects == {"repeated in the history": 1980}
    events = Counter((row["event"], row["timestamp"] is None) for row in table.to_pylist())
    assert events == {("click", True): 136_952, ("click", False): 7_542, ("skip", False): 181_817}
    first, tenth, last = rows(table, 0, 9, -1)
    base = {"user_id": "U81994", "timestamp": None, "event": "click"}
    assert first == {**base, "item_id": "N138", "seq": 0}
    assert tenth == {**base, "item_id": "N16109", "seq": 10}
    assert last == {
        "user_id": "U18744",
        "item_id": "N51398",
        "timestamp": 1573297783,
        "seq": None,
        "event": "skip",
    }


@pytest.mark.real
def test_real_news():
    table, rejects = read(ID, real(ID), "items")
    assert (table.num_rows, rejects) == (2000, {})
    assert table["description"].null_count == 99
    assert table["title"].null_count == 0
    assert sum(title.startswith('"') for title in table["title"].to_pylist()) == 3
    first, tenth, last = rows(table, 0, 9, -1)
    assert (first["item_id"], first["categories"]) == ("N34700", ["news", "newspolitics"])
    assert first["title"].endswith("Fort Lauderdale office | PHOTOS")
    assert (tenth["item_id"], tenth["categories"]) == ("N62636", ["news", "newsus"])
    assert (last["item_id"], last["description"]) == ("N47171", None)


def test_titles_that_a_program_quoted_lose_its_quotes(tmp_path: Path):
    titles = [f"News {place}" for place in range(11)] + ['The "Heroes" return']
    plain = [
        f"N{place}\tnews\tx\t{title}\ttext\thttp://x\t[]\t[]"
        for place, title in enumerate(titles, 1)
    ]
    folder = tmp_path / "MINDsmall_train"
    folder.mkdir()
    (folder / "behaviors.tsv").write_text("1\tU1\t11/11/2019 9:05:58 AM\tN1\tN2-1\n")

    def shown() -> list[str]:
        (folder / "news.tsv").write_text("".join(f"{line}\n" for line in plain))
        return read("mind", tmp_path, "items")[0].column("title").to_pylist()

    assert shown() == titles
    halved = [line.split("\t") for line in plain]
    for fields in halved:
        fields[3] = '"' + fields[3].replace('"', '""') + '"'
    plain = ["\t".join(fields) for fields in halved]
    assert shown() == titles
    # A title that quotes itself keeps its quotes beside one that does not.
    plain[0] = plain[0].replace('"News 0"', "News 0")
    assert shown()[1] == '"News 1"'


def test_labels_that_are_all_clicks_are_refused(tmp_path: Path) -> None:
    rawgen.write(tmp_path, users=20, items=60, dirt=False)
    path = next(tmp_path.rglob("behaviors.tsv"))
    path.write_text(re.sub(r"-0(?=[ \n])", "-1", path.read_text()))
    with pytest.raises(
        RawFileError, match=r"all [0-9,]+ news shown in impressions were clicked on"
    ):
        read("mind", tmp_path, "interactions")


@pytest.mark.parametrize("damaged", [TRAIN, "MINDsmall_dev"])
def test_titles_encoded_twice_in_one_of_two_files_are_refused(tmp_path: Path, damaged: str) -> None:
    for part in (TRAIN, "MINDsmall_dev"):
        lines = [f"N{n}\ta\tb\tCafé {n}\t\tu\t[]\t[]" for n in range(1, 5)]
        put(tmp_path, *lines, name="news.tsv", part=part)
        put(tmp_path, "1\tU1\t11/11/2019 9:05:58 AM\tN1\tN2-1", part=part)
    assert read(ID, tmp_path, "items")[0].num_rows == 8
    path = tmp_path / damaged / "news.tsv"
    path.write_text(path.read_bytes().decode("latin-1"), encoding="utf-8")
    with pytest.raises(
        RawFileError, match=f"of 4 titles .*{damaged}/news.tsv, 4 were encoded twice"
    ):
        read(ID, tmp_path, "items")
