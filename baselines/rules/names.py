"""Who is who: names, roles and kinds of entities, and the noun phrases beside a verb."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from page import (
    ABBREVIATION,
    ADVERBS,
    ARTICLES,
    AUXILIARIES,
    CLAUSE,
    DEMONYM,
    NO_NAME,
    PREPOSITIONS,
    PRONOUNS,
    TITLES,
    Page,
    Span,
    Token,
    index,
    kind_of_noun,
    rows,
    words,
)

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
_FIRMS = (
    r"(?:company|firm|\w*maker|producer|manufacturer|operator|airline|club|retailer|developer|supplier|union|startup|contractor|brewer|builder|insurer|charity)"
)
_THINGS = words(
    "day festival cup war act bill prize award olympics games championship week year christmas easter award awards accord treaty plan programme program"
)
_ORGANIZATION_BEFORE = re.compile(rf"\b{_FIRMS}$")
_ORGANIZATION_AFTER = re.compile(rf",\s(?:an?|the)\s(?:[\w’'-]+\s){{0,4}}?{_FIRMS}\b")
# Capitalised nouns that take an "of" or "for" phrase into the name.
_OF_HEADS = words(
    "ministry university bank republic court house department institute chamber union bay church gulf isle association council federation office centre "
    "center board school college society academy hospital museum bureau party league cup house committee"
)
# Words that open a name only before another capital: "South Coast Ferries", "Jan Brandt".
_NAME_OPENERS = words("north south east west northern southern eastern western jan local")
_TAKE_UP = words("company firm club airline retailer operator manufacturer producer")
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
        sure = {token.text for k, token in enumerate(tokens) if token.text[0].isupper() and not page.opens_sentence(k)}
        sure |= {tokens[k + 1].text for k in range(len(tokens) - 1) if page.opens_sentence(k) and page.gap(k + 1) == " " and tokens[k].text[0].isupper()}
        i = 0
        while i < len(tokens):
            token = tokens[i]
            common = page.opens_sentence(i) and (token.low in lowercase or kind_of_noun(token.low) is not None)
            opens_name = (
                token.low in _NAME_OPENERS and token.text[0].isupper() and i + 1 < len(tokens) and page.gap(i + 1) == " " and tokens[i + 1].text[0].isupper()
            )
            if (
                not token.text[0].isupper()
                or (token.low in NO_NAME and not opens_name)
                or re.match(r"(?:i|he|she|it|we|you|they|that|there|what|who)['’]", token.low)
                or (common and not (i + 1 < len(tokens) and page.gap(i + 1) == " " and tokens[i + 1].text[0].isupper()))
            ):
                i += 1
                continue
            alone = (
                i + 1 < len(tokens)
                and not (page.gap(i + 1) in (" ", "-", " & ") and tokens[i + 1].text[0].isupper())
                and tokens[i + 1].text not in ("'s", "’s")
            )
            if page.opens_sentence(i) and alone and token.text not in sure | self._gpe and not self._speaks(i + 1) and not token.text.isupper():
                i += 1  # "Enrolment was …": no other place shows it to be a name
                continue
            if alone and kind_of_noun(token.low) and tokens[i + 1].text.isdigit() and page.gap(i + 1) == " ":
                i += 1  # "Gate 3"
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
            while j < len(tokens) and page.gap(j) in (" ", "-", " & "):
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
        if len(fits) > 1 and all(e.kind == "person" for e in fits.values()):
            return min(fits.values(), key=lambda e: min(e.mentions))  # of two with one surname, the first named
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
        if parts[-1] in _THINGS:
            return "other"
        if _ORGANIZATION_BEFORE.search(before) or _ORGANIZATION_AFTER.match(after + " "):
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
                    and any(token.low in TITLES or kind_of_noun(token.low) == "person" for token in lead)
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
            # … or the one name that has it, or, for "the company", the last named one, if no "a company" was told before.
            named = [e for e in self.all if e.named and e.kind == kind and e.name.lower().split()[-1] == head]
            if len(named) == 1:
                self._add(named[0], span, "nominal")
                return named[0]
            orgs = [e for e in self.all if e.named and e.kind == "organization" and min(e.mentions) < span]
            told = re.search(rf"\ban?\s(?:[\w’'-]+\s){{0,4}}{re.escape(head)}\b", self.page.text[: span[0]], re.IGNORECASE)
            if orgs and not told and len(core) == 1 and head in _TAKE_UP:
                last = max(orgs, key=lambda e: max(m for m in e.mentions if m < span))
                self._add(last, span, "nominal")
                return last
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
            if token is not tokens[0] and kind_of_noun(head) and (re.search(r"(?:ed|ing)$", token.low) or is_participle(token.low)):
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
            i -= page.gap(i) == ", "  # "the mayor, Ana Ruiz, had said"
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
            if re.search(r"[;:\n\"“”]|[.!?]\s", gap) and not ABBREVIATION.search(page.text[: token.end + 1][-6:]):
                break
            if re.search(r"[,()–—]", gap) and (current or chunks):
                if not apposed:
                    break
                chunks.append(current)
                current = []
        if not apposed and (token.low in CLAUSE | AUXILIARIES | PRONOUNS - {"her"} or token.low in ("after", "before")):
            stops = () if token.low in ("who", "which") and current else range(i, max(i - 4, -1), -1)
            relative = next((k for k in stops if tokens[k].low in ("who", "which")), -1)
            if token.low in ("who", "which") and current and is_participle(current[0].low) and page.gap(i) == " " and i > 0:
                relative = i  # "Parents who travelled with the team said"
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
            or (chunk is not chunks[-1] and is_participle(chunk[0].low))
            or chunk[0].text.isdigit()
            or chunk[0].low in ("aged", "asked", "speaking")
        ):
            continue
        if any(token.low in AUXILIARIES or token.low in CLAUSE for token in chunk):
            break
        best = chunk
        own = PREPOSITIONS - {"of", "for"} if chunk[0].text[0].isupper() else PREPOSITIONS  # "secretary of Turku Rowing Club" is an apposition
        if chunk[-1].text[0].isupper() and not any(token.low in own for token in chunk):
            break
    return _strip_lead(page, best) if best else None


def before_noun(page: Page, after: int) -> Span | None:
    """The noun phrase without determiner that ends right before token ``after``: back to an article, a verb or a preposition."""
    tokens, i = page.tokens, after - 1
    chunk: list[Token] = []
    while i >= 0 and len(chunk) < 5 and (not chunk or page.gap(i + 1) == " "):
        token = tokens[i]
        if token.low in ARTICLES | PREPOSITIONS | CLAUSE | AUXILIARIES | PRONOUNS | ADVERBS | {"and", "or"} or token.text[0].isdigit():
            break
        if chunk and (is_participle(token.low) or token.low in index("say") or token.text in ("'s", "’s")):
            break
        chunk.insert(0, token)
        i -= 1
    if not chunk or is_participle(chunk[-1].low) or chunk[-1].low in index("say"):
        return None
    return chunk[0].start, chunk[-1].end


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
    for s, e in page.dates:  # "Organisers on Thursday denied"
        if chunk and e == chunk[-1].end and s > chunk[0].start:
            chunk = [token for token in chunk if token.start < s]
            while chunk and chunk[-1].low in ("on", "in", "late", "early"):
                chunk = chunk[:-1]
    if not chunk or chunk[0].low in PREPOSITIONS - {"about", "over", "around", "near", "under"} or chunk[-1].text in ("'s", "’s"):
        return None
    return chunk[0].start, chunk[-1].end


def after_verb(page: Page, i: int, stop: int, of: bool = True) -> Span | None:
    """The noun phrase that begins at token ``i`` (an object, or the speaker in "said Ana Ruiz"), ending before ``stop``."""
    tokens = page.tokens
    begin = i
    while i < len(tokens) and tokens[i].end <= stop:
        token = tokens[i]
        if i > begin and re.search(r"[^\s$£€'’-]", page.gap(i)) and not (page.gap(i) == ". " and ABBREVIATION.search(page.text[: tokens[i - 1].end + 1])):
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
    while i > begin and tokens[i - 1].low in PREPOSITIONS | ARTICLES | {"'s", "’s"} and not (tokens[i - 1].low == "her" and i == begin + 1):
        i -= 1
    return (tokens[begin].start, tokens[i - 1].end) if i > begin else None
