"""Confidence, difference and slices, from additive rows alone (``docs/scoring.md``, "Confidence", "Difference", "Slices").

The unit is the article: articles are drawn, swapped and grouped, never records, since records of one article are not
independent. Every measure is its one formula (`newsgold.measures`) on the sums of an article sample, so a score, its
interval and its p-value cannot disagree on a definition.

Exactness: weights and counts are integers. Counts enter a matrix product in digits of `DIGIT` bits, so that every partial
sum of it stays below 2**24, where float32 holds integers exactly; the digits are put together in float64, exact below
2**53. An exact sum has the same bits in whatever order a BLAS adds, on one thread or many. What follows is elementwise
IEEE arithmetic, sorting and `math.fsum`. Draws come from ``numpy.random.RandomState``, whose streams numpy has frozen, with
named integer types, so that no platform's default matters.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from fnmatch import fnmatchcase
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

from newsgold.coref import UNIT
from newsgold.counts import Count, Counts, Labels, rounded
from newsgold.measures import COREF_LAYER, Arithmetic, Measure, Sums, headline_names, registry
from newsgold.rows import LIMIT, Column, Row, Rows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Weights = Iterator[tuple[int, NDArray[np.float32]]]
    """Rows of weights of one block's articles, (resamples, articles), each with the number of its first resample."""

RESAMPLES: Final = 10_000
TRIALS: Final = 10_000
SEED: Final = 1
LEVEL: Final = 0.95
ALPHA: Final = 0.05
MAX_UNDEFINED: Final = 0.05
"""Resamples or trials in which a measure is null are left out; where they are more than this share, the result is null."""
POWER: Final = 2.8
"""z(0.975) + z(0.80): with many articles, a difference of so many standard errors is found at 0.05, uncorrected, four times in
five. In a simulation with normal differences: 59% with 8 articles, 66% with 10, 73% with 20 and 80% with 50."""
MIN_ARTICLES: Final = 10
"""Articles below which a percentile interval is too narrow. In a simulation that drew samples of the shipped articles, 95%
intervals held the true score 75% of the time with 3 articles, 87% with 8, 90% with 10 and 92% with 20."""
MIN_GOLD: Final = 30
"""Gold records below which one record more or less moves a score by over three points."""
MAX_WIDTH: Final = 0.2
"""An interval wider than this does not tell 0.6 from 0.8."""
TOLERANCE: Final = 1e-12
"""Differences closer than this are ties: equal fractions may differ in the last bit once they are averaged."""

# Part of the definition, like the seed: other sizes draw other samples.
BLOCK: Final = 1024
BATCH: Final = 200
CHUNK: Final = 10_000
"""Resamples to a matrix product: few large products, since a BLAS pays for each call, most of all on a busy machine."""
DIGIT: Final = 13
"""Bits. A block's weights sum to 1,024 on average and to 2,048 never (32 standard deviations), and 2**11 · 2**13 = 2**24."""


@dataclass(frozen=True)
class Interval:
    """A score and its percentile bootstrap interval."""

    score: float
    """The score of the whole sample."""
    low: float
    """Lower end."""
    high: float
    """Upper end."""
    undefined: int
    """Resamples left out because the measure is null in them."""

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        return asdict(self)


def select(patterns: Iterable[str] | None, default: Iterable[str]) -> list[str]:
    """The measures that names or globs (``claims.*.f1``) mean, in the order of the registry; ``default`` for ``None``.

    Raises:
        ValueError: a pattern that fits no measure, with names that are near.
    """
    names = list(registry())
    if patterns is None:
        return list(default)
    wanted: set[str] = set()
    for pattern in patterns:
        found = [pattern] if pattern in registry() else [name for name in names if fnmatchcase(name, pattern)]
        if not found:
            import difflib

            near = difflib.get_close_matches(pattern, names, 3, 0.5) or list(headline_names())
            raise ValueError(f"no measure is named {pattern!r}; expected a name or glob such as {', '.join(near)}")
        wanted.update(found)
    return [name for name in names if name in wanted]


