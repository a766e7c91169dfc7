"""The LLM baseline: a model behind any OpenAI-compatible server is asked for speakers, claims, events and figures.

Usage: ``LLM_API_KEY=… python baselines/llm/predict.py --base-url https://host/v1 --model NAME --split validation --out predictions.jsonl``
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[1] / "common"))

import answers
import frame
import prompts
import settings
from newsgold import predictions
from newsgold.issues import InputError
from settings import Settings

try:
    import client
    from store import Account, BudgetReached
except ModuleNotFoundError as missing:
    if missing.name != "httpx":
        raise
    raise ModuleNotFoundError("the LLM baseline needs httpx; pip install newsgold[llm]", name="httpx") from None

Record = dict[str, Any]
NOTES = 20
"""So many problems of an article are kept with its prediction."""


@dataclass
class Tally:
    """What became of one article's calls."""

    read: int = 0
    """Tokens read by the calls that were made now."""
    written: int = 0
    """Tokens written by them."""
    usd: float = 0.0
    """What they cost."""
    counted: bool = False
    """Whether the server says how many tokens; else nothing is reported."""
    priced: bool = False
    """Whether there are prices."""
    calls: int = 0
    """Calls that the answer took, those of earlier runs included."""
    repaired: int = 0
    """Answers that were sent back."""
    dropped: list[str] = field(default_factory=list)
    """What was taken out, and why."""
    errors: list[str] = field(default_factory=list)
    """Layers without an answer."""
    forms: dict[str, str] = field(default_factory=dict)
    """Form of structured output in force, by call."""
    models: set[str] = field(default_factory=set)
    """Models that answered, as the server names them."""

    def add(self, name: str, reply: client.Reply) -> None:
        """Count a call."""
        self.calls += 1
        self.forms[name] = reply.form
        self.models.add(reply.model)
        if not reply.kept:
            self.counted |= reply.read is not None or reply.written is not None
            self.priced |= reply.usd is not None
            self.read += reply.read or 0
            self.written += reply.written or 0
            self.usd += reply.usd or 0.0

    @property
    def usage(self) -> Record:
        """In the form that the runner takes. What the server did not say is left out; a call that was kept cost nothing."""
        out: Record = {"input_tokens": self.read, "output_tokens": self.written} if self.counted else {}
        return {**out, "cost_usd": round(self.usd, 9)} if self.priced else out


class System:
    """The baseline with its settings: a function from an article to a prediction."""

    def __init__(self, given: Settings):
        self.settings = given
        self.client = client.Client(given)
        self.plan: tuple[tuple[str, ...], ...] = (prompts.LAYERS,) if given.per == "article" else tuple((layer,) for layer in prompts.LAYERS)
        for layers in self.plan:
            prompts.system(layers, given.guidelines)  # what is wrong with the guidelines shows before a call is paid

    def predict(self, given: Mapping[str, Any]) -> Record:
        """The prediction for an article, with ``usage``; with ``error`` for layers that got no answer, with ``stop`` where no call will get one.

        Args:
            given: ``id`` and ``text``; ``headline``, ``dateline``, ``published``, ``language`` and ``genre`` are shown to the model.
        """
        tally = Tally()
        found: Record = {}
        stop = None
        try:
            for layers in self.plan:
                found |= self._ask(given, layers, found, tally)
        except (BudgetReached, client.CannotGoOn) as error:
            stop = str(error)
        prediction = {"id": given["id"], **{layer: found.get(layer, []) for layer in prompts.LAYERS}}
        try:
            predictions.from_objects([prediction], [answers.article_of(given)])
        except InputError as error:  # what prune leaves is valid, so this is a fault of ours
            prediction = {"id": given["id"]}
            tally.errors.append(f"the prediction is not valid: {error}")
        s = self.settings
        prediction["meta"] = {
            "model": sorted(tally.models), "per": s.per, "guidelines": s.guidelines, "examples": s.examples, "seed": s.seed,
            "structured": tally.forms, "calls": tally.calls, "repaired": tally.repaired, "dropped": tally.dropped[:NOTES],
        }  # fmt: skip
        if tally.usage:
            prediction["usage"] = tally.usage
        if stop is not None:
            return {**prediction, "error": stop, "stop": stop}
        return {**prediction, "error": "; ".join(tally.errors)} if tally.errors else prediction

    def _ask(self, given: Mapping[str, Any], layers: tuple[str, ...], found: Record, tally: Tally) -> Record:
        """The valid records of ``layers``, after at most so many rounds of repair as are allowed; empty lists if there was no answer."""
        s = self.settings
        asked = prompts.messages(given, layers, found, extent=s.guidelines, number=s.examples, seed=s.seed)
        article = answers.article_of(given)
        name = "_".join(layers) if len(layers) == 1 else "annotation"
        best: tuple[int, Record] | None = None
        kept: Record | None = None
        why = ""
        for left in range(s.repairs, -1, -1):
            try:
                reply = self.client.ask(asked, name, prompts.schema(layers))
            except client.CallFailed as error:
                why = str(error)
                break
            tally.add(name, reply)
            if reply.finish == "refusal":
                why = f"refused: {' '.join(reply.content.split())[:200]}"
                break
            cut = reply.finish == "length"
            answer, why = (None, "cut off") if cut else answers.read(reply.content, layers)
            if answer is None:
                answer = answers.salvage(reply.content, layers)
            if kept is not None:
                answer = answers.join(kept, answer, layers)
            problems: list[str] = [f"$: {why}"] if why else []
            if any(layer in answer for layer in layers):
                made = answers.distinct(answers.tidy(answer, layers), given["text"], layers)
                problems += [str(problem) for problem in answers.check({"id": given["id"], **found, **made}, article, layers)]
                if best is None or len(problems) <= best[0]:
                    best = len(problems), made
            if not problems:
                break
            if left:
                tally.repaired += 1
                whole = [str(record.get("id")) for layer in layers for record in answer.get(layer, ()) if isinstance(record, dict)] if cut else None
                kept = answer if cut and whole else kept
                asked = [*asked, {"role": "assistant", "content": reply.content or "{}"}, {"role": "user", "content": prompts.repair(problems, whole)}]
        if best is None:
            tally.errors.append(f"{', '.join(layers)}: {why}")
            return {layer: [] for layer in layers}
        pruned, gone = answers.prune({"id": given["id"], **found, **best[1]}, article, layers)
        tally.dropped += [str(problem) for problem in gone]
        if why:
            tally.dropped.append(f"{', '.join(layers)}: the last answer: {why}; what of it stood whole was taken")
        return {layer: pruned[layer] for layer in layers}


