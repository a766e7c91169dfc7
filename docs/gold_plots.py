"""Statistics of the gold as plots: how many records, which labels, which phenomena, how long. ``python docs/fill.py`` writes them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

import plots
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

SPLITS: Final = ("train", "validation", "test")
ROW, LABEL, BAR = 17, 280, 360
"""Height of a row, width of the labels, width of the longest bar; in pixels."""
STEP: Final = 50
"""Words in a bar of the histogram of lengths."""


class Bars(NamedTuple):
    """A block of horizontal bars under a heading: each row a label and its value by series, stacked."""

    heading: str
    rows: list[tuple[str, tuple[float, ...]]]


# A split is told by its colour and by how full its bars are: with the colour gone they still differ.
FULL: Final = ("part", "extra", "bar")


def chart(title: str, about: str, series: Sequence[str], blocks: Sequence[Bars]) -> str:
    """An SVG of blocks of stacked horizontal bars.

    Args:
        title: printed above.
        about: what a reader who cannot see it is told.
        series: names of the stacked values, for the legend.
        blocks: bars, each block on a scale of its own; the sum stands behind the bar.
    """
    width = LABEL + BAR + 70
    body = [plots.label(16, 18, title)]
    y = 18.0
    shapes = FULL if len(series) > 1 else ("bar",)
    if len(series) > 1:
        y += 22
        for place, name in enumerate(series):
            x = 16 + 110 * place
            body += [
                f'<g class="s{place}"><rect class="{shapes[place]}" x="{x}" y="{plots.number(y - 9.5)}" width="18" height="11"/></g>',
                plots.label(x + 24, y, name),
            ]
    for block in blocks:
        y += 27
        body.append(plots.label(16, y, block.heading, "soft"))
        most = max((sum(values) for _, values in block.rows), default=0) or 1
        for name, values in block.rows:
            y += ROW
            body.append(plots.label(LABEL - 8, y, name, "end"))
            x_ = float(LABEL)
            for place, value in enumerate(values):
                size = BAR * value / most
                if value:
                    rect = f'<rect class="{shapes[place]}" x="{plots.number(x_)}" y="{plots.number(y - 10)}" width="{plots.number(size)}" height="12"/>'
                    body.append(f'<g class="s{place}">{rect}</g>')
                x_ += size
            body.append(plots.label(x_ + 6, y, plots.number(sum(values)), "soft"))
    return plots.svg(width, y + 14, title, about, body)


def _by_split(articles: dict[str, list[Article]]) -> tuple[dict[str, dict[str, int]], dict[str, dict[str, dict[str, int]]]]:
    records, labels = {}, {}
    for split, held in articles.items():
        records[split], labels[split] = label_counts(held)
    return records, labels


def statistics(articles: dict[str, list[Article]]) -> dict[str, tuple[str, str]]:
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
        f"from {flat[0] if flat else 0} to {flat[-1] if flat else 0} words, median {plots.number(middle)}",
        splits,
        [Bars("articles", histogram)],
    )
    return out


def written() -> dict[str, list[Article]]:
    """The written articles of the shipped data, by split."""
    return {split: list(load(split)) for split in SPLITS}


def files(found: dict[str, tuple[str, str]]) -> dict[str, str]:
    """The pictures by the names of their files in ``docs/images``."""
    return {f"statistics-{name}.svg": svg for name, (svg, _) in found.items()}


def markdown(found: dict[str, tuple[str, str]]) -> str:
    """The part of the datasheet."""
    titles = {"records": "Records", "per-article": "Records in an article", "topics": "Topics and genres", "claims": "Speakers and claims"}
    return "\n\n".join(f"![{titles.get(name, name.capitalize())}: {about}]({f'images/statistics-{name}.svg'})" for name, (_, about) in found.items())
