"""Book titles as catalogues of shops write them: an article moved to the end is moved back, and
separators that nothing follows go.

The same rules twice: `shown` for values in Python, `shown_sql` for columns inside DuckDB. [forms seen
in Book-Crossing and Amazon Books]
"""

from __future__ import annotations

import re

from itdr.builders.core.duckdb_csv import literal

_ARTICLES = "|".join(
    form for one in ("The", "A", "An", "El", "La", "Los", "Las", "Le", "Les")
    for form in sorted({one, one.upper()})
)  # fmt: skip
# In front of an article only a part that has none: "The Colmena, La" stays.
_HAS_ONE = rf"(?i)(?:^|[:(] ?)(?:{_ARTICLES}) [^:()]*, (?:{_ARTICLES})(?:$|[ :)])"
_SEPARATORS = (
    (r"[,;]+:", ":"),  # "Open marriage;: A new life style"
    (r"[ ,;:]+$", ""),
)
_MOVED = (
    # "Truth, The", "Myst, The: Book of D'Ni", "Spiral Dance, The - 20th Anniversary", but not "A - Z".
    (rf"^([^:()]+), ({_ARTICLES})((?: ?[:(]| - \w\w).*)?$", r"\2 \1\3"),
    # "Rule of the Bone : Novel, A": what is said of the book, set off by a blank, had the article.
    (rf"^(.* : )([^:()]+), ({_ARTICLES})( ?\(.*)?$", r"\1\3 \2\4"),
    # "Charlie Bone And The Invisible Boy (Children Of The Red King, The)"
    (rf"\(([^:()]+), ({_ARTICLES})\)", r"(\2 \1)"),
)


def shown(text: str) -> str | None:
    """The title to show; null where only separators are left. Blanks must be collapsed before."""
    for pattern, new in _SEPARATORS:
        text = re.sub(pattern, new, text)
    if ", " in text and not re.search(_HAS_ONE, text):
        for pattern, new in _MOVED:
            text = re.sub(pattern, new, text)
    return text or None


def shown_sql(text: str) -> str:
    """SQL that gives `shown` of an SQL expression; null for null."""
    for pattern, new in _SEPARATORS:
        text = _replaced(text, pattern, new)
    moved = text
    for pattern, new in _MOVED:
        moved = _replaced(moved, pattern, new)
    keep = f"NOT contains({text}, ', ') OR regexp_matches({text}, {literal(_HAS_ONE)})"
    return f"nullif(CASE WHEN {keep} THEN {text} ELSE {moved} END, '')"


def _replaced(text: str, pattern: str, new: str) -> str:
    return f"regexp_replace({text}, {literal(pattern)}, {literal(new)}, 'g')"
