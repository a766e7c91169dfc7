"""Split external: complete, free of its texts, and measurable like any split for whoever has them.

The real texts are looked for where ``conftest.SHARED`` says; the tests that need them skip without.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import newsgold
from conftest import ROOT, SHARED, baseline, needs
from newsgold import corpus
from newsgold.cli import BAD, FAILED, OK, main
from newsgold.records import Article, article_from

SOURCE = ROOT / "data" / "articles" / "external" / "union-state-forces.json"


def bare() -> Article:
    return article_from(json.loads(SOURCE.read_text(encoding="utf-8")))


@pytest.fixture
def hydrated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Article:
    if not (SHARED / "regional-group.txt").is_file():
        pytest.skip("the text of the stand-off article is not in $NEWSGOLD_ARTICLES; it may not be redistributed")
    monkeypatch.setenv("NEWSGOLD_CACHE", str(tmp_path / "cache"))
    main(["hydrate", "--text", str(SHARED)])  # the others may be missing there
    assert "union-state-forces: attached" in capsys.readouterr().out
    return next(article for article in newsgold.load("external") if article.id == "union-state-forces")


@needs("wikinews")
def test_the_collection_as_published_hydrates_all_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("NEWSGOLD_CACHE", str(tmp_path / "cache"))
    ours = [article.id for article in newsgold.load("external") if article.provenance.source == "Wikinews"]
    assert main(["hydrate", "--from", "wikinews", str(SHARED / "wikinews")]) == OK
    assert f"{len(ours)} attached, 0 already there, 0 missing, 0 changed" in capsys.readouterr().out
    assert {article.id for article in newsgold.load("external") if article.text is not None} == set(ours)


STANDOFF = sorted([*(ROOT / "data" / "articles" / "external").glob("*.json"), *(ROOT / "data" / "annotators").glob("*/*.json")])


@pytest.mark.parametrize("path", STANDOFF, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_it_holds_no_text(path: Path) -> None:
    raw = json.loads(path.read_text(encoding="utf-8"))
    article = article_from(raw)
    assert article.text is None and article.headline is None
    for entity in article.entities:
        assert entity.named or entity.name is None
    assert not [span for key in ("entities", "claims", "events", "figures") for _, span in corpus.spans_of(raw[key]) if span["text"] is not None]


def test_it_has_what_such_articles_must_have() -> None:
    article = bare()
    assert {claim.form for claim in article.claims} == {"direct", "indirect", "mixed"}
    assert any(claim.relay for claim in article.claims) and any(claim.parent for claim in article.claims)
    kinds = {entity.id: entity.kind for entity in article.entities}
    assert any(kinds[speaker] == "document" for claim in article.claims for speaker in claim.speakers)
    forms = {(mention.start, mention.end): mention.form for entity in article.entities for mention in entity.mentions}
    assert {forms.get((claim.source.start, claim.source.end)) for claim in article.claims if claim.source} == {"name", "nominal", "pronoun"}
    assert {"planned", "averted", "hypothetical", "happened"} <= {event.status for event in article.events}
    assert "accuse" in {claim.act for claim in article.claims}
    assert any(relation.type == "subset_of" for figure in article.figures for relation in figure.relations)
    assert any(figure.kind == "duration" and figure.bound == "approximate" for figure in article.figures)


def test_every_offset_lies_on_words_of_the_real_text(hydrated: Article) -> None:
    assert hydrated.text is not None
    for entity in hydrated.entities:
        if entity.named:
            assert entity.name in [mention.text for mention in entity.mentions]
    card = newsgold.score([newsgold.to_prediction(hydrated)], gold=[hydrated])
    assert card.overall == 1.0


def test_the_baseline_is_measured_on_it(hydrated: Article, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fields = ("id", "headline", "text", "language", "published", "genre", "topics")
    out = tmp_path / "p.jsonl"
    with baseline("rules") as rules:
        out.write_text(json.dumps(rules.predict({field: getattr(hydrated, field) for field in fields})) + "\n", encoding="utf-8")
    capsys.readouterr()
    assert main(["score", str(out), "--split", "external", "--format", "json"]) == OK
    assert 0 < json.loads(capsys.readouterr().out)["overall"] < 1


# --- served like any split: two invented articles, one whose text is at hand and one whose is not ----------------------------


@pytest.fixture
def half(repo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a system and predictions for both articles of split external, of which ``mill-strike`` is hydrated and ``quay-fee`` is not."""
    source = ROOT / "tests" / "examples" / "standoff" / "annotated"
    for path in (repo / "data" / "articles" / "train").iterdir():
        path.unlink()
    for target in ("articles/external", "annotators/a1", "annotators/a2"):
        assert main(["standoff", str(source), "--out", str(repo / "data" / target)]) == OK
    assert main(["build"]) == OK
    texts = tmp_path / "texts"
    texts.mkdir()
    shutil.copy(source / "mill-strike.txt", texts / "of some name.txt")
    assert main(["hydrate", "--text", str(texts)]) == FAILED  # one is missing
    (tmp_path / "system.py").write_text(
        "def predict(article):\n    return {'id': article['id'], 'claims': [{'content': 'Nobody asked us', 'speakers': ['Arvid Lie']}]}\n"
    )
    lines = (
        {"id": "mill-strike", "claims": [{"content": "Nobody asked us", "speakers": ["Arvid Lie"]}]},
        {"id": "quay-fee", "claims": [{"content": "We clean up"}]},
    )
    (tmp_path / "p.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    capsys.readouterr()
    return tmp_path


def test_loading(half: Path) -> None:
    texts = {article.id: article.text for article in newsgold.load("external")}
    assert texts["quay-fee"] is None and (texts["mill-strike"] or "").startswith("Workers at")
    table = newsgold.to_datasets("articles", ["external"])["external"]
    assert dict(zip(table["id"], table["text"], strict=True)) == texts
    claims = newsgold.to_datasets("claims", ["external"])["external"]
    assert {row["article"]: row["content"][0]["text"] for row in claims if row["id"] == "c2"} == {"quay-fee": None, "mill-strike": "Nobody asked us"}


@pytest.mark.parametrize(
    "command",
    [
        "score p.jsonl",
        "score p.jsonl --format markdown",
        "slices p.jsonl",
        "errors p.jsonl",
        "tokens p.jsonl",
        "run system.py:predict --out q.jsonl",
        "predict system.py:predict --out q.jsonl",
    ],
)
def test_every_command_measures_what_has_its_text_and_names_the_rest(half: Path, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command.split(), "--split", "external"]) == OK
    shown = capsys.readouterr()
    assert "quay-fee" in shown.out + shown.err
    if not command.startswith(("predict", "errors")):
        assert "|split:external|articles:1|" in shown.out.replace("\n", "")


