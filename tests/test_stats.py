"""Intervals, tests and slices, against brute force on cases small enough to enumerate."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import combinations, product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsgold import coref, stats
from newsgold.counts import Count, Labels
from newsgold.measures import headline_names, registry
from newsgold.pairing import score_article
from newsgold.records import Article
from newsgold.rows import Rows
from newsgold.stats import Interval, compare, holm, intervals, select, slices

HEADS = ("speakers/found", "claims/speakers", "events/type", "events/arguments:classification", "figures/unit")
ACT = "claims/act"
KAPPA = "claims.attributes.act.kappa"
Made = tuple[dict[str, Count], Labels]


def rows_of(made: Iterable[Made], ids: Sequence[str] | None = None) -> Rows:
    out = Rows()
    for index, (counts, labels) in enumerate(made):
        out.add(ids[index] if ids else f"a{index:05}", counts, labels, {})
    return out


def values(numbers: Iterable[int], gold: int = 1) -> Rows:
    """Rows whose ``figures.unit.recall`` is the mean of some integers."""
    return rows_of(({"figures/unit": Count(number, gold, 1)}, {}) for number in numbers)


def one(system: Mapping[str, Rows], measure: str, **options: Any) -> stats.Difference:
    return compare(system, [measure], resamples=options.pop("resamples", 200), **options).differences[0]


@st.composite
def counts(draw: st.DrawFn) -> Count:
    tp, missed, spurious = draw(st.integers(0, 3)), draw(st.integers(0, 3)), draw(st.integers(0, 3))
    return Count(tp, tp + missed, tp + spurious)


articles_made = st.tuples(
    st.fixed_dictionaries({key: counts() for key in HEADS}),
    st.builds(lambda pairs: {ACT: Counter(pairs)}, st.lists(st.tuples(st.sampled_from("ad"), st.sampled_from(["a", "d", ""])), max_size=4)),
)


# --- formulas on arrays -------------------------------------------------------------------------------------------------


def test_arrays_give_every_measure_what_numbers_give(articles: list[Article]) -> None:
    """Over the whole registry, on real articles and parts of them; NaN is null."""
    rng = random.Random(0)
    made = [(done.counts, done.labels) for article in articles[:12] for done in [score_article(article, without(article, rng))]]
    parts = [made, made[:1], made[3:5], []]
    totals = [rows_of(part) for part in parts]
    columns = stats._columns(registry(), *totals)
    sums = stats._as_sums(columns, np.array([list(stats._totals(rows, columns)) for rows in totals], dtype=np.float64).T)
    nulls = 0
    for name, found in stats._evaluate(registry(), sums, len(parts)):
        for rows, value in zip(totals, found, strict=True):
            want = registry()[name].of(rows.total, rows.labels)
            nulls += want is None
            assert (None if np.isnan(value) else float(value)) == pytest.approx(want, abs=1e-12), name
    assert len(registry()) < nulls < 3 * len(registry())  # the empty part is null throughout, and not all the others are


def without(article: Article, rng: random.Random) -> Article:
    """The article with some records gone and some labels wrong."""
    from msgspec.structs import replace

    return replace(
        article,
        claims=tuple(replace(claim, act=rng.choice(["assert", "deny"]), parent=None) for claim in article.claims if rng.random() < 0.7),
        events=tuple(replace(event, part_of=None) for event in article.events if rng.random() < 0.7),
        figures=tuple(replace(figure, event=None, relations=()) for figure in article.figures if rng.random() < 0.7),
    )


# --- weighted sums --------------------------------------------------------------------------------------------------------


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_weighted_sums_are_exact_whatever_the_blocks(data: st.DataObject) -> None:
    """Against Python's integers: large counts, negative ones, equal columns, several blocks."""
    columns = data.draw(st.integers(1, 5))
    number = st.one_of(st.integers(-3, 3), st.integers(-(2**36), 2**36), st.sampled_from([2**13 - 1, 2**13, 2**26, -(2**13)]))
    blocks = data.draw(
        st.lists(
            st.integers(1, 4).flatmap(lambda n: st.lists(st.lists(number, min_size=columns, max_size=columns), min_size=n, max_size=n)), min_size=1, max_size=4
        )
    )
    if columns > 1:
        for row in (row for block in blocks for row in block):
            row[-1] = row[0]
    times = data.draw(st.integers(1, 5))
    weights = [[[data.draw(st.integers(0, 4)) for _ in block] for _ in range(times)] for block in blocks]
    given_weights = [
        iter(
            [(0, np.array(weight[:2], dtype=np.float32)), (2, np.array(weight[2:], dtype=np.float32))]
            if times > 2
            else [(0, np.array(weight, dtype=np.float32))]
        )
        for weight in weights
    ]
    found = stats._weighted((np.array(block, dtype=np.int64) for block in blocks), given_weights, columns, times)
    want = [
        [sum(w * row[c] for block, weight in zip(blocks, weights, strict=True) for w, row in zip(weight[t], block, strict=True)) for t in range(times)]
        for c in range(columns)
    ]
    assert [column.tolist() for column in found] == want


