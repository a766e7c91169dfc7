"""Fixtures: articles compiled from the worked examples of the guidelines, and the shipped data."""

from __future__ import annotations

import importlib
import json
import os
import random
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import settings

from newsgold import corpus, notes, resources
from newsgold.facets import challenges
from newsgold.issues import Issue
from newsgold.predictions import to_prediction
from newsgold.records import SPLITS, Article, article_from, to_dict

ROOT = Path(__file__).parents[1]
# A project of its own, which test_pytest_plugin.py runs, and what `make test-browser` runs.
collect_ignore = ["example_project", "browser"]
# Real articles, whose texts are not redistributed: the collection in wikinews/*.csv, others as *.txt. The tests that need them skip without.
SHARED = Path(os.environ.get("NEWSGOLD_ARTICLES") or ROOT.parent / "shared" / "articles")


def needs(name: str) -> pytest.MarkDecorator:
    """Skip a test where ``name`` is not among the real articles."""
    return pytest.mark.skipif(not (SHARED / name).exists(), reason=f"{name} is not in $NEWSGOLD_ARTICLES: these texts are not redistributed")


HEAD = """headline: An example
published: 2026-03-18
language: en-GB
genre: Current
topics: [society]
provenance: {kind: written}
guidelines_version: "1"
"""


# CI draws the same cases every time; at a desk they differ, and a case that fails is kept and tried again.
# Neither has a deadline: a busy machine is no failure.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("desk", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "desk")


class Articles(list[Article]):
    """A list that a failing property prints in one line."""

    def __repr__(self) -> str:
        return f"<{len(self)} articles>"


@cache
def sample(*splits: str, size: int = 8, seed: int = 1) -> tuple[Article, ...]:
    """Articles for what need not see all of them: the fewest, drawn by the seed, that pose every challenge the splits pose, filled up to ``size``; by id.

    The gold grows; the time of the tests must not.
    """
    rest = [article for split in splits for article in corpus.load(split) if article.text is not None]
    random.Random(seed).shuffle(rest)
    posed = {article.id: {name for name, count in challenges(article).items() if count} for article in rest}
    left = set().union(*posed.values())
    out: list[Article] = []
    while rest and (left or len(out) < size):
        out.append(max(rest, key=lambda article: len(posed[article.id] & left)))  # the first of equals: as drawn
        rest.remove(out[-1])
        left -= posed[out[-1].id]
    return tuple(sorted(out, key=lambda article: article.id))


@dataclass(frozen=True)
class Frozen:
    """Gold of its own, with predictions for it: what is said of its numbers holds whatever is shipped."""

    gold: Path
    rules: Path
    """What the rule baseline predicts, as shipped."""
    perfect: Path
    articles: tuple[Article, ...]
    trials: int
    """All ways to swap two systems on it: few enough that a test tries each."""

    @property
    def argv(self) -> list[str]:
        """What makes a command read it."""
        return ["--gold", str(self.gold)]


def freeze(folder: Path, articles: Iterable[Article]) -> Frozen:
    """Write ``articles`` of the test split as gold of their own."""
    chosen = {article.id: article for article in articles}
    shipped = (ROOT / "baselines" / "rules" / "predictions" / "test.jsonl").read_bytes().splitlines(keepends=True)
    lines = {json.loads(line)["id"]: line for line in shipped}
    made = Frozen(folder / "gold.jsonl", folder / "rules.jsonl", folder / "perfect.jsonl", tuple(chosen.values()), 2 ** len(chosen))
    made.gold.write_bytes(b"".join(corpus.dumps(to_dict(article)) + b"\n" for article in chosen.values()))
    made.rules.write_bytes(b"".join(lines[name] for name in chosen))
    made.perfect.write_bytes(b"".join(json.dumps(to_prediction(article)).encode() + b"\n" for article in chosen.values()))
    return made


@pytest.fixture(scope="session")
def nine(tmp_path_factory: pytest.TempPathFactory) -> Frozen:
    """Nine articles of test that pose every challenge: too few to trust an interval, enough to show a difference."""
    return freeze(tmp_path_factory.mktemp("nine"), sample("test", size=9))


