"""Agreement of two annotators, measured like a system against the gold (``docs/scoring.md``, "Agreement").

F1 is the same in both directions but for events' triggers (the first mention of one side against any of the other's),
so every figure is the mean of both directions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from newsgold import corpus
from newsgold.counts import Count, Counts, Labels, add, cohen_kappa, gwet_ac1, mean, rounded
from newsgold.issues import InputError, Issue
from newsgold.layers import REGISTRY
from newsgold.predictions import Predictions
from newsgold.records import Article
from newsgold.scoring import score

TARGET_F1: Final = 0.85
TARGET_KAPPA: Final = 0.70
MIN_SUPPORT: Final = 50
MAX_SHARE: Final = 0.90
"""An attribute's kappa is judged where its support reaches `MIN_SUPPORT` and its commonest label at most this share."""


@dataclass(frozen=True)
class Agreement:
    """How far two annotators agree."""

    annotators: tuple[str, str]
    """Their names."""
    articles: tuple[str, ...]
    """The articles that both annotated."""
    counts: Counts
    """Summed over articles, the first annotator as gold."""
    back: Counts
    """The same with the second as gold."""
    labels: Labels
    """Label pairs of matched records."""
    by_article: Mapping[str, Counts]
    """Per article, the first annotator as gold."""

    def f1(self, measure: str) -> float | None:
        """Mean F1 of both directions."""
        return mean([self.counts.get(measure, Count()).f1, self.back.get(measure, Count()).f1])

    def support(self, measure: str) -> int:
        """Mean number of records per annotator, rounded down."""
        count = self.counts.get(measure, Count())
        return (count.gold + count.predicted) // 2

    def headline(self, layer: str) -> float | None:
        """The layer's headline, as it is scored."""
        declared = REGISTRY[layer]
        values = [self.f1(f"{layer}/{declared.headline}")]
        return mean([*values, self.f1(f"{layer}/arguments:classification")]) if declared.arguments else values[0]

    def rows(self) -> list[dict[str, Any]]:
        """One row a rung and attribute: layer, name, what it is, support, F1 or kappa, and whether a threshold judges it."""
        out: list[dict[str, Any]] = []
        for name, layer in REGISTRY.items():
            for rung in layer.rungs:
                measure = f"{name}/{rung.name}"
                out.append({"layer": name, "name": rung.name, "what": "rung", "support": self.support(measure), "f1": rounded(self.f1(measure)), "headline": rung.name == layer.headline})
            if layer.arguments:
                for setting in ("identification", "classification", "classification_strict"):
                    measure = f"{name}/arguments:{setting}"
                    out.append({"layer": name, "name": f"arguments {setting}", "what": "arguments", "support": self.support(measure), "f1": rounded(self.f1(measure)), "headline": setting == "classification"})
            for label in layer.labels:
                table = self.labels.get(f"{name}/{label.name}", Counter())
                support = sum(table.values())
                commonest = max((sum(n for (one, _), n in table.items() if one == value) for value in {one for one, _ in table}), default=0)
                judged = support >= MIN_SUPPORT and commonest <= MAX_SHARE * support
                out.append({"layer": name, "name": label.name, "what": "label", "support": support, "accuracy": rounded(sum(n for (a, b), n in table.items() if a == b) / support) if support else None, "kappa": rounded(cohen_kappa(table)), "ac1": rounded(gwet_ac1(table)), "judged": judged})
            for field in layer.spans:
                measure = f"{name}/attribute:{field.name}:overlap"
                out.append({"layer": name, "name": field.name, "what": "spans", "support": self.support(measure), "f1": rounded(self.f1(measure))})
            for link in layer.links:
                measure = f"{name}/attribute:{link.name}"
                out.append({"layer": name, "name": link.name, "what": "links", "support": self.support(measure), "f1": rounded(self.f1(measure))})
        return out

    def below(self) -> list[str]:
        """What falls short of the targets: headline rungs below 0.85 F1, judged labels below 0.70 kappa."""
        out = []
        for name in REGISTRY:
            value = self.headline(name)
            if value is not None and value < TARGET_F1:
                out.append(f"{name}: headline F1 {value:.3f} is below {TARGET_F1}")
        for row in self.rows():
            if row["what"] == "label" and row["judged"] and row["kappa"] is not None and row["kappa"] < TARGET_KAPPA:
                out.append(f"{row['layer']}.{row['name']}: kappa {row['kappa']:.3f} is below {TARGET_KAPPA}")
        return out

    def to_dict(self) -> dict[str, Any]:
        """The agreement as JSON types."""
        heads = {name: rounded(self.headline(name)) for name in REGISTRY}
        per = {article: {name: rounded(counts.get(f"{name}/{layer.headline}", Count()).f1) for name, layer in REGISTRY.items()} for article, counts in sorted(self.by_article.items())}
        return {"annotators": list(self.annotators), "articles": list(self.articles), "data_version": corpus.DATA_VERSION, "headlines": heads, "rows": self.rows(), "by_article": per, "below_target": self.below()}


def agreement(one: str, other: str, articles: Sequence[Article]) -> Agreement:
    """Agreement of two annotators, by name, over those of ``articles`` that both annotated.

    Raises:
        InputError: no article was annotated by both, or a raw annotation does not compile.
    """
    left, right = corpus.load_annotator(one, articles), corpus.load_annotator(other, articles)
    both = sorted(left.keys() & right.keys())
    if not both:
        raise InputError([Issue("data/annotators", None, "$", f"no article annotated by both {one} and {other}; expected raw annotations in a checkout of the repository")])
    there = score(Predictions(annotations={key: right[key] for key in both}), gold=[left[key] for key in both])
    back = score(Predictions(annotations={key: left[key] for key in both}), gold=[right[key] for key in both])
    pooled: Labels = {}
    for row in there.labels.values():
        for name, table in row.items():
            pooled.setdefault(name, Counter()).update(table)
    return Agreement((one, other), tuple(both), add(there.counts.values()), add(back.counts.values()), pooled, there.counts)
