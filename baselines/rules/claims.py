"""Who says what: sentences, quotations, names and attributed statements, by rules over words and punctuation.

The module also holds what the other layers share (``Page``, ``Entities``, the lexicon), since most of it is needed to find
speakers first. Nothing is learned and no part of speech is known: a noun phrase is whatever stands between two words that
cannot be inside one.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

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
_DAY = rf"(?:\d{{1,2}}(?:st|nd|rd|th)?(?:\s+of)?\s+{MONTHS}|{MONTHS}\s+\d{{1,2}}(?:st|nd|rd|th)?(?![\d,.]*\d))(?:,?\s+(?:19|20)\d\d)?"
# One pattern for every date expression; events.resolve_date gives it a value, figures.py keeps its numbers out.
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
_ABBREVIATION = re.compile(
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
            if not _ABBREVIATION.search(self.text[begin : start + m.start() + 1]):
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
        return i == 0 or (bool(re.search(r"[\n.:!?\"“‘]", self.gap(i))) and not _ABBREVIATION.search(self.text[: self.tokens[i].start].rstrip()[-6:]))

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


# --- entities --------------------------------------------------------------------------------------------------------------


@dataclass
class Entity:
    """Someone or something that speaks or takes part."""

    name: str
    kind: str
    named: bool
    mentions: dict[Span, str] = field(default_factory=dict)
    role: Span | None = None
    gender: str = ""
    id: str = ""
    """Given when the entity is first used; those never used are not part of the prediction."""


_PRONOUN_KINDS = {"he": ("person",), "she": ("person",), "him": ("person",), "her": ("person",), "it": ("organization", "media", "document", "gpe"),
    "they": ("group", "organization"), "them": ("group", "organization")}  # fmt: skip
_GENDERS = {"he": "m", "him": "m", "she": "f", "her": "f"}
_MALE, _FEMALE = (
    words("mr sir lord spokesman man boy king father son husband brother"),
    words("mrs ms miss lady spokeswoman woman girl queen mother daughter wife sister"),
)
# Capitalised nouns that take an "of" or "for" phrase into the name.
_OF_HEADS = words(
    "ministry university bank republic court house department institute chamber union bay church gulf isle association council federation office centre "
    "center board school college society academy hospital museum bureau party league cup house committee"
)
_LINKS = words("de da do dos van von der den del di el al bin la le")
_ROLES = TITLES | words(
    "head manager owner resident teacher student lawyer candidate founder professor researcher worker farmer driver member executive expert official "
    "organiser representative"
)
_ROLE_NOUN = f"(?:{'|'.join(sorted(_ROLES))})"


class Entities:
    """Names found in the page, and whatever noun phrases the layers ask about, merged into entities."""

    def __init__(self, page: Page, sport: bool = False):
        self.page = page
        self.sport = sport
        self.all: list[Entity] = []
        self.sources: set[Span] = set()
        self._by_span: dict[Span, Entity] = {}
        self._gpe = frozenset(name for label, _, names in rows() if label == "gpe" for name in names)
        self._collect_names()

    # names

    def _runs(self) -> Iterator[tuple[int, int]]:
        """Token ranges of capitalised runs, joined over "of" and the like."""
        page, tokens = self.page, self.page.tokens
        lowercase = {token.text for token in tokens}
        i = 0
        while i < len(tokens):
            token = tokens[i]
            common = page.opens_sentence(i) and (token.low in lowercase or kind_of_noun(token.low) is not None)
            if (
                not token.text[0].isupper()
                or token.low in NO_NAME
                or re.match(r"(?:i|he|she|it|we|you|they|that|there|what|who)['’]", token.low)
                or (common and not (i + 1 < len(tokens) and page.gap(i + 1) == " " and tokens[i + 1].text[0].isupper()))
            ):
                i += 1
                continue
            if (
                page.opens_sentence(i)
                and token.low in lowercase
                and token.low not in TITLES
                and token.low + "s" not in self._gpe
                and kind_of_noun(token.low) is None
            ):
                i += 1  # "Yesterday's", "Officials": a capital that the sentence gave
                continue
            j = i + 1
            while j < len(tokens) and page.gap(j) in (" ", "-"):
                link = tokens[j].low
                if tokens[j].text[0].isupper() and link not in NO_NAME:
                    j += 1
                elif j + 1 < len(tokens) and page.gap(j + 1) == " " and tokens[j + 1].text[0].isupper() and tokens[j + 1].low not in NO_NAME and (
                    link in _LINKS or (link in ("of", "for") and tokens[j - 1].low in _OF_HEADS) or (link == "and" and tokens[i].low in ("ministry",
                    "department"))
                ):  # fmt: skip
                    j += 2
                else:
                    break
            yield i, j
            i = j

    def _collect_names(self) -> None:
        page, tokens = self.page, self.page.tokens
        found: list[tuple[Span, str, bool, str]] = []
        for begin, j in self._runs():
            i, title = begin, ""
            if kind_of_noun(tokens[j - 1].low) not in ("organization", "place", "media"):
                for k in range(j - 2, i - 1, -1):
                    if tokens[k].low in TITLES:
                        title, i = tokens[k].low, k + 1
                        break
            if (tokens[i].low in TITLES and j - i == 1) or (
                DEMONYM.match(tokens[i].text) and tokens[i].text not in self._gpe and (j - i == 1 and not self._speaks(j))
            ):
                continue
            if i > 0 and page.gap(i) == " " and tokens[i - 1].low in TITLES:  # a lower-case title: "mayor Ilse Brandt"
                title = tokens[i - 1].low
            span = (tokens[i].start, tokens[j - 1].end)
            found.append((span, page.text[slice(*span)], j - i > 1, title))
        # Long names first, so that a surname or short form finds the full name it repeats.
        clusters: dict[str, Entity] = {}
        for span, name, _, title in sorted(found, key=lambda item: (-len(item[1].split()), item[0])):
            entity = clusters.get(name) or self._full_name(name, clusters, title)
            if entity is None:
                entity = Entity(name, self._kind(name, span, title), True)
                self.all.append(entity)
            clusters[name] = entity
            self._add(entity, span, "name")
            if title in _MALE or title in _FEMALE:
                entity.gender = "m" if title in _MALE else "f"
            if title and kind_of_noun(title) != "media":
                entity.kind = "person"
            if acronym := re.match(r"\s\(([A-Z]{2,8})\)", page.text[span[1] :]):
                clusters[acronym[1]] = entity
        self.all.sort(key=lambda entity: min(entity.mentions))

    def _full_name(self, name: str, clusters: dict[str, Entity], title: str) -> Entity | None:
        """The one longer name of which ``name`` is the last part (persons) or the first (others)."""
        if name in self._gpe:
            return None
        fits = {
            id(e): e
            for full, e in clusters.items()
            if (e.kind == "person" and full.endswith(" " + name))
            or (e.kind in ("organization", "media", "person") and not title and full.startswith(name + " "))
        }
        return next(iter(fits.values())) if len(fits) == 1 else None

    def _speaks(self, j: int) -> bool:
        return j < len(self.page.tokens) and self.page.tokens[j].low in index("say")

    def _kind(self, name: str, span: Span, title: str) -> str:
        """A name's kind by its words, then by what stands around it."""
        parts = name.lower().split()
        before, after = self.page.text[: span[0]].rstrip(), self.page.text[span[1] : span[1] + 40]
        if name in self._gpe:
            return "gpe"
        if title or re.match(r",\s(?:aged\s)?\d\d?\b,?", after):
            return "person"
        ends = [kind_of_noun(parts[-1]), kind_of_noun(parts[0])]
        for kind in ends:
            if (kind in ("media", "organization", "document", "place") and len(parts) > 1) or kind == "media":
                return kind
        if any(kind_of_noun(part) == "organization" for part in parts):
            return "organization"
        if re.search(r"\b(?:newspaper|news agency|agency|broadcaster|news site|website|magazine|channel|radio|television)$", before):
            return "media"
        if name.isupper() and len(name) > 1:
            return "organization"
        where = re.search(r"\b(in|near|outside|from|to|of|at|around|city|town|village)$", before)
        if where and (len(parts) == 1 or where[1] not in ("from", "to", "of", "at", "around")) and not self._speaks(self.page.first(span[1])):
            return "gpe"
        return "organization" if self.sport and len(parts) == 1 else "person"

    # noun phrases

    def _add(self, entity: Entity, span: Span, form: str) -> None:
        if span not in self._by_span:
            self._by_span[span] = entity
            entity.mentions[span] = form

    def use(self, entity: Entity) -> str:
        """The entity's id; it becomes part of the prediction."""
        if not entity.id:
            entity.id = f"e{sum(1 for e in self.all if e.id) + 1}"
            if entity.kind == "person" and entity.named and not entity.role:
                entity.role = self._apposition(entity)
        return entity.id

    def _apposition(self, entity: Entity) -> Span | None:
        """The role told beside a name: "the mayor, Ana Ruiz, said", "Ana Ruiz, 34, head of the agency, said"."""
        for start, end in sorted(entity.mentions):
            before = self.page.text[max(0, start - 110) : start]
            if m := re.search(rf"\b(?:[Tt]he|[Ii]ts|An?|an?)\s((?:[\w’'-]+\s){{0,6}}?{_ROLE_NOUN}\b[\w’' -]{{0,50}}),\s$", before):
                return start - len(before) + m.start(1), start - len(before) + m.end(1)
            if m := re.compile(rf",\s(?:\d\d,\s)?(?:an?\s|the\s)?((?:[\w’'-]+\s){{0,4}}?{_ROLE_NOUN}\b[^,;.:\n—–\"“(]{{0,80}})").match(self.page.text, end):
                return self.page.trim(m.start(1), m.start(1) + len(re.split(r"\s(?:who|which|that|where)\b", m[1])[0]))
        return None

    def resolve(self, span: Span) -> tuple[Entity, Span] | None:
        """The entity that a noun phrase or pronoun names, made if it is new, and the mention proper (the bare name)."""
        text = self.page.text[slice(*span)]
        if span in self._by_span:
            return self._by_span[span], span
        if text.lower() in _PRONOUN_KINDS:
            entity = self._antecedent(span[0], text.lower())
            if entity:
                self._add(entity, span, "pronoun")
            return (entity, span) if entity else None
        tokens = self.page.within(*span)
        if not tokens or all(token.low in NO_NAME for token in tokens):
            return None
        # A name at the end of the phrase is its head, unless a preposition makes it a mere attribute ("a spokesman for Ana Ruiz");
        # so is a person's name before "of" or "from" ("ecologist Ada Lind of Turku University").
        for (start, end), entity in self._by_span.items():
            tail = end == span[1] or (entity.kind == "person" and re.match(r"\s(?:of|from|at|for)\s", self.page.text[end : span[1]]))
            if span[0] <= start and tail and entity.mentions.get((start, end)) == "name":
                lead = self.page.within(span[0], start)
                titled = (
                    lead
                    and lead[0].low not in ARTICLES
                    and lead[0].text[0].isupper()
                    and entity.kind == "person"
                    and end == span[1]
                    and tokens[0].start == lead[0].start
                )
                if not any(token.low in PREPOSITIONS for token in lead) or (titled and kind_of_noun(lead[0].low) != "group" and len(lead) < 7):
                    role = [token for token in lead if token.low not in ARTICLES and token.low not in words("mr mrs ms miss mx dr sir")]
                    if role and lead[-1].text not in ("'s", "’s") and (entity.kind == "person" or kind_of_noun(role[-1].low) == "person"):
                        entity.kind = "person"
                        if entity.role is None or role[-1].end - role[0].start > entity.role[1] - entity.role[0]:
                            entity.role = role[0].start, role[-1].end
                    return entity, (start, end)
        return self._nominal(span, tokens), span

    def _nominal(self, span: Span, tokens: list[Token]) -> Entity:
        core = [token for token in tokens if token.low not in ARTICLES]
        head = self._head(core or tokens)
        kind = kind_of_noun(head) or (kind_of_noun(head[:-1]) if head.endswith("s") else None) or "other"
        text = " ".join(self.page.text[slice(*span)].split()).lower()
        definite = tokens[0].low in ("the", "this", "that", "both") or (len(core) == len(tokens) == 1 and kind == "organization")
        for entity in reversed(self.all):
            if any(" ".join(self.page.text[slice(*m)].split()).lower() == text and form == "nominal" for m, form in entity.mentions.items()):
                self._add(entity, span, "nominal")
                return entity
        if definite and len(core) <= 2:
            # "The ministry" takes up the last thing before it whose name or description has that head.
            before = [(max(m for m in e.mentions if m < span), e) for e in self.all if (e.id or e.named) and e.kind == kind and min(e.mentions) < span]
            for mention, entity in sorted(before, key=lambda pair: pair[0], reverse=True):
                if head in re.findall(r"[\w-]+", entity.name.lower()) and span[0] - mention[0] < 3000:
                    self._add(entity, span, "nominal")
                    return entity
        entity = Entity(self.page.text[slice(*span)], kind, False, gender="m" if head in _MALE else "f" if head in _FEMALE else "")
        self.all.append(entity)
        self._add(entity, span, "nominal")
        if definite:
            for m in re.finditer(rf"(?<!\w){re.escape(self.page.text[slice(*span)])}(?![\w’'-]*\w)", self.page.text, re.IGNORECASE):
                self._add(entity, m.span(), "nominal")
        return entity

    def _head(self, tokens: list[Token]) -> str:
        """The head noun: the last word before the first preposition or participle."""
        head = tokens[0].low
        for token in tokens:
            if token.low in PREPOSITIONS or token.text in ("'s", "’s"):
                if token.low in PREPOSITIONS and head:
                    break
                continue
            if token is not tokens[0] and kind_of_noun(head) and re.search(r"(?:ed|ing)$", token.low):
                break
            head = token.low
        return head

    def _subject(self, start: int, end: int) -> Entity | None:
        """The subject of a sentence, as far as it is what stands before the first auxiliary."""
        for i in range(self.page.first(start) + 1, self.page.first(end)):
            if self.page.tokens[i].low in AUXILIARIES or self.page.tokens[i].low in index("say"):
                span = before_verb(self.page, i)
                found = self.resolve(span) if span and span[0] == start else None
                return found[0] if found else None
        return None

    def _antecedent(self, offset: int, pronoun: str) -> Entity | None:
        """The nearest fitting entity: sentence by sentence backwards, a source of a claim before the first one mentioned."""
        kinds, gender = _PRONOUN_KINDS[pronoun], _GENDERS.get(pronoun, "")
        here = self.page.sentence(offset)
        own = self.page.quoted(offset)
        for i in range(here, max(-1, here - 6), -1):
            start, end = self.page.sentences[i]
            subject = self._subject(start, end) if pronoun == "it" and i < here else None
            if subject is not None and subject.kind in kinds:
                return subject
            fits = [
                (span not in self.sources, span)
                for span, entity in self._by_span.items()
                if start <= span[0] < min(end, offset) and entity.kind in kinds and (not gender or entity.gender in ("", gender))
                if self.page.quoted(span[0]) in (None, own)  # a name inside a quotation is not its speaker
            ]
            if fits:
                entity = self._by_span[min(fits)[1]]
                entity.gender = entity.gender or gender
                return entity
        return None


