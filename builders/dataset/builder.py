"""What `itdr.py` needs from `datasets` and from the packages below: ids, plans, splits,
registration.

The loading script stays a short outline of the builder; the work is done here.
"""

from __future__ import annotations

import functools
import itertools
import os
import reprlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import datasets

from itdr.builders.core.errors import ConfigError, RawFileError, choose_from
from itdr.builders.core.messages import warn_once
from itdr.builders.core.rng import stable_hash
from itdr.builders.core.schema import ROOT_TASKS
from itdr.builders.dataset import available_sources, own_sources, registry
from itdr.builders.dataset.config import Options, check
from itdr.builders.dataset.options import ALL, DEFAULTS
from itdr.builders.rawfiles import locate
from itdr.builders.sampling.splits import SPLITS
from itdr.builders.store.spec import StoreSpec

BUILDERS = Path(__file__).resolve().parents[1]
BUILDER_OPTIONS = (
    "cache_dir",
    "dataset_name",
    "hash",
    "base_path",
    "info",
    "token",
    "repo_id",
    "storage_options",
    "writer_batch_size",
)
DESCRIPTION = (
    "Instruction-tuning examples for recommendation, made on demand from the raw files of public "
    "benchmarks through natural-language templates: {what}."
)


def descriptions() -> dict[str, str]:
    """Config name -> one sentence on it, without importing any task.

    Returns:
        Descriptions by config name.
    """
    return {
        name: DESCRIPTION.format(
            what=("all subtasks of " if name in ROOT_TASKS else "") + name.replace("_", " ")
        )
        for name in registry.config_names()
    }


def split_options(
    config_name: str | None, data_files: Any, options: dict[str, Any]
) -> dict[str, Any]:
    """Check the names of everything that `load_dataset` was given.

    Args:
        config_name: the config that was asked for.
        data_files: what was given as `data_files`; nothing may be.
        options: options of this project and of any builder.

    Returns:
        The options that have a value; `size=None` reads as "all".

    Raises:
        ConfigError: for an unknown config or option, or for `data_files`.
    """
    names = registry.config_names()
    if config_name is None:
        raise ConfigError(
            f"Which config? Name one, as load_dataset('itdr', {names[2]!r}). "
            f"Available: {', '.join(names)}."
        )
    if config_name not in names:
        raise ConfigError(choose_from("config", config_name, names))
    if data_files is not None:
        raise ConfigError(
            "data_files has no meaning here: put the official raw files into "
            "<data_dir>/<source id>/ and give data_dir."
        )
    # `datasets` 5 hands `trust_remote_code` on as if it were an option.
    options = {key: value for key, value in options.items() if key != "trust_remote_code"}
    for key in options:
        if key not in DEFAULTS and key not in BUILDER_OPTIONS:
            raise ConfigError(choose_from("option", key, [*DEFAULTS, "data_dir"]))
    if "sources" in options:
        options["sources"] = own_sources.absolute_paths(options["sources"])
    for key in ("size", "per_user"):
        # `datasets` drops None before the config sees it, so "no limit" is passed as a word.
        if key in options and options[key] is None:
            options[key] = ALL
    return {
        key: value for key, value in options.items() if value is not None or key in BUILDER_OPTIONS
    }


def absolute_data_dir(data_dir: Any) -> str | None:
    """`data_dir` as one absolute path, however it was spelled.

    Args:
        data_dir: a path, which may begin with `~`, or None.

    Returns:
        The path; None for None.

    Raises:
        ConfigError: for what is not a path.
    """
    if data_dir is None:
        return None
    text = os.fspath(data_dir) if isinstance(data_dir, (str, os.PathLike)) else None
    if not isinstance(text, str) or not text:
        raise ConfigError(
            f"data_dir must be the path of a folder that holds one folder for each source, not "
            f"{reprlib.repr(data_dir)}."
        )
    return os.path.abspath(os.path.expanduser(text))


