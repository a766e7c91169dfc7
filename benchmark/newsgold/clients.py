"""How a system is asked for predictions: a Python callable, a command, or an HTTP endpoint.

All three get an article as one JSON object (`FIELDS`) and give one prediction (``schemas/prediction.json``), which may
also hold ``usage``, and ``stop`` where the system wants the run to end. A callable lives in processes of its own
(`newsgold.host`), so that it can be stopped; a command gets its articles on standard input, which is then closed, and
answers in any order. Nothing that is handed over holds gold or
says where it lies: see `environment`. What runs with the user's rights can still look for it.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import queue
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import orjson

from newsgold.issues import InputError, Issue, shown
from newsgold.predictions import parse
from newsgold.records import Article
from newsgold.validate import parse_line

FIELDS: Final = ("id", "headline", "dateline", "text", "language", "published", "genre", "topics")
"""What a system is told of an article: its text and metadata, nothing of the gold."""
MAX_ANSWER: Final = 16 * 2**20
"""Longest answer in bytes; a longer one is dropped."""
STARTUP: Final = 600.0
"""Seconds that a callable may take to be imported."""
GRACE: Final = 10.0
"""Seconds that a command may go on after its last answer."""
LONGEST_WAIT: Final = 60.0
"""Longest wait before an article is asked again, in seconds."""
_NOTES: Final = 20


def line_of(article: Article) -> bytes:
    """An article as a system gets it: one line of ASCII, so that no language trips over encodings or line separators."""
    return json.dumps({name: getattr(article, name) for name in FIELDS}).encode()


# --- secrets ----------------------------------------------------------------------------------------------------------

_TELLING: Final = re.compile(r"(?:^|[_-])(?:api[_-]?key|key|token|secret|password|passwd|credentials?|auth(?:orization)?)(?:$|[_-])", re.I)
_PATTERNS: Final = (
    (re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]{6,}", re.I), r"\1 ***"),
    (re.compile(r"((?:api[-_]?key|token|secret|password|passwd|authorization)\b[\"']?\s*[=:]\s*[\"']?)(?!bearer|basic)[^\s\"'&,]{6,}", re.I), r"\1***"),
    (re.compile(r"(://)[^/@\s]+@"), r"\1***@"),
    (re.compile(r"\bsk-[\w-]{8,}"), "sk-***"),
)


class Mask:
    """Takes secrets out of text: those given, and what looks like one. Values under six characters are too common to look for."""

    def __init__(self, secrets: Iterable[str]):
        forms = {form for secret in secrets for form in (secret, quote(secret, safe=""), json.dumps(secret)[1:-1])}
        self._secrets = sorted((form for form in forms if len(form) >= 6), key=lambda form: (-len(form), form))

    def __call__(self, text: str) -> str:
        """``text`` with ``***`` for every secret."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        for pattern, instead in _PATTERNS:
            text = pattern.sub(instead, text)
        return text


def _secret_words(words: Sequence[str]) -> list[str]:
    """The words of a command with the value of every option or variable that is named like a secret taken out."""
    out = []
    for before, word in pairwise(["", *words]):
        name, mark, _ = word.partition("=")
        option = before.startswith("-") and "=" not in before and not word.startswith("-") and _TELLING.search(before.lstrip("-"))
        out.append("***" if option else f"{name}=***" if mark and _TELLING.search(name.lstrip("-")) else word)
    return out


# --- systems ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class System:
    """A system as the user named it."""

    kind: str
    """``callable``, ``command`` or ``http``."""
    name: str
    """As it is shown and recorded, without secrets."""
    mask: Mask = field(repr=False, compare=False)
    """Takes its secrets out of messages."""
    words: tuple[str, ...] = field(default=(), repr=False)
    """What is started: a command's words, or a callable's folder and target."""
    url: str = field(default="", repr=False)
    """The address of an endpoint."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Further headers for an endpoint."""
    files: Mapping[str, Path] = field(default_factory=dict, repr=False)
    """Files that are named in it, by the name given."""


_CALLABLE: Final = re.compile(r"(?P<place>.+\.py|[A-Za-z_]\w*(?:\.\w+)*):(?P<name>[A-Za-z_]\w*(?:\.\w+)*)")


