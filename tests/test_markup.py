"""Annotated text as HTML: every span drawn where it stands, every text shown and never obeyed."""

from __future__ import annotations

import re
import sys
from collections import Counter
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsgold import markup
from newsgold.issues import InputError
from newsgold.markup import LAYER_CLASS, OUTCOME_CLASS, SIGNS, Html, Mark, escape, lanes, marked, page, paragraphs, segments, visible
from pages import Page, check

HOSTILE = [
    "</script><script>alert(1)</script>", "<b>bold</b> & &amp; &lt;", "\"'><img src=x onerror=alert(1)>", "<!-- --> ]]> <?x ?>", "{{ 7*7 }} {% raw %}",
    "👩‍🚀 🏳️‍🌈 👍🏽", "שלום עולם العربية", "e\u0301 a\u0308\u0323", "\x00\x07\x1b[31mred\x1b[0m\x7f", "a\u202eb\u2066c\u200fd", "| a | b |\n::error::x",
]  # fmt: skip
CSS = markup.template("page.css")


def spans_of(html: str) -> list[tuple[str, str, str]]:
    """Class, label and text of each ``<u>``, nested ones included in the text of the outer."""
    page = Page(html)
    assert page.source == html
    out: list[list[str]] = []
    stack: list[list[str]] = []
    inside = ""
    for tag in re.findall(r"<[^>]+>|[^<]+", html):
        if tag.startswith("<u"):
            stack.append(["".join(re.findall(r'class=(?:"([^"]*)"|([^ >]*))', tag)[0]), "", ""])
            out.append(stack[-1])
        elif tag == "</u>":
            stack.pop()
        elif tag.startswith("<"):
            inside = "" if tag.startswith("</") else tag[1]
        elif inside == "a":
            stack[-1][1] = tag
        elif inside != "i":
            for one in stack:
                one[2] += tag
    return [(a, b, c) for a, b, c in out]


def shown(html: str) -> str:
    """The text of a marked paragraph without labels and dotted circles."""
    return "".join(data for where, data in Page(html).texts if not where.endswith((" a", "i")) and where != "a")


def test_segments_are_cut_at_every_border_and_know_what_covers_them() -> None:
    assert [tuple(part) for part in segments([(2, 8), (4, 10), (4, 6)], 12)] == [
        (0, 2, ()), (2, 4, (0,)), (4, 6, (1, 0, 2)), (6, 8, (1, 0)), (8, 10, (1,)), (10, 12, ()),
    ]  # fmt: skip
    assert segments([], 3) == [(0, 3, ())]
    assert segments([], 0) == []


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 12)).map(lambda p: (p[0], p[0] + p[1])), max_size=12))
def test_no_two_spans_of_a_lane_overlap_and_what_lies_inside_is_nearer(spans: list[tuple[int, int]]) -> None:
    rows = lanes(spans)
    for i, one in enumerate(spans):
        for j, other in enumerate(spans):
            if i < j and one[0] < other[1] and other[0] < one[1]:
                assert rows[i] != rows[j]
            if one[0] <= other[0] and other[1] <= one[1] and one != other:
                assert rows[i] > rows[j]
    for start, end, cover in segments(spans, 50):
        assert sorted(cover) == [i for i, span in enumerate(spans) if span[0] <= start and end <= span[1]]


@given(st.text(st.sampled_from("ab <&é\u0301👩\n"), max_size=40), st.data())
def test_marks_change_no_character_and_cover_what_they_should(text: str, data: st.DataObject) -> None:
    places = st.integers(0, max(0, len(text) - 1)).flatmap(lambda start: st.tuples(st.just(start), st.integers(start, len(text))))
    marks = data.draw(
        st.lists(st.builds(Mark, st.tuples(places), st.sampled_from(["claims", "events"]), st.just("L"), st.just("#r"), st.sampled_from(["", "hit"])))
    )
    drawn = marked(text, marks)
    assert [shown(part.html) for part in drawn] == [text[start:end] for start, end in paragraphs(text)]
    # Every letter stands under as many lines as marks cover it.
    covered = Counter(unescape("".join(words for part in drawn for _, _, words in spans_of(part.html))))
    assert covered == Counter("".join(text[start:end] for mark in marks for start, end in mark.spans).replace("\n", ""))


def test_nested_spans_are_nested_and_crossing_ones_are_cut_once() -> None:
    nested = marked("one two three", [Mark(((0, 13),), "claims", "c1", "#c"), Mark(((4, 7),), "events", "v1", "#v")])[0]
    assert nested.html == '<u class="c n1"><a href=#c>c1</a>one <u class=v><a href=#v>v1</a>two</u> three</u>' and nested.lanes == 2
    crossing = marked("one two three", [Mark(((0, 7),), "claims", "c1", "#c"), Mark(((4, 13),), "events", "v1", "#v")])[0]
    assert spans_of(crossing.html) == [("c", "c1", "one "), ("v n1", "v1", "two three"), ("c", "", "two")]
    assert "<u class=c data-r=#c>two</u>" in crossing.html  # what goes on after the cut leads to the same record


def test_a_broken_span_is_tied_by_dots_and_several_mentions_are_not() -> None:
    claim = marked("aaa bbb ccc", [Mark(((8, 11), (0, 3)), "claims", "c1", "#c", joined=True)])[0].html
    assert spans_of(claim) == [("c g", "c1", "aaa"), ("c", "…c1", "ccc")]
    entity = marked("aaa bbb ccc", [Mark(((0, 3), (8, 11)), "speakers", "e1", "#e", anchor="t")])[0].html
    assert spans_of(entity) == [("s", "e1", "aaa"), ("s", "e1", "ccc")]
    assert entity.count("id=t") == 1


