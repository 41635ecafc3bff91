"""Which items of a whole catalogue an answer names, however it spells their titles.

As `Titles` reads a few candidates, with two differences. A spelling that fits several items stands for
all of them, and is told apart by the creator or the year that follows it. And a title counts where it
stands alone, at the beginning of a line, or in quotation marks: among thousands of titles, words in
running text would fit too many.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from itdr.scoring.parsing.answer import answer_part, strip_markup
from itdr.scoring.parsing.lists import ListEntry, entries, is_prose
from itdr.scoring.parsing.titles import (
    ARTICLES,
    BREAK,
    QUOTED,
    YEAR,
    fold,
    spellings,
    without_blanks,
    word_spans,
    words,
    year_of,
)

MOST_ENTRIES = 1_000
"""Entries of an answer that are read."""
LONGEST = 400
"""Words of a line that are looked at."""
_BY = frozenset({"by"})
"""What may follow a title besides a colon, a bracket, a dash and the like."""
Named = tuple[int, ...]
"""The items that one entry names: several where nothing tells them apart."""


class CatalogueTitles:
    """The titles of a catalogue, to be found in answers.

    Args:
        titles: as rows show them.
        creators: of each item, which tell items of one title apart.
    """

    def __init__(self, titles: Sequence[str], creators: Sequence[Sequence[str]] = ()) -> None:
        self._titles = titles
        self._creators = creators or [()] * len(titles)
        self._forms: dict[tuple[str, ...], Named] = {}
        self._bare: dict[str, Named] = {}
        levels: list[dict[tuple[str, ...], Named]] = []
        for place, title in enumerate(titles):
            ways = spellings(title)
            if not words(title):
                bare = without_blanks(title)
                self._bare[bare] = (*self._bare.get(bare, ()), place)
            levels += [{} for _ in range(len(ways) - len(levels))]
            for level, forms in zip(levels, ways, strict=False):
                for form in dict.fromkeys(forms):
                    level[form] = (*level.get(form, ()), place)
        for level in levels:
            for form, places in level.items():
                self._forms.setdefault(form, places)
        self._longest = max(map(len, self._forms), default=0)

    def recommended(self, text: Any) -> list[Named | None]:
        """What an answer names, in its order; None for an entry that names nothing in the catalogue.

        Args:
            text: whatever a model wrote.

        Returns:
            The items of each entry; empty where there is no text.
        """
        part = strip_markup(answer_part(text)).strip()
        if not part:
            return []
        whole = self.exact(part)
        if whole is not None:
            return [whole]
        list_entries = entries(part)[:MOST_ENTRIES]
        if any(entry.marked for entry in list_entries):
            return [self._entry(entry) for entry in list_entries if entry.marked]
        if len(list_entries) == 1 or "\n" not in part:
            split = [self._entry(entry) for entry in list_entries]
            # A line is a list only where its parts are titles.
            return split if len(split) > 1 and any(split) else [self.named(part)]
        readings = [(self._entry(entry), is_prose(entry.text)) for entry in list_entries]
        matches = [places for places, prose in readings if places is not None or not prose]
        return matches or [None]

    def _entry(self, entry: ListEntry) -> Named | None:
        line = self.exact(entry.line)
        return self.named(entry.text) if line is None else line

    def named(self, text: str) -> Named | None:
        """The items that one entry names: the whole of it, its beginning, or what it quotes.

        Args:
            text: the entry.

        Returns:
            Places of items; None where it names none.
        """
        for way in (self.exact, self._beginning, self._quoted):
            places = way(text)
            if places is not None:
                return places
        return None

    def exact(self, text: str) -> Named | None:
        """The items whose title is the whole text.

        Args:
            text: what may be a title, in any spelling.

        Returns:
            Places of items; None where there are none.
        """
        form = tuple(words(text))
        if not form:
            return self._bare.get(without_blanks(text))
        places = self._forms.get(form)
        if places is None and len(form) > 1 and form[0] in ARTICLES:
            places = self._forms.get(form[1:])
        return places

    def _beginning(self, text: str) -> Named | None:
        """The items of the longest title with which a text begins, up to a colon, a bracket, a dash or
        the creator."""
        folded = fold(text)
        spans = word_spans(folded, LONGEST)
        text_words = [folded[slice(*span)] for span in spans]
        for start in (0, 1):
            if start and not (text_words and text_words[0] in ARTICLES):
                break
            for stop in range(min(len(text_words), start + self._longest), start, -1):
                places = self._forms.get(tuple(text_words[start:stop]))
                if places is None or not self._ends(folded, spans, text_words, stop):
                    continue
                matches = self._told_apart(places, text_words[stop:])
                if matches:
                    return matches
        return None

    @staticmethod
    def _ends(folded: str, spans: list[tuple[int, int]], text_words: list[str], stop: int) -> bool:
        """Whether a title may end before the word at `stop`."""
        if stop == len(spans) or text_words[stop] in _BY:
            return True
        return bool(BREAK.search(folded[spans[stop - 1][1] : spans[stop][0]] + " "))

    def _told_apart(self, places: Named, rest: list[str]) -> Named:
        """Those that what follows the title fits: not those of another year, and where it names the
        creator of some, these alone."""
        if rest and YEAR.fullmatch(rest[0]):
            places = tuple(k for k in places if year_of(self._titles[k]) in (None, rest[0]))
        if len(places) < 2:
            return places
        after = " ".join(rest)
        by_creator = tuple(k for k in places if any(self._names(after, self._creators[k])))
        return by_creator or places

    @staticmethod
    def _names(text: str, creators: Sequence[str]) -> Iterator[bool]:
        for one in creators:
            name = " ".join(words(one))
            yield bool(name) and f" {name} " in f" {text} "

    def _quoted(self, text: str) -> Named | None:
        """What stands first in quotation marks, or in Markdown's bold, italics or code."""
        best: tuple[int, Named] | None = None
        for pattern in QUOTED:
            for quote in pattern.finditer(text):
                if best is not None and quote.start() >= best[0]:
                    break
                places = self.exact(quote[1])
                if places is not None:
                    best = (quote.start(), places)
                    break
        return None if best is None else best[1]
