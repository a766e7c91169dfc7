"""Optimal one-to-one matching of gold and predicted records, the same whatever the order of the lists.

A pair's worth is a tuple of small integers (holds the headline, holds the first rung, the second, …, overlap in
millionths). The matching maximises the sum of the tuples, compared from the left: most pairs on the headline, then on
the first rung, and so on. The tuples are packed into one integer, wide enough that no sum of a later field can reach
an earlier one, so the comparison is exact. Work goes by connected components, so that cost grows with overlaps and
not with the square of the article.

Ties. Among matchings of equal worth the choice depends on nothing but the table of worths of the component, its rows
and columns in index order: not on the order of the mapping, and not on what other components hold. Nor does it depend
on which side comes first: swapped sides give the swapped pairs, unless the table is its own mirror image, where swapping
changes nothing and the same pairs come back.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from operator import itemgetter

from newsgold.counts import MILLION

Pair = tuple[int, int]
Worth = tuple[int, ...]
Edges = list[list[tuple[int, int]]]
"""For each row its (column, weight) in column order, both sides numbered from 0 within the component."""


def match(pairs: Mapping[Pair, Worth]) -> list[Pair]:
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

    def packing(most: int) -> Callable[[Pair], int]:
        bits = most.bit_length()
        tail = bits + MILLION.bit_length()

        def packed(pair: Pair) -> int:
            *fields, overlap = pairs[pair]
            value = 0
            for field in fields:
                value = value << bits | field
            return value << tail | overlap

        return packed

    return _by_component(pairs, packing)


def assign(weights: Mapping[Pair, int]) -> list[Pair]:
    """The one-to-one assignment of greatest total weight, exact however large the integers.

    Args:
        weights: for each admissible (first index, second index) its weight, above 0. A pair that is not in it cannot be
            chosen, and an index may stay unmatched.

    Returns:
        The chosen pairs, sorted. Pairs that every best assignment has are settled first; ties among what they leave go
        as the module says.

    Raises:
        ValueError: for a weight of 0 or less.
    """
    if min(weights.values(), default=1) <= 0:
        raise ValueError("a weight is not above 0")
    # A pair that outweighs the next best pair of its row and that of its column together is in every best assignment: in
    # place of the two it would gain. Most pairs of clusters are settled so, at a fraction of the price of a search.
    row_next: dict[int, int] = {}
    column_next: dict[int, int] = {}
    for (row, column), weight in sorted(weights.items(), key=itemgetter(1), reverse=True):
        row_next[row] = 0 if row not in row_next else row_next[row] or weight
        column_next[column] = 0 if column not in column_next else column_next[column] or weight
    clear = [pair for pair, weight in weights.items() if weight > row_next[pair[0]] + column_next[pair[1]]]
    rows, columns = {row for row, _ in clear}, {column for _, column in clear}
    rest = [pair for pair in weights if pair[0] not in rows and pair[1] not in columns]
    return sorted(clear + _by_component(rest, lambda _: weights.__getitem__))


def _by_component(pairs: Collection[Pair], weighing: Callable[[int], Callable[[Pair], int]]) -> list[Pair]:
    """The best pairs of each connected component of the compatibility graph, sorted.

    ``weighing`` is told the greatest number of pairs that a component's matching can have, and gives the weight of a pair.
    """
    of_row: dict[int, list[int]] = {}
    of_column: dict[int, list[int]] = {}
    for row, column in sorted(pairs):
        of_row.setdefault(row, []).append(column)
        of_column.setdefault(column, []).append(row)
    out: list[Pair] = []
    seen: set[int] = set()
    reached: set[int] = set()
    for start, first in of_row.items():
        if start in seen:
            continue
        if len(first) == 1 and len(of_column[first[0]]) == 1:
            out.append((start, first[0]))
            continue
        seen.add(start)
        rows, columns = [start], []
        # The list grows while it is walked, until the component is complete.
        for row in rows:
            for column in of_row[row]:
                if column not in reached:
                    reached.add(column)
                    columns.append(column)
                    for other in of_column[column]:
                        if other not in seen:
                            seen.add(other)
                            rows.append(other)
        weigh = weighing(min(len(rows), len(columns)))
        if len(rows) == 1 or len(columns) == 1:
            out.append(max(((row, column) for row in sorted(rows) for column in of_row[row]), key=weigh))
        else:
            out += _best(sorted(rows), sorted(columns), of_row, weigh)
    return sorted(out)


def _best(rows: Sequence[int], columns: Sequence[int], of_row: Mapping[int, list[int]], weigh: Callable[[Pair], int]) -> list[Pair]:
    """The assignment of one component, searched from the smaller side, or of two equal ones from the one whose table is less."""
    rank = {column: at for at, column in enumerate(columns)}
    table: Edges = [[(rank[column], weigh((row, column))) for column in of_row[row]] for row in rows]
    if len(columns) <= len(rows):
        mirror: Edges = [[] for _ in columns]
        for at, edges in enumerate(table):
            for to, weight in edges:
                mirror[to].append((at, weight))
        if len(columns) < len(rows) or mirror < table:
            return [(rows[at], columns[to]) for to, at in _solve(mirror, len(rows))]
    return [(rows[at], columns[to]) for at, to in _solve(table, len(columns))]


def _solve(edges: Edges, width: int) -> Iterator[Pair]:
    """Maximum-weight matching by shortest augmenting paths with potentials (Edmonds & Karp 1972).

    Rows have a gain and columns a price, both ≥ 0, with gain + price ≥ weight on every edge and equality on matched
    ones; a column with a price is matched. When every unmatched row has gain 0 as well, the matching is optimal. First
    comes the augmenting row reduction of Jonker & Volgenant (1987), which matches most rows at the cost of one scan;
    each row that is left is then settled by a Dijkstra search over the slack, ending at a free column or at a row that
    is better left unmatched. Heavy edges come first in a row: since prices are ≥ 0, the rest of it is soon ruled out.
    """
    edges = [sorted(row, key=itemgetter(1), reverse=True) for row in edges]
    gain = [0] * len(edges)
    price = [0] * width
    held = [-1] * len(edges)
    holder = [-1] * width
    waiting = list(range(len(edges)))[::-1]
    left: list[int] = []
    # Rows that compete for a column outbid each other by steps that may be tiny: the number of bids is bounded.
    bids = 4 * len(edges)
    while waiting:
        row = waiting.pop()
        best = second = 0
        place = -1
        for column, weight in edges[row]:
            if weight < second:
                break
            net = weight - price[column]
            if net > best:
                best, second, place = net, best, column
            elif net == best and place >= 0:
                second = best
                if holder[place] >= 0 > holder[column]:
                    place = column
                if holder[place] < 0:
                    break
            elif net > second:
                second = net
        gain[row] = second
        if place < 0:
            continue
        other = holder[place]
        if other >= 0 and (best == second or bids <= 0):
            gain[row] = best
            left.append(row)
            continue
        bids -= 1
        price[place] += best - second
        holder[place], held[row] = row, place
        if other >= 0:
            held[other] = -1
            waiting.append(other)

    far = 1 + max(gain)
    distance = [far] * width
    before = [-1] * width
    for start in sorted(left):
        # Leaving the start unmatched costs its gain; only what is nearer than the nearest end so far is followed.
        limit, end_row, end_column = gain[start], start, -1
        row, base = start, 0
        heap: list[tuple[int, int]] = []
        scanned = [(start, 0)]
        touched: list[int] = []
        while True:
            floor = base + gain[row]
            if floor < limit:
                limit, end_row, end_column = floor, row, -1
            for column, weight in edges[row]:
                if floor - weight >= limit:
                    break
                step = floor - weight + price[column]
                if step < limit and step < distance[column]:
                    touched.append(column)
                    distance[column] = step
                    before[column] = row
                    if holder[column] < 0:
                        limit, end_row, end_column = step, -1, column
                    else:
                        heapq.heappush(heap, (step, column))
            while heap and heap[0][0] > distance[heap[0][1]]:
                heapq.heappop(heap)
            if not heap or heap[0][0] >= limit:
                break
            base, column = heapq.heappop(heap)
            row = holder[column]
            scanned.append((row, base))
        for row, at in scanned:
            gain[row] -= limit - at
            if row != start:
                price[held[row]] += limit - at
        column = end_column
        if end_row >= 0:
            column, held[end_row] = held[end_row], -1
        while column >= 0:
            row = before[column]
            holder[column] = row
            column, held[row] = held[row], column
        for column in touched:
            distance[column] = far
    return ((row, column) for row, column in enumerate(held) if column >= 0)
