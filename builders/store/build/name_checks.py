"""Whether the titles and categories of items read as names do, and not as what a program made of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from itdr.builders.core.errors import RawFileError
from itdr.builders.core.letters import ENOUGH_IF_ALL, MOST
from itdr.builders.core.reasons import ENOUGH_TO_JUDGE
from itdr.builders.core.schema import Source
from itdr.builders.core.title_faults import ENOUGH_TO_DIFFER
from itdr.builders.store.build.limits import Row

ENOUGH_NAMES = 100
"""So many long titles are not all of one word."""
MANY_NAMES = 3_000
"""Of so many titles, some have a letter beyond ASCII."""
ENOUGH_IN_ANY_CASE, NEARLY_ALL = 200, 0.98
"""So many long titles, of a source where some are in small letters, are not nearly all so."""
MOST_ASKED = 0.01
"""The share of items named by question marks that is no chance."""
LONG = 15
"""Characters of a title of several words."""
MOST_SOLID, LEAST_DATED, MOST_JOINED = 0.5, 0.01, 0.25
"""The share of long titles without a blank, that of titles that a spreadsheet took for days, and that of lists of
categories that look like several joined in one."""
AT_END, MORE_AT_END, ENOUGH_LISTS, LEAST_LENGTHS = 3, 3, 20, 5
"""Lists of categories that were cut are of the last lengths, so many: these are so many times as many as those of the
lengths before, and of so many different ones; those of fewer lengths are made by a rule."""
_BARE = "split_part(title, ' (', 1)"
_LATIN = "CASE WHEN beyond_ascii(title) THEN CASE WHEN NOT matches(title, '[ぁ-ヿ一-鿿]') THEN 1 END ELSE 1 END"
"""SQL: 1 where a title has no Chinese or Japanese character: of such a title, one word in small letters says nothing."""
_MONTH = "(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_HEX = "[0-9a-f]"
_UUID = f"{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}"
_CODE = f"^([a-z]+_[0-9]+|[0-9]+|{_UUID}|[^0-9A-Za-z ][0-9]+(, ?[0-9]+)+[^0-9A-Za-z ])$"
"""An id or a list of numbers in place of a name: "art_17", "761140", "[25575, 6270]"."""
_FOREIGN = "[A-Za-z][Ͱ-ϿЀ-ӿ≤≥⌠⌡─-▟]|[Ͱ-ϿЀ-ӿ─-▟][A-Za-z]|√[^ ]|[a-z][À-ÖØ-Þ÷³±¾¶]"
"""Letters that do not stand within one word: of Greek and Latin, capitals with accents behind small letters, signs."""
_MARK = '[-.,:;!?/&()"]'
"""A mark between or behind words; of many titles, some have one."""
_ENDS = "( |$|[,.:;!?)])"
NAMES = f"""
SELECT count(*) AS n,
       count(CASE WHEN {_BARE} NOT LIKE '% %' OR title LIKE '[%' THEN
           CASE WHEN matches({_BARE}, '{_CODE}') THEN 1 END END) AS codes,
       count(CASE WHEN lower({_BARE}) <> upper({_BARE}) THEN {_LATIN} END) AS cased,
       count(CASE WHEN {_BARE} = lower({_BARE}) AND {_BARE} <> upper({_BARE}) THEN {_LATIN} END) AS small,
       count(CASE WHEN length(title) >= {LONG} AND lower(title) <> upper(title) AND substring({_BARE}, 2) = lower(substring({_BARE}, 2))
           THEN 1 END) AS behind,
       count(CASE WHEN length(title) >= {LONG} AND lower(title) <> upper(title) THEN 1 END) AS lengthy,
       count(CASE WHEN length(title) >= {LONG} AND lower(title) <> upper(title) AND NOT beyond_ascii(title) THEN 1 END)
           AS long,
       count(CASE WHEN length(title) >= {LONG} AND lower(title) <> upper(title) AND NOT beyond_ascii(title)
           AND title NOT LIKE '% %' THEN 1 END) AS solid,
       count(CASE WHEN instr(title, chr(39)) > 0 THEN
           CASE WHEN matches(title, '[a-z]' || chr(39) || '(S|T|Re|Ve|Ll|D|M){_ENDS}') THEN 1 END END) AS great_ends,
       count(CASE WHEN instr(title, chr(39)) > 0 THEN
           CASE WHEN matches(title, '[a-z]' || chr(39) || '(s|t|re|ve|ll|d|m){_ENDS}') THEN 1 END END) AS small_ends,
       count(CASE WHEN instr(title, ' ' || chr(39) || ' ') > 0 OR instr(title, ' ’ ') > 0 THEN
           CASE WHEN matches(title, '[A-Za-z] [' || chr(39) || '’] (s|t|re|ve|ll|d|m)( |$)') THEN 1 END END) AS apart,
       count(CASE WHEN matches({_BARE}, '{_MARK}') THEN 1 END) AS marks,
       count(CASE WHEN beyond_ascii(title) THEN 1 END) AS beyond,
       count(CASE WHEN beyond_ascii(title) THEN CASE WHEN matches(title, '{_FOREIGN}') THEN 1 END END) AS mixed,
       count(CASE WHEN title LIKE '%&%' THEN 1 END) AS ands,
       count(CASE WHEN title LIKE '%&%;%' THEN
           CASE WHEN matches(title, '&(#[0-9]+|#x[0-9A-Fa-f]+|[a-z]+[0-9]*);') THEN 1 END END) AS entities,
       count(CASE WHEN length({_BARE}) <= 6 THEN
           CASE WHEN matches({_BARE}, '^([0-9]{{1,2}}-{_MONTH}|{_MONTH}-[0-9]{{2}})$') THEN 1 END END) AS days
