"""Predictions: a JSON Lines file of a system's output to resolved annotations, or to located issues.

A line holds ``{"id": …, "entities": […], "claims": […], "events": […], "figures": […]}``; all but ``id`` may be left out.
A span is given by offsets, by words (or a text anchor), or both; a speaker by entity id, by mention or by bare name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from newsgold import anchors, validate
from newsgold.issues import InputError, Issue, shown
from newsgold.normalize import PRONOUNS, name_tokens
from newsgold.records import MENTION_FORMS, Annotation, Article, Claim, Entity, Event, Figure, Mention, Participant, Relation, Span, Time, canonical, to_dict
from newsgold.validate import Fit, check_schema, check_span, line_issue, parse_line

Report = Callable[[list[str | int], str], None]
UNLOCATED = -1
_FORM_RANK = {form: rank for rank, form in enumerate((*MENTION_FORMS, None))}
ONLY = -1
"""The place of a reference in a field that is no list."""


@dataclass
class Predictions:
    """What a system predicted, resolved against the gold texts."""

    annotations: dict[str, Annotation] = field(default_factory=dict)
    """By article id."""
    skipped: list[str] = field(default_factory=list)
    """Stand-off articles that were predicted but whose text is absent."""
    failed: dict[str, str] = field(default_factory=dict)
    """Article id to the error that the system reported."""


class Lines(validate.Lines):
    """The predictions of a file, or objects in memory, for the articles ``ids``. Other articles, and one predicted twice, are problems."""

    def __init__(self, source: Path | Iterable[Mapping[str, Any]], ids: Collection[str], report: Callable[[Issue], None], name: str | None = None):
        name = name or (str(source) if isinstance(source, Path) else "predictions")

        def refuse(line: int, raw: bytes, found: str | None) -> bool:
            if found in ids and found not in self._entries:
                return False
            # Nothing will ask for this line again, so all that is wrong with it is told now.
            data = parse_line(raw, line, name, report)
            put = line_issue(report, name, line)
            if data is not None and check_schema("prediction", data, put) is not Fit.MISSHAPEN:
                if found not in ids:
                    put(["id"], f"{shown(data['id'])} is no article of this split; expected one of its {len(ids)} ids")
                else:
                    put(["id"], f"{shown(data['id'])} was predicted in line {self.line(data['id'])} already; expected each article once")
            return True

        super().__init__(source, name, report, refuse)


def parse(line: int, raw: bytes, article: Article, name: str, report: Callable[[Issue], None]) -> tuple[Annotation | None, str | None]:
    """One line of predictions, validated and resolved against its article.

    Returns:
        The annotation, ``None`` where the article has no text or something was reported; and the system's own error.
    """
    data = parse_line(raw, line, name, report)
    put = line_issue(report, name, line)
    if data is None or check_schema("prediction", data, put) is Fit.MISSHAPEN:
        return None, None
    return resolve(data, article, put) if article.text is not None else None, data.get("error") or None


def read(path: Path, articles: Iterable[Article]) -> Predictions:
    """Read, validate and resolve a predictions file against ``articles``.

    Raises:
        InputError: with every problem of the file.
    """
    return _collect(path, articles, str(path))


def from_objects(predictions: Iterable[Mapping[str, Any]], articles: Iterable[Article], name: str = "predictions") -> Predictions:
    """Like `read`, for predictions that are JSON types in memory; the line is then the position in the iterable."""
    return _collect(predictions, articles, name)


def _collect(source: Path | Iterable[Mapping[str, Any]], articles: Iterable[Article], name: str) -> Predictions:
    issues: list[Issue] = []
    gold = {article.id: article for article in articles}
    lines = Lines(source, gold.keys(), issues.append, name)
    out = Predictions()
    for found in lines.ids:
        line, raw = lines.get(found) or (0, b"")
        annotation, failed = parse(line, raw, gold[found], name, issues.append)
        if failed:
            out.failed[found] = failed
        if gold[found].text is None:
            out.skipped.append(found)
        elif annotation is not None:
            out.annotations[found] = annotation
    if issues:
        raise InputError(sorted(issues, key=lambda issue: issue.line or 0))
    return out


def to_prediction(annotation: Annotation) -> dict[str, Any]:
    """An annotation in the form of a prediction line, as if a system had found it."""
    data = to_dict(annotation)
    return {key: data[key] for key in ("id", "entities", "claims", "events", "figures")} | {
        key: [{k: v for k, v in record.items() if k != "links"} for record in data[key]] for key in ("entities", "events")
    }


# --- resolution -------------------------------------------------------------------------------------------


def resolve(data: Mapping[str, Any], article: Article, report: Report) -> Annotation:
    """One prediction that fits the schema, with every span placed and every reference an id.

    Strings that the text does not hold become spans at ``-1``. A bare name that is no entity of the prediction becomes
    one; bare names that fold alike are one entity. Dangling references and wrong offsets go to ``report``.
    """
    text = article.text
    assert text is not None
    places = _Placer(text, data, report)
    entities = _Entities(data, places, article.language, report)
    ids = {key: _ids(data.get(key, ()), key) for key in ("claims", "events", "figures")}
    for key, given in ids.items():
        taken: set[str] = set()
        for index, record_id in enumerate(given):
            if record_id in taken:
                report([key, index, "id"], f"{shown(record_id)} stands twice; expected ids unique among the article's {key}")
            taken.add(record_id)
    claims = tuple(_claim(record, ids["claims"][index], index, places, entities) for index, record in enumerate(data.get("claims", ())))
    events = tuple(_event(record, ids["events"][index], index, places, entities) for index, record in enumerate(data.get("events", ())))
    figures = tuple(_figure(record, ids["figures"][index], index, places) for index, record in enumerate(data.get("figures", ())))
    there = {key: set(given) for key, given in ids.items()}

    def known(key: str, target: str, path: list[str | int]) -> None:
        if target not in there[key]:
            some = ", ".join(map(shown, ids[key][:8])) + (f" and {len(ids[key]) - 8} more" if len(ids[key]) > 8 else "")
            report(path, f"{shown(target)} is no id of {key} in this prediction; expected one of {some or 'none, there are none'}")

    for index, claim in enumerate(claims):
        if claim.parent is not None:
            known("claims", claim.parent, ["claims", index, "parent"])
    for index, event in enumerate(events):
        if event.part_of is not None:
            known("events", event.part_of, ["events", index, "part_of"])
    for index, figure in enumerate(figures):
        if figure.event is not None:
            known("events", figure.event, ["figures", index, "event"])
        for place, relation in enumerate(figure.relations):
            known("figures", relation.figure, ["figures", index, "relations", place, "figure"])
    return Annotation(id=article.id, entities=entities.all(), claims=claims, events=events, figures=figures)


def _ids(records: Sequence[Mapping[str, Any]], key: str) -> list[str]:
    """The records' ids; those without get one that no other has, numbered in canonical order."""
    nameless = [index for index, record in enumerate(records) if "id" not in record]
    out = [record.get("id", "") for record in records]
    if not nameless:
        return out
    given = set(out)
    where = "content" if key == "claims" else "mentions" if key == "events" else "span"

    def first(index: int) -> tuple[int, int]:
        span = records[index][where]
        span = span[0] if isinstance(span, list) else span
        return (span["start"], span["end"]) if isinstance(span, dict) and "start" in span else (-1, -1)

    # By the first span, and by content only where that does not tell. A claim's fragments may come in any order.
    places = {
        index: (-1, -1) if key == "claims" and isinstance(records[index][where], list) and len(records[index][where]) > 1 else first(index)
        for index in nameless
    }
    shared = Counter(places.values())
    ranked = sorted(nameless, key=lambda index: (places[index], canonical(records[index], event=key == "events") if shared[places[index]] > 1 else b""))
    for number, index in enumerate(ranked, 1):
        out[index] = f"{key[0]}{number}~"
        while out[index] in given:
            out[index] += "~"
    return out


