"""newsgold: measure news information extraction against gold annotations of speakers, claims, events and figures.

    import newsgold

    articles = newsgold.load("test")                    # typed records, no heavy imports
    card = newsgold.score("predictions.jsonl", "test")  # or a list of prediction objects
    print(card.overall, card.headlines)
    notes = newsgold.load_notes("test")                 # why the gold is as it is, by article

``newsgold.to_datasets()`` gives a Hugging Face ``DatasetDict``. Everything else is reached through its module.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from newsgold._version import __version__

if TYPE_CHECKING:
    from newsgold.corpus import load
    from newsgold.issues import InputError, Issue
    from newsgold.notes import Note, load_notes
    from newsgold.predictions import to_prediction
    from newsgold.records import Annotation, Article, Claim, Entity, Event, Figure, Mention, Span
    from newsgold.scoring import Scorecard, score, score_article
    from newsgold.tables import to_datasets

# Public name to the module it lives in: `import newsgold` alone stays light.
_PUBLIC = {
    "load": "corpus", "load_notes": "notes", "Note": "notes", "InputError": "issues", "Issue": "issues", "to_prediction": "predictions", "score": "scoring", "score_article": "scoring",
    "Scorecard": "scoring", "to_datasets": "tables",
    **dict.fromkeys(("Annotation", "Article", "Claim", "Entity", "Event", "Figure", "Mention", "Span"), "records"),
}  # fmt: skip

# Modules that are of use by themselves: ``newsgold.coref`` and the like.
_MODULES = frozenset({"coref", "measures", "stats", "tokens"})

__all__ = [
    "Annotation", "Article", "Claim", "Entity", "Event", "Figure", "InputError", "Issue", "Mention", "Note", "Scorecard", "Span", "__version__", "load",
    "load_notes", "score", "score_article", "to_datasets", "to_prediction",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f"newsgold.{name}")
    if name not in _PUBLIC:
        raise AttributeError(f"module 'newsgold' has no attribute {name!r}")
    return getattr(importlib.import_module(f"newsgold.{_PUBLIC[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*__all__, *_MODULES])