def system(given: str, headers: Sequence[str] = (), *, here: bool = False) -> System:
    """What ``given`` names: ``package.module:function``, ``path/to/file.py:function``, ``cmd: …`` or ``http(s)://…``.

    Args:
        given: the system.
        headers: ``Name: value`` for an endpoint; ``$NAME`` in a value stands for that environment variable.
        here: whether a command runs in a folder of the user's choice, where its relative paths hold. Otherwise the words
            that name a file are made absolute, since it runs in an empty folder.

    Raises:
        InputError: something else, or what is not there.
    """
    secrets = [value for name, value in os.environ.items() if _TELLING.search(name)]

    def wrong(message: str) -> InputError:
        return InputError([Issue("system", None, "$", Mask(secrets)(message))])

    if not given.isprintable():
        raise wrong(f"{shown(given)} holds characters that cannot be printed; expected a system")
    if given.startswith(("http://", "https://")):
        made = _headers(headers, wrong)
        # An error may quote the whole value, or what stands behind its scheme ("Bearer …").
        secrets += [part for value in made.values() for part in (value, *value.split()[1:])]
        try:
            parts = urlsplit(given)
            port = parts.port
        except ValueError as error:
            raise wrong(f"no address ({error}); expected http://host:port/path") from error
        if not parts.hostname or port == 0:
            raise wrong("no host in the address; expected http://host:port/path")
        secrets += [part for part in (parts.username, parts.password, unquote(parts.password or "")) if part]
        secrets += [parts.query, *(value for _, value in parse_qsl(parts.query))]
        if parts.username is not None:
            import base64

            pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
            made = {"Authorization": f"Basic {base64.b64encode(pair).decode()}", **made}
            secrets.append(made["Authorization"])
        query = "&".join(f"{key}=***" for key, _ in parse_qsl(parts.query, keep_blank_values=True))
        name = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}" + (f"?{query}" if query else "")
        return System("http", name, Mask(secrets), url=given, headers=made)
    if headers:
        raise wrong("--header belongs to an HTTP endpoint; expected http(s)://… as the system")
    if given.startswith("cmd:"):
        try:
            words = shlex.split(given.removeprefix("cmd:"))
        except ValueError as error:
            raise wrong(f"{error}; expected a command after cmd:") from error
        if not words:
            raise wrong("no command; expected one after cmd:")
        shy = _secret_words(words)
        secrets += [word if masked == "***" else word.partition("=")[2] for word, masked in zip(words, shy, strict=True) if word != masked]
        mask = Mask(secrets)
        files = {mask(word): Path(word).resolve() for word in words if not here and Path(word).is_file()}
        if not here:
            # A bare program name is looked up on the path, whatever lies here under that name. Links stay: an environment's python is one.
            words = [str(Path(word).absolute()) if Path(word).is_file() and (place or os.sep in word) else word for place, word in enumerate(words)]
            if shutil.which(words[0]) is None:
                raise wrong(f"{shown(words[0])} is no program; expected one on the path, or the path of one")
        return System("command", "cmd: " + " ".join(word if word == "***" else shlex.quote(mask(word)) for word in shy), mask, tuple(words), files=files)
    if match := _CALLABLE.fullmatch(given):
        place = match["place"]
        if not place.endswith(".py"):
            # A module that lies here; an installed one could be found only by importing it.
            stem = Path(*place.split("."))
            here_ = [path for path in (stem.with_suffix(".py"), stem / "__init__.py") if path.is_file()]
            return System("callable", given, Mask(secrets), (str(Path.cwd()), given), files={path.as_posix(): path.resolve() for path in here_[:1]})
        path = Path(place).resolve()
        if not path.is_file():
            raise wrong(f"{shown(place)} is no file; expected path/to/file.py:function")
        return System("callable", given, Mask(secrets), (str(path.parent), f"{path}:{match['name']}"), files={place: path})
    raise wrong(f"{shown(given)} is no system; expected package.module:function, path/to/file.py:function, http(s)://…, or 'cmd: program arguments'")


def _headers(given: Sequence[str], wrong: Callable[[str], InputError]) -> dict[str, str]:
    out = {}
    for number, header in enumerate(given, 1):
        name, mark, value = header.partition(":")
        if not mark or not re.fullmatch(r"[\w!#$%&'*+.^`|~-]+", name):
            raise wrong(f"header {number} is none; expected 'Name: value'")
        for variable in re.findall(r"\$\{?(\w+)\}?", value):
            if variable not in os.environ:
                raise wrong(f"${variable} of the header {name} is not set; expected it in the environment")
        out[name] = re.sub(r"\$(?:\{(\w+)\}|(\w+))", lambda match: os.environ[match[1] or match[2]], value).strip()
        if not out[name].isascii() or not out[name].isprintable():
            raise wrong(f"the value of the header {name} is no printable ASCII; expected a value that a header may have")
    return out


