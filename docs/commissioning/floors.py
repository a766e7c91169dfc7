"""The floors of the gold: how often each phenomenon must occur, by definition, and how often it does.

    python docs/commissioning/floors.py [--check] [--short]

A floor is a share of the records of its layer over train, validation and test together, or a number of records. Where
``newsgold.facets`` knows the phenomenon, its rule is the definition, so that floors and slices count the same. ``--check`` exits 1 when a floor
is missed, ``--short`` prints only those that are. The floors hold from data version 0.2.0 on; before that they are only told.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from newsgold.corpus import DATA_VERSION, load
from newsgold.facets import CLAIMS, EVENTS, FIGURES, Reader
from newsgold.records import CLAIM_ACTS, EVENT_STATUSES, EVENT_TYPES, Article, Claim, Event, Figure

HOLDS_FROM: Final = "0.2.0"
"""The data version from which the floors hold; the pilot's 24 articles were not commissioned for them."""
SPLITS: Final = ("train", "validation", "test")


@dataclass(frozen=True)
class Floor:
    """One floor: a share of the records of ``layer``, or a number of them where it is 1 or more."""

    name: str
    layer: str
    """``claims``, ``events`` or ``figures``."""
    least: float
    definition: str
    holds: Callable[[Reader, Any], bool]
    split: str | None = None
    """Over this split alone; else over all three."""

    @property
    def counted(self) -> bool:
        """Whether the floor is a number of records."""
        return self.least >= 1


@dataclass(frozen=True)
class Found:
    """What a floor finds: records that hold it, of how many."""

    floor: Floor
    hits: int
    of: int

    @property
    def value(self) -> float:
        """The share, or the number."""
        return float(self.hits) if self.floor.counted else self.hits / self.of if self.of else 0.0

    @property
    def met(self) -> bool:
        """Whether it is at or above the floor."""
        return self.value >= self.floor.least


def _source_form(reader: Reader, claim: Claim) -> str | None:
    found = reader.mentions.get((claim.source.start, claim.source.end)) if claim.source else None
    return found[1] if found else None


def _no_name(reader: Reader, claim: Claim) -> bool:
    return not any(reader.entities[speaker].named for speaker in claim.speakers if speaker in reader.entities)


def _is_act(act: str) -> Callable[[Reader, Claim], bool]:
    return lambda _, claim: claim.act == act


def _is_status(status: str) -> Callable[[Reader, Event], bool]:
    return lambda _, event: event.status == status


def _is_type(type_: str) -> Callable[[Reader, Event], bool]:
    return lambda _, event: event.type == type_


def _is_kind(kind: str) -> Callable[[Reader, Figure], bool]:
    return lambda _, figure: figure.kind == kind


FLOORS: Final[tuple[Floor, ...]] = (
    Floor("indirect", "claims", 0.35, "form indirect", lambda _, claim: claim.form == "indirect"),
    Floor("mixed", "claims", 0.10, "form mixed", lambda _, claim: claim.form == "mixed"),
    Floor("discontinuous", "claims", 0.10, "facet: content of two pieces or more", CLAIMS["discontinuous"]),
    Floor(
        "nominal or pronoun source", "claims", 0.20, "the source is a mention of form nominal or pronoun (a joint source is none)",
        lambda reader, claim: _source_form(reader, claim) in ("nominal", "pronoun"),
    ),
    Floor("no named speaker", "claims", 0.04, "no speaker, or none that has a name in the article", _no_name),
    Floor("relayed", "claims", 0.05, "facet: a relay", CLAIMS["relayed"]),
    Floor("nested", "claims", 0.04, "facet: a parent", CLAIMS["nested"]),
    *(Floor(f"act {act}", "claims", 0.04, f"act {act}", _is_act(act)) for act in CLAIM_ACTS),
    Floor("not happened", "events", 0.30, "facet: any status but happened", EVENTS["not_happened"]),
    *(Floor(f"status {status}", "events", 0.02, f"status {status}", _is_status(status)) for status in EVENT_STATUSES),
    *(Floor(f"type {type_}", "events", 10, f"events of type {type_}", _is_type(type_)) for type_ in EVENT_TYPES),
    *(Floor(f"type {type_} in test", "events", 5, f"events of type {type_} in test", _is_type(type_), "test") for type_ in EVENT_TYPES),
    Floor("three participants", "events", 0.10, "three participants or more", lambda _, event: len(event.participants) >= 3),
    Floor("several mentions", "events", 0.15, "facet: two mentions or more", EVENTS["multi_mention"]),
    Floor("not exact", "figures", 0.15, "any bound but exact", lambda _, figure: figure.bound != "exact"),
    Floor("range", "figures", 0.05, "facet: bound range", FIGURES["range"]),
    Floor("vague", "figures", 0.04, "facet: bound vague", FIGURES["vague"]),
    Floor("money", "figures", 0.15, "kind money (a rate of money is none)", _is_kind("money")),
    Floor("percent", "figures", 0.10, "kind percent (percentage points are none)", _is_kind("percent")),
    Floor("relation", "figures", 0.06, "carries a relation (being pointed at is none)", lambda _, figure: bool(figure.relations)),
    Floor("spelled out", "figures", 0.15, "facet: no digit in the span", FIGURES["spelled_out"]),
)  # fmt: skip
"""Every floor, in the order of the commission."""


def measure(articles: Iterable[Article], floors: Sequence[Floor] = FLOORS) -> list[Found]:
    """What each floor finds over articles with their texts."""
    readers = [Reader(article) for article in articles if article.text is not None]
    out = []
    for floor in floors:
        pairs = [(reader, record) for reader in readers if floor.split in (None, reader.article.split) for record in getattr(reader.article, floor.layer)]
        out.append(Found(floor, sum(bool(floor.holds(reader, record)) for reader, record in pairs), len(pairs)))
    return out


def holds_now(version: str = DATA_VERSION) -> bool:
    """Whether the floors hold for a data version."""
    return tuple(map(int, version.split("."))) >= tuple(map(int, HOLDS_FROM.split(".")))


def lines(found: Sequence[Found], *, short: bool = False) -> list[str]:
    """A table of 80 columns."""
    out = [f"{'layer':8} {'phenomenon':34} {'floor':>7} {'is':>7} {'records':>9}"]
    for one in found:
        if short and one.met:
            continue
        floor = one.floor
        least, value = (f"{floor.least:.0f}", f"{one.value:.0f}") if floor.counted else (f"{floor.least:.0%}", f"{one.value:.1%}")
        out.append(f"{floor.layer:8} {floor.name:34} {least:>7} {value:>7} {f'{one.hits}/{one.of}':>9}{'' if one.met else '  below'}")
    return out


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description="The floors of the gold, and what it has.", epilog=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="exit 1 when a floor is missed, once they hold")
    parser.add_argument("--short", action="store_true", help="only what is below its floor")
    parser.add_argument("--definitions", action="store_true", help="print what each floor counts instead")
    args = parser.parse_args(argv)
    if args.definitions:
        for floor in FLOORS:
            print(f"{floor.layer:8} {floor.name:34} {floor.definition}")
        return 0
    found = measure(article for split in SPLITS for article in load(split))
    print("\n".join(lines(found, short=args.short)))
    below = sum(not one.met for one in found)
    print(f"{below} of {len(found)} below their floor; data version {DATA_VERSION}, the floors hold from {HOLDS_FROM}")
    return int(args.check and below > 0 and holds_now())


if __name__ == "__main__":
    sys.exit(main())
