"""Optimal one-to-one matching of gold and predicted records, the same whatever the order of the lists.

A pair's worth is a tuple of small integers (holds the headline, holds the first rung, the second, …, overlap in
millionths). The matching maximises the sum of the tuples, compared from the left: most pairs on the headline, then on
the first rung, and so on. The tuples are packed into one integer, wide enough that no sum of a later field can reach
an earlier one, so the comparison is exact. Work goes by connected components, so that cost grows with overlaps and
not with the square of the article.
"""

from __future__ import annotations

import heapq
from collections.abc import Hashable, Mapping, Sequence

from newsgold.counts import MILLION

Worth = tuple[int, ...]


def match(pairs: Mapping[tuple[int, int], Worth]) -> list[tuple[int, int]]:
    """The best assignment over ``pairs``.

    Args:
        pairs: for each compatible (gold index, predicted index) its worth: 0/1 fields and, last, an overlap of 0 to
            1,000,000. All tuples have the same length and are not all zero.

    Returns:
        The chosen pairs, sorted. Each index occurs once. The caller numbers both sides in a canonical order (by
        position), which makes ties independent of list order too.
    """
    if len({gold for gold, _ in pairs}) == len(pairs) == len({predicted for _, predicted in pairs}):
        return sorted(pairs)  # nothing competes
    out: list[tuple[int, int]] = []
    for component in _components(pairs):
        if len(component) == 1:
            out.append(component[0])
        else:
            out += _assign(component, pairs)
    return sorted(out)


def _components(pairs: Mapping[tuple[int, int], Worth]) -> list[list[tuple[int, int]]]:
    """The pairs of each connected component of the compatibility graph, sorted."""
    parent: dict[tuple[int, int], tuple[int, int]] = {}

    def find(node: tuple[int, int]) -> tuple[int, int]:
        root = node
        while (up := parent.setdefault(root, root)) != root:
            root = up
        while parent[node] != root:
            parent[node], node = root, parent[node]
        return root

    for gold, predicted in pairs:
        one, other = find((0, gold)), find((1, predicted))
        if one != other:
            parent[other] = one
    groups: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for pair in sorted(pairs):
        groups.setdefault(find((0, pair[0])), []).append(pair)
    return list(groups.values())


def _assign(component: Sequence[tuple[int, int]], pairs: Mapping[tuple[int, int], Worth]) -> list[tuple[int, int]]:
    """Maximum-weight matching of one component: successive best augmenting paths, with potentials (Edmonds & Karp 1972).

    Sparse, and exact in Python's integers. A path may also leave a gold record unmatched, since every gold row has a
    private dummy column of weight 0.
    """
    rows = sorted({gold for gold, _ in component})
    columns = sorted({predicted for _, predicted in component})
    bits = max(1, min(len(rows), len(columns))).bit_length()
    width = len(pairs[component[0]])
    tail = bits + MILLION.bit_length()

    def packed(worth: Worth) -> int:
        value = 0
        for index, part in enumerate(worth):
            value = (value << (tail if index == width - 1 else bits)) | part
        return value

    edges: dict[int, list[tuple[Hashable, int]]] = {row: [] for row in rows}
    for gold, predicted in component:
        edges[gold].append((predicted, packed(pairs[gold, predicted])))
    top = max(weight for row in rows for _, weight in edges[row])
    # As a minimum-cost problem: cost = top - weight ≥ 0, a dummy costs top.
    cost: dict[int, list[tuple[Hashable, int]]] = {row: [*((col, top - weight) for col, weight in edges[row]), (("none", row), top)] for row in rows}
    holder: dict[Hashable, int] = {}
    held: dict[int, Hashable] = {}
    row_potential: dict[int, int] = dict.fromkeys(rows, 0)
    column_potential: dict[Hashable, int] = {}
    for start in rows:
        # Dijkstra over columns; ties go to the column reached first in canonical order.
        distance: dict[Hashable, int] = {}
        before: dict[Hashable, int] = {}
        done: set[Hashable] = set()
        heap: list[tuple[int, int, Hashable]] = []
        order = 0
        row, base = start, 0
        touched = [(start, 0)]
        while True:
            for column, price in cost[row]:
                if column in done:
                    continue
                step = base + price - row_potential[row] - column_potential.get(column, 0)
                if column not in distance or step < distance[column]:
                    distance[column] = step
                    before[column] = row
                    order += 1
                    heapq.heappush(heap, (step, order, column))
            while True:
                base, _, column = heapq.heappop(heap)
                if column not in done and distance[column] == base:
                    break
            done.add(column)
            if column not in holder:
                break
            row = holder[column]
            touched.append((row, base))
        final = base
        for row, at in touched:
            row_potential[row] += final - at
        for other in done:
            column_potential[other] = column_potential.get(other, 0) - (final - distance[other])
        while True:
            row = before[column]
            previous = held.get(row)
            holder[column], held[row] = row, column
            if row == start:
                break
            assert previous is not None
            column = previous
    return [(row, column) for row, column in held.items() if isinstance(column, int)]
