"""What is learned: conditional random fields over the words of a paragraph, and maximum-entropy classifiers.

A linear-chain conditional random field (Lafferty, McCallum and Pereira, 2001) labels a sequence; over sequences of one item it is a
maximum-entropy classifier, so one library serves for both. Labels of spans are BIO: ``B-x`` begins a span of kind x, ``I-x`` continues it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

import sklearn_crfsuite

from values import word_class

Span = tuple[int, int]
Features = dict[str, bool]
TOKEN = re.compile(r"\w+(?:[.,]\d+)*(?:[’'-](?!s\b)\w+)*|['’]s\b|[^\w\s]")
_LEXICON = Path(__file__).resolve().parents[1] / "rules" / "lexicon.tsv"
_STOP = re.compile(r"[.!?]")


class Token(NamedTuple):
    """A word or sign and where it stands."""

    start: int
    end: int
    text: str
    low: str


def words(string: str) -> frozenset[str]:
    """The words of ``string`` as a set."""
    return frozenset(string.split())


BE = words("is are was were be been being am")
DETERMINERS = words("the a an this that these those its their his her our my your")
_FUNCTION = words(
    "will would can could may might must shall should has have had do does did not no to of in on at by for from with into over under after before during "
    "against between about and or but that who which when while because if as than it he she they we i you there here what how why"
) | (BE | DETERMINERS)


@cache
def stem(low: str) -> str:
    """A crude stem: ``opened``, ``opens`` and ``opening`` share it."""
    out = re.sub(r"(?<=\w{3})(?:ies|ied|ying)$", "y", low)
    out = re.sub(r"(?<=\w{3})(?:ing|ed|es|s|e)$", "", out)
    return re.sub(r"([bdgklmnprt])\1$", r"\1", out)


@cache
def lexicon() -> dict[str, tuple[tuple[tuple[str, ...], str, str], ...]]:
    """The rule baseline's word list: stem of an entry's first word -> (stems of the entry, label, part of speech)."""
    out: dict[str, dict[tuple[tuple[str, ...], str, str], None]] = {}
    for line in _LEXICON.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        label, part, entries = line.split("\t")
        for entry in re.split(r",\s*", entries):
            for form in re.split(r"[=|]", entry):
                if form and label != "gpe":
                    stems = tuple(stem(word.lower()) for word in form.split())
                    out.setdefault(stems[0], {})[stems, label, part.partition("@")[0][:1]] = None
    return {first: tuple(sorted(found, key=lambda item: (-len(item[0]), item))) for first, found in out.items()}


@cache
def shape(text: str) -> str:
    """``Xx`` for Ruiz, ``9,9`` for 1,200: runs of one class of characters shortened to one."""
    out = re.sub(r"[^\W\d_]", lambda m: "X" if m[0].isupper() else "x", re.sub(r"\d", "9", text))
    return re.sub(r"(.)\1+", r"\1", out)


@dataclass
class Paragraph:
    """A paragraph as a sequence of tokens, with what the taggers look at."""

    text: str
    """The article's whole text; offsets are into it."""
    start: int
    end: int
    tokens: list[Token]
    sentence: list[int] = field(default_factory=list)
    """Index of the sentence of each token."""
    quoted: list[bool] = field(default_factory=list)
    """Whether each token lies between quotation marks."""
    labels: list[tuple[str, ...]] = field(default_factory=list)
    """What the lexicon says of each token: ``say``, ``event:…``, ``kind:…``."""
    types: list[tuple[str, ...]] = field(default_factory=list)
    """The event types the lexicon has for each token."""

    def __post_init__(self) -> None:
        self._sentences()
        self._quotations()
        self._look_up()

    def _sentences(self) -> None:
        n = 0
        for i, token in enumerate(self.tokens):
            # Behind a stop and perhaps a closing mark, a capital begins a new sentence; "Mr. Ruiz" and "A. Ruiz" do not.
            k = i - 1
            while k > 0 and self.tokens[k].text in "\"'”’)":
                k -= 1
            begins = k > 0 and _STOP.fullmatch(self.tokens[k].text) and token.text not in "\"'”’)."
            initial = k > 0 and len(self.tokens[k - 1].text) < 3 and k == i - 1
            if begins and not initial and self.tokens[k - 1].low not in ("mrs", "prof", "sgt", "capt", "gen", "rev", "sen", "gov", "ont"):
                n += 1
            self.sentence.append(n)

    def _quotations(self) -> None:
        opened = ""
        for token in self.tokens:
            before = self.text[token.start - 1 : token.start] or " "
            after = self.text[token.end : token.end + 1] or " "
            mark = token.text[0] if token.text in ('"', "“", "”", "‘", "’", "'") else ""
            inside = bool(opened)
            if not opened and mark and mark not in "”’" and not before.isalnum() and not after.isspace():
                opened = {"“": "”", "‘": "’"}.get(mark, mark)
            elif opened and mark == opened and not after.isalnum() and not before.isspace():
                opened = ""
            self.quoted.append(inside and bool(opened))

    def _look_up(self) -> None:
        stems = [stem(token.low) for token in self.tokens]
        found: list[dict[str, None]] = [{} for _ in stems]
        types: list[dict[str, None]] = [{} for _ in stems]
        for i, first in enumerate(stems):
            for entry, label, part in lexicon().get(first, ()):
                if tuple(stems[i : i + len(entry)]) != entry:
                    continue
                head, _, rest = label.partition(".")
                name = "say" if head == "say" else f"kind:{rest}" if head == "kind" else f"event:{part}"
                for k in range(i, i + len(entry)):
                    found[k][name if len(entry) == 1 else f"{name}+"] = None
                    if name.startswith("event"):
                        types[k][label] = None
        self.labels = [tuple(sorted(labels)) for labels in found]
        self.types = [tuple(sorted(labels)) for labels in types]

    def span(self, first: int, last: int) -> Span:
        """Offsets of the tokens ``first`` to ``last``."""
        return self.tokens[first].start, self.tokens[last].end

    def inside(self, start: int, end: int) -> list[int]:
        """Indices of the tokens that lie in ``[start, end)``."""
        return [i for i, token in enumerate(self.tokens) if start <= token.start and token.end <= end]


