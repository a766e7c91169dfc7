"""The LLM baseline against a real HTTP server that behaves in every way: what it asks, repairs, keeps, pays and never tells."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as tries
from hypothesis import strategies as st

import newsgold
from conftest import ROOT, baseline
from newsgold import clients, predictions
from newsgold.records import Annotation
from stub import Answer, Endpoint

pytest.importorskip("httpx", reason="needs the extra newsgold[llm]")

Record = dict[str, Any]
KEY = "hunter2-the-very-key"
GUIDELINES = (ROOT / "docs" / "guidelines.md").read_text(encoding="utf-8")
VALIDATOR = jsonschema.Draft202012Validator(json.loads((ROOT / "schemas" / "prediction.json").read_text(encoding="utf-8")))
LAYERS = ("entities", "claims", "events", "figures")
TEXT = 'Mayor Ana Ruiz said on Monday that 12 people had died in the flood.\n\n"We will rebuild," she said. Two bridges fell.'
ARTICLE = {"id": "t", "text": TEXT, "language": "en-GB", "published": "2026-03-18", "headline": "Flood", "genre": "Current"}
GOOD: Record = {
    "entities": [
        {"id": "e1", "name": "Ana Ruiz", "kind": "person", "named": True, "role": "Mayor",
         "mentions": [{"span": "Ana Ruiz", "form": "name"}, {"span": "[she] said", "form": "pronoun"}]},
        {"id": "e2", "name": "12 people", "kind": "group", "named": False, "role": None, "mentions": [{"span": "12 people", "form": "nominal"}]},
    ],
    "claims": [
        {"id": "c1", "content": ["12 people had … the flood"], "cue": "Ruiz [said]", "source": "Ana Ruiz", "speakers": ["e1"], "relay": [], "form": "indirect",
         "act": "assert", "parent": None},
        {"id": "c2", "content": ["We will rebuild"], "cue": "she [said]", "source": "[she] said", "speakers": ["e1"], "relay": [], "form": "direct",
         "act": "commit", "parent": None},
    ],
    "events": [
        {"id": "v1", "type": "life.die", "mentions": ["died"], "status": "happened",
         "participants": [{"role": "patient", "entity": "e2", "mention": "12 people", "alleged": False}], "time": None, "part_of": None},
    ],
    "figures": [
        {"id": "f1", "span": "12", "kind": "count", "low": "12", "high": "12", "parts": [], "bound": "exact", "unit": None, "of": "people", "change": None,
         "event": "v1", "relations": []},
        {"id": "f2", "span": "Two", "kind": "count", "low": "2", "high": "2", "parts": [], "bound": "exact", "unit": None, "of": "bridges", "change": None,
         "event": None, "relations": []},
    ],
}  # fmt: skip


# --- the server -----------------------------------------------------------------------------------------------------------


class Stub(Endpoint):
    """A server of chat completions that answers as ``behave`` says: (status, headers, body), or ``None`` to hang up."""

    path = "/v1"

    def __init__(self) -> None:
        self.seen: list[Record] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.behave: Callable[[Record, int], Answer | None] = lambda body, n: good(body)
        super().__init__()

    @property
    def layers(self) -> list[str]:
        """What was asked for, call by call."""
        return [asked_for(body) for body in self.seen]

    def answer(self, body: Record, headers: dict[str, str], path: str) -> Answer | None:
        with self.lock:
            self.seen.append(body)
            self.headers.append(headers)
            self.paths.append(path)
            n = len(self.seen)
        return self.behave(body, n)


def asked_for(body: Record) -> str:
    """The layers that a request asks for: those of the article, which is the last but for rounds of repair."""
    found: list[str] = [re.findall(r"Annotate: (.*)\.$", message["content"])[-1] for message in body["messages"] if "\nAnnotate: " in message["content"]]
    return found[-1]


def chat(content: str | None, finish: str = "stop", usage: Record | None = None, **message: Any) -> Answer:
    usage = {"prompt_tokens": 100, "completion_tokens": 10} if usage is None else usage
    choice = {"index": 0, "message": {"role": "assistant", "content": content, **message}, "finish_reason": finish}
    return 200, {"Content-Type": "application/json"}, json.dumps({"id": "x", "model": "stub-1", "choices": [choice], "usage": usage}).encode()


def good(body: Record, **changes: Any) -> Answer:
    layers = asked_for(body).split(", ")
    return chat(json.dumps({layer: changes.get(layer, GOOD[layer]) for layer in layers}))


def problem(status: int, message: str, **headers: str) -> Answer:
    return status, {name.replace("_", "-"): value for name, value in headers.items()}, json.dumps({"error": {"message": message}}).encode()


@pytest.fixture(autouse=True)
def _no_settings_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("LLM_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def stub() -> Iterator[Stub]:
    with Stub().serving() as server:
        yield server


@pytest.fixture(scope="module")
def llm() -> Iterator[ModuleType]:
    with baseline("llm") as module:
        yield module


Make = Callable[..., Any]


@pytest.fixture
def make(llm: ModuleType, stub: Stub, tmp_path: Path) -> Iterator[Make]:
    """Makes a system; what it would wait is noted in its ``waits``, not waited."""
    made = []

    def build(**more: Any) -> Any:
        given = {"base_url": stub.url, "model": "m", "examples": "0", "cache": str(tmp_path / "kept"), "timeout": "20", **more}
        options = {name: str(value) for name, value in given.items()}
        system = llm.System(sys.modules["settings"].read(options, {"LLM_API_KEY": KEY}))
        system.waits = []
        system.client._sleep = system.waits.append
        made.append(system)
        return system

    yield build
    for system in made:
        system.client.close()


def valid(prediction: Record) -> Annotation:
    """A prediction as newsgold reads it, which it must."""
    bare = {key: value for key, value in prediction.items() if key not in ("usage", "stop")}
    assert [error.message for error in VALIDATOR.iter_errors(bare)] == []
    article = sys.modules["answers"].article_of(ARTICLE)
    found: Annotation = predictions.from_objects([bare], [article]).annotations["t"]
    spans = [span for claim in found.claims for span in (*claim.content, claim.cue, claim.source) if span]
    spans += [span for event in found.events for span in (*event.mentions, *(participant.mention for participant in event.participants)) if span]
    assert all(span.located for span in [*spans, *(figure.span for figure in found.figures)])
    return found


def brief(prediction: Record) -> dict[str, int]:
    return {layer: len(prediction[layer]) for layer in LAYERS}


WHOLE = {layer: len(records) for layer, records in GOOD.items()}


# --- good answers ---------------------------------------------------------------------------------------------------------


def test_a_good_answer_a_call_for_each_layer(make: Make, stub: Stub) -> None:
    prediction = make().predict(ARTICLE)
    assert stub.layers == list(LAYERS) and set(stub.paths) == {"/v1/chat/completions"}
    assert brief(prediction) == WHOLE and "error" not in prediction
    found = valid(prediction)
    assert [(claim.content[0].text, claim.speakers, claim.act) for claim in found.claims] == [
        ("12 people had died in the flood", ("e1",), "assert"), ("We will rebuild", ("e1",), "commit"),
    ]  # fmt: skip
    assert [(mention.text, mention.form) for mention in found.entities[0].mentions] == [("Ana Ruiz", "name"), ("she", "pronoun")]
    assert prediction["usage"] == {"input_tokens": 400, "output_tokens": 40}
    assert prediction["meta"]["model"] == ["stub-1"] and prediction["meta"]["calls"] == 4 and prediction["meta"]["repaired"] == 0
    body = stub.seen[1]
    assert stub.headers[0]["Authorization"] == f"Bearer {KEY}" and body["model"] == "m" and body["temperature"] == 0 and body["max_tokens"] == 8192
    form = body["response_format"]
    assert (
        form["type"] == "json_schema" and form["json_schema"]["strict"] is True and form["json_schema"]["schema"] == sys.modules["prompts"].schema(("claims",))
    )
    assert [message["role"] for message in body["messages"]] == ["system", "user"]
    last = body["messages"][-1]["content"]
    assert f"<text>\n{TEXT}\n</text>" in last and "Published: 2026-03-18, a Wednesday" in last and '{"id": "e1", "name": "Ana Ruiz"' in last
    assert '"id": "v1", "type": "life.die"' in stub.seen[3]["messages"][-1]["content"]


def test_a_good_answer_one_call_for_the_article(make: Make, stub: Stub) -> None:
    prediction = make(per="article", price_in=1, price_out=10, price_cached=0.5).predict(ARTICLE)
    assert stub.layers == [", ".join(LAYERS)] and brief(prediction) == WHOLE and valid(prediction)
    assert prediction["usage"] == {"input_tokens": 100, "output_tokens": 10, "cost_usd": 0.0002}
    assert stub.seen[0]["max_tokens"] == 16384


@pytest.mark.parametrize(
    "wrap",
    ["{}", "```json\n{}\n```", "Here you are:\n```\n{}\n```\nAnything else?", "<think>{{ or \"claims\"?</think>\n{}", "Sure. {}", "\ufeff{}"],
)  # fmt: skip
def test_json_is_found_wherever_it_stands(make: Make, stub: Stub, wrap: str) -> None:
    stub.behave = lambda body, n: chat(wrap.format(json.dumps({asked_for(body): GOOD[asked_for(body)]}, indent=1)))
    prediction = make(repairs=0).predict(ARTICLE)
    assert brief(prediction) == WHOLE and "error" not in prediction and valid(prediction)


def test_an_answer_in_parts_and_a_bare_list_and_loose_types_are_read(make: Make, stub: Stub) -> None:
    def behave(body: Record, n: int) -> Answer:
        layer = asked_for(body)
        if layer == "figures":
            records = [{"id": "f1", "span": "12", "low": 12, "high": 12.0, "unit": "", "parts": None, "of": "people", "confidence": 0.9}]
        elif layer == "entities":
            records = [{**GOOD["entities"][0], "mentions": ["Ana Ruiz", {"text": "she", "form": "pronoun"}]}, GOOD["entities"][1]]
        else:
            records = GOOD[layer]
        return chat([{"type": "text", "text": json.dumps(records)}])  # type: ignore[arg-type]

    stub.behave = behave
    prediction = make().predict(ARTICLE)
    assert brief(prediction) == {**WHOLE, "figures": 1} and len(stub.seen) == 4 and valid(prediction)
    assert prediction["figures"] == [{"id": "f1", "span": "12", "low": "12", "high": "12", "of": "people"}]


def test_the_gold_of_train_as_an_answer_scores_one(make: Make, stub: Stub) -> None:
    # So the form of the answer, and of the examples, says all that the annotation says.
    article = newsgold.load("train")[1]
    gold = sys.modules["prompts"].answer(article, LAYERS)
    for layer in LAYERS:
        jsonschema.validate({layer: gold[layer]}, sys.modules["prompts"].schema((layer,)))
    stub.behave = lambda body, n: chat(json.dumps({layer: gold[layer] for layer in asked_for(body).split(", ")}))
    for per in ("layer", "article"):
        prediction = make(per=per).predict(json.loads(clients.line_of(article)))
        assert prediction["meta"]["dropped"] == [] and prediction["meta"]["repaired"] == 0
        card = newsgold.score([{key: value for key, value in prediction.items() if key != "usage"}], "train", gold=[article])
        assert card.overall == 1 and set(card.headlines.values()) == {1}


# --- bad answers ----------------------------------------------------------------------------------------------------------


def test_malformed_json_is_sent_back_and_repaired(make: Make, stub: Stub) -> None:
    def behave(body: Record, n: int) -> Answer:
        return chat('{"claims": [{"id": "c1", "content": ["We will') if asked_for(body) == "claims" and len(body["messages"]) == 2 else good(body)

    stub.behave = behave
    prediction = make().predict(ARTICLE)
    assert stub.layers == ["entities", "claims", "claims", "events", "figures"] and brief(prediction) == WHOLE and valid(prediction)
    roles = [message["role"] for message in stub.seen[2]["messages"]]
    asked = stub.seen[2]["messages"][-1]["content"]
    assert roles == ["system", "user", "assistant", "user"] and "not JSON: Unterminated string" in asked and "whole JSON object, corrected" in asked
    assert prediction["meta"]["repaired"] == 1 and prediction["meta"]["calls"] == 5 and prediction["usage"]["input_tokens"] == 500


def test_malformed_json_that_stays_so_keeps_the_records_that_stand_whole(make: Make, stub: Stub) -> None:
    first, second = (json.dumps(claim) for claim in GOOD["claims"])
    broken = f'{{"claims": [{first}, {{"id": "c9", "content": ["x" "y"]}}, {second}, {{"id": "c3", "content"'
    stub.behave = lambda body, n: chat(broken) if asked_for(body) == "claims" else good(body)
    prediction = make(repairs=2).predict(ARTICLE)
    assert stub.layers.count("claims") == 3 and brief(prediction) == WHOLE and "error" not in prediction and valid(prediction)
    assert any("what of it stood whole was taken" in text for text in prediction["meta"]["dropped"])


@pytest.mark.parametrize("content", ["", "I cannot help with that.", "[1, 2]", '{"records": []}', "{" * 3000, '{"claims": NaN}', None, "[" * 3000])
def test_an_answer_without_json_fails_its_layer_and_no_other(make: Make, stub: Stub, content: str | None) -> None:
    stub.behave = lambda body, n: chat(content) if asked_for(body) == "claims" else good(body)
    prediction = make(repairs=1).predict(ARTICLE)
    assert stub.layers.count("claims") == 2 and valid(prediction)
    if content == "[1, 2]":  # it says what it found: two things that are no claims
        assert prediction["claims"] == [] and any("$.claims[0]" in text for text in prediction["meta"]["dropped"])
        return
    assert prediction["error"].startswith("claims: ") and brief(prediction) == {**WHOLE, "claims": 0}


def test_a_truncated_answer_is_gone_on_with(make: Make, stub: Stub) -> None:
    cut = json.dumps({"claims": GOOD["claims"]})[:-40]

    def behave(body: Record, n: int) -> Answer:
        if asked_for(body) != "claims":
            return good(body)
        return chat(cut, "length") if len(body["messages"]) == 2 else chat(json.dumps({"claims": GOOD["claims"][1:]}))

    stub.behave = behave
    prediction = make().predict(ARTICLE)
    assert brief(prediction) == WHOLE and prediction["meta"]["dropped"] == [] and valid(prediction)
    assert "Your answer was cut off. These records arrived whole: c1. Give the records that are missing" in stub.seen[2]["messages"][-1]["content"]


def test_an_answer_that_is_truncated_again_keeps_what_is_whole(make: Make, stub: Stub) -> None:
    cut = json.dumps({"claims": GOOD["claims"]})[:-40]
    stub.behave = lambda body, n: chat(cut, "length") if asked_for(body) == "claims" else good(body)
    prediction = make().predict(ARTICLE)
    assert stub.layers.count("claims") == 2 and [claim["id"] for claim in prediction["claims"]] == ["c1"] and valid(prediction)
    assert "claims: the last answer: cut off; what of it stood whole was taken" in prediction["meta"]["dropped"]
    stub.behave = lambda body, n: chat('{"claims": [{"id": "c1", "con', "length") if asked_for(body) == "claims" else good(body)
    assert make(model="other").predict(ARTICLE)["error"] == "claims: cut off"


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (chat(None, refusal="I will not\nannotate this."), "claims: refused: I will not annotate this."),
        (chat(None, "content_filter"), "claims: refused: the content filter"),
        (chat('{"claims": [', "content_filter"), "claims: refused: the content filter"),
    ],
)
def test_a_refusal_fails_its_layer_and_is_not_argued_with(make: Make, stub: Stub, answer: Answer, why: str) -> None:
    stub.behave = lambda body, n: answer if asked_for(body) == "claims" else good(body)
    system = make()
    prediction = system.predict(ARTICLE)
    assert prediction["error"] == why and brief(prediction) == {**WHOLE, "claims": 0} and len(stub.seen) == 4 and valid(prediction)
    assert {**system.predict(ARTICLE), "usage": None} == {**prediction, "usage": None} and len(stub.seen) == 4


def test_anchors_that_are_not_in_the_text_are_sent_back_with_what_stands_there(make: Make, stub: Stub) -> None:
    wrong = [{**GOOD["claims"][0], "content": ["12 persons had died"]}, {**GOOD["claims"][1], "cue": "they said"}]
    stub.behave = lambda body, n: good(body, claims=wrong) if len(body["messages"]) == 2 else good(body)
    prediction = make().predict(ARTICLE)
    assert brief(prediction) == WHOLE and prediction["meta"]["repaired"] == 1 and valid(prediction)
    asked = stub.seen[2]["messages"][-1]["content"]
    assert "$.claims[0].content[0]: anchor '12 persons had died' is not in the text" in asked and "$.claims[1].cue: anchor 'they said' is not" in asked


def test_what_is_wrong_after_repair_is_taken_out_as_little_as_will_do(make: Make, stub: Stub) -> None:
    changes = {
        "entities": [{**GOOD["entities"][0], "role": "Queen", "kind": "human"}, {**GOOD["entities"][1], "mentions": [{"span": "12 people", "form": "noun"}]}],
        "claims": [
            {**GOOD["claims"][0], "content": ["not there"]},
            {**GOOD["claims"][1], "cue": "yelled", "speakers": ["e1", "e7"], "relay": ["e9"], "parent": "c1", "act": "shout"},
            {**GOOD["claims"][1], "id": "c3", "content": ["We will rebuild", "nor there"], "form": "direct"},
        ],
        "events": [
            {**GOOD["events"][0], "type": "life.birth", "mentions": ["died", "perished"], "time": {"span": "Friday", "value": "2026-03-20"},
             "participants": [{"role": "patient", "entity": "e2", "mention": "13 people"}, {"role": "victim", "entity": "e2"}, {"role": "agent", "entity": "e5"}]},
            {**GOOD["events"][0], "id": "v2", "mentions": ["sank"], "part_of": "v1"},
        ],
        "figures": [
            {**GOOD["figures"][0], "event": "v2", "low": "1,2", "relations": [{"type": "subset_of", "figure": "f2"}, {"type": "equals", "figure": "f2"}]},
            {**GOOD["figures"][1], "of": "towers", "parts": ["2", "x"]}, {"id": "f3"}, "f4",
        ],
    }  # fmt: skip
    stub.behave = lambda body, n: good(body, **changes)
    prediction = make().predict(ARTICLE)
    valid(prediction)
    assert len(stub.seen) == 8 and "error" not in prediction
    assert [(entity.get("kind"), entity.get("role"), entity["mentions"][0]) for entity in prediction["entities"]] == [
        (None, None, {"text": "Ana Ruiz", "form": "name"}), ("group", None, {"text": "12 people"}),
    ]  # fmt: skip
    second, third = prediction["claims"]
    assert second == {"id": "c2", "content": ["We will rebuild"], "source": "[she] said", "speakers": ["e1"], "relay": [], "form": "direct"}
    assert third["content"] == ["We will rebuild"] and third["cue"] == "she [said]"
    assert prediction["events"] == [
        {"id": "v1", "mentions": ["died"], "status": "happened", "participants": [{"role": "patient", "entity": "e2"}], "time": {"value": "2026-03-20"}}
    ]
    one, two = prediction["figures"]
    assert "event" not in one and "low" not in one and one["high"] == "12" and one["relations"] == [{"type": "subset_of", "figure": "f2"}]
    assert "of" not in two and two["span"] == "Two" and "parts" not in two
    told = "\n".join(prediction["meta"]["dropped"])
    assert "$.claims[0].content[0]: anchor 'not there' is not in the text" in told and "'e7' is no id of an entity; expected one of e1, e2" in told


def test_records_said_again_and_again_are_taken_once_unless_the_text_says_it_twice(make: Make, stub: Stub) -> None:
    twice = {**ARTICLE, "text": TEXT + " Two days later two bridges stood. Two bridges fell again."}
    more = {"claims": GOOD["claims"] * 9, "figures": [{"id": f"f{n}", "span": "Two bridges", "kind": "count"} for n in range(1, 6)]}
    stub.behave = lambda body, n: good(body, **more)
    prediction = make(repairs=0).predict(twice)
    assert len(prediction["claims"]) == 2 and len(prediction["figures"]) == 2


def test_the_better_of_two_answers_is_taken(make: Make, stub: Stub) -> None:
    worse = [{**claim, "content": ["nowhere"]} for claim in GOOD["claims"]]
    better = [GOOD["claims"][0], {**GOOD["claims"][1], "cue": "nowhere"}]
    stub.behave = lambda body, n: good(body, claims=better if len(body["messages"]) == 2 else worse)
    assert len(make().predict(ARTICLE)["claims"]) == 2


# Whatever JSON a model says, with the right keys or not, a valid prediction comes of it.
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from(["", "e1", "said", "12", "Ana Ruiz", "name", "x"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "span", "text", "form", "role", "entity", "type", "figure", "value", "start", "end", "mention", "x"]), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
_KEYS = [
    "id",
    "content",
    "cue",
    "source",
    "speakers",
    "mentions",
    "participants",
    "time",
    "span",
    "low",
    "parts",
    "of",
    "event",
    "relations",
    "kind",
    "named",
    "parent",
    "role",
]


@tries(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.dictionaries(st.sampled_from(LAYERS), _JSON | st.lists(_JSON | st.dictionaries(st.sampled_from(_KEYS), _JSON), max_size=4)))
def test_any_answer_becomes_a_valid_prediction(llm: ModuleType, said: Record) -> None:
    answers = sys.modules["answers"]
    article = answers.article_of(ARTICLE)
    content = json.dumps(said)
    read, _ = answers.read(content, LAYERS)
    for answer in (read or {}, answers.salvage(content[: len(content) * 2 // 3], LAYERS)):
        tidied = answers.distinct(answers.tidy(answer, LAYERS), TEXT, LAYERS)
        pruned, gone = answers.prune({"id": "t", **tidied}, article, LAYERS)
        assert valid({"id": "t", **pruned}) and answers.check(pruned, article, LAYERS) == []
        assert gone or pruned == {"id": "t", **tidied}


_ODD = [None, "", "e1", "e9", "c2", "v1", "f2", "said", "Ana Ruiz", "[Ana", "…", "nowhere", 12, -1.5, 10**25, True, [], {}, ["said"], [None], [[]], {"span": "said"}, {"text": "12", "form": "x"},
        {"start": 0, "end": 4}, {"start": 9, "end": 3, "text": "x"}, {"id": "e1"}, {"role": "agent", "entity": "e1"}, {"type": "revises", "figure": "f1"}]  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_a_good_answer_with_anything_put_into_it_becomes_a_valid_prediction(llm: ModuleType, seed: int) -> None:
    answers = sys.modules["answers"]
    article = answers.article_of(ARTICLE)
    chance = random.Random(seed)

    def places(value: Any) -> Iterator[tuple[Any, Any]]:
        if isinstance(value, dict | list):
            for key in list(value) if isinstance(value, dict) else range(len(value)):
                yield value, key
                yield from places(value[key])

    for _ in range(60):
        said = json.loads(json.dumps(GOOD))
        for _ in range(chance.randint(1, 4)):
            holder, key = chance.choice(list(places(said)))
            holder[key] = json.loads(json.dumps(chance.choice(_ODD)))
        read, _why = answers.read(json.dumps(said), LAYERS)
        made = answers.distinct(answers.tidy(read or {}, LAYERS), TEXT, LAYERS)
        pruned, _gone = answers.prune({"id": "t", **made}, article, LAYERS)
        assert valid(pruned) and answers.check(pruned, article, LAYERS) == [], said
        assert sum(brief(pruned).values()) >= 1, said  # four wrong places do not take all of seven records


# --- servers in trouble ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504, 529])
def test_a_busy_server_is_asked_again_after_doubling_waits(make: Make, stub: Stub, status: int) -> None:
    stub.behave = lambda body, n: problem(status, "busy") if n <= 3 else good(body)
    system = make(backoff=2)
    assert brief(system.predict(ARTICLE)) == WHOLE and len(stub.seen) == 7
    assert len(system.waits) == 3 and all(0.75 * usual <= wait <= 1.25 * usual for wait, usual in zip(system.waits, (2, 4, 8), strict=True))


def test_retry_after_is_honoured_in_seconds_and_as_a_date(make: Make, stub: Stub, llm: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    after = ["7", "Sun, 06 Nov 1994 08:49:37 GMT", "soon", "301"]
    stub.behave = lambda body, n: problem(429, "slow down", Retry_After=after[n - 1]) if n <= len(after) else good(body)
    system = make(backoff=0)
    monkeypatch.setattr(llm.client.time, "time", lambda: 784111777.0 - 30)  # 30 seconds before that date
    prediction = system.predict(ARTICLE)
    assert system.waits == [7, 30, 0]
    assert (
        prediction["error"] == "entities: HTTP status 429: slow down; it asks to wait 301 s, and at most 300 s are waited" and brief(prediction)["figures"] == 2
    )


def test_a_server_that_stays_down_fails_the_article(make: Make, stub: Stub) -> None:
    stub.behave = lambda body, n: problem(500, "down") if asked_for(body) == "events" else good(body)
    system = make(retries=2)
    prediction = system.predict(ARTICLE)
    assert prediction["error"] == "events: HTTP status 500: down; asked 3 times" and stub.layers.count("events") == 3 and valid(prediction)
    stub.behave = lambda body, n: good(body)
    assert "error" not in system.predict(ARTICLE) and stub.layers[-2:] == ["events", "figures"]  # figures hang on the events
    assert stub.layers.count("entities") == stub.layers.count("claims") == 1


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ((200, {}, b"<html>"), "the response is no chat completion: '<html>'"),
        ((200, {}, b'{"error": {"message": "oops"}}'), "the response is no chat completion"),
        ((200, {}, b'{"choices": []}'), "the response is no chat completion"),
        ((200, {"Content-Length": "500"}, b'{"choices"'), "no answer: (ReadTimeout|RemoteProtocolError)|no answer within"),
        (None, "no answer: RemoteProtocolError"),
        ((200, {"X-Slow": "1"}, b" " * 1000), "no answer within 0.6 s"),
        ((200, {}, b" " * (17 * 2**20)), "the response is over 16 MiB"),
        (problem(404, "no such model"), "HTTP status 404: no such model; are address and model right?"),
        ((307, {"Location": "http://127.0.0.1:9/"}, b""), "HTTP status 307"),
        (problem(400, "maximum context length is 4096 tokens"), "HTTP status 400: maximum context length"),
    ],
)
def test_a_response_that_is_no_answer_fails_its_layer(make: Make, stub: Stub, answer: Answer | None, why: str) -> None:
    stub.behave = lambda body, n: answer if asked_for(body) == "claims" else good(body)
    slow = answer is not None and ("X-Slow" in answer[1] or "Content-Length" in answer[1])
    prediction = make(retries=1, timeout=0.6 if slow else 20).predict(ARTICLE)
    assert re.search(why, prediction["error"]), prediction["error"]
    calls = 1 if answer is not None and answer[0] in (307, 400, 404) else 2
    assert stub.layers.count("claims") == calls and brief(prediction) == {**WHOLE, "claims": 0}


def test_a_time_out_is_asked_again_and_entered_as_if_it_was_charged(make: Make, stub: Stub) -> None:
    released = threading.Event()
    stub.behave = lambda body, n: (released.wait(30) and None) or good(body) if n == 1 else good(body)
    system = make(timeout=0.5, max_tokens=50)
    prediction = system.predict(ARTICLE)
    released.set()
    assert brief(prediction) == WHOLE and "error" not in prediction and len(stub.seen) == 5
    assert prediction["usage"]["input_tokens"] == 400
    tokens, _ = system.client._account.spent()
    assert tokens > 440 + 50  # the answers, and what the first may have cost


def test_a_server_that_is_not_there(make: Make) -> None:
    with Stub() as gone:
        url = gone.url
    assert make(base_url=url, retries=0).predict(ARTICLE)["error"].startswith("entities: no answer: ConnectError")


@pytest.mark.parametrize(
    ("status", "message"), [(401, "Incorrect API key provided: " + KEY), (402, "pay"), (429, "You exceeded your quota: insufficient_quota")]
)
def test_a_refused_key_or_spent_credit_stops_the_run(make: Make, stub: Stub, status: int, message: str) -> None:
    stub.behave = lambda body, n: problem(status, message) if n > 1 else good(body)
    prediction = make().predict(ARTICLE)
    assert prediction["stop"] == prediction["error"] and f"HTTP status {status}" in prediction["stop"] and len(stub.seen) == 2
    assert KEY not in json.dumps(prediction) and brief(prediction)["entities"] == 2


# --- the fall-back chain --------------------------------------------------------------------------------------------------


def picky(*forms: str | None, status: int = 400) -> Callable[[Record, int], Answer]:
    """A server that takes only these forms of structured output."""

    def behave(body: Record, n: int) -> Answer:
        form = body.get("response_format", {}).get("type")
        return good(body) if form in forms else problem(status, f"response_format.type {form} is not supported")

    return behave


def forms(stub: Stub) -> list[str | None]:
    return [body.get("response_format", {}).get("type") for body in stub.seen]


@pytest.mark.parametrize("status", [400, 422, 500, 501])
def test_forms_of_structured_output_are_tried_in_turn_and_the_first_that_works_is_kept(make: Make, stub: Stub, status: int) -> None:
    stub.behave = picky("json_object", status=status)
    prediction = make().predict(ARTICLE)
    assert forms(stub) == ["json_schema"] + ["json_object"] * 4 and brief(prediction) == WHOLE
    assert set(prediction["meta"]["structured"].values()) == {"json_object"}
    assert "JSON" in stub.seen[1]["messages"][0]["content"]  # without that word servers refuse json_object
    stub.seen.clear()
    stub.behave = picky(None, status=status)
    assert brief(make(model="plain").predict(ARTICLE)) == WHOLE
    assert forms(stub) == ["json_schema", "json_object"] + [None] * 4
    # And whoever asks the same again need not find that out again.
    again = make(model="plain")
    assert brief(again.predict(ARTICLE)) == WHOLE and len(stub.seen) == 6


def test_where_no_form_is_taken_the_last_error_is_told(make: Make, stub: Stub) -> None:
    stub.behave = picky()
    prediction = make(retries=0).predict(ARTICLE)
    assert "entities: HTTP status 400: response_format.type None is not supported" in prediction["error"] and forms(stub)[:3] == [
        "json_schema",
        "json_object",
        None,
    ]
    stub.seen.clear()
    assert make(retries=0, structured="json_object", model="x").predict(ARTICLE) and forms(stub)[:2] == ["json_object", None]


def test_a_long_article_is_no_reason_to_give_a_form_up(make: Make, stub: Stub) -> None:
    stub.behave = lambda body, n: problem(400, "This model's maximum context length is 8192 tokens") if n == 1 else good(body)
    make().predict(ARTICLE)
    assert set(forms(stub)) == {"json_schema"}


def test_further_fields_are_sent_and_null_takes_one_out(make: Make, stub: Stub) -> None:
    make(extra='{"temperature": null, "max_tokens": null, "max_completion_tokens": 900, "reasoning_effort": "low"}').predict(ARTICLE)
    body = stub.seen[0]
    assert "temperature" not in body and "max_tokens" not in body and body["max_completion_tokens"] == 900 and body["reasoning_effort"] == "low"


# --- cache and account ----------------------------------------------------------------------------------------------------


def test_a_second_run_costs_nothing_and_says_the_same(make: Make, stub: Stub) -> None:
    first = make(price_in=1, price_out=1).predict(ARTICLE)
    assert first.pop("usage")["cost_usd"] == 0.00044
    again = make(price_in=1, price_out=1).predict(ARTICLE)
    assert "usage" not in again and again == first and len(stub.seen) == 4


@pytest.mark.parametrize(
    "change",
    [{"model": "n"}, {"seed": 1}, {"temperature": 0.5}, {"max_tokens": 99}, {"examples": 1}, {"guidelines": "full"}, {"structured": "none"}, {"extra": '{"top_p": 0.5}'},
     {"per": "article"}, {"text": TEXT + " Rain fell."}, {"published": "2026-03-19"}, {"headline": "Floods"}],
)  # fmt: skip
def test_whatever_changes_an_answer_is_asked_anew(make: Make, stub: Stub, change: Record) -> None:
    make().predict(ARTICLE)
    metadata = {key: value for key, value in change.items() if key in ARTICLE}
    make(**{key: value for key, value in change.items() if key not in ARTICLE}).predict({**ARTICLE, **metadata})
    assert len(stub.seen) == (5 if change == {"per": "article"} else 8)


@pytest.mark.parametrize("change", [{"timeout": 9}, {"retries": 0}, {"backoff": 9}, {"price_in": 1, "price_out": 2}, {"budget_tokens": 10**8}, {"repairs": 0}])
def test_what_changes_no_answer_is_not(make: Make, stub: Stub, change: Record) -> None:
    make().predict(ARTICLE)
    make(**change).predict(ARTICLE)
    assert len(stub.seen) == 4


def test_the_guidelines_and_the_examples_are_part_of_what_is_asked(make: Make, stub: Stub, llm: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    make().predict(ARTICLE)
    monkeypatch.setattr(llm.prompts, "_page", lambda: GUIDELINES.replace("Three yeses", "Three times yes"))
    make().predict(ARTICLE)
    assert stub.layers[4:] == ["entities", "claims"] and "Three times yes" in stub.seen[-1]["messages"][0]["content"]


def test_a_damaged_cache_is_asked_anew_and_off_keeps_nothing(make: Make, stub: Stub, tmp_path: Path) -> None:
    make().predict(ARTICLE)
    kept = sorted((tmp_path / "kept" / "answers").rglob("*.json"))
    assert len(kept) == 4
    kept[0].write_text("{", encoding="utf-8")
    kept[1].write_text("[]", encoding="utf-8")
    make().predict(ARTICLE)
    assert len(stub.seen) == 6
    make(cache="off").predict(ARTICLE)
    assert len(stub.seen) == 10


def test_the_budget_stops_before_it_is_overdrawn_and_a_higher_one_goes_on(make: Make, stub: Stub) -> None:
    stub.behave = lambda body, n: chat(json.dumps({asked_for(body): GOOD[asked_for(body)]}), usage={"prompt_tokens": 9000, "completion_tokens": 1000})
    system = make(max_tokens=1000, budget_tokens=25_000)
    prediction = system.predict(ARTICLE)
    assert prediction["stop"] == prediction["error"] and re.match(
        r"budget reached: [12]0,000 of 25,000 tokens are spent and the next call may take [\d,]+", prediction["stop"]
    )
    spent = system.client._account.spent()[0]
    assert spent in (10_000, 20_000) and len(stub.seen) == spent // 10_000
    assert make(max_tokens=1000, budget_tokens=25_000).predict(ARTICLE)["stop"] == prediction["stop"]
    more = make(max_tokens=1000, budget_tokens=10**6).predict(ARTICLE)
    assert brief(more) == WHOLE and "error" not in more and len(stub.seen) == 4


def test_a_budget_in_money_counts_what_servers_keep_at_its_own_price(make: Make, stub: Stub) -> None:
    usage = {"prompt_tokens": 10_000, "completion_tokens": 100, "prompt_tokens_details": {"cached_tokens": 8000}}
    stub.behave = lambda body, n: chat(json.dumps({asked_for(body): GOOD[asked_for(body)]}), usage=usage)
    prices = {"price_in": 2, "price_out": 10, "price_cached": 0.5}
    system = make(**prices, budget_usd=0.03, max_tokens=100)
    prediction = system.predict(ARTICLE)
    each = (2000 * 2 + 8000 * 0.5 + 100 * 10) / 1e6
    assert prediction["usage"]["cost_usd"] == pytest.approx(each * len(stub.seen)) and len(stub.seen) < 4
    assert re.match(r"budget reached: \$0\.0\d+ of \$0\.0300 are spent and the next call may take \$0\.0\d+; raise --budget-usd", prediction["stop"])
    assert system.client._account.spent()[1] == pytest.approx(each * len(stub.seen))


def test_a_server_that_does_not_count_is_counted_for_and_reports_nothing(make: Make, stub: Stub) -> None:
    stub.behave = lambda body, n: chat(json.dumps({asked_for(body): GOOD[asked_for(body)]}), usage={})
    system = make(price_in=1, price_out=1)
    assert "usage" not in system.predict(ARTICLE)
    tokens, usd = system.client._account.spent()
    assert tokens > 10_000 and usd == pytest.approx(tokens / 1e6)


def test_calls_under_way_are_set_aside_for_each_other(llm: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, given = sys.modules["store"], sys.modules["settings"].read(
        {"base_url": "http://x/v1", "model": "m", "cache": str(tmp_path), "budget_tokens": "1000", "timeout": "20"}, {}
    )  # fmt: skip
    one, other = store.Account(given), store.Account(given)
    number = one.reserve(300, 400)
    with pytest.raises(store.BudgetReached, match="0 of 1,000 tokens are spent and the next call may take 700"):
        other.reserve(300, 400)
    one.settle(number, 100, 50, None, estimated=False)
    assert other.reserve(300, 400) and one.spent() == (150, 0.0)
    with pytest.raises(store.BudgetReached):
        one.reserve(300, 400)
    later = time.time() + 1000
    monkeypatch.setattr(store.time, "time", lambda: later)  # whoever set that aside was killed
    assert one.reserve(300, 400)


# --- through the runner ---------------------------------------------------------------------------------------------------


SOME = [article.id for article in newsgold.load("validation")[:3]]


class Bench:
    """The baseline's command line in a process of its own, on a few articles."""

    def __init__(self, folder: Path, stub: Stub):
        self.out, self.folder, self.stub, self.gold = folder / "predictions.jsonl", folder, stub, folder / "gold.jsonl"
        self.gold.write_bytes(b"".join((ROOT / "data" / "validation.jsonl").read_bytes().splitlines(keepends=True)[: len(SOME)]))

    def run(self, *more: str, program: list[str] | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("LLM_")}
        env = {**inherited, "PYTHONPATH": str(ROOT / "benchmark"), "LLM_API_KEY": KEY, "LLM_BASE_URL": self.stub.url, "LLM_CACHE": str(self.folder / "kept"),
               "LLM_EXAMPLES": "1", "LLM_BACKOFF": "0.01", **environment}  # fmt: skip
        words = program or [sys.executable, str(ROOT / "baselines" / "llm" / "predict.py"), "--gold", str(self.gold), "--out", str(self.out)]
        return subprocess.run([*words, *more], env=env, capture_output=True, text=True, check=False, cwd=self.folder, timeout=300)

    @property
    def record(self) -> Record:
        found: Record = json.loads((self.folder / "predictions.run.json").read_text(encoding="utf-8"))
        jsonschema.validate(found, json.loads((ROOT / "schemas" / "run.json").read_text(encoding="utf-8")))
        return found


