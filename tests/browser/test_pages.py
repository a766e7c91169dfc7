"""The pages in a real browser: quiet, alone, readable on every screen, and doing what they say. Run by ``make test-browser``."""

from __future__ import annotations

import json
import random
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Browser, Locator, Page, sync_playwright

import newsgold
import synthetic
from chromium import find
from conftest import compile_text, sample
from newsgold import browse, corpus
from newsgold.cli import OK, main
from newsgold.facets import challenges
from newsgold.html_report import pages
from newsgold.markup import visible
from newsgold.records import SPLITS, Article, to_dict
from test_browse import ALL as SOME
from test_browse import hostile
from test_html_report import by_rules, system
from test_markup import HOSTILE

# A sample that poses every challenge, and in it the article that poses most of those that two people annotated.
GOLD = list(sample("test", size=6))
SHOWN = list({article.id: article for article in (*GOLD, *SOME)}.values())
ALL = {article.id: article for article in SHOWN}
RAW = {name: corpus.load_annotator(name, SHOWN) for name in corpus.annotators()}
EXAMPLE = max(
    (article for article in GOLD if sum(article.id in done for done in RAW.values()) > 1), key=lambda one: sum(map(bool, challenges(one).values()))
).id
SEED = 1
PAGES = ("report.html", "compared.html", "paged.html", "paged-2.html", "site/index.html", f"site/articles/{EXAMPLE}.html", f"site/annotations/{EXAMPLE}.html")
HASH = "decodeURIComponent(location.hash.slice(1))"
TARGET_IN_VIEW = """() => {
  const box = document.querySelector(":target")?.getBoundingClientRect();
  return box && box.bottom > 0 && box.top < innerHeight;
}"""


@dataclass
class Watch:
    """What a page asked for and said."""

    requests: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    """Console messages of any kind, uncaught errors, and dialogs."""
    visited: list[str] = field(default_factory=list)
    """Pages that were gone to."""


@dataclass
class Desk:
    """Opens pages; each is watched until its end. One tab with scripts and one without serve all, since a new one takes longer than most tests."""

    browser: Browser
    folder: Path
    tabs: dict[bool, tuple[Page, Watch]] = field(default_factory=dict)

    def address(self, name: str) -> str:
        return (self.folder / name.split("#", maxsplit=1)[0]).as_uri() + "".join(name.partition("#")[1:])

    def tab(self, script: bool) -> tuple[Page, Watch]:
        context = self.browser.new_context(java_script_enabled=script)
        page, watch = context.new_page(), Watch()
        page.set_default_timeout(20_000)
        context.on("request", lambda request: watch.requests.append(request.url.split("#")[0]))
        context.on("console", lambda message: watch.said.append(f"{message.type}: {message.text}"))
        context.on("weberror", lambda error: watch.said.append(str(error.error)))
        context.on("page", lambda other: watch.said.append(f"another window: {other.url}"))
        page.on("websocket", lambda socket: watch.requests.append(socket.url))
        page.on("framenavigated", lambda frame: watch.visited.append(frame.url.split("#")[0]))

        def dismiss(dialog: Any) -> None:
            watch.said.append(f"dialog: {dialog.message}")
            dialog.dismiss()

        page.on("dialog", dismiss)
        return page, watch

    @contextmanager
    def watched(self, width: int = 1280, *, dark: bool = False, script: bool = True) -> Iterator[tuple[Page, Watch]]:
        if script not in self.tabs:
            self.tabs[script] = self.tab(script)
        page, watch = self.tabs[script]
        page.goto("about:blank")
        page.mouse.move(0, 0)
        page.set_viewport_size({"width": width, "height": 844})
        page.emulate_media(media="null", color_scheme="dark" if dark else "light")
        for heard in (watch.requests, watch.said, watch.visited):
            heard.clear()
        yield page, watch

    @contextmanager
    def open(self, name: str, width: int = 1280, **options: Any) -> Iterator[Page]:
        """A page that has to stay quiet, and that loads no file but pages that are visited, each whole in itself."""
        with self.watched(width, **options) as (page, watch):
            page.goto(self.address(name))
            yield page
            page.wait_for_timeout(50)
            assert watch.said == []
            assert watch.visited[0] == self.address(name).split("#")[0]
            assert not set(watch.requests) - set(watch.visited), watch.requests


