"""Requests a second through gunicorn with two workers, on loopback, for a few seconds."""

import http.client
import itertools
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.middleware.csrf import CSRF_SECRET_LENGTH

_CLIENTS = 4
_SECONDS = 6.0
_WAIT = 30


@dataclass(frozen=True, slots=True)
class Message:
    """Something that a learner's browser tells: where to, by whom (her session), and what, as JSON."""

    address: str
    session: str
    body: bytes


def requests_a_second(address: str, session: str) -> float:
    """How many answers a second the page gives to four clients that ask again at once. Ends by itself."""
    with two_workers(address, session) as port:
        return _load(lambda: _get(port, address, session))


def messages_a_second(ready: str, messages: Iterator[Message]) -> float:
    """How many of these messages are taken in a second, sent by four clients; `ready` is an address that answers."""
    first = next(messages)
    each = itertools.chain([first], messages)
    lock = threading.Lock()

    def send() -> None:
        with lock:
            message = next(each)
        _post(port, message)

    with two_workers(ready, first.session) as port:
        return _load(send)


@contextmanager
def two_workers(address: str, session: str) -> Iterator[int]:
    """gunicorn with two workers on the benchmark's database; gives its port once `address` answers."""
    port = _free_port()
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": os.environ["DJANGO_SETTINGS_MODULE"],
        "BENCH_DATABASE": str(connection.settings_dict["NAME"]),
        "SECRET_KEY": settings.SECRET_KEY,
    }
    server = subprocess.Popen(  # noqa: S603  our own interpreter and our own arguments
        [
            *(sys.executable, "-m", "gunicorn", "--no-control-socket", "--workers", "2", "--log-level", "error"),
            *("--bind", f"127.0.0.1:{port}", "config.benchmarks.server:application"),
        ],
        env=environment,
    )
    try:
        _wait_for(port, address, session)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=10)


def _load(act: Callable[[], object]) -> float:
    counts = [0] * _CLIENTS
    until = time.perf_counter() + _SECONDS

    def ask(number: int) -> None:
        while time.perf_counter() < until:
            act()
            counts[number] += 1

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(_CLIENTS)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - begun)


def _get(port: int, address: str, session: str) -> int:
    wire = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        wire.request("GET", address, headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={session}"})
        response = wire.getresponse()
        response.read()
        if response.status != 200:
            raise RuntimeError(f"{address} answered {response.status}")
        return response.status
    finally:
        wire.close()


def _post(port: int, message: Message) -> None:
    """As a page does it, with the token of the platform's own pages in cookie and header."""
    token = "x" * CSRF_SECRET_LENGTH
    cookies = f"{settings.SESSION_COOKIE_NAME}={message.session}; {settings.CSRF_COOKIE_NAME}={token}"
    headers = {"Cookie": cookies, "X-CSRFToken": token, "Content-Type": "application/json"}
    wire = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        wire.request("POST", message.address, message.body, headers)
        response = wire.getresponse()
        response.read()
        if response.status != 200:
            raise RuntimeError(f"{message.address} answered {response.status}")
    finally:
        wire.close()


def _wait_for(port: int, address: str, session: str) -> None:
    until = time.perf_counter() + _WAIT
    while True:
        try:
            _get(port, address, session)
            return
        except OSError:
            if time.perf_counter() > until:
                raise
            time.sleep(0.2)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
