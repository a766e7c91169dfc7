"""The matching is optimal, one-to-one and independent of order: against brute force on small cases."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from newsgold.match import Worth, match

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
