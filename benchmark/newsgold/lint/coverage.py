"""Rules on what the text has and no record covers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from newsgold.issues import shown
from newsgold.lint.lexicon import lexicon
from newsgold.lint.numbers import ONES, occurrences
from newsgold.lint.page import AUXILIARIES, FUNCTION_WORDS, MONTHS, WEEKDAYS, Cover, Hit, Page, Place, inside, place_of, rule
from newsgold.normalize import NAME_TITLES
from newsgold.records import Entity

_WHOLE_CLAUSE: Final = 4
"""Words from which a quotation is taken for a clause (guidelines 3.1: fewer are scare quotes or titles)."""


@rule("quotation-uncovered", "text", "a quotation of a whole clause that no claim's content covers")
def quotation_uncovered(page: Page) -> Iterator[Hit]:
    for quote in page.quotations:
        covered = page.text[quote.start : quote.end]
        words = covered.split()
        if len(words) < _WHOLE_CLAUSE or page.content.touches(quote.place):
            continue
        if all(word[0].isupper() or word.casefold() in FUNCTION_WORDS for word in words if word[0].isalpha()):
            continue  # the title of a book or a song
        yield Hit(quote.place, f"no claim covers the quotation {page.show(quote.place, 12)}", "a claim with these words as content (3.1), or part of one")


@rule("quotation-partly-covered", "text", "words of a quotation that stand outside the content of the claims that cover the rest")
def quotation_partly_covered(page: Page) -> Iterator[Hit]:
    for quote in page.quotations:
        if len(page.text[quote.start : quote.end].split()) < _WHOLE_CLAUSE or not page.content.touches(quote.place):
            continue
        gap: list[Place] = []
        for _, start, end in [word for word in page.words if inside((word[1], word[2]), quote.place)]:
            if page.content.touches((start, end)):
                yield from _gap(page, gap)
                gap = []
            else:
                gap.append((start, end))
        yield from _gap(page, gap)


def _gap(page: Page, gap: list[Place]) -> Iterator[Hit]:
    if len(gap) >= 3:
        place = gap[0][0], gap[-1][1]
        yield Hit(place, f"inside a quotation {page.show(place, 12)} belongs to no claim", "the content to reach over the whole quotation (3.2)")


@rule("number-uncovered", "text", "a number that counts or measures (5.1) and that no figure covers")
def number_uncovered(page: Page) -> Iterator[Hit]:
    figures = Cover(place_of(figure.span) for figure in page.article.figures)
    last: Place | None = None
    for place in occurrences(page):
        if figures.touches(place):
            continue
        if last and page.text[last[1] : place[0]].strip(" -\u00a0") == "":
            last = place  # "two million" is told once
            continue
        last = place
        yield Hit(place, f"no figure covers {page.show(place)}", "a figure (5.1), or a reason why it is none")


# --- cues ---------------------------------------------------------------------------------------------------------------


def _words_in(page: Page, forms: Mapping[str, object] | frozenset[str]) -> Iterator[Place]:
    """Where entries of a word list stand in the text, longer ones first, none inside another."""
    longest = max((len(form.split()) for form in forms), default=1)
    words = page.words
    index = 0
    while index < len(words):
        for size in range(min(longest, len(words) - index), 0, -1):
            start, end = words[index][1], words[index + size - 1][2]
            if page.text[start:end].casefold() in forms:
                yield start, end
                index += size
                break
        else:
            index += 1


_BASE: Final = frozenset("say tell state announce confirm deny admit warn claim insist argue explain acknowledge declare predict forecast accuse urge promise vow pledge criticise criticize "
    "condemn praise demand recommend propose request stress emphasise emphasize conclude reiterate recall complain apologise apologize "
    "states claims demands requests promises forecasts".split())  # fmt: skip
"""Forms that may be nouns or infinitives."""
_SUBJECTS: Final = frozenset("they we who i people residents officials workers traders farmers police both all many some others".split())


@rule("cue-uncovered", "text", "a word of saying that is no claim's cue")
def cue_uncovered(page: Page) -> Iterator[Hit]:
    words = lexicon()
    cues = Cover(place_of(claim.cue) for claim in page.article.claims if claim.cue)
    mentions = Cover(place_of(mention) for event in page.article.events for mention in event.mentions)
    roles = Cover(place_of(entity.role) for entity in page.article.entities if entity.role)
    for place in _words_in(page, words.cues):
        if cues.touches(place) or page.names.touches(place) or mentions.touches(place) or roles.touches(place):
            continue
        low = page.text[place[0] : place[1]].casefold()
        before = [word.casefold().replace("’", "'") for word in page.words_before(place[0], 3)]
        if page.text[place[0]].isupper() and low not in ("according to", "reportedly") and page.sentence(place[0])[0] != place[0]:
            continue  # part of a name
        if _no_content(page, place, low, before):
            continue
        yield Hit(place, f"no claim has the cue {page.show(place)}", "a claim with it (3.1), or a reason why it is none")


def _no_content(page: Page, place: Place, low: str, before: list[str]) -> bool:
    """Whether the words around a cue show that nothing is stated by it, or that it is a noun or an adjective."""
    last = before[-1] if before else ""
    after = page.word_after(place[1]).casefold()
    low_, high = page.sentence(place[0])
    if page.text[low_:high].rstrip(" \n\"”’'").endswith("?") and not page.content.touches(place):
        return True  # a question is no claim (3.1)
    if (
        "nobody" in before
        or "nobody's" in before
        or (low == "claims" and last in ONES)
        or (low == "claimed" and re.match(r" it[.,]", page.text[place[1] : place[1] + 4]))
    ):
        return True
    if last in lexicon().no_cue_before or " ".join(before[-2:]) in lexicon().no_cue_before:
        return True
    if last in (
        "will",
        "would",
        "can",
        "could",
        "may",
        "might",
        "must",
        "should",
        "cannot",
        "can't",
        "did",
        "do",
        "does",
        "don't",
        "let",
        "please",
        "nobody",
        "newly",
    ):
        return True  # not said yet, or not at all
    if (
        low in _BASE
        and last not in _SUBJECTS
        and not (low.endswith("s") and after == "that")
        and not (low in ("say", "deny", "insist") and re.search(r"[^s]s$|police$", last))
    ):
        return True  # a noun, or an infinitive
    if low in ("asked", "asks", "asking"):
        behind = page.text[place[1] : place[1] + 60]
        named = re.match(r"\s(?:not to be (?:named|identified)|that (?:\w+\s){0,3}not be (?:named|identified))", behind)
        return bool(named) or not re.match(
            r"[ ](?:(?!whether|about|if|how|why|what|when|who|by|in|at|on|and)[\w’'-]+[ ]){0,4}?(?:not[ ])?(?:to|that|for)\b", behind
        )
    if low in ("answered", "answers", "rejected", "rejects", "reported") and (
        last in AUXILIARIES or last in ("and", "or") or after in ("", "to", "by", "in", "at", "on", "from", "for", "questions")
    ):
        return True
    if low in ("added", "adding") and not re.match(r"[ ](?:that|the|a|he|she|it|they|there|[\"“‘'])|[:,.]", page.text[place[1] : place[1] + 6]):
        return True
    if (
        (after == "by" and last not in AUXILIARIES and low.endswith("ed"))
        or last in ("been", "being")
        or (low == "accused" and (last in ONES or last == "co" or after in ("", "were", "was", "are", "is", "had", "has")))
    ):
        return True
    # "We predict", "members are requested" in a speaker's own words: the act of the moment, not a report of one (3.4, ruling 148).
    performing = last in ("i", "we") or (last in ("are", "is") and low in ("urged", "requested", "asked", "advised", "reminded"))
    return performing and page.content.holds(place)


# --- events -----------------------------------------------------------------------------------------------------------------


@rule("trigger-uncovered", "text", "a word that names an event of a type of 4.6 and is no event's mention")
def trigger_uncovered(page: Page) -> Iterator[Hit]:
    words = lexicon()
    forms = words.triggers | words.sport if page.sport else words.triggers
    triggers = Cover(place_of(mention) for event in page.article.events for mention in event.mentions)
    cues = Cover(place_of(claim.cue) for claim in page.article.claims if claim.cue)
    roles = Cover(place_of(entity.role) for entity in page.article.entities if entity.role)
    known: dict[str, str] = {}
    for event in page.article.events:
        for mention in event.mentions:
            known.setdefault(page.text[mention.start : mention.end].casefold(), event.id)
    law = re.search(r"\b(?:courts?|police|prosecut\w+|magistrates?|judges?|tribunal|regulator|coroner|inquest)\b", page.text, re.I) is not None
    for place in _words_in(page, forms):
        if triggers.touches(place) or cues.touches(place) or page.names.touches(place) or roles.touches(place):
            continue
        printed = page.text[place[0] : place[1]]
        low = printed.casefold()
        before = page.words_before(place[0], 3)
        after = page.word_after(place[1])
        storm = low in ("hurricane", "cyclone", "typhoon") and after[:1].isupper()
        opens = page.sentence(place[0])[0] == place[0] or page.text[place[0] - 1] in "\"“‘'"
        if printed[0].isupper() and not opens and not storm:
            continue  # part of a name; but a named storm is a trigger (4.2)
        if after.casefold() in words.heads or page.text[place[1] : place[1] + 1] in ("-", "‑") or page.text[place[0] - 1 : place[0]] in ("-", "‑"):
            continue  # a modifier: "strike committee" (4.1 d)
        if page.text[place[1] : place[1] + 1] == " " and triggers.touches((place[1] + 1, place[1] + 2)):
            continue  # "protest [meeting]", "peace [talks]": the next word is the trigger
        lowered = [word.casefold().replace("’", "'").lstrip("'") for word in before]
        if _negated(lowered) or _other_sense(low, lowered, after.casefold(), page.text[page.sentence(place[0])[0] : place[0]], law=law):
            continue
        types = words.triggers.get(low) or words.sport.get(low, ())
        hint = f"; the same word triggers {known[low]}" if low in known else ""
        yield Hit(
            place, f"no event has the trigger {page.show(place)}{hint}", f"an event ({' or '.join(types)}) or a mention of one, or a ruling why it is none"
        )


def _negated(before: list[str]) -> bool:
    """Whether the words before say that there was none: 4.4, first row."""
    return (
        bool({"no", "nobody", "without", "never"} & set(before))
        or before[-1:] in (["not"], ["yet"])
        or before[-2:] == ["not", "been"]
        or before[-1:] == ["n't"]
    )


# A form to what stands before or behind it in another sense; "?" before a list: the sense is only this one.
_BEFORE: Final[dict[str, str]] = {
    "fine": "is are be was were very a", "dead": "the", "fall": "last this next early late in the", "charge": "in took take takes free without",
    "match": "to that", "appointment": "an kept by", "hearing": "is are were was only 're we're been", "building": "the a its their own club school main depot new old this that each every of",
    "rising": "before", "ruling": "the", "meet": "to not will would", "met": "been were be have", "dropped": "been", "drop": "to", "surge": "to", "grown": "a", "launch": "to", "score": "the a final",
}  # fmt: skip
_BEHIND: Final[dict[str, str]] = {
    "fire": "brigade brigades service services station engine engines chief department extinguisher extinguishers safety hydrant hydrants truck trucks exit door doors",
    "finds": "that itself himself herself themselves", "fall": "short into under within", "fell": "short", "falls": "short under within on", "dead": "end line sea", "surrender": "his her its their",
    "surrendered": "his her its their", "final": "score whistle minutes minute say decision result stage round day", "goal": "difference kick is", "match": "winner report sheet", "ruled": "out that",
    "ruling": "party coalition out", "war": "memorial museum", "drop": "in off", "dropped": "a the its out from charges", "meets": "the", "met": "the its", "meet": "the its their demand standards",
    "rose": "from bush bushes garden", "opened": "up", "fine": "weather art", "building": "was is has had", "score": "was of",
}  # fmt: skip


def _other_sense(low: str, before: list[str], after: str, sentence: str, *, law: bool) -> bool:
    """Whether the words around a form show another sense than the event's; ``law`` tells whether the article speaks of courts or police."""
    last = before[-1] if before else ""
    if last in _BEFORE.get(low, "").split() or after in _BEHIND.get(low, "").split():
        return True
    if low.endswith("ing") and (
        after in ("districts", "season", "number", "numbers", "demand", "pressure", "concern", "list")
        or (low in ("growing", "rising", "falling") and last in ("the", "a"))
    ):
        return True  # an adjective
    if last in ("newly", "locally", "mostly"):
        return True
    if low == "acquired" and after in ("in", "outside", "abroad", "from", "immunity", "taste"):
        return True  # an infection, a habit
    if low in ("fraud", "theft", "robbery", "burglary", "smuggling", "embezzlement", "bribery", "extortion", "forgery", "murder") and re.search(
        r"\b(?:charged|charges?|counts?|indicted|accused|convicted|guilty)\b", sentence
    ):
        return True  # named in a charge: ruling 78
    if low in ("found", "find", "finds"):
        return low != "found" or last not in ("was", "were", "been", "police", "officers", "investigators")
    if low in ("charge", "charges", "charged", "fine", "fines", "fined", "trial", "trials", "hearing", "hearings", "sentence", "sentences") and not law:
        return True  # a fee, a clinical trial
    if low in ("vote", "votes") and (re.search(r"\d\s$|\d votes to $", sentence[-8:]) or last in ONES):
        return True  # counted, not held
    if low in ("rose", "risen", "rise", "rises", "rising", "increased") and re.search(r"\btoll\b", sentence):
        return True  # ruling 62
    if low == "fire" and (last in ("to", "under", "opened", "open", "opening", "on", "set", "setting", "caught", "catch") or before[-2:] == ["set", "it"]):
        return True
    return low == "building" and last not in ("started", "began", "begun", "finish", "finished")