@pytest.fixture
def bench(tmp_path: Path, stub: Stub) -> Bench:
    stub.behave = lambda body, n: good(body, **{layer: [] for layer in LAYERS})
    return Bench(tmp_path, stub)


def test_a_run_leaves_a_record_with_tokens_and_cost_and_a_second_one_costs_nothing(bench: Bench, stub: Stub) -> None:
    done = bench.run("--model", "m1", "--jobs", "2", "--price-in", "1", "--price-out", "2")
    assert done.returncode == 0, done.stderr
    n = len(SOME)
    assert [json.loads(line)["id"] for line in bench.out.read_text(encoding="utf-8").splitlines()] == SOME and len(stub.seen) == 4 * n
    record = bench.record
    assert record["usage"] == {"input_tokens": 400 * n, "output_tokens": 40 * n, "cost_usd": pytest.approx(480e-6 * n)}
    assert "--model m1" in record["system"]["name"] and stub.url in record["system"]["name"] and "--examples 1" in record["system"]["name"]
    assert any(name.endswith("predict.py") for name in record["sessions"][0]["files"]) and f"{400 * n:,} tokens in" in done.stderr
    before = bench.out.read_bytes()
    assert bench.run("--model", "m1").returncode == 2 and bench.out.read_bytes() == before  # not in silence
    assert bench.run("--model", "m1", "--force").returncode == 0
    assert len(stub.seen) == 4 * n and bench.out.read_bytes() == before and bench.record["usage"] is None


