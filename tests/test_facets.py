"""Groups of articles, on an article whose challenges can be counted by eye."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from conftest import ROOT
from newsgold import corpus, facets
from newsgold.records import Article, Claim, Entity, Event, Mention, Provenance, Span

FERRY = corpus.load(path=ROOT / "tests" / "examples" / "gold.jsonl")[0]


def claim(text: str, content: str, **fields: object) -> Claim:
    at = text.index(content)
    plain = Claim(
        id="c1", content=(Span(at, at + len(content), content),), cue=None, source=None, speakers=(), relay=(), form="direct", act="assert", parent=None
    )
    return replace(plain, **fields)


def event(text: str, trigger: str) -> Event:
    at = text.index(trigger)
    return Event(id="v1", type=None, mentions=(Span(at, at + len(trigger)),), status="happened", participants=(), time=None, part_of=None)


def article(text: str, **fields: object) -> Article:
    return replace(FERRY, text=text, **{"entities": (), "claims": (), "events": (), "figures": (), **fields})


def test_challenges_of_a_worked_article() -> None:
    found = {name: n for name, n in facets.challenges(FERRY).items() if n}
    assert found == {
        "claims.discontinuous": 1, "claims.anaphoric_source": 1, "claims.unnamed_speaker": 2, "claims.relayed": 1, "events.not_happened": 1,
        "events.inside_claim": 1, "figures.range": 1, "figures.subset": 1, "figures.spelled_out": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("It rained. We left early.", True),
        ("It rained!” We left early.", True),
        ("It rained\n\nwe left early.", True),
        ("It rained … “We left early.", True),
        ("It rained on Mr. Low, so we left early.", False),
        ("It rained on J. Low and U.S. Marines, we left early.", False),
        ("It rained 3.5 times, etc. and we left early.", False),
    ],
)
def test_a_claim_crosses_sentences_where_one_ends_inside_it(text: str, holds: bool) -> None:
    assert facets.challenges(article(text, claims=(claim(text, text.rstrip(".")),)))["claims.cross_sentence"] == holds


def test_a_claim_crosses_sentences_with_its_source() -> None:
    text = "Low was tired. It rained, he said."
    source = Span(0, 3, "Low")
    assert facets.challenges(article(text, claims=(claim(text, "It rained", source=source),)))["claims.cross_sentence"] == 1
    assert facets.challenges(article(text, claims=(claim(text, "It rained", source=Span(26, 28, "he")),)))["claims.cross_sentence"] == 0


@pytest.mark.parametrize(
    ("text", "trigger", "holds"),
    [
        ("They saw the attack.", "attack", True),
        ("Its launch failed.", "launch", True),
        ("Kenya's vote is due.", "vote", True),
        ("Police began an investigation.", "investigation", True),
        ("Armed demonstrations spread.", "demonstrations", True),
        ("They plan to attack it.", "attack", False),
        ("They attacked it.", "attacked", False),
    ],
)
def test_nominal_triggers(text: str, trigger: str, holds: bool) -> None:
    assert facets.challenges(article(text, events=(event(text, trigger),)))["events.nominal_trigger"] == holds


def test_single_quotation_marks_are_the_article_s_own() -> None:
    for text, holds in (("‘Go on’, she said.", 1), ("'Go on', she said.", 1), ("“Go on”, she said.", 0), ('"Go on", she said.', 0), ("Go on, she said.", 0)):
        assert facets.challenges(article(text, claims=(claim(text, "Go on"),)))["articles.single_quotes"] == holds, text


def test_a_name_elsewhere_makes_a_noun_anaphoric() -> None:
    text = "The minister said it rained."
    for form, named, holds in (("nominal", True, 1), ("nominal", False, 0), ("pronoun", False, 1), ("name", True, 0)):
        who = Entity(id="e1", name="Low", kind="person", named=named, role=None, mentions=(Mention(0, 12, "The minister", form),))
        found = facets.challenges(article(text, entities=(who,), claims=(claim(text, "it rained", source=Span(0, 12), speakers=("e1",)),)))
        assert found["claims.anaphoric_source"] == holds and found["claims.unnamed_speaker"] == (not named)


def test_long_claims_long_articles_and_bands() -> None:
    for words, band in ((1, "under 300 words"), (299, "under 300 words"), (300, "300 to 449 words"), (599, "450 to 599 words"), (600, "600 words or more")):
        text = " ".join(["word"] * words)
        made = article(text, claims=(claim(text, text),))
        assert facets.length(made) == band
        found = facets.challenges(made)
        assert (found["articles.long"], found["claims.long"]) == (words >= 600, words >= 40)


def test_groups_hold_every_article_and_only_values_that_occur(articles: list[Article]) -> None:
    found = facets.groups(reversed(articles))
    assert list(found) == ["challenge", "genre", "topic", "length", "provenance"] and found == facets.groups(articles)
    ids = sorted(article.id for article in articles)
    for name in ("genre", "length", "provenance"):
        assert sorted(article for members in found[name].values() for article in members) == ids
    for table in found.values():
        for value, members in table.items():
            assert members == sorted(set(members)) and members, value
    for one in articles:
        assert {topic for topic, members in found["topic"].items() if one.id in members} == set(one.topics)
        assert {name for name, members in found["challenge"].items() if one.id in members} == {name for name, n in facets.challenges(one).items() if n}


def test_articles_without_text_are_left_out() -> None:
    bare = replace(FERRY, id="bare", text=None, provenance=Provenance(kind="external"))
    assert facets.groups([bare, FERRY], ["provenance"]) == {"provenance": {"written": [FERRY.id]}}
    with pytest.raises(ValueError, match="bare has no text"):
        facets.challenges(bare)


def test_an_unknown_facet_is_named() -> None:
    with pytest.raises(ValueError, match=r"'mood'.*challenge, genre, topic, length, provenance"):
        facets.groups([FERRY], ["mood"])
