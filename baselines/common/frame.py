"""The command line that the baselines share: articles of a split or a file in, predictions as JSON lines out."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import newsgold

FIELDS = ("id", "headline", "text", "language", "published", "genre", "topics")
Record = dict[str, Any]
Predict = Callable[[Mapping[str, Any]], Record]


def read_articles(arguments: argparse.Namespace) -> list[Record]:
    """The articles of a split, or of a file of JSON lines: text and metadata, no gold."""
    if arguments.input:
        # Not splitlines(): a text may hold other line separators, which JSON need not escape.
        articles = [json.loads(line) for line in Path(arguments.input).read_text(encoding="utf-8").split("\n") if line.strip()]
        if not all(isinstance(article, dict) and "id" in article for article in articles):
            raise ValueError(f"{arguments.input}: every line must be an object with an id")
        return articles
    return [{field: getattr(article, field) for field in FIELDS} for article in newsgold.load(arguments.split)]


def with_progress(articles: list[Record]) -> Iterable[Record]:
    """The articles, with a progress bar on stderr if there are many and someone is looking."""
    if len(articles) < 200 or not sys.stderr.isatty():
        return articles
    from rich.console import Console
    from rich.progress import track

    return track(articles, "articles", console=Console(stderr=True))


def main(
    description: str,
    system: Callable[[argparse.Namespace], Predict],
    argv: list[str] | None = None,
    options: Callable[[argparse.ArgumentParser], object] | None = None,
) -> int:
    """Runs a baseline from the command line; returns the exit code, 0 or 2.

    Args:
        description: for ``--help``.
        system: makes the function that predicts one article, from the parsed arguments; this is where a baseline may train.
        argv: the arguments; None takes the process's.
        options: adds a baseline's own options.
    """
    parser = argparse.ArgumentParser(description=description)
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--split", default="test", help="split of the installed data (default: test)")
    source.add_argument("--in", dest="input", metavar="FILE", help="articles as JSON lines instead of a split")
    parser.add_argument("--out", required=True, metavar="FILE", help="where to write the predictions, one JSON object a line")
    parser.add_argument("--force", action="store_true", help="overwrite an existing file")
    if options:
        options(parser)
    arguments = parser.parse_args(argv)
    out = Path(arguments.out)
    if out.exists() and not arguments.force:
        print(f"{out} exists; use --force to overwrite it", file=sys.stderr)
        return 2
    try:
        articles = read_articles(arguments)
        with_text = [article for article in articles if article.get("text") is not None]
        for article in articles:
            if article.get("text") is None:
                print(f"{article['id']}: no text, skipped", file=sys.stderr)
        predict = system(arguments)
        # Everything is predicted before a file is opened, and it gets its name when it is whole: a failure leaves no half file.
        lines = [json.dumps(predict(article), ensure_ascii=False) + "\n" for article in with_progress(with_text)]
        out.parent.mkdir(parents=True, exist_ok=True)
        part = out.with_name(f".{out.name}.part")
        part.write_text("".join(lines), encoding="utf-8")
        part.replace(out)
    except (OSError, ValueError, KeyError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"{len(lines)} articles -> {out}", file=sys.stderr)
    return 0
