"""The command line: the only module that prints and exits.

Exit codes: 0 fine; 1 a check failed (drift, a stale leaderboard, a changed text); 2 bad input or usage.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from newsgold._version import __version__

if TYPE_CHECKING:
    from rich.console import Console

OK, FAILED, BAD = 0, 1, 2
_T = TypeVar("_T")
_SPLITS = ("train", "validation", "test", "external")
_LAYERS = ("speakers", "claims", "events", "figures")
_FACETS = ("challenge", "genre", "topic", "length", "provenance")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal that cannot show a letter shows its code instead
            stream.reconfigure(errors="backslashreplace")
    parser = _parser()
    args = parser.parse_args(argv)
    if not hasattr(args, "run"):
        parser.print_help()
        return BAD
    from newsgold.issues import InputError

    try:
        _keep_inputs(args)
        return int(args.run(args))
    except InputError as error:
        try:
            _print_issues(error.issues)
        except BrokenPipeError:  # the reader has seen enough of them; that does not make the input good
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
        return BAD
    except BrokenPipeError:  # the reader of a pipe has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except OSError as error:  # a file or folder that cannot be read or written, wherever that shows
        print(f"{error.filename or 'input or output'}: {error.strerror or error}", file=sys.stderr)
        return BAD
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130


def _keep_inputs(args: argparse.Namespace) -> None:
    """Refuse to write a result over what it is made from, even with --force."""
    from newsgold.issues import InputError, Issue

    out = getattr(args, "out", None)
    given = [getattr(args, "predictions", None), getattr(args, "gold", None), *getattr(args, "systems", ())]
    if out is not None and any(path is not None and path.exists() and out.exists() and path.samefile(out) for path in given):
        raise InputError([Issue(str(out), None, "$", "is an input; expected another place for the result")])


# --- printing ----------------------------------------------------------------------------------------------------------


def _print_issues(issues: Iterable[Any]) -> None:
    issues = sorted(issues, key=lambda issue: (issue.file, issue.line or 0))  # a stable sort: what was found first comes first
    for issue in issues:
        print(issue, file=sys.stderr)
    errors = sum(issue.level == "error" for issue in issues)
    warnings = len(issues) - errors
    if issues:
        print(f"{errors} error{'s' * (errors != 1)}" + (f", {warnings} warning{'s' * (warnings != 1)}" if warnings else ""), file=sys.stderr)


def _console(args: argparse.Namespace) -> Console:
    from rich.console import Console

    # A pipe has no width of its own; there the tables keep to 80 columns, and words are cut rather than wrapped away.
    columns = os.environ.get("COLUMNS", "")
    width = None if sys.stdout.isatty() else int(columns) if columns.isdecimal() and int(columns) >= 20 else 80
    return Console(width=width, no_color=getattr(args, "no_color", False) or "NO_COLOR" in os.environ, highlight=False, markup=False)


def _progress(what: str, floor: int = 200) -> Callable[[Iterable[_T], int], Iterable[_T]]:
    """A progress bar on standard error for long work at a terminal; nothing for short work or in a pipe."""

    def wrap(items: Iterable[_T], total: int) -> Iterable[_T]:
        if total < floor or not sys.stderr.isatty():
            return items
        from rich.console import Console
        from rich.progress import track

        return track(items, description=what, total=total, console=Console(stderr=True))

    return wrap


def _write(path: Path, content: str | bytes | Iterable[bytes], force: bool) -> None:
    """Write a result, atomically; an existing one is only replaced with --force."""
    from newsgold.issues import InputError, Issue
    from newsgold.resources import write_atomic

    try:
        write_atomic(path, content.encode() if isinstance(content, str) else content, keep=not force)
    except FileExistsError as error:
        raise InputError([Issue(str(path), None, "$", "exists and differs; expected a new file, or --force to replace it")]) from error
    except OSError as error:
        raise InputError([Issue(str(path), None, "$", f"cannot be written ({error.strerror}); expected a place to write to")]) from error


def _emit(args: argparse.Namespace, kind: str, data: dict[str, Any]) -> None:
    """Print a result in the format asked for."""
    from newsgold.report import FORMATS

    render = FORMATS[kind][args.format]
    if args.format == "table":
        render(data, _console(args))
    else:
        sys.stdout.write(render(data))


def _tell_skipped(articles: Iterable[str]) -> None:
    """Name on standard error the articles that no number counts, for commands whose tables do not."""
    if names := sorted(set(articles)):
        print(f"{len(names)} article{'s' * (len(names) != 1)} skipped, their texts are absent (newsgold hydrate): {', '.join(names)}", file=sys.stderr)


def _root() -> Path:
    """The checkout, for commands that need the sources."""
    from newsgold.issues import InputError, Issue
    from newsgold.resources import checkout

    if (root := checkout()) is None:
        raise InputError(
            [Issue("newsgold", None, "$", "installed without its sources; expected a checkout of the repository (this command works on data/articles)")]
        )
    return root


# --- commands ------------------------------------------------------------------------------------------------------------


def _validate(args: argparse.Namespace) -> int:
    from newsgold import corpus, predictions
    from newsgold.issues import InputError, Issue

    issues: list[Issue] = []
    counted = []
    for path in args.files:
        before = len(issues)
        what = ""
        try:
            if path.suffix in (".yaml", ".yml"):
                corpus.compile_file(path, issues.append, text_path=args.text)
                what = "annotated article"
            elif _is_gold(path):
                what = f"{len(corpus.load(path=path))} gold articles"
            else:
                gold = corpus.load(args.split) if args.gold is None else corpus.load(path=args.gold)
                found = predictions.read(path, gold)
                what = f"predictions for {len(found.annotations)} of {len(gold)} articles of {args.gold or args.split}"
                if found.skipped:
                    what += f"; skipped without text: {', '.join(found.skipped)}"
        except InputError as error:
            issues += error.issues
        counted.append((path, sum(issue.level == "error" for issue in issues[before:]), what))
    _print_issues(issues)
    for path, errors, what in counted:
        if not errors:
            print(f"{path}: valid, {what}")
    return BAD if any(issue.level == "error" for issue in issues) else OK


def _is_gold(path: Path) -> bool:
    """Whether a JSON Lines file holds gold articles rather than predictions: by the fields of its first line."""
    import orjson

    if not path.is_file():  # a pipe can be read only once
        return False
    with path.open("rb") as file:
        line = file.readline(2**22)
    try:
        first = orjson.loads(line)
    except orjson.JSONDecodeError:
        return b'"text_sha256"' in line
    return isinstance(first, dict) and "text_sha256" in first


def _build(args: argparse.Namespace) -> int:
    from newsgold import build
    from newsgold.issues import Issue

    root = _root()
    built = build.build(root, _progress("compiling"))
    errors = [issue for issue in built.issues if issue.level == "error"]
    shown = errors or built.issues
    if errors:
        _print_issues(shown)
        return BAD
    if args.warnings:
        _print_issues(built.issues)
    if not built.tables:
        print("pyarrow is not installed: the parquet files were left alone (pip install newsgold[datasets])", file=sys.stderr)
    if args.check:
        drift: list[Issue] = build.drift(root, built)
        _print_issues(drift)
        if not drift:
            print(f"data/ is what its sources compile to ({len(built.files)} files, {len(built.tables)} tables)")
        return FAILED if drift else OK
    changed = build.write(root, built)
    for path in changed:
        print(f"wrote {path.relative_to(root)}")
    print(f"{len(built.files) + len(built.tables)} files, {len(changed)} changed")
    return OK


@contextlib.contextmanager
def _linters(count: int) -> Iterator[Callable[..., Iterable[Any]]]:
    """What maps a function over a list: processes, where there is enough to share out."""
    jobs = min(os.cpu_count() or 1, count // 30)
    if jobs < 2:
        yield map
        return
    import functools
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as executor:
        yield functools.partial(executor.map, chunksize=8)


def _lint(args: argparse.Namespace) -> int:
    """Print the warnings on annotation sources; 1 when one is neither fixed nor waived."""
    from newsgold import lint
    from newsgold.issues import Issue

    if args.list_rules:
        for rule in lint.RULES.values():
            print(f"{rule.name:24} {rule.layer:9} {rule.summary}")
        return OK
    unknown = [name for name in [*args.rule, *args.skip] if name not in lint.RULES]
    if unknown:
        print(f"no rule is named {', '.join(unknown)}; expected one of --list-rules", file=sys.stderr)
        return BAD
    rules = [name for name in lint.RULES if (not args.rule or name in args.rule) and name not in args.skip]
    if args.text and len(args.files) != 1:
        print(f"--text with {len(args.files)} files; expected one annotation", file=sys.stderr)
        return BAD
    issues: list[Issue] = []
    names = {path: str(path) for path in args.files}
    if not args.files:
        root = _root()
        folders = [root / "data" / "articles" / split for split in args.split or _SPLITS[:3]]
        names = {path: path.relative_to(root).as_posix() for folder in folders for path in sorted(folder.glob("*.yaml"))}
        known = {path.stem for folder in (root / "data" / "articles").glob("*") for path in folder.glob("*.yaml")}
        for stray in sorted((root / "data" / "waivers").glob("*")):
            if stray.stem not in known or stray.suffix != ".yaml":
                issues.append(Issue(stray.relative_to(root).as_posix(), None, "$", "waivers of no article; expected <id>.yaml of an article in data/articles"))
    jobs = [lint.Job(path, name, args.text, args.waivers or lint.waivers_path(path), tuple(rules)) for path, name in names.items()]
    reports = []
    with _linters(len(jobs)) as run:
        for result in _progress("linting", 100)(run(lint.run, jobs), len(jobs)):
            reports += [result] if isinstance(result, lint.Report) else []
            issues += [] if isinstance(result, lint.Report) else result
    if args.json:
        import orjson

        print(orjson.dumps(lint.to_dict(reports), option=orjson.OPT_INDENT_2).decode())
    elif args.waive:
        for report in reports:
            print("".join(lint.waiver_lines(report)), end="")
    else:
        for report in reports:
            for warning in report.warnings:
                print(warning)
    _print_issues(issues)
    found = sum(len(report.warnings) for report in reports)
    waived = sum(len(report.waived) for report in reports)
    print(f"{len(reports)} article{'s' * (len(reports) != 1)}, {found} warning{'s' * (found != 1)}, {waived} waived", file=sys.stderr)
    return BAD if issues else FAILED if found else OK


def _show(args: argparse.Namespace) -> int:
    from newsgold import corpus, notes
    from newsgold.issues import InputError, Issue
    from newsgold.report import show_article

    told: tuple[notes.Note, ...] = ()
    if args.article.endswith((".yaml", ".yml")):
        issues: list[Issue] = []
        article = corpus.compile_file(Path(args.article), issues.append)
        if article is not None and not args.no_notes and (path := corpus.beside(Path(args.article), "notes")) is not None and path.is_file():
            found = notes.compile_notes(path, article, issues.append)
            article, told = (None, ()) if found is None else (article, found.notes)
        if article is None:
            raise InputError(issues)
    else:
        everything = {article.id: article for split in _SPLITS for article in corpus.load(split)}
        if args.article not in everything:
            near = ", ".join(_near(args.article, everything))
            raise InputError([Issue(args.article, None, "$.id", f"no such article; expected one of {len(everything)}, for example {near}")])
        article = everything[args.article]
        if args.annotator:
            raw = corpus.load_annotator(args.annotator, [article])
            if article.id not in raw:
                raise InputError(
                    [
                        Issue(
                            args.article,
                            None,
                            "$",
                            f"no raw annotation by {args.annotator}; expected one of {', '.join(corpus.annotators()) or 'none, a checkout has them'}",
                        )
                    ]
                )
            article = raw[article.id]
        elif not args.no_notes:
            told = notes.load_notes(article.split).get(article.id, ())
    show_article(article, _console(args), args.layer or _LAYERS, full=args.full, notes=told)
    return OK


def _score(args: argparse.Namespace) -> int:
    from newsgold.scoring import score

    if args.system is not None and not args.system.isprintable():
        print("--system holds characters that cannot be printed; expected a name", file=sys.stderr)
        return BAD
    with _pool(args.jobs) as executor:
        card = score(
            args.predictions, args.split if args.gold is None else "custom", gold=args.gold, system=args.system, progress=_progress("scoring"),
            executor=executor, in_flight=4 * args.jobs,
        )  # fmt: skip
    extra: dict[str, Any] = {}
    if args.resamples:
        from newsgold import stats

        extra = stats.confidence(card.rows, card.signature, resamples=args.resamples, seed=args.seed)
    if args.format == "json":
        for chunk in card.chunks(matches=args.matches, extra=extra):
            sys.stdout.write(chunk.decode())
    else:
        _emit(args, "score", {**card.summary(), **extra})
    if args.out:
        _write(args.out, card.chunks(matches=args.matches, extra=extra), args.force)
    return OK


def _errors(args: argparse.Namespace) -> int:
    from newsgold import corpus, predictions
    from newsgold.differences import findings
    from newsgold.issues import InputError, Issue
    from newsgold.notes import load_notes
    from newsgold.pairing import error_kinds
    from newsgold.scoring import score

    gold = corpus.load(args.split) if args.gold is None else corpus.load(path=args.gold)
    kinds = error_kinds()
    known = list(dict.fromkeys(kind for layer in args.layer or kinds for kind in kinds[layer]))
    ids = [article.id for article in gold]
    issues = [
        Issue("--kind", None, "$", f"{kind} is no kind of {' or '.join(args.layer or ['any layer'])}; expected one of {', '.join(known)}")
        for kind in args.kind or ()
        if kind not in known
    ]
    issues += [
        Issue("--article", None, "$", f"{name} is no article of this split; expected one of its {len(ids)} ids, such as {', '.join(_near(name, ids))}")
        for name in args.article or ()
        if name not in ids
    ]
    if issues:
        raise InputError(issues)
    found = predictions.read(args.predictions, gold)
    card = score(found, args.split if args.gold is None else "custom", gold=gold)
    _tell_skipped(card.skipped)

    def wanted(match: Any) -> bool:
        return (
            (match.kind in args.kind if args.kind else match.outcome != "hit")
            and (not args.layer or match.layer in args.layer)
            and (not args.article or match.article in args.article)
        )

    total = sum(map(wanted, card.matches))
    limit = args.limit or total
    # Notes are on the gold that is shipped; other gold may have other records under the same ids.
    told = load_notes(args.split) if args.gold is None else {}
    listed = itertools.islice(findings(card, gold, found.annotations, wanted, notes=told), limit)
    data = {
        "signature": card.signature, "split": card.split, "errors": card.errors(), "total": total,
        "findings": [_builtins(finding) for finding in listed],
    }  # fmt: skip
    _emit(args, "errors", data)
    if args.out:
        import orjson

        _write(args.out, orjson.dumps(data, option=orjson.OPT_INDENT_2) + b"\n", args.force)
    return OK


def _builtins(record: Any) -> Any:
    import msgspec

    return msgspec.to_builtins(record)


def _near(name: str, known: Iterable[str]) -> list[str]:
    """Up to three names that ``name`` may have been meant for."""
    import difflib

    known = list(known)
    return difflib.get_close_matches(name, known, 3) or sorted(known)[:3]


@contextlib.contextmanager
def _pool(jobs: int) -> Iterator[Any]:
    """A pool of ``jobs`` processes, or nothing for one job."""
    if jobs <= 1:
        yield None
        return
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    from newsgold.issues import InputError, Issue

    try:
        with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as executor:
            yield executor
    except BrokenProcessPool as error:
        raise InputError([Issue("--jobs", None, "$", f"one of {jobs} processes died, perhaps for want of memory; expected fewer jobs")]) from error


def _tokens(args: argparse.Namespace) -> int:
    import orjson

    from newsgold import corpus
    from newsgold.tokens import score_tokens

    gold = corpus.load(args.split) if args.gold is None else corpus.load(path=args.gold)
    split = args.split if args.gold is None else "custom"
    done = score_tokens(args.predictions, split, gold=gold, mode=args.mode, progress=_progress("tagging"))
    data = done.to_dict()
    _emit(args, "tokens", data)
    if args.out:
        _write(args.out, orjson.dumps(data, option=orjson.OPT_INDENT_2) + b"\n", args.force)
    if args.conll:
        for layer in data["streams"]:
            _write(args.conll / f"{layer}.conll", done.conll(layer), args.force)
    return OK


def _compare(args: argparse.Namespace) -> int:
    from newsgold import corpus, stats, systems
    from newsgold.scoring import score

    split = args.split if args.gold is None else "custom"
    try:
        stats.select(args.measure, ())  # before the scoring, which takes longer
        # A file is streamed for each system; a pipe can be read only once.
        gold = corpus.load(path=args.gold) if args.gold is not None and not args.gold.is_file() else args.gold
        found = systems.load(args.systems, lambda path: score(path, split, gold=gold, progress=_progress("scoring")))
        _tell_skipped(name for system in found for name in system.skipped)
        rows = {system.name: system.rows for system in found}
        done = stats.compare(rows, args.measure, trials=args.trials, resamples=args.resamples, seed=args.seed).to_dict()
    except ValueError as error:
        print(error, file=sys.stderr)
        return BAD
    options = f"|test:{done['method']}|trials:{done['trials']}|resamples:{done['resamples']}|seed:{done['seed']}"
    return _result(args, "compare", {"signature": found[0].signature + options, **done})


def _gate(args: argparse.Namespace) -> int:
    from newsgold import ci
    from newsgold.issues import InputError

    data: dict[str, Any]
    body = None
    try:
        data, body = _judge(args)
    except InputError as error:
        data = {"problems": [str(issue) for issue in error.issues]}
    except ValueError as error:
        data = {"problems": [str(error)]}
    except OSError as error:
        data = {"problems": [f"{error.filename or 'input or output'}: {error.strerror or error}"]}
    if args.junit:
        _write(args.junit, ci.junit(data), force=True)
    if args.sarif:
        _write(args.sarif, ci.sarif(data, *_located(args.predictions, data)), force=True)
    _gate_print(args, data)
    _tell_skipped(name for side in data.get("skipped", {}).values() for name in side)
    if body is not None:
        data["updated"] = _renew(args.baseline, body)
        print(data["updated"], file=sys.stderr)
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        _gate_summary(Path(summary), data)
    return BAD if "problems" in data else OK if args.update or data["passed"] else FAILED


def _gate_print(args: argparse.Namespace, data: dict[str, Any]) -> None:
    """The verdict, or why there is none; on GitHub with annotations, and with nothing else that it would take for a command."""
    from newsgold import ci, report

    github = os.environ.get("GITHUB_ACTIONS") == "true"
    for problem in (*data.get("problems", ()), *data.get("warnings", ())):
        print(ci.inert(problem) if github else problem, file=sys.stderr)
    if "checks" in data:
        if args.out:
            _write(args.out, report.FORMATS["gate"]["json"](data), args.force)
        if args.format == "table":
            console = _console(args)
            with console.capture() as shown:
                report.gate_table(data, console)
            text = shown.get()
        else:
            text = report.FORMATS["gate"][args.format](data)
        sys.stdout.write(ci.inert(text) if github and args.format != "json" else text)
    if github and not args.update:
        sys.stdout.flush()
        for line in ci.github(data):
            print(line, file=sys.stderr if args.format == "json" else sys.stdout)


def _gate_summary(path: Path, data: dict[str, Any]) -> None:
    """Add the verdict to the page that GitHub shows of a run."""
    from newsgold import report

    try:
        with path.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(report.gate_summary(data))
    except OSError as error:  # the verdict stands without it
        print(f"{path}: the summary cannot be written ({error.strerror})", file=sys.stderr)


def _judge(args: argparse.Namespace) -> tuple[dict[str, Any], bytes | None]:
    """The verdict as JSON types (without checks where there is nothing to compare with), and the new baseline where one is asked for."""
    from newsgold import systems
    from newsgold.gate import Incomparable, gate, parse_rules
    from newsgold.issues import InputError, Issue
    from newsgold.scoring import Scorecard, score

    def refused(path: Path, found: str) -> InputError:
        return InputError([Issue(str(path), None, "$", found)])

    rules = parse_rules(args.fail or (), args.min or ())  # before the scoring, which takes longer
    source, baseline = args.predictions, args.baseline
    if not source.exists():
        raise refused(source, "no such file; expected predictions or a stored scorecard")
    if not baseline.exists() and not args.update:
        raise refused(baseline, "no such file; expected a stored scorecard or predictions (--update makes one)")
    if baseline.exists() and baseline.samefile(source):
        raise refused(baseline, "is PREDICTIONS itself, which would always pass; expected a stored baseline")
    cards: dict[Path, Scorecard] = {}

    def scored(path: Path) -> Scorecard:
        name = path.stem if path.stem.isprintable() else None
        cards[path] = score(path, args.split if args.gold is None else "custom", gold=args.gold, system=name, progress=_progress("scoring"))
        return cards[path]

    (new,) = systems.load([source], scored)
    data: dict[str, Any] = {"passed": True}
    if baseline.exists():
        try:
            (old,) = systems.load([baseline], scored)
        except InputError as error:
            hint = [Issue(str(baseline), None, "$", "cannot be used, so --update leaves it; expected a baseline, or no file")] * args.update
            raise InputError([*error.issues, *hint]) from error
        try:
            verdict = gate(new, old, rules, alpha=args.alpha, trials=args.trials, seed=args.seed)
        except Incomparable as error:
            issues = [Issue(str(baseline), None, issue.path, issue.message, "warning" if args.update else "error") for issue in error.issues]
            if not args.update:
                raise InputError(issues) from error
            data["warnings"] = list(map(str, issues))
        else:
            data = verdict.to_dict()
            for key in ("missing", "skipped", "failed"):
                data[key] = {"now": sorted(getattr(new, key)), "was": sorted(getattr(old, key))}
    if not args.update:
        return data, None
    if baseline in cards or (not baseline.exists() and baseline.suffix == ".jsonl"):  # a baseline stays of its kind
        if source not in cards:
            raise refused(source, f"a scorecard; expected predictions, which {baseline} is to hold")
        return data, source.read_bytes()
    return data, cards[source].to_json(matches=True) if source in cards else source.read_bytes()


def _renew(baseline: Path, body: bytes) -> str:
    """Write a baseline. Returns what was done."""
    there = baseline.exists()
    same = there and baseline.read_bytes() == body
    _write(baseline, body, force=True)
    return f"{baseline}: {'stays as it is' if same else 'rewritten' if there else 'created; there was none to compare with'}"


def _located(path: Path, data: dict[str, Any]) -> tuple[str, dict[str, int]]:
    """The predictions file as a URI reference, relative where it lies below, and the lines of the articles that changed."""
    from urllib.parse import quote

    from newsgold import systems, validate

    place, here = path.resolve(), Path.cwd().resolve()
    uri = quote(os.fsencode(place.relative_to(here).as_posix())) if place.is_relative_to(here) else place.as_uri()
    articles = [change["article"] for change in data.get("changes", ())]
    if not articles or not path.is_file() or systems.is_scorecard(path):
        return uri, {}
    lines = validate.Lines(path, str(path), lambda issue: None, lambda line, raw, found: False)
    return uri, {article: lines.line(article) for article in articles if article in lines.ids}


def _slices(args: argparse.Namespace) -> int:
    from newsgold import corpus, facets, stats
    from newsgold.scoring import score

    split = args.split if args.gold is None else "custom"
    try:
        stats.select(args.measure, ())
        gold = corpus.load(args.split) if args.gold is None else corpus.load(path=args.gold)
        card = score(args.predictions, split, gold=gold, system=args.predictions.stem, progress=_progress("scoring"))
        _tell_skipped(card.skipped)
        groups = {"all": {"all articles": card.rows.articles}, **facets.groups(gold, args.by or facets.FACETS)}
        found = stats.slices(card.rows, groups, args.measure, resamples=args.resamples, seed=args.seed)
    except ValueError as error:
        print(error, file=sys.stderr)
        return BAD
    data = {
        "signature": f"{card.signature}|resamples:{args.resamples}|seed:{args.seed}", "system": card.system, "split": split, "articles": card.articles,
        "small": {"articles": stats.MIN_ARTICLES, "gold": stats.MIN_GOLD, "width": stats.MAX_WIDTH}, "slices": [one.to_dict() for one in found],
    }  # fmt: skip
    return _result(args, "slices", data)


def _report(args: argparse.Namespace) -> int:
    """Write a report as HTML, its pages beside it where it has several, and say how large it is."""
    from newsgold import corpus, html_report, predictions
    from newsgold.issues import InputError, Issue
    from newsgold.markup import environment
    from newsgold.notes import load_notes
    from newsgold.scoring import score

    environment()  # a missing jinja2 is told before the scoring
    if not args.out.name or args.out.is_dir():
        raise InputError([Issue(str(args.out), None, "$", "is a folder; expected the name of an HTML file")])
    with html_report.uncollected():
        gold = corpus.load(args.split) if args.gold is None else corpus.load(path=args.gold)
        split = args.split if args.gold is None else "custom"
        paths = [args.predictions, *([args.compare] if args.compare else [])]
        names = [args.system or paths[0].stem, *(path.stem for path in paths[1:])]
        if len(set(names)) < len(names):
            names = [str(path) for path in paths] if len({str(path) for path in paths}) > 1 else [f"{name} ({place})" for place, name in enumerate(names, 1)]
        systems = []
        for name, path in zip(names, paths, strict=True):
            found = predictions.read(path, gold)
            systems.append(html_report.System(name, score(found, split, gold=gold, system=name, progress=_progress("scoring")), found.annotations))
        size, files = 0, []
        # A process more pays for its start from some dozens of articles on; only Linux forks safely.
        jobs = min(len(gold) // 40, os.cpu_count() or 1) if sys.platform == "linux" else 1
        for file, content in html_report.pages(
            systems, gold, args.out.name, resamples=args.resamples, seed=args.seed, jobs=jobs, notes=load_notes(args.split) if args.gold is None else None,
            progress=_progress("writing"),
        ):  # fmt: skip
            _write(args.out.with_name(file), content, args.force)
            size += len(content)
            files.append(file)
    beside = f" and {len(files) - 1} pages beside it ({files[0]} to {files[-2]})" if len(files) > 1 else ""
    print(f"wrote {args.out}{beside}: {systems[0].card.articles} articles, {size / 1e6:.1f} MB")
    return OK


def _result(args: argparse.Namespace, kind: str, data: dict[str, Any]) -> int:
    """Write and print a result."""
    import orjson

    _emit(args, kind, data)
    if args.out:
        _write(args.out, orjson.dumps(data, option=orjson.OPT_INDENT_2) + b"\n", args.force)
    return OK


def _agreement(args: argparse.Namespace) -> int:
    from newsgold import corpus
    from newsgold.agreement import agreement

    articles = [article for split in args.split or _SPLITS for article in corpus.load(split)]
    for article in articles:
        if article.text is None:
            print(f"{article.id}: skipped, its text is absent (newsgold hydrate)", file=sys.stderr)
    if args.article:
        articles = [article for article in articles if article.id in args.article]
    if not args.annotators:
        there = corpus.annotators()
        args.annotators = ["a1", "a2"] if len(there) < 2 or {"a1", "a2"} <= set(there) else there
    if args.differences and len(args.annotators) != 2:
        print(f"{len(args.annotators)} annotators given; expected two for --differences", file=sys.stderr)
        return BAD
    if args.differences:
        return _differences(args, articles)
    data = agreement(args.annotators, articles).to_dict()
    _emit(args, "agreement", data)
    if args.out:
        import orjson

        _write(args.out, orjson.dumps(data, option=orjson.OPT_INDENT_2) + b"\n", args.force)
    return FAILED if args.strict and data["below_target"] else OK


def _differences(args: argparse.Namespace, articles: Sequence[Any]) -> int:
    from newsgold import corpus
    from newsgold.differences import differences

    left, right = (corpus.load_annotator(name, articles) for name in args.annotators)
    for article in sorted(left.keys() & right.keys()):
        found = differences(left[article], right[article])
        print(f"# {article}: {len(found)} differences")
        for difference in found:
            print(
                f"{difference.layer} {difference.where}\n  {difference.field}\n    {args.annotators[0]}: {difference.one}\n    {args.annotators[1]}: {difference.other}"
            )
    return OK


def _browse(args: argparse.Namespace) -> int:
    from newsgold import browse, corpus, notes

    articles = [article for split in dict.fromkeys(args.split or _SPLITS) for article in corpus.load(split)]
    files = browse.site(
        articles, {name: corpus.load_annotator(name, articles) for name in corpus.annotators()}, _progress("writing pages"), notes=notes.load_notes()
    )
    what = f"{len(articles)} article{'s' * (len(articles) != 1)}, {len(files)} pages, {sum(map(len, files.values())) / 1e6:.1f} MB"
    if args.out or not args.serve:
        out = args.out or _SITE
        print(f"{out / 'index.html'}: {what}" if browse.write(out, files, force=args.force) else f"{out / 'index.html'}: unchanged, {what}", flush=True)
    if args.serve:
        with browse.Server(files, args.port) as server:
            print(f"{server.url}: {what}; Ctrl-C ends", flush=True)
            try:
                server.serve_forever()
            except KeyboardInterrupt:
                print("ended", file=sys.stderr)
    return OK


_SITE = Path("newsgold-articles")


def _hydrate(args: argparse.Namespace) -> int:
    """Attach local copies of stand-off texts; 1 when one is missing or changed."""
    from newsgold import corpus, resources
    from newsgold.hydration import hydrate
    from newsgold.importers import REGISTRY
    from newsgold.issues import InputError, Issue

    name, folder = args.source or ("text", args.text)
    if name not in REGISTRY:
        raise InputError([Issue("--from", None, "$", f"no collection is named {name!r}; expected one of {', '.join(REGISTRY)}")])
    articles = corpus.load("external") if args.gold is None else corpus.load(path=args.gold)
    articles = tuple(article for article in articles if article.provenance.kind == "external")
    if not articles:
        raise InputError([Issue(str(args.gold or "data/external.jsonl"), None, "$", "no external article in it; expected some")])
    warnings: list[Issue] = []
    try:
        done = hydrate(REGISTRY[name], Path(folder), articles, args.out, force=args.force, warn=warnings.append)
    finally:
        _print_issues(warnings)
    place = args.out or resources.cache_dir() / "texts"
    for outcome in done.outcomes:
        if outcome.state == "attached":
            print(f"{outcome.article}: attached from {outcome.place}")
        elif outcome.state == "missing":
            print(f"{outcome.article}: missing, no text of it in {folder}", file=sys.stderr)
        elif outcome.state == "changed":
            print(f"{outcome.article}: {outcome.place} is not the text that was annotated: {outcome.why}", file=sys.stderr)
    if away := [outcome.article for outcome in done.of("elsewhere")]:
        print(f"not of this collection, and without their texts: {', '.join(away)}")
    if done.split:
        print(f"wrote {done.split}, for --gold")
    counts = ", ".join(f"{len(done.of(state))} {state}" for state in ("attached", "already there", "missing", "changed"))
    print(f"{counts}; kept in {place}" if done.complete or done.of("attached") or done.of("already there") else counts)
    return OK if done.complete else FAILED


def _standoff(args: argparse.Namespace) -> int:
    """Convert anchored annotations to the stand-off form, or back."""
    import orjson

    from newsgold import corpus, standoff
    from newsgold.issues import InputError, Issue

    if args.back:
        articles = standoff.with_texts(standoff.read_bare(args.files), args.text)
        files = {args.out / f"{article.id}.yaml": standoff.to_yaml(article).encode() for article in articles}
        files |= {args.out / f"{article.id}.txt": f"{article.text}\n".encode() for article in articles}
    else:
        articles, warnings = standoff.compile_sources(args.files, args.text)
        if args.warnings:
            _print_issues(warnings)
        if args.out.suffix == ".jsonl":
            articles.sort(key=lambda article: article.id)
            files = {args.out: b"".join(orjson.dumps(corpus.strip_text(article)) + b"\n" for article in articles)}
        else:
            files = {args.out / f"{article.id}.json": corpus.standoff_bytes(article) for article in articles}
    given = {path.resolve() for path in standoff.sources(args.files, (".json",) if args.back else standoff.YAML_SUFFIXES)}
    if clash := [path for path in files if path.resolve() in given]:
        raise InputError(Issue(str(path), None, "$", "is an input; expected another place for the result") for path in clash)
    changed = standoff.write(files, force=args.force)
    for path in changed:
        print(f"wrote {path}")
    print(
        f"{len(articles)} article{'s' * (len(articles) != 1)}, {len(files)} file{'s' * (len(files) != 1)}, {len(changed)} written, {len(files) - len(changed)} as they were"
    )
    return OK


# --- the leaderboard --------------------------------------------------------------------------------------------------------


def _leaderboard(args: argparse.Namespace) -> int:
    """Score all submissions again, and write the page or say what differs."""
    from newsgold import leaderboard

    root = _root()
    with _pool(args.jobs) as executor:
        checked, issues = leaderboard.check_all(root, None, _progress("scoring", 8), executor)
        if code := _refused(checked, issues):
            return code
        text = leaderboard.markdown(leaderboard.board(checked, args.split, executor))
    path = root / "leaderboard.md"
    if args.check:
        if path.is_file() and path.read_bytes() == text.encode():
            print("leaderboard.md is what the submissions score")
            return OK
        import difflib

        there = path.read_bytes().decode(errors="replace") if path.is_file() else ""
        sys.stderr.writelines(difflib.unified_diff(there.splitlines(True), text.splitlines(True), "leaderboard.md", "what the submissions score"))
        print("leaderboard.md differs from what the submissions score; run newsgold leaderboard", file=sys.stderr)
        return FAILED
    from newsgold.resources import write_atomic

    write_atomic(path, text.encode())
    print(f"wrote {path.name}")
    return OK


def _leaderboard_verify(args: argparse.Namespace) -> int:
    """Score submissions again, and say of each what came of it."""
    from newsgold import leaderboard
    from newsgold.issues import Issue
    from newsgold.resources import checkout

    root = checkout() if args.folders else _root()
    given = [(folder, str(folder)) for folder in dict.fromkeys(args.folders)] or None
    with _pool(args.jobs) as executor:
        checked, issues = leaderboard.check_all(root or Path(), given, _progress("scoring", 8), executor)
    # Of a submission that is named the data must be those here; of the others an earlier one is known, and listed apart.
    stale = [
        Issue(f"{one.folder}/submission.json", None, "$.data_version", f"{one.data['data_version']}, whose texts were others; expected a run on the data here")
        for one in checked
        if one.outdated and one.data is not None and args.folders
    ]
    code = _refused(checked, [*issues, *stale])
    for one in checked:
        print(f"{one.folder}: {one.words}")
    return code


def _refused(checked: Sequence[Any], issues: Sequence[Any]) -> int:
    """Print what is wrong with submissions; the exit code."""
    _print_issues([*(issue for one in checked for issue in one.issues), *issues])
    if any(one.unusable for one in checked):
        return BAD
    return FAILED if issues or any(one.issues for one in checked) else OK


def _leaderboard_new(args: argparse.Namespace) -> int:
    """Write a submission from predictions and what is said of them."""
    from newsgold import submissions
    from newsgold.issues import InputError, Issue
    from newsgold.report import cell

    family = None if args.gold_family is None else args.gold_family == "yes"
    fields = {
        "name": args.name, "description": args.description, "authors": args.author, "link": args.link, "license": args.license, "kind": args.kind,
        "trained_on": args.trained_on and [data for data in args.trained_on if data != "nothing"], "gold_family": family, "date": args.date, "split": args.split,
    }  # fmt: skip
    if not args.update:
        needed = ("name", "description", "author", "kind", "trained_on", "gold_family", "predictions")
        missing = [f"--{name.replace('_', '-')}" for name in needed if getattr(args, name) is None]
        if missing:
            raise InputError([Issue(option, None, "$", "is missing; expected what newsgold leaderboard new --help says of it") for option in missing])
    data, card = submissions.make(args.folder, args.predictions, fields, update=args.update)
    print(f"wrote {args.folder / submissions.FILE}: {data['name']}, overall {cell(card.overall)} on {data['split']}, data {data['data_version']}")
    for ids, what in ((card.missing, "without a prediction, scored as empty"), (card.failed, "failed in the system, scored as they stand")):
        if ids:
            print(f"{len(ids)} of {card.articles} articles {what}", file=sys.stderr)
    return OK


def _leaderboards(command: Callable[..., argparse.ArgumentParser]) -> None:
    """The parsers of leaderboard and what it can be told to do."""
    codes = "exit codes: 0 fine; 1 the page is stale, or a submission's claims do not hold; 2 a submission cannot be used"
    sub = command(
        "leaderboard", _leaderboard, "score all submissions again and write leaderboard.md",
        "  newsgold leaderboard\n  newsgold leaderboard --check    # exit 1 when leaderboard.md is stale or was edited\n"
        "  newsgold leaderboard verify     # score every submission again; refuse what is not as it says\n"
        "  newsgold leaderboard new --help\n\n" + codes,
    )  # fmt: skip
    sub.add_argument("--check", action="store_true", help="write nothing; say what differs")
    sub.add_argument("--split", choices=_SPLITS, default="test", help="the split (default: test)")
    sub.add_argument("--jobs", type=_jobs, default=1, metavar="N", help="processes to score with (default: 1); the result is the same")
    todo = sub.add_subparsers(title="what to do (default: build)", metavar="")

    def action(name: str, run: Callable[[argparse.Namespace], int], summary: str, examples: str) -> argparse.ArgumentParser:
        made = todo.add_parser(
            name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.", epilog=f"examples:\n{examples}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )  # fmt: skip
        made.set_defaults(run=run)
        return made

    build = action(
        "build", _leaderboard, "score all submissions again and write leaderboard.md", "  newsgold leaderboard build\n  newsgold leaderboard build --check"
    )
    build.add_argument("--check", action="store_true", default=argparse.SUPPRESS, help="write nothing; say what differs")
    build.add_argument("--split", choices=_SPLITS, default=argparse.SUPPRESS, help="the split (default: test)")

    build.add_argument("--jobs", type=_jobs, default=argparse.SUPPRESS, metavar="N", help="processes to score with (default: 1); the result is the same")

    verify = action(
        "verify", _leaderboard_verify, "score submissions again and refuse what is not as it says",
        "  newsgold leaderboard verify\n  newsgold leaderboard verify baselines/submissions/my-system\n\n" + codes,
    )  # fmt: skip
    verify.add_argument("folders", nargs="*", type=Path, metavar="FOLDER", help="a submission's folder (default: all of the checkout)")

    verify.add_argument("--jobs", type=_jobs, default=argparse.SUPPRESS, metavar="N", help="processes to score with (default: 1); the result is the same")

    new = action(
        "new", _leaderboard_new, "write a submission from predictions: submission.json with digests and scores, and the predictions",
        "  newsgold leaderboard new baselines/submissions/my-system --predictions predictions.jsonl --name 'My system' \\\n"
        "    --description 'a fine-tuned tagger with rules' --author 'Ana Ruiz' --kind supervised --trained-on train --gold-family no\n"
        "  newsgold leaderboard new baselines/submissions/my-system --update --predictions predictions.jsonl",
    )  # fmt: skip
    new.add_argument("folder", type=Path, metavar="FOLDER", help="where it goes: baselines/submissions/<a name in lower case>")
    new.add_argument("--predictions", type=Path, metavar="FILE", help="the predictions, which are copied")
    new.add_argument("--name", help="the system's name on the leaderboard")
    new.add_argument("--description", help="one line about it")
    new.add_argument("--author", action="append", metavar="NAME", help="who made it (may be given again)")
    new.add_argument("--link", help="where to read more: an https address, or a file of the repository")
    new.add_argument("--license", help="the licence of the system")
    new.add_argument("--kind", choices=("rules", "supervised", "llm", "hybrid"), help="what sort of system it is")
    new.add_argument(
        "--trained-on", action="append", metavar="DATA", help="what it was trained or tuned on, splits of this data by name, or nothing (may be given again)"
    )
    new.add_argument(
        "--gold-family", choices=("yes", "no"), help="whether a model of the family that wrote and annotated the gold is in it (docs/datasheet.md)"
    )
    new.add_argument("--date", help="the day of the run as YYYY-MM-DD (default: today)")
    new.add_argument("--split", choices=_SPLITS, help="the split that the predictions are for (default: test)")
    new.add_argument("--update", action="store_true", help="renew the submission in FOLDER; what is not given stays")


# --- running a system ------------------------------------------------------------------------------------------------------


def _predict(args: argparse.Namespace) -> int:
    """Ask a system, say what became of the articles, and tell by the exit code whether any failed."""
    from newsgold import clients, corpus, resources, runner

    system = clients.system(args.what, args.header, here=args.cwd is not None)
    if args.batch and system.kind != "callable":
        print("--batch belongs to a Python callable; a command gets all articles, an endpoint one at a time", file=sys.stderr)
        return BAD
    gold = corpus.load(args.split) if args.gold is None else corpus.load(path=args.gold)
    data = resources.data()
    hidden = [form for path in (data, args.gold) if isinstance(path, Path) for form in (path.absolute(), path.resolve())]
    options = runner.Options(args.jobs, args.timeout, args.retries, args.backoff, args.batch, args.cwd, not args.allow_failures)
    with _run_progress() as watch, _interruptible():
        try:
            record = runner.predict(
                system, gold, args.split if args.gold is None else "custom", args.out, options, force=args.force, resume=args.resume, hidden=hidden, watch=watch
            )
        except KeyboardInterrupt:
            if args.out.with_name(f"{args.out.name}.part").exists():
                print(f"what is answered is kept in {args.out}.part; --resume goes on", file=sys.stderr)
            raise
    for text in record["notes"]:
        print(f"note: {text}", file=sys.stderr)
    failed = [entry for entry in record["by_article"] if entry["error"] is not None]
    for entry in failed[:20]:
        print(f"{entry['id']}: failed: {entry['error']}", file=sys.stderr)
    print(_summary(record), file=sys.stderr)
    if failed:
        more = f" ({len(failed) - 20} not listed; {runner.record_path(args.out)} has all)" if len(failed) > 20 else ""
        print(f"{len(failed)} of {record['articles']} articles failed and are scored as empty{more}; --resume asks them again", file=sys.stderr)
    return FAILED if failed and not args.allow_failures else OK


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """A request to end is taken like Ctrl-C, so that no system is left running."""
    import signal
    import threading

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _summary(record: dict[str, Any]) -> str:
    parts = [f"{record['predictions']}: {record['answered']} of {record['articles']} articles answered in {record['seconds']:.1f} s"]
    if latency := record["latency"]:
        parts.append(f"latency p50 {latency['p50']:.3g} s, p90 {latency['p90']:.3g} s, p99 {latency['p99']:.3g} s")
    if record["retries"]:
        parts.append(f"{record['retries']} asked again")
    if usage := record["usage"]:
        words = {"input_tokens": "{:,} tokens in", "output_tokens": "{:,} tokens out", "cost_usd": "${:.4f}"}
        parts.append(", ".join(words[name].format(value) for name, value in usage.items() if value is not None))
    if record["skipped"]:
        parts.append(f"skipped without text: {', '.join(record['skipped'])}")
    return "; ".join(parts)


@contextlib.contextmanager
def _run_progress() -> Iterator[Callable[[int, int, int], None]]:
    """A progress bar with rate, failures and time left on standard error; nothing in a pipe."""
    if not sys.stderr.isatty():
        yield lambda done, failed, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (
        TextColumn("predicting"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"), TextColumn("{task.fields[failed]}"),
        TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("predicting", total=None, rate="", failed="")
        first: list[int] = []

        def watch(done: int, failed: int, total: int) -> None:
            first.append(done)
            spent = bar.tasks[task].elapsed or 0.0
            rate = f"{(done - first[0]) / spent:.2f}/s" if spent and done > first[0] else ""
            bar.update(task, completed=done, total=total, rate=rate, failed=f"{failed} failed" if failed else "")

        yield watch


def _run(args: argparse.Namespace) -> int:
    """Ask a system, then validate and score what it said."""
    if args.name is not None and not args.name.isprintable():
        print("--name holds characters that cannot be printed; expected a name", file=sys.stderr)
        return BAD
    card = args.out.with_suffix(".scorecard.json")
    if card.exists() and not args.out.exists() and not (args.force or args.resume):
        print(f"{card}: is a scorecard of other predictions; expected another name for --out, or --force to replace it", file=sys.stderr)
        return BAD
    from newsgold import clients, corpus, scoring

    gold = corpus.load(args.split) if args.gold is None else corpus.load(path=args.gold)
    if gold and all(article.text is None for article in gold):
        raise scoring.nothing_to_score(args.split if args.gold is None else "custom", [article.id for article in gold])
    code = _predict(args)
    if code == BAD:
        return BAD

    # The predictions are this run's own, so what was scored of earlier ones may go with them.
    args.predictions, args.system, args.jobs, args.force = args.out, args.name or clients.system(args.what, args.header, here=True).name, 1, True
    args.out = card
    return max(code, _score(args))


def _runners(command: Callable[..., argparse.ArgumentParser]) -> None:
    """The parsers of predict and run."""
    forms = (
        "SYSTEM is one of\n  package.module:function   a Python function from an article (a dict) to a prediction; with --batch from a list to a list\n"
        "  path/to/file.py:function  the same, from a file\n  'cmd: program arguments'  reads articles as JSON lines, writes predictions as JSON lines\n"
        "  https://host/path         gets an article by POST, answers with a prediction\n"
    )
    made = [
        command(
            "predict", _predict, "ask a system for its predictions on a split",
            "  newsgold predict extractor.py:predict --split validation --out predictions.jsonl\n"
            "  newsgold predict 'cmd: node extract.js' --jobs 2 --timeout 300 --resume\n"
            "  newsgold predict https://localhost:8000/extract --header 'Authorization: Bearer $MY_KEY' --jobs 8\n\n"
            f"{forms}\nExit codes: 0 every article was answered, 1 some failed (0 with --allow-failures), 2 bad input or usage.",
        ),
        command(
            "run", _run, "ask a system, validate its predictions and score them",
            "  newsgold run extractor.py:predict\n  newsgold run 'cmd: ./extract --fast' --split validation --out fast/predictions.jsonl --name fast\n\n"
            f"{forms}\nWrites predictions.jsonl, predictions.run.json and predictions.scorecard.json. Exit codes as of predict.",
        ),
    ]  # fmt: skip
    for sub in made:
        sub.add_argument("what", metavar="SYSTEM", help="whom to ask, see below")
        sub.add_argument("--split", choices=_SPLITS, default="test", help="the split to predict (default: test)")
        sub.add_argument("--gold", type=Path, help="predict the articles of this JSON Lines file instead; the system sees their text and metadata only")
        sub.add_argument("--out", type=Path, default=Path("predictions.jsonl"), metavar="FILE", help="where the predictions go (default: predictions.jsonl)")
        sub.add_argument("--jobs", type=_jobs, default=1, metavar="N", help="processes or connections at a time (default: 1)")
        sub.add_argument("--timeout", type=_duration, default=120.0, metavar="SECONDS", help="for an article (default: 120)")
        sub.add_argument("--retries", type=_count, default=2, metavar="N", help="how often an article that failed is asked again (default: 2)")
        sub.add_argument("--backoff", type=_duration, default=1.0, metavar="SECONDS", help="wait before that, doubled each time up to 60 (default: 1)")
        sub.add_argument("--batch", type=_count, default=0, metavar="N", help="call a Python function with lists of N articles")
        sub.add_argument("--header", action="append", default=[], metavar="'NAME: VALUE'", help="send this header; $NAME in it is read from the environment")
        sub.add_argument("--cwd", type=_folder, metavar="DIR", help="run the system in DIR (default: a command in an empty folder, a function here)")
        sub.add_argument("--allow-failures", action="store_true", help="exit 0 though articles failed, and go on though all fail")
        sub.add_argument("--resume", action="store_true", help="go on with a run that was cut off, or ask again what failed in a finished one")
        sub.add_argument("--force", action="store_true", help="start anew and replace what is there")
        sub.add_argument("--no-color", action="store_true", help="no colours")
    sub = made[1]
    sub.add_argument("--name", help="a name to keep in the scorecard (default: SYSTEM)")
    sub.add_argument("--matches", action="store_true", help="list every record and what became of it in the scorecard")
    sub.add_argument("--resamples", type=_count, default=10_000, metavar="N", help="bootstrap samples for the intervals, 0 for none (default: 10000)")
    sub.add_argument("--seed", type=_seed, default=1, help="seed of the bootstrap (default: 1)")
    sub.add_argument("--format", choices=("table", "json", "markdown"), default="table", help="what to print (default: table)")


def _duration(given: str) -> float:
    try:
        value = float(given)
    except ValueError:
        value = -1.0
    if not 0 < value <= 1e6:
        raise argparse.ArgumentTypeError(f"{given!r}; expected seconds, more than 0 and at most 1000000")
    return value


def _folder(given: str) -> Path:
    if not Path(given).is_dir():
        raise argparse.ArgumentTypeError(f"{given!r}; expected a folder")
    return Path(given).resolve()


# --- the parser ------------------------------------------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="newsgold", description="Measure news information extraction: speakers, claims, events and figures.",
        epilog="Exit codes: 0 fine, 1 a check failed, 2 bad input or usage. Each command has --help with examples.",
    )  # fmt: skip
    parser.add_argument("--version", action="version", version=f"newsgold {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], int], summary: str, examples: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(
            name,
            help=summary,
            description=summary[0].upper() + summary[1:] + ".",
            epilog=f"examples:\n{examples}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        sub.set_defaults(run=run)
        return sub

    sub = command(
        "validate",
        _validate,
        "check predictions, compiled gold or an annotation source",
        "  newsgold validate predictions.jsonl --split test\n  newsgold validate data/articles/train/some-article.yaml",
    )
    sub.add_argument("files", nargs="+", type=Path, metavar="FILE", help="predictions or gold as JSON Lines, or an annotation as YAML with its text beside it")
    sub.add_argument("--split", choices=_SPLITS, default="test", help="the split that predictions are for (default: test)")
    sub.add_argument("--gold", type=Path, help="check predictions against the gold articles of this JSON Lines file instead")
    sub.add_argument("--text", type=Path, help="the text of a YAML annotation, where it does not lie beside it")

    sub = command(
        "build",
        _build,
        "compile data/articles into what data/ ships",
        "  newsgold build\n  newsgold build --check    # exit 1 when data/ drifted from its sources",
    )
    sub.add_argument("--check", action="store_true", help="write nothing; say what drifted")
    sub.add_argument("--warnings", action="store_true", help="print warnings too")

    sub = command(
        "lint", _lint, "warn of what a schema cannot see in an annotation: numbers, quotations and names left out, values and times that do not fit",
        "  newsgold lint                                    # the gold: train, validation and test\n  newsgold lint --split test --rule number-uncovered\n"
        "  newsgold lint annotation.yaml --text article.txt  # one raw annotation beside its text\n  newsgold lint data/articles/train/some-article.yaml --waive\n"
        "  newsgold lint --list-rules\n\n"
        "A warning is fixed in the annotation, or waived in data/waivers/<id>.yaml by its rule, the words that it is about, and a reason:\n"
        "  waivers:\n    - {rule: number-uncovered, at: 'under [16]', reason: 'the name of an age class'}\n"
        "`text: 16` instead of `at` waives the rule for these words wherever they stand. A waiver that matches no warning is itself a warning.\n\n"
        "exit codes: 0 no warning that is not waived; 1 warnings; 2 a source that does not compile, or waivers that are not in form",
    )  # fmt: skip
    sub.add_argument("files", nargs="*", type=Path, metavar="FILE", help="annotations in YAML with their text beside them (default: the gold's sources)")
    sub.add_argument("--split", action="append", choices=_SPLITS[:3], help="without FILE only this split (may be given again)")
    sub.add_argument("--text", type=Path, help="the text of the one annotation given, where it does not lie beside it")
    sub.add_argument("--waivers", type=Path, metavar="FILE", help="waivers to apply (default: data/waivers/<id>.yaml for the gold's sources, else none)")
    sub.add_argument("--rule", action="append", default=[], metavar="NAME", help="only this rule (may be given again)")
    sub.add_argument("--skip", action="append", default=[], metavar="NAME", help="not this rule (may be given again)")
    sub.add_argument("--list-rules", action="store_true", help="print every rule with a line about it")
    sub.add_argument("--json", action="store_true", help="print warnings, and what is waived, as JSON")
    sub.add_argument("--waive", action="store_true", help="print a waiver for each warning instead, its reason left to be written")

    sub = command(
        "show",
        _show,
        "print an article with its layers",
        "  newsgold show some-article\n  newsgold show some-article --full | less\n  newsgold show some-article --layer claims --annotator a1\n  newsgold show data/articles/train/some-article.yaml",
    )
    sub.add_argument("article", help="an article's id, or an annotation source (.yaml)")
    sub.add_argument("--layer", action="append", choices=_LAYERS, help="only this layer (may be given again)")
    sub.add_argument("--full", action="store_true", help="every word: all mentions, sources and time words, each with the number of its paragraph")
    sub.add_argument("--annotator", help="the raw annotation of this annotator instead of the gold")
    sub.add_argument("--no-notes", action="store_true", help="without the notes, which tell why the gold has it so")
    sub.add_argument("--no-color", action="store_true", help="no colours")

    sub = command(
        "score", _score, "score predictions on a split",
        "  newsgold score predictions.jsonl\n  newsgold score predictions.jsonl --split validation --out scorecard.json\n  newsgold score predictions.jsonl --format markdown >> $GITHUB_STEP_SUMMARY",
    )  # fmt: skip
    sub.add_argument("predictions", type=Path, help="a predictions file (JSON Lines)")
    sub.add_argument("--split", choices=_SPLITS, default="test", help="the split to score on (default: test)")
    sub.add_argument("--gold", type=Path, help="score on the gold articles of this JSON Lines file instead")
    sub.add_argument("--system", help="a name to keep in the scorecard")
    sub.add_argument("--matches", action="store_true", help="list every record and what became of it in the JSON")
    sub.add_argument("--jobs", type=_jobs, default=1, metavar="N", help="processes to score with (default: 1); the result is the same")
    sub.add_argument("--resamples", type=_count, default=10_000, metavar="N", help="bootstrap samples for the intervals, 0 for none (default: 10000)")
    sub.add_argument("--seed", type=_seed, default=1, help="seed of the bootstrap (default: 1)")
    _output(sub)

    sub = command(
        "errors", _errors, "list the records that were missed, spurious or wrong, with their text",
        "  newsgold errors predictions.jsonl\n  newsgold errors predictions.jsonl --layer claims --kind boundary --limit 0\n  newsgold errors predictions.jsonl --article some-article --format json",
    )  # fmt: skip
    sub.add_argument("predictions", type=Path, help="a predictions file (JSON Lines)")
    sub.add_argument("--split", choices=_SPLITS, default="test", help="the split to score on (default: test)")
    sub.add_argument("--gold", type=Path, help="score on the gold articles of this JSON Lines file instead")
    sub.add_argument("--layer", action="append", choices=(*_LAYERS, "arguments"), help="only this layer (may be given again)")
    sub.add_argument(
        "--kind", action="append", metavar="KIND", help="only this kind, such as missed, spurious, boundary or wrong_speakers; hit lists what is right"
    )
    sub.add_argument("--article", action="append", metavar="ID", help="only this article (may be given again)")
    sub.add_argument("--limit", type=_count, default=20, metavar="N", help="records to list, 0 for all (default: 20)")
    _output(sub)

    sub = command(
        "tokens", _tokens, "score predictions as a tagger's: BIO tags by seqeval",
        "  newsgold tokens predictions.jsonl\n  newsgold tokens predictions.jsonl --mode strict --format json\n  newsgold tokens predictions.jsonl --conll columns/    # columns/claims.conll … for conlleval",
    )  # fmt: skip
    sub.add_argument("predictions", type=Path, help="a predictions file (JSON Lines)")
    sub.add_argument("--split", choices=_SPLITS, default="test", help="the split to score on (default: test)")
    sub.add_argument("--gold", type=Path, help="score on the gold articles of this JSON Lines file instead")
    sub.add_argument("--mode", choices=("default", "strict"), default="default", help="seqeval's mode (default: default, which is conlleval's)")
    sub.add_argument("--conll", type=Path, metavar="DIR", help="also write token, gold tag and predicted tag as columns, a file a layer")
    _output(sub)

    sub = command(
        "compare", _compare, "compare systems: which differences are real",
        "  newsgold compare mine.jsonl theirs.jsonl\n  newsgold compare old.scorecard.json new.jsonl --measure overall --measure 'claims.*.f1'\n"
        "  newsgold compare a.jsonl b.jsonl c.jsonl --split validation --format markdown",
    )  # fmt: skip
    sub.add_argument("systems", nargs="+", type=Path, metavar="FILE", help="predictions (JSON Lines) or stored scorecards (score --out), two or more")
    sub.add_argument("--split", choices=_SPLITS, default="test", help="the split that predictions are scored on (default: test)")
    sub.add_argument("--gold", type=Path, help="score on the gold articles of this JSON Lines file instead")
    sub.add_argument("--trials", type=int, default=10_000, metavar="N", help="randomisation trials (default: 10000)")
    _sampling(sub)

    sub = command(
        "gate", _gate, "compare with a stored baseline and fail for a regression",
        "  newsgold gate new.jsonl --baseline baseline.json --update    # makes the baseline, or renews it\n"
        "  newsgold gate new.jsonl --baseline baseline.json\n"
        "  newsgold gate new.jsonl --baseline baseline.json --fail overall:2% --fail claims.speakers.f1:0.01 --min figures.unit.f1=0.6\n\n"
        "exit codes: 0 pass; 1 a regression; 2 no verdict (an unusable baseline, other data or articles, a bad rule)",
    )  # fmt: skip
    sub.add_argument("predictions", type=Path, metavar="PREDICTIONS", help="predictions (JSON Lines) or a stored scorecard")
    sub.add_argument("--baseline", type=Path, required=True, metavar="FILE", help="a stored scorecard, or predictions, which are then scored too")
    sub.add_argument(
        "--fail", action="append", metavar="MEASURE:LIMIT",
        help="fail where this measure, or one that a glob fits, drops by more than LIMIT: points (0.01) or a percentage (2%%); may be given again "
        "(default: overall:0 and each headline:0)",
    )  # fmt: skip
    sub.add_argument("--min", action="append", metavar="MEASURE=VALUE", help="fail where this measure is below VALUE or not scored (may be given again)")
    sub.add_argument(
        "--alpha", type=float, metavar="A", help="a drop must also be significant at A by the paired test; for systems that answer differently each time"
    )
    sub.add_argument("--split", choices=_SPLITS, default="validation", help="the split that predictions are scored on (default: validation)")
    sub.add_argument("--gold", type=Path, help="score on the gold articles of this JSON Lines file instead")
    sub.add_argument("--update", action="store_true", help="show the change, then make PREDICTIONS the baseline; exit 0")
    sub.add_argument("--junit", type=Path, metavar="FILE", help="write JUnit XML to FILE")
    sub.add_argument("--sarif", type=Path, metavar="FILE", help="write SARIF 2.1.0 to FILE")
    sub.add_argument("--trials", type=int, default=10_000, metavar="N", help="trials of the paired test (default: 10000)")
    sub.add_argument("--seed", type=_seed, default=1, help="seed of the paired test (default: 1)")
    _output(sub)

    sub = command(
        "slices", _slices, "score predictions by challenge, genre, topic, length and provenance",
        "  newsgold slices predictions.jsonl\n  newsgold slices predictions.jsonl --by genre --by length --measure claims\n"
        "  newsgold slices predictions.jsonl --by challenge --measure 'claims.*.f1' --format markdown",
    )  # fmt: skip
    sub.add_argument("predictions", type=Path, help="a predictions file (JSON Lines)")
    sub.add_argument("--by", action="append", choices=_FACETS, help="only this facet (may be given again; default: all)")
    sub.add_argument("--split", choices=_SPLITS, default="test", help="the split to score on (default: test)")
    sub.add_argument("--gold", type=Path, help="score on the gold articles of this JSON Lines file instead")
    _sampling(sub)

    sub = command(
        "report", _report, "write a report as one HTML file: scores, where points get lost, and every record in its article",
        "  newsgold report predictions.jsonl --out report.html\n  newsgold report predictions.jsonl --compare older.jsonl --out report.html --force\n"
        "  newsgold report predictions.jsonl --split validation --system mine --out mine.html",
    )  # fmt: skip
    sub.add_argument("predictions", type=Path, help="a predictions file (JSON Lines)")
    sub.add_argument("--compare", type=Path, metavar="OTHER", help="the predictions of another system: differences, and the records that changed")
    sub.add_argument("--split", choices=_SPLITS, default="test", help="the split to score on (default: test)")
    sub.add_argument("--gold", type=Path, help="score on the gold articles of this JSON Lines file instead")
    sub.add_argument("--system", help="a name for the system (default: the file's)")
    sub.add_argument("--resamples", type=_count, default=10_000, metavar="N", help="bootstrap samples, 0 for no intervals, slices and tests (default: 10000)")
    sub.add_argument("--seed", type=_seed, default=1, help="seed of every draw (default: 1)")
    sub.add_argument("--out", type=Path, required=True, metavar="FILE", help="the HTML file to write; above 120 articles pages are written beside it")
    sub.add_argument("--force", action="store_true", help="replace FILE if it exists and differs")

    sub = command(
        "agreement",
        _agreement,
        "measure how far two or more annotators agree",
        "  newsgold agreement\n  newsgold agreement a1 a2 --split test --format markdown\n  newsgold agreement --differences --article some-article",
    )
    sub.add_argument("annotators", nargs="*", help="two or more annotators (default: a1 a2 where both exist, else all)")
    sub.add_argument("--split", action="append", choices=_SPLITS, help="only this split (may be given again; default: all)")
    sub.add_argument("--article", action="append", help="only this article (may be given again)")
    sub.add_argument("--differences", action="store_true", help="list every point on which two of them differ, for adjudication")
    sub.add_argument("--strict", action="store_true", help="exit 1 when a headline or a judged label is below its target")
    _output(sub)

    _runners(command)

    sub = command(
        "browse", _browse, "write or serve the gold articles as pages, with search and filters",
        "  newsgold browse\n  newsgold browse --split test --out site/\n  newsgold browse --serve    # http://127.0.0.1:8000/, for this machine only",
    )  # fmt: skip
    sub.add_argument("--split", action="append", choices=_SPLITS, help="only this split (may be given again; default: all)")
    sub.add_argument("--out", type=Path, metavar="DIR", help=f"the folder to write to (default: {_SITE}, or nothing with --serve)")
    sub.add_argument("--force", action="store_true", help="write into a folder that holds something else; only pages of the browser are replaced")
    sub.add_argument("--serve", action="store_true", help="serve the pages at 127.0.0.1 until Ctrl-C")
    sub.add_argument("--port", type=_port, default=8000, metavar="N", help="the port to serve at, 0 for any free one (default: 8000)")

    sub = command(
        "hydrate", _hydrate, "attach local copies of texts that are not redistributed",
        "  newsgold hydrate --from wikinews csv-files/    # as published\n"
        "  newsgold hydrate --text my-texts/              # *.txt of whatever names\n"
        "  newsgold hydrate --from wikinews csv-files/ --out hydrated/\n  newsgold score predictions.jsonl --gold hydrated/external.jsonl\n\n"
        "Texts are matched by address (or by content) and must have the digest that was\nannotated; a changed one is refused with the place where it first differs. They\n"
        "are kept in the cache, where every command finds them, never in the package.\nExit code 0: all are there; 1: some are missing or changed; 2: bad input.",
    )  # fmt: skip
    given = sub.add_mutually_exclusive_group(required=True)
    given.add_argument(
        "--from", nargs=2, dest="source", metavar=("COLLECTION", "DIR"), help="a collection (wikinews) and the folder with its files as published"
    )
    given.add_argument("--text", type=Path, metavar="DIR", help="folder with the texts as *.txt")
    sub.add_argument("--gold", type=Path, metavar="FILE", help="the stand-off articles of this JSON Lines file instead of newsgold's own")
    sub.add_argument("--out", type=Path, metavar="DIR", help="write the texts and the hydrated split here instead of the cache ($NEWSGOLD_CACHE)")
    sub.add_argument("--force", action="store_true", help="replace texts in DIR that differ")

    sub = command(
        "standoff", _standoff, "turn annotations with anchors into the stand-off form without words, and back",
        "  newsgold standoff annotated/ --out standoff/    # <id>.yaml, .txt to <id>.json\n"
        "  newsgold standoff gold/*.yaml --text texts/ --out corpus.jsonl\n"
        "  newsgold standoff --back standoff/ --text texts/ --out again/\n\n"
        "docs/standoff.md walks through annotating a licensed corpus and publishing only\nthis layer.",
    )  # fmt: skip
    sub.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="annotations as <id>.yaml, or folders of them; with --back <id>.json, *.jsonl or folders"
    )
    sub.add_argument("--back", action="store_true", help="from the stand-off form to anchors")
    sub.add_argument(
        "--text", type=Path, metavar="PATH", help="folder with <id>.txt, or the text of a single annotation (default: beside it; with --back: as hydrated)"
    )
    sub.add_argument("--out", type=Path, required=True, metavar="PATH", help="folder to write to, or FILE.jsonl for all articles in one file")
    sub.add_argument("--warnings", action="store_true", help="print warnings too")
    sub.add_argument("--force", action="store_true", help="replace files that exist and differ")

    _leaderboards(command)
    return parser


def _count(given: str) -> int:
    if not given.isdecimal():
        raise argparse.ArgumentTypeError(f"{given!r}; expected a whole number, 0 or more")
    return int(given)


def _seed(given: str) -> int:
    if not given.isdecimal() or int(given) >= 2**32:
        raise argparse.ArgumentTypeError(f"{given!r}; expected a whole number from 0 to {2**32 - 1}")
    return int(given)


def _port(given: str) -> int:
    if not given.isdecimal() or int(given) > 65535:
        raise argparse.ArgumentTypeError(f"{given!r}; expected a port from 0 to 65535")
    return int(given)


def _jobs(given: str) -> int:
    if not given.isdecimal() or not 1 <= int(given) <= 1024:
        raise argparse.ArgumentTypeError(f"{given!r}; expected a number of processes from 1 to 1024")
    return int(given)


def _sampling(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "--measure", action="append", metavar="NAME", help="this measure, or all that a glob fits (may be given again; default: overall and the headlines)"
    )
    sub.add_argument("--resamples", type=int, default=10_000, metavar="N", help="bootstrap samples (default: 10000)")
    sub.add_argument("--seed", type=int, default=1, help="seed of every draw (default: 1)")
    _output(sub)


def _output(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--format", choices=("table", "json", "markdown"), default="table", help="what to print (default: table)")
    sub.add_argument("--out", type=Path, metavar="FILE", help="also write the result as JSON to FILE")
    sub.add_argument("--force", action="store_true", help="replace FILE if it exists and differs")
    sub.add_argument("--no-color", action="store_true", help="no colours")


if __name__ == "__main__":
    sys.exit(main())
