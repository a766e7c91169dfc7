"""Statistics of the gold as plots: ``python docs/plots.py [--check]`` writes ``docs/images/statistics-*.svg``.

The plots are plain SVG, drawn here so that the same data gives the same bytes on every machine; ``--check`` writes nothing and exits 1 when one
differs from what the data gives. ``docs/fill.py`` puts them into the datasheet and writes them too.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Final, NamedTuple

from newsgold.build import label_counts
from newsgold.corpus import load
from newsgold.facets import FACETS
from newsgold.records import (
    CLAIM_ACTS,
    CLAIM_FORMS,
    ENTITY_KINDS,
    EVENT_STATUSES,
    EVENT_TYPES,
    FIGURE_BOUNDS,
    FIGURE_KINDS,
    FIGURE_RELATIONS,
    GENRES,
    LAYERS,
    PARTICIPANT_ROLES,
    TOPICS,
    Article,
)
from newsgold.resources import write_atomic

ROOT: Final = Path(__file__).parents[1]
FOLDER: Final = Path("images")
SPLITS: Final = ("train", "validation", "test")
# Told apart by lightness too, for readers who see few colours and for print in grey.
COLOURS: Final = ("#9ecae1", "#f0a35e", "#1f4e79")
INK, PALE, FAINT = "#222222", "#666666", "#d9d9d9"
ROW, LABEL, BAR, FONT = 17, 210, 360, 12
"""Height of a row, width of the labels, width of the longest bar, size of the letters; in pixels."""
STEP: Final = 50
"""Words in a bar of the histogram of lengths."""


class Bars(NamedTuple):
    """A block of horizontal bars under a heading: each row a label and its value by series, stacked."""

    heading: str
    rows: list[tuple[str, tuple[float, ...]]]


def _number(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def chart(title: str, about: str, series: Sequence[str], blocks: Sequence[Bars]) -> str:
    """An SVG of blocks of stacked horizontal bars.

    Args:
        title: printed above.
        about: what a reader who cannot see it is told.
        series: names of the stacked values, for the legend.
        blocks: bars, each block on a scale of its own; the sum stands behind the bar.
    """
    width = LABEL + BAR + 70
    out: list[str] = []
    y = 24
    out.append(f'<text x="8" y="{y}" font-size="15" font-weight="bold">{escape(title)}</text>')
    if len(series) > 1:
        y += 20
        x = 8
        for name, colour in zip(series, COLOURS, strict=False):
            out.append(f'<rect x="{x}" y="{y - 10}" width="11" height="11" fill="{colour}"/><text x="{x + 16}" y="{y}">{escape(name)}</text>')
            x += 32 + 7 * len(name)
    for block in blocks:
        y += 26
        out.append(f'<text x="8" y="{y}" font-weight="bold">{escape(block.heading)}</text>')
        most = max((sum(values) for _, values in block.rows), default=0) or 1
        for label, values in block.rows:
            y += ROW
            out.append(f'<text x="{LABEL - 8}" y="{y}" text-anchor="end">{escape(label)}</text>')
            x_ = float(LABEL)
            for value, colour in zip(values, COLOURS, strict=False):
                size = BAR * value / most
                if value:
                    out.append(f'<rect x="{_number(x_)}" y="{y - 11}" width="{_number(size)}" height="13" fill="{colour}"/>')
                x_ += size
            out.append(f'<text x="{_number(x_ + 6)}" y="{y}" fill="{PALE}">{_number(sum(values))}</text>')
    height = y + 14
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" aria-labelledby="t d" '
        f'font-family="Helvetica, Arial, sans-serif" font-size="{FONT}" fill="{INK}">\n'
        f'<title id="t">{escape(title)}</title>\n<desc id="d">{escape(about)}</desc>\n<rect width="{width}" height="{height}" fill="#ffffff"/>\n'
        + "\n".join(out)
        + "\n</svg>\n"
    )


def _by_split(articles: dict[str, list[Article]]) -> tuple[dict[str, dict[str, int]], dict[str, dict[str, dict[str, int]]]]:
    records, labels = {}, {}
    for split, held in articles.items():
        records[split], labels[split] = label_counts(held)
    return records, labels


def plots(articles: dict[str, list[Article]]) -> dict[str, tuple[str, str]]:
    """The SVG of each plot by its name, and what is written beside it for those who cannot see it."""
    records, labels = _by_split(articles)
    splits = tuple(articles)

    def block(heading: str, field: str, order: Sequence[str]) -> Bars:
        return Bars(heading, [(label, tuple(float(labels[split].get(field, {}).get(label, 0)) for split in splits)) for label in order])

    every = [article for held in articles.values() for article in held]
    lengths = {split: [len((article.text or "").split()) for article in held] for split, held in articles.items()}
    flat = sorted(length for held in lengths.values() for length in held)
    first, last = (flat[0] // STEP, flat[-1] // STEP) if flat else (0, 0)
    histogram = [
        (f"{STEP * band} to {STEP * band + STEP - 1} words", tuple(float(sum(length // STEP == band for length in lengths[split])) for split in splits))
        for band in range(first, last + 1)
    ]
    per_article = [(layer, (sum(records[split][layer] for split in splits) / max(1, len(every)),)) for layer in ("entities", "claims", "events", "figures")]
    posed = {split: Counter(name for article in held for name in FACETS["challenge"][1](article)) for split, held in articles.items()}
    challenges = [(name, tuple(float(posed[split][name]) for split in splits)) for name in FACETS["challenge"][0]]
    total = {layer: sum(records[split][layer] for split in splits) for layer in LAYERS}
    told = ", ".join(f"{count} {layer}" for layer, count in total.items())
    out: dict[str, tuple[str, str]] = {}

    def put(name: str, title: str, about: str, series: Sequence[str], blocks: Sequence[Bars]) -> None:
        out[name] = chart(title, about, series, blocks), about

    put(
        "records", "Articles and records", f"{len(every)} articles with {told}", splits,
        [
            Bars("articles", [("articles", tuple(float(len(articles[split])) for split in splits))]),
            Bars("records of each layer", [(layer, tuple(float(records[split][layer]) for split in splits)) for layer in (*LAYERS, "entities")]),
        ],
    )  # fmt: skip
    put(
        "per-article",
        "Records in an article, mean",
        "; ".join(f"{layer} {values[0]:.1f}" for layer, values in per_article),
        ("mean",),
        [Bars("all splits", per_article)],
    )
    put(
        "topics", "Topics and genres", f"{sum(any(article.topics[:1] == (topic,) for article in every) for topic in TOPICS)} main topics, {len({article.genre for article in every})} genres", splits,
        [block("topic (an article may have several)", "topic", TOPICS), block("genre", "genre", [genre for genre in GENRES if any(article.genre == genre for article in every)])],
    )  # fmt: skip
    put(
        "claims", "Speakers and claims", "entities by kind, claims by form and act", splits,
        [block("entities by kind", "entity.kind", ENTITY_KINDS), block("claims by form", "claim.form", CLAIM_FORMS), block("claims by act", "claim.act", CLAIM_ACTS)],
    )  # fmt: skip
    put(
        "events", "Events", "events by status and type, participants by role", splits,
        [block("status", "event.status", EVENT_STATUSES), block("participants by role", "participant.role", PARTICIPANT_ROLES), block("type", "event.type", EVENT_TYPES)],
    )  # fmt: skip
    put(
        "figures", "Figures", "figures by kind, bound and relation", splits,
        [block("kind", "figure.kind", FIGURE_KINDS), block("bound", "figure.bound", FIGURE_BOUNDS), block("relations", "figure.relation", FIGURE_RELATIONS)],
    )  # fmt: skip
    put(
        "challenges",
        "Articles that pose a challenge",
        "articles with at least one record that poses it, by challenge",
        splits,
        [Bars("as newsgold slices groups them", challenges)],
    )
    middle = (flat[(len(flat) - 1) // 2] + flat[len(flat) // 2]) / 2 if flat else 0
    put(
        "lengths",
        "Length of the articles",
        f"from {flat[0] if flat else 0} to {flat[-1] if flat else 0} words, median {_number(middle)}",
        splits,
        [Bars("articles", histogram)],
    )
    return out


def written() -> dict[str, list[Article]]:
    """The written articles of the shipped data, by split."""
    return {split: list(load(split)) for split in SPLITS}


def files(found: dict[str, tuple[str, str]]) -> dict[str, bytes]:
    """The files under ``docs/`` by their path there."""
    return {(FOLDER / f"statistics-{name}.svg").as_posix(): svg.encode() for name, (svg, _) in found.items()}


def markdown(found: dict[str, tuple[str, str]]) -> str:
    """The part of the datasheet."""
    titles = {"records": "Records", "per-article": "Records in an article", "topics": "Topics and genres", "claims": "Speakers and claims"}
    return "\n\n".join(
        f"![{titles.get(name, name.capitalize())}: {about}]({(FOLDER / f'statistics-{name}.svg').as_posix()})" for name, (_, about) in found.items()
    )


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Statistics of the gold as plots.", epilog=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a plot differs from what the data gives")
    args = parser.parse_args(argv)
    code = 0
    made = files(plots(written()))
    for name, body in made.items():
        path = ROOT / "docs" / name
        if path.is_file() and path.read_bytes() == body:
            continue
        if args.check:
            print(f"docs/{name} is not what the data gives; run python docs/plots.py", file=sys.stderr)
            code = 1
        else:
            write_atomic(path, body)
            print(f"wrote docs/{name}")
    for stray in sorted((ROOT / "docs" / FOLDER).glob("statistics-*.svg")):
        if (FOLDER / stray.name).as_posix() not in made:
            print(f"docs/images/{stray.name} belongs to no plot", file=sys.stderr)
            code = 1
    return code


if __name__ == "__main__":
    sys.exit(main())
