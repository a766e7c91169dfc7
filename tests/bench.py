"""Speed, as figures (``make bench``): each the best of several runs on this machine, times as ratios where there is a peer.

Nothing here is a test: a slow machine is no failure. The targets are those that the project sets itself.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
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


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=7, help="runs of each, of which the best counts (default: 7)")
    parser.add_argument("--articles", type=int, default=2000, help="synthetic articles for the throughput (default: 2000)")
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

    # Throughput: the shipped articles over and over under new ids, validation and resolution included.
    base = [article for split in ("train", "validation", "test") for article in newsgold.load(split)]
    many = [
        article.__class__(**{**{f: getattr(article, f) for f in article.__struct_fields__}, "id": f"{article.id}-{n}"})
        for n in range(-(-args.articles // len(base)))
        for article in base
    ]
    many = many[: args.articles]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "p.jsonl"
        path.write_text("".join(json.dumps(newsgold.to_prediction(article), ensure_ascii=False) + "\n" for article in many), encoding="utf-8")
        took = best(lambda: score(path, gold=many), max(1, args.times // 3))
        records = sum(len(a.entities) + len(a.claims) + len(a.events) + len(a.figures) for a in many)
        rows.append((f"{len(many)} articles from file, one core", f"{len(many) / took:.0f} articles/s, {records / took:.0f} records/s", ""))
    rows += bootstrap(args.times)
    width = max(len(name) for name, _, _ in rows)
    for name, figure, target in rows:
        print(f"{name:<{width}}  {figure}" + (f"  (target: {target})" if target else ""))
    return 0


if __name__ == "__main__":
    sys.exit(main())
