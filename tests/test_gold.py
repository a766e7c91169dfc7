"""The shipped gold: sizes, splits, double annotation, and what must not be in it."""

from __future__ import annotations

import json
import re
from collections import Counter

import pytest

import newsgold
from conftest import ROOT
from newsgold import corpus
from newsgold.normalize import digest, name_tokens
from newsgold.records import SPLITS, TOPICS, Article

# What data 0.1.0 had. Gold grows: no split may have fewer.
LEAST = {"train": 12, "validation": 4, "test": 8, "external": 1}
GUIDELINES = re.findall(r"^Guidelines version: (\d+)$", (ROOT / "docs" / "guidelines.md").read_text(encoding="utf-8"), flags=re.M)
WRITTEN = [article for split in ("train", "validation", "test") for article in newsgold.load(split)]


def test_sizes() -> None:
    manifest = json.loads((ROOT / "data" / "manifest.json").read_text(encoding="utf-8"))
    assert list(manifest["splits"]) == list(LEAST) == list(SPLITS)
    loaded = {split: [article.id for article in newsgold.load(split)] for split in LEAST}
    for split, ids in loaded.items():
        assert set(ids) == {path.stem for path in (ROOT / "data" / "articles" / split).iterdir() if path.suffix in (".yaml", ".json")}, "as compiled"
        assert len(ids) == manifest["splits"][split]["articles"] >= LEAST[split]
    ids = [one for split in loaded.values() for one in split]
    assert len(set(ids)) == len(ids) == len(manifest["articles"]), "an article is in one split"


@pytest.mark.parametrize("article", WRITTEN, ids=lambda article: article.id)
def test_every_article_is_of_a_length_and_has_claims_events_and_figures(article: Article) -> None:
    assert article.text is not None and 200 <= len(article.text.split()) <= 900
    assert article.claims and article.events and article.figures
    assert article.canary == corpus.CANARY and article.canary not in article.text
    assert [article.guidelines_version] == GUIDELINES


def test_validation_test_and_external_are_annotated_twice_and_adjudicated() -> None:
    for split in ("validation", "test", "external"):
        for article in newsgold.load(split):
            assert article.annotators == ("a1", "a2")
            for annotator in article.annotators:
                assert corpus.annotation_path(annotator, article.id) is not None
            if split != "external":
                assert (ROOT / "data" / "adjudication" / f"{article.id}.md").stat().st_size > 200


def test_raw_annotations_compile_and_are_of_the_same_text() -> None:
    found = {name: corpus.load_annotator(name, WRITTEN) for name in corpus.annotators()}
    assert set(found) == {"a1", "a2", "a3"}
    assert set(found["a1"]) == {article.id for article in WRITTEN}
    assert {article.id for article in WRITTEN if article.split != "train"} == set(found["a2"])
    assert set(found["a3"]) <= {article.id for article in WRITTEN if article.split == "train"}  # the third look at train
    assert len(found["a3"]) >= 6


def test_the_pilot_spreads_over_topics_genres_and_languages() -> None:
    assert {topic for article in WRITTEN for topic in article.topics} == set(TOPICS)
    assert len({article.genre for article in WRITTEN}) >= 6
    assert len({article.language for article in WRITTEN}) >= 4


def test_no_named_person_stands_in_two_articles() -> None:
    owners = Counter(
        (name_tokens(entity.name or ""), article.id)
        for article in WRITTEN
        for entity in article.entities
        if entity.kind == "person" and entity.named and " " in (entity.name or "")
    )
    people = Counter(tokens for tokens, _ in owners)
    assert [tokens for tokens, n in people.items() if n > 1] == []


def test_the_manifest_tells_digests_of_what_is_there() -> None:
    manifest = json.loads((ROOT / "data" / "manifest.json").read_text(encoding="utf-8"))
    for name, sha256 in manifest["files"].items():
        assert digest((ROOT / name).read_bytes()) == sha256, name
    for split in LEAST:
        lines = (ROOT / "data" / f"{split}.jsonl").read_bytes().splitlines()
        assert {json.loads(line)["id"]: digest(line) for line in lines}.items() <= manifest["articles"].items()
