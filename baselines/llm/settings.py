"""What the LLM baseline is told: by options, else by the environment (``LLM_MODEL`` for ``--model``), else by default.

The key comes from the environment alone (``LLM_API_KEY``), since command lines can be read by others and are recorded.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

KEY: Final = "LLM_API_KEY"


@dataclass(frozen=True)
class Settings:
    """All that the answers and their price hang on."""

    base_url: str
    """The server, up to what stands before ``/chat/completions``."""
    model: str
    """The model's name there."""
    api_key: str = field(repr=False)
    """Empty for a server that wants none."""
    per: str
    """``layer``: a call for each of entities, claims, events and figures; ``article``: one call for all."""
    guidelines: str
    """``core``: the sections of a layer; ``full``: with worked cases and rulings."""
    examples: int
    """Articles of train that are shown with their annotation."""
    seed: int
    """Chooses the examples; also sent to the server."""
    temperature: float
    """Of the model."""
    max_tokens: int
    """Longest answer of one call, in tokens."""
    structured: str
    """The first form of structured output that is tried: ``json_schema``, ``json_object`` or ``none``."""
    extra: Mapping[str, Any]
    """Further fields of the request; null takes one out."""
    repairs: int
    """How often a bad answer is sent back."""
    timeout: float
    """Seconds for one call."""
    retries: int
    """How often a call that failed is made again."""
    backoff: float
    """Seconds before that, doubled each time, up to a minute."""
    cache: Path | None
    """Folder of the answers and of the account; ``None``: nothing is kept."""
    budget_tokens: int | None
    """Most tokens, in and out, that the account may hold."""
    budget_usd: float | None
    """Most US dollars that it may hold."""
    price_in: float | None
    """US dollars for a million tokens read."""
    price_out: float | None
    """US dollars for a million tokens written."""
    price_cached: float | None
    """US dollars for a million tokens that the server had in its own cache; ``None``: as the others."""

    def cost(self, read: int, written: int, cached: int = 0) -> float | None:
        """US dollars for so many tokens, ``cached`` of those read from the server's cache; ``None`` without prices."""
        if self.price_in is None or self.price_out is None:
            return None
        kept = self.price_in if self.price_cached is None else self.price_cached
        return ((read - cached) * self.price_in + cached * kept + written * self.price_out) / 1e6


def _number(low: float, whole: bool = False) -> Callable[[str], Any]:
    def convert(text: str) -> float | int:
        value = int(text) if whole else float(text)
        if not low <= value < 1e12:
            raise ValueError
        return value

    return convert


def _one_of(*names: str) -> Callable[[str], str]:
    def convert(text: str) -> str:
        if text not in names:
            raise ValueError
        return text

    return convert


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError
    return text.rstrip("/").removesuffix("/chat/completions")


def _object(text: str) -> dict[str, Any]:
    found = json.loads(text)
    if not isinstance(found, dict) or found.keys() & {"messages", "model", "response_format", "stream", "n"}:
        raise ValueError
    return found


