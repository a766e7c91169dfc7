"""The analysis of the baselines on docs/baselines.md: real runs, then tables and plots from them.

``python docs/analysis.py`` runs what takes minutes (the learning curve, and every baseline on validation) and keeps the scores in
docs/analysis.json; a run that was cut off goes on where it was. ``python docs/fill.py`` writes tables and plots from that file and
from the baselines' predictions for test, in seconds. ``make analysis`` does both.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any, NamedTuple

import plots
from newsgold import load, score
from newsgold.counts import rounded
from newsgold.facets import posing
from newsgold.layers import REGISTRY
from newsgold.pairing import Match
from newsgold.records import LAYERS, Article
from newsgold.report import ERROR_HEAD, cell, error_rows, markdown_table
from newsgold.resources import write_atomic
from newsgold.scoring import Scorecard, digest, signature

ROOT = Path(__file__).parents[1]
RECORD = ROOT / "docs" / "analysis.json"
BASELINES = ("rules", "crf", "paragraph")
"""Those that are run; all of them are reproduced by one command without a server."""
SHARES = (1 / 8, 1 / 4, 1 / 2, 3 / 4, 1)
"""Of the training articles, at which the learning curve is measured."""
DRAWS = 5
"""Draws of articles for each size but the whole."""
FEW = 10
"""Records below which a challenge is not named among those where a baseline fails."""
NAMES = ("overall", *LAYERS)


# --- real runs -------------------------------------------------------------------------------------------------------------


class Run(NamedTuple):
    """One prediction of validation."""

    system: str
    size: int | None
    """Articles that it was trained on; ``None`` for all, or for a system that learns nothing."""
    seed: int | None

    @property
    def name(self) -> str:
        """A file's name, and what progress calls it."""
        return self.system if self.size is None else f"{self.system}-{self.size}-{self.seed}"

    def command(self, out: Path) -> list[str]:
        """The command line."""
        words = [sys.executable, str(ROOT / "baselines" / self.system / "predict.py"), "--split", "validation", "--out", str(out), "--force"]
        if self.system == "crf":
            words += ["--train", "train"]
        return words if self.size is None else [*words, "--size", str(self.size), "--seed", str(self.seed)]


def planned(articles: int, draws: int) -> list[Run]:
    """Every run: each baseline as it is, and the crf on smaller draws; the longest first."""
    sizes = sorted({max(1, round(share * articles)) for share in SHARES if share < 1} - {articles})
    return [Run(name, None, None) for name in sorted(BASELINES, key=lambda name: name != "crf")] + [
        Run("crf", size, seed) for size in reversed(sizes) for seed in range(1, draws + 1)
    ]


def key() -> str:
    """Digest of all that a run hangs on: the baselines' sources, the training texts and annotations, the texts of validation."""
    found = hashlib.sha256()
    for path in sorted((ROOT / "baselines").glob("*/*")):
        if path.suffix in (".py", ".tsv"):
            found.update(path.name.encode() + b"\0" + path.read_bytes())
    for split in ("train", "validation"):
        found.update((ROOT / "data" / f"{split}.jsonl").read_bytes())
    return found.hexdigest()[:16]


