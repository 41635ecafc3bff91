"""`itdr templates`: the templates of each subtask, with their placeholders and locations."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from itdr.builders.dataset import registry
from itdr.builders.dataset.options import one_of
from itdr.builders.rendering import template_files as files


def run(
    subtask: Annotated[
        str | None, typer.Argument(help="One subtask; all where none is named.")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option(help="A folder of your own, whose templates are put in.")
    ] = None,
    language: Annotated[str, typer.Option(help="Language of the templates.")] = files.ENGLISH,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the templates of a subtask, and what a new one may use.

    Each has its id, file and line, when it serves, and its placeholders.
    A prompt goes with descriptions of its own person, and is drawn where its flags hold.
    Example: itdr templates sequential_rec
    """
    one_of("language", language, files.languages())
    names = [registry.task(subtask).id] if subtask else list(registry.task_ids())
    entries = [_of_task(name, folder, language) for name in names]
    if as_json:
        print(json.dumps(entries, indent=1, ensure_ascii=False))
        return
    for entry in entries:
        _show(entry)


def _of_task(name: str, folder: Path | None, language: str) -> dict[str, Any]:
    """The facts of a subtask's templates; raises `TemplateError` where one breaks the rules."""
    task = registry.task(name)
    sections = files.texts_of(name, folder, language)
    names = task.variables | task.lists
    found: dict[str, Any] = {
        "subtask": name,
        "placeholders": sorted(task.variables - {files.ANSWER}),
        "lists": sorted(task.lists),
        "flags": sorted(task.flags),
    }
    for section, texts in sections.items():
        for template in texts.values():
            files.check_text(template, section, names, task.flags, task.lists)
        found[section] = [_facts(one) for one in sorted(texts.values(), key=lambda one: one.id)]
    return found


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
        for one in entry[section]:
            marks = [f"{'' if value else 'not '}{flag}" for flag, value in one["when"].items()]
            marks += ["second person"] * (one["person"] == "second") + ["unseen"] * one["unseen"]
            print(f"  {one['id']}  {one['place']}" + (f"  ({', '.join(marks)})" if marks else ""))
            if one["placeholders"]:
                print(f"      {', '.join(one['placeholders'])}")
    print(f"  every domain's words can be used too: {', '.join(files.WORDS)}\n")
