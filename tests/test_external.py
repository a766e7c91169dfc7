"""The stand-off article: complete, free of its text, and measurable for whoever has the text.

The real text is looked for in a folder ``shared/articles`` beside the repository; the tests that need it skip without it.
"""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest

import newsgold
from conftest import ROOT
from newsgold import corpus, normalize
from newsgold.cli import OK, main
from newsgold.records import Article, article_from

SOURCE = ROOT / "data" / "articles" / "external" / "union-state-forces.json"
TEXTS = ROOT.parent / "shared" / "articles"


def bare() -> Article:
    return article_from(json.loads(SOURCE.read_text(encoding="utf-8")))


@pytest.fixture
def real_text() -> str:
    path = TEXTS / "regional-group.txt"
    if not path.is_file():
        pytest.skip("the text of the stand-off article is not here; it may not be redistributed")
    return normalize.text(path.read_bytes().decode())


@pytest.fixture
def hydrated(real_text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Article:
    monkeypatch.setenv("NEWSGOLD_CACHE", str(tmp_path / "cache"))
    assert main(["hydrate", "--text", str(TEXTS)]) == OK
    assert "union-state-forces: attached" in capsys.readouterr().out
    return newsgold.load("external")[0]


def test_it_holds_no_text() -> None:
    article = bare()
    assert article.text is None and article.headline is None
    for entity in article.entities:
        assert entity.named or entity.name is None
    raw = json.loads(SOURCE.read_text(encoding="utf-8"))
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


def test_no_run_of_eight_words_of_the_text_stands_in_the_repository(real_text: str) -> None:
    def words(text: str) -> list[str]:
        return re.findall(r"\w+", text.casefold())

    runs = words(real_text)
    forbidden = {tuple(runs[at : at + 8]) for at in range(len(runs) - 7)}
    assert len(forbidden) > 500
    starts = {run[:2] for run in forbidden}
    for path in ROOT.rglob("*"):
        parts = path.relative_to(ROOT).parts
        if path.is_file() and not any(part.startswith(".") or part in ("build", "dist", "__pycache__") for part in parts) and path.suffix != ".parquet":
            found = words(path.read_text(encoding="utf-8", errors="ignore"))
            shared = forbidden & {tuple(found[at : at + 8]) for at, two in enumerate(pairwise(found)) if two in starts}
            assert not shared, (path, shared)


def test_every_offset_lies_on_words_of_the_real_text(hydrated: Article) -> None:
    assert hydrated.text is not None
    for entity in hydrated.entities:
        if entity.named:
            assert entity.name in [mention.text for mention in entity.mentions]
    card = newsgold.score([newsgold.to_prediction(hydrated)], gold=[hydrated])
    assert card.overall == 1.0


def test_the_baseline_is_measured_on_it(hydrated: Article, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import importlib
    import sys

    sys.path.insert(0, str(ROOT / "baselines" / "rules"))
    try:
        predict = importlib.import_module("predict").predict
    finally:
        sys.path.pop(0)
        for name in ("predict", "page", "names", "claims", "events", "figures"):
            sys.modules.pop(name, None)
    fields = ("id", "headline", "text", "language", "published", "genre", "topics")
    out = tmp_path / "p.jsonl"
    out.write_text(json.dumps(predict({field: getattr(hydrated, field) for field in fields})) + "\n", encoding="utf-8")
    assert main(["score", str(out), "--split", "external", "--format", "json"]) == OK
    assert 0 < json.loads(capsys.readouterr().out)["overall"] < 1
