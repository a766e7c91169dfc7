"""The article browser: what its pages hold, that they hold together, and that they are written and served safely."""

from __future__ import annotations

import errno
import html
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

import msgspec
import orjson
import pytest

from conftest import ROOT, changed, sample
from newsgold import browse, corpus, facets
from newsgold.cards import LAYERS
from newsgold.cli import BAD, OK, main
from newsgold.differences import differences
from newsgold.issues import InputError
from newsgold.markup import hashed, visible
from newsgold.records import PARTICIPANT_ROLES, SPLITS, Article, article_from

VOID = {"meta", "link", "input", "br"}
# As many articles as the time allows: every challenge, annotated once or by several, and one whose text may be missing; in the site's order.
ALL = sorted(
    {*sample("train", size=2), *sample("validation", "test", size=4), *corpus.load("external")[:1]},
    key=lambda article: (SPLITS.index(article.split), article.id),
)
EXAMPLE = corpus.load(path=ROOT / "tests" / "examples" / "gold.jsonl")[0]
RAW = {name: corpus.load_annotator(name, ALL) for name in corpus.annotators()}


class Page(HTMLParser):
    """A page read as a tree must be: everything that is opened is closed, in order."""

    def __init__(self, source: str):
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, dict[str, str]]] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.ids: list[str] = []
        self.hrefs: list[tuple[str, str]] = []  # nearest id around a link, and its address
        self.parts: dict[str, list[str]] = {}  # texts by the id of every element around them
        self.scripts: list[str] = []
        self.style = ""
        self.reading: list[str] = []  # the text of the article, without labels
        self.source = source
        self.feed(source)
        self.close()
        assert not self.open, f"left open: {self.open}"
        self.text = {name: "".join(parts) for name, parts in self.parts.items()}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        assert len(found) == len(attrs), f"an attribute stands twice in {self.get_starttag_text()}"
        self.tags.append((tag, found))
        if "id" in found:
            self.ids.append(found["id"])
        if "href" in found:
            self.hrefs.append((next((a["id"] for _, a in reversed(self.open) if "id" in a), ""), found["href"]))
        if tag == "p" and "text" in found.get("class", "").split():
            self.reading.append("")
        if tag not in VOID:
            self.open.append((tag, found))

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1][0] == tag, f"</{tag}> closes {self.open[-1:]} at {self.getpos()}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1][0] == "script":
            self.scripts.append(data)
        elif self.open and self.open[-1][0] == "style":
            self.style += data
        else:
            for _, attrs in self.open:
                if "id" in attrs:
                    self.parts.setdefault(attrs["id"], []).append(data)
            tags = [tag for tag, _ in self.open]
            inside = next((at for at, (tag, a) in enumerate(self.open) if tag == "p" and "text" in a.get("class", "").split()), None)
            if inside is not None and not {"a", "i"} & {*tags[inside:]}:
                self.reading[-1] += data

    def attrs(self, tag: str) -> list[dict[str, str]]:
        return [attrs for name, attrs in self.tags if name == tag]


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return browse.site(ALL, RAW)


@pytest.fixture(scope="module")
def pages(files: dict[str, bytes]) -> dict[str, Page]:
    return {name: Page(body.decode()) for name, body in files.items()}


# --- what the pages hold ----------------------------------------------------------------------------------------------


def test_every_article_and_every_record_has_its_place(pages: dict[str, Page]) -> None:
    listed = [attrs["data-article"] for attrs in pages["index.html"].attrs("li") if "data-article" in attrs]
    assert listed == [article.id for article in ALL]
    for article in ALL:
        page = pages[f"articles/{article.id}.html"]
        for layer in LAYERS:
            for record in getattr(article, layer):
                assert record.id in page.text[record.id]
                for span in [record.span] if layer == "figures" else record.content if layer == "claims" else record.mentions:
                    assert (visible(span.text) if span.text else f"[{span.start}–{span.end}]") in page.text[record.id], (article.id, record.id)
        assert {f"articles/{article.id}.html"} <= {href for _, href in pages["index.html"].hrefs}


