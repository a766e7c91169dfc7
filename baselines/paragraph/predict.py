"""The paragraph baseline: every paragraph with a quotation is one claim, of the name nearest to it.

Usage: ``python baselines/paragraph/predict.py --split test --out predictions.jsonl``
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[1] / "common"))

import frame

_PARAGRAPH = re.compile(r"[^\n]+")
# A double mark anywhere, or a single one that opens a word after a blank.
_QUOTED = re.compile(r"[\"“”]|(?:^|(?<=\s))['‘](?=\w)")
_NAME = re.compile(r"[^\W\d_a-z][\w’'-]*(?: [^\W\d_a-z][\w’'-]*)+")


def predict(article: Mapping[str, Any]) -> dict[str, Any]:
    """The prediction for one article, in the form of ``schemas/prediction.json``; only ``id`` and ``text`` are read.

    A name is a run of two or more capitalised words. The nearest one lies in the paragraph or the fewest characters from it, the earlier on ties.
    """
    text = article["text"]
    names = [m.span() for m in _NAME.finditer(text)]
    claims = []
    for paragraph in _PARAGRAPH.finditer(text):
        start, end = paragraph.span()
        if not _QUOTED.search(paragraph[0]):
            continue
        nearest = min(names, key=lambda name: (max(start - name[1], name[0] - end, 0), name), default=None)
        content = {"start": start, "end": end, "text": paragraph[0]}
        claims.append({"content": [content], "speakers": [text[slice(*nearest)]] if nearest else []})
    return {"id": article["id"], "claims": claims}


if __name__ == "__main__":
    sys.exit(frame.main("Predict each quoted paragraph as a claim of the nearest name.", lambda _: predict))
