"""The empty baseline: nothing found scores nothing, and no more than an absent prediction."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import newsgold
from conftest import ROOT


def test_it_finds_nothing_and_scores_nothing(tmp_path: Path) -> None:
    out = tmp_path / "empty.jsonl"
    subprocess.run([sys.executable, str(ROOT / "baselines" / "empty" / "predict.py"), "--split", "validation", "--out", str(out)], check=True)
    card = newsgold.score(out, "validation")
    assert card.overall == 0
    assert set(card.headlines.values()) == {0}
    assert not card.missing  # an empty prediction is one
    assert all(count.predicted == 0 for measure, count in card.total.items() if "/" in measure)
