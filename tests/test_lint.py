"""The linter: every rule on an example that it must warn of, waivers, and the command."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest
import yaml

from conftest import HEAD, ROOT, worked_examples
from newsgold import lint
from newsgold.cli import main
from newsgold.issues import InputError
from newsgold.lint.dates import values
from newsgold.lint.lexicon import lexicon, noun_forms, verb_forms
from newsgold.lint.numbers import bound_of, read
from newsgold.records import ENTITY_KINDS, EVENT_TYPES

EXAMPLES = ROOT / "tests" / "examples" / "lint"


def write(folder: Path, text: str, layers: str, name: str = "a") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.txt").write_text(text.strip() + "\n", encoding="utf-8")
    (folder / f"{name}.yaml").write_text(HEAD + layers, encoding="utf-8")
    return folder / f"{name}.yaml"


@pytest.mark.parametrize("rule", lint.RULES)
def test_rule_warns_of_its_example(rule: str, tmp_path: Path) -> None:
    case = yaml.safe_load((EXAMPLES / f"{rule}.yaml").read_text(encoding="utf-8"))
    report = lint.lint_file(write(tmp_path, case["text"], case["layers"] or ""), name="a.yaml", rules=[rule])
    assert [str(warning).replace(f": {rule}: ", ": ", 1) for warning in report.warnings] == case["expected"].splitlines()


def test_every_example_belongs_to_a_rule() -> None:
    assert sorted(path.stem for path in EXAMPLES.iterdir()) == sorted(lint.RULES)


@pytest.mark.parametrize("heading", worked_examples())
def test_worked_examples_of_the_guidelines_are_clean(heading: str, tmp_path: Path) -> None:
    assert lint.lint_file(write(tmp_path, *worked_examples()[heading])).warnings == ()


# --- numbers, bounds, dates --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "kind", "expected"),
    [
        ("290,000", "count", ["290000"]),
        ("$3.2 billion", "money", ["3200000000"]),
        ("CFA3.5m", "money", ["3500000"]),
        ("3.5 m", "measure", ["3.5"]),
        ("Rs 49.5 million", "money", ["49500000"]),
        ("1,50,000", "count", ["150000"]),
        ("three lakh", "count", ["300000"]),
        ("twenty-one", "count", ["21"]),
        ("a hundred and nine", "count", ["109"]),
        ("one thousand two hundred", "count", ["1200"]),
        ("a dozen", "count", ["12"]),
        ("half a million", "count", ["500000"]),
        ("half a point", "percentage_points", ["1/2"]),
        ("half an hour", "duration", ["1/2"]),
        ("quarter of an hour", "duration", ["1/4"]),
        ("an hour and a half", "duration", ["3/2"]),
        ("two and a half years", "duration", ["5/2"]),
        ("a third", "ratio", ["1/3"]),
        ("two-thirds", "ratio", ["2/3"]),
        ("one in five", "ratio", ["1", "5"]),
        ("3-1", "score", ["3", "1"]),
        ("52 votes to 40", "score", ["52", "40"]),
        ("1,200 to 1,500", "count", ["1200", "1500"]),
        ("5 to 8 million", "count", ["5000000", "8000000"]),
        ("$3-4 billion", "money", ["3000000000", "4000000000"]),
        ("30s", "age", ["30", "39"]),
        ("third-largest", "rank", ["3"]),
        ("minus 4C", "measure", ["-4"]),
        ("50 basis points", "percentage_points", ["1/2"]),
        ("tens of thousands", "count", ["20000"]),
        ("several hundred", "count", ["200"]),
        ("a couple", "count", ["2"]),
        ("34-year-old", "age", ["34"]),
    ],
)
def test_read(printed: str, kind: str, expected: list[str]) -> None:
    reading = read(printed, kind)
    assert reading is not None and reading.values == tuple(map(Fraction, expected))


def test_read_race_times_and_what_is_no_number() -> None:
    assert read("2:05.3", "duration", "s") == read("125.3", "duration", "s")
    assert read("2:05.3", "duration", "min") is None
    assert read("nobody") is None and read("a year and three months", "duration") is None and read("5 feet 10 inches", "measure") is None


@pytest.mark.parametrize(
    ("text", "number", "expected"),
    [
        ("Some 40 boats", "40", "approximate"),
        ("at least about 20 boats", "20", "at_least"),
        ("more than a dozen", "a dozen", "more_than"),
        ("just over 5 km", "5 km", "more_than"),
        ("only 12 came", "12", "exact"),
        ("12 came", "12", None),
        ("within five days", "five days", "at_most"),
        ("40-odd boats", "40", "approximate"),
        ("40 boats or more", "40", "at_least"),
        ("up to €40", "€40", "at_most"),
        ("the handsome 40", "40", None),
    ],
)
def test_bound_of(text: str, number: str, expected: str | None) -> None:
    start = text.index(number)
    assert bound_of(text, (start, start + len(number)))[0] == expected


@pytest.mark.parametrize(
    ("words", "past", "expected"),
    [  # the table of 4.5, P = 2026-03-18, a Wednesday
        ("today", True, "2026-03-18"), ("yesterday", True, "2026-03-17"), ("tomorrow", False, "2026-03-19"), ("Monday", True, "2026-03-16"), ("Monday", False, "2026-03-23"),
        ("last Monday", True, "2026-03-16"), ("next Monday", False, "2026-03-23"), ("Wednesday", True, "2026-03-18"), ("last Wednesday", True, "2026-03-11"), ("Sunday night", True, "2026-03-15"),
        ("this week", True, "2026-03-16/2026-03-22"), ("last week", True, "2026-03-09/2026-03-15"), ("next week", False, "2026-03-23/2026-03-29"), ("the weekend", True, "2026-03-14/2026-03-15"),
        ("the weekend", False, "2026-03-21/2026-03-22"), ("March", True, "2026-03"), ("April", True, "2025-04"), ("April", False, "2026-04"), ("early June", False, "2026-06-01/2026-06-10"),
        ("mid-June", False, "2026-06-11/2026-06-20"), ("late June", False, "2026-06-21/2026-06-30"), ("earlier this month", True, "2026-03-01/2026-03-18"), ("later this year", False, "2026-03-18/2026-12-31"),
        ("last month", True, "2026-02"), ("last year", True, "2025"), ("early 2025", True, "2025-01/2025-04"), ("late 2025", True, "2025-09/2025-12"), ("two days ago", True, "2026-03-16"),
        ("5 March", True, "2026-03-05"), ("March 20", True, "2025-03-20"), ("Tuesday 18 March", True, "2026-03-18"), ("30 February", True, None), ("recently", True, None),
    ],
)  # fmt: skip
def test_dates(words: str, past: bool, expected: str | None) -> None:
    import datetime

    assert values(words, datetime.date(2026, 3, 18), past) == expected


# --- word lists --------------------------------------------------------------------------------------------------------------


def test_lexicon_names_every_type_and_only_the_scheme_s_labels() -> None:
    words = lexicon()
    assert {type_ for forms in (words.triggers, words.sport) for types in forms.values() for type_ in types} == set(EVENT_TYPES)
    assert set(words.kinds.values()) <= set(ENTITY_KINDS)


def test_inflection() -> None:
    assert verb_forms("stab=stabbed|stabbing") >= {"stab", "stabs", "stabbed", "stabbing"}
    assert verb_forms("die=dying") >= {"dies", "died", "dying"}
    assert verb_forms("deny") >= {"denies", "denied", "denying"}
    assert verb_forms("seize") == {"seize", "seizes", "seized", "seizing"}
    assert (
        noun_forms("robbery") == {"robbery", "robberies"} and noun_forms("match=matches") == {"match", "matches"} and noun_forms("blast") == {"blast", "blasts"}
    )


# --- waivers -----------------------------------------------------------------------------------------------------------------

TEXT = "Flames were seen at 12 sites. The other 12 were safe."


def gold(tmp_path: Path, waivers: str | None, text: str = TEXT) -> Path:
    path = write(tmp_path / "data" / "articles" / "train", text, "")
    if waivers is not None:
        (tmp_path / "data" / "waivers").mkdir()
        (tmp_path / "data" / "waivers" / "a.yaml").write_text(waivers, encoding="utf-8")
    return path


def report(path: Path) -> lint.Report:
    return lint.lint_file(path, waivers=lint.waivers_path(path), rules=["number-uncovered"], name="data/articles/train/a.yaml")


def test_waiver_by_anchor_covers_one_warning(tmp_path: Path) -> None:
    found = report(gold(tmp_path, "waivers:\n  - {rule: number-uncovered, at: 'at [12] sites', reason: a test}\n"))
    assert [warning.at for warning in found.warnings] == ["other [12]"] and [warning.waived for warning in found.waived] == ["a test"]


def test_waiver_by_text_covers_every_such_warning(tmp_path: Path) -> None:
    found = report(gold(tmp_path, "waivers:\n  - {rule: number-uncovered, text: '12', reason: a test}\n"))
    assert not found.warnings and len(found.waived) == 2


def test_waiver_that_matches_nothing_is_a_warning(tmp_path: Path) -> None:
    found = report(
        gold(tmp_path, "waivers:\n  - {rule: number-uncovered, at: sites, reason: a test}\n  - {rule: number-uncovered, at: gone, reason: a test}\n")
    )
    assert [str(warning).split(";")[0] for warning in found.warnings if warning.rule == lint.STALE] == [
        "data/waivers/a.yaml:2: waiver-stale: the waiver of number-uncovered at 'sites': it matches no warning",
        "data/waivers/a.yaml:3: waiver-stale: the waiver of number-uncovered at 'gone': anchor 'gone' is not in the text, expected words as they stand in it",
    ]


def test_waivers_of_rules_that_were_not_run_are_left_alone(tmp_path: Path) -> None:
    path = gold(tmp_path, "waivers:\n  - {rule: content-end, at: sites, reason: a test}\n")
    assert lint.STALE not in {warning.rule for warning in report(path).warnings}
    assert lint.STALE in {warning.rule for warning in lint.lint_file(path, waivers=lint.waivers_path(path)).warnings}


def test_bad_waivers_are_told_all_at_once(tmp_path: Path) -> None:
    path = gold(
        tmp_path,
        "more: x\nwaivers:\n  - {rule: no-rule, at: x, reason: y}\n  - {rule: content-end, at: x}\n  - {rule: content-end, at: x, text: y, reason: }\n  - words\n",
    )
    with pytest.raises(InputError) as error:
        report(path)
    assert str(error.value).splitlines() == [
        "data/waivers/a.yaml:1: $.more: unknown key; expected waivers alone",
        "data/waivers/a.yaml:3: $.waivers[0].rule: 'no-rule' is no rule; expected one of newsgold lint --list-rules",
        "data/waivers/a.yaml:4: $.waivers[1]: without reason; expected rule, at or text, and reason",
        "data/waivers/a.yaml:5: $.waivers[2].reason: None; expected words",
        "data/waivers/a.yaml:5: $.waivers[2]: without either at or text; expected rule, at or text, and reason",
        "data/waivers/a.yaml:6: $.waivers[3]: 'words'; expected rule, at or text, and reason",
    ]


def test_printed_waivers_cover_what_they_were_printed_for(tmp_path: Path) -> None:
    path = gold(tmp_path, None)
    lines = lint.waiver_lines(report(path))
    (tmp_path / "data" / "waivers").mkdir()
    (tmp_path / "data" / "waivers" / "a.yaml").write_text("".join(lines).replace("reason: }", "reason: a test}"), encoding="utf-8")
    assert not report(path).warnings


def test_only_sources_of_the_gold_have_waivers_of_their_own() -> None:
    assert lint.waivers_path(ROOT / "data" / "articles" / "train" / "x.yaml") == ROOT / "data" / "waivers" / "x.yaml"
    assert lint.waivers_path(ROOT / "data" / "annotators" / "a1" / "x.yaml") is None


def test_shipped_waivers_are_in_form_and_belong_to_articles() -> None:
    known = {path.stem for path in (ROOT / "data" / "articles").glob("*/*.yaml")}
    for path in sorted((ROOT / "data" / "waivers").iterdir()):
        assert path.stem in known and lint.read_waivers(path, path.name)


# --- the command -------------------------------------------------------------------------------------------------------------


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = gold(tmp_path, None)
    assert main(["lint", str(path)]) == 1
    out, err = capsys.readouterr()
    assert out.splitlines()[0].startswith(f"{path.with_suffix('.txt')}:1: number-uncovered: no figure covers ") and err == "1 article, 2 warnings, 0 waived\n"
    assert main(["lint", str(path), "--skip", "number-uncovered"]) == 0
    capsys.readouterr()
    assert main(["lint", str(path), "--json", "--rule", "number-uncovered"]) == 1
    data = json.loads(capsys.readouterr().out)
    assert data["articles"] == 1 and data["waived"] == [] and [(w["article"], w["rule"], w["line"], w["at"], w["path"]) for w in data["warnings"]] == [
        ("a", "number-uncovered", 1, "at [12]", None), ("a", "number-uncovered", 1, "other [12]", None),
    ]  # fmt: skip


def test_command_on_a_raw_annotation_beside_its_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, TEXT, "")
    text = path.with_suffix(".txt").rename(tmp_path / "elsewhere.txt")
    assert main(["lint", str(path), "--text", str(text)]) == 1
    assert capsys.readouterr().out.startswith(f"{text}:1: number-uncovered")
    waivers = tmp_path / "w.yaml"
    waivers.write_text("waivers:\n  - {rule: number-uncovered, text: '12', reason: a test}\n", encoding="utf-8")
    assert main(["lint", str(path), "--text", str(text), "--waivers", str(waivers)]) == 0


def test_command_refuses_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "--rule", "nothing"]) == 2
    assert "no rule is named nothing" in capsys.readouterr().err
    assert main(["lint", str(tmp_path / "none.yaml")]) == 2
    assert "none.yaml: $: is no file" in capsys.readouterr().err
    path = write(tmp_path, TEXT, "figures:\n  - {id: f1, span: '13', kind: count, low: '13', high: '13', bound: exact}\n")
    assert main(["lint", str(path)]) == 2
    assert "$.figures[0].span: anchor '13' is not in the text" in capsys.readouterr().err
    assert main(["lint", str(path), str(path), "--text", str(path)]) == 2
    assert "expected one annotation" in capsys.readouterr().err


def test_command_lists_the_rules(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "--list-rules"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(lint.RULES)


def test_many_files_are_linted_the_same_in_processes(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [str(write(tmp_path, TEXT, "", f"a{n}")) for n in range(60)]
    outputs = []
    for cores in (1, 2):
        monkeypatch.setattr("os.cpu_count", lambda cores=cores: cores)
        assert main(["lint", *paths]) == 1
        outputs.append(capsys.readouterr().out)
    assert outputs[0] == outputs[1] and len(outputs[0].splitlines()) == 120
