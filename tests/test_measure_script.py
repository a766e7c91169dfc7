"""The measures of the written pieces: each on a text that can be counted by eye."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ROOT

sys.path.insert(0, str(ROOT / "docs" / "commissioning"))
import measure

SCRIPT = ROOT / "docs" / "commissioning" / "measure.py"
TEXT = """The mill in Ho will close in May, mayor Ada Obi said on Tuesday. About 290 of its 1,200 workers will lose their jobs, she said.

"We have looked for a buyer for nine months and found none at all," Obi said, "and so the mill will have to close." Kofi Mensah told reporters that 290 was too few. According to the union, it is reportedly badly run.

They wait — still."""


def test_figures_of_a_piece() -> None:
    found = measure.measures(TEXT)
    assert found["words"] == len(TEXT.split())
    assert found["per_paragraph"] == pytest.approx(6 / 3)
    assert found["short"] == pytest.approx(100 * 1 / 6)
    assert found["quotes"] == 2 and found["quote_length"] == 11
    assert found["divided"] == pytest.approx(50)
    assert found["direct"] == pytest.approx(100 * 1 / 6) and found["reported"] == pytest.approx(100 * 4 / 6)
    assert found["recurring_digits"] == pytest.approx(50)
    assert found["say"] == pytest.approx(75) and found["speech_verbs"] == 2
    assert found["people"] == 2 and measure.people(TEXT) == ["Ada Obi", "Kofi Mensah"]
    assert found["name_first"] == pytest.approx(100 * 1 / 6)
    words = len(TEXT.split())
    assert [found[key] for key in ("according_to", "hedges", "adverbs", "dashes")] == pytest.approx([1000 / words, 1000 / words, 2000 / words, 1000 / words])
    assert found["ttr_250"] is None


def test_what_is_not_there_is_not_outside_its_band() -> None:
    found = measure.measures("Rain fell on the town for a day. It stopped in the end.")
    assert found["quote_length"] is None and found["say"] is None
    assert "quote_length" not in measure.outside_band(found) and "words" in measure.outside_band(found)


def test_single_quotation_marks_and_quotations_that_go_on() -> None:
    part = "‘We won’t wait,’ she said. The workers’ hall burned."
    assert [part[low:high] for low, high in measure.quotations(part)] == ["We won’t wait,"]
    part = '"It goes on in the next paragraph.'
    assert [part[low:high] for low, high in measure.quotations(part)] == [part[1:]]


def test_sentences_and_abbreviations() -> None:
    assert measure.sentences('Mr. Obi of U.S. Steel said no. "Go!" he said. J. Doe left on Aug. 3.\nA new line') == [
        "Mr. Obi of U.S. Steel said no.",
        '"Go!" he said.',
        "J. Doe left on Aug. 3.",
        "A new line",
    ]


ONE = "alpha beta gamma delta epsilon zeta eta theta iota kappa"


def test_shared_runs() -> None:
    texts = {"a": f"x {ONE} y", "b": f"z {ONE} w", "c": "beta gamma delta epsilon zeta eta theta iota", "d": "nothing"}
    runs = measure.shared_runs(texts)
    assert runs == {tuple(ONE.split()): ["a", "b"], tuple(texts["c"].split()): ["a", "b", "c"]}
    assert measure.longest_shared(texts) == (tuple(ONE.split()), ["a", "b"])
    assert measure.longest_shared({"a": "one two three", "b": "four two three"}) == (("two", "three"), ["a", "b"])
    assert measure.longest_shared({"a": "one", "b": "two"}) == ((), [])


def test_runs_between_others_are_left_alone() -> None:
    assert measure.shared_runs({"a": "nothing here"}, {"b": ONE, "c": ONE}) == {}
    assert measure.shared_runs({"a": ONE.upper()}, {"b": ONE, "c": ONE}) == {tuple(ONE.split()): ["a", "b", "c"]}


def test_openings_and_names_of_a_set() -> None:
    texts = ["A court in Lahore", "A court of law", "The mill"]
    assert measure.shared_openings(texts) == pytest.approx(2 / 3) and measure.shared_openings(texts, 3) == 0
    assert measure.reused_names({"a": "Ada Obi said no.", "b": "It was Ada Obi, 34.", "c": "Kofi Mensah said so."}) == {"Ada Obi": ["a", "b"]}


def test_real_articles_are_cleaned(tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_text(
        'url,date,title,text\nu,2020-01-01,Long,"\n\nSaturday, January 5, 2019\u00a0 \n\n\n' + "word " * 130 + '\n\n((note)) x\n"\nu,2020-01-01,Short,few\n',
        encoding="utf-8",
    )
    assert measure.read_real(tmp_path) == {"real: Long": ("word " * 130).strip()}


def test_piece_mode_runs_alone(tmp_path: Path) -> None:
    """The script needs nothing but Python: -S and -I leave installed packages out."""
    piece, other = tmp_path / "piece.txt", tmp_path / "others" / "other.txt"
    other.parent.mkdir()
    piece.write_text(TEXT, encoding="utf-8")
    other.write_text("So we have looked for a buyer for nine months and found none at all, it says.", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(SCRIPT), "piece", str(piece), "--against", str(other.parent), "--json"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stderr
    found = json.loads(done.stdout)
    assert found["shared"] == [{"run": "we have looked for a buyer for nine months and found none at all", "with": [str(other)]}]
    assert "words" in found["outside"] and set(found["figures"]) == {figure.key for figure in measure.FIGURES}


def test_a_piece_is_not_compared_with_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    piece = tmp_path / "piece.txt"
    piece.write_text(TEXT, encoding="utf-8")
    measure.main(["piece", str(piece), "--against", str(tmp_path), "--all"])
    out = capsys.readouterr().out
    assert "shared run" not in out and "named people counted: Ada Obi, Kofi Mensah" in out


def test_bad_arguments(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert measure.main(["piece", str(tmp_path / "none.txt")]) == 2
    assert measure.main(["--real", str(tmp_path / "none")]) == 2
    assert measure.main(["--data", str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("no such") == 2


def test_the_set_s_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for split, name in (("train", "a"), ("test", "b")):
        (tmp_path / split).mkdir()
        (tmp_path / split / f"{name}.txt").write_text(TEXT, encoding="utf-8")
    assert measure.main(["--data", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "| articles whose first 2 words open another article too | 100% | – |" in out
    assert "Names in more than one written article: Ada Obi (a, b); Kofi Mensah (a, b)." in out
    assert f"Longest run shared by written articles: {len(measure.tokens(TEXT))} words" in out


def test_real_sets_are_compared_at_the_size_of_the_written_one() -> None:
    real = {"a": f"On Monday Ada Obi said no. {ONE}", "b": f"On Monday Ada Obi said no. {ONE}"} | {f"c{n}": f"{n} words here" for n in range(6)}
    runs = measure.shared_runs(real)
    assert measure.matched(real, runs, 5) is None
    found = measure.matched(real, runs, 4)
    assert found == measure.matched(real, runs, 4) and found is not None
    # Both of the pair are drawn in 4·3 of 8·7 ways, and then two of the four open alike.
    assert found["runs"] == pytest.approx(12 / 56, abs=0.1) and found["names"] == found["runs"] and found["openings 2"] == pytest.approx(found["runs"] / 2)
