"""Does the written gold predict how systems do on real news? docs/validity.md, from real runs of the baselines on test and external.

    python docs/validity.py [--articles DIR] [--work DIR]      runs, measures, writes docs/validity.json, the page and its pictures
    python docs/validity.py --check                            exit 1 where page or pictures are not what docs/validity.json gives

The texts of split external must be at hand: hydrated before, or in DIR (``wikinews/*.csv`` and ``*.txt``; default: $NEWSGOLD_ARTICLES). Predictions for
external hold words of the texts, so they stay in the work folder; docs/validity.json holds numbers only. A run that was done is not done again.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import math
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent / "commissioning"))

import floors
import measure as pieces
import numpy as np

import analysis
import plots
from newsgold import corpus, load, score, stats
from newsgold.agreement import agreement
from newsgold.counts import rounded
from newsgold.facets import Reader, posing
from newsgold.issues import InputError
from newsgold.measures import headline_names
from newsgold.predictions import Predictions
from newsgold.records import CLAIM_FORMS, EVENT_TYPES, FIGURE_BOUNDS, FIGURE_KINDS, LAYERS, PARTICIPANT_ROLES, Article
from newsgold.report import cell, markdown_table
from newsgold.resources import write_atomic
from newsgold.scoring import Scorecard

ROOT: Final = Path(__file__).parents[1]
RECORD: Final = ROOT / "docs" / "validity.json"
PAGE: Final = ROOT / "docs" / "validity.md"
SYSTEMS: Final = analysis.BASELINES
ANNOTATORS: Final = ("a1", "a2")
WRITTEN: Final = ("train", "validation", "test")
SIDES: Final = ("test", "external")
RESAMPLES: Final = 10_000
LEVEL: Final = 0.99
"""Of the intervals by which something is called over- or under-represented: many things are looked at."""
PAIRS: Final = (3, 10)
"""Systems below which a rank correlation is no evidence, and from which it is some."""


# --- real runs -------------------------------------------------------------------------------------------------------------


def hydrate(folder: Path) -> None:
    """Attach the texts that ``folder`` has, quietly: what is missing shows later."""
    from newsgold.hydration import hydrate as attach
    from newsgold.importers import REGISTRY

    for name, place, pattern in (("wikinews", folder / "wikinews", "*.csv"), ("text", folder, "*.txt")):
        if any(place.glob(pattern)):
            attach(REGISTRY[name], place, load("external"))


def texts(split: str) -> list[Article]:
    """The articles of a split whose texts are at hand."""
    return [article for article in load(split) if article.text is not None]


def _run(system: str, folder: Path) -> Path:
    out = folder / f"{system}.jsonl"
    if not out.exists():
        command = [sys.executable, str(ROOT / "baselines" / system / "predict.py"), "--split", "external", "--out", str(out), "--force"]
        done = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT / "benchmark")}, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {done.stderr}")
        print(f"{system}: predicted", file=sys.stderr)
    return out


def cards(work: Path, systems: Sequence[str] = SYSTEMS) -> dict[str, dict[str, Scorecard]]:
    """Scorecards by system and side: the stored predictions for test, new ones for external."""
    found = hashlib.sha256(analysis.key().encode())
    for article in texts("external"):
        found.update(article.text_sha256.encode())
    folder = work / found.hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(2) as pool:
        runs = dict(zip(systems, pool.map(lambda system: _run(system, folder), systems), strict=True))
    return {
        system: {
            "test": score(ROOT / "baselines" / system / "predictions" / "test.jsonl", "test", system=system),
            "external": score(runs[system], "external", system=system),
        }
        for system in systems
    }  # fmt: skip


def annotator_cards() -> dict[str, dict[str, Scorecard]]:
    """The annotators scored like systems, on the articles that they annotated."""
    out: dict[str, dict[str, Scorecard]] = {}
    for name in ANNOTATORS:
        for side in SIDES:
            work = corpus.load_annotator(name, texts(side))
            if work:
                gold = [article for article in texts(side) if article.id in work]
                out.setdefault(f"annotator {name.removeprefix('a')}", {})[side] = score(Predictions(annotations=dict(work)), side, gold=gold)
    return {name: found for name, found in out.items() if len(found) == len(SIDES)}


# --- scores ------------------------------------------------------------------------------------------------------------------


def _ends(found: stats.Interval | None) -> list[float] | None:
    return None if found is None else [found.low, found.high]


def scores(found: Mapping[str, Mapping[str, Scorecard]]) -> dict[str, Any]:
    """Each system's headlines on both sides, with intervals, and the difference with an unpaired one."""
    out: dict[str, Any] = {}
    names = headline_names()
    for system, both in found.items():
        ends = {side: stats.intervals(both[side].rows, names) for side in SIDES}
        apart = stats.apart(both["external"].rows, both["test"].rows, names)
        values = {side: analysis.scores(both[side]) for side in SIDES}
        out[system] = {
            name: {
                **{side: [values[side][name], _ends(ends[side][name])] for side in SIDES},
                "difference": None if (one := apart[name]) is None else [one.score, one.low, one.high],
            }
            for name in names
        }
    return out


