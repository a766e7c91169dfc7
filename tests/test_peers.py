"""Where newsgold's figures differ from the field's scorers, and where they agree: the smallest cases of docs/scoring.md.

seqeval, nervaluate and metametric are run here and their figures asserted, at the versions that constraints.txt pins.
What the others give stands in the comments, with the version: TextEE, MeasEval and CQE are no packages, so theirs
follow from reading their source.
"""

from __future__ import annotations

import importlib.metadata
from collections.abc import Sequence
from typing import Any

import pytest

import newsgold
from newsgold import Article, Claim, Entity, Event, Figure, Mention, Span
from newsgold.counts import MILLION, Count
from newsgold.normalize import digest
from newsgold.predictions import from_objects
from newsgold.records import Participant, Provenance
from newsgold.tokens import bio

ATTACK, DIE = "conflict.attack", "life.die"
Place = tuple[int, int, str]


def at(text: str, words: str, nth: int = 0) -> tuple[int, int]:
    """Start and end of the words in the text, at their first place or a later one."""
    start = text.index(words)
    for _ in range(nth):
        start = text.index(words, start + 1)
    return start, start + len(words)


def span(text: str, words: str, nth: int = 0) -> Span:
    return Span(*at(text, words, nth), words)


def where(text: str, words: str, nth: int = 0) -> dict[str, int]:
    start, end = at(text, words, nth)
    return {"start": start, "end": end}


def article(text: str, name: str = "a", **layers: Any) -> Article:
    """A gold article with the layers given as typed records."""
    return Article(
        id=name, headline=None, text=text, text_sha256=digest(text), language="en", published="2026-03-18", dateline=None, genre="Current", topics=("society",),
        provenance=Provenance(kind="written"), split="test", guidelines_version="1", annotators=(), canary="", **layers,
    )  # fmt: skip


def gold_event(text: str, number: int, place: Place, participants: Sequence[Participant] = ()) -> Event:
    start, end, kind = place
    mention = Span(start, end, text[start:end])
    return Event(id=f"v{number}", type=kind, mentions=(mention,), status="happened", participants=tuple(participants), time=None, part_of=None)


def gold_figure(text: str, number: int, words: Span, value: str, unit: str | None = None) -> Figure:
    return Figure(
        id=f"f{number}", span=words, kind="measure", low=value, high=value, parts=(), bound="exact", unit=unit, of=None, change=None, event=None, relations=()
    )


def total(gold: Article, **layers: Any) -> dict[str, Count]:
    """The counts of predicted layers against one article."""
    return newsgold.score([{"id": gold.id, **layers}], gold=[gold]).total


def f1(count: Count) -> float | None:
    return None if count.f1 is None else round(count.f1, 4)


TEXT = "abcdefghijklmnopqrstuvwxyz" * 5


def typed(gold: Sequence[Place], predicted: Sequence[Place], text: str = TEXT) -> dict[str, float | None]:
    """F1 by measure of plain typed spans, as events; soft as a share."""
    events = [{"mentions": [{"start": start, "end": end}], "type": kind} for start, end, kind in predicted]
    found = total(article(text, events=tuple(gold_event(text, n, place) for n, place in enumerate(gold))), events=events)
    soft = found["events/span:soft"]
    names = ("type", "trigger", "span:exact", "span:close", "span:overlap")
    return {name: f1(found[f"events/{name}"]) for name in names} | {"soft": f1(Count(soft.tp, soft.gold * MILLION, soft.predicted * MILLION))}


# --- seqeval 1.2.2 ------------------------------------------------------------------------------------------------------

WORDS = "alpha bravo delta gamma sigma"


def seqeval(gold: Sequence[str], predicted: Sequence[str], strict: bool = True) -> tuple[float, float, float]:
    """Micro precision, recall and F1 of two tag sequences."""
    from seqeval.metrics import f1_score, precision_score, recall_score
    from seqeval.scheme import IOB2

    settings: dict[str, Any] = {"mode": "strict", "scheme": IOB2} if strict else {}
    one, two, three = (round(float(measure([list(gold)], [list(predicted)], **settings)), 4) for measure in (precision_score, recall_score, f1_score))
    return one, two, three


