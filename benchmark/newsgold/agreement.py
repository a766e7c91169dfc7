"""Agreement of two annotators, measured like a system against the gold (``docs/scoring.md``, "Agreement").

F1 may differ between the directions: an event stands at its first mention on one side and at any on the other, and two
entities of one name are told apart only by their mentions. So every F1 is the mean of both directions.
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
from newsgold.scoring import align, score, score_article

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
                out.append(
                    {
                        "layer": name,
                        "name": rung.name,
                        "what": "rung",
                        "support": self.support(measure),
                        "f1": rounded(self.f1(measure)),
                        "headline": rung.name == layer.headline,
                    }
                )
            if layer.arguments:
                for setting, told in (
                    ("identification", "arguments: entity"),
                    ("classification", "arguments: role"),
                    ("classification_strict", "arguments: strict"),
                ):
                    measure = f"{name}/arguments:{setting}"
                    out.append(
                        {
                            "layer": name,
                            "name": told,
                            "what": "arguments",
                            "support": self.support(measure),
                            "f1": rounded(self.f1(measure)),
                            "headline": setting == "classification",
                        }
                    )
            for label in layer.labels:
                table = self.labels.get(f"{name}/{label.name}", Counter())
                support = sum(table.values())
                commonest = max((sum(n for (one, _), n in table.items() if one == value) for value in {one for one, _ in table}), default=0)
                judged = support >= MIN_SUPPORT and commonest <= MAX_SHARE * support
                out.append(
                    {
                        "layer": name,
                        "name": label.name,
                        "what": "label",
                        "support": support,
                        "accuracy": rounded(sum(n for (a, b), n in table.items() if a == b) / support) if support else None,
                        "kappa": rounded(cohen_kappa(table)),
                        "ac1": rounded(gwet_ac1(table)),
                        "judged": judged,
                    }
                )
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
        per = {
            article: {name: rounded(counts.get(f"{name}/{layer.headline}", Count()).f1) for name, layer in REGISTRY.items()}
            for article, counts in sorted(self.by_article.items())
        }
        return {
            "annotators": list(self.annotators),
            "articles": list(self.articles),
            "data_version": corpus.DATA_VERSION,
            "headlines": heads,
            "rows": self.rows(),
            "by_article": per,
            "below_target": self.below(),
        }


def agreement(one: str, other: str, articles: Sequence[Article]) -> Agreement:
    """Agreement of two annotators, by name, over those of ``articles`` that both annotated.

    Raises:
        InputError: no article was annotated by both, or a raw annotation does not compile.
    """
    left, right = corpus.load_annotator(one, articles), corpus.load_annotator(other, articles)
    both = sorted(left.keys() & right.keys())
    if not both:
        raise InputError(
            [Issue("data/annotators", None, "$", f"no article annotated by both {one} and {other}; expected raw annotations in a checkout of the repository")]
        )
    there = score(Predictions(annotations={key: right[key] for key in both}), gold=[left[key] for key in both])
    back = score(Predictions(annotations={key: left[key] for key in both}), gold=[right[key] for key in both])
    pooled: Labels = {}
    for row in there.labels.values():
        for name, table in row.items():
            pooled.setdefault(name, Counter()).update(table)
    return Agreement((one, other), tuple(both), add(there.counts.values()), add(back.counts.values()), pooled, there.counts)


@dataclass(frozen=True)
class Difference:
    """One point on which two annotations of an article differ: what adjudication has to rule on."""

    layer: str
    """``entities`` or a layer."""
    where: str
    """The words that locate the record, with its id on either side."""
    field: str
    """The field that differs; ``record`` where one side has no such record."""
    one: str
    """What the first annotation has."""
    other: str
    """What the second one has."""


def differences(one: Article, other: Article) -> list[Difference]:
    """Everything on which two annotations of one article differ, in the order of the text.

    Records are matched as they are scored; entities as they are aligned. Entity ids are told by name.
    """
    assert one.text is not None
    pairs: dict[str, list[tuple[Any, Any]]] = {"entities": []}
    left, right = ({entity.id: entity for entity in side.entities} for side in (one, other))
    aligned = align(one, other)
    pairs["entities"] = [(entity, right.get(aligned.get(entity.id, ""))) for entity in one.entities]
    pairs["entities"] += [(None, entity) for entity in other.entities if entity.id not in aligned.values()]
    for layer in ("claims", "events", "figures"):
        ids = [{record.id: record for record in getattr(side, layer)} for side in (one, other)]
        pairs[layer] = [(ids[0].get(m.gold or ""), ids[1].get(m.predicted or "")) for m in score_article(one, other).matches if m.layer == layer]
    same = {(a.id, b.id) for found in pairs.values() for a, b in found if a is not None and b is not None}
    names = [{key: entity.name or key for key, entity in side.items()} for side in (left, right)]
    out = []
    for layer, found in pairs.items():
        for a, b in sorted(found, key=lambda pair: _place(pair[0] or pair[1])):
            where = " / ".join(f"{record.id} {_told(_spans(record)[0], {})}" for record in (a, b) if record is not None)
            if a is None or b is None:
                out.append(Difference(layer, where, "record", *("–" if record is None else _told(record, names[index]) for index, record in enumerate((a, b)))))
                continue
            for name in a.__struct_fields__:
                values = [getattr(record, name) for record in (a, b)]
                if name == "id" or _key(values[0]) == _key(values[1]) or _linked(values[0], values[1], same):
                    continue
                out.append(Difference(layer, where, name, *(_told(value, names[index]) for index, value in enumerate(values))))
    return out


def _spans(record: Any) -> Sequence[Any]:
    return [record.span] if hasattr(record, "span") else record.content if hasattr(record, "content") else record.mentions


def _place(record: Any) -> tuple[int, int]:
    span = min(_spans(record), key=lambda span: span.start)
    return span.start, span.end


def _key(value: Any) -> Any:
    """A value without what order or naming may change: sets for lists."""
    return frozenset(map(repr, value)) if isinstance(value, tuple) else repr(value)


def _linked(one: Any, other: Any, same: set[tuple[str, str]]) -> bool:
    """Whether two values differ only in the ids that each side happened to give to the same records."""
    if isinstance(one, str) and isinstance(other, str):
        return (one, other) in same
    if isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other):
        rest = list(other)
        for item in one:
            if (mate := next((r for r in rest if r == item or _linked(item, r, same)), None)) is None:
                return False
            rest.remove(mate)
        return True
    fields = getattr(one, "__struct_fields__", None)
    if fields and type(one) is type(other):
        return all(getattr(one, f) == getattr(other, f) or _linked(getattr(one, f), getattr(other, f), same) for f in fields)
    return False


def _told(value: Any, names: Mapping[str, str]) -> str:
    """A value in words: covered text for spans, names for entities."""
    if value is None:
        return "–"
    if isinstance(value, tuple):
        return "; ".join(_told(item, names) for item in value) or "–"
    if hasattr(value, "start"):
        return f"“{value.text}”@{value.start}" + (f" {value.form}" if hasattr(value, "form") else "")
    if hasattr(value, "__struct_fields__"):
        return ", ".join(
            f"{f} {_told(getattr(value, f), names)}" for f in value.__struct_fields__ if f not in ("id", "links") and getattr(value, f) not in (None, (), False)
        )
    return f"{value} ({names[value]})" if value in names else str(value)