def test_columns_that_are_equal_only_in_a_later_block_stay_apart() -> None:
    blocks = [np.array([[1, 2, 1]], dtype=np.int64), np.array([[5, 5, 5]], dtype=np.int64), np.array([[3, 3, 4]], dtype=np.int64)]
    weights = [iter([(0, np.array([[1], [2]], dtype=np.float32))]) for _ in blocks]
    assert [column.tolist() for column in stats._weighted(blocks, weights, 3, 2)] == [[9, 18], [10, 20], [10, 20]]


def test_a_block_of_the_largest_digits_stays_exact_in_float32() -> None:
    assert 2 * stats.BLOCK * (2**stats.DIGIT - 1) < 2**24
    table = np.full((stats.BLOCK, 1), 2**stats.DIGIT - 1, dtype=np.int64)
    weights = np.full((3, stats.BLOCK), 2, dtype=np.float32)
    assert stats._weighted([table], [iter([(0, weights)])], 1, 3)[0].tolist() == [2 * stats.BLOCK * (2**stats.DIGIT - 1)] * 3


@pytest.mark.parametrize("articles", [1, 7, stats.BLOCK, stats.BLOCK + 1, 2 * stats.BLOCK + 30])
def test_resamples_draw_as_many_articles_as_there_are_uniformly(articles: int) -> None:
    """Block by block; the means and variances are those of the multinomial distribution."""
    resamples = 3000
    blocks = [np.concatenate([weights.copy() for _, weights in block]) for block in stats._resampling(articles, resamples, 3)]
    drawn = np.hstack(blocks).astype(np.int64)
    assert drawn.shape == (resamples, articles) and (drawn.sum(axis=1) == articles).all()
    assert np.abs(drawn.mean(axis=0) - 1).max() < 6 / resamples**0.5
    if articles > 1:
        half = drawn[:, : articles // 2].sum(axis=1)
        share = (articles // 2) / articles
        assert half.var() == pytest.approx(articles * share * (1 - share), rel=0.15)


def test_within_one_block_it_is_the_plain_bootstrap() -> None:
    """The same draws, done the slow way: articles drawn with replacement, added, scored, and numpy's linear percentiles."""
    rng = random.Random(4)
    made: list[Made] = []
    for _ in range(23):
        tp, missed, spurious = rng.randrange(4), rng.randrange(4), rng.randrange(4)
        made.append(({"claims/speakers": Count(tp, tp + missed, tp + spurious)}, {}))
    resamples, state, found = 600, np.random.RandomState(7), []
    for start in range(0, resamples, stats.BATCH):
        size = min(stats.BATCH, resamples - start)
        for drawn in state.randint(0, len(made), size=size * len(made), dtype=np.uint16).reshape(size, -1):
            total = rows_of(made[index] for index in drawn).total["claims/speakers"]
            found.append(total.f1)
    low, high = np.quantile(np.array(found, dtype=float), [0.05, 0.95])
    interval = intervals(rows_of(made), ["claims"], resamples=resamples, seed=7, level=0.9)["claims"]
    assert interval == Interval(interval.score if interval else 0, round(low, 6), round(high, 6), 0)
    assert interval.low < interval.score < interval.high


def test_the_stream_of_draws_is_frozen() -> None:
    """Worked out once with numpy 1.26 and 2.4, on several BLAS kernels: any other bytes mean that published intervals no longer hold."""
    made = [({"claims/speakers": Count(index % 5, 5 + index % 3, 4 + index % 4)}, {}) for index in range(40)]
    assert intervals(rows_of(made), ["claims"])["claims"] == Interval(0.348584, 0.271761, 0.427617, 0)
    other = [({"claims/speakers": Count((index + 1) % 4, 5 + index % 3, 6)}, {}) for index in range(40)]
    found = one({"a": rows_of(made), "b": rows_of(other)}, "claims", resamples=10_000)
    assert (found.difference, found.low, found.high, found.p) == (0.098062, 0.003278, 0.192788, 0.053095)


# --- intervals ----------------------------------------------------------------------------------------------------------------


@given(st.lists(articles_made, min_size=2, max_size=8), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_order_of_adding_and_other_measures_change_no_byte(made: list[Made], rng: random.Random) -> None:
    ids = [f"x{index}" for index in range(len(made))]
    order = rng.sample(range(len(made)), len(made))
    first = intervals(rows_of(made, ids), resamples=150)
    again = intervals(rows_of([made[index] for index in order], [ids[index] for index in order]), resamples=150)
    assert repr(first) == repr(again)
    name = rng.choice(list(registry()))
    assert intervals(rows_of(made, ids), [name], resamples=150) == {name: first[name]}


@given(st.lists(articles_made, min_size=2, max_size=6))
@settings(max_examples=40, deadline=None)
def test_intervals_are_ordered_and_null_with_the_score(made: list[Made]) -> None:
    rows = rows_of(made)
    for name, found in intervals(rows, resamples=200).items():
        score = registry()[name].of(rows.total, rows.labels)
        if score is None:
            assert found is None
        elif found is not None:
            assert found.low <= found.high and found.score == round(score, 6) and 0 <= found.undefined <= 10


def test_equal_articles_give_an_interval_without_width() -> None:
    made: list[Made] = [({key: Count(2, 3, 4) for key in HEADS}, {ACT: Counter({("a", "a"): 3, ("d", "a"): 1, ("d", "d"): 2})})] * 9
    found = intervals(rows_of(made), [*headline_names(), "claims.speakers.precision", KAPPA], resamples=100)
    assert all(interval is not None and interval.low == interval.high == interval.score for interval in found.values())


@pytest.mark.parametrize(("defined", "is_null"), [(1, True), (2, True), (4, False)])
def test_undefined_resamples_are_left_out_up_to_a_share(defined: int, is_null: bool) -> None:
    """Of ten articles, 1, 2 or 4 have a claim: a share of (1 − d/10)^10 = 0.35, 0.11 or 0.006 of the resamples has none."""
    made: list[Made] = [({"claims/speakers": Count(index % 2, 1, 1)} if index < defined else {}, {}) for index in range(10)]
    found = intervals(rows_of(made), ["claims", "overall"])
    assert (found["claims"] is None) == is_null == (found["overall"] is None)
    if found["claims"]:
        assert 30 < found["claims"].undefined < 95


def test_nothing_scored_one_article_and_no_articles_are_null() -> None:
    for rows in (rows_of([]), rows_of([({}, {})] * 3), rows_of([({key: Count(1, 2, 3) for key in HEADS}, {})])):
        assert set(intervals(rows, resamples=50).values()) == {None}


def test_the_interval_of_two_articles_worked_out_in_the_documentation() -> None:
    """One of two records found, and two of two: 1/2 and 1 each come up in a quarter of the samples."""
    rows = rows_of([({"claims/speakers": Count(1, 2, 2)}, {}), ({"claims/speakers": Count(2, 2, 2)}, {})])
    assert intervals(rows, ["claims.speakers.recall"])["claims.speakers.recall"] == Interval(0.75, 0.5, 1.0, 0)


def test_unpaired_differences_vary_like_both_sides_together() -> None:
    name, rng = "figures.unit.recall", random.Random(3)
    left, right = values([rng.randint(0, 1) for _ in range(40)]), values([rng.randint(0, 1) for _ in range(90)])
    found, back = stats.apart(left, right, [name])[name], stats.apart(right, left, [name])[name]
    ends = [intervals(rows, [name])[name] for rows in (left, right)]
    assert found and back and all(ends)
    assert found.score == pytest.approx(ends[0].score - ends[1].score, abs=1e-6)
    # The normal approximation of the difference of two independent means, within what 10,000 draws of discrete scores give.
    shares = [(one.score, n) for one, n in zip(ends, (40, 90), strict=True)]
    half = 1.96 * sum(share * (1 - share) / n for share, n in shares) ** 0.5
    assert (found.high - found.low) / 2 == pytest.approx(half, rel=0.05)
    assert back.score == -found.score and back.low == pytest.approx(-found.high, abs=0.02)


def test_a_set_and_itself_are_drawn_apart() -> None:
    """With one seed for both sides the resamples would be the same and the interval without width."""
    rows = values([0, 1] * 20)
    found = stats.apart(rows, rows, ["figures.unit.recall"])["figures.unit.recall"]
    assert found and found.score == 0 and found.low < -0.1 < 0.1 < found.high


def test_no_unpaired_interval_without_two_articles_on_both_sides_or_a_score() -> None:
    name = "figures.unit.recall"
    assert stats.apart(values([1]), values([0, 1]), [name]) == stats.apart(values([0, 1]), values([1]), [name]) == {name: None}
    assert stats.apart(values([1, 1]), values([0, 1]), ["claims"])["claims"] is None
    with pytest.raises(ValueError, match="no measure is named"):
        stats.apart(values([1, 1]), values([1, 1]), ["nonsense"])
    with pytest.raises(ValueError, match="seed is -1"):
        stats.apart(values([1, 1]), values([1, 1]), [name], seed=-1)
    with pytest.raises(ValueError, match="level is 1"):
        stats.apart(values([1, 1]), values([1, 1]), [name], level=1)


def test_a_wider_level_holds_a_narrower_one() -> None:
    rows = values([1, 5, 2, 8, 3, 9, 4])
    wide, narrow = (intervals(rows, ["figures.unit.recall"], level=level)["figures.unit.recall"] for level in (0.99, 0.5))
    assert wide and narrow and wide.low < narrow.low < narrow.high < wide.high


@pytest.mark.parametrize(("options", "what"), [({"level": 1.0}, "level"), ({"resamples": 0}, "resamples"), ({"seed": -1}, "seed"), ({"seed": 2**32}, "seed")])
def test_numbers_out_of_range_are_named(options: dict[str, Any], what: str) -> None:
    with pytest.raises(ValueError, match=what):
        intervals(values([1, 2]), **options)


def test_measures_by_name_and_glob() -> None:
    assert select(None, ["overall"]) == ["overall"]
    assert select(["figures", "overall", "claims.speakers.*", "claims.*.f1", "overall"], ()) == select(
        ["claims.speakers.*", "claims.*.f1", "figures", "overall"], ()
    )
    assert select(["claims.speakers.*"], ()) == ["claims.speakers.precision", "claims.speakers.recall", "claims.speakers.f1"]
    assert select(["*"], ()) == list(registry())
    with pytest.raises(ValueError, match=r"'claim'.*claims"):
        select(["claim"], ())


# --- difference -----------------------------------------------------------------------------------------------------------------


def brute_force(left: Sequence[Made], right: Sequence[Made], name: str) -> tuple[int, int]:
    """How many of all ways to swap give at least the observed difference, and how many are defined: in exact fractions."""

    def difference(one: Sequence[Made], other: Sequence[Made]) -> Fraction | None:
        scores = [registry()[name].formula(_sums(side), Exact()) for side in (one, other)]
        return None if None in scores else scores[0] - scores[1]

    observed = difference(left, right)
    assert observed is not None
    found = []
    for swaps in product((False, True), repeat=len(left)):
        pairs = [(b, a) if swap else (a, b) for swap, a, b in zip(swaps, left, right, strict=True)]
        found.append(difference([a for a, _ in pairs], [b for _, b in pairs]))
    defined = [value for value in found if value is not None]
    return sum(abs(value) >= abs(observed) for value in defined), len(defined)


class Exact(stats.Arithmetic):
    ratio = staticmethod(lambda part, whole: Fraction(part, whole) if whole else None)
    mean = staticmethod(lambda parts: sum(scored) / Fraction(len(scored)) if (scored := [part for part in parts if part is not None]) else None)


def _sums(made: Sequence[Made]) -> Any:
    rows = rows_of(made)
    return stats.Sums(rows.total, rows.labels)


@given(st.integers(2, 5).flatmap(lambda n: st.tuples(*[st.lists(articles_made, min_size=n, max_size=n)] * 2)))
@settings(max_examples=60, deadline=None)
def test_p_counts_all_ways_to_swap(sides: tuple[list[Made], list[Made]]) -> None:
    """Ties included, however the floats of equal fractions fall."""
    left, right = sides
    names = ["overall", "claims", "events", "claims.speakers.precision", "claims.attributes.act.accuracy", KAPPA]
    found = compare({"a": rows_of(left), "b": rows_of(right)}, names, resamples=20)
    assert found.method == "exact" and found.trials == 2 ** len(left)
    for difference in found.differences:
        if difference.difference is None:
            assert difference.p is None and difference.reason
            continue
        reached, defined = brute_force(left, right, difference.measure)
        assert difference.p == (round(reached / defined, 6) if 2 ** len(left) - defined <= 0.05 * 2 ** len(left) else None)


def test_equal_means_of_fractions_are_ties() -> None:
    """Right answers by layer and article. The systems differ by one in the first article and by none in the others, so every swap gives ± 1/9."""
    keys = ("claims/speakers", "speakers/found", "figures/unit")
    sides = [
        rows_of([({key: Count(tp, 1, 1) for key, tp in zip(keys, tps, strict=True)}, {}) for tps in made])
        for made in ([(1, 1, 1), (1, 1, 0), (1, 1, 0)], [(0, 1, 1), (1, 1, 0), (1, 0, 1)])
    ]
    assert one({"a": sides[0], "b": sides[1]}, "overall").p == 1.0


def test_a_worked_permutation_test() -> None:
    """Differences 3, 1, 2, −1 sum to 5. Of 16 ways to sign 3, 1, 2, 1: sums 7, 5, 5 and 3, 3 … so 2·3 of 16 reach 5."""
    found = one({"a": values([4, 3, 5, 1]), "b": values([1, 2, 3, 2])}, "figures.unit.recall")
    assert found.p == 6 / 16 and found.difference == 1.25
    assert one({"a": values([8, 7, 9], 10), "b": values([6, 7, 5], 10)}, "figures.unit.recall").p == 4 / 8  # the documentation's


def test_sampled_p_is_near_the_exact_one_and_counts_the_observed_case() -> None:
    rng = random.Random(2)
    left = [rng.randrange(10) for _ in range(12)]
    right = [max(0, number - rng.choice([0, 0, 1, 2, -1])) for number in left]
    systems = {"a": values(left), "b": values(right)}
    exact = compare(systems, ["figures.unit.recall"], trials=4096, resamples=20)
    sampled = compare(systems, ["figures.unit.recall"], trials=4095, resamples=20)
    assert (exact.method, sampled.method, exact.trials, sampled.trials) == ("exact", "sampled", 4096, 4095)
    p, near = exact.differences[0].p, sampled.differences[0].p
    assert p and near and near == pytest.approx(p, abs=4 * (p * (1 - p) / 4095) ** 0.5)
    apart = one({"a": values([9] * 40), "b": values([0] * 40)}, "figures.unit.recall", trials=99)
    assert apart.p == 1 / 100


def test_swaps_are_fair_coins() -> None:
    swaps = np.hstack([np.concatenate([weights for _, weights in block]) for block in stats._swapping(stats.BLOCK + 5, 4000, 1, False)])
    assert swaps.shape == (4000, stats.BLOCK + 5) and set(np.unique(swaps)) == {0, 1}
    assert np.abs(swaps.mean(axis=0) - 0.5).max() < 5 * 0.5 / 4000**0.5
    exact = np.concatenate([weights for _, weights in next(iter(stats._swapping(5, 32, 1, True)))])
    assert len({tuple(row) for row in exact.tolist()}) == 32


@given(st.integers(2, 14).flatmap(lambda n: st.tuples(*[st.lists(articles_made, min_size=n, max_size=n)] * 2)), st.integers(0, 9))
@settings(max_examples=30, deadline=None)
def test_comparing_the_other_way_round_mirrors(sides: tuple[list[Made], list[Made]], seed: int) -> None:
    systems = {"a": rows_of(sides[0]), "b": rows_of(sides[1])}
    names = ["overall", "claims", KAPPA, "events.type.recall"]
    there = compare(systems, names, trials=60, resamples=60, seed=seed)
    back = compare(dict(reversed(systems.items())), names, trials=60, resamples=60, seed=seed)
    for one_way, other_way in zip(there.differences, back.differences, strict=True):
        assert (one_way.p, one_way.holm, one_way.detectable) == (other_way.p, other_way.holm, other_way.detectable)
        if one_way.difference is not None:
            assert one_way.difference == -(other_way.difference or 0)
            assert (one_way.low, one_way.high) == (None, None) or (one_way.low, one_way.high) == (-(other_way.high or 0), -(other_way.low or 0))
        assert {one_way.verdict, other_way.verdict} in ({"better", "worse"}, {"not shown"}, {"not tested"})


@given(st.lists(articles_made, min_size=2, max_size=16), st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_identical_systems_have_p_1(made: list[Made], rng: random.Random) -> None:
    ids = [f"x{index}" for index in range(len(made))]
    order = rng.sample(range(len(made)), len(made))
    same = {"a": rows_of(made, ids), "b": rows_of([made[index] for index in order], [ids[index] for index in order])}
    for found in compare(same, ["*"], trials=50, resamples=20).differences:
        if found.difference is None:
            assert found.p is None and found.reason == "not scored in a and b"
        elif found.p is not None:
            assert (found.p, found.difference, found.detectable, found.verdict) == (1.0, 0.0, None, "not shown")
            assert found.holm == (1.0 if found.measure in headline_names() else None)
            assert (found.low, found.high) in ((0.0, 0.0), (None, None))
        else:
            assert found.reason and "trials" in found.reason


def test_p_and_interval_depend_on_no_third_system() -> None:
    rng = random.Random(1)
    three = {name: values([rng.randrange(5) for _ in range(20)]) for name in "abc"}
    alone = one({name: three[name] for name in "ac"}, "figures.unit.recall", trials=500)
    assert [found for found in compare(three, ["figures.unit.recall"], trials=500, resamples=200).differences if (found.one, found.other) == ("a", "c")] == [
        alone
    ]


def test_the_correction_is_over_the_headlines_whichever_are_asked_for() -> None:
    rng = random.Random(3)
    sides = [rows_of([({key: Count(rng.randrange(low, 4), 4, 4) for key in HEADS}, {}) for _ in range(9)]) for low in (0, 2)]
    systems = {"a": sides[0], "b": sides[1]}
    everything = {found.measure: found for found in compare(systems, resamples=50).differences}
    assert list(everything) == list(headline_names())
    assert [found.holm for found in everything.values()] == pytest.approx(holm([found.p for found in everything.values()]), abs=3e-6)
    claims, rung = compare(systems, ["claims", "claims.speakers.recall"], resamples=50).differences
    assert claims == everything["claims"] and claims.holm and claims.p and claims.holm > claims.p
    assert rung.p is not None and rung.holm is None


def test_what_cannot_be_tested_says_why() -> None:
    full: Made = ({key: Count(1, 2, 2) for key in HEADS}, {})
    silent: Made = ({key: Count(0, 2, 0) for key in HEADS}, {})
    precision = "claims.speakers.precision"
    for left, right, measure, reason in (
        ([full], [silent], "claims", "one article; a test needs two or more"),
        ([], [], "claims", "not scored in a and b"),
        ([({}, {})] * 3, [({}, {})] * 3, "overall", "not scored in a and b"),
        ([full] * 3, [silent] * 3, precision, "not scored in b"),
        ([full, silent, silent], [silent, silent, full], precision, "not scored in 4 of 8 trials"),
    ):
        found = compare({"a": rows_of(left), "b": rows_of(right)}, [measure], resamples=50)
        assert found.differences[0].p is None and found.differences[0].holm is None and found.differences[0].reason == reason
        assert found.differences[0].verdict == "not tested" and reason in found.differences[0].words
        json.dumps(found.to_dict(), allow_nan=False)


def test_null_layers_do_not_count_in_the_correction() -> None:
    """With claims alone, overall and claims are tested: two p-values, not five."""
    left, right = ([({"claims/speakers": Count(tp, 4, 4)}, {}) for tp in tps] for tps in ([4, 3, 4, 2, 4, 3], [1, 2, 1, 1, 3, 0]))
    found = {one.measure: one for one in compare({"a": rows_of(left), "b": rows_of(right)}, resamples=50).differences}
    assert found["claims"].p == found["overall"].p == 2 / 64 + 0.0 and found["claims"].holm == found["overall"].holm == 0.0625
    assert found["claims"].verdict == "not shown"  # 0.03125 alone would have been real
    assert found["events"].p is found["events"].holm is None


def test_verdicts_in_words() -> None:
    good, bad = values([5] * 20), values([1] * 19 + [6])
    found = one({"mine": good, "theirs": bad}, "figures.unit.f1", trials=2000)
    assert found.verdict == "better" and found.words.startswith("mine is better than theirs in figures.unit.f1, by ") and "not corrected" in found.words
    found = one({"theirs": bad, "mine": good}, "figures", trials=2000)
    assert found.verdict == "worse" and found.words.startswith("mine is better than theirs in figures, by ") and "not corrected" not in found.words
    found = one({"mine": good, "theirs": values([5] * 19 + [4])}, "figures", trials=2000)
    assert found.verdict == "not shown" and found.words.startswith("no difference in figures is shown; it would have to be at least about ")


def test_the_smallest_difference_is_2_8_standard_errors() -> None:
    """Of a mean of n differences the standard error is their deviation over √n, as the bootstrap finds it to within sampling."""
    rng = random.Random(5)
    moves = [rng.randrange(-9, 10) for _ in range(200)]
    found = one({"a": values([20 + move for move in moves]), "b": values([20] * 200)}, "figures.unit.recall", resamples=5000)
    assert found.detectable == pytest.approx(2.8 * float(np.std(moves)) / 200**0.5, rel=0.05)
    assert found.low is not None and found.high is not None and found.high - found.low == pytest.approx(2 * 1.96 / 2.8 * found.detectable, rel=0.05)


@pytest.mark.parametrize("articles", [2, 5, 6])
def test_no_smallest_difference_is_named_where_none_could_be_shown(articles: int) -> None:
    """2 of 2⁵ ways are over 0.05, 2 of 2⁶ are not."""
    found = one({"mine": values([9, 8, 9, 8, 9, 8][:articles]), "theirs": values([5] * articles)}, "figures.unit.recall")
    assert found.p == 2 / 2**articles
    assert (found.detectable is None) == (articles < 6)
    assert "it would have to be" not in found.words


def test_systems_on_different_articles_are_refused() -> None:
    three, other = values([1, 2, 3]), rows_of([({}, {})] * 2, ["a00000", "b"])
    with pytest.raises(ValueError, match="mine alone has a00001, a00002; theirs alone has b"):
        compare({"mine": three, "theirs": other})
    with pytest.raises(ValueError, match="two or more"):
        compare({"mine": three})


def test_the_least_p_of_a_test_set() -> None:
    assert compare({"a": values([1, 2, 3]), "b": values([0, 0, 0])}, resamples=10).least_p == 2 / 8
    assert compare({"a": values(range(30)), "b": values(range(30))}, resamples=10, trials=99).least_p == 1 / 100
    assert compare({"a": values([1]), "b": values([2])}, resamples=10).least_p is None


# --- Holm -----------------------------------------------------------------------------------------------------------------------


def test_a_worked_correction() -> None:
    """Sorted 0.01·3, 0.02·2, 0.2·1; and 0.04·2 is raised to the 0.09 before it."""
    assert holm([0.02, 0.01, 0.2]) == [0.04, 0.03, 0.2]
    assert holm([0.03, None, 0.04, 0.035]) == pytest.approx([0.09, None, 0.09, 0.09])
    assert holm([]) == [] and holm([None]) == [None] and holm([0.7, 0.8]) == [1.0, 1.0]


@given(st.lists(st.one_of(st.none(), st.integers(1, 40).map(lambda n: n / 40)), max_size=6))
def test_holm_is_the_closed_test_of_bonferroni(p_values: list[float | None]) -> None:
    """A hypothesis falls when every set that holds it falls; a set falls at its size times its least p."""
    known = [(index, p) for index, p in enumerate(p_values) if p is not None]
    for index, (p, adjusted) in enumerate(zip(p_values, holm(p_values), strict=True)):
        sets = [[q for _, q in some] for size in range(1, len(known) + 1) for some in combinations(known, size) if index in dict(some)]
        assert adjusted == (None if p is None else pytest.approx(max(min(1.0, len(some) * min(some)) for some in sets)))


# --- slices ---------------------------------------------------------------------------------------------------------------------


def test_a_slice_is_what_its_articles_alone_give() -> None:
    rng = random.Random(6)
    made: list[Made] = [({key: Count(rng.randrange(3), 3, 3) for key in HEADS}, {ACT: Counter({("a", rng.choice("ad")): 2})}) for _ in range(12)]
    ids = [f"a{index:05}" for index in range(12)]
    groups = {"genre": {"Feature": ids[:3], "Update": set(ids[3:])}, "topic": {"sport": ids[::2], "health": ids, "weather": []}}
    found = slices(rows_of(made), groups, [*headline_names(), KAPPA], resamples=300)
    assert [(one.facet, one.value, one.articles) for one in found] == [
        ("genre", "Feature", 3), ("genre", "Update", 9), ("topic", "sport", 6), ("topic", "health", 12), ("topic", "weather", 0),
    ]  # fmt: skip
    for part in found:
        mine = sorted(groups[part.facet][part.value])
        rows = rows_of([made[ids.index(article)] for article in mine], mine)
        for name, interval in intervals(rows, [*headline_names(), KAPPA], resamples=300).items():
            score = part.scores[name]
            assert (score.low, score.high) == ((interval.low, interval.high) if interval else (None, None))
            assert score.score == (None if (value := registry()[name].of(rows.total, rows.labels)) is None else round(value, 6))
        assert part.scores["claims"].gold == part.scores["overall"].gold == 3 * len(mine) and part.scores[KAPPA].gold == 2 * len(mine)
        json.dumps(part.to_dict(), allow_nan=False)


def test_what_is_too_small_to_read_is_marked_with_the_reason() -> None:
    def small(tps: Iterable[int], gold: int) -> tuple[str, ...]:
        rows = rows_of(({"claims/speakers": Count(tp, gold, gold)}, {}) for tp in tps)
        return slices(rows, {"all": {"all": rows.articles}}, ["claims"], resamples=300)[0].scores["claims"].small

    assert small([4, 3] * 10, 5) == ()
    assert small([4] * 9, 5) == ("articles",)
    assert small([2] * 10, 2) == small([1] * 29, 1) == ("gold",)
    assert small([2] * 10, 3) == ()
    assert small([5, 0] * 8, 5) == ("width",)
    assert small([1], 1) == ("articles", "gold", "width")
    empty = slices(rows_of([({}, {})] * 12), {"all": {"all": ["a00000"]}}, resamples=10)[0]
    assert all(score.score is None and score.gold == 0 and score.small for score in empty.scores.values())


def test_support_of_a_mean_is_that_of_its_weakest_part() -> None:
    rows = rows_of([({"claims/speakers": Count(1, 9, 9), "figures/unit": Count(1, 4, 4)}, {})] * 3)
    found = slices(rows, {"all": {"all": rows.articles}}, resamples=10)[0].scores
    assert (found["overall"].gold, found["claims"].gold, found["figures"].gold, found["events"].gold) == (12, 27, 12, 0)


def test_slices_of_unknown_articles_are_refused() -> None:
    with pytest.raises(ValueError, match="not among the scored articles: x, y"):
        slices(values([1, 2]), {"genre": {"Feature": ["y", "a00000", "x"]}})


def test_the_gold_behind_a_coreference_measure_is_the_clusters_of_a_slice() -> None:
    """Its rows count mentions, links and parts of 10⁹, and those of B³ and LEA have no gold on the side of precision."""
    rows = rows_of([({f"speakers/coref:{name}": count for name, count in coref.counts([["a", "b"], ["c"]], [["a", "b"], ["c"]]).items()}, {})] * 12)
    (found,) = slices(rows, {"all": {"all": rows.articles}}, ["speakers.coref.*"], resamples=50)
    assert len(found.scores) == 19
    assert {(score.score, score.gold, score.small) for score in found.scores.values()} == {(1.0, 24, ("gold",))}
