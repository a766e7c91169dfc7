"""From labelled words to records: the model of all taggers, and the rules that link spans into claims, events and figures.

A claim is a cue with the stretches of content nearest to it and the source nearest to it; its speaker is the entity of the source. Names that
share their last word are one entity. An event is a trigger; a figure is read by ``values.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from newsgold import Article
from taggers import BE, DETERMINERS, Classifier, Features, Paragraph, Span, Tagger, from_bio, lexicon, paragraphs, shape, stem, to_bio, word_features, words
from values import read, with_multiplier, word_class

Record = dict[str, Any]
_FOLDS = 4
# The probability from which a word is taken into a span; set on validation.
FLOORS = {"attribution": 0.3, "mentions": 0.3, "triggers": 0.25, "figures": 0.3, "roles": 0.35}
_PRONOUNS = words("i we you he she it they him her them us me who")
_PERSONAL = words("he she him her who")
_MODALS = words("will would can could may might must shall should not no to if never")
_LINKS = words("of de da van von der den del di el al bin la le and for the & - ' . ’ ,")
_TITLES = words("mr mrs ms miss dr prof professor president minister mayor governor councillor chief judge captain sergeant director chairman coach")
_OPENERS = words(
    "in on at but and when while after before as for if from with by to he she it they we there that what monday "
    "tuesday wednesday thursday friday saturday sunday"
)
_MALE, _FEMALE = words("mr sir lord"), words("mrs ms miss lady")


def pair(span: Any) -> Span:
    """A gold span's offsets."""
    return span.start, span.end


def meets(a: Span, b: Span) -> bool:
    """Whether two spans overlap."""
    return a[0] < b[1] and b[0] < a[1]


# --- what the taggers and classifiers see ----------------------------------------------------------------------------------


def content_features(paragraph: Paragraph, base: list[Features], attribution: Sequence[str]) -> list[Features]:
    """The words' features and where each stands to the cues and sources found before: content is what they leave."""
    cues = [i for i, label in enumerate(attribution) if label.endswith("CUE")]
    out = []
    for i, features in enumerate(base):
        here = paragraph.sentence[i]
        before = [k for k in cues if k < i and paragraph.sentence[k] == here]
        after = [k for k in cues if k > i and paragraph.sentence[k] == here]
        names = [f"a={attribution[i]}"]
        quoted = "q" if paragraph.quoted[i] else "n"
        if before:
            between = paragraph.tokens[before[-1] + 1 : i]
            source = any(attribution[k].endswith("SOURCE") for k in range(before[-1] + 1, i))
            names += [f"cue<{min(i - before[-1], 4)}", f"cue<{stem(paragraph.tokens[before[-1]].low)}", f"cue<source={source}"]
            names.append(f"cue<comma={any(token.text in ',;' for token in between)},{source},{quoted}")
            if any(token.low in ("that", ":") for token in between):
                names.append("cue<that")
        if after:
            between = paragraph.tokens[i : after[0]]
            commas = sum(token.text in ",;" for token in between)
            source = any(attribution[k].endswith("SOURCE") for k in range(i, after[0]))
            last = next((token.text for token in paragraph.tokens[after[-1] + 1 : after[-1] + 2]), ".")
            names += [f"cue>commas={min(commas, 2)},{source},{quoted}", f"cue>last={last if not last[0].isalnum() else 'word'}"]
        names.append(f"cues={bool(before)},{bool(after)},{quoted}")
        if not before and not after:
            near = [k for k in cues if abs(paragraph.sentence[k] - here) == 1]
            names += [f"near={bool(near)},{quoted}", f"any={bool(cues)},{quoted}"]
        out.append({**features, **dict.fromkeys(names, True)})
    return out


def act_features(paragraph: Paragraph, content: Sequence[Span], cue: str | None) -> Features:
    """The cue, the function words of the content, and its stems."""
    inside = [paragraph.tokens[i] for span in content for i in paragraph.inside(*span)]
    names = [f"cue={stem(cue.lower().split()[0]) if cue else None}"]
    names += [f"t={stem(token.low)}" for token in inside if token.text[0].isalnum()]
    names += [f"first={token.low}" for token in inside[:1]]
    names += [f"m={one.low},{two.low}" for one, two in pairwise(inside) if one.low in _PRONOUNS and two.low in _MODALS]
    return dict.fromkeys(names, True)