def differences(found: Mapping[str, Mapping[str, Scorecard]]) -> list[dict[str, Any]]:
    """The difference between two systems on either side, paired over its articles."""
    out = []
    done = {side: stats.compare({name: both[side].rows for name, both in found.items()}) for side in SIDES}
    table = {side: {(one.one, one.other, one.measure): one for one in done[side].differences} for side in SIDES}
    for one, other in itertools.combinations(found, 2):
        for name in headline_names():
            sides = {}
            for side in SIDES:
                line = table[side][one, other, name]
                sides[side] = None if line.difference is None else [line.difference, line.low, line.high]
            out.append({"one": one, "other": other, "measure": name, **sides})
    return out


def kendall(left: Sequence[float], right: Sequence[float]) -> tuple[float | None, int, int, int]:
    """Kendall's tau-b (1945), and how many pairs are in the same order, in the opposite one, and tied on a side."""
    same = against = 0
    ties = [0, 0]
    pairs = list(itertools.combinations(range(len(left)), 2))
    for i, j in pairs:
        one, other = left[i] - left[j], right[i] - right[j]
        same += one * other > 0
        against += one * other < 0
        ties[0] += one == 0
        ties[1] += other == 0
    scale = math.sqrt((len(pairs) - ties[0]) * (len(pairs) - ties[1]))
    return (same - against) / scale if scale else None, same, against, len(pairs) - same - against


def ranks(table: Mapping[str, Any]) -> dict[str, Any]:
    """Rank correlation of the systems' scores on both sides, by headline."""
    out = {}
    for name in headline_names():
        both = [[table[system][name][side][0] for system in SYSTEMS if system in table] for side in SIDES]
        pairs = [(one, other) for one, other in zip(*both, strict=True) if one is not None and other is not None]
        tau, same, against, tied = kendall([one for one, _ in pairs], [other for _, other in pairs])
        out[name] = {"systems": len(pairs), "tau": rounded(tau), "same": same, "against": against, "tied": tied}
    return out


# --- errors and challenges --------------------------------------------------------------------------------------------------


def errors(found: Mapping[str, Mapping[str, Scorecard]]) -> dict[str, Any]:
    """What became of the records, by system, side and layer."""
    return {
        system: {side: {layer: {kind: entry["count"] for kind, entry in kinds.items()} for layer, kinds in both[side].errors().items()} for side in SIDES}
        for system, both in found.items()
    }


def challenges(found: Mapping[str, Mapping[str, Scorecard]]) -> dict[str, Any]:
    """By challenge and side: how many records pose it, of how many, and the share of them that each system has right."""
    out: dict[str, Any] = {}
    for side in SIDES:
        tables = {system: {line.name: line for line in analysis.challenges(both[side], texts(side))} for system, both in found.items()}
        counted: Counter[str] = Counter()
        totals: Counter[str] = Counter()
        for article in texts(side):
            counted.update({name: len(ids) for name, ids in posing(article).items()})
            totals.update({layer: len(getattr(article, layer)) for layer in ("claims", "events", "figures")})
        for name in counted:
            out.setdefault(name, {})[side] = {
                "records": counted[name], "of": totals[name.split(".")[0]],
                "right": {system: rounded(table[name].share) if name in table else None for system, table in tables.items()},
            }  # fmt: skip
    return out


# --- written and real ---------------------------------------------------------------------------------------------------------


class Feature(NamedTuple):
    """Something of which an article has so many among so many records."""

    group: str
    name: str
    layer: str
    holds: Callable[[Reader, Any], bool]


def _is(key: str, label: str) -> Callable[[Reader, Any], bool]:
    return lambda _, record: getattr(record, key) == label


def _mentions(form: str) -> Callable[[Reader, Any], bool]:
    return lambda _, mention: mention.form == form


FEATURES: Final[tuple[Feature, ...]] = (
    *(Feature("phenomenon", floor.name, floor.layer, floor.holds) for floor in floors.FLOORS if not floor.counted),
    *(Feature("claim form", form, "claims", _is("form", form)) for form in CLAIM_FORMS if form not in ("indirect", "mixed")),
    *(Feature("mention form", form, "mentions", _mentions(form)) for form in ("name", "nominal", "pronoun")),
    *(Feature("figure kind", kind, "figures", _is("kind", kind)) for kind in FIGURE_KINDS if kind not in ("money", "percent")),
    *(Feature("figure bound", bound, "figures", _is("bound", bound)) for bound in FIGURE_BOUNDS if bound not in ("range", "vague")),
    *(Feature("role", role, "participants", _is("role", role)) for role in PARTICIPANT_ROLES),
    *(Feature("event type", type_, "events", _is("type", type_)) for type_ in EVENT_TYPES),
)
"""What is counted among the records of a layer; the commission's phenomena first, by their definitions in ``floors.py``."""


