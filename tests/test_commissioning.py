"""The commissioning plan: drawn by lot before writing, spread evenly, and drawn again to the same bytes."""

from __future__ import annotations

import csv
import json
import random
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from statistics import NormalDist
from typing import Any

import pytest
import yaml

import newsgold
from newsgold.notes import load_notes

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "commissioning"


@pytest.fixture(scope="module")
def plan() -> list[dict[str, Any]]:
    briefs: list[dict[str, Any]] = yaml.safe_load((FOLDER / "plan.yaml").read_text(encoding="utf-8"))
    return briefs


def test_drawing_again_gives_the_same_bytes(tmp_path: Path) -> None:
    copy = shutil.copytree(FOLDER, tmp_path / "commissioning", ignore=shutil.ignore_patterns("notes", "plan.yaml"))
    subprocess.run([sys.executable, str(copy / "draw_plan.py")], check=True)
    assert (copy / "plan.yaml").read_bytes() == (FOLDER / "plan.yaml").read_bytes()
    first = subprocess.run([sys.executable, str(copy / "draw_briefs.py")], check=True, capture_output=True)
    assert first.stdout == (FOLDER / "briefs.yaml").read_bytes()


def test_the_plan_and_the_pilot_make_two_hundred_and_eighteen(plan: list[dict[str, Any]]) -> None:
    pilot = yaml.safe_load((FOLDER / "briefs.yaml").read_text(encoding="utf-8"))
    assert [brief["number"] for brief in pilot + plan] == list(range(1, 219))
    assert Counter(brief["split"] for brief in (pilot + plan)[:200]) == {"train": 60, "validation": 20, "test": 120}
    assert {(brief["split"], "must" in brief) for brief in plan[176:]} == {("test", True)} and not any("must" in brief for brief in plan[:176])


def test_the_plan_spreads(plan: list[dict[str, Any]]) -> None:
    topics = Counter((brief["split"], brief["topic"]) for brief in plan)
    assert len({topic for _, topic in topics}) == 17
    assert all(topics["test", topic] >= 6 for _, topic in topics)
    assert len({brief["genre"] for brief in plan}) >= 8
    countries = Counter(brief["country"] for brief in plan)
    assert len(countries) >= 40
    assert max(countries.values()) <= 0.05 * 200


def test_nothing_is_dealt_twice(plan: list[dict[str, Any]]) -> None:
    for row in ("event", "town"):
        values = [brief[row] for brief in plan]
        assert len(values) == len(set(values)), row
    surnames = Counter(person.split(" | ")[1].rsplit(" (", 1)[0] for brief in plan for person in brief["people"])
    assert not [name for name, n in surnames.items() if n > 1]


def test_every_topic_of_the_plan_is_one_of_the_schema(plan: list[dict[str, Any]]) -> None:
    import json

    article = json.loads((ROOT / "schemas" / "article.json").read_text(encoding="utf-8"))["properties"]
    assert {brief["topic"] for brief in plan} <= set(article["topics"]["items"]["enum"])
    assert {brief["genre"] for brief in plan} <= set(article["genre"]["enum"])