def test_the_scorecard_names_what_was_skipped(half: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["score", "p.jsonl", "--split", "external", "--out", "card.json"]) == OK
    card = json.loads((half / "card.json").read_bytes())
    assert card["skipped"] == ["quay-fee"] and card["missing"] == [] and card["overall"] > 0


def test_pages(half: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "p.jsonl", "--split", "external", "--out", "r.html"]) == OK
    assert "quay-fee" in (half / "r.html").read_text(encoding="utf-8")
    assert main(["browse", "--split", "external", "--out", "site"]) == OK
    pages = {path.stem: path.read_text(encoding="utf-8") for path in (half / "site").rglob("*.html")}
    assert "walked out" in pages["mill-strike"] and "clean up" not in pages["quay-fee"]
    capsys.readouterr()
    for name, words in (("mill-strike", "walked out"), ("quay-fee", "newsgold hydrate attaches it")):
        assert main(["show", name]) == OK
        assert words in " ".join(capsys.readouterr().out.split())


def test_the_gate_refuses_other_articles(half: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["score", "p.jsonl", "--split", "external", "--out", "half.json"]) == OK
    assert main(["gate", "p.jsonl", "--split", "external", "--baseline", "half.json"]) == OK
    assert "quay-fee" in capsys.readouterr().err
    assert main(["hydrate", "--text", str(ROOT / "tests" / "examples" / "standoff" / "annotated")]) == OK
    assert main(["gate", "p.jsonl", "--split", "external", "--baseline", "half.json"]) == BAD
    assert "skipped there for want of their texts (newsgold hydrate): quay-fee; expected the same articles on both sides" in capsys.readouterr().err
    assert main(["score", "p.jsonl", "--split", "external", "--out", "whole.json"]) == OK
    assert main(["compare", "half.json", "whole.json"]) == BAD


def test_with_no_text_at_all_a_run_says_so_and_asks_nobody(half: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSGOLD_CACHE", str(half / "none"))
    assert main(["run", "system.py:predict", "--split", "external", "--out", "q.jsonl"]) == BAD
    assert "no article with a text to score on (skipped: 'mill-strike, quay-fee')" in capsys.readouterr().err
    assert not (half / "q.jsonl").exists()


def test_a_raw_annotation_of_another_text_is_told(half: Path, repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = repo / "data" / "annotators" / "a1" / "mill-strike.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    data["text_sha256"] = "0" * 64
    path.write_text(json.dumps(data), encoding="utf-8")
    assert main(["agreement", "--split", "external"]) == BAD
    assert "a1/mill-strike.json: $.text_sha256: text of mill-strike has SHA-256" in capsys.readouterr().err
