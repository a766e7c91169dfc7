"""Numbers as news prints them: what a span says (:func:`read`), what bounds it (:func:`bound_of`), and where the text has one (:func:`occurrences`).

The definitions are those of ``docs/guidelines.md``, 5.1 to 5.4; English only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from newsgold.lint.page import MONTHS, WEEKDAYS, Cover, Page, Place, place_of

ONES: Final = {
    word: n
    for n, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
    )
}
TENS: Final = {word: 10 * n for n, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}
SCALES: Final = {"hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12, "lakh": 10**5, "crore": 10**7, "dozen": 12}
_SHORT: Final = {"k": 10**3, "m": 10**6, "mn": 10**6, "mln": 10**6, "bn": 10**9, "b": 10**9, "tn": 10**12}
FRACTIONS: Final = {"half": 2, "halves": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10}
ORDINALS: Final = {
    word: n
    for n, word in enumerate("first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth".split(), 1)
}
# 5.3: vague words and their low values.
_VAGUE: Final = [
    (r"hundreds of millions", 2 * 10**8), (r"tens of millions", 2 * 10**7), (r"hundreds of thousands", 2 * 10**5), (r"tens of thousands", 2 * 10**4),
    (r"dozens of millions", 24 * 10**6), (r"(?:a few |several )?dozens?", 24), (r"scores", 40), (r"(?:several |a few )?hundreds?", 200),
    (r"(?:a few |several )?thousands?", 2000), (r"(?:several |a few )?millions?", 2 * 10**6), (r"(?:several |a few )?billions?", 2 * 10**9),
    (r"(?:several |a few )?decades", 20), (r"centuries", 200),
]  # fmt: skip
_VAGUE_WORDS: Final = re.compile(r"(?:several|a few|tens|dozens|scores|hundreds|thousands|millions|billions|decades|centuries)\b")

# --- reading a span -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reading:
    """What a printed number says: one value, two of a range, or the parts of a score or ratio; a vague word has its low value."""

    values: tuple[Fraction, ...]
    separator: str = ""
    """What stands between two values: ``to``, ``and``, ``or``, ``-``, ``in``, or nothing."""
    vague: bool = False


_TOKEN: Final = re.compile(r"\d+(?:,\d{2,3})+(?:\.\d+)?|\d{1,3}(?:[\u00a0\u202f ]\d{3})+(?![\d,.])|\d+(?:\.\d+)?|\.\d+|[^\W\d_]+|[%$£€¥₹½¼¾+−–—\-/:]")


def _number(tokens: list[str], at: int, money: bool) -> tuple[Fraction, int] | None:
    """The number that begins at token ``at``, and the token behind it."""
    token = tokens[at]
    following = tokens[at + 1 : at + 2]
    value: Fraction | None = None
    index = at
    if token[0].isdigit() or token[0] == ".":
        value = Fraction(re.sub(r"[,\u00a0\u202f ]", "", token))
        index = at + 1
    elif token in ("½", "¼", "¾"):
        return {"½": Fraction(1, 2), "¼": Fraction(1, 4), "¾": Fraction(3, 4)}[token], at + 1
    elif token == "half":
        if following in (["a"], ["an"]):
            value, index = Fraction(1, 2), at + 2
        else:
            value, index = Fraction(1, 2), at + 1
    elif token in ONES or token in TENS or (token in ("a", "an") and following == ["hundred"]):
        value, index = _words(tokens, at + (token in ("a", "an")))
    elif token in ("a", "an") and following and (following[0] in SCALES or following[0] in FRACTIONS or following[0] == "couple"):
        value, index = Fraction(1), at + 1
        if following[0] == "couple":
            return Fraction(2), at + 2
    elif token in SCALES:
        value = Fraction(1)
    if value is None:
        return None
    if tokens[index : index + 3] == ["and", "a", "half"]:
        value, index = value + Fraction(1, 2), index + 3
    elif tokens[index : index + 1] == ["½"]:
        value, index = value + Fraction(1, 2), index + 1
    while index < len(tokens) and tokens[index] in SCALES:
        value, index = value * SCALES[tokens[index]], index + 1
    if index < len(tokens) and token[0].isdigit() and tokens[index] in _SHORT and (money or tokens[index] in ("bn", "mn", "mln", "k", "tn")):
        value, index = value * _SHORT[tokens[index]], index + 1
    singular = tokens[index].removesuffix("s") if index < len(tokens) else ""
    if singular in FRACTIONS and not token[0].isdigit() and value.denominator == 1 and 0 < value < 100:
        value, index = value / FRACTIONS[singular], index + 1
    return value, index


def _joins(token: str, current: int) -> bool:
    """Whether a word or sign joins number words: "hundred and five", "twenty-one"."""
    return (token == "and" and current >= 100) or (token == "-" and current % 100 in TENS.values())


def _words(tokens: list[str], at: int) -> tuple[Fraction, int]:
    """A run of number words: "twenty-one thousand three hundred and five"."""
    total = current = 0
    index = at
    while index < len(tokens):
        token = tokens[index]
        if token in TENS and current % 100 == 0:
            current += TENS[token]
        elif token in ONES and (current % 10 == 0 or current == 0) and (current % 100 == 0 or ONES[token] < 10) and not (index > at and ONES[token] == 0):
            current += ONES[token]
        elif token == "hundred":
            current = (current or 1) * 100
        elif token in ("thousand", "million") and index + 1 < len(tokens) and (tokens[index + 1] in ONES or tokens[index + 1] in TENS):
            total, current = total + (current or 1) * SCALES[token], 0
        elif not (_joins(token, current) and index + 1 < len(tokens) and (tokens[index + 1] in ONES or (token == "and" and tokens[index + 1] in TENS))):
            break
        index += 1
    return Fraction(total + current), index


def read(printed: str, kind: str | None = None, unit: str | None = None) -> Reading | None:
    """What the words of a figure's span say; ``None`` where they are no number that is read here.

    Args:
        printed: the span as printed, units and currency included.
        kind: the figure's kind; a rank reads ordinals, a score or ratio its parts, and "m" is millions in money alone.
        unit: ``s`` reads race times ("2:05.3"); ``pp`` reads basis points as hundredths.
    """
    plain = printed.casefold().replace("’", "'").replace("‑", "-").strip()
    if _VAGUE_WORDS.match(plain) and not re.match(r"(?:several|a few)\s+(?!dozen|hundred|thousand|million|billion|decade)", plain):
        for pattern, low in _VAGUE:
            if re.match(rf"(?:{pattern})\b", plain):
                return Reading((Fraction(low),), vague=True)
    if match := re.fullmatch(r"an? \w+ and a (half|quarter|third)", plain):  # "an hour and a half"
        return Reading((1 + Fraction(1, FRACTIONS[match[1]]),))
    if kind == "age" and (match := re.fullmatch(r"(?:early |mid-|late )?'?(\d)0s", plain)):
        return Reading((Fraction(10 * int(match[1])), Fraction(10 * int(match[1]) + 9)), "-")
    if match := re.fullmatch(r"(?:(\d+):)?(\d{1,2}):(\d{2}(?:\.\d+)?)", plain):
        return Reading((3600 * int(match[1] or 0) + 60 * int(match[2]) + Fraction(match[3]),)) if unit == "s" else None
    if re.search(r"\d[.:]\d+[.:]\d|\b(?:years?|months?|weeks?|days?|hours?|minutes?|feet|pounds?)(?: and|,)? (?:an?\b|\d|" + "|".join(ONES) + ")", plain):
        return None  # worked out from two units
    # A hyphen between letters joins words ("twenty-one", "three-day", "third-largest"); between numbers it makes a range or a score.
    plain = re.sub(r"(?<=[^\W\d])-(?=[^\W\d])", " ", plain)
    if match := re.match(r"(half|quarter|third) (?:of )?an?\b", plain):
        return (
            Reading((Fraction(1, FRACTIONS[match[1]]),))
            if not re.match(r"\w+ (?:of )?an? (?:million|billion|dozen|hundred|thousand)", plain)
            else Reading((_number(_TOKEN.findall(plain), 0, False) or (Fraction(0), 0))[:1])
        )
    if kind == "rank":
        for token in _TOKEN.findall(plain):
            if token in ORDINALS:
                return Reading((Fraction(ORDINALS[token]),))
    tokens = _TOKEN.findall(plain)
    money = kind == "money" or (kind == "rate" and bool(re.search(r"[$£€¥₹]|\b(?:sh|rs|cfa)", plain)))
    values: list[Fraction] = []
    seams: list[str] = []
    scaled: list[bool] = []
    index, seam, minus = 0, "", False
    while index < len(tokens):
        token = tokens[index]
        if (token in ("minus", "−") or (token == "-" and not values)) and index + 1 < len(tokens):
            minus = True
            index += 1
            continue
        found = _number(tokens, index, money)
        if found is None or (token in SCALES and values and not seam):
            if token in ("to", "and", "or", "in", "against", "out", "for"):
                seam = token if token != "out" else "in"
            elif token in ("-", "–", "—", "/"):
                seam = "-"
            index += 1
            continue
        value, after = found
        values.append(-value if minus else value)
        seams.append(seam)
        scaled.append(any(part in SCALES or part in _SHORT for part in tokens[index:after]))
        index, seam, minus = after, "", False
    if not values or len(values) > 3:
        return None
    if "basis" in plain and "point" in plain:
        values = [value / 100 for value in values]
    if len(values) == 2 and scaled == [False, True] and seams[1] in ("to", "-", "and", "or") and values[0] < 1000 and values[1] >= 1000:
        last = [part for part in tokens if part in SCALES or part in _SHORT][-1]
        values[0] *= SCALES.get(last) or _SHORT[last]
    return Reading(tuple(values), seams[1] if len(values) > 1 else "")


# --- what bounds it -------------------------------------------------------------------------------------------------------

# 5.3, in front of the number; what is tried first is the longer.
_BEFORE: Final = [
    ("exact", r"exactly|only|just|even|another|a (?:new )?record|a total of"),
    ("at_least", r"at (?:the )?least|no (?:fewer|less) than|not less than|a minimum of"),
    ("at_most", r"up to|as many as|as much as|no more than|not more than|a maximum of|at (?:the )?most|within"),
    ("more_than", r"(?:just |well |slightly |far |a little )?(?:more than|over|above)|upwards of|in excess of|exceeding"),
    ("less_than", r"(?:just |well |slightly |far |a little )?(?:less than|fewer than|under|below)"),
    (
        "approximate",
        r"about|some|around|roughly|approximately|an estimated|estimated|nearly|almost|close to|circa|ca\.|c\.|maybe|perhaps|probably|something like",
    ),
]
_BEFORE_RE: Final = [(bound, re.compile(rf"(?<![\w-])(?:{words})\s+(?:an?\s+)?$", re.IGNORECASE)) for bound, words in _BEFORE]
_AFTER: Final = [
    ("at_least", re.compile(r"\+|-plus\b|\s(?:[\w-]+\s)?or (?:more|above|older)\b")),
    ("at_most", re.compile(r"\s(?:[\w-]+\s)?or (?:less|fewer|below|younger)\b")),
    ("approximate", re.compile(r"-odd\b|\s(?:[\w-]+\s)?or so\b")),
]
_PREPOSITIONS: Final = re.compile(r"(?:over|above|under|below|around|about|up to|within|some)\s+(?:an?\s+)?$", re.IGNORECASE)


def bound_of(text: str, place: Place) -> tuple[str | None, str, bool]:
    """What the words around a number make its bound by 5.3.

    Returns:
        The bound (``None`` where no modifier is printed), the words that say so, and whether they may also be an ordinary preposition
        ("over two days").
    """
    start, end = place
    low = max(text.rfind("\n", 0, start) + 1, start - 60)
    before = text[low:start].rstrip("$£€¥₹")
    if before and not before[-1].isspace():
        before = text[low:start]
    found: list[tuple[str, str]] = []
    while True:
        for bound, pattern in _BEFORE_RE:
            if match := pattern.search(before):
                found.append((bound, match[0].strip()))
                before = before[: match.start()]
                break
        else:
            break
    for bound, pattern in _AFTER:
        if match := pattern.match(text, end):
            found.append((bound, match[0].strip()))
    directed = [item for item in found if item[0] not in ("exact", "approximate")]
    chosen = directed or [item for item in found if item[0] == "approximate"] or found
    if not chosen:
        return None, "", False
    bound, words = chosen[0]
    return bound, words, bool(_PREPOSITIONS.match(f"{words} "))


# --- where the text has numbers ---------------------------------------------------------------------------------------------

_CHUNK: Final = re.compile(r"[^\s()\[\]“”\"„«»]*\d[^\s()\[\]“”\"„«»]*")
_NUMBER_WORD: Final = re.compile(
    r"(?<![\w-])(?:(?:" + "|".join([*(w for w in ONES if w != "one"), *TENS]) + r")(?:-(?:" + "|".join(list(ONES)[1:10]) + r"))?"
    r"|dozens?|hundreds?|thousands?|millions?|billions?|trillions?|lakhs?|crores?|decades|centuries|scores(?= of (?!music))"
    r"|(?:one|two|three|four|five|six|seven|eight|nine|a)[- ](?:thirds?|quarters?|fifths?|sixths?|sevenths?|eighths?|ninths?|tenths?)(?= of\b|\b-|[ ]?(?:majority|share))"
    r"|half(?= (?:of )?(?:the|its|their|his|her|all) (?:\d|"
    + "|".join([*list(ONES)[2:], *TENS])
    + r")| an? (?:million|billion|dozen|hour|point|percentage|century|mile|kilometre|day|tonne|year|metre)\b)"
    r"|one(?= (?:person|man|woman|child|boy|girl|people|death|dead|injured|injury|killed|wounded|missing|hurt|million|hundred|thousand|billion|dozen|in (?:two|three|four|five|six|seven|eight|nine|ten|\d+))\b)"
    r"|one(?= (?:hour|minute|second|week|month|year|kilometre|kilometer|metre|meter|mile|tonne|per cent|percent|point|percentage)\b(?! (?:of the|later than)))"
    r"|(?:" + "|".join(ORDINALS) + r")(?=[- ](?:most[- ]\w+|(?!best\b|west\b|test\b|quest\b|forest\b|protest\b|arrest\b|request\b)\w+est\b))"
    r"|(?:(?<=finished )|(?<=placed )|(?<=came )|(?<=ranked )|(?<=finishing )|(?<=sits )|(?<=lie )|(?<=lies )|(?<=are )|(?<=rose to )|(?<=was ))(?:"
    + "|".join(ORDINALS)
    + r")(?= (?:in|of|on|among|with|behind|and)\b|[.,;])"
    r"|(?:" + "|".join(ORDINALS) + r")(?= (?:place|spot)\b)"
    r"|(?<=only )one|(?<=just )one|(?<=least )one)(?![\w])",
    re.IGNORECASE,
)
_LABELS: Final = frozenset(
    "no nos number numbers route highway road boeing airbus page pages article articles section sections flight room rooms gate line platform channel phase level "
    "tier type chapter volume issue block unit exit grade stage round class group division pier berth lot case resolution paragraph clause version sector district "
    "ward zone step part set lap turn appendix annex order lane week day act bill warehouse reactor ref id shed bay hall building court pit mine well plot field "
    "episode series season question item category schedule form code junction borehole box house apartment flat suite floor apollo formula model tower block kilometre km "
    "pump shaft tank silo quay dock berth quarter matchday".split()
)
_CURRENCY_PREFIX: Final = re.compile(
    r"^(?:[A-Z]{0,3}[$£€¥₹₦₱₺₽₵₫₲₡৳]|(?:Sh|KSh|Ksh|USh|TSh|Tsh|Rs\.?|CFA|FCFA|Tk|RM|Rp|GH¢|GHS|KES|USD|EUR|NGN|[RNKPQ](?=\d{1,3}(?:[,.]\d|bn|m|$)|\d{3})))-?\d"
)
_CLOCK: Final = re.compile(r"\d{1,2}[:h]\d{2}(?::\d\d)?(?:[ap]m)?|\d{1,2}(?:[.:]\d{2})?[ap]\.?m\.?", re.IGNORECASE)
_YEAR: Final = re.compile(r"(?:1[4-9]|20)\d\d")


def _is_month(word: str) -> bool:
    return word.strip(".,").casefold() in MONTHS and (word[:1].isupper())


def occurrences(page: Page) -> Iterator[Place]:
    """Where the text has a number that 5.1 calls a figure, as far as words can tell; in text order.

    Left out are dates, years, clock times, ordinals, labels ("Route 40", "page 4"), codes, formations, numbers inside names, and "one" but
    for "one man", "only one", "one dead" and the like.
    """
    text = page.text
    found: list[Place] = []
    dated: set[int] = set()  # ends of numbers that are days of a date: "July 17 and 18"
    for match in _CHUNK.finditer(text):
        chunk = match[0].strip(".,;:!?’'…—–")
        start = match.start() + match[0].find(chunk)
        for part in re.finditer(r"[^—]+", chunk):  # a dash without blanks joins two words
            place = (start + part.start(), start + part.end())
            if re.search(r"\d", part[0]) and not _no_figure(page, part[0], place, dated):
                found.append(place)
    for match in _NUMBER_WORD.finditer(text):
        place = match.span()
        if not _no_word(page, match[0], place, dated):
            found.append(place)
    triggers = Cover(place_of(mention) for event in page.article.events for mention in event.mentions)  # "the 3,000 metres" as a contest
    yield from sorted(place for place in found if not page.names.touches(place) and not triggers.touches(place))


def _no_figure(page: Page, chunk: str, place: Place, dated: set[int]) -> bool:
    """Whether a chunk with a digit is no figure by 5.1."""
    text, (start, end) = page.text, place
    before = page.words_before(start, 2)
    last = before[-1] if before else ""
    after = page.word_after(end)
    if abbreviated := re.search(r"\b([A-Z][a-z]{2,3})\.\s$", text[max(0, start - 7) : start]):
        last = abbreviated[1]  # "Aug. 13"
    plain = chunk.removesuffix("’s").removesuffix("'s")
    if re.search(r"@|www\.|https?:|\d/\d|\.\w+/", plain) and not re.search(r"km/h|m/s|/kg|/l", plain):
        return True
    if re.fullmatch(r"[‘’']?(?:\d\d|(?:1[4-9]|20)\d\d)(?:s|’s|'s)", plain):
        return last.casefold() not in ("his", "her", "their", "my", "your", "our")  # "the 1990s"; "in her 30s" is an age
    if re.fullmatch(rf"{_YEAR.pattern}(?:[-–/](?:\d\d|\d{{4}}))?", plain):
        # "2000 people" counts; a year stands alone or behind a preposition, a month, a season.
        plural = (
            after
            and after.islower()
            and (after.endswith("s") or after in ("people", "men", "women", "children", "per", "km", "m"))
            and last.casefold() not in ("in", "since", "the", "of")
        )
        return not plural
    if _CLOCK.fullmatch(plain):
        return not re.match(r"\d{1,2}:\d{2}\.\d", text[start:])
    if re.match(r"\s?[ap]\.?m\b|\s?o[’']clock|\s?(?:GMT|UTC|BST|hrs\b|hours local|local time)", text[end : end + 12]):
        return True
    if re.fullmatch(r"[012]\d{3}", plain) and after.casefold() in ("gmt", "hrs", "hours"):
        return True
    if re.fullmatch(r"\d+(?:st|nd|rd|th)", plain):
        return not (after.casefold() in ("place", "spot") or re.search(r"\b(?:finished|finish|placed|ranked)\s$", text[max(0, start - 12) : start]))
    if _is_month(after) or (after == "of" and _is_month(page.word_after(end + 3))):
        dated.add(end)
        return True
    of_month = _is_month(last) or (last.casefold() in ("the", "of") and len(before) > 1 and _is_month(before[0]))
    if of_month and re.fullmatch(r"\d{1,2}(?:[-–]\d{1,2})?", plain):
        dated.add(end)
        return True
    joined = re.search(r"(?:\d\s?(?:and|to|or|through|[-–])|\d,)\s$", text[max(0, start - 10) : start])
    if joined and any(0 < start - stop <= 10 for stop in dated) and re.fullmatch(r"\d{1,2}", plain):
        dated.add(end)
        return True
    if re.search(rf"^\s(?:and|to|or|[-–])\s\d{{1,2}}\s(?:{'|'.join(MONTHS)})\b", text[end : end + 24], re.IGNORECASE):
        return True
    if re.fullmatch(r"\d-\d-\d(?:-\d)?", plain) or re.fullmatch(r"\d+x\d+.*", plain):
        return True
    if _CURRENCY_PREFIX.match(plain):
        return False
    if re.match(r"[^\W\d]", plain) and re.match(r"[^\W\d]+[-./]?\d", plain):
        # G7, Covid-19, U21, A320; not "mid-40s" or a unit behind ("km40" is none)
        return True
    if re.fullmatch(r"[A-Z\d]+", plain) and re.search(r"[A-Z]", plain[:-2]) and not re.fullmatch(r"\d+(?:[KMB]|GB|MB|KW|MW|GW)", plain):
        return True
    if re.fullmatch(r"\+?\d{2,4}", plain) and re.match(r"\s\d{3,}\b", text[end : end + 6]):
        return True
    if re.fullmatch(r"\d{7,}|0\d+", plain):
        return True
    if text[start - 1 : start] in "#§/@":
        return True
    bare = last.strip(".").casefold()
    if bare in _LABELS or re.search(r"\b[Nn]os?\.\s?$", text[max(0, start - 6) : start]):
        return not re.search(r"\branked (?:No\.|number)\s$", text[max(0, start - 18) : start])
    if bare == "under" and page.sport and re.fullmatch(r"\d{1,2}s?", plain):
        return True  # an age class
    if bare == "top" or re.match(r"-a-side", text[end : end + 8]):
        return True
    if (
        _labelled(page, start, last)
        and not (after and after.islower() and not re.match(r" de [A-Z]", text[end : end + 5]))
        and not re.search(r"[%$£€]|\d[,.]\d", plain)
    ):
        return True
    if re.match(r"\s[A-Z][\w’'-]+(?:\s[A-Z][\w’'-]+)?\s(?:Street|Road|Avenue|Lane|Drive|Square|Place|Terrace|Way|Boulevard|St|Rd|Ave)\b", text[end : end + 50]):
        return True
    if re.match(r"[.)]\s", text[end : end + 2]) and (start == 0 or text[start - 1] == "\n"):
        return True
    return _at_the_hour(page, place, last, after) and re.fullmatch(r"\d{1,2}", plain) is not None


def _labelled(page: Page, start: int, last: str) -> bool:
    """Whether the word before a number is a name that the number may belong to: "Falcon 9", "Radio 2"."""
    at = start - len(last) - 1
    usual = last.strip(".").casefold() in _NOT_LABEL or last.casefold() in WEEKDAYS
    return last[:1].isupper() and not usual and page.sentence(start)[0] != at and not page.names.touches((at, start - 1))


_NOT_LABEL: Final = frozenset(
    "rs sh cfa kes usd eur gbp the a an about some of in at on for by and or than least over under only its their sh. rs. ksh".split()
)


def _at_the_hour(page: Page, place: Place, last: str, after: str) -> bool:
    """Whether a small number is a clock time: "at nine on Monday", "until six.", "by nine in the morning"."""
    if last.casefold() not in ("at", "until", "till", "by", "past", "before", "after", "from"):
        return False
    if re.match(r"[ ]o[’']clock|[ ]in the (?:morning|afternoon|evening)|[ ](?:tonight|yesterday|today|tomorrow)\b", page.text[place[1] : place[1] + 20]):
        return True
    if after.casefold() in WEEKDAYS or (after == "on" and page.word_after(place[1] + 3).casefold() in WEEKDAYS):
        return True
    return last.casefold() in ("at", "until", "till", "past", "after", "before") and (not after or after in ("and", "to", "when"))


_COMPOUND: Final = re.compile(r"-(?:way|fold|a-side|piece|sided|faced|tone|dimensional|star|wheel|wheeler|wheeled|off|time|and-a-half-star)\b")


def _no_word(page: Page, word: str, place: Place, dated: set[int]) -> bool:
    """Whether a number word is no figure by 5.1."""
    text, (start, end) = page.text, place
    before = page.words_before(start, 2)
    last = before[-1] if before else ""
    after = page.word_after(end)
    low = word.casefold()
    if _COMPOUND.match(text, end):
        return True
    if re.match(r"[- ]?o[’']clock", text[end : end + 9]) or ((low in ONES or low in TENS) and _at_the_hour(page, place, last, after)):
        return True
    if last.casefold() in _LABELS | {"top"} and low in ONES:
        return last.casefold() != "no"  # "no two are alike"
    # Inside a name, or a title with capitals: "Three Gorges".
    return word[0].isupper() and page.sentence(start)[0] != start and text[start - 1] not in "“\"‘'"