def test_the_datasheet_tells_the_disputes_as_they_were_decided() -> None:
    cases = [json.loads(line) for line in (FOLDER / "disputes.jsonl").read_text(encoding="utf-8").splitlines()]
    shipped = {article.id for split in ("train", "validation", "test") for article in newsgold.load(split)}
    assert {case["id"] for case in cases} <= shipped
    assert {case["decision"] for case in cases} == {"gold", "other", "both", "open"}
    first = [case for case in cases if case["found_by"] in ("reading", "strangers 1")]
    upheld = sum(case["decision"] == "gold" for case in first)
    page = " ".join((ROOT / "docs" / "datasheet.md").read_text(encoding="utf-8").split())
    assert f"upheld in {upheld} places of {len(first)} and changed in {len(first) - upheld} " in page
    second = [case for case in cases if case["found_by"] in {f"reading {number}" for number in "2345"}]
    test = {article.id for article in newsgold.load("test")}
    third = Counter((case["found_by"], case["decision"]) for case in cases if case["found_by"] in ("last reading 0.2.1", "strangers 4", "reading 6"))
    open_ = sum(n for (_, decision), n in third.items() if decision == "open")
    assert f"Over all {third.total()} cases" in page and f"agree in {100 * (1 - open_ / third.total()):.0f}% " in page
    assert f"changed where both judges chose against it, {sum(n for (_, decision), n in third.items() if decision == 'other')} places" in page
    fourth = Counter(case["decision"] for case in cases if case["found_by"] == "reading 7")
    with (FOLDER / "more_readings.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    for reading, words in (
        ("reading 6", "with the same question by fourteen others: {} places in {:,} records (one in {:.0f})"),
        ("reading 7", "{} places in {:,} records, one in {:.0f}."),
        ("reading 8", "{} of {:,} records, one in {:.0f};"),
        ("reading 9", "without, by five others, {} of {:,}, one in {:.0f}."),
        ("reading 10", "by eighteen others, {} of {:,}, one in {:.0f}."),
    ):
        argued, records = (sum(int(row[name]) for row in rows if row["reading"] == reading) for name in ("argued about", "records"))
        assert words.format(argued, records, records / argued) in page
    records = sum(int(row["records"]) for row in rows if row["reading"] == "reading 7")
    assert (
        f"Of the {fourth.total()} with another reading told both judges gave the reader {fourth['other']} (one record in {records / fourth['other']:.0f})"
        in page
    )
    assert f"and the gold {fourth['gold']}, in {fourth['open']} they differ" in page
    for reading, words in (("reading 8", "the readers {} of {} places of the one"), ("reading 10", "{} of {} of the other")):
        fifth = Counter(case["decision"] for case in cases if case["found_by"] == reading)
        assert words.format(fifth["other"], fifth.total()) in page
    # Places of the readings of 0.2.2 that earlier readers had argued about: three in five of the shorter quotation's words are shared.
    before: dict[str, list[set[str]]] = {}
    for case in cases:
        if case["found_by"].startswith("strangers") or case["found_by"] in ("reading", "last reading 0.2.1", *(f"reading {n}" for n in range(2, 7))):
            before.setdefault(case["id"], []).append({*re.findall(r"\w+", case["words"].lower())})
    later = [(case["id"], {*re.findall(r"\w+", case["words"].lower())}) for case in cases if case["found_by"] in ("reading 7", "last reading 0.2.2")]
    again = sum(any(len(said & earlier) >= 0.6 * min(len(said), len(earlier)) for earlier in before.get(article, ())) for article, said in later)
    assert f"Of the {len(later)} disputed places of the readings of 0.2.2, {again} stood where earlier readers had argued before" in page
    flags = Counter(case["decision"] for case in cases if case["found_by"] == "notes")
    assert flags.keys() == {"other"} and f"{flags['other']} places, all of which both judges gave them" in page
    told = [note for given in load_notes().values() for note in given]
    assert f"{len(told):,} in all" in page and f"{sum(note.other is not None for note in told)} give another reading" in page
    counts = Counter(case["decision"] for case in second)
    assert f"{len(second)} places, {sum(case['id'] in test for case in second)} of them in test" in page
    assert counts["both"] == 1 and f"gold upheld in {counts['gold']}, changed in {counts['other']}, left in one " in page


def test_the_datasheet_counts_the_strangers_readings_as_the_table_has_them() -> None:
    head, *lines = (FOLDER / "strangers.tsv").read_text(encoding="utf-8").splitlines()
    rows = [dict(zip(head.split("\t"), line.split("\t"), strict=True)) for line in lines]
    assert len({row["article"] for row in rows}) == len(rows) == 40
    assert {row["article"] for row in rows} <= {article.id for article in newsgold.load("test")}
    page = (ROOT / "docs" / "datasheet.md").read_text(encoding="utf-8")
    for reading in "123":
        records, wrong, arguable, otherwise = (sum(int(row[name]) for row in rows if row["reading"] == reading) for name in head.split("\t")[2:])
        found = re.findall(rf"^  \| .* \| {records} \| {wrong} \| {otherwise} \| \W*one in (\d+)\W* \| {arguable - otherwise} \|$", page, flags=re.M)
        assert found == [str(round(records / (wrong + otherwise)))]
    records, wrong, arguable, otherwise = (sum(int(row[name]) for row in rows if row["reading"] == "4") for name in head.split("\t")[2:])
    assert (wrong, otherwise) == (0, 5)  # "none", "five"
    flat = " ".join(page.split())
    assert f"none of {records} records wrong by a rule and {arguable} where two readings of the rules can stand (one in {records / arguable:.0f};" in flat
    assert f"five of which the reader would have annotated otherwise (one in {records / otherwise:.0f};" in flat


