"""Reading answers: the wrappings that models, servers and chat templates put around them."""

from __future__ import annotations

import time
from typing import Any

import pytest

from itdr.scoring.parsing import parse
from itdr.scoring.parsing.attributes import parse_number, same_value
from itdr.scoring.parsing.reasons import Unread
from tests.scoring.test_reading import FILMS, STARS, TEN, places

LIST = "1. The Matrix\n2. Toy Story\n3. Toy Story 2"
WRONG = "1. Toy Story 2\n2. Schindler's List\n3. The Matrix"

RANKINGS = {
    # reasoning
    "reasoning and answer": f"<reasoning>{WRONG}</reasoning><answer>{LIST}</answer>",
    "thinking": f"<thinking>\n{WRONG}\n</thinking>\n{LIST}",
    "Think, in capitals": f"<Think>\n{WRONG}\n</Think>\n{LIST}",
    "thought": f"<thought>{WRONG}</thought>\n\n{LIST}",
    "scratchpad": f"<scratchpad>{WRONG}</scratchpad>{LIST}",
    "analysis then final": f"<analysis>{WRONG}</analysis>\n<final>{LIST}</final>",
    "THINK in brackets": f"[THINK]{WRONG}[/THINK]{LIST}",
    "triangles": f"\u25c1think\u25b7{WRONG}\u25c1/think\u25b7{LIST}",
    "thought and solution tokens": f"<|begin_of_thought|>{WRONG}<|end_of_thought|>"
    f"<|begin_of_solution|>{LIST}<|end_of_solution|>",
    "two thoughts": f"<think>{WRONG}</think><think>{WRONG}</think>{LIST}",
    "thought with attributes": f'<thinking step="1">{WRONG}</thinking>{LIST}',
    "answer inside fences": f"<think>{WRONG}</think>\n```\n{LIST}\n```",
    "answer twice": f"<answer>{WRONG}</answer>\nWait.\n<answer>{LIST}</answer>",
    "answer not closed": f"<think>{WRONG}</think><answer>{LIST}",
    "reflection within": f"<answer><reflection>{WRONG}</reflection>{LIST}</answer>",
    # channels and chat marks
    "channels": f"<|channel|>analysis<|message|>{WRONG}<|end|><|start|>assistant"
    f"<|channel|>final<|message|>{LIST}<|return|>",
    "channels without marks": f"analysis{WRONG}assistantfinal{LIST}",
    "im_start": f"<|im_start|>assistant\n{LIST}<|im_end|>",
    "im_end and next": f"{LIST}<|im_end|>\n<|im_start|>user\nThanks! And Amélie?<|im_end|>",
    "eot": f"<|start_header_id|>assistant<|end_header_id|>\n\n{LIST}<|eot_id|>",
    "turns": f"<start_of_turn>model\n{LIST}<end_of_turn>\n<start_of_turn>user\n{WRONG}",
    "inst": f"[INST] Rank these: {WRONG} [/INST] {LIST}</s>",
    "end of text": f"{LIST}<|endoftext|>{WRONG}",
    "end of sentence": f"<s>{LIST}</s>",
    # roles
    "Assistant": f"Assistant: {LIST}",
    "assistant, lower": f"assistant\n{LIST}",
    "ASSISTANT bold": f"**ASSISTANT:** {LIST}",
    "AI": f"AI: {LIST}",
    "### Response": f"### Response:\n{LIST}",
    "### Assistant": f"### Assistant: {LIST}",
    "prompt repeated": f"User: rank them: {WRONG}\nAssistant: {LIST}",
    # the next turn
    "User follows": f"{LIST}\n\nUser: and now?\nAssistant: {WRONG}",
    "Human follows": f"{LIST}\n\nHuman: 4. Schindler's List?",
    "### Instruction follows": f"{LIST}\n\n### Instruction:\n{WRONG}",
    "Question follows": f"{LIST}\n\nQuestion: Which next?\nAnswer: {WRONG}",
    "Q follows": f"A: {LIST}\n\nQ: another one\nA: {WRONG}",
    "### User follows": f"{LIST}\n### User:\n{WRONG}",
    # markup
    "ol": "<ol><li>The Matrix</li><li>Toy Story</li><li>Toy Story 2</li></ol>",
    "ol over lines": "<ol>\n  <li>The Matrix (1999)</li>\n  <li><b>Toy Story</b></li>\n"
    '  <li class="x">Toy Story 2</li>\n</ol>',
    "xml items": "<ranking><item>The Matrix</item><item>Toy Story</item><item>Toy Story 2</item></ranking>",
    "xml ranks": '<ranking>\n<movie rank="1">The Matrix</movie>\n<movie rank="2">Toy Story</movie>\n'
    '<movie rank="3">Toy Story 2</movie>\n</ranking>',
    "xml fields": "<r><item><rank>1</rank><title>The Matrix</title></item><item><rank>2</rank>"
    "<title>Toy Story</title></item><item><rank>3</rank><title>Toy Story 2</title></item></r>",
    "xml wrapper around lines": f"<recommendations>\n{LIST}\n</recommendations>",
    "xml wrapper around one line": "<ranking>The Matrix, Toy Story, Toy Story 2</ranking>",
    "html table": "<table><tr><th>Rank</th><th>Title</th></tr><tr><td>1</td><td>The Matrix</td></tr>"
    "<tr><td>2</td><td>Toy Story</td></tr><tr><td>3</td><td>Toy Story 2</td></tr></table>",
    "breaks": "The Matrix<br>Toy Story<br/>Toy Story 2",
    "bold tags": "1. <b>The Matrix</b>\n2. <b>Toy Story</b>\n3. <i>Toy Story 2</i>",
    "boxed": "\\boxed{\\text{The Matrix, Toy Story, Toy Story 2}}",
    "links": "1. [The Matrix](https://a.example/1)\n2. [Toy Story](https://a.example/2)\n"
    "3. [Toy Story 2](https://a.example/3)",
    # tables
    "table without rule": "| Rank | Title |\n| 1 | The Matrix |\n| 2 | Toy Story |\n| 3 | Toy Story 2 |",
    "table without edges": "Rank | Title\n--- | ---\n1 | The Matrix\n2 | Toy Story\n3 | Toy Story 2",
    "table without both": "Rank | Movie\n1 | The Matrix\n2 | Toy Story\n3 | Toy Story 2",
    "table of tabs": "rank\ttitle\n1\tThe Matrix\n2\tToy Story\n3\tToy Story 2",
    "table with reasons": "| # | Title | Why |\n|:-:|:--|:--|\n| 1 | The Matrix | dark |\n"
    "| 2 | Toy Story | fun |\n| 3 | Toy Story 2 | after Toy Story |",
    "csv": "rank,title\n1,The Matrix\n2,Toy Story\n3,Toy Story 2",
    # JSON
    "json title to rank": '{"Toy Story": 2, "The Matrix": 1, "Toy Story 2": 3}',
    "json title to score": '{"Toy Story": 0.5, "The Matrix": 0.9, "Toy Story 2": 0.1}',
    "json title to rank, nested": '{"ranking": {"Toy Story": 2, "The Matrix": 1, "Toy Story 2": 3}}',
    "json lines": '{"rank": 1, "title": "The Matrix"}\n{"rank": 2, "title": "Toy Story"}\n'
    '{"rank": 3, "title": "Toy Story 2"}',
    "json rank keys": '{"rank_1": "The Matrix", "rank_2": "Toy Story", "rank_3": "Toy Story 2"}',
    "json ordinals": '{"first": "The Matrix", "second": "Toy Story", "third": "Toy Story 2"}',
    "json pairs": '[["The Matrix", 0.9], ["Toy Story", 0.5], ["Toy Story 2", 0.1]]',
    "json text inside": '{"answer": "1. The Matrix\\n2. Toy Story\\n3. Toy Story 2"}',
    "json deep": '{"result": {"items": [{"movie": {"title": "The Matrix"}}, '
    '{"movie": {"title": "Toy Story"}}, {"movie": {"title": "Toy Story 2"}}]}}',
    "json with commas too many": '{"ranking": ["The Matrix", "Toy Story", "Toy Story 2",],}',
    "python dict": "{'ranking': ['The Matrix', 'Toy Story', 'Toy Story 2']}",
    "python tuple": "('The Matrix', 'Toy Story', 'Toy Story 2')",
    "json reason first": '{"reason": "They like Toy Story 2", "ranking": ["The Matrix", "Toy Story", "Toy Story 2"]}',
    "json after talk": 'Sure, here:\n{"ranking": ["The Matrix", "Toy Story", "Toy Story 2"]}\nEnjoy {them}!',
    # marks
    "1st": "1st: The Matrix\n2nd: Toy Story\n3rd: Toy Story 2",
    "keycaps": "1\ufe0f\u20e3 The Matrix\n2\ufe0f\u20e3 Toy Story\n3\ufe0f\u20e3 Toy Story 2",
    "circled": "\u2460 The Matrix\n\u2461 Toy Story\n\u2462 Toy Story 2",
    "#1": "#1 The Matrix\n#2 Toy Story\n#3 Toy Story 2",
    "Rank 1": "Rank 1: The Matrix\nRank 2: Toy Story\nRank 3: Toy Story 2",
    "letters": "a) The Matrix\nb) Toy Story\nc) Toy Story 2",
    "roman": "I. The Matrix\nII. Toy Story\nIII. Toy Story 2",
    "number on its own line": "1.\nThe Matrix\n2.\nToy Story\n3.\nToy Story 2",
    "First,": "First: The Matrix\nSecond: Toy Story\nThird: Toy Story 2",
    "squared": "[1] The Matrix\n[2] Toy Story\n[3] Toy Story 2",
    "heads": "### 1. The Matrix\nGreat.\n### 2. Toy Story\nGood.\n### 3. Toy Story 2\nFine.",
    "precedes": "The Matrix \u227b Toy Story \u227b Toy Story 2",
    "double arrows": "The Matrix >> Toy Story >> Toy Story 2",
    "final after all": f"Candidates:\n{WRONG}\n\nFinal ranking:\n{LIST}",
    "here is the final": f"Let me think. Here's the draft.\n{WRONG}\n\nHere is the final ranking:\n{LIST}",
}  # fmt: skip