def options_of(config: Any) -> Options:
    """The checked options of an `ItdrConfig`."""
    values = {name: getattr(config, name) for name in DEFAULTS}
    return check(config.name, values, config.data_dir)


def features(config: Any) -> datasets.Features:
    from itdr.builders.dataset import formats

    return formats.features(formats.of_options(config).key)


def info(config: Any) -> datasets.DatasetInfo:
    """Description, features, citations and licences of the chosen sources.

    Args:
        config: an `ItdrConfig`.

    Returns:
        What `datasets` shows as the builder's info.
    """
    options = options_of(config)
    sources = [registry.source(name) for name, _ in options.selected]
    return datasets.DatasetInfo(
        description=config.description or descriptions()[config.name],
        features=features(config),
        citation="\n\n".join(source.citation.strip() for source in sources),
        license="; ".join(f"{source.title}: {source.licence.name}" for source in sources),
    )


def config_id(config: Any, custom_features: Any = None) -> str:
    """The name of a config's cache folder: a hash of everything that decides its rows.

    Known before any download: options, code, a user's templates, raw files, and the series of
    `datasets` that wrote the cache.

    Args:
        config: an `ItdrConfig`.
        custom_features: features that the caller gave in place of the config's.

    Returns:
        The config's name, a hyphen and 16 hexadecimal digits.
    """
    from itdr.builders.dataset import plan
    from itdr.builders.rendering import templates

    options = options_of(config)
    cells = plan.cells_of(options)
    stores = plan.stores_of(options, cells)
    for spec in itertools.chain(*stores.values()):
        spec.say_what_is_gone()  # also where `datasets` has the rows in its cache
    series = datasets.__version__.partition(".")[0]
    parts = [
        *options.fingerprint_parts(),
        _choice_without_folder(options.templates),
        templates.fingerprint(options.templates),
        *(f"{name}={[one.key for one in specs]}" for name, specs in sorted(stores.items())),
        code_fingerprint(),
        series,
        None if custom_features is None else str(custom_features),
    ]
    return f"{config.name}-{stable_hash('config', *parts):016x}"


def _choice_without_folder(choice: Any) -> str:
    """The option `templates` without the path of a user's folder, whose content is hashed instead."""
    from itdr.builders.rendering import templates

    folder = templates.folder_of(choice)
    entries = choice if isinstance(choice, (list, tuple)) else [choice]
    return str(
        [str(one) for one in entries if folder is None or Path(str(one)).expanduser() != folder]
    )


@functools.cache
def code_fingerprint() -> str:
    """Hash all code and templates of the package, so that an edit never serves old rows.

    Returns:
        A hexadecimal digest.
    """
    from itdr.builders.core.fingerprint import files_fingerprint
    from itdr.builders.rendering import template_files

    root = BUILDERS.parent
    paths = [root / "itdr.py"]
    for folder, pattern in (("builders", "*.py"), ("templates", "*.yaml")):
        paths += sorted((root / folder).rglob(pattern))
    paths += [*registry.plug_in_files(), *template_files.plug_in_files()]
    return files_fingerprint(paths)


def prepare(config: Any, make: Callable[..., Path] | None = None, at_once: int = 1) -> list[Any]:
    """Build the stores that are missing, and choose the cases of each split.

    Errors of raw files, downloads and empty splits pass through.

    Args:
        config: an `ItdrConfig`.
        make: builds a store in place of `store.prepare`, called like it.
        at_once: how many stores are built at the same time.

    Returns:
        A plan for each split, in the order of `SPLITS`.
    """
    from itdr.builders.dataset import plan
    from itdr.builders.store import engine
    from itdr.builders.store import prepare as store_prepare

    make = make or store_prepare.prepare
    options = options_of(config)
    check_sources(options)
    engine.memory_limit()
    _say_left_out(options)
    cells = plan.cells_of(options)
    _say_sampled(cells)
    _check_templates(options, cells)
    specs = plan.stores_of(options, cells)
    offline = bool(datasets.config.HF_HUB_OFFLINE)
    # Cells of one source share their specs.
    distinct = {id(one): one for several in specs.values() for one in several}
    if make is store_prepare.prepare:
        _require_obtainable(distinct.values(), offline or options.sample)
    build = functools.partial(make, offline=offline)
    if at_once == 1:
        # In the caller's thread, which Ctrl-C stops at once.
        folders = {key: build(one) for key, one in distinct.items()}
    else:
        with ThreadPoolExecutor(at_once) as pool:
            folders = dict(zip(distinct, pool.map(build, distinct.values()), strict=True))
    for source in {cell.source.id: cell.source for cell in cells}.values():
        own_sources.remember_files(source)
    paths = {name: tuple(folders[id(one)] for one in several) for name, several in specs.items()}
    return plan.select(options, cells, paths)


