"""The regression gate: whether a system has become worse than a stored baseline, by rules on measures.

Both sides are scored on the same articles, so a deterministic system's drop is a fact about those articles and needs no
test. For a stochastic system a significance condition may be added: then a drop also has to be shown by the paired test.

A rule reads ``MEASURE:LIMIT``: the measure may drop by up to LIMIT, of its baseline where that is a percentage (``overall:2%``), else in
points (``claims.speakers.f1:0.01``). Or ``MEASURE=MINIMUM``: the measure must be scored and reach it. Drops that only
rounding makes (`TOLERANCE`) do not count.

A score that is null stands between 0 and all scores above it, since nothing found where nothing is (null) is better than
wrong records alone (0) and worse than anything right. So a rule fails, whatever its limit, where a measure that was scored
above 0 is null now, and where one that was null is 0 now. A measure that is null on both sides is reported as not scored;
where that holds for every rule there is no verdict at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from newsgold import stats
from newsgold.counts import rounded
from newsgold.issues import InputError, Issue, shown
from newsgold.measures import Measure, headline_names, registry
from newsgold.pairing import Match, error_kinds
from newsgold.rows import Row
from newsgold.systems import System, differing

TOLERANCE: Final = 1e-9
"""A drop that exceeds its limit by no more than this is a matter of rounding."""


class Incomparable(InputError):
    """A baseline that was made on other gold: another data version, split, or set of articles."""


# --- rules ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rule:
    """What one measure must hold: a limit to its drop, or a minimum."""

    measure: str
    """A name of `newsgold.measures.registry`."""
    limit: float | None = None
    """The largest drop that passes; ``None`` for a minimum."""
    relative: bool = False
    """Whether ``limit`` is a share of the baseline's score, and not points."""
    minimum: float | None = None
    """The lowest score that passes."""

    @property
    def words(self) -> str:
        """The rule in few words: ``may drop by 2%``, ``must be at least 0.6``."""
        if self.limit is None:
            return f"must be at least {self.minimum:.12g}"
        return f"may drop by {self.limit:.12g}" if not self.relative else f"may drop by {100 * self.limit:.12g}%"

    def allowed(self, old: float) -> float:
        """The largest drop from ``old`` that passes, in points."""
        limit = self.limit or 0.0
        return limit * abs(old) if self.relative else limit


_LIMIT: Final = re.compile(r"([0-9]+\.?[0-9]*|\.[0-9]+)(%?)")


def parse_rules(limits: Iterable[str] = (), minimums: Iterable[str] = ()) -> list[Rule]:
    """Rules from their text, each measure of a glob on its own, in the order given and without repeats.

    A name may also be written in the singular where that is what distinguishes it: ``claims.speaker.f1`` is
    ``claims.speakers.f1``. The measures of all parts of a name are compared without a last ``s``.

    Args:
        limits: ``MEASURE:LIMIT``, where LIMIT is points below 1 (``0.01``) or a percentage below 100 (``2%``).
        minimums: ``MEASURE=VALUE``, where VALUE is 0 to 1.

    Returns:
        `DEFAULT` where neither is given.

    Raises:
        ValueError: a rule that cannot be read, or could never fail; names no measure, with names that are near.
    """
    out: list[Rule] = []
    for text in limits:
        name, mark, given = text.rpartition(":")
        found = _LIMIT.fullmatch(given.strip())
        if not mark or not found:
            raise ValueError(f"rule {shown(text)}; expected MEASURE:LIMIT such as overall:0.01 or overall:2%")
        relative = bool(found[2])
        limit = float(found[1]) / (100 if relative else 1)
        if limit >= 1:
            raise ValueError(f"rule {shown(text)} can never fail; expected points below 1, such as 0.02, or a percentage below 100, such as 2%")
        out += [Rule(measure, limit, relative) for measure in _measures(name.strip())]
    for text in minimums:
        name, mark, given = text.rpartition("=")
        found = _LIMIT.fullmatch(given.strip())
        if not mark or not found or found[2] or float(found[1]) > 1:
            raise ValueError(f"rule {shown(text)}; expected MEASURE=VALUE with a value from 0 to 1, such as figures.unit.f1=0.6")
        out += [Rule(measure, minimum=float(found[1])) for measure in _measures(name.strip())]
    return list(dict.fromkeys(out)) or list(DEFAULT)