# --- noun phrases beside a verb ----------------------------------------------------------------------------------------------


def before_verb(page: Page, verb: int, floor: int = 0) -> Span | None:
    """The subject of the verb at token ``verb``: leftwards, over auxiliaries and appositions, to a word that ends a clause.

    ``floor`` is an offset the subject does not reach back over.
    """
    tokens = page.tokens
    i = verb - 1
    while (
        i >= 0
        and tokens[i].start >= floor
        and (tokens[i].low in AUXILIARIES | ADVERBS or (tokens[i].low.endswith("ly") and tokens[i].text[0].islower() and len(tokens[i].text) > 4))
    ):
        if re.search(r"[,.;:\n]", page.gap(i)):
            break
        i -= 1
    floor = max(floor, page.sentences[page.sentence(tokens[verb].start)][0])
    if i >= 0 and tokens[i].start >= floor and tokens[i].low in PRONOUNS - {"her"} and page.gap(i + 1) == " ":
        return tokens[i].start, tokens[i].end
    chunks: list[list[Token]] = []  # the pieces between commas, from right to left
    apposed = page.gap(i + 1).strip()[:1] in (",", ")", "–", "—") if i + 1 <= verb else False
    current: list[Token] = []
    while i >= 0 and tokens[i].start >= floor:
        gap = page.gap(i + 1)
        token = tokens[i]
        if current or chunks or not apposed:
            if re.search(r"[;:\n\"“”]|[.!?]\s", gap) and not _ABBREVIATION.search(page.text[: token.end + 1][-6:]):
                break
            if re.search(r"[,()–—]", gap) and (current or chunks):
                if not apposed:
                    break
                chunks.append(current)
                current = []
        if not apposed and (token.low in CLAUSE | AUXILIARIES | PRONOUNS - {"her"} or token.low in ("after", "before")):
            stops = () if token.low in ("who", "which") and current else range(i, max(i - 4, -1), -1)
            relative = next((k for k in stops if tokens[k].low in ("who", "which")), -1)
            if relative < 1 or tokens[relative].start <= floor or token.low in PRONOUNS:
                if token.low in AUXILIARIES and current and is_participle(current[0].low):
                    return None  # "was told the libraries would": the words belong to another verb
                break
            current, i = [], relative - 1  # "A third employee who was at the meeting said": back to the noun
            continue
        if not apposed and token.low == "and" and not _joint(page, i, floor):
            break
        current.insert(0, token)
        i -= 1
    chunks.append(current)
    chunks = [chunk for chunk in chunks if chunk]
    if not apposed:
        return _strip_lead(page, chunks[0]) if chunks else None
    # "On Friday, the harbour master, Ana Ruiz, who saw it, said": a bare name wins, else the leftmost piece that can be a subject.
    best: list[Token] | None = None
    for piece in chunks:
        chunk = piece
        while chunk and (chunk[0].low in ("but", "and", "that", "while", "although") or any(s <= chunk[0].start < e for s, e in page.dates)):
            chunk = chunk[1:]
        if (
            not chunk
            or chunk[0].low in PREPOSITIONS | CLAUSE
            or chunk[0].low.endswith("ing")
            or chunk[0].text.isdigit()
            or chunk[0].low in ("aged", "asked", "speaking")
        ):
            continue
        if any(token.low in AUXILIARIES or token.low in CLAUSE for token in chunk):
            break
        best = chunk
        if chunk[-1].text[0].isupper() and not any(token.low in PREPOSITIONS - {"of", "for"} for token in chunk):
            break
    return _strip_lead(page, best) if best else None


