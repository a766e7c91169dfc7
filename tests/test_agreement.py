"""Agreement: means over annotators, alpha over units, what is judged against the targets and what stands out, and what adjudication is shown."""

from __future__ import annotations

import io
import json
import random
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

import newsgold
from conftest import ROOT, changed, sample
from newsgold import corpus, report
from newsgold.agreement import Agreement, agreement, agreement_of, joined
from newsgold.counts import Count, krippendorff_alpha, rounded
from newsgold.issues import InputError
from newsgold.layers import REGISTRY
from newsgold.records import CLAIM_ACTS, EVENT_STATUSES, EVENT_TYPES, FIGURE_KINDS, Article, article_from, to_dict

GOLD = corpus.load(path=ROOT / "tests" / "examples" / "gold.jsonl")[0]
LABELS = [f"{name}/{label.name}" for name, layer in REGISTRY.items() for label in layer.labels]


def made(counts: dict[str, Count], labels: dict[str, dict[tuple[str, str], int]]) -> Agreement:
    back = {measure: count.swapped() for measure, count in counts.items()}
    tables = {name: Counter(table) for name, table in labels.items()}
    return Agreement(("a", "b"), {("a", "b"): {"x": (counts, back)}}, {("a", "b"): tables}, labels)


def test_targets_are_judged_where_there_is_enough_to_judge() -> None:
    low = {("assert", "assert"): 30, ("assert", "deny"): 15, ("deny", "deny"): 10}
    # 40 of 55 agree; margins 45/10 and 30/25: chance (45·30 + 10·25) / 55² = .529; (.727 - .529) / .471 = .421.
    found = made({"claims/speakers": Count(80, 100, 100)}, {"claims/act": low, "claims/form": {("direct", "indirect"): 20}})
    assert found.below() == ["claims: headline F1 0.800 is below 0.85", "claims.act: kappa 0.421 is below 0.75"]
    lopsided = {("exact", "exact"): 95, ("exact", "range"): 3, ("range", "exact"): 2}
    assert made({}, {"figures/bound": lopsided}).below() == []


def test_the_commonest_label_is_counted_on_both_sides() -> None:
    # 95 of 100 on one side, 70 on the other: 82.5%. Chance .95·.7 + .05·.3 = .68, so kappa is (.75 - .68) / .32.
    table = {("exact", "exact"): 70, ("exact", "range"): 25, ("range", "range"): 5}
    for side in (table, {(other, one): n for (one, other), n in table.items()}):
        assert made({}, {"figures/bound": side}).below() == ["figures.bound: kappa 0.219 is below 0.75"]


def test_f1_is_the_mean_of_both_directions() -> None:
    both = {"events/trigger": Count(2, 2, 2)}, {"events/trigger": Count(1, 2, 2)}
    found = Agreement(("a", "b"), {("a", "b"): {"x": both}}, {("a", "b"): {}}, {})
    assert found.all.f1("events/trigger") == 0.75 and found.all.support("events/trigger") == 2


def test_nobody_in_common() -> None:
    with pytest.raises(InputError, match=r"data/annotators/a2: .*no article in common") as problem:
        agreement(["a1", "a2"], newsgold.load("train"))
    assert len(problem.value.issues) == 2
    with pytest.raises(InputError, match="data/annotators/c: ") as problem:
        agreement_of({"a": by_id([GOLD]), "b": by_id([GOLD]), "c": {}})
    assert len(problem.value.issues) == 1


@pytest.mark.parametrize("names", [[], ["a1"], ["a1", "a1"], ["a1", "a2", "a1"]])
def test_two_or_more_different_names_are_asked_for(names: list[str]) -> None:
    with pytest.raises(InputError, match="expected two or more different names"):
        agreement(names, newsgold.load("test"))


# --- any number of annotators, made from gold ---------------------------------------------------------------------------


def by_id(articles: Iterable[Article]) -> dict[str, Article]:
    return {article.id: article for article in articles}


