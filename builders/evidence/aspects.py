"""What reviews praise and complain about, and whom they mention, as verbatim spans.

The words come from the domain's lexicon. An aspect is a reason only if a single clause both names and
judges it: "very good service", "the service was slow", "we loved the atmosphere", or a phrase that does
both, "overpriced". Only whole sentences are quoted, none that retracts itself. A judgement that is negated,
wished for, or about something else does not count, and none may
contradict what the review's author thought of the item. People for whom a review calls the item good or
bad outright ("perfect for families", "if you want luxury, don't stay here") become facts of their own.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from itdr.builders.evidence.aspect_words import ASIDE, AspectWords, is_proper
from itdr.builders.evidence.comments import Comment
from itdr.builders.evidence.facts import DOWN, UP, Fact
from itdr.builders.evidence.sentences import EDGES, quotable, sentences_in

MOST_WORDS = 8
"""The most words in the name of a group of people."""
REMEMBERED = 1000
"""Sentences whose judgements are kept."""
_PURPOSE = re.compile(r"(?:[a-z]{2,}['’]?[a-z]*\s?){1,4}$")
"""A purpose ("good for ..."), in a few plain words."""
_GERUND = re.compile(r"\w{2,}ing\b", re.I)
_ACTIVITY = re.compile(r"(?<!\w)[a-z]{3,}ing(?!\w)", re.I)
_INFINITIVE = re.compile(r"to\s+\w", re.I)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a clause judges: an aspect, niche, wish or audience (`about`, `name`), as good or bad."""

    about: str
    name: str
    side: int
    clause: str


def clauses_of(sentence: str, words: AspectWords) -> Iterator[str]:
    """The clauses of a sentence.

    Args:
        sentence: a sentence of a review.
        words: the words of the domain.

    Yields:
        The clauses in order, without punctuation at their ends.
    """
    start = 0
    for end in words.clause_ends.finditer(sentence):
        yield sentence[start : end.start()].strip(EDGES)
        start = end.end()
    yield sentence[start:].strip(EDGES)


def judgements_in(sentence: str, words: AspectWords) -> list[Judgement]:
    """The judgements in a sentence, remembered, since several look for them.

    Args:
        sentence: a sentence of a review.
        words: the words of the domain.

    Returns:
        The judgements in their order.
    """
    memory = words.memory
    if sentence not in memory:
        if len(memory) > REMEMBERED:
            memory.clear()
        memory[sentence] = _found_judgements(sentence, words)
    return memory[sentence]


def _found_judgements(sentence: str, words: AspectWords) -> list[Judgement]:
    judgements = []
    for clause in clauses_of(sentence, words):
        if words.finds("doubt", clause) or words.finds("elsewhere", clause):
            continue
        here = []
        for about, name, side, pattern in words.judged_in(clause):
            match = pattern.search(clause)
            if match is None:
                continue
            judging = next(group for group, value in match.groupdict().items() if value)
            if match.start(judging) and is_proper(match, judging):
                continue
            if words.denied(clause[: match.start(judging)]):
                # "Not bad" is no praise.
                side = DOWN if side == UP else 0
            if side:
                # "Perfect coffee shop atmosphere" is about the last of these.
                place = (match.start(), -match.end())
                here.append((place, Judgement(about, name, side, clause)))
        judgements += [one for _, one in sorted(here, key=lambda pair: pair[0])]
    return judgements


