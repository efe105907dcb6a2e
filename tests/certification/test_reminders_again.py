"""A date that moved is told of anew; a pass that was opened before its time has a deadline; errors are not mailed."""

import datetime as dt
import uuid

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.utils import timezone
from factories import make_grant, make_person
from hypothesis import given
from hypothesis import strategies as st
from worlds import World

from agencies.access import Purpose, scope_of
from certification.models import Cycle, Notice, Standing
from certification.reminding import Facts, Stage, spans
from certification.services import decisions, settle_person
from certification.services.notices import claim
from certification.services.opening import Wish, open_cycles
from certification.services.reminders import due_unsent, send_reminders
from certification.standing import Held
from certification.statuses import StandingState

DAY = dt.timedelta(days=1)
START = dt.date(2026, 6, 1)


def at(day: dt.date, hour: int = 8) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time(hour)))


def certified(world: World):
    person = world.teacher(since=START)
    world.read_course(person, START)
    world.take_test(person, START)
    settle_person(person.pk, START)
    return person


def told(person) -> list[tuple[Stage, str]]:
    rows = Notice.objects.filter(person=person).order_by("claimed_at").values_list("stage", "week")
    return [(Stage.named(stage), week) for stage, week in rows]


def extend(world: World, person, until: dt.date) -> None:
    cycle = Cycle.objects.get(person=person, state="satisfied")
    decisions.extend(cycle=cycle, until=until, reason="Avtalt.", decided_by=make_person(), agency=world.agency)


def test_after_an_extension_the_new_last_day_is_told_of_once(world: World) -> None:
    person = certified(world)
    expires = Standing.objects.get(person=person).expires_on
    send_reminders(now=at(expires - 14 * DAY))
    extend(world, person, expires + 3 * DAY)
    settle_person(person.pk, expires - 13 * DAY)
    for number in range(-13, 5):
        for hour in (8, 15):
            send_reminders(now=at(expires + number * DAY, hour))
    new = f"{expires + 3 * DAY:%Y%m%d}"
    assert told(person)[:3] == [
        (Stage.EXPIRES_SOON, f"{expires:%Y%m%d}"),
        (Stage.RENEW, new),
        (Stage.EXPIRES_SOON, new),
    ]
    assert [stage for stage, _date in told(person)][3:] == [Stage.GRACE]
    assert not Notice.objects.filter(confirmed_at=None).exists()


def test_what_was_told_before_dates_were_kept_is_not_told_again(world: World) -> None:
    person = certified(world)
    expires = Standing.objects.get(person=person).expires_on
    send_reminders(now=at(expires - 14 * DAY))
    Notice.objects.update(week="")
    assert send_reminders(now=at(expires - 13 * DAY)).sent == 0


def test_two_workers_tell_of_the_new_date_once(world: World) -> None:
    person = certified(world)
    expires = Standing.objects.get(person=person).expires_on
    send_reminders(now=at(expires - 14 * DAY))
    extend(world, person, expires + 3 * DAY)
    settle_person(person.pk, expires - 10 * DAY)
    (due,) = due_unsent(expires - 10 * DAY)
    assert claim(due.mail(), day=expires - 10 * DAY, at=at(expires - 10 * DAY))
    assert not claim(due.mail(), day=expires - 9 * DAY, at=at(expires - 9 * DAY))


def test_what_was_cut_off_and_then_moved_is_told_by_the_new_date(world: World) -> None:
    person = certified(world)
    expires = Standing.objects.get(person=person).expires_on
    (due,) = due_unsent(expires - 10 * DAY)
    claim(due.mail(), day=expires - 10 * DAY, at=at(expires - 10 * DAY))
    extend(world, person, expires + 2 * DAY)
    settle_person(person.pk, expires - 9 * DAY)
    done = send_reminders(now=at(expires - 9 * DAY))
    assert (done.dropped, done.again, done.sent) == (1, 0, 1)
    assert f"{(expires + 2 * DAY).day}." in mail.outbox[-1].body


@pytest.mark.parametrize("stage", list(Stage))
def test_a_name_with_a_date_fits_and_leads_back_to_its_stage(stage: Stage) -> None:
    name = stage.about(dt.date(2027, 6, 12))
    assert name.endswith("-270612")
    assert len(name) <= Notice._meta.get_field("stage").max_length
    assert Stage.named(name) == Stage.named(stage.value) == stage


def test_a_pass_opened_before_its_time_is_told_of_until_its_deadline_and_then_what_is_held(world: World) -> None:
    person, manager = certified(world), make_person()
    make_grant(manager, world.agency)
    opened, due = dt.date(2026, 9, 1), dt.date(2026, 11, 1)
    wish = Wish(
        batch=uuid.uuid4(),
        certification=world.certification,
        scope=scope_of(manager, Purpose.DECISIONS),
        due_on=due,
        reason="Ny lov.",
        decided_by=manager,
    )
    with time_machine.travel(at(opened)):
        open_cycles(wish, [person.pk])
    for number in range(300):
        send_reminders(now=at(opened + number * DAY))
    stages = [
        (stage, row.claimed_at.date())
        for (stage, _), row in zip(told(person), Notice.objects.order_by("claimed_at"), strict=True)
    ]
    opens = Standing.objects.get(person=person).window_opens_on
    assert stages[:4] == [
        (Stage.OPENED, opened + DAY),
        (Stage.DUE_SOON, due - 14 * DAY),
        (Stage.OVERDUE, due + DAY),
        (Stage.RENEW, opens),
    ]


@given(
    st.integers(1, 800),
    st.integers(0, 700),
    st.booleans(),
    st.integers(0, 700),
    st.integers(0, 100),
    st.integers(0, 90),
)
def test_with_a_pass_opened_before_its_time_no_two_spans_share_a_day(
    due, opened, begun, expires, window, grace
) -> None:
    last = START + expires * DAY
    held = Held(START, max(START, last - window * DAY), last, last + grace * DAY)
    opened_on = START + opened * DAY
    found = spans(
        Facts(
            state=StandingState.CERTIFIED,
            held=held,
            required=True,
            waived=False,
            paused=False,
            due_on=START,
            opened_on=opened_on,
            optional=False,
            begun=begun,
            asked_by=opened_on + due * DAY,
        )
    )
    for number in range(0, 1600, 7):
        day = START + number * DAY
        assert sum(span.holds_on(day) for span in found) <= 1


def test_errors_with_what_a_request_held_are_mailed_to_nobody() -> None:
    handlers = settings.LOGGING["loggers"]["django"]["handlers"]
    assert handlers == []
