"""Rules on claims."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import Final

from newsgold.issues import shown
from newsgold.lint.lexicon import lexicon
from newsgold.lint.page import AUXILIARIES, Hit, Page, inside, overlap, place_of, rule
from newsgold.records import Claim, Entity

_DOUBLE: Final = re.compile(r"[“”\"„«»]")
_NEGATION: Final = re.compile(
    r"\b(?:no|not|never|none|nothing|nobody|neither|nor|false|untrue|wrong|nonsense|baseless|lie|lies|unfounded|without|cannot|fabricated|mistaken|den(?:y|ies|ied))\b|n[’']t\b",
    re.I,
)


def _printed(page: Page, claim: Claim) -> str:
    return " … ".join(page.text[span.start : span.end] for span in claim.content)


def _at(page: Page, claim: Claim) -> tuple[int, int]:
    """The place by which a claim is named: its cue, else its content."""
    return place_of(claim.cue) if claim.cue else place_of(claim.content[0])


@rule("content-that", "claims", "a content that begins with 'that'")
def content_that(page: Page) -> Iterator[Hit]:
    for index, claim in enumerate(page.article.claims):
        for place, span in enumerate(claim.content):
            printed = page.text[span.start : span.end]
            if re.match(r"that\s(?:the|a|an|it|he|she|they|there|we|i|no|all|some|[A-Z\d])", printed) and page.text[span.start - 1 : span.start] not in "\"“'‘":
                yield Hit(
                    place_of(span),
                    f"the content of {claim.id} begins with 'that': {shown(printed)}",
                    "it without 'that' (3.2)",
                    ("claims", index, "content", place),
                )


@rule("content-end", "claims", "a content that ends with closing punctuation")
def content_end(page: Page) -> Iterator[Hit]:
    for index, claim in enumerate(page.article.claims):
        for place, span in enumerate(claim.content):
            printed = page.text[span.start : span.end]
            if printed[-1] in ",;:!?…–" or (
                printed[-1] == "." and not re.search(r"(?:\b[A-Z]\.[A-Z]|[ap]\.m|\b(?:Inc|Ltd|Co|Jr|Sr|St|etc|No|Corp))\.$|\b[A-Z]\.$", printed)
            ):
                yield Hit(
                    place_of(span),
                    f"the content of {claim.id} ends with {shown(printed[-1])}: {shown(printed)}",
                    "it without (1, spans)",
                    ("claims", index, "content", place),
                )


@rule("content-order", "claims", "pieces of a content that are not in text order, or that nothing parts")
def content_order(page: Page) -> Iterator[Hit]:
    for index, claim in enumerate(page.article.claims):
        for place, (one, other) in enumerate(zip(claim.content, claim.content[1:], strict=False)):
            path = ("claims", index, "content", place + 1)
            if other.start < one.start:
                yield Hit(
                    place_of(other),
                    f"{claim.id} has {shown(page.text[other.start : other.end])} after what stands behind it",
                    "pieces in text order (3.2)",
                    path,
                )
            elif not re.search(r"\w|\n", page.text[one.end : other.start]):
                yield Hit(
                    place_of(other),
                    f"nothing but {shown(page.text[one.end : other.start])} parts the pieces of {claim.id}",
                    "one piece while no attribution and no paragraph break interrupts (3.2)",
                    path,
                )


@rule("claim-form", "claims", "a form that disagrees with the quotation marks (3.5)")
def claim_form(page: Page) -> Iterator[Hit]:
    places = [quote.place for quote in page.quotations]
    starts = [start for _, start, _ in page.words]
    for index, claim in enumerate(page.article.claims):
        # What stands in the marks of an outer claim's quotation is judged by marks of its own.
        outer = page.claims.get(claim.parent or "")
        outside = [place for place in places if not (outer and _holds(place, claim) and any(inside(place_of(span), place) for span in outer.content))]
        total = quoted = 0
        for span in claim.content:
            for _, start, end in page.words[bisect_left(starts, span.start) : bisect_left(starts, span.end)]:
                total += 1
                quoted += any(inside((start, end), place) for place in outside)
        if not total:
            continue
        marks = any(_DOUBLE.search(page.text[span.start : span.end]) for span in claim.content)
        path = ("claims", index, "form")
        what = f"{claim.id} is {claim.form}"
        if claim.form == "direct" and quoted < total:
            if quoted == 0 and claim.cue is None:
                continue  # an interview's answer has no marks
            yield Hit(
                _at(page, claim),
                f"{what}, but {'none' if not quoted else f'only {quoted} of {total}'} of its words stand in quotation marks: {shown(_printed(page, claim))}",
                "mixed" if quoted else "indirect, or the quotation as content",
                path,
            )
        elif claim.form == "indirect" and (quoted or marks):
            yield Hit(
                _at(page, claim),
                f"{what}, but words of it stand in quotation marks: {shown(_printed(page, claim))}",
                "direct" if quoted == total else "mixed",
                path,
            )
        elif claim.form == "mixed" and ((quoted == 0 and not marks and not re.search(r"[‘'][^’']+[’']", _printed(page, claim))) or (quoted == total)):
            yield Hit(
                _at(page, claim),
                f"{what}, but {'all' if quoted else 'none'} of its words stand in quotation marks: {shown(_printed(page, claim))}",
                "direct" if quoted else "indirect",
                path,
            )


def _holds(place: tuple[int, int], claim: Claim) -> bool:
    """Whether a quotation holds the claim with its cue."""
    return claim.cue is not None and inside(place_of(claim.cue), place) and all(inside(place_of(span), place) for span in claim.content)


@rule("deny-cue", "claims", "act deny without a word of denying, or a verb of denying without act deny")
def deny_cue(page: Page) -> Iterator[Hit]:
    deny = lexicon().deny
    for index, claim in enumerate(page.article.claims):
        cue = page.text[claim.cue.start : claim.cue.end].casefold() if claim.cue else ""
        denying = bool(set(re.findall(r"[\w]+", cue)) & deny) or cue == "pleaded not guilty"
        before = page.words_before(claim.cue.start, 2) if claim.cue else []
        if claim.act == "deny" and not denying and not _NEGATION.search(_printed(page, claim)) and "not" not in before:
            yield Hit(
                _at(page, claim),
                f"{claim.id} is a denial with cue {shown(cue)} and no negation: {shown(_printed(page, claim))}",
                "a verb of denying, or words that reject what another asserts (3.6)",
                ("claims", index, "act"),
            )
        if claim.act != "deny" and re.fullmatch(r"den(?:y|ies|ied|ying|ial)|pleaded not guilty", cue) and "not" not in before:
            yield Hit(_at(page, claim), f"{claim.id} is {claim.act} with cue {shown(cue)}", "deny (3.6)", ("claims", index, "act"))


@rule("act-cue", "claims", "an act other than the one that the cue leaves no choice about (3.6)")
def act_cue(page: Page) -> Iterator[Hit]:
    acts = lexicon().acts
    for index, claim in enumerate(page.article.claims):
        cue = page.text[claim.cue.start : claim.cue.end].casefold() if claim.cue else ""
        expected = acts.get(cue)
        if expected and expected not in ("deny", claim.act):
            yield Hit(_at(page, claim), f"{claim.id} is {claim.act} with cue {shown(cue)}", f"{expected} (3.6)", ("claims", index, "act"))


@rule("claim-parent", "claims", "a cue inside another claim's content without that claim as parent")
def claim_parent(page: Page) -> Iterator[Hit]:
    for index, claim in enumerate(page.article.claims):
        if claim.cue is None:
            continue
        cue = place_of(claim.cue)
        outer = [other for other in page.article.claims if other.id != claim.id and any(inside(cue, place_of(span)) for span in other.content)]
        if not outer:
            continue
        smallest = min(outer, key=lambda other: (sum(span.end - span.start for span in other.content), other.id))
        if claim.parent is None:
            yield Hit(
                cue,
                f"the cue {page.show(cue)} of {claim.id} stands in the content of {smallest.id}, and parent is null",
                f"parent {smallest.id} (3.4), or a content of {smallest.id} that ends before",
                ("claims", index, "parent"),
            )
        elif claim.parent != smallest.id and claim.parent in {other.id for other in outer}:
            yield Hit(
                cue,
                f"the parent of {claim.id} is {claim.parent}, but the innermost content around its cue is that of {smallest.id}",
                f"parent {smallest.id}",
                ("claims", index, "parent"),
            )


@rule("cue-edge", "claims", "a cue that takes in an auxiliary, a negation, 'that' or a subject")
def cue_edge(page: Page) -> Iterator[Hit]:
    for index, claim in enumerate(page.article.claims):
        if claim.cue is None:
            continue
        words = page.text[claim.cue.start : claim.cue.end].casefold().split()
        if len(words) > 1 and (words[0] in AUXILIARIES or words[0] in ("not", "he", "she", "they", "it", "also", "later") or words[-1] == "that"):
            yield Hit(
                place_of(claim.cue),
                f"the cue {shown(' '.join(words))} of {claim.id}",
                "the verb without auxiliaries, negation, adverbs and 'that' (3.3)",
                ("claims", index, "cue"),
            )


@rule("content-attribution", "claims", "a content that takes in its own cue or source")
def content_attribution(page: Page) -> Iterator[Hit]:
    for index, claim in enumerate(page.article.claims):
        for place, span in enumerate(claim.content):
            if claim.cue and overlap(place_of(span), place_of(claim.cue)):
                yield Hit(
                    place_of(claim.cue),
                    f"the content of {claim.id} holds its cue {shown(page.text[claim.cue.start : claim.cue.end])}",
                    "content without the attribution (3.2)",
                    ("claims", index, "content", place),
                )


@rule("relay-missing", "claims", "'told' with an outlet or reporters as addressee, or an outlet that quotes, without relay")
def relay_missing(page: Page) -> Iterator[Hit]:
    for index, claim in enumerate(page.article.claims):
        if claim.cue is None or claim.relay:
            continue
        cue = page.text[claim.cue.start : claim.cue.end].casefold()
        low, _ = page.sentence(claim.cue.start)
        behind = page.text[claim.cue.end : claim.cue.end + 60]
        media = {place: entity.id for place, held in page.mentions.items() for entity, _ in held if entity.kind == "media" and entity.id not in claim.speakers}
        told = next((entity for place, entity in media.items() if 0 <= place[0] - claim.cue.end <= 12), None)
        if cue in ("told", "tells", "telling", "said", "says") and (
            (told and (cue.startswith("t") or re.match(r"\sto\s", behind)))
            or (cue in ("told", "telling") and re.match(r"\s(?:reporters|journalists|the media)\b", behind))
        ):
            yield Hit(
                place_of(claim.cue),
                f"{claim.id} is told to {shown(behind.strip().split(',')[0])} and has no relay",
                f"{told or 'reporters'} as relay (3.4)",
                ("claims", index, "relay"),
            )
            continue
        quoting = re.search(r"\b(?:quot(?:es|ed|ing)|cit(?:es|ed|ing))\b", page.text[low : claim.cue.end])
        outlet = next((entity for place, entity in media.items() if low <= place[0] < claim.cue.start), None)
        if not (quoting and outlet and claim.speakers and claim.parent is None):
            continue
        own = any(page.entities[speaker].kind == "media" for speaker in claim.speakers if speaker in page.entities)
        between = any(other.cue and low + quoting.end() < other.cue.start < claim.cue.start for other in page.article.claims)
        if not own and not between:
            yield Hit(
                place_of(claim.cue),
                f"{claim.id} is quoted by {outlet} {page.show(place_of(claim.cue))} and has no relay",
                f"{outlet} as relay (3.4)",
                ("claims", index, "relay"),
            )


# --- antecedents -----------------------------------------------------------------------------------------------------------

_GENDER: Final = {"he": "m", "him": "m", "she": "f", "her": "f"}
_MALE: Final = frozenset("mr sir lord king prince father chairman spokesman brother son husband uncle boy man farmer's fisherman".split())
_FEMALE: Final = frozenset("mrs ms miss lady queen princess mother chairwoman spokeswoman sister daughter wife widow aunt girl woman".split())


def _gender(page: Page, entity: Entity) -> str | None:
    for mention in entity.mentions:
        printed = page.text[mention.start : mention.end].casefold()
        if mention.form == "pronoun" and printed in _GENDER:
            return _GENDER[printed]
        words = set(re.findall(r"\w+", printed)) | {word.casefold().strip(".") for word in page.words_before(mention.start)}
        if words & _MALE:
            return "m"
        if words & _FEMALE:
            return "f"
    role = page.text[entity.role.start : entity.role.end].casefold().split() if entity.role else []
    return "m" if set(role) & _MALE else "f" if set(role) & _FEMALE else None


@rule("pronoun-ambiguous", "claims", "a pronoun source with two candidates for its antecedent")
def pronoun_ambiguous(page: Page) -> Iterator[Hit]:
    """A candidate is an entity that fits the pronoun and is the last such to speak or open a sentence before it, in its paragraph or the one before."""
    for index, claim in enumerate(page.article.claims):
        if claim.source is None or len(claim.speakers) != 1 or claim.speakers[0] not in page.entities:
            continue
        pronoun = page.text[claim.source.start : claim.source.end].casefold()
        if pronoun not in ("he", "she", "they"):
            continue
        quoted = any(quote.start <= claim.source.start < quote.end for quote in page.quotations)
        if quoted:
            continue
        at = page.sentence_index(claim.source.start)
        low = page.sentences[max(0, at - 1)][0]
        speaker = page.entities[claim.speakers[0]]
        candidates: dict[str, int] = {}
        for place, held in page.mentions.items():
            if not low <= place[0] < claim.source.start or any(quote.start <= place[0] < quote.end for quote in page.quotations):
                continue
            for entity, form in held:
                fits = entity.kind in ("person",) if pronoun in _GENDER else entity.kind in ("group", "organization")
                gender = _gender(page, entity)
                if fits and form != "pronoun" and (pronoun not in _GENDER or gender in (None, _GENDER[pronoun])):
                    candidates[entity.id] = max(place[0], candidates.get(entity.id, -1))
        mine = candidates.pop(speaker.id, None)
        spoke = [
            other for other in page.article.claims
            if other.source is not None and other.source.start < claim.source.start and len(other.speakers) == 1 and other.parent is None and low <= other.source.start
        ]  # fmt: skip
        if spoke and max(spoke, key=lambda other: other.source.start if other.source else 0).speakers[0] == speaker.id:
            continue  # the last to speak goes on speaking
        rivals = sorted(candidates, key=lambda entity: -candidates[entity])
        if not rivals or (mine is not None and all(candidates[rival] < mine for rival in rivals) and not spoke):
            continue
        names = ", ".join(f"{rival} {shown(page.entities[rival].name or '', 30)}" for rival in rivals)
        where = "is mentioned further off" if mine is None else "is not the only one"
        yield Hit(
            place_of(claim.source),
            f"{page.show(place_of(claim.source))} is {speaker.id} {shown(speaker.name or '', 30)}, who {where}; {names} fits too",
            "the antecedent that the text plainly gives",
            ("claims", index, "source"),
        )


@rule("source-sentence", "claims", "a source that stands in another sentence than its cue")
def source_sentence(page: Page) -> Iterator[Hit]:
    for index, claim in enumerate(page.article.claims):
        if claim.source and claim.cue and not page.same_sentence(claim.source.start, claim.cue.start):
            yield Hit(
                place_of(claim.source),
                f"the source {page.show(place_of(claim.source), 8)} of {claim.id} stands in another sentence than its cue {page.show(place_of(claim.cue), 8)}",
                "a mention in the cue's sentence, or null (3.3)",
                ("claims", index, "source"),
            )