def aspects(
    comments: Sequence[Comment],
    words: AspectWords,
    abouts: Sequence[str] = ("aspect", "audience"),
    is_wanted: Callable[[Judgement], bool] = lambda one: True,
    frank: Collection[str] = (),
) -> list[Fact]:
    """The aspects that displayed comments judge, each at most once per side, in the order of the comments.

    Args:
        comments: the comments as displayed, with what their authors thought of the item.
        words: the words of the domain.
        abouts: kinds of values looked for: `aspect`, `audience`, `niche` and `wish`.
        is_wanted: which judgements are of use; another one in the same sentence takes the place of one that is not.
        frank: aspects of which a complaint counts even by those who liked the item.

    Returns:
        Facts that quote whole sentences, one per sentence: no praise by anyone who disliked the item,
        and no complaints by anyone who liked it.
    """
    facts: dict[tuple[str, int], Fact] = {}
    for comment in comments if words.aspects else ():
        for sentence in quotable(comment.text, words):
            judgements = [one for one in judgements_in(sentence, words) if one.about in abouts]
            if _is_mixed(sentence, judgements, words):
                continue
            for one in filter(is_wanted, judgements):
                key = (one.name, one.side)
                against = one.side == DOWN and one.name in frank
                better = key in facts and _says_more(sentence, facts[key].quote, one.side, words)
                if (one.side != -comment.verdict or against) and (key not in facts or better):
                    facts[key] = Fact(
                        "aspect", one.about, one.name, direction=one.side, quote=sentence
                    )
                    break
    return list(facts.values())


def _says_more(sentence: str, other: str, side: int, words: AspectWords) -> bool:
    """Whether one sentence has more words that praise, or complain, than another."""
    judging = "praise" if side == UP else "complaint"
    return words.count(judging, sentence) > words.count(judging, other)


def _is_mixed(sentence: str, judgements: Sequence[Judgement], words: AspectWords) -> bool:
    """Whether the sentence also says the opposite or retracts something."""
    sides = {one.side for one in judgements}
    is_denial = words.finds("denial", sentence)
    if len(sides) > 1 or words.finds("turn", sentence) or words.finds("elsewhere", sentence):
        return True
    if UP in sides:
        return is_denial or words.finds("complaint", sentence)
    return words.finds("praise", sentence) and not is_denial


def undisputed(
    facts: Sequence[Fact], comments: Sequence[Comment], words: AspectWords
) -> list[Fact]:
    """The facts that no other sentence of the comments contradicts, complaints first.

    Args:
        facts: what comments say of the item.
        comments: the comments as displayed.
        words: the words of the domain.

    Returns:
        The facts that remain. What is praised in one place and criticized in another is no reason, whichever
        of the two can be quoted.
    """
    sides: dict[tuple[str, str], set[int]] = {}
    for fact in facts:
        sides.setdefault(fact.topic, set()).add(fact.direction)
    for comment in comments:
        for sentence in sentences_in(comment.text):
            for one in judgements_in(sentence.strip(EDGES), words):
                sides.setdefault((one.about, one.name), set()).add(one.side)
            clauses = list(clauses_of(sentence, words))
            for fact in facts:
                if any(words.is_against(fact.value, clause) for clause in clauses):
                    sides[fact.topic].add(DOWN)
    one_sided = [fact for fact in facts if not {UP, DOWN} <= sides[fact.topic]]
    return sorted(one_sided, key=lambda fact: fact.direction)


def sentences_of(comments: Sequence[Comment]) -> list[str]:
    """Every sentence of the comments, whether it can be quoted or not."""
    return [one for comment in comments for one in sentences_in(comment.text)]


def audiences(comments: Sequence[Comment], words: AspectWords) -> list[Fact]:
    """The people for whom a comment calls the item good or bad outright, each once.

    Args:
        comments: the comments as displayed, with what their authors thought of the item.
        words: the words of the domain.

    Returns:
        Facts that quote the whole sentence; `about` is an audience, a purpose, or a feature that people
        look for. Praise by someone who disliked the item is not used.
    """
    facts: dict[tuple[str, str], Fact] = {}
    for comment in comments:
        for sentence in quotable(comment.text, words):
            if words.finds("elsewhere", sentence):
                continue
            text = sentence.rstrip("!")
            fact = _excluded(text, words) or _wanted(text, words) or _suited(text, words)
            fact = fact or _own_case(text, comment, words)
            if fact is not None and not (fact.direction == UP and comment.verdict < 0):
                facts.setdefault(fact.topic, dataclasses.replace(fact, quote=sentence))
    return list(facts.values())


