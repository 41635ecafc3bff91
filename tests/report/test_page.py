"""The report's page, also in a real browser without a window, where one is installed."""

from __future__ import annotations

import itertools
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from itdr.builders.core.errors import ItdrError
from itdr.builders.dataset import registry
from itdr.commands import report as command
from itdr.publish import provenance
from itdr.publish.report import numbers
from tests.publish.building import everything, run, small

pytest.importorskip("matplotlib")
from itdr.publish.report import page, plots, style

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
NAMES = [plot.name for plot in plots.PLOTS]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the large folder, with its plots as files beside it."""
    out = tmp_path_factory.mktemp("report")
    result = run(
        command.run, everything(), "-o", out / "report.html", "--plots", out / "plots",
        "--examples", 12,
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    return out / "report.html"


def held(path: Path) -> list[dict[str, Any]]:
    found = re.search(r'id="data">(.*?)</script>', path.read_text("utf-8"), re.DOTALL)
    assert found
    return json.loads(found[1])


# -- without a browser ------------------------------------------------------------------------


def test_the_page_needs_nothing_from_elsewhere(written: Path) -> None:
    text = written.read_text("utf-8")
    head = text[: text.index('id="data"')]
    assert not re.findall(r'(?:src|href)\s*=\s*"(?!#)[^"]*"', head)
    assert "@import" not in head
    assert "default-src 'none'" in head


def test_every_picture_is_in_the_page_and_to_be_had_as_png_and_svg(written: Path) -> None:
    text = written.read_text("utf-8")
    assert [name for name in NAMES if f'<figure id="{name}"' in text] == NAMES
    for name in NAMES:
        svg = (written.parent / "plots" / f"{name}.svg").read_text("utf-8")
        assert ElementTree.fromstring(svg).tag.endswith("svg")
        assert (written.parent / "plots" / f"{name}.png").read_bytes()[:4] == b"\x89PNG"


def test_ids_are_unique_on_the_page(written: Path) -> None:
    text = written.read_text("utf-8")
    ids = re.findall(r'\bid="([^"]+)"', text[: text.index('id="data"')])
    assert len(ids) == len(set(ids))
    for used in re.findall(r'(?:xlink:href="|url\()#([^")]+)', text):
        assert used in ids


def test_pictures_follow_the_theme_of_the_page(written: Path) -> None:
    text = written.read_text("utf-8")
    assert style.INK not in text.replace(f"--ink: {style.INK}", "")
    assert "currentColor" in text
    assert "var(--faint)" in text
    plain = (written.parent / "plots" / "cells.svg").read_text("utf-8")
    assert style.INK in plain
    assert "currentColor" not in plain


def test_the_same_folder_gives_the_same_page_and_pictures(tmp_path: Path) -> None:
    assert page.page(small()) == page.page(small())
    for out in ("a", "b"):
        page.save_plots(small(), tmp_path / out)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_only_what_there_is_is_drawn() -> None:
    names = [plot.name for plot in plots.drawable(numbers.collect(small()))]
    assert "attributes" not in names
    assert {"flow", "cells", "ratings", "places"} <= set(names)


def test_the_flow_holds_every_example(written: Path) -> None:
    cells = numbers.collect(everything())["cells"]
    svg = (written.parent / "plots" / "flow.svg").read_text("utf-8")
    shown = [one.strip() for one in re.findall(r"<text[^>]*>([^<]*)</text>", svg)]
    for key in ("root_task", "task", "source"):
        for name in {one[key] for one in cells}:
            count = sum(one["all"] for one in cells if one[key] == name)
            assert any(
                one.startswith(name.replace("_", " ") + " ") and one.endswith(f" {count:,}")
                for one in shown
            ), (name, count)


def full_size() -> list[dict[str, Any]]:
    """Every cell with the paper's number of examples."""
    return [
        {"root_task": registry.task(task).root, "task": task, "source": source, "all": count}
        for task in registry.task_ids()
        for (_, source), count in registry.cells(task).items()
        if count
    ]


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("cells", [full_size(), full_size()[:1]], ids=["all", "one"])
def test_no_name_in_the_flow_lies_over_another_at_full_size(
    cells: list[dict[str, Any]], narrow: bool
) -> None:
    drawn = plots.draw(plots.PLOTS[0], {"cells": cells}, narrow)
    frame = drawn.bbox
    boxes = {one.get_text(): one.get_window_extent() for one in drawn.axes[0].texts}
    assert len(boxes) >= 2
    for text, box in boxes.items():
        assert frame.x0 <= box.x0 and box.x1 <= frame.x1, text
        assert frame.y0 <= box.y0 and box.y1 <= frame.y1, text
    for (first, a), (second, b) in itertools.combinations(boxes.items(), 2):
        assert not a.overlaps(b), (first, second)