def _records(article: Article, layer: str) -> Sequence[Any]:
    if layer == "mentions":
        return [mention for entity in article.entities for mention in entity.mentions]
    if layer == "participants":
        return [participant for event in article.events for participant in event.participants]
    found: Sequence[Any] = getattr(article, layer)
    return found


@lru_cache(maxsize=4)
def _weights(articles: int, seed: int) -> Any:
    return np.random.RandomState(seed).multinomial(articles, [1 / articles] * articles, size=RESAMPLES).astype(np.float64)


def _band(values: Any) -> list[float] | None:
    known = np.sort(values[~np.isnan(values)])
    if len(known) < 0.95 * len(values):
        return None
    tail = (1 - LEVEL) / 2 * 100
    return [round(float(end), 6) + 0.0 for end in np.percentile(known, [tail, 100 - tail])]


def features(written: Sequence[Article], real: Sequence[Article]) -> list[dict[str, Any]]:
    """Shares of records on both sides, with the interval of their difference (bootstrap over articles, unpaired)."""
    sides = [[Reader(article) for article in side] for side in (written, real)]
    weights = [_weights(len(side), seed) if len(side) > 1 else None for seed, side in enumerate(sides, 1)]
    out = []
    for feature in FEATURES:
        tables = [
            np.array(
                [
                    [sum(bool(feature.holds(reader, record)) for record in records), len(records)]
                    for reader in side
                    for records in [_records(reader.article, feature.layer)]
                ],
                dtype=float,
            )
            for side in sides
        ]
        sums = [table.sum(axis=0) for table in tables]
        shares = [float(hits / of) if of else None for hits, of in sums]
        ends = None
        if all(weight is not None for weight in weights):
            with np.errstate(invalid="ignore", divide="ignore"):
                drawn = [(weight @ table[:, 0]) / (weight @ table[:, 1]) for weight, table in zip(weights, tables, strict=True)]
            ends = _band(drawn[1] - drawn[0])
        out.append({
            "group": feature.group, "name": feature.name, "layer": feature.layer, "written": rounded(shares[0]), "real": rounded(shares[1]),
            "records": [int(of) for _, of in sums], "hits": [int(hits) for hits, _ in sums], "difference": ends,
        })  # fmt: skip
    return out


def _quotes(text: str) -> dict[str, float]:
    per = 1000 / max(1, len(text.split()))
    return {
        "curly double quotation marks per 1,000 words": per * len(re.findall("[“”]", text)),
        "straight double quotation marks per 1,000 words": per * text.count('"'),
        "square brackets per 1,000 words": per * text.count("["),
    }


def _density(article: Article) -> dict[str, float]:
    words = len((article.text or "").split()) / 100
    speaking = {speaker for claim in article.claims for speaker in claim.speakers}
    counts = {
        "entities": len(article.entities),
        "speakers": len(speaking),
        "claims": len(article.claims),
        "events": len(article.events),
        "figures": len(article.figures),
    }
    mentions = sum(len(entity.mentions) for entity in article.entities)
    return {
        **{f"{name} per 100 words": count / words for name, count in counts.items()},
        "mentions an entity": mentions / counts["entities"] if counts["entities"] else 0.0,
        "participants an event": sum(len(event.participants) for event in article.events) / counts["events"] if counts["events"] else 0.0,
        "words in claims, %": sum(len(article.text[span.start : span.end].split()) for claim in article.claims if claim.parent is None for span in claim.content) / words
        if article.text else 0.0,
    }  # fmt: skip


def styles(written: Sequence[Article], real: Sequence[Article]) -> list[dict[str, Any]]:
    """Figures of the texts on both sides: medians with 10-90 bands, and how often a real article has more than a written one."""
    titles = {figure.key: figure.title for figure in pieces.FIGURES}
    rows: list[list[dict[str, float | None]]] = []
    for side in (written, real):
        rows.append([])
        for article in side:
            text = article.text or ""
            found: dict[str, float | None] = {titles[key]: value for key, value in pieces.measures(text).items()}
            rows[-1].append({**found, **_quotes(text), **_density(article)})
    out = []
    for name in rows[0][0]:
        values = [[row[name] for row in side if row[name] is not None] for side in rows]
        line: dict[str, Any] = {"name": name, "written": _middle(values[0]), "real": _middle(values[1]), "more": None, "ends": None}
        if all(values):
            left, right = (np.array(side, dtype=float) for side in values)
            over = (right[:, None] > left[None, :]) + 0.5 * (right[:, None] == left[None, :])
            line["more"] = round(float(over.mean()), 6)
            if min(len(left), len(right)) > 1:
                ours, theirs = _weights(len(left), 1), _weights(len(right), 2)
                line["ends"] = _band(((theirs @ over) * ours).sum(axis=1) / (len(left) * len(right)))
        out.append(line)
    return out


def _middle(values: Iterable[float | None]) -> list[float] | None:
    found = pieces.quantiles(values)
    return None if found is None else [round(value, 6) for value in found]


