"""Counts and what follows from them, against values worked by hand."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsgold.counts import Count, accuracy, add, cohen_kappa, gwet_ac1, krippendorff_alpha, mean, rounded

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


def units(*rows: str) -> Counter[tuple[str, ...]]:
    """One row an annotator, one label a unit; a dot where there is none."""
    return Counter(tuple("" if label == "." else label for label in unit) for unit in zip(*(row.split() for row in rows), strict=True))


def test_krippendorff_alpha_of_the_published_examples() -> None:
    # Krippendorff (2011): A, two observers and two values; B, two observers; C, four observers, twelve units, gaps.
    assert krippendorff_alpha(units("0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0")) == pytest.approx(0.095, abs=5e-4)
    assert krippendorff_alpha(units("a a b b d c c c e d d a", "b a b b b c c c e d d d")) == pytest.approx(0.692, abs=5e-4)
    four = units("1 2 3 3 2 1 4 1 2 . . .", "1 2 3 3 2 2 4 1 2 5 . 3", ". 3 3 3 2 3 4 2 2 5 1 .", "1 2 3 3 2 4 4 1 2 5 1 .")
    # Units that differ: 2 (3 of one, 1 of another: 6 / 3), 6 (four of four: 12 / 3), 8 (6 / 3), so 8. Labels: 9, 13, 10, 5, 3 of 40.
    assert krippendorff_alpha(four) == 1 - 39 * 8 / (40 * 40 - (81 + 169 + 100 + 25 + 9)) == pytest.approx(0.743, abs=5e-4)


def test_krippendorff_alpha_of_the_example_in_the_documentation() -> None:
    rows = ("assert assert deny assert", "assert assert deny .", "assert deny . .")
    assert krippendorff_alpha(units(*rows)) == pytest.approx(1 - 0.25 / 0.535714, abs=1e-6) == 0.5333333333333333
    pairs = [{(a, b): n for (a, b), n in units(one, other).items() if a and b} for one, other in combinations(rows, 2)]
    assert [cohen_kappa(pair) for pair in pairs] == [1.0, 0.0, 0.0]


def test_krippendorff_alpha_by_hand() -> None:
    # Disagreeing 15 of 50, two ordered pairs each; labels 55 and 45 of 100.
    assert krippendorff_alpha(TABLE) == pytest.approx(1 - 99 * 30 / (2 * 55 * 45))
    assert krippendorff_alpha({("a", "b"): 1}) == 0.0 and krippendorff_alpha({("a", "b"): 2}) == -0.5


def test_krippendorff_alpha_is_undefined_without_pairs_or_variation() -> None:
    assert krippendorff_alpha({}) is None
    assert krippendorff_alpha({("a", "", ""): 3, ("", "b", ""): 2, ("", "", ""): 1}) is None
    assert krippendorff_alpha({("a", "a"): 9, ("b", ""): 9}) is None
    assert krippendorff_alpha({("a", "a"): 9, ("b", "b"): 1}) == 1.0


@given(st.lists(st.tuples(*[st.sampled_from(["", "a", "b", "c"])] * 4), max_size=12))
def test_krippendorff_alpha_is_what_all_pairs_of_values_say(rows: list[tuple[str, ...]]) -> None:
    values = [given for row in rows if len(given := [label for label in row if label]) > 1]
    every = [label for given in values for label in given]
    n = len(every)
    observed = sum((Fraction(int(a != b), len(given) - 1) for given in values for i, a in enumerate(given) for j, b in enumerate(given) if i != j), Fraction(0))
    expected = sum(a != b for i, a in enumerate(every) for j, b in enumerate(every) if i != j)
    want = float(1 - observed / n / Fraction(expected, n * (n - 1))) if expected else None
    assert krippendorff_alpha(Counter(rows)) == want
    assert krippendorff_alpha(Counter(row[::-1] for row in reversed(rows))) == want


def test_means_leave_out_what_is_not_scored() -> None:
    assert mean([1.0, None, 0.5]) == 0.75 and mean([None]) is None
    assert rounded(None) is None and rounded(2 / 3) == 0.666667


@given(st.lists(st.dictionaries(st.sampled_from("ab"), st.tuples(*[st.integers(0, 9)] * 3).map(lambda t: Count(*t)))))
def test_adding_is_by_field(rows: list[dict[str, Count]]) -> None:
    total = add(rows)
    for measure in total:
        assert total[measure] == tuple(sum(row[measure][field] for row in rows if measure in row) for field in range(3))
