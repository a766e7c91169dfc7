"""What must hold for every layer, whatever the data: over the whole registry, on real gold and on perturbed copies of it."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import newsgold
from newsgold.counts import Count
from newsgold.layers import REGISTRY
from newsgold.records import CLAIM_ACTS, EVENT_TYPES, Article
from newsgold.scoring import Scorecard

Objects = list[dict[str, Any]]
LISTS = ("entities", "claims", "events", "figures")


def predict(articles: Iterable[Article]) -> Objects:
    return [newsgold.to_prediction(article) for article in articles]


def perturbed(articles: Iterable[Article], rng: random.Random, *, single_mentions: bool = False) -> Objects:
    """Gold with records dropped, moved, relabelled and added, as a system would have it. References stay valid."""
    out = []
    for article in articles:
        data = json.loads(json.dumps(newsgold.to_prediction(article)))
        text = article.text or ""
        for key, links in (("claims", ["parent"]), ("events", ["part_of"]), ("figures", [])):
            data[key] = [record for record in data[key] if rng.random() > 0.2]
            ids = {record["id"] for record in data[key]}
            for record in data[key]:
                for link in links:
                    record[link] = record[link] if record[link] in ids else None
        events = {record["id"] for record in data["events"]}
        figures = {record["id"] for record in data["figures"]}
        for figure in data["figures"]:
            figure["event"] = figure["event"] if figure["event"] in events else None
            figure["relations"] = [relation for relation in figure["relations"] if relation["figure"] in figures]
            if rng.random() < 0.2:
                figure["low"] = figure["high"] = "7"
            if rng.random() < 0.2:
                figure["unit"] = "EUR"
        for claim in data["claims"]:
            if rng.random() < 0.3:
                claim["act"] = rng.choice(CLAIM_ACTS)
            if rng.random() < 0.3:
                span = rng.choice(claim["content"])
                end = rng.randint(span["start"] + 1, span["end"])
                span.update(end=end, text=text[span["start"] : end])
            if rng.random() < 0.2 and data["entities"]:
                claim["speakers"] = [rng.choice(data["entities"])["id"]]
        for event in data["events"]:
            if rng.random() < 0.3:
                event["type"] = rng.choice(EVENT_TYPES)
            if single_mentions:
                event["mentions"] = event["mentions"][:1]
        for key in ("claims", "figures"):
            for number in range(rng.randint(0, 2)):
                start = rng.randrange(max(1, len(text) - 30))
                span = {"start": start, "end": start + rng.randint(1, 30), "text": None}
                data[key].append({"id": f"x{number}", "content": [span]} if key == "claims" else {"id": f"x{number}", "span": span, "low": "3", "high": "3"})
        out.append(data)
    return out


def shuffled(objects: Objects, rng: random.Random) -> Objects:
    out = json.loads(json.dumps(objects))
    rng.shuffle(out)
    for data in out:
        for key in LISTS:
            rng.shuffle(data[key])
        for entity in data["entities"]:
            rng.shuffle(entity["mentions"])
        for claim in data["claims"]:
            rng.shuffle(claim["content"])
            rng.shuffle(claim.get("speakers", []))
        for event in data["events"]:
            rest = event["mentions"][1:]
            rng.shuffle(rest)
            event["mentions"] = event["mentions"][:1] + rest
            rng.shuffle(event["participants"])
    return out


def rungs(card: Scorecard) -> dict[str, Count]:
    total = card.total
    return {f"{name}/{rung.name}": total[f"{name}/{rung.name}"] for name, layer in REGISTRY.items() for rung in layer.rungs}


def test_gold_against_itself_is_perfect(articles: list[Article]) -> None:
    card = newsgold.score(predict(articles), gold=articles)
    data = card.to_dict()
    for name in REGISTRY:
        layer = data["layers"][name]
        for score in [*layer["rungs"], *layer["spans"].values(), *layer.get("arguments", {}).values()]:
            assert score["f1"] in (1.0, None), (name, score)
        for attribute, value in layer["attributes"].items():
            if "support" in value:
                assert value["accuracy"] in (1.0, None) and value["kappa"] in (1.0, None), (name, attribute, value)
            else:
                for score in value.values() if "exact" in value else [value]:
                    assert score["f1"] in (1.0, None), (name, attribute, value)
        assert layer["rungs"][0]["gold"] > 10, "too little gold to prove anything"
    assert {match.outcome for match in card.matches} == {"hit"}


def test_every_article_is_perfect_against_itself(articles: list[Article]) -> None:
    for article in articles:
        card = newsgold.score([newsgold.to_prediction(article)], gold=[article])
        assert all(count.f1 in (1.0, None) for count in rungs(card).values()), article.id


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6))
def test_order_changes_no_byte(articles: list[Article], seed: int) -> None:
    rng = random.Random(seed)
    chosen = rng.sample(articles, min(8, len(articles)))
    objects = perturbed(chosen, rng)
    one = newsgold.score(objects, gold=chosen).to_json()
    again = list(chosen)
    rng.shuffle(again)
    assert newsgold.score(shuffled(objects, rng), gold=again).to_json() == one


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6))
def test_swapping_the_sides_swaps_precision_and_recall(articles: list[Article], seed: int) -> None:
    from newsgold.predictions import from_objects
    from newsgold.records import to_dict

    rng = random.Random(seed)
    chosen = rng.sample(articles, min(6, len(articles)))
    plain = [perturbed([article], random.Random(seed + 1), single_mentions=True)[0] for article in chosen]
    other = [perturbed([article], random.Random(seed + 2), single_mentions=True)[0] for article in chosen]
    # A plural phrase that stands for several entities is allowed to gold only, so it would not swap.
    for data in (*plain, *other):
        taken: set[tuple[int, int]] = set()
        for entity in data["entities"]:
            entity["mentions"] = [m for m in entity["mentions"] if (m["start"], m["end"]) not in taken]
            taken |= {(m["start"], m["end"]) for m in entity["mentions"]}
            entity["mentions"] = [m for m in entity["mentions"] if m["form"] != "pronoun"]

    def as_gold(objects: Objects) -> list[Article]:
        found = from_objects(objects, chosen).annotations
        by_id = {article.id: article for article in chosen}
        return [
            Article(**{**{f: getattr(by_id[key], f) for f in Article.__struct_fields__}, **{f: getattr(value, f) for f in LISTS}})
            for key, value in found.items()
        ]

    there = rungs(newsgold.score(other, gold=as_gold(plain)))
    back = rungs(newsgold.score(plain, gold=as_gold(other)))
    assert there == {measure: count.swapped() for measure, count in back.items()}
    assert to_dict(chosen[0])["id"] == chosen[0].id


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6))
def test_an_exact_duplicate_never_raises_a_score(articles: list[Article], seed: int) -> None:
    rng = random.Random(seed)
    chosen = rng.sample(articles, min(4, len(articles)))
    objects = perturbed(chosen, rng)
    before = newsgold.score(objects, gold=chosen).total
    more = json.loads(json.dumps(objects))
    doubled = []
    for data in more:
        for key in ("claims", "events", "figures"):
            if data[key]:
                record = json.loads(json.dumps(rng.choice(data[key])))
                record["id"] = "again"
                data[key].append(record)
                doubled.append(key)
    after = newsgold.score(more, gold=chosen).total
    for measure, count in after.items():
        if "attribute" not in measure:
            assert count.tp <= before[measure].tp, measure
            assert count.predicted >= before[measure].predicted
            assert (count.f1 or 0) <= (before[measure].f1 or 0), measure
    assert sum(after[f"{key}/{REGISTRY[key].rungs[0].name}"].predicted for key in ("claims", "events", "figures")) == len(doubled) + sum(
        before[f"{key}/{REGISTRY[key].rungs[0].name}"].predicted for key in ("claims", "events", "figures")
    )


@pytest.mark.parametrize("key", ["claims", "events", "figures"])
def test_splitting_a_right_record_never_raises_a_score(articles: list[Article], key: str) -> None:
    tried = 0
    for article in random.Random(1).sample(articles, 12):
        objects = predict([article])
        before = newsgold.score(objects, gold=[article]).total
        for index, record in enumerate(objects[0][key]):
            spans = {"claims": record.get("content"), "events": record.get("mentions"), "figures": [record.get("span")]}[key]
            span = spans[0]
            if len(spans) > 1 or span["end"] - span["start"] < 4 or overlapping(objects[0][key], index, key):
                continue
            middle = (span["start"] + span["end"]) // 2
            halves = []
            for number, (start, end) in enumerate(((span["start"], middle), (middle, span["end"]))):
                half = json.loads(json.dumps(record))
                half["id"] = record["id"] if number == 0 else "half"
                piece = {"start": start, "end": end, "text": None}
                half["span" if key == "figures" else "content" if key == "claims" else "mentions"] = piece if key == "figures" else [piece]
                halves.append(half)
            changed = json.loads(json.dumps(objects))
            changed[0][key][index : index + 1] = halves
            after = newsgold.score(changed, gold=[article]).total
            tried += 1
            for measure, count in after.items():
                if measure.startswith(key) and "attribute" not in measure:
                    assert (count.f1 or 0) <= (before[measure].f1 or 0), (article.id, record["id"], measure)
    assert tried > 5


def overlapping(records: Objects, index: int, key: str) -> bool:
    def pieces(record: dict[str, Any]) -> list[dict[str, int]]:
        return {"claims": record.get("content"), "events": record.get("mentions"), "figures": [record.get("span")]}[key]  # type: ignore[return-value]

    own = pieces(records[index])
    return any(a["start"] < b["end"] and b["start"] < a["end"] for other in records if other is not records[index] for a in pieces(other) for b in own)


def test_an_empty_prediction_has_recall_zero_and_no_precision(articles: list[Article]) -> None:
    for objects in ([], [{"id": article.id} for article in articles]):
        data = newsgold.score(objects, gold=articles).to_dict()
        for name in REGISTRY:
            for rung in data["layers"][name]["rungs"]:
                assert rung["recall"] == 0.0 and rung["precision"] is None and rung["f1"] == 0.0
        assert data["overall"] == 0.0
        assert len(data["missing"]) == (0 if objects else len(articles))


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6))
def test_rungs_never_increase_and_every_record_is_accounted_for(articles: list[Article], seed: int) -> None:
    rng = random.Random(seed)
    chosen = rng.sample(articles, min(5, len(articles)))
    card = newsgold.score(perturbed(chosen, rng), gold=chosen)
    for name, layer in REGISTRY.items():
        counts = [card.total[f"{name}/{rung.name}"] for rung in layer.rungs]
        assert [count.tp for count in counts] == sorted((count.tp for count in counts), reverse=True)
        matches = [match for match in card.matches if match.layer == name]
        assert sum(match.gold is not None for match in matches) == counts[0].gold
        assert sum(match.predicted is not None for match in matches) == counts[0].predicted
        assert sum(match.outcome == "hit" for match in matches) == counts[-1].tp
        modes = [card.total[f"{name}/span:{mode}"].tp for mode in ("exact", "close", "overlap")]
        assert modes == sorted(modes)


def test_nothing_to_score_is_null() -> None:
    from newsgold.counts import cohen_kappa, gwet_ac1

    assert Count(0, 0, 0).f1 is None and Count(0, 0, 3).recall is None and Count(0, 3, 0).precision is None
    assert Count(0, 0, 3).f1 == 0.0 and Count(0, 3, 0).f1 == 0.0
    assert cohen_kappa({}) is None and gwet_ac1({}) is None


def in_words(objects: Objects) -> Objects:
    """The same predictions without offsets: every span as its words."""

    def strip(value: Any) -> Any:
        if isinstance(value, dict):
            if "start" in value:
                return {"text": value["text"], "form": value["form"]} if "form" in value else value["text"]
            return {key: strip(inner) for key, inner in value.items()}
        return [strip(inner) for inner in value] if isinstance(value, list) else value

    return [strip(data) for data in json.loads(json.dumps(objects))]


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6))
def test_order_changes_no_byte_of_predictions_in_words(articles: list[Article], seed: int) -> None:
    rng = random.Random(seed)
    chosen = rng.sample(articles, min(5, len(articles)))
    objects = in_words(predict(chosen))
    one = newsgold.score(objects, gold=chosen).to_json(matches=True)
    assert newsgold.score(shuffled(objects, rng), gold=chosen).to_json(matches=True) == one


def test_gold_in_words_finds_nearly_everything(articles: list[Article]) -> None:
    """What words alone cannot tell is which of several equal ones is meant."""
    card = newsgold.score(in_words(predict(articles)), gold=articles)
    assert "not_in_text" not in {match.outcome for match in card.matches}
    heads = card.headlines
    assert min(value for value in heads.values() if value is not None) > 0.85, heads
