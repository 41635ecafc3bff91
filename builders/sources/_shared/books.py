"""Display titles of books from shop catalogues.

An article moved to the end is moved back; dangling separators, marks of the edition or binding,
imprints in brackets, sellers' notes and a full stop are removed; a repeated title is kept once; capitals
are written in mixed case. The name of a book's series ("A Stephanie Plum Novel") stays. [forms seen in
Book-Crossing and Amazon Books]
"""

from __future__ import annotations

import re

from itdr.builders.core.text import plain
from itdr.builders.sources._formats.text import SELLERS_NOTE
from itdr.builders.sources._shared.capitals import mixed_case
from itdr.builders.sources._shared.series_brackets import without_author, without_repeats

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
    r"rev|unabridged|abridged|illustrated|(?:movie )?tie[- ]in|version|bestselling backlist|sachbuch|"
    r"book club|bookclub|reader'?s?'? circle|readers'? circle|rpkg|repkg|rack|display opportunity|"
    r"cartoon cover|oprah #\d+"
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
    r"alex awards?|methuen|archway|aladdin|minotaur|llewellyn's?|books for young readers|backlist"
)
# Brackets that hold nothing else than the name of a publisher's list, or what kind of book it is.
_LISTS = re.compile(
    r"(?:an? )?golden (?:look-look book|sturdy .*)|[23] novels in 1|9 months later|alfaguara.*|andanzas|bestsellers|"
    r"biblioteca .*|blaze(?:, \d+)?|candleglow|cole[cç]+[a-zí]*n .*|crown and glory|dear america|del rey .*|"
    r"disney's wonderful world of reading|family man|fiction(?:, poetry and drama)?|folio.*|get connected romances|"
    r"gollancz.*|harper monogram|heat|home on the ranch|letras .*|love spell|mysteries & horror|narrativa|new windmills|"
    r"now in speak!|nutshell handbooks|onyx .*|paranormal romance|picture puffins|plain|point|prime crime mysteries|"
    r"religion and spirituality|remembering tomorrow|romanzi e racconti|serial|sonnet books|spanish|step-into-reading.*|"
    r"the world's best reading|time of your life|timeswept|top secret babies|tor (?:fantasy|science fiction)|uqp .*|"
    r"women of faith fiction",
    re.IGNORECASE,
)
_NOT_TITLE = re.compile(rf"\b(?:{_BINDING}|{_IMPRINTS})(?![\w'])", re.I)
_NOTE = re.compile(SELLERS_NOTE)
# Within a title: notes of a shop ("Monster (rpkg): A Novel"), bindings before the name of a series, signs of a trade
# mark, and a sentence of the cover ("The Weight of Water : A Novel Tag: Author of …").
_WITHIN = re.compile(
    r" ?\((?:rpkg|repkg|rack|mmp|r|tm|spanish|german|french|italian)\)| \((?:hardcover|paperback|mass market(?: paperback)?)\)(?= \()| Tag: [^()]+",
    re.I,
)
_SPACED_BRACKETS = re.compile(r"(?<=[(\[]) +(?=\w)|(?<=\w) +(?=[)\]])")
_ZERO = re.compile(r"#0+(?=\d)")  # "White Dragon #03"
# Marks of an edition without brackets, and a German publisher's series with its number. "Us" may be a word.
_MARKS = re.compile(
    r"[ /:,-]+(?:Uk|Edition Uk|Promotional Edition|Movie Tie[- ][Ii]n)(?=:|$)| Uk Edition\b|"
    r"^[^,:]{1,30}, Nr\. ?\d+, (?=\w)"
)
_FULL_STOP = re.compile(r"(?<=[^\W\d_]{3})\.(?=\)?$)")
_SHORTENED = re.compile(
    r"\b(?:Mrs|Inc|Ltd|Corp|Bros|Esq|Vol|Bks|Nos|Pts|etc|Dept|Assn|Univ)\.\)?$", re.I
)
_CAPITAL_END = re.compile(r"(?:(?<=[a-zß-ÿ])|(?<=\bI))['’](?:S|M|T|D|LL|Ll|RE|Re|VE|Ve)\b")
# Small words that the catalogue has in capitals: "LA Cucina" is no book about the city, which is mostly written "L.A.".
_LA = re.compile(r"\bLA (?=[A-Z])(?!Confidential|Connections?\b|Law\b|Requiem|Story\b|Times\b)")
_CAPITALS = re.compile(r"\b(?:UN|DOS)\b(?= [A-Z])")
_ROMANCE = re.compile(r"\b(?:Avec|De|El|Es|Et|Las?|Les?|Los|Que|Una|Y)\b")
_TWICE = re.compile(r"(?P<title>.{3,}?)(?:: | - | )\(?(?P=title)\)?", re.I)


def display_title(text: str, creator: str | None = None) -> str | None:
    """The display title of a book; None where only separators are left.

    Args:
        text: the title, blanks collapsed.
        creator: the author, whose name is removed from trailing brackets.

    Returns:
        The title as rows show it.
    """
    text = _ZERO.sub("#", _SPACED_BRACKETS.sub("", _WITHIN.sub("", _NOTE.sub("", text))))
    for pattern, new in _SEPARATORS:
        text = pattern.sub(new, text)
    text = _MARKS.sub("", text)
    if ", " in text and not _HAS_ONE.search(text):
        for pattern, new in _MOVED:
            text = pattern.sub(new, text)
    text = _strip_imprint(_COLON.sub(": ", text), creator)
    for pattern, new in _SEPARATORS:
        text = pattern.sub(new, text)
    if same := _TWICE.fullmatch(text):
        text = same["title"]
    text = _CAPITAL_END.sub(lambda found: found[0].lower(), mixed_case(text))
    text = without_repeats(without_author(_in_small_letters(text), creator))
    return (text if _SHORTENED.search(text) else _FULL_STOP.sub("", text)) or None


def _in_small_letters(title: str) -> str:
    title = _LA.sub("La ", title)
    if _ROMANCE.search(title):
        title = _CAPITALS.sub(lambda found: found[0].capitalize(), title)
    return title


def _strip_imprint(title: str, creator: str | None = None) -> str:
    """Remove trailing brackets that name an edition, a binding, an imprint or the author.

    Args:
        title: the title.
        creator: the author, if known.
    """
    author = set(plain(creator).split()) if creator else set()
    while (tail := TAIL.search(title)) and tail.start():
        words = set(plain(tail[1]).split())
        named = _NOT_TITLE.search(tail[1]) or _LISTS.fullmatch(tail[1].strip())
        if not named and not (words and words <= author):
            break
        title = title[: tail.start()]
    return title
