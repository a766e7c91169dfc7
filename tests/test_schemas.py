"""Records and schemas cannot drift apart; the two validators agree; every field is described."""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Iterator
from typing import Any

import jsonschema
import jsonschema_rs
import msgspec
import pytest

import newsgold
from conftest import ROOT
from newsgold import records
from newsgold.records import Article, to_dict

NAMES = ("article", "prediction", "scorecard", "manifest", "submission", "run", "notes")
SCHEMAS = {name: json.loads((ROOT / "schemas" / f"{name}.json").read_text(encoding="utf-8")) for name in NAMES}
DEFS = {
    "span": records.Span, "mention": records.Mention, "link": records.Link, "entity": records.Entity, "claim": records.Claim, "participant": records.Participant,
    "time": records.Time, "event": records.Event, "relation": records.Relation, "figure": records.Figure,
}  # fmt: skip
LABELS = {
    ("mention", "form"): records.MENTION_FORMS, ("entity", "kind"): records.ENTITY_KINDS, ("claim", "form"): records.CLAIM_FORMS, ("claim", "act"): records.CLAIM_ACTS,
    ("event", "type"): records.EVENT_TYPES, ("event", "status"): records.EVENT_STATUSES, ("participant", "role"): records.PARTICIPANT_ROLES,
    ("figure", "kind"): records.FIGURE_KINDS, ("figure", "bound"): records.FIGURE_BOUNDS, ("figure", "change"): records.FIGURE_CHANGES,
    ("relation", "type"): records.FIGURE_RELATIONS,
}  # fmt: skip


def walk(schema: Any, path: str = "$") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(schema, dict):
        yield path, schema
        for key, value in schema.items():
            yield from walk(value, f"{path}.{key}")
    elif isinstance(schema, list):
        for index, value in enumerate(schema):
            yield from walk(value, f"{path}[{index}]")


@pytest.mark.parametrize("name", NAMES)
def test_schema_is_valid_versioned_and_described(name: str) -> None:
    schema = SCHEMAS[name]
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"urn:newsgold:schema:{records.SCHEMA_VERSION}:{name}"
    undescribed = [
        f"{path}.{key}"
        for path, part in walk(schema)
        for key, value in part.get("properties", {}).items()
        if isinstance(value, dict) and not value.get("description") and "enum" not in part
    ]
    assert not undescribed


def kinds(schema: dict[str, Any], root: dict[str, Any]) -> set[str]:
    """The JSON types a schema allows."""
    if "$ref" in schema:
        return kinds(root["$defs"][schema["$ref"].rsplit("/", 1)[1]], root)
    if "anyOf" in schema:
        return set().union(*(kinds(branch, root) for branch in schema["anyOf"]))
    if "enum" in schema:
        return {"null" if value is None else "string" for value in schema["enum"]}
    return {schema["type"]} if isinstance(schema["type"], str) else set(schema["type"])


def types_of(hint: Any) -> set[str]:
    """The JSON types of a Python annotation."""
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return set().union(*(types_of(arg) for arg in typing.get_args(hint) if arg is not msgspec.UnsetType))
    if hint is type(None):
        return {"null"}
    if typing.get_origin(hint) is tuple:
        return {"array"}
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return {"object"}
    return {{str: "string", int: "integer", bool: "boolean"}[hint]}


@pytest.mark.parametrize("name", [*DEFS, "article", "provenance"])
def test_records_and_schema_have_the_same_fields(name: str) -> None:
    root = SCHEMAS["article"]
    schema = root if name == "article" else root["properties"]["provenance"] if name == "provenance" else root["$defs"][name]
    record = Article if name == "article" else records.Provenance if name == "provenance" else DEFS[name]
    hints = typing.get_type_hints(record)
    optional = {"text_blocks"} if name == "article" else set()  # a stand-off article has it, the others have their text
    assert set(schema["properties"]) == set(record.__struct_fields__) == set(schema["required"]) | optional
    for field, part in schema["properties"].items():
        allowed, typed = kinds(part, root), types_of(hints[field])
        # Records may also be None where a system predicted nothing; gold never is.
        assert typed - {"null"} == allowed - {"null"}, field
        assert "null" not in allowed or "null" in typed, field