# --- names and nominals -------------------------------------------------------------------------------------------------------


def _finds(text: str, string: str) -> Iterator[Place]:
    """Where ``string`` stands as words of its own; a hyphen makes a longer word, a possessive does not."""
    at = text.find(string)
    while at != -1:
        end = at + len(string)
        before, after = text[at - 1 : at], text[end : end + 1]
        if not (before.isalnum() or (before in ("-", "‑", "_") and before)) and not (after.isalnum() or (after in ("-", "‑", "_") and after)):
            yield at, end
        at = text.find(string, at + 1)


@rule("name-uncovered", "text", "a name of an annotated entity that is no mention here")
def name_uncovered(page: Page) -> Iterator[Hit]:
    aliases: dict[str, list[Entity]] = {}
    for entity in page.article.entities:
        for mention in entity.mentions:
            if mention.form == "name":
                alias = page.text[mention.start : mention.end]
                if entity not in aliases.setdefault(alias, []):
                    aliases[alias].append(entity)
    told: list[Place] = []
    for alias in sorted(aliases, key=lambda name: (-len(name), name)):
        for place in _finds(page.text, alias):
            if page.names.touches(place) or place in page.mentions or any(inside(place, other) for other in told):
                continue
            if _longer_name(page, place):
                continue
            told.append(place)
            held = " or ".join(f"{entity.id} ({entity.kind})" for entity in aliases[alias])
            yield Hit(place, f"{page.show(place)} is no mention, though it is a name of {held}", "a mention: every name of an annotated entity is listed (2)")


