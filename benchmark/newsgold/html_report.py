"""A system's results to read: one HTML file with scores, where points get lost, and every article with its records.

A report is an overview (scores with intervals, the four ladders, error kinds, confusion matrices, slices), lists that lead
from each number to the records behind it, and the articles: gold and prediction side by side, every record with what became
of it. With a second system it also says which differences are real, and which records changed. Above `PER_PAGE` articles
the articles go to pages of their own beside the overview. Nothing here computes a score.
"""

from __future__ import annotations

import gc
import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice
from operator import itemgetter
from pathlib import PurePath
from typing import Any, Final

from newsgold import facets, stats
from newsgold.differences import changes
from newsgold.layers import REGISTRY
from newsgold.markup import OUTCOME_CLASS, SIGNS, Html, Mark, Paragraph, attribute, content, environment, marked, page, template, visible
from newsgold.measures import OVERALL, headline_names
from newsgold.notes import Note as GoldNote
from newsgold.notes import by_record, on
from newsgold.notes import words as told_in_words
from newsgold.pairing import Match, align, error_kinds
from newsgold.records import Annotation, Article, Claim, Entity, Event, Span, spans_of
from newsgold.report import DASH, cell
from newsgold.scoring import Scorecard

PER_PAGE: Final = 120
"""Articles up to which a report is one file; larger ones are split into pages of so many."""
SLICE_RESAMPLES: Final = 2_000
"""Most bootstrap samples for each slice: there are dozens, and an end of an interval moves by 6% of the standard error (√(0.025 · 0.975 / 2000) over the density there)."""
CHUNK: Final = 6
"""Articles that a drawing process is handed at a time."""
AHEAD: Final = 20
"""Chunks for each process that may be drawn before their turn; what is drawn early lies in memory."""
LETTERS: Final = "AB"
WORST: Final = 5
"""Articles named for each kind of error."""
WIDE: Final = 10
"""Labels above which a confusion matrix is told row by row: what each label was taken for."""
CUT: Final = 48
"""Letters of a text that a table quotes."""
NAME: Final = 32
"""Letters of a name in it."""
TOLD: Final = frozenset({"role", "parent", "relay", "part_of", "time", "unit", "of", "event", "relations"})
"""Fields that may be empty and that stand in a record's line (`_words`) where they are not."""
NOTHING: Final = f"<td>{DASH}"
_AT: Final = re.compile(r"(?<=”)@\d+")


@dataclass(frozen=True)
class System:
    """A system on the gold of the report."""

    name: str
    """Its name."""
    card: Scorecard
    """Its scores."""
    annotations: Mapping[str, Annotation]
    """Its resolved predictions by article (`newsgold.predictions.read`)."""


# --- records -------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Cell:
    """What became of a record in one system."""

    letter: str
    outcome: str
    kind: str
    predicted: str | None
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    """Field, gold value, predicted value, where they differ."""
    lacking: list[str] = field(default_factory=list)
    """Fields that the gold's words tell and that the prediction leaves empty."""

    def table_cell(self, named: bool = True) -> str:
        """As a cell of a table, with the id that the system gave the record where that is wanted."""
        found = f", {content(self.predicted)}" if named and self.predicted else ""
        return f"<td class={OUTCOME_CLASS[self.outcome]}>{SIGNS[self.outcome]} {kind_words(self.kind)}{found}"


@dataclass(slots=True)
class Line:
    """One record of an article, gold or predicted, with what became of it in each system."""

    layer: str
    gold: str | None
    label: str
    words: str
    brief: str
    """A word or two."""
    place: int
    cells: list[Cell | None]
    drawn: bool
    """Whether the text holds it, so that there is a label to go back to."""
    anchor: str = ""
    why: dict[str, None] = field(default_factory=dict)
    """The notes of the gold that bear on what became of it, in words, each once."""

    @property
    def back(self) -> str:
        """The id of its label in the text."""
        return f"t{self.anchor[1:]}"

    def table_row(self) -> str:
        """As a row of a table: what became of it in each system, its id, its words, and what differs."""
        cells = "".join(found.table_cell() if found else NOTHING for found in self.cells)
        place = f"<a href=#{self.back}>{content(self.gold or 'text')}</a>" if self.drawn else content(self.gold or DASH)
        parts = [f"<tr id={self.anchor}>{cells}<td>{place}<td>{content(self.words)}"]
        for found in filter(None, self.cells):
            who = f"{found.letter} " if len(self.cells) > 1 else ""
            parts += [f"{who}{kind_words(name)}: {content(gold)} → {content(other)}" for name, gold, other in found.changes]
            parts += [f"{who}not found: {', '.join(map(kind_words, found.lacking))}"] if found.lacking else []
        parts += [f"<i>{content(note)}</i>" for note in self.why]
        return "<br>".join(parts)

    def among_others(self) -> str:
        """In a row that it shares with others."""
        if self.layer == "arguments" or not self.drawn:
            return f"<span id={self.anchor}>{content(self.gold or '')}</span> {content(self.brief)}"
        # The ids that systems gave it, where they are others.
        found = ", ".join(found.predicted for found in self.cells if found and found.predicted and found.predicted != self.gold)
        return f"<a id={self.anchor} href=#{self.back}>{content(self.gold or '')}</a>{' = ' * bool(found)}{content(found)} {content(self.brief)}"

    @property
    def clean(self) -> bool:
        """Whether every system has it exactly as the gold has it."""
        return all(found is not None and found.kind == "hit" and not found.changes and not found.lacking for found in self.cells)

    @property
    def changed(self) -> bool:
        """Whether two systems did not fare alike on it."""
        one, other = self.cells[0], self.cells[-1]
        return (one and one.kind) != (other and other.kind)


