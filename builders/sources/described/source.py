"""A description with its files as an ordinary `Source`, which everything else works with."""

from __future__ import annotations

import dataclasses
import functools
import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from itdr.builders.core.schema import Licence, Readers, Scale, Source
from itdr.builders.core.yaml_lines import node_of, read_yaml
from itdr.builders.sources.described import check, id_checks, readers
from itdr.builders.sources.described.declaration import Description, RatingScale, Terms
from itdr.builders.sources.described.files import Resolved, resolve
from itdr.builders.sources.described.quantiles import quantile

NOT_STATED = Terms(
    name="not stated",
    summary="No licence is stated: keep the rows to yourself, or add `licence` to the description.",
)
DECIDING = ("interactions", "items", "users", "tags", "scale", "works", "splits_as")
"""The fields of a description that a store depends on."""
AN = re.compile(r"(?!us[aeiu]|uni(?!n)|eu|one\b|once\b)[aeiou]", re.IGNORECASE)
"""Nouns that take "an"."""
USER_COLUMNS = ("age_group", "gender", "age", "birth_year", "country", "location", "occupation")
"""User columns to predict, in the answer's order."""


def load(path: Path) -> Source:
    """The source that a YAML file describes.

    Args:
        path: the file; its folder is where relative paths start.

    Returns:
        The source, ready for the option `sources`.

    Raises:
        ConfigError: for the first mistake in it, with file and line.
    """
    lines: dict[tuple[str, ...], int] = {}
    node = read_yaml(path, check.complain, "a description")
    description = check.read(path, node, lines)
    if not description.id:
        description = dataclasses.replace(description, id=path.stem.lower().replace("_", "-"))
        if not check.ID.fullmatch(description.id):
            message = f"the file's name {path.stem!r} is no id: add `id`, as id: my-shop."
            raise check.complain(path, 1, message)
    return build(resolve(description, path, lines, path.absolute().parent))


def from_values(
    values: Mapping[str, Any],
    where: Path,
    base: Path,
    fingerprints: Mapping[str, str] | None = None,
) -> Source:
    """The source that plain values describe, as they would stand in YAML.

    Args:
        values: the description, with its id.
        where: what messages call it.
        base: the folder that relative paths start from.
        fingerprints: what names the content of files, by path.
    """
    description = check.read(where, node_of(dict(values)), {})
    return build(resolve(description, where, {}, base, fingerprints))


def declared_only(values: Mapping[str, Any]) -> Source:
    """The declaration of a source whose files are not at hand, as a built folder recorded it."""
    description = check.read(Path("provenance.json"), node_of(dict(values)), {})
    return build(Resolved(description, Path("provenance.json"), {}))


def build(found: Resolved) -> Source:
    """The declaration of a source, with its readers.

    Args:
        found: a description with its files.

    Returns:
        The source.

    Raises:
        ConfigError: for a source that is to be split as itself.
    """
    of = found.description
    if of.splits_as == of.id:
        message = (
            f"splits_as names the source itself, {of.id!r}: name another one, or leave it out."
        )
        raise found.fail("splits_as", message=message)
    terms = of.licence or NOT_STATED
    words = of.words
    return Source(
        id=of.id,
        title=of.title or of.id,
        domain=of.domain or words,
        words=words,
        homepage=of.homepage,
        licence=Licence(
            terms.name, terms.url, terms.summary, terms.redistribution, terms.commercial
        ),
        citation=of.citation or f"@misc{{{of.id},\n  title = {{{of.title or of.id}}}\n}}",
        remotes=found.remotes,
        files=found.files,
        columns=_columns(of),
        readers=Readers(
            interactions=functools.partial(readers.interactions, found),
            items=None if of.items is None else functools.partial(id_checks.items, found),
            users=None if of.users is None else functools.partial(readers.users, found),
            tags=None if of.tags is None else functools.partial(readers.tags, found),
        ),
        by_hand=f"The files are named in {found.path.name}: put them there, or correct the description.",
        scale=None if of.scale is None else _scale(of.scale, found),
        attributes=_attributes(of),
        options=_options(of),
        hashed_as=of.splits_as,
        recipe=(build, (found,)),
        described=_text({name: _plain(getattr(of, name)) for name in DECIDING}),
    )


