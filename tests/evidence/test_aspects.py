"""Which sentences of reviews give a reason, and which only name a word: invented sentences, labelled by hand."""

from __future__ import annotations

import pytest

from itdr.builders.evidence.aspect_words import AspectWords
from itdr.builders.evidence.aspects import aspects, audiences, undisputed
from itdr.builders.evidence.comments import Comment
from itdr.builders.evidence.facts import DOWN, UP, Fact
from itdr.builders.rendering import lexicon_files, templates

BUSINESSES, PRODUCTS, GAMES, BOOKS = "businesses", "products", "games", "book_reviews"

HITS = [
    (BUSINESSES, 1, "The staff was attentive and friendly all evening.", "service", UP),
    (BUSINESSES, 1, "Very good service and great noodles.", "service", UP),
    (BUSINESSES, 1, "Our waitress was so helpful with the allergies.", "service", UP),
    (BUSINESSES, -1, "The server was rude from the start.", "service", DOWN),
    (BUSINESSES, -1, "Terrible service on both visits.", "service", DOWN),
    (BUSINESSES, 1, "They make delicious tacos here.", "food", UP),
    (BUSINESSES, 1, "The salad was delicious and crisp.", "food", UP),
    (BUSINESSES, -1, "My steak was overcooked.", "food", DOWN),
    (BUSINESSES, -1, "The food is not good at all.", "food", DOWN),
    (BUSINESSES, 1, "They have a good wine selection.", "drinks", UP),
    (BUSINESSES, 1, "We loved the cozy atmosphere.", "atmosphere", UP),
    (BUSINESSES, 1, "Prices are very reasonable.", "prices", UP),
    (BUSINESSES, -1, "This place is way overpriced.", "prices", DOWN),
    (BUSINESSES, -1, "We waited over an hour for a table.", "waiting times", DOWN),
    (BUSINESSES, -1, "The bathroom was filthy.", "cleanliness", DOWN),
    (BUSINESSES, 1, "Our room was spacious and comfortable.", "rooms", UP),
    (PRODUCTS, 1, "I love the scent of this lotion.", "scent", UP),
    (PRODUCTS, 1, "It smells amazing right out of the box.", "scent", UP),
    (PRODUCTS, -1, "The fragrance is awful.", "scent", DOWN),
    (PRODUCTS, 1, "This dispenser is very easy to use.", "ease of use", UP),
    (PRODUCTS, -1, "It was impossible to open and hard to use.", "ease of use", DOWN),
    (PRODUCTS, -1, "The handle broke after a week.", "durability", DOWN),
    (PRODUCTS, 1, "The brush feels sturdy and well made.", "durability", UP),
    (PRODUCTS, 1, "It leaves my hair soft and shiny.", "soft hair", UP),
    (PRODUCTS, -1, "It made my skin dry and itchy.", "soft skin", DOWN),
    (PRODUCTS, 1, "The colors are gorgeous.", "colors", UP),
    (PRODUCTS, 1, "It is worth every penny.", "value for money", UP),
    (PRODUCTS, -1, "The gloves were too small for an adult.", "fit and size", DOWN),
    (PRODUCTS, -1, "The bottle arrived damaged.", "delivery and packaging", DOWN),
    (GAMES, 1, "The soundtrack is fantastic.", "music", UP),
    (GAMES, -1, "It crashes every ten minutes.", "stability", DOWN),
    (GAMES, 1, "Great story and lovely voices.", "story", UP),
    (BOOKS, 1, "The characters are wonderful.", "the characters", UP),
    (BOOKS, -1, "The plot was predictable.", "the plot", DOWN),
    (BOOKS, 1, "A beautifully written novel.", "the writing", UP),
    (BUSINESSES, 1, "Perfect coffee shop atmosphere.", "atmosphere", UP),
]  # fmt: skip

