"""Speed, as figures (``make bench``): each the best of several runs on this machine, times as ratios where there is a peer.

Nothing here is a test: a slow machine is no failure. The targets are those that the project sets itself.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
COMMAND = [sys.executable, "-m", "newsgold"]
ENV = {**os.environ, "PYTHONPATH": str(ROOT / "benchmark")}


def best(run: Callable[[], object], times: int) -> float:
    """The shortest of several runs, in seconds."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        found.append(time.perf_counter() - start)
    return min(found)


def command(*argv: str) -> Callable[[], object]:
    return lambda: subprocess.run([*COMMAND, *argv], check=True, capture_output=True, env=ENV)


def bootstrap(times: int) -> list[tuple[str, str, str]]:
    """10,000 resamples over 1,000 synthetic articles, once numpy is loaded."""
    import random

    import synthetic
    from newsgold.measures import headline_names, registry
    from newsgold.scoring import score
    from newsgold.stats import intervals

    gold, rng = list(synthetic.corpus(1000)), random.Random(0)
    found = score([synthetic.prediction(article, rng) for article in gold], gold=gold).rows
    return [
        (f"bootstrap, 1000 articles, {what}", f"{1000 * best(lambda: intervals(found, names), times):.0f} ms", "under 300 ms")  # noqa: B023 — run at once
        for what, names in (("overall and the headlines", headline_names()), (f"all {len(registry())} measures", None))
    ]


MEASURED = """import resource, sys, time
from newsgold.cli import main
start = time.perf_counter()
code = main(sys.argv[1:])
print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
sys.exit(code)"""


def throughput(count: int, jobs: int) -> list[tuple[str, str, str]]:
    """Articles from file to scorecard, gold and predictions validated, without intervals: seconds and peak memory of the command.

    Short items are two paragraphs of a shipped article, one-paragraph ones half of that; full ones are the shipped articles.
    """
    import random

    import orjson

    import newsgold
    import synthetic
    from newsgold.records import to_dict

    rows = []
    with tempfile.TemporaryDirectory() as folder:
        gold, predicted = Path(folder) / "gold.jsonl", Path(folder) / "predicted.jsonl"

        def run(what: str, articles: Iterable[newsgold.Article], jobs: int, target: str) -> None:
            rng, number, words, records = random.Random(1), 0, 0, 0
            with gold.open("wb") as one, predicted.open("wb") as other:
                for article in articles:
                    one.write(orjson.dumps(to_dict(article)) + b"\n")
                    other.write(orjson.dumps(synthetic.prediction(article, rng)) + b"\n")
                    number, words = number + 1, words + len((article.text or "").split())
                    records += len(article.entities) + len(article.claims) + len(article.events) + len(article.figures)
            args = ["score", str(predicted), "--gold", str(gold), "--resamples", "0", "--jobs", str(jobs)]
            done = subprocess.run([sys.executable, "-c", MEASURED, *args], check=True, capture_output=True, env=ENV, text=True)
            took, peak = map(float, done.stderr.split()[-2:])
            of = f"{number} {what} articles ({words / number:.0f} words, {records / number:.0f} records), {jobs} process{'es' if jobs > 1 else ''}"
            rows.append((of, f"{number / took:.0f} articles/s, {records / took:.0f} records/s, peak {peak / 1024:.0f} MB", target))

        run("short", synthetic.corpus(max(1, count // 10)), 1, "")
        run("short", synthetic.corpus(count), 1, "1500 articles/s, 3000 the aim; memory as above")
        if jobs > 1:
            run("short", synthetic.corpus(count), jobs, f"{jobs} times as many")
        run("one-paragraph", synthetic.corpus(max(1, count // 4), paragraphs=1), 1, "")
        run("full", synthetic.corpus(max(1, count // 10), paragraphs=None), 1, "")
    return rows


def report(count: int, times: int) -> tuple[str, str, str]:
    """The report on the test split and what the rule baseline found in it, over and over up to so many articles: the whole command."""
    import msgspec
    import orjson

    import newsgold
    from newsgold.records import to_dict

    base = newsgold.load("test")
    lines = (ROOT / "baselines" / "rules" / "predictions" / "test.jsonl").read_bytes().splitlines()
    found = {one["id"]: one for one in map(orjson.loads, lines)}
    with tempfile.TemporaryDirectory() as folder:
        gold, predicted, out = (Path(folder) / name for name in ("gold.jsonl", "predicted.jsonl", "report.html"))
        with gold.open("wb") as one, predicted.open("wb") as other:
            for number in range(count):
                article = base[number % len(base)]
                name = f"{article.id}-{number}"
                one.write(orjson.dumps(to_dict(msgspec.structs.replace(article, id=name))) + b"\n")
                other.write(orjson.dumps({**found[article.id], "id": name}) + b"\n")
        took = best(command("report", str(predicted), "--gold", str(gold), "--out", str(out), "--force"), times)
        return f"newsgold report, {count} articles, whole command", f"{took:.2f} s, {out.stat().st_size / 1e6:.2f} MB", "under 2 s and 3 MB"


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=7, help="runs of each, of which the best counts (default: 7)")
    parser.add_argument("--articles", type=int, default=20_000, help="synthetic articles for the throughput (default: 20000)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes for the throughput of a pool (default: as many as cores)")
    args = parser.parse_args(argv)
    sys.path.insert(0, str(ROOT / "benchmark"))
    import newsgold
    from newsgold import predictions
    from newsgold.scoring import score

    rows: list[tuple[str, str, str]] = []
    bare = best(lambda: subprocess.run([sys.executable, "-c", "pass"], check=True), args.times)
    rows.append(("python -c pass", f"{1000 * bare:.0f} ms", ""))
    rows.append(("newsgold --help", f"{1000 * best(command('--help'), args.times):.0f} ms", "under 100 ms"))
    rules = ROOT / "baselines" / "rules" / "predictions" / "test.jsonl"
    took = best(command("score", str(rules)), args.times)
    rows.append((f"newsgold score, test split ({len(newsgold.load('test'))} articles), whole command", f"{1000 * took:.0f} ms", "under 500 ms"))
    gold = newsgold.load("test")
    found = predictions.read(rules, gold)
    took = best(lambda: score(found, gold=gold), args.times)
    rows.append(("the scoring in it", f"{1000 * took:.0f} ms", ""))

    rows.append(report(120, args.times))
    rows += throughput(args.articles, args.jobs)
    rows += bootstrap(args.times)
    width = max(len(name) for name, _, _ in rows)
    for name, figure, target in rows:
        print(f"{name:<{width}}  {figure}" + (f"  (target: {target})" if target else ""))
    return 0


if __name__ == "__main__":
    sys.exit(main())
