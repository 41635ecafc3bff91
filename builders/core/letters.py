"""What becomes of the letters beyond ASCII in texts that were saved in another encoding, and what is said of it."""

from __future__ import annotations

from collections import Counter
from typing import Any

from itdr.builders.core.reasons import ENOUGH_TO_JUDGE

ENOUGH_IF_ALL = 4
"""So many texts suffice to conclude something from all of them; fewer than `ENOUGH_TO_JUDGE` never do from some."""
MOST = 0.8
"""The share of the texts with letters beyond ASCII from which on a damage is that of the whole file."""
FOREIGN = "[^ -~]"
_AGAIN = bytes(range(0x80, 0xA0)).decode("cp1252", "ignore") + "".join(map(chr, range(0x80, 0xC0)))
TWICE = f"[Â-ô][{_AGAIN}]|[Ãâãð] "
"""UTF-8 that was read as Latin-1 or Windows-1252 and saved as UTF-8 again: "Ã©" for "é". The controls of
Latin-1 are blanks in stored texts."""
MISREAD = "[a-zß-ö][À-ÖØ-Þ±²³¶¹¯´¸÷§‡‰ˆŠŒŽΘΦΩΣ][a-zß-ö]"
"""A capital or a sign within a word: a letter that was read as one of another encoding, "MisÚrables" by a console of DOS and
"MisÈrables" by an old Macintosh."""
LEAST_MISREAD = 0.2
"""The share of the texts with letters beyond ASCII that have one if the file was read so: not each letter becomes one."""
LOST = "[A-Za-z][?]+[a-z]|(^| )[?]+[A-Za-z]|^[?]+ [A-Za-z]"
"""A letter that an encoding lacks, saved as a question mark: "Am?lie", "?mile"; at the end of a word it may be one."""
LEAST_LOST = 0.001
"""The share of names with such marks below which they may be mistakes of the keyboard."""
ENOUGH_LOST, LEAST_LOST_IN_PROSE = 10, 0.03
"""How many texts of prose, and which share, have such marks if letters were lost: people forget a blank, too."""
UNDECODED = "\N{REPLACEMENT CHARACTER}"


def letters_fault(
    called: str, names: str, beyond: int, twice: int, undecoded: int, lost: int, misread: int
) -> str:
    """What is wrong with the letters of a column of texts.

    Args:
        called: what its values are called.
        names: the files.
        beyond: how many texts have letters beyond ASCII.
        twice: in how many of them they were encoded twice.
        undecoded: in how many a letter could not be decoded.
        lost: in how many a question mark stands within a word.
        misread: in how many a capital or a sign stands within a word.

    Returns:
        A sentence; empty where most letters are sound.
    """
    if _is_most(twice, beyond):
        return (
            f"of {beyond:,} {called} with letters beyond ASCII in {names}, {twice:,} were "
            "encoded twice, such as 'Ã©' for 'é': put the official file in place."
        )
    if _is_most(undecoded, beyond):
        return (
            f"of {beyond:,} {called} with letters beyond ASCII in {names}, {undecoded:,} have a "
            "mark in place of a letter that a program could not decode. Put the official file in place."
        )
    if misread >= ENOUGH_IF_ALL and misread >= LEAST_MISREAD * beyond:
        return (
            f"of {beyond:,} {called} with letters beyond ASCII in {names}, {misread:,} have a capital or a sign within a word, such "
            "as 'MisÚrables' for 'Misérables': they were read in another encoding. Put the official file in place."
        )
    if lost >= ENOUGH_IF_ALL and lost > beyond:
        return lost_letters(called, names, lost, beyond)
    return ""


def lost_letters(called: str, names: str, lost: int, beyond: int = 0) -> str:
    """What to say of texts in which question marks stand in place of letters; arguments as for `letters_fault`."""
    return (
        f"{lost:,} {called} in {names} have question marks in place of letters, "
        f"and {beyond:,} have a letter beyond ASCII: they were saved in an encoding that lacks them. "
        "Put the official file in place."
    )


def are_lost(n: int, lost: int, prose: bool = False) -> bool:
    """Whether texts without a letter beyond ASCII have lost such letters.

    Args:
        n: how many texts there are.
        lost: in how many a question mark stands within a word.
        prose: they are sentences, not names.
    """
    if prose:
        return lost >= ENOUGH_LOST and lost >= LEAST_LOST_IN_PROSE * n
    return lost >= ENOUGH_IF_ALL and lost >= LEAST_LOST * n


def _is_most(damaged: int, n: int) -> bool:
    return (n >= ENOUGH_TO_JUDGE and damaged >= MOST * n) or n == damaged >= ENOUGH_IF_ALL


class LetterCounts:
    """Counts of the letters in the texts of one file, where several fill a table."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def add(self, texts: Any) -> None:
        """Count some more.

        Args:
            texts: an array of strings.
        """
        import pyarrow.compute as pc

        beyond = texts.filter(pc.fill_null(pc.match_substring_regex(texts, FOREIGN), False))
        self._counts["beyond"] += len(beyond)
        self._counts["twice"] += pc.match_substring_regex(beyond, TWICE).true_count
        self._counts["undecoded"] += pc.match_substring(beyond, UNDECODED).true_count
        self._counts["misread"] += pc.match_substring_regex(beyond, MISREAD).true_count

    def fault(self, called: str, name: str) -> str:
        """`letters_fault` of the texts counted so far.

        Args:
            called: what the texts are called.
            name: the file.
        """
        of = self._counts
        return letters_fault(
            called, name, of["beyond"], of["twice"], of["undecoded"], lost=0, misread=of["misread"]
        )
