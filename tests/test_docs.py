"""What the documentation says is true: its commands run, its table is what the commands print."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import checkout
from conftest import ROOT
from newsgold import report, stats
from newsgold.corpus import load
from newsgold.records import SPLITS
from newsgold.scoring import score

README = (ROOT / "README.md").read_text(encoding="utf-8")
SYSTEM_DOC = (ROOT / "docs" / "adding-a-system.md").read_text(encoding="utf-8")
ENV = {**os.environ, "PYTHONPATH": str(ROOT / "benchmark"), "HF_DATASETS_OFFLINE": "1", "COLUMNS": "80"}
COMMANDS = [
    line[2:].split("#")[0].strip() for block in re.findall(r"```console\n(.*?)```", README, flags=re.S) for line in block.splitlines() if line.startswith("$ ")
]
SNIPPETS = re.findall(r"```python\n(.*?)```", README, flags=re.S)


def run(command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    words = shlex.split(command)
    words = [sys.executable, "-m", "newsgold", *words[1:]] if words[0] == "newsgold" else [sys.executable, str(ROOT / words[1]), *words[2:]]
    return subprocess.run(words, cwd=cwd, env=ENV, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def predicted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The predictions that the pages begin with."""
    folder = tmp_path_factory.mktemp("predicted")
    assert run("python baselines/rules/predict.py --split validation --out predictions.jsonl", folder).returncode == 0
    return folder / "predictions.jsonl"


def test_the_shell_commands_of_the_readme_run(tmp_path: Path) -> None:
    commands = [command for command in COMMANDS if not command.startswith("make ")]
    assert len(commands) == 9
    for command in commands:
        done = run(command, tmp_path)
        assert done.returncode == 0, (command, done.stderr)
    assert (tmp_path / "scorecard.json").exists()


def test_the_commands_for_a_system_run(tmp_path: Path, predicted: Path) -> None:
    shutil.copy(predicted, tmp_path)
    for name, body in re.findall(r"`(my_\w+\.\w+)`:\n\n```\w+\n(.*?)```", SYSTEM_DOC, flags=re.S):
        (tmp_path / name).write_text(body, encoding="utf-8")
    commands = re.findall(r"^\$ (newsgold .*)$", SYSTEM_DOC, flags=re.M)
    assert len(commands) == 6 and len(list(tmp_path.glob("my_*"))) == 3
    for command in commands:
        if "jq" not in command or shutil.which("jq"):
            done = run(command.replace("cmd: python3", f"cmd: {sys.executable}"), tmp_path)
            assert done.returncode == 0, (command, done.stderr)
    # The same system in three languages.
    found = {(path / "predictions.jsonl").read_text(encoding="utf-8") for path in (tmp_path / "mine", tmp_path / "command", tmp_path / "jq") if path.exists()}
    assert len(found) == 1 and '"content"' in found.pop()


