"""What the pages say where something has passed, was moved, or is not hers to open."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation
from factories import make_grant, make_person, with_second_factor

from agencies.access import Scope
from certification.forms.rules import RuleForm
from certification.models import Certification, Cycle, RequirementRule, Standing
from certification.services import decisions, settle_person

DAY = timedelta(days=1)
TODAY = timezone.localdate()


def url(name, *args):
    with translation.override("nb"):
        return reverse(name, args=args)


@pytest.fixture
def decider(world):
    person = with_second_factor(make_person("Marit", "Aune"))
    make_grant(person, world.agency, "administrator")
    return person


def certified_on(world, day):
    person = world.teacher(since=day - 50 * DAY, first_name="Kari", last_name="Amundsen")
    world.read_course(person, day)
    world.take_test(person, day)
    settle_person(person.pk, day)
    return person


@pytest.fixture
def certified(world):
    return certified_on(world, TODAY - 50 * DAY)


def decide(do, person, decider, **fields):
    cycle = Cycle.objects.get(person=person, state=Cycle.State.SATISFIED)
    made = do(cycle=cycle, reason="Etter avtale.", decided_by=decider, agency=None, **fields)
    settle_person(person.pk, TODAY)
    return made


def test_a_last_day_that_was_moved_is_told_beside_it_until_that_is_undone(world, as_person, certified, decider):
    moved = "Siste dag ble flyttet ved et vedtak"
    for do, until in ((decisions.extend, TODAY + 500 * DAY), (decisions.correct, TODAY + 300 * DAY)):
        made = decide(do, certified, decider, until=until)
        assert moved in as_person(certified).get(url("home")).content.decode()
        decisions.undo(decision=made, undone_by=decider)
        settle_person(certified.pk, TODAY)
        assert moved not in as_person(certified).get(url("home")).content.decode()


def test_what_does_not_hold_is_never_called_valid(world, as_person, certified, decider):
    client = as_person(certified)
    assert "Gyldig til og med" in client.get(url("home")).content.decode()
    decide(decisions.suspend, certified, decider, first_day=TODAY)
    for name in ("home", "certificates"):
        html = client.get(url(name)).content.decode()
        assert "Gyldig til og med" not in html
        assert "Sertifikatet gjelder ikke nå." in html
    certificate = Cycle.objects.get(person=certified, state=Cycle.State.SATISFIED).certificate
    assert "dager igjen" not in client.get(url("certificate", certificate.code)).content.decode()


def test_what_has_run_out_says_so(world, as_person):
    html = as_person(certified_on(world, TODAY - 400 * DAY)).get(url("home")).content.decode()
    assert "Gikk ut " in html
    assert "Sertifikatet gikk ut" in html
    assert "Gyldig til og med" not in html


def test_the_administrator_finds_the_way_from_a_person_to_what_is_decided(world, as_person, certified, decider):
    client, address = as_person(decider), url("decisions_of", certified.public_id)
    assert address in client.get(url("roster_person", certified.public_id)).content.decode()
    assert client.get(address)["Location"] == url("decide", certified.public_id, "grunnkurs")
    page = client.get(address, follow=True).content.decode()
    assert url("roster_person", certified.public_id) in page
    assert "Gyldig" in page

    other = Certification.objects.create(key="videre", name_nb="Videre", statement_nb="x")
    RequirementRule.objects.create(
        certification=other, agency=world.agency, unit=world.agency, label="v", valid_from=TODAY, due_days=60
    )
    settle_person(certified.pk, TODAY)
    both = client.get(address).content.decode()
    assert url("decide", certified.public_id, "grunnkurs") in both
    assert Standing.objects.filter(person=certified).count() == 2


def test_about_herself_and_about_strangers_there_is_nothing_to_decide(world, as_person, certified, decider):
    client = as_person(decider)
    assert client.get(url("decisions_of", decider.public_id)).status_code == 403
    assert client.get(url("decisions_of", make_person().public_id)).status_code == 404


def test_the_one_who_runs_the_installation_has_a_way_to_the_policies(world, as_person, decider):
    operator = with_second_factor(make_person("Rut", "Rot", is_superuser=True))
    assert f'href="{url("policies")}"' in as_person(operator).get(url("home")).content.decode()
    menu = as_person(decider).get(url("home")).content.decode()
    assert f'href="{url("rules")}"' in menu
    assert f'href="{url("policies")}"' not in menu


def test_who_administers_one_school_is_shown_no_door_that_is_closed(world, as_person):
    person = with_second_factor(make_person("Ola", "Vold"))
    make_grant(person, world.school, "administrator")
    client = as_person(person)
    html = client.get(url("rules")).content.decode()
    assert url("policies") not in html
    assert client.get(url("policies")).status_code == 403


def test_a_form_about_an_agencys_policy_shows_what_holds_nationally_at_each_field(world, as_person, decider):
    address = url("policy_new_agency", "grunnkurs", world.agency.public_id)
    html = as_person(decider).get(address).content.decode()
    assert "Nasjonalt: 12 måneder." in html
    assert html.count("Som nasjonalt") == 3
    page = as_person(decider).post(
        address, {"version": "F-1", "valid_from": TODAY.isoformat(), "validity": "9 måneder", "note": "Strengere."}
    )
    assert "<del>12 måneder</del>" in page.content.decode()


def test_a_due_date_of_the_kind_that_was_not_chosen_stops_nobody(world):
    fields = {
        "certification": "grunnkurs", "label": "2027-1", "unit": str(world.agency.public_id),
        "valid_from": TODAY.isoformat(), "due": "date", "due_days": "-5", "due_on": (TODAY + 60 * DAY).isoformat(),
    }  # fmt: skip
    form = RuleForm(fields, scope=Scope((world.agency.path,)))
    assert form.is_valid(), form.errors
    assert (form.wanted()["due_days"], form.wanted()["due_on"]) == (None, TODAY + 60 * DAY)


def test_a_browser_may_send_the_form_of_the_public_check(client, db):
    """With «no-referrer» a browser says that the form comes from nowhere, and it would be refused."""
    assert client.get(url("check_form"))["Referrer-Policy"] == "same-origin"