def both(gold: Article, layer: str, **predicted: Any) -> tuple[dict[str, Count], tuple[float, float, float], tuple[float, float, float]]:
    """newsgold's counts, and seqeval's strict and default figures of the tags that the same records give."""
    resolved = from_objects([{"id": gold.id, **predicted}], [gold]).annotations[gold.id]
    one, other = (bio(gold.text or "", annotation)[layer].tags for annotation in (gold, resolved))
    return total(gold, **predicted), seqeval(one, other), seqeval(one, other, strict=False)


def events(gold: Sequence[Place], predicted: Sequence[Place]) -> tuple[dict[str, float | None], tuple[float, float, float]]:
    """newsgold's F1 of typed spans and seqeval's figures, which are the same in both modes."""
    found = [{"mentions": [{"start": start, "end": end}], "type": kind} for start, end, kind in predicted]
    _, strict, default = both(article(WORDS, events=tuple(gold_event(WORDS, n, place) for n, place in enumerate(gold))), "events", events=found)
    assert strict == default
    return typed(gold, predicted, WORDS), strict


def test_seqeval_agrees_on_exact_spans_where_nothing_overlaps() -> None:
    """One right, one missed, one spurious."""
    ours, theirs = events([(0, 5, ATTACK), (12, 23, DIE)], [(0, 5, ATTACK), (24, 29, DIE)])
    assert (ours["span:exact"], theirs) == (0.5, (0.5, 0.5, 0.5))


def test_seqeval_gives_nothing_for_a_boundary_one_token_off() -> None:
    ours, theirs = events([(0, 11, ATTACK)], [(0, 5, ATTACK)])
    assert (ours["type"], ours["span:exact"], ours["soft"]) == (1.0, 0.0, 0.6667)
    assert theirs == (0.0, 0.0, 0.0)


def test_seqeval_sees_one_of_two_records_on_the_same_words() -> None:
    """A tag holds one label, so that the second event is not there to be missed."""
    ours, theirs = events([(0, 5, ATTACK), (0, 5, DIE)], [(0, 5, ATTACK)])
    assert ours["type"] == ours["span:exact"] == 0.6667
    assert theirs == (1.0, 1.0, 1.0)


def test_seqeval_cannot_see_a_record_given_twice() -> None:
    ours, theirs = events([(0, 5, ATTACK)], [(0, 5, ATTACK), (0, 5, ATTACK)])
    assert (ours["type"], theirs) == (0.6667, (1.0, 1.0, 1.0))


def test_seqeval_does_not_see_a_cut_within_a_token() -> None:
    ours, theirs = events([(0, 5, ATTACK)], [(0, 4, ATTACK)])
    assert (ours["span:exact"], ours["span:close"], ours["soft"]) == (0.0, 1.0, 0.8889)
    assert theirs == (1.0, 1.0, 1.0)


def test_seqeval_counts_a_mark_at_the_end_that_newsgold_trims() -> None:
    text = "It cost 40 euros, they said."
    gold = article(text, figures=(gold_figure(text, 1, span(text, "40 euros"), "40", "EUR"),))
    ours, strict, _ = both(gold, "figures", figures=[{"span": where(text, "40 euros,")}])
    assert f1(ours["figures/span:exact"]) == 1.0
    assert strict == (1.0, 1.0, 1.0)  # the token view trims as well; a tagger's own tags are not trimmed
    assert seqeval("O O B-F I-F O O O O".split(), "O O B-F I-F I-F O O O".split()) == (0.0, 0.0, 0.0)


def test_seqeval_pays_for_half_of_an_interrupted_claim() -> None:
    """Tags make two spans of a claim in two fragments; newsgold scores the claim."""
    text = "“We will move her”, he said, “when the wind drops.”"
    parts = (span(text, "We will move her"), span(text, "when the wind drops"))
    claim = Claim(id="c1", content=parts, cue=None, source=None, speakers=(), relay=(), form="direct", act="commit", parent=None)
    ours, strict, default = both(article(text, claims=(claim,)), "claims", claims=[{"content": "We will move her"}])
    assert ours["claims/content"] == (0, 1, 1)  # Dice = 2 · 13 / (13 + 16 + 13) = 0.619 < 0.8
    assert strict == default == (1.0, 0.5, 0.6667)


