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
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from itdr.builders.core.text import ELLIPSIS
from itdr.builders.evidence.comments import Comment
from itdr.builders.evidence.facts import DOWN, UP, Fact

SHORTEST, LONGEST = 12, 150
"""The shortest and longest span, in characters."""
MOST_WORDS = 9
"""The most words in the name of a group of people."""
DENIED_WITHIN = 4
"""How many words before a judgement are searched for a negation."""
POLARITY = (
    "praise", "complaint", "denial", "doubt", "elsewhere", "link", "degree", "break", "turn", "fond",
    "averse", "whose", "causing", "place", "joined",
)  # fmt: skip
"""The word lists that tell whether a clause judges something, and how."""
NAMING = (
    "good_for",
    "good_to",
    "not_for",
    "wanting",
    "refusal",
    "approval",
    "nobody",
    "persons",
    "stop",
    "self",
)
"""The word lists that tell for whom a review finds an item good or bad."""
_SENTENCE = re.compile(r"(?<=[.!?;…])[\"')]*\s+")
_EDGES = " \t,.;:!?-–—()[]\"'*…"
_MARKS = r"[,;:()\[\]–—]|\s-\s"
_ASIDE = re.compile(r"\([^)]*\)")
_LEADING = re.compile(r"(?:and|but|or|so|then|though|which)\s", re.I)
"""How a sentence begins that continues the previous one."""
_ANYTHING_BUT = re.compile(r"(?<!\w)(?:but|only|just)(?!\w)", re.I)
_PURPOSE = re.compile(r"(?:[a-z]{2,}['’]?[a-z]*\s?){1,4}$")
"""A purpose ("good for ..."), in a few plain words."""
_WORD = r"[\w'’&-]+"


