"""Why, and the sentences around it: reasons for groups, and ways to begin.

Written as `group_words.py` says; `{likers}` and the words of `DEGREES` and `RARE` are put in before
alternatives are drawn.
"""

from __future__ import annotations

# By how far the group is over-represented: up to 1.6, up to 2.5, beyond.
DEGREES: dict[str, dict[str, str]] = {
    "slight": {
        "more": "[somewhat more|a little more|rather more|a bit more]",
        "above": "[somewhat above|a little above|rather above]",
        "larger": "a [somewhat larger|slightly larger]",
        "over": "[somewhat|slightly|mildly] over-represented",
    },
    "clear": {
        "more": "[clearly more|markedly more|noticeably more|considerably more]",
        "above": "[clearly above|well above]",
        "larger": "a [clearly larger|markedly larger|noticeably larger]",
        "over": "[clearly|markedly|plainly] over-represented",
    },
    "strong": {
        "more": "[far more|much more|vastly more]",
        "above": "[far above|way above]",
        "larger": "a [far larger|much larger]",
        "over": "[strongly|heavily|greatly] over-represented",
    },
}
# How seldom a group is found that is missing.
RARE = {
    "few": "[seldom|only seldom|only now and then]",
    "hardly": "[hardly ever|rarely|scarcely ever]",
}
REASONS = (
    "they {liked_it} {more} often than their share of all {approval} would suggest",
    "among {likers} they are {more} common than [usual|elsewhere|among the {people} of other {items}]",
    "[it|this {item}] draws them {more} [strongly|readily] than the average {item} [does|]",
    "their share of {likers} is {above} [their usual share|what one would expect|their share elsewhere]",
    "{larger} part of its {approval} comes from them than [is usual|one would expect]",
    "they are {over} among {likers}",
    "they turn up {more} often among {likers} than [with other {items}|with {items} on the whole]",
    "they [took to it|responded to it] {more} readily than other {people} did",
    "they stand out among {likers}, {more} frequent there than [elsewhere|they usually are]",
    "it found {more} [favour|approval] with them than with other {people}",
    "[it|this {item}] [won|pleased] {more} of them than {a_item} usually does",
    "they are {more} prominent among {likers} than they are in general",
)
READ = (
    "they clicked on it {more} often than their share of all clicks would suggest",
    "among {likers} they are {more} common than [usual|elsewhere]",
    "their share of its clicks is {above} [their usual share|what one would expect]",
    "it drew them {more} [strongly|readily] than the average article",
    "they are {over} among {likers}",
    "{larger} part of its clicks comes from them than [is usual|one would expect]",
    "it caught their eye {more} often than the average article does",
)
"""In place of `REASONS` where a click is all that is known."""
SAID = (
    "they commented on it {more} often than their share of all comments would suggest",
    "among {likers} they are {more} common than [usual|elsewhere]",
    "their share of its comments is {above} [their usual share|what one would expect]",
    "they are {over} among {likers}",
    "{larger} part of its comments comes from them than [is usual|one would expect]",
    "it moved them to comment {more} often than the average video",
)
"""In place of `REASONS` where a comment is all that is known."""
REASONS_OF = {"news": READ, "short_videos": SAID}

MAJORITY = (
    "most of {likers} [belong to this group|are of this kind]",
    "they are the majority of {likers}",
    "they are the greater part of {likers}",
)
OWN_CATEGORY = (
    'it is filed under "{name}" itself',
    "it belongs to that {category} itself",
    '"{name}" is [how it is filed|what it is filed under]',
    "that is its own {category}",
)
OWN_OF_MANY = (
    'it is filed under "{name}" itself',
    '"{name}" is among its own {categories}',
    '"{name}" is part of how it is filed',
)
OWN_MAKER = ("its {creator} is {name}", "it is by {name} itself", "{name} is its {creator}")
OWN_MAKERS = ("{name} is among its {creators}", "{name} had a hand in it")
OWN_HASHTAG = (
    'it carries the hashtag "{name}" itself',
    'the hashtag "{name}" stands in its own title',
)
OTHER = (
    'it is not filed under "{name}"',
    '"{name}" is not among its {categories}',
    "it is no such {item} itself",
)

# -- by what the item is ----------------------------------------------------------------------

