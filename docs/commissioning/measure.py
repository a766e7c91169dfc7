"""Measure written articles beside real ones. Plain Python 3.11, no package needed.

    python docs/commissioning/measure.py [--real DIR] [--data DIR]     the whole set, as Markdown for the datasheet
    python docs/commissioning/measure.py piece FILE.txt… [--real DIR] [--against DIR] [--json]
                                                                       one piece at a time, beside the bands

A piece is a text without headline and date line, one paragraph a line (or blank lines between). ``--real DIR`` names a folder with
real articles, as ``*.csv`` (columns url, date, title, text) or ``*.txt``; they are only read. ``--against DIR`` names a folder of
texts (searched below too) with which a piece may share no run of eight words.

The bands are the 10-90 bands of 137 real articles that the commissioning guide gives; the counts here are automatic (regular
expressions, closed word lists), so a figure near an edge is a reason to look, not a verdict. A real piece lies outside on about
three of the figures; one that lies outside on more than five should be returned.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import json
import random
import re
import statistics
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
RUN = 8
"""Words in a row that two texts may not share."""
RETURN_ABOVE = 5
"""A piece with more figures than this outside their bands is returned."""


class Figure(NamedTuple):
    """One figure of a piece: its ``key``, what it is, the band (10-90 of real articles) and the real median."""

    key: str
    title: str
    low: float
    high: float
    median: float | None


FIGURES = [
    Figure("words", "words", 220, 890, 475),
    Figure("per_paragraph", "sentences per paragraph", 1, 4.2, 2.1),
    Figure("per_sentence", "words per sentence", 17, 27, 21),
    Figure("long", "sentences over 35 words, %", 0, 25, 9),
    Figure("short", "sentences of 8 words or fewer, %", 0, 20, 7),
    Figure("direct", "sentences mainly direct speech, %", 0, 46, 23),
    Figure("reported", "sentences reported, not quoted, %", 9, 46, 24),
    Figure("quotes", "full quotes (8 words or more)", 0, 10, 3),
    Figure("quote_length", "words per full quote, median", 11, 36, 16.5),
    Figure("divided", "divided quotes, % of full quotes", 0, 28, None),
    Figure("numerals", "numerals per 100 words", 0.8, 5, 2.6),
    Figure("recurring_digits", "digit figures that recur, %", 0, 51, 18),
    Figure("say", "'say' among speech verbs, %", 3, 83, 50),
    Figure("speech_verbs", "distinct speech verbs", 2, 8, 4),
    Figure("according_to", "'according to' per 1,000 words", 0, 4.6, 0),
    Figure("people", "named people", 1, 10, 4),
    Figure("name_first", "sentences opening with a name, %", 0, 27, 9),
    Figure("ttr_250", "type-token ratio, first 250 words", 0.56, 0.66, 0.61),
    Figure("ttr_100", "type-token ratio, window of 100 words", 0.70, 0.78, 0.74),
    Figure("triples", "recurring word triples, %", 0.8, 7.3, 2.8),
    Figure("hedges", "hedges per 1,000 words", 0, 4, 0),
    Figure("adverbs", "-ly adverbs per 1,000 words", 3, 16, 8.7),
    Figure("dashes", "dashes per 1,000 words", 0, 5.5, 0),
]
"""Figures in the order of the guide's table."""

