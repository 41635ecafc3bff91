"""Find the answer in a model's text: past thoughts, channels, roles, wrappers and turns.

Everything here runs in time linear in the text.
"""

from __future__ import annotations

import html
import re
from typing import Any

LONGEST = 100_000
"""Characters of an answer that are read; what follows is not."""
_THOUGHTS = "think|thinking|thoughts?|reasoning|analysis|scratchpad|reflection|rationale|cot"
_THOUGHT = re.compile(
    rf"<(/?)(?:seed:)?(?:{_THOUGHTS})(?:\s[^<>]{{0,200}})?>|\[(/?)THINK\]|\u25c1(/?)think\u25b7"
    r"|<\|(?:begin|(end))_of_thought\|>",
    re.I,
)
_FINAL = re.compile(
    r"<\|channel\|>\s{0,3}final\s{0,3}(?:<\|[a-z_]{1,20}\|>[a-z ]{0,20}){0,2}<\|message\|>"
)
_BARE_FINAL = "assistantfinal"
_WRAPPER = re.compile(
    r"<(?:(final_?answer|answer|final|response|output|result|solution)|\|begin_of_solution\|)>",
    re.I,
)
_WRAPPER_ENDS = re.compile(
    r"</(?:final_?answer|answer|final|response|output|result|solution)>|<\|end_of_solution\|>", re.I
)
_USER, _MODEL, _END, _NONE = "user", "model", "end", ""
_TURN = re.compile(
    r"<\|(?:im_start|start_header_id|start)\|>\s{0,3}(?P<named>[a-z]{1,12})\s{0,3}(?:<\|end_header_id\|>)?"
    r"|<start_of_turn>\s{0,3}(?P<gemma>[a-z]{1,12})"
    r"|<\|(?P<bare>user|assistant|system)\|>"
    r"|(?P<inst>\[/?INST\])"
    r"|(?P<end><\|(?:im_end|eot_id|eom_id|end|return|endoftext|end_of_text|call)\|>|</s>|<end_of_turn>"
    r"|<eos>)"
    r"|^[ \t#*_>]{0,8}(?P<asks>user|human|instruction|question|prompt|q)[ \t*_]{0,4}:[*_]{0,3}"
    r"|^[ \t#*_>]{0,8}(?P<says>assistant|ai|model|bot|gpt|chatgpt|response|answer|a)[ \t*_]{0,4}:[*_]{0,3}"
    r"|\A\s{0,5}(?P<lone>assistant|model)[ \t]{0,5}\n",
    re.I | re.M,
)
_ROLES = {"assistant": _MODEL, "model": _MODEL, "gpt": _MODEL}
_ONLY_AFTER_A_QUESTION = {"response", "answer", "a"}
_MARKER = re.compile(
    r"^[ \t>#*_`\"]{0,20}(?:here(?:'s|\u2019s| is| are)[ \t]{1,3})?"
    r"(?:(?:so|my|the|final|overall|updated|predicted)[ \t]{1,5}){0,3}"
    r"(?:answer|ranking|ranked list|prediction|output|response|result|recommendation|verdict|choice"
    r"|pick)s?[*_` ]{0,20}(?:[:\uff1a]|\b(?:is|are)\b[ ]?:?)[*_` ]{0,20}",
    re.I | re.M,
)
_FENCE = re.compile(
    r"```[ \t]*(?:json|python|text|txt|xml|html|markdown|md|yaml|plaintext)?\b", re.I
)
_EDGES = " \t\"'`*_.:\u201c\u201d\u2018\u2019\u300a\u300b\u00ab\u00bb"
_TEX = re.compile(r"\\(?:text|textbf|textit|mathrm|mathbf)\{([^{}]{0,500})\}")
_INVISIBLE = str.maketrans(dict.fromkeys("\u200b\u200c\u200d\ufeff\x00"))


def answer_part(text: Any) -> str:
    """Extract the answer from a model's text.

    Args:
        text: whatever a model wrote. Anything but a string reads as an empty answer.

    Returns:
        What comes after its thoughts, in its final channel, in its own first turn, in its answer's
        wrapper, and after the last "Answer:" if any. Zero-width characters and code fences are
        dropped; markup elements stay (see `strip_markup`).
    """
    if not isinstance(text, str):
        return ""
    text = _shortened(text).translate(_INVISIBLE)
    text = "\n".join(text.splitlines())
    text = _own_turn(_without_thoughts(_channel(text)))
    text = _boxed(_unwrapped(text))
    text = _FENCE.sub("", text).replace("```", "").strip()
    for marker in reversed(list(_MARKER.finditer(text))):
        rest = text[marker.end() :].strip()
        if rest.strip(_EDGES):
            return rest
    return text


