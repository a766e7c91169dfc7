"""The learned baseline: what it reads, links and promises. Training on shipped articles takes seconds, so tests share a model of plain made-up ones."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import jsonschema
import pytest

from conftest import ROOT, baseline, compile_text, sample
from newsgold.corpus import load
from newsgold.normalize import digest
from newsgold.records import Article

pytest.importorskip("sklearn_crfsuite", reason="needs the extra newsgold[crf]")

FOLDER = ROOT / "baselines" / "crf"
VALIDATOR = jsonschema.Draft202012Validator(json.loads((ROOT / "schemas" / "prediction.json").read_text(encoding="utf-8")))
Record = dict[str, Any]


@pytest.fixture(scope="module")
def crf() -> Iterator[ModuleType]:
    with baseline("crf") as module:
        yield module


PEOPLE = [("Ben Oduya", "a nurse"), ("Mara Lindqvist", "a driver"), ("Tom Achterberg", "a farmer"), ("Ines Duarte", "a teacher"), ("Lucy Obeng", "a pilot")]
QUOTES = ["The road was closed for weeks", "We had no water in the house", "The roof will be mended", "It was a long night"]
DEEDS = [("the bakery", "made", "loaves"), ("the port", "lost", "crates"), ("the council", "bought", "chairs"), ("the union", "gave out", "leaflets")]


def plain(folder: Path, number: int) -> Article:
    """A made-up article that says something directly, something indirectly, and two figures."""
    (name, role), quote, (body, did, things) = PEOPLE[number % len(PEOPLE)], QUOTES[number % len(QUOTES)], DEEDS[number // 2 % len(DEEDS)]
    last, many, millions = name.split()[1], f"{number + 2},{number}50", number + 2
    deed = f"{body} {did} {many} {things} and paid ${millions} million"
    text = f'Talks ended on {("Monday", "Friday")[number % 2]}.\n\n"{quote}," said {name}, {role}.\n\n{last} said {deed}.'
    article, issues = compile_text(folder, f"plain-{number}", text, f"""
entities:
  - {{id: e1, name: {name}, kind: person, named: true, role: {role}, mentions: [{{span: {name}, form: name}}, {{span: "[{last}] said", form: name}}]}}
claims:
  - {{id: c1, speakers: [e1], source: {name}, cue: "[said] {name}", content: ["{quote}"], form: direct, act: assert}}
  - {{id: c2, speakers: [e1], source: "[{last}] said", cue: "{last} [said]", content: ["{deed}"], form: indirect, act: assert}}
events:
  - {{id: v1, type: contact.meet, mentions: [Talks], status: happened}}
figures:
  - {{id: f1, span: "{many}", kind: count, low: "{many.replace(",", "")}", high: "{many.replace(",", "")}", bound: exact, of: {things}}}
  - {{id: f2, span: "${millions} million", kind: money, low: "{millions}000000", high: "{millions}000000", bound: exact, unit: USD}}
""")  # fmt: skip
    assert article is not None, issues
    return article


@pytest.fixture(scope="module")
def model(crf: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Learned from plain articles, so that what it finds in plain sentences hangs on no shipped one, and from a shipped one, which has every layer's labels."""
    folder = tmp_path_factory.mktemp("plain")
    return crf.Model([*(plain(folder, number) for number in range(24)), sample("train", size=1)[0]])


def run(crf: ModuleType, model: Any, text: str, **fields: Any) -> Record:
    """The prediction for a text, checked against the schema and against the text."""
    prediction: Record = crf.predict(model, {"id": "t", "text": text, "language": "en-GB", **fields})
    assert [error.message for error in VALIDATOR.iter_errors(prediction)] == []

    def check(value: Any) -> None:
        if isinstance(value, dict):
            if "start" in value:
                assert text[value["start"] : value["end"]] == value["text"] != ""
            for inner in value.values():
                check(inner)
        elif isinstance(value, list):
            for inner in value:
                check(inner)

    check(prediction)
    ids = {entity["id"] for entity in prediction["entities"]}
    named = [speaker for claim in prediction["claims"] for speaker in claim["speakers"]]
    named += [participant["entity"] for event in prediction["events"] for participant in event["participants"]]
    assert set(named) <= ids
    return prediction


