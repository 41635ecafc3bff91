"""Titles and authors of books as an editor would print them, where `books` and `names` leave what a catalogue says.

What German and French catalogues say of the kind of a book, publishers' lists and an author behind a slash go; a
translation behind a slash stands in brackets; names are turned by those of the whole file. Editions stay those of
the catalogue's own titles and authors, which are kept as `work_title` and `work_creator`. [forms seen in Book-Crossing]
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from itdr.builders.core.text import plain
from itdr.builders.sources._shared.books import TAIL
from itdr.builders.sources._shared.name_order import turned_names

if TYPE_CHECKING:
    import pyarrow as pa

    from itdr.builders.core.raw_files import Raw

    Reader = Callable[[Raw], Iterator[pa.RecordBatch]]

# "Gevatter Tod. Roman. (Fantasy)."
_LISTED = re.compile(r"(?<=\w[\w?!])\. ?\([^()]*\)\.$")
_KIND = re.compile(
    r"(?<=\w[\w?!])(?:\.|:) (?:(?:kriminal)?roman|erzählung(?:en)?|sonderausgabe)\.?$|"
    r"(?<=\w[\w?!])\. (?:thriller|krimi|novelle|geschichten|unheimliche geschichten|gedichte)\.?$",
    re.I,
)
# Brackets that hold a publisher's list or an edition.
_LISTS = re.compile(
    r"autores .*|bright (?:&|and) early books.*|cole[cç]+\w*n .*|col[·¨]lecció .*|crime line|dead letter mysteries|"
    r".*\b(?:taschenbuch|(?:sonder)?ausgabe)|ab \d+ (?:j\.?|jahren?)",
    re.I,
)
_YEAR = re.compile(r" \d{4}$")  # "Welcome to Temptation (Jennifer Crusie 2004)"
# "That's Doctor Sinatra (A Doonesbury book / by G.B. Trudeau)", "One Writer's Beginnings / Eudora Welty"
_BY = re.compile(r" / by [^()/]+(?=\)?$)", re.I)
_SLASH = re.compile(r" / (?P<name>[^()/]+)(?=\)?$)")
# "Les Heures / The Hours"
_TRANSLATED = re.compile(r"^(?P<own>[^/()]+) / (?P<english>[^/()]+?)(?P<rest>(?: \([^()]*\))*)$")
_ENGLISH = re.compile(r"\b(?:the|of|my|to|and|with|if|this|two|who|your)\b", re.I)
_FOREIGN = re.compile(
    r"\b(?:der|die|das|dem|des|ein|eine|mein|zu|und|im|el|los|las|un|una|que|en|para|la|le|les|du|au|aux|et|sur|"
    r"si|lo|il|gli|di)\b|\bl['’]",
    re.I,
)
# "Das Montglane- Spiel"
_GERMAN = re.compile(r"\b(?:der|die|das|den|dem|des|ein|eine|und)\b", re.I)
_HYPHEN = re.compile(r"(?<=\w)- (?=[A-ZÄÖÜ])")
_SIGNS = (
    (re.compile(r"(?<=\w) +(?=, )"), ""),  # "(Journeys of the Catechist , Book 1)"
    (re.compile(r"(?<=\w[?!]): "), " "),  # "Do Penguins Have Knees?: An Imponderables Book"
    (re.compile(r"(?<=: )a novel$"), "A Novel"),
    (re.compile(r"(?<=\w) S\.\)$"), " Series)"),  # "Mouse on the Mile (Green Mile S.)"
    (re.compile(r"(?<=[^\W\d_]{2}):(?=[A-Z])"), ": "),  # "Random Acts of Management:A Dilbert Book"
    (re.compile(r"(?<=\w) - (?:Promotional|Bolsillo)$"), ""),  # "De Amor y de Sombra - Bolsillo"
)
_ROLE = re.compile(r" ?\((?:authors?|editors?|eds?|illustrators?|translators?|hrsg)\.?\)$", re.I)
_MC = re.compile(r"\bMc (?=[A-Z][a-z])")


def as_shown(read: Reader) -> Reader:
    """Make a reader of books show titles and authors so. It reads the file to its end before it gives anything.

    Args:
        read: a reader whose items have one creator or none.

    Returns:
        A reader of the same books, with the columns `work_title` and `work_creator` where they differ.
    """

    @functools.wraps(read)
    def reader(raw: Raw) -> Iterator[pa.RecordBatch]:
        import pyarrow.compute as pc

        batches = list(read(raw))
        counts: Counter[str] = Counter()
        for batch in batches:
            names = pc.list_flatten(batch.column("creators")).to_pylist()
            counts.update(map(shown_name, names))
        turned = turned_names(counts)
        for batch in batches:
            yield _as_shown(batch, lambda name: turned.get(name, name))

    return reader


def _as_shown(batch: pa.RecordBatch, turn: Callable[[str], str]) -> pa.RecordBatch:
    import pyarrow as pa

    columns = {name: batch.column(name) for name in batch.schema.names}
    titles = columns["title"].to_pylist()
    authors = [names[0] if names else None for names in columns["creators"].to_pylist()]
    pairs = list(zip(titles, authors, strict=True))
    shown = [title and shown_title(title, author) for title, author in pairs]
    named = [author and turn(shown_name(author)) for author in authors]
    columns["title"] = pa.array(shown, pa.string())
    columns["creators"] = pa.array([one and [one] for one in named], pa.list_(pa.string()))
    for column, old, new in (("work_title", titles, shown), ("work_creator", authors, named)):
        kept = [one if one != other else None for one, other in zip(old, new, strict=True)]
        columns[column] = pa.array(kept, pa.string())
    return pa.RecordBatch.from_pydict(columns)


def shown_name(name: str) -> str:
    """An author's name without a role in brackets, and "McKillip" in one word.

    Args:
        name: the name.

    Returns:
        The name as rows show it, but for the order of its words.
    """
    return _MC.sub("Mc", _ROLE.sub("", name)) or name


def shown_title(title: str, creator: str | None = None) -> str:
    """The title of a book as rows show it.

    Args:
        title: the title, as `books.display_title` gives it.
        creator: the author, if known.

    Returns:
        The title; never empty.
    """
    shown = _without_lists(_without_slash(title, creator), creator)
    if _GERMAN.search(shown):
        shown = _HYPHEN.sub("-", shown)
    for pattern, new in _SIGNS:
        shown = pattern.sub(new, shown)
    return shown or title


def _without_lists(title: str, creator: str | None) -> str:
    """A title without what its end says of the book's kind, of a publisher's list, or of the author again."""
    author = _words(creator)
    title = _LISTED.sub("", title)
    while (tail := TAIL.search(title)) and tail.start():
        words = _words(_YEAR.sub("", tail[1]))
        if not _LISTS.fullmatch(tail[1]) and not (words and words <= author):
            break
        title = title[: tail.start()].removesuffix(".")
    return _KIND.sub("", title)


def _without_slash(title: str, creator: str | None) -> str:
    """A title without an author behind a slash; a translation that stands there, in brackets."""
    title = _BY.sub("", title)
    named = _SLASH.search(title)
    if named and _words(named["name"]) <= _words(creator):
        return title[: named.start()] + title[named.end() :]
    both = _TRANSLATED.match(title)
    if not both or _ENGLISH.search(both["own"]):
        return title
    if not (_FOREIGN.search(both["own"]) and _ENGLISH.search(both["english"])):
        return title
    return f"{both['own']} ({both['english']}){both['rest']}"


def _words(text: str | None) -> set[str]:
    return set(plain(text).split()) if text else set()
