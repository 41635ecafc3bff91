"""What reviews complain of, whatever they think of the item on the whole.

A sentence complains if one of its clauses holds a word of the lexicon's list `grievance` that is not negated, and the
sentence speaks of nothing else or of nothing that might only be. A complaint names the people whom it concerns, where
the lexicon knows what it is about ("slow service": people in a hurry); any other warns everybody.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from itdr.builders.evidence.aspect_words import AspectWords
from itdr.builders.evidence.aspects import clauses_of, judgements_in
from itdr.builders.evidence.comments import Comment
from itdr.builders.evidence.facts import DOWN, Fact
from itdr.builders.evidence.sentences import quotable, sentences_in

MAX_CHARACTERS_OF_A_COMPLAINT = 220
"""The longest complaint that is quoted, in characters."""
MAX_COMPLAINTS = 2
"""Complaints that are reported of an item."""


def complaints(comments: Sequence[Comment], words: AspectWords) -> list[Fact]:
    """The complaints that can be quoted, those that concern somebody in particular first.

    Args:
        comments: the comments as displayed.
        words: the words of the domain.

    Returns:
        At most `MAX_COMPLAINTS` facts against the item; of each comment one, if several complain.
    """
    candidates: list[_Complaint] = []
    for speaker, comment in enumerate(comments):
        values: set[str] = set()
        for sentence in quotable(
            comment.text, words, MAX_CHARACTERS_OF_A_COMPLAINT, continuing=True
        ):
            fact = _complaint(sentence, words)
            if fact is not None and fact.value not in values:
                general = fact.about == "flaw"
                liked = comment.verdict >= 0
                candidates.append(_Complaint(bool(values), general, liked, speaker, fact))
                values.add(fact.value)
    distinct: dict[tuple[str, str], Fact] = {}
    for one in sorted(candidates, key=lambda one: one[:4]):
        # Beside what an author complains of, another fault that concerns nobody in particular says little.
        if not (one.another and one.general):
            distinct.setdefault(one.fact.topic, one.fact)
    return list(distinct.values())[:MAX_COMPLAINTS]


class _Complaint(NamedTuple):
    """A complaint, with what orders it: whether its author has another, whether it warns everybody, whether its author
    did not dislike the item, and whose it is."""

    another: bool
    general: bool
    liked: bool
    speaker: int
    fact: Fact


def _complaint(sentence: str, words: AspectWords) -> Fact | None:
    grievance = grievance_in(sentence, words)
    if not grievance or not _says_what(sentence, words) or _is_taken_back(sentence, words):
        return None
    faults = [
        one
        for one in judgements_in(sentence, words)
        if one.side == DOWN
        and one.about in ("aspect", "wish")
        and not words.is_of("flaws", one.name)
    ]
    # Slow service concerns those in a hurry more than those who want it friendly.
    faults.sort(key=lambda one: not words.is_of("frank", one.name))
    if faults:
        return Fact("aspect", faults[0].about, faults[0].name, direction=DOWN, quote=sentence)
    # What "it" was stands in the sentence before.
    if words.finds("pronoun", sentence.split(" ", 1)[0]) or words.finds("slight", sentence):
        return None
    return Fact("aspect", "flaw", grievance.casefold(), direction=DOWN, quote=sentence)


def _says_what(sentence: str, words: AspectWords) -> bool:
    """Whether a complaint is more than announced: "the only problem is the lid" tells nothing."""
    if any(not match["announced"] for match in words.grieving.finditer(sentence)):
        return True
    announcement = words.grieving.search(sentence)
    return announcement is not None and words.finds("stating", sentence[announcement.end() :])


def _is_taken_back(sentence: str, words: AspectWords) -> bool:
    """Whether a sentence makes light of its complaint, praises something, too, or turns to another side of it: "a bit
    dear, but great value"."""
    # "But the service was slow" turns away from what was said before.
    rest = sentence.partition(" ")[2]
    if words.finds("redeeming", sentence) or words.finds("turning_back", rest):
        return True
    return any(
        words.finds("praise", clause) and not words.finds("denial", clause)
        for clause in clauses_of(sentence, words)
    )


def grievance_in(sentence: str, words: AspectWords) -> str:
    """The word by which a sentence complains of the item, or announces a complaint.

    Args:
        sentence: a sentence of a review.
        words: the words of the domain.

    Returns:
        The word as the sentence has it; "" where it complains of nothing.
    """
    if sentence.endswith("?") or words.finds("hypothetical", sentence):
        return ""
    if words.finds("elsewhere", sentence):
        return ""
    for clause in clauses_of(sentence, words):
        for match in words.grieving.finditer(clause):
            before = clause[: match.start()]
            if not words.denied(before) and not words.finds("spared", before):
                return match[0]
    return ""


def unreported(
    comments: Sequence[Comment], quotes: Collection[str], words: AspectWords
) -> list[Comment]:
    """The comments that complain, or say for whom the item is not, without being quoted.

    Args:
        comments: the comments as displayed.
        quotes: what an answer quotes against the item.
        words: the words of the domain.

    Returns:
        Comments; none of them complains if as many complaints are quoted as an answer holds.
    """
    return [one for one in comments if _is_unreported(one.text, quotes, words)]


def _is_unreported(text: str, quotes: Collection[str], words: AspectWords) -> bool:
    sentences = sentences_in(text)
    rest = [one for one in sentences if not any(quote in one for quote in quotes)]
    if any(words.finds("excluding", one) for one in rest):
        return True
    # Of one who is quoted, or beside as many complaints as an answer holds, not everything is repeated.
    is_heard = len(quotes) >= MAX_COMPLAINTS or len(rest) < len(sentences)
    return not is_heard and any(
        grievance_in(one.strip(), words) and not words.finds("slight", one) for one in rest
    )