def do(run: Run, folder: Path) -> tuple[Run, Path, float]:
    """One run, unless it was done before; the predictions and the seconds that it took."""
    out = folder / f"{run.name}.jsonl"
    started = time.monotonic()
    if not out.exists():
        done = subprocess.run(run.command(out), env={**os.environ, "PYTHONPATH": str(ROOT / "benchmark")}, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{' '.join(run.command(out))}: {done.stderr}")
    return run, out, time.monotonic() - started


def scores(card: Scorecard) -> dict[str, float | None]:
    """Overall and the headlines, six places."""
    return {"overall": rounded(card.overall), **{layer: rounded(value) for layer, value in card.headlines.items()}}


def gold_signature(split: str) -> str:
    """The signature of a split as its scorecards have it."""
    return signature(split, {article.id: digest(article) for article in load(split) if article.text is not None})


def measure(jobs: int, draws: int, folder: Path) -> dict[str, Any]:
    """Do every run and score it."""
    runs = planned(len(load("train")), draws)
    folder = folder / key()
    folder.mkdir(parents=True, exist_ok=True)
    curve: list[dict[str, Any]] = []
    whole: dict[str, dict[str, float | None]] = {}
    started = time.monotonic()
    with ThreadPoolExecutor(jobs) as pool:
        for number, future in enumerate(as_completed([pool.submit(do, run, folder) for run in runs]), 1):
            run, out, seconds = future.result()
            found = scores(score(out, "validation"))
            if run.size is None:
                whole[run.system] = found
            else:
                curve.append({"size": run.size, "seed": run.seed, "scores": found})
            left = (time.monotonic() - started) / number * (len(runs) - number)
            print(f"{number}/{len(runs)} {run.name}: overall {cell(found['overall'])} in {seconds:.0f} s, about {left:.0f} s left", file=sys.stderr, flush=True)
    curve.append({"size": len(load("train")), "seed": None, "scores": whole["crf"]})
    return {
        "validation": gold_signature("validation"), "train": gold_signature("train"), "systems": {name: whole[name] for name in BASELINES},
        "curve": sorted(curve, key=lambda point: (point["size"], point["seed"] or 0)),
    }  # fmt: skip


# --- the learning curve ------------------------------------------------------------------------------------------------------


def _articles(found: str) -> int:
    """The number of articles that a signature names."""
    return int(found.split("|articles:")[1].split("|", maxsplit=1)[0])


def _data(found: str) -> str:
    return found.split("|data:")[1].split("|", maxsplit=1)[0]


def _by_size(record: Mapping[str, Any]) -> dict[int, list[Mapping[str, float | None]]]:
    out: dict[int, list[Mapping[str, float | None]]] = {}
    for point in record["curve"]:
        out.setdefault(point["size"], []).append(point["scores"])
    return out


def _mean(values: Sequence[float | None]) -> float:
    return sum(value or 0.0 for value in values) / len(values)


def curve_table(record: Mapping[str, Any]) -> str:
    """Mean scores by size, with the least and the most overall."""
    rows = []
    for size, found in _by_size(record).items():
        overall = [one["overall"] or 0.0 for one in found]
        ends = f" ({min(overall):.3f}–{max(overall):.3f})" if len(found) > 1 else ""
        rows.append((str(size), str(len(found)), f"{_mean(overall):.3f}{ends}", *(f"{_mean([one[layer] for one in found]):.3f}" for layer in LAYERS)))
    table = markdown_table(("train articles", "draws", "overall", *LAYERS), rows, right=3 + len(LAYERS))
    return "\n".join([*table, "", f"On the {_articles(record['validation'])} articles of validation, data {_data(record['validation'])}."])


def curve_plot(record: Mapping[str, Any]) -> str:
    """The learning curve as a picture."""
    sizes = _by_size(record)
    series = []
    for name in NAMES:
        values = {size: [one[name] or 0.0 for one in found] for size, found in sizes.items()}
        series.append(plots.Series(name, [(size, _mean(found), min(found), max(found)) for size, found in values.items()]))
    return plots.line_chart(
        "crf: scores on validation by training articles", "Lines for overall and the four layers; bars from the least to the most of several draws.", series,
        "training articles", "F1",
    )  # fmt: skip


# --- errors and challenges -----------------------------------------------------------------------------------------------------


def cards() -> dict[str, Scorecard]:
    """The baselines' predictions for test, scored."""
    return {name: score(ROOT / "baselines" / name / "predictions" / "test.jsonl", "test", system=name) for name in BASELINES}


def errors_table(found: Mapping[str, Scorecard]) -> str:
    """What became of the records."""
    rows = [(name if place == 0 else "", *row) for name, card in found.items() for place, row in enumerate(error_rows(card.summary()))]
    return "\n".join(markdown_table(("system", *ERROR_HEAD), rows))


def errors_plot(found: Mapping[str, Scorecard]) -> str:
    """What became of the records, as bars."""
    bars = []
    for layer in LAYERS:
        for name, card in found.items():
            kinds = {kind: entry["count"] for kind, entry in card.errors()[layer].items()}
            part = sum(count for kind, count in kinds.items() if kind == "boundary" or kind.startswith("wrong_"))
            extra = sum(kinds.get(kind, 0) for kind in ("spurious", "duplicate", "not_in_text"))
            bars.append(plots.Bar(layer, name, kinds.get("hit", 0), part, kinds.get("missed", 0), extra))
    title = "Gold records of test that are right, partly right or missed; spurious ones beyond 100%"
    return plots.bar_chart(title, "Shares of the gold records, a bar for each layer and system; a number where spurious records do not fit.", bars)


class Challenge(NamedTuple):
    """How a system fares with the records that pose a challenge."""

    name: str
    records: int
    """Gold records that pose it."""
    right: int
    """Of them, right up to the layer's headline."""
    others: int
    """The layer's other gold records."""
    others_right: int

    @property
    def share(self) -> float | None:
        """Of the records that pose it, the share that is right."""
        return self.right / self.records if self.records else None

    @property
    def rest(self) -> float | None:
        """Of the others, the share that is right."""
        return self.others_right / self.others if self.others else None

    @property
    def gap(self) -> float:
        """How much lower the share is than that of the others."""
        return (self.rest or 0.0) - (self.share or 0.0) if self.records and self.others else 0.0


def holds_headline(match: Match) -> bool:
    """Whether a gold record is right up to the headline rung of its layer."""
    rungs = [rung.name for rung in REGISTRY[match.layer].rungs]
    return match.outcome == "hit" or (match.failed in rungs and rungs.index(match.failed) > rungs.index(REGISTRY[match.layer].headline))


def challenges(card: Scorecard, articles: Iterable[Article]) -> list[Challenge]:
    """Every challenge of single records, in order, that some gold record poses."""
    posed = {article.id: posing(article) for article in articles if article.text is not None}
    counts: dict[str, list[int]] = {name: [0, 0, 0, 0] for table in posed.values() for name in table}
    for match in card.matches:
        if match.gold is None or match.layer not in REGISTRY:
            continue
        right = holds_headline(match)
        for name, ids in posed[match.article].items():
            if name.split(".")[0] == match.layer:
                at = 0 if match.gold in ids else 2
                counts[name][at] += 1
                counts[name][at + 1] += right
    return [Challenge(name, *found) for name, found in counts.items() if found[0]]


def challenges_table(found: Mapping[str, Sequence[Challenge]]) -> str:
    """The share of right records by challenge, and of the layer's others."""
    first, *_ = found.values()
    rows = [
        (line.name, str(line.records), *(f"{cell(of.share, 2)} ({cell(of.rest, 2)})" for of in (table[place] for table in found.values())))
        for place, line in enumerate(first)
    ]
    return "\n".join(markdown_table(("challenge", "records", *found), rows, right=1 + len(found)))


def challenges_plot(found: Mapping[str, Sequence[Challenge]]) -> str:
    """The same as dots."""
    first, *_ = found.values()
    lines = [
        plots.Dots(line.name, f"({line.records})", [(table[place].share, table[place].rest) for table in found.values()]) for place, line in enumerate(first)
    ]
    title = "Gold records of test that are right: filled, those that pose a challenge; hollow, the layer's others"
    return plots.dot_plot(title, "Shares from 0 to 100%, a line for each challenge with the number of records that pose it.", list(found), lines)


def fails(found: Mapping[str, Sequence[Challenge]]) -> str:
    """Where each system falls most behind its own level on the layer."""
    out = []
    for name, table in found.items():
        worst = sorted((line for line in table if line.records >= FEW and line.gap > 0), key=lambda line: (-line.gap, line.name))[:5]
        words = "; ".join(f"{line.name} {cell(line.share, 2)} against {cell(line.rest, 2)}" for line in worst)
        out.append(f"- **{name}**: {words or 'nowhere'}.")
    return "\n".join(out)


# --- what docs/fill.py writes ---------------------------------------------------------------------------------------------------


def validation_words(record: Mapping[str, Any], name: str) -> str:
    """A baseline's scores on validation as a sentence."""
    found = record["systems"][name]
    trained = f", trained on the {_articles(record['train'])} articles of train" if name == "crf" else ""
    layers = ", ".join(f"{layer} {cell(found[layer])}" for layer in LAYERS)
    return (
        f"On validation ({_articles(record['validation'])} articles, data {_data(record['validation'])}){trained}: overall {cell(found['overall'])} ({layers})."
    )


def parts() -> tuple[dict[str, str], dict[str, str]]:
    """The generated parts of the pages by name, and the pictures by their files' names."""
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    found = cards()
    table = {name: challenges(card, load("test")) for name, card in found.items()}
    return {
        "curve": curve_table(record), "errors": errors_table(found), "challenges": challenges_table(table), "fails": fails(table),
        **{f"scores-{name}": validation_words(record, name) for name in BASELINES},
    }, {"learning-curve.svg": curve_plot(record), "errors.svg": errors_plot(found), "challenges.svg": challenges_plot(table)}  # fmt: skip


def main(argv: Sequence[str] | None = None) -> int:
    """Do the runs that take minutes, and keep their scores."""
    parser = argparse.ArgumentParser(description="Run the baselines on validation and the learning curve of crf, and keep the scores in docs/analysis.json.")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="runs at a time (default: 2)")
    parser.add_argument("--draws", type=int, default=DRAWS, metavar="N", help=f"draws of articles for each size (default: {DRAWS})")
    parser.add_argument(
        "--work", type=Path, default=ROOT / "build" / "analysis", metavar="DIR", help="keeps the predictions, so that a run goes on (default: build/analysis)"
    )
    parser.add_argument("--out", type=Path, default=RECORD, metavar="FILE", help="where the scores go (default: docs/analysis.json)")
    given = parser.parse_args(argv)
    if given.jobs < 1 or given.draws < 1:
        parser.error("--jobs and --draws take 1 or more")
    found = measure(given.jobs, given.draws, given.work)
    write_atomic(given.out, (json.dumps(found, indent=1) + "\n").encode())
    print(f"wrote {given.out}: {len(found['curve'])} points of the learning curve, {len(found['systems'])} systems on validation")
    return 0


if __name__ == "__main__":
    sys.exit(main())
