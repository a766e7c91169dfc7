"""Systems of every kind are asked, fail in every way, and no good answer is lost: real processes and a real HTTP server."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import newsgold
from conftest import ROOT
from newsgold import clients, runner
from newsgold.cli import BAD, FAILED, OK, main
from newsgold.issues import InputError
from stub import Answer, Endpoint

# Twelve articles, however many there are in all: what is asked here takes no longer when the gold grows.
FOLDER = tempfile.TemporaryDirectory(prefix="gold-")
GOLD = Path(FOLDER.name) / "train.jsonl"
GOLD.write_bytes(b"".join((ROOT / "data" / "train.jsonl").read_bytes().splitlines(keepends=True)[:12]))
TRAIN = [article.id for article in newsgold.load(path=GOLD)]
SEVENTH = TRAIN[6]
SCHEMA = json.loads((ROOT / "schemas" / "run.json").read_text(encoding="utf-8"))
FAST = ["--gold", str(GOLD), "--backoff", "0.01"]

# Reads articles, logs each id and answers; BEHAVIOUR is code with article, answer, say() and n at hand, run before an answer is written.
SYSTEM = """
import json, os, sys, time
from pathlib import Path
log = Path({log!r})
def say(text, end="\\n"):
    sys.stdout.buffer.write((text + end).encode()); sys.stdout.buffer.flush()
def asked(article):
    with log.open("a") as file:
        file.write(article["id"] + "\\n")
    return log.read_text().split().count(article["id"])
{before}
for line in sys.stdin.buffer:
    article = json.loads(line)
    n = asked(article)
    answer = {{"id": article["id"], "claims": [{{"content": article["text"].split("\\n")[0]}}]}}
    {behaviour}
    say(json.dumps(answer))
{after}
"""


class Bench:
    """A folder with a system's script, its log and what the run wrote."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.out = folder / "predictions.jsonl"
        self.log = folder / "asked.log"

    def script(self, behaviour: str = "pass", before: str = "", after: str = "") -> str:
        path = self.folder / "system.py"
        path.write_text(SYSTEM.format(log=str(self.log), behaviour=behaviour.replace("\n", "\n    "), before=before, after=after), encoding="utf-8")
        return f"cmd: {sys.executable} {path}"

    def function(self, body: str, name: str = "system.py") -> str:
        head = f"import json, os, sys, time\nfrom pathlib import Path\ndef asked(article):\n    with open({str(self.log)!r}, 'a') as file: file.write(article['id'] + '\\n')\n"
        (self.folder / name).write_text(head + body, encoding="utf-8")
        return f"{self.folder / name}:predict"

    def predict(self, system: str, *more: str) -> int:
        return main(["predict", system, "--out", str(self.out), *FAST, *more])

    def popen(self, system: str, *more: str) -> subprocess.Popen[str]:
        env = {**os.environ, "PYTHONPATH": str(ROOT / "benchmark")}
        words = [sys.executable, "-m", "newsgold", "predict", system, "--out", str(self.out), *FAST, *more]
        # A shell's background jobs ignore SIGINT, and so would what they start.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            return subprocess.Popen(words, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=self.folder)
        finally:
            signal.signal(signal.SIGINT, before)

    @property
    def predictions(self) -> dict[str, dict[str, Any]]:
        lines = [json.loads(line) for line in self.out.read_text(encoding="utf-8").splitlines()]
        assert [line["id"] for line in lines] == TRAIN
        return {line["id"]: line for line in lines}

    @property
    def record(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "predictions.run.json").read_text(encoding="utf-8"))
        jsonschema.validate(found, SCHEMA)
        assert found["answered"] + found["failed"] == found["articles"] == len(TRAIN)
        assert found["predictions_sha256"] == newsgold.normalize.digest(self.out.read_bytes())
        return found

    @property
    def errors(self) -> dict[str, str]:
        errors = {line["id"]: line["error"] for line in self.predictions.values() if "error" in line}
        assert errors == {entry["id"]: entry["error"] for entry in self.record["by_article"] if entry["error"]}
        return errors

    @property
    def calls(self) -> Counter[str]:
        return Counter(self.log.read_text().split()) if self.log.exists() else Counter()

    def wait_for(self, done: Callable[[], bool]) -> None:
        for _ in range(600):
            if done():
                return
            time.sleep(0.02)
        raise AssertionError("it never came to that")

    def settled(self) -> int:
        part = self.folder / "predictions.jsonl.part"
        return part.read_bytes().count(b'{"prediction"') if part.exists() else 0


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


AT = f'article["id"] == {SEVENTH!r}'


