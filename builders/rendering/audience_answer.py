"""The answer about an item's audience, composed of what is known: groups with reasons, whom to avoid.

Every statement stands on a row of evidence. Which words are used follows from the evidence (how many
groups, how strong, of what kind, few data, none) and, among those that fit, from a stable draw.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from itdr.builders.core.text import plain
from itdr.builders.evidence.audiences.groups import MOST, Group
from itdr.builders.evidence.mentions import kin
from itdr.builders.evidence.traits import CATEGORY, CREATOR, HASHTAG, TASTES
from itdr.builders.rendering import group_reasons as because
from itdr.builders.rendering import group_words as say
from itdr.builders.rendering.audience_avoid import FEW, TrainStats, facts, lower, strength, to_avoid
from itdr.builders.rendering.choices import one_stop
from itdr.builders.rendering.teller import Teller, quoted, upper
from itdr.builders.sampling.case import Evidence

_SHORT = re.compile(r"[^\W\d][^\d]{1,58}")
"""An attribute's value that can be said."""
_NOT_A_TASTE = re.compile(
    r"(?i)abus|rape|incest|suicid|murder|nazi|holocaust|tortur|genocid|pedo|paedo|slave|racis|sex|nud|"
    r"porn|drug|heroin|terror|cancer|death|dead|dying|kill|violen|gore|cannibal|predict|bor(ed|ing)|"
    r"too (long|short)|stupid|bad\b|worst|awful|disappoint|pointless|plot holes|offens|fuck|shit|crap|"
    r"\bhot\b|dull\b|ugly|annoying|overlong|pathetic|ridiculous|mediocre|misogyn|homophob|pretentious|"
    r"mindless|lame\b|forgettable|unfunny|cliche|predator|\bold\b"
)
"""Tags that nobody should be said to look for, or that complain."""
AGREED = 2
"""Users who gave a tag, for it to name a group: one alone may have mistyped it, or mean it as a joke."""


@dataclass(frozen=True, slots=True)
class Line:
    """One group: who, and why; neither begins with a capital nor ends with a full stop.

    clause: the reason is a clause that "because" can introduce.   rows: its evidence.
    """

    who: str
    why: str
    rows: tuple[Evidence, ...]
    clause: bool = True


def compose(known: TrainStats, teller: Teller) -> tuple[str, list[Evidence]]:
    """The answer and what it stands on."""
    evidence = [
        Evidence("likers", "training part", base=float(known.likers)),
        Evidence("dislikers", "training part", base=float(known.dislikers)),
    ]
    if known.suited:
        lines = [_suited(known, group, place, teller) for place, group in enumerate(known.suited)]
        lines += _commented(known, MOST - len(lines), teller)
        openings = _openings(known.suited, known)
        single = because.SINGLE["few" if known.likers < FEW else "found"]
    else:
        lines = _described(known, teller)
        kinds = _grounds(known)
        openings = tuple(one for kind in kinds for one in because.OPENINGS[kind])
        single = tuple(one for kind in kinds for one in because.SINGLE[kind])
        if not lines:
            broad = kinds == ["common"] and not known.avoided
            body = upper(teller.tell(because.BROAD if broad else because.UNKNOWN))
    for line in lines:
        evidence += line.rows
    if len(lines) == 1:
        body = _sentence(lines[0], single, _basis(known, teller), teller)
    elif lines:
        body = _listing(lines, openings, _basis(known, teller), teller)
    avoid, rows = to_avoid(known, teller)
    return one_stop(f"{body}\n\n{avoid}"), evidence + rows


def carries(known: TrainStats, group: Group) -> bool:
    """Whether the item itself has the trait."""
    own = {CATEGORY: known.categories, CREATOR: known.creators, HASHTAG: known.hashtags}
    return plain(group.value) in {plain(one) for one in own.get(group.kind, ())}


# -- groups read off the likers ---------------------------------------------------------------


def _suited(known: TrainStats, group: Group, place: int, teller: Teller) -> Line:
    rows = facts("group", group)
    who = teller.group(group)
    reasons = because.REASONS_OF.get(teller.wording, because.REASONS)
    why = teller.tell(reasons, degree=strength(group.lift))
    if place and why.startswith("they are ") and teller.chance(50):
        why = "they are also " + why.removeprefix("they are ")
    own = carries(known, group)
    if 2 * group.k > group.n and teller.chance(60):
        more = teller.tell(because.MAJORITY)
        why = more if teller.chance(40) else f"{why}; {teller.choose('[in fact|indeed]')}, {more}"
    elif own and teller.chance(60):
        rows.append(Evidence(f"attribute:{group.kind}", group.value, base=1.0))
        why = _with_own(known, group, why, teller)
    elif group.kind == CATEGORY and known.categories and not own and teller.chance(30):
        other = teller.tell(because.OTHER, name=quoted(group.value))
        why = f"{why}, {teller.choose('[although|even though|though]')} {other}"
    return Line(who, why, tuple(rows))