def noisy(article: Article, seed: int, rate: float) -> Article:
    """The article as a careless annotator has it: each record dropped or relabelled at this rate. References stay valid."""
    rng = random.Random(f"{seed} {article.id}")
    data = json.loads(json.dumps(to_dict(article)))
    kept = {}
    for key in ("claims", "events", "figures"):
        data[key] = [record for record in data[key] if rng.random() >= rate]
        kept[key] = {record["id"] for record in data[key]}
    for claim in data["claims"]:
        claim["parent"] = claim["parent"] if claim["parent"] in kept["claims"] else None
        claim["act"] = rng.choice(CLAIM_ACTS) if rng.random() < rate else claim["act"]
    for event in data["events"]:
        event["part_of"] = event["part_of"] if event["part_of"] in kept["events"] else None
        event["type"] = rng.choice(EVENT_TYPES) if rng.random() < rate else event["type"]
        event["status"] = rng.choice(EVENT_STATUSES) if rng.random() < rate else event["status"]
        if len(event["mentions"]) > 1 and rng.random() < rate:
            del event["mentions"][0]  # so that the directions differ
    for figure in data["figures"]:
        figure["event"] = figure["event"] if figure["event"] in kept["events"] else None
        figure["relations"] = [relation for relation in figure["relations"] if relation["figure"] in kept["figures"]]
        figure["kind"] = rng.choice(FIGURE_KINDS) if rng.random() < rate else figure["kind"]
        figure["unit"] = "EUR" if rng.random() < rate else figure["unit"]
    return article_from(data)


TEST = list(sample("test", size=8))
THREE = {
    "a": by_id(TEST[:6]),
    "b": by_id(noisy(article, 1, 0.1) for article in TEST),
    "c": by_id(noisy(article, 2, 0.2) for article in TEST[2:]),
}
"""Three annotators who share some articles: a and b six, a and c four, b and c six."""


def test_annotators_agree_with_themselves() -> None:
    data = agreement_of(dict.fromkeys("abc", by_id(TEST))).to_dict()
    assert set(data["headlines"].values()) == {1.0} and data["below_target"] == []
    assert all(row["low"] == [] for key in ("worst_first", "pairs") for row in data[key])
    assert {row["f1"] for row in data["rows"] if "f1" in row} <= {1.0, None}
    assert {row[key] for row in data["rows"] if row.get("alpha") is not None for key in ("accuracy", "kappa", "ac1", "alpha")} == {1.0}


def test_a_pair_is_scored_in_both_directions() -> None:
    both = THREE["b"].keys() & THREE["c"].keys()
    sides = [[THREE[name][article] for article in sorted(both)] for name in "bc"]
    cards = [newsgold.score([newsgold.to_prediction(article) for article in one], gold=other) for one, other in (sides, sides[::-1])]
    there, back = cards
    found = agreement_of({name: THREE[name] for name in "bc"})
    rungs = [f"{name}/{rung.name}" for name, layer in REGISTRY.items() for rung in layer.rungs]
    assert any(there.total[rung].f1 != back.total[rung].f1 for rung in rungs), "the example proves nothing"
    for rung in rungs:
        assert found.all.f1(rung) == pytest.approx(((there.total[rung].f1 or 0) + (back.total[rung].f1 or 0)) / 2), rung
    assert found.all.headline("events") == pytest.approx(((there.headlines["events"] or 0) + (back.headlines["events"] or 0)) / 2)


