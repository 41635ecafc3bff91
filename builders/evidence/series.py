"""Series: works that share a name, told by the form of their titles; and a work's other editions.

A title names its series by a number ("Rocky II", "Halloween 5: The Revenge"), a subtitle ("Star Trek:
First Contact"), an adventure ("Harry Potter and the …"), a season, in brackets ("(Harry Potter, Book 1)"), or by
whom its novels are about ("Hard Eight: A Stephanie Plum Novel"). A name is a series only where several works of the
source bear it in such a form.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import yaml

from itdr.builders.core.text import plain

MIN_WORKS_OF_A_SERIES = 3
"""How many works must share a name that only precedes subtitles; two are enough if one of them is numbered."""
MIN_TITLES_OF_A_WORD = 2
"""Titles beside which one word with which all begin is a name, even if it is no whole title."""
_MIN_WORDS_OF_A_SUBTITLE = 2
_MIN_CHARACTERS = 4
"""Characters of a series' name that one title alone may give."""
_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]*[)\]]")
_YEAR = re.compile(r"\s*\(\d{4}(?:[-–]\d{0,4})?\)$")
_BRACKETED = re.compile(
    r"\(([^()]*?)(?:,| series| trilogy| saga| chronicles)?[, ]+(?:book|bk\.?|no\.?|vol\.?|volume|part|#) ?(?:\d+|[ivx]+\b)[^()]*\)"
    r"|\(([^()]*? (?:series|trilogy|saga|chronicles))\)",
    re.IGNORECASE,
)
_NOVEL = re.compile(
    r"(?:\(\s*(?:(?:an?|the) )?|(?:[:,]|\s[-–])\s*(?:an?|the) )(?P<name>[^\s():,][^():,]*?) "
    r"(?:novels?|mystery|mysteries|adventures?|thrillers?)\s*(?=$|[():])",
    re.IGNORECASE,
)
"""A novel by whom it is about, as the names of publishers' lists and kinds of novels are not."""
_NO_HEROES = frozenset(
    "accent acclaimed action adventure american avon ballantine bantam berkley biographical chick christian christmas "
    "classic comic complete contemporary crime culinary dead debut dell detective documentary epic erotic espionage fantasy fawcett fiction "
    "first five four genetic graphic great gratifying harlequin harper harvest historical honest horror humorous "
    "illustrated international laurel legal library lit literary little love medical medieval military minotaur modern murder "
    "nal new novel nyrb onyx original paranormal penguin picture pocket political prime prize psychological puffin regency "
    "romance romantic satirical science scientific second serial short signet silhouette six spiritual spy stonewall supernatural "
    "suspense tale techno thrilling three time topaz true twisted two unfinished vampire verse victorian vintage war western "
    "winning young zebra".split()
)
"""Words of names before "Novel" that tell no series."""
_NO_ENDS = ("a", "an", "the", "of", "in", "and")
"""Words with which no name ends."""
_LISTS = re.compile(
    r"\b(?:book club|collectors?|folio|i can read|harlequin|silhouette|historical$|intimate moments|penguin|puffin|signet)\b",
    re.IGNORECASE,
)
"""What stands with a number in brackets, too, and is a list of a publisher, not a series."""
_TOLD = re.compile(
    r"\(([^()]*?),?(?: series,?)? (?:book|bk\.?|no\.?|vol\.?|volume|part|#) ?(?:\d+|[ivx]+\b)[^()]*\)",
    re.IGNORECASE,
)
"""The name of a series before the number of a volume, with what it calls itself: "(Vampire Chronicles, Book II)"."""
_CALLED = re.compile(r"\(([^()]*? (?:series|trilogy|saga|chronicles))\)", re.IGNORECASE)
"""What calls itself a series in brackets: "(Green Mile Series)"."""
_LEADING_ARTICLE = re.compile(r"^(?:the|an?) ", re.IGNORECASE)
_BINDING = re.compile(r"\s*\((?:paperback|hardcover|mass market[^()]*)\)", re.IGNORECASE)
_SERIES = re.compile(r"(?<=\w) series$|^(?:an? |the )?series of ", re.IGNORECASE)
_NUMBERED = re.compile(
    r"^(?P<name>.*?[^\s:,-])[\s:,-]+(?:(?P<word>(?i:part|chapter|episode|vol\.?|volume|season|book)) )?"
    r"(?P<number>VIII|VII|VI|IV|IX|V|III|II|[2-9]|1[0-9])(?=$|[:,]|\s[-–(])"
)
_SEASON = re.compile(
    r"^(?P<name>.*?):?\s(?:(?:2nd|3rd|[4-9]th) season|season [2-9])\b", re.IGNORECASE
)
_SUBTITLE = re.compile(r"^(?P<name>[^:]{2,40}?)(?::\s|\s[-–]\s)")
_FRAME = re.compile(r"^the (?P<name>.+) saga$", re.IGNORECASE)
"""What frames the name of a series before a subtitle: "The Twilight Saga: Eclipse"."""
_ADVENTURE = re.compile(r"^(?P<name>[A-Z]\S+ [A-Z]\S+) and the ")