def test_the_walk_through_a_licensed_corpus_runs(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "standoff.md").read_text(encoding="utf-8")
    shutil.copytree(ROOT / "tests" / "examples" / "standoff" / "annotated", tmp_path / "annotated")
    name, body = re.findall(r"`(my_system\.py)`:\n\n```python\n(.*?)```", page, flags=re.S)[0]
    (tmp_path / name).write_text(body, encoding="utf-8")
    assert re.search(r"^provenance: .*$", page, flags=re.M)[0] in (tmp_path / "annotated" / "quay-fee.yaml").read_text(encoding="utf-8")
    commands = re.findall(r"^\$ (newsgold .*)$", page, flags=re.M)
    assert len(commands) == 10
    env = {**ENV, "NEWSGOLD_CACHE": str(tmp_path / "cache")}
    shown = {}
    for command in commands:
        words = [sys.executable, "-m", "newsgold", *shlex.split(command)[1:]]
        done = subprocess.run(words, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        shown[command] = done.stdout
    assert shown[commands[-1]].endswith("2 articles, 1 file, 0 written, 1 as they were\n")
    published = (tmp_path / "corpus.jsonl").read_text(encoding="utf-8")
    assert "Liv Aune" in published and not [words for words in ("clean up", "shop owners", "walked out", "Marsvik to charge") if words in published]
    # Without the texts nothing is scored, and the articles are named.
    done = subprocess.run(
        [sys.executable, "-m", "newsgold", "score", "predictions.jsonl", "--gold", "corpus.jsonl"],
        cwd=tmp_path,
        env={**env, "NEWSGOLD_CACHE": str(tmp_path / "none")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2 and "mill-strike, quay-fee" in done.stderr


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_from_fork_to_pull_request(tmp_path: Path) -> None:
    root = tmp_path / "fork"
    root.mkdir()
    checkout.make(root, package=True)
    env = {**ENV, "PYTHONPATH": str(root / "benchmark"), "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    env |= {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in (("NAME", "A"), ("EMAIL", "a@example.org"))}

    def do(*words: str) -> str:
        done = subprocess.run(words, cwd=root, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (words, done.stdout, done.stderr)
        return done.stdout

    page = (ROOT / "docs" / "submitting.md").read_text(encoding="utf-8")
    name, body = re.findall(r"`(my_system\.py)`:\n\n```python\n(.*?)```", page, flags=re.S)[0]
    (root / name).write_text(body, encoding="utf-8")
    do("git", "init", "--quiet")
    do("git", "add", ".")
    do("git", "commit", "--quiet", "-m", "The fork")
    commands = re.findall(r"^\$ (.*)$", page, flags=re.M)
    assert len(commands) == 11
    for command in commands:
        first, *words = shlex.split(command)
        do(*([sys.executable, "-m", "newsgold"] if first == "newsgold" else [first]), *words)
    assert set(do("git", "show", "--name-only", "--format=").split()) == {
        "baselines/submissions/my-system/predictions/test.jsonl", "baselines/submissions/my-system/submission.json", "leaderboard.md"
    }  # fmt: skip
    assert "| 1 | [My system](https://example.org/my-system) | 0." in (root / "leaderboard.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("snippet", SNIPPETS, ids=[snippet.splitlines()[0] + str(n) for n, snippet in enumerate(SNIPPETS)])
def test_the_python_of_the_readme_runs(snippet: str, tmp_path: Path, predicted: Path) -> None:
    if "load_dataset" in snippet:
        snippet = snippet.replace('"."', repr(str(ROOT))).replace("split=", f"cache_dir={str(tmp_path)!r}, split=")
    if "predictions.jsonl" in snippet:
        shutil.copy(predicted, tmp_path)
    done = subprocess.run([sys.executable, "-c", snippet], cwd=tmp_path, env=ENV, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def marked(name: str) -> str:
    return README.split(f"<!-- {name} -->")[1].split(f"<!-- /{name} -->")[0].strip()


def test_the_result_table_is_what_scoring_prints() -> None:
    card = score(ROOT / "baselines" / "rules" / "predictions" / "test.jsonl", "test", system="rules")
    assert marked("result") == report.score_markdown(card.to_dict(extra=stats.confidence(card.rows, card.signature))).strip()


def test_the_counts_are_those_of_the_data() -> None:
    from newsgold.build import label_counts

    lines = [
        f"| {split} | {len(load(split))} | " + " | ".join(str(label_counts(load(split))[0][key]) for key in ("speakers", "claims", "events", "figures")) + " |"
        for split in SPLITS
    ]
    sheet = (ROOT / "docs" / "datasheet.md").read_text(encoding="utf-8")
    for line in lines:
        assert line in marked("counts") and line in sheet


def test_the_agreement_table_of_the_datasheet_is_what_the_command_prints() -> None:
    from newsgold.agreement import agreement

    sheet = (ROOT / "docs" / "datasheet.md").read_text(encoding="utf-8")
    table = sheet.split("<!-- agreement -->")[1].split("<!-- /agreement -->")[0].strip()
    articles = [article for split in ("validation", "test") for article in load(split)]
    assert table == report.agreement_markdown(agreement(["a1", "a2"], articles).to_dict()).strip()


def test_links_lead_somewhere() -> None:
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "CONTRIBUTING.md"]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), (page.name, target)


def test_the_make_targets_of_the_readme_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for command in COMMANDS:
        if command.startswith("make "):
            assert re.search(rf"^{command.split()[1]}:", makefile, flags=re.M), command


@pytest.mark.slow
def test_make_demo_runs(tmp_path: Path) -> None:
    stamp = Path(sys.prefix) / ".demo"
    if shutil.which("make") is None or not stamp.exists():
        pytest.skip("not in an environment that make set up")
    done = subprocess.run(["make", "demo", f"VENV={sys.prefix}", f"OUT={tmp_path}"], cwd=ROOT, env=ENV, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "overall" in done.stdout and (tmp_path / "rules.scorecard.json").exists()
