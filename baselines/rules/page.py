"""An article as rules see it: closed word classes, the lexicon, tokens, sentences and quotations.

Nothing is learned and no part of speech is known: a noun phrase is whatever stands between two words that cannot be inside one.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

Span = tuple[int, int]


def words(string: str) -> frozenset[str]:
    """The words of ``string`` as a set."""
    return frozenset(string.split())


# --- closed word classes ---------------------------------------------------------------------------------------------

ARTICLES = words("the a an his her its their our my your this that these those another some any no each every both all several many most")
BE = words("is are was were be been being am isn't wasn't weren't aren't gets got get")
MODALS = words("will would can could may might must shall should won't wouldn't can't cannot couldn't mustn't shouldn't")
AUXILIARIES = BE | MODALS | words("has have had having do does did hasn't haven't hadn't didn't doesn't don't")
ADVERBS = words(
    "also later then earlier now already still just only again even never not soon recently previously reportedly allegedly "
    "often always twice both themselves himself herself itself meanwhile however therefore afterwards too yet ever since further instead"
)
PREPOSITIONS = words(
    "of in on at by for from to with without into onto over under near after before during against between among about around through "
    "across outside inside off towards toward until till upon within behind beyond above below amid despite via per as than like including following"
)
CLAUSE = words("that but when while because if whether who which whom where as since although though than so until unless whereas what how why")
PRONOUNS = words("i we you he she it they him her them me us")
NUMBER_WORDS = words(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty "
    "fifty sixty seventy eighty ninety hundred dozen dozens hundreds thousands scores"
)
TITLES = words(
    "mr mrs ms miss mx dr prof professor president premier minister sir lord lady sgt sergeant capt captain col colonel gen general lt lieutenant maj "
    "major judge justice mayor governor senator councillor cllr chancellor secretary chief inspector detective superintendent constable officer "
    "commissioner director chairman chairwoman chair coach manager referee skipper rev reverend imam bishop archbishop ambassador spokesman "
    "spokeswoman spokesperson recorder rep sen father sister sheikh admiral commander boss administrator author economist analyst engineer doctor keeper "
    "striker defender midfielder substitute leader marshal magistrate sheriff congressman congresswoman deputy trainer pc cpl corporal pilot"
)
# Capitalised words that begin no name: days and months, and function words that open sentences.
NO_NAME = words(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october november december "
    "sept oct nov dec jan feb aug there here i'm i've it's they're we're he's she's according asked speaking local private two-thirds more less fewer "
    "nearly almost other such under following north south east west northern southern eastern western yes"
) | (ARTICLES | AUXILIARIES | ADVERBS | PREPOSITIONS | CLAUSE | PRONOUNS | NUMBER_WORDS | words("and or nor not"))
DEMONYM = re.compile(r"\w+(?:ian|ean|ese|ish|ican|isian|nch|utch|eek|iss|aeli|aqi|istani|uthi)$")

MONTHS = r"(?:January|February|March|April|May|June|July|August|September|October|November|December|(?:Jan|Feb|Mar|Apr|Aug|Sept?|Oct|Nov|Dec)\b\.?)"
WEEKDAYS = r"(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)"
_DAY = rf"(?:\d{{1,2}}(?:st|nd|rd|th)?(?:\s+of)?\s+{MONTHS}|{MONTHS}\s+(?:[12]?\d|3[01])(?:st|nd|rd|th)?(?![\d,.]*\d))(?:,?\s+(?:19|20)\d\d)?"
# One pattern for every date expression; dates.resolve_date gives it a value, figures.py keeps its numbers out.
DATE = re.compile(
    rf"\b(?:(?:last|next|this|late|early)\s+)?{WEEKDAYS}(?:\s+(?:night|morning|afternoon|evening))?(?:,?\s+{_DAY})?"
    rf"|\b{_DAY}|\b(?:(?:early|mid|late|last|next|this)[\s-]+)?{MONTHS}(?:\s+(?:last\s+year|this\s+year|(?:19|20)\d\d))?\b(?<!\bmay)"
    r"|\b(?:today|yesterday|tomorrow|tonight|overnight)\b"
    r"|\b(?:earlier\s+|later\s+)?(?:last|this|next)\s+(?:week|weekend|month|year|night|morning|afternoon|evening|spring|summer|autumn|winter)\b"
    r"|\b(?:the\s+)?(?:(?:early|mid|late)[\s-]+)?(?:19|20)\d0s\b|\b(?:spring|summer|autumn|winter)\s+(?:of\s+)?(?:19|20)\d\d\b"
    r"|\b(?:a|one|two|three|four|five|six|seven|eight|nine|ten|\d+)\s+(?:day|week|month|year)s?\s+ago\b"
    r"|(?<![\w.,$£€-])(?:(?:early|mid|late)[\s-]+)?(?:19|20)\d\d\b(?![,.]\d|-\w|%)"
)


# --- the lexicon -------------------------------------------------------------------------------------------------------


class Entry(NamedTuple):
    """One inflected form of the lexicon."""

    label: str
    part: str
    """``v``, ``i``, ``n``, ``w``, ``wi`` for events; the frame for verbs of saying."""
    lemma: str
    tag: str
    """``base``, ``s``, ``ing`` or ``ed``; nouns and fixed words have ``n`` and ``w``."""


@cache
def rows() -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """The lines of ``lexicon.tsv``: label, part, entries."""
    lines = (Path(__file__).parent / "lexicon.tsv").read_text(encoding="utf-8").splitlines()
    fields = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return tuple((label, part, tuple(re.split(r",\s*", entries))) for label, part, entries in fields)


def inflect(entry: str, noun: bool = False) -> Iterator[tuple[str, str]]:
    """The forms of a lexicon entry ("go on=went on") with their tags; the first word of a verb is inflected, the last of a noun."""
    base, _, irregular = entry.partition("=")
    if noun:
        yield base, "n"
        plural = re.sub(r"(?<=[^aeiou])y$", "ie", base) + "s"
        yield from ((form, "n") for form in ([irregular] if irregular else [re.sub(r"(ch|sh|s|x)s$", r"\1es", plural)]))
        return
    head, space, rest = base.partition(" ")
    stem = head[:-1] if re.search(r"[^eoy]e$", head) else head
    if re.fullmatch(r"[^aeiou]*[aeiou][bdgklmnprt]|\w+(?:mit|fer)", head):  # ban, banned; admit, admitted
        stem += head[-1]
    yield base, "base"
    yield re.sub(r"(ch|sh|s|x|o)s$", r"\1es", re.sub(r"(?<=[^aeiou])y$", "ie", head) + "s") + space + rest, "s"
    if "ing" not in irregular:
        yield stem + "ing" + space + rest, "ing"
    for form in irregular.split("|") if irregular else [re.sub(r"(?<=[^aeiou])y$", "i", stem) + ("d" if stem.endswith("e") else "ed")]:
        yield form, "ing" if form.endswith("ing") else "ed"


@cache
def index(prefix: str, sport: bool = False) -> dict[str, list[tuple[tuple[str, ...], Entry]]]:
    """Lexicon entries whose label starts (or, for events, does not start with "say", "kind" or "gpe") by first word, longest first."""
    out: dict[str, list[tuple[tuple[str, ...], Entry]]] = {}
    for label, marked, entries in rows():
        part, _, condition = marked.partition("@")
        if (condition and (condition == "sport") != sport) or (label.split(".")[0] in ("say", "kind", "gpe")) != bool(prefix) or not label.startswith(prefix):
            continue
        for entry in entries:
            forms = [(entry, "w")] if part in ("w", "wi") else inflect(entry, part == "n")
            for form, tag in forms:
                key = tuple(form.split())
                out.setdefault(key[0], []).append((key, Entry(label, part, entry.partition("=")[0], tag)))
    for found in out.values():
        found.sort(key=lambda pair: -len(pair[0]))
    return out


@cache
def kind_of_noun(noun: str) -> str | None:
    """The kind of participant that a common noun names; plurals of persons are groups."""
    hits = {entry.label.removeprefix("kind."): form for key, entry in index("kind").get(noun, ()) if key == (noun,) for form in [entry.lemma]}
    if "group" in hits and ("person" not in hits or hits["person"] != noun):
        return "group" if hits["group"] != noun or noun in ("people", "staff", "authorities", "members", "crew", "men", "women", "children") else "person"
    if "person" in hits:
        return "person" if hits["person"] == noun else "group"
    return next(iter(hits), None)


# --- the page: tokens, sentences, quotations ----------------------------------------------------------------------------


class Token(NamedTuple):
    """A word and where it stands."""

    start: int
    end: int
    text: str
    low: str


@dataclass
class Quote:
    """Quoted words: outer offsets with the marks, and the inside of each paragraph's part."""

    start: int
    end: int
    parts: list[Span]
    full: bool = False
    """Whether it is a whole clause rather than a quoted word or phrase."""