@dataclass(frozen=True)
class AspectWords:
    """The words of a domain.

    Attributes:
        aspects, wishes, audiences: by name, the words for each; those after + or - also judge it
            (as good or bad). A wish is something only some people look for, such as sushi or outdoor seating.
        polarity: word lists by `POLARITY` name.
        naming: word lists by `NAMING` name.
        unpraised, unblamed: by what is judged, the words that, wherever they appear in what is shown of an item,
            rule out praise of it, or a complaint. A word after + cancels those without a sign, as "co-op"
            cancels "single-player"; words after - always hold.
    """

    aspects: Mapping[str, Sequence[str]] = field(default_factory=dict)
    wishes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    audiences: Mapping[str, Sequence[str]] = field(default_factory=dict)
    polarity: Mapping[str, Sequence[str]] = field(default_factory=dict)
    naming: Mapping[str, Sequence[str]] = field(default_factory=dict)
    unpraised: Mapping[str, Sequence[str]] = field(default_factory=dict)
    unblamed: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def rules_out(self, fact: Fact, shown: str) -> bool:
        """Whether anything else shown of the item contradicts the fact.

        Args:
            fact: what a review or the item itself says.
            shown: all that is shown of the item.

        Returns:
            True where the fact should not be said.
        """
        patterns = self._ruling_out[0 if fact.direction == UP else 1].get(fact.value)
        if patterns is None:
            return False
        always, mostly, lifting = (one.search(shown) for one in patterns)
        return bool(always or (mostly and not lifting))

    @cached_property
    def _ruling_out(self) -> list[dict[str, list[re.Pattern[str]]]]:
        """For each value, the words that always rule it out, those that usually do, and those that cancel the latter:
        for praise and for complaints."""
        found = []
        for entries in (self.unpraised, self.unblamed):
            by_name = {}
            for name, words in entries.items():
                signed = [[one[1:] for one in words if one[0] == sign] for sign in "-+"]
                plain = [one for one in words if one[0] not in "+-"]
                by_name[name] = [_pattern(_any_of(one)) for one in (signed[0], plain, signed[1])]
            found.append(by_name)
        return found

    def one_of(self, name: str) -> str:
        """A regular expression that matches any word of a `polarity` or `naming` list."""
        return _any_of((*self.polarity.get(name, ()), *self.naming.get(name, ())))

    def finds(self, name: str, text: str) -> bool:
        """Whether the text contains a word of that list."""
        return bool(self._whole[name].search(text))

    def audience(self, text: str) -> str:
        """The name of the audience that a text names; "" where it names none."""
        return next((name for name, one in self._audiences if one.search(text)), "")

    def audiences_in(self, title: str) -> list[tuple[str, str]]:
        """(name, matched words) of each audience that a title names, in order."""
        found = [
            (match, name) for name, one in self._audiences for match in [one.search(title)] if match
        ]
        return [(name, match[0]) for match, name in sorted(found, key=lambda pair: pair[0].start())]

    @cached_property
    def clause_ends(self) -> re.Pattern[str]:
        """Where one clause ends and the next begins."""
        return re.compile(rf"{_MARKS}|(?<!\w){self.one_of('turn')}(?!\w)", re.I)

    def judged_in(self, clause: str) -> list[tuple[str, str, int, re.Pattern[str]]]:
        """The entries of `judged` that a clause can hold: those that begin with one of its words.

        Args:
            clause: part of a review.

        Returns:
            Entries in the order of `judged`.
        """
        exact, prefixes = self._first_words
        places: set[int] = set()
        for word in re.findall(_WORD, clause.casefold().replace("’", "'")):
            places.update(exact.get(word, ()))
            places.update(
                place for prefix, found in prefixes if word.startswith(prefix) for place in found
            )
        return [self.judged[place] for place in sorted(places)]

    @cached_property
    def _first_words(self) -> tuple[dict[str, list[int]], list[tuple[str, list[int]]]]:
        """Indexes into `judged`, by the first word of what is named and by the beginning of that word."""
        exact: dict[str, list[int]] = {}
        prefixes: dict[str, list[int]] = {}
        named = {"audience": self.audiences, "wish": self.wishes, "aspect": self.aspects}
        for place, (about, name, _, _) in enumerate(self.judged):
            for phrase in named[about][name]:
                first = re.findall(r"[\w'&*-]+", phrase.lstrip("+-").casefold())[0]
                known = prefixes if first.endswith("*") else exact
                known.setdefault(first.rstrip("*"), []).append(place)
        return exact, list(prefixes.items())

    @cached_property
    def judged(self) -> list[tuple[str, str, int, re.Pattern[str]]]:
        """(about, name, side, pattern of a judgement), audiences first."""
        found = []
        kinds = (("audience", self.audiences), ("wish", self.wishes), ("aspect", self.aspects))
        for about, named in kinds:
            for name, words in named.items():
                for side, sign in ((UP, "+"), (DOWN, "-")):
                    parts = self._patterns(about, words, side)
                    own = [word[1:] for word in words if word.startswith(sign)]
                    if own:
                        parts.append(rf"(?P<own>{_any_of(own)})")
                    if parts:
                        found.append((about, name, side, _pattern("|".join(parts))))
        return found

    def _patterns(self, about: str, words: Sequence[str], side: int) -> list[str]:
        topics = [word for word in words if word[0] not in "+-"]
        if about == "audience" or not topics:
            return []
        topic = rf"{_any_of(topics)}(?!\w|\s+{self.one_of('place')}(?!\w))"
        # A judged topic is the noun itself, not a part of the next one: no "nice bar and bartender".
        last = rf"{topic}(?=\s*$|\s*[^\w\s'’]|\s+{self.one_of('break')}(?!\w)|\s+{self.one_of('joined')}(?!\w))"
        judging = self.one_of("praise" if side == UP else "complaint")
        feeling = self.one_of("fond" if side == UP else "averse")
        gap = rf"(?:\s+(?!{self.one_of('break')}(?!\w)){_WORD}){{0,2}}"
        degree = rf"(?:\s+{self.one_of('degree')}){{0,4}}"
        return [
            rf"(?P<before>{judging}){gap}\s+{last}",
            rf"{topic}{gap}\s+{self.one_of('link')}{degree}\s+(?P<after>{judging})",
            rf"(?P<felt>{feeling})\s+{self.one_of('whose')}{gap}\s+{topic}",
            rf"{self.one_of('causing')}\s+{self.one_of('whose')}{gap}\s+{topic}{degree}\s+"
            rf"(?P<caused>{judging})",
        ]

    @cached_property
    def _whole(self) -> dict[str, re.Pattern[str]]:
        return {name: _pattern(self.one_of(name)) for name in (*POLARITY, *NAMING)}

    @cached_property
    def _audiences(self) -> list[tuple[str, re.Pattern[str]]]:
        return [
            (name, _pattern(_any_of([word for word in words if word[0] not in "+-"])))
            for name, words in self.audiences.items()
        ]

    def denied(self, before: str) -> bool:
        """Whether the last words before a judgement negate it."""
        before = " ".join(_ASIDE.sub(" ", before).split()[-DENIED_WITHIN:])
        return self.finds("denial", before) and not _ANYTHING_BUT.search(before)

    @cached_property
    def good_for(self) -> re.Pattern[str]:
        """A judgement of fitness, and for whom or what: `bad`, `good` and `who`."""
        gap = rf"(?:\s+(?!{self.one_of('break')}(?!\w)){_WORD}){{0,2}}"
        good = rf"(?P<good>{self.one_of('good_for')}){gap}\s+for|{self.one_of('good_to')}\s+to"
        return _pattern(rf"(?:(?P<bad>{self.one_of('not_for')})|{good})\s+(?P<who>[^.,;:!?()]+)")

    @cached_property
    def of_oneself(self) -> re.Pattern[str]:
        """An author's mention of an audience they belong to themselves (`who`)."""
        topics = [
            word for words in self.audiences.values() for word in words if word[0] not in "+-"
        ]
        return _pattern(rf"{self.one_of('self')}(?:\s+{_WORD}){{0,2}}\s+(?P<who>{_any_of(topics)})")

    @cached_property
    def wanting(self) -> re.Pattern[str]:
        """A wish for something (`who`) at the beginning or end of a sentence."""
        wish = self.one_of("wanting")
        return _pattern(
            rf"^{wish}\s+(?P<who>[^.,;:!?()]+),\s*(?P<rest>.+)$"
            rf"|^(?P<rest_2>.+?),?\s+{wish}\s+(?P<who_2>[^.,;:!?()]+)$"
        )


