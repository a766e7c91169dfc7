"""Normal forms: text, folded strings, names, numbers, dates (EDTF level 1), currencies (ISO 4217) and units (UCUM)."""

from __future__ import annotations

import calendar
import datetime
import hashlib
import re
import unicodedata
from fractions import Fraction
from functools import lru_cache
from typing import Final

# --- text -------------------------------------------------------------------------------------------------


def text(raw: str) -> str:
    """The normal form in which offsets count: NFC, ``\\n`` line ends, no byte order mark, trailing blanks
    stripped from every line, runs of blank lines collapsed to one, nothing before the first or after the last line.

    Non-breaking spaces inside a line stay, since offsets point at what the publisher printed.
    """
    lines = unicodedata.normalize("NFC", raw.removeprefix("\ufeff")).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines)).lstrip("\ufeff\n").rstrip("\n")


def digest(content: str | bytes) -> str:
    """SHA-256, hexadecimal, of UTF-8."""
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


_FOLD: Final = {ord(mark): "'" for mark in "‘’‚‛′`´"} | {ord(mark): '"' for mark in "“”„‟«»″"} | {ord(mark): "-" for mark in "‐‑‒–—―−"}


def fold(string: str) -> tuple[str, list[int]]:
    """``string`` with quotes and dashes made plain and white space made single blanks, and for every character of
    the result the offset in ``string`` that it came from (plus one entry for the end). Keeps the case.
    """
    out: list[str] = []
    origin: list[int] = []
    for offset, char in enumerate(string):
        if char.isspace():
            if out and out[-1] == " ":
                continue
            out.append(" ")
        else:
            out.append(char.translate(_FOLD))
        origin.append(offset)
    origin.append(len(string))
    return "".join(out), origin


BLOCK: Final = 200
"""Characters that a block of a text has at least."""


def runs(content: str) -> list[tuple[int, int]]:
    """Start and end of whole paragraphs of a text in normal form, joined until they have `BLOCK` characters; without a shorter rest."""
    out: list[tuple[int, int]] = []
    start = None
    for line in re.finditer(r"[^\n]+", content):
        start = line.start() if start is None else start
        if line.end() - start >= BLOCK:
            out.append((start, line.end()))
            start = None
    return out


def block_digest(article: str, block: str) -> str:
    """16 bits of SHA-256, hexadecimal, salted by the article's id, of a block with quotes, dashes and white space folded."""
    return digest(f"{article}\0{fold(block)[0]}")[:4]


def block_digests(article: str, content: str) -> list[str]:
    """The digests of a text's blocks: its `runs`, the last with the rest of the text. None of a text shorter than a block.

    Enough to name the first block of a changed copy. Too little to give words away: a guess at 200 characters or more, some 200 bits by
    Shannon's estimate for English, is confirmed by 16.
    """
    found = runs(content)
    ends = [end for _, end in found[:-1]] + [len(content)]
    return [block_digest(article, content[start:end]) for (start, _), end in zip(found, ends, strict=False)]


# --- names ------------------------------------------------------------------------------------------------

# Function words that tell no two names apart, and titles that may stand before a name, by language.
_STOP: Final = {"en": frozenset("the a an of and for in on at to de la le el al da do dos van von der den di du del y e jr sr phd md".split())}
NAME_TITLES: Final = {
    "en": frozenset(
        "mr mrs ms miss mx dr prof professor sir dame lord lady rev reverend fr father sister st sgt sergeant cpl lt lieutenant capt captain col "
        "colonel gen general maj major adm admiral president minister pm mp senator sen rep governor gov mayor judge justice king queen prince "
        "princess pope bishop archbishop cardinal imam sheikh chief chairman chairwoman chair coach manager deputy vice former acting".split()
    )
}
PRONOUNS: Final = frozenset(
    "i me my mine myself we us our ours ourselves you your yours yourself yourselves he him his himself she her hers herself it its itself "
    "they them their theirs themselves this that these those who whom whose which one ones others another both all some".split()
)


