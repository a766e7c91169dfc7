"""Systems to be compared: predictions that are scored now, and the counts that stored scorecards keep.

A stored scorecard needs neither its predictions nor the texts; its signature says on which gold it was made.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import msgspec
import orjson

from newsgold.counts import Count, Labels
from newsgold.issues import InputError, Issue, path_of, shown
from newsgold.pairing import Match, error_kinds
from newsgold.rows import Rows, Spool, encode
from newsgold.scoring import Scorecard
from newsgold.validate import check_schema, parse_object

_LARGEST: Final = 2**40
"""No article has such a count; what sums of them could not hold exactly is refused."""


_ARTICLE: Final = re.compile("[a-z0-9]+(-[a-z0-9]+)*")
_KINDS: Final = {f"{layer}/{kind}" for layer, kinds in error_kinds().items() for kind in kinds}

_SAMPLING: Final = frozenset({"resamples", "seed"})
"""Parts of a signature on which intervals hang, but no count."""


@dataclass(frozen=True)
class System:
    """A system's rows, and what they were made from."""

    name: str
    """Its name."""
    signature: str
    """Of its scorecard."""
    rows: Rows
    """An article a row."""
    outcomes: Spool[list[Match]] | None = None
    """By article, every record and what became of it; ``None`` where a stored scorecard does not list them."""
    missing: tuple[str, ...] = ()
    """Articles without a prediction, scored as empty."""
    skipped: tuple[str, ...] = ()
    """Stand-off articles whose text was absent, left out."""
    failed: Mapping[str, str] = field(default_factory=dict)
    """Articles on which the system reported an error."""

    @classmethod
    def of(cls, card: Scorecard, name: str) -> System:
        """The system of a scorecard, called ``name`` where the scorecard does not name it."""
        return cls(card.system or name, card.signature, card.rows, card.outcomes, card.missing, card.skipped, card.failed)


def is_scorecard(path: Path) -> bool:
    """Whether a file holds a scorecard rather than predictions: one JSON object, which is no prediction.

    Raises:
        OSError: a file that cannot be read.
    """
    with path.open("rb") as file:
        line = file.readline(2**22).strip()
    if line == b"{":  # indented, as scorecards are written; no line of predictions ends so
        return True
    try:
        first = orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return isinstance(first, dict) and "signature" in first and "id" not in first


def read_scorecard(path: Path) -> System:
    """The rows of a stored scorecard.

    Raises:
        InputError: a file that is no scorecard, or whose counts do not give its scores.
        OSError: a file that cannot be read.
    """
    name = str(path)
    raw = path.read_bytes()
    try:
        orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise InputError([Issue(name, error.lineno, "$", f"not JSON: {error.msg}; expected a scorecard or predictions")]) from error
    issues: list[Issue] = []
    card = parse_object(raw, lambda message: issues.append(Issue(name, None, "$", message)))

    def report(where: list[str | int], message: str) -> None:
        issues.append(Issue(name, None, path_of(where), message))

    rows = Rows()
    if card is not None and check_schema("scorecard", card, report):
        for article, counts in card["counts"].items():
            rows.add(
                article, _counts(article, counts, report), _labels(article, card["labels"].get(article, {}), report), card["article_errors"].get(article, {})
            )
        for article in sorted(card["counts"]):
            if not _ARTICLE.fullmatch(article):
                report(["counts", article], "expected the id of an article: lower-case words joined by hyphens")
        for article, kinds in card["article_errors"].items():
            for kind in sorted(kinds.keys() - _KINDS):
                report(["article_errors", article, kind], "is no kind of error; expected a layer and one of its kinds, such as claims/missed")
        for section in ("labels", "article_errors"):
            for article in sorted(card[section].keys() - card["counts"].keys()):
                report([section, article], "has no counts; expected an article of $.counts")
        if len(rows) != card["articles"]:
            report(["articles"], f"{card['articles']}; expected {len(rows)}, the number of articles that have counts")
        if not issues:
            again = Scorecard(card["signature"], card["system"], card["split"], (), (), {}, rows, Spool(list)).summary()
            for where, given, found in _differences({key: card[key] for key in ("overall", "headlines", "layers")}, again):
                report(where, f"{given}; expected {found}, which the counts give")
                break
    outcomes = None if card is None or issues or "matches" not in card else _outcomes(card, rows, report)
    if card is None or issues:
        raise InputError(issues)
    # Without what its intervals hang on: no count does.
    signature = "|".join(part for part in card["signature"].split("|") if part.partition(":")[0] not in _SAMPLING)
    system = card["system"] or path.stem.removesuffix(".scorecard")
    return System(system, signature, rows, outcomes, tuple(card["missing"]), tuple(card["skipped"]), card["failed"])