NEAR_MISSES = [
    # Nothing is cut out of a sentence that takes something back.
    (BUSINESSES, 0, "The food was great, but the service was slow."),
    (BUSINESSES, 1, "The seafood was good, not great."),
    (BUSINESSES, 1, "Nice bar and bartender."),
    (BUSINESSES, 1, "and the food was great"),
    (PRODUCTS, 1, "I felt more comfortable using another one."),
    (BUSINESSES, 1, "My good friend, Tomas, is a bartender."),
    (BUSINESSES, 1, "My good friend Tomas is a bartender in town."),
    (BUSINESSES, 1, "Our drinks were delivered quickly."),
    (BUSINESSES, 1, "I love that they have Orlane products in the bathroom."),
    (BUSINESSES, 1, "A four dollar appetizer menu is a really good deal."),
    (BUSINESSES, 1, "We ordered the chicken and went to the show."),
    (BUSINESSES, 1, "Great location, ten minutes from the beach."),
    # Faint praise is none.
    (BUSINESSES, 1, "The staff was friendly enough."),
    (BUSINESSES, 1, "The food was okay."),
    (BUSINESSES, 1, "They have a decent wine selection."),
    (BUSINESSES, 1, "I expected the food to be great."),
    (BUSINESSES, 1, "The food used to be great."),
    (BUSINESSES, 1, "If only the service were good."),
    (BUSINESSES, 1, "The place next door has great coffee."),
    (BUSINESSES, 1, "Is the food any good here?"),
    (BUSINESSES, 1, "We had a great time before our dinner, and had breakfast later."),
    (BUSINESSES, 1, "The view of the parking lot from the patio was there."),
    (BUSINESSES, 1, "Terrible service."),
    (BUSINESSES, -1, "Great food."),
    (PRODUCTS, 1, "I used a soft cloth and hot water."),
    (PRODUCTS, 1, "Made them soft."),
    (PRODUCTS, 1, "I love that the colors are on the caps of the bottles."),
    (PRODUCTS, 1, "You can differentiate between the various sizes."),
    (PRODUCTS, 1, "The lamp worked perfectly fine with my old polish."),
    (PRODUCTS, 1, "My other brand had a wonderful scent."),
    (PRODUCTS, 1, "Unlike my last brush, this does not smell awful."),
    (PRODUCTS, -1, "The scent is not bad."),
    (PRODUCTS, 1, "I bought a large bag for my good looking cousin."),
    (PRODUCTS, 1, "It would be great with a better fragrance."),
    (PRODUCTS, 1, "I wish the colors were beautiful."),
    (PRODUCTS, 1, "My daughter is a beautiful girl and needed a comb."),
    (PRODUCTS, 1, "It takes no time to work this in."),
    (GAMES, 1, "I played it with good friends on a free weekend."),
    (GAMES, 1, "Hard to say how long it took."),
    (BOOKS, 1, "I read it for a good history class."),
    (BOOKS, 1, "The author has written for a great newspaper."),
    (BOOKS, -1, "I hate when pages are counted."),
]  # fmt: skip

FOR_WHOM = [
    (BUSINESSES, -1, "If you want luxury and relaxation, don't stay here.",
     "feature", "luxury and relaxation", DOWN),
    (BUSINESSES, 1, "Not, however, a great restaurant for people who are looking for a quiet meal.",
     "audience", "people who are looking for a quiet meal", DOWN),
    (BUSINESSES, 1, "It is perfect for a date night.", "audience", "a date", UP),
    (BUSINESSES, 1, "Great for families with small kids!", "audience", "families", UP),
    (BUSINESSES, 0, "I would not recommend it for large groups.", "audience", "groups", DOWN),
    (PRODUCTS, 0, "Not great for exfoliating.", "purpose", "exfoliating", DOWN),
    (PRODUCTS, -1, "If you like thick lashes, these are not for you.", "feature", "thick lashes", DOWN),
    (PRODUCTS, 1, "I would recommend it to anyone with oily skin.", "audience", "oily skin", UP),
    (PRODUCTS, 1, "The bands (one beaded and one not) are suitable for casual wear.", "purpose", "casual wear", UP),
    (PRODUCTS, 0, "This is not for beginners.", "audience", "beginners", DOWN),
    (PRODUCTS, 1, "Perfect for sensitive skin.", "audience", "sensitive skin", UP),
    (GAMES, 1, "Don't buy this if you want a long campaign.", "feature", "a long campaign", DOWN),
    (GAMES, 1, "If you like tense puzzles, you will love this.", "feature", "tense puzzles", UP),
]  # fmt: skip

FOR_NOBODY = [
    (BUSINESSES, 1, "It was perfect for us."),
    (BUSINESSES, 1, "Great for the price."),
    (PRODUCTS, 1, "It has been good for three years."),
    (PRODUCTS, 1, "These were not for sale in my town."),
    (PRODUCTS, 1, "If you want to know more, write to me."),
    (PRODUCTS, 1, "Perfect for what I needed."),
    (PRODUCTS, 1, "My old comb was perfect for travel."),
    (PRODUCTS, 1, "It would be perfect for travel with a lid."),
    (PRODUCTS, -1, "Perfect for beginners."),
    (BUSINESSES, 1, "Food was great tasting except for the waffle."),
    (BUSINESSES, 1, "The pie was excellent due to the crust."),
    (BUSINESSES, 1, "A great deal for $30."),
    (PRODUCTS, 1, "Great price for a great product."),
    (PRODUCTS, 1, "I have used some cream that felt too thin but great for summer."),
    (BUSINESSES, 1, "Their sampler plate is a good way to start."),
    (PRODUCTS, 1, "It works very good for straight looks."),
    (PRODUCTS, 1, "Very light and suitable for just about anyone."),
]  # fmt: skip