def _with_own(known: TrainStats, group: Group, why: str, teller: Teller) -> str:
    """The reason, with the remark that the item has the trait itself."""
    options: Sequence[str]
    if group.kind == CATEGORY:
        options = because.OWN_CATEGORY if len(known.categories) == 1 else because.OWN_OF_MANY
    elif group.kind == HASHTAG:
        options = because.OWN_HASHTAG
    else:
        options = because.OWN_MAKER if len(known.creators) == 1 else because.OWN_MAKERS
    own = teller.tell(options, name=quoted(group.value))
    forms = (f"{own}, and {why}", f"{why}; {own}", f"{why}, which fits: {own}")
    return forms[teller.draw.below(len(forms))]


# -- what the item and its comments say -------------------------------------------------------


def _described(known: TrainStats, teller: Teller) -> list[Line]:
    """Up to `MOST` lines by what comments say first, then by what the item is."""
    lines = _commented(known, 2, teller)
    makers = _maker(known, teller)
    rest = bool(makers) + bool(_welcome(known, CATEGORY, known.telling))
    named = {kin(phrase.group) for phrase in known.phrases}
    lines += _marked(known, named, min(2, MOST - len(lines) - rest), teller)
    lines += _titled(known, named, min(1, MOST - len(lines)), teller)
    makers = makers[: max(MOST - len(lines), 0)]
    own = _categories(known, MOST - len(lines) - len(makers), teller)
    # A maker comes before what it made is filed under, or after it.
    lines += makers + own if teller.chance(50) else own + makers
    if len(lines) < MOST:
        lines += _hashtagged(known, teller) or _tagged(known, teller)
    if len(lines) < 2 and (not lines or teller.chance(40)):
        lines += _attribute(known, teller, bool(lines))
    return lines


def _commented(known: TrainStats, most: int, teller: Teller) -> list[Line]:
    lines = []
    for one in [phrase for phrase in known.phrases if not phrase.warns][: max(most, 0)]:
        row = Evidence(f"comment:{one.group}", one.said, base=float(one.comment))
        why = teller.tell(because.QUOTED, said=quoted(one.said))
        lines.append(Line(teller.audience(one.group), why, (row,), clause=False))
    return lines


def _marked(known: TrainStats, named: set[str], most: int, teller: Teller) -> list[Line]:
    """Lines on what attributes say of groups that were not `named` yet; those are added."""
    lines: list[Line] = []
    for one in known.marked:
        if len(lines) >= most:
            break
        if one.warns or kin(one.group) in named:
            continue
        named.add(kin(one.group))
        if one.value == "yes":
            why = teller.tell(because.MARKED, name=quoted(one.name))
        else:
            values = {"attribute": lower(one.name), "name": quoted(one.value)}
            why = teller.tell(because.MARKED_AS, **values)
        row = Evidence(f"attribute:{one.name}", one.value, base=1.0)
        lines.append(Line(teller.audience(one.group), why, (row,)))
    return lines


def _titled(known: TrainStats, named: set[str], most: int, teller: Teller) -> list[Line]:
    lines = []
    for one in [mark for mark in known.titled if kin(mark.group) not in named][: max(most, 0)]:
        why = teller.tell(because.TITLED, said=quoted(one.value))
        row = Evidence(f"title:{one.group}", one.value, base=1.0)
        lines.append(Line(teller.audience(one.group), why, (row,)))
    return lines


def _maker(known: TrainStats, teller: Teller) -> list[Line]:
    names = _welcome(known, CREATOR, known.creators)
    if not names:
        return []
    name = names[0]
    options = because.ITS_MAKER if len(known.creators) == 1 else because.ITS_MAKERS
    who = teller.taste("creator", [name], False)
    row = Evidence("attribute:creator", name, base=1.0)
    return [Line(who, teller.tell(options, name=name), (row,))]


def _categories(known: TrainStats, most: int, teller: Teller) -> list[Line]:
    """One line for each of some categories, or a single line for two of them together."""
    values = _welcome(known, CATEGORY, known.telling)
    if most < 1 or not values:
        return []
    if len(values) > 1 and (most == 1 or teller.chance(35)):
        groups = [values[:2]]
    else:
        groups = [[one] for one in values[:most]]
    lines = []
    options: Sequence[str]
    for place, group in enumerate(groups):
        if len(group) > 1:
            options = because.ITS_MANY
        elif len(known.telling) == 1:
            options = because.ITS_OWN
        else:
            options = because.ITS_SOME if place else because.ITS_SOME[: -because.FOLLOWING]
        why = teller.tell(options, names=_quotes(group))
        rows = tuple(Evidence("attribute:category", value, base=1.0) for value in group)
        lines.append(Line(teller.taste("category", group, False), why, rows))
    return lines


def _hashtagged(known: TrainStats, teller: Teller) -> list[Line]:
    """One line for a hashtag of the title, or for two."""
    values = _welcome(known, HASHTAG, known.hashtags)[: 1 + teller.draw.below(2)]
    if not values:
        return []
    why = teller.tell(because.ITS_HASHTAGS, names=_quotes(values), s="s" * (len(values) > 1))
    rows = tuple(Evidence(f"attribute:{HASHTAG}", value, base=1.0) for value in values)
    return [Line(teller.taste(HASHTAG, values, False), why, rows)]