def _measures(name: str) -> list[str]:
    """The measures that a name, a glob or a name in the singular means."""
    try:
        return stats.select([name], ())
    except ValueError:
        same = [measure for measure in registry() if _singular(measure) == _singular(name)]
        if not same:
            raise
        return same


def _singular(name: str) -> tuple[str, ...]:
    return tuple(part.removesuffix("s") for part in name.split("."))


DEFAULT: Final = tuple(Rule(name, 0.0) for name in headline_names())
"""Overall and no headline may drop."""


# --- verdict ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Check:
    """What a rule found."""

    rule: Rule
    """The rule."""
    old: float | None
    """The baseline's score."""
    new: float | None
    """The score now."""
    outcome: str
    """``pass``, ``fail``, ``not shown`` (a drop beyond the limit that the test does not show) or ``not scored`` (null on both sides)."""
    p: float | None = None
    """Of the paired test, where one was asked for."""
    holm: float | None = None
    """``p`` corrected over the measures that have a limit: what is held against alpha."""
    detectable: float | None = None
    """The smallest difference that the test could have shown (`newsgold.stats.POWER` standard errors)."""

    @property
    def change(self) -> float | None:
        """New minus old; ``None`` where either is null."""
        return None if self.old is None or self.new is None else rounded(self.new - self.old)

    @property
    def fails(self) -> bool:
        """Whether the rule is broken."""
        return self.outcome == "fail"

    @property
    def words(self) -> str:
        """What was found, as a sentence without its full stop."""
        name, rule = self.rule.measure, self.rule.words
        if self.outcome == "not scored":
            return f"{name} is scored on neither side ({rule})"
        if self.new is None or (self.old is None and self.rule.minimum is None):
            return f"{name} {_three(self.new)}, was {_three(self.old)} ({rule})"
        if self.change is None:
            return f"{name} {_three(self.new)} ({rule})"
        moved = f"{name} {'stays at' if not self.change else 'fell to' if self.change < 0 else 'rose to'} {_three(self.new)}"
        moved += f" from {_three(self.old)}, by {abs(self.change):.3f}" if self.change else ""
        tested = "" if self.p is None else f", p {self.p:.4f}, {self.holm:.4f} corrected"
        return f"{moved}{tested} ({rule})"

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        return {
            **asdict(self.rule), "rule": self.rule.words, "old": rounded(self.old), "new": rounded(self.new), "change": self.change, "outcome": self.outcome,
            "fails": self.fails, "p": self.p, "holm": self.holm, "detectable": self.detectable, "words": self.words,
        }  # fmt: skip


def _three(score: float | None) -> str:
    return "not scored" if score is None else f"{score:.3f}"


@dataclass(frozen=True)
class Flip:
    """A gold record whose outcome changed."""

    layer: str
    """Layer, or ``arguments``."""
    record: str
    """Id of the gold record; of an argument its event's, role and entity."""
    old: str | None
    """Kind in the baseline (`newsgold.pairing.Match.kind`); ``None`` for an argument whose event was not right."""
    new: str | None
    """Kind now."""
    worse: bool
    """Whether it holds fewer rungs than it did."""


@dataclass(frozen=True)
class Change:
    """What changed in one article."""

    article: str
    """Article id."""
    scores: Mapping[str, tuple[float | None, float | None]]
    """The headlines, and the measures of the rules, that changed: old and new score of this article alone."""
    kinds: Mapping[str, tuple[int, int]]
    """``layer/kind`` to old and new number, where they differ."""
    flips: tuple[Flip, ...] | None
    """Gold records whose outcome changed; ``None`` where a side does not list its records."""

    @property
    def worse(self) -> tuple[str, ...]:
        """The measures that became worse."""
        return tuple(name for name, (old, new) in self.scores.items() if direction(old, new) < 0)

    @property
    def better(self) -> tuple[str, ...]:
        """The measures that became better."""
        return tuple(name for name, (old, new) in self.scores.items() if direction(old, new) > 0)

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        return {
            "article": self.article, "worse": list(self.worse), "better": list(self.better),
            "scores": {name: [rounded(old), rounded(new)] for name, (old, new) in self.scores.items()},
            "kinds": {kind: list(pair) for kind, pair in self.kinds.items()},
            "records": None if self.flips is None else [asdict(flip) for flip in self.flips],
        }  # fmt: skip