def test_rows_cannot_break_out_of_the_page() -> None:
    nasty = {"a": "</script><script>alert(1)</script><!--", "b": "{{js}} \u2028"}
    embedded = page._embedded(nasty)
    assert "<" not in embedded
    assert json.loads(embedded) == nasty
    assert page._filled("<{{a}}|{{b}}>", {"a": "{{b}}", "b": "2"}) == "<{{b}}|2>"


def test_without_matplotlib_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ItdrError, match="pip install matplotlib"):
        page.page(small())


# -- in a browser -----------------------------------------------------------------------------

browser = pytest.mark.skipif(BROWSER is None, reason="no chromium on this machine")


def opened(
    path: Path, tmp_path: Path, code: str = "", at: str = "", width: int = 1280
) -> tuple[str, list[str]]:
    """The page's document after its scripts and `code` have run, and what the console said."""
    copy = tmp_path / "page.html"
    text = path.read_text("utf-8")
    if code:
        script = f"<script>(async () => {{ {code} }})()</script></body>"
        text = text.replace("</body>", script)
    copy.write_text(text, "utf-8")
    done = subprocess.run(
        [
            str(BROWSER), "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
            f"--user-data-dir={tmp_path / 'profile'}", "--enable-logging=stderr",
            f"--window-size={width},900", "--virtual-time-budget=60000", "--dump-dom",
            f"file://{copy}{at}",
        ],
        capture_output=True, text=True, timeout=180,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]


def result_of(code: str, path: Path, tmp_path: Path, width: int = 1280) -> Any:
    """What `code` leaves in `result`, run after the page's own script."""
    wrapped = (
        f"let result; {code}; const out = document.createElement('pre'); out.id = 'result';"
        "out.textContent = JSON.stringify(result); document.body.append(out);"
    )
    document, console = opened(path, tmp_path, wrapped, width=width)
    assert console == []
    found = re.search(r'<pre id="result">(.*?)</pre>', document, re.DOTALL)
    assert found, "the code did not run to its end"
    return json.loads(found[1].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))


@browser
def test_the_page_opens_without_a_word_on_the_console(written: Path, tmp_path: Path) -> None:
    document, console = opened(written, tmp_path)
    assert console == []
    assert document.count("<figure") == len(NAMES)
    assert f"{len(held(written))} examples" in document
    _, console = opened(written, tmp_path, "throw new Error('noticed')")
    assert any("noticed" in line for line in console), "errors would not be seen"


@browser
def test_the_pictures_are_seen(written: Path, tmp_path: Path) -> None:
    code = (
        "result = [...document.querySelectorAll('figure svg:not(.on-narrow)')].map((one) => {"
        "const box = one.getBoundingClientRect();"
        "return [box.width, box.height, one.querySelectorAll('path').length]; })"
    )
    found = result_of(code, written, tmp_path)
    assert len(found) == len(NAMES)
    for width, height, shapes in found:
        assert width > 300
        assert height > 90
        assert shapes > 3


@browser
def test_search_finds_a_known_title(written: Path, tmp_path: Path) -> None:
    row = next(one for one in held(written) if one["task"] == "sequential_rec")
    title = row["output"]
    expected = [one for one in held(written) if title.lower() in searched(one)]
    code = (
        f"const box = document.getElementById('query'); box.value = {json.dumps(title)};"
        "box.dispatchEvent(new Event('input'));"
        "result = {found: document.getElementById('found').textContent,"
        "marks: [...document.querySelectorAll('#examples mark')].map((one) => one.textContent),"
        "address: location.hash, shown: document.getElementById('examples').textContent}"
    )
    result = result_of(code, written, tmp_path)
    assert int(result["found"].split()[0]) == len(expected) >= 1
    assert {one.lower() for one in result["marks"]} == {title.lower()}
    assert row["id"] in result["shown"]
    again, console = opened(written, tmp_path, at=result["address"])
    assert console == []
    assert result["found"] in again


