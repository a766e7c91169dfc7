"""The learned baseline: conditional random fields label words, simple rules link them into records.

Usage: ``python baselines/crf/predict.py --split test --out predictions.jsonl``. It trains first, in seconds, on train and validation without the split
that it predicts.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[1] / "common"))

import frame
import newsgold
from records import Linker, Model

SPLITS = ("train", "validation")


def predict(model: Model, article: Mapping[str, Any]) -> dict[str, Any]:
    """The prediction for one article, in the form of ``schemas/prediction.json``.

    Args:
        model: what was trained.
        article: ``id`` and ``text`` are needed; ``language`` tells whose dollar it is.
    """
    return Linker(model, article).prediction()


def train(splits: tuple[str, ...] = SPLITS, size: int | None = None, seed: int | None = None) -> Model:
    """The model of ``size`` articles of ``splits``: of all (None), of the first, or with a ``seed`` of some that are drawn.

    Raises:
        ValueError: no such articles, or a split that is not for training.
    """
    if not set(splits) <= set(SPLITS):
        raise ValueError(f"trained on {', '.join(SPLITS)} only, not on {', '.join(sorted(set(splits) - set(SPLITS)))}")
    articles = [article for split in SPLITS if split in splits for article in newsgold.load(split)]
    if seed is not None and size is not None and size < len(articles):
        # Each draw begins with what the smaller ones of its seed hold, so that a curve shows what more articles add.
        articles = sorted(random.Random(seed).sample(articles, len(articles))[:size], key=articles.index)
    articles = articles[:size]
    if not articles:
        raise ValueError("no articles to train on")
    return Model(articles)


def made_from() -> str:
    """SHA-256 over all that the predictions for test hang on, the installed libraries aside: the sources, what is learned from, and the texts of test."""
    here = Path(__file__).resolve().parent
    found = hashlib.sha256()
    for path in sorted([*here.glob("*.py"), *here.with_name("common").glob("*.py"), here.with_name("rules") / "lexicon.tsv"]):
        found.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    for split in SPLITS:
        for article in newsgold.load(split):
            found.update(repr(article).encode())
    for article in newsgold.load("test"):
        found.update(f"{article.id} {article.text_sha256} {article.language}\0".encode())
    return found.hexdigest()


def system(arguments: argparse.Namespace) -> frame.Predict:
    """Trains, and returns the function that predicts."""
    splits = tuple(arguments.train.split(",")) if arguments.train else tuple(s for s in SPLITS if arguments.input or s != arguments.split)
    model = train(splits, arguments.size, arguments.seed)
    return lambda article: predict(model, article)


def options(parser: argparse.ArgumentParser) -> None:
    """What to train on."""
    parser.add_argument("--train", metavar="SPLITS", help="what to train on (default: train,validation without the split that is predicted)")
    parser.add_argument("--size", type=int, metavar="N", help="train on the first N articles only, for a learning curve")
    parser.add_argument("--seed", type=int, metavar="N", help="draw the articles of --size by this seed instead of taking the first")


def main(argv: list[str] | None = None) -> int:
    """Command line entry point; returns the exit code, 0 or 2. ``--made-from`` alone prints `made_from`."""
    if (sys.argv[1:] if argv is None else argv) == ["--made-from"]:
        print(made_from())
        return 0
    return frame.main("Predict speakers, claims, events and figures by conditional random fields.", system, argv, options)


if __name__ == "__main__":
    sys.exit(main())
