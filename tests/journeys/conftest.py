"""A real browser against the real stack: gunicorn, worker and beat, started by the same launcher as `make run`.

The stack has a data folder of its own and, on PostgreSQL, a database of its own; nothing of it is left behind.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from browser import chromium
from playwright.sync_api import expect

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "vis-handlekraft"
# A busy machine is slow, not wrong.
expect.set_options(timeout=20_000)


@dataclass
class Stack:
    """The running platform."""

    url: str
    environment: dict[str, str]

    def manage(self, *words: str, check: bool = True) -> str:
        """Runs a management command against the stack's database."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if check and done.returncode:
            raise AssertionError(done.stdout + done.stderr)
        return done.stdout + done.stderr

    def python(self, code: str, *, check: bool = True) -> str:
        """Runs Python inside the platform, for what no page can do."""
        return self.manage("shell", "--no-imports", "-c", code, check=check)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("journeys")
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {**os.environ, "DATA_DIR": str(folder), "BASE_URL": url, "PYTHONUNBUFFERED": "1"}
    environment["DJANGO_SETTINGS_MODULE"] = "config.settings.demo"
    database = os.environ.get("DATABASE_URL", "")
    if database.startswith("postgres"):
        environment["DATABASE_URL"] = _fresh_database(database)
    # Redis databases apart from those of the other tests.
    for name, number in (("CELERY_BROKER_URL", 8), ("CACHE_URL", 9)):
        if environment.get(name, "").startswith("redis"):
            environment[name] = _empty_redis(environment[name], number)
    log = (folder / "stack.log").open("w")
    server = subprocess.Popen(
        [sys.executable, "-I", "platform/config/launcher.py", "run", "--port", str(port), "--data-dir", str(folder)],
        cwd=ROOT,
        env=environment,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        _wait_for(url + "/health/", server, folder / "stack.log")
        yield Stack(url, environment)
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=30)
        log.close()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def _fresh_database(url: str) -> str:
    import psycopg

    parts = urlsplit(url)
    name = parts.path.lstrip("/") + "_journeys"
    with psycopg.connect(urlunsplit(parts._replace(path="/postgres")), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}"')
    return urlunsplit(parts._replace(path="/" + name))


def _empty_redis(url: str, number: int) -> str:
    """What another run left, a queue of its tasks first of all, is none of this one's business."""
    import redis

    url = urlunsplit(urlsplit(url)._replace(path=f"/{number}"))
    redis.Redis.from_url(url).flushdb()
    return url


def _wait_for(url: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + 180
    while True:
        if server.poll() is not None:
            raise AssertionError(f"the stack ended by itself:\n{log.read_text()}")
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310  our own address
                return
        except OSError as error:
            if time.monotonic() > until:
                raise AssertionError(f"no answer: {error}\n{log.read_text()}") from error
            time.sleep(0.5)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {
        **browser_type_launch_args,
        "executable_path": chromium(),
        "args": ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any], stack: Stack) -> dict[str, Any]:
    return {
        **browser_context_args,
        "base_url": stack.url,
        "locale": "nb-NO",
        "viewport": {"width": 1280, "height": 900},
    }


@pytest.fixture
def page(context) -> Iterator[Any]:
    """A page that fails the test for what its console or the network complains of."""
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.allowed_complaints = []  # patterns that a test expects, such as the 404 it asks for
    yield page
    unexpected = [text for text in complaints if not any(re.search(p, text) for p in page.allowed_complaints)]
    assert not unexpected, unexpected


@pytest.fixture
def sign_in(page) -> Callable[[str], None]:
    """Signs a demo account in through the page, as its owner would."""

    def by_password(email: str, on: Any = None) -> None:
        target = on or page
        target.goto("/nb/konto/login/")
        target.get_by_label("E-post").fill(email)
        target.get_by_label("Passord").fill(PASSWORD)
        target.get_by_role("button", name="Logg inn", exact=True).click()
        target.wait_for_url("**/nb/")

    return by_password
