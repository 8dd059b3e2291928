"""What is measured in a body, and the rules that judge it: data, with where each threshold is from. Frozen."""

from __future__ import annotations

from dataclasses import dataclass

MEASURER = "1"
"""Version of the measures: what another one measured is measured again by ``newsmint quality``."""
RULE_SETS = ("gopher", "repetition", "fineweb", "c4")


@dataclass(frozen=True, slots=True)
class Quality:
    """Measures and verdicts of one body; ``docs/schema.md`` says what each is. None where a rule set does not apply."""

    gopher: bool | None = None
    repetition: bool | None = None
    fineweb: bool | None = None
    c4: bool | None = None
    failed: tuple[str, ...] = ()
    words: int | None = None
    stop_words: int | None = None
    c4_sentences: int | None = None
    mean_word_length: float | None = None
    symbol_ratio: float | None = None
    bullet_lines: float | None = None
    ellipsis_lines: float | None = None
    alphabetic_words: float | None = None
    duplicate_lines: float | None = None
    duplicate_line_chars: float | None = None
    top_2_gram: float | None = None
    top_3_gram: float | None = None
    top_4_gram: float | None = None
    repeated_5_grams: float | None = None
    repeated_6_grams: float | None = None
    repeated_7_grams: float | None = None
    repeated_8_grams: float | None = None
    repeated_9_grams: float | None = None
    repeated_10_grams: float | None = None
    punctuated_lines: float | None = None
    short_lines: float | None = None
    newlines_per_word: float | None = None
    c4_kept_lines: float | None = None


RULES: dict[str, tuple[tuple[str, float | None, float | None], ...]] = {
    # Rae et al. 2021 (Gopher), appendix A: least and most
    "gopher": (
        ("words", 50, 100_000),
        ("mean_word_length", 3, 10),
        ("symbol_ratio", None, 0.1),
        ("bullet_lines", None, 0.9),
        ("ellipsis_lines", None, 0.3),
        ("alphabetic_words", 0.8, None),
        ("stop_words", 2, None),
    ),
    # The same, table A1; its rules on paragraphs are those on lines here, as a body's blocks are both
    "repetition": (
        ("duplicate_lines", None, 0.3),
        ("duplicate_line_chars", None, 0.2),
        ("top_2_gram", None, 0.2),
        ("top_3_gram", None, 0.18),
        ("top_4_gram", None, 0.16),
        *((f"repeated_{n}_grams", None, (20 - n) / 100) for n in range(5, 11)),
    ),
    # Penedo et al. 2024 (FineWeb), section 3.6, and as datatrove has it today
    "fineweb": (
        ("punctuated_lines", 0.12, None),
        ("short_lines", None, 0.67),
        ("duplicate_line_chars", None, 0.01),
        ("newlines_per_word", None, 0.3),
    ),
    # Raffel et al. 2020 (C4), section 2.2; lines it drops are counted, not dropped
    "c4": (("c4_sentences", 5, None),),
}  # fmt: skip


def judged(measured: dict[str, float | None], refused: tuple[str, ...] = ()) -> Quality:
    """The measures with the verdicts that follow; ``refused`` are rules that failed by more than a number."""
    failed = [
        f"{name}.{rule}" for name, rules in RULES.items() for rule, *bounds in rules if _fails(measured[rule], *bounds)
    ]
    failed += refused
    verdicts = {name: not any(rule.startswith(f"{name}.") for rule in failed) for name in RULES}
    return Quality(**verdicts, failed=tuple(failed), **measured)  # type: ignore[arg-type]


def _fails(value: float | None, least: float | None, most: float | None) -> bool:
    return value is not None and ((least is not None and value < least) or (most is not None and value > most))
