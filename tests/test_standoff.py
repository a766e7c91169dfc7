"""There and back: anchors to offsets without words, offsets and the text to anchors that compile to the same bytes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import ROOT, sample
from newsgold import corpus, standoff
from newsgold.anchors import AnchorError, point, resolve
from newsgold.cli import BAD, OK, main
from newsgold.issues import InputError
from newsgold.records import Article, article_from

FERRY = ROOT / "tests" / "examples" / "valid" / "lake-ferry"


@pytest.fixture
def ferries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two annotations and their text."""
    monkeypatch.setenv("NEWSGOLD_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "annotated"
    folder.mkdir()
    layers = (FERRY / "lake-ferry.yaml").read_text(encoding="utf-8").replace("{kind: written}", "{kind: external, source: a test, license: none}")
    for name in ("far-ferry", "near-ferry"):
        shutil.copy(FERRY / "lake-ferry.txt", folder / f"{name}.txt")
        (folder / f"{name}.yaml").write_text(layers, encoding="utf-8")
    return folder


def as_external(article: Article) -> Article:
    return msgspec.structs.replace(article, split="external", provenance=msgspec.structs.replace(article.provenance, kind="external"))


def test_there_and_back_is_the_identity_on_gold(tmp_path: Path) -> None:
    """For external articles whose text is at hand, and for written ones up to a number: the anchors made from the offsets compile to the same bytes."""
    chosen = [*sample("train", "validation", "test", size=56), *(article for article in corpus.load("external") if article.text)]
    whole = {article.id: as_external(article) for article in chosen}
    bytes_ = {name: corpus.standoff_bytes(article) for name, article in whole.items()}
    for name, article in whole.items():
        bare = article_from(json.loads(bytes_[name]))
        assert bare.text is None and article.text is not None
        (tmp_path / f"{name}.yaml").write_text(standoff.to_yaml(corpus.attach_text(bare, article.text)), encoding="utf-8")
        (tmp_path / f"{name}.txt").write_text(article.text, encoding="utf-8")
    again, _ = standoff.compile_sources([tmp_path])
    assert {article.id: corpus.standoff_bytes(article) for article in again} == bytes_ and len(again) > 50


def test_the_worked_examples_too(examples: list[Article], tmp_path: Path) -> None:
    for article in map(as_external, examples):
        (tmp_path / f"{article.id}.yaml").write_text(standoff.to_yaml(article), encoding="utf-8")
        (tmp_path / f"{article.id}.txt").write_text(article.text or "", encoding="utf-8")
    again = {article.id: article for article in standoff.compile_sources([tmp_path])[0]}
    assert [corpus.standoff_bytes(again[article.id]) for article in examples] == [corpus.standoff_bytes(as_external(article)) for article in examples]


PIECES = st.sampled_from(["a", "b", "ab", "é", "1", " ", " ", "\n\n", ". ", "…", " … ", "[", "]", "\\", "“", "”", "'", "-", "🙂"])


@given(st.lists(PIECES, min_size=1, max_size=40).map("".join), st.data())
def test_an_anchor_is_found_for_every_place_between_words(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))

    def within(at: int) -> bool:
        return 0 < at < len(text) and text[at - 1].isalnum() and text[at].isalnum()

    covered = text[start:end]
    if within(start) or within(end):
        with pytest.raises(AnchorError, match="whole words"):
            point(text, (start, end))
    elif covered == covered.strip():
        assert resolve(point(text, (start, end)), text) == (start, end)


