"""What day, month or year a date expression means, as EDTF."""

from __future__ import annotations

import calendar
import datetime
import re

from page import MONTHS

_WEEKDAY_NAMES = [name.lower() for name in calendar.day_name]
_MONTH_NAMES = [name[:3].lower() for name in calendar.month_name[1:]]
_COUNT = {word: n for n, word in enumerate("a one two three four five six seven eight nine ten".split())} | {"a": 1}
_THIRDS = {"early": (1, 10), "mid": (11, 20), "late": (21, 31)}
_SEASONS = {"spring": 21, "summer": 22, "autumn": 23, "winter": 24}


def resolve_date(expression: str, published: datetime.date, future: bool = False) -> str | None:
    """The EDTF value of a date expression as read on ``published``; None if it names no calendar time.

    ``future`` tells which way "Monday" or "March" looks.
    """
    text = " ".join(expression.lower().replace("-", " ").split())
    year = int(m[0]) if (m := re.search(r"\b(?:19|20)\d\d\b(?!s)", text)) else None
    if text in ("today", "tonight") or re.fullmatch(r"this (?:morning|afternoon|evening)", text):
        return published.isoformat()
    if text in ("yesterday", "last night", "tomorrow"):
        return (published + datetime.timedelta(1 if text == "tomorrow" else -1)).isoformat()
    if text == "overnight":
        return f"{published - datetime.timedelta(1)}/{published}"
    if m := re.fullmatch(r"(\w+) (day|week|month|year)s? ago", text):
        n = int(m[1]) if m[1].isdigit() else _COUNT.get(m[1], 1)
        if m[2] in ("day", "week"):
            then = published - datetime.timedelta(n * (7 if m[2] == "week" else 1))
            return then.isoformat() + ("~" if m[2] == "week" else "")
        months = published.year * 12 + published.month - 1 - n
        return f"{months // 12}-{months % 12 + 1:02}~" if m[2] == "month" else f"{published.year - n}~"
    if m := re.search(r"(?:(early|mid|late) )?((?:19|20)\d)0s", text):
        first = int(m[2] + "0")
        return {None: f"{m[2]}X", "early": f"{first}/{first + 3}", "mid": f"{first + 4}/{first + 6}", "late": f"{first + 7}/{first + 9}"}[m[1]]
    month = next((i for i, name in enumerate(_MONTH_NAMES, 1) if re.search(rf"\b{name}(?:[a-z]*)\b", text) and re.search(MONTHS.lower(), text)), None)
    if month:
        day = int(m[1]) if (m := re.search(r"\b(\d{1,2})(?:st|nd|rd|th)?\b(?!\d)", text)) else None
        if year is None:
            year = published.year - ("last year" in text)
            if "year" not in text and not future and (month, day or 1) > (published.month, published.day if day else 31):
                year -= 1
            elif "year" not in text and future and (month, day or 31) < (published.month, published.day if day else 1):
                year += 1
        last = calendar.monthrange(year, month)[1]
        if day:
            return f"{year}-{month:02}-{day:02}" if 1 <= day <= last else None
        if m := re.match(r"early|mid|late", text):
            first_day, last_day = _THIRDS[m[0]]
            return f"{year}-{month:02}-{first_day:02}/{year}-{month:02}-{min(last_day, last):02}"
        return f"{year}-{month:02}"
    weekday = next((i for i, name in enumerate(_WEEKDAY_NAMES) if name in text), None)
    if weekday is not None:
        forward = (weekday - published.weekday()) % 7
        if text.startswith("next"):
            return (published + datetime.timedelta(forward or 7)).isoformat()
        if future:
            return (published + datetime.timedelta(forward)).isoformat()
        back = (published.weekday() - weekday) % 7
        return (published - datetime.timedelta(back or (7 if text.startswith("last") else 0))).isoformat()
    if m := re.search(r"(spring|summer|autumn|winter)(?: of)? (\d{4})", text):
        return f"{m[2]}-{_SEASONS[m[1]]}"
    if m := re.fullmatch(r"(earlier |later )?(last|this|next) (\w+)", text):
        step = {"last": -1, "this": 0, "next": 1}[m[2]]
        if m[3] == "year":
            return {"earlier ": f"{published.year}-01-01/{published}", "later ": f"{published}/{published.year}-12-31"}.get(
                m[1] or "", str(published.year + step)
            )
        if m[3] == "month":
            if m[1]:
                end = published.replace(day=calendar.monthrange(published.year, published.month)[1])
                return f"{published.replace(day=1)}/{published}" if m[1] == "earlier " else f"{published}/{end}"
            months = published.year * 12 + published.month - 1 + step
            return f"{months // 12}-{months % 12 + 1:02}"
        if m[3] in ("week", "weekend"):
            monday = published - datetime.timedelta(published.weekday()) + datetime.timedelta(7 * step)
            return f"{monday + datetime.timedelta(5 if m[3] == 'weekend' else 0)}/{monday + datetime.timedelta(6)}"
        if m[3] in _SEASONS:
            return f"{published.year + step}-{_SEASONS[m[3]]}"
    if year and (m := re.fullmatch(r"(?:(early|mid|late) )?\d{4}", text)):
        return {None: str(year), "early": f"{year}-01/{year}-04", "mid": f"{year}-05/{year}-08", "late": f"{year}-09/{year}-12"}[m[1]]
    return None
