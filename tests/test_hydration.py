"""Texts attached again: every form a copy may have, and every way it may differ."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

import newsgold
from conftest import ROOT
from newsgold import corpus, hydration, normalize, standoff
from newsgold.cli import BAD, FAILED, OK, main
from newsgold.importers import REGISTRY, wikinews
from newsgold.records import Article
from test_importers import written

PARAGRAPHS = (
    "The council of Nordvik voted on Tuesday to close the café at the harbour, said mayor Ana Pérez. “It’s late,” she told Radio Øst [the local station], and added: "
    '"We won\'t wait any longer; we have waited for years, as everyone in this town knows 🙂."',
    "Some 40 people had come to listen, and most of them left before the end of the meeting, which went on for five hours — until 11 p.m. 👩‍🚀 "
    "The keeper of the café, Tor Vik, was not among them. He did not answer calls on Wednesday.",
    "“We shall see,” Pérez said … “in the spring.” The plan costs €1.2 million, of which €300,000 are for the quay. A first vote, in 2019, had failed by one voice, "
    "and the second was put off twice because too few members had come.",
    "Another meeting is planned.",
)
"""What the publisher printed: curly and straight marks, an emoji with a joiner, a literal bracket, letters with accents; of short and long paragraphs."""
URL = "https://news.example//wiki/Council_of_Nordvik_closes_caf%C3%A9"


def layers(name: str) -> str:
    return f"""headline: Council closes café
published: 2026-03-18
language: en-GB
genre: Current
topics: ["politics and government"]
provenance: {{kind: external, source: Wikinews, url: "{URL}{name}", license: CC-BY-2.5}}
guidelines_version: "1"
entities:
  - {{id: e1, name: Ana Pérez, kind: person, named: true, role: mayor, mentions: [{{span: Ana Pérez, form: name}}, {{span: '[she] told', form: pronoun}}, {{span: '[Pérez] said', form: name}}]}}
  - {{id: e2, name: Tor Vik, kind: person, named: true, mentions: [{{span: Tor Vik, form: name}}, {{span: '[He] did', form: pronoun}}]}}
  - {{id: e3, name: Radio Øst, kind: media, named: true, mentions: [{{span: Radio Øst, form: name}}]}}
claims:
  - {{id: c1, speakers: [e1], source: Ana Pérez, cue: 'harbour, [said]', content: ['The council … harbour'], form: indirect, act: assert}}
  - {{id: c2, speakers: [e1], source: '[she] told', cue: told, relay: [e3], content: [It’s late], form: direct, act: assert}}
  - {{id: c3, speakers: [e1], source: '[Pérez] said', cue: 'Pérez [said]', content: [We shall see, in the spring], form: direct, act: assert}}
events:
  - {{id: v1, type: politics.vote, mentions: [voted], status: happened, participants: [{{role: recipient, entity: e2, mention: Tor Vik}}]}}
figures:
  - {{id: f1, span: €1.2 million, kind: money, low: "1200000", high: "1200000", bound: exact, unit: EUR, of: The plan}}
