"""Fill the generated parts of the pages, and draw the plots: ``python docs/fill.py``; with ``--check`` say what differs, exit 1.

A part stands between ``<!-- name -->`` and ``<!-- /name -->``. The tests hold the parts to what the commands print.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import analysis
from newsgold import load, score
from newsgold.agreement import agreement
from newsgold.build import label_counts
from newsgold.records import LAYERS, SPLITS
from newsgold.report import agreement_markdown, markdown_table, score_markdown
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


def parts() -> dict[str, str]:
    """The generated parts of README.md and the datasheet by name."""
    twice = [article for split in ("validation", "test") for article in load(split)]
    card = score(ROOT / "baselines" / "rules" / "predictions" / "test.jsonl", "test", system="rules")
    return {
        "result": score_markdown(card.to_dict(extra=confidence(card.rows, card.signature))).strip(),
        "counts": counts(),
        "agreement": agreement_markdown(agreement(["a1", "a2"], twice).to_dict()).strip(),
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
    analysed, pictures = analysis.parts()
    made = parts() | analysed
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "baselines").glob("*/README.md"))]
    files = {path: filled(path.read_text(encoding="utf-8"), made).encode() for path in pages}
    files |= {ROOT / "docs" / "images" / name: picture.encode() for name, picture in pictures.items()}
    changed = [path for path, body in files.items() if not path.is_file() or path.read_bytes() != body]
    for path in changed:
        if "--check" not in sys.argv:
            write_atomic(path, files[path])
        print(f"{'differs' if '--check' in sys.argv else 'wrote'}: {path.relative_to(ROOT)}")
    return 1 if changed and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
