"""The gate: what drops fails, what does not passes, and what cannot be told is never a pass."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

import newsgold
from conftest import ROOT, Frozen, freeze, sample
from newsgold import corpus, gate, systems
from newsgold.cli import BAD, FAILED, OK, main
from newsgold.counts import Count
from newsgold.gate import DEFAULT, Incomparable, Rule, direction, parse_rules
from newsgold.issues import InputError
from newsgold.measures import headline_names, registry
from newsgold.pairing import Match, error_kinds
from newsgold.rows import Rows
from newsgold.scoring import score
from newsgold.systems import System

Objects = list[dict[str, Any]]
RULES = ROOT / "baselines" / "rules" / "predictions" / "test.jsonl"
GOLD = ROOT / "tests" / "examples" / "gold.jsonl"
KEYS = ("speakers/found", "claims/speakers", "events/type", "events/arguments:classification", "figures/unit")
SIGNED = "newsgold:0.2.0|data:0.1.0|gold:x|split:validation"

# --- systems made of counts -----------------------------------------------------------------------------------------------


def counted(articles: Mapping[str, Mapping[str, tuple[int, int, int]]], name: str = "made", order: Iterable[str] | None = None) -> System:
    """A system of counts alone."""
    rows = Rows()
    for article in order or articles:
        rows.add(article, {key: Count(*count) for key, count in articles[article].items()}, {}, {})
    return System(name, SIGNED, rows)


def shared_gold(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """The counts of two systems on the same gold."""
    sides: tuple[dict[str, Any], dict[str, Any]] = {}, {}
    for number in range(draw(st.integers(1, 4))):
        for side in sides:
            side[f"a-{number}"] = {}
        for key in KEYS:
            golds = draw(st.integers(0, 5))
            for side in sides:
                predicted = draw(st.integers(0, 5))
                side[f"a-{number}"][key] = (draw(st.integers(0, min(golds, predicted))), golds, predicted)
    return sides


TWO = st.composite(shared_gold)()
EVERY = parse_rules(["*:0"])


def scored(*sides: System, names: Iterable[str] = headline_names()) -> bool:
    """Whether there is anything to hold one against the other by."""
    return any(registry()[name].of(side.rows.total, {}) is not None for name in names for side in sides)


@given(TWO)
@settings(max_examples=40, deadline=None)
def test_a_system_against_itself_passes_every_measure_with_no_drop_allowed(two: Any) -> None:
    one = counted(two[0])
    if not scored(one):
        with pytest.raises(InputError, match="scored on neither side"):
            gate.gate(one, one, EVERY)
        return
    verdict = gate.gate(one, one, EVERY)
    assert verdict.passed and not verdict.changes and not verdict.worse
    assert {check.outcome for check in verdict.checks} <= {"pass", "not scored"}


@given(TWO)
@settings(max_examples=50, deadline=None)
def test_exchanging_the_sides_exchanges_worse_and_better(two: Any) -> None:
    one, other = counted(two[0]), counted(two[1])
    if not scored(one, other):
        return
    there, back = gate.gate(one, other, EVERY), gate.gate(other, one, EVERY)
    assert (set(there.worse), set(there.better)) == (set(back.better), set(back.worse))
    for check, mirrored in zip(there.checks, back.checks, strict=True):
        assert (check.old, check.new) == (mirrored.new, mirrored.old)
        assert check.fails == (direction(check.old, check.new) < 0) == (direction(mirrored.old, mirrored.new) > 0)
        assert not (check.fails and mirrored.fails)


@given(TWO, st.floats(0, 0.99), st.floats(0, 0.99), st.booleans())
@settings(max_examples=50, deadline=None)
def test_a_wider_limit_never_fails_what_a_narrower_one_passes(two: Any, narrow: float, wide: float, relative: bool) -> None:
    one, other = counted(two[0]), counted(two[1])
    narrow, wide = sorted((narrow, wide))
    if scored(one, other, names=["overall"]):
        tight, loose = (gate.gate(one, other, [Rule("overall", limit, relative)]).checks[0] for limit in (narrow, wide))
        assert tight.fails or not loose.fails
        if tight.old is not None and relative:
            assert gate.gate(one, other, [Rule("overall", narrow * tight.old)]).checks[0].fails == tight.fails


@given(TWO, st.randoms())
@settings(max_examples=30, deadline=None)
def test_the_order_of_articles_changes_no_byte(two: Any, random: Any) -> None:
    order = list(two[0])
    random.shuffle(order)
    if scored(counted(two[0]), counted(two[1])):
        plain, shuffled = gate.gate(counted(two[0]), counted(two[1]), EVERY), gate.gate(counted(two[0], order=order), counted(two[1]), EVERY)
        assert json.dumps(plain.to_dict()) == json.dumps(shuffled.to_dict())


@given(TWO)
@settings(max_examples=50, deadline=None)
def test_a_hit_that_is_lost_and_a_record_that_is_spurious_fail(two: Any) -> None:
    base = two[0]
    for article, counts in base.items():
        for key, (tp, golds, predicted) in counts.items():
            layer = key.partition("/")[0]
            if tp:
                lost = {**base, article: {**counts, key: (tp - 1, golds, predicted)}}
                verdict = gate.gate(counted(lost), counted(base))
                assert not verdict.passed and verdict.worse == (article,)
                assert {check.rule.measure for check in verdict.failures} == {"overall", layer}
            noise = {**base, article: {**counts, key: (tp, golds, predicted + 1)}}
            verdict = gate.gate(counted(noise), counted(base))
            old, new = (registry()[layer].of(counted(side).rows.total, {}) for side in (base, noise))
            # With a score above 0 noise costs; a layer that was not scored is 0 now; one that was 0 stays 0.
            assert (layer in {check.rule.measure for check in verdict.failures}) == (old is None or new is None or old > new)
            assert not any(check.change and check.change > 0 for check in verdict.checks)


# --- null -----------------------------------------------------------------------------------------------------------------------

ORDER = [-0.5, 0.0, None, 1e-6, 0.5, 1.0]


@pytest.mark.parametrize("old", ORDER)
@pytest.mark.parametrize("new", ORDER)
def test_null_stands_between_0_and_what_is_above_it(old: float | None, new: float | None) -> None:
    assert direction(old, new) == (ORDER.index(new) > ORDER.index(old)) - (ORDER.index(new) < ORDER.index(old))


def one_measure(tp: int, golds: int, predicted: int) -> System:
    return counted({"a-1": {"claims/speakers": (tp, golds, predicted), "figures/unit": (1, 1, 1)}})


@pytest.mark.parametrize(
    ("measure", "old", "new", "outcome"),
    [
        ("claims.speakers.precision", (1, 2, 2), (0, 2, 0), "fail"),  # nothing is predicted any more
        ("claims.speakers.precision", (0, 2, 2), (0, 2, 0), "pass"),  # all that was predicted was wrong
        ("claims.speakers.precision", (0, 2, 0), (0, 2, 2), "fail"),  # all that is predicted now is wrong
        ("claims.speakers.precision", (0, 2, 0), (1, 2, 2), "pass"),
        ("claims.speakers.precision", (0, 2, 0), (0, 2, 0), "not scored"),
        ("claims", (0, 0, 0), (0, 0, 3), "fail"),  # claims where there are none
        ("claims", (0, 0, 3), (0, 0, 0), "pass"),
        ("claims", (0, 0, 0), (0, 0, 0), "not scored"),
    ],
)
def test_a_null_score_is_never_a_silent_pass(measure: str, old: tuple[int, int, int], new: tuple[int, int, int], outcome: str) -> None:
    rules = [Rule(measure, 0.99), Rule("figures", 0.0)]  # the widest limit does not help
    check, _ = gate.gate(one_measure(*new), one_measure(*old), rules).checks
    assert check.outcome == outcome
    assert ("not scored" in check.words) == (None in (check.old, check.new) and outcome != "not scored") or "neither side" in check.words
    (at_least,) = gate.gate(one_measure(*new), one_measure(*old), [Rule(measure, minimum=0.0)]).checks
    assert at_least.fails == (check.new is None)


def test_rules_that_all_check_nothing_give_no_verdict() -> None:
    empty = one_measure(0, 0, 0)
    with pytest.raises(InputError, match=r"claims: scored on neither side; expected a rule on a measure that the gold supports"):
        gate.gate(empty, empty, parse_rules(["claims:0"]))
    assert gate.gate(empty, empty, parse_rules(["claims:0", "figures:0"])).passed


# --- rules ------------------------------------------------------------------------------------------------------------------------


def test_rules_of_every_form() -> None:
    assert parse_rules() == list(DEFAULT) == [Rule(name, 0.0) for name in headline_names()]
    assert parse_rules(["overall:2%", " claims.speakers.f1 : 0.01 "], ["figures.unit.f1=0.6"]) == [
        Rule("overall", 0.02, True), Rule("claims.speakers.f1", 0.01), Rule("figures.unit.f1", minimum=0.6),
    ]  # fmt: skip
    assert parse_rules(["claims.speaker.f1:.5"], ["figure=1"]) == [Rule("claims.speakers.f1", 0.5), Rule("figures", minimum=1.0)]
    assert [rule.measure for rule in parse_rules(["claims.*.f1:1%", "claims.act.f1:1%", "overall:0"])] == [
        *(name for name in registry() if name.startswith("claims.") and name.endswith(".f1")), "overall",
    ]  # fmt: skip
    assert [rule.words for rule in parse_rules(["overall:2%", "overall:0.01", "overall:0"], ["overall=.6"])] == [
        "may drop by 2%", "may drop by 0.01", "may drop by 0", "must be at least 0.6",
    ]  # fmt: skip


def test_no_two_measures_are_told_apart_by_a_plural_alone() -> None:
    assert len({tuple(part.removesuffix("s") for part in name.split(".")) for name in registry()}) == len(registry())


@pytest.mark.parametrize(
    ("limits", "minimums", "message"),
    [
        (["overall"], [], "rule 'overall'; expected MEASURE:LIMIT"),
        (["overall:"], [], "rule 'overall:'; expected MEASURE:LIMIT"),
        (["overall:-1%"], [], "expected MEASURE:LIMIT"),
        (["overall:nan"], [], "expected MEASURE:LIMIT"),
        (["overall:1e-3"], [], "expected MEASURE:LIMIT"),
        (["overall:٢%"], [], "expected MEASURE:LIMIT"),
        (["overall:1"], [], "rule 'overall:1' can never fail"),
        (["overall:100%"], [], "rule 'overall:100%' can never fail"),
        (["overal:1%"], [], "no measure is named 'overal'; expected a name or glob such as overall"),
        (["claims.speaker:1%"], [], "no measure is named 'claims.speaker'"),
        (["x*:0"], [], "no measure is named 'x*'"),
        ([":0"], [], "no measure is named ''"),
        ([], ["overall:0.6"], "rule 'overall:0.6'; expected MEASURE=VALUE"),
        ([], ["overall=60%"], "rule 'overall=60%'; expected MEASURE=VALUE"),
        ([], ["overall=2"], "expected MEASURE=VALUE with a value from 0 to 1"),
        ([], ["claim.f1=0.2"], "no measure is named 'claim.f1'"),
        (["a\x1b[31m:0"], [], r"no measure is named 'a\x1b[31m'"),
    ],
)
def test_a_bad_rule_is_refused_with_what_was_expected(limits: list[str], minimums: list[str], message: str) -> None:
    with pytest.raises(ValueError) as error:
        parse_rules(limits, minimums)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("rule", "fails"),
    [("claims:0.2", False), ("claims:0.199999", True), ("claims:25%", False), ("claims:24.9999%", True), ("claims:0", True), ("figures:0", False)],
)
def test_a_drop_of_just_the_limit_passes(rule: str, fails: bool) -> None:
    assert gate.gate(one_measure(3, 5, 5), one_measure(4, 5, 5), parse_rules([rule])).passed != fails


def test_a_minimum_holds_whatever_the_baseline() -> None:
    for old in (one_measure(0, 5, 5), one_measure(4, 5, 5)):
        assert gate.gate(one_measure(3, 5, 5), old, parse_rules([], ["claims=0.6"])).passed
        (check,) = gate.gate(one_measure(3, 5, 5), old, parse_rules([], ["claims=0.61"])).failures
        assert check.words.endswith("(must be at least 0.61)")


def test_numbers_out_of_range_are_refused() -> None:
    one = one_measure(1, 1, 1)
    for alpha in (0.0, 1.0, -1.0, math.nan):
        with pytest.raises(ValueError, match="expected a number between 0 and 1"):
            gate.gate(one, one, alpha=alpha)
    with pytest.raises(ValueError, match="no rules; expected one or more"):
        gate.gate(one, one, [])
    with pytest.raises(ValueError, match="trials is 0"):
        gate.gate(one, one, alpha=0.05, trials=0)


# --- significance -----------------------------------------------------------------------------------------------------------------------


def many(hits: Callable[[int], int], articles: int = 12) -> System:
    return counted({f"a-{n:02}": {"claims/speakers": (hits(n), 5, 5)} for n in range(articles)})


def test_with_alpha_only_a_drop_that_is_shown_fails() -> None:
    old = many(lambda n: 4)
    rule = parse_rules(["claims:0"])
    everywhere, once = many(lambda n: 3), many(lambda n: 4 - (n == 0))
    assert not gate.gate(everywhere, old, rule).passed and not gate.gate(once, old, rule).passed  # off by default
    (check,) = gate.gate(everywhere, old, rule, alpha=0.05).checks
    assert check.fails and check.p == check.holm == round(2 / 2**12, 6) and check.detectable is None  # it is the same everywhere
    (check,) = gate.gate(once, old, rule, alpha=0.05).checks
    assert check.outcome == "not shown" and not check.fails and check.p == 1.0 and check.detectable is not None and check.detectable > 0
    assert gate.gate(everywhere, old, parse_rules(["claims:0.3"]), alpha=0.05).passed  # shown, but within its limit
    assert gate.gate(old, everywhere, rule, alpha=0.05).passed  # shown, but a gain


def test_p_is_corrected_over_the_measures_that_have_a_limit() -> None:
    old, new = many(lambda n: 4), many(lambda n: 4 - (n < 6))  # p = 2/2**6 = 0.03125
    (check,) = gate.gate(new, old, parse_rules(["claims.speakers.f1:0"]), alpha=0.05).checks
    assert check.fails and check.p == check.holm == 0.03125
    check, _, other = gate.gate(new, old, parse_rules(["claims.speakers.f1:0", "claims.speakers.recall:0"], ["claims=0.1"]), alpha=0.05).checks
    assert check.outcome == "not shown" and check.holm == 0.0625 and other.p is None


def test_a_test_that_could_show_nothing_is_refused() -> None:
    few = many(lambda n: 4, 5)
    with pytest.raises(ValueError, match=r"alpha 0\.05: with 5 articles the smallest p is 0\.0625, so that no drop could ever fail"):
        gate.gate(few, few, parse_rules(["claims:0"]), alpha=0.05)
    with pytest.raises(ValueError, match=r"with 7 articles the smallest p is 0\.07812 after correction over 5 measures"):
        gate.gate(many(lambda n: 4, 7), many(lambda n: 4, 7), alpha=0.05)
    with pytest.raises(ValueError, match=r"alpha 0\.05: one article cannot be tested"):
        gate.gate(one_measure(1, 1, 1), one_measure(1, 1, 1), alpha=0.05)
    with pytest.raises(ValueError, match=r"the smallest p is 0\.0909"):
        gate.gate(many(lambda n: 4, 12), many(lambda n: 4, 12), parse_rules(["claims:0"]), alpha=0.05, trials=10)
    assert gate.gate(few, few, parse_rules([], ["claims=0.1"]), alpha=0.05).passed  # nothing to test


def test_a_drop_that_cannot_be_tested_is_not_excused() -> None:
    def sparse(place: int, tp: int) -> System:
        return counted({f"a-{n}": {"claims/speakers": (tp, 2, 2) if n == place else (0, 2, 0)} for n in range(6)})

    # A quarter of the swaps leave a side without any prediction, so precision has no p.
    (check,) = gate.gate(sparse(0, 1), sparse(1, 2), parse_rules(["claims.speakers.precision:0"]), alpha=0.05).checks
    assert check.p is None and check.fails


# --- what can be compared -----------------------------------------------------------------------------------------------------------------


def test_other_gold_and_other_articles_are_refused_by_name() -> None:
    one = one_measure(1, 1, 1)
    for part, words in (("data:0.1.0", "data '9'; expected '0.1.0' as in made"), ("split:validation", "split '9'"), ("newsgold:0.2.0", "newsgold '9'")):
        with pytest.raises(Incomparable) as error:
            gate.gate(one, replace(one, signature=SIGNED.replace(part, f"{part.split(':')[0]}:9")))
        assert words in str(error.value)
    two = counted({name: {"claims/speakers": (1, 1, 1)} for name in ("a-1", "a-2", "a-3")})
    with pytest.raises(Incomparable, match=r"articles only in the baseline: a-2, a-3; skipped there for want of their texts \(newsgold hydrate\): a-3"):
        gate.gate(replace(one, skipped=("a-3", "z")), two)
    with pytest.raises(Incomparable, match="articles not in the baseline, but in made: a-2, a-3; expected the same"):
        gate.gate(two, one)


def test_a_baseline_that_lacks_predictions_is_refused() -> None:
    one = counted({name: {"claims/speakers": (1, 1, 1)} for name in ("a-1", "a-2")})
    with pytest.raises(Incomparable, match="no prediction for a-2, which made has"):
        gate.gate(one, replace(one, missing=("a-2",)))
    assert gate.gate(replace(one, missing=("a-2",)), replace(one, missing=("a-2",))).passed  # as it always was
    assert gate.gate(replace(one, missing=("a-2",)), one).passed  # its counts tell
    with pytest.raises(Incomparable, match="no prediction at all"):
        gate.gate(replace(one, missing=("a-1", "a-2")), replace(one, missing=("a-1", "a-2")))


# --- records ----------------------------------------------------------------------------------------------------------------------------


def perfect() -> Objects:
    return [newsgold.to_prediction(article) for article in corpus.load("validation")]


def without_claim(objects: Objects, place: int, index: int) -> tuple[Objects, str]:
    """Predictions less one claim, and its id."""
    objects = json.loads(json.dumps(objects))
    claims = objects[place]["claims"]
    gone = claims.pop(index)["id"]
    for claim in claims:
        if claim.get("parent") == gone:
            claim["parent"] = None
    return objects, gone


def made(objects: Objects, name: str = "made") -> System:
    return System.of(score(objects, "validation"), name)


def test_the_record_that_is_lost_is_named() -> None:
    everything = perfect()
    old = made(everything)
    for place in (0, len(everything) // 2, len(everything) - 1):
        less, gone = without_claim(everything, place, 2)
        verdict = gate.gate(made(less), old)
        assert verdict.worse == (everything[place]["id"],) and not verdict.better
        (change,) = verdict.changes
        assert change.flips is not None
        assert [(flip.record, flip.old, flip.new, flip.worse) for flip in change.flips if flip.layer == "claims" and flip.new == "missed"] == [
            (gone, "hit", "missed", True)
        ]
        assert change.kinds["claims/missed"] == (0, 1) and "claims" in change.worse
        assert verdict.flips is not None and verdict.flips["claims: hit to missed"] == 1
        back = gate.gate(old, made(less))
        assert back.passed and back.better == verdict.worse and back.changes[0].flips is not None and not any(flip.worse for flip in back.changes[0].flips)


def test_spurious_records_are_counted() -> None:
    noisy = perfect()
    noisy[0]["figures"].append({"span": "the", "kind": "count", "low": "1", "high": "1"})
    verdict = gate.gate(made(noisy), made(perfect()))
    (change,) = verdict.changes
    assert {check.rule.measure for check in verdict.failures} == {"overall", "figures"}
    assert (change.article, change.flips, change.kinds) == (noisy[0]["id"], (), {"figures/spurious": (0, 1)})


def test_steps_of_the_ladder_are_worse_and_better() -> None:
    wrong = perfect()
    claim = wrong[1]["claims"][0]
    claim["act"] = "deny" if claim["act"] != "deny" else "assert"
    act = made(wrong)
    claim["speakers"] = []
    speakers = made(wrong)
    kinds = [
        {flip.record: (flip.old, flip.new, flip.worse) for flip in change.flips or () if flip.layer == "claims"}
        for new, old in ((act, made(perfect())), (speakers, act), (act, speakers))
        for change in gate.gate(new, old, parse_rules(["claims.*.f1:0"])).changes
    ]
    name = claim["id"]
    assert [found[name] for found in kinds] == [("hit", "wrong_act", True), ("wrong_act", "wrong_speakers", True), ("wrong_speakers", "wrong_act", False)]


def test_every_kind_of_gold_record_has_its_step() -> None:
    for layer, kinds in error_kinds().items():
        steps = gate._GOLD_KINDS[layer]
        assert steps[0] == "missed" and steps[-1] == "hit"
        assert set(kinds) - set(steps) <= {"spurious", "duplicate", "not_in_text"}


def test_an_argument_in_another_role_is_named_by_its_event_role_and_entity() -> None:
    wrong = perfect()
    event = next(event for event in wrong[0]["events"] if event["participants"])
    told = event["participants"][0]
    before = f"{event['id']} {told['role']} {told['entity']}"
    told["role"] = "place" if told["role"] != "place" else "agent"
    (change,) = gate.gate(made(wrong), made(perfect())).changes
    assert (before, "hit", "wrong_role", True) in [(flip.record, flip.old, flip.new, flip.worse) for flip in change.flips or () if flip.layer == "arguments"]


def test_an_argument_of_an_event_that_is_lost_is_no_worse_than_a_missed_one() -> None:
    hit, missed = (Match("a", "arguments", outcome, "e10", detail="agent x1") for outcome in ("hit", "miss"))
    other = Match("a", "arguments", "hit", "e9", detail="agent x1")
    assert gate._flips([missed], []) == (gate.Flip("arguments", "e10 agent x1", "missed", None, False),)
    assert gate._flips([], [missed]) == (gate.Flip("arguments", "e10 agent x1", None, "missed", False),)
    assert [(flip.record, flip.worse) for flip in gate._flips([hit, other], [])] == [("e9 agent x1", True), ("e10 agent x1", True)]


def test_the_articles_with_the_largest_drops_come_first() -> None:
    old = {f"a-{n}": {"claims/speakers": (5, 5, 5)} for n in range(4)}
    new = {f"a-{n}": {"claims/speakers": (hits, 5, 5)} for n, hits in enumerate((4, 2, 5, 3))}
    verdict = gate.gate(counted(new), counted(old))
    assert [change.article for change in verdict.changes] == list(verdict.worse) == ["a-1", "a-3", "a-0"]
    assert [change.article for change in gate.gate(counted(old), counted(new)).changes] == ["a-0", "a-3", "a-1"]


def test_a_scorecard_without_records_compares_by_numbers(tmp_path: Path) -> None:
    for matches in (False, True):
        path = tmp_path / f"{matches}.json"
        path.write_bytes(score(perfect(), "validation").to_json(matches=matches))
        old = systems.read_scorecard(path)
        less, _ = without_claim(perfect(), 0, 2)
        verdict = gate.gate(made(less), old)
        assert (verdict.flips is not None) == matches == (verdict.changes[0].flips is not None)
        assert verdict.changes[0].kinds["claims/missed"] == (0, 1)
        assert not gate.gate(old, old).changes


def test_a_scorecard_gives_back_what_scoring_gave(tmp_path: Path) -> None:
    card = score(perfect(), "validation", system="all")
    path = tmp_path / "card.json"
    path.write_bytes(card.to_json(matches=True))
    found = systems.read_scorecard(path)
    assert found.outcomes is not None and list(found.outcomes) == list(card.outcomes)
    assert json.dumps(gate.gate(System.of(card, "x"), found, EVERY).to_dict()) == json.dumps(gate.gate(found, System.of(card, "x"), EVERY).to_dict())


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda card: card["matches"].pop(), "are not those that $.article_errors counts"),
        (lambda card: card["matches"][0].update(article="elsewhere"), "$.matches[0].article: 'elsewhere' has no counts"),
        (lambda card: card["matches"][0].update(outcome="spurious"), "are not those that $.article_errors counts"),
        (lambda card: next(iter(card["article_errors"].values())).update({"claims/<b>": 1}), "is no kind of error"),
        (lambda card: card["counts"].update({"::error::x": {}}), "expected the id of an article"),
    ],
)
def test_a_scorecard_whose_records_do_not_fit_is_refused(edit: Callable[[dict[str, Any]], Any], message: str, tmp_path: Path) -> None:
    card = json.loads(score(perfect(), "validation").to_json(matches=True))
    edit(card)
    path = tmp_path / "card.json"
    path.write_text(json.dumps(card), encoding="utf-8")
    with pytest.raises(InputError) as error:
        systems.read_scorecard(path)
    assert message in str(error.value)


# --- the command ---------------------------------------------------------------------------------------------------------------------------


def stored(path: Path, objects: Objects) -> Path:
    path.write_text("".join(json.dumps(data, ensure_ascii=False) + "\n" for data in objects), encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def outside_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return stored(tmp_path / "good.jsonl", perfect())


@pytest.fixture
def worse(tmp_path: Path) -> Path:
    return stored(tmp_path / "worse.jsonl", without_claim(perfect(), 0, 2)[0])


@pytest.fixture(scope="module")
def updated(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What an update stores for good predictions."""
    folder = tmp_path_factory.mktemp("updated")
    assert main(["gate", str(stored(folder / "good.jsonl", perfect())), "--baseline", str(folder / "baseline.json"), "--update"]) == OK
    return (folder / "baseline.json").read_bytes()