def environment(hidden: Sequence[Path]) -> dict[str, str]:
    """The environment for a system: the user's, without newsgold's own variables, the folders it was started from, and any that names gold.

    Args:
        hidden: the files and folders of the gold.
    """
    names = [str(path) for path in hidden]
    out = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("NEWSGOLD_") and name not in ("PWD", "OLDPWD", "_") and not any(hidden in value for hidden in names)
    }
    return {**out, "PYTHONUNBUFFERED": "1"}


# --- the desk ---------------------------------------------------------------------------------------------------------


@dataclass
class Job:
    """An article that a system is asked for."""

    article: Article
    """The article; a system sees only ``line``."""
    line: bytes
    """What is sent."""
    attempts: int = 0
    """Attempts that failed."""
    usage: dict[str, float] = field(default_factory=dict)
    """What the system said it used, all attempts together."""
    partial: dict[str, Any] | None = None
    """The last answer that came with an error of the system's own."""


@dataclass(frozen=True)
class Settled:
    """What became of an article."""

    id: str
    """The article."""
    prediction: dict[str, Any]
    """The prediction; for a failed article its ``error``, and what the system found all the same."""
    seconds: float | None
    """How long the answer took; ``None`` for a failed article."""
    attempts: int
    """How often it was asked."""
    usage: dict[str, float]
    """What the system said it used."""

    @property
    def error(self) -> str | None:
        """Why it failed; ``None`` for a good answer."""
        return self.prediction.get("error")


class Desk:
    """Where clients take articles from and hand results in. Its methods may be called from any thread."""

    def __init__(self, jobs: Iterable[Job], mask: Mask, *, timeout: float, retries: int, backoff: float):
        self.timeout = timeout
        self.results: queue.SimpleQueue[Settled | BaseException | str | None] = queue.SimpleQueue()
        self.stop = threading.Event()
        self.halted: str | None = None
        """Why the system wants the run to end, in its words; what is under way is still taken."""
        self.mask = mask
        self._jobs = deque(jobs)
        self._retries = retries
        self._backoff = backoff
        self._lock = threading.Lock()
        self._running: set[Process] = set()
        self._notes = 0

    def take(self, number: int) -> list[Job]:
        """The next articles, at most ``number``; none when all are taken or the run is stopped."""
        with self._lock:
            return [] if self.stop.is_set() else [self._jobs.popleft() for _ in range(min(number, len(self._jobs)))]

    def note(self, text: str) -> None:
        """Something the user should know that is no article's failure."""
        with self._lock:
            self._notes += 1
            if self._notes <= _NOTES:
                self.results.put(self.mask(text) if self._notes < _NOTES else "and more of the kind, which are not listed")

    def judge(self, job: Job, raw: bytes, seconds: float) -> str | None:
        """Take an answer, if it is a valid prediction for its article; else say why not."""
        issues: list[Issue] = []
        data = parse_line(raw.strip().removeprefix(b"\xef\xbb\xbf"), 1, "", issues.append)
        if data is None:
            return issues[0].message
        self._use(job, data.pop("usage", None))
        if (why := data.pop("stop", None)) is not None:
            return self._halt(why)
        if data.get("id", job.article.id) != job.article.id:
            return f"$.id: {shown(data['id'])}; expected {shown(job.article.id)}, the article that was asked for"
        parse(1, orjson.dumps(data), job.article, "", issues.append)
        if issues:
            more = f"; and {len(issues) - 3} more" if len(issues) > 3 else ""
            return "invalid prediction: " + "; ".join(f"{issue.path}: {issue.message}" for issue in issues[:3]) + more
        if error := data.get("error"):
            job.partial = data
            return str(error)
        self.results.put(Settled(job.article.id, data, seconds, job.attempts + 1, job.usage))
        return None

    def _halt(self, why: object) -> str:
        """Ask for nothing more; what that article's failure is called."""
        if not isinstance(why, str) or not why.strip():
            return f"$.stop: {shown(why)}; expected words that say why the run is to end"
        why = "".join(char if char.isprintable() else " " for char in self.mask(why))[:2000].strip()
        with self._lock:
            self.halted = self.halted or why
            self._jobs.clear()
        return f"stopped the run: {why}"

    def _use(self, job: Job, usage: object) -> None:
        if usage is None:
            return
        known = usage if isinstance(usage, dict) else {}
        for name in ("input_tokens", "output_tokens", "cost_usd"):
            value = known.get(name)
            if value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, int | float if name == "cost_usd" else int) or not 0 <= value < 2**53:
                self.note(f"{job.article.id}: $.usage.{name}: {shown(value)} was not counted; expected a number, 0 or more")
            else:
                job.usage[name] = job.usage.get(name, 0) + value
        if not isinstance(usage, dict):
            self.note(f"{job.article.id}: $.usage: {shown(usage)} was not counted; expected an object")

    def fail(self, job: Job, why: str, *, final: bool = False) -> bool:
        """Note that an attempt failed; whether the article is to be asked again."""
        job.attempts += 1
        if job.attempts <= self._retries and not final and self.halted is None:
            return True
        error = "".join(char if char.isprintable() else " " for char in self.mask(why))[:2000] or "failed without a word"
        self.results.put(Settled(job.article.id, {**(job.partial or {"id": job.article.id}), "error": error}, None, job.attempts, job.usage))
        return False

    def wait(self, attempts: int, at_least: float = 0.0) -> None:
        """Wait before the attempt after ``attempts`` failed ones: the backoff, doubled for each further one."""
        self.stop.wait(min(LONGEST_WAIT, max(at_least, self._backoff * 2.0 ** (attempts - 1))))

    @contextlib.contextmanager
    def running(self, process: Process) -> Iterator[Process]:
        """A process that dies when the run is stopped, and at the end."""
        with self._lock:
            self._running.add(process)
        try:
            if self.stop.is_set():
                process.kill()
            yield process
        finally:
            process.kill()
            with self._lock:
                self._running.discard(process)

    def close(self) -> None:
        """Stop the run: nothing more is asked, and every process is killed."""
        self.stop.set()
        with self._lock:
            running = list(self._running)
        for process in running:
            process.kill()


