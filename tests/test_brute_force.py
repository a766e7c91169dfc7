"""Small invented articles scored by trying every one-to-one assignment, written without the scorer's own code."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import newsgold
from newsgold.layers import REGISTRY
from newsgold.normalize import digest
from newsgold.records import Article, article_from
from newsgold.scoring import Scorecard

Record = dict[str, Any]
Place = frozenset[int]
TEXT = "“Ann, (Bob) 10%.” aa b-b, “cc” dd."
CUT = "\"'“”‘’„‚«»‹›`.,;:!?…()"

# --- records ----------------------------------------------------------------------------------------------------------


def span(start: int, end: int) -> Record:
    return {"start": start, "end": end, "text": TEXT[start:end]}


ANYWHERE = st.integers(0, len(TEXT) - 1).flatmap(lambda start: st.integers(start + 1, min(len(TEXT), start + 12)).map(lambda end: span(start, end)))
# Spans that are so near to each other that a record may go with several: what tells the best assignment from a greedy one.
SPANS = ANYWHERE | st.tuples(st.integers(5, 8), st.integers(17, 24)).map(lambda edges: span(*edges))
PEOPLE = [
    {"id": name, "name": name, "kind": "person", "named": True, "role": None, "mentions": [{**span(at, at + 3), "form": "name"}]}
    for name, at in (("Ann", TEXT.index("Ann")), ("Bob", TEXT.index("Bob")))
]
CLAIM = st.fixed_dictionaries(
    {
        "content": st.lists(SPANS, min_size=1, max_size=2),
        "speakers": st.sampled_from([[], ["Ann"], ["Bob"], ["Ann", "Bob"]]),
        "form": st.sampled_from(["direct", "indirect"]),
        "act": st.sampled_from(["assert", "deny"]),
    }
).map(lambda record: {**record, "cue": None, "source": None, "relay": [], "parent": None})
EVENT = st.fixed_dictionaries(
    {
        "mentions": st.lists(SPANS, min_size=1, max_size=2),
        "type": st.sampled_from(["life.die", "life.injure"]),
        "status": st.sampled_from(["happened", "planned"]),
    }
).map(lambda record: {**record, "participants": [], "time": None, "part_of": None})
FIGURE = st.fixed_dictionaries(
    {
        "span": SPANS,
        "low": st.sampled_from(["1", "2", None]),
        "unit": st.sampled_from(["%", None]),
        "of": st.one_of(st.none(), st.sampled_from([span(1, 4), span(1, 11), span(7, 10)])),
    }
).map(lambda record: {**record, "high": record["low"], "kind": "count", "parts": [], "bound": "exact", "change": None, "event": None, "relations": []})
KIND = {"claims": CLAIM, "events": EVENT, "figures": FIGURE}


def made_claim(content: list[Record]) -> Record:
    return {"content": content, "speakers": [], "form": "direct", "act": "assert", "cue": None, "source": None, "relay": [], "parent": None}


def side(records: Sequence[Record], layer: str) -> dict[str, list[Record]]:
    return {"entities": PEOPLE, "claims": [], "events": [], "figures": [], layer: [{"id": f"{layer[0]}{n}", **record} for n, record in enumerate(records)]}


def article(data: dict[str, list[Record]], name: str = "small") -> Article:
    links = {key: [{**record, "links": []} for record in data[key]] for key in ("entities", "events")}
    head = {
        "id": name, "headline": None, "text": TEXT, "text_sha256": digest(TEXT), "language": "en", "published": "2026-03-18", "dateline": None, "genre": "Current",
        "topics": ["society"], "provenance": {"kind": "written"}, "split": "train", "guidelines_version": "1", "annotators": [], "canary": "x",
    }  # fmt: skip
    return article_from({**head, **data, **links})


# --- the naive scorer ---------------------------------------------------------------------------------------------------


def covered(spans: Sequence[Record]) -> Place:
    out: set[int] = set()
    for one in spans:
        inside = list(range(one["start"], one["end"]))
        while inside and (TEXT[inside[0]] in CUT or TEXT[inside[0]].isspace()):
            inside.pop(0)
        while inside and (TEXT[inside[-1]] in CUT or TEXT[inside[-1]].isspace()):
            inside.pop()
        out |= {at for at in inside if not TEXT[at].isspace()}
    return frozenset(out)


def dice(one: frozenset[Any], other: frozenset[Any]) -> Fraction:
    return Fraction(2 * len(one & other), len(one) + len(other)) if one & other else Fraction(0)


def naive_claim(gold: Record, found: Record) -> tuple[Fraction, list[bool]]:
    overlap = dice(covered(gold["content"]), covered(found["content"]))
    return overlap, [overlap >= Fraction(4, 5), set(gold["speakers"]) == set(found["speakers"]), gold["form"] == found["form"], gold["act"] == found["act"]]


def naive_event(gold: Record, found: Record) -> tuple[Fraction, list[bool]]:
    overlap = max(dice(covered([mention]), covered(found["mentions"][:1])) for mention in gold["mentions"])
    return overlap, [overlap >= Fraction(1, 2), gold["type"] == found["type"], gold["status"] == found["status"]]


def naive_figure(gold: Record, found: Record) -> tuple[Fraction, list[bool]]:
    overlap = dice(covered([gold["span"]]), covered([found["span"]]))
    of = gold["of"] is found["of"] is None or (
        gold["of"] is not None and found["of"] is not None and dice(covered([gold["of"]]), covered([found["of"]])) >= Fraction(1, 2)
    )
    return overlap, [overlap >= Fraction(1, 2), gold["low"] == found["low"], gold["unit"] == found["unit"], of]


NAIVE = {"claims": naive_claim, "events": naive_event, "figures": naive_figure}
HEADLINE = {"claims": 1, "events": 1, "figures": 2}


@lru_cache
def assignments(rows: int, columns: int) -> list[tuple[tuple[int, int], ...]]:
    """Every one-to-one assignment of rows to columns, the partial ones included."""

    def go(row: int, free: frozenset[int]) -> Iterator[tuple[tuple[int, int], ...]]:
        if row == rows:
            yield ()
            return
        yield from go(row + 1, free)
        for column in free:
            for rest in go(row + 1, free - {column}):
                yield ((row, column), *rest)

    return list(go(0, frozenset(range(columns))))


def best(worth: dict[tuple[int, int], tuple[int, ...]], rows: int, columns: int, width: int) -> tuple[int, ...]:
    """The largest sum, compared from the left, over all assignments."""
    nothing = (0,) * width
    return max(tuple(map(sum, zip(nothing, *(worth.get(pair, nothing) for pair in chosen), strict=True))) for chosen in assignments(rows, columns))


ORDERED = {"content": 0, "speakers": 0, "mentions": 1}
"""Lists, and how many of their first items have a place of their own: an event stands at its first mention."""


def said(record: Record) -> str:
    """What a record says, whatever the order of its lists: the characters where it stands (an event at its first mention), and all else."""
    data = dict(record)
    for key, last in (("content", None), ("mentions", 1), ("span", None)):
        if key in data:
            data[key] = sorted(covered((data[key] if isinstance(data[key], list) else [data[key]])[:last]))
    if "speakers" in data:
        data["speakers"] = sorted(data["speakers"])
    return json.dumps(data, sort_keys=True)


def naive(layer: str, gold: Sequence[Record], found: Sequence[Record]) -> tuple[int, ...]:
    """Pairs on the headline rung, on every rung, and the sum of the Dice in millionths."""
    once = list({said(record): record for record in reversed(found)}.values())
    worth = {}
    for (g, one), (p, other) in itertools.product(enumerate(gold), enumerate(once)):
        overlap, holds = NAIVE[layer](one, other)
        climbed = list(itertools.accumulate(holds, lambda before, here: before and here))
        worth[g, p] = (int(climbed[HEADLINE[layer]]), *map(int, climbed), int(overlap * 10**6))
    return best(worth, len(gold), len(once), len(REGISTRY[layer].rungs) + 2)


# --- properties -----------------------------------------------------------------------------------------------------------

CASES = {layer: st.tuples(st.lists(records, max_size=4), st.lists(records, max_size=4)) for layer, records in KIND.items()}
ANY = st.sampled_from(sorted(CASES)).flatmap(lambda layer: st.tuples(st.just(layer), CASES[layer]))


def scored(layer: str, gold: Sequence[Record], found: Sequence[Record], name: str = "small") -> Scorecard:
    return newsgold.score([{"id": name, **side(found, layer)}], gold=[article(side(gold, layer), name)])


def ladder(card: Scorecard, layer: str) -> list[int]:
    total = card.total
    return [total[f"{layer}/{rung.name}"].tp for rung in REGISTRY[layer].rungs]


def test_every_layer_is_tried() -> None:
    assert {*KIND, "speakers"} == set(REGISTRY)
    assert {layer: REGISTRY[layer].rungs[index].name for layer, index in HEADLINE.items()} == {layer: REGISTRY[layer].headline for layer in HEADLINE}


@pytest.mark.parametrize("layer", KIND)
def test_rung_counts_and_soft_credit_are_those_of_the_best_of_all_assignments(layer: str) -> None:
    # A claim cut in two at white space is the same claim.
    cut = [made_claim([span(5, 22)]), made_claim([span(20, 22), span(5, 20)])]

    @settings(max_examples=150, deadline=None)
    @example(([made_claim([span(0, 8)])] * 2, cut) if layer == "claims" else ([], []))
    @given(CASES[layer])
    def holds(case: tuple[list[Record], list[Record]]) -> None:
        gold, found = case
        card = scored(layer, gold, found)
        _, *rungs, soft = naive(layer, gold, found)
        assert ladder(card, layer) == rungs
        assert card.total[f"{layer}/span:soft"].tp == soft

    holds()


@settings(max_examples=100, deadline=None)
@given(ANY)
def test_every_record_is_accounted_for_once_and_the_counts_follow_from_the_matches(case: tuple[str, tuple[list[Record], list[Record]]]) -> None:
    layer, (gold, found) = case
    card = scored(layer, gold, found)
    matches = [match for match in card.matches if match.layer == layer]
    assert sorted(match.gold for match in matches if match.gold) == sorted(f"{layer[0]}{n}" for n in range(len(gold)))
    assert sorted(match.predicted for match in matches if match.predicted) == sorted(f"{layer[0]}{n}" for n in range(len(found)))
    names = [rung.name for rung in REGISTRY[layer].rungs]
    climbed = [names.index(match.failed) if match.failed else len(names) for match in matches if match.gold and match.predicted]
    for index, name in enumerate(names):
        assert card.total[f"{layer}/{name}"] == (sum(height > index for height in climbed), len(gold), len(found))
    assert ladder(card, layer) == sorted(ladder(card, layer), reverse=True)
    assert sum(match.outcome == "duplicate" for match in matches) == len(found) - len(set(map(said, found)))


@settings(max_examples=60, deadline=None)
@given(ANY, st.integers(0, 10**6))
def test_no_order_changes_a_byte(case: tuple[str, tuple[list[Record], list[Record]]], seed: int) -> None:
    layer, (gold, found) = case
    rng = random.Random(seed)
    sides = side(gold, layer), side(found, layer)
    again = json.loads(json.dumps(sides))
    for records in (records for data in again for records in data.values()):
        rng.shuffle(records)
        for record in records:
            for key, first in ORDERED.items():
                if key in record:
                    record[key][first:] = rng.sample(record[key][first:], len(record[key]) - first)
    cards = [newsgold.score([{"id": "small", **mine}], gold=[article(theirs)]) for theirs, mine in (sides, again)]
    # The signature's digest is of the gold as it is written; all else must be the same.
    one, other = (card.to_json(matches=True).replace(card.signature.encode(), b"") for card in cards)
    assert one == other


@settings(max_examples=60, deadline=None)
@given(ANY, ANY)
def test_articles_add_up(one: tuple[str, tuple[list[Record], list[Record]]], other: tuple[str, tuple[list[Record], list[Record]]]) -> None:
    pairs = [(article(side(gold, layer), name), {"id": name, **side(found, layer)}) for name, (layer, (gold, found)) in (("a", one), ("b", other))]
    both = newsgold.score([found for _, found in pairs], gold=[gold for gold, _ in pairs]).total
    parts = [newsgold.score([found], gold=[gold]).total for gold, found in pairs]
    assert both == {measure: parts[0][measure].plus(parts[1][measure]) for measure in both}


# --- entities -------------------------------------------------------------------------------------------------------------

WORDS = [span(at, at + 1) for at, char in enumerate(TEXT) if char.isalnum()]
CLUSTERS = st.lists(st.integers(0, 4), min_size=len(WORDS), max_size=len(WORDS)).map(
    lambda owners: [frozenset(at for at, owner in enumerate(owners) if owner == number) for number in sorted({*owners} - {4})]
)


def speaking(clusters: Sequence[frozenset[int]]) -> dict[str, list[Record]]:
    """Unnamed entities with these mentions, each of which says something."""
    entities = [
        {"id": f"e{n}", "name": None, "kind": "person", "named": False, "role": None, "mentions": [{**WORDS[at], "form": "nominal"} for at in sorted(cluster)]}
        for n, cluster in enumerate(clusters)
    ]
    claim = {"content": [span(0, 10)], "form": "direct", "act": "assert", "cue": None, "source": None, "relay": [], "parent": None}
    return {"entities": entities, "claims": [{"id": f"c{n}", "speakers": [f"e{n}"], **claim} for n in range(len(clusters))], "events": [], "figures": []}


@settings(max_examples=100, deadline=None)
@given(CLUSTERS, CLUSTERS)
def test_speakers_are_those_of_the_best_of_all_alignments(gold: list[frozenset[int]], found: list[frozenset[int]]) -> None:
    """Most pairs with Dice ≥ 0.5, then most with Dice ≥ 0.8, over entities without names that all speak."""
    worth = {
        (g, p): (1, int(overlap >= Fraction(4, 5)), int(overlap * 10**6))
        for (g, one), (p, other) in itertools.product(enumerate(gold), enumerate(found))
        if (overlap := dice(one, other)) >= Fraction(1, 2)
    }
    card = newsgold.score([{"id": "small", **speaking(found)}], gold=[article(speaking(gold))])
    pairs, alike, soft = best(worth, len(gold), len(found), 3)
    assert card.total["speakers/found"] == (pairs, len(gold), len(found))
    assert ladder(card, "speakers") == [pairs, alike, alike]
    assert card.total["speakers/span:soft"].tp == soft
