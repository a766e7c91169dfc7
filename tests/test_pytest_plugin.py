"""The pytest plugin: a system is held to its stored scorecard, and nothing passes in silence. Each session runs in a process of its own."""

from __future__ import annotations

import inspect
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from fractions import Fraction
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import newsgold
from conftest import ROOT
from newsgold import corpus, pytest_plugin, systems
from newsgold.scoring import Scorecard, score
from newsgold.systems import System

pytest_plugins = ["pytester"]

ENTRY_POINTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["entry-points"]["pytest11"]
EXAMPLE = ROOT / "tests" / "example_project"
# Systems that have seen the gold: what each test needs is a difference that is known.
SYSTEMS = """
import json, pathlib

GOLD = {p["id"]: p for p in map(json.loads, pathlib.Path(__file__).with_name("gold.jsonl").read_text().splitlines())}
FIRST, SECOND = sorted(GOLD)[:2]
SEEN = []

def perfect(article):
    SEEN.append(article["id"])
    return GOLD[article["id"]]

def no_figures(article):
    return {**GOLD[article["id"]], "figures": []}

def worse_in_one(article):
    return no_figures(article) if article["id"] == FIRST else perfect(article)

def silent_in_one(article):
    return {} if article["id"] == FIRST else perfect(article)

def raises_in_one(article):
    if article["id"] == FIRST:
        raise ValueError("\\x1b[31mno\\u202e\\n::error::words")
    return perfect(article)
"""
Project = pytest.Pytester
VALIDATION, TRAIN = len(newsgold.load("validation")), len(newsgold.load("train"))


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    """An empty project with the systems, in an environment in which newsgold is installed as its pyproject.toml says."""
    site = pytester.path / "site"
    info = site / "newsgold_under_test-0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: newsgold-under-test\nVersion: 0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[pytest11]\n" + "".join(f"{name} = {module}\n" for name, module in ENTRY_POINTS.items()), encoding="utf-8")
    for name in [name for name in os.environ if name.startswith(("PYTEST_", "NEWSGOLD_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT / "benchmark"), str(site)]))
    monkeypatch.setenv("COLUMNS", "200")
    gold = [newsgold.to_prediction(article) for article in newsgold.load("validation")]
    (pytester.path / "gold.jsonl").write_text("".join(json.dumps(prediction) + "\n" for prediction in gold), encoding="utf-8")
    pytester.makepyfile(systems=SYSTEMS)
    pytester.makeini("[pytest]\naddopts = --strict-markers --strict-config -p no:cacheprovider\nfilterwarnings = error\n")
    return pytester


def run(project: Project, *arguments: str) -> tuple[pytest.RunResult, str]:
    """A session, and all that it printed."""
    # Loading hypothesis is most of the time of a small session, and nothing here needs it.
    done = project.runpytest_subprocess("-W", "error", "-p", "no:hypothesispytest", "-p", "no:anyio", *arguments)
    return done, done.stdout.str() + done.stderr.str()


def gates(project: Project, *bodies: str, name: str = "test_gate") -> None:
    """A test module with one test a body."""
    lines = "\n\n".join(f"def test_{number}(newsgold_gate):\n    {body}" for number, body in enumerate(bodies))
    project.makepyfile(**{name: f"from systems import *\n\n\n{lines}\n"})


@cache
def scorecard(split: str) -> bytes:
    """The scorecard of the perfect system."""
    return score([newsgold.to_prediction(article) for article in newsgold.load(split)], split, system="perfect").to_json(matches=True)


def baseline(project: Project, name: str = "base.json", split: str = "validation", predictions: Any = None) -> Path:
    """A scorecard, by default that of the perfect system, stored."""
    path: Path = project.path / name
    path.write_bytes(score(predictions, split, system="perfect").to_json(matches=True) if predictions else scorecard(split))
    return path


def summary(printed: str) -> list[str]:
    """The lines of the plugin's summary."""
    return re.split(r"^=+ newsgold =+$", printed, flags=re.M)[1].split("\n=")[0].strip().splitlines()


# --- verdicts ---------------------------------------------------------------------------------------------------------


def test_a_system_that_is_as_good_as_its_baseline_passes_and_is_in_the_summary(project: Project) -> None:
    baseline(project)
    gates(
        project,
        f"card = newsgold_gate(perfect, baseline='base.json'); assert card.overall == 1.0 and card.articles == {VALIDATION} and card.system == 'perfect'",
    )
    done, printed = run(project)
    done.assert_outcomes(passed=1)
    head, row = summary(printed)
    assert head.split() == ["gate", "articles", "overall", "baseline", "change", "verdict"]
    assert re.split(r"  +", row) == ["test_gate.py::test_0", f"validation: {VALIDATION}", "1.0000", "1.0000", "+0.0000", "passed"]


def test_a_regression_fails_with_the_gates_table_the_articles_and_the_records(project: Project) -> None:
    baseline(project)
    first = newsgold.load("validation")[0]
    gates(project, "newsgold_gate(worse_in_one, baseline='base.json', fail=['overall:0.1%', 'claims:0'], min='figures.unit.f1=0.5')")
    done, printed = run(project)
    done.assert_outcomes(failed=1)
    expected = score([{**newsgold.to_prediction(first), "figures": []}, *(newsgold.to_prediction(a) for a in newsgold.load("validation")[1:])], "validation")
    assert expected.overall is not None
    assert f"AssertionError: worse_in_one: overall fell to {expected.overall:.3f} from 1.000" in printed
    assert re.search(r"^E +overall +1\.000 +0\.\d+ +[-−]0\.\d+ +[-−]0\.1% +FAIL$", printed, flags=re.M)
    assert re.search(r"^E +claims +1\.000 +1\.000 .* ok$", printed, flags=re.M)
    assert re.findall(r"^E +worse: (.*)$", printed, flags=re.M) == [first.id]
    figure = min(first.figures, key=lambda figure: int(figure.id[1:]))
    assert re.search(rf"^E +{first.id}, figures {figure.id}, missed: .*\[{re.escape(figure.span.text or '')}\]", printed, flags=re.M)
    assert "pytest --newsgold-update writes base.json anew" in printed
    assert "pytest_plugin.py" not in printed  # the traceback is the test's own
    assert summary(printed)[1].endswith("failed")


def test_without_a_rule_no_headline_may_drop(project: Project) -> None:
    baseline(project)
    gates(project, "newsgold_gate(worse_in_one, baseline='base.json')", "newsgold_gate(worse_in_one, baseline='base.json', min=['claims=0.9'])")
    done, printed = run(project)
    done.assert_outcomes(failed=1, passed=1)
    assert "figures fell to" in printed


def test_a_minimum_is_held(project: Project) -> None:
    baseline(project)
    gates(project, "newsgold_gate(no_figures, baseline='base.json', fail='overall:0.9', min='figures.unit.f1=0.6')")
    done, printed = run(project)
    done.assert_outcomes(failed=1)
    assert "figures.unit.f1 fell to 0.000 from 1.000" in printed


def test_predictions_may_come_from_a_callable_a_batch_a_file_or_objects(project: Project) -> None:
    baseline(project)
    gates(
        project,
        "newsgold_gate('gold.jsonl', baseline='base.json')",
        "newsgold_gate(iter(GOLD.values()), baseline='base.json')",
        "newsgold_gate(lambda articles: [{k: v for k, v in perfect(a).items() if k != 'id'} for a in articles], baseline='base.json', batch=True)",
        "newsgold_gate(lambda articles: map(perfect, reversed(articles)), baseline='base.json', batch=True)",
        "import newsgold; gold = {a.id: a for a in newsgold.load('validation')}; newsgold_gate(lambda a: gold[a['id']], baseline='base.json')",
        "newsgold_gate(pathlib.Path('gold.jsonl'), baseline=pathlib.Path('base.json'), sample=2)",
        f"newsgold_gate('few.jsonl', baseline='base.json', max_errors={VALIDATION - 1})",
    )
    (project.path / "few.jsonl").write_bytes((project.path / "gold.jsonl").read_bytes().splitlines(keepends=True)[0])
    done, printed = run(project)
    done.assert_outcomes(passed=6, failed=1)
    scores = [line.split()[3] for line in summary(printed)[1:7]]
    assert scores[:5] == ["1.0000"] * 5
    assert f"failed on {VALIDATION - 1} articles" in printed and "(no prediction)" in printed  # a file with one prediction


def test_a_significance_level_is_the_gates(project: Project) -> None:
    baseline(project)
    gates(project, "newsgold_gate(worse_in_one, baseline='base.json', fail='overall:1%', alpha=1e-9)")
    done, printed = run(project)
    done.assert_outcomes(failed=1)
    assert f"newsgold gate, no verdict: alpha 1e-09: with {VALIDATION} articles the smallest p is" in printed


# --- what a system is given, and what it may do -----------------------------------------------------------------------


def test_a_system_is_given_no_annotation_and_may_change_what_it_is_given(project: Project) -> None:
    baseline(project)
    fields = set(pytest_plugin.FIELDS)
    assert not fields & {"entities", "claims", "events", "figures", "annotators", "split", "canary"}
    gates(
        project,
        "\n    ".join(
            [
                "def system(article):",
                f"    assert type(article) is dict and set(article) == {fields!r}",
                "    assert article == json.loads(json.dumps(article))",
                "    prediction = GOLD[article['id']]",
                "    article.clear()",
                "    return prediction",
                "newsgold_gate(system, baseline='base.json')",
            ]
        ),
    )
    done, _ = run(project)
    done.assert_outcomes(passed=1)


def test_a_system_that_raises_never_passes_in_silence(project: Project) -> None:
    first = newsgold.load("validation")[0].id
    empty = [newsgold.to_prediction(a) if a.id != first else {"id": a.id} for a in newsgold.load("validation")]
    baseline(project, predictions=empty)  # so that the rules hold
    gates(
        project,
        "newsgold_gate(silent_in_one, baseline='base.json')",
        "newsgold_gate(raises_in_one, baseline='base.json')",
        "newsgold_gate(raises_in_one, baseline='base.json', max_errors=1)",
        "newsgold_gate(lambda articles: 1 / 0, baseline='base.json', batch=True)",
    )
    done, printed = run(project)
    done.assert_outcomes(passed=2, failed=2)
    assert "raises_in_one: failed on 1 article, scored as empty where nothing came: " + first in printed
    assert '    raise ValueError("' in printed  # the system's own line
    assert "<lambda>: overall fell to 0.000" in printed and f"failed on {VALIDATION} articles" in printed and "ZeroDivisionError: division by zero" in printed
    rows = summary(printed)
    assert [row.split("  ")[-1] for row in rows[1:5]] == ["passed", "failed", "passed", "failed"]
    assert [line for line in rows[5:] if line.startswith("test_gate.py::test_2: failed on 1 article")]


@pytest.mark.parametrize("style", ["long", "native", "line"])
def test_what_a_system_says_cannot_move_the_terminal_or_command_ci(project: Project, style: str) -> None:
    baseline(project)
    gates(project, "newsgold_gate(raises_in_one, baseline='base.json')")
    done, printed = run(project, f"--tb={style}")
    done.assert_outcomes(failed=1)
    assert "\x1b" not in printed and "\u202e" not in printed and r"\x1b[31mno\u202e" in printed
    assert not [line for line in printed.splitlines() if re.match(r"(E\s*)?\s*::", line)]


def test_what_is_no_prediction_is_told_with_its_article(project: Project) -> None:
    baseline(project)
    first, second = (article.id for article in newsgold.load("validation")[:2])
    cases = {
        "newsgold_gate(lambda article: None, baseline='base.json')": f"<lambda>({first}): $: returned None; expected a prediction",
        "newsgold_gate(lambda article: {'id': SECOND}, baseline='base.json')": f"<lambda>({first}): $: returned a prediction for '{second}'; expected one for '{first}'",
        "newsgold_gate(lambda article: {'figures': [{'span': {'start': 0, 'end': 9**9}}]}, baseline='base.json')": f"<lambda>({first}): $.figures[0].span",
        "newsgold_gate(lambda article: {'claims': {1, 2}}, baseline='base.json')": f"<lambda>({first}): $: cannot be written as JSON",
        "newsgold_gate(lambda articles: [{}], baseline='base.json', batch=True)": "returned predictions without ids; expected one for each article",
        "newsgold_gate(lambda articles: [{'id': 'other'}], baseline='base.json', batch=True)": "<lambda>(other): $.id: 'other' is no article of this split",
        "newsgold_gate([{'id': 'other'}], baseline='base.json')": "predictions:1: $.id: 'other' is no article of this split",
        "newsgold_gate('none.jsonl', baseline='base.json')": "none.jsonl",
    }
    gates(project, *cases)
    done, printed = run(project)
    done.assert_outcomes(failed=len(cases))
    parts = re.split(r"^_+ test_\d _+$", printed, flags=re.M)[1:]
    for part, told in zip(parts, cases.values(), strict=True):
        assert "newsgold gate, no verdict: " in part and told in part, (told, part)
    assert [row.endswith("no verdict") for row in summary(printed)[1:]] == [True] * len(cases)


# --- baselines and settings that cannot be used -----------------------------------------------------------------------


def edited(path: Path, name: str, *changes: tuple[str, str]) -> None:
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (path.parent / name).write_text(text, encoding="utf-8")


def test_a_baseline_or_a_setting_that_cannot_be_used_is_no_verdict_and_the_system_does_not_run(project: Project) -> None:
    path = baseline(project)
    version = corpus.DATA_VERSION
    edited(path, "old-data.json", (f"|data:{version}|", "|data:0.0.1|"))
    edited(path, "old-package.json", ("newsgold:", "newsgold:9."))
    edited(path, "wrong.json", ('"overall": 1.0', '"overall": 0.5'))
    baseline(project, "test.json", "test")
    (project.path / "broken.json").write_text("{\n", encoding="utf-8")
    anew = "pytest --newsgold-update writes the baseline anew"
    cases = {
        "baseline='missing.json'": ["missing.json: no such baseline; expected a scorecard, which pytest --newsgold-update writes"],
        "baseline='old-data.json'": [f"old-data.json: data '0.0.1'; expected '{version}' as in the gold at hand", anew],
        "baseline='old-package.json'": ["old-package.json: newsgold '9.0", anew],
        "baseline='test.json'": ["test.json: split 'test'; expected 'validation'", f"articles lacking; expected all {VALIDATION} that are scored", anew],
        "baseline='wrong.json'": ["wrong.json: $.overall: 0.5; expected 1.0, which the counts give"],
        "baseline='broken.json'": ["broken.json:"],
        "baseline='gold.jsonl'": ["gold.jsonl: $: is no scorecard"],
        "baseline='.'": [".: $: is no scorecard"],
        "baseline='base.json', split='dev'": ["no split 'dev'; expected one of train, validation, test, external"],
        f"baseline='base.json', sample={VALIDATION + 1}": [
            f"split validation: a sample of {VALIDATION + 1}; expected 1 to {VALIDATION}, the number of articles that have a text"
        ],
        "baseline='base.json', sample=0": [f"split validation: a sample of 0; expected 1 to {VALIDATION}, the"],
        "baseline='base.json', sample=-1": ["newsgold_sample -1; expected a whole number"],
        "baseline='base.json', seed='x'": ["newsgold_seed 'x'; expected a whole number"],
        "baseline='base.json', fail='overal:1%'": ["overal"],
        "baseline='base.json', fail=['overall']": ["expected MEASURE:LIMIT"],
        "baseline='base.json', min=['overall:1']": ["expected MEASURE=VALUE"],
    }
    gates(project, *(f"newsgold_gate(lambda article: print('ran', 'anyway'), {case})" for case in cases))
    done, printed = run(project)
    done.assert_outcomes(failed=len(cases))
    parts = re.split(r"^_+ test_\d+ _+$", printed, flags=re.M)[1:]
    for part, told in zip(parts, cases.values(), strict=True):
        assert "newsgold gate, no verdict: " in part and all(words in part for words in told), (told, part)
    assert "ran anyway" not in printed
    assert [row.endswith("no verdict") for row in summary(printed)[1:]] == [True] * len(cases)


def test_the_calls_own_settings_come_first_then_the_command_line_then_the_configuration(project: Project) -> None:
    baseline(project)
    with (project.path / "tox.ini").open("a", encoding="utf-8") as file:
        file.write("\nnewsgold_split = train\nnewsgold_sample = 3\nnewsgold_seed = 7\n")
    gates(project, "newsgold_gate(perfect, baseline='base.json')", "newsgold_gate(perfect, baseline='base.json', split='validation', sample=1, seed=3)")
    done, printed = run(project)
    done.assert_outcomes(passed=1, failed=1)
    assert "split 'validation'; expected 'train'" in printed
    assert [re.split("  +", row)[1] for row in summary(printed)[1:]] == [f"train: 3 of {TRAIN}, seed 7", f"validation: 1 of {VALIDATION}, seed 3"]
    done, printed = run(project, "--newsgold-split=validation", "--newsgold-sample=2", "--newsgold-seed=5")
    done.assert_outcomes(passed=2)
    assert [re.split("  +", row)[1] for row in summary(printed)[1:]] == [f"validation: 2 of {VALIDATION}, seed 5", f"validation: 1 of {VALIDATION}, seed 3"]


def test_a_number_that_is_none_is_a_usage_error(project: Project) -> None:
    gates(project, "pass")
    done, printed = run(project, "--newsgold-sample=few")
    assert done.ret == pytest.ExitCode.USAGE_ERROR and "--newsgold-sample" in printed


# --- updating ---------------------------------------------------------------------------------------------------------


def test_an_update_writes_the_baseline_and_says_so(project: Project) -> None:
    gates(project, "newsgold_gate(no_figures, baseline='new/base.json', fail='overall:1%')")
    path = project.path / "new" / "base.json"
    done, printed = run(project, "--newsgold-update")
    done.assert_outcomes(passed=1)
    assert summary(printed)[1].endswith("baseline written")
    assert re.fullmatch(r"new/base\.json written: overall 0\.\d{4}, speakers 1\.0000, claims 1\.0000, events 1\.0000, figures 0\.0000", summary(printed)[2])
    stored = path.read_bytes()
    assert systems.read_scorecard(path).outcomes is not None  # so that a regression can name its records
    done, printed = run(project, "--newsgold-update")
    done.assert_outcomes(passed=1)
    assert summary(printed)[1].endswith("baseline unchanged") and len(summary(printed)) == 2 and path.read_bytes() == stored
    gates(project, "newsgold_gate(perfect, baseline='new/base.json', fail='overall:1%')")
    run(project)[0].assert_outcomes(passed=1)
    assert path.read_bytes() == stored  # a pass does not rewrite it
    done, printed = run(project, "--newsgold-update")
    assert "figures 0.0000 → 1.0000" in summary(printed)[2] and path.read_bytes() != stored


def test_an_update_that_breaks_a_minimum_or_comes_from_a_system_that_failed_writes_nothing(project: Project) -> None:
    gates(
        project,
        "newsgold_gate(no_figures, baseline='low.json', min='figures.unit.f1=0.6')",
        "newsgold_gate(raises_in_one, baseline='raised.json')",
        "newsgold_gate(raises_in_one, baseline='allowed.json', max_errors=1)",
    )
    done, printed = run(project, "--newsgold-update")
    done.assert_outcomes(failed=2, passed=1)
    assert "low.json was not written" in printed and "raised.json was not written" in printed
    assert sorted(path.name for path in project.path.glob("*.json")) == ["allowed.json"]


def test_an_update_replaces_no_other_file_and_cuts_no_baseline_to_a_sample(project: Project) -> None:
    stored = baseline(project).read_bytes()
    gold = (project.path / "gold.jsonl").read_bytes()
    gates(project, "newsgold_gate(perfect, baseline='gold.jsonl')", "newsgold_gate(perfect, baseline='base.json', sample=2)")
    done, printed = run(project, "--newsgold-update")
    done.assert_outcomes(failed=2)
    assert "gold.jsonl: $: is no scorecard" in printed and f"base.json has {VALIDATION} articles; expected no sample of them to replace it" in printed
    assert (project.path / "gold.jsonl").read_bytes() == gold and (project.path / "base.json").read_bytes() == stored


def test_an_update_replaces_a_baseline_on_other_gold_without_comparing(project: Project) -> None:
    # With an article more, as before one was withdrawn.
    edited(
        baseline(project),
        "base.json",
        (f"|data:{corpus.DATA_VERSION}|", "|data:0.0.1|"),
        (f'"articles": {VALIDATION}', f'"articles": {VALIDATION + 1}'),
        ('"counts": {', '"counts": {"x": {},'),
    )
    gates(project, "newsgold_gate(no_figures, baseline='base.json')")
    done, printed = run(project, "--newsgold-update")
    done.assert_outcomes(passed=1)
    assert summary(printed)[2].startswith("base.json written, in place of one on other gold: overall 0.") and "→" not in summary(printed)[2]
    run(project)[0].assert_outcomes(passed=1)


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["alone", "xdist"])
def test_two_gates_that_write_one_baseline_are_told_and_fail_the_session(project: Project, workers: list[str]) -> None:
    if workers:
        pytest.importorskip("xdist")
    gates(project, "newsgold_gate(perfect, baseline='base.json')", "newsgold_gate(no_figures, baseline='base.json')")
    done, printed = run(project, "--newsgold-update", *workers)
    done.assert_outcomes(passed=2)
    assert done.ret == pytest.ExitCode.TESTS_FAILED
    assert "base.json was written by 2 gates, all but one in vain: test_gate.py::test_0, test_gate.py::test_1" in printed


# --- samples ----------------------------------------------------------------------------------------------------------


class _Named(SimpleNamespace):
    id: str
    genre: str
    text: str | None


ARTICLES = st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), min_size=1, max_size=30).map(
    lambda drawn: [_Named(id=f"x{n}", genre=genre, text=None if bare and n else "words") for n, (genre, bare) in enumerate(drawn)]
)


