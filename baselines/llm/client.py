"""A thin client for any server that speaks OpenAI's chat completions: retries, a fall-back chain, cache, account.

Structured output is asked for as ``json_schema``, then ``json_object``, then not at all: the first form that the server
does not refuse is kept for the calls that follow. No message of this module holds the key.
"""

from __future__ import annotations

import json
import math
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import httpx

from newsgold.clients import Mask, wait_asked
from settings import Settings
from store import Account, Cache

CHAIN: Final = ("json_schema", "json_object", "none")
"""Forms of structured output, in the order tried."""
LONGEST_WAIT: Final = 60.0
"""Longest backoff, in seconds."""
LONGEST_AFTER: Final = 300.0
"""Longest ``Retry-After`` that is waited for, in seconds."""
MAX_BODY: Final = 16 * 2**20
"""Longest response, in bytes."""
_PASSING: Final = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
"""Statuses that may be otherwise next time."""
_REFUSING: Final = frozenset({400, 415, 422, 500, 501})
"""Statuses by which servers say that they do not know a form of structured output."""
_FORM_WORDS: Final = ("response_format", "json_schema", "json_object", "schema", "grammar", "structured")
_LENGTH_WORDS: Final = ("context length", "context_length", "context size", "context window", "maximum context", "too many tokens", "max_tokens")

Message = Mapping[str, str]


class CallFailed(Exception):
    """One call got no answer; the next may."""


class CannotGoOn(Exception):
    """No call will get an answer: the key is refused, or the money is spent."""


@dataclass(frozen=True)
class Reply:
    """What the model said."""

    content: str
    """Its words."""
    finish: str
    """``stop``; ``length``: it was cut off; ``refusal``: it would not."""
    form: str
    """The form of structured output that was in force."""
    model: str
    """The model's name, as the server gives it."""
    read: int | None
    """Tokens read; ``None`` if the server does not say."""
    written: int | None
    """Tokens written."""
    usd: float | None
    """What it cost; ``None`` without prices or counts."""
    kept: bool
    """Whether it comes from the cache, so that it cost nothing this time."""


def estimate(text: str) -> int:
    """Tokens that a text takes, rather too many than too few: a third of its characters, or of its bytes where those are more than two each."""
    return math.ceil(max(len(text) / 3, len(text.encode()) / 6))


