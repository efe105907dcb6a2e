"""Interactive content: a large package taken in, statements taken in under load, and a page with an activity."""

import io
import json
import random
import shutil
import tempfile
import time
import tracemalloc
import uuid
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, BinaryIO

from django.conf import settings
from django.test import Client

from accounts.models import User
from config.benchmarks import data
from config.benchmarks.harness import Book
from config.benchmarks.throughput import Message, messages_a_second, two_workers
from courses.models import CoursePage, ModulePage
from courses.services import ensure_site
from evidence.models import Evidence
from media.h5p.building import write_package
from media.models import H5PContent, H5PResult, H5PStatement
from media.services.packages import take_in
from media.services.statements import iri_of

if TYPE_CHECKING:  # of the packages for tests, which a benchmark can do without
    from playwright.sync_api import Page, Request

_MEGABYTE = 1024 * 1024
_LEARNERS = 200
# What a page sends together: what it gathered since the last time, and the end.
_VERBS = ("attempted", "interacted", "interacted", "answered", "completed")
_SCRIPT = b"""
var H5P = H5P || {};
H5P.Bench = function (params, id) {
  H5P.EventDispatcher.call(this);
  this.attach = ($container) => $container.append("<button type='button'>Svar</button>");
};
H5P.Bench.prototype = Object.create(H5P.EventDispatcher.prototype);
"""


def measure(book: Book) -> None:
    _package(book)
    content = H5PContent(title="Øvelse")
    with _packed(_files()) as file:
        take_in(content=content, file=file, file_name="x.h5p", by=None, may_approve=True)
    address = _page(content)
    _, units = data.make_agency("Øvelser", 1)
    people = [data.make_learner(units[0]) for _ in range(_LEARNERS)]
    sessions = [_session(person) for person in people]
    for verbs in (("completed",), _VERBS):
        _statements(book, content, address, people, sessions, verbs)
    _in_the_browser(book, address, sessions[0])


