"""What a layer is: a table of what to match on, the rungs of its ladder, and the attributes of matched pairs.

A layer file declares a `Layer`; ``score`` runs them all with one matcher. Nothing here loops over a corpus.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any

from newsgold import records
from newsgold.compare import MODES, NOTHING, Names, Overlap, Shape, Text
from newsgold.normalize import PRONOUNS
from newsgold.records import Annotation, Entity, Span, to_dict


def canonical(record: Any, without: Sequence[str] = ("id",)) -> bytes:
    """The record as canonical JSON without its id: equal for records that say the same."""
    return records.canonical(to_dict(record), event=isinstance(record, records.Event), without=without)


class Side:
    """One side of a comparison, its records in canonical order (by position, then content): list order never matters."""

    def __init__(self, annotation: Annotation, text: Text):
        self.annotation = annotation
        self.text = text

    @cached_property
    def entities(self) -> list[Entity]:
        """All entities, by first mention, then by name and content."""
        return ordered(self.annotation.entities, lambda e: (min(((m.start, m.end) for m in e.mentions if m.located), default=(1 << 40, 0)), e.name or ""))

    @cached_property
    def entity_index(self) -> dict[str, int]:
        """Entity id to place in `entities`."""
        return {entity.id: index for index, entity in enumerate(self.entities)}

    @cached_property
    def speakers(self) -> set[int]:
        """Places of the entities to which a claim is attributed; a claim that is not in the text makes nobody a speaker."""
        located = (claim for claim in self.annotation.claims if claim.content and all(span.located for span in claim.content))
        return {self.entity_index[speaker] for claim in located for speaker in claim.speakers if speaker in self.entity_index}

    def shape(self, *spans: Span | None) -> Shape:
        """The characters that spans cover."""
        if len(spans) == 1 and spans[0] is not None:
            return self.text.one(spans[0])
        return self.text.shape(span for span in spans if span is not None)


@dataclass
class Context:
    """One article's two sides and what has been matched so far. Indices are places in canonical order."""

    gold: Side
    predicted: Side
    language: str
    matched: dict[str, dict[int, int]] = field(default_factory=dict)
    """Per layer, predicted index to gold index of the pairs that hold the first rung."""
    ids: dict[str, tuple[dict[str, int], dict[str, int]]] = field(default_factory=dict)
    """Per layer, record id to index, for gold and predicted."""

    def spot(self, mention: Span) -> tuple[tuple[int, int], ...]:
        """A mention as the characters it covers, for exact comparison."""
        return self.gold.text.one(mention).pieces

    @cached_property
    def gold_mentions(self) -> list[dict[tuple[tuple[int, int], ...], str | None]]:
        """For each gold entity, its mentions and their forms."""
        return [{self.spot(m): m.form for m in entity.mentions} for entity in self.gold.entities]

    @cached_property
    def predicted_mentions(self) -> list[dict[tuple[tuple[int, int], ...], str | None]]:
        """For each predicted entity, the mentions that count: one that an earlier entity claims already is lost, unless
        the gold gives it to several too (a plural phrase stands for each of its members); a pronoun that the gold does
        not list is ignored. Its words or the gold say what is a pronoun: what a system calls one would not count as a
        name or nominal.
        """
        room: dict[tuple[tuple[int, int], ...], int] = {}
        for mentions in self.gold_mentions:
            for spot in mentions:
                room[spot] = room.get(spot, 0) + 1
        pronouns = {spot for mentions in self.gold_mentions for spot, form in mentions.items() if form == "pronoun"}
        taken: dict[tuple[tuple[int, int], ...], int] = {}
        out = []
        for entity in self.predicted.entities:
            kept: dict[tuple[tuple[int, int], ...], str | None] = {}
            for mention in entity.mentions:
                is_pronoun = (mention.text or "").casefold() in PRONOUNS
                form = None if mention.form == "pronoun" else mention.form
                if not mention.located:
                    kept[((mention.start, -1 - len(kept)),)] = "pronoun" if is_pronoun else form  # not in the text: never matches, still counts
                    continue
                spot = self.spot(mention)
                if spot in kept or not spot or (is_pronoun and spot not in room):
                    continue
                if taken.get(spot, 0) < max(1, room.get(spot, 0)):
                    taken[spot] = taken.get(spot, 0) + 1
                    kept[spot] = "pronoun" if is_pronoun or spot in pronouns else form
            out.append(kept)
        return out

    @cached_property
    def firm_mentions(self) -> tuple[list[set[Any]], list[set[Any]]]:
        """For each gold and each predicted entity, its mentions that are no pronouns."""
        one, other = (
            [{spot for spot, form in mentions.items() if form != "pronoun"} for mentions in side] for side in (self.gold_mentions, self.predicted_mentions)
        )
        return one, other

    @cached_property
    def name_pairs(self) -> set[tuple[int, int]]:
        """Entity pairs whose names match."""
        gold, predicted = ({index: entity.name for index, entity in enumerate(side.entities)} for side in (self.gold, self.predicted))
        return Names(gold, predicted, self.language).pairs()

    @property
    def alignment(self) -> Mapping[int, int]:
        """Predicted entity to gold entity."""
        return self.matched.get("entities", {})

    def aligned(self, entity: str) -> int | None:
        """The gold entity (its place) that a predicted entity id is aligned to."""
        return self.alignment.get(self.predicted.entity_index.get(entity, -1))

    def linked(self, layer: str, record_id: str | None) -> int | None:
        """The gold record (its place) that a predicted record id of ``layer`` is matched to."""
        if record_id is None:
            return None
        return self.matched.get(layer, {}).get(self.ids[layer][1].get(record_id, -1))

    def gold_index(self, layer: str, record_id: str) -> int:
        """The place of a gold record."""
        return self.ids[layer][0][record_id]


