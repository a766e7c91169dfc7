"""Gold and predictions to a scorecard: rows of additive counts, what became of every record, and the signature.

The unit of work is a shard: some articles with their predictions, as they stand in the files. `score_shard` validates,
resolves and scores it, and gives back rows; so the same call runs here, on a process pool and on a cluster, and gives the
same bytes.
"""

from __future__ import annotations

import gc
import hashlib
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import orjson

from newsgold import corpus, measures, predictions
from newsgold._version import __version__
from newsgold.compare import MODES
from newsgold.counts import MILLION, Count, Counts, Labels, accuracy, cohen_kappa, gwet_ac1, rounded
from newsgold.issues import InputError, Issue, shown
from newsgold.layers import REGISTRY, Layer
from newsgold.measures import ARGUMENTS, COREF_LAYER, GIVEN, OVERALL
from newsgold.pairing import ArticleScore, Match, align, error_kinds, score_article
from newsgold.records import SCHEMA_VERSION, Annotation, Article
from newsgold.rows import Row, Rows, Spool, encode, row

__all__ = ["ArticleScore", "Match", "Scorecard", "align", "headlines", "score", "score_article", "score_shard"]

SHARD: Final = 32
"""Articles in a shard: enough that sending it costs little beside scoring it."""
WORST: Final = 3
"""Articles that are named for each kind of error."""


