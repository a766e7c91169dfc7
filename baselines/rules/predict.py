"""The rule baseline: speakers, claims, events and figures of news articles, found by rules and a lexicon.

Usage: ``python baselines/rules/predict.py --split test --out predictions.jsonl``
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[1] / "common"))

import frame
from claims import find_claims
from events import find_events, link_figures
from figures import find_figures
from names import Entities
from page import Page, Span


def predict(article: Mapping[str, Any]) -> dict[str, Any]:
    """The prediction for one article, in the form of ``schemas/prediction.json``.

    Args:
        article: the fields of ``frame.FIELDS``; only ``id`` and ``text`` are needed, ``published`` (ISO date) dates the events,
            ``language`` tells whose dollar it is, and ``topics`` whether "goal" and "draw" are sport.
    """
    text = article["text"]
    sport = "sport" in (article.get("topics") or ())
    page = Page(text)
    entities = Entities(page, sport)
    # Claims come first: they make the speakers, which participants of events are then merged with.
    claims = find_claims(page, entities)
    events = find_events(page, entities, article.get("published") or "2000-01-01", sport, claims)
    figures = find_figures(page, article.get("language") or "en", sport)
    link_figures(page, events, figures)

    def span(pair: Span | None, **more: str) -> dict[str, Any] | None:
        return None if pair is None else {"start": pair[0], "end": pair[1], "text": text[slice(*pair)], **more}

    return {
        "id": article["id"],
        "entities": [
            {
                "id": entity.id,
                "name": entity.name,
                "kind": entity.kind,
                "named": entity.named,
                "role": span(entity.role),
                "mentions": [span(mention, form=form) for mention, form in sorted(entity.mentions.items())],
            }
            for entity in sorted(entities.all, key=lambda entity: int(entity.id[1:] or 0))
            if entity.id
        ],
        "claims": [
            {**claim, "content": [span(piece) for piece in claim["content"]], "cue": span(claim["cue"]), "source": span(claim["source"])} for claim in claims
        ],
        "events": [
            {
                **event,
                "mentions": [span(mention) for mention in event["mentions"]],
                "participants": [{**participant, "mention": span(participant["mention"])} for participant in event["participants"]],
                "time": event["time"] and {**event["time"], "span": span(event["time"]["span"])},
            }
            for event in events
        ],
        "figures": [{**figure, "span": span(figure["span"]), "of": span(figure["of"])} for figure in figures],
    }


def main(argv: list[str] | None = None) -> int:
    """Command line entry point; returns the exit code, 0 or 2."""
    return frame.main("Predict speakers, claims, events and figures by rules.", lambda _: predict, argv)


if __name__ == "__main__":
    sys.exit(main())
