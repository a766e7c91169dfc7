"""Text anchors: how people, and systems that return only text, point at a stretch of text.

An anchor is one of

- an exact string: ``290,000``;
- context with the span in brackets: ``[He] later denied``;
- a range, first words ``…`` last words: ``In connection with … the grouping``; it ends at the first place where the
  last words follow.

``\\[ \\] \\… \\\\`` stand for the signs themselves. An edge that is a word character must lie on a word boundary. Gold anchors
must fit exactly one place (`resolve`). Predicted strings may repeat and may differ in quotes, dashes and white space:
`locate` gives every place where one fits, and `place` chooses among them for the records of one article.
"""

from __future__ import annotations

import difflib
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from newsgold.issues import shown
from newsgold.normalize import fold

Place = tuple[int, int]
_ELLIPSIS = "…"
_CANDIDATES = 6  # as many places as an error message can show and still be read


class AnchorError(ValueError):
    """An anchor that is malformed, or fits no place or several."""


@dataclass(frozen=True)
class _Pattern:
    """A parsed anchor: ``before [first … last] after``; ``last`` is ``None`` for a plain string."""

    before: str
    first: str
    last: str | None
    after: str


@lru_cache(maxsize=16384)
def _parse(anchor: str) -> _Pattern:
    parts = [""]  # literal text, split at the unescaped signs
    signs = []
    position = 0
    while position < len(anchor):
        char = anchor[position]
        if char == "\\":
            position += 1
            if anchor[position : position + 1] not in ("[", "]", _ELLIPSIS, "\\"):
                raise AnchorError(f"anchor {shown(anchor)} has a lone backslash; expected \\[ \\] \\… or \\\\")
            parts[-1] += anchor[position]
        elif char in "[]" or (
            char == _ELLIPSIS and (anchor[:position] == "" or anchor[position - 1] in " [") and anchor[position + 1 : position + 2] in ("", " ", "]")
        ):
            signs.append(char)
            parts.append("")
        else:
            parts[-1] += char
        position += 1
    kinds = "".join(signs)
    if kinds not in ("", _ELLIPSIS, "[]", f"[{_ELLIPSIS}]"):
        raise AnchorError(f"anchor {shown(anchor)} has brackets or … out of order; expected one [ ] pair, one … inside it, literal signs escaped with \\")
    if "[" in kinds:
        before, *inner, after = parts
    else:
        before, inner, after = "", parts, ""
    first, last = (inner[0].removesuffix(" "), inner[1].removeprefix(" ")) if _ELLIPSIS in kinds else (inner[0], None)
    if not first.strip() or (last is not None and not last.strip()):
        raise AnchorError(f"anchor {shown(anchor)} points at nothing; expected words" + (" on both sides of …" if last is not None else ""))
    return _Pattern(before, first, last, after)


def escape(string: str) -> str:
    """``string`` with the signs of the anchor syntax escaped, so that it stands for itself."""
    return re.sub(rf"[\[\]{_ELLIPSIS}\\]", lambda match: "\\" + match[0], string)


def _is_edge(text: str, at: int) -> bool:
    """Whether no word runs across offset ``at``."""
    return not (0 < at < len(text) and _is_word(text[at - 1]) and _is_word(text[at]))


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_"


def _finds(text: str, string: str, start: int = 0, stop: int | None = None) -> Iterator[int]:
    """Offsets at which ``string`` stands on word boundaries."""
    at = text.find(string, start, stop)
    while at != -1:
        if _is_edge(text, at) and _is_edge(text, at + len(string)):
            yield at
        at = text.find(string, at + 1, stop)


def _matches(text: str, pattern: _Pattern) -> Iterator[tuple[Place, bool]]:
    """Every place that ``pattern`` fits, and whether its end is unsure (the last words recur in the paragraph)."""
    lead = pattern.before + pattern.first
    for at in _finds(text, lead):
        start = at + len(pattern.before)
        if not _is_edge(text, start):
            continue
        if pattern.last is None:
            end = start + len(pattern.first)
            if _is_edge(text, end) and text.startswith(pattern.after, end) and _is_edge(text, end + len(pattern.after)):
                yield (start, end), False
            continue
        tail = pattern.last + pattern.after
        ends = _finds(text, tail, start + len(pattern.first))
        if (found := next(ends, None)) is None:
            continue
        end = found + len(pattern.last)
        paragraph = text.find("\n", end)
        again = next(ends, None)
        yield (start, end), again is not None and (paragraph == -1 or again < paragraph)


def _in_context(text: str, place: Place, width: int = 24) -> str:
    start, end = place
    return shown(f"{text[max(0, start - width) : start]}[{text[start:end]}]{text[end : end + width]}", 2 * width + 60)