def check_sources(options: Options) -> None:
    """Refuse a config without a source.

    Not part of checking options: whoever asks for the names of splits, or for features, names no
    sources.

    Args:
        options: checked options.

    Raises:
        ConfigError: where no source is chosen; it says why each was left out.
    """
    if options.selected:
        return
    listed = _by_reason(options.left_out)
    if options.chosen_by_default and options.folder is not None:
        here = ", ".join(available_sources.recognised_sources(options.folder))
        raise ConfigError(
            f"{options.config} can be made from none of the sources in {options.folder} ({here}). "
            f"Left out: {listed}. Name a source to have it downloaded, as "
            f"sources=[{next(iter(options.left_out), '…')!r}]."
        )
    if options.missing == "skip":
        raise ConfigError(
            f"{options.config}: no source is at hand, and missing='skip' downloads none. "
            f"Left out: {listed}. `itdr fetch` downloads them; files that you have are read from "
            "data_dir."
        )
    raise ConfigError(
        f"{options.config} has no source that is small and open enough to be fetched unasked "
        f"({listed}). Name those you want, as sources=[{next(iter(options.left_out), '…')!r}]; files "
        "that you have are read from data_dir."
    )


def _by_reason(left_out: Mapping[str, str]) -> str:
    """The sources that were left out, grouped by reason."""
    reasons: dict[str, list[str]] = {}
    for name, reason in left_out.items():
        reasons.setdefault(reason, []).append(name)
    return "; ".join(f"{', '.join(names)} ({reason})" for reason, names in reasons.items())


def _require_obtainable(specs: Iterable[StoreSpec], offline: bool) -> None:
    """Raise `RawFileError` for files that cannot be obtained, before anything is read or
    downloaded."""
    refused: dict[str, RawFileError] = {}
    for spec in specs:
        if not spec.ready():
            error = locate.obtaining_error(spec.source, spec.files, spec.data_dir, offline)
            if error is not None:
                refused.setdefault(spec.source.id, error)
    if len(refused) == 1:
        raise next(iter(refused.values()))
    if refused:
        firsts = "\n".join(f"  {str(error).splitlines()[0]}" for error in refused.values())
        raise RawFileError(
            f"{len(refused)} sources are not at hand:\n{firsts}\n`itdr sources <id>` says how to get "
            "one. Leave them out of sources, or go on without them: missing='skip'."
        )


def _check_templates(options: Options, cells: list[Any]) -> None:
    """Read every template that rows will need, so that a mistake in a user's folder is reported
    first."""
    from itdr.builders.rendering import templates
    from itdr.builders.rendering.layout import load_layout

    folder = templates.folder_of(options.templates)
    for task in {cell.task.id: cell.task for cell in cells}.values():
        templates.load(
            task.id, task.variables, task.flags, options.templates, options.language, task.lists
        )
    for words in {cell.source.words for cell in cells}:
        templates.load_words(words, folder, options.language)
    load_layout(options.language, folder)


SAMPLED = 50
"""Candidates from which on a ranking stands for one of the whole catalogue, as in sampled metrics."""


