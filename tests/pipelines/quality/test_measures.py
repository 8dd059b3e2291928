"""Our measures beside datatrove's.

``datatrove.json`` holds what its filters (0.10.1, spaCy's English tokenizer) made of the bundled newsroom's English
articles and of texts made to fail each rule; a block of the body was a line, and its rules on paragraphs were off. It
was recorded with a throw-away environment, since datatrove brings spaCy.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from pipelines.quality import RULE_SETS, measure
from pipelines.quality.values import RULES

ROOT = Path(__file__).parents[3]
RECORDED: list[dict[str, Any]] = json.loads(Path(__file__).with_name("datatrove.json").read_text(encoding="utf-8"))


def body_of(row: dict[str, Any]) -> str:
    return str(row.get("body") or json.loads((ROOT / row["page"]).read_text(encoding="utf-8"))["body"])


@pytest.mark.parametrize(
    "row", RECORDED, ids=[str(row.get("name") or Path(row["page"]).parent.name) for row in RECORDED]
)
def test_verdicts_and_values_are_datatroves(row: dict[str, Any]) -> None:
    found = measure(body_of(row), "en")
    assert {name: getattr(found, name) for name in RULE_SETS} == row["verdicts"]
    for name, value in row["values"].items():
        tolerance = (
            max(3, 0.05 * value) if name == "words" else 0.25 if name == "mean_word_length" else max(0.04, 0.15 * value)
        )
        assert getattr(found, name) == pytest.approx(value, abs=tolerance), name


def test_each_rule_set_fails_in_some_of_them_and_most_articles_pass() -> None:
    for name in RULE_SETS:
        assert any(not row["verdicts"][name] for row in RECORDED)
    articles = [row["verdicts"] for row in RECORDED if "page" in row]
    assert sum(all(verdicts.values()) for verdicts in articles) / len(articles) > 0.8


def test_what_fails_is_named() -> None:
    flash = measure("Arden exchange halts withdrawals.", "en")
    assert {"gopher.words", "gopher.stop_words", "c4.c4_sentences"} <= set(flash.failed)
    assert "c4.curly_bracket" in measure("The code of it says { so }.", "en").failed
    assert all(f"{name}.{rule}" for name, rules in RULES.items() for rule, *_ in rules)


@pytest.mark.parametrize(
    "body",
    [
        "比特币价格周一上涨，交易员表示市场情绪有所改善。" * 20,
        "ビットコインの価格は月曜日に上昇した。" * 20,
        "비트코인 가격이 월요일에 상승했다. " * 20,
        "ราคาบิตคอยน์ปรับตัวขึ้นในวันจันทร์" * 20,
        "",
        "\n\n",
        "… — !",
    ],
)
def test_without_words_between_spaces_no_rule_applies(body: str) -> None:
    found = measure(body)
    assert [getattr(found, name) for name in RULE_SETS] == [None] * 4
    assert found.failed == ()


def test_english_stop_words_are_asked_of_english_alone() -> None:
    body = "Der Kurs stieg am Montag, weil die Händler wieder kauften und die Bank ihre Gebühren senkte. " * 8
    assert measure(body, "de").stop_words is None
    assert "gopher.stop_words" not in measure(body, "de").failed
    assert "gopher.stop_words" in measure(body, "en").failed


@pytest.mark.parametrize(
    "body",
    [
        "a " * 500_000,
        "(" * 1_000_000,
        "x y z.\n" * 150_000,
        "n't" * 300_000,
        "1," * 500_000,
        ". " * 500_000,
        "A." * 500_000,
    ],
)
def test_hostile_bodies_take_linear_time(body: str) -> None:
    began = time.process_time()
    measure(body)
    assert time.process_time() - began < 8
