"""Cleaning of texts that came from web pages: entities decoded, markup removed, blanks collapsed.

The same rules twice: `clean` for values in Python, `clean_sql` for columns inside DuckDB, where it
costs about as much as parsing the file. Both must give the same text (a property test compares them).

Rules: character references (`&amp;`, `&#34;`, `&#x27;`; `&quot` and `&amp` also without their
semicolon, as old Amazon reviews have them) are decoded once; tags of known HTML elements, Amazon's
`[[VIDEOID:…]]`, and runs of blanks, control characters and zero-width spaces become one blank; of
Amazon's `[[ASIN:B000000000 name]]` the name stays. What only looks like a tag (`<3`, `a < b`)
stays. The official cleaning of Amazon Reviews 2023 is similar. [hyp1231/AmazonReviews2023]
"""

from __future__ import annotations

import functools
import re
from html.entities import html5, name2codepoint

from itdr.builders.core.duckdb_csv import literal

_ELEMENTS = (
    "a|abbr|b|big|blockquote|body|br|center|code|div|em|font|h[1-6]|head|hr|html|i|iframe|img|"
    "input|label|li|link|meta|ol|p|pre|s|script|section|small|span|strike|strong|style|sub|sup|"
    "table|tbody|td|th|thead|tr|tt|u|ul|video"
)
# Controls (two ranges), the no-break space, typographic and zero-width spaces; the space apart.
_ODD_BLANKS = (
    (0x00, 0x1F), (0x7F, 0xA0), (0x1680, 0x1680), (0x2000, 0x200B), (0x2028, 0x2029),
    (0x202F, 0x202F), (0x205F, 0x2060), (0x3000, 0x3000), (0xFEFF, 0xFEFF),
)  # fmt: skip
_GAP = r"[ \t\n\r\f]"
_ATTRIBUTE = (
    rf"""{_GAP}+[A-Za-z][A-Za-z0-9_:-]*{_GAP}*={_GAP}*(?:"[^"<>]*"|'[^'<>]*'|[^ \t\n\r\f"'<>]+)"""
)
_TAG = rf"</?(?:{_ELEMENTS}|{_ELEMENTS.upper()})(?:{_ATTRIBUTE})*{_GAP}*/?>"
_VIDEO = r"\[\[VIDEOID:[0-9a-f]*\]\]"
_LINK = r"\[\[ASIN:[0-9A-Z]{10}[^0-9A-Z\[\]]([^\[\]]*)\]\]"
_REFERENCE = r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,7});|&quot|&amp"
# What browsers make of the numbers that Unicode leaves to controls: Windows-1252.
_WINDOWS = "€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ"
SELLERS_NOTE = r"(?i)[ .;:(\[–-]*\bdescription of the issue\b.*$"
"""What sellers who corrected an entry left in its title: "… Description of the Issue - I need to …"."""
MISSING = ("unknown", "null", "nan", "none", "n/a", r"\n")
"""Words that stand for a missing value in fields of names, in lower case."""


def _odd_blanks(form: str) -> str:
    return "".join(f"{form % low}-{form % high}" for low, high in _ODD_BLANKS)


_PYTHON_ODD = _odd_blanks(r"\u%04x")
_RE2_ODD = _odd_blanks(r"\x{%x}")
_PYTHON_GAPS = re.compile(f"[{_PYTHON_ODD}][ {_PYTHON_ODD}]*| [ {_PYTHON_ODD}]+")
_RE2_GAPS = f"[{_RE2_ODD}][ {_RE2_ODD}]*| [ {_RE2_ODD}]+"
_RE2_DIRTY = rf"[&<{_RE2_ODD}]|\[\[|  |^ | $"
_PYTHON_REFERENCE = re.compile(_REFERENCE)
_PYTHON_LINK = re.compile(_LINK)
_PYTHON_MARKUP = re.compile(f"{_TAG}|{_VIDEO}")


@functools.cache
def _names() -> dict[str, str]:
    """`&name;` -> character, for the 252 names of HTML 4, `&apos;`, and the two bare ones."""
    characters = {f"&{name};": html5[f"{name};"] for name in name2codepoint}
    return characters | {"&apos;": "'", "&quot": '"', "&amp": "&"}