def drawn(articles: Any, size: int, seed: int = 1) -> list[str]:
    return [article.id for article in pytest_plugin.sample(articles, size, seed)]


@settings(max_examples=60)
@given(ARTICLES, st.randoms(use_true_random=False), st.integers(0, 3))
def test_samples_are_nested_in_proportion_and_independent_of_order(articles: list[_Named], shuffle: Any, seed: int) -> None:
    usable = {article.id: article.genre for article in articles if article.text is not None}
    sizes = Counter(usable.values())
    mixed = list(articles)
    shuffle.shuffle(mixed)
    before: set[str] = set()
    for size in range(1, len(usable) + 1):
        found = drawn(articles, size, seed)
        assert found == sorted(found) == drawn(mixed, size, seed) and len(found) == size and before < set(found) <= usable.keys()
        before = set(found)
        taken = Counter(usable[name] for name in found)
        # The divisor method's own condition: no genre has a place that another, with less than its share, had a better claim to.
        last = max(Fraction(2 * taken[genre] - 1, sizes[genre]) for genre in taken)
        following = [Fraction(2 * taken[genre] + 1, n) for genre, n in sizes.items() if taken[genre] < n]
        assert not following or last <= min(following)
    for size in (0, len(usable) + 1):
        with pytest.raises(ValueError, match=f"a sample of {size}; expected 1 to {len(usable)}"):
            drawn(articles, size)