# --- formulas on arrays ----------------------------------------------------------------------------------------------


def _ratio(part: Any, whole: Any) -> Any:
    import numpy as np

    return np.true_divide(part, np.where(np.equal(whole, 0), np.nan, whole))  # x/NaN is NaN without a warning


def _mean(values: Sequence[Any]) -> Any:
    import numpy as np

    total: Any = 0
    scored: Any = 0
    for value in values:
        null = np.isnan(value)
        total, scored = total + np.where(null, 0.0, value), scored + ~null
    return _ratio(total, scored)


class Arrays(Arithmetic):
    """Division and mean of arrays, elementwise, with NaN where `Arithmetic` says ``None``."""

    ratio = staticmethod(_ratio)
    mean = staticmethod(_mean)


def _columns(names: Iterable[str], *systems: Rows) -> list[Column]:
    """The columns that measures need and that are not 0 throughout, sorted."""
    measures = [registry()[name] for name in names]
    counts = {key for measure in measures for key in measure.counts}
    labels = {measure.attribute for measure in measures}
    return sorted({column for rows in systems for column in rows.columns if column[0] in (counts if len(column) == 2 else labels)})


def _as_sums(columns: Sequence[Column], values: Iterable[Any]) -> Sums:
    """Sums for the formulas from arrays by column."""
    counts: dict[str, dict[str, Any]] = {}
    labels: dict[str, dict[tuple[str, str], Any]] = {}
    for column, value in zip(columns, values, strict=True):
        if len(column) == 2:
            counts.setdefault(column[0], {})[column[1]] = value
        else:
            labels.setdefault(column[0], {})[column[1], column[2]] = value
    return Sums({key: Count(**fields) for key, fields in counts.items()}, labels)


def _evaluate(names: Iterable[str], sums: Sums, times: int) -> Iterator[tuple[str, Floats]]:
    """Each measure on every sample: arrays of (times,)."""
    import numpy as np

    for name in names:
        yield name, np.broadcast_to(np.asarray(registry()[name].formula(sums, Arrays()), dtype=np.float64), (times,))


# --- weighted sums ------------------------------------------------------------------------------------------------------


def _weighted(blocks: Iterable[NDArray[np.int64]], weights: Iterable[Weights], columns: int, times: int) -> list[Floats]:
    """The weighted sums of every column: for each an array of (times,). Columns that are equal throughout share theirs.

    Args:
        blocks: integers of (articles, columns), block by block.
        weights: for each block, the weights of its articles.
        columns: number of columns.
        times: number of weightings.
    """
    import numpy as np

    # Classes of columns equal so far. They only ever split, and are numbered by their first column.
    place = [0] * columns
    sums = np.zeros((1, times))
    for block, given in zip(blocks, weights, strict=True):
        table = np.ascontiguousarray(block.T)
        classes: dict[tuple[int, bytes], int] = {}
        place = [classes.setdefault((old, column.tobytes()), len(classes)) for old, column in zip(place, table, strict=True)]
        if len(classes) > len(sums):
            sums = sums[[old for old, _ in classes]]
        first = np.unique(place, return_index=True)[1]
        digits = list(_digits(table[first]))
        for start, weight in given:
            part = sums[:, start : start + len(weight)]
            for rows, digit, scale in digits:
                part[rows] += (weight @ digit).T * scale
    return [sums[index] for index in place]


def _digits(table: NDArray[np.int64]) -> Iterator[tuple[Any, NDArray[np.float32], float]]:
    """Integers of (columns, articles) as digits of `DIGIT` bits: which columns have one, (articles, those columns), and its worth."""
    import numpy as np

    sign, rest, scale = np.sign(table), np.abs(table), 1
    rows: Any = slice(None)
    while len(rest):
        yield rows, np.ascontiguousarray((sign * (rest & (1 << DIGIT) - 1)).T, dtype=np.float32), float(scale)
        rest, scale = rest >> DIGIT, scale << DIGIT
        keep = np.flatnonzero(rest.any(axis=1))
        rows = keep if isinstance(rows, slice) else rows[keep]
        sign, rest = sign[keep], rest[keep]


