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
    "also later then earlier now already still just only again even never not soon once first recently previously reportedly allegedly "
    "often always twice both themselves himself herself itself meanwhile however therefore afterwards too yet ever since further instead"
)
PREPOSITIONS = words(
    "of in on at by for from to with without into onto over under near after before during against between among about around through "
    "across outside inside off towards toward until till upon within behind beyond above below amid despite via per as than like including following"
)
CLAUSE = words("that but when while because if whether who which whom where as since although though than so until unless whereas what how why")
PRONOUNS = words("i we you he she it they him her them me us")
NUMBER_WORDS = words("one two three four five six seven eight nine ten eleven twelve dozen dozens hundreds thousands scores")
TITLES = words(
    "mr mrs ms miss mx dr prof professor president premier minister sir lord lady sgt sergeant capt captain col colonel gen general lt lieutenant maj "
    "major judge justice mayor governor senator councillor cllr chancellor secretary chief inspector detective superintendent constable officer "
    "commissioner director chairman chairwoman chair coach manager referee skipper rev reverend imam bishop archbishop ambassador spokesman "
    "spokeswoman spokesperson recorder rep sen father sister sheikh admiral commander boss author economist analyst engineer doctor keeper "
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
    for label, part, entries in rows():
        part, _, condition = part.partition("@")
        if (condition and not sport) or (label.split(".")[0] in ("say", "kind", "gpe")) != bool(prefix) or not label.startswith(prefix):
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
_ABBREVIATION = re.compile(r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|Sgt|Capt|Col|Gen|Lt|Maj|Rev|Sen|Rep|Gov|Jr|Sr|No|vs|Inc|Ltd|Co|Corp|approx|Jan|Feb|Mar|Apr|Aug|Sept?|Oct|Nov|Dec)|\b[A-Z]|[ap]\.m)\.$")
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
        return i == 0 or bool(re.search(r"[\n.:!?\"“‘]", self.gap(i))) and not _ABBREVIATION.search(self.text[: self.tokens[i].start].rstrip()[-6:])

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
                    if char in _CLOSE and not before.isalnum() and before not in ".,?!'’" and not after.isspace():
                        if char not in "'" or not re.match(r"'(?:\d\ds|em|til|cause|n)\b", text[i:end]):
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
        return text[i] in "'’" and text[i - 1] == "s" and bool(re.match(r".\s[a-z]", text[i:end])) and bool(re.search(r"^[^‘“\"]*?[.,!?…]['’](?!\w)", text[i + 1 : end]))

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


_PRONOUN_KINDS = {"he": ("person",), "she": ("person",), "him": ("person",), "her": ("person",), "it": ("organization", "media", "document", "gpe"), "they": ("group", "organization"), "them": ("group", "organization")}  # fmt: skip
_GENDERS = {"he": "m", "him": "m", "she": "f", "her": "f"}
_MALE, _FEMALE = words("mr sir lord spokesman man boy king father son husband brother"), words("mrs ms miss lady spokeswoman woman girl queen mother daughter wife sister")
# Capitalised nouns that take an "of" or "for" phrase into the name.
_OF_HEADS = words("ministry university bank republic court house department institute chamber union bay church gulf isle association council federation office centre center board school college society academy hospital museum bureau party league cup house committee")
_LINKS = words("de da do dos van von der den del di el al bin la le")
_ROLE_NOUN = r"(?:%s)" % "|".join(sorted(TITLES | words("head manager owner resident teacher student lawyer candidate founder professor researcher worker farmer driver member executive expert official organiser representative")))


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
            if not token.text[0].isupper() or token.low in NO_NAME or (common and not (i + 1 < len(tokens) and page.gap(i + 1) == " " and tokens[i + 1].text[0].isupper())):
                i += 1
                continue
            if page.opens_sentence(i) and token.low in lowercase and token.low not in TITLES and token.low + "s" not in self._gpe and kind_of_noun(token.low) is None:
                i += 1  # "Yesterday's", "Officials": a capital that the sentence gave
                continue
            j = i + 1
            while j < len(tokens) and page.gap(j) in (" ", "-"):
                link = tokens[j].low
                if tokens[j].text[0].isupper() and link not in NO_NAME:
                    j += 1
                elif j + 1 < len(tokens) and page.gap(j + 1) == " " and tokens[j + 1].text[0].isupper() and tokens[j + 1].low not in NO_NAME and (
                    link in _LINKS or (link in ("of", "for") and tokens[j - 1].low in _OF_HEADS) or (link == "and" and tokens[i].low in ("ministry", "department"))
                ):  # fmt: skip
                    j += 2
                else:
                    break
            yield i, j
            i = j

    def _collect_names(self) -> None:
        page, tokens = self.page, self.page.tokens
        found: list[tuple[Span, str, bool, str]] = []
        for i, j in self._runs():
            title = ""
            if kind_of_noun(tokens[j - 1].low) not in ("organization", "place", "media"):
                for k in range(j - 2, i - 1, -1):
                    if tokens[k].low in TITLES:
                        title, i = tokens[k].low, k + 1
                        break
            if tokens[i].low in TITLES and j - i == 1 or (DEMONYM.match(tokens[i].text) and tokens[i].text not in self._gpe and (j - i == 1 and not self._speaks(j))):
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
        fits = {id(e): e for full, e in clusters.items() if (e.kind == "person" and full.endswith(" " + name)) or (e.kind in ("organization", "media", "person") and not title and full.startswith(name + " "))}
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
            if kind in ("media", "organization", "document", "place") and len(parts) > 1 or kind == "media":
                return kind
        if any(kind_of_noun(part) == "organization" for part in parts) and len(parts) > 1:
            return "organization"
        if re.search(r"\b(?:newspaper|news agency|agency|broadcaster|news site|website|magazine|channel|radio|television)$", before):
            return "media"
        if name.isupper() and len(name) > 1:
            return "organization"
        if re.search(r"\b(?:in|near|outside|from|to|of|at|around|city|town|village)$", before) and not self._speaks(self.page.first(span[1])):
            if len(parts) == 1 or re.search(r"\b(?:in|near|outside|city|town|village)$", before):
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
        """The role told behind a name: "Ana Ruiz, 34, head of the agency, said"."""
        for start, end in sorted(entity.mentions):
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
        # A name at the end of the phrase is its head, unless a preposition makes it a mere attribute ("a spokesman for Ana Ruiz").
        for (start, end), entity in self._by_span.items():
            if span[0] <= start and end == span[1] and entity.mentions[(start, end)] == "name":
                lead = self.page.within(span[0], start)
                if not any(token.low in PREPOSITIONS for token in lead):
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

    def _antecedent(self, offset: int, pronoun: str) -> Entity | None:
        """The nearest fitting entity: sentence by sentence backwards, a source of a claim before the first one mentioned."""
        kinds, gender = _PRONOUN_KINDS[pronoun], _GENDERS.get(pronoun, "")
        here = self.page.sentence(offset)
        for i in range(here, max(-1, here - 6), -1):
            start, end = self.page.sentences[i]
            fits = sorted(
                (span not in self.sources, span, entity)
                for span, entity in ((s, e) for s, e in self._by_span.items() if start <= s[0] < min(end, offset))
                if entity.kind in kinds and entity.gender in ("", gender)
            ) if False else sorted(
                ((span not in self.sources, span) for span, e in self._by_span.items() if start <= span[0] < min(end, offset) and e.kind in kinds and (not gender or e.gender in ("", gender))),
            )  # fmt: skip
            if fits:
                entity = self._by_span[fits[0][1]]
                entity.gender = entity.gender or gender
                return entity
        return None
