"""Addable counts and what follows from them. 0/0 is ``None``, "not scored", everywhere."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple, TypeVar

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


Divide = Callable[[Any, Any], Any]
"""How two sums are divided: `ratio`, or the like for arrays. All that follows serves both."""


def accuracy(pairs: Mapping[tuple[str, str], Any], divide: Divide = ratio) -> Any:
    """Share of pairs with equal labels; a missing prediction is wrong."""
    return divide(sum(n for (gold, predicted), n in pairs.items() if gold == predicted), sum(pairs.values()))


def cohen_kappa(pairs: Mapping[tuple[str, str], Any], divide: Divide = ratio) -> Any:
    """Cohen's kappa (Cohen 1960) over pairs for which both sides give a label.

    ``None`` without pairs, and when both sides use one and the same label throughout, so that chance agreement is 1.
    """
    gold, predicted, agreed, total = _margins(pairs)
    # Kept in integers up to the last division, so that 0/0 is told from rounding.
    chance = sum(n * predicted.get(label, 0) for label, n in gold.items())
    return divide(agreed * total - chance, total * total - chance)


def gwet_ac1(pairs: Mapping[tuple[str, str], Any], divide: Divide = ratio) -> Any:
    """Gwet's AC1 (Gwet 2008) over pairs for which both sides give a label; ``None`` with fewer than two labels in use."""
    gold, predicted, agreed, total = _margins(pairs)
    sums = [gold.get(label, 0) + predicted.get(label, 0) for label in {**gold, **predicted}]
    # Chance is 1/(q-1) Σ π(1-π) with π the mean share of a label; all terms over 4·total².
    whole = 4 * total * total * (sum(1 * (both > 0) for both in sums) - 1)
    chance = sum(both * (2 * total - both) for both in sums)
    return divide(agreed * whole - chance * total, total * (whole - chance))


Unit = TypeVar("Unit", bound=tuple[str, ...])


def krippendorff_alpha(units: Mapping[Unit, int]) -> float | None:
    """Krippendorff's alpha for nominal labels, any number of annotators (Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability").

    With n_uc the annotators that gave unit u the label c, m_u those that gave it any, n_c = Σ_u n_uc and n = Σ_c n_c over the
    units with m_u ≥ 2: α = 1 - D_o / D_e = 1 - (n - 1) Σ_u Σ_c n_uc (m_u - n_uc) / (m_u - 1) / Σ_c n_c (n - n_c).

    Args:
        units: for the labels that a unit was given, one place an annotator and ``""`` where there is none, how many such
            units there are. A table of label pairs is one for two annotators.

    Returns:
        At most 1; 0 is chance. ``None`` where no unit has two labels, and where all labels are one, so that D_e is 0.
    """
    margin: Counter[str] = Counter()
    apart: Counter[int] = Counter()  # m_u to Σ_u Σ_c n_uc (m_u - n_uc) over the units of that size
    for unit, times in units.items():
        given = Counter(label for label in unit if label)
        if (size := given.total()) > 1:
            apart[size] += times * sum(n * (size - n) for n in given.values())
            for label, n in given.items():
                margin[label] += times * n
    total = margin.total()
    # All terms over the common multiple of the m_u - 1: integers up to the last division.
    scale = math.lcm(*(size - 1 for size in apart))
    observed = (total - 1) * sum(n * scale // (size - 1) for size, n in apart.items())
    expected = scale * sum(n * (total - n) for n in margin.values())
    return ratio(expected - observed, expected)


def _margins(pairs: Mapping[tuple[str, str], Any]) -> tuple[dict[str, Any], dict[str, Any], Any, Any]:
    """Sums by gold label and by predicted label, how many agree and how many there are, where both sides give a label."""
    gold: dict[str, Any] = {}
    predicted: dict[str, Any] = {}
    agreed: Any = 0
    total: Any = 0
    for (one, other), n in pairs.items():
        if other:
            gold[one] = gold.get(one, 0) + n
            predicted[other] = predicted.get(other, 0) + n
            agreed, total = agreed + n * (one == other), total + n
    return gold, predicted, agreed, total
