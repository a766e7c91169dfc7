"""Speed beside the field's scorers: each figure a ratio to the peer, in one process on the same data.

Nothing here is a test: a slow machine is no failure. Two cases, both seeded:

1. Many sentences of plain typed spans, 20 to an article. No two spans of one side overlap, so that BIO tags can say
   the same. The spans are events, since their label is a rung: it is matched on and counted, as the peers do. It is run
   with four labels, as many as CoNLL-2003 has, and with all event types: the peers' time grows with their number.
2. One article whose spans overlap several neighbours on both sides. The growth exponent is the slope of log time over
   log spans: 1 is linear, 2 quadratic.

Timed for newsgold: prediction objects → JSON Schema → offsets checked and resolved → matching → ladder, spans in four
modes, attributes, arguments, all four layers → scorecard, its totals and headlines. Not timed: the typed gold.
Timed for a peer: its own call on its own input, lists of spans or of tags. Not timed: making that input; the second
figure ("from offsets") has it timed too, from the same prediction objects and gold as newsgold's.
"""

from __future__ import annotations

import argparse
import gc
import importlib.metadata
import importlib.util
import math
import random
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "benchmark"))

from newsgold import Article, Event, Span, score  # noqa: E402
from newsgold.normalize import digest  # noqa: E402
from newsgold.records import EVENT_TYPES, Provenance  # noqa: E402

FEW = EVENT_TYPES[::11]
"""Four labels."""
SENTENCES = 20
"""Sentences to an article."""


@dataclass(frozen=True)
class Typed:
    """A typed stretch of tokens ``[first, last]`` of one sentence."""

    first: int
    last: int
    label: str


Place = tuple[int, int, str]
"""Start, end and label of a span, in characters."""
Tokens = list[tuple[int, int]]
"""Character offsets of the tokens of one sentence."""


@dataclass(frozen=True)
class Data:
    """Gold and predictions in newsgold's form, and the tokens that tags stand on."""

    articles: list[Article]
    """Typed gold."""
    objects: list[dict[str, Any]]
    """Prediction objects."""
    tokens: list[Tokens]
    """Tokens of every sentence, in the order of the articles."""
    per_article: int
    """Sentences to an article."""

    @property
    def spans(self) -> int:
        """Gold and predicted spans."""
        return sum(len(article.events) for article in self.articles) + sum(len(data["events"]) for data in self.objects)


def article(name: str, text: str, events: Sequence[Place]) -> Article:
    """A gold article with one event for each (start, end, type)."""
    return Article(
        id=name, headline=None, text=text, text_sha256=digest(text), language="en", published="2026-03-18", dateline=None, genre="Current", topics=("society",),
        provenance=Provenance(kind="written"), split="test", guidelines_version="1", annotators=(), canary="",
        events=tuple(
            Event(id=f"v{n}", type=kind, mentions=(Span(start, end, text[start:end]),), status="happened", participants=(), time=None, part_of=None)
            for n, (start, end, kind) in enumerate(events, 1)
        ),
    )  # fmt: skip


def prediction(name: str, events: Sequence[Place]) -> dict[str, Any]:
    """The prediction object that says the same."""
    return {"id": name, "events": [{"mentions": [{"start": start, "end": end}], "type": kind, "status": "happened"} for start, end, kind in events]}


def word(rng: random.Random) -> str:
    """A word of 2 to 9 letters."""
    return "".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.randint(2, 9)))


def free(spans: Sequence[Typed], new: Typed, length: int) -> bool:
    """Whether a span lies in a sentence of ``length`` tokens and on none of the others."""
    return 0 <= new.first <= new.last < length and all(new.last < span.first or span.last < new.first for span in spans)


def sentence(rng: random.Random, length: int, labels: Sequence[str]) -> tuple[list[Typed], list[Typed]]:
    """Two or three gold spans of one to three tokens, and what a system made of them.

    Of the gold spans a tenth each is dropped, moved by a token, cut or widened by one, and given another label; a fifth
    of the sentences has a spurious span.
    """

    def somewhere() -> Typed:
        first = rng.randrange(length - 2)
        return Typed(first, first + rng.randrange(3), rng.choice(labels))

    gold: list[Typed] = []
    while len(gold) < 2 + length % 2:
        if free(gold, new := somewhere(), length):
            gold.append(new)
    found: list[Typed] = []
    for span in sorted(gold, key=lambda span: span.first):
        first, last, label = span.first, span.last, span.label
        fate = rng.randrange(10)
        if fate == 1:
            first, last = first + 1, last + 1
        elif fate == 2:
            last += 1 if first == last else -1
        elif fate == 3:
            label = labels[(labels.index(label) + 1) % len(labels)]
        if fate and free(found, new := Typed(first, last, label), length):
            found.append(new)
    if rng.random() < 0.2 and free(found, new := somewhere(), length):
        found.append(new)
    return sorted(gold, key=lambda span: span.first), sorted(found, key=lambda span: span.first)