def test_the_last_readings_are_of_the_articles_drawn_and_told_as_they_were_counted() -> None:
    with (FOLDER / "last_reading.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    places = [json.loads(line) for line in (FOLDER / "last_reading.jsonl").read_text(encoding="utf-8").splitlines()]
    page = (ROOT / "docs" / "datasheet.md").read_text(encoding="utf-8")
    versions = dict.fromkeys(row["data"] for row in rows)
    assert versions.keys() == {place["data"] for place in places}
    for data in versions:
        own, argued_places = [row for row in rows if row["data"] == data], [place for place in places if place["data"] == data]
        drawn = desk("draw", f"last reading {data}", "40", "--readings", "3" if data == "0.2.1" else "0").stdout.split()[:30]
        assert [row["article"] for row in own] == (sorted(article.id for article in newsgold.load("test")) if data == "0.2.4" else drawn)
        counts = Counter(place["id"] for place in argued_places)
        assert {row["article"] for row in own if row["argued about"] != "0"} == counts.keys()
        for row in own if data >= "0.2.3" else ():
            assert int(row["argued about"]) == argued_records([place["record"] for place in argued_places if place["id"] == row["article"]])
        argued, records = (sum(int(row[name]) for row in own) for name in ("argued about", "records"))
        z, rate = NormalDist().inv_cdf(0.975), argued / records
        middle, half = rate + z * z / 2 / records, z * (rate * (1 - rate) / records + (z / 2 / records) ** 2) ** 0.5
        low, high = ((middle + sign * half) / (1 + z * z / records) for sign in (-1, 1))  # Wilson
        judged = Counter(tuple(place["judges"]) for place in argued_places if place["judges"])
        reader, gold = judged["other", "other"], judged["gold", "gold"]
        shown = {"0.2.3": ", with notes", "0.2.4": ", with notes, all of test"}.get(data, "")
        told = (
            f"| {data}{shown} | {records:,} | {argued} | {1 / rate:.0f} ({1 / high:.0f}–{1 / low:.0f}) | {reader} | {gold} | {judged.total() - reader - gold} |"
        )
        assert told in page
        assert f"one record in {records / reader:.0f} of {data}" in page or f"one in {records / reader:.0f} of {data}" in page
    latest = [row for row in rows if row["data"] == [*versions][-1]]
    argued, records = (sum(int(row[name]) for row in latest) for name in ("argued about", "records"))
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    assert f"would argue about one record of test in {records / argued:.0f} (data {latest[0]['data']})" in readme
    # Over all readings with notes, and with the readers of 0.2.4 (six articles each, in order) drawn anew.
    with (FOLDER / "more_readings.tsv").open(encoding="utf-8") as file:
        noted = [row for row in csv.DictReader(file, delimiter="\t") if row["reading"] in ("reading 8", "reading 10")]
    noted += [row for row in rows if row["data"] >= "0.2.3"]
    argued, records = (sum(int(row[name]) for row in noted) for name in ("argued about", "records"))
    assert f"it is {argued} of {records:,}, one in {records / argued:.0f}" in page
    whole = [row for row in rows if row["data"] == "0.2.4"]
    readers = [[sum(int(row[name]) for row in whole[at : at + 6]) for name in ("argued about", "records")] for at in range(0, len(whole), 6)]
    lot = random.Random(1)
    rates = sorted(sum(n for n, _ in drawn) / sum(of for _, of in drawn) for drawn in ([lot.choice(readers) for _ in readers] for _ in range(10_000)))
    assert f"gives one in {1 / rates[9_750]:.0f} to one in {1 / rates[250]:.0f}." in page
    over = [of / n for n, of in readers if n / of > 1 / 50]
    assert len(readers) == 23 and f"Four of the twenty-three are above one in fifty by themselves (up to one in {min(over):.0f})" in page and len(over) == 4
    with (FOLDER / "strangers.tsv").open(encoding="utf-8") as file:
        beside = [row["article"] for row in csv.DictReader(file, delimiter="\t") if row["reading"] == "4"]
    assert beside == desk("draw", "last reading 0.2.1", "40", "--readings", "3").stdout.split()[30:]


def argued_records(points: list[str]) -> int:
    """How many records points are about: each that they name once, and one for each point that names none."""
    named = [set(re.findall(r"\b[ecvf]\d+\b", point)) if "missing" not in point.lower() else set() for point in points]
    return len(set().union(*named)) + sum(not ids for ids in named)


def desk(*argv: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, FOLDER / "desk.py", *argv], capture_output=True, text=True, check=False)