@pytest.mark.parametrize("kind", RANKINGS)
def test_a_ranking_is_read_in_every_wrapping(kind: str) -> None:
    assert places(RANKINGS[kind]) == (0, 1, 2)


def test_accents_survive_json() -> None:
    assert places('{"title": "Am\\u00e9lie"}\n{"title": "Schindler\\u2019s List"}') == (3, 4)
    assert places('{"Schindler\\u2019s List": 2, "Am\\u00e9lie": 1}') == (3, 4)
    assert places('["Am\\u00e9lie", "Schindler\\u2019s List",]') == (3, 4)
    assert places("<ol><li>Am&eacute;lie</li><li>Schindler&#39;s List</li></ol>") == (3, 4)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"<think>{WRONG}", ()),
        ("<think></think>", ()),
        ("<answer></answer>", ()),
        ("<ol><li>Alien</li><li>The Matrix</li></ol>", (None, 0)),
        ('{"Alien": 1, "The Matrix": 2}', (None, 0)),
        ("| Rank | Title |\n| 1 | Alien |\n| 2 | The Matrix |", (None, 0)),
        ("User: hello", ()),
    ],
)
def test_strangers_keep_their_rank_in_every_wrapping(
    text: str, expected: tuple[int | None, ...]
) -> None:
    assert places(text) == expected