def _longer_name(page: Page, place: Place) -> bool:
    """Whether a name stands inside a longer one ("Bank of Ghana"), which is no mention of it."""
    start, end = place
    match = re.match(r"[ \u00a0](?:of |and |de |da |for |the )?([A-Z\u00c0-\u00de][\w’'-]*)", page.text[end : end + 30])
    if re.match(r"[ \u00a0](?:family|families|brothers|sisters|dynasty)\b", page.text[end : end + 12]):
        return True  # the family is another entity
    if match and match[1].casefold() not in WEEKDAYS and match[1].casefold() not in MONTHS:
        return True
    before = page.words_before(start, 2)
    if not before:
        return False
    last = before[-1]
    titles = NAME_TITLES["en"]
    if last[:1].isupper() and last.casefold().strip(".") not in titles and last.casefold() not in FUNCTION_WORDS and last.casefold() not in WEEKDAYS:
        # A word with a capital right before it: a longer name, unless it opens the sentence or is an office ("President", "Police").
        return page.sentence(start)[0] != start - len(last) - 1
    return (
        last.casefold() in ("of", "de", "and", "for", "the")
        and len(before) > 1
        and before[-2][:1].isupper()
        and before[-2].casefold() not in FUNCTION_WORDS
        and page.sentence(start)[0] != start - len(last) - len(before[-2]) - 2
    )


