"""The article browser: the gold as a static site, written to a folder or served on this machine alone.

``index.html`` lists and filters the articles; ``articles/<id>.html`` shows one with its four layers, its records and how
they relate; ``annotations/<id>.html`` puts what each annotator did beside the adjudicated records. Every page is one
file that asks for nothing else, reads without its script, and is the same bytes for the same data.
"""

from __future__ import annotations

import errno
import http
import json
import os
import shutil
import socketserver
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import orjson

from newsgold import corpus, facets
from newsgold.cards import LAYERS, Card, Item, Line, cards, labels, short
from newsgold.differences import Aligned, aligned
from newsgold.issues import InputError, Issue
from newsgold.markup import Html, Mark, environment, marked, page, template, visible
from newsgold.notes import LEFT_OUT, Note, by_record, head, words
from newsgold.records import SPLITS, Annotation, Article, spans_of
from newsgold.resources import write_atomic

Site = Mapping[str, bytes]
"""Path in the site, with ``/``, to the file there."""
_Progress = Callable[[Iterable[Article], int], Iterable[Article]]

_DRAWN: Final = {"entities": "speakers", "claims": "claims", "events": "events", "figures": "figures"}
"""Layer as the annotation holds it to its name in `markup` and on the pages."""
_GOLD: Final = "gold"
_DEEPEST: Final = 3
"""Levels of claims in claims, and of events in events, that are told by indentation."""


# --- the text ----------------------------------------------------------------------------------------------------------


def _inside(span: Any, text: str) -> bool:
    return bool(0 <= span.start < span.end <= len(text))


def _marks(annotation: Annotation, text: str, page_: str = "", outcomes: Mapping[str, str] | None = None) -> tuple[list[Mark], dict[tuple[str, int], str]]:
    """The marks of the four layers, and by record and offset the id of the place in the text.

    Args:
        annotation: whose records are drawn.
        text: the article.
        page_: what stands before the id of a record's card.
        outcomes: record id to outcome, where one is drawn.
    """
    marks: list[Mark] = []
    places: dict[tuple[str, int], str] = {}
    outcomes = outcomes or {}
    for layer in LAYERS:
        for record in getattr(annotation, layer):
            spans = sorted({(span.start, span.end) for span in spans_of(record) if _inside(span, text)})
            target, outcome = f"#{page_}{record.id}", outcomes.get(record.id, "")
            # A claim's spans are fragments of one; the mentions of the rest are places of their own.
            for number, part in enumerate([spans] if layer == "claims" else [[span] for span in spans]):
                if part:
                    anchor = f"{page_}t-{record.id}" + (f"-{number + 1}" if number else "")
                    places.setdefault((record.id, part[0][0]), anchor)
                    marks.append(Mark(tuple(part), _DRAWN[layer], record.id, target, outcome, anchor, layer == "claims"))
            if layer == "claims" and record.cue and _inside(record.cue, text):
                marks.append(Mark(((record.cue.start, record.cue.end),), "cue", target=target))
    return marks, places


def _nested(annotation: Annotation) -> dict[str, int]:
    """Claims and events with how deep they lie in others, each behind the one that it lies in; else in their order."""
    above = {c.id: c.parent for c in annotation.claims} | {e.id: e.part_of for e in annotation.events}
    below: dict[str | None, list[str]] = {}
    for record, outer in above.items():
        below.setdefault(outer if outer in above else None, []).append(record)
    out: dict[str, int] = {}
    left = [(record, 0) for record in reversed(below.get(None, []))]
    while left:
        record, depth = left.pop()
        out[record] = depth
        left += [(inner, min(depth + 1, _DEEPEST)) for inner in reversed(below.get(record, []))]
    return out | dict.fromkeys((record for record in above if record not in out), 0)  # those that lie in one another


# --- an article --------------------------------------------------------------------------------------------------------


def _with_notes(card: Card, notes: Sequence[Note]) -> Card:
    """A card with a line for each note on its record."""
    told = tuple(Line(head(note), (Item(note.note), *([Item(f"but also {note.other}")] if note.other else []))) for note in notes)
    return replace(card, lines=(*card.lines, *told))


