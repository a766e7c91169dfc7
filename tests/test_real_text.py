"""No sentence of a real text stands in the repository: no run of eight words, in any form that a file may give them.

The real texts (see ``conftest.SHARED``) may not be redistributed; without them there is nothing to look for, and the tests that need them skip.
"""

from __future__ import annotations

import csv
import json
import re
import subprocess
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from conftest import ROOT, SHARED

SIZE = 8
BINARY = {".parquet", ".png", ".gz", ".zip", ".ico", ".woff2"}
ALLOWED: dict[str, str] = {}
"""Runs that stand in a real text too and cannot be avoided, with the reason."""
_WORD = re.compile(r"\w+")
_URL = re.compile(r"https?:(?://|\\/\\/)\S+")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|.)")


def words(text: str) -> list[str]:
    """The words of a text; addresses are left out, which hold titles but are no prose, and escapes of JSON and YAML are undone."""
    text = _URL.sub(" ", text)
    if "\\" in text:
        text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)) if match[1] else " ", text)
    return _WORD.findall(text.casefold())


def runs(text: str) -> Iterator[str]:
    found = words(text)
    return (" ".join(found[at : at + SIZE]) for at in range(len(found) - SIZE + 1))


class Forbidden:
    """The runs of some texts, and where each stands."""

    def __init__(self, texts: Iterable[tuple[str, str]]):
        self.runs = {run: name for name, text in texts for run in runs(text)}
        self.starts = {tuple(run.split(" ", 2)[:2]) for run in self.runs}

    def within(self, text: str) -> dict[str, str]:
        """The forbidden runs in ``text``."""
        found = words(text)
        shared = (" ".join(found[at : at + SIZE]) for at, two in enumerate(pairwise(found)) if two in self.starts)
        return {run: self.runs[run] for run in shared if run in self.runs and run not in ALLOWED}


def real_texts(folder: Path) -> Iterator[tuple[str, str]]:
    """Every real text with its headline, as published."""
    limit = csv.field_size_limit(2**26)
    for path in sorted(folder.rglob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as lines:
            yield from ((f"{path.name}: {row['url']}", part) for row in csv.DictReader(lines) for part in (row["title"], row["text"]))
    csv.field_size_limit(limit)
    yield from ((path.name, path.read_text(encoding="utf-8")) for path in sorted(folder.rglob("*.txt")))


def files() -> list[Path]:
    """The files of the repository: what git tracks or would add; in a copy without git all that is not made."""
    listed = (
        subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=False)
        if (ROOT / ".git").exists()
        else None
    )
    if listed and listed.returncode == 0:
        paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    else:
        paths = [
            path
            for path in ROOT.rglob("*")
            if not any(part.startswith(".") or part in ("build", "dist", "__pycache__") for part in path.relative_to(ROOT).parts)
        ]
    return [path for path in paths if path.is_file() and path.suffix not in BINARY]


@cache
def forbidden() -> Forbidden:
    found = Forbidden(real_texts(SHARED)) if SHARED.is_dir() else Forbidden([])
    if not found.runs:
        pytest.skip("no real texts in $NEWSGOLD_ARTICLES: they are not redistributed")
    return found


def test_no_run_of_eight_words_of_a_real_text_stands_in_the_repository() -> None:
    found = {}
    for path in files():
        if shared := forbidden().within(path.read_text(encoding="utf-8", errors="ignore")):
            found[path.relative_to(ROOT).as_posix()] = shared
    assert not found, "\n".join(f"{file}: {run!r} of {where}" for file, shared in found.items() for run, where in shared.items())


def test_the_texts_are_all_there() -> None:
    """All texts of split external are among those looked for, wherever some are."""
    from newsgold import normalize
    from newsgold.corpus import load
    from newsgold.importers import wikinews

    forbidden()
    there = {normalize.digest(made) for _, text in real_texts(SHARED) for made in (normalize.text(text), wikinews.body(text))}
    sources = {article.provenance.source == "Wikinews" for article in load("external") if article.text_sha256 not in there}
    if sources == {True} and not (SHARED / "wikinews").exists():
        pytest.skip("the Wikinews collection is not in $NEWSGOLD_ARTICLES")
    assert not sources


TEXT = "The harbour master said on Friday that no ship would leave before the storm had passed over the bay, and that crews should stay ashore."


@pytest.mark.parametrize(
    "leak",
    [
        "He wrote: THE HARBOUR MASTER SAID ON FRIDAY THAT NO one.",
        "no ship\n> would leave,\n> before — the *storm* had passed",
        json.dumps({"text": "x\n\n" + TEXT.replace("storm", "“storm”")}),
        json.dumps("no ship\twould leave “before” the storm had passed", ensure_ascii=True),
        "  - {span: 'no ship would leave before the storm had'}",
    ],
)
def test_a_leak_is_found_in_whatever_form(leak: str) -> None:
    assert Forbidden([("a", TEXT)]).within(leak)


@pytest.mark.parametrize(
    "fine",
    [
        "The harbour master said on Friday that nothing",
        "https://n.example/wiki/The_harbour_master_said_on_Friday_that_no_ship",
        '"https:\\/\\/n.example\\/The-harbour-master-said-on-Friday-that-no-ship"',
    ],
)
def test_seven_words_and_addresses_are_fine(fine: str) -> None:
    assert not Forbidden([("a", TEXT)]).within(fine)
