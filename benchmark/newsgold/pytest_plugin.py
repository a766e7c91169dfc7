"""The pytest plugin: a fixture that scores a system and holds it to a stored scorecard (``docs/pytest.md``).

    def test_extractor(newsgold_gate):
        newsgold_gate(my_system, baseline="tests/newsgold-baseline.json", fail=["overall:1%"], min=["figures.unit.f1=0.6"])

Rules and verdicts are those of `newsgold.gate`. pytest loads this module in every session of an environment that has
newsgold, so nothing else of newsgold is imported before the fixture is called.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from io import StringIO
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from newsgold.gate import Rule, Verdict
    from newsgold.predictions import Predictions
    from newsgold.records import Annotation, Article
    from newsgold.scoring import Scorecard
    from newsgold.systems import System

    Prediction = Mapping[str, Any] | Annotation
    Runnable = Callable[[dict[str, Any]], Prediction] | Callable[[list[dict[str, Any]]], Iterable[Prediction]]

SPLIT: Final = "validation"
"""The split where none is named: a test that is run every day must not tune on the test split."""
SEED: Final = 1
"""Seed of a sample where none is named."""
FIELDS: Final = ("id", "headline", "text", "language", "published", "dateline", "genre", "topics")
"""What a system is given of an article: text and metadata, no annotation."""
PROPERTY: Final = "newsgold"
"""Name of the user property that holds a gate's row as JSON: user properties travel from xdist's workers."""
_TOLD: Final = 20
"""Problems that are told at most."""
_PASSED, _FAILED, _UNUSABLE, _WRITTEN, _UNCHANGED = "passed", "failed", "no verdict", "baseline written", "baseline unchanged"


# --- options and summary ----------------------------------------------------------------------------------------------


def pytest_addoption(parser: pytest.Parser) -> None:
    """The command-line options, and the settings of the same names in the configuration file."""
    group = parser.getgroup("newsgold", "newsgold: extractors held to stored scorecards")
    group.addoption("--newsgold-update", action="store_true", help="write the baselines of all newsgold_gate calls anew, and say so in the summary")
    for name, kind, metavar, what in (
        ("split", str, "SPLIT", f"split to score on where a call names none (default: {SPLIT})"),
        ("sample", int, "N", "score on N articles of the split, stratified by genre, where a call says nothing (default: all)"),
        ("seed", int, "SEED", f"seed of the sample where a call names none (default: {SEED})"),
    ):
        group.addoption(f"--newsgold-{name}", type=kind, metavar=metavar, help=what)
        parser.addini(f"newsgold_{name}", what)


def pytest_configure(config: pytest.Config) -> None:
    """Collect the rows of all gates, those of xdist's workers too."""
    config.pluginmanager.register(_Summary(), "newsgold-summary")


