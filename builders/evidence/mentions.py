"""What comments and attributes say of an audience: a closed list of phrases, nothing guessed.

A comment such as "bought this for my daughter" or "great for beginners" names a group, one such as
"not for kids" warns one. Only what stands in the list below is read, and what is read is quoted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

RELATIVES = {
    "daughter": r"daughters?(?!-in)",
    "son": r"sons?(?!-in)",
    "wife": "wife|wifey",
    "husband": "husband|hubby",
    "mother": r"mom|mum|mother(?!-in)|mama|mommy",
    "father": r"dad|father(?!-in)|daddy",
    "granddaughter": "grand-?daughters?",
    "grandson": "grand-?sons?",
    "grandmother": "grandma|grandmother|nana",
    "grandfather": "grandpa|grandfather",
    "niece": "nieces?",
    "nephew": "nephews?",
    "sister": r"sisters?(?!-in)",
    "brother": r"brothers?(?!-in)",
    "girlfriend": "girlfriend",
    "boyfriend": "boyfriend",
    "friend": "(?:best )?friend",
    "dog": "dogs?|puppy|pup",
    "cat": "cats?|kitten",
}
CHILDREN = r"kids?|child|children|kiddos?|little ones?|boys|girls|grand-?(?:kids|children)"
SMALL = "toddlers?|bab(?:y|ies)|infants?|newborns?|preschoolers?"

# Who is named after "great for", "not for" and the like -> the group.
NAMED = {
    "children": CHILDREN,
    "small children": SMALL,
    "teenagers": "teens?|teenagers?|teenage (?:boys|girls)",
    "adults": "adults?|grown-?ups",
    "older people": "seniors|the elderly|older people|elderly people",
    "families": "(?:the )?(?:whole |entire )?famil(?:y|ies)",
    "beginners": "(?:absolute |complete |total )?(?:beginners?|newbies|newcomers|novices|first[- ]timers)",
    "professionals": "professionals?|pros|professional use",
    "students": "(?:college )?students?",
    "groups": "(?:large |big |small )?groups|(?:large|big) (?:parties|group)|a group|group dinners",
    "couples": "couples|date nights?|a date|a date night|a romantic (?:dinner|evening|night)",
    "vegetarians": "vegetarians?",
    "vegans": "vegans?",
    "travellers": "travel(?:ing|ling)?|travell?ers|trips",
    "owners of dry skin": "dry skin",
    "owners of sensitive skin": "sensitive skin",
    "owners of oily skin": "oily skin",
    "owners of mature skin": "(?:mature|aging|older) skin",
    "owners of curly hair": "(?:curly|wavy) hair",
    "owners of fine hair": "(?:fine|thin|thinning) hair",
    "owners of thick hair": "(?:thick|coarse) hair",
    "owners of long hair": "long hair",
    "owners of short hair": "short hair",
    "owners of dry hair": "(?:dry|damaged) hair",
    "owners of coloured hair": "(?:colou?r[- ]treated|colou?red|bleached|dyed) hair",
    "owners of dogs": "(?:my |your )?(?:dogs?|pups?)",
    "owners of cats": "(?:my |your )?cats?",
    "casual players": "casual (?:players?|gamers?|gaming|play)",
    "players with friends": "(?:playing|play) with (?:your |some |my )?friends",
    "players alone": "single player|solo play|playing alone",
    "hardcore players": "hardcore (?:players?|gamers?)",
    "followers of the series": "fans? of the (?:series|franchise|original|first game|previous games?)",
    "the faint-hearted": "the faint of heart|the faint[- ]hearted|the squeamish|the easily (?:scared|offended)",
    "the impatient": "the impatient|impatient people|people (?:without|with no) patience",
}

_FIT = (
    r"(?:great|good|perfect|ideal|nice|wonderful|excellent|suitable|fun|fantastic|awesome|best|"
    r"made|recommended|amazing|a must|must have|must-have)(?: (?:game|place|spot|choice|gift|product|"
    r"restaurant|one|option|fit|book|toy))?"
)
_BUY = r"(?:bought|got|ordered|purchased|buying|picked up|getting|chose)"
_IT = (
    r"(?:this|it|these|them|one|two|a pair|a set|this one|this product|this game|this item|some)"
    r"(?: (?:up|online))?(?: as an? (?:\w+ )?(?:gift|present))?"
)
_LOVES = r"(?:really |absolutely |just |also |both )?(?:loves?|loved|enjoys?|enjoyed|adores?|is obsessed with)"
_AGED = r"(?:\d{1,2}[- ]?(?:years?|yr|months?|mo)[- ]?olds?(?: |$))?"


@dataclass(frozen=True, slots=True)
class Phrase:
    """What a comment says of an audience. group: who, a key of `NAMED`, or
    `relative:…`.   said: the words of the comment.   comment: its place among those shown, from 1.
    warns: it keeps the group away."""

    group: str
    said: str
    comment: int
    warns: bool = False


def _named(groups: Iterable[str]) -> str:
    return "|".join(f"(?P<{_slug(group)}>{NAMED[group]})" for group in groups)


def _slug(group: str) -> str:
    return group.replace(" ", "_").replace("-", "_")


_BY_SLUG = {_slug(group): group for group in NAMED}
_WARNABLE = (
    "children", "small children", "teenagers", "families", "beginners", "professionals", "groups",
    "couples", "vegetarians", "vegans", "owners of dry skin", "owners of sensitive skin",
    "owners of oily skin", "casual players", "players alone", "the faint-hearted", "the impatient",
)  # fmt: skip
_NEVER_SUITED = ("the faint-hearted", "the impatient")
_END = r"(?![\w'’-])"

_WARNING = re.compile(
    rf"\b(?:not|isn'?t|never|nothing|n[o']t) (?:really |very |recommended |suitable |appropriate |"
    rf"meant |made |good |great |ideal |something |a (?:good |great )?(?:game|place|spot|product|choice) )*"
    rf"for (?:young |small |little )?(?:{_named(_WARNABLE)}){_END}",
    re.IGNORECASE,
)
_SUITS = re.compile(
    rf"\b{_FIT} for (?:any |all |the |young |small |little |your |my |those who are |someone with |"
    rf"people with )*(?:{_named(group for group in NAMED if group not in _NEVER_SUITED)}){_END}",
    re.IGNORECASE,
)
_FRIENDLY = re.compile(
    r"\b(?P<who>kid|child|family|dog|vegan|vegetarian)[- ]friendly\b", re.IGNORECASE
)
_FRIENDS = {
    "kid": "children", "child": "children", "family": "families", "dog": "owners of dogs",
    "vegan": "vegans", "vegetarian": "vegetarians", "gluten free": "people who avoid gluten",
    "gluten-free": "people who avoid gluten",
}  # fmt: skip
_GIVEN = re.compile(
    rf"\b{_BUY} {_IT} for my {_AGED}(?:{'|'.join(f'(?P<{who}>{form})' for who, form in RELATIVES.items())}"
    rf"|(?P<children>{CHILDREN})|(?P<small_children>{SMALL})){_END}",
    re.IGNORECASE,
)
_FOR = re.compile(
    rf"\bfor my {_AGED}(?:{'|'.join(f'(?P<{who}>{form})' for who, form in RELATIVES.items())}){_END}",
    re.IGNORECASE,
)
_BODY = [group for group in NAMED if group.endswith((" hair", " skin"))]
_HAVING = re.compile(
    rf"\b(?:i have|i've got|on my|for my|my|with|those of us with)"
    rf"(?: (?:very|super|extremely|really|naturally|super-?|long|short|fine|thick|dry|,|and))*"
    rf" (?:{_named(_BODY)}){_END}",
    re.IGNORECASE,
)
# What may come after the last word of a group, so that "our group fresh juice" names none.
_NO_NOUN = (
    r"(?=\s*(?:[.,!?;:()…]|$)|\s+(?:here|there|in|on|at|and|with|last|this|today|yesterday|when|who|"
    r"after|before|because|again|back|out|over|along|too|every|often|of \w+)\b)"
)
_WITH = re.compile(
    rf"\b(?:took|brought|bring|take|taking|bringing|came (?:here )?with|come (?:here )?with|went (?:here )?with)"
    rf" (?:(?:my|the|our|your) (?:whole |entire )?"
    rf"(?:(?P<families>family|whole family)|(?P<children>{CHILDREN})|(?P<small_children>{SMALL}))"
    rf"|(?:our|a) (?:big |large |small )?(?P<groups>group|party(?= of))){_NO_NOUN}",
    re.IGNORECASE,
)
_PLAYED = re.compile(
    rf"\bplay(?:ed|ing)? (?:this |it )?with (?:my|the|our|your|some) "
    rf"(?:(?P<families>family|whole family)|(?P<children>{CHILDREN})"
    rf"|(?P<players_with_friends>friends|buddies)){_NO_NOUN}",
    re.IGNORECASE,
)
_OPTIONS = re.compile(
    r"\b(?P<who>vegan|vegetarian|gluten[- ]free) (?:options?|dishes|menu|choices|selections?)\b",
    re.IGNORECASE,
)
_LOVED = re.compile(
    rf"\bmy {_AGED}(?:{'|'.join(f'(?P<{who}>{form})' for who, form in RELATIVES.items())}"
    rf"|(?P<children>{CHILDREN})|(?P<small_children>{SMALL})) {_LOVES} (?:it|this|these|them){_END}",
    re.IGNORECASE,
)
_GIFT = re.compile(
    r"\b(?:great|perfect|nice|good|wonderful|lovely|ideal|excellent) (?:stocking stuffer|gift|present)\b"
    r"(?! card)|\b(?:makes?|made) an? (?:\w+ )?gift\b(?! card)|\bstocking stuffers?\b|"
    rf"\b(?:{_BUY}|buy|gave|give|giving) (?:this|it|these|them|one|some|several|a few|two)(?: \w+){{0,3}}"
    r" as an? (?:\w+ )?(?:gift|present)\b",
    re.IGNORECASE,
)

# -- what speaks against a phrase ---------------------------------------------------------------

_STOP = re.compile(r"[.!?;…]+(?=\s|$)|\n")
"""Where a sentence ends."""
_TURN = re.compile(r"\b(?:but|however)\b", re.IGNORECASE)
_DENIED = re.compile(
    r"\b(?:not|never|no|nor|neither|none|nobody|nothing|hardly|barely|rarely|seldom|without|lack\w*|less|"
    r"(?<!a )(?:few|little)|fewer|limited|minimal|slim|if|whether|unless|wish\w*|hop(?:e|es|ed|ing)|"
    r"instead|rather than|except|sadly|unfortunately|used to|claims?|supposed|wonder\w*|inquir\w*|"
    r"avoid\w*|refus\w*|cannot|(?:is|are|was|were|do|does|did|wo|would|could|ca)nt)\b|n['’]t\b",
    re.IGNORECASE,
)
"""Before a phrase, in its sentence: it may say the opposite."""
_SOUGHT = re.compile(
    r"\b(?:more|look\w* for|search\w*|need\w*|want\w*|ask\w*|would like)\b", re.IGNORECASE
)
"""Before food of a kind: it may have been missed."""
_MISSED = re.compile(
    r"\b(?:no|not|limited|lacking|few|slim|scarce|minimal|missing|gone|poor|only)\b|n['’]t\b",
    re.IGNORECASE,
)
"""After it, for the same."""
_COMPARED = re.compile(
    rf"{_DENIED.pattern}|\b(?:prefer\w*|but|however|although|though|too)\b", re.IGNORECASE
)
"""Anywhere in the sentence: what the author has may not have been served well."""
_HARMLESS = re.compile(
    r"(?:\b(?:no|not|never|without)|n['’]t)\b(?: \w+){0,3} (?:irritat\w*|redness|reactions?|sensitivity|"
    r"greas\w*|sticky|break\w*|burn\w*|sting\w*|problems?|issues?|trouble)\b",
    re.IGNORECASE,
)
"""Except in such words, which praise."""
_UNSURE = re.compile(r"\b(?:if|whether|why|unless)\b", re.IGNORECASE)


def phrases(comments: Sequence[tuple[str, int]], bought: bool = False) -> list[Phrase]:
    """All that the comments say of audiences, in their order; each group once.

    comments: text, and 1 if its author liked the item, -1 if they disliked it, else 0. Praise from
    who disliked it does not count; to have brought, given or used it counts from who liked it.
    bought: the items are things that one gives, so that "for my wife" says enough.
    """
    found: dict[tuple[str, bool], Phrase] = {}
    for place, (text, verdict) in enumerate(comments, 1):
        for one in _in(text, verdict, place, bought):
            found.setdefault((kin(one.group), one.warns), one)
    # What one comment recommends and another warns of is left out.
    return [one for (group, warns), one in found.items() if (group, not warns) not in found]


def kin(group: str) -> str:
    """One name for groups that are the same people: whoever has children is a family."""
    return "families" if group in ("children", "small children") else group


def _in(text: str, verdict: int, place: int, bought: bool) -> list[Phrase]:
    said = []
    for match in _WARNING.finditer(text):
        if not _UNSURE.search(_around(match)[0]):
            said.append((match.start(), Phrase(_group(match), match[0], place, warns=True)))
    praise = (_SUITS, _FRIENDLY, _OPTIONS, _LOVED) if verdict >= 0 else ()
    used: tuple[re.Pattern[str], ...] = (_GIVEN, _GIFT, _WITH, _PLAYED, _HAVING)
    used = used if verdict > 0 else ()
    if bought and verdict > 0:
        used += (_FOR,)
    for pattern in (*praise, *used):
        for match in pattern.finditer(text):
            if not _opposed(pattern, match):
                said.append((match.start(), Phrase(_group(match), match[0], place)))
    return [one for _, one in sorted(said, key=lambda pair: pair[0])]


def _opposed(pattern: re.Pattern[str], match: re.Match[str]) -> bool:
    """Whether the sentence around a phrase may say the opposite."""
    before, after = _around(match)
    if pattern is _HAVING:
        return bool(_COMPARED.search(_HARMLESS.sub("", f"{before} / {after}")))
    if pattern is _OPTIONS and (_SOUGHT.search(before) or _MISSED.search(after)):
        return True
    return bool(_DENIED.search(_TURN.split(before)[-1]))


def _around(match: re.Match[str]) -> tuple[str, str]:
    """What stands before a match in its sentence, and what after it."""
    before, after = match.string[: match.start()], match.string[match.end() :]
    return _STOP.split(before)[-1], _STOP.split(after, maxsplit=1)[0]


def _group(match: re.Match[str]) -> str:
    named = match.groupdict()
    if "who" in named:
        return _FRIENDS[named["who"].lower()]
    for slug, value in named.items():
        if value is not None:
            return _BY_SLUG.get(slug, f"relative:{slug}")
    return "gift"


# -- attributes -------------------------------------------------------------------------------

YES = "yes"
SMART = "people who like it smart"
"""Not named by a place that expects casual clothes."""
FLAGS = {
    "good for children": "children",
    "good for groups": "groups",
    "dogs allowed": "owners of dogs",
    "wheelchair accessible": "people in wheelchairs",
    "good for dancing": "dancers",
    "outdoor seating": "people who like to sit outside",
    "open 24 hours": "night owls",
}
"""Attributes that name an audience when their value is yes."""
LISTED: dict[str, dict[str, str]] = {
    "specs": {
        "single-player": "players alone",
        "multi-player": "players with friends",
        "co-op": "players with friends",
        "online co-op": "players with friends",
        "local co-op": "players at one screen",
        "shared/split screen": "players at one screen",
        "vr support": "owners of a VR headset",
        "full controller support": "players with a controller",
    },
    "ambience": {
        "romantic": "couples",
        "intimate": "couples",
        "trendy": "people with a sense for trends",
        "hipster": "people with a sense for trends",
        "classy": SMART,
        "upscale": SMART,
        "touristy": "tourists",
    },
    "good for": {
        "breakfast": "people out for breakfast",
        "brunch": "people out for brunch",
        "latenight": "night owls",
        "dessert": "people with a sweet tooth",
    },
    "hair type": {"curly": "owners of curly hair", "fine": "owners of fine hair"},
    "skin type": {
        "dry": "owners of dry skin",
        "oily": "owners of oily skin",
        "sensitive": "owners of sensitive skin",
    },
}
"""Entries of an attribute that is a list, for the same."""
CLASSES = {
    "g": ("families", None),
    "pg": ("children", None),
    "r": (None, "children"),
    "r+": (None, "children"),
}
"""Age classes: whom they name, and whom they warn."""


@dataclass(frozen=True, slots=True)
class Marked:
    """What an attribute says of an audience: who, and the attribute's name and value as shown."""

    group: str
    name: str
    value: str
    warns: bool = False


def marked(attributes: Sequence[tuple[str, str]]) -> list[Marked]:
    """All that attributes say of audiences, in their order; each group once."""
    found: dict[str, Marked] = {}
    casual = any(name.casefold() == "attire" and "casual" in value for name, value in attributes)
    for name, value in attributes:
        key = name.casefold()
        if key in FLAGS and value.casefold() == YES:
            found.setdefault(FLAGS[key], Marked(FLAGS[key], name, value))
        elif key in LISTED:
            for entry in value.split(", "):
                group = LISTED[key].get(entry.casefold())
                if group and not (group == SMART and casual):
                    found.setdefault(group, Marked(group, name, entry))
        elif key == "age class":
            suits, warns = CLASSES.get(value.split(" ")[0].casefold(), (None, None))
            if suits:
                found.setdefault(suits, Marked(suits, name, value))
            if warns:
                found.setdefault(warns, Marked(warns, name, value, warns=True))
    return list(found.values())