@dataclass(frozen=True)
class Verdict:
    """Whether a system passes, and what changed."""

    new: str
    """Name of the system."""
    old: str
    """Name of the baseline."""
    signature: str
    """Of the system's scorecard."""
    articles: int
    """Articles that both were scored on."""
    checks: tuple[Check, ...]
    """A rule each."""
    changes: tuple[Change, ...]
    """The articles in which anything changed, the largest drop of overall first."""
    alpha: float | None = None
    """The level at which a drop had to be shown, where it had to be."""
    test: str | None = None
    """The test's options, as in a signature."""

    @property
    def failures(self) -> tuple[Check, ...]:
        """The rules that are broken."""
        return tuple(check for check in self.checks if check.fails)

    @property
    def passed(self) -> bool:
        """Whether no rule is broken."""
        return not self.failures

    @property
    def worse(self) -> tuple[str, ...]:
        """The articles in which overall became worse."""
        return tuple(change.article for change in self.changes if OVERALL in change.worse)

    @property
    def better(self) -> tuple[str, ...]:
        """The articles in which overall became better."""
        return tuple(change.article for change in self.changes if OVERALL in change.better)

    @property
    def flips(self) -> dict[str, int] | None:
        """How many gold records changed, by ``layer: old to new``, the most first; ``None`` where a side does not list its records."""
        counts: dict[str, int] = {}
        for change in self.changes:
            if change.flips is None:
                return None
            for flip in change.flips:
                key = f"{flip.layer}: {flip.old or 'not asked'} to {flip.new or 'not asked'}"
                counts[key] = counts.get(key, 0) + 1
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        return {
            "passed": self.passed, "new": self.new, "old": self.old, "signature": self.signature + (f"|{self.test}" if self.test else ""),
            "articles": self.articles, "alpha": self.alpha, "checks": [check.to_dict() for check in self.checks], "worse": list(self.worse),
            "better": list(self.better), "flips": self.flips, "changes": [change.to_dict() for change in self.changes],
        }  # fmt: skip


OVERALL: Final = headline_names()[0]


def direction(old: float | None, new: float | None) -> int:
    """1 where a score became better, -1 where it became worse, else 0. Null stands between 0 and what is above it."""
    if old is not None and new is not None and abs(new - old) <= TOLERANCE:
        return 0
    one, other = ((0.0, 1) if score is None else (score, 0) for score in (old, new))
    return (other > one) - (other < one)


# --- the gate ---------------------------------------------------------------------------------------------------------------


def gate(
    new: System, old: System, rules: Iterable[Rule] = DEFAULT, *, alpha: float | None = None, trials: int = stats.TRIALS, seed: int = stats.SEED
) -> Verdict:
    """Hold a system against a baseline.

    Args:
        new: the system as it is now.
        old: the baseline.
        rules: what must hold.
        alpha: a drop beyond its limit must also have a p of at most this, by the paired test of `newsgold.stats.compare`,
            corrected (Holm) over the measures that have a limit. For systems that answer differently each time.
        trials: of that test.
        seed: of that test.

    Raises:
        Incomparable: the two were not scored on the same gold.
        InputError: no rule's measure is scored on either side.
        ValueError: no rule, a number out of range, or a test that could not show any drop.
    """
    rules = list(rules)
    if not rules:
        raise ValueError("no rules; expected one or more")
    if alpha is not None and not 0 < alpha < 1:
        raise ValueError(f"alpha is {alpha}; expected a number between 0 and 1")
    if issues := _incomparable(new, old):
        raise Incomparable(issues)
    names = list(dict.fromkeys(rule.measure for rule in rules))
    before, now = (_scores([registry()[name] for name in names], system.rows.total, system.rows.labels) for system in (old, new))
    tests: Mapping[str, _Test] = {}
    options = None
    if alpha is not None:
        limited = list(dict.fromkeys(rule.measure for rule in rules if rule.limit is not None))
        tests, options = _tested(new, old, limited, alpha, trials, seed) if limited else ({}, None)
    checks = tuple(_check(rule, before[rule.measure], now[rule.measure], tests.get(rule.measure), alpha) for rule in rules)
    if all(check.outcome == "not scored" for check in checks):
        raise InputError([Issue(new.name, None, "$", f"{', '.join(names[:5])}: scored on neither side; expected a rule on a measure that the gold supports")])
    return Verdict(new.name, old.name, new.signature, len(new.rows), checks, tuple(_changes(new, old, names)), alpha, options)