_ONES = "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
NUMBER_WORDS = frozenset(
    f"{_ONES} {_TENS} hundred thousand million billion trillion lakh crore dozen dozens hundreds thousands millions billions half third thirds quarter".split()
)
_SPEECH = {
    "say": "say says said saying",
    "tell": "tell tells told telling",
    "add": "adds added adding",
    "announce": "announce announces announced announcing",
    "claim": "claim claims claimed claiming",
    "state": "states stated stating",
    "warn": "warn warns warned warning",
    "confirm": "confirm confirms confirmed confirming",
    "deny": "deny denies denied denying",
    "report": "reports reported reporting",
    "explain": "explain explains explained explaining",
    "note": "notes noted noting",
    "insist": "insist insists insisted insisting",
    "argue": "argue argues argued arguing",
    "ask": "ask asks asked asking",
    "write": "writes wrote",
    "call": "called calling",
    "describe": "describe describes described describing",
    "accuse": "accuse accuses accused accusing",
    "urge": "urge urges urged urging",
    "promise": "promises promised promising",
    "vow": "vows vowed vowing",
    "demand": "demands demanded demanding",
    "request": "requests requested requesting",
    "admit": "admits admitted admitting",
    "acknowledge": "acknowledges acknowledged acknowledging",
    "declare": "declares declared declaring",
    "suggest": "suggests suggested suggesting",
    "remark": "remarks remarked remarking",
    "comment": "commented commenting",
    "reply": "replies replied replying",
    "respond": "responded responding",
    "recall": "recalls recalled recalling",
    "stress": "stressed stressing",
    "emphasise": "emphasised emphasized emphasises emphasizes",
    "believe": "believes believed",
    "estimate": "estimates estimated",
    "expect": "expects",
    "predict": "predicts predicted predicting",
    "criticise": "criticised criticized criticises criticizes criticising criticizing",
    "condemn": "condemns condemned condemning",
    "praise": "praises praised praising",
    "welcome": "welcomes welcomed",
    "thank": "thanked thanking",
    "apologise": "apologised apologized apologising apologizing",
    "allege": "alleges alleged alleging",
    "reveal": "reveals revealed revealing",
    "disclose": "discloses disclosed disclosing",
    "observe": "observed observing",
    "complain": "complains complained complaining",
    "testify": "testifies testified testifying",
    "rule": "ruled ruling",
    "quote": "quoted quoting",
    "cite": "cites cited citing",
    "tweet": "tweeted tweeting",
    "advise": "advises advised advising",
    "order": "ordered ordering",
    "repeat": "repeated",
    "reiterate": "reiterates reiterated reiterating",
    "concede": "concedes conceded conceding",
    "maintain": "maintains maintained",
    "inform": "informed",
    "plead": "pleaded",
    "agree": "agreed",
}
SPEECH_VERBS = {form: verb for verb, forms in _SPEECH.items() for form in forms.split()}
_SPEECH_NOUNS = re.compile(r"\b(?:the|a|an|this|that|its|their|his|her|these|those|no|annual|press|police|media|initial)\s+(?:\w+\s+)?$", re.I)
_NOUNLIKE = frozenset("states state warning reports report claim claims demands requests promises estimates notes remarks comments quotes ruling order".split())
HEDGES = re.compile(
    r"\b(?:reportedly|apparently|perhaps|possibly|probably|maybe|presumably|seemingly|purportedly|supposedly|arguably"
    r"|it seems|seem(?:s|ed)? to|appear(?:s|ed)? to|believed to|thought to|understood to|rumou?red to|it is unclear|it was unclear"
    r"|not clear|could not be (?:independently )?(?:verified|confirmed)|is unclear|was unclear|unconfirmed)\b",
    re.I,
)
NOT_ADVERBS = frozenset(
    "only family july early daily weekly monthly yearly quarterly fortnightly hourly reply supply apply fly assembly ally italy imply rely comply rally multiply friendly elderly "
    "monopoly anomaly holy ugly jelly bully belly tally lovely lonely lively costly deadly timely orderly homely unlikely likely butterfly jolly folly "
    "worldly curly silly hilly wooly woolly melancholy sly ply july billy sally kelly reilly emily molly polly doily lily gully dolly trolley oily wily scholarly leisurely "
    "cowardly unruly disorderly ghostly saintly heavenly earthly sickly stately unfriendly chilly".split()
)
_TITLES = (
    "mr mrs ms miss dr prof professor sir dame lord lady judge justice magistrate president minister chancellor governor senator mayor councillor cllr "
    "captain capt colonel col general gen major maj lieutenant lt sergeant sgt inspector superintendent commissioner chief director chairman chairwoman chair "
    "chairperson secretary spokesman spokeswoman spokesperson coach manager captain striker goalkeeper defender midfielder winger forward officer analyst "
    "economist farmer trader lawyer attorney counsel prosecutor coroner doctor nurse teacher principal headteacher bishop archbishop father reverend rev "
    "imam pastor pope king queen prince princess engineer driver pilot student resident neighbour neighbor owner editor author writer actor actress singer "
    "researcher scientist biologist historian curator candidate deputy mp mep congressman congresswoman representative delegate ambassador envoy activist "
    "leader head founder executive ceo partner widow wife husband son daughter brother sister mother uncle aunt witness defendant referee umpire skipper "
    "bowler batsman batter rider runner sprinter swimmer champion barrister registrar clerk administrator warden pilot"
).split()
TITLES = frozenset(_TITLES)
_DAYS = "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october november december"
_FIRST = (
    "the a an in on at for from by with to of and but or if as it its he she they we i you this that these those there when while after before since during under over "
    "about around according however meanwhile also no not one two three four five six seven eight nine ten some many most all both each every several his her their our my "
    "more less then now here where what who why how which last next early late earlier later yesterday today tomorrow nobody nothing neither either so yet still only even "
    "police officials residents another other such because although though despite until unless asked speaking officers firefighters once first second third"
)
COMMON_FIRST = frozenset(f"{_DAYS} {_FIRST}".split())
_ORG_WORDS = frozenset(
    "ministry department university college school hospital bank council court party union association committee commission agency authority board club united city "
    "company corporation group institute foundation federation league cup championship games station airport park street road avenue bridge river lake mountain island "
    "islands sea ocean bay valley north south east west northern southern eastern western central national international federal state republic kingdom county district "
    "province region police army navy force forces guard house senate parliament congress assembly government times post herald tribune news radio television tv press "
    "daily gazette journal act bill law treaty war day week year festival prize award museum gallery church cathedral mosque temple centre center theatre stadium arena "
    "hotel industries haulage farms foods holdings logistics transport mills brothers sons partners energy power water rail railway airlines airways motors bus mill mine port harbour harbor dam plant society trust fund service services office bureau "
    "conference summit open grand prix premier division first second third world new old great upper lower saint st san santa los las el port fort mount street limited ltd inc plc "
    "of secretary president minister prime mayor governor director general officer chief".split()
)
_ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof st no rev sen rep gov gen col capt lt sgt jr sr vs etc inc ltd co corp jan feb mar apr jun jul aug sep sept oct nov dec mt ft hon cllr pp ca approx e.g i.e u.s u.k u.n a.m p.m d.c".split()
)
_CAP = r"[A-Z\u00c0-\u00de\u0100-\u017f\u015e\u0130][\w’'\-]*[a-z\u00df-\u017f][\w’'\-]*"
_NAME = re.compile(rf"\b(?:{_CAP}|[A-Z]\.)(?:[ \u00a0](?:{_CAP}|[A-Z]\.|al-{_CAP}|de|da|dos|van|von|der|bin|ibn|al|el|la|du|di)){{1,3}}")


