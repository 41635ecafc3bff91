"""How groups of users are put into words, by what is known of them.

`[a|b]` is one of several ways to put it, drawn anew each time; an empty one leaves the words out.
`{…}` is a word of the domain or a value: X the items of a taste ("horror films"), T what one likes
("horror"), name a trait as the source has it, who the group, liked_it and disliked_it what was done,
approval and disapproval the nouns for it. No sentence holds a number.
"""

from __future__ import annotations

# What is known to have been done, by a source's entry of `domains.yaml`.
DEEDS: dict[str, dict[str, str]] = {
    "games": {
        "liked_it": "kept playing it",
        "disliked_it": "left it early",
        "approval": "long plays",
        "disapproval": "early exits",
        "habit": "put long hours into {X}",
    },
    "news": {
        "liked_it": "clicked on it",
        "disliked_it": "passed it over",
        "approval": "clicks",
        "disapproval": "showings without a click",
        "habit": "click on {X}",
    },
    "short_videos": {
        "liked_it": "commented on it",
        "disliked_it": "passed it over",
        "approval": "comments",
        "disapproval": "showings without a comment",
        "habit": "comment on {X}",
    },
    "artists": {
        "liked_it": "listen to this artist",
        "disliked_it": "passed it over",
        "approval": "plays",
        "disapproval": "skips",
        "habit": "listen to {X}",
    },
    "tracks": {
        "liked_it": "played it",
        "disliked_it": "passed it over",
        "approval": "plays",
        "disapproval": "skips",
        "habit": "play {X}",
    },
}
RATED = {
    "liked_it": "rated it highly",
    "disliked_it": "rated it low",
    "approval": "high ratings",
    "disapproval": "low ratings",
    "habit": "rate {X} highly",
}
TAKEN = {
    "liked_it": "chose it",
    "disliked_it": "passed it over",
    "approval": "choices",
    "disapproval": "refusals",
    "habit": "choose {X}",
}
"""For wordings that are not in `DEEDS`: of sources with ratings, and without."""

NEWS = {
    "autos": "cars",
    "baseball_mlb": "baseball",
    "basketball_nba": "the NBA",
    "entertainment": "entertainment",
    "finance": "finance",
    "football_ncaa": "college football",
    "football_nfl": "the NFL",
    "foodanddrink": "food and drink",
    "games": "games",
    "health": "health",
    "icehockey_nhl": "ice hockey",
    "kids": "family life",
    "lifestyle": "lifestyle",
    "middleeast": "the Middle East",
    "movies": "films",
    "music": "music",
    "news": "current affairs",
    "newscrime": "crime",
    "newspolitics": "politics",
    "newsscienceandtechnology": "science and technology",
    "newsus": "the United States",
    "newsworld": "world affairs",
    "northamerica": "North America",
    "soccer": "football",
    "sports": "sport",
    "travel": "travel",
    "tv": "television",
    "video": "videos of the day",
    "weather": "the weather",
}
"""Topics of MIND as one would say them."""

# -- who --------------------------------------------------------------------------------------