def is_participle(low: str) -> bool:
    """Whether the word looks like a participle or past form."""
    return low.endswith("ed") or any(len(key) == 1 and entry.tag in ("ed", "ing") for prefix in ("", "say") for key, entry in index(prefix, True).get(low, ()))


def _joint(page: Page, i: int, floor: int) -> bool:
    """Whether the "and" at token ``i`` joins two subjects: no verb stands before it in the clause."""
    comma = max(page.text.rfind(mark, floor, page.tokens[i].start) for mark in ",;:")
    left = page.within(max(floor, comma + 1), page.tokens[i].start)
    return (
        bool(left)
        and len(left) <= 8
        and not any(t.low in AUXILIARIES or t.low in CLAUSE or re.search(r"[a-z]{2}ed$", t.text) or t.low in index("say") for t in left)
    )


def _strip_lead(page: Page, chunk: list[Token]) -> Span | None:
    """A chunk without the conjunction, adverb or date that opens the clause."""
    changed = True
    while changed and chunk:
        changed = False
        date = next(
            (
                e
                for s, e in page.dates
                if s <= chunk[0].start < e
                or (len(chunk) > 1 and s == chunk[1].start and chunk[0].low in PREPOSITIONS)
                or (chunk[0].start < s <= chunk[0].end + 1 and chunk[0].low in ("on", "late", "early"))
            ),
            None,
        )
        if date:
            chunk, changed = [token for token in chunk if token.start >= date], True
        elif chunk[0].low in ADVERBS | {"and", "but", "or", "then", "nor"} and chunk[0].low not in ("both",):
            chunk, changed = chunk[1:], True
    if not chunk or chunk[0].low in PREPOSITIONS - {"about", "over", "around", "near", "under"} or chunk[-1].text in ("'s", "’s"):
        return None
    return chunk[0].start, chunk[-1].end