_LEADS_ON = re.compile(
    r"[\d½⅓/.]+|[IVX]+|&|and|the|an?|of|no|in|on|at|to|for|from|into|by|with|vs\.?|part|chapter|episode|vol\.?|volume|season|book|",
    re.IGNORECASE,
)
"""Words with which the name of a series does not end."""
_POSSESSIVE = re.compile("['’]s$")
_FIRST = re.compile(
    r"\([^()]*[, ](?:book|bk\.?|no\.?|vol\.?|volume|part|#) ?(?:1|i|one)(?:\b(?!\.\d))[^()]*\)",
    re.IGNORECASE,
)
"""What says that a title is the first volume: "(Left Behind No. 1)"."""
_CONTENTS = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_ARTICLE = re.compile(r"^(?:the|a|an) ")
_COMMON_WORDS = frozenset(
    ["the", "of", "a", "an", "and", "series", "chronicles", "trilogy", "saga", "book"]
)
"""Words that do not tell one series from another."""


class Part(NamedTuple):
    """What a title says. name: of the series it may belong to, "" for none; numbered: it is a sequel;
    sure: the form of the title alone says that there is a series."""

    name: str
    numbered: bool = False
    sure: bool = False


@functools.lru_cache(maxsize=1 << 16)
def part(title: str) -> Part:
    """The series that a title may belong to, by its form.

    >>> part("Halloween 5: The Revenge of Michael Myers (1989)")
    Part(name='Halloween', numbered=True, sure=True)

    Args:
        title: the title as rows show it.

    Returns:
        The series' name; without one where the title names none.
    """
    title = _BINDING.sub("", _YEAR.sub("", title))
    brackets = _BRACKETED.search(title)
    if brackets and not _LISTS.search(brackets[0]):
        name = (brackets[1] or brackets[2]).strip(" ,")
        return Part(_SERIES.sub("", name), False, True)
    hero = _hero(title)
    if hero:
        return Part(hero, False, True)
    match = _SEASON.match(title)
    if match:
        return Part(match["name"], True, True)
    match = _NUMBERED.match(title)
    if match:
        # "Star Wars: Episode IV" is the first film.
        first = (match["word"] or "").casefold() == "episode" and match["number"] == "IV"
        return Part(match["name"], not first, True)
    for form in (_SUBTITLE, _ADVENTURE):
        match = form.match(title)
        if match:
            frame = _FRAME.match(match["name"])
            return Part((frame or match)["name"])
    return Part("")


def _hero(title: str) -> str:
    """Whom a title says that its novel is about; "" for "A Novel" and "A Crime Novel"."""
    for match in _NOVEL.finditer(title):
        words = plain(match["name"]).split()
        if words and _NO_HEROES.isdisjoint(words) and words[-1] not in _NO_ENDS:
            return match["name"]
    return ""


def told_series(title: str) -> str:
    """The series that a title names in so many words, as one would say it.

    >>> told_series("The Vampire Lestat (Vampire Chronicles, Book II)"), told_series("Rocky II (1979)")
    ('Vampire Chronicles', '')
    >>> told_series("The Two Dead Girls (Green Mile Series)"), told_series("Two (A Series of Odd Events, Book 2)")
    ('Green Mile', 'Odd Events')

    Args:
        title: the title as rows show it.

    Returns:
        The name, without an article; "" where the title names none, or in capitals alone.
    """
    brackets = _TOLD.search(title) or _CALLED.search(title)
    if brackets and _LISTS.search(brackets[0]):
        return ""
    name = brackets[1] if brackets else _hero(title)
    name = _LEADING_ARTICLE.sub("", _SERIES.sub("", name.strip(" ,:-")))
    return "" if name.isupper() or " ," in name else name


def tell_one_series(titles: Sequence[str]) -> bool:
    """Whether several titles all tell the same series in so many words.

    >>> tell_one_series(["Nine (An Ada Fox Novel)", "Ten (An Ada Fox Novel)"]), tell_one_series(["Nine", "Ten"])
    (True, False)

    Args:
        titles: titles as rows show them.

    Returns:
        False for one title, or none.
    """
    names = set(map(told_series, titles))
    return len(titles) > 1 and len(names) == 1 and "" not in names


