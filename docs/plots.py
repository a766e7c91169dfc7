"""Plots as SVG, few and plain: the same bytes for the same numbers, readable on light and on dark ground, and without colours.

An SVG that a page shows as a picture sees no style sheet of the page, so each brings its own colours for both, and its ground.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

STYLE = """
svg { background: #fff; font: 12px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
.ground { fill: #fff; } text { fill: #1b1f24; } .soft { fill: #57606a; } .grid { stroke: #d0d7de; } .end { text-anchor: end; } .middle { text-anchor: middle; }
.s0 { --c: #0b5cad; } .s1 { --c: #b35900; } .s2 { --c: #00694a; } .s3 { --c: #9b1b63; } .s4 { --c: #57606a; }
@media (prefers-color-scheme: dark) {
  svg { background: #14171b; } .ground { fill: #14171b; } text { fill: #e6e9ec; } .soft { fill: #a4adb6; } .grid { stroke: #3a424b; }
  .s0 { --c: #79b8ff; } .s1 { --c: #f0b35c; } .s2 { --c: #4fd0a4; } .s3 { --c: #ff94c8; } .s4 { --c: #a4adb6; }
}
.line { fill: none; stroke: var(--c); stroke-width: 2; } .mark { fill: var(--c); } .range { fill: none; stroke: var(--c); stroke-width: 1.5; opacity: .6; } .hollow { fill: none; stroke: var(--c); stroke-width: 1.5; }
.bar { fill: var(--c); } .part { fill: var(--c); opacity: .45; } .none { fill: none; stroke: var(--c); } .extra { fill: none; stroke: var(--c); stroke-dasharray: 2 2; }
"""


class Series(NamedTuple):
    """One line of a chart."""

    name: str
    points: Sequence[tuple[float, float, float, float]]
    """x, y, and the lowest and highest y at that x."""


def number(value: float) -> str:
    """A coordinate: at most one place, no negative zero."""
    return f"{round(value, 1) + 0.0:.1f}".removesuffix(".0")


def label(x: float, y: float, words: str, kind: str = "") -> str:
    """Words at a place."""
    return f'<text x="{number(x)}" y="{number(y)}"{f" class={quoteattr(kind)}" if kind else ""}>{escape(words)}</text>'


def marker(shape: int, x: float, y: float, kind: str) -> str:
    """A mark at a place; its form tells the series too."""
    forms = (
        f'<circle class="{kind}" cx="{number(x)}" cy="{number(y)}" r="4"/>',
        f'<rect class="{kind}" x="{number(x - 3.5)}" y="{number(y - 3.5)}" width="7" height="7"/>',
        f'<path class="{kind}" d="M{number(x)} {number(y - 5)}l5 8.5h-10z"/>',
        f'<path class="{kind}" d="M{number(x)} {number(y - 5)}l5 5-5 5-5-5z"/>',
        f'<path class="{kind}" d="M{number(x - 4)} {number(y - 1)}h8v2h-8z"/>',
    )
    return forms[shape % len(forms)]


def svg(width: float, height: float, title: str, description: str, body: Iterable[str]) -> str:
    """A whole picture."""
    size = f"{number(width)} {number(height)}"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" width="{number(width)}" height="{number(height)}" role="img">',
            f"<title>{escape(title)}</title>", f"<desc>{escape(description)}</desc>", f"<style>{STYLE}</style>",
            f'<rect class="ground" width="{number(width)}" height="{number(height)}"/>', *body, "</svg>",
        ]
    ) + "\n"  # fmt: skip


def line_chart(title: str, description: str, series: Sequence[Series], across: str, up: str, width: float = 720, height: float = 380) -> str:
    """Scores from 0 to 1 over a number, each with the range over its draws."""
    left, right, top, bottom = 48.0, 130.0, 34.0, 44.0
    xs = sorted({point[0] for one in series for point in one.points})
    low, high = 0.0, max(xs, default=1.0)

    def at(x: float, y: float) -> tuple[float, float]:
        return left + (x - low) / ((high - low) or 1) * (width - left - right), height - bottom - y * (height - top - bottom)

    body = [label(left + 8, 18, title), label((left + width - right) / 2, height - 8, across, "soft middle"), label(left - 6, top - 10, up, "soft end")]
    for step in range(0, 11, 2):
        x, y = at(low, step / 10)
        body += [f'<path class="grid" d="M{number(x)} {number(y)}H{number(width - right)}"/>', label(x - 6, y + 4, f"{step / 10:.1f}", "soft end")]
    body += [label(at(x, 0)[0], height - bottom + 17, number(x), "soft middle") for x in xs]
    ends = _apart([(at(*one.points[-1][:2])[1], place) for place, one in enumerate(series) if one.points], 15)
    for place, one in enumerate(series):
        if not one.points:
            continue
        path = "L".join(f"{number(x)} {number(y)}" for x, y in (at(*point[:2]) for point in one.points))
        body += [f'<g class="s{place % 5}">', f'<path class="line" d="M{path}"/>']
        for x, y, least, most in one.points:
            (px, py), ly, my = at(x, y), at(x, least)[1], at(x, most)[1]
            beside = px + 3 * (place - (len(series) - 1) / 2)  # ranges side by side, or they hide each other
            body += [f'<path class="range" d="M{number(beside)} {number(ly)}V{number(my)}"/>' if least != most else "", marker(place, px, py, "mark")]
        body += [marker(place, width - right + 14, ends[place], "mark"), "</g>", label(width - right + 24, ends[place] + 4, one.name)]
    return svg(width, height, title, description, filter(None, body))


def _apart(places: Iterable[tuple[float, int]], least: float) -> dict[int, float]:
    """Heights of labels by series, moved so that none covers another."""
    out: dict[int, float] = {}
    before = float("-inf")
    for y, key in sorted(places):
        before = out[key] = max(y, before + least)
    return out


class Bar(NamedTuple):
    """One bar: what became of a layer's records in a system."""

    group: str
    name: str
    right: int
    part: int
    missed: int
    spurious: int


def bar_chart(title: str, description: str, bars: Sequence[Bar], width: float = 720, left: float = 150.0) -> str:
    """Bars from 0 to 100% of the gold records, right, partly right and missed; what is spurious goes on beyond, up to as much again."""
    right, top, row = 24.0, 70.0, 20.0
    groups = list(dict.fromkeys(bar.group for bar in bars))
    names = list(dict.fromkeys(bar.name for bar in bars))
    height = top + row * len(bars) + 12 * len(groups) + 8
    scale = (width - left - right) / 2
    body = [label(16, 18, title)]
    for place, (kind, words) in enumerate((("bar", "right"), ("part", "partly right"), ("none", "missed"), ("extra", "spurious"))):
        x = left + 110 * place
        body += [f'<g class="s0"><rect class="{kind}" x="{number(x)}" y="30.5" width="18" height="11"/></g>', label(x + 24, 40, words)]
    for step in range(5):
        x = left + scale * step / 2
        body += [f'<path class="grid" d="M{number(x)} {number(top - 6)}V{number(height - 6)}"/>', label(x, top - 10, f"{50 * step}%", "soft middle")]
    y = top
    for group in groups:
        y += 8
        for place, bar in enumerate(bar for bar in bars if bar.group == group):
            gold = bar.right + bar.part + bar.missed
            body += [label(12, y + 12, group if place == 0 else ""), label(left - 8, y + 12, bar.name, "end"), f'<g class="s{names.index(bar.name) % 5}">']
            x = left
            for kind, count in (("bar", bar.right), ("part", bar.part), ("none", bar.missed), ("extra", min(bar.spurious, gold))):
                wide = count / gold * scale if gold else 0
                if wide:
                    body.append(f'<rect class="{kind}" x="{number(x)}" y="{number(y + 2)}" width="{number(wide)}" height="{number(row - 7)}"/>')
                x += wide
            body.append("</g>")
            if bar.spurious > gold:
                body.append(label(width - right, y + 12, f"{bar.spurious}", "end"))
            y += row
        y += 4
    return svg(width, height, title, description, body)


class Dots(NamedTuple):
    """One line of a dot plot."""

    name: str
    note: str
    values: Sequence[tuple[float | None, float | None]]
    """For each series the share of the records meant, and of the others."""


def dot_plot(title: str, description: str, names: Sequence[str], lines: Sequence[Dots], width: float = 720, left: float = 220.0) -> str:
    """Shares from 0 to 1, a line each: filled for the records meant, hollow for the others of the layer, joined."""
    right, top, row = 24.0, 66.0, 13.0
    height = top + sum(row * len(names) + 8 for _ in lines) + 8
    body = [label(16, 18, title)]
    for place, name in enumerate(names):
        x = left + 130 * place
        body += [f'<g class="s{place % 5}">', marker(place, x, 36, "mark"), marker(place, x + 12, 36, "hollow"), "</g>", label(x + 22, 40, name)]
    for step in range(0, 11, 2):
        x = left + step / 10 * (width - left - right)
        body += [f'<path class="grid" d="M{number(x)} {number(top - 6)}V{number(height - 6)}"/>', label(x, top - 10, f"{10 * step}%", "soft middle")]
    y = top
    for line in lines:
        y += 8
        body.append(label(left - 12, y + row * len(names) / 2 + 4, f"{line.name} {line.note}", "end"))
        for place, (meant, others) in enumerate(line.values):
            found = [left + share * (width - left - right) for share in (meant, others) if share is not None]
            body.append(f'<g class="s{place % 5}">')
            if len(found) == 2:
                body.append(f'<path class="line" style="stroke-width:1" d="M{number(found[0])} {number(y + row / 2)}H{number(found[1])}"/>')
            for share, kind in ((others, "hollow"), (meant, "mark")):
                if share is not None:
                    body.append(marker(place, left + share * (width - left - right), y + row / 2, kind))
            body.append("</g>")
            y += row
    return svg(width, height, title, description, body)