@rule("nominal-uncovered", "text", "a definite nominal of an annotated entity that recurs and is no mention here")
def nominal_uncovered(page: Page) -> Iterator[Hit]:
    held: dict[str, list[Entity]] = {}
    every = set(page.mentions)
    triggers = Cover(place_of(mention) for event in page.article.events for mention in event.mentions)
    for entity in page.article.entities:
        for mention in entity.mentions:
            printed = page.text[mention.start : mention.end]
            if mention.form != "nominal":
                continue
            words = printed.split()
            definite = words[0].casefold() in ("the", "both", "this", "our", "my") or (len(words) <= 2 and entity.kind == "organization")
            if (definite and len(words) > 1) or printed.casefold() in ("police", "parliament"):
                key = printed[0].lower() + printed[1:]
                if entity not in held.setdefault(key, []):
                    held[key].append(entity)
    for nominal in sorted(held, key=lambda text: (-len(text), text)):
        for place in sorted({*_finds(page.text, nominal), *_finds(page.text, nominal[0].upper() + nominal[1:])}):
            if place in every or not _ends_phrase(page, place[1]):
                continue
            outer = [other for other in every if inside(place, other) and (other[0] == place[0] or page.text[other[0] : place[0]].casefold() in ("the ", "a "))]
            if outer or page.names.holds(place) or triggers.touches(place):
                continue
            behind = re.match(r",? ", page.text[place[1] : place[1] + 2])
            beside = {
                other.id for spot, held_ in page.mentions.items() if behind and spot[0] == place[1] + behind.end() for other, form in held_ if form == "name"
            }
            if beside & {entity.id for entity in held[nominal]}:
                continue  # an apposition beside a name is no mention
            names = " or ".join(f"{entity.id} ({shown(entity.name or '', 30)})" for entity in held[nominal])
            yield Hit(
                place,
                f"{page.show(place)} is no mention, though the same words are one of {names}",
                "a mention: every nominal is listed (2), or another referent",
            )


