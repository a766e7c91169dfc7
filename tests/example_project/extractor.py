"""A toy extractor: direct quotes with the name beside "said", and figures with a per cent sign or a currency."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

QUOTE = re.compile(r"[“\"](?P<content>[^”\"]+)[”\"],? (?P<cue>said) (?P<source>[A-Z]\w+(?: [A-Z]\w+)*)")
PERCENT = re.compile(r"(?P<low>\d+(?:\.\d+)?)(?:%| per ?cent\b| percent\b)")
MONEY = re.compile(r"(?P<sign>[$€£])(?P<low>\d[\d,]*(?:\.\d+)?)(?! ?(?:m|bn|million|billion)\b)")
CURRENCIES = {"$": "USD", "€": "EUR", "£": "GBP"}


def extract(article: Mapping[str, Any]) -> dict[str, Any]:
    """What the article's text says, as a prediction."""
    text = article["text"]

    def span(match: re.Match[str], group: str | int = 0) -> dict[str, int]:
        start, end = match.span(group)
        return {"start": start, "end": end}

    claims = [
        {"content": span(found, "content"), "cue": span(found, "cue"), "source": span(found, "source"), "speakers": [found["source"]], "form": "direct"}
        for found in QUOTE.finditer(text)
    ]
    figures: list[dict[str, Any]] = [
        {"span": span(found), "kind": "percent", "low": found["low"], "high": found["low"], "unit": "%"} for found in PERCENT.finditer(text)
    ]
    for found in MONEY.finditer(text):
        amount = found["low"].replace(",", "")
        figures.append({"span": span(found), "kind": "money", "low": amount, "high": amount, "unit": CURRENCIES[found["sign"]]})
    return {"claims": claims, "figures": figures}
