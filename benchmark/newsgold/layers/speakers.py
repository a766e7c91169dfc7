"""Speakers: the entities to which a claim is attributed.

found: the gold and the predicted entity are aligned (`newsgold.score`) and both have a claim. mentions: Dice of the
mention sets ≥ 0.8. kind: the same kind. Headline: found.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from newsgold.compare import Overlap, Shape
from newsgold.layers._base import Context, Label, Layer, Pair, Rung, Side, SpanField, one_span
from newsgold.records import Entity


def mention_overlap(context: Context, gold: int, predicted: int, *, names_only: bool = False) -> Overlap:
    """Shared mentions of two entities, given by place; with ``names_only`` over name and nominal mentions, unless
    neither side has any.
    """
    if names_only:
        one, other = context.firm_mentions[0][gold], context.firm_mentions[1][predicted]
        if one or other:
            return Overlap(len(one & other), len(one), len(other))
    left, right = context.gold_mentions[gold], context.predicted_mentions[predicted]
    return Overlap(len(left.keys() & right.keys()), len(left), len(right))


def _records(side: Side) -> Sequence[Entity]:
    return [entity for index, entity in enumerate(side.entities) if index in side.speakers]


def _shapes(entity: Any, context: Context, is_gold: bool) -> Sequence[Shape]:
    side, mentions = (context.gold, context.gold_mentions) if is_gold else (context.predicted, context.predicted_mentions)
    # A mention that is not in the text is an empty shape: it counts, and overlaps nothing.
    return [Shape(spot, side.text.solid(*spot[0])) if spot[0][0] >= 0 else Shape((), 0) for spot in mentions[side.entity_index[entity.id]] if spot]


def _mentions(pair: Pair) -> bool:
    return mention_overlap(pair.context, pair.context.gold.entity_index[pair.gold.id], pair.context.predicted.entity_index[pair.predicted.id]).close


def _named(entity: Entity) -> str | None:
    return None if entity.named is None else str(entity.named).lower()


LAYER = Layer(
    name="speakers",
    records=_records,
    shapes=_shapes,
    rungs=(
        Rung("found", lambda pair: pair.context.aligned(pair.predicted.id) == pair.context.gold.entity_index[pair.gold.id]),
        Rung("mentions", _mentions),
        Rung("kind", lambda pair: pair.gold.kind == pair.predicted.kind),
    ),
    headline="found",
    labels=(Label("kind", attrgetter("kind")), Label("named", _named)),
    spans=(
        SpanField(
            "mentions", attrgetter("mentions"), lambda pair: _shapes(pair.gold, pair.context, True), lambda pair: _shapes(pair.predicted, pair.context, False)
        ),
        one_span("role", attrgetter("role")),
    ),
    links=(),
)