def vocabulary() -> list[dict[str, Any]]:
    """How much of either side's words, cues, triggers and units stands in what systems may learn from (train and validation)."""
    learned = [article for split in ("train", "validation") for article in texts(split)]

    def words(article: Article) -> list[str]:
        return [token for token in pieces.tokens(article.text or "") if token.isalpha()]

    def cues(article: Article) -> list[str]:
        return [(article.text or "")[claim.cue.start : claim.cue.end].casefold() for claim in article.claims if claim.cue]

    def triggers(article: Article) -> list[str]:
        return [(article.text or "")[span.start : span.end].casefold() for event in article.events for span in event.mentions]

    def typed(article: Article) -> list[str]:
        return [f"{(article.text or '')[span.start : span.end].casefold()} {event.type}" for event in article.events for span in event.mentions]

    def types(article: Article) -> list[str]:
        return [event.type for event in article.events]

    def units(article: Article) -> list[str]:
        return [figure.unit for figure in article.figures if figure.unit]

    out = []
    kinds: tuple[tuple[str, Callable[[Article], list[str]]], ...] = (
        ("words", words), ("cues of claims", cues), ("triggers of events", triggers), ("triggers with their type", typed), ("types of events", types), ("units of figures", units),
    )  # fmt: skip
    for name, of in kinds:
        known = {item for article in learned for item in of(article)}
        line: dict[str, Any] = {"name": name}
        for side in SIDES:
            found = [item for article in texts(side) for item in of(article)]
            line[side] = {
                "items": len(found),
                "distinct": len(set(found)),
                "unseen": rounded(sum(item not in known for item in found) / len(found)) if found else None,
            }
        out.append(line)
    return out


def agreements() -> dict[str, Any]:
    """How far the annotators agree on either side: headlines, and labels with kappa."""
    out: dict[str, Any] = {}
    for side in SIDES:
        try:
            found = agreement(ANNOTATORS, texts(side)).to_dict()
        except InputError:  # nobody annotated these twice, or only a checkout has it
            continue
        out[side] = {
            "articles": len(found["articles"]),
            "headlines": found["headlines"],
            "rows": {f"{row['layer']} {row['name']} ({row['what']})": row for row in found["rows"] if row["what"] == "label"},
        }
    return out


def sizes() -> dict[str, Any]:
    """Articles, words and records of the sides."""
    out = {}
    for side, articles in (("written", [article for split in WRITTEN for article in texts(split)]), *((side, texts(side)) for side in SIDES)):
        out[side] = {
            "articles": len(articles), "words": sum(len((article.text or "").split()) for article in articles),
            **{layer: sum(len(getattr(article, layer)) for article in articles) for layer in ("entities", "claims", "events", "figures")},
        }  # fmt: skip
    out["external"]["missing"] = len(load("external")) - len(texts("external"))
    return out


def static() -> dict[str, Any]:
    """All of the record that needs no run of a system."""
    written, real = [article for split in WRITTEN for article in texts(split)], texts("external")
    return {
        "signatures": {split: analysis.gold_signature(split) for split in (*WRITTEN, "external")},
        "sizes": sizes(), "features": features(written, real), "styles": styles(written, real), "vocabulary": vocabulary(), "agreement": agreements(),
    }  # fmt: skip


def collect(work: Path) -> dict[str, Any]:
    """The whole record."""
    found = cards(work)
    people = annotator_cards()
    table = scores(found | people)
    return {
        **static(), "key": analysis.key(), "scores": table, "ranks": ranks(table), "differences": differences(found), "errors": errors(found), "challenges": challenges(found),
    }  # fmt: skip


# --- the page ------------------------------------------------------------------------------------------------------------------


def _score(found: Sequence[Any]) -> str:
    value, ends = found
    return cell(value) if ends is None else f"{cell(value)} ({_short(ends[0])}–{_short(ends[1])})"


def _short(value: float) -> str:
    return f"{value:.2f}".removeprefix("0") if value < 1 else f"{value:.2f}"


def _signed(found: Sequence[float] | None, places: int = 3) -> str:
    if found is None or found[0] is None:
        return "–"
    first, *ends = found
    return f"{first:+.{places}f}" + (f" ({ends[0]:+.{places}f} to {ends[1]:+.{places}f})" if ends and ends[0] is not None else "")


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f}%"


def _clear(ends: Sequence[float] | None, none: float = 0.0) -> int:
    """1 where an interval lies above ``none``, -1 where below, 0 where it holds it or there is none."""
    return 0 if ends is None else 1 if ends[0] > none else -1 if ends[1] < none else 0


def scores_table(record: Mapping[str, Any]) -> list[str]:
    """Scores side by side."""
    rows = []
    for system, measures in record["scores"].items():
        for name, line in measures.items():
            rows.append((system if name == "overall" else "", name, _score(line["test"]), _score(line["external"]), _signed(line["difference"])))
    return markdown_table(("system", "score", "test (written)", "external (real)", "real − written"), rows, right=3)


