"""The empty baseline: finds nothing, and shows what every measure gives to that.

Usage: ``python baselines/empty/predict.py --split test --out predictions.jsonl``
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[1] / "common"))

import frame


def predict(article: Mapping[str, Any]) -> dict[str, Any]:
    """The least prediction there is: the article's id."""
    return {"id": article["id"]}


if __name__ == "__main__":
    sys.exit(frame.main("Predict nothing for each article.", lambda _: predict))