@pytest.mark.filterwarnings("ignore:.*ill-defined")
def test_seqeval_modes_differ_on_tags_that_are_no_iob2() -> None:
    """newsgold takes offsets, of which there is one reading; its token view makes tags on which the modes agree."""
    assert seqeval("O B-A I-A".split(), "O I-A I-A".split(), strict=False) == (1.0, 1.0, 1.0)
    assert seqeval("O B-A I-A".split(), "O I-A I-A".split()) == (0.0, 0.0, 0.0)
    assert seqeval("B-A O".split(), "B-A I-D".split(), strict=False) == (0.5, 1.0, 0.6667)
    assert seqeval("B-A O".split(), "B-A I-D".split()) == (1.0, 1.0, 1.0)


@pytest.mark.filterwarnings("ignore:.*ill-defined")
def test_seqeval_gives_zero_where_nothing_is_scored() -> None:
    ours, theirs = events([], [])
    assert (set(ours.values()), theirs) == ({None}, (0.0, 0.0, 0.0))


# --- nervaluate 1.2.1 ---------------------------------------------------------------------------------------------------


def pinned(package: str, version: str) -> None:
    """Skip unless the package is there in the version that the figures are of."""
    pytest.importorskip(package)
    if importlib.metadata.version(package) != version:
        pytest.skip(f"the figures are of {package} {version}")


def nervaluate(gold: Sequence[Place], predicted: Sequence[Place], tags: Sequence[str] = (ATTACK, DIE), end: int = -1) -> dict[str, float]:
    """F1 by strategy. Its ends are inclusive: ``end`` is added to newsgold's."""
    pinned("nervaluate", "1.2.1")
    from nervaluate.evaluator import Evaluator

    lists = ([[{"label": kind, "start": start, "end": stop + end} for start, stop, kind in side]] for side in (gold, predicted))
    found = Evaluator(*lists, tags=list(tags), loader="dict").evaluate()["overall"]
    return {strategy: round(float(result.f1), 4) for strategy, result in found.items()}


@pytest.mark.parametrize(
    ("gold", "predicted", "expected"),
    [
        ([(0, 5, ATTACK)], [(0, 5, DIE)], (1.0, 0.0)),
        ([(0, 5, ATTACK), (10, 15, DIE)], [(0, 5, ATTACK), (20, 25, DIE)], (0.5, 0.5)),
        ([(0, 5, ATTACK)], [(0, 5, ATTACK), (0, 5, ATTACK)], (0.6667, 0.6667)),
        ([(0, 5, ATTACK), (0, 5, DIE)], [(0, 5, DIE)], (0.6667, 0.6667)),
        ([(0, 5, ATTACK)], [], (0.0, 0.0)),
    ],
)
def test_nervaluate_agrees_where_spans_are_equal_or_apart(gold: list[Place], predicted: list[Place], expected: tuple[float, float]) -> None:
    ours = typed(gold, predicted)
    assert (ours["span:exact"], ours["type"]) == expected
    theirs = nervaluate(gold, predicted)
    assert (theirs["exact"], theirs["ent_type"]) == expected


def test_nervaluate_depends_on_the_order_of_the_list() -> None:
    """It takes what comes first: a span over the border of two golds takes away the gold that the next span would match exactly."""
    gold, found = [(0, 10, ATTACK), (10, 20, ATTACK)], [(5, 15, ATTACK), (0, 10, ATTACK)]
    assert typed(gold, found) == typed(gold, found[::-1])
    assert (typed(gold, found)["type"], typed(gold, found)["span:exact"]) == (1.0, 0.5)
    assert nervaluate(gold, found) == {"strict": 0.0, "partial": 0.25, "ent_type": 0.5, "exact": 0.0}
    assert nervaluate(gold, found[::-1]) == {"strict": 0.5, "partial": 0.75, "ent_type": 1.0, "exact": 0.5}


@pytest.mark.parametrize(
    ("gold", "found", "soft"),
    [((0, 10, ATTACK), (0, 100, ATTACK), 0.1818), ((0, 100, ATTACK), (50, 51, ATTACK), 0.0198)],
    ids=["the whole text", "one character"],
)
def test_nervaluate_pays_for_any_touch(gold: Place, found: Place, soft: float) -> None:
    """A hundredth of the gold span is enough: the label counts in full, the span for half."""
    ours = typed([gold], [found])
    assert (ours["type"], ours["soft"]) == (0.0, soft)
    assert nervaluate([gold], [found]) == {"strict": 0.0, "partial": 0.5, "ent_type": 1.0, "exact": 0.0}