def test_a_run_stops_at_its_budget_and_goes_on_with_a_higher_one(bench: Bench, stub: Stub) -> None:
    def behave(body: Record, n: int) -> Answer:
        read = sum(len(message["content"]) for message in body["messages"]) // 4
        return chat(json.dumps({asked_for(body): []}), usage={"prompt_tokens": read, "completion_tokens": 5})

    stub.behave = behave
    done = bench.run("--model", "m1", "--budget-tokens", "50000", "--max-tokens", "100")
    assert done.returncode == 2 and "stopped the run: budget reached: " in done.stderr and "--resume goes on" in done.stderr and "Traceback" not in done.stderr
    spent = re.search(r"budget reached: ([\d,]+) of 50,000 tokens", done.stderr)
    assert not bench.out.exists() and 5 <= len(stub.seen) < 12 and spent and 30_000 < int(spent[1].replace(",", "")) <= 50_000
    done = bench.run("--model", "m1", "--budget-tokens", "900000000", "--max-tokens", "100", "--resume")
    assert done.returncode == 0, done.stderr
    assert len(stub.seen) == 4 * len(SOME) and bench.record["usage"]["output_tokens"] == 5 * len(stub.seen)
    assert Counter(json.dumps(body) for body in stub.seen).most_common(1)[0][1] == 1  # nothing was asked twice


