"""Agreement of annotators, measured like a system against the gold (``docs/scoring.md``, "Agreement").

F1 may differ between the directions: an event stands at its first mention on one side and at any on the other, and two
entities of one name are told apart only by their mentions. So every F1 is the mean of both directions, and with more than
two annotators the mean over all pairs that share articles; so are kappa and AC1. Whether there is a record at all, and
where, is measured by F1. Alpha measures the labels alone, over units: the records that annotators gave to one thing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Any, Final

from newsgold import corpus
from newsgold.counts import Count, Counts, Labels, accuracy, add, cohen_kappa, gwet_ac1, krippendorff_alpha, mean, rounded
from newsgold.issues import InputError, Issue
from newsgold.layers import REGISTRY
from newsgold.predictions import Predictions
from newsgold.records import Article
from newsgold.scoring import score

TARGET_F1: Final = 0.85
TARGET_KAPPA: Final = 0.75
MIN_SUPPORT: Final = 50
MAX_SHARE: Final = 0.90
"""An attribute's kappa is judged where its support reaches `MIN_SUPPORT` and its commonest label at most this share."""
MIN_RECORDS: Final = 5
"""A headline stands out as low where it is below `TARGET_F1` on at least this many records an annotator."""

Names = tuple[str, str]
"""Two annotators, in the order of their names."""
Both = tuple[Counts, Counts]
"""Counts of two annotations: with the first as gold, and with the second."""
Node = tuple[str, str]
"""A record: annotator and record id."""
_Tie = tuple[float, Names, int, Node, Node]
"""A matched pair of records after what orders it: its overlap, negative, the annotators, and its place among their matches."""


@dataclass(frozen=True)
class Comparisons:
    """Pairs of annotations, each compared in both directions; every figure is the mean over the pairs."""

    pairs: Sequence[Both]
    """The counts of each pair."""

    def f1(self, measure: str) -> float | None:
        """F1, for each pair the mean of both directions."""
        return mean(_f1(both, measure) for both in self.pairs)

    def support(self, measure: str) -> int:
        """Records per annotator, rounded down."""
        counts = [there.get(measure, Count()) for there, _ in self.pairs]
        return sum(count.gold + count.predicted for count in counts) // (2 * len(counts)) if counts else 0

    def headline(self, layer: str) -> float | None:
        """The layer's headline, as it is scored."""
        declared = REGISTRY[layer]
        measures = [f"{layer}/{declared.headline}", *([f"{layer}/arguments:classification"] if declared.arguments else [])]
        return mean(mean(_f1(both, measure) for measure in measures) for both in self.pairs)

    def low(self) -> list[str]:
        """The layers that stand out: a headline below 0.85 on at least 5 records per annotator."""
        heads = {name: self.headline(name) for name in REGISTRY}
        return [
            name for name, value in heads.items()
            if value is not None and value < TARGET_F1 and self.support(f"{name}/{REGISTRY[name].headline}") >= MIN_RECORDS
        ]  # fmt: skip

    def headlines(self) -> dict[str, float | None]:
        """The headline of every layer, as it is written."""
        return {name: rounded(self.headline(name)) for name in REGISTRY}

    def to_dict(self) -> dict[str, Any]:
        """The headlines, and which of them stand out as low."""
        return {"headlines": self.headlines(), "low": self.low()}


def _f1(both: Both, measure: str) -> float | None:
    return mean(counts.get(measure, Count()).f1 for counts in both)