@contextmanager
def script(name: str) -> Iterator[ModuleType]:
    """A script of ``docs/``, imported from there as it is run from there."""
    before = list(sys.path)
    sys.path.insert(0, str(ROOT / "docs"))
    try:
        yield importlib.import_module(name)
    finally:
        sys.path[:] = before


@contextmanager
def baseline(name: str) -> Iterator[ModuleType]:
    """The ``predict`` module of ``baselines/<name>``; baselines' modules share names, so its imports are undone afterwards."""
    folder = ROOT / "baselines" / name
    names = {path.stem for path in [*folder.glob("*.py"), *(ROOT / "baselines" / "common").glob("*.py")]}
    kept = {module: sys.modules.pop(module) for module in names if module in sys.modules}
    path = list(sys.path)
    sys.path.insert(0, str(folder))
    try:
        yield importlib.import_module("predict")
    finally:
        sys.path[:] = path
        for module in names:
            sys.modules.pop(module, None)
        sys.modules.update(kept)


def compile_text(tmp_path: Path, name: str, text: str, layers: str, head: str = HEAD) -> tuple[Article | None, list[Issue]]:
    """An article from its text and the YAML of its layers."""
    issues: list[Issue] = []
    (tmp_path / f"{name}.txt").write_text(text + "\n", encoding="utf-8")
    (tmp_path / f"{name}.yaml").write_text(head + layers, encoding="utf-8")
    return corpus.compile_file(tmp_path / f"{name}.yaml", issues.append, split="train", name=f"{name}.yaml"), issues


def changed(article: Article, edit: Callable[[dict[str, Any]], None]) -> Article:
    """An article edited as JSON types."""
    data = json.loads(json.dumps(to_dict(article)))
    edit(data)
    return article_from(data)


def worked_examples() -> dict[str, tuple[str, str]]:
    """The passages of section 6 of the guidelines with their records, by heading number."""
    page = (ROOT / "docs" / "guidelines.md").read_text(encoding="utf-8")
    page = page[page.index("\n## 6") : page.index("\n## 7")]
    out = {}
    for part in re.split(r"^### ", page, flags=re.M)[1:]:
        heading = part.split(maxsplit=1)[0]
        quote = "\n\n".join(re.sub(r"^> ?", "", block, flags=re.M).strip() for block in re.findall(r"((?:^>.*\n)+)", part, flags=re.M))
        out[heading] = re.sub(r"(?<!\n)\n(?!\n)", " ", quote), re.findall(r"```yaml\n(.*?)```", part, flags=re.S)[0]
    return out


@pytest.fixture(scope="session")
def examples(tmp_path_factory: pytest.TempPathFactory) -> list[Article]:
    """The guidelines' worked examples as articles."""
    folder = tmp_path_factory.mktemp("examples")
    out = []
    for heading, (text, layers) in worked_examples().items():
        article, issues = compile_text(folder, f"example-{heading.replace('.', '-')}", text, layers)
        assert article is not None, issues
        out.append(article)
    return out


@pytest.fixture(scope="session")
def articles(examples: list[Article]) -> list[Article]:
    """The worked examples and shipped articles: up to a number, whatever the gold grows to."""
    return Articles([*examples, *sample("train", "validation", "test", size=24)])


FERRY = ROOT / "tests" / "examples" / "valid" / "lake-ferry"


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A small repository that the package takes for its own: one train article, a cache beside it."""
    root = tmp_path / "repo"
    for split in SPLITS:
        (root / "data" / "articles" / split).mkdir(parents=True)
    for suffix in (".txt", ".yaml"):
        shutil.copy(FERRY / f"lake-ferry{suffix}", root / "data" / "articles" / "train")
    monkeypatch.setattr(resources, "checkout", lambda: root)
    monkeypatch.setattr(corpus.resources, "checkout", lambda: root)
    monkeypatch.setenv("NEWSGOLD_CACHE", str(tmp_path / "cache"))
    (root / "schemas").symlink_to(ROOT / "schemas")
    corpus._lines.cache_clear()
    notes._read.cache_clear()
    yield root
    corpus._lines.cache_clear()
    notes._read.cache_clear()
