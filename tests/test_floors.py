"""The floors of the gold: held from data version 0.2.0 on, and a table that can tell what is missing."""

from __future__ import annotations

import sys

import pytest
from msgspec.structs import replace

from conftest import ROOT
from newsgold import corpus
from newsgold.records import CLAIM_ACTS, EVENT_STATUSES, EVENT_TYPES

sys.path.insert(0, str(ROOT / "docs" / "commissioning"))
import floors

FERRY = corpus.load(path=ROOT / "tests" / "examples" / "gold.jsonl")[0]


@pytest.mark.skipif(not floors.holds_now(), reason=f"the floors hold from data version {floors.HOLDS_FROM}, this is {corpus.DATA_VERSION}")
def test_the_gold_is_above_its_floors() -> None:
    found = floors.measure(article for split in floors.SPLITS for article in corpus.load(split))
    assert floors.lines(found, short=True)[1:] == []


def test_every_label_has_its_floor() -> None:
    names = {floor.name for floor in floors.FLOORS}
    assert names >= {f"act {act}" for act in CLAIM_ACTS} | {f"status {status}" for status in EVENT_STATUSES}
    assert names >= {f"type {type_}" for type_ in EVENT_TYPES} | {f"type {type_} in test" for type_ in EVENT_TYPES}
    assert len(names) == len(floors.FLOORS)


def test_shares_and_counts_on_an_article_counted_by_eye() -> None:
    texts = [replace(FERRY, split="train"), replace(FERRY, id="other", split="test")]
    found = {one.floor.name: one for one in floors.measure(texts)}
    claims, events, figures = FERRY.claims, FERRY.events, FERRY.figures
    assert (found["indirect"].hits, found["indirect"].of) == (2 * sum(claim.form == "indirect" for claim in claims), 2 * len(claims))
    assert found["not happened"].hits == 2 * sum(event.status != "happened" for event in events)
    kind = events[0].type
    same = sum(event.type == kind for event in events)
    assert (found[f"type {kind}"].value, found[f"type {kind} in test"].value) == (2 * same, same)
    assert found["relation"].hits == 2 * sum(bool(figure.relations) for figure in figures)


def test_what_is_below_is_told() -> None:
    found = floors.measure([replace(FERRY, claims=tuple(replace(claim, form="direct") for claim in FERRY.claims))])
    indirect = next(one for one in found if one.floor.name == "indirect")
    assert not indirect.met
    assert any(line.startswith("claims   indirect") and line.endswith("below") for line in floors.lines(found, short=True))


def test_an_empty_corpus_meets_nothing() -> None:
    assert not any(one.met for one in floors.measure([]))


def test_versions() -> None:
    assert not floors.holds_now("0.1.9") and floors.holds_now("0.2.0") and floors.holds_now("0.10.0") and floors.holds_now("1.0.0")


def test_the_command_prints_80_columns_and_tells_by_its_exit_code(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(floors, "load", lambda split: (FERRY,) if split == "test" else ())
    for version, code in (("0.1.0", 0), ("0.2.0", 1)):
        monkeypatch.setattr(floors, "holds_now", lambda version=version: version >= "0.2.0")
        assert floors.main(["--check"]) == code
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 80 and "below their floor" in out
    assert floors.main(["--definitions"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(floors.FLOORS)
