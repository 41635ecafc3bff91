"""Who: how groups of users are put into words, by what is known of them.

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
        "likers": "[those who kept playing it|the {people} who kept playing it|the {people} it held on to]",
        "disliked_it": "left it early",
        "approval": "long plays",
        "disapproval": "early exits",
        "habit": "put long hours into {X}",
    },
    "news": {
        "liked_it": "clicked on it",
        "likers": "[those who clicked on it|the {people} who clicked on it|those who opened it]",
        "disliked_it": "passed it over",
        "approval": "clicks",
        "disapproval": "skips",
        "habit": "click on {X}",
    },
    "short_videos": {
        "liked_it": "commented on it",
        "likers": "[those who commented on it|the {people} who commented on it]",
        "disliked_it": "passed it over",
        "approval": "comments",
        "disapproval": "showings without a comment",
        "habit": "comment on {X}",
    },
    "artists": {
        "liked_it": "listen to this artist",
        "likers": "[those who listen to this artist|its audience]",
        "disliked_it": "passed it over",
        "approval": "plays",
        "disapproval": "skips",
        "habit": "listen to {X}",
    },
    "tracks": {
        "liked_it": "played it",
        "likers": "[those who played it|the {people} who played it]",
        "disliked_it": "passed it over",
        "approval": "plays",
        "disapproval": "skips",
        "habit": "play {X}",
    },
}
RATED = {
    "liked_it": "rated it highly",
    "likers": "[those who rated it highly|the {people} who rated it highly|its admirers|the {people} it won over|"
    "those who liked it]",
    "disliked_it": "rated it low",
    "approval": "high ratings",
    "disapproval": "low ratings",
    "habit": "rate {X} highly",
}
TAKEN = {
    "liked_it": "chose it",
    "likers": "[those who chose it|the {people} who chose it]",
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
    "kids": "children's topics",
    "lifestyle": "lifestyle",
    "middleeast": "the Middle East",
    "movies": "films",
    "music": "music",
    "news": "current affairs",
    "newscrime": "crime",
    "newspolitics": "politics",
    "newsscienceandtechnology": "science and technology",
    "newsus": "US news",
    "newsworld": "world affairs",
    "northamerica": "North America",
    "soccer": "soccer",
    "sports": "sport",
    "travel": "travel",
    "tv": "television",
    "video": "video items",
    "weather": "the weather",
}
"""Topics of MIND as one would say them."""
NEWS_ITEMS = ("US news", "video items")
"""Those of them that are articles already, so that nobody reads articles on them."""

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
    "all who [like|enjoy] {X}",
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
    "born before 1970": (
        "{people} born before the seventies",
        "older {people}, born before the seventies",
    ),
    "born 1970-1979": ("{people} born in the seventies", "children of the seventies"),
    "born 1980-1989": ("{people} born in the eighties", "children of the eighties"),
    "born 1990-1999": ("{people} born in the nineties", "children of the nineties"),
    "born 2000 or later": (
        "{people} born since the turn of the millennium",
        "the youngest {people}, born in this millennium",
    ),
    "under 18": (
        "children and teenagers",
        "{people} who have not come of age",
        "the young, not yet of age",
    ),
    "18-24": (
        "young adults up to their mid-twenties",
        "{people} in their late teens and early twenties",
    ),
    "25-34": (
        "{people} from their mid-twenties to their mid-thirties",
        "young adults past their mid-twenties",
    ),
    "35-44": ("{people} around forty", "{people} from their mid-thirties to their mid-forties"),
    "45-49": ("{people} in their late forties", "those in their late forties"),
    "50-55": ("{people} in their early fifties", "those in their early fifties"),
    "56 or older": (
        "older {people}, beyond their mid-fifties",
        "{people} beyond their mid-fifties",
    ),
}
PLACES = ("{people} from {place}", "{people} in {place}", "{people} who live in {place}")
WITH_ARTICLE = (
    "bahamas", "czech republic", "dominican republic", "netherlands", "philippines",
    "russian federation", "united arab emirates", "united kingdom", "united states", "usa", "uk", "us",
)  # fmt: skip
CAPITALS = ("usa", "uk", "us", "uae")

# -- by what the item is ----------------------------------------------------------------------

PUBLISHER = (
    "{people} who [look out for|like|follow] what {name} [publishes|brings out]",
    "[regular|faithful] {people} of {name} titles",
    "{people} who [trust|rely on] {name} as a publisher",
)
LOOKING = (
    '{people} [looking|searching] for "{name}"',
    '{people} [interested in|curious about] "{name}"',
)
TAG_FRIENDS = (
    "{people} who [look for|go for|like|choose] {items} tagged {names}",
    "{people} [drawn to|interested in] {items} tagged {names}",
    "those who [like|look for] {items} tagged {names}",
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
    "groups": ("groups", "people who come in company"),
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
    "people with a sense for trends": ("people with a sense for trends", "a trendy crowd"),
    "people who like it smart": (
        "people who like it smart",
        "{people} with a liking for elegant places",
    ),
    "tourists": ("tourists", "visitors to the town"),
    "people out for breakfast": ("people who go out for breakfast",),
    "people out for brunch": ("people who go out for brunch",),
    "people with a sweet tooth": ("people with a sweet tooth",),
    "women": ("women", "female {people}"),
    "men": ("men", "male {people}"),
    "readers of mysteries": ("{people} of mysteries", "{people} who like to puzzle over a crime"),
    "readers of novels": ("{people} of novels", "{people} who like a novel"),
    "readers of stories": ("{people} of short stories", "{people} who like their fiction short"),
    "readers of poetry": ("{people} of poetry", "{people} who like verse"),
    "readers of lives": ("{people} of biographies and memoirs", "{people} who like true lives"),
    "readers of history": ("{people} of history", "{people} with an interest in history"),
    "readers of German": ("{people} of German", "{people} who read German"),
    "readers of romances": ("{people} of romances", "{people} who like love stories"),
    "people who cook": ("people who like to cook", "cooks"),
    "people on a diet": ("people who mind their diet", "{people} who watch what they eat"),
    "Star Trek": ("followers of Star Trek", "Star Trek fans"),
    "Star Wars": ("followers of Star Wars", "Star Wars fans"),
    "gift": ("{people} looking for a gift", "people in search of a present"),
}