def tokens(text: str) -> list[str]:
    """Words and numbers, case folded, one kind of apostrophe."""
    return re.findall(r"\w+(?:[’'.,]\w+)*", text.casefold().replace("’", "'"))


def paragraphs(text: str) -> list[str]:
    return [" ".join(part.split()) for part in re.split(r"\n+", text) if part.strip()]


def quotations(paragraph: str) -> list[tuple[int, int]]:
    """Where direct speech stands in a paragraph: start and end of what the marks enclose.

    Double marks of every shape; single ones where the paragraph has no double ones, since an apostrophe looks like them. A mark that is
    opened and never closed runs to the end of the paragraph, as a quotation does that goes on in the next.
    """
    spans = [match.span(1) for match in re.finditer(r"[“\"„«]([^“”\"„»]+)(?:[”\"»]|$)", paragraph)]
    if not spans:
        spans = [match.span(1) for match in re.finditer(r"(?:(?<=\s)|^)[‘'](?=\w)(.+?)(?:(?<=[\w.,!?…])[’'](?=[\s.,;:!?)]|$)(?! ?s\b)|$)", paragraph)]
        # A single mark that is never closed is an apostrophe ('90s) unless it opens the paragraph.
        spans = [(start, end) for start, end in spans if end < len(paragraph) or start == 1]
    return spans