def _tagged(known: TrainStats, teller: Teller) -> list[Line]:
    """One line for a tag or two that can be a taste and say more than the categories."""
    filed = {plain(one) for one in known.categories}
    able = [
        (tag, users)
        for tag, users in known.tags
        if users >= AGREED and plain(tag) not in filed and not _NOT_A_TASTE.search(tag)
    ][: 1 + teller.draw.below(2)]
    if not able:
        return []
    names = [tag for tag, _ in able]
    tags = f"the tag{'s' * (len(names) > 1)} {_quotes(names)}"
    who = teller.tell(say.TAG_FRIENDS, names=_quotes(names, "or"))
    rows = tuple(Evidence("tag", tag, base=float(users)) for tag, users in able)
    return [Line(who, teller.tell(because.TAGGED, that=tags), rows)]


def _attribute(known: TrainStats, teller: Teller, some: bool) -> list[Line]:
    """A publisher; or any short attribute, where nothing else is known."""
    for name, value in known.attributes:
        row = Evidence(f"attribute:{name}", value, base=1.0)
        if name.lower() == "publisher":
            why = teller.tell(because.PUBLISHED, name=value)
            return [Line(teller.tell(say.PUBLISHER, name=value), why, (row,))]
        if not some and _SHORT.fullmatch(value) and value.lower() != "yes":
            values = {"attribute": lower(name), "name": quoted(value)}
            why = teller.tell(because.ITS_ATTRIBUTE, **values)
            return [Line(teller.tell(say.LOOKING, **values), why, (row,))]
    return []


def _welcome(known: TrainStats, kind: str, values: Sequence[str]) -> list[str]:
    """Those of the item's traits whose fans are not warned."""
    warned = {plain(group.value) for group in known.avoided if group.kind == kind}
    return [value for value in values if plain(value) not in warned]


def _quotes(values: Sequence[str], word: str = "and") -> str:
    return f" {word} ".join(f'"{quoted(value)}"' for value in values)


# -- the frame --------------------------------------------------------------------------------


def _grounds(known: TrainStats) -> list[str]:
    """Which ways to begin fit an answer that names no group of likers: keys of `OPENINGS` and `SINGLE`."""
    if known.likers >= FEW and known.tested and not known.avoided:
        return ["common"]
    kinds = ["described"]
    if known.likers < FEW:
        kinds.append("sparse")
    if not known.likers:
        kinds.append("unheard")
        if not (known.dislikers or _spoken(known)):
            kinds.append("alone")
    return kinds


def _spoken(known: TrainStats) -> bool:
    """Whether comments or tags are shown: then more is known than a description."""
    return bool(known.heard or known.phrases or known.tags)


def _basis(known: TrainStats, teller: Teller) -> str:
    """What an answer goes by where no group of likers is named."""
    return teller.choose(because.BASIS["known" if _spoken(known) else "description"])


def _openings(groups: Sequence[Group], known: TrainStats) -> tuple[str, ...]:
    """Ways to begin a list, by how many groups there are, how strong, and of what kind."""
    if known.likers < FEW:
        return because.OPENINGS["few"]
    options = because.OPENINGS["any"]
    tastes = sum(group.kind in TASTES for group in groups)
    degrees = [strength(group.lift) for group in groups]
    if len(groups) > 1:
        options += because.OPENINGS["ranked"]
        if degrees[0] == "strong" and degrees[-1] != "slight":
            options += because.OPENINGS["strong"]
        if degrees[0] == "slight":
            options = because.OPENINGS["weak"]
        if 0 < tastes < len(groups):
            options += because.OPENINGS["mixed"]
        if not tastes:
            options += because.OPENINGS["people"]
    return options


def _sentence(line: Line, options: Sequence[str], basis: str, teller: Teller) -> str:
    if not line.clause:
        options = [one for one in options if because.CLAUSES_ONLY not in one]
    said = {"who": line.who, "why": line.why, "Why": upper(line.why), "basis": basis}
    return upper(teller.tell(options, **said))


def _listing(lines: Sequence[Line], openings: Sequence[str], basis: str, teller: Teller) -> str:
    """The lines as a list, in one of six layouts, mostly under an opening."""
    layout = teller.draw.below(6)
    if layout == 3 and not all(line.clause for line in lines):
        layout = 0
    made = []
    for number, line in enumerate(lines, 1):
        who, why = upper(line.who), line.why
        if layout == 1:
            text = f"{who}. {upper(why)}."
        elif layout == 2:
            text = f"{who} ({why})."
        elif layout == 3:
            text = f"{who}, {teller.choose('[because|since|as]')} {why}."
        elif layout == 5:
            text = f"{who} – {why}."
        else:
            text = f"{who}: {why}."
        made.append(f"{number}. {text}" if layout < 4 else f"- {text}")
    opening = []
    if teller.chance(80):
        opening = [upper(teller.tell(openings, basis=basis, Basis=upper(basis)))]
    return "\n".join(opening + made)