def _incomparable(new: System, old: System) -> list[Issue]:
    """Why two systems cannot be compared."""
    issues = [Issue(old.name, None, "$.signature", what) for what in differing(old.signature, new.signature, new.name)]
    ours, theirs = set(new.rows.articles), set(old.rows.articles)
    for who, only, other in (("only in the baseline", theirs - ours, new), (f"not in the baseline, but in {new.name}", ours - theirs, old)):
        if only:
            away = sorted(only & set(other.skipped))
            why = f"; skipped there for want of their texts (newsgold hydrate): {_some(away)}" if away else ""
            issues.append(Issue(old.name, None, "$.counts", f"articles {who}: {_some(sorted(only))}{why}; expected the same articles on both sides"))
    if lost := sorted(set(old.missing) - set(new.missing)):
        issues.append(Issue(old.name, None, "$.missing", f"no prediction for {_some(lost)}, which {new.name} has; expected a baseline of the same articles"))
    elif ours and set(old.missing) >= ours:
        issues.append(Issue(old.name, None, "$.missing", "no prediction at all; expected a baseline that holds some"))
    return issues


def _some(names: Sequence[str], limit: int = 5) -> str:
    return ", ".join(shown(name)[1:-1] for name in names[:limit]) + (f" and {len(names) - limit} more" if len(names) > limit else "")


@dataclass(frozen=True)
class _Test:
    p: float | None
    holm: float | None
    detectable: float | None


def _tested(new: System, old: System, names: Sequence[str], alpha: float, trials: int, seed: int) -> tuple[dict[str, _Test], str]:
    """The paired test of each measure, and its options.

    Raises:
        ValueError: whatever the systems did, no p could be as small as alpha.
    """
    done = stats.compare({"new": new.rows, "old": old.rows}, names, trials=trials, seed=seed)
    least, n = done.least_p, len(names)
    if least is None or least * n > alpha:
        corrected = f" after correction over {n} measures" if n > 1 else ""
        why = "one article cannot be tested" if least is None else f"with {done.articles} articles the smallest p is {least * n:.4g}{corrected}"
        raise ValueError(f"alpha {alpha:g}: {why}, so that no drop could ever fail; expected more articles, fewer rules, or no alpha")
    adjusted = stats.holm([found.p for found in done.differences])
    out = {found.measure: _Test(found.p, rounded(p), found.detectable) for found, p in zip(done.differences, adjusted, strict=True)}
    return out, f"alpha:{alpha:g}|test:{done.method}|trials:{done.trials}|resamples:{done.resamples}|seed:{done.seed}"


def _check(rule: Rule, old: float | None, new: float | None, test: _Test | None, alpha: float | None) -> Check:
    if rule.minimum is not None:
        return Check(rule, old, new, "fail" if new is None or new < rule.minimum - TOLERANCE else "pass")
    outcome = "pass"
    if old is None and new is None:
        outcome = "not scored"
    elif old is None or new is None:
        outcome = "fail" if direction(old, new) < 0 else "pass"
    elif old - new > rule.allowed(old) + TOLERANCE:
        outcome = "fail"
        if alpha is not None and test is not None and test.holm is not None and test.holm > alpha:
            outcome = "not shown"
    return Check(rule, old, new, outcome, *((test.p, test.holm, test.detectable) if test else ()))


