"""The word lists of ``lexicon.yaml``, inflected and ready to be looked up."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from newsgold import resources

_DOUBLING = frozenset("ban rob stab drop stop plan ship beg knit quit".split())


def verb_forms(entry: str) -> set[str]:
    """The forms of a verb: ``shoot=shot`` gives what the rules (-s, -ed, -ing) get wrong; a phrase is inflected in its first word."""
    base, _, irregular = entry.partition("=")
    first, space, rest = base.partition(" ")
    given = {form for form in irregular.split("|") if form}
    if re.search(r"(?:s|x|z|ch|sh|o)$", first):
        forms = {first, f"{first}es", f"{first}ed", f"{first}ing"}
    elif first.endswith("ie"):
        forms = {first, f"{first}s", f"{first}d", f"{first[:-2]}ying"}
    elif first.endswith("e"):
        forms = {first, f"{first}s", f"{first}d", f"{first[:-1]}ing"}
        if first.endswith("ee"):
            forms |= {f"{first}ing"}
    elif re.search(r"[^aeiou]y$", first):
        forms = {first, f"{first[:-1]}ies", f"{first[:-1]}ied", f"{first}ing"}
    else:
        stem = first + first[-1] if first in _DOUBLING else first
        forms = {first, f"{first}s", f"{stem}ed", f"{stem}ing"}
    return {form + space + rest for form in forms} | given


def noun_forms(entry: str) -> set[str]:
    """A noun and its plural: ``launch=launches`` gives an irregular one."""
    base, _, irregular = entry.partition("=")
    if irregular:
        return {base, *irregular.split("|")}
    if re.search(r"[^aeiou]y$", base):
        return {base, f"{base[:-1]}ies"}
    return {base, f"{base}es" if re.search(r"(?:s|x|z|ch|sh)$", base) else f"{base}s"}


@dataclass(frozen=True)
class Lexicon:
    """The lists, each looked up in lower case."""

    triggers: dict[str, tuple[str, ...]]
    """A form to the event types it names."""
    sport: dict[str, tuple[str, ...]]
    """Forms that count in stories of sport alone."""
    heads: frozenset[str]
    """Nouns that make the word before them a modifier."""
    cues: frozenset[str]
    """Forms that attribute."""
    no_cue_before: frozenset[str]
    """Words before a cue's form that show another use."""
    deny: frozenset[str]
    """Words of denying."""
    acts: dict[str, str]
    """Cues to the act they leave no choice about."""
    kinds: dict[str, str]
    """Head nouns to the kind of entity they tell."""

    @property
    def longest(self) -> int:
        """Words in the longest entry."""
        return max(len(form.split()) for form in (*self.triggers, *self.sport, *self.cues))


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The lists as shipped."""
    import yaml

    data: dict[str, Any] = yaml.load(resources.lexicon(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    plain: dict[str, set[str]] = {}
    sport: dict[str, set[str]] = {}
    for label, parts in data["triggers"].items():
        type_, _, where = label.partition("@")
        target = sport if where == "sport" else plain
        forms = {form for entry in parts.get("v", ()) for form in verb_forms(entry)}
        forms |= {form for entry in parts.get("n", ()) for form in noun_forms(entry)} | set(parts.get("w", ()))
        for form in forms:
            target.setdefault(form, set()).add(type_)
    return Lexicon(
        triggers={form: tuple(sorted(types)) for form, types in plain.items()},
        sport={form: tuple(sorted(types)) for form, types in sport.items()},
        heads=frozenset(data["heads"].split()),
        cues=frozenset(form for entry in data["cues"]["v"].split() for form in verb_forms(entry)) | frozenset(data["cues"]["w"]),
        no_cue_before=frozenset(word.strip() for word in data["no_cue_before"].split("|")),
        deny=frozenset(data["deny"].split()),
        acts={form: act for act, forms in data["acts"].items() for form in forms.split()},
        kinds={form: kind for kind, forms in data["kinds"].items() for form in forms.split()},
    )
