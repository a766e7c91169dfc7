"""Facets by which articles are grouped: challenge, genre, topic, length and provenance (``docs/scoring.md``, "Slices").

An article is in the group of a challenge when at least one of its gold records poses it. Challenges follow from the
annotation and the text by rule, so they need no label of their own and cannot drift from the gold.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from typing import Final

from newsgold.normalize import NAME_TITLES
from newsgold.records import GENRES, TOPICS, Article, Claim, Entity, Event, Figure, Span

LONG_CLAIM: Final = 40
"""Words from which a claim's content is long."""
MANY_SPEAKERS: Final = 10
"""Entities with a claim from which an article has many speakers."""
LONG_ARTICLE: Final = 600
"""Words from which an article is long."""
BANDS: Final = (300, 450, 600)
"""Words at which a new band of length begins."""

_SENTENCE_END: Final = re.compile(r"(\S*?)[.!?…]+[\"'”’)\]]*\s+(?=[\"'“‘(\[]*[A-Z0-9])|\n")
# What stands before a noun, or before the adjectives of one: a trigger that follows is taken for a noun.
_BEFORE_NOUN: Final = re.compile(
    r"(?:['’]s|s['’]|\b(?:a|an|the|this|that|these|those|his|her|its|their|our|my|your|no|any|some|each|every|another|of|in|after|before|during|by|for|from|over|with))"
    r"\s+$", re.IGNORECASE,
)  # fmt: skip
_NOUN: Final = re.compile(r"\w(?:tion|sion|ment|ance|ence)s?$")


def _words(text: str) -> int:
    return len(text.split())


def _covered(spans: Iterable[Span], text: str) -> str:
    return " ".join(text[span.start : span.end] for span in spans)


class Reader:
    """One article's records, looked at for what makes them hard."""

    def __init__(self, article: Article):
        self.article = article
        self.text = article.text or ""
        self.entities = {entity.id: entity for entity in article.entities}
        self.mentions: dict[tuple[int, int], tuple[Entity, str | None]] = {
            (m.start, m.end): (entity, m.form) for entity in article.entities for m in entity.mentions
        }

    def anaphoric(self, claim: Claim) -> bool:
        """Its source is a pronoun, or a noun that stands for somebody named elsewhere."""
        found = self.mentions.get((claim.source.start, claim.source.end)) if claim.source else None
        return found is not None and (found[1] == "pronoun" or (found[1] == "nominal" and bool(found[0].named)))

    def unnamed(self, claim: Claim) -> bool:
        """One of its speakers has no name in the article."""
        return any(not self.entities[speaker].named for speaker in claim.speakers if speaker in self.entities)

    def cross_sentence(self, claim: Claim) -> bool:
        """A sentence ends between the first and the last word of its content, cue and source."""
        spans = [*claim.content, *(span for span in (claim.cue, claim.source) if span is not None)]
        stretch = self.text[min(span.start for span in spans) : max(span.end for span in spans)]
        titles = NAME_TITLES.get(self.article.language.split("-", maxsplit=1)[0], NAME_TITLES["en"])
        return any(
            end[1] is None or (end[1].lower() not in titles and not re.fullmatch(r"(?:[A-Z]\.)*[A-Z]", end[1])) for end in _SENTENCE_END.finditer(stretch)
        )

    def nominal(self, event: Event) -> bool:
        """Its first mention follows a determiner, a possessive or a preposition, or ends like a noun: no tagger is asked."""
        if not event.mentions:
            return False
        start, end = event.mentions[0].start, event.mentions[0].end
        return _BEFORE_NOUN.search(self.text[max(0, start - 20) : start]) is not None or _NOUN.search(self.text[start:end]) is not None

    def inside_claim(self, event: Event) -> bool:
        """Its first mention stands in the content of a claim."""
        contents = (span for claim in self.article.claims for span in claim.content)
        return bool(event.mentions) and any(span.start <= event.mentions[0].start and event.mentions[0].end <= span.end for span in contents)

    def single_quotes(self) -> bool:
        """More direct or mixed claims open with a single quotation mark than with a double one."""
        quoted = [self.text[claim.content[0].start - 1 : claim.content[0].start + 1] for claim in self.article.claims if claim.form in ("direct", "mixed")]
        return sum(any(mark in part for mark in "'‘") for part in quoted) > sum(any(mark in part for mark in '"“') for part in quoted)


