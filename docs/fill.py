"""Fill the generated parts of README.md and docs/datasheet.md, and draw the plots: ``python docs/fill.py [--real DIR]``.

A part stands between ``<!-- name -->`` and ``<!-- /name -->``. The tests hold the parts to what the commands print. ``--real DIR`` measures the
written articles beside the real ones in DIR (see ``docs/commissioning/measure.py``); without it that part stays as it is.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from newsgold import load, score
from newsgold.agreement import agreement
from newsgold.build import label_counts
from newsgold.records import LAYERS, SPLITS
from newsgold.report import agreement_markdown, markdown_table, score_markdown
from newsgold.stats import confidence

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent / "commissioning"))
import floors
import measure
import plots

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


def measures(real: Path) -> str:
    """The measures of the written articles beside the real ones."""
    written = {path.stem: path.read_text(encoding="utf-8") for path in sorted((ROOT / "data" / "articles").glob("*/*.txt"))}
    return "\n".join(measure.set_lines(written, measure.read_real(real)))


def parts() -> dict[str, str]:
    """Every generated part by name, but for the measures."""
    twice = [article for split in ("validation", "test") for article in load(split)]
    card = score(ROOT / "baselines" / "rules" / "predictions" / "test.jsonl", "test", system="rules")
    return {
        "result": score_markdown(card.to_dict(extra=confidence(card.rows, card.signature))).strip(),
        "counts": counts(),
        "phenomena": phenomena(),
        "statistics": plots.markdown(plots.plots(plots.written())),
        "agreement": agreement_markdown(agreement(["a1", "a2"], twice).to_dict()).strip(),
    }


def main() -> None:
    """Rewrite both pages and the plots."""
    parser = argparse.ArgumentParser(description="Fill the generated parts of README.md and docs/datasheet.md, and draw the plots.")
    parser.add_argument("--real", type=Path, metavar="DIR", help="measure the written articles beside the real ones in DIR (*.csv, *.txt)")
    args = parser.parse_args()
    filled = parts() | ({"measures": measures(args.real)} if args.real else {})
    plots.main([])
    for page in (ROOT / "README.md", ROOT / "docs" / "datasheet.md"):
        text = page.read_text(encoding="utf-8")
        for name, body in filled.items():
            text = re.sub(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", lambda match, body=body: f"{match[1]}\n{body}\n\n{match[2]}", text, flags=re.S)
        page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
