"""Display titles of books from shop catalogues.

An article moved to the end is moved back; dangling separators, marks of the edition or binding,
imprints in brackets and sellers' notes are removed; a repeated title is kept once; titles in capitals
are written in mixed case. The name of a book's series ("A Stephanie Plum Novel") stays. [forms seen in
Book-Crossing and Amazon Books]
"""

from __future__ import annotations

import re

from itdr.builders.core.text import plain
from itdr.builders.sources._formats.text import SELLERS_NOTE

_ARTICLES = "|".join(
    form for one in ("The", "A", "An", "El", "La", "Los", "Las", "Le", "Les")
    for form in sorted({one, one.upper()})
)  # fmt: skip
# In front of an article only a part that has none: "The Colmena, La" stays.
_HAS_ONE = re.compile(rf"(?:^|[:(] ?)(?:{_ARTICLES}) [^:()]*, (?:{_ARTICLES})(?:$|[ :)])", re.I)
_SEPARATORS = (
    (re.compile(r"[ ,;:]*[,;:][ ,;:]*:"), ":"),  # "Open marriage;: A new life style"
    (re.compile(r"[ ,;:]+$"), ""),
)
_MOVED = tuple(
    (re.compile(pattern), new)
    for pattern, new in (
        # "Truth, The", "Myst, The: Book of D'Ni", "Dance, The - 20th Anniversary", but not "A - Z".
        (rf"^([^:()]+), ({_ARTICLES})((?: ?[:(]| - \w\w).*)?$", r"\2 \1\3"),
        # "Rule of the Bone : Novel, A": what is said of the book had the article.
        (rf"^(.* : )([^:()]+), ({_ARTICLES})( ?\(.*)?$", r"\1\3 \2\4"),
        # "Charlie Bone And The Invisible Boy (Children Of The Red King, The)"
        (rf"\(([^:()]+), ({_ARTICLES})\)", r"(\2 \1)"),
    )
)
_COLON = re.compile(r"(?: +:)+ *")
TAIL = re.compile(r" *[(\[]((?:[^()\[\]]|[(\[][^()\[\]]*[)\]])*)[)\]]$")
"""The brackets at the end of a title; they may hold others."""

# Words of which one in the brackets says that they name an edition, a binding or a publisher's list.
_BINDING = (
    r"paper(?:back)?s?|hard ?(?:cover|back)s?|cloth|mass[- ]market|(?:large|thick) print|audio|cassettes?|"
    r"cd|cds|cd-rom|board books?|boxed|box set|boxed set|edition|editions|edn|ed|reissue|reprint|revised|"
    r"rev|unabridged|abridged|illustrated|(?:movie )?tie-in|version|bestselling backlist|sachbuch|"
    r"book club|bookclub|reader'?s?'? circle|readers'? circle"
)
_IMPRINTS = (
    r"classics?|penguin|puffin|pelican|vintage|bantam|ballantine|ballantine's|signet|mentor|avon|dover|"
    r"wordsworth|oxford|cambridge|laurel[- ]leaf|yearling|newbery|caldecott|perennial|berkley|jove|ace|"
    r"daw|plume|dutton|viking|harvest|scribner|scribners|st\. martin's|harlequin|silhouette|mira|zebra|"
    r"topaz|dell|delta|delacorte|fawcett|crest|scholastic|apple|troll|spectra|norton|everyman's?|pocket|"
    r"picador|faber|red dress ink|avalon|modern library|(?:\w+ )?library|collins|collection|"
    r"(?:twentieth|20th)[- ]century|contemporar(?:y|ies)|new directions|little golden books?|"
    r"i can read\b.*|step into reading|hello reader|beginner books|first time books|love inspired|"
    r"intimate moments|loveswept|universale economica|virago|arkana|anchor|touchstone|fireside|mariner|"
    r"methuen|archway|aladdin|minotaur|llewellyn's?|books for young readers|backlist"
)
_NOT_TITLE = re.compile(rf"\b(?:{_BINDING}|{_IMPRINTS})(?![\w'])", re.I)
_NOTE = re.compile(SELLERS_NOTE)
_TWICE = re.compile(r"(?P<title>.{3,}?)(?:: | - | )\(?(?P=title)\)?", re.I)

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
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


def display_title(text: str, creator: str | None = None) -> str | None:
    """The display title of a book; None where only separators are left.

    Args:
        text: the title, blanks collapsed.
        creator: the author, whose name is removed from trailing brackets.

    Returns:
        The title as rows show it.
    """
    text = _NOTE.sub("", text)
    for pattern, new in _SEPARATORS:
        text = pattern.sub(new, text)
    if ", " in text and not _HAS_ONE.search(text):
        for pattern, new in _MOVED:
            text = pattern.sub(new, text)
    text = _strip_imprint(_COLON.sub(": ", text), creator)
    for pattern, new in _SEPARATORS:
        text = pattern.sub(new, text)
    if same := _TWICE.fullmatch(text):
        text = same["title"]
    return _small_letters(text) or None


def _strip_imprint(title: str, creator: str | None = None) -> str:
    """Remove trailing brackets that name an edition, a binding, an imprint or the author.

    Args:
        title: the title.
        creator: the author, if known.
    """
    author = set(plain(creator).split()) if creator else set()
    while (tail := TAIL.search(title)) and tail.start():
        words = set(plain(tail[1]).split())
        if not _NOT_TITLE.search(tail[1]) and not (words and words <= author):
            break
        title = title[: tail.start()]
    return title


def _small_letters(title: str) -> str:
    """Write a title that is all in capitals in mixed case; a single short word may be an acronym and stays."""
    if not title.isupper():
        return title
    words = _WORD.findall(title)
    if len(words) < 2 and len(title) < 6:
        return title
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
    if len(word) > 1 and not any(letter in "AEIOUYÄÖÜÅÆØÀÁÂÃÈÉÊËÌÍÎÏÒÓÔÕÙÚÛ" for letter in word):
        return word if len(word) < 4 else word.capitalize()
    return word.capitalize()
