"""Comparators, each with cases small enough to check by eye."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsgold.compare import Names, Text, same_number, same_parts, same_time, touching
from newsgold.records import Span, Time

TEXT = Text("“We will wait,” she said. “But not long …” (He left.) It cost $5, -3% or #7!")


def shape(start: int, end: int) -> object:
    return TEXT.shape([Span(start, end)])


def covered(start: int, end: int) -> list[str]:
    return [TEXT.text[a:b] for a, b in TEXT.shape([Span(start, end)]).pieces]


@pytest.mark.parametrize(
    ("start", "end", "left"),
    [(0, 15, "We will wait"), (26, 42, "But not long"), (43, 53, "He left"), (62, 65, "$5"), (66, 69, "-3%"), (73, 76, "#7"), (15, 16, None)],
)
def test_trimming(start: int, end: int, left: str | None) -> None:
    assert covered(start, end) == ([left] if left else [])


def test_white_space_does_not_count() -> None:
    assert TEXT.shape([Span(1, 13)]).size == len("Wewillwait")
    assert TEXT.overlap(TEXT.shape([Span(1, 3), Span(4, 13)]), TEXT.shape([Span(1, 13)])).exact


def test_dice_and_its_thresholds() -> None:
    text = Text("a" * 20)
    whole = text.shape([Span(0, 10)])
    for end, close, half in ((10, True, True), (15, True, True), (16, False, True), (20, False, True), (7, True, True), (6, False, True), (3, False, False)):
        overlap = text.overlap(whole, text.shape([Span(0, end)]))
        dice = 2 * min(10, end) / (10 + end)
        assert (overlap.close, overlap.half) == (close, half) == (dice >= 0.8, dice >= 0.5)
        assert overlap.millionths == int(dice * 10**6)


def test_overlapping_fragments_count_once() -> None:
    text = Text("abcdefghij")
    assert text.shape([Span(0, 6), Span(4, 8)]).size == 8


SPANS = st.lists(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 6)), min_size=1, max_size=3), max_size=6)


@given(SPANS, SPANS)
def test_touching_finds_every_pair_that_shares_a_character_and_no_other(one: list[list[tuple[int, int]]], other: list[list[tuple[int, int]]]) -> None:
    text = Text("x" * 30)
    sides = [[[text.shape([Span(start, start + size) for start, size in record])] for record in side] for side in (one, other)]
    found = list(touching(sides[0], sides[1]))
    assert len(found) == len(set(found))
    assert set(found) == {(i, j) for i, a in enumerate(sides[0]) for j, b in enumerate(sides[1]) if text.overlap(a[0], b[0]).shared}


def test_numbers_compare_by_value() -> None:
    assert same_number("1.50", "3/2") and same_number(None, None)
    assert not same_number("1", None) and not same_number("x", "x")
    assert same_parts(("2", "1"), ("2.0", "1")) and not same_parts(("2", "1"), ("1", "2"))


@pytest.mark.parametrize(
    ("one", "other", "equal", "overlaps"),
    [
        ("2026-03", "2026-03", True, True),
        ("2026-03", "2026-03-18", False, False),
        ("2026-03-01/2026-03-31", "2026-03", True, True),
        ("2026", "2025", False, False),
        ("2026~", "2026", False, True),
    ],
)
def test_times(one: str, other: str, equal: bool, overlaps: bool) -> None:
    assert same_time(Time(span=None, value=one), Time(span=None, value=other)) == (equal, overlaps)


def names(gold: list[str], predicted: list[str]) -> set[tuple[str, str]]:
    found = Names(dict(enumerate(gold)), dict(enumerate(predicted)), "en").pairs()
    return {(gold[g], predicted[p]) for g, p in found}


def test_a_unique_part_of_a_name_matches_the_full_name() -> None:
    assert names(["Kokou Agbeko", "Ana Ruiz"], ["Agbeko", "ana ruiz"]) == {("Kokou Agbeko", "Agbeko"), ("Ana Ruiz", "ana ruiz")}
    assert names(["Agbeko"], ["Mayor Kokou Agbeko"]) == {("Agbeko", "Mayor Kokou Agbeko")}


def test_a_bare_name_that_fits_two_matches_neither() -> None:
    assert names(["Kokou Agbeko", "Afi Agbeko"], ["Agbeko"]) == set()
    assert names(["the company", "the company"], ["the company"]) == set()


def test_other_first_names_do_not_match() -> None:
    assert names(["Kokou Agbeko"], ["Afi Agbeko"]) == set()


def test_a_title_is_no_part_of_a_name() -> None:
    assert names(["US"], ["US President"]) == set()
    assert names(["Norway"], ["King of Norway"]) == set()
    assert names(["Putin"], ["President Putin"]) == {("Putin", "President Putin")}
    assert names(["Ana Ruiz"], ["???"]) == set()


def test_a_sentence_with_a_name_in_it_is_not_that_name() -> None:
    assert names(["Ana Ruiz"], ["Ana Maria de la Cruz Ruiz Soto"]) == {("Ana Ruiz", "Ana Maria de la Cruz Ruiz Soto")}
    assert names(["Ana Ruiz"], ["The harbour will stay shut, Ana Ruiz told reporters"]) == set()
    assert names(["Ruiz"], ["Ana Maria Ruiz"]) == {("Ruiz", "Ana Maria Ruiz")}
    assert names(["Ruiz"], ["Ana Maria Soto Ruiz"]) == set()


def test_a_blank_name_is_nobody() -> None:
    assert names(["Ana Ruiz"], [" "]) == names([" "], ["Ana Ruiz"]) == set()
