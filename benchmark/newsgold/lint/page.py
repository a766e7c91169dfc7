"""One article as the rules read it: its text cut into sentences, words and quotations, its records, and where each stands in its file."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from newsgold.corpus import Source
from newsgold.issues import shown
from newsgold.normalize import NAME_TITLES
from newsgold.records import Article, Claim, Entity, Span

Place = tuple[int, int]
"""Start and end in the text, half-open."""

MONTHS: Final = {
    name: number
    for number, names in enumerate(
        "january jan|february feb|march mar|april apr|may|june jun|july jul|august aug|september sept sep|october oct|november nov|december dec".split("|"), 1
    )
    for name in names.split()
}
WEEKDAYS: Final = {name: number for number, name in enumerate("monday tuesday wednesday thursday friday saturday sunday".split())}
FUNCTION_WORDS: Final = frozenset(
    "the a an this that these those his her its their our my your some any no each every all both and or but nor if as than when while after before since until "
    "because although though of in on at to for from by with without into onto over under about against between among during through across near off out up down "
    "is are was were be been being am has have had having do does did will would can could may might must shall should not never also only just now then there here "
    "he she it they we i you who whom whose which what where why how him them us me so too very more most less least much many few several one".split()
)
AUXILIARIES: Final = frozenset("is are was were be been being am has have had having do does did will would can could may might must shall should".split())
ARTICLES: Final = frozenset(["the", "a", "an"])
_ABBREVIATIONS: Final = NAME_TITLES["en"] | frozenset(
    "no nos vs etc inc ltd co corp jan feb mar apr aug sept sep oct nov dec mt hon cllr approx sr jr ft e.g i.e".split()
)
_END: Final = re.compile(r"\n+|[.!?…]+[\"”’'»)\]]*[ \t\u00a0]+(?=[\"“‘'«„(\[]*[A-Z0-9\u00c0-\u00de\u0100-\u017f])")
_WORD: Final = re.compile(r"\w+(?:[’'\-‑.,]\w+)*")


@dataclass(frozen=True)
class Hit:
    """What a rule found: where in the text, in which record, and what it expected instead."""

    place: Place
    """The words of the text that it is about; a waiver names them."""
    found: str
    """What was found."""
    expected: str
    """What was expected."""
    path: tuple[str | int, ...] | None = None
    """The record's path, ``None`` for what no record covers."""


@dataclass(frozen=True)
class Rule:
    """A rule of the linter: its name, what it is about, what it warns of, and the function that looks for it."""

    name: str
    layer: str
    """``text`` for what no record covers, else ``entities``, ``claims``, ``events`` or ``figures``."""
    summary: str
    find: Callable[[Page], Iterable[Hit]] = field(compare=False)


RULES: Final[dict[str, Rule]] = {}
"""Every rule by its name, in the order of registration."""


def rule(name: str, layer: str, summary: str) -> Callable[[Callable[[Page], Iterator[Hit]]], Callable[[Page], Iterator[Hit]]]:
    """Register a rule."""

    def register(find: Callable[[Page], Iterator[Hit]]) -> Callable[[Page], Iterator[Hit]]:
        find.__doc__ = find.__doc__ or summary
        RULES[name] = Rule(name, layer, summary, find)
        return find

    return register


def place_of(span: Span) -> Place:
    """Where a span stands."""
    return span.start, span.end


def inside(inner: Place, outer: Place) -> bool:
    """Whether ``inner`` lies within ``outer``."""
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def overlap(one: Place, other: Place) -> bool:
    """Whether the two share a character."""
    return one[0] < other[1] and other[0] < one[1]


