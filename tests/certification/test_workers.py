"""Several workers, and workers that are killed: the rows end up as if one had done it all in peace."""

import datetime as dt
import multiprocessing
import time

import pytest
from django.db import connection
from django.utils import timezone
from processes import settle_one, sweep_slowly
from worlds import World

from certification.models import Certificate, Cycle, SettleMark, Standing
from certification.services import settle_due, settle_people
from certification.services.replaying import replay
from reports.services import difference

DAY = dt.timedelta(days=1)
pytestmark = [
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite's test database lives in one process"),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def ready(world: World, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A dozen people who have shown everything, of which nothing has been settled yet."""
    # As when the web process is killed as soon as the act is recorded.
    monkeypatch.setattr("certification.receivers._settle_safely", lambda _ids: None)
    today = timezone.localdate()
    people = [world.teacher(since=today - 10 * DAY) for _ in range(12)]
    settle_people([person.pk for person in people])
    SettleMark.objects.update(settled_at=timezone.now() - DAY)
    for person in people:
        world.read_course(person, today)
        world.take_test(person, today)
    assert not Certificate.objects.exists()
    return [person.pk for person in people]


def test_two_workers_that_settle_the_same_person_at_once_give_one_certificate(ready: list[int]) -> None:
    context = multiprocessing.get_context("spawn")
    gate = context.Barrier(2)
    name = connection.settings_dict["NAME"]
    workers = [context.Process(target=settle_one, args=(name, ready, gate)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=120)
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert Certificate.objects.count() == Cycle.objects.filter(state="satisfied").count() == 12
    assert difference() == []
    assert replay().differences == []


def test_a_sweep_killed_in_the_middle_is_finished_by_the_next(ready: list[int]) -> None:
    context = multiprocessing.get_context("spawn")
    worker = context.Process(target=sweep_slowly, args=(connection.settings_dict["NAME"], 0.2))
    worker.start()
    until = time.monotonic() + 60
    while Certificate.objects.count() < 3 and time.monotonic() < until:
        time.sleep(0.05)
    worker.kill()
    worker.join(timeout=30)
    assert 3 <= Certificate.objects.count() < 12
    settle_due()
    assert Certificate.objects.count() == Standing.objects.filter(display="valid").count() == 12
    assert difference() == []
    assert replay().differences == []
