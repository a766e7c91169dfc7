"""Every number a scorecard gives, by name, and how it follows from additive counts (``docs/scoring.md``).

A measure is a formula over sums. Given the sums of a corpus it is a score; given arrays of sums, one entry a resample, it
is an array, with NaN where the score is null. So a score and its interval cannot disagree on a definition.

Names: ``overall``; ``claims`` (a layer's headline); ``claims.speakers.f1`` (a rung); ``claims.span.close.f1``;
``events.arguments.classification.f1``; ``speakers.coref.b3.f1``; ``claims.attributes.act.kappa``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from newsgold.compare import MODES
from newsgold.counts import MILLION, Count, Labels, accuracy, cohen_kappa, gwet_ac1, mean, ratio
from newsgold.layers import REGISTRY

ARGUMENTS: Final = ("identification", "classification", "identification_strict", "classification_strict")
GIVEN: Final = "_given_triggers"
COREF: Final = ("muc", "b3", "ceafm", "ceafe", "blanc", "lea")
CONLL: Final = ("muc", "b3", "ceafe")
COREF_LAYER: Final = "speakers"
"""The layer whose mention clusters are scored as coreference."""
OVERALL: Final = "overall"


class Arithmetic:
    """Division and mean of numbers, where 0/0 is ``None``. `newsgold.stats` has the same for arrays, where it is NaN."""

    ratio: Callable[[Any, Any], Any] = staticmethod(ratio)
    mean: Callable[[Sequence[Any]], Any] = staticmethod(mean)


@dataclass(frozen=True)
class Sums:
    """The sums a measure is computed from: numbers, or arrays of one shape."""

    counts: Mapping[str, Count]
    """By measure."""
    labels: Mapping[str, Mapping[tuple[str, str], Any]]
    """By attribute: (gold label, predicted label) to how many."""

    def count(self, measure: str) -> Count:
        """The sums of a measure, 0 where nothing was counted."""
        return self.counts.get(measure, _NONE)


_NONE: Final = Count()


@dataclass(frozen=True)
class Measure:
    """A named score."""

    name: str
    formula: Callable[[Sums, Arithmetic], Any]
    """The score of some sums."""
    counts: tuple[str, ...] = ()
    """The counts it reads."""
    attribute: str | None = None
    """The attribute whose label pairs it reads."""

    def of(self, total: Mapping[str, Count], labels: Labels) -> float | None:
        """The score; ``None`` where nothing is scored."""
        value: float | None = self.formula(Sums(total, labels), Arithmetic())
        return value


def _prf(name: str, key: str, unit: int = 1) -> list[Measure]:
    """Precision, recall and F1 of the count ``key``, whose credit is in ``unit`` parts."""

    def precision(sums: Sums, do: Arithmetic) -> Any:
        count = sums.count(key)
        return do.ratio(count.tp, unit * count.predicted)

    def recall(sums: Sums, do: Arithmetic) -> Any:
        count = sums.count(key)
        return do.ratio(count.tp, unit * count.gold)

    def f1(sums: Sums, do: Arithmetic) -> Any:
        count = sums.count(key)
        return do.ratio(2 * count.tp, unit * (count.gold + count.predicted))

    return [Measure(f"{name}.{part.__name__}", part, (key,)) for part in (precision, recall, f1)]


def _label(name: str, attribute: str) -> list[Measure]:
    """Accuracy, Cohen's kappa and Gwet's AC1 of an attribute."""
    parts = {"accuracy": accuracy, "kappa": cohen_kappa, "ac1": gwet_ac1}

    def formula(part: Callable[..., Any]) -> Callable[[Sums, Arithmetic], Any]:
        return lambda sums, do: part(sums.labels.get(attribute, {}), do.ratio)

    return [Measure(f"{name}.{key}", formula(part), attribute=attribute) for key, part in parts.items()]


def _coref(prefix: str, key: str) -> list[Measure]:
    """Precision, recall and F1 of the coreference measures, and the CoNLL mean (`newsgold.coref`, whose rows these are)."""
    out: list[Measure] = []
    f1s: dict[str, Callable[[Sums], tuple[Any, Any]]] = {}
    for measure in COREF:
        if measure == "blanc":
            rows = f"{key}:blanc:coref", f"{key}:blanc:noncoref"
            out += [Measure(f"{prefix}.blanc.{part}", _blanc(rows, part), rows) for part in ("precision", "recall", "f1")]
            continue
        two = measure in ("b3", "lea")
        sides = (f"{key}:{measure}:recall", f"{key}:{measure}:precision") if two else (f"{key}:{measure}",) * 2

        def recall(sums: Sums, do: Arithmetic, side: str = sides[0]) -> Any:
            return do.ratio(sums.count(side).tp, sums.count(side).gold)

        def precision(sums: Sums, do: Arithmetic, side: str = sides[1]) -> Any:
            return do.ratio(sums.count(side).tp, sums.count(side).predicted)

        def fraction(sums: Sums, sides: tuple[str, str] = (sides[0], sides[1])) -> tuple[Any, Any]:
            """F1 = 2PR/(P+R) as one fraction; 0 where only one side has anything to score."""
            one, other = sums.count(sides[0]), sums.count(sides[1])
            both = 2 * one.tp * other.tp
            return both, one.tp * other.predicted + other.tp * one.gold + (both == 0) * (one.gold + other.predicted)

        def f1(sums: Sums, do: Arithmetic, fraction: Callable[[Sums], tuple[Any, Any]] = fraction) -> Any:
            return do.ratio(*fraction(sums))

        f1s[measure] = fraction
        needs = tuple(dict.fromkeys(sides))
        out += [Measure(f"{prefix}.{measure}.{name}", part, needs) for name, part in (("precision", precision), ("recall", recall), ("f1", f1))]

    def conll(sums: Sums, do: Arithmetic) -> Any:
        # The mean of three fractions as one, so that it is null unless all three are scored.
        (a, x), (b, y), (c, z) = (f1s[measure](sums) for measure in CONLL)
        return do.ratio(a * y * z + b * x * z + c * x * y, 3 * x * y * z)

    needs = tuple(dict.fromkeys(key for measure in out for key in measure.counts if measure.name.split(".")[-2] in CONLL))
    return [*out, Measure(f"{prefix}.conll", conll, needs)]


def _blanc(rows: tuple[str, str], part: str) -> Callable[[Sums, Arithmetic], Any]:
    """BLANC: the mean over the kinds of link that the gold has, or, if it has none, over those that are predicted."""

    part_of = {"precision": "predicted", "recall": "gold"}

    def formula(sums: Sums, do: Arithmetic) -> Any:
        kinds = [sums.count(name) for name in rows]
        none = sum(kind.gold for kind in kinds) == 0
        weights = [1 * ((kind.gold > 0) | (none & (kind.predicted > 0))) for kind in kinds]
        parts = {
            "precision": [(kind.tp, kind.predicted) for kind in kinds],
            "recall": [(kind.tp, kind.gold) for kind in kinds],
            "f1": [(2 * kind.tp, kind.gold + kind.predicted) for kind in kinds],
        }[part]
        scores = [do.ratio(top, whole + (whole == 0)) for top, whole in parts]  # 0/0 counts 0 beside a kind that is scored
        whole = sum(weight * (1 if part == "f1" else getattr(kind, part_of[part])) for weight, kind in zip(weights, kinds, strict=True))
        return do.ratio(sum(weight * score for weight, score in zip(weights, scores, strict=True)), sum(weights) * (whole > 0))

    return formula


def _mean(name: str, parts: Sequence[Measure]) -> Measure:
    """The plain mean of the measures that are scored."""
    needs = tuple(dict.fromkeys(key for part in parts for key in part.counts))
    return Measure(name, lambda sums, do: do.mean([part.formula(sums, do) for part in parts]), needs)


def _supported(measure: Measure) -> Measure:
    """An F1 that is null where the gold has nothing, whatever is predicted: what overall is the mean of."""
    (key,) = measure.counts

    def f1(sums: Sums, do: Arithmetic) -> Any:
        count = sums.count(key)
        return do.ratio(2 * count.tp, (count.gold + count.predicted) * (count.gold > 0))

    return Measure(measure.name, f1, measure.counts)


@cache
def registry() -> dict[str, Measure]:
    """All measures by name, headlines first, then layer by layer."""
    out: list[Measure] = []
    heads: list[Measure] = []
    supported: list[Measure] = []
    for name, layer in REGISTRY.items():
        own = [measure for rung in layer.rungs for measure in _prf(f"{name}.{rung.name}", f"{name}/{rung.name}")]
        for mode in MODES:
            own += _prf(f"{name}.span.{mode}", f"{name}/span:{mode}", MILLION if mode == "soft" else 1)
        if name == COREF_LAYER:
            own += _coref(f"{name}.coref", f"{name}/coref")
        if layer.arguments:
            for setting in (base + given for base in ARGUMENTS for given in ("", GIVEN)):
                own += _prf(f"{name}.arguments.{setting}", f"{name}/arguments:{setting}")
        for label in layer.labels:
            own += _label(f"{name}.attributes.{label.name}", f"{name}/{label.name}")
        for spans in layer.spans:
            for mode in MODES:
                own += _prf(f"{name}.attributes.{spans.name}.{mode}", f"{name}/attribute:{spans.name}:{mode}", MILLION if mode == "soft" else 1)
        for link in layer.links:
            own += _prf(f"{name}.attributes.{link.name}", f"{name}/attribute:{link.name}")
        wanted = [f"{name}.{layer.headline}.f1", *([f"{name}.arguments.classification.f1"] if layer.arguments else [])]
        parts = [measure for want in wanted for measure in own if measure.name == want]
        heads.append(_mean(name, parts))
        supported.append(_mean(name, [_supported(measure) for measure in parts]))
        out += own
    return {measure.name: measure for measure in [_mean(OVERALL, supported), *heads, *out]}


def headline_names() -> tuple[str, ...]:
    """Overall and the layers' headlines: what a comparison of systems corrects over."""
    return (OVERALL, *REGISTRY)


def values(total: Mapping[str, Count], labels: Labels) -> dict[str, float | None]:
    """Every measure of some sums."""
    return {name: measure.of(total, labels) for name, measure in registry().items()}
