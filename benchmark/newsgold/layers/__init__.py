"""The layers, in the order in which they are matched: later ones may ask what earlier ones matched."""

from __future__ import annotations

from newsgold.layers import claims, events, figures, speakers
from newsgold.layers._base import Context, Label, Layer, LinkField, Pair, Rung, Side, SpanField

REGISTRY: dict[str, Layer] = {layer.name: layer for layer in (speakers.LAYER, claims.LAYER, events.LAYER, figures.LAYER)}

__all__ = ["REGISTRY", "Context", "Label", "Layer", "LinkField", "Pair", "Rung", "Side", "SpanField"]
