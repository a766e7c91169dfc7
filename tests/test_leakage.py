"""The leakage check: nothing on the shipped data, and every kind of leak on a broken commission."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from conftest import ROOT
from newsgold import corpus
from newsgold.records import Article, Entity, Mention

sys.path.insert(0, str(ROOT / "docs" / "commissioning"))
import leakage

FERRY = corpus.load(path=ROOT / "tests" / "examples" / "gold.jsonl")[0]


def article(split: str, name: str, text: str, *named: tuple[str, str]) -> Article:
    """An article whose named entities are given with their kinds, as the text prints them."""
    entities = tuple(
        Entity(
            id=f"e{n}",
            name=printed,
            kind=kind,
            named=True,
            role=None,
            mentions=(Mention(text.index(printed), text.index(printed) + len(printed), printed, "name"),),
        )
        for n, (printed, kind) in enumerate(named, 1)
    )
    return replace(FERRY, id=name, split=split, text=text, entities=entities, claims=(), events=(), figures=())


COMMISSION = leakage.Commission(
    briefs={
        1: {"split": "train", "town": "Ho"},
        2: {"split": "test", "town": "Hô"},
        3: {"split": "test", "town": "Keta"},
        4: {"split": "train", "town": "Keta"},
    },
    articles={1: "one", 2: "two", 3: "three"},
    real={"bank of ghana": "the central bank"},
)
ARTICLES = [
    article("train", "one", "Ada Obi of Kasapa Foods met the Bank of Ghana.", ("Ada Obi", "person"), ("Kasapa Foods", "organization"), ("Bank of Ghana", "organization")),
    article("test", "two", "Mr Ada Öbi left. Kasapa Foods and the Bank of Ghana did not.", ("Ada Öbi", "person"), ("Bank of Ghana", "organization")),
    article("train", "three", "Kofi Mensah went.", ("Kofi Mensah", "person")),
    article("train", "four", "Kofi Mensah came.", ("Kofi Mensah", "person")),
]  # fmt: skip


def test_nothing_shipped_is_shared_across_splits() -> None:
    commission = leakage.Commission.read(ROOT / "docs" / "commissioning")
    found = leakage.findings(commission, (one for split in leakage.SPLITS for one in corpus.load(split)))
    assert [one.message for one in found if one.leak] == []


def test_every_kind_of_leak_is_told() -> None:
    assert [(one.leak, one.message) for one in leakage.findings(COMMISSION, ARTICLES)] == [
        (
            True,
            "the body Kasapa Foods stands in test/two, train/one (in the text alone: test/two); expected an invented one in one split, or a real one in leakage.yaml",
        ),
        (True, "the person Ada Obi stands in test/two, train/one; expected an invented one in one split, or a real one in leakage.yaml"),
        (True, "the town ho is the setting of test/two, train/one"),
        (True, "train/four has no brief in articles.yaml"),
        (True, "train/three was commissioned for test (brief 3)"),
        (False, "the person Kofi Mensah stands in several articles of one split: train/four, train/three"),
    ]


def test_briefs_that_fit_no_article() -> None:
    broken = leakage.Commission(briefs={1: {"split": "train"}}, articles={1: "one", 2: "one", 3: "gone"})
    told = {one.message for one in leakage.findings(broken, ARTICLES[:1])}
    assert told == {"brief 2 of one is in no plan", "brief 3 of gone is in no plan", "one was written for briefs 1, 2; expected one"}


def test_a_real_institution_needs_a_reason(tmp_path: Path) -> None:
    (tmp_path / "leakage.yaml").write_text("real:\n  Bank of Ghana:\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no reason for Bank of Ghana"):
        leakage.Commission.read(tmp_path)


def test_names_are_compared_without_case_accents_and_titles() -> None:
    assert leakage.plain("Mr. Çağlar IŞIK") == leakage.plain("caglar isik")
    assert leakage.plain("The Kasapa’s") == "kasapas"


def test_exit_codes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert leakage.main(["--root", str(tmp_path)]) == 2
    assert "docs/commissioning" in capsys.readouterr().err
