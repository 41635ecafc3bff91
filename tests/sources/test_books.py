"""Titles of books as they are shown."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from itdr.builders.sources._shared.books import display_title

TITLES = {
    "Orchard, The": "The Orchard",
    "ORCHARD, AN": "An Orchard",
    "Huerto, El": "El Huerto",
    "Orchard, The: Salt and Sea": "The Orchard: Salt and Sea",
    "Orchard, An : A Novel": "An Orchard: A Novel",
    "Orchard, The (Sea Books (Paperback))": "The Orchard",
    "Orchard, The - 20th Anniversary": "The Orchard - 20th Anniversary",
    "Salt, the Sea & the Orchard, The": "The Salt, the Sea & the Orchard",
    "Orchard : Novel, A": "Orchard: A Novel",
    "The Orchard : Guide to Apples, A (5th ed)": "The Orchard: A Guide to Apples",
    "The Orchard (Sea Children, The)": "The Orchard (The Sea Children)",
    "Orchard;: A new life style for trees,": "Orchard: A new life style for trees",
    "The sea law,: A study": "The sea law: A study",
    "Orchard Street ;": "Orchard Street",
    "Orchard, The,": "The Orchard",
    ";": None,
    "Orchard (Paperback)": "Orchard",
    "Orchard (Sea Classics) (Large Print)": "Orchard",
    "Orchard [Unabridged]": "Orchard",
    "The Orchard (Oprah's Book Club)": "The Orchard",
    "The Orchard (An Ada Salt Mystery) (Mass Market)": "The Orchard (An Ada Salt Mystery)",
    "Orchard : Orchard": "Orchard",
    "ORCHARD: ORCHARD (Penguin Classics)": "Orchard",
    "Salt - salt": "Salt",
    "THE SEA OF SALT: A GUIDE TO THE FBI AND WORLD WAR II": "The Sea of Salt: A Guide to the FBI and "
    "World War II",
    "ANNE'S SELF-HELP (THE SALT)": "Anne's Self-Help (The Salt)",
    "ÉTÉ EN MER": "Été en Mer",
    # Capitals of a part: behind an article, before and behind a colon, in brackets.
    "The SEA OF SALT": "The Sea of Salt",
    "An ORCHARD OF SALT: A Novel": "An Orchard of Salt: A Novel",
    "SALT AND SEA: An Ada Salt Mystery": "Salt and Sea: An Ada Salt Mystery",
    "Orchard: A NOVEL OF MR SALT (SEA STORIES)": "Orchard: A Novel of Mr Salt (Sea Stories)",
    "ORCHARD (Sea Stories)": "Orchard (Sea Stories)",
    "Anne'S Orchard": "Anne's Orchard",
    "I'M Here, You'Ll Don'T": "I'm Here, You'll Don't",
    "Orchard (MMP): A Novel (Alex Awards (Awards))": "Orchard: A Novel",
    # What is said again.
    "The Orchard: A Salt Mystery (A Salt Mystery)": "The Orchard: A Salt Mystery",
    "The Orchard: A Salt Mystery (Salt Mystery)": "The Orchard: A Salt Mystery",
    "The Orchard (Orchard)": "The Orchard",
    "The ORCHARD (SALT STREET 3): THE ORCHARD": "The Orchard (Salt Street 3)",
    "Orchard (SALT STREET ): Orchard (Salt Street, No. 3)": "Orchard (Salt Street, No. 3)",
    # Marks of an edition without brackets; a publisher's series with its number.
    "Orchard of the Sea Uk": "Orchard of the Sea",
    "Orchard Edition Uk": "Orchard",
    "Patchwork Orchard Uk Edition": "Patchwork Orchard",
    "The Orchard Movie Tie in": "The Orchard",
    "Orchard Movie Tie-In: A Novel": "Orchard: A Novel",
    "Orchard / Movie Tie In": "Orchard",
    "Orchard Uk Edition True Story of a Sea": "Orchard True Story of a Sea",
    "Orchard, Promotional Edition": "Orchard",
    "Orchard Who Fought (Hardcover) (Salt)": "Orchard Who Fought (Salt)",
    "The Weight of Salt : A Novel Tag: Author of the Sea": "The Weight of Salt: A Novel",
    "White Orchard #03": "White Orchard #3",
    "Orchard ( The Salt of the Sea )": "Orchard (The Salt of the Sea)",
    "SB, Nr.11, Der Garten": "Der Garten",
    # A full stop, notes of a shop.
    "Der Garten.": "Der Garten",
    "Der Garten. Roman.": "Der Garten. Roman",
    "The Orchard (Sea Stories.)": "The Orchard (Sea Stories)",
    "Orchard (rpkg): A Novel": "Orchard: A Novel",
    "Orchard (rack) (Sea)": "Orchard (Sea)",
    "Orchard(TM) Salt": "Orchard Salt",
    "The Orchard (Oprah #45)": "The Orchard",
    "The Orchard (Summer Display Opportunity)": "The Orchard",
    "The Orchard (Movie Tie in)": "The Orchard",
    # Small words in capitals, and the language of an edition within brackets.
    "LA Orchard: A Sea of Salt": "La Orchard: A Sea of Salt",
    "El Jardin De LA Sal": "El Jardin De La Sal",
    "Historia De UN Jardin": "Historia De Un Jardin",
    "Las DOS Huertas": "Las Dos Huertas",
    "El Jardin (The Orchard (Spanish))": "El Jardin (The Orchard)",
    "Orchard Description of the Issue - the title is wrong": "Orchard",
}
KEPT = (
    *("The Orchard", "Salt, the Sea and the Orchard", "Oh, The Places", "A Sea: Salt, A Guide"),
    # One article has its place already; an alphabet; whose article it is cannot be told.
    *("The Huerto, La", "Apples, A - Z", "Orchards: Sea, The (Orchards)", "Me: As Told to"),
    # A series; a title in brackets alone; what may be an abbreviation; what is said twice within.
    *(
        "Orchard (Salt and Sea, Book 2)",
        "(Paperback)",
        "IT",
        "JFK",
        "Salt: Salt and Sea",
        "Sea Sea Salt",
        # Acronyms; a series that the title does not name; what a full stop shortens.
        *(
            "The BFG",
            "CSI: Salt City",
            "HTML: The Sea",
            "UNIX Power Tools",
            "Salt and the FBI (NUMA)",
        ),
        *("Naked Salt (Salt)", "Salt (Sea)", "The Orchard: Salt (Sea: Salt, Book 2)"),
        *("Ada S.", "Salt Bros.", "Salt, Vol.", "Salt etc.", "Salt...", "Life. And Death"),
        # Where they may be the city, or something in capitals.
        *("LA Law", "LA Confidential", "Orchards of LA", "DOS Commands", "The UN Charter"),
        *("O'Salt", "L'Orchard d'Or", "Rock 'N' Salt"),
    ),
)


@pytest.mark.parametrize(("title", "expected"), TITLES.items())
def test_titles_get_their_article_back_and_lose_idle_separators(
    title: str, expected: str | None
) -> None:
    assert display_title(title) == expected
    assert expected is None or display_title(expected) == expected


@pytest.mark.parametrize("title", KEPT)
def test_other_titles_stay_as_they_are(title: str) -> None:
    assert display_title(title) == title


PIECES = st.lists(
    st.sampled_from(
        ["Orchard", "Sea", "A", "The", "LA", "Novel", ", ", " : ", ": ", ";", ":", " (", ")", " - "]
    ),
    max_size=9,
).map("".join)


def test_an_author_is_not_named_again() -> None:
    assert display_title("Orchard (Example, Ada)", "Ada B. Example") == "Orchard"
    assert display_title("Orchard (Example, Ben)", "Ada B. Example") == "Orchard (Example, Ben)"


@settings(max_examples=200, deadline=None)
@given(PIECES)
def test_a_shown_title_is_shown_as_it_is(title: str) -> None:
    once = display_title(" ".join(f"Salt{title}".split()))
    assert once is not None and once == once.strip() and display_title(once) == once


@pytest.mark.parametrize(
    ("title", "creator", "shown"),
    [
        ("Orchard (Salt, Ada. Sea Trilogy, 3.)", "Ada Salt", "Orchard (Sea Trilogy, 3)"),
        ("Orchard (Salt, Ada, Sea Stories.)", "Ada Salt", "Orchard (Sea Stories)"),
        ("Orchard (Salt, Ada B. , Sea's Children.)", "Ada B. Salt", "Orchard (Sea's Children)"),
        ("Orchard (Salt, Ada B. Sea Quartet, Bk. 2.)", "Ada Salt", "Orchard (Sea Quartet, Bk. 2)"),
        ("Orchard (Salt, A. B. C. Sea. 3.)", "A. B. C. Salt", "Orchard (Sea. 3)"),
        ("Orchard (Salt, Ada, Works.)", "Ada Salt", "Orchard"),
        (
            "Orchard: The Sea Stories (Salt, Ada, Sea Stories)",
            "Ada Salt",
            "Orchard: The Sea Stories",
        ),
        # Another person, one name alone, and brackets that hold no author.
        ("Orchard (Salt, Bea, Sea Stories)", "Ada Salt", "Orchard (Salt, Bea, Sea Stories)"),
        ("Orchard (Salt, Ada, Sea Stories)", "Salt", "Orchard (Salt, Ada, Sea Stories)"),
        ("Orchard (Salt, Adaline and Sea)", "Ada Salt", "Orchard (Salt, Adaline and Sea)"),
        ("Orchard (Sea Stories, Book 3)", None, "Orchard (Sea Stories, Book 3)"),
        # A publisher's list alone, and words that are no more than a part of a series' name.
        ("Orchard (Love Spell)", None, "Orchard"),
        ("Orchard (Blaze, 51)", None, "Orchard"),
        ("Orchard (Fiction)", None, "Orchard"),
        ("Orchard (Sea Fiction)", None, "Orchard (Sea Fiction)"),
        ("Orchard (Point of the Sea)", None, "Orchard (Point of the Sea)"),
    ],
)
def test_brackets_name_the_series_alone(title: str, creator: str | None, shown: str) -> None:
    assert display_title(title, creator) == shown
