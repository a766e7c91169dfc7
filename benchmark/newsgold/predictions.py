"""Predictions: a JSON Lines file of a system's output to resolved annotations, or to located issues.

A line holds ``{"id": …, "entities": […], "claims": […], "events": […], "figures": […]}``; all but ``id`` may be left out.
A span is given by offsets, by words (or a text anchor), or both; a speaker by entity id, by mention or by bare name.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from newsgold import anchors, validate
from newsgold.issues import InputError, Issue, shown
from newsgold.normalize import PRONOUNS, name_tokens
from newsgold.records import Annotation, Article, Claim, Entity, Event, Figure, Mention, Participant, Relation, Span, Time, canonical, to_dict
from newsgold.validate import Fit, check_schema, check_span, line_issue, parse_line

Report = Callable[[list[str | int], str], None]
UNLOCATED = -1


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

    def known(key: str, target: str | None, path: list[str | int]) -> None:
        if target is not None and target not in there[key]:
            some = ", ".join(map(shown, ids[key][:8])) + (f" and {len(ids[key]) - 8} more" if len(ids[key]) > 8 else "")
            report(path, f"{shown(target)} is no id of {key} in this prediction; expected one of {some or 'none, there are none'}")

    for index, claim in enumerate(claims):
        known("claims", claim.parent, ["claims", index, "parent"])
    for index, event in enumerate(events):
        known("events", event.part_of, ["events", index, "part_of"])
    for index, figure in enumerate(figures):
        known("events", figure.event, ["figures", index, "event"])
        for place, relation in enumerate(figure.relations):
            known("figures", relation.figure, ["figures", index, "relations", place, "figure"])
    return Annotation(id=article.id, entities=entities.all(), claims=claims, events=events, figures=figures)


def _ids(records: Sequence[Mapping[str, Any]], key: str) -> list[str]:
    """The records' ids; those without get one that no other has, numbered in canonical order."""
    given = {record["id"] for record in records if "id" in record}
    out = [record.get("id", "") for record in records]
    nameless = [index for index, record in enumerate(records) if "id" not in record]
    for number, index in enumerate(sorted(nameless, key=lambda index: canonical(records[index], event=key == "events")), 1):
        out[index] = f"{key[0]}{number}~"
        while out[index] in given:
            out[index] += "~"
    return out


class _Placer:
    """Places for all span references of one prediction."""

    def __init__(self, text: str, data: Mapping[str, Any], report: Report):
        self._text = text
        self._found: dict[tuple[str | int, ...], Span] = {}
        for key in ("entities", "claims", "events", "figures"):
            open_: list[tuple[int, dict[str, str], list[anchors.Place]]] = []
            records = data.get(key, ())
            for index, record in enumerate(records):
                words: dict[str, str] = {}
                fixed = []
                for path, reference in _references(key, record):
                    if isinstance(reference, dict) and "start" in reference:
                        if wrong := check_span(reference, text):
                            report([key, index, *_split(path)], wrong)
                        else:
                            fixed.append((reference["start"], reference["end"]))
                            self._found[key, index, path] = Span(reference["start"], reference["end"], text[reference["start"] : reference["end"]])
                    else:
                        words[path] = reference if isinstance(reference, str) else reference["text"]
                if words:
                    # By field and words: the order of a list must not decide which of two strings is placed first.
                    open_.append((index, dict(sorted(words.items(), key=lambda item: (item[0].split("[")[0], item[1], item[0]))), fixed))
            if not open_:
                continue
            # In canonical order, so that no order of records decides it either.
            open_.sort(key=lambda item: (canonical(records[item[0]], event=key == "events"), str(records[item[0]].get("id", ""))))
            for (index, words, _), placed in zip(open_, anchors.place([item[1] for item in open_], text, [item[2] for item in open_]), strict=True):
                for path, spot in placed.items():
                    self._found[key, index, path] = Span(*spot, text[spot[0] : spot[1]]) if spot else Span(UNLOCATED, UNLOCATED, words[path])

    def get(self, key: str, index: int, path: str) -> Span | None:
        """The span of one reference; ``None`` where there was none (or its offsets were reported as wrong)."""
        return self._found.get((key, index, path))


