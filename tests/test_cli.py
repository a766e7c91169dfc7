"""The command line as a user runs it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import newsgold
from conftest import ROOT, Frozen, sample
from newsgold import corpus, facets
from newsgold.cli import BAD, OK, main
from newsgold.measures import headline_names, registry

GOLD = ROOT / "tests" / "examples" / "gold.jsonl"
COMMANDS = [
    "validate", "build", "show", "score", "errors", "compare", "gate",
    "slices", "report", "tokens", "agreement", "hydrate", "standoff", "leaderboard", "predict", "run",
]  # fmt: skip


@pytest.fixture
def predictions(tmp_path: Path) -> Path:
    path = tmp_path / "p.jsonl"
    path.write_text(json.dumps(newsgold.to_prediction(corpus.load(path=GOLD)[0]), ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def test_help_of_every_command_has_examples(capsys: pytest.CaptureFixture[str]) -> None:
    for command in COMMANDS:
        with pytest.raises(SystemExit) as stop:
            main([command, "--help"])
        assert stop.value.code == 0
        assert f"newsgold {command}" in capsys.readouterr().out.split("examples:")[1]


def test_no_command_and_wrong_usage_are_exit_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == BAD
    one = ["--article", newsgold.load("validation")[0].id]
    for argv in (
        ["nonsense"],
        ["score"],
        ["score", "x", "--split", "dev"],
        ["agreement", "a1", "a2", "a9", *one],
        ["agreement", "a1"],
        ["agreement", "a1", "a1"],
    ):
        try:
            code = main(argv)
        except SystemExit as stop:
            code = int(stop.code or 0)
        assert code == BAD, argv
    capsys.readouterr()


def test_help_loads_nothing_heavy() -> None:
    code = "import sys, newsgold.cli as c; c._parser().format_help(); print([m for m in ('numpy', 'rich', 'jsonschema', 'orjson', 'datasets', 'yaml', 'msgspec', 'pyarrow') if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT / "benchmark")
    assert out.stdout.strip() == "[]"


def test_scoring_loads_no_datasets_and_no_numpy(predictions: Path) -> None:
    code = (
        "import sys; from newsgold.cli import main; "
        f"main(['score', {str(predictions)!r}, '--gold', {str(GOLD)!r}, '--format', 'json']); "
        "print([m for m in ('numpy', 'datasets', 'pyarrow', 'seqeval', 'jsonschema', 'scipy') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT / "benchmark")
    assert out.stdout.strip().splitlines()[-1] == "[]"


def test_the_table_fits_80_columns(predictions: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["score", str(predictions), "--gold", str(GOLD), "--system", "perfect"]) == OK
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 80
    for words in ("perfect on custom (1 article", "speakers", "found*", "overall 1.000", "newsgold:"):
        assert words in out


def test_formats_agree(predictions: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    argv = ["score", str(predictions), "--gold", str(GOLD)]
    assert main([*argv, "--format", "json", "--out", str(tmp_path / "card.json")]) == OK
    shown = json.loads(capsys.readouterr().out)
    assert json.loads((tmp_path / "card.json").read_text()) == shown
    assert main([*argv, "--format", "markdown"]) == OK
    table = capsys.readouterr().out
    assert table.count("\n| ") >= 16 and "**1.000**" in table


def test_a_result_is_not_overwritten_in_silence(predictions: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "card.json"
    argv = ["score", str(predictions), "--gold", str(GOLD), "--out", str(out)]
    assert main(argv) == OK
    assert main(argv) == OK  # the same result again
    out.write_text("mine")
    assert main(argv) == BAD and out.read_text() == "mine"
    assert "--force" in capsys.readouterr().err
    assert main([*argv, "--force"]) == OK and out.read_text() != "mine"


def test_a_result_never_replaces_what_it_is_made_from(predictions: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = predictions.read_bytes()
    link = tmp_path / "link.jsonl"
    link.symlink_to(predictions)
    for argv in (["score", str(predictions)], ["compare", str(predictions), str(link)]):
        assert main([*argv, "--gold", str(GOLD), "--out", str(link), "--force"]) == BAD
        assert "is an input; expected another place" in capsys.readouterr().err
    assert predictions.read_bytes() == before


def test_a_file_where_a_folder_is_needed_is_named_as_such(predictions: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["score", str(predictions), "--gold", str(GOLD), "--out", str(predictions / "card.json")]) == BAD
    assert "cannot be written (is no folder)" in capsys.readouterr().err


def test_lines_nested_too_deeply_are_reported_with_their_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "deep.jsonl"
    for depth in (900, 2_000, 100_000):
        path.write_text('{"id": "lake-ferry", "claims": ' + "[" * depth + "]" * depth + "}\n", encoding="utf-8")
        for command in ("score", "errors", "tokens", "slices"):
            assert main([command, str(path), "--gold", str(GOLD)]) == BAD
            assert f"{path}:1: $: n" in capsys.readouterr().err, (command, depth)


def die(_: object) -> None:
    os._exit(9)


def test_a_worker_that_dies_is_bad_input_and_no_failed_check(predictions: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("newsgold.scoring.score_shard", die)
    assert main(["score", str(predictions), "--gold", str(GOLD), "--jobs", "2"]) == BAD
    assert "--jobs: $: one of 2 processes died" in capsys.readouterr().err


def test_issues_that_nobody_reads_on_are_still_bad_input(tmp_path: Path) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text("{\n" * 20_000, encoding="utf-8")
    run = subprocess.Popen([sys.executable, "-m", "newsgold", "score", str(bad)], stderr=subprocess.PIPE, cwd=ROOT / "benchmark")
    assert run.stderr is not None
    run.stderr.readline()
    run.stderr.close()
    assert run.wait() == BAD


def test_a_name_that_looks_like_markup_is_printed_as_it_stands(predictions: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    card = tmp_path / "card.json"
    assert main(["score", str(predictions), "--gold", str(GOLD), "--system", "[/bold]", "--out", str(card)]) == OK
    assert "[/bold] on custom" in capsys.readouterr().out
    other = tmp_path / "run[v2].jsonl"
    other.write_bytes(predictions.read_bytes())
    assert main(["compare", str(card), str(other), "--gold", str(GOLD)]) == OK
    out = capsys.readouterr().out
    assert out.count("[/bold]") == 2 and out.count("run[v2]") == 2


def test_matches_list_every_record(predictions: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["score", str(predictions), "--gold", str(GOLD), "--matches", "--format", "json"]) == OK
    matches = json.loads(capsys.readouterr().out)["matches"]
    assert sum(match["layer"] != "arguments" for match in matches) == 3 + 5 + 3 + 5 and {match["outcome"] for match in matches} == {"hit"}
    assert sum(match["layer"] == "arguments" for match in matches) == 5


def test_show(capsys: pytest.CaptureFixture[str]) -> None:
    source = ROOT / "tests" / "examples" / "valid" / "lake-ferry" / "lake-ferry.yaml"
    assert main(["show", str(source)]) == OK
    out = capsys.readouterr().out
    for words in (
        "Ferry runs aground",
        "Kokou Agbéko: We will move her […] when the wind drops",
        "disaster.accident happened: ran aground",
        "$3.2 million: money 3200000 USD exact",
        "relayed by Radio Sedzro",
        "subset_of f1",
    ):
        assert words in " ".join(out.split()), words
    assert main(["show", str(source), "--full"]) == OK
    full = " ".join(capsys.readouterr().out.split())
    for words in (
        "¶2 “We will move her”",  # the text's paragraphs are numbered
        "A ferry ¶1 nominal; the ferry ¶2 nominal; The 64-metre ferry ¶3 nominal; it ¶3 pronoun",
        "denied ¶2; source He ¶2",
        "place Ndola Bay in the words Ndola Bay ¶1; time 2026-03-17 in the words Tuesday ¶1",
    ):
        assert words in full and words not in " ".join(out.split()), words
    assert main(["show", str(source), "--layer", "figures"]) == OK
    assert "claims (" not in capsys.readouterr().out


def test_show_of_an_unknown_article_names_near_ones(capsys: pytest.CaptureFixture[str]) -> None:
    known = newsgold.load("test")[0].id
    assert main(["show", known[:-1]]) == BAD
    assert known in capsys.readouterr().err


def test_shipped_articles_can_be_shown(capsys: pytest.CaptureFixture[str]) -> None:
    for article in (*sample("train", "validation", "test"), *newsgold.load("external")[:2]):
        assert main(["show", article.id]) == OK
        assert main(["show", article.id, "--full"]) == OK
    assert "claims (" in capsys.readouterr().out


def test_agreement(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["agreement", "--split", "validation"]) == OK
    out = capsys.readouterr().out
    assert "before adjudication" in out and max(map(len, out.splitlines())) <= 80
    assert main(["agreement", "--split", "validation", "--format", "json"]) == OK
    data = json.loads(capsys.readouterr().out)
    assert len(data["articles"]) == len(newsgold.load("validation")) == len(data["by_article"])
    assert main(["agreement", "a2", "a1", "--split", "validation", "--format", "json"]) == OK
    back = json.loads(capsys.readouterr().out)
    assert back["headlines"] == data["headlines"]
    assert main(["agreement", "a1", "nobody"]) == BAD


@pytest.mark.parametrize(
    ("there", "given", "names"),
    [
        (["a1", "a2", "a3"], [], "a1 and a2"),
        (["a1", "a3", "b"], [], "a1, a3 and b"),
        (["a1", "a2", "a3"], ["a3", "a2", "a1"], "a1, a2 and a3"),
    ],
)
def test_any_number_of_annotators(there: list[str], given: list[str], names: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus, "annotators", lambda: there)
    monkeypatch.setattr(corpus, "load_annotator", lambda name, articles: {article.id: article for article in articles if name in there})
    assert main(["agreement", *given, "--split", "validation"]) == OK
    assert capsys.readouterr().out.startswith(f"{names} on {len(newsgold.load('validation'))} articles, before adjudication")
    assert main(["agreement", "a1", "a2", "a3", "--differences"]) == BAD
    assert capsys.readouterr().err.endswith("3 annotators given; expected two for --differences\n")


def test_differences_between_annotators(capsys: pytest.CaptureFixture[str]) -> None:
    article = newsgold.load("test")[0].id
    assert main(["agreement", "--differences", "--article", article]) == OK
    out = capsys.readouterr().out
    assert out.startswith(f"# {article}: ") and int(out.split()[2]) == out.count("    a1: ")
    assert main(["agreement", "a1", "a1", "--differences", "--article", article]) == OK
    assert capsys.readouterr().out == f"# {article}: 0 differences\n"


@pytest.mark.parametrize("columns", ["", "abc", "0", "7"])
def test_an_odd_width_is_80(columns: str, predictions: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert main(["score", str(predictions), "--gold", str(GOLD)]) == OK
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80


def test_places_that_cannot_be_written_to(predictions: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for target in (str(tmp_path), str(tmp_path / ("a" * 300)), str(predictions / "x")):
        assert main(["score", str(predictions), "--gold", str(GOLD), "--out", target]) == BAD, target
        shown = capsys.readouterr()
        assert shown.err and "Traceback" not in shown.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["p.jsonl"]


def test_a_folder_for_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.jsonl").mkdir()
    (tmp_path / "y.yaml").mkdir()
    for argv in (
        ["validate", str(tmp_path / "x.jsonl")],
        ["score", str(tmp_path / "x.jsonl")],
        ["validate", str(tmp_path / "y.yaml")],
        ["show", str(tmp_path / "none.yaml")],
    ):
        assert main(argv) == BAD
    assert "Traceback" not in capsys.readouterr().err


def test_control_characters_do_not_reach_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text(json.dumps({"id": "x\x1b[31m\ry", "a\nother.jsonl:9: ": 1}) + "\n", encoding="utf-8")
    assert main(["validate", str(path)]) == BAD
    shown = capsys.readouterr().err
    assert "\x1b" not in shown and "\r" not in shown and len(shown.splitlines()) == 3


@pytest.fixture
def worse(tmp_path: Path, nine: Frozen) -> Path:
    """The rules' predictions without every third claim and figure."""
    lines = []
    for line in nine.rules.read_text(encoding="utf-8").splitlines():
        data = json.loads(line)
        for key in ("claims", "figures"):
            data[key] = [{**record, "relations": []} if key == "figures" else record for index, record in enumerate(data.get(key, [])) if index % 3]
        for claim in data["claims"]:
            claim.pop("parent", None)
        lines.append(json.dumps(data, ensure_ascii=False) + "\n")
    path = tmp_path / "worse.jsonl"
    path.write_text("".join(lines), encoding="utf-8")
    return path


