"""The rule baseline: speakers, claims, events and figures of news articles, found by rules and a lexicon.

Usage: ``python baselines/rules/predict.py --split test --out predictions.jsonl``
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import newsgold
from claims import find_claims
from events import find_events, link_figures
from figures import find_figures
from names import Entities
from page import Page, Span

FIELDS = ("id", "headline", "text", "language", "published", "genre", "topics")


def predict(article: Mapping[str, Any]) -> dict[str, Any]:
    """The prediction for one article, in the form of ``schemas/prediction.json``.

    Args:
        article: the fields of ``FIELDS``; only ``id`` and ``text`` are needed, ``published`` (ISO date) dates the events,
            ``language`` tells whose dollar it is, and ``topics`` whether "goal" and "draw" are sport.
    """
    text = article["text"]
    sport = "sport" in (article.get("topics") or ())
    page = Page(text)
    entities = Entities(page, sport)
    # Claims come first: they make the speakers, which participants of events are then merged with.
    claims = find_claims(page, entities)
    events = find_events(page, entities, article.get("published") or "2000-01-01", sport)
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


def read_articles(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """The articles of a split, or of a file of JSON lines."""
    if arguments.input:
        # Not splitlines(): a text may hold other line separators, which JSON need not escape.
        articles = [json.loads(line) for line in Path(arguments.input).read_text(encoding="utf-8").split("\n") if line.strip()]
        if not all(isinstance(article, dict) and "id" in article for article in articles):
            raise ValueError(f"{arguments.input}: every line must be an object with an id")
        return articles
    return [{field: getattr(article, field) for field in FIELDS} for article in newsgold.load(arguments.split)]


def with_progress(articles: list[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    """The articles, with a progress bar on stderr if there are many and someone is looking."""
    if len(articles) < 200 or not sys.stderr.isatty():
        return articles
    from rich.console import Console
    from rich.progress import track

    return track(articles, "articles", console=Console(stderr=True))


def main(argv: list[str] | None = None) -> int:
    """Command line entry point; returns the exit code, 0 or 2."""
    parser = argparse.ArgumentParser(description="Predict speakers, claims, events and figures by rules.")
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--split", default="test", help="split of the installed data (default: test)")
    source.add_argument("--in", dest="input", metavar="FILE", help="articles as JSON lines instead of a split")
    parser.add_argument("--out", required=True, metavar="FILE", help="where to write the predictions, one JSON object a line")
    parser.add_argument("--force", action="store_true", help="overwrite an existing file")
    arguments = parser.parse_args(argv)
    out = Path(arguments.out)
    if out.exists() and not arguments.force:
        print(f"{out} exists; use --force to overwrite it", file=sys.stderr)
        return 2
    try:
        articles = read_articles(arguments)
        with_text = [article for article in articles if article.get("text") is not None]
        for article in articles:
            if article.get("text") is None:
                print(f"{article['id']}: no text, skipped", file=sys.stderr)
        # Everything is predicted before a file is opened, and it gets its name when it is whole: a failure leaves no half file.
        lines = [json.dumps(predict(article), ensure_ascii=False) + "\n" for article in with_progress(with_text)]
        out.parent.mkdir(parents=True, exist_ok=True)
        part = out.with_name(f".{out.name}.part")
        part.write_text("".join(lines), encoding="utf-8")
        part.replace(out)
    except (OSError, ValueError, KeyError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"{len(lines)} articles -> {out}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
