"""The rule baseline: one small text for each rule it claims to have."""

from __future__ import annotations

import datetime
import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import jsonschema
import pytest

pytest.importorskip("text_to_num", reason="needs the extra newsgold[baselines]")

ROOT = Path(__file__).resolve().parents[1]
RULES = ROOT / "baselines" / "rules"
SCHEMA = json.loads((ROOT / "schemas" / "prediction.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
NAMES = ("predict", "frame", "page", "names", "claims", "events", "dates", "participants", "figures")
Record = dict[str, Any]

STORY = (
    "A fire at a paper mill near Varna killed three workers on Tuesday, the mayor, Elitsa Boneva, said. "
    '"We heard a blast," Boneva told reporters.\n\n'
    '"I ran," said Petar Kolev, 41, a forklift driver, "and then the roof came down." He said at least 12 people were in hospital.\n\n'
    "The mill's owner, Chernika Paper, denied that the alarm had failed. According to the company, the €4.5 million system was tested in May. "
    "Police are investigating the fire. A march due on Saturday was called off, Radio Varna reported."
)


@pytest.fixture(scope="module")
def rules() -> Iterator[ModuleType]:
    """The baseline's ``predict`` module; its siblings have common names, so the import is undone afterwards."""
    kept = {name: sys.modules.pop(name) for name in NAMES if name in sys.modules}
    sys.path.insert(0, str(RULES))
    try:
        yield importlib.import_module("predict")
    finally:
        sys.path.remove(str(RULES))
        for name in NAMES:
            sys.modules.pop(name, None)
        sys.modules.update(kept)


def run(rules: ModuleType, text: str, **fields: Any) -> Record:
    """The prediction for a text, checked against the schema and against the text."""
    article = {"id": "t", "headline": "", "text": text, "language": "en-GB", "published": "2026-03-18", "genre": "Current", "topics": [], **fields}
    prediction: Record = rules.predict(article)
    assert [error.message for error in VALIDATOR.iter_errors(prediction)] == []

    def check(value: Any) -> None:
        if isinstance(value, dict):
            if "start" in value:
                assert text[value["start"] : value["end"]] == value["text"]
            for inner in value.values():
                check(inner)
        elif isinstance(value, list):
            for inner in value:
                check(inner)

    check(prediction)
    ids = {entity["id"] for entity in prediction["entities"]}
    named = [speaker for claim in prediction["claims"] for speaker in claim["speakers"] + claim["relay"]]
    named += [participant["entity"] for event in prediction["events"] for participant in event["participants"]]
    assert set(named) <= ids
    return prediction


def told(prediction: Record) -> list[tuple[list[str], list[str], str | None, str, str]]:
    """Claims as (speaker names, content texts, cue, form, act)."""
    names = {entity["id"]: entity["name"] for entity in prediction["entities"]}
    return [
        (
            [names[speaker] for speaker in claim["speakers"]],
            [piece["text"] for piece in claim["content"]],
            claim["cue"] and claim["cue"]["text"],
            claim["form"],
            claim["act"],
        )
        for claim in prediction["claims"]
    ]


# --- claims ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            '"The ferry was full," said Ana Ruiz, a deckhand.',
            (["Ana Ruiz"], ["The ferry was full"], "said", "direct", "assert"),
        ),
        (
            '"We will wait," Ana Ruiz said on Monday, "until the water falls."',
            (["Ana Ruiz"], ["We will wait", "until the water falls"], "said", "direct", "commit"),
        ),
        (
            'Ana Ruiz said: "The pump stopped. Nobody told us."',
            (["Ana Ruiz"], ["The pump stopped. Nobody told us"], "said", "direct", "assert"),
        ),
        (
            "According to the harbour office, two boats were lost.",
            (["the harbour office"], ["two boats were lost"], "According to", "indirect", "assert"),
        ),
        (
            "Two boats were lost, according to the harbour office.",
            (["the harbour office"], ["Two boats were lost"], "according to", "indirect", "assert"),
        ),
        (
            "The warehouse, Ana Ruiz said on Tuesday, was empty.",
            (["Ana Ruiz"], ["The warehouse", "was empty"], "said", "indirect", "assert"),
        ),
        (
            "In a statement, the company said that all sensors had worked.",
            (["the company"], ["all sensors had worked"], "said", "indirect", "assert"),
        ),
        (
            'Oskar Lind, 51, who runs the yard, said it was "a mess".',
            (["Oskar Lind"], ['it was "a mess"'], "said", "mixed", "assert"),
        ),
        (
            "The mill denied that the alarm had failed.",
            (["The mill"], ["the alarm had failed"], "denied", "indirect", "deny"),
        ),
        (
            "Police urged drivers not to cross the bridge.",
            (["Police"], ["not to cross the bridge"], "urged", "indirect", "request"),
        ),
        (
            "Prosecutors accused the dairy of fraud.",
            (["Prosecutors"], ["the dairy of fraud"], "accused", "indirect", "accuse"),
        ),
        (
            "It was announced that the harbour had closed.",
            ([], ["the harbour had closed"], "announced", "indirect", "assert"),
        ),
        (
            "‘The students’ money is gone,’ said Eva Lund.",
            (["Eva Lund"], ["The students’ money is gone"], "said", "direct", "assert"),
        ),
        (
            "Eva Lund said: 'It wasn't the miners' fault.'",
            (["Eva Lund"], ["It wasn't the miners' fault"], "said", "direct", "assert"),
        ),
    ],
)
def test_claim(rules: ModuleType, text: str, expected: tuple[Any, ...]) -> None:
    assert told(run(rules, text)) == [expected]