def test_plain_claims_and_figures_are_found(crf: ModuleType, model: Any) -> None:
    text = (
        'Work stopped on Monday.\n\n"The ferry was full of people," said Ana Ruiz, a deckhand.\n\nRuiz said the company sold 1,200 tickets and paid $3 million.'
    )
    prediction = run(crf, model, text)
    names = {entity["id"]: entity["name"] for entity in prediction["entities"]}
    told = [([names[s] for s in c["speakers"]], [p["text"] for p in c["content"]], c["cue"]["text"], c["form"]) for c in prediction["claims"]]
    assert told == [
        (["Ana Ruiz"], ["The ferry was full of people"], "said", "direct"),
        (["Ana Ruiz"], ["the company sold 1,200 tickets and paid $3 million"], "said", "indirect"),
    ]
    found = [(f["span"]["text"], f["kind"], f["low"], f["unit"]) for f in prediction["figures"]]
    assert found == [("1,200", "count", "1200", None), ("$3 million", "money", "3000000", "USD")]


@pytest.mark.parametrize(
    "text",
    ["", "\n\n", '"', "'", "5", "said", '"Said," said "said', "“‘’”", "According to", "1-2-3", "a" * 5000, "9" * 5000, "He said he said he said.",
     "½ ٣ 5٪ 1/² 3/0", "He said\u2028she\rsaid.", "A" * 300 + " said " + "B " * 300, "$ $ $ million million", "that that that said that that"],
)  # fmt: skip
def test_odd_texts(crf: ModuleType, model: Any, text: str) -> None:
    run(crf, model, text)


def test_unseen_articles_come_out_valid(crf: ModuleType, model: Any) -> None:
    for article in sample("validation", size=4):
        assert article.text is not None
        assert run(crf, model, article.text)["claims"]


@pytest.mark.parametrize(
    ("text", "kind", "bound", "after", "expected"),
    [
        ("1,200", "count", "exact", "", ("1200", "1200", (), "exact", None)),
        ("two hundred and three", "count", "exact", "", ("203", "203", (), "exact", None)),
        ("35", "count", "at_least", "", ("35", None, (), "at_least", None)),
        ("300", "count", "less_than", "", (None, "300", (), "less_than", None)),
        ("a dozen", "count", "approximate", "", ("12", "12", (), "approximate", None)),
        ("5 to 8%", "percent", "exact", "", ("5", "8", (), "range", "%")),
        ("5 to 8 million", "count", "exact", "", ("5000000", "8000000", (), "range", None)),
        ("€3.2 billion", "money", "exact", "", ("3200000000", "3200000000", (), "exact", "EUR")),
        ("US$187,000", "money", "exact", "", ("187000", "187000", (), "exact", "USD")),
        ("$5m", "money", "exact", "", ("5000000", "5000000", (), "exact", "NZD")),
        ("720 reais a month", "rate", "exact", "", ("720", "720", (), "exact", "BRL/mo")),
        ("2,200", "rate", "exact", " heaters a month.", ("2200", "2200", (), "exact", "/mo")),
        ("an hour and a half", "duration", "exact", "", ("1.5", "1.5", (), "exact", "h")),
        ("34", "age", "exact", "", ("34", "34", (), "exact", "a")),
        ("4.1 metre", "measure", "exact", "", ("4.1", "4.1", (), "exact", "m")),
        ("half a tonne", "measure", "exact", "", ("0.5", "0.5", (), "exact", "t")),
        ("a third", "ratio", "exact", "", ("1/3", "1/3", (), "exact", None)),
        ("third-largest", "rank", "exact", "", ("3", "3", (), "exact", None)),
        ("2-1", "score", "exact", "", (None, None, ("2", "1"), "exact", None)),
        ("Dozens", "count", "vague", "", ("24", None, (), "vague", None)),
        ("no number", "count", "exact", "", None),
    ],
)
def test_reading_a_figure(crf: ModuleType, text: str, kind: str, bound: str, after: str, expected: tuple[Any, ...] | None) -> None:
    assert sys.modules["values"].read(text, kind, bound, after, "en-NZ") == expected