def test_nervaluate_gives_half_for_nearly_the_whole_span() -> None:
    assert typed([(0, 10, ATTACK)], [(0, 9, ATTACK)])["soft"] == 0.9474
    assert nervaluate([(0, 10, ATTACK)], [(0, 9, ATTACK)])["partial"] == 0.5


def test_nervaluate_reads_exclusive_ends_as_inclusive() -> None:
    """With offsets as most systems give them, neighbours overlap."""
    gold, found = [(0, 5, ATTACK)], [(5, 10, ATTACK)]
    assert set(typed(gold, found).values()) == {0.0}
    assert nervaluate(gold, found, end=0) == {"strict": 0.0, "partial": 0.5, "ent_type": 1.0, "exact": 0.0}
    assert set(nervaluate(gold, found).values()) == {0.0}


def test_nervaluate_lets_a_duplicate_take_a_nested_gold() -> None:
    gold, found = [(0, 10, ATTACK), (2, 10, ATTACK)], [(0, 10, ATTACK), (0, 10, ATTACK)]
    assert typed(gold, found)["type"] == 0.5
    assert nervaluate(gold, found)["ent_type"] == 1.0


def test_nervaluate_drops_labels_that_it_was_not_told() -> None:
    gold, found = [(0, 5, ATTACK)], [(0, 5, ATTACK), (10, 15, DIE)]
    assert typed(gold, found)["type"] == 0.6667
    assert set(nervaluate(gold, found, tags=[ATTACK]).values()) == {1.0}


def test_nervaluate_gives_zero_where_nothing_is_scored() -> None:
    assert set(typed([], []).values()) == {None}
    assert set(nervaluate([], []).values()) == {0.0}


# --- metametric 0.2.1 ---------------------------------------------------------------------------------------------------


def metametric(*documents: tuple[Sequence[Place], Sequence[Place]]) -> dict[str, float]:
    """Its event extraction suite over documents of (gold, predicted) events without arguments."""
    pinned("metametric", "0.2.1")
    from metametric.metrics.event_extraction import event_extraction_suite
    from metametric.structures import ie

    def events(places: Sequence[Place]) -> Any:
        return ie.EventSet([ie.Event(ie.Trigger(ie.Mention(start, end), kind), []) for start, end, kind in places])

    suite = event_extraction_suite.new()
    for gold, predicted in documents:
        suite.update_single(events(predicted), events(gold))
    return {name: round(float(value), 4) for name, value in suite.compute().items()}


def test_metametric_gives_the_mean_of_documents_for_the_corpus() -> None:
    """One of ten events found in one article, the only one in another: 2 of 11, not the mean of 1/10 and 1."""
    many, one = [(n, n + 1, ATTACK) for n in range(10)], [(0, 5, ATTACK)]
    gold = [article(TEXT, name, events=tuple(gold_event(TEXT, n, place) for n, place in enumerate(side))) for name, side in (("a", many), ("b", one))]
    found = [{"id": name, "events": [{"mentions": [{"start": 0, "end": end}], "type": ATTACK}]} for name, end in (("a", 1), ("b", 5))]
    card = newsgold.score(found, gold=gold).total["events/type"]
    assert (card.precision, round(card.recall or 0, 4), f1(card)) == (1.0, 0.1818, 0.3077)
    theirs = metametric((many, many[:1]), (one, one))
    assert [theirs[f"trigger_classification-{name}"] for name in ("precision", "recall", "f1")] == [1.0, 0.55, 0.5909]


def test_metametric_counts_an_event_without_arguments_as_an_argument() -> None:
    text = TEXT
    found = total(article(text, events=(gold_event(text, 1, (0, 5, ATTACK)),)), events=[{"mentions": [{"start": 0, "end": 5}], "type": ATTACK}])
    assert found["events/arguments:classification"].f1 is None
    assert metametric(([(0, 5, ATTACK)], [(0, 5, ATTACK)]))["argument_classification-f1"] == 1.0


def test_metametric_gives_one_where_nothing_is_scored() -> None:
    assert set(typed([], []).values()) == {None}
    assert set(metametric(([], [])).values()) == {1.0}