def _scores(measures: Iterable[Measure], total: Mapping[str, Any], labels: Mapping[str, Any]) -> dict[str, float | None]:
    return {measure.name: measure.of(total, dict(labels)) for measure in measures}


# --- what changed -------------------------------------------------------------------------------------------------------


def _changes(new: System, old: System, names: Iterable[str]) -> list[Change]:
    """The articles in which a measure, a number of records or a gold record's outcome changed."""
    measures = [registry()[name] for name in dict.fromkeys([*headline_names(), *names])]
    out = []
    sides = zip(old.rows, new.rows, _outcomes(old), _outcomes(new), strict=True)
    for (article, before), (_, now), was, is_ in sides:
        one, other = (_scores(measures, row.counts, _labels(row)) for row in (before, now))
        scores = {name: (one[name], other[name]) for name in one if direction(one[name], other[name])}
        kinds = {
            kind: (before.errors.get(kind, 0), now.errors.get(kind, 0))
            for kind in _in_order({**before.errors, **now.errors})
            if before.errors.get(kind, 0) != now.errors.get(kind, 0)
        }
        flips = None if was is None or is_ is None else _flips(was, is_)
        if scores or kinds or flips:
            out.append(Change(article, scores, kinds, flips))
    return sorted(out, key=lambda change: (_moved(change), change.article))


def _moved(change: Change) -> float:
    old, new = change.scores.get(OVERALL, (0.0, 0.0))
    return (new or 0.0) - (old or 0.0)


def _labels(row: Row) -> dict[str, dict[tuple[str, str], int]]:
    return {name: {(gold, predicted): n for gold, predicted, n in table} for name, table in row.labels.items()}


def _outcomes(system: System) -> Iterator[list[Match] | None]:
    """What became of the records, article by article in the order of the rows; ``None`` where a system does not list them."""
    if system.outcomes is None:
        yield from (None for _ in range(len(system.rows)))
        return
    yield from (matches for _, matches in system.outcomes)


_GOLD_KINDS: Final = {
    layer: ("missed", *(kind for kind in kinds if kind == "boundary" or kind.startswith("wrong_")), "hit") for layer, kinds in error_kinds().items()
}
"""By layer, what may become of a gold record, from no rung to all."""
_PLACE: Final = {f"{layer}/{kind}": (at, place) for at, (layer, kinds) in enumerate(error_kinds().items()) for place, kind in enumerate(kinds)}


def _in_order(kinds: Iterable[str]) -> list[str]:
    return sorted(kinds, key=lambda kind: (_PLACE.get(kind, (len(_PLACE), 0)), kind))


def _flips(old: Iterable[Match], new: Iterable[Match]) -> tuple[Flip, ...]:
    before, now = _by_record(old), _by_record(new)
    out = []
    for layer, record in sorted(before.keys() | now.keys(), key=_natural):
        was, is_ = before.get((layer, record)), now.get((layer, record))
        rank = _GOLD_KINDS[layer].index
        if was != is_:
            out.append(Flip(layer, record, was, is_, rank(is_ or "missed") < rank(was or "missed")))
    return tuple(out)


def _by_record(matches: Iterable[Match]) -> dict[tuple[str, str], str]:
    """The gold records' kinds. What has no gold record is left out: ids of predicted records mean nothing to another system."""
    out = {}
    for match in matches:
        if match.gold is not None and match.kind in _GOLD_KINDS.get(match.layer, ()):
            told = f" {(match.detail or '').partition(', not ')[0]}" if match.layer == "arguments" else ""
            out[match.layer, shown(f"{match.gold}{told}")[1:-1]] = match.kind
    return out


def _natural(key: tuple[str, str]) -> tuple[int, int, str, str]:
    """By layer, then in the order of ids such as c2 and c12."""
    name, _, rest = key[1].partition(" ")
    return list(_GOLD_KINDS).index(key[0]), len(name), name, rest