def scores_words(record: Mapping[str, Any]) -> list[str]:
    """What the table says."""
    out = []
    for system in (name for name in record["scores"] if name in SYSTEMS):
        drops = [(name, line["difference"]) for name, line in record["scores"][system].items()]
        parts = {kind: [name for name, found in drops if found and _clear(found[1:]) == kind] for kind in (-1, 0, 1)}
        told = [f"{what} on real news in {', '.join(parts[kind])}" for kind, what in ((-1, "lower"), (1, "higher")) if parts[kind]]
        same = f"no difference is shown in {', '.join(parts[0])}" if parts[0] else ""
        out.append(f"- **{system}**: {'; '.join([*told, same] if same else told) or 'too few articles to tell'}.")
    return out


def ranks_table(record: Mapping[str, Any]) -> list[str]:
    """Rank correlations."""
    rows = [
        (name, str(line["systems"]), f"{line['same']} of {line['same'] + line['against'] + line['tied']}", cell(line["tau"], 2))
        for name, line in record["ranks"].items()
    ]
    return markdown_table(("score", "systems", "pairs in the same order", "Kendall's tau-b"), rows, right=3)


def ranks_words(record: Mapping[str, Any]) -> str:
    """How much they are worth."""
    number = max(line["systems"] for line in record["ranks"].values())
    chance = 1 / math.factorial(number) if number else 1.0
    return (
        f"**{number} systems are {'too few for a correlation' if number < PAIRS[1] else 'some evidence'}.** Were the two orders unrelated, all pairs would still be in the same order in "
        f"{chance:.0%} of cases; no value of tau over {number} systems is evidence by itself. What can be read is whether the differences between two systems are alike in size:"
        if number < PAIRS[1] else f"{number} systems; orders that are unrelated would agree wholly in {chance:.2%} of cases. Differences between two systems:"
    )  # fmt: skip


def differences_table(record: Mapping[str, Any]) -> list[str]:
    """Differences between systems on either side."""
    rows = []
    for line in record["differences"]:
        rows.append(
            (f"{line['one']} − {line['other']}" if line["measure"] == "overall" else "", line["measure"], _signed(line["test"]), _signed(line["external"]))
        )
    return markdown_table(("systems", "score", "test (written)", "external (real)"), rows, right=2)


def _became(kinds: Mapping[str, int]) -> tuple[int, dict[str, int]]:
    """Gold records, and what became of them."""
    part = {kind: count for kind, count in kinds.items() if kind == "boundary" or kind.startswith("wrong_")}
    out = {"right": kinds.get("hit", 0), **dict(sorted(part.items())), "missed": kinds.get("missed", 0)}
    gold = sum(out.values())
    return gold, out | {"spurious": sum(kinds.get(kind, 0) for kind in ("spurious", "duplicate", "not_in_text"))}


def errors_table(record: Mapping[str, Any]) -> list[str]:
    """Error kinds side by side, per 100 gold records."""
    rows = []
    for system, sides in record["errors"].items():
        for layer in sides["test"]:
            found = [_became(sides[side].get(layer, {})) for side in SIDES]
            kinds_ = [kind for kind in dict.fromkeys([*found[0][1], *found[1][1]]) if any(kinds.get(kind) for _, kinds in found)]
            for place, kind in enumerate(kinds_):
                values = [100 * kinds.get(kind, 0) / gold if gold else None for gold, kinds in found]
                one, other = values
                change = "–" if one is None or other is None else f"{round(other - one):+d}"
                head = (system if layer == "speakers" and place == 0 else "", layer if place == 0 else "")
                rows.append((*head, kind.replace("_", " "), *(cell(value, 0) for value in values), change))
    return markdown_table(("system", "layer", "per 100 gold records", "test", "external", "change"), rows, right=3)


def errors_plot(record: Mapping[str, Any]) -> str:
    """The same as bars."""
    bars = []
    for layer in LAYERS:
        for system, sides in record["errors"].items():
            for side in SIDES:
                gold, found = _became(sides[side].get(layer, {}))
                part = gold - found["right"] - found["missed"]
                bars.append(plots.Bar(layer, f"{system}, {'written' if side == 'test' else 'real'}", found["right"], part, found["missed"], found["spurious"]))
    return plots.bar_chart(
        "What became of the gold records, on the written test articles and on real ones",
        "Shares of the gold records that are right, partly right and missed, and spurious ones beyond 100%: two bars for each layer and system.", bars, left=210,
    )  # fmt: skip


