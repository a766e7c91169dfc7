"""The data model: frozen, typed records for one annotated article and for the scores of one system.

The definitions are those of ``docs/guidelines.md``; the JSON form is ``schemas/``, and a test holds the two together.
Offsets count Unicode code points in ``Article.text``, half-open ``[start, end)``. Label sets are closed: the tuples
below are their only list in the code.

The same records serve gold and resolved predictions. A label that is ``None`` was not predicted; gold always has it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
import orjson

SCHEMA_VERSION: Final = "1.0"
LAYERS: Final = ("speakers", "claims", "events", "figures")
SPLITS: Final = ("train", "validation", "test", "external")

ENTITY_KINDS: Final = ("person", "group", "organization", "media", "gpe", "place", "product", "document", "other")
MENTION_FORMS: Final = ("name", "nominal", "pronoun")
CLAIM_FORMS: Final = ("direct", "indirect", "mixed")
CLAIM_ACTS: Final = ("assert", "evaluate", "predict", "commit", "request", "accuse", "deny")
EVENT_TYPES: Final = (
    "conflict.attack", "conflict.clash", "conflict.deploy", "conflict.truce", "unrest.protest", "unrest.strike", "politics.vote", "politics.policy",
    "position.start", "position.end", "contact.meet", "contact.agree", "diplomacy.sanction", "justice.investigate", "justice.arrest", "justice.charge",
    "justice.trial", "justice.rule", "justice.release", "crime.offence", "life.die", "life.injure", "disaster.accident", "disaster.natural",
    "disaster.outbreak", "response.rescue", "response.aid", "movement.travel", "business.open", "business.close", "business.layoff", "business.deal",
    "business.finance", "economy.change", "infrastructure.build", "infrastructure.outage", "science.find", "science.launch", "sport.compete",
    "sport.score", "sport.win", "culture.present", "honour.award",
)  # fmt: skip
EVENT_STATUSES: Final = ("happened", "ongoing", "planned", "hypothetical", "averted", "denied", "alleged")
PARTICIPANT_ROLES: Final = ("agent", "patient", "recipient", "instrument", "place", "origin", "destination")
FIGURE_KINDS: Final = ("count", "money", "percent", "percentage_points", "ratio", "measure", "rate", "duration", "age", "rank", "score")
FIGURE_BOUNDS: Final = ("exact", "approximate", "at_least", "at_most", "more_than", "less_than", "range", "vague")
FIGURE_CHANGES: Final = ("increase", "decrease")
FIGURE_RELATIONS: Final = ("subset_of", "revises", "compared_with", "converts_to")
# IPTC Media Topic NewsCodes, top level, in the order of their codes 01000000 to 17000000.
TOPICS: Final = (
    "arts, culture, entertainment and media", "crime, law and justice", "disaster, accident and emergency incident", "economy, business and finance",
    "education", "environment", "health", "human interest", "labour", "lifestyle and leisure", "politics and government", "religion",
    "science and technology", "society", "sport", "conflict, war and peace", "weather",
)  # fmt: skip
# IPTC Genre NewsCodes (the part after "genre:") that occur in a news corpus.
GENRES: Final = (
    "Analysis", "Background", "Current", "Curtain_Raiser", "Feature", "Forecast", "From_the_Scene", "Interview", "Obituary", "Opinion",
    "Press_Release", "Profile", "Results_Listings_and_Statistics", "Summary", "Update", "Wrap-up",
)  # fmt: skip


class Record(msgspec.Struct, frozen=True, gc=False):
    """Base of all records: immutable, compared by value. They form no cycles, so the garbage collector need not look."""


class Span(msgspec.Struct, frozen=True, gc=False):
    """A stretch of text. ``start == end == -1``: a predicted string that the text does not hold."""

    start: int
    """First code point."""
    end: int
    """One past the last code point."""
    text: str | None = None
    """The covered text; ``None`` in stand-off articles without their text."""

    @property
    def located(self) -> bool:
        """Whether the span stands in the text."""
        return self.start >= 0


class Mention(Span, frozen=True):
    """A place where the article refers to an entity."""

    form: str | None = None
    """One of MENTION_FORMS."""


class Link(Record, frozen=True, kw_only=True):
    """A reference into an outside knowledge base."""

    scheme: str
    """The knowledge base, for example ``wikidata``."""
    id: str
    """The identifier there."""


class Entity(Record, frozen=True, kw_only=True):
    """Someone or something that speaks, relays, or takes part in an annotated event."""

    id: str
    """``e…``, unique in the article."""
    name: str | None
    """The fullest name in the article; for the unnamed, their fullest description (``None`` where stand-off)."""
    kind: str | None
    """One of ENTITY_KINDS."""
    named: bool | None
    """Whether a proper name identifies it somewhere in the article."""
    role: Span | None
    """Title, office or affiliation, the fullest one."""
    mentions: tuple[Mention, ...]
    """All names and nominals, and the pronouns that serve as a source or a participant."""
    links: tuple[Link, ...] = ()
    """Outside identifiers."""


class Claim(Record, frozen=True, kw_only=True):
    """An attributed statement: source, cue and content."""

    id: str
    """``c…``, unique in the article."""
    content: tuple[Span, ...]
    """What is stated; several spans where attribution interrupts it."""
    cue: Span | None
    """The attributing words."""
    source: Span | None
    """The mention that names the source here."""
    speakers: tuple[str, ...]
    """Entity ids of those to whom it is attributed."""
    relay: tuple[str, ...]
    """Entity ids through whom the words came, outermost last."""
    form: str | None
    """One of CLAIM_FORMS."""
    act: str | None
    """One of CLAIM_ACTS."""
    parent: str | None
    """The claim in whose content this attribution stands."""


class Participant(Record, frozen=True, kw_only=True):
    """An entity's part in an event."""

    role: str
    """One of PARTICIPANT_ROLES."""
    entity: str
    """Entity id."""
    mention: Span | None
    """The grammatical argument of the trigger."""
    alleged: bool = False
    """Whether only a suspicion or a claim of responsibility ties it to the event."""