def _excluded(sentence: str, words: AspectWords) -> Fact | None:
    match = words.not_if.search(sentence)
    if match is None:
        return None
    for about in ("wish", "feature"):
        value = _group(match[about] or "", words)
        if value and not words.finds("addressed", value):
            return Fact("aspect", about, value, direction=DOWN)
    audience = words.audience(match["who"] or "")
    return Fact("aspect", "audience", audience, direction=DOWN) if audience else None


def _wanted(sentence: str, words: AspectWords) -> Fact | None:
    match = words.wanting.search(sentence)
    if match is None:
        return None
    rest = match["rest"] or match["rest_2"]
    who = _group(match["who"] or match["who_2"], words)
    down, up = words.finds("refusal", rest), words.finds("approval", rest)
    if not who or not (down or up):
        return None
    if _GERUND.match(who):
        return None
    about = "wish" if _INFINITIVE.match(who) else "feature"
    if about == "wish" and words.finds("addressed", who):
        return None
    return Fact("aspect", about, who, direction=DOWN if down else UP)


def _suited(sentence: str, words: AspectWords) -> Fact | None:
    match = words.good_for.search(sentence)
    if match is None:
        return None
    # "Anyone who is a beginner and ...": however long, that names an audience.
    who = _group(match["who"], words) or words.audience(match["who"].split(" and ")[0])
    if not who or words.finds("nobody", match["who"].split()[0]):
        return None
    before = sentence[: match.start()]
    recommends = match[0].casefold().startswith("recommend")
    if words.finds("doubt", before) and not recommends and not match["bad"]:
        return None
    down = bool(match["bad"]) or words.denied(before)
    if not down and words.finds("denial", ASIDE.sub(" ", before)):
        return None
    audience = words.audience(who)
    # "A great price for a great product" has no purpose.
    if not audience and (words.finds("praise", who) or words.finds("complaint", who)):
        return None
    about = "audience" if audience or words.finds("persons", who) else "purpose"
    if about == "purpose" and not (_PURPOSE.match(who) and _has_subject(before, words)):
        return None
    if about == "purpose" and words.finds("purposeless", who):
        return None
    # "Great for straight looks": only an activity or an occasion is somebody's purpose.
    if about == "purpose" and not (_ACTIVITY.search(who) or words.finds("purposes", who)):
        return None
    return Fact("aspect", about, audience or who, direction=DOWN if down else UP)


def _has_subject(before: str, words: AspectWords) -> bool:
    """Whether what precedes "perfect for ..." speaks of the item itself, not of a part of it."""
    clause = words.clause_ends.split(before)[-1].strip(EDGES)
    return not words.naming.get("subject") or not clause or words.finds("subject", clause)


def _own_case(sentence: str, comment: Comment, words: AspectWords) -> Fact | None:
    """What someone who liked or disliked the item says about themselves: "great on my dry skin"."""
    match = words.of_oneself.search(sentence)
    if match is None or not comment.verdict or words.finds("doubt", sentence):
        return None
    praise = words.finds("praise", sentence) or words.finds("fond", sentence)
    complaint, denial = words.finds("complaint", sentence), words.finds("denial", sentence)
    up = (praise and not complaint and not denial) or (complaint and denial and not praise)
    down = complaint and not praise and not denial
    if words.finds("turn", sentence) or not (up if comment.verdict > 0 else down):
        return None
    return Fact("aspect", "audience", words.audience(match["who"]), direction=comment.verdict)


def _group(text: str, words: AspectWords) -> str:
    """Who or what is named, up to the end of the clause; "" if it is nobody in particular."""
    who = re.split(rf"(?<!\w){words.one_of('stop')}(?!\w)", text, maxsplit=1, flags=re.I)[0]
    who = who.strip(EDGES)
    # "To meet other people in the same mood" is somebody's wish, whatever it is about.
    opening = " ".join(who.split()[:2]) if _INFINITIVE.match(who) else who
    if not who or len(who.split()) > MOST_WORDS or words.finds("nobody", opening):
        return ""
    if who.casefold() in words.naming.get("indefinite", ()):
        return ""
    if who.rsplit(" ", 1)[-1].casefold() in words.naming.get("dangling", ()):
        return ""
    return who