def status_features(paragraph: Paragraph, first: int, last: int) -> Features:
    """The words before a trigger, its form, and the modals of its sentence."""
    tokens = paragraph.tokens
    names = [f"3={tokens[first].low[-3:]}", f"2={tokens[first].low[-2:]}"]
    names += [f"-{first - k}={tokens[k].low}" for k in range(max(0, first - 3), first)]
    names += [f"+{k - last}={tokens[k].low}" for k in range(last + 1, min(len(tokens), last + 2))]
    for k in range(len(tokens)):
        if paragraph.sentence[k] == paragraph.sentence[first] and tokens[k].low in _MODALS | {"plan", "planned", "cancelled", "allegedly", "denied", "denies"}:
            names.append(f"{'before' if k < first else 'after'}={tokens[k].low}" + (",near" if abs(k - first) < 6 else ""))
    return dict.fromkeys(names, True)


def type_features(paragraph: Paragraph, first: int, last: int) -> Features:
    """The trigger's words, the words of its sentence, and the lexicon's types."""
    names = [f"w={stem(paragraph.tokens[i].low)}" for i in range(first, last + 1)]
    names += [f"lex={label}" for i in range(first, last + 1) for label in paragraph.types[i]]
    names += [f"{step}={stem(paragraph.tokens[i].low)}" for step, i in ((-1, first - 1), (1, last + 1)) if 0 <= i < len(paragraph.tokens)]
    return dict.fromkeys(names, True)


def role_features(paragraph: Paragraph, trigger: tuple[int, int], mention: tuple[int, int], kind: str, type_: str, rivals: int) -> Features:
    """How a mention stands to a trigger: side, distance, words between, voice, and what the type is."""
    tokens = paragraph.tokens
    side = "<" if mention[1] < trigger[0] else ">"
    low, high = (mention[1] + 1, trigger[0]) if side == "<" else (trigger[1] + 1, mention[0])
    between = [token.low for token in tokens[low:high]]
    passive = any(tokens[k].low in BE for k in range(max(0, trigger[0] - 3), trigger[0])) and tokens[trigger[0]].low[-2:] in ("ed", "en", "wn", "ht", "lt")
    noun = tokens[trigger[0] - 1].low in DETERMINERS or tokens[trigger[0]].low.endswith(("ion", "ment", "ing"))
    form = f"{side}{'passive' if passive else 'noun' if noun else 'verb'}"
    preposition = tokens[mention[0] - 1].low if mention[0] else ""
    names = [form, f"{form},{rivals}", f"{form},{type_.partition('.')[0]}", f"{side}{type_}", f"{form},{type_}", f"{side}{kind}", f"{form},{kind},{rivals}"]
    names += [f"{side}n={min(len(between), 8) // 2}", f"{side}p={preposition}", f"{side}p={preposition},{kind}", f"{side}rival={rivals}"]
    names += [f"{side}b={word}" for word in between if word in (",", "and", "that", "who", "which", "by", "of", "in", "to", "said", "says", ";")]
    if len(between) < 3:
        names.append(f"{form}join={' '.join(between)}")
    return dict.fromkeys(names, True)


def modifier_features(text: str, start: int, end: int, kind: str) -> Features:
    """The words on either side of a figure."""
    before = re.findall(r"\w+|[^\w\s]", text[max(0, start - 60) : start].rpartition("\n")[2])[-4:]
    after = re.findall(r"\w+|[^\w\s]", text[end : end + 40].partition("\n")[0])[:3]
    names = [f"c{n}={word_class(word.lower())}" for n, word in enumerate(after)]
    names += [f"-{n}={word.lower()}" for n, word in enumerate(reversed(before), 1)] + [f"+{n}={word.lower()}" for n, word in enumerate(after, 1)]
    names += ["-2,1=" + " ".join(before[-2:]).lower(), f"k={kind}", *(f"in={stem(word.lower())}" for word in before if word.isalpha())]
    return dict.fromkeys(names, True)


def figure_features(text: str, start: int, end: int) -> Features:
    """A figure's own words and signs, and the words on either side."""
    inside = text[start:end].lower()
    found = re.findall(r"[^\W\d_]+|[%$£€¥₹₦]", inside)
    names = [f"w={stem(word)}" for word in found] + [f"class={word_class(word)}" for word in found] + ["last=" + str(word_class(found[-1]) if found else None)]
    names += [f"shape={re.sub(r'[0-9]+', '9', inside)}"] if not re.search(r"[a-z]", inside) else []
    names += ["money"] if re.search(r"[$£€¥₹₦]|\b(?:rs\.?|r|usd|eur|gbp|vnd|[a-z]{3})\s?\d", inside) else []
    return {**modifier_features(text, start, end, ""), **dict.fromkeys(names, True)}


