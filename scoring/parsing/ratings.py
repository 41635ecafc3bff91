"""The rating that an answer states, in digits, words, fractions or stars."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from itdr.builders.core.schema import Scale
from itdr.scoring.parsing.answer import answer_part, strip_markup
from itdr.scoring.parsing.structured import json_object

_NUMBER = r"[-+]?\d{1,6}(?:[.,]\d{1,6})?"
_SMALL = {
    **{
        word: k
        for k, word in enumerate("zero one two three four five six seven eight nine".split())
    },
    "ten": 10,
}
_SAID = "|".join(_SMALL)
_VALUE = rf"(?:{_NUMBER}|\b(?:{_SAID})\b)(?:\s{{0,3}}(?:and\s(?:a|one)\s)?half\b)?"
_OF = (
    r"(?:(?:points?|stars?|\u2605|\u2b50)\s{0,3})?"
    r"(?:(/)|(out\sof)(?:\sa\s(?:possible|maximum|total)(?:\sof)?)?"
    r"|\b(?:sur|von|de|di|su|of|\u0438\u0437|av|van)\b)"
)
_TOPS = (5.0, 10.0, 100.0)
"""What "4 of N" and its like in other languages may be of."""
_WORD_RATING = re.compile(
    rf"(?:rating|rate|score|answer|prediction|predict|give|guess|estimate|stars?)\b"
    rf"(?:[^\d.,;\n]{{0,40}}?[^\w\d.,;\n])?({_VALUE})(?:\s{{0,3}}(?:/|out\sof)\s{{0,3}}({_NUMBER}))?",
    re.I,
)
_RATIO = re.compile(rf"({_VALUE})\s{{0,3}}{_OF}\s{{0,3}}({_NUMBER})", re.I)
_STARS = re.compile(rf"({_VALUE})(?:\s|-){{0,3}}(?:stars?\b|[\u2605\u2b50\U0001f31f])", re.I)
_PERCENT = re.compile(rf"({_NUMBER})\s{{0,3}}(?:%|per\s?cent\b)", re.I)
_BETWEEN = re.compile(
    rf"(?:between\s)?({_NUMBER})\s{{0,3}}(?:to|and|\u2013|-)\s{{0,3}}({_NUMBER})(?:\s?stars?)?",
    re.I,
)
_FRACTIONS = {"\u00bd": 0.5, "\u00bc": 0.25, "\u00be": 0.75, "\u2153": 1 / 3, "\u2154": 2 / 3}
_SIGNED_FRACTION = re.compile(r"(\d{1,2})\s?([\u00bd\u00bc\u00be\u2153\u2154])")
_MIXED = re.compile(r"(?<![\d./])(\d{1,2})[ -]([1-3])/([2-4])(?![\d/])")
_TEX_FRACTION = re.compile(r"\\d?frac\{(\d{1,4})\}\{(\d{1,4})\}")
_SCALE_IN_BRACKETS = re.compile(
    rf"[(\[]\s?(?:{_NUMBER}\s{{0,3}}(?:-|to|\u2013)\s{{0,3}}{_NUMBER}|out\sof\s{_NUMBER}(?=\s?[)\]]\s?:))"
    r"[^()\[\]]{0,20}[)\]]",
    re.I,
)
_DENIED = re.compile(rf"\b(?:not|rather\sthan|instead\sof)\s(?:an?\s|the\s)?{_NUMBER}", re.I)
_KEYS = ("rating", "score", "stars", "prediction", "predicted_rating", "answer", "value")
_NO_KEYS = frozenset("year scale max min confidence out_of rank id probability".split())
_SPAN = re.compile(
    rf"(?:from|between|scale of)\s{{0,3}}{_NUMBER}\s{{0,3}}(?:to|and|-|\u2013)\s{{0,3}}{_NUMBER}"
    rf"|{_NUMBER}\s{{0,3}}(?:to|\u2013|-)\s{{0,3}}{_NUMBER}(?=\s{{0,3}}(?:scale|stars))",
    re.I,
)
_ALONE = re.compile(rf"({_VALUE})", re.I)
_ANY = re.compile(rf"(?<![\w.,/]){_NUMBER}(?![\w/]|[.,]\d)")
_TITLE_YEAR = re.compile(r"\((?:1[89]|20)\d\d\)")


def rating(text: Any, scale: Scale) -> float | None:
    """The rating that an answer states, clipped to the scale.

    Args:
        text: the prediction.
        scale: the source's scale.

    Returns:
        The rating; None where none can be read.
    """
    if isinstance(text, (int, float)) and not isinstance(text, bool):
        text = f"{text}"
    part = strip_markup(answer_part(text))
    stars = _drawn_stars(part, scale)
    if stars is not None:
        return clip_rating(stars, scale)
    part = _SIGNED_FRACTION.sub(lambda one: _text(int(one[1]) + _FRACTIONS[one[2]]), part)
    part = unicodedata.normalize("NFKC", part.replace("\u00bd", " and a half"))
    part = _MIXED.sub(_mixed, _TEX_FRACTION.sub(_divided, part))
    part = part.replace("**", "").replace("four-and-a-half", "four and a half")
    part = re.sub(r"-and-(?=an?-half)|(?<=-a)-(?=half)", " ", part).strip(
        " \t\n\"'`*_[](){}.!$~\u2248"
    )
    if not part:
        return None
    inside = _in_json(part)
    value = _rating_in(part if inside is None else inside, scale)
    return None if value is None else clip_rating(value, scale)


def _in_json(part: str) -> str | None:
    """The value that a JSON object names as a rating, or its only number."""
    fields = (
        json_object("{" + part + "}") if ":" in part and part[:1] in "\"'" else json_object(part)
    )
    for _ in range(3):
        low = {key.lower().replace(" ", "_"): one for key, one in fields.items()}
        for key in _KEYS:
            one = low.get(key)
            if isinstance(one, (int, float, str)) and not isinstance(one, bool):
                return f"{one}".strip()
        for key, one in low.items():
            if isinstance(one, (int, float)) and not isinstance(one, bool) and key not in _NO_KEYS:
                return f"{one}"
        fields = next((one for one in fields.values() if isinstance(one, dict)), {})
    return None


def _text(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")


def _mixed(one: re.Match[str]) -> str:
    """A whole number and a fraction below 1, as `4 1/2`, in decimals."""
    whole, above, below = int(one[1]), int(one[2]), int(one[3])
    return _text(whole + above / below) if above < below else one[0]


def _divided(one: re.Match[str]) -> str:
    return _text(int(one[1]) / int(one[2])) if int(one[2]) else one[0]


def clip_rating(value: float, scale: Scale) -> float:
    """Clip a rating to a scale.

    Args:
        value: the rating.
        scale: the scale.
    """
    return min(max(value, scale.low), scale.high)


def _rating_in(part: str, scale: Scale) -> float | None:
    alone = _ALONE.fullmatch(part)
    if alone:
        return _value(alone[1])
    share = _PERCENT.fullmatch(part)
    if share:
        return _of(share[1], "100", scale)
    between = _BETWEEN.fullmatch(part)
    if between and (ends := [_value(one) for one in between.groups()]) and None not in ends:
        low, high = sorted(one for one in ends if one is not None)
        if scale.low <= low and high <= scale.high:
            return (low + high) / 2
    part = _SCALE_IN_BRACKETS.sub(" ", _TITLE_YEAR.sub(" ", part))
    spared = _DENIED.sub(" ", _SPAN.sub(" ", part))
    ratio = next(filter(_is_ratio, _RATIO.finditer(spared)), None)
    if ratio:
        return _of(ratio[1], ratio[4], scale)
    for pattern in (_STARS, _WORD_RATING):
        matches = list(pattern.finditer(spared))
        if matches:
            first = matches[0] if pattern is _STARS else matches[-1]
            return _of(first[1], first[2] if pattern is _WORD_RATING else None, scale)
    numbers = [
        value
        for value in map(_value, _ANY.findall(spared))
        if value is not None and scale.low <= value <= scale.high
    ]
    if not numbers:
        number_words = [word for word in re.findall(r"[a-z]+", spared.lower()) if word in _SMALL]
        return float(_SMALL[number_words[0]]) if len(set(number_words)) == 1 else None
    return numbers[0] if re.match(_NUMBER, spared.strip()) else numbers[-1]


def _is_ratio(match: re.Match[str]) -> bool:
    """Whether "4 of 5" and the like is a rating: of any top with a slash or "out of", else of few."""
    return bool(match[2] or match[3]) or _value(match[4]) in _TOPS


def _of(value: str, whole: str | None, scale: Scale) -> float | None:
    """`value` out of `whole`, rescaled to the scale's top where they differ."""
    number, top = _value(value), _value(whole) if whole else None
    if number is None or not top or top <= 0 or top == scale.high:
        return number
    return number / top * scale.high


def _value(text: str) -> float | None:
    """A number in digits (decimal point or comma) or words, with or without "and a half"."""
    text = text.strip().lower()
    half = text.endswith("half")
    if half:
        text = re.sub(r"\s*(?:and\s(?:a|one)\s)?half$", "", text)
    value = float(_SMALL[text]) if text in _SMALL else None
    if value is None:
        try:
            value = float(text.replace(",", "."))
        except ValueError:
            return None
    return value + 0.5 if half else value


def _drawn_stars(part: str, scale: Scale) -> float | None:
    """A rating drawn in stars, as in `★★★★½` or `★★★☆☆`; empty stars count towards the top."""
    full = part.count("\u2605") + part.count("\u2b50") + part.count("\U0001f31f")
    if not full or any(sign.isdigit() and sign.isascii() for sign in part):
        return None
    half, empty = part.count("\u00bd"), part.count("\u2606")
    value = full + 0.5 * half
    top = full + half + empty
    return value * scale.high / top if empty and top in _TOPS else value
