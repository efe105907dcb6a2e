"""Requests a second through gunicorn with two workers, on loopback, for a few seconds."""

import http.client
import os
import socket
import subprocess
import sys
import threading
import time

from django.conf import settings
from django.db import connection

_CLIENTS = 4
_SECONDS = 6.0
_WAIT = 30


def requests_a_second(address: str, session: str) -> float:
    """How many answers a second the page gives to four clients that ask again at once. Ends by itself."""
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
        return _load(port, address, session)
    finally:
        server.terminate()
        server.wait(timeout=10)


def _load(port: int, address: str, session: str) -> float:
    counts = [0] * _CLIENTS
    until = time.perf_counter() + _SECONDS

    def ask(number: int) -> None:
        while time.perf_counter() < until:
            _get(port, address, session)
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