def sentence_spans(paragraph: str) -> list[tuple[int, int]]:
    """Start and end of each sentence; a full stop after an abbreviation or an initial ends none."""
    spans, start = [], 0
    for match in re.finditer(r"[.!?…]+[”\"’'»)\]]*\s+(?=[A-Z\u00c0-\u00deĐŞŠŽČĆİ“\"‘'„«(\d])", paragraph):
        before = re.search(r"([\w.]+)$", paragraph[start : match.start()])
        word = before.group(1) if before else ""
        # "No. 4" and "St. Ann" have a capital; "no." ends a sentence.
        short = word.casefold() in _ABBREVIATIONS and (word[0].isupper() or word in ("etc", "vs", "approx", "ca", "pp", "e.g", "i.e", "a.m", "p.m"))
        if paragraph[match.start()] == "." and (short or re.fullmatch(r"\w|(?:\w\.)+\w", word)):
            continue
        spans.append((start, match.end()))
        start = match.end()
    if start < len(paragraph):
        spans.append((start, len(paragraph)))
    return [(low, high) for low, high in spans if re.search(r"\w", paragraph[low:high])]


def sentences(text: str) -> list[str]:
    return [paragraph[low:high].strip() for paragraph in paragraphs(text) for low, high in sentence_spans(paragraph)]


def people(text: str) -> list[str]:
    """Full names of people, found automatically: two to four capitalised words of which something says that they are a person.

    What says so: a title or office before them, an age or an office after them, a speech verb beside them, or the last of them standing
    alone elsewhere in the text.
    """
    found: dict[str, None] = {}
    lowered = text.casefold()
    capital_first = Counter(re.findall(rf"\b{_CAP}", text))
    for paragraph in paragraphs(text):
        for match in _NAME.finditer(paragraph):
            words = match.group().replace("\u00a0", " ").split(" ")
            start = match.start()
            while words and (words[0].casefold().strip(".'’") in COMMON_FIRST or words[0].casefold().strip(".") in TITLES):
                titled = words[0].casefold().strip(".") in TITLES
                start += len(words[0]) + 1
                words = words[1:]
                if titled and words and len(words) == 1:
                    break
            words = [re.sub(r"[’']s$", "", word) for word in words]
            while words and words[-1].casefold() in {"de", "da", "van", "von", "der", "bin", "ibn", "al", "el", "la", "du", "di", "dos"}:
                words.pop()
            if len(words) < 2 or any(word.casefold() in _ORG_WORDS or word.casefold() in _DAYS.split() for word in words):
                continue
            name, last = " ".join(words), words[-1]
            if any(name == known or known.endswith(f" {name}") for known in found):
                continue
            before = re.findall(r"[\w’'-]+", paragraph[max(0, start - 40) : start])[-1:]
            after = paragraph[start + len(name) : start + len(name) + 40]
            beside = re.findall(r"[\w’'-]+", after)[:1]
            evidence = (
                (before and before[0].casefold() in TITLES)
                or re.match(r", (?:aged )?\d{1,2}\b|, (?:the|a|an|who|his|her|its|head|chief|director|\w+ (?:of|at|for|with))\b", after)
                or (beside and beside[0].casefold() in SPEECH_VERBS and not after.startswith(("’s", "'s")))
                or (before and before[0].casefold() in SPEECH_VERBS)
                or capital_first[last] > len(re.findall(rf"\b{re.escape(name)}\b", text))
            )
            # A surname that also stands in lower case is an ordinary word ("Supreme Court … court").
            if evidence and not re.search(
                rf"\b{re.escape(last.casefold())}\b", re.sub(rf"\b{re.escape(last)}\b", "", text) if last.casefold() in lowered else ""
            ):
                found[name] = None
    return list(found)


def _speech(outside: str) -> list[str]:
    """The speech verbs of a text without its quotations, in order, as dictionary forms."""
    verbs = []
    for match in re.finditer(r"[A-Za-z]+", outside):
        word = match.group()
        if word in SPEECH_VERBS and not (word in _NOUNLIKE and _SPEECH_NOUNS.search(outside[max(0, match.start() - 30) : match.start()])):
            verbs.append(SPEECH_VERBS[word])
    return verbs


def _is_number(word: str) -> bool:
    return bool(re.match(r"\d", word)) or any(part in NUMBER_WORDS for part in word.split("-"))


