"""Synthetic articles for the benchmarks: short items cut from the shipped gold, and predictions that a system might make of them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import islice
from typing import Any

import msgspec

import newsgold
from newsgold.normalize import digest
from newsgold.records import Article, Span

Objects = dict[str, Any]


def items(paragraphs: int = 2) -> Iterator[Article]:
    """Every stretch of so many paragraphs of the shipped articles, with the records that lie wholly inside it.

    Records that others refer to, but that lie outside, take what refers to them along.
    """
    for article in (article for split in ("train", "validation", "test") for article in newsgold.load(split)):
        text = article.text or ""
        borders = [0, *(at + 2 for at in range(len(text) - 1) if text.startswith("\n\n", at)), len(text) + 2]
        for number in range(0, len(borders) - paragraphs, paragraphs):
            start, end = borders[number], borders[number + paragraphs] - 2
            if (cut := _cut(article, start, end)) and cut.claims + cut.events + cut.figures:
                yield msgspec.structs.replace(cut, id=f"{article.id}-{number}")


def _cut(article: Article, start: int, end: int) -> Article:
    """The article of a stretch of another's text."""

    def inside(value: Any) -> bool:
        if isinstance(value, Span) or hasattr(value, "start"):
            return bool(start <= value.start and value.end <= end)
        return all(map(inside, value)) if isinstance(value, tuple) else True

    def moved(value: Any) -> Any:
        if hasattr(value, "start") and hasattr(value, "end"):
            return msgspec.structs.replace(value, start=value.start - start, end=value.end - start)
        if isinstance(value, tuple):
            return tuple(map(moved, value))
        if isinstance(value, msgspec.Struct):
            return msgspec.structs.replace(value, **{field: moved(getattr(value, field)) for field in value.__struct_fields__})
        return value

    replace = msgspec.structs.replace
    entities = [
        replace(e, mentions=kept, role=e.role if e.role and inside(e.role) else None) for e in article.entities if (kept := tuple(filter(inside, e.mentions)))
    ]
    there = {entity.id for entity in entities}
    claims = [
        c
        for c in article.claims
        if inside(c.content) and (not c.cue or inside(c.cue)) and (not c.source or inside(c.source)) and {*c.speakers, *c.relay} <= there
    ]
    known = {claim.id for claim in claims}
    claims = [replace(claim, parent=claim.parent if claim.parent in known else None) for claim in claims]
    events = [e for e in article.events if inside(e.mentions) and (not e.time or not e.time.span or inside(e.time.span))]
    events = [replace(e, participants=tuple(p for p in e.participants if p.entity in there and inside(p.mention))) for e in events]
    known = {event.id for event in events}
    events = [replace(event, part_of=event.part_of if event.part_of in known else None) for event in events]
    figures = [f for f in article.figures if inside(f.span) and (not f.of or inside(f.of))]
    named = {figure.id for figure in figures}
    figures = [replace(f, event=f.event if f.event in known else None, relations=tuple(r for r in f.relations if r.figure in named)) for f in figures]
    used = {entity for claim in claims for entity in (*claim.speakers, *claim.relay)} | {p.entity for event in events for p in event.participants}
    entities = [
        replace(e, named=any(m.form == "name" for m in e.mentions), name=max((m.text or "" for m in e.mentions if m.form == "name"), key=len, default=e.name))
        for e in entities
        if e.id in used
    ]
    text = (article.text or "")[start:end]
    return replace(
        article, text=text, text_sha256=digest(text), entities=moved(tuple(entities)), claims=moved(tuple(claims)), events=moved(tuple(events)),
        figures=moved(tuple(figures)),
    )  # fmt: skip


def corpus(count: int, paragraphs: int | None = 2) -> Iterator[Article]:
    """``count`` articles: the items (``None``: the whole articles) over and over, under new ids."""
    base = (
        [article for split in ("train", "validation", "test") for article in newsgold.load(split)]
        if paragraphs is None
        else list(islice(items(paragraphs), count))
    )
    for number in range(count):
        article = base[number % len(base)]
        yield msgspec.structs.replace(article, id=f"{article.id}-{number // len(base)}")


def prediction(article: Article, rng: random.Random) -> Objects:
    """What a middling system might predict: a fifth of the records missed, a fifth mislabelled, some boundaries moved."""
    data: Objects = newsgold.to_prediction(article)
    for key in ("claims", "events", "figures"):
        data[key] = [record for record in data[key] if rng.random() > 0.2]
    there = {key: {record["id"] for record in data[key]} for key in ("claims", "events", "figures")}
    for claim in data["claims"]:
        claim["parent"] = claim["parent"] if claim["parent"] in there["claims"] else None
        if rng.random() < 0.2:
            claim["act"] = "deny"
        span = claim["content"][0]
        if rng.random() < 0.3 and span["end"] - span["start"] > 20:
            span["end"] -= 7
            span["text"] = span["text"][:-7]
    for event in data["events"]:
        event["part_of"] = event["part_of"] if event["part_of"] in there["events"] else None
        if rng.random() < 0.2:
            event["type"] = "life.die"
    for figure in data["figures"]:
        figure["event"] = figure["event"] if figure["event"] in there["events"] else None
        figure["relations"] = [relation for relation in figure["relations"] if relation["figure"] in there["figures"]]
        if rng.random() < 0.2:
            figure["unit"] = "EUR"
    return data