@functools.lru_cache(maxsize=1 << 16)
def known_series(title: str) -> str:
    """The series that a title is known to be a part of, though it does not say so.

    >>> known_series("Goldfinger (1964)"), known_series("Goldfinger (2001)")
    ('James Bond', '')
    >>> known_series("Interview with the Vampire"), known_series("Interview with the Vampire (1994)")
    ('Vampire Chronicles', '')

    Args:
        title: the title as rows show it.

    Returns:
        The name; "" for any other title.
    """
    return _known_parts()[0].get(_known_key(title), "")


def series_within(titles: Sequence[str]) -> str:
    """The series within a series, such as a trilogy, to which all of some titles belong.

    >>> series_within(["Star Wars: Episode I - The Phantom Menace (1999)", "Star Wars: Episode III - Revenge of the Sith (2005)"])
    'Star Wars prequels'
    >>> series_within(["Star Wars: Episode I - The Phantom Menace (1999)", "Star Wars: Episode IV - A New Hope (1977)"])
    ''

    Args:
        titles: titles as rows show them.

    Returns:
        The name; "" where there is none.
    """
    names = {_known_parts()[1].get(_known_key(one), "") for one in titles}
    return names.pop() if len(names) == 1 else ""


def _known_key(title: str) -> tuple[str, str]:
    """A title without and with its year, as the list of known series has it."""
    year = _YEAR.search(title)
    return first_words(title), year[0].strip() if year else ""


@functools.cache
def _known_parts() -> tuple[dict[tuple[str, str], str], dict[tuple[str, str], str]]:
    """By title and year (none for a book), the series, and the series within a series."""
    by_series = yaml.safe_load(Path(__file__).with_name("series_names.yaml").read_text("utf-8"))
    within = by_series.pop("within a series")
    first, second = (
        {_known_key(part): name for name, parts in one.items() for part in parts}
        for one in (by_series, within)
    )
    return first, second


def shared_beginning(titles: Sequence[str]) -> str:
    """The words with which all of some titles begin, as the name of a series; without an article, a number, or words
    that only lead to the rest.

    >>> shared_beginning(["Harry Potter and the Goblet of Fire (2005)", "Harry Potter and the Chamber of Secrets (2002)"])
    'Harry Potter'
    >>> shared_beginning(["Back to the Future (1985)", "Back to the Future Part II (1989)"])
    'Back to the Future'
    >>> shared_beginning(["Monty Python's Life of Brian (1979)", "Monty Python and the Holy Grail (1974)"])
    'Monty Python'
    >>> shared_beginning(["Yama no Uta", "Yama no Kaze"]), shared_beginning(["Yama no Uta", "Yama no Kaze", "Yama no Ki"])
    ('', 'Yama')

    Args:
        titles: two or more titles as rows show them.

    Returns:
        The words, each in its shortest form; "" where they are fewer than four letters, or a single word that is all that
        no more than two titles have in common: "Escape from New York" begins with no name.
    """
    every = [_LEADING_ARTICLE.sub("", _BRACKETS.sub("", title)).split() for title in titles]
    beginning: list[str] = []
    for words in zip(*every, strict=False):
        if len({_stem(word) for word in words}) > 1:
            break
        beginning.append(min(words, key=len))
    while beginning and _LEADS_ON.fullmatch(beginning[-1].strip(" ,:-")):
        beginning = beginning[:-1]
    name = " ".join(beginning).rstrip(" ,:-")
    alone = plain(name) in {first_words(part(one).name or one) for one in titles}
    sure = len(beginning) > 1 or len(titles) > MIN_TITLES_OF_A_WORD or alone
    return name if sure and sum(map(str.isalpha, name)) >= _MIN_CHARACTERS else ""


def shared_title(titles: Sequence[str]) -> str:
    """The one of some titles that stands in all others, as the name of a series; without an article.

    >>> shared_title(["The Omen (1976)", "Damien: Omen II (1978)"])
    'Omen'

    Args:
        titles: two or more titles as rows show them.

    Returns:
        The title; "" where none stands in all others, or where it is shorter than four letters.
    """
    names = [_LEADING_ARTICLE.sub("", _BRACKETS.sub("", title)).strip() for title in titles]
    name = min(names, key=len)
    inside = all(f" {plain(name)} " in f" {plain(other)} " for other in names)
    return name if inside and len(plain(name)) >= _MIN_CHARACTERS else ""


def _stem(word: str) -> str:
    """A word without the ending of a plural or a possessive, folded."""
    return plain(_POSSESSIVE.sub("", word.strip(",:;"))).strip().removesuffix("s")