def test_quotation_over_paragraphs_is_one_claim(rules: ModuleType) -> None:
    claims = told(run(rules, 'Eva Lund said: "It rained all day.\n\n"Then the roof fell."'))
    assert [content for _, content, *_ in claims] == [["It rained all day", "Then the roof fell"]]


def test_following_quotation_joins_the_claim(rules: ModuleType) -> None:
    claims = told(run(rules, '"It rained," Eva Lund said. "The roof fell in at noon."'))
    assert [content for _, content, *_ in claims] == [["It rained", "The roof fell in at noon"]]


def test_pronoun_and_surname_name_the_speaker(rules: ModuleType) -> None:
    prediction = run(rules, "Mr Adam Novak opened the gate. He said it was stuck. Later, Novak said it was fixed.")
    assert [speakers for speakers, *_ in told(prediction)] == [["Adam Novak"], ["Adam Novak"]]
    forms = [(mention["text"], mention["form"]) for mention in prediction["entities"][0]["mentions"]]
    assert forms == [("Adam Novak", "name"), ("He", "pronoun"), ("Novak", "name")]


def test_a_name_inside_the_quotation_is_not_its_speaker(rules: ModuleType) -> None:
    claims = told(run(rules, 'Mrs Ines Prado said the shop was shut. "Carla Weiss shut it," she said.'))
    assert [speakers for speakers, *_ in claims] == [["Ines Prado"], ["Ines Prado"]]


def test_telling_media_makes_a_relay(rules: ModuleType) -> None:
    prediction = run(rules, "Mayor Tove Dahl told state radio that the plant was safe.")
    (claim,) = prediction["claims"]
    names = {entity["id"]: (entity["name"], entity["kind"]) for entity in prediction["entities"]}
    assert [names[speaker] for speaker in claim["speakers"]] == [("Tove Dahl", "person")]
    assert [names[relay] for relay in claim["relay"]] == [("state radio", "media")]
    (role,) = [entity["role"]["text"] for entity in prediction["entities"] if entity["role"]]
    assert role == "Mayor"


