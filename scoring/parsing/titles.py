"""Finding which of a few known titles a text names, however it spells them.

Titles are compared as words: NFKC, casefolded, Latin accents, apostrophes and punctuation dropped, `&`
read as "and", each Chinese or Japanese character a word of its own. A title may appear with or without
its year, its article ("Matrix, The" = "The Matrix" = "Matrix") and its brackets; a film by the other title in brackets before
its year. A spelling that fits two of the titles names neither.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

ARTICLES = frozenset(
    "the a an le la les l un une il lo gli i el los las der die das de het een o os as".split()
)
_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = re.compile(f"[{_CJK}]|[^\\W_{_CJK}]+")
_MARKS = re.compile("[\u0300-\u036f]")
_APOSTROPHE = re.compile("(?<=\\w)['\u2019\u02bc\u00b4`](?=\\w)")
_YEAR_AT_END = re.compile(r"\s*[(\[]((?:1[89]|20)\d\d)[)\]]\s*$")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_OTHER_TITLE = re.compile(r"\S \(([^()]+)\)$")
_ARTICLE_BEHIND = re.compile(r"^(.*),\s*(" + "|".join(sorted(ARTICLES)) + r")'?$", re.I)
YEAR = re.compile(r"(?:1[89]|20)\d\d")
_SEQUEL = re.compile(r"\d{1,2}|i{1,3}|iv|vi{0,3}|ix|x|part|vol|volume|season|episode", re.I)
BREAK = re.compile("[^\\w\\s'\u2019.&-]|\\.(?:\\s|$)|\\s-+\\s")
QUOTED = tuple(
    re.compile(f"{re.escape(left)}([^{re.escape(left + right)}\n]{{1,400}}){re.escape(right)}")
    for left, right in (
        *(("\u201c", "\u201d"), ("\u201e", "\u201c"), ("\u00ab", "\u00bb"), ("\u300a", "\u300b")),
        *(("\u300c", "\u300d"), ("\u2018", "\u2019"), ('"', '"'), ("**", "**"), ("`", "`")),
        *(("__", "__"), ("*", "*"), ("_", "_")),
    )
)
END = ""
"""Key of a trie's node that holds the title which ends there; no word is empty."""