@dataclass(frozen=True)
class Agreement:
    """How far two or more annotators agree."""

    annotators: tuple[str, ...]
    """Their names, sorted."""
    counts: Mapping[Names, Mapping[str, Both]]
    """For each pair of annotators, the counts of every article that both annotated."""
    labels: Mapping[Names, Labels]
    """For each pair of annotators, the label pairs of matched records, over those articles."""
    units: Mapping[str, Mapping[tuple[str, ...], int]]
    """Per attribute, how many units were given these labels, in the order of ``annotators``; ``""`` where one has no such record."""

    @cached_property
    def total(self) -> dict[Names, Both]:
        """For each pair of annotators, the counts over articles."""
        return {pair: (add(there for there, _ in found.values()), add(back for _, back in found.values())) for pair, found in self.counts.items()}

    @cached_property
    def all(self) -> Comparisons:
        """All pairs of annotators, over all articles."""
        return Comparisons(list(self.total.values()))

    @property
    def articles(self) -> list[str]:
        """The articles that at least two annotated."""
        return sorted({article for found in self.counts.values() for article in found})

    def article(self, article: str) -> Comparisons:
        """One article, over the pairs that both annotated it."""
        return Comparisons([found[article] for found in self.counts.values() if article in found])

    def annotator(self, name: str) -> Comparisons:
        """One annotator with each of the others. A low mean may be the fault of one of those, so only pairs are said to be low."""
        return Comparisons([both for pair, both in self.total.items() if name in pair])

    def records(self, article: str) -> dict[str, dict[str, int]]:
        """Records in one article by annotator and layer."""
        out: dict[str, dict[str, int]] = {}
        for pair, found in self.counts.items():
            for name, layer in REGISTRY.items() if article in found else ():
                count = found[article][0].get(f"{name}/{layer.headline}", Count())
                for annotator, records in zip(pair, (count.gold, count.predicted), strict=True):
                    out.setdefault(annotator, {})[name] = records
        return dict(sorted(out.items()))

    def rows(self) -> list[dict[str, Any]]:
        """One row a rung and attribute: layer, name, what it is, support, and F1 or accuracy, kappa, AC1 and alpha; of
        labels also whether a threshold judges them.
        """
        out: list[dict[str, Any]] = []

        def f1(layer: str, name: str, what: str, measure: str, **more: bool) -> None:
            measure = f"{layer}/{measure}"
            out.append({"layer": layer, "name": name, "what": what, "support": self.all.support(measure), "f1": rounded(self.all.f1(measure)), **more})

        for name, layer in REGISTRY.items():
            for rung in layer.rungs:
                f1(name, rung.name, "rung", rung.name, headline=rung.name == layer.headline)
            if layer.arguments:
                for setting, told in (("identification", "entity"), ("classification", "role"), ("classification_strict", "strict")):
                    f1(name, f"arguments: {told}", "arguments", f"arguments:{setting}", headline=setting == "classification")
            out += [{"layer": name, "name": label.name, "what": "label", **self._label(f"{name}/{label.name}")} for label in layer.labels]
            for field in layer.spans:
                f1(name, field.name, "spans", f"attribute:{field.name}:overlap")
            for link in layer.links:
                f1(name, link.name, "links", f"attribute:{link.name}")
        return out

    def _label(self, attribute: str) -> dict[str, Any]:
        """A categorical attribute: means over the pairs of annotators, and alpha over the units."""
        tables = [labels.get(attribute, Counter()) for labels in self.labels.values()]
        units = self.units.get(attribute, {})
        given: Counter[str] = Counter()
        for table in tables:
            for pair, n in table.items():
                for label in pair:
                    given[label] += n
        support = sum(table.total() for table in tables) // max(1, len(tables))
        return {
            "support": support,
            "accuracy": rounded(mean(map(accuracy, tables))),
            "kappa": rounded(mean(map(cohen_kappa, tables))),
            "ac1": rounded(mean(map(gwet_ac1, tables))),
            "alpha": rounded(krippendorff_alpha(units)),
            "units": sum(n for labels, n in units.items() if sum(map(bool, labels)) > 1),
            "judged": support >= MIN_SUPPORT and max(given.values(), default=0) <= MAX_SHARE * given.total(),
        }

    def below(self) -> list[str]:
        """What falls short of the targets: headlines below 0.85 F1, judged labels below 0.75 kappa."""
        out = []
        for name in REGISTRY:
            value = self.all.headline(name)
            if value is not None and value < TARGET_F1:
                out.append(f"{name}: headline F1 {value:.3f} is below {TARGET_F1}")
        for row in self.rows():
            if row["what"] == "label" and row["judged"] and row["kappa"] is not None and row["kappa"] < TARGET_KAPPA:
                out.append(f"{row['layer']}.{row['name']}: kappa {row['kappa']:.3f} is below {TARGET_KAPPA}")
        return out

    def worst_first(self) -> list[str]:
        """The articles: those that stand out first, then by the mean of their headlines, then by id."""

        def place(article: str) -> tuple[bool, bool, float, str]:
            found = self.article(article)
            value = mean(found.headline(name) for name in REGISTRY)
            return not found.low(), value is None, value or 0.0, article

        return sorted(self.articles, key=place)

    def to_dict(self) -> dict[str, Any]:
        """The agreement as JSON types."""
        articles = {article: {"article": article, **self.article(article).to_dict(), "records": self.records(article)} for article in self.articles}
        return {
            "annotators": list(self.annotators),
            "articles": self.articles,
            "data_version": corpus.DATA_VERSION,
            "headlines": self.all.headlines(),
            "rows": self.rows(),
            "by_article": {article: row["headlines"] for article, row in articles.items()},
            "worst_first": [articles[article] for article in self.worst_first()],
            "by_annotator": [
                {"annotator": name, "articles": sum(name in self.records(article) for article in self.articles), "headlines": self.annotator(name).headlines()}
                for name in self.annotators
            ],
            "pairs": [{"annotators": list(pair), "articles": len(self.counts[pair]), **Comparisons([both]).to_dict()} for pair, both in self.total.items()],
            "targets": {"f1": TARGET_F1, "kappa": TARGET_KAPPA, "min_support": MIN_SUPPORT, "max_share": MAX_SHARE, "min_records": MIN_RECORDS},
            "below_target": self.below(),
        }