@dataclass(slots=True)
class View:
    """One article as the report shows it."""

    number: int
    article: Article
    layers: list[tuple[str, list[Line]]]
    rows: list[tuple[Paragraph, ...]]
    """By paragraph: the gold, then each system."""
    others: list[tuple[str, str]]
    """Entities that do not speak, as words: whose, and which."""
    tally: list[tuple[str, list[tuple[str, int]]]]
    """Of the first system, by layer: outcome and how many records."""

    @property
    def tables(self) -> Iterator[tuple[str, Html]]:
        """By layer, the rows of its table, with the end tags left out that HTML lets be left out: there are tens of thousands of them.

        What all systems have right throughout shares a row, and so do arguments that fared alike. A template would take most of the
        time of a report here.
        """
        for layer, lines in self.layers:
            groups: dict[tuple[str | None, ...], list[Line]] = {}
            alone = []
            for line in lines:
                if line.clean or layer == "arguments":
                    groups.setdefault(tuple(found.kind if found else None for found in line.cells), []).append(line)
                else:
                    alone.append(line.table_row())
            shared = [
                f"<tr data-n={len(group)}>{''.join(found.table_cell(named=False) if found else NOTHING for found in group[0].cells)}"
                f"<td>{len(group)}<td>{'; '.join(line.among_others() for line in group)}"
                for group in groups.values()
            ]
            yield layer, Html("\n".join(shared + alone))


