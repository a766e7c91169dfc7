"""Annotated text as HTML: spans that overlap, nest or are broken, drawn as underlines in lanes; and the page around it.

Everything that comes from articles and systems goes through `escape` or a template with autoescape, so it is shown and
never obeyed. A page is one file: its style and its script stand in it and are allowed by their hashes alone, so that no
other style, script or request is possible, whatever the text holds. It reads without its script.

A mark is told by its layer (colour and the letter of its label) and by its outcome (line style, sign and tint), never by
colour alone. The colours are those of Okabe & Ito (2008), darkened or lightened to 4.5:1 on the page.
"""

from __future__ import annotations

import base64
import hashlib
import html
import os
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from newsgold import resources
from newsgold.issues import InputError, Issue

if TYPE_CHECKING:
    import jinja2

LAYER_CLASS: Final = {"speakers": "s", "claims": "c", "events": "v", "figures": "f", "arguments": "a", "cue": "q", "source": "o"}
"""Layer, or part of a record, to the class that colours it."""
OUTCOME_CLASS: Final = {"hit": "h", "partial": "p", "miss": "m", "spurious": "x", "duplicate": "d", "not_in_text": "z"}
"""Outcome to the class that gives line style, sign and tint."""
SIGNS: Final = {"hit": "✓", "partial": "≈", "miss": "−", "spurious": "+", "duplicate": "=", "not_in_text": "?"}
"""Outcome to its sign, the same in text, tables and legend."""
LANES: Final = 9
"""Lanes that a line of text can show; what lies deeper shares the last one."""


class Html(str):
    """A string that is HTML already: templates leave it as it is."""

    __slots__ = ()

    def __html__(self) -> str:
        return self


# --- escaping ----------------------------------------------------------------------------------------------------------

