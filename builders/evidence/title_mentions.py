"""What titles say of an audience: a closed list of forms, each as narrow as its other senses need.

"Baby soft" names no baby, and a novel called "A Short History of a Prince" no history: what cannot be
told from such titles is not read.
"""

from __future__ import annotations

import re

from itdr.builders.evidence.mentions import NAMED, Marked

_NOVELS = "readers of novels"
_BESIDE_NOVELS = (
    _NOVELS,
    "followers of the series",
    "Star Trek",
    "Star Wars",
    "readers of mysteries",
)
"""What the title of a novel can say; its other words may only be part of a name."""
_PLACES = (
    "the united states|america|england|britain|ireland|scotland|europe|rome|china|japan|russia|"
    "germany|france|india|israel|the jews|the (?:american )?civil war|the (?:first|second) world war"
)
_BOOKS = {
    "followers of the series": (
        r"(?<=\()[^()]*(?:\bseries\b|, (?:book|bk\.?|no\.?|vol(?:ume|\.)?|part|#) ?\d+|\bchronicles\b|"
        r"\btrilogy\b|\bsaga\b)[^()]*(?=\))"
    ),
    "Star Trek": r"\bstar trek\b",
    "Star Wars": r"\bstar wars\b",
    "readers of mysteries": (
        r"(?<=\()[^()]*\bmyster(?:y|ies)\b[^()]*(?=[()])|\ban? (?:[\w'.]+ ){0,4}mystery\b(?! of)|"
        r"\bmurder mystery\b|\bwhodunits?\b"
    ),
    "readers of romances": r"\bromances?\b(?! of)|\blove stor(?:y|ies)\b|\bharlequin\b",
    "readers of poetry": r"\bpoems\b|\bpoetry\b|\bsonnets\b|\bselected verse\b",
    "readers of lives": (
        r"(?<=: )(?:a (?:[\w'-]+ )?memoir|an autobiography|the autobiography|a (?:[\w'-]+ )?biography)\b|"
        r"\bthe (?:definitive |authori[sz]ed )?biography of\b|\blife and times of\b"
    ),
    "people who cook": r"\bcookbooks?\b|\brecipes\b|\bcooking\b",
    "people on a diet": r"\bdiet\b|\blow[- ]carb\w*|\blose weight\b",
    "readers of history": rf"\bhistory of (?:{_PLACES})\b(?! in\b)",
    "beginners": r"\bfor dummies\b|\bfor beginners\b|\bcomplete idiot'?s guide\b",
    "students": r"\bcliffs? ?notes\b|\bsparknotes\b|\bstudy guide\b",
    "readers of stories": (
        r"\bshort stories\b|(?<=: )stories$|\b(?:and|&) other stories\b|\b(?:collected|selected) stories\b"
    ),
    "readers of German": (
        r"\b(?:ein |historischer )?(?:kriminal)?roman\.?$|\bkrimi\b|\berz(?:ä|ae)hlungen\b"
    ),
    _NOVELS: r"(?<!not )\ba novel\b",
}
# A child, not what is as soft as one or named after it.
_SMALL = (
    r"\bfor (?:bab(?:y|ies)|newborns?|infants?)\b(?! (?:soft|smooth|skin|hair))|\bbabies\b|\btoddlers?\b|\binfants?\b|"
    r"\bnewborns?\b|\bbaby (?:wipes|wash|shampoo|lotion|bath|bottles?|brush|care|gift)\b"
)
_FOR = r"\bfor (?:[\w&,/+-]+ ){0,4}"
_PRODUCTS = {
    "women": r"\b(?:for women|women'?s|ladies'?|for ladies)\b",
    "men": r"\b(?:for men|(?<!wo)men'?s)\b",
    "small children": _SMALL,
    "children": r"\bkids?\b|\bchildren'?s?\b|\bfor (?:little|young) (?:girls|boys)\b|\bfor boys and girls\b",
    "gift": r"\b(?:gift set|gifts? for|as a gift|stocking stuffers?)\b",
    "beginners": r"\bbeginners?\b",
    "professionals": r"\bfor professionals\b|\bprofessional use\b",
    "travellers": r"\btravel[- ]size\b|\btravel (?:bag|kit|case|set)\b",
    "owners of dogs": r"\b(?:for )?dogs\b",
    "owners of cats": r"\bfor cats\b",
    "vegans": r"\bvegan\b",
    **{group: rf"{_FOR}(?:{NAMED[group]})\b" for group in NAMED if group.endswith(" hair")},
    **{group: rf"\b(?:{NAMED[group]})\b" for group in NAMED if group.endswith(" skin")},
}
_PETS = r"\b(?:dogs?|cats?|pets?|pupp(?:y|ies)|kittens?)\b"
_SPOILT = {
    "people who cook": re.compile(r"\bmyster(?:y|ies)\b", re.IGNORECASE),
    **{
        group: re.compile(_PETS, re.IGNORECASE)
        for group in (
            "people on a diet",
            *(one for one in NAMED if one.endswith((" hair", " skin"))),
        )
    },
}
"""Words elsewhere in a title with which a form means something else."""
_SURE = {
    # French novels are romans, too.
    "readers of German": re.compile(
        r"\b(?:der|das|und|einer?|eines|nicht|ich|vom|zum|zur|für|mit|krimi|kriminalroman)\b|[äöüß]|\. roman\.$",
        re.IGNORECASE,
    )
}
"""Words that a title must hold besides."""
_TITLES = {
    wording: [(group, re.compile(form, re.IGNORECASE)) for group, form in forms.items()]
    for wording, forms in (("books", _BOOKS), ("book_reviews", _BOOKS), ("products", _PRODUCTS))
}


def titled(title: str, wording: str) -> list[Marked]:
    """What an item's title says of an audience, by the wording of its domain; each group once."""
    found = []
    for group, form in _TITLES.get(wording, ()):
        match = form.search(title)
        spoilt, sure = _SPOILT.get(group), _SURE.get(group)
        if not match or not match[0].strip():
            continue
        if not (spoilt and spoilt.search(title)) and not (sure and not sure.search(title)):
            found.append(Marked(group, "title", match[0].strip()))
    if any(one.group == _NOVELS for one in found):
        return [one for one in found if one.group in _BESIDE_NOVELS]
    return found