def test_every_figure_is_the_mean_over_the_pairs_of_annotators() -> None:
    data = agreement_of(THREE).to_dict()
    alone = [agreement_of({one: THREE[one], other: THREE[other]}).to_dict() for one, other in ("ab", "ac", "bc")]
    assert [pair["articles"] for pair in data["pairs"]] == [6, 4, 6] and len(data["articles"]) == 8
    assert [pair["headlines"] for pair in data["pairs"]] == [pair["headlines"] for pair in alone]
    for layer, value in data["headlines"].items():
        assert value == pytest.approx(sum(pair["headlines"][layer] for pair in alone) / 3, abs=2e-6)
    for index, row in enumerate(data["rows"]):
        for key in ("f1", "accuracy", "kappa", "ac1"):
            values = [pair["rows"][index][key] for pair in alone if pair["rows"][index].get(key) is not None]
            if key in row and values:
                assert row[key] == pytest.approx(sum(values) / len(values), abs=2e-6), (row, key)
    for row in data["by_annotator"]:
        for layer, value in row["headlines"].items():
            with_it = [pair["headlines"][layer] for pair in data["pairs"] if row["annotator"] in pair["annotators"]]
            assert len(with_it) == 2 and value == pytest.approx(sum(with_it) / 2, abs=2e-6)


def test_an_article_is_averaged_over_those_who_have_it() -> None:
    data = agreement_of(THREE).to_dict()
    shared = TEST[3].id
    alone = [agreement_of({name: {shared: THREE[name][shared]} for name in pair}).to_dict() for pair in ("ab", "ac", "bc")]
    for layer, value in data["by_article"][shared].items():
        assert value == pytest.approx(sum(pair["headlines"][layer] for pair in alone) / 3, abs=2e-6)
    records = {row["article"]: row["records"] for row in data["worst_first"]}
    assert records[TEST[0].id].keys() == {"a", "b"} and records[TEST[-1].id].keys() == {"b", "c"}
    for article, found in records.items():
        for name, layers in found.items():
            for layer in ("claims", "events", "figures"):
                assert layers[layer] == len(getattr(THREE[name][article], layer))
            assert layers["speakers"] == len({speaker for claim in THREE[name][article].claims for speaker in claim.speakers})


def test_neither_the_order_of_annotators_nor_of_records_changes_a_byte() -> None:
    def shuffled(article: Article, rng: random.Random) -> Article:
        data = json.loads(json.dumps(to_dict(article)))
        for key in ("entities", "claims", "events", "figures"):
            rng.shuffle(data[key])
        return article_from(data)

    want = json.dumps(agreement_of(THREE).to_dict())
    for seed in range(3):
        rng = random.Random(seed)
        names = rng.sample("abc", 3)
        again = {name: by_id(shuffled(article, rng) for article in rng.sample(list(THREE[name].values()), len(THREE[name]))) for name in names}
        assert json.dumps(agreement_of(again).to_dict()) == want
    pair = agreement(["a1", "a2"], TEST).to_dict()
    assert json.dumps(agreement(["a2", "a1"], TEST[::-1]).to_dict()) == json.dumps(pair)


def test_for_two_annotators_the_units_are_the_label_pairs() -> None:
    for one, other in combinations("abc", 2):
        found = agreement_of({one: THREE[one], other: THREE[other]})
        assert sum(map(len, found.units.values())) > 20
        assert found.units == found.labels[one, other]
        rows = {f"{row['layer']}/{row['name']}": row for row in found.rows() if row["what"] == "label"}
        assert {name: row["alpha"] for name, row in rows.items()} == {name: rounded(krippendorff_alpha(found.labels[one, other][name])) for name in LABELS}
        assert all(row["support"] == row["units"] for row in rows.values())