@dataclass(slots=True)
class Pair:
    """A gold and a predicted record that may be matched."""

    gold: Any
    predicted: Any
    overlap: Overlap
    context: Context


@dataclass(frozen=True)
class Rung:
    """A condition on a pair. It holds only where all rungs before it hold."""

    name: str
    holds: Callable[[Pair], bool]


@dataclass(frozen=True)
class Label:
    """A categorical attribute: confusion counts over matched pairs."""

    name: str
    get: Callable[[Any], str | None]


@dataclass(frozen=True)
class SpanField:
    """An attribute that is a set of spans: counts in the four span modes over matched pairs."""

    name: str
    has: Callable[[Any], Any]
    """Whether a record gives it, so that the others need no look."""
    gold: Callable[[Pair], Sequence[Shape]]
    predicted: Callable[[Pair], Sequence[Shape]]


@dataclass(frozen=True)
class LinkField:
    """An attribute that is a set of ties or values: the sets on both sides, brought to the same terms.

    A predicted tie that leads to nothing in the gold is a term that no gold side has.
    """

    name: str
    has: Callable[[Any], Any]
    """Whether a record gives it, so that the others need no look."""
    gold: Callable[[Pair], set[Any]]
    predicted: Callable[[Pair], set[Any]]


@dataclass(frozen=True)
class Layer:
    """One layer of the scheme."""

    name: str
    records: Callable[[Side], Sequence[Any]]
    """The records that are scored, in canonical order."""
    shapes: Callable[[Any, Context, bool], Sequence[Shape]]
    """Where a record stands: alternatives, any of which may be met. The flag is true on the gold side."""
    rungs: tuple[Rung, ...]
    headline: str
    """The rung whose F1 is the layer's headline (events: together with arguments)."""
    labels: tuple[Label, ...]
    spans: tuple[SpanField, ...]
    links: tuple[LinkField, ...]
    located: Callable[[Any], bool] = lambda record: True
    """Whether every string that locates the record is in the text."""
    place: str = "mentions"
    """The field that locates a record: records at one place that otherwise say the same are duplicates."""
    arguments: bool = False
    """Whether participants are scored as arguments."""

    @cached_property
    def ladders(self) -> list[tuple[int, ...]]:
        """By how many rungs a pair holds: whether it holds the headline, then whether it holds each rung."""
        levels = range(len(self.rungs))
        headline = next(index for index in levels if self.rungs[index].name == self.headline)
        return [(int(held > headline), *(int(held > index) for index in levels)) for held in range(len(self.rungs) + 1)]

    @cached_property
    def keys(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The names of the counts of the rungs, and of the span modes."""
        return tuple(f"{self.name}/{rung.name}" for rung in self.rungs), tuple(f"{self.name}/span:{mode}" for mode in MODES)

    @cached_property
    def label_keys(self) -> tuple[tuple[Label, str], ...]:
        """The categorical attributes with the names of their tables."""
        return tuple((label, f"{self.name}/{label.name}") for label in self.labels)

    @cached_property
    def span_keys(self) -> tuple[tuple[SpanField, tuple[str, ...]], ...]:
        """The span attributes with the names of their counts, one a mode."""
        return tuple((spans, tuple(f"{self.name}/attribute:{spans.name}:{mode}" for mode in MODES)) for spans in self.spans)

    @cached_property
    def link_keys(self) -> tuple[tuple[LinkField, str], ...]:
        """The attributes that are ties or values with the names of their counts."""
        return tuple((link, f"{self.name}/attribute:{link.name}") for link in self.links)


def by_position(records: Iterable[Any], first: Callable[[Any], Span | None]) -> list[Any]:
    """Records by the place of their first span, then by content."""

    def place(record: Any) -> tuple[int, int]:
        span = first(record)
        return (span.start, span.end) if span else (1 << 40, 0)

    return ordered(records, place)


def ordered(records: Iterable[Any], key: Callable[[Any], Any]) -> list[Any]:
    """Records by ``key``, those with equal keys by content, then by id; the content is only looked at where it must be."""
    keyed = [(key(record), index, record) for index, record in enumerate(records)]
    keyed.sort()  # the index stands before the record, so that records are never compared
    if all(one[0] != other[0] for one, other in pairwise(keyed)):
        return [record for _, _, record in keyed]
    out = []
    for _, group in groupby(keyed, key=itemgetter(0)):
        same = [record for _, _, record in group]
        out += same if len(same) == 1 else sorted(same, key=lambda record: (canonical(record), record.id))
    return out


def best(gold: Sequence[Shape], predicted: Sequence[Shape], text: Text) -> Overlap:
    """The largest overlap between any two alternatives."""
    if len(gold) == len(predicted) == 1:
        return text.overlap(gold[0], predicted[0])
    found = [text.overlap(one, other) for one in gold for other in predicted]
    return max(found, key=lambda overlap: (overlap.millionths, overlap.shared), default=NOTHING)


def one_span(name: str, get: Callable[[Any], Span | None]) -> SpanField:
    """A `SpanField` that holds at most one span."""
    return SpanField(
        name,
        get,
        lambda pair: [pair.context.gold.shape(span)] if (span := get(pair.gold)) else [],
        lambda pair: [pair.context.predicted.shape(span)] if (span := get(pair.predicted)) else [],
    )
