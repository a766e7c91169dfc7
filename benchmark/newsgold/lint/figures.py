"""Rules on figures."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from newsgold.issues import shown
from newsgold.lint.numbers import Reading, bound_of, read
from newsgold.lint.page import ARTICLES, Hit, Page, inside, place_of, rule
from newsgold.normalize import ISO_4217, number
from newsgold.records import Figure


def _printed(page: Page, figure: Figure) -> str:
    return page.text[figure.span.start : figure.span.end]


def _value(text: str | None) -> Fraction | None:
    return number(text) if text is not None else None


def _shown(value: Fraction) -> str:
    return str(value) if value.denominator in (1, 3, 6, 7, 9) else f"{float(value):.10g}"


def _told(figure: Figure) -> str:
    if figure.parts:
        return f"parts {', '.join(figure.parts)}"
    return figure.low or figure.high or "nothing" if figure.low == figure.high or None in (figure.low, figure.high) else f"{figure.low} to {figure.high}"


@rule("figure-value", "figures", "a value that is not what the span prints (5.2, 5.3)")
def figure_value(page: Page) -> Iterator[Hit]:
    for index, figure in enumerate(page.article.figures):
        reading = read(_printed(page, figure), figure.kind, figure.unit)
        if reading is None:
            continue
        wanted = _mismatch(figure, reading)
        if wanted:
            yield Hit(place_of(figure.span), f"{figure.id} {page.show(place_of(figure.span), 12)} has {_told(figure)}", wanted, ("figures", index, "low"))


def _mismatch(figure: Figure, reading: Reading) -> str | None:
    """What the value should be, or ``None`` where it is that."""
    values = reading.values
    if figure.parts:
        own = tuple(_value(part) for part in figure.parts)
        return None if own == values or len(values) == 1 else f"parts {', '.join(map(_shown, values))}"
    low, high = _value(figure.low), _value(figure.high)
    if reading.vague:
        return None if low == values[0] else f"low {_shown(values[0])} (5.3)"
    if len(values) == 1:
        wants = {value for value in (low, high) if value is not None}
        if figure.unit == "pp" and wants == {values[0] / 100}:
            return None  # hundredths whose "basis points" stand outside
        if figure.kind in ("money", "rate") and wants == {values[0] / 100}:
            return None  # cents of the currency
        # A race time, a length in feet and inches and the like are worked out; only what is no multiple is told.
        return None if wants == {values[0]} else _shown(values[0])
    if len(values) == 2 and figure.bound == "range":
        cents = figure.kind in ("money", "rate") and (low, high) == (values[0] / 100, values[1] / 100)
        return None if (low, high) == values or cents else f"{_shown(values[0])} to {_shown(values[1])}"
    if len(values) == 2 and reading.separator in ("to", "-", "or", "and") and figure.kind not in ("score", "ratio", "rank") and low == high:
        return f"a range from {_shown(values[0])} to {_shown(values[1])}" if values[0] < values[1] and low in (values[0], values[1]) else None
    return None


@rule("figure-bound", "figures", "a bound that disagrees with the words before or behind the number (5.3)")
def figure_bound(page: Page) -> Iterator[Hit]:
    conversions = {relation.figure: figure.bound for figure in page.article.figures for relation in figure.relations if relation.type == "converts_to"}
    for index, figure in enumerate(page.article.figures):
        if figure.kind in ("rank", "score") or figure.bound == "vague":
            continue
        place = place_of(figure.span)
        reading = read(_printed(page, figure), figure.kind, figure.unit)
        bound, words, unsure = bound_of(page.text, place)
        path = ("figures", index, "bound")
        if figure.bound == "range":
            continue
        if reading and reading.vague:
            if bound in (None, "exact", "approximate"):
                yield Hit(place, f"{figure.id} {page.show(place, 12)} is {figure.bound}", "vague (5.3)", path)
            continue
        if "couple" in _printed(page, figure).casefold():
            bound, words = "approximate", "a couple of"
        if bound is None or bound == "exact":
            if figure.bound == "exact" or (figure.id in conversions or page.text[place[0] - 1] in "(/" or re.match(r"\s?\)", page.text[place[1] :])):
                continue
            if figure.kind == "age" and re.search(r"\bin (?:his|her|their) (?:early |mid-|late )?$", page.text[max(0, place[0] - 16) : place[0]]):
                continue
            if reading and len(reading.values) == 2:
                continue
            yield Hit(
                place,
                f"{figure.id} {page.show(place)} is {figure.bound}, with no modifier beside it"
                if bound is None
                else f"{figure.id} {page.show(place)} is {figure.bound} behind {shown(words)}",
                "exact (5.3)",
                path,
            )
        elif bound != figure.bound and (figure.bound == "exact" or conversions.get(figure.id) != figure.bound):  # a modifier carries over (ruling 82)
            # "over two days", "nets over about 130 hectares": the word may be an ordinary preposition.
            distance = page.sport and figure.kind == "measure"  # "rowed over 500 metres"
            if unsure and bound in ("more_than", "less_than") and (figure.kind == "duration" or figure.bound == "approximate" or distance):
                continue
            yield Hit(place, f"{figure.id} {page.show(place)} is {figure.bound} with {shown(words)} beside it", f"{bound} (5.3)", path)


@rule("figure-modifier", "figures", "a span that takes in the modifier before the number")
def figure_modifier(page: Page) -> Iterator[Hit]:
    for index, figure in enumerate(page.article.figures):
        printed = _printed(page, figure)
        if re.match(
            r"(?:about|some|around|roughly|nearly|almost|at least|up to|more than|over|less than|fewer than|under|only|just|between|the|an estimated|exactly|as many as)\s",
            printed,
            re.I,
        ):
            yield Hit(place_of(figure.span), f"the span {shown(printed)} of {figure.id}", "the number without its modifier (5.2)", ("figures", index, "span"))


# --- units -------------------------------------------------------------------------------------------------------------------

# What a span prints, and the units it may have; kinds that such a span may have.
_UNITS: Final = [
    (r"%|per\s?cent\b|percent\b|\bpct\b", {"%"}, {"percent", "rate"}),
    (r"percentage[\s-]points?\b|basis[\s-]points?\b", {"pp"}, {"percentage_points"}),
    (r"£", {"GBP", "EGP", "LBP", "SDG", "SYP"}, {"money", "rate"}), (r"€|\beuros?\b", {"EUR"}, {"money", "rate"}),
    (r"\$|\bdollars?\b", {"USD", "AUD", "CAD", "NZD", "SGD", "HKD", "JMD", "FJD", "TTD", "BBD", "NAD", "BRL", "MXN", "ARS", "CLP", "COP", "UYU", "TWD", "XCD", "BSD", "BZD", "GYD", "LRD", "SBD", "SRD", "BND", "ZWG", "TOP", "WST", "CUP", "DOP", "NIO"}, {"money", "rate"}),
    (r"₹|\brupees?\b", {"INR", "PKR", "LKR", "NPR", "MUR", "SCR", "MVR"}, {"money", "rate"}),
    (r"\bshillings?\b|\bksh|^sh\d", {"KES", "UGX", "TZS", "SOS"}, {"money", "rate"}),
    (r"\bpesos?\b", {"MXN", "PHP", "ARS", "CLP", "COP", "UYU", "CUP", "DOP"}, {"money", "rate"}), (r"\bnaira\b|₦", {"NGN"}, {"money", "rate"}),
    (r"\brand\b", {"ZAR"}, {"money", "rate"}), (r"\bcfa", {"XOF", "XAF"}, {"money", "rate"}), (r"\bdinars?\b", {"RSD", "DZD", "TND", "JOD", "KWD", "BHD", "IQD", "LYD", "MKD"}, {"money", "rate"}),
    (r"\d\s?km/h\b|\bkilomet(?:re|er)s (?:an|per) hour\b", {"km/h"}, {"rate", "measure"}), (r"\bmph\b|\bmiles (?:an|per) hour\b", {"[mi_i]/h"}, {"rate"}),
    (r"\b(?:sq|square) (?:km|kilomet(?:re|er)s?)\b|km²", {"km2"}, {"measure"}), (r"\b(?:sq|square) (?:m|met(?:re|er)s?)\b|m²", {"m2"}, {"measure"}),
    (r"\bcubic met(?:re|er)s?\b|m³", {"m3"}, {"measure"}), (r"km\b|\bkilomet(?:re|er)s?\b", {"km"}, {"measure", "rate"}), (r"\bcentimet(?:re|er)s?\b|\dcm\b|\bcm\b", {"cm"}, {"measure"}),
    (r"\bmillimet(?:re|er)s?\b|\dmm\b|\bmm\b", {"mm"}, {"measure"}), (r"\bmet(?:re|er)s?\b", {"m"}, {"measure"}), (r"\bmiles?\b", {"[mi_i]", "[nmi_i]"}, {"measure"}),
    (r"\bf(?:ee|oo)t\b|\dft\b|\bft\b", {"[ft_i]"}, {"measure"}), (r"\binch(?:es)?\b", {"[in_i]"}, {"measure"}), (r"\byards?\b", {"[yd_i]"}, {"measure"}),
    (r"\bhectares?\b|\bha\b", {"har"}, {"measure"}), (r"\bacres?\b", {"[acr_us]"}, {"measure"}), (r"\blit(?:re|er)s?\b", {"L"}, {"measure"}), (r"\bgallons?\b", {"[gal_us]", "[gal_br]"}, {"measure"}),
    (r"\bbarrels?\b", {"[bbl_us]"}, {"measure"}), (r"kg\b|\bkilos?\b|\bkilogram(?:me)?s?\b", {"kg"}, {"measure"}), (r"\btonnes?\b", {"t"}, {"measure"}), (r"\btons?\b", {"t", "[ston_av]", "[lton_av]"}, {"measure"}),
    (r"\bpounds?\b|\dlbs?\b", {"[lb_av]", "GBP", "EGP", "LBP", "SDG", "SYP"}, {"measure", "money"}), (r"\bMW\b|\bmegawatts?\b", {"MW"}, {"measure"}),
    (r"\bmonths?\b", {"mo"}, {"duration", "age"}), (r"\bweeks?\b", {"wk"}, {"duration", "age"}), (r"\bdays?\b", {"d"}, {"duration", "age"}), (r"\bhours?\b", {"h"}, {"duration", "age"}),
    (r"\bminutes?\b", {"min"}, {"duration"}), (r"\bseconds?\b", {"s"}, {"duration"}), (r"-years?-olds?\b|\byears? old\b", {"a"}, {"age"}), (r"\byears?\b", {"a"}, {"duration", "age"}),
    (r"\bdegrees? celsius\b|°C", {"Cel"}, {"measure"}), (r"\bdegrees? fahrenheit\b|°F", {"[degF]"}, {"measure"}),
]  # fmt: skip
# More that a span may print.
_UNITS_MORE: Final = [
    (r"\breais\b|^r\$", {"BRL"}, {"money", "rate"}), (r"\d\s?lbs?\b", {"[lb_av]"}, {"measure"}), (r"\d\s?mg\b|\bmilligrams?\b", {"mg"}, {"measure"}), (r"\bgram(?:me)?s?\b", {"g"}, {"measure"}),
    (r"mph\b", {"[mi_i]/h"}, {"rate", "measure"}), (r"\brs\.?\s?\d", {"INR", "PKR", "LKR", "NPR", "MUR", "SCR"}, {"money", "rate"}), (r"\byen\b|¥", {"JPY", "CNY"}, {"money", "rate"}),
    (r"\byuan\b", {"CNY"}, {"money", "rate"}), (r"\bfrancs?\b", {"CHF", "XOF", "XAF", "XPF", "RWF", "BIF", "CDF", "GNF", "DJF", "KMF", "MGA"}, {"money", "rate"}), (r"\blira\b|₺", {"TRY"}, {"money", "rate"}),
    (r"\bbaht\b", {"THB"}, {"money", "rate"}), (r"\bwon\b", {"KRW"}, {"money", "rate"}), (r"\bzlot", {"PLN"}, {"money", "rate"}), (r"\brupiah\b|\brp\s?\d", {"IDR"}, {"money", "rate"}),
    (r"\bhryvni", {"UAH"}, {"money", "rate"}), (r"\brou?bles?\b|₽", {"RUB", "BYN"}, {"money", "rate"}), (r"\bringgit\b|\brm\s?\d", {"MYR"}, {"money", "rate"}), (r"\bknots\b", {"[kn_i]"}, {"rate", "measure"}),
    (r"^r\s?\d", {"ZAR"}, {"money", "rate"}), (r"\bounces?\b|\boz\b", {"[oz_av]", "[oz_tr]", "[foz_us]"}, {"measure"}), (r"\bkWh\b|\bkilowatt-hours?\b", {"kW.h"}, {"measure"}), (r"\bGW\b|\bgigawatts?\b", {"GW"}, {"measure"}),
]  # fmt: skip
_UNIT_RE: Final = [(re.compile(pattern, re.IGNORECASE), units, kinds) for pattern, units, kinds in [*_UNITS_MORE, *_UNITS]]
# A unit's word behind the span, which 5.2 wants inside it.
_BEHIND: Final = re.compile(
    r"[ \u00a0-]?(?:%|per\s?cent|percent|percentage points?|basis points?|kilomet(?:re|er)s?|km/h|km|centimet(?:re|er)s?|met(?:re|er)s?|miles?|feet|hectares?|acres?|lit(?:re|er)s?|gallons?|barrels?"
    r"|kilograms?|kilogrammes?|kilos?|kg|tonnes?|tons?|euros?|dollars?|megawatts?|MW|years?|months?|weeks?|days?|hours?|minutes?|seconds?)(?![\w-])",
    re.IGNORECASE,
)


@rule("figure-unit", "figures", "a unit or kind that disagrees with the unit in the span (5.2, 5.4)")
def figure_unit(page: Page) -> Iterator[Hit]:
    for index, figure in enumerate(page.article.figures):
        printed = _printed(page, figure)
        if figure.kind in ("rank", "score") or (figure.kind == "ratio" and not re.search(r"%|per\s?cent", printed)):
            continue
        code = re.match(r"([A-Z]{3})\s?\d", printed)
        if code and code[1] in ISO_4217 and (figure.unit or "").split("/")[0] != code[1]:
            yield Hit(
                place_of(figure.span), f"{figure.id} {shown(printed)} has unit {figure.unit or 'null'}", f"unit {code[1]} (5.4)", ("figures", index, "unit")
            )
            continue
        if figure.kind == "age" and figure.unit not in ("a", "mo", "wk", "d", "h"):
            yield Hit(
                place_of(figure.span),
                f"{figure.id} {shown(printed)} is an age in {figure.unit or 'no unit'}",
                "unit a, unless other units are printed (5.4)",
                ("figures", index, "unit"),
            )
            continue
        fits = [(units, kinds) for pattern, units, kinds in _UNIT_RE if pattern.search(printed)]
        head = (figure.unit or "").split("/")[0]
        if not fits or any((figure.unit in units or head in units) and figure.kind in {*kinds, "rate"} for units, kinds in fits):
            continue  # a span may print two: "1 minute 53.7 seconds"
        units, kinds = fits[0]
        wrong = [] if figure.kind in {*kinds, "rate"} else [f"kind {figure.kind}"]
        if figure.unit not in units and head not in units and not (figure.kind == "rate" and "/" in (figure.unit or "")):
            wrong.append(f"unit {figure.unit or 'null'}")
        if wrong:
            expected = " or ".join(sorted(kinds)), " or ".join(sorted(units)[:4]) + (" …" if len(units) > 4 else "")
            yield Hit(
                place_of(figure.span),
                f"{figure.id} {shown(printed)} has {' and '.join(wrong)}",
                f"kind {expected[0]}, unit {expected[1]} (5.4)",
                ("figures", index, "unit"),
            )


@rule("figure-unit-outside", "figures", "a unit or currency sign beside the span that belongs into it (5.2)")
def figure_unit_outside(page: Page) -> Iterator[Hit]:
    for index, figure in enumerate(page.article.figures):
        if figure.kind in ("rank", "score", "ratio"):
            continue
        start, end = place_of(figure.span)
        # A score of half an hour's "an hour", a rate's "a day": no unit of the number itself.
        behind = _BEHIND.match(page.text, end)
        before = page.text[start - 1 : start]
        # "five day labourers": a unit in the singular behind a larger number belongs to the next noun.
        singular = behind and re.fullmatch(r"\s(?:year|month|week|day|hour|minute|second|mile|acre|ton|tonne|euro|dollar)", behind[0], re.I)
        if behind and not (singular and figure.high not in ("1", "1/2", "1/4")):
            yield Hit(
                (start, end),
                f"the span {shown(_printed(page, figure))} of {figure.id} leaves out {shown(behind[0].strip())} behind it",
                "the unit inside the span (5.2)",
                ("figures", index, "span"),
            )
        elif before and before in "$£€¥₹₦":
            yield Hit(
                (start, end),
                f"the span {shown(_printed(page, figure))} of {figure.id} leaves out {shown(before)} before it",
                "the currency sign inside the span (5.2)",
                ("figures", index, "span"),
            )


@rule("figure-of-article", "figures", "an `of` that begins with a determiner")
def figure_of_article(page: Page) -> Iterator[Hit]:
    for index, figure in enumerate(page.article.figures):
        if figure.of is None:
            continue
        printed = page.text[figure.of.start : figure.of.end]
        if printed.split()[0].casefold() in ARTICLES | {"this", "these", "those", "his", "her", "their", "its", "our", "my"} and " " in printed:
            yield Hit(place_of(figure.of), f"the `of` of {figure.id} is {shown(printed)}", "it without determiner (5.5)", ("figures", index, "of"))


@rule("figure-of-itself", "figures", "an `of` that takes in the number it belongs to")
def figure_of_itself(page: Page) -> Iterator[Hit]:
    for index, figure in enumerate(page.article.figures):
        if (
            figure.of
            and figure.of.start < figure.span.end
            and figure.span.start < figure.of.end
            and figure.span.start >= figure.of.start
            and place_of(figure.of) != place_of(figure.span)
        ):
            yield Hit(
                place_of(figure.of),
                f"the `of` of {figure.id} is {shown(page.text[figure.of.start : figure.of.end])}, which holds {shown(_printed(page, figure))}",
                "the noun after the number (5.5)",
                ("figures", index, "of"),
            )


# Between a number and a trigger that governs it: "12 [killed]", "20 people were [hurt]", "[killing] at least 14", "[rose] by 5%".
_TO_TRIGGER: Final = re.compile(r"[ \u00a0](?:(?:have|has|had|been|were|was|are|is|be|also|already|people|others|more|men|women|children)[ \u00a0])*")
_FROM_TRIGGER: Final = re.compile(
    r"[ \u00a0](?:(?:by|about|some|around|nearly|almost|at|least|most|more|less|than|up|to|only|just|another|an|estimated)[ \u00a0])*"
)


@rule("figure-beside-trigger", "figures", "event null though a trigger stands right before or behind the number (5.5)")
def figure_beside_trigger(page: Page) -> Iterator[Hit]:
    starts = {mention.start: event for event in page.article.events for mention in event.mentions}
    ends = {mention.end: event for event in page.article.events for mention in event.mentions}
    for index, figure in enumerate(page.article.figures):
        if figure.event is not None or figure.kind not in ("count", "money", "percent", "percentage_points", "score"):
            continue
        start, end = place_of(figure.span)
        behind = _TO_TRIGGER.match(page.text, end)
        event = starts.get(behind.end()) if behind else None
        if event is None:
            event = next((there for stop, there in ends.items() if 0 < start - stop < 40 and _FROM_TRIGGER.fullmatch(page.text, stop, start)), None)
        if event and page.text[end : end + 1] != "-":
            yield Hit(
                (start, end),
                f"{figure.id} {page.show((start, end))} stands right beside the trigger of {event.id}, and its event is null",
                f"event {event.id} (5.5)",
                ("figures", index, "event"),
            )


@rule("figure-event", "figures", "event null though the number stands in a participant's mention beside a trigger (5.5)")
def figure_event(page: Page) -> Iterator[Hit]:
    for index, figure in enumerate(page.article.figures):
        if figure.event is not None or figure.kind not in ("count", "money"):
            continue
        spot = place_of(figure.span)
        for event in page.article.events:
            for part in event.participants:
                if part.mention is None or not inside(spot, place_of(part.mention)) or part.role in ("place", "origin", "destination", "instrument"):
                    continue
                # Only where the number opens the phrase ("[at least 12] people"), not deep inside it ("a bag of 90 kg").
                lead = page.text[part.mention.start : spot[0]].strip()
                if len(lead.split()) > 3 or not re.fullmatch(r"(?:[\w-]+\s)*[\w-]*", lead) or re.search(r"\b(?:of|in|from|with|for|an?)\b", lead):
                    continue
                if any(_same_clause(page, part.mention.end, part.mention.start, mention.start) for mention in event.mentions):
                    yield Hit(
                        spot,
                        f"{figure.id} {page.show(spot, 12)} counts {part.role} {part.entity} of {event.id} ({shown(page.text[event.mentions[0].start : event.mentions[0].end])}), and its event is null",
                        f"event {event.id} (5.5)",
                        ("figures", index, "event"),
                    )
                    break
            else:
                continue
            break


def _same_clause(page: Page, end: int, start: int, trigger: int) -> bool:
    """Whether a trigger stands in the clause of a phrase, with no relative pronoun between them."""
    low, high = (end, trigger) if trigger >= end else (trigger, start)
    between = page.text[low:high]
    return len(between) < 60 and not re.search(r"[.;:!?\n]|\b(?:who|which|that|where|whose|when|because|after|before|while|as)\b", between)


# --- relations ----------------------------------------------------------------------------------------------------------------

# Length of the unit in the first of its family; temperature is worked out.
_FACTORS: Final = {
    "m": ("length", 1.0), "km": ("length", 1000.0), "cm": ("length", 0.01), "mm": ("length", 0.001), "[mi_i]": ("length", 1609.344), "[ft_i]": ("length", 0.3048),
    "[in_i]": ("length", 0.0254), "[yd_i]": ("length", 0.9144), "[nmi_i]": ("length", 1852.0), "m2": ("area", 1.0), "km2": ("area", 1e6), "har": ("area", 1e4),
    "[acr_us]": ("area", 4046.87), "[sft_i]": ("area", 0.092903), "[smi_us]": ("area", 2589988.0), "L": ("volume", 1.0), "m3": ("volume", 1000.0), "[gal_us]": ("volume", 3.78541),
    "[gal_br]": ("volume", 4.54609), "[bbl_us]": ("volume", 158.987), "kg": ("mass", 1.0), "g": ("mass", 0.001), "t": ("mass", 1000.0), "[ston_av]": ("mass", 907.185), "[lton_av]": ("mass", 1016.05),
    "[lb_av]": ("mass", 0.453592), "[oz_av]": ("mass", 0.0283495), "[oz_tr]": ("mass", 0.0311035), "km/h": ("speed", 1.0), "[mi_i]/h": ("speed", 1.609344), "m/s": ("speed", 3.6), "[kn_i]": ("speed", 1.852),
}  # fmt: skip
_OFF: Final = 0.05


def _single(figure: Figure) -> float | None:
    value = _value(figure.low) if figure.low is not None else _value(figure.high)
    return float(value) if value is not None else None


@rule("relation-subset", "figures", "a part that is larger than its whole, or measured in something else")
def relation_subset(page: Page) -> Iterator[Hit]:
    by_id = {figure.id: figure for figure in page.article.figures}
    for index, figure in enumerate(page.article.figures):
        for place, relation in enumerate(figure.relations):
            whole = by_id.get(relation.figure)
            if relation.type != "subset_of" or whole is None:
                continue
            path = ("figures", index, "relations", place)
            part_low, whole_high = _value(figure.low), _value(whole.high)
            told = f"{figure.id} {shown(_printed(page, figure))} is subset_of {whole.id} {shown(_printed(page, whole))}"
            if figure.kind == whole.kind and figure.unit == whole.unit:
                if part_low is not None and whole_high is not None and part_low > whole_high and whole.bound in ("exact", "range", "at_most", "less_than"):
                    yield Hit(place_of(figure.span), f"{told}, and larger", "a part up to its whole (5.6)", path)
            elif figure.kind in ("percent", "ratio"):
                if figure.kind == "percent" and part_low is not None and part_low > 100:
                    yield Hit(place_of(figure.span), f"{told}, and over 100%", "a share up to the whole", path)
            elif {figure.kind, whole.kind} != {"count", "measure"}:
                yield Hit(
                    place_of(figure.span), f"{told}, a {figure.kind} of a {whole.kind}", "a part in the unit of its whole, or a percent or fraction (5.6)", path
                )


@rule("relation-converts", "figures", "a conversion within one unit, between kinds, from the later to the first printed, or off by more than 5%")
def relation_converts(page: Page) -> Iterator[Hit]:
    by_id = {figure.id: figure for figure in page.article.figures}
    rates: defaultdict[tuple[str, str], list[tuple[float, int, Figure, Figure]]] = defaultdict(list)
    for index, figure in enumerate(page.article.figures):
        for place, relation in enumerate(figure.relations):
            other = by_id.get(relation.figure)
            if relation.type != "converts_to" or other is None:
                continue
            path = ("figures", index, "relations", place)
            told = f"{figure.id} {shown(_printed(page, figure))} converts_to {other.id} {shown(_printed(page, other))}"
            spot = place_of(figure.span)
            if figure.bound == "approximate" and other.bound == "exact" and 0 < other.span.start - figure.span.end < 30:
                yield Hit(place_of(other.span), f"{told}, {figure.bound} and {other.bound}", "approximate for both: a modifier carries over (ruling 82)", path)
            if figure.unit == other.unit:
                yield Hit(spot, f"{told}, both in {figure.unit or 'no unit'}", "another unit (5.6)", path)
                continue
            if other.span.start < figure.span.start:
                yield Hit(spot, f"{told}, which is printed before it", "the first printed to carry it (5.6)", path)
            mine, theirs = _single(figure), _single(other)
            one, two = _FACTORS.get(figure.unit or ""), _FACTORS.get(other.unit or "")
            if {figure.unit, other.unit} == {"Cel", "[degF]"} and mine is not None and theirs is not None:
                celsius, fahrenheit = (mine, theirs) if figure.unit == "Cel" else (theirs, mine)
                if abs(celsius * 1.8 + 32 - fahrenheit) > 1.5:
                    yield Hit(
                        spot, f"{told}, which is {celsius * 1.8 + 32:.0f} degrees Fahrenheit", "values that agree within a degree, or the text's own slip", path
                    )
            elif one and two:
                if one[0] != two[0]:
                    yield Hit(spot, f"{told}, {one[0]} into {two[0]}", "units of one quantity", path)
                elif mine and theirs and abs(mine * one[1] / (theirs * two[1]) - 1) > _tolerance(figure, other):
                    yield Hit(
                        spot,
                        f"{told}, which is {mine * one[1] / two[1]:.4g} {other.unit}",
                        f"values that agree within {_OFF:.0%}, or the text's own slip",
                        path,
                    )
            elif figure.kind == other.kind == "money" and figure.unit and other.unit and mine and theirs:
                low, high = sorted((figure.unit, other.unit))
                rates[low, high].append((theirs / mine if figure.unit == low else mine / theirs, index, figure, other))
    for (low, high), found in rates.items():
        middle = sorted(rate for rate, *_ in found)[(len(found) - 1) // 2]
        for rate, index, figure, other in found:
            if len(found) > 1 and abs(rate / middle - 1) > max(_OFF, _tolerance(figure, other)):
                yield Hit(
                    place_of(figure.span),
                    f"{figure.id} {shown(_printed(page, figure))} converts to {other.id} {shown(_printed(page, other))} at {rate:.4g} {high} a {low}; elsewhere {middle:.4g}",
                    "one rate in an article, or the text's own slip",
                    ("figures", index, "relations"),
                )


def _tolerance(one: Figure, other: Figure) -> float:
    """How far a conversion may be off: 5%, or what rounding to the printed digits makes."""
    rounding = 0.0
    for figure in (one, other):
        value = _value(figure.low) if figure.low is not None else _value(figure.high)
        if value:
            digits = f"{float(value):.10g}"
            last = (
                10.0 ** -len(digits.split(".")[1])
                if "." in digits and "e" not in digits
                else 10.0 ** (len(digits) - len(digits.rstrip("0")))
                if "e" not in digits
                else 0.0
            )
            rounding += 0.5 * last / abs(float(value))
    return max(_OFF, min(rounding, 0.1))


@rule("relation-unlike", "figures", "a figure that revises or is compared with one of another kind, or with itself by a ring")
def relation_unlike(page: Page) -> Iterator[Hit]:
    by_id = {figure.id: figure for figure in page.article.figures}
    for index, figure in enumerate(page.article.figures):
        for place, relation in enumerate(figure.relations):
            other = by_id.get(relation.figure)
            if other is None:
                continue
            path = ("figures", index, "relations", place)
            told = f"{figure.id} {shown(_printed(page, figure))} {relation.type} {other.id} {shown(_printed(page, other))}"
            if any(back.figure == figure.id and back.type == relation.type for back in other.relations):
                if figure.id < other.id:
                    yield Hit(place_of(figure.span), f"{told}, and the other way round", "each relation stated once (5.6)", path)
            elif relation.type in ("revises", "compared_with") and (figure.kind != other.kind or (figure.unit != other.unit and relation.type == "revises")):
                yield Hit(
                    place_of(figure.span),
                    f"{told}, {figure.kind} in {figure.unit or 'no unit'} and {other.kind} in {other.unit or 'no unit'}",
                    "figures of the same thing (5.6)",
                    path,
                )


@rule("figure-change", "figures", "a change that the verb beside the number contradicts (5.5)")
def figure_change(page: Page) -> Iterator[Hit]:
    up = re.compile(
        r"\b(?:rose|risen|rise|rises|increased|grew|grown|climbed|gained|jumped|up|surged)\s(?:by\s|about\s|some\s|nearly\s|almost\s|more than\s|around\s)*$",
        re.I,
    )
    down = re.compile(
        r"\b(?:fell|fallen|fall|falls|decreased|dropped|declined|down|cut|shrank|slipped|plunged)\s(?:by\s|about\s|some\s|nearly\s|almost\s|more than\s|around\s)*$",
        re.I,
    )
    for index, figure in enumerate(page.article.figures):
        before = page.text[max(0, figure.span.start - 40) : figure.span.start]
        for pattern, change in ((up, "increase"), (down, "decrease")):
            if pattern.search(before) and figure.change != change and figure.kind in ("percent", "percentage_points", "count", "money", "measure"):
                yield Hit(
                    place_of(figure.span),
                    f"{figure.id} {page.show(place_of(figure.span))} has change {figure.change or 'null'}",
                    f"{change} (5.5)",
                    ("figures", index, "change"),
                )