def test_the_text_is_whole_and_every_record_is_drawn_in_it(pages: dict[str, Page]) -> None:
    for article in ALL:
        if article.text is None:
            continue
        page = pages[f"articles/{article.id}.html"]
        assert page.reading == [visible(part) for part in article.text.split("\n") if part]
        led = {attrs.get("href", "").removeprefix("#") for tag, attrs in page.tags if tag == "a" and attrs.get("id", "").startswith("t-")}
        assert led == {record.id for layer in LAYERS for record in getattr(article, layer)}


def test_the_fragments_of_a_broken_claim_are_tied(pages: dict[str, Page]) -> None:
    broken = 0
    for article in ALL:
        if article.text is None:
            continue
        source = pages[f"articles/{article.id}.html"].source
        ties = len(re.findall(r"<u class=\"?[^>]*\bg\b", source))
        expected = sum(len(claim.content) - 1 for claim in article.claims)
        assert ties == expected, article.id
        for claim in article.claims:
            assert len(re.findall(rf">…{claim.id}</a>", source)) == len(claim.content) - 1
        broken += expected
    assert broken > 5


def test_a_claim_within_a_claim_and_a_part_of_an_event_are_indented_behind_it(pages: dict[str, Page]) -> None:
    for article in ALL:
        classes = {attrs["id"]: attrs["class"].split() for attrs in pages[f"articles/{article.id}.html"].attrs("li") if "id" in attrs}
        for record, above in [(c, c.parent) for c in article.claims] + [(e, e.part_of) for e in article.events]:
            deep = {"d1", "d2", "d3"} & {*classes[record.id]}
            assert len(deep) == (above is not None), (article.id, record.id)
            if above is not None:  # behind it, with nothing between but what lies in it too
                order = [*classes]
                between = order[order.index(above) + 1 : order.index(record.id)]
                assert order.index(above) < order.index(record.id) and all({"d1", "d2", "d3"} & {*classes[other]} for other in between)


def test_a_loop_of_claims_ends() -> None:
    def edit(data: dict[str, Any]) -> None:
        data["claims"][0]["parent"], data["claims"][1]["parent"] = data["claims"][1]["id"], data["claims"][0]["id"]

    assert {claim.id for claim in EXAMPLE.claims} <= {*Page(browse.site([changed(EXAMPLE, edit)])[f"articles/{EXAMPLE.id}.html"].decode()).ids}


def test_articles_without_text_are_listed_and_say_how_to_get_it() -> None:
    external = next(article for article in ALL if article.split == "external")
    bare = external if external.text is None else article_from(corpus.strip_text(external))
    files = browse.site([bare], {"a1": {bare.id: bare}})
    assert list(files) == [f"articles/{bare.id}.html", "index.html"]  # nothing to put side by side without the text
    for name in files:
        assert "newsgold hydrate --text" in Page(files[name].decode()).source
    assert not Page(files[f"articles/{bare.id}.html"].decode()).reading


def test_a_text_that_may_not_be_redistributed_says_so() -> None:
    article = msgspec.structs.replace(EXAMPLE, provenance=msgspec.structs.replace(EXAMPLE.provenance, kind="external"))
    assert "keep this page to yourself" in browse.site([article])[f"articles/{article.id}.html"].decode()
    assert "keep this page to yourself" not in browse.site([EXAMPLE])[f"articles/{EXAMPLE.id}.html"].decode()


# --- filters ------------------------------------------------------------------------------------------------------------


def options(page: Page) -> dict[str, dict[str, int]]:
    """Filter to value to the number beside it."""
    out: dict[str, dict[str, int]] = {}
    for name, values in re.findall(r'<select id="(\w+)".*?>(.*?)</select>', page.source, re.S):
        found = re.findall(r'<option value="([^"]+)">.*?\((\d+)\)</option>', values)
        out[name] = {html.unescape(value): int(count) for value, count in found}
        assert len(out[name]) == len(found)
    return out