def values_of(source: Source) -> dict[str, Any] | None:
    """The description of a source as plain values, files by name alone.

    Args:
        source: any source.

    Returns:
        Values as in YAML; None for a source that is declared in code.
    """
    if source.recipe is None or source.recipe[0] is not build:
        return None
    (bundle,) = source.recipe[1]
    values = _plain(bundle.description)
    if source.scale is not None:
        # Numbers that a quantile gave, as nobody else has the files.
        values["scale"] = {
            name: getattr(source.scale, name)
            for name in ("low", "high", "step", "liked", "disliked")
        }
    for name in ("interactions", "items", "users", "tags"):
        table = values.get(name)
        if table and table.get("file"):
            table["file"] = [Path(one).name for one in table["file"]]
    return values


def record_of(source: Source) -> dict[str, Any] | None:
    """The description of a source with the places of its files, as plain values.

    Args:
        source: any source.

    Returns:
        `values`, `base` and `fingerprints`; None for a source that is declared in code.
    """
    if source.recipe is None or source.recipe[0] is not build:
        return None
    (bundle,) = source.recipe[1]
    fingerprints = {one.place: one.fingerprint for one in bundle.files if one.fingerprint}
    values = _plain(bundle.description)
    return {"values": values, "base": str(bundle.base), "fingerprints": fingerprints}


def from_record(record: Mapping[str, Any]) -> Source:
    """The source of a `record_of`. Raises `ConfigError` where its files are gone."""
    base = Path(record["base"])
    return from_values(record["values"], base, base, record["fingerprints"])


def _plain(value: Any) -> Any:
    """A piece of a description as YAML would hold it; what was not given is left out."""
    from itdr.builders.sources.described.declaration import entries

    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        named = {yaml: getattr(value, name) for yaml, (name, _) in entries(type(value)).items()}
        return {name: _plain(one) for name, one in named.items() if one not in (None, (), "")}
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, tuple) else value


def _text(values: Any) -> str:
    return json.dumps(values, sort_keys=True, ensure_ascii=True)


def _columns(of: Description) -> frozenset[str]:
    names = {"interactions.event"}
    for name in ("interactions", "items", "users", "tags"):
        table = getattr(of, name)
        if table is not None:
            names |= {
                f"{name}.{key}" for key, one in vars(table.columns).items() if one is not None
            }
    if "interactions.history" in names:
        names = names - {"interactions.history"} | {"interactions.seq"}
    if of.items is not None and of.items.untitled == "id":
        names.add("items.title")
    return frozenset(names)


def _options(of: Description) -> dict[str, Any]:
    options: dict[str, Any] = {"wording": _inflected(of.wording)} if of.wording else {}
    return options if of.works == "title" else {**options, "work": of.works}


def _inflected(wording: Mapping[str, str]) -> dict[str, str]:
    """Own words with the forms that follow from them, where those are not given."""
    words = dict(wording)
    for one, many, forms in (
        ("item", "items", ("a_item", "this_item")),
        ("person", "people", ("a_person",)),
        ("event", "events", ()),
        ("title", "titles", ()),
        ("creator", "creators", ()),
    ):
        if one not in wording:
            continue
        word = wording[one]
        words.setdefault(many, f"{word}s")
        for form in forms:
            article = "an" if AN.match(word) else "a"
            words.setdefault(form, f"{'this' if form == 'this_item' else article} {word}")
    return words


def _attributes(of: Description) -> tuple[str, ...]:
    if of.attributes or of.users is None:
        return of.attributes
    columns = of.users.columns
    return tuple(name for name in USER_COLUMNS if getattr(columns, name) is not None)


# -- the rating scale ----------------------------------------------------------------------------


def _scale(of: RatingScale, found: Resolved) -> Scale:
    span = of.high - of.low
    liked = _on_step(of, of.low + 0.75 * span, math.ceil) if of.liked is None else of.liked
    disliked = _on_step(of, of.low + span / 3, math.floor) if of.disliked is None else of.disliked
    if of.liked_quantile is not None:
        liked = quantile(found, of.liked_quantile)
    if of.disliked_quantile is not None:
        disliked = quantile(found, of.disliked_quantile)
    if disliked >= liked:
        message = f"ratings up to {disliked:g} are disliked and from {liked:g} on liked: set both."
        raise found.fail("scale", message=message)
    whole = float(of.step).is_integer() and float(of.low).is_integer()
    decimals = 0 if whole else (1 if float(of.step * 10).is_integer() else 2)
    return Scale(of.low, of.high, of.step, liked, disliked, decimals)


def _on_step(of: RatingScale, value: float, rounded: Any) -> float:
    return of.low + of.step * rounded(round((value - of.low) / of.step, 6))
