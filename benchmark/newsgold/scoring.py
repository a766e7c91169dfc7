"""Gold and predictions to a scorecard: additive counts per article, what became of every record, and the signature."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import orjson

from newsgold import corpus, predictions
from newsgold._version import __version__
from newsgold.compare import MODES, Shape, Text, touching
from newsgold.counts import MILLION, Count, Counts, Labels, accuracy, add, cohen_kappa, gwet_ac1, mean, rounded
from newsgold.issues import InputError, Issue, shown
from newsgold.layers import REGISTRY, Context, Layer, Pair, Side
from newsgold.layers._base import best, canonical
from newsgold.layers.speakers import mention_overlap
from newsgold.match import match
from newsgold.records import SCHEMA_VERSION, Annotation, Article

ARGUMENTS: Final = ("identification", "classification", "identification_strict", "classification_strict")
GIVEN: Final = "_given_triggers"


@dataclass(frozen=True)
class Match:
    """What became of one record."""

    article: str
    """Article id."""
    layer: str
    """Layer."""
    outcome: str
    """hit (every rung holds), partial (``failed`` names the first rung that does not), miss, spurious, duplicate or not_in_text."""
    gold: str | None = None
    """Gold record id."""
    predicted: str | None = None
    """Predicted record id."""
    failed: str | None = None
    """The first rung that failed."""
    overlap: float | None = None
    """Dice of the spans (speakers: of the mention sets)."""


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


def score_article(gold: Article, predicted: Annotation | None, text: Text | None = None) -> ArticleScore:
    """Score one article. ``predicted`` is resolved (`newsgold.predictions`); ``None`` is scored as empty.

    Raises:
        ValueError: a stand-off article without its text.
    """
    if gold.text is None:
        raise ValueError(f"{gold.id} has no text; hydrate it first")
    text = text or Text(gold.text)
    context = Context(Side(gold, text), Side(predicted or Annotation(id=gold.id), text), gold.language)
    out = ArticleScore(gold.id)
    _align(context)
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
    if gold.text is None:
        raise ValueError(f"{gold.id} has no text; hydrate it first")
    text = Text(gold.text)
    context = Context(Side(gold, text), Side(predicted, text), gold.language)
    _align(context)
    return {context.gold.entities[g].id: context.predicted.entities[p].id for p, g in context.alignment.items()}


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


def _match_layer(layer: Layer, context: Context, out: ArticleScore) -> list[Pair]:
    """Match one layer, count its ladder and span modes, and list what became of each record. Returns the pairs."""
    gold = layer.records(context.gold)
    everything = layer.records(context.predicted)
    shapes = ([layer.shapes(record, context, True) for record in gold], [layer.shapes(record, context, False) for record in everything])
    fate: dict[int, str] = {}  # predicted index to an outcome that keeps it out of the matching
    alias: dict[str, int] = {}
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
        pairs[g, p] = Pair(gold[g], everything[p], overlap, context)
    rungs = {key: _climb(layer, pair) for key, pair in pairs.items()}
    headline = next(index for index, rung in enumerate(layer.rungs) if rung.name == layer.headline)
    worth = {
        key: (int(held > headline), *(int(held > index) for index in range(len(layer.rungs))), pairs[key].overlap.millionths) for key, held in rungs.items()
    }
    chosen = match({key: value for key, value in worth.items() if any(value)})
    context.matched[layer.name] = {p: g for g, p in chosen if rungs[g, p] > 0}

    for index, rung in enumerate(layer.rungs):
        out.counts[f"{layer.name}/{rung.name}"] = Count(sum(1 for key in chosen if rungs[key] > index), len(gold), len(everything))
    credits = [pairs[key].overlap.credits() for key in chosen]
    for index, mode in enumerate(MODES):
        out.counts[f"{layer.name}/span:{mode}"] = Count(sum(credit[index] for credit in credits), len(gold), len(everything))
    best_pairs = {key: pairs[key] for key in chosen}
    _outcomes(layer, gold, everything, best_pairs, rungs, fate, out)
    return list(best_pairs.values())


def _first_of_each(layer: Layer, records: Sequence[Any], shapes: Sequence[Sequence[Shape]]) -> list[int]:
    """For each record, the index of the first that says the same. Only records at one place can, so only they are compared.

    Entities are never duplicates: the second of two equal ones has lost its mentions, and claims still refer to it.
    """
    places: dict[Any, list[int]] = {}
    out = list(range(len(records)))
    for index, alternatives in enumerate(shapes if layer.name != "speakers" else ()):
        places.setdefault(tuple(shape.pieces for shape in alternatives), []).append(index)
    for indices in places.values():
        if len(indices) > 1:
            seen: dict[bytes, int] = {}
            for index in indices:
                out[index] = seen.setdefault(canonical(records[index]), index)
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


def _attributes(layer: Layer, pairs: Sequence[Pair], out: ArticleScore) -> None:
    """Label pairs and attribute counts over the pairs that hold the first rung."""
    for label in layer.labels:
        table: Counter[tuple[str, str]] = Counter()
        for pair in pairs:
            if (want := label.get(pair.gold)) is not None:
                table[want, label.get(pair.predicted) or ""] += 1
        out.labels[f"{layer.name}/{label.name}"] = table
    for spans in layer.spans:
        sums = dict.fromkeys(MODES, Count())
        for pair in pairs:
            gold, predicted = list(spans.gold(pair)), list(spans.predicted(pair))
            for mode, credit in zip(MODES, _span_credits(gold, predicted, pair.context.gold.text), strict=True):
                sums[mode] = sums[mode].plus(Count(credit, len(gold), len(predicted)))
        out.counts.update((f"{layer.name}/attribute:{spans.name}:{mode}", count) for mode, count in sums.items())
    for link in layer.links:
        total = Count()
        for pair in pairs:
            ties, found = link.gold(pair), link.predicted(pair)
            total = total.plus(Count(len(ties & found), len(ties), len(found)))
        out.counts[f"{layer.name}/attribute:{link.name}"] = total


def _span_credits(gold: Sequence[Shape], predicted: Sequence[Shape], text: Text) -> tuple[int, int, int, int]:
    """Credit in each mode of the best one-to-one assignment of two sets of spans."""
    overlaps = {(g, p): overlap for g, one in enumerate(gold) for p, other in enumerate(predicted) if (overlap := text.overlap(one, other)).shared}
    worth = {key: (int(overlap.exact), int(overlap.close), int(overlap.half), overlap.millionths) for key, overlap in overlaps.items() if overlap.millionths}
    credits = [overlaps[key].credits() for key in match(worth)]
    sums = [sum(credit[index] for credit in credits) for index in range(len(MODES))]
    return sums[0], sums[1], sums[2], sums[3]


def _arguments(layer: Layer, pairs: Sequence[Pair], context: Context, out: ArticleScore) -> None:
    """Distinct (event, role, entity) triples over all events, right when the event has the right trigger and type."""
    right = {pair.predicted.id: pair.gold for pair in pairs if _climb(layer, pair) >= 2}
    golds, everything = layer.records(context.gold), layer.records(context.predicted)
    alias = context.ids[layer.name][1]

    def triples(event: Any, key: Any, is_gold: bool, roles: bool, strict: bool) -> set[tuple[Any, ...]]:
        found = set()
        for participant in event.participants:
            entity: Any = context.gold.entity_index[participant.entity] if is_gold else context.aligned(participant.entity)
            if entity is None:
                entity = participant.entity
            spot: Any = context.spot(participant.mention) if strict and participant.mention else None
            found.add((key, participant.role if roles else None, entity, spot or (None if is_gold or not strict else "no mention")))
        return found

    given = {event.id for event in right.values()}
    for setting in ARGUMENTS:
        roles, strict = setting.startswith("classification"), setting.endswith("strict")
        want = {triple for event in golds for triple in triples(event, event.id, True, roles, strict)}
        got = set()
        for index, event in enumerate(everything):
            if alias[event.id] == index:  # an exact duplicate is one event here, and spurious on the ladder
                key = right[event.id].id if event.id in right else ("unmatched", event.id)
                got |= triples(event, key, False, roles, strict)
        hits = len(want & got)
        out.counts[f"{layer.name}/arguments:{setting}"] = Count(hits, len(want), len(got))
        out.counts[f"{layer.name}/arguments:{setting}{GIVEN}"] = Count(
            hits, sum(1 for triple in want if triple[0] in given), sum(1 for triple in got if triple[0] in given)
        )


# --- scorecard --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scorecard:
    """The scores of one system on one split, with the counts they derive from. ``schemas/scorecard.json`` is its JSON form."""

    signature: str
    """One line that names all that could change a number."""
    system: str | None
    """Name of the system, where known."""
    split: str
    """The split that was scored."""
    articles: int
    """Articles scored."""
    missing: tuple[str, ...]
    """Gold articles without a prediction, scored as empty."""
    skipped: tuple[str, ...]
    """Stand-off articles whose text is absent, left out."""
    failed: Mapping[str, str]
    """Articles on which the system reported an error."""
    counts: Mapping[str, Counts]
    """Additive counts per article."""
    labels: Mapping[str, Labels]
    """Additive label pairs per article."""
    matches: tuple[Match, ...]
    """Every record and what became of it."""

    @property
    def total(self) -> Counts:
        """Counts over all articles."""
        return add(self.counts.values())

    @property
    def headlines(self) -> dict[str, float | None]:
        """The headline score of each layer."""
        return headlines(self.total)

    @property
    def overall(self) -> float | None:
        """The plain mean of the headlines that are scored."""
        return mean(self.headlines.values())

    def to_dict(self, *, matches: bool = False) -> dict[str, Any]:
        """The scorecard as JSON types; with ``matches``, every record is listed."""
        total = self.total
        pooled: Labels = {}
        for row in self.labels.values():
            for name, table in row.items():
                pooled.setdefault(name, Counter()).update(table)
        heads = headlines(total)
        errors = {layer: Counter(f"{m.outcome}:{m.failed}" if m.failed else m.outcome for m in self.matches if m.layer == layer) for layer in REGISTRY}
        out: dict[str, Any] = {
            "schema_version": SCHEMA_VERSION, "signature": self.signature, "system": self.system, "split": self.split, "data_version": corpus.DATA_VERSION,
            "articles": self.articles, "missing": list(self.missing), "skipped": list(self.skipped), "failed": dict(sorted(self.failed.items())),
            "overall": rounded(mean(heads.values())), "headlines": {layer: rounded(value) for layer, value in heads.items()},
            "layers": {name: _layer_dict(layer, total, pooled, heads[name]) for name, layer in REGISTRY.items()},
            "errors": {layer: dict(sorted(table.items())) for layer, table in errors.items()},
            "counts": {article: {measure: list(count) for measure, count in sorted(row.items())} for article, row in sorted(self.counts.items())},
            "labels": {article: {name: {f"{one}>{other}": n for (one, other), n in sorted(table.items())} for name, table in sorted(row.items())} for article, row in sorted(self.labels.items())},
        }  # fmt: skip
        if matches:
            out["matches"] = [{name: getattr(m, name) for name in Match.__dataclass_fields__} for m in self.matches]
        return out

    def to_json(self, *, matches: bool = False) -> bytes:
        """The scorecard as indented JSON: the same bytes for the same input."""
        return orjson.dumps(self.to_dict(matches=matches), option=orjson.OPT_INDENT_2) + b"\n"


def headlines(total: Mapping[str, Count]) -> dict[str, float | None]:
    """The headline score of each layer from summed counts."""
    out: dict[str, float | None] = {}
    for name, layer in REGISTRY.items():
        f1 = total.get(f"{name}/{layer.headline}", Count()).f1
        out[name] = mean([f1, total.get(f"{name}/arguments:classification", Count()).f1]) if layer.arguments else f1
    return out


def _prf(count: Count, unit: int = 1) -> dict[str, Any]:
    scaled = Count(count.tp, count.gold * unit, count.predicted * unit)
    tp = count.tp if unit == 1 else rounded(count.tp / unit)
    return {
        "tp": tp,
        "gold": count.gold,
        "predicted": count.predicted,
        "precision": rounded(scaled.precision),
        "recall": rounded(scaled.recall),
        "f1": rounded(scaled.f1),
    }


def _modes(prefix: str, total: Mapping[str, Count]) -> dict[str, Any]:
    return {mode: _prf(total.get(f"{prefix}:{mode}", Count()), MILLION if mode == "soft" else 1) for mode in MODES}


def _layer_dict(layer: Layer, total: Mapping[str, Count], labels: Labels, headline: float | None) -> dict[str, Any]:
    name = layer.name
    out: dict[str, Any] = {
        "headline": rounded(headline),
        "rungs": [{"name": rung.name, **_prf(total.get(f"{name}/{rung.name}", Count()))} for rung in layer.rungs],
        "spans": _modes(f"{name}/span", total),
    }
    if layer.arguments:
        out["arguments"] = {setting: _prf(total.get(f"{name}/arguments:{setting}", Count())) for base in ARGUMENTS for setting in (base, base + GIVEN)}
    attributes: dict[str, Any] = {label.name: label_dict(labels.get(f"{name}/{label.name}", Counter())) for label in layer.labels}
    attributes |= {spans.name: _modes(f"{name}/attribute:{spans.name}", total) for spans in layer.spans}
    attributes |= {link.name: _prf(total.get(f"{name}/attribute:{link.name}", Count())) for link in layer.links}
    return {**out, "attributes": attributes}


def label_dict(table: Mapping[tuple[str, str], int]) -> dict[str, Any]:
    """A categorical attribute: support, accuracy, Cohen's kappa, Gwet's AC1 and the confusion matrix."""
    confusion: dict[str, dict[str, int]] = {}
    for (gold, predicted), n in sorted(table.items()):
        if n:
            confusion.setdefault(gold, {})[predicted] = n
    missing = sum(n for (_, predicted), n in table.items() if not predicted)
    return {
        "support": sum(table.values()) - missing, "missing": missing, "accuracy": rounded(accuracy(table)), "kappa": rounded(cohen_kappa(table)),
        "ac1": rounded(gwet_ac1(table)), "confusion": confusion,
    }  # fmt: skip


def signature(split: str, articles: Sequence[Article]) -> str:
    """One line that names all that could change a number: versions, split, article count and the gold's digest."""
    from newsgold.normalize import digest

    body = b"".join(
        corpus.dumps([article.id, article.text_sha256]) + canonical(article, without=("text", "headline")) for article in sorted(articles, key=lambda a: a.id)
    )
    return f"newsgold:{__version__}|data:{corpus.DATA_VERSION}|gold:{digest(body)[:12]}|split:{split}|articles:{len(articles)}|layers:{'+'.join(REGISTRY)}"


