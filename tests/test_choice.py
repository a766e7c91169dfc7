"""The choice of the real articles: rules and lot on invented rows, and the committed list on the collection, where that is at hand."""

from __future__ import annotations

import importlib.util
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from conftest import ROOT, SHARED, needs

HERE = ROOT / "docs" / "external"


@pytest.fixture(scope="module")
def choose() -> Iterator[ModuleType]:
    spec = importlib.util.spec_from_file_location("choose", HERE / "choose.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["choose"] = module  # its dataclass looks for it
    spec.loader.exec_module(module)
    yield module
    del sys.modules["choose"]


def row(choose: ModuleType, page: str = "A", *, title: str = "Bridge opens", words: int = 250, text: str = "", **given: str) -> object:
    return choose.Row(f"https://n.example//wiki/{page}", "2019-01-01", title, text + "word " * words, **given)


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({}, ""),
        ({"text": "This is a pre-publication draft. "}, "notice"),
        ({"text": "Москва "}, ""),
        ({"text": "Москва " * 20}, "language"),
        ({"title": "Painter discusses his work"}, "interview"),
        ({"title": "On the campaign trail, May"}, "digest"),
        ({"text": "One.\n— Somebody told\nTwo. "}, "furniture"),
        ({"text": "A {{stray}} template. "}, "furniture"),
        ({"words": 199}, "length"),
        ({"words": 200}, ""),
        ({"words": 900}, ""),
        ({"words": 901}, "length"),
        ({"words": 10, "title": "Painter talks"}, "interview"),
    ],
)
def test_the_first_rule_that_holds_leaves_a_row_out(choose: ModuleType, given: dict[str, object], rule: str) -> None:
    one = row(choose, **given)
    (found,) = choose.judged([one], {one.url: {"topic": "POL", "country": "FR", "story": ""}})
    assert found.excluded == rule and found.topic == ("" if rule else "POL")


def test_a_candidate_needs_tags(choose: ModuleType) -> None:
    with pytest.raises(ValueError, match=r"wiki/A is a candidate without a line in tags\.tsv"):
        choose.judged([row(choose)], {})


def test_the_lot_keeps_to_quotas_countries_and_stories(choose: ModuleType) -> None:
    rows = [
        row(choose, f"{topic}{number}", topic=topic, country=f"C{number % 4}", story="s" if number % 3 == 0 else "")
        for topic in ("POL", "SPO")
        for number in range(20)
    ]
    drawn = choose.drawn(rows, {"POL": 4, "SPO": 3})
    assert Counter(one.topic for one in drawn) == {"POL": 4, "SPO": 3}
    assert max(Counter(one.country for one in drawn).values()) <= choose.PER_COUNTRY
    assert sum(one.story == "s" for one in drawn) <= 1
    assert drawn == choose.drawn(rows[::-1], {"POL": 4, "SPO": 3})  # whatever the order of the files
    with pytest.raises(ValueError, match=r"POL: \d articles found; expected 9"):
        choose.drawn(rows, {"POL": 9})


def test_the_list_holds_no_title_and_no_text(choose: ModuleType) -> None:
    lines = choose.table("candidates.tsv")
    assert list(lines[0]) == ["url", "date", "words", "excluded", "topic", "country", "story", "chosen"]
    assert all(line["words"].isdecimal() and len(line["url"].split()) == 1 for line in lines)
    assert {line["excluded"] for line in lines} - {""} == set(choose.RULES) == set(choose.REASONS)
    chosen = {line["chosen"]: line["url"] for line in lines if line["chosen"]}
    assert chosen == {line["id"]: line["url"] for line in choose.table("heads.tsv")} and len(chosen) == sum(choose.QUOTAS.values()) == 40
    readme = (HERE / "README.md").read_text(encoding="utf-8")
    assert all(f"| {name} |" in readme and f"<{url}>" in readme for name, url in chosen.items())


def test_what_is_annotated_was_chosen(choose: ModuleType) -> None:
    """Every article of Wikinews in split external is on the list, with the address and the date that stand there."""
    from newsgold.corpus import load

    there = {line["chosen"]: line for line in choose.table("candidates.tsv") if line["chosen"]}
    for article in load("external"):
        if article.provenance.source == "Wikinews":
            line = there[article.id]
            assert (article.provenance.url, article.published, article.provenance.license) == (line["url"], line["date"], "CC-BY-2.5")


@needs("wikinews")
def test_rules_and_lot_give_the_committed_list(choose: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert choose.main([str(SHARED / "wikinews"), "--check"]) == 0, capsys.readouterr().out


def test_usage(choose: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert choose.main([str(tmp_path)]) == 2
    (tmp_path / "a.csv").write_text("link,text\nx,y\n", encoding="utf-8")
    assert choose.main([str(tmp_path)]) == 2
    assert "KeyError" in capsys.readouterr().err
