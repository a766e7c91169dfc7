"""The matching is optimal, one-to-one and independent of order: against brute force on small cases."""

from __future__ import annotations

import random
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsgold.match import Pair, Worth, assign, match

PAIRS = st.dictionaries(
    st.tuples(st.integers(0, 4), st.integers(0, 4)),
    st.tuples(st.integers(0, 1), st.integers(0, 1), st.integers(0, 1), st.integers(1, 4) | st.integers(1, 10**6)),
    min_size=1,
    max_size=14,
)


def brute_force(pairs: Mapping[tuple[int, int], Worth]) -> Worth:
    rows = sorted({gold for gold, _ in pairs})
    best: list[Worth] = [(0, 0, 0, 0)]

    def go(index: int, used: frozenset[int], total: Worth) -> None:
        if index == len(rows):
            best[0] = max(best[0], total)
            return
        go(index + 1, used, total)
        for (gold, predicted), worth in pairs.items():
            if gold == rows[index] and predicted not in used:
                go(index + 1, used | {predicted}, tuple(a + b for a, b in zip(total, worth, strict=True)))

    go(0, frozenset(), (0, 0, 0, 0))
    return best[0]


def total(pairs: Mapping[tuple[int, int], Worth], chosen: list[tuple[int, int]]) -> Worth:
    return tuple(sum(pairs[pair][index] for pair in chosen) for index in range(4))


@given(PAIRS)
def test_optimal_and_one_to_one(pairs: dict[tuple[int, int], Worth]) -> None:
    chosen = match(pairs)
    assert len({gold for gold, _ in chosen}) == len(chosen) == len({predicted for _, predicted in chosen})
    assert total(pairs, chosen) == brute_force(pairs)


@given(PAIRS, st.randoms(use_true_random=False))
def test_the_order_of_the_pairs_does_not_matter(pairs: dict[tuple[int, int], Worth], rng: object) -> None:
    items = list(pairs.items())
    rng.shuffle(items)  # type: ignore[attr-defined]
    assert match(dict(items)) == match(pairs)


@given(PAIRS)
def test_swapping_the_sides_keeps_the_worth(pairs: dict[tuple[int, int], Worth]) -> None:
    swapped = {(predicted, gold): worth for (gold, predicted), worth in pairs.items()}
    assert total(swapped, match(swapped)) == total(pairs, match(pairs))


def test_one_headline_beats_any_number_of_lower_rungs() -> None:
    assert match({(0, 0): (1, 1, 1, 1), (0, 1): (0, 1, 1, 10**6), (1, 0): (0, 1, 1, 10**6)}) == [(0, 0)]


def test_two_half_right_pairs_do_not_beat_one_right_pair() -> None:
    """A wrong fragment beside a right claim: the right one keeps its partner."""
    assert (0, 0) in match({(0, 0): (1, 1, 0, 900000), (0, 1): (0, 1, 0, 10**6), (1, 0): (0, 1, 0, 10**6)})


def test_greedy_by_list_order_would_be_worse() -> None:
    assert match({(0, 0): (1, 1, 1, 10), (0, 1): (1, 1, 1, 9), (1, 0): (1, 1, 1, 9)}) == [(0, 1), (1, 0)]


def test_nothing_to_match() -> None:
    assert match({}) == []


# Few different weights make ties common; some are beyond any machine word.
WEIGHTS = st.dictionaries(
    st.tuples(st.integers(0, 5), st.integers(0, 5)), st.integers(1, 3) | st.integers(1, 10**6) | st.integers(10**30, 10**30 + 2), max_size=20
)


def best_total(weights: Mapping[Pair, int]) -> int:
    """The greatest total weight, by trying everything."""
    if not weights:
        return 0
    row = min(row for row, _ in weights)
    rest = {pair: weight for pair, weight in weights.items() if pair[0] != row}
    here = [(column, weight) for (at, column), weight in weights.items() if at == row]
    return max(best_total(rest), *(weight + best_total({pair: w for pair, w in rest.items() if pair[1] != column}) for column, weight in here))