def paragraphs(text: str) -> list[Paragraph]:
    """The paragraphs of a text that hold a token."""
    out = []
    for m in re.finditer(r"[^\n]+", text):
        tokens = [Token(*t.span(), t[0], t[0].lower()) for t in TOKEN.finditer(text, m.start(), m.end())]
        if tokens:
            out.append(Paragraph(text, m.start(), m.end(), tokens))
    return out


def _nearest_say(paragraph: Paragraph, i: int, step: int) -> tuple[int, int] | None:
    """How many words, and of them how many commas, part token ``i`` from the next verb of saying in its sentence; None beyond twelve."""
    commas = 0
    for n in range(1, 13):
        k = i + n * step
        if not 0 <= k < len(paragraph.tokens) or paragraph.sentence[k] != paragraph.sentence[i]:
            return None
        if "say" in paragraph.labels[k] and not paragraph.quoted[k]:
            return n, commas
        commas += paragraph.tokens[k].text == ","
    return None


def word_features(paragraph: Paragraph) -> list[Features]:
    """What can be seen of each token and of its two neighbours on either side."""
    own: list[list[str]] = []
    for i, token in enumerate(paragraph.tokens):
        low = token.low
        names = [f"s={shape(token.text)}", f"3={low[-3:]}", *(f"l={label}" for label in paragraph.labels[i])]
        names.append(f"w={low}" if low in _FUNCTION or not token.text[0].isalnum() else f"t={stem(low)}")
        if class_ := word_class(low):
            names.append(f"n={class_}")
        if paragraph.quoted[i]:
            names.append("q")
        for step, side in ((1, ">"), (-1, "<")):
            say = _nearest_say(paragraph, i, step)
            if say:
                names.append(f"say{side}{min(say[0], 5)},{min(say[1], 2)}")
        if token.text[0].isupper() and (i == 0 or paragraph.sentence[i - 1] != paragraph.sentence[i]):
            names.append("first")
        own.append(names)
    out: list[Features] = []
    for i in range(len(own)):
        features = dict.fromkeys(own[i], True)
        for step in (-2, -1, 1, 2):
            k = i + step
            names = own[k] if 0 <= k < len(own) else ["end"]
            features.update((f"{step}:{name}", True) for name in names if abs(step) == 1 or not name.startswith("3="))
        out.append(features)
    return out