def _words(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise ValueError
    return text


@dataclass(frozen=True)
class Option:
    """An option and the variable that stands for it."""

    name: str
    """The field of `Settings`."""
    convert: Callable[[str], Any]
    """From text; ValueError for what it cannot be."""
    default: str
    """As text; empty for none."""
    expected: str
    """What it is, for help and messages."""
    secret: bool = False
    """Whether a bad value is not to be repeated in a message."""
    answer: bool = True
    """Whether an answer hangs on it."""

    @property
    def flag(self) -> str:
        """On the command line."""
        return "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        """In the environment."""
        return "LLM_" + self.name.upper()


_CACHE: Final = Path(os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or Path.home() / ".cache") / "newsgold-llm"
OPTIONS: Final = (
    Option("base_url", _url, "", "address of an OpenAI-compatible server such as http://localhost:8080/v1, without user, password or query", secret=True),
    Option("model", _words, "", "name of the model"),
    Option("per", _one_of("layer", "article"), "layer", "layer or article: a call for each layer, or one for all"),
    Option("guidelines", _one_of("core", "full"), "core", "core or full: the sections of a layer, or worked cases and rulings too"),
    Option("examples", _number(0, whole=True), "2", "number of examples from train"),
    Option("seed", _number(0, whole=True), "0", "whole number that chooses the examples and is sent along"),
    Option("temperature", _number(0), "0", "number, 0 or more"),
    Option("max_tokens", _number(1, whole=True), "", "most tokens of one answer (default: 8192, for per article 16384)"),
    Option("structured", _one_of("json_schema", "json_object", "none"), "json_schema", "json_schema, json_object or none: what is tried first"),
    Option(
        "extra", _object, "{}", "JSON object of further request fields, null to leave one out; not messages, model, response_format, stream or n", secret=True
    ),
    Option("repairs", _number(0, whole=True), "1", "how often a bad answer is sent back"),
    Option("timeout", _number(0.01), "180", "seconds for one call", answer=False),
    Option("retries", _number(0, whole=True), "4", "how often a call that failed is made again", answer=False),
    Option("backoff", _number(0), "1", "seconds before that, doubled each time up to 60", answer=False),
    Option("cache", str, str(_CACHE), "folder of the answers and the account, or off", answer=False),
    Option("budget_tokens", _number(0, whole=True), "", "most tokens that the account may hold", answer=False),
    Option("budget_usd", _number(0), "", "most US dollars that the account may hold; needs prices", answer=False),
    Option("price_in", _number(0), "", "US dollars for a million tokens read", answer=False),
    Option("price_out", _number(0), "", "US dollars for a million tokens written", answer=False),
    Option("price_cached", _number(0), "", "US dollars for a million tokens read from the server's cache (default: as the others)", answer=False),
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options, each with its variable in its help."""
    for option in OPTIONS:
        default = f", default: {option.default}" if option.default not in ("", str(_CACHE)) else ""
        parser.add_argument(option.flag, metavar=option.name.split("_")[-1].upper(), help=f"{option.expected} [{option.variable}{default}]".replace("%", "%%"))


def read(given: Mapping[str, str | None], environment: Mapping[str, str], *, server: bool = True) -> Settings:
    """The settings from options and environment.

    Args:
        given: options by field name; ``None`` for those that were not given.
        environment: where the rest is looked up.
        server: whether address and model are needed.

    Raises:
        ValueError: with a line for everything that is wrong; no secret is repeated.
    """
    values: dict[str, Any] = {}
    wrong: list[str] = []
    for option in OPTIONS:
        text, where = given.get(option.name), option.flag
        if text is None and environment.get(option.variable):
            text, where = environment[option.variable], option.variable
        if not text:
            text = option.default
        if not text:
            values[option.name] = None
            if option.name in ("base_url", "model") and server:
                wrong.append(f"{option.flag} or {option.variable}: missing; expected {option.expected}")
            continue
        try:
            values[option.name] = option.convert(text)
        except (ValueError, RecursionError):
            wrong.append(f"{where}: {'not usable' if option.secret else repr(text)}; expected {option.expected}")
            values[option.name] = None
    key = environment.get(KEY, "").strip()
    if not (key.isascii() and key.isprintable()):
        wrong.append(f"{KEY}: holds characters that a header may not; expected printable ASCII")
    if values["budget_usd"] is not None and (values["price_in"] is None or values["price_out"] is None):
        wrong.append("--budget-usd: no prices; expected --price-in and --price-out, in US dollars for a million tokens")
    values["cache"] = None if values["cache"] == "off" else Path(values["cache"] or _CACHE).expanduser().absolute()
    if values["cache"] is None and (values["budget_tokens"] is not None or values["budget_usd"] is not None):
        wrong.append("--cache: off; expected a folder, since the budget's account is kept there")
    if wrong:
        raise ValueError("\n".join(wrong))
    values["base_url"], values["model"] = values["base_url"] or "", values["model"] or ""
    values["max_tokens"] = values["max_tokens"] or (16384 if values["per"] == "article" else 8192)
    return Settings(api_key=key, **values)


def split(settings: Settings) -> tuple[list[str], dict[str, str]]:
    """Settings as options and variables that give them again, but for the key.

    Returns:
        The options that an answer hangs on, which a run record shows and a run that goes on must share; and variables for the
        rest (limits, prices, the folder), which may differ when it goes on. What is as by default is left out of the options.
    """
    options: list[str] = []
    variables: dict[str, str] = {}
    for option in OPTIONS:
        value = getattr(settings, option.name)
        text = "" if value is None else json.dumps(value) if isinstance(value, dict) else f"{value:g}" if isinstance(value, float) else str(value)
        if option.name == "cache":
            text = text or "off"
        if not option.answer:
            variables[option.variable] = text
        elif text and text != option.default:
            options += [option.flag, text]
    return options, variables