FROM items_raw WHERE reject IS NULL AND title IS NOT NULL
"""
BEYOND = """
SELECT count(*) AS n, count(CASE WHEN beyond_ascii(title) THEN 1 END) AS beyond
FROM items_raw WHERE reject IS NULL AND title IS NOT NULL
"""


def asked_query(columns: Collection[str]) -> str:
    """SQL that counts the items, and those whose title or creator is of question marks in place of letters.

    Args:
        columns: the columns of items.

    Returns:
        A SELECT of two numbers.
    """
    texts = ["title", *(["listed(creators)"] if "creators" in columns else [])]
    condition = " OR ".join(
        f"{text} LIKE '%??%' AND lower({text}) = upper({text})" for text in texts
    )
    return f"""
SELECT count(*) AS n, count(CASE WHEN {condition} THEN 1 END) AS asked
FROM items_raw WHERE reject IS NULL
"""


SPACED = """
SELECT count(*) AS n, count(CASE WHEN matches(title, '[一-鿿] [一-鿿] [一-鿿]') THEN 1 END) AS spaced
FROM items_raw WHERE reject IS NULL AND title IS NOT NULL
"""
_LISTS = """(
    SELECT listed(categories) AS text, count(*) AS records FROM items_raw WHERE reject IS NULL
    GROUP BY listed(categories)
)"""
"""Each list of categories once, with its number of items: there are far fewer."""
CATEGORIES = f"""
SELECT CAST(coalesce(sum(records), 0) AS BIGINT) AS n,
       CAST(coalesce(sum(CASE WHEN matches(replace(text, chr(31), ' '), '^[0-9][0-9 ]*$') THEN records END), 0) AS BIGINT)
           AS codes,
       CAST(coalesce(sum(CASE WHEN text LIKE '% > %' OR text LIKE '% - %' THEN records END), 0) AS BIGINT) AS joined,
       CAST(coalesce(sum(CASE WHEN text LIKE '%' || chr(31) || '%' THEN records END), 0) AS BIGINT) AS several,
       CAST(coalesce(sum(CASE WHEN matches(text, '^.(' || chr(31) || '.){{2,}}$') THEN records END), 0) AS BIGINT) AS letters,
       CAST(coalesce(sum(CASE WHEN text = lower(text) AND text <> upper(text) THEN records END), 0) AS BIGINT) AS small,
       count(DISTINCT split_part(text, chr(31), 1)) AS firsts,
       count(DISTINCT split_part(text, chr(31), 2)) AS seconds
