"""Events: something that happens, of a listed type.

trigger: the predicted event's first mention overlaps (Dice ≥ 0.5) any gold mention. type, status: the same label.
Headline: the mean of type F1 and argument F1 (classification, entity level, end to end).
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from newsgold.compare import Shape, same_time
from newsgold.layers._base import Context, Label, Layer, LinkField, Pair, Rung, SpanField, by_position, one_span


def _shapes(event: Any, context: Context, is_gold: bool) -> Sequence[Shape]:
    """Gold may be met at any mention; a predicted event stands at its first, so that listing every word does not pay."""
    mentions = event.mentions if is_gold else event.mentions[:1]
    return [context.gold.shape(mention) for mention in mentions]


def _part_of(pair: Pair) -> set[Any]:
    whole = pair.predicted.part_of
    return {place if (place := pair.context.linked("events", whole)) is not None else whole} if whole else set()


def _alleged(pair: Pair, is_gold: bool) -> set[Any]:
    """The (role, entity) participants that are only alleged."""
    context = pair.context

    def place(entity: str) -> int | str:
        found = context.gold.entity_index[entity] if is_gold else context.aligned(entity)
        return entity if found is None else found

    participants = (pair.gold if is_gold else pair.predicted).participants
    return {(participant.role, place(participant.entity)) for participant in participants if participant.alleged}


def _time_equal(pair: Pair) -> set[Any]:
    if pair.predicted.time is None or pair.predicted.time.value is None:
        return set()
    return {"time"} if pair.gold.time is not None and same_time(pair.gold.time, pair.predicted.time)[0] else {"other"}


def _time_overlap(pair: Pair) -> set[Any]:
    if pair.predicted.time is None or pair.predicted.time.value is None:
        return set()
    return {"time"} if pair.gold.time is not None and same_time(pair.gold.time, pair.predicted.time)[1] else {"other"}


def _has_time(pair: Pair) -> set[Any]:
    return {"time"} if pair.gold.time is not None else set()


LAYER = Layer(
    name="events",
    records=lambda side: by_position(side.annotation.events, lambda event: event.mentions[0] if event.mentions else None),
    shapes=_shapes,
    rungs=(
        Rung("trigger", lambda pair: pair.overlap.half),
        Rung("type", lambda pair: pair.gold.type == pair.predicted.type),
        Rung("status", lambda pair: pair.gold.status == pair.predicted.status),
    ),
    headline="type",
    labels=(Label("type", attrgetter("type")), Label("status", attrgetter("status"))),
    spans=(
        SpanField(
            "mentions",
            attrgetter("mentions"),
            lambda pair: [pair.context.gold.shape(mention) for mention in pair.gold.mentions],
            lambda pair: [pair.context.predicted.shape(mention) for mention in pair.predicted.mentions],
        ),
        one_span("time_span", lambda event: event.time.span if event.time else None),
    ),
    links=(
        LinkField("time", attrgetter("time"), _has_time, _time_equal),
        LinkField("time_overlap", attrgetter("time"), _has_time, _time_overlap),
        LinkField(
            "part_of", attrgetter("part_of"), lambda pair: {pair.context.gold_index("events", pair.gold.part_of)} if pair.gold.part_of else set(), _part_of
        ),
        LinkField("alleged", attrgetter("participants"), lambda pair: _alleged(pair, True), lambda pair: _alleged(pair, False)),
    ),
    located=lambda event: bool(event.mentions) and event.mentions[0].located,
    arguments=True,
)