TASTES = (
    "fans of {X}",
    "[fans|lovers|devotees] of {T}",
    "{people} who [favour|prefer|like|enjoy|go for] {X}",
    "{people} with a [taste|liking|weakness|soft spot|preference] for {X}",
    "lovers of {X}",
    "{people} [drawn to|fond of|partial to|keen on] {X}",
    "[those|people] who [like|enjoy|go for|seek out] {X}",
    "{people} who [like|love|enjoy] {T}",
    "{people} [into|with an eye for] {X}",
)
KNOWN_TASTES = (
    "{people} who [often|regularly|readily] {habit}",
    "{people} who [keep coming back to|keep returning to|cannot get enough of] {X}",
    "{people} who {habit} more [often|readily] than others do",
)
"""Of fans alone, who are known to have done it."""
MAKERS = (
    "fans of {name}",
    "{people} who [follow|like|favour|enjoy] {name}",
    "[admirers|followers] of {name}",
    "{people} who [go for|like|enjoy|seek out] {X}",
    "{people} [loyal to|fond of|partial to] {name}",
    "anyone who [likes|enjoys] {X}",
)
GENDERS = {
    "female": ("women", "female {people}", "women among the {people}"),
    "male": ("men", "male {people}", "men among the {people}"),
}
OTHER_GENDER = ("{name} {people}",)
AGES = {
    "under 20": ("teenagers and children", "{people} not yet out of their teens"),
    "20-29": ("{people} in their twenties", "those in their twenties"),
    "30-39": ("{people} in their thirties", "those in their thirties"),
    "40-49": ("{people} in their forties", "those in their forties"),
    "50-59": ("{people} in their fifties", "those in their fifties"),
    "60 or older": ("{people} of sixty and over", "older {people}, in their sixties and beyond"),
    "born before 1970": ("{people} born before the seventies", "older {people}, born before the seventies"),
    "born 1970-1979": ("{people} born in the seventies", "children of the seventies"),
    "born 1980-1989": ("{people} born in the eighties", "children of the eighties"),
    "born 1990-1999": ("{people} born in the nineties", "children of the nineties"),
    "born 2000 or later": (
        "{people} born since the turn of the millennium",
        "the youngest {people}, born in this millennium",
    ),
    "under 18": ("minors", "{people} who have not come of age", "children and teenagers"),
    "18-24": ("young adults up to their mid-twenties", "{people} in their late teens and early twenties"),
    "25-34": ("{people} from their mid-twenties to their mid-thirties", "young adults past their mid-twenties"),
    "35-44": ("{people} around forty", "{people} from their mid-thirties to their mid-forties"),
    "45-49": ("{people} in their late forties", "those in their late forties"),
    "50-55": ("{people} in their early fifties", "those in their early fifties"),
    "56 or older": ("older {people}, beyond their mid-fifties", "{people} beyond their mid-fifties"),
}
PLACES = ("{people} from {place}", "{people} in {place}", "{people} who live in {place}")
WITH_ARTICLE = (
    "bahamas", "czech republic", "dominican republic", "netherlands", "philippines",
    "russian federation", "united arab emirates", "united kingdom", "united states", "usa", "uk", "us",
)  # fmt: skip
CAPITALS = ("usa", "uk", "us", "uae")

# -- why --------------------------------------------------------------------------------------

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
REASONS = (
    "they {liked_it} {more} often than their share of all {approval} would suggest",
    "among those who {liked_it} they are {more} common than [usual|elsewhere|among the {people} of other {items}]",
    "[it|this {item}] draws them {more} [strongly|readily] than the average {item} [does|]",
    "their share of those who {liked_it} is {above} [their usual share|what one would expect|their share elsewhere]",
    "{larger} part of its {approval} comes from them than [is usual|one would expect]",
    "they are {over} among those who {liked_it}",
    "they turn up {more} often [here|among those who {liked_it}] than [with other {items}|with {items} on the whole]",
    "they [took to it|responded to it] {more} readily than other {people} did",
    "[look at|consider] who {liked_it}, and they stand out: they are {more} frequent there than [elsewhere|usual]",
    "it found {more} [favour|approval] with them than with other {people}",
)
READ = (
    "they clicked on it {more} often than their share of all clicks would suggest",
    "among those who clicked on it they are {more} common than [usual|elsewhere]",
    "their share of its clicks is {above} [their usual share|what one would expect]",
    "it drew them {more} [strongly|readily] than the average article",
    "they are {over} among those who clicked on it",
    "{larger} part of its clicks comes from them than [is usual|one would expect]",
)
"""In place of `REASONS` where a click is all that is known."""
SAID = (
    "they commented on it {more} often than their share of all comments would suggest",
    "among those who commented on it they are {more} common than [usual|elsewhere]",
    "their share of its comments is {above} [their usual share|what one would expect]",
    "they are {over} among those who commented on it",
    "{larger} part of its comments comes from them than [is usual|one would expect]",
    "it moved them to comment {more} often than the average video",
)
"""In place of `REASONS` where a comment is all that is known."""
MAJORITY = (
    "most of those who {liked_it} [belong to this group|are of this kind]",
    "they are the majority of those who {liked_it}",
    "they are the greater part of those who {liked_it}",
)
ALSO = ("they, too, are", "they are also")
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
OWN_MAKER = ("its {creator} is {name}", "it is by {name}", "{name} is its {creator}")
OWN_MAKERS = ("{name} is among its {creators}", "{name} had a hand in it")
OTHER = (
    'it is not filed under "{name}"',
    '"{name}" is not among its {categories}',
    "it is no such {item} itself",
)

