"""Whoever leaves the machine is signed out; whoever works is not, and her session is seldom written."""

import datetime as dt

import pytest
import time_machine
from django.contrib.sessions.models import Session
from factories import make_person

pytestmark = pytest.mark.django_db
START = dt.datetime(2027, 4, 20, 9, 0, tzinfo=dt.UTC)
ACCOUNT = "/nb/min-konto/"


@pytest.fixture
def clock():
    with time_machine.travel(START, tick=False) as clock:
        yield clock


@pytest.fixture
def person_inside(clock, as_person):
    client = as_person(make_person())
    assert client.get(ACCOUNT).status_code == 200
    return client


def test_after_29_minutes_she_is_still_inside(clock, person_inside):
    clock.shift(dt.timedelta(minutes=29))
    assert person_inside.get(ACCOUNT).status_code == 200


def test_after_31_minutes_she_is_out(clock, person_inside):
    clock.shift(dt.timedelta(minutes=31))
    answer = person_inside.get(ACCOUNT)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/nb/konto/login/?next=")


def test_every_visit_starts_the_half_hour_again(clock, person_inside):
    for _visit in range(5):
        clock.shift(dt.timedelta(minutes=20))
        assert person_inside.get(ACCOUNT).status_code == 200


def test_idle_time_counts_even_where_the_session_lives_longer(clock, person_inside, settings):
    session = person_inside.session
    session.set_expiry(24 * 3600)
    session.save()
    clock.shift(dt.timedelta(minutes=31))
    assert person_inside.get(ACCOUNT).status_code == 302


def test_a_second_visit_within_a_minute_does_not_write_the_session(clock, person_inside):
    before = Session.objects.get()
    clock.shift(dt.timedelta(seconds=30))
    person_inside.get(ACCOUNT)
    assert Session.objects.get().session_data == before.session_data
    clock.shift(dt.timedelta(seconds=31))
    person_inside.get(ACCOUNT)
    assert Session.objects.get().session_data != before.session_data
