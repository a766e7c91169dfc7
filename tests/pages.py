"""What tests ask of a page: that it parses, is well nested, keeps to itself, and shows texts as texts."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from itertools import pairwise

VOID = frozenset({"meta", "link", "br", "input", "hr", "img", "rect", "line", "path"})
# Elements whose end tags HTML lets be left out, with what ends each: another element's start, or the end of one around it.
CLOSED_BY = {
    "p": {"p", "div", "table", "ul", "ol", "dl", "h3", "h4", "section", "article", "form", "nav"}, "li": {"li"}, "td": {"td", "th", "tr", "tbody"},
    "th": {"td", "th", "tr", "tbody"}, "tr": {"tr", "tbody"}, "thead": {"tbody"}, "tbody": {"tbody"},
}  # fmt: skip
FETCHING = frozenset({"src", "srcset", "action", "formaction", "data", "poster", "background", "ping", "manifest"})


class Page(HTMLParser):
    """A parsed page; raises ``AssertionError`` where an element is closed that is not the innermost open one."""

    def __init__(self, source: str):
        super().__init__(convert_charrefs=True)
        self.source = source
        self.open: list[tuple[str, dict[str, str | None]]] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        """Text with the elements it stands in."""
        self.feed(source)
        self.close()
        assert not self.open, f"not closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        while self.open and tag in CLOSED_BY.get(self.open[-1][0], ()):
            self.open.pop()
        names = [name for name, _ in attrs]
        assert len(set(names)) == len(names), f"an attribute stands twice: {tag} {names}"
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append((tag, dict(attrs)))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open[-1][0] != tag and self.open[-1][0] in CLOSED_BY and any(name == tag for name, _ in self.open):
            self.open.pop()
        assert self.open and self.open[-1][0] == tag, f"</{tag}> closes {self.open[-1:]}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.texts.append((" ".join(tag for tag, _ in self.open), data))

    @property
    def text(self) -> str:
        """All that is shown."""
        return "".join(data for where, data in self.texts if not where.endswith(("style", "script")))

    @property
    def ids(self) -> list[str]:
        return [attrs["id"] or "" for _, attrs in self.elements if "id" in attrs]

    @property
    def links(self) -> list[str]:
        return [attrs["href"] or "" for _, attrs in self.elements if "href" in attrs]


def check(source: str) -> Page:
    """The page, after all that holds for every page."""
    page = Page(source)
    assert len(page.ids) == len(set(page.ids)), "an id stands twice"
    inside = {link for link in page.links if link.startswith("#")}
    assert not inside - {f"#{name}" for name in page.ids}, sorted(inside - {f"#{name}" for name in page.ids})[:5]
    # Nothing is fetched, and no link leads away; the icon is an empty data address.
    assert all(link.startswith("#") or link == "data:," or re.fullmatch(r"[\w.-]+\.html(#[\w-]+)?", link) for link in page.links)
    assert not [attrs for _, attrs in page.elements if FETCHING & attrs.keys()]
    assert not [attrs for _, attrs in page.elements if any(name.startswith("on") or name == "style" for name in attrs)]
    assert not {tag for tag, _ in page.elements} & {"iframe", "object", "embed", "base", "img", "video", "audio"}
    # The policy allows the one style and the one script that are there, by hash, and nothing else.
    rule = next(attrs["content"] or "" for tag, attrs in page.elements if attrs.get("http-equiv") == "Content-Security-Policy")
    allowed = dict(part.strip().split(" ", 1) for part in rule.split(";"))
    assert allowed["default-src"] == allowed["base-uri"] == allowed["form-action"] == "'none'" and "unsafe" not in rule
    for tag in ("style", "script"):
        found = re.findall(rf"<{tag}>(.*?)</{tag}>", source, flags=re.S)
        hashes = [f"'sha256-{base64.b64encode(hashlib.sha256(one.encode()).digest()).decode()}'" for one in found]
        assert len(found) <= 1 and allowed[f"{tag}-src"] == (hashes or ["'none'"])[0]
        assert sum(name == tag for name, _ in page.elements) == len(found)
    css = re.findall(r"<style>(.*?)</style>", source, flags=re.S)[0]
    assert "url(" not in css and "@import" not in css
    # Landmarks, headings without gaps, and names for what is not text.
    tags = [tag for tag, _ in page.elements]
    assert tags.count("main") == 1 and tags.count("h1") == 1 and page.elements[0][1].get("lang")
    levels = [int(tag[1]) for tag in tags if re.fullmatch(r"h[1-6]", tag)]
    assert all(after <= before + 1 for before, after in pairwise(levels)), "a heading skips a level"
    assert all(attrs.get("aria-label") for tag, attrs in page.elements if tag in ("svg", "form", "nav") or attrs.get("role") == "region")
    assert tags.count("caption") == tags.count("table")
    return page