def test_as_a_function_it_is_told_everything_by_the_environment(bench: Bench, stub: Stub) -> None:
    program = [sys.executable, "-m", "newsgold", "predict", f"{ROOT}/baselines/llm/predict.py:predict", "--gold", str(bench.gold), "--out", str(bench.out)]
    assert bench.run(program=program, LLM_MODEL="m2", LLM_PER="article").returncode == 0
    assert len(stub.seen) == len(SOME) and stub.seen[0]["model"] == "m2"
    done = bench.run("--force", program=program, LLM_MODEL="", LLM_PER="both")
    assert done.returncode == 2 and "LLM_PER: 'both'; expected layer or article" in done.stderr


def test_a_file_of_articles_that_are_no_gold(bench: Bench, stub: Stub) -> None:
    source = bench.folder / "articles.jsonl"
    source.write_text(json.dumps(ARTICLE) + "\n" + json.dumps({"id": "u", "text": "Nothing."}) + "\n", encoding="utf-8")
    program = [sys.executable, str(ROOT / "baselines" / "llm" / "predict.py"), "--in", str(source), "--out", str(bench.out), "--model", "m"]
    done = bench.run(program=program)
    assert done.returncode == 0 and "2 articles -> " in done.stderr and "800 tokens in, 80 out" in done.stderr
    assert [json.loads(line)["id"] for line in bench.out.read_text(encoding="utf-8").splitlines()] == ["t", "u"] and "usage" not in bench.out.read_text()
    assert bench.run(program=program).returncode == 2
    done = bench.run("--force", "--seed", "3", "--budget-tokens", "900", program=program)
    assert done.returncode == 2 and "budget reached" in done.stderr and "0 of 2 articles were answered" in done.stderr