ALL = "1. The Matrix\n2. Toy Story\n3. Toy Story 2\n4. Am\u00e9lie"
CHOICES: dict[str, int | None] = {
    "<reasoning>The Matrix is out.</reasoning><answer>Toy Story</answer>": 1,
    "<|channel|>analysis<|message|>The Matrix?<|end|><|start|>assistant<|channel|>final<|message|>Toy Story": 1,
    "analysisThe Matrix may be it.assistantfinalToy Story": 1,
    "Assistant: Toy Story": 1,
    "\\boxed{Toy Story}": 1,
    "$\\boxed{\\text{Toy Story (1995)}}$": 1,
    f"The candidates are:\n{ALL}\n\nI would choose Toy Story.": 1,
    f"{ALL}\n\nThe answer is Toy Story 2.": 2,
    f"{ALL}\n\nSo the most likely next film is **Toy Story**.": 1,
    f"{ALL}\n\nTherefore, my pick: Toy Story 2": 2,
    f"Options:\n{ALL}\nVerdict: Am\u00e9lie": 3,
    f"Let me go through them.\n{ALL}\nOverall, Toy Story fits best.": 1,
    "Between The Matrix, Toy Story and Am\u00e9lie, I would go with Toy Story.": 1,
    "The candidates are The Matrix, Toy Story and Toy Story 2. The best choice is Toy Story 2.": 2,
    "Not The Matrix but Toy Story.": 1,
    "It is not The Matrix, it is Toy Story.": 1,
    "Rather than The Matrix, they will watch Toy Story.": 1,
    "Instead of The Matrix I expect Toy Story.": 1,
    "Neither The Matrix nor Am\u00e9lie, but Toy Story.": 1,
    "The Matrix is unlikely. Toy Story fits.": 1,
    "The Matrix isn't a good match; Toy Story is.": 1,
    "The Matrix can be ruled out, so Toy Story.": 1,
    "I would not recommend The Matrix. I recommend Toy Story.": 1,
    "They won't pick The Matrix; they will pick Toy Story.": 1,
    "Although The Matrix is popular, the user would choose Toy Story.": 1,
    "I'd pick Toy Story over The Matrix.": 1,
    "I'd pick Toy Story, not The Matrix.": 1,
    "Unlike The Matrix, Toy Story is for families.": 1,
    "Toy Story\n\nUser: are you sure?\nAssistant: No, The Matrix.": 1,
    "Toy Story<|im_end|>\n<|im_start|>user\nThe Matrix": 1,
    '{"reason": "not The Matrix", "choice": "Toy Story"}': 1,
    '{"answer": {"title": "Toy Story", "year": 1995}}': 1,
    '{"thought": "The Matrix?", "prediction": "Toy Story"}': 1,
    "Option B: Toy Story": 1,
    "B) Toy Story": 1,
    "(b) Toy Story": 1,
    "#2 Toy Story": 1,
    "Next: Toy Story": 1,
    "<choice>Toy Story</choice>": 1,
    "<p>Toy Story</p>": 1,
    "**Answer**: Toy Story\n\n**Reasoning**: The Matrix was seen.": 1,
    "Toy Story. It is closer to what they like than The Matrix.": 1,
    "I think the user will like Toy Story, because they liked The Matrix.": 1,
    "Final Answer: the final answer is Toy Story. I hope it is correct.": 1,
    "The user has seen The Matrix. The next one is Toy Story.": 1,
    "Not The Matrix.": None,
}


