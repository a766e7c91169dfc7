"""Numbers that measure or count: span, value, bound, unit and what is counted.

Number words are read by the library text2num; units, bounds and everything that is no figure (dates, clock times, house
numbers) are tables here, because the number libraries with unit models guess wrong on news (a bare "m" is metres to them)
and know neither ISO 4217 nor UCUM.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from text_to_num import text2num  # type: ignore[import-not-found,import-untyped,unused-ignore]

from names import before_noun, before_verb
from page import ARTICLES, AUXILIARIES, CLAUSE, MONTHS, PREPOSITIONS, PRONOUNS, WEEKDAYS, Page, Span, index, kind_of_noun, words

# --- how numbers are written -------------------------------------------------------------------------------------------

_UNITS = "one|two|three|four|five|six|seven|eight|nine"
_SMALL = (
    rf"(?:(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[-\s](?:{_UNITS})\b)?|{_UNITS}|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh"
    rf"|nine)teen|zero)"
)
_WORDED = rf"{_SMALL}(?:\s+(?:hundred|thousand)\b(?:\s+(?:and\s+)?{_SMALL}\b(?:\s+hundred\b)?)?)*"
_DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+"
_SCALES = {"dozen": 12, "hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12, "lakh": 10**5, "crore": 10**7}
_SHORT = {"k": 10**3, "m": 10**6, "mn": 10**6, "bn": 10**9, "b": 10**9, "tn": 10**12}
_NUMBER = (
    rf"(?:(?P<sign{{n}}>minus\s|(?<![\w)])[-−])?(?:(?P<digits{{n}}>{_DIGITS})|(?P<worded{{n}}>half\s+an?(?=\s(?:dozen|million|billion))"
    rf"|an?\s(?:hundred|thousand)\sand\s{_SMALL}\b|{_WORDED}"
    rf"|an?(?=[\s-](?:dozen|hundred|thousand|million"
    rf"|billion)\b)))(?P<half{{n}}>\s+and\s+a\s+half\b)?(?:[\s-]?(?P<scale{{n}}>{'|'.join(_SCALES)})\b)?(?P<short{{n}}>(?:k|mn?|bn|b|tn)(?![\w²³/]))?)"
)
_CURRENCY_SIGN = (
    r"(?:US|AU|A|C|CA|NZ|S|HK|R)?\$|£|€|¥|₹|₦|₱|₽|₺|(?:USD|EUR|GBP|AUD|CAD|NZD|CHF|JPY|CNY|INR|KES|NGN|ZAR|GHS|PLN|SEK|NOK|DKK|Rs\.?|R(?=\d)|Sh|KSh|VND|IDR|THB|MYR|PHP|UGX|TZS|RWF|ETB|PKR|LKR|BDT|NPR|XOF|XAF|EGP|MAD|TRY|RUB|UAH|CZK|HUF|RON|BRL|MXN|ARS|CLP|COP|PEN|AED|SAR|ILS|KRW|SGD|HKD"
    r"|FJD|JMD|TTD|ZMW|MZN|Kč|Rp|RM(?=\s?\d)|GH₵|GH¢|Tk)\s?"
)
# A letter right behind a number makes it a name (A320b) unless it is a unit (40km, 4C, 30s).
_NO_UNIT = r"(?!(?:km|kg|cm|mm|mg|g|m|C|F|ft|in|lbs?|oz|ha|[MGk]Wh?|mph|kph|kmh|km/h|L|hPa|GB|MB|pc|s|k?m[²³2])\b)\w"
_FIGURE = re.compile(
    rf"(?<![\w.,$£€/])(?P<sign_a>{_CURRENCY_SIGN})?{_NUMBER.replace('{n}', '1')}(?:(?P<same>\s?%|\sper\s?cent|\s(?:km|kg|metres|kilometres"
    rf"|miles))?(?P<to>\s?[-–—]\s?|\s+(?:to|or|and)\s+)(?P<sign_b>{_CURRENCY_SIGN})?{_NUMBER.replace('{n}', '2')})?(?!{_NO_UNIT}|[.,]\d)",
    re.IGNORECASE,
)
_VAGUE_LOW = {
    "dozen": 24,
    "dozens": 24,
    "scores": 40,
    "hundred": 200,
    "hundreds": 200,
    "thousand": 2000,
    "thousands": 2000,
    "million": 2 * 10**6,
    "millions": 2 * 10**6,
    "billions": 2 * 10**9,
    "decades": 20,
    "centuries": 200,
}
_VAGUE = re.compile(
    r"\b(?:(?P<times>tens|dozens|hundreds)\s+of\s+(?P<of>thousands|millions|billions)|(?:several|a\s+few|a\s+couple\s+of)\s+(?P<few>dozen|hundred|thousand"
    r"|million)"
    r"|(?P<plain>dozens|hundreds|thousands|millions|billions|decades|centuries|scores(?=\sof\s(?!music))))\b", re.IGNORECASE
)  # fmt: skip
_ORDINALS = {word: n for n, word in enumerate("first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(), 1)}
_ORDINAL = rf"(?:{'|'.join(_ORDINALS)}|\d+(?:st|nd|rd|th))"
_PARTS = {"half": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10}
_FRACTION = re.compile(rf"\b(?P<over>an?|one|two|three|four|five|six|seven|eight|nine)[-\s](?P<part>{'|'.join(_PARTS)})(?P<plural>s?)\b", re.IGNORECASE)
_OUT_OF = re.compile(
    rf"(?<![\w.,])(?P<a>{_SMALL}|\d+)\s+(?:in|out\sof)\s+(?P<b>{_SMALL}|(?!(?:19|20)\d\d\b)\d+)\b(?!\s(?:the|days?|weeks?|months?|years?|hours?|minutes?))",
    re.IGNORECASE,
)
_HALF_UNITS = {"tonne": "t", "ton": "t", "kilo": "kg", "kilogram": "kg", "litre": "L", "kilometre": "km", "mile": "[mi_i]", "metre": "m", "hectare": "har"}
_HALF = re.compile(
    rf"\bhalf\san?\s(?:(?P<time>hour|day|minute|year)|(?P<measure>{'|'.join(_HALF_UNITS)}))\b|\ban?\s(?P<more>hour|day|year|week|month)\sand\sa\shalf\b",
    re.IGNORECASE,
)
# "A couple of", and "half" and "double" where they apply to a number.
_FIXED = re.compile(
    r"\b(?:(?P<couple>a\scouple)(?=\sof\b)|(?P<half>half)(?=\s(?:of\s)?(?:the|all|its|their)\s\d)|(?P<double>double)(?=\sthe\s\d))", re.IGNORECASE
)
_RANK = re.compile(
    rf"\b(?P<super>{_ORDINAL})[-\s](?:most[-\s]\w+|\w+est)\b|\b(?:finish(?:ed|es)|came|rank(?:ed|s)|placed|stay(?:ed)?|lie|lies|sit|sits|climb\sto"
    rf"|climbed\sto|up\sto|drop\sto|in|into|to|for)\s+(?:joint\s)?"
    rf"(?P<place>{_ORDINAL})(?=\s(?:place|spot|position|in\sthe\s(?:league|table|standings|group))\b|[,.;]|\s(?:and|behind|with|on|after)\b)"
    rf"|\b(?:is|are|was|were|now|be)\s(?:joint\s)?(?P<stands>{_ORDINAL})(?=\s(?:in|among|out\sof)\b)|\b(?P<placed>{_ORDINAL})\s(?:place|spot)\b|\branked\s(?:No\.?|number)\s(?P<no>\d+)",
    re.IGNORECASE,
)
_SCORE = re.compile(r"(?<![\w.,–-])(\d{1,3})[-–](\d{1,3})(?![\w–-]|[.,]\d)")
_TALLY = re.compile(rf"\b(\d+)\s(?:votes\s)?to\s(\d+)(?=\s(?:votes|vote|against|in\sfavour)\b)|\b(\d+|{_SMALL})\svotes\sto\s(\d+|{_SMALL})\b")

# --- units: pattern behind the number -> kind, unit, factor ----------------------------------------------------------------

_TIME = {"second": "s", "minute": "min", "hour": "h", "day": "d", "week": "wk", "month": "mo", "year": "a"}
_CURRENCY_WORDS = {
    "euro": "EUR", "yen": "JPY", "yuan": "CNY", "won": "KRW", "baht": "THB", "naira": "NGN", "cedi": "GHS", "rand": "ZAR", "zloty": "PLN", "zlotys": "PLN",
    "forint": "HUF", "lira": "TRY",
    "leu": "RON", "lei": "RON", "lev": "BGN", "leva": "BGN", "hryvnia": "UAH", "hryvnias": "UAH", "hryvnya": "UAH", "rouble": "RUB", "ruble": "RUB",
    "kroner": "NOK", "kronor": "SEK", "krona": "SEK", "krone": "NOK",
    "kronur": "ISK", "soles": "PEN", "sol": "PEN", "real": "BRL", "reais": "BRL", "rupiah": "IDR", "ringgit": "MYR", "taka": "BDT", "dong": "VND",
    "birr": "ETB", "kwacha": "ZMW", "pula": "BWP", "shekel": "ILS",
    "rial": "IRR", "riyal": "SAR", "dirham": "AED", "dinar": "RSD", "tenge": "KZT", "lari": "GEL", "dram": "AMD", "manat": "AZN", "koruna": "CZK",
    "crown": "CZK", "franc": "CHF", "guarani": "PYG", "quetzal": "GTQ",
    "meticais": "MZN", "dalasi": "GMD", "leone": "SLE", "ariary": "MGA", "tugrik": "MNT", "kyat": "MMK", "riel": "KHR", "kip": "LAK", "afghani": "AFN",
    "tala": "WST", "vatu": "VUV", "kina": "PGK", "pa'anga": "TOP", "gourde": "HTG", "colones": "CRC", "denar": "MKD", "lek": "ALL", "cordoba": "NIO", "som": "KGS", "somoni": "TJS", "pataca": "MOP", "sucre": "USD", "lempira": "HNL",
}  # fmt: skip
# Currency names that several countries share: by the article's region, else the first.
_SHARED = {
    "dollar": {
        "": "USD",
        "AU": "AUD",
        "CA": "CAD",
        "NZ": "NZD",
        "SG": "SGD",
        "HK": "HKD",
        "JM": "JMD",
        "ZW": "USD",
        "FJ": "FJD",
        "NA": "NAD",
        "TT": "TTD",
        "BB": "BBD",
    },
    "shilling": {"": "KES", "UG": "UGX", "TZ": "TZS", "SO": "SOS"},
    "peso": {"": "MXN", "PH": "PHP", "AR": "ARS", "CL": "CLP", "CO": "COP", "UY": "UYU", "CU": "CUP"},
    "rupee": {"": "INR", "PK": "PKR", "LK": "LKR", "NP": "NPR", "MU": "MUR"},
    "pound": {"": "GBP", "EG": "EGP", "LB": "LBP"},
}
_REGIONS = {
    "us": "US", "u.s.": "US", "american": "US", "australian": "AU", "canadian": "CA", "new zealand": "NZ", "singapore": "SG", "hong kong": "HK", "jamaican": "JM",
    "kenyan": "KE", "ugandan": "UG", "tanzanian": "TZ", "mexican": "MX",
    "philippine": "PH", "argentine": "AR", "chilean": "CL", "colombian": "CO", "uruguayan": "UY", "indian": "IN", "pakistani": "PK", "sri lankan": "LK",
    "nepalese": "NP", "british": "GB", "egyptian": "EG", "fijian": "FJ",
    "somali": "SO", "danish": "DK", "swedish": "SE", "norwegian": "NO", "swiss": "CH", "czech": "CZ", "russian": "RU", "belarusian": "BY", "cfa": "XO",
    "serbian": "RS", "jordanian": "JO", "kuwaiti": "KW", "tunisian": "TN",
}  # fmt: skip
# Names that tell where an article plays, for the countries whose dollar, rupee, peso, shilling or pound is meant without saying so.
_PLACES = {
    "FJ": "Fiji(?:an)?s?|Suva|Nadi|Lautoka", "LK": "Sri Lankan?|Colombo|Sinhala|Kandy", "PK": "Pakistan|Pakistani|Karachi|Lahore|Islamabad",
    "NP": "Nepal|Nepali|Nepalese|Kathmandu", "MU": "Mauriti(?:us|an)|Port Louis", "IN": "India|Indian|Delhi|Mumbai", "AU": "Australian?|Sydney|Melbourne|Canberra",
    "CA": "Canada|Canadian|Ontario|Toronto|Ottawa", "NZ": "New Zealand|Auckland|Wellington", "SG": "Singapore", "HK": "Hong Kong", "JM": "Jamaican?|Kingston",
    "NA": "Namibian?|Windhoek", "TT": "Trinidad|Port of Spain", "BB": "Barbados|Bridgetown", "UG": "Ugandan?|Kampala", "TZ": "Tanzanian?|Dar es Salaam|Dodoma",
    "KE": "Kenyan?|Nairobi|Mombasa", "SO": "Somalia|Somali|Mogadishu", "PH": "Philippines?|Manila|Filipino", "AR": "Argentina|Argentine|Buenos Aires",
    "CL": "Chile|Chilean|Santiago", "CO": "Colombian?|Bogotá|Bogota", "UY": "Uruguay|Uruguayan|Montevideo", "CU": "Cuban?|Havana", "MX": "Mexico|Mexican",
    "EG": "Egypt|Egyptian|Cairo", "LB": "Lebanon|Lebanese|Beirut", "US": "United States|U\\.S\\.|American?", "GB": "Britain|British|England|London|Scotland|Wales",
}  # fmt: skip
_SIGNS = {"£": "GBP", "€": "EUR", "¥": "JPY", "₹": "INR", "₦": "NGN", "₱": "PHP", "₽": "RUB", "₺": "TRY", "US$": "USD", "AU$": "AUD", "A$": "AUD",
    "C$": "CAD", "CA$": "CAD", "NZ$": "NZD", "S$": "SGD", "HK$": "HKD", "R$": "BRL", "Rs": "INR", "R": "ZAR", "Sh": "KES", "KSh": "KES", "KČ": "CZK", "RP": "IDR",
    "RM": "MYR", "GH₵": "GHS", "GH¢": "GHS", "TK": "BDT"}  # fmt: skip
_BY_REGION = {
    ("krone", "DK"): "DKK",
    ("kroner", "DK"): "DKK",
    ("franc", "XO"): "XOF",
    ("rouble", "BY"): "BYN",
    ("ruble", "BY"): "BYN",
    ("dinar", "JO"): "JOD",
    ("dinar", "KW"): "KWD",
    ("dinar", "TN"): "TND",
    ("krona", "DK"): "DKK",
}
_MEASURES: list[tuple[str, str]] = [
    (r"km/h|kph|kmh|kilomet(?:re|er)s?\s(?:an|per)\shour", "km/h"), (r"mph|miles\s(?:an|per)\shour", "[mi_i]/h"), (r"knots", "[kn_i]"),
    (r"m/s|met(?:re|er)s\s(?:a|per)\ssecond", "m/s"),
    (r"(?:sq(?:uare)?\.?\s?)(?:km|kilomet(?:re|er)s?)|km²|km2", "km2"), (r"(?:sq(?:uare)?\.?\s?)(?:m|met(?:re|er)s?)|m²"
        r"|m2", "m2"), (r"(?:sq(?:uare)?\.?\s?)(?:ft|f[oe]{2}t)", "[sft_i]"), (r"square\smiles?", "[smi_us]"),
    (r"(?:cubic\s)met(?:re|er)s?|m³|m3", "m3"), (r"km|kilomet(?:re|er)s?|kms", "km"), (r"cm|centimet(?:re|er)s?", "cm"), (r"mm|millimet(?:re|er)s?", "mm"),
    (r"met(?:re|er)s?", "m"),
    (r"nautical\smiles?", "[nmi_i]"), (r"miles?", "[mi_i]"), (r"f[oe]{2}t|ft", "[ft_i]"), (r"inch(?:es)?", "[in_i]"), (r"yards?", "[yd_i]"),
    (r"hectares?|ha", "har"), (r"acres?", "[acr_us]"),
    (r"lit(?:re|er)s?", "L"), (r"gallons?", "[gal_us]"), (r"barrels?", "[bbl_us]"), (r"kg|kilo(?:gram(?:me)?)?s?", "kg"), (r"mg|milligrams?", "mg"),
    (r"g|gram(?:me)?s?", "g"), (r"tonnes?|tons?|metric\stons?", "t"),
    (r"ounces?|oz", "[oz_av]"), (r"lbs?|pounds?", "[lb_av]"), (r"kilowatt[-\s]hours?|kWh", "kW.h"), (r"megawatt[-\s]hours?|MWh", "MW.h"), (r"megawatts?|MW", "MW"),
    (r"gigawatts?|GW", "GW"), (r"kilowatts?|kW", "kW"), (r"watts?", "W"),
    (r"(?:°\s?|degrees?\s)(?:C\b|Celsius)|(?<=\d)C|degrees", "Cel"), (r"(?:°\s?|degrees?\s)(?:F\b|Fahrenheit)"
        r"|(?<=\d)F", "[degF]"), (r"hectopascals?|hPa", "hPa"), (r"gigabytes?|GB", "GBy"), (r"megabytes?|MB", "MBy"), (r"m(?![\w²³])", "m"),
]  # fmt: skip
_MEASURE = [(re.compile(rf"(?:\s|-|)(?:{pattern})(?![\w/])"), unit) for pattern, unit in _MEASURES]
_PERCENT = re.compile(
    r"\s?-?(?:(?P<pp>percentage\spoints?|-point(?=\s))|(?P<bp>basis[-\s]points?)|(?:%|per\s?cent|percent|pct)(?P<also>\s?(?:age)?\spoints?)?)(?!\w)"
)
_DURATION = re.compile(
    r"[-\s]?(?:(?:business|working|calendar|consecutive)\s)?(?P<unit>second|minute|hour|day|week|month|year)s?\b(?P<old>[-\s]olds?\b|\sof\sage\b)?(?![-\s](?:to|round)\b)",
    re.IGNORECASE,
)
_AGE_ENDS = re.compile(r"[,.;]|\s(?:and|on|in|at|this|next|last|when)\b")
_CURRENCY_AFTER = re.compile(
    rf"\s(?:(?P<adjective>{'|'.join(re.escape(r) for r in _REGIONS)})\s)?(?P<name>{'|'.join([*_CURRENCY_WORDS, *_SHARED])})s?\b|\s(?P<code>USD|EUR|GBP|AUD|CAD|NZD|CHF|JPY|CNY"
    rf"|INR|KES|NGN|ZAR|GHS|PLN|SEK|NOK|DKK)\b",
    re.IGNORECASE,
)
_DENOMINATORS = {
    **_TIME, "kg": "kg", "kilo": "kg", "kilogram": "kg", "tonne": "t", "ton": "t", "litre": "L", "liter": "L", "barrel": "[bbl_us]", "gallon": "[gal_us]",
    "ounce": "[oz_tr]", "km": "km", "kilometre": "km", "mile": "[mi_i]",
    "hectare": "har", "acre": "[acr_us]", "square metre": "m2", "square foot": "[sft_i]", "megawatt-hour": "MW.h", "100,000": "10*-5", "1,000": "10*-3",
    "million": "10*-6", "thousand": "10*-3",
}  # fmt: skip
_PER = re.compile(
    rf"(?:\s(?:an?|per|each|every|for\seach)\s|/)(?P<what>{'|'.join(re.escape(d) for d in sorted(_DENOMINATORS, key=len, reverse=True))}|head|person|game"
    rf"|match|share|household|child|night|room|bottle|ticket|unit|vehicle|patient|pupil|dollar|capita)\b(?!\s(?:ago|later|earlier|before|after))",
    re.IGNORECASE,
)
_PER_THING = re.compile(r"\san?\s(?P<what>[a-z]{3,})(?=[,.;)]|\s(?:for|in|from|to|which|and|on|at|owed|before|if|when|but)\b)(?!\s(?:ago|later|earlier))")
_THING_A_DAY = re.compile(
    r"\s(?!of\b|in\b)(?:[\w’-]+\s){1,3}?(?:an?|per|each)\s(?P<what>hour|day|week|month|year)\b(?!\s(?:ago|later|earlier|before|after|and))"
)
_PER_MANY = re.compile(r"\s(?:[\w’-]+\s){1,4}?per\s(?P<what>100,000|1,000|million|thousand)\b", re.IGNORECASE)

# --- modifiers ---------------------------------------------------------------------------------------------------------------

_BOUNDS = [
    ("at_least", r"at\sleast|no\s(?:fewer|less)\sthan|not\sless\sthan|a\sminimum\sof|minimum"),
    ("at_most", r"up\sto|as\smany\sas|as\smuch\sas|no\smore\sthan|not\smore\sthan|a\smaximum\sof|at\smost"),
    ("more_than", r"more\sthan|over|above|upwards\sof|in\sexcess\sof|exceed(?:ed|s|ing)?|well\sover"),
    ("less_than", r"less\sthan|fewer\sthan|under|below"),
    ("approximate", r"about|some|around|roughly|approximately|an?\sestimated|estimated|nearly|almost|close\sto|circa|or\sso|~"),
]
_BEFORE = [(bound, re.compile(rf"(?<![\w-])(?:{words_})(?:\s(?:an?|about|around|some|estimated))*\s?$", re.IGNORECASE)) for bound, words_ in _BOUNDS]
_AFTER = [
    ("at_least", re.compile(r"\+|[-\s]plus\b|\sor\s(?:more|above|older)\b")),
    ("at_most", re.compile(r"\sor\s(?:less|fewer|below|under|younger)\b")),
    ("approximate", re.compile(r"\sor\sso\b|-odd\b")),
]
_UP = (
    r"(?:rose|risen|rise|rises|rising|increased|increase|increases|grew|grown|grow|grows|climbed|gained|jumped|surged|soared|raised|raise|up|growth|added"
    r"|went\sup|go\sup|hiked|higher|gain|jump|hike)"
)
_DOWN = (
    r"(?:fell|fallen|fall|falls|falling|dropped|drop|drops|declined|decline|decreased|decrease|cut|cuts|reduced|reduce|lost|down|slipped|shrank|lowered"
    r"|plunged|tumbled|slashed|went\sdown|lower|reduction|contracted|loss)"
)
_MODIFIER = rf"(?:\s(?:{'|'.join(pattern for _, pattern in _BOUNDS)}|just|only|another|a\sfurther|an\sextra))*"
_CHANGES = [
    (
        change,
        re.compile(rf"\b{verb}(?:\s(?:by|of)|[^.;,]{{0,60}}?\sby)?{_MODIFIER}\s$", re.IGNORECASE),
        re.compile(rf"[-\s](?:[\w-]+\s)?{noun}\b", re.IGNORECASE),
    )
    for change, verb, noun in (
        ("increase", _UP, r"(?:rise|increase|hike|growth|jump|gain|surge)(?!\s(?:to|from)\b)"),
        ("decrease", _DOWN, r"(?:cut|fall|drop|decline|decrease|reduction|loss|slump)"),
    )
]

# --- what is no figure --------------------------------------------------------------------------------------------------------

_CLOCK = re.compile(
    rf"\b\d{{1,2}}(?:[:.]\d{{2}})?\s?(?:[ap]\.m\.|[ap]m\b)|\b\d{{1,2}}:\d{{2}}(?::\d\d)?(?:\.\d+)?\b|\b\d{{4}}\s?(?:GMT|UTC|hours|hrs|local\stime)|\b(?:at"
    rf"|until|till|by|from|before|after|past)\s(?:{_SMALL}|\d{{1,2}})(?:\so[’']clock|(?=\sin\sthe\s(?:morning|evening|afternoon))|(?=\s(?:on|GMT|local)\b))"
    rf"|\b(?:{_SMALL}|\d{{1,2}})\so[’']clock",
    re.IGNORECASE,
)
_IDENTIFIER_BEFORE = re.compile(
    r"(?:\b(?i:Route|Highway|Road|No\.?|Nos\.?|number|page|article|section|flight|room|gate|line|platform|channel|Boeing|Airbus|phase|level|tier|type"
    r"|chapter|volume|issue|block|unit|exit|grade|stage|round|day|week|season|class|group|division|"
    r"Apollo|Formula|Euro|Covid|under|pier|berth|lot|case|resolution|paragraph|clause|version|sector|district|ward|warehouse|reactor|Ref|ID|zone|step|part"
    r"|game|match|set|lap|turn|appendix|annex|gate|bill|act|top|schedule)[\s-]|[B-Z#§]\s?|\bA|[A-Za-z]-|/|@|www\.\S*)$"
)
_STREET = re.compile(r"\s[A-Z][\w’'-]+(?:\s[A-Z][\w’'-]+)?\s(?:Street|Road|Avenue|Lane|Drive|Square|Place|Terrace|Way|Boulevard|St|Rd|Ave)\b")
_NO_ONE = re.compile(
    r"\s(?:I|he|she|we|they|comes|came|goes|went|would|will|could|should|must|of(?!\swhom)|another|day|who|that|which|thing|way|side|hand|by|in|has|was|is|can|’s|'s|more\stime)\b|[-,.’'\s]?(?:$|[.,;:’'-])|[-\s](?:off|sided|way|time)\b"
)
_AWAY = re.compile(r"(?:\s\([^()]*\))?\s(?:(?:north|south|east|west)\w*\s(?:of|from)|from|by\s(?:road|rail|sea)|away|off|outside|inland)\b")
# A verb whose complement is the number: "the count was 12", "attendance rose to 900".
_COMPLEMENT = re.compile(
    rf"\b(?:is|was|are|were|been|stands?\sat|stood\sat|reached|totalled|numbered|(?:{_UP}|{_DOWN})\s(?:to|from|by))(?:\s(?:now|close\sto|a\slittle)|{_MODIFIER})*\s$",
    re.IGNORECASE,
)
# Words that end the noun phrase behind a number.
_NOT_COUNTED = (
    AUXILIARIES
    | CLAUSE
    | PREPOSITIONS
    | PRONOUNS
    | ARTICLES
    | words("and or not also dead hurt injured killed wounded missing tall long wide deep high away later ago earlier old")
)


def value_of(match: re.Match[str], n: int, money: bool) -> Fraction | None:
    """The value of the ``n``-th number of a match; None if its words are no number."""
    digits, worded, scale, short = (match[f"{name}{n}"] for name in ("digits", "worded", "scale", "short"))
    if digits:
        value = Fraction(digits.replace(",", ""))
    elif worded.lower() in ("a", "an"):
        value = Fraction(1)
    elif worded.lower().startswith("half"):
        value = Fraction(1, 2)
    else:
        try:
            value = Fraction(text2num(re.sub(r"\s+", " ", re.sub(r"^an?\s", "one ", worded.lower())), "en"))
        except ValueError:
            return None
    value += Fraction(1, 2) if match[f"half{n}"] else 0
    value *= _SCALES[scale.lower()] if scale else 1
    # "£3m" is millions, "3m" without a currency is metres.
    value *= _SHORT[short.lower()] if short and (money or short.lower() != "m") else 1
    return -value if match[f"sign{n}"] else value


def written(value: Fraction) -> str:
    """A value as the plain decimal of the guidelines, or as a reduced fraction where no decimal is finite."""
    denominator = value.denominator
    for prime in (2, 5):
        while denominator % prime == 0:
            denominator //= prime
    if denominator != 1:
        return f"{value.numerator}/{value.denominator}"
    text = f"{abs(value.numerator) / value.denominator:.12f}" if value.denominator != 1 else str(abs(value.numerator))
    return ("-" if value < 0 else "") + (text.rstrip("0").rstrip(".") if "." in text else text)


def region_of(text: str) -> str | None:
    """The region whose names the text uses most, among those that share the name of a currency; None if it uses none."""
    counts = {region: len(re.findall(rf"\b(?:{names})\b", text)) for region, names in _PLACES.items()}
    best = max(counts, key=lambda region: counts[region])
    return best if counts[best] else None


class FigureFinder:
    """Finds the figures of one page."""

    def __init__(self, page: Page, language: str, sport: bool):
        self.page = page
        self.text = page.text
        self.region = region_of(page.text) or language.partition("-")[2].upper()
        self.sport = sport
        self.figures: list[dict[str, Any]] = []
        self._taken: list[Span] = [m.span() for m in _CLOCK.finditer(self.text)]

    def _free(self, start: int, end: int) -> bool:
        return not any(s < end and start < e for s, e in self._taken)

    def _add(
        self, span: Span, kind: str, low: Fraction | None, high: Fraction | None, bound: str, unit: str | None, of: Span | None, parts: tuple[str, ...] = ()
    ) -> None:
        self._taken.append(span)
        figure: dict[str, Any] = {
            "span": span,
            "kind": kind,
            "low": None if low is None else written(low),
            "high": None if high is None else written(high),
            "parts": list(parts),
        }
        figure.update(bound=bound, unit=unit, of=of, change=self._change(span, kind), event=None, relations=[])
        self.figures.append(figure)

    def find(self) -> list[dict[str, Any]]:
        """All figures in text order; the special forms come first, so that plain numbers are what is left."""
        for step in (self._scores, self._ranks, self._fractions, self._vague, self._numbers):
            step()
        self.figures.sort(key=lambda figure: figure["span"])
        for n, figure in enumerate(self.figures, 1):
            figure["id"] = f"f{n}"
        self._relations()
        return self.figures

    def _scores(self) -> None:
        for m in _SCORE.finditer(self.text):
            lead = self.text[max(0, m.start() - 30) : m.start()].lower()
            thing = re.match(r"\s?(?:%|per|[a-z]+s\b(?<!as)(?<!was)|people|year|km|-)", self.text[m.end() :])
            votes = re.search(r"\b(?:vot\w+|beat|won|win|lost|by|score|led|lead|defeat|draw|victory|passed|approved|verdict|majority|ruled)\b[^.]*$", lead)
            if self._free(*m.span()) and (votes or (self.sport and not thing)) and not re.search(r"(?:aged?|between)\s$|[-–]$", lead):
                self._add(m.span(), "score", None, None, "exact", None, None, (str(int(m[1])), str(int(m[2]))))
        for m in _TALLY.finditer(self.text):
            a, b = (m[1], m[2]) if m[1] else (m[3], m[4])
            if self._free(*m.span()):
                parts = [n if n.isdigit() else str(text2num(n.lower(), "en")) for n in (a, b)]
                self._add(m.span(), "score", None, None, "exact", None, None, (parts[0], parts[1]))

    def _ranks(self) -> None:
        for m in _RANK.finditer(self.text):
            group = next(name for name in ("super", "place", "stands", "placed", "no") if m[name])
            word = m[group].lower()
            number = Fraction(_ORDINALS[word] if word in _ORDINALS else int(re.sub(r"\D", "", word)))
            if group == "super":
                span = m.span()
            else:
                span = m.span(group)
            if (
                self._free(*span)
                and not (group == "super" and word == "first")
                and not re.match(r"\s(?:half|time|quarter|century|minute)", self.text[span[1] :])
            ):
                self._add(span, "rank", number, number, "exact", None, self._noun(span[1]) if group == "super" else None)

    def _limits(self, span: Span, value: Fraction) -> tuple[Fraction | None, Fraction | None, str]:
        """Low, high and bound of a single value that stands at ``span``."""
        bound = self._bound(*span)
        return None if bound in ("at_most", "less_than") else value, None if bound in ("at_least", "more_than") else value, bound

    def _fractions(self) -> None:
        for m in _OUT_OF.finditer(self.text):
            parts = [text2num(m[name].lower(), "en") if not m[name].isdigit() else int(m[name]) for name in ("a", "b")]
            if self._free(*m.span()) and 0 < parts[0] < parts[1]:
                self._add(m.span(), "ratio", None, None, "exact", None, self._noun(m.end()), (str(parts[0]), str(parts[1])))
        for m in _FRACTION.finditer(self.text):
            single = m["over"].lower() in ("a", "an", "one")
            # "a third employee" is an ordinal: a fraction is followed by "of", or stands at the end of its clause.
            fits = re.match(r"\sof\b|[.,;)]|\s(?:in|to|from|last|this|since|over|were|was|are|is|less|more|lower|higher)\b|$", self.text[m.end() :])
            if self._free(*m.span()) and ((m["plural"] and not single) or (single and not m["plural"] and fits)) and m["part"].lower() != "half":
                over = 1 if single else text2num(m["over"].lower(), "en")
                value = Fraction(over, _PARTS[m["part"].lower()])
                self._add(m.span(), "ratio", *self._limits(m.span(), value), None, self._of(m.span(), "ratio"))
        for m in _HALF.finditer(self.text):
            time = m["time"] or m["more"]
            kind, unit = ("duration", _TIME[time.lower()]) if time else ("measure", _HALF_UNITS[m["measure"].lower()])
            value = Fraction(3, 2) if m["more"] else Fraction(1, 2)
            if self._free(*m.span()):
                self._add(m.span(), kind, *self._limits(m.span(), value), unit, self._of(m.span(), kind))

        for m in _FIXED.finditer(self.text):
            couple = m["couple"] is not None
            value = Fraction(1, 2) if m["half"] else Fraction(2)
            self._add(m.span(), "count" if couple else "ratio", value, value, "approximate" if couple else "exact", None, self._of(m.span(), "count"))

    def _vague(self) -> None:
        for m in _VAGUE.finditer(self.text):
            word = (m["few"] or m["plain"] or "").lower()
            if m["times"]:
                low = Fraction({"tens": 20, "dozens": 24, "hundreds": 200}[m["times"].lower()] * _VAGUE_LOW[m["of"].lower()] // 2)
            else:
                low = Fraction(_VAGUE_LOW[word])
            span = m.span()
            money = _CURRENCY_AFTER.match(self.text, m.end()) or re.compile(r"\sof" + _CURRENCY_AFTER.pattern, re.IGNORECASE).match(self.text, m.end())
            duration = word in ("decades", "centuries")
            if self._free(*span) and not (duration and re.search(r"\bfor\sthe\sfirst\stime\sin\s$", self.text[: m.start()])):
                unit = "a" if duration else self._currency(money) if money else None
                self._add(span, "duration" if duration else "money" if money else "count", low, None, "vague", unit, self._of(span, "count"))

    def _numbers(self) -> None:
        for m in _FIGURE.finditer(self.text):
            first = self._one(m)
            if first is None and m["to"]:  # the first of two was no figure ("in 2019 to 12 schools"): the second may be one
                second = _FIGURE.match(self.text, m.start("sign_b") if m["sign_b"] else m.start("digits2") if m["digits2"] else m.start("worded2"))
                if second:
                    self._one(second)

    def _one(self, m: re.Match[str]) -> bool | None:
        """Reads one match; None when its first number is no figure."""
        start, end, text = m.start(), m.end(), self.text
        end1 = max(m.end(name) for name in ("digits1", "worded1", "half1", "scale1", "short1") if m[name])
        if not self._free(start, end1) or self._is_name(m, start, end1):
            return None
        # A second number joins the first as a range only if the text says so.
        joiner = (m["to"] or "").strip().lower()
        movement = (
            joiner == "to" and bool(re.search(r"\bfrom\s(?:[\w%]+\s){0,2}$", text[:start])) and not re.search(r"\brang(?:es?|ed|ing)\sfrom\s$", text[:start])
        )
        if m["same"] and not text.startswith(m["same"].strip(), end + (text[end : end + 1] == " ")):
            movement = True  # "5% to 8 people"
        ranged = (
            bool(joiner)
            and not movement
            and (joiner != "and" or bool(re.search(r"\b[Bb]etween\s$", text[:start])))
            and self._free(start, end)
            and not self._dated(start, end)
        )
        sign = m["sign_a"] or (m["sign_b"] if ranged else None)
        after = self._currency_after(end if ranged else end1)
        money = bool(sign) or after is not None
        low = value_of(m, 1, money)
        high = value_of(m, 2, money) if ranged else low
        if low is None or high is None:
            return None
        if ranged:
            scale = (m["scale2"] or m["short2"] or "").lower()
            if scale and not (m["scale1"] or m["short1"]) and low < high:  # "5 to 8 million"
                low *= _SCALES.get(scale) or (_SHORT[scale] if money or scale != "m" else 1)
            if low >= high or (joiner == "or" and high - low > max(low, Fraction(2))):
                ranged, high, after = False, low, self._currency_after(end1)
                money = bool(m["sign_a"]) or after is not None
                low = high = value_of(m, 1, money) or low
        end = end if ranged else end1
        if not money and (m["short2" if ranged else "short1"] or "").lower() == "m":
            end -= 1  # the m is a unit
        begin, end, kind, unit, factor = self._unit(start, end, sign, after)
        if low * factor != low:
            low, high = low * factor, high * factor
        bound = "range" if ranged else self._bound(begin, end)
        if kind == "age" and text[end1:end] == "s":  # "in her 30s"
            bound, high = "range", low + 9
        lower, upper = (low, None) if bound in ("at_least", "more_than") else (None, low) if bound in ("at_most", "less_than") else (low, high)
        self._add((begin, end), kind, lower, upper, bound, unit, self._of((begin, end), kind))
        if joiner and not ranged:
            second = _FIGURE.match(text, m.start("sign_b") if m["sign_b"] else m.start("digits2") if m["digits2"] else m.start("worded2"))
            if second:
                self._one(second)
        return True

    def _dated(self, start: int, end: int) -> bool:
        """Whether the stretch belongs to a date; in "two days ago" the number is a figure all the same."""
        for s, e in self.page.dates:
            if s < end and start < e and not self.text[s:e].endswith("ago"):
                year = re.fullmatch(r"(?:19|20)\d\d", self.text[s:e])
                plural = re.match(r"\s(?:[a-z]+\s)?(?:people|[a-z]+s)\b(?<!as)(?<!was)", self.text[e:])
                lead = re.search(r"\b(?:in|since|from|until|by|of|during|before|after|to|and|the|late|early|mid|for)\s$", self.text[:s])
                if not (year and plural and not lead):
                    return True
        return False

    def _is_name(self, m: re.Match[str], start: int, end: int) -> bool:
        """Whether the number dates, identifies, or belongs to a name."""
        text = self.text
        before, after = text[max(0, start - 40) : start], text[end : end + 60]
        if self._dated(start, end):
            return True
        word = (m["worded1"] or "").lower()
        if word and (after[:1].isalpha() or (m["worded1"][0].isupper() and re.match(r"\s[A-Z]", after) and re.search(r"[\w,]\s$", before))):
            return True  # "ones", "the Two Rivers Festival"
        if re.match(rf"\s?(?:and|to|or|–|-)\s?\d{{1,2}}\s{MONTHS}", after):
            return True  # "15 and 16 August"
        if word == "one" and not m["scale1"]:
            dead = re.match(r"\s(?:dead|injured|wounded|killed|missing)\b", after)
            if not dead and (
                _NO_ONE.match(after)
                or re.search(r"\b(?:no|any|every|each|this|that|the|only|which|another|last|first|number|square)\s$", before, re.IGNORECASE)
            ):
                return True
        if word in ("a", "an") and m["scale1"] is None:
            return True
        if m["sign_a"] or m["scale1"]:
            return False
        if re.match(r"(?:st|nd|rd|th)\b|[-–]\d+[-–]\d|x\d|/\d", after):
            return True
        if self.sport and re.match(r"\s?minutes?\b", after) and re.search(r"\b(?:on|in|after)\s$", before):
            return True
        if m["digits1"] and ((_IDENTIFIER_BEFORE.search(before) and not re.search(r"(?:^|[.!?”\"]\s)[A-Z]\w*\s$", before)) or _STREET.match(after)):
            return True
        # "Ruiz 46", "Group 4": a bare number right behind a name, unless it counts something.
        name = re.search(r"(?:^|\s|\()([A-Z][\w’'-]+)\s$", before)
        if m["digits1"] and name and not re.fullmatch(rf"{MONTHS}|{WEEKDAYS}", name[1]) and not re.match(r"\s[a-z]|[-%.]|\sper|\s?(?:km|kg)", after):
            return True
        return bool(re.match(r"[-\s]?(?:a-side|ers\b)|\sGMT|-bit\b", after))

    def _currency(self, m: re.Match[str]) -> str:
        if m["code"]:
            return m["code"].upper()
        name, region = m["name"].lower(), _REGIONS.get((m["adjective"] or "").lower(), self.region)
        if name in _SHARED:
            return _SHARED[name].get(region, _SHARED[name][""])
        return _BY_REGION.get((name, region), _CURRENCY_WORDS[name])

    def _currency_after(self, end: int) -> re.Match[str] | None:
        m = _CURRENCY_AFTER.match(self.text, end)
        # "18 won the vote", "20 real problems", "40 pounds" of weight: only what is plainly money.
        if m and (m["name"] or "").lower() == "pound" and re.search(r"\b(?:kg|tonnes?|kilos?|kilograms?|grams?)\s\([^()]*$", self.text[max(0, end - 30) : end]):
            return None
        if (
            m
            and m["name"]
            and (
                m["name"].lower() in ("won", "real", "sol", "crown", "som", "dong", "rand")
                and not re.search(r"(?:million|billion|thousand|\d{3})$", self.text[:end])
            )
        ):
            return None
        return m

    def _unit(self, start: int, end: int, sign: str | None, after: re.Match[str] | None) -> tuple[int, int, str, str | None, Fraction]:
        """Start, end, kind, unit and factor of a number that stands in ``[start, end)``."""
        text, one = self.text, Fraction(1)
        kind, unit, factor = "count", None, one
        if sign or after:
            kind = "money"
            mark = (sign or "").strip().rstrip(".")
            plain = _SHARED["dollar"].get(self.region, "USD") if mark == "$" else _SIGNS.get(mark, _SIGNS.get(mark.upper(), mark.upper()))
            unit, end = (self._currency(after), after.end()) if after else (plain, end)
            if unit == "INR" and mark == "Rs":
                unit = _SHARED["rupee"].get(self.region, "INR")
        elif percent := _PERCENT.match(text, end):
            kind, unit, end = (
                ("percentage_points", "pp", percent.end()) if percent["pp"] or percent["bp"] or percent["also"] else ("percent", "%", percent.end())
            )
            factor = Fraction(1, 100) if percent["bp"] else one
        elif (
            re.search(r"\b(?:aged|age)\s$", text[:start])
            or (
                re.search(r"[A-Z][\w’'-]+[^\W\d_],\s$", text[max(0, start - 40) : start])
                and re.match(r"(?:,|\.|\)|\sand\b|\sof\b)", text[end:])
                and end - start <= 2
            )
            or (
                end - start <= 3
                and re.search(r"\b(?:who|he|she)\s(?:is|was|turn(?:s|ed)|will\sbe)\s$|\bturn(?:s|ed|ing)\s$", text[:start])
                and _AGE_ENDS.match(text, end)
            )
        ):
            return start, end, "age", "a", one
        elif duration := _DURATION.match(text, end):
            word = duration["unit"].lower()
            if duration["old"]:
                return start, duration.end(), "age", _TIME[word], one
            kind, unit, end = "duration", _TIME[word], duration.end()
        elif re.match(r"s\b", text[end:]) and re.search(r"\b(?:in|into)\s(?:his|her|their)\s(?:early\s|mid-?\s?|late\s)?$", text[:start]):
            return start, end + 1, "age", "a", one
        elif re.search(r"\b[Mm]agnitude(?:\sof|-)?\s$", text[:start]) or re.match(r"[-\s]magnitude\b", text[end:]):
            return start, end, "measure", None, one
        else:
            for pattern, ucum in _MEASURE:
                if m := pattern.match(text, end):
                    kind, unit, end = ("rate" if "/" in ucum or ucum == "[kn_i]" else "measure"), ucum, m.end()
                    unit = "[ston_av]" if unit == "t" and self.region == "US" and re.search(r"tons?$", m[0]) and "metric" not in m[0] else unit
                    break
            if kind == "count" and re.match(r"\stimes\s(?:as|more|higher|larger|the)\b", text[end:]):
                return start, end + 6, "ratio", None, one
        shown = re.compile(r"\s\([^()]{2,40}\)|\)").match(text, end)  # "50 baht ($1.50) a head"
        if kind == "money" and shown and (per := _PER.match(text, shown.end()) or _PER_THING.match(text, shown.end())):
            what = per["what"].lower()
            return start, end, "rate", f"{unit}/{_DENOMINATORS.get(what, '{' + what + '}')}", factor
        if kind == "money" and not _PER.match(text, end) and (per := _PER_THING.match(text, end)):
            return start, per.end(), "rate", f"{unit}/{{{per['what']}}}", factor
        if (per := _PER.match(text, end)) and kind in ("money", "measure", "percent") and per["what"].lower() not in ("dollar",):
            what = per["what"].lower()
            return start, per.end(), "rate", f"{unit}/{_DENOMINATORS.get(what, '{' + what + '}')}", factor
        if kind == "count" and (per := _PER_MANY.match(text, end)):
            self._taken.append(per.span("what"))
            return start, end, "rate", _DENOMINATORS[per["what"].lower()], factor
        if kind == "count" and (per := _THING_A_DAY.match(text, end) or (_PER.match(text, end) if text[end : end + 5].startswith((" per ", " a ")) else None)):
            what = per["what"].lower()
            denominator = _DENOMINATORS.get(what, "{" + what + "}")
            return start, end, "rate", denominator if denominator.startswith("10*") else f"/{denominator}", factor
        return start, end, kind, unit, factor

    def _bound(self, start: int, end: int) -> str:
        before, after = self.text[max(0, start - 40) : start], self.text[end : end + 20]
        for bound, pattern in _BEFORE:
            if pattern.search(before) and not (bound == "more_than" and re.search(r"\b(?:all|turned|took|hand(?:ed)?)\sover\s$", before)):
                if bound == "at_most" and re.search(
                    r"\b(?:rose|rises?|climbed?|grew|jumped|went|goes|go|up|increased|raised?|raising)\b[^.;]*\bup\sto\s$", before
                ):
                    continue
                return bound
        return next((bound for bound, pattern in _AFTER if pattern.match(after)), "exact")

    # what is counted

    def _noun(self, offset: int) -> Span | None:
        """The noun right behind the number, with its adjectives and an of-phrase."""
        tokens = self.page.tokens
        if hyphen := re.compile(r"-([a-z]+)\b").match(self.text, offset):
            return hyphen.span(1)  # "12-member"
        i = begin = self.page.first(offset)
        while i < len(tokens):
            token, gap = tokens[i], self.text[offset if i == begin else tokens[i - 1].end : tokens[i].start]
            if token.text in ("'s", "’s") and i > begin:
                i += 1
                continue
            if gap not in (" ", "-", "") or token.text in ("'s", "’s", "%", "faster", "higher", "lower", "larger", "cheaper"):
                break
            if token.low in ("more", "other", "additional", "further", "extra") and i == begin:
                begin = i = i + 1
                offset = tokens[i - 1].end
                continue
            if token.low == "of" and i > begin:
                inner = self._noun(tokens[i + 1].end) if i + 1 < len(tokens) and tokens[i + 1].low in ARTICLES else self._noun(token.end)
                if inner:
                    return tokens[begin].start, inner[1]
                break
            if token.low in _NOT_COUNTED:
                break
            if any(s <= token.start < e for s, e in self.page.dates):
                break
            verb = (
                token.low in ("said", "say", "says", "told", "cost", "came", "took", "made", "went", "left", "held")
                or any(len(key) == 1 and entry.tag == "ed" for key, entry in index("", True).get(token.low, ()))
                or (token.low.endswith(("ed", "ly")) and i > begin)
            )
            if verb and (i > begin or not (i + 1 < len(tokens) and kind_of_noun(tokens[i + 1].low))):
                break
            if i > begin and token.low.endswith("ing") and tokens[i - 1].low.endswith("s"):
                break
            i += 1
            if i - begin > 5:
                break
        return (tokens[begin].start, tokens[i - 1].end) if i > begin else None

    def _of(self, span: Span, kind: str) -> Span | None:
        text = self.text
        start, end = span
        if kind == "age":
            if noun := (self._noun(end) if re.search(r"old$", text[start:end]) else None):
                return noun
            name = re.search(r"((?:[A-Z][\w’'-]+\s?)+)(?:,\s|\s\(|,?\saged\s)$", text[:start])
            return self.page.trim(*name.span(1)) if name else None
        if bracket := re.compile(r"\s\((?:about\s|around\s|some\s|nearly\s)?[^()]{2,40}\)(?=\s)").match(text, end):
            end = bracket.end()  # "20 tonnes (22 tons) of rice"
        elif kind != "count" and text[end : end + 2] in (") ", ")") and "(" in text[max(0, start - 16) : start]:
            end += 1
        of = re.compile(r"\sof\s(?:(?:the|its|his|her|their|all|these|those|this)\s)*(?:\d[\d,.]*\s)?(?!which)").match(text, end)
        if of and kind not in ("score", "rank", "percentage_points"):
            them = re.compile(r"them\b|us\b|it\b|whom\b").match(text, of.end())
            return them.span() if them else self._noun(of.end() - 1)
        if kind in ("money", "rate") and (m := re.compile(r"\sin\s(?=[a-z])(?!the\b|a\b|an\b|its\b|this\b|total\b)").match(text, end)):
            return self._noun(m.end() - 1)
        if kind == "measure" and _AWAY.match(text, end) and (place := re.search(rf",{_MODIFIER}\s$", text[max(0, start - 40) : start], re.IGNORECASE)):
            return before_noun(self.page, self.page.first(max(0, start - 40) + place.start()))
        if kind not in ("ratio", "rank", "score") and not (kind == "count" and self._noun(end)) and (whole := self._measured(start)):
            return whole
        noun = self._noun(end) if kind not in ("duration", "money") or "-" in text[start:end] or kind == "money" else None
        if noun or kind in ("rank", "score"):
            return noun
        if kind == "duration" and not re.search(
            r"\b(?:last(?:s|ed)?|took|takes|take|is|was|are|were)\s(?:(?:about|around|for|some|at|least|more|than|nearly|almost|over)\s)*$", text[:start]
        ):
            return None
        if kind == "count" and not _COMPLEMENT.search(text[max(0, start - 60) : start]):
            return None
        # The number is a complement ("turnout was 61%"): its subject.
        tokens = self.page.tokens
        i = self.page.first(start) - 1
        for k in range(i, max(i - 6, 0), -1):
            if re.search(r"[.;:()\n]", text[tokens[k].end : start]):
                break
            if (
                tokens[k].low in AUXILIARIES
                or re.fullmatch(f"{_UP}|{_DOWN}", tokens[k].low)
                or tokens[k].low in ("weighs", "weighed", "measures", "cost", "costs", "totalled", "averaged", "reached")
            ):
                floor = max(
                    (t.end for t in self.page.within(self.page.sentences[self.page.sentence(start)][0], tokens[k].start) if t.low in index("say")), default=0
                )
                subject = before_verb(self.page, k, floor)
                if subject and text[slice(*subject)].lower() not in PRONOUNS:
                    determiner = re.match(r"(?:the|a|an|its|his|her|their|this)\s", text[slice(*subject)], re.IGNORECASE)
                    return subject[0] + (determiner.end() if determiner else 0), subject[1]
                break
        return None

    def _measured(self, start: int) -> Span | None:
        """For "a fund of $3m", "the number of dead at 12", "Suez, about 40 km south of": the noun before the number."""
        text = self.text
        lead = re.search(rf"\s(of|at){_MODIFIER}\s$", text[max(0, start - 60) : start], re.IGNORECASE)
        if not lead:
            return None
        end = max(0, start - 60) + lead.start()
        before = before_noun(self.page, self.page.first(end))
        if before is None or (lead[1] == "at" and not re.search(r"\b(?:puts?|putting)\s(?:the\s)?$", text[: before[0]])):
            return None
        return before

    def _change(self, span: Span, kind: str) -> str | None:
        if kind not in ("percent", "percentage_points", "money", "count", "ratio", "measure"):
            return None
        before, after = self.text[max(0, span[0] - 90) : span[0]].rpartition(". ")[2], self.text[span[1] : span[1] + 30]
        if re.search(r"\b(?:to|from|at|than)\s$", before) and not re.search(r"\b(?:up\sto|more\sthan|less\sthan)\s$", before):
            return None
        return next((change for change, verb, noun in _CHANGES if verb.search(before) or (noun.match(after) and kind != "count")), None)

    def _relations(self) -> None:
        """The relations that punctuation or fixed words carry."""
        for one, two in zip(self.figures, self.figures[1:], strict=False):
            between = self.text[one["span"][1] : two["span"][0]]
            same = one["unit"] == two["unit"] and one["kind"] == two["kind"]
            if re.fullmatch(r"\s\((?:about\s|around\s|some\s|nearly\s)?", between) and one["kind"] == two["kind"] and one["unit"] != two["unit"]:
                two["of"] = one["of"]
                if two["bound"] == "exact" and one["bound"] in ("approximate", "at_least", "at_most", "more_than", "less_than"):
                    two["bound"] = one["bound"]
                    two["low"], two["high"] = (None if one[side] is None else two[side] for side in ("low", "high"))
                one["relations"].append({"type": "converts_to", "figure": two["id"]})
            elif (
                same
                and re.search(r",?\s(?:up|down|compared\s(?:with|to)|against|from)\s(?:from\s)?(?:[\w]+\s){0,3}$", between)
                and len(between) < 60
                and one["kind"] != "count"
            ):
                one["relations"].append({"type": "compared_with", "figure": two["id"]})
            elif (
                one["kind"] == two["kind"] == "count"
                and re.search(r",?\s(?:including|of\swhom|of\swhich|among\sthem|of\sthem)\s(?:at\sleast\s)?$", between)
                and len(between) < 60
            ):
                two["relations"].append({"type": "subset_of", "figure": one["id"]})


def find_figures(page: Page, language: str = "en", sport: bool = False) -> list[dict[str, Any]]:
    """The figures of a page; spans are offset pairs."""
    return FigureFinder(page, language, sport).find()
