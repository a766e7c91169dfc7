"""One article's gold and prediction, matched layer by layer: additive counts, and what became of every record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, Final

import msgspec

from newsgold import coref
from newsgold.compare import MODES, Shape, Text, touching
from newsgold.counts import MILLION, Count, Counts, Labels, rounded
from newsgold.layers import REGISTRY, Context, Layer, Pair, Side
from newsgold.layers._base import best, canonical
from newsgold.layers.speakers import mention_overlap
from newsgold.match import match
from newsgold.measures import ARGUMENTS, COREF_LAYER, GIVEN
from newsgold.records import Annotation, Article

WHOLE: Final = {"miss": "missed"}
"""Outcomes whose error kind has another name."""


class Match(msgspec.Struct, frozen=True, gc=False):
    """What became of one record, or of one argument of an event that is right otherwise."""

    article: str
    """Article id."""
    layer: str
    """Layer, or ``arguments``."""
    outcome: str
    """hit (every rung holds), partial (``failed`` names the first rung that does not), miss, spurious, duplicate or not_in_text."""
    gold: str | None = None
    """Gold record id (of an argument: its event's)."""
    predicted: str | None = None
    """Predicted record id (of an argument: its event's)."""
    failed: str | None = None
    """The first rung that failed; of an argument, ``role``."""
    overlap: float | None = None
    """Dice of the spans (speakers: of the mention sets)."""
    detail: str | None = None
    """Of an argument: its role and entity, on the gold side and on the predicted side where both are there."""

    @property
    def kind(self) -> str:
        """The error kind: hit, missed, spurious, duplicate, not_in_text, boundary, or ``wrong_`` and the rung that failed."""
        if self.failed is None:
            return WHOLE.get(self.outcome, self.outcome)
        first = self.layer in REGISTRY and self.failed == REGISTRY[self.layer].rungs[0].name
        return "boundary" if first else f"wrong_{self.failed}"


def error_kinds() -> dict[str, tuple[str, ...]]:
    """Every kind of outcome by layer, hits first, then in the order of the ladder."""
    ends = ("missed", "spurious", "duplicate", "not_in_text")
    out = {name: ("hit", "boundary", *(f"wrong_{rung.name}" for rung in layer.rungs[1:]), *ends) for name, layer in REGISTRY.items()}
    return {**out, "arguments": ("hit", "wrong_role", "missed", "spurious")}


@dataclass
class ArticleScore:
    """The scores of one article, before any division."""

    article: str
    """Article id."""
    counts: Counts = field(default_factory=dict)
    """Measure to count."""
    labels: Labels = field(default_factory=dict)
    """Attribute to label pairs."""
    matches: list[Match] = field(default_factory=list)
    """Every record, gold and predicted, in the order of the text."""

    @property
    def errors(self) -> Counter[str]:
        """How many records had each outcome: ``layer/kind``."""
        return Counter(f"{match.layer}/{match.kind}" for match in self.matches)


def score_article(gold: Article, predicted: Annotation | None, text: Text | None = None) -> ArticleScore:
    """Score one article. ``predicted`` is resolved (`newsgold.predictions`); ``None`` is scored as empty.

    Raises:
        ValueError: a stand-off article without its text.
    """
    context = _context(gold, predicted or Annotation(id=gold.id), text)
    out = ArticleScore(gold.id)
    _align(context)
    _resolution(context, out)
    done = [(layer, _match_layer(layer, context, out)) for layer in REGISTRY.values()]
    for layer, pairs in done:
        _attributes(layer, [pair for pair in pairs if layer.rungs[0].holds(pair)], out)
        if layer.arguments:
            _arguments(layer, pairs, context, out)
    return out


def align(gold: Article, predicted: Annotation) -> dict[str, str]:
    """Gold entity id to predicted entity id of the entities that are aligned.

    Raises:
        ValueError: a stand-off article without its text.
    """
    context = _context(gold, predicted, None)
    _align(context)
    return {context.gold.entities[g].id: context.predicted.entities[p].id for p, g in context.alignment.items()}


def _context(gold: Article, predicted: Annotation, text: Text | None) -> Context:
    if gold.text is None:
        raise ValueError(f"{gold.id} has no text; hydrate it first")
    text = text or Text(gold.text)
    return Context(Side(gold, text), Side(predicted, text), gold.language)


def _align(context: Context) -> None:
    """Align entities one-to-one: names match, or Dice of the name and nominal mentions ≥ 0.5.

    A name does not stand against the mentions: where either entity has a partner by mentions, only mentions decide.
    """
    gold, predicted = context.gold, context.predicted
    owners: dict[Any, list[int]] = {}
    for index, mentions in enumerate(context.gold_mentions):
        for spot in mentions:
            owners.setdefault(spot, []).append(index)
    candidates = set(context.name_pairs)
    candidates |= {(owner, index) for index, mentions in enumerate(context.predicted_mentions) for spot in mentions for owner in owners.get(spot, ())}
    worth = {}
    firm = {pair for pair in candidates if mention_overlap(context, *pair, names_only=True).half}
    settled = {g for g, _ in firm}, {p for _, p in firm}
    for g, p in candidates:
        if (g, p) in firm or ((g, p) in context.name_pairs and g not in settled[0] and p not in settled[1]):
            every = mention_overlap(context, g, p)
            speak = int(g in gold.speakers and p in predicted.speakers)
            worth[g, p] = (speak, 1, int(every.close), int(gold.entities[g].kind == predicted.entities[p].kind), every.millionths)
    context.matched["entities"] = {p: g for g, p in match(worth)}


def _resolution(context: Context, out: ArticleScore) -> None:
    """Coreference over the name and nominal mentions of the entities that speak, on either side."""
    clusters = [[firm[index] for index in sorted(side.speakers)] for side, firm in zip((context.gold, context.predicted), context.firm_mentions, strict=True)]
    if any(clusters):
        out.counts.update((f"{COREF_LAYER}/coref:{name}", count) for name, count in coref.counts(*clusters).items())


def _match_layer(layer: Layer, context: Context, out: ArticleScore) -> list[Pair]:
    """Match one layer, count its ladder and span modes, and list what became of each record. Returns the pairs."""
    gold = layer.records(context.gold)
    everything = layer.records(context.predicted)
    fate: dict[int, str] = {}  # predicted index to an outcome that keeps it out of the matching
    alias: dict[str, int] = {}
    if not gold and not everything:
        context.ids[layer.name] = {}, {}
        return []
    shapes: tuple[list[Sequence[Shape]], list[Sequence[Shape]]] = ([], [()] * len(everything))
    if layer.name != "speakers":  # whose pairs are those that are aligned
        shapes = ([layer.shapes(record, context, True) for record in gold], [layer.shapes(record, context, False) for record in everything])
    first = _first_of_each(layer, everything, shapes[1])
    for index, record in enumerate(everything):
        alias[record.id] = first[index]
        if first[index] != index:
            fate[index] = "duplicate"
        elif not layer.located(record):
            fate[index] = "not_in_text"
        if index in fate:
            shapes[1][index] = ()
    context.ids[layer.name] = {record.id: index for index, record in enumerate(gold)}, alias

    pairs: dict[tuple[int, int], Pair] = {}
    for g, p in _candidates(layer, context, gold, everything, shapes):
        if layer.name == "speakers":
            overlap = mention_overlap(context, context.gold.entity_index[gold[g].id], context.predicted.entity_index[everything[p].id])
        else:
            overlap = best(shapes[0][g], shapes[1][p], context.gold.text)
        if overlap.shared or layer.name == "speakers":
            pairs[g, p] = Pair(gold[g], everything[p], overlap, context)
    rungs = {key: _climb(layer, pair) for key, pair in pairs.items()}
    worth = {key: (*layer.ladders[held], pairs[key].overlap.millionths) for key, held in rungs.items()}
    chosen = match({key: value for key, value in worth.items() if any(value)})
    context.matched[layer.name] = {p: g for g, p in chosen if rungs[g, p] > 0}

    golds, found = len(gold), len(everything)
    rung_keys, span_keys = layer.keys
    for index, name in enumerate(rung_keys):
        out.counts[name] = Count(sum(1 for key in chosen if rungs[key] > index), golds, found)
    credits = [pairs[key].overlap.credits() for key in chosen]
    for index, name in enumerate(span_keys):
        out.counts[name] = Count(sum([credit[index] for credit in credits]), golds, found)
    best_pairs = {key: pairs[key] for key in chosen}
    _outcomes(layer, gold, everything, best_pairs, rungs, fate, out)
    return list(best_pairs.values())


def _first_of_each(layer: Layer, records: Sequence[Any], shapes: Sequence[Sequence[Shape]]) -> Sequence[int]:
    """For each record, the index of the first that covers the same characters and otherwise says the same: a full stop more
    or less, which trimming takes off, makes no other record.

    Entities are never duplicates: the second of two equal ones has lost its mentions, and claims still refer to it.
    """
    if layer.name == "speakers":
        return range(len(records))
    places: dict[Any, list[int]] = {}
    for index, alternatives in enumerate(shapes):
        places.setdefault(tuple(shape.pieces for shape in alternatives), []).append(index)
    if len(places) == len(records):
        return range(len(records))
    out = list(range(len(records)))
    for indices in places.values():
        if len(indices) > 1:
            seen: dict[bytes, int] = {}
            for index in indices:
                out[index] = seen.setdefault(canonical(records[index], without=("id", layer.place)), index)
    return out


def _candidates(
    layer: Layer, context: Context, gold: Sequence[Any], predicted: Sequence[Any], shapes: tuple[Sequence[Sequence[Shape]], Sequence[Sequence[Shape]]]
) -> Iterable[tuple[int, int]]:
    if layer.name != "speakers":
        return touching(*shapes)
    places = {context.gold.entity_index[entity.id]: index for index, entity in enumerate(gold)}
    return [(places[g], p) for p, entity in enumerate(predicted) if (g := context.aligned(entity.id)) in places and g is not None]


def _climb(layer: Layer, pair: Pair) -> int:
    """How many rungs hold, from the first, without a gap."""
    for index, rung in enumerate(layer.rungs):
        if not rung.holds(pair):
            return index
    return len(layer.rungs)


def _outcomes(
    layer: Layer,
    gold: Sequence[Any],
    predicted: Sequence[Any],
    pairs: Mapping[tuple[int, int], Pair],
    rungs: Mapping[tuple[int, int], int],
    fate: Mapping[int, str],
    out: ArticleScore,
) -> None:
    """List every record; ``pairs`` are the chosen ones."""
    mates = dict(pairs.keys())
    article = out.article
    for g, record in enumerate(gold):
        if g in mates:
            held = rungs[g, mates[g]]
            failed = layer.rungs[held].name if held < len(layer.rungs) else None
            pair = pairs[g, mates[g]]
            out.matches.append(
                Match(article, layer.name, "partial" if failed else "hit", record.id, pair.predicted.id, failed, rounded(pair.overlap.millionths / MILLION))
            )
        else:
            out.matches.append(Match(article, layer.name, "miss", gold=record.id))
    taken = set(mates.values())
    for p, record in enumerate(predicted):
        if p not in taken:
            out.matches.append(Match(article, layer.name, fate.get(p, "spurious"), predicted=record.id))


_NO_CREDIT: Final = (0, 0, 0, 0)


def _attributes(layer: Layer, pairs: Sequence[Pair], out: ArticleScore) -> None:
    """Label pairs and attribute counts over the pairs that hold the first rung."""
    if not pairs:
        return
    for label, name in layer.label_keys:
        get = label.get
        table = Counter([(want, get(pair.predicted) or "") for pair in pairs if (want := get(pair.gold)) is not None])
        out.labels[name] = table
    text = pairs[0].context.gold.text
    for spans, names in layer.span_keys:
        sums = [0, 0, 0, 0]
        golds = everything = 0
        for pair in _having(spans.has, pairs):
            gold, predicted = spans.gold(pair), spans.predicted(pair)
            golds, everything = golds + len(gold), everything + len(predicted)
            if gold and predicted:
                for index, credit in enumerate(_span_credits(gold, predicted, text)):
                    sums[index] += credit
        if golds or everything:
            for name, credit in zip(names, sums, strict=True):
                out.counts[name] = Count(credit, golds, everything)
    for link, name in layer.link_keys:
        hits = golds = everything = 0
        for pair in _having(link.has, pairs):
            ties, found = link.gold(pair), link.predicted(pair)
            if ties or found:
                hits, golds, everything = hits + len(ties & found), golds + len(ties), everything + len(found)
        if golds or everything:
            out.counts[name] = Count(hits, golds, everything)


def _having(has: Callable[[Any], Any], pairs: Sequence[Pair]) -> list[Pair]:
    """The pairs of which either side gives an attribute."""
    return [pair for pair in pairs if has(pair.gold) or has(pair.predicted)]


def _span_credits(gold: Sequence[Shape], predicted: Sequence[Shape], text: Text) -> tuple[int, int, int, int]:
    """Credit in each mode of the best one-to-one assignment of two sets of spans."""
    if len(gold) == len(predicted) == 1:  # nearly always
        if gold[0] == predicted[0] and gold[0].size:
            return 1, 1, 1, MILLION
        return text.overlap(gold[0], predicted[0]).credits()
    # Equal spans belong together in every best assignment, since nothing is worth more than an exact pair.
    rest = Counter(predicted)
    left = []
    exact = 0
    for shape in gold:
        if shape.size and rest[shape] > 0:
            rest[shape] -= 1
            exact += 1
        else:
            left.append(shape)
    right = list(rest.elements()) if left else []
    overlaps = {(g, p): overlap for g, one in enumerate(left) for p, other in enumerate(right) if (overlap := text.overlap(one, other)).shared}
    worth = {key: (int(overlap.close), int(overlap.half), overlap.millionths) for key, overlap in overlaps.items() if overlap.millionths}
    credits = [overlaps[key].credits() for key in match(worth)]
    sums = [sum(credit[index] for credit in credits) for index in range(1, len(MODES))]
    return exact, exact + sums[0], exact + sums[1], exact * MILLION + sums[2]


def _arguments(layer: Layer, pairs: Sequence[Pair], context: Context, out: ArticleScore) -> None:
    """Distinct (event, role, entity) triples over all events, right when the event has the right trigger and type."""
    right = {pair.predicted.id: pair.gold for pair in pairs if _climb(layer, pair) >= 2}
    golds, everything = layer.records(context.gold), layer.records(context.predicted)
    alias = context.ids[layer.name][1]

    want: list[tuple[Any, str, Any, Any]] = []
    got: list[tuple[Any, str, Any, Any]] = []
    for event in golds:
        for participant in event.participants:
            spot = context.spot(participant.mention) if participant.mention else None
            want.append((event.id, participant.role, context.gold.entity_index[participant.entity], spot))
    for index, event in enumerate(everything):
        if alias[event.id] == index:  # an exact duplicate is one event here, and spurious on the ladder
            key: Any = right[event.id].id if event.id in right else ("unmatched", event.id)
            for participant in event.participants:
                place = context.aligned(participant.entity)
                spot = context.spot(participant.mention) if participant.mention else None
                got.append((key, participant.role, participant.entity if place is None else place, spot or "no mention"))
    if not want and not got:
        return
    given = {event.id for event in right.values()}
    for setting, cut in _CUTS.items():
        wanted, gotten = set(map(cut, want)), set(map(cut, got))
        hits = len(wanted & gotten)
        out.counts[f"{layer.name}/arguments:{setting}"] = Count(hits, len(wanted), len(gotten))
        wanted, gotten = {triple for triple in wanted if triple[0] in given}, {triple for triple in gotten if triple[0] in given}
        out.counts[f"{layer.name}/arguments:{setting}{GIVEN}"] = Count(hits, len(wanted), len(gotten))
        if setting == "classification":
            _argument_outcomes(wanted, gotten, {gold.id: predicted for predicted, gold in right.items()}, context, out)


_CUTS: Final[dict[str, Callable[[tuple[Any, ...]], tuple[Any, ...]]]] = dict(
    zip(ARGUMENTS, (itemgetter(0, 2), itemgetter(0, 1, 2), itemgetter(0, 2, 3), itemgetter(0, 1, 2, 3)), strict=True)
)
"""What each setting compares of (event, role, entity, mention)."""


def _argument_outcomes(want: set[tuple[Any, ...]], got: set[tuple[Any, ...]], events: Mapping[str, str], context: Context, out: ArticleScore) -> None:
    """List the arguments of events that are right: hits, wrong roles (the same entity in another role), misses, spurious ones."""

    def told(triple: tuple[Any, ...]) -> str:
        entity = triple[2]
        return f"{triple[1]} {context.gold.entities[entity].id if isinstance(entity, int) else entity}"

    def order(triple: tuple[Any, ...]) -> tuple[Any, ...]:
        return context.gold_index("events", triple[0]), isinstance(triple[2], str), triple[2], triple[1]

    open_: dict[tuple[Any, Any], list[tuple[Any, ...]]] = {}
    for triple in sorted(got - want, key=order):
        open_.setdefault((triple[0], triple[2]), []).append(triple)
    for triple in sorted(want, key=order):
        event = triple[0]
        if triple in got:
            out.matches.append(Match(out.article, "arguments", "hit", event, events[event], detail=told(triple)))
        elif others := open_.get((event, triple[2])):
            out.matches.append(Match(out.article, "arguments", "partial", event, events[event], "role", detail=f"{told(triple)}, not {others.pop(0)[1]}"))
        else:
            out.matches.append(Match(out.article, "arguments", "miss", event, events[event], detail=told(triple)))
    for rest in open_.values():
        for triple in rest:
            out.matches.append(Match(out.article, "arguments", "spurious", triple[0], events[triple[0]], detail=told(triple)))
