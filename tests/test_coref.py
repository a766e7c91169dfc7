"""Coreference measures: hand-worked cases, the definitions by brute force, and what must hold whatever the clusters.

A mention is a letter and a cluster a word: ``"a bc def"`` has three clusters. The worked cases follow those of the reference
scorer's own tests (Pradhan et al. 2014) and of the papers; every fraction is derived beside its case.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction as F
from itertools import combinations, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsgold.coref import MEASURES, PRF, UNIT, counts, score, scores
from newsgold.counts import Count, add

Mentions = frozenset[str]
Two = tuple[F, F]
"""Recall and precision, or the part and the whole of one of them."""


def near(value: F | float | None) -> object:
    return None if value is None else pytest.approx(float(value), abs=1e-9)


def of(gold: str, predicted: str) -> dict[str, PRF]:
    return score([(gold.split(), predicted.split())])


def harmonic(precision: F, recall: F) -> F:
    return 2 * precision * recall / (precision + recall) if precision + recall else F(0)


# Gold, predicted, and per measure (recall, precision).
GOLD = "a bc def"
BOTH_WRONG: dict[str, Two] = {
    # bc is whole in bcx: 1 of 1 link; def falls into d, e, f: 0 of 2. Of bcx's 2 links bc is right, of dy's 1 none.
    "muc": (F(1, 3), F(1, 3)),
    # a 1 + bc 2²/2 + d 1²/3 of 6; a 1 + bcx 2²/3 + dy 1²/2 + z 0 of 7.
    "b3": (F(10, 3) / 6, F(17, 6) / 7),
    "ceafm": (F(1 + 2 + 1, 6), F(1 + 2 + 1, 7)),
    # 2·1/2 + 2·2/5 + 2·1/5.
    "ceafe": (F(11, 5) / 3, F(11, 5) / 4),
    # a 1 and bc 2 · 1/1; def 0. a 1 + bcx 3 · 1/3.
    "lea": (F(3, 6), F(2, 7)),
}
CASES: list[tuple[str, str, Mapping[str, tuple[F | None, F | None]]]] = [
    (
        GOLD,
        "a de",  # mentions missed
        {
            "muc": (F(1, 3), F(1, 1)),
            "b3": ((1 + F(4, 3)) / 6, F(1 + 2, 3)),
            "ceafm": (F(3, 6), F(3, 3)),
            "ceafe": ((1 + F(4, 5)) / 3, (1 + F(4, 5)) / 2),
            "lea": ((1 + 3 * F(1, 3)) / 6, F(3, 3)),
        },
    ),
    (
        GOLD,
        "a bcx defy z",  # mentions invented
        {
            "muc": (F(3, 3), F(1 + 2, 2 + 3)),
            "b3": (F(6, 6), (1 + F(4, 3) + F(9, 4)) / 9),
            "ceafm": (F(6, 6), F(6, 9)),
            "ceafe": ((1 + F(4, 5) + F(6, 7)) / 3, (1 + F(4, 5) + F(6, 7)) / 4),
            "lea": (F(6, 6), (1 + 3 * F(1, 3) + 4 * F(3, 6)) / 9),
        },
    ),
    (GOLD, "a bcx dy z", BOTH_WRONG),
    (GOLD, "a bcxbb dy z", BOTH_WRONG),  # b repeated within its cluster
    (GOLD, "a bcx dy bz", BOTH_WRONG),  # b repeated in a later cluster
    (GOLD, "a bcx dy bbbbbbbbbbbbz", BOTH_WRONG),  # more often than v8.01 agrees to score
    (GOLD, "a bcx dy b zz", BOTH_WRONG),  # a cluster that is only a repetition is gone; an invented mention repeated
    ("a bcb cb deff", "a bcx dy z", BOTH_WRONG),  # repetitions in the gold
    (
        GOLD,
        "a bcxB dy z",  # B is another mention: precision pays for it
        {
            "muc": (F(1, 3), F(1, 4)),
            "b3": (F(5, 9), (1 + F(4, 4) + F(1, 2)) / 8),
            "ceafm": (F(4, 6), F(4, 8)),
            "ceafe": ((1 + F(4, 6) + F(2, 5)) / 3, (1 + F(4, 6) + F(2, 5)) / 4),
            "lea": (F(3, 6), (1 + 4 * F(1, 6)) / 8),
        },
    ),
    (
        GOLD,
        "a b c d e f",  # singletons only: no link is predicted
        {
            "muc": (F(0, 3), None),
            "b3": ((1 + F(2, 2) + F(3, 3)) / 6, F(6, 6)),
            "ceafm": (F(3, 6), F(3, 6)),
            "ceafe": ((1 + F(2, 3) + F(2, 4)) / 3, (1 + F(2, 3) + F(2, 4)) / 6),
            "lea": (F(1, 6), F(1, 6)),
        },
    ),
    (
        GOLD,
        "abcdef",  # all in one
        {
            "muc": (F(3, 3), F(3, 5)),
            "b3": (F(6, 6), F(1 + 4 + 9, 6) / 6),
            "ceafm": (F(3, 6), F(3, 6)),
            "ceafe": (F(6, 9) / 3, F(6, 9)),
            # a's own link is not found in a larger cluster; the predicted 15 links hold 1 + 3 right ones.
            "lea": (F(5, 6), 6 * F(4, 15) / 6),
        },
    ),
    # Bagga & Baldwin 1998: a small and a big cluster merged, and two big ones.
    ("12345 67 89ABC", "12345 6789ABC", {"b3": (F(1), (5 + F(4 + 25, 7)) / 12), "muc": (F(1), F(9, 10))}),
    ("12345 67 89ABC", "1234589ABC 67", {"b3": (F(1), (F(25 + 25, 10) + 2) / 12), "muc": (F(1), F(9, 10))}),
    # Vilain et al. 1995.
    ("ABCD", "AB CD", {"muc": (F(2, 3), F(2, 2))}),
    ("AB CD", "ABCD", {"muc": (F(2, 2), F(2, 3))}),
    ("ABC", "AC", {"muc": (F(1, 2), F(1, 1))}),
    ("BCDEGHJ", "ABC DEF GHI", {"muc": (F(3, 6), F(3, 6))}),
    ("ABC DEFG", "AB CD FGH", {"muc": (F(2, 5), F(2, 4))}),
    # Greedy alignment would take cde, of 3, and leave fg with ab, of 0.
    ("abcde fg", "cdefg ab", {"ceafm": (F(2 + 2, 7), F(2 + 2, 7))}),
]


@pytest.mark.parametrize(("gold", "predicted", "expected"), CASES, ids=[f"{gold} / {predicted}" for gold, predicted, _ in CASES])
def test_worked_cases(gold: str, predicted: str, expected: Mapping[str, tuple[F | None, F | None]]) -> None:
    found = of(gold, predicted)
    for measure, (recall, precision) in expected.items():
        assert found[measure].recall == near(recall), measure
        assert found[measure].precision == near(precision), measure
        assert found[measure].f1 == near(harmonic(precision or F(0), recall or F(0))), measure


# Gold, predicted, (recall, precision) on coreference links and on non-coreference links; None: the gold has no such link.
BLANC: list[tuple[str, str, Two | None, Two | None]] = [
    (GOLD, GOLD, (F(4, 4), F(4, 4)), (F(11, 11), F(11, 11))),
    (GOLD, "a de", (F(1, 4), F(1, 1)), (F(2, 11), F(2, 2))),
    (GOLD, "a bcx defy z", (F(4, 4), F(4, 9)), (F(11, 11), F(11, 27))),
    (GOLD, "a bcx dy z", (F(1, 4), F(1, 4)), (F(5, 11), F(5, 17))),
    (GOLD, "a bcx dy bz", (F(1, 4), F(1, 4)), (F(5, 11), F(5, 17))),
    # One kind of link is not predicted: its precision counts as 0.
    (GOLD, "a b c d e f", (F(0, 4), F(0)), (F(11, 11), F(11, 15))),
    (GOLD, "abcdef", (F(4, 4), F(4, 15)), (F(0, 11), F(0))),
    # bc is a link of the wrong kind: right are de, and bd be.
    ("ab cde", "bcx de", (F(1, 4), F(1, 4)), (F(2, 6), F(2, 6))),
    ("ab cde fg", "bcx de fg", (F(2, 5), F(2, 5)), (F(10, 16), F(10, 16))),
    # The gold has one kind of link only.
    ("abcdef", "abcdef", (F(15, 15), F(15, 15)), None),
    ("abcdef", "ab cde f", (F(1 + 3, 15), F(4, 4)), None),
    ("abcdef", "abcxyz", (F(3, 15), F(3, 15)), None),
    ("abcdef", "ab cxy z", (F(1, 15), F(1, 4)), None),
    ("a b c d e f", "a b c d e f", None, (F(15, 15), F(15, 15))),
    ("a b c d e f", "ab cde f", None, (F(11, 15), F(11, 11))),
    ("a b c d e f", "a b c x y z", None, (F(3, 15), F(3, 15))),
    ("a b c d e f", "ab cxy z", None, (F(2, 15), F(2, 11))),
]


@pytest.mark.parametrize(("gold", "predicted", "coref", "noncoref"), BLANC, ids=[f"{case[0]} / {case[1]}" for case in BLANC])
def test_blanc_is_the_mean_over_the_kinds_of_link_in_the_gold(gold: str, predicted: str, coref: Two | None, noncoref: Two | None) -> None:
    kinds = [kind for kind in (coref, noncoref) if kind]
    found = of(gold, predicted)["blanc"]
    assert found.recall == near(sum(recall for recall, _ in kinds) / len(kinds))
    assert found.precision == near(sum(precision for _, precision in kinds) / len(kinds))
    assert found.f1 == near(sum(harmonic(*kind) for kind in kinds) / len(kinds))


def test_blanc_without_a_link_of_the_golds_only_kind() -> None:
    """No coreference link is predicted where the gold has nothing else: recall and F1 are 0, and precision is 0/0."""
    assert of("abcdef", "a b c d e f")["blanc"] == (None, 0.0, 0.0)
    assert of("a b c d e f", "abcdef")["blanc"] == (None, 0.0, 0.0)


def test_nothing_to_score_is_none() -> None:
    nothing = dict.fromkeys(MEASURES, PRF(None, None, None))
    assert of("", "") == score([]) == scores({}) == scores(add([])) == nothing
    assert score([([[], ""], [()])]) == nothing


def test_one_empty_side_scores_0_and_its_own_share_is_none() -> None:
    missed, invented = of(GOLD, ""), of("", GOLD)
    for measure in MEASURES[:-1]:
        assert missed[measure] == (None, 0.0, 0.0)
        assert invented[measure] == (0.0, None, 0.0)
    assert missed["conll"] == invented["conll"] == (None, None, 0.0)


def test_conll_is_the_mean_f1_of_muc_b3_and_ceafe_and_none_unless_all_are_scored() -> None:
    parts = [BOTH_WRONG[measure] for measure in ("muc", "b3", "ceafe")]
    assert of(GOLD, "a bcx dy z")["conll"] == (None, None, near(sum(harmonic(*part) for part in parts) / 3))
    singletons = of("a b", "a b")
    assert singletons["muc"].f1 is None and singletons["b3"].f1 == 1.0
    assert singletons["conll"].f1 is None


def test_scores_of_documents_are_over_their_sum() -> None:
    """Recall of b3: 10/3 of 6 mentions and 2 of 2; the same letter in two documents is two mentions."""
    found = score([(GOLD.split(), "a bcx dy z".split()), (["ab"], ["ab"])])
    assert found["b3"].recall == near((F(10, 3) + 2) / 8)
    assert found["muc"].recall == near(F(1 + 1, 3 + 1))
    assert found["ceafe"].precision == near((F(11, 5) + 1) / 5)
    assert found["lea"].precision == near(F(2 + 2, 7 + 2))
    # Links are within a document: 4 + 1 coreferent ones.
    assert found["blanc"].recall == near((F(1 + 1, 4 + 1) + F(5, 11)) / 2)


def test_rows_are_integers_that_say_recall_and_precision() -> None:
    rows = counts(GOLD.split(), "a bcx dy z".split())
    assert rows["muc"] == (1, 3, 3)
    assert rows["ceafm"] == (4, 6, 7)
    assert rows["ceafe"] == (2_200_000_000, 3 * UNIT, 4 * UNIT)
    assert rows["b3:recall"] == (3_333_333_333, 6 * UNIT, 0)
    assert rows["b3:precision"] == (2_833_333_333, 0, 7 * UNIT)
    assert rows["blanc:coref"] == (1, 4, 4)
    assert rows["blanc:noncoref"] == (5, 11, 17)
    assert rows["lea:recall"] == (3 * UNIT, 6 * UNIT, 0)
    assert rows["lea:precision"] == (2 * UNIT, 0, 7 * UNIT)
    assert rows["b3:recall"].recall == near(F(5, 9)) and rows["b3:precision"].precision == near(F(17, 42))


def test_mentions_are_any_hashable_values_and_clusters_any_iterables() -> None:
    as_spans = {letter: (number, number + 1) for number, letter in enumerate("abcdefxyz")}
    gold = tuple(tuple(as_spans[letter] for letter in cluster) for cluster in GOLD.split())
    predicted = ({as_spans[letter] for letter in cluster} for cluster in "a bcx dy z".split())
    assert counts(iter(gold), predicted) == counts(GOLD.split(), "a bcx dy z".split())


def test_large_clusters_are_counted_by_formula() -> None:
    """10¹¹ links: no loop over pairs of mentions would end in time."""
    n = 300_000
    rows = counts([range(n)], [range(n // 3), range(n // 3, n)])
    third, rest, whole = (size * (size - 1) // 2 for size in (n // 3, 2 * n // 3, n))
    assert rows["blanc:coref"] == (third + rest, whole, third + rest)
    assert rows["lea:recall"].recall == near(F(third + rest, whole))
    assert rows["muc"] == (n - 2, n - 1, n - 2)


# Brute force, from the definitions.


def parts_of(cluster: Mentions, others: list[Mentions]) -> int:
    """Into how many parts the other side cuts a cluster."""
    return len({next((other for other in others if mention in other), mention) for mention in cluster})


def naive_muc(one: list[Mentions], other: list[Mentions]) -> Two:
    return F(sum(len(cluster) - parts_of(cluster, other) for cluster in one)), F(sum(len(cluster) - 1 for cluster in one))


def naive_b3(one: list[Mentions], other: list[Mentions]) -> Two:
    shares = [F(len(cluster & match), len(cluster)) for cluster in one for mention in cluster for match in other if mention in match]
    return sum(shares, F(0)), F(sum(map(len, one)))


def best_alignment(one: list[Mentions], other: list[Mentions], similarity: Callable[[Mentions, Mentions], F]) -> F:
    few, many = sorted((one, other), key=len)
    return max(sum((similarity(a, b) for a, b in zip(few, chosen, strict=True)), F(0)) for chosen in permutations(many, len(few)))


def naive_ceafm(one: list[Mentions], other: list[Mentions]) -> Two:
    return best_alignment(one, other, lambda a, b: F(len(a & b))), F(sum(map(len, one)))


def naive_ceafe(one: list[Mentions], other: list[Mentions]) -> Two:
    return best_alignment(one, other, lambda a, b: F(2 * len(a & b), len(a) + len(b))), F(len(one))


def links(cluster: Mentions) -> set[frozenset[str]]:
    """All pairs; a singleton has one link, to itself."""
    return {frozenset(pair) for pair in combinations(sorted(cluster), 2)} or {cluster}


def naive_lea(one: list[Mentions], other: list[Mentions]) -> Two:
    right = [F(len(cluster)) * sum(len(links(cluster) & links(match)) for match in other) / len(links(cluster)) for cluster in one]
    return sum(right, F(0)), F(sum(map(len, one)))


def all_links(clusters: list[Mentions]) -> tuple[set[Mentions], set[Mentions]]:
    same = {frozenset(pair) for cluster in clusters for pair in combinations(cluster, 2)}
    pairs = {frozenset(pair) for pair in combinations(sorted(set().union(*clusters)), 2)}
    return same, pairs - same


NAIVE = {"muc": naive_muc, "b3": naive_b3, "ceafm": naive_ceafm, "ceafe": naive_ceafe, "lea": naive_lea}


def share(part: F, whole: F) -> F | None:
    return part / whole if whole else None


def clusters_of(places: Iterable[int | None]) -> list[Mentions]:
    """Cluster numbers of the letters a, b, c …; ``None``: the letter is no mention."""
    groups: dict[int, set[str]] = {}
    for letter, place in zip("abcdefgh", places, strict=False):
        if place is not None:
            groups.setdefault(place, set()).add(letter)
    return [frozenset(groups[place]) for place in sorted(groups)]


CLUSTERS = st.lists(st.none() | st.integers(0, 4), max_size=8).map(clusters_of)


@given(st.lists(st.tuples(CLUSTERS, CLUSTERS), min_size=1, max_size=3))
def test_measures_are_their_definitions(documents: list[tuple[list[Mentions], list[Mentions]]]) -> None:
    found = score(documents)
    for measure, naive in NAIVE.items():
        recall, precision = (share(*(sum(values, F(0)) for values in zip(*[naive(*sides[::step]) for sides in documents], strict=True))) for step in (1, -1))
        assert found[measure].recall == near(recall), measure
        assert found[measure].precision == near(precision), measure
        nothing = recall is None and precision is None
        assert found[measure].f1 == (None if nothing else near(harmonic(precision or F(0), recall or F(0)))), measure


@given(CLUSTERS, CLUSTERS)
def test_link_rows_are_counts_of_sets_of_links(gold: list[Mentions], predicted: list[Mentions]) -> None:
    rows = counts(gold, predicted)
    for name, key, response in zip(("blanc:coref", "blanc:noncoref"), all_links(gold), all_links(predicted), strict=True):
        assert rows[name] == (len(key & response), len(key), len(response))


@given(CLUSTERS, CLUSTERS, st.randoms(use_true_random=False))
def test_no_order_matters(gold: list[Mentions], predicted: list[Mentions], rng: random.Random) -> None:
    def shuffled(clusters: list[Mentions]) -> list[list[str]]:
        return [rng.sample(sorted(cluster), len(cluster)) for cluster in rng.sample(clusters, len(clusters))]

    assert counts(shuffled(gold), shuffled(predicted)) == counts(gold, predicted)


def of_sides(gold: list[Mentions], predicted: list[Mentions]) -> dict[str, PRF]:
    return scores(counts(gold, predicted))


@given(CLUSTERS)
def test_gold_against_itself_is_1_wherever_it_is_scored(gold: list[Mentions]) -> None:
    found = of_sides(gold, gold)
    scored = {"b3", "ceafm", "ceafe", "lea"} if gold else set()
    if sum(map(len, gold)) > 1:
        scored.add("blanc")
    if any(len(cluster) > 1 for cluster in gold):
        scored |= {"muc", "conll"}
    assert {measure for measure in MEASURES if found[measure].f1 == 1.0} == scored
    assert {measure for measure in MEASURES if found[measure].f1 is None} == set(MEASURES) - scored
    assert all(found[measure] == (1.0, 1.0, 1.0) for measure in scored - {"conll"})


@given(CLUSTERS, CLUSTERS)
def test_swapped_sides_swap_precision_and_recall(gold: list[Mentions], predicted: list[Mentions]) -> None:
    rows, back = counts(gold, predicted), counts(predicted, gold)
    for name in ("muc", "ceafm", "ceafe", "blanc:coref", "blanc:noncoref"):
        assert rows[name] == back[name].swapped()
    for measure in ("b3", "lea"):
        assert rows[f"{measure}:recall"] == back[f"{measure}:precision"].swapped()
        assert rows[f"{measure}:precision"] == back[f"{measure}:recall"].swapped()
    one, other = scores(rows), scores(back)
    same_kinds = [bool(kind) for kind in all_links(gold)] == [bool(kind) for kind in all_links(predicted)]
    for measure in MEASURES:
        if measure != "blanc" or same_kinds:
            assert one[measure] == (other[measure].recall, other[measure].precision, other[measure].f1), measure


@given(CLUSTERS, CLUSTERS, st.lists(st.sampled_from("abcdefgh"), max_size=5))
def test_a_mention_that_is_repeated_later_changes_nothing(gold: list[Mentions], predicted: list[Mentions], again: list[str]) -> None:
    for side in range(2):
        sides = [list(map(sorted, gold)), list(map(sorted, predicted))]
        have = {mention for cluster in sides[side] for mention in cluster}
        sides[side].append([mention for mention in again if mention in have])
        sides[side] = [cluster + cluster[:1] for cluster in sides[side]]
        assert counts(*sides) == counts(gold, predicted)


@given(st.lists(st.tuples(CLUSTERS, CLUSTERS), max_size=4))
def test_rows_of_documents_add_up_to_one_document_of_all(documents: list[tuple[list[Mentions], list[Mentions]]]) -> None:
    """With mentions told apart by document. Non-coreference links alone run across documents."""
    total = add(counts(*document) for document in documents)
    whole = counts(*([[(n, m) for m in cluster] for n, sides in enumerate(documents) for cluster in sides[side]] for side in range(2)))
    for name in whole.keys() - {"blanc:noncoref"}:
        assert total.get(name, Count()) == whole[name]


@given(CLUSTERS, CLUSTERS)
def test_scores_are_shares(gold: list[Mentions], predicted: list[Mentions]) -> None:
    for found in of_sides(gold, predicted).values():
        assert all(value is None or 0 <= value <= 1 for value in found)