@pytest.mark.parametrize("text", CHOICES)
def test_a_choice_is_the_verdict(text: str) -> None:
    assert parse.choice(text, FILMS) == CHOICES[text]


RATINGS: dict[str, float | None] = {
    "4 1/2": 4.5,
    "4 1/2 stars": 4.5,
    "3 3/4": 3.75,
    "3\u00be": 3.75,
    "4\u00bc": 4.25,
    "4-1/2": 4.5,
    "4 sur 5": 4.0,
    "Note : 4 sur 5": 4.0,
    "8 sur 10": 4.0,
    "4 von 5 Sternen": 4.0,
    "8 von 10": 4.0,
    "8 de 10": 4.0,
    "8 su 10": 4.0,
    "8 of 10": 4.0,
    "8 \u0438\u0437 10": 4.0,
    "8 out of a possible 10": 4.0,
    "8 stars out of 10": 4.0,
    "8 points out of 10": 4.0,
    "80%": 4.0,
    "80 percent": 4.0,
    "80 / 100": 4.0,
    "\\boxed{4.5}": 4.5,
    "$4.5$": 4.5,
    "$\\frac{9}{2}$": 4.5,
    "4\u2b50": 4.0,
    "4 \u2605": 4.0,
    "**4**/5": 4.0,
    "**8** / **10**": 4.0,
    "3 to 4 stars": 3.5,
    "3-4": 3.5,
    "between 3 and 4": 3.5,
    "~4": 4.0,
    "\u2248 4.5": 4.5,
    "4-ish": 4.0,
    "Rating = 4": 4.0,
    "rating: four": 4.0,
    "four-and-a-half": 4.5,
    "4 and a half": 4.5,
    "I'd say 4, not 5.": 4.0,
    "not 3 but 4": 4.0,
    "<reasoning>Others gave 2.</reasoning><answer>4</answer>": 4.0,
    "<rating>4</rating>": 4.0,
    "Assistant: 4": 4.0,
    "4\n\nUser: why not 5?": 4.0,
    "4<|im_end|>\n<|im_start|>user\n2": 4.0,
    "analysisMaybe 2 stars.assistantfinal4": 4.0,
    '{"prediction": {"rating": 4}}': 4.0,
    '{"rating": "4"}': 4.0,
    '{"rating": "4/5"}': 4.0,
    '{"year": 1995, "rating": 4}': 4.0,
    '{"scale": 5, "rating": 4}': 4.0,
    "Rating (1-5): 4": 4.0,
    "Predicted rating (out of 5): 4": 4.0,
    "4 (on a scale of 1 to 5)": 4.0,
    "Rating: 4. The average is 3.2.": 4.0,
    "<think>2": None,
}