def _any_of(words: Sequence[str]) -> str:
    """Any of these words or phrases; `*` at the end allows any ending."""
    if not words:
        return "(?!)"
    parts = [
        re.escape(word.removesuffix("*")).replace("'", "['’]") + (r"\w*" if word[-1] == "*" else "")
        for word in sorted(words, key=len, reverse=True)
    ]
    return f"(?:{'|'.join(parts)})"


def _pattern(expression: str) -> re.Pattern[str]:
    """The expression, from one word's beginning to another's end."""
    return re.compile(rf"(?<!\w)(?:{expression})(?!\w)", re.I)


def _sentences(text: str) -> Iterator[str]:
    """The sentences of a review that can be quoted."""
    for sentence in _SENTENCE.split(text):
        span = sentence.strip(_EDGES)
        # A truncated sentence proves nothing, and neither does a question.
        cut = sentence.endswith((ELLIPSIS, "?"))
        whole = (
            span[:1].isupper() and not _LEADING.match(span) and span.count("(") == span.count(")")
        )
        if not cut and whole and '"' not in span and SHORTEST <= len(span) <= LONGEST:
            yield span


@dataclass(frozen=True, slots=True)
class _Judgement:
    about: str
    name: str
    side: int
    clause: str


def _clauses(sentence: str, words: AspectWords) -> Iterator[str]:
    start = 0
    for end in words.clause_ends.finditer(sentence):
        yield sentence[start : end.start()].strip(_EDGES)
        start = end.end()
    yield sentence[start:].strip(_EDGES)


def _judgements(sentence: str, words: AspectWords) -> list[_Judgement]:
    """The judgements in a sentence, in order."""
    found = []
    for clause in _clauses(sentence, words):
        if words.finds("doubt", clause) or words.finds("elsewhere", clause):
            continue
        here = []
        for about, name, side, pattern in words.judged_in(clause):
            match = pattern.search(clause)
            if match is None:
                continue
            judging = next(group for group, value in match.groupdict().items() if value)
            if words.denied(clause[: match.start(judging)]):
                # "Not bad" is no praise.
                side = DOWN if side == UP else 0
            if side:
                # "Perfect coffee shop atmosphere" is about the last of these.
                place = (match.start(), -match.end())
                here.append((place, _Judgement(about, name, side, clause)))
        found += [one for _, one in sorted(here, key=lambda pair: pair[0])]
    return found


