"""The token view: each layer as a sequence of tags, scored with seqeval, for comparison with taggers.

A token is a match of `TOKEN`. Each article has one sequence a layer in IOB2 (Tjong Kim Sang and Veenstra 1999): ``B-X``
opens a chunk of type X, ``I-X`` continues it, ``O`` is outside. A chunk is right when its type and both ends are.

====== ===================================================================================================
claims ``SOURCE``, ``CUE`` and ``CONTENT``; every fragment of a discontinuous content is a chunk of its own
events the type of the event, for each of its mentions; ``EVENT`` where a prediction gives no type
figures ``FIGURE``
====== ===================================================================================================

A sequence holds one tag a token, so it cannot say all that the layers do. What it leaves out is counted in `Stream`;
precision and recall do not see it, which is why these scores are no substitute for `newsgold.scoring`.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Final, Literal

from newsgold import corpus, predictions
from newsgold.compare import Text
from newsgold.counts import rounded
from newsgold.issues import InputError, Issue, shown
from newsgold.records import Annotation, Article, Span
from newsgold.scoring import digest, nothing_to_score, signature

TOKEN: Final = r"\w+|[^\w\s]"
"""The tokenizer, as a regular expression on Unicode: a run of letters, digits and ``_``, or one other sign."""
SCHEME: Final = "IOB2"
Mode = Literal["default", "strict"]
"""How seqeval reads chunks. ``default`` is conlleval's lenient reading (Tjong Kim Sang and Buchholz 2000): an ``I-X`` after
``O`` or after another type opens a chunk. ``strict`` takes chunks that open with ``B-`` only."""

_TOKEN: Final = re.compile(TOKEN)
# A type without white space, which would part columns, and without a hyphen at its ends, which seqeval strips in strict mode only.
_TAG: Final = re.compile(r"O|[BI]-(?!-)\S*[^\s-]")


# --- annotations to tags ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stream:
    """One layer of one article as tags; ``spans - dropped - unlocated`` of them are chunks."""

    tags: tuple[str, ...]
    """IOB2 tags, one a token."""
    spans: int
    """Spans of the layer."""
    dropped: int
    """Spans left out because they share a token with one that is kept: the longest stays, so the outermost of nested ones,
    and one of equal ones (two claims with the same source)."""
    misaligned: int
    """Spans with an end inside a token, dropped ones included; they are stretched to the tokens that they touch."""
    unlocated: int
    """Spans without a place: not in the text, or nothing but marks that trimming takes off."""


def _claims(annotation: Annotation) -> Iterator[tuple[str, Span]]:
    for claim in annotation.claims:
        for label, spans in (("SOURCE", (claim.source,)), ("CUE", (claim.cue,)), ("CONTENT", claim.content)):
            yield from ((label, span) for span in spans if span is not None)


def _events(annotation: Annotation) -> Iterator[tuple[str, Span]]:
    return ((event.type or "EVENT", span) for event in annotation.events for span in event.mentions)


def _figures(annotation: Annotation) -> Iterator[tuple[str, Span]]:
    return (("FIGURE", figure.span) for figure in annotation.figures)


STREAMS: Final[Mapping[str, Callable[[Annotation], Iterator[tuple[str, Span]]]]] = {"claims": _claims, "events": _events, "figures": _figures}
"""Layer to its labelled spans. Speakers have none: their mentions belong to entities, not to a type."""


class _Tokens:
    """A text in tokens."""

    def __init__(self, text: str):
        self._text = Text(text)
        places = [found.span() for found in _TOKEN.finditer(text)]
        self._starts = [start for start, _ in places]
        self._ends = [end for _, end in places]
        self.words = tuple(text[start:end] for start, end in places)

    def streams(self, annotation: Annotation) -> dict[str, Stream]:
        return {name: self._stream(spans(annotation)) for name, spans in STREAMS.items()}

    def _stream(self, labelled: Iterable[tuple[str, Span]]) -> Stream:
        tags = ["O"] * len(self.words)
        chunks = []
        unlocated = misaligned = dropped = 0
        for label, span in labelled:
            if not (pieces := self._text.shape((span,)).pieces):
                unlocated += 1
                continue
            ((start, end),) = pieces
            first, last = bisect_right(self._ends, start), bisect_left(self._starts, end)
            misaligned += (self._starts[first], self._ends[last - 1]) != (start, end)
            chunks.append((first - last, start - end, first, label))
        for width, _, first, label in sorted(chunks):  # longest first, in tokens and then in characters; leftmost; label
            last = first - width
            # Nothing shorter stands yet, so whatever overlaps holds the first token or the last.
            if tags[first] != "O" or tags[last - 1] != "O":
                dropped += 1
            else:
                tags[first:last] = [f"B-{label}", *[f"I-{label}"] * (last - first - 1)]
        return Stream(tuple(tags), len(chunks) + unlocated, dropped, misaligned, unlocated)


def bio(text: str, annotation: Annotation) -> dict[str, Stream]:
    """The streams of one article, by layer: ``claims``, ``events`` and ``figures``.

    Args:
        text: the article.
        annotation: its layers, gold or a resolved prediction (`newsgold.predictions`). Spans are trimmed as in all
            comparisons (`newsgold.compare.Text.shape`), so that both sides are alike.
    """
    return _Tokens(text).streams(annotation)


# --- tags to scores -----------------------------------------------------------------------------------------------------


def _ready(mode: str) -> str:
    """The version of seqeval, if it is there and has such a mode."""
    from importlib.metadata import version

    if mode not in ("default", "strict"):
        raise ValueError(f"mode {shown(mode)}; expected default or strict")
    try:
        import seqeval.metrics  # noqa: F401

        return version("seqeval")
    except ImportError as error:
        raise InputError([Issue("newsgold.tokens", None, "$", f"needs seqeval ({error}); expected pip install newsgold[tokens]")]) from error


def _check(gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]]) -> None:
    """Raise every problem of two sides that cannot be compared, with the side, the sequence (from 1) and the tag (from 0)."""
    issues = []
    for name, side in (("gold", gold), ("predicted", predicted)):
        for number, tags in enumerate(side, 1):
            if isinstance(tags, str):
                issues.append(Issue(name, number, "$", f"{shown(tags)} is a string; expected a sequence of tags"))
                continue
            issues += [
                Issue(name, number, f"$[{place}]", f"{shown(tag)} is no tag; expected O, or B- or I- and a type without white space or a hyphen at its ends")
                for place, tag in enumerate(tags)
                if not (isinstance(tag, str) and _TAG.fullmatch(tag))
            ]
    if len(gold) != len(predicted):
        issues.append(Issue("predicted", None, "$", f"{len(predicted)} sequences; expected {len(gold)}, as many as the gold has"))
    for number, (one, other) in enumerate(zip(gold, predicted, strict=False), 1):
        if len(one) != len(other):
            issues.append(Issue("predicted", number, "$", f"{len(other)} tags; expected {len(one)}, as many as the gold has"))
    if issues:
        raise InputError(issues)


def evaluate(gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]], *, mode: Mode = "default") -> dict[str, Any]:
    """Precision, recall and F1 of chunks by seqeval (Nakayama 2018), to six places.

    Args:
        gold: sequences of tags.
        predicted: as many, as long.
        mode: how chunks are read, see `Mode`.

    Returns:
        ``mode``, ``scheme`` and the version of ``seqeval``; under ``micro``, ``macro``, ``weighted`` and for each type under
        ``types``: ``precision``, ``recall``, ``f1``, ``support`` (gold chunks) and ``predicted`` (predicted chunks).
        ``None`` is not scored: precision without predictions, recall without gold, F1 without either, a weighted mean
        whose weights (gold chunks) are all 0. Inside the means a type that was never predicted, or is not in the gold,
        counts 0, as seqeval has it.

    Raises:
        InputError: the sides differ in length or hold what is no tag; seqeval is not installed.
        ValueError: no such mode.
    """
    version = _ready(mode)
    _check(gold, predicted)
    sides = [[list(tags) for tags in side] for side in (gold, predicted)]
    options: dict[str, Any] = {"zero_division": 0}  # and no warning: what is 0/0 is told by the counts
    if mode == "strict":
        from seqeval.metrics.v1 import precision_recall_fscore_support
        from seqeval.scheme import IOB2, Entities

        read = [Entities(side, IOB2) for side in sides]
        options |= {"scheme": IOB2, "entities_true": read[0], "entities_pred": read[1]}
        found = [Counter(chunk.tag for chunk in chain(*side.entities)) for side in read]
    else:
        from seqeval.metrics.sequence_labeling import get_entities, precision_recall_fscore_support

        found = [Counter(label for label, _, _ in get_entities(side)) for side in sides]
    labels = sorted(found[0].keys() | found[1].keys())
    totals = found[0].total(), found[1].total()
    if labels:
        means = {name: precision_recall_fscore_support(*sides, average=name, **options)[:3] for name in ("micro", "macro", "weighted")}
        by_type = zip(*precision_recall_fscore_support(*sides, average=None, **options)[:3], strict=True)
    else:
        means, by_type = dict.fromkeys(("micro", "macro", "weighted"), (0.0, 0.0, 0.0)), zip()
    out = {name: _row(values, *totals) for name, values in means.items()}
    if not totals[0]:
        out["weighted"].update(precision=None, recall=None, f1=None)
    types = {label: _row(values, found[0][label], found[1][label]) for label, values in zip(labels, by_type, strict=True)}
    return {"mode": mode, "scheme": SCHEME, "seqeval": version, **out, "types": types}


def _row(values: Sequence[float], support: int, predicted: int) -> dict[str, Any]:
    precision, recall, f1 = (rounded(float(value)) for value in values)
    return {
        "precision": precision if predicted else None, "recall": recall if support else None, "f1": f1 if support or predicted else None,
        "support": support, "predicted": predicted,
    }  # fmt: skip


def conll(tokens: Sequence[Sequence[str]], gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]]) -> str:
    """Columns that conlleval reads: a line ``token gold predicted`` for each token, a blank line between sequences.

    Args:
        tokens: sequences of tokens without white space.
        gold: their gold tags.
        predicted: their predicted tags.

    Raises:
        ValueError: the three differ in length.
    """
    rows = (zip(*columns, strict=True) for columns in zip(tokens, gold, predicted, strict=True))
    return "\n".join(lines for sequence in rows if (lines := "".join(f"{' '.join(row)}\n" for row in sequence)))


# --- predictions to scores ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TokenScore:
    """The token scores of one system on one split.

    A sequence is an article, not a sentence: a content may run over several sentences, and a border would cut it. Apart
    from those it changes no chunk, since chunks end where spans do and ``B-`` parts neighbours.
    """

    signature: str
    """One line that names all that could change a number."""
    mode: Mode
    """How chunks were read. Streams that `bio` made are well formed, so that both modes give them the same scores."""
    split: str
    """The split that was scored."""
    missing: tuple[str, ...]
    """Gold articles without a prediction, scored as empty."""
    skipped: tuple[str, ...]
    """Stand-off articles whose text is absent, left out."""
    failed: Mapping[str, str]
    """Articles on which the system reported an error."""
    tokens: Mapping[str, tuple[str, ...]]
    """Article id to its tokens, in the order of the ids."""
    gold: Mapping[str, Mapping[str, Stream]]
    """Layer to article id to gold stream."""
    predicted: Mapping[str, Mapping[str, Stream]]
    """Layer to article id to predicted stream."""
    scores: Mapping[str, Mapping[str, Any]]
    """Layer to what `evaluate` gives."""

    def conll(self, layer: str) -> str:
        """One layer as columns for conlleval, see `newsgold.tokens.conll`."""
        gold, predicted = ([stream.tags for stream in side[layer].values()] for side in (self.gold, self.predicted))
        return conll(list(self.tokens.values()), gold, predicted)

    def to_dict(self) -> dict[str, Any]:
        """The scores as JSON types, with what the streams leave out on both sides."""
        streams = {
            layer: {
                **{key: scores[key] for key in ("micro", "macro", "weighted", "types")},
                "gold": _sums(self.gold[layer].values()),
                "predicted": _sums(self.predicted[layer].values()),
            }
            for layer, scores in self.scores.items()
        }
        return {
            "signature": self.signature, "split": self.split, "data_version": corpus.DATA_VERSION, "articles": len(self.tokens),
            "missing": list(self.missing), "skipped": list(self.skipped), "failed": dict(sorted(self.failed.items())), "mode": self.mode,
            "scheme": SCHEME, "tokenizer": TOKEN, "seqeval": next(iter(self.scores.values()))["seqeval"],
            "tokens": sum(map(len, self.tokens.values())), "streams": streams,
        }  # fmt: skip


def _sums(streams: Iterable[Stream]) -> dict[str, int]:
    rows = list(streams)
    return {name: sum(getattr(stream, name) for stream in rows) for name in ("spans", "dropped", "misaligned", "unlocated")}


def score_tokens(
    predicted: str | Path | predictions.Predictions | Iterable[Mapping[str, Any]],
    split: str = "test",
    *,
    gold: Sequence[Article] | None = None,
    mode: Mode = "default",
    progress: Callable[[Iterable[Article], int], Iterable[Article]] = lambda articles, total: articles,
) -> TokenScore:
    """Score predictions on a split as a tagger's, over the articles whose text is at hand.

    Args:
        predicted: a predictions file, or prediction objects (JSON types), or what `predictions.read` gave.
        split: the split to score on.
        gold: other gold articles than the split's.
        mode: how chunks are read, see `Mode`.
        progress: wraps the iteration over articles, given their number.

    Raises:
        InputError: predictions that cannot be used, with every problem found; no text to score on; seqeval is not installed.
        ValueError: no such mode.
    """
    version = _ready(mode)  # before any work
    articles = corpus.load(split) if gold is None else gold
    if isinstance(predicted, (str, Path)):
        predicted = predictions.read(Path(predicted), articles)
    elif not isinstance(predicted, predictions.Predictions):
        predicted = predictions.from_objects(predicted, articles)
    present = sorted((article for article in articles if article.text is not None), key=lambda article: article.id)
    if not present:
        raise nothing_to_score(split, (article.id for article in articles))
    words: dict[str, tuple[str, ...]] = {}
    sides: tuple[dict[str, dict[str, Stream]], ...] = ({layer: {} for layer in STREAMS}, {layer: {} for layer in STREAMS})
    for article in progress(present, len(present)):
        tokens = _Tokens(article.text or "")
        words[article.id] = tokens.words
        for side, annotation in zip(sides, (article, predicted.annotations.get(article.id) or Annotation(id=article.id)), strict=True):
            for layer, stream in tokens.streams(annotation).items():
                side[layer][article.id] = stream
    tags = [{layer: [stream.tags for stream in streams.values()] for layer, streams in side.items()} for side in sides]
    return TokenScore(
        signature=f"{signature(split, {article.id: digest(article) for article in present})}|view:tokens|mode:{mode}|scheme:{SCHEME}|seqeval:{version}", mode=mode, split=split,
        missing=tuple(article for article in words if article not in predicted.annotations),
        skipped=tuple(sorted(article.id for article in articles if article.text is None)),
        failed={article: why for article, why in predicted.failed.items() if article in words}, tokens=words, gold=sides[0], predicted=sides[1],
        scores={layer: evaluate(tags[0][layer], tags[1][layer], mode=mode) for layer in STREAMS},
    )  # fmt: skip