# --- as a system of newsgold's runner -----------------------------------------------------------------------------------


@cache
def _from_environment() -> System:
    return System(settings.read({}, os.environ))


def predict(article: Mapping[str, Any]) -> Record:
    """The prediction for one article, by the settings in the environment: ``newsgold run baselines/llm/predict.py:predict``."""
    try:
        system = _from_environment()
    except ValueError as error:  # which is so for every article
        why = "; ".join(str(error).splitlines())
        return {"id": article["id"], "error": why, "stop": why}
    return system.predict(article)


def serve(system: System) -> None:
    """Articles as JSON lines on standard input to predictions on standard output, until one says that no call will get an answer."""
    for line in sys.stdin.buffer:
        prediction = system.predict(json.loads(line))
        sys.stdout.buffer.write(json.dumps(prediction).encode() + b"\n")
        sys.stdout.buffer.flush()
        if "stop" in prediction:
            return


# --- command line -------------------------------------------------------------------------------------------------------


def _through_runner(given: Settings, arguments: argparse.Namespace) -> int:
    """Hand the work to ``newsgold predict``, which knows of progress, jobs, resuming and run records."""
    from newsgold import cli

    System(given).client.close()  # what is wrong shows here, once
    calls = (4 if given.per == "layer" else 1) * (1 + given.repairs)
    # No article is cut off by the runner while the client may still get an answer: it has time-outs of its own.
    longest = calls * ((given.retries + 1) * 2 * given.timeout + given.retries * client.LONGEST_AFTER) + 60
    options, variables = settings.split(given)
    os.environ.update(variables)
    words = [sys.executable, os.path.relpath(__file__), "--stdin", *options]
    argv = ["predict", f"cmd: {shlex.join(words)}", "--out", arguments.out, "--jobs", arguments.jobs]
    argv += ["--gold", str(arguments.gold)] if arguments.gold else ["--split", arguments.split]
    argv += ["--timeout", f"{longest:.0f}", "--retries", "1"]
    return cli.main([*argv, *(f"--{name}" for name in ("force", "resume") if getattr(arguments, name))])


def _file(given: Settings, arguments: argparse.Namespace) -> int:
    """Predict a file of articles that need be no gold; there is no run record, and the cache is what is resumed from."""
    from newsgold.resources import write_atomic

    out = Path(arguments.out)
    if out.exists() and not arguments.force:
        print(f"{out} exists; use --force to overwrite it", file=sys.stderr)
        return 2
    articles = _articles(arguments)
    system = System(given)
    lines: list[bytes] = []
    total = Tally()
    for article in _progress(articles):
        prediction = system.predict(article)
        usage = prediction.pop("usage", {})
        total.read, total.written, total.usd = (
            value + usage.get(key, 0)
            for value, key in ((total.read, "input_tokens"), (total.written, "output_tokens"), (total.usd, "cost_usd"))
        )  # fmt: skip
        if "stop" in prediction:
            print(f"error: {prediction['stop']}; {len(lines)} of {len(articles)} articles were answered", file=sys.stderr)
            return 2
        if "error" in prediction:
            print(f"{article['id']}: {prediction['error']}", file=sys.stderr)
        lines.append(json.dumps(prediction, ensure_ascii=False).encode() + b"\n")
    write_atomic(out, b"".join(lines))
    failed = sum(b'"error"' in line and "error" in json.loads(line) for line in lines)
    cost = f", ${total.usd:.4f}" if given.cost(0, 0) is not None else ""
    print(f"{len(lines)} articles -> {out}; {failed} with errors; {total.read:,} tokens in, {total.written:,} out{cost}", file=sys.stderr)
    return 1 if failed else 0


