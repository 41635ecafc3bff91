"""What is known of an item's audience, and the line of the answer on whom to avoid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from itdr.builders.evidence.audiences.groups import Group
from itdr.builders.evidence.mentions import Marked, Phrase, kin
from itdr.builders.rendering import group_warnings as warn
from itdr.builders.rendering.teller import Teller, quoted, upper
from itdr.builders.sampling.case import Evidence

FEW = 20
"""Fewer likers than this are few, as are fewer dislikers than `FEW_AGAINST`."""
FEW_AGAINST = 5
CLEAR, STRONG, HARDLY = 1.6, 2.5, 0.35
"""Lifts from which over-representation is clear and strong, and up to which there is hardly anyone."""
SELDOM = 0.15
"""Share of the likers up to which a group is seldom among them; a larger one can only be less common."""


@dataclass(slots=True)
class TrainStats:
    """What is known of an item.

    telling: its categories, those first that fewer works carry.   likers, dislikers: how many, in the
    training part.   tested: whether there is any group to test for.   dislikes: whether the source
    knows dislikes.   attributes, tags: as shown, tags with how many users gave each.   phrases,
    marked, titled: what the shown comments, the attributes and the title say of audiences.   heard:
    whether comments are shown.
    """

    categories: Sequence[str]
    telling: Sequence[str]
    creators: Sequence[str]
    hashtags: Sequence[str]
    attributes: Sequence[tuple[str, str]]
    likers: int
    dislikers: int
    tested: bool
    dislikes: bool
    suited: list[Group] = field(default_factory=list)
    avoided: list[Group] = field(default_factory=list)
    phrases: list[Phrase] = field(default_factory=list)
    marked: list[Marked] = field(default_factory=list)
    titled: list[Marked] = field(default_factory=list)
    tags: list[tuple[str, int]] = field(default_factory=list)
    heard: bool = False


def strength(lift: float) -> str:
    """The name of an over-representation, a key of `group_reasons.DEGREES`."""
    return "strong" if lift >= STRONG else "clear" if lift >= CLEAR else "slight"


def facts(name: str, group: Group) -> list[Evidence]:
    """The rows of evidence of one group: its smoothed lift, then what that was worked out of."""
    head = f"{name}:{group.kind}"
    return [
        Evidence(head, group.value, base=group.lift),
        Evidence(f"{head}:members", group.value, base=float(group.k)),
        Evidence(f"{head}:of", group.value, base=float(group.n)),
        Evidence(f"{head}:share", group.value, base=group.share),
        Evidence(f"{head}:z", group.value, base=group.z),
    ]


def lower(name: str) -> str:
    """The name of an attribute within a sentence."""
    return name if name[:2].isupper() else name[:1].lower() + name[1:]


def to_avoid(known: TrainStats, teller: Teller) -> tuple[str, list[Evidence]]:
    """A sentence or two on groups to warn, or on there being none, and what they stand on."""
    if known.avoided:
        return _avoided(known.avoided, teller)
    for phrase in known.phrases:
        if phrase.warns:
            row = Evidence(f"warning:{phrase.group}", phrase.said, base=float(phrase.comment))
            who = teller.audience(phrase.group)
            return upper(teller.tell(warn.WARNED, who=who, said=quoted(phrase.said))), [row]
    named = {kin(phrase.group) for phrase in known.phrases}
    for mark in known.marked:
        if mark.warns and kin(mark.group) not in named:
            values = {"attribute": lower(mark.name), "name": quoted(mark.value)}
            row = Evidence(f"attribute:{mark.name}", mark.value, base=1.0)
            who = teller.audience(mark.group)
            return upper(teller.tell(warn.MARKED_AGAINST, who=who, **values)), [row]
    return upper(teller.tell(_nobody(known))), []


def _nobody(known: TrainStats) -> tuple[str, ...]:
    """Ways to say that there is no group to avoid it, by what is known of who disliked it."""
    if known.dislikes and known.dislikers >= FEW_AGAINST and known.tested:
        return warn.NOBODY[:4] + warn.NOBODY_SHARES * 2
    if known.tested and known.likers >= 3 * FEW:
        return warn.NOBODY[:4] + warn.NOBODY_MISSING * 2
    if known.dislikes and 0 < known.dislikers < FEW_AGAINST and known.tested:
        return warn.NOBODY[:6] + warn.NOBODY_KNOWN * 2
    return warn.NOBODY


def _avoided(groups: Sequence[Group], teller: Teller) -> tuple[str, list[Evidence]]:
    """A sentence for each way of being a bad match."""
    told: list[str] = []
    rows: list[Evidence] = []
    for how in ("disliked", "missing"):
        some = [group for group in groups if group.how == how]
        if not some:
            continue
        for group in some:
            rows += facts(f"avoid:{how}", group)
        who = teller.choose(" [and|as well as] ").join(teller.group(one) for one in some)
        lifts = [one.lift for one in some]
        rare = "hardly" if max(lifts) <= HARDLY else "few"
        options: tuple[str, ...] = warn.AGAINST
        if how == "missing":
            seldom = all(one.k <= SELDOM * one.n for one in some)
            options = warn.MISSING if seldom else warn.FEWER
        if told:
            options = tuple(one for one in options if warn.HEADING not in one)
        told.append(upper(teller.tell(options, degree=strength(min(lifts)), rare=rare, who=who)))
    return " ".join(told), rows
