"""What a person reads: results as a table for the terminal, as Markdown, or as JSON; and an article with its layers.

A report format is a function in `FORMATS`. Nothing here computes a score.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import orjson

from newsgold.issues import shown
from newsgold.notes import LEFT_OUT, Note, by_record
from newsgold.notes import words as note_in_words
from newsgold.records import Article, Claim, Entity, Event, Figure, Span

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table
    from rich.text import Text

WIDTH: Final = 80
DASH: Final = "–"


def cell(value: object, places: int = 3) -> str:
    """A value as a table shows it: three places, a dash for what is not scored."""
    if value is None:
        return DASH
    return f"{value:.{places}f}" if isinstance(value, float) else str(value)


# --- scorecards ---------------------------------------------------------------------------------------------------

_Row = tuple[str, ...]


def _score_rows(card: Mapping[str, Any]) -> list[_Row]:
    """Layer, measure, P, R, F1, its interval where there is one, correct, gold, predicted; the headline rung of a layer is marked with a star."""
    from newsgold.layers import REGISTRY

    out: list[_Row] = []
    ends = card.get("intervals", {}).get("measures")
    for name, layer in card["layers"].items():
        lines = [(rung["name"], rung, rung["name"] == REGISTRY[name].headline, f"{name}.{rung['name']}.f1") for rung in layer["rungs"]]
        if "arguments" in layer:
            lines += [("arguments", layer["arguments"]["classification"], True, f"{name}.arguments.classification.f1")]
        for index, (label, score, head, measure) in enumerate(lines):
            interval = [] if ends is None else [_ends(ends.get(measure))]
            out.append(
                (
                    name if index == 0 else "", label + ("*" if head else ""), cell(score["precision"]), cell(score["recall"]), cell(score["f1"]), *interval,
                    str(score["tp"]), str(score["gold"]), str(score["predicted"]),
                )
            )  # fmt: skip
    return out


def _ends(interval: Sequence[float] | None) -> str:
    """An interval in few characters: .52–.61."""
    return DASH if interval is None else "–".join(f"{end:.2f}".removeprefix("0") for end in interval)


def with_ends(value: float | None, interval: Sequence[float] | None) -> str:
    """A score with its interval where there is one: 0.562 (.52–.61)."""
    return cell(value) + (f" ({_ends(interval)})" if interval is not None else "")


def _score_head(card: Mapping[str, Any]) -> tuple[str, ...]:
    return ("layer", "measure", "P", "R", "F1", *(["95%"] if "intervals" in card else []), "right", "gold", "found")


def _headline_words(card: Mapping[str, Any]) -> list[str]:
    """The headlines with their intervals."""
    ends = card.get("intervals", {}).get("measures", {})
    return [f"{layer} {cell(value)}" + (f" ({_ends(ends[layer])})" if ends.get(layer) else "") for layer, value in card["headlines"].items()]


def _overall_words(card: Mapping[str, Any]) -> str:
    interval = card.get("intervals", {}).get("measures", {}).get("overall")
    return cell(card["overall"]) + (f" ({_ends(interval)})" if interval else "")


def _score_notes(card: Mapping[str, Any]) -> list[str]:
    """What a reader of the table must know."""
    notes = ["A rung holds where all rungs above it hold; events' headline is the mean of type and arguments."]
    if "intervals" in card:
        few = ", which is too narrow with fewer than 10 articles" if card["articles"] < 10 else ""
        notes.append(f"95%: bootstrap interval over articles{few}; newsgold compare tells which differences are real.")
    return notes


def _resolution(card: Mapping[str, Any]) -> str | None:
    """The coreference measures of the layer that has them, in a line of words."""
    found = next((layer["coref"] for layer in card["layers"].values() if "coref" in layer), None)
    if found is None:
        return None
    names = {"muc": "MUC", "b3": "B³", "ceafe": "CEAFe", "ceafm": "CEAFm", "blanc": "BLANC", "lea": "LEA"}
    each = ", ".join(f"{told} {cell(found[kind]['f1'])}" for kind, told in names.items())
    return f"Speaker resolution: CoNLL {cell(found['conll'])} ({each})."


def _notes(card: Mapping[str, Any]) -> list[str]:
    out = []
    for key, what in (("missing", "without a prediction, scored as empty"), ("skipped", "skipped, their texts are absent (newsgold hydrate)")):
        if card[key]:
            out.append(f"{len(card[key])} article{'s' if len(card[key]) != 1 else ''} {what}: {_some(card[key])}")
    if card["failed"]:
        out.append(f"{len(card['failed'])} failed in the system: {_some(card['failed'])}")
    return out


def _some(names: Iterable[str], limit: int = 5) -> str:
    names = list(names)
    return ", ".join(names[:limit]) + (f" and {len(names) - limit} more" if len(names) > limit else "")


def error_rows(card: Mapping[str, Any]) -> list[_Row]:
    """What became of the records, per layer: hits, the rung where partial ones failed, misses, spurious ones."""
    rows: list[_Row] = []
    for layer, table in card["errors"].items():
        counts = {kind: found["count"] for kind, found in table.items()}
        partial = ", ".join(f"{kind.removeprefix('wrong_')} {n}" for kind, n in counts.items() if kind == "boundary" or kind.startswith("wrong_"))
        rows.append(
            (
                layer,
                str(counts.get("hit", 0)),
                partial or DASH,
                str(counts.get("missed", 0)),
                str(counts.get("spurious", 0)),
                str(counts.get("duplicate", 0)),
                str(counts.get("not_in_text", 0)),
            )
        )
    return rows


ERROR_HEAD: Final = ("layer", "hit", "wrong", "missed", "spurious", "dupl.", "not in text")
"""What the columns of `error_rows` are."""


def score_table(card: Mapping[str, Any], console: Console) -> None:
    """A scorecard on the terminal."""
    from rich.text import Text

    title = (
        f"{card['system'] or 'predictions'} on {card['split']} ({card['articles']} article{'s' if card['articles'] != 1 else ''}, data {card['data_version']})"
    )
    console.print(Text(title, style="bold"))
    head = _score_head(card)
    table = _table(head, right=len(head) - 2)
    previous = ""
    for row in _score_rows(card):
        if row[0] and previous:
            table.add_section()
        previous = row[0] or previous
        style = "bold" if row[1].endswith("*") else ""
        table.add_row(*(Text(part, style=style) for part in row))
    console.print(table)
    console.print(
        Text.assemble(
            ("overall ", "bold"),
            (_overall_words(card), "bold"),
            f", the mean of the headlines: {', '.join(_headline_words(card))}",
        )
    )
    console.print(Text(f"* headline. {' '.join(_score_notes(card))}", style="dim"))
    if resolution := _resolution(card):
        console.print(Text(resolution))
    table = _table(ERROR_HEAD, right=0)
    for row in error_rows(card):
        table.add_row(*row)
    console.print(table)
    for note in _notes(card):
        console.print(Text(note, style="yellow"))
    console.print(Text(card["signature"], style="dim"))


def score_markdown(card: Mapping[str, Any]) -> str:
    """A scorecard as Markdown."""
    head = _score_head(card)
    lines = [
        f"**{card['system'] or 'predictions'}** on {card['split']}: overall **{_overall_words(card)}**, {card['articles']} article{'s' if card['articles'] != 1 else ''}, data {card['data_version']}",
        "",
    ]
    lines += markdown_table(
        head,
        [tuple(f"**{part}**" if row[1].endswith("*") and part else part for part in (row[0], row[1].rstrip("*"), *row[2:])) for row in _score_rows(card)],
        right=len(head) - 2,
    )
    lines += ["", f"Bold: the headlines. {' '.join(_score_notes(card))}", *([resolution] if (resolution := _resolution(card)) else []), ""]
    lines += [f"- {note}" for note in _notes(card)]
    return "\n".join([*lines, f"`{card['signature']}`"]) + "\n"


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]], right: int = 0) -> list[str]:
    """Lines of a Markdown table whose last ``right`` columns are set right."""
    marks = ["---"] * (len(head) - right) + ["--:"] * right
    return [f"| {' | '.join(line)} |" for line in ([*map(str, head)], marks, *rows)]


def _table(head: Sequence[str], right: int) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for index, name in enumerate(head):
        table.add_column(name, justify="right" if index >= len(head) - right else "left", no_wrap=index != 2, overflow="fold")
    return table


# --- agreement ----------------------------------------------------------------------------------------------------------


def _agreement_rows(data: Mapping[str, Any]) -> list[_Row]:
    rows: list[_Row] = []
    for row in data["rows"]:
        star = "*" if row.get("headline") else ""
        rows.append(
            (
                row["layer"],
                row["name"] + star,
                row["what"],
                str(row["support"]),
                cell(row.get("f1")),
                cell(row.get("accuracy")),
                cell(row.get("kappa")),
                cell(row.get("ac1")),
                cell(row.get("alpha")),
            )
        )
    return rows


_AGREEMENT_HEAD: Final = ("layer", "measure", "kind", "n", "F1", "acc.", "kappa", "AC1", "alpha")


def _agreement_parts(data: Mapping[str, Any]) -> list[tuple[_Row, list[_Row], int]]:
    """The tables of headlines: annotators and their pairs, where there are more than two, and articles. Head, rows, and the
    column that may be wrapped.
    """
    layers = tuple(data["headlines"])

    def heads(row: Mapping[str, Any]) -> _Row:
        return tuple(("!" if layer in row.get("low", ()) else "") + cell(value) for layer, value in row["headlines"].items())

    names = data["annotators"]
    found = [(f"{row['annotator']} with the others", str(row["articles"]), *heads(row)) for row in data["by_annotator"]]
    found += [(" and ".join(row["annotators"]), str(row["articles"]), *heads(row)) for row in data["pairs"]]
    articles = [
        (row["article"], *heads(row), " ".join(str(sum(row["records"][name].values())) if name in row["records"] else DASH for name in names))
        for row in data["worst_first"]
    ]
    return [
        *([(("annotators", "articles", *layers), found, 0)] if len(names) > 2 else []),
        (("article, worst first", *layers, "records"), articles, len(layers) + 1),
    ]


def _agreement_note(data: Mapping[str, Any]) -> str:
    targets = data["targets"]
    return f"! below {targets['f1']} on {targets['min_records']} or more records an annotator. Records: all layers, in the order of the annotators."


def agreement_table(data: Mapping[str, Any], console: Console) -> None:
    """Agreement on the terminal."""
    from rich.text import Text

    console.print(Text(f"{_and(data['annotators'])} on {_articles(data)}, before adjudication", style="bold"))
    table = _table(_AGREEMENT_HEAD, right=6)
    table.collapse_padding = True
    previous = ""
    for row in _agreement_rows(data):
        if previous and row[0] != previous:
            table.add_section()
        table.add_row(*(Text(part, style="bold" if row[1].endswith("*") else "") for part in (row[0] if row[0] != previous else "", *row[1:])))
        previous = row[0]
    console.print(table)
    console.print("headlines: " + ", ".join(f"{layer} {cell(value)}" for layer, value in data["headlines"].items()))
    console.print("* headline. n: mean records an annotator, for labels matched pairs. A dash: not defined.", style="dim")
    for head, rows, wrapped in _agreement_parts(data):
        table = _table(head, right=len(head) - 1)
        for index, column in enumerate(table.columns):
            column.no_wrap = index != wrapped
        for row in rows:
            table.add_row(*(Text(part, style="yellow" if part.startswith("!") else "") for part in row))
        console.print(table)
    console.print(Text(_agreement_note(data), style="dim"))
    for line in data["below_target"]:
        console.print(Text(line, style="yellow"))


def agreement_markdown(data: Mapping[str, Any]) -> str:
    """Agreement as Markdown, as the datasheet prints it."""
    heads = ", ".join(f"{layer} {cell(value)}" for layer, value in data["headlines"].items())
    lines = [f"Annotators {_and(data['annotators'])}, {_articles(data)}, before adjudication. Headlines (*): {heads}.", ""]
    lines += markdown_table(_AGREEMENT_HEAD, _agreement_rows(data), right=6)
    for head, rows, _ in _agreement_parts(data):
        lines += ["", *markdown_table(head, rows, right=len(head) - 1)]
    return "\n".join([*lines, "", _agreement_note(data)]) + "\n"


def _and(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _articles(data: Mapping[str, Any]) -> str:
    return f"{len(data['articles'])} article{'s' * (len(data['articles']) != 1)}"


# --- token scores -----------------------------------------------------------------------------------------------------------

_TOKENS_HEAD: Final = ("layer", "type", "P", "R", "F1", "gold", "found")
_LEFT_OUT_HEAD: Final = ("layer", "side", "spans", "dropped", "misaligned", "no place")


def _tokens_rows(data: Mapping[str, Any]) -> list[_Row]:
    """The three means and every type of each layer; micro, by which taggers are compared, is marked with a star."""
    out: list[_Row] = []
    for layer, stream in data["streams"].items():
        lines = [("micro*", stream["micro"]), ("macro", stream["macro"]), ("weighted", stream["weighted"]), *stream["types"].items()]
        for index, (name, row) in enumerate(lines):
            numbers = *(cell(row[key]) for key in ("precision", "recall", "f1")), str(row["support"]), str(row["predicted"])
            out.append((layer if index == 0 else "", name, *numbers))
    return out


def _left_out_rows(data: Mapping[str, Any]) -> list[_Row]:
    return [
        (layer if side == "gold" else "", side, *(str(stream[side][key]) for key in ("spans", "dropped", "misaligned", "unlocated")))
        for layer, stream in data["streams"].items()
        for side in ("gold", "predicted")
    ]


def _tokens_title(data: Mapping[str, Any]) -> tuple[str, str]:
    title = f"token view of {data['split']} ({data['articles']} article{'s' if data['articles'] != 1 else ''}, {data['tokens']} tokens)"
    return title, f"seqeval {data['seqeval']}, mode {data['mode']}, scheme {data['scheme']}, tokens {data['tokenizer']}"


_TOKENS_NOTE: Final = (
    "over all chunks. In macro a type without gold or predictions counts 0, as seqeval has it. P and R do not see what is dropped or has no place."
)


def tokens_table(data: Mapping[str, Any], console: Console) -> None:
    """Token scores on the terminal."""
    from rich.text import Text

    title, how = _tokens_title(data)
    console.print(Text(title, style="bold"))
    console.print(Text(how, style="dim"))
    for head, rows, right in ((_TOKENS_HEAD, _tokens_rows(data), 5), (_LEFT_OUT_HEAD, _left_out_rows(data), 4)):
        table = _table(head, right=right)
        for index, row in enumerate(rows):
            if row[0] and index:
                table.add_section()
            table.add_row(*(Text(part, style="bold" if row[1].endswith("*") else "") for part in row))
        console.print(table)
    console.print(Text(f"* {_TOKENS_NOTE}", style="dim"))
    for note in _notes(data):
        console.print(Text(note, style="yellow"))
    console.print(Text(data["signature"], style="dim"))


def tokens_markdown(data: Mapping[str, Any]) -> str:
    """Token scores as Markdown."""
    scores = [tuple(f"**{part}**" if row[1].endswith("*") and part else part for part in (row[0], row[1].rstrip("*"), *row[2:])) for row in _tokens_rows(data)]
    title, how = _tokens_title(data)
    lines = [f"**{title}**: `{how}`", "", *markdown_table(_TOKENS_HEAD, scores, right=5), ""]
    lines += [*markdown_table(_LEFT_OUT_HEAD, _left_out_rows(data), right=4), "", f"Bold: {_TOKENS_NOTE}", ""]
    return "\n".join([*lines, *(f"- {note}" for note in _notes(data)), f"`{data['signature']}`"]) + "\n"


# --- errors ----------------------------------------------------------------------------------------------------------------


def _error_rows(data: Mapping[str, Any]) -> list[_Row]:
    """Layer, kind, how many, and the articles with most of them."""
    rows: list[_Row] = []
    for layer, kinds in data["errors"].items():
        for index, (kind, found) in enumerate(kinds.items()):
            worst = ", ".join(f"{article} {n}" for article, n in found["worst"].items())
            rows.append((layer if index == 0 else "", kind, str(found["count"]), worst))
    return rows


_ERRORS_HEAD: Final = ("layer", "kind", "n", "most of them in")
_ERRORS_KEY: Final = "gold in [square brackets], predicted in {braces}"


def _finding_title(finding: Mapping[str, Any]) -> str:
    ids = f"gold {finding['gold'] or DASH}, predicted {finding['predicted'] or DASH}"
    overlap = f", overlap {cell(finding['overlap'])}" if finding["overlap"] is not None and finding["kind"] == "boundary" else ""
    return f"{finding['article']}  {finding['layer']}  {finding['kind']}  ({ids}{overlap})"


def _shown_of(data: Mapping[str, Any]) -> str:
    return f"{len(data['findings'])} of {data['total']} records; {_ERRORS_KEY}" if data["total"] else "no such records"


def errors_table(data: Mapping[str, Any], console: Console) -> None:
    """Error kinds with their worst articles, then single records in context."""
    from rich.padding import Padding
    from rich.text import Text

    table = _table(_ERRORS_HEAD, right=0)
    table.columns[2].justify = "right"
    table.columns[3].no_wrap = False
    for row in _error_rows(data):
        if row[0] and table.row_count:
            table.add_section()
        table.add_row(*row)
    console.print(table)
    console.print(Text(f"\n{_shown_of(data)}", style="dim"))
    for finding in data["findings"]:
        console.print(Text(f"\n{_finding_title(finding)}", style="bold"))
        if finding["context"]:
            console.print(Padding(Text(finding["context"]), (0, 0, 0, 2)))
        for name, (gold, predicted) in finding["fields"].items():
            console.print(Padding(Text.assemble((f"{name}: ", "dim"), gold, (" → ", "dim"), predicted), (0, 0, 0, 2)))
        for note in finding["notes"]:
            console.print(Padding(Text(note, "italic"), (0, 0, 0, 2)))
    if data["total"] > len(data["findings"]):
        console.print(Text(f"\n{data['total'] - len(data['findings'])} more: --limit 0 lists all", style="dim"))


def errors_markdown(data: Mapping[str, Any]) -> str:
    """Error kinds with their worst articles, then single records in context, as Markdown."""
    lines = markdown_table(_ERRORS_HEAD, _error_rows(data))
    lines += ["", f"{_shown_of(data)}; a difference reads gold → predicted.", ""]
    for finding in data["findings"]:
        lines.append(f"- **{_finding_title(finding)}**")
        lines += [f"  - {_escaped(finding['context'])}"] if finding["context"] else []
        lines += [f"  - {name}: {_escaped(gold)} → {_escaped(predicted)}" for name, (gold, predicted) in finding["fields"].items()]
        lines += [f"  - *{_escaped(note)}*" for note in finding["notes"]]
    return "\n".join(lines).rstrip() + "\n"


def _escaped(text: str) -> str:
    """Text that Markdown shows as it stands."""
    return re.sub(r"([\\`*_\[\]{}<>|~#])", r"\\\1", text)


# --- statistics ---------------------------------------------------------------------------------------------------------

_Line = tuple[str, Sequence[str], Mapping[str, Mapping[str, Any]]]
"""A name, further cells, and by measure a score with its ends and why it is too small to read."""


def _grids(label: str, lines: Sequence[_Line], extra: Sequence[str] = ()) -> Iterator[tuple[_Row, list[_Row]]]:
    """Heads and rows of tables of scores over their intervals, with as many measures to a table as fit 80 columns."""
    measures = list(lines[0][2]) if lines else []
    step = 5 if all(len(name) <= 8 for name in measures) else 3
    for start in range(0, len(measures), step):
        part = measures[start : start + step]
        yield (label, *extra, *part), [(name, *cells, *(_over_interval(scores[measure]) for measure in part)) for name, cells, scores in lines]


def _over_interval(found: Mapping[str, Any]) -> str:
    if found["score"] is None:
        return DASH
    ends = DASH if found["low"] is None else "–".join(f"{end:.2f}".replace("0.", ".") for end in (found["low"], found["high"]))
    return f"{found['score']:.3f}{'?' if found.get('small') else ''}\n{ends}"


def _folded(name: str, width: int) -> str:
    """A name broken after dots and underscores, so that it keeps to a column."""
    lines = [""]
    for part in re.findall(r"[^._]*[._]?", name):
        if lines[-1] and len(lines[-1]) + len(part) > width:
            lines.append("")
        lines[-1] += part
    return "\n".join(lines)


def _grid_table(head: _Row, rows: Iterable[_Row]) -> Table:
    from rich.text import Text

    table = _table((head[0], *(_folded(name, 16) for name in head[1:])), right=len(head) - 1)
    for row in rows:
        table.add_row(_folded(row[0], 22), *(Text(part, style="dim" if "?\n" in part else "") for part in row[1:]))
    table.columns[0].no_wrap = False
    return table


_COMPARE_HEAD: Final = ("measure", "A", "B", "A − B", "95% interval", "p", "p Holm", "could show")


def _pairs(data: Mapping[str, Any]) -> Iterator[tuple[str, str, list[Mapping[str, Any]]]]:
    pairs: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for found in data["differences"]:
        pairs.setdefault((found["one"], found["other"]), []).append(found)
    for (one, other), found in pairs.items():
        yield one, other, found


def _compare_rows(differences: Iterable[Mapping[str, Any]], scores: Mapping[str, Any]) -> list[_Row]:
    rows = []
    for found in differences:
        measure, corrected = found["measure"], found["holm"] is not None
        star = "" if found["verdict"] not in ("better", "worse") else "*" if corrected else "†"
        sides = (cell(scores[found[side]][measure]) for side in ("one", "other"))
        difference = DASH if found["difference"] is None else f"{found['difference']:+.3f}{star}"
        ends = DASH if found["low"] is None else f"{found['low']:+.3f} {found['high']:+.3f}"
        rows.append((measure, *sides, difference, ends, cell(found["p"], 4), cell(found["holm"], 4), cell(found["detectable"])))
    return rows


def _verdicts(found: Sequence[Mapping[str, Any]], alpha: float) -> list[str]:
    """What a pair's table says, in words."""

    def better(corrected: bool) -> str:
        winners: dict[str, list[str]] = {}
        for one in found:
            if one["verdict"] in ("better", "worse") and (one["holm"] is not None) == corrected:
                winner = one["one" if one["verdict"] == "better" else "other"]
                winners.setdefault(winner, []).append(f"{one['measure']} by {cell(abs(one['difference']))}")
        return "; ".join(f"{name} is better in {', '.join(measures)}" for name, measures in winners.items())

    out = [f"Real at {alpha}: {better(True) or 'nothing'}."]
    if alone := better(False):
        out.append(f"At {alpha} without correction, so only if chosen beforehand: {alone}.")
    if unclear := [one["measure"] for one in found if one["verdict"] == "not shown"]:
        out.append(f"No difference shown: {', '.join(unclear)}.")
    return out + [f"{one['words'][0].upper()}{one['words'][1:]}." for one in found if one["verdict"] == "not tested"]