@lru_cache(maxsize=65536)
@lru_cache(maxsize=1 << 14)
def name_tokens(name: str, language: str = "en") -> frozenset[str]:
    """The words of ``name`` that identify: folded for case, accents and punctuation, without articles and without the
    titles that stand before a name ("Mr Smith", "General Ada Obi"; not "King of Norway", not "US President").

    Never empty for a name that is not: "The General" and "???" stand for themselves.
    """
    plain = "".join(char for char in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(char))
    plain = plain.replace("ł", "l").replace("ø", "o").replace("đ", "d").replace("ı", "i")
    words = re.findall(r"\w+", re.sub(r"['’ʼ]s\b", "", plain).replace("'", "").replace("’", ""))
    short = language.split("-", maxsplit=1)[0]
    stop, titles = _STOP.get(short, _STOP["en"]), NAME_TITLES.get(short, NAME_TITLES["en"])
    start = 1 if words[:1] == ["the"] else 0
    while start + 1 < len(words) and words[start] in titles and words[start + 1] != "of":
        start += 1
    return frozenset(words[start:]) - stop or frozenset(words) or frozenset(name.split())


# --- numbers ----------------------------------------------------------------------------------------------

_NUMBER: Final = re.compile(r"-?(0|[1-9]\d*)(\.\d*[1-9])?")
_FRACTION: Final = re.compile(r"(-?[1-9]\d*)/([1-9]\d*)")
_LOOSE_NUMBER: Final = re.compile(r"[+-]?\d+(\.\d+)?")


def is_normal_number(value: str) -> bool:
    """Whether ``value`` is a decimal without separators, exponent or needless zeros, or a reduced fraction."""
    if len(value) > 400:  # no figure in the news; and Python refuses to read integers of thousands of digits
        return False
    if _NUMBER.fullmatch(value):
        return value != "-0"
    if match := _FRACTION.fullmatch(value):
        fraction = Fraction(value)
        return (str(fraction.numerator), str(fraction.denominator)) == match.groups()
    return False


@lru_cache(maxsize=65536)
def number(value: str) -> Fraction | None:
    """The value of a decimal or fraction string; ``None`` when it is neither. ``1.50`` and ``3/2`` are equal."""
    if _LOOSE_NUMBER.fullmatch(value) and len(value) <= 400:
        return Fraction(value)
    if re.fullmatch(r"[+-]?\d{1,200}/\d{1,200}", value) and Fraction(value.split("/")[1]) != 0:
        return Fraction(value)
    return None


# --- dates: EDTF level 1 (Library of Congress, 2019) -----------------------------------------------------------

_DATE: Final = re.compile(r"(?P<year>-?\d{4}|-?\d{3}X|-?\d{2}XX|Y-?[1-9]\d{4,8})(?:-(?P<month>\d\d|XX)(?:-(?P<day>\d\d|XX))?)?(?P<mark>[?~%])?")
_TIME: Final = re.compile(r"(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(Z|[+-]([01]\d|2[0-3])(:[0-5]\d)?)?")
_SEASONS: Final = {21: (3, 5), 22: (6, 8), 23: (9, 11), 24: (12, 14)}
_FOREVER: Final = 10**15


def _day(year: int, month: int, day: int) -> int:
    """A running day number that also works for years that ``datetime`` does not know."""
    months = year * 12 + month - 1
    return months * 31 + day - 1


def _single(value: str) -> tuple[int, int] | None:
    match = _DATE.fullmatch(value)
    if not match:
        if (timed := _TIME.fullmatch(value)) and (inner := _single(timed[1])):
            return inner
        return None
    year, month, day = match["year"], match["month"], match["day"]
    if year.startswith("Y"):
        if month:
            return None
        return _day(int(year[1:]), 1, 1), _day(int(year[1:]), 12, 31)
    low, high = sorted((int(year.replace("X", "0")), int(year.replace("X", "9"))))
    if month is None:
        return _day(low, 1, 1), _day(high, 12, 31)
    if "X" in year:
        return (_day(low, 1, 1), _day(high, 12, 31)) if (month, day) in {("XX", None), ("XX", "XX")} else None
    if month == "XX":
        return (_day(low, 1, 1), _day(low, 12, 31)) if day in (None, "XX") else None
    number_ = int(month)
    if number_ in _SEASONS:
        first, last = _SEASONS[number_]
        return (_day(low, first, 1), _day(low, last, 31)) if day is None else None
    if not 1 <= number_ <= 12:
        return None
    days = calendar.monthrange(low if low > 0 else 4, number_)[1] if low > 0 else 31
    if day in (None, "XX"):
        return _day(low, number_, 1), _day(low, number_, days)
    assert day is not None
    return (_day(low, number_, int(day)), _day(low, number_, int(day))) if 1 <= int(day) <= days else None