@pytest.mark.parametrize(("record", "field"), LABELS)
def test_labels_are_the_same_everywhere(record: str, field: str) -> None:
    labels = list(LABELS[record, field])
    gold = SCHEMAS["article"]["$defs"][record]["properties"][field]["enum"]
    assert [label for label in gold if label is not None] == labels
    where = SCHEMAS["prediction"]["$defs"].get(record)
    if record == "mention":
        where = SCHEMAS["prediction"]["$defs"]["span"]["anyOf"][1]
    assert [label for label in where["properties"][field]["enum"] if label is not None] == labels


def test_metadata_labels() -> None:
    properties = SCHEMAS["article"]["properties"]
    assert properties["genre"]["enum"] == list(records.GENRES)
    assert properties["topics"]["items"]["enum"] == list(records.TOPICS)
    assert properties["split"]["enum"] == SCHEMAS["submission"]["properties"]["split"]["enum"] == list(records.SPLITS)


def test_prediction_fields_are_those_of_the_records() -> None:
    for name in ("entity", "claim", "event", "figure", "participant", "time", "relation"):
        assert set(SCHEMAS["prediction"]["$defs"][name]["properties"]) == set(DEFS[name].__struct_fields__) - {"links"}, name


def test_gold_and_its_predictions_fit_their_schemas(articles: list[Article]) -> None:
    gold, predicted = (jsonschema_rs.Draft202012Validator(SCHEMAS[name]) for name in ("article", "prediction"))  # the quick one: both give the same verdicts
    for article in articles:
        gold.validate(to_dict(article))
        predicted.validate(newsgold.to_prediction(article))


def test_a_scorecard_fits_its_schema(articles: list[Article]) -> None:
    card = newsgold.score([newsgold.to_prediction(article) for article in articles[:5]], gold=articles)
    jsonschema.validate(card.to_dict(matches=True), SCHEMAS["scorecard"])
    jsonschema.validate(card.to_dict(), SCHEMAS["scorecard"])


def test_the_manifest_fits_its_schema() -> None:
    jsonschema.validate(json.loads((ROOT / "data" / "manifest.json").read_text(encoding="utf-8")), SCHEMAS["manifest"])


def mutations(value: Any) -> Iterator[Any]:
    """Copies of a value with one thing broken, or changed and still right."""
    if isinstance(value, dict):
        for key in value:
            yield {other: part for other, part in value.items() if other != key}
            for change in (None, "", "x", 0, -1, 1.0, 1.5, True, [], {}, "2.0", ["x", "x"]):
                yield {**value, key: change}
            for inner in mutations(value[key]):
                yield {**value, key: inner}
        yield {**value, "unknown": 1}
    elif isinstance(value, list) and value:
        for inner in mutations(value[0]):
            yield [inner, *value[1:]]


@pytest.mark.parametrize("name", ["article", "prediction"])
def test_both_validators_give_the_same_verdicts(name: str, examples: list[Article]) -> None:
    fast, slow = jsonschema_rs.Draft202012Validator(SCHEMAS[name]), jsonschema.Draft202012Validator(SCHEMAS[name])
    article = next(article for article in examples if article.events and article.figures and article.claims)
    value = to_dict(article) if name == "article" else newsgold.to_prediction(article)
    verdicts = {True: 0, False: 0}
    for number, changed in enumerate(mutations(value)):
        if number % 7 == 0:
            verdict = fast.is_valid(changed)
            assert verdict == slow.is_valid(changed), changed
            verdicts[verdict] += 1
    assert min(verdicts.values()) > 5
