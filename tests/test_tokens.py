"""The token view: tags worked out by hand, seqeval's two readings against their definitions, and what the view leaves out."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import newsgold
from conftest import ROOT, Frozen
from newsgold import corpus, predictions
from newsgold.cli import BAD, OK, main
from newsgold.counts import Count, ratio
from newsgold.issues import InputError
from newsgold.records import Annotation, Article, Claim, Event, Figure, Span
from newsgold.tokens import STREAMS, Stream, bio, conll, evaluate, score_tokens

GOLD = ROOT / "tests" / "examples" / "gold.jsonl"
RULES = ROOT / "baselines" / "rules" / "predictions" / "test.jsonl"


def claim(content: list[Span], source: Span | None = None, cue: Span | None = None) -> Claim:
    return Claim(id="c1", content=tuple(content), cue=cue, source=source, speakers=(), relay=(), form=None, act=None, parent=None)


def event(kind: str | None, *mentions: Span) -> Event:
    return Event(id="v1", type=kind, mentions=mentions, status=None, participants=(), time=None, part_of=None)


def figure(span: Span) -> Figure:
    return Figure(
        id="f1", span=span, kind=None, low=None, high=None, parts=(), bound=None, unit=None, of=None, change=None, event=None, relations=()
    )  # fmt: skip


def at(text: str, words: str, nth: int = 0) -> Span:
    start = [found.start() for found in re.finditer(re.escape(words), text)][nth]
    return Span(start, start + len(words), words)


def figures(text: str, *spans: Span) -> Stream:
    return bio(text, Annotation(id="a", figures=tuple(map(figure, spans))))["figures"]


def left_out(stream: Stream) -> tuple[int, int, int, int]:
    return stream.spans, stream.dropped, stream.misaligned, stream.unlocated


# --- annotations to tags ---------------------------------------------------------------------------------------------------


def test_a_token_is_a_run_of_word_characters_or_one_other_sign() -> None:
    text = "He’s paid $3.2m — l'été, x_1 %"
    spans = [at(text, word) for word in "He ’ s paid $ 3 . 2m — l ' été , x_1 %".split()]
    assert figures(text).tags == ("O",) * 15
    # Marks that trimming takes off have no place; every other token alone is one chunk, and no end falls inside a token.
    assert figures(text, *spans) == Stream(
        tuple("O" if word in "’ . ' ,".split() else "B-FIGURE" for word in "He ’ s paid $ 3 . 2m — l ' été , x_1 %".split()), 15, 0, 0, 4
    )


def test_every_layer_is_a_stream_of_its_own() -> None:
    text = "Ada Obi said two people died in the attack."
    annotation = Annotation(
        id="a",
        claims=(claim([at(text, "two people died in the attack")], source=at(text, "Ada Obi"), cue=at(text, "said")),),
        events=(event("life.die", at(text, "died")), event("conflict.attack", at(text, "attack"))),
        figures=(figure(at(text, "two")),),
    )
    found = bio(text, annotation)
    assert {name: " ".join(stream.tags) for name, stream in found.items()} == {
        "claims": "B-SOURCE I-SOURCE B-CUE B-CONTENT I-CONTENT I-CONTENT I-CONTENT I-CONTENT I-CONTENT O",
        "events": "O O O O O B-life.die O O B-conflict.attack O",
        "figures": "O O O B-FIGURE O O O O O O",
    }
    assert [left_out(stream) for stream in found.values()] == [(3, 0, 0, 0), (2, 0, 0, 0), (1, 0, 0, 0)]


def test_fragments_of_a_discontinuous_content_are_chunks_of_their_own() -> None:
    text = "“We will go,” she said, “when it stops.”"
    spans = [at(text, "“We will go,”"), at(text, "“when it stops.”")]
    found = bio(text, Annotation(id="a", claims=(claim(spans, source=at(text, "she"), cue=at(text, "said")),)))["claims"]
    assert " ".join(found.tags) == "O B-CONTENT I-CONTENT I-CONTENT O O B-SOURCE B-CUE O O B-CONTENT I-CONTENT I-CONTENT O O"
    assert left_out(found) == (4, 0, 0, 0)


def test_neighbours_stay_apart() -> None:
    assert figures("ten twenty", Span(0, 3), Span(4, 10)).tags == ("B-FIGURE", "B-FIGURE")


def test_every_mention_of_an_event_is_a_trigger_and_no_type_is_a_type_of_its_own() -> None:
    text = "The strike began. The strike, a walkout, ended."
    annotation = Annotation(id="a", events=(event("unrest.strike", at(text, "strike"), at(text, "strike", 1)), event(None, at(text, "walkout"))))
    assert [tag for tag in bio(text, annotation)["events"].tags if tag != "O"] == ["B-unrest.strike", "B-unrest.strike", "B-EVENT"]


def test_the_outermost_of_nested_spans_is_kept() -> None:
    text = "She said he said it rains."
    outer = claim([at(text, "he said it rains")], source=at(text, "She"), cue=at(text, "said"))
    inner = claim([at(text, "it rains")], source=at(text, "he", 1), cue=at(text, "said", 1))
    for claims in ((outer, inner), (inner, outer)):
        found = bio(text, Annotation(id="a", claims=claims))["claims"]
        assert " ".join(found.tags) == "B-SOURCE B-CUE B-CONTENT I-CONTENT I-CONTENT I-CONTENT O"
        assert left_out(found) == (6, 3, 0, 0)


@pytest.mark.parametrize(
    ("words", "tags", "dropped"),
    [
        (["aa bb", "bb cc dd"], "O B I I O", 1),  # crossing: the longer
        (["aa bb", "bb cc"], "B I O O O", 1),  # as long: the left one
        (["bb cc", "cc dd", "dd ee"], "O B I B I", 1),  # the middle one yields to the left one, which leaves the right one free
        (["aa bb", "cc dd", "bb cc dd ee"], "O B I I I", 2),
        (["aa bb cc", "bb"], "B I I O O", 1),
    ],
)
def test_overlapping_spans(words: list[str], tags: str, dropped: int) -> None:
    text = "aa bb cc dd ee"
    for order in (words, words[::-1]):
        found = figures(text, *(at(text, part) for part in order))
        assert " ".join(tag.removesuffix("-FIGURE") for tag in found.tags) == tags
        assert left_out(found) == (len(words), dropped, 0, 0)


def test_equal_spans_stand_once_and_the_label_settles_a_tie() -> None:
    text = "It rains."
    same = at(text, "It")
    found = bio(text, Annotation(id="a", claims=(claim([at(text, "rains")], source=same), claim([at(text, "rains")], source=same))))["claims"]
    assert found.tags == ("B-SOURCE", "B-CONTENT", "O") and left_out(found) == (4, 2, 0, 0)
    for kinds in (("life.die", "crime.offence"), ("crime.offence", "life.die")):
        tied = bio(text, Annotation(id="a", events=tuple(event(kind, same) for kind in kinds)))["events"]
        assert tied.tags == ("B-crime.offence", "O", "O") and left_out(tied) == (2, 1, 0, 0)


def test_ends_inside_a_token_are_stretched_and_counted() -> None:
    text = "It cost $32million or so."
    assert figures(text, at(text, "$32")) == Stream(("O", "O", "B-FIGURE", "I-FIGURE", "O", "O", "O"), 1, 0, 1, 0)
    assert figures(text, at(text, "million or")) == Stream(("O", "O", "O", "B-FIGURE", "I-FIGURE", "O", "O"), 1, 0, 1, 0)
    assert figures(text, at(text, "$32million")).misaligned == 0
    # Both touch the same token only; within it the longer one is the outer one.
    both = Annotation(id="a", events=(event("life.die", at(text, "2m")), event("sport.win", at(text, "32million"))))
    assert bio(text, both)["events"] == Stream(("O", "O", "O", "B-sport.win", "O", "O", "O"), 2, 1, 1, 0)


def test_spans_are_trimmed_like_everywhere() -> None:
    text = "“It rains,” he said."
    quoted, bare = (bio(text, Annotation(id="a", claims=(claim([at(text, words)]),)))["claims"] for words in ("“It rains,”", "It rains"))
    assert quoted == bare and quoted.tags[:4] == ("O", "B-CONTENT", "I-CONTENT", "O")


def test_what_has_no_place_is_counted_and_gets_no_tag() -> None:
    text = "It rains, he said."
    found = figures(text, Span(-1, -1, "snows"), at(text, ","), Span(30, 40, "beyond"))
    assert found == Stream(("O",) * 6, 3, 0, 0, 3)


@pytest.mark.parametrize("text", ["", " \n "])
def test_an_empty_article_has_no_tokens(text: str) -> None:
    assert bio(text, Annotation(id="a", figures=(figure(Span(0, 1)),))) == {
        "claims": Stream((), 0, 0, 0, 0), "events": Stream((), 0, 0, 0, 0), "figures": Stream((), 1, 0, 0, 1),
    }  # fmt: skip


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 15), st.sampled_from(["life.die", "sport.win", None])), max_size=12), st.randoms())
def test_no_order_shows_and_only_what_overlaps_is_dropped(raw: list[tuple[int, int, str | None]], random: Any) -> None:
    text = "aa b, cc-dd (ee) “ff gg” h. ii jj kkk l"
    events = [event(kind, Span(start, start + size)) for start, size, kind in raw]
    found = bio(text, Annotation(id="a", events=tuple(events)))["events"]
    random.shuffle(events)
    assert bio(text, Annotation(id="a", events=tuple(events)))["events"] == found
    assert sum(tag.startswith("B-") for tag in found.tags) == found.spans - found.dropped - found.unlocated
    # The same by sets of tokens and every pair of spans, each span tagged alone.
    alone = [bio(text, Annotation(id="a", events=(one,)))["events"] for one in events]
    covered = [frozenset(place for place, tag in enumerate(stream.tags) if tag != "O") for stream in alone]
    kept = _chunks(found.tags, strict=True)
    for tokens in covered:
        rivals = [set(range(start, end)) for _, start, end in kept if tokens & set(range(start, end))]
        assert not tokens or any(len(rival) >= len(tokens) for rival in rivals)
    assert {frozenset(range(start, end)) for _, start, end in kept} <= set(covered)
    assert [sum(getattr(stream, name) for stream in alone) for name in ("misaligned", "unlocated")] == [found.misaligned, found.unlocated]


# --- tags to scores --------------------------------------------------------------------------------------------------------


def _chunks(tags: Any, *, strict: bool) -> set[tuple[str, int, int]]:
    """Chunks by the definition of each mode: an I- that continues nothing opens a chunk in the lenient one, and is outside in the strict one."""
    out, opened = set(), None
    for place, tag in enumerate([*tags, "O"]):
        prefix, _, label = tag.partition("-")
        if prefix == "I" and opened is not None and opened[0] == label:
            continue
        if opened is not None:
            out.add((*opened, place))
        opened = (label, place) if prefix == "B" or (prefix == "I" and not strict) else None
    return out


def numbers(row: dict[str, Any]) -> tuple[float | None, float | None, float | None, int, int]:
    return row["precision"], row["recall"], row["f1"], row["support"], row["predicted"]


def expected(count: Count) -> tuple[Any, ...]:
    values = (count.precision, count.recall, count.f1)
    return *(value if value is None else pytest.approx(value, abs=1e-6) for value in values), count.gold, count.predicted


@pytest.mark.parametrize(
    ("gold", "predicted", "default", "strict"),
    [
        # What differs: an I- after O, after another type, and at the start of a sequence. Counts are right, gold, found.
        (["B-X I-X O"], ["I-X I-X O"], (1, 1, 1), (0, 1, 0)),
        (["B-X B-Y O"], ["B-X I-Y O"], (2, 2, 2), (1, 2, 1)),
        (["O B-X B-Y I-Y"], ["O I-X I-Y I-Y"], (2, 2, 2), (0, 2, 0)),
        (["O B-X", "B-X O"], ["O B-X", "I-X O"], (2, 2, 2), (1, 2, 1)),
        (["I-X I-X O"], ["B-X I-X O"], (1, 1, 1), (0, 0, 1)),
        (["B-X B-Y B-X"], ["B-X I-Y I-X"], (3, 3, 3), (1, 3, 1)),
        # What does not: an I- of the same type goes on, a B- parts, and a chunk that is too long or of another type is wrong.
        (["B-X B-X"], ["B-X I-X"], (0, 2, 1), (0, 2, 1)),
        (["B-X I-X"], ["B-X B-X"], (0, 1, 2), (0, 1, 2)),
        (["B-X O B-Y"], ["B-X O B-X"], (1, 2, 2), (1, 2, 2)),
        (["B-X I-X O O"], ["B-X I-X I-X O"], (0, 1, 1), (0, 1, 1)),
    ],
)  # fmt: skip
def test_default_reads_like_conlleval_and_strict_does_not(
    gold: list[str], predicted: list[str], default: tuple[int, int, int], strict: tuple[int, int, int]
) -> None:
    sides = [line.split() for line in gold], [line.split() for line in predicted]
    assert numbers(evaluate(*sides)["micro"]) == expected(Count(*default))
    assert numbers(evaluate(*sides, mode="strict")["micro"]) == expected(Count(*strict))


TAGS = st.lists(st.sampled_from(["O", "B-X", "I-X", "B-Y", "I-Y", "I-z.z-z"]), max_size=8)


@given(st.lists(st.tuples(TAGS, TAGS).map(lambda sides: list(zip(*sides, strict=False))), max_size=4))
def test_every_figure_follows_from_the_chunks(rows: list[list[tuple[str, str]]]) -> None:
    gold, predicted = ([[pair[side] for pair in row] for row in rows] for side in (0, 1))
    for mode in ("default", "strict"):
        found = evaluate(gold, predicted, mode=mode)
        counts: dict[str, Count] = {}
        for one, other in zip(gold, predicted, strict=True):
            want, got = _chunks(one, strict=mode == "strict"), _chunks(other, strict=mode == "strict")
            for label in {chunk[0] for chunk in want | got}:
                of = [{chunk for chunk in side if chunk[0] == label} for side in (want, got)]
                counts[label] = counts.get(label, Count()).plus(Count(len(of[0] & of[1]), len(of[0]), len(of[1])))
        assert list(found["types"]) == sorted(counts)
        assert {label: numbers(row) for label, row in found["types"].items()} == {label: expected(count) for label, count in counts.items()}
        total = Count(*map(sum, zip(*counts.values(), strict=True))) if counts else Count()
        assert numbers(found["micro"]) == expected(total)
        means: dict[str, list[float | None]] = {"macro": [], "weighted": []}
        for measure, scored in (("precision", total.predicted), ("recall", total.gold), ("f1", total.gold or total.predicted)):
            values = {label: getattr(count, measure) or 0.0 for label, count in counts.items()}
            means["macro"].append(sum(values.values()) / len(values) if scored else None)
            means["weighted"].append(ratio(sum(value * counts[label].gold for label, value in values.items()), total.gold) if scored else None)
        for name, wanted in means.items():
            assert numbers(found[name])[:3] == tuple(value if value is None else pytest.approx(value, abs=1e-6) for value in wanted), (mode, name)


@pytest.mark.parametrize("mode", ["default", "strict"])
@pytest.mark.parametrize("tags", [[], [[]], [["O", "O"], []]])
def test_without_chunks_nothing_is_scored(tags: list[list[str]], mode: Any) -> None:
    found = evaluate(tags, tags, mode=mode)
    for mean in ("micro", "macro", "weighted"):
        assert numbers(found[mean]) == (None, None, None, 0, 0)
    assert found["types"] == {}


@pytest.mark.parametrize("mode", ["default", "strict"])
def test_one_empty_side(mode: Any) -> None:
    some, none = [["B-X", "I-X"], ["B-Y"]], [["O", "O"], ["O"]]
    missed, spurious = evaluate(some, none, mode=mode), evaluate(none, some, mode=mode)
    for mean in ("micro", "macro", "weighted"):
        assert numbers(missed[mean]) == (None, 0.0, 0.0, 2, 0)
    assert numbers(spurious["micro"]) == numbers(spurious["macro"]) == (0.0, None, 0.0, 0, 2)
    assert numbers(spurious["weighted"]) == (None, None, None, 0, 2)  # no gold, no weights
    assert numbers(missed["types"]["X"]) == (None, 0.0, 0.0, 1, 0) and numbers(spurious["types"]["X"]) == (0.0, None, 0.0, 0, 1)


def test_mode_scheme_and_version_are_named() -> None:
    for mode in ("default", "strict"):
        found = evaluate([["O"]], [["O"]], mode=mode)
        assert (found["mode"], found["scheme"]) == (mode, "IOB2") and re.fullmatch(r"\d+\.\d+\.\d+", found["seqeval"])


def test_arguments_are_left_alone() -> None:
    gold, predicted = [("B-X", "O")], [("O", "I-X")]
    evaluate(gold, predicted, mode="strict")
    assert (gold, predicted) == ([("B-X", "O")], [("O", "I-X")])


@pytest.mark.parametrize(
    ("gold", "predicted", "messages"),
    [
        ([["O"]], [], ["predicted: $: 0 sequences; expected 1, as many as the gold has"]),
        ([["O"], ["O", "O"]], [["O"], ["O"]], ["predicted:2: $: 1 tags; expected 2, as many as the gold has"]),
        (["O"], ["O"], ["gold:1: $: 'O' is a string; expected a sequence of tags", "predicted:1: $: 'O' is a string; expected a sequence of tags"]),
        ([["O", "NP-B"]], [["E-NP", "B-"]], ["gold:1: $[1]: 'NP-B' is no tag", "predicted:1: $[0]: 'E-NP' is no tag", "predicted:1: $[1]: 'B-' is no tag"]),
        ([["B-a b", "B--a"]], [["I-a-", None]], ["gold:1: $[0]: 'B-a b'", "gold:1: $[1]: 'B--a'", "predicted:1: $[0]: 'I-a-'", "predicted:1: $[1]: None"]),
        ([["O\n", ""]], [["o", "B_X"]], ["gold:1: $[0]: 'O\\n'", "gold:1: $[1]: ''", "predicted:1: $[0]: 'o'", "predicted:1: $[1]: 'B_X'"]),
    ],
)
def test_broken_tags_are_all_named_with_their_place(gold: Any, predicted: Any, messages: list[str]) -> None:
    with pytest.raises(InputError) as wrong:
        evaluate(gold, predicted)
    assert len(wrong.value.issues) == len(messages)
    for issue, message in zip(wrong.value.issues, messages, strict=True):
        assert str(issue).startswith(message)


def test_an_unknown_mode_is_refused() -> None:
    for call in (lambda: evaluate([], [], mode="lenient"), lambda: score_tokens([], gold=corpus.load(path=GOLD), mode="lenient")):
        with pytest.raises(ValueError, match="'lenient'; expected default or strict"):
            call()


def test_without_seqeval_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "seqeval", None)
    with pytest.raises(InputError, match=r"newsgold\.tokens: \$: needs seqeval .*pip install newsgold\[tokens\]"):
        evaluate([["O"]], [["O"]])
    assert main(["tokens", str(RULES)]) == BAD
    shown = capsys.readouterr()
    assert "newsgold[tokens]" in shown.err and not shown.out


def test_the_module_loads_seqeval_only_to_score() -> None:
    code = "import sys, newsgold.tokens as t; t.bio('a', t.Annotation(id='a')); print([m for m in ('seqeval', 'sklearn', 'numpy') if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT / "benchmark")
    assert out.stdout.strip() == "[]"


# --- columns ---------------------------------------------------------------------------------------------------------------


def test_columns_with_a_blank_line_between_sequences() -> None:
    found = conll([["It", "rains"], [], ["Ada"]], [["O", "B-X"], [], ["B-Y"]], [["O", "O"], [], ["I-Y"]])
    assert found == "It O O\nrains B-X O\n\nAda B-Y I-Y\n"
    assert conll([], [], []) == conll([[]], [[]], [[]]) == ""


@pytest.mark.parametrize(("tokens", "gold", "predicted"), [([["a"]], [["O"]], []), ([["a"]], [["O"]], [["O", "O"]]), ([["a", "b"]], [["O"]], [["O"]])])
def test_columns_of_unequal_length_are_refused(tokens: Any, gold: Any, predicted: Any) -> None:
    with pytest.raises(ValueError, match=r"zip\(\)"):
        conll(tokens, gold, predicted)


# --- predictions to scores -------------------------------------------------------------------------------------------------


def as_predicted(articles: list[Article]) -> list[dict[str, Any]]:
    return [newsgold.to_prediction(article) for article in articles]


def test_gold_against_itself_is_1_in_both_modes(articles: list[Article]) -> None:
    default, strict = (score_tokens(as_predicted(articles), "all", gold=articles, mode=mode) for mode in ("default", "strict"))
    for layer in STREAMS:
        row = default.scores[layer]["micro"]
        assert row["support"] == row["predicted"] > 100 and {row["precision"], row["recall"], row["f1"]} == {1.0}
        assert default.gold[layer] == default.predicted[layer]
        assert {**default.scores[layer], "mode": "strict"} == strict.scores[layer]


def test_tags_are_well_formed_and_account_for_every_span(articles: list[Article]) -> None:
    for article in articles:
        for layer, stream in bio(article.text or "", article).items():
            assert _chunks(stream.tags, strict=True) == _chunks(stream.tags, strict=False)
            assert len(_chunks(stream.tags, strict=True)) == stream.spans - stream.dropped - stream.unlocated
            assert stream.spans == sum(1 for _ in STREAMS[layer](article)) and stream.unlocated == 0


def test_a_path_objects_and_predictions_score_the_same_in_any_order(nine: Frozen) -> None:
    gold = nine.articles
    lines = [json.loads(line) for line in nine.rules.read_text(encoding="utf-8").splitlines()]
    backwards = [{key: value[::-1] if isinstance(value, list) else value for key, value in line.items()} for line in lines[::-1]]
    one = score_tokens(nine.rules, gold=gold)
    assert one.to_dict() == score_tokens(str(nine.rules), "test", gold=gold).to_dict()
    assert one.to_dict() == score_tokens(lines, gold=gold).to_dict()
    assert one.to_dict() == score_tokens(predictions.read(nine.rules, gold), gold=gold).to_dict()
    back = score_tokens(backwards, gold=gold[::-1])
    assert one.to_dict() == back.to_dict()
    assert [one.conll(layer) for layer in STREAMS] == [back.conll(layer) for layer in STREAMS]


def test_swapping_sides_swaps_precision_and_recall(nine: Frozen) -> None:
    one = score_tokens(nine.rules, gold=nine.articles)
    for layer in STREAMS:
        sides = [[stream.tags for stream in side[layer].values()] for side in (one.gold, one.predicted)]
        there, back = evaluate(*sides)["micro"], evaluate(*sides[::-1])["micro"]
        assert there == one.scores[layer]["micro"] and 0 < there["f1"] < 1
        assert (there["precision"], there["recall"], there["f1"]) == (back["recall"], back["precision"], back["f1"])


def test_nothing_predicted() -> None:
    gold = corpus.load(path=GOLD)
    done = score_tokens([], "custom", gold=gold).to_dict()
    assert done["missing"] == ["lake-ferry"] and done["articles"] == 1
    for stream in done["streams"].values():
        row = stream["micro"]
        assert (row["precision"], row["recall"], row["f1"], row["predicted"]) == (None, 0.0, 0.0, 0)
        assert (
            stream["predicted"] == {"spans": 0, "dropped": 0, "misaligned": 0, "unlocated": 0}
            and stream["gold"]["spans"] == row["support"] + stream["gold"]["dropped"]
        )
    assert score_tokens([{"id": "lake-ferry", "error": "out of memory"}], gold=gold).to_dict()["failed"] == {"lake-ferry": "out of memory"}


def test_what_a_prediction_adds_to_the_counts() -> None:
    gold = corpus.load(path=GOLD)
    done = score_tokens(
        [
            {
                "id": "lake-ferry",
                "figures": [{"span": "$3.2 million"}, {"span": "3.2 million"}, {"span": "$9 billion"}],
                "events": [{"mentions": ["ran aground"]}],
            }
        ],
        gold=gold,
    )
    figures_, events = done.to_dict()["streams"]["figures"], done.to_dict()["streams"]["events"]
    assert figures_["predicted"] == {"spans": 3, "dropped": 1, "misaligned": 0, "unlocated": 1}
    assert (figures_["micro"]["precision"], figures_["micro"]["predicted"]) == (1.0, 1)  # what has no tag costs nothing here: hence the counts
    assert numbers(events["types"]["EVENT"]) == (0.0, None, 0.0, 0, 1)


def test_articles_without_text_are_skipped_and_named() -> None:
    bare = [msgspec.structs.replace(article, text=None) for article in newsgold.load("validation")]
    with pytest.raises(InputError, match="no article with a text to score on"):
        score_tokens([], "external", gold=bare)
    done = score_tokens([], gold=[*bare, *corpus.load(path=GOLD)]).to_dict()
    assert done["skipped"] == sorted(article.id for article in bare) and done["articles"] == 1


def test_broken_predictions_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text('{"id": "nobody"}\n{"id": 1}\n', encoding="utf-8")
    with pytest.raises(InputError) as wrong:
        score_tokens(path, gold=corpus.load(path=GOLD))
    assert [issue.line for issue in wrong.value.issues] == [1, 2]


def test_the_signature_names_how_it_was_scored(nine: Frozen) -> None:
    one = score_tokens(nine.rules, gold=nine.articles, mode="strict").to_dict()
    assert one["signature"].endswith(
        f"|split:test|articles:{len(nine.articles)}|layers:speakers+claims+events+figures|view:tokens|mode:strict|scheme:IOB2|seqeval:{one['seqeval']}"
    )
    assert (one["mode"], one["scheme"], one["tokenizer"]) == ("strict", "IOB2", r"\w+|[^\w\s]")


# --- the command -----------------------------------------------------------------------------------------------------------


def test_the_table_fits_80_columns(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["tokens", str(RULES), "--mode", "strict"]) == OK
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 80
    for words in (
        f"token view of test ({len(newsgold.load('test'))} articles",
        "mode strict, scheme IOB2",
        "micro*",
        "CONTENT",
        "FIGURE",
        "misaligned",
        "|view:tokens",
    ):
        assert words in out.replace("\n", ""), words


def test_formats_agree(nine: Frozen, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    argv = ["tokens", str(nine.rules), *nine.argv]
    assert main([*argv, "--format", "json", "--out", str(tmp_path / "t.json")]) == OK
    shown = json.loads(capsys.readouterr().out)
    assert shown == json.loads((tmp_path / "t.json").read_text(encoding="utf-8")) == score_tokens(nine.rules, "custom", gold=nine.articles).to_dict()
    assert main([*argv, "--format", "markdown"]) == OK
    table = capsys.readouterr().out
    row = shown["streams"]["claims"]["micro"]
    assert f"| **claims** | **micro** | **{row['precision']:.3f}** | **{row['recall']:.3f}** | **{row['f1']:.3f}** |" in table
    assert table.count("\n| ") == 2 * 2 + sum(3 + len(stream["types"]) + 2 for stream in shown["streams"].values())


def test_a_markdown_table_holds_its_columns(nine: Frozen, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tokens", str(nine.rules), *nine.argv, "--format", "markdown"]) == OK
    assert {line.count("|") for line in capsys.readouterr().out.splitlines() if line.startswith("| ")} == {7, 8}


def test_columns_are_written_and_not_overwritten_in_silence(nine: Frozen, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    argv = ["tokens", str(nine.rules), *nine.argv, "--conll", str(tmp_path / "columns")]
    assert main(argv) == main(argv) == OK
    done = score_tokens(nine.rules, gold=nine.articles)
    assert sorted(path.name for path in (tmp_path / "columns").iterdir()) == [f"{layer}.conll" for layer in STREAMS]
    for layer in STREAMS:
        body = (tmp_path / "columns" / f"{layer}.conll").read_text(encoding="utf-8")
        columns = [[line.split(" ") for line in block.splitlines()] for block in body.rstrip("\n").split("\n\n")]
        assert [tuple(row[0] for row in block) for block in columns] == list(done.tokens.values())
        gold, predicted = ([[row[side] for row in block] for block in columns] for side in (1, 2))
        assert evaluate(gold, predicted) == done.scores[layer]
    (tmp_path / "columns" / "claims.conll").write_text("mine", encoding="utf-8")
    assert main(argv) == BAD and "--force" in capsys.readouterr().err
    assert main([*argv, "--force"]) == OK and (tmp_path / "columns" / "claims.conll").read_text(encoding="utf-8") != "mine"
    assert Counter(path.suffix for path in tmp_path.rglob("*.*")) == {".conll": 3}