def after_verb(page: Page, i: int, stop: int, of: bool = True) -> Span | None:
    """The noun phrase that begins at token ``i`` (an object, or the speaker in "said Ana Ruiz"), ending before ``stop``."""
    tokens = page.tokens
    begin = i
    while i < len(tokens) and tokens[i].end <= stop:
        token = tokens[i]
        if i > begin and re.search(r"[^\s$£€'’-]", page.gap(i)) and not (page.gap(i) == ". " and _ABBREVIATION.search(page.text[: tokens[i - 1].end + 1])):
            break
        pronoun = token.low in PRONOUNS and not (
            token.low == "her" and i + 1 < len(tokens) and tokens[i + 1].low not in PREPOSITIONS | CLAUSE | ARTICLES and page.gap(i + 1) == " "
        )
        if token.low in CLAUSE | AUXILIARIES | ADVERBS | {"and", "or", "nor"} or (pronoun and i > begin):
            break
        if token.low in PREPOSITIONS and not (of and i > begin and token.low in ("of", "for", "from", "at")):
            break
        if i > begin and any(s <= token.start < e for s, e in page.dates):
            break
        if token.low in ("for", "from", "at") and (
            i + 1 >= len(tokens)
            or tokens[begin].text[0].isupper()
            or tokens[i - 1].low
            not in (
                "spokesman",
                "spokeswoman",
                "spokesperson",
                "official",
                "source",
                "lawyer",
                "analyst",
                "economist",
                "professor",
                "researcher",
                "resident",
                "residents",
                "officials",
            )
        ):
            break
        if (
            i > begin
            and token.text[0].islower()
            and tokens[i - 1].low not in ARTICLES
            and (is_participle(token.low) or token.low.endswith("ing"))
            and (kind_of_noun(tokens[i - 1].low) or tokens[i - 1].text[0].isupper())
        ):
            break
        if i > begin and token.low in PRONOUNS | ARTICLES and tokens[i - 1].low not in PREPOSITIONS | ARTICLES:
            break
        i += 1
        if pronoun:
            break
    while i > begin and tokens[i - 1].low in PREPOSITIONS | ARTICLES | {"'s", "’s"}:
        i -= 1
    return (tokens[begin].start, tokens[i - 1].end) if i > begin else None


# --- claims ------------------------------------------------------------------------------------------------------------------

_OCCASION = (
    r"(?:statement|interview|report|letter|e-?mail|post|tweet|release|briefing|conference|message|speech|note|blog|hearing|address|video|document|meeting"
    r"|anonymity|Twitter|Facebook|television|TV|radio|phone|telephone|hospital)"
)
# What may stand between the cue and what was said: when, where and on what occasion.
_OCCASION_PHRASE = re.compile(
    rf"(?:,?\s+(?:(?:late\s+|early\s+|earlier\s+)?(?:on|in)\s+(?:{DATE.pattern})|{DATE.pattern}|(?:in|on|at|during|through|via|from"
    rf"|to)\s+(?:(?!least\b|most\b|was\b|were\b|is\b|are\b|ha[ds]\b|that\b)[\w’'-]+\s+){{0,5}}?{_OCCASION}\b(?:\s+of\s+anonymity)?|(?:later|earlier|afterwards|separately|again)\b))+"
)
# An opening phrase before the subject, which is no statement: "In a statement, S said".
_OPENING = re.compile(
    rf"(?:But |And |Meanwhile,? |However,? )?(?:(?:In|On|At|During|After|Late|Early|Earlier|Later|By|Asked|When|Speaking|Meanwhile|However"
    rf"|Separately)\b[^,]{{0,90}},?|{DATE.pattern},?)"
)
_QUOTING = re.compile(r"\s+([^.,;\"“]{2,60}?)\s+as\s+(?:saying|telling\s\w+)")
_PRESENT = words("say tell believe think expect hope fear warn argue insist explain add write urge estimate describe suspect claim maintain acknowledge")
_BARE_ONLY_THAT = words(
    "declare add continue repeat read post find show note cite consider recall reply mention signal project feel rule comment estimate think believe "
    "suggest maintain observe show find report outline conclude joke hope doubt worry"
)
_THINKING = words("expect believe think fear suspect estimate consider hope project forecast anticipate schedule")
_NOT_PASSIVE = words("offer threaten promise vow pledge swear describe celebrate reveal claim consider declare")
_MEDIA = re.compile(
    r"\b(?:reporters|journalists|newspaper|radio|television|TV|agency|broadcaster|channel|website|magazine|the media|news|press)\b", re.IGNORECASE
)

_EVALUATIVE = words(
    "disappointed disappointing delighted proud happy pleased glad sorry sad sadly shocked shocking devastated great terrible awful wonderful fantastic "
    "excellent brilliant bad worse "
    "best worst unacceptable disgraceful disgrace shameful wrong unfair fair proud grateful thank thanks welcome important positive negative concerned "
    "worried worrying afraid frustrating frustrated "
    "tragic tragedy horrific unfortunate unfortunately luck lucky love hate hard difficult ridiculous absurd appalling incredible amazing deserve deserved "
    "amazing brave courage regret "
    "condolences impressive careless irresponsible dangerous beautiful poor strong weak superb honoured thrilled encouraging"
)
_ORDER = ["assert", "evaluate", "predict", "commit", "request", "accuse", "deny"]


@dataclass
class Cue:
    """A verb of saying (or "according to") at tokens ``first`` to ``last``."""

    first: int
    last: int
    span: Span
    act: str
    frame: str
    lemma: str
    tag: str


def act_of(page: Page, content: list[Span], verb_act: str, speaker: Entity | None) -> str:
    """What the speaker does: the verb decides if it is telling, else what most clauses of the content do (later label on ties)."""
    if verb_act not in ("assert", "predict", "commit"):
        return verb_act
    text = " ".join(page.text[start:end] for start, end in content)
    if re.match(r"to\s|not\sto\s", text):
        return "commit" if verb_act == "commit" else verb_act
    votes: dict[str, int] = {}
    for clause in re.split(r"[.;?!]\s|,?\s(?:and|but|because|although|while)\s(?=(?:that\s)?(?:I|we|it|he|she|they|there|the|this|you)\b)", text):
        low = set(re.findall(r"[\w']+", clause.replace("May", "").lower().replace("’", "'")))  # the month is no modal
        if not low:
            continue
        own = re.search(r"\b(?:we|i)\b(?:'|\s)(?:will|'ll|ll|are going to|shall|plan|intend|won't|would)\b|\b(?:we|i)'ll\b", clause.lower().replace("’", "'"))
        third = re.search(r"^(?:it|he|she|they)\s(?:will|would|plans?|intends?)\b", clause.lower())
        if re.search(r"\b(?:should|must|need(?:s|ed)? to|ought to|urge|demand|ask for|call on|please|let us|let's)\b", clause.lower()):
            vote = "request"
        elif own or (third and speaker is not None):
            vote = "commit"
        elif (low & words("will would may might won't forecast likely expected") and not low & words("have had")) or "'ll" in clause:
            vote = "predict"
        elif low & _EVALUATIVE:
            vote = "evaluate"
        else:
            vote = "assert"
        votes[vote] = votes.get(vote, 0) + 1
    if verb_act != "assert":
        return "request" if votes.get("request") and verb_act == "predict" else verb_act
    return max(votes, key=lambda act: (votes[act], _ORDER.index(act)), default="assert")