def test_the_key_is_nowhere(bench: Bench, stub: Stub) -> None:
    echo = f"you sent {KEY} as Authorization: Bearer {KEY}"
    answers: list[Answer] = [
        problem(500, echo), problem(400, f"schema {echo}"), problem(404, echo), chat(f"{echo} and no JSON"), chat(None, refusal=echo), (200, {}, echo.encode()),
        chat(json.dumps({"entities": [{"id": "e1", "name": KEY, "mentions": [KEY]}]})), (429, {"Retry-After": KEY}, echo.encode()),
    ]  # fmt: skip
    stub.behave = lambda body, n: answers[n % len(answers)]
    written = ""
    for more in (["--model", "m1", "--jobs", "2"], ["--base-url", f"http://me:{KEY}@127.0.0.1/v1", "--model", "m"]):
        done = bench.run(*more, "--retries", "1", "--force")
        written += done.stdout + done.stderr
    stub.behave = lambda body, n: problem(401, echo)
    done = bench.run("--model", "m2", "--force")
    written += done.stdout + done.stderr
    assert done.returncode == 2 and "HTTP status 401: you sent *** as" in done.stderr
    files = [path for path in bench.folder.rglob("*") if path.is_file()]
    assert len(files) > 5 and any(path.name == "predictions.run.json" for path in files) and any(path.suffix == ".sqlite3" for path in files)
    assert stub.headers[0]["Authorization"] == f"Bearer {KEY}" and "***" in written
    assert KEY not in written and not [path for path in files if KEY.encode() in path.read_bytes()]


