"""The learned baseline: conditional random fields label words, simple rules link them into records.

Usage: ``python baselines/crf/predict.py --split test --out predictions.jsonl``. It trains first, in seconds, on train and validation without the split
that it predicts.
"""

from __future__ import annotations

import argparse
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


def train(splits: tuple[str, ...] = SPLITS, size: int | None = None) -> Model:
    """The model of the first ``size`` articles of ``splits`` (None: of all); ValueError if there is none, or if a split is not for training."""
    if not set(splits) <= set(SPLITS):
        raise ValueError(f"trained on {', '.join(SPLITS)} only, not on {', '.join(sorted(set(splits) - set(SPLITS)))}")
    articles = [article for split in SPLITS if split in splits for article in newsgold.load(split)][:size]
    if not articles:
        raise ValueError("no articles to train on")
    return Model(articles)


def system(arguments: argparse.Namespace) -> frame.Predict:
    """Trains, and returns the function that predicts."""
    splits = tuple(arguments.train.split(",")) if arguments.train else tuple(s for s in SPLITS if arguments.input or s != arguments.split)
    model = train(splits, arguments.size)
    return lambda article: predict(model, article)


def options(parser: argparse.ArgumentParser) -> None:
    """What to train on."""
    parser.add_argument("--train", metavar="SPLITS", help="what to train on (default: train,validation without the split that is predicted)")
    parser.add_argument("--size", type=int, metavar="N", help="train on the first N articles only, for a learning curve")


def main(argv: list[str] | None = None) -> int:
    """Command line entry point; returns the exit code, 0 or 2."""
    return frame.main("Predict speakers, claims, events and figures by conditional random fields.", system, argv, options)


if __name__ == "__main__":
    sys.exit(main())
