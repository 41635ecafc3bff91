"""Whom to avoid: how groups are warned, and how it is said that there is none to warn.

Written as `group_reasons.py` is.
"""

from __future__ import annotations

MISSING = (
    "[Less suited to|Less of a match for|Hardly one for|Not the first choice for|Less recommended for] "
    "{who}: they are {rare} found among {likers}.",
    "{who} [should think twice|may want to look elsewhere|will find better elsewhere|might want to skip "
    "it|can leave it aside]: they are {rare} among {likers}.",
    "[Whom to avoid|To be avoided by|Not for]: {who}, who {rare} turn up among {likers}.",
    "[It is not for|It does little for|It has little to offer] {who}, who are {rare} among {likers}.",
    "[As for whom to avoid|If anyone should avoid it]: {who}, who are {rare} found among {likers}.",
    "[It may disappoint|It is less likely to please] {who}; {likers} {rare} include them.",
)
FEWER = (
    "[Less suited to|Less of a match for|Not the first choice for|Less recommended for] {who}: they are "
    "less common among {likers} than [usual|elsewhere|among the {people} of other {items}].",
    "{who} [may want to look elsewhere|may find better elsewhere]: they are less common among {likers} than "
    "[usual|with other {items}].",
    "[Less suited to|Less of a match for|If anyone should avoid it, then] {who}: they {liked_it} less often "
    "than their share of all {approval} would suggest.",
    "[If anyone should avoid it|If anyone can leave it aside|If it suits anyone less]: {who}, who are less "
    "common among {likers} than [usual|elsewhere].",
    "[It appeals less to|It is less likely to please|It has less to offer] {who}: their share of {likers} is "
    "[below their usual share|smaller than one would expect|smaller than with other {items}].",
    "It suits {who} less than others: {likers} include fewer of them than [usual|one would expect].",
)
"""In place of `MISSING` where the group is not seldom, only less common than usual."""
AGAINST = (
    "[Not recommended for|To be avoided by|Better avoided by] {who}: they are {over} among those who "
    "{disliked_it}.",
    "Whom to avoid: {who}, who are {over} among those who {disliked_it}.",
    "{who} [should be careful|had better stay away|should think twice|are warned]: they {disliked_it} "
    "{more} often than one would expect.",
    "{who} [may be disappointed|should look elsewhere]: {larger} part of its {disapproval} comes from "
    "them than [is usual|one would expect].",
    "[It is not for|It did not go down well with] {who}, who are {more} frequent among those who "
    "{disliked_it} than [usual|elsewhere].",
)
HEADING = "hom to avoid"
"""What a warning holds that reads like a heading: it stands once at most."""
NOBODY = (
    "[Nothing|Nothing in the data] marks a group that should avoid it.",
    "[Whom to avoid|To be avoided by]: [no group in particular|no particular group|nobody in particular].",
    "There is no group [to warn|that needs a warning|it should be kept from].",
    "[No one in particular|No particular group] needs to avoid it.",
    "As for whom to avoid, [nothing points to a particular group|no group stands out|there is nothing to "
    "report].",
    "Nobody in particular [should stay away|has to be warned].",
    "No group [gives cause for a warning|has to be warned off].",
    "[Who should avoid it|Whom it does not suit]: [nothing is known that would single out a group|no group "
    "that one could name].",
    "A group to be kept away from it [cannot be made out|does not show].",
    "[Nothing is known|There is nothing] against offering it to [anybody|a wide audience].",
)
NOBODY_MISSING = (
    "No group is strikingly absent among {likers}, so there is [nobody|no one] to warn.",
    "No group is missing among {likers} in a striking way; there is [nobody|no one] in particular to avoid "
    "it.",
)
NOBODY_SHARES = (
    "Those who {disliked_it} have nothing [particular|much] in common, so no group needs to avoid it.",
    "Its {disapproval} come from no group in particular, so [nobody|no one] has to be warned off.",
    "Some {disliked_it}, but they [form|are] no group that should avoid it.",
    "Not everybody was pleased, but {disapproval} come from all quarters: there is no group to warn.",
    "There is no common thread among those who {disliked_it}, and so nobody in particular to warn.",
)
NOBODY_KNOWN = (
    "Too few {people} {disliked_it} to say who should avoid it.",
    "[Whom to avoid|Who should avoid it] cannot be said: hardly [anyone|anybody] {disliked_it}.",
    "There are too few {disapproval} to mark a group that should avoid it.",
    "Hardly any {disapproval} are known, so nobody can be warned in particular.",
)
WARNED = (
    '{who} should [look twice|be careful|think twice]: a comment says "{said}".',
    'A comment warns "{said}", so it is [less suited to|hardly one for] {who}.',
    '[Not recommended for|Less suited to] {who}, [going by|judging by] a comment: "{said}".',
)
MARKED_AGAINST = (
    '[Not for|Not suited to|To be kept from] {who}: its {attribute} is "{name}".',
    '{who} should stay away: its {attribute} is "{name}".',
)