def test_quoted_as_saying(rules: ModuleType) -> None:
    prediction = run(rules, '"It leaked," the news site Iztok quoted Adam Novak as saying.')
    names = {entity["id"]: entity["name"] for entity in prediction["entities"]}
    (claim,) = prediction["claims"]
    assert (claim["cue"]["text"], [names[s] for s in claim["speakers"]], [names[r] for r in claim["relay"]]) == ("saying", ["Adam Novak"], ["Iztok"])


@pytest.mark.parametrize(
    ("text", "content", "source"),
    [
        ("The mill will be closed in May, the firm said on Tuesday after a meeting.", "The mill will be closed in May", "the firm"),
        ("The letter, which is dated Friday, said the mill would close.", "the mill would close", "The letter"),
        ("Parents who travelled with the team said the gym was cold.", "the gym was cold", "Parents"),
        ("According to a memo by the clerk, the roof was old.", "the roof was old", "a memo"),
        ("The mayor said in a letter to members that the pool was shut.", "the pool was shut", "The mayor"),
        ("The plan recommends that two schools close.", "two schools close", "The plan"),
        ("The office put the cost of the bridge at $3m.", "the cost of the bridge at $3m", "The office"),
    ],
)
def test_statement_and_its_source(rules: ModuleType, text: str, content: str, source: str) -> None:
    claims = run(rules, text)["claims"]
    assert [([c["text"] for c in claim["content"]], claim["source"]["text"]) for claim in claims] == [([content], source)]


def test_a_cited_source_speaks_and_the_outlet_relays(rules: ModuleType) -> None:
    prediction = run(rules, "The bridge was closed for good, Radio Varna reported on Friday, citing an official of the port.")
    (claim,) = prediction["claims"]
    names = {entity["id"]: entity["name"] for entity in prediction["entities"]}
    assert [names[e] for e in claim["speakers"]] == ["an official of the port"]
    assert [names[e] for e in claim["relay"]] == ["Radio Varna"]


def test_they_are_the_joint_speakers_before(rules: ModuleType) -> None:
    claims = run(rules, "The council and the union said the pool was safe. They said it was cleaned.")["claims"]
    assert len(claims[0]["speakers"]) == 2 and claims[1]["speakers"] == claims[0]["speakers"]


def test_nested_claim_has_a_parent(rules: ModuleType) -> None:
    outer, inner = run(rules, "Adam Novak said the council had promised new brakes.")["claims"]
    assert (inner["parent"], inner["act"]) == (outer["id"], "commit")


@pytest.mark.parametrize("text", ["The firm declined to say why.", "The reported theft is old.", "Rain is expected to fall.", 'The "quiet" street is loud.'])
def test_no_claim(rules: ModuleType, text: str) -> None:
    assert told(run(rules, text)) == []


# --- events ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind", "status"),
    [
        ("Three workers died on Monday.", "life.die", "happened"),
        ("The court will sentence Adam Novak.", "justice.rule", "planned"),
        ("The firm said it would close the mill.", "business.close", "planned"),
        ("The firm could close the mill.", "business.close", "hypothetical"),
        ("Police are investigating the matter.", "justice.investigate", "ongoing"),
        ("He allegedly stole the boat.", "crime.offence", "alleged"),
        ("The rally was cancelled.", "unrest.protest", "averted"),
        ("Guards foiled an attack.", "conflict.attack", "averted"),
        ("The firm denied that the boat sank.", "disaster.accident", "denied"),
    ],
)
def test_status(rules: ModuleType, text: str, kind: str, status: str) -> None:
    assert [(event["type"], event["status"]) for event in run(rules, text)["events"]] == [(kind, status)]


def test_what_did_not_happen_and_compounds_are_no_events(rules: ModuleType) -> None:
    assert run(rules, "No one was injured. The murder charge stands. The strike committee is new.")["events"] == []