def challenges_table(record: Mapping[str, Any]) -> list[str]:
    """Challenges side by side."""
    systems = [system for system in SYSTEMS if any(line.get("test", {}).get("right", {}).get(system) for line in record["challenges"].values())]
    rows = []
    for name, line in record["challenges"].items():
        posed = [line.get(side, {"records": 0, "of": 0, "right": {}}) for side in SIDES]
        shares = [_percent(one["records"] / one["of"]) if one["of"] else "–" for one in posed]
        right = [" → ".join(cell(one["right"].get(system), 2) for one in posed) for system in systems]
        few = " ?" if min(one["records"] for one in posed) < analysis.FEW else ""
        rows.append((f"{name}{few}", *(str(one["records"]) for one in posed), *shares, *right))
    return markdown_table(
        ("challenge", "written", "real", "of its layer, written", "real", *(f"{system} right" for system in systems)), rows, right=4 + len(systems)
    )


def styles_table(record: Mapping[str, Any]) -> list[str]:
    """Figures of the texts."""

    def shown(found: Sequence[float] | None) -> str:
        return "–" if found is None else f"{found[0]:.3g} ({found[1]:.3g}–{found[2]:.3g})" if found[0] < 1000 else f"{found[0]:.0f}"

    rows = []
    for line in record["styles"]:
        ends = "" if line["ends"] is None else f" ({_short(line['ends'][0])}–{_short(line['ends'][1])})"
        mark = {1: "more", -1: "less", 0: ""}[_clear(line["ends"], 0.5)]
        rows.append((line["name"], shown(line["written"]), shown(line["real"]), f"{cell(line['more'], 2)}{ends}", mark))
    return markdown_table(("figure", "written", "real", "a real one has more", "real has"), rows, right=4)


def _distinct(record: Mapping[str, Any], groups: Iterable[str] | None = None) -> list[dict[str, Any]]:
    return [line for line in record["features"] if _clear(line["difference"]) and (groups is None or line["group"] in groups)]


def phenomena_table(record: Mapping[str, Any]) -> list[str]:
    """The commission's phenomena, all of them."""
    rows = []
    for line in record["features"]:
        if line["group"] == "phenomenon":
            mark = {1: "under-represented", -1: "over-represented", 0: ""}[_clear(line["difference"])]
            gap = None if line["written"] is None or line["real"] is None else line["real"] - line["written"]
            band = "" if line["difference"] is None else f" ({100 * line['difference'][0]:+.1f} to {100 * line['difference'][1]:+.1f})"
            rows.append(
                (line["layer"], line["name"], _percent(line["written"]), _percent(line["real"]), "–" if gap is None else f"{100 * gap:+.1f}{band}", mark)
            )
    return markdown_table(("layer", "phenomenon", "written", "real", "points", "in the written gold"), rows, right=4)


def phenomena_plot(record: Mapping[str, Any]) -> str:
    """The same as dots."""
    lines = [
        plots.Dots(f"{line['layer']}: {line['name']}", "", [(line["real"], line["written"])]) for line in record["features"] if line["group"] == "phenomenon"
    ]
    return plots.dot_plot(
        "Share of its layer's records: filled, in real articles; hollow, in written ones",
        "Shares from 0 to 100%, a line for each phenomenon.",
        ["real, written"],
        lines,
        left=240,
    )


def scores_plot(record: Mapping[str, Any]) -> str:
    """Scores of the systems as dots."""
    systems = [system for system in SYSTEMS if system in record["scores"]]
    lines = [
        plots.Dots(name, "", [tuple(record["scores"][system][name][side][0] for side in ("external", "test")) for system in systems])
        for name in headline_names()
    ]  # type: ignore[misc]
    return plots.dot_plot(
        "Scores: filled, on real articles; hollow, on the written test articles", "F1 from 0 to 100%, a line for each score and system.", systems, lines
    )


def mend_table(record: Mapping[str, Any]) -> list[str]:
    """What is over- or under-represented, and by how many records."""
    rows = []
    for line in sorted(_distinct(record), key=lambda line: (line["layer"], -abs(line["real"] - line["written"]), line["group"], line["name"])):
        of = line["records"][0]
        target = line["real"] * of
        rows.append((
            line["layer"], f"{line['group']}: {line['name']}", _percent(line["written"]), _percent(line["real"]), "under" if line["real"] > line["written"] else "over",
            f"{line['hits'][0]} of {of}", f"{target - line['hits'][0]:+.0f}",
        ))  # fmt: skip
    return markdown_table(("layer", "what", "written", "real", "represented", "records", "to be as in real news"), rows, right=3)


def styles_words(record: Mapping[str, Any]) -> list[str]:
    """What would have to change in the texts, the furthest apart first."""
    clear = [line for line in record["styles"] if _clear(line["ends"], 0.5)]
    clear.sort(key=lambda line: (-abs(line["more"] - 0.5), line["name"]))
    return [
        f"- {line['name']}: {line['written'][0]:.3g} → {line['real'][0]:.3g} (a real one has more than a written one in {line['more']:.0%} of pairs)"
        for line in clear
    ] or ["- none."]


def vocabulary_table(record: Mapping[str, Any]) -> list[str]:
    """Unseen words and the like."""
    rows = [(line["name"], *(str(line[side]["items"]) for side in SIDES), *(_percent(line[side]["unseen"]) for side in SIDES)) for line in record["vocabulary"]]
    return markdown_table(("", "test", "external", "unseen in test", "unseen in external"), rows, right=4)