_TOKEN = re.compile(r"['’]s\b|(?:[A-Z]\.){2,}|\w+(?:(?:['’](?!s\b)|[&.-])\w+)*|%|[$£€]")
ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|Sgt|Capt|Col|Gen|Lt|Maj|Rev|Sen|Rep|Gov|Jr|Sr|No|vs|Inc|Ltd|Co|Corp|approx|Jan|Feb|Mar|Apr|Aug|Sept?|Oct|Nov|Dec)"
    r"|\b[A-Z]|[ap]\.m)\.$"
)
_CLOSE = {'"': '"', "“": "”", "‘": "’", "'": "'"}


class Page:
    """An article's text, cut into tokens, paragraphs, sentences and quotations."""

    def __init__(self, text: str):
        self.text = text
        self.tokens = [Token(*m.span(), m[0], m[0].lower()) for m in _TOKEN.finditer(text)]
        self._starts = [token.start for token in self.tokens]
        self.paragraphs = [m.span() for m in re.finditer(r"[^\n]+", text)]
        self.sentences = [sentence for paragraph in self.paragraphs for sentence in self._split(*paragraph)]
        self._sentence_starts = [start for start, _ in self.sentences]
        self.dates = [m.span() for m in DATE.finditer(text)]
        self.quotes = self._quotes()

    def _split(self, start: int, end: int) -> Iterator[Span]:
        begin = start
        for m in re.finditer(r"[.!?…]+[\"”’')\]]*\s+(?=[\"“‘'(\[]*[^\W_a-z])", self.text[start:end]):
            stop = start + m.end()
            if not ABBREVIATION.search(self.text[begin : start + m.start() + 1]):
                yield begin, start + len(m[0].rstrip()) + m.start()
                begin = stop
        yield begin, end

    def first(self, offset: int) -> int:
        """Index of the first token at or after ``offset``."""
        return bisect_left(self._starts, offset)

    def within(self, start: int, end: int) -> list[Token]:
        """The tokens that begin in ``[start, end)``."""
        return self.tokens[self.first(start) : self.first(end)]

    def sentence(self, offset: int) -> int:
        """Index of the sentence that holds ``offset``."""
        return max(0, bisect_right(self._sentence_starts, offset) - 1)

    def gap(self, i: int) -> str:
        """What stands between token ``i`` and the one before it."""
        return self.text[self.tokens[i - 1].end : self.tokens[i].start] if 0 < i < len(self.tokens) else "\n"

    def opens_sentence(self, i: int) -> bool:
        """Whether token ``i`` is the first of a sentence or of a quotation."""
        return i == 0 or (bool(re.search(r"[\n.:!?\"“‘]", self.gap(i))) and not ABBREVIATION.search(self.text[: self.tokens[i].start].rstrip()[-6:]))

    def trim(self, start: int, end: int) -> Span | None:
        """The span without outer blanks, enclosing quotation marks and closing punctuation; None if nothing is left."""
        while start < end:
            piece = self.text[start:end]
            inner = piece.strip(" \n,;:–—").rstrip("…")
            if re.search(r"[^.][.!?]$", inner) and not re.search(r"(?:\b[A-Z]\.[A-Z]|\b(?:Inc|Ltd|Co|Jr|a\.m|p\.m))\.$", inner):
                inner = inner[:-1]
            marks = len(inner) > 1 and _CLOSE.get(inner[0]) == inner[-1] and inner[0] not in inner[1:-1] and inner[-1] not in inner[1:-1].replace("’t", "")
            inner = inner[1:-1] if marks else inner
            if inner == piece:
                return start, end
            start = start + piece.index(inner)
            end = start + len(inner)
        return None

    def _quotes(self) -> list[Quote]:
        text, quotes = self.text, []
        carried: Quote | None = None
        for start, end in self.paragraphs:
            opened, mark = -1, ""
            for i in range(start, end):
                char, before, after = text[i], text[i - 1] if i > start else " ", text[i + 1] if i + 1 < end else " "
                if opened < 0:
                    opens = char in _CLOSE and not before.isalnum() and before not in ".,?!'’" and not after.isspace()
                    if opens and not re.match(r"'(?:\d\ds|em|til|cause|n)\b", text[i:end]):
                        opened, mark = i, char
                elif char == _CLOSE[mark] and not after.isalnum() and not before.isspace() and not self._possessive(i, end):
                    if carried and carried.end < start and opened == start:
                        carried.parts.append((opened + 1, i))
                        carried.end = i + 1
                    else:
                        quotes.append(Quote(opened, i + 1, [(opened + 1, i)]))
                    opened, carried = -1, None
            if opened >= 0:
                # Words that run on into the next paragraph, or a lost mark; a lone single mark is an apostrophe.
                runs_on = text[end:].lstrip("\n")[:1] == mark
                if runs_on or mark not in "'‘":
                    if carried and opened == start:
                        carried.parts.append((opened + 1, end))
                        carried.end = end
                    else:
                        carried = Quote(opened, end, [(opened + 1, end)])
                        quotes.append(carried)
                carried = carried if runs_on else None
        for quote in quotes:
            quote.full = self._is_full(quote)
        return quotes

    def _possessive(self, i: int, end: int) -> bool:
        """Whether the single mark at ``i`` is the apostrophe of a plural ("the students' money"): a later mark must close the quotation."""
        text = self.text
        return (
            text[i] in "'’"
            and text[i - 1] == "s"
            and bool(re.match(r".\s[a-z]", text[i:end]))
            and bool(re.search(r"^[^‘“\"]*?[.,!?…]['’](?!\w)", text[i + 1 : end]))
        )

    def _is_full(self, quote: Quote) -> bool:
        inside = self.text[slice(*quote.parts[0])]
        before = self.text[: quote.start].rstrip()[-1:]
        opening = self.text[: quote.start].endswith("\n") or not before or before in ",:.?!—–\"”’'"
        cue = re.search(r"\b(?:said|says|added|replied|wrote|asked|adding|saying)$", self.text[: quote.start].rstrip())
        stopped = inside[-1:] in ",.?!…—-–" or self.text[quote.end : quote.end + 1] in (",", ".")
        long = len(inside.split()) >= 3
        if before == "," and inside[:1].islower():  # the second half of a divided quotation
            return stopped
        return bool(opening or cue) and not inside[:1].islower() and stopped and (long or inside[-1:] in ",.?!")

    def quoted(self, offset: int) -> Quote | None:
        """The full quotation that holds ``offset``."""
        return next((quote for quote in self.quotes if quote.full and quote.start <= offset < quote.end), None)