def _ends_phrase(page: Page, end: int) -> bool:
    """Whether a noun phrase ends here: a sign, a function word or a verb form follows, not another noun."""
    match = re.match(r"[ \u00a0]([\w’'-]+)", page.text[end : end + 30])
    if match is None:
        return page.text[end : end + 1] not in "-‑"
    after = match[1].casefold()
    if after in ("of", "for"):
        return False
    # "the board thanks all": a verb, where "the school closures in" is a noun.
    verb = after.endswith("s") and re.match(
        r"[ \u00a0](?:the|a|an|its|his|her|their|that|all|it|no|any|this|to be)\b", page.text[end + match.end() : end + match.end() + 8]
    )
    return (
        after in FUNCTION_WORDS
        or after == "cannot"
        or bool(verb)
        or after in ("said", "says", "told", "added", "began", "met", "took", "gave", "made", "left", "held", "went")
        or after.endswith(("ed", "ly"))
    )


@rule("name-nobody", "text", "a name that acts or speaks by the words beside it and is nobody's mention")
def name_nobody(page: Page) -> Iterator[Hit]:
    verbs = {mention.start: event.id for event in page.article.events for mention in event.mentions}
    cues = {claim.cue.start: claim.id for claim in page.article.claims if claim.cue and claim.source is None}
    every = Cover(page.mentions)
    for match in re.finditer(r"(?<![\w’'-])[A-Z\u00c0-\u00de][\w’'-]+(?:[ \u00a0](?:of |de |da |al-)?[A-Z\u00c0-\u00de][\w’'-]+)+", page.text):
        place = match.span()
        if every.touches(place) or any(word.casefold() in WEEKDAYS or word.casefold() in MONTHS for word in match[0].split()):
            continue
        behind = re.match(r"[ \u00a0](?:(?:has|have|had|was|were|is|are|will|would|also|later|not|been|never)[ \u00a0])*", page.text[place[1] : place[1] + 40])
        record = behind and (verbs.get(place[1] + behind.end()) or ("been" not in behind[0] and cues.get(place[1] + behind.end())))
        if record:
            yield Hit(
                place,
                f"the name {page.show(place)} stands right before the words of {record} and is nobody's mention",
                "an entity and its part in it, or a reason why it has none",
            )


@rule("date-uncovered", "text", "a date beside the only trigger of a sentence without attribution, while the event has no time")
def date_uncovered(page: Page) -> Iterator[Hit]:
    dates = re.compile(
        rf"\b(?:(?:{'|'.join(name.title() for name in WEEKDAYS)})\b|(?:\d{{1,2}}\s)?(?:{'|'.join(name.title() for name in MONTHS if len(name) > 3)})\b(?:\s\d{{1,2}}\b)?|yesterday\b|today\b|last (?:week|month|year)\b)"
    )
    spans = Cover(place_of(event.time.span) for event in page.article.events if event.time and event.time.span)
    for low, high in page.sentences:
        inside_ = [event for event in page.article.events if any(low <= mention.start < high for mention in event.mentions)]
        if len(inside_) != 1 or inside_[0].time is not None:
            continue
        if re.search(
            r"\b(?:until|since|by|before|after)\s(?:\w+\s)?$",
            page.text[low : max(low, (found[0].start() if (found := list(dates.finditer(page.text, low, high))) else low))],
        ):
            continue
        if any(claim.cue and low <= claim.cue.start < high for claim in page.article.claims) or page.content.touches((low, high)):
            continue
        for match in dates.finditer(page.text, low, high):
            if not spans.touches(match.span()) and not page.names.touches(match.span()):
                yield Hit(
                    match.span(),
                    f"the date {page.show(match.span())} stands in the sentence of {inside_[0].id} ({inside_[0].type}), which has no time",
                    "it as the event's time (4.5), or a reason why it dates something else",
                )
                break
