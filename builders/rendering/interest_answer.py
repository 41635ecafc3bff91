"""Writing an interest profile: from what is claimed to a paragraph that says so.

Which sentences there are follows from the evidence; which of the ways to say each, and how much is said
beside the claims, is drawn. No sentence says more than `Story` holds.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from itdr.builders.core.rng import HashRng
from itdr.builders.rendering import choices
from itdr.builders.rendering import lexicon as words
from itdr.builders.rendering.interest_answer_plan import Point, Story
from itdr.builders.rendering.profile_lines import LIKES
from itdr.builders.rendering.profile_more_lines import OTHERS

LINES = LIKES | OTHERS
CLEAR, SLIGHT = 2.0, 1.6
"""From the first lift on, a liking is called clear; below the second, slight."""
RULING, MOST, HEAVY, NICHE = 0.65, 0.5, 0.25, 0.12
"""Shares of the likes: from the first on, nearly all there is; above the second, most of them; from the
third on, a good part; below the fourth, a small one."""
LONG = 5
"""Sentences that make a profile long."""
MENTIONED = 4
"""Titles that one sentence names, at most."""
_SLOT = re.compile(r"\{(\w+)\}")
_AGREES = re.compile(r"<(\w+):([^<>|]*)\|([^<>|]*)>")


@dataclass
class _Writer:
    """Values for the sentences, and the sentences written so far.

    excused: whether a dislike has been mentioned as an exception to a like.
    """

    story: Story
    draw: HashRng
    values: dict[str, str] = field(default_factory=dict)
    plural: dict[str, bool] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    excused: bool = False

    def chance(self, percent: int) -> bool:
        """True in so many of 100 cases."""
        return self.draw.below(100) < percent

    def room(self, percent: int) -> bool:
        """The same, unless so much has been said that nothing should be added."""
        return self.chance(percent) and len(self.said) < LONG

    def put(self, name: str, value: str | None, plural: bool = False) -> None:
        """Give a value, unless there is none."""
        if value:
            self.values[name] = value
            self.plural[name] = plural

    def say(self, *groups: str) -> bool:
        """Write one sentence of these groups; False where none has its values."""
        mode = "hours" if self.story.hours else "rated"
        able = [
            line
            for group in groups
            for name in (group, f"{group}/{mode}")
            for line in LINES.get(name, ())
            if line not in self.used and _slots(line) <= self.values.keys()
        ]
        if not able:
            return False
        line = able[self.draw.below(len(able))]
        self.used.add(line)
        self.said.append(self._filled(line))
        return True

    def _filled(self, line: str) -> str:
        # Agreements first: one may stand within a choice, and has a bar of its own.
        line = _AGREES.sub(lambda found: found[3 if self.plural[found[1]] else 2], line)
        line = choices.say(line, self.draw.below)
        return _SLOT.sub(self._value, line[0].upper() + line[1:])

    def _value(self, found: re.Match[str]) -> str:
        """A value, with a capital where it begins a sentence."""
        value = self.values[found[1]]
        begins = found.start() == 0 or found.string[: found.start()].endswith((". ", "? "))
        return value[0].upper() + value[1:] if begins else value


@functools.cache
def _slots(line: str) -> frozenset[str]:
    return frozenset(_SLOT.findall(line)) | {found[0] for found in _AGREES.findall(line)}


def compose(story: Story, draw: HashRng) -> str:
    """The profile as one paragraph, sometimes with a closing sentence that sums it up."""
    writer = _Writer(story, draw)
    _fill(writer)
    short = writer.chance(12)
    dislikes_told = _main(writer, short)
    if not dislikes_told:
        _dislikes(writer, short)
    if story.few and writer.room(60):
        writer.say("few")
    if writer.room(25 if short else 38):
        _summary(writer)
    return choices.one_stop(" ".join(writer.said))


# -- values -----------------------------------------------------------------------------------


def _fill(writer: _Writer) -> None:
    story = writer.story
    for name, value in story.terms.items():
        writer.put(name, value)
    items = story.terms["items"]
    likes = [one for one in story.likes if one.kind != "creator"]
    makers = [one for one in story.likes if one.kind == "creator"]
    lead = _lead(likes)
    _fill_points(writer, "L", lead)
    _fill_points(writer, "W", likes[len(lead) :])
    if likes:
        writer.put("L1", likes[0].phrase.thing)
        writer.put("T", _several(likes[0].titles, story))
        writer.put("nT", words.number(len(likes[0].titles)))
    if len(likes) > 1:
        writer.put("L2", likes[1].phrase.thing)
        writer.put("T2", _several(likes[1].titles, story))
    if makers:
        names = words.listed([one.name for one in makers])
        writer.put("M", names, len(makers) > 1)
        writer.put("MI", f"{items} by {names}", True)
        writer.put("TM", _several(makers[0].titles, story) if len(makers) == 1 else None)
    _fill_points(writer, "D", story.dislikes)
    if story.dislikes:
        writer.put("DT", _several(story.dislikes[0].titles, story), True)
        against = story.dislikes[0].against
        writer.put("E", _titles(against, story), len(against) > 1)
    failed = _failed(story)
    if failed:
        _fill_points(writer, "P", [failed])
        writer.put("C", _titles(failed.against, story), len(failed.against) > 1)
    _fill_points(writer, "X", story.mixed)
    for one in story.mixed:
        writer.put("XT", _titles(one.titles[:1], story))
        writer.put("XF", _titles(one.against[:1], story))
    _fill_shared(writer)


def _lead(likes: Sequence[Point]) -> Sequence[Point]:
    """Those of the likes, the strongest first, that are spoken of first: the clear ones, or all where
    none is clear."""
    clear = sum(one.lift >= CLEAR for one in likes)
    return likes[: clear or len(likes)]


def _failed(story: Story) -> Point | None:
    """A liking that a displayed dislike speaks against."""
    return next((one for one in story.likes if one.against), None)


def _fill_points(writer: _Writer, letter: str, points: Sequence[Point]) -> None:
    if not points:
        return
    items = writer.story.terms["items"]
    phrases = [_item_phrase(one) for one in points]
    thing, plural = words.things(phrases, items)
    writer.put(letter, thing, plural)
    writer.put(f"{letter}I", words.items_of(phrases, items), True)
    before = [one.before for one in phrases if one.before]
    if len(before) == len(points) <= 2:
        said = words.listed(before)
        writer.put(f"{letter}F", f"{words.article(said)} {said}")


def _item_phrase(point: Point) -> words.Phrase:
    """Of a maker, the works: nobody dislikes a name."""
    if point.kind != "creator":
        return point.phrase
    return dataclasses.replace(point.phrase, thing=point.phrase.items, plural=True)


def _fill_shared(writer: _Writer) -> None:
    story = writer.story
    writer.put("A", _titles(story.liked, story), True)
    writer.put("B", _titles(story.disliked, story), len(story.disliked) > 1)
    for side, titles in (("A", story.liked), ("B", story.disliked)):
        n, two = words.number(len(titles)), len(titles) == 2
        writer.put(f"n{side}", n)
        writer.put(f"e{side}", "both" if two else "all")
        writer.put(f"a{side}", "both" if two else f"all {n}" if n else "all")
    writer.put("kind", story.terms["category"])
    for letter, point in (("S", story.shared), ("Q", story.disliked_shared), ("Z", story.also)):
        if point:
            _fill_points(writer, letter, [point])
        if point and point.kind == "creator":
            writer.put(letter, f"the work of {point.name}")
            writer.put(f"{letter}I", f"by {point.name}")
        elif point and point.phrase.quoted:
            writer.put(f"{letter}I", f"{point.phrase.intro} {point.phrase.quoted}")
    if story.shared:
        writer.put("ST", _titles(story.shared.titles, story), True)
        writer.put("nS", words.number(len(story.shared.titles)))
    if story.disliked_shared:
        writer.put("QT", _several(story.disliked_shared.titles, story), True)
        writer.put("nQ", words.number(len(story.disliked_shared.titles)))
    if story.also:
        writer.put("ZT", _titles(story.also.titles, story), True)
        writer.put("nZ", words.number(len(story.also.titles)))
    if len(story.makers) > 1:
        writer.put("first", story.makers[0])
        writer.put("last", story.makers[-1])
        writer.put("makers", words.listed(story.makers), True)
    if len(story.kinds) > 1:
        writer.put("V", words.things(story.kinds, story.terms["items"])[0], True)


def _titles(titles: Sequence[str], story: Story) -> str | None:
    """The titles in quotes, None where there are too many, or one is too long to be mentioned."""
    every = story.liked + story.disliked
    named = [words.name_of(title, every) for title in titles]
    known = [name for name in named if name is not None]
    return words.listed(known) if 0 < len(known) == len(named) <= MENTIONED else None


def _several(titles: Sequence[str], story: Story) -> str | None:
    """Two titles or more."""
    return _titles(titles, story) if len(titles) > 1 else None


# -- the order of sentences -------------------------------------------------------------------


def _main(writer: _Writer, short: bool) -> bool:
    """The likes, or what stands in their place; whether that has told the dislikes as well."""
    story = writer.story
    likes = [one for one in story.likes if one.kind != "creator"]
    makers = [one for one in story.likes if one.kind == "creator"]
    if not story.likes:
        return _without_likes(writer, short)
    told = False
    if likes:
        firm = bool(story.dislikes) and all(one.firm for one in story.dislikes)
        told = firm and writer.chance(40) and writer.say("contrast")
        if not told:
            writer.say(*_openers(writer, _lead(likes)))
        writer.say("weaker")
        if not short and writer.chance(78):
            _support(writer, likes)
        _exception(writer, likes, told)
        if not short and writer.chance(40):
            every = story.also is not None and len(story.also.titles) == len(story.liked)
            writer.say("also_all" if every else "also")
        if makers:
            writer.say("makers_too")
        elif not short and writer.room(30):
            writer.say("makers_vary")
    else:
        writer.say("makers")
        if not short and writer.chance(35):
            writer.say("shown")
    _exception(writer, makers, bool(likes))
    if story.mixed:
        writer.say("mixed")
    return told


def _openers(writer: _Writer, lead: Sequence[Point]) -> list[str]:
    """The groups of sentences that are true of these likes."""
    shares = [one.share for one in lead]
    if len(lead) == 1 and shares[0] > MOST and writer.chance(50):
        return ["most", "ruling"] if shares[0] >= RULING else ["most"]
    if lead[0].lift >= CLEAR:
        if min(shares) >= HEAVY:
            return ["clear", "heavy"]
        return ["clear", "niche"] if max(shares) < NICHE else ["clear"]
    groups = ["lean"]
    if writer.story.broad and max(shares) <= MOST:
        groups.append("lean_broad")
    if lead[0].lift < SLIGHT:
        groups += [f"{group}_slight" for group in groups]
    return groups


def _exception(writer: _Writer, told: Sequence[Point], others: bool) -> None:
    """That a liking just told does not hold for each displayed item.   others: whether anything else
    has been spoken of, so that the liking has to be named."""
    if _failed(writer.story) in told and writer.chance(75):
        alone = len(told) == 1 and not others
        writer.excused = writer.say(*["but"] * alone, "but_named")


def _support(writer: _Writer, likes: Sequence[Point]) -> None:
    if len(likes) == 1:
        every = len(likes[0].titles) == len(writer.story.liked)
        writer.say("shown_all" if every else "shown")
    elif len(likes) == 2 and likes[0].titles == likes[1].titles:
        writer.say("shown_both")
    elif set(likes[0].titles) != set(likes[1].titles):
        writer.say("shown_each")


def _without_likes(writer: _Writer, short: bool) -> bool:
    story = writer.story
    if story.mixed and writer.say("mixed_open"):
        return False
    if story.dislikes:
        firm = all(one.firm for one in story.dislikes)
        writer.say("firm_open" if firm else "soft_open")
        _after_dislikes(writer, short)
        if not short and not story.held:
            writer.say("no_likes")
        return True
    if story.held:
        writer.say("unknown")
    elif story.shared:
        every = len(story.shared.titles) == len(story.liked)
        some = ("shared_some", "shared_some_broad") if story.broad else ("shared_some",)
        if not writer.say(*(("shared_all",) if every else some)):
            writer.say("unknown")
    elif not story.kinds or not writer.say("varied", *["varied_broad"] * story.broad):
        writer.say("unknown")
    return False


def _dislikes(writer: _Writer, short: bool) -> None:
    story = writer.story
    if story.dislikes:
        writer.say("firm" if all(one.firm for one in story.dislikes) else "soft")
        _after_dislikes(writer, short)
    elif not story.disliked:
        if writer.chance(35):
            writer.say("disliked_none")
    elif short or writer.excused or writer.chance(35):
        return
    elif len(story.disliked) == 1:
        writer.say("disliked_one")
    elif story.disliked_shared and _spoken_of(story, story.disliked_shared):
        return
    elif story.disliked_shared:
        every = len(story.disliked_shared.titles) == len(story.disliked)
        writer.say("disliked_all_shared" if every else "disliked_shared")
    elif not story.held_against:
        writer.say("disliked_varied")


def _spoken_of(story: Story, point: Point) -> bool:
    """Whether a trait of the dislikes has been told of the likes, or is seen in several of them: then
    it is not what sets the dislikes apart."""
    told = (*story.likes, *story.mixed)
    same = any((one.kind, one.name) == (point.kind, point.name) for one in told)
    return same or len(point.against) > 1


def _after_dislikes(writer: _Writer, short: bool) -> None:
    if not short and writer.room(45):
        writer.say("dislikes_shown")
    if "E" in writer.values and writer.room(70):
        writer.say("except")


def _summary(writer: _Writer) -> bool:
    """One closing sentence that repeats the main point, where there is one to repeat."""
    story = writer.story
    kinds = {one.kind for one in story.likes}
    if story.likes:
        firm = bool(story.dislikes) and all(one.firm for one in story.dislikes)
        if kinds == {"creator"}:
            return writer.say("sum_names")
        if firm and writer.chance(70):
            return writer.say("sum_both")
        if "creator" in kinds and writer.chance(70):
            return writer.say("sum_makers")
        return writer.say("sum_likes")
    if story.mixed:
        return writer.say("sum_mixed")
    if story.dislikes:
        return bool(all(one.firm for one in story.dislikes)) and writer.say("sum_dislikes")
    one_kind = story.shared is not None and len(story.shared.titles) == len(story.liked)
    return story.broad and not story.held and not one_kind and writer.say("sum_none")
