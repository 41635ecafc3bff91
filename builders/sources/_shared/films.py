"""What the two MovieLens sources share: their paper, and titles as MovieLens writes them.

SQL restores a moved article and extracts the year:
`American President, The (1995)` -> `The American President (1995)`, also inside the alternate
titles in parentheses. [GroupLens READMEs; the forms were seen in ml-latest-small and ml-1m]
"""

from __future__ import annotations

from itdr.builders.core.duckdb_csv import literal

CITATION = """@article{harper2015movielens,
  author  = {F. Maxwell Harper and Joseph A. Konstan},
  title   = {The {MovieLens} Datasets: History and Context},
  journal = {ACM Transactions on Interactive Intelligent Systems},
  volume  = {5},
  number  = {4},
  pages   = {19:1--19:19},
  year    = {2015},
  doi     = {10.1145/2827872}
}"""

ANCHORS: dict[str, tuple[str, str]] = {
    "1": ("Toy Story (1995)", "Animation|Children"),
    "6": ("Heat (1995)", "Action|Crime|Thriller"),
    "110": ("Braveheart (1995)", "Action|Drama|War"),
    "318": ("The Shawshank Redemption (1994)", "Drama"),
    "480": ("Jurassic Park (1993)", "Action|Adventure|Sci-Fi"),
    "527": ("Schindler's List (1993)", "Drama|War"),
    "593": ("The Silence of the Lambs (1991)", "Thriller"),
    "858": ("The Godfather (1972)", "Crime|Drama"),
    "1240": ("The Terminator (1984)", "Action|Sci-Fi|Thriller"),
    "1721": ("Titanic (1997)", "Drama|Romance"),
    "2571": ("The Matrix (1999)", "Action|Sci-Fi|Thriller"),
    "4993": ("The Lord of the Rings: The Fellowship of the Ring (2001)", "Adventure|Fantasy"),
    "5952": ("The Lord of the Rings: The Two Towers (2002)", "Adventure|Fantasy"),
    "58559": ("The Dark Knight (2008)", "Action|Crime"),
    "68954": ("Up (2009)", "Adventure|Animation|Children"),
    "79132": ("Inception (2010)", "Action|Crime|Sci-Fi|Thriller"),
    "89745": ("The Avengers (2012)", "Action|Adventure|Sci-Fi"),
    "109487": ("Interstellar (2014)", "Sci-Fi"),
}
"""Films by id, with the title and some genres that every release gives them: a pattern, of which one is met."""
GENRES = (
    *(
        "Action",
        "Adventure",
        "Animation",
        "Children",
        "Children's",
        "Comedy",
        "Crime",
        "Documentary",
    ),
    *("Drama", "Fantasy", "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi"),
    *("Thriller", "War", "Western"),
)
"""All genres of MovieLens; ml-1m writes "Children's", later releases "Children"."""
NO_GENRE = "IMAX"
"""Stands among the genres, but says in which format a film was shown."""
NONE_LISTED = "(no genres listed)"
_GLUED = ("L'",)
_ARTICLES = (
    *("The", "A", "An"),
    *("Les", "La", "Le", "Un", "Une", "Des"),  # French
    *("El", "Los", "Las", "Lo", "Una"),  # Spanish
    *("Il", "I", "Gli", "Uno"),  # Italian
    *("Das", "Der", "Die", "Ein", "Eine"),  # German
    *("De", "Het", "Det", "Den", "En", "Ett", "O", "Os", "As", "Da"),  # Dutch, Nordic and others
)

LONGEST_OTHER, LONGEST_BOTH = 40, 75
"""Characters of another title, and of both titles together, up to which both are shown."""

# The last year in parentheses; a series ends in a span such as (2006–2007), of which the first.
_YEAR = r"^.*\((\d{4})(?: ?[–-] ?(?:\d{4})?)?\)"
_SPAN = r"\d{4}(?: ?[–-] ?(?:\d{4})?)?"
# Brackets that are part of the title.
_KEPT = "'(?i)(?: or| of| the| and|:) \\(|\\((?:part|vol|volume|episode|chapter|season|book)\\b'"


def title_sql(turned: str) -> str:
    """SQL for the display title: alternate titles removed.

    Args:
        turned: an SQL expression as `turned_sql` makes it. Empty titles become null.

    Returns:
        An SQL expression.
    """
    return f"nullif({_without_others(turned)}, '')"


def other_title_sql(turned: str) -> str:
    """SQL for the other title of a film, such as the original one of `Hate (Haine, La) (1995)`; null where it has
    none, or several, or one that says the same or is too long to be shown beside it.

    Args:
        turned: an SQL expression as `turned_sql` makes it.

    Returns:
        An SQL expression.
    """
    one = f"^([^()]+) \\(([^()]+)\\) \\({_SPAN}\\)$"
    known = _without_known_as(turned)
    title, other = (_letters(f"regexp_extract(t, '{one}', {k})") for k in (1, 2))
    fits = (
        f"t LIKE '%(%(%' AND regexp_matches(t, '{one}') AND NOT regexp_matches(t, {_KEPT}) AND length({other}) > 2 "
        f"AND NOT contains({title}, {other}) AND NOT contains({other}, {title}) "
        f"AND length(regexp_extract(t, '{one}', 2)) <= {LONGEST_OTHER} AND length(t) <= {LONGEST_BOTH}"
    )
    other = f"CASE WHEN {fits} THEN trim(regexp_extract(t, '{one}', 2)) END"
    return f"list_transform([{known}], lambda t: {other})[1]"


