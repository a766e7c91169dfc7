"""Where stand-off texts come from: one module an importer, one line here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from newsgold.importers import plain, wikinews
from newsgold.importers._base import Copy, Importer

REGISTRY: Final[Mapping[str, Importer]] = {importer.name: importer for importer in (plain.IMPORTER, wikinews.IMPORTER)}
"""Importer by the name that ``newsgold hydrate --from`` takes."""

__all__ = ["REGISTRY", "Copy", "Importer"]