def test_participants_place_and_time(rules: ModuleType) -> None:
    prediction = run(rules, "Police arrested Adam Novak in Varna on Monday. A bridge was bombed by rebels.")
    names = {entity["id"]: entity["name"] for entity in prediction["entities"]}
    arrest, attack = prediction["events"]
    assert {(p["role"], names[p["entity"]]) for p in arrest["participants"]} == {("agent", "Police"), ("patient", "Adam Novak"), ("place", "Varna")}
    assert (arrest["time"]["span"]["text"], arrest["time"]["value"]) == ("Monday", "2026-03-16")
    assert {(p["role"], names[p["entity"]]) for p in attack["participants"]} == {("agent", "rebels"), ("patient", "A bridge")}


def test_the_date_of_saying_dates_no_event(rules: ModuleType) -> None:
    (event,) = run(rules, "A boat sank, police said on Tuesday.")["events"]
    assert event["time"] is None


def test_a_definite_noun_is_another_mention(rules: ModuleType) -> None:
    (event,) = run(rules, "An explosion shook the mill. The explosion was heard far away.")["events"]
    assert [mention["text"] for mention in event["mentions"]] == ["explosion", "explosion"]


@pytest.mark.parametrize(
    ("text", "kind", "participants"),
    [
        ("The firm will cut 40 jobs.", "business.layoff", {("agent", "The firm"), ("patient", "40 jobs")}),
        ("A plan approved in 2022 failed.", "politics.policy", {("patient", "A plan")}),
        ("The union called a strike.", "unrest.strike", {("agent", "The union")}),
        ("The miners' strike went on.", "unrest.strike", {("agent", "The miners")}),
        ("The deposit which the firm repaid was small.", "business.finance", {("agent", "the firm"), ("patient", "The deposit")}),
        ("Hail that hit the orchards was heavy.", "disaster.natural", {("patient", "the orchards")}),
        ("It lost the roof in Hurricane Lena.", "disaster.natural", set()),
    ],
)
def test_participants_by_role(rules: ModuleType, text: str, kind: str, participants: set[tuple[str, str]]) -> None:
    event = next(e for e in run(rules, text)["events"] if e["type"] == kind)
    assert {(p["role"], p["mention"]["text"]) for p in event["participants"]} == participants


def test_we_is_the_speaker(rules: ModuleType) -> None:
    prediction = run(rules, '"We bought the boat," said Petar Kolev.')
    (event,) = prediction["events"]
    agent = next(p["entity"] for p in event["participants"] if p["role"] == "agent")
    assert [agent] == prediction["claims"][0]["speakers"]


def test_the_same_word_is_the_same_event(rules: ModuleType) -> None:
    events = run(rules, "Two men died on Monday. Police said the two men had died at home.")["events"]
    assert [(e["type"], len(e["mentions"])) for e in events] == [("life.die", 2)]


def test_sport_words_need_a_sport_story(rules: ModuleType) -> None:
    text = "Orsova beat Brenta 2-1."
    assert run(rules, text)["events"] == []
    (event,) = run(rules, text, topics=["sport"])["events"]
    assert (event["type"], [p["role"] for p in event["participants"]]) == ("sport.compete", ["agent", "agent"])


@pytest.mark.parametrize(
    ("expression", "future", "value"),
    [
        ("Monday", False, "2026-03-16"),
        ("Monday", True, "2026-03-23"),
        ("Wednesday", False, "2026-03-18"),
        ("last Wednesday", False, "2026-03-11"),
        ("yesterday", False, "2026-03-17"),
        ("overnight", False, "2026-03-17/2026-03-18"),
        ("5 March", False, "2026-03-05"),
        ("May", False, "2025-05"),
        ("May", True, "2026-05"),
        ("late June 2025", False, "2025-06-21/2025-06-30"),
        ("last week", False, "2026-03-09/2026-03-15"),
        ("earlier this year", False, "2026-01-01/2026-03-18"),
        ("two weeks ago", False, "2026-03-04~"),
        ("late 2025", False, "2025-09/2025-12"),
        ("the 1990s", False, "199X"),
    ],
)
def test_dates(rules: ModuleType, expression: str, future: bool, value: str) -> None:
    resolve = sys.modules["dates"].resolve_date
    assert resolve(expression, datetime.date(2026, 3, 18), future) == value