def to_bio(paragraph: Paragraph, spans: Iterable[tuple[Span, str]]) -> list[str]:
    """BIO labels of a paragraph's tokens; of spans that overlap the longer one stays."""
    labels = ["O"] * len(paragraph.tokens)
    for (start, end), kind in sorted(spans, key=lambda item: (item[0][0] - item[0][1], item)):
        inside = paragraph.inside(start, end)
        if inside and all(labels[i] == "O" for i in inside):
            labels[inside[0]] = f"B-{kind}"
            for i in inside[1:]:
                labels[i] = f"I-{kind}"
    return labels


def from_bio(labels: Sequence[str]) -> list[tuple[int, int, str]]:
    """Spans as (first token, last token, kind); an ``I`` without its ``B`` begins a span."""
    out: list[tuple[int, int, str]] = []
    for i, label in enumerate(labels):
        mark, _, kind = label.partition("-")
        if mark == "I" and out and out[-1][1] == i - 1 and out[-1][2] == kind:
            out[-1] = (out[-1][0], i, kind)
        elif mark != "O":
            out.append((i, i, kind))
    return out


class Tagger:
    """A conditional random field, trained by L-BFGS with elastic-net penalty; nothing is drawn at random."""

    def __init__(self, c1: float = 0.05, c2: float = 0.05, iterations: int = 80):
        self._crf = sklearn_crfsuite.CRF(algorithm="lbfgs", c1=c1, c2=c2, max_iterations=iterations, all_possible_transitions=True)
        self._constant: str | None = None

    def fit(self, features: list[list[Features]], labels: list[list[str]]) -> Tagger:
        """Trains on sequences of features and labels; with one label or none there is nothing to learn."""
        seen = {label for sequence in labels for label in sequence}
        if len(seen) < 2:
            self._constant = next(iter(seen), "O")
        else:
            self._crf.fit(features, labels)
        return self

    def tag(self, features: list[Features], floor: float = 0.5, outside: str = "O") -> list[str]:
        """The best labels of one sequence; a token labelled ``outside`` that is something else with probability ``floor`` gets the likeliest other.

        A floor below 1/2 finds more spans, at the price of wrong ones: trained on few articles, a tagger is too cautious.
        """
        if self._constant is not None or not features:
            return [self._constant or "O"] * len(features)
        best = [str(label) for label in self._crf.predict_single(features)]
        if floor < 0.5:
            for i, chances in enumerate(self._crf.predict_marginals_single(features)):
                if best[i] == outside and 1 - chances.get(outside, 0.0) >= floor:
                    best[i] = max((label for label in chances if label != outside), key=lambda label: (chances[label], label))
        return best


class Classifier:
    """A maximum-entropy classifier: a conditional random field over sequences of one item."""

    def __init__(self, c1: float = 0.02, c2: float = 0.1):
        self._tagger = Tagger(c1, c2)

    def fit(self, features: list[Features], labels: list[str]) -> Classifier:
        """Trains on one label for each item."""
        self._tagger.fit([[item] for item in features], [[label] for label in labels])
        return self

    def label(self, features: Features, floor: float = 0.5, outside: str = "none") -> str:
        """The best label of one item; ``floor`` and ``outside`` as in ``Tagger.tag``."""
        return self._tagger.tag([features], floor, outside)[0]