"""


@dataclass
class Corpus:
    """Two stand-off articles, ``nordvik`` and ``sudvik``, and the folders around them."""

    gold: Path
    texts: dict[str, str]
    home: Path

    @property
    def cache(self) -> Path:
        return self.home / "cache" / "texts"

    def raw(self, name: str = "nordvik") -> str:
        """The row's text as a publisher's file has it."""
        return "Wednesday, March 18, 2026 \n\n\n" + PRINTED[name]

    def collection(self, *rows: tuple[str, str]) -> Path:
        return written(self.home / "csv", *((URL + name, text) for name, text in rows))

    def hydrate(self, *argv: str) -> int:
        return main(["hydrate", *argv, "--gold", str(self.gold)])

    def load(self) -> dict[str, Article]:
        return {article.id: article for article in newsgold.corpus.load(path=self.gold)}


PRINTED = {"nordvik": "\n\n\n".join(PARAGRAPHS), "sudvik": "\n\n\n".join(part.replace("Nordvik", "Sudvik") for part in PARAGRAPHS[::-1])}


@pytest.fixture
def two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Corpus:
    monkeypatch.setenv("NEWSGOLD_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "annotated"
    folder.mkdir()
    texts = {}
    for name, printed in PRINTED.items():
        texts[name] = wikinews.body(printed)
        (folder / f"{name}.txt").write_bytes(texts[name].encode())
        (folder / f"{name}.yaml").write_text(layers(name), encoding="utf-8")
    assert main(["standoff", str(folder), "--out", str(tmp_path / "gold.jsonl")]) == OK
    capsys.readouterr()
    return Corpus(tmp_path / "gold.jsonl", texts, tmp_path)


SAME: dict[str, Callable[[str], str]] = {
    "as printed": lambda raw: raw,
    "byte order mark": lambda raw: "\ufeff" + raw,
    "CRLF": lambda raw: raw.replace("\n", "\r\n"),
    "CR": lambda raw: raw.replace("\n", "\r"),
    "combining marks": lambda raw: unicodedata.normalize("NFD", raw),
    "trailing blanks": lambda raw: raw.replace("\n", " \t \n") + "\n\n",
    "blank lines": lambda raw: re.sub(r"\n+", "\n\n\n\n\n", raw) + "\n",
}
OF_WIKINEWS: dict[str, Callable[[str], str]] = {
    "non-breaking spaces": lambda raw: raw.replace("Ana ", "Ana\u00a0"),
    "doubled blanks": lambda raw: raw.replace(". ", ".  "),
    "zero-width spaces": lambda raw: raw.replace("council", "coun\u200bcil"),
    "no date line": lambda raw: raw.split("\n", 1)[1],
    "paragraphs on neighbouring lines": lambda raw: re.sub(r"\n+", "\n", raw),
}


@pytest.mark.parametrize("form", SAME | OF_WIKINEWS)
def test_every_form_of_the_same_text_has_one_digest(two: Corpus, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    change = (SAME | OF_WIKINEWS)[form]
    assert two.hydrate("--from", "wikinews", str(two.collection(*((name, change(two.raw(name))) for name in PRINTED)))) == OK
    shown = capsys.readouterr()
    assert "2 attached, 0 already there, 0 missing, 0 changed" in shown.out and shown.err == ""
    assert {name: article.text for name, article in two.load().items()} == two.texts
    assert {path.read_bytes().decode() for path in two.cache.iterdir()} == set(two.texts.values())


@pytest.mark.parametrize("form", SAME)
def test_plain_files_too(two: Corpus, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    folder = two.home / "plain"
    folder.mkdir()
    for number, text in enumerate(two.texts.values()):  # whatever their names
        (folder / f"{number}.txt").write_bytes(SAME[form](text).encode())
    assert two.hydrate("--text", str(folder)) == OK
    assert {name: article.text for name, article in two.load().items()} == two.texts
    assert "2 attached" in capsys.readouterr().out


def at(text: str, words: str) -> int:
    return text.index(words)


CHANGED: dict[str, tuple[Callable[[str], str], str]] = {
    "a word of the first paragraph": (lambda raw: raw.replace("Tuesday", "Monday"), r"it first differs in paragraph 1, characters 0 to \d+, 'The council.*: at character \d+ it reads .*; expected the name 'Ana Pérez'"),
    "a figure of the third": (lambda raw: raw.replace("€300,000", "€330,000"), r"it first differs in paragraphs 3 to 4, characters \d+ to \d+, '“We shall see.*'$"),
    "a name of its own length": (lambda raw: raw.replace("Tor Vik", "Per Vik"), r"in paragraph 2, .* at character \d+ it reads 'Per Vik'; expected the name 'Tor Vik'"),
    "a paragraph less": (lambda raw: "\n\n".join(raw.split("\n\n\n")[:-1]), r"it first differs in paragraph 3, "),
    "cut off": (lambda raw: "\n\n".join(raw.split("\n\n\n")[:3]), r"it ends at character \d+, after 2 of 3 parts of the text that agree; is it cut off\?"),
    "cut off in a paragraph": (lambda raw: raw[: raw.index("Tor Vik")], r"it ends at character \d+, after 1 of 3 parts of the text that agree; is it cut off\?"),
    "cut off in a long paragraph": (lambda raw: raw[: raw.index("Wednesday.")], r"it first differs in paragraph 2, .*; it ends there, is it cut off\?"),
    "something short after it": (lambda raw: f"{raw}\n\nShare this story.", r"it goes on at character \d+ with 'Share this story.', where the annotated text ends"),
    "something long after it": (lambda raw: f"{raw}\n\n{'Share this story with your friends. ' * 9}", r"it goes on at character \d+ with 'Share this"),
    "empty": (lambda raw: "", r"it ends at character 0, after 0 of 3 parts"),
    "straight quotes": (lambda raw: raw.replace("“", '"').replace("”", '"').replace("’", "'"), r"it differs only in quotation marks, dashes or blanks; expected them as published, perhaps curly where this copy has '\"'"),
    "hyphens for dashes": (lambda raw: raw.replace("—", "-"), r"it differs only in quotation marks, dashes or blanks; expected them as published$"),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGED)
def test_a_changed_copy_is_refused_with_the_place(two: Corpus, change: str, capsys: pytest.CaptureFixture[str]) -> None:
    edit, says = CHANGED[change]
    folder = two.collection(("nordvik", edit(two.raw())), ("sudvik", two.raw("sudvik")))
    assert two.hydrate("--from", "wikinews", str(folder)) == FAILED
    shown = capsys.readouterr()
    head = f"nordvik: {folder}/a.csv:2 is not the text that was annotated: "
    assert shown.err.startswith(head) and re.search(says, shown.err.removeprefix(head).rstrip("\n")), shown.err
    assert "1 attached, 0 already there, 0 missing, 1 changed" in shown.out
    assert two.load()["nordvik"].text is None and two.load()["sudvik"].text == two.texts["sudvik"]


def test_the_place_named_holds_the_first_difference(two: Corpus, capsys: pytest.CaptureFixture[str]) -> None:
    text = two.texts["nordvik"]
    article = two.load()["nordvik"]
    for spot in range(0, len(text), 7):
        if not text[spot].isalpha():
            continue
        copy = text[:spot] + "x" + text[spot + 1 :]
        found = re.search(r"characters (\d+) to (\d+)", hydration.first_difference(article, copy))
        assert found and int(found[1]) <= spot < int(found[2]), spot


def test_curly_marks_where_straight_ones_were_published(two: Corpus, tmp_path: Path) -> None:
    """And the message tells which way."""
    folder = tmp_path / "straight"
    folder.mkdir()
    text = two.texts["nordvik"].replace("“", '"').replace("”", '"').replace("’", "'")
    (folder / "nordvik.txt").write_text(text, encoding="utf-8")
    (folder / "nordvik.yaml").write_text(layers("nordvik").replace("It’s", "It''s").replace("[It''s late]", "['It''s late']"), encoding="utf-8")
    (article,), _ = standoff.compile_sources([folder])
    bare = corpus.article_from(corpus.strip_text(article))
    assert hydration.first_difference(bare, text.replace("won't", "won’t")) == (
        f"it differs only in the shape of quotation marks, first at character {at(text, 'won') + 3}; expected straight ones, as published"
    )


def test_swapped_texts_are_refused_by_name(two: Corpus, capsys: pytest.CaptureFixture[str]) -> None:
    folder = two.collection(("nordvik", two.raw("sudvik")), ("sudvik", two.raw("nordvik")))
    assert two.hydrate("--from", "wikinews", str(folder)) == FAILED
    shown = capsys.readouterr().err
    assert "nordvik: " in shown and "it holds the text of sudvik; expected its own" in shown and "it holds the text of nordvik" in shown
    assert not two.cache.exists()


def test_swapped_plain_files_are_told_by_content(two: Corpus) -> None:
    folder = two.home / "plain"
    folder.mkdir()
    (folder / "nordvik.txt").write_text(two.texts["sudvik"], encoding="utf-8")
    (folder / "sudvik.txt").write_text(two.texts["nordvik"], encoding="utf-8")
    assert two.hydrate("--text", str(folder)) == OK
    assert {name: article.text for name, article in two.load().items()} == two.texts


def test_twice_says_so_and_changes_nothing(two: Corpus, capsys: pytest.CaptureFixture[str]) -> None:
    folder = two.collection(*((name, two.raw(name)) for name in PRINTED))
    assert two.hydrate("--from", "wikinews", str(folder)) == OK
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in two.cache.iterdir()}
    capsys.readouterr()
    assert two.hydrate("--from", "wikinews", str(folder)) == OK
    assert capsys.readouterr().out == f"0 attached, 2 already there, 0 missing, 0 changed; kept in {two.cache}\n"
    assert {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in two.cache.iterdir()} == before


def test_missing_ones_are_named_and_fail(two: Corpus, capsys: pytest.CaptureFixture[str]) -> None:
    folder = two.collection(("nordvik", two.raw()))
    assert two.hydrate("--from", "wikinews", str(folder)) == FAILED
    shown = capsys.readouterr()
    assert "1 attached, 0 already there, 1 missing, 0 changed" in shown.out and shown.err == f"sudvik: missing, no text of it in {folder}\n"


def test_articles_of_another_collection_do_not_fail(two: Corpus, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [json.loads(line) for line in two.gold.read_text(encoding="utf-8").splitlines()]
    lines[1]["provenance"]["source"] = "a book"
    two.gold.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    assert two.hydrate("--from", "wikinews", str(two.collection(("nordvik", two.raw())))) == OK
    assert "not of this collection, and without their texts: sudvik" in capsys.readouterr().out


def test_a_folder_of_ones_own(two: Corpus, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = tmp_path / "mine"
    argv = ("--from", "wikinews", str(two.collection(*((name, two.raw(name)) for name in PRINTED))), "--out", str(out))
    assert two.hydrate(*argv) == OK
    assert not two.cache.exists() and sorted(path.name for path in out.iterdir()) == ["external.jsonl", "nordvik.txt", "sudvik.txt"]
    whole = corpus.load(path=out / "external.jsonl")
    assert {article.id: article.text for article in whole} == two.texts
    card = newsgold.score([newsgold.to_prediction(article) for article in whole], gold=whole)
    assert card.overall == 1.0
    capsys.readouterr()
    assert two.hydrate(*argv) == OK
    assert capsys.readouterr().out == f"0 attached, 2 already there, 0 missing, 0 changed; kept in {out}\n"
    (out / "nordvik.txt").write_text("mine", encoding="utf-8")
    assert two.hydrate(*argv) == BAD
    assert f"{out}/nordvik.txt: $: exists and differs; expected a new file, or --force" in capsys.readouterr().err
    assert (out / "nordvik.txt").read_text(encoding="utf-8") == "mine"
    assert two.hydrate(*argv, "--force") == OK
    assert (out / "nordvik.txt").read_bytes().decode() == two.texts["nordvik"]


def test_never_into_the_package_nor_over_the_input(two: Corpus, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    folder = two.collection(*((name, two.raw(name)) for name in PRINTED))
    before = sorted((ROOT / "data").rglob("*"))
    for place in (ROOT / "data", ROOT / "data" / "articles" / "external", ROOT / "benchmark" / "newsgold" / "texts"):
        assert two.hydrate("--from", "wikinews", str(folder), "--out", str(place)) == BAD
        assert "lies in the package" in capsys.readouterr().err
    monkeypatch.setenv("NEWSGOLD_CACHE", str(ROOT / "data"))
    assert two.hydrate("--from", "wikinews", str(folder)) == BAD
    assert sorted((ROOT / "data").rglob("*")) == before
    plain = two.home / "annotated"
    assert two.hydrate("--text", str(plain), "--out", str(plain)) == BAD
    assert "is the folder that the texts come from" in capsys.readouterr().err


def test_usage(two: Corpus, capsys: pytest.CaptureFixture[str]) -> None:
    assert two.hydrate("--from", "wikibooks", str(two.home)) == BAD
    assert "no collection is named 'wikibooks'; expected one of text, wikinews" in capsys.readouterr().err
    for argv in ([], ["--from", "wikinews"], ["--from", "wikinews", "x", "--text", "y"]):
        with pytest.raises(SystemExit) as stop:
            two.hydrate(*argv)
        assert stop.value.code == BAD


def test_killed_half_way_nothing_half_written_stays(two: Corpus, capsys: pytest.CaptureFixture[str]) -> None:
    """The process ends at the second file, between writing and renaming, as if it were killed: no clean-up runs."""
    folder = two.collection(*((name, two.raw(name)) for name in PRINTED))
    code = (
        "import os, sys\nfrom newsgold import cli\nsync, calls = os.fsync, []\n"
        "def fsync(n):\n    calls.append(n)\n    os._exit(9) if len(calls) == 2 else sync(n)\n"
        "os.fsync = fsync\nsys.exit(cli.main(sys.argv[1:]))"
    )
    argv = ["hydrate", "--from", "wikinews", str(folder), "--gold", str(two.gold)]
    done = subprocess.run([sys.executable, "-c", code, *argv], env={**os.environ, "PYTHONPATH": str(ROOT / "benchmark")}, check=False)
    assert done.returncode == 9
    texts = list(two.cache.glob("*.txt"))
    assert [normalize.digest(path.read_bytes()) for path in texts] == [path.stem for path in texts] and len(texts) == 1
    (part,) = two.cache.glob(".*.part")
    os.utime(part, (0, 0))
    assert two.hydrate("--from", "wikinews", str(folder)) == OK
    assert "1 attached, 1 already there" in capsys.readouterr().out
    assert len(list(two.cache.iterdir())) == 2


def test_what_somebody_changed_in_the_cache_is_written_anew(two: Corpus, capsys: pytest.CaptureFixture[str]) -> None:
    folder = two.collection(*((name, two.raw(name)) for name in PRINTED))
    assert two.hydrate("--from", "wikinews", str(folder)) == OK
    (two.cache / f"{normalize.digest(two.texts['nordvik'])}.txt").write_text("half of", encoding="utf-8")
    assert two.load()["nordvik"].text is None
    capsys.readouterr()
    assert two.hydrate("--from", "wikinews", str(folder)) == OK
    assert "1 attached, 1 already there" in capsys.readouterr().out and two.load()["nordvik"].text == two.texts["nordvik"]


def test_digests_of_blocks_are_salted_short_and_of_two_hundred_characters(two: Corpus) -> None:
    text = two.texts["nordvik"]
    found = normalize.block_digests("nordvik", text)
    assert list(two.load()["nordvik"].text_blocks) == found and found != normalize.block_digests("sudvik", text)
    places = normalize.runs(text)
    assert all(len(value) == 4 for value in found) and len(found) == len(places) == 3
    assert places[0][0] == 0 and all(end - start >= normalize.BLOCK for start, end in places)
    assert found[-1] == normalize.block_digest("nordvik", text[places[-1][0] :])  # with the short last paragraph
    assert normalize.block_digests("nordvik", "Too short.\n\nTo tell.") == []


def test_without_digests_offsets_and_names_tell(two: Corpus) -> None:
    import msgspec

    bare = msgspec.structs.replace(two.load()["nordvik"], text_blocks=msgspec.UNSET)
    assert hydration.first_difference(bare, "Short.").startswith("the text has 6 characters; expected at least ")
    assert "expected the name 'Ana Pérez'" in hydration.first_difference(bare, two.texts["nordvik"].replace("Tuesday", "Monday"))
    assert hydration.first_difference(bare, two.texts["nordvik"].replace("spring", "autumn")).startswith("SHA-256 is ")


def test_every_importer_answers_for_its_own() -> None:
    assert all(name == importer.name for name, importer in REGISTRY.items())
