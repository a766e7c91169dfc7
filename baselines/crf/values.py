"""What a figure's words say: numbers, and the unit of what stands around them.

Number words are read by text2num. Units are a table, not learned: the training articles hold too few. Codes are ISO 4217 and UCUM.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import NamedTuple

from text_to_num import text2num  # type: ignore[import-not-found,import-untyped,unused-ignore]

_SCALES = {"dozen": 12, "hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12, "k": 10**3, "m": 10**6, "bn": 10**9}
_VAGUE = {"dozens": 24, "scores": 40, "hundreds": 200, "thousands": 2000, "millions": 2 * 10**6, "billions": 2 * 10**9, "decades": 20}
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split()
_PARTS = {"half": 2, "halves": 2, "quarter": 4, **{name: n for n, name in enumerate(_ORDINALS, 1) if n > 2}}
_DIGITS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
_WORD = re.compile(
    r"zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen"
    r"|(?:twen|thir|for|fif|six|seven|eigh|nine)ty"
)
_SIGNS = {"£": "GBP", "€": "EUR", "¥": "JPY", "₹": "INR", "₦": "NGN", "US$": "USD", "A$": "AUD", "C$": "CAD", "NZ$": "NZD", "HK$": "HKD", "R$": "BRL"}
_DOLLARS = {"US": "USD", "AU": "AUD", "CA": "CAD", "NZ": "NZD", "SG": "SGD", "HK": "HKD", "JM": "JMD"}
_RUPEES = {"PK": "PKR", "LK": "LKR", "NP": "NPR", "MU": "MUR"}
_CURRENCIES = {
    "euro": "EUR", "pound": "GBP", "dollar": "", "yen": "JPY", "yuan": "CNY", "rupee": "INR", "cfa franc": "XOF", "naira": "NGN",
    "rand": "ZAR", "shilling": "KES",
    "krona": "SEK",
    "kronor": "SEK", "krone": "NOK", "kroner": "NOK", "zloty": "PLN", "franc": "CHF", "peso": "MXN", "rouble": "RUB", "ruble": "RUB", "lira": "TRY",
    "real": "BRL", "reais": "BRL", "won": "KRW", "leu": "RON", "lei": "RON", "forint": "HUF", "hryvnia": "UAH",
}  # fmt: skip
_CURRENCY = re.compile(rf"\b({'|'.join(sorted(_CURRENCIES, key=lambda name: (-len(name), name)))})s?\b")
_TIMES = {"second": "s", "minute": "min", "hour": "h", "day": "d", "week": "wk", "month": "mo", "year": "a", "decade": "10.a", "hr": "h"}
_UNITS = {
    "km": "km", "kilometre": "km", "kilometer": "km", "metre": "m", "meter": "m", "m": "m", "cm": "cm", "centimetre": "cm", "centimeter": "cm", "mm": "mm",
    "mile": "[mi_i]", "foot": "[ft_i]", "feet": "[ft_i]", "ft": "[ft_i]", "inch": "[in_i]", "yard": "[yd_i]", "hectare": "har", "acre": "[acr_us]",
    "square kilometre": "km2", "square kilometer": "km2", "square mile": "[smi_us]", "square metre": "m2", "square meter": "m2", "square foot": "[sft_i]",
    "square feet": "[sft_i]", "cubic metre": "m3", "cubic meter": "m3", "mg": "mg", "milligram": "mg", "km/h": "km/h", "kph": "km/h", "mph": "[mi_i]/h",
    "knot": "[kn_i]",
    "kg": "kg",
    "kilogram": "kg", "kilo": "kg", "gram": "g", "tonne": "t", "ton": "t", "metric ton": "t", "pound": "[lb_av]", "lb": "[lb_av]", "ounce": "[oz_av]",
    "litre": "L", "liter": "L", "gallon": "[gal_us]", "barrel": "[bbl_us]", "mw": "MW", "megawatt": "MW", "gigawatt": "GW", "gw": "GW", "kilowatt": "kW",
    "kw": "kW", "kilowatt-hour": "kW.h", "kwh": "kW.h", "mwh": "MW.h", "degree": "Cel", "°c": "Cel", "c": "Cel", "°f": "[degF]",
    "degrees fahrenheit": "[degF]",
    "degrees celsius": "Cel", "kilometres an hour": "km/h", "kilometers per hour": "km/h", "kilometres per hour": "km/h", "miles an hour": "[mi_i]/h",
    "miles per hour": "[mi_i]/h", "nautical mile": "[nmi_i]",
}  # fmt: skip
_PER = re.compile(r"(?:\b(?:an?|per|each|every)|/)\s*(second|minute|hour|day|week|month|year|kg|kilo|kilogram|tonne|litre|liter|barrel|km|mile|hectare|acre)\b")


_DATES = re.compile(
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|may|june|july|august|september|october|november|december|[ap]\.?m|gmt"
)


def word_class(word: str) -> str | None:
    """What a word, in lower case, is to a number: ``number``, ``year``, ``scale``, ``vague``, ``ordinal``, ``part``, ``money``, ``time``,
    ``percent``, ``unit`` or ``date``."""
    one = word.removesuffix("s")
    if re.fullmatch(r"(?:19|20)\d\d", word):
        return "year"
    if _DIGITS.match(word) or _WORD.fullmatch(word.partition("-")[0]):
        return "number"
    tables = (
        ("scale", {name: 1 for name in _SCALES if len(name) > 2}), ("vague", _VAGUE), ("ordinal", dict.fromkeys(_ORDINALS)), ("part", _PARTS),
        ("money", {**_CURRENCIES, **dict.fromkeys("$€£¥₹₦"), "usd": 1, "eur": 1, "francs": 1}), ("time", _TIMES),
        ("percent", {"%": 1, "percent": 1, "cent": 1}),
        ("unit", _UNITS),
    )  # fmt: skip
    found = next((name for name, table in tables if word in table or one in table), None)
    return found or ("date" if _DATES.fullmatch(word) else None)


_MULTIPLIER = re.compile(r" (?:thousand|million|billion|trillion)\b")


def with_multiplier(text: str, end: int) -> int:
    """The end of a number that ends at ``end``, with the multiplier that follows it: "$3" in "$3 million" is no number of its own."""
    found = _MULTIPLIER.match(text, end)
    return found.end() if found else end


class Reading(NamedTuple):
    """What the words of a figure say."""

    low: str | None
    high: str | None
    parts: tuple[str, ...]
    bound: str
    unit: str | None


def written(value: Fraction) -> str:
    """A value as a plain decimal, or as a reduced fraction where no short decimal is equal."""
    scaled = value * 10**9
    if scaled.denominator != 1:
        return f"{value.numerator}/{value.denominator}"
    whole, rest = divmod(abs(scaled.numerator), 10**9)
    return (f"-{whole}" if value < 0 else str(whole)) + (f".{rest:09}".rstrip("0") if rest else "")


def numbers(text: str) -> list[Fraction]:
    """The numbers in a text, in order: digits or words, with scale and fraction."""
    out: list[Fraction] = []
    low = re.sub(r"[-‑\s]+", " ", text.lower()).strip()
    pieces = re.findall(rf"{_DIGITS.pattern}|[^\W\d_]+|/", low)
    i = 0
    while i < len(pieces):
        word = pieces[i]
        if _DIGITS.fullmatch(word) and len(word) < 40:
            value = Fraction(word.replace(",", ""))
            i += 1
            if pieces[i : i + 1] == ["/"] and len(pieces) > i + 1 and pieces[i + 1].isdecimal() and len(pieces[i + 1]) < 40 and int(pieces[i + 1]):
                value, i = value / int(pieces[i + 1]), i + 2
        elif _WORD.fullmatch(word) or (word in ("a", "an") and i + 1 < len(pieces) and pieces[i + 1] in _SCALES.keys() | _PARTS.keys()):
            first = i
            i += 1
            while i < len(pieces) and (_WORD.fullmatch(pieces[i]) or pieces[i] in ("hundred", "thousand") or _joins(pieces, i)):
                i += 1
            spelled = " ".join("one" if piece in ("a", "an") else piece for piece in pieces[first:i])
            try:
                value = Fraction(text2num(spelled, "en"))
            except ValueError:
                i = first + 1  # "nine eleven" is no number: its first word is
                value = Fraction(text2num("one" if word in ("a", "an") else word, "en"))
            part = pieces[i].rstrip("s") if i < len(pieces) else ""
            if part in _PARTS or pieces[i : i + 1] == ["halves"]:
                value, i = value / _PARTS.get(part, 2), i + 1
        elif word in _SCALES and len(word) > 2:
            value = Fraction(1)
        elif word in ("a", "an") and pieces[i + 2 :] == ["and", "a", "half"]:  # "an hour and a half"
            value, i = Fraction(3, 2), len(pieces)
        elif word == "half" and not out:
            value, i = Fraction(1, 2), i + 1
            i += pieces[i : i + 1] in (["a"], ["an"])
        else:
            i += 1
            continue
        if pieces[i : i + 3] == ["and", "a", "half"]:
            value, i = value + Fraction(1, 2), i + 3
        while i < len(pieces) and pieces[i] in _SCALES and (len(pieces[i]) > 2 or re.search(r"[$£€¥₹]", text) or pieces[i] != "m"):
            value *= _SCALES[pieces[i]]
            i += 1
        if pieces[i : i + 3] == ["and", "a", "half"]:
            value, i = value * Fraction(3, 2), i + 3
        out.append(-value if re.match(rf"\W*(?:minus\s|[-−](?={re.escape(word)}))", text.lower()) and not out else value)
    return out


def _joins(pieces: list[str], i: int) -> bool:
    return pieces[i] == "and" and pieces[i - 1] in ("hundred", "thousand") and i + 1 < len(pieces) and bool(_WORD.fullmatch(pieces[i + 1]))


def _time(text: str) -> str | None:
    m = re.search(rf"({'|'.join(_TIMES)})s?\b", text)
    return _TIMES[m[1]] if m else None


def unit_of(text: str, kind: str, after: str, language: str) -> str | None:
    """The unit of a figure of a kind; ``after`` is the text behind it, ``language`` (BCP 47) tells whose dollar it is."""
    low = text.lower()
    if kind in ("count", "ratio", "rank", "score"):
        return None
    if kind == "percent":
        return "%"
    if kind == "percentage_points":
        return "pp"
    if kind == "age":
        return _time(low) or "a"
    if kind == "duration":
        return _time(low) or _time(after[:12].lower())
    dollar = _DOLLARS.get(language.partition("-")[2].upper(), "USD")
    money = re.search(r"(?:\b(?:US|A|C|NZ|HK|R))?\$|[£€¥₹₦]", text)
    unit = None
    if code := re.search(r"(?<![A-Z])(AUD|CAD|CHF|CNY|EUR|GBP|INR|JPY|KES|NGN|NZD|PLN|USD|VND|ZAR)(?![A-Z])", text):
        unit = code[1]
    elif short := re.search(r"\b(?:Rs\.?|R)\s?(?=\d)", text):
        unit = "ZAR" if short[0].strip() == "R" else _RUPEES.get(language.partition("-")[2].upper(), "INR")
    elif money:
        unit = _SIGNS.get(money[0], dollar)
    elif (name := _CURRENCY.search(low)) and (kind == "money" or name[1] != "pound"):
        unit = _CURRENCIES[name[1]] or dollar
    if kind == "money":
        return unit
    per = _PER.search(low) or (_PER.search(after[:40].lower().split(".")[0]) if kind == "rate" else None)
    if unit is None:
        rest = low[: per.start()] if per and kind == "rate" else low
        names = [name for name in sorted(_UNITS, key=lambda name: (-len(name), name)) if re.search(rf"(?<![^\W\d_]){re.escape(name)}(?:s|es)?(?!\w)", rest)]
        unit = "[ston_av]" if names == ["ton"] and language == "en-US" else _UNITS[names[0]] if names else "%" if re.search(r"%|per\s?cent", rest) else None
    if kind == "rate" and per:
        return f"{unit or ''}/{ {**_TIMES, **_UNITS}[per[1]] }"
    return unit


def read(text: str, kind: str, bound: str, after: str = "", language: str = "en") -> Reading | None:
    """The value of a figure's words; None if they hold no number.

    Args:
        text: the figure's span.
        kind: one of the kinds of figures.
        bound: what the modifier says; a range or a vague word has the last word.
        after: the text behind the span.
        language: BCP 47, of the article.
    """
    unit = unit_of(text, kind, after, language)
    low = text.lower()
    if kind == "rank":
        ordinal = next((n for n, name in enumerate(_ORDINALS, 1) if re.search(rf"\b{name}\b", low)), None)
        found = [Fraction(ordinal)] if ordinal else numbers(low)
    else:
        found = numbers(text)
    if kind == "score":
        return Reading(None, None, tuple(written(value) for value in found[:2]), "exact", unit) if len(found) > 1 else None
    vague = [value for name, value in _VAGUE.items() if re.search(rf"\b{name}\b", low)]
    if vague and not found:
        value = 1
        for factor in vague:
            value *= factor if value == 1 else factor // 2
        return Reading(str(value), None, (), "vague", unit)
    if not found:
        return None
    if kind == "ratio" and len(found) == 2 and found[1]:
        found = [found[0] / found[1]]
    if kind == "age" and re.search(r"\d0s\b", low):
        return Reading(written(found[0]), written(found[0] + 9), (), "range", unit)
    if len(found) > 1 and re.search(r"\d\s?[-–]\s?\S?\d|\b(?:to|and|or)\b", low) and found[0] < found[1]:
        scale = found[1] / found[0] if found[0] else Fraction(0)
        if scale >= 10**3 and re.search(r"(?:million|billion|thousand|[mk]|bn)\b", low):  # "5 to 8 million"
            found[0] *= next(n for n in (10**9, 10**6, 10**3) if scale >= n)
        return Reading(written(found[0]), written(found[1]), (), "range", unit)
    value_ = written(found[0])
    bound = bound if bound not in ("range", "vague") else "exact"
    if bound in ("at_least", "more_than"):
        return Reading(value_, None, (), bound, unit)
    if bound in ("at_most", "less_than"):
        return Reading(None, value_, (), bound, unit)
    return Reading(value_, value_, (), bound, unit)