def measures(text: str) -> dict[str, float | None]:
    """The figures of one piece by the keys of :data:`FIGURES`; None where the piece has nothing to measure (no quotes, no speech verb)."""
    parts = paragraphs(text)
    words = tokens(text)
    printed = len(text.split())
    quotes: list[int] = []
    divided = n_sentences = direct = reported = name_first = 0
    lengths: list[int] = []
    outside_all: list[str] = []
    names = people(text)
    surnames = {name.split()[-1] for name in names}
    openings = tuple(names)
    for part in parts:
        marks = quotations(part)
        quotes += [len(part[low:high].split()) for low, high in marks]
        for (low, high), (next_low, next_high) in itertools.pairwise(marks):
            between = part[high:next_low]
            full = max(len(part[low:high].split()), len(part[next_low:next_high].split())) >= RUN
            # "…," X said, "…": the attribution stands inside one sentence of the quotation.
            broken = part[high - 1] in ",-–—" or re.search(r",\s*[“\"‘'„«]$", between)
            divided += bool(full and broken and len(between.split()) <= 14 and _speech(between))
        outside = "".join(" " if any(low <= i < high for low, high in marks) else character for i, character in enumerate(part))
        outside_all.append(outside)
        for low, high in sentence_spans(part):
            n_sentences += 1
            lengths.append(len(part[low:high].split()))
            quoted = sum(max(0, min(high, end) - max(low, start)) for start, end in marks) / (high - low)
            direct += quoted > 0.5
            own = outside[low:high]
            reported += quoted <= 0.5 and bool(_speech(own) or re.search(r"\baccording to\b|\breportedly\b|\ballegedly\b", own, re.I))
            opening = part[low:high].lstrip("“\"‘'„« ")
            first = re.match(r"[\w’'\-]+", opening)
            name_first += bool(first and (opening.startswith(openings) or first.group() in surnames))
    full_quotes = [n for n in quotes if n >= RUN]
    outside = "\n".join(outside_all)
    verbs = Counter(_speech(outside))
    digits = Counter(match.group() for match in re.finditer(r"(?<![\w.,])\d+(?:[.,]\d+)*(?![\w])", text) if not re.fullmatch(r"(?:19|20)\d\d", match.group()))
    triples = Counter(zip(words, words[1:], words[2:], strict=False))
    windows = [len(set(words[i : i + 100])) / 100 for i in range(len(words) - 99)]
    adverbs = [word for word in re.findall(r"\b[a-z]+ly\b", text) if word not in NOT_ADVERBS]
    dashes = re.findall(r"(?<!\d)\s?[—–]\s?(?!\d)|\s--?\s", text)
    per_1000 = 1000 / max(1, printed)
    return {
        "words": printed,
        "per_paragraph": n_sentences / max(1, len(parts)),
        "per_sentence": statistics.mean(lengths) if lengths else None,
        "long": 100 * sum(n > 35 for n in lengths) / max(1, n_sentences),
        "short": 100 * sum(n <= 8 for n in lengths) / max(1, n_sentences),
        "direct": 100 * direct / max(1, n_sentences),
        "reported": 100 * reported / max(1, n_sentences),
        "quotes": len(full_quotes),
        "quote_length": statistics.median(full_quotes) if full_quotes else None,
        "divided": 100 * divided / len(full_quotes) if full_quotes else None,
        "numerals": 100 * sum(map(_is_number, words)) / max(1, len(words)),
        "recurring_digits": 100 * sum(n > 1 for n in digits.values()) / len(digits) if digits else None,
        "say": 100 * verbs["say"] / sum(verbs.values()) if verbs else None,
        "speech_verbs": len(verbs),
        "according_to": per_1000 * len(re.findall(r"\baccording to\b", text, re.I)),
        "people": len(names),
        "name_first": 100 * name_first / max(1, n_sentences),
        "ttr_250": len(set(words[:250])) / 250 if len(words) >= 250 else None,
        "ttr_100": statistics.mean(windows) if windows else None,
        "triples": 100 * sum(n - 1 for n in triples.values()) / max(1, sum(triples.values())),
        "hedges": per_1000 * len(HEDGES.findall(text)),
        "adverbs": per_1000 * len(adverbs),
        "dashes": per_1000 * len(dashes),
    }


def outside_band(found: dict[str, float | None]) -> list[str]:
    """Keys of the figures outside their bands; what could not be measured is inside."""
    return [figure.key for figure in FIGURES if (value := found[figure.key]) is not None and not figure.low <= round(value, 2) <= figure.high]