def kind_features(text: str, start: int, end: int) -> Features:
    """A mention's words, what the lexicon calls them, and the words on either side."""
    found = re.findall(r"[\w&’'-]+", text[start:end])
    names = [f"w={stem(word.lower())}" for word in found] + [f"shape={' '.join(shape(word) for word in found[:3])}", f"n={min(len(found), 4)}"]
    head = next((i for i, word in enumerate(found) if i and word.lower() in ("of", "in", "at", "from", "for", "who", "with", "to")), len(found))
    for place, words_ in (("head", found[:head][-1:]), ("in", found)):
        for word in words_:
            names += [f"{place}:{label}" for stems, label, _ in lexicon().get(stem(word.lower()), ()) if len(stems) == 1 and label.startswith("kind")]
    names += [f"plural={word.endswith('s')}" for word in found[:head][-1:]] + [f"capital={found[0][0].isupper()}" for _ in found[:1]]
    before, after = text[max(0, start - 30) : start], text[end : end + 30]
    names += [f"-1={word.lower()}" for word in re.findall(r"\w+|[^\w\s]", before)[-1:]] + [
        f"+1={word.lower()}" for word in re.findall(r"\w+|[^\w\s]", after)[:1]
    ]
    names += ["age"] if re.match(r", \d\d\b", after) else []
    return dict.fromkeys(names, True)


# --- the model --------------------------------------------------------------------------------------------------------------


@dataclass
class Tagged:
    """A paragraph with the labels of every tagger."""

    paragraph: Paragraph
    base: list[Features]
    attribution: list[str] = field(default_factory=list)
    content: list[str] = field(default_factory=list)
    mentions: list[str] = field(default_factory=list)
    triggers: list[str] = field(default_factory=list)
    figures: list[str] = field(default_factory=list)


@dataclass
class Sample:
    """A paragraph of the training articles with its gold labels."""

    tagged: Tagged
    article: Article
    fold: int
    gold: dict[str, list[str]]


def samples(articles: Iterable[Article]) -> list[Sample]:
    """The training articles' paragraphs; an article's paragraphs share a fold."""
    out = []
    for n, article in enumerate(articles):
        claims = [(pair(c.cue), "CUE") for c in article.claims if c.cue] + [(pair(c.source), "SOURCE") for c in article.claims if c.source]
        content = [(pair(span), "CONTENT") for c in article.claims for span in c.content]
        mentions = [(pair(m), "MENTION") for e in article.entities for m in e.mentions]
        triggers = [(pair(m), "EVENT") for v in article.events for m in v.mentions]
        figures = [(pair(f.span), "FIGURE") for f in article.figures]
        of = [(pair(f.of), "OF") for f in article.figures if f.of]
        for paragraph in paragraphs(article.text or ""):
            gold = {"attribution": to_bio(paragraph, claims), "content": to_bio(paragraph, content), "mentions": to_bio(paragraph, mentions)}
            labels = to_bio(paragraph, figures)
            for i, label in enumerate(to_bio(paragraph, of)):
                labels[i] = label if labels[i] == "O" else labels[i]
            gold.update(triggers=to_bio(paragraph, triggers), figures=labels)
            out.append(Sample(Tagged(paragraph, word_features(paragraph)), article, n % _FOLDS, gold))
    return out


