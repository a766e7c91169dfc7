"""Coreference measures over clusters of mentions: MUC, B³, CEAFm, CEAFe, BLANC, LEA and the CoNLL mean.

    from newsgold import coref

    coref.score([(gold_clusters, predicted_clusters), ...])["conll"].f1  # micro over documents

With K the gold clusters, R the predicted ones and c = |K∩R| of a pair:

- **muc** (Vilain et al. 1995): the links that span the clusters. Recall Σ_K (|K| - parts of K) / Σ_K (|K| - 1), where the
  predicted clusters cut K into parts and every mention that is not predicted is a part of its own.
- **b3** (Bagga & Baldwin 1998): for each mention the share of its cluster that is found with it. Recall Σ c²/|K| / Σ |K|.
- **ceafm**, **ceafe** (Luo 2005): clusters aligned one-to-one for the greatest sum of c, or of 2c / (|K| + |R|). Recall is
  that sum over the gold mentions, or over the gold clusters.
- **blanc** (Recasens & Hovy 2011; Luo et al. 2014 for predicted mentions): links between mentions of one cluster
  (``coref``) and of two (``noncoref``), each scored by precision, recall and F1, and the mean of the two. A kind of link
  that the gold has none of is left out of the mean: gold that is one cluster is scored on coreference alone, gold of
  singletons on non-coreference alone. A kind that only the prediction lacks has precision 0.
- **lea** (Moosavi & Strube 2016): each cluster by its size times the share of its links that is found; a singleton links
  to itself, so it is found only as a singleton.
- **conll** (Pradhan et al. 2011): the mean F1 of muc, b3 and ceafe, not scored unless all three are.

Precision exchanges the sides, so exchanged sides exchange precision and recall (of blanc only where both sides lack the
same kinds). All follow the reference scorer v8.01 (Pradhan et al. 2014) and for LEA that of its authors: mentions that
one side alone has, and singletons, count as they stand; nothing is added or taken out.

A mention has one place. Within a side it belongs to the first cluster that lists it; later listings are dropped, and so
are clusters that this leaves empty. v8.01 does so for predicted mentions that the gold has; here it holds for all
mentions and for the gold too. Only for such mentions does the order of the clusters matter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from typing import Final, NamedTuple

from newsgold.counts import Count, Counts, add, ratio
from newsgold.match import assign

UNIT: Final = 10**9
"""Fractional sums are kept in integers of 10⁻⁹. Every term is rounded to the nearest, and there are no more terms than the
denominator counts, so recall and precision are off by less than 10⁻⁹; sums over 9 million mentions are exact in a float."""

MEASURES: Final = ("muc", "b3", "ceafm", "ceafe", "blanc", "lea", "conll")

Clusters = Iterable[Iterable[Hashable]]


class PRF(NamedTuple):
    """Precision, recall and F1, each 0 to 1, or ``None`` where there is nothing to score."""

    precision: float | None
    recall: float | None
    f1: float | None


def counts(gold: Clusters, predicted: Clusters) -> Counts:
    """The additive rows of one document.

    Returns:
        ``muc``, ``ceafm``, ``ceafe``, ``blanc:coref`` and ``blanc:noncoref``, whose recall and precision share a
        numerator; and for b3 and lea two rows each, ``b3:recall`` with its denominator as gold and ``b3:precision`` with
        its denominator as predicted. The rows of b3, ceafe and lea are in ``UNIT``. Sum them with ``newsgold.counts.add``.
    """
    gold_of, gold_sizes = _partition(gold)
    predicted_of, predicted_sizes = _partition(predicted)
    cells = Counter([(row, column) for mention, row in gold_of.items() if (column := predicted_of.get(mention)) is not None])

    gold_common, gold_squares = dict.fromkeys(gold_sizes, 0), dict.fromkeys(gold_sizes, 0)
    predicted_common, predicted_squares = dict.fromkeys(predicted_sizes, 0), dict.fromkeys(predicted_sizes, 0)
    phi4: dict[tuple[int, int], int] = {}
    singletons = 0
    for (row, column), common in cells.items():
        gold_common[row] += common
        predicted_common[column] += common
        gold_squares[row] += common * common
        predicted_squares[column] += common * common
        sizes = gold_sizes[row] + predicted_sizes[column]
        phi4[row, column] = _units(2 * common, sizes)
        singletons += sizes == 2
    found = sum(gold_common.values())
    pairs = (sum(gold_squares.values()) - found) // 2
    mentions, clusters = (len(gold_of), len(predicted_of)), (len(gold_sizes), len(predicted_sizes))
    gold_pairs, predicted_pairs = _pairs(gold_sizes.values()), _pairs(predicted_sizes.values())
    return {
        "muc": Count(found - len(cells), mentions[0] - clusters[0], mentions[1] - clusters[1]),
        "b3:recall": Count(sum(map(_units, gold_squares.values(), gold_sizes.values())), UNIT * mentions[0], 0),
        "b3:precision": Count(sum(map(_units, predicted_squares.values(), predicted_sizes.values())), 0, UNIT * mentions[1]),
        "ceafm": Count(sum(cells[pair] for pair in assign(cells)), *mentions),
        "ceafe": Count(sum(phi4[pair] for pair in assign(phi4)), UNIT * clusters[0], UNIT * clusters[1]),
        "blanc:coref": Count(pairs, gold_pairs, predicted_pairs),
        # Of the pairs of mentions that both sides have, those that neither side has in one cluster.
        "blanc:noncoref": Count(
            _pairs([found]) - _pairs(gold_common.values()) - _pairs(predicted_common.values()) + pairs,
            _pairs([mentions[0]]) - gold_pairs,
            _pairs([mentions[1]]) - predicted_pairs,
        ),
        "lea:recall": Count(UNIT * singletons + _lea(gold_squares, gold_common, gold_sizes), UNIT * mentions[0], 0),
        "lea:precision": Count(UNIT * singletons + _lea(predicted_squares, predicted_common, predicted_sizes), 0, UNIT * mentions[1]),
    }


def scores(total: Mapping[str, Count]) -> dict[str, PRF]:
    """Every measure of ``MEASURES`` from the rows of one document or from their sum; 0/0 is ``None``.

    F1 is 0 when only one side has anything to score, and ``None`` when neither has. ``conll`` is defined as a mean of F1
    and has no precision or recall.
    """
    out: dict[str, PRF] = {}
    for measure in MEASURES[:-1]:
        if measure == "blanc":
            out[measure] = _blanc(total.get("blanc:coref", Count()), total.get("blanc:noncoref", Count()))
        else:
            both = total.get(measure, Count())
            out[measure] = _prf(total.get(f"{measure}:recall", both), total.get(f"{measure}:precision", both))
    parts = [out[measure].f1 for measure in ("muc", "b3", "ceafe")]
    scored = [part for part in parts if part is not None]
    return {**out, "conll": PRF(None, None, sum(scored) / 3 if len(scored) == 3 else None)}


def score(documents: Iterable[tuple[Clusters, Clusters]]) -> dict[str, PRF]:
    """The scores of (gold, predicted) documents together: rows are summed first (micro), mentions are of their document."""
    return scores(add(counts(gold, predicted) for gold, predicted in documents))


def _partition(clusters: Clusters) -> tuple[dict[Hashable, int], Counter[int]]:
    """The number of each mention's cluster, and the size of each cluster; see the module on repeated mentions."""
    # The last entry of a key stands, so the first cluster goes in last.
    numbered = list(enumerate(clusters))[::-1]
    cluster_of = {mention: number for number, cluster in numbered for mention in cluster}
    return cluster_of, Counter(cluster_of.values())


