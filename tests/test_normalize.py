"""Normal forms."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsgold import normalize


@pytest.mark.parametrize(
    ("raw", "normal"),
    [
        ("a\r\nb\rc", "a\nb\nc"),
        ("\ufeffa  \n\n\n\nb \n\n", "a\n\nb"),
        ("cafe\u0301", "café"),
        ("a\u00a0b", "a\u00a0b"),
        ("\n\n a", " a"),
        ("a\n \t\n\nb", "a\n\nb"),
    ],
)
def test_text(raw: str, normal: str) -> None:
    assert normalize.text(raw) == normal


@given(st.text(alphabet="ab é́\r\n\t \ufeff\u00a0🙂", max_size=60))
def test_text_is_idempotent(raw: str) -> None:
    once = normalize.text(raw.lstrip("\ufeff"))
    assert normalize.text(once) == once


@given(st.text(alphabet="a \n“”—\u00a0x", max_size=40))
def test_folding_keeps_track_of_its_origin(string: str) -> None:
    folded, origin = normalize.fold(string)
    assert len(origin) == len(folded) + 1 and origin == sorted(origin)
    for char, at in zip(folded, origin, strict=False):
        assert char == string[at] or not string[at].isalnum()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Dr. Kokou Agbéko", "Kokou Agbeko", True),
        ("The Ministry of Health", "Ministry of Health", True),
        ("O'Brien", "O’Brien", True),
        ("Łukasz Nowak", "Lukasz Nowak", True),
        ("Agbeko", "Kokou Agbeko", False),
        ("the mayor's", "The Mayor", True),
    ],
)
def test_names(one: str, other: str, same: bool) -> None:
    assert (normalize.name_tokens(one) == normalize.name_tokens(other)) is same


@pytest.mark.parametrize("value", ["0", "12", "-3", "1.5", "0.25", "-0.5", "1/3", "-2/3", "1000000"])
def test_normal_numbers(value: str) -> None:
    assert normalize.is_normal_number(value)


@pytest.mark.parametrize("value", ["", "012", "1.0", "1.", ".5", "1,000", "1e3", "+1", "-0", "2/4", "1/0", "1/-3", "NaN", "½"])
def test_numbers_not_in_normal_form(value: str) -> None:
    assert not normalize.is_normal_number(value)


def test_numbers_are_compared_by_value() -> None:
    assert normalize.number("1.50") == normalize.number("3/2") == Fraction(3, 2)
    assert normalize.number("1/0") is None and normalize.number("x") is None and normalize.number("1e5") is None


@pytest.mark.parametrize(
    "value",
    ["2026", "2026-03", "2026-03-18", "2026-03~", "2026?", "2026-03-18%", "199X", "18XX", "2026-21", "2026-03-01/2026-03-05", "2026-03/..", "../2026-06", "2026-XX", "2026-03-XX",
     "2026-03-18T20:00:00Z", "2024-02-29", "Y170000"],
)  # fmt: skip
def test_edtf_level_1(value: str) -> None:
    assert normalize.edtf_interval(value) is not None


@pytest.mark.parametrize(
    "value",
    [
        "",
        "26",
        "2026-13",
        "2026-02-30",
        "2025-02-29",
        "18 March 2026",
        "2026/03/18",
        "2026-3-1",
        "../..",
        "2026-05/2026-03",
        "today",
        "2026-25",
        "199X-03",
        "2026-03-18T25:00:00",
    ],
)
def test_no_edtf_level_1(value: str) -> None:
    assert normalize.edtf_interval(value) is None


def test_edtf_intervals_nest() -> None:
    day, month, year, decade = (normalize.edtf_interval(v) for v in ("2026-03-18", "2026-03", "2026", "202X"))
    assert day and month and year and decade
    assert decade[0] < year[0] < month[0] < day[0] <= day[1] < month[1] < year[1] < decade[1]


@pytest.mark.parametrize(
    "unit",
    [
        "EUR",
        "XOF",
        "%",
        "pp",
        "km",
        "km/h",
        "[mi_i]",
        "[ft_i]",
        "har",
        "kg",
        "t",
        "Cel",
        "[degF]",
        "kW.h",
        "m2",
        "/d",
        "10*-5",
        "KES/kg",
        "USD/{head}",
        "/{game}",
        "GBy",
        "mm",
        "a",
        "%/a",
    ],
)
def test_units(unit: str) -> None:
    assert normalize.is_unit(unit)


@pytest.mark.parametrize("unit", ["", "/", "euro", "eur", "US$", "miles", "sqm", "kilometre", "EUR/", "ha", "people", "km//h", "foo", "{", "(m)"])
def test_no_units(unit: str) -> None:
    assert not normalize.is_unit(unit)