def test_the_command_there_and_back(ferries: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, again, third = tmp_path / "out", tmp_path / "again", tmp_path / "third"
    assert main(["standoff", str(ferries), "--out", str(out)]) == OK
    assert capsys.readouterr().out.endswith("2 articles, 2 files, 2 written, 0 as they were\n")
    made = {path.name: path.read_bytes() for path in out.iterdir()}
    assert made.keys() == {"far-ferry.json", "near-ferry.json"}
    for words in ("ran aground", "two passengers", "overloaded", "We will move"):
        assert not any(words.encode() in body for body in made.values())
    assert main(["standoff", "--back", str(out), "--text", str(ferries), "--out", str(again)]) == OK
    assert sorted(path.name for path in again.iterdir()) == ["far-ferry.txt", "far-ferry.yaml", "near-ferry.txt", "near-ferry.yaml"]
    assert main(["standoff", str(again), "--out", str(third)]) == OK
    assert {path.name: path.read_bytes() for path in third.iterdir()} == made
    assert main(["standoff", str(again), "--out", str(third)]) == OK
    assert capsys.readouterr().out.endswith("2 articles, 2 files, 0 written, 2 as they were\n")


def test_one_file_for_all_and_back_from_what_was_hydrated(ferries: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gold = tmp_path / "gold.jsonl"
    assert main(["standoff", str(ferries / "far-ferry.yaml"), "--out", str(gold)]) == OK
    assert main(["validate", str(gold)]) == OK
    back = ["standoff", "--back", str(gold), "--out", str(tmp_path / "again")]
    assert main(back) == BAD
    assert "far-ferry: $.text: its text is not at hand; expected it hydrated" in capsys.readouterr().err
    assert main(["hydrate", "--text", str(ferries), "--gold", str(gold)]) == OK
    assert main(back) == OK
    assert (tmp_path / "again" / "far-ferry.txt").is_file()


def test_nothing_is_overwritten_in_silence(ferries: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert main(["standoff", str(ferries), "--out", str(out)]) == OK
    (out / "far-ferry.json").write_text("mine", encoding="utf-8")
    (out / "near-ferry.json").unlink()
    assert main(["standoff", str(ferries), "--out", str(out)]) == BAD
    assert f"{out}/far-ferry.json: $: exists and differs; expected a new file, or --force" in capsys.readouterr().err
    assert [path.name for path in out.iterdir()] == ["far-ferry.json"] and (out / "far-ferry.json").read_text(encoding="utf-8") == "mine"
    assert main(["standoff", str(ferries), "--out", str(out), "--force"]) == OK
    assert json.loads((out / "far-ferry.json").read_bytes())["id"] == "far-ferry"
    # The annotations themselves are never replaced, not even with --force.
    assert main(["standoff", "--back", str(out), "--text", str(ferries), "--out", str(ferries)]) == BAD
    assert main(["standoff", str(ferries / "far-ferry.yaml"), "--out", str(ferries / "x.jsonl")]) == OK


def test_every_problem_is_told_and_nothing_written(ferries: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = ferries / "far-ferry.yaml"
    source.write_text(source.read_text(encoding="utf-8").replace("'authority [said]'", "'authority [says]'"), encoding="utf-8")
    (ferries / "near-ferry.txt").write_bytes(b"\xff")
    assert main(["standoff", str(ferries), "--out", str(tmp_path / "out")]) == BAD
    shown = capsys.readouterr().err
    assert "far-ferry.yaml:20: $.claims[0].cue: anchor" in shown and "near-ferry.txt: $: byte 0 is not UTF-8" in shown and shown.endswith("2 errors\n")
    assert not (tmp_path / "out").exists()
    empty = tmp_path / "empty"
    empty.mkdir()
    for argv, says in (
        ([str(tmp_path / "nowhere")], "no file; expected one to convert"),
        ([str(empty)], "no *.yaml or *.yml in it"),
        ([str(ferries / "near-ferry.txt")], "no annotation in YAML"),
        (["--back", str(ferries)], "no *.json in it"),
        ([str(ferries), "--text", str(ferries / "far-ferry.txt")], "no folder, for 2 annotations"),
        ([str(ferries / "far-ferry.yaml"), str(shutil.copy(source, tmp_path))], "the same article as"),
    ):
        assert main(["standoff", *argv, "--out", str(tmp_path / "out")]) == BAD
        assert says in capsys.readouterr().err, argv


def test_back_with_another_text(ferries: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["standoff", str(ferries), "--out", str(tmp_path / "out")]) == OK
    text = ferries / "far-ferry.txt"
    text.write_text(text.read_text(encoding="utf-8").replace("112", "113"), encoding="utf-8")
    (ferries / "near-ferry.txt").unlink()
    assert main(["standoff", "--back", str(tmp_path / "out"), "--text", str(ferries), "--out", str(tmp_path / "again")]) == BAD
    shown = capsys.readouterr().err
    assert f"{text}: $: text of far-ferry has SHA-256" in shown and "near-ferry.txt: $: cannot be read" in shown
    assert not (tmp_path / "again").exists()


def test_a_text_in_another_form_compiles_to_the_same(ferries: Path, tmp_path: Path) -> None:
    text = ferries / "far-ferry.txt"
    raw = text.read_text(encoding="utf-8")
    text.write_bytes(("\ufeff" + raw.replace("é", "e\u0301").replace("\n", " \r\n")).encode())
    first, second = standoff.compile_sources([ferries])[0]
    assert first.text == second.text and first.text_sha256 == second.text_sha256


def test_without_its_text_an_article_stands_off_no_further(ferries: Path) -> None:
    bare = article_from(corpus.strip_text(standoff.compile_sources([ferries / "far-ferry.yaml"])[0][0]))
    for call in (corpus.strip_text, standoff.anchored):
        with pytest.raises(ValueError, match="has no text; hydrate it first"):
            call(bare)
    with pytest.raises(InputError, match="not at hand"):
        standoff.with_texts([bare])