def lines(path: Path, objects: Iterable[Any]) -> Path:
    """A file of JSON lines."""
    path.write_text("".join(json.dumps(one) + "\n" for one in objects), encoding="utf-8")
    return path


def hostile_report(folder: Path) -> str:
    """A report of which the text, the headline and every name a system gave are attacks."""
    text = "\n\n".join(["The mayor said it was bad.", *HOSTILE]).replace("\x00", "")
    made, issues = compile_text(folder, "plain", "The mayor said it was bad.", """
entities:
  - {id: e1, name: The mayor, kind: person, named: false, mentions: [{span: The mayor, form: nominal}]}
claims:
  - {id: c1, speakers: [e1], source: The mayor, cue: said, content: [it was bad], form: indirect, act: evaluate, relay: [], parent: null}
events: []
figures: []
""")  # fmt: skip
    assert made is not None, issues
    gold = msgspec.structs.replace(made, text=text, headline=HOSTILE[0], dateline=HOSTILE[1])
    spans = [(text.index(words), text.index(words) + len(words)) for words in ("👩‍🚀 🏳️‍🌈", "العربية", "\u0301 a\u0308", "b\u2066c")]
    found = {
        "id": "plain",
        "entities": [{"id": f"<i>{n}", "name": words.replace("\x00", ""), "mentions": []} for n, words in enumerate(HOSTILE)],
        "claims": [{"id": f"x{n}", "content": [{"start": start, "end": end, "text": text[start:end]}], "speakers": HOSTILE[:1]} for n, (start, end) in enumerate(spans)],
        "events": [{"id": "\"'>", "type": "life.die", "mentions": ["<script>"]}], "figures": [{"id": "</td>", "span": "nowhere </script>", "unit": "<u>"}],
    }  # fmt: skip
    [(_, body)] = pages([system(HOSTILE[1], [found], [gold])], [gold], resamples=50)
    (folder / "hostile.html").write_bytes(body)
    return text


@pytest.fixture(scope="module")
def card() -> newsgold.Scorecard:
    return system("rules", by_rules(GOLD), GOLD).card


@pytest.fixture(scope="module")
def hostile_text(desk: Desk) -> str:
    article = hostile()
    for name, body in browse.site([article], {"a1": {article.id: article}}).items():
        path = desk.folder / "hostile" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    return hostile_report(desk.folder)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    executable = find()
    if executable is None:
        pytest.skip("Chromium is missing")
    folder = tmp_path_factory.mktemp("pages")
    rules = lines(folder / "rules.jsonl", by_rules(GOLD))
    on = ["--gold", str(lines(folder / "gold.jsonl", map(to_dict, GOLD))), "--system", "rules", "--resamples", "200", "--out"]
    assert main(["report", str(rules), *on, str(folder / "report.html")]) == OK
    rng = random.Random(8)
    other = lines(folder / "other.jsonl", (synthetic.prediction(article, rng) for article in GOLD))
    assert main(["report", str(rules), "--compare", str(other), *on, str(folder / "compared.html")]) == OK
    browse.write(folder / "site", browse.site(SHOWN, RAW))
    for name, body in pages([system("rules", by_rules(GOLD), GOLD)], GOLD, "paged.html", resamples=50, per_page=3):
        (folder / name).write_bytes(body)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable)
        yield Desk(browser, folder)
        browser.close()


def shown(found: Locator) -> int:
    """How many of the elements can be seen."""
    return found.locator("visible=true").count()


# The middle of the first words of a span that are no label's and no inner span's.
OWN_WORDS = """(u) => {
  u.scrollIntoView({block: "center"});
  const node = [...u.childNodes].find((n) => n.nodeType === Node.TEXT_NODE && n.data.trim()), range = document.createRange();
  range.selectNodeContents(node);
  const box = range.getClientRects()[0];
  return [box.left + box.width / 2, box.top + box.height / 2];
}"""


def until(page: Page, condition: str) -> None:
    """Wait for a condition; playwright's own way evaluates a string in the page, which the page's policy forbids."""
    end = time.monotonic() + 5
    while not page.evaluate(condition):
        assert time.monotonic() < end, condition
        page.wait_for_timeout(20)


def opened(page: Page) -> str:
    """The id of the record in the address, which is in view."""
    until(page, TARGET_IN_VIEW)
    return str(page.evaluate(HASH))


# --- every page -------------------------------------------------------------------------------------------------------


