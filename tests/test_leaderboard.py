"""Submissions are checked and scored again, never believed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT
from newsgold import leaderboard
from newsgold.issues import InputError
from newsgold.normalize import digest

RULES = ROOT / "baselines" / "rules"


@pytest.fixture
def submission(tmp_path: Path) -> tuple[Path, dict[str, Any]]:
    folder = tmp_path / "baselines" / "copy"
    folder.mkdir(parents=True)
    data = json.loads((RULES / "submission.json").read_text(encoding="utf-8"))
    target = folder / data["predictions"]
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(RULES / data["predictions"], target)
    return folder, data


def write(folder: Path, data: dict[str, Any]) -> None:
    (folder / "submission.json").write_text(json.dumps(data), encoding="utf-8")


def test_a_good_submission_is_scored(submission: tuple[Path, dict[str, Any]]) -> None:
    folder, data = submission
    write(folder, data)
    rows = leaderboard.rows(folder.parents[1])
    row = next(row for row in rows if row.submission["name"] == data["name"])
    assert 0 < (row.card.overall or 0) < 1
    assert [r.card.overall or 0 for r in rows] == sorted((r.card.overall or 0 for r in rows), reverse=True)
    assert rows[-1].submission["name"] == "empty" and rows[-1].card.overall == 0.0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"predictions_sha256": "0" * 64}, "is not the file's; expected"),
        ({"data_version": "9.9.9"}, "the version of the gold here"),
        ({"predictions": "../../../secret.jsonl"}, "lies outside the submission"),
        ({"predictions": "none.jsonl"}, "is no file"),
        ({"kind": "magic"}, "is not a label"),
        ({"surprise": 1}, "unknown field"),
    ],
)
def test_a_bad_submission_is_refused(submission: tuple[Path, dict[str, Any]], change: dict[str, Any], message: str) -> None:
    folder, data = submission
    write(folder, {**data, **change})
    with pytest.raises(InputError, match=message):
        leaderboard.rows(folder.parents[1])


def test_tampered_predictions_are_refused(submission: tuple[Path, dict[str, Any]]) -> None:
    folder, data = submission
    write(folder, data)
    path = folder / data["predictions"]
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(InputError, match="predictions_sha256"):
        leaderboard.rows(folder.parents[1])


def test_no_submission_and_broken_json(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        leaderboard.read_submission(tmp_path, "x")
    (tmp_path / "submission.json").write_text("{")
    with pytest.raises(InputError, match="not JSON"):
        leaderboard.read_submission(tmp_path, "x")


def test_the_shipped_baseline_reproduces_its_predictions(tmp_path: Path) -> None:
    import subprocess
    import sys

    data = json.loads((RULES / "submission.json").read_text(encoding="utf-8"))
    out = tmp_path / "again.jsonl"
    subprocess.run(
        [sys.executable, str(RULES / "predict.py"), "--split", "test", "--out", str(out)], check=True, env={"PYTHONPATH": str(ROOT / "benchmark"), "PATH": ""}
    )
    assert digest(out.read_bytes()) == data["predictions_sha256"]
