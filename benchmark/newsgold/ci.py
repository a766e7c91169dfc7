"""What CI systems read of a gate's result: GitHub's workflow commands, JUnit XML, SARIF.

The data is `newsgold.gate.Verdict.to_dict`, or ``{"problems": [...]}`` where there is no verdict: a report then says error,
so that the report of an earlier run is not taken for this one's. Names come from files that others wrote; each format
has its own way to keep them from being read as markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from xml.etree import ElementTree

import orjson

from newsgold._version import __version__

NAMED: Final = 10
"""Problems and articles that are named one by one."""


# --- GitHub ---------------------------------------------------------------------------------------------------------------


def command(level: str, title: str, message: str) -> str:
    """A workflow command that annotates the run: ``::error title=…::message``, on one line.

    Escaped as GitHub's toolkit does: percent signs and line ends, and in properties colons and commas too.
    """
    text = message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    name = title.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A").replace(":", "%3A").replace(",", "%2C")
    return f"::{level} title={name}::{text}"


def github(data: Mapping[str, Any]) -> list[str]:
    """An error for each rule that is broken or problem that was found, a warning for each rule that checked nothing."""
    out = [command("error", "newsgold gate: no verdict", problem) for problem in data.get("problems", [])[:NAMED]]
    for check in data.get("checks", ()):
        if check["fails"]:
            out.append(command("error", f"newsgold gate: {check['measure']}", _sentence(check, data)))
        elif check["outcome"] == "not scored":
            out.append(command("warning", f"newsgold gate: {check['measure']}", check["words"]))
    return out


def inert(text: str) -> str:
    """Text of a log in which GitHub finds no workflow command: neither ``::`` at the beginning of a line nor ``##[`` in it."""
    lines = text.replace("##[", "# #[").splitlines(keepends=True)
    return "".join(line.replace("::", ": :", 1) if line.lstrip().startswith("::") else line for line in lines)


def _sentence(check: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    """What a broken rule says, with the articles that became worse in it."""
    worse = [change["article"] for change in data["changes"] if check["measure"] in change["worse"]]
    more = f" and {len(worse) - NAMED} more" if len(worse) > NAMED else ""
    words: str = check["words"]
    return words + (f"; worse in {', '.join(worse[:NAMED])}{more}" if worse else "")


# --- JUnit ------------------------------------------------------------------------------------------------------------------

# XML 1.0 has no way to write these.
_NO_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _xml(text: str) -> str:
    return _NO_XML.sub(lambda found: str(found[0]).encode("unicode_escape").decode(), text)


def junit(data: Mapping[str, Any]) -> bytes:
    """JUnit XML: a test case a rule, skipped where it is not scored; an error where there is no verdict."""
    checks, problems = data.get("checks", []), data.get("problems", [])
    numbers = {
        "tests": len(checks) + bool(problems), "failures": sum(check["fails"] for check in checks), "errors": int(bool(problems)),
        "skipped": sum(check["outcome"] == "not scored" for check in checks),
    }  # fmt: skip
    attributes = {key: str(number) for key, number in numbers.items()}
    root = ElementTree.Element("testsuites", {"name": "newsgold gate", **attributes})
    suite = ElementTree.SubElement(
        root, "testsuite", {"name": _xml(f"newsgold gate: {data['new']} against {data['old']}" if checks else "newsgold gate"), **attributes}
    )
    for check in checks:
        case = ElementTree.SubElement(suite, "testcase", {"classname": "newsgold.gate", "name": f"{check['measure']} {check['rule']}"})
        if check["fails"]:
            ElementTree.SubElement(case, "failure", {"type": "regression", "message": check["words"]}).text = _xml("\n".join(_details(check, data)))
        elif check["outcome"] == "not scored":
            ElementTree.SubElement(case, "skipped", {"message": check["words"]})
        else:
            ElementTree.SubElement(case, "system-out").text = check["words"]
    if problems:
        case = ElementTree.SubElement(suite, "testcase", {"classname": "newsgold.gate", "name": "verdict"})
        ElementTree.SubElement(case, "error", {"type": "unusable", "message": _xml(problems[0])}).text = _xml("\n".join(problems))
    ElementTree.indent(root)
    body: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return body + b"\n"


def _details(check: Mapping[str, Any], data: Mapping[str, Any]) -> Iterator[str]:
    """The articles that became worse in a measure, and the records that did in its layer."""
    layer = check["measure"].partition(".")[0]
    for change in data["changes"]:
        if check["measure"] in change["worse"]:
            old, new = ("not scored" if score is None else f"{score:.3f}" for score in change["scores"][check["measure"]])
            yield f"{change['article']}: {old} to {new}"
            for flip in change["records"] or ():
                if flip["worse"] and layer in (flip["layer"], "overall", "events" if flip["layer"] == "arguments" else ""):
                    yield f"  {flip['layer']} {flip['record']}: {flip['old'] or 'not asked'} to {flip['new'] or 'not asked'}"


# --- SARIF ------------------------------------------------------------------------------------------------------------------

SARIF: Final = "2.1.0"


def sarif(data: Mapping[str, Any], uri: str, lines: Mapping[str, int]) -> bytes:
    """SARIF 2.1.0 (OASIS 2020): a result for each rule that is broken, located at the predictions of the articles that became worse.

    Args:
        data: of the gate.
        uri: of the predictions file, as a URI reference.
        lines: article to line of that file, where known.
    """
    rules: dict[str, dict[str, Any]] = {}
    results = []
    for check in data.get("checks", ()):
        name = check["measure"]
        rules.setdefault(name, {"id": name, "shortDescription": {"text": f"{name} against the baseline"}})
        if check["fails"]:
            worse = [change["article"] for change in data["changes"] if name in change["worse"]][:NAMED] or [""]
            results.append(
                {
                    "ruleId": name, "ruleIndex": list(rules).index(name), "level": "error", "message": {"text": _sentence(check, data)},
                    "locations": [{"physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": lines.get(article, 1)}}} for article in worse[:1]],
                    "relatedLocations": [
                        {"id": place, "physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": lines.get(article, 1)}}, "message": {"text": article}}
                        for place, article in enumerate(worse[1:], 1)
                    ],
                    "partialFingerprints": {"newsgoldGate/v1": f"{name} {check['rule']}"},
                }
            )  # fmt: skip
    problems = data.get("problems", [])
    # A path may hold bytes that are no UTF-8, which JSON cannot say.
    notes = [{"level": "error", "message": {"text": problem.encode(errors="backslashreplace").decode()}} for problem in problems]
    run = {
        "tool": {"driver": {"name": "newsgold gate", "version": __version__, "rules": list(rules.values())}},
        "invocations": [{"executionSuccessful": not problems, **({"toolExecutionNotifications": notes} if notes else {})}],
        "columnKind": "unicodeCodePoints", "results": results,
    }  # fmt: skip
    return orjson.dumps({"version": SARIF, "runs": [run]}, option=orjson.OPT_INDENT_2) + b"\n"
