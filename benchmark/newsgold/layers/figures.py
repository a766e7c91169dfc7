"""Figures: numbers that measure or count something.

span: Dice ≥ 0.5. value: low and high, or the parts, equal as numbers. unit: the same string. of: what is counted or
measured overlaps (Dice ≥ 0.5), none for none. Headline: unit.
"""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from newsgold.compare import same_number, same_parts
from newsgold.layers._base import Label, Layer, LinkField, Pair, Rung, by_position, one_span


def _value(pair: Pair) -> bool:
    gold, predicted = pair.gold, pair.predicted
    return same_parts(gold.parts, predicted.parts) and same_number(gold.low, predicted.low) and same_number(gold.high, predicted.high)


def _of(pair: Pair) -> bool:
    gold, predicted = pair.gold.of, pair.predicted.of
    if gold is None or predicted is None:
        return gold is predicted
    context = pair.context
    return context.gold.text.overlap(context.gold.shape(gold), context.predicted.shape(predicted)).half


def _event(pair: Pair) -> set[Any]:
    event = pair.predicted.event
    return {place if (place := pair.context.linked("events", event)) is not None else event} if event else set()


def _relations(pair: Pair) -> set[Any]:
    context = pair.context
    return {
        (relation.type, place if (place := context.linked("figures", relation.figure)) is not None else relation.figure)
        for relation in pair.predicted.relations
    }


LAYER = Layer(
    name="figures",
    records=lambda side: by_position(side.annotation.figures, lambda figure: figure.span),
    shapes=lambda figure, context, is_gold: [context.gold.shape(figure.span)],
    rungs=(
        Rung("span", lambda pair: pair.overlap.half),
        Rung("value", _value),
        Rung("unit", lambda pair: pair.gold.unit == pair.predicted.unit),
        Rung("of", _of),
    ),
    headline="unit",
    place="span",
    labels=(Label("kind", attrgetter("kind")), Label("bound", attrgetter("bound")), Label("change", lambda figure: figure.change or "none")),
    spans=(one_span("of", attrgetter("of")),),
    links=(
        LinkField("event", attrgetter("event"), lambda pair: {pair.context.gold_index("events", pair.gold.event)} if pair.gold.event else set(), _event),
        LinkField(
            "relations", attrgetter("relations"), lambda pair: {(r.type, pair.context.gold_index("figures", r.figure)) for r in pair.gold.relations}, _relations
        ),
    ),
    located=lambda figure: figure.span.located,
)