def _article_page(article: Article, notes: Sequence[Note], around: Mapping[str, Any]) -> str:
    """One article with its text, its layers, its records and its notes."""
    marks, places = _marks(article, article.text or "")
    mentioned: dict[int, str] = {}
    for (_, start), anchor in places.items():
        mentioned.setdefault(start, anchor)

    def place(card: Card, item: Item) -> str | None:
        """Where the words of an item stand in the text: as this record's, else as another's that begins there."""
        return None if item.start is None else places.get((card.id, item.start)) or mentioned.get(item.start)

    nested = _nested(article)
    order = {record: at for at, record in enumerate(nested)}
    told = by_record(notes)
    found = {
        layer: [_with_notes(card, told.get(card.id, ())) for card in sorted(records, key=lambda card: order.get(card.id, -1))]
        for layer, records in cards(article).items()
    }
    speakers = {speaker for claim in article.claims for speaker in claim.speakers}
    body = environment().get_template("browse_article.html").render(
        article=article, cards=found, paragraphs=marked(article.text, marks) if article.text is not None else None, place=place,
        depths=nested, layers=_DRAWN, speakers=speakers, anchors=set(places.values()), left_out=told.get(None, ()), layer_of=LEFT_OUT, words=words,
        challenges=[name for name, count in facets.challenges(article).items() if count] if article.text is not None else [], **around,
    )  # fmt: skip
    title = article.headline or article.id
    return page(
        f"{title} · newsgold", body, style=template("browse.css"), script=template("browse_article.js"),
        description=f"{article.id}: speakers, claims, events and figures",
    )  # fmt: skip


# --- annotations side by side --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    """A record of one side in a row of the comparison."""

    side: str
    """``gold`` or the annotator."""
    card: Card | None
    """The record; ``None`` where the side has none."""
    differs: frozenset[str]
    """Fields in which it differs: from the gold, or the gold's from any annotator's."""
    items: frozenset[tuple[str, str]]
    """Labels and texts of the single values that the other side lacks, in lines that differ."""


@dataclass(frozen=True)
class Row:
    """What the adjudicated annotation and each annotator have for one thing."""

    layer: str
    """One of LAYERS."""
    cells: tuple[Cell, ...]
    """The gold's, then each annotator's."""

    @property
    def differs(self) -> bool:
        """Whether the sides are not all alike."""
        return any(cell.card is None or cell.differs for cell in self.cells)

    def apart(self, column: int) -> bool:
        """Whether what the annotator of a column has is not what the gold has."""
        gold, mine = self.cells[0], self.cells[column]
        return (gold.card is None) != (mine.card is None) or bool(mine.differs)


def rows(gold: Article, raw: Mapping[str, Article]) -> list[Row]:
    """Every record of the gold and of the raw annotations once, side by side, by layer in the order of the text.

    Records are matched with the gold's as they are scored; what the gold has not, between the annotators.

    Args:
        gold: the adjudicated article, with its text.
        raw: annotator to their annotation of it.
    """
    pairs = {name: aligned(gold, article) for name, article in raw.items()}
    mates_of = cache(lambda name, other: {(pair.layer, pair.one.id): pair.other for pair in aligned(raw[name], raw[other]) if pair.one is not None})
    out: list[tuple[tuple[int, int, int], dict[str, Any], dict[str, Aligned]]] = []
    for layer, records in ((layer, getattr(gold, layer)) for layer in LAYERS):
        for record in records:
            mates = {name: pair for name, found in pairs.items() for pair in found if pair.layer == layer and pair.one is record}
            there = {_GOLD: record} | {name: pair.other for name, pair in mates.items() if pair.other is not None}
            out.append((_place(layer, record), there, mates))
        left = {name: [pair.other for pair in found if pair.layer == layer and pair.one is None] for name, found in pairs.items()}
        for name, extra in left.items():
            for record in extra:
                there = {name: record}
                for other in raw:
                    if other not in there and (mate := mates_of(name, other).get((layer, record.id))) is not None and any(mate is r for r in left[other]):
                        there[other] = mate
                        left[other] = [r for r in left[other] if r is not mate]
                out.append((_place(layer, record), there, {}))
    made = {_GOLD: cards(gold)} | {name: cards(article) for name, article in raw.items()}
    known = {side: {(layer, card.id): card for layer in LAYERS for card in found[layer]} for side, found in made.items()}
    done = []
    for place, there, mates in sorted(out, key=lambda row: row[0]):
        layer = LAYERS[place[0]]
        shown = {side: known[side][layer, record.id] for side, record in there.items()}
        cells = []
        for side in known:
            against = {name: pair.fields for name, pair in mates.items() if pair.fields and side in (_GOLD, name)}
            fields = frozenset(field for found in against.values() for field in found)
            others = [shown[name] for name in (against if side == _GOLD else [_GOLD] if against else [])]
            cells.append(Cell(side, shown.get(side), fields, _apart(shown[side], others, fields) if side in shown else frozenset()))
        done.append(Row(layer, tuple(cells)))
    return done