@functools.lru_cache(maxsize=1 << 16)
def series_key(title: str) -> str:
    """The folded name of the series that a title may belong to, by itself or as the first part; "" where
    it is too short to be one.

    >>> series_key("Halloween II (1981)"), series_key("Halloween (1978)")
    ('halloween', 'halloween')
    >>> series_key("The Golden Compass (His Dark Materials, Book 1)")
    'his dark materials'
    >>> series_key("Harry Potter and the Deathly Hallows: Part 2 (2011)")
    'harry potter'
    """
    name = part(title).name
    # The second part of an adventure belongs to the series of the adventure.
    adventure = _ADVENTURE.match(name)
    key = plain((adventure["name"] if adventure else name) or _BRACKETS.sub("", title))
    return key if len(key) >= _MIN_CHARACTERS else ""


@functools.lru_cache(maxsize=1 << 16)
def series_words(key: str) -> frozenset[str]:
    """The words of a series' key that tell it from others, as spellings of one series share them.

    >>> series_words("the vampire chronicles") == series_words("vampire chronicles")
    True
    """
    return frozenset(word for word in key.split() if not word.isdigit()) - _COMMON_WORDS


@functools.lru_cache(maxsize=1 << 16)
def bracketed_series(title: str) -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
    """What stands in each bracket of a title, as the name of a series, and as words that may stand in one.

    Args:
        title: the title as rows show it.

    Returns:
        (words of the series that it names, all its words), without those that do not tell one series from another.
    """
    return tuple(
        (series_words(series_key(content)), series_words(plain(content)))
        for content in in_brackets(title)
    )


def subtitle_words(title: str) -> frozenset[str]:
    """The words of a subtitle that may be the name of a series, without those that do not tell one from another.

    >>> sorted(subtitle_words("Taltos: Lives of the Mayfair Witches")), sorted(subtitle_words("Prey: A Novel"))
    (['lives', 'mayfair', 'witches'], [])
    """
    words = series_words(plain(_BRACKETS.sub("", title).partition(": ")[2]))
    return words if len(words) >= _MIN_WORDS_OF_A_SUBTITLE else frozenset()


def is_first(title: str) -> bool:
    """Whether a title says that it is the first volume of a series.

    >>> is_first("Left Behind (Left Behind No. 1)"), is_first("Nicolae (Left Behind No. 3)")
    (True, False)
    """
    return _FIRST.search(title) is not None


def is_later(title: str) -> bool:
    """Whether a title says that it is a later part of a series.

    >>> is_later("Left Behind (Left Behind No. 1)"), is_later("Nicolae (Left Behind No. 3)"), is_later("Rocky II (1979)")
    (False, True, True)
    """
    series_part = part(title)
    has_number = series_part.numbered or _TOLD.search(title) is not None
    return has_number and not is_first(title)


def in_brackets(title: str) -> list[str]:
    """What stands in the brackets of a title, besides a year.

    >>> in_brackets("The Magician's Nephew (rpkg) (Narnia)")
    ['rpkg', 'Narnia']
    """
    return _CONTENTS.findall(_YEAR.sub("", title))


@functools.lru_cache(maxsize=1 << 16)
def first_words(title: str) -> str:
    """A title as different editions bear it: without brackets and article, folded."""
    return _ARTICLE.sub("", base_title(title))


@functools.lru_cache(maxsize=1 << 16)
def base_title(title: str) -> str:
    """A title as the same work bears it in other editions: without brackets, folded."""
    return plain(_BRACKETS.sub("", title))


def series_of(titles: Sequence[str | None]) -> list[str | None]:
    """The series of each title, in its commonest spelling; None for a title that stands alone.

    Args:
        titles: the titles of all works of a source, in any order.

    Returns:
        A name or None for each title. The first part of a series need not be numbered: it is the
        title that is the series' name.
    """
    parts = [part(title or "") for title in titles]
    plain = [_YEAR.sub("", title or "") for title in titles]
    works_by_name = Counter(one.name.casefold() for one in parts if one.name)
    surely = {one.name.casefold() for one in parts if one.sure}
    firsts = Counter(title.casefold() for title in plain)
    spellings = Counter(one.name for one in parts if one.name)
    spelling: dict[str, str] = {}
    for name in sorted(spellings, key=lambda name: (-spellings[name], name)):
        spelling.setdefault(name.casefold(), name)
    series = {
        name
        for name, works in works_by_name.items()
        if len(name) > 1
        and works + (name in firsts) >= (2 if name in surely else MIN_WORKS_OF_A_SERIES)
    }
    names: list[str | None] = []
    for one, title in zip(parts, plain, strict=True):
        key = one.name.casefold() if one.name else title.casefold()
        names.append(spelling[key] if key in series else None)
    return names