def _sizes(articles: int) -> list[int]:
    return [min(BLOCK, articles - start) for start in range(0, articles, BLOCK)]


def _resampling(articles: int, resamples: int, seed: int) -> Iterator[Weights]:
    """How often each article is drawn, block by block: draws with replacement, as many as there are articles.

    With several blocks a resample first draws how many of its articles fall in each; given that, they are uniform inside.
    """
    import numpy as np

    state = np.random.RandomState(seed)
    sizes = _sizes(articles)
    shares = state.multinomial(articles, [size / articles for size in sizes], size=resamples) if len(sizes) > 1 else np.full((resamples, 1), articles)

    def block(size: int, share: NDArray[np.int64]) -> Weights:
        for start in range(0, resamples, CHUNK):
            weights = np.empty((min(CHUNK, resamples - start), size), dtype=np.float32)
            for at in range(0, len(weights), BATCH):
                # Numbers of (resample, article) cells: counting them is far quicker than indexing the rows that were drawn.
                drawn = share[start + at : start + min(at + BATCH, len(weights))]
                cells = np.repeat(np.arange(len(drawn)) * size, drawn)
                cells += state.randint(0, size, size=len(cells), dtype=np.uint16)
                weights[at : at + len(drawn)] = np.bincount(cells, minlength=len(drawn) * size).reshape(-1, size)
            yield start, weights

    for size, share in zip(sizes, shares.T, strict=True):
        yield block(size, share)


