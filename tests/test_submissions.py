"""Submissions are made whole, and checked by scoring them again: whatever they claim and is not so is told, all of it, and where."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

import checkout
from newsgold import corpus, resources, submissions
from newsgold.cli import BAD, FAILED, OK, main
from newsgold.issues import InputError
from newsgold.normalize import digest
from newsgold.records import Article

FIELDS = {"name": "Mine", "description": "a system", "authors": ["A. Ruiz"], "kind": "rules", "trained_on": ["train"], "gold_family": False}
Edit = Callable[[dict[str, Any]], Any]


class Checkout:
    """A small checkout with one submission."""

    def __init__(self, root: Path):
        self.root = root
        self.articles = checkout.make(root)
        self.predictions = checkout.predictions(root / "p.jsonl", self.articles)
        self.folder = root / "baselines" / "submissions" / "mine"

    def make(self, **fields: Any) -> None:
        submissions.make(self.folder, self.predictions, {**FIELDS, "date": "2026-03-01", **fields})

    @property
    def data(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "submission.json").read_text(encoding="utf-8"))
        return found

    def edit(self, change: Edit) -> None:
        data = self.data
        change(data)
        (self.folder / "submission.json").write_text(json.dumps(data), encoding="utf-8")

    def check(self) -> submissions.Checked:
        return submissions.check(self.folder, "mine", submissions.Corpus(), self.root)

    def change_gold(self, change: Callable[[Article], Article]) -> None:
        """Write other gold."""
        self.articles = [change(article) for article in self.articles]
        checkout.write_split(self.root, self.articles)
        corpus._lines.cache_clear()


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Checkout]:
    made = Checkout(tmp_path)
    corpus._lines.cache_clear()
    monkeypatch.setattr(resources, "checkout", lambda: tmp_path)
    monkeypatch.chdir(tmp_path)
    yield made
    corpus._lines.cache_clear()


def later(monkeypatch: pytest.MonkeyPatch, version: str = "9.1.0") -> None:
    monkeypatch.setattr(corpus, "DATA_VERSION", version)


def other_units(article: Article) -> Article:
    return msgspec.structs.replace(article, figures=tuple(msgspec.structs.replace(figure, unit="NOK") for figure in article.figures))


def reworded(article: Article) -> Article:
    text = (article.text or "") + "\n\nMore later."
    return msgspec.structs.replace(article, text=text, text_sha256=digest(text))


def test_what_is_made_is_as_it_says(here: Checkout) -> None:
    here.make(link="https://example.org/x", license="MIT")
    found = here.check()
    assert found.ok and not found.outdated and found.then is None and found.card is not None
    assert found.words == f"verified, overall {found.card.overall:.3f}"
    data = here.data
    assert list(data) == list(json.loads((here.root / "schemas" / "submission.json").read_text(encoding="utf-8"))["properties"])
    assert (here.folder / data["predictions"]).read_bytes() == here.predictions.read_bytes()
    assert data["predictions_sha256"] == digest(here.predictions.read_bytes())
    assert data["scores"]["overall"] == round(found.card.overall or 0, 6) and data["scores"]["signature"] == found.card.signature


def signature(part: str, value: str) -> Edit:
    def edit(data: dict[str, Any]) -> None:
        parts = [f"{part}:{value}" if one.startswith(f"{part}:") else one for one in data["scores"]["signature"].split("|")]
        data["scores"]["signature"] = "|".join(parts)

    return edit


REFUSED: list[tuple[Edit, str]] = [
    (lambda data: data.update(predictions_sha256="0" * 64), r"mine/submission\.json: \$\.predictions_sha256: 0{12}… is not the file's; expected [0-9a-f]{64}"),
    (lambda data: data["scores"].update(overall=0.999), r"\$\.scores\.overall: 0\.999 is claimed; expected 0\.\d+, which the predictions score"),
    (lambda data: data["scores"].update(events=None), r"\$\.scores\.events: null is claimed; expected 0"),
    (lambda data: data["scores"].update(figures=data["scores"]["figures"] + 0.000001), r"\$\.scores\.figures: .* is claimed"),
    (signature("gold", "0123456789ab"), r"\$\.scores\.signature: gold 0123456789ab is not that of data .* here; expected"),
    (signature("data", "0.0.1"), r"\$\.scores\.signature: says data '0\.0\.1'; expected"),
    (signature("split", "train"), r"\$\.scores\.signature: says split 'train'; expected test"),
    (signature("newsgold", "99.0.0"), r"scored by newsgold 99\.0\.0; expected"),
    (lambda data: data.update(data_version="99.0.0"), r"\$\.data_version: 99\.0\.0; expected .* or an earlier one"),
    (lambda data: data.update(texts_sha256="0" * 64), r"\$\.texts_sha256: 0{12}… is not of the texts of data"),
    (lambda data: data.update(trained_on=["test"]), r"\$\.trained_on: names test, the split that is scored"),
]
UNUSABLE: list[tuple[Edit, str]] = [
    (lambda data: data.update(predictions="../../../p.jsonl"), "lies outside the submission"),
    (lambda data: data.update(predictions="none.jsonl"), "is no file"),
    (lambda data: data.update(predictions="\0"), "cannot be read"),
    (lambda data: data.update(kind="magic"), "is not a label"),
    (lambda data: data.update(kind="annotator"), "is kept for the rows that are made here"),
    (lambda data: data.update(name="Annotator 3"), "is kept for the rows that are made here"),
    (lambda data: data.update(name="a | b"), "has the wrong form"),
    (lambda data: data.update(authors=["<b>"]), "has the wrong form"),
    (lambda data: data.update(surprise=1), "unknown field"),
    (lambda data: data.pop("scores"), "'scores' is missing"),
    (lambda data: data.update(date="2026-02-30"), "is no date"),
    (lambda data: data.update(link="docs/none.md"), "is no file of the repository"),
    (lambda data: data.update(link="../../etc/passwd"), "is no file of the repository"),
    (lambda data: data["scores"].update(signature="mine"), "has the wrong form"),
]


@pytest.mark.parametrize(("edit", "message"), REFUSED, ids=[str(n) for n in range(len(REFUSED))])
def test_a_claim_that_does_not_hold_is_refused(here: Checkout, edit: Edit, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    here.make()
    here.edit(edit)
    found = here.check()
    assert not found.unusable and not found.ok and not found.outdated
    with pytest.raises(InputError, match=message):
        raise InputError(found.issues)
    assert main(["leaderboard", "verify", str(here.folder)]) == FAILED
    assert "refused" in capsys.readouterr().out


@pytest.mark.parametrize(("edit", "message"), UNUSABLE, ids=[str(n) for n in range(len(UNUSABLE))])
def test_what_cannot_be_used_is_bad_input(here: Checkout, edit: Edit, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    here.make()
    here.edit(edit)
    assert here.check().unusable
    assert main(["leaderboard", "verify"]) == BAD
    shown = capsys.readouterr()
    assert message in shown.err and "baselines/submissions/mine/submission.json: $" in shown.err
    assert main(["leaderboard", "build"]) == BAD and not (here.root / "leaderboard.md").exists()


def test_everything_wrong_is_told_at_once(here: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    here.make()
    here.edit(lambda data: data.update(trained_on=["test"], date="2026-13-01"))
    path = here.folder / "predictions" / "test.jsonl"
    path.write_text(path.read_text(encoding="utf-8") + '{"id": "unknown-article"}\n{"id": "other-article", "claims": 3}\n', encoding="utf-8")
    (here.root / "baselines" / "submissions" / "Not A Name").mkdir()
    (here.root / "baselines" / "submissions" / "nothing").mkdir()
    (here.root / "baselines" / "submissions" / "broken").mkdir()
    (here.root / "baselines" / "submissions" / "broken" / "submission.json").write_text('{\n"name": \n', encoding="utf-8")
    assert main(["leaderboard", "verify"]) == BAD
    lines = capsys.readouterr().err.splitlines()
    base = "baselines/submissions"
    last = here.data["predictions"]
    count = len(here.articles)
    for start in (
        f"{base}/mine/{last}:{count + 1}: $.id: 'unknown-article' is no article of this split; expected one of its {count} ids",
        f"{base}/mine/{last}:{count + 2}: $.claims: ",
        f"{base}/mine/submission.json: $.date: '2026-13-01' is no date",
        f"{base}/mine/submission.json: $.trained_on: names test",
        f"{base}/mine/submission.json: $.predictions_sha256: ",
        f"{base}/Not A Name: $: 'Not A Name' is no name of a submission's folder",
        f"{base}/nothing/submission.json: $: cannot be read (No such file or directory)",
        f"{base}/broken/submission.json:3: $: not JSON",
    ):
        assert any(line.startswith(start) for line in lines), (start, lines)


def test_two_of_one_name(here: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    here.make()
    submissions.make(here.folder.with_name("other"), here.predictions, {**FIELDS, "name": "MINE"})
    assert main(["leaderboard", "verify"]) == FAILED
    assert "baselines/submissions/other/submission.json: $.name: 'mine' is also the name of baselines/submissions/mine" in capsys.readouterr().err


def test_corrected_gold_is_scored_again_and_told(here: Checkout, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    here.make()
    version, before = corpus.DATA_VERSION, here.data["scores"]
    here.change_gold(other_units)
    assert main(["leaderboard", "verify"]) == FAILED, "the gold of a version does not change in silence"
    later(monkeypatch)
    found = here.check()
    assert found.ok and found.then == {name: before[name] for name in ("overall", "speakers", "claims", "events", "figures")}
    assert found.card is not None and found.card.headlines["figures"] != before["figures"]
    capsys.readouterr()
    assert main(["leaderboard", "verify", str(here.folder)]) == OK
    assert f"scored again, overall {found.card.overall:.3f} ({before['overall']:.3f} on data" in capsys.readouterr().out
    assert main(["leaderboard"]) == OK
    page = (here.root / "leaderboard.md").read_text(encoding="utf-8")
    assert f"| Mine | data {version} | {before['overall']:.3f} → {found.card.overall:.3f} |" in page.split("## Scored again")[1]


def test_an_older_scorer_is_scored_again_and_a_patch_must_agree(here: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    here.make()
    here.edit(signature("newsgold", "0.0.1"))
    here.edit(lambda data: data["scores"].update(overall=0.5))
    found = here.check()
    assert found.ok and found.then is not None and found.then["overall"] == 0.5 and "by newsgold 0.0.1" in found.words
    monkeypatch.setattr(submissions, "__version__", "0.0.9")
    monkeypatch.setattr("newsgold.scoring.__version__", "0.0.9")
    assert [issue.path for issue in here.check().issues] == ["$.scores.overall"]


def test_other_texts_are_not_scored(here: Checkout, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    here.make()
    version, before = corpus.DATA_VERSION, here.data["scores"]["overall"]
    here.change_gold(reworded)
    assert main(["leaderboard", "verify"]) == FAILED, "the texts of a version do not change in silence"
    later(monkeypatch)
    found = here.check()
    assert found.outdated and not found.ok and not found.issues
    capsys.readouterr()
    assert main(["leaderboard", "verify"]) == OK, "an earlier submission does not stop the others"
    assert "whose texts were others; not scored" in capsys.readouterr().out
    assert main(["leaderboard", "verify", str(here.folder)]) == FAILED, "a new one must be for the data here"
    assert f"$.data_version: {version}, whose texts were others; expected a run on the data here" in capsys.readouterr().err
    assert main(["leaderboard"]) == OK
    page = (here.root / "leaderboard.md").read_text(encoding="utf-8")
    assert f"| Mine | {version} | {len(here.articles)} | {before:.3f} |" in page.split("## Earlier data")[1]
    assert "Mine" not in page.split("## Earlier data")[0]
    # What else is wrong with it is still told.
    here.edit(lambda data: data.update(predictions_sha256="0" * 64))
    assert main(["leaderboard", "verify"]) == FAILED


def test_metadata_may_change_without_making_predictions_old(here: Checkout) -> None:
    changed = [msgspec.structs.replace(article, genre="Obituary", claims=()) for article in here.articles]
    assert submissions.texts_digest(changed) == submissions.texts_digest(reversed(here.articles))
    assert submissions.texts_digest(here.articles[1:]) != submissions.texts_digest(here.articles)


def test_new_tells_all_that_is_missing_or_wrong_and_writes_nothing(here: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    folder = here.root / "Some Folder"
    assert main(["leaderboard", "new", str(folder)]) == BAD
    shown = capsys.readouterr().err
    for option in ("--name", "--description", "--author", "--kind", "--trained-on", "--gold-family", "--predictions"):
        assert f"{option}: $: is missing" in shown
    bad = here.root / "bad.jsonl"
    bad.write_text('{"id": "nobody"}\n', encoding="utf-8")
    argv = ["leaderboard", "new", str(folder), "--predictions", str(bad), "--name", "empty", "--description", "d", "--author", "a", "--kind", "llm"]
    assert main([*argv, "--trained-on", "test", "--gold-family", "yes", "--date", "2026-02-31"]) == BAD
    shown = capsys.readouterr().err
    for message in (
        "'nobody' is no article",
        "is kept for the rows",
        "is no date",
        "names test, the split",
        "'Some Folder' is no name of a submission's folder",
    ):
        assert message in shown, shown
    assert not folder.exists()


def test_new_and_update(here: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    argv = ["leaderboard", "new", str(here.folder)]
    given = ["--predictions", str(here.predictions), "--name", "Mine", "--description", "d", "--author", "A", "--author", "B", "--kind", "llm"]
    assert main([*argv, *given, "--trained-on", "nothing", "--gold-family", "yes", "--date", "2026-01-02"]) == OK
    assert "wrote " in capsys.readouterr().out
    data = here.data
    assert (data["authors"], data["trained_on"], data["gold_family"], data["date"]) == (["A", "B"], [], True, "2026-01-02")
    before = (here.folder / "submission.json").read_bytes()
    assert main([*argv, *given, "--trained-on", "nothing", "--gold-family", "yes"]) == BAD, "it is not replaced in silence"
    assert "--update" in capsys.readouterr().err
    assert main([*argv, "--update"]) == OK and (here.folder / "submission.json").read_bytes() == before
    checkout.predictions(here.predictions, here.articles[:-1], seed=7)
    capsys.readouterr()
    assert main([*argv, "--update", "--predictions", str(here.predictions), "--license", "MIT"]) == OK
    assert "1 of 4 articles without a prediction, scored as empty" in capsys.readouterr().err
    again = here.data
    assert again["license"] == "MIT" and again["name"] == "Mine" and again["date"] != "2026-01-02"
    assert again["predictions_sha256"] != data["predictions_sha256"] and again["scores"]["overall"] < data["scores"]["overall"]
    assert here.check().ok
    assert main([*argv[:-1], str(here.root / "none"), "--update"]) == BAD


def test_a_folder_is_verified_without_a_checkout(here: Checkout, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    here.make()
    found = here.root / "data"
    monkeypatch.setattr(resources, "checkout", lambda: None)
    monkeypatch.setattr(resources, "data", lambda: found)
    assert main(["leaderboard", "verify", str(here.folder)]) == OK
    assert main(["leaderboard", "verify"]) == BAD
    assert "expected a checkout" in capsys.readouterr().err
