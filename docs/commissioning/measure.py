"""Measure how the written articles read beside real ones: ``python docs/commissioning/measure.py [--real DIR]``.

Prints a Markdown table of medians and 10-90 bands over pieces, and what two written articles share at most. ``DIR`` holds
real articles as ``*.txt``; they are only read.
"""

from __future__ import annotations

import argparse
import re
import statistics
from collections import Counter
from itertools import combinations
from pathlib import Path

ROOT = Path(__file__).parents[2]
NUMBER_WORDS = set("two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty sixty hundred thousand million billion".split())


def tokens(text: str) -> list[str]:
    return re.findall(r"[\w’']+", text.casefold())


def sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.!?])[”\"’']?\s+(?=[A-Z“\"‘])|\n+", text) if len(part.split()) > 1]


def measures(text: str) -> dict[str, float]:
    """The figures of one piece."""
    words = tokens(text)
    lengths = [len(part.split()) for part in sentences(text)]
    triples = Counter(zip(words, words[1:], words[2:], strict=False))
    quotes = [len(quote.split()) for quote in re.findall(r"[“\"]([^”\"]+)[”\"]", text)]
    return {
        "words": len(text.split()),
        "words per sentence": statistics.mean(lengths),
        "sentences over 35 words, %": 100 * sum(n > 35 for n in lengths) / len(lengths),
        "sentences of 8 words or fewer, %": 100 * sum(n <= 8 for n in lengths) / len(lengths),
        "quotes of 8 words or more": sum(n >= 8 for n in quotes),
        "numerals per 100 words": 100 * sum(bool(re.search(r"\d", word)) or word in NUMBER_WORDS for word in words) / len(words),
        "type-token ratio, first 250 words": len(set(words[:250])) / min(250, len(words)),
        "recurring word triples, %": 100 * sum(n - 1 for n in triples.values()) / max(1, sum(triples.values())),
    }


def band(values: list[float]) -> str:
    values = sorted(values)
    low, high = values[round(0.1 * (len(values) - 1))], values[round(0.9 * (len(values) - 1))]
    return f"{statistics.median(values):.3g} ({low:.3g}–{high:.3g})"


def longest_shared(texts: dict[str, list[str]]) -> tuple[int, str, str, str]:
    """The longest run of words that two articles share."""
    best = (0, "", "", "")
    for (one, left), (other, right) in combinations(texts.items(), 2):
        size = best[0] + 1
        while shared := {tuple(left[i : i + size]) for i in range(len(left) - size + 1)} & {tuple(right[i : i + size]) for i in range(len(right) - size + 1)}:
            best = (size, " ".join(min(shared)), one, other)
            size += 1
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--real", type=Path, help="a folder of real articles, *.txt")
    args = parser.parse_args()
    written = {path.stem: path.read_text(encoding="utf-8") for path in sorted((ROOT / "data" / "articles").glob("*/*.txt"))}
    real = [path.read_text(encoding="utf-8") for path in sorted(args.real.glob("*.txt"))] if args.real else []
    columns = {f"written ({len(written)})": list(written.values()), **({f"real ({len(real)})": real} if real else {})}
    found = {name: [measures(text) for text in texts] for name, texts in columns.items()}
    print("| figure, median (10–90 band) | " + " | ".join(columns) + " |")
    print("| --- |" + " --: |" * len(columns))
    for key in next(iter(found.values()))[0]:
        print(f"| {key} | " + " | ".join(band([row[key] for row in rows]) for rows in found.values()) + " |")
    size, words, one, other = longest_shared({name: tokens(text) for name, text in written.items()})
    print(f"\nLongest run of words shared by two written articles: {size} (“{words}”, {one} and {other}).")


if __name__ == "__main__":
    main()