def _compare_notes(data: Mapping[str, Any]) -> list[str]:
    n, alpha = data["articles"], data["alpha"]
    ways = f"all {data['trials']} ways to swap" if data["method"] == "exact" else f"{data['trials']} random swaps"
    out = [
        f"* real at {alpha}; † at {alpha} without correction. p: two-sided paired randomisation over articles, {ways}. Holm: corrected over overall and the headlines of a pair; other measures are not.",
        f"could show: the smallest difference that {n} article{'s' * (n != 1)} could have shown, uncorrected and at best four times in five "
        "(2.8 standard errors).",
        f"{100 * data['level']:g}% interval: percentile bootstrap over articles, {data['resamples']} samples.",
    ]
    if n < data["few"]:
        out.append(f"With fewer than {data['few']} articles the intervals are too narrow; go by p.")
    if data["least_p"] is not None and data["least_p"] * data["family"] > alpha:
        out.append(f"With {n} articles the smallest p is {cell(data['least_p'], 4)}: too few for any difference to be real at {alpha} after correction.")
    return out


def _scored(data: Mapping[str, Any], name: str) -> dict[str, dict[str, Any]]:
    ends = {measure: found or {"low": None, "high": None} for measure, found in data["intervals"][name].items()}
    return {measure: {"score": data["scores"][name][measure], "low": ends[measure]["low"], "high": ends[measure]["high"]} for measure in data["measures"]}