def test_compare_says_which_differences_are_real(
    worse: Path, nine: Frozen, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    card = tmp_path / "rules.json"
    assert main(["score", str(nine.rules), *nine.argv, "--system", "rules", "--out", str(card)]) == OK
    capsys.readouterr()
    assert main(["compare", str(card), str(worse), *nine.argv, "--out", str(tmp_path / "out.json")]) == OK
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 80
    data = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    verdicts = {found["measure"]: found["verdict"] for found in data["differences"]}
    assert verdicts["figures"] == "better" and verdicts["events"] == "not shown"  # the events are the same ones
    flat = " ".join(shown.split())
    assert "Real at 0.05: rules is better in overall by " in flat and "figures by " in flat and "No difference shown: " in flat
    assert (
        f"the smallest difference that {len(nine.articles)} articles could have shown" in flat
        and f"all {nine.trials} ways to swap" in flat
        and "go by p" in flat
    )
    events = next(found for found in data["differences"] if found["measure"] == "events")
    assert (events["p"], events["difference"], events["detectable"]) == (1.0, 0.0, None)
    assert data["signature"].endswith(f"|test:exact|trials:{nine.trials}|resamples:10000|seed:1")


def test_compare_keeps_every_number_of_a_long_measure_whole(
    worse: Path, nine: Frozen, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["compare", str(nine.rules), str(worse), *nine.argv, "--measure", "*", "--resamples", "100"]) == OK
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 80
    lines = shown.partition("\nA ")[2].partition("Real at")[0].splitlines()
    rows = [cells for line in lines[4:] if len(cells := line.split()) > 1]  # the further parts of a name stand alone
    assert len(rows) == len(registry())
    for row in rows:
        assert all(re.fullmatch(r"[+-]?\d\.\d{3}[*†]?|–", cell) for cell in row[1:4]), row
    starred = {row[0] for row in rows if "*" in row[3]}
    assert starred and starred <= set(headline_names()) and any("†" in row[3] for row in rows)  # what is not corrected has a mark of its own


def test_compare_in_other_formats_and_with_other_measures(
    worse: Path, nine: Frozen, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    rules = str(nine.rules)
    argv = ["compare", rules, str(worse), rules, *nine.argv, "--resamples", "300", "--trials", "200", "--seed", "4"]
    assert main([*argv, "--measure", "figures", "--measure", "figures.*.f1"]) == OK
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 80 and "without correction, so only if chosen beforehand: " in " ".join(shown.split())
    assert main([*argv, "--format", "json"]) == OK
    data = json.loads(capsys.readouterr().out)
    assert (data["method"], data["trials"], data["resamples"], data["seed"]) == ("sampled", 200, 300, 4)
    assert data["systems"] == [f"{rules} (1)", "worse", f"{rules} (2)"] and len(data["differences"]) == 3 * 5
    assert main([*argv, "--format", "json"]) == OK
    assert json.loads(capsys.readouterr().out) == data
    assert main([*argv, "--format", "markdown"]) == OK
    table = capsys.readouterr().out
    assert table.count("\n| overall |") == 3 and table.count("- Real at 0.05: ") == 3


def test_compare_refuses_what_cannot_be_compared(predictions: Path, worse: Path, nine: Frozen, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    card = tmp_path / "ferry.json"
    assert main(["score", str(predictions), "--gold", str(GOLD), "--out", str(card)]) == OK
    for argv, words in (
        ([str(nine.rules), str(card)], "only scores on the same gold compare"),
        ([str(nine.rules)], "expected two or more"),
        ([str(nine.rules), str(worse), "--measure", "claim"], "no measure is named 'claim'"),
        ([str(nine.rules), str(worse), "--trials", "0"], "trials is 0"),
        ([str(nine.rules), str(tmp_path / "none.jsonl")], "none.jsonl"),
        ([str(nine.rules), str(tmp_path)], str(tmp_path)),
    ):
        capsys.readouterr()
        assert main(["compare", *argv, *nine.argv]) == BAD, argv
        found = capsys.readouterr()
        assert words in found.err and "Traceback" not in found.err and not found.out


def test_one_article_is_compared_without_a_p(predictions: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["compare", str(predictions), str(predictions), "--gold", str(GOLD)]) == OK
    shown = " ".join(capsys.readouterr().out.split())
    assert "Overall is not tested: one article; a test needs two or more." in shown and "Real at 0.05: nothing." in shown
    assert main(["slices", str(predictions), "--gold", str(GOLD)]) == OK
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80


def test_slices_by_every_facet(nine: Frozen, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    argv = ["slices", str(nine.rules), *nine.argv, "--resamples", "200"]
    assert main(argv) == OK
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 80
    for words in (
        "all articles",
        "claims.discontinuous",
        *(article.genre for article in nine.articles),
        *(facets.length(article) for article in nine.articles),
        "written",
        "too small to read: fewer than 10 articles",
    ):
        assert words in " ".join(shown.split()), words
    assert main([*argv, "--by", "length", "--by", "genre", "--measure", "claims", "--measure", "claims.attributes.act.*", "--format", "json"]) == OK
    data = json.loads(capsys.readouterr().out)
    assert [found["facet"] for found in data["slices"]] == sorted((found["facet"] for found in data["slices"]), key=["all", "length", "genre"].index)
    assert set(data["slices"][0]["scores"]) == {"claims", *(f"claims.attributes.act.{name}" for name in ("accuracy", "kappa", "ac1"))}
    assert sum(found["articles"] for found in data["slices"] if found["facet"] == "length") == data["articles"] == len(nine.articles)
    assert main([*argv, "--by", "topic", "--format", "markdown"]) == OK
    assert "| topic | n | overall |" in capsys.readouterr().out
    assert main([*argv, "--measure", "nothing"]) == BAD
    assert "no measure is named 'nothing'" in capsys.readouterr().err
