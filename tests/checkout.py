"""A small checkout with a few test articles, so that tests of what reads a whole split take the same time however many articles are shipped."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path

import synthetic
from conftest import ROOT
from newsgold import corpus
from newsgold.records import Article, to_dict

ARTICLES = 4
"""Test articles in it."""


def write_split(root: Path, articles: list[Article], split: str = "test") -> None:
    """The compiled file of a split."""
    (root / "data" / f"{split}.jsonl").write_bytes(b"".join(corpus.dumps(to_dict(article)) + b"\n" for article in articles))


def make(root: Path, *, package: bool = False) -> list[Article]:
    """Make the checkout in ``root``, with the package if it is to be run from there; returns its test articles."""
    articles = [article for article in corpus.load("test") if all(corpus.annotation_path(name, article.id) for name in ("a1", "a2"))][:ARTICLES]
    assert len(articles) == ARTICLES
    for name in ("data/annotators/a1", "data/annotators/a2", "baselines/submissions", "docs"):
        (root / name).mkdir(parents=True)
    for split in ("train", "validation", "external"):
        write_split(root, list(corpus.load(split)[:1]), split)
    write_split(root, articles)
    for article in articles:
        for name in ("a1", "a2"):
            path = corpus.annotation_path(name, article.id)
            assert path is not None
            shutil.copy(path, root / "data" / "annotators" / name)
    shutil.copytree(ROOT / "schemas", root / "schemas")
    shutil.copy(ROOT / "pyproject.toml", root)
    if package:
        shutil.copytree(ROOT / "benchmark", root / "benchmark", ignore=shutil.ignore_patterns("__pycache__"))
    return articles


def predictions(path: Path, articles: list[Article], seed: int = 0) -> Path:
    """What a middling system might predict."""
    rng = random.Random(seed)
    path.write_text("".join(json.dumps(synthetic.prediction(article, rng)) + "\n" for article in articles), encoding="utf-8")
    return path
