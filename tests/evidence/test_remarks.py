"""Whom an item is for, by its name, its categories and its comments: invented items, labelled by hand."""

from __future__ import annotations

import pytest

from itdr.builders.evidence.aspect_words import AspectWords
from itdr.builders.evidence.audiences.remarks import remarks
from itdr.builders.evidence.comments import Comment
from itdr.builders.evidence.complaints import unreported
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
        ("Vegetarian, Restaurants", "The tofu was amazing.", "vegetarian food"),
    ],
)
def test_what_a_place_is_for_leads_with_a_quote(categories: str, text: str, niche: str) -> None:
    facts = found(BUSINESSES, "Somewhere", categories, (1, f"{text} We had a good view."))
    first = next(one for one in facts if one.about == "niche")
    assert (first.kind, first.value, first.direction) == ("aspect", niche, UP)
    assert first.quote in text


def test_praise_of_the_food_is_no_reason_for_a_cuisine() -> None:
    """A quote names what the group is after: "the food was fantastic" is said of any place."""
    for categories in ("Italian", "Italian, Thai"):
        facts = found(BUSINESSES, "Da", categories, (1, "The food was fantastic."))
        assert not any(one.quote.startswith("The food") for one in facts)
    named = found(BUSINESSES, "Da", "Italian, Thai", (1, "The lasagna was fantastic."))
    assert ("aspect", "Italian food") in ups(named)


@pytest.mark.parametrize(
    ("domain", "text"),
    [
        (PRODUCTS, "It smells fine and it really works, easy to use."),
        (PRODUCTS, "Very good quality and worth every penny."),
        (BUSINESSES, "The food was excellent and everything was spotless."),
        (BOOKS, "I could not put it down."),
        (BUSINESSES, "The service was friendly."),
    ],
)
def test_what_everybody_wants_names_no_group(domain: str, text: str) -> None:
    assert not ups(found(domain, "Lavender Soap", "", (1, text)))


@pytest.mark.parametrize(
    ("domain", "title", "text", "name"),
    [
        (PRODUCTS, "Oat Lotion", "Great lotion, lovely scent.", "scent"),
        (PRODUCTS, "Oat Lotion", "Very easy to use and the scent is gorgeous.", "scent"),
        (PRODUCTS, "Oat Lotion", "Good quality, lovely scent.", "scent"),
        (BUSINESSES, "Da", "Reasonable prices, friendly staff, great pool.", "a pool"),
    ],
)
def test_praise_of_what_everybody_wants_takes_no_sentence_from_another_reason(
    domain: str, title: str, text: str, name: str
) -> None:
    categories = "Hotels, American (Traditional)" if domain == BUSINESSES else ""
    assert name in [value for _, value in ups(found(domain, title, categories, (1, text)))]


def test_a_complaint_about_the_price_counts_whoever_makes_it() -> None:
    for verdict in (1, 0, -1):
        facts = found(PRODUCTS, "Face Cream", "", (verdict, "It is way overpriced."))
        assert [(one.value, one.direction) for one in facts] == [("value for money", DOWN)]
    (itchy,) = found(PRODUCTS, "Face Cream", "", (1, "The soap made my skin itchy."))
    assert (itchy.about, itchy.direction) == ("flaw", DOWN)


def test_a_category_names_no_group_by_itself() -> None:
    for categories in ("Restaurants, Thai", "Hotels", "Beaches, Parks"):
        assert not ups(found(BUSINESSES, "Da", categories, (1, "The staff was friendly.")))


def test_a_side_dish_needs_more_than_one_sentence() -> None:
    once = (1, "The soup was excellent.")
    twice = (1, "The soup was excellent. Everybody ordered soup again.")
    assert ("aspect", "soups") not in ups(found(BUSINESSES, "Da", "Hotels", once))
    assert ("aspect", "soups") in ups(found(BUSINESSES, "Da", "Hotels", twice))
    assert ("aspect", "soups") in ups(found(BUSINESSES, "Da", "Soup", once))


@pytest.mark.parametrize(
    ("title", "text", "niche"),
    [
        ("Holiday Nail Stamping Plates, 5 pcs", "Great for doing your own nails.", "nail art"),
        ("Long Red Synthetic Wig", "I wear a wig every day and love this one.", "wigs"),
        ("Oud Beard Balm", "It makes the beard soft.", "a beard"),
    ],
)
def test_what_a_product_is_for_needs_a_quote(title: str, text: str, niche: str) -> None:
    assert ("aspect", niche) in ups(found(PRODUCTS, title, "", (1, text)))
    # Every buyer of a wig wears wigs: its name alone says nothing.
    assert not ups(found(PRODUCTS, title, "", (1, "It came on Monday.")))


