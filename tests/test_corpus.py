"""Sources to data: compiling, drift, stand-off articles, hydration."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

import newsgold
from conftest import ROOT
from newsgold import build, corpus, normalize, resources
from newsgold.cli import BAD, FAILED, OK, main
from newsgold.issues import InputError, Issue
from newsgold.records import Article, to_dict

FERRY = ROOT / "tests" / "examples" / "valid" / "lake-ferry"


@pytest.fixture
def checkout(repo: Path) -> Path:
    return repo


def external(tmp_path: Path) -> Article:
    folder = tmp_path / "authored"
    folder.mkdir(exist_ok=True)
    shutil.copy(FERRY / "lake-ferry.txt", folder / "far-ferry.txt")
    (folder / "far-ferry.yaml").write_text(
        (FERRY / "lake-ferry.yaml").read_text(encoding="utf-8").replace("{kind: written}", "{kind: external, source: a test, license: none}"), encoding="utf-8"
    )
    issues: list[Issue] = []
    article = corpus.compile_file(folder / "far-ferry.yaml", issues.append, split="external")
    assert article is not None, issues
    return article


def test_build_writes_what_check_accepts_and_twice_the_same(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build"]) == OK
    first = {path: path.read_bytes() for path in (checkout / "data").rglob("*") if path.is_file()}
    assert {"train.jsonl", "manifest.json"} <= {path.name for path in first}
    assert main(["build"]) == OK
    assert {path: path.read_bytes() for path in (checkout / "data").rglob("*") if path.is_file()} == first
    assert main(["build", "--check"]) == OK
    manifest = json.loads((checkout / "data" / "manifest.json").read_text())
    assert manifest["splits"]["train"]["records"] == {"speakers": 3, "entities": 8, "claims": 5, "events": 3, "figures": 5}
    assert manifest["splits"]["train"]["labels"]["claim.act"] == {"accuse": 1, "assert": 2, "commit": 1, "deny": 1}
    assert manifest["files"]["data/articles/train/lake-ferry.txt"] == normalize.digest((checkout / "data/articles/train/lake-ferry.txt").read_bytes())


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda data: (data / "articles/train/lake-ferry.yaml").write_text((FERRY / "lake-ferry.yaml").read_text(encoding="utf-8").replace("act: commit", "act: predict"), encoding="utf-8"), "articles changed: lake-ferry (claims)"),
        (lambda data: (data / "train.jsonl").write_bytes(b""), "articles missing: lake-ferry"),
        (lambda data: (data / "test.jsonl").unlink(), "data/test.jsonl: $: is missing"),
        (lambda data: (data / "manifest.json").write_text((data / "manifest.json").read_text().replace('"articles": 1', '"articles": 2')), "differs in splits.train"),
        (lambda data: (data / "articles/train/new.txt").write_text("x\n"), "a text without annotation"),
        (lambda data: (data / "articles/train/new.yml").write_text("x\n"), "no source of an article"),
        (lambda data: (data / "parquet/claims/train.parquet").write_bytes(b"no"), "cannot be read"),
        (lambda data: shutil.copy(data / "parquet/claims/test.parquet", data / "parquet/claims/train.parquet"), "has other rows"),
    ],
)  # fmt: skip
def test_check_says_what_drifted(checkout: Path, capsys: pytest.CaptureFixture[str], change: Any, says: str) -> None:
    assert main(["build"]) == OK
    change(checkout / "data")
    capsys.readouterr()
    assert main(["build", "--check"]) in (FAILED, BAD)
    assert says in capsys.readouterr().err


def test_an_article_stands_in_one_split_and_no_text_twice(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for suffix in (".txt", ".yaml"):
        shutil.copy(FERRY / f"lake-ferry{suffix}", checkout / "data" / "articles" / "test")
    assert main(["build"]) == BAD
    shown = capsys.readouterr().err
    assert "lake-ferry stands in several splits" in shown and "the same text as train/lake-ferry" in shown
    for suffix in (".txt", ".yaml"):
        source = checkout / "data" / "articles" / "test" / f"lake-ferry{suffix}"
        source.rename(source.with_name(f"sea-ferry{suffix}"))
    text = checkout / "data" / "articles" / "test" / "sea-ferry.txt"
    text.write_text(text.read_text(encoding="utf-8").replace("A ferry with", "The ferry and"), encoding="utf-8")
    (checkout / "data" / "articles" / "test" / "sea-ferry.yaml").write_text(
        (FERRY / "lake-ferry.yaml").read_text(encoding="utf-8").replace("[A ferry] with", "[The ferry] and").replace("[A ferry …", "[The ferry and …"),
        encoding="utf-8",
    )
    assert main(["build"]) == BAD
    assert "of its five-word runs stand in train/lake-ferry" in capsys.readouterr().err
    assert not (checkout / "data" / "train.jsonl").exists()


def test_standing_off_and_attaching_again_loses_nothing(tmp_path: Path) -> None:
    article = external(tmp_path)
    bare = corpus.article_from(corpus.strip_text(article))
    assert bare.text is None and bare.headline is None
    body = json.dumps(to_dict(bare), ensure_ascii=False)
    for words in ("ran aground", "two passengers", "harbour master", "overloaded", "We will move"):
        assert words not in body
    assert "Kokou Agbéko" in body and article.text is not None
    whole = corpus.attach_text(bare, article.text)
    assert whole.claims == article.claims and whole.events == article.events and whole.figures == article.figures
    assert [e.mentions for e in whole.entities] == [e.mentions for e in article.entities]
    with pytest.raises(ValueError, match="expected"):
        corpus.attach_text(bare, article.text + " ")


def put_external(checkout: Path, tmp_path: Path) -> Article:
    article = external(tmp_path)
    for path in (checkout / "data" / "articles" / "train").iterdir():
        path.unlink()  # it is the same text
    (checkout / "data" / "articles" / "external" / "far-ferry.json").write_text(json.dumps(corpus.strip_text(article)), encoding="utf-8")
    assert main(["build"]) == OK
    return article


def test_hydration(checkout: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    article = put_external(checkout, tmp_path)
    assert newsgold.load("external")[0].text is None
    folder = tmp_path / "texts"
    folder.mkdir()
    # Another publisher's copy: byte order mark, CRLF, decomposed letters, trailing blanks. Any file name will do.
    raw = "\ufeff" + (article.text or "").replace("é", "e\u0301").replace("\n", "  \r\n") + "\r\n\r\n"
    (folder / "whatever.txt").write_bytes(raw.encode())
    assert main(["hydrate", "--text", str(folder)]) == OK
    assert "far-ferry: attached" in capsys.readouterr().out
    assert newsgold.load("external")[0].text == article.text
    assert main(["hydrate", "--text", str(folder)]) == OK
    assert main(["hydrate", "--text", str(folder), "--out", str(tmp_path / "out")]) == OK
    assert (tmp_path / "out" / "far-ferry.txt").read_bytes().decode() == article.text
    assert not list((checkout / "data").rglob("far-ferry.txt"))


def test_a_changed_text_is_refused(checkout: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    article = put_external(checkout, tmp_path)
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "far-ferry.txt").write_text((article.text or "").replace("112", "1,120"), encoding="utf-8")
    assert main(["hydrate", "--text", str(folder)]) == FAILED
    shown = capsys.readouterr().err
    assert "is not the text that was annotated: it first differs in paragraphs 1 to 3, characters 0 to " in shown and "at character 45 it reads" in shown
    assert newsgold.load("external")[0].text is None and not (tmp_path / "cache").exists()
    (folder / "far-ferry.txt").write_bytes((article.text or "").encode("utf-16"))
    assert main(["hydrate", "--text", str(folder)]) == FAILED
    assert "not UTF-8" in capsys.readouterr().err
    assert main(["hydrate", "--text", str(tmp_path / "nowhere")]) == BAD


def test_without_its_text_an_article_is_skipped_by_name(checkout: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put_external(checkout, tmp_path)
    predictions = tmp_path / "p.jsonl"
    predictions.write_text('{"id": "far-ferry", "claims": [{"content": "We will move her"}]}\n')
    assert main(["validate", str(predictions), "--split", "external"]) == OK
    assert "skipped without text: far-ferry" in capsys.readouterr().out
    assert main(["score", str(predictions), "--split", "external"]) == BAD
    assert "far-ferry" in capsys.readouterr().err
    assert main(["show", "far-ferry"]) == OK
    assert "newsgold hydrate" in capsys.readouterr().out


def test_hydrated_it_is_scored_like_any_other(checkout: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put_external(checkout, tmp_path)
    (tmp_path / "texts").mkdir()
    shutil.copy(FERRY / "lake-ferry.txt", tmp_path / "texts")
    assert main(["hydrate", "--text", str(tmp_path / "texts")]) == OK
    predictions = tmp_path / "p.jsonl"
    predictions.write_text(json.dumps(newsgold.to_prediction(newsgold.load("external")[0])) + "\n")
    assert main(["score", str(predictions), "--split", "external", "--format", "json"]) == OK
    assert '"overall": 1.0' in capsys.readouterr().out


def test_a_stand_off_source_may_hold_no_text(checkout: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    article = external(tmp_path)
    (checkout / "data" / "articles" / "external" / "far-ferry.json").write_text(json.dumps(to_dict(article)), encoding="utf-8")
    assert main(["build"]) == BAD
    assert "a stand-off article with text" in capsys.readouterr().err


def test_local_authoring_of_external_articles(checkout: Path, tmp_path: Path) -> None:
    external(tmp_path)
    (tmp_path / "authored" / "a1").mkdir()
    shutil.copy(tmp_path / "authored" / "far-ferry.yaml", tmp_path / "authored" / "a1" / "far-ferry.yaml")
    for source, target in ((tmp_path / "authored", "articles/external"), (tmp_path / "authored" / "a1", "annotators/a1")):
        argv = ["standoff", str(source / "far-ferry.yaml"), "--text", str(tmp_path / "authored"), "--out", str(checkout / "data" / target)]
        assert main(argv) == OK
    for path in ("articles/external/far-ferry.json", "annotators/a1/far-ferry.json"):
        assert "ran aground" not in (checkout / "data" / path).read_text(encoding="utf-8")


def test_a_missing_split_file_is_an_error_with_advice(checkout: Path) -> None:
    with pytest.raises(InputError, match="newsgold build"):
        newsgold.load("train")
    with pytest.raises(ValueError, match="no split"):
        newsgold.load("dev")


def test_writing_is_atomic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    resources.write_atomic(path, b"old")

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(resources.os, "fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        resources.write_atomic(path, b"new")
    assert path.read_bytes() == b"old" and [p.name for p in tmp_path.iterdir()] == ["file"]


def test_shipped_data_is_what_the_sources_compile_to() -> None:
    built = build.build(ROOT)
    assert [str(issue) for issue in built.issues if issue.level == "error"] == []
    assert [str(issue) for issue in build.drift(ROOT, built)] == []
    assert built.tables, "pyarrow is part of the development tools"