class Time(Record, frozen=True, kw_only=True):
    """When an event takes place."""

    span: Span | None
    """The time expression."""
    value: str | None
    """EDTF level 1, resolved against the date of publication."""


class Event(Record, frozen=True, kw_only=True):
    """Something that happens, of a listed type."""

    id: str
    """``v…``, unique in the article."""
    type: str | None
    """One of EVENT_TYPES."""
    mentions: tuple[Span, ...]
    """Trigger spans, the clearest first."""
    status: str | None
    """One of EVENT_STATUSES."""
    participants: tuple[Participant, ...]
    """Who and what takes part."""
    time: Time | None
    """When."""
    part_of: str | None
    """Event id of the larger event."""
    links: tuple[Link, ...] = ()
    """Outside identifiers."""


class Relation(Record, frozen=True, kw_only=True):
    """A tie from one figure to another."""

    type: str
    """One of FIGURE_RELATIONS."""
    figure: str
    """Figure id."""


class Figure(Record, frozen=True, kw_only=True):
    """A number that measures or counts something."""

    id: str
    """``f…``, unique in the article."""
    span: Span
    """Number, multiplier and unit or currency sign, without the modifier."""
    kind: str | None
    """One of FIGURE_KINDS."""
    low: str | None
    """Lowest value, a decimal or reduced fraction; ``None`` for an open end."""
    high: str | None
    """Highest value; equal to ``low`` for an exact one."""
    parts: tuple[str, ...]
    """Ordered values of a score or ratio; ``low`` and ``high`` are then ``None``."""
    bound: str | None
    """One of FIGURE_BOUNDS."""
    unit: str | None
    """ISO 4217, UCUM, ``%`` or ``pp``; ``None`` for counts."""
    of: Span | None
    """What is counted or measured; for a percentage the whole it is taken of."""
    change: str | None
    """One of FIGURE_CHANGES, where the figure is itself the amount of change."""
    event: str | None
    """Event id that it quantifies."""
    relations: tuple[Relation, ...]
    """Ties to other figures."""