# --- processes --------------------------------------------------------------------------------------------------------


class Long(bytes):
    """The beginning of a line that was longer than `MAX_ANSWER`."""


_ID: Final = re.compile(rb'^\s*\{\s*"id"\s*:\s*("(?:[^"\\]|\\.)*")')


class Process:
    """A child process that reads and writes lines. Reading never waits for writing, whatever the child does first."""

    def __init__(self, words: Sequence[str], cwd: str | None, env: Mapping[str, str]):
        # A session of its own: Ctrl-C is ours to pass on, and what the child starts can be killed with it.
        self._child = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=cwd, env=env, bufsize=0, start_new_session=os.name == "posix"
        )
        self._lines: queue.Queue[bytes | None] = queue.Queue(256)
        self._killed = threading.Event()
        self._tail = b""
        self._writer: threading.Thread | None = None
        self._sending = threading.Lock()  # a writer is either seen by `kill`, running, or never started
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._read, self._listen)]
        for thread in self._threads:
            thread.start()

    def send(self, payload: bytes, *, close: bool) -> None:
        """Write to the child's standard input, behind the caller's back."""
        pipe = self._child.stdin
        assert pipe is not None

        def write() -> None:
            with contextlib.suppress(OSError, ValueError):  # it reads no more
                view = memoryview(payload)
                while view:
                    view = view[pipe.write(view) or 0 :]
            if close:
                with contextlib.suppress(OSError):
                    pipe.close()

        with self._sending:
            if not self._killed.is_set():
                self._writer = threading.Thread(target=write, daemon=True)
                self._writer.start()

    def line(self, seconds: float) -> bytes | None:
        """The next line of its standard output; ``None`` at the end.

        Raises:
            TimeoutError: none came in time.
        """
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            with contextlib.suppress(queue.Empty):
                return self._lines.get(timeout=min(left, 0.2))
            if self._killed.is_set():
                return None
        raise TimeoutError

    def _read(self) -> None:
        out = self._child.stdout
        assert out is not None
        kept = bytearray()
        skipping = False

        def put(line: bytes | None) -> None:
            while not self._killed.is_set():
                with contextlib.suppress(queue.Full):
                    self._lines.put(line, timeout=0.2)
                    return

        with contextlib.suppress(OSError, ValueError), out:
            while chunk := out.read(2**16):
                *ended, rest = chunk.split(b"\n")
                for piece in ended:
                    if not skipping:
                        put(bytes(kept) + piece)
                    kept.clear()
                    skipping = False
                if not skipping:
                    kept += rest
                if len(kept) > MAX_ANSWER:
                    put(Long(kept[:4096]))
                    kept.clear()
                    skipping = True
        if kept:
            put(bytes(kept))
        put(None)

    def _listen(self) -> None:
        err = self._child.stderr
        assert err is not None
        with contextlib.suppress(OSError, ValueError), err:
            while chunk := err.read(2**14):
                self._tail = (self._tail + chunk)[-4096:]

    def last_words(self) -> str:
        """The last line that it wrote to standard error, to be put behind a message."""
        self._threads[1].join(1.0)
        lines = [line for line in self._tail.decode(errors="replace").splitlines() if line.strip()]
        return f"; its last words: {shown(lines[-1].strip(), 300)}" if lines else ""

    def ended(self, seconds: float) -> tuple[int, str]:
        """Its exit status and that in words, after its output has ended."""
        try:
            status = self._child.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            return -1, "it closed its output and went on"
        if status >= 0:
            return status, f"exit status {status}"
        try:
            return status, f"killed by {signal.Signals(-status).name}"
        except ValueError:
            return status, f"killed by signal {-status}"

    def kill(self) -> None:
        """End it, with all that it started."""
        self._killed.set()
        if os.name == "posix":
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._child.pid, signal.SIGKILL)
        else:
            self._child.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._child.wait(5)
        with self._sending:
            writer = self._writer
        if writer is not None:
            writer.join(1)
        with contextlib.suppress(OSError):
            assert self._child.stdin is not None
            self._child.stdin.close()