def sentences(count: int, labels: Sequence[str] = FEW, seed: int = 20261) -> Data:
    """``count`` sentences of 15 to 25 words, with spans in gold and predictions."""
    rng = random.Random(seed)
    articles, objects, tokens = [], [], []
    for number in range(-(-count // SENTENCES)):
        text = ""
        gold: list[Place] = []
        found: list[Place] = []
        for _ in range(min(SENTENCES, count - number * SENTENCES)):
            here: Tokens = []
            for _ in range(rng.randint(15, 25)):
                new = word(rng)
                here.append((len(text), len(text) + len(new)))
                text += f"{new} "
            for spans, out in zip(sentence(rng, len(here), labels), (gold, found), strict=True):
                out += [(here[span.first][0], here[span.last][1], span.label) for span in spans]
            tokens.append(here)
        articles.append(article(f"a{number}", text.rstrip(), gold))
        objects.append(prediction(f"a{number}", found))
    return Data(articles, objects, tokens, SENTENCES)


def crowded(count: int, seed: int = 20261) -> Data:
    """One article with ``count`` gold spans and about as many predicted, each of 4 to 8 words, one starting at every word."""
    rng = random.Random(seed)
    text, here = "", []
    for _ in range(count + 16):
        new = word(rng)
        here.append((len(text), len(text) + len(new)))
        text += f"{new} "
    gold, found = [], []
    for place in range(count):
        first, last, label = place, place + rng.randint(3, 7), rng.choice(FEW)
        gold.append((here[first][0], here[last][1], label))
        fate = rng.randrange(10)
        if fate == 1:
            last += 1
        elif fate == 2:
            first, last = first + 1, last + 1
        elif fate == 3:
            label = rng.choice(FEW)
        if fate:
            found.append((here[first][0], here[last][1], label))
    return Data([article("a", text.rstrip(), gold)], [prediction("a", found)], [here], 1)


# --- the scorers ------------------------------------------------------------------------------------------------------


def newsgold_run(data: Data) -> Any:
    """Everything newsgold does, and the figures read from the scorecard."""
    card = score(data.objects, gold=data.articles)
    total = card.total
    return total["events/type"], total["events/span:exact"], card.headlines, card.overall


def per_sentence(data: Data) -> list[tuple[list[Place], list[Place]]]:
    """(start, end, label) of gold and of predictions, sentence by sentence; the lists are in the order of the text."""
    out = []
    for number, (gold, predicted) in enumerate(zip(data.articles, data.objects, strict=True)):
        left = [(event.mentions[0].start, event.mentions[0].end, event.type or "") for event in gold.events]
        right = [(event["mentions"][0]["start"], event["mentions"][0]["end"], event["type"]) for event in predicted["events"]]
        i = j = 0
        for tokens in data.tokens[number * data.per_article : (number + 1) * data.per_article]:
            stop = tokens[-1][1]
            here, there = [], []
            while i < len(left) and left[i][1] <= stop:
                here.append(left[i])
                i += 1
            while j < len(right) and right[j][1] <= stop:
                there.append(right[j])
                j += 1
            out.append((here, there))
    return out


def nervaluate_input(data: Data) -> tuple[list[list[dict[str, Any]]], list[list[dict[str, Any]]], list[str]]:
    """Lists of dicts, a document a sentence, and the labels; its ends are inclusive."""
    both = per_sentence(data)

    def dicts(spans: Sequence[Place]) -> list[dict[str, Any]]:
        return [{"label": label, "start": start, "end": end - 1} for start, end, label in spans]

    return [dicts(gold) for gold, _ in both], [dicts(found) for _, found in both], sorted({label for sides in both for side in sides for *_, label in side})


def nervaluate_run(given: Any) -> Any:
    """Its one entry: four strategies, overall and for each label."""
    from nervaluate.evaluator import Evaluator

    return Evaluator(*given, loader="dict").evaluate()


def seqeval_input(data: Data) -> tuple[list[list[str]], list[list[str]]]:
    """BIO tags of gold and of predictions."""

    def tags(tokens: Tokens, spans: Sequence[Place]) -> list[str]:
        out = ["O"] * len(tokens)
        starts = {start: place for place, (start, _) in enumerate(tokens)}
        ends = {end: place for place, (_, end) in enumerate(tokens)}
        for start, end, label in spans:
            first, last = starts[start], ends[end]
            out[first] = f"B-{label}"
            out[first + 1 : last + 1] = [f"I-{label}"] * (last - first)
        return out

    both = per_sentence(data)
    return (
        [tags(tokens, gold) for tokens, (gold, _) in zip(data.tokens, both, strict=True)],
        [tags(tokens, found) for tokens, (_, found) in zip(data.tokens, both, strict=True)],
    )


def seqeval_strict(given: Any) -> Any:
    """Micro precision, recall and F1 in one call, the least that strict mode can be asked for."""
    from seqeval.metrics.v1 import precision_recall_fscore_support
    from seqeval.scheme import IOB2

    return precision_recall_fscore_support(*given, average="micro", scheme=IOB2)


def seqeval_report(given: Any) -> Any:
    """Its report in strict mode: the figures of each label and three averages, nearer to what newsgold and nervaluate give."""
    from seqeval.metrics import classification_report
    from seqeval.scheme import IOB2

    return classification_report(*given, mode="strict", scheme=IOB2, output_dict=True)


def seqeval_default(given: Any) -> Any:
    """The same in its default mode."""
    from seqeval.metrics.sequence_labeling import precision_recall_fscore_support

    return precision_recall_fscore_support(*given, average="micro")


def metametric_run(data: Data) -> Any:
    """The best one-to-one matching of typed spans by Dice."""
    import metametric.dsl as mm

    def dice(one: Place, other: Place) -> float:
        shared = min(one[1], other[1]) - max(one[0], other[0])
        return 2 * shared / (one[1] - one[0] + other[1] - other[0]) if shared > 0 and one[2] == other[2] else 0.0

    metric: Any = mm.set_matching[tuple, "<->"](mm.from_func(dice))
    return [metric.score(found, gold) for gold, found in per_sentence(data)]


# --- timing and printing ----------------------------------------------------------------------------------------------


def best(runs: Mapping[str, Callable[[], object]], times: int) -> dict[str, float]:
    """The shortest of several runs of each, in seconds.

    They take turns, so that a busy machine slows them alike; the rubbish of one is not collected in the next.
    """
    found = dict.fromkeys(runs, math.inf)
    for _ in range(times):
        for name, run in runs.items():
            gc.collect()
            start = time.perf_counter()
            run()
            found[name] = min(found[name], time.perf_counter() - start)
    return found


def version(package: str) -> str | None:
    """The installed version, or ``None``."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def table(rows: Sequence[Sequence[str]]) -> None:
    """Print rows in columns, the first left-aligned."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        print("  ".join(cell.ljust(width) if column == 0 else cell.rjust(width) for column, (cell, width) in enumerate(zip(row, widths, strict=True))).rstrip())


def first_case(count: int, labels: Sequence[str], times: int) -> None:
    """Print the spans per second of newsgold and of each peer, and the ratios."""
    data = sentences(count, labels)
    spans = data.spans
    print(f"\n{count} sentences, {len(data.articles)} articles, {sum(map(len, data.tokens))} tokens, {spans} spans (gold and predicted), {len(labels)} labels")
    kinds: list[tuple[str, str, Callable[[Data], Any], Callable[[Any], Any]]] = [
        ("nervaluate", "four strategies", nervaluate_input, nervaluate_run),
        ("seqeval", "strict, IOB2", seqeval_input, seqeval_strict),
        ("seqeval", "strict, IOB2, report", seqeval_input, seqeval_report),
        ("seqeval", "default", seqeval_input, seqeval_default),
    ]
    runs: dict[str, Callable[[], object]] = {"newsgold": partial(newsgold_run, data)}
    results = {}
    for package, what, make, run in kinds:
        if version(package):
            given = make(data)
            results[what] = run(given)
            runs[what] = partial(run, given)
            runs[f"{what} from offsets"] = lambda run=run, make=make: run(make(data))  # type: ignore[misc]
    took = best(runs, times)
    ours = took["newsgold"]
    rows = [["scorer", "time", "spans/s", "newsgold is", "from offsets", "newsgold is"], ["newsgold", f"{ours:.3f} s", f"{spans / ours:,.0f}", "", "", ""]]
    for package, what, _, _ in kinds:
        if what not in took:
            rows.append([f"{package} ({what})", "not installed", "", "", "", ""])
            continue
        bare, whole = took[what], took[f"{what} from offsets"]
        ratios = [f"{peer / ours:.2f} times as fast" for peer in (bare, whole)]
        rows.append([f"{package} {version(package)} ({what})", f"{bare:.3f} s", f"{spans / bare:,.0f}", ratios[0], f"{whole:.3f} s", ratios[1]])
    table(rows)
    typed, exact, _, _ = newsgold_run(data)
    print(f"agreement: newsgold type F1 {typed.f1:.6f} (overlap), exact spans {exact.tp} of {exact.gold} gold and {exact.predicted} predicted", end="")
    if "four strategies" in results:
        print(f"; nervaluate exact {results['four strategies']['overall']['exact'].correct}", end="")
    if "strict, IOB2" in results:
        print(f"; seqeval strict F1 {results['strict, IOB2'][2]:.6f} (exact and label)", end="")
    print()


def slope(times: Sequence[tuple[int, float]]) -> str:
    """The least-squares slope of log time over log spans, and of the last doubling."""
    if len(times) < 2:
        return ""
    points = [(math.log(n), math.log(t)) for n, t in times]
    x, y = (sum(point[axis] for point in points) / len(points) for axis in (0, 1))
    fit = sum((a - x) * (b - y) for a, b in points) / sum((a - x) ** 2 for a, _ in points)
    last = (points[-1][1] - points[-2][1]) / (points[-1][0] - points[-2][0])
    return f"{fit:.2f} ({last:.2f})"


def second_case(sizes: Sequence[int], times: int, limit: float) -> None:
    """Print the time over the number of spans. A peer whose next size would pass ``limit`` seconds stops there."""
    every = {n: crowded(n) for n in sizes}
    print("\none article, each span over 4 to 8 words, one gold span starting at every word; time by gold spans; exponent of all sizes (of the last two)")
    rows = [["scorer", *(f"{n:,}" for n in sizes), "exponent", "newsgold is"]]
    kinds: list[tuple[str, str, Callable[[Data], Any], Callable[[Any], Any]]] = [
        ("newsgold", "", lambda data: data, newsgold_run),
        ("nervaluate", "four strategies", nervaluate_input, nervaluate_run),
        ("metametric", "one to one, Dice", lambda data: data, metametric_run),
    ]
    ours: dict[int, float] = {}
    for package, what, make, run in kinds:
        if not version(package) and package != "newsgold":
            rows.append([f"{package} ({what})", *("not installed" for _ in sizes), "", ""])
            continue
        found: list[tuple[int, float]] = []
        for n in sizes:
            if package != "newsgold" and found and found[-1][1] * (n / found[-1][0]) ** 2 > limit:
                break
            given = make(every[n])
            found.append((n, best({"": partial(run, given)}, times if package == "newsgold" else 1)[""]))
        if package == "newsgold":
            ours = dict(found)
        name = f"{package} {version(package) or ''} ({what})" if what else package
        cells = [f"{took:.3f} s" for _, took in found] + [f"over {limit:.0f} s"] * (len(sizes) - len(found))
        ratio = "" if package == "newsgold" else f"{found[-1][1] / ours[found[-1][0]]:.1f} times as fast at {found[-1][0]:,}"
        rows.append([name, *cells, slope(found), ratio])
    table(rows)


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sentences", type=int, default=10_000, help="sentences of the first case (default: 10000)")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1250, 2500, 5000, 10_000], help="gold spans of the second (default: 1250 2500 5000 10000)")
    parser.add_argument("--times", type=int, default=3, help="runs of each, of which the best counts; a slow peer of the second case has one (default: 3)")
    parser.add_argument("--limit", type=float, default=60, help="a peer's size is left out if its time would pass this, in seconds (default: 60)")
    args = parser.parse_args(argv)
    for labels in (FEW, EVENT_TYPES):
        first_case(args.sentences, labels, args.times)
    second_case(sorted(args.sizes), args.times, args.limit)
    return 0


if __name__ == "__main__":
    sys.exit(main())