def score(
    predicted: str | Path | predictions.Predictions | Iterable[Mapping[str, Any]],
    split: str = "test",
    *,
    gold: Sequence[Article] | None = None,
    system: str | None = None,
    progress: Callable[[Iterable[Article]], Iterable[Article]] = lambda articles: articles,
) -> Scorecard:
    """Score predictions on a split.

    Args:
        predicted: a predictions file, or prediction objects (JSON types), or what `predictions.read` gave.
        split: the split to score on.
        gold: other gold articles than the split's.
        system: a name to keep in the scorecard.
        progress: wraps the iteration over articles.

    Raises:
        InputError: predictions that cannot be used, with every problem found.
    """
    articles = corpus.load(split) if gold is None else gold
    if isinstance(predicted, (str, Path)):
        predicted = predictions.read(Path(predicted), articles)
    elif not isinstance(predicted, predictions.Predictions):
        predicted = predictions.from_objects(predicted, articles)
    present = [article for article in articles if article.text is not None]
    if not present:
        names = ", ".join(article.id for article in articles) or "none"
        raise InputError(
            [
                Issue(
                    f"split {split}",
                    None,
                    "$",
                    f"no article with a text to score on (skipped: {shown(names, 200)}); expected at least one, see newsgold hydrate --help",
                )
            ]
        )
    counts: dict[str, Counts] = {}
    labels: dict[str, Labels] = {}
    matches: list[Match] = []
    for article in progress(present):
        done = score_article(article, predicted.annotations.get(article.id))
        counts[article.id], labels[article.id] = done.counts, done.labels
        matches += done.matches
    return Scorecard(
        signature=signature(split, present), system=system, split=split, articles=len(present),
        missing=tuple(sorted(article.id for article in present if article.id not in predicted.annotations)),
        skipped=tuple(sorted(article.id for article in articles if article.text is None)),
        failed={article: why for article, why in predicted.failed.items() if article in counts}, counts=counts, labels=labels, matches=tuple(matches),
    )  # fmt: skip
