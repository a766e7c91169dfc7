"""What the model said, made into a prediction: read, checked by newsgold's own validation, and what cannot stand taken out.

A problem is a place and a sentence. Problems are sent back to the model first; what is still wrong then goes, as little of
it as will do: a field, else an item of a list, else the record.
"""

from __future__ import annotations

import copy
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from newsgold import anchors, predictions, validate
from newsgold.issues import path_of
from newsgold.normalize import digest
from newsgold.records import Article, Provenance

Record = dict[str, Any]
Path = tuple[str | int, ...]

_NEEDED: Final = {"entities": "id", "claims": "content", "events": "mentions", "figures": "span"}
"""Without this a record says nothing."""
_FIELDS: Final = {
    "entities": ("id", "name", "kind", "named", "role", "mentions"),
    "claims": ("id", "content", "cue", "source", "speakers", "relay", "form", "act", "parent"),
    "events": ("id", "type", "mentions", "status", "participants", "time", "part_of"),
    "figures": ("id", "span", "kind", "low", "high", "parts", "bound", "unit", "of", "change", "event", "relations"),
}
_START: Final = re.compile(r'\{\s*"id"\s*:')
_ID: Final = re.compile(r"e[1-9]\d*")
_DEPTH: Final = 20
"""Deepest nesting that is read."""


@dataclass(frozen=True)
class Problem:
    """Something in an answer that cannot stand."""

    path: Path
    """Where, from the answer's root."""
    message: str
    """What was found and what was expected."""

    def __str__(self) -> str:
        return f"{path_of(self.path)}: {self.message}"


# --- reading ------------------------------------------------------------------------------------------------------------


def _loads(text: str) -> Any:
    """JSON without NaN, lone surrogates and deep nesting; ValueError for what is none."""

    def refuse(name: str) -> None:
        raise ValueError(f"{name} is no JSON")

    try:
        # Whole numbers that are too long for others to read stay as they are written.
        value = json.loads(text, parse_constant=refuse, parse_int=lambda digits: int(digits) if len(digits) < 19 else digits)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    level = [value]
    for _ in range(_DEPTH):
        level = [inner for item in level if isinstance(item, dict | list) for inner in (item.values() if isinstance(item, dict) else item)]
    if level:
        raise ValueError("nested too deeply")
    json.dumps(value, ensure_ascii=False).encode()
    return value


def read(content: str, layers: Sequence[str]) -> tuple[Record | None, str]:
    """The JSON object of an answer, wherever in it it stands; or why there is none.

    Thoughts in ``<think>`` and a code fence are passed over; a bare list is taken for the only layer that was asked for.
    """
    text = re.sub(r"\A\s*<think>.*?</think>", "", content, flags=re.S).strip().removeprefix("\ufeff")
    tries = [text, *re.findall(r"```(?:json)?[^\S\n]*\n(.*?)\n?[^\S\n]*```", text, flags=re.S)]
    if "{" in text:
        tries.append(text[text.index("{") : text.rfind("}") + 1])
    why = "the answer is empty" if not text else ""
    for candidate in tries:
        try:
            found = _loads(candidate)
        except ValueError as error:
            why = why or f"not JSON: {error}"
            continue
        if isinstance(found, list) and len(layers) == 1:
            found = {layers[0]: found}
        if isinstance(found, dict) and any(layer in found for layer in layers):
            return found, ""
        why = f"no JSON object with {' and '.join(map(repr, layers))}"
    return None, why or "no JSON object"


def salvage(content: str, layers: Sequence[str]) -> Record:
    """The records that stand whole in an answer that is broken or cut off; nothing is guessed."""
    decoder = json.JSONDecoder()
    out: Record = {}
    heads = [(match.start(), match.end(), match[1]) for match in re.finditer(rf'"({"|".join(layers)})"\s*:\s*\[', content)]
    for place, (_, begin, layer) in enumerate(heads):
        end = heads[place + 1][0] if place + 1 < len(heads) else len(content)
        at, found = begin, []
        while match := _START.search(content, at, end):
            try:
                _, at = decoder.raw_decode(content, match.start())
                found.append(_loads(content[match.start() : at]))
            except (ValueError, RecursionError):
                at = match.end()  # the next that begins like a record
        if len(found) > len(out.get(layer, ())):
            out[layer] = found
    return out


def join(first: Record, more: Record, layers: Sequence[str]) -> Record:
    """Two answers as one: of ``more``, the records that ``first`` does not hold and whose ids are free."""
    out = {layer: list(first.get(layer) or []) if isinstance(first.get(layer), list) else [] for layer in layers}
    for layer in layers:
        said = more.get(layer)
        taken = {record.get("id") for record in out[layer] if isinstance(record, dict)}
        for record in said if isinstance(said, list) else []:
            if not isinstance(record, dict) or _same(record) in map(_same, out[layer]) or (record.get("id") or None) in taken - {None}:
                continue
            taken.add(record.get("id") or None)
            out[layer].append(record)
    return out