# --- figures ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "span", "kind", "low", "high", "bound", "unit"),
    [
        ("They sold 1,200 tickets.", "1,200", "count", "1200", "1200", "exact", None),
        ("Two hundred and three cows fled.", "Two hundred and three", "count", "203", "203", "exact", None),
        ("At least about 35 people came.", "35", "count", "35", None, "at_least", None),
        ("It drew up to 300 people.", "300", "count", None, "300", "at_most", None),
        ("It drew more than a dozen people.", "a dozen", "count", "12", None, "more_than", None),
        ("About 5 to 8% of workers left.", "5 to 8%", "percent", "5", "8", "range", "%"),
        ("Between five and eight people left.", "five and eight", "count", "5", "8", "range", None),
        ("It cost $3.2 billion.", "$3.2 billion", "money", "3200000000", "3200000000", "exact", "USD"),
        ("It cost £180k.", "£180k", "money", "180000", "180000", "exact", "GBP"),
        ("It cost 40 million Kenyan shillings.", "40 million Kenyan shillings", "money", "40000000", "40000000", "exact", "KES"),
        ("Pay rose to €15 an hour.", "€15 an hour", "rate", "15", "15", "exact", "EUR/h"),
        ("Rates rose by 50 basis points.", "50 basis points", "percentage_points", "0.5", "0.5", "exact", "pp"),
        ("Support fell 2 percentage points.", "2 percentage points", "percentage_points", "2", "2", "exact", "pp"),
        ("He is aged 34.", "34", "age", "34", "34", "exact", "a"),
        ("A 34-year-old man left.", "34-year-old", "age", "34", "34", "exact", "a"),
        ("She is in her 30s.", "30s", "age", "30", "39", "range", "a"),
        ("It lasted three days.", "three days", "duration", "3", "3", "exact", "d"),
        ("It took two and a half years.", "two and a half years", "duration", "2.5", "2.5", "exact", "a"),
        ("A 40-km road.", "40-km", "measure", "40", "40", "exact", "km"),
        ("Winds reached 90 km/h.", "90 km/h", "rate", "90", "90", "exact", "km/h"),
        ("It was minus 4C.", "minus 4C", "measure", "-4", "-4", "exact", "Cel"),
        ("It serves 1,200 people a day.", "1,200", "rate", "1200", "1200", "exact", "/d"),
        ("Dozens of people fled.", "Dozens", "count", "24", None, "vague", None),
        ("Hundreds of thousands of people fled.", "Hundreds of thousands", "count", "200000", None, "vague", None),
        ("The third-largest bank failed.", "third-largest", "rank", "3", "3", "exact", None),
        ("Output fell by a third.", "a third", "ratio", "1/3", "1/3", "exact", None),
        ("He left two days ago.", "two days", "duration", "2", "2", "exact", "d"),
    ],
)
def test_figure(rules: ModuleType, text: str, span: str, kind: str, low: str | None, high: str | None, bound: str, unit: str | None) -> None:
    found = [(f["span"]["text"], f["kind"], f["low"], f["high"], f["bound"], f["unit"]) for f in run(rules, text)["figures"]]
    assert found == [(span, kind, low, high, bound, unit)]


def test_score_has_parts(rules: ModuleType) -> None:
    (figure,) = run(rules, "Orsova beat Brenta 2-1 on Saturday.", topics=["sport"])["figures"]
    assert (figure["kind"], figure["parts"], figure["low"]) == ("score", ["2", "1"], None)
    assert figure["event"] == "v1"


@pytest.mark.parametrize(
    ("text", "span", "of"),
    [
        ("The town set up a fund of €3 million.", "€3 million", "fund"),
        ("The number of patients rose to 90 on Friday.", "90", "number of patients"),
        ("Prices fell by 12 per cent.", "12 per cent", "Prices"),
        ("They brought 20 tonnes (22 tons) of rice.", "20 tonnes", "rice"),
        ("Half a tonne of apples fell.", "Half a tonne", "apples"),
        ("They drove to Varna, about 40 km north of here.", "40 km", "Varna"),
        ("She worked there for nine years.", "nine years", None),
    ],
)
def test_what_is_measured(rules: ModuleType, text: str, span: str, of: str | None) -> None:
    figure = next(f for f in run(rules, text)["figures"] if f["span"]["text"] == span)
    assert (figure["of"] and figure["of"]["text"]) == of