class _Files(Mapping[str, bytes]):
    """Small files as they are, and films of noise that are made when they are asked for."""

    def __init__(self, files: dict[str, bytes], megabytes: int) -> None:
        self._files = files
        self._films = [f"content/{number}.mp4" for number in range(megabytes // 10)]

    def __getitem__(self, name: str) -> bytes:
        return random.Random(name).randbytes(10 * _MEGABYTE) if name in self._films else self._files[name]  # noqa: S311  noise

    def __iter__(self) -> Iterator[str]:
        return iter([*self._files, *self._films])

    def __len__(self) -> int:
        return len(self._files) + len(self._films)


def _files() -> dict[str, bytes]:
    named = {"machineName": "H5P.Bench", "majorVersion": 1, "minorVersion": 0}
    described = {
        "title": "Øvelse", "language": "nb", "mainLibrary": "H5P.Bench", "embedTypes": ["div"],
        "preloadedDependencies": [named],
    }  # fmt: skip
    library = {"title": "Bench", **named, "patchVersion": 0, "runnable": 1, "preloadedJs": [{"path": "bench.js"}]}
    written = {"h5p.json": described, "content/content.json": {}, "H5P.Bench-1.0/library.json": library}
    return {name: json.dumps(value).encode() for name, value in written.items()} | {"H5P.Bench-1.0/bench.js": _SCRIPT}


def _packed(files: Mapping[str, bytes]) -> BinaryIO:
    out: Any = tempfile.TemporaryFile()  # noqa: SIM115  the caller closes it
    write_package(out, files)
    out.seek(0)
    return out  # type: ignore[no-any-return]  # a file that is open for both


def _package(book: Book) -> None:
    """Fifty megabytes, judged and stored; the floor writes the same bytes twice (unpacked, and the package)."""
    with _packed(_Files(_files(), 50)) as file:
        size = file.seek(0, io.SEEK_END)
        with tempfile.TemporaryDirectory(dir=settings.DATA_DIR) as folder:
            begun = time.perf_counter()
            for name in ("a", "b"):
                file.seek(0)
                with open(f"{folder}/{name}", "wb") as out:
                    shutil.copyfileobj(file, out)
            floor = time.perf_counter() - begun
        tracemalloc.start()
        begun = time.perf_counter()
        take_in(content=H5PContent(title="Stor"), file=file, file_name="stor.h5p", by=None, may_approve=True)
        seconds = time.perf_counter() - begun
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    book.add(f"package of {size // _MEGABYTE} MB, taken in", seconds, "s", floor=floor)
    book.add("package, memory at most", most / _MEGABYTE, "MB", at_most=64)


def _page(content: H5PContent) -> str:
    block = {"type": "activity", "id": str(uuid.uuid4())}
    block["value"] = {"activity": content.pk, "done_when": "finished", "least": 70, "required": False}  # type: ignore[assignment]  # JSON
    part = {"type": "part", "id": str(uuid.uuid4()), "value": {"title": "Øv", "body": [block]}}
    course = ensure_site().add_child(instance=CoursePage(title="Øvelser", slug="ovelser", lead="Ingress", live=False))
    module = ModulePage(title="Modul", slug="modul", lead="Ingress", parts=json.dumps([part]), live=False)
    course.add_child(instance=module).save_revision().publish()
    course.save_revision().publish()
    return "/nb/kurs/ovelser/modul/"


def _session(person: User) -> str:
    client = Client()
    client.force_login(person)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def _statements(
    book: Book, content: H5PContent, ready: str, people: list[User], sessions: list[str], verbs: tuple[str, ...]
) -> None:
    """Statements a second through two workers. What they should have led to is there right afterwards."""
    H5PStatement.objects.all().delete()
    H5PResult.objects.all().delete()
    sent: list[int] = []

    def messages() -> Iterator[Message]:
        number = 0
        while True:
            told = [_statement(content, verb, number) for verb in verbs]
            body = json.dumps({"version": content.current_id, "statements": told}).encode()
            sent.append(number % len(people))
            yield Message(f"/h5p/{content.public_id}/hendelser/", sessions[number % len(people)], body)
            number += 1

    rate = messages_a_second(ready, messages()) * len(verbs)
    told = set(sent)
    kept, results = H5PStatement.objects.count(), H5PResult.objects.count()
    shown = Evidence.objects.filter(subject=Evidence.Subject.ACTIVITY, person__in=people).values("person").distinct()
    uncounted = H5PStatement.objects.filter(ends=True, counted_at=None).count()
    if not kept == len(sent) * len(verbs) or results != len(told) or shown.count() < len(told) or uncounted:
        raise RuntimeError(f"{len(sent)} messages led to {kept} statements, {results} results, {uncounted} uncounted")
    name = "statements, one to a message" if len(verbs) == 1 else f"statements, {len(verbs)} to a message"
    book.add(f"{name}, 2 workers", rate, "st/s", at_least=500 if len(verbs) > 1 else None)


def _statement(content: H5PContent, verb: str, number: int) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()),
        "verb": {"id": f"http://adlnet.gov/expapi/verbs/{verb}"},
        "object": {"id": iri_of(content)},
        "result": {"score": {"raw": number % 5, "max": 5, "scaled": number % 5 / 5}, "completion": True},
        "timestamp": "2026-11-27T10:00:00Z",
    }


def _in_the_browser(book: Book, address: str, session: str) -> None:
    """The page until the activity can be used: first visit with nothing kept, and the second."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        chromium = None
    if chromium is None:
        book.note("page with an activity: needs Chromium and the packages for tests (make test brings them).")
        return
    with two_workers(address, session) as port, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context(base_url=f"http://127.0.0.1:{port}")
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": f"http://127.0.0.1:{port}"}]
        )
        for visit in ("first visit", "second visit"):
            _visit(book, context.new_page(), address, visit)
        browser.close()


def _visit(book: Book, page: "Page", address: str, visit: str) -> None:
    finished: list[Request] = []

    def count(request: "Request") -> None:
        finished.append(request)

    page.on("requestfinished", count)
    begun = time.perf_counter()
    page.goto(address)
    page.frame_locator("section[data-activity] iframe").get_by_role("button", name="Svar").wait_for()
    seconds = time.perf_counter() - begun
    page.wait_for_timeout(300)  # what comes after it can be used counts too
    sizes = [request.sizes()["responseBodySize"] for request in finished]
    book.add(f"page with an activity, {visit}", seconds * 1000, "ms")
    book.add(f"requests, {visit}", len(sizes), "req")
    book.add(f"bytes, {visit}", sum(sizes) / 1024, "KiB")
    page.close()