def compare_table(data: Mapping[str, Any], console: Console) -> None:
    """A comparison of systems on the terminal."""
    from rich.text import Text

    console.print(Text(f"{len(data['systems'])} systems on {data['articles']} article{'s' * (data['articles'] != 1)}", style="bold"))
    for head, rows in _grids("system", [(name, (), _scored(data, name)) for name in data["systems"]]):
        console.print(_grid_table(head, rows))
    for one, other, found in _pairs(data):
        console.print(Text.assemble(("\nA ", "bold"), one, ("   B ", "bold"), other))
        table = _table((*_COMPARE_HEAD[:-1], "could\nshow"), right=7)
        table.padding = (0, 1, 0, 0)
        table.columns[0].no_wrap, table.columns[2].no_wrap = False, True
        for row in _compare_rows(found, data["scores"]):
            table.add_row(_folded(row[0], 16), *(Text(part, style="bold" if "*" in row[3] else "") for part in row[1:]))
        console.print(table)
        for line in _verdicts(found, data["alpha"]):
            console.print(Text(line, style="bold" if line.startswith("Real") else ""))
    console.print(Text("\n" + "\n".join([*_compare_notes(data), data["signature"]]), style="dim"))


def compare_markdown(data: Mapping[str, Any]) -> str:
    """A comparison of systems as Markdown."""
    lines: list[str] = []
    for one, other, found in _pairs(data):
        lines += [f"A: **{one}**, B: **{other}**, {data['articles']} articles", ""]
        lines += markdown_table(_COMPARE_HEAD, _compare_rows(found, data["scores"]), right=7)
        lines += ["", *(f"- {line}" for line in _verdicts(found, data["alpha"])), ""]
    return "\n".join([*lines, *(f"- {note.replace('* real', 'Starred: real')}" for note in _compare_notes(data)), "", f"`{data['signature']}`"]) + "\n"