def test_the_watch_sees_what_a_page_says_and_asks_for(desk: Desk) -> None:
    (desk.folder / "loud.html").write_text(
        "<script>console.warn('heard'); alert('asked'); missing()</script><img src=picture.png><link rel=stylesheet href=style.css>", encoding="utf-8"
    )
    with desk.watched() as (page, watch):
        page.goto(desk.address("loud.html"))
        page.wait_for_timeout(100)
    assert {"warning: heard", "dialog: asked"} <= set(watch.said) and any("missing is not defined" in words for words in watch.said)
    assert {Path(address).name for address in watch.requests} == {"loud.html", "picture.png", "style.css"}


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_pages_open_quietly_and_ask_for_nothing(desk: Desk, script: bool) -> None:
    with desk.watched(script=script) as (page, watch):
        for number, name in enumerate(PAGES, 1):
            page.goto(desk.address(name))
            page.keyboard.press("End")
            page.wait_for_timeout(100)
            assert page.locator("h1").is_visible() and page.title(), name
            assert (watch.said, watch.requests[number - 1 :]) == ([], [desk.address(name)])


def test_every_page_of_the_site_opens_quietly(desk: Desk) -> None:
    files = sorted(path.relative_to(desk.folder).as_posix() for path in (desk.folder / "site").rglob("*.html"))
    assert len(files) > len(SHOWN)
    with desk.watched() as (page, watch):
        for name in files:
            page.goto(desk.address(name))
    assert watch.said == [] and watch.requests == [desk.address(name) for name in files]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_never_scrolls_sideways(desk: Desk, name: str) -> None:
    with desk.open(name) as page:
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 844})
            wide = page.evaluate("[...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.wide, .skip, .hidden')).map((e) => e.outerHTML.slice(0, 80))")  # fmt: skip
            assert wide == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            page.evaluate("scrollTo(500, 0)")
            assert page.evaluate("scrollX") == 0


# For each pair of ink and ground of the text that can be seen: WCAG 2.2's contrast ratio, and an example. Colours are read back from a canvas,
# which understands every notation; grounds are laid over each other, the lowest being the page's.
CONTRASTS = """(paper) => {
  const context = Object.assign(document.createElement("canvas"), {width: 1, height: 1}).getContext("2d", {willReadFrequently: true});
  const known = new Map();
  const rgba = (colour) => {
    if (!known.has(colour)) {
      context.clearRect(0, 0, 1, 1); context.fillStyle = colour; context.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = context.getImageData(0, 0, 1, 1).data;
      known.set(colour, [r, g, b, a / 255]);
    }
    return known.get(colour);
  };
  const over = (top, low) => [0, 1, 2].map((i) => top[i] * top[3] + low[i] * (1 - top[3]));
  const light = (c) => c.map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const found = new Map();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || element.closest("script, style, noscript, option, .hidden, .skip") || !element.checkVisibility({visibilityProperty: true})) continue;
    const style = getComputedStyle(element), above = [];
    for (let e = element; e && !paper; e = e.parentElement) above.push(getComputedStyle(e).backgroundColor);
    const key = [element.closest("svg") ? style.fill : style.color, ...above].join();
    if (found.has(key)) continue;
    const ground = above.reverse().reduce((low, colour) => over(rgba(colour), low), [255, 255, 255]);
    const ink = over(rgba(element.closest("svg") ? style.fill : style.color), ground);
    const [dark, bright] = [light(ink), light(ground)].sort((a, b) => a - b);
    found.set(key, {ratio: (bright + 0.05) / (dark + 0.05), text: element.textContent.slice(0, 40), ink, ground});
  }
  return [...found.values()];
}"""


@pytest.mark.parametrize("name", PAGES)
def test_all_text_has_enough_contrast(desk: Desk, name: str) -> None:
    with desk.open(name) as page:
        if "articles/" in name:
            page.evaluate("location.hash = document.querySelector('li.card.c').id")
            page.wait_for_selector(".lit")
        for dark, printed in ((False, False), (True, False), (False, True), (True, True)):
            page.emulate_media(media="print" if printed else "screen", color_scheme="dark" if dark else "light")
            for paper in (False, True) if printed else (False,):  # with grounds, and as printers leave them out
                found = page.evaluate(CONTRASTS, paper)
                assert len(found) > 2
                assert [one for one in found if one["ratio"] < 4.5] == [], (dark, printed, paper)
            [red, green, blue] = map(int, re.findall(r"\d+", page.evaluate("getComputedStyle(document.body).backgroundColor"))[:3])
            assert max(red, green, blue) < 50 if dark and not printed else min(red, green, blue) > 240
            assert page.locator("h1").is_visible()
            if printed:
                assert shown(page.locator(".screen, .skip")) == 0