FROM {_LISTS} AS lists WHERE text <> ''
"""
LENGTHS = f"""
SELECT CAST(coalesce(sum(n), 0) AS BIGINT) AS n,
       CAST(coalesce(sum(CASE WHEN size > top - {AT_END} THEN n END), 0) AS BIGINT) AS at_end,
       CAST(coalesce(sum(CASE WHEN size <= top - {AT_END} AND size > top - 2 * {AT_END} THEN n END), 0) AS BIGINT)
           AS before,
       CAST(coalesce(sum(CASE WHEN size > top - {AT_END} THEN kinds END), 0) AS BIGINT) AS kinds,
       count(*) AS lengths, coalesce(max(top), 0) AS top
FROM (
    SELECT size, n, kinds, max(size) OVER () AS top FROM (
        SELECT size, CAST(sum(records) AS BIGINT) AS n, count(*) AS kinds FROM (
            SELECT records, length(replace(text, chr(31), ', ')) AS size FROM {_LISTS} AS lists WHERE text <> ''
        ) AS sized GROUP BY size
    ) AS counted
) AS ranked
"""
TOWNS = """
SELECT count(*) AS n, count(DISTINCT name) AS names, count(DISTINCT town) AS towns,
       count(CASE WHEN matches(town, '^[A-Z]{2,3}[)]$') THEN 1 END) AS codes