def _slice_grids(data: Mapping[str, Any]) -> Iterator[tuple[_Row, list[_Row]]]:
    facets: dict[str, list[_Line]] = {}
    for found in data["slices"]:
        facets.setdefault(found["facet"], []).append((found["value"], (str(found["articles"]),), found["scores"]))
    for facet, lines in facets.items():
        yield from _grids(facet, lines, ("n",))


def _slice_note(data: Mapping[str, Any]) -> str:
    small = data["small"]
    return (
        f"? too small to read: fewer than {small['articles']} articles, fewer than {small['gold']} gold records, or an interval that is wider than "
        f"{small['width']} or cannot be given. n: articles."
    )


def slices_table(data: Mapping[str, Any], console: Console) -> None:
    """Scores by slice on the terminal."""
    from rich.text import Text

    console.print(Text(f"{data['system']} on {data['split']} ({data['articles']} article{'s' * (data['articles'] != 1)}), by slice", style="bold"))
    for head, rows in _slice_grids(data):
        console.print(_grid_table(head, rows), "")
    console.print(Text(f"{_slice_note(data)} Under each score its 95% interval.\n{data['signature']}", style="dim"))


def slices_markdown(data: Mapping[str, Any]) -> str:
    """Scores by slice as Markdown."""
    lines = [f"**{data['system']}** on {data['split']}, {data['articles']} articles", ""]
    for head, rows in _slice_grids(data):
        lines += markdown_table(head, [tuple(part.replace("\n", " (") + ")" * ("\n" in part) for part in row) for row in rows], right=len(head) - 1)
        lines.append("")
    return "\n".join([*lines, f"{_slice_note(data)} In brackets the 95% interval.", "", f"`{data['signature']}`"]) + "\n"