def test_another_seed_draws_another_sample() -> None:
    articles = newsgold.load("train")
    assert len({tuple(drawn(articles, 4, seed)) for seed in range(10)}) > 5


@pytest.fixture(scope="module")
def rules_card() -> tuple[Scorecard, list[dict[str, Any]]]:
    lines = (ROOT / "baselines" / "rules" / "predictions" / "test.jsonl").read_text(encoding="utf-8").splitlines()
    return score(map(json.loads, lines), "test", system="rules"), [json.loads(line) for line in lines]


def test_a_baseline_cut_to_a_sample_is_what_scoring_the_sample_gives(rules_card: tuple[Scorecard, list[dict[str, Any]]]) -> None:
    card, lines = rules_card
    chosen = pytest_plugin.sample(newsgold.load("test"), 3, 1)
    ids = {article.id for article in chosen}
    alone = score([line for line in lines if line["id"] in ids], "test", gold=chosen)
    cut = pytest_plugin._restricted(System.of(card, "rules"), ids, alone.signature)
    assert cut.signature == alone.signature and cut.outcomes is not None
    assert list(cut.rows) == list(alone.rows) and list(cut.outcomes) == list(alone.outcomes)
    assert (cut.rows.total, cut.rows.labels, cut.rows.errors) == (alone.rows.total, alone.rows.labels, alone.rows.errors)