def test_bio_labels_go_there_and_back(crf: ModuleType) -> None:
    taggers = sys.modules["taggers"]
    (paragraph,) = taggers.paragraphs("Ana Ruiz said it leaks.")
    labels = taggers.to_bio(paragraph, [((0, 8), "SOURCE"), ((9, 13), "CUE"), ((4, 8), "CUE")])
    assert labels == ["B-SOURCE", "I-SOURCE", "B-CUE", "O", "O", "O"]
    assert taggers.from_bio(labels) == [(0, 1, "SOURCE"), (2, 2, "CUE")]
    assert taggers.from_bio(["I-X", "I-X", "I-Y", "B-Y"]) == [(0, 1, "X"), (2, 2, "Y"), (3, 3, "Y")]


def test_it_trains_on_train_and_validation_only(crf: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked: list[str] = []
    monkeypatch.setattr(crf.newsgold, "load", lambda split: asked.append(split) or [])
    for split, expected in (("test", ["train", "validation"]), ("validation", ["train"]), ("train", ["validation"])):
        asked.clear()
        assert crf.main(["--split", split, "--out", str(tmp_path / "x.jsonl")]) == 2
        assert asked == [split, *expected]
    assert "no articles to train on" in capsys.readouterr().err
    with pytest.raises(ValueError, match="not on test"):
        crf.train(("train", "test"))


def test_predicting_reads_text_and_metadata_only(crf: ModuleType, model: Any) -> None:
    gold = load("validation")[0]
    bare = {"id": gold.id, "text": gold.text, "language": gold.language}
    full = {name: getattr(gold, name) for name in gold.__struct_fields__}
    assert crf.predict(model, full) == crf.predict(model, bare)


def test_the_same_bytes_whatever_the_hash_seed(tmp_path: Path) -> None:
    made = []
    unseen = [{"id": article.id, "text": article.text, "language": article.language} for article in sample("validation")[:2]]
    texts = tmp_path / "texts.jsonl"
    texts.write_text("".join(json.dumps(one) + "\n" for one in unseen), encoding="utf-8")
    for seed in ("0", "1"):
        out = tmp_path / f"{seed}.jsonl"
        environment = {"PYTHONPATH": str(ROOT / "benchmark"), "PATH": os.environ["PATH"], "PYTHONHASHSEED": seed}
        command = [sys.executable, str(FOLDER / "predict.py"), "--in", str(texts), "--train", "train", "--size", "1", "--seed", "1", "--out", str(out)]
        subprocess.run(command, check=True, env=environment)
        made.append(out.read_bytes())
    assert made[0] == made[1] and made[0].count(b"\n") == len(unseen)


def test_draws_are_seeded_and_grow(crf: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[list[str]] = []
    monkeypatch.setattr(crf, "Model", lambda articles: drawn.append([article.id for article in articles]))
    everything = [article.id for article in load("train")]
    for size, seed in ((3, 1), (6, 1), (6, 1), (6, 2), (None, 1), (10_000, 1), (3, None)):
        crf.train(("train",), size, seed)
    small, large, again, other, *whole, first = drawn
    assert set(small) < set(large) and large == again != other and len(large) == 6
    assert whole == [everything, everything] and first == everything[:3]


def test_the_shipped_predictions_were_made_from_what_is_here(crf: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Training on everything takes longer the more there is, so what went in is compared; `make baselines` trains."""
    kept = (FOLDER / "predictions" / "made-from.sha256").read_text(encoding="utf-8").strip()
    assert crf.made_from() == kept, "run make baselines"
    monkeypatch.setattr(crf.newsgold, "load", lambda split: load(split)[1:])
    assert crf.made_from() != kept
    data = json.loads((FOLDER / "submission.json").read_text(encoding="utf-8"))
    assert digest((FOLDER / data["predictions"]).read_bytes()) == data["predictions_sha256"]


@pytest.mark.skipif("NEWSGOLD_REPRODUCE" not in os.environ, reason="trains on everything; set NEWSGOLD_REPRODUCE to run it")
def test_it_reproduces_its_predictions(tmp_path: Path) -> None:
    data = json.loads((FOLDER / "submission.json").read_text(encoding="utf-8"))
    out = tmp_path / "again.jsonl"
    environment = {"PYTHONPATH": str(ROOT / "benchmark"), "PATH": os.environ["PATH"]}
    subprocess.run([sys.executable, str(FOLDER / "predict.py"), "--split", "test", "--out", str(out)], check=True, env=environment)
    assert digest(out.read_bytes()) == data["predictions_sha256"]