# --- the gate -------------------------------------------------------------------------------------------------------------

_GATE_SHOWN: Final = 10
"""Articles, and records of an article, that a table names; JSON has all."""


def _gate_head(data: Mapping[str, Any]) -> tuple[str, ...]:
    return ("measure", "was", "now", "change", "limit", *(("p Holm", "could show") if data["alpha"] is not None else ()), "result")


def _gate_rows(data: Mapping[str, Any]) -> list[_Row]:
    rows: list[_Row] = []
    for check in data["checks"]:
        number = f"{100 * check['limit']:.12g}%" if check["relative"] else f"{check['limit'] or 0:.12g}"
        limit = f"≥ {check['minimum']:.12g}" if check["limit"] is None else f"-{number}" if check["limit"] else "0"
        change = DASH if check["change"] is None else f"{check['change']:+.3f}"
        tested = (cell(check["holm"], 4), cell(check["detectable"])) if data["alpha"] is not None else ()
        result = "FAIL" if check["fails"] else "ok" if check["outcome"] == "pass" else check["outcome"]
        rows.append((check["measure"], cell(check["old"]), cell(check["new"]), change, limit, *tested, result))
    return rows


def _plain(name: str, limit: int = 60) -> str:
    """A name from somebody's file as it may be printed: one line, without control characters, cut when long."""
    return shown(name, limit)[1:-1]