def launch(words: Sequence[str], cwd: str | None, env: Mapping[str, str]) -> Process:
    """Start a process.

    Raises:
        InputError: no such program.
    """
    try:
        return Process(words, cwd, env)
    except OSError as error:
        raise InputError([Issue("system", None, "$", f"cannot be started ({error.strerror}); expected a program")]) from error


# --- commands ---------------------------------------------------------------------------------------------------------


def stream(desk: Desk, jobs: Sequence[Job], start: Callable[[], Process]) -> None:
    """Ask a command for ``jobs``: all in one process, and again what that left open.

    When it crashes or hangs, only an article that was alone with it has failed: the first without an answer is set apart and
    the others go on; where no answer came at all (it holds its output back), the articles are halved until the culprit is alone.
    """
    stack = [list(jobs)]
    while stack and not desk.stop.is_set():
        group = stack.pop()
        if (attempts := max(job.attempts for job in group)) > 0:
            desk.wait(attempts)
        bad, unanswered, why = _exchange(desk, group, start)
        if desk.stop.is_set():
            return
        again = [job for job, problem in bad if desk.fail(job, problem)]
        if desk.halted is not None:  # what has no answer is left for the run that goes on
            return
        if why is not None and len(unanswered) > 1:
            if len(unanswered) == len(group):
                half = len(group) // 2
                stack += [group[half:], group[:half]]
            else:
                stack += [unanswered[1:], unanswered[:1]]
        else:
            alone = [job for job in unanswered if desk.fail(job, why or "no answer: the system ended without one")]
            again += alone
        if again:
            stack.append(again)