# What would not show, or would change how the text around it shows, is shown by its picture or its code point: control
# characters, bidirectional controls (they could reorder what a reader sees), zero-width blanks, lone surrogates.
_BIDI: Final = (0x061C, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), 0x2060, *range(0x2066, 0x206A), 0xFEFF)
_VISIBLE: Final = {
    **{code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\t\n"},
    0x7F: "\u2421",
    **{code: f"[U+{code:04X}]" for code in (*range(0x80, 0xA0), *_BIDI)},
    0x2028: "[U+2028]", 0x2029: "[U+2029]", **dict.fromkeys(range(0xD800, 0xE000), "\ufffd"),
}  # fmt: skip
_HIDING: Final = f"[{''.join(re.escape(chr(code)) for code in _VISIBLE)}]"
_SPECIAL: Final = re.compile(f"[&<>\"']|{_HIDING}")
_WORD: Final = re.compile(r"[\w#.-]+", re.ASCII)
_CONTENT: Final = {**_VISIBLE, **{ord(char): html.escape(char) for char in "&<>"}}
_SHOWN: Final = {**_VISIBLE, **{ord(char): html.escape(char) for char in "&<>\"'"}}


def attribute(value: str) -> str:
    """A value of an attribute, in quotes where it needs them: most do not, and a page has tens of thousands."""
    return value if _WORD.fullmatch(value) else f'"{escape(value)}"'


def visible(text: str) -> str:
    """``text`` with every character that would hide or reorder others replaced by its picture or code point."""
    return text.translate(_VISIBLE)


def content(text: str) -> str:
    """A text as HTML that shows it, in content alone: quotes, of which news is full, stay as they are."""
    return text.translate(_CONTENT)


def escape(text: object) -> Html:
    """A text as HTML that shows it, in content and in quoted attributes; what is `Html` stays."""
    if isinstance(text, Html):
        return text
    plain = str(text)
    return Html(plain.translate(_SHOWN) if _SPECIAL.search(plain) else plain)


# --- marks -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mark:
    """A record as it is drawn in a text."""

    spans: tuple[tuple[int, int], ...]
    """Where it stands, half-open code points. What lies outside of the text, or is empty, is left out."""
    layer: str
    """A key of `LAYER_CLASS`."""
    label: str = ""
    """A few letters before each span, such as ``c3``; none for an empty one."""
    target: str = ""
    """The link of the label: ``#id`` or a relative address."""
    outcome: str = ""
    """A key of `OUTCOME_CLASS`, or nothing."""
    anchor: str = ""
    """The id of its first label, so that its record can lead back."""
    joined: bool = False
    """Whether the spans are fragments of one, which are then tied by dots, and not several mentions."""
    once: bool = False
    """Whether its first label alone is a link."""


class Segment(NamedTuple):
    """A stretch of text between two borders."""

    start: int
    end: int
    cover: tuple[int, ...]
    """Numbers of the spans over it, the outermost first."""


class Paragraph(NamedTuple):
    """A paragraph of marked text."""

    html: Html
    """Its content."""
    lanes: int
    """How many lanes it needs."""


def lanes(spans: Sequence[tuple[int, int]]) -> list[int]:
    """A lane for each span, from 0 next to the text, so that spans in one lane never overlap and what lies inside another is nearer.

    The shortest choose first, and take the lowest lane that is free and above all that they cover.
    """
    taken: list[list[tuple[int, int]]] = []  # by lane, sorted
    out = [0] * len(spans)
    for index in sorted(range(len(spans)), key=lambda i: (spans[i][1] - spans[i][0], spans[i], i)):
        start, end = spans[index]
        lane = next((deep + 1 for deep in reversed(range(len(taken))) if _meets(taken[deep], start, end)), 0)
        if lane == len(taken):
            taken.append([])
        taken[lane].insert(bisect_left(taken[lane], (start, end)), (start, end))
        out[index] = lane
    return out


def _meets(row: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    """Whether one of some disjoint spans, sorted, shares a character with ``[start, end)``."""
    at = bisect_left(row, (start, start))
    return (at < len(row) and row[at][0] < end) or (at > 0 and row[at - 1][1] > start)


def segments(spans: Sequence[tuple[int, int]], length: int, order: Sequence[int] | None = None, cuts: Iterable[int] = ()) -> list[Segment]:
    """A text cut at every border of a span, each segment with the spans that cover it.

    Args:
        spans: non-empty, inside the text.
        length: of the text, in code points.
        order: a lane for each span; the highest is outermost (by default by `lanes`).
        cuts: further places to cut at.
    """
    order = lanes(spans) if order is None else order
    borders = sorted({0, length, *cuts, *(place for span in spans for place in span)})
    starts: dict[int, list[int]] = {}
    for index, (start, _) in enumerate(spans):
        starts.setdefault(start, []).append(index)
    active: list[int] = []
    out = []
    for start, end in pairwise(borders):
        active = [index for index in active if spans[index][1] > start]
        if start in starts:
            active = sorted(active + starts[start], key=lambda i: (-order[i], i))
        out.append(Segment(start, end, tuple(active)))
    return out


_BREAK: Final = re.compile(r"\n+")


def paragraphs(text: str) -> list[tuple[int, int]]:
    """The paragraphs of a text: stretches between line ends."""
    borders = [0, *(place for found in _BREAK.finditer(text) for place in found.span()), len(text)]
    return [(start, end) for start, end in zip(borders[::2], borders[1::2], strict=True) if start < end]


def marked(text: str, marks: Sequence[Mark]) -> list[Paragraph]:
    """A text with its marks, paragraph by paragraph; the same number of paragraphs whatever the marks.

    Each span is a ``<u>`` with the classes of its layer, outcome and lane, its label a link before its first character.
    Spans that nest are nested elements; where two cross, the longer one is cut and goes on in its lane.
    """
    spans: list[tuple[int, int]] = []
    owner: list[tuple[int, bool, bool]] = []  # mark, whether a fragment went before, whether one follows
    for number, mark in enumerate(marks):
        places = sorted({(max(0, start), min(end, len(text))) for start, end in mark.spans if 0 <= start < min(end, len(text))})
        spans += places
        owner += [(number, mark.joined and at > 0, mark.joined and at + 1 < len(places)) for at in range(len(places))]
    rows = lanes(spans)
    parts = paragraphs(text)
    found = iter(segments(spans, len(text), rows, (place for part in parts for place in part)))
    out = []
    segment = next(found, None)
    for start, end in parts:
        while segment is not None and segment.start < start:
            segment = next(found, None)
        inside = []
        while segment is not None and segment.start < end:
            inside.append(segment)
            segment = next(found, None)
        out.append(Paragraph(Html("".join(_drawn(text, marks, spans, owner, rows, inside))), max((rows[i] + 1 for s in inside for i in s.cover), default=0)))
    return out


def _drawn(
    text: str, marks: Sequence[Mark], spans: Sequence[tuple[int, int]], owner: Sequence[tuple[int, bool, bool]], rows: Sequence[int], inside: Sequence[Segment]
) -> Iterator[str]:
    open_: tuple[int, ...] = ()
    for at, (start, end, cover) in enumerate(inside):
        if cover != open_:
            kept = next((deep for deep, (one, other) in enumerate(zip(open_, cover, strict=False)) if one != other), min(len(open_), len(cover)))
            if len(open_) > kept:
                yield "</u>" * (len(open_) - kept)
            for deep, index in enumerate(cover[kept:], kept + 1):
                number, before, after = owner[index]
                mark = marks[number]
                tied = after and spans[index][1] == _until(inside, at, deep)
                element = f"<u class={_classes(mark.layer, mark.outcome, rows[index], tied)}"
                if mark.label and spans[index][0] == start:
                    first = index == 0 or owner[index - 1][0] != number
                    link = f" href={attribute(mark.target)}" if mark.target and (first or not mark.once) else ""
                    place = f" id={attribute(mark.anchor)}" if mark.anchor and first else ""
                    yield f"{element}><a{place}{link}>{'…' if before else ''}{escape(mark.label)}</a>"
                else:  # What goes on after a cut has no label of its own; a script can still tell where it leads.
                    yield f"{element} data-r={attribute(mark.target)}>" if mark.target else f"{element}>"
            open_ = cover
        piece = text[start:end]
        if (
            start and not piece[0].isascii() and unicodedata.category(piece[0])[0] == "M"
        ):  # it would sit on the label; a dotted circle carries it, as in code charts
            yield "<i>\u25cc</i>"
        yield content(piece)
    yield "</u>" * len(open_)


@cache
def _classes(layer: str, outcome: str, lane: int, tied: bool) -> str:
    """The value of the class attribute of a span."""
    names = [LAYER_CLASS[layer], *([OUTCOME_CLASS[outcome]] if outcome else []), *([f"n{min(lane, LANES - 1)}"] if lane else []), *(["g"] if tied else [])]
    return attribute(" ".join(names))


def _until(inside: Sequence[Segment], at: int, deep: int) -> int:
    """Where the element ends that is the ``deep``-th from the outside and begins with segment ``at``: where it, or one around it, changes."""
    same = inside[at].cover[:deep]
    while at + 1 < len(inside) and inside[at + 1].cover[:deep] == same:
        at += 1
    return inside[at].end


# --- the page ----------------------------------------------------------------------------------------------------------


def hashed(source: str) -> str:
    """The source expression of a Content Security Policy that allows exactly this inline style or script."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}'"


def policy(style: str, script: str) -> str:
    """A Content Security Policy that allows one inline style, one inline script (or none) and nothing else; no request leaves the page."""
    allowed = {
        "default-src": "'none'", "style-src": hashed(style), "script-src": hashed(script) if script else "'none'", "img-src": "data:",
        "base-uri": "'none'", "form-action": "'none'",
    }  # fmt: skip
    return "; ".join(f"{name} {value}" for name, value in allowed.items())


def template(name: str) -> str:
    """The text of a file of ``templates/``."""
    return (resources.templates() / name).read_text(encoding="utf-8")


@cache
def environment() -> jinja2.Environment:
    """The templates, with autoescape by `escape` and no undefined names.

    Raises:
        InputError: jinja2 is not installed.
    """
    try:
        import jinja2
    except ImportError as error:
        raise InputError([Issue("newsgold", None, "$", "jinja2 is not installed; expected: pip install 'newsgold[report]'")]) from error
    made = jinja2.Environment(
        loader=jinja2.FunctionLoader(template), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, auto_reload=False,
        bytecode_cache=_compiled(), finalize=lambda value: escape(value) if isinstance(value, str) and not hasattr(value, "__html__") else value,
    )  # fmt: skip
    made.globals.update(signs=SIGNS, layer_class=LAYER_CLASS, outcome_class=OUTCOME_CLASS)
    return made


def _compiled() -> jinja2.BytecodeCache | None:
    """Where compiled templates are kept, since compiling takes longer than most pages; ``None`` where nothing can be kept."""
    import jinja2

    # Its own key is the template's text alone. What it is compiled to hangs on this module and on jinja2 as well.
    made_by = hashlib.sha256(resources.source("markup.py") + jinja2.__version__.encode()).hexdigest()[:12]
    folder = resources.cache_dir() / "templates" / made_by
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return jinja2.FileSystemBytecodeCache(str(folder)) if os.access(folder, os.W_OK) else None
    except OSError:
        return None


def page(title: str, body: str, *, style: str = "", script: str = "", language: str = "en", description: str = "") -> str:
    """A whole page: ``body`` with the common style (``templates/page.css``), and its policy.

    Args:
        title: of the window; escaped here.
        body: HTML: what stands in ``<body>``; its main part has ``id="main"``, to which the skip link leads.
        style: more CSS, after the common one.
        script: JavaScript that the page can do without.
        language: of the page's own words.
        description: a line about it.

    Raises:
        ValueError: a style or script that would end its own element.
        InputError: jinja2 is not installed.
    """
    css = _small(template("page.css") + style)
    if re.search(r"</(?:style|script)|<!--", css + script, re.IGNORECASE):
        raise ValueError("a style or script holds what ends it; expected neither </style> nor </script>")
    parts: Mapping[str, Any] = {
        "title": title, "body": Html(body), "style": Html(css), "script": Html(script), "policy": policy(css, script), "language": language,
        "description": description,
    }  # fmt: skip
    return environment().get_template("page.html").render(parts)


def _small(css: str) -> str:
    """CSS without comments and without the blanks that only help to read it."""
    return re.sub(r"\s*\n\s*", "\n", re.sub(r"/\*.*?\*/", "", css, flags=re.S)).strip()
