"""A local HTTP endpoint for tests: it takes JSON by POST, and answers as the test says."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

Answer = tuple[int, dict[str, str], bytes]
"""Status, headers (``X-Slow`` sends the body byte by byte), body."""


class Endpoint(ThreadingHTTPServer):
    """Serves ``path``; a test's own endpoint says in ``answer`` what comes back."""

    daemon_threads = True
    path = "/"

    def __init__(self) -> None:
        self.lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}{self.path}"

    def answer(self, body: dict[str, Any], headers: dict[str, str], path: str) -> Answer | None:
        """What comes back for one request, in a thread of its own; ``None`` hangs up."""
        raise NotImplementedError

    @contextmanager
    def serving(self) -> Iterator[Self]:
        thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)
        with self:
            thread.start()
            yield self
            self.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: Endpoint
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or each body waits 40 ms for its headers to be acknowledged

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        found = self.server.answer(body, dict(self.headers), self.path)
        if found is None:
            self.close_connection = True
            return
        status, headers, content = found
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            if "X-Slow" in headers:
                for byte in content:
                    self.wfile.write(bytes([byte]))
                    time.sleep(0.05)
            else:
                self.wfile.write(content)
        except OSError:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass
