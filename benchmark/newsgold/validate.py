"""Input to located issues: JSON Lines files, the schemas, and the checks on gold that no schema can express.

Two validators share the work: jsonschema-rs passes what is right at speed, jsonschema explains what is not.
"""

from __future__ import annotations

import enum
import json
import re
import shutil
import tempfile
import weakref
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec
import orjson

from newsgold import normalize, resources
from newsgold.anchors import explain_offsets
from newsgold.issues import Issue, path_of, shown

MAX_LINE: Final = 64 * 2**20
"""Longest line of a JSON Lines file, in bytes. No article comes near it; a longer one is some other file."""

Report = Callable[[Issue], None]

# --- JSON Lines -------------------------------------------------------------------------------------------


def read_jsonl(path: Path, report: Report, name: str | None = None) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a JSON Lines file with their line numbers. Problems go to ``report``; reading goes on behind them.

    Reported is what `scan` reports, and lines that are not one JSON object with unique keys.
    """
    name = name or str(path)
    for number, _, raw in scan(path, report, name):
        if (found := parse_line(raw, number, name, report)) is not None:
            yield number, found


def scan(path: Path, report: Report, name: str) -> Iterator[tuple[int, int, bytes]]:
    """The lines of a JSON Lines file: number, offset in bytes, and the line as it stands. Blank lines are passed over.

    Reported are: a file that cannot be read or is empty, a byte order mark, and lines over `MAX_LINE`.
    """

    def issue(line: int | None, message: str) -> None:
        report(Issue(name, line, "$", message))

    try:
        file = path.open("rb")
    except OSError as error:
        issue(None, f"cannot be read ({error.strerror}); expected a JSON Lines file")
        return
    with file:
        number = end = 0
        some = False
        while raw := file.readline(MAX_LINE + 1):
            number, place = number + 1, end
            end += len(raw)
            if len(raw) > MAX_LINE:
                while not raw.endswith(b"\n") and (raw := file.readline(MAX_LINE)):
                    end += len(raw)
                issue(number, f"line of {(end - place) / 2**20:.0f} MiB; expected at most {MAX_LINE // 2**20} MiB, one article a line")
                some = True
                continue
            if raw.isspace():
                continue
            some = True
            if raw.startswith(b"\xef\xbb\xbf"):
                issue(number, "starts with a byte order mark; expected plain UTF-8")
                raw, place = raw[3:], place + 3
            yield number, place, raw
        if not some:
            issue(None, 'empty file; expected one JSON object a line (an article without records is {"id": "…"})')


class _Id(msgspec.Struct):
    id: str


_id_of: Final = msgspec.json.Decoder(_Id).decode


class Lines:
    """Lines of JSON by the id each gives, found in one pass and read when asked for: a file that is larger than memory will do.

    ``source`` is a JSON Lines file, or objects in memory. Lines without an id, and lines that ``refuse`` finds a reason
    against, are left out; what is wrong with them goes to ``report``.
    """

    def __init__(self, source: Path | Iterable[Mapping[str, Any]], name: str, report: Report, refuse: Callable[[int, bytes, str | None], bool]):
        self.name = name
        self._memory: list[bytes] = []
        self._file: Any = None
        self._entries: dict[str, tuple[int, int, int]] = {}
        for line, place, raw in self._open(source, report):
            try:
                found: str | None = _id_of(raw).id
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                found = None
            if not refuse(line, raw, found) and found is not None:
                self._entries[found] = line, place, len(raw)

    def _open(self, source: Path | Iterable[Mapping[str, Any]], report: Report) -> Iterator[tuple[int, int, bytes]]:
        if isinstance(source, Path):
            path = source
            if not path.is_file() and path.exists() and not path.is_dir():  # a pipe can be read only once
                copy = tempfile.NamedTemporaryFile(prefix="newsgold-")  # noqa: SIM115 — it lives as long as the lines
                weakref.finalize(self, copy.close)
                with path.open("rb") as pipe:
                    shutil.copyfileobj(pipe, copy)
                copy.flush()
                path = Path(copy.name)
            if path.is_file():
                self._file = path.open("rb")
                weakref.finalize(self, self._file.close)
            yield from scan(path, report, self.name)
            return
        for line, data in enumerate(source, 1):
            try:
                raw = orjson.dumps(data)
            except (TypeError, ValueError) as error:
                report(Issue(self.name, line, "$", f"cannot be written as JSON ({error}); expected JSON types"))
                continue
            self._memory.append(raw)
            yield line, len(self._memory) - 1, raw

    @property
    def ids(self) -> Collection[str]:
        """The ids, in the order of the lines."""
        return self._entries.keys()

    def line(self, found: str) -> int:
        """The number of the line that gives an id."""
        return self._entries[found][0]

    def get(self, found: str) -> tuple[int, bytes] | None:
        """The line that gives an id, with its number; ``None`` if none does."""
        if found not in self._entries:
            return None
        line, place, size = self._entries[found]
        if self._file is None:
            return line, self._memory[place]
        self._file.seek(place)
        return line, self._file.read(size)


def parse_line(raw: bytes, line: int, name: str, report: Report) -> dict[str, Any] | None:
    """The JSON object in one line, or ``None`` after reporting why not: not UTF-8, not JSON, no object, a key that stands twice."""
    return parse_object(raw, lambda message: report(Issue(name, line, "$", message)))


def parse_object(raw: bytes, issue: Callable[[str], None]) -> dict[str, Any] | None:
    """The JSON object in ``raw``, or ``None`` after telling ``issue`` why not."""
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        try:
            raw.decode()
        except UnicodeDecodeError as wrong:
            issue(f"byte {wrong.start} (0x{raw[wrong.start]:02x}) is not UTF-8; expected UTF-8")
            return None
        for constant in ("NaN", "Infinity"):
            if constant in error.doc[error.pos : error.pos + 9]:
                issue(f"{constant} at column {error.colno} is no JSON; expected a number or null")
                return None
        cut = not raw.endswith(b"\n") and error.pos >= len(error.doc.rstrip()) - 1
        issue(f"not JSON at column {error.colno}: {'the line is cut off' if cut else error.msg}; expected one JSON object")
        return None
    if not isinstance(value, dict):
        issue(f"{_a(value)}; expected one JSON object")
        return None
    # orjson keeps the last of two equal keys. Then what it writes back has fewer ends of keys than the line had.
    try:
        ends = orjson.dumps(value).count(b'":')
    except TypeError:  # it reads deeper than it writes
        issue("nested too deeply; expected at most 250 levels")
        return None
    if ends != raw.count(b'":') or b"\\u0022" in raw or b" :" in raw or b"\t:" in raw or b"\r:" in raw:
        twice: list[str] = []

        def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
            found = dict(pairs)
            if len(found) != len(pairs):
                twice.extend(key for key, n in Counter(key for key, _ in pairs).items() if n > 1)
            return found

        json.loads(raw, object_pairs_hook=unique)
        if twice:
            issue(f"key {', '.join(map(shown, dict.fromkeys(twice)))} stands twice in one object; expected each key once")
            return None
    if b"\\u" in raw or _FLOAT_OFFSET.search(raw):
        whole_offsets(value)
    return value


_FLOAT_OFFSET: Final = re.compile(rb'"(?:start|end)"\s*:\s*-?\d+(?:\.\d|[eE])')


def whole_offsets(value: dict[str, Any]) -> None:
    """Make offsets like ``12.0`` integers in place: JSON Schema takes them for such, and text cannot be cut at a float."""
    for _, span in spans_of(value):
        for key in ("start", "end"):
            if isinstance(span[key], float) and span[key].is_integer():
                span[key] = int(span[key])


def _type(value: object) -> str:
    if value is None:
        return "null"
    return {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}.get(type(value), type(value).__name__)


def _a(value: object) -> str:
    kind = _type(value)
    return kind if kind == "null" else f"{'an' if kind[0] in 'aio' else 'a'} {kind}"


# --- schema -----------------------------------------------------------------------------------------------


@cache
def _fast(schema: str) -> Any:
    import jsonschema_rs

    return jsonschema_rs.Draft202012Validator(orjson.loads(resources.schema(schema)))


@cache
def _slow(schema: str) -> Any:
    import jsonschema

    return jsonschema.Draft202012Validator(orjson.loads(resources.schema(schema)))


class Fit(enum.Enum):
    """How a value fits a schema. Truthy only where it fits wholly."""

    FITS = "fits"
    MISLABELLED = "has the right fields and types, but wrong labels or forms"
    MISSHAPEN = "lacks fields or has wrong types"

    def __bool__(self) -> bool:
        return self is Fit.FITS


_HARMLESS: Final = {"enum", "pattern", "uniqueItems", "additionalProperties", "minLength", "maxLength"}
"""Rules that a value may break and still be walked through."""


def check_schema(schema: str, value: object, report: Callable[[list[str | int], str], None]) -> Fit:
    """How ``value`` fits the schema of that name; each misfit goes to ``report`` with its path."""
    if _fast(schema).is_valid(value):
        return Fit.FITS
    seen = set()
    shaped = True
    for error in sorted(_slow(schema).iter_errors(value), key=lambda error: [str(part) for part in error.absolute_path]):
        shaped = shaped and error.validator in _HARMLESS
        for path, message in _explain(error):
            if (tuple(path), message) not in seen:
                seen.add((tuple(path), message))
                report(path, message)
    return Fit.MISLABELLED if shaped else Fit.MISSHAPEN


def _explain(error: Any) -> Iterator[tuple[list[str | int], str]]:
    """What a jsonschema error says, as what was found and what was expected, at the deepest place that helps."""
    path = list(error.absolute_path)
    found = error.instance
    rule = error.validator_value
    match error.validator:
        case "anyOf":
            # Of the alternatives, the one that fits the found type is the one that was meant.
            meant = [branch for branch in _branches(error) if not any(e.validator == "type" and not e.path for e in branch)]
            if meant:
                for inner in min(meant, key=len):
                    yield from _explain(inner)
            else:
                kinds = {str(kind) for branch in _branches(error) for e in branch if e.validator == "type" for kind in _listed(e.validator_value)}
                yield path, f"{_a(found)}, {shown(found)}; expected {_any(sorted(kinds))}"
        case "type":
            yield path, f"{_a(found)}, {shown(found)}; expected {_any(_listed(rule))}"
        case "enum":
            yield path, f"{shown(found)} is not a label of this field; expected one of {', '.join('null' if label is None else str(label) for label in rule)}"
        case "required":
            for key in rule:
                if key not in found:
                    yield path, f"{shown(key)} is missing; expected {_about(error, key)}"
        case "additionalProperties" if isinstance(found, dict):
            known = error.schema.get("properties", {})
            for key in found:
                if key not in known:
                    yield [*path, key], f"unknown field; expected one of {', '.join(known)}"
        case "pattern":
            yield path, f"{shown(found)} has the wrong form; expected {_pattern(error)}"
        case "minLength":
            yield path, "an empty string; expected text, or null where the field may be missing"
        case "maxLength":
            yield path, f"{len(found)} characters; expected at most {rule}"
        case "minItems":
            yield path, f"{len(found)} items; expected at least {rule}"
        case "maxItems":
            yield path, f"{len(found)} items; expected at most {rule}"
        case "uniqueItems":
            yield path, f"{shown(found)} holds an item twice; expected each once"
        case "minimum":
            yield path, f"{found}; expected {rule} or more"
        case "maximum":
            yield path, f"{found:g}; expected {rule} or less"
        case _:
            yield path, error.message


def _branches(error: Any) -> list[list[Any]]:
    branches: dict[int, list[Any]] = {}
    for inner in error.context:
        branches.setdefault(inner.schema_path[0], []).append(inner)
    return list(branches.values())


def _listed(rule: object) -> list[str]:
    return [str(kind) for kind in rule] if isinstance(rule, list) else [str(rule)]


def _any(kinds: Iterable[str]) -> str:
    return " or ".join(kinds)


def _about(error: Any, key: str) -> str:
    description = error.schema.get("properties", {}).get(key, {}).get("description", "a value")
    return str(description[0].lower() + description[1:].rstrip("."))


def _pattern(error: Any) -> str:
    text = str(error.schema.get("description", error.validator_value)).rstrip(".")
    return text[0].lower() + text[1:]


# --- offsets ----------------------------------------------------------------------------------------------


def check_span(span: Mapping[str, Any], text: str) -> str | None:
    """What is wrong with a span's offsets in ``text``, or ``None``."""
    start, end, covered = span["start"], span["end"], span.get("text")
    if start >= end:
        return f"start {start} is not before end {end}; expected a half-open span of at least one character"
    if end > len(text):
        why = f": {explain_offsets(start, end, covered, text)}" if covered else ""
        return f"end {end} lies outside the text; expected at most {len(text)}{why}"
    if covered is not None and text[start:end] != covered:
        return f"offsets {start}–{end} cover {shown(text[start:end])}, not {shown(covered)}; {explain_offsets(start, end, covered, text)}"
    return None


def spans_of(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], dict[str, Any]]]:
    """Every span object inside a record given as JSON types, with its path."""
    if isinstance(value, dict):
        if "start" in value and "end" in value:
            yield path, value
        for key, inner in value.items():
            if isinstance(inner, (dict, list)):
                yield from spans_of(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            if isinstance(inner, (dict, list)):
                yield from spans_of(inner, (*path, index))


# --- gold -------------------------------------------------------------------------------------------------

_LISTS: Final = ("entities", "claims", "events", "figures")
_CLOSERS: Final = {'"': '"', "'": "'", "“": "”", "‘": "’", "«": "»", "„": "“"}


def check_article(article: Mapping[str, Any], report: Callable[[list[str | int], str], None], warn: Callable[[list[str | int], str], None]) -> None:
    """The checks on one gold article that its schema cannot express.

    Args:
        article: JSON types that already fit the article schema.
        report: takes the path and message of an error.
        warn: takes the path and message of a warning.
    """
    text = article["text"]
    if text is not None:
        if text != normalize.text(text):
            report(["text"], "not in normal form; expected NFC, \\n line ends, no trailing blanks, at most one blank line in a row")
        if normalize.digest(text) != article["text_sha256"]:
            report(["text_sha256"], f"{article['text_sha256'][:12]}… is not the text's; expected {normalize.digest(text)}")
    elif article["provenance"]["kind"] == "written":
        report(["text"], "null in a written article; expected the text")
    if not normalize.is_date(article["published"]):
        report(["published"], f"{shown(article['published'])} is no date; expected YYYY-MM-DD")
    if (article["split"] == "external") != (article["provenance"]["kind"] == "external"):
        report(["split"], f"{article['split']} with {article['provenance']['kind']} text; expected external texts, and only those, in split external")
    for path, span in _gold_spans(article):
        if text is not None:
            wrong = check_span(span, text) or _edges(span, text, path)
            if wrong is None and span["text"] is None:
                wrong = "no covered text; expected it beside the offsets"
            if wrong:
                report(list(path), wrong)
            elif _is_sentence_end(span["text"]):
                warn(list(path), f"{shown(span['text'])} ends with a full stop; expected none unless it belongs to an abbreviation or a quotation inside")
        elif span["start"] >= span["end"]:
            report(list(path), f"start {span['start']} is not before end {span['end']}; expected a half-open span")
    check_references(article, report)
    _check_records(article, report, warn)


def _gold_spans(article: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], dict[str, Any]]]:
    """What `spans_of` finds in the layers of an article that fits its schema, without looking everywhere."""
    for index, entity in enumerate(article["entities"]):
        yield from ((("entities", index, "mentions", place), mention) for place, mention in enumerate(entity["mentions"]))
        if entity["role"] is not None:
            yield ("entities", index, "role"), entity["role"]
    for index, claim in enumerate(article["claims"]):
        yield from ((("claims", index, "content", place), piece) for place, piece in enumerate(claim["content"]))
        for field in ("cue", "source"):
            if claim[field] is not None:
                yield ("claims", index, field), claim[field]
    for index, event in enumerate(article["events"]):
        yield from ((("events", index, "mentions", place), mention) for place, mention in enumerate(event["mentions"]))
        yield from ((("events", index, "participants", place, "mention"), held["mention"]) for place, held in enumerate(event["participants"]))
        if event["time"] is not None and event["time"]["span"] is not None:
            yield ("events", index, "time", "span"), event["time"]["span"]
    for index, figure in enumerate(article["figures"]):
        yield ("figures", index, "span"), figure["span"]
        if figure["of"] is not None:
            yield ("figures", index, "of"), figure["of"]


_ABBREVIATIONS: Final = frozenset("Co Inc Ltd Corp Bros Jr Sr St No Dr Mr Mrs Ms Prof Gen Col Lt Sgt Rev Hon Dept Univ approx etc".split())


def _is_sentence_end(covered: str) -> bool:
    """Whether a span ends with a full stop, question or exclamation mark that no abbreviation explains."""
    last = covered[:-1].rsplit(" ", 1)[-1]
    return covered[-1] in ".!?" and "." not in last and len(last) > 1 and last not in _ABBREVIATIONS


def _edges(span: Mapping[str, Any], text: str, path: tuple[str | int, ...]) -> str | None:
    covered = text[span["start"] : span["end"]]
    if covered != covered.strip():
        return f"{shown(covered)} begins or ends with white space; expected none"
    if len(covered) > 1 and covered[-1] == _CLOSERS.get(covered[0]):
        # '"a" and "b"' begins and ends with marks that are no pair; an apostrophe inside a word is no mark at all.
        inside = re.sub(r"(?<=\w)['’](?=\w)", "", covered[1:-1])
        if covered[0] not in inside and covered[-1] not in inside:
            return f"{shown(covered)} is enclosed by a pair of quotation marks; expected the span inside them"
    if covered[-1] in ",;:":
        return f"{shown(covered)} ends with punctuation; expected the span before it"
    return None


def check_references(article: Mapping[str, Any], report: Callable[[list[str | int], str], None]) -> None:
    """Ids that are unique, references that resolve, and no cycles."""
    ids: dict[str, set[str]] = {}
    for key in _LISTS:
        ids[key] = set()
        for index, record in enumerate(article[key]):
            if record["id"] in ids[key]:
                report([key, index, "id"], f"{record['id']} stands twice; expected ids unique in the article")
            ids[key].add(record["id"])

    def known(key: str, value: str | None, path: list[str | int]) -> None:
        if value is not None and value not in ids[key]:
            report(path, f"{value} is no id of {key}; expected one of {', '.join(sorted(ids[key], key=lambda i: (len(i), i))) or 'none, there are none'}")

    for index, claim in enumerate(article["claims"]):
        for field in ("speakers", "relay"):
            for place, entity in enumerate(claim[field]):
                known("entities", entity, ["claims", index, field, place])
        known("claims", claim["parent"], ["claims", index, "parent"])
    for index, event in enumerate(article["events"]):
        for place, participant in enumerate(event["participants"]):
            known("entities", participant["entity"], ["events", index, "participants", place, "entity"])
        known("events", event["part_of"], ["events", index, "part_of"])
    for index, figure in enumerate(article["figures"]):
        known("events", figure["event"], ["figures", index, "event"])
        for place, relation in enumerate(figure["relations"]):
            known("figures", relation["figure"], ["figures", index, "relations", place, "figure"])
            if relation["figure"] == figure["id"]:
                report(["figures", index, "relations", place], f"{figure['id']} is related to itself; expected another figure")
    for key, field in (("claims", "parent"), ("events", "part_of")):
        up = {record["id"]: record[field] for record in article[key]}
        for index, record in enumerate(article[key]):
            seen, at = set(), record["id"]
            while at is not None and at not in seen:
                seen.add(at)
                at = up.get(at)
            if at == record["id"]:
                report([key, index, field], f"{record['id']} contains itself through {field}; expected no cycle")


def _check_records(article: Mapping[str, Any], report: Callable[[list[str | int], str], None], warn: Callable[[list[str | int], str], None]) -> None:
    owner: dict[tuple[int, int], list[tuple[str, str]]] = {}
    for index, entity in enumerate(article["entities"]):
        own = [(m["start"], m["end"]) for m in entity["mentions"]]
        for place, (mention, spot) in enumerate(zip(entity["mentions"], own, strict=True)):
            if spot in own[:place]:
                report(
                    ["entities", index, "mentions", place], f"{shown(mention['text'])} at {spot[0]} stands twice in {entity['id']}; expected each mention once"
                )
            owner.setdefault(spot, []).append((entity["id"], mention["form"]))
        has_name = any(mention["form"] == "name" for mention in entity["mentions"])
        if entity["named"] != has_name:
            report(
                ["entities", index, "named"], f"{str(entity['named']).lower()}, but {'a' if has_name else 'no'} mention is a name; expected the two to agree"
            )
        if entity["named"] and entity["name"] is None:
            report(["entities", index, "name"], "null for a named entity; expected its name")
        if (
            entity["named"]
            and article["text"] is not None
            and not any(mention["text"] == entity["name"] for mention in entity["mentions"] if mention["form"] == "name")
        ):
            report(["entities", index, "name"], f"{shown(entity['name'])} is none of its name mentions; expected the fullest of them, as it stands in the text")
    for index, entity in enumerate(article["entities"]):
        for place, mention in enumerate(entity["mentions"]):
            holders = owner[mention["start"], mention["end"]]
            # A plural phrase or plural pronoun may stand for each of its members; a name stands for one.
            if len(holders) > 1 and mention["form"] == "name" and holders[0][0] != entity["id"]:
                report(
                    ["entities", index, "mentions", place],
                    f"{shown(mention['text'])} at {mention['start']} is already a mention of {holders[0][0]}; expected one entity a mention",
                )
    used = {entity for claim in article["claims"] for field in ("speakers", "relay") for entity in claim[field]}
    used |= {participant["entity"] for event in article["events"] for participant in event["participants"]}
    mentions = {entity["id"]: {(m["start"], m["end"]) for m in entity["mentions"]} for entity in article["entities"]}
    for index, entity in enumerate(article["entities"]):
        if entity["id"] not in used:
            report(["entities", index], f"{entity['id']} ({shown(entity['name'])}) speaks, relays and takes part in nothing; expected a use, or no entity")
    for index, claim in enumerate(article["claims"]):
        at: list[str | int] = ["claims", index]
        source = claim["source"]
        content = claim["content"]
        for place, span in enumerate(content):
            if source and span["start"] < source["end"] and source["start"] < span["end"]:
                report([*at, "content", place], f"overlaps the source {shown(source['text'])}; expected the two apart")
            for other in content[:place]:
                if span["start"] < other["end"] and other["start"] < span["end"]:
                    report([*at, "content", place], f"overlaps another fragment, {shown(other['text'])}; expected fragments apart")
        if source and claim["speakers"]:
            spot = source["start"], source["end"]
            joint = len(claim["speakers"]) > 1
            if not joint and spot not in mentions.get(claim["speakers"][0], {spot}):
                report(
                    [*at, "source"],
                    f"{shown(source['text'])} at {spot[0]} is no mention of {claim['speakers'][0]}; expected the source to be a mention of its speaker",
                )
            if joint:
                for entity in claim["speakers"]:
                    if not any(spot[0] <= start and end <= spot[1] for start, end in mentions.get(entity, {spot})):
                        report(
                            [*at, "source"],
                            f"{shown(source['text'])} holds no mention of {entity}; expected a joint source to reach from its first speaker to its last",
                        )
        if source and not claim["speakers"]:
            report([*at, "speakers"], f"none, with source {shown(source['text'])}; expected the entity that the source names")
        if claim["parent"] is not None:
            outer = next((other for other in article["claims"] if other["id"] == claim["parent"]), None)
            probe = claim["cue"] or content[0]
            if outer and not any(span["start"] <= probe["start"] and probe["end"] <= span["end"] for span in outer["content"]):
                report(
                    [*at, "parent"],
                    f"the {'cue' if claim['cue'] else 'content'} stands outside the content of {outer['id']}; expected the attribution inside it",
                )
    for index, event in enumerate(article["events"]):
        at = ["events", index]
        held: set[tuple[str, str]] = set()
        for place, participant in enumerate(event["participants"]):
            role = participant["role"], participant["entity"]
            if role in held:
                report([*at, "participants", place], f"{role[1]} is {role[0]} twice; expected an entity to hold a role once")
            held.add(role)
            spot = participant["mention"]["start"], participant["mention"]["end"]
            if participant["entity"] in mentions and spot not in mentions[participant["entity"]]:
                report(
                    [*at, "participants", place, "mention"],
                    f"{shown(participant['mention']['text'])} at {spot[0]} is no mention of {participant['entity']}; expected one",
                )
        if event["time"] and normalize.edtf_interval(event["time"]["value"]) is None:
            report(
                [*at, "time", "value"],
                f"{shown(event['time']['value'])} is no EDTF level 1 date; expected for example 2027-03-02, 2027-03, 2027-03-01/2027-03-05 or 2027~",
            )
    for index, figure in enumerate(article["figures"]):
        _check_figure(figure, ["figures", index], report)
    for key in _LISTS:
        seen: dict[bytes, str] = {}
        for index, record in enumerate(article[key]):
            body = orjson.dumps({field: value for field, value in record.items() if field != "id"}, option=orjson.OPT_SORT_KEYS)
            if body in seen:
                report([key, index], f"{record['id']} says the same as {seen[body]}; expected no two records alike")
            seen.setdefault(body, record["id"])


_UNIT_OF: Final = {"money": "an ISO 4217 code", "percent": "%", "percentage_points": "pp"}


def _check_figure(figure: Mapping[str, Any], at: list[str | int], report: Callable[[list[str | int], str], None]) -> None:
    low, high, parts, bound, unit = (figure[key] for key in ("low", "high", "parts", "bound", "unit"))
    for key in ("low", "high"):
        if figure[key] is not None and not normalize.is_normal_number(figure[key]):
            report([*at, key], f"{shown(figure[key])} is not in normal form; expected a decimal without needless zeros or a reduced fraction")
    for place, part in enumerate(parts):
        if not normalize.is_normal_number(part):
            report([*at, "parts", place], f"{shown(part)} is not in normal form; expected a decimal without needless zeros")
    if parts:
        if figure["kind"] not in ("score", "ratio"):
            report([*at, "parts"], f"given for kind {figure['kind']}; expected only for score and ratio")
        if low is not None or high is not None:
            report([*at, "low"], "given beside parts; expected low and high null where parts say the value")
    else:
        if figure["kind"] == "score":
            report([*at, "parts"], "none for a score; expected its values in order")
        low_value, high_value = (normalize.number(value) if value is not None else None for value in (low, high))
        if low_value is not None and high_value is not None and low_value > high_value:
            report([*at, "high"], f"{high} is below low {low}; expected low ≤ high as numbers")
        wants = {
            "exact": (True, True), "approximate": (True, True), "at_least": (True, False), "more_than": (True, False), "at_most": (False, True),
            "less_than": (False, True), "range": (True, True), "vague": (True, None),
        }.get(bound, (None, None))  # fmt: skip
        for key, value, wanted in (("low", low, wants[0]), ("high", high, wants[1])):
            if wanted is not None and (value is not None) != wanted:
                report([*at, key], f"{shown(value) if value is not None else 'null'} with bound {bound}; expected {'a value' if wanted else 'null'}")
        if bound in ("exact", "approximate") and low_value != high_value:
            report([*at, "high"], f"{high} differs from low {low} with bound {bound}; expected the two equal")
        if bound == "range" and low_value is not None and low_value == high_value:
            report([*at, "bound"], "range with low equal to high; expected two values")
    if unit is not None and not normalize.is_unit(unit):
        report([*at, "unit"], f"{shown(unit)} is no unit; expected an ISO 4217 code, a UCUM code, % or pp")
    expected = {"money": unit in normalize.ISO_4217, "percent": unit == "%", "percentage_points": unit == "pp"}.get(figure["kind"])
    if expected is False:
        report([*at, "unit"], f"{shown(unit) if unit is not None else 'null'} for kind {figure['kind']}; expected {_UNIT_OF[figure['kind']]}")
    if figure["kind"] in ("count", "rank", "score") and unit is not None:
        report([*at, "unit"], f"{shown(unit)} for kind {figure['kind']}; expected null")


def line_issue(report: Report, file: str, line: int | None, level: str = "error") -> Callable[[list[str | int], str], None]:
    """A reporter of paths and messages that fills in the place."""
    return lambda path, message: report(Issue(file, line, path_of(path), message, level))
