"""The user's rules file: what it may say, what it means, and what is said where it is wrong."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from pipelines.chrome import fingerprint
from pipelines.corrections import (
    Action,
    Correction,
    Corrections,
    by_source,
    is_distinct,
    load_corrections,
    parse_corrections,
)
from pipelines.errors import BadConfig, MissingInput
from pipelines.items import Reason

FILE = """
# mine
[[correction]]
source = "molle"
action = "keep"
text = "The town clerk wrote this on 4 May 2026."
why = "it is a note of the clerk's, not of the site's"
added = 2026-11-22

[[correction]]
source = "molle"
action = "remove"
text = "Readers win a walking stick."
reason = "sponsored"

[[correction]]
source = "visby"
action = "rule_off"
rule = "follow-call"
"""


def test_a_file_gives_each_source_its_corrections(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(FILE, encoding="utf-8")
    assert load_corrections(path) == {
        "molle": Corrections(
            keep=frozenset({fingerprint("the town clerk wrote this on 17 June 2031")}),
            remove={fingerprint("Readers win a walking stick."): Reason.SPONSORED},
        ),
        "visby": Corrections(without=frozenset({"follow-call"})),
    }


def test_an_entry_keeps_who_said_why_and_when() -> None:
    first = parse_corrections(FILE, "rules.toml")[0]
    assert (first.action, first.added) == (Action.KEEP, date(2026, 11, 22))
    assert first.why == "it is a note of the clerk's, not of the site's"


def test_of_two_about_one_text_the_later_counts() -> None:
    entries = [Correction("molle", Action.KEEP, text="Read on"), Correction("molle", Action.REMOVE, text="READ ON!")]
    assert by_source(entries)["molle"] == Corrections(remove={fingerprint("read on"): Reason.SITE_CHROME})
    assert by_source(reversed(entries))["molle"] == Corrections(keep=frozenset({fingerprint("read on")}))


def test_without_a_file_of_ones_own_nothing_is_corrected_but_a_named_one_must_be_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_corrections() == {}
    with pytest.raises(MissingInput, match=r"no rules file gone\.toml"):
        load_corrections("gone.toml")
    Path("data").mkdir()
    Path("data/my-rules.toml").write_text(FILE, encoding="utf-8")
    assert set(load_corrections()) == {"molle", "visby"}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("# mine", "mine", "rules.toml: not TOML"),
        ("# mine", "[[rule]]", r"only \[\[correction\]\] tables belong here, found 'rule'"),
        ('"keep"', '"kepe"', r"rules.toml, line 5: \[\[correction\]\] action: must be one of keep, remove, rule_off"),
        ("why = ", "whi = ", r"line 7: \[\[correction\]\] whi: no such key: did you mean why\?"),
        ("= 2026-11-22", '= "today"', "line 8: .* added: must be a date such as 2026-11-22, not 'today'"),
        ('"sponsored"', '"silly"', "line 14: .* reason: must be one of plugin_notice, .*, not 'silly'"),
        ('source = "visby"\n', "", r"line 16: \[\[correction\]\] has no source"),
        ('"visby"', "7", "line 17: .* source: must be text in quotes, not 7"),
        ('rule = "follow-call"', "", "line 16: .* has no rule: rule_off needs one"),
        ('rule = "follow-call"', 'rule = "model"', "line 19: .* rule: model is no rule that can be switched off"),
        ('rule = "follow-call"', 'rule = "x"\ntext = "y"', "line 20: .* text: does not go with rule_off"),
        ('"keep"', '"keep"\nreason = "sponsored"', "line 6: .* reason: does not go with keep"),
        ('"Readers win a walking stick."', '"1,024 | 7 May"', "line 13: .* text: .* no words to be known by"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(old: str, new: str, message: str) -> None:
    with pytest.raises(BadConfig, match=message):
        parse_corrections(FILE.replace(old, new), "rules.toml")


@pytest.mark.parametrize(("text", "distinct"), [("4 May 2026", False), ("* * *", False), ("Q4", True), ("関連", True)])
def test_a_text_is_known_by_its_words(text: str, distinct: bool) -> None:
    assert is_distinct(text) is distinct


def test_the_documented_example_is_valid() -> None:
    page = Path(__file__).parents[2] / "docs/corrections.md"
    [example] = re.findall(r"```toml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    assert [each.action for each in parse_corrections(example, page.name)] == list(Action)