# --- commands ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("jobs", ["1", "3"])
def test_a_command_answers_every_article(bench: Bench, jobs: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.predict(bench.script(), "--jobs", jobs) == OK
    assert not bench.errors and bench.calls == Counter(TRAIN)
    assert all(line["claims"] for line in bench.predictions.values())
    assert not (bench.folder / "predictions.jsonl.part").exists()
    assert bench.record["retries"] == 0 and len(bench.record["sessions"]) == 1
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("predictions.jsonl: 12 of 12 articles answered in ") and err.count("\n") == 1


def test_answers_in_any_order_or_only_at_the_end_give_the_same_file(bench: Bench) -> None:
    assert bench.predict(bench.script()) == OK
    in_order = bench.out.read_bytes()
    kept = "answers.append(answer)\ncontinue"
    for order in ("answers", "answers[::-1]", "sorted(answers, key=str)"):
        system = bench.script(kept, "answers = []", f"for answer in {order}: print(json.dumps(answer))")
        assert bench.predict(system, "--force", "--jobs", "2") == OK
        assert bench.out.read_bytes() == in_order


@pytest.mark.parametrize("death", ["sys.stderr.write('boom\\n'); os._exit(3)", "os.kill(os.getpid(), 9)", "raise ValueError('boom')"])
def test_a_crash_fails_its_article_and_loses_no_other(bench: Bench, death: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.predict(bench.script(f"if {AT}: {death}"), "--retries", "1") == FAILED
    assert list(bench.errors) == [SEVENTH]
    assert re.search(r"the system crashed \((exit status [13]\); its last words: '.*boom|killed by SIGKILL)", bench.errors[SEVENTH])
    # All at once, alone, alone again: and the others after it were asked once more at most.
    assert bench.calls[SEVENTH] == 3 and max(bench.calls.values()) == 3
    assert all(n == 1 for name, n in bench.calls.items() if name != SEVENTH)
    assert "1 of 12 articles failed and are scored as empty" in capsys.readouterr().err
    assert main(["validate", str(bench.out), "--gold", str(GOLD)]) == OK


def test_a_crash_of_a_system_that_holds_its_output_back_loses_no_answer(bench: Bench) -> None:
    system = bench.script(f"if {AT}: os._exit(3)\nanswers.append(answer)\ncontinue", "answers = []", "for answer in answers: print(json.dumps(answer))")
    assert bench.predict(system, "--retries", "0") == FAILED
    assert list(bench.errors) == [SEVENTH]


def test_a_crash_that_passes_is_asked_again(bench: Bench) -> None:
    assert bench.predict(bench.script(f"if {AT} and n < 3: os._exit(3)"), "--retries", "1") == OK
    assert not bench.errors and bench.record["retries"] == 1


def test_a_hang_fails_its_article_after_the_timeout(bench: Bench) -> None:
    started = time.monotonic()
    assert bench.predict(bench.script(f"if {AT}: time.sleep(600)"), "--timeout", "1", "--retries", "0") == FAILED
    assert list(bench.errors) == [SEVENTH] and bench.errors[SEVENTH] == "no answer within 1 s"
    assert 2 <= time.monotonic() - started < 30


def test_what_a_system_prints_is_noted_and_loses_nothing(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    stray = "say('loading model 50%'); say('{\"a\": 1}'); say('[]'); say('')"
    assert bench.predict(bench.script(before=stray, after="say('{\"id\": \"half', end='')")) == OK
    assert not bench.errors
    notes = bench.record["notes"]
    assert notes[0] == "line 1 of its output is no answer: 'loading model 50%'; expected one JSON object with an id"
    assert len(notes) == 4 and "half" in notes[-1]
    assert all(f"note: {note}" in capsys.readouterr().err for note in notes[:1])


def test_endless_output_ends_at_the_timeout(bench: Bench) -> None:
    assert bench.predict(bench.script(f"while {AT}: say('x' * 1000)"), "--timeout", "1", "--retries", "0") == FAILED
    assert list(bench.errors) == [SEVENTH] and len(bench.record["notes"]) == 20


def test_half_a_line_fails_its_article(bench: Bench) -> None:
    assert bench.predict(bench.script(f"if {AT}: say(json.dumps(answer)[:-9]); continue"), "--retries", "1") == FAILED
    assert list(bench.errors) == [SEVENTH] and "not JSON" in bench.errors[SEVENTH] and bench.calls[SEVENTH] == 2


def test_another_articles_id_is_noted_and_its_own_answer_kept(bench: Bench) -> None:
    first = TRAIN[0]
    assert bench.predict(bench.script(f"if {AT}: answer = {{'id': {first!r}}}"), "--retries", "0") == FAILED
    assert list(bench.errors) == [SEVENTH] and f"answers '{first}' again; the first answer was kept" in bench.errors[SEVENTH]
    assert bench.predictions[first]["claims"]


def test_an_extra_article_and_an_answer_given_twice_are_noted(bench: Bench) -> None:
    assert bench.predict(bench.script("say(json.dumps(answer))", 'say(\'{"id": "nobody"}\')')) == OK
    assert not bench.errors
    notes = bench.record["notes"]
    assert "line 1 of its output answers 'nobody', which it was not asked for" in notes
    assert f"line 3 of its output answers '{TRAIN[0]}' again; the first answer was kept" in notes and len(notes) == 13


def test_a_missing_answer_fails_its_article(bench: Bench) -> None:
    assert bench.predict(bench.script(f"if {AT}: continue"), "--retries", "1") == FAILED
    assert bench.errors == {SEVENTH: "no answer: the system ended without one"} and bench.calls[SEVENTH] == 2


def test_an_answer_of_50_mb_is_dropped(bench: Bench) -> None:
    assert bench.predict(bench.script(f"if {AT}: answer['meta'] = {{'x': 'y' * 50_000_000}}"), "--retries", "0") == FAILED
    assert bench.errors == {SEVENTH: "the answer is over 16 MiB"}


def test_byte_order_marks_crlf_and_unicode_do_no_harm(bench: Bench) -> None:
    behaviour = "answer['meta'] = {'word': 'Agbéko \U0001f600\\u2028'}\nsay('\\ufeff' + json.dumps(answer, ensure_ascii=False), end='\\r\\n')\ncontinue"
    assert bench.predict(bench.script(behaviour)) == OK
    lines = bench.out.read_bytes().split(b"\n")
    assert len(lines) == 13 and all(json.loads(line)["meta"]["word"] == "Agbéko \U0001f600\u2028" for line in lines[:-1])
    assert b"\r" not in bench.out.read_bytes() and b"\xef\xbb\xbf" not in bench.out.read_bytes()


def test_an_invalid_prediction_is_asked_again_and_fails_with_its_place(bench: Bench) -> None:
    wrong = "answer['claims'][0]['content'] = {'start': 0, 'end': 10**6}"
    assert bench.predict(bench.script(f"if {AT}: {wrong}"), "--retries", "2") == FAILED
    assert bench.calls[SEVENTH] == 3 and bench.errors[SEVENTH].startswith("invalid prediction: $.claims[0].content")
    assert bench.predict(bench.script(f"if {AT} and n < 5: {wrong}"), "--retries", "2", "--force") == OK
    assert bench.record["retries"] == 1


def test_a_failure_after_the_last_answer_is_noted(bench: Bench) -> None:
    assert bench.predict(bench.script(after="sys.exit('out of luck')")) == OK
    assert bench.record["notes"] == ["the system gave every answer and then failed (exit status 1); its last words: 'out of luck'"]


def test_a_shell_command_and_what_it_starts_are_ended(bench: Bench) -> None:
    mark = bench.folder / "alive"
    system = f"cmd: sh -c 'while sleep 0.1; do date > {mark}; done'"
    assert bench.predict(system, "--timeout", "0.2", "--retries", "0", "--allow-failures") == OK
    assert len(bench.errors) == 12
    mark.unlink()
    time.sleep(0.5)
    assert not mark.exists()


def test_what_cannot_be_asked_is_bad_usage(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    empty = bench.function("x = 1\n")
    for system, words in [
        ("nonsense", "expected package.module:function"), ("cmd:", "no command"), ("cmd: 'open", "expected a command"), ("cmd: no-such-program-here x", "is no program"),
        ("no/such/file.py:predict", "is no file"), (empty, "cannot be imported: AttributeError"), ("no_such_module_here:f", "cannot be imported: ModuleNotFoundError"),
        (empty.replace("predict", "x"), "expected a function"), ("http://", "no host"), ("http://host:port/", "no address"),
    ]:  # fmt: skip
        assert bench.predict(system) == BAD, system
        assert words in capsys.readouterr().err, system
        assert list(bench.folder.glob("predictions*")) == [], system
    for argv in (["--batch", "2"], ["--header", "a: b"]):
        assert bench.predict(bench.script(), *argv) == BAD
    assert bench.predict("http://127.0.0.1:9/", "--header", "Authorization: $NO_SUCH_VARIABLE_HERE") == BAD
    assert "$NO_SUCH_VARIABLE_HERE of the header Authorization is not set" in capsys.readouterr().err


def test_a_system_that_answers_nothing_is_given_up(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.predict(bench.script(before="sys.exit('no model here')"), "--retries", "0") == BAD
    err = capsys.readouterr().err
    assert "the first 5 articles all failed; given up" in err and "no model here" in err
    assert list(bench.folder.glob("predictions*")) == []
    assert bench.predict(bench.script(before="sys.exit('no model here')"), "--retries", "0", "--allow-failures") == OK
    assert len(bench.errors) == 12


@pytest.mark.skipif(os.name != "posix", reason="cat")
def test_a_process_that_is_killed_while_it_is_written_to(monkeypatch: pytest.MonkeyPatch) -> None:
    process = clients.launch(["cat"], None, dict(os.environ))
    failed: list[BaseException] = []

    def kill() -> None:
        try:
            process.kill()
        except BaseException as error:
            failed.append(error)

    killer = threading.Thread(target=kill)
    start = threading.Thread.start

    def late(thread: threading.Thread) -> None:
        if thread is not killer:
            killer.start()
            killer.join(0.3)  # the run is stopped just before the writer starts
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", late)
    process.send(b"line\n", close=False)
    killer.join(10)
    assert not failed and not killer.is_alive()
    monkeypatch.undo()
    before = threading.active_count()
    process.send(b"line\n", close=True)  # nobody is there to read it
    assert threading.active_count() <= before


# --- callables --------------------------------------------------------------------------------------------------------


def test_a_function_gets_an_article_or_with_batch_a_list(bench: Bench) -> None:
    plain = bench.function("def predict(article):\n    asked(article)\n    return {'id': article['id'], 'claims': [{'content': article['text'][:20]}]}\n")
    assert bench.predict(plain) == OK
    found = bench.out.read_bytes()
    batch = bench.function(
        "def predict(articles):\n    assert len(articles) in (5, 2), len(articles)\n    return ({'id': a['id'], 'claims': [{'content': a['text'][:20]}]} for a in articles)\n"
    )
    assert bench.predict(batch, "--batch", "5", "--force") == OK
    assert bench.out.read_bytes() == found and bench.calls == Counter(TRAIN)


def test_a_function_of_a_module_beside_the_user_is_found(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.function("class Tools:\n    def predict(article): return {'id': article['id']}\n", "mysystem.py")
    monkeypatch.chdir(bench.folder)
    assert bench.predict("mysystem:Tools.predict") == OK


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("raise KeyError('boom')", r"KeyError: 'boom' \(system.py, line \d+\)"),
        ("sys.exit(4)", r"the system crashed \(exit status 4\)"),
        ("os._exit(5)", r"the system crashed \(exit status 5\)"),
        ("time.sleep(600)", "no answer within 1 s"),
        ("return {1, 2}", "the answer is no JSON: Object of type set"),
        ("return {'id': article['id'], 'x': float('nan')}", "the answer is no JSON"),
        ("return None", "null; expected one JSON object"),
        ("return {'id': 'another'}", f"\\$.id: 'another'; expected '{SEVENTH}', the article that was asked for"),
        ("return {'id': article['id'], 'claim': []}", r"invalid prediction: \$.claim: "),
        ("return {'id': article['id'], 'meta': {'x': 'y' * 50_000_000}}", "the answer is over 16 MiB"),
        ("return {}", r"invalid prediction: \$: .*id"),
    ],
)
def test_a_function_that_fails_on_one_article_loses_no_other(bench: Bench, fault: str, error: str) -> None:
    body = f"print('hello'); sys.stdout.flush(); os.write(1, b'noise')\n    if {AT}: {fault}\n    return {{'id': article['id']}}"
    system = bench.function(f"def predict(article):\n    asked(article)\n    {body}\n")
    timeout = "1" if "sleep" in fault else "60"  # else a busy machine has no time for 50 MB
    assert bench.predict(system, "--timeout", timeout, "--retries", "1", "--jobs", "2") == FAILED
    assert list(bench.errors) == [SEVENTH] and re.search(error, bench.errors[SEVENTH]), bench.errors
    assert bench.calls == Counter([*TRAIN, SEVENTH])


@pytest.mark.parametrize("fault", ["raise KeyError('boom')", "os._exit(5)", "time.sleep(600)", "return []", "pass"])
def test_one_article_does_not_sink_its_batch(bench: Bench, fault: str) -> None:
    bad = f"any({AT} for article in articles)"
    answer = f"[{{'id': article['id'] if not ({AT}) else 3}} for article in articles]"
    system = bench.function(f"def predict(articles):\n    for article in articles: asked(article)\n    if {bad}: {fault}\n    return {answer}\n")
    assert bench.predict(system, "--batch", "4", "--timeout", "0.8", "--retries", "0") == FAILED
    assert list(bench.errors) == [SEVENTH]


@pytest.mark.parametrize("order", ["answers[::-1]", "answers + answers[:1]", "answers[:1] * len(answers)"])
def test_a_batch_out_of_order_or_with_an_answer_twice_is_asked_one_by_one(bench: Bench, order: str) -> None:
    body = "    for article in articles: asked(article)\n    answers = [{'id': article['id']} for article in articles]\n"
    system = bench.function(f"def predict(articles):\n{body}    return {order} if len(articles) > 1 else answers\n")
    assert bench.predict(system, "--batch", "4", "--retries", "0") == OK
    assert not bench.errors and max(bench.calls.values()) == 2


def test_a_systems_own_error_is_kept_with_what_it_found(bench: Bench) -> None:
    system = bench.function("def predict(article):\n    return {'id': article['id'], 'claims': [{'content': article['text'][:9]}], 'error': 'too\\nlong'}\n")
    assert bench.predict(system, "--allow-failures", "--retries", "1") == OK
    assert set(bench.errors.values()) == {"too long"} and all(line["claims"] for line in bench.predictions.values())


# --- HTTP -------------------------------------------------------------------------------------------------------------


class Stub(Endpoint):
    """An endpoint that answers as ``behave`` says: (status, headers, body), or ``None`` to hang up."""

    path = "/extract"

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.seen: list[tuple[dict[str, str], dict[str, Any]]] = []
        self.busy = self.most = 0
        self.behave: Callable[[dict[str, Any], int], Answer | None] = lambda article, n: ok(article)
        super().__init__()

    def answer(self, body: dict[str, Any], headers: dict[str, str], path: str) -> Answer | None:
        with self.lock:
            self.calls[body["id"]] += 1
            self.seen.append((headers, body))
            self.busy += 1
            self.most = max(self.most, self.busy)
        found = self.behave(body, self.calls[body["id"]])
        with self.lock:
            self.busy -= 1
        return found


def ok(article: dict[str, Any], **more: Any) -> Answer:
    return 200, {}, json.dumps({"id": article["id"], **more}).encode()


@pytest.fixture
def stub() -> Iterator[Stub]:
    with Stub().serving() as server:
        yield server


def test_an_endpoint_answers_every_article(bench: Bench, stub: Stub) -> None:
    assert bench.predict(stub.url) == OK
    assert not bench.errors and stub.calls == Counter(TRAIN)
    assert stub.seen[0][0]["Content-Type"] == "application/json" and set(stub.seen[0][1]) == set(clients.FIELDS)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_an_endpoint_that_is_busy_is_asked_again(bench: Bench, stub: Stub, status: int) -> None:
    stub.behave = lambda article, n: ok(article) if n > 2 else (status, {}, b"busy")
    assert bench.predict(stub.url, "--jobs", "4") == OK
    assert set(stub.calls.values()) == {3} and bench.record["retries"] == 24


def test_retry_after_is_waited_for(bench: Bench, stub: Stub) -> None:
    stub.behave = lambda article, n: (429, {"Retry-After": "1"}, b"") if article["id"] == SEVENTH and n == 1 else ok(article)
    started = time.monotonic()
    assert bench.predict(stub.url) == OK
    assert time.monotonic() - started >= 1


def test_retry_after_may_be_a_date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients.time, "time", lambda: 784111777.0 - 30)  # 30 seconds before the date of RFC 9110
    dates = ["Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:40:00 GMT"]
    assert [clients.wait_asked(value) for value in (*dates, "7", "", "soon", "-1", "1" * 30)] == [30, 30, 0, 7, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("answer", "error", "calls"),
    [
        ((400, {}, b'{"detail": "no such field"}'), r'HTTP status 400 Bad Request: \'{"detail": "no such field"}\'', 1),
        ((307, {"Location": "http://elsewhere/"}, b""), "HTTP status 307 Temporary Redirect", 1),
        ((500, {}, b"down"), "HTTP status 500 Internal Server Error: 'down'", 2),
        ((200, {}, b'{"id": '), "not JSON at column", 2),
        ((200, {}, b"<html>"), "not JSON at column 1", 2),
        ((200, {}, b""), "not JSON", 2),
        ((200, {"Content-Length": "500"}, b'{"id": "x"'), "no answer|not JSON", 2),
        ((200, {}, b'{"id": "another"}'), r"\$.id: 'another'; expected", 2),
        ((200, {}, json.dumps({"id": SEVENTH, "claims": [{"content": 3}]}).encode()), r"invalid prediction: \$.claims\[0\].content", 2),
        ((200, {}, b" " * 50_000_000), "the answer is over 16 MiB", 2),
        ((200, {"X-Slow": "1"}, b" " * 1000), "no answer within 1 s", 2),
        (None, "no answer: RemoteDisconnected", 2),
    ],
)  # fmt: skip
def test_an_endpoint_that_fails_on_one_article_loses_no_other(bench: Bench, stub: Stub, answer: Any, error: str, calls: int) -> None:
    def behave(article: dict[str, Any], n: int) -> Any:
        return answer if article["id"] == SEVENTH else ok(article)

    stub.behave = behave
    assert bench.predict(stub.url, "--timeout", "60" if "16 MiB" in error else "1", "--retries", "1") == FAILED
    assert list(bench.errors) == [SEVENTH] and re.search(error, bench.errors[SEVENTH]), bench.errors
    # A connection that drops is tried once more at once when it was an old one.
    assert stub.calls[SEVENTH] in ((calls,) if answer else (calls, calls + 1))


def test_an_endpoint_that_hangs_fails_within_the_timeout(bench: Bench, stub: Stub) -> None:
    stub.behave = lambda article, n: time.sleep(30) or ok(article) if article["id"] == SEVENTH else ok(article)
    started = time.monotonic()
    assert bench.predict(stub.url, "--timeout", "0.5", "--retries", "0") == FAILED
    assert bench.errors == {SEVENTH: "no answer within 0.5 s"} and time.monotonic() - started < 10


def test_an_endpoint_that_is_not_there_is_given_up(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    with Stub() as gone:
        url = gone.url
    assert bench.predict(url, "--retries", "1") == BAD
    assert "ConnectionRefusedError" in capsys.readouterr().err


# --- concurrency, usage, determinism ----------------------------------------------------------------------------------


def test_jobs_work_at_the_same_time(bench: Bench, stub: Stub) -> None:
    def slow(article: dict[str, Any], n: int) -> tuple[int, dict[str, str], bytes]:
        time.sleep(0.2)
        return ok(article)

    stub.behave = slow
    started = time.monotonic()
    assert bench.predict(stub.url, "--jobs", "6") == OK
    assert stub.most == 6 and 0.4 <= time.monotonic() - started < 1.8
    nap = bench.function("def predict(article):\n    time.sleep(0.5)\n    return {'id': article['id']}\n")
    assert bench.predict(nap, "--jobs", "6", "--force") == OK
    assert bench.record["latency"]["p50"] >= 0.5 and bench.record["seconds"] < 0.5 * 12 / 2
    assert bench.predict(bench.script("time.sleep(0.5)"), "--jobs", "6", "--force") == OK
    assert bench.record["seconds"] < 0.5 * 12 / 2


def test_the_order_of_answers_shows_nowhere(bench: Bench, stub: Stub) -> None:
    files = set()
    for delay in (lambda place: 0.0, lambda place: 0.02 * place, lambda place: 0.02 * (12 - place)):

        def behave(article: dict[str, Any], n: int, delay: Callable[[int], float] = delay) -> tuple[int, dict[str, str], bytes]:
            time.sleep(delay(TRAIN.index(article["id"])))
            return ok(article, claims=[{"content": article["text"][:10]}])

        stub.behave = behave
        assert bench.predict(stub.url, "--jobs", "12", "--force") == OK
        files.add(bench.out.read_bytes())
    assert len(files) == 1


def test_usage_is_summed_over_all_attempts_and_never_written_to_the_predictions(bench: Bench, stub: Stub, capsys: pytest.CaptureFixture[str]) -> None:
    def behave(article: dict[str, Any], n: int) -> tuple[int, dict[str, str], bytes]:
        usage = {"input_tokens": 100, "output_tokens": 7, "cost_usd": 0.1}
        if article["id"] == SEVENTH:  # a bad answer costs too
            return ok(article, usage=usage) if n == 2 else ok(article, usage=usage, wrong=1)
        return ok(article, usage={"input_tokens": 1, "model": "x"})

    stub.behave = behave
    assert bench.predict(stub.url) == OK
    assert bench.record["usage"] == {"input_tokens": 211, "output_tokens": 14, "cost_usd": 0.2}
    assert bench.record["by_article"][6]["usage"] == {"input_tokens": 200, "output_tokens": 14, "cost_usd": 0.2}
    assert "usage" not in bench.out.read_text(encoding="utf-8")
    assert "211 tokens in, 14 tokens out, $0.2000" in capsys.readouterr().err


def test_usage_that_makes_no_sense_loses_no_answer(bench: Bench) -> None:
    assert bench.predict(bench.script("answer['usage'] = {'input_tokens': -1, 'cost_usd': True} if n % 2 else 7")) == OK
    assert bench.record["usage"] is None and f"{TRAIN[0]}: $.usage.input_tokens: -1 was not counted" in bench.record["notes"][0]


def test_percentiles_are_nearest_rank(bench: Bench) -> None:
    assert bench.predict(bench.script()) == OK
    times = sorted(entry["seconds"] for entry in bench.record["by_article"])
    latency = bench.record["latency"]
    assert [latency[name] for name in ("p50", "p90", "p99", "max")] == [times[5], times[10], times[11], times[11]]


# --- a system that stops the run --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["command", "callable", "batch", "http"])
def test_a_system_stops_the_run_and_it_goes_on_there(bench: Bench, stub: Stub, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    money = bench.folder / "money"
    empty = f"{AT} and not os.path.exists({str(money)!r})"
    stop = {"error": "no more", "stop": "the budget\nis spent", "usage": {"input_tokens": 5}}
    more: tuple[str, ...] = ()
    if kind == "command":
        system = bench.script(f"if {empty}: say(json.dumps(dict(answer, **{stop!r}))); break")
    elif kind == "http":
        stub.behave = lambda article, n: ok(article, **(stop if article["id"] == SEVENTH and not money.exists() else {}))
        system = stub.url
    elif kind == "callable":
        system = bench.function(f"def predict(article):\n    asked(article)\n    return {{'id': article['id'], **({stop!r} if {empty} else {{}})}}\n")
    else:
        body = f"    return [{{'id': article['id'], **({stop!r} if {empty} else {{}})}} for article in articles]\n"
        system = bench.function(f"def predict(articles):\n    for article in articles: asked(article)\n{body}")
        more = ("--batch", "2")
    assert bench.predict(system, *more) == BAD
    kept = "6 of 12 articles are answered and kept, --resume goes on"
    # The batch's other article was answered.
    assert f"system: $: stopped the run: the budget is spent; {kept.replace('6', '7', 1) if kind == 'batch' else kept}" in capsys.readouterr().err
    calls = stub.calls if kind == "http" else bench.calls
    assert calls == Counter(TRAIN[: 8 if kind == "batch" else 7]) and not bench.out.exists()
    money.touch()
    assert bench.predict(system, *more, "--resume") == OK
    again = Counter([*TRAIN, SEVENTH])
    assert not bench.errors and (stub.calls if kind == "http" else bench.calls) == again
    assert bench.record["usage"]["input_tokens"] == 5 and '"stop":' not in bench.out.read_text(encoding="utf-8")


def test_what_is_under_way_when_a_system_stops_is_kept(bench: Bench, stub: Stub) -> None:
    stopped = threading.Event()

    def behave(article: dict[str, Any], n: int) -> tuple[int, dict[str, str], bytes]:
        if article["id"] == TRAIN[1]:
            stopped.set()
            return ok(article, stop="enough")
        stopped.wait(20)
        time.sleep(0.2)
        return ok(article)

    stub.behave = behave
    assert bench.predict(stub.url, "--jobs", "2") == BAD
    assert stub.calls == Counter(TRAIN[:2]) and bench.settled() == 2
    stub.behave = lambda article, n: ok(article)
    assert bench.predict(stub.url, "--jobs", "2", "--resume") == OK and not bench.errors
    assert stub.calls == Counter([*TRAIN, TRAIN[1]])


def test_a_stop_without_words_is_a_bad_answer(bench: Bench) -> None:
    assert bench.predict(bench.script(f"if {AT}: answer['stop'] = True"), "--retries", "0") == FAILED
    assert bench.errors == {SEVENTH: "$.stop: True; expected words that say why the run is to end"}


# --- kill, resume, refuse ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["command", "callable", "http"])
def test_a_killed_run_goes_on_without_redoing_or_losing_an_article(bench: Bench, stub: Stub, kind: str) -> None:
    gate = bench.folder / "gate"
    hold = f"while {AT} and not os.path.exists({str(gate)!r}): time.sleep(0.01)"
    if kind == "command":
        system = bench.script(hold)
    elif kind == "callable":
        system = bench.function(f"def predict(article):\n    asked(article)\n    {hold}\n    return {{'id': article['id']}}\n")
    else:

        def behave(article: dict[str, Any], n: int) -> tuple[int, dict[str, str], bytes]:
            while article["id"] == SEVENTH and not gate.exists():
                time.sleep(0.01)
            return ok(article)

        stub.behave, system = behave, stub.url
    run = bench.popen(system)
    bench.wait_for(lambda: bench.settled() == 6 and (stub.calls if kind == "http" else bench.calls)[SEVENTH] == 1)
    run.send_signal(signal.SIGKILL)
    run.communicate()
    assert not bench.out.exists()
    before = bench.calls if kind != "http" else Counter(stub.calls)
    assert bench.predict(system) == BAD  # not in silence
    gate.touch()
    assert bench.predict(system, "--resume") == OK
    calls = (bench.calls if kind != "http" else stub.calls) - before
    assert calls == Counter(TRAIN[6:]) and not bench.errors
    assert [session["asked"] for session in bench.record["sessions"]] == [12, 6]


def test_a_torn_last_line_is_asked_again(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    system = bench.script(f"if {AT}: time.sleep(600)")
    run = bench.popen(system)
    bench.wait_for(lambda: bench.settled() == 6)
    run.kill()
    run.communicate()
    part = bench.folder / "predictions.jsonl.part"
    part.write_bytes(part.read_bytes()[:-20])
    bench.log.unlink(missing_ok=True)
    assert bench.predict(bench.script()) == BAD
    assert "a run was cut off here with 5 articles answered; expected --resume" in capsys.readouterr().err
    run = bench.popen(bench.script(f"if {AT}: time.sleep(600)"), "--resume")  # and what is written behind it can be read
    bench.wait_for(lambda: bench.settled() == 6 and bench.calls[SEVENTH] == 1)
    run.kill()
    run.communicate()
    assert bench.calls == Counter(TRAIN[5:7])
    assert bench.predict(bench.script(), "--resume") == OK
    assert bench.calls == Counter([*TRAIN[5:], SEVENTH]) and not bench.errors
    assert [session["asked"] for session in bench.record["sessions"]] == [12, 7, 6]


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_keeps_what_is_answered_and_leaves_no_process(bench: Bench, sent: signal.Signals) -> None:
    beat = bench.folder / "beat"
    run = bench.popen(bench.script(f"while {AT}: time.sleep(0.02); Path({str(beat)!r}).touch()"))
    bench.wait_for(lambda: bench.settled() == 6 and beat.exists())
    run.send_signal(sent)
    _, err = run.communicate(timeout=20)
    assert run.returncode == 130 and "what is answered is kept in" in err and "Traceback" not in err
    beat.unlink()
    time.sleep(0.3)
    assert not beat.exists() and bench.settled() == 6
    bench.log.unlink()
    assert bench.predict(bench.script(), "--resume") == OK
    assert bench.calls == Counter(TRAIN[6:])


def test_two_runs_into_one_file_are_refused(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    system = bench.script(f"while {AT} and not os.path.exists({str(bench.folder / 'gate')!r}): time.sleep(0.01)")
    run = bench.popen(system)
    bench.wait_for(lambda: bench.settled() == 6)
    for more in ((), ("--resume",), ("--force",)):
        assert bench.predict(system, *more) == BAD
        assert "another run is writing it" in capsys.readouterr().err
    (bench.folder / "gate").touch()
    assert run.wait(20) == OK
    run.communicate()
    assert not bench.errors and bench.calls == Counter(TRAIN)


def test_two_names_with_one_record_are_refused(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.predict(bench.script()) == OK
    before = bench.record
    other = ["predict", bench.script(), "--out", str(bench.folder / "predictions.txt"), *FAST]
    for more in ([], ["--resume"]):
        assert main([*other, *more]) == BAD
        assert "predictions.run.json: $: is the record of a run whose predictions are not predictions.txt" in capsys.readouterr().err
    assert bench.record == before and not list(bench.folder.glob("predictions.txt*"))


def test_a_scorecard_of_other_predictions_is_not_replaced(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    card = bench.folder / "predictions.scorecard.json"
    card.write_text("mine")
    assert main(["run", bench.script(), "--out", str(bench.out), *FAST, "--resamples", "0"]) == BAD
    assert "is a scorecard of other predictions" in capsys.readouterr().err and card.read_text() == "mine" and not bench.calls


def test_a_part_of_another_run_is_refused(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    run = bench.popen(bench.script(f"if {AT}: time.sleep(600)"))
    bench.wait_for(lambda: bench.settled() == 6)
    run.kill()
    run.communicate()
    part = (bench.folder / "predictions.jsonl.part").read_bytes()
    assert bench.predict(bench.script() + " --fast", "--resume") == BAD
    assert "is of another run: system" in capsys.readouterr().err
    assert main(["predict", bench.script(), "--out", str(bench.out), "--resume", "--split", "test"]) == BAD
    assert "is of another run: split 'custom'; expected 'test'" in capsys.readouterr().err
    fewer = bench.folder / "fewer.jsonl"
    fewer.write_bytes(b"".join(GOLD.read_bytes().splitlines(keepends=True)[:11]))
    assert main(["predict", bench.script(), "--out", str(bench.out), "--resume", "--gold", str(fewer)]) == BAD
    assert "is of another run: articles_sha256 " in capsys.readouterr().err
    assert (bench.folder / "predictions.jsonl.part").read_bytes() == part
    (bench.folder / "predictions.jsonl.part").write_text("mine\n")
    assert bench.predict(bench.script(), "--resume") == BAD
    assert (bench.folder / "predictions.jsonl.part").read_text() == "mine\n"
    assert bench.predict(bench.script(), "--force") == OK


def test_a_result_is_never_replaced_in_silence(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.predict(bench.script()) == OK
    before = bench.out.read_bytes()
    assert bench.predict(bench.script("answer['claims'] = []")) == BAD
    assert "exists; expected a new file, --resume to ask again what failed, or --force" in capsys.readouterr().err
    assert bench.out.read_bytes() == before and sorted(path.name for path in bench.folder.glob("predictions*")) == ["predictions.jsonl", "predictions.run.json"]
    assert bench.predict(bench.script("answer['claims'] = []"), "--force") == OK
    assert bench.out.read_bytes() != before
    bench.out.write_text("mine\n")
    assert bench.predict(bench.script(), "--resume") == BAD
    assert "is not what the run wrote" in capsys.readouterr().err and bench.out.read_text() == "mine\n"


def test_resume_of_a_finished_run_asks_only_what_failed(bench: Bench) -> None:
    assert bench.predict(bench.script(f"if {AT}: answer['x'] = 1"), "--retries", "1") == FAILED
    assert bench.predict(bench.script(), "--resume") == OK
    assert bench.calls == Counter([*TRAIN, SEVENTH, SEVENTH])
    record = bench.record
    assert record["by_article"][6]["attempts"] == 3 and [session["asked"] for session in record["sessions"]] == [12, 1]
    before = bench.out.read_bytes()
    assert bench.predict(bench.script("sys.exit('not to be asked')"), "--resume") == OK
    assert bench.out.read_bytes() == before


# --- what a system sees, what nobody sees -----------------------------------------------------------------------------

PROBE = """
import json, os, sys
seen = {"argv": sys.argv, "env": dict(os.environ), "cwd": os.getcwd(), "ls": os.listdir(), "fds": []}
for fd in range(64):
    try:
        seen["fds"].append(os.readlink(f"/proc/self/fd/{fd}"))
    except OSError:
        pass
"""


@pytest.mark.parametrize("kind", ["command", "callable"])
def test_a_system_sees_text_and_metadata_and_no_way_to_the_gold(bench: Bench, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    gold = bench.folder / "secretgold" / "articles.jsonl"
    gold.parent.mkdir()
    gold.write_bytes(b"\n".join((ROOT / "data" / "train.jsonl").read_bytes().splitlines()[:3]) + b"\n")
    (bench.folder / "here").mkdir()
    monkeypatch.chdir(gold.parent if kind == "command" else bench.folder / "here")
    monkeypatch.setenv("NEWSGOLD_CACHE", str(gold.parent))
    monkeypatch.setenv("PWD", str(gold.parent))
    monkeypatch.setenv("GOLD_FILE", str(gold))
    monkeypatch.setenv("DATA", f"x:{ROOT / 'data'}/test.jsonl")
    script = bench.folder / "probe.py"
    tell = "open({!r}, 'a').write(json.dumps([seen, article]) + chr(10))".format(str(bench.folder / "seen.jsonl"))
    if kind == "command":
        script.write_text(PROBE + f"for line in sys.stdin:\n    article = json.loads(line)\n    {tell}\n    print(json.dumps({{'id': article['id']}}))\n")
        system = f"cmd: {sys.executable} {script}"
    else:
        script.write_text(
            PROBE + f"def predict(article):\n    seen['mods'] = [m for m in sys.modules if 'newsgold' in m]\n    {tell}\n    return {{'id': article['id']}}\n"
        )
        system = f"{script}:predict"
    assert main(["predict", system, "--gold", str(gold), "--out", str(bench.out)]) == OK
    told = [json.loads(line) for line in (bench.folder / "seen.jsonl").read_text().splitlines()]
    assert len(told) == 3
    for seen, article in told:
        assert list(article) == ["id", "headline", "dateline", "text", "language", "published", "genre", "topics"]
        everything = json.dumps(seen)
        assert "secretgold" not in everything and str(ROOT / "data") not in everything and seen.get("mods", []) == []
        if kind == "command":
            assert seen["ls"] == [] and str(ROOT) not in json.dumps([seen["argv"], seen["cwd"], seen["fds"]])


def test_what_is_sent_holds_nothing_of_the_annotation() -> None:
    for article in newsgold.load("train"):
        sent = json.loads(clients.line_of(article))
        assert sent == {name: getattr(article, name) if name != "topics" else list(article.topics) for name in clients.FIELDS}
        assert article.canary not in clients.line_of(article).decode() and clients.line_of(article).isascii()


def test_the_file_of_a_module_that_lies_here_is_digested(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    (bench.folder / "kit").mkdir()
    bench.function("def predict(article): return {'id': article['id']}\n", "kit/main.py")
    monkeypatch.chdir(bench.folder)
    assert bench.predict("kit.main:predict") == OK
    assert bench.record["sessions"][0]["files"] == {"kit/main.py": newsgold.normalize.digest((bench.folder / "kit" / "main.py").read_bytes())}
    assert clients.system("json:dumps").files == {}


def test_files_that_a_command_names_are_found_and_digested(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    system = bench.script()
    monkeypatch.chdir(bench.folder)
    assert bench.predict("cmd: " + system.split()[1] + " system.py") == OK
    assert bench.record["sessions"][0]["files"]["system.py"] == newsgold.normalize.digest((bench.folder / "system.py").read_bytes())
    (bench.folder / "python").symlink_to(sys.executable)  # an environment is known by where its link lies
    assert clients.system("cmd: ./python system.py").words == (str(bench.folder / "python"), str(bench.folder / "system.py"))
    (bench.folder / "sub").mkdir()
    (bench.folder / "sub" / "system.py").write_text((bench.folder / "system.py").read_text())
    assert bench.predict("cmd: " + system.split()[1] + " system.py", "--cwd", "sub", "--force") == OK


def test_secrets_reach_no_record_no_log_and_no_message(bench: Bench, stub: Stub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    secrets = {"env": "hunter2-environment", "header": "hunter2-header", "query": "hunter2-query", "password": "hunter2-password", "option": "hunter2-option"}
    monkeypatch.setenv("MY_API_KEY", secrets["env"])
    monkeypatch.setenv("HIDDEN_AWAY", secrets["header"])
    heard: list[dict[str, str]] = []

    def behave(article: dict[str, Any], n: int) -> tuple[int, dict[str, str], bytes]:
        heard.append(stub.seen[-1][0])
        if article["id"] == TRAIN[0]:
            return 401, {}, f"wrong key {secrets['header']} or {secrets['query']}".encode()
        return ok(article, error=f"bad: {secrets['password']} {secrets['env']} Bearer abcdefgh12345")

    stub.behave = behave
    url = stub.url.replace("http://", f"http://me:{secrets['password']}@") + f"?key={secrets['query']}"
    assert bench.predict(url, "--header", "X-Key: Token $HIDDEN_AWAY", "--allow-failures", "--retries", "0") == OK
    assert heard[0]["X-Key"] == f"Token {secrets['header']}" and heard[0]["Authorization"].startswith("Basic ")
    written = bench.out.read_text() + json.dumps(bench.record) + "".join(capsys.readouterr())
    assert len(bench.errors) == 12 and bench.record["system"]["headers"] == ["Authorization", "X-Key"]
    assert bench.record["system"]["name"] == f"{stub.url}?key=***"
    loud = bench.script(f"sys.exit('failed with {secrets['option']} ' + os.environ['MY_API_KEY'])")
    command = f"{loud} --api-key {secrets['option']} --token={secrets['password']} --max-tokens 100"
    assert bench.predict(command, "--allow-failures", "--retries", "0", "--force") == OK
    assert bench.record["system"]["name"].endswith("--api-key *** '--token=***' --max-tokens 100")
    written += bench.out.read_text() + json.dumps(bench.record) + "".join(capsys.readouterr())
    assert "failed with *** ***" in written
    importing = bench.function("raise OSError(os.environ['MY_API_KEY'])\n", "broken.py")
    assert bench.predict(importing, "--force") == BAD
    written += capsys.readouterr().err
    assert "cannot be imported: OSError: *** (broken.py, line 5)" in written
    for secret in (*secrets.values(), "abcdefgh12345"):
        assert secret not in written


# --- at a terminal, in a pipe, in one go ------------------------------------------------------------------------------


def test_the_progress_bar_is_silent_in_a_pipe(bench: Bench) -> None:
    run = bench.popen(bench.script())
    out, err = run.communicate(timeout=60)
    assert run.returncode == OK and out == "" and err.count("\n") == 1 and "\x1b" not in err and "\r" not in err


@pytest.mark.skipif(os.name != "posix", reason="a terminal of POSIX")
def test_the_progress_bar_shows_rate_and_time_left_at_a_terminal(bench: Bench) -> None:
    import pty

    ours, theirs = pty.openpty()
    env = {**os.environ, "PYTHONPATH": str(ROOT / "benchmark"), "TERM": "xterm", "COLUMNS": "100"}
    words = [sys.executable, "-m", "newsgold", "predict", bench.script("time.sleep(0.15)"), "--out", str(bench.out), *FAST]
    run = subprocess.Popen(words, env=env, stdout=subprocess.DEVNULL, stderr=theirs)
    os.close(theirs)
    shown = b""
    try:
        while chunk := os.read(ours, 4096):
            shown += chunk
    except OSError:  # the other end is closed
        pass
    os.close(ours)
    assert run.wait() == OK
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode())
    assert "12/12" in text and re.search(r"\d/s", text) and re.search(r"left 0:00:0[0-9]", text)


def test_run_predicts_validates_and_scores(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    system = bench.function("def predict(article):\n    return {'id': article['id'], 'claims': [{'content': article['text'].split('.')[0]}]}\n")
    argv = ["run", system, "--out", str(bench.out), *FAST, "--resamples", "50"]
    assert main([*argv, "--name", "first words"]) == OK
    out = capsys.readouterr().out
    assert "first words on custom (12 articles" in out
    card = json.loads((bench.folder / "predictions.scorecard.json").read_text())
    assert main(["score", str(bench.out), "--gold", str(GOLD), "--system", "first words", "--resamples", "50"]) == OK
    assert capsys.readouterr().out == out and card["system"] == "first words" and bench.record["answered"] == 12
    assert main(argv) == BAD
    assert main([*argv, "--resume", "--format", "json"]) == OK
    assert json.loads(capsys.readouterr().out)["overall"] == card["overall"]


def test_run_scores_a_failed_article_as_empty_and_exits_1(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    system = bench.function(f"def predict(article):\n    if {AT}: raise OSError('down')\n    return {{'id': article['id']}}\n")
    argv = ["run", system, "--out", str(bench.out), *FAST, "--resamples", "0", "--retries", "0"]
    assert main(argv) == FAILED
    card = json.loads((bench.folder / "predictions.scorecard.json").read_text())
    assert card["failed"][SEVENTH].startswith("OSError: down") and card["articles"] == 12 and SEVENTH in card["counts"]
    capsys.readouterr()


def test_articles_without_text_are_skipped_and_named(bench: Bench, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSGOLD_CACHE", str(bench.folder / "nothing"))
    assert main(["predict", bench.script(), "--split", "external", "--out", str(bench.out)]) == OK
    record = json.loads((bench.folder / "predictions.run.json").read_text())
    assert record["skipped"] == [article.id for article in newsgold.load("external")] and record["articles"] == 0 and bench.out.read_bytes() == b""
    assert "skipped without text: " in capsys.readouterr().err
    jsonschema.validate(record, SCHEMA)


def test_the_backoff_doubles_up_to_a_minute() -> None:
    waits: list[float] = []
    desk = clients.Desk([], clients.Mask([]), timeout=1, retries=9, backoff=1.5)
    desk.stop.wait = lambda timeout=None: bool(waits.append(timeout or 0.0))  # type: ignore[method-assign]
    for attempt in range(1, 8):
        desk.wait(attempt)
    desk.wait(1, 20.0)
    desk.wait(1, 10_000.0)
    assert waits == [1.5, 3, 6, 12, 24, 48, 60, 20, 60]


def test_a_fault_of_our_own_is_no_failed_article(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(runner, "stream", broken)
    with pytest.raises(ZeroDivisionError):
        bench.predict(bench.script())
    assert list(bench.folder.glob("predictions*")) == []


def test_systems_are_told_apart() -> None:
    assert clients.system("json:dumps").kind == "callable"
    assert clients.system("cmd: sh -c 'cat; true'").words[-1] == "cat; true"
    assert clients.system("https://example.org/x").kind == "http"
    with pytest.raises(InputError):
        clients.system("json:dumps", ["A: b"])
