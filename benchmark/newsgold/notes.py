"""Notes on the gold: why a record is as it is, or why something that one might expect has none.

``data/notes/<id>.yaml`` is what people edit; `newsgold.build` compiles all of them into ``data/notes.jsonl``, a line an article.
A note says what decides, by section or ruling of the guidelines. It is no part of the annotation: nothing scores it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import msgspec
import orjson

from newsgold import corpus, resources
from newsgold.anchors import AnchorError, resolve
from newsgold.issues import InputError, Issue, path_of, shown
from newsgold.records import SPLITS, Article, Claim, Entity, Event, Figure, Record, Span, spans_of, to_dict
from newsgold.validate import check_schema

FILE: Final = "notes.jsonl"
FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "entities": ("record", "name", "kind", "named", "role", "mentions"),
    "claims": ("record", "content", "cue", "source", "speakers", "relay", "form", "act", "parent"),
    "events": ("record", "type", "mentions", "status", "participants", "time", "part_of"),
    "figures": ("record", "span", "kind", "value", "bound", "unit", "of", "change", "event", "relations"),
}
"""Layer to what a note on one of its records may be about; ``record``: that there is one at all."""
LEFT_OUT: Final = {"entity": "speakers", "mention": "speakers", "claim": "claims", "event": "events", "figure": "figures"}
"""What a place without a record may be expected to be, and the layer that would hold it."""


class Note(Record, frozen=True, kw_only=True):
    """Why the gold has something so, or why it has nothing there."""

    record: str | None
    """Id of the record; ``None`` where the note is about something that is not annotated."""
    span: Span
    """The record's first place in the text, or the words that are not annotated."""
    about: str
    """One of FIELDS of the record's layer, or one of LEFT_OUT."""
    note: str
    """What stands and why, with the section or ruling of the guidelines that decides."""
    other: str | None = None
    """Another reading that can be defended too, where there is one."""


class Notes(Record, frozen=True, kw_only=True):
    """The notes of one article."""

    id: str
    """The article's."""
    split: str
    """Its split."""
    canary: str
    """The article's canary."""
    notes: tuple[Note, ...]
    """In the order of the text."""


def head(note: Note) -> str:
    """What a note is about, in words that it can follow."""
    return f"no {note.about}" if note.record is None else "why" if note.about == "record" else f"why {note.about}"


def words(note: Note) -> str:
    """A note in a line: what it is about, what it says, and the other reading."""
    lead = head(note)
    # Of what is left out a note often says so itself.
    return f"{'' if note.note.startswith(lead) else f'{lead}: '}{note.note}{f'; but also {note.other}' if note.other else ''}"


def by_record(notes: Iterable[Note]) -> dict[str | None, list[Note]]:
    """Record id to its notes, in their order; under ``None`` those about what is not annotated."""
    out: dict[str | None, list[Note]] = {}
    for note in notes:
        out.setdefault(note.record, []).append(note)
    return out


_FOUND: Final = frozenset({"record", "content", "mentions", "span"})
"""What the notes are about that bear on whether a record is found."""
_VALUE: Final = frozenset({"low", "high", "parts"})


def on(told: Mapping[str | None, Sequence[Note]], layer: str, gold: str | None, predicted: Sequence[Span], fields: Iterable[str] | None) -> list[Note]:
    """The notes that bear on what became of a scored record.

    Args:
        told: the article's notes (`by_record`).
        layer: the record's.
        gold: id of the gold record; ``None`` for one that was only predicted, of which the notes tell why the gold has none there.
        predicted: where the predicted record stands.
        fields: in which the two differ; ``None`` for a gold record that was not found, of which the notes tell why it is one, and where.
    """
    if gold is not None:
        wanted = _FOUND if fields is None else {"value" if field in _VALUE else field for field in fields}
        return [note for note in told.get(gold, ()) if note.about in wanted]
    left = (note for note in told.get(None, ()) if LEFT_OUT[note.about] == layer)
    return [note for note in left if any(span.start < note.span.end and note.span.start < span.end for span in predicted)]


# --- compiling ------------------------------------------------------------------------------------------------------------


def _first(record: Entity | Claim | Event | Figure) -> Span:
    first = min(spans_of(record), key=lambda span: (span.start, span.end))
    return Span(first.start, first.end, first.text)