def clean(text: str) -> str | None:
    """A text without entities, markup, surplus blanks and lone surrogates.

    Args:
        text: a text as people wrote it in a form.

    Returns:
        The clean text; None where nothing is left.
    """
    text = replace_surrogates(text)
    if "&" in text:
        text = _PYTHON_REFERENCE.sub(lambda found: _decoded(found[0]), text)
    if "[[" in text:
        text = _PYTHON_LINK.sub(r"\1", text)
    if "<" in text or "[[" in text:
        text = _PYTHON_MARKUP.sub(" ", text)
    text = " ".join(text.split())
    if not text.isprintable():  # blanks and controls that `split` does not know
        text = _PYTHON_GAPS.sub(" ", text).strip(" ")
    return text or None


def replace_surrogates(text: str) -> str:
    """A text with surrogate pairs joined, and lone surrogates, which UTF-8 cannot hold, as U+FFFD.

    Args:
        text: a text decoded from JSON, where half a pair may stand alone.

    Returns:
        Text that can be written as UTF-8.
    """
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def _decoded(reference: str) -> str:
    if reference[1] != "#":
        return _names().get(reference, reference)
    body = reference[2:-1]
    code = int(body[1:], 16) if body[0] in "xX" else int(body)
    if 0x80 <= code <= 0x9F:
        return _WINDOWS[code - 0x80]
    fits = 0 < code < 0xD800 or 0xE000 <= code <= 0x10FFFF
    return chr(code) if fits else " "


def clean_sql(column: str) -> str:
    """SQL that computes `clean(column)`; null for null.

    Args:
        column: an SQL expression of the text.

    Returns:
        An SQL expression.
    """
    text = f"regexp_replace({decoded_sql(column)}, {literal(_LINK)}, '\\1', 'g')"
    # One pattern each for tags and videos: their fixed beginnings make RE2 skip fast.
    for pattern in (_TAG, _VIDEO, _RE2_GAPS):
        text = f"regexp_replace({text}, {literal(pattern)}, ' ', 'g')"
    dirty = f"regexp_matches({column}, {literal(_RE2_DIRTY)})"
    return f"nullif(CASE WHEN {dirty} THEN trim({text}, ' ') ELSE {column} END, '')"


def decoded_sql(column: str) -> str:
    """SQL for a text with its character references decoded, once.

    Args:
        column: an SQL expression of the text.
    """
    joined = (
        f"array_to_string(list_transform(regexp_extract_all({column}, {_PIECES}), {_DECODE}), '')"
    )
    return f"CASE WHEN contains({column}, '&') THEN {joined} ELSE {column} END"


def clean_value_sql(column: str, missing: tuple[str, ...] = MISSING) -> str:
    """`clean_sql`, with placeholders for missing values turned into null.

    Args:
        column: an SQL expression of the text.
        missing: the placeholders, in lower case.
    """
    text = clean_sql(column)
    words = ", ".join(literal(word) for word in missing)
    return f"CASE WHEN lower(trim({column})) NOT IN ({words}) THEN {text} END"


def _decode_sql() -> str:
    # All names in one string, each before its sign: a MAP of them takes 0.1 s to bind. Written once, as every query
    # that decodes is parsed with it.
    names = literal("".join(f"{name}={sign}" for name, sign in _names().items()))
    sign = f"nullif(left(split_part({names}, p || '=', 2), 1), '')"
    code = "CAST(CASE WHEN p[3] IN ('x', 'X') THEN '0x' || p[4:-2] ELSE p[3:-2] END AS INTEGER)"
    fits = f"({code} BETWEEN 1 AND 55295 OR {code} BETWEEN 57344 AND 1114111)"
    return (
        f"lambda p: CASE WHEN p[1] <> '&' OR length(p) < 4 THEN p "
        f"WHEN p[2] <> '#' THEN coalesce({sign}, p) "
        f"WHEN {code} BETWEEN 128 AND 159 THEN {literal(_WINDOWS)}[{code} - 127] "
        f"WHEN {fits} THEN chr({code}) ELSE ' ' END"
    )


_PIECES = literal(f"{_REFERENCE}|[^&]+|&")
_DECODE = _decode_sql()
