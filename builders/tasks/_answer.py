"""The answer about an item's audience, composed of what is known: groups with reasons, whom to avoid.

Every statement stands on a row of evidence. Which words are used follows from the evidence (how many
groups, how strong, of what kind, few data, none) and, among those that fit, from a stable draw.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from itdr.builders.cases import Evidence
from itdr.builders.tasks import _group_words as say
from itdr.builders.tasks._audience import Marked, Phrase
from itdr.builders.tasks._groups import MOST, Group
from itdr.builders.tasks._teller import Teller, quoted, upper
from itdr.builders.tasks._traits import TASTES
from itdr.builders.works import plain

FEW = 20
"""Fewer likers than this are few, as are fewer dislikers than `FEW_AGAINST`."""
FEW_AGAINST = 5
CLEAR, STRONG, HARDLY = 1.6, 2.5, 0.35
"""Lifts from which over-representation is clear and strong, and up to which there is hardly anyone."""


@dataclass(slots=True)
class Known:
    """What is known of an item.

    likers, dislikers: how many, in the training part.   tested: whether there is any group to test
    for.   dislikes: whether the source knows dislikes.   attributes, tags: as shown, tags with how
    many users gave each.   phrases, marked: what the shown comments and attributes say of audiences.
    """

    categories: Sequence[str]
    creators: Sequence[str]
    attributes: Sequence[tuple[str, str]]
    likers: int
    dislikers: int
    tested: bool
    dislikes: bool
    suited: list[Group] = field(default_factory=list)
    avoided: list[Group] = field(default_factory=list)
    phrases: list[Phrase] = field(default_factory=list)
    marked: list[Marked] = field(default_factory=list)
    tags: list[tuple[str, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Line:
    """One group: who, and why; neither begins with a capital nor ends with a full stop."""

    who: str
    why: str


def compose(known: Known, teller: Teller) -> tuple[str, list[Evidence]]:
    """The answer and what it stands on."""
    evidence = [
        Evidence("likers", "training part", float(known.likers)),
        Evidence("dislikers", "training part", float(known.dislikers)),
    ]
    if known.suited:
        lines = [_suited(known, group, place, teller, evidence) for place, group in enumerate(known.suited)]
        lines += _phrases(known, MOST - len(lines), teller, evidence)
        opening = teller.tell(_openings(known.suited, known))
        body = _body(opening if teller.chance(80) else "", lines, teller)
    else:
        body = _by_description(known, teller, evidence)
    return f"{body}\n\n{_to_avoid(known, teller, evidence)}", evidence


def strength(lift: float) -> str:
    """The name of an over-representation, a key of `_group_words.DEGREES`."""
    return "strong" if lift >= STRONG else "clear" if lift >= CLEAR else "slight"


def carries(known: Known, group: Group) -> bool:
    """Whether the item itself has the trait."""
    own = known.categories if group.kind == "category" else known.creators
    return group.kind in TASTES and plain(group.value) in {plain(one) for one in own}


# -- groups read off the likers ---------------------------------------------------------------


def _openings(groups: Sequence[Group], known: Known) -> tuple[str, ...]:
    """Ways to begin, by how many groups there are, how strong, and of what kind."""
    if known.likers < FEW:
        return say.OPENINGS["few"]
    if len(groups) == 1:
        return say.OPENINGS["single"] + say.OPENINGS["any"][3:4]
    options = say.OPENINGS["any"] + say.OPENINGS["ranked"]
    tastes = sum(group.kind in TASTES for group in groups)
    degrees = [strength(group.lift) for group in groups]
    if degrees[0] == "strong" and degrees[-1] != "slight":
        options += say.OPENINGS["strong"]
    if degrees[0] == "slight":
        options = say.OPENINGS["weak"]
    if 0 < tastes < len(groups):
        options += say.OPENINGS["mixed"]
    if not tastes:
        options += say.OPENINGS["people"]
    return options


def _suited(
    known: Known, group: Group, place: int, teller: Teller, evidence: list[Evidence]
) -> Line:
    evidence += facts("group", group)
    who = teller.group(group)
    reasons = say.REASONS_OF.get(teller.wording, say.REASONS)
    why = teller.tell(reasons, degree=strength(group.lift))
    own = carries(known, group)
    most = 2 * group.k > group.n
    if most and teller.chance(60):
        more = teller.tell(say.MAJORITY)
        why = more if teller.chance(40) else f"{why}; [in fact|indeed], {more}"
    elif own and teller.chance(60):
        evidence.append(Evidence(f"attribute:{group.kind}", group.value, 1.0))
        why = _with_own(known, group, why, teller)
    elif group.kind == "category" and known.categories and not own and teller.chance(30):
        other = teller.tell(say.OTHER, name=quoted(group.value))
        why = f"{why}, [although|even though|though] {other}"
    return Line(who, teller.choose(why))


def _with_own(known: Known, group: Group, why: str, teller: Teller) -> str:
    """The reason, with the remark that the item has the trait itself."""
    if group.kind == "category":
        options = say.OWN_CATEGORY if len(known.categories) == 1 else say.OWN_OF_MANY
    else:
        options = say.OWN_MAKER if len(known.creators) == 1 else say.OWN_MAKERS
    own = teller.tell(options, name=quoted(group.value))
    return [f"{own}, and {why}", f"{why}; {own}", f"{why}, [which fits: {own}|as {own}]"][
        teller.draw.below(3)
    ]


def facts(name: str, group: Group) -> list[Evidence]:
    """The rows of evidence of one group: its smoothed lift, then what that was worked out of."""
    head = f"{name}:{group.kind}"
    return [
        Evidence(head, group.value, group.lift),
        Evidence(f"{head}:members", group.value, float(group.k)),
        Evidence(f"{head}:of", group.value, float(group.n)),
        Evidence(f"{head}:share", group.value, group.share),
        Evidence(f"{head}:z", group.value, group.z),
    ]


# -- what the item and its comments say -------------------------------------------------------


def _by_description(known: Known, teller: Teller, evidence: list[Evidence]) -> str:
    lines = _described(known, teller, evidence)
    many = known.likers >= FEW and known.tested
    if not lines:
        return teller.tell(say.BROAD if many else say.UNKNOWN)
    opening = teller.tell(say.NOTHING_SPECIAL if many else say.TOO_FEW)
    return _body(opening if teller.chance(75) else "", lines, teller)


def _described(known: Known, teller: Teller, evidence: list[Evidence]) -> list[Line]:
    lines = _phrases(known, 2, teller, evidence)
    lines += _marked(known, MOST - len(lines) - bool(known.categories or known.creators), teller, evidence)
    makers = _maker(known, teller, evidence) if len(lines) < MOST else []
    lines += _categories(known, MOST - len(lines) - len(makers), teller, evidence)
    # A maker counts for more than a genre with some, for less with others.
    lines = makers + lines if teller.chance(50) else lines + makers
    tags = MOST - len(lines)
    if known.tags and tags > 0:
        lines += _tags(known, min(tags, 2), teller, evidence)
    if len(lines) < 2:
        lines += _attribute(known, teller, evidence, bool(lines))
    return lines


def _phrases(known: Known, most: int, teller: Teller, evidence: list[Evidence]) -> list[Line]:
    lines = []
    for one in [phrase for phrase in known.phrases if not phrase.warns][: max(most, 0)]:
        evidence.append(Evidence(f"comment:{one.group}", one.said, float(one.comment)))
        lines.append(Line(teller.audience(one.group), teller.tell(say.QUOTED, said=quoted(one.said))))
    return lines


def _marked(known: Known, most: int, teller: Teller, evidence: list[Evidence]) -> list[Line]:
    lines = []
    for one in [mark for mark in known.marked if not mark.warns][: max(most, 0)]:
        evidence.append(Evidence(f"attribute:{one.name}", one.value, 1.0))
        if one.value == "yes":
            why = teller.tell(say.MARKED, name=quoted(one.name))
        else:
            values = {"attribute": one.name[:1].lower() + one.name[1:], "name": quoted(one.value)}
            why = teller.tell(say.MARKED_AS, **values)
        lines.append(Line(teller.audience(one.group), why))
    return lines


def _maker(known: Known, teller: Teller, evidence: list[Evidence]) -> list[Line]:
    if not known.creators:
        return []
    name = known.creators[0]
    evidence.append(Evidence("attribute:creator", name, 1.0))
    options = say.OWN_MAKER if len(known.creators) == 1 else say.OWN_MAKERS
    return [Line(teller.taste("creator", [name], False), teller.tell(options, name=name))]


def _categories(known: Known, most: int, teller: Teller, evidence: list[Evidence]) -> list[Line]:
    """One line for each of some categories, or a single line for two of them together."""
    if most < 1 or not known.categories:
        return []
    # A path from coarse to fine says most at its end.
    values = list(dict.fromkeys(known.categories))
    values = values[-most:] if teller.wording == "products" else values[:most]
    if len(known.categories) > 1 and (most == 1 or teller.chance(35)):
        values = list(dict.fromkeys(known.categories))[:2]
        groups = [values]
    else:
        groups = [[value] for value in values]
    lines = []
    for place, group in enumerate(groups):
        evidence.extend(Evidence("attribute:category", value, 1.0) for value in group)
        listed = " and ".join(f'"{quoted(value)}"' for value in group)
        if len(group) > 1:
            options = say.ITS_MANY
        else:
            options = say.ITS_OWN if len(known.categories) == 1 else say.ITS_SOME
            if place == 0:
                options = options[:3]
        why = teller.tell(options, names=listed)
        lines.append(Line(teller.taste("category", group, False), why))
    return lines


def _tags(known: Known, most: int, teller: Teller, evidence: list[Evidence]) -> list[Line]:
    lines = []
    filed = {plain(one) for one in known.categories}
    for tag, users in [pair for pair in known.tags if plain(pair[0]) not in filed][:most]:
        evidence.append(Evidence("tag", tag, float(users)))
        name = quoted(tag)
        lines.append(Line(teller.tell(say.LOOKING, name=name), teller.tell(say.TAGGED, name=name)))
    return lines


def _attribute(known: Known, teller: Teller, evidence: list[Evidence], some: bool) -> list[Line]:
    """A publisher; or any short attribute, where nothing else is known."""
    for name, value in known.attributes:
        publisher = name.lower() == "publisher"
        if not (publisher or not some) or len(value) > 60 or value.lower() == "yes":
            continue
        evidence.append(Evidence(f"attribute:{name}", value, 1.0))
        if publisher:
            return [Line(teller.tell(say.PUBLISHER, name=value), teller.tell(say.PUBLISHED, name=value))]
        values = {"attribute": name[:1].lower() + name[1:], "name": quoted(value)}
        return [Line(teller.tell(say.LOOKING, **values), teller.tell(say.ITS_ATTRIBUTE, **values))]
    return []


# -- the frame --------------------------------------------------------------------------------


def _body(opening: str, lines: Sequence[Line], teller: Teller) -> str:
    """The lines as a list, each layout as likely as the next."""
    layout = teller.draw.below(6)
    made = []
    for number, line in enumerate(lines, 1):
        mark = f"{number}." if layout < 4 else "-"
        who, why = upper(line.who), line.why
        if layout in (0, 4):
            text = f"{who}: {why}."
        elif layout == 1:
            text = f"{who}. {upper(why)}."
        elif layout == 2:
            text = f"{who} ({why})."
        elif layout == 5:
            text = f"{who} – {why}."
        else:
            text = f"{who}, {teller.choose('[because|since|as]')} {why}."
        made.append(f"{mark} {text}")
    listing = "\n".join(made)
    return f"{upper(opening)}\n{listing}" if opening else listing


# -- whom to avoid ----------------------------------------------------------------------------


def _to_avoid(known: Known, teller: Teller, evidence: list[Evidence]) -> str:
    if known.avoided:
        return _avoided(known.avoided, teller, evidence)
    warnings = [one for one in known.phrases if one.warns]
    if warnings:
        one = warnings[0]
        evidence.append(Evidence(f"warning:{one.group}", one.said, float(one.comment)))
        who = teller.audience(one.group)
        return upper(teller.tell(say.WARNED, who=who, said=quoted(one.said)))
    marks = [one for one in known.marked if one.warns]
    if marks:
        mark = marks[0]
        evidence.append(Evidence(f"attribute:{mark.name}", mark.value, 1.0))
        values = {"attribute": mark.name.lower(), "name": quoted(mark.value)}
        who = teller.audience(mark.group)
        return upper(teller.tell(say.MARKED_AGAINST, who=who, **values))
    options = say.NOBODY
    if known.dislikes and known.dislikers >= FEW_AGAINST and known.tested:
        options = say.NOBODY[:4] + say.NOBODY_SHARES * 2
    elif known.tested and known.likers >= 3 * FEW:
        options = say.NOBODY[:4] + say.NOBODY_MISSING * 2
    elif known.dislikes and 0 < known.dislikers < FEW_AGAINST:
        options = say.NOBODY[:4] + say.NOBODY_KNOWN * 2
    return upper(teller.tell(options))


def _avoided(groups: Sequence[Group], teller: Teller, evidence: list[Evidence]) -> str:
    """One sentence for each way of being a bad match."""
    told = []
    for how, options in (("disliked", say.AGAINST), ("missing", say.MISSING)):
        some = [group for group in groups if group.how == how]
        if not some:
            continue
        for group in some:
            evidence += facts(f"avoid:{how}", group)
        who = teller.choose(" [and|as well as] ").join(["", ""]).join(teller.group(one) for one in some)
        mildest = max(some, key=lambda one: one.lift)
        rare = "hardly" if mildest.lift <= HARDLY else "few"
        degree = strength(min(one.lift for one in some)) if how == "disliked" else "slight"
        told.append(upper(teller.tell(options, degree=degree, rare=rare, who=who)))
    return " ".join(told)