# --- TextEE (scorer.py of its repository, read) -------------------------------------------------------------------------

RAID = "Rebels attacked the base at dawn, and troops attacked the camp. They fled."


def raid(*participants: tuple[int, str, str]) -> tuple[Article, dict[str, Any]]:
    """Gold with rebels (also "They") as agent of the first attack and troops of the second; predicted (event, words, role)."""
    entities = tuple(
        Entity(id=f"e{n}", name=words[0], kind="group", named=False, role=None, mentions=tuple(Mention(*at(RAID, word), word, form) for word, form in words[1]))
        for n, words in enumerate([("Rebels", [("Rebels", "nominal"), ("They", "pronoun")]), ("troops", [("troops", "nominal")])], 1)
    )
    events = [
        gold_event(RAID, n, (*at(RAID, "attacked", n), ATTACK), [Participant(role="agent", entity=f"e{n + 1}", mention=span(RAID, words))])
        for n, words in enumerate(["Rebels", "troops"])
    ]
    predicted = {
        "entities": [{"id": "r", "mentions": [where(RAID, "Rebels"), where(RAID, "They")]}, {"id": "t", "mentions": [where(RAID, "troops")]}],
        "events": [
            {
                "mentions": [where(RAID, "attacked", n)],
                "type": ATTACK,
                "participants": [
                    {"role": role, "entity": "t" if words == "troops" else "r", "mention": where(RAID, words)}
                    for event, words, role in participants
                    if event == n
                ],
            }
            for n in range(2)
        ],
    }
    return article(RAID, entities=entities, events=tuple(events)), predicted


def arguments(*participants: tuple[int, str, str]) -> dict[str, float | None]:
    gold, predicted = raid(*participants)
    found = total(gold, **predicted)
    return {name: f1(found[f"events/arguments:{name}"]) for name in ("identification", "classification", "classification_strict")}


def test_arguments_at_their_own_event_and_mention_are_right_as_in_textee() -> None:
    # TextEE: all argument measures 100.
    assert set(arguments((0, "Rebels", "agent"), (1, "troops", "agent")).values()) == {1.0}
    # TextEE: identification 100, classification 50.
    assert arguments((0, "Rebels", "agent"), (1, "troops", "patient")) == {"identification": 1.0, "classification": 0.5, "classification_strict": 0.5}


def test_an_argument_at_the_wrong_event_of_the_right_type_is_wrong() -> None:
    # TextEE: argument_cls 100, since its key holds the event type and not the trigger; argument_attached_cls 0.
    assert set(arguments((0, "troops", "agent"), (1, "Rebels", "agent")).values()) == {0.0}


def test_a_coreferent_mention_serves_as_argument_except_where_strict() -> None:
    # TextEE: 50 (the very offsets), as the strict setting.
    assert arguments((0, "They", "agent"), (1, "troops", "agent")) == {"identification": 1.0, "classification": 1.0, "classification_strict": 0.5}


def test_an_event_given_twice_costs_precision() -> None:
    # TextEE: trigger_cls 100, since events are put into sets.
    assert typed([(0, 5, ATTACK)], [(0, 5, ATTACK), (0, 5, ATTACK)])["type"] == 0.6667


def test_a_trigger_counts_once_for_each_event_on_it() -> None:
    # TextEE: trigger_id 100 (one span in each set), trigger_cls 66.67.
    found = typed([(0, 5, ATTACK), (0, 5, DIE)], [(0, 5, ATTACK)])
    assert found["trigger"] == found["type"] == 0.6667


def test_part_of_a_trigger_is_enough() -> None:
    # TextEE: 0 (the very offsets).
    text = "Fifty people were taken off by boat."
    gold = article(text, events=(gold_event(text, 1, (*at(text, "taken off"), "response.rescue")),))
    found = total(gold, events=[{"mentions": [where(text, "taken")], "type": "response.rescue"}])
    assert f1(found["events/type"]) == 1.0  # Dice = 2 · 5 / (5 + 8) = 0.769


# --- MeasEval (measeval-eval.py of its repository, read) ----------------------------------------------------------------

CROWD = "Two men and three women ran 5km with 40 to 50 people."