def test_the_counts_beside_the_filters_are_right(pages: dict[str, Page]) -> None:
    found = options(pages["index.html"])
    assert list(found) == ["split", "topic", "genre", "challenge", "label"]
    assert found["split"] == Counter(article.split for article in ALL)
    assert found["topic"] == Counter(topic for article in ALL for topic in article.topics)
    assert found["genre"] == Counter(article.genre for article in ALL)
    assert found["challenge"] == {name: len(ids) for name, ids in facets.groups(ALL, ["challenge"])["challenge"].items()}
    assert found["label"]["claim.act: accuse"] == sum(any(claim.act == "accuse" for claim in article.claims) for article in ALL)
    assert found["label"]["event.status: averted"] == sum(any(event.status == "averted" for event in article.events) for article in ALL)
    for role in PARTICIPANT_ROLES:
        assert found["label"].get(f"participant.role: {role}", 0) == sum(any(p.role == role for e in a.events for p in e.participants) for a in ALL)
    assert found["label"]["figure.relation: revises"] == sum(any(r.type == "revises" for f in a.figures for r in f.relations) for a in ALL)


def test_what_the_script_filters_by_agrees_with_the_counts(pages: dict[str, Page]) -> None:
    page = pages["index.html"]
    data = orjson.loads(page.scripts[0])
    assert list(data) == [article.id for article in ALL]
    for name, values in options(page).items():
        assert values == Counter(value for article in data.values() for value in article[name])
    for article in ALL:
        assert (article.headline or "").lower() in data[article.id]["words"] and (article.text or "").lower() in data[article.id]["words"]
        assert data[article.id]["label"].get("claim.act: deny", []) == [claim.id for claim in article.claims if claim.act == "deny"]


def test_articles_are_listed_without_the_script(pages: dict[str, Page]) -> None:
    page = pages["index.html"]
    assert [attrs for tag, attrs in page.tags if tag == "form" and "hidden" in attrs]
    assert not [attrs for attrs in page.attrs("li") if "hidden" in attrs]
    assert page.attrs("noscript")


# --- annotators side by side ----------------------------------------------------------------------------------------------


def test_every_raw_and_adjudicated_record_stands_once_beside_the_others(pages: dict[str, Page]) -> None:
    assert RAW["a1"] and RAW["a2"]
    for article in ALL:
        sides = {"gold": article} | {name: done[article.id] for name, done in RAW.items() if article.id in done}
        assert (f"annotations/{article.id}.html" in pages) == (len(sides) > 1)
        if len(sides) > 1:
            ids = [attrs["id"] for attrs in pages[f"annotations/{article.id}.html"].attrs("article")]
            expected = [f"{side}-{record.id}" for side, done in sides.items() for layer in LAYERS for record in getattr(done, layer)]
            assert Counter(ids) == Counter(expected)


def test_all_that_differs_is_marked_and_nothing_else() -> None:
    seen: set[tuple[str, bool]] = set()
    every = {(layer, alone) for layer in LAYERS for alone in (True, False)}  # in every layer a record that stands alone, and a value
    known = {article.id for article in ALL}
    rest = [article for split in ("validation", "test") for article in corpus.load(split) if article.id not in known]
    for article in [*ALL, *rest]:
        if article.id not in known and seen == every:
            break
        found_by = RAW if article.id in known else {name: corpus.load_annotator(name, [article]) for name in RAW}
        raw = {name: done[article.id] for name, done in found_by.items() if article.id in done}
        if not raw:
            continue
        found = browse.rows(article, raw)
        for column, name in enumerate(raw, 1):
            points = differences(article, raw[name])
            marked = [(row.layer, field) for row in found for field in row.cells[column].differs]
            alone = [row.layer for row in found if (row.cells[0].card is None) != (row.cells[column].card is None)]
            assert Counter(marked) == Counter((d.layer, d.field) for d in points if d.field != "record")
            assert Counter(alone) == Counter(d.layer for d in points if d.field == "record")
            assert sum(row.apart(column) for row in found) == len(alone) + sum(bool(row.cells[column].differs) for row in found)
            seen |= {(point.layer, point.field == "record") for point in points}
    assert seen == every