def _say_sampled(cells: Iterable[Any]) -> None:
    """Warn of figures that are often mistaken for those of the whole catalogue."""
    for cell in cells:
        n = cell.options.get("candidates", 0)
        if n >= SAMPLED:
            negatives = n - cell.options.get("positives", 1)
            warn_once(
                f"itdr: candidates={n} ranks the true items among {negatives} drawn ones. "
                "Such figures compare neither with those of the whole catalogue (candidates=0) nor with "
                "those of other draws: see docs/protocols.md."
            )


def _say_left_out(options: Options) -> None:
    if not options.left_out:
        return
    used = ", ".join(name for name, _ in options.selected)
    hint = ""
    if options.chosen_by_default:
        example = [*(name for name, _ in options.selected), next(iter(options.left_out))]
        hint = f" Add them with sources={example!r}."
    warn_once(
        f"itdr: {options.config} uses {used}; left out: {_by_reason(options.left_out)}.{hint}"
    )


def split_generators(config: Any, plans: list[Any] | None) -> list[datasets.SplitGenerator]:
    """The split generators of a builder.

    Args:
        config: an `ItdrConfig`.
        plans: a plan for each split; None gives generators that carry only names.

    Returns:
        One generator per split.
    """
    from itdr.builders.dataset.shards import Shard

    shards = [Shard(index, config.num_shards) for index in range(config.num_shards)]
    return [
        datasets.SplitGenerator(
            name=name,
            gen_kwargs={
                "shards": shards,
                "plan": plans[part] if plans else None,
                "wording": wording(config),
            },
        )
        for part, name in enumerate(SPLITS)
    ]


def wording(config: Any) -> Any:
    """What the config's rows look like."""
    from itdr.builders.dataset import formats
    from itdr.builders.dataset.examples import Wording

    return Wording(config.templates, config.descriptions, formats.of_options(config).key)


def rows(shards: list[Any], plan: Any, wording: Any) -> Iterator[dict[str, Any]]:
    """The rows of these shards, one after the other."""
    from itdr.builders.dataset.examples import rows_by_shard

    return itertools.chain.from_iterable(rows_by_shard(plan, shards, wording))


def tables(
    shards: list[Any], plan: Any, wording: Any, declared: datasets.Features, size: int | None
) -> Iterator[Any]:
    """The rows of these shards as Arrow tables, of `size` rows or as many as `datasets` writes at
    once."""
    from itdr.builders.dataset.examples import shard_tables

    size = size or datasets.config.DEFAULT_MAX_BATCH_SIZE
    yield from shard_tables(plan, shards, wording, declared.arrow_schema, size)


def are_finished(declared: Any) -> bool:
    """Whether rows already have these features, so that nothing needs encoding; a user's own
    features may differ."""
    from itdr.builders.dataset.formats import RowFeatures

    return isinstance(declared, RowFeatures)


def typed_iterable(plain: Any, declared: Any) -> Any:
    """The stream, marked as needing no encoding where its rows are finished."""
    from itdr.builders.dataset.streaming import TypedExamples

    return TypedExamples.of(plain, declared) if are_finished(declared) else plain


def register(builder: type) -> None:
    """Teach `datasets` the name "itdr" by wrapping its look-up, since it has no plug-in point.

    Args:
        builder: the builder class that "itdr" stands for.
    """
    import datasets.inspect
    import datasets.load

    original = datasets.load.dataset_module_factory
    if getattr(original, "serves_itdr", False):
        return

    @functools.wraps(original)
    def factory(path: str, *args: Any, **kwargs: Any) -> Any:
        if path != "itdr":
            return original(path, *args, **kwargs)
        return datasets.load.DatasetModule(
            builder.__module__, code_fingerprint(), {"dataset_name": "itdr"}
        )

    factory.serves_itdr = True  # type: ignore[attr-defined]
    datasets.load.dataset_module_factory = factory
    datasets.inspect.dataset_module_factory = factory
