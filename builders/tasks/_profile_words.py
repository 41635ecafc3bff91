"""How the categories of items are said in a sentence.

A category becomes a `Phrase`: what one likes ("science fiction"), the items of it ("science-fiction
films") and, where English allows, what stands before a noun ("a science-fiction fan"). Names that the
tables lack are quoted as the source has them: books filed under "Merchant marine".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

# name: thing | items of it | before a noun. A thing that begins with + is plural.
_STORIES = {
    "action": "action|action {items}|action",
    "adventure": "adventure|adventure {items}|adventure",
    "animation": "animation|animated {items}|animation",
    "avant garde": "avant-garde work|avant-garde {items}|avant-garde",
    "award winning": "+award winners|award-winning {items}|",
    "boys love": "boys' love|boys' love {items}|boys' love",
    "children": "+children's {items}|children's {items}|",
    "children's": "+children's {items}|children's {items}|",
    "comedy": "comedy|comedies|comedy",
    "crime": "crime|crime {items}|crime",
    "documentary": "+documentaries|documentaries|documentary",
    "drama": "drama|dramas|drama",
    "ecchi": "ecchi|ecchi {items}|ecchi",
    "erotica": "erotica|erotic {items}|",
    "fantasy": "fantasy|fantasy {items}|fantasy",
    "film-noir": "film noir|noir {items}|noir",
    "girls love": "girls' love|girls' love {items}|girls' love",
    "gourmet": "+gourmet {items}|gourmet {items}|",
    "horror": "horror|horror {items}|horror",
    "imax": "+IMAX releases|IMAX releases|",
    "musical": "+musicals|musicals|musical",
    "mystery": "mystery|mysteries|mystery",
    "romance": "romance|romances|romance",
    "sci-fi": "science fiction|science-fiction {items}|science-fiction",
    "slice of life": "slice of life|slice-of-life {items}|slice-of-life",
    "sports": "sport|sports {items}|sports",
    "supernatural": "the supernatural|supernatural {items}|",
    "suspense": "suspense|suspense {items}|suspense",
    "thriller": "+thrillers|thrillers|thriller",
    "war": "+war {items}|war {items}|",
    "western": "+westerns|westerns|western",
}
_GAMES = {
    "casual": "+casual {items}|casual {items}|",
    "early access": "+early-access {items}|early-access {items}|",
    "free to play": "+free-to-play {items}|free-to-play {items}|",
    "gore": "gore|gory {items}|",
    "indie": "+indie {items}|indie {items}|indie",
    "massively multiplayer": "+massively multiplayer {items}|massively multiplayer {items}|",
    "nudity": "+{items} with nudity|{items} with nudity|",
    "racing": "racing|racing {items}|racing",
    "rpg": "+role-playing {items}|role-playing {items}|RPG",
    "sexual content": "+{items} with sexual content|{items} with sexual content|",
    "simulation": "simulation|simulation {items}|simulation",
    "strategy": "strategy|strategy {items}|strategy",
    "utilities": "+utilities|utilities|",
    "violent": "+violent {items}|violent {items}|",
    "design & illustration": "+design and illustration tools|design and illustration tools|",
    "animation & modeling": "+animation and modeling tools|animation and modeling tools|",
    "audio production": "+audio production tools|audio production tools|",
    "video production": "+video production tools|video production tools|",
    "photo editing": "+photo editing tools|photo editing tools|",
    "web publishing": "+web publishing tools|web publishing tools|",
    "software training": "+software courses|software courses|",
    "education": "+educational {items}|educational {items}|",
    "accounting": "+accounting tools|accounting tools|",
}
_ABOUT = (
    "architecture", "art", "astrology", "design", "education", "gardening", "history", "law",
    "mathematics", "medicine", "music", "nature", "philosophy", "photography", "political science",
    "psychology", "religion", "science", "theology", "transportation",
)  # fmt: skip
_BOOKS = {
    **{name: f"{name}|{{items}} on {name}|" for name in _ABOUT},
    "antiques & collectibles": "+antiques and collectibles|{items} on antiques and collectibles|",
    "bibles": "+Bibles|Bibles|",
    "biography & autobiography": "biography|biographies|biography",
    "business & economics": "business and economics|{items} on business and economics|",
    "comics & graphic novels": "+comics and graphic novels|comics and graphic novels|",
    "computers": "computing|{items} on computing|",
    "cooking": "cooking|cookbooks|",
    "crafts & hobbies": "+crafts and hobbies|{items} on crafts and hobbies|",
    "drama": "drama|plays|drama",
    "family & relationships": "family and relationships|{items} on family and relationships|",
    "fiction": "fiction|works of fiction|fiction",
    "foreign language study": "language study|{items} for language study|",
    "games": "+games|{items} on games|",
    "games & activities": "+games and activities|{items} of games and activities|",
    "health & fitness": "health and fitness|{items} on health and fitness|",
    "history": "history|history {items}|history",
    "house & home": "house and home|{items} on house and home|",
    "humor": "humor|humor {items}|humor",
    "juvenile fiction": "juvenile fiction|works of juvenile fiction|",
    "juvenile nonfiction": "juvenile nonfiction|works of juvenile nonfiction|",
    "language arts & disciplines": "language and its uses|{items} on language and its uses|",
    "literary collections": "+literary collections|literary collections|",
    "literary criticism": "literary criticism|works of literary criticism|",
    "medical": "medicine|{items} on medicine|",
    "performing arts": "the performing arts|{items} on the performing arts|",
    "pets": "+pets|{items} on pets|",
    "poetry": "poetry|{items} of poetry|poetry",
    "reference": "+reference works|reference works|",
    "science fiction": "science fiction|science-fiction {items}|science-fiction",
    "self-help": "self-help|self-help {items}|self-help",
    "social science": "the social sciences|{items} on the social sciences|",
    "sports & recreation": "sport and recreation|{items} on sport and recreation|",
    "study aids": "+study aids|study aids|",
    "technology & engineering": "technology and engineering|{items} on technology and engineering|",
    "travel": "travel|travel {items}|travel",
    "true crime": "true crime|true-crime {items}|true-crime",
    "young adult fiction": "young adult fiction|works of young adult fiction|",
    "young adult nonfiction": "young adult nonfiction|works of young adult nonfiction|",
}
_PLACES = {
    "active life": "active life|{items} for active life|",
    "bars": "+bars|bars|",
    "coffee & tea": "coffee and tea|{items} for coffee and tea|",
    "nightlife": "nightlife|nightlife {items}|nightlife",
    "restaurants": "+restaurants|restaurants|restaurant",
    "shopping": "shopping|shopping {items}|shopping",
}
_TABLES = {
    "films": _STORIES,
    "anime": _STORIES,
    "games": _STORIES | _GAMES,
    "books": _STORIES | _BOOKS,
    "book_reviews": _STORIES | _BOOKS,
    "businesses": _PLACES,
}
_PROPER = re.compile(
    r"(African|American|Arab|Asian|Australian|Bible|British|Buddh|Canadian|Celtic|Chinese|Christ|"
    r"Dutch|English|European|French|Gothic|Greek|Hindu|Indian|Irish|Islam|Italian|Japan|Jewish|"
    r"Korean|Latin|Mexican|New |Norwegian|Polish|Roman|Russian|Scottish|Spanish|Swedish|Victorian|"
    r"[A-Z]+[A-Z])"
)
_HEADING = re.compile(r"(?i)[a-z' -]+ (stories|tales|poetry|fiction|literature)")


@dataclass(frozen=True, slots=True)
class Phrase:
    """thing: what one likes.   plural: whether it takes a plural verb.   items: the items of it,
    always plural.   before: what stands before a noun, None where that cannot be said.
    quoted: the source's own name, where no table has a better one.
    """

    thing: str
    plural: bool
    items: str
    before: str | None
    quoted: str | None = None


def category(name: str, wording: str, items: str) -> Phrase:
    """How a category is said.   wording: the source's entry of `domains.yaml`; items: its plural."""
    row = _TABLES.get(wording, {}).get(name.casefold())
    if row is None and wording in ("books", "book_reviews") and _HEADING.fullmatch(name):
        said = name if _PROPER.match(name) else name[0].lower() + name[1:]
        many = said.endswith(("stories", "tales"))
        row = f"{'+' * many}{said}|{said if many else 'works of ' + said}|"
    if row is None:
        quoted = '"' + name.replace('"', "'") + '"'
        filed = f"{items} filed under {quoted}"
        return Phrase(filed, True, filed, None, quoted)
    thing, many_of_it, before = (part.replace("{items}", items) for part in row.split("|"))
    return Phrase(thing.lstrip("+"), thing.startswith("+"), many_of_it, before or None)


