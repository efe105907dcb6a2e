"""The pages where new cycles are opened: the preview before anything is saved, who may, and twice is once."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from factories import make_grant, make_person, make_unit, with_second_factor

from certification import tasks
from certification.models import Cycle, Decision
from certification.services import opening_jobs, settle_person
from certification.views import opening as views

DAY = timedelta(days=1)
TODAY = timezone.localdate()
DUE = TODAY + 60 * DAY


def url(name, *args):
    with translation.override("nb"):
        return reverse(name, args=args)


@pytest.fixture
def manager(world):
    person = with_second_factor(make_person("Marit", "Aune"))
    make_grant(person, world.agency, "manager")
    return person


@pytest.fixture
def certified(world):
    def make(**names):
        person = world.teacher(since=TODAY - 100 * DAY, **names)
        world.read_course(person, TODAY - 50 * DAY)
        world.take_test(person, TODAY - 50 * DAY)
        settle_person(person.pk, TODAY)
        return person

    return make


def asked(world, **fields):
    return {
        "certification": "grunnkurs",
        "unit": world.agency.public_id,
        "due_on": DUE.isoformat(),
        "reason": "Ny lov fra nyttår.",
        **fields,
    }


def test_it_is_shown_for_whom_before_anything_is_saved_and_then_done_for_those_chosen(
    world, manager, certified, as_person
):
    kari, ola = certified(first_name="Kari", last_name="Amundsen"), certified(first_name="Ola", last_name="Berg")
    newcomer = world.teacher(since=TODAY, first_name="Nina", last_name="Nykommer")
    settle_person(newcomer.pk, TODAY)
    client, address = as_person(manager), url("openings_new")
    preview = client.post(address, asked(world))
    text = preview.content.decode()
    assert preview.context["count"] == 2
    assert all(words in text for words in ("Amundsen, Kari", "Berg, Ola", "Nykommer, Nina", "Har alt en åpen omgang"))
    assert "Ingenting er lagret ennå" in text
    assert not Decision.objects.exists()
    batch = preview.context["wish"].batch
    send = asked(world, confirm=1, batch=batch, person=[str(kari.public_id)])
    done = client.post(address, send, follow=True)
    assert "Ferdig" in done.content.decode()
    assert done.context["opened"] == 1
    cycle = Cycle.objects.get(person=kari, state="open")
    assert (cycle.due_on, Decision.objects.get().decided_by) == (DUE, manager)
    assert not Cycle.objects.filter(person=ola, state="open").exists()
    again = client.post(address, send, follow=True)
    assert again.redirect_chain[-1][0] == url("opening", batch)
    assert Decision.objects.count() == 1


def test_another_tab_with_the_same_people_opens_nothing_more(world, manager, certified, as_person):
    kari, client, address = certified(), as_person(manager), url("openings_new")
    for _tab in range(2):
        client.post(address, asked(world, confirm=1, person=[str(kari.public_id)]))
    assert Cycle.objects.filter(person=kari).count() == 2
    assert Decision.objects.count() == 1


def test_many_are_left_to_a_worker_and_the_page_tells_how_far_it_has_come(
    world, manager, certified, as_person, monkeypatch
):
    people = [certified() for _ in range(3)]
    monkeypatch.setattr(views, "AT_ONCE", 2)
    queued = []
    monkeypatch.setattr(tasks.open_cycles, "delay", lambda *args: queued.append(args))
    client = as_person(manager)
    fields = asked(world, confirm=1, batch=uuid.uuid4(), person=[str(one.public_id) for one in people])
    waiting = client.post(url("openings_new"), fields, follow=True)
    assert "0 av 3 er behandlet" in waiting.content.decode()
    assert queued == [(manager.pk, str(fields["batch"]))]
    tasks.open_cycles(*queued[0])
    tasks.open_cycles(*queued[0])
    page = client.get(url("opening", fields["batch"]))
    assert ("Ferdig" in page.content.decode(), page.context["opened"]) == (True, 3)
    assert Decision.objects.count() == 3


def test_what_stopped_goes_on_where_it_was_when_she_asks_for_it(world, manager, certified, as_person, monkeypatch):
    people = [certified() for _ in range(2)]
    monkeypatch.setattr(views, "AT_ONCE", 0)
    monkeypatch.setattr(opening_jobs, "_PORTION", 1)
    monkeypatch.setattr(tasks.open_cycles, "delay", lambda *args: None)
    client = as_person(manager)
    fields = asked(world, confirm=1, batch=uuid.uuid4(), person=[str(one.public_id) for one in people])
    client.post(url("openings_new"), fields)
    page = url("opening", fields["batch"])
    real, calls = opening_jobs.open_cycles, []

    def cut_off(wish, ids):
        if calls:
            raise KeyboardInterrupt
        calls.append(ids)
        return real(wish, ids)

    monkeypatch.setattr(opening_jobs, "open_cycles", cut_off)
    with pytest.raises(KeyboardInterrupt):
        opening_jobs.run_order(manager.pk, fields["batch"])
    assert "1 av 2 er behandlet" in client.get(page).content.decode()
    monkeypatch.setattr(opening_jobs, "_SILENCE", timedelta(0))
    assert "Dette stoppet underveis" in client.get(page).content.decode()
    monkeypatch.setattr(opening_jobs, "open_cycles", real)
    monkeypatch.setattr(tasks.open_cycles, "delay", tasks.open_cycles)
    assert "Ferdig" in client.post(page, follow=True).content.decode()
    assert Decision.objects.count() == 2


def test_who_may_no_longer_decide_there_gets_nothing_more_opened(world, manager, certified, as_person, monkeypatch):
    kari = certified()
    monkeypatch.setattr(views, "AT_ONCE", 0)
    monkeypatch.setattr(tasks.open_cycles, "delay", lambda *args: None)
    fields = asked(world, confirm=1, batch=uuid.uuid4(), person=[str(kari.public_id)])
    as_person(manager).post(url("openings_new"), fields)
    manager.grants.update(valid_to=TODAY - DAY)
    progress = opening_jobs.run_order(manager.pk, fields["batch"])
    assert progress is not None
    assert (progress.refused, progress.finished) == (True, True)
    assert not Decision.objects.exists()


def test_how_far_it_has_come_is_shown_to_who_asked_for_it_only(world, manager, certified, as_person):
    kari, batch = certified(), uuid.uuid4()
    as_person(manager).post(url("openings_new"), asked(world, confirm=1, batch=batch, person=[str(kari.public_id)]))
    other = with_second_factor(make_person("Siri", "Sand"))
    make_grant(other, world.agency, "manager")
    assert as_person(other).get(url("opening", batch)).status_code == 404
    assert as_person(manager).get(url("opening", batch)).status_code == 200


@pytest.mark.parametrize("function", ["coordinator", "reporter", "trainer", ""])
def test_only_those_who_decide_open_the_page(world, as_person, function):
    person = with_second_factor(make_person())
    if function:
        make_grant(person, world.agency, function)
    assert as_person(person).get(url("openings_new")).status_code == 403


def test_people_outside_her_units_are_neither_shown_nor_opened_for(world, certified, as_person):
    kari = certified(first_name="Kari", last_name="Amundsen")
    elsewhere = make_unit("Bråten skole", world.agency)
    manager = with_second_factor(make_person())
    make_grant(manager, elsewhere, "manager")
    client = as_person(manager)
    wrong = client.post(url("openings_new"), asked(world))
    assert "Velg en enhet" in wrong.content.decode()
    fields = asked(world, unit=elsewhere.public_id, confirm=1, person=[str(kari.public_id)])
    assert "Amundsen" not in client.post(url("openings_new"), fields).content.decode()
    assert not Decision.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"due_on": TODAY.isoformat()}, {"due_on": "snart"}, {"due_on": ""}, {"reason": ""}, {"reason": "x" * 2001},
        {"certification": "ingen"}, {"unit": "x"}, {"role": "ingen"}, {"batch": "x"}, {"person": ["x"]},
        {"person": []}, {"person": [str(uuid.uuid4())]},
    ],
)  # fmt: skip
def test_bad_input_is_told_and_changes_nothing(world, manager, certified, as_person, wrong):
    kari = certified()
    fields = asked(world, confirm=1, person=[str(kari.public_id)]) | wrong
    page = as_person(manager).post(url("openings_new"), fields)
    assert page.status_code == 200
    assert "Feil:" in page.content.decode()
    assert not Decision.objects.exists()


def test_the_list_of_people_leads_to_it_with_what_it_was_narrowed_to(world, manager, certified, as_person):
    certified()
    client = as_person(manager)
    text = client.get(url("people"), {"enhet": world.school.public_id, "rolle": "teacher"}).content.decode()
    assert f"{url('openings_new')}?enhet={world.school.public_id}&amp;rolle=teacher" in text
    page = client.get(url("openings_new"), {"enhet": world.school.public_id, "rolle": "teacher"})
    assert (page.context["form"]["unit"].value(), page.context["form"]["role"].value()) == (
        str(world.school.public_id),
        "teacher",
    )


def test_the_preview_takes_the_same_queries_for_one_and_for_twenty(world, manager, certified, as_person):
    client, counted = as_person(manager), []
    client.post(url("openings_new"), asked(world))
    for number in (1, 19):
        for _ in range(number):
            certified()
        with CaptureQueriesContext(connection) as queries:
            assert client.post(url("openings_new"), asked(world)).status_code == 200
        counted.append(len(queries))
    assert counted[0] == counted[1]