def _shortened(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    return text[-LONGEST:] if _THOUGHT.search(text[-LONGEST:]) else text[:LONGEST]


def _channel(text: str) -> str:
    finals = list(_FINAL.finditer(text))
    if finals:
        return text[finals[-1].end() :]
    if text.lstrip()[:10].lower().startswith(("analysis", "commentary")):
        head, mark, rest = text.rpartition(_BARE_FINAL)
        return rest if mark else head or text
    return text


def _without_thoughts(text: str) -> str:
    """The text outside of thoughts. Text before an unopened end is a thought, and so is text after an
    unclosed beginning, unless it contains an answer's wrapper.
    """
    parts: list[str] = []
    depth = start = 0
    for mark in _THOUGHT.finditer(text):
        ends = any(mark.groups())
        if not depth and not ends:
            parts.append(text[start : mark.start()])
        elif not depth:
            parts.clear()
        depth = max(0, depth - 1) if ends else depth + 1
        start = mark.end()
    rest = text[start:]
    if not depth or _WRAPPER.search(rest):
        parts.append(rest)
    return "".join(parts)


def _own_turn(text: str) -> str:
    """The model's first turn, without a prompt before it or turns that it invents afterwards."""
    role, start, last = _NONE, 0, ""
    has_question = re.search(r"^q[ \t]{0,3}:", text, re.I | re.M) is not None
    segments: list[tuple[str, str]] = []
    for mark in _TURN.finditer(text):
        next_role = _role(
            mark, role, has_question, not text[: mark.start()].strip() if not segments else False
        )
        if next_role is None:
            continue
        segments.append((role, text[start : mark.start()]))
        role, start = next_role, mark.end()
    segments.append((role, text[start:]))
    for role, segment in segments:
        if role in (_USER, _END) and last.strip():
            break
        if role in (_NONE, _MODEL) and segment.strip():
            last = segment
    if last.strip() or len(segments) == 1:
        return last.removeprefix("<s>")
    return segments[-1][1] if segments[-1][0] != _END else ""


def _role(mark: re.Match[str], role: str, has_question: bool, first: bool) -> str | None:
    """Whose turn begins at a mark; None where it is no mark here."""
    name = mark["named"] or mark["gemma"] or mark["bare"] or mark["lone"]
    if name:
        return _ROLES.get(name.lower(), _USER)
    if mark["inst"]:
        return _MODEL if mark["inst"].startswith("[/") else _USER
    if mark["end"]:
        return _END
    if mark["asks"]:
        return _USER
    speaker = mark["says"].lower()
    if role == _USER or (
        first and (speaker not in _ONLY_AFTER_A_QUESTION or (speaker == "a" and has_question))
    ):
        return _MODEL
    return None


def _unwrapped(text: str) -> str:
    """The content of the last non-empty wrapper; "" where all are empty."""
    begins = list(_WRAPPER.finditer(text))
    for wrapper in reversed(begins):
        inside = _WRAPPER_ENDS.split(text[wrapper.end() :], maxsplit=1)[0]
        if inside.strip():
            return inside
        if len(begins) > 50:
            break
    return "" if begins and not _WRAPPER_ENDS.split(text)[-1].strip() else text


def _boxed(text: str) -> str:
    mark = text.rfind("\\boxed{")
    if mark >= 0:
        depth, start = 1, mark + len("\\boxed{")
        for brace in re.finditer(r"[{}]", text[start:]):
            depth += 1 if brace[0] == "{" else -1
            if not depth:
                text = text[start : start + brace.start()]
                break
    return _TEX.sub(r"\1", text) if "\\" in text else text


# ---- markup

_INLINE = re.compile(
    r"</?(?:b|i|em|strong|u|span|code|mark|small|a|sup|sub)(?:\s[^<>]{0,300})?>", re.I
)
_BREAK = re.compile(r"<(?:br|/p|/div|/tr|/h[1-6]|hr)\s{0,3}/?>", re.I)
_CELL = re.compile(r"</t[dh]>\s{0,20}<t[dh](?:\s[^<>]{0,200})?>", re.I)
_ROW = re.compile(r"<tr(?:\s[^<>]{0,200})?>\s{0,20}<t[dh](?:\s[^<>]{0,200})?>", re.I)
_LEAF = re.compile(r"<([a-z][\w:-]{0,30})(?:\s[^<>]{0,200})?>([^<>]{1,600})</\1\s{0,3}>", re.I)
_TAG = re.compile(r"</?[a-z][\w:-]{0,30}(?:\s[^<>]{0,200})?/?>", re.I)
_ENTITY = re.compile(r"&(?:#\d{1,6}|#x[0-9a-f]{1,6}|[a-z]{2,12});", re.I)
TITLE_KEYS = (
    "title name item answer movie film book product choice pick prediction recommendation next selected "
    "selection song artist game anime video news business output response result"
).split()


def strip_markup(part: str) -> str:
    """Plain text from an answer: markup items and rows become lines of a list or table.

    Args:
        part: as `answer_part` returns it.

    Returns:
        Text without tags and entities.
    """
    if "<" in part and ">" in part:
        part = _INLINE.sub("", part)
        part = _ROW.sub("\n| ", _CELL.sub(" | ", part))
        part = _BREAK.sub("\n", part)
        part = _items(part) or _TAG.sub("\n", part)
        part = part.strip()
    if "&" in part and _ENTITY.search(part):
        part = html.unescape(part)
    return part


def _items(part: str) -> str:
    """The elements that make up a list, as lines with bullets; "" where there is no such list."""
    leaves: dict[str, list[str]] = {}
    for one in _LEAF.finditer(part):
        leaves.setdefault(one[1].lower(), []).append(one[2].strip())
    lists = {
        name: texts
        for name, texts in leaves.items()
        if (len(texts) > 1 or name == "li")
        and not any("\n" in text for text in texts)
        and not all(re.fullmatch(r"[\d.#%\s]{0,20}", text) for text in texts)
    }
    for name in ("li", *TITLE_KEYS, *lists):
        if name in lists:
            return "\n".join(f"- {text}" for text in lists[name])
    return ""


def elements(part: str) -> list[tuple[str, str]]:
    """Name and text of the innermost markup elements, in order.

    Args:
        part: as `answer_part` returns it.
    """
    return [(one[1], html.unescape(one[2].strip())) for one in _LEAF.finditer(part)]
