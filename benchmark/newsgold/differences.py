"""Where two annotations of an article, or a prediction and the gold, differ: record by record, in words.

`differences` lists every point for adjudication, `aligned` all records side by side; `findings` lists what became of scored records, with their text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Any, Final

import msgspec

from newsgold.layers import REGISTRY
from newsgold.notes import Note, by_record, on, words
from newsgold.pairing import Match, align, score_article
from newsgold.records import Annotation, Article, spans_of
from newsgold.scoring import Scorecard


@dataclass(frozen=True)
class Difference:
    """One point on which two annotations of an article differ: what adjudication has to rule on."""

    layer: str
    """``entities`` or a layer."""
    where: str
    """The words that locate the record, with its id on either side."""
    field: str
    """The field that differs; ``record`` where one side has no such record."""
    one: str
    """What the first annotation has."""
    other: str
    """What the second one has."""


@dataclass(frozen=True)
class Aligned:
    """A record of one annotation with the record of another that says the same thing, or alone."""

    layer: str
    """``entities`` or a layer."""
    one: Any
    """The first annotation's record, ``None`` where it has no such record."""
    other: Any
    """The second one's."""
    fields: dict[str, tuple[str, str]]
    """The fields in which the two differ, with both values in words."""


def aligned(one: Article, other: Article) -> list[Aligned]:
    """The records of two annotations of one article, side by side: every record of both once, by layer, in the order of the text.

    Records are matched as they are scored; entities as they are aligned. Entity ids are told by name.
    """
    assert one.text is not None
    pairs: dict[str, list[tuple[Any, Any]]] = {"entities": []}
    right = {entity.id: entity for entity in other.entities}
    same_entities = align(one, other)
    pairs["entities"] = [(entity, right.get(same_entities.get(entity.id, ""))) for entity in one.entities]
    pairs["entities"] += [(None, entity) for entity in other.entities if entity.id not in same_entities.values()]
    matches = score_article(one, other).matches
    for layer in ("claims", "events", "figures"):
        ids = [{record.id: record for record in getattr(side, layer)} for side in (one, other)]
        pairs[layer] = [(ids[0].get(m.gold or ""), ids[1].get(m.predicted or "")) for m in matches if m.layer == layer]
    same = {(a.id, b.id) for found in pairs.values() for a, b in found if a is not None and b is not None}
    names = _names(one), _names(other)
    return [
        Aligned(layer, a, b, {} if a is None or b is None else dict(_fields(a, b, same, names)))
        for layer, found in pairs.items()
        for a, b in sorted(found, key=lambda pair: _place(pair[0] or pair[1]))
    ]


def differences(one: Article, other: Article) -> list[Difference]:
    """Everything on which two annotations of one article differ, in the order of the text (`aligned`)."""
    names = _names(one), _names(other)
    out = []
    for pair in aligned(one, other):
        where = " / ".join(f"{record.id} {_told(spans_of(record)[0], {})}" for record in (pair.one, pair.other) if record is not None)
        if pair.one is None or pair.other is None:
            told = ("–" if record is None else _told(record, names[index]) for index, record in enumerate((pair.one, pair.other)))
            out.append(Difference(pair.layer, where, "record", *told))
        else:
            out += [Difference(pair.layer, where, name, *values) for name, values in pair.fields.items()]
    return out


def _names(side: Annotation) -> dict[str, str]:
    return {entity.id: entity.name or entity.id for entity in side.entities}


def _fields(one: Any, other: Any, same: set[tuple[str, str]], names: Sequence[Mapping[str, str]]) -> Iterator[tuple[str, tuple[str, str]]]:
    """The fields in which two records differ, with both values in words."""
    for name in one.__struct_fields__:
        left, right = getattr(one, name), getattr(other, name)
        if left != right and name not in ("id", "links") and _key(left) != _key(right) and not _linked(left, right, same):
            yield name, (_told(left, names[0]), _told(right, names[1]))