class _Summary:
    """The table at the end of a session: one row a gate."""

    def __init__(self) -> None:
        self._rows: list[dict[str, Any]] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "teardown":  # the last report of a test, with all its properties
            self._rows += [{"test": report.nodeid, **json.loads(str(value))} for name, value in report.user_properties if name == PROPERTY]

    def _contested(self) -> dict[str, list[str]]:
        """Baselines that more than one gate of this session has written: the last one won, so all but it are lost."""
        writers: dict[str, list[str]] = {}
        for row in self._rows:
            if row["verdict"] in (_WRITTEN, _UNCHANGED):
                writers.setdefault(row["baseline"], []).append(row["test"])
        return {path: sorted(tests) for path, tests in sorted(writers.items()) if len(tests) > 1}

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self._contested() and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if not self._rows:
            return
        write = terminalreporter.write_line
        terminalreporter.write_sep("=", "newsgold")
        rows = sorted(self._rows, key=lambda row: row["test"])  # a stable sort: xdist's workers end in any order
        head = ("gate", "articles", "overall", "baseline", "change", "verdict")
        cells = [head, *(_cells(row) for row in rows)]
        widths = [max(len(line[column]) for line in cells) for column in range(len(head))]
        for line in cells:
            write("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
        for row in rows:
            if row["verdict"] == _WRITTEN:
                place = ", in place of one on other gold" if row["replaced"] else ""
                write(f"{row['baseline']} written{place}: {_changes(row['old'], row['new'])}")
            if row["failed"]:
                write(f"{row['test']}: {_failed(row['failed'])}")
            if row["skipped"]:
                write(f"{row['test']}: left out for want of their texts (newsgold hydrate): {', '.join(row['skipped'])}")
        for path, tests in self._contested().items():
            write(f"{path} was written by {len(tests)} gates, all but one in vain: {', '.join(tests)}; expected a baseline of its own for each")


def _score(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"


def _cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    new, old = row["new"].get("overall"), row["old"].get("overall")
    change = "–" if new is None or old is None else f"{new - old:+.4f}"
    return row["test"], row["articles"], _score(new), _score(old), change, row["verdict"]


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {_score(old[name])} → {_score(value)}" if name in old else f"{name} {_score(value)}" for name, value in new.items())


def _failed(failed: Mapping[str, str], limit: int = 5) -> str:
    """Articles on which the system failed, in words."""
    named = [f"{article} ({why})" for article, why in list(failed.items())[:limit]]
    more = f" and {len(failed) - limit} more" if len(failed) > limit else ""
    return f"failed on {len(failed)} article{'s' * (len(failed) != 1)}, scored as empty where nothing came: {', '.join(named)}{more}"


# --- the fixture ------------------------------------------------------------------------------------------------------


@pytest.fixture
def newsgold_gate(request: pytest.FixtureRequest) -> Gate:
    """Score a system and hold it to a stored scorecard: newsgold_gate(system, baseline=..., fail=[...], min=[...])."""
    return Gate(request)


class Gate:
    """What the fixture ``newsgold_gate`` gives."""

    def __init__(self, request: pytest.FixtureRequest):
        self._node = request.node
        self._config = request.config

    def __call__(
        self,
        system: Runnable | str | Path | Iterable[Mapping[str, Any]],
        *,
        baseline: str | Path,
        fail: str | Sequence[str] = (),
        min: str | Sequence[str] = (),
        alpha: float | None = None,
        split: str | None = None,
        sample: int | None = None,
        seed: int | None = None,
        batch: bool = False,
        max_errors: int = 0,
        name: str | None = None,
    ) -> Scorecard:
        """Run ``system``, score what it predicts, and assert that it is no worse than the baseline.

        Args:
            system: a callable that is given an article (a dictionary of `FIELDS`) and returns its prediction
                (``schemas/prediction.json``; ``id`` may be left out); or predictions: a file, or objects.
            baseline: the stored scorecard; like a file of predictions it is relative to pytest's root folder.
            fail: rules ``MEASURE:DROP`` of `newsgold.gate`. Without a rule, overall and no headline may drop.
            min: rules ``MEASURE=SCORE`` of `newsgold.gate`.
            alpha: a drop must also be significant at this level.
            split: the split to score on.
            sample: score on so many articles of the split (`newsgold.pytest_plugin.sample`).
            seed: seed of the sample.
            batch: whether the callable is given all articles as a list, and returns a prediction for each.
            max_errors: articles on which the system may raise or predict nothing. They are scored as empty and named.
            name: what the system is called; by default the callable's or the file's name.

        Returns:
            The scorecard.

        Raises:
            AssertionError: a rule is broken, or the system failed on more than ``max_errors`` articles.
            pytest.fail.Exception: no verdict, since a setting, the baseline or a prediction cannot be used.
        """
        __tracebackhide__ = True
        from newsgold.issues import InputError

        row: dict[str, Any] = {
            "articles": "–",
            "old": {},
            "new": {},
            "failed": {},
            "skipped": [],
            "replaced": False,
            "baseline": str(baseline),
            "verdict": _UNUSABLE,
        }
        try:
            sampled = self._number("sample", sample), self._number("seed", seed)
            run = _Run(system, name, self._config.rootpath, baseline, row)
            run.choose(self._setting("split", split) or SPLIT, sampled[0], SEED if sampled[1] is None else sampled[1])
            rules = _rules(fail, min)
            if self._config.getoption("newsgold_update"):
                card, broken = run.update(rules, batch, max_errors)
            else:
                card, broken = run.check(rules, alpha, batch, max_errors)
        except (InputError, OSError, ValueError) as error:
            first, *more = (str(error) or repr(error)).splitlines()
            more[_TOLD:] = [f"and {len(more) - _TOLD} more"] if len(more) > _TOLD else []
            raise pytest.fail.Exception(_plain("\n".join([f"newsgold gate, no verdict: {first}", *more])), pytrace=False) from None
        finally:
            self._node.user_properties.append((PROPERTY, json.dumps(row)))
        if broken:
            raise AssertionError(_plain(broken))
        return card

    def _setting(self, name: str, given: object) -> Any:
        """The call's own setting, else that of the command line, else that of the configuration file."""
        if given is None:
            given = self._config.getoption(f"newsgold_{name}")
        return self._config.getini(f"newsgold_{name}") or None if given is None else given

    def _number(self, name: str, given: int | None) -> int | None:
        value = self._setting(name, given)
        if value is None or (isinstance(value, int) and value >= 0) or (isinstance(value, str) and value.isdecimal()):
            return None if value is None else int(value)
        raise ValueError(f"newsgold_{name} {value!r}; expected a whole number, 0 or more")


class _Run:
    """One call of the gate, from its articles to its verdict. What the summary shows of it goes to ``row``."""

    def __init__(self, system: Any, name: str | None, root: Path, baseline: str | Path, row: dict[str, Any]):
        self._system: Any = root / system if isinstance(system, (str, Path)) else system
        self._name = name or _name_of(system)
        self._path = root / baseline
        self._row = row
        self._trace = ""

    def choose(self, split: str, size: int | None, seed: int) -> None:
        """Choose the articles to score on."""
        from newsgold import corpus

        self._split = split
        self._all = corpus.load(split)
        try:
            self._gold = self._all if size is None else sample(self._all, size, seed)
        except ValueError as error:
            raise ValueError(f"split {split}: {error}") from error
        self._row["articles"] = f"{split}: {len(self._gold)}" + (f" of {len(self._all)}, seed {seed}" if size is not None else "")

    def check(self, rules: Sequence[Rule], alpha: float | None, batch: bool, max_errors: int) -> tuple[Scorecard, str]:
        """Hold the system to the baseline: the scorecard, and in words what is wrong with it (empty where nothing is)."""
        from newsgold.gate import gate
        from newsgold.systems import System

        old = self._baseline()  # before the system runs, which may take long
        self._row["old"] = _headlines(old)
        card = self._score(batch)
        verdict = gate(System.of(card, self._name), old, rules, alpha=alpha)
        failures = self._failures(max_errors)
        passed = verdict.passed and not failures
        self._row["verdict"] = _PASSED if passed else _FAILED
        return card, "" if passed else self._told(verdict, card, old, failures)

    def update(self, rules: Sequence[Rule], batch: bool, max_errors: int) -> tuple[Scorecard, str]:
        """Write the scorecard as the new baseline, unless it breaks a minimum or the system failed. Returns as `check` does.

        Raises:
            InputError: what stands there is no scorecard, so it may be anything.
        """
        from newsgold.gate import gate
        from newsgold.resources import write_atomic
        from newsgold.systems import System, differing

        old = self._stored() if self._path.exists() else None
        if old is not None and len(self._gold) < len(self._all) and (has := set(old.rows.articles)) > {article.id for article in self._gold}:
            raise ValueError(
                f"{self._row['baseline']} has {len(has)} articles; expected no sample of them to replace it: leave the sample out, or remove the file"
            )
        card = self._score(batch)
        new = System.of(card, self._name)
        if old is not None:  # what was scored on other gold is no score to show a change from
            self._row["old"] = {} if differing(old.signature, new.signature, "") else _headlines(old)
            self._row["replaced"] = not self._row["old"]
        minimums = [rule for rule in rules if rule.minimum is not None]
        broken = self._failures(max_errors)
        if minimums and not (verdict := gate(new, new, minimums)).passed:
            broken = [*(check.words for check in verdict.failures), *broken]
        if broken:
            self._row["verdict"] = _FAILED
            return card, "\n".join([f"{self._name}: {broken[0]}", *broken[1:], f"{self._row['baseline']} was not written.", self._trace]).rstrip()
        content = card.to_json(matches=True)
        same = self._path.is_file() and self._path.read_bytes() == content
        write_atomic(self._path, content)
        self._row["verdict"] = _UNCHANGED if same else _WRITTEN
        return card, ""

    def _stored(self) -> System:
        """The baseline as it stands.

        Raises:
            InputError: it is no scorecard.
        """
        from newsgold.issues import InputError, Issue
        from newsgold.systems import is_scorecard, read_scorecard

        if self._path.is_file() and is_scorecard(self._path):
            return read_scorecard(self._path)
        raise InputError(
            [Issue(self._row["baseline"], None, "$", "is no scorecard; expected one, as pytest --newsgold-update writes it where there is no file")]
        )

    def _baseline(self) -> System:
        """The stored scorecard, cut down to the articles that were chosen.

        Raises:
            InputError: it is no scorecard.
            ValueError: there is none, it was made on other gold, or lacks an article.
        """
        from newsgold.issues import shown
        from newsgold.scoring import digest, signature
        from newsgold.systems import differing

        name = self._row["baseline"]
        if not self._path.exists():
            raise ValueError(f"{name}: no such baseline; expected a scorecard, which pytest --newsgold-update writes")
        old = self._stored()
        here = {article.id: digest(article) for article in self._all if article.text is not None}
        chosen = {article.id for article in self._gold} & here.keys()
        has = set(old.rows.articles)
        whole = signature(self._split, {article: here[article] for article in has & here.keys()})
        wrong = differing(old.signature, whole, "the gold at hand")
        for articles, what in (
            (has - here.keys(), f"that split {self._split} does not have (or not their texts); expected none"),
            (chosen - has, f"lacking; expected all {len(chosen)} that are scored"),
        ):
            if articles:
                wrong.append(f"articles {what}: {', '.join(map(shown, sorted(articles)[:5]))}{' …' * (len(articles) > 5)}")
        if wrong:
            raise ValueError("\n".join([*(f"{name}: {what}" for what in wrong), "If that is meant, pytest --newsgold-update writes the baseline anew."]))
        return old if has == chosen else _restricted(old, chosen, signature(self._split, {article: here[article] for article in chosen}))

    def _score(self, batch: bool) -> Scorecard:
        """Run the system and score it."""
        from newsgold.issues import shown
        from newsgold.scoring import score
        from newsgold.systems import System

        found = self._predictions(batch)
        self._annotations = found.annotations
        card = score(found, self._split, gold=self._gold, system=self._name)
        failed = dict.fromkeys(card.missing, "no prediction") | {article: shown(why, 200)[1:-1] for article, why in card.failed.items()}
        self._row |= {
            "new": _headlines(System.of(card, self._name)), "failed": dict(sorted(failed.items())), "skipped": list(card.skipped),
        }  # fmt: skip
        return card

    def _predictions(self, batch: bool) -> Predictions:
        """What the system predicts for the chosen articles, validated and resolved."""
        from newsgold import predictions
        from newsgold.issues import InputError

        if callable(self._system):
            found = self._run(batch)
            try:
                return predictions.from_objects(found, self._gold, self._name)
            except InputError as error:
                raise InputError(
                    [issue if issue.line is None else replace(issue, file=f"{self._name}({found[issue.line - 1]['id']})", line=None) for issue in error.issues]
                ) from error
        # Ready predictions may hold the whole split: all are validated, and those that were not drawn are left out.
        done = predictions.read(self._system, self._all) if isinstance(self._system, Path) else predictions.from_objects(self._system, self._all, self._name)
        chosen = {article.id for article in self._gold}
        return predictions.Predictions(
            {article: annotation for article, annotation in done.annotations.items() if article in chosen},
            [article for article in done.skipped if article in chosen],
            {article: why for article, why in done.failed.items() if article in chosen},
        )

    def _run(self, batch: bool) -> list[dict[str, Any]]:
        """Predictions of a callable. An article on which it raises has the error instead, and so is scored as empty.

        Raises:
            InputError: it returns something else than predictions.
        """
        from newsgold.issues import InputError, Issue

        given = [unannotated(article) for article in self._gold if article.text is not None]
        ids = [article["id"] for article in given]  # kept, since the system may change what it is given
        found: list[tuple[str | None, Any]] = []
        failed: list[dict[str, Any]] = []
        if batch:
            try:
                made = list(self._system(given))
            except Exception as error:
                return [self._raised(article, error) for article in ids]
            # In order where none has an id. Where some have, all must: `_prediction` says which has not.
            in_order = len(made) == len(ids) and not any((isinstance(item, Mapping) and "id" in item) or hasattr(item, "id") for item in made)
            found = list(zip(ids if in_order else [None] * len(made), made, strict=True))
        else:
            for article, data in zip(ids, given, strict=True):
                try:
                    found.append((article, self._system(data)))
                except Exception as error:
                    failed.append(self._raised(article, error))
        out, issues = [], []
        for place, (article, item) in enumerate(found):
            prediction, wrong = _prediction(article, item)
            if wrong:
                issues.append(Issue(f"{self._name}({article or f'article {place + 1}'})", None, "$", wrong))
            out.append(prediction)
        if issues:
            raise InputError(issues)
        return out + failed

    def _raised(self, article: str, error: Exception) -> dict[str, Any]:
        """A prediction that says why there is none. The first error is told with its traceback."""
        import traceback

        from newsgold.issues import shown

        if not self._trace:
            frames = error.__traceback__.tb_next if error.__traceback__ else None  # without the plugin's own
            self._trace = f"On {article} it raised:\n" + "".join(traceback.format_exception(type(error), error, frames)).rstrip()
        return {"id": article, "error": f"{type(error).__name__}: {shown(str(error), 200)[1:-1]}"}

    def _failures(self, allowed: int) -> list[str]:
        failed = self._row["failed"]
        return [f"{_failed(failed)} (allowed: {allowed})"] if len(failed) > allowed else []

    def _told(self, verdict: Verdict, card: Scorecard, old: System, failures: Sequence[str]) -> str:
        """A failure in full: what is broken, the gate's table, the first records that were lost, the first error, and what to do if the change is meant."""
        from rich.console import Console

        from newsgold.report import FORMATS

        data = verdict.to_dict() | {key: {"now": sorted(getattr(card, key)), "was": sorted(getattr(old, key))} for key in ("missing", "failed")}
        table = StringIO()
        FORMATS["gate"]["table"](data, Console(file=table, width=110, color_system=None, highlight=False))
        broken = [*(check.words for check in verdict.failures), *failures]
        parts = ["\n".join([f"{self._name}: {broken[0]}", *broken[1:]]), re.sub(" +$", "", table.getvalue().strip(), flags=re.M), self._lost(verdict, card)]
        hint = "" if failures else f"If this is meant, pytest --newsgold-update writes {self._row['baseline']} anew."
        return "\n\n".join(filter(None, [*parts, self._trace, hint]))

    def _lost(self, verdict: Verdict, card: Scorecard, limit: int = 5) -> str:
        """The first records that became worse, with their text, where the baseline lists its records."""
        from newsgold.differences import findings

        worse = [(change.article, flip.layer, flip.record.split()[0]) for change in verdict.changes for flip in change.flips or () if flip.worse][:limit]
        found = findings(card, self._gold, self._annotations, lambda match: match.kind != "hit" and (match.article, match.layer, match.gold) in worse)
        lines = [f"  {one.article}, {one.layer} {one.gold}, {one.kind}: {one.context}" for one in islice(found, limit)]
        return "\n".join(["First records that became worse, [gold] and {predicted}:", *lines]) if lines else ""


# --- helpers ----------------------------------------------------------------------------------------------------------


def sample(articles: Iterable[Article], size: int, seed: int = SEED) -> tuple[Article, ...]:
    """``size`` articles with a text, each genre in proportion, in the order of their ids.

    The genres' shares are those of Webster's (Sainte-Laguë's) divisor method: the k-th of a genre's n articles, counted from
    0, has the place (2k + 1) / n, and the lowest places are taken. So every sample holds the smaller ones of the same seed.
    Within a genre the order is that of a SHA-256 over seed and id: the order of a file does not matter.

    Raises:
        ValueError: fewer articles than ``size``, or a ``size`` below 1.
    """
    import hashlib
    from fractions import Fraction

    ranked = sorted(
        ((hashlib.sha256(f"{seed}:{article.id}".encode()).digest(), article) for article in articles if article.text is not None), key=itemgetter(0)
    )
    if not 1 <= size <= len(ranked):
        raise ValueError(f"a sample of {size}; expected 1 to {len(ranked)}, the number of articles that have a text")
    genres = Counter(article.genre for _, article in ranked)
    before: Counter[str] = Counter()
    places = []
    for rank, article in ranked:
        places.append((Fraction(2 * before[article.genre] + 1, genres[article.genre]), rank, article))
        before[article.genre] += 1
    return tuple(sorted((article for *_, article in sorted(places, key=itemgetter(0, 1))[:size]), key=lambda article: article.id))


def _restricted(system: System, articles: Collection[str], signature: str) -> System:
    """A system on some of its articles, with the signature that it would have had on them alone."""
    from newsgold.pairing import Match
    from newsgold.rows import Rows, Spool, encode

    rows = Rows()
    for article, row in system.rows:
        if article in articles:
            rows.add_row(article, row)
    outcomes: Spool[list[Match]] | None = None
    if system.outcomes is not None:
        outcomes = Spool(list[Match])
        for article, matches in system.outcomes:
            if article in articles:
                outcomes.add(article, encode(matches))
    missing = tuple(article for article in system.missing if article in articles)
    failed = {article: why for article, why in system.failed.items() if article in articles}
    return replace(system, signature=signature, rows=rows, outcomes=outcomes, missing=missing, skipped=(), failed=failed)


def unannotated(article: Article) -> dict[str, Any]:
    """An article as a system gets it, as JSON types: the fields of `FIELDS`."""
    data = {field: getattr(article, field) for field in FIELDS}
    return {**data, "topics": list(article.topics)}


def _prediction(article: str | None, given: Any) -> tuple[dict[str, Any], str]:
    """What a system returned for an article as a prediction, and in words what is wrong with it. ``None``: it says the article itself."""
    from newsgold.issues import shown
    from newsgold.predictions import to_prediction
    from newsgold.records import Annotation

    if isinstance(given, Annotation):
        given = to_prediction(given)
    if not isinstance(given, Mapping):
        return {}, f"returned {shown(given)}; expected a prediction, a mapping as in schemas/prediction.json"
    found = given.get("id", article)
    if found is None:
        return {}, "returned predictions without ids; expected one for each article, in order, or ids"
    if article not in (None, found):
        return {}, f"returned a prediction for {shown(found)}; expected one for {shown(article)}"
    return {**given, "id": found}, ""


def _rules(fail: str | Sequence[str], min: str | Sequence[str]) -> list[Rule]:
    from newsgold.gate import parse_rules

    return parse_rules(*([given] if isinstance(given, str) else given for given in (fail, min)))


def _headlines(system: System) -> dict[str, float | None]:
    from newsgold.counts import rounded
    from newsgold.measures import headline_names, registry

    return {name: rounded(registry()[name].of(system.rows.total, system.rows.labels)) for name in headline_names()}


def _name_of(system: object) -> str:
    """A callable's or a file's own name."""
    if isinstance(system, (str, Path)):
        return Path(system).stem
    if not callable(system):
        return "predictions"
    return str(getattr(system, "__name__", type(system).__name__))


def _plain(text: str) -> str:
    """Text that cannot move a terminal's cursor, hide what it says, or command a CI system."""
    from newsgold.ci import inert

    return inert("".join(char if char.isprintable() or char == "\n" else char.encode("unicode_escape").decode() for char in text))
