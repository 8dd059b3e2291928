"""Sentences from templates: ``phrases.toml`` with its slots filled by a seeded generator and a post's own cast."""

from __future__ import annotations

import random
import re
import tomllib
from pathlib import Path

Cast = dict[str, str]

TABLES: dict[str, dict[str, list[str]]] = tomllib.loads(
    Path(__file__).with_name("phrases.toml").read_text(encoding="utf-8")
)
SLOT = re.compile(r"\{(\w+)\}")


class Phrases:
    """Draws phrases. The same generator and the same calls give the same words."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng

    def cast(self) -> Cast:
        """Who and what a post is about; stays the same through the post."""
        drawn = {name: self.rng.choice(values) for name, values in TABLES["cast"].items()}
        rival = f"{self.rng.choice(TABLES['cast']['org_head'])} {self.rng.choice(TABLES['cast']['org_tail'])}"
        return drawn | {"org": f"{drawn['org_head']} {drawn['org_tail']}", "rival": rival}

    def pick(self, table: str, key: str, cast: Cast, **extra: str) -> str:
        """One phrase of ``table.key`` with every slot filled, its first letter in upper case."""
        return self.fill(self.rng.choice(TABLES[table][key]), cast | extra)

    def comment(self, cast: Cast) -> tuple[str, str]:
        """A reader's name and words."""
        return self.rng.choice(TABLES["comments"]["names"]), self.pick("comments", "texts", cast)

    def fill(self, template: str, cast: Cast, *, capital: bool = True) -> str:
        """``template`` with its slots filled: with words of the cast, or else any word of that kind."""

        def word(match: re.Match[str]) -> str:
            name = match[1]
            return cast[name] if name in cast else self.rng.choice(TABLES["words"][name])

        text = SLOT.sub(word, template)
        return text[:1].upper() + text[1:] if capital else text