class Model:
    """All taggers and classifiers, trained on annotated articles."""

    def __init__(self, articles: Iterable[Article]):
        found = samples(articles)
        # What is learned on top of a tagger sees its labels as they are on text it was not trained on.
        for fold in range(_FOLDS):
            rest = [s for s in found if s.fold != fold]
            self._train_words(rest)
            for sample in found:
                if sample.fold == fold:
                    self._tag_words(sample.tagged)
        self._content = Tagger().fit(
            [content_features(s.tagged.paragraph, s.tagged.base, s.tagged.attribution) for s in found], [s.gold["content"] for s in found]
        )
        self._train_links(found)
        self._train_words(found)

    def _train_words(self, found: list[Sample]) -> None:
        bases = [s.tagged.base for s in found]
        self._words = {name: Tagger().fit(bases, [s.gold[name] for s in found]) for name in ("attribution", "mentions", "triggers", "figures")}

    def _tag_words(self, tagged: Tagged) -> None:
        for name, tagger in self._words.items():
            setattr(tagged, name, tagger.tag(tagged.base, FLOORS[name]))

    def tag(self, text: str) -> list[Tagged]:
        """A text's paragraphs with their labels."""
        out = []
        for paragraph in paragraphs(text):
            tagged = Tagged(paragraph, word_features(paragraph))
            self._tag_words(tagged)
            tagged.content = self._content.tag(content_features(paragraph, tagged.base, tagged.attribution))
            out.append(tagged)
        return out

    def _train_links(self, found: list[Sample]) -> None:
        acts: list[tuple[Features, str]] = []
        statuses: list[tuple[Features, str]] = []
        types: list[tuple[Features, str]] = []
        roles: list[tuple[Features, str]] = []
        bounds: list[tuple[Features, str]] = []
        changes: list[tuple[Features, str]] = []
        numbers: list[tuple[Features, str]] = []
        kinds: list[tuple[Features, str]] = []
        for sample in found:
            paragraph, article = sample.tagged.paragraph, sample.article
            for claim in article.claims:
                if paragraph.start <= claim.content[0].start < paragraph.end:
                    acts.append((act_features(paragraph, [pair(s) for s in claim.content], claim.cue.text if claim.cue else None), str(claim.act)))
            for event in article.events:
                for n, mention in enumerate(event.mentions):
                    if inside := paragraph.inside(*pair(mention)):
                        trigger = inside[0], inside[-1]
                        types.append((type_features(paragraph, *trigger), str(event.type)))
                        if n == 0:
                            statuses.append((status_features(paragraph, *trigger), str(event.status)))
                        spans = {p.mention and pair(p.mention): p.role for p in event.participants}
                        for first, last, kind, rivals in candidates(sample.tagged, trigger):
                            where = paragraph.span(first, last)
                            role = next((role for span, role in spans.items() if span and meets(span, where)), "none")
                            roles.append((role_features(paragraph, trigger, (first, last), kind, str(event.type), rivals), role))
            for figure in article.figures:
                if paragraph.start <= figure.span.start < paragraph.end:
                    features = modifier_features(paragraph.text, *pair(figure.span), str(figure.kind))
                    numbers.append((figure_features(paragraph.text, *pair(figure.span)), str(figure.kind)))
                    bounds.append((features, str(figure.bound)))
                    changes.append((features, figure.change or "none"))
            for entity in article.entities:
                for mention in entity.mentions:
                    if mention.form != "pronoun" and paragraph.start <= mention.start < paragraph.end:
                        kinds.append((kind_features(paragraph.text, *pair(mention)), str(entity.kind)))
        self.act, self.status, self.type, self.role, self.bound, self.change, self.number, self.kind = (
            Classifier().fit([features for features, _ in data], [label for _, label in data])
            for data in (acts, statuses, types, roles, bounds, changes, numbers, kinds)
        )

    def event_type(self, paragraph: Paragraph, first: int, last: int) -> str:
        """A trigger's type: the classifier's, unless the lexicon lists the trigger with other types; then the first of those by name."""
        known = {label for i in range(first, last + 1) for label in paragraph.types[i]}
        found = self.type.label(type_features(paragraph, first, last))
        return found if not known or found in known else min(known)


def candidates(tagged: Tagged, trigger: tuple[int, int]) -> list[tuple[int, int, str, int]]:
    """The mentions of a trigger's sentence as (first token, last token, look, how many stand between)."""
    paragraph = tagged.paragraph
    spans = [s for s in from_bio(tagged.mentions) if paragraph.sentence[s[0]] == paragraph.sentence[trigger[0]] and (s[1] < trigger[0] or s[0] > trigger[1])]
    left = [s for s in spans if s[1] < trigger[0]][::-1]
    right = [s for s in spans if s[0] > trigger[1]]

    def look(first: int) -> str:
        token = paragraph.tokens[first]
        return "pronoun" if token.low in _PRONOUNS else "name" if token.text[0].isupper() and token.low not in DETERMINERS else "nominal"

    return [(first, last, look(first), min(n, 3)) for side in (left, right) for n, (first, last, _) in enumerate(side)]


# --- entities ---------------------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class Entity:
    """Someone or something that may speak or take part."""

    name: str
    kind: str
    named: bool
    mentions: dict[Span, str] = field(default_factory=dict)
    gender: str = ""
    id: str = ""
    """Given when a record first uses it; the others are left out."""


def fold(text: str) -> str:
    """A description without determiner, case and spacing."""
    tokens = re.findall(r"[\w&’'-]+", text.lower())
    return " ".join(tokens[1:] if len(tokens) > 1 and tokens[0] in DETERMINERS else tokens)