@pytest.mark.parametrize("name", PAGES)
def test_the_first_key_skips_to_the_content(desk: Desk, name: str) -> None:
    with desk.open(name) as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0  # seen while it has the focus
        page.keyboard.press("Enter")
        assert opened(page) == "main"


# --- the report -------------------------------------------------------------------------------------------------------

ROWS = ".records tr:is([id], [data-n])"


def records(page: Page) -> tuple[int, int]:
    """Records and articles as the report counts them, which must be those that can be seen."""
    rows = page.locator(ROWS).locator("visible=true").evaluate_all("(rows) => rows.map((row) => Number(row.dataset.n || 1))")
    found = re.fullmatch(r"(\d+) records? in (\d+) articles?", page.locator("output").inner_text())
    assert found and (sum(rows), shown(page.locator(".article"))) == (int(found[1]), int(found[2]))
    return int(found[1]), int(found[2])


def test_the_report_is_filtered_by_layer(desk: Desk, card: newsgold.Scorecard) -> None:
    matches = list(card.matches)
    with desk.open("report.html") as page:
        assert records(page) == (len(matches), len(GOLD))
        page.uncheck("[value=claims]")
        assert records(page)[0] == sum(match.layer != "claims" for match in matches)
        mark = page.locator(".article u.c > a").first
        assert not mark.is_visible() and page.locator(".article u.v > a").first.is_visible()
        page.click("button[type=reset]")
        until(page, "document.querySelector('[value=claims]').checked")
        assert records(page) == (len(matches), len(GOLD)) and mark.is_visible()


def test_the_report_is_filtered_by_outcome(desk: Desk, card: newsgold.Scorecard) -> None:
    matches = list(card.matches)
    with desk.open("report.html") as page:
        for label, fits in {
            "missed": lambda kind: kind == "missed", "wrong speakers": lambda kind: kind == "wrong_speakers", "all but hits": lambda kind: kind != "hit",
        }.items():  # fmt: skip
            wanted = [match for match in matches if fits(match.kind)]
            assert 0 < len(wanted) < len(matches)
            page.select_option("[name=kind]", label=label)
            assert records(page) == (len(wanted), len({match.article for match in wanted}))
        page.click("button[type=reset]")
        until(page, "!document.querySelector('[name=kind]').value")
        assert records(page) == (len(matches), len(GOLD))


def test_the_report_is_filtered_by_article_and_a_link_to_what_is_hidden_clears(desk: Desk, card: newsgold.Scorecard) -> None:
    matches = list(card.matches)
    with desk.open("report.html") as page:
        page.select_option("[name=article]", "3")
        third = sorted({match.article for match in matches})[2]
        assert records(page) == (sum(match.article == third for match in matches), 1)
        assert third in page.locator(".article:visible").inner_text()
        page.locator("#ka-claims-boundary a[href^='#r']").first.click()
        assert opened(page).startswith("r") and records(page) == (len(matches), len(GOLD))


def test_the_filters_of_a_comparison_count_what_either_system_did(desk: Desk) -> None:
    with desk.open("compared.html") as page:
        whole = records(page)
        page.select_option("[name=kind]", label="spurious")
        few = records(page)
        assert 0 < few[0] < whole[0]
        assert all("spurious" in words for words in page.locator(ROWS).locator("visible=true").all_inner_texts())
        page.click("button[type=reset]")
        until(page, "!document.querySelector('[name=kind]').value")
        assert records(page) == whole