def _swapping(articles: int, trials: int, seed: int, exact: bool) -> Iterator[Weights]:
    """Which articles change sides, 1 or 0, block by block: by a fair coin, or in each possible way once."""
    import numpy as np

    state = np.random.RandomState(seed)

    def block(size: int) -> Weights:
        for start in range(0, trials, CHUNK):
            n = min(CHUNK, trials - start)
            if exact:
                yield start, (np.arange(start, start + n)[:, None] >> np.arange(size) & 1).astype(np.float32)
            else:
                coins = np.frombuffer(state.bytes(n * (-(-size // 8))), dtype=np.uint8).reshape(n, -1)
                yield start, np.unpackbits(coins, axis=1, count=size).astype(np.float32)

    for size in _sizes(articles):
        yield block(size)


# --- intervals ------------------------------------------------------------------------------------------------------------


def _resampled(rows: Rows, names: Sequence[str], resamples: int, seed: int) -> Iterator[tuple[str, Floats]]:
    """Each measure on bootstrap samples of the articles."""
    columns = _columns(names, rows)
    sums = _weighted(rows.blocks(columns, BLOCK), _resampling(len(rows), resamples, seed), len(columns), resamples)
    yield from _evaluate(names, _as_sums(columns, sums), resamples)


def _percentiles(values: Floats, level: float) -> tuple[float, float, int] | None:
    """Both ends and how many values are undefined; ``None`` where those are over `MAX_UNDEFINED`.

    Percentiles by linear interpolation at (n − 1)q, numpy's ``linear`` (Hyndman & Fan 1996, type 7). The upper end mirrors
    the lower one, so that the interval of the negative is the negative, bit by bit.
    """
    import numpy as np

    found = np.sort(values)  # NaN last
    undefined = int(np.isnan(found).sum())
    if undefined > MAX_UNDEFINED * len(found):
        return None
    last = len(found) - undefined - 1
    place = last * ((1 - level) / 2)
    at, part = int(place), place - int(place)
    low, low_next, high, high_next = (float(found[index]) for index in (at, min(at + 1, last), last - at, max(last - at - 1, 0)))
    return low + (low_next - low) * part, high + (high_next - high) * part, undefined


def intervals(
    rows: Rows, names: Iterable[str] | None = None, *, resamples: int = RESAMPLES, seed: int = SEED, level: float = LEVEL
) -> dict[str, Interval | None]:
    """Percentile bootstrap intervals over articles (Efron & Tibshirani 1993, ch. 13), six places.

    ``None`` where the score is null, where it is null in over 5% of the resamples (fewer are left out), and with fewer than
    two articles. The samples depend on the seed, the number of articles and of resamples only: neither the order in which
    articles were added nor the other measures asked for change a byte.

    Args:
        rows: the articles.
        names: measures, by name or glob; all by default.
        resamples: bootstrap samples.
        seed: of ``numpy.random.RandomState``.
        level: the confidence level.

    Raises:
        ValueError: an unknown measure, or a number out of range.
    """
    chosen = select(names, registry())
    _check(seed, resamples=resamples)
    if not 0 < level < 1:
        raise ValueError(f"level is {level}; expected a number between 0 and 1")
    scores = _scores(rows, chosen)
    out: dict[str, Interval | None] = dict.fromkeys(chosen)
    scored = [name for name in chosen if scores[name] is not None]
    if len(rows) > 1 and scored:
        for name, values in _resampled(rows, scored, resamples, seed):
            out[name] = _interval(scores[name], values, level)
    return out


def apart(one: Rows, other: Rows, names: Iterable[str], *, resamples: int = RESAMPLES, seed: int = SEED, level: float = LEVEL) -> dict[str, Interval | None]:
    """Differences of a system's scores on two sets of articles, ``one`` minus ``other``, with unpaired percentile bootstrap intervals.

    Each set is resampled on its own (with ``seed`` and ``seed + 1``), since no article of one has a counterpart in the other; where the sets are
    the same articles, `compare` tells more. ``None`` as for `intervals`.

    Args:
        one, other: the articles of both sets.
        names: measures, by name or glob.
        resamples, seed, level: as for `intervals`.

    Raises:
        ValueError: an unknown measure, or a number out of range.
    """
    chosen = select(names, ())
    _check(seed, resamples=resamples)
    if not 0 < level < 1:
        raise ValueError(f"level is {level}; expected a number between 0 and 1")
    scores = {name: (mine, theirs) for (name, mine), theirs in zip(_scores(one, chosen).items(), _scores(other, chosen).values(), strict=True)}
    out: dict[str, Interval | None] = dict.fromkeys(chosen)
    scored = [name for name, both in scores.items() if None not in both]
    if len(one) > 1 and len(other) > 1 and scored:
        away = dict(_resampled(other, scored, resamples, (seed + 1) % 2**32))
        for name, values in _resampled(one, scored, resamples, seed):
            mine, theirs = scores[name]
            assert mine is not None and theirs is not None
            out[name] = _interval(mine - theirs, values - away[name], level)
    return out


def confidence(rows: Rows, signature: str, *, resamples: int = RESAMPLES, seed: int = SEED) -> dict[str, Any]:
    """The interval of every measure as a section of a scorecard, with the signature that names what they hang on.

    Args:
        rows: the articles.
        signature: of the scorecard without intervals.
        resamples, seed: as for `intervals`.
    """
    found = intervals(rows, resamples=resamples, seed=seed)
    return {
        "signature": f"{signature}|resamples:{resamples}|seed:{seed}",
        "intervals": {
            "level": LEVEL, "resamples": resamples, "seed": seed,
            "measures": {name: None if ends is None else [ends.low, ends.high] for name, ends in found.items()},
        },
    }  # fmt: skip


def _interval(score: float | None, values: Floats, level: float) -> Interval | None:
    ends = _percentiles(values, level)
    return None if score is None or ends is None else Interval(_six(score), _six(ends[0]), _six(ends[1]), ends[2])


def _scores(rows: Rows, names: Iterable[str]) -> dict[str, float | None]:
    total, labels = rows.total, rows.labels
    return {name: registry()[name].of(total, labels) for name in names}


def _six(value: float) -> float:
    return round(value, 6) + 0.0  # no negative zero


def _check(seed: int, **numbers: int) -> None:
    for name, number in numbers.items():
        if number < 1:
            raise ValueError(f"{name} is {number}; expected 1 or more")
    if not 0 <= seed < 2**32:
        raise ValueError(f"seed is {seed}; expected 0 to {2**32 - 1}")


# --- comparison of systems --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Difference:
    """One measure of two systems, and whether the difference is real."""

    one: str
    """A system."""
    other: str
    """Another."""
    measure: str
    """The measure."""
    difference: float | None
    """Score of ``one`` minus score of ``other``; ``None`` where either is null."""
    low: float | None
    """Lower end of the paired bootstrap interval of the difference."""
    high: float | None
    """Upper end."""
    p: float | None
    """Two-sided p of the paired randomisation test; ``None`` with a ``reason``."""
    holm: float | None
    """``p`` corrected over the headlines and overall; ``None`` for other measures, whose p is not corrected."""
    detectable: float | None
    """The smallest difference that could have been shown: `POWER` standard errors. ``None`` where the systems do not vary, and
    where there are too few articles for any p to reach 0.05."""
    reason: str | None = None
    """Why there is no p."""

    @property
    def verdict(self) -> str:
        """``better`` or ``worse`` (of ``one``, at 0.05), ``not shown``, or ``not tested``."""
        p = self.p if self.holm is None else self.holm
        if p is None or self.difference is None:
            return "not tested"
        return "not shown" if p > ALPHA else "better" if self.difference > 0 else "worse"

    @property
    def words(self) -> str:
        """The verdict as a sentence."""
        if self.verdict == "not tested" or self.difference is None:
            return f"{self.measure} is not tested: {self.reason}"
        if self.verdict == "not shown":
            least = "" if self.detectable is None else f"; it would have to be at least about {self.detectable:.3f}"
            return f"no difference in {self.measure} is shown{least}"
        better, worse = (self.one, self.other) if self.difference > 0 else (self.other, self.one)
        caution = "" if self.holm is not None else ", if this measure was chosen beforehand (its p is not corrected)"
        return f"{better} is better than {worse} in {self.measure}, by {abs(self.difference):.3f}{caution}"

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        return {**asdict(self), "verdict": self.verdict, "words": self.words}


@dataclass(frozen=True)
class Comparison:
    """Systems on the same articles, pair by pair."""

    systems: tuple[str, ...]
    """Their names."""
    measures: tuple[str, ...]
    """The measures asked for."""
    articles: int
    """Articles that all cover."""
    method: str
    """``exact`` (all 2**articles ways to swap) or ``sampled``."""
    trials: int
    """Ways to swap that were tried."""
    resamples: int
    """Bootstrap samples."""
    seed: int
    """Seed of both."""
    level: float
    """Of the intervals."""
    scores: Mapping[str, Mapping[str, float | None]]
    """Scores by system and measure."""
    intervals: Mapping[str, Mapping[str, Interval | None]]
    """Their intervals."""
    differences: tuple[Difference, ...]
    """For each pair of systems, each measure."""
    family: int
    """Measures that are tested and corrected together, the most of any pair."""

    @property
    def least_p(self) -> float | None:
        """The smallest p that any difference could have had; ``None`` with fewer than two articles."""
        return None if self.articles < 2 else _least_p(self.trials, self.method == "exact")

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        return {
            "systems": list(self.systems), "measures": list(self.measures), "articles": self.articles, "method": self.method, "trials": self.trials,
            "resamples": self.resamples, "seed": self.seed, "level": self.level, "alpha": ALPHA, "corrected": list(headline_names()),
            "least_p": rounded(self.least_p), "family": self.family, "few": MIN_ARTICLES,
            "scores": {name: {measure: rounded(score) for measure, score in scores.items()} for name, scores in self.scores.items()},
            "intervals": {name: {measure: found and found.to_dict() for measure, found in table.items()} for name, table in self.intervals.items()},
            "differences": [difference.to_dict() for difference in self.differences],
        }  # fmt: skip


def compare(
    systems: Mapping[str, Rows], names: Iterable[str] | None = None, *, trials: int = TRIALS, resamples: int = RESAMPLES, seed: int = SEED
) -> Comparison:
    """Compare systems on the same articles, each with each.

    The test is two-sided paired approximate randomisation over articles (Noreen 1989; Riezler & Maxwell 2005): if systems do
    not differ, each article's outputs might as well be the other system's, so both are summed again with the sides of every
    article swapped or not by a coin. p = (b + 1)/(n + 1), where b of n trials have a difference at least as large, ties
    included. Where there are no more ways to swap than trials, all are counted instead and p = b/n. A trial in which either
    score is null is left out; p is null where those are over 5%. All pairs swap alike, so p depends on no third system.

    The interval of the difference is a percentile bootstrap over articles, the same samples on both sides; it and the test
    need not agree near 0.05. Holm's correction (1979) is over the headlines and overall that have a p, per pair, whichever
    measures are asked for.

    Args:
        systems: the rows of two systems or more, by name.
        names: measures, by name or glob; the headlines and overall by default.
        trials: randomisation trials.
        resamples: bootstrap samples.
        seed: of ``numpy.random.RandomState``, once for the test and once for the bootstrap.

    Raises:
        ValueError: fewer than two systems, systems on different articles, an unknown measure, or a number out of range.
    """
    chosen = select(names, headline_names())
    _check(seed, trials=trials, resamples=resamples)
    if len(systems) < 2:
        raise ValueError(f"systems given: {len(systems)}; expected two or more")
    articles = _same_articles(systems)
    family = headline_names()
    measured = list(dict.fromkeys([*chosen, *family]))
    exact = articles <= trials.bit_length() and 2**articles <= trials
    tried = 2**articles if exact else trials
    scores = {name: _scores(rows, measured) for name, rows in systems.items()}
    drawn = {name: dict(_resampled(rows, measured, resamples, seed)) if articles > 1 else {} for name, rows in systems.items()}
    out: list[Difference] = []
    together = 0
    for one, other in combinations(systems, 2):
        swapped = _swapped(systems[one], systems[other], measured, tried, seed, exact) if articles > 1 else {}
        found: dict[str, Difference] = {}
        for name in measured:
            left, right = scores[one][name], scores[other][name]
            p, reason = _p_value(left, right, swapped.get(name), articles, exact, (one, other))
            low = high = detectable = None
            if articles > 1 and left is not None and right is not None:
                values = drawn[one][name] - drawn[other][name]
                if (ends := _percentiles(values, LEVEL)) is not None:
                    low, high = _six(ends[0]), _six(ends[1])
                    detectable = _six(POWER * _deviation(values)) or None if _least_p(tried, exact) <= ALPHA else None
            difference = None if left is None or right is None else _six(left - right)
            found[name] = Difference(one, other, name, difference, low, high, p, None, detectable, reason)
        for name, adjusted in zip(family, holm([found[name].p for name in family]), strict=True):
            found[name] = replace(found[name], holm=rounded(adjusted))
        together = max(together, sum(found[name].p is not None for name in family))
        out += [replace(found[name], p=rounded(found[name].p)) for name in chosen]
    return Comparison(
        tuple(systems), tuple(chosen), articles, "exact" if exact else "sampled", tried, resamples, seed, LEVEL,
        {name: {measure: scores[name][measure] for measure in chosen} for name in systems},
        {name: {measure: _interval(scores[name][measure], drawn[name][measure], LEVEL) if articles > 1 else None for measure in chosen} for name in systems},
        tuple(out), together,
    )  # fmt: skip


def _same_articles(systems: Mapping[str, Rows]) -> int:
    (first, rows), *rest = systems.items()
    known = rows.articles
    for name, others in rest:
        if known != (theirs := others.articles):
            only = [f"{who} alone has {_some(sorted(ids))}" for who, ids in ((first, set(known) - set(theirs)), (name, set(theirs) - set(known))) if ids]
            raise ValueError(f"the systems cover different articles: {'; '.join(only) or 'some more than once'}")
    return len(known)


def _some(ids: Sequence[str], limit: int = 3) -> str:
    return ", ".join(ids[:limit]) + (f" and {len(ids) - limit} more" if len(ids) > limit else "")


def _swapped(one: Rows, other: Rows, names: Sequence[str], trials: int, seed: int, exact: bool) -> dict[str, Floats]:
    """The differences of every measure when articles change sides."""
    columns = _columns(names, one, other)
    moves = (right - left for left, right in zip(one.blocks(columns, BLOCK), other.blocks(columns, BLOCK), strict=True))
    moved = _weighted(moves, _swapping(len(one), trials, seed, exact), len(columns), trials)
    sides = []
    for rows, sign in ((one, 1), (other, -1)):
        sums = _as_sums(columns, [start + sign * move for start, move in zip(_totals(rows, columns), moved, strict=True)])
        sides.append(dict(_evaluate(names, sums, trials)))
    return {name: sides[0][name] - sides[1][name] for name in names}


def _totals(rows: Rows, columns: Iterable[Column]) -> Iterator[int]:
    """The sums of columns over all articles."""
    total, labels = rows.total, rows.labels
    for name, *rest in columns:
        if len(rest) == 1:
            yield getattr(total.get(name, Count()), rest[0])
        else:
            yield labels.get(name, Counter())[rest[0], rest[1]]


def _p_value(
    left: float | None, right: float | None, trials: Floats | None, articles: int, exact: bool, names: tuple[str, str]
) -> tuple[float | None, str | None]:
    """p, or why there is none."""
    import numpy as np

    if left is None or right is None:
        null = [name for name, score in zip(names, (left, right), strict=True) if score is None]
        return None, f"not scored in {' and '.join(null)}"
    if trials is None:
        return None, "one article; a test needs two or more" if articles else "no articles"
    undefined = int(np.isnan(trials).sum())
    if undefined > MAX_UNDEFINED * len(trials):
        return None, f"not scored in {undefined} of {len(trials)} trials"
    reached = int((np.abs(trials) >= abs(left - right) - TOLERANCE).sum())  # NaN reaches nothing
    tried = len(trials) - undefined
    return (reached / tried if exact else (reached + 1) / (tried + 1)), None


def _least_p(tried: int, exact: bool) -> float:
    """The smallest p that so many ways to swap can give: two of all ways, the one seen and its mirror, or none of those sampled."""
    return 2 / tried if exact else 1 / (tried + 1)


def _deviation(values: Floats) -> float:
    """The sample standard deviation of the values that are defined, the same whatever the order: exact sums (`math.fsum`)."""
    import numpy as np

    found = values[~np.isnan(values)]
    if len(found) < 2:
        return 0.0
    away = found - math.fsum(found.tolist()) / len(found)
    return math.sqrt(math.fsum((away * away).tolist()) / (len(found) - 1))


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """p-values corrected for their number by Holm's step-down method (Holm 1979); ``None`` stays, and does not count."""
    order = sorted((p, index) for index, p in enumerate(p_values) if p is not None)
    out: list[float | None] = [None] * len(p_values)
    worst = 0.0
    for rank, (p, index) in enumerate(order):
        worst = max(worst, min(1.0, (len(order) - rank) * p))
        out[index] = worst
    return out


# --- slices -------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SliceScore:
    """One measure on one slice."""

    score: float | None
    """The score; ``None`` where nothing is scored."""
    low: float | None
    """Lower end of its interval."""
    high: float | None
    """Upper end."""
    gold: int
    """Gold records behind it; for a mean of measures, the fewest behind any that is scored."""
    small: tuple[str, ...]
    """Why it is too small to read: fewer than 10 ``articles``, fewer than 30 ``gold`` records, an interval wider than 0.2 or none (``width``)."""


@dataclass(frozen=True)
class Slice:
    """The articles that share a value of a facet."""

    facet: str
    """For example ``genre``."""
    value: str
    """For example ``Obituary``."""
    articles: int
    """How many."""
    scores: Mapping[str, SliceScore]
    """By measure."""

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        return {
            "facet": self.facet, "value": self.value, "articles": self.articles,
            "scores": {name: {**asdict(score), "small": list(score.small)} for name, score in self.scores.items()},
        }  # fmt: skip


def slices(
    rows: Rows, groups: Mapping[str, Mapping[str, Collection[str]]], names: Iterable[str] | None = None, *,
    resamples: int = RESAMPLES, seed: int = SEED, level: float = LEVEL,
) -> list[Slice]:  # fmt: skip
    """Measures on groups of articles, each with the interval of its own bootstrap.

    Args:
        rows: the articles.
        groups: facet to value to article ids; the order is kept. An article may have several values of a facet.
        names: measures, by name or glob; the headlines and overall by default.
        resamples, seed, level: as for `intervals`.

    Raises:
        ValueError: an article that ``rows`` does not have, an unknown measure, or a number out of range.
    """
    chosen = select(names, headline_names())
    keys = [(facet, value) for facet, values in groups.items() for value in values]
    members: dict[str, list[tuple[str, str]]] = {}
    for facet, value in keys:
        for article in set(groups[facet][value]):
            members.setdefault(article, []).append((facet, value))
    if strange := sorted(members.keys() - set(rows.articles)):
        raise ValueError(f"not among the scored articles: {_some(strange)}")
    # A row is stored once for every slice of its article: with what these measures need, and no more.
    counts = {key for name in chosen for key in registry()[name].counts} | {f"{COREF_LAYER}/coref:ceafe"}
    attributes = {registry()[name].attribute for name in chosen}
    parts = {key: Rows(limit=LIMIT // len(keys)) for key in keys}
    for article, made in rows:
        kept = Row({n: c for n, c in made.counts.items() if n in counts}, {n: t for n, t in made.labels.items() if n in attributes}, {})
        for key in members.get(article, ()):
            parts[key].add_row(article, kept)
    out = []
    for (facet, value), part in parts.items():
        ends = intervals(part, chosen, resamples=resamples, seed=seed, level=level)
        scores, total, labels = _scores(part, chosen), part.total, part.labels
        table = {name: _slice_score(registry()[name], scores[name], ends[name], len(part), total, labels) for name in chosen}
        out.append(Slice(facet, value, len(part), table))
    return out


def _slice_score(measure: Measure, score: float | None, ends: Interval | None, articles: int, total: Counts, labels: Labels) -> SliceScore:
    if measure.attribute is not None:
        gold = sum(labels.get(measure.attribute, Counter()).values())
    elif measure.name.startswith(f"{COREF_LAYER}.coref."):  # its rows count mentions, links and parts of 10⁹: the records are the clusters
        gold = total.get(f"{COREF_LAYER}/coref:ceafe", Count()).gold // UNIT
    else:
        gold = min((total[key].gold for key in measure.counts if key in total), default=0)
    low, high = (ends.low, ends.high) if ends else (None, None)
    doubts: dict[str, bool] = {
        "articles": articles < MIN_ARTICLES,
        "gold": gold < MIN_GOLD,
        "width": low is None or high is None or high - low > MAX_WIDTH,
    }
    return SliceScore(rounded(score), low, high, gold, tuple(why for why, holds in doubts.items() if holds))
