"""The paragraph baseline: what it finds, and that it stays what no scorer rewards."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from conftest import ROOT, baseline
from newsgold import score
from newsgold.normalize import digest

FOLDER = ROOT / "baselines" / "paragraph"
VALIDATOR = jsonschema.Draft202012Validator(json.loads((ROOT / "schemas" / "prediction.json").read_text(encoding="utf-8")))


def run(text: str) -> list[tuple[str, list[str]]]:
    with baseline("paragraph") as system:
        prediction: dict[str, Any] = system.predict({"id": "t", "text": text})
    assert VALIDATOR.is_valid(prediction)
    for claim in prediction["claims"]:
        assert [text[span["start"] : span["end"]] for span in claim["content"]] == [span["text"] for span in claim["content"]]
    return [(claim["content"][0]["text"], claim["speakers"]) for claim in prediction["claims"]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('Ana Ruiz left.\n\n"It leaks."\n\nRain fell on Orsova.\nTove Dahl came.', [('"It leaks."', ["Ana Ruiz"])]),
        ('"It leaks," said Tove Dahl of Ana Ruiz.', [('"It leaks," said Tove Dahl of Ana Ruiz.', ["Tove Dahl"])]),
        ("She said: 'It leaks.'", [("She said: 'It leaks.'", [])]),
        ("The students' money isn't Ana Ruiz's.", []),
        ("“Ja”, sa Åse Øye-Lund.", [("“Ja”, sa Åse Øye-Lund.", ["Åse Øye-Lund"])]),
    ],
)
def test_a_quoted_paragraph_is_a_claim_of_the_nearest_name(text: str, expected: list[tuple[str, list[str]]]) -> None:
    assert run(text) == expected


@pytest.mark.parametrize("text", ["", "\n\n", '"', "'", "“‘’”", '"\n"\r"\u2028"', "Ana Ruiz", "a" * 5000, "A" * 5000 + '"', "Ao " * 20000 + '"'])
def test_odd_texts(text: str) -> None:
    assert all(content in text for content, _ in run(text))


def test_it_reproduces_its_predictions(tmp_path: Path) -> None:
    data = json.loads((FOLDER / "submission.json").read_text(encoding="utf-8"))
    out = tmp_path / "again.jsonl"
    environment = {"PYTHONPATH": str(ROOT / "benchmark"), "PATH": os.environ["PATH"]}
    subprocess.run([sys.executable, str(FOLDER / "predict.py"), "--split", "test", "--out", str(out)], check=True, env=environment)
    assert digest(out.read_bytes()) == data["predictions_sha256"]


def test_whole_paragraphs_are_not_rewarded() -> None:
    card = score(FOLDER / "predictions" / "test.jsonl", "test", system="paragraph")
    rules = score(ROOT / "baselines" / "rules" / "predictions" / "test.jsonl", "test", system="rules")
    # Paragraphs that are one quotation and nothing else are right, and few.
    claims = card.headlines["claims"]
    assert claims is not None and 0 < claims < 0.1
    assert card.overall is not None and rules.overall is not None and card.overall < rules.overall / 4
