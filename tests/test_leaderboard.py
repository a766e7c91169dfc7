"""The leaderboard shows what is measured here: rows, intervals, tests between neighbours, annotators and the floor."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import checkout
from conftest import ROOT
from newsgold import corpus, leaderboard, resources, stats, submissions
from newsgold.agreement import agreement
from newsgold.cli import FAILED, OK, main
from newsgold.leaderboard import Board
from newsgold.measures import headline_names
from newsgold.normalize import digest
from newsgold.records import Article

SYSTEMS = ("One", "Two", "Three")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("checkout")


@pytest.fixture(scope="module")
def articles(root: Path) -> list[Article]:
    return checkout.make(root)


@pytest.fixture(scope="module")
def board(root: Path, articles: list[Article]) -> Iterator[Board]:
    corpus._lines.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(resources, "checkout", lambda: root)
        for place, name in enumerate(SYSTEMS):
            folder = root / ("baselines" if name == "One" else "baselines/submissions") / name.lower()
            made = checkout.predictions(root / f"{name}.jsonl", articles[: len(articles) - (name == "Three")], seed=place)
            submissions.make(
                folder, made,
                {"name": name, "description": f"system {name}.", "authors": ["A"], "kind": "llm", "trained_on": ["train"] * (name == "One"),
                 "gold_family": name == "Two", "date": "2026-03-01", "link": "https://example.org/" if name == "Two" else None},
            )  # fmt: skip
        checked, issues = leaderboard.check_all(root)
        assert not issues
        yield leaderboard.board(checked)
        # Commands run in the same checkout.
    corpus._lines.cache_clear()


@pytest.fixture
def here(root: Path, board: Board, monkeypatch: pytest.MonkeyPatch) -> Path:
    corpus._lines.cache_clear()
    monkeypatch.setattr(resources, "checkout", lambda: root)
    return root


def test_rows_stand_best_first_and_the_empty_system_is_the_floor(board: Board) -> None:
    scores = [row.card.overall or 0.0 for row in board.systems]
    assert {row.name for row in board.systems} == {*SYSTEMS, "empty"} and scores == sorted(scores, reverse=True)
    assert board.systems[-1].name == "empty" and scores[-1] == 0.0 and scores[-2] > 0
    assert board.articles == checkout.ARTICLES


def test_annotators_are_scored_against_the_gold_and_each_other(board: Board, articles: list[Article], here: Path) -> None:
    assert [row.name for row in board.annotators] == ["annotator 1", "annotator 2", "annotator 1 against 2"]
    expected = agreement(["a1", "a2"], articles).to_dict()["headlines"]
    for layer, value in board.annotators[2].card.headlines.items():
        assert value == pytest.approx(expected[layer], abs=1e-6)
    assert 0.5 < (board.annotators[0].card.overall or 0) < 1


def test_an_annotator_of_some_articles_is_scored_on_those(board: Board, articles: list[Article], here: Path) -> None:
    path = here / "data" / "annotators" / "a2" / f"{articles[0].id}.yaml"
    kept = path.read_bytes()
    path.unlink()
    try:
        rows = leaderboard.board([]).annotators
    finally:
        path.write_bytes(kept)
    assert [(row.name, row.card.articles) for row in rows] == [("annotator 1", 4), ("annotator 2", 3), ("annotator 1 against 2", 3)]


def test_neighbours_are_tested_and_corrected_over_the_page(board: Board) -> None:
    found = leaderboard.neighbours(board.systems)
    assert [(one.better, one.worse) for one in found] == [(a.name, b.name) for a, b in zip(board.systems, board.systems[1:], strict=False)]
    raw = [
        {d.measure: d.p for d in stats.compare({a.name: a.rows, b.name: b.rows}).differences}
        for a, b in zip(board.systems, board.systems[1:], strict=False)
    ]  # fmt: skip
    layers = headline_names()[1:]
    for names in (("overall",), layers):
        adjusted = stats.holm([p[name] for p in raw for name in names])
        assert [one.differences[name].holm for one in found for name in names] == pytest.approx(adjusted, abs=1e-6)
    assert {one.differences["overall"].verdict for one in found} == {"not shown"}, "four articles can show nothing"


def test_the_page(board: Board, here: Path) -> None:
    page = leaderboard.markdown(board)
    tables = {part.split("\n")[0]: part for part in page.split("\n## ")}
    head = page.split("\n## ")[0]
    for place, row in enumerate(board.systems, 1):
        ends = stats.intervals(row.rows, ["overall"])["overall"]
        interval = "" if ends is None else f" ({ends.low:.2f}–{ends.high:.2f})".replace("0.", ".")
        name = "[Two](https://example.org/) †" if row.name == "Two" else row.name
        assert f"| {place if row.checked else '–'} | {name} | {row.card.overall:.3f}{interval} |" in head
    assert "With 4 articles no p can be below 0.12" in head and "no difference overall can be shown" in head
    assert "| annotator 1 against 2 † | 4 |" in tables["What two annotators reach"]
    assert f"| One | llm | train | A | – | 2026-03-01 | {corpus.DATA_VERSION} | `" in tables["The systems"]
    assert "- **Three**: system Three. Articles scored as empty: 1 without a prediction." in page
    assert board.systems[0].card.signature in page.splitlines()[-1] and "Scored again" not in page and "Earlier data" not in page
    widths = [{line.count("|") for line in block.splitlines()} for block in re.findall(r"(?:^\|.*\n)+", page, flags=re.M)]
    assert len(widths) == 4 and all(len(found) == 1 for found in widths)


def test_processes_change_nothing(board: Board, here: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(2) as executor:
        checked, _ = leaderboard.check_all(here, executor=executor)
        assert leaderboard.markdown(leaderboard.board(checked, executor=executor)) == leaderboard.markdown(board)


def test_build_check_and_drift(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = here / "leaderboard.md"
    assert main(["leaderboard", "build", "--check"]) == FAILED and not page.exists()
    assert main(["leaderboard", "build"]) == OK
    for argv in (["leaderboard", "--check"], ["leaderboard", "build", "--check"], ["leaderboard", "--check", "build"]):
        assert main(argv) == OK, argv
    made = page.read_bytes()
    page.write_text(page.read_text(encoding="utf-8").replace("0.000", "0.999", 1), encoding="utf-8")
    capsys.readouterr()
    assert main(["leaderboard", "--check"]) == FAILED
    assert "+" in capsys.readouterr().err and page.read_bytes() != made


def test_other_splits_have_their_own_board(here: Path) -> None:
    checked, _ = leaderboard.check_all(here)
    board = leaderboard.board(checked, "validation")
    assert [row.name for row in board.systems] == ["empty"] and "validation" in leaderboard.markdown(board)


def test_the_shipped_page_shows_every_shipped_submission() -> None:
    page = (ROOT / "leaderboard.md").read_text(encoding="utf-8")
    found = [json.loads(path.read_text(encoding="utf-8")) for folder in submissions.folders(ROOT)[0] for path in [folder / "submission.json"]]
    assert found and all(f"[{data['name']}]" in page or f"| {data['name']} |" in page for data in found)
    assert "annotator 1 against 2" in page and "| – | empty |" in page


def test_the_shipped_baseline_reproduces_its_predictions(tmp_path: Path) -> None:
    rules = ROOT / "baselines" / "rules"
    data = json.loads((rules / "submission.json").read_text(encoding="utf-8"))
    out = tmp_path / "again.jsonl"
    subprocess.run(
        [sys.executable, str(rules / "predict.py"), "--split", "test", "--out", str(out)], check=True, env={"PYTHONPATH": str(ROOT / "benchmark"), "PATH": ""}
    )
    assert digest(out.read_bytes()) == data["predictions_sha256"]
