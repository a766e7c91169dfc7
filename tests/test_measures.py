"""Measures by name: one formula for scores and for arrays of resampled sums, the same numbers as the scorecard and as `newsgold.coref`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import newsgold
from conftest import ROOT
from newsgold import coref, measures
from newsgold.counts import MILLION, Count, Labels, add
from newsgold.layers import REGISTRY
from newsgold.measures import Sums
from newsgold.stats import Arrays

RULES = ROOT / "baselines" / "rules" / "predictions" / "test.jsonl"

mention_sets = st.lists(st.lists(st.integers(0, 7), min_size=1, max_size=4, unique=True), max_size=4).map(
    lambda clusters: [[m for m in cluster if not any(m in other for other in clusters[:index])] for index, cluster in enumerate(clusters)]
)


def on_arrays(samples: list[tuple[dict[str, Count], Labels]]) -> dict[str, list[float | None]]:
    """Every measure on several samples at once, as a bootstrap computes it."""
    keys = sorted({key for total, _ in samples for key in total})
    counts: Any = {
        key: Count(*(np.array([getattr(total.get(key, Count()), field) for total, _ in samples], dtype=np.float64) for field in Count._fields)) for key in keys
    }
    pairs = {name: {pair for _, labels in samples for pair in labels.get(name, {})} for name in {name for _, labels in samples for name in labels}}
    tables = {name: {pair: np.array([float(labels.get(name, {}).get(pair, 0)) for _, labels in samples]) for pair in pairs[name]} for name in pairs}
    sums, out = Sums(counts, tables), {}
    for name, measure in measures.registry().items():
        found = np.broadcast_to(np.asarray(measure.formula(sums, Arrays()), dtype=np.float64), (len(samples),))
        out[name] = [None if math.isnan(value) else float(value) for value in found]
    return out


def same(one: float | None, other: float | None) -> bool:
    return one is other if one is None or other is None else one == pytest.approx(other, abs=1e-12)


def test_every_measure_is_the_number_of_the_scorecard() -> None:
    card = newsgold.score(RULES)
    data, found = card.to_dict(), card.measures()
    seen = 0
    for name in REGISTRY:
        layer = data["layers"][name]
        values: dict[str, Any] = {name: layer["headline"]}
        for rung in layer["rungs"]:
            values |= {f"{name}.{rung['name']}.{part}": rung[part] for part in ("precision", "recall", "f1")}
        nested = {f"{name}.span.{mode}": score for mode, score in layer["spans"].items()}
        nested |= {f"{name}.arguments.{setting}": score for setting, score in layer.get("arguments", {}).items()}
        for kind, score in layer.get("coref", {}).items():
            values |= {f"{name}.coref.{kind}": score} if kind == "conll" else {f"{name}.coref.{kind}.{part}": value for part, value in score.items()}
        for attribute, score in layer["attributes"].items():
            place = f"{name}.attributes.{attribute}"
            if "confusion" in score:
                values |= {f"{place}.{part}": score[part] for part in ("accuracy", "kappa", "ac1")}
            else:
                nested |= {f"{place}.{mode}": one for mode, one in score.items()} if "exact" in score else {place: score}
        for place, score in nested.items():
            values |= {f"{place}.{part}": score[part] for part in ("precision", "recall", "f1")}
        for measure, value in values.items():
            assert same(value, None if found[measure] is None else round(found[measure], 6)), measure
        seen += len(values)
    assert seen + 1 == len(found) and found["overall"] == pytest.approx(data["overall"], abs=1e-6)


def test_the_total_has_every_count_that_a_measure_reads() -> None:
    total = newsgold.score(RULES).total
    assert all(key in total for measure in measures.registry().values() for key in measure.counts)


@given(st.lists(st.tuples(mention_sets, mention_sets), min_size=1, max_size=4))
def test_coreference_measures_are_those_of_coref(documents: list[tuple[list[list[int]], list[list[int]]]]) -> None:
    rows = [coref.counts(*document) for document in documents]
    total = {f"speakers/coref:{key}": count for key, count in add(rows).items()}
    wanted = coref.scores(add(rows))
    for name in measures.COREF:
        for part in ("precision", "recall", "f1"):
            assert same(measures.registry()[f"speakers.coref.{name}.{part}"].of(total, {}), getattr(wanted[name], part)), (name, part)
    assert same(measures.registry()["speakers.coref.conll"].of(total, {}), wanted["conll"].f1)


counts = st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 5)).map(
    lambda n: Count(min(n), n[0] + 0, n[1] + 0) if min(n) <= min(n[0], n[1]) else Count()
)


@given(st.data())
def test_arrays_give_what_numbers_give(data: st.DataObject) -> None:
    keys = sorted({key for measure in measures.registry().values() for key in measure.counts if "coref" not in key})
    attributes = sorted({measure.attribute for measure in measures.registry().values() if measure.attribute})
    samples: list[tuple[dict[str, Count], Labels]] = []
    for _ in range(2):
        total = {}
        for key in data.draw(st.lists(st.sampled_from(keys), max_size=12, unique=True)):
            count = data.draw(counts)
            total[key] = Count(count.tp * (MILLION if key.endswith(":soft") else 1), count.gold, count.predicted)
        clusters = data.draw(st.tuples(mention_sets, mention_sets))
        total |= {f"speakers/coref:{key}": count for key, count in coref.counts(*clusters).items()}
        tables: Any = {
            name: data.draw(st.dictionaries(st.tuples(st.sampled_from("xyz"), st.sampled_from(["x", "y", ""])), st.integers(0, 3), max_size=4))
            for name in data.draw(st.lists(st.sampled_from(attributes), max_size=3, unique=True))
        }
        samples.append((total, tables))
    found = on_arrays(samples)
    for name, measure in measures.registry().items():
        for value, (total, labels) in zip(found[name], samples, strict=True):
            assert same(value, measure.of(total, labels)), name


def test_names_are_found_where_the_documentation_says() -> None:
    names = measures.registry()
    for name in ("overall", "claims", "claims.speakers.f1", "claims.span.close.f1", "events.arguments.classification.f1", "speakers.coref.b3.f1"):
        assert name in names
    assert measures.headline_names() == ("overall", "speakers", "claims", "events", "figures")
    assert list(names)[:5] == list(measures.headline_names())


def test_nothing_to_score_is_null_everywhere() -> None:
    assert set(measures.values({}, {}).values()) == {None}