def test_system_and_baseline_are_held_to_the_same_sample(project: Project) -> None:
    baseline(project)
    two, three = (drawn(newsgold.load("validation"), size) for size in (2, 3))
    gates(
        project,
        f"newsgold_gate(perfect, baseline='base.json', sample=2); assert SEEN == {two!r}",
        # A baseline may be that of a sample; it serves that and every smaller one of its seed, and no larger one.
        "newsgold_gate(perfect, baseline='three.json', sample=3)",
        "newsgold_gate(perfect, baseline='three.json', sample=2)",
        "newsgold_gate(perfect, baseline='three.json')",
        f"newsgold_gate(lambda a: {{}} if a['id'] in {two!r} else perfect(a), baseline='base.json', sample=2)",
    )
    gold = [article for article in newsgold.load("validation") if article.id in three]
    (project.path / "three.json").write_bytes(score([newsgold.to_prediction(article) for article in gold], "validation", gold=gold).to_json())
    done, printed = run(project)
    done.assert_outcomes(passed=3, failed=2)
    left_out = sorted({article.id for article in newsgold.load("validation")} - set(three))
    named = ", ".join(f"'{one}'" for one in left_out[:5]) + " …" * (len(left_out) > 5)
    assert f"three.json: articles lacking; expected all {VALIDATION} that are scored: {named}" in printed
    assert "overall fell to 0.000 from 1.000" in printed and "2 articles: overall is worse in 2" in printed