class _Placer:
    """Places for all span references of one prediction."""

    def __init__(self, text: str, data: Mapping[str, Any], report: Report):
        self._given: dict[int, Span] = {}  # by identity of the reference: offsets
        self._found: dict[tuple[str, int, str, int], Span] = {}  # by record, field and place in it: words
        size = len(text)
        for key in ("entities", "claims", "events", "figures"):
            open_: list[tuple[int, dict[tuple[str, int], str], list[anchors.Place]]] = []
            records = data.get(key, ())
            for index, record in enumerate(records):
                words: dict[tuple[str, int], str] = {}
                fixed = []
                for name, place, reference in _references(key, record):
                    if isinstance(reference, dict) and "start" in reference:
                        start, end, covered = reference["start"], reference["end"], text[reference["start"] : reference["end"]]
                        if (start >= end or end > size or reference.get("text", covered) != covered) and (wrong := check_span(reference, text)):
                            report([key, index, *_path(name, place)], wrong)
                        else:
                            fixed.append((start, end))
                            self._given[id(reference)] = Span(start, end, covered)
                    else:
                        words[name, place] = reference if isinstance(reference, str) else reference["text"]
                if words:
                    # By field and words: the order of a list must not decide which of two strings is placed first.
                    open_.append((index, dict(sorted(words.items(), key=lambda item: (item[0][0], item[1], item[0]))), fixed))
            if not open_:
                continue
            # In canonical order, so that no order of records decides it either.
            open_.sort(key=lambda item: (canonical(records[item[0]], event=key == "events"), str(records[item[0]].get("id", ""))))
            asked = [{f"{name}[{place}]": text_ for (name, place), text_ in item[1].items()} for item in open_]
            for (index, words, _), placed in zip(open_, anchors.place(asked, text, [item[2] for item in open_]), strict=True):
                for name, place in words:
                    spot = placed.get(f"{name}[{place}]")
                    self._found[key, index, name, place] = Span(*spot, text[spot[0] : spot[1]]) if spot else Span(UNLOCATED, UNLOCATED, words[name, place])

    def get(self, reference: Any, key: str, index: int, name: str, place: int = ONLY) -> Span | None:
        """The span of one reference; ``None`` where there is none (or its offsets were reported as wrong)."""
        if isinstance(reference, dict) and "start" in reference:
            return self._given.get(id(reference))
        return None if reference is None else self._found.get((key, index, name, place))


