"""Addable counts and what follows from them. 0/0 is ``None``, "not scored", everywhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

MILLION: Final = 1_000_000
"""Soft credit is kept in integer millionths, so that no order of addition changes a byte."""


class Count(NamedTuple):
    """True positives, gold records and predicted records of one measure; adds by field."""

    tp: int = 0
    gold: int = 0
    predicted: int = 0

    def plus(self, other: Count) -> Count:
        """The sum, field by field."""
        return Count(self.tp + other.tp, self.gold + other.gold, self.predicted + other.predicted)

    @property
    def precision(self) -> float | None:
        """``tp / predicted``."""
        return ratio(self.tp, self.predicted)

    @property
    def recall(self) -> float | None:
        """``tp / gold``."""
        return ratio(self.tp, self.gold)

    @property
    def f1(self) -> float | None:
        """``2 tp / (gold + predicted)``: the harmonic mean of precision and recall, defined unless both sides are empty."""
        return ratio(2 * self.tp, self.gold + self.predicted)

    def swapped(self) -> Count:
        """The count with gold and predicted exchanged."""
        return Count(self.tp, self.predicted, self.gold)


def ratio(part: int, whole: int) -> float | None:
    """``part / whole``, or ``None`` when there is nothing to score."""
    return part / whole if whole else None


def rounded(value: float | None) -> float | None:
    """Six places, as every score is written."""
    return None if value is None else round(value, 6) + 0.0


def mean(values: Iterable[float | None]) -> float | None:
    """The plain mean of the values that are scored."""
    scored = [value for value in values if value is not None]
    return sum(scored) / len(scored) if scored else None


Counts = dict[str, Count]
"""Measure to count, for one article or a sum of articles."""
Labels = dict[str, Counter[tuple[str, str]]]
"""Attribute to (gold label, predicted label) pairs; a label that was not predicted is ``""``."""


def add(rows: Iterable[Mapping[str, Count]]) -> Counts:
    """The sum of counts over articles."""
    out: Counts = {}
    for row in rows:
        for measure, count in row.items():
            out[measure] = out[measure].plus(count) if measure in out else count
    return out


def accuracy(pairs: Mapping[tuple[str, str], int]) -> float | None:
    """Share of pairs with equal labels; a missing prediction is wrong."""
    return ratio(sum(n for (gold, predicted), n in pairs.items() if gold == predicted), sum(pairs.values()))


def _given(pairs: Mapping[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    return {key: n for key, n in pairs.items() if key[1] and n}


def cohen_kappa(pairs: Mapping[tuple[str, str], int]) -> float | None:
    """Cohen's kappa (Cohen 1960) over pairs for which both sides give a label.

    ``None`` without pairs, and when both sides use one and the same label throughout, so that chance agreement is 1.
    """
    pairs = _given(pairs)
    if not (total := sum(pairs.values())):
        return None
    gold, predicted = _margins(pairs)
    # Kept in integers up to the last division, so that 0/0 is told from rounding.
    chance = sum(gold[label] * predicted[label] for label in gold)
    agreed = sum(n for (one, other), n in pairs.items() if one == other)
    return ratio(agreed * total - chance, total * total - chance)


def gwet_ac1(pairs: Mapping[tuple[str, str], int]) -> float | None:
    """Gwet's AC1 (Gwet 2008) over pairs for which both sides give a label; ``None`` with fewer than two labels in use."""
    pairs = _given(pairs)
    if not (total := sum(pairs.values())):
        return None
    gold, predicted = _margins(pairs)
    labels = gold.keys() | predicted.keys()
    if len(labels) < 2:
        return None
    # Chance is 1/(q-1) Σ π(1-π) with π the mean share of a label; all terms over 4·total².
    whole = 4 * total * total * (len(labels) - 1)
    chance = sum((gold[label] + predicted[label]) * (2 * total - gold[label] - predicted[label]) for label in labels)
    agreed = sum(n for (one, other), n in pairs.items() if one == other)
    return ratio(agreed * whole - chance * total, total * (whole - chance))


def _margins(pairs: Mapping[tuple[str, str], int]) -> tuple[Counter[str], Counter[str]]:
    gold: Counter[str] = Counter()
    predicted: Counter[str] = Counter()
    for (one, other), n in pairs.items():
        gold[one] += n
        predicted[other] += n
    return gold, predicted