def changes(one: Any, other: Any, same: set[tuple[str, str]], names: Sequence[Mapping[str, str]]) -> Iterator[tuple[str, str, str]]:
    """The fields in which a gold and a predicted record differ, with both values in words; of lists only what the other side lacks.

    Args:
        one, other: records of one kind.
        same: gold and predicted ids that mean the same record.
        names: entity id to name, on both sides.
    """
    for name, values in _fields(one, other, same, names):
        left, right = getattr(one, name), getattr(other, name)
        if isinstance(left, tuple) and isinstance(right, tuple) and name != "content":
            apart = [item for item in left if not any(item == mate or _linked(item, mate, same) for mate in right)]
            extra = [item for item in right if not any(item == mate or _linked(mate, item, same) for mate in left)]
            values = _told(tuple(apart), names[0]), _told(tuple(extra), names[1])  # noqa: PLW2901 — the same values, in fewer words
        yield name, *values


def _place(record: Any) -> tuple[int, int]:
    span = min(spans_of(record), key=lambda span: span.start)
    return span.start, span.end


def _key(value: Any) -> Any:
    """A value without what order or naming may change: sets for lists."""
    return frozenset(value) if isinstance(value, tuple) else value


def _linked(one: Any, other: Any, same: set[tuple[str, str]]) -> bool:
    """Whether two values differ only in the ids that each side happened to give to the same records."""
    if isinstance(one, str) and isinstance(other, str):
        return (one, other) in same
    if isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other):
        rest = list(other)
        for item in one:
            if (mate := next((r for r in rest if r == item or _linked(item, r, same)), None)) is None:
                return False
            rest.remove(mate)
        return True
    fields = getattr(one, "__struct_fields__", None)
    if fields and type(one) is type(other):
        return all(getattr(one, f) == getattr(other, f) or _linked(getattr(one, f), getattr(other, f), same) for f in fields)
    return False


def _told(value: Any, names: Mapping[str, str]) -> str:
    """A value in words: covered text for spans, names for entities."""
    if value is None:
        return "–"
    if isinstance(value, tuple):
        return "; ".join(_told(item, names) for item in value) or "–"
    if hasattr(value, "start"):
        return f"“{value.text}”@{value.start}" + (f" {value.form}" if hasattr(value, "form") else "")
    if hasattr(value, "__struct_fields__"):
        return ", ".join(
            f"{f} {_told(getattr(value, f), names)}" for f in value.__struct_fields__ if f not in ("id", "links") and getattr(value, f) not in (None, (), False)
        )
    return f"{value} ({names[value]})" if value in names else str(value)


# --- scored records ---------------------------------------------------------------------------------------------------


class Finding(msgspec.Struct, frozen=True):
    """One scored record, with its text."""

    article: str
    """Article id."""
    layer: str
    """Layer, or ``arguments``."""
    kind: str
    """The error kind (`newsgold.pairing.Match.kind`)."""
    gold: str | None
    """Gold record id."""
    predicted: str | None
    """Predicted record id."""
    overlap: float | None
    """Dice of the spans."""
    context: str
    """The text around it: gold in [square brackets], predicted in {braces}."""
    fields: dict[str, tuple[str, str]]
    """What differs between the two, or what the one that is there says: field to gold and predicted value in words."""
    notes: tuple[str, ...] = ()
    """Why the gold has the record so; of a spurious one, why it has none there (`newsgold.notes.words`)."""