def _outcomes(card: dict[str, Any], rows: Rows, report: Callable[[list[str | int], str], None]) -> Spool[list[Match]]:
    found: dict[str, list[Match]] = {article: [] for article in rows.articles}
    for place, given in enumerate(card["matches"]):
        match = msgspec.convert(given, Match)
        if match.article not in found:
            report(["matches", place, "article"], f"{shown(match.article)} has no counts; expected an article of $.counts")
        else:
            found[match.article].append(match)
    out: Spool[list[Match]] = Spool(list[Match])
    for article, matches in found.items():
        if Counter(f"{match.layer}/{match.kind}" for match in matches) != card["article_errors"].get(article, {}):
            report(["matches"], f"the records of {shown(article)} are not those that $.article_errors counts; expected the same kinds, as often")
        out.add(article, encode(matches))
    return out


def _differences(given: Any, found: Any) -> Iterator[tuple[list[str | int], Any, Any]]:
    """The places where two values differ, and what stands there. What only one of them names is passed over: a release may add scores."""
    if isinstance(given, dict) and isinstance(found, dict):
        shared: list[tuple[str | int, Any, Any]] = [(key, value, found[key]) for key, value in given.items() if key in found]
    elif isinstance(given, list) and isinstance(found, list):
        shared = [(place, *pair) for place, pair in enumerate(zip(given, found, strict=False))]
    else:
        if given != found:
            yield [], given, found
        return
    for key, one, other in shared:
        yield from (([key, *where], left, right) for where, left, right in _differences(one, other))


def _counts(article: str, table: dict[str, list[Any]], report: Callable[[list[str | int], str], None]) -> dict[str, Count]:
    out = {}
    for measure, values in table.items():
        if max(values) >= _LARGEST:
            report(["counts", article, measure], f"{shown(str(values))}; expected counts below {_LARGEST}")
        else:
            out[measure] = Count(*map(int, values))
    return out


def _labels(article: str, tables: dict[str, dict[str, Any]], report: Callable[[list[str | int], str], None]) -> Labels:
    out: Labels = {}
    for name, table in tables.items():
        out[name] = Counter()
        for key, n in table.items():
            gold, mark, predicted = key.partition(">")
            if not mark or n >= _LARGEST:
                report(["labels", article, name, key], f"{shown(str(n))}; expected 'gold>predicted' and a count below {_LARGEST}")
            else:
                out[name][gold, predicted] = int(n)
    return out


def load(paths: Sequence[Path], score: Callable[[Path], Scorecard]) -> list[System]:
    """Systems from scorecards and predictions, in the order given, with names that differ.

    Args:
        paths: the files.
        score: scores a predictions file.

    Raises:
        InputError: a file that cannot be used, and files that were scored on different gold.
        OSError: a file that cannot be read.
    """
    found: list[System] = []
    issues: list[Issue] = []
    for path in paths:
        if path.exists() and not path.is_file() and not path.is_dir():
            issues.append(Issue(str(path), None, "$", "a pipe, which can be read only once; expected a file"))
            continue
        try:
            if is_scorecard(path):
                found.append(read_scorecard(path))
            else:
                card = score(path)
                found.append(System.of(card, path.stem))
        except InputError as error:
            issues += error.issues
    if not issues:
        for path, system in list(zip(paths, found, strict=True))[1:]:
            issues += [Issue(str(path), None, "$.signature", what) for what in differing(system.signature, found[0].signature, str(paths[0]))]
    if issues:
        raise InputError(issues)
    return [replace(system, name=name) for name, system in zip(_names(paths, found), found, strict=True)]


def differing(signature: str, first: str, name: str) -> list[str]:
    """The parts in which a signature differs from that of ``name``, in words. A patch release never changes a score, so it does not count."""
    theirs, ours = (dict(part.partition(":")[::2] for part in line.split("|")) for line in (signature, first))
    for fields in (theirs, ours):
        fields["newsgold"] = ".".join(fields.get("newsgold", "").split(".")[:2])
    return [
        f"{key} {shown(theirs.get(key, 'not named'))}; expected {shown(ours.get(key, 'not named'))} as in {name}: only scores on the same gold compare"
        for key in {**ours, **theirs}
        if theirs.get(key) != ours.get(key)
    ]


def _names(paths: Sequence[Path], systems: Sequence[System]) -> list[str]:
    """Names that can be printed and differ: where two are equal their paths are taken, and a number for a path given twice."""
    names = [system.name if system.name.isprintable() else shown(system.name) for system in systems]
    names = [str(path) if names.count(name) > 1 else name for path, name in zip(paths, names, strict=True)]
    return [f"{name} ({names[: place + 1].count(name)})" if names.count(name) > 1 else name for place, name in enumerate(names)]