def agreement(names: Sequence[str], articles: Sequence[Article]) -> Agreement:
    """Agreement of annotators, by name, over those of ``articles`` that at least two of them annotated.

    Raises:
        InputError: fewer than two names, a name that stands twice, an annotator who has no article in common with
            another, or a raw annotation that does not compile.
    """
    if len(names) < 2 or len(set(names)) < len(names):
        raise InputError([Issue("annotators", None, "$", f"{', '.join(names) or 'none'} given; expected two or more different names")])
    return agreement_of({name: corpus.load_annotator(name, articles) for name in names})


def agreement_of(annotations: Mapping[str, Mapping[str, Article]]) -> Agreement:
    """Agreement of annotators from their annotations: name to article id to article. The order of names does not matter.

    Raises:
        InputError: an annotator who has no article in common with another.
    """
    names = sorted(annotations)
    counts: dict[Names, dict[str, Both]] = {}
    labels: dict[Names, Labels] = {}
    ties: dict[tuple[str, str], list[_Tie]] = {}  # by article and layer
    for one, other in combinations(names, 2):
        if not (both := sorted(annotations[one].keys() & annotations[other].keys())):
            continue
        left, right = ({article: annotations[name][article] for article in both} for name in (one, other))
        there = score(Predictions(annotations=dict(right)), gold=list(left.values()))
        back = score(Predictions(annotations=dict(left)), gold=list(right.values()))
        directions = there.counts, back.counts
        counts[one, other] = {article: (directions[0][article], directions[1][article]) for article in both}
        pooled = labels.setdefault((one, other), {})
        for row in there.labels.values():
            for name, table in row.items():
                pooled.setdefault(name, Counter()).update(table)
        for place, found in enumerate(there.matches):
            # Labels are compared where the first rung holds, so only there are two records one unit. Arguments have none.
            layer = REGISTRY.get(found.layer)
            if layer and found.gold is not None and found.predicted is not None and found.failed != layer.rungs[0].name:
                tie = (-(found.overlap or 0.0), (one, other), place, (one, found.gold), (other, found.predicted))
                ties.setdefault((found.article, found.layer), []).append(tie)
    if lonely := [name for name in names if not any(name in pair for pair in counts)]:
        problem = "no article in common with another annotator; expected raw annotations of the same articles in a checkout of the repository"
        raise InputError([Issue(f"data/annotators/{name}", None, "$", problem) for name in lonely])
    return Agreement(tuple(names), counts, labels, _units(annotations, ties))


def _units(annotations: Mapping[str, Mapping[str, Article]], ties: Mapping[tuple[str, str], Sequence[_Tie]]) -> dict[str, Counter[tuple[str, ...]]]:
    """For each attribute the labels that units were given, in the order of names, and how often."""
    names = sorted(annotations)
    units: dict[str, Counter[tuple[str, ...]]] = {f"{name}/{label.name}": Counter() for name, layer in REGISTRY.items() for label in layer.labels}
    for (article, layer), found in ties.items():
        field = "entities" if layer == "speakers" else layer
        records = {(name, record.id): record for name in names if article in annotations[name] for record in getattr(annotations[name][article], field)}
        for unit in joined((one, other) for *_, one, other in sorted(found)):
            for label in REGISTRY[layer].labels:
                given = tuple((label.get(records[name, unit[name]]) or "") if name in unit else "" for name in names)
                units[f"{layer}/{label.name}"][given] += 1
    return units


def joined(ties: Iterable[tuple[Node, Node]]) -> list[dict[str, str]]:
    """Units of records, annotator to record id, from matched pairs of records, the firmest first.

    Each pair joins the units of its two records, unless the joined unit had two records of one annotator. So a unit is what
    hangs together by matches; where that holds two records of one annotator, the weaker matches give way.
    """
    home: dict[Node, dict[str, str]] = {}
    for one, other in ties:
        left, right = home.setdefault(one, dict([one])), home.setdefault(other, dict([other]))
        if left.keys().isdisjoint(right):
            left.update(right)
            home.update((node, left) for node in right.items())
    return list({id(unit): unit for unit in home.values()}.values())