def shared_runs(texts: dict[str, str], against: dict[str, str] | None = None, *, size: int = RUN) -> dict[tuple[str, ...], list[str]]:
    """Every longest run of ``size`` or more words that two texts share, with the names of the texts that hold it.

    With ``against``, runs between ``texts`` and ``against`` are found besides those among ``texts``, but none between two texts of
    ``against``. A run is as long as the two texts agree; a table of hashed ``size``-grams finds the places, so time grows with the
    number of words and not with the number of pairs.
    """
    words = {name: tokens(text) for name, text in texts.items()}
    others = {name: tokens(text) for name, text in (against or {}).items() if name not in words}
    places: defaultdict[tuple[str, ...], list[tuple[str, int]]] = defaultdict(list)
    for name, row in words.items():
        for i in range(len(row) - size + 1):
            places[tuple(row[i : i + size])].append((name, i))
    for name, row in others.items():
        for i in range(len(row) - size + 1):
            gram = tuple(row[i : i + size])
            if gram in places:
                places[gram].append((name, i))
    both = words | others
    runs: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)
    for where in places.values():
        for k, (one, i) in enumerate(where):
            for other, j in where[k + 1 :]:
                if one == other or (one in others and other in others):
                    continue
                left, right = both[one], both[other]
                if i and j and left[i - 1] == right[j - 1]:
                    continue  # the run begins earlier
                end = size
                while i + end < len(left) and j + end < len(right) and left[i + end] == right[j + end]:
                    end += 1
                runs[tuple(left[i : i + end])] |= {one, other}
    return {run: sorted(names) for run, names in sorted(runs.items(), key=lambda item: (-len(item[0]), item[0]))}


def longest_shared(texts: dict[str, str]) -> tuple[tuple[str, ...], list[str]]:
    """The longest run of words that two of the texts share, and the texts that hold it; empty where they share no word."""
    for size in range(RUN, 0, -1):
        if runs := shared_runs(texts, size=size):
            return next(iter(runs.items()))
    return (), []


def openings(texts: Iterable[str], n: int = 2) -> Counter[tuple[str, ...]]:
    """How many texts open with the same ``n`` words."""
    return Counter(tuple(tokens(text)[:n]) for text in texts)


def shared_openings(texts: list[str], n: int = 2) -> float:
    """Share of the texts, 0 to 1, whose first ``n`` words open another one too."""
    counted = openings(texts, n)
    return sum(count for count in counted.values() if count > 1) / max(1, len(texts))


def reused_names(texts: dict[str, str]) -> dict[str, list[str]]:
    """Full names of people that stand in two texts or more, with the texts."""
    where: defaultdict[str, list[str]] = defaultdict(list)
    for name, text in texts.items():
        for person in people(text):
            where[person].append(name)
    return {person: sorted(names) for person, names in sorted(where.items()) if len(names) > 1}


def clean_real(text: str) -> str:
    """A real article without its date line, notes of the wiki and doubled spaces, one paragraph a line."""
    parts = [" ".join(part.replace("\xa0", " ").split()) for part in text.split("\n")]
    parts = [part for part in parts if part and not part.startswith("((")]
    if parts and re.fullmatch(r"(?:\w+day, )?\w+ \d{1,2}, \d{4}", parts[0]):
        parts = parts[1:]
    return "\n".join(parts)


def read_real(folder: Path, *, low: int = 120, high: int = 1200) -> dict[str, str]:
    """Real articles of ``folder`` of ``low`` to ``high`` words (shorter ones are stubs, longer ones interviews), by title."""
    csv.field_size_limit(10**9)
    found: dict[str, str] = {}
    for path in sorted(folder.rglob("*.csv")):
        with path.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                found[f"real: {row['title']}"] = clean_real(row["text"])
    for path in sorted(folder.rglob("*.txt")):
        found[f"real: {path.stem}"] = clean_real(path.read_text(encoding="utf-8"))
    return {name: text for name, text in found.items() if low <= len(text.split()) <= high}