def _place(layer: str, record: Any) -> tuple[int, int, int]:
    start, end = min((span.start, span.end) for span in spans_of(record))
    return LAYERS.index(layer), start, end


def _lines(card: Card) -> Iterator[Line]:
    yield card.title
    yield from card.labels
    yield from card.lines


def _apart(card: Card, others: Sequence[Card], fields: frozenset[str]) -> frozenset[tuple[str, str]]:
    """The values of lines that differ which one of the other sides does not have."""
    out = set()
    for other in others:
        there = {(line.label, item.text, item.start, item.note) for line in _lines(other) for item in line.items}
        for line in _lines(card):
            if fields.intersection(line.fields):
                out |= {(line.label, key(item)) for item in line.items if (line.label, item.text, item.start, item.note) not in there}
    return frozenset(out)


def key(item: Item) -> str:
    """What tells an item from the others of its line."""
    return f"{item.start}|{item.note}|{item.text}"


def _annotations_page(article: Article, raw: Mapping[str, Article], found: Sequence[Row], around: Mapping[str, Any]) -> str:
    """The adjudicated article beside what each annotator made of it."""
    text = article.text or ""
    sides: dict[str, Article] = {_GOLD: article, **raw}
    texts = []
    for index, (side, annotation) in enumerate(sides.items()):
        outcomes = {}
        for row in found:
            if (cell := row.cells[index]).card is not None:
                alone = any(other.card is None for other in (row.cells[1:] if side == _GOLD else row.cells[:1]))
                outcomes[cell.card.id] = ("miss" if side == _GOLD else "spurious") if alone else "partial" if cell.differs else ""
        texts.append(marked(text, _marks(annotation, text, f"{side}-", outcomes)[0]))
    body = environment().get_template("browse_annotations.html").render(
        article=article, sides=list(sides), texts=list(zip(*texts, strict=True)), rows=found, layers=_DRAWN, key=key,
        anchors={f"{side}-t-{record.id}" for side, a in sides.items() for layer in LAYERS for record in getattr(a, layer) if any(_inside(s, text) for s in spans_of(record))},
        differing=sum(row.differs for row in found), **around,
    )  # fmt: skip
    return page(
        f"Annotations of {article.headline or article.id} · newsgold", body, style=template("browse.css"), script=template("browse_article.js"),
        description=f"{article.id}: {' and '.join(raw)} beside the adjudicated annotation",
    )  # fmt: skip


# --- the index -----------------------------------------------------------------------------------------------------------


def filters(articles: Sequence[Article]) -> dict[str, dict[str, list[str]]]:
    """Filter to value to the ids of its articles: split, topic, genre, challenge (`newsgold.facets.groups`) and label.

    A label is a field and its value, ``claim.act: accuse``. Challenges need the text; a stand-off article without it has none.
    """
    out: dict[str, dict[str, list[str]]] = {"split": {}, "topic": {}, "genre": {}}
    for article in articles:
        out["split"].setdefault(article.split, []).append(article.id)
        out["genre"].setdefault(article.genre, []).append(article.id)
        for topic in article.topics:
            out["topic"].setdefault(topic, []).append(article.id)
    for name, values in (("split", SPLITS), ("topic", facets.FACETS["topic"][0]), ("genre", facets.FACETS["genre"][0])):
        out[name] = {value: out[name][value] for value in (*values, *sorted(out[name].keys() - {*values})) if value in out[name]}
    out |= facets.groups(articles, ["challenge"])
    found: dict[str, list[str]] = {}
    for article in articles:
        for label in _labels(article):
            found.setdefault(label, []).append(article.id)
    return out | {"label": dict(sorted(found.items()))}


