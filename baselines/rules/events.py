"""What happens: trigger words of the lexicon, with status, time and participants read from the words around them."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from dates import resolve_date
from participants import PAST, Participants

from names import Entities
from page import ADVERBS, ARTICLES, AUXILIARIES, BE, CLAUSE, MODALS, PREPOSITIONS, PRONOUNS, WEEKDAYS, Entry, Page, Span, index, kind_of_noun, words

# --- triggers ----------------------------------------------------------------------------------------------------------------

_EMPTY_HEADS = words("operation operations effort efforts action process incident incidents mission campaign attempt attempts")
# Lexicon words that are something else in this company: word, what stands before it, what follows.
_NEVER = r"(?!)"
_NOT_HERE = [
    (re.compile(word), re.compile(before + "$", re.IGNORECASE), re.compile(after))
    for word, before, after in (
        ("votes?", r"(?:\d|\d\sof\sthe|%\sof\sthe|per\scent\sof\sthe|electoral(?:\scollege)?|more|of\sthe)\s", _NEVER),
        ("ballot", r"(?:on|state)\s(?:the\s)?(?:\w+\s)?", _NEVER),
        ("releases?", r"(?<!his)(?<!her)(?<!their)(?<!['’]s)(?<!the)\s", r"\s(?!of\b|from\b|on\b)"),
        ("releases?", r"(?:press|news)\s", _NEVER),
        ("released", _NEVER, r"\s(?:an?|its|their|findings|figures|data|details|the\s(?:report|statement|figures|results|video|names?|data))\b"),
        ("March", "", ""),
        ("declined", _NEVER, r"\s(?:to|the|an?|such|requests?|comment)\b"),
        ("fell|falling|fall", _NEVER, r"\s(?:in\slove|into|off|over|out|on|ill|asleep|behind|apart|short|for)\b"),
        ("rais(?:ed|ing|es)|raise", _NEVER, r"\s(?:[\w’']+\s)?(?:funds?|concerns?|questions?|money|issues?|awareness|alarms?|points?|doubts?|fears?|hopes?)\b"),
        ("agreed", _NEVER, r"\s(?!to\b|on\b|an?\b|terms\b)|[,.;]"),
        ("deals?", r"(?:big|huge|great|good|a\sgood|a\sgreat|no|to)\s", r"\s(?:with|of)\b"),
        ("opening", _NEVER, r"(?!\s(?:of|ceremony)\b)"),
        ("fire", r"(?:\bon|under|cease)\s", _NEVER),
        ("arrest", r"cardiac\s", _NEVER),
        ("charged", _NEVER, r"\s(?:an?\s(?:fee|price)|[$£€\d]|for\b|double)"),
        ("found", _NEVER, r"\s(?:that|no|him|her|them|it)\b"),
        ("drop(?:ped)?|slipped|cut|cuts", r"(?:short)\s|(?:for|of)\s", r"\s(?:off|out|down|short|into|through|and\sbruises)\b"),
        ("contract(?:ed)?", _NEVER, r"\s(?:covid|the\s(?:virus|disease)|coronavirus)"),
        ("increase|decline|rise|fall|drop", _NEVER, r"\s(?:the|its|their)\b"),
        ("join(?:s|ed|ing)?", _NEVER, r"(?!\s(?:the\s)?[A-Z])"),
        ("sales", "", ""),  # a quantity
        (
            "lift(?:s|ed|ing)?",
            _NEVER,
            r"(?!\s(?:the|its|their|an?|all)\s(?:\w+\s)?(?:ban|moratorium|embargo|curfew|restrictions?|lockdown|suspension|order|measures)\b)",
        ),
        ("recall(?:s|ed|ing)?", _NEVER, r"\s(?:that|how|when|the\s(?:day|night|time)|seeing|being|from|his|her|a)\b|[,.]"),
        ("trials?", r"(?:vaccine|clinical|drug|medical|field|pilot|human|free)\s", _NEVER),
        ("surrender(?:s|ed)?", _NEVER, r"\s(?:his|her|their|its)\b"),
        ("hire[sd]?|hiring|sold|sell(?:s|ing)?", _NEVER, r"\sout\b"),
        ("closed|shut", r"\b(?:is|are|remains?|stay(?:s|ed)?|keeps?|kept|open\sor)\s(?:still\s|now\s)?", _NEVER),
        ("leaked", r"\b(?:was|were|been)\s", _NEVER),
        ("questioned|question(?:s|ing)", _NEVER, r"\s(?:whether|why|how|the|its|his|her|their|if|about)\b"),
        ("appeals?", r"(?:penalty|of|his|her|its)\s", r"\s(?:for|to\sthe\spublic|to\sreaders)\b"),
        ("search(?:ed|es|ing)?", _NEVER, r"\s(?:engine|for\s(?:an?\s)?(?:answers?|new))\b"),
    )
]
_STORMS = words("Hurricane Cyclone Typhoon Storm")
_LOCALITY = re.compile(r"\s(?!Mr\b|Ms\b|Mrs\b|Miss\b)(?:the\s(?:town|city|village|country|island|capital|region|district)\b|[A-Z])")
# Words that name the same happening with different stems.
_KIN = [
    words("die dead death kill fatality killed"),
    {"found guilty", "convict", "conviction", "verdict"},
    words("buy purchase"),
    words("leave departure leaving"),
]


def _kin(one: str, two: str) -> bool:
    """Whether two lexicon entries name the same kind of happening: "resign" and "resignation", "die" and "dead"."""
    return one == two or (len(one) > 4 and one[:5] == two[:5]) or any(one in kin and two in kin for kin in _KIN)


# A later mention of these is taken for the same occasion even without "the".
_SINGLE = words("disaster.accident disaster.natural disaster.outbreak unrest.strike infrastructure.outage science.launch business.layoff sport.compete")
# All that an article tells of these is mostly one event.
_ONCE = words("unrest.strike business.layoff")
# The same word for these is as often another occasion.
_REPEATED = words("economy.change movement.travel sport.score sport.win justice.rule")
_ONLY_PLAIN = words("position.end disaster.outbreak economy.change politics.policy business.open business.close infrastructure.build science.find")

_JOBS = re.compile(r"\s(?:[\w,.-]+\s){0,5}?(?:jobs|posts|positions|staff|workforce|workers|employees)\b")
_PLANNED = re.compile(
    r"\b(?:will|won[’']t|['’]ll|is\sto|are\sto|was\sto|were\sto|(?:due|set|scheduled|going|ready|expected|ordered|planning|planned|plans?|agreed|agrees"
    r"|decided|decision|intends?|intention|prepar\w+|vow\w*|pledg\w+|promis\w+|poised|slated|about)\sto)(?:\s\w+ly)?(?:\s(?:not|be|have|been|also|then|hold"
    r"|take|make|stage|carry\sout|begin|start|get))*\s$",
    re.IGNORECASE,
)
_HYPOTHETICAL = re.compile(
    r"\b(?:could|may|might|should|must|can|cannot|ought\sto|(?:want|wants|wanted|hop\w+|threaten\w*|urg\w+|ask\w*|call\w*|lik\w+|able|aim\w*|seek\w*|sought"
    r"|propos\w+|consider\w*|need\w*|allow\w*|had)\s(?:\S+\s){0,4}?to|in\sorder\sto|risk\sof|threat\sof|fears?\sof|possibility\sof|calls?\sfor|called\sfor"
    r"|propos\w+|consider\w*|threaten\w*)(?:\s\w+ly)?(?:\s(?:not|be|have|been|also|a|an|the|its|new|further))*\s$",
    re.IGNORECASE,
)
_WOULD = re.compile(r"\b(?:would|['’]d)(?:\s(?:not|be|have|been|also|soon|then))*\s$", re.IGNORECASE)
_AVERTED_BEFORE = re.compile(
    r"\b(?:foil\w+|thwart\w+|avert\w+|prevent\w+|cancel\w+|called\soff|calls\soff|postpon\w+|fail\w+\sto|attempt(?:s|ed|ing)?\sto|attempted|trie[ds]\sto"
    r"|abandon\w+|scrapped|stopped|halted|shelved)\s(?:\S+\s){0,4}$",
    re.IGNORECASE,
)
_AVERTED_AFTER = re.compile(
    r"(?:\s\S+){0,5}?\s(?:was|were|has\sbeen|have\sbeen|had\sbeen|is|been)\s(?:foiled|thwarted|averted|prevented|cancelled|canceled|called\soff|postponed"
    r"|abandoned|scrapped|shelved)\b|\s(?:attempt|plot)\s(?:was\s)?(?:foiled|failed)\b"
)
_PLANNED_AFTER = re.compile(
    r"(?:\s(?:for|of|in|on|at|between|with|under|over|to)\s[^,;.]{1,60}?)?\s(?:will\b|is\s(?:to|due|scheduled|planned|set|expected)\b|are\s(?:to|due"
    r"|scheduled|planned|set|expected)\b|(?:planned|scheduled|due)\s(?:for|on|in|next)\b|opens\b|starts\b|begins\b|takes\splace\b)"
)
_PLANNED_NOUN = re.compile(
    r"\b(?:planned|plans?\s(?:for|to\s\w+)|upcoming|scheduled|forthcoming|next|future|to\s(?:hold|host|stage|attend|begin|start|discuss|launch)"
    r"|will\s(?:hold|host|stage|attend|begin|start|face|be)|ahead\sof|due\sto\s\w+)\s(?:\S+\s){0,3}$",
    re.IGNORECASE,
)
_ONGOING_AFTER = re.compile(r"\s(?:is|are|was|were|remains?)\s(?:still\s)?(?:under\s?way|ongoing|continuing|in\sprogress)\b|\s(?:continues|continue)\b")
_ALLEGED = re.compile(r"\b(?:allegedly|alleged(?:\sto\s(?:have|be))?|suspected|on\ssuspicion\sof|accused\sof)\s(?:\S+\s){0,4}$", re.IGNORECASE)
_NEGATED = re.compile(
    r"\b(?:no\sone|nobody|none|no|not|never|n[’']t|without|neither|nor|refused\sto|declined\sto|used\sto|instead\sof|rather\sthan|avoid(?:ed|ing)?"
    r"|free\sof)\s(?:\S+\s){0,3}$",
    re.IGNORECASE,
)
_BARE_NOT = re.compile(r"(?:\b(?:not|never|no)|n[’']t)\s(?:\w+\s){0,2}$", re.IGNORECASE)


@dataclass
class Event:
    """One event while it is put together."""

    type: str
    entry: Entry
    mentions: list[Span]
    status: str
    participants: list[dict[str, Any]] = field(default_factory=list)
    time: dict[str, Any] | None = None


class EventFinder:
    """Finds the events of one page."""

    def __init__(self, page: Page, entities: Entities, published: datetime.date, sport: bool, claims: Sequence[dict[str, Any]] = ()):
        self.page = page
        self.entities = entities
        self.published = published
        self.lexicon = index("", sport)
        self.participants = Participants(page, entities, self.lexicon, claims)
        self.events: list[Event] = []

    def find(self) -> list[dict[str, Any]]:
        """All events in text order."""
        tokens = self.page.tokens
        i = 0
        while i < len(tokens):
            step = 1
            for key, _ in self.lexicon.get(tokens[i].low, ()):
                if tuple(token.low for token in tokens[i : i + len(key)]) == key and (entry := self._entry(i, key)):
                    step = len(key) + (tokens[i].text in _STORMS and i + 1 < len(tokens) and tokens[i + 1].text[0].isupper())
                    self._trigger(i, i + step - 1, entry)
                    break
            i += step
        out = []
        for n, event in enumerate(self.events, 1):
            record: dict[str, Any] = {"id": f"v{n}", "type": event.type, "mentions": event.mentions, "status": event.status}
            record.update(participants=event.participants, time=event.time, part_of=None)
            out.append(record)
        return out

    # what is a trigger

    def _left(self, i: int) -> str:
        """The clause to the left of token ``i``."""
        start = self.page.sentences[self.page.sentence(self.page.tokens[i].start)][0]
        return re.split(r"[;:]\s|,\s(?:and|but|who|which|while|as|after|before)\s|[.!?][\"”]?\s(?=[A-Z])", self.page.text[start : self.page.tokens[i].start])[
            -1
        ]

    def _entry(self, i: int, key: tuple[str, ...]) -> Entry | None:
        """The reading of the words at token ``i`` that their neighbours allow, or None."""
        page, tokens = self.page, self.page.tokens
        readings = [entry for form, entry in self.lexicon[key[0]] if form == key]
        token, last = tokens[i], i + len(key) - 1
        named = token.text in _STORMS and last + 1 < len(tokens) and page.gap(last + 1) == " " and tokens[last + 1].text[0].isupper()
        if named:
            return readings[0]
        if token.text[0].isupper() and not page.opens_sentence(i):
            return None
        before = tokens[i - 1].low if i and not re.search(r"[.!?;:\n]", page.gap(i)) else ""
        comma = "," in page.gap(i)
        after = tokens[last + 1] if last + 1 < len(tokens) and page.gap(last + 1) in (" ", "-") else None
        if page.gap(i) == "-" or (after and page.gap(last + 1) == "-"):
            return None
        left = self._left(i)
        rest = page.text[tokens[last].end : tokens[last].end + 40]
        if any(lemma.fullmatch(token.text) and (was.search(left) or comes.match(rest)) for lemma, was, comes in _NOT_HERE):
            return None
        for entry in readings:
            if entry.label == "movement.travel" and entry.lemma.endswith((" to", " from")) and not _LOCALITY.match(rest):
                return None
            if entry.part in ("w", "wi"):
                return None if _BARE_NOT.search(left) else entry
            if entry.tag == "n":
                if (
                    before in MODALS | {"to", "not"}
                    or before.endswith(("’ll", "'ll"))
                    or (before in PRONOUNS - {"it", "her"} and not comma)
                    or re.search(r"\b(?:no|without|any|of\sno)\s(?:\w+\s)?$", left, re.IGNORECASE)
                ):
                    continue
                if token.low.endswith("ing") and after and after.low in ARTICLES | PRONOUNS | {"that", "up"}:
                    continue  # a verb: "hearing the news"
                if after and after.low.endswith("ing") and any(e.part == "n" for _, e in self.lexicon.get(after.low, ())):
                    return None  # "a protest meeting"
                if after and not self._may_follow_noun(after.low) and after.low not in _EMPTY_HEADS:
                    return None  # a compound: its head decides
                return entry
            if entry.tag == "base" and (
                before not in MODALS | {"to", "and", "or", "not", "also", "did", "do", "does"}
                or (before in ("and", "or") and not re.search(r"\b(?:to|will|would|could|may|must|should)\s\w+[^.;]{0,40}$", left))
            ):
                continue
            if entry.tag == "s" and (
                comma or not before or before in ARTICLES or not (tokens[i - 1].text[0].isupper() or before in ("he", "she", "it", "who", "which"))
            ):
                continue
            if entry.tag == "ing" and not (before in BE | PREPOSITIONS | ADVERBS | {"and", "began", "started", "continued", "stopped"} or comma):
                continue
            if entry.tag == "ed":
                if before in ARTICLES and (entry.label in _ONLY_PLAIN or not (after and kind_of_noun(after.low))):
                    continue
                if (after and after.low == "that") or (entry.lemma in ("find", "identify") and after and after.low in ("no", "as")):
                    continue
                if before in MODALS or (page.opens_sentence(i) and not (after and after.low in PREPOSITIONS)):
                    continue
            negated = (
                _BARE_NOT.search(left)
                or re.match(r"(?:no\sone|nobody|none|no\s\w+)\b", left.split(" that ")[-1].strip(), re.IGNORECASE)
                or _NEGATED.search(" ".join(left.split()[-3:]) + " ")
            )
            return None if negated else entry
        return None

    def _may_follow_noun(self, low: str) -> bool:
        """Whether the word can stand right behind a noun that is no mere modifier."""
        closed = CLAUSE | PREPOSITIONS | AUXILIARIES | ADVERBS | ARTICLES | PRONOUNS | PAST
        return (
            low in closed
            or low in ("and", "or", "today", "yesterday", "tomorrow", "overnight", "due", "nearby", "abroad", "later", "earlier")
            or low.endswith(("ed", "ly", "ing", "'s", "’s"))
            or not low.isalpha()
            or low.capitalize() in WEEKDAYS
            or any(entry.part in ("v", "i") and entry.tag == "ed" for _, entry in self.lexicon.get(low, ()))
        )

    def _trigger(self, first: int, last: int, entry: Entry) -> None:
        """Adds a trigger: as a mention of an event already there, or as a new event."""
        page, tokens = self.page, self.page.tokens
        if entry.lemma in ("cut", "slash", "reduce") and _JOBS.match(page.text, tokens[last].end):
            entry = entry._replace(label="business.layoff")
        span = (tokens[first].start, tokens[last].end)
        here = page.sentence(span[0])
        earlier = [event for event in self.events if event.type == entry.label]
        noun = entry.part == "n"
        plain = self._left(first).split()[-2:]
        definite = noun and any(word.lower() in ("the", "this", "that", "its", "his", "her", "their") or word.endswith(("'s", "’s")) for word in plain)
        fresh = noun and plain[-1:] and any(word.lower() in ("a", "an", "another", "two", "three", "second", "new", "next", "first") for word in plain)
        status = self._status(first, last, entry)
        fresh = fresh or bool(re.search(r"\b[Aa]mong\sthe\s$", self._left(first)))
        if entry.label in ("life.die", "life.injure") and not noun and earlier:  # a victim told by name has an event of their own
            subject = self.participants.subject(first, page.sentences[here][0])
            victim = self.entities.resolve(subject) if subject else None
            fresh = fresh or bool(victim and victim[0].named and victim[0].kind == "person")
        # The latest first, but one told by the same word before others.
        for event in sorted(earlier, key=lambda e: (e.entry.lemma == entry.lemma, e.mentions[0]), reverse=True):
            if fresh:
                break
            same_sentence = page.sentence(event.mentions[-1][0]) == here
            mixed = noun != (event.entry.part == "n")
            if (
                (definite and not tokens[first].low.endswith("s"))
                or (same_sentence and (mixed or (noun and event.entry.lemma == entry.lemma)))
                or (
                    _kin(entry.lemma, event.entry.lemma)
                    and (entry.label not in _REPEATED or entry.lemma in _KIN[1])
                    and (noun or (entry.label != "contact.meet" and status == event.status))
                )
                or entry.label in _ONCE
                or (entry.label in _SINGLE and entry.lemma == event.entry.lemma and here - page.sentence(event.mentions[-1][0]) <= 6)
            ):
                event.mentions.append(span)
                if not event.participants:
                    event.participants = self.participants.find(first, last, entry)
                if event.time is None:
                    event.time = self._time(span, event.status)
                return
        event = Event(entry.label, entry, [span], status)
        self.events.append(event)
        event.participants = self.participants.find(first, last, entry)
        event.time = self._time(span, status)

    # status and time

    def _status(self, first: int, last: int, entry: Entry) -> str:
        text, span = self.page.text, (self.page.tokens[first].start, self.page.tokens[last].end)
        start, end = self.page.sentences[self.page.sentence(span[0])]
        left, right = self._left(first), text[span[1] : end]
        short = " ".join(left.split()[-9:]) + " " if left.strip() else ""
        condition = re.search(r"\b(?:if|unless|in\scase|whether)\s(?:\S+\s){0,8}$", left, re.IGNORECASE)
        noun = entry.part == "n"
        if _AVERTED_BEFORE.search(short) or _AVERTED_AFTER.match(right):
            return "averted"
        if re.search(r"\b(?:denied|denies|deny|denying)\s(?:\S+\s){0,8}$", left):
            return "denied"
        if _ALLEGED.search(short):
            return "alleged"
        if condition or _HYPOTHETICAL.search(short):
            return "hypothetical"
        if _PLANNED.search(short) or (noun and (_PLANNED_NOUN.search(short) or _PLANNED_AFTER.match(right))):
            return "hypothetical" if re.search(r"\bif\b|\bunless\b", text[start:end]) else "planned"
        if _WOULD.search(short):
            # "said it would close" looks ahead from the past; without a report it is what might have been.
            return (
                "planned"
                if re.search(r"\b(?:said|told|announced|promised|confirmed|added)\b", text[start : span[0]]) and "have " not in short[-12:]
                else "hypothetical"
            )
        if (
            entry.tag == "ing" and re.search(r"(?:\b(?:is|are|am|has\sbeen|have\sbeen)|['’]re|['’]s)\s(?:\w+ly\s|still\s|now\s|currently\s|also\s)?$", short)
        ) or (noun and _ONGOING_AFTER.match(right)):
            return "ongoing"
        if (noun and re.search(r"\bunder\s(?:\w+\s)?$", short)) or (entry.tag == "ed" and re.search(r"\b(?:is|are)\sbeing\s$", short)):
            return "ongoing"
        return "happened"

    def _time(self, span: Span, status: str) -> dict[str, Any] | None:
        """The date of the trigger's clause that dates no act of saying and stands nearest, behind the trigger first."""
        text = self.page.text
        start, end = self.page.sentences[self.page.sentence(span[0])]
        best: tuple[int, Span] | None = None
        for s, e in self.page.dates:
            if not start <= s < end:
                continue
            lead = text[max(start, s - 25) : s]
            if re.search(r"\b(?:said|says|told\s\w+|announced|reported|added|statement|confirmed)\s(?:late\s|early\s)?(?:on\s|in\s)?$", lead):
                continue
            between = text[span[1] : s] if s >= span[1] else text[e : span[0]]
            if (
                len(between) > 90
                or ";" in between
                or re.search(r",\s(?:who|which|but|while|after|when|and)\s|\s(?:after|since|before|when|said|that|who|which)\s", between)
            ):
                continue
            distance = len(between) + (0 if s >= span[1] else 15 if s - start < 4 else 40)
            if best is None or distance < best[0]:
                best = distance, (s, e)
        if best is None:
            return None
        expression = text[slice(*best[1])]
        ahead = re.search(r"\b(?:planned|scheduled|due|set|expected|called)\s(?:for|on)\s$", text[: best[1][0]][-20:])
        value = resolve_date(expression, self.published, status in ("planned", "hypothetical") or bool(ahead))
        lead = text[max(0, best[1][0] - 8) : best[1][0]].lower()
        if value and "/" not in value and re.search(r"\b(?:since|from)\s$", lead):
            value += "/.."
        elif value and "/" not in value and re.search(r"\b(?:until|by|till)\s$", lead):
            value = "../" + value
        begin = best[1][0] + (4 if expression.lower().startswith("the ") else 0)
        return {"span": (begin, best[1][1]), "value": value} if value else None


def find_events(page: Page, entities: Entities, published: str, sport: bool = False, claims: Sequence[dict[str, Any]] = ()) -> list[dict[str, Any]]:
    """The events of a page; spans are offset pairs, participants name entities by id. ``claims`` tell who "we" is."""
    return EventFinder(page, entities, datetime.date.fromisoformat(published[:10]), sport, claims).find()


def link_figures(page: Page, events: list[dict[str, Any]], figures: list[dict[str, Any]]) -> None:
    """Ties each figure to the event whose trigger stands nearest in its clause, the one behind it first ("12 people died")."""
    for figure in figures:
        if figure["kind"] in ("age", "rank"):
            continue
        start, end = figure["span"]
        best: tuple[int, str] | None = None
        for event in events:
            for s, e in event["mentions"]:
                between = page.text[end:s] if s >= end else page.text[e:start]
                if len(between) > 45 or re.search(r"[,;.:\n\"“”]|\b(?:and|that|said|who|which)\b", between) or page.sentence(s) != page.sentence(start):
                    continue
                distance = len(between) + (5 if s < start else 0)
                if best is None or distance < best[0]:
                    best = distance, event["id"]
        figure["event"] = best[1] if best else None