@pytest.mark.parametrize("text", RATINGS)
def test_a_rating_is_read_in_every_wrapping(text: str) -> None:
    assert parse.rating(text, STARS) == RATINGS[text]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\u2605\u2605\u2605\u2605\u2606", 8.0),
        ("\u2605\u2605\u2605\u2605\u2605\u2605\u2605\u2606\u2606\u2606", 7.0),
        ("\u2605\u2605\u2605\u00bd\u2606", 7.0),
        ("4 sur 5", 8.0),
        ("80%", 8.0),
        ("7 1/2", 7.5),
        ("7 stars", 7.0),
        ("4 stars out of 5", 8.0),
    ],
)
def test_a_rating_of_ten_is_read(text: str, expected: float) -> None:
    assert parse.rating(text, TEN) == expected


COUNTRIES = [
    "Country: Germany (because of the German bands)",
    "Country: probably Germany",
    "probably Germany",
    "Country: Most likely Germany",
    "Country: Germany, most likely",
    "Country: Germany, because they listen to Rammstein",
    "Country: Germany because of the bands",
    "Country: Germany \u2014 many German bands",
    "Country: Germany - they like Rammstein",
    "Country: Germany; they like Rammstein",
    "Country: Germany. They like Rammstein.",
    "Country: Germany (70% sure)",
    "Country: I think Germany",
    "I think Germany",
    "Country: perhaps Germany?",
    "Country: maybe Germany",
    "**Country**: Germany",
    "Country: **Germany** (guess)",
    "The country is probably Germany.",
    "Country: Germany, based on their taste",
    "<country>Germany</country>",
    "<answer>Country: Germany</answer>",
    "<reasoning>Country: France</reasoning>Country: Germany",
    "Assistant: Country: Germany",
    "Country: Germany\n\nUser: are you sure?\nAssistant: Country: France",
    '{"country": "Germany (guess)"}',
    '{"attributes": {"country": "Germany"}}',
    '{"country": {"value": "Germany", "confidence": 0.8}}',
    '[{"attribute": "country", "value": "Germany"}]',
    "| Attribute | Value |\n|---|---|\n| Country | Germany |",
    "Country = Germany",
    "Country \u2192 Germany",
    "\\boxed{Germany}",
]