ITS_OWN = (
    "[it|this {item}] is filed under {names}",
    "{names} is how it is [filed|listed|classed]",
    "that is what it is [filed under|listed as]",
    "it belongs to that {category}",
    "that is its {category}",
    "its {category} [is given as|is] {names}",
    "the {category} says as much",
    "it is [classed|listed] as {names}",
    "[its {category} makes it one for them|it is their {category}]",
    "it [moves|stays] within that {category}",
)
ITS_MANY = (
    "[it|this {item}] is filed under {names}",
    "{names} are among its {categories}",
    "it [combines|brings together|unites] {names}",
    "it is listed under both {names}",
    "it has something of both, {names}",
    "both {names} [stand among|are named among] its {categories}",
    "it [offers both|has something for both tastes], {names}",
)
ITS_SOME = (
    "[it|this {item}] is filed under {names}",
    "{names} is among its {categories}",
    "{names} is part of [how it is filed|the mix]",
    "it is listed under {names}, among others",
    "its {categories} include {names}",
    "{names} is one side of it",
    "it is [counted|listed] there as well",
    "it has a share in that {category}, too",
    "that is another side of it",
)
"""The last three follow a first category."""
FOLLOWING = 3
ITS_MAKER = (
    "its {creator} is {name}",
    "it is by {name}",
    "{name} is its {creator}",
    "it comes from {name}",
    "it is {a_item} by {name}",
    "the {creator} [given|named] is {name}",
    "that is its {creator}",
    "it is by that very {creator}",
    "it is [another|one more] {item} by that {creator}",
    "it carries that name",
    "{name} stands behind it",
)
ITS_MAKERS = (
    "{name} is among its {creators}",
    "{name} had a hand in it",
    "{name} has a part in it",
)
ITS_HASHTAGS = (
    "it carries the hashtag{s} {names}",
    "its title [has|holds] the hashtag{s} {names}",
    "the hashtag{s} {names} [can be found|may be read] in its title",
)
PUBLISHED = (
    "{name} [published it|brought it out]",
    "it was published by {name}",
    "it came out with {name}",
    "its publisher is {name}",
)
ITS_ATTRIBUTE = (
    'its {attribute} is "{name}"',
    '"{name}" is given as its {attribute}',
    'the {attribute} is given as "{name}"',
)
TITLED = (
    'its {title} [says|speaks of] "{said}"',
    'the {title} has "{said}" in it',
    '"{said}" stands in its {title}',
)
TAGGED = (
    "{people} [gave it|have given it] {that}",
    "it [was given|carries|has been given] {that}",
    "{people} [chose|found] {that} [fitting|] for it",
)
QUOTED = (
    'a comment [says|reads|puts it so:|has it so:] "{said}"',
    'a {person} writes "{said}"',
    '"{said}", [says a comment|as a comment puts it|in the words of a comment]',
    'in the words of a comment: "{said}"',
    'a comment mentions "{said}"',
    'there is a comment with the words "{said}"',
)
MARKED = (
    '"{name}" [stands|is listed] among its attributes',
    'it is [listed|marked] as "{name}"',
    'its attributes say "{name}"',
)
MARKED_AS = (
    '"{name}" stands under "{attribute}"',
    'under "{attribute}" it has "{name}"',
    '"{name}" is listed under "{attribute}"',
)

# -- the frame --------------------------------------------------------------------------------