@pytest.mark.parametrize("title", ["Cleansing Wipes with Aloe", "Sugar Body Scrub", "Oat Lotion"])
def test_what_every_buyer_does_is_no_group(title: str) -> None:
    text = "Great wipes, a great scrub, a great lotion."
    assert not ups(found(PRODUCTS, title, "", (1, text)))


@pytest.mark.parametrize(
    ("domain", "one", "other"),
    [
        (PRODUCTS, (-1, "This soap felt drying to me."), (1, "Leaves it soft and clean.")),
        (PRODUCTS, (1, "I love the scent so much."), (-1, "The scent is awful.")),
        (BOOKS, (1, "A real page turner."), (-1, "The pace was slow.")),
        (BUSINESSES, (1, "The coffee was great."), (0, "and the coffee was cold, so cold")),
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


def test_praise_and_complaint_of_different_things_are_both_said() -> None:
    one, other = (1, "A real page turner."), (-1, "Dull from the start.")
    facts = found(BOOKS, "Calendula Soap", "", one, other)
    said = {(fact.value, fact.direction): fact.quote for fact in facts}
    assert said == {("pace", UP): "A real page turner", ("hold", DOWN): "Dull from the start"}


@pytest.mark.parametrize(
    ("text", "is_known"),
    [
        ("Nice evening, but a bit pricey in general.", False),
        ("and the service was slow, so slow", True),
    ],
)
def test_a_complaint_in_half_a_sentence_is_not_quoted(text: str, is_known: bool) -> None:
    assert found(BUSINESSES, "Da", "", (0, text)) == []
    assert complains(BUSINESSES, text) == is_known


@pytest.mark.parametrize(
    ("domain", "text", "about"),
    [
        # Whom would crashes please? They warn everybody.
        (GAMES, "Crashed twice, gave up.", "flaw"),
        (GAMES, "The controls are terrible.", "flaw"),
        (BOOKS, "Full of errors.", "flaw"),
        (PRODUCTS, "The scent is awful.", "flaw"),
        (BOOKS, "Dull from the start.", "flaw"),
        # It tells nobody what is wrong, but who would mind.
        (BOOKS, "I gave up halfway.", "flaw"),
        (PRODUCTS, "The scent is very strong.", "aspect"),
    ],
)
def test_complaints_name_whom_they_concern(domain: str, text: str, about: str) -> None:
    (fact,) = (one for one in found(domain, "X", "", (-1, text)) if one.direction == DOWN)
    assert fact.about == about


@pytest.mark.parametrize(
    ("domain", "title", "text", "about", "value"),
    [
        (BUSINESSES, "Da", "Great tacos. But the service was really slow.", "aspect", "waiting times"),
        (BUSINESSES, "Da", "Amazing beer selection. The place is really loud.", "wish", "a quiet place"),
        (BUSINESSES, "Da", "Good salads. Just one warning... the atmosphere is not much.", "aspect", "atmosphere"),
        (BUSINESSES, "Da", "Nice evening. A bit pricey in general.", "aspect", "prices"),
        (PRODUCTS, "Wig", "Lovely color! The nape is fine, the cap is too small.", "aspect", "a larger head"),
        (PRODUCTS, "Kit", "Nice set. The only con is that the lid sticks.", "flaw", "only con"),
        (PRODUCTS, "Duo", "So pretty. The container is so hard to open.", "aspect", "ease of use"),
        (PRODUCTS, "Serum", "It smells great. I haven't seen any results with this.", "flaw", "haven't seen any"),
    ],
)  # fmt: skip
def test_a_complaint_counts_even_in_praise(
    domain: str, title: str, text: str, about: str, value: str
) -> None:
    for verdict in (1, 0):
        (fact,) = (
            one for one in found(domain, title, "", (verdict, text)) if one.direction == DOWN
        )
        assert (fact.about, fact.value) == (about, value)
        assert fact.quote in text and fact.quote.split()[-1] == text.rstrip(".").split()[-1]


@pytest.mark.parametrize(
    ("domain", "text"),
    [
        (BUSINESSES, "If the service was slow I would say so."),
        (BUSINESSES, "You will not be disappointed."),
        (BUSINESSES, "The wings are never too spicy."),
        (BUSINESSES, "Was the service slow?"),
        (PRODUCTS, "The cream is rich without being way too heavy."),
        (PRODUCTS, "My last brush was very expensive compared to this."),
        (PRODUCTS, "I expected it to be hard to open."),
        (BUSINESSES, "The pie is hard to beat."),
        (PRODUCTS, "Going hiking you dread the smell and wish there was a way to clean up."),
        (PRODUCTS, "You can't recommend it often."),
    ],
)
def test_what_is_denied_or_might_only_be_is_no_complaint(domain: str, text: str) -> None:
    assert not [one for one in found(domain, "X", "", (1, text)) if one.direction == DOWN]
    assert not complains(domain, text)


def test_a_complaint_that_no_answer_quotes_is_known() -> None:
    shown = [Comment(0, 1, "It works. so the cap is too small."), Comment(1, 1, "A fine wig.")]
    assert unreported(shown, [], words(PRODUCTS)) == shown[:1]
    assert not unreported(shown, ["so the cap is too small"], words(PRODUCTS))


def complains(domain: str, text: str) -> bool:
    return bool(unreported([Comment(0, 1, text)], [], words(domain)))


def test_a_field_is_named_only_where_the_comments_name_too_few() -> None:
    own = Fact("own", "attribute", "Dogs allowed: yes", direction=UP)
    one = (1, "Great sports bar and very good service. The patio is lovely.")
    facts = found(BUSINESSES, "Da", "Sports Bars, Mexican", one, own=(own,))
    assert not any(fact.kind == "own" for fact in facts)
    assert ups(found(BUSINESSES, "Da", "", (1, "We came on Monday."), own=(own,))) == [
        ("own", "Dogs allowed: yes")
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Growing up in Detroit, we had awesome tacos all of the time.",
        "This is great for those who have trouble eating tacos even when sober.",
    ],
)
def test_praise_of_something_else_or_of_half_a_group_is_no_reason(text: str) -> None:
    assert not ups(found(BUSINESSES, "Da", "Mexican", (1, text)))


def test_of_whom_the_comments_speak_they_decide() -> None:
    own = Fact("own", "audience", "dry skin", direction=UP, quote="Dry Skin")
    said = (1, "I imagine someone with dryer skin would need a much heavier lotion.")
    assert ups(found(PRODUCTS, "Lotion", "", (1, "It came on Monday."), own=(own,)))
    assert not ups(found(PRODUCTS, "Lotion", "", said, own=(own,)))


@pytest.mark.parametrize(
    ("text", "about", "value"),
    [
        (
            "Fine for a costume but not if you are trying to look natural.",
            "wish",
            "to look natural",
        ),
        ("Not if you want a subtle look.", "feature", "a subtle look"),
        ("It works, but not if you have sensitive skin.", "audience", "sensitive skin"),
        ("I would not recommend it to beginners.", "audience", "beginners"),
        ("Not for children.", "audience", "children"),
    ],
)
def test_whom_a_review_excludes_is_named(text: str, about: str, value: str) -> None:
    facts = [one for one in found(PRODUCTS, "Wig", "", (1, text)) if one.direction == DOWN]
    assert [(one.about, one.value, one.quote) for one in facts] == [
        (about, value, text.rstrip("."))
    ]


@pytest.mark.parametrize(
    "text",
    [
        "If that is the case then this isn't for you.",
        "Not everyone likes it.",
        "Great, but not if you know what I mean by it and then some more of all that and so on.",
    ],
)
def test_an_exclusion_that_cannot_be_named_is_not_passed_over(text: str) -> None:
    shown = [Comment(0, 1, f"It is too small. {text}")]
    assert unreported(shown, ["It is too small"], words(PRODUCTS)) == shown
    assert not unreported([Comment(0, 1, "It is too small.")], ["It is too small"], words(PRODUCTS))


@pytest.mark.parametrize(
    ("praise", "denial"),
    [
        ("I love the scent so much.", "They don't seem to have a scent to them."),
        ("I love the scent so much.", "She dislikes the scent of it."),
        ("I love the scent so much.", "The fragrance is a bit off."),
        ("It is perfect for travel.", "For travel it is useless."),
    ],
)
def test_a_group_that_another_comment_denies_is_not_named(praise: str, denial: str) -> None:
    assert ups(found(PRODUCTS, "Hand Wipes", "", (1, praise)))
    assert not ups(found(PRODUCTS, "Hand Wipes", "", (1, praise), (1, denial)))
    assert ups(found(PRODUCTS, "Hand Wipes", "", (1, praise), (1, "It arrived on Monday.")))


@pytest.mark.parametrize(
    "text",
    [
        # It only announces what is wrong.
        "One very big con was the top coat.",
        # It names nothing that somebody could be after.
        "It’s so hard to get the container to open.",
        "It made my skin itchy.",
        "Unfortunately, it looks like Elliot H.",
        # It ends in praise.
        "This is expensive for towelettes but they are of great quality.",
        "The part looks fake, but other than that, it is a beautiful wig.",
        "The lid is hard to open, but not a deal breaker.",
        # It is about somebody whom nobody knows.
        "He picked up the bill and it was very expensive.",
    ],
)
def test_a_complaint_that_says_little_is_not_quoted_but_known(text: str) -> None:
    assert not [one for one in found(PRODUCTS, "X", "", (1, text)) if one.direction == DOWN]
    assert complains(PRODUCTS, text)


def test_quotes_keep_their_marks_and_are_the_authors_own() -> None:
    text = '"Perfect for families!" they say. Drinks: (5/5) I love the wine! Food Great tacos are here. Best wine list....'
    facts = found(BUSINESSES, "Da", "Mexican", (1, text))
    assert [one.quote for one in facts if one.kind == "aspect"] == ["I love the wine!"]


def test_no_two_groups_are_the_same_people() -> None:
    own = Fact("own", "attribute", "Dogs allowed: yes", direction=UP)
    comment = (1, "It is perfect for dog owners with big dogs.")
    facts = found(BUSINESSES, "Da", "", comment, own=(own,))
    assert ups(facts) == [("aspect", "dog owners")]


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


def test_a_quote_that_praises_holds_no_complaint() -> None:
    mixed = "Good thin crust, tasty ingredients, soggy in the middle."
    for text, praised in (("Good thin crust, tasty pizza.", True), (f"Pizza! {mixed}", False)):
        facts = found(BUSINESSES, "Roma", "Pizza, Restaurants", (1, text))
        assert ("aspect", "pizza") in ups(facts) or not praised
        assert not any("soggy" in one.quote for one in facts if one.direction == UP)
    # Nor does one that names people outright, unless it denies what it names.
    for text, said in (("not greasy", True), ("greasy", False)):
        facts = found(PRODUCTS, "Gel", "", (0, f"Great for travel, {text}."))
        assert (("aspect", "travel") in ups(facts)) == said


def test_chai_is_no_coffee() -> None:
    for drink, named in (("latte", True), ("chai latte", False)):
        facts = found(BUSINESSES, "Bean", "Coffee & Tea", (1, f"I had a wonderful {drink}."))
        assert (("aspect", "coffee and tea") in ups(facts)) == named


@pytest.mark.parametrize(
    ("title", "comments", "purposes"),
    [
        ("Bronzer to Highlight + Contour", ("Good for contour and bronzing.",), []),
        ("Nail Files", ("They are good for shaping.", "It shapes my nails.", "Fine shape."), []),
        (
            "Nail Files",
            ("They are good for shaping.", "They came soon.", "I am glad."),
            ["shaping"],
        ),
        # An occasion is some people's, however many speak of it.
        ("Dress", ("Perfect for weddings.", "Worn at weddings.", "Weddings!"), ["weddings"]),
    ],
)
def test_what_every_buyer_does_with_a_product_is_no_group(
    title: str, comments: tuple[str, ...], purposes: list[str]
) -> None:
    facts = found(PRODUCTS, title, "", *((1, text) for text in comments))
    assert [one.value for one in facts if one.about == "purpose"] == purposes


def test_a_wider_group_is_not_named_beside_a_narrower_one() -> None:
    rose, scented = "It smells like rose.", "It leaves behind a beautiful scent."
    assert ups(found(PRODUCTS, "Balm", "", (1, scented))) == [("aspect", "scent")]
    both = ups(found(PRODUCTS, "Balm", "", (1, rose), (1, scented)))
    assert both == [("aspect", "rose scents")]


def test_what_else_an_author_complains_of_is_said_only_of_a_group() -> None:
    complaint, more = "The cap is too small.", "My only issue is that it doesn't fit my long head."
    facts = found(PRODUCTS, "Wig", "", (1, f"{complaint} {more}"))
    assert [(one.about, one.quote) for one in facts] == [("aspect", "The cap is too small")]


def test_a_complaint_of_a_common_head_is_none_of_large_ones() -> None:
    fact = Fact("aspect", "aspect", "a larger head", direction=DOWN, quote="The cap is too small")
    assert words(PRODUCTS).rules_out(fact, "The cap is too small. My head is normal size.")
    assert not words(PRODUCTS).rules_out(fact, "The cap is too small. My head is large.")


def test_a_gift_for_a_child_is_for_the_child_that_the_review_names() -> None:
    for text, name in (
        ("A gift for my son, who loved it.", "gift for a son"),
        ("A great gift for my daughter.", "gift for a daughter"),
        ("A great gift for anybody.", "gift"),
    ):
        assert ups(found(BOOKS, "The Fox", "", (1, text))) == [("aspect", name)]


def test_a_gripping_book_is_no_wish_of_who_cooks() -> None:
    aspects = words(BOOKS)
    for direction, text in ((UP, "Hard to put down"), (DOWN, "I gave up halfway")):
        fact = Fact("aspect", "aspect", "suspense", direction=direction, quote=text)
        assert aspects.rules_out(fact, "Category: Cooking\nDescription: Soups.")
        assert not aspects.rules_out(fact, "Category: Travel\nDescription: Soups.")
