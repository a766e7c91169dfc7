"""Date words and the EDTF values that the table of guidelines 4.5 gives them."""

from __future__ import annotations

import calendar
import datetime
import re
from typing import Final

from newsgold.lint.page import MONTHS, WEEKDAYS

_MONTH: Final = "(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\b\.?"
_DAY: Final = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_WEEKDAY: Final = "(?:" + "|".join(WEEKDAYS) + ")"
_MONTH_DAY: Final = re.compile(
    rf"(?P<month>{_MONTH})\s(?:the\s)?{_DAY}(?!\d)(?:,?\s(?P<year>\d{{4}}))?|{_DAY.replace('day>', 'day2>')}\s(?:of\s)?(?P<month2>{_MONTH})(?:,?\s(?P<year2>\d{{4}}))?"
)


def _around(month: int, published: datetime.date, past: bool, day: int | None = None) -> int:
    """The year that brings a month, or a day of it, next to ``published`` on the side asked for."""
    mine, there = (month, day or 0), (published.month, published.day if day else 0)
    if past:
        return published.year if mine <= there else published.year - 1
    return published.year if mine >= there else published.year + 1


def values(words: str, published: datetime.date, past: bool) -> str | None:
    """The EDTF value of date words by the table of 4.5, or ``None`` where the words are not among those this function reads.

    Args:
        words: the time span as printed.
        published: the article's date.
        past: whether the event looks back (happened, ongoing) or forward.
    """
    plain = re.sub(r"\s+", " ", words.casefold().replace("’", "'")).strip()
    day = datetime.timedelta(days=1)
    if re.fullmatch(r"today|this (?:morning|afternoon|evening)|tonight", plain):
        return published.isoformat()
    if re.fullmatch(r"yesterday(?: (?:morning|afternoon|evening|night))?|last night", plain):
        return (published - day).isoformat()
    if re.fullmatch(r"tomorrow(?: (?:morning|afternoon|evening|night))?", plain):
        return (published + day).isoformat()
    monday = published - published.weekday() * day
    if match := re.fullmatch(r"(this|last|next) week", plain):
        first = monday + {"this": 0, "last": -7, "next": 7}[match[1]] * day
        return f"{first}/{first + 6 * day}"
    if match := re.fullmatch(r"(last|next) month", plain):
        index = published.year * 12 + published.month - 1 + (1 if match[1] == "next" else -1)
        return f"{index // 12:04d}-{index % 12 + 1:02d}"
    if match := re.fullmatch(r"(last|this|next) year", plain):
        return f"{published.year + {'last': -1, 'this': 0, 'next': 1}[match[1]]:04d}"
    if re.fullmatch(r"(?:the |this |last |next )?weekend", plain):
        saturday = monday + 5 * day
        if (past and plain in ("the weekend", "last weekend") and published.weekday() < 5) or (plain == "last weekend"):
            saturday -= 7 * day
        return None if plain in ("this weekend", "next weekend") else f"{saturday}/{saturday + day}"
    if match := re.fullmatch(rf"(last |next )?({_WEEKDAY})(?: (?:morning|afternoon|evening|night|lunchtime))?", plain):
        wanted = WEEKDAYS[match[2]]
        if match[1] == "last " or (match[1] is None and past):
            back = (published.weekday() - wanted) % 7
            return (published - (back or (7 if match[1] else 0)) * day).isoformat()
        ahead = (wanted - published.weekday()) % 7
        return (published + (ahead or (7 if match[1] else 0)) * day).isoformat()
    dates = list(_MONTH_DAY.finditer(plain))
    if len(dates) == 1:
        match = dates[0]
        rest = (plain[: match.start()] + plain[match.end() :]).strip(" ,")
        if re.fullmatch(rf"(?:{_WEEKDAY})?,?(?: (?:morning|afternoon|evening|night))?", rest.strip()) and not re.match(r"\s?[-–]", plain[match.end() :]):
            month = MONTHS[(match["month"] or match["month2"]).strip(".")]
            number = int(match["day"] or match["day2"])
            given = match["year"] or match["year2"]
            year = int(given) if given else _around(month, published, past, number)
            try:
                return datetime.date(year, month, number).isoformat()
            except ValueError:
                return None
    if match := re.fullmatch(rf"({_MONTH})(?: (\d{{4}}))?", plain):
        month = MONTHS[match[1].strip(".")]
        year = int(match[2]) if match[2] else _around(month, published, past)
        return f"{year:04d}-{month:02d}"
    if match := re.fullmatch(rf"(?:the )?(early|mid|late|start of|beginning of|end of)[- ](?:in )?({_MONTH})(?: (\d{{4}}))?", plain):
        month = MONTHS[match[2].strip(".")]
        year = int(match[3]) if match[3] else _around(month, published, past)
        low, high = {"early": (1, 10), "start of": (1, 10), "beginning of": (1, 10), "mid": (11, 20)}.get(match[1], (21, calendar.monthrange(year, month)[1]))
        return f"{year:04d}-{month:02d}-{low:02d}/{year:04d}-{month:02d}-{high:02d}"
    if match := re.fullmatch(r"(early|mid|late)[- ](\d{4})", plain):
        low, high = {"early": (1, 4), "mid": (5, 8), "late": (9, 12)}[match[1]]
        return f"{match[2]}-{low:02d}/{match[2]}-{high:02d}"
    if match := re.fullmatch(r"(earlier|later) this (month|year)", plain):
        if match[1] == "earlier":
            return f"{published.replace(day=1) if match[2] == 'month' else published.replace(month=1, day=1)}/{published}"
        return f"{published}/{published.replace(day=calendar.monthrange(published.year, published.month)[1]) if match[2] == 'month' else published.replace(month=12, day=31)}"
    if match := re.fullmatch(r"(two|three|four|five|six|\d) days ago", plain):
        return (published - (int(match[1]) if match[1].isdigit() else ["two", "three", "four", "five", "six"].index(match[1]) + 2) * day).isoformat()
    if re.fullmatch(r"(?:1\d|20)\d\d", plain):
        return plain
    return None


def weekday_of(words: str) -> int | None:
    """The weekday that date words name, Monday 0, unless they name a date beside it, which wins (4.5)."""
    found = re.findall(rf"\b{_WEEKDAY}\b", words.casefold())
    return WEEKDAYS[found[0]] if len(found) == 1 and not re.search(r"\d", words) else None
