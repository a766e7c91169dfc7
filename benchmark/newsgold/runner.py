"""Running a system over a split: predictions, validated as they come, and a record of the run beside them.

Every settled article is a line of a part file (``predictions.jsonl.part``), on disk before the next is counted, so that a
run that was killed goes on where it stopped. When all are settled, the predictions are written in the order of the split,
with the record (``predictions.run.json``, ``schemas/run.json``), and the part file goes.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
import os
import platform
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import IO, Any, Final

import orjson

from newsgold import corpus, resources
from newsgold._version import __version__
from newsgold.clients import Desk, Job, Settled, System, call, environment, host_words, launch, line_of, post, stream
from newsgold.issues import InputError, Issue, shown
from newsgold.normalize import digest
from newsgold.records import SCHEMA_VERSION, Article

GIVE_UP: Final = 5
"""So many articles failed before one was answered: the run is given up."""
_HASHED: Final = 2**26
"""Largest file of a system that is hashed, in bytes."""


@dataclass(frozen=True)
class Options:
    """How a system is asked."""

    jobs: int = 1
    """Processes, or connections, at a time."""
    timeout: float = 120.0
    """Seconds for one answer, from the question or, where a command got several, from its answer before."""
    retries: int = 2
    """How often an article that failed is asked again."""
    backoff: float = 1.0
    """Seconds before the first repetition; doubled for each further one, up to a minute."""
    batch: int = 0
    """A callable gets lists of so many articles; 0: one article."""
    cwd: Path | None = None
    """Where the system runs. Without it a callable runs in the current folder and a command in an empty one."""
    give_up: bool = True
    """Whether to stop when the first `GIVE_UP` articles all fail."""


def predict(
    system: System, articles: Sequence[Article], split: str, out: Path, options: Options = Options(), *, force: bool = False, resume: bool = False,
    hidden: Sequence[Path] = (), watch: Callable[[int, int, int], None] = lambda done, failed, total: None,
) -> dict[str, Any]:  # fmt: skip
    """Ask ``system`` for every article that has a text, and write predictions and record.

    Args:
        system: whom to ask.
        articles: the split; only what `clients.FIELDS` lists is handed over.
        split: its name, for the record.
        out: predictions file; ``<stem>.run.json`` and ``<name>.part`` lie beside it.
        options: how to ask.
        force: start anew, whatever is there.
        resume: go on with what is there: only articles that failed or were not settled are asked.
        hidden: files and folders of the gold, which no environment variable of the system may name.
        watch: is told how many articles are settled, how many of them failed, and how many there are.

    Returns:
        The record (``schemas/run.json``).

    Raises:
        InputError: what is there may not be touched, the system cannot be started, answers nothing at all, or stopped the run.
        KeyboardInterrupt: interrupted; what is settled is kept.
    """
    there = [article for article in articles if article.text is not None]
    jobs = {article.id: Job(article, line_of(article)) for article in there}
    sent = hashlib.sha256(b"".join(job.line + b"\n" for job in jobs.values())).hexdigest()
    key = {"system": system.name, "batch": options.batch, "split": split, "articles_sha256": sent}
    with _Part(out, key, force=force, resume=resume) as part:
        todo = [job for name, job in jobs.items() if name not in part.settled or part.settled[name].error is not None]
        started = time.monotonic()
        part.append({
            "session": {
                "started": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), "seconds": 0.0, "asked": len(todo), "jobs": options.jobs, "timeout": options.timeout,
                "retries": options.retries, "backoff": options.backoff, "newsgold": __version__,
                "environment": f"Python {platform.python_version()}, {platform.system()} {platform.machine()}", "files": _digests(system.files),
            }
        })  # fmt: skip
        failed = 0

        def take(result: Settled) -> None:
            nonlocal failed
            failed += result.error is not None
            part.settle(result, time.monotonic() - started)
            watch(len(jobs) - len(todo) + len(part.fresh), failed, len(jobs))
            if options.give_up and failed == len(part.fresh) == GIVE_UP < len(todo) and not part.answered:
                raise InputError([Issue("system", None, "$", f"the first {GIVE_UP} articles all failed; given up, the last error: {result.error}")])

        watch(len(jobs) - len(todo), 0, len(jobs))
        if todo:
            with _workplace(system, options) as cwd:
                halted = _ask(system, todo, options, cwd, environment(hidden), take, part.note)
            if halted is not None:
                part.append({"end": time.monotonic() - started})
                kept = f"{part.answered} of {len(jobs)} articles are answered and kept, --resume goes on" if part.answered else "no article was answered"
                raise InputError([Issue("system", None, "$", f"stopped the run: {halted}; {kept}")])
        part.append({"end": time.monotonic() - started})
        record = _record(system, key, part, jobs, [article.id for article in articles if article.text is None], out)
        body = b"".join(orjson.dumps(part.settled[name].prediction) + b"\n" for name in jobs)
        record["predictions_sha256"] = digest(body)
        _replace(out, body, part.replaces)
        resources.write_atomic(record_path(out), orjson.dumps(record, option=orjson.OPT_INDENT_2) + b"\n")
        part.remove()
    return record


def record_path(out: Path) -> Path:
    """Where the record of a predictions file lies."""
    return out.with_suffix(".run.json")


def _replace(out: Path, body: bytes, force: bool) -> None:
    try:
        resources.write_atomic(out, body, keep=not force)
    except FileExistsError as error:
        raise InputError([Issue(str(out), None, "$", "appeared during the run; its results are kept, --resume writes them")]) from error


def _digests(files: Mapping[str, Path]) -> dict[str, str | None]:
    """SHA-256 by name; ``None`` for large ones."""
    return {name: digest(path.read_bytes()) if path.stat().st_size <= _HASHED else None for name, path in sorted(files.items())}


# --- asking -----------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _workplace(system: System, options: Options) -> Iterator[str | None]:
    """The folder that a system runs in: for a command an empty one, so that not even that leads to the gold."""
    if options.cwd is not None or system.kind != "command":
        yield None if options.cwd is None else str(options.cwd)
        return
    import tempfile

    with tempfile.TemporaryDirectory(prefix="newsgold-", ignore_cleanup_errors=True) as folder:
        yield folder


def _ask(
    system: System, todo: Sequence[Job], options: Options, cwd: str | None, env: dict[str, str], take: Callable[[Settled], None], note: Callable[[str], None]
) -> str | None:
    """Have ``jobs`` threads ask, and hand on what becomes of each article; why the system wants the run to end, if it does."""
    desk = Desk(todo, system.mask, timeout=options.timeout, retries=options.retries, backoff=options.backoff)
    number = min(options.jobs, len(todo))
    if cwd is not None:
        env = {**env, "PWD": cwd}
    works: list[Callable[[], None]]
    if system.kind == "http":
        works = [partial(post, desk, system)] * number
    elif system.kind == "callable":
        words = host_words(system, options.batch)
        works = [partial(call, desk, options.batch, partial(launch, words, cwd, env))] * number
    else:
        works = [partial(stream, desk, todo[place::number], partial(launch, system.words, cwd, env)) for place in range(number)]

    def work(task: Callable[[], None]) -> None:
        try:
            task()
        except BaseException as error:  # whatever it is, it is told where the results are awaited
            desk.results.put(error)
        desk.results.put(None)

    threads = [threading.Thread(target=work, args=(task,), daemon=True) for task in works]
    try:
        for thread in threads:
            thread.start()
        while number:
            match desk.results.get():
                case None:
                    number -= 1
                case Settled() as result:
                    take(result)
                case str() as text:
                    note(text)
                case BaseException() as error:
                    raise error
    finally:
        desk.close()
        for thread in threads:
            if thread.ident is not None:  # Ctrl-C may come before all are started
                thread.join(5)
    return desk.halted


# --- the part file ----------------------------------------------------------------------------------------------------


class _Part:
    """The part file of a run: locked while it is open, so that no two runs write into one; each line on disk at once."""

    def __init__(self, out: Path, key: dict[str, Any], *, force: bool, resume: bool):
        self._out = out
        self.path = out.with_name(f"{out.name}.part")
        self._key = key
        self._force = force
        self._resume = resume
        self.settled: dict[str, Settled] = {}
        """By id, the last result that is known."""
        self.fresh: set[str] = set()
        """Articles settled since this run was started."""
        self.sessions: list[dict[str, Any]] = []
        self.notes: list[str] = []
        self.replaces = False
        """Whether there are predictions that this run may replace."""

    def __enter__(self) -> _Part:
        for path in (self._out, record_path(self._out)):
            if path.exists() and not path.is_file():
                raise self._refuse("is no regular file; expected a place for the predictions", path)
        self._out.parent.mkdir(parents=True, exist_ok=True)
        self._file = self._locked()
        self.replaces = self._out.exists()
        try:
            self._begin()
        except BaseException:
            # A refused run leaves nothing behind, not even the empty file that it locked.
            if self.path.stat().st_size == 0:
                self.path.unlink()
            self._file.close()
            raise
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is not None and not self.answered:  # nothing is lost, and the next run need not ask
            self.remove()
        self._file.close()

    @property
    def answered(self) -> int:
        """Articles with a good answer."""
        return sum(result.error is None for result in self.settled.values())

    def _refuse(self, message: str, path: Path | None = None) -> InputError:
        return InputError([Issue(str(path or self.path), None, "$", message)])

    def _locked(self) -> IO[bytes]:
        while True:
            file = self.path.open("a+b")
            try:
                _lock(file)
            except OSError as error:
                file.close()
                raise self._refuse("another run is writing it; expected one run at a time for one predictions file") from error
            # A run that ended between the two steps took its file away; then this one is no file any more.
            with contextlib.suppress(FileNotFoundError):
                if self.path.stat().st_ino == os.fstat(file.fileno()).st_ino:
                    return file
            file.close()

    def _begin(self) -> None:
        self._file.seek(0)
        body = self._file.read()
        whole = body[: body.rfind(b"\n") + 1]  # a line that the kill tore is asked again
        head, *lines = map(_object, whole.splitlines() or [b""])
        if whole and not self._force:
            if head.pop("newsgold_part", None) is None:
                raise self._refuse("is no part file of a run; expected none, or --force to replace it")
            for line in lines:
                self._read(line)
            if self.answered:
                self._check(head, self.path)
                if not self._resume:
                    raise self._refuse(f"a run was cut off here with {self.answered} articles answered; expected --resume to go on, or --force to start anew")
                self._file.truncate(len(whole))
                return
            self.settled, self.sessions, self.notes = {}, [], []  # no answer can be lost
        if not self.replaces and not self._force and record_path(self._out).exists():
            raise self._refuse(
                f"is the record of a run whose predictions are not {self._out.name}; expected another name, or --force to replace it", record_path(self._out)
            )
        if self.replaces and not self._force:
            if not self._resume:
                raise self._refuse("exists; expected a new file, --resume to ask again what failed, or --force to replace it", self._out)
            self._reopen()
        self._file.truncate(0)
        known = [{"session": session} for session in self.sessions] + [_entry(result, None) for result in self.settled.values()]
        self._write({"newsgold_part": 1, **self._key}, *known, *({"note": text} for text in self.notes))

    def _check(self, head: dict[str, Any], path: Path) -> None:
        for name, value in self._key.items():
            if head.get(name) != value:
                raise self._refuse(f"is of another run: {name} {shown(head.get(name))}; expected {shown(value)}, or --force to start anew", path)

    def _read(self, line: dict[str, Any]) -> None:
        if "session" in line:
            self.sessions.append(line["session"])
        elif "end" in line:
            self.sessions[-1]["seconds"] = line["end"]
        elif "note" in line:
            self.notes.append(line["note"])
        elif "prediction" in line:
            result = Settled(line["prediction"]["id"], line["prediction"], line["seconds"], line["attempts"], line["usage"])
            if line["at"] is not None:
                self.sessions[-1]["seconds"] = line["at"]
            self._keep(result)

    def _keep(self, result: Settled) -> None:
        before = self.settled.get(result.id)
        if before is not None:  # asked again: what it took and used before counts too
            usage = {name: before.usage.get(name, 0) + result.usage.get(name, 0) for name in sorted({*before.usage, *result.usage})}
            result = Settled(result.id, result.prediction, result.seconds, before.attempts + result.attempts, usage)
        self.settled[result.id] = result

    def _reopen(self) -> None:
        """Take up a finished run: its record says what each article took, if the predictions are still those that it wrote."""
        path = record_path(self._out)
        record = _object(path.read_bytes()) if path.is_file() else {}
        if not record:
            raise self._refuse("has no record of its run; expected one to go on with, or --force to start anew", path)
        body = self._out.read_bytes()
        self._check({**record, **record.get("system", {}), "system": record.get("system", {}).get("name")}, path)
        if digest(body) != record.get("predictions_sha256"):
            raise self._refuse("is not what the run wrote; expected an unchanged file to go on with, or --force to start anew", self._out)
        self.sessions, self.notes = list(record["sessions"]), list(record["notes"])
        predictions = {line["id"]: line for line in map(_object, body.splitlines())}
        for entry in record["by_article"]:
            usage = {name: value for name, value in (entry["usage"] or {}).items() if value is not None}
            self.settled[entry["id"]] = Settled(entry["id"], predictions[entry["id"]], entry["seconds"], entry["attempts"], usage)

    def append(self, line: dict[str, Any]) -> None:
        """Note a session or its end."""
        self._write(line)
        self._read(line)

    def settle(self, result: Settled, at: float) -> None:
        """Keep a result, ``at`` seconds into the session."""
        entry = _entry(result, at)
        self._write(entry)
        self._read(entry)
        self.fresh.add(result.id)

    def note(self, text: str) -> None:
        """Keep a note."""
        self._write({"note": text})
        self.notes.append(text)

    def _write(self, *lines: dict[str, Any]) -> None:
        self._file.write(b"".join(orjson.dumps(line) + b"\n" for line in lines))
        self._file.flush()
        os.fsync(self._file.fileno())

    def remove(self) -> None:
        """The run is over."""
        if os.name != "posix":  # there an open file cannot be removed
            self._file.close()
        self.path.unlink(missing_ok=True)


def _lock(file: IO[bytes]) -> None:
    """Lock a file until it is closed or the process is gone; ``OSError`` if it is locked."""
    if sys.platform == "win32":
        import msvcrt

        file.seek(2**30)  # a byte beyond the content, which stays readable
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)


def _object(line: bytes) -> dict[str, Any]:
    """A JSON object; an empty one for a damaged line, whose article is then asked again."""
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _entry(result: Settled, at: float | None) -> dict[str, Any]:
    return {"prediction": result.prediction, "seconds": result.seconds, "attempts": result.attempts, "usage": result.usage, "at": at}


# --- the record -------------------------------------------------------------------------------------------------------


def _record(system: System, key: Mapping[str, Any], part: _Part, jobs: Iterable[str], skipped: Sequence[str], out: Path) -> dict[str, Any]:
    """The record of a run, but for the digest of its predictions."""
    results = [part.settled[name] for name in jobs]
    answered = [result for result in results if result.error is None]
    times = sorted(result.seconds for result in answered if result.seconds is not None)
    return {
        "schema_version": SCHEMA_VERSION, "system": {"kind": system.kind, "name": system.name, "batch": key["batch"], "headers": sorted(system.headers)},
        "data_version": corpus.DATA_VERSION, "split": key["split"], "articles": len(results), "articles_sha256": key["articles_sha256"],
        "skipped": list(skipped), "predictions": out.name, "predictions_sha256": "", "answered": len(answered), "failed": len(results) - len(answered),
        "retries": sum(result.attempts - 1 for result in results), "seconds": _seconds(sum(session["seconds"] for session in part.sessions)),
        "latency": {name: _seconds(times[math.ceil(share * len(times)) - 1]) for name, share in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1.0))}
        if times else None,
        "usage": _sum([result.usage for result in results]),
        "sessions": [{**session, "seconds": _seconds(session["seconds"])} for session in part.sessions], "notes": part.notes,
        "by_article": [
            {
                "id": result.id, "seconds": None if result.seconds is None else _seconds(result.seconds), "attempts": result.attempts,
                "usage": _sum([result.usage]), "error": result.error,
            }
            for result in results
        ],
    }  # fmt: skip


def _seconds(value: float) -> float:
    return round(value, 3)


def _sum(usages: Iterable[Mapping[str, float]]) -> dict[str, float | int | None] | None:
    """Tokens and cost together; ``None`` for what no article reported."""
    usages = list(usages)
    out: dict[str, float | int | None] = {}
    for name in ("input_tokens", "output_tokens", "cost_usd"):
        values = [usage[name] for usage in usages if name in usage]
        out[name] = None if not values else round(math.fsum(values), 9) if name == "cost_usd" else int(sum(values))
    return out if any(value is not None for value in out.values()) else None
