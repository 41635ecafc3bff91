"""Whom an item is for, by its name, its categories and its comments: invented items, labelled by hand."""

from __future__ import annotations

import pytest

from itdr.builders.evidence.aspect_words import AspectWords
from itdr.builders.evidence.audiences.remarks import remarks
from itdr.builders.evidence.comments import Comment
from itdr.builders.evidence.facts import DOWN, UP, Fact
from itdr.builders.rendering import lexicon_files, templates

BUSINESSES, PRODUCTS, BOOKS, GAMES = "businesses", "products", "book_reviews", "games"


def lexicon(domain: str) -> lexicon_files.Lexicon:
    return lexicon_files.load_lexicon(domain, templates.load_words(domain))


def words(domain: str) -> AspectWords:
    return lexicon(domain).aspects


def found(
    domain: str, title: str, categories: str, *comments: tuple[int, str], own: tuple[Fact, ...] = ()
) -> list[Fact]:
    shown = [Comment(k, verdict, text) for k, (verdict, text) in enumerate(comments)]
    terms = lexicon(domain)

    def people(fact: Fact) -> str:
        return terms.forms_of(fact.about, fact.value).get("fans", fact.value)

    return remarks(shown, terms.aspects, title, categories, own, people)


def ups(facts: list[Fact]) -> list[tuple[str, str]]:
    return [(one.kind, one.value) for one in facts if one.direction == UP]


@pytest.mark.parametrize(
    ("categories", "text", "niche"),
    [
        ("Sports Bars, Bars", "It is a great place to watch the game.", "sports on screen"),
        ("Hotels", "Perfect for a business trip, near the fair.", "business travel"),
        ("Mexican, Restaurants", "The carne asada was delicious.", "Mexican food"),
        ("Golf, Active Life", "The greens are excellent.", "golf rounds"),
        ("Museums", "The exhibits were fascinating.", "exhibitions"),
        ("Pubs, Nightlife", "They have a great selection of beer.", "craft beer"),
        ("Vegan, Restaurants", "The tofu was amazing.", "vegetarian food"),
    ],
)
def test_what_a_place_is_for_leads_with_a_quote(categories: str, text: str, niche: str) -> None:
    facts = found(BUSINESSES, "Somewhere", categories, (1, f"{text} We had a good view."))
    first = next(one for one in facts if one.about == "niche")
    assert (first.kind, first.value, first.direction) == ("aspect", niche, UP)
    assert first.quote in text


def test_praise_of_the_food_is_a_reason_for_the_cuisine_only_where_it_is_clear() -> None:
    praise = (1, "The food was fantastic.")
    assert ("aspect", "Italian food") in ups(found(BUSINESSES, "Da", "Italian", praise))
    for several in ("Italian, Thai", "Italian, Mexican, Burgers"):
        facts = found(BUSINESSES, "Da", several, praise)
        assert ("aspect", "food") in ups(facts)
    weighed = (1, "The food was fantastic. I had the lasagna, and then the ravioli.")
    assert ("aspect", "Italian food") in ups(found(BUSINESSES, "Da", "Italian, Thai", weighed))


def test_a_niche_without_a_quote_is_told_by_the_categories() -> None:
    facts = found(BUSINESSES, "Da", "Restaurants, Thai", (1, "The staff was friendly."))
    assert ("own", "Thai food") in ups(facts)
    assert next(one.quote for one in facts if one.value == "Thai food") == "Thai"
    # A hotel is for everybody who travels: said of business travelers only with a quote.
    assert not any(one.about == "niche" for one in found(BUSINESSES, "Da", "Hotels"))
    # Of many kinds at once, none is the main one unless something speaks of it.
    many = "Thai, Italian, Burgers, Seafood, Sandwiches"
    assert not any(one.about == "niche" for one in found(BUSINESSES, "Da", many))


def test_a_side_dish_needs_more_than_one_sentence() -> None:
    once = (1, "The soup was excellent.")
    twice = (1, "The soup was excellent. Everybody ordered soup again.")
    assert ("aspect", "soups") not in ups(found(BUSINESSES, "Da", "Hotels", once))
    assert ("aspect", "soups") in ups(found(BUSINESSES, "Da", "Hotels", twice))
    assert ("aspect", "soups") in ups(found(BUSINESSES, "Da", "Soup", once))


