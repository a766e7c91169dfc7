"""Who takes part in an event: the phrases around its trigger, by role."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from names import Entities, Entity, after_verb, before_verb, is_participle
from page import ADVERBS, ARTICLES, AUXILIARIES, BE, CLAUSE, PREPOSITIONS, PRONOUNS, Entry, Page, Span, index, kind_of_noun, words

# Verbs whose subject takes part in the event that their object names ("held a meeting", "suffered a defeat").
_LIGHT = words(
    "reach reached sign signed hold held holds stage staged call called begin began launch launched conduct conducted attend attended make made take took "
    "open opened start started suffer suffered face faces carry carried won win lost give gave mount mounted adjourn adjourned"
)
_HITS = re.compile(
    r"\s(?:that\s|which\s)?(?:has\s|had\s|have\s)?(?:hit|struck|damaged|destroyed|flooded|killed|injured|devastated|battered|flattened|stopped|swept\saway|took\saway|tore\soff)\s"
)
# Verbs of these that have no object are participles: "a plan approved in 2022", or have the subject undergo it: "the stall closed".
_PASSIVE_WITHOUT_OBJECT = words(
    "life.die life.injure justice.arrest justice.charge justice.rule justice.release position.start position.end politics.policy conflict.attack "
    "business.open business.close business.deal business.finance infrastructure.build infrastructure.outage response.rescue response.aid science.find "
    "science.launch crime.offence economy.change honour.award culture.present"
)
# Types whose "with a knife", "by bus" is an instrument.
_ARMED = words("conflict.attack life.die life.injure movement.travel disaster.accident crime.offence response.rescue")
_PLACE_KINDS = ("gpe", "place", "organization")
_ALL_AGENTS = words("conflict.clash contact.meet contact.agree sport.compete conflict.truce")
_UNDERGOES = words(
    "position.start position.end life.die life.injure disaster.accident disaster.natural disaster.outbreak economy.change business.close business.open "
    "infrastructure.outage infrastructure.build sport.win"
)
PAST = words(
    "shook swept blew drove threw won knew felt meant met paid ran sank sold shut sought woke wrote hurt burst bought built caught chose drew fled flew "
    "hid laid let lit rode spoke spent "
    "began came took left went saw made hit broke ran led fell rose cost held sent kept gave got became found lost brought stood set put spread struck "
    "tore said says say told has have had "
    "is are was were do did does will would can could may might must should shall occurs occur happens ends begins starts continues remains follows comes "
    "appears killed"
)


class Participants:
    """Finds the participants of one page's events; ``claims`` tell who "we" is."""

    def __init__(self, page: Page, entities: Entities, lexicon: Mapping[str, Sequence[tuple[tuple[str, ...], Entry]]], claims: Sequence[dict[str, Any]] = ()):
        self.page = page
        self.entities = entities
        self.lexicon = lexicon
        self.claims = claims

    def find(self, first: int, last: int, entry: Entry) -> list[dict[str, Any]]:
        """The participants of the event whose trigger is tokens ``first`` to ``last``, each entity once."""
        page, tokens = self.page, self.page.tokens
        start, end = page.sentences[page.sentence(tokens[first].start)]
        found: list[tuple[str, Span | None]] = []
        after = last + 1
        following = tokens[after].low if after < len(tokens) and page.gap(after) == " " else ""
        if entry.part == "n":
            found += self._around_noun(first, last, entry, end)
        else:
            subject = self.subject(first, start)
            passive = entry.tag in ("ed", "w") and self._is_passive(first, following)
            bare = following in CLAUSE | PREPOSITIONS | AUXILIARIES | ADVERBS | {"and", "or", ""}
            dated = after < len(tokens) and any(s <= tokens[after].start < e for s, e in page.dates)
            target = None if bare or dated or entry.part in ("wi",) else after_verb(page, after, end)
            pronoun = subject is not None and page.text[slice(*subject)].lower() in PRONOUNS
            relative = page.first(subject[0]) - 1 if subject else 0
            if entry.tag == "ed" and first and tokens[first - 1].low in ARTICLES and page.gap(first) == " ":  # "the injured driver"
                noun = after_verb(page, first - 1, end, of=False)
                found.append(("patient", noun))
            elif entry.label == "position.start" and entry.lemma == "join":
                found += [("patient", subject), ("destination", target)]
            elif (
                target is None
                and not passive
                and entry.part == "v"
                and relative > 0
                and tokens[relative].low in ("which", "that")
                and entry.label not in _ALL_AGENTS
            ):
                found += [("agent", subject), ("patient", before_verb(page, relative, start))]  # "the loan that she repaid"
            elif entry.label in _ALL_AGENTS and not passive:
                found += [("agent", subject), ("agent", target)]
            elif entry.part == "w" and entry.label == "movement.travel" and entry.lemma.endswith((" to", " for", " from")):
                found += [("agent", subject), ("origin" if entry.lemma.endswith("from") else "destination", target)]
            elif entry.part == "wi" and entry.lemma.endswith((" in", " at", " near")):
                found += [("patient", subject), ("place", after_verb(page, after, end))]
            elif (
                entry.part == "wi"
                or (entry.part == "i" and target is None)
                or passive
                or (
                    target is None
                    and entry.part == "v"
                    and (entry.label in _UNDERGOES or (entry.tag == "ed" and not pronoun and entry.label in _PASSIVE_WITHOUT_OBJECT))
                )
            ):
                found.append(("patient", subject))
            else:
                found += [("agent", subject), ("patient", target)]
            if passive and (by := self._phrase(after, end, ("by",))):
                found.append(("agent", by))
        for role, prepositions in self._roles_of(entry.label):
            found.append((role, self._phrase(after, end, prepositions)))
        if entry.label in _ARMED and (tool := self._phrase(after, end, ("with", "by", "in"), near=5)) and self._head_kind(tool) == "product":
            found = [pair for pair in found if pair[1] != tool] + [("instrument", tool)]
        found.append(("place", self._place(after, end)))
        return self._entities(found)

    def _head_kind(self, span: Span) -> str | None:
        inside = self.page.within(*span)
        return kind_of_noun(inside[-1].low) if inside else None

    @staticmethod
    def _roles_of(label: str) -> list[tuple[str, tuple[str, ...]]]:
        if label in ("movement.travel", "conflict.deploy", "response.rescue"):
            return [("origin", ("from",)), ("destination", ("to", "into", "towards"))]
        if label in ("response.aid", "business.finance", "honour.award"):
            return [("recipient", ("to",))]
        if label in ("business.deal",):
            return [("origin", ("from",)), ("recipient", ("to",))]
        if label in ("position.end", "crime.offence", "science.launch"):
            return [("origin", ("from",))]
        if label in ("contact.meet", "contact.agree", "conflict.clash"):
            return [("agent", ("with",))]
        return []

    def _around_noun(self, first: int, last: int, entry: Entry, end: int) -> list[tuple[str, Span | None]]:
        """ "Peru's attack on the port by rebels": possessor, and the phrases behind the noun."""
        page, tokens = self.page, self.page.tokens
        found: list[tuple[str, Span | None]] = []
        own = "patient" if entry.label in _UNDERGOES else "agent"
        if entry.label in ("disaster.natural", "disaster.accident") and (hit := _HITS.match(page.text, tokens[last].end)):
            found.append(("patient", after_verb(page, page.first(hit.end()), end)))  # "hail that hit orchards"
        k = next((k for k in range(first - 1, max(first - 4, 0), -1) if tokens[k].text in ("'s", "’s")), 0)
        if k and not re.search(r"[,.;]", page.text[tokens[k].start : tokens[first].start]):
            b = k
            while (
                b > 0
                and page.gap(b) in (" ", "")
                and tokens[b - 1].low not in CLAUSE | PREPOSITIONS | AUXILIARIES | PRONOUNS | {"and"}
                and not tokens[b - 1].low.endswith("ed")
            ):
                b -= 1
            found.append((own, (tokens[b].start, tokens[k].start)))
        if not found and first and re.fullmatch(r"['’]\s", page.gap(first)):  # "the miners' strike"
            b = first - 1
            while b > 0 and page.gap(b) == " " and tokens[b - 1].low not in CLAUSE | PREPOSITIONS | AUXILIARIES | PRONOUNS | {"and"}:
                b -= 1
            found.append((own, (tokens[b].start, tokens[first - 1].end)))
        after = last + 1
        lead = first - 1
        while lead > 0 and first - lead < 4 and tokens[lead].low not in _LIGHT | AUXILIARIES | CLAUSE | PREPOSITIONS and page.gap(lead + 1) == " ":
            lead -= 1
        start = page.sentences[page.sentence(tokens[first].start)][0]
        if not found and tokens[lead].low in _LIGHT and tokens[lead].start >= start:
            found.append((own, self.subject(lead, start)))
        elif not found and tokens[lead].low == "under" and tokens[lead - 1].low in AUXILIARIES:
            found.append(("patient", self.subject(lead - 1, start)))
        elif re.search(r"\b[Aa]mong\sthe\s$", page.text[start : tokens[first].start]):
            aux = re.compile(r"\s(?:was|were|is|are)\s").match(page.text, tokens[last].end)
            found.append(("patient", after_verb(page, after + 1, end) if aux else self.subject(first - 2, start)))
        of = self._phrase(after, end, ("of",), near=1)
        between = re.compile(r"\sbetween\s").match(page.text, tokens[last].end)
        if between:
            one = after_verb(page, after + 1, end)
            two = after_verb(page, page.first(one[1]) + 1, end) if one and page.text[one[1] : one[1] + 5] == " and " else None
            found += [("agent", one), ("agent", two)]
        found.append((own if entry.label in _ALL_AGENTS else "patient", of))
        found.append(("agent", self._phrase(after, end, ("by",))))
        found.append(("patient", self._phrase(after, end, ("on", "against"), near=1)))
        return found

    def subject(self, first: int, start: int) -> Span | None:
        """The subject of the verb at token ``first`` in the sentence that begins at ``start``, also through "plans to" and relative clauses."""
        page, tokens = self.page, self.page.tokens
        cues = [t.end for t in page.within(start, tokens[first].start) if t.low in index("say") and t.low not in self.lexicon and t.text[0].islower()]
        quote = page.quoted(tokens[first].start)
        floor = max([start, *cues, *([quote.start] if quote and quote.start > start else [])])
        i = first - 1
        while i > 0 and tokens[i].low in AUXILIARIES | ADVERBS:
            i -= 1
        if tokens[i].low == "to":
            # "The firm plans to close the mill": the subject of the governing verb, where that has the same agent.
            governed = i > 1 and re.fullmatch(
                r"plans?|planned|agreed|decided|intends?|expects?|promised|vowed|pledged|threatened|hopes?|wants?|wanted|tried|failed|managed|due|set|going"
                r"|aims?|attempted|began|continued|refused|helped",
                tokens[i - 1].low,
            )
            return before_verb(page, i - 1, floor) if governed else None
        if i > 0 and tokens[i].low in ("who", "which", "that") and tokens[i].start > start:
            return before_verb(page, i, floor)
        return before_verb(page, first, floor)

    def _is_passive(self, first: int, following: str) -> bool:
        tokens = self.page.tokens
        i = first - 1
        while i > 0 and tokens[i].low in ADVERBS:
            i -= 1
        return tokens[i].low in BE or following == "by"

    def _phrase(self, after: int, end: int, prepositions: tuple[str, ...], near: int = 9) -> Span | None:
        """The noun phrase behind the first of the prepositions, at most ``near`` tokens on and in the same clause."""
        page, tokens = self.page, self.page.tokens
        for k in range(after, min(after + near, len(tokens) - 1)):
            if tokens[k].start >= end or re.search(r"[,;:\n\"“”]", page.gap(k)) or tokens[k].low in CLAUSE | AUXILIARIES:
                return None
            if tokens[k].low in prepositions:
                return after_verb(page, k + 1, end) if not any(s <= tokens[k + 1].start < e for s, e in page.dates) else None
        return None

    def _place(self, after: int, end: int) -> Span | None:
        """The first phrase with in, at, near and the like whose noun is a place."""
        page, tokens = self.page, self.page.tokens
        for k in range(after, min(after + 14, len(tokens) - 1)):
            if (
                tokens[k].start >= end
                or re.search(r"[;:\n\"“”]", page.gap(k))
                or tokens[k].low in CLAUSE - {"as"}
                or (k > after and tokens[k].low in index("say"))
            ):
                return None
            if tokens[k].low in ("in", "at", "near", "outside", "off", "on", "inside", "across", "around", "over"):
                span = after_verb(page, k + 1, end, of=True)
                if span is None or any(s <= tokens[k + 1].start < e for s, e in page.dates):
                    continue
                inside = page.within(*span)
                name = any(t.text[0].isupper() for t in inside)
                place = any(kind_of_noun(t.low) in _PLACE_KINDS for t in inside)
                if (name or place) and len(inside) <= 9:
                    further = re.compile(r"\s(?:in|at|near|on)\s").match(page.text, span[1])
                    more = after_verb(page, page.first(further.end()), end) if further and inside[-1].text[0].islower() else None
                    return (span[0], more[1]) if more and page.text[more[1] - 1].isalpha() and page.within(*more)[-1].text[0].isupper() else span
        return None

    def _speaker(self, span: Span) -> Entity | None:
        """Whose "I" or "we" stands at ``span``: the single speaker of the smallest claim around it."""
        around = [c for c in self.claims if len(c["speakers"]) == 1 and any(s <= span[0] and span[1] <= e for s, e in c["content"])]
        if not around:
            return None
        claim = min(around, key=lambda c: sum(e - s for s, e in c["content"]))
        speaker = next((entity for entity in self.entities.all if entity.id == claim["speakers"][0]), None)
        if speaker:
            speaker.mentions.setdefault(span, "pronoun")
        return speaker

    def _entities(self, found: list[tuple[str, Span | None]]) -> list[dict[str, Any]]:
        """The participants with their entities; each entity once."""
        out: list[dict[str, Any]] = []
        seen: set[str] = set()
        for role, phrase in found:
            span = phrase
            if span and self.page.text[slice(*span)].lower() in ("i", "we", "me", "us") and (own := self._speaker(span)):
                identifier = self.entities.use(own)
                if identifier not in seen:
                    seen.add(identifier)
                    out.append({"role": role, "entity": identifier, "mention": span, "alleged": False})
                continue
            if span is None or self.page.text[slice(*span)].lower() in ("there", "this", "that", "who", "which", "what", "these", "those", "i", "we", "you"):
                continue
            if number := re.match(r"the\s(?:number|total)\sof\s", self.page.text[slice(*span)], re.IGNORECASE):
                span = span[0] + number.end(), span[1]
            tokens = self.page.within(*span)
            head = next((b for b, a in zip(tokens, [*tokens[1:], None], strict=False) if a is None or a.low in PREPOSITIONS), tokens[-1]) if tokens else None
            event_noun = head is not None and any(len(key) == 1 and entry.part == "n" for key, entry in self.lexicon.get(head.low, ()))
            if (
                head is None
                or event_noun
                or len(tokens) > 9
                or tokens[0].low in CLAUSE | PAST | {"more", "up", "down", "out", "part", "place"}
                or is_participle(tokens[0].low)
                or all(t.low in ADVERBS | AUXILIARIES for t in tokens)
            ):
                continue
            if resolved := self.entities.resolve(span):
                entity, mention = resolved
                if role == "place" and entity.named and entity.kind == "person" and len(entity.name.split()) == 1:
                    entity.kind = "gpe"
                identifier = self.entities.use(entity)
                if identifier not in seen:
                    seen.add(identifier)
                    out.append({"role": role, "entity": identifier, "mention": mention, "alleged": False})
        return out