# --- in other people's sessions ---------------------------------------------------------------------------------------


def test_xdist_gives_the_same_verdicts_and_summary(project: Project) -> None:
    pytest.importorskip("xdist")
    baseline(project)
    gates(project, *(f"newsgold_gate({system}, baseline='base.json')" for system in ("perfect", "no_figures", "worse_in_one", "perfect")))
    alone, shared = run(project), run(project, "-n", "2")
    for done, _ in (alone, shared):
        done.assert_outcomes(passed=2, failed=2)
    assert summary(alone[1]) == summary(shared[1]) and len(summary(alone[1])) == 5


def test_a_session_without_the_plugin_works(project: Project) -> None:
    project.makepyfile("def test_it():\n    pass\n")
    done, printed = run(project, "-p", "no:newsgold")
    done.assert_outcomes(passed=1)
    assert "newsgold" not in printed
    gates(project, "pass")
    done, printed = run(project, "-p", "no:newsgold")
    done.assert_outcomes(passed=1, errors=1)
    assert "fixture 'newsgold_gate' not found" in printed


def test_a_session_that_does_not_use_the_fixture_loads_nothing_else_of_newsgold(project: Project) -> None:
    project.makepyfile(
        """
        import sys

        def test_it(request):
            assert request.config.pluginmanager.has_plugin("newsgold")
            assert {n for n in sys.modules if n.split(".")[0] == "newsgold"} == {"newsgold", "newsgold._version", "newsgold.pytest_plugin"}
            assert not {"numpy", "msgspec", "orjson", "jsonschema", "rich", "yaml"} & set(sys.modules)
        """
    )
    done, printed = run(project)
    done.assert_outcomes(passed=1)
    assert "newsgold =" not in printed


