"""Comparators: when two spans, names, values or times count as the same (``docs/scoring.md``, "Spans")."""

from __future__ import annotations

import heapq
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from newsgold.counts import MILLION
from newsgold.normalize import NAME_TITLES, edtf_interval, name_tokens, number
from newsgold.records import Span, Time

TRIM: Final = frozenset("\"'“”‘’„‚«»‹›`.,;:!?…()")
"""Characters trimmed from both ends of every fragment. Never %, #, & or a sign."""
MODES: Final = ("exact", "close", "overlap", "soft")
_BLANK: Final = re.compile(r"\s")  # the characters that str.isspace() names


class Text:
    """A text that can tell how many characters of a stretch are no white space. Offsets are clamped to the text."""

    def __init__(self, text: str):
        self.text = text
        self._blanks = [match.start() for match in _BLANK.finditer(text)]
        self._shapes: dict[tuple[int, int], Shape] = {}

    def shape(self, spans: Iterable[Span]) -> Shape:
        """The set of character positions that fragments cover, trimmed; fragments with no more than white space between them are joined."""
        parts = [self.one(span) for span in spans]
        if len(parts) == 1:
            return parts[0]
        pieces = sorted(piece for part in parts for piece in part.pieces)
        joined: list[tuple[int, int]] = []
        for start, end in pieces:
            # White space has no weight, so a cut at it makes no other place.
            if joined and self.solid(joined[-1][1], start) <= 0:
                joined[-1] = joined[-1][0], max(end, joined[-1][1])
            else:
                joined.append((start, end))
        return Shape(tuple(joined), sum(self.solid(start, end) for start, end in joined))

    def one(self, span: Span) -> Shape:
        """The shape of one fragment. The same spans come again and again, so they are kept."""
        key = span.start, span.end
        found = self._shapes.get(key)
        if found is None:
            piece = self._trimmed(*key)
            found = self._shapes[key] = Shape((piece,), self.solid(*piece)) if piece else EMPTY
        return found

    def _trimmed(self, start: int, end: int) -> tuple[int, int] | None:
        """A fragment without the marks and white space at its ends; ``None`` if nothing is left."""
        text = self.text
        end = min(end, len(text))
        while 0 <= start < end and (text[start] in TRIM or text[start].isspace()):
            start += 1
        while end > start and (text[end - 1] in TRIM or text[end - 1].isspace()):
            end -= 1
        return (start, end) if 0 <= start < end else None

    def solid(self, start: int, end: int) -> int:
        """Characters in ``[start, end)`` that are no white space."""
        return end - start - bisect_left(self._blanks, end) + bisect_left(self._blanks, start)

    def overlap(self, one: Shape, other: Shape) -> Overlap:
        """How far two shapes cover the same characters."""
        left, right = one.pieces, other.pieces
        if left == right:
            return Overlap(one.size, one.size, one.size)
        shared = 0
        i = j = 0
        while i < len(left) and j < len(right):
            start, end = max(left[i][0], right[j][0]), min(left[i][1], right[j][1])
            if start < end:
                shared += self.solid(start, end)
            if left[i][1] < right[j][1]:
                i += 1
            else:
                j += 1
        return Overlap(shared, one.size, other.size)


class Shape(NamedTuple):
    """A set of character positions: disjoint pieces in order, and how many characters they hold without white space."""

    pieces: tuple[tuple[int, int], ...]
    size: int


EMPTY: Final = Shape((), 0)


class Overlap(NamedTuple):
    """Shared characters and the sizes of both shapes."""

    shared: int
    one: int
    other: int

    @property
    def exact(self) -> bool:
        """Equal, non-empty sets."""
        return 0 < self.shared == self.one == self.other

    @property
    def close(self) -> bool:
        """Dice ≥ 0.8."""
        return self.shared > 0 and 10 * self.shared >= 4 * (self.one + self.other)

    @property
    def half(self) -> bool:
        """Dice ≥ 0.5: the mode ``overlap``."""
        return self.shared > 0 and 4 * self.shared >= self.one + self.other

    @property
    def millionths(self) -> int:
        """Dice = 2|A∩B| / (|A|+|B|) in whole millionths, rounded down."""
        return 2 * self.shared * MILLION // (self.one + self.other) if self.shared else 0

    def credits(self) -> tuple[int, int, int, int]:
        """Credit in each of `MODES`: 0 or 1, and millionths for soft."""
        if self.exact:
            return 1, 1, 1, MILLION
        return int(self.exact), int(self.close), int(self.half), self.millionths


NOTHING: Final = Overlap(0, 0, 0)


