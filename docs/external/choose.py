"""Choose the real articles of split external: rules, hand-made tags, a seeded lot.

    python docs/external/choose.py DIR [--check]

DIR holds the CSV files of the Wikinews collection as published at github.com/vanatteveldt/wikinews (CC BY 2.5). Written are ``candidates.tsv``, every
address of the collection with the rule that leaves it out or its tags, and the tables in ``README.md``, which gives each rule's reason. No text is
written. ``--check`` writes nothing and exits 1 where the files differ from what the rules and the lot give.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from newsgold.importers.wikinews import FIELD_LIMIT, body
from newsgold.report import markdown_table
from newsgold.resources import write_atomic

HERE: Final = Path(__file__).parent
SEED: Final = "external-1"
"""Of the lot: the articles of a topic are drawn in the order of the SHA-256 of the seed, a blank and the address as published."""
WORDS: Final = (200, 900)
LICENSE: Final = "CC BY 2.5"
PER_COUNTRY: Final = 2
EXCEPT: Final = {"US": 10}
"""The country that two in five candidates are about may have a quarter of the articles."""
QUOTAS: Final = {
    "POL": 5, "CRI": 5, "DIS": 4, "SCI": 4, "HEA": 3, "ECO": 3, "ENV": 2, "WEA": 2, "SPO": 2, "ART": 3, "REL": 2, "CON": 2, "LAB": 1, "SOC": 1, "LIF": 1,
}  # fmt: skip
"""Articles a topic: 40 in all."""
TOPICS: Final = {
    "POL": "politics", "CRI": "crime, law", "DIS": "disaster, accident", "SCI": "science", "HEA": "health", "ECO": "economy", "ENV": "environment", "WEA": "weather",
    "SPO": "sport", "ART": "arts, media", "REL": "religion", "CON": "conflict", "LAB": "labour", "SOC": "society", "LIF": "lifestyle", "HUM": "human interest",
}  # fmt: skip
PILOT: Final = frozenset(
    f"https://en.wikinews.org//wiki/{page}"
    for page in (
        "Bombs_kill_at_least_20_at_cathedral_in_Mindanao,_Philippines",
        "US_House_of_Representatives_holds_two_Cabinet_officers_in_criminal_contempt_of_Congress",
        "Hungarian_state-owned_enterprise_acquires_Hirtenberger_Defence_Group",
    )
)


@dataclass(frozen=True)
class Row:
    """One row of the collection, as published, and what became of it."""

    url: str
    date: str
    title: str
    text: str
    excluded: str = ""
    topic: str = ""
    country: str = ""
    story: str = ""
    chosen: str = ""
    """The id that it got."""

    @property
    def words(self) -> int:
        """Words between white space of the text as it is annotated."""
        return len(body(self.text).split())


def _foreign(row: Row) -> bool:
    beyond = sum(ord(char) > 0x36F for char in row.text if char.isalpha())
    return beyond > 0.01 * len(row.text)


RULES: Final[Mapping[str, Callable[[Row], bool]]] = {
    "notice": lambda row: "pre-publication" in row.text[:200],
    "language": _foreign,
    "interview": lambda row: re.search(r"discuss|tells? Wikinews|talks|interview", row.title) is not None,
    "digest": lambda row: "campaign trail" in row.title,
    "furniture": lambda row: re.search(r"^\s*[—–-] ?[A-Z][\w ]+$|[|{}<>█]", row.text, re.M) is not None,
    "pilot": lambda row: row.url in PILOT,
    "length": lambda row: not WORDS[0] <= len(row.text.split()) <= WORDS[1],
}
"""Rule by name; the first that holds leaves a row out."""
REASONS: Final = {
    "notice": "opens with the wiki's notice that it is not published yet",
    "language": "more than one letter in a hundred is of another script: names and words that no English paper would print so",
    "interview": "an interview by the wiki itself, told by its title: mostly questions and answers, often of thousands of words",
    "digest": "a monthly digest of a campaign, many stories in one text",
    "furniture": "a caption, a table or markup of the page stands in the text column, so that the text is not what a reader read",
    "pilot": "annotated in the pilot of the scheme: those who wrote the guidelines have seen it",
    "length": f"under {WORDS[0]} words, mostly stubs with a record or two, or over {WORDS[1]}, longer than any written article",
}


def read(folder: Path) -> list[Row]:
    """The rows of the collection, in the order of the files."""
    limit = csv.field_size_limit(FIELD_LIMIT)
    try:
        rows: list[Row] = []
        for path in sorted(folder.glob("*.csv")):
            with path.open(encoding="utf-8-sig", newline="") as lines:
                rows += [Row(row["url"], row["date"], row["title"], row["text"]) for row in csv.DictReader(lines)]
    finally:
        csv.field_size_limit(limit)
    return rows


def table(name: str) -> list[dict[str, str]]:
    """A table beside this script."""
    with (HERE / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


def judged(rows: Iterable[Row], tags: Mapping[str, Mapping[str, str]]) -> list[Row]:
    """Every row with the rule that leaves it out, or its tags.

    Raises:
        ValueError: a candidate without tags.
    """
    out = []
    for row in rows:
        why = next((name for name, holds in RULES.items() if holds(row)), "")
        if not why and row.url not in tags:
            raise ValueError(f"{row.url} is a candidate without a line in tags.tsv")
        found = {} if why else tags[row.url]
        out.append(replace(row, excluded=why, **{key: found.get(key) or "" for key in ("topic", "country", "story")}))
    return out


def drawn(rows: Sequence[Row], quotas: Mapping[str, int] = QUOTAS) -> list[Row]:
    """The lot: topics with the fewest candidates first, in each by digest; at most so many a country and one a running story.

    Raises:
        ValueError: a topic cannot be filled.
    """
    candidates = Counter(row.topic for row in rows)
    countries: Counter[str] = Counter()
    stories: set[str] = set()
    out: list[Row] = []
    for topic in sorted(quotas, key=lambda name: candidates[name]):
        found: list[Row] = []
        for row in sorted((row for row in rows if row.topic == topic), key=lambda row: hashlib.sha256(f"{SEED} {row.url}".encode()).hexdigest()):
            full = countries[row.country] >= EXCEPT.get(row.country, PER_COUNTRY)
            if len(found) < quotas[topic] and not full and row.story not in stories and WORDS[0] <= row.words <= WORDS[1]:
                found.append(row)
                countries[row.country] += 1
                stories |= {row.story} - {""}
        if len(found) < quotas[topic]:
            raise ValueError(f"{topic}: {len(found)} articles found; expected {quotas[topic]}")
        out += found
    return out


def choose(folder: Path) -> list[Row]:
    """The whole collection, judged and drawn, the chosen rows with their ids."""
    rows = judged(read(folder), {line["url"]: line for line in table("tags.tsv")})
    ids = {line["url"]: line["id"] for line in table("heads.tsv")}
    lot = {row.url for row in drawn(rows)}
    if lot != ids.keys():
        raise ValueError(f"the lot and heads.tsv differ: {', '.join(sorted(lot ^ ids.keys()))}")
    return [replace(row, chosen=ids[row.url]) if row.url in lot else row for row in rows]


# --- what is written ---------------------------------------------------------------------------------------------------------


def candidates(rows: Iterable[Row]) -> str:
    """``candidates.tsv``."""
    head = "url\tdate\twords\texcluded\ttopic\tcountry\tstory\tchosen"
    return "\n".join([head, *("\t".join((r.url, r.date, str(r.words), r.excluded, r.topic, r.country, r.story, r.chosen)) for r in rows), ""])


def rules_table(rows: Sequence[Row]) -> str:
    """The rules with their reasons and how many rows each leaves out."""
    counted = Counter(row.excluded for row in rows)
    lines = [(name, str(counted[name]), REASONS[name]) for name in RULES]
    return "\n".join([*markdown_table(("rule", "left out", "why"), lines), "", f"{counted['']} of {len(rows)} remain."])


def quotas_table(rows: Sequence[Row]) -> str:
    """Candidates and chosen ones by topic."""
    there, taken = Counter(row.topic for row in rows if row.topic), Counter(row.topic for row in rows if row.chosen)
    lines = [(TOPICS[topic], str(there[topic]), str(taken[topic])) for topic in sorted(there, key=lambda topic: (-taken[topic], -there[topic], topic))]
    where = Counter(row.country for row in rows if row.chosen)
    years = Counter(row.date[:4] for row in rows if row.chosen)
    words = sorted(row.words for row in rows if row.chosen)
    told = [
        f"{len(words)} articles, {sum(words)} words, from {words[0]} to {words[-1]}, median {words[len(words) // 2]}; {' and '.join(f'{count} of {year}' for year, count in sorted(years.items()))};",
        f"{len(where)} countries, the United States in {where['US']}.",
    ]
    return "\n".join([*markdown_table(("topic", "candidates", "chosen"), lines, right=2), "", *told])


def chosen_table(rows: Sequence[Row]) -> str:
    """The chosen articles."""
    heads = {line["id"]: line for line in table("heads.tsv")}
    lines = [
        (row.chosen, row.date, str(row.words), heads[row.chosen]["genre"], LICENSE, f"<{row.url}>")
        for row in sorted((row for row in rows if row.chosen), key=lambda row: row.chosen)
    ]
    return "\n".join(markdown_table(("id", "date", "words", "genre", "licence", "address"), lines))


def page(text: str, parts: Mapping[str, str]) -> str:
    """README.md with its generated parts, between ``<!-- name -->`` marks."""
    for name, part in parts.items():
        head, rest = text.split(f"<!-- {name} -->\n", 1)
        text = f"{head}<!-- {name} -->\n\n{part}\n\n<!-- /{name} -->{rest.split(f'<!-- /{name} -->', 1)[1]}"
    return text


def files(folder: Path) -> dict[Path, bytes]:
    """Everything that is written."""
    rows = choose(folder)
    readme = (HERE / "README.md").read_text(encoding="utf-8")
    parts = {"rules": rules_table(rows), "topics": quotas_table(rows), "chosen": chosen_table(rows)}
    return {HERE / "candidates.tsv": candidates(rows).encode(), HERE / "README.md": page(readme, parts).encode()}


def main(argv: Sequence[str] | None = None) -> int:
    """Choose, and write or check."""
    parser = argparse.ArgumentParser(
        description="Choose the real articles of split external.", epilog=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, metavar="DIR", help="the CSV files of the collection, as published")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where something differs")
    args = parser.parse_args(argv)
    if not list(args.folder.glob("*.csv")):
        print(f"{args.folder}: no *.csv in it; expected the collection as published", file=sys.stderr)
        return 2
    try:
        made = files(args.folder)
    except (KeyError, UnicodeDecodeError, csv.Error, ValueError) as error:
        print(f"{args.folder}: {type(error).__name__}: {error}", file=sys.stderr)
        return 2
    changed = [path for path, content in made.items() if not path.is_file() or path.read_bytes() != content]
    for path in changed:
        if not args.check:
            write_atomic(path, made[path])
        print(f"{'differs' if args.check else 'wrote'}: docs/external/{path.name}")
    return int(args.check and bool(changed))


if __name__ == "__main__":
    sys.exit(main())
