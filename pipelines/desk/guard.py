"""Around the whole server: which hosts it answers to, and headers that keep a page from doing anything but be read.

A site that an analyst has open may let its own name lead to 127.0.0.1 (DNS rebinding) and read the desk as if it were
part of itself; its requests carry its name in ``Host``, and are refused. The policy names no foreign origin at all.
Scripts and styles of Datasette's own pages that stand in the page carry a nonce, new with every answer.
"""

from __future__ import annotations

import re
import secrets
import time
from collections import deque
from collections.abc import Awaitable, Callable, Collection, MutableMapping
from contextvars import ContextVar
from typing import Any

from jinja2 import BaseLoader, Environment

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
READING = ("GET", "HEAD")
LOGIN = "/-/login"
FORMS = (LOGIN, "/-/logout")
"""All that anything may be sent to."""
LONGEST_FORM = 16_384
LOGINS_A_MINUTE = 12
"""A password is guessed no faster, and checking them keeps nobody else waiting."""
POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}

_nonce: ContextVar[str] = ContextVar("nonce", default="")
_PORT = re.compile(r":\d{1,5}\Z")


class Guard:
    """The ASGI application ``app``, behind the checks. ``hosts``: names it answers to; empty for any."""

    def __init__(self, app: App, hosts: Collection[str] = ()) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)
        self._logins: deque[float] = deque(maxlen=LOGINS_A_MINUTE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(16)
        _nonce.set(nonce)

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": _headers(message.get("headers", ()), nonce)}
            await send(message)

        if refusal := self._refusal(scope):
            await _say(guarded, *refusal)
            return
        # Passwords are checked at the login page alone: checking one takes a quarter of a second on purpose.
        headers = [(name, value) for name, value in scope["headers"] if name.lower() != b"authorization"]
        await self._app({**scope, "headers": headers}, receive, guarded)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        hosts = [value.decode("latin-1").lower() for name, value in scope["headers"] if name.lower() == b"host"]
        if self._hosts and (len(hosts) != 1 or _PORT.sub("", hosts[0]) not in self._hosts):
            return 421, "This desk answers only to the names it was started for: newsmint serve --allow-host NAME\n"
        if scope["method"] in READING:
            return None
        if scope["method"] != "POST" or scope["path"] not in FORMS:
            return 405, "The desk is there to be read.\n"
        length = next((value for name, value in scope["headers"] if name.lower() == b"content-length"), b"")
        if not length.isdigit() or int(length) > LONGEST_FORM:
            return 413, "Too much for a form.\n"
        return self._too_many_logins() if scope["path"] == LOGIN else None

    def _too_many_logins(self) -> tuple[int, str] | None:
        now = time.monotonic()
        if len(self._logins) == LOGINS_A_MINUTE and now - self._logins[0] < 60:
            return 429, "Too many tries to log in; wait a minute.\n"
        self._logins.append(now)
        return None


def csp_nonce() -> str:
    """The nonce of the answer that is being made; for templates."""
    return _nonce.get()


class NoncedLoader(BaseLoader):
    """Templates of Datasette and its plugins that fit the policy: scripts and styles with a nonce, no ``style=``."""

    def __init__(self, inner: BaseLoader) -> None:
        self._inner = inner

    def get_source(self, environment: Environment, template: str) -> tuple[str, str | None, Callable[[], bool] | None]:
        """The source of a template, changed."""
        source, name, is_current = self._inner.get_source(environment, template)
        return fitting(source), name, is_current

    def list_templates(self) -> list[str]:
        """The names of all templates."""
        return self._inner.list_templates()


def fitting(source: str) -> str:
    """A template's source that the policy lets work."""
    return _STYLED.sub("", _OPENING.sub(r'<\1 nonce="{{ csp_nonce() }}"', source))


_OPENING = re.compile(r"<(script|style)\b")
_STYLED = re.compile(r'\sstyle="(?:\{\{.*?\}\}|[^"{])*"')


def _headers(given: Any, nonce: str) -> list[tuple[bytes, bytes]]:
    ours = {**HEADERS, "content-security-policy": POLICY.format(nonce=nonce)}
    lower = [(bytes(name).lower(), bytes(value)) for name, value in given]
    kept = [
        (name, _closed(value) if name == b"set-cookie" else value) for name, value in lower if name.decode() not in ours
    ]
    return [*kept, *((name.encode(), value.encode()) for name, value in ours.items())]


def _closed(cookie: bytes) -> bytes:
    """No script needs the cookies of the login and its forms."""
    return cookie if b"httponly" in cookie.lower() else cookie + b"; HttpOnly"


async def _say(send: Send, status: int, text: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})
