"""How the categories of items are said in a sentence.

A category becomes a `Phrase`: what one likes ("science fiction"), the items of it ("science-fiction
films") and, where English allows, what stands before a noun ("a science-fiction fan"). Names that the
tables lack are quoted as the source has them: books filed under "Merchant marine".
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from itdr.builders.rendering.profile_tables import TABLES, TAGS

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
    quoted: the source's own name, where no table has a better one; intro: what leads over to it.
    """

    thing: str
    plural: bool
    items: str
    before: str | None
    quoted: str | None = None
    intro: str = "filed under"


def category(name: str, wording: str, items: str) -> Phrase:
    """How a category is said.   wording: the source's entry of `domains.yaml`; items: its plural."""
    row = TABLES.get(wording, {}).get(name.casefold())
    if row is None and wording in ("books", "book_reviews") and _HEADING.fullmatch(name):
        said = name if _PROPER.match(name) else name[0].lower() + name[1:]
        many = said.endswith(("stories", "tales"))
        row = f"{'+' * many}{said}|{said if many else 'works of ' + said}|"
    return _said(row, name, items, "filed under")


def tag(name: str, wording: str, items: str) -> Phrase:
    """How a tag is said, which often is the name of a category."""
    table = TABLES.get(wording, {}) | TAGS
    return _said(table.get(name.casefold()), name, items, "tagged")


def _said(row: str | None, name: str, items: str, intro: str) -> Phrase:
    if row is None:
        quoted = '"' + name.replace('"', "'") + '"'
        of = f"{items} {intro} {quoted}"
        return Phrase(of, True, of, None, quoted, intro)
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
    plain = [one.items for one in phrases if one.quoted is None]
    return listed(_joined(plain, items) + _filed(phrases, items))


def _joined(plain: list[str], items: str) -> list[str]:
    """`action films`, `war films` as `action and war films`."""
    firsts = [one.removesuffix(f" {items}") for one in plain]
    if len(plain) < 2 or any(a == b or " and " in a for a, b in zip(firsts, plain, strict=True)):
        return plain
    return [f"{listed(firsts)} {items}"]


def _filed(phrases: Sequence[Phrase], items: str) -> list[str]:
    """The quoted names, each kind of them with one introduction."""
    kinds: dict[str, list[str]] = {}
    for one in phrases:
        if one.quoted is not None:
            kinds.setdefault(one.intro, []).append(one.quoted)
    return [f"{items} {intro} {listed(names, 'or')}" for intro, names in kinds.items()]


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
    short = _shortened(title)
    if short is None:
        return None
    if any(other != title and other.startswith(short) for other in others):
        short = title if len(title) <= 80 else ""
    return '"' + short.replace('"', "'").rstrip(",;") + '"' if short else None


@functools.lru_cache(maxsize=1 << 14)
def _shortened(title: str) -> str | None:
    """The title as `name_of` gives it where no other one begins alike."""
    short = re.sub(r"\s*\(\d{4}\)$", "", title)
    if len(short) > 40:
        head = re.sub(r"(?<=\w)\s*[(\[].*[)\]]$", "", short)
        short = short if re.search(r"(?i)\b(a|an|and|of|or|the)$", head) else head
    if len(short) > 60:
        head = re.split(r":\s|\s[-–—(]\s?|,\s", short, maxsplit=1)[0]
        if not 8 <= len(head) <= 60:
            return None
        short = head
    return short
