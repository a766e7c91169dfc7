"""Agreement: what is judged against the targets, and what adjudication is shown."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

import newsgold
from conftest import ROOT
from newsgold import corpus
from newsgold.agreement import Agreement, agreement, differences
from newsgold.counts import Count
from newsgold.issues import InputError
from newsgold.records import Article, article_from, to_dict

GOLD = corpus.load(path=ROOT / "tests" / "examples" / "gold.jsonl")[0]


def made(counts: dict[str, Count], labels: dict[str, dict[tuple[str, str], int]]) -> Agreement:
    back = {measure: count.swapped() for measure, count in counts.items()}
    return Agreement(("a", "b"), ("x",), counts, back, {name: Counter(table) for name, table in labels.items()}, {})


def test_targets_are_judged_where_there_is_enough_to_judge() -> None:
    low = {("assert", "assert"): 30, ("assert", "deny"): 15, ("deny", "deny"): 10}
    # 40 of 55 agree; margins 45/10 and 30/25: chance (45·30 + 10·25) / 55² = .529; (.727 - .529) / .471 = .421.
    found = made({"claims/speakers": Count(80, 100, 100)}, {"claims/act": low, "claims/form": {("direct", "indirect"): 20}})
    assert found.below() == ["claims: headline F1 0.800 is below 0.85", "claims.act: kappa 0.421 is below 0.7"]
    lopsided = {("exact", "exact"): 95, ("exact", "range"): 3, ("range", "exact"): 2}
    assert made({}, {"figures/bound": lopsided}).below() == []


def test_f1_is_the_mean_of_both_directions() -> None:
    found = Agreement(("a", "b"), ("x",), {"events/trigger": Count(2, 2, 2)}, {"events/trigger": Count(1, 2, 2)}, {}, {})
    assert found.f1("events/trigger") == 0.75 and found.support("events/trigger") == 2


def test_annotators_agree_with_themselves() -> None:
    data = agreement("a1", "a1", newsgold.load("test")).to_dict()
    assert set(data["headlines"].values()) == {1.0} and data["below_target"] == []
    assert {row["f1"] for row in data["rows"] if "f1" in row} <= {1.0, None}


def test_nobody_in_common() -> None:
    with pytest.raises(InputError, match="no article annotated by both"):
        agreement("a1", "a2", newsgold.load("train"))


def changed(edit: Any) -> Article:
    data = json.loads(json.dumps(to_dict(GOLD)))
    edit(data)
    return article_from(data)


def test_differences_are_told_in_words() -> None:
    def edit(data: dict[str, Any]) -> None:
        data["claims"][2]["act"] = "predict"
        del data["figures"][1]
        data["entities"][1]["mentions"].pop()
        data["events"][0]["time"] = None

    found = {(d.layer, d.field): (d.one, d.other) for d in differences(GOLD, changed(edit))}
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

    assert differences(GOLD, changed(edit)) == []