def _path(name: str, place: int) -> list[str | int]:
    """The JSON path of a field; a place in a list stands behind the list's name."""
    first, *rest = name.split(".")
    return [first, *([] if place == ONLY else [place]), *rest]


def _references(key: str, record: Mapping[str, Any]) -> Iterator[tuple[str, int, Any]]:
    """The span references of a raw record: field, place in it, and the reference. Bare names are looked at by `_Entities`."""
    if key == "entities":
        if record.get("role") is not None:
            yield "role", ONLY, record["role"]
        yield from (("mentions", place, mention) for place, mention in enumerate(record.get("mentions", ())))
    elif key == "claims":
        content = record["content"]
        yield from (("content", place, piece) for place, piece in enumerate(content if isinstance(content, list) else [content]))
        for name in ("cue", "source"):
            if record.get(name) is not None:
                yield name, ONLY, record[name]
        for name in ("speakers", "relay"):
            yield from ((name, place, value) for place, value in enumerate(record.get(name, ())) if isinstance(value, dict))
    elif key == "events":
        yield from (("mentions", place, mention) for place, mention in enumerate(record["mentions"]))
        for place, participant in enumerate(record.get("participants", ())):
            if participant.get("mention") is not None:
                yield "participants.mention", place, participant["mention"]
            if isinstance(participant["entity"], dict):
                yield "participants.entity", place, participant["entity"]
        if record.get("time") and record["time"].get("span") is not None:
            yield "time.span", ONLY, record["time"]["span"]
    else:
        yield "span", ONLY, record["span"]
        if record.get("of") is not None:
            yield "of", ONLY, record["of"]