# -- the frame --------------------------------------------------------------------------------

OPENINGS: dict[str, tuple[str, ...]] = {
    "any": (
        "This {item} [suits|should suit|is likely to suit|speaks to] [these groups|the following groups|"
        "the following {people}]:",
        "[Groups|Target groups|{people}] for whom this {item} is [a good match|a good choice|well suited]:",
        "Going by who {liked_it}, this {item} [suits|is one for|is a match for]:",
        "[Whom it suits|Who should {consume} it|Recommended for|A good match for]:",
        "[Those who {liked_it} point to|Its {approval} point to] [these groups|the following groups]:",
        "[Likely|Promising] target groups for this {item}:",
        "[It is a good choice|One can recommend it|It can be recommended] [for|to]:",
    ),
    "ranked": (
        "Target groups, [strongest first|the strongest first|in order of strength]:",
        "[The strongest match comes first|Starting with the strongest match]:",
        "This {item} suits these groups, the first of them most of all:",
    ),
    "strong": (
        "[This {item} has a clear audience|Its audience is clearly marked|It is plain whom this {item} speaks to]:",
        "There is little doubt whom this {item} [suits|is for]:",
    ),
    "weak": (
        "[No group is drawn to it very strongly, but some lean towards it|Its audience is broad, with a "
        "slight tilt]:",
        "The pattern is faint, but [these groups stand out a little|it points here]:",
    ),
    "single": (
        "[A single group stands out|Only a single group stands out|There is a single group that stands out]:",
        "[This {item} has a particular pull on a single group|Its pull is felt in a single group]:",
        "The target group [is easily named|is clear enough|can be named]:",
        "[If there is a target group, it is this|Its target group]:",
    ),
    "mixed": (
        "[Taste and background both play a part here|What people like and who they are both matter here]:",
        "[Both a certain taste and a certain background speak for this {item}|The audience has a taste and a face]:",
    ),
    "people": (
        "[Who the {people} are says more here than what else they like|It is less a matter of taste than of "
        "who the {people} are]:",
    ),
    "few": (
        "[Only a small number of {people} {liked_it}|The numbers are small], but [these groups stand out|they "
        "point to]:",
        "On [thin|slender] evidence, [since few {people} {liked_it}|few {people} having been heard], it suits:",
    ),
}
NOTHING_SPECIAL = (
    "[No group|No particular group] stands out among those who {liked_it}, so [its description has to serve|"
    "what it is has to serve]. [It should suit|That points to]:",
    "Those who {liked_it} are a mixed crowd without a mark of their own. [Going by what it is, it suits|"
    "By its description it is one for]:",
    "Its {approval} come from all sides. [What it is|Its description] still [points to|suggests]:",
    "[Nothing sets apart those who {liked_it}|Those who {liked_it} have no common trait]; by [its nature|"
    "description] it [suits|should suit]:",
)
TOO_FEW = (
    "Too few {people} {liked_it} to [read off a group|tell a group]. [By its description it suits|Going by what it is]:",
    "[With so few {approval}|With this few {approval} to go by], [only its description can tell|one has to go "
    "by its description]. It should suit:",
    "[There is little to go by but its description|Its description is all there is to go by|Not much but its "
    "description is known]. [It points to|It suggests|By that it suits]:",
    "[Its description suggests|By its description, it suits|Judging by what it is, it suits]:",
    "[It should suit|It is likely to suit|It is probably one for]:",
    "[Likely|Possible|Probable] target groups, [by description alone|going by its description]:",
    "[For lack of {approval}, this goes by what the {item} is|What the {item} is has to stand in for {approval}]:",
)
ITS_OWN = (
    "[{it}|this {item}] is filed under {names}",
    "{names} is how it is filed",
    "that is what it is filed under",
    "{it} belongs [there|to that {category}]",
    "this is such {a_item} [itself|]",
    "that is its {category}",
)
ITS_MANY = (
    "[{it}|this {item}] is filed under {names}",
    "{names} are among its {categories}",
    "that is how it is filed",
    "it combines {names}",
)
ITS_SOME = (
    "[{it}|this {item}] is filed under {names}",
    "{names} is among its {categories}",
    "{names} is part of how it is filed",
    "it [belongs there as well|is counted there, too|is listed there]",
)
ITS_ATTRIBUTE = (
    'its {attribute} is "{name}"',
    '"{name}" is given as its {attribute}',
    'the {attribute} is given as "{name}"',
)
PUBLISHER = (
    "{people} who [follow|like|trust] the books of {name}",
    "{people} who [choose by publisher and like|look out for] {name}",
    "[regular|faithful] {people} of {name} books",
)
PUBLISHED = ("{name} [published|brought out] it", "it was published by {name}", "it came out with {name}")
LOOKING = (
    '{people} [looking|searching] for "{name}"',
    '{people} [interested in|curious about] "{name}"',
    '{people} who [like|look for|care for] "{name}"',
    'those [drawn to|looking for] "{name}"',
)
TAGGED = (
    '{people} tagged it "{name}"',
    'it was [tagged|labelled] "{name}"',
    '"{name}" is [among its tags|a tag it was given]',
    "that is how it was tagged",
)
QUOTED = (
    'a comment [says|reads|puts it so:|has it so:] "{said}"',
    'a {person} writes "{said}"',
    '"{said}", [says a comment|as a comment puts it|in the words of a comment]',
    'in the words of a comment: "{said}"',
    'a comment mentions "{said}"',
)
MARKED = (
    '"{name}" [stands|is listed] among its attributes',
    'it is [listed|marked] as "{name}"',
)
MARKED_AS = ('its {attribute} is "{name}"', 'under "{attribute}" it has "{name}"', '"{name}" is listed under "{attribute}"')
UNKNOWN = (
    "Nothing that is known of this {item} points to a particular group [of {people}|].",
    "This {item} [cannot be assigned to|speaks to no] particular group: [too little is known of it|its description "
    "and its {approval} do not single out anyone].",
    "[There is too little to go by|Too little is known] to name a target group for this {item}.",
    "No group [stands out|can be singled out] for this {item}, [neither by its description nor by who {liked_it}|"
    "whichever way one looks at it].",
)
BROAD = (
    "[It is one for a broad audience|This {item} is for a broad audience]: those who {liked_it} have [no common "
    "taste|nothing particular in common], and its description singles out nobody.",
    "No particular group stands out: the {people} who {liked_it} share [no particular trait|nothing that would set "
    "them apart].",
    "Those who {liked_it} are a mixed crowd, so [no group can be named|there is no particular target group].",
)

