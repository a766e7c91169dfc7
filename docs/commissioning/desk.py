"""The desk: moves an article from its brief to the repository. ``python docs/commissioning/desk.py STEP …``; process.md tells the steps.

    briefs NUMBER…        lay out a folder for each brief, for its writer
    judge ROUND NUMBER… --real DIR
                          mix pieces with as many real ones, layout made alike, for a reader who does not know which is which
    verdicts ROUND        count the reader's verdicts and give each piece its own
    texts NUMBER…         lay out finished texts and their metadata for the annotators
    differences ID [ONE TWO]
                          every point on which two annotations of an article differ (default: a1 a2)
    agreement             how far a1 and a2 agree on all that is laid out
    place NUMBER…         put adjudicated articles into data/ and docs/commissioning/
    draw NAME COUNT       test articles for a stranger's reading, by the SHA-256 of NAME and the id
    blind ROUND FINDINGS… lay what readers found before judges who do not know which of the two readings the gold has
    decided ROUND [SECOND]
                          count what the judges decided; what is to be changed, as a table, and all cases, as disputes.jsonl keeps them; with a
                          second round on the same findings what both judges chose, "open" where they differ

All of it lies in ``--work`` (default build/desk): ``write/<number>/``, ``judge/<round>/``, ``texts/``, ``a1/``, ``a2/``, ``gold/``, ``adjudication/``,
``blind/<round>/``.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import random
import re
import shutil
import sys
import unicodedata
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
HIDDEN = ("split", "batch")  # what a writer need not know
FINDING = ("id", "record", "words", "gold", "other", "for_gold", "for_other")  # what a finding says; ``gold`` and ``other`` are the two readings
WEEKDAY_LINE = re.compile(r"(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, \w+ \d+, \d{4}")


def plan() -> dict[int, dict[str, Any]]:
    """The briefs by number."""
    return {brief["number"]: brief for brief in yaml.safe_load((HERE / "plan.yaml").read_text(encoding="utf-8"))}


def clean(text: str) -> str:
    """A text in the data's normal form, with straight quotation marks."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\u00a0", " "))
    text = text.translate({ord("“"): '"', ord("”"): '"', ord("’"): "'", ord("‘"): "'"})
    return re.sub(r"\n{2,}", "\n\n", "\n".join(line.rstrip() for line in text.split("\n"))).strip() + "\n"