def searched(one: dict[str, Any]) -> str:
    return "\n".join([one["id"], one["instruction"], one["input"], one["output"]]).lower()


@browser
def test_the_explorer_pages_through_the_examples_of_a_cell(written: Path, tmp_path: Path) -> None:
    mine = [one["id"] for one in held(written)
            if (one["task"], one["source"]) == ("sequential_rec", "ml-32m")]  # fmt: skip
    code = (
        "const cell = document.getElementById('cell'); cell.value = 'sequential_rec/ml-32m';"
        "cell.dispatchEvent(new Event('change')); result = [];"
        "for (let k = 0; k < 9; k++) {"
        "result.push(...[...document.querySelectorAll('#examples h3')].map((one) => one.textContent));"
        "if (document.getElementById('later').disabled) break;"
        "document.getElementById('later').click(); }"
    )
    shown = result_of(code, written, tmp_path)
    assert [line.split(" · ")[3] for line in shown] == mine


@browser
def test_each_picture_can_be_saved_from_the_page(written: Path, tmp_path: Path) -> None:
    # What a blob holds is noted as it is made: to read it back, the browser asks another process,
    # for which virtual time does not wait.
    code = (
        "const Plain = Blob, texts = new Map(), blobs = [], names = [];"
        "window.Blob = class extends Plain { constructor(parts, options) {"
        "super(parts, options); texts.set(this, parts.join('')); } };"
        "HTMLCanvasElement.prototype.toBlob = function (done, type) {"
        "done(new Blob([atob(this.toDataURL(type).split(',')[1])], { type })); };"
        "URL.createObjectURL = (blob) => { blobs.push(blob); return '#'; };"
        "HTMLAnchorElement.prototype.click = function () { names.push(this.download); };"
        "for (const one of document.querySelectorAll('[data-save]')) one.click();"
        "await new Promise((done) => setTimeout(done, 4000));"
        "const heads = blobs.map((blob) => ["
        "blob.type, texts.get(blob).length, texts.get(blob).slice(0, 4)]);"
        "result = {names, heads, text: texts.get(blobs[0])}"
    )
    result = result_of(code, written, tmp_path)
    expected = {f"{name}.{form}" for name in NAMES for form in ("png", "svg")}
    assert set(result["names"]) == expected
    for kind, size, start in result["heads"]:
        assert size > 3000
        assert start == ("<svg" if kind == "image/svg+xml" else "\x89PNG")
    assert "currentColor" not in result["text"]
    assert "var(" not in result["text"]


@browser
def test_light_and_dark_differ_and_both_are_readable(written: Path, tmp_path: Path) -> None:
    code = (
        "const read = () => { const style = getComputedStyle(document.body);"
        "const label = document.querySelector('figure svg text');"
        "return [style.backgroundColor, style.color, getComputedStyle(label).fill]; };"
        "result = [read()]; document.getElementById('theme').click(); result.push(read())"
    )
    first, second = result_of(code, written, tmp_path)
    assert first[0] != second[0]
    for ground, *inks in (first, second):
        for ink in inks:
            assert contrast(ground, ink) > 7, (ground, ink)


def contrast(first: str, second: str) -> float:
    """The contrast of two colours by WCAG 2, from 1 to 21."""

    def light(colour: str) -> float:
        parts = [int(one) / 255 for one in re.findall(r"\d+", colour)[:3]]
        line = [one / 12.92 if one <= 0.03928 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
        return 0.2126 * line[0] + 0.7152 * line[1] + 0.0722 * line[2]

    low, high = sorted((light(first), light(second)))
    return (high + 0.05) / (low + 0.05)


def in_frame(code: str, path: Path, tmp_path: Path, width: int) -> Any:
    """What `code` leaves in `result`, run in a frame of this width: a window is never narrower than 500."""
    inside = f"let result; {code}; parent.postMessage(JSON.stringify(result), '*');"
    (tmp_path / "inside.html").write_text(
        path.read_text("utf-8").replace("</body>", f"<script>{inside}</script></body>"), "utf-8"
    )
    host = tmp_path / "host.html"
    host.write_text(
        "<!doctype html><body style='margin: 0'><script>addEventListener('message', (event) => {"
        "const out = document.createElement('pre'); out.id = 'result';"
        "out.textContent = event.data; document.body.append(out); });</script>"
        f"<iframe src='inside.html' style='border: 0; width: {width}px; height: 900px'></iframe></body>",
        "utf-8",
    )
    document, console = opened(host, tmp_path, width=width)
    assert console == []
    found = re.search(r'<pre id="result">(.*?)</pre>', document, re.DOTALL)
    assert found, "the code did not run to its end"
    return json.loads(found[1].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))


