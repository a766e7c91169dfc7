"""Counts and what follows from them, against values worked by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsgold.counts import Count, accuracy, add, cohen_kappa, gwet_ac1, mean, rounded

TABLE = {("a", "a"): 20, ("a", "b"): 5, ("b", "a"): 10, ("b", "b"): 15}


def test_precision_recall_f1() -> None:
    count = Count(3, 4, 6)
    assert (count.recall, count.precision, count.f1) == (0.75, 0.5, 0.6)


def test_cohen_kappa_by_hand() -> None:
    # Observed 35/50 = .7; margins .5/.5 and .6/.4, so chance is .5: (.7 - .5) / .5.
    assert cohen_kappa(TABLE) == pytest.approx(0.4)


def test_gwet_ac1_by_hand() -> None:
    # Mean shares .55 and .45; chance 2 · .55 · .45 = .495: (.7 - .495) / .505.
    assert gwet_ac1(TABLE) == pytest.approx(0.205 / 0.505)


def test_perfect_and_undefined() -> None:
    assert cohen_kappa({("a", "a"): 3, ("b", "b"): 2}) == 1.0 == gwet_ac1({("a", "a"): 3, ("b", "b"): 2})
    assert cohen_kappa({("a", "a"): 3}) is None and gwet_ac1({("a", "a"): 3}) is None


def test_a_label_that_was_not_given_is_wrong_but_no_disagreement() -> None:
    table = {**TABLE, ("a", ""): 50}
    assert accuracy(table) == 0.35 and cohen_kappa(table) == cohen_kappa(TABLE)


def test_means_leave_out_what_is_not_scored() -> None:
    assert mean([1.0, None, 0.5]) == 0.75 and mean([None]) is None
    assert rounded(None) is None and rounded(2 / 3) == 0.666667


@given(st.lists(st.dictionaries(st.sampled_from("ab"), st.tuples(*[st.integers(0, 9)] * 3).map(lambda t: Count(*t)))))
def test_adding_is_by_field(rows: list[dict[str, Count]]) -> None:
    total = add(rows)
    for measure in total:
        assert total[measure] == tuple(sum(row[measure][field] for row in rows if measure in row) for field in range(3))
