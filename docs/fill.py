"""Fill the generated parts of README.md and docs/datasheet.md: ``python docs/fill.py``.

A part stands between ``<!-- name -->`` and ``<!-- /name -->``. The tests hold the parts to what the commands print.
"""

from __future__ import annotations

import re
from pathlib import Path

from newsgold import load, score
from newsgold.agreement import agreement
from newsgold.build import label_counts
from newsgold.records import LAYERS, SPLITS
from newsgold.report import agreement_markdown, markdown_table, score_markdown
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
    """Every generated part by name."""
    twice = [article for split in ("validation", "test") for article in load(split)]
    card = score(ROOT / "baselines" / "rules" / "predictions" / "test.jsonl", "test", system="rules")
    return {
        "result": score_markdown(card.to_dict(extra=confidence(card.rows, card.signature))).strip(),
        "counts": counts(),
        "agreement": agreement_markdown(agreement(["a1", "a2"], twice).to_dict()).strip(),
    }


def main() -> None:
    """Rewrite both pages."""
    for page in (ROOT / "README.md", ROOT / "docs" / "datasheet.md"):
        text = page.read_text(encoding="utf-8")
        for name, body in parts().items():
            text = re.sub(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", lambda match, body=body: f"{match[1]}\n{body}\n\n{match[2]}", text, flags=re.S)
        page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