def _short(text: str, limit: int = CUT) -> str:
    """A text in one line, cut in the middle between words; a word that is too long is cut at its end."""
    flat = " ".join(text.split())
    if len(flat) <= limit:
        return flat
    head, tail = flat[: limit * 2 // 3], flat[len(flat) - limit // 3 :]
    last = tail.partition(" ")[2]
    return f"{head.rpartition(' ')[0] or head} …{' ' * bool(last)}{last}"


def _quoted(span: Span | None, limit: int = CUT) -> str:
    return DASH if span is None else f"“{_short(span.text or '', limit)}”"


def _placed(left: str, right: str) -> tuple[str, str]:
    """Two values that differ, with the places of the words in them only where the words are the same."""
    bare = _AT.sub("", left), _AT.sub("", right)
    return bare if bare[0] != bare[1] else (left, right)


def _names(ids: Iterable[str], names: Mapping[str, str]) -> str:
    return ", ".join(_short(names.get(entity, entity), NAME) for entity in ids)


def _brief(record: Any) -> str:
    """What tells a record from its neighbours in a word or two."""
    if isinstance(record, Entity):
        return _short(record.name or "no name", NAME)
    return str((record.act if isinstance(record, Claim) else record.type if isinstance(record, Event) else _quoted(record.span, 24)) or DASH)


def _words(record: Any, names: Mapping[str, str]) -> str:
    """A record in a line."""
    if isinstance(record, Entity):
        forms = "named" if record.named else "unnamed" if record.named is False else ""
        return ", ".join(filter(None, (_short(record.name or "no name"), record.kind, forms, f"role {_quoted(record.role)}" if record.role else "")))
    if isinstance(record, Claim):
        parent = f", in {record.parent}" if record.parent else ""
        relay = f", relayed by {_names(record.relay, names)}" if record.relay else ""
        said = " ⋯ ".join(_quoted(span) for span in record.content)
        return f"{_names(record.speakers, names) or 'nobody named'}: {said} ({record.form or DASH}, {record.act or DASH}{relay}{parent})"
    if isinstance(record, Event):
        parts = [f"{p.role} {_names([p.entity], names)}{' (alleged)' if p.alleged else ''}" for p in record.participants]
        parts += [f"time {record.time.value or DASH}"] if record.time else []
        parts += [f"part of {record.part_of}"] if record.part_of else []
        first = _quoted(record.mentions[0] if record.mentions else None)
        return f"{first} {record.type or DASH}, {record.status or DASH}{': ' if parts else ''}{'; '.join(parts)}"
    value = "–".join(record.parts) if record.parts else record.low or "" if record.low == record.high else f"{record.low or ''}..{record.high or ''}"
    parts = [record.kind, value, record.unit, record.bound, record.change, f"of {_quoted(record.of)}" if record.of else ""]
    parts += [f"event {record.event}" if record.event else "", *(f"{tie.type} {tie.figure}" for tie in record.relations)]
    return f"{_quoted(record.span)} {', '.join(filter(None, parts))}"


class _Side:
    """The records of one annotation, by layer and id."""

    def __init__(self, annotation: Annotation):
        self.annotation = annotation
        self.names = {entity.id: entity.name or entity.id for entity in annotation.entities}
        self.records: dict[tuple[str, str], Any] = {}
        for layer, records in (
            ("speakers", annotation.entities),
            ("claims", annotation.claims),
            ("events", annotation.events),
            ("figures", annotation.figures),
        ):
            self.records.update({(layer, record.id): record for record in records})


def _place(record: Any) -> int:
    return min((span.start for span in spans_of(record) if span.located), default=1 << 40)


def _drawn(record: Any, text: str) -> bool:
    return any(0 <= span.start < min(span.end, len(text)) for span in spans_of(record))


def _argument(match: Match, gold: _Side, predicted: _Side, back: Mapping[str, str]) -> str:
    """An argument in words: its role and the name of its entity. A spurious one may name an entity of either side."""
    role, _, rest = (match.detail or "").partition(" ")
    entity, _, instead = rest.partition(", not ")
    name = gold.names.get(entity, entity)
    if match.outcome == "spurious":
        event = predicted.records["events", match.predicted or ""]
        loose = (p.entity for p in event.participants if p.role == role and p.entity == entity and p.entity not in back)
        name = next((predicted.names.get(found, found) for found in loose), name)
    return f"{role} {_short(name, NAME)}" + (f", found as {instead}" if instead else "")


def _lines(article: Article, found: Sequence[Sequence[Match]], sides: Sequence[_Side], gold: _Side, notes: Sequence[GoldNote]) -> list[Line]:
    """Every record of an article once, in the order of layers and of the text, with its cell for each system."""
    out: dict[tuple[Any, ...], Line] = {}
    told = by_record(notes)
    for system, (matches, side) in enumerate(zip(found, sides, strict=True)):
        aligned = align(article, side.annotation) if side.annotation.entities else {}
        back = {predicted: one for one, predicted in aligned.items()}
        same = {(m.gold, m.predicted) for m in matches if m.gold and m.predicted and m.layer != "arguments"} | set(aligned.items())
        argued = {m.gold for m in matches if m.layer == "arguments"}
        seen: Counter[tuple[Any, ...]] = Counter()
        for match in matches:
            layer = "events" if match.layer == "arguments" else match.layer
            one, other = gold.records.get((layer, match.gold or "")), side.records.get((layer, match.predicted or ""))
            record: Any = one or other
            key: tuple[Any, ...] = ("gold", match.layer, match.gold) if one else ("predicted", match.layer, match.kind, spans_of(record))
            if match.layer == "arguments":
                key = (match.outcome == "spurious", match.layer, match.gold, (match.detail or "").partition(", not ")[0])
            elif one is None:  # the same stretch found without need by both systems is one line
                seen[key] += 1
                key = (*key, seen[key])
            if key not in out:
                line = _argument(match, gold, side, back) if match.layer == "arguments" else _words(record, gold.names if one else side.names)
                label = match.gold or match.predicted or ""
                brief = line if match.layer == "arguments" else _brief(record)
                out[key] = Line(match.layer, match.gold, label, line, brief, _place(record), [None] * len(found), _drawn(record, article.text or ""))
            cell_ = out[key].cells[system] = Cell(LETTERS[system], match.outcome, match.kind, match.predicted)
            if match.layer == "arguments":
                continue
            differ: list[str] | None = None
            if one and other:
                differ = []
                for name, left, right in changes(one, other, same, (gold.names, side.names)):
                    differ.append(name)
                    if name in TOLD and not getattr(other, name):
                        cell_.lacking.append(name)
                    elif name != "participants" or match.gold not in argued:  # arguments have lines of their own
                        wanted, got = _placed(left, right)
                        cell_.changes.append((name, _short(wanted), _short(got)))
            out[key].why.update(dict.fromkeys(map(told_in_words, on(told, layer, match.gold, spans_of(other) if other else (), differ))))
    order = [*REGISTRY, "arguments"]
    return sorted(out.values(), key=lambda line: (order.index(line.layer), line.place, line.gold is None))


def _marks(lines: Iterable[Line], side: _Side, system: int | None, single: bool) -> list[Mark]:
    """What is drawn in one column: the records of one side, with their outcome."""
    out = []
    for line in lines:
        cell_ = line.cells[system or 0]
        record_id = line.gold if system is None else cell_ and cell_.predicted
        record = side.records.get((line.layer, record_id or ""))
        if record is None:
            continue
        outcome = cell_.outcome if cell_ and (single or system is not None) else ""
        if single and outcome == "hit":  # most are: in a report on one system the style takes no outcome for a hit
            outcome = ""
        label = line.gold or _short(record_id or "", 8)
        # The gold label is the place to come back to; what only a system has is found in its column.
        anchor = line.back if system is None or line.gold is None else ""
        # A matched pair is linked in the gold column, once: more links to one record would double the stops of a keyboard, and the page.
        target = f"#{line.anchor}" if anchor else ""
        out.append(
            Mark(tuple((s.start, s.end) for s in spans_of(record)), line.layer, label, target, outcome, anchor, joined=line.layer == "claims", once=True)
        )
    return out


def _short_number(number: int) -> str:
    """A number in as few letters as an id needs: there are thousands of records, and each id stands in a page several times."""
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    return digits[number] if number < len(digits) else _short_number(number // len(digits)) + digits[number % len(digits)]


def _view(number: int, article: Article, systems: Sequence[System], found: Sequence[Sequence[Match]], notes: Sequence[GoldNote] = ()) -> View:
    """An article. The ids of its records hang on nothing but its number and its records."""
    gold = _Side(article)
    sides = [_Side(system.annotations.get(article.id) or Annotation(id=article.id)) for system in systems]
    lines = _lines(article, found, sides, gold, notes)
    for index, line in enumerate(lines):
        line.anchor = f"r{_short_number(number)}_{_short_number(index)}"
    drawn = [line for line in lines if line.layer != "arguments"]
    text, single = article.text or "", len(systems) == 1
    columns = [marked(text, _marks(drawn, gold, None, single))]
    columns += [marked(text, _marks(drawn, side, at, single)) for at, side in enumerate(sides)]
    shown: set[tuple[Any, str]] = {("gold", line.gold) for line in drawn if line.layer == "speakers" and line.gold}
    shown |= {(at, c.predicted) for line in drawn if line.layer == "speakers" for at, c in enumerate(line.cells) if c and c.predicted}
    others = [
        (
            name,
            ", ".join(
                f"{_short(e.name or 'no name', NAME)} ({e.kind or DASH})"
                for e in sorted(side.annotation.entities, key=lambda e: (_place(e), e.name or "", e.id))
                if (key, e.id) not in shown
            ),
        )
        for name, key, side in [("Gold", "gold", gold), *((_column(systems, at), at, side) for at, side in enumerate(sides))]
    ]
    layers = [(layer, [line for line in lines if line.layer == layer]) for layer in (*REGISTRY, "arguments")]
    counts = [(layer, Counter(c.outcome for line in own if (c := line.cells[0]))) for layer, own in layers if own]
    tally = [(layer, [(outcome, n) for outcome in SIGNS if (n := count[outcome])]) for layer, count in counts]
    return View(number, article, [(layer, own) for layer, own in layers if own], list(zip(*columns, strict=True)), [o for o in others if o[1]], tally)


def _column(systems: Sequence[System], at: int) -> str:
    return "Found" if len(systems) == 1 else f"Found by {LETTERS[at]}"


# --- lists: from a number to the records behind it ---------------------------------------------------------------------------


Links = list[tuple[str, str, str]]
"""What stands before a link, its address, and its words."""


Note = tuple[str, str, str]
"""A record in a list: the list's id, the record's anchor (nothing where it leads to its article), and its label."""


class Lists:
    """What stands behind each number: list id to the records, page by page."""

    def __init__(self) -> None:
        self.page: dict[str, Links] = {}
        self.pages: dict[str, Counter[int]] = {}
        self._last: dict[str, int] = {}

    def add(self, page_number: int, article: int, note: Note) -> None:
        """Add a record of the page under way, as a link behind the number of its article; without an anchor it leads to the article, once."""
        list_id, anchor, label = note
        links = self.page.setdefault(list_id, [])
        if not anchor:
            if not links or links[-1][2] != str(article):
                links.append((" " * bool(links), f"#a{article}", str(article)))
        elif self._last.get(list_id) == article:
            links.append((" ", f"#{anchor}", label))
        else:
            links.append((f"{'; ' * bool(links)}{article}: ", f"#{anchor}", label))
            self._last[list_id] = article
        self.pages.setdefault(list_id, Counter())[page_number] += 1

    def turn(self) -> None:
        """Begin the lists of the next page."""
        self.page, self._last = {}, {}


def _kind_id(system: int, layer: str, kind: str) -> str:
    return f"k{LETTERS[system].lower()}-{layer}-{kind}"


def _pair_id(system: int, layer: str, label: str, gold: str, predicted: str) -> str:
    return f"x{LETTERS[system].lower()}-{layer}-{label}-{_slug(gold)}-{_slug(predicted)}"


def _slug(label: str) -> str:
    return label.replace(".", "_") or "none"


def _move_id(layer: str, one: str, other: str) -> str:
    return f"m-{layer}-{one}-{other}"


ABSENT: Final = "not_predicted"
"""The kind of a record that only the other system found; of an argument whose event only the other one had right."""


def _moved(line: Line) -> tuple[str, str]:
    """What became of a record in both systems."""
    one, other = (found.kind if found else ABSENT for found in (line.cells[0], line.cells[-1]))
    return one, other


def _notes_of(view: View, systems: Sequence[System]) -> Iterator[Note]:
    """What an article enters in the lists."""

    def note(list_id: str, line: Line | None) -> Note:
        return (list_id, "", "") if line is None else (list_id, line.anchor, _short(line.label, 8))

    gold = _Side(view.article)
    for at, system in enumerate(systems):
        side = _Side(system.annotations.get(view.article.id) or Annotation(id=view.article.id))
        for layer, lines in view.layers:
            for line in lines:
                if (found := line.cells[at]) is None:
                    continue
                # What is right is too much to list; it leads to its article.
                yield note(_kind_id(at, layer, found.kind), None if found.kind == "hit" else line)
                if layer == "arguments" or not line.gold or not found.predicted or found.kind == "boundary" or not REGISTRY[layer].labels:
                    continue
                one, other = gold.records[layer, line.gold], side.records[layer, found.predicted]
                for label in REGISTRY[layer].labels:
                    if (want := label.get(one)) is not None:
                        got = label.get(other) or ""
                        yield note(_pair_id(at, layer, label.name, want, got), None if got == want else line)
    if len(systems) > 1:
        for layer, lines in view.layers:
            for line in lines:
                if line.changed:
                    yield note(_move_id(layer, *_moved(line)), line)


# --- the overview --------------------------------------------------------------------------------------------------------


def kind_words(kind: str) -> str:
    """An error kind in words."""
    return kind.replace("_", " ")


def _ends(low: float | None, high: float | None) -> str:
    return DASH if low is None or high is None else f"{low:.2f}–{high:.2f}"


def _scores(system: System, at: int, resamples: int, seed: int) -> dict[str, Any]:
    """Headlines and ladders of one system, with intervals and with what was lost at each rung."""
    summary, rows = system.card.summary(), system.card.rows
    rungs = {name: [(rung["name"], rung) for rung in summary["layers"][name]["rungs"]] for name in REGISTRY}
    for name, layer in REGISTRY.items():
        if layer.arguments:
            rungs[name].append(("arguments", summary["layers"][name]["arguments"]["classification"]))
    measure = {(name, rung): f"{name}.{'arguments.classification' if rung == 'arguments' else rung}.f1" for name, found in rungs.items() for rung, _ in found}
    ends = stats.intervals(rows, [*headline_names(), *measure.values()], resamples=resamples, seed=seed) if resamples else {}

    def interval(name: str) -> tuple[float | None, float | None]:
        found = ends.get(name)
        return (found.low, found.high) if found else (None, None)

    errors = system.card.errors(WORST)
    heads = {OVERALL: summary["overall"], **summary["headlines"]}
    ladders = []
    for name, found in rungs.items():
        before: float | None = 1.0
        steps = []
        for index, (rung, score) in enumerate(found):
            alone = rung == "arguments"
            kinds = _lost_at(name, index, rung, errors)
            start = 1.0 if alone else before
            head = alone or rung == REGISTRY[name].headline
            steps.append({"name": rung, "head": head, "before": start, "low": interval(measure[name, rung])[0], "high": interval(measure[name, rung])[1],
                          "lost": [(kind, n, _kind_id(at, layer, kind)) for layer, kind, n in kinds], **score})  # fmt: skip
            before = score["f1"]
        ladders.append({"layer": name, "steps": steps})
    return {
        "name": system.name, "letter": LETTERS[at], "summary": summary, "errors": errors,
        "heads": [{"name": name, "score": score, "low": interval(name)[0], "high": interval(name)[1]} for name, score in heads.items()],
        "ladders": ladders,
    }  # fmt: skip


def _lost_at(layer: str, index: int, rung: str, errors: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, str, int]]:
    """The kinds of records that were lost at a rung: layer, kind, and how many."""
    if rung == "arguments":
        return [("arguments", kind, found["count"]) for kind, found in errors["arguments"].items() if kind != "hit"]
    kinds = ("boundary", "missed", "spurious", "duplicate", "not_in_text") if index == 0 else (f"wrong_{rung}",)
    return [(layer, kind, errors[layer][kind]["count"]) for kind in kinds if kind in errors[layer]]


def _matrices(card: Scorecard, at: int) -> list[dict[str, Any]]:
    """The confusion matrices: labels that occur, gold down, predicted across; each cell with its list."""
    out = []
    labels, layers = card.rows.labels, card.summary()["layers"]
    for name, layer in REGISTRY.items():
        for label in layer.labels:
            table = {pair: n for pair, n in labels.get(f"{name}/{label.name}", Counter()).items() if n}
            if not table:
                continue
            golds = sorted({gold for gold, _ in table})
            across = sorted({gold for gold, _ in table} | {found for _, found in table if found}) + [""] * any(not found for _, found in table)
            rows = [
                (gold, sum(table.get((gold, found), 0) for found in across), [(found, n, _pair_id(at, name, label.name, gold, found)) if (n := table.get((gold, found), 0)) else None for found in across])
                for gold in golds
            ]  # fmt: skip
            scores = layers[name]["attributes"][label.name]
            out.append({"letter": LETTERS[at], "wide": len(across) > WIDE, "layer": name, "label": label.name, "across": across, "rows": rows, **scores})
    return out


def _slices(systems: Sequence[System], gold: Sequence[Article], numbers: Mapping[str, int], resamples: int, seed: int) -> list[dict[str, Any]]:
    groups = facets.groups([article for article in gold if article.id in numbers])
    found = [stats.slices(system.card.rows, groups, resamples=min(resamples, SLICE_RESAMPLES), seed=seed) for system in systems]
    out: dict[str, list[dict[str, Any]]] = {}
    for slices in zip(*found, strict=True):
        ids = groups[slices[0].facet][slices[0].value]
        out.setdefault(slices[0].facet, []).append(
            {"value": slices[0].value, "numbers": sorted(numbers[name] for name in ids), "scores": [list(part.scores.values()) for part in slices]}
        )
    return [{"facet": facet, "rows": rows} for facet, rows in out.items()]


def _notes(systems: Sequence[System]) -> list[str]:
    """What a reader must know of the articles."""
    out = []
    for at, system in enumerate(systems):
        who = f"{LETTERS[at]}: " if len(systems) > 1 else ""
        for names, what in ((system.card.missing, "without a prediction, scored as empty"), (system.card.skipped, "left out, their texts are absent")):
            if names:
                out.append(f"{who}{len(names)} article{'s' * (len(names) != 1)} {what}: {', '.join(names[:WORST])}{' …' if len(names) > WORST else ''}")
        if system.card.failed:
            out += [f"{who}the system failed on {name}: {_short(why)}" for name, why in list(system.card.failed.items())[:WORST]]
    if 0 < systems[0].card.articles < stats.MIN_ARTICLES:
        out.append(f"With fewer than {stats.MIN_ARTICLES} articles the intervals are too narrow.")
    return out


def _moves(lists: Lists) -> list[dict[str, Any]]:
    """How many records changed, by layer and by what became of them in both systems."""
    out = []
    for layer, kinds in error_kinds().items():
        every = (*kinds, ABSENT)
        rows: list[tuple[str, str, int, str]] = [
            (one, other, sum(found.values()), key) for one in every for other in every if (found := lists.pages.get(key := _move_id(layer, one, other)))
        ]
        if rows:
            out.append({"layer": layer, "rows": sorted(rows, key=itemgetter(2), reverse=True)})
    return out


# --- pages ----------------------------------------------------------------------------------------------------------------


def _headings(systems: Sequence[System], lists: Lists, links: Mapping[str, Links]) -> list[dict[str, Any]]:
    """The lists in the order of their numbers, under headings, with what each leads to."""
    out: list[dict[str, Any]] = []

    def add(title: str, found: Iterable[tuple[str, str]]) -> None:
        kept = [(key, words, sum(lists.pages[key].values()), links[key]) for key, words in found if key in links]
        if kept:
            out.append({"title": title, "lists": kept})

    for at in range(len(systems)):
        who = f"{LETTERS[at]}: " if len(systems) > 1 else ""
        for layer, kinds in error_kinds().items():
            add(f"{who}{layer} by outcome", ((_kind_id(at, layer, kind), kind_words(kind)) for kind in kinds))
        for name, layer_ in REGISTRY.items():
            for label in layer_.labels:
                table: Iterable[tuple[str, str]] = systems[at].card.rows.labels.get(f"{name}/{label.name}", ())
                pairs = ((_pair_id(at, name, label.name, *pair), f"{pair[0]} → {pair[1] or 'none'}") for pair in sorted(table))
                add(f"{who}{name}, {label.name}: gold → found", pairs)
    if len(systems) > 1:
        for layer, kinds in error_kinds().items():
            every = (*kinds, ABSENT)
            moves = ((_move_id(layer, one, other), f"{kind_words(one)} → {kind_words(other)}") for one in every for other in every)
            add(f"Changed {layer}: A → B", moves)
    return out


Found = tuple[tuple[str, list[Match]], ...]
"""An article and its matches, for each system."""
Drawn = tuple[str, list[Note]]
"""An article as HTML, and what it enters in the lists."""
_draw: Callable[[Found], Drawn]
"""What a drawing process draws with: it was forked with it."""


def _take(draw: Callable[[Found], Drawn]) -> None:
    global _draw  # noqa: PLW0603 — a forked process keeps what it was forked with nowhere else
    _draw = draw


def _draw_here(chunk: Iterable[Found]) -> list[Drawn]:
    return [_draw(found) for found in chunk]


@contextmanager
def _drawing(draw: Callable[[Found], Drawn], articles: Iterable[Found], jobs: int) -> Iterator[Iterator[Drawn]]:
    """The articles, drawn, in their order: by forked processes where more than one is asked for. What is lost with a process is drawn here."""
    if jobs < 2:
        yield map(draw, articles)
        return
    import multiprocessing
    from concurrent.futures import Future, ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    # Forked, since what they draw lies in memory already: to send it would take as long as to draw it.
    executor = ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("fork"), initializer=_take, initargs=(draw,))
    work = iter(articles)
    chunks = iter(lambda: list(islice(work, CHUNK)), [])

    def handed(chunk: list[Found]) -> tuple[list[Found], Future[list[Drawn]] | None]:
        with suppress(BrokenProcessPool):
            return chunk, executor.submit(_draw_here, chunk)
        return chunk, None

    pending = deque(map(handed, islice(chunks, AHEAD * jobs)))

    def drawn() -> Iterator[Drawn]:
        while pending:
            chunk, future = pending.popleft()
            found: Iterable[Drawn] | None = None
            with suppress(BrokenProcessPool):
                found = future.result() if future else None
            pending.extend(map(handed, islice(chunks, 1)))
            yield from map(draw, chunk) if found is None else found

    try:
        yield drawn()
    finally:
        executor.shutdown(cancel_futures=True)