FROM (
    SELECT split_part(title, ' (', 1) AS name, split_part(title, ' (', 2) AS town FROM items_raw
    WHERE reject IS NULL AND title LIKE '% (%)'
) AS parts
"""


class Names(NamedTuple):
    """How many titles there are, and how many are of each kind; see `NAMES`."""

    n: int
    codes: int
    cased: int
    small: int
    behind: int
    lengthy: int
    long: int
    solid: int
    great_ends: int
    small_ends: int
    apart: int
    marks: int
    beyond: int
    mixed: int
    ands: int
    entities: int
    days: int


def require_names(
    source: Source, columns: Collection[str], row: Row, files: Sequence[Path]
) -> None:
    """Check the titles and categories of a source's items.

    Args:
        source: the declaration; the user's own data are not checked.
        columns: the columns that its reader fills.
        row: runs a query of one row on `items_raw`.
        files: where the items were read from.

    Raises:
        RawFileError: they are codes, or were written anew.
    """
    if source.described or "title" not in columns:
        return
    fault = _titles(source, Names(*row(NAMES)))
    for option, (query, check) in _DECLARED.items():
        if not fault and source.options.get(option):
            fault = check(*row(query))
    if not fault and "categories" in columns:
        fault = _categories(source, *row(CATEGORIES)) or _cut(*row(LENGTHS))
    if fault:
        names = ", ".join(map(str, files))
        raise RawFileError(f"{source.id}: {names}: {fault}. Put the official file in place.")


def _titles(source: Source, names: Names) -> str:
    n = names.n
    if names.codes >= ENOUGH_TO_JUDGE and 2 * names.codes > n:
        return f"{names.codes:,} of {n:,} titles are ids or numbers: these stand in place of names"
    if _is_most(names.mixed, names.beyond):
        return (
            f"of {names.beyond:,} titles with letters beyond ASCII, {names.mixed:,} have some that belong to no word, such as "
            "'MisΘrables': they were read in another encoding than the one in which they were written"
        )
    if _is_most(names.entities, names.ands):
        return f"{names.entities:,} of {n:,} titles hold codes such as '&amp;amp;' for '&': they were coded twice"
    if names.days >= ENOUGH_IF_ALL and names.days >= LEAST_DATED * n:
        return f"{names.days:,} of {n:,} titles are days such as 'Mar-01': a spreadsheet wrote them in place of names"
    if names.long >= ENOUGH_NAMES and names.solid > MOST_SOLID * names.long:
        return f"{names.solid:,} of {names.long:,} long titles have no blank: these were removed or replaced"
    if names.apart >= ENOUGH_TO_JUDGE and names.apart > MOST * (names.apart + names.small_ends):
        return f"{names.apart:,} of {n:,} titles have blanks around an apostrophe, as in 'Don ' t': they were cut into pieces"
    if source.options.get("any_case"):
        if n >= MANY_NAMES and not names.marks:
            return (
                f"none of {n:,} titles has a comma, a full stop or another mark: these were removed"
            )
        if names.lengthy >= ENOUGH_IN_ANY_CASE and names.behind > NEARLY_ALL * names.lengthy:
            return f"{names.behind:,} of {names.lengthy:,} long titles have no capital behind the first letter: they were written in small letters"
        return ""
    if names.cased >= ENOUGH_TO_DIFFER and 10 * names.small > 9 * names.cased:
        return f"{names.small:,} of {n:,} titles were written in small letters"
    if names.great_ends >= ENOUGH_TO_JUDGE and names.great_ends > MOST * (
        names.great_ends + names.small_ends
    ):
        return f"{names.great_ends:,} of {n:,} titles have a capital behind an apostrophe, as in 'Don'T': all words were given capitals"
    return ""


def _is_most(damaged: int, n: int) -> bool:
    return (damaged >= ENOUGH_IF_ALL and damaged > MOST * n) or (
        damaged >= ENOUGH_TO_JUDGE and 2 * damaged > n
    )


def _spaced(n: int, spaced: int) -> str:
    if spaced < ENOUGH_TO_JUDGE or 2 * spaced <= n:
        return ""
    return (
        f"{spaced:,} of {n:,} titles have blanks between all characters: they were cut into pieces"
    )


def _towns(n: int, names: int, towns: int, codes: int) -> str:
    if codes >= ENOUGH_TO_JUDGE and 2 * codes > n:
        return f"the towns of {codes:,} of {n:,} items are codes such as 'AZ': towns and states were swapped, or towns replaced"
    if n >= ENOUGH_NAMES and 2 * towns > n and towns > 4 * names > 4:
        return f"{n:,} items have {names:,} different names and {towns:,} towns: the two columns were swapped"
    return ""


def _categories(
    source: Source,
    n: int,
    codes: int,
    joined: int,
    several: int,
    letters: int,
    small: int,
    firsts: int,
    seconds: int,
) -> str:
    if letters >= ENOUGH_TO_JUDGE and 2 * letters > n:
        return f"the categories of {letters:,} of {n:,} items are single letters: texts were taken for lists"
    if codes >= ENOUGH_TO_JUDGE and 2 * codes > n:
        return f"the categories of {codes:,} of {n:,} items are numbers, not names"
    if not several and joined >= ENOUGH_TO_JUDGE and joined > MOST_JOINED * n:
        return f"the categories of {joined:,} of {n:,} items stand in one name, such as 'Action - Drama': they were joined"
    if source.options.get("capitals") and n >= ENOUGH_TO_DIFFER and 10 * small > 9 * n:
        return f"the categories of {small:,} of {n:,} items were written in small letters"
    if source.options.get("subcategories") and n >= ENOUGH_NAMES and firsts > seconds:
        return f"{n:,} items have {firsts:,} different categories and {seconds:,} subcategories: the two columns were swapped, or subcategories merged"
    return ""


def _cut(n: int, at_end: int, before: int, kinds: int, lengths: int, top: int) -> str:
    by_rule = kinds < ENOUGH_LISTS or lengths < LEAST_LENGTHS
    if n < ENOUGH_NAMES or by_rule or 2 * at_end <= n or at_end <= MORE_AT_END * before:
        return ""
    return f"the categories of {at_end:,} of {n:,} items have {top:,} characters or hardly less, and none has more: they were cut off"


_DECLARED: Mapping[str, tuple[str, Callable[..., str]]] = {
    "chinese": (SPACED, _spaced),
    "town_in_title": (TOWNS, _towns),
}
"""By an option of a source, a query and what is wrong with its row."""


def unusual_names(source: Source, columns: Collection[str], row: Row) -> list[str]:
    """What is unusual of a source's titles, and may be right.

    Args:
        source: the declaration.
        columns: the columns that its reader fills.
        row: runs a query of one row on `items_raw`.

    Returns:
        A clause for each.
    """
    if source.described or "title" not in columns:
        return []
    notes = []
    n, beyond = row(BEYOND)
    if n >= MANY_NAMES and not beyond:
        notes.append(
            f"none of {n:,} titles has a letter beyond ASCII: accents may have been removed"
        )
    n, question_marks = row(asked_query(columns))
    if question_marks >= max(ENOUGH_TO_JUDGE, MOST_ASKED * n):
        notes.append(
            f"{question_marks:,} of {n:,} items have question marks in place of their names: letters of other scripts may have been lost"
        )
    return notes
