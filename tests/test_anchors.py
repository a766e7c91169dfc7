"""Text anchors: gold ones fit exactly one place, predicted ones are placed by rule."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsgold.anchors import AnchorError, escape, explain_offsets, locate, place, resolve

TEXT = "He said the dam held. “It will hold,” he said. The other [sic] dam … broke.\n\nThe man in the café said nothing; the men left."


def covered(anchor: str, text: str = TEXT) -> str:
    start, end = resolve(anchor, text)
    return text[start:end]


@pytest.mark.parametrize(
    ("anchor", "found", "start"),
    [
        ("the dam", "the dam", 8),
        ("[He] said", "He", 0),
        ("”[ he] said", " he", 37),
        ("he [said]. The", "said", 41),
        ("It will … hold", "It will hold", 23),
        ("The other … broke", "The other [sic] dam … broke", 47),
        ("[The man … nothing]; the", "The man in the café said nothing", 77),
        (r"other \[sic\] dam", "other [sic] dam", 51),
        (r"[\[sic\]] dam", "[sic]", 57),
        (r"dam \… broke", "dam … broke", 63),
        ("café", "café", 92),
    ],
)
def test_resolves(anchor: str, found: str, start: int) -> None:
    assert covered(anchor) == found
    assert resolve(anchor, TEXT)[0] == start


@pytest.mark.parametrize(
    ("anchor", "message"),
    [
        ("said", "fits 3 places"),
        ("the ", "fits"),
        ("dam he", "not in the text"),
        ("an", "only inside a longer word"),
        ("It  will hold", "it differs in case, quotes, dashes or white space"),
        ("the Dam", "it differs in case"),
        ("The other dame", "it departs from the text here"),
        ("[He", "brackets or … out of order"),
        ("a [b] [c]", "brackets or … out of order"),
        ("a … b … c", "brackets or … out of order"),
        ("[] said", "points at nothing"),
        ("… said", "points at nothing"),
        ("", "points at nothing"),
        ("a\\b", "lone backslash"),
        ("He … said", "last words that recur"),
        ("dam … nowhere", "not in the text"),
    ],
)
def test_refuses(anchor: str, message: str) -> None:
    with pytest.raises(AnchorError, match=message.replace("[", r"\[")):
        resolve(anchor, TEXT)


def test_an_error_shows_the_candidates_in_context() -> None:
    with pytest.raises(AnchorError) as error:
        resolve("said", TEXT)
    assert "3: 'He [said] the dam held." in str(error.value)
    assert "he [said]. The other" in str(error.value)


def test_the_range_ends_at_the_first_place() -> None:
    text = "From one to two.\n\nFrom three to two."
    with pytest.raises(AnchorError):
        resolve("From … two", text)
    assert resolve("From one … two", text) == (0, 15)


@given(st.text(alphabet="ab […]\\.\n’é🙂", min_size=1, max_size=40), st.data())
def test_an_escaped_string_stands_for_itself(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    piece = text[start:end]
    if not piece.strip():
        return
    try:
        found = resolve(escape(piece), text)
    except AnchorError as error:
        assert "out of order" not in str(error) and "backslash" not in str(error)
    else:
        assert text[found[0] : found[1]] == piece


# --- predictions ------------------------------------------------------------------------------------------------------


def test_locate_is_exact_then_anchored_then_folded_and_never_fuzzy() -> None:
    assert locate("said", TEXT) == [(3, 7), (41, 45), (97, 101)]
    assert locate("other [sic] dam", TEXT) == [(51, 66)]  # literally, although it is no anchor
    assert locate("[He] said", TEXT) == [(0, 2)]
    assert locate('"It will hold,"', TEXT) == [(22, 37)]
    assert locate("It\n will   hold", TEXT) == [(23, 35)]
    assert locate("the dams", TEXT) == []
    assert locate("THE DAM", TEXT) == []
    assert locate("  ", TEXT) == []


def test_unique_strings_are_placed_first_and_repeated_ones_beside_them() -> None:
    text = "Ana said no. Later Ben said yes. Then Cem said maybe."
    placed = place([{"content[0]": "yes", "cue": "said"}, {"content[0]": "maybe", "cue": "said"}, {"cue": "said"}], text)
    assert [spots["cue"] for spots in placed] == [(23, 27), (42, 46), (4, 8)]


def test_ties_go_left_and_the_rest_takes_what_is_free() -> None:
    assert place([{"content[0]": "b", "cue": "a"}], "a b a")[0]["cue"] == (0, 1)
    assert [spots["span"] for spots in place([{"span": "7"}, {"span": "7"}, {"span": "7"}], "7 and 7")] == [(0, 1), (6, 7), (0, 1)]
    assert place([{"span": "9"}], "7 and 7") == [{"span": None}]


def test_what_a_record_gave_by_offsets_draws_its_strings() -> None:
    assert place([{"cue": "said"}], "Ana said no. Ben said yes.", [[(22, 25)]])[0]["cue"] == (17, 21)


@pytest.mark.parametrize(
    ("start", "end", "words", "why"),
    [
        (25, 29, "hold", "a shift of"),
        (3, 6, "said", "inclusive"),
        (3, 7, "says", "nowhere in the text"),
    ],
)
def test_wrong_offsets_are_explained(start: int, end: int, words: str, why: str) -> None:
    assert why in explain_offsets(start, end, words, TEXT)


def test_offsets_in_bytes_and_utf_16_are_told_apart() -> None:
    text = "“🙂” said Ana"
    at = text.index("Ana")
    in_bytes, in_units = len(text[:at].encode()), len(text[:at].encode("utf-16-le")) // 2
    assert "UTF-8 bytes" in explain_offsets(in_bytes, in_bytes + 3, "Ana", text)
    assert "UTF-16" in explain_offsets(in_units, in_units + 3, "Ana", text)