def fold(text: str) -> str:
    """Normalise a text for comparison: NFKC, casefolded, without Latin accents and inner apostrophes.

    Args:
        text: any text.

    Returns:
        The folded text, `&` as "and".
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).casefold()
        text = unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFKD", text)))
    else:
        text = text.casefold()
    return _APOSTROPHE.sub("", text).replace("&", " and ")


def words(text: str) -> list[str]:
    """The words of a text in folded form.

    >>> words("Schindler's List & Amélie")
    ['schindlers', 'list', 'and', 'amelie']
    """
    return _WORD.findall(fold(text))


def year_of(title: str) -> str | None:
    """The year in brackets at the end of a title; None where there is none."""
    match = _YEAR_AT_END.search(title)
    return match[1] if match else None


def spellings(title: str) -> list[list[tuple[str, ...]]]:
    """The word sequences that stand for a title, from the exact one to looser ones.

    Args:
        title: the title as rows show it.

    Returns:
        Sequences by level; empty ones left out.
    """
    plain = _YEAR_AT_END.sub("", title)
    year = tuple(words(year_of(title) or ""))
    bare = " ".join(_BRACKETS.sub(" ", plain).split())
    levels = [[tuple(words(title))], [tuple(words(plain))]]
    other = _OTHER_TITLE.search(plain) if year else None
    for text in (plain, bare, other[1] if other else ""):
        behind = _ARTICLE_BEHIND.match(text.strip())
        rest = words(behind[1] if behind else text)
        article = words(behind[2]) if behind else []
        if not behind and len(rest) > 1 and rest[0] in ARTICLES:
            article, rest = rest[:1], rest[1:]
        forms = [(*article, *rest), (*rest, *article), tuple(rest)]
        levels.append([form + year for form in forms if form] if year else forms)
        levels.append(forms)
    return [[form for form in forms if form] for forms in levels]


@dataclass(frozen=True, slots=True)
class _Found:
    """A title that ends before word number `stop`."""

    title: int
    stop: int


@dataclass(frozen=True, slots=True)
class Mention:
    """A title in folded text, from `start` to `stop`."""

    title: int
    start: int
    stop: int


class Titles:
    """A few titles to find in texts. All methods run in time linear in the text.

    Args:
        titles: the titles; methods return positions in this list.
    """

    def __init__(self, titles: Sequence[str]) -> None:
        self.titles = tuple(titles)
        self._years = [year_of(title) for title in titles]
        self._forms = _owners(titles)
        self._trie: dict[str, Any] = {}
        for form, owner in self._forms.items():
            node: Any = self._trie
            for word in form:
                node = node.setdefault(word, {})
            node[END] = owner
        bare: dict[str, int] = {}
        for place, title in enumerate(titles):
            if not words(title):
                bare.setdefault(without_blanks(title), place)
        self._bare = bare

    def exact(self, text: str) -> int | None:
        """The title that the whole text spells.

        Args:
            text: a candidate's name as a model wrote it.

        Returns:
            Index of the title; None where no title fits.
        """
        form = tuple(words(text))
        if not form:
            return self._bare.get(without_blanks(text))
        owner = self._forms.get(form)
        if owner is None and len(form) > 1 and form[0] in ARTICLES:
            owner = self._forms.get(form[1:])
        return owner

    def prefix(self, text: str) -> int | None:
        """The title with which a text begins, up to a colon, bracket, dash or the like.

        Args:
            text: an entry of a list, or a line.

        Returns:
            Index of the title; None where no title fits.
        """
        folded = fold(text)
        spans = word_spans(folded, 400)
        for start in (0, 1):
            if start and not (spans and folded[slice(*spans[0])] in ARTICLES):
                break
            for mention in reversed(list(self._at(folded, spans, start))):
                if mention.stop == len(spans) or self._breaks(folded, spans, mention):
                    return mention.title
        return None

    def first_quoted(self, text: str) -> int | None:
        """The first title in quotation marks, or in Markdown's bold, italics or code.

        Args:
            text: running text.

        Returns:
            Index of the title; None where no title is quoted.
        """
        best: tuple[int, int] | None = None
        for pattern in QUOTED:
            for quote in pattern.finditer(text):
                if best is not None and quote.start() >= best[0]:
                    break
                title = self.exact(quote[1])
                if title is None:
                    title = self.prefix(quote[1])
                if title is not None:
                    best = (quote.start(), title)
                    break
        return None if best is None else best[1]

    def find(self, text: str) -> int | None:
        """The title that one entry of a list names; None where it names none."""
        for way in (self.exact, self.prefix, self.first_quoted):
            title = way(text)
            if title is not None:
                return title
        return next(self.mentioned(text), None)

    def mentioned(self, text: str) -> Iterator[int]:
        """The titles mentioned anywhere in running text, in order, each once."""
        earlier_titles: set[int] = set()
        for one in self.mentions(text, fold(text)):
            if one.title not in earlier_titles:
                earlier_titles.add(one.title)
                yield one.title

    def mentions(self, text: str, folded: str) -> Iterator[Mention]:
        """The mentions of titles in running text.

        A title of one word counts where it is spelled like the title (case included) and has at least
        four letters: "it" names no film.

        Args:
            text: the text.
            folded: the same text, folded.

        Yields:
            Each mention, with its position in the folded text.
        """
        spans = word_spans(folded)
        place = 0
        while place < len(spans):
            hits = [
                one
                for one in self._at(folded, spans, place)
                if self._stands(text, folded, spans, place, one)
            ]
            if not hits:
                place += 1
                continue
            first, place = place, hits[-1].stop
            yield Mention(hits[-1].title, spans[first][0], spans[place - 1][1])

    # -- inside ---------------------------------------------------------------------------------

    def _at(self, folded: str, spans: list[tuple[int, int]], start: int) -> Iterator[_Found]:
        """The titles that begin at a word, the shortest first."""
        node: Any = self._trie
        for place in range(start, len(spans)):
            node = node.get(folded[slice(*spans[place])])
            if node is None:
                return
            owner = node.get(END)
            if owner is not None and self._same_year(folded, spans, place + 1, owner):
                yield _Found(owner, place + 1)

    def _same_year(self, folded: str, spans: list[tuple[int, int]], stop: int, title: int) -> bool:
        """False where another year follows: "Dune (1984)" is not "Dune (2021)"."""
        year = self._years[title]
        if year is None or stop >= len(spans):
            return True
        following = folded[slice(*spans[stop])]
        between = folded[spans[stop - 1][1] : spans[stop][0]]
        other = bool(YEAR.fullmatch(following)) and between.strip() in ("(", "[", ", (", ",", "")
        return not other or following == year

    @staticmethod
    def _breaks(folded: str, spans: list[tuple[int, int]], mention: _Found) -> bool:
        """Whether something other than blanks follows the title's last word."""
        return bool(BREAK.search(folded[spans[mention.stop - 1][1] : spans[mention.stop][0]] + " "))

    def _stands(
        self, text: str, folded: str, spans: list[tuple[int, int]], place: int, mention: _Found
    ) -> bool:
        """Whether a match in running text means the title: not a sequel of it, nor a mere word."""
        if mention.stop < len(spans):
            gap = folded[spans[mention.stop - 1][1] : spans[mention.stop][0]]
            if gap.isspace() and _SEQUEL.fullmatch(folded[slice(*spans[mention.stop])]):
                return False
        first, last = spans[place][0], spans[mention.stop - 1][1]
        if mention.stop - place > 1:
            return True
        word = folded[first:last]
        title = _BRACKETS.sub("", _YEAR_AT_END.sub("", self.titles[mention.title])).strip()
        return len(word) >= 4 and title in text


def _owners(titles: Sequence[str]) -> dict[tuple[str, ...], int | None]:
    """Spelling -> the title it names, None where it fits several equally well."""
    owners: dict[tuple[str, ...], int | None] = {}
    ways = [spellings(title) for title in titles]
    for level in range(max(map(len, ways), default=0)):
        new: dict[tuple[str, ...], set[int]] = {}
        for place, levels in enumerate(ways):
            for form in levels[level]:
                if form not in owners:
                    new.setdefault(form, set()).add(place)
        for form, places in new.items():
            owners[form] = next(iter(places)) if len(places) == 1 else None
    return owners


def word_spans(folded: str, most: int | None = None) -> list[tuple[int, int]]:
    """Where the words of a text are.

    Args:
        folded: folded text.
        most: the most words that are looked for; None for all.

    Returns:
        Start and end of each word.
    """
    spans = []
    for one in _WORD.finditer(folded):
        spans.append(one.span())
        if most is not None and len(spans) == most:
            break
    return spans


def without_blanks(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