class _Entities:
    """The entities of a prediction, those that it only names in passing included."""

    def __init__(self, data: Mapping[str, Any], places: _Placer, language: str, report: Report):
        self._places = places
        self._language = language
        self._entities: dict[str, Entity] = {}
        self._by_name: dict[frozenset[str], str] = {}
        self._by_spot: dict[tuple[int, int], str] = {}
        self._raw: dict[str, Mapping[str, Any]] = {}
        records = data.get("entities", ())
        seen: set[str] = set()
        for index, record in enumerate(records):
            if record["id"] in seen:
                report(["entities", index, "id"], f"{shown(record['id'])} stands twice; expected ids unique among the article's entities")
            seen.add(record["id"])
        for index, record in enumerate(records):
            mentions: dict[tuple[int, int], Mention] = {}
            for place, raw in enumerate(record.get("mentions", ())):
                span = places.get(raw, "entities", index, "mentions", place)
                if span:
                    form = raw.get("form") if isinstance(raw, dict) else None
                    key = (span.start, span.end) if span.start >= 0 else (UNLOCATED, -2 - place)
                    # Of a mention listed twice the form that comes first in the scheme, so that no order of the list decides.
                    if key not in mentions or _FORM_RANK[form] < _FORM_RANK[mentions[key].form]:
                        mentions[key] = Mention(span.start, span.end, span.text, form)
            entity = Entity(
                id=record["id"], name=record.get("name") or self._name_of(mentions.values()), kind=record.get("kind"), named=record.get("named"),
                role=places.get(record.get("role"), "entities", index, "role"), mentions=tuple(mentions.values()),
            )  # fmt: skip
            self._entities[entity.id] = entity
            if entity.name:
                self._hold(self._by_name, name_tokens(entity.name, language), record)
            for key in mentions:
                if key[0] >= 0:
                    self._hold(self._by_spot, key, record)
        self._given = frozenset(self._entities)
        self._make(data)

    def _make(self, data: Mapping[str, Any]) -> None:
        """The entities that claims and events only name in passing: all references to one are gathered before it is
        made, so that no order of records shows.
        """
        spellings: dict[Any, set[str]] = {}
        mentions: dict[Any, set[tuple[int, int, str]]] = {}
        for key in ("claims", "events"):
            for index, record in enumerate(data.get(key, ())):
                for name, place, reference in _people(key, record):
                    slot = self._slot(reference, key, index, name, place)
                    if not isinstance(slot, tuple):
                        continue
                    span = None if isinstance(reference, str) else self._places.get(reference, key, index, name, place)
                    spellings.setdefault(slot, set()).add(reference if span is None else span.text or "?")
                    if span is not None and span.located:
                        mentions.setdefault(slot, set()).add((span.start, span.end, span.text or "?"))
        self._made: dict[Any, str] = {}
        for slot, names in sorted(spellings.items(), key=lambda item: (min(item[1]), sorted(mentions.get(item[0], ())))):
            spots = tuple(Mention(*spot) for spot in sorted(mentions.get(slot, ())))
            made = f"~{min(names)}"
            while made in self._entities:
                made = f"~{made}"
            self._made[slot] = made
            self._entities[made] = Entity(id=made, name=max(names, key=lambda name: (len(name), name)), kind=None, named=None, role=None, mentions=spots)

    def _name_of(self, mentions: Iterable[Mention]) -> str | None:
        """The name of an entity that gives none: the longest of its names, if all others are parts of it."""
        given = [m.text for m in mentions if m.text and m.form == "name"] or [
            m.text for m in mentions if m.text and m.form is None and m.text.casefold() not in PRONOUNS
        ]
        longest = max(given, key=lambda text: (len(text), text), default=None)
        if longest is None or any(not name_tokens(name, self._language) <= name_tokens(longest, self._language) for name in given):
            return None
        return longest

    def _hold(self, table: dict[Any, str], key: Any, record: Mapping[str, Any]) -> None:
        """Note that a name or mention means an entity. Of two that claim it the first in canonical order is meant, so that
        no order of records decides.
        """
        holder = self._raw.get(table.setdefault(key, record["id"]), record)
        self._raw[record["id"]] = record
        if holder is not record and (canonical(record), record["id"]) < (canonical(holder), holder["id"]):
            table[key] = record["id"]

    def _slot(self, reference: Any, key: str, index: int, name: str, place: int) -> Any:
        """Whom a reference means: the id of a given entity, or a key for one that is made; ``None`` for wrong offsets.

        A given entity is meant by its id, its mention or its name. Otherwise names that fold alike are one entity, and so
        are mentions of a name; each pronoun is one of its own.
        """
        if isinstance(reference, str):
            if reference in self._given:
                return reference
            tokens = name_tokens(reference, self._language)
            return self._by_name.get(tokens, ("name", tokens))
        span = self._places.get(reference, key, index, name, place)
        if span is None:
            return None
        if span.located and (span.start, span.end) in self._by_spot:
            return self._by_spot[span.start, span.end]
        if span.located and (span.text or "").casefold() in PRONOUNS:
            return "spot", span.start, span.end
        tokens = name_tokens(span.text or "", self._language)
        return self._by_name.get(tokens, ("name", tokens))

    def find(self, reference: Any, key: str, index: int, name: str, place: int) -> str | None:
        """The id of the entity that a reference means; ``None`` for one whose offsets are wrong."""
        slot = self._slot(reference, key, index, name, place)
        return self._made[slot] if isinstance(slot, tuple) else slot

    def all(self) -> tuple[Entity, ...]:
        """Every entity, the given ones first."""
        return tuple(self._entities.values())


