"""Stored scorecards give back the rows they were made from, and refuse what does not fit."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import newsgold
from conftest import ROOT
from newsgold import corpus, systems
from newsgold.issues import InputError
from newsgold.rows import Rows
from newsgold.scoring import Scorecard, score

GOLD = ROOT / "tests" / "examples" / "gold.jsonl"
RULES = ROOT / "baselines" / "rules" / "predictions" / "test.jsonl"


@pytest.fixture(scope="module")
def card() -> Scorecard:
    return score(RULES, "test", system="rules")


@pytest.fixture
def stored(card: Scorecard, tmp_path: Path) -> Path:
    path = tmp_path / "rules.scorecard.json"
    path.write_bytes(card.to_json())
    return path


def edited(path: Path, edit: Callable[[dict[str, Any]], Any], name: str = "edited.json") -> Path:
    data = json.loads(path.read_text(encoding="utf-8"))
    edit(data)
    (path.parent / name).write_text(json.dumps(data), encoding="utf-8")
    return path.parent / name


def plain(rows: Rows) -> list[Any]:
    """Rows without the order in which label pairs came."""
    return [(article, made.counts, {name: sorted(pairs) for name, pairs in made.labels.items()}, made.errors) for article, made in rows]


def refuse(path: Path) -> Scorecard:
    raise AssertionError(f"{path} is a scorecard")


def test_a_stored_scorecard_gives_back_its_rows(card: Scorecard, stored: Path) -> None:
    (found,) = systems.load([stored], refuse)
    assert (found.name, found.signature) == ("rules", card.signature)
    assert plain(found.rows) == plain(card.rows)
    assert (found.rows.total, found.rows.labels, found.rows.errors) == (card.rows.total, card.rows.labels, card.rows.errors)


def test_scorecards_are_told_from_predictions(stored: Path, tmp_path: Path) -> None:
    compact = edited(stored, lambda card: card)
    one = tmp_path / "one.jsonl"
    one.write_text(json.dumps({"id": "lake-ferry", "signature": "x"}) + "\n", encoding="utf-8")
    broken = tmp_path / "broken.jsonl"
    broken.write_text('{"id": \n', encoding="utf-8")
    assert [systems.is_scorecard(path) for path in (stored, compact, RULES, one, broken)] == [True, True, False, False, False]


def test_predictions_are_scored_and_named_by_their_file(card: Scorecard, stored: Path) -> None:
    found = systems.load([stored, RULES], lambda path: score(path, "test"))
    assert [system.name for system in found] == ["rules", "test"]
    assert plain(found[0].rows) == plain(found[1].rows)


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda card: card.pop("counts"), "$: 'counts' is missing"),
        (lambda card: next(iter(card["counts"].values())).update(x=[1, 2]), ".x: "),
        (lambda card: card.update(overall=0.9), "$.overall: 0.9; expected {card.overall:.6g}, which the counts give"),
        (lambda card: next(iter(card["counts"].values())).update({"claims/speakers": [99, 99, 99]}), "which the counts give"),
        (lambda card: card.update(articles=card["articles"] + 1), "$.articles: {more}; expected {card.articles}, the number"),
        (lambda card: card["labels"].update(elsewhere={}), "$.labels.elsewhere: has no counts"),
        (lambda card: next(iter(card["labels"].values()))["claims/act"].update(assert_deny=1), "expected 'gold>predicted'"),
        (lambda card: next(iter(card["counts"].values())).update({"claims/span:soft": [2**60, 1, 1]}), "expected counts below"),
        # No headline hangs on these two, so the overall score stays.
        (lambda card: next(iter(card["counts"].values())).update({"claims/act": [99, 9, 9]}), "$.layers.claims.rungs[3].tp: "),
        (lambda card: next(iter(card["labels"].values()))["claims/act"].update({"assert>deny": 99}), "$.layers.claims.attributes.act."),
    ],
)
def test_a_bad_scorecard_is_refused_with_the_place(card: Scorecard, stored: Path, edit: Callable[[dict[str, Any]], Any], message: str) -> None:
    path = edited(stored, edit)
    with pytest.raises(InputError) as error:
        systems.load([stored, path], refuse)
    assert all(issue.file == str(path) for issue in error.value.issues)
    assert message.format(card=card, more=card.articles + 1) in str(error.value)


def test_a_scorecard_cut_off_is_no_json(stored: Path) -> None:
    stored.write_bytes(stored.read_bytes()[:5000])
    with pytest.raises(InputError, match=r"not JSON.*expected a scorecard or predictions"):
        systems.load([stored], refuse)


def test_a_scorecard_with_a_key_twice_or_nested_too_deeply_is_refused(stored: Path) -> None:
    body = stored.read_text(encoding="utf-8")
    for wrong, message in (
        (body.replace('"overall":', '"overall": 0.9,\n  "overall":', 1), "key 'overall' stands twice"),
        ('{\n"counts": ' + "[" * 900 + "]" * 900 + "}", "nested too deeply"),
    ):
        stored.write_text(wrong, encoding="utf-8")
        with pytest.raises(InputError, match=message):
            systems.load([stored], refuse)


def test_scores_that_a_later_patch_release_adds_are_passed_over(stored: Path) -> None:
    def later(card: dict[str, Any]) -> None:
        card["layers"]["claims"]["attributes"]["tone"] = card["layers"]["claims"]["attributes"]["act"]

    assert len(systems.load([stored, edited(stored, later)], refuse)) == 2


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_refused_since_part_of_it_would_be_lost(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="a pipe, which can be read only once; expected a file"):
        systems.load([tmp_path / "pipe"], refuse)


def test_scores_on_other_gold_are_refused_and_what_differs_is_named(card: Scorecard, stored: Path, tmp_path: Path) -> None:
    prediction = tmp_path / "p.jsonl"
    prediction.write_text(json.dumps(newsgold.to_prediction(corpus.load(path=GOLD)[0])) + "\n", encoding="utf-8")
    other = tmp_path / "other.json"
    other.write_bytes(score(prediction, "custom", gold=GOLD).to_json())
    with pytest.raises(InputError) as error:
        systems.load([stored, other], refuse)
    text = str(error.value)
    for words in ("gold '", "split 'custom'; expected 'test' as in", f"articles '1'; expected '{card.articles}'", "only scores on the same gold compare"):
        assert words in text
    assert all(issue.file == str(other) for issue in error.value.issues)


def test_a_patch_release_compares_and_another_release_does_not(stored: Path) -> None:
    major, minor, patch = newsgold.__version__.split(".")[:3]

    def version(text: str) -> Callable[[dict[str, Any]], None]:
        return lambda card: card.update(signature=card["signature"].replace(f"newsgold:{newsgold.__version__}|", f"newsgold:{text}|"))

    assert len(systems.load([stored, edited(stored, version(f"{major}.{minor}.{int(patch) + 7}"))], refuse)) == 2
    with pytest.raises(InputError, match=r"newsgold '9\.9'"):
        systems.load([stored, edited(stored, version("9.9.0"))], refuse)


def test_names_differ_and_can_be_printed(stored: Path) -> None:
    named = edited(stored, lambda card: card.update(system="a\x1b[31m"), "red.json")
    unnamed = edited(stored, lambda card: card.update(system=None), "plain.scorecard.json")
    assert [system.name for system in systems.load([stored, named, unnamed], refuse)] == ["rules", "'a\\x1b[31m'", "plain"]
    twice = [system.name for system in systems.load([stored, named, stored], refuse)]
    assert twice == [f"{stored} (1)", "'a\\x1b[31m'", f"{stored} (2)"]