def words(domain: str) -> AspectWords:
    return lexicon_files.load_lexicon(domain, templates.load_words(domain)).aspects


def said(domain: str, verdict: int, text: str) -> set[tuple[str, int]]:
    found = aspects([Comment(0, verdict, text)], words(domain))
    assert all(fact.quote and fact.quote in text for fact in found)
    return {(fact.value, fact.direction) for fact in found}


@pytest.mark.parametrize(("domain", "verdict", "text", "name", "side"), HITS)
def test_a_judged_aspect_is_found(
    domain: str, verdict: int, text: str, name: str, side: int
) -> None:
    assert (name, side) in said(domain, verdict, text)
    assert (name, -side) not in said(domain, verdict, text)


@pytest.mark.parametrize(("domain", "verdict", "text"), NEAR_MISSES)
def test_a_word_without_a_judgement_of_it_is_no_reason(
    domain: str, verdict: int, text: str
) -> None:
    assert said(domain, verdict, text) == set()


@pytest.mark.parametrize(("domain", "verdict", "text", "about", "value", "side"), FOR_WHOM)
def test_who_is_named_outright_is_quoted_whole(
    domain: str, verdict: int, text: str, about: str, value: str, side: int
) -> None:
    (fact,) = audiences([Comment(0, verdict, text)], words(domain))
    assert (fact.about, fact.value, fact.direction) == (about, value, side)
    assert fact.quote == text.rstrip(".")


@pytest.mark.parametrize(("domain", "verdict", "text"), FOR_NOBODY)
def test_what_names_no_group_is_no_audience(domain: str, verdict: int, text: str) -> None:
    assert audiences([Comment(0, verdict, text)], words(domain)) == []


def test_what_one_review_praises_and_another_attacks_is_no_reason() -> None:
    shown = [Comment(0, 1, "The scent is lovely."), Comment(1, -1, "The scent is awful.")]
    found = undisputed(aspects(shown, words(PRODUCTS)), shown, words(PRODUCTS))
    assert not found


@pytest.mark.parametrize(
    ("domain", "name", "side", "shown", "ruled_out"),
    [
        (BUSINESSES, "a bargain", UP, "A great deal, friendly staff.", False),
        (BUSINESSES, "a bargain", UP, "A great deal.\nThe wine is overpriced.", True),
        (BUSINESSES, "service", DOWN, "The waiter was rude.", False),
        (BUSINESSES, "food", DOWN, "Bland soup.\nBest lunch in town.", True),
        (PRODUCTS, "fine hair", UP, "Title: Hair Accessories Thin Hair Bands", True),
        (PRODUCTS, "fine hair", UP, "Title: Shampoo for Thin Hair", False),
        (GAMES, "friends", UP, "Specs: Single-player", True),
        (GAMES, "friends", UP, "Specs: Single-player, Multi-player", False),
        (GAMES, "friends", UP, "Specs: Multi-player\nEmpty servers.", True),
        (GAMES, "servers", DOWN, "Empty servers.\nGreat with friends.", True),
        (GAMES, "multiplayer", DOWN, "Specs: Multi-player\nEmpty servers.", False),
        (GAMES, "story", UP, "Specs: Single-player\nEmpty servers.", False),
    ],
)
def test_what_else_is_shown_may_rule_a_reason_out(
    domain: str, name: str, side: int, shown: str, ruled_out: bool
) -> None:
    fact = Fact("aspect", "aspect", name, direction=side, quote="a sentence")
    assert words(domain).rules_out(fact, shown) == ruled_out


@pytest.mark.parametrize(
    ("domain", "verdict", "texts", "quote"),
    [
        (BUSINESSES, 1, ("The service was good.", "Friendly and attentive staff."), 1),
        (BUSINESSES, 1, ("The staff was very friendly.", "Good service."), 0),
        (BUSINESSES, -1, ("The server was rude.", "The waiter was inattentive, slow and rude."), 1),
        (PRODUCTS, 1, ("The colors are nice.", "Lovely colors, so beautiful and vivid."), 1),
    ],
)
def test_of_several_sentences_the_one_that_says_most_is_quoted(
    domain: str, verdict: int, texts: tuple[str, str], quote: int
) -> None:
    shown = [Comment(k, verdict, text) for k, text in enumerate(texts)]
    (fact,) = aspects(shown, words(domain))
    assert fact.quote == texts[quote].rstrip(".")