class Entities:
    """The mentions of an article, merged: names by their last word, descriptions by their words, pronouns with the last that fits."""

    def __init__(self, text: str, tagged: Sequence[Tagged], model: Model):
        self.text = text
        self.all: list[Entity] = []
        self._model = model
        self._by_span: dict[Span, Entity] = {}
        spans: set[Span] = set()
        self._sources: set[Span] = set()
        for page in tagged:
            sources = [self.bare(page.paragraph.span(first, last)) for first, last, kind in from_bio(page.attribution) if kind == "SOURCE"]
            sources = [span for span in sources if self._words(span)]
            mentions = [self.bare(page.paragraph.span(first, last)) for first, last, _ in from_bio(page.mentions)]
            self._sources.update(sources)
            spans.update(sources)
            spans.update(span for span in mentions if not any(meets(span, source) for source in sources))
        names = [span for span in spans if self._is_name(span)]
        for span in sorted(names, key=lambda span: (-len(text[slice(*span)].split()), span)):
            self._name(span)
        self._repeat_names(spans)
        for span in sorted(spans - set(names)):
            if text[slice(*span)].lower() not in _PRONOUNS:
                self._nominal(span)
        for span in sorted(spans - set(self._by_span)):
            self._pronoun(span)

    def bare(self, span: Span) -> Span:
        """A name without determiner and title, and with the capitalised words beside it that belong to it; other spans without a verb at their end."""
        start, end = span
        while more := re.search(r"(?<=\w)[\s,]+(?:have|has|had|did|does|do|not|also|is|was|were|are|will|would|who|that|and)$", self.text[start:end]):
            end -= len(more[0])
        span = start, end
        if lead := re.match(r"(?:(?:[Tt]he|Mr|Mrs|Ms|Miss|Dr|Sir)\b\.?\s)+(?=[^\W\d_a-z])", self.text[start:end]):
            rest = start + lead.end(), end
            return rest if self._is_name(rest) else span
        if self._is_name(span) and (more := re.search(r"(?<![\w.])(?:[^\W\d_a-z][\w’-]+ )+$", self.text[max(0, start - 40) : start])):
            span = (start - len(more[0]), end) if more[0].split()[0].lower() not in DETERMINERS | _TITLES | _OPENERS else span
        if self._is_name(span) and (more := re.match(r"(?: [^\W\d_a-z][\w’-]+)+", self.text[span[1] : span[1] + 40])):
            span = span[0], span[1] + len(more[0])
        return span

    def _kind(self, span: Span) -> str:
        return self._model.kind.label(kind_features(self.text, *span))

    def _words(self, span: Span) -> list[str]:
        return re.findall(r"[\w’'&-]+", self.text[slice(*span)])

    def _is_name(self, span: Span) -> bool:
        found = self._words(span)
        if not found or found[0].lower() in DETERMINERS | _PRONOUNS:
            return False
        begins = bool(re.search(r"(?:^|[.!?\n\"“‘'])\s*$", self.text[max(0, span[0] - 3) : span[0]]))
        capitals = [word[0].isupper() or word[0].isdigit() or word.lower() in _LINKS for word in found]
        if len(found) == 1 and begins:  # the capital may be the sentence's
            return found[0][0].isupper() and not re.search(rf"(?<!\w){re.escape(found[0].lower())}(?!\w)", self.text)
        return capitals[0] and all(capitals) and found[0][0].isupper()

    def _add(self, entity: Entity, span: Span, form: str) -> None:
        self._by_span[span] = entity
        entity.mentions[span] = form

    def _name(self, span: Span) -> None:
        found = self._words(span)
        name = self.text[slice(*span)]
        fits = []
        for entity in self.all:
            whole = re.findall(r"[\w’'&-]+", entity.name)
            capitals = "".join(word[0] for word in whole if word[0].isupper())
            part = len(found) < len(whole) and (whole[-len(found) :] == found or (whole[: len(found)] == found and entity.kind != "gpe"))
            acronym = len(found) == 1 and len(name) > 1 and name.isupper() and capitals == name
            if whole == found or part or acronym:
                fits.append(entity)
        exact = [entity for entity in fits if entity.name == name]
        entity = (exact or fits)[0] if exact or len(fits) == 1 else Entity(name, self._kind(span), True)
        if entity not in self.all:
            self.all.append(entity)
        title = self.text[max(0, span[0] - 6) : span[0]].strip(" .").lower().rpartition(" ")[2]
        entity.gender = entity.gender or ("m" if title in _MALE else "f" if title in _FEMALE else "")
        self._add(entity, span, "name")

    def _repeat_names(self, taken: set[Span]) -> None:
        """Further places of the names found."""
        for entity in list(self.all):
            for form in sorted({self.text[slice(*span)] for span in entity.mentions}, key=lambda form: (-len(form), form)):
                for m in re.finditer(rf"(?<![\w’'-]){re.escape(form)}(?![\w-])", self.text):
                    if not any(meets(m.span(), span) for span in taken | set(self._by_span)):
                        self._add(entity, m.span(), "name")

    def _nominal(self, span: Span) -> None:
        text = self.text[slice(*span)]
        low = fold(text)
        definite = text.lower().startswith(("the ", "this ", "that ", "its ", "his ", "her ", "their "))
        head = low.split()[-1] if low else ""
        before = [e for e in self.all if any(m[0] < span[0] for m in e.mentions)]
        entity = next((e for e in self.all if any(fold(self.text[slice(*m)]) == low for m, form in e.mentions.items() if form == "nominal")), None)
        if entity is None and definite and len(low.split()) == 1:
            # "The ministry" takes up the last one whose name or description has that word.
            fits = [e for e in before if head in re.findall(r"[\w-]+", e.name.lower())]
            if not fits and self._kind(span) == "organization":
                fits = [e for e in before if e.named and e.kind == "organization"]
            entity = max(fits, key=lambda e: max(m for m in e.mentions if m[0] < span[0]), default=None)
        if entity is None:
            entity = Entity(text, self._kind(span), False)
            self.all.append(entity)
        self._add(entity, span, "nominal")

    def _pronoun(self, span: Span) -> None:
        low = self.text[slice(*span)].lower()
        if low in ("i", "we", "you", "us", "me"):
            return
        personal = low in _PERSONAL
        gender = "m" if low in ("he", "him") else "f" if low in ("she", "her") else ""
        best: tuple[tuple[bool, int], Entity] | None = None
        for where, entity in self._by_span.items():
            if where[1] > span[0] or (entity.kind in ("person",)) != personal or (gender and entity.gender not in ("", gender)):
                continue
            if not personal and entity.kind not in ("organization", "group", "media", "gpe", "document"):
                continue
            # A source within the last paragraphs before any mention that is nearer.
            rank = (where in self._sources and self.text.count("\n", where[1], span[0]) <= 4, where[0])
            if best is None or rank > best[0]:
                best = rank, entity
        if best:
            best[1].gender = best[1].gender or gender
            self._add(best[1], span, "pronoun")

    def at(self, span: Span) -> Entity | None:
        """The entity mentioned at a span, made part of the prediction."""
        span = self.bare(span)
        entity = self._by_span.get(span) or next((e for where, e in self._by_span.items() if meets(where, span)), None)
        if entity and not entity.id:
            entity.id = f"e{sum(bool(e.id) for e in self.all) + 1}"
        return entity