def resolve(anchor: str, text: str) -> Place:
    """The one place that ``anchor`` points at, as ``(start, end)``.

    Raises:
        AnchorError: malformed, or it fits no place or several; the message shows the candidates in context.
    """
    pattern = _parse(anchor)
    found = list(_matches(text, pattern))
    if len(found) == 1 and not found[0][1]:
        return found[0][0]
    if not found:
        near = _near(text, pattern)
        raise AnchorError(f"anchor {shown(anchor)} is not in the text, expected words as they stand in it{f'; {near}' if near else ''}")
    if len(found) == 1:
        raise AnchorError(f"anchor {shown(anchor)} has last words that recur in the paragraph; expected more of the last words (or the context behind it)")
    places = "; ".join(f"{place[0]}: {_in_context(text, place)}" for place, _ in found[:_CANDIDATES])
    more = f"; and {len(found) - _CANDIDATES} more" if len(found) > _CANDIDATES else ""
    raise AnchorError(f"anchor {shown(anchor)} fits {len(found)} places; expected one, add context: {places}{more}")


def _candidates(text: str, start: int, end: int) -> Iterator[str]:
    """Anchors that may point at a place, the most readable first: the words, the words in context, first and last words, ever more context."""
    words = text[start:end]
    body = escape(words)
    plain = "\n" not in words
    if len(words) <= 60 and plain:
        yield body
    low, high = start, end
    for _ in range(12):
        before = text.rfind(" ", 0, max(0, low - 1)) + 1 if low > 0 else 0
        low = max(before, text.rfind("\n", 0, start) + 1)
        after = text.find(" ", high + 1)
        stop = text.find("\n", end)
        stop = len(text) if stop == -1 else stop
        high = min(stop, after if after != -1 else stop)
        if len(words) <= 80 and plain:
            yield from (
                f"{escape(text[low:start])}[{body}]", f"[{body}]{escape(text[end:high])}", f"{escape(text[low:start])}[{body}]{escape(text[end:high])}",
            )  # fmt: skip
    parts = words.split(" ")
    for size in range(3, 9):
        if len(parts) > 2 * size:
            yield f"{escape(' '.join(parts[:size]))} … {escape(' '.join(parts[-size:]))}"
    yield body
    for width in (40, 80, 160, 320, 640, 1280, len(text)):  # across paragraphs; the whole text around it fits one place
        low = next((at for at in range(max(0, start - width), start) if _is_edge(text, at)), start)
        high = next((at for at in range(min(len(text), end + width), end, -1) if _is_edge(text, at)), end)
        yield f"{escape(text[low:start])}[{body}]{escape(text[end:high])}"


def point(text: str, place: Place) -> str:
    """A short anchor that `resolve` takes to ``place``: the words alone where they occur once, else with words around them, else from the first
    words to the last.

    Raises:
        AnchorError: no anchor can, since an end of the place lies within a word, or it covers nothing.
    """
    for candidate in _candidates(text, *place):
        try:
            if resolve(candidate, text) == place:
                return candidate
        except AnchorError:
            continue
    raise AnchorError(
        f"no anchor points at characters {place[0]} to {place[1]}, {_in_context(text, place)}; expected a place that begins and ends with whole words"
    )


def _near(text: str, pattern: _Pattern) -> str:
    """Why an anchor was not found, with what stands in the text instead."""
    whole = pattern.before + pattern.first
    bare = [text.find(whole)] if text.find(whole) != -1 else []
    if bare and pattern.last is None and not pattern.after:
        return f"it stands only inside a longer word: {_in_context(text, (bare[0], bare[0] + len(whole)))}"
    folded, origin = fold(text)
    needle = fold(whole)[0]
    at = folded.lower().find(needle.lower())
    if at != -1:
        place = origin[at] + len(pattern.before), origin[min(at + len(needle), len(folded))]
        what = "what follows differs" if bare else "it differs in case, quotes, dashes or white space"
        return f"{what}: {_in_context(text, place)}"
    words = needle.split()
    for size in range(len(words) - 1, 0, -1):  # the longest run of first words that does occur
        at = folded.find(" ".join(words[:size]))
        if at != -1 and size >= 2:
            return f"it departs from the text here: {_in_context(text, (origin[at], origin[at + len(' '.join(words[:size]))]))}"
    known = dict.fromkeys(re.findall(r"\S+", text))
    for word in words:
        if word not in known and (near := difflib.get_close_matches(word, known, 1, 0.6)):
            at = text.find(near[0])
            return f"the nearest to {shown(word)} is: {_in_context(text, (at, at + len(near[0])))}"
    return ""


# --- predictions ------------------------------------------------------------------------------------------


def locate(string: str, text: str, folded: tuple[str, list[int]] | None = None) -> list[Place]:
    """All places where a predicted ``string`` fits, by the first of these that finds any: literally, as an anchor,
    literally after folding quotes, dashes and white space. Never fuzzily. Empty when it is not in the text.
    """
    string = string.strip()
    if not string:
        return []
    if plain := [(at, at + len(string)) for at in _finds(text, string)]:
        return plain
    if "[" in string or _ELLIPSIS in string or "\\" in string:
        try:
            if anchored := [place for place, _ in _matches(text, _parse(string))]:
                return anchored
        except AnchorError:
            pass  # a literal bracket, then
    body, origin = folded or fold(text)
    needle = fold(string)[0].strip()
    return [(origin[at], origin[at + len(needle) - 1] + 1) for at in _finds(body, needle)]


