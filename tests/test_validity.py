"""docs/validity.md: drawn from docs/validity.json, which holds what the runs gave; measured anew where the texts are at hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest

from conftest import ROOT, SHARED, sample, script
from newsgold import corpus
from newsgold.records import Article

DOCS = ROOT / "docs"


@pytest.fixture(scope="module")
def validity() -> Iterator[ModuleType]:
    with script("validity") as module:
        yield module


@pytest.fixture(scope="module")
def record() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DOCS / "validity.json").read_text(encoding="utf-8"))
    return found


def test_page_and_pictures_are_what_the_record_gives(validity: ModuleType, record: dict[str, Any]) -> None:
    made = validity.files(record)
    for path, body in made.items():
        assert path.read_bytes() == body, f"{path.name}: run make validity"
    shown = (DOCS / "validity.md").read_text(encoding="utf-8")
    assert all(f"](images/{path.name})" in shown for path in made if path.suffix == ".svg")
    assert validity.main(["--check"]) == 0


def test_the_record_is_of_this_gold_and_these_baselines(validity: ModuleType, record: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that needs no training is measured anew: texts, proportions, vocabulary, agreement, and the runs of the quick baselines."""
    if not SHARED.is_dir():
        pytest.skip("no real texts in $NEWSGOLD_ARTICLES: they are not redistributed")
    monkeypatch.setenv("NEWSGOLD_CACHE", str(tmp_path / "cache"))
    validity.hydrate(SHARED)
    if away := [article.id for article in corpus.load("external") if article.text is None]:
        pytest.skip(f"texts of {len(away)} articles are not in $NEWSGOLD_ARTICLES, such as {away[0]}")
    fresh = json.loads(validity.dumped(validity.static()))
    for part, found in fresh.items():
        assert record[part] == found, f"{part}: run make validity"
    assert record["key"] == validity.analysis.key(), "the baselines or what they learn from changed: run make validity"
    quick = validity.cards(tmp_path, ("rules", "paragraph"))
    assert json.loads(json.dumps(validity.scores(quick))) == {name: record["scores"][name] for name in quick}
    assert validity.errors(quick) == {name: record["errors"][name] for name in quick}


def test_kendalls_tau(validity: ModuleType) -> None:
    assert validity.kendall([1, 2, 3], [10, 20, 30]) == (1.0, 3, 0, 0)
    assert validity.kendall([1, 2, 3], [3, 2, 1]) == (-1.0, 0, 3, 0)
    tau, same, against, tied = validity.kendall([1, 2, 3, 4], [1, 3, 2, 4])
    assert (same, against, tied) == (5, 1, 0) and tau == pytest.approx(4 / 6)
    tau, same, against, tied = validity.kendall([1, 1, 2], [1, 2, 3])  # tau-b: one tie on the left, so 2 / sqrt(2 * 3)
    assert (same, against, tied) == (2, 0, 1) and tau == pytest.approx(2 / 6**0.5)
    assert validity.kendall([1, 1], [1, 2])[0] is None and validity.kendall([], [])[0] is None


@pytest.fixture(scope="module")
def articles() -> tuple[Article, ...]:
    return sample("train", "validation", size=10)


def test_a_set_beside_itself_shows_no_difference(validity: ModuleType, articles: tuple[Article, ...]) -> None:
    for line in validity.features(articles, articles):
        assert line["written"] == line["real"] and not validity._clear(line["difference"]), line
    for line in validity.styles(articles, articles):
        assert line["more"] in (0.5, None) and not validity._clear(line["ends"], 0.5), line


def test_shares_are_of_the_records_of_their_layer(validity: ModuleType, articles: tuple[Article, ...]) -> None:
    table = {(line["group"], line["name"]): line for line in validity.features(articles, articles[:1])}
    claims = [claim for article in articles for claim in article.claims]
    nested = table["phenomenon", "nested"]
    assert nested["records"][0] == len(claims) and nested["hits"][0] == sum(claim.parent is not None for claim in claims)
    assert nested["difference"] is None  # one article has no interval
    forms = [table["mention form", form]["written"] for form in ("name", "nominal", "pronoun")]
    assert sum(forms) == pytest.approx(1, abs=1e-5)


def test_what_one_side_lacks_stands_out(validity: ModuleType, articles: tuple[Article, ...]) -> None:
    bare = [
        msgspec.structs.replace(article, claims=tuple(claim for claim in article.claims if claim.form == "direct"))
        for article in articles
        if any(c.form == "direct" for c in article.claims)
    ]
    lines = {line["name"]: line for line in validity.features(articles, bare) if line["layer"] == "claims"}
    assert validity._clear(lines["direct"]["difference"]) == 1 and validity._clear(lines["indirect"]["difference"]) == -1
    assert lines["direct"]["real"] == 1 and lines["indirect"]["real"] == 0


def test_longer_texts_have_more_words(validity: ModuleType, articles: tuple[Article, ...]) -> None:
    twice = [msgspec.structs.replace(article, text=f"{article.text}\n\n{article.text}\n\n{article.text}") for article in articles]
    words = next(line for line in validity.styles(articles, twice) if line["name"] == "words")
    assert words["more"] > 0.9 and validity._clear(words["ends"], 0.5) == 1 and words["real"][0] == 3 * words["written"][0]


def test_became_counts_every_gold_record_once(validity: ModuleType) -> None:
    gold, found = validity._became({"hit": 3, "boundary": 1, "wrong_act": 2, "missed": 4, "spurious": 5, "duplicate": 1})
    assert gold == 10 and found == {"right": 3, "boundary": 1, "wrong_act": 2, "missed": 4, "spurious": 6}


def test_usage(validity: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert validity.main(["--articles", str(tmp_path / "nowhere")]) == 2
    monkeypatch.delenv("NEWSGOLD_ARTICLES", raising=False)
    monkeypatch.setenv("NEWSGOLD_CACHE", str(tmp_path / "cache"))
    assert validity.main([]) == 2
    assert "no text of split external is at hand" in capsys.readouterr().err