def meta(folder: Path) -> dict[str, Any]:
    """What the writer says of the piece: id, headline, published, dateline, language, genre, topics."""
    found: dict[str, Any] = yaml.load((folder / "meta.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    return {key: None if value in ("null", "") else value for key, value in found.items()}


def briefs(work: Path, numbers: Sequence[int]) -> None:
    for number in numbers:
        folder = work / "write" / str(number)
        folder.mkdir(parents=True, exist_ok=True)
        brief = {key: value for key, value in plan()[number].items() if key not in HIDDEN}
        (folder / "brief.yaml").write_text(yaml.safe_dump(brief, sort_keys=False, allow_unicode=True, width=300), encoding="utf-8")
        print(folder)


def paragraphs(text: str) -> str:
    """One paragraph a block, without a wiki's date line: so that layout does not tell real from invented."""
    found = [re.sub(r"\s+", " ", line).strip() for line in clean(text).split("\n") if line.strip()]
    return "\n\n".join(found[1:] if WEEKDAY_LINE.fullmatch(found[0]) else found)


def judge(work: Path, name: str, numbers: Sequence[int], real: Path) -> None:
    csv.field_size_limit(10**7)
    pieces = []
    for number in numbers:
        folder = work / "write" / str(number)
        pieces.append((str(number), "invented", meta(folder)["headline"], paragraphs((folder / "text.txt").read_text(encoding="utf-8"))))
    memory = work / "judge" / "used.json"
    used = set(json.loads(memory.read_text())) if memory.exists() else set()
    rows = [row for path in sorted(real.glob("*.csv")) for row in csv.DictReader(path.open(encoding="utf-8"))]
    fitting = [row for row in rows if row["url"] not in used and 200 <= len(row["text"].split()) <= 800]
    rng = random.Random(f"judge {name}")
    for row in rng.sample(fitting, len(pieces)):
        used.add(row["url"])
        pieces.append((row["url"], "real", row["title"], paragraphs(row["text"])))
    rng.shuffle(pieces)
    folder = work / "judge" / name
    folder.mkdir(parents=True)
    for place, (_, _, headline, text) in enumerate(pieces, 1):
        (folder / f"{place:02}.txt").write_text(f"{headline}\n\n{text}\n", encoding="utf-8")
    key = {place: piece[:2] for place, piece in enumerate(pieces, 1)}
    (work / "judge" / f"key-{name}.json").write_text(json.dumps(key, indent=1))
    memory.write_text(json.dumps(sorted(used)))
    print(f"{folder}: {len(pieces)} texts")


def verdicts(work: Path, name: str) -> None:
    key = json.loads((work / "judge" / f"key-{name}.json").read_text())
    counts: Counter[tuple[str, str]] = Counter()
    for line in (work / "judge" / name / "verdicts.tsv").read_text(encoding="utf-8").splitlines():
        fields = [field.strip() for field in line.split("\t") if field.strip()]
        if not fields or not fields[0].isdigit():
            continue
        piece, what = key[str(int(fields[0]))]
        counts[what, fields[1]] += 1
        if what == "invented":
            (work / "write" / piece / "verdict.txt").write_text("\n".join(fields[1:]) + "\n", encoding="utf-8")
    for (what, verdict), n in sorted(counts.items()):
        print(f"{what} taken for {verdict}: {n}")


def texts(work: Path, numbers: Sequence[int]) -> None:
    (work / "texts").mkdir(parents=True, exist_ok=True)
    for number in numbers:
        folder = work / "write" / str(number)
        found = meta(folder)
        body = clean((folder / "text.txt").read_text(encoding="utf-8"))
        (work / "texts" / f"{found['id']}.txt").write_text(body, encoding="utf-8")
        lines = [
            f"{key}: {json.dumps(found[key], ensure_ascii=False) if key != 'published' else found[key]}"
            for key in ("headline", "published", "dateline", "language", "genre", "topics") if found.get(key)
        ]  # fmt: skip
        (work / "texts" / f"{found['id']}.header.yaml").write_text("\n".join([*lines, "provenance: {kind: written}", ""]), encoding="utf-8")
        print(number, found["id"], len(body.split()))


def annotation(work: Path, who: str, article: str) -> Any:
    """A laid-out annotation, compiled; ends the run with its errors if it does not compile."""
    from newsgold.corpus import compile_file

    issues: list[Any] = []
    found = compile_file(work / who / f"{article}.yaml", issues.append, text_path=work / "texts" / f"{article}.txt", split="test")
    if found is None:
        sys.exit("\n".join(map(str, issues)))
    return found


def differences(work: Path, article: str, one: str, other: str) -> None:
    from newsgold.differences import differences as compare

    found = compare(annotation(work, one, article), annotation(work, other, article))
    print(f"{article}: {len(found)} differences")
    for point in found:
        print(f"{point.layer} {point.where}\n  {point.field}\n    {one}: {point.one}\n    {other}: {point.other}")


def agreement(work: Path) -> None:
    from newsgold.agreement import agreement_of
    from newsgold.report import agreement_markdown

    both = sorted({path.stem for path in (work / "a1").glob("*.yaml")} & {path.stem for path in (work / "a2").glob("*.yaml")})
    print(agreement_markdown(agreement_of({who: {article: annotation(work, who, article) for article in both} for who in ("a1", "a2")}).to_dict()))


def place(work: Path, numbers: Sequence[int]) -> None:
    mapping = HERE / "articles.yaml"
    told = mapping.read_text(encoding="utf-8")
    for number in numbers:
        folder = work / "write" / str(number)
        article, split = meta(folder)["id"], plan()[number]["split"]
        target = ROOT / "data" / "articles" / split
        needed = [work / "gold" / f"{article}.yaml", work / "a1" / f"{article}.yaml", work / "adjudication" / f"{article}.md", folder / "notes.md"]
        needed += [work / "a2" / f"{article}.yaml"] if split != "train" else []
        if missing := [str(path) for path in needed if not path.is_file()]:
            sys.exit(f"{number} {article}: not found: {', '.join(missing)}")
        shutil.copy(work / "texts" / f"{article}.txt", target / f"{article}.txt")
        shutil.copy(work / "gold" / f"{article}.yaml", target / f"{article}.yaml")
        for who in ("a1", "a2"):
            if (raw := work / who / f"{article}.yaml").is_file():
                shutil.copy(raw, ROOT / "data" / "annotators" / who / raw.name)
        shutil.copy(work / "adjudication" / f"{article}.md", ROOT / "data" / "adjudication" / f"{article}.md")
        notes = re.sub(r"^# .*\n", "", (folder / "notes.md").read_text(encoding="utf-8"))
        (HERE / "notes" / f"{article}.md").write_text(f"# Notes: {article} (brief {number})\n{notes}", encoding="utf-8")
        if not re.search(rf"^{number}: ", told, re.M):
            told += f"{number}: {article}\n"
        print(number, split, article)
    mapping.write_text(told, encoding="utf-8")


def draw(name: str, count: int, readings: int | None) -> None:
    """Print ``count`` test articles that no stranger has read, in an order that nobody chooses.

    ``readings`` leaves out only what the first so many readings had, so that an old draw can be made again.
    """
    with (HERE / "strangers.tsv").open(encoding="utf-8") as file:
        read = {row["article"] for row in csv.DictReader(file, delimiter="\t") if readings is None or int(row["reading"]) <= readings}
    left = [path.stem for path in (ROOT / "data" / "articles" / "test").glob("*.yaml") if path.stem not in read]
    print(*sorted(left, key=lambda article: hashlib.sha256(f"{name} {article}".encode()).hexdigest())[:count], sep="\n")


def findings_of(paths: Sequence[Path]) -> list[dict[str, Any]]:
    """The findings of some files of JSON Lines; ends the run with every line that is none."""
    found, wrong = [], []
    for path in paths:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            try:
                case = json.loads(line) if line.strip() else None
            except ValueError as error:
                wrong.append(f"{path}:{number}: not JSON: {error}")
                continue
            if case is None:
                continue
            if missing := [key for key in FINDING if not isinstance(case, dict) or not isinstance(case.get(key), str)]:
                wrong.append(f"{path}:{number}: no text in {', '.join(missing)}; expected: {', '.join(FINDING)}")
            else:
                found.append(case)
    if wrong:
        sys.exit("\n".join(wrong))
    return found


def blind(work: Path, name: str, findings: Sequence[Path], parts: int) -> None:
    cases = findings_of(findings)
    folder = work / "blind" / name
    if folder.exists():
        sys.exit(f"{folder}: there already; expected a new name for the round")
    folder.mkdir(parents=True)
    rng = random.Random(f"blind {name}")
    for part in range(parts):
        key = []
        with (folder / f"{part + 1}.jsonl").open("w", encoding="utf-8") as file:
            for n, case in enumerate(cases[part * len(cases) // parts : (part + 1) * len(cases) // parts], 1):
                a, b = rng.sample(("gold", "other"), 2)
                # "Missing" would tell which of the two is the gold's.
                shown = {"n": n, "id": case["id"], "record": case["record"].replace("missing ", ""), "words": case["words"]}
                shown |= {"A": case[a], "B": case[b], "for_A": case[f"for_{a}"], "for_B": case[f"for_{b}"]}
                file.write(json.dumps(shown, ensure_ascii=False) + "\n")
                key.append({**case, "A": a, "B": b})
        (work / "blind" / f"key-{name}-{part + 1}.json").write_text(json.dumps(key, ensure_ascii=False, indent=1), encoding="utf-8")
        print(f"{folder / f'{part + 1}.jsonl'}: {len(key)} cases")


def answered(work: Path, name: str) -> dict[tuple[str, ...], dict[str, Any]]:
    """The decided cases of a round by what was found; ends the run with every answer that is missing or none."""
    folder = work / "blind" / name
    cases: dict[tuple[str, ...], dict[str, Any]] = {}
    wrong = []
    keys = sorted((work / "blind").glob(f"key-{name}-*.json"))
    if not keys:
        sys.exit(f"{folder}: no such round; expected one that `blind` laid out")
    for path in keys:
        key = json.loads(path.read_text(encoding="utf-8"))
        answers = folder / f"{path.stem.removeprefix(f'key-{name}-')}.out.jsonl"
        found = {}
        for number, line in enumerate(answers.read_text(encoding="utf-8").splitlines() if answers.is_file() else [], 1):
            if line.strip():
                answer = json.loads(line)
                found[answer["n"]] = answer
                if answer["choice"] not in ("A", "B", "both"):
                    wrong.append(f"{answers}:{number}: choice {answer['choice']!r}; expected A, B or both")
        if missing := sorted(set(range(1, len(key) + 1)) - found.keys()):
            wrong.append(f"{answers}: no answer for case {', '.join(map(str, missing))}")
            continue
        for n, case in enumerate(key, 1):
            choice = found[n]["choice"]
            said = {"decision": "both" if choice == "both" else case.get(choice), "rule": found[n]["rule"]}
            cases[tuple(case[field] for field in FINDING)] = {field: case[field] for field in FINDING} | {"found_by": name} | said
    if wrong:
        sys.exit("\n".join(wrong))
    return cases


def decided(work: Path, name: str, second: str | None) -> None:
    folder = work / "blind" / name
    found = answered(work, name)
    if second:
        others = answered(work, second)
        if found.keys() != others.keys():
            sys.exit(f"{second}: not the findings of {name}; expected a second round of `blind` on the same files")
        for key, case in found.items():
            other = others[key]
            case["rule"] = case["rule"] if case["rule"] == other["rule"] else f"{case['rule']} / {other['rule']}"
            case["decision"] = case["decision"] if case["decision"] == other["decision"] else "open"
    cases = list(found.values())
    counts = Counter(case["decision"] for case in cases)
    print(f"{len(cases)} cases: " + ", ".join(f"{decision} {counts[decision]}" for decision in ("gold", "other", "both", *(("open",) if second else ()))))
    lines = "".join(json.dumps(case, ensure_ascii=False) + "\n" for case in sorted(cases, key=lambda case: (case["id"], case["record"])))
    (folder / "decided.jsonl").write_text(lines, encoding="utf-8")
    table = ["| article | record | words | before | after | rule |", "| --- | --- | --- | --- | --- | --- |"]
    for case in cases:
        if case["decision"] == "other":
            fields = (re.sub(r"\s+", " ", case[field]).replace("|", "/") for field in ("id", "record", "words", "gold", "other", "rule"))
            table.append(f"| {' | '.join(fields)} |")
    (folder / "changes.md").write_text("\n".join([*table, ""]), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "desk", help="the working folder (default: build/desk)")
    steps = parser.add_subparsers(dest="step", required=True)
    for name in ("briefs", "texts", "place"):
        steps.add_parser(name).add_argument("numbers", type=int, nargs="+")
    sub = steps.add_parser("judge")
    sub.add_argument("name")
    sub.add_argument("numbers", type=int, nargs="+")
    sub.add_argument("--real", type=Path, required=True, help="a folder of real articles as CSV (url, date, title, text)")
    steps.add_parser("verdicts").add_argument("name")
    sub = steps.add_parser("differences")
    sub.add_argument("article")
    sub.add_argument("one", nargs="?", default="a1")
    sub.add_argument("other", nargs="?", default="a2")
    steps.add_parser("agreement")
    sub = steps.add_parser("draw")
    sub.add_argument("name")
    sub.add_argument("count", type=int)
    sub.add_argument("--readings", type=int, help="leave out only the articles of the first so many readings in strangers.tsv (default: of all)")
    sub = steps.add_parser("blind")
    sub.add_argument("name")
    sub.add_argument("findings", type=Path, nargs="+", help="files of JSON Lines, a finding a line: " + ", ".join(FINDING))
    sub.add_argument("--parts", type=int, default=1, help="for how many judges (default: 1)")
    sub = steps.add_parser("decided")
    sub.add_argument("name")
    sub.add_argument("second", nargs="?", help="another round of `blind` on the same findings, for a second judge: only what both choose is changed")
    args = vars(parser.parse_args())
    if args["step"] == "draw":  # the only step that needs no folder
        del args["work"]
    globals()[args.pop("step")](**args)


if __name__ == "__main__":
    main()