@given(WEIGHTS)
def test_assign_is_optimal_and_one_to_one(weights: dict[Pair, int]) -> None:
    chosen = assign(weights)
    assert chosen == sorted(chosen)
    assert len({row for row, _ in chosen}) == len(chosen) == len({column for _, column in chosen})
    assert sum(weights[pair] for pair in chosen) == best_total(weights)


@given(WEIGHTS, st.randoms(use_true_random=False))
def test_ties_of_assign_are_settled_by_the_component_alone(weights: dict[Pair, int], rng: random.Random) -> None:
    """Not by the order of the mapping, nor by what the indices count elsewhere, nor by an unconnected pair."""
    chosen = assign(weights)
    moved = {(3 * row + 1, 2 * column): weight for (row, column), weight in rng.sample(list(weights.items()), len(weights))}
    assert assign({**moved, (0, 1): 5}) == [(0, 1), *((3 * row + 1, 2 * column) for row, column in chosen)]


def swapped(pairs: list[Pair]) -> list[Pair]:
    return sorted((column, row) for row, column in pairs)


@given(st.integers(1, 3), st.integers(4, 6), st.data())
def test_a_smaller_side_keeps_its_pairs_when_the_sides_are_swapped(few: int, many: int, data: st.DataObject) -> None:
    table = data.draw(st.lists(st.integers(1, 2), min_size=few * many, max_size=few * many))
    weights = {(at // many, at % many): weight for at, weight in enumerate(table)}
    assert swapped(assign({(column, row): weight for (row, column), weight in weights.items()})) == assign(weights)


def test_equal_sides_keep_their_pairs_when_they_are_swapped() -> None:
    path = {(0, 0): 1, (0, 1): 2, (1, 1): 1}  # the middle pair, or the two at the ends
    cycle = {(row, (row + step) % 4): 5 for row in range(4) for step in (0, 1)}  # the diagonal, or what is off it
    for weights in (path, cycle):
        assert swapped(assign({(column, row): weight for (row, column), weight in weights.items()})) == assign(weights)
    # Its own mirror image: the swapped problem is the same problem.
    mirror = {(row, column): 5 for row in range(3) for column in range(3) if row != column}
    assert assign({(column, row): weight for (row, column), weight in mirror.items()}) == assign(mirror)


def test_a_row_may_lose_its_column_and_stay_unmatched() -> None:
    """13 is best: rows 0 and 1 fit one column each, and row 2, which comes last, is worth more on either."""
    assert assign({(0, 0): 3, (1, 1): 3, (2, 0): 10, (2, 1): 10, (2, 2): 1}) == [(1, 1), (2, 0)]


@pytest.mark.parametrize("n", [1, 2, 7, 60])
def test_a_dense_table_with_a_known_optimum(n: int) -> None:
    """Products: large with large is best (the rearrangement inequality). Every row wants the same column first."""
    rng = random.Random(n)
    rows, columns = ([rng.randint(1, 50) for _ in range(n)] for _ in range(2))
    chosen = assign({(i, j): a * b for i, a in enumerate(rows) for j, b in enumerate(columns)})
    assert sum(rows[i] * columns[j] for i, j in chosen) == sum(a * b for a, b in zip(sorted(rows), sorted(columns), strict=True))


def test_the_greatest_total_may_have_fewer_pairs() -> None:
    assert assign({(0, 0): 9, (0, 1): 4, (1, 0): 4}) == [(0, 0)]
    assert assign({(0, 0): 7, (0, 1): 4, (1, 0): 4}) == [(0, 1), (1, 0)]


def test_tied_pairs_of_one_index_go_to_the_first() -> None:
    assert assign({(0, 2): 3, (0, 1): 3, (0, 5): 2}) == [(0, 1)]
    assert assign({(2, 0): 3, (1, 0): 3}) == [(1, 0)]


def test_a_weight_must_be_above_0() -> None:
    assert assign({}) == []
    for weight in (0, -1):
        with pytest.raises(ValueError, match="above 0"):
            assign({(0, 0): 2, (1, 1): weight})