def test_the_fixture_needs_no_optional_package_and_no_numpy(project: Project) -> None:
    baseline(project)
    project.makeconftest(
        "import sys\nfor name in ('seqeval', 'sklearn', 'datasets', 'pyarrow', 'scipy', 'hypothesis', 'xdist', 'text_to_num'):\n    sys.modules[name] = None\n"
    )
    gates(
        project,
        "newsgold_gate(perfect, baseline='base.json')\n    import sys\n    assert 'numpy' not in sys.modules",
        "newsgold_gate(no_figures, baseline='base.json')",
    )
    done, printed = run(project, "-p", "no:hypothesispytest", "-p", "no:xdist")
    done.assert_outcomes(passed=1, failed=1)
    assert "figures fell to 0.000" in printed


def test_rows_are_in_junit_reports(project: Project) -> None:
    from xml.etree import ElementTree

    baseline(project)
    gates(project, "newsgold_gate(perfect, baseline='base.json')")
    run(project, "--junitxml=junit.xml")
    (found,) = ElementTree.parse(project.path / "junit.xml").iter("property")
    assert found.get("name") == "newsgold" and json.loads(found.get("value") or "")["new"]["overall"] == 1.0


# --- the example project ----------------------------------------------------------------------------------------------


@pytest.fixture
def example(project: Project) -> Project:
    """The example project in a folder of its own."""
    for path in project.path.glob("*.*"):
        if path.is_file():
            path.unlink()
    shutil.copytree(EXAMPLE, project.path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    return project


def test_the_example_project_passes_its_stored_baseline(example: Project) -> None:
    done, printed = run(example, "-p", "no:cacheprovider")
    done.assert_outcomes(passed=1)  # after a change of data or scoring: make data, or make baselines
    assert summary(printed)[1].endswith("+0.0000  passed")


def test_the_example_project_catches_a_regression_and_takes_an_update(example: Project) -> None:
    path = example.path / "extractor.py"
    good = path.read_text(encoding="utf-8")
    assert "(?P<cue>said)" in good
    path.write_text(good.replace("(?P<cue>said)", "(?P<cue>told)"), encoding="utf-8")
    done, printed = run(example, "-p", "no:cacheprovider")
    done.assert_outcomes(failed=1)
    assert re.search(r"AssertionError: extract: overall fell to 0\.\d+ from 0\.\d+", printed) and "claims.span.close.f1 fell to 0.000" in printed
    run(example, "-p", "no:cacheprovider", "--newsgold-update")[0].assert_outcomes(passed=1)
    run(example, "-p", "no:cacheprovider")[0].assert_outcomes(passed=1)


def test_the_test_of_the_documentation_runs(example: Project) -> None:
    page = (ROOT / "docs" / "pytest.md").read_text(encoding="utf-8")
    code = re.findall(r"```python\n(.*?)```", page, flags=re.S)[0]
    (example.path / "tests" / "test_extractor.py").write_text(code, encoding="utf-8")
    for options in (["--newsgold-update"], []):
        run(example, "-p", "no:cacheprovider", *options)[0].assert_outcomes(passed=1)


def test_the_documentation_names_every_option_setting_and_argument() -> None:
    page = (ROOT / "docs" / "pytest.md").read_text(encoding="utf-8")
    options: set[str] = set()
    settings: set[str] = set()
    group = SimpleNamespace(addoption=lambda name, **_: options.add(name))
    parser: Any = SimpleNamespace(getgroup=lambda *_: group, addini=lambda name, _: settings.add(name))
    pytest_plugin.pytest_addoption(parser)
    assert set(re.findall(r"--newsgold-\w+", page)) == options
    assert set(re.findall(r"newsgold_(?!gate)\w+", page)) == settings
    arguments = inspect.signature(pytest_plugin.Gate.__call__).parameters.keys() - {"self"}
    assert set(re.findall(r"^\| `(\w+)` \|", page, flags=re.M)) == arguments
    assert all(f"`{field}`" in page for field in pytest_plugin.FIELDS)


def test_the_plugin_imports_nothing_heavy() -> None:
    code = "import pytest, sys; before = set(sys.modules); import newsgold.pytest_plugin; print(*sorted(set(sys.modules) - before))"
    env = {**os.environ, "PYTHONPATH": str(ROOT / "benchmark")}
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env)
    assert set(out.stdout.split()) <= {"newsgold", "newsgold._version", "newsgold.pytest_plugin"}