def test_alpha_of_three_annotators_by_hand() -> None:
    def other(data: dict[str, Any]) -> None:
        data["claims"][2]["act"] = "predict"

    def third(data: dict[str, Any]) -> None:
        data["claims"][0]["act"] = "evaluate"
        del data["claims"][4]

    annotations = {"a": by_id([GOLD]), "b": by_id([changed(GOLD, other)]), "c": by_id([changed(GOLD, third)])}
    found = agreement_of(annotations)
    assert found.units["claims/act"] == {
        ("assert", "assert", "evaluate"): 1,
        ("assert", "assert", "assert"): 1,
        ("commit", "predict", "commit"): 1,
        ("deny", "deny", "deny"): 1,
        ("accuse", "accuse", ""): 1,
    }
    row = next(row for row in found.rows() if (row["layer"], row["name"], row["what"]) == ("claims", "act", "label"))
    # 14 labels (5 assert, 3 deny, 2 commit, 2 accuse, 1, 1); two units with one of three apart, 4 / 2 each: 1 - 13·4 / 152.
    assert row["alpha"] == round(100 / 152, 6) and row["units"] == 5 and row["support"] == (5 + 4 + 4) // 3
    # Each of the others misses one label of the first; the two of them miss two, of four.
    assert row["accuracy"] == round((4 / 5 + 3 / 4 + 2 / 4) / 3, 6)


def test_a_bad_annotator_stands_out() -> None:
    annotations = {name: by_id(noisy(article, seed, rate) for article in TEST) for seed, (name, rate) in enumerate({"a": 0.01, "b": 0.35, "c": 0.01}.items())}
    data = agreement_of(annotations).to_dict()
    for layer in ("claims", "events", "figures"):
        heads = {row["annotator"]: row["headlines"][layer] for row in data["by_annotator"]}
        assert min(heads, key=lambda name: heads[name]) == "b", layer
        assert [pair["annotators"] for pair in data["pairs"] if layer in pair["low"]] == [["a", "b"], ["b", "c"]], layer


def test_a_bad_article_stands_out_and_comes_first() -> None:
    bad = TEST[4].id
    careful = {name: by_id(noisy(article, seed, 0.4 if article.id == bad else 0.01) for article in TEST) for seed, name in enumerate("abc")}
    data = agreement_of(careful).to_dict()
    assert data["worst_first"][0]["article"] == bad and data["worst_first"][0]["low"]
    assert [row["low"] for row in data["worst_first"][1:]] == [[]] * 7
    assert list(data["by_article"]) == data["articles"] == sorted(article.id for article in TEST)


@pytest.mark.parametrize(("tp", "records", "low"), [(4, 5, True), (3, 4, False), (5, 5, False), (17, 20, False), (169, 200, True)])
def test_what_stands_out_is_below_the_target_on_five_records(tp: int, records: int, low: bool) -> None:
    assert made({"figures/unit": Count(tp, records, records)}, {}).article("x").low() == (["figures"] if low else [])


def test_what_stands_out_comes_first_and_what_is_not_scored_last() -> None:
    def counts(tp: int, records: int) -> Any:
        return {"figures/unit": Count(tp, records, records)}, {"figures/unit": Count(tp, records, records)}

    articles = {"a": counts(0, 0), "b": counts(9, 10), "c": counts(0, 4), "d": counts(8, 10), "e": counts(1, 1), "f": counts(1, 1)}
    assert Agreement(("one", "two"), {("one", "two"): articles}, {("one", "two"): {}}, {}).worst_first() == ["d", "c", "b", "e", "f", "a"]


# --- units ---------------------------------------------------------------------------------------------------------------


def test_records_that_match_in_a_ring_are_one_unit() -> None:
    a, b, c = ("a", "1"), ("b", "7"), ("c", "3")
    assert joined([(a, b), (b, c), (a, c)]) == [dict([a, b, c])]


def test_a_unit_never_holds_two_records_of_one_annotator() -> None:
    a, b, c, again = ("a", "1"), ("b", "7"), ("c", "3"), ("a", "2")
    assert joined([(a, b), (b, c), (again, c)]) == [dict([a, b, c]), dict([again])]
    assert joined([(again, c), (b, c), (a, b)]) == [dict([again, c, b]), dict([a])]