def finding(n: int, **other: Any) -> dict[str, Any]:
    said = {"id": f"article-{n}", "record": "missing claim", "words": f"words {n}", "gold": f"gold {n}", "other": f"other {n}"}
    return said | {"for_gold": f"gold rule {n}", "for_other": f"other rule {n}", **other}


def test_findings_go_before_a_judge_who_is_not_told_which_reading_is_the_golds(tmp_path: Path) -> None:
    (tmp_path / "found.jsonl").write_text("\n".join(json.dumps(finding(n)) for n in range(20)), encoding="utf-8")
    assert desk("--work", tmp_path, "blind", "one", tmp_path / "found.jsonl", "--parts", "2").returncode == 0
    shown = [json.loads(line) for part in "12" for line in (tmp_path / "blind" / "one" / f"{part}.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [case["id"] for case in shown] == [f"article-{n}" for n in range(20)]
    assert all(set(case) == {"n", "id", "record", "words", "A", "B", "for_A", "for_B"} and "missing" not in case["record"] for case in shown)
    assert {case["A"].split()[0] for case in shown} == {"gold", "other"}  # by lot
    assert all(case[f"for_{side}"].split()[0] == case[side].split()[0] for case in shown for side in "AB")

    again = desk("--work", tmp_path, "blind", "one", tmp_path / "found.jsonl")
    assert again.returncode == 1 and again.stderr == f"{tmp_path / 'blind' / 'one'}: there already; expected a new name for the round\n"
    unknown = desk("--work", tmp_path, "decided", "none")
    assert unknown.returncode == 1 and unknown.stderr.startswith(f"{tmp_path / 'blind' / 'none'}: no such round; ")
    missing = desk("--work", tmp_path, "decided", "one")
    assert missing.returncode == 1
    assert missing.stderr.count("no answer for case 1, 2, 3, 4, 5, 6, 7, 8, 9, 10") == 2
    for part, choices in (("1", "AAAAAAAAAA"), ("2", "BBBBBBBBB")):
        answers = [{"n": n, "choice": choice, "rule": "3.6"} for n, choice in enumerate(choices, 1)]
        answers += [{"n": 10, "choice": "both", "rule": "3.6"}] if part == "2" else []
        (tmp_path / "blind" / "one" / f"{part}.out.jsonl").write_text("\n".join(map(json.dumps, answers)), encoding="utf-8")
    said = desk("--work", tmp_path, "decided", "one")
    chosen = [case["A" if place < 10 else "B"].split()[0] for place, case in enumerate(shown[:19])]
    assert said.stdout == f"20 cases: gold {chosen.count('gold')}, other {chosen.count('other')}, both 1\n"
    cases = [json.loads(line) for line in (tmp_path / "blind" / "one" / "decided.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {case["id"]: case["decision"] for case in cases} == {f"article-{n}": choice for n, choice in enumerate([*chosen, "both"])}
    shutil.copytree(tmp_path / "blind" / "one", tmp_path / "blind" / "two")
    for part in "12":
        key = json.loads((tmp_path / "blind" / f"key-one-{part}.json").read_text(encoding="utf-8"))
        for n, case in enumerate(key):
            if part == "2" and n < 5:  # the second judge sees these the other way round and answers with the same letter
                case["A"], case["B"] = case["B"], case["A"]
        (tmp_path / "blind" / f"key-two-{part}.json").write_text(json.dumps(key), encoding="utf-8")
    both = desk("--work", tmp_path, "decided", "two", "one")
    kept = [*chosen[:10], *["open"] * 5, *chosen[15:]]
    assert both.stdout == f"20 cases: gold {kept.count('gold')}, other {kept.count('other')}, both 1, open 5\n"
    changes = (tmp_path / "blind" / "one" / "changes.md").read_text(encoding="utf-8").splitlines()[2:]
    assert changes == [f"| article-{n} | missing claim | words {n} | gold {n} | other {n} | 3.6 |" for n in range(19) if chosen[n] == "other"]


def test_every_finding_that_is_none_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "found.jsonl").write_text(f"{json.dumps(finding(1))}\n{{\n{json.dumps(finding(2, gold=None))}\n", encoding="utf-8")
    said = desk("--work", tmp_path, "blind", "one", tmp_path / "found.jsonl")
    assert said.returncode == 1 and not (tmp_path / "blind").exists()
    assert [line.split("jsonl:")[1][:20] for line in said.stderr.splitlines()] == ["2: not JSON: Expecti", "3: no text in gold; "]
