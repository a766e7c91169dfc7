"""Differences in words: between annotators for adjudication, and of scored records for those who read errors."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import newsgold
from conftest import ROOT, changed
from newsgold import corpus, predictions
from newsgold.cli import BAD, OK, main
from newsgold.differences import Finding, differences, findings
from newsgold.scoring import Scorecard

GOLD_FILE = ROOT / "tests" / "examples" / "gold.jsonl"
GOLD = corpus.load(path=GOLD_FILE)[0]


def test_differences_are_told_in_words() -> None:
    def edit(data: dict[str, Any]) -> None:
        data["claims"][2]["act"] = "predict"
        del data["figures"][1]
        data["entities"][1]["mentions"].pop()
        data["events"][0]["time"] = None

    found = {(d.layer, d.field): (d.one, d.other) for d in differences(GOLD, changed(GOLD, edit))}
    assert found["claims", "act"] == ("commit", "predict")
    assert found["figures", "record"][1] == "–" and "two" in found["figures", "record"][0]
    assert "He" in found["entities", "mentions"][0] and "He" not in found["entities", "mentions"][1]
    assert found["events", "time"] == ("span “Tuesday”@58, value 2026-03-17", "–")
    assert len(found) == 4


def test_other_ids_and_another_order_are_no_difference() -> None:
    def edit(data: dict[str, Any]) -> None:
        text = json.dumps({key: data[key] for key in ("entities", "claims", "events", "figures")})
        for kind in "ecvf":
            for number in range(9, 0, -1):
                text = text.replace(f'"{kind}{number}"', f'"{kind}{number + 20}"')
        data.update({key: value[::-1] for key, value in json.loads(text).items()})

    assert differences(GOLD, changed(GOLD, edit)) == []


# --- scored records ---------------------------------------------------------------------------------------------------


def predicted(edit: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(json.dumps(newsgold.to_prediction(GOLD)))
    edit(data)
    return data


def errors(edit: Callable[[dict[str, Any]], None]) -> tuple[Scorecard, list[Finding]]:
    found = predictions.from_objects([predicted(edit)], [GOLD])
    card = newsgold.score(found, gold=[GOLD])
    return card, list(findings(card, [GOLD], found.annotations))


def test_perfect_predictions_have_no_findings() -> None:
    card, found = errors(lambda data: None)
    assert found == []
    every = list(findings(card, [GOLD], {GOLD.id: GOLD}, lambda match: True))
    assert {finding.kind for finding in every} == {"hit"} and len(every) == len(list(card.matches))


def test_a_boundary_is_shown_where_it_lies() -> None:
    def edit(data: dict[str, Any]) -> None:
        span = data["claims"][0]["content"][0]
        span["end"] = span["start"] + (span["end"] - span["start"]) * 2 // 5
        span["text"] = span["text"][: span["end"] - span["start"]]

    card, found = errors(edit)
    (finding,) = found
    assert (finding.layer, finding.kind, finding.gold, finding.predicted) == ("claims", "boundary", "c1", "c1")
    assert finding.overlap is not None and 0.5 < finding.overlap < 0.8
    gold = GOLD.claims[0].content[0]
    assert finding.context.count("[") == finding.context.count("{") == 1 and finding.context.index("}") < finding.context.index("]")
    assert finding.fields["content"][0] == f"“{gold.text}”@{gold.start}"
    assert card.errors()["claims"]["boundary"] == {"count": 1, "worst": {GOLD.id: 1}}


def test_a_missed_record_and_a_spurious_one() -> None:
    def edit(data: dict[str, Any]) -> None:
        span = data["figures"][0]["span"]
        span.update(start=0, end=1, text=None)

    _, found = errors(edit)
    kinds = {(finding.layer, finding.kind): finding for finding in found}
    missed, spurious = kinds["figures", "missed"], kinds["figures", "spurious"]
    assert missed.predicted is None and missed.fields["record"][1] == "–" and "span" in missed.fields["record"][0] and "{" not in missed.context
    assert spurious.gold is None and spurious.fields["record"][0] == "–" and "[" not in spurious.context
    assert set(kinds) == {("figures", "missed"), ("figures", "spurious")}


def test_arguments_of_right_events_have_kinds_of_their_own() -> None:
    roles = [(event["id"], event["participants"]) for event in newsgold.to_prediction(GOLD)["events"] if len(event["participants"]) > 1]
    event, participants = roles[0]

    def edit(data: dict[str, Any]) -> None:
        chosen = next(record for record in data["events"] if record["id"] == event)
        taken = {p["role"] for p in participants}
        chosen["participants"][0]["role"] = next(role for role in ("instrument", "origin", "destination") if role not in taken)
        del chosen["participants"][1]

    card, found = errors(edit)
    assert sorted((finding.layer, finding.kind) for finding in found) == [("arguments", "missed"), ("arguments", "wrong_role")]
    wrong = next(finding for finding in found if finding.kind == "wrong_role")
    assert wrong.fields["argument"][0].startswith(f"{participants[0]['role']} {participants[0]['entity']}, not ")
    total = sum(len(record.participants) for record in GOLD.events)
    kinds = {kind: value["count"] for kind, value in card.errors()["arguments"].items()}
    assert kinds == {"hit": total - 2, "missed": 1, "wrong_role": 1}


def test_error_kinds_add_up_to_the_records() -> None:
    objects = ROOT / "baselines" / "rules" / "predictions" / "test.jsonl"
    card = newsgold.score(str(objects), "test")
    for layer, kinds in card.errors().items():
        if layer == "arguments":
            continue
        counts = {kind: value["count"] for kind, value in kinds.items()}
        rung = next(count for measure, count in card.total.items() if measure.startswith(f"{layer}/"))
        both = sum(n for kind, n in counts.items() if kind in ("hit", "boundary") or kind.startswith("wrong_"))
        assert rung.gold == both + counts.get("missed", 0)
        assert rung.predicted == both + sum(counts.get(kind, 0) for kind in ("spurious", "duplicate", "not_in_text"))
        for kind, value in kinds.items():
            assert kind == "hit" or (value["worst"] and max(value["worst"].values()) == next(iter(value["worst"].values())))


@pytest.mark.parametrize("form", ["table", "json", "markdown"])
def test_the_command_lists_what_is_asked_for(form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def edit(data: dict[str, Any]) -> None:
        data["claims"][2]["act"] = "predict"
        del data["figures"][1]

    path = tmp_path / "p.jsonl"
    path.write_text(json.dumps(predicted(edit)) + "\n", encoding="utf-8")
    assert main(["errors", str(path), "--gold", str(GOLD_FILE), "--layer", "claims", "--format", form, "--limit", "0"]) == OK
    shown = capsys.readouterr().out
    if form == "json":
        data = json.loads(shown)
        assert data["total"] == 1 and data["findings"][0]["fields"] == {"act": ["commit", "predict"]} and data["errors"]["figures"]["missed"]["count"] == 1
    else:
        assert "wrong_act" in shown and "commit" in shown and "predict" in shown and "(gold c3, predicted c3)" in shown
        assert max(map(len, shown.splitlines())) <= 80 or form == "markdown"


def test_a_kind_or_article_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text(json.dumps(predicted(lambda data: None)) + "\n", encoding="utf-8")
    assert main(["errors", str(path), "--gold", str(GOLD_FILE), "--kind", "wrong_colour", "--article", "lake-fery"]) == BAD
    told = capsys.readouterr().err
    assert "--kind: $: wrong_colour is no kind of any layer; expected one of hit, " in told and "such as lake-ferry" in told
    assert main(["errors", str(path), "--gold", str(GOLD_FILE)]) == OK
    assert "no such records" in capsys.readouterr().out