def _gate_title(data: Mapping[str, Any]) -> str:
    broken = sum(check["fails"] for check in data["checks"])
    return f"gate {'passed' if data['passed'] else 'FAILED'}: {broken} of {len(data['checks'])} rule{'s' * (len(data['checks']) != 1)} broken"


def _gate_notes(data: Mapping[str, Any]) -> list[str]:
    """What a reader of the rules' table must know."""
    n = data["articles"]
    out = [f"{n} article{'s' * (n != 1)}: overall is worse in {len(data['worse'])}, better in {len(data['better'])}."]
    if data["alpha"] is not None:
        out.append(
            f"A drop beyond its limit fails if p Holm ≤ {data['alpha']:g} (paired randomisation over articles); could show: the smallest difference that "
            f"{n} articles could have shown."
        )
    for side in ("now", "was"):
        for key, what in (("missing", "without a prediction, scored as empty"), ("skipped", "skipped, their texts are absent"), ("failed", "failed")):
            if names := data.get(key, {}).get(side):
                out.append(f"{side}: {len(names)} article{'s' * (len(names) != 1)} {what}: {_some(map(_plain, names))}.")
    if data["changes"] and data["flips"] is None:
        out.append("The baseline or the system does not list its records, so single ones cannot be named (newsgold gate --update keeps them).")
    return out


def _gate_change(change: Mapping[str, Any]) -> tuple[str, list[str]]:
    """An article that changed, in a line, and its records."""
    scores = [f"{name} {cell(old)} → {cell(new)}" for name, (old, new) in change["scores"].items()]
    kinds = [f"{kind.replace('/', ' ')} {old} → {new}" for kind, (old, new) in change["kinds"].items()]
    records = [f"{flip['layer']} {flip['record']}: {flip['old'] or DASH} → {flip['new'] or DASH}" for flip in change["records"] or ()]
    if len(scores) > _GATE_SHOWN:
        scores = [*scores[:_GATE_SHOWN], f"{len(scores) - _GATE_SHOWN} more"]
    return ", ".join(scores) or "no score changed", (records or kinds)[:_GATE_SHOWN] + (
        [f"{len(records or kinds) - _GATE_SHOWN} more"] if len(records or kinds) > _GATE_SHOWN else []
    )


def _gate_changes(data: Mapping[str, Any]) -> Iterator[tuple[str, str, list[str]]]:
    """The articles that changed most, worst first: of many, those with the largest drops and those with the largest gains."""
    changes = data["changes"]
    for change in changes if len(changes) <= _GATE_SHOWN else [*changes[: _GATE_SHOWN - 3], *changes[-3:]]:
        mark = "worse" if "overall" in change["worse"] else "better" if "overall" in change["better"] else "changed"
        yield (f"{mark}: {_plain(change['article'])}", *_gate_change(change))


def _gate_rest(data: Mapping[str, Any]) -> list[str]:
    rest = len(data["changes"]) - _GATE_SHOWN
    return [f"{rest} more article{'s' * (rest != 1)} changed (--format json lists all)."] if rest > 0 else []


def gate_table(data: Mapping[str, Any], console: Console) -> None:
    """A gate's verdict on the terminal."""
    from rich.padding import Padding
    from rich.text import Text

    console.print(Text(_gate_title(data), style="bold green" if data["passed"] else "bold red"))
    for label, key in (("now", "new"), ("was", "old")):
        console.print(Text(f"{label}: {_plain(data[key])}"))
    head = _gate_head(data)
    table = _table([name.replace(" ", "\n") for name in head], right=len(head) - 1)
    table.columns[2].no_wrap = True
    for row in _gate_rows(data):
        table.add_row(_folded(row[0], 22), *(Text(part) for part in row[1:]), style="bold red" if row[-1] == "FAIL" else "")
    console.print(table)
    for note in _gate_notes(data):
        console.print(Text(note))
    for title, scores, records in _gate_changes(data):
        console.print(Text(f"\n{title}", style="bold"))
        console.print(Padding(Text(scores), (0, 0, 0, 2)))
        for line in records:
            console.print(Padding(Text(line, style="dim"), (0, 0, 0, 4)))
    console.print(Text("\n" + "\n".join([*_gate_rest(data), _plain(data["signature"], 400)]), style="dim"))


