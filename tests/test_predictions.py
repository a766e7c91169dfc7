"""Predictions as systems write them, resolved against the text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import newsgold
from conftest import ROOT
from newsgold import corpus, predictions
from newsgold.issues import InputError
from newsgold.records import Annotation

GOLD = corpus.load(path=ROOT / "tests" / "examples" / "gold.jsonl")
TEXT = GOLD[0].text or ""


def resolved(**layers: Any) -> Annotation:
    return predictions.from_objects([{"id": "lake-ferry", **layers}], GOLD).annotations["lake-ferry"]


def score(**layers: Any) -> newsgold.Scorecard:
    return newsgold.score([{"id": "lake-ferry", **layers}], gold=GOLD)


def test_words_offsets_and_anchors_mean_the_same() -> None:
    start = TEXT.index("two passengers")
    forms: list[Any] = [
        "two passengers",
        {"start": start, "end": start + 14},
        {"start": start, "end": start + 14, "text": "two passengers"},
        {"text": "two passengers"},
        "two … passengers",
    ]
    spans = {claim.content for form in forms for claim in resolved(claims=[{"content": form}]).claims}
    assert len(spans) == 1


def test_offsets_written_as_floats(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text('{"id": "lake-ferry", "figures": [{"span": {"start": 13.0, "end": 16.0}}]}\n')
    assert predictions.read(path, GOLD).annotations["lake-ferry"].figures[0].span.text == "112"
    assert resolved(figures=[{"span": {"start": 13.0, "end": 16.0}}]).figures[0].span.text == "112"


def test_bare_names_that_fold_alike_are_one_entity() -> None:
    found = resolved(claims=[{"content": "We will move her", "speakers": ["Agbéko"]}, {"content": "No one was hurt", "speakers": ["Mr Agbeko"]}])
    assert len(found.entities) == 1 and found.claims[0].speakers == found.claims[1].speakers


def test_a_speaker_by_id_by_mention_or_by_name_is_the_same_speaker() -> None:
    entity = {"id": "p1", "name": "Kokou Agbéko", "mentions": ["Kokou Agbéko"]}
    for speaker in ("p1", "Kokou Agbéko", {"text": "Kokou Agbéko"}, {"start": TEXT.index("Kokou"), "end": TEXT.index("Kokou") + 12}):
        found = resolved(entities=[entity], claims=[{"content": "We will move her", "speakers": [speaker]}])
        assert found.claims[0].speakers == ("p1",), speaker


def test_what_is_not_in_the_text_is_spurious_and_listed() -> None:
    card = score(
        claims=[{"content": "We shall overcome"}, {"content": ["We will move her", "when the storm drops"]}],
        figures=[{"span": "999"}],
        events=[{"mentions": ["capsized", "ran aground"]}],
    )
    assert [match.outcome for match in card.matches if match.predicted] == ["not_in_text"] * 4
    assert card.total["claims/content"] == (0, 5, 2)


def test_a_quote_joined_over_its_attribution_is_not_in_the_text() -> None:
    joined = score(claims=[{"content": "We will move her, when the wind drops"}])
    parts = score(claims=[{"content": ["We will move her", "when the wind drops"]}])
    assert joined.total["claims/content"].tp == 0 and parts.total["claims/content"].tp == 1


def test_an_unlocated_attribute_counts_as_predicted_and_wrong() -> None:
    count = score(claims=[{"content": ["We will move her", "when the wind drops"], "cue": "shouted"}]).total["claims/attribute:cue:overlap"]
    assert count == (0, 1, 1)


def test_missing_and_failed_articles_are_named() -> None:
    card = newsgold.score([], gold=GOLD)
    assert card.missing == ("lake-ferry",) and card.overall == 0.0
    card = newsgold.score([{"id": "lake-ferry", "error": "timed out"}], gold=GOLD)
    assert card.missing == () and card.failed == {"lake-ferry": "timed out"}


def test_a_file_and_objects_score_alike(tmp_path: Path) -> None:
    objects = [newsgold.to_prediction(GOLD[0])]
    path = tmp_path / "p.jsonl"
    path.write_text("".join(json.dumps(data, ensure_ascii=False) + "\n" for data in objects), encoding="utf-8")
    assert newsgold.score(path, gold=GOLD).to_json(matches=True) == newsgold.score(objects, gold=GOLD).to_json(matches=True)


def test_objects_in_memory_get_the_same_messages() -> None:
    with pytest.raises(InputError) as error:
        newsgold.score([{"id": "lake-ferry", "claims": [{"content": "No one", "act": "say"}]}, {"id": "other"}], gold=GOLD)
    assert [issue.path for issue in error.value.issues] == ["$.claims[0].act", "$.id"]


def test_repeats_do_not_depend_on_the_order_of_records() -> None:
    figures = [{"span": "ferry", "low": str(n)} for n in range(3)]
    places = {tuple(sorted((f.low or "", f.span.start) for f in resolved(figures=order).figures)) for order in (figures, figures[::-1])}
    assert len(places) == 1


def test_the_order_of_entities_that_share_a_mention_or_a_name_does_not_matter() -> None:
    for entities, speaker in (
        ([{"id": "a", "mentions": ["Kokou Agbéko"], "kind": "person"}, {"id": "b", "mentions": ["Kokou Agbéko", "Radio Sedzro"]}], {"text": "Kokou Agbéko"}),
        ([{"id": "a", "name": "Mr Agbeko"}, {"id": "b", "name": "Agbeko", "mentions": ["Kokou Agbéko"]}], "Agbeko"),
    ):
        claims = [{"content": "No one was hurt", "speakers": [speaker]}]
        cards = {
            newsgold.score([{"id": "lake-ferry", "entities": order, "claims": claims}], gold=GOLD).to_json(matches=True) for order in (entities, entities[::-1])
        }
        assert len(cards) == 1


def test_the_order_of_claims_that_name_speakers_in_passing_does_not_matter() -> None:
    where = [TEXT.index("Agbéko told"), TEXT.index("Agbéko said")]
    speakers = [{"start": at, "end": at + 6} for at in where] + ["Agbeko", "He"]
    claims = [
        {"content": content, "speakers": [who]}
        for content, who in zip(["No one was hurt", "We will move her", "when the wind drops", "the ferry had been overloaded"], speakers, strict=True)
    ]
    cards = {
        newsgold.score([{"id": "lake-ferry", "claims": order}], gold=GOLD).to_json(matches=True) for order in (claims, claims[::-1], claims[2:] + claims[:2])
    }
    assert len(cards) == 1
    found = resolved(claims=claims)
    named = next(entity for entity in found.entities if entity.name and entity.name.startswith("Agb"))
    assert [mention.start for mention in named.mentions] == where and len(found.entities) == 2


def test_made_ids_avoid_given_ones() -> None:
    found = resolved(claims=[{"id": "c1~", "content": "No one was hurt"}, {"content": "We will move her"}])
    assert [claim.id for claim in found.claims] == ["c1~", "c1~~"]


@pytest.mark.parametrize("value", [{"id": "\ud800"}, {"id": {1, 2}}, {"id": 2**70}])
def test_what_json_cannot_hold_is_a_located_error(value: object) -> None:
    with pytest.raises(InputError, match="cannot be written as JSON"):
        newsgold.score([value], gold=GOLD)  # type: ignore[list-item]


def test_repeated_mentions_of_one_entity_go_to_different_places() -> None:
    found = resolved(entities=[{"id": "f", "mentions": ["ferry", "ferry", "ferry"]}])
    assert len({mention.start for mention in found.entities[0].mentions}) == 3
