"""Scoring in shards: the same bytes from one process, a pool, threads and a cluster; memory that does not grow with the corpus."""

from __future__ import annotations

import multiprocessing
import random
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import orjson
import pytest

import newsgold
import synthetic
from conftest import ROOT
from newsgold import rows
from newsgold.cli import OK, main
from newsgold.counts import Count
from newsgold.issues import InputError
from newsgold.records import to_dict
from newsgold.rows import Rows, Spool, encode

RULES = ROOT / "baselines" / "rules" / "predictions" / "test.jsonl"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A gold file and a predictions file of 100 short articles, in different orders; three articles are not predicted."""
    folder = tmp_path_factory.mktemp("corpus")
    rng = random.Random(7)
    articles = list(synthetic.corpus(100))
    predictions = [synthetic.prediction(article, rng) for article in articles[3:]]
    rng.shuffle(predictions)
    gold, predicted = folder / "gold.jsonl", folder / "predicted.jsonl"
    gold.write_bytes(b"".join(orjson.dumps(to_dict(article)) + b"\n" for article in articles))
    predicted.write_bytes(b"".join(orjson.dumps(data) + b"\n" for data in predictions))
    return gold, predicted


@pytest.fixture(scope="module")
def serial(corpus: tuple[Path, Path]) -> bytes:
    gold, predicted = corpus
    card = newsgold.score(predicted, "custom", gold=gold)
    assert card.articles == 100 and len(card.missing) == 3 and card.overall is not None and 0.5 < card.overall < 1
    return card.to_json(matches=True)


def on_processes() -> Executor:
    return ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn"))


@pytest.mark.parametrize("shard", [1, 9, 1000])
def test_the_size_of_a_shard_changes_no_byte(corpus: tuple[Path, Path], serial: bytes, shard: int) -> None:
    assert newsgold.score(corpus[1], "custom", gold=corpus[0], shard=shard).to_json(matches=True) == serial


@pytest.mark.parametrize("make", [on_processes, lambda: ThreadPoolExecutor(3)], ids=["processes", "threads"])
def test_any_executor_gives_the_same_bytes(corpus: tuple[Path, Path], serial: bytes, make: Callable[[], Executor]) -> None:
    with make() as executor:
        card = newsgold.score(corpus[1], "custom", gold=corpus[0], executor=executor, in_flight=3, shard=8)
    assert card.to_json(matches=True) == serial


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_dask_cluster_gives_the_same_bytes(corpus: tuple[Path, Path], serial: bytes) -> None:
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0") as cluster,
        distributed.Client(cluster) as client,
    ):
        card = newsgold.score(corpus[1], "custom", gold=corpus[0], executor=client.get_executor(), shard=8)
    assert card.to_json(matches=True) == serial


def test_articles_in_memory_score_as_those_of_a_file(corpus: tuple[Path, Path], serial: bytes) -> None:
    gold = list(newsgold.load("test", path=corpus[0]))
    random.Random(1).shuffle(gold)
    objects = [orjson.loads(line) for line in corpus[1].read_bytes().splitlines()]
    assert newsgold.score(objects, "custom", gold=gold).to_json(matches=True) == serial


def test_jobs_on_the_command_line(corpus: tuple[Path, Path], serial: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    args = ["score", str(corpus[1]), "--gold", str(corpus[0]), "--resamples", "0", "--matches"]
    assert main([*args, "--jobs", "2", "--out", str(tmp_path / "card.json")]) == OK
    assert (tmp_path / "card.json").read_bytes() == serial
    assert "100 articles" in capsys.readouterr().out
    with pytest.raises(SystemExit) as stopped:
        main([*args, "--jobs", "0"])
    assert stopped.value.code == 2 and "expected a number of processes from 1 to 1024" in capsys.readouterr().err


def broken(corpus: tuple[Path, Path], tmp_path: Path) -> Path:
    lines = corpus[1].read_bytes().splitlines()
    lines[5] = lines[5][:40]
    lines[50] = lines[50].replace(b'"claims":', b'"clams":', 1)
    lines[90] = lines[3]
    lines.append(b'{"id": "nowhere"}')
    path = tmp_path / "broken.jsonl"
    path.write_bytes(b"\n".join(lines))
    return path


def test_every_problem_is_told_from_a_pool_as_from_one_process(corpus: tuple[Path, Path], tmp_path: Path) -> None:
    path = broken(corpus, tmp_path)
    with pytest.raises(InputError) as one:
        newsgold.score(path, gold=corpus[0])
    with ThreadPoolExecutor(3) as executor, pytest.raises(InputError) as many:
        newsgold.score(path, gold=corpus[0], executor=executor, shard=4)
    told = [str(issue) for issue in one.value.issues]
    assert told == [str(issue) for issue in many.value.issues]
    assert [issue.line for issue in one.value.issues] == [6, 51, 91, 98]


def test_a_broken_gold_article_is_told_with_its_line(corpus: tuple[Path, Path], tmp_path: Path) -> None:
    lines = corpus[0].read_bytes().splitlines()
    lines[2] = lines[2].replace(b'"published":"20', b'"published":"19999', 1)
    path = tmp_path / "gold.jsonl"
    path.write_bytes(b"\n".join([*lines, lines[0]]))
    with pytest.raises(InputError) as error:
        newsgold.score(corpus[1], gold=path)
    found = dict.fromkeys((issue.file, issue.line, issue.path) for issue in error.value.issues)
    assert list(found) == [(str(path), 3, "$.published"), (str(path), 101, "$.id")]


class Slow(Executor):
    """Does nothing until asked for a result, and notes how much was under way at once."""

    def __init__(self, fail_at: int | None = None):
        self.futures: list[Future[Any]] = []
        self.most = 0
        self._fail_at = fail_at

    def submit(self, run: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        number = len(self.futures)
        outer = self

        class Lazy(Future[Any]):
            def result(self, timeout: float | None = None) -> Any:
                if number == outer._fail_at:
                    raise RuntimeError("the worker died")
                self.set_result(run(*args, **kwargs))
                return super().result(timeout)

        self.futures.append(Lazy())
        self.most = max(self.most, sum(not future.done() for future in self.futures))
        return self.futures[-1]


def test_no_more_shards_are_under_way_than_allowed(corpus: tuple[Path, Path], serial: bytes) -> None:
    executor = Slow()
    assert newsgold.score(corpus[1], "custom", gold=corpus[0], executor=executor, in_flight=3, shard=8).to_json(matches=True) == serial
    assert executor.most == 3 and len(executor.futures) == 13


def test_what_is_under_way_is_cancelled_when_a_worker_dies(corpus: tuple[Path, Path]) -> None:
    executor = Slow(fail_at=4)
    with pytest.raises(RuntimeError, match="the worker died"):
        newsgold.score(corpus[1], gold=corpus[0], executor=executor, in_flight=3, shard=8)
    assert [future.cancelled() for future in executor.futures] == [False] * 5 + [True] * 2


def test_progress_is_told_article_by_article(corpus: tuple[Path, Path]) -> None:
    seen: list[int] = []

    def progress(items: Any, total: int) -> Iterator[Any]:
        for item in items:
            seen.append(total)
            yield item

    newsgold.score(corpus[1], gold=corpus[0], progress=progress)
    assert seen == [100] * 100


# --- memory -------------------------------------------------------------------------------------------------------------


def test_a_spool_reads_in_the_order_of_keys_also_from_a_file() -> None:
    for limit in (1, 1 << 20):
        spool: Spool[list[int]] = Spool(list[int], limit=limit)
        for key in ("b", "c", "a"):
            spool.add(key, encode([ord(key)] * 10))
        found = []
        for key, value in spool:
            found.append((key, value[0], len(value)))
            if key == "a":
                spool.add("d", encode([0] * 10))
        assert found == [("a", 97, 10), ("b", 98, 10), ("c", 99, 10)] and len(spool) == 4


def test_rows_add_up_and_read_back() -> None:
    made = Rows(limit=1)
    made.add("b", {"claims/content": Count(1, 2, 3), "claims/form": Count()}, {"claims/act": {("assert", "deny"): 2}}, {"claims/missed": 1})  # type: ignore[dict-item]
    made.add("a", {"claims/content": Count(4, 5, 6)}, {"claims/act": {("assert", "deny"): 1, ("deny", ""): 1}}, {"claims/missed": 2})  # type: ignore[dict-item]
    assert made.articles == ["a", "b"] and made.total == {"claims/content": Count(5, 7, 9)} and made.errors == {"claims/missed": 3}
    assert made.labels == {"claims/act": {("assert", "deny"): 3, ("deny", ""): 1}}
    columns = [("claims/content", "gold"), ("claims/act", "assert", "deny"), ("nothing", "tp"), ("claims/content", "tp")]
    assert [block.tolist() for block in made.blocks(columns)] == [[[5, 1, 0, 4], [2, 2, 0, 1]]]
    assert [block.tolist() for block in made.blocks(columns, 1)] == [[[5, 1, 0, 4]], [[2, 2, 0, 1]]]
    assert made.columns[:3] == [("claims/content", field) for field in ("tp", "gold", "predicted")]


def test_memory_does_not_grow_with_the_corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "LIMIT", 1 << 16)
    gold, predicted = tmp_path / "gold.jsonl", tmp_path / "predicted.jsonl"

    def peak(count: int) -> int:
        rng = random.Random(3)
        with gold.open("wb") as one, predicted.open("wb") as other:
            for article in synthetic.corpus(count):
                one.write(orjson.dumps(to_dict(article)) + b"\n")
                other.write(orjson.dumps(synthetic.prediction(article, rng)) + b"\n")
        newsgold.score(predicted, gold=gold)  # what is cached once is there
        tracemalloc.start()
        card = newsgold.score(predicted, gold=gold)
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert card.articles == count
        return size

    small, large = peak(50), peak(250)
    # 200 more articles of 6 kB of JSON, some 50 kB as objects each: what grows is ids, offsets and digests, 2 kB of them.
    assert large - small < 200 * 3000, (small, large)