@pytest.mark.parametrize("text", COUNTRIES)
def test_an_attribute_is_read_in_every_wrapping(text: str) -> None:
    found = parse.attributes(text, ["country"])
    assert same_value("country", found["country"], "Germany"), found
    assert not same_value("country", found["country"], "France")


@pytest.mark.parametrize(
    ("name", "said", "truth", "right"),
    [
        ("gender", "probably male", "male", True),
        ("gender", "female (most likely)", "female", True),
        ("gender", "not male", "male", False),
        ("country", "Germany or Austria", "Germany", False),
        ("country", "not Germany", "Germany", False),
        ("country", "Bolivia (Plurinational State of)", "Bolivia (Plurinational State of)", True),
        ("country", "from Germany", "Germany", True),
        ("occupation", "student (college)", "student (college)", True),
        ("occupation", "likely a programmer", "programmer", True),
        ("age group", "25-34 (probably)", "25-34", True),
        ("age group", "about 27", "25-34", True),
    ],
)
def test_hedges_do_not_count(name: str, said: str, truth: str, right: bool) -> None:
    assert same_value(name, said, truth) is right


def test_numbers_with_reasons() -> None:
    assert parse_number("age", "27 (they like 90s music)") == 27
    assert parse_number("birth year", "probably 1987, as they like 1999's films") == 1987


# ---- why nothing was read


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, Unread.NO_PREDICTION),
        ("", Unread.EMPTY),
        (" \n\t\u200b", Unread.EMPTY),
        ("<think>The Matrix?</think>", Unread.EMPTY),
        ("<think>The Matrix, no", Unread.EMPTY),
        ("1. Alien\n2. Heat", Unread.NO_CANDIDATE),
        ("Alien", Unread.NO_CANDIDATE),
        ('["Alien"]', Unread.NO_CANDIDATE),
        ("I am sorry, but I cannot help you with that, since I know nothing.", Unread.UNREADABLE),
        (3.5, Unread.UNREADABLE),
        (["The Matrix"], Unread.UNREADABLE),
        ("1. The Matrix", None),
    ],
)
def test_why_a_ranking_is_not_read(text: Any, expected: Unread | None) -> None:
    assert parse.why_no_title(text, FILMS) is expected


def test_why_a_value_is_not_read() -> None:
    assert parse.why_no_value(None, False) is Unread.NO_PREDICTION
    assert parse.why_no_value("", False) is Unread.EMPTY
    assert parse.why_no_value("good", False) is Unread.UNREADABLE
    assert parse.why_no_value("4", True) is None
    assert [one.value for one in Unread] == [
        "no prediction", "empty", "no candidate", "not in the catalogue", "unreadable",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "piece",
    ["==", "<think>", "<a>", "<li>", "</li>", "<answer>", "\\boxed{", "<|channel|>", "User:\n", "|",
     "a|b\n", "\t1\n", "{\"a\":1}\n", "\u2605\u2606", "not ", "1/2 ", "\\frac{", "so ", "&amp;",
     "Toy Story is not ", "I choose ", "<item>x</item>", "[[\"a\",", "1.\n", "[THINK]", "\u2460 ",
     "because ", "(", "Assistant: ", "assistantfinal", "={", "= ", "~"],
)  # fmt: skip
def test_hostile_repetitions_do_not_hang(piece: str) -> None:
    text = (piece * (100_000 // len(piece)))[:100_000]
    for read in (
        lambda: parse.ranking(text, FILMS),
        lambda: parse.choice(text, FILMS),
        lambda: parse.rating(text, STARS),
        lambda: parse.attributes(text, ["age group", "country"]),
        lambda: parse.why_no_title(text, FILMS),
        lambda: same_value("country", text, "Germany"),
    ):
        start = time.process_time()
        read()
        assert time.process_time() - start < 10, piece  # quadratic time would take minutes
