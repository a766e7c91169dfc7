"""Fill the generated parts of the pages, and draw the plots: ``python docs/fill.py [--real DIR]``; with ``--check`` say what differs, exit 1.

A part stands between ``<!-- name -->`` and ``<!-- /name -->``. The tests hold the parts to what the commands print. ``--real DIR`` measures the
written articles beside the real ones in DIR (see ``docs/commissioning/measure.py``); without it that part stays as it is.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent / "commissioning"))

import floors
import gold_plots
import measure

import analysis
from newsgold import load, score
from newsgold.agreement import agreement
from newsgold.build import label_counts
from newsgold.corpus import load_annotator
from newsgold.records import LAYERS, SPLITS, Article
from newsgold.report import agreement_markdown, cell, markdown_table, score_markdown
from newsgold.resources import write_atomic
from newsgold.stats import confidence

ROOT = Path(__file__).parents[1]


def counts() -> str:
    """Articles and records by split."""
    rows = []
    for split in SPLITS:
        records, _ = label_counts(load(split))
        rows.append((split, str(len(load(split))), *(str(records[layer]) for layer in LAYERS)))
    return "\n".join(markdown_table(("split", "articles", *LAYERS), rows, right=5))


def phenomena() -> str:
    """The floors of the gold beside what it has; event types are summed up."""
    found = floors.measure(article for split in floors.SPLITS for article in load(split))
    rows = [(one.floor.layer, one.floor.name, one.floor.definition, f"{one.floor.least:.0%}", f"{one.value:.1%}") for one in found if not one.floor.counted]
    for where, name in ((None, "over all splits"), ("test", "in test")):
        typed = [one for one in found if one.floor.counted and one.floor.split == where]
        least = typed[0].floor.least
        rows.append(("events", f"types {name}", f"types with {least:.0f} events or more, of {len(typed)}", str(len(typed)), str(sum(one.met for one in typed))))
    return "\n".join(markdown_table(("layer", "phenomenon", "what is counted", "floor", "is"), rows, right=2))


def lowest(data: Mapping[str, Any]) -> str:
    """The label on which annotators agree least, of those that are judged."""
    found = [(row["kappa"], f"{row['layer']}.{row['name']}") for row in data["rows"] if row["what"] == "label" and row["judged"] and row["kappa"] is not None]
    return "–" if not found else "{1} {0:.3f}".format(*min(found))


def by_version(articles: Sequence[Article]) -> str:
    """How far both annotators agree, by the version of the guidelines that they had."""
    given: dict[str, list[Article]] = {}
    for article in articles:
        (raw,) = load_annotator("a2", [article]).values()
        given.setdefault(raw.guidelines_version, []).append(article)
    rows = []
    for version, group in sorted(given.items(), key=lambda item: int(item[0])):
        data = agreement(["a1", "a2"], group).to_dict()
        rows.append((version, str(len(group)), *(cell(data["headlines"][layer]) for layer in LAYERS), lowest(data)))
    return "\n".join(markdown_table(("guidelines", "articles", *LAYERS, "lowest kappa of a judged label"), rows, right=6))


def measures(real: Path) -> str:
    """The measures of the written articles beside the real ones."""
    written = {path.stem: path.read_text(encoding="utf-8") for path in sorted((ROOT / "data" / "articles").glob("*/*.txt"))}
    return "\n".join(measure.set_lines(written, measure.read_real(real)))


def parts() -> dict[str, str]:
    """The generated parts of README.md and the datasheet by name."""
    twice = [article for split in ("validation", "test") for article in load(split)]
    card = score(ROOT / "baselines" / "rules" / "predictions" / "test.jsonl", "test", system="rules")
    return {
        "result": score_markdown(card.to_dict(extra=confidence(card.rows, card.signature))).strip(),
        "counts": counts(),
        "phenomena": phenomena(),
        "agreement": agreement_markdown(agreement(["a1", "a2"], twice).to_dict()).strip(),
        "by_version": by_version(twice),
    }


def filled(text: str, made: dict[str, str]) -> str:
    """A page with its parts."""
    for name, body in made.items():
        start, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
        if start in text and end in text:
            head, rest = text.split(start, 1)
            text = f"{head}{start}\n{body}\n\n{end}{rest.split(end, 1)[1]}"
    return text


def main() -> int:
    """Rewrite the pages and pictures whose generated parts differ."""
    parser = argparse.ArgumentParser(description="Fill the generated parts of the pages, and draw the plots.")
    parser.add_argument("--check", action="store_true", help="write nothing; say what differs, exit 1")
    parser.add_argument("--real", type=Path, metavar="DIR", help="measure the written articles beside the real ones in DIR (*.csv, *.txt)")
    args = parser.parse_args()
    analysed, pictures = analysis.parts()
    drawn = gold_plots.statistics(gold_plots.written())
    made = parts() | analysed | {"statistics": gold_plots.markdown(drawn)} | ({"measures": measures(args.real)} if args.real else {})
    pictures |= gold_plots.files(drawn)
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "baselines").glob("*/README.md"))]
    files = {path: filled(path.read_text(encoding="utf-8"), made).encode() for path in pages}
    files |= {ROOT / "docs" / "images" / name: picture.encode() for name, picture in pictures.items()}
    changed = [path for path, body in files.items() if not path.is_file() or path.read_bytes() != body]
    for path in changed:
        if not args.check:
            write_atomic(path, files[path])
        print(f"{'differs' if '--check' in sys.argv else 'wrote'}: {path.relative_to(ROOT)}")
    return 1 if changed and args.check else 0


if __name__ == "__main__":
    sys.exit(main())