def _progress(articles: Sequence[Record]) -> Iterator[Record]:
    if not sys.stderr.isatty():
        yield from articles
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(articles, "articles", console=Console(stderr=True))


def _articles(arguments: argparse.Namespace) -> list[Record]:
    """The articles that have a text, without gold."""
    arguments.input = arguments.input or arguments.gold
    found = [article for article in frame.read_articles(arguments) if article.get("text") is not None]
    return [{name: article[name] for name in (*frame.FIELDS, "dateline") if name in article} for article in found]


def _dry_run(given: Settings, arguments: argparse.Namespace) -> int:
    """Say how much would be asked, and at most paid, without asking."""
    articles = _articles(arguments)
    plan = (prompts.LAYERS,) if given.per == "article" else tuple((layer,) for layer in prompts.LAYERS)
    read = 0
    for article in articles:
        for layers in plan:
            asked = prompts.messages(article, layers, {}, extent=given.guidelines, number=given.examples, seed=given.seed)
            read += sum(len(message["content"]) for message in asked) // 4
    calls = len(articles) * len(plan)
    said = [len(json.dumps(prompts.answer(example, prompts.LAYERS), ensure_ascii=False)) for example in prompts.examples(20, 0)]
    written = len(articles) * sum(said) // (4 * max(1, len(said)))
    print(f"{len(articles)} articles, {calls} calls without repairs, four characters counted as a token:")
    print(f"about {read:,} tokens in and, if answers are as long as train's annotation, {written:,} out (at most {calls * given.max_tokens:,})")
    if (usual := given.cost(read, written)) is not None and (most := given.cost(read, calls * given.max_tokens)) is not None:
        print(f"about ${usual:.2f}, at most ${most:.2f}")
    tokens, usd = Account(given).spent()
    print(f"spent so far into {given.cache}: {tokens:,} tokens, ${usd:.4f}")
    return 0


def _print_prompt(given: Settings, arguments: argparse.Namespace) -> int:
    article = next(iter(_articles(arguments)), None)
    if article is None:
        raise ValueError("no article with a text; expected one")
    layers = prompts.LAYERS if given.per == "article" else (arguments.print_prompt,)
    for message in prompts.messages(article, layers, {}, extent=given.guidelines, number=given.examples, seed=given.seed):
        print(f"=== {message['role']}\n{message['content']}\n")
    return 0


def main(argv: list[str] | None = None) -> int:
    """Command line entry point; returns the exit code: 0, 1 if articles failed, 2 for bad input or usage or a run that stopped."""
    parser = argparse.ArgumentParser(
        description="Predict speakers, claims, events and figures by a model behind an OpenAI-compatible server. The key is read from LLM_API_KEY.",
        epilog="examples:\n  predict.py --base-url http://localhost:8080/v1 --model local --split validation --out predictions.jsonl\n"
        "  predict.py --base-url https://host/v1 --model NAME --jobs 4 --price-in 0.15 --price-out 0.6 --budget-usd 2 --out predictions.jsonl\n"
        "  predict.py --dry-run --split test --price-in 0.15 --price-out 0.6\n  predict.py --print-prompt claims --split train | less",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--split", choices=("train", "validation", "test"), default="test", help="split of the installed data (default: test)")
    source.add_argument("--gold", metavar="FILE", help="gold articles as JSON lines instead of a split; of them only text and metadata are read")
    source.add_argument("--in", dest="input", metavar="FILE", help="articles as JSON lines instead of a split, one after the other and without a run record")
    parser.add_argument("--out", metavar="FILE", help="where to write the predictions, one JSON object a line")
    parser.add_argument("--jobs", default="1", metavar="N", help="processes at a time (default: 1)")
    parser.add_argument("--force", action="store_true", help="overwrite an existing file")
    parser.add_argument("--resume", action="store_true", help="go on with a run that stopped or was cut off, or ask again what failed")
    other = parser.add_mutually_exclusive_group()
    other.add_argument("--dry-run", action="store_true", help="say how many calls and tokens it takes and what they cost; ask nothing")
    other.add_argument("--print-prompt", choices=prompts.LAYERS, metavar="LAYER", help=f"print what is sent for the first article: {', '.join(prompts.LAYERS)}")
    other.add_argument("--stdin", action="store_true", help="articles on standard input, predictions on standard output, as newsgold's runner wants it")
    settings.add_options(parser)
    arguments = parser.parse_args(argv)
    asks_nothing = arguments.dry_run or arguments.print_prompt
    if not (asks_nothing or arguments.stdin or arguments.out):
        parser.error("the following arguments are required: --out")
    try:
        given = settings.read({option.name: getattr(arguments, option.name) for option in settings.OPTIONS}, os.environ, server=not asks_nothing)
        if arguments.dry_run:
            return _dry_run(given, arguments)
        if arguments.print_prompt:
            return _print_prompt(given, arguments)
        if arguments.stdin:
            serve(System(given))
            return 0
        return _file(given, arguments) if arguments.input else _through_runner(given, arguments)
    except (OSError, ValueError, KeyError) as error:
        for line in str(error).splitlines():
            print(f"error: {line}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