def quantities(gold: Sequence[str], *predicted: str) -> dict[str, float | None]:
    figures = tuple(gold_figure(CROWD, n, span(CROWD, words), str(n)) for n, words in enumerate(gold))
    found = total(article(CROWD, figures=figures), figures=[{"span": where(CROWD, words)} for words in predicted])
    soft = found["figures/span:soft"]
    return {name: f1(found[f"figures/span:{name}"]) for name in ("exact", "overlap")} | {
        "soft": f1(Count(soft.tp, soft.gold * MILLION, soft.predicted * MILLION))
    }


def test_a_quantity_split_in_two_is_one_hit_and_one_spurious() -> None:
    # MeasEval: F-measure 1.0 (both parts join the gold), overlap score 0.667.
    assert quantities(["40 to 50 people"], "40 to", "50 people") == {"exact": 0.0, "overlap": 0.6667, "soft": 0.5333}


def test_one_prediction_over_two_quantities_finds_one() -> None:
    # MeasEval: F-measure 1.0 (it joins both golds).
    assert quantities(["Two men", "three women"], "Two men and three women")["overlap"] == 0.6667


def test_a_neighbour_is_no_overlap() -> None:
    # MeasEval: F-measure 1.0 and overlap score 1.0: the end counts as inside, and no words in common are one word.
    assert set(quantities(["5"], "km").values()) == {0.0}


def test_one_of_two_found_exactly_is_two_thirds() -> None:
    # MeasEval: F-measure 0.667, as here; its exact and overlap scores are 0.5, the mean over matched and unmatched rows.
    assert quantities(["Two men", "three women"], "Two men") == {"exact": 0.6667, "overlap": 0.6667, "soft": 0.6667}


# --- CQE (evaluate_models.py of its repository, read) -------------------------------------------------------------------

WEIGHTS = "Group 5 lifted 5 kg, then 5 kg and 1000000 mW."


def values(gold: Sequence[Figure], predicted: Sequence[dict[str, Any]]) -> tuple[float | None, float | None]:
    """F1 of value and of unit."""
    found = total(article(WEIGHTS, figures=tuple(gold)), figures=predicted)
    return f1(found["figures/value"]), f1(found["figures/unit"])


def number(words: str, nth: int, value: str, unit: str | None) -> dict[str, Any]:
    return {"span": where(WEIGHTS, words, nth), "low": value, "high": value, "unit": unit}


FIRST = gold_figure(WEIGHTS, 1, span(WEIGHTS, "5 kg"), "5", "kg")
SECOND = gold_figure(WEIGHTS, 2, span(WEIGHTS, "5 kg", 1), "5", "kg")
POWER = gold_figure(WEIGHTS, 3, span(WEIGHTS, "1000000 mW"), "1000000", "mW")


def test_value_and_unit_agree_with_cqe_where_values_differ() -> None:
    # CQE: value 66.7, value and unit 66.7.
    assert values([FIRST, POWER], [number("5 kg", 0, "5", "kg")]) == (0.6667, 0.6667)


def test_one_prediction_finds_one_of_two_equal_values() -> None:
    # CQE: precision 200.0, recall 100.0, F1 133.3: a prediction is not used up.
    assert values([FIRST, SECOND], [number("5 kg", 0, "5", "kg")]) == (0.6667, 0.6667)


def test_a_value_given_twice_counts_once() -> None:
    # CQE: value 66.7, but value and unit precision 100.0, recall 200.0, F1 133.3.
    assert values([FIRST], [number("5 kg", 0, "5", "kg")] * 2) == (0.6667, 0.6667)


def test_values_are_equal_as_exact_numbers() -> None:
    # CQE: 100, within a hundred-thousandth.
    assert values([POWER], [number("1000000 mW", 0, "1000009", "mW")]) == (0.0, 0.0)


def test_units_keep_their_case() -> None:
    # CQE: value and unit 100: it puts units into lower case, so that mega is milli.
    assert values([POWER], [number("1000000 mW", 0, "1000000", "MW")]) == (1.0, 0.0)


def test_a_value_counts_only_at_its_place() -> None:
    # CQE: 100: it compares values within a sentence and knows no places.
    assert values([FIRST], [number("5", 0, "5", "kg")]) == (0.0, 0.0)


def test_nothing_predicted_is_no_error() -> None:
    # CQE: ZeroDivisionError. MeasEval: ValueError, as there is nothing to join.
    assert values([FIRST], []) == (0.0, 0.0)