def _same(record: Any) -> str:
    return json.dumps({key: value for key, value in record.items() if key != "id"} if isinstance(record, dict) else record, sort_keys=True)


# --- from answer to prediction ------------------------------------------------------------------------------------------


def tidy(answer: Mapping[str, Any], layers: Sequence[str]) -> Record:
    """An answer in the form of a prediction, without what would be a problem of form only.

    Fields that are not asked for and nulls go, so do empty strings; numbers become strings, a mention's ``span`` its ``text``.
    """
    out: Record = {}
    for layer in layers:
        said = answer.get(layer)
        if isinstance(said, list):
            out[layer] = [_record(layer, record) if isinstance(record, dict) else record for record in said]
        elif said is not None:
            out[layer] = said
    return out


def distinct(prediction: Record, text: str, layers: Sequence[str]) -> Record:
    """A prediction without records that repeat one: of equal ones, as many stay as the text has places for what they point at.

    Models that run on say the same again and again. But "two days" may stand in the text twice, and be two figures.
    """
    out = dict(prediction)
    for layer in layers:
        if not isinstance(prediction.get(layer), list):
            continue
        seen: Counter[str] = Counter()
        records = []
        for record in prediction[layer]:
            key = _same(record)
            seen[key] += 1
            if seen[key] > 1:
                needed = record.get(_NEEDED[layer]) if isinstance(record, dict) and layer != "entities" else None
                needed = needed[0] if isinstance(needed, list) and needed else needed
                if seen[key] > (len(anchors.locate(needed, text)) if isinstance(needed, str) else 1):
                    continue
            records.append(record)
        out[layer] = records
    return out


def _record(layer: str, record: Mapping[str, Any]) -> Record:
    out: Record = {}
    for name in _FIELDS[layer]:
        value = record.get(name)
        if value == "" or value is None:
            continue
        if name in ("low", "high"):
            value = _plain(value)
        elif name == "parts" and isinstance(value, list):
            value = [_plain(part) for part in value]
        elif name in ("mentions", "content"):
            value = [_words(item, with_form=layer == "entities") for item in (value if isinstance(value, list) else [value])]
        elif name in ("role", "cue", "source", "span", "of"):
            value = _words(value)
        elif name == "participants" and isinstance(value, list):
            value = [_only(item, ("role", "entity", "mention", "alleged"), "mention") for item in value]
        elif name == "relations" and isinstance(value, list):
            value = [_only(item, ("type", "figure")) for item in value]
        elif name == "time":
            value = _only(value, ("span", "value"), "span") or None
            if value is None:
                continue
        out[name] = value
    return out