@contextmanager
def uncollected() -> Iterator[None]:
    """No search for garbage in cycles, of which the articles make none to speak of, and which takes a tenth of the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def pages(
    systems: Sequence[System], gold: Sequence[Article], name: str = "report.html", *, resamples: int = stats.RESAMPLES, seed: int = stats.SEED,
    trials: int = stats.TRIALS, per_page: int = PER_PAGE, jobs: int = 1, notes: Mapping[str, Sequence[GoldNote]] | None = None,
    progress: Callable[[Iterable[Any], int], Iterable[Any]] = lambda items, total: items,
) -> Iterator[tuple[str, bytes]]:  # fmt: skip
    """The files of a report: the pages of a large one first, the overview last. The same input gives the same bytes.

    Args:
        systems: one system, or two to compare, scored on the same gold.
        gold: the articles that were scored.
        name: file name of the overview, from which those of the pages are made.
        resamples: bootstrap samples; 0 for no intervals, slices and differences.
        seed: of every draw.
        trials: of the randomisation test, for two systems.
        per_page: articles up to which everything is one file.
        jobs: processes that draw the articles, forked (Linux); the result is the same.
        notes: article id to the notes on its gold (`newsgold.notes.load_notes`), told of records that a system has not right; none by default.
        progress: wraps the iteration over articles, given their number.

    Raises:
        InputError: jinja2 is not installed.
        ValueError: systems on different articles, or a number out of range.
    """
    jinja = environment()  # what is missing is told before the work
    jinja.filters.update(cell=cell, ends=_ends, kind=kind_words, attribute=lambda value: Html(attribute(value)))
    articles = {article.id: article for article in gold}
    ids = systems[0].card.rows.articles
    numbers = {article: number for number, article in enumerate(ids, 1)}
    if any(system.card.rows.articles != ids for system in systems):
        raise ValueError("the systems cover different articles")
    stem, suffix = PurePath(name).stem, PurePath(name).suffix
    split = len(ids) > per_page
    spans = [(start + 1, min(start + per_page, len(ids))) for start in range(0, len(ids), per_page)]
    files = [f"{stem}-{number}{suffix}" if split else "" for number in range(1, len(spans) + 1)]
    where = {number: file for (first, last), file in zip(spans, files, strict=True) for number in range(first, last + 1)}
    titles = [(numbers[article], article, articles[article].headline or article) for article in ids]
    common = {
        "systems": [{"name": system.name, "letter": LETTERS[at]} for at, system in enumerate(systems)], "title": f"{' and '.join(s.name for s in systems)} on {systems[0].card.split}",
        "columns": ["Gold", *(_column(systems, at) for at in range(len(systems)))], "home": name, "files": list(zip(files, spans, strict=True)), "split": split,
        "kinds": list(dict.fromkeys(kind for kinds in error_kinds().values() for kind in kinds)), "layers": [*REGISTRY, "arguments"], "where": where,
    }  # fmt: skip
    article_template = getattr(jinja.get_template("article.html").module, "article")  # noqa: B009 — a macro: mypy knows none
    style, script = template("report.css"), template("report.js")

    def draw(found: Found) -> Drawn:
        article = articles[found[0][0]]
        with uncollected():
            view = _view(numbers[article.id], article, systems, [one for _, one in found], (notes or {}).get(article.id, ()))
            return article_template(view, common), list(_notes_of(view, systems))

    lists = Lists()
    body: list[str] = []
    page_number, compared = 0, None
    with _drawing(draw, zip(*(system.card.outcomes for system in systems), strict=True), jobs) as drawn:
        # Meanwhile, what stands in the overview.
        if len(systems) > 1 and resamples:
            rungs = [f"{layer}.{rung.name}.f1" for layer in REGISTRY for rung in REGISTRY[layer].rungs]
            rows = {LETTERS[at]: system.card.rows for at, system in enumerate(systems)}
            compared = stats.compare(rows, [*headline_names(), *rungs], trials=trials, resamples=resamples, seed=seed).to_dict()
        scores = [_scores(system, at, resamples, seed) for at, system in enumerate(systems)]
        slices = _slices(systems, gold, numbers, resamples, seed) if resamples else []
        for number, (shown, entries) in enumerate(progress(drawn, len(ids)), 1):
            body.append(shown)
            for entry in entries:
                lists.add(page_number, number, entry)
            if split and number == spans[page_number][1]:
                headings = _headings(systems, lists, lists.page)
                first, last = spans[page_number]
                parts = {"headings": headings, "articles": Html("".join(body)), "titles": titles[first - 1 : last], "at": page_number}
                made = jinja.get_template("records.html").render(**common, **parts)
                yield files[page_number], page(f"{common['title']}, articles {first}–{last}", made, style=style, script=script).encode()
                lists.turn()
                body, page_number = [], page_number + 1
    links = lists.page
    if split:
        links = {
            key: [(" " * bool(n_), f"{files[i]}#{key}", f"{spans[i][0]}–{spans[i][1]}: {n}") for n_, (i, n) in enumerate(sorted(found.items()))]
            for key, found in lists.pages.items()
        }
    shown = jinja.get_template("report.html").render(
        **common, scores=scores, slices=slices, matrices=[matrix for i, system in enumerate(systems) for matrix in _matrices(system.card, i)],
        compared=compared, moves=_moves(lists), notes=_notes(systems), headings=_headings(systems, lists, links), articles=Html("".join(body)), titles=titles,
        numbers=numbers, measures=headline_names(), resamples=resamples, slice_resamples=min(resamples, SLICE_RESAMPLES), seed=seed, signature=systems[0].card.signature,
        small={"articles": stats.MIN_ARTICLES, "gold": stats.MIN_GOLD, "width": stats.MAX_WIDTH},
    )  # fmt: skip
    yield (
        name,
        page(
            f"newsgold: {common['title']}", shown, style=style, script="" if split else script, description=visible(f"newsgold report: {common['title']}")
        ).encode(),
    )