OPENINGS: dict[str, tuple[str, ...]] = {
    "any": (
        "This {item} [suits|should suit|is likely to suit|speaks to] [these groups|the following groups|"
        "the following {people}]:",
        "[Groups|Target groups|{people}] for whom this {item} is [a good match|a good choice|well suited]:",
        "Going by {likers}, this {item} [suits|is one for|is a match for]:",
        "[Whom it suits|Who should {consume} it|Recommended for|A good match for]:",
        "[{likers} point to|Its {approval} point to] [these groups|the following groups]:",
        "[Likely|Promising] target groups for this {item}:",
        "[It is a good choice|It may be just the thing] for:",
        "[One can recommend it|It can be recommended] to:",
    ),
    "ranked": (
        "Target groups, [strongest first|the strongest first|in order of strength]:",
        "[The strongest match comes first|Starting with the strongest match]:",
        "This {item} suits these groups, the first of them most of all:",
    ),
    "strong": (
        "[This {item} has a clear audience|Its audience is clearly marked|It is plain whom this {item} "
        "speaks to]:",
        "There is little doubt whom this {item} [suits|is for]:",
    ),
    "weak": (
        "[No group is drawn to it very strongly, but some lean towards it|Its audience is broad, with a "
        "slight tilt]:",
        "The pattern is faint, but [these groups stand out a little|it points here]:",
    ),
    "mixed": (
        "[Taste and background both play a part here|What people like and who they are both matter here]:",
        "[Both a certain taste and a certain background speak for this {item}|The audience has a taste "
        "and a face]:",
    ),
    "people": (
        "[Who the {people} are says more here than what else they like|It is less a matter of taste than "
        "of who the {people} are]:",
    ),
    "few": (
        "[Only a small number of {people} {liked_it}|The numbers are small], but [these groups stand out|"
        "they point to]:",
        "On [thin|slender] evidence, [since|as] few {people} {liked_it}, it suits:",
        "Few {people} {liked_it}; [those who did point to|going by those who did, it suits]:",
    ),
    "described": (
        "[{Basis} suggests|Going by {basis}, it suits|Judging by {basis}, it suits]:",
        "[It should suit|It is likely to suit|It is probably one for]:",
        "[Likely|Possible|Probable] target groups[, going by {basis}|]:",
        "[Going by|To judge by] {basis}, it [should suit|is likely to suit|is one for]:",
        "[Those who may well like it|Whom it should suit|Who may like it]:",
    ),
    "sparse": (
        "Too few {people} {liked_it} to [read off a group|tell a group]. [Going by|Judging by] {basis}, "
        "it [suits|should suit]:",
        "With so few {approval}, [only {basis} can tell|one has to go by {basis}]. It should suit:",
    ),
    "unheard": (
        "[For lack of {approval}, this goes by {basis}|{Basis} has to stand in for {approval}]:",
    ),
    "alone": (
        "[There is little to go by but its description|Its description is all there is to go by|Not much "
        "but its description is known]. [It points to|It suggests|By that it suits]:",
        "[Likely|Possible|Probable] target groups, by description alone:",
    ),
    "common": (
        "[No group|No particular group] stands out among {likers}, so {basis} has to serve. [It should "
        "suit|That points to]:",
        "{likers} are a mixed crowd without a mark of their own. [Going by {basis}, it suits|Judging "
        "by {basis}, it is one for]:",
        "Its {approval} come from all sides. {Basis} still [points to|suggests]:",
        "[Nothing sets apart {likers}|{likers} have no common trait]; going by {basis}, it [suits|should suit]:",
    ),
}
# A single group, in a sentence.
SINGLE: dict[str, tuple[str, ...]] = {
    "found": (
        "[A single group stands out|Only a single group stands out]: {who}. [And this is why|The reason]: "
        "{why}.",
        "[This {item} suits|This {item} is one for|One can recommend this {item} to|This {item} speaks "
        "to] {who}: {why}.",
        "[Its audience|Its core audience|The group to aim at]: {who}; {why}.",
        "{who} [are the group to think of|are the ones to tell|should like it]: {why}.",
        "If a target group is wanted, [take|think of] {who}: {why}.",
        "The {people} to [reach|tell about it] are {who}; {why}.",
    ),
    "few": (
        "On [thin|slender] evidence, [since|as] few {people} {liked_it}, this {item} suits {who}: {why}.",
        "[Few {people} {liked_it}|The numbers are small], but a group stands out: {who}; {why}.",
        "[As far as the few {approval} tell|Small as the numbers are], it is one for {who}: {why}.",
    ),
    "described": (
        "This {item} [should suit|is likely to suit|is probably one for] {who}: {why}.",
        "[Judging by|Going by] {basis}, it [suits|is one for|should suit] {who}: {why}.",
        "{who} [are the obvious group|come to mind first|may well like it]: {why}.",
        "[Target group|Likely audience|Probably for]: {who}. {Why}.",
        "One would offer it to {who}, [since|as|because] {why}.",
        "The best guess is {who}, [since|as|because] {why}.",
        "{who} [would be|are] the ones to offer it to, [since|as|because] {why}.",
    ),
    "sparse": (
        "Too few {people} {liked_it} to tell more than this: it should suit {who}, [since|as|because] {why}.",
        "With so few {approval} to go by, one can only say that it should suit {who}: {why}.",
    ),
    "unheard": (),
    "alone": (
        "[There is little to go by but its description|Not much but its description is known], which [points "
        "to|suggests] {who}: {why}.",
    ),
    "common": (
        "{likers} have no taste in common, but going by {basis}, it suits {who}: {why}.",
        "No group stands out among {likers}. [Going by|Judging by] {basis}, it should suit {who}: {why}.",
        "Its {approval} come from all sides; if anything, it is one for {who}, [since|as|because] {why}.",
    ),
}
CLAUSES_ONLY = "[since|as|because] {why}"
"""What a way to say it holds that only takes clauses."""
BASIS = {
    "description": "[its description|what it is]",
    "known": "[what is known of it|all that is known of it]",
}
"""What an answer goes by that names no group of likers: `{basis}` above. It is more than a description
where comments or tags are shown."""
UNKNOWN = (
    "Nothing that is known of this {item} points to a particular group [of {people}|].",
    "This {item} [cannot be assigned to a|speaks to no] particular group: [too little is known of it|its "
    "description and its {approval} do not single out anyone].",
    "[There is too little to go by|Too little is known] to name a target group for this {item}.",
    "No group [stands out|can be singled out] for this {item}, [neither by its description nor by who "
    "{liked_it}|whichever way one looks at it].",
    "Who will [want to {consume}|take to] this {item} cannot be told from [what is known|its {title}].",
    "[On what is known|As things stand], no group can be named for this {item}.",
)
BROAD = (
    "[It is one for a broad audience|This {item} is for a broad audience]: {likers} have [no common "
    "taste|nothing particular in common], and its description singles out nobody.",
    "No particular group stands out: {likers} share [no particular trait|nothing that would set them "
    "apart].",
    "{likers} are a mixed crowd, so [no group can be named|there is no particular target group].",
)