def agreement_table(record: Mapping[str, Any]) -> list[str]:
    """Agreement on either side."""
    found = record["agreement"]
    if set(found) != set(SIDES):
        return [f"No two annotators' work is at hand for {' and '.join(side for side in SIDES if side not in found)}."]
    rows = [(f"{layer}, headline F1", "", *(cell(found[side]["headlines"][layer]) for side in SIDES)) for layer in LAYERS]
    for name, line in found["test"]["rows"].items():
        other = found["external"]["rows"].get(name, {})
        rows.append((f"{name.replace(' (label)', '')}, kappa", f"{line['support']} / {other.get('support', 0)}", cell(line["kappa"]), cell(other.get("kappa"))))
    return markdown_table(("", "records", "test", "external"), rows, right=3)


def summary(record: Mapping[str, Any]) -> list[str]:
    """The findings in a few lines."""
    size = record["sizes"]
    lines = []
    shown = [system for system in SYSTEMS if system in record["scores"]]
    gaps = {system: record["scores"][system]["overall"]["difference"] for system in shown}
    told = "; ".join(f"{system} {_signed(gap)}" for system, gap in gaps.items())
    lines.append(f"- **Level.** Overall on real news minus on the written test: {told}.")
    same, of = (sum(line[key] for line in record["ranks"].values()) for key in ("same", "systems"))
    pairs = sum(line["same"] + line["against"] + line["tied"] for line in record["ranks"].values())
    lines.append(
        f"- **Order.** {same} of {pairs} pairs of systems, over all headlines, stand in the same order on both sides (only {of // len(record['ranks'])} systems)."
    )
    features_ = _distinct(record)
    over, under = (sum(_clear(line["difference"]) == kind for line in features_) for kind in (-1, 1))
    styles_ = sum(_clear(line["ends"], 0.5) != 0 for line in record["styles"])
    tried = sum(line["difference"] is not None for line in record["features"]), sum(line["ends"] is not None for line in record["styles"])
    if sum(tried):
        lines.append(
            f"- **Proportions.** Of {tried[0]} shares of records that can be compared, {over} are over- and {under} under-represented in the written gold; of {tried[1]} figures of the texts, {styles_} differ. "
            f"By chance about {(1 - LEVEL) * sum(tried):.0f} would ({LEVEL:.0%} intervals)."
        )
    if set(record["agreement"]) == set(SIDES):
        found = record["agreement"]
        parts = ", ".join(f"{layer} {cell(found['test']['headlines'][layer], 2)} → {cell(found['external']['headlines'][layer], 2)}" for layer in LAYERS)
        lines.append(f"- **Agreement** of the two annotators, headline F1, written → real: {parts}.")
    if size["external"]["articles"] < 10:
        lines.append(f"- **Mind:** {size['external']['articles']} real article{'s' * (size['external']['articles'] != 1)} only; nothing here says much yet.")
    else:
        lines.append(
            "- **Mind:** the real articles are of one house, Wikinews of 2019 and 2020, which is short, varies its verbs of saying and prints few sums; where the two sides differ, either may be "
            "further from the news at large. All baselines were trained or tuned on written articles, so part of what they lose is what they learned of those."
        )
    return lines