def _people(key: str, record: Mapping[str, Any]) -> Iterator[tuple[str, int, Any]]:
    """The references of a claim or an event to entities: field, place in it, and the reference."""
    if key == "claims":
        for name in ("speakers", "relay"):
            yield from ((name, place, reference) for place, reference in enumerate(record.get(name, ())))
    else:
        yield from (("participants.entity", place, raw["entity"]) for place, raw in enumerate(record.get("participants", ())))


def _present(spans: Iterable[Span | None]) -> tuple[Span, ...]:
    return tuple([span for span in spans if span is not None])


def _claim(record: Mapping[str, Any], record_id: str, index: int, places: _Placer, entities: _Entities) -> Claim:
    content = record["content"] if isinstance(record["content"], list) else [record["content"]]

    def who(name: str) -> tuple[str, ...]:
        found = [entities.find(reference, "claims", index, name, place) for place, reference in enumerate(record.get(name, ()))]
        return tuple(dict.fromkeys([entity for entity in found if entity is not None]))

    return Claim(
        id=record_id, content=_present([places.get(piece, "claims", index, "content", place) for place, piece in enumerate(content)]),
        cue=places.get(record.get("cue"), "claims", index, "cue"), source=places.get(record.get("source"), "claims", index, "source"),
        speakers=who("speakers"), relay=who("relay"), form=record.get("form"), act=record.get("act"), parent=record.get("parent"),
    )  # fmt: skip


def _event(record: Mapping[str, Any], record_id: str, index: int, places: _Placer, entities: _Entities) -> Event:
    participants = []
    for place, raw in enumerate(record.get("participants", ())):
        entity = entities.find(raw["entity"], "events", index, "participants.entity", place)
        if entity is not None:
            mention = places.get(raw.get("mention"), "events", index, "participants.mention", place)
            if mention is None and isinstance(raw["entity"], dict):
                mention = places.get(raw["entity"], "events", index, "participants.entity", place)
            participants.append(Participant(role=raw["role"], entity=entity, mention=mention, alleged=raw.get("alleged", False)))
    time = record.get("time")
    return Event(
        id=record_id, type=record.get("type"),
        mentions=_present([places.get(mention, "events", index, "mentions", place) for place, mention in enumerate(record["mentions"])]),
        status=record.get("status"), participants=tuple(participants), part_of=record.get("part_of"),
        time=Time(span=places.get(time.get("span"), "events", index, "time.span"), value=time.get("value")) if time else None,
    )  # fmt: skip


def _figure(record: Mapping[str, Any], record_id: str, index: int, places: _Placer) -> Figure:
    return Figure(
        id=record_id, span=places.get(record["span"], "figures", index, "span") or Span(UNLOCATED, UNLOCATED, None), kind=record.get("kind"),
        low=record.get("low"), high=record.get("high"), parts=tuple(record.get("parts", ())), bound=record.get("bound"), unit=record.get("unit"),
        of=places.get(record.get("of"), "figures", index, "of"), change=record.get("change"), event=record.get("event"),
        relations=tuple([Relation(type=relation["type"], figure=relation["figure"]) for relation in record.get("relations", ())]),
    )  # fmt: skip
