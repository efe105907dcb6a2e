"""Settling, sweeping, dry runs and replay over a whole country."""

import contextlib
import datetime as dt
import multiprocessing
import os
import resource
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import Any

from django.db import connection
from django.utils import timezone

from accounts.models import User
from agencies.models import Membership
from certification.models import Policy, RequirementRule, Standing
from certification.services import settle_due, settle_people, settle_person
from certification.services.effects import effects_of
from certification.services.replaying import replay
from certification.services.terms import apply_to_open, people_with_open
from certification.tasks import PORTION
from common.dated import supersede
from config.benchmarks.harness import Book, median_ms, queries_of
from config.scale import make_country
from config.workers import begin_worker

_WORKERS = os.cpu_count() or 1
# 1,000,000 is the country; less is for a quick look while something is being changed.
_PEOPLE = int(os.environ.get("BENCH_PEOPLE", "1000000"))


def measure(book: Book) -> None:
    """Each figure beside the same work as one statement of SQL over the same rows."""
    if connection.vendor != "postgresql":
        book.note("certification: a country needs PostgreSQL; set DATABASE_URL to measure it.")
        return
    country = make_country(people=_PEOPLE, units=max(50, _PEOPLE // 200), years=5, say=book.note, workers=_WORKERS)
    book.add("seed a country", country.people / country.seconds, "p/s", people=_PEOPLE, at_least=2000)
    _one(book)
    _policy(book, country.certification.pk)
    _sweep(book)
    _dry_run(book, RequirementRule.objects.current().get(unit=country.top))
    found = None

    def run() -> None:
        nonlocal found
        found = replay()

    seconds = _seconds(run)
    if found is None or found.differences:
        raise RuntimeError("the ledger does not tell what is stored")
    least = _seconds(lambda: _sql("SELECT count(*), sum(length(facts::text)) FROM certification_ledgerevent"))
    book.add(
        "replay", found.events / seconds, "ev/s", people=_PEOPLE, floor=found.events / max(least, 0.001), at_least=5000
    )


def _one(book: Book) -> None:
    person = User.objects.order_by("-pk")[100]
    least = median_ms(lambda: _sql("SELECT * FROM certification_standing WHERE person_id = %s", [person.pk]))
    book.add(
        "settle one",
        median_ms(lambda: settle_person(person.pk)),
        "ms",
        floor=least,
        queries=queries_of(lambda: settle_person(person.pk)),
        people=_PEOPLE,
    )


def _policy(book: Book, certification_id: int) -> None:
    """A tighter policy that reaches every open cycle, and then everybody of a portion settled."""
    policy = Policy.objects.current().filter(certification_id=certification_id, agency=None).latest("valid_from")
    supersede(policy, version="bench-2", pass_mark=90)
    concerned = people_with_open(certification_id)
    with _workers() as pool:
        seconds = _seconds(lambda: list(pool.map(partial(apply_to_open, certification_id), _portions(concerned))))
    share = 100_000 / len(concerned)
    book.add(
        f"new policy, open cycles, {_WORKERS} workers", share * seconds, "s/100k", people=len(concerned), at_most=10
    )
    ids = list(Standing.objects.order_by("pk").values_list("person_id", flat=True)[:100_000])
    share = 100_000 / len(ids)
    least = share * _seconds(
        lambda: _sql("UPDATE certification_standing SET begun = begun WHERE person_id = ANY(%s)", [ids])
    )
    alone = share * _seconds(lambda: settle_people(ids))
    book.add("settle 100,000, one worker", alone, "s", floor=least, people=len(ids))
    together = share * _seconds_of_workers(ids)
    book.add(f"settle 100,000, {_WORKERS} workers", together, "s", floor=least, people=len(ids), at_most=10)


def _seconds_of_workers(ids: list[int]) -> float:
    """How long the workers of this machine take together, in the portions of the task."""
    with _workers() as pool:
        return _seconds(lambda: list(pool.map(settle_people, _portions(ids))))


@contextlib.contextmanager
def _workers() -> Iterator[ProcessPoolExecutor]:
    """As many workers as the machine has cores. They are up before any clock starts."""
    begin = multiprocessing.get_context("spawn")
    database = (connection.settings_dict["NAME"],)
    with ProcessPoolExecutor(_WORKERS, mp_context=begin, initializer=begin_worker, initargs=database) as pool:
        list(pool.map(time.sleep, [0.5] * 2 * _WORKERS))
        yield pool


def _portions(ids: Sequence[int]) -> list[Sequence[int]]:
    return [ids[start : start + PORTION] for start in range(0, len(ids), PORTION)]


def _sweep(book: Book) -> None:
    today = timezone.localdate()
    settle_due(today)
    least = _seconds(lambda: _sql("SELECT count(*) FROM certification_standing WHERE next_change_on <= %s", [today]))
    book.add("sweep, none changing", _seconds(lambda: settle_due(today)), "s", floor=least, people=_PEOPLE, at_most=1)
    # The day by which one in a hundred has changed by itself.
    _sql(
        "UPDATE certification_standing SET next_change_on = %s WHERE id IN "
        "(SELECT id FROM certification_standing WHERE next_change_on > %s ORDER BY id LIMIT %s)",
        [today, today, _PEOPLE // 100],
    )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds = _seconds(lambda: settle_due(today))
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    least = _seconds(
        lambda: _sql("UPDATE certification_standing SET begun = begun WHERE id %% 100 = 0"),
    )
    book.add("sweep, 1 % changing", seconds, "s", floor=least, people=_PEOPLE, at_most=10)
    book.add("sweep, memory grown", grown, "MB", people=_PEOPLE, at_most=64)


def _dry_run(book: Book, rule: RequirementRule) -> None:
    """What it would mean to narrow the country's rule to teachers and give them a date."""
    today = timezone.localdate()
    after = RequirementRule(
        certification=rule.certification,
        agency=rule.agency,
        unit=rule.unit,
        thread=rule.thread,
        label="bench-2",
        valid_from=rule.valid_from,
        role_keys=["teacher"],
        due_on=today + dt.timedelta(days=190),
    )
    least = _seconds(
        lambda: _sql(
            "SELECT count(DISTINCT m.person_id) FROM agencies_membership m JOIN agencies_unit u ON u.id = m.unit_id "
            "JOIN agencies_role r ON r.id = m.role_id "
            "WHERE u.path LIKE %s AND m.superseded_at IS NULL AND r.key <> 'teacher'",
            [rule.unit.path + "%"],
        )
    )
    seconds = _seconds(lambda: effects_of(rule, after, today))
    book.add("rule dry run", seconds, "s", floor=least, people=Membership.objects.current().count(), at_most=10)


def _seconds(call: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def _sql(statement: str, params: list[Any] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params or [])
        if cursor.description:
            cursor.fetchall()