# --- records ----------------------------------------------------------------------------------------------------------------


class Linker:
    """Links one article's labelled spans into a prediction."""

    def __init__(self, model: Model, article: Mapping[str, Any]):
        self.model = model
        self.article = article
        self.text: str = article["text"]
        self.tagged = model.tag(self.text)
        self.entities = Entities(self.text, self.tagged, model)

    def prediction(self) -> Record:
        """The prediction in the form of ``schemas/prediction.json``."""
        claims, events, figures = self.claims(), self.events(), self.figures()
        used = sorted((e for e in self.entities.all if e.id), key=lambda e: int(e.id[1:]))
        entities = [
            {
                "id": e.id,
                "name": e.name,
                "kind": e.kind,
                "named": e.named,
                "role": None,
                "mentions": [{**self._span(m), "form": form} for m, form in sorted(e.mentions.items())],
            }
            for e in used
        ]
        return {"id": self.article["id"], "entities": entities, "claims": claims, "events": events, "figures": figures}

    def _span(self, span: Span) -> Record:
        return {"start": span[0], "end": span[1], "text": self.text[slice(*span)]}

    # claims

    def claims(self) -> list[Record]:
        """A claim for every cue that has content, and for content that has no cue."""
        found: list[tuple[Paragraph, list[Span], Span | None, Span | None]] = []
        previous: Span | None = None  # the last source
        for tagged in self.tagged:
            paragraph = tagged.paragraph
            attribution = from_bio(tagged.attribution)
            cues = [s for s in attribution if s[2] == "CUE"]
            sources = [s for s in attribution if s[2] == "SOURCE"]
            pieces = self._pieces(tagged, cues, sources)
            owners: dict[int, list[tuple[int, int]]] = {}
            alone: list[tuple[int, int]] = []
            for piece in pieces:
                owner = self._owner(paragraph, piece, cues)
                if owner is None and owners and paragraph.quoted[piece[0]] and all(paragraph.quoted[i] for i in range(piece[0], piece[1])):
                    owner = max(owners)
                if owner is None:
                    alone.append(piece)
                else:
                    owners.setdefault(owner, []).append(piece)
            for n, cue in enumerate(cues):
                source = self._source(tagged, cue, sources)
                previous = source or previous
                own = owners.get(n) or self._nested(tagged, cue, source, pieces)
                if own:
                    found.append((paragraph, [paragraph.span(*p) for p in own], paragraph.span(cue[0], cue[1]), source))
            found += [(paragraph, [paragraph.span(*p)], None, previous) for p in alone if p[1] - p[0] > 1]
        out: list[Record] = []
        for n, (paragraph, content, cue_, source) in enumerate(sorted(found, key=lambda c: (c[1][0][0], -c[1][-1][1])), 1):
            entity = self.entities.at(source) if source else None
            inside = [i for span in content for i in paragraph.inside(*span) if paragraph.tokens[i].text[0].isalnum()]
            quoted = sum(paragraph.quoted[i] for i in inside)
            words_ = self.text[slice(*cue_)] if cue_ else None
            out.append(
                {
                    "id": f"c{n}",
                    "content": [self._span(span) for span in content],
                    "cue": self._span(cue_) if cue_ else None,
                    "source": self._span(self.entities.bare(source)) if source and cue_ else None,
                    "speakers": [entity.id] if entity else [],
                    "form": "direct" if quoted >= 0.95 * len(inside) else "mixed" if quoted else "indirect",
                    "act": self.model.act.label(act_features(paragraph, content, words_)),
                    "parent": None,
                }
            )
        for claim in out:
            where = claim["cue"] or claim["content"][0]
            holders = [c for c in out if c is not claim and any(s["start"] <= where["start"] and where["end"] <= s["end"] for s in c["content"])]
            if holders:
                claim["parent"] = min(holders, key=lambda c: sum(s["end"] - s["start"] for s in c["content"]))["id"]
        return out

    def _pieces(self, tagged: Tagged, cues: Sequence[tuple[int, int, str]], sources: Sequence[tuple[int, int, str]]) -> list[tuple[int, int]]:
        """Stretches of content: what only a sign parts is one, unless a sentence ends there outside of quotation; stretches of signs are none."""
        paragraph = tagged.paragraph
        tokens = paragraph.tokens
        out: list[tuple[int, int]] = []
        for first, last, _ in from_bio(tagged.content):
            cut = [first]
            cut += [
                i
                for i in range(first + 1, last + 1)
                if paragraph.sentence[i] != paragraph.sentence[i - 1] and not (paragraph.quoted[i] and paragraph.quoted[i - 1])
            ]
            for begin, end in zip(cut, [*(i - 1 for i in cut[1:]), last], strict=True):
                out += self._trimmed(tokens, *self._without_attribution(tagged, begin, end, cues, sources))
        joined: list[tuple[int, int]] = []
        for piece in out:
            before = joined[-1][1] if joined else -1
            near = joined and all(not token.text[0].isalnum() for token in tokens[before + 1 : piece[0]])
            if near and (paragraph.sentence[before] == paragraph.sentence[piece[0]] or (paragraph.quoted[before] and paragraph.quoted[piece[0]])):
                joined[-1] = joined[-1][0], piece[1]
            else:
                joined.append(piece)
        return joined

    def _trimmed(self, tokens: Sequence[Any], first: int, last: int) -> list[tuple[int, int]]:
        while first <= last and tokens[first].text in ",.;:-–—\"”'’":
            first += 1
        while last >= first and tokens[last].text in ",.;:-–—\"”'’“‘":
            last -= 1
        return [(first, last)] if first <= last else []

    def _without_attribution(
        self, tagged: Tagged, first: int, last: int, cues: Sequence[tuple[int, int, str]], sources: Sequence[tuple[int, int, str]]
    ) -> tuple[int, int]:
        """A stretch that swallowed its own attribution, without it: what stands before ", S said", else behind "S said"."""
        paragraph = tagged.paragraph
        sentence = paragraph.sentence
        if any(sentence[c[0]] in (sentence[first], sentence[last]) and not first <= c[0] <= last for c in cues):
            return first, last
        inside = [c for c in cues if first <= c[0] and c[1] <= last]
        for cue in inside[-1:]:
            begin = min([cue[0], *(s[0] for s in sources if first <= s[0] < cue[0] and cue[0] - s[1] < 4)])
            end = max([cue[1], *(s[1] for s in sources if cue[1] < s[0] < cue[1] + 2)])
            if begin - first > 2 and any(token.text in ",\"”'’" for token in paragraph.tokens[begin - 2 : begin]):
                return first, begin - 1
            if begin - first < 3 and last - end > 1:
                return end + 1 + (paragraph.tokens[end + 1].low == "that"), last
        return first, last

    def _owner(self, paragraph: Paragraph, piece: tuple[int, int], cues: Sequence[tuple[int, int, str]]) -> int | None:
        """The cue nearest to a piece of content, in a sentence that both share; a cue inside it is another's."""
        best: tuple[int, int] | None = None
        sentences = {paragraph.sentence[i] for i in range(piece[0], piece[1] + 1)}
        for n, (first, last, _) in enumerate(cues):
            gap = first - piece[1] if first > piece[1] else piece[0] - last if last < piece[0] else -1
            if gap >= 0 and paragraph.sentence[first] in sentences and (best is None or gap < best[0]):
                best = gap, n
        return best[1] if best else None

    def _nested(self, tagged: Tagged, cue: tuple[int, int, str], source: Span | None, pieces: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
        """The content of a cue inside another's content: the rest of that content's sentence, without "that"."""
        paragraph = tagged.paragraph
        for first, last in pieces:
            if first < cue[0] and cue[1] + 2 < last and source and source[1] <= paragraph.tokens[cue[0]].start:
                end = cue[1] + 1
                while end < last and paragraph.sentence[end + 1] == paragraph.sentence[cue[1]]:
                    end += 1
                begin = cue[1] + 1 + (paragraph.tokens[cue[1] + 1].low == "that")
                return [(begin, end)] if end - begin > 1 else []
        return []

    def _source(self, tagged: Tagged, cue: tuple[int, int, str], sources: Sequence[tuple[int, int, str]]) -> Span | None:
        """The source nearest to a cue in its sentence, of two as near the one before it; without one, the mention next to the cue."""
        paragraph = tagged.paragraph
        near = [(max(first - cue[1], cue[0] - last), first) for first, last, _ in sources if paragraph.sentence[first] == paragraph.sentence[cue[0]]]
        if not near:
            beside = [(first, last) for first, last, _ in from_bio(tagged.mentions) if first == cue[1] + 1 or 0 < cue[0] - last < 4]
            return paragraph.span(*beside[-1]) if beside else None
        _, first = min(near)
        return next(paragraph.span(s[0], s[1]) for s in sources if s[0] == first)

    # events

    def events(self) -> list[Record]:
        """An event for every trigger; one of the same type and stem is another mention of it."""
        out: list[Record] = []
        keys: dict[tuple[str, str], Record] = {}
        for tagged in self.tagged:
            paragraph = tagged.paragraph
            for first, last, _ in from_bio(tagged.triggers):
                type_ = self.model.event_type(paragraph, first, last)
                key = type_, stem(paragraph.tokens[first].low)
                event = keys.get(key)
                if event is None:
                    status = self.model.status.label(status_features(paragraph, first, last))
                    event = {"id": f"v{len(out) + 1}", "type": type_, "status": status, "mentions": [], "participants": [], "time": None}
                    keys[key] = event
                    out.append(event)
                event["mentions"].append(self._span(paragraph.span(first, last)))
                self._participants(tagged, (first, last), event)
        return out

    def _participants(self, tagged: Tagged, trigger: tuple[int, int], event: Record) -> None:
        paragraph = tagged.paragraph
        for first, last, kind, rivals in candidates(tagged, trigger):
            role = self.model.role.label(role_features(paragraph, trigger, (first, last), kind, event["type"], rivals), FLOORS["roles"])
            span = paragraph.span(first, last)
            if role == "none":
                continue
            entity = self.entities.at(span)
            if entity and not any(p["role"] == role and p["entity"] == entity.id for p in event["participants"]):
                event["participants"].append({"role": role, "entity": entity.id, "mention": self._span(span)})

    # figures

    def figures(self) -> list[Record]:
        """A figure for every labelled number that can be read, with the nearest counted thing behind it, else before it."""
        out: list[Record] = []
        language = self.article.get("language") or "en"
        for tagged in self.tagged:
            paragraph = tagged.paragraph
            spans = from_bio(tagged.figures)
            counted = [s for s in spans if s[2] == "OF"]
            for first, last, label in spans:
                if label == "OF":
                    continue
                start, labelled_end = paragraph.span(first, last)
                end = with_multiplier(self.text, labelled_end)
                kind = self.model.number.label(figure_features(self.text, start, end))
                features = modifier_features(self.text, start, end, kind)
                reading = read(self.text[start:end], kind, self.model.bound.label(features), self.text[end : paragraph.end], language)
                if reading is None:
                    continue
                near = [(s[0] - last if s[0] > last else 3 * (first - s[1]), s) for s in counted if paragraph.sentence[s[0]] == paragraph.sentence[first]]
                of = min(near)[1] if near else None
                change = self.model.change.label(features)
                out.append(
                    {
                        "id": f"f{len(out) + 1}",
                        "span": self._span((start, end)),
                        "kind": kind,
                        "low": reading.low,
                        "high": reading.high,
                        "parts": list(reading.parts),
                        "bound": reading.bound,
                        "unit": reading.unit,
                        "of": self._span(paragraph.span(of[0], of[1])) if of else None,
                        "change": None if change == "none" else change,
                    }
                )
        return out