def test_a_single_changed_value_is_marked_on_both_sides() -> None:
    def edit(data: dict[str, Any]) -> None:
        data["entities"][1]["mentions"].pop()

    other = changed(EXAMPLE, edit)
    (row,) = (row for row in browse.rows(EXAMPLE, {"a1": other}) if row.differs)
    lost = EXAMPLE.entities[1].mentions[-1]
    assert row.cells[0].differs == row.cells[1].differs == {"mentions"}
    assert row.cells[0].items == {("mentions", f"{lost.start}|{lost.form}|{lost.text}")} and not row.cells[1].items
    page = Page(browse.site([EXAMPLE], {"a1": {EXAMPLE.id: other}})[f"annotations/{EXAMPLE.id}.html"].decode())
    assert len(page.attrs("mark")) == 2  # the legend's, and that mention
    assert f"at {lost.start}" in page.text["gold-e2"] and "≠ mentions" in page.text["a1-e2"]


def test_annotators_stand_in_one_row_where_both_have_what_the_gold_has_not() -> None:
    bare = changed(EXAMPLE, lambda data: data["figures"].pop(1))
    apart = [row for row in browse.rows(bare, {"a1": EXAMPLE, "a2": EXAMPLE, "a3": bare}) if row.differs]
    assert [[cell.card is not None for cell in row.cells] for row in apart] == [[False, True, True, False]]
    assert [apart[0].apart(column) for column in (1, 2, 3)] == [True, True, False]


def test_what_follows_from_other_records_is_never_marked() -> None:
    speaker = next(entity for entity in EXAMPLE.entities if len(entity.mentions) > 1 and any(entity.id in claim.speakers for claim in EXAMPLE.claims))

    def edit(data: dict[str, Any]) -> None:
        next(entity for entity in data["entities"] if entity["id"] == speaker.id)["mentions"].pop()
        data["claims"] = [claim for claim in data["claims"] if speaker.id not in claim["speakers"]]

    found = browse.rows(EXAMPLE, {"a1": changed(EXAMPLE, edit)})
    (row,) = (row for row in found if row.cells[0].card is not None and row.cells[0].card.id == speaker.id)
    assert row.cells[0].differs == {"mentions"} and {label for label, _ in row.cells[0].items} == {"mentions"}
    assert "says" in {line.label for line in row.cells[0].card.lines}  # type: ignore[union-attr]


def test_a_record_that_stands_beside_the_gold_stands_nowhere_else() -> None:
    text = EXAMPLE.text or ""

    def only(start: int, end: int) -> Article:
        def edit(data: dict[str, Any]) -> None:
            data["figures"] = [data["figures"][0] | {"span": {"start": start, "end": end, "text": text[start:end]}, "of": None, "event": None, "relations": []}]

        return changed(EXAMPLE, edit)

    # The second annotator's overlaps the gold's and the first one's, which do not overlap.
    found = [row for row in browse.rows(only(0, 9), {"a1": only(12, 20), "a2": only(4, 16)}) if row.layer == "figures"]
    assert [[cell.card is not None for cell in row.cells] for row in found] == [[True, False, True], [False, True, False]]


def test_equal_annotations_have_nothing_marked() -> None:
    files = browse.site([EXAMPLE], {"a1": {EXAMPLE.id: EXAMPLE}})
    page = Page(files[f"annotations/{EXAMPLE.id}.html"].decode())
    assert len(page.attrs("mark")) == 1 and "≠" not in "".join(page.text.values())
    assert "a1 differs in 0" in files["index.html"].decode()


# --- pages as pages -------------------------------------------------------------------------------------------------------


