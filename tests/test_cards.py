"""What a page shows of a record, and of its relations from both ends."""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec
import pytest

from conftest import ROOT, changed, sample
from newsgold import corpus
from newsgold.build import label_counts
from newsgold.cards import LAYERS, Card, cards, labels, short, value_of
from newsgold.records import Article, Figure, Relation, Span, article_from

GOLD = corpus.load(path=ROOT / "tests" / "examples" / "gold.jsonl")[0]
ALL = [*sample("train", "validation", "test", size=24), *corpus.load("external")]


def figure(**more: Any) -> Figure:
    base = Figure(
        id="f1", span=Span(0, 1, "1"), kind="count", low="1", high="1", parts=(), bound="exact", unit=None, of=None, change=None, event=None, relations=()
    )
    return msgspec.structs.replace(base, **more)


def by_id(article: Article) -> dict[str, Card]:
    return {card.id: card for found in cards(article).values() for card in found}


def refs(card: Card, label: str) -> list[str | None]:
    return [item.ref for line in card.lines if line.label == label for item in line.items]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "1"),
        ({"low": "5", "high": "8", "unit": "%"}, "5 to 8 %"),
        ({"low": "24", "high": None}, "from 24"),
        ({"low": None, "high": "3/2", "unit": "km"}, "up to 3/2 km"),
        ({"low": None, "high": None, "parts": ("2", "1")}, "2–1"),
        ({"low": None, "high": None}, "–"),
        ({"low": "0", "high": "0"}, "0"),
    ],
)
def test_a_value_is_told_with_its_bounds_and_unit(given: dict[str, Any], told: str) -> None:
    assert value_of(figure(**given)) == told


def test_every_record_has_a_card_in_the_order_of_the_annotation() -> None:
    for article in ALL:
        found = cards(article)
        assert list(found) == list(LAYERS)
        for layer in LAYERS:
            assert [card.id for card in found[layer]] == [record.id for record in getattr(article, layer)]


def test_every_reference_is_told_at_both_ends() -> None:
    seen: Counter[str] = Counter()
    for article in ALL:
        known = by_id(article)
        ties = [(c.id, "speakers", who, "says") for c in article.claims for who in c.speakers]
        ties += [(c.id, "relayed by", who, "relays") for c in article.claims for who in c.relay]
        ties += [(c.id, "inside", c.parent, "holds") for c in article.claims if c.parent]
        ties += [(e.id, p.role, p.entity, "takes part in") for e in article.events for p in e.participants]
        ties += [(e.id, "part of", e.part_of, "has part") for e in article.events if e.part_of]
        ties += [(f.id, "event", f.event, "figures") for f in article.figures if f.event]
        names = {
            "subset_of": ("subset of", "has subset"),
            "revises": ("revises", "revised by"),
            "compared_with": ("compared with", "compared by"),
            "converts_to": ("converts to", "converted from"),
        }
        ties += [(f.id, names[r.type][0], r.figure, names[r.type][1]) for f in article.figures for r in f.relations]
        for one, there, other, back in ties:
            assert other in refs(known[one], there), (article.id, one, there)
            assert one in refs(known[other], back), (article.id, other, back)
            seen[there] += 1
    assert {"speakers", "relayed by", "inside", "part of", "event", "subset of", "revises", "compared with", "converts to"} <= seen.keys()


def test_an_id_that_nothing_has_stays_an_id_and_is_no_link() -> None:
    def edit(data: dict[str, Any]) -> None:
        data["claims"][0]["speakers"] = ["e999"]

    card = cards(changed(GOLD, edit))["claims"][0]
    line = next(line for line in card.lines if line.label == "speakers")
    assert [(item.text, item.ref) for item in line.items] == [("e999", None)]


def test_only_fields_of_the_record_itself_are_kept_when_empty() -> None:
    for card in by_id(GOLD).values():
        assert all(line.items or line.fields for line in card.lines)
    (card,) = cards(msgspec.structs.replace(GOLD, entities=(), claims=(), events=(), figures=(figure(),)))["figures"]
    assert {field for line in card.lines for field in line.fields} == {"low", "high", "parts", "unit", "of", "event", "relations"}


def test_a_relation_to_itself_ends() -> None:
    looped = msgspec.structs.replace(GOLD, figures=(figure(relations=(Relation(type="subset_of", figure="f1"),)),))
    assert refs(cards(looped)["figures"][0], "subset of") == refs(cards(looped)["figures"][0], "has subset") == ["f1"]


def test_stand_off_records_show_offsets_and_quote_nothing() -> None:
    article = next(article for article in ALL if article.split == "external")
    items = [item for card in by_id(corpus_bare(article)).values() for line in (card.title, *card.lines) for item in line.items]
    assert any(item.text.startswith("[") for item in items) and all(item.start is None for item in items)


def corpus_bare(article: Article) -> Article:
    """An external article without its text, even where the machine has it."""
    return article if article.text is None else article_from(corpus.strip_text(article))


def test_labels_are_those_that_the_manifest_counts() -> None:
    _, counted = label_counts(ALL)
    found: dict[str, Counter[str]] = {}
    for article in ALL:
        known = {record.id for layer in LAYERS for record in getattr(article, layer)}
        for field, values in labels(article).items():
            for value, ids in values.items():
                found.setdefault(field, Counter())[value] += len(ids)
                assert set(ids) <= known
    for field in found.keys() & counted.keys():
        assert found[field] == counted[field], field
    assert counted.keys() - found.keys() == {"genre", "topic"}


def test_long_words_are_cut_between_words() -> None:
    assert short("a  b\nc") == "a b c"
    cut = short("word " * 40)
    assert len(cut) <= 75 and " … " in cut and set(cut.split()) == {"word", "…"}
