"""Notes: that they are of the gold that is shipped, what is refused, and where they are told."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import newsgold
from conftest import ROOT
from newsgold import browse, corpus, html_report, notes
from newsgold.cli import BAD, FAILED, OK, main
from newsgold.differences import findings
from newsgold.issues import InputError, Issue
from newsgold.notes import Note, Notes, by_record, compile_notes, load_notes, on
from newsgold.predictions import read
from newsgold.records import SPLITS, Article, Span, to_dict
from newsgold.scoring import score

FERRY = ROOT / "tests" / "examples" / "valid" / "lake-ferry"
SCHEMA = json.loads((ROOT / "schemas" / "notes.json").read_text(encoding="utf-8"))
WRITTEN = {article.id: article for split in SPLITS for article in newsgold.load(split) if article.provenance.kind == "written"}
GIVEN = """notes:
  - {record: v2, about: status, note: 'happened: "were taken off" (4.4)'}
  - {at: '[cost] $3.2', about: event, note: 'no event: a price told as a state (4.1)', other: 'business.deal, when it was bought'}
  - {record: c4, about: act, note: 'deny: "denied" is the cue (3.6)'}
  - {record: c4, about: record, note: 'claim: "denied that" (3.1)'}
"""


def ferry() -> Article:
    article = corpus.compile_file(FERRY / "lake-ferry.yaml", lambda issue: pytest.fail(str(issue)), split="train")
    assert article is not None
    return article


def compiled(body: str, tmp_path: Path) -> tuple[Notes | None, list[str]]:
    path = tmp_path / "lake-ferry.yaml"
    path.write_text(body, encoding="utf-8")
    issues: list[Issue] = []
    return compile_notes(path, ferry(), issues.append, name="lake-ferry.yaml"), [str(issue) for issue in issues]


@pytest.fixture
def ferry_notes(tmp_path: Path) -> tuple[Note, ...]:
    found, issues = compiled(GIVEN, tmp_path)
    assert found is not None and not issues
    return found.notes


# --- what is shipped ------------------------------------------------------------------------------------------------------


def test_shipped_notes_fit_their_schema_and_the_gold() -> None:
    lines = (ROOT / "data" / notes.FILE).read_text(encoding="utf-8").splitlines()
    assert lines
    layers = {"e": "entities", "c": "claims", "v": "events", "f": "figures"}
    for line in map(json.loads, lines):
        jsonschema.validate(line, SCHEMA)
        article = WRITTEN[line["id"]]
        assert line["split"] == article.split and line["canary"] == article.canary
        places = [(note["span"]["start"], note["span"]["end"]) for note in line["notes"]]
        assert places == sorted(places)
        for note in line["notes"]:
            assert article.text is not None and article.text[note["span"]["start"] : note["span"]["end"]] == note["span"]["text"]
            if note["record"] is not None:
                assert note["record"] in {record.id for record in getattr(article, layers[note["record"][0]])}
                assert note["about"] in notes.FIELDS[layers[note["record"][0]]]
            else:
                assert note["about"] in notes.LEFT_OUT


def test_shipped_notes_are_short_and_cite_rules_that_there_are() -> None:
    pages = [(ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("guidelines.md", "casebook.md")]
    rulings = {int(number) for page in pages for number in re.findall(r"^\| (\d+) \|", page.partition("### 7.25 Merged")[0], flags=re.M)}
    sections = {number for page in pages for number in re.findall(r"^#+ (\d+(?:\.\d+)?)", page, flags=re.M)}
    assert len(rulings) > 300 and "4.4" in sections
    cites = 0
    for article, given in load_notes().items():
        for note in given:
            assert len(note.note) <= 240 and len(note.other or "") <= 160, (article, note)
            for inside in re.findall(r"\(((?:\d+(?:\.\d+)?(?:, and |, | and )?)+)\)", note.note):
                for cited in re.findall(r"\d+(?:\.\d+)?", inside):
                    assert cited in sections or ("." not in cited and int(cited) in rulings), (article, note)
                    cites += 1
    assert cites > len(load_notes())


def test_loading_by_split() -> None:
    whole = load_notes()
    assert whole == {article: given for split in SPLITS for article, given in load_notes(split).items()}
    assert all(WRITTEN[article].split == "test" for article in load_notes("test")) and load_notes("test")
    assert newsgold.load_notes is load_notes
    with pytest.raises(ValueError, match="no split"):
        load_notes("dev")


# --- compiling ------------------------------------------------------------------------------------------------------------


def test_notes_stand_in_the_order_of_the_text(ferry_notes: tuple[Note, ...]) -> None:
    assert [(note.record, note.span.text) for note in ferry_notes] == [
        ("c4", "the ferry had been overloaded"),
        ("c4", "the ferry had been overloaded"),
        (None, "cost"),
        ("v2", "taken off"),
    ]
    jsonschema.validate(to_dict(Notes(id="lake-ferry", split="train", canary="x", notes=ferry_notes)), SCHEMA)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("notes: []\n", ["1: $.notes: []; expected a list of notes"]),
        ("notes: none\nrest: 1\n", ["2: $.rest: unknown key; expected notes alone", "1: $.notes: 'none'; expected a list of notes"]),
        ("notes:\n  - here\n", ["2: $.notes[0]: 'here'; expected record or at, about and note"]),
        ("notes:\n  - {record: v2}\n", ["2: $.notes[0]: without about and note; expected record or at, about and note"]),
        ("notes:\n  - {record: v2, at: x, about: status, note: y}\n", ["2: $.notes[0]: without either record or at; expected record or at, about and note"]),
        ("notes:\n  - {record: v2, about: status, note: ' ', why: 1}\n", ["2: $.notes[0].note: ' '; expected words", "2: $.notes[0].why: unknown key; expected record or at, about, note and other"]),
        ("notes:\n  - {record: v9, about: status, note: y}\n", ["2: $.notes[0].record: 'v9' is no record of lake-ferry; expected the id of one"]),
        ("notes:\n  - {record: v2, about: act, note: y}\n", ["2: $.notes[0].about: 'act' is nothing that events have; expected one of record, type, mentions, status, participants, time, part_of"]),
        ("notes:\n  - {at: cost, about: act, note: y}\n", ["2: $.notes[0].about: 'act' for what is not annotated; expected one of entity, mention, claim, event, figure"]),
        ("notes:\n  - {at: coast, about: event, note: y}\n", ["2: $.notes[0].at: anchor 'coast' is not in the text, expected words as they stand in it"]),
        ("notes:\n  - {record: v2, about: status, note: y}\n  - {record: v2, about: status, note: z}\n", ["3: $.notes[1]: a second note about status of 'v2'; expected one"]),
        ("notes: [\n", ["2: $: not YAML: "]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(body: str, says: list[str], tmp_path: Path) -> None:
    found, issues = compiled(body, tmp_path)
    assert found is None and len(issues) == len(says)
    for issue, want in zip(issues, says, strict=True):
        assert issue.startswith(f"lake-ferry.yaml:{want}"), issue


def test_build_compiles_them_and_refuses_what_belongs_to_no_article(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = repo / "data" / "notes"
    folder.mkdir()
    (folder / "lake-ferry.yaml").write_text(GIVEN, encoding="utf-8")
    assert main(["build"]) == OK
    line = json.loads((repo / "data" / notes.FILE).read_bytes())
    assert line["id"] == "lake-ferry" and [note["about"] for note in line["notes"]] == ["act", "record", "event", "status"]
    assert "data/notes/lake-ferry.yaml" in json.loads((repo / "data" / "manifest.json").read_bytes())["files"]
    shutil.copy(folder / "lake-ferry.yaml", folder / "no-ferry.yaml")
    capsys.readouterr()
    assert main(["build"]) == BAD
    assert "data/notes/no-ferry.yaml: $: notes of no article" in capsys.readouterr().err
    (folder / "no-ferry.yaml").unlink()
    (folder / "lake-ferry.yaml").write_text(GIVEN.replace("status", "type"), encoding="utf-8")
    assert main(["build", "--check"]) == FAILED
    assert "lake-ferry (notes)" in capsys.readouterr().err


def test_a_broken_file_of_notes_is_told_by_its_lines(repo: Path) -> None:
    (repo / "data" / notes.FILE).write_text('{"id": "x"}\nno\n', encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_notes()
    told = [str(issue) for issue in caught.value.issues]
    assert any(issue.startswith("data/notes.jsonl:1: $: 'split' is missing") for issue in told)
    assert any(issue.startswith("data/notes.jsonl:2: $: not JSON") for issue in told)
    (repo / "data" / notes.FILE).unlink()
    notes._read.cache_clear()
    with pytest.raises(InputError, match="run newsgold build"):
        load_notes()


# --- where they are told --------------------------------------------------------------------------------------------------


def test_a_spurious_record_is_told_why_the_gold_has_none_there(ferry_notes: tuple[Note, ...]) -> None:
    told = by_record(ferry_notes)
    cost = next(note for note in ferry_notes if note.record is None)
    assert on(told, "events", None, [cost.span], None) == [cost]
    assert on(told, "figures", None, [cost.span], None) == on(told, "events", None, [Span(cost.span.end, cost.span.end + 3)], None) == []


def test_of_a_gold_record_the_notes_on_what_differs_are_told() -> None:
    told = {"f1": [Note(record="f1", span=Span(0, 1), about=about, note="x") for about in notes.FIELDS["figures"]]}
    assert [note.about for note in on(told, "figures", "f1", [], None)] == ["record", "span"]  # it was missed
    assert [note.about for note in on(told, "figures", "f1", [], ["low", "high", "unit"])] == ["value", "unit"]
    assert on(told, "figures", "f1", [], []) == on(told, "figures", "f2", [], None) == []


def test_errors_tell_the_notes(ferry_notes: tuple[Note, ...], tmp_path: Path) -> None:
    article = ferry()
    row: dict[str, Any] = newsgold.to_prediction(article)
    row["claims"] = [claim for claim in row["claims"] if claim["id"] != "c4"]
    row["events"] = [{**event, "status": "planned"} if event["id"] == "v2" else event for event in row["events"]]
    row["events"].append({"id": "v9", "type": "business.deal", "mentions": ["cost"], "status": "happened", "participants": []})
    path = tmp_path / "p.jsonl"
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")
    found = read(path, [article])
    card = score(found, "custom", gold=[article])
    told = {(one.layer, one.gold or one.predicted): one.notes for one in findings(card, [article], found.annotations, notes={article.id: ferry_notes})}
    assert told["claims", "c4"] == ('why: claim: "denied that" (3.1)',)
    assert told["events", "v2"] == ('why status: happened: "were taken off" (4.4)',)
    assert told["events", "v9"] == ("no event: a price told as a state (4.1); but also business.deal, when it was bought",)
    assert not any(one.notes for one in findings(card, [article], found.annotations))
    system = html_report.System("p", card, found.annotations)
    bare, noted = (
        dict(html_report.pages([system], [article], resamples=0, notes=given))["report.html"].decode() for given in (None, {article.id: ferry_notes})
    )
    for words in ("why: claim:", "why status: happened:", "no event: a price told as a state (4.1); but also"):
        assert words in noted and words not in bare


def test_what_is_right_has_no_note_in_a_report(ferry_notes: tuple[Note, ...], tmp_path: Path) -> None:
    article = ferry()
    path = tmp_path / "p.jsonl"
    path.write_text(json.dumps(newsgold.to_prediction(article)) + "\n", encoding="utf-8")
    found = read(path, [article])
    system = html_report.System("p", score(found, "custom", gold=[article]), found.annotations)
    assert b"why: claim" not in dict(html_report.pages([system], [article], resamples=0, notes={article.id: ferry_notes}))["report.html"]


def test_the_browser_has_them_on_the_cards_and_what_is_left_out_below(ferry_notes: tuple[Note, ...]) -> None:
    article = ferry()
    bare, noted = (browse.site([article], notes=given)["articles/lake-ferry.html"].decode() for given in (None, {article.id: ferry_notes}))
    assert "<dt>why act</dt>" in noted and "<dt>why</dt>" in noted and "Not annotated, and why" in noted and "a price told as a state (4.1)" in noted
    assert "why act" not in bare and "Not annotated" not in bare


def test_show_prints_them_beside_the_records(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = repo / "data" / "articles" / "train" / "lake-ferry.yaml"
    (repo / "data" / "notes").mkdir()
    (repo / "data" / "notes" / "lake-ferry.yaml").write_text(GIVEN, encoding="utf-8")
    assert main(["build"]) == OK
    for given in (str(source), "lake-ferry"):
        capsys.readouterr()
        assert main(["show", given]) == OK
        out = " ".join(capsys.readouterr().out.split())
        assert 'cue denied why act: deny: "denied" is the cue (3.6)' in out
        assert "not annotated, and why (1) – cost: no event: a price told as a state (4.1); but also business.deal, when it was bought" in out
        assert main(["show", given, "--layer", "claims"]) == OK
        out = capsys.readouterr().out
        assert "why act" in out and "not annotated" not in out
        assert main(["show", given, "--no-notes"]) == OK
        assert "why" not in capsys.readouterr().out
    (repo / "data" / "notes" / "lake-ferry.yaml").write_text(GIVEN.replace("v2", "v8"), encoding="utf-8")
    assert main(["show", str(source)]) == BAD
    assert "'v8' is no record of lake-ferry" in capsys.readouterr().err
