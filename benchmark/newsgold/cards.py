"""Cards: what a page shows of a record, as plain values. A card has a title and labels, and a line for every other thing said of the record.

A line is either the record's own field or follows from other records (what an entity says, which claims stand inside
one, what a figure is the whole of), so that a relation can be read from both of its ends. Nothing here knows HTML.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from newsgold.records import Annotation, Claim, Entity, Event, Figure, Span, Time, spans_of

LAYERS: Final = ("entities", "claims", "events", "figures")
"""The layers as an annotation holds them; speakers are entities with a claim."""
DASH: Final = "–"


@dataclass(frozen=True)
class Item:
    """One value of a line: words of the article, another record, or a plain word."""

    text: str
    """What it reads."""
    ref: str | None = None
    """Id of the record that it names."""
    start: int | None = None
    """Offset of the words of the article that it quotes."""
    note: str = ""
    """What is said of it: a mention's form, a participant's part."""
    of_last: bool = False
    """Whether these are the words for the item before."""


@dataclass(frozen=True)
class Line:
    """One line of a card."""

    label: str
    """What the line says."""
    items: tuple[Item, ...]
    """Its values."""
    fields: tuple[str, ...] = ()
    """The record's fields that it shows; none where it follows from other records. Only the record's own may be empty."""


@dataclass(frozen=True)
class Card:
    """One record."""

    id: str
    """The record's id."""
    layer: str
    """One of LAYERS."""
    title: Line
    """What it is called: a name, or words of the article."""
    labels: tuple[Line, ...]
    """Its labels, one item each."""
    lines: tuple[Line, ...]
    """Everything else that is said of it."""
    spans: tuple[Span, ...]
    """Where it stands in the text."""


def quoted(span: Span, note: str = "") -> Item:
    """Words of the article; their offsets where the text is absent."""
    return Item(f"[{span.start}–{span.end}]", note=note) if span.text is None else Item(span.text, start=span.start, note=note)


def value_of(figure: Figure) -> str:
    """A figure's value or bounds with its unit."""
    ends = [end for end in (figure.low, figure.high) if end is not None]
    if figure.parts:
        number = "–".join(figure.parts)
    elif figure.low == figure.high:
        number = figure.low or DASH
    else:
        number = f"{figure.low} to {figure.high}" if len(ends) == 2 else f"from {figure.low}" if figure.low is not None else f"up to {figure.high}"
    return number + (f" {figure.unit}" if figure.unit else "")


def labels(annotation: Annotation) -> dict[str, dict[str, list[str]]]:
    """Label field to label to the ids of the records that have it, in their order; a record stands once for every time it has it."""
    out: dict[str, dict[str, list[str]]] = {}

    def add(field: str, label: str | None, record: str) -> None:
        if label is not None:
            out.setdefault(field, {}).setdefault(label, []).append(record)

    for entity in annotation.entities:
        add("entity.kind", entity.kind, entity.id)
    for claim in annotation.claims:
        add("claim.form", claim.form, claim.id)
        add("claim.act", claim.act, claim.id)
    for event in annotation.events:
        add("event.type", event.type, event.id)
        add("event.status", event.status, event.id)
        for participant in event.participants:
            add("participant.role", participant.role, event.id)
    for figure in annotation.figures:
        add("figure.kind", figure.kind, figure.id)
        add("figure.bound", figure.bound, figure.id)
        add("figure.unit", figure.unit, figure.id)
        add("figure.change", figure.change, figure.id)
        for relation in figure.relations:
            add("figure.relation", relation.type, figure.id)
    return out


def cards(annotation: Annotation) -> dict[str, list[Card]]:
    """Layer to its records as cards, in the annotation's order."""
    around = _Around(annotation)
    return {layer: [around.card(layer, record) for record in getattr(annotation, layer)] for layer in LAYERS}


_RELATION: Final[Mapping[str, tuple[str, str]]] = {
    "subset_of": ("subset of", "has subset"),
    "revises": ("revises", "revised by"),
    "compared_with": ("compared with", "compared by"),
    "converts_to": ("converts to", "converted from"),
}


