"""Titles of books in capitals, written in mixed case: the whole of a title, or a part of it ("The RIVER
MIDNIGHT: A Novel"). What may be an acronym stays.
"""

from __future__ import annotations

import re

_SMALL = frozenset(
    "a an and as at but by de del der des die du el en et for from in into la las le les los nor of on or "
    "over the to und upon vs with".split()
)
_ACRONYMS = frozenset(
    "AA AC AD AIDS API ASP BBC BC BMW BMX CBS CD CIA CNN DC DK DNA DOS DVD ESP EU FBI GI GM HIV HTML IBM "
    "II III IQ IRA IRS IT IV IX JFK KGB LA LSD MBA MD MIT MTV NASA NATO NBA NBC NFL NIV NYC NYPD OPEC OK "
    "PC PHP PMS POW PS RV SAS SAT SF SQL SS SUV TV UFO UK UN UNIX US USA USMC USSR VI VII VIII WWI WWII "
    "XI XII XIII XIV XML XV".split()
)
_TITLES = frozenset(("MR", "MRS", "MS", "DR", "JR", "SR", "ST"))
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_PARTS = re.compile(r"(?<=[:(\[])|(?=[(\[])")
_ARTICLE = re.compile(r" *(?:The|An?) (?=[^a-z]*$)")
_LONG = 6
"""Letters of a single word that is no acronym."""


def mixed_case(title: str) -> str:
    """A title whose capitals are written in mixed case, by its parts: before and behind a colon, within
    brackets. A single short word may be an acronym and stays.

    Args:
        title: the title.

    Returns:
        The title as a sentence has it.
    """
    if title.isupper():
        return (
            _small_letters(title) if len(_WORD.findall(title)) > 1 or len(title) >= _LONG else title
        )
    if not re.search(r"[A-ZÀ-Þ]{3}", title):
        return title
    return "".join(_part_in_mixed_case(part) for part in _PARTS.split(title))


def _part_in_mixed_case(part: str) -> str:
    article = _ARTICLE.match(part)
    start = article.end() if article else 0
    words = [word for word in _WORD.findall(part[start:]) if word not in _ACRONYMS]
    longest = max(map(len, words), default=0)
    least = 4 if len(words) > 1 or article else _LONG
    if longest < least or not part[start:].isupper():
        return part
    return part[:start] + _small_letters(part[start:])


def _small_letters(title: str) -> str:
    # Behind a colon or a bracket a title begins anew.
    return _WORD.sub(lambda found: _written(found[0], _begins(title, found.start())), title)


def _begins(title: str, place: int) -> bool:
    before = title[:place].rstrip("\"'“‘ ")
    return not before or before[-1] in ":(!?.["


def _written(word: str, first: bool) -> str:
    if word in _ACRONYMS:
        # "IT", "US" and "LA" between other words are words.
        return word.capitalize() if word in ("IT", "US") else word
    if word.lower() in _SMALL and not first:
        return word.lower()
    if word in _TITLES:
        return word.capitalize()
    if len(word) > 1 and not any(letter in "AEIOUYÄÖÜÅÆØÀÁÂÃÈÉÊËÌÍÎÏÒÓÔÕÙÚÛ" for letter in word):
        return word if len(word) < 4 else word.capitalize()
    return word.capitalize()