def _letters(sql: str) -> str:
    """SQL for what two spellings of one title share: small letters, `&` as "and"."""
    small = f"replace(strip_accents(lower({sql})), '&', 'and')"
    return f"regexp_replace({small}, '[^\\pL]', '', 'g')"


def turned_sql(text: str) -> str:
    """SQL for a title with blanks collapsed, and its articles in front, in brackets, too.

    Args:
        text: an SQL expression of the decoded title.

    Returns:
        An SQL expression.
    """
    sql = f"trim(regexp_replace({text}, '[\\s\u00a0]+', ' ', 'g'))"
    sql = f"replace(replace({sql}, ' )', ')'), ')(', ') (')"
    moved = "t"
    for articles, blank in ((_ARTICLES, " "), (_GLUED, "")):
        names = "|".join(literal(article)[1:-1] for article in articles)
        # The main title: from the start to a colon, the first parenthesis or the end.
        moved = (
            f"regexp_replace({moved}, '^([^()]*), ({names})(:.*| ?\\(.*)?$', '\\2{blank}\\1\\3')"
        )
        # An alternate title: one pair of parentheses, perhaps introduced by a.k.a.
        moved = (
            f"regexp_replace({moved}, '\\((a\\.k\\.a\\. )?([^()]*), ({names}) ?\\)', "
            f"'(\\1\\3{blank}\\2)', 'g')"
        )
    return _where(sql, _holds(", "), moved)


def _without_others(sql: str) -> str:
    """SQL for a title without alternate titles in brackets: "(a.k.a. …)", and those before the year.

    Brackets that number a part, and those that belong to the title ("Or (The Unexpected …)"), stay.
    """
    others = f"regexp_replace(t, '^([^(].*?)(?: \\([^()]*\\))+( \\({_SPAN}\\))$', '\\1\\2')"
    several = f"t LIKE '%(%(%' AND NOT regexp_matches(t, {_KEPT})"
    return _where(_without_known_as(sql), several, others)


def _without_known_as(sql: str) -> str:
    """SQL for a title without "(a.k.a. …)"."""
    known_as = "regexp_replace(t, ' ?\\((?i:a\\.?k\\.?a\\.?)[ :][^()]*\\)', '', 'g')"
    return _where(sql, f"{_holds('(a')} OR {_holds('(A')}", known_as)


def _where(sql: str, condition: str, changed: str) -> str:
    """SQL for a text that is changed where a condition holds, which is much cheaper than the change; both name
    the text `t`."""
    return f"list_transform([{sql}], lambda t: CASE WHEN {condition} THEN {changed} ELSE t END)[1]"


def _holds(part: str) -> str:
    return f"contains(t, {literal(part)})"


def year_sql(text: str) -> str:
    """SQL for the year of a film (SMALLINT); null where the title has none.

    Args:
        text: an SQL expression of the decoded title.
    """
    return f"try_cast(nullif(regexp_extract({text}, '{_YEAR}', 1), '') AS SMALLINT)"


def genres_sql(text: str) -> str:
    """SQL for the list of MovieLens genres; null where none is listed. Unknown names are left out.

    Copies set them apart by commas, semicolons or slashes, and write them in small letters or as a list.

    Args:
        text: an SQL expression of the decoded field, such as `Comedy|Drama` or `(no genres listed)`.

    Returns:
        An SQL expression.
    """
    spelled = ", ".join(f"{literal(name.lower())}: {literal(name)}" for name in GENRES)
    names = f"list_transform({_genre_names(text)}, lambda name: MAP {{{spelled}}}[lower(name)])"
    return f"nullif(list_filter({names}, lambda name: name IS NOT NULL), [])"


def unread_genres_sql(text: str) -> str:
    """SQL condition: the field of genres holds something that is no genre, such as a number or an object.

    Args:
        text: an SQL expression of the decoded field.
    """
    genres = ", ".join(literal(name.lower()) for name in ("", NO_GENRE, NONE_LISTED, *GENRES))
    other = f"list_filter({_genre_names(text)}, lambda name: lower(name) NOT IN ({genres}))"
    return f"coalesce(len({other}) > 0, false)"


def _genre_names(text: str) -> str:
    # Of a list as Python writes it, brackets and quotes go, too.
    bare = """trim(name, ' []''"')"""
    parts = f"string_split_regex({text}, '[|,;/]')"
    return f"list_transform({parts}, lambda name: {bare})"