def _labels(article: Article) -> dict[str, list[str]]:
    """Label to the records that have it, each once."""
    return {f"{field}: {value}": list(dict.fromkeys(ids)) for field, found in labels(article).items() for value, ids in found.items()}


def _index_page(articles: Sequence[Article], differing: Mapping[str, Mapping[str, int]], around: Mapping[str, Any]) -> str:
    found = filters(articles)
    of = {article.id: {name: [value for value, ids in values.items() if article.id in ids] for name, values in found.items()} for article in articles}
    data = {
        article.id: {
            "words": " ".join([article.id, article.headline or "", article.text or "", *(entity.name or "" for entity in article.entities)]).lower(),
            # As they stand beside the filters, where `visible` has been at them.
            **{name: [visible(value) for value in values] for name, values in of[article.id].items() if name != "label"},
            "label": {visible(label): ids for label, ids in _labels(article).items()},
        }
        for article in articles
    }
    body = environment().get_template("browse_index.html").render(
        articles=articles, filters=found, of=of, differing=differing, data=_json(data), groups=_grouped(found["label"]),
        versions={"data": corpus.DATA_VERSION, "guidelines": sorted({article.guidelines_version for article in articles})}, short=short, **around,
    )  # fmt: skip
    return page(
        "newsgold: the articles",
        body,
        style=template("browse.css"),
        script=template("browse_index.js"),
        description="The gold articles of newsgold, to search and filter",
    )


def _grouped(found: Mapping[str, list[str]]) -> dict[str, list[tuple[str, str, int]]]:
    """Field to its labels: value of the option, label, number of articles."""
    out: dict[str, list[tuple[str, str, int]]] = {}
    for value, ids in found.items():
        field, label = value.split(": ", 1)
        out.setdefault(field, []).append((value, label, len(ids)))
    return out


def _json(data: object) -> Html:
    """JSON that may stand in a script element: nothing in it can end one, or hide or reorder what stands beside it."""
    text = orjson.dumps(data).decode()
    for char in sorted(char for char in {*text} if char in "<>&" or not char.isprintable()):
        text = text.replace(char, f"\\u{ord(char):04x}" if char.isascii() else json.dumps(char)[1:-1])
    return Html(text)


# --- the site ------------------------------------------------------------------------------------------------------------


def site(
    articles: Iterable[Article],
    raw: Mapping[str, Mapping[str, Article]] | None = None,
    progress: _Progress = lambda items, _: items,
    *,
    notes: Mapping[str, Sequence[Note]] | None = None,
) -> dict[str, bytes]:
    """The whole site, in the order of the articles' splits and ids.

    Args:
        articles: the gold.
        notes: article id to the notes on its gold (`newsgold.notes.load_notes`); none by default.
        raw: annotator to article id to raw annotation (`newsgold.corpus.load_annotator`); none outside of a checkout.
        progress: wraps the articles, with their number.

    Raises:
        InputError: two articles of one id, or jinja2 is not installed.
    """
    order = {split: number for number, split in enumerate(SPLITS)}
    found = sorted(articles, key=lambda article: (order.get(article.split, len(order)), article.id))
    if twice := sorted({article.id for article in found if sum(other.id == article.id for other in found) > 1}):
        raise InputError([Issue("newsgold", None, "$", f"{', '.join(twice)}: stands twice; expected each article once")])
    out: dict[str, bytes] = {}
    differing: dict[str, dict[str, int]] = {}
    compared: dict[str, list[str]] = {}
    for number, article in enumerate(progress(found, len(found))):
        sides = {name: done[article.id] for name, done in sorted((raw or {}).items()) if article.id in done} if article.text is not None else {}
        compared[article.id] = list(sides)
        around = {
            "annotators": list(sides), "before": found[number - 1] if number else None, "after": found[number + 1] if number + 1 < len(found) else None,
        }  # fmt: skip
        out[f"articles/{article.id}.html"] = _article_page(article, (notes or {}).get(article.id, ()), around).encode()
        if sides:
            table = rows(article, sides)
            differing[article.id] = {name: sum(row.apart(column) for row in table) for column, name in enumerate(sides, 1)}
            out[f"annotations/{article.id}.html"] = _annotations_page(article, sides, table, around).encode()
    out["index.html"] = _index_page(found, differing, {"compared": compared}).encode()
    return out