def place(records: Sequence[Mapping[str, str]], text: str, taken: Sequence[Sequence[Place]] = ()) -> list[dict[str, Place | None]]:
    """Places for the strings of one kind of records in one article (``docs/scoring.md``, "Text-only predictions").

    Args:
        records: for each record, in canonical order, its strings by a key of the caller's.
        text: the article.
        taken: for each record, places it already has because it gave offsets.

    Returns:
        For each record the place of each key, ``None`` for a string that is not in the text. What is unique is placed
        first; then each repeated string of a record at the least distance to a placed span of that record, leftmost on
        ties; then the rest, in the order given, at the leftmost occurrence that no record has taken for the same key.
    """
    folded = fold(text)
    cache: dict[str, list[Place]] = {}
    out: list[dict[str, Place | None]] = []
    open_: list[tuple[int, str, list[Place]]] = []
    for index, strings in enumerate(records):
        placed: dict[str, Place | None] = {}
        for key, string in strings.items():
            found = cache.get(string)
            if found is None:
                found = cache[string] = locate(string, text, folded)
            if len(found) == 1:
                placed[key] = found[0]
            else:
                placed[key] = None
                if found:
                    open_.append((index, key, found))
        out.append(placed)
    rest = []
    anchored = [[spot for spot in placed.values() if spot] + list(taken[index] if taken else ()) for index, placed in enumerate(out)]
    own: dict[tuple[int, str], set[Place]] = {}  # what a field of a record has: no two of its strings share a place while another is free
    used: dict[str, set[Place]] = {}  # what any record has taken for a field
    for index, placed in enumerate(out):
        for key, spot in placed.items():
            if spot:
                own.setdefault((index, _field(key)), set()).add(spot)

    ranked: dict[tuple[int, str], list[Place]] = {}
    for index, key, found in open_:
        if not anchored[index]:
            rest.append((index, key, found))
            continue
        string, mine = records[index][key], own.setdefault((index, _field(key)), set())
        if (index, string) not in ranked:
            ranked[index, string] = sorted(found, key=lambda spot: (min(_distance(spot, other) for other in anchored[index]), spot))
        spot = next((spot for spot in ranked[index, string] if spot not in mine), ranked[index, string][0])
        out[index][key] = spot
        mine.add(spot)
    for placed in out:
        for key, spot in placed.items():
            if spot:
                used.setdefault(_field(key), set()).add(spot)

    near: dict[int, dict[str, dict[Place, int]]] = {}  # for each record and string: places and their distance to what the record has so far
    for index, key, found in rest:
        field, string = _field(key), records[index][key]
        mine, distances = own.setdefault((index, field), set()), near.setdefault(index, {})
        mates = [spot for spot in out[index].values() if spot] if string not in distances else []
        if mates:
            distances[string] = {spot: min(_distance(spot, mate) for mate in mates) for spot in found}
        if string in distances:
            away = distances[string]
            spot = min([place for place in found if place not in mine] or found, key=lambda place: (away[place], place))
        else:
            spot = next((place for place in found if place not in used.get(field, ())), found[0])
        out[index][key] = spot
        mine.add(spot)
        used.setdefault(field, set()).add(spot)
        for places in distances.values():
            for place, away_ in places.items():
                if away_ and (here := _distance(place, spot)) < away_:
                    places[place] = here
    return out


def _field(key: str) -> str:
    """The field a key belongs to: ``content[1]`` is of ``content``."""
    return key.split("[", 1)[0]


def _distance(one: Place, other: Place) -> int:
    """Characters between two spans; 0 when they touch or overlap."""
    return max(0, one[0] - other[1], other[0] - one[1])


# --- explaining wrong offsets --------------------------------------------------------------------------------


def explain_offsets(start: int, end: int, covered: str, text: str) -> str:
    """Why ``text[start:end]`` is not ``covered``: offsets in bytes or UTF-16, a constant shift, or another text.

    Returns a sentence for the message, empty when nothing explains the mismatch.
    """
    for name, encoding, unit in (("UTF-8 bytes", "utf-8", 1), ("UTF-16 code units", "utf-16-le", 2)):
        encoded = text.encode(encoding)
        if encoded[start * unit : end * unit] == covered.encode(encoding) and len(encoded) // unit != len(text):
            return f"the offsets count {name}; expected Unicode code points"
    if text[start : start + len(covered)] == covered:
        return f"the end is inclusive or off by {end - start - len(covered)}; expected a half-open span ending at {start + len(covered)}"
    places = list(_finds(text, covered))
    if places:
        index = bisect_left(places, start)
        nearest = min(places[max(0, index - 1) : index + 1], key=lambda at: abs(at - start))
        return f"{shown(covered)} stands at {nearest}, a shift of {nearest - start:+d}; are the offsets of another version of the text?"
    return f"{shown(covered)} is nowhere in the text"