class ClaimFinder:
    """Finds the claims of one page, in text order."""

    def __init__(self, page: Page, entities: Entities):
        self.page = page
        self.entities = entities
        self.claims: list[dict[str, Any]] = []
        self.cues = list(self._cues())
        self._done: dict[int, Entity | None] = {}  # first token of a cue -> its speaker, for "and added"
        self._sources: dict[int, Span | None] = {}

    # cues

    def _cues(self) -> Iterator[Cue]:
        tokens = self.page.tokens
        i = 0
        while i < len(tokens):
            token = tokens[i]
            step = 1
            if self.page.quoted(token.start) is None:
                if token.low == "according" and i + 1 < len(tokens) and tokens[i + 1].low == "to":
                    yield Cue(i, i + 1, (token.start, tokens[i + 1].end), "assert", "according", "according to", "w")
                    step = 2
                elif token.low == "reportedly":
                    yield Cue(i, i, (token.start, token.end), "assert", "reportedly", "reportedly", "w")
                else:
                    for key, entry in index("say").get(token.low, ()):
                        if tuple(t.low for t in tokens[i : i + len(key)]) == key:
                            last = i + len(key) - 1
                            cue = Cue(i, last, (token.start, tokens[last].end), entry.label.removeprefix("say."), entry.part, entry.lemma, entry.tag)
                            if self._is_cue(cue):
                                yield cue
                                step = len(key)
                                break
            i += step

    def _is_cue(self, cue: Cue) -> bool:
        """Whether the form is a verb here, and a report: not "to say", "the claims", "did not say", "is expected to"."""
        page, tokens = self.page, self.page.tokens
        before = tokens[cue.first - 1] if cue.first else None
        same = before is not None and not re.search(r"[.!?;:\n]", page.gap(cue.first))
        low = before.low if before is not None and same else ""
        after = page.text[cue.span[1] : cue.span[1] + 40]
        if (
            low in ARTICLES - {"this", "that", "all", "both"}
            or low in ("to", "not", "never", "didn't", "n't")
            or low in MODALS
            or (low in PREPOSITIONS - {"by", "without"} and cue.tag != "ing")
        ):
            return False
        if tokens[cue.first].text[0].isupper() and cue.tag not in ("ing",):
            return False
        if cue.tag in ("base", "s") and (cue.lemma not in _PRESENT or not low or re.match(r"\s(?:of|for)\b", after)):
            return False
        comma = page.gap(cue.first).strip().endswith((",", '"', "”", "’", "'"))
        if cue.tag == "ing":
            if not (comma or low in ("as", "by", "and") or (low in BE and cue.lemma in _PRESENT)):
                return False
            return (
                cue.lemma
                in words(
                    "say add note warn insist claim state explain announce confirm report argue stress cite urge call accuse describe promise demand "
                    "express ask order tell point praise emphasise emphasize predict vow blame complain"
                )
                or cue.frame == "obj"
            )
        if cue.lemma == "quote" and not _QUOTING.match(page.text, cue.span[1]):
            return False
        if low in BE and (cue.lemma in _THINKING or (cue.frame in ("inf",) and not re.match(r"\s(?:to|not)\b", after))):
            return False
        quoted_after = bool(re.match(r"[:,]?\s*[\"“‘']", after))
        clause = quoted_after or bool(re.match(r"\s+(?:that|how|why|whether|if)\b|\s*\.?(?:\n|$)|\.\s", after)) or comma
        if cue.lemma in _BARE_ONLY_THAT and not clause and cue.tag == "ed":
            return bool(re.match(r"\s+(?:it|he|she|they|there|the\s\w+\s(?:was|were|had|would|will|is))\b", after)) and cue.lemma not in (
                "read",
                "find",
                "show",
                "post",
                "cite",
            )
        if cue.lemma == "expect" and re.match(r"\s(?:in|by|on|at|later|soon)\b", after):
            return False
        if cue.lemma == "call" and cue.frame == "obj":
            return bool(re.search(r"^\s[^.;]{1,80}[\"“‘']", page.text[cue.span[1] : cue.span[1] + 120])) or bool(
                re.match(r"\s(?:it|the|him|her|them)\s(?:[\w-]+\s){0,4}(?:an?|\")", after)
            )
        if cue.lemma in ("express", "voice"):
            return bool(
                re.match(
                    r"\s(?:[\"“‘'\w]+\s){0,2}(?:[\"“‘'])?(?:concern|regret|hope|condolences|thanks|support|gratitude|anger|alarm|doubt|sympathy"
                    r"|disappointment|confidence|dismay|fears?|sorrow|deep|solidarity|opposition)",
                    after,
                )
            )
        if cue.lemma == "back":
            return bool(re.match(r"\sthe\s", after)) and low not in ("was", "were", "came", "went", "brought", "sent")
        if cue.lemma == "tell":
            return bool(re.match(r"\s+\S", after))
        if cue.frame == "inf":
            return bool(re.match(r"(?:\s+[\w’'-]+){0,8}?\s(?:not\s)?to\s", page.text[cue.span[1] : cue.span[1] + 100])) or cue.lemma == "urge"
        return not (cue.lemma in _NOT_PASSIVE and low in BE)

    # contents

    def find(self) -> list[dict[str, Any]]:
        """All claims, with parents."""
        groups, alone = self._own_quotes()
        for cue in self.cues:
            if cue.frame == "reportedly":
                self._reportedly(cue)
            elif cue.first in groups:
                self._direct(cue, groups[cue.first])
            else:
                self._indirect(cue)
        for quotes in alone:
            self._orphan(quotes)
        self.claims.sort(key=lambda claim: (claim["content"][0][0], -claim["content"][-1][1]))
        for n, claim in enumerate(self.claims, 1):
            claim["id"] = f"c{n}"
        for claim in self.claims:
            where = claim["cue"] or claim["content"][0]
            holders = [c for c in self.claims if c is not claim and any(s <= where[0] and where[1] <= e for s, e in c["content"])]
            if holders:
                claim["parent"] = min(holders, key=lambda c: sum(e - s for s, e in c["content"]))["id"]
        return self.claims

    def _own_quotes(self) -> tuple[dict[int, list[Quote]], list[list[Quote]]]:
        """Full quotations by the cue that owns them, and those without one."""
        groups: dict[int, list[Quote]] = {}
        alone: list[list[Quote]] = []
        last: tuple[int | None, int] = (None, -1)  # owner of the last quotation, and where its sentence ends
        for quote in self.page.quotes:
            if not quote.full:
                continue
            owner = self._cue_after(quote)
            if owner is None:
                owner = self._cue_before(quote)
            follows = last[1] >= 0 and not self.page.text[last[1] : quote.start].strip(" \n\"”’'")
            if owner is not None:
                groups.setdefault(owner, []).append(quote)
            elif follows and last[0] is not None:
                groups[last[0]].append(quote)
                owner = last[0]
            elif follows and alone:
                alone[-1].append(quote)
            elif any(cue.span[1] <= quote.start and self.page.sentence(cue.span[0]) == self.page.sentence(quote.start) for cue in self.cues):
                quote.full = False  # words inside somebody's indirect statement
                continue
            else:
                alone.append([quote])
            end = quote.end
            if owner is not None:
                cue = next(c for c in self.cues if c.first == owner)
                if cue.span[0] > quote.start:
                    end = max(end, self.page.sentences[self.page.sentence(cue.span[0])][1])
            last = owner, end
        return groups, alone

    def _cue_after(self, quote: Quote) -> int | None:
        """The cue of '…," said S' or '…," S said', if the words between can only be the speaker."""
        text = self.page.text
        inside = text[quote.start : quote.end].rstrip("\"”’'")
        if not (inside[-1:] in ",?!—–-…" or text[quote.end : quote.end + 1] == ","):
            return None
        for cue in self.cues:
            if quote.end <= cue.span[0] < quote.end + 220:
                between = text[quote.end : cue.span[0]]
                if (
                    cue.tag == "ing"
                    or "\n" in between
                    or re.search(r"[;:\"“]|[.!?]\s+[A-Z]", re.sub(r"\b(?:Mr|Mrs|Ms|Dr|St|Gen|Sgt|[A-Z])\.", "", between))
                    or cue.frame in ("reportedly", "inf")
                ):
                    return None
                return cue.first
        return None

    def _cue_before(self, quote: Quote) -> int | None:
        """The cue of 'S said: "…' or 'S told reporters, "…'."""
        text = self.page.text
        for cue in reversed(self.cues):
            if cue.span[1] <= quote.start:
                between = text[cue.span[1] : quote.start]
                if len(between) > 200 or re.search(r"[;.!?]\s", re.sub(r"\b(?:Mr|Mrs|Ms|Dr|St|Gen|Sgt|[A-Z])\.", "", between)):
                    return None
                if "\n" in between and not between.rstrip().endswith(":"):
                    return None
                rest = between.strip()
                free = rest in ("", ",", ":", "that", "—", "–") or rest.endswith((":", ",")) or bool(_OCCASION_PHRASE.fullmatch(between.rstrip()))
                return cue.first if free and cue.frame not in ("reportedly", "inf") else None
        return None

    def _source(self, cue: Cue, floor: int) -> tuple[Span | None, list[Entity]]:
        """The noun phrase that names the speaker, and the entities it stands for."""
        page, tokens = self.page, self.page.tokens
        stop = page.sentences[page.sentence(cue.span[0])][1]
        before = page.text[: cue.span[0]].rstrip()
        passive = self._passive(cue)
        span: Span | None = None
        if cue.frame == "according":
            span = after_verb(page, cue.last + 1, stop)
        elif passive:
            by = re.compile(r"[^.;]{0,60}?\bby\s").match(page.text, cue.span[1])
            if by and cue.lemma not in ("tell",):
                span = after_verb(page, page.first(by.end()), stop)
        elif cue.tag == "ing" or tokens[cue.first - 1].low in ("and", "but", "or"):
            span = self._sources.get(self._previous(cue), None) if self._previous(cue) >= 0 else None
            if span is None and cue.tag == "ing":
                span = self._sentence_subject(cue)
        elif cue.frame != "tell" and before.endswith((",", '"', "”", "’", "'", "?", "!", "—", "–")) and (found := self._inverted(cue, stop)):
            span = found
        if span is None and not passive and cue.tag != "ing" and cue.frame != "according":
            span = before_verb(page, cue.first, floor)
        if span is None:
            return None, []
        who = page.text[slice(*span)].lower()
        if who in ("i", "we", "you", "who", "which", "there", "what", "that"):
            return None, []
        text = page.text[slice(*span)]
        parts = [m.span() for m in re.finditer(r"(?:(?!\s+and\s+).)+", text)]
        if " and " in text and len(parts) == 2 and not re.search(r"\b(?:of|for|from|between)\b", text):
            halves = [(span[0] + s + (len(text[s:e]) - len(text[s:e].lstrip())), span[0] + e) for s, e in parts]
            halves[1] = (halves[1][0] + (4 if page.text[halves[1][0] :].startswith("and ") else 0), halves[1][1])
            resolved = [self.entities.resolve(half) for half in halves]
            if all(pair and (pair[0].named or pair[0].kind != "other") for pair in resolved):
                pairs = [pair for pair in resolved if pair]
                return (pairs[0][1][0], pairs[-1][1][1]), [entity for entity, _ in pairs]
        one = self.entities.resolve(span) if len(page.within(*span)) <= 14 else None
        if one is None:
            return None, []
        self.entities.sources.add(one[1])
        return one[1], [one[0]]

    def _passive(self, cue: Cue) -> bool:
        i = cue.first - 1
        while i >= 0 and self.page.tokens[i].low in ADVERBS and not re.search(r"[,.\n]", self.page.gap(i + 1)):
            i -= 1
        return cue.tag == "ed" and i >= 0 and self.page.tokens[i].low in BE and not re.search(r"[.\n\"”]", self.page.gap(i + 1))

    def _previous(self, cue: Cue) -> int:
        """First token of the nearest earlier cue of the sentence that has a source, or -1."""
        here = self.page.sentence(cue.span[0])
        return max((c.first for c in self.cues if c.first < cue.first and self.page.sentence(c.span[0]) == here and self._sources.get(c.first)), default=-1)

    def _inverted(self, cue: Cue, stop: int) -> Span | None:
        """The subject behind the verb: "said Ana Ruiz, a teacher"."""
        i = cue.last + 1
        if i >= len(self.page.tokens) or self.page.gap(i) != " ":
            return None
        span = after_verb(self.page, i, stop)
        if span is None:
            return None
        following = self.page.text[span[1] : stop]
        # "said Ana Ruiz on Monday" is inverted, "said the ban on flights is over" is not.
        onward = re.match(r"\s(?:on|in|at|of|who|as|during|after|from|and)\b", following)
        verbless = not any(token.low in AUXILIARIES for token in self.page.within(span[1], span[1] + len(re.split(r"[,;:]", following)[0])))
        closes = not following.strip(" .") or following[0] in ",.;:—–(" or (onward and verbless) or DATE.match(following.strip())
        lowest = self.page.text[slice(*span)].lower()
        return span if closes and lowest not in PRONOUNS | {"that", "it"} else None

    def _sentence_subject(self, cue: Cue) -> Span | None:
        """For "…, saying": the phrase before the sentence's first verb, as far as one can be told."""
        start, _ = self.page.sentences[self.page.sentence(cue.span[0])]
        for i in range(self.page.first(start) + 1, cue.first):
            token = self.page.tokens[i]
            if (
                token.low in AUXILIARIES
                or (re.search(r"[a-z]{2}(?:ed|s)$", token.text) and (token.low.endswith("ed") or token.low in index("", True)))
                or token.low in index("", True)
            ):
                return before_verb(self.page, i)
        return None

    def _addressee(self, cue: Cue) -> tuple[Span | None, int]:
        """For "told X …": X, and where the statement begins."""
        page, tokens = self.page, self.page.tokens
        i = cue.last + 1
        begin = i
        while i < len(tokens) and (i == begin or page.gap(i) == " "):
            token = tokens[i]
            if i > begin and (token.low in CLAUSE | AUXILIARIES | PREPOSITIONS | PRONOUNS or (token.low in ARTICLES and tokens[i - 1].low not in PREPOSITIONS)):
                break
            if i > begin + 1 and token.text[0].islower() and tokens[i - 1].text[0].isupper() and tokens[i - 1].low not in ("tv",):
                break  # "told the Advertiser staff were called"
            if i > begin and tokens[begin].low not in ARTICLES and tokens[begin].text[0].isupper() != token.text[0].isupper():
                break
            if i > begin and (
                token.text[0].isdigit()
                or (
                    token.text[0].isupper()
                    and tokens[i - 1].text[0].islower()
                    and tokens[i - 1].low
                    not in ARTICLES | {"newspaper", "agency", "magazine", "channel", "radio", "broadcaster", "website", "television", "site"}
                )
            ):
                break
            i += 1
            if token.low in PRONOUNS | {"reporters", "journalists", "police", "parliament", "officers", "investigators"}:
                break
        return ((tokens[begin].start, tokens[i - 1].end) if i > begin else None), (tokens[i - 1].end if i > begin else cue.span[1])

    def _relay(self, cue: Cue, addressee: Span | None) -> list[str]:
        """Media through whom the words came."""
        page = self.page
        if addressee and cue.lemma == "tell":
            found = self.entities.resolve(addressee) if _MEDIA.search(page.text[slice(*addressee)]) or self._names_media(addressee) else None
            return [self.entities.use(found[0])] if found else []
        return []

    def _names_media(self, span: Span) -> bool:
        return any(e.kind == "media" and span[0] <= m[0] and m[1] <= span[1] for e in self.entities.all for m in e.mentions)

    def _add(
        self, cue: Cue | None, content: list[Span], source: Span | None, speakers: list[Entity], form: str, act: str, relay: list[str] | None = None
    ) -> None:
        spans = [span for piece in content if (span := self.page.trim(*piece))]
        # A single bare word is no statement ("he said so"), except after verbs that take a noun ("denied wrongdoing").
        if not spans or (
            cue is not None
            and form == "indirect"
            and cue.frame in ("that", "tell")
            and cue.act == "assert"
            and len(self.page.within(spans[0][0], spans[-1][1])) < 2
        ):
            return
        if cue is not None:
            self._sources[cue.first] = source
        claim: dict[str, Any] = {
            "content": spans,
            "speakers": [self.entities.use(entity) for entity in speakers],
            "form": form,
            "act": act_of(self.page, spans, act, speakers[0] if speakers else None),
        }
        claim.update(cue=cue.span if cue else None, source=source, relay=relay or [], parent=None)
        self.claims.append(claim)

    def _direct(self, cue: Cue, quotes: list[Quote]) -> None:
        floor = max((q.end for q in self.page.quotes if q.end <= cue.span[0] and q.full), default=0)
        floor = max([floor, *(c.span[1] for c in self.cues if c.span[1] <= cue.span[0])])
        if cue.lemma == "quote" and (quoting := _QUOTING.match(self.page.text, cue.span[1])):
            return self._quoted_as_saying(cue, quoting, quotes)
        source, speakers = self._source(cue, floor)
        addressee, _ = self._addressee(cue) if cue.frame == "tell" else (None, 0)
        relay = self._relay(cue, addressee)
        parts = [part for quote in quotes for part in quote.parts]
        self._add(cue, parts, source, speakers, "direct", cue.act, relay)
        return None

    def _quoted_as_saying(self, cue: Cue, quoting: re.Match[str], quotes: list[Quote]) -> None:
        """'A quoted S as saying': S speaks, A relays, and the cue is "saying"."""
        saying = (quoting.end() - len("saying"), quoting.end())
        outlet = before_verb(self.page, cue.first, max((q.end for q in self.page.quotes if q.end <= cue.span[0]), default=0))
        relay = self.entities.resolve(outlet) if outlet else None
        speaker = self.entities.resolve(quoting.span(1))
        if relay and relay[0].kind in ("person", "other", "organization"):
            relay[0].kind = "media"
        parts = [part for quote in quotes for part in quote.parts] or [(saying[1], self.page.sentences[self.page.sentence(saying[0])][1])]
        inner = Cue(self.page.first(saying[0]), self.page.first(saying[0]), saying, "assert", "that", "say", "ing")
        self._add(
            inner,
            parts,
            speaker[1] if speaker else None,
            [speaker[0]] if speaker else [],
            "direct" if quotes else "indirect",
            "assert",
            [self.entities.use(relay[0])] if relay else [],
        )

    def _orphan(self, quotes: list[Quote]) -> None:
        """A quotation without cue: its speaker is whoever spoke last just before it, or is named before a colon."""
        start = quotes[0].start
        before = [
            c
            for c in self.claims
            if c["content"][-1][1] <= start
            and self.page.sentence(start) - self.page.sentence(c["content"][-1][1] - 1) <= 2
            and c["speakers"]
            and not c["parent"]
        ]
        speakers = [e for e in self.entities.all if before and e.id in max(before, key=lambda c: c["content"][-1][1])["speakers"]]
        source: Span | None = None
        if self.page.text[:start].rstrip().endswith(":"):
            begin = self.page.sentences[self.page.sentence(len(self.page.text[:start].rstrip()) - 1)][0]
            named = sorted((m, i) for i, e in enumerate(self.entities.all) if e.kind == "person" for m in e.mentions if begin <= m[0] < start)
            if named:
                source, speakers = named[0][0], [self.entities.all[named[0][1]]]
        self._add(None, [part for quote in quotes for part in quote.parts], source, speakers[:1], "direct", "assert")

    def _reportedly(self, cue: Cue) -> None:
        end = self.page.sentences[self.page.sentence(cue.span[0])][1]
        subject = before_verb(self.page, cue.first)
        stop = re.search(r",\s|;\s|\sand\s", self.page.text[cue.span[1] : end])
        after = (cue.span[1], cue.span[1] + stop.start() if stop else end)
        self._add(cue, [subject, after] if subject else [after], None, [], "indirect", "assert")

    def _indirect(self, cue: Cue) -> None:
        """A statement told in the article's own words, or with some quoted words among them."""
        page, text = self.page, self.page.text
        start, end = page.sentences[page.sentence(cue.span[0])]
        if page.opens_sentence(cue.first) and cue.lemma == "ask":
            return
        if cue.lemma in ("quote", "cite") and (quoting := _QUOTING.match(text, cue.span[1])):
            return self._quoted_as_saying(cue, quoting, [])
        floor = max([start, *(c.span[1] for c in self.cues if c.span[1] <= cue.span[0]), *(q.end for q in page.quotes if q.full and q.end <= cue.span[0])])
        source, speakers = self._source(cue, floor)
        passive = self._passive(cue)
        optional = passive or cue.tag in ("ing", "w") or cue.lemma in ("say", "tell") or page.tokens[cue.first - 1].low in ("and", "or", "but")
        if not speakers and not optional:
            return
        addressee, begin = self._addressee(cue) if cue.frame == "tell" and not passive else (None, cue.span[1])
        pieces = self._statement_before(cue, source, begin, end) if cue.frame in ("that", "tell", "according") and not passive else []
        if not pieces:
            pieces = self._statement_after(cue, source, begin, end)
        if passive and pieces:
            pieces = self._raised(cue, source, pieces, floor)
        if pieces:
            quoted = any(re.search(r"[\"“”]|(?<!\w)[‘'][^‘'’]*\w[.,!?]?['’](?!\w)", text[s:e]) for s, e in pieces)
            self._add(cue, pieces, source, speakers, "mixed" if quoted else "indirect", cue.act, self._relay(cue, addressee))

    def _statement_before(self, cue: Cue, source: Span | None, begin: int, end: int) -> list[Span]:
        """What stands before its attribution ("…, S said.") or on both sides of it ("…, S said, …"); empty if it follows."""
        text = self.page.text
        start = self.page.sentences[self.page.sentence(cue.span[0])][0]
        inverted = source is not None and source[0] >= cue.span[1]
        stop = min(cue.span[0], source[0]) if source else cue.span[0]
        # "…, the mayor, Ana Ruiz, said": the role stands with the name.
        role = re.search(r",\s(?:the\s|its\s|an?\s)([\w’' -]{3,70}),\s$", text[start:stop])
        if role and any(kind_of_noun(word) == "person" for word in role[1].lower().split()):
            stop = start + role.start() + 1
        lead = text[start:stop].strip()
        if not lead or _OPENING.fullmatch(lead) or not (lead.endswith((",", "”", '"', "’", "'")) or cue.frame == "according"):
            return []
        tail = source[1] if source and inverted else begin
        if inverted and (apposition := re.compile(r",\s(?:an?\s|the\s|head\b|\d\d?\b|who\b|which\b|quoting\b|citing\b)[^,;:]*(?=[,.;:])").match(text, tail)):
            tail = apposition.end()
        if occasion := _OCCASION_PHRASE.match(text, tail):
            tail = occasion.end()
        if cue.frame == "according" and (more := re.compile(r"[^,.;:\"“]{1,60}(?=,)").match(text, tail)):
            tail = more.end()
        rest = text[tail:end]
        if not rest.strip(" .\n") or inverted:
            # What goes on is the statement if its verb has not come yet; otherwise only if it does not look like an apposition.
            open_ended = not any(token.low in AUXILIARIES or is_participle(token.low) for token in self.page.within(start, stop))
            apposed = (
                r"(?!who\b|which\b|adding|saying)"
                if open_ended
                else r"(?!who\b|which\b|adding|saying|and\b|but\b|noting|an?\b|the\b|while|although|against|head\b)"
            )
            onward = re.match(rf"\s*,\s*{apposed}(?=[a-z\"“‘'])", rest)
            return [(start, stop), *([(tail + onward.end(), end)] if onward else [])]
        return [(start, stop), (tail, end)] if rest.startswith(",") and cue.frame == "that" and cue.tag != "ing" else []

    def _statement_after(self, cue: Cue, source: Span | None, begin: int, end: int) -> list[Span]:
        """What follows its attribution, to the end of the sentence or to the next attribution."""
        text = self.page.text
        if cue.frame == "according":
            comma = re.compile(r"\s*(?:,\s(?:quoting|citing)\s[^,]+)?,\s*").match(text, source[1]) if source else None
            begin = comma.end() if comma else end
        elif occasion := _OCCASION_PHRASE.match(text, begin):
            begin = occasion.end()
        elif cue.frame in ("that", "tell") and (
            that := re.compile(r"\s(?:to|on|in|at|from|during|after|last|again|\w+day)\s[^.;:,\"“]{0,60}?\bthat\s").match(text, begin)
        ):
            begin = that.end()
        if opener := re.compile(r"\s*[,:]?\s*(?:that\s+)?").match(text, begin):
            begin = opener.end()
        if cue.frame == "inf" and (to := re.compile(r"[^.;,]{0,90}?\b(?=(?:not\s)?to\s)").match(text, begin)):
            begin = to.end()  # without the addressee
        return [(begin, self._stop(cue, begin, end))] if begin < end else []

    def _raised(self, cue: Cue, source: Span | None, pieces: list[Span], floor: int) -> list[Span]:
        """The content of a passive, where the subject may be its first piece ("X was described as Y", "X is said to be Y")."""
        text = self.page.text
        subject = before_verb(self.page, cue.first, floor)
        own = [subject] if subject and cue.frame != "tell" and text[slice(*subject)].lower() not in ("it", "who", "which") else []
        begin, end = pieces[0]
        if source and source[0] > begin:
            end = text.rfind("by", begin - 1, source[0])
        rest = [(begin, end)] if end > begin else []
        if re.match(r"(?:not\s)?to\s", text[begin:end]) or cue.lemma == "describe as":
            return [*own, *rest]
        if re.match(r"\s(?:by\b|$|[.,])", text[cue.span[1] :]) or _OCCASION_PHRASE.match(text, cue.span[1]):
            return own if cue.lemma not in ("say", "tell", "call") else []
        return rest if re.match(r"\s(?:that|there|it|the|he|she|they|if|whether)\b", text[cue.span[1] :]) else []

    def _stop(self, cue: Cue, begin: int, end: int) -> int:
        """Where a statement that began at ``begin`` ends: the sentence, a new cue of the same speaker, a contrast, an outer attribution."""
        text = self.page.text
        stop = end
        for c in self.cues:
            if not begin < c.span[0] < end:
                continue
            lead = text[begin : c.span[0]]
            if c.tag == "ing" and lead.rstrip().endswith(",") and c.frame in ("that", "tell"):
                stop = min(stop, c.span[0])
            elif re.search(r"(?:,\s|\s)(?:and|but)\s$", lead) and c.tag == "ed" and not self._passive(c):
                stop = min(stop, begin + len(re.sub(r",?\s(?:and|but)\s$", "", lead)))
            elif c.frame == "according" and lead.rstrip().endswith(","):
                stop = min(stop, c.span[0])
            elif c.frame == "that" and not text[c.span[1] : end].strip(" ."):
                source = before_verb(self.page, c.first, begin)
                if source and text[begin : source[0]].rstrip().endswith(","):
                    stop = min(stop, source[0])
        if cut := re.search(r",\s(?:but|while|although|though|whereas)\s(?!that\b)", text[begin:stop]):
            stop = begin + cut.start()
        for quote in self.page.quotes:  # a new quotation with its own cue
            if quote.full and begin < quote.start < stop:
                stop = quote.start
        return stop


def find_claims(page: Page, entities: Entities) -> list[dict[str, Any]]:
    """The claims of a page; spans are offset pairs, speakers and relays are entity ids."""
    return ClaimFinder(page, entities).find()