def test_what_is_wrong_with_the_settings_is_told_at_once(
    llm: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLM_API_KEY", "schlüssel")
    monkeypatch.setenv("LLM_TIMEOUT", "soon")
    argv = ["--out", str(tmp_path / "x"), "--base-url", f"https://me:{KEY}@host/v1", "--per", "word", "--seed", "-1", "--budget-usd", "3", "--cache", "off"]
    assert llm.main([*argv, "--extra", '{"messages": []}']) == 2
    err = capsys.readouterr().err
    for words in ("--base-url: not usable; expected address", "--model or LLM_MODEL: missing", "--per: 'word'; expected layer or article", "--seed: '-1'", "LLM_TIMEOUT: 'soon'",
                  "LLM_API_KEY: holds characters", "--budget-usd: no prices", "--cache: off; expected a folder", "--extra: not usable"):  # fmt: skip
        assert words in err, words
    assert KEY not in err and not (tmp_path / "x").exists()
    with pytest.raises(SystemExit, match="2"):
        llm.main(["--base-url", "http://x", "--model", "m"])


def test_nothing_is_asked_to_say_what_it_would_cost_and_what_would_be_sent(llm: ModuleType, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert llm.main(["--dry-run", "--split", "validation", "--price-in", "1", "--price-out", "2", "--cache", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    n = len(newsgold.load("validation"))
    assert (
        f"{n} articles, {4 * n} calls without repairs" in out
        and f"(at most {4 * n * 8192:,})" in out
        and re.search(r"about \$\d+\.\d\d, at most \$\d+\.\d\d", out)
    )
    assert "0 tokens, $0.0000" in out
    assert llm.main(["--print-prompt", "figures", "--split", "validation", "--examples", "0"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("=== system\nYou annotate news articles.") and "### 5.3 Bound" in out and "Annotate: figures." in out
    with pytest.raises(SystemExit):
        llm.main(["--help"])
    out = capsys.readouterr().out
    assert "LLM_BUDGET_USD" in out and "examples:" in out


# --- prompts --------------------------------------------------------------------------------------------------------------


def test_prompts_hold_the_guidelines_as_they_stand(llm: ModuleType) -> None:
    prompts = llm.prompts
    found = prompts.sections(GUIDELINES)
    everything = {number for parts in prompts.PARTS.values() for number in parts}
    # A section that is new belongs into some prompt, or is named here as one that does not.
    assert {number for number in found if number.split(".", maxsplit=1)[0] not in prompts.MORE} == everything | {"1"}
    for layer, numbers in prompts.PARTS.items():
        text = prompts.system((layer,), "core")
        for number in numbers:
            for line in found[number].splitlines():
                cells = [cell.strip() for cell in line.split("|")]
                assert line in text or (line.startswith("|") and all(cell in text for cell in cells[:-3])), line
        assert all(f"**{lead}**" in text for lead in prompts.COMMON) and "Authoring format" not in text and "```yaml" not in text and "| PLOVER |" not in text
        assert "## 7. Rulings" not in text and "| 153 |" in prompts.system((layer,), "full") and "### 6.13" in prompts.system((layer,), "full")
    whole = prompts.system(LAYERS, "core")
    assert [whole.count(f"\n### {number} ") for number in ("3.1", "4.1", "4.5")] == [1, 1, 1] and whole.index("### 3.6") < whole.index("### 4.1")


def test_prompts_list_every_label(llm: ModuleType) -> None:
    whole = llm.prompts.system(LAYERS, "core")
    gold = json.loads((ROOT / "schemas" / "article.json").read_text(encoding="utf-8"))["$defs"]
    labels = [label for kind in gold.values() for field in kind.get("properties", {}).values() for label in field.get("enum", ()) if label]
    assert len(labels) > 90 and all(f'"{label}"' in whole for label in labels)


def test_a_change_of_the_guidelines_that_takes_a_part_away_is_told(llm: ModuleType) -> None:
    prompts = llm.prompts
    with pytest.raises(ValueError, match=r"no section 3\.5; expected them, or a change of PARTS"):
        prompts.rules(("claims",), "core", GUIDELINES.replace("### 3.5 Form", "### Form"))
    with pytest.raises(ValueError, match=r"no paragraph 'Spans\.' in section 1"):
        prompts.rules(("claims",), "core", GUIDELINES.replace("**Spans.**", "**Stretches.**"))


def test_schemas_keep_to_what_strict_servers_take(llm: ModuleType) -> None:
    def check(node: Record) -> None:
        assert node.keys() <= {"type", "properties", "required", "additionalProperties", "items", "enum", "anyOf"}
        if node.get("type") == "object":
            assert node["required"] == list(node["properties"]) and node["additionalProperties"] is False
        for inner in (*node.get("properties", {}).values(), *node.get("anyOf", ()), *([node["items"]] if "items" in node else [])):
            check(inner)

    for layers in (*((layer,) for layer in LAYERS), LAYERS):
        check(llm.prompts.schema(layers))
        jsonschema.validate({layer: GOOD[layer] for layer in layers}, llm.prompts.schema(layers))


def test_examples_come_from_train_by_seed_and_are_never_the_article_itself(llm: ModuleType) -> None:
    train = {article.id for article in newsgold.load("train")}
    chosen = {seed: [article.id for article in llm.prompts.examples(3, seed)] for seed in range(6)}
    assert all(len(set(ids)) == 3 and set(ids) <= train for ids in chosen.values()) and len({tuple(ids) for ids in chosen.values()}) > 1
    assert chosen[0] == [article.id for article in llm.prompts.examples(3, 0)]
    rest = llm.prompts.examples(3, 0, chosen[0][0])
    assert [article.id for article in rest][:2] == chosen[0][1:]
    itself = llm.prompts.examples(1, 0)[0]
    sent = llm.prompts.messages(json.loads(clients.line_of(itself)), ("claims",), {}, extent="core", number=2, seed=0)
    assert [message["role"] for message in sent] == ["system", "user", "assistant", "user", "assistant", "user"]
    assert sum(itself.text in message["content"] for message in sent) == 1 and itself.text in sent[-1]["content"]


def test_only_train_is_read(llm: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    load = newsgold.load
    monkeypatch.setattr(llm.prompts.newsgold, "load", lambda split: asked.append(split) or load(split))
    llm.prompts._train.cache_clear()
    llm.prompts.messages(ARTICLE, ("claims",), {}, extent="full", number=2, seed=0)
    assert asked == ["train"]


def test_no_row_is_shown_for_a_model_that_was_not_run() -> None:
    folder = ROOT / "baselines" / "llm"
    assert not (folder / "submission.json").exists() and not (folder / "predictions").exists()
    assert "llm" not in (ROOT / "leaderboard.md").read_text(encoding="utf-8").casefold().split()