@pytest.mark.parametrize(
    ("title", "text", "niche"),
    [
        ("Holiday Nail Stamping Plates, 5 pcs", "I put the designs on all ten.", "nail art"),
        ("Long Red Synthetic Wig", "The wig came in a bag.", "wigs"),
        ("Oud Beard Balm", "My husband has a beard.", "a beard"),
        ("Cleansing Wipes with Aloe", "The wipes come in a box.", "wipes on the go"),
        ("Sugar Body Scrub", "The scrub has fine grains.", "exfoliating"),
    ],
)
def test_what_a_product_is_for_is_told_by_its_name_and_a_comment(
    title: str, text: str, niche: str
) -> None:
    assert ("own", niche) in ups(found(PRODUCTS, title, "", (1, text)))
    # A name says many things that a product is not for: "Lipstick Protection Mask Bracket".
    assert ("own", niche) not in ups(found(PRODUCTS, title, "", (1, "It came on Monday.")))


@pytest.mark.parametrize(
    ("domain", "one", "other"),
    [
        (PRODUCTS, (-1, "This soap felt drying to me."), (1, "Leaves it soft and clean.")),
        (
            PRODUCTS,
            (-1, "The scent is awful."),
            (1, "Great soap. I love the scent so much and more."),
        ),
        (BOOKS, (-1, "Dull from the start."), (1, "A real page turner.")),
        (BUSINESSES, (1, "The service was friendly."), (0, "and the service was slow, so slow")),
    ],
)
def test_what_another_sentence_denies_is_not_said(
    domain: str, one: tuple[int, str], other: tuple[int, str]
) -> None:
    title = "Calendula Soap"
    assert any(fact.quote for fact in found(domain, title, "", one))
    assert not any(
        fact.quote and fact.quote in one[1] for fact in found(domain, title, "", one, other)
    )


@pytest.mark.parametrize(
    ("domain", "text", "about"),
    [
        (GAMES, "Crashed twice, gave up.", "flaw"),
        (BOOKS, "Full of errors.", "flaw"),
        (BOOKS, "Dull from the start.", "aspect"),
        (PRODUCTS, "The scent is very strong.", "aspect"),
    ],
)
def test_faults_that_nobody_likes_warn_everybody(domain: str, text: str, about: str) -> None:
    (fact,) = (one for one in found(domain, "X", "", (-1, text)) if one.direction == DOWN)
    assert fact.about == about


def test_no_two_groups_are_the_same_people() -> None:
    own = Fact("own", "attribute", "Good for children: yes", direction=UP)
    comment = (1, "It is perfect for families.")
    facts = found(BUSINESSES, "Da", "", comment, own=(own,))
    assert ups(facts) == [("aspect", "families")]


@pytest.mark.parametrize(
    ("domain", "title", "text"),
    [
        (BUSINESSES, "Da", "Corn tortillas were hot and perfect for making tacos."),
        (PRODUCTS, "Magnetic Eyelashes", "These are great for magnetic lashes."),
        (PRODUCTS, "Castor Shampoo", "Castor oil is wonderful for hair and skin."),
        (PRODUCTS, "Brush Set", "It's a great set for anyone."),
    ],
)
def test_a_purpose_of_a_part_or_of_everybody_names_no_group(
    domain: str, title: str, text: str
) -> None:
    facts = found(domain, title, "", (1, text))
    assert not any(one.about in ("purpose", "audience") for one in facts)


@pytest.mark.parametrize(
    ("name", "label", "ruled_out"),
    [
        ("comfort", "Sea Salt Body Scrub", True),
        ("comfort", "Velvet Headbands", False),
        ("costumes", "Nail Plates Christmas", True),
        ("costumes", "Party Cosplay Wig", False),
        ("visible results", "Velvet Scrunchie", True),
        ("visible results", "Eye Cream", False),
    ],
)
def test_some_reasons_hold_of_some_products_only(name: str, label: str, ruled_out: bool) -> None:
    fact = Fact("aspect", "aspect", name, direction=UP, quote="a sentence")
    assert words(PRODUCTS).rules_out(fact, "", label) == ruled_out


def test_a_light_read_is_no_cookbook() -> None:
    fact = Fact("aspect", "aspect", "light reading", direction=UP, quote="Fine for a train ride")
    assert words(BOOKS).rules_out(fact, "Category: Cooking\nFine for a train ride.")
    assert not words(BOOKS).rules_out(fact, "Category: Fiction\nFine for a train ride.")
