"""Who says what: attributed statements, by verbs of saying and quotation marks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from names import Entities, Entity, after_verb, before_verb, is_participle
from page import ADVERBS, ARTICLES, AUXILIARIES, BE, CLAUSE, DATE, MODALS, PREPOSITIONS, PRONOUNS, Page, Quote, Span, index, kind_of_noun, words

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
_QUOTING = re.compile(r"\s+([^.,;\"“]{2,60}?)(?:,\s[^.;\"“]{2,80}?,)?\s+as\s+(?:saying|claiming|telling\s\w+)")
_PRESENT = words(
    "say tell believe think expect hope fear warn argue insist explain add write urge estimate describe suspect claim maintain acknowledge state deny "
    "demand recommend announce confirm report propose ask order accuse predict reject criticise condemn praise allege admit declare stress note promise put"
)
# Verbs whose -s form is as often a plural noun: they need a subject that cannot be an adjective.
_PLURAL_NOUNS = words("state demand report order claim estimate fear hope promise note")
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
_BODY = "(?:council|company|firm|board|museum|village|group|club|union|ministry|government|agency|party|committee|city|university|hospital|school|authority|team|police)"
_NOBODY = words("i we you who which there what that nobody anybody everybody no-one anyone everyone")
_ORDER = ["assert", "evaluate", "predict", "commit", "request", "accuse", "deny"]


# What follows an attribution that closes its statement: a place, a time, an occasion, an addressee.
_SCENE = re.compile(
    rf"\s(?:(?:late|early|later|earlier)\s)?(?:on|in|at|after|during|through|via|from|to|by|before|following|when|as|{DATE.pattern})\b(?!\s(?:least|most)\b)"
    r"|,\s(?:citing|quoting|in|on|at|an?|the|Mr|Ms|Mrs)\b"
)


@cache
def _past_forms() -> frozenset[str]:
    """Past forms of the lexicon's verbs."""
    return frozenset(key[0] for key_entries in index("", True).values() for key, entry in key_entries if entry.tag == "ed")


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
        third = re.search(rf"^(?:that\s)?(?:it|he|she|they|the\s{_BODY})\s(?:will|would|plans?|intends?)\b(?!\shave\b)", clause.lower())
        arranged = (
            speaker is not None
            and speaker.kind in ("organization", "document", "group")
            and re.search(r"\b(?:will|would)\s(?:not\s)?be\s(?:\w+ed|held|kept|built|paid|sent|made|given|shut|put|sold|carried)\b", clause.lower())
        )
        if re.search(r"\b(?:should|must|need(?:s|ed)? to|ought to|urge|demand|ask for|call on|please|let us|let's)\b", clause.lower()):
            vote = "request"
        elif re.search(r"\b(?:not\strue|(?:is|was|are|were)\s(?:false|wrong|untrue))\b", clause.lower()):
            vote = "deny"
        elif own or arranged or (third and speaker is not None):
            vote = "commit"
        elif re.search(r"\bregret(?:s|ted)?\b|\bthank", clause.lower()):
            vote = "evaluate"
        elif (
            low & words("will would may might won't forecast likely expected") and not re.search(r"\b(?:would|might)\shave\b", clause.lower())
        ) or "'ll" in clause:
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
        if cue.tag in ("base", "s") and cue.lemma in _PLURAL_NOUNS and not self._has_subject(cue, comma):
            return False
        if cue.lemma == "put":  # "puts the cost at $3m"
            return bool(
                re.match(
                    r"\s(?!up\b|out\b|on\b|in\b|off\b|down\b|forward\b|together\b)[^.;:,]{1,90}?\sat\s(?:[a-z]+\s){0,3}?(?:[$£€]|[A-Z]{2,3}\s?)?\d",
                    page.text[cue.span[1] : cue.span[1] + 140],
                )
            )
        if cue.lemma == "cite" and cue.tag == "ing":
            return False  # "the daily reported, citing an official": see _cited
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
        clause = (
            quoted_after
            or bool(re.match(r"\s+(?:that|how|why|whether|if)\b|\s*\.?(?:\n|$)|\.\s|\s(?:on|late|early)\s[^,.]{1,20}(?:\.|,\sciting)", after))
            or comma
        )
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
            return bool(re.match(r"(?:\s+[\w’'-]+){0,8}?\s(?:(?:not\s)?to|that)\s", page.text[cue.span[1] : cue.span[1] + 100])) or cue.lemma == "urge"
        return not (cue.lemma in _NOT_PASSIVE and low in BE)

    def _has_subject(self, cue: Cue, comma: bool) -> bool:
        """Whether what stands before a form like "states" or "demands" is a subject: a pronoun, a name, or a noun with its article."""
        tokens, i = self.page.tokens, cue.first - 1
        if i < 0 or comma:
            return i >= 0
        own = tokens[i].low in PRONOUNS or tokens[i].text[0].isupper() or tokens[i].low in ("who", "which")
        return own or (cue.tag == "s" and any(token.low in ARTICLES for token in tokens[max(0, i - 2) : i]) and tokens[i].low not in PREPOSITIONS)

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
            if by and (cue.lemma != "tell" or not re.search(r"\bthat\s|,", by[0])):
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
        if who in _NOBODY:
            return None, []
        text = page.text[slice(*span)]
        joint = self._joint_before(cue) if who == "they" else []
        if joint and (meant := self.entities.resolve(span)):
            return span, joint if meant[0] in joint else [meant[0]]
        divide = r"(?:(?!\s+and\s+the\s+).)+" if text.count(" and the ") == 1 else r"(?:(?!\s+and\s+).)+"
        parts = [m.span() for m in re.finditer(divide, text)]
        linked = re.search(r"\b(?:of|for|from|between)\b", text)
        if " and " in text and len(parts) == 2 and (not linked or (linked[0] == "of" and re.search(r"\sand\sthe\s", text))):
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

    def _joint_before(self, cue: Cue) -> list[Entity]:
        """The speakers of the last claim, if they were several and spoke at most three sentences before."""
        before = [c for c in self.claims if c["content"][0][0] < cue.span[0] and len(c["speakers"]) > 1]
        if not before or self.page.sentence(cue.span[0]) - self.page.sentence(before[-1]["content"][0][0]) > 4:
            return []
        return [entity for entity in self.entities.all if entity.id in before[-1]["speakers"]]

    def _cited(self, cue: Cue, speakers: list[Entity]) -> tuple[Span, Entity, list[str]] | None:
        """For "A reported, citing X" and "A, citing X, said": X's mention, X, and A as relay."""
        start, end = self.page.sentences[self.page.sentence(cue.span[0])]
        citing = re.compile(r"(?:,\s|\s)citing\s").search(self.page.text, max(start, cue.span[0] - 120), min(end, cue.span[1] + 60))
        span = after_verb(self.page, self.page.first(citing.end()), end) if citing else None
        who = self.entities.resolve(span) if span else None
        if not who or who[0].kind not in ("person", "group", "organization", "document") or not speakers or who[0] in speakers:
            return None
        return who[1], who[0], [self.entities.use(entity) for entity in speakers]

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
        start = self.page.sentences[self.page.sentence(cue.span[0])][0]
        if re.fullmatch(r"[^,\"“”]{1,70},\s(?:who|which|whose)\b[^\"“”]*,\s*", self.page.text[start : cue.span[0]]):
            return None  # "The document, which is dated Tuesday, said the union …"
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
        spans = [span for piece in content if (span := self.page.trim(*piece)) and re.search(r"\w", self.page.text[slice(*span)])]
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
        saying = (quoting.start() + quoting[0].rindex(" as ") + 4, quoting.end())
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
            relay = self._relay(cue, addressee)
            if cue.frame in ("that", "tell") and (cited := self._cited(cue, speakers)):
                source, speakers, relay = cited[0], [cited[1]], cited[2]
            self._add(cue, pieces, source, speakers, "mixed" if quoted else "indirect", cue.act, relay)

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
        scene = _SCENE.match(text, tail)
        if occasion := _OCCASION_PHRASE.match(text, tail):
            tail = occasion.end()
        if cue.frame == "according" and (more := re.compile(r"[^,.;:\"“]{1,60}(?=,)").match(text, tail)):
            tail = more.end()
        rest = text[tail:end]
        told = re.match(r"\s(?:that|to|how|why|whether|if)\b|\s*[:,]?\s*[\"“‘']", rest)
        if source is not None and not inverted and cue.tag != "ing" and not told and scene and self._is_clause(start, stop, lead):
            return [(start, stop)]  # "The mill will close, the firm said on Tuesday after a meeting."
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
        if re.match(r",\s(?:adding|saying|but\s(?:the|it|he|she|they|an?)\b)", rest):
            return [(start, stop)]
        return [(start, stop), (tail, end)] if rest.startswith(",") and cue.frame == "that" and cue.tag != "ing" else []

    def _is_clause(self, start: int, stop: int, lead: str) -> bool:
        """Whether the words before an attribution can stand as a sentence: they have a verb and open with no preposition or conjunction."""
        tokens = self.page.within(start, stop)
        if not lead.endswith(",") or len(tokens) < 5 or tokens[0].low in CLAUSE | PREPOSITIONS | words("asked speaking and but"):
            return False
        if re.match(r"[^,]{1,70},\s(?:who|which|whose|an?|the|\d\d?|head|secretary|director|spokes\w+)\b[^,]*,$", lead):
            return False  # a subject with its apposition: "Ana Ruiz, who runs the mill, said"
        return any(token.low in AUXILIARIES for token in tokens[1:]) or any(token.low in _past_forms() for token in tokens[1:])

    def _statement_after(self, cue: Cue, source: Span | None, begin: int, end: int) -> list[Span]:
        """What follows its attribution, to the end of the sentence or to the next attribution."""
        text = self.page.text
        if cue.frame == "according":
            apposed = r"(?:(?!,\s)[^.;:\n\"“]){0,80}(?:,\s(?:quoting|citing|an?|who|which|chair\w*|head)\s(?:(?!\b(?:is|was|are|were|has|have|had|will|would)\b)[^,])+)?,\s*"
            comma = re.compile(apposed).match(text, source[1]) if source else None
            begin = comma.end() if comma else end
        else:
            if occasion := _OCCASION_PHRASE.match(text, begin):
                begin = occasion.end()
            if cue.frame in ("that", "tell") and (
                that := re.compile(
                    r"\s(?:(?:to|on|in|at|of|from|for|by|during|after|via|through|last|again|\w+day)\s[^.;:,\"“]{0,90}?|(?:first|only|again|also)\s)\bthat\s"
                ).match(text, begin)
            ):
                begin = that.end()
        if opener := re.compile(r"\s*[,:]?\s*(?:that\s+)?").match(text, begin):
            begin = opener.end()
        if cue.frame == "inf" and text[begin - 5 : begin] != "that " and (to := re.compile(r"[^.;,]{0,90}?\b(?=(?:not\s)?to\s)").match(text, begin)):
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
        if source and re.search(r"\bby\s[^.;,]{2,60}\sthat\s$", text[cue.span[1] : begin]):
            return rest  # "was told by the company that …"
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
            elif re.search(r"(?:,\s|\s)(?:and|but)\s$", lead) and c.tag in ("ed", cue.tag) and not self._passive(c):
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