_Claim = Callable[[Reader, Claim], bool]
_Event = Callable[[Reader, Event], bool]
_Figure = Callable[[Reader, Figure], bool]
CLAIMS: Final[Mapping[str, _Claim]] = {
    "discontinuous": lambda _, claim: len(claim.content) > 1,
    "nested": lambda _, claim: claim.parent is not None,
    "anaphoric_source": Reader.anaphoric,
    "no_source": lambda _, claim: claim.source is None,
    "unnamed_speaker": Reader.unnamed,
    "relayed": lambda _, claim: bool(claim.relay),
    "joint": lambda _, claim: len(claim.speakers) > 1,
    "cross_sentence": Reader.cross_sentence,
    "long": lambda reader, claim: _words(_covered(claim.content, reader.text)) >= LONG_CLAIM,
}
EVENTS: Final[Mapping[str, _Event]] = {
    "not_happened": lambda _, event: event.status != "happened",
    "multi_mention": lambda _, event: len(event.mentions) > 1,
    "nominal_trigger": Reader.nominal,
    "inside_claim": Reader.inside_claim,
    "part": lambda _, event: event.part_of is not None,
    "disputed_participant": lambda _, event: any(participant.alleged for participant in event.participants),
}
FIGURES: Final[Mapping[str, _Figure]] = {
    "range": lambda _, figure: figure.bound == "range",
    "vague": lambda _, figure: figure.bound == "vague",
    "bounded": lambda _, figure: figure.bound in ("at_least", "at_most", "more_than", "less_than"),
    "subset": lambda _, figure: any(relation.type == "subset_of" for relation in figure.relations),
    "revised": lambda _, figure: any(relation.type == "revises" for relation in figure.relations),
    "converted": lambda _, figure: any(relation.type == "converts_to" for relation in figure.relations),
    "spelled_out": lambda reader, figure: not any(map(str.isdigit, reader.text[figure.span.start : figure.span.end])),
    "score": lambda _, figure: figure.kind == "score",
}
ARTICLES: Final[Mapping[str, Callable[[Reader], bool]]] = {
    "single_quotes": Reader.single_quotes,
    "many_speakers": lambda reader: len({speaker for claim in reader.article.claims for speaker in claim.speakers}) >= MANY_SPEAKERS,
    "long": lambda reader: _words(reader.text) >= LONG_ARTICLE,
}


def posing(article: Article) -> dict[str, frozenset[str]]:
    """The ids of the records that pose each challenge, by name (``claims.nested``); not the article's own challenges.

    Raises:
        ValueError: a stand-off article without its text.
    """
    reader = _read(article)
    out = {f"claims.{name}": frozenset(claim.id for claim in article.claims if of_claim(reader, claim)) for name, of_claim in CLAIMS.items()}
    out |= {f"events.{name}": frozenset(event.id for event in article.events if of_event(reader, event)) for name, of_event in EVENTS.items()}
    return out | {f"figures.{name}": frozenset(figure.id for figure in article.figures if of_figure(reader, figure)) for name, of_figure in FIGURES.items()}


def challenges(article: Article) -> dict[str, int]:
    """How many records pose each challenge, by name (``claims.nested``); those of the article itself count 1.

    Raises:
        ValueError: a stand-off article without its text.
    """
    reader = _read(article)
    return {name: len(ids) for name, ids in posing(article).items()} | {f"articles.{name}": int(rule(reader)) for name, rule in ARTICLES.items()}


def _read(article: Article) -> Reader:
    if article.text is None:
        raise ValueError(f"{article.id} has no text; hydrate it first")
    return Reader(article)


def length(article: Article) -> str:
    """The band of length of an article's text, in words between white space."""
    at = bisect_right(BANDS, _words(article.text or ""))
    return f"under {BANDS[0]} words" if at == 0 else f"{BANDS[-1]} words or more" if at == len(BANDS) else f"{BANDS[at - 1]} to {BANDS[at] - 1} words"


_LENGTHS: Final = (
    f"under {BANDS[0]} words",
    *(f"{low} to {high - 1} words" for low, high in pairwise(BANDS)),
    f"{BANDS[-1]} words or more",
)
_CHALLENGES: Final = tuple(
    f"{kind}.{name}" for kind, rules in (("claims", CLAIMS), ("events", EVENTS), ("figures", FIGURES), ("articles", ARTICLES)) for name in rules
)
FACETS: Final[Mapping[str, tuple[tuple[str, ...], Callable[[Article], Iterable[str]]]]] = {
    "challenge": (_CHALLENGES, lambda article: [name for name, n in challenges(article).items() if n]),
    "genre": (GENRES, lambda article: [article.genre]),
    "topic": (TOPICS, lambda article: article.topics),
    "length": (_LENGTHS, lambda article: [length(article)]),
    "provenance": (("written", "external"), lambda article: [article.provenance.kind]),
}
"""Name to its values in order and the values of an article."""


def groups(articles: Iterable[Article], names: Iterable[str] = tuple(FACETS)) -> dict[str, dict[str, list[str]]]:
    """Facet to value to the ids of its articles, sorted; only values that occur. Articles without their text are left out.

    Raises:
        ValueError: an unknown facet.
    """
    texts = sorted((article for article in articles if article.text is not None), key=lambda article: article.id)
    out: dict[str, dict[str, list[str]]] = {}
    for name in names:
        if name not in FACETS:
            raise ValueError(f"no facet is named {name!r}; expected {', '.join(FACETS)}")
        values, of = FACETS[name]
        table: dict[str, list[str]] = {value: [] for value in values}
        for article in texts:
            for value in of(article):
                table[value].append(article.id)
        out[name] = {value: ids for value, ids in table.items() if ids}
    return out