# -- whom to avoid ----------------------------------------------------------------------------

RARE = {
    "few": "[seldom|less often than expected|not often]",
    "hardly": "[hardly ever|rarely|scarcely ever]",
}
MISSING = (
    "[Less suited to|Less of a match for|Hardly one for|Not the first choice for|Less recommended for] {who}: they "
    "are {rare} found among those who {liked_it}.",
    "{who} [should think twice|may want to look elsewhere|are better served elsewhere|might want to skip it|"
    "can leave it aside]: they are {rare} among those who {liked_it}.",
    "[Whom to avoid|To be avoided by|Not for]: {who}, who {rare} turn up among those who {liked_it}.",
    "[It is not for|It does little for|It has little to offer] {who}, who are {rare} among those who {liked_it}.",
    "[As for whom to avoid|If anyone should avoid it]: {who}, who are {rare} found among those who {liked_it}.",
    "[It may disappoint|It is less likely to please] {who}; those who {liked_it} {rare} include them.",
)
AGAINST = (
    "[Not recommended for|To be avoided by|Whom to avoid:|Better avoided by] {who}: they are {over} among those who "
    "{disliked_it}.",
    "{who} [should be careful|had better stay away|should think twice|are warned]: they {disliked_it} {more} often "
    "than one would expect.",
    "{who} [may be disappointed|should look elsewhere]: {larger} part of its {disapproval} comes from them than "
    "[is usual|one would expect].",
    "[It is not for|It did not go down well with] {who}, who are {more} frequent among those who {disliked_it} than "
    "[usual|elsewhere].",
)
NOBODY = (
    "[Nothing|Nothing in the data] marks a group that should avoid it.",
    "[Whom to avoid|To be avoided by]: [no group in particular|no particular group].",
    "There is no group [to warn|that needs a warning|it should be kept from].",
    "[No one in particular|No particular group] needs to avoid it.",
    "As for whom to avoid, [nothing points to a particular group|no group stands out].",
    "Nobody in particular [should stay away|has to be warned].",
    "No group [gives cause for a warning|has to be warned off].",
)
NOBODY_MISSING = (
    "No group is strikingly absent among those who {liked_it}, so there is [nobody|no one] to warn.",
    "None of the usual groups is missing among those who {liked_it}; there is [nobody|no one] in particular to avoid it.",
)
NOBODY_SHARES = (
    "Those who {disliked_it} have nothing particular in common, so no group needs to avoid it.",
    "Its {disapproval} come from no group in particular, so [nobody|no one] has to be warned off.",
    "Some {disliked_it}, but they form no group that should avoid it.",
)
NOBODY_KNOWN = (
    "Too few {people} {disliked_it} to say who should avoid it.",
    "[Whom to avoid|Who should avoid it] cannot be said: hardly [anyone|anybody] {disliked_it}.",
    "There are too few {disapproval} to mark a group that should avoid it.",
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

# -- audiences named by comments and attributes -----------------------------------------------

RELATIVE = (
    "{people} [shopping|looking for something|choosing] for a {relative}",
    "anyone who wants to please a {relative}",
    "{people} with a {relative} in mind",
)
GROUPS: dict[str, tuple[str, ...]] = {
    "children": ("families with children", "parents", "{people} with children"),
    "small children": ("parents of small children", "families with little ones"),
    "teenagers": ("teenagers", "parents of teenagers"),
    "adults": ("adults", "grown-ups"),
    "older people": ("older people", "seniors"),
    "families": ("families", "whole families"),
    "beginners": ("beginners", "newcomers", "those who are just starting out"),
    "professionals": ("professionals", "people who need it for their work"),
    "students": ("students",),
    "groups": ("groups", "people who come in company", "larger parties"),
    "couples": ("couples", "couples in search of a nice evening"),
    "vegetarians": ("vegetarians", "people who eat no meat"),
    "vegans": ("vegans", "people on a vegan diet"),
    "people who avoid gluten": ("people who avoid gluten",),
    "travellers": ("travellers", "people who travel", "{people} who need something for a trip"),
    "owners of dry skin": ("people with dry skin", "{people} with dry skin"),
    "owners of sensitive skin": ("people with sensitive skin", "{people} with sensitive skin"),
    "owners of oily skin": ("people with oily skin", "{people} with oily skin"),
    "owners of mature skin": ("people with mature skin", "{people} with mature skin"),
    "owners of curly hair": ("people with curly or wavy hair", "{people} with curls or waves"),
    "owners of fine hair": ("people with fine or thin hair", "{people} with fine or thin hair"),
    "owners of thick hair": ("people with thick hair", "{people} with thick hair"),
    "owners of long hair": ("people with long hair", "{people} with long hair"),
    "owners of short hair": ("people with short hair", "{people} with short hair"),
    "owners of dry hair": ("people with dry or damaged hair", "{people} with dry or damaged hair"),
    "owners of coloured hair": ("people with coloured hair", "{people} who colour their hair"),
    "owners of dogs": ("dog owners", "people with dogs", "{people} with a dog"),
    "owners of cats": ("cat owners", "people with cats"),
    "casual players": ("casual players", "people who play now and then"),
    "players with friends": ("people who play with friends", "groups of friends"),
    "players alone": ("people who play alone", "solo players"),
    "players at one screen": ("people who play together at one screen",),
    "hardcore players": ("hardcore players", "seasoned players"),
    "followers of the series": ("followers of the series", "those who know the series"),
    "the faint-hearted": ("the faint-hearted", "people who are easily shaken"),
    "the impatient": ("the impatient", "people without patience"),
    "people in wheelchairs": ("people in wheelchairs",),
    "dancers": ("people who like to dance",),
    "people who like to sit outside": ("people who like to sit outside",),
    "night owls": ("night owls", "people who are up late"),
    "owners of a VR headset": ("owners of a VR headset",),
    "players with a controller": ("people who play with a controller",),
    "gift": ("{people} looking for a gift", "people in search of a present"),
}
