"""Imports point downwards only: the layers of the architecture, held by reading the imports."""

from __future__ import annotations

import ast

from conftest import ROOT

# Top to bottom. A module may import from lower layers, and within its own only from those named before it.
LAYERS = [
    ["records", "_version", "issues", "normalize", "resources"],
    [
        "anchors",
        "validate",
        "predictions",
        "importers._base",
        "importers.plain",
        "importers.wikinews",
        "importers",
        "corpus",
        "hydration",
        "standoff",
        "notes",
        "tables",
        "facets",
        "build",
    ],
    ["counts", "rows", "match", "compare", "coref"],
    ["layers._base", "layers.speakers", "layers.claims", "layers.events", "layers.figures", "layers"],
    ["measures", "pairing", "scoring", "tokens", "systems"],
    ["stats"],
    ["agreement", "differences", "gate", "ci", "report", "cards", "markup", "html_report", "browse", "submissions", "leaderboard", "host", "clients", "runner"],
    ["lint.page", "lint.lexicon", "lint.numbers", "lint.dates", "lint.coverage", "lint.entities", "lint.claims", "lint.events", "lint.figures", "lint"],
    ["pytest_plugin", "cli", "__main__"],
]
# The package's own __init__ only names what is public, and loads it on first use.
LAZY = {"__init__"}
RANK = {name: (level, place) for level, names in enumerate(LAYERS) for place, name in enumerate(names)}
PACKAGE = ROOT / "benchmark" / "newsgold"


def name_of(path: str) -> str:
    return path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")


MODULES = {name_of(path.relative_to(PACKAGE).as_posix()): path for path in PACKAGE.rglob("*.py")}


def imports(name: str) -> set[str]:
    """The package's modules that a module imports, anywhere in it; imports for type checking only do not count."""
    tree = ast.parse(MODULES[name].read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            node.body = []
    out = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "newsgold":
            base = node.module.removeprefix("newsgold").removeprefix(".")
            for alias in node.names:
                full = f"{base}.{alias.name}".strip(".")
                out.add(full if full in MODULES else base or "__init__")
        elif isinstance(node, ast.Import):
            out |= {alias.name.removeprefix("newsgold").removeprefix(".") or "__init__" for alias in node.names if alias.name.split(".")[0] == "newsgold"}
    return out


def test_every_module_has_its_place() -> None:
    assert sorted(MODULES.keys() - LAZY) == sorted(RANK)


def test_imports_point_downwards() -> None:
    wrong = [f"{name} imports {other}" for name in MODULES.keys() - LAZY for other in imports(name) if other not in RANK or RANK[other] >= RANK[name]]
    assert not wrong, "\n".join(sorted(wrong))


def test_the_check_can_fail() -> None:
    assert "report" in imports("cli") and RANK["report"] < RANK["cli"]
    assert not RANK["cli"] < RANK["report"]