def aspects(
    comments: Sequence[Comment], words: AspectWords, abouts: Sequence[str] = ("aspect", "audience")
) -> list[Fact]:
    """The aspects that displayed comments judge, each at most once per side, in the order of the comments.

    Args:
        comments: the comments as displayed, with what their authors thought of the item.
        words: the words of the domain.
        abouts: kinds of values looked for: `aspect`, `audience` and `wish`.

    Returns:
        Facts that quote whole sentences, one per sentence: no praise by anyone who disliked the item,
        and no complaints by anyone who liked it.
    """
    found: dict[tuple[str, int], Fact] = {}
    for comment in comments if words.aspects else ():
        for sentence in _sentences(comment.text):
            judgements = [one for one in _judgements(sentence, words) if one.about in abouts]
            if _is_mixed(sentence, judgements, words):
                continue
            for one in judgements:
                key = (one.name, one.side)
                if one.side != -comment.verdict and key not in found:
                    found[key] = Fact(
                        "aspect", one.about, one.name, direction=one.side, quote=sentence
                    )
                    break
    return list(found.values())


def _is_mixed(sentence: str, judgements: Sequence[_Judgement], words: AspectWords) -> bool:
    """Whether the sentence also says the opposite or retracts something."""
    sides = {one.side for one in judgements}
    denied = words.finds("denial", sentence)
    if len(sides) > 1 or words.finds("turn", sentence):
        return True
    if UP in sides:
        return denied or words.finds("complaint", sentence)
    return words.finds("praise", sentence) and not denied


def undisputed(facts: Sequence[Fact]) -> list[Fact]:
    """The facts, complaints first, except about anything that one review praises and another complains about."""
    sides: dict[tuple[str, str], set[int]] = {}
    for fact in facts:
        sides.setdefault(fact.topic, set()).add(fact.direction)
    kept = [fact for fact in facts if not {UP, DOWN} <= sides[fact.topic]]
    return sorted(kept, key=lambda fact: fact.direction)


def audiences(comments: Sequence[Comment], words: AspectWords) -> list[Fact]:
    """The people for whom a comment calls the item good or bad outright, each once.

    Args:
        comments: the comments as displayed, with what their authors thought of the item.
        words: the words of the domain.

    Returns:
        Facts that quote the whole sentence; `about` is an audience, a purpose, or a feature that people
        look for. Praise by someone who disliked the item is not used.
    """
    found: dict[tuple[str, str], Fact] = {}
    for comment in comments:
        for sentence in _sentences(comment.text):
            if words.finds("elsewhere", sentence):
                continue
            fact = _wanted(sentence, words) or _suited(sentence, words)
            fact = fact or _own_case(sentence, comment, words)
            if fact is not None and not (fact.direction == UP and comment.verdict < 0):
                found.setdefault(fact.topic, dataclasses.replace(fact, quote=sentence))
    return list(found.values())


def _wanted(sentence: str, words: AspectWords) -> Fact | None:
    match = words.wanting.search(sentence)
    if match is None:
        return None
    rest = match["rest"] or match["rest_2"]
    who = _group(match["who"] or match["who_2"], words)
    down, up = words.finds("refusal", rest), words.finds("approval", rest)
    if not who or not (down or up):
        return None
    return Fact("aspect", "feature", who, direction=DOWN if down else UP)


def _suited(sentence: str, words: AspectWords) -> Fact | None:
    match = words.good_for.search(sentence)
    who = _group(match["who"], words) if match is not None else ""
    if match is None or not who:
        return None
    before = sentence[: match.start()]
    recommends = match[0].casefold().startswith("recommend")
    if words.finds("doubt", before) and not recommends and not match["bad"]:
        return None
    down = bool(match["bad"]) or words.denied(before)
    if not down and words.finds("denial", _ASIDE.sub(" ", before)):
        return None
    named = words.audience(who)
    # "A great price for a great product" has no purpose.
    if not named and words.finds("praise", who):
        return None
    about = "audience" if named or words.finds("persons", who) else "purpose"
    if about == "purpose" and not _PURPOSE.match(who):
        return None
    return Fact("aspect", about, named or who, direction=DOWN if down else UP)


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
    who = who.strip(_EDGES)
    if not who or len(who.split()) > MOST_WORDS or words.finds("nobody", who):
        return ""
    return who