def page(record: Mapping[str, Any]) -> str:
    """docs/validity.md."""
    size = record["sizes"]
    what = [
        (name, *(str(size[side].get(name, "")) for side in ("written", *SIDES))) for name in ("articles", "words", "entities", "claims", "events", "figures")
    ]
    missing = size["external"]["missing"]
    left = f" The texts of {missing} more articles of split external were not at hand." if missing else ""
    sections: list[str] = [
        "<!-- Generated by `make validity`; edits are lost. -->", "",
        "# Do written articles predict real news?", "",
        "The articles of train, validation and test are written; those of split external are real ([how they were chosen](external/README.md)). What a score on test is worth hangs on whether systems",
        "do alike on both. This page is made by `docs/validity.py` from real runs of every baseline that needs no server (but the empty one), on `test` and on `external`; whoever has the texts can make it again with",
        f"`make validity`, and the numbers it is drawn from are in `docs/validity.json`.{left}", "",
        *markdown_table(("", "written, all", "test", "external"), what, right=3), "",
        "## In short", "", *summary(record), "",
        "## Scores side by side", "",
        "In brackets 95% bootstrap intervals over articles; those of the last column are unpaired, each side drawn on its own. The annotators are scored against the adjudicated gold, which was made from",
        "their work.", "",
        "![Dots for each score and system: filled on real articles, hollow on written ones.](images/validity-scores.svg)", "",
        *scores_table(record), "", *scores_words(record), "",
        "## Does the order of systems hold?", "", *ranks_table(record), "", ranks_words(record), "", *differences_table(record), "",
        "In brackets 95% paired bootstrap intervals over the articles of a side.", "",
        "## Kinds of errors", "", "What became of 100 gold records; spurious ones are counted beside them.", "",
        "![Bars for each layer and system, on written and on real articles: right, partly right, missed, spurious.](images/validity-errors.svg)", "",
        *errors_table(record), "",
        "## Challenges", "",
        "How many records pose each challenge, what share of their layer that is, and the share of them that a system has right up to the headline, written → real. "
        f"`?`: fewer than {analysis.FEW} records on a side.", "",
        *challenges_table(record), "",
        "## Phenomena", "",
        f"All written articles beside the real ones, by the definitions of the commission (`docs/commissioning/floors.py`). Points: real minus written, with {LEVEL:.0%} bootstrap intervals over articles.", "",
        "![Dots for each phenomenon: filled its share in real articles, hollow in written ones.](images/validity-phenomena.svg)", "",
        *phenomena_table(record), "",
        "## Length, quotation, style", "",
        "Medians with the bands from the 10th to the 90th percentile, counted by `docs/commissioning/measure.py`. \"A real one has more\": how often a real article drawn at random has more than a written one, ties",
        f"halved; 0.5 is no difference, the brackets are {LEVEL:.0%} bootstrap intervals.", "",
        *styles_table(record), "",
        "## Vocabulary", "", "What cannot be learned from train and validation: the share of words and of annotated strings that do not stand there.", "", *vocabulary_table(record), "",
        "## Agreement of the annotators", "", *agreement_table(record), "",
        "## What the written gold over- and under-represents, and what can be mended", "",
        f"Every share of records whose difference is shown ({LEVEL:.0%} interval), the phenomena above and labels besides. Proportions can be mended by what is commissioned next, or by recasting; the last column says how many",
        "records more or fewer would bring the written gold to the share that real news has. A phenomenon that is over-represented on purpose, so that there is enough of it to measure, is no fault of a benchmark: scores by",
        "challenge do not depend on its share, overall scores do.", "",
        *(mend_table(record) if _distinct(record) else ["No share differs so clearly."]), "",
        "Figures of the texts are a matter of style, for writers and sub-editors. Those that differ, from the median of the written articles to that of the real ones:",
        "",
        *styles_words(record),
        "",
        "Never in the written gold, though real articles have them: "
        + (", ".join(f"`{line['name']}`" for line in record["features"] if line["hits"][1] and not line["hits"][0]) or "none of the labels and phenomena counted")
        + ".",
        "",
        *(f"`{signature}`  " for signature in record["signatures"].values()),
    ]  # fmt: skip
    return "\n".join(sections).rstrip() + "\n"


def files(record: Mapping[str, Any]) -> dict[Path, bytes]:
    """The page and its pictures."""
    images = {"validity-scores.svg": scores_plot(record), "validity-errors.svg": errors_plot(record), "validity-phenomena.svg": phenomena_plot(record)}
    return {PAGE: page(record).encode(), **{ROOT / "docs" / "images" / name: picture.encode() for name, picture in images.items()}}


def dumped(record: Mapping[str, Any]) -> bytes:
    """docs/validity.json: a line for each entry of its lists and tables, so that changes can be read."""
    return (json.dumps(record, indent=1, ensure_ascii=False, sort_keys=False) + "\n").encode()


def main(argv: Sequence[str] | None = None) -> int:
    """Run, measure, write; or check."""
    parser = argparse.ArgumentParser(
        description="Measure the baselines on written and on real articles.", epilog=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--articles",
        type=Path,
        metavar="DIR",
        default=os.environ.get("NEWSGOLD_ARTICLES"),
        help="where the real texts are (default: $NEWSGOLD_ARTICLES, else what was hydrated)",
    )
    parser.add_argument(
        "--work", type=Path, metavar="DIR", default=ROOT / "build" / "validity", help="where predictions and texts are kept (default: build/validity)"
    )
    parser.add_argument("--check", action="store_true", help="write nothing, run nothing; exit 1 where the page is not what docs/validity.json gives")
    args = parser.parse_args(argv)
    if args.check:
        changed = [path for path, body in files(json.loads(RECORD.read_text(encoding="utf-8"))).items() if not path.is_file() or path.read_bytes() != body]
        for path in changed:
            print(f"differs: {path.relative_to(ROOT)}")
        return int(bool(changed))
    if args.articles:
        if not Path(args.articles).is_dir():
            print(f"{args.articles}: no folder; expected wikinews/*.csv and *.txt in it", file=sys.stderr)
            return 2
        os.environ["NEWSGOLD_CACHE"] = str((args.work / "cache").resolve())
        hydrate(Path(args.articles))
    if not texts("external"):
        print("no text of split external is at hand; expected --articles DIR, or newsgold hydrate before", file=sys.stderr)
        return 2
    record = collect(args.work)
    for path, body in {RECORD: dumped(record), **files(record)}.items():
        if not path.is_file() or path.read_bytes() != body:
            write_atomic(path, body)
            print(f"wrote {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