@pytest.mark.parametrize("how", ["click", "Enter"])
@pytest.mark.parametrize(
    ("name", "outcomes"), [("report.html", "mxp"), ("paged-2.html", "mxp"), ("compared.html", "xg")]
)  # beside two systems the gold is plain
def test_a_span_of_the_report_opens_its_record(desk: Desk, name: str, outcomes: str, how: str) -> None:
    with desk.open(name) as page:
        for outcome in outcomes:
            side = ".of3 > p:nth-of-type(3n + 1) u" if outcome == "g" else f".sides u.{outcome}"
            span = page.locator(f"{side}:not(:has(u)):has(> a[href])").first
            label = span.locator("> a")
            words = re.sub("[…]", "", label.inner_text())
            if how == "Enter":
                label.focus()
                page.keyboard.press("Enter")
            else:
                page.mouse.click(*span.evaluate(OWN_WORDS))
            at = opened(page)
            assert re.fullmatch(r"r\w+", at)
            cells = page.locator(f"#{at}, #{at} td").all_inner_texts()
            assert any(cell.startswith({"m": "− missed", "x": "+ spurious", "p": "≈ ", "g": ""}[outcome]) for cell in cells)
            assert any(re.search(rf"\b{re.escape(words)}\b", cell) for cell in cells)
            if (back := page.locator(f"#{at} td > a[href^='#t']")).count():  # and the record leads back
                back.first.click()
                assert opened(page) == (back.first.get_attribute("href") or "")[1:]


def test_each_number_of_the_overview_leads_to_its_list(desk: Desk) -> None:
    with desk.open("report.html") as page:
        links = {kind: page.locator(f"{kind} a[href^='#']").evaluate_all("(all) => all.map((a) => a.getAttribute('href'))") for kind in (".heads", ".ladder td", "#outcome-A-claims", ".matrix", "section[aria-labelledby=slices]")}  # fmt: skip
        for kind, addresses in links.items():
            assert len(addresses) > 3, kind
            for address in random.Random(SEED).sample(addresses, 3):
                page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
                page.locator(f"{kind} a[href='{address}']").first.click()
                assert f"#{opened(page)}" == address


def test_the_pages_of_a_large_report_lead_to_each_other(desk: Desk) -> None:
    with desk.open("paged.html") as page:
        page.locator(".lists a[href*='-2.html#r'], a[href*='-2.html#a']").first.click()
        page.wait_for_url("**/paged-2.html#*")
        assert opened(page)[0] in "ra"
        assert records(page)[1] == 3
        page.locator("header a", has_text="Overview").click()
        page.wait_for_url("**/paged.html")
        assert page.locator("#scores").is_visible()


def test_without_a_script_every_record_of_the_report_can_be_read(desk: Desk, card: newsgold.Scorecard) -> None:
    with desk.open("report.html", script=False) as page:
        rows = page.locator(".records [id^=r]")
        assert rows.count() == len(list(card.matches)) == shown(rows)
        assert not page.locator("#filters").is_visible()
        assert shown(page.locator(".article")) == len(GOLD) == shown(page.locator(".sides"))
        span = page.locator(".article u.c.m > a").first
        span.click()
        assert page.url.endswith(span.get_attribute("href") or "none")
        assert page.locator(":target").inner_text().startswith("− missed")


# --- the article browser ----------------------------------------------------------------------------------------------

ENTRY = "li[data-article]"


def listed(page: Page) -> set[str]:
    """The articles that can be seen, which must be as many as the page counts."""
    found = page.locator(ENTRY).locator("visible=true").evaluate_all("(entries) => entries.map((entry) => entry.dataset.article)")
    assert page.locator("#found").inner_text().startswith(f"{len(found)} of ")
    return set(found)


def cleared(page: Page) -> set[str]:
    page.click("button[type=reset]")
    until(page, "!location.hash || location.hash === '#'")
    assert page.locator(".filters :is(input, select)").evaluate_all("(fields) => fields.every((field) => !field.value)")
    return listed(page)


FILTERS: dict[str, Callable[[Article, str], bool]] = {
    "split": lambda article, value: article.split == value,
    "topic": lambda article, value: value in article.topics,
    "genre": lambda article, value: article.genre == value,
}


@pytest.mark.parametrize("name", [*FILTERS, "challenge", "label"])
def test_the_index_is_filtered(desk: Desk, name: str) -> None:
    with desk.open("site/index.html") as page:
        assert listed(page) == set(ALL)
        values: list[str] = page.locator(f"#{name} option").evaluate_all("(options) => options.map((option) => option.value).filter(Boolean)")
        assert len(values) > 1
        values = random.Random(SEED).sample(values, min(len(values), 12))
        narrowed = 0
        for value in values:
            page.select_option(f"#{name}", value)
            found = listed(page)
            count = re.search(r"\((\d+)\)$", page.locator(f"#{name} option:checked").inner_text())
            assert found and count
            if name in FILTERS:
                assert found == {key for key, article in ALL.items() if FILTERS[name](article, value)}
            assert len(found) == int(count[1])
            if name == "label":
                assert shown(page.locator(".hits")) == len(found) <= shown(page.locator(".hits a"))
            narrowed += len(found) < len(ALL)
        assert narrowed
        assert cleared(page) == set(ALL) and shown(page.locator(".hits")) == 0


