"""`itdr templates`: the templates of each subtask, with their placeholders and locations."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Annotated, Any

import typer

from itdr.builders.dataset import registry
from itdr.builders.dataset.options import one_of
from itdr.builders.rendering import template_files as files
from itdr.commands._options import config_names


def run(
    subtask: Annotated[
        str | None,
        typer.Argument(
            help="A subtask, to list each of its templates; by default a line for every subtask.",
            autocompletion=config_names,
        ),
    ] = None,
    folder: Annotated[
        Path | None, typer.Option(help="A folder of your own templates to include.")
    ] = None,
    language: Annotated[str, typer.Option(help="Language of the templates.")] = files.ENGLISH,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the templates of a subtask, and what a new one may use.

    Each is listed with its id, file and line, the flags under which it is used, and its placeholders.
    A prompt goes with descriptions in the same person.
    Example: itdr templates sequential_rec
    """
    one_of("language", language, files.languages())
    names = [registry.task(subtask).id] if subtask else list(registry.task_ids())
    entries = [_of_task(name, folder, language) for name in names]
    if as_json:
        print(json.dumps(entries, indent=1, ensure_ascii=False))
        return
    if subtask:
        _show(entries[0])
        return
    for entry in entries:
        print(_summary(entry))
    print(f"\nEach template of one subtask, and what a new one may use: itdr templates {names[0]}")


def _of_task(name: str, folder: Path | None, language: str) -> dict[str, Any]:
    """The facts of a subtask's templates; raises `TemplateError` where one breaks the rules."""
    task = registry.task(name)
    sections = files.texts_of(name, folder, language)
    names = task.variables | task.lists
    facts: dict[str, Any] = {
        "subtask": name,
        "placeholders": sorted(task.variables - {files.ANSWER}),
        "lists": sorted(task.lists),
        "flags": sorted(task.flags),
    }
    for section, texts in sections.items():
        for template in texts.values():
            files.check_text(template, section, names, task.flags, task.lists)
        facts[section] = [_facts(one) for one in sorted(texts.values(), key=_by_number)]
    return facts


def _by_number(template: files.Template) -> list[str | int]:
    """A key by which p2 comes before p10."""
    return [int(one) if one.isdigit() else one for one in re.split(r"(\d+)", template.id)]


def _summary(entry: dict[str, Any]) -> str:
    """How many templates a subtask has, by section."""
    counts = []
    for section in files.SECTIONS:
        total = len(entry[section])
        unseen = sum(one["unseen"] for one in entry[section])
        noun = section if total != 1 else section.removesuffix("s")
        counts.append(f"{total} {noun}" + (f" ({unseen} unseen)" if unseen else ""))
    return f"{entry['subtask']:<26}  {', '.join(counts)}"


def _facts(template: files.Template) -> dict[str, Any]:
    return {
        "id": template.id,
        "place": f"{_short(template.path)}:{template.line}",
        "person": template.person,
        "when": dict(template.when),
        "unseen": template.unseen,
        "placeholders": sorted(template.needed - set(files.WORDS)),
        "text": template.text,
    }


def _short(path: Path) -> str:
    """A path as seen from the working directory, where it lies below it."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _show(entry: dict[str, Any]) -> None:
    print(entry["subtask"])
    print(f"    placeholders: {', '.join(entry['placeholders'])}")
    print(f"    lists: {', '.join(entry['lists']) or 'none'}")
    print(f"    flags: {', '.join(entry['flags']) or 'none'}")
    for section in files.SECTIONS:
        print(f"  {section}")
        for one in entry[section]:
            marks = [f"{'' if value else 'not '}{flag}" for flag, value in one["when"].items()]
            marks += ["second person"] * (one["person"] == "second") + ["unseen"] * one["unseen"]
            print(f"    {one['id']}  {one['place']}" + (f"  ({', '.join(marks)})" if marks else ""))
            if one["placeholders"]:
                print(f"        {', '.join(one['placeholders'])}")
    print(f"  The words of every domain can be used too: {', '.join(files.WORDS)}.")