class _Around:
    """An annotation with its references looked up both ways."""

    def __init__(self, annotation: Annotation):
        self.annotation = annotation
        self.records: dict[str, Any] = {record.id: record for layer in LAYERS for record in getattr(annotation, layer)}

    def name(self, record: Any) -> str:
        """What a record is called where another one names it."""
        if isinstance(record, Entity) and record.name is not None:
            return record.name
        spans = spans_of(record)
        if not isinstance(record, Claim):
            spans = spans[:1]
        return short(" […] ".join(quoted(span).text for span in spans)) if spans else record.id

    def to(self, record_id: str | None, note: str = "") -> tuple[Item, ...]:
        """A reference to a record; an id that nothing has stays an id."""
        if record_id is None:
            return ()
        record = self.records.get(record_id)
        return (Item(record_id, note=note) if record is None else Item(self.name(record), ref=record_id, note=note),)

    def all(self, records: Iterable[Any], note: Callable[[Any], str] = lambda _: "") -> tuple[Item, ...]:
        return tuple(item for record in records for item in self.to(record.id, note(record)))

    def card(self, layer: str, record: Any) -> Card:
        title, labels_, lines = _LINES[layer](self, record)
        return Card(record.id, layer, title, tuple(labels_), tuple(line for line in lines if line.items or line.fields), spans_of(record))

    def entity(self, entity: Entity) -> tuple[Line, Sequence[Line], Iterator[Line]]:
        named = () if entity.named is None else (Item("named" if entity.named else "unnamed"),)
        # An entity that stands in many places has its mentions in the order of the text.
        mentions = sorted(entity.mentions, key=lambda span: (span.start, span.end))

        def lines() -> Iterator[Line]:
            yield Line("role", _one(entity.role), ("role",))
            yield Line("mentions", tuple(quoted(span, span.form or "") for span in mentions), ("mentions",))
            yield Line("says", self.all(c for c in self.annotation.claims if entity.id in c.speakers))
            yield Line("relays", self.all(c for c in self.annotation.claims if entity.id in c.relay))
            yield Line(
                "takes part in",
                tuple(
                    Item(self.name(event), ref=event.id, note=p.role + (", alleged" if p.alleged else ""))
                    for event in self.annotation.events
                    for p in event.participants
                    if p.entity == entity.id
                ),
            )
            yield Line("links", tuple(Item(f"{link.scheme}:{link.id}") for link in entity.links), ("links",))

        return Line("name", (Item(self.name(entity)),), ("name",)), (Line("kind", _word(entity.kind), ("kind",)), Line("named", named, ("named",))), lines()

    def claim(self, claim: Claim) -> tuple[Line, Sequence[Line], Iterator[Line]]:
        def lines() -> Iterator[Line]:
            yield Line("speakers", tuple(item for who in claim.speakers for item in self.to(who)) or (Item("nobody is named"),), ("speakers",))
            yield Line("relayed by", tuple(item for who in claim.relay for item in self.to(who)), ("relay",))
            yield Line("source", _one(claim.source), ("source",))
            yield Line("cue", _one(claim.cue), ("cue",))
            yield Line("inside", self.to(claim.parent), ("parent",))
            yield Line("holds", self.all(c for c in self.annotation.claims if c.parent == claim.id))
            yield Line("tells of", self.all(e for e in self.annotation.events if _within(e.mentions[:1], claim.content)))

        content = tuple(quoted(span) for span in claim.content)
        return Line("content", content, ("content",)), (Line("form", _word(claim.form), ("form",)), Line("act", _word(claim.act), ("act",))), lines()

    def event(self, event: Event) -> tuple[Line, Sequence[Line], Iterator[Line]]:
        def lines() -> Iterator[Line]:
            yield Line("triggers", tuple(map(quoted, event.mentions)) if len(event.mentions) > 1 else (), ("mentions",))
            for role in dict.fromkeys(p.role for p in event.participants):
                held = [p for p in event.participants if p.role == role]
                yield Line(role, tuple(item for p in held for item in self._part(p.entity, p.mention, p.alleged)), ("participants",))
            if not event.participants:
                yield Line("participants", (), ("participants",))
            yield Line("time", _time(event.time) if event.time else (), ("time",))
            yield Line("part of", self.to(event.part_of), ("part_of",))
            yield Line("has part", self.all(e for e in self.annotation.events if e.part_of == event.id))
            yield Line("figures", self.all((f for f in self.annotation.figures if f.event == event.id), value_of))
            yield Line("told in", self.all(c for c in self.annotation.claims if _within(event.mentions[:1], c.content)))
            yield Line("links", tuple(Item(f"{link.scheme}:{link.id}") for link in event.links), ("links",))

        title = Line("trigger", tuple(map(quoted, event.mentions[:1])), ("mentions",))
        return title, (Line("type", _word(event.type), ("type",)), Line("status", _word(event.status), ("status",))), lines()

    def _part(self, entity: str, mention: Span | None, alleged: bool) -> Iterator[Item]:
        """A participant, and the words that stand for it here where they are others than its name."""
        for item in self.to(entity, "alleged" if alleged else ""):
            yield item
            if mention is not None and mention.text != item.text:
                yield replace(quoted(mention), of_last=True)

    def figure(self, figure: Figure) -> tuple[Line, Sequence[Line], Iterator[Line]]:
        def lines() -> Iterator[Line]:
            yield Line("value", _word(value_of(figure)), ("low", "high", "parts", "unit"))
            yield Line("of", _one(figure.of), ("of",))
            yield Line("event", self.to(figure.event), ("event",))
            for relation in figure.relations:
                yield Line(_RELATION.get(relation.type, (relation.type, ""))[0], self.to(relation.figure), ("relations",))
            if not figure.relations:
                yield Line("relations", (), ("relations",))
            for kind, (_, back) in _RELATION.items():
                yield Line(back, self.all(f for f in self.annotation.figures for r in f.relations if r.type == kind and r.figure == figure.id))

        title = Line("figure", (quoted(figure.span),), ("span",))
        return title, tuple(Line(name, _word(getattr(figure, name)), (name,)) for name in ("kind", "bound", "change")), lines()


_LINES: Final[Mapping[str, Callable[[_Around, Any], tuple[Line, Sequence[Line], Iterator[Line]]]]] = {
    "entities": _Around.entity,
    "claims": _Around.claim,
    "events": _Around.event,
    "figures": _Around.figure,
}


def short(text: str, limit: int = 70) -> str:
    """Words in one line, cut between words in the middle when there are too many."""
    flat = " ".join(text.split())
    if len(flat) <= limit:
        return flat
    head, tail = flat[: limit // 2], flat[3 - limit // 2 :]
    return f"{head.rsplit(' ', 1)[0]} … {tail.split(' ', 1)[-1]}"


def _one(span: Span | None) -> tuple[Item, ...]:
    return () if span is None else (quoted(span),)


def _word(label: str | None) -> tuple[Item, ...]:
    return () if label is None else (Item(label),)


def _time(time: Time) -> tuple[Item, ...]:
    return (*_word(time.value), *(replace(item, of_last=time.value is not None) for item in _one(time.span)))


def _within(inner: Sequence[Span], outer: Sequence[Span]) -> bool:
    """Whether the stretches lie in those of ``outer``."""
    return bool(inner) and all(any(o.start <= i.start and i.end <= o.end for o in outer) for i in inner)