def test_ids_are_unique_and_references_to_them_hold(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        there = {*page.ids}
        twice = [found for found, count in Counter(page.ids).items() if count > 1]
        assert not twice, (name, twice)
        for _, attrs in page.tags:
            for attribute in ("for", "aria-labelledby", "aria-describedby"):
                assert set(attrs.get(attribute, "").split()) <= there, (name, attrs)


def test_every_link_leads_somewhere(pages: dict[str, Page]) -> None:
    filters = options(pages["index.html"])
    for name, page in pages.items():
        for _, href in page.hrefs:
            if href == "data:,":
                continue
            path, _, fragment = href.partition("#")
            target = os.path.normpath(Path(name).parent / unquote(path)) if path else name
            assert target in pages, (name, href)
            if "=" in fragment:
                assert target == "index.html" and all(value in filters[key] for key, value in parse_qsl(fragment, strict_parsing=True)), href
            elif fragment:
                assert unquote(fragment) in pages[target].ids, (name, href)


def test_what_continues_a_span_leads_to_its_record(pages: dict[str, Page]) -> None:
    for page in pages.values():
        assert {attrs["data-r"].removeprefix("#") for attrs in page.attrs("u") if "data-r" in attrs} <= {*page.ids}


def test_no_page_asks_for_anything_and_its_policy_allows_nothing_else(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        for tag, attrs in page.tags:
            assert not {"src", "srcset", "action", "style", "poster", "ping"} & attrs.keys(), (name, tag)
            assert not [key for key in attrs if key.startswith("on")], (name, tag)
            assert "://" not in attrs.get("href", "") and not attrs.get("href", "").startswith("//"), (name, attrs)
            assert tag not in {"iframe", "object", "embed", "img", "base"}
        assert not re.search(r"url\(|@import|://", page.style)
        script = page.scripts[-1]
        assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|Function\(|fetch\(|XMLHttp|import\(|://", script)
        (policy,) = (attrs["content"] for attrs in page.attrs("meta") if attrs.get("http-equiv") == "Content-Security-Policy")
        allowed = dict(part.split(" ", 1) for part in policy.split("; "))
        assert allowed["default-src"] == allowed["base-uri"] == allowed["form-action"] == "'none'"
        assert (allowed["style-src"], allowed["script-src"]) == (hashed(page.style), hashed(script))


def test_pages_can_be_read_by_machine_and_by_keyboard(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        assert [attrs["lang"] for attrs in page.attrs("html")] == ["en"] and len(page.attrs("h1")) == len(page.attrs("main")) == 1, name
        assert page.attrs("a")[0] == {"class": "skip", "href": "#main"}
        labelled = {attrs["for"] for attrs in page.attrs("label")}
        assert {attrs["id"] for tag, attrs in page.tags if tag in ("input", "select")} <= labelled, name
        levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
        assert all(after <= before + 1 for before, after in pairwise(levels)), name


HOSTILE = "</u></p><script>alert(1)</script><!-- \" ' & \x1b[31m \u202e\u2066\u200f ]]> | ::error:: e\u0301 👩\u200d👧 {{ 7*7 }} {% raw %} \u2028 end"


def hostile(refer: str = "") -> Article:
    """An article of which every string is an attack, and every reference ``refer`` where one is given."""
    text = f"{HOSTILE} said Ann.\n\n{HOSTILE}"

    def edit(data: dict[str, Any]) -> None:
        def span(start: int, end: int, **more: str) -> dict[str, Any]:
            return {"start": start, "end": end, "text": text[start:end], **more}

        others = [refer] if refer else []
        data |= {"headline": HOSTILE, "text": text, "dateline": HOSTILE, "topics": [HOSTILE], "genre": HOSTILE, "annotators": [HOSTILE]}
        data["provenance"] |= {"source": HOSTILE, "license": HOSTILE}
        accent = text.index("\u0301")
        data["entities"] = [
            {"id": "e1", "name": HOSTILE, "kind": HOSTILE, "named": True, "role": span(0, 30), "mentions": [span(0, 40, form=HOSTILE), span(accent, accent + 1, form="name")], "links": [{"scheme": HOSTILE, "id": HOSTILE}]}
        ]  # fmt: skip
        data["claims"] = [
            {"id": "c1", "content": [span(3, 50), span(60, len(text))], "cue": span(0, 2), "source": None, "speakers": ["e1", *others], "relay": others, "form": HOSTILE, "act": HOSTILE, "parent": refer or None}
        ]  # fmt: skip
        data["events"] = [
            {"id": "v1", "type": HOSTILE, "mentions": [span(10, 20)], "status": HOSTILE, "participants": [{"role": HOSTILE, "entity": "e1", "mention": span(5, 9), "alleged": True}], "time": {"span": None, "value": HOSTILE}, "part_of": refer or None, "links": []}
        ]  # fmt: skip
        data["figures"] = [
            {"id": "f1", "span": span(8, 12), "kind": HOSTILE, "low": "1", "high": None, "parts": [], "bound": HOSTILE, "unit": HOSTILE, "of": span(1, 3), "change": HOSTILE, "event": refer or None, "relations": [{"type": HOSTILE, "figure": refer or "f1"}]}
        ]  # fmt: skip

    return changed(EXAMPLE, edit)


def test_hostile_text_is_shown_and_never_obeyed() -> None:
    article = hostile()
    other = changed(article, lambda data: data["claims"][0].update(act="assert", cue=None))
    files = browse.site([article], {"a1": {article.id: other}})
    dangling = browse.site([hostile(refer=HOSTILE)])
    for name, body in (*files.items(), *dangling.items()):
        page = Page(body.decode())  # which holds that no tag of the text closes or opens one
        assert len(page.attrs("script")) == 1 + (name == "index.html")
        assert not [char for char in "\x1b\u202e\u2066\u200f\u2028" if char in body.decode()]
        assert "{{ 7*7 }} {% raw %}" in page.text["main"] and "alert(1)</script>" in page.text["main"]
        assert len(Counter(page.ids)) == len(page.ids)
    page = Page(files[f"articles/{article.id}.html"].decode())
    assert page.reading == [visible(part) for part in (article.text or "").split("\n") if part]
    index = Page(files["index.html"].decode())
    data = orjson.loads(index.scripts[0])[article.id]
    assert data["words"].count("<script>") >= 3 and "\u202e" in data["words"] and "<" not in index.scripts[0]
    for name, values in options(index).items():  # what a filter is set to is what the script looks for
        assert sorted(values) == sorted(data[name]), name


def test_the_same_data_gives_the_same_bytes_in_any_order_and_process(files: dict[str, bytes]) -> None:
    again = browse.site(ALL[::-1], dict(sorted(RAW.items(), reverse=True)))
    assert list(again) == list(files) and again == files
    code = (
        "import hashlib, newsgold; from newsgold import browse, corpus; a = newsgold.load('validation')[:2]; "
        "s = browse.site(a, {n: corpus.load_annotator(n, a) for n in corpus.annotators()}); print(hashlib.sha256(repr(s).encode()).hexdigest())"
    )
    env = os.environ | {"PYTHONPATH": str(ROOT / "benchmark")}
    digests = {subprocess.run([sys.executable, "-c", code], env=env | {"PYTHONHASHSEED": seed}, capture_output=True, check=True).stdout for seed in "12"}
    assert len(digests) == 1 and len(digests.pop()) == 65


def test_an_article_that_stands_twice_is_refused() -> None:
    with pytest.raises(InputError, match=f"{EXAMPLE.id}: stands twice"):
        browse.site([EXAMPLE, EXAMPLE])


# --- writing ----------------------------------------------------------------------------------------------------------------

SITE = {"index.html": b"one", "articles/a.html": b"two"}


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("there", [False, True])
def test_a_new_or_empty_folder_is_written_and_nothing_else_left(tmp_path: Path, there: bool) -> None:
    if there:
        (tmp_path / "site").mkdir()
    assert browse.write(tmp_path / "site", SITE) is True
    assert tree(tmp_path) == {f"site/{name}": body for name, body in SITE.items()}
    assert browse.write(tmp_path / "site", SITE) is False


def test_a_folder_that_holds_something_else_stays_as_it_is_without_force(tmp_path: Path) -> None:
    for content in ({"notes.txt": b"mine"}, {"index.html": b"mine"}, SITE | {"articles/a.html": b"older"}):
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        for name, body in content.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(body)
        with pytest.raises(InputError, match="--force"):
            browse.write(folder, SITE)
        assert tree(folder) == content


def test_force_replaces_pages_and_removes_stale_ones_but_nothing_of_others(tmp_path: Path) -> None:
    old = browse.site([EXAMPLE])
    browse.write(tmp_path / "site", old)
    (tmp_path / "site" / "notes.txt").write_bytes(b"mine")
    (tmp_path / "site" / "articles" / "mine.html").write_bytes(b"<p>mine")
    new = browse.site([msgspec.structs.replace(EXAMPLE, id="another")])
    assert browse.write(tmp_path / "site", new, force=True) is True
    assert tree(tmp_path / "site") == new | {"notes.txt": b"mine", "articles/mine.html": b"<p>mine"}
    assert browse.write(tmp_path / "site", new) is False


def test_a_file_in_the_place_of_the_folder_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "site").write_bytes(b"mine")
    for force in (False, True):
        with pytest.raises(InputError, match="is no folder"):
            browse.write(tmp_path / "site", SITE, force=force)
    assert tree(tmp_path) == {"site": b"mine"}


def test_a_failure_leaves_no_part_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_bytes = Path.write_bytes

    def full(self: Path, data: bytes) -> int:
        if self.name == "a.html":
            raise OSError(errno.ENOSPC, "No space left on device")
        return write_bytes(self, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(InputError, match="No space left"):
        browse.write(tmp_path / "site", SITE)
    assert list(tmp_path.iterdir()) == []


def test_the_command_writes_a_split_and_refuses_what_is_there(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    some = list(sample("validation", size=2))
    load = corpus.load
    monkeypatch.setattr(corpus, "load", lambda split="test", **more: some if split == "validation" else load(split, **more))
    given = ["browse", "--split", "validation", "--split", "validation", "--out", str(tmp_path / "site")]
    assert main(given) == OK
    assert f"{len(some)} articles, {2 * len(some) + 1} pages" in capsys.readouterr().out
    assert sorted(path.stem for path in (tmp_path / "site" / "articles").iterdir()) == [article.id for article in some]
    assert main(given) == OK
    assert "unchanged" in capsys.readouterr().out
    (tmp_path / "site" / "index.html").write_bytes(b"mine")
    assert main(given) == BAD
    assert "--force" in capsys.readouterr().err
    assert main([*given, "--force"]) == OK
    assert (tmp_path / "site" / "index.html").read_bytes() != b"mine"


# --- serving ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def server() -> Iterator[browse.Server]:
    with browse.Server({"index.html": b"<p>index", "articles/a.html": b"<p>a"}, 0) as made:
        thread = threading.Thread(target=made.serve_forever, args=(0.01,))
        thread.start()
        yield made
        made.shutdown()
        thread.join()


def ask(server: browse.Server, path: str, method: str = "GET", hosts: tuple[str, ...] | None = None) -> tuple[int, bytes, dict[str, str]]:
    """A request sent as it is: neither the path nor the host is tidied up."""
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    try:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for host in (f"127.0.0.1:{server.server_port}",) if hosts is None else hosts:
            connection.putheader("Host", host)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, answer.read(), dict(answer.getheaders())
    finally:
        connection.close()


def test_pages_are_served_with_their_headers(server: browse.Server) -> None:
    assert [ask(server, path)[:2] for path in ("/", "/index.html", "/articles/a.html?x=1")] == [(200, b"<p>index"), (200, b"<p>index"), (200, b"<p>a")]
    status, body, headers = ask(server, "/", "HEAD")
    assert (status, body, headers["Content-Length"]) == (200, b"", "8")
    assert headers["Content-Type"] == "text/html; charset=utf-8" and headers["X-Content-Type-Options"] == "nosniff" and headers["X-Frame-Options"] == "DENY"
    assert ask(server, "/", hosts=(f"LOCALHOST:{server.server_port}",))[0] == 200
    assert ask(server, "/", "POST")[0] == 501


@pytest.mark.parametrize(
    "path", ["/../../etc/passwd", "/articles/../../pyproject.toml", "/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd", "/articles/", "/articles", "/..%2f", "/a\\..\\b", "/%00"]
)  # fmt: skip
def test_no_path_leads_out_of_the_site(server: browse.Server, path: str) -> None:
    assert ask(server, path)[:2] == (404, b"no such page\n")


def test_a_request_for_another_address_is_refused(server: browse.Server) -> None:
    assert ask(server, "http://example.org/index.html", hosts=("example.org",))[0] == 421
    port = server.server_port
    for hosts in (
        (),
        ("example.org",),
        (f"example.org:{port}",),
        ("127.0.0.1",),
        (f"127.0.0.1:{port + 1}",),
        (f"127.0.0.1:{port}", "example.org"),
        (f"127.0.0.1.example.org:{port}",),
    ):
        status, body, _ = ask(server, "/", hosts=hosts)
        assert status == 421 and b"index" not in body, hosts


def test_only_this_machine_is_answered(server: browse.Server) -> None:
    assert server.server_address[0] == "127.0.0.1" and server.url == f"http://127.0.0.1:{server.server_port}/"
    with socket.socket() as other:  # another address of this machine is free on that port, so nothing listens on all of them
        other.bind(("127.0.0.2", server.server_port))
        other.listen()


def test_a_port_that_is_taken_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["browse", "--split", "external", "--serve", "--port", str(port)]) == BAD
    assert f"--port: $: port {port} is in use; expected a free one, or 0 for any\n" in capsys.readouterr().err


@pytest.mark.parametrize("port", ["-1", "65536", "http"])
def test_a_port_that_is_none_is_told(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["browse", "--serve", "--port", port])
    assert stopped.value.code == BAD and "expected a port from 0 to 65535" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal")
def test_ctrl_c_ends_it_cleanly(tmp_path: Path) -> None:
    # What starts a test in the background may have it ignore the signal; so it is asked for.
    code = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); from newsgold.cli import main; "
        "sys.exit(main(['browse', '--split', 'external', '--serve', '--port', '0']))"
    )
    env = os.environ | {"PYTHONPATH": str(ROOT / "benchmark")}
    with subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            found = re.search(r"http://127\.0\.0\.1:(\d+)/: \d+ articles?, \d+ pages", running.stdout.readline())
            assert found
            connection = http.client.HTTPConnection("127.0.0.1", int(found[1]), timeout=10)
            connection.request("GET", "/")
            assert corpus.load("external")[0].id.encode() in connection.getresponse().read()
            connection.close()
            running.send_signal(signal.SIGINT)
            out, err = running.communicate(timeout=20)
        finally:
            running.kill()  # or a failure would wait for the server for ever
    assert (running.returncode, out, err) == (0, "", "ended\n")
    assert not list(tmp_path.iterdir())  # it writes nothing


# --- the pictures -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["report", "browse"])
def test_the_readme_shows_a_picture_that_is_there_and_small(name: str) -> None:
    (alt, path), *_ = re.findall(rf"!\[([^\]]+)\]\((docs/images/{name}\.png)\)", (ROOT / "README.md").read_text(encoding="utf-8"))
    picture = (ROOT / path).read_bytes()
    assert len(alt) > 50 and picture.startswith(b"\x89PNG") and len(picture) < 300_000