def _plain(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    text = f"{value}"
    return text.removesuffix(".0") if "e" not in text else f"{value:f}".rstrip("0").rstrip(".")


def _words(value: Any, *, with_form: bool = False) -> Any:
    """A span as its words alone, or with the form of a mention; offsets of a model are worth nothing."""
    if not isinstance(value, dict):
        return value
    words = value.get("span", value.get("text"))
    if not isinstance(words, str) or not words:
        return value
    return {"text": words, "form": value.get("form")} if with_form and value.get("form") else {"text": words} if with_form else words


def _only(value: Any, names: Sequence[str], span: str = "") -> Any:
    if not isinstance(value, dict):
        return value
    return {name: _words(value[name]) if name == span else value[name] for name in names if value.get(name) not in ("", None)}


# --- checking -----------------------------------------------------------------------------------------------------------


def article_of(given: Mapping[str, Any]) -> Article:
    """An article as newsgold's validation wants it; what a system is not told is left empty."""
    return Article(
        id=given["id"], headline=given.get("headline"), text=given["text"], text_sha256=digest(given["text"]), language=given.get("language") or "en",
        published=given.get("published") or "", dateline=given.get("dateline"), genre=given.get("genre") or "", topics=(), provenance=Provenance(kind="external"),
        split="test", guidelines_version="", annotators=(), canary="",
    )  # fmt: skip


def check(prediction: Record, article: Article, layers: Sequence[str]) -> list[Problem]:
    """Everything in ``layers`` of a prediction that cannot stand: by newsgold's validation, anchors that are not in the text, ids of nobody."""
    out: list[Problem] = []

    def put(path: Sequence[str | int], message: str) -> None:
        out.append(Problem(tuple(path), message))

    for layer in layers:
        if layer not in prediction:
            put([layer], "missing; expected a list, empty if there is nothing")
    fit = validate.check_schema("prediction", prediction, put)
    if fit is validate.Fit.MISSHAPEN:
        return out
    predictions.resolve(prediction, article, put)
    assert article.text is not None
    for path, words in _anchors(prediction, layers):
        if not anchors.locate(words, article.text):
            try:
                anchors.resolve(words, article.text)
                message = "is not in the text"
            except anchors.AnchorError as error:
                message = str(error)
            put(path, message)
    known = {entity["id"] for entity in prediction.get("entities", ())}
    for path, name in _names(prediction, layers):
        if _ID.fullmatch(name) and name not in known:
            put(path, f"{name!r} is no id of an entity; expected one of {', '.join(sorted(known)) or 'none, there are none'}")
    return list(dict.fromkeys(out))


def _anchors(prediction: Record, layers: Sequence[str]) -> Iterator[tuple[Path, str]]:
    """All strings that are to stand in the text, with their places. Spans are as `tidy` leaves them."""

    def words(*path: str | int, value: Any) -> Iterator[tuple[Path, str]]:
        value = value.get("text") if isinstance(value, dict) else value
        if isinstance(value, str):
            yield path, value

    for layer in layers:
        for place, record in enumerate(prediction.get(layer, ())):
            for name in ("role", "cue", "source", "span", "of"):
                yield from words(layer, place, name, value=record.get(name))
            for name in ("mentions", "content"):
                for index, item in enumerate(record.get(name, ())):
                    yield from words(layer, place, name, index, value=item)
            for index, participant in enumerate(record.get("participants", ())):
                yield from words(layer, place, "participants", index, "mention", value=participant.get("mention"))
            yield from words(layer, place, "time", "span", value=(record.get("time") or {}).get("span"))


def _names(prediction: Record, layers: Sequence[str]) -> Iterator[tuple[Path, str]]:
    """All names of entities in claims and events, with their places."""
    for layer in layers:
        for place, record in enumerate(prediction.get(layer, ())):
            for name in ("speakers", "relay"):
                yield from (((layer, place, name, index), who) for index, who in enumerate(record.get(name, ())) if isinstance(who, str))
            for index, participant in enumerate(record.get("participants", ())):
                if isinstance(participant["entity"], str):
                    yield (layer, place, "participants", index, "entity"), participant["entity"]


# --- taking out what cannot stand ---------------------------------------------------------------------------------------


def prune(prediction: Record, article: Article, layers: Sequence[str]) -> tuple[Record, list[Problem]]:
    """A prediction that is valid, and the problems for which something was taken out of it."""
    out = copy.deepcopy(prediction)
    gone: list[Problem] = []
    # Each round takes something out, so this ends; taking out a record may leave a reference to nobody, hence the rounds.
    while problems := check(out, article, layers):
        gone += problems
        before = json.dumps(out)
        for path in sorted({_victim(problem.path) for problem in problems}, key=_last_first):
            _take(out, path)
        if json.dumps(out) == before:
            raise AssertionError(f"nothing to take out for {problems[0]}")
    return out, list(dict.fromkeys(gone))


def _last_first(path: Path) -> list[tuple[int, str]]:
    """Later items of a list first, and what is inside a thing before the thing, so that no index shifts under a path still to come."""
    return [(-part, "") if isinstance(part, int) else (0, part) for part in path] + [(1, "")]


def _victim(path: Path) -> Path:
    """The smallest thing that can be taken out for a problem at ``path``."""
    if len(path) <= 2:
        return path
    layer, _, name, *rest = path
    if name == _NEEDED.get(str(layer)) and not rest:
        return path[:2]
    if name == "participants" and len(rest) == 2:
        return path if rest[1] in ("mention", "alleged") else path[:4]
    if name == "relations" and len(rest) == 2:
        return path[:4]
    if name in ("mentions", "content", "speakers", "relay", "parts") and rest:
        # Of a mention whose form is no form the words still stand; a score without one of its parts is none.
        return path if name == "mentions" and rest[1:] == ["form"] else path[:3] if name == "parts" else path[:4]
    return path


def _take(prediction: Record, path: Path) -> None:
    """Take out what lies at ``path``. A record without anything that it needs is a problem of the next round."""
    if len(path) == 1:
        # Nothing of the layer can be read.
        prediction[str(path[0])] = []
        return
    place: Any = prediction
    for part in path[:-1]:
        try:
            place = place[part]
        except (LookupError, TypeError):
            return  # it went with something else
    last = path[-1]
    if isinstance(place, list) and isinstance(last, int) and last < len(place):
        place.pop(last)
    elif isinstance(place, dict):
        place.pop(last, None)
        if path[2:3] == ("time",) and not place:
            prediction[str(path[0])][path[1]].pop("time", None)