def test_the_firmest_matches_make_the_units() -> None:
    def annotated(*figures: tuple[int, int, str]) -> dict[str, Article]:
        def edit(data: dict[str, Any]) -> None:
            like = {**data["figures"][1], "event": None, "relations": [], "of": None}
            data.update(text="abcdefghijklmnopqrstuvwxyz", entities=[], claims=[], events=[])
            spans = [{"start": start, "end": end, "text": data["text"][start:end]} for start, end, _ in figures]
            data["figures"] = [{**like, "id": kind, "span": span, "kind": kind} for span, (_, _, kind) in zip(spans, figures, strict=True)]

        return by_id([changed(GOLD, edit)])

    # Dice: b and c .8, b and the first of a .6, c and the second of a .6. In the order of names b would not meet c.
    found = agreement_of({"a": annotated((0, 10, "count"), (10, 20, "money")), "b": annotated((4, 14, "age")), "c": annotated((6, 16, "rank"))})
    assert found.units["figures/kind"] == {("count", "age", "rank"): 1, ("money", "", ""): 1}
    row = next(row for row in found.rows() if (row["layer"], row["name"]) == ("figures", "kind"))
    assert row["units"] == 1 and row["alpha"] == 0.0
    apart = agreement_of({"a": annotated((0, 10, "count")), "b": annotated((8, 18, "age"))})
    assert apart.units["figures/kind"] == {} == apart.labels["a", "b"].get("figures/kind", {})  # they touch, but the first rung fails


NODES = st.tuples(st.sampled_from("abcd"), st.sampled_from("123"))


@given(st.lists(st.tuples(NODES, NODES).filter(lambda tie: tie[0][0] != tie[1][0]), max_size=14))
def test_units_are_whole_components_split_only_where_they_must_be(ties: list[tuple[tuple[str, str], tuple[str, str]]]) -> None:
    units = [frozenset(unit.items()) for unit in joined(ties)]
    nodes = {node for tie in ties for node in tie}
    assert sorted(node for unit in units for node in unit) == sorted(nodes)  # each record once, and none lost
    home = {node: unit for unit in units for node in unit}
    for one, other in ties:
        if home[one] != home[other]:
            assert {name for name, _ in home[one]} & {name for name, _ in home[other]}
    for node in nodes:
        component, more = {node}, {node}
        while more:
            more = {b if a in component else a for a, b in ties if (a in component) != (b in component)}
            component |= more
        assert home[node] <= component
        if len({name for name, _ in component}) == len(component):
            assert home[node] == component


# --- printed ---------------------------------------------------------------------------------------------------------------


def printed(data: Mapping[str, Any]) -> str:
    out = io.StringIO()
    report.agreement_table(data, Console(file=out, width=80, no_color=True, highlight=False))
    return out.getvalue()


@pytest.mark.parametrize("names", [["a", "b"], ["a", "b", "c"], list("abcdefghij"), ["a", "b", "whoever-was-asked-when-nobody-else-could-be-found"]])
def test_the_tables_keep_to_80_columns_and_lose_nothing(names: list[str]) -> None:
    # Ids that fit the table, which breaks longer ones.
    articles = [changed(article, lambda data, name=name: data.update(id=name)) for article, name in zip(TEST[:2], ("one-article", "the-other"), strict=True)]
    annotations = {name: by_id(noisy(article, seed, 0.25) for article in articles) for seed, name in enumerate(names)}
    data = agreement_of(annotations).to_dict()
    out = printed(data)
    assert max(map(len, out.splitlines())) <= 80 and "…" not in out
    assert ("a and b  " in out and "a with the others" in out) == (len(names) > 2)
    flat = " ".join(out.split())
    for row in data["worst_first"]:
        assert row["article"] in out
    page = report.agreement_markdown(data)
    totals = [str(sum(layers.values())) for layers in data["worst_first"][0]["records"].values()]
    assert f"| {' '.join(totals)} |" in page and all(total in flat for total in totals)
    marks = sum(len(row["low"]) for key in ("worst_first", *(["pairs"] if len(names) > 2 else [])) for row in data[key])
    assert page.count("!0.") == out.count("!0.") == marks > 0