class Client:
    """One connection to a server."""

    def __init__(self, settings: Settings, *, sleep: Any = time.sleep):
        self._settings = settings
        self._sleep = sleep
        self._cache = Cache(settings.cache)
        self._account = Account(settings)
        self._mask = Mask([settings.api_key])
        self._first = CHAIN.index(settings.structured)
        headers = {"User-Agent": "newsgold", **({"Authorization": f"Bearer {settings.api_key}"} if settings.api_key else {})}
        limit = httpx.Timeout(settings.timeout, connect=min(settings.timeout, 15.0))
        self._http = httpx.Client(headers=headers, timeout=limit, follow_redirects=False)

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def ask(self, messages: Sequence[Message], name: str, schema: Mapping[str, Any]) -> Reply:
        """The answer to ``messages``, from the cache if it was given before.

        Args:
            messages: ``role`` and ``content`` each.
            name: a name for the schema, of letters.
            schema: JSON Schema of the answer, in the subset that strict servers take.

        Raises:
            CallFailed: no answer after all retries.
            CannotGoOn: no call will get one.
            store.BudgetReached: the call may cost more than is left.
        """
        settings = self._settings
        params: dict[str, Any] = {"temperature": settings.temperature, "max_tokens": settings.max_tokens, "seed": settings.seed, **settings.extra}
        params = {key: value for key, value in params.items() if value is not None}
        # The form that the server took is no part of it: whoever asks the same again need not find that out again.
        asked = {
            "server": settings.base_url, "model": settings.model, "messages": [dict(message) for message in messages], "params": params,
            "schema": {"name": name, "schema": schema}, "structured": settings.structured,
        }  # fmt: skip
        if (found := self._cache.get(asked)) is not None:
            return _reply(found, kept=True)
        body = {"model": settings.model, "messages": asked["messages"], **params}
        guess = sum(estimate(message["content"]) + 8 for message in messages) + estimate(json.dumps(schema))
        answer = self._chain(body, name, schema, guess)
        self._cache.put(asked, answer)
        return _reply(answer, kept=False)

    def _chain(self, body: Mapping[str, Any], name: str, schema: Mapping[str, Any], guess: int) -> dict[str, Any]:
        for place in range(self._first, len(CHAIN)):
            form = CHAIN[place]
            more: dict[str, Any] = {}
            if form == "json_schema":
                more = {"response_format": {"type": form, "json_schema": {"name": name, "strict": True, "schema": schema}}}
            elif form == "json_object":
                more = {"response_format": {"type": form}}
            answer = self._call({**body, **more}, guess, last=form == "none")
            if answer is not None:
                self._first = place
                return {**answer, "form": form}
        raise AssertionError("the last form raises")

    def _call(self, body: Mapping[str, Any], guess: int, *, last: bool) -> dict[str, Any] | None:
        """One answer; ``None`` if the server refuses the form of output, unless it is the ``last``."""
        settings = self._settings
        given = body.get("max_tokens", body.get("max_completion_tokens"))
        most = given if isinstance(given, int) and given > 0 else settings.max_tokens
        why = ""
        for attempt in range(settings.retries + 1):
            after = 0.0
            number = self._account.reserve(guess, most)
            spent: tuple[int, int, float | None, bool] = (0, 0, None, False)
            try:
                status, header, raw = self._post(body)
                if status == 200:
                    answer, why = self._read(raw)
                    if answer is not None:
                        spent = self._price(answer, guess)
                        return answer
                else:
                    why = self._told(status, raw)
                    words = raw[:4000].decode(errors="replace").lower()
                    if status in (401, 402) or (status == 429 and "insufficient_quota" in words):
                        raise CannotGoOn(why)
                    refused = status in _REFUSING and any(word in words for word in _FORM_WORDS)
                    if not last and (refused or status in _REFUSING - _PASSING) and not any(word in words for word in _LENGTH_WORDS):
                        return None
                    if status not in _PASSING:
                        raise CallFailed(why)
                    after = wait_asked(header)
                    if after > LONGEST_AFTER:
                        raise CallFailed(f"{why}; it asks to wait {after:.0f} s, and at most {LONGEST_AFTER:.0f} s are waited")
            except httpx.TimeoutException as error:
                why = f"no answer within {settings.timeout:g} s"
                if not isinstance(error, httpx.ConnectTimeout | httpx.PoolTimeout):  # the server may charge for it all the same
                    spent = (guess, most, settings.cost(guess, most), True)
            except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL) as error:
                why = self._mask(f"no answer: {type(error).__name__}: {error}")
            finally:
                read, written, usd, estimated = spent
                self._account.settle(number, read, written, usd, estimated=estimated)
            if attempt < settings.retries:
                # A little at random, so that processes that were turned away together do not come back together.
                pause = min(LONGEST_WAIT, settings.backoff * 2.0**attempt)
                self._sleep(max(after, pause * random.uniform(0.75, 1.25)))
        raise CallFailed(f"{why}; asked {settings.retries + 1} times" if settings.retries else why)

    def _post(self, body: Mapping[str, Any]) -> tuple[int, str, bytes]:
        """Status, ``Retry-After`` and body, however slowly they trickle in within twice the time for a call."""
        end = time.monotonic() + self._settings.timeout
        with self._http.stream("POST", f"{self._settings.base_url}/chat/completions", json=body) as response:
            raw = bytearray()
            for chunk in response.iter_bytes():
                raw += chunk
                if time.monotonic() > end:
                    raise httpx.ReadTimeout("too slow")
                if len(raw) > MAX_BODY:
                    raise httpx.StreamError(f"the response is over {MAX_BODY // 2**20} MiB")
            return response.status_code, response.headers.get("Retry-After", ""), bytes(raw)

    def _told(self, status: int, raw: bytes) -> str:
        """An HTTP error in words, without secrets."""
        text = raw[:4000].decode(errors="replace").strip()
        try:
            found = json.loads(raw)
            error = found.get("error", found) if isinstance(found, dict) else found
            text = str(error.get("message") or error) if isinstance(error, dict) else str(error)
        except ValueError:
            pass
        text = " ".join(self._mask(text).split())[:300]
        hint = {401: f"; is {'LLM_API_KEY right' if self._settings.api_key else 'LLM_API_KEY set'}?", 404: "; are address and model right?"}.get(status, "")
        return f"HTTP status {status}{f': {text}' if text else ''}{hint}"

    def _read(self, raw: bytes) -> tuple[dict[str, Any] | None, str]:
        """The answer in a response, or why there is none."""
        try:
            data = json.loads(raw)
            choice = data["choices"][0]
            message = choice["message"]
            content = message.get("content")
            if isinstance(content, list):  # in parts
                content = "".join(part.get("text") or "" for part in content if isinstance(part, dict))
            refusal = message.get("refusal")
            finish = choice.get("finish_reason")
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
            text = " ".join(self._mask(raw[:200].decode(errors="replace")).split())
            return None, f"the response is no chat completion: {text!r}"
        usage = data.get("usage")
        counts = usage if isinstance(usage, dict) else {}
        details = counts.get("prompt_tokens_details")
        answer: dict[str, Any] = {
            "content": content if isinstance(content, str) else "", "finish": "length" if finish == "length" else "stop",
            "model": str(data.get("model") or self._settings.model),
            "read": _count(counts.get("prompt_tokens")), "written": _count(counts.get("completion_tokens")),
            "cached": _count(details.get("cached_tokens") if isinstance(details, dict) else None) or 0,
        }  # fmt: skip
        if (isinstance(refusal, str) and refusal) or finish == "content_filter":
            answer |= {"content": refusal if isinstance(refusal, str) and refusal else "the content filter", "finish": "refusal"}
        if self._settings.api_key and len(self._settings.api_key) >= 6:
            answer["content"] = answer["content"].replace(self._settings.api_key, "***")
        return answer, ""

    def _price(self, answer: dict[str, Any], guess: int) -> tuple[int, int, float | None, bool]:
        """What the answer took, for the account; its price is put into it."""
        read, written = answer["read"], answer["written"]
        known = read is not None and written is not None
        answer["usd"] = self._settings.cost(read, written, min(answer["cached"], read)) if known else None
        if known:
            return read, written, answer["usd"], False
        read, written = read or guess, written or estimate(answer["content"])
        return read, written, self._settings.cost(read, written), True


def _reply(answer: Mapping[str, Any], *, kept: bool) -> Reply:
    return Reply(
        answer["content"],
        answer["finish"],
        str(answer.get("form")),
        str(answer.get("model")),
        answer.get("read"),
        answer.get("written"),
        answer.get("usd"),
        kept,
    )


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53 else None