def gate_markdown(data: Mapping[str, Any]) -> str:
    """A gate's verdict as Markdown."""
    head = _gate_head(data)
    lines = [f"**newsgold {_gate_title(data)}** ({_escaped(_plain(data['new']))} against {_escaped(_plain(data['old']))})", ""]
    lines += markdown_table(head, [tuple(f"**{part}**" if row[-1] == "FAIL" else part for part in row) for row in _gate_rows(data)], right=len(head) - 1)
    lines += ["", *(f"- {_escaped(note)}" for note in _gate_notes(data))]
    for title, scores, records in _gate_changes(data):
        lines += [f"- **{_escaped(title)}**: {_escaped(scores)}", *(f"  - {_escaped(line)}" for line in records)]
    signature = _plain(data["signature"], 400).replace("`", "'")
    return "\n".join([*lines, *(f"- {line}" for line in _gate_rest(data)), "", f"`{signature}`"]) + "\n"


def gate_summary(data: Mapping[str, Any]) -> str:
    """What a CI page shows of a gate: the verdict, or why there is none, and what became of the baseline."""
    parts = []
    if problems := data.get("problems"):
        more = [f"- {len(problems) - _GATE_SHOWN} more"] if len(problems) > _GATE_SHOWN else []
        parts.append("\n".join(["**newsgold gate: no verdict**", "", *(f"- {_escaped(problem)}" for problem in problems[:_GATE_SHOWN]), *more]) + "\n")
    if "checks" in data:
        parts.append(gate_markdown(data))
    parts += [f"- {_escaped(warning)}\n" for warning in data.get("warnings", ())]
    if "updated" in data:
        parts.append(f"Baseline {_escaped(data['updated'])}\n")
    return "\n".join(parts) + "\n"


# --- formats ---------------------------------------------------------------------------------------------------------------


def _json(data: Mapping[str, Any]) -> str:
    return orjson.dumps(data, option=orjson.OPT_INDENT_2).decode() + "\n"


FORMATS: Final[dict[str, dict[str, Callable[..., Any]]]] = {
    "score": {"table": score_table, "json": _json, "markdown": score_markdown},
    "errors": {"table": errors_table, "json": _json, "markdown": errors_markdown},
    "compare": {"table": compare_table, "json": _json, "markdown": compare_markdown},
    "slices": {"table": slices_table, "json": _json, "markdown": slices_markdown},
    "agreement": {"table": agreement_table, "json": _json, "markdown": agreement_markdown},
    "gate": {"table": gate_table, "json": _json, "markdown": gate_markdown},
    "tokens": {"table": tokens_table, "json": _json, "markdown": tokens_markdown},
}
"""Kind of result to format name to renderer. A table renderer takes a console too; the others return a string."""


# --- an article with its layers ----------------------------------------------------------------------------------------------

_STYLES: Final = {"speakers": "cyan", "claims": "green", "events": "magenta", "figures": "yellow"}


def show_article(article: Article, console: Console, layers: Sequence[str], *, full: bool = False, notes: Sequence[Note] = ()) -> None:
    """An article in the terminal: its text with every annotated stretch coloured, then its records, layer by layer, each with its notes.

    ``full`` cuts no words short and tells every mention, source and time words, each with the number of its paragraph.
    """
    from rich.text import Text

    console.print(Text(article.headline or article.id, style="bold"))
    head = f"{article.id} · {article.split} · {article.published} · {article.genre} · {', '.join(article.topics)}"
    console.print(Text(head, style="dim"))
    console.print()
    if article.text is None:
        console.print(Text("The text is not at hand: newsgold hydrate attaches it. Offsets only.", style="yellow"))
    elif full:
        for number, paragraph in enumerate((line for line in _highlighted(article, layers).split("\n") if line.plain), 1):
            console.print(*([""] if number > 1 else []), Text.assemble((f"¶{number} ", "dim"), paragraph), sep="\n")
    else:
        console.print(_highlighted(article, layers))
    words = _Words(article, full)
    told = by_record(notes)
    for layer in layers:
        console.print()
        title, *lines = _SECTIONS[layer](article, words)
        console.print(title)
        for record, line in zip(_records(article, layer), lines, strict=True):
            console.print(line)
            for note in told.get(record.id, ()):
                console.print(_note("", "", note))
    if left := [note for note in told.get(None, ()) if LEFT_OUT[note.about] in layers]:
        console.print()
        console.print(Text(f"not annotated, and why ({len(left)})", style="bold"))
        for note in left:
            console.print(_note("  –", f"{words(note.span)}: ", note))


def _records(article: Article, layer: str) -> Sequence[Entity | Claim | Event | Figure]:
    """What a section of the terminal lists: of the speakers, all entities."""
    found: Sequence[Entity | Claim | Event | Figure] = getattr(article, "entities" if layer == "speakers" else layer)
    return found


def _note(sign: str, head: str, note: Note) -> RenderableType:
    from rich.text import Text

    return _row(sign, Text.assemble(head, (note_in_words(note), "dim italic")))