class Annotation(Record, frozen=True, kw_only=True):
    """The four layers of one article, by whoever made them: gold, an annotator, or a system (resolved)."""

    id: str
    """Article id."""
    entities: tuple[Entity, ...] = ()
    """Speakers and participants."""
    claims: tuple[Claim, ...] = ()
    """Attributed statements."""
    events: tuple[Event, ...] = ()
    """Happenings."""
    figures: tuple[Figure, ...] = ()
    """Numbers."""


class Provenance(Record, frozen=True, kw_only=True):
    """Where an article's text comes from."""

    kind: str
    """``written`` for newsgold, or ``external``."""
    source: str | None = None
    """Publisher or collection of an external text."""
    url: str | None = None
    """Where to get an external text."""
    license: str | None = None
    """Licence of the text."""


class Article(Annotation, frozen=True, kw_only=True):
    """One annotated article."""

    headline: str | None
    """Headline; ``None`` where stand-off."""
    text: str | None
    """The body: NFC, ``\\n`` line ends, no trailing blanks; ``None`` in a stand-off article that is not hydrated."""
    text_sha256: str
    """SHA-256 of ``text`` in UTF-8, hexadecimal."""
    language: str
    """BCP 47."""
    published: str
    """ISO date."""
    dateline: str | None
    """Dateline as printed."""
    genre: str
    """One of GENRES."""
    topics: tuple[str, ...]
    """Of TOPICS, the main one first."""
    provenance: Provenance
    """Where the text comes from."""
    split: str
    """One of SPLITS."""
    guidelines_version: str
    """Version of ``docs/guidelines.md`` that the annotation follows."""
    annotators: tuple[str, ...]
    """Who annotated independently, before adjudication."""
    canary: str
    """A fixed string that shows whether the data leaked into a training set."""
    text_blocks: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET
    """Of a stand-off article: short digests of the text's blocks, which tell where a copy departs (``normalize.block_digests``)."""


def spans_of(record: Entity | Claim | Event | Figure) -> tuple[Span, ...]:
    """Where a record stands in the text: mentions, content, triggers or the figure."""
    return record.content if isinstance(record, Claim) else (record.span,) if isinstance(record, Figure) else record.mentions


def to_dict(record: msgspec.Struct) -> dict[str, Any]:
    """``record`` as plain JSON types, in field order.

    ``Article`` fields come with the metadata first and the layers last, as the JSON Lines files have them.
    """
    out: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(record))
    if isinstance(record, Article):
        layers = {key: out.pop(key) for key in ("entities", "claims", "events", "figures")}
        out.update(layers)
    return out


_ORDERED: Final = frozenset({"parts"})
"""Lists whose order says something. An event's mentions have a first one; all other lists are sets."""


def canonical(data: Mapping[str, Any], *, event: bool = False, without: Sequence[str] = ("id",)) -> bytes:
    """A record as JSON that is the same for records that say the same, whatever the order of keys and of lists.

    Args:
        data: the record as JSON types.
        event: whether it is an event, whose first mention stays first.
        without: fields of the record to leave out.
    """

    def plain(key: str, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {name: plain(name, inner) for name, inner in value.items()}
        if not isinstance(value, (list, tuple)):
            return value
        items = [plain(key, item) for item in value]
        head = len(items) if key in _ORDERED else 1 if event and key == "mentions" else 0
        return items[:head] + sorted(items[head:], key=lambda item: orjson.dumps(item, option=orjson.OPT_SORT_KEYS))

    return orjson.dumps({key: plain(key, value) for key, value in data.items() if key not in without}, option=orjson.OPT_SORT_KEYS)


def article_from(data: dict[str, Any]) -> Article:
    """A typed article from plain JSON types; raises ``msgspec.ValidationError`` when a field has the wrong type."""
    return msgspec.convert(data, Article)