def test_spans_go_on_over_paragraphs_and_what_is_outside_is_left_out() -> None:
    parts = marked("ab\n\ncd", [Mark(((1, 5),), "claims", "c1", "#c"), Mark(((-1, -1), (3, 3), (6, 9)), "events", "v1")])
    assert [spans_of(part.html) for part in parts] == [[("c", "c1", "b")], [("c", "", "c")]]
    assert marked("", [Mark(((0, 1),), "claims")]) == []


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_shown_as_texts(text: str) -> None:
    middle = len(text) // 2
    drawn = marked(text, [Mark(((0, middle),), "claims", text, f'#"{text}'), Mark(((middle, len(text)),), "events", "v1")])
    assert [shown(part.html) for part in drawn] == [visible(text[start:end]) for start, end in paragraphs(text)]
    source = page(text, f"<main id=main><h1>{escape(text)}</h1><p>{drawn[0].html}</p></main>", language=text, description=text)
    found = check(source.replace(f'href="#&quot;{escape(text)}"', "href=#main"))
    assert {tag for tag, _ in found.elements} <= {"html", "head", "meta", "link", "title", "style", "body", "a", "main", "h1", "p", "u", "i"}
    assert visible(text).split("\n")[0] in found.text


def test_what_would_hide_or_reorder_is_made_visible() -> None:
    assert visible("a\x00b\x1b\x7f\x85") == "a␀b␛␡[U+0085]"
    assert visible("x\u202ey\u200b\ufeff\ud800") == "x[U+202E]y[U+200B][U+FEFF]\ufffd"
    assert visible("tab\tline\n 👩‍🚀 é") == "tab\tline\n 👩‍🚀 é"
    assert escape(Html("<b>")) == "<b>" and escape("<b>") == "&lt;b&gt;"


def test_a_combining_letter_does_not_sit_on_the_label() -> None:
    html = marked("e\u0301x", [Mark(((1, 3),), "events", "v1")])[0].html
    assert html == "e<u class=v><a>v1</a><i>◌</i>\u0301x</u>"


def test_every_layer_and_outcome_is_told_by_more_than_colour() -> None:
    assert len(set(LAYER_CLASS.values())) == len(LAYER_CLASS) and len(set(SIGNS.values())) == len(SIGNS) == len(OUTCOME_CLASS)
    for outcome in ("hit", "partial", "miss", "spurious", "duplicate"):
        assert f'.text u.{OUTCOME_CLASS[outcome]} > a::after {{ content: "{SIGNS[outcome]}"' in CSS
    styles = [re.findall(rf"\.text u\.{name}\b[^{{]*\{{[^}}]*?(dashed|dotted|double)", CSS)[0] for name in "pmx"]
    assert sorted(styles) == ["dashed", "dotted", "double"]  # a hit is solid


def luminance(colour: str) -> float:
    digits = colour if len(colour) == 6 else "".join(2 * digit for digit in colour)
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_ink_has_the_contrast_of_wcag_aa_on_every_ground_light_and_dark() -> None:
    light, dark = (dict(re.findall(r"--([\w-]+): #([0-9a-f]{3,6})", block)) for block in re.findall(r":root \{(.*?)\}", CSS, flags=re.S)[:2])
    assert len(light) == len(dark) == 16
    for name, colours in (("light", light), ("dark", dark)):
        for ink in ("ink", "soft", "link", "speakers", "claims", "events", "figures", "arguments", "part"):
            for ground in ("ground", "raised", "partial", "miss", "spurious"):
                one, other = sorted((luminance(colours[ink]), luminance(colours[ground])), reverse=True)
                assert (one + 0.05) / (other + 0.05) >= 4.5, (name, ink, ground)


def test_a_style_that_would_end_its_element_is_refused() -> None:
    for bad in ("</style>", "</SCRIPT>", "<!--"):
        with pytest.raises(ValueError, match="expected neither"):
            page("x", "", script=bad)


def test_a_missing_jinja2_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    markup.environment.cache_clear()
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(InputError, match=r"jinja2 is not installed; expected: pip install 'newsgold\[report\]'"):
        page("x", "")
    markup.environment.cache_clear()


# --- compiled templates --------------------------------------------------------------------------------------------------


def legend() -> str:
    made = markup.environment.__wrapped__()  # as in a new process
    made.filters.update(attribute=str, kind=str)
    return str(getattr(made.get_template("parts.html").module, "legend")())  # noqa: B009 — a macro: mypy knows none


def test_compiled_templates_are_kept_and_those_that_are_broken_or_of_other_code_are_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSGOLD_CACHE", str(tmp_path))
    first = legend()
    (kept,) = (tmp_path / "templates").glob("*/*")
    half = kept.read_bytes()[: kept.stat().st_size // 2]
    kept.write_bytes(half)
    assert legend() == first
    assert kept.read_bytes() != half
    monkeypatch.setattr("newsgold.resources.source", lambda name: b"other code")
    assert legend() == first
    assert len(list((tmp_path / "templates").glob("*/*"))) == 2


def test_a_cache_that_cannot_be_written_costs_only_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSGOLD_CACHE", str(tmp_path))
    first = legend()
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("NEWSGOLD_CACHE", str(tmp_path / "file"))
    assert legend() == first