# --- scorecard --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scorecard:
    """The scores of one system on one split, with the counts they derive from. ``schemas/scorecard.json`` is its JSON form."""

    signature: str
    """One line that names all that could change a number."""
    system: str | None
    """Name of the system, where known."""
    split: str
    """The split that was scored."""
    missing: tuple[str, ...]
    """Gold articles without a prediction, scored as empty."""
    skipped: tuple[str, ...]
    """Stand-off articles whose text is absent, left out."""
    failed: Mapping[str, str]
    """Articles on which the system reported an error."""
    rows: Rows
    """Additive counts, label pairs and error kinds, an article a row."""
    outcomes: Spool[list[Match]]
    """By article, every record and what became of it."""

    @property
    def articles(self) -> int:
        """Articles scored."""
        return len(self.rows)

    @property
    def counts(self) -> dict[str, Counts]:
        """Additive counts per article, zeros left out. All rows at once: for large corpora read `rows`."""
        return {article: made.counts for article, made in self.rows}

    @property
    def labels(self) -> dict[str, Labels]:
        """Label pairs per article. All rows at once: for large corpora read `rows`."""
        return {article: {name: Counter({(g, p): n for g, p, n in pairs}) for name, pairs in made.labels.items()} for article, made in self.rows}

    @property
    def matches(self) -> Iterator[Match]:
        """Every record and what became of it, article by article."""
        for _, found in self.outcomes:
            yield from found

    @property
    def total(self) -> Counts:
        """Counts over all articles, by measure."""
        found = self.rows.total
        return {key: found.get(key, Count()) for measure in measures.registry().values() for key in measure.counts}

    @property
    def headlines(self) -> dict[str, float | None]:
        """The headline score of each layer."""
        return headlines(self.rows.total)

    @property
    def overall(self) -> float | None:
        """The plain mean of the headlines that are scored."""
        return measures.registry()[OVERALL].of(self.rows.total, {})

    def measures(self) -> dict[str, float | None]:
        """Every score by name (`newsgold.measures`), unrounded."""
        return measures.values(self.rows.total, self.rows.labels)

    def summary(self) -> dict[str, Any]:
        """The scorecard without its rows, as JSON types."""
        total, labels = self.rows.total, self.rows.labels
        heads = headlines(total)
        return {
            "schema_version": SCHEMA_VERSION, "signature": self.signature, "system": self.system, "split": self.split, "data_version": corpus.DATA_VERSION,
            "articles": self.articles, "missing": list(self.missing), "skipped": list(self.skipped), "failed": dict(sorted(self.failed.items())),
            "overall": rounded(self.overall), "headlines": {layer: rounded(value) for layer, value in heads.items()},
            "layers": {name: _layer_dict(layer, total, labels, heads[name]) for name, layer in REGISTRY.items()},
            "errors": self.errors(),
        }  # fmt: skip

    def errors(self, worst: int = WORST) -> dict[str, dict[str, dict[str, Any]]]:
        """By layer and kind, how many records, and the ``worst`` articles with their share."""
        found: dict[str, list[tuple[int, str]]] = {}
        for article, made in self.rows:
            for kind, n in made.errors.items():
                ranked = found.setdefault(kind, [])
                ranked.append((-n, article))
                if len(ranked) > 8 * worst:
                    ranked.sort()
                    del ranked[worst:]
        sums = self.rows.errors
        return {
            layer: {
                kind: {"count": sums[key], "worst": {} if kind == "hit" else {article: -n for n, article in sorted(found[key])[:worst]}}
                for kind in kinds
                if (key := f"{layer}/{kind}") in sums
            }
            for layer, kinds in error_kinds().items()
        }

    def to_dict(self, *, matches: bool = False, extra: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The scorecard as JSON types, with ``extra`` sections (intervals); with ``matches``, every record is listed."""
        out: dict[str, Any] = orjson.loads(self.to_json(matches=matches, extra=extra))
        return out

    def to_json(self, *, matches: bool = False, extra: Mapping[str, Any] | None = None) -> bytes:
        """The scorecard as indented JSON, an article a line: the same bytes for the same input."""
        return b"".join(self.chunks(matches=matches, extra=extra))

    def chunks(self, *, matches: bool = False, extra: Mapping[str, Any] | None = None) -> Iterator[bytes]:
        """`to_json` piece by piece, so that a large scorecard can be written without being held."""
        head = orjson.dumps({**self.summary(), **(extra or {})}, option=orjson.OPT_INDENT_2)
        yield head.removesuffix(b"\n}")
        yield from self._section("counts", ((article, dict(sorted(made.counts.items()))) for article, made in self.rows))
        yield from self._section(
            "labels",
            ((article, {name: {f"{g}>{p}": n for g, p, n in sorted(pairs)} for name, pairs in sorted(made.labels.items())}) for article, made in self.rows),
        )
        yield from self._section("article_errors", ((article, dict(sorted(made.errors.items()))) for article, made in self.rows))
        if matches:
            yield b',\n  "matches": ['
            for index, match in enumerate(self.matches):
                yield (b",\n    " if index else b"\n    ") + orjson.dumps({**msgspec.structs.asdict(match), "kind": match.kind})
            yield b"\n  ]"
        yield b"\n}\n"

    @staticmethod
    def _section(name: str, lines: Iterable[tuple[str, Any]]) -> Iterator[bytes]:
        yield f',\n  "{name}": {{'.encode()
        for index, (article, value) in enumerate(lines):
            yield (b",\n    " if index else b"\n    ") + msgspec.json.encode(article) + b": " + msgspec.json.encode(value)
        yield b"\n  }"


def headlines(total: Mapping[str, Count]) -> dict[str, float | None]:
    """The headline score of each layer from summed counts."""
    return {name: measures.registry()[name].of(total, {}) for name in REGISTRY}


def _prf(count: Count, unit: int = 1) -> dict[str, Any]:
    scaled = Count(count.tp, count.gold * unit, count.predicted * unit)
    return {
        "tp": count.tp if unit == 1 else rounded(count.tp / unit), "gold": count.gold, "predicted": count.predicted,
        "precision": rounded(scaled.precision), "recall": rounded(scaled.recall), "f1": rounded(scaled.f1),
    }  # fmt: skip


def _modes(prefix: str, total: Mapping[str, Count]) -> dict[str, Any]:
    return {mode: _prf(total.get(f"{prefix}:{mode}", Count()), MILLION if mode == "soft" else 1) for mode in MODES}


def _layer_dict(layer: Layer, total: Mapping[str, Count], labels: Labels, headline: float | None) -> dict[str, Any]:
    name = layer.name
    out: dict[str, Any] = {
        "headline": rounded(headline),
        "rungs": [{"name": rung.name, **_prf(total.get(f"{name}/{rung.name}", Count()))} for rung in layer.rungs],
        "spans": _modes(f"{name}/span", total),
    }
    if name == COREF_LAYER:
        scores = {
            key.removeprefix(f"{name}.coref."): rounded(measure.of(total, labels))
            for key, measure in measures.registry().items()
            if key.startswith(f"{name}.coref.")
        }
        out["coref"] = {
            **{kind: {part: scores[f"{kind}.{part}"] for part in ("precision", "recall", "f1")} for kind in measures.COREF},
            "conll": scores["conll"],
        }
    if layer.arguments:
        out["arguments"] = {setting: _prf(total.get(f"{name}/arguments:{setting}", Count())) for base in ARGUMENTS for setting in (base, base + GIVEN)}
    attributes: dict[str, Any] = {label.name: label_dict(labels.get(f"{name}/{label.name}", Counter())) for label in layer.labels}
    attributes |= {spans.name: _modes(f"{name}/attribute:{spans.name}", total) for spans in layer.spans}
    attributes |= {link.name: _prf(total.get(f"{name}/attribute:{link.name}", Count())) for link in layer.links}
    return {**out, "attributes": attributes}


def label_dict(table: Mapping[tuple[str, str], int]) -> dict[str, Any]:
    """A categorical attribute: support, accuracy, Cohen's kappa, Gwet's AC1 and the confusion matrix."""
    confusion: dict[str, dict[str, int]] = {}
    for (gold, predicted), n in sorted(table.items()):
        if n:
            confusion.setdefault(gold, {})[predicted] = n
    missing = sum(n for (_, predicted), n in table.items() if not predicted)
    return {
        "support": sum(table.values()) - missing, "missing": missing, "accuracy": rounded(accuracy(table)), "kappa": rounded(cohen_kappa(table)),
        "ac1": rounded(gwet_ac1(table)), "confusion": confusion,
    }  # fmt: skip


# --- shards -----------------------------------------------------------------------------------------------------------

Line = tuple[int, bytes]
"""A line of a JSON Lines file: its number, and the line."""


class Shard(NamedTuple):
    """Some articles with their predictions, as plain values that can be sent anywhere."""

    gold: str
    """What messages call the gold file."""
    predicted: str
    """What messages call the predictions file."""
    items: tuple[tuple[Article | Line, Annotation | Line | None], ...]
    """Each article, typed or as a line of its file, with its prediction, resolved or as a line, or none."""


class Done(NamedTuple):
    """What became of one article of a shard."""

    article: str
    row: Row | None
    """``None`` where the text is absent."""
    matches: bytes
    """The article's `Match` records as msgpack."""
    digest: bytes
    """SHA-256 of the gold."""
    missing: bool
    """Whether there was no prediction."""
    failed: str | None
    """The error that the system reported."""


def score_shard(shard: Shard) -> tuple[list[Done], list[Issue]]:
    """Validate, resolve and score some articles. Needs nothing but its argument, so it runs anywhere.

    Returns:
        One `Done` for each article that can be scored, and every problem found.
    """
    # Nothing here makes garbage in cycles to speak of, but looking for it takes a quarter of the time.
    collecting = gc.isenabled()
    gc.disable()
    try:
        return _score_shard(shard)
    finally:
        if collecting:
            gc.enable()


def _score_shard(shard: Shard) -> tuple[list[Done], list[Issue]]:
    issues: list[Issue] = []
    out: list[Done] = []
    for gold, predicted in shard.items:
        article = gold if isinstance(gold, Article) else corpus.parse_article(*gold, shard.gold, issues.append)
        if article is None:
            continue
        annotation, failed = predicted if isinstance(predicted, Annotation) else None, None
        if isinstance(predicted, tuple):
            before = len(issues)
            annotation, failed = predictions.parse(*predicted, article, shard.predicted, issues.append)
            if len(issues) > before:
                continue
        if article.text is None:
            out.append(Done(article.id, None, b"", b"", False, None))
            continue
        done = score_article(article, annotation)
        out.append(Done(article.id, row(done.counts, done.labels, done.errors), encode(done.matches), digest(article), predicted is None, failed))
    return out, issues


def _run(shards: Iterable[Shard], executor: Executor | None, in_flight: int) -> Iterator[tuple[list[Done], list[Issue]]]:
    """The results of all shards in order, with at most ``in_flight`` of them on their way."""
    if executor is None:
        yield from map(score_shard, shards)
        return
    pending: deque[Any] = deque()
    try:
        for shard in shards:
            pending.append(executor.submit(score_shard, shard))
            if len(pending) >= in_flight:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        for future in pending:
            future.cancel()


def digest(article: Article) -> bytes:
    """SHA-256 of a gold article, all that it says included."""
    return hashlib.sha256(msgspec.json.encode(article)).digest()


def signature(split: str, digests: Mapping[str, bytes]) -> str:
    """One line that names all that could change a number: versions, split, article count, and the `digest` of each gold article by id."""
    body = b"".join(article.encode() + b"\0" + digests[article] for article in sorted(digests))
    gold = hashlib.sha256(body).hexdigest()[:12]
    return f"newsgold:{__version__}|data:{corpus.DATA_VERSION}|gold:{gold}|split:{split}|articles:{len(digests)}|layers:{'+'.join(REGISTRY)}"


def _shards(gold: Sequence[Article] | corpus.Lines, predicted: predictions.Predictions | predictions.Lines, size: int, issues: list[Issue]) -> Iterator[Shard]:
    """Gold and predictions, paired article by article in the order of the gold, read when their turn comes."""
    names = gold.name if isinstance(gold, corpus.Lines) else "gold", getattr(predicted, "name", "predictions")

    def given() -> Iterator[tuple[str, Article | Line]]:
        if not isinstance(gold, corpus.Lines):
            yield from ((article.id, article) for article in gold)
            return
        for name in gold.ids:
            if (line := gold.get(name)) is None:
                continue
            if b'"text":null' in line[1]:  # stand-off: its text is in the cache of this machine, not of a worker's
                if article := corpus.parse_article(*line, gold.name, issues.append):
                    yield name, article
            else:
                yield name, line

    pairs = given()
    while batch := list(islice(pairs, size)):
        found = predicted.annotations.get if isinstance(predicted, predictions.Predictions) else predicted.get
        yield Shard(*names, tuple((article, found(name)) for name, article in batch))


def score(
    predicted: str | Path | predictions.Predictions | Iterable[Mapping[str, Any]],
    split: str = "test",
    *,
    gold: Sequence[Article] | str | Path | None = None,
    system: str | None = None,
    progress: Callable[[Iterable[Any], int], Iterable[Any]] = lambda articles, total: articles,
    executor: Executor | None = None,
    in_flight: int = 16,
    shard: int = SHARD,
) -> Scorecard:
    """Score predictions on a split.

    Args:
        predicted: a predictions file, or prediction objects (JSON types), or what `predictions.read` gave.
        split: the split to score on.
        gold: other gold articles than the split's, or the JSON Lines file that holds them, which is then streamed.
        system: a name to keep in the scorecard.
        progress: wraps the iteration over articles, given their number.
        executor: runs the shards: a process pool, or a cluster's executor such as Dask's ``Client.get_executor()``.
            None scores here. The result is the same, byte for byte.
        in_flight: shards that may be under way at once; more for a larger cluster.
        shard: articles in a shard.

    Raises:
        InputError: gold or predictions that cannot be used, with every problem found.
        ValueError: a shard without articles.
    """
    if shard < 1:
        raise ValueError(f"shard is {shard}; expected 1 article or more")
    articles = corpus.load(split) if gold is None else gold
    issues: list[Issue] = []
    source: Sequence[Article] | corpus.Lines = corpus.Lines(Path(articles), issues.append) if isinstance(articles, (str, Path)) else articles
    ids = source.ids if isinstance(source, corpus.Lines) else {article.id for article in source}
    if not isinstance(source, corpus.Lines) and len(ids) < len(source):
        twice = [name for name, n in Counter(article.id for article in source).items() if n > 1]
        issues += [Issue("gold", None, "$.id", f"{shown(name)} stands more than once; expected each article once") for name in twice]
        raise InputError(issues)
    if isinstance(predicted, predictions.Predictions):
        found: predictions.Predictions | predictions.Lines = predicted
    else:
        found = predictions.Lines(Path(predicted) if isinstance(predicted, (str, Path)) else predicted, ids, issues.append)
    rows = Rows()
    outcomes: Spool[list[Match]] = Spool(list[Match])
    digests: dict[str, bytes] = {}
    missing, skipped, failed = [], [], {}
    results = _run(_shards(source, found, shard, issues), executor, in_flight)
    for done in progress(_each(results, issues), len(ids)):
        if done.row is None:
            skipped.append(done.article)
            continue
        rows.add_row(done.article, done.row)
        outcomes.add(done.article, done.matches)
        digests[done.article] = done.digest
        if done.missing:
            missing.append(done.article)
        if done.failed:
            failed[done.article] = done.failed
    if issues:
        raise InputError(sorted(issues, key=lambda issue: (issue.file, issue.line or 0)))
    if isinstance(found, predictions.Predictions):
        failed = {article: why for article, why in found.failed.items() if article in digests}
    if not len(rows):
        raise nothing_to_score(split, ids)
    return Scorecard(
        signature=signature(split, digests), system=system, split=split, missing=tuple(sorted(missing)), skipped=tuple(sorted(skipped)), failed=failed,
        rows=rows, outcomes=outcomes,
    )  # fmt: skip


def nothing_to_score(split: str, ids: Iterable[str]) -> InputError:
    """The error of a split without a single text."""
    names = shown(", ".join(sorted(ids)) or "none", 200)
    return InputError(
        [Issue(f"split {split}", None, "$", f"no article with a text to score on (skipped: {names}); expected at least one, see newsgold hydrate --help")]
    )


def _each(results: Iterable[tuple[list[Done], list[Issue]]], issues: list[Issue]) -> Iterator[Done]:
    for done, wrong in results:
        issues += wrong
        yield from done
