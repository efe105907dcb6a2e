"""How an address is asked, and what its answer amounts to."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any

from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.utils import translation

from tests.access.small_world import SmallWorld

OPENS = "opens"
SIGN_IN = "is sent to sign in"
ELSEWHERE = "is sent elsewhere"
REFUSED = "is refused"
MISSING = "finds nothing"
NOT_ASKED_THIS_WAY = "may not ask in this way"
CLOSED = (SIGN_IN, ELSEWHERE, REFUSED, MISSING, NOT_ASKED_THIS_WAY)
_BY_STATUS = {200: OPENS, 403: REFUSED, 404: MISSING, 405: NOT_ASKED_THIS_WAY}

_WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE|MERGE|COPY)\b", re.IGNORECASE)
# Rows that an answer may leave whoever asks: whether she is signed in.
_OF_THE_SESSION = ("django_session",)


def every_route() -> list[str]:
    """Every address the platform answers, as it is written in urls.py, in Bokmål."""
    with translation.override("nb"):
        return list(dict.fromkeys(_walk(get_resolver(), "")))


def _walk(resolver: Any, before: str) -> Iterator[str]:
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route
        else:
            yield from _walk(pattern, route)


def fill(route: str, values: dict[str, Any]) -> str:
    """The address of a route with its places filled. Raises KeyError for one that has no value."""
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values[found[1]]), route)


@dataclass
class Answer:
    """What somebody was answered."""

    outcome: str
    text: str
    location: str
    writes: list[str] = field(default_factory=list)


class Asker:
    """One person at the door, with a second factor where she is signed in at all."""

    def __init__(self, world: SmallWorld, name: str) -> None:
        client = Client()
        if name != "nobody":
            client.force_login(world.people[name])
        self.cookies = client.cookies.output(header="", sep=";")

    def _client(self) -> Client:
        client = Client(raise_request_exception=False)
        client.cookies = SimpleCookie(self.cookies)
        return client

    def get(self, address: str) -> Answer:
        return self._ask("get", address, None)

    def post(self, address: str, data: dict[str, Any] | str) -> Answer:
        """Posts, tells what was written, and takes it back."""
        with transaction.atomic():
            answer = self._ask("post", address, data)
            transaction.set_rollback(True)
        return answer

    def _ask(self, method: str, address: str, data: Any) -> Answer:
        json = {"content_type": "application/json"} if isinstance(data, str) else {}
        with transaction.atomic(), _writes() as writes:
            response = getattr(self._client(), method)(address, *([data] if data is not None else []), **json)
            body = b"".join(response.streaming_content) if response.streaming else response.content
        text = body.decode("utf-8", errors="replace")
        location = response.get("Location", "")
        return Answer(outcome_of(response, location), text, location, writes)


@contextmanager
def _writes() -> Iterator[list[str]]:
    found: list[str] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if _WRITES.match(sql) and not any(table in sql for table in _OF_THE_SESSION):
            found.append(sql[:90])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield found


def outcome_of(response: Any, location: str) -> str:
    if response.status_code in (301, 302):
        return SIGN_IN if location.startswith((reverse("account_login"), reverse("wagtailcore_login"))) else ELSEWHERE
    if response.status_code == 500 and getattr(response, "exc_info", None):
        return f"500: {response.exc_info[1]!r}"
    return _BY_STATUS.get(response.status_code, str(response.status_code))


def told(complaints: list[str]) -> str:
    """All complaints of a test at once, in lines."""
    return "\n" + "\n".join(complaints)
