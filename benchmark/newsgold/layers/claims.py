"""Claims: attributed statements.

content: Dice of the covered characters ≥ 0.8. speakers: the same aligned entities, none for none. form, act: the same
label. Headline: speakers.
"""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from newsgold.layers._base import Label, Layer, LinkField, Pair, Rung, by_position, one_span


def _who(field: str, pair: Pair) -> tuple[set[Any], set[Any]]:
    """The entities of a field on both sides, as places in the gold; an unaligned one is its own id."""
    context = pair.context
    gold = {context.gold.entity_index[entity] for entity in getattr(pair.gold, field)}
    predicted = {place if (place := context.aligned(entity)) is not None else entity for entity in getattr(pair.predicted, field)}
    return gold, predicted


def _same_speakers(pair: Pair) -> bool:
    gold, predicted = _who("speakers", pair)
    return gold == predicted


def _parent(pair: Pair) -> set[Any]:
    parent = pair.predicted.parent
    return {place if (place := pair.context.linked("claims", parent)) is not None else parent} if parent else set()


LAYER = Layer(
    name="claims",
    records=lambda side: by_position(side.annotation.claims, lambda claim: min(claim.content, key=lambda span: (span.start, span.end), default=None)),
    shapes=lambda claim, context, is_gold: [context.gold.shape(*claim.content)],
    rungs=(
        Rung("content", lambda pair: pair.overlap.close),
        Rung("speakers", _same_speakers),
        Rung("form", lambda pair: pair.gold.form == pair.predicted.form),
        Rung("act", lambda pair: pair.gold.act == pair.predicted.act),
    ),
    headline="speakers",
    place="content",
    labels=(Label("form", attrgetter("form")), Label("act", attrgetter("act"))),
    spans=(one_span("cue", attrgetter("cue")), one_span("source", attrgetter("source"))),
    links=(
        LinkField("speakers", attrgetter("speakers"), lambda pair: _who("speakers", pair)[0], lambda pair: _who("speakers", pair)[1]),
        LinkField("relay", attrgetter("relay"), lambda pair: _who("relay", pair)[0], lambda pair: _who("relay", pair)[1]),
        LinkField("parent", attrgetter("parent"), lambda pair: {pair.context.gold_index("claims", pair.gold.parent)} if pair.gold.parent else set(), _parent),
    ),
    located=lambda claim: bool(claim.content) and all(span.located for span in claim.content),
)