class Cover:
    """A set of places that is asked what it covers."""

    def __init__(self, places: Iterable[Place]):
        self._places = sorted(set(places))
        self._starts = [start for start, _ in self._places]
        self._reach: list[int] = []  # the furthest end up to each place
        for _, end in self._places:
            self._reach.append(max(end, self._reach[-1]) if self._reach else end)

    def touches(self, place: Place) -> bool:
        """Whether any of the places shares a character with ``place``."""
        index = bisect_right(self._starts, place[1] - 1) - 1
        return index >= 0 and self._reach[index] > place[0]

    def holds(self, place: Place) -> bool:
        """Whether ``place`` lies within one of the places."""
        index = bisect_right(self._starts, place[0])
        return any(end >= place[1] for _, end in self._places[:index])


@dataclass(frozen=True)
class Quotation:
    """Words between quotation marks; ``mark`` is the opening one, and a mark that is never closed runs to the paragraph's end."""

    start: int
    end: int
    mark: str

    @property
    def place(self) -> Place:
        """What stands between the marks."""
        return self.start, self.end


class Page:
    """An article under the linter.

    Args:
        article: with its text.
        source: the YAML it was compiled from, for line numbers.
        name: how messages call that file.
        text_name: how they call the text.
    """

    def __init__(self, article: Article, source: Source, name: str, text_name: str):
        if article.text is None:
            raise ValueError(f"{article.id} has no text")
        self.article = article
        self.text: str = article.text
        self.source = source
        self.name = name
        self.text_name = text_name
        self.entities: dict[str, Entity] = {entity.id: entity for entity in article.entities}
        self.claims: dict[str, Claim] = {claim.id: claim for claim in article.claims}
        self.sport = "sport" in article.topics
        self._newlines = [match.start() for match in re.finditer("\n", self.text)]

    # --- places ---

    def line(self, offset: int) -> int:
        """The line of the text's file at ``offset``, from 1."""
        return bisect_right(self._newlines, offset - 1) + 1

    def show(self, place: Place, around: int = 28) -> str:
        """The words at ``place`` in brackets, with some of the line around them."""
        start, end = place
        low = max(self.text.rfind("\n", 0, start) + 1, start - around)
        high = self.text.find("\n", end)
        high = min(len(self.text) if high == -1 else high, end + around)
        words = self.text[start:end]
        if len(words) > 60:
            words = f"{words[:28]} … {words[-28:]}"
        return shown(f"{self.text[low:start]}[{words}]{self.text[end:high]}", 150).replace("\\n", " ")

    def words_before(self, offset: int, count: int = 1) -> list[str]:
        """Up to ``count`` words directly before ``offset`` in its line, the nearest last, as printed; a comma or stop cuts them off."""
        low = self.text.rfind("\n", 0, offset) + 1
        match = re.search(r"((?:[\w’'\-]+[ \u00a0])*[\w’'\-]*)$", self.text[max(low, offset - 30 * count - 10) : offset])
        return match[1].split()[-count:] if match else []

    def word_after(self, offset: int) -> str:
        """The word directly behind ``offset``, empty at punctuation."""
        match = re.compile(r"[ \u00a0]([\w’'\-]+)").match(self.text, offset)
        return match[1] if match else ""

    @cached_property
    def words(self) -> list[tuple[str, int, int]]:
        """The words of the text: as printed, start, end. A hyphen joins, as do points and commas inside."""
        return [(match[0], match.start(), match.end()) for match in _WORD.finditer(self.text)]

    # --- sentences ---

    @cached_property
    def sentences(self) -> list[Place]:
        """Sentences in order: a paragraph's end ends one; the stop of an abbreviation or an initial does not."""
        out, start = [], 0
        for match in _END.finditer(self.text):
            if match[0].startswith("."):
                last = re.search(r"[\w.]*$", self.text[start : match.start()])
                word = last[0] if last else ""
                short = word.casefold() in _ABBREVIATIONS and (word[0].isupper() or word in ("etc", "vs", "approx", "e.g", "i.e"))
                if short or re.fullmatch(r"(?:[A-Z]\.)*[A-Z]|[ap]\.m", word):
                    continue
            if self.text[start : match.end()].strip():
                out.append((start, match.end()))
            start = match.end()
        if self.text[start:].strip():
            out.append((start, len(self.text)))
        return out

    @cached_property
    def _sentence_starts(self) -> list[int]:
        return [start for start, _ in self.sentences]

    def sentence_index(self, offset: int) -> int:
        """Which sentence ``offset`` stands in."""
        return max(0, bisect_right(self._sentence_starts, offset) - 1)

    def sentence(self, offset: int) -> Place:
        """The sentence that ``offset`` stands in."""
        return self.sentences[self.sentence_index(offset)]

    def same_sentence(self, one: int, other: int) -> bool:
        """Whether the two stand in one sentence, where a quotation and what attributes it count as one."""
        low, high = sorted((self.sentence_index(one), self.sentence_index(other)))
        if low == high:
            return True
        # A stop inside quotation marks does not end the sentence around them.
        return all(any(quote.start <= self.sentences[index][0] < quote.end for quote in self.quotations) for index in range(low + 1, high + 1))

    # --- quotations ---

    @cached_property
    def quotations(self) -> list[Quotation]:
        """Quotations in text order. Single marks count in a text that has hardly any double ones, since an apostrophe looks like them."""
        out: list[Quotation] = []
        start = 0
        double = len(re.findall(r"[“”\"„«»]", self.text))
        single = len(re.findall(r"(?:(?<=\s)|(?<=^)|(?<=[(—–]))[‘'](?=\w)", self.text, re.M))
        for paragraph in self.text.split("\n"):
            out += self._double(paragraph, start) if double >= single or not single else self._single(paragraph, start)
            start += len(paragraph) + 1
        return out

    @staticmethod
    def _double(paragraph: str, start: int) -> Iterator[Quotation]:
        opened: tuple[int, str] | None = None
        for match in re.finditer(r"[“”\"„«»]", paragraph):
            mark = match[0]
            before, after = paragraph[match.start() - 1 : match.start()], paragraph[match.end() : match.end() + 1]
            opens = mark in "“„«" or (mark == '"' and (not before or before in " \u00a0([—–'‘") and after.strip() != "")
            if opens and (opened is None or mark != '"'):
                opened = (match.end(), mark) if opened is None else opened
            elif opened is not None:
                yield Quotation(start + opened[0], start + match.start(), opened[1])
                opened = None
        if opened is not None and paragraph[opened[0] :].strip():
            yield Quotation(start + opened[0], start + len(paragraph), opened[1])

    @staticmethod
    def _single(paragraph: str, start: int) -> Iterator[Quotation]:
        at = 0
        while match := re.compile(r"(?:(?<=\s)|(?<=^)|(?<=[(—–]))[‘'](?=\w)").search(paragraph, at):
            close = re.compile(r"(?<=[,.!?…])[’'](?!\w)|(?<=\w)[’'](?=[ .,;:!?)]|$)(?!(?<=s[’'])\s[a-z])").search(paragraph, match.end())
            if close:
                yield Quotation(start + match.end(), start + close.start(), match[0])
            elif match.start() == 0:
                yield Quotation(start + match.end(), start + len(paragraph), match[0])
            at = close.end() if close else match.end()

    # --- records ---

    @cached_property
    def content(self) -> Cover:
        """What the claims state."""
        return Cover(place_of(span) for claim in self.article.claims for span in claim.content)

    @cached_property
    def mentions(self) -> dict[Place, list[tuple[Entity, str | None]]]:
        """The entities and forms of each mention."""
        out: dict[Place, list[tuple[Entity, str | None]]] = {}
        for entity in self.article.entities:
            for mention in entity.mentions:
                out.setdefault((mention.start, mention.end), []).append((entity, mention.form))
        return out

    @cached_property
    def names(self) -> Cover:
        """The mentions that are names."""
        return Cover(place for place, held in self.mentions.items() if any(form == "name" for _, form in held))

    def path(self, layer: str, index: int, *rest: str | int) -> tuple[str | int, ...]:
        """The path of a record or a field of it."""
        return (layer, index, *rest)