def compile_notes(path: Path, article: Article, report: Callable[[Issue], None], *, name: str | None = None) -> Notes | None:
    """The notes of ``data/notes/<id>.yaml``, or ``None`` after reporting every reason why not.

    A source is a mapping with the list ``notes``; each has ``record`` (an id) or ``at`` (an anchor of what is not annotated), ``about``, ``note``
    and, where another reading can be defended, ``other``.
    """
    name = name or str(path)
    try:
        source = corpus.read_yaml(path, name)
    except InputError as error:
        for problem in error.issues:
            report(problem)
        return None
    problems = 0

    def issue(at: Sequence[str | int], message: str) -> None:
        nonlocal problems
        problems += 1
        report(Issue(name, source.line(at), path_of(at), message))

    records = {record.id: (layer, record) for layer in FIELDS for record in getattr(article, layer)}
    for key in source.data:
        if key != "notes":
            issue([key], "unknown key; expected notes alone")
    given = source.data.get("notes")
    if not isinstance(given, list) or not given:
        issue(["notes"], f"{shown(given)}; expected a list of notes")
        given = []
    out: list[Note] = []
    seen: set[tuple[object, object]] = set()
    for index, item in enumerate(given):
        at: list[str | int] = ["notes", index]
        if not isinstance(item, dict):
            issue(at, f"{shown(item)}; expected record or at, about and note")
            continue
        before = problems
        for key, value in item.items():
            if key not in ("record", "at", "about", "note", "other"):
                issue([*at, key], "unknown key; expected record or at, about, note and other")
            elif not isinstance(value, str) or not value.strip():
                issue([*at, key], f"{shown(value)}; expected words")
        missing = [key for key in ("about", "note") if key not in item] + ([] if ("record" in item) != ("at" in item) else ["either record or at"])
        if missing:
            issue(at, f"without {' and '.join(missing)}; expected record or at, about and note")
        if problems == before:
            span = _span(item, article, records, at, issue)
            place = (item.get("record"), item.get("at")), item["about"]
            if place in seen:
                issue(at, f"a second note about {item['about']} of {shown(item.get('record') or item.get('at'))}; expected one")
            seen.add(place)
            if span is not None and problems == before:
                out.append(Note(record=item.get("record"), span=span, about=item["about"], note=item["note"], other=item.get("other")))
    if problems:
        return None
    out.sort(key=lambda note: (note.span.start, note.span.end))
    return Notes(id=article.id, split=article.split, canary=article.canary, notes=tuple(out))


def _span(
    item: Mapping[str, str], article: Article, records: Mapping[str, tuple[str, Any]], at: list[str | int], issue: Callable[[Sequence[str | int], str], None]
) -> Span | None:
    """Where a note stands; what is wrong with its place or with ``about`` goes to ``issue``."""
    if "at" in item:
        if item["about"] not in LEFT_OUT:
            issue([*at, "about"], f"{shown(item['about'])} for what is not annotated; expected one of {', '.join(LEFT_OUT)}")
        try:
            start, end = resolve(item["at"], article.text or "")
        except AnchorError as error:
            issue([*at, "at"], str(error))
            return None
        return Span(start, end, (article.text or "")[start:end])
    if item["record"] not in records:
        issue([*at, "record"], f"{shown(item['record'])} is no record of {article.id}; expected the id of one")
        return None
    layer, record = records[item["record"]]
    if item["about"] not in FIELDS[layer]:
        issue([*at, "about"], f"{shown(item['about'])} is nothing that {layer} have; expected one of {', '.join(FIELDS[layer])}")
    return _first(record)


def compile_all(root: Path, splits: Mapping[str, Sequence[Article]], report: Callable[[Issue], None]) -> list[Notes]:
    """All sources under ``root/data/notes`` compiled, in the order of the splits and of the articles' ids."""
    folder = root / "data" / "notes"
    written = [article for articles in splits.values() for article in articles if article.text is not None]
    known = {f"{article.id}.yaml" for article in written}
    for path in sorted(folder.glob("[!.]*")) if folder.is_dir() else ():
        if path.name not in known:
            report(Issue(path.relative_to(root).as_posix(), None, "$", "notes of no article; expected <id>.yaml of a written article in data/articles"))
    found = ((folder / f"{article.id}.yaml", article) for article in written)
    made = (compile_notes(path, article, report, name=path.relative_to(root).as_posix()) for path, article in found if path.is_file())
    return [notes for notes in made if notes is not None]


def lines(notes: Iterable[Notes]) -> bytes:
    """The notes as ``data/notes.jsonl`` has them."""
    return b"".join(corpus.dumps(to_dict(one)) + b"\n" for one in notes)


# --- loading --------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _read() -> tuple[Notes, ...]:
    name = f"data/{FILE}"
    try:
        body = (resources.data() / FILE).read_bytes()
    except OSError as error:
        raise InputError([Issue(name, None, "$", f"cannot be read ({error.strerror}); expected the compiled notes, run newsgold build")]) from error
    issues: list[Issue] = []
    out = []
    for number, line in enumerate(body.splitlines(), 1):
        try:
            value = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            issues.append(Issue(name, number, "$", f"not JSON: {error.msg}; expected what newsgold build writes"))
            continue
        if check_schema("notes", value, lambda at, message, number=number: issues.append(Issue(name, number, path_of(at), message))):  # type: ignore[misc]
            out.append(msgspec.convert(value, Notes))
    if issues:
        raise InputError(issues)
    return tuple(out)


def load_notes(split: str | None = None) -> dict[str, tuple[Note, ...]]:
    """Article id to the notes on its gold, in the order of the text; articles without notes are not in it.

    Args:
        split: only the articles of this split (all by default).

    Raises:
        ValueError: no such split.
        InputError: the file of notes cannot be read, or does not fit its schema.
    """
    if split is not None and split not in SPLITS:
        raise ValueError(f"no split {split!r}; expected one of {', '.join(SPLITS)}")
    return {one.id: one.notes for one in _read() if split in (None, one.split)}