def test_the_index_is_searched_together_with_filters_and_remembers(desk: Desk) -> None:
    with desk.open("site/index.html") as page:
        words = sorted(re.findall(r"[a-z]{5,}", (ALL[EXAMPLE].text or "").lower()), key=len)[-2:]
        page.fill("#words", f"{words[0]} {words[1].upper()}")
        wanted = {key for key, article in ALL.items() if all(word in (article.text or "").lower() for word in words)}
        assert listed(page) == wanted and EXAMPLE in wanted
        page.select_option("#split", next(split for split in SPLITS if split != ALL[EXAMPLE].split))
        assert EXAMPLE not in listed(page)
        page.select_option("#split", ALL[EXAMPLE].split)
        kept = listed(page)
        page.locator(f"{ENTRY} h2 a", has_text=ALL[EXAMPLE].headline).click()
        page.wait_for_url(f"**/articles/{EXAMPLE}.html")
        page.go_back()
        assert listed(page) == kept  # as it was left
        page.fill("#words", "nosuchwordanywhere")
        assert listed(page) == set()
        assert cleared(page) == set(ALL)


def test_a_label_leads_to_its_record(desk: Desk) -> None:
    with desk.open("site/index.html") as page:
        page.select_option("#label", "claim.act: predict")
        link = page.locator(".hits a:visible").first
        wanted = link.inner_text()
        link.click()
        page.wait_for_url("**/articles/*.html#*")
        assert opened(page) == wanted and "predict" in page.locator(":target").inner_text()
        assert shown(page.locator(".lit")) > 0


@pytest.mark.parametrize("how", ["click", "Enter"])
@pytest.mark.parametrize("layer", ["s", "c", "v", "f"])
def test_a_span_of_an_article_opens_its_record_and_lights_up(desk: Desk, layer: str, how: str) -> None:
    with desk.open(f"site/articles/{EXAMPLE}.html") as page:
        span = page.locator(f".text u.{layer}:has(> a[href])").last
        label = span.locator("> a")
        wanted = (label.get_attribute("href") or "").removeprefix("#")
        if how == "Enter":
            label.focus()
            page.keyboard.press("Enter")
        else:
            page.mouse.click(*span.evaluate(OWN_WORDS))
        assert opened(page) == wanted
        card = page.locator(f"li.card#{wanted}")
        assert card.is_visible() and label.inner_text().strip("…") in card.inner_text()
        until(page, "document.querySelector('.lit')")  # the target is set at once, the page hears of it a task later
        assert span.evaluate("(u) => u.classList.contains('lit')")
        assert set(page.locator(".lit").evaluate_all("(all) => all.map((u) => u.dataset.r ?? u.querySelector(':scope > a').getAttribute('href'))")) == {
            f"#{wanted}"
        }
        page.keyboard.press("Tab")  # the next key goes on from the record
        assert page.evaluate("document.activeElement.closest('.card')?.id") == wanted
        page.keyboard.press("Enter")  # whose id leads back to the text
        assert opened(page).startswith(f"t-{wanted}")


def test_a_layer_of_an_article_can_be_switched_off(desk: Desk) -> None:
    with desk.open(f"site/articles/{EXAMPLE}.html") as page:
        figure, claim = page.locator(".text u.f > a").first, page.locator(".text u.c > a").first
        page.uncheck("#show-figures")
        assert not figure.is_visible() and claim.is_visible()
        span = page.locator(".text u.f:not(:has(u))").first
        page.mouse.click(*span.evaluate(OWN_WORDS))
        assert page.evaluate("location.hash") != figure.get_attribute("href")
        page.check("#show-figures")
        assert figure.is_visible()


def test_both_annotations_stand_beside_the_adjudicated_one(desk: Desk) -> None:
    with desk.open(f"site/annotations/{EXAMPLE}.html") as page:
        rows = page.locator(".compared .row")
        differing = page.locator(".compared .row:not(.same)").count()
        assert 0 < differing < rows.count() == shown(rows)
        page.check("#only-differing")
        assert shown(rows) == differing
        page.uncheck("#only-differing")
        assert shown(rows) == rows.count()
        page.locator(".compared .card a.id").first.click()
        assert "-t-" in opened(page) or opened(page).startswith("t-")