def _exchange(desk: Desk, group: Sequence[Job], start: Callable[[], Process]) -> tuple[list[tuple[Job, str]], list[Job], str | None]:
    """One run of a command: jobs with a bad answer and what is wrong with it, jobs without an answer, and why the run broke off."""
    waiting = {job.article.id: job for job in group}
    asked = frozenset(waiting)
    bad: dict[str, str] = {}
    done: set[str] = set()
    number = 0
    strays: list[str] = []

    def stray(text: str) -> None:
        strays.append(f"line {number} of its output {text}")
        desk.note(strays[-1])

    with desk.running(start()) as process:
        process.send(b"".join(job.line + b"\n" for job in group), close=True)
        since = time.monotonic()
        why = None
        while True:
            limit = desk.timeout if len(done | bad.keys()) < len(asked) else min(desk.timeout, GRACE)
            try:
                line = process.line(since + limit - time.monotonic())
            except TimeoutError:
                if limit == desk.timeout and len(done | bad.keys()) < len(asked):
                    held = "; it must write each answer out at once, or --timeout cover all" if not done and not bad and len(group) > 1 else ""
                    process.kill()
                    why = f"no answer within {desk.timeout:g} s{held}{process.last_words()}"
                else:
                    desk.note(f"the system went on for {limit:g} s after its last answer and was killed")
                break
            if line is None:
                status, words = process.ended(GRACE)
                if len(done | bad.keys()) < len(asked):
                    why = f"no answer: the system crashed ({words}){process.last_words()}" if status else None
                elif status:
                    desk.note(f"the system gave every answer and then failed ({words}){process.last_words()}")
                break
            number += 1
            if not line.strip():
                continue
            found = _id_in(line)
            if found is None:
                stray(f"is no answer: {shown(line[:200].decode(errors='replace'))}; expected one JSON object with an id")
            elif found in done:
                stray(f"answers {shown(found)} again; the first answer was kept")
            elif found not in asked:
                stray(f"answers {shown(found)}, which it was not asked for")
            else:
                now = time.monotonic()
                problem = f"the answer is over {MAX_ANSWER // 2**20} MiB" if isinstance(line, Long) else desk.judge(waiting[found], line, now - since)
                since = now
                if problem is None:
                    done.add(found)
                    bad.pop(found, None)
                else:
                    bad[found] = problem
    missing = [job for job in group if job.article.id not in done and job.article.id not in bad]
    if why is None and missing and strays:
        why_missing = f"no answer: the system ended without one; {strays[-1]}"
        return [*((waiting[name], text) for name, text in bad.items()), *((job, why_missing) for job in missing)], [], None
    return [(waiting[name], text) for name, text in bad.items()], missing, why


def _id_in(line: bytes) -> str | None:
    """The id that a line of output gives, even if the rest of it is broken."""
    with contextlib.suppress(orjson.JSONDecodeError):
        data = orjson.loads(line.strip().removeprefix(b"\xef\xbb\xbf"))
        found = data.get("id") if isinstance(data, dict) else None
        return found if isinstance(found, str) else None
    if match := _ID.match(line.removeprefix(b"\xef\xbb\xbf")):
        with contextlib.suppress(orjson.JSONDecodeError):
            return str(orjson.loads(match[1]))
    return None


# --- callables --------------------------------------------------------------------------------------------------------


def host_words(system: System, batch: int) -> list[str]:
    """The command that hosts a callable."""
    source = (resources.files("newsgold") / "host.py").read_text(encoding="utf-8")
    return [sys.executable, "-c", source, *system.words, "batch" if batch else "plain"]


def call(desk: Desk, batch: int, start: Callable[[], Process]) -> None:
    """Ask a callable, in one process that lives until it crashes or hangs; lists of ``batch`` articles, 0 for one at a time."""
    with contextlib.ExitStack() as stack:
        process: Process | None = None
        while group := desk.take(batch or 1):
            todo = [group]
            while todo and not desk.stop.is_set():
                jobs = todo.pop()
                if (attempts := max(job.attempts for job in jobs)) > 0:
                    desk.wait(attempts)
                if process is None:
                    process = stack.enter_context(desk.running(start()))
                    _ready(desk, process)
                bad, why = _ask(desk, jobs, process)
                if why is not None:
                    stack.close()
                    process = None
                if desk.stop.is_set():
                    return
                # One article must not sink its batch: what failed together is asked one by one.
                todo += [[job] for job, problem in reversed(bad) if (len(jobs) > 1 and desk.halted is None) or desk.fail(job, problem)]


def _ready(desk: Desk, process: Process) -> None:
    try:
        head, _, body = (process.line(STARTUP) or b"").partition(b"\t")
    except TimeoutError:
        head, body = b"fatal", b'"not imported within %d s"' % STARTUP
    if head != b"ready" and not desk.stop.is_set():
        why = str(orjson.loads(body)) if head == b"fatal" else f"{process.ended(GRACE)[1]} on import{process.last_words()}"
        raise InputError([Issue("system", None, "$", desk.mask(f"cannot be imported: {why}"))])