def _pairs(sizes: Iterable[int]) -> int:
    return sum(size * (size - 1) for size in sizes) // 2


def _units(part: int, whole: int) -> int:
    """``part / whole`` in ``UNIT``, to the nearest."""
    return (UNIT * part + whole // 2) // whole


def _lea(squares: dict[int, int], common: dict[int, int], sizes: dict[int, int]) -> int:
    """Σ size · links found / links over clusters of at least two mentions; the common part of both is left out."""
    return sum(_units(square - found, size - 1) for square, found, size in zip(squares.values(), common.values(), sizes.values(), strict=True) if size > 1)


def _prf(recall: Count, precision: Count) -> PRF:
    """F1 = 2PR/(P+R), with one division."""
    both = 2 * recall.tp * precision.tp
    f1 = ratio(both, recall.tp * precision.predicted + precision.tp * recall.gold) if both else ratio(0, recall.gold + precision.predicted)
    return PRF(precision.precision, recall.recall, f1)


def _blanc(coref: Count, noncoref: Count) -> PRF:
    # Gold without any link: whatever is predicted is wrong, and the prediction tells what there is to score.
    kinds = [kind for kind in (coref, noncoref) if kind.gold] or [kind for kind in (coref, noncoref) if kind.predicted]
    if not kinds:
        return PRF(None, None, None)

    def mean(values: Iterable[float | None]) -> float:
        return sum(value or 0.0 for value in values) / len(kinds)

    return PRF(
        mean(kind.precision for kind in kinds) if any(kind.predicted for kind in kinds) else None,
        mean(kind.recall for kind in kinds) if any(kind.gold for kind in kinds) else None,
        mean(kind.f1 for kind in kinds),
    )