def edtf_interval(value: str) -> tuple[int, int] | None:
    """First and last running day covered by an EDTF level 1 string; ``None`` when it is not one.

    An open or unknown end of an interval reaches beyond every date. The marks ``?``, ``~`` and ``%`` do not widen
    a date. The day numbers only serve for comparison with each other.
    """
    if value.count("/") == 1:
        first, last = value.split("/")
        if first in ("", "..") and last in ("", ".."):
            return None
        low = (-_FOREVER, -_FOREVER) if first in ("", "..") else _single(first)
        high = (_FOREVER, _FOREVER) if last in ("", "..") else _single(last)
        if low is None or high is None or low[0] > high[1]:
            return None
        return low[0], high[1]
    return _single(value)


def is_date(value: str) -> bool:
    """Whether ``value`` is a calendar date YYYY-MM-DD."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return False
    try:
        datetime.date.fromisoformat(value)
    except ValueError:
        return False
    return True


# --- units ------------------------------------------------------------------------------------------------

ISO_4217: Final = frozenset(
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLF CLP CNY COP CRC CUP CVE "
    "CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR "
    "KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN "
    "PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH "
    "UGX USD UYU UZS VED VES VND VUV WST XAF XAG XAU XCD XCG XDR XOF XPD XPF XPT YER ZAR ZMW ZWG ZWL HRK LTL LVL EEK SKK SIT DEM FRF ITL ESP".split()
)
# The part of UCUM (case sensitive form) that news measures in: atoms that take metric prefixes, and atoms that do not.
_METRIC: Final = frozenset("m g s L l t A K cd mol Hz N Pa J W V C F S Wb T H Bq Gy Sv lm lx Cel eV bar ar B bit By pc u kat cal Ohm tex Ci R".split()) | {
    "cal_[th]",
    "[Cal]",
}
_PLAIN: Final = frozenset(
    "min h d wk mo a deg ' '' % [ppth] [ppm] [ppb] [pH] [in_i] [ft_i] [yd_i] [mi_i] [nmi_i] [kn_i] [acr_us] [acr_br] [sft_i] [cft_i] [sin_i] [smi_us] "
    "[lb_av] [oz_av] [oz_tr] [ston_av] [lton_av] [stone_av] [gal_us] [gal_br] [qt_us] [pt_us] [pt_br] [foz_us] [bbl_us] [bu_us] [bu_br] [degF] [HP] "
    "[Btu] [G] [car_m] [Richter] [psi] atm m[Hg] AU [ly] har mo_j a_j wk st 1 10* 10^".split()
)
_PREFIX: Final = ("da", *"YZEPTGMkhdcmunpfazy")
_TERM: Final = re.compile(r"(?P<unit>10[*^]|[^\d.\/{}()][^.\/{}()]*?)?(?P<power>[+-]?\d+)?(?P<note>\{[!-z|~]*\})?")


def _is_unit_atom(unit: str) -> bool:
    if unit in _PLAIN or unit in _METRIC:
        return True
    return any(unit.startswith(prefix) and unit[len(prefix) :] in _METRIC for prefix in _PREFIX) or unit == "har"


@lru_cache(maxsize=4096)
def is_ucum(unit: str) -> bool:
    """Whether ``unit`` is a UCUM expression over the units that news measures in.

    Terms are joined by ``.`` and ``/``; a term is an atom with an optional metric prefix, exponent and annotation
    in braces (``km/h``, ``m2``, ``/a``, ``{person}/d``). Parentheses and special functions are not taken.
    """
    if not unit or unit in {"/", "."}:
        return False
    for term in unit.removeprefix("/").replace("/", ".").split("."):
        match = _TERM.fullmatch(term)
        if not match or not term or not (match["unit"] or match["note"]):
            return False
        if match["unit"] and not _is_unit_atom(match["unit"]):
            return False
    return True


def is_unit(unit: str) -> bool:
    """Whether ``unit`` is one that a figure may carry: ISO 4217, UCUM, ``%`` or ``pp`` (percentage points).

    A currency, ``%`` or ``pp`` may stand over UCUM units: ``KES/kg``, ``%/a``.
    """
    head, slash, rest = unit.partition("/")
    return ((head in ISO_4217 or head in ("%", "pp")) and (not slash or is_ucum(rest))) or is_ucum(unit)
