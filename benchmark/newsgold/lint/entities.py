"""Rules on entities."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from newsgold.issues import shown
from newsgold.lint.lexicon import lexicon
from newsgold.lint.page import ARTICLES, Hit, Page, inside, place_of, rule
from newsgold.normalize import NAME_TITLES

_HEAD_ENDS: Final = re.compile(
    r"\s(?:of|in|at|from|for|on|with|by|to|near|who|which|that|working|living|aged|near|behind|under|over|against|among|outside|inside|before|after|between)\s"
)
_TRAILING: Final = re.compile(r",\s(?!\d{3})|\s[–—-]\s|\s\(|\s(?:who|which|whom|whose|where)\s")


def head_of(nominal: str) -> str:
    """The head noun of a noun phrase: the last word before a preposition or participle, in lower case."""
    words = _HEAD_ENDS.split(f" {nominal} ")[0].split()
    return words[-1].casefold().removesuffix("’s").removesuffix("'s") if words else ""


@rule("entity-kind", "entities", "a kind that disagrees with the head of the entity's description (2, kind)")
def entity_kind(page: Page) -> Iterator[Hit]:
    kinds = lexicon().kinds
    for index, entity in enumerate(page.article.entities):
        nominals = [mention for mention in entity.mentions if mention.form == "nominal"]
        if entity.named or not nominals:
            continue
        longest = max(nominals, key=lambda mention: mention.end - mention.start)
        printed = page.text[longest.start : longest.end]
        head = head_of(printed)
        expected = kinds.get(head) or ("group" if printed.casefold() in ("authorities", "the authorities") else None)
        if head in ("company", "firm", "party", "union", "government", "bank", "court", "council") and re.match(
            r"(?:two|three|four|several|both|all)\b", printed, re.I
        ):
            continue
        if expected == "person" and re.match(r"(?:\d|two|three|four|five|six|seven|eight|nine|ten|several|some|many|dozens|most|all|both)\b", printed, re.I):
            expected = "group"
        if expected == "group" and re.match(r"(?:an?|one)\s", printed, re.I):
            continue
        if expected and expected != entity.kind:
            yield Hit(
                place_of(longest),
                f"{entity.id} {shown(printed)} is of kind {entity.kind}",
                f"{expected} for {shown(head)} (2, kind)",
                ("entities", index, "kind"),
            )


@rule("entity-name", "entities", "a name that is not the fullest one, or of the unnamed not the longest nominal")
def entity_name(page: Page) -> Iterator[Hit]:
    for index, entity in enumerate(page.article.entities):
        form = "name" if entity.named else "nominal"
        own = [(page.text[mention.start : mention.end], place_of(mention)) for mention in entity.mentions if mention.form == form]
        if not own or entity.name is None:
            continue
        if entity.named:
            longest = max(own, key=lambda item: (len(item[0].split()), len(item[0])))
            if len(longest[0].split()) > len(entity.name.split()):
                yield Hit(
                    longest[1],
                    f"{entity.id} is called {shown(entity.name)}, but {shown(longest[0])} is a mention",
                    "the fullest name (2)",
                    ("entities", index, "name"),
                )
        else:
            # Of equally long ones the first in the text, whatever the order of the mentions.
            longest = max(sorted(own, key=lambda item: item[1]), key=lambda item: len(item[0]))
            if entity.name != longest[0]:
                yield Hit(
                    longest[1],
                    f"{entity.id} is called {shown(entity.name)}, but {shown(longest[0])} is a mention",
                    "the longest nominal as printed, of equally long ones the first (2)",
                    ("entities", index, "name"),
                )


@rule("role-article", "entities", "a role that begins with an article, or of an entity that is no person")
def role_article(page: Page) -> Iterator[Hit]:
    for index, entity in enumerate(page.article.entities):
        if entity.role is None:
            continue
        printed = page.text[entity.role.start : entity.role.end]
        path = ("entities", index, "role")
        if printed.split()[0].casefold() in ARTICLES:
            yield Hit(place_of(entity.role), f"the role {shown(printed)} begins with an article", "it without (2, role)", path)
        if entity.kind != "person":
            yield Hit(place_of(entity.role), f"the role {shown(printed)} belongs to a {entity.kind}", "a role for persons only (2, role)", path)


@rule("name-edge", "entities", "a name mention that takes in an article or a title")
def name_edge(page: Page) -> Iterator[Hit]:
    for index, entity in enumerate(page.article.entities):
        names = {page.text[mention.start : mention.end] for mention in entity.mentions if mention.form == "name"}
        for place, mention in enumerate(entity.mentions):
            if mention.form != "name":
                continue
            words = page.text[mention.start : mention.end].split()
            first = words[0].casefold().strip(".")
            rest = " ".join(words[1:])
            # "Pope Leo" keeps a title that the name never goes without.
            titled = entity.kind == "person" and first in NAME_TITLES["en"] and len(words) > 1 and (len(words) > 2 or rest in names)
            article = first in ("a", "an") or (first == "the" and words[0] == "the")
            if titled or article:
                yield Hit(
                    place_of(mention),
                    f"the name {shown(' '.join(words))} begins with {'an article' if article else 'a title'}",
                    "the bare name (2, mentions)",
                    ("entities", index, "mentions", place),
                )


@rule("nominal-edge", "entities", "a nominal that goes on after a comma, dash, bracket or relative pronoun")
def nominal_edge(page: Page) -> Iterator[Hit]:
    for index, entity in enumerate(page.article.entities):
        for place, mention in enumerate(entity.mentions):
            printed = page.text[mention.start : mention.end]
            cut = _TRAILING.search(printed)
            if mention.form != "nominal" or not cut:
                continue
            if cut[0].startswith(",") and re.search(r",.*\b(?:and|or)\b", printed):
                continue  # a list, or adjectives with commas
            if "(" in cut[0] and re.search(r"\)\s\w", printed):
                continue  # "the 89 kg (196 lb) satellite"
            if cut[0].startswith(",") and re.match(r",\s[\w-]+(?:\s[\w-]+)?$", printed[cut.start() :]):
                continue  # "a large, grey dog"
            yield Hit(
                place_of(mention),
                f"the nominal {shown(printed)} goes on after {shown(cut[0].strip())}",
                "it cut before (2, mentions)",
                ("entities", index, "mentions", place),
            )


@rule("pronoun-unused", "entities", "a pronoun mention that is neither a source nor a participant's mention")
def pronoun_unused(page: Page) -> Iterator[Hit]:
    sources = [place_of(claim.source) for claim in page.article.claims if claim.source]
    parts = {place_of(part.mention) for event in page.article.events for part in event.participants if part.mention}
    beside = {(part.entity, page.sentence_index(mention.start)) for event in page.article.events for part in event.participants for mention in event.mentions}
    for index, entity in enumerate(page.article.entities):
        for place, mention in enumerate(entity.mentions):
            spot = place_of(mention)
            if mention.form != "pronoun" or spot in parts or any(inside(spot, source) for source in sources):
                continue
            if (entity.id, page.sentence_index(spot[0])) in beside:
                continue  # the argument of a further trigger of an event that has another mention of it
            yield Hit(
                spot,
                f"the pronoun {page.show(spot)} is a mention of {entity.id}, but no source and no participant",
                "pronouns only where they are one (2, mentions)",
                ("entities", index, "mentions", place),
            )


@rule("pronoun-possessive", "entities", "a possessive or reflexive pronoun as a mention")
def pronoun_possessive(page: Page) -> Iterator[Hit]:
    for index, entity in enumerate(page.article.entities):
        for place, mention in enumerate(entity.mentions):
            printed = page.text[mention.start : mention.end].casefold()
            if printed in ("his", "their", "its", "our", "my", "your", "theirs", "hers", "ours") or (
                mention.form == "pronoun" and printed in ("who", "which", "that")
            ):
                yield Hit(
                    place_of(mention),
                    f"{page.show(place_of(mention))} is a mention of {entity.id}",
                    "no possessive and no relative pronoun (2; ruling 142)",
                    ("entities", index, "mentions", place),
                )