def write(folder: Path, files: Site, *, force: bool = False) -> bool:
    """Write a site to ``folder``: a new or empty folder appears whole or not at all.

    A folder that holds anything else stays as it is, but with ``force``: then each page is replaced by itself, the index last, pages of
    articles that are gone are removed, and whatever is not a page of the browser is left alone.

    Returns:
        Whether anything was written; a folder that holds this very site is left.

    Raises:
        InputError: the folder holds something else, or cannot be written.
    """
    name, folder = str(folder), folder.resolve()
    try:
        if folder.is_dir() and not _stale(folder, files) and all(_holds(folder / path, body) for path, body in files.items()):
            return False
        if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
            if not force or not folder.is_dir():
                what = (
                    "holds something else; expected a new or empty folder, or --force to write the pages into it"
                    if folder.is_dir()
                    else "is no folder; expected one"
                )
                raise InputError([Issue(name, None, "$", what)])
            for path in sorted(files, key=lambda path: (path == "index.html", path)):
                write_atomic(folder / path, files[path])
            for page_ in _stale(folder, files):
                page_.unlink()
        else:
            _write_new(folder, files)
    except OSError as error:
        raise InputError([Issue(name, None, "$", f"cannot be written ({error.strerror}); expected a place to write to")]) from error
    return True


def _holds(path: Path, body: bytes) -> bool:
    return path.is_file() and path.read_bytes() == body


def _write_new(folder: Path, files: Site) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    try:
        for name, body in files.items():
            (part / name).parent.mkdir(parents=True, exist_ok=True)
            (part / name).write_bytes(body)
        part.replace(folder)  # an empty folder gives way
    finally:
        shutil.rmtree(part, ignore_errors=True)


_SIGNED: Final = b'<meta name="generator" content="newsgold">'


def _stale(folder: Path, files: Site) -> list[Path]:
    """Pages of an earlier site that this one does not have."""
    found = (path for part in ("articles", "annotations") for path in sorted((folder / part).glob("*.html")))
    return [path for path in found if path.relative_to(folder).as_posix() not in files and path.is_file() and _SIGNED in path.read_bytes()[:4096]]


# --- serving -------------------------------------------------------------------------------------------------------------


class Server(ThreadingHTTPServer):
    """Serves a site from memory, to this machine only: no file is opened, so no path leads anywhere else.

    Requests under another host name are refused, so that no page of the web can read it through a name that leads here.
    """

    daemon_threads = True

    def __init__(self, files: Site, port: int = 8000):
        self.files = files
        try:
            super().__init__(("127.0.0.1", port), _Handler)
        except OSError as error:
            what = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be opened ({error.strerror})"
            raise InputError([Issue("--port", None, "$", f"port {port} {what}; expected a free one, or 0 for any")]) from error

    def server_bind(self) -> None:
        """Bind without looking up a name for the address, which may wait for a network."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", int(self.server_address[1])

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.server_port}/"


class _Handler(BaseHTTPRequestHandler):
    server: Server
    server_version, sys_version = "newsgold", ""
    timeout = 30

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def _answer(self) -> None:
        port = self.server.server_port
        hosts = self.headers.get_all("Host", [])
        if len(hosts) != 1 or hosts[0].lower() not in {f"{name}:{port}" for name in ("127.0.0.1", "localhost")} | (
            {"127.0.0.1", "localhost"} if port == 80 else set()
        ):
            return self._send(http.HTTPStatus.MISDIRECTED_REQUEST, b"this server answers to 127.0.0.1 and localhost only\n")
        name = unquote(urlsplit(self.path).path)
        body = self.server.files.get(name.removeprefix("/") or "index.html") if name.startswith("/") else None
        if body is None:
            return self._send(http.HTTPStatus.NOT_FOUND, b"no such page\n")
        return self._send(http.HTTPStatus.OK, body, "text/html; charset=utf-8")

    def _send(self, status: http.HTTPStatus, body: bytes, kind: str = "text/plain; charset=utf-8") -> None:
        self.send_response(status)
        for header, value in (
            ("Content-Type", kind), ("Content-Length", str(len(body))), ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"), ("X-Frame-Options", "DENY"), ("Cross-Origin-Resource-Policy", "same-origin"),
        ):  # fmt: skip
            self.send_header(header, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing of single requests."""