def test_without_a_script_every_article_and_record_can_be_read(desk: Desk) -> None:
    with desk.open("site/index.html", script=False) as page:
        assert shown(page.locator(ENTRY)) == len(ALL) and page.locator("noscript").is_visible() and not page.locator("#filters").is_visible()
        page.locator(f"[data-article={EXAMPLE}] h2 a").click()
        page.wait_for_url(f"**/articles/{EXAMPLE}.html")
        article = ALL[EXAMPLE]
        total = sum(len(getattr(article, layer)) for layer in ("entities", "claims", "events", "figures"))
        assert shown(page.locator("li.card")) == total
        for layer, letter in (("claims", "c"), ("figures", "f")):
            page.uncheck(f"#show-{layer}")  # the style alone does it
            assert shown(page.locator(f".text u.{letter} > a")) == 0


def test_the_served_site_is_as_quiet(desk: Desk) -> None:
    files = {path.relative_to(desk.folder / "site").as_posix(): path.read_bytes() for path in (desk.folder / "site").rglob("*.html")}
    server = browse.Server(files, 0)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        with desk.watched() as (page, watch):
            page.goto(server.url)
            page.locator(f"[data-article={EXAMPLE}] h2 a").click()
            page.wait_for_url(f"**/articles/{EXAMPLE}.html")
            page.wait_for_timeout(100)
        assert watch.said == [] and watch.requests == [server.url, f"{server.url}articles/{EXAMPLE}.html"]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


# --- hostile text -----------------------------------------------------------------------------------------------------

OWN_TEXT = """(elements) => elements.map((element) => {
  const copy = element.cloneNode(true);
  copy.querySelectorAll("a, i").forEach((label) => label.remove());
  return copy.textContent;
})"""


def test_hostile_texts_in_a_report_stay_texts(desk: Desk, hostile_text: str) -> None:
    with desk.open("hostile.html") as page:
        assert page.evaluate("document.scripts.length") == 1 and page.locator("body :is(img, b1, iframe, object)").count() == 0
        columns = page.locator(".sides > p").evaluate_all(OWN_TEXT)
        assert "\n\n".join(columns[::2]) == "\n\n".join(columns[1::2]) == re.sub(r"\n+", "\n\n", visible(hostile_text))
        # Emoji, right-to-left and combining letters do not move a span: each claim is drawn over its own words.
        drawn = set(page.locator(".sides u.c.x").evaluate_all(OWN_TEXT))
        assert {"👩‍🚀 🏳️‍🌈", "العربية", "\u0301 a\u0308", visible("b\u2066c")} <= drawn
        everything = page.locator("main").inner_text()
        for words in ("</script><script>alert(1)</script>", "\"'><img src=x onerror=alert(1)>", "{{ 7*7 }}", "[U+202E]", "שלום עולם"):
            assert words in everything, words
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280
        page.select_option("[name=kind]", label="spurious")
        assert records(page)[0] >= 4


@pytest.mark.parametrize("kind", ["index", "articles", "annotations"])
def test_hostile_texts_in_the_article_browser_stay_texts(desk: Desk, hostile_text: str, kind: str) -> None:
    article = hostile()
    assert article.text and hostile_text
    with desk.open("hostile/index.html" if kind == "index" else f"hostile/{kind}/{article.id}.html", 390) as page:
        assert page.evaluate("document.scripts.length") == 1 + (kind == "index")
        assert page.locator("main :is(img, script)").count() == 0
        everything = page.locator("main").evaluate("(main) => main.textContent")
        assert "<script>alert(1)</script>" in everything and "{{ 7*7 }} {% raw %}" in everything
        assert not re.search("[\x1b\u202e\u2066\u200f]", everything)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        if kind == "index":
            page.fill("#words", "<script>alert(1)</script><!--")
            assert listed(page) == {article.id}
            page.select_option("#genre", index=1)
            assert listed(page) == {article.id}
        else:
            column = page.locator(".side:first-child .text" if kind == "annotations" else ".article .text").evaluate_all(OWN_TEXT)
            assert column == [visible(part) for part in article.text.split("\n") if part]
