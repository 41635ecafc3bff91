"""Repairs of texts that were decoded with the wrong encoding, or escaped once too often.

Each rule undoes one known kind of damage and leaves other texts unchanged. [rules derived from the
damaged titles in copies of the BookCrossing dump; ftfy does not repair these]
"""

from __future__ import annotations

import html
import re

# Characters that stand for the second byte of a letter: as Latin-1, or as Windows-1252.
_BYTES = {chr(code): code for code in range(0x80, 0xC0)} | {
    bytes([code]).decode("cp1252"): code
    for code in range(0x80, 0xA0)
    if code not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}
_SECOND = f"[{re.escape(''.join(_BYTES))}]"
# UTF-8 read as Latin-1: "Ã©" is "é". Twice, the second time with a byte lost: "Ã?Â©" is "é" too.
_ONCE = re.compile(f"([ÂÃ])({_SECOND})")
_TWICE = re.compile(f"(Ã)\\?Â({_SECOND})")
# Both bytes lost: after a letter it can only be "ß" in a text where this happens (German titles).
_SHARP_S = re.compile(r"(?<=[^\W\d_])Ã\?Â\?")
_LOST = re.compile("[ÂÃ]\\?|Ã[ƒÆâ]|â€š")

_OPENING = re.compile(r"\\(?=\S)(?<!\w\\)")
EMPTY = frozenset(("", "null", "n/a"))
"""What stands for a missing title: nothing that could be one."""
MISSING = EMPTY | {
    *("na", "n.a.", "n.a", "nan", "none", "unknown", "various"),
    *("not applicable", "not applicable (na )", "not avail", "not available"),
    *("anon", "anon.", "anonymous", "anonimo", "anónimo", "anonyme", "anonym", "anonymus"),
    *("collectif", "no author", "various authors"),
    *("unknown unknown", "unknown author", "author unknown"),
    *("unknown publisher", "unknown publisher - being researched"),
}
"""What stands for a missing name, in small letters; "anonymous" is no writer whom readers could like."""


def plain_field(text: str | None, missing: frozenset[str] = MISSING) -> str | None:
    """A field as one line of text: entities decoded, blanks collapsed.

    Args:
        text: the field.
        missing: casefolded placeholders for missing values, which become null.

    Returns:
        The text; None for a missing value.
    """
    if text is None:
        return None
    if "&" in text:
        text = html.unescape(text)
    text = " ".join(text.split())
    return None if text.casefold() in missing else text


def repair_encoding(text: str) -> str | None:
    """Repair a text that was decoded with the wrong encoding.

    "VerrÃ?Â¼ckt" and "VerrÃ¼ckt" -> "Verrückt"; "groÃ?Â?e" -> "große"; "Ã?Â?rger" -> null, as
    nobody can tell which letter stood there.

    Args:
        text: the text.

    Returns:
        The repaired text; None where letters are lost for good.
    """
    if "Ã" not in text and "Â" not in text:
        return text
    coded = ""
    while text != coded:  # every pass makes it shorter
        coded, text = text, _ONCE.sub(_decoded, _TWICE.sub(_decoded, text))
    text = _SHARP_S.sub("ß", text)
    return None if _LOST.search(text) else text


def repair_quotes(text: str) -> str:
    r"""Repair a text whose escaped quotes were parsed wrongly, after one level of escapes is undone.

    `\O\" Is for Outlaw"` -> `"O" Is for Outlaw`. Backslash and quote are a quote; a backslash
    before a word is a lost opening quote, any other one is dropped; a surplus quote at the end, left
    over from the end of the field, is dropped. Texts without a backslash stay unchanged.

    Args:
        text: a field that held escaped quotes.

    Returns:
        The repaired text.
    """
    if "\\" not in text:
        return text
    text = text.replace('\\"', '"')
    text = _OPENING.sub('"', text).replace("\\", "")
    if text.endswith('"') and text.count('"') % 2:
        text = text[:-1]
    return text


def _decoded(found: re.Match[str]) -> str:
    return bytes([ord(found[1]), _BYTES[found[2]]]).decode("utf-8")
