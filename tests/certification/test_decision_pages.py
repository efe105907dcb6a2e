"""The pages where a person's certification is decided about: who may, what each asks, and what is never shown."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation
from factories import make_membership, make_person, make_unit

from certification.models import Certification, Decision, RequirementRule, Standing
from certification.services import settle_person

DAY = timedelta(days=1)
TODAY = timezone.localdate()
CHANGED_BY_OTHERS = "Noen andre har endret dette"


def url(name, *args):
    with translation.override("nb"):
        return reverse(name, args=args)


@pytest.fixture
def certified(world):
    person = world.teacher(since=TODAY - 100 * DAY, first_name="Kari", last_name="Amundsen")
    world.read_course(person, TODAY - 50 * DAY)
    world.take_test(person, TODAY - 50 * DAY)
    settle_person(person.pk, TODAY)
    return person


def send(client, person, kind, **fields):
    return client.post(url("decide_kind", person.public_id, "grunnkurs", kind), {"reason": "Etter avtale.", **fields})


@pytest.mark.parametrize(
    ("kind", "fields", "stored"),
    [
        ("fritak", {"first_day": TODAY.isoformat()}, "waiver"),
        ("utsettelse", {"until": (TODAY + 500 * DAY).isoformat()}, "extension"),
        ("vent", {"first_day": TODAY.isoformat()}, "suspension"),
        ("rett", {"until": (TODAY + 10 * DAY).isoformat()}, "correction"),
        ("trekk-tilbake", {"confirm": 1}, "revocation"),
    ],
)
@pytest.mark.parametrize("function", ["manager", "administrator"])
def test_a_decision_is_made_with_who_and_why_and_undone(world, certified, sign_in, kind, fields, stored, function):
    client = sign_in(function, world.school)
    assert client.get(url("decide_kind", certified.public_id, "grunnkurs", kind)).status_code == 200
    assert send(client, certified, kind, **fields).status_code == 302
    decision = Decision.objects.get()
    assert (decision.kind, decision.decided_by, decision.agency) == (stored, client.person, world.agency)
    text = client.get(url("decide", certified.public_id, "grunnkurs")).content.decode()
    assert "Etter avtale." in text
    undo = url("decision_undo", certified.public_id, "grunnkurs", decision.public_id)
    assert client.get(undo).status_code == 200
    assert "Skriv en begrunnelse" in client.post(undo).content.decode()
    assert Decision.objects.current().get() == decision
    assert client.post(undo, {"reason": "Gjaldt en annen."}).status_code == 302
    assert not Decision.objects.current().exists()
    assert Decision.objects.get(kind="undoing").reason == "Gjaldt en annen."
    again = client.post(undo, {"reason": "Gjaldt en annen."}, follow=True)
    assert CHANGED_BY_OTHERS in again.content.decode()


def test_a_revocation_is_asked_about_before_it_is_made(world, certified, sign_in):
    client = sign_in("manager")
    page = send(client, certified, "trekk-tilbake")
    assert "Ja, trekk sertifikatet tilbake" in page.content.decode()
    assert not Decision.objects.exists()


def test_prior_learning_is_accepted_by_the_step_it_stands_for(world, sign_in):
    person = world.teacher(since=TODAY)
    settle_person(person.pk, TODAY)
    client = sign_in("manager")
    page = client.get(url("decide_kind", person.public_id, "grunnkurs", "tidligere-laering"))
    assert "Prøven: Prøve" in page.content.decode()
    fields = {"step": f"quiz:{world.quiz.key}", "occurred_on": (TODAY - DAY).isoformat(), "assurance": 40}
    old = send(client, person, "tidligere-laering", **{**fields, "occurred_on": (TODAY - 400 * DAY).isoformat()})
    assert "for gammelt" in old.content.decode()
    assert not Decision.objects.exists()
    assert send(client, person, "tidligere-laering", **fields).status_code == 302
    assert Decision.objects.get().kind == "prior"


def test_a_waiver_ends_on_a_day(world, certified, sign_in):
    client = sign_in("manager")
    send(client, certified, "fritak", first_day=(TODAY - 5 * DAY).isoformat())
    end = url("decision_end", certified.public_id, "grunnkurs", Decision.objects.get().public_id)
    why = {"reason": "Tilbake i jobb."}
    assert client.post(end, {"last_day": "i morgen"} | why).status_code == 200
    assert client.post(end, {"last_day": TODAY.isoformat()} | why).status_code == 302
    assert Decision.objects.current().get().valid_to == TODAY


def test_accepted_prior_learning_is_undone_with_a_reason(world, sign_in):
    person = world.teacher(since=TODAY)
    settle_person(person.pk, TODAY)
    client = sign_in("manager")
    fields = {"step": f"quiz:{world.quiz.key}", "occurred_on": (TODAY - DAY).isoformat(), "assurance": 40}
    send(client, person, "tidligere-laering", **fields)
    decision = Decision.objects.get()
    undo = url("decision_undo", person.public_id, "grunnkurs", decision.public_id)
    assert "teller ikke lenger som et steg" in client.get(undo).content.decode()
    assert client.post(undo, {"reason": "Kursbeviset var en annens."}).status_code == 302
    assert not Decision.objects.current().exists()


def test_a_waiver_excuses_from_what_every_agency_in_scope_requires(world, certified, sign_in):
    """One leader of a municipality and of a body below it that requires it too waives both at once."""
    board = make_unit("Lia driftsstyre", world.agency, is_agency=True)
    RequirementRule.objects.create(
        certification=world.certification, agency=board, unit=world.school, label="d", valid_from=TODAY, due_days=30
    )
    settle_person(certified.pk, TODAY)
    client = sign_in("manager", world.agency)
    assert send(client, certified, "fritak", first_day=TODAY.isoformat()).status_code == 302
    assert {row.agency for row in Decision.objects.current()} == {world.agency, board}
    settle_person(certified.pk, TODAY)
    assert Standing.objects.get(person=certified).waived


def test_every_page_asks_not_to_write_of_health_or_cases(world, certified, sign_in):
    client = sign_in("manager")
    for kind in ("fritak", "utsettelse", "vent", "trekk-tilbake", "rett", "tidligere-laering"):
        text = client.get(url("decide_kind", certified.public_id, "grunnkurs", kind)).content.decode()
        assert "Skriv aldri noe om helse, familie eller enkeltsaker" in text, kind


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("fritak", {"reason": ""}),
        ("fritak", {"first_day": "x"}),
        ("fritak", {"first_day": TODAY.isoformat(), "last_day": (TODAY - DAY).isoformat()}),
        ("utsettelse", {"until": TODAY.isoformat()}),
        ("utsettelse", {"until": ""}),
        ("utsettelse", {"until": "9999-12-31"}),
        ("rett", {"until": "2001-01-01"}),
        ("trekk-tilbake", {"reason": " ", "confirm": 1}),
        ("trekk-tilbake", {"reason": "x" * 3000, "confirm": 1}),
        ("vent", {"first_day": TODAY.isoformat(), "reason": "a\x00b"}),
        ("tidligere-laering", {"step": "quiz:x", "occurred_on": TODAY.isoformat(), "assurance": "40"}),
        ("tidligere-laering", {"step": "", "occurred_on": "", "assurance": "x"}),
    ],
)
def test_bad_input_to_a_decision_is_told_and_changes_nothing(world, certified, sign_in, kind, fields):
    page = send(sign_in("manager"), certified, kind, **fields)
    assert page.status_code == 200
    assert "Feil:" in page.content.decode()
    assert not Decision.objects.exists()


def test_a_form_opened_before_somebody_else_decided_changes_nothing(world, certified, sign_in):
    client = sign_in("manager")
    address = url("decide_kind", certified.public_id, "grunnkurs", "utsettelse")
    seen = client.get(address).context["form"]["seen"].value()
    send(client, certified, "utsettelse", until=(TODAY + 400 * DAY).isoformat())
    late = client.post(
        address, {"reason": "Etter avtale.", "until": (TODAY + 600 * DAY).isoformat(), "seen": seen}, follow=True
    )
    assert CHANGED_BY_OTHERS in late.content.decode()
    assert Decision.objects.count() == 1


def test_only_managers_and_administrators_of_where_she_works_decide(world, certified, sign_in):
    addresses = [url("decide", certified.public_id, "grunnkurs")]
    addresses += [url("decide_kind", certified.public_id, "grunnkurs", "fritak")]
    elsewhere = make_unit("Bråten skole", world.agency)
    for function, unit, wanted in [
        ("reporter", None, 403),
        ("coordinator", None, 403),
        ("trainer", None, 403),
        ("manager", elsewhere, 404),
        ("administrator", make_unit("Nabo kommune"), 404),
    ]:
        client = sign_in(function, unit)
        for address in addresses:
            assert client.get(address).status_code == wanted, (function, address)
            sent = client.post(address, {"reason": "x", "first_day": TODAY.isoformat()})
            assert sent.status_code == wanted, (function, address)
    assert not Decision.objects.exists()


def test_nobody_decides_about_herself_and_only_about_what_is_required(world, certified, sign_in):
    client = sign_in("manager")
    make_membership(client.person, world.school)
    settle_person(client.person.pk, TODAY)
    assert client.get(url("decide", client.person.public_id, "grunnkurs")).status_code == 403
    Certification.objects.create(key="frivillig", name_nb="Frivillig", statement_nb="x")
    assert client.get(url("decide", certified.public_id, "frivillig")).status_code == 404
    assert client.get(url("decide_kind", certified.public_id, "grunnkurs", "forfremmelse")).status_code == 404


def test_what_another_agency_decided_is_neither_shown_nor_undone_here(world, certified, sign_in):
    other = make_unit("Nabo kommune")
    decision = Decision.objects.create(
        person=certified, certification=world.certification, agency=other, kind="waiver", reason="Hemmelig grunn",
        decided_by=make_person(), valid_from=TODAY,
    )  # fmt: skip
    client = sign_in("manager")
    assert "Hemmelig" not in client.get(url("decide", certified.public_id, "grunnkurs")).content.decode()
    undo = url("decision_undo", certified.public_id, "grunnkurs", decision.public_id)
    assert client.post(undo).status_code == 404
    assert Decision.objects.current().count() == 1