def _highlighted(article: Article, layers: Sequence[str]) -> Text:
    from rich.text import Text

    assert article.text is not None
    text = Text(article.text)
    if "claims" in layers:
        for claim in article.claims:
            for span in claim.content:
                text.stylize("green", span.start, span.end)
            if claim.cue:
                text.stylize("bold green", claim.cue.start, claim.cue.end)
    if "speakers" in layers:
        for entity in article.entities:
            for mention in entity.mentions:
                text.stylize("cyan", mention.start, mention.end)
    if "figures" in layers:
        for figure in article.figures:
            text.stylize("bold yellow", figure.span.start, figure.span.end)
    if "events" in layers:
        for event in article.events:
            for span in event.mentions:
                text.stylize("bold magenta underline", span.start, span.end)
    return text


class _Words:
    """The words of a span for the terminal: cut short, or in full with the number of their paragraph."""

    def __init__(self, article: Article, full: bool) -> None:
        self.full = full
        self.breaks = [found.end() for found in re.finditer(r"\n+", article.text or "")]

    def __call__(self, span: Span | None, limit: int = 60) -> str:
        if span is None:
            return DASH
        if span.text is None:
            return f"{span.start}–{span.end}"
        flat = " ".join(span.text.split())
        if self.full:
            return f"{flat} ¶{bisect_right(self.breaks, span.start) + 1}"
        if len(flat) <= limit:
            return flat
        head, tail = flat[: limit // 2], flat[3 - limit // 2 :]
        return f"{head.rsplit(' ', 1)[0]} … {tail.split(' ', 1)[-1]}"  # cut between words


def _who(article: Article, ids: Iterable[str]) -> str:
    names = {entity.id: entity.name or entity.id for entity in article.entities}
    return ", ".join(names.get(entity, entity) for entity in ids) or DASH


def _title(name: str, count: int | str) -> RenderableType:
    from rich.text import Text

    return Text(f"{name} ({count})", style=f"bold {_STYLES[name]}")


def _line(record_id: str, main: str, detail: str) -> RenderableType:
    from rich.text import Text

    return _row(f"  {record_id}", Text.assemble(main, (f"  {detail}" if detail else "", "dim")))


def _row(head: str, words: Text) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    # A grid, so that what wraps stays to the right of the id.
    line = Table.grid(padding=(0, 1, 0, 0))
    line.add_column(width=5, no_wrap=True)
    line.add_column()
    line.add_row(Text(head, style="dim"), words)
    return line


def _speaker_lines(article: Article, words: _Words) -> list[RenderableType]:
    speaking = {speaker for claim in article.claims for speaker in claim.speakers}
    lines = [_title("speakers", f"{len(speaking)} of {len(article.entities)} entities")]
    for entity in article.entities:
        parts = [entity.kind or DASH, *([words(entity.role)] if entity.role else []), *(["not named"] if words.full and not entity.named else [])]
        parts += [f"{len(entity.mentions)} mention{'s' * (len(entity.mentions) != 1)}", *([] if entity.id in speaking else ["does not speak"])]
        told = [f"{words(mention)} {mention.form}" for mention in entity.mentions] if words.full else []
        lines.append(_line(entity.id, entity.name or DASH, "; ".join([", ".join(parts), *told])))
    return lines


def _claim_lines(article: Article, words: _Words) -> list[RenderableType]:
    def detail(claim: Claim) -> str:
        parts = [f"{claim.form} {claim.act}", f"cue {words(claim.cue, 30)}"]
        parts += [f"source {words(claim.source)}"] if words.full else []
        parts += [f"relayed by {_who(article, claim.relay)}"] if claim.relay else []
        parts += [f"inside {claim.parent}"] if claim.parent else []
        return "; ".join(parts)

    lines = [_title("claims", len(article.claims))]
    lines += [_line(c.id, f"{_who(article, c.speakers)}: {' […] '.join(words(span, 90) for span in c.content)}", detail(c)) for c in article.claims]
    return lines


def _event_lines(article: Article, words: _Words) -> list[RenderableType]:
    def detail(event: Event) -> str:
        parts = [
            f"{p.role} {_who(article, [p.entity])}{' (alleged)' if p.alleged else ''}{f' in the words {words(p.mention)}' if words.full else ''}"
            for p in event.participants
        ]
        parts += [f"time {event.time.value}{f' in the words {words(event.time.span)}' if words.full else ''}"] if event.time else []
        parts += [f"part of {event.part_of}"] if event.part_of else []
        return "; ".join(parts)

    lines = [_title("events", len(article.events))]
    lines += [_line(e.id, f"{e.type} {e.status}: {', '.join(words(span, 30) for span in e.mentions)}", detail(e)) for e in article.events]
    return lines


def _value(figure: Figure) -> str:
    if figure.parts:
        return "–".join(figure.parts)
    if figure.low == figure.high:
        return figure.low or DASH
    return f"{figure.low or ''}..{figure.high or ''}"


def _figure_lines(article: Article, words: _Words) -> list[RenderableType]:
    def detail(figure: Figure) -> str:
        parts = [f"of {words(figure.of, 40)}"] if figure.of else []
        parts += [figure.change] if figure.change else []
        parts += [f"event {figure.event}"] if figure.event else []
        parts += [f"{relation.type} {relation.figure}" for relation in figure.relations]
        return "; ".join(parts)

    lines = [_title("figures", len(article.figures))]
    lines += [_line(f.id, f"{words(f.span)}: {f.kind} {_value(f)}{' ' + f.unit if f.unit else ''} {f.bound}", detail(f)) for f in article.figures]
    return lines


_SECTIONS: Final[dict[str, Callable[[Article, _Words], list[RenderableType]]]] = {
    "speakers": _speaker_lines,
    "claims": _claim_lines,
    "events": _event_lines,
    "figures": _figure_lines,
}