def touching(gold: Sequence[Sequence[Shape]], predicted: Sequence[Sequence[Shape]]) -> Iterator[tuple[int, int]]:
    """Index pairs of records that share a character, each once, by one sweep over all pieces."""
    sides = [
        sorted([(start, end, index) for index, shapes in enumerate(records) for shape in shapes for start, end in shape.pieces])
        for records in (gold, predicted)
    ]
    if all(one[1] <= other[0] for side in sides for one, other in pairwise(side)):  # nothing overlaps within a side: merge the two
        pairs = _merged(*sides)
    else:
        pairs = _swept(*sides)
    seen = set()
    for pair in pairs:
        if pair not in seen:
            seen.add(pair)
            yield pair


_Piece = tuple[int, int, int]
"""Start, end and the index of its record."""


def _merged(gold: Sequence[_Piece], predicted: Sequence[_Piece]) -> Iterator[tuple[int, int]]:
    i = j = 0
    while i < len(gold) and j < len(predicted):
        start, end, one = gold[i]
        begin, stop, other = predicted[j]
        if start < stop and begin < end:
            yield one, other
        if end < stop:
            i += 1
        else:
            j += 1


def _swept(gold: Sequence[_Piece], predicted: Sequence[_Piece]) -> Iterator[tuple[int, int]]:
    events = sorted([(start, end, 0, index) for start, end, index in gold] + [(start, end, 1, index) for start, end, index in predicted])
    active: tuple[list[tuple[int, int]], list[tuple[int, int]]] = ([], [])  # (end, index) per side, soonest end first
    for start, end, side, index in events:
        other = active[1 - side]
        while other and other[0][0] <= start:
            heapq.heappop(other)
        for _, mate in other:
            yield (index, mate) if side == 0 else (mate, index)
        heapq.heappush(active[side], (end, index))


# --- values -----------------------------------------------------------------------------------------------


def same_number(one: str | None, other: str | None) -> bool:
    """Equal as numbers; ``None`` equals only ``None``."""
    if one is None or other is None:
        return one is other
    left, right = number(one), number(other)
    return left is not None and left == right


def same_parts(one: Sequence[str], other: Sequence[str]) -> bool:
    """The same numbers in the same order."""
    return len(one) == len(other) and all(map(same_number, one, other))


def same_time(one: Time, other: Time) -> tuple[bool, bool]:
    """Whether two times are equal as EDTF intervals with the same marks, and whether the Dice of their days is ≥ 0.5."""
    if one.value is None or other.value is None:
        return False, False
    left, right = edtf_interval(one.value), edtf_interval(other.value)
    if left is None or right is None:
        return one.value == other.value, False
    marks = [[part[-1] if part[-1:] in ("?", "~", "%") else "" for part in value.split("/")] for value in (one.value, other.value)]
    if len(marks[0]) != len(marks[1]):  # a month as a month and as an interval of its days
        marks = [sorted(set(row)) for row in marks]
    shared = min(left[1], right[1]) - max(left[0], right[0]) + 1
    return left == right and marks[0] == marks[1], shared > 0 and 4 * shared >= left[1] - left[0] + right[1] - right[0] + 2


# --- names ------------------------------------------------------------------------------------------------


class Names:
    """Which predicted names match which gold names in one article.

    Equal tokens match, unless two gold names have them. Fewer tokens match a fuller name that is the only one to hold
    them, whichever side is fuller, if what is left over is no title; a bare name that fits two entities matches neither.
    A predicted name may be fuller up to a Dice of tokens of 0.5, so that no sentence with a name in it is that name.
    """

    def __init__(self, gold: Mapping[int, str | None], predicted: Mapping[int, str | None], language: str):
        self._titles = NAME_TITLES.get(language.split("-", maxsplit=1)[0], NAME_TITLES["en"])
        # A blank name has no tokens, and none are part of any name.
        self._sides = tuple({index: tokens for index, name in side.items() if name and (tokens := name_tokens(name, language))} for side in (gold, predicted))

    def _part(self, few: frozenset[str], many: frozenset[str]) -> bool:
        return few <= many and not (many - few) & self._titles

    def pairs(self) -> set[tuple[int, int]]:
        """All matching (gold, predicted) pairs."""
        gold, predicted = self._sides
        out = set()
        for p, tokens in predicted.items():
            equal = [g for g, other in gold.items() if other == tokens]
            fuller = [g for g, other in gold.items() if self._part(tokens, other)]
            if equal:
                if len(equal) == 1:
                    out.add((equal[0], p))
            elif len(fuller) == 1:
                out.add((fuller[0], p))
        for g, tokens in gold.items():
            if any(other == tokens for other in predicted.values()):
                continue
            fuller = [p for p, other in predicted.items() if self._part(tokens, other) and len(other) <= 3 * len(tokens)]
            if (
                len(fuller) == 1
                and sum(1 for other in gold.values() if self._part(other, predicted[fuller[0]])) == 1
                and predicted[fuller[0]] not in gold.values()
            ):
                out.add((g, fuller[0]))
        return out
