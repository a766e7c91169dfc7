"""Speed of the coreference measures, as a ratio to a peer on the same documents (``python tests/bench_coref.py``).

The peer is coval (Moosavi & Strube 2016) where it can be imported, else the plain implementation below. newsgold does its
full work, BLANC included, which coval does not compute; coval is timed from clusters too, its mention maps included.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Hashable
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "benchmark"), str(ROOT / "tests")]

from bench import best  # noqa: E402
from newsgold import coref  # noqa: E402

Clusters = list[list[Hashable]]
Document = tuple[Clusters, Clusters]
Prf = tuple[float, float, float]


def documents(n: int = 200, mentions: int = 100, clusters: int = 30, seed: int = 0) -> list[Document]:
    """Gold clusters of spans, and a prediction that moves 15% of them, misplaces 10% and misses 8%."""
    rng = random.Random(seed)
    out = []
    for _ in range(n):
        gold: Clusters = [[] for _ in range(clusters)]
        predicted: Clusters = [[] for _ in range(clusters)]
        for number in range(mentions):
            home, span, fate = rng.randrange(clusters), (20 * number, 20 * number + rng.randint(1, 15)), rng.random()
            gold[home].append(span)
            if fate < 0.15:
                predicted[rng.randrange(clusters)].append(span)
            elif fate < 0.25:
                predicted[home].append((span[0] + 1, span[1] + 1))
            elif fate < 0.92:
                predicted[home].append(span)
        out.append(([cluster for cluster in gold if cluster], [cluster for cluster in predicted if cluster]))
    return out


def coval(data: list[Document]) -> dict[str, Prf]:
    """coval's scores, as its own scorer computes them."""
    from coval.eval import evaluator  # type: ignore[import-not-found, unused-ignore]

    infos = {}
    for number, (gold, predicted) in enumerate(data):
        gold_of = {mention: at for at, cluster in enumerate(gold) for mention in cluster}
        predicted_of = {mention: at for at, cluster in enumerate(predicted) for mention in cluster}
        infos[number] = (
            gold,
            predicted,
            {mention: predicted_of[mention] for mention in gold_of if mention in predicted_of},
            {mention: gold_of[mention] for mention in predicted_of if mention in gold_of},
        )
    out = {}
    for measure, metric in {"muc": evaluator.muc, "b3": evaluator.b_cubed, "ceafm": evaluator.ceafm, "ceafe": evaluator.ceafe, "lea": evaluator.lea}.items():
        recall, precision, f1 = evaluator.evaluate_documents(infos, metric)
        out[measure] = (float(precision), float(recall), float(f1))
    return out


def plain(data: list[Document]) -> dict[str, Prf]:
    """The same measures from their definitions, in plain Python: what a reader of the papers would write."""
    rows = {measure: [0.0] * 4 for measure in ("muc", "b3", "ceafm", "ceafe", "lea")}
    for gold, predicted in data:
        sides = [set(cluster) for cluster in gold], [set(cluster) for cluster in predicted]
        common = [[len(one & other) for other in sides[1]] for one in sides[0]]
        for half, (ours, theirs, table) in enumerate(((*sides, common), (*sides[::-1], [list(row) for row in zip(*common, strict=True)]))):
            for cluster, shared in zip(ours, table, strict=True):
                size = len(cluster)
                alone = size - sum(shared)
                rows["muc"][2 * half] += size - alone - sum(1 for part in shared if part)
                rows["muc"][2 * half + 1] += size - 1
                rows["b3"][2 * half] += sum(part * part for part in shared) / size
                if size > 1:
                    rows["lea"][2 * half] += sum(part * (part - 1) for part in shared) / (size - 1)
                else:
                    rows["lea"][2 * half] += sum(part for part, other in zip(shared, theirs, strict=True) if len(other) == 1)
                for measure in ("b3", "ceafm", "lea"):
                    rows[measure][2 * half + 1] += size
                rows["ceafe"][2 * half + 1] += 1
        phi4 = [
            [2 * part / (len(one) + len(other)) for part, other in zip(shared, sides[1], strict=True)] for one, shared in zip(sides[0], common, strict=True)
        ]
        for measure, similarity in (("ceafm", [[float(part) for part in row] for row in common]), ("ceafe", phi4)):
            value = hungarian(similarity)
            rows[measure][0] += value
            rows[measure][2] += value
    out = {}
    for measure, (right, whole, found, all_found) in rows.items():
        recall, precision = right / whole, found / all_found
        out[measure] = (precision, recall, 2 * precision * recall / (precision + recall))
    return out


def hungarian(similarity: list[list[float]]) -> float:
    """The greatest sum of a one-to-one alignment: the O(n³) method over the whole table (Kuhn 1955, Munkres 1957)."""
    if len(similarity) > len(similarity[0]):
        similarity = [list(row) for row in zip(*similarity, strict=True)]
    width = len(similarity[0])
    row_of = [-1] * width
    row_potential, column_potential = [-max(row) for row in similarity], [0.0] * width
    for start in range(len(similarity)):
        slack, before, done = [float("inf")] * width, [-1] * width, [False] * width
        row, at = start, -1
        while True:
            step, nearest = float("inf"), -1
            for column in range(width):
                if not done[column]:
                    reduced = -similarity[row][column] - row_potential[row] - column_potential[column]
                    if reduced < slack[column]:
                        slack[column], before[column] = reduced, at
                    if slack[column] < step:
                        step, nearest = slack[column], column
            row_potential[start] += step
            for column in range(width):
                if done[column]:
                    row_potential[row_of[column]] += step
                    column_potential[column] -= step
                else:
                    slack[column] -= step
            at = nearest
            done[at] = True
            if row_of[at] < 0:
                break
            row = row_of[at]
        while at >= 0:
            previous = before[at]
            row_of[at] = row_of[previous] if previous >= 0 else start
            at = previous
    return sum(similarity[row][column] for column, row in enumerate(row_of) if row >= 0)


def coreference(times: int) -> None:
    """Print the rates, each the best of several runs, and their ratio. The peer must give the same scores."""
    data = documents()
    try:
        theirs, name, peer = coval(data), "coval", coval
    except ImportError:
        theirs, name, peer = plain(data), "a plain Python reference", plain
    ours = coref.score(data)
    for measure, value in theirs.items():
        if any(abs(one - (other or 0.0)) > 1e-8 for one, other in zip(value, ours[measure], strict=True)):
            raise AssertionError(f"{measure}: {name} has {value}, newsgold {ours[measure]}")
    # In turns, so that a slow spell of the machine meets both.
    runs = [(best(lambda: coref.score(data), 1), best(lambda: peer(data), 1)) for _ in range(times)]
    own, other = (min(side) for side in zip(*runs, strict=True))
    print(f"coreference, {len(data)} documents of 100 mentions: {len(data) / own:.0f} documents/s")
    print(f"{name}: {len(data) / other:.0f} documents/s; ratio {other / own:.1f} (target: at least 3)")


if __name__ == "__main__":
    coreference(15)