@browser
def test_a_phone_shows_it_without_sideways_scrolling_in_readable_size(
    written: Path, tmp_path: Path
) -> None:
    code = (
        "const shown = [...document.querySelectorAll('figure svg')].filter("
        "(svg) => svg.getClientRects().length);"
        "const sizes = shown.map((svg) => {"
        "const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;"
        "const texts = [...svg.querySelectorAll('text')];"
        "return scale * Math.min(...texts.map((one) => parseFloat(getComputedStyle(one).fontSize))); });"
        "result = {wide: document.documentElement.scrollWidth, window: innerWidth, sizes}"
    )
    result = in_frame(code, written, tmp_path, width=400)
    assert result["window"] == 400
    assert result["wide"] <= result["window"]
    assert len(result["sizes"]) == len(NAMES)
    assert min(result["sizes"]) >= 8.5


LABELS = """
const found = [];
for (const figure of document.querySelectorAll('figure')) {
  const shown = [...figure.querySelectorAll('svg')].filter((svg) => svg.getClientRects().length);
  if (shown.length !== 1) found.push(`${figure.id}: ${shown.length} pictures`);
  const frame = shown[0].getBoundingClientRect(), card = figure.getBoundingClientRect();
  if (frame.left < card.left || frame.right > card.right) found.push(`${figure.id}: wider than its card`);
  const texts = [...shown[0].querySelectorAll('text')].filter((one) => one.textContent.trim());
  if (!texts.length) found.push(`${figure.id}: no text`);
  const boxes = texts.map((one) => one.getBoundingClientRect());
  boxes.forEach((a, k) => {
    if (a.left < frame.left - 1 || a.right > frame.right + 1 || a.top < frame.top - 1 ||
        a.bottom > frame.bottom + 1) found.push(`${figure.id}: cut ${texts[k].textContent}`);
    boxes.slice(k + 1).forEach((b, j) => {
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (wide > 0.5 && high > 3)
        found.push(`${figure.id}: ${texts[k].textContent} over ${texts[k + 1 + j].textContent}`);
    });
  });
}
result = found;
"""
"""Labels that are cut or lie over one another, by their boxes. A box is as high as the font's line:
letters of two lines whose boxes share 3 pixels do not touch."""


@browser
@pytest.mark.parametrize("width", [400, 1280])
def test_no_label_lies_over_another_and_none_is_cut(
    written: Path, tmp_path: Path, width: int
) -> None:
    assert in_frame(LABELS, written, tmp_path, width) == []


@browser
def test_labels_that_lie_over_each_other_or_are_cut_would_be_seen(
    written: Path, tmp_path: Path
) -> None:
    def moved(x: int) -> str:
        return (
            "for (const one of document.querySelectorAll('#cells svg text'))"
            "{ one.removeAttribute('transform'); one.removeAttribute('style');"
            f" one.setAttribute('x', {x}); one.setAttribute('y', 50); }} "
        )

    assert any(" over " in one for one in in_frame(moved(50) + LABELS, written, tmp_path, 400))
    assert any(": cut " in one for one in in_frame(moved(-20) + LABELS, written, tmp_path, 400))


def test_the_page_begins_with_key_numbers_and_says_how_it_was_built(written: Path) -> None:
    text = written.read_text("utf-8")
    entries = provenance.read(everything())
    total = sum(sum(one["rows"].values()) for one in entries.values())
    assert text.index(f"<dd>{total:,}</dd>") < text.index("<figure")
    built = text.partition('<section id="built">')[2].partition("</section>")[0]
    for name, one in entries.items():
        assert name in built
        for source, facts in one["sources"].items():
            assert source in built
            for file in facts["raw_files"].values():
                assert f"{file['name']} (SHA-256 {file['sha256'][:12]}…)" in built
