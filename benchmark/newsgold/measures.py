"""Every number a scorecard gives, by name, and how it follows from additive counts (``docs/scoring.md``).

A measure is a formula over sums. Given the sums of a corpus it is a score; given arrays of sums, one entry a resample, it
is an array, with NaN where the score is null. So a score and its interval cannot disagree on a definition.

Names: ``overall``; ``claims`` (a layer's headline); ``claims.speakers.f1`` (a rung); ``claims.span.close.f1``;
``events.arguments.classification.f1``; ``claims.attributes.act.kappa``.
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


def _mean(name: str, parts: Sequence[Measure]) -> Measure:
    """The plain mean of the measures that are scored."""
    needs = tuple(dict.fromkeys(key for part in parts for key in part.counts))
    return Measure(name, lambda sums, do: do.mean([part.formula(sums, do) for part in parts]), needs)


@cache
def registry() -> dict[str, Measure]:
    """All measures by name, headlines first, then layer by layer."""
    out: list[Measure] = []
    heads: list[Measure] = []
    for name, layer in REGISTRY.items():
        own = [measure for rung in layer.rungs for measure in _prf(f"{name}.{rung.name}", f"{name}/{rung.name}")]
        for mode in MODES:
            own += _prf(f"{name}.span.{mode}", f"{name}/span:{mode}", MILLION if mode == "soft" else 1)
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
        heads.append(_mean(name, [measure for want in wanted for measure in own if measure.name == want]))
        out += own
    return {measure.name: measure for measure in [_mean(OVERALL, heads), *heads, *out]}


def headline_names() -> tuple[str, ...]:
    """Overall and the layers' headlines: what a comparison of systems corrects over."""
    return (OVERALL, *REGISTRY)


def values(total: Mapping[str, Count], labels: Labels) -> dict[str, float | None]:
    """Every measure of some sums."""
    return {name: measure.of(total, labels) for name, measure in registry().items()}
