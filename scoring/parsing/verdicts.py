"""The title that running text decides for: not those it merely considers, and never those it denies."""

from __future__ import annotations

import re

from itdr.scoring.parsing.titles import Mention, Titles, fold

_CUE = re.compile(
    r"\b(?:answer|verdict|picks?|choose|chooses|choosing|choice|selects?|selection|go with|going with"
    r"|opt for|predict|prediction|conclude|expect|recommend|recommendation|most likely|best|winner"
    r"|next (?:[a-z]{2,10} )?(?:is|will be|would be|should be)|fits?|will (?:like|watch|play|read|buy|enjoy))\b"
)
_CONCLUDES = re.compile(
    r"\b(?:so|therefore|thus|hence|overall|finally?|conclusion|verdict|answer)\b"
)
_STOP = re.compile(r"[.!?;\n]")
_DENIES = r"not|isnt|wasnt|wont|dont|doesnt|wouldnt|cant|cannot|never"
_DENIED_CUE = re.compile(rf"\b(?:{_DENIES})\s(?:[a-z]{{1,12}}\s)?$")
_DENIED_BEFORE = re.compile(
    rf"\b(?:{_DENIES}|rather than|instead of|unlike|except|besides|other than|avoid|skip|rules? out"
    r"|ruling out|neither|nor|over|exclude|excluding|against|than|although|though|despite|apart from)\s"
    r"(?:[a-z]{1,12}\s){0,2}[\"'*_\u201c\u300a]{0,3}$"
)
_DENIED_AFTER = re.compile(
    r"^[\"'*_\u201d\u300b)\s]{0,4}(?:isnt|wasnt|doesnt|wont|wouldnt|cannot|cant"
    r"|(?:is|was|are|does|do|would|will|can|could|should|seems)\s(?:(?:also|be|very|too)\s){0,2}"
    r"(?:not|unlikely|out|ruled|excluded|wrong|eliminated|already|less))\b"
)
NEAR = 40
REACH = 120
"""Characters between words that decide and the title that they decide for."""


def affirmed_titles(text: str, titles: Titles) -> list[int]:
    """The titles mentioned in running text without being denied, in order, each once.

    Args:
        text: running text.
        titles: the titles.
    """
    folded = fold(text)
    mentions = (one.title for one in titles.mentions(text, folded) if not _denied(folded, one))
    return list(dict.fromkeys(mentions))


def chosen_title(text: str, titles: Titles) -> int | None:
    """The title that running text decides for, by phrases such as "I would choose".

    Args:
        text: running text.
        titles: the titles.

    Returns:
        The last title after a concluding phrase, otherwise the first after a phrase of choice; None
        where there is none.
    """
    folded = fold(text)
    mentions = [one for one in titles.mentions(text, folded) if not _denied(folded, one)]
    if not mentions:
        return None
    starts = [stop.start() for stop in _STOP.finditer(folded)]
    first: int | None = None
    last: int | None = None
    place = sentence = 0
    begun = 0
    for cue in _CUE.finditer(folded):
        while sentence < len(starts) and starts[sentence] < cue.start():
            begun = starts[sentence] + 1
            sentence += 1
        while place < len(mentions) and mentions[place].start < cue.end():
            place += 1
        if _DENIED_CUE.search(folded[max(0, cue.start() - NEAR) : cue.start()]):
            continue
        one = _decided(folded, cue, mentions, place)
        if one is None:
            continue
        if first is None:
            first = one
        if _CONCLUDES.search(folded[max(begun, cue.start() - REACH) : cue.end()]):
            last = one
    return first if last is None else last


def _decided(folded: str, cue: re.Match[str], mentions: list[Mention], place: int) -> int | None:
    """The title after a cue, in its sentence; or the one before it that "fits" or "is best"."""
    if place < len(mentions) and mentions[place].start - cue.end() <= REACH:
        between = folded[cue.end() : mentions[place].start]
        if not _STOP.search(between.replace(":\n", ": ")):
            return mentions[place].title
    if place and cue[0].startswith(("fit", "best", "most likely")):
        before = mentions[place - 1]
        between = folded[before.stop : cue.start()]
        if len(between) <= NEAR and not _STOP.search(between):
            return before.title
    return None


def _denied(folded: str, one: Mention) -> bool:
    before = _DENIED_BEFORE.search(folded[max(0, one.start - NEAR) : one.start])
    return bool(before) or bool(_DENIED_AFTER.match(folded[one.stop : one.stop + NEAR]))