def read_folder(folder: Path) -> dict[str, str]:
    return {str(path): path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.txt"))}


def quantiles(values: Iterable[float | None]) -> tuple[float, float, float] | None:
    """Median, 10 and 90 per cent point of what could be measured."""
    known = sorted(value for value in values if value is not None)
    if not known:
        return None
    return statistics.median(known), known[round(0.1 * (len(known) - 1))], known[round(0.9 * (len(known) - 1))]


def _number(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _band(values: Iterable[float | None]) -> str:
    found = quantiles(values)
    return "–" if found is None else f"{_number(found[0])} ({_number(found[1])}–{_number(found[2])})"


def matched(real: dict[str, str], runs: dict[tuple[str, ...], list[str]], size: int, *, draws: int = 200, seed: int = 1) -> dict[str, float] | None:
    """Figures of a set, for sets of ``size`` drawn from the real articles: their means over ``draws``; ``None`` where there are too few.

    A larger set shares more openings, names and runs, so that sets are only to be compared at one size.
    """
    if len(real) < 2 * size:
        return None
    random_ = random.Random(seed)
    heads = {n: {name: tuple(tokens(text)[:n]) for name, text in real.items()} for n in (2, 3)}
    persons = {name: people(text) for name, text in real.items()}
    names = sorted(real)
    total: defaultdict[str, float] = defaultdict(float)
    for _ in range(draws):
        drawn = random_.sample(names, size)
        there = set(drawn)
        for n in (2, 3):
            counted = Counter(heads[n][name] for name in drawn)
            total[f"openings {n}"] += sum(count for count in counted.values() if count > 1) / size
        total["names"] += sum(count > 1 for count in Counter(person for name in drawn for person in persons[name]).values())
        total["runs"] += sum(len(there & set(where)) > 1 for where in runs.values())
    return {key: value / draws for key, value in total.items()}


def set_lines(written: dict[str, str], real: dict[str, str]) -> Iterator[str]:
    """The Markdown for the datasheet: the figures of the pieces beside the real ones, then the figures of the set."""
    columns = {"written": written, **({"real": real} if real else {})}
    found = {name: [measures(text) for text in texts.values()] for name, texts in columns.items()}
    yield "| figure: median (10–90 band) | " + " | ".join(f"{name} ({len(texts)})" for name, texts in columns.items()) + " | band of the guide |"
    yield "| --- |" + " --: |" * (len(columns) + 1)
    for figure in FIGURES:
        rows = " | ".join(_band(row[figure.key] for row in found[name]) for name in columns)
        yield f"| {figure.title} | {rows} | {_number(figure.low)}–{_number(figure.high)} |"
    rows = " | ".join(_band(float(len(outside_band(row))) for row in found[name]) for name in columns)
    yield f"| figures outside the band, of {len(FIGURES)} | {rows} | 0–{RETURN_ABOVE} |"
    rows = " | ".join(f"{100 * sum(len(outside_band(row)) > RETURN_ABOVE for row in found[name]) / max(1, len(found[name])):.0f}%" for name in columns)
    yield f"| pieces with more than {RETURN_ABOVE} outside | {rows} | – |"
    runs = {name: shared_runs(texts) for name, texts in columns.items()}
    beside = matched(real, runs.get("real", {}), len(written))
    sized = f", real in sets of {len(written)} drawn" if beside else ""

    def last(key: str, shape: str, whole: str) -> str:
        return "" if not real else f" | {format(beside[key], shape)}" if beside else f" | {whole}"

    for n in (2, 3):
        own, theirs = (f"{shared_openings(list(texts.values()), n):.0%}" for texts in (written, real))
        yield f"| articles whose first {n} words open another article too{sized} | {own}{last(f'openings {n}', '.0%', theirs)} | – |"
    own, theirs = (str(len(reused_names(texts))) for texts in (written, real))
    yield f"| full names of people in two articles or more{sized} | {own}{last('names', '.1f', theirs)} | – |"
    own, theirs = (str(len(found_)) for found_ in (runs["written"], runs.get("real", {})))
    yield f"| runs of {RUN} words or more that two articles share{sized} | {own}{last('runs', '.1f', theirs)} | 0 |"
    rows = " | ".join(str(len(longest_shared(texts)[0])) for texts in columns.values())
    yield f"| longest run of words that two articles share | {rows} | – |"
    most = openings(written.values()).most_common(3)
    yield ""
    yield "Commonest openings: " + "; ".join(f"“{' '.join(gram)}” {count}" for gram, count in most) + "."
    if names := reused_names(written):
        yield "Names in more than one written article: " + "; ".join(f"{name} ({', '.join(where)})" for name, where in names.items()) + "."
    run, where = longest_shared(written)
    yield f"Longest run shared by written articles: {len(run)} words (“{' '.join(run)}”, {' and '.join(where)})."
    for run, where in shared_runs(written, real).items():
        yield f"- shared run of {len(run)}: “{' '.join(run)}” ({'; '.join(where)})"


def piece_report(name: str, text: str) -> dict[str, object]:
    """The figures of a piece and which lie outside, as JSON data."""
    found = measures(text)
    return {"piece": name, "figures": {key: None if value is None else round(value, 3) for key, value in found.items()}, "outside": outside_band(found)}


def piece_lines(name: str, text: str, real: list[dict[str, float | None]], *, every: bool) -> Iterator[str]:
    """A piece's figures for its writer: those outside the band, or all of them."""
    found = measures(text)
    wrong = outside_band(found)
    verdict = "return" if len(wrong) > RETURN_ABOVE else "fine"
    yield f"{name}: {len(wrong)} of {len(FIGURES)} figures outside the band ({verdict}; real pieces miss about 3)"
    for figure in FIGURES:
        value = found[figure.key]
        if figure.key in wrong or every:
            shown = "–" if value is None else _number(value)
            mark = ("high" if value is not None and value > figure.high else "low") if figure.key in wrong else ""
            beside = f"  real here {_band(row[figure.key] for row in real)}" if real else ""
            yield f"  {mark:4} {figure.title:38} {shown:>6}  band {_number(figure.low)}–{_number(figure.high)}{beside}"
    if every:
        yield "  named people counted: " + (", ".join(people(text)) or "none")


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description="Measure written articles beside real ones.", epilog=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--real", type=Path, help="a folder of real articles, *.csv or *.txt")
    parser.add_argument("--data", type=Path, default=ROOT / "data" / "articles", help="the written articles, <split>/<id>.txt")
    commands = parser.add_subparsers(dest="command")
    one = commands.add_parser("piece", help="the figures of single pieces beside the bands")
    one.add_argument("files", type=Path, nargs="+", metavar="FILE")
    one.add_argument("--real", type=Path, default=argparse.SUPPRESS, help="a folder of real articles, *.csv or *.txt")
    one.add_argument("--against", type=Path, action="append", default=[], metavar="DIR", help="list the runs of 8 words or more shared with texts below DIR")
    one.add_argument("--all", action="store_true", help="every figure, not only those outside the band")
    one.add_argument("--json", action="store_true", help="one JSON object a piece")
    args = parser.parse_args(argv)
    folders = [folder for folder in [args.real, *getattr(args, "against", [])] if folder is not None]
    if wrong := [f"{folder}: no such folder" for folder in folders if not folder.is_dir()]:
        print("\n".join(wrong), file=sys.stderr)
        return 2
    real = read_real(args.real) if args.real else {}
    if args.command != "piece":
        written = {path.stem: path.read_text(encoding="utf-8") for path in sorted(args.data.glob("*/*.txt"))}
        if not written:
            print(f"{args.data}: no */*.txt", file=sys.stderr)
            return 2
        print("\n".join(set_lines(written, real)))
        return 0
    if wrong := [f"{path}: no such file" for path in args.files if not path.is_file()]:
        print("\n".join(wrong), file=sys.stderr)
        return 2
    pieces = {str(path): path.read_text(encoding="utf-8") for path in args.files}
    same = {path.resolve() for path in args.files}
    against = dict(read_real(args.real, low=0, high=10**9)) if args.real else {}
    for folder in args.against:
        # A copy of the piece itself is no other text.
        against |= {name: text for name, text in read_folder(folder).items() if Path(name).resolve() not in same and text not in pieces.values()}
    real_rows = [measures(text) for text in real.values()]
    runs = shared_runs(pieces, against) if against or len(pieces) > 1 else {}
    failed = False
    for name, text in pieces.items():
        report = piece_report(name, text)
        mine = {run: [other for other in where if other != name] for run, where in runs.items() if name in where}
        failed |= len(report["outside"]) > RETURN_ABOVE or bool(mine)  # type: ignore[arg-type]
        if args.json:
            print(json.dumps(report | {"shared": [{"run": " ".join(run), "with": where} for run, where in mine.items()]}, ensure_ascii=False))
            continue
        print("\n".join(piece_lines(name, text, real_rows, every=args.all)))
        for run, where in mine.items():
            print(f"  shared run of {len(run)} words with {', '.join(where)}: “{' '.join(run)}”")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