def _ask(desk: Desk, jobs: Sequence[Job], process: Process) -> tuple[list[tuple[Job, str]], str | None]:
    """Jobs that failed with why, in order, and why the process is of no more use."""
    process.send(b"[" + b",".join(job.line for job in jobs) + b"]\n", close=False)
    since = time.monotonic()
    limit = desk.timeout * len(jobs)
    problems: list[tuple[Job, str]] = []
    for place, job in enumerate(jobs):
        try:
            line = process.line(since + limit - time.monotonic())
            why = f"no answer: the system crashed ({process.ended(GRACE)[1]}){process.last_words()}" if line is None else None
        except TimeoutError:
            process.kill()
            line, why = None, f"no answer within {limit:g} s{process.last_words()}"
        if line is None:
            return problems + [(other, why or "") for other in jobs[place:]], why
        if isinstance(line, Long):
            problem: str | None = f"the answer is over {MAX_ANSWER // 2**20} MiB"
        else:
            problem = desk.judge(job, line.partition(b"\t")[2], (time.monotonic() - since) / len(jobs))
        if problem is not None:
            problems.append((job, problem))
    return problems, None


# --- HTTP -------------------------------------------------------------------------------------------------------------

_PASSING: Final = frozenset({408, 425, 429, 500, 502, 503, 504, 529})
"""Statuses that may be otherwise next time."""


def post(desk: Desk, system: System) -> None:
    """Ask an endpoint, an article at a time over one connection."""
    parts = urlsplit(system.url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    assert parts.hostname is not None
    connection = kind(parts.hostname, parts.port, timeout=desk.timeout)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {"Content-Type": "application/json", "Accept": "application/json", "User-Agent": "newsgold", **system.headers}
    while group := desk.take(1):
        job = group[0]
        while not desk.stop.is_set():
            final, at_least = False, 0.0
            since = time.monotonic()
            why: str | None
            try:
                status, after, body = _request(connection, target, job.line, headers, desk.timeout)
            except TimeoutError:
                why = f"no answer within {desk.timeout:g} s"
            except (OSError, http.client.HTTPException) as error:
                why = f"no answer: {type(error).__name__}: {error}"
            else:
                if len(body) > MAX_ANSWER:
                    why = f"the answer is over {MAX_ANSWER // 2**20} MiB"
                elif 200 <= status < 300:
                    why = desk.judge(job, body, time.monotonic() - since)
                else:
                    final = status not in _PASSING
                    at_least = wait_asked(after)
                    words = body[:300].decode(errors="replace").strip()
                    why = f"HTTP status {status} {http.client.responses.get(status, '')}".rstrip() + (f": {shown(words, 200)}" if words else "")
            if desk.stop.is_set() or why is None or not desk.fail(job, why, final=final):
                break
            desk.wait(job.attempts, at_least)
    connection.close()


def wait_asked(value: str) -> float:
    """Seconds that a ``Retry-After`` header asks to wait: a number of seconds, or a date; 0 for none."""
    if value.isdecimal() and len(value) < 10:
        return float(value)
    try:
        then = parsedate_to_datetime(value)
    except ValueError:
        return 0.0
    return max(0.0, (then if then.tzinfo else then.replace(tzinfo=UTC)).timestamp() - time.time())


def _request(connection: http.client.HTTPConnection, target: str, body: bytes, headers: Mapping[str, str], seconds: float) -> tuple[int, str, bytes]:
    """Status, Retry-After and body, all within ``seconds``. A connection that was kept open and has gone stale is opened again.

    Raises:
        TimeoutError: not within ``seconds``, however slowly the bytes trickle in.
        OSError, HTTPException: no answer.
    """
    late = threading.Event()

    def cut() -> None:
        late.set()
        if connection.sock is not None:
            with contextlib.suppress(OSError):
                connection.sock.shutdown(2)

    timer = threading.Timer(min(seconds, threading.TIMEOUT_MAX), cut)
    timer.daemon = True
    timer.start()
    try:
        kept = connection.sock is not None
        while True:
            try:
                connection.request("POST", target, body, dict(headers))
                response = connection.getresponse()
                break
            except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                connection.close()
                if not kept or late.is_set():
                    raise
                kept = False
        content = response.read(MAX_ANSWER + 1)
        if len(content) > MAX_ANSWER:
            connection.close()
        if late.is_set():
            raise TimeoutError
        return response.status, response.getheader("Retry-After") or "", content
    except (OSError, http.client.HTTPException, ValueError) as error:
        connection.close()
        if late.is_set() or isinstance(error, TimeoutError):
            raise TimeoutError from error
        raise
    finally:
        timer.cancel()
