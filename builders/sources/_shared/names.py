"""Names of authors as Book-Crossing has them, corrected: a displaced "Jr." or "Sir" is moved to its
place, names in capitals are written in mixed case, and initials stand apart. Uncertain cases stay as they are.

"R.A. Salvatore" -> "R. A. Salvatore"; "Kurt, Jr. Vonnegut" -> "Kurt Vonnegut Jr."; "Arthur Conan, Sir Doyle" -> "Sir Arthur Conan Doyle";
"CORMAC MCCARTHY" -> "Cormac McCarthy". [forms seen in copies of the dump]
"""

from __future__ import annotations

import re
import unicodedata

_BEFORE = {
    "sir": "Sir",
    "lord": "Lord",
    "dame": "Dame",
    "dr": "Dr.",
    "prof": "Prof.",
    "rev": "Rev.",
}
_AFTER = {
    "jr": "Jr.", "sr": "Sr.", "iii": "III", "ii": "II", "iv": "IV", "md": "M.D.", "phd": "Ph.D.",
}  # fmt: skip
_LAST = r"Jr|Sr|III|II|IV|M\.?D|Ph\.?D"
_DISPLACED = (
    # "Rush H., III Limbaugh"
    rf"(?P<given>[^,]+), (?P<title>{_LAST}|{'|'.join(_BEFORE)})\.? (?P<name>[^,&/]+)",
    # "William Jr. Strunk": without the comma only before a single name.
    rf"(?P<given>[^,]+) (?P<title>Jr|III|II|IV|M\.?D|Ph\.?D)\.? (?!(?:{_LAST})\b)(?P<name>[\w'’-]+)",
    # "Jr., Robert H Waterman" and "M.D. Bernie S. Siegel"
    rf"(?P<title>(?:{_LAST})\.?(?=,)|M\.D\.|Ph\.D\.),? (?P<name>[^,&/]+)",
)
_FORMS = [re.compile(form, re.IGNORECASE) for form in _DISPLACED]

_WORD = re.compile(r"[^\W\d_]+")
# Words of two letters that are no initials.
_SHORT = frozenset(
    "AD AL BO CY DA DE DI DR DU ED EL HA JO JR LA LE LI LU MA MO OF PO SR ST TY VI WU XU YU".split()
)
_LOWER = frozenset(("AND", "OF", "VON"))
# Initials without a blank between them; degrees are written so.
_JOINED = re.compile(r"\b(?!M\.D\.)([A-Z])\.(?=[A-Z](?:\.|[a-z]))")
_NUMBERS = frozenset(("II", "III", "IV"))


def display_name(name: str) -> str:
    """The display form of a person's name.

    Args:
        name: a name as catalogues write it, perhaps with the family name first.

    Returns:
        The name as a sentence has it.
    """
    for form in _FORMS:
        if match := form.fullmatch(name):
            parts = match.groupdict()
            core = _written(" ".join(filter(None, (parts.get("given"), parts["name"]))))
            title = parts["title"].replace(".", "").lower()
            core = _JOINED.sub(r"\1. ", core)
            return f"{_BEFORE[title]} {core}" if title in _BEFORE else f"{core} {_AFTER[title]}"
    return _JOINED.sub(r"\1. ", _written(name))


def _written(name: str) -> str:
    """A name of several words in capitals, in mixed case, unless a word may be an acronym."""
    words = _WORD.findall(name)
    if not name.isupper() or " " not in name or not all(map(_is_name, words)):
        return name
    return _WORD.sub(lambda found: _capitalised(found[0], found.start() == 0), name)


def _is_name(word: str) -> bool:
    """Whether a word's mixed-case form is certain: not for "BBC", nor "MACDONALD", which has two."""
    if len(word) == 1 or word in _NUMBERS:
        return True
    if len(word) == 2:
        return word in _SHORT
    if word.startswith("MAC") and len(word) > 5:
        return False
    letters = unicodedata.normalize("NFD", word)
    return any(letter in "AEIOUYØÆŒ" for letter in letters)


def _capitalised(word: str, first: bool) -> str:
    if word in _NUMBERS:
        return word
    if word in _LOWER and not first:
        return word.lower()
    if word.startswith("MC") and len(word) > 4:
        return f"Mc{word[2:].capitalize()}"
    return word.capitalize()