def test_dollar_by_country(rules: ModuleType) -> None:
    (figure,) = run(rules, "It cost $5m.", language="en-NZ")["figures"]
    assert figure["unit"] == "NZD"


def test_conversion_and_what_is_counted(rules: ModuleType) -> None:
    one, two = run(rules, "The bank lent 60 million Tanzanian shillings ($22,000).")["figures"]
    assert one["relations"] == [{"type": "converts_to", "figure": two["id"]}]
    (figure,) = run(rules, "It has 12 local officials.")["figures"]
    assert figure["of"]["text"] == "local officials"


@pytest.mark.parametrize(
    "text",
    [
        "It closed on 12 March 2026 at 9:30.",
        "In 2019 and the 1990s it was open until 6:40 a.m.",
        "A Boeing 737 took Route 40 to 12 Mill Street, and Covid-19 came.",
        "One of the men left; no one saw it for the first time.",
        "Several people waited a few minutes.",
    ],
)
def test_no_figure(rules: ModuleType, text: str) -> None:
    assert run(rules, text)["figures"] == []


# --- the whole ---------------------------------------------------------------------------------------------------------


def test_story(rules: ModuleType) -> None:
    prediction = run(rules, STORY)
    speakers = {name for names, *_ in told(prediction) for name in names}
    assert {"Elitsa Boneva", "Petar Kolev", "Chernika Paper", "Radio Varna"} <= speakers
    assert {"disaster.accident", "life.die", "justice.investigate", "unrest.protest"} <= {event["type"] for event in prediction["events"]}


def test_same_input_same_bytes(rules: ModuleType) -> None:
    assert json.dumps(run(rules, STORY)) == json.dumps(run(rules, STORY))


@pytest.mark.parametrize(
    "text", ["", "\n\n", '"', "'", "5", "said", '"Said," said "said', "“‘’”", "According to", "1-2-3", "a" * 5000, "He said he said he said.", "½ ٣ 5٪"]
)
def test_odd_texts(rules: ModuleType, text: str) -> None:
    run(rules, text)


def test_command_line(rules: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    lines = [{"id": "a", "text": STORY, "published": "2026-03-18", "language": "en-GB", "topics": []}, {"id": "b", "text": None}]
    source.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    arguments = ["--in", str(source), "--out", str(out)]
    assert rules.main(arguments) == 0
    assert [json.loads(line)["id"] for line in out.read_text(encoding="utf-8").splitlines()] == ["a"]
    assert "b: no text, skipped" in capsys.readouterr().err
    assert rules.main(arguments) == 2
    assert rules.main([*arguments, "--force"]) == 0
    assert rules.main(["--in", str(tmp_path / "none.jsonl"), "--out", str(tmp_path / "x.jsonl")]) == 2
    source.write_text("[1]\n", encoding="utf-8")
    assert rules.main(["--in", str(source), "--out", str(tmp_path / "x.jsonl")]) == 2
    assert not (tmp_path / "x.jsonl").exists()


def test_command_line_reads_a_split(rules: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    article = SimpleNamespace(id="a", headline="", text=STORY, language="en-GB", published="2026-03-18", genre="Current", topics=("sport",))
    monkeypatch.setattr(rules.frame.newsgold, "load", lambda split: (article,) if split == "validation" else ())
    out = tmp_path / "out.jsonl"
    assert rules.main(["--split", "validation", "--out", str(out)]) == 0
    (line,) = out.read_text(encoding="utf-8").splitlines()
    assert VALIDATOR.is_valid(json.loads(line))
