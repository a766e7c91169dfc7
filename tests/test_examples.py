"""Input as users have it: every folder under examples/broken holds a file and the message that it gets.

A new case needs no code: a folder with ``predictions.jsonl``, ``gold.jsonl`` or ``<id>.yaml`` (with ``<id>.txt``), and
``expected.txt``, what standard error says about it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import ROOT
from newsgold.cli import BAD, OK, main

EXAMPLES = ROOT / "tests" / "examples"
BROKEN = sorted(path for path in (EXAMPLES / "broken").iterdir() if path.is_dir())
VALID = sorted(path for path in (EXAMPLES / "valid").iterdir() if path.is_dir())


def subject(case: Path) -> Path:
    return next(path for pattern in ("*.jsonl", "*.yaml") for path in sorted(case.glob(pattern)))


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case.name)
def test_broken(case: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(case)
    before = sorted(case.iterdir())
    code = main(["validate", subject(case).name, "--gold", str(EXAMPLES / "gold.jsonl")])
    shown = capsys.readouterr()
    assert code == BAD
    assert shown.err == (case / "expected.txt").read_text(encoding="utf-8")
    assert "Traceback" not in shown.err and "valid" not in shown.out
    assert sorted(case.iterdir()) == before


@pytest.mark.parametrize("case", [case for case in BROKEN if (case / "predictions.jsonl").exists()], ids=lambda case: case.name)
def test_broken_predictions_get_no_score(case: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(case)
    code = main(["score", "predictions.jsonl", "--gold", str(EXAMPLES / "gold.jsonl"), "--out", str(tmp_path / "card.json")])
    shown = capsys.readouterr()
    assert code == BAD and shown.out == ""
    assert shown.err == (case / "expected.txt").read_text(encoding="utf-8")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("case", VALID, ids=lambda case: case.name)
def test_valid(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", str(subject(case)), "--gold", str(EXAMPLES / "gold.jsonl")]) == OK
    shown = capsys.readouterr()
    assert shown.err == "" and "valid" in shown.out


def test_every_broken_case_tells_what_was_found_and_expected() -> None:
    for case in BROKEN:
        *lines, total = (case / "expected.txt").read_text(encoding="utf-8").splitlines()
        assert lines and total.split()[1].startswith("error")
        for line in lines:
            assert "$" in line and ("expected" in line or "offsets" in line), (case.name, line)


def test_a_line_of_200_megabytes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "predictions.jsonl"
    block = b'{"id": "lake-ferry", "meta": {"x": "' + b"x" * (2**20)
    with path.open("wb") as file:
        file.write(block)
        for _ in range(199):
            file.write(b"x" * 2**20)
        file.write(b'"}}\n{"id": "lake-fairy"}\n')
    code = main(["score", str(path), "--gold", str(EXAMPLES / "gold.jsonl"), "--out", str(tmp_path / "card.json")])
    shown = capsys.readouterr()
    assert code == BAD
    assert f"{path}:1: $: line of 200 MiB; expected at most 64 MiB" in shown.err
    assert f"{path}:2: $.id: 'lake-fairy' is no article" in shown.err
    assert not (tmp_path / "card.json").exists()
