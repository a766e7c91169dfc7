"""Nothing invented and no brief is shared across splits: ``python docs/commissioning/leakage.py [--root DIR]``.

A leak is, between two of train, validation and test:

- a brief that two articles were written for, or an article in another split than its brief (``articles.yaml``, ``briefs.yaml``, ``plan.yaml``);
- a named person, organisation or outlet annotated in both, or annotated in one and printed in the other's text, unless ``leakage.yaml`` names it
  as a real institution with a reason;
- a setting town that briefs of both have.

Names are compared whole, without case, accents and titles. A full name that two articles of one split share is told too, and is no leak. Exit code 1
where there is a leak, 2 where the files cannot be read.
"""

from __future__ import annotations

import argparse
import re
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from newsgold.build import compile_all
from newsgold.records import Article

HERE: Final = Path(__file__).parent
SPLITS: Final = ("train", "validation", "test")
KINDS: Final = ("person", "organization", "media")
_TITLES: Final = frozenset("the mr mrs ms miss dr prof sir dame judge justice minister president mayor".split())


def plain(name: str) -> str:
    """A name without case, accents, titles and the article before it; a dotless i is an i, a stroke is gone."""
    folded = "".join(char for char in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(char))
    for letter, like in zip("łøđıħ", "lodih", strict=True):
        folded = folded.replace(letter, like)
    words = re.findall(r"\w+", folded.replace("’", "").replace("'", ""))
    while len(words) > 1 and words[0] in _TITLES:
        words = words[1:]
    return " ".join(words)


@dataclass(frozen=True)
class Commission:
    """What the plan says: briefs by number with their ``split`` and ``town``, the article of each, and the real institutions."""

    briefs: Mapping[int, Mapping[str, Any]]
    articles: Mapping[int, str]
    real: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> Commission:
        """The commission of ``docs/commissioning``.

        Raises:
            OSError, yaml.YAMLError, ValueError: a file is missing or not in form.
        """
        given: dict[str, Any] = _yaml(folder / "leakage.yaml")
        real = given.get("real") or {}
        if without := [name for name, reason in real.items() if not isinstance(reason, str) or not reason.strip()]:
            raise ValueError(f"leakage.yaml: no reason for {', '.join(without)}; expected one for each real institution")
        plan = folder / "plan.yaml"
        briefs = {brief["number"]: dict(brief) for path in (folder / "briefs.yaml", plan) if path.is_file() for brief in _yaml(path)}
        for number, town in (given.get("settings") or {}).items():
            briefs[number]["town"] = town
        return cls(briefs, _yaml(folder / "articles.yaml") or {}, {plain(name): reason for name, reason in real.items()})


def _yaml(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


@dataclass(frozen=True, order=True)
class Finding:
    """One finding; only a leak fails the check."""

    leak: bool
    message: str


def _where(places: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{split}/{article}" for split, article in sorted(set(places)))


def briefs(commission: Commission, articles: Sequence[Article]) -> Iterator[Finding]:
    """Leaks of briefs."""
    splits = {article.id: article.split for article in articles}
    held: defaultdict[str, list[int]] = defaultdict(list)
    for number, article in commission.articles.items():
        held[article].append(number)
        brief = commission.briefs.get(number)
        if brief is None:
            yield Finding(True, f"brief {number} of {article} is in no plan")
        elif article not in splits:
            yield Finding(True, f"brief {number} belongs to {article}, which is no article")
        elif brief["split"] != splits[article]:
            yield Finding(True, f"{splits[article]}/{article} was commissioned for {brief['split']} (brief {number})")
    for article, numbers in held.items():
        if len(numbers) > 1:
            yield Finding(True, f"{article} was written for briefs {', '.join(map(str, sorted(numbers)))}; expected one")
    for article in sorted(splits.keys() - held.keys()):
        yield Finding(True, f"{splits[article]}/{article} has no brief in articles.yaml")


def settings(commission: Commission, articles: Sequence[Article]) -> Iterator[Finding]:
    """Leaks of setting towns, of the briefs that have an article."""
    splits = {article.id: article.split for article in articles}
    towns: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for number, article in commission.articles.items():
        town = commission.briefs.get(number, {}).get("town")
        if town and article in splits:
            towns[plain(str(town))].append((splits[article], article))
    for town, places in sorted(towns.items()):
        if len(places) > 1:
            leak = len({split for split, _ in places}) > 1
            yield Finding(leak, f"the town {town} is the setting of {_where(places)}")


def names(commission: Commission, articles: Sequence[Article]) -> Iterator[Finding]:
    """Leaks of invented names."""
    places: defaultdict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    printed: dict[str, str] = {}
    for article in articles:
        for entity in article.entities:
            if entity.named and entity.kind in KINDS and entity.name:
                key = plain(entity.name)
                kind = "person" if entity.kind == "person" else "body"
                places[key, kind].add((article.split, article.id))
                printed.setdefault(key, entity.name)
    texts = {(article.split, article.id): f" {plain(article.text or '')} " for article in articles}
    for (key, kind), annotated in sorted(places.items()):
        if key in commission.real:
            continue
        # A single word ("Endang", "Drama") is too often another's name to be looked for in the texts.
        elsewhere = {place for place, text in texts.items() if place not in annotated and f" {key} " in text} if " " in key else set()
        every = annotated | elsewhere
        if len({split for split, _ in every}) > 1:
            how = " (in the text alone: " + _where(elsewhere) + ")" if elsewhere else ""
            yield Finding(
                True, f"the {kind} {printed[key]} stands in {_where(every)}{how}; expected an invented one in one split, or a real one in leakage.yaml"
            )
        elif len(every) > 1:
            yield Finding(False, f"the {kind} {printed[key]} stands in several articles of one split: {_where(every)}")


def findings(commission: Commission, articles: Iterable[Article]) -> list[Finding]:
    """Everything that is told, leaks first."""
    written = [article for article in articles if article.split in SPLITS]
    found = [*briefs(commission, written), *settings(commission, written), *names(commission, written)]
    return sorted(found, key=lambda one: (not one.leak, one.message))


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description="Nothing invented is shared across splits.", epilog=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--root", type=Path, default=HERE.parents[1], help="a checkout (default: this one)")
    args = parser.parse_args(argv)
    try:
        commission = Commission.read(args.root / "docs" / "commissioning")
    except (OSError, yaml.YAMLError, ValueError, KeyError) as error:
        print(f"docs/commissioning: {error}", file=sys.stderr)
        return 2
    splits, issues = compile_all(args.root)
    if errors := [issue for issue in issues if issue.level == "error"]:
        print("\n".join(map(str, errors)), file=sys.stderr)
        return 2
    found = findings(commission, [article for articles in splits.values() for article in articles])
    for one in found:
        print(f"{'leak' if one.leak else 'note'}: {one.message}")
    leaks = sum(one.leak for one in found)
    print(
        f"{sum(len(splits[split]) for split in SPLITS)} articles, {leaks} leak{'s' * (leaks != 1)}, {len(found) - leaks} note{'s' * (len(found) - leaks != 1)}"
    )
    return int(leaks > 0)


if __name__ == "__main__":
    sys.exit(main())
