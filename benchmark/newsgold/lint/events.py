"""Rules on events."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator

from newsgold.issues import shown
from newsgold.lint.dates import values, weekday_of
from newsgold.lint.page import ARTICLES, AUXILIARIES, Hit, Page, Place, place_of, rule
from newsgold.normalize import edtf_interval
from newsgold.records import Event

LIGHT = frozenset(
    "held hold holds holding carried carry carrying made make making took take takes taking suffered suffer staged stage gave give giving began begin begun begins "
    "ended end ends started sparked led won caused conducted launched".split()
)


def _trigger(page: Page, event: Event) -> Place:
    return place_of(event.mentions[0])


def _words(page: Page, event: Event) -> str:
    return page.text[event.mentions[0].start : event.mentions[0].end]


@rule("trigger-edge", "events", "a trigger that begins with an article, an auxiliary or a negation")
def trigger_edge(page: Page) -> Iterator[Hit]:
    for index, event in enumerate(page.article.events):
        for place, mention in enumerate(event.mentions):
            words = page.text[mention.start : mention.end].split()
            named = len(words) > 1 and words[1][:1].isupper()
            first = words[0].casefold()
            if len(words) > 1 and (first in AUXILIARIES or first in ("not", "to", "his", "her", "their", "its") or (first in ARTICLES and not named)):
                yield Hit(
                    place_of(mention),
                    f"the trigger {shown(' '.join(words))} of {event.id} begins with {shown(words[0])}",
                    "the smallest words that name the type (4.2)",
                    ("events", index, "mentions", place),
                )


@rule("trigger-light-verb", "events", "a light verb, phase verb or verb of cause as trigger, with its noun beside it")
def trigger_light_verb(page: Page) -> Iterator[Hit]:
    for index, event in enumerate(page.article.events):
        for place, mention in enumerate(event.mentions):
            word = page.text[mention.start : mention.end].casefold()
            if word in ("held", "hold", "holds", "holding", "carried", "staged", "suffered", "conducted", "sparked", "caused") or word == "carried out":
                yield Hit(
                    place_of(mention),
                    f"the trigger {page.show(place_of(mention))} of {event.id} is a light verb",
                    "the noun that it carries (4.2)",
                    ("events", index, "mentions", place),
                )


@rule("trigger-twice", "events", "one word that triggers two events")
def trigger_twice(page: Page) -> Iterator[Hit]:
    seen: dict[Place, str] = {}
    for index, event in enumerate(page.article.events):
        for place, mention in enumerate(event.mentions):
            spot = place_of(mention)
            if spot in seen and seen[spot] != event.id:
                yield Hit(spot, f"{page.show(spot)} triggers {seen[spot]} and {event.id}", "one event a word (4.2)", ("events", index, "mentions", place))
            seen.setdefault(spot, event.id)


@rule("trigger-order", "events", "mentions behind the first that are not in text order")
def trigger_order(page: Page) -> Iterator[Hit]:
    for index, event in enumerate(page.article.events):
        starts = [mention.start for mention in event.mentions[1:]]
        if starts != sorted(starts):
            yield Hit(
                _trigger(page, event),
                f"the mentions of {event.id} ({', '.join(page.text[m.start : m.end] for m in event.mentions)})",
                "the clearest first, the rest in text order (4.2)",
                ("events", index, "mentions"),
            )


@rule("participant-sentence", "events", "a participant's mention in a sentence without a trigger of the event")
def participant_sentence(page: Page) -> Iterator[Hit]:
    for index, event in enumerate(page.article.events):
        for place, part in enumerate(event.participants):
            if part.mention is None or any(page.same_sentence(part.mention.start, mention.start) for mention in event.mentions):
                continue
            spot = place_of(part.mention)
            yield Hit(
                spot,
                f"{part.role} {part.entity} of {event.id} ({shown(_words(page, event))}) is {page.show(spot)}, where no trigger of it stands",
                "a mention in a sentence with a trigger (4.5), or no participant",
                ("events", index, "participants", place),
            )


@rule("participant-roles", "events", "an entity with two roles in one event")
def participant_roles(page: Page) -> Iterator[Hit]:
    for index, event in enumerate(page.article.events):
        seen: dict[str, str] = {}
        for place, part in enumerate(event.participants):
            if part.entity in seen and part.mention:
                yield Hit(
                    place_of(part.mention),
                    f"{part.entity} is {seen[part.entity]} and {part.role} of {event.id} ({shown(_words(page, event))})",
                    "one role, unless the text clearly gives two (4.5)",
                    ("events", index, "participants", place),
                )
            seen.setdefault(part.entity, part.role)


@rule("alleged-event", "events", "a participant marked alleged in an event that is alleged as a whole")
def alleged_event(page: Page) -> Iterator[Hit]:
    for index, event in enumerate(page.article.events):
        for place, part in enumerate(event.participants):
            if event.status == "alleged" and part.alleged and part.mention:
                yield Hit(
                    place_of(part.mention),
                    f"{part.entity} is alleged in {event.id}, which is alleged as a whole",
                    "participants not marked there (4.5)",
                    ("events", index, "participants", place),
                )


@rule("status-modal", "events", "an event that happened or goes on, though a modal verb stands before each of its triggers (4.4)")
def status_modal(page: Page) -> Iterator[Hit]:
    for index, event in enumerate(page.article.events):
        if event.status not in ("happened", "ongoing"):
            continue
        modal = [_modal(page, mention.start) for mention in event.mentions]
        if all(modal):
            spot = _trigger(page, event)
            yield Hit(
                spot,
                f"{event.id} has status {event.status}, but {shown(modal[0] or '')} stands before {page.show(spot)}",
                "planned or hypothetical (4.4)",
                ("events", index, "status"),
            )


def _modal(page: Page, start: int) -> str | None:
    before = [word.casefold() for word in page.words_before(start, 3)]
    for word in reversed(before):
        if word in ("will", "would", "could", "may", "might", "should", "must"):
            return word
        if word not in ("be", "have", "been", "not", "also", "then", "only", "soon", "later"):
            return None
    return None


# --- times -------------------------------------------------------------------------------------------------------------------


@rule("time-sentence", "events", "a time span in a sentence without a trigger of the event")
def time_sentence(page: Page) -> Iterator[Hit]:
    for index, event in enumerate(page.article.events):
        if event.time is None or event.time.span is None:
            continue
        spot = place_of(event.time.span)
        if not any(page.same_sentence(spot[0], mention.start) for mention in event.mentions):
            yield Hit(
                spot,
                f"the time {page.show(spot)} of {event.id} ({shown(_words(page, event))}) stands where no trigger of it does",
                "date words from a sentence with a trigger (4.5)",
                ("events", index, "time"),
            )


@rule("time-edge", "events", "a time span that takes in a preposition or a clock time")
def time_edge(page: Page) -> Iterator[Hit]:
    for index, event in enumerate(page.article.events):
        if event.time is None or event.time.span is None:
            continue
        printed = page.text[event.time.span.start : event.time.span.end]
        if re.match(r"(?:on|in|at|by|since|until|from|during|of)\s", printed, re.I) or re.search(r"\d[:.]\d\d|\d\s?[ap]\.?m\b", printed):
            yield Hit(
                place_of(event.time.span),
                f"the time {shown(printed)} of {event.id}",
                "the date words without preposition and clock time (4.5)",
                ("events", index, "time", "span"),
            )


@rule("time-weekday", "events", "a weekday that is not the one of the value")
def time_weekday(page: Page) -> Iterator[Hit]:
    for index, event in enumerate(page.article.events):
        if event.time is None or event.time.span is None or event.time.value is None:
            continue
        printed = page.text[event.time.span.start : event.time.span.end]
        wanted = weekday_of(printed)
        value = event.time.value.strip("./").rstrip("~?%")
        if wanted is None or not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            continue
        date = datetime.date.fromisoformat(value)
        if date.weekday() != wanted:
            yield Hit(
                place_of(event.time.span),
                f"{shown(printed)} of {event.id} is {value}, a {date:%A}",
                f"a {('Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday')[wanted]}",
                ("events", index, "time", "value"),
            )


@rule("time-status", "events", "a time that contradicts the status: happened in the future, planned in the past (4.4, 4.5)")
def time_status(page: Page) -> Iterator[Hit]:
    today = edtf_interval(page.article.published)
    for index, event in enumerate(page.article.events):
        interval = edtf_interval(event.time.value) if event.time and event.time.value else None
        if event.time is None or interval is None or today is None:
            continue
        spot = place_of(event.time.span) if event.time.span else _trigger(page, event)
        path = ("events", index, "time", "value")
        told = f"{event.id} ({shown(_words(page, event))}) has status {event.status} and time {event.time.value}, published {page.article.published}"
        if event.status == "happened" and interval[0] > today[1]:
            yield Hit(spot, told, "a time up to publication, or another status", path)
        elif event.status == "planned" and interval[1] < today[0]:
            yield Hit(spot, told, "a time from publication on, or another status", path)
        elif event.status == "ongoing" and (
            (interval[0] > today[1] and event.type != "justice.trial") or (interval[1] < today[0] and "/" in (event.time.value or ""))
        ):
            yield Hit(spot, told, "a time that reaches publication, or another status", path)


@rule("time-value", "events", "a value other than the table of 4.5 gives for the printed words")
def time_value(page: Page) -> Iterator[Hit]:
    try:
        published = datetime.date.fromisoformat(page.article.published)
    except ValueError:
        return
    for index, event in enumerate(page.article.events):
        if event.time is None or event.time.span is None or event.time.value is None:
            continue
        printed = page.text[event.time.span.start : event.time.span.end]
        sides = {"happened": (True,), "ongoing": (True,), "planned": (False,), "hypothetical": (False, True)}.get(event.status or "", (True, False))
        expected = [value for past in sides if (value := values(printed, published, past)) is not None]
        before = [word.casefold() for word in page.words_before(event.time.span.start, 2)]
        if not expected:
            continue
        if before[-1:] in (["since"], ["from"]):
            expected = [f"{value.split('/')[0]}/.." for value in expected] + (expected if before[-1:] == ["from"] or event.status == "happened" else [])
        elif before[-1:] in (["until"], ["by"], ["before"]):
            expected = [f"../{value.split('/')[-1]}" for value in expected]
        elif before[-1:] in (["early"], ["mid"], ["late"], ["around"], ["about"], ["after"], ["between"], ["to"], ["and"], ["week"]) or before in (
            ["the", "end"],
            ["end", "of"],
            ["beginning", "of"],
        ):
            continue
        if event.status == "planned" and event.time.value == values(printed, published, True):
            continue  # a plan whose date has passed: time-status tells of it
        if event.time.value not in expected:
            yield Hit(
                place_of(event.time.span),
                f"{page.show(place_of(event.time.span))} of {event.id} ({event.status}) is {event.time.value}, published {published:%A} {published}",
                f"{' or '.join(dict.fromkeys(expected))} (4.5)",
                ("events", index, "time", "value"),
            )