def creator(name: str, items: str) -> Phrase:
    """How a maker's works are said."""
    return Phrase(name, False, f"{items} by {name}", None)


def things(phrases: Sequence[Phrase], items: str) -> tuple[str, bool]:
    """Several likings as one part of a sentence, and whether it takes a plural verb."""
    plain = [one.thing for one in phrases if one.quoted is None]
    plain += _filed(phrases, items)
    plural = len(plain) > 1 or phrases[0].plural
    return listed(plain), plural


def items_of(phrases: Sequence[Phrase], items: str) -> str:
    """Several kinds of items as one part of a sentence."""
    return listed([one.items for one in phrases if one.quoted is None] + _filed(phrases, items))


def _filed(phrases: Sequence[Phrase], items: str) -> list[str]:
    """The quoted names share their introduction."""
    quoted = [one.quoted for one in phrases if one.quoted is not None]
    return [f"{items} filed under {listed(quoted, 'or')}"] if quoted else []


def listed(parts: Sequence[str], word: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`; parts that hold an "and" of their own are kept apart."""
    if len(parts) == 1:
        return parts[0]
    if word == "and" and any(re.search(r"\band\b", part.split('"')[0]) for part in parts):
        word = "as well as"
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def article(following: str) -> str:
    """`a` or `an`, as the sound of the next word wants it."""
    word = following.lstrip("\"'").split()[0]
    if word.isupper() and len(word) > 1:
        return "an" if word[0] in "AEFHILMNORSX" else "a"
    if re.match(r"(?i)(uni[^nm]|use|usu|eu|one\b|once)", word):
        return "a"
    return "an" if word[0].lower() in "aeiou" or re.match(r"(?i)(hon|hour|heir)", word) else "a"


_NUMBERS = (
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve",
)  # fmt: skip


def number(n: int) -> str | None:
    """A small number in letters; None beyond twelve."""
    return _NUMBERS[n] if n < len(_NUMBERS) else None


def name_of(title: str, others: Sequence[str] = ()) -> str | None:
    """A title as one would mention it, in quotes: without its year, a long one without what follows
    its first part. None where it is too long to be mentioned.

    others: titles from which it must remain distinct.
    """
    short = re.sub(r"\s*\(\d{4}\)$", "", title)
    if len(short) > 60:
        head = re.split(r":\s|\s[-–—(]\s?|,\s", short, maxsplit=1)[0]
        if not 8 <= len(head) <= 60:
            return None
        short = head
    if any(other != title and other.startswith(short) for other in others):
        short = title if len(title) <= 80 else ""
    return '"' + short.replace('"', "'").rstrip(",;") + '"' if short else None