@pytest.fixture
def baseline(updated: bytes, tmp_path: Path) -> Path:
    path = tmp_path / "baseline.json"
    path.write_bytes(updated)
    return path


def test_a_pass_is_0_and_a_regression_1(good: Path, worse: Path, baseline: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gate", str(good), "--baseline", str(baseline)]) == OK
    assert "gate passed: 0 of 5 rules broken" in capsys.readouterr().out
    assert main(["gate", str(worse), "--baseline", str(baseline)]) == FAILED
    shown = capsys.readouterr()
    article = perfect()[0]["id"]
    for words in (
        "gate FAILED: ",
        "claims     1.000   0.9",
        f"{len(perfect())} articles: overall is worse in 1, better in 0.",
        f"worse: {article}",
        "hit → missed",
    ):
        assert words in shown.out, words
    assert not shown.err
    assert main(["gate", str(worse), "--baseline", str(baseline), "--fail", "overall:5%", "--min", "figures=1"]) == OK
    assert main(["gate", str(worse), "--baseline", str(baseline), "--fail", "overall:5%", "--min", "overall=1"]) == FAILED


def test_a_layer_that_neither_side_has_is_told_as_not_scored(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    frozen = freeze(tmp_path, [structs.replace(article, figures=()) for article in sample("test", size=3)])
    argv = ["gate", str(frozen.perfect), *frozen.argv, "--baseline", str(tmp_path / "baseline.json")]
    assert main([*argv, "--update"]) == OK
    capsys.readouterr()
    assert main([*argv, "--fail", "*:0", "--format", "markdown"]) == OK
    rows = [line for line in capsys.readouterr().out.splitlines() if line.startswith("| figures")]
    assert rows and all(row.endswith("| not scored |") for row in rows)


def test_formats_agree(worse: Path, baseline: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "verdict.json"
    argv = ["gate", str(worse), "--baseline", str(baseline), "--fail", "*:0"]
    assert main([*argv, "--format", "json", "--out", str(out)]) == FAILED
    data = json.loads(capsys.readouterr().out)
    assert data == json.loads(out.read_text(encoding="utf-8")) and not data["passed"] and len(data["checks"]) == len(registry())
    assert main([*argv, "--format", "markdown"]) == FAILED
    page = capsys.readouterr().out
    assert page.count("| **FAIL** |") == sum(check["fails"] for check in data["checks"])
    assert page.count("| not scored |") == sum(check["outcome"] == "not scored" for check in data["checks"])
    assert main(argv) == FAILED
    table = capsys.readouterr().out
    assert max(map(len, table.splitlines())) <= 80 and table.count("FAIL\n") == page.count("| **FAIL** |")


def test_the_baseline_may_be_predictions(good: Path, worse: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gate", str(worse), "--baseline", str(good)]) == FAILED
    assert main(["gate", str(good), "--baseline", str(worse)]) == OK
    assert "hit → missed" in capsys.readouterr().out


def test_both_sides_may_be_scorecards(worse: Path, baseline: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    card = tmp_path / "worse.json"
    assert main(["score", str(worse), "--split", "validation", "--out", str(card), "--resamples", "20"]) == OK
    assert main(["gate", str(card), "--baseline", str(baseline)]) == FAILED
    assert "does not list its records" in " ".join(capsys.readouterr().out.split())


def test_update_shows_the_change_and_renews_the_baseline(good: Path, worse: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "new" / "baseline.json"
    assert main(["gate", str(good), "--baseline", str(path)]) == BAD
    assert "no such file" in capsys.readouterr().err and not path.exists()
    assert main(["gate", str(good), "--baseline", str(path), "--update"]) == OK
    assert capsys.readouterr().err == f"{path}: created; there was none to compare with\n"
    first = path.read_bytes()
    assert main(["gate", str(good), "--baseline", str(path), "--update"]) == OK
    assert capsys.readouterr().err == f"{path}: stays as it is\n" and path.read_bytes() == first
    assert main(["gate", str(worse), "--baseline", str(path), "--update"]) == OK
    shown = capsys.readouterr()
    assert "gate FAILED" in shown.out and "hit → missed" in shown.out and shown.err == f"{path}: rewritten\n"
    assert path.read_bytes() != first
    assert main(["gate", str(worse), "--baseline", str(path)]) == OK and main(["gate", str(good), "--baseline", str(path)]) == OK
    assert sorted(each.name for each in path.parent.iterdir()) == ["baseline.json"]


def test_update_keeps_the_kind_of_the_baseline(good: Path, worse: Path, baseline: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = tmp_path / "kept.jsonl"
    assert main(["gate", str(good), "--baseline", str(kept), "--update"]) == OK and kept.read_bytes() == good.read_bytes()
    assert main(["gate", str(worse), "--baseline", str(kept), "--update"]) == OK and kept.read_bytes() == worse.read_bytes()
    odd = tmp_path / "odd.json"  # predictions under another name
    odd.write_bytes(good.read_bytes())
    assert main(["gate", str(worse), "--baseline", str(odd), "--update"]) == OK and odd.read_bytes() == worse.read_bytes()
    capsys.readouterr()
    for target in (kept, tmp_path / "none.jsonl"):
        before = target.read_bytes() if target.exists() else None
        assert main(["gate", str(baseline), "--baseline", str(target), "--update"]) == BAD
        assert "a scorecard; expected predictions" in capsys.readouterr().err
        assert (target.read_bytes() if target.exists() else None) == before
    card = tmp_path / "card.json"
    assert main(["gate", str(baseline), "--baseline", str(card), "--update"]) == OK and card.read_bytes() == baseline.read_bytes()


def on_other_gold(path: Path, name: Path) -> Path:
    """A stored scorecard as if of the data version 9.9.9."""
    card = json.loads(path.read_text(encoding="utf-8"))
    card["signature"] = card["signature"].replace(f"data:{corpus.DATA_VERSION}", "data:9.9.9")
    name.write_text(json.dumps(card), encoding="utf-8")
    return name


def test_update_replaces_a_baseline_on_other_gold_and_says_so(good: Path, baseline: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = on_other_gold(baseline, tmp_path / "other.json")
    assert main(["gate", str(good), "--baseline", str(other)]) == BAD
    found = capsys.readouterr().err
    assert found.startswith(f"{other}: $.signature: data '9.9.9'; expected '{corpus.DATA_VERSION}'") and other.read_bytes() != baseline.read_bytes()
    assert main(["gate", str(good), "--baseline", str(other), "--update"]) == OK
    shown = capsys.readouterr()
    assert "warning: $.signature: data '9.9.9'" in shown.err and shown.err.endswith(f"{other}: rewritten\n") and not shown.out
    assert other.read_bytes() == baseline.read_bytes()


def test_update_leaves_a_file_that_is_no_baseline(good: Path, baseline: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for body in (b"# notes\n", baseline.read_bytes()[:4000], b"", b"{}", b"[]"):
        path = tmp_path / "file"
        path.write_bytes(body)
        assert main(["gate", str(good), "--baseline", str(path), "--update"]) == BAD
        assert path.read_bytes() == body and "so --update leaves it" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("case", "message"),
    [
        ("missing", "no such file; expected a stored scorecard or predictions (--update makes one)"),
        ("folder", "baseline"),
        ("empty", "empty file"),
        ("cut off", "not JSON"),
        ("edited", "which the counts give"),
        ("other data", "$.signature: data '9.9.9'"),
        ("other split", "split 'test'; expected 'validation'"),
        ("other articles", "articles only in the baseline: "),
        ("truncated predictions", "$.missing: no prediction for"),
        ("other predictions", "is no article of this split"),
        ("itself", "is PREDICTIONS itself, which would always pass"),
    ],
)
def test_an_unusable_baseline_is_never_a_pass(case: str, message: str, good: Path, baseline: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bad"
    lines = good.read_text(encoding="utf-8").splitlines(keepends=True)
    card = json.loads(baseline.read_text(encoding="utf-8"))
    match case:
        case "folder":
            path.mkdir()
        case "empty":
            path.touch()
        case "cut off":
            path.write_bytes(baseline.read_bytes()[:-100])
        case "edited":
            next(iter(card["counts"].values()))["claims/speakers"][0] -= 1
            path.write_text(json.dumps(card), encoding="utf-8")
        case "other data":
            on_other_gold(baseline, path)
        case "other split" | "other articles":
            path.write_bytes(score(RULES, "test").to_json())
        case "truncated predictions":
            path.write_text("".join(lines[:2]), encoding="utf-8")
        case "other predictions":
            path.write_bytes(RULES.read_bytes())
        case "itself":
            path.symlink_to(good)
    junit, sarif = tmp_path / "junit.xml", tmp_path / "out.sarif"
    assert main(["gate", str(good), "--baseline", str(path), "--junit", str(junit), "--sarif", str(sarif)]) == BAD
    shown = capsys.readouterr()
    assert message in shown.err and "Traceback" not in shown.err and not shown.out
    assert b'errors="1"' in junit.read_bytes() and not json.loads(sarif.read_bytes())["runs"][0]["invocations"][0]["executionSuccessful"]


def test_bad_usage_is_2(good: Path, worse: Path, baseline: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for more, message in (
        (["--fail", "overall"], "rule 'overall'; expected MEASURE:LIMIT"),
        (["--min", "claim.f1=0.3"], "no measure is named 'claim.f1'"),
        (["--alpha", "1e-9"], f"with {len(perfect())} articles the smallest p is 0."),
        (["--alpha", "nan"], "alpha is nan"),
        (["--fail", "claims.attributes.parent.f1:0", "--gold", str(GOLD)], "is no article of this split"),
        (["--out", str(baseline)], "exists and differs"),
    ):
        assert main(["gate", str(worse), "--baseline", str(baseline), *more]) == BAD, more
        assert message in capsys.readouterr().err
    assert main(["gate", str(tmp_path / "none"), "--baseline", str(baseline)]) == BAD
    assert "no such file; expected predictions or a stored scorecard" in capsys.readouterr().err
    with pytest.raises(SystemExit) as stop:
        main(["gate", str(good)])
    assert stop.value.code == BAD


def test_alpha_prints_the_smallest_drop_that_could_have_been_shown(nine: Frozen, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [json.loads(line) for line in nine.perfect.read_text(encoding="utf-8").splitlines()]
    lines[0]["figures"] = []
    argv = ["gate", str(stored(tmp_path / "less.jsonl", lines)), "--baseline", str(nine.perfect), *nine.argv]
    assert main([*argv]) == FAILED
    assert "could" not in capsys.readouterr().out
    assert main([*argv, "--alpha", "0.05"]) == OK  # one article of nine
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 80
    assert "not shown" in shown and "the smallest difference that 9 articles could have shown" in " ".join(shown.split())
    assert main([*argv, "--alpha", "0.05", "--format", "json"]) == OK
    data = json.loads(capsys.readouterr().out)
    figures = next(check for check in data["checks"] if check["measure"] == "figures")
    assert figures["outcome"] == "not shown" and figures["p"] == 1.0 and 0 < figures["detectable"] < 1
    assert data["signature"].endswith(f"|alpha:0.05|test:exact|trials:{nine.trials}|resamples:10000|seed:1")


def test_one_article_will_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = [newsgold.to_prediction(corpus.load(path=GOLD)[0])]
    old = stored(tmp_path / "old.jsonl", data)
    new = stored(tmp_path / "new.jsonl", [{**data[0], "figures": []}])
    argv = ["--gold", str(GOLD), "--baseline", str(old)]
    assert main(["gate", str(new), *argv]) == FAILED
    assert "1 article: overall is worse in 1, better in 0." in capsys.readouterr().out
    again = tmp_path / "again.jsonl"
    again.write_bytes(old.read_bytes())
    assert main(["gate", str(again), *argv]) == OK
    assert main(["gate", str(new), *argv, "--alpha", "0.05"]) == BAD
    assert "one article cannot be tested" in capsys.readouterr().err


def test_the_help_states_the_defaults(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["gate", "--help"])
    flat = " ".join(capsys.readouterr().out.split())
    for words in ("default: validation", "default: overall:0 and each headline:0", "exit codes: 0 pass; 1 a regression; 2 no verdict"):
        assert words in flat
