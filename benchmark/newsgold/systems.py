"""Systems to be compared: predictions that are scored now, and the counts that stored scorecards keep.

A stored scorecard needs neither its predictions nor the texts; its signature says on which gold it was made.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from newsgold.counts import Count, Labels, rounded
from newsgold.issues import InputError, Issue, path_of, shown
from newsgold.measures import OVERALL, registry
from newsgold.rows import Rows
from newsgold.scoring import Scorecard
from newsgold.validate import check_schema

_LARGEST: Final = 2**40
"""No article has such a count; what sums of them could not hold exactly is refused."""


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
        InputError: a file that is no scorecard, or whose counts do not give its overall score.
        OSError: a file that cannot be read.
    """
    name = str(path)
    try:
        card = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        raise InputError([Issue(name, error.lineno, "$", f"not JSON: {error.msg}; expected a scorecard or predictions")]) from error
    issues: list[Issue] = []

    def report(where: list[str | int], message: str) -> None:
        issues.append(Issue(name, None, path_of(where), message))

    rows = Rows()
    if check_schema("scorecard", card, report):
        for article, counts in card["counts"].items():
            rows.add(
                article, _counts(article, counts, report), _labels(article, card["labels"].get(article, {}), report), card["article_errors"].get(article, {})
            )
        for section in ("labels", "article_errors"):
            for article in sorted(card[section].keys() - card["counts"].keys()):
                report([section, article], "has no counts; expected an article of $.counts")
        if len(rows) != card["articles"]:
            report(["articles"], f"{card['articles']}; expected {len(rows)}, the number of articles that have counts")
        found = rounded(registry()[OVERALL].of(rows.total, rows.labels))
        if not issues and found != card["overall"]:
            report(["overall"], f"{card['overall']}; expected {found}, which the counts give")
    if issues:
        raise InputError(issues)
    # Without what its intervals hang on: no count does.
    signature = "|".join(part for part in card["signature"].split("|") if part.partition(":")[0] not in _SAMPLING)
    return System(card["system"] or path.stem.removesuffix(".scorecard"), signature, rows)


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
        try:
            if is_scorecard(path):
                found.append(read_scorecard(path))
            else:
                card = score(path)
                found.append(System(card.system or path.stem, card.signature, card.rows))
        except InputError as error:
            issues += error.issues
    if not issues:
        for path, system in list(zip(paths, found, strict=True))[1:]:
            issues += [Issue(str(path), None, "$.signature", what) for what in _differing(system.signature, found[0].signature, str(paths[0]))]
    if issues:
        raise InputError(issues)
    return [System(name, system.signature, system.rows) for name, system in zip(_names(paths, found), found, strict=True)]


def _differing(signature: str, first: str, name: str) -> list[str]:
    """The parts of two signatures that differ. A patch release never changes a score, so it does not count."""
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