def _split(path: str) -> list[str | int]:
    out: list[str | int] = []
    for part in path.split("."):
        name, _, rest = part.partition("[")
        out.append(name)
        out += [int(rest[:-1])] if rest else []
    return out


def _references(key: str, record: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    """The span references of a raw record, with a path for each. Speakers are looked at by `_Entities`."""

    def one(name: str, value: Any) -> Iterable[tuple[str, Any]]:
        return [(name, value)] if value is not None else []

    def many(name: str, values: Iterable[Any]) -> Iterable[tuple[str, Any]]:
        return [(f"{name}[{index}]", value) for index, value in enumerate(values)]

    if key == "entities":
        yield from one("role", record.get("role"))
        yield from many("mentions", record.get("mentions", ()))
    elif key == "claims":
        content = record["content"]
        yield from many("content", content if isinstance(content, list) else [content])
        for name in ("cue", "source"):
            yield from one(name, record.get(name))
        for name in ("speakers", "relay"):
            yield from ((path, value) for path, value in many(name, record.get(name, ())) if isinstance(value, dict))
    elif key == "events":
        yield from many("mentions", record["mentions"])
        for index, participant in enumerate(record.get("participants", ())):
            yield from one(f"participants[{index}].mention", participant.get("mention"))
            if isinstance(participant["entity"], dict):
                yield f"participants[{index}].entity", participant["entity"]
        if record.get("time"):
            yield from one("time.span", record["time"].get("span"))
    else:
        yield "span", record["span"]
        yield from one("of", record.get("of"))


class _Entities:
    """The entities of a prediction, those that it only names in passing included."""

    def __init__(self, data: Mapping[str, Any], places: _Placer, language: str, report: Report):
        self._places = places
        self._language = language
        self._entities: dict[str, Entity] = {}
        self._by_name: dict[frozenset[str], str] = {}
        self._by_spot: dict[tuple[int, int], str] = {}
        records = data.get("entities", ())
        seen: set[str] = set()
        for index, record in enumerate(records):
            if record["id"] in seen:
                report(["entities", index, "id"], f"{shown(record['id'])} stands twice; expected ids unique among the article's entities")
            seen.add(record["id"])
        # In canonical order, since the first of two entities with one name or mention is the one that is meant by it.
        for index, record in sorted(enumerate(records), key=lambda item: (canonical(item[1]), item[1]["id"])):
            mentions: dict[tuple[int, int], Mention] = {}
            for place, raw in enumerate(record.get("mentions", ())):
                span = places.get("entities", index, f"mentions[{place}]")
                if span:
                    form = raw.get("form") if isinstance(raw, dict) else None
                    key = (span.start, span.end) if span.located else (UNLOCATED, -2 - place)
                    mentions.setdefault(key, Mention(span.start, span.end, span.text, form))
            self._add(
                Entity(
                    id=record["id"],
                    name=record.get("name") or self._name_of(mentions.values()),
                    kind=record.get("kind"),
                    named=record.get("named"),
                    role=places.get("entities", index, "role"),
                    mentions=tuple(mentions.values()),
                )
            )
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
                for path, reference in _people(key, record):
                    slot = self._slot(reference, key, index, path)
                    if not isinstance(slot, tuple):
                        continue
                    span = None if isinstance(reference, str) else self._places.get(key, index, path)
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

    def _add(self, entity: Entity) -> None:
        self._entities[entity.id] = entity
        if entity.name:
            self._by_name.setdefault(name_tokens(entity.name, self._language), entity.id)
        for mention in entity.mentions:
            if mention.located:
                self._by_spot.setdefault((mention.start, mention.end), entity.id)

    def _slot(self, reference: Any, key: str, index: int, path: str) -> Any:
        """Whom a reference means: the id of a given entity, or a key for one that is made; ``None`` for wrong offsets.

        A given entity is meant by its id, its mention or its name. Otherwise names that fold alike are one entity, and so
        are mentions of a name; each pronoun is one of its own.
        """
        if isinstance(reference, str):
            if reference in self._given:
                return reference
            tokens = name_tokens(reference, self._language)
            return self._by_name.get(tokens, ("name", tokens))
        span = self._places.get(key, index, path)
        if span is None:
            return None
        if span.located and (span.start, span.end) in self._by_spot:
            return self._by_spot[span.start, span.end]
        if span.located and (span.text or "").casefold() in PRONOUNS:
            return "spot", span.start, span.end
        tokens = name_tokens(span.text or "", self._language)
        return self._by_name.get(tokens, ("name", tokens))

    def find(self, reference: Any, key: str, index: int, path: str) -> str | None:
        """The id of the entity that a reference means; ``None`` for one whose offsets are wrong."""
        slot = self._slot(reference, key, index, path)
        return self._made[slot] if isinstance(slot, tuple) else slot

    def all(self) -> tuple[Entity, ...]:
        """Every entity, the given ones first."""
        return tuple(self._entities.values())


def _people(key: str, record: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The references of a claim or an event to entities, with a path for each."""
    if key == "claims":
        for name in ("speakers", "relay"):
            yield from ((f"{name}[{place}]", reference) for place, reference in enumerate(record.get(name, ())))
    else:
        yield from ((f"participants[{place}].entity", raw["entity"]) for place, raw in enumerate(record.get("participants", ())))


def _present(spans: Iterable[Span | None]) -> tuple[Span, ...]:
    return tuple(span for span in spans if span is not None)


def _claim(record: Mapping[str, Any], record_id: str, index: int, places: _Placer, entities: _Entities) -> Claim:
    content = record["content"] if isinstance(record["content"], list) else [record["content"]]

    def who(name: str) -> tuple[str, ...]:
        found = (entities.find(reference, "claims", index, f"{name}[{place}]") for place, reference in enumerate(record.get(name, ())))
        return tuple(dict.fromkeys(entity for entity in found if entity is not None))

    return Claim(
        id=record_id, content=_present(places.get("claims", index, f"content[{place}]") for place in range(len(content))),
        cue=places.get("claims", index, "cue"), source=places.get("claims", index, "source"), speakers=who("speakers"), relay=who("relay"),
        form=record.get("form"), act=record.get("act"), parent=record.get("parent"),
    )  # fmt: skip


def _event(record: Mapping[str, Any], record_id: str, index: int, places: _Placer, entities: _Entities) -> Event:
    participants = []
    for place, raw in enumerate(record.get("participants", ())):
        entity = entities.find(raw["entity"], "events", index, f"participants[{place}].entity")
        if entity is not None:
            mention = places.get("events", index, f"participants[{place}].mention") or places.get("events", index, f"participants[{place}].entity")
            participants.append(Participant(role=raw["role"], entity=entity, mention=mention, alleged=raw.get("alleged", False)))
    time = record.get("time")
    return Event(
        id=record_id, type=record.get("type"), mentions=_present(places.get("events", index, f"mentions[{place}]") for place in range(len(record["mentions"]))),
        status=record.get("status"), participants=tuple(participants), part_of=record.get("part_of"),
        time=Time(span=places.get("events", index, "time.span"), value=time.get("value")) if time else None,
    )  # fmt: skip


def _figure(record: Mapping[str, Any], record_id: str, index: int, places: _Placer) -> Figure:
    return Figure(
        id=record_id, span=places.get("figures", index, "span") or Span(UNLOCATED, UNLOCATED, None), kind=record.get("kind"),
        low=record.get("low"), high=record.get("high"), parts=tuple(record.get("parts", ())), bound=record.get("bound"), unit=record.get("unit"),
        of=places.get("figures", index, "of"), change=record.get("change"), event=record.get("event"),
        relations=tuple(Relation(type=relation["type"], figure=relation["figure"]) for relation in record.get("relations", ())),
    )  # fmt: skip
