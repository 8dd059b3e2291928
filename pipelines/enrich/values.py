"""What is read out of a clean article, beyond the article itself. Frozen; ``pipelines.enrich.enrich`` makes it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Mention:
    """A place of the title or the body that speaks of an asset. ``text`` is ``part[start:stop]``, in characters.

    ``asset`` is a key of the asset file, or the address, hash or name itself in its standard spelling. ``certainty``
    is from 0 to 1.
    """

    asset: str
    kind: str
    part: str
    """``title`` or ``body``."""
    start: int
    stop: int
    text: str
    certainty: float


@dataclass(frozen=True, slots=True)
class Credit:
    """Another outlet named as where the news is from: "according to a report by …". Offsets are in the body."""

    outlet: str
    domain: str | None
    url: str | None
    start: int
    stop: int
    text: str
    """The words that say so."""


@dataclass(frozen=True, slots=True)
class Label:
    """What kind of piece it is, and what of the page says so."""

    label: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Sketch:
    """A body in little, to find others like it: a MinHash signature, and the bands by which candidates are looked up.

    Two bodies that share a value of ``bands`` may be alike; their signatures tell. Bands are 63-bit, the number of the
    band mixed in.
    """

    signature: bytes = field(repr=False)
    bands: tuple[int, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Enrichment:
    """All that the enrichment of one article found. ``sketch`` is None for a body too short to compare."""

    enricher: str
    mentions: tuple[Mention, ...] = ()
    credits: tuple[Credit, ...] = ()
    labels: tuple[Label, ...] = ()
    sketch: Sketch | None = None
