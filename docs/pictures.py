"""Take the pictures of the README, docs/images/*.png, in headless Chromium: ``make pictures``."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from newsgold.cli import main as newsgold

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
RULES = ROOT / "baselines" / "rules" / "predictions" / "test.jsonl"
PICTURES = {  # name: page, and the height shown of it
    "report": ("report.html", 1585),  # the scores and the four ladders
    "browse": ("site/articles/zambia-election-count.html#c12", 1120),  # a broken claim with another inside it
}


def main() -> None:
    """Write the pages to a temporary folder and take a picture of the top, or of the record in the address."""
    chromium = shutil.which(os.environ.get("NEWSGOLD_CHROMIUM", "chromium"))
    if chromium is None:
        sys.exit("Chromium is missing: no picture was taken.")
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        done = newsgold(["report", str(RULES), "--system", "rules", "--out", str(folder / "report.html")]), newsgold(["browse", "--out", str(folder / "site")])
        if any(done):
            sys.exit("The pages could not be written: no picture was taken.")
        browser = playwright.chromium.launch(executable_path=chromium)
        for picture, (address, height) in PICTURES.items():
            page = browser.new_page(viewport={"width": 1280, "height": height}, color_scheme="light")
            page.goto(f"{folder.as_uri()}/{address}")
            page.screenshot(path=IMAGES / f"{picture}.png")
            print(f"docs/images/{picture}.png: {(IMAGES / f'{picture}.png').stat().st_size / 1000:.0f} kB")
        browser.close()


if __name__ == "__main__":
    main()