def findings(
    card: Scorecard,
    gold: Sequence[Article],
    predicted: Mapping[str, Annotation],
    wanted: Callable[[Match], bool] = lambda match: match.outcome != "hit",
    *,
    notes: Mapping[str, Sequence[Note]] | None = None,
) -> Iterator[Finding]:
    """The scored records that are ``wanted``, in the order of the articles' ids and of the text.

    Args:
        card: what the predictions scored.
        gold: the articles that were scored.
        predicted: the resolved predictions by article (`newsgold.predictions.read`).
        wanted: which records; by default all that are not hits.
        notes: article id to the notes on its gold (`newsgold.notes.load_notes`); none by default.
    """
    articles = {article.id: article for article in gold}
    for name, matches in card.outcomes:
        chosen = [match for match in matches if wanted(match)]
        if not chosen:
            continue
        article = articles[name]
        annotation = predicted.get(name) or Annotation(id=name)
        same = {(match.gold, match.predicted) for match in matches if match.gold and match.predicted and match.layer != "arguments"}
        same |= set(align(article, annotation).items())
        told = by_record((notes or {}).get(name, ()))
        names = _names(article), _names(annotation)
        sides = tuple({(layer, record.id): record for layer in _FIELDS for record in getattr(side, _FIELDS[layer])} for side in (article, annotation))
        for match in chosen:
            layer = "events" if match.layer == "arguments" else match.layer
            one, other = sides[0].get((layer, match.gold or "")), sides[1].get((layer, match.predicted or ""))
            if match.layer == "arguments":
                fields = {"argument": (match.detail or "–", "–") if match.outcome != "spurious" else ("–", match.detail or "–")}
            elif one is not None and other is not None:
                fields = dict(_fields(one, other, same, names))
            else:
                fields = {"record": ("–" if one is None else _told(one, names[0]), "–" if other is None else _told(other, names[1]))}
            differ = ["participants"] if match.layer == "arguments" else None if other is None else fields
            why = on(told, layer, match.gold, () if other is None else spans_of(other), differ)
            yield Finding(
                name, match.layer, match.kind, match.gold, match.predicted, match.overlap, _context(article.text or "", one, other), fields, tuple(map(words, why))
            )  # fmt: skip


_FIELDS: Final = {layer: "entities" if layer == "speakers" else layer for layer in REGISTRY}
_AROUND: Final = 40
"""Characters shown on either side of a border."""


def _to_words(text: str, place: int) -> tuple[int, int]:
    """A window around a place that cuts no word."""
    start, end = max(0, place - _AROUND), min(len(text), place + _AROUND)
    while 0 < start < place and not text[start - 1].isspace():
        start += 1
    while place < end < len(text) and not text[end].isspace():
        end -= 1
    return start, end


def _context(text: str, gold: Any, predicted: Any) -> str:
    """The text around the borders of both records, gold in square brackets, predicted in braces; what lies between is cut."""
    marks: list[tuple[int, int, str]] = []  # place, order at one place (what closes stands before what opens), mark
    for record, (opening, closing), inner in ((gold, "[]", 0), (predicted, "{}", 1)):
        spans = [span for span in spans_of(record) if span.start >= 0] if record is not None else []
        if hasattr(record, "mentions"):
            spans = spans[:1]  # an entity or event stands in many places; its first is enough to know it
        for span in spans:
            marks += [(span.start, 2 + inner, opening), (span.end, 1 - inner, closing)]
    if not marks:
        return ""
    marks.sort()
    windows: list[list[int]] = []
    for place, _, _ in marks:
        start, end = _to_words(text, place)
        if windows and start <= windows[-1][1] + _AROUND:
            windows[-1][1] = end
        else:
            windows.append([start, end])
    parts = []
    for start, end in windows:
        cut = [0, *(place - start for place, _, _ in marks if start <= place <= end), end - start]
        inside = [mark for place, _, mark in marks if start <= place <= end]
        stretch = text[start:end]
        pieces = [stretch[a:b] for a, b in pairwise(cut)]
        parts.append("".join(chain.from_iterable(zip(pieces, [*inside, ""], strict=True))))
    shown = " … ".join(" ".join(part.split()) for part in parts)
    return f"{'… ' if windows[0][0] else ''}{shown}{' …' if windows[-1][1] < len(text) else ''}"
