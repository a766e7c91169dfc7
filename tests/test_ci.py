"""What CI systems read of the gate: well-formed whatever the input says, never a pass without a verdict, and the action really runs."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import newsgold
from conftest import ROOT
from newsgold import ci, corpus, report
from newsgold.cli import BAD, FAILED, OK, main

ACTION = ROOT / ".github" / "actions" / "newsgold-gate"
PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
WORKFLOW, GITLAB = re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.S)
HOSTILE = "\n::error::<script>alert(1)</script> | ##[error]x\x1b[31m\r\u202eevil ]]> &amp; `x` [a](b) \U0001f469\u200d\U0001f52c e\u0301 "

Files = tuple[Path, Path]


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Files:
    """Predictions that lack a claim, and the baseline that has it; the folder they lie in is the current one."""
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    objects = [newsgold.to_prediction(article) for article in corpus.load("validation")]
    paths = tmp_path / "new.jsonl", tmp_path / "old.jsonl"
    for path, claims in zip(paths, (2, 3), strict=True):
        objects[1]["claims"] = objects[1]["claims"][:claims]
        for claim in objects[1]["claims"]:
            claim["parent"] = None
        path.write_text("".join(json.dumps(data) + "\n" for data in objects), encoding="utf-8")
        objects = [newsgold.to_prediction(article) for article in corpus.load("validation")]
    return paths


def on_github(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    summary = tmp_path / "summary.md"
    summary.write_text("before\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    return summary


def commands(log: str) -> list[str]:
    """The lines of a log that GitHub obeys (actions/runner: two colons after any blanks, or ##[ anywhere)."""
    return [line for line in log.splitlines() if line.lstrip().startswith("::") or "##[" in line]


# --- workflow commands --------------------------------------------------------------------------------------------------------


def test_a_command_stays_on_its_line_and_in_its_fields() -> None:
    assert ci.command("error", "a:b,c", "50%\r\n::warning::x") == "::error title=a%3Ab%2Cc::50%25%0D%0A::warning::x"


@given(st.text(alphabet=":#[ab \t\n\r\x0b\x1c\x85\u2028\u00a0", max_size=20))
def test_inert_text_holds_no_command(text: str) -> None:
    out = ci.inert(text)
    assert not commands(out) and not any(part.lstrip().startswith("::") for part in re.split("[\n\r]", out))
    assert out.replace(" ", "") == text.replace(" ", "")


@given(st.lists(st.sampled_from(["overall 0.5", "a::b", "x: y", "# [", "  text"])).map("\n".join))
def test_harmless_text_stays_as_it_is(text: str) -> None:
    assert ci.inert(text) == text


def test_annotations_only_on_github(files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    argv = ["gate", str(files[0]), "--baseline", str(files[1])]
    assert main(argv) == FAILED
    assert not commands(capsys.readouterr().out)
    on_github(monkeypatch, tmp_path)
    assert main(argv) == FAILED
    found = commands(capsys.readouterr().out)
    article = corpus.load("validation")[1].id
    assert found[0].startswith("::error title=newsgold gate%3A overall::overall fell to 0.") and found[0].endswith(f"; worse in {article}")
    assert {line.split("::")[1] for line in found} <= {
        f"error title=newsgold gate%3A {name}" for name in ("overall", "speakers", "claims", "events", "figures")
    }
    assert main([*argv, "--fail", "events:0", "--fail", "events.attributes.time_overlap.f1:0", "--format", "json"]) == OK
    shown = capsys.readouterr()
    assert json.loads(shown.out)["passed"] and not commands(shown.err)
    assert main([*argv, "--format", "json"]) == FAILED
    shown = capsys.readouterr()
    assert json.loads(shown.out)["checks"] and commands(shown.err) == found
    assert main([*argv[:-1], "none.json"]) == BAD
    shown = capsys.readouterr()
    assert commands(shown.out) == [
        "::error title=newsgold gate%3A no verdict::none.json: $: no such file; expected a stored scorecard or predictions (--update makes one)"
    ]


def test_a_rule_that_checks_nothing_is_a_warning() -> None:
    check = {"measure": "claims", "fails": False, "outcome": "not scored", "words": "claims is scored on neither side"}
    assert ci.github({"checks": [check], "changes": []}) == ["::warning title=newsgold gate%3A claims::claims is scored on neither side"]


def test_the_summary_is_added_to_the_page(files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    summary = on_github(monkeypatch, tmp_path)
    assert main(["gate", str(files[0]), "--baseline", str(files[1])]) == FAILED
    capsys.readouterr()
    page = summary.read_text(encoding="utf-8")
    assert page.startswith("before\n**newsgold gate FAILED: ") and "| **overall** |" in page and "hit → missed" in page
    assert main(["gate", str(files[0]), "--baseline", "none.json"]) == BAD
    more = summary.read_text(encoding="utf-8").removeprefix(page)
    assert more.startswith("**newsgold gate: no verdict**\n\n- none.json: $: no such file") and "passed" not in more
    capsys.readouterr()
    assert main(["gate", str(files[0]), "--baseline", str(files[1]), "--update"]) == OK
    assert not commands(capsys.readouterr().out)  # a drop that is accepted is no error
    assert summary.read_text(encoding="utf-8").endswith("Baseline old.jsonl: rewritten\n\n".replace("old.jsonl", report._escaped(str(files[1]))))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path))  # a folder: the verdict stands
    assert main(["gate", str(tmp_path / "new.jsonl"), "--baseline", str(files[1]), "--fail", "overall:0"]) == OK
    assert "the summary cannot be written" in capsys.readouterr().err


# --- JUnit and SARIF ----------------------------------------------------------------------------------------------------------


def check_junit(body: bytes) -> dict[str, int]:
    """Read JUnit XML, hold its numbers against its elements, and return them."""
    root = ElementTree.fromstring(body)
    assert root.tag == "testsuites" and [child.tag for child in root] == ["testsuite"]
    cases = root.findall("testsuite/testcase")
    found = {"tests": len(cases), **{f"{tag}s": len(root.findall(f".//{tag}")) for tag in ("failure", "error")}, "skipped": len(root.findall(".//skipped"))}
    for element in (root, root[0]):
        assert {key: int(element.attrib[key]) for key in found} == found and element.attrib["name"]
    assert all(case.attrib["classname"] and case.attrib["name"] for case in cases)
    return found


def check_sarif(body: bytes) -> dict[str, Any]:
    """Hold SARIF against what the standard asks for (SARIF 2.1.0, sections 3.13 to 3.30), and return its run."""
    log = json.loads(body)
    assert log.keys() <= {"version", "$schema", "runs"} and log["version"] == "2.1.0"
    (run,) = log["runs"]
    assert run.keys() <= {"tool", "invocations", "results", "columnKind"} and run["columnKind"] in ("utf16CodeUnits", "unicodeCodePoints")
    driver = run["tool"]["driver"]
    assert isinstance(driver["name"], str) and driver["version"] == newsgold.__version__
    names = [rule["id"] for rule in driver["rules"]]
    assert len(set(names)) == len(names)
    for invocation in run["invocations"]:
        assert isinstance(invocation["executionSuccessful"], bool)
        assert all(note["level"] == "error" and note["message"]["text"] for note in invocation.get("toolExecutionNotifications", []))
    for result in run["results"]:
        assert result["level"] in ("none", "note", "warning", "error") and result["message"]["text"]
        assert names[result["ruleIndex"]] == result["ruleId"]
        assert all(isinstance(value, str) for value in result["partialFingerprints"].values())
        assert len(result["locations"]) == 1
        for location in [*result["locations"], *result["relatedLocations"]]:
            place = location["physicalLocation"]
            assert place["region"]["startLine"] >= 1
            assert re.fullmatch(r"[A-Za-z0-9._~!$&'()*+,;=:@/%-]+", place["artifactLocation"]["uri"])
        ids = [location["id"] for location in result["relatedLocations"]]
        assert len(set(ids)) == len(ids) and all(location["message"]["text"] for location in result["relatedLocations"])
    found: dict[str, Any] = run
    return found


def test_reports_of_a_regression(files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    argv = ["gate", str(files[0]), "--baseline", str(files[1]), "--junit", "out/j.xml", "--sarif", "out/s.sarif"]
    rules = ["--fail", "overall:0", "--fail", "claims:0.9", "--fail", "events.attributes.kind.*:0", "--min", "figures=1"]
    assert main([*argv, *rules[:4], *rules[6:]]) == FAILED
    capsys.readouterr()
    junit = (tmp_path / "out" / "j.xml").read_bytes()
    assert check_junit(junit) == {"tests": 3, "failures": 1, "errors": 0, "skipped": 0}
    (failure,) = ElementTree.fromstring(junit).iter("failure")
    article = corpus.load("validation")[1].id
    assert failure.attrib["message"].startswith("overall fell to") and f"{article}: " in (failure.text or "") and "hit to missed" in (failure.text or "")
    run = check_sarif((tmp_path / "out" / "s.sarif").read_bytes())
    (result,) = run["results"]
    place = result["locations"][0]["physicalLocation"]
    assert (result["ruleId"], place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("overall", "new.jsonl", 2)
    assert run["invocations"][0]["executionSuccessful"]


def test_reports_of_a_pass_and_of_no_verdict(files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reports = ["--junit", "j.xml", "--sarif", "s.sarif"]
    assert main(["gate", str(files[1]), "--baseline", str(files[0]), *reports]) == OK
    assert check_junit(Path("j.xml").read_bytes()) == {"tests": 5, "failures": 0, "errors": 0, "skipped": 0}
    assert not check_sarif(Path("s.sarif").read_bytes())["results"]
    assert main(["gate", str(files[1]), "--baseline", "none.json", *reports]) == BAD  # what the last run said is gone
    assert check_junit(Path("j.xml").read_bytes()) == {"tests": 1, "failures": 0, "errors": 1, "skipped": 0}
    run = check_sarif(Path("s.sarif").read_bytes())
    assert not run["results"] and not run["invocations"][0]["executionSuccessful"]
    assert "none.json" in run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]
    capsys.readouterr()


def test_measures_that_are_not_scored_are_skipped() -> None:
    check = {"measure": "claims", "rule": "may drop by 0", "fails": False, "outcome": "not scored", "words": "claims is scored on neither side"}
    data = {"checks": [check, {**check, "measure": "figures", "outcome": "pass"}], "changes": [], "new": "a", "old": "b"}
    assert check_junit(ci.junit(data)) == {"tests": 2, "failures": 0, "errors": 0, "skipped": 1}


@given(st.text(max_size=40))
def test_any_name_and_problem_is_well_formed(text: str) -> None:
    text = text or "x"
    change = {
        "article": text,
        "worse": ["claims"],
        "scores": {"claims": [1.0, None]},
        "records": [{"layer": "claims", "record": text, "old": "hit", "new": None, "worse": True}],
    }
    check = {"measure": "claims", "rule": "may drop by 0", "fails": True, "outcome": "fail", "words": "claims fell"}
    data = {"checks": [check], "changes": [change], "new": text, "old": text}
    assert check_junit(ci.junit(data))["failures"] == 1
    if text.isprintable():
        check_sarif(ci.sarif(data, "p.jsonl", {}))
    assert check_junit(ci.junit({"problems": [text]}))["errors"] == 1
    assert not any("\n" in line or "\r" in line for line in ci.github({**data, "problems": [text]}))


# --- hostile input ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def hostile(files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Files:
    """Scorecards of systems, predictions and articles whose names are attacks."""
    paths = []
    for path, name in zip(files, ("new.json", "old.json"), strict=True):
        assert main(["score", str(path), "--split", "validation", "--out", name, "--matches", "--resamples", "0"]) == OK
        card = json.loads(Path(name).read_text(encoding="utf-8"))
        card["system"] = HOSTILE
        card["missing"] = [HOSTILE]
        card["signature"] += f"|x:{HOSTILE}"
        for match in card["matches"]:
            if match["gold"] is not None and match["layer"] == "claims":
                match["gold"] = HOSTILE + match["gold"]
        Path(name).write_text(json.dumps(card), encoding="utf-8")
        paths.append(tmp_path / name)
    capsys.readouterr()
    return paths[0], paths[1]


def test_names_cannot_speak_to_the_terminal_the_page_or_the_runner(
    hostile: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = on_github(monkeypatch, tmp_path)
    argv = ["gate", str(hostile[0]), "--baseline", str(hostile[1]), "--junit", "j.xml", "--sarif", "s.sarif"]
    for form in ("table", "markdown"):
        assert main([*argv, "--format", form]) == FAILED
        shown = capsys.readouterr()
        found = commands(shown.out)
        assert all(line.startswith("::error title=newsgold gate%3A ") for line in found) and 2 <= len(found) <= 5 and not shown.err
        assert "\x1b" not in shown.out and "\r" not in shown.out and "\u202e" not in shown.out
        if form == "table":
            assert max(map(len, (line for line in shown.out.splitlines() if line not in found))) <= 80
    page = summary.read_text(encoding="utf-8")
    page = re.sub(r"(?<!\\)`[^`\n]*`", "", page)  # in code nothing is markup
    assert "\x1b" not in page and "\u202e" not in page and "alert" in page
    assert not re.search(r"(?<!\\)(<|\[a|`)", page)
    assert len({line.count("|") - line.count("\\|") for line in page.splitlines() if line.startswith("|")}) == 1
    check_junit(Path("j.xml").read_bytes())
    check_sarif(Path("s.sarif").read_bytes())


def test_hostile_problems_do_not_speak_either(files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    summary = on_github(monkeypatch, tmp_path)
    bad = tmp_path / "bad.jsonl"
    bad.write_text(json.dumps({"id": HOSTILE, HOSTILE: 1}) + "\n", encoding="utf-8")
    for argv in (
        ["gate", str(bad), "--baseline", str(files[1])],
        ["gate", str(files[0]), "--baseline", str(bad)],
        ["gate", str(files[0]), "--baseline", str(files[1]), "--fail", f"{HOSTILE}:0"],
    ):
        assert main([*argv, "--junit", "j.xml", "--sarif", "s.sarif"]) == BAD
        shown = capsys.readouterr()
        assert all(line.startswith("::error title=newsgold gate%3A no verdict::") for line in commands(shown.out)) and commands(shown.out)
        assert not commands(shown.err) and "\x1b" not in shown.err + shown.out and "\u202e" not in shown.err + shown.out
        assert check_junit(Path("j.xml").read_bytes())["errors"] == 1
        check_sarif(Path("s.sarif").read_bytes())
    assert not re.search(r"(?<!\\)<script", summary.read_text(encoding="utf-8"))


def test_a_path_that_is_no_utf_8(files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    on_github(monkeypatch, tmp_path)
    odd = Path(os.fsdecode(b"\xff.jsonl"))
    try:
        shutil.copy(files[0], odd)
    except OSError:
        pytest.skip("a file system that takes no such names")
    argv = ["--junit", "j.xml", "--sarif", "s.sarif"]
    assert main(["gate", str(odd), "--baseline", str(files[1]), *argv]) == FAILED
    assert check_sarif(Path("s.sarif").read_bytes())["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "%FF.jsonl"
    check_junit(Path("j.xml").read_bytes())
    odd.write_text("{}", encoding="utf-8")
    assert main(["gate", str(files[0]), "--baseline", str(odd), *argv]) == BAD
    check_sarif(Path("s.sarif").read_bytes())
    assert check_junit(Path("j.xml").read_bytes())["errors"] == 1
    assert "Traceback" not in capsys.readouterr().err


# --- the action ---------------------------------------------------------------------------------------------------------------


class Runner:
    """What GitHub does with a composite action: inputs and defaults into variables, then each step's script by bash."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.action = yaml.safe_load((ACTION / "action.yml").read_text(encoding="utf-8"))
        for name in ("output", "summary"):
            (folder / name).touch()
        (folder / "temp").mkdir()

    def run(self, inputs: dict[str, str], **more: str) -> subprocess.CompletedProcess[str]:
        values = {name: inputs.get(name, str(given.get("default", ""))) for name, given in self.action["inputs"].items()}
        assert inputs.keys() <= values.keys()
        (step,) = self.action["runs"]["steps"]

        def filled(text: str) -> str:
            return re.sub(r"\$\{\{ inputs\.(\w+) \}\}", lambda found: values[found[1]], text)

        keep = {key: os.environ[key] for key in ("PATH", "HOME", "SYSTEMROOT") if key in os.environ}
        env = keep | {
            "GITHUB_ACTIONS": "true", "CI": "true", "GITHUB_ACTION_PATH": str(ACTION), "GITHUB_WORKSPACE": str(self.folder), "RUNNER_TEMP": str(self.folder / "temp"),
            "GITHUB_OUTPUT": str(self.folder / "output"), "GITHUB_STEP_SUMMARY": str(self.folder / "summary"), "PYTHONPATH": str(ROOT / "benchmark"), **more,
        }  # fmt: skip
        env |= {key: filled(value) for key, value in step["env"].items()}
        script = self.folder / "temp" / "step.sh"
        script.write_text(filled(step["run"]), encoding="utf-8")
        shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)]
        return subprocess.run(shell, cwd=self.folder, env=env, capture_output=True, text=True, check=False)

    @property
    def outputs(self) -> dict[str, str]:
        """What the last step put out."""
        (step,) = self.action["runs"]["steps"]
        last = dict(line.split("=", 1) for line in (self.folder / "output").read_text(encoding="utf-8").splitlines())
        found = {name: re.fullmatch(rf"\$\{{\{{ steps\.{step['id']}\.outputs\.(\w+) \}}\}}", given["value"]) for name, given in self.action["outputs"].items()}
        return {name: last[value[1]] for name, value in found.items() if value}


@pytest.fixture
def runner(files: Files, tmp_path: Path) -> Iterator[Runner]:
    if shutil.which("bash") is None:
        pytest.skip("no bash here")
    before = set(ROOT.iterdir())
    yield Runner(tmp_path)
    assert set(ROOT.iterdir()) == before


HERE = {"install": "false", "python": sys.executable}


def test_the_action_passes_fails_and_says_unusable(runner: Runner, files: Files) -> None:
    done = runner.run({"predictions": "old.jsonl", "baseline": "new.jsonl", **HERE})
    assert (done.returncode, runner.outputs["result"]) == (OK, "pass"), done.stderr
    assert json.loads(Path(runner.outputs["verdict"]).read_text(encoding="utf-8"))["passed"]
    done = runner.run({"predictions": "new.jsonl", "baseline": "old.jsonl", "junit": "j.xml", "sarif": "s.sarif", **HERE})
    assert (done.returncode, runner.outputs["result"]) == (FAILED, "regression") and "::error title=newsgold gate%3A overall::" in done.stdout
    assert not json.loads(Path(runner.outputs["verdict"]).read_text(encoding="utf-8"))["passed"]
    assert check_junit(Path("j.xml").read_bytes())["failures"] and check_sarif(Path("s.sarif").read_bytes())["results"]
    done = runner.run({"predictions": "new.jsonl", "baseline": "none.json", **HERE})
    assert (done.returncode, runner.outputs) == (BAD, {"result": "unusable", "verdict": ""})
    page = (runner.folder / "summary").read_text(encoding="utf-8")
    assert page.count("**newsgold gate passed") == page.count("**newsgold gate FAILED") == page.count("**newsgold gate: no verdict**") == 1


def test_the_inputs_of_the_action_reach_the_gate(runner: Runner, files: Files) -> None:
    rules = "overall:90%\r\n\nclaims.speakers.f1:0.9\n"
    done = runner.run({"predictions": "new.jsonl", "baseline": "old.jsonl", "fail": rules, "min": "figures=1\nevents=1", **HERE})
    assert done.returncode == OK, done.stderr + done.stdout
    data = json.loads(Path(runner.outputs["verdict"]).read_text(encoding="utf-8"))
    assert [(check["measure"], check["rule"]) for check in data["checks"]] == [
        ("overall", "may drop by 90%"), ("claims.speakers.f1", "may drop by 0.9"), ("figures", "must be at least 1"), ("events", "must be at least 1"),
    ]  # fmt: skip
    for inputs, message in (
        ({"split": "test"}, "is no article of this split"),
        ({"gold": "none.jsonl"}, "none.jsonl"),
        ({"alpha": "1e-9"}, "articles the smallest p"),
        ({"fail": "x:0"}, "no measure is named 'x'"),
    ):
        done = runner.run({"predictions": "new.jsonl", "baseline": "old.jsonl", **inputs, **HERE})
        assert (done.returncode, runner.outputs["result"]) == (BAD, "unusable") and message in done.stderr, inputs


INPUTS = ("predictions", "baseline", "fail", "min", "alpha", "split", "gold", "junit", "sarif")


@pytest.mark.parametrize(
    ("attack", "names"),
    [
        *((attack, INPUTS) for attack in ("$(touch pwned)", "`touch pwned`", "a; touch pwned", "x' ; touch pwned '", '" && touch pwned "', "*")),
        *(("--update", (name,)) for name in INPUTS[:7]),
        ("--help", ("predictions",)),
    ],
)
def test_no_input_of_the_action_is_run_or_read_as_an_option(attack: str, names: tuple[str, ...], runner: Runner, files: Files) -> None:
    before = {path.name: path.read_bytes() for path in runner.folder.glob("*.jsonl")}
    done = runner.run({"predictions": "new.jsonl", "baseline": "old.jsonl", **HERE, **dict.fromkeys(names, attack)})
    assert (done.returncode, runner.outputs["result"]) == (BAD, "unusable"), done.stdout
    assert not list(runner.folder.rglob("pwned")) and not (ROOT / "pwned").exists()
    assert {path.name: path.read_bytes() for path in runner.folder.glob("*.jsonl")} == before


def test_a_file_of_the_checkout_is_not_imported(runner: Runner, files: Files) -> None:
    (runner.folder / "newsgold").mkdir()
    for name in ("newsgold/__init__.py", "argparse.py"):
        (runner.folder / name).write_text("raise SystemExit(0)", encoding="utf-8")
    assert runner.run({"predictions": "new.jsonl", "baseline": "old.jsonl", **HERE}).returncode == FAILED


@pytest.mark.slow
def test_the_action_installs_the_newsgold_that_it_came_with(runner: Runner, files: Files, tmp_path: Path) -> None:
    pytest.importorskip("hatchling")
    # pip reads its options from the environment: into a folder, without dependencies, which are there, and without a network.
    pip = {"PIP_TARGET": str(tmp_path / "site"), "PIP_NO_DEPS": "1", "PIP_NO_BUILD_ISOLATION": "0", "PIP_NO_INDEX": "1", "PYTHONPATH": str(tmp_path / "site")}
    done = runner.run({"predictions": "new.jsonl", "baseline": "old.jsonl", "python": sys.executable}, **pip)
    assert done.returncode == FAILED, done.stderr
    assert (tmp_path / "site" / "newsgold" / "gate.py").is_file()


# --- the files of CI systems, offline -------------------------------------------------------------------------------------------


def lint(schema: str, path: Path) -> None:
    """Validate against a schema that check-jsonschema brings along."""
    pytest.importorskip("check_jsonschema")
    done = subprocess.run([sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_action_fits_its_schema() -> None:
    lint("vendor.github-actions", ACTION / "action.yml")


@pytest.mark.parametrize(
    ("text", "schemas"),
    [(WORKFLOW, ("vendor.github-workflows", "custom.github-workflows-require-timeout")), (GITLAB, ("vendor.gitlab-ci",))],
    ids=["GitHub", "GitLab"],
)
def test_the_files_of_the_page_fit_their_schemas(text: str, schemas: tuple[str, ...], tmp_path: Path) -> None:
    path = tmp_path / "ci.yml"
    path.write_text(text, encoding="utf-8")
    for schema in schemas:
        lint(schema, path)


def test_the_workflow_of_the_page_gives_the_action_inputs_that_it_has() -> None:
    action = yaml.safe_load((ACTION / "action.yml").read_text(encoding="utf-8"))
    steps = yaml.safe_load(WORKFLOW)["jobs"]["gate"]["steps"]
    (step,) = [step for step in steps if step.get("uses", "").endswith("newsgold-gate")]
    assert step["with"].keys() <= action["inputs"].keys()
    assert {name for name, given in action["inputs"].items() if given.get("required")} <= step["with"].keys()
    assert Path(step["uses"].removeprefix("./newsgold/")) == ACTION.relative_to(ROOT)


def test_scripts_hold_no_expression_of_github() -> None:
    action = yaml.safe_load((ACTION / "action.yml").read_text(encoding="utf-8"))
    scripts = [step["run"] for step in [*action["runs"]["steps"], *yaml.safe_load(WORKFLOW)["jobs"]["gate"]["steps"]] if "run" in step]
    assert len(scripts) == 3 and not any("${{" in script for script in [*scripts, (ACTION / "gate.sh").read_text(encoding="utf-8")])
    (step,) = action["runs"]["steps"]
    given = {f"INPUT_{name.upper()}": f"${{{{ inputs.{name} }}}}" for name in action["inputs"]}
    assert step["env"] == given
    assert set(re.findall(r"INPUT_[A-Z]+", (ACTION / "gate.sh").read_text(encoding="utf-8"))) == given.keys()


def test_the_commands_of_the_page_run(tmp_path: Path) -> None:
    lines = [
        line[2:].split("    #")[0] for block in re.findall(r"```console\n(.*?)```", PAGE, flags=re.S) for line in block.splitlines() if line.startswith("$ ")
    ]
    lines += [line.strip()[2:] for line in GITLAB.splitlines() if line.strip().startswith("- newsgold gate")]
    assert len(lines) == 7
    env = {**os.environ, "PYTHONPATH": str(ROOT / "benchmark")}
    (tmp_path / "tests").mkdir()
    for line in lines:
        words = [word for word in shlex.split(line) if word]
        argv = ["-m", *words] if words[0] == "newsgold" else [str(ROOT / words[1]), *words[2:]]
        done = subprocess.run([sys.executable, *argv], cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (line, done.stderr)
        if (made := tmp_path / "newsgold.baseline.json").exists():
            shutil.copy(made, tmp_path / "tests")


def test_the_page_says_what_alpha_needs() -> None:
    assert "at least 6 articles for one rule, 8 for the five default rules" in " ".join(PAGE.split())
    for rules, articles in ((1, 6), (5, 8)):
        assert rules * 2 / 2**articles <= 0.05 < rules * 2 / 2 ** (articles - 1)
