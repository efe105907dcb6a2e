"""Home, path, certificates and the public check, as the people who open them meet them."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from factories import make_grant, make_person, with_second_factor
from worlds import World

from certification.models import Certificate, Decision
from certification.rendering import certificate_pdf
from certification.services import settle_person
from common.codes import show_code

START = dt.date(2026, 6, 1)
NOON = dt.datetime(2026, 6, 1, 10, tzinfo=dt.UTC)


def certified(world: World, **names: str):
    person = world.teacher(since=START, **names)
    world.read_course(person, START)
    world.take_test(person, START)
    settle_person(person.pk, START)
    return person, Certificate.objects.get(cycle__person=person)


@time_machine.travel(NOON, tick=False)
def test_home_says_until_when_and_why_in_one_sentence(world: World, as_person) -> None:
    person, _ = certified(world)
    html = as_person(person).get("/nb/").content.decode()
    assert "31. mai 2027" in html
    assert "regelversjon 2026-2 gir 12 måneder" in html
    assert "for utgave 4" in html


@time_machine.travel(NOON, tick=False)
def test_home_says_who_requires_what_of_whom_by_when(world: World, as_person) -> None:
    person = world.teacher(since=START)
    settle_person(person.pk, START)
    html = as_person(person).get("/nb/").content.decode()
    assert "Fjordvik kommune krever «Grunnkurs» (krav 2026-2) av rollen lærer." in html
    assert "31. juli 2026" in html


def test_someone_without_a_role_is_told_what_to_do(db: None, as_person) -> None:
    assert "Du har ingen sti ennå" in as_person(make_person()).get("/nb/").content.decode()


@pytest.mark.parametrize("address", ["/nb/", "/nb/sertifikater/", "/nb/sti/grunnkurs/"])
def test_a_stranger_is_sent_to_sign_in(world: World, client: Client, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 302
    assert "/nb/konto/login/" in response["Location"]


@time_machine.travel(NOON, tick=False)
def test_a_standing_whose_day_has_come_is_never_shown(world: World, as_person) -> None:
    person, _ = certified(world)
    with time_machine.travel(dt.datetime(2027, 6, 1, 10, tzinfo=dt.UTC), tick=False):
        html = as_person(person).get("/nb/").content.decode()
    assert "Utløpt, kan fornyes til 30. juli 2027" in html


@time_machine.travel(NOON, tick=False)
def test_home_asks_at_most_twelve_questions_of_the_database(world: World, as_person) -> None:
    person = world.teacher(since=START)
    world.read_course(person, START)
    settle_person(person.pk, START)
    client = as_person(person)
    client.get("/nb/")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get("/nb/").status_code == 200
    assert len(queries) <= 12, [query["sql"][:120] for query in queries]


@time_machine.travel(NOON, tick=False)
def test_the_certificate_is_its_owners_and_nobody_elses(world: World, as_person) -> None:
    person, certificate = certified(world)
    stranger = make_person()
    manager = with_second_factor(make_person())
    make_grant(manager, world.agency)
    for address in (f"/nb/sertifikat/{certificate.code}/", f"/nb/sertifikat/{certificate.code}/pdf/"):
        assert as_person(person).get(address).status_code == 200
        assert as_person(stranger).get(address).status_code == 404
        assert as_person(manager).get(address).status_code == 404


@time_machine.travel(NOON, tick=False)
@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_the_pdf_is_tagged_and_holds_its_language(world: World, language: str) -> None:
    _, certificate = certified(world)
    pdf = certificate_pdf(certificate, language)
    assert pdf.startswith(b"%PDF-1.7")
    assert b"/StructTreeRoot" in pdf
    assert f"/Lang({language}-".encode() in pdf
    assert b"pdfuaid:part" in pdf


@time_machine.travel(NOON, tick=False)
@pytest.mark.parametrize("name", ["李 小龙", "Ola 😀", "தமிழ்", "<b>#eval(1)</b> $x$ \\"])
def test_a_name_never_costs_the_certificate(world: World, name: str) -> None:
    _, certificate = certified(world, first_name=name, last_name="Nordmann")
    assert certificate_pdf(certificate, "nb").startswith(b"%PDF")


@time_machine.travel(NOON, tick=False)
def test_anyone_with_the_code_sees_name_certification_and_validity_and_nothing_else(
    world: World, client: Client
) -> None:
    person, certificate = certified(world)
    response = client.get(f"/k/{certificate.code}/")
    html = response.content.decode()
    assert "Sertifikatet er gyldig" in html
    assert person.get_full_name() in html
    assert response["X-Robots-Tag"].startswith("noindex")
    assert person.email not in html
    assert "lærer" not in html.lower()


@time_machine.travel(NOON, tick=False)
def test_the_code_may_be_typed_with_dashes_and_small_letters(world: World, client: Client) -> None:
    _, certificate = certified(world)
    typed = show_code(certificate.code).lower().replace("0", "o").replace("1", "l")
    response = client.post("/nb/kontroll/", {"code": typed})
    assert response["Location"] == f"/k/{certificate.code}/"


@time_machine.travel(NOON, tick=False)
def test_the_check_reads_the_standing_and_not_the_paper(world: World, client: Client) -> None:
    person, certificate = certified(world)
    with time_machine.travel(dt.datetime(2027, 5, 31, 10, tzinfo=dt.UTC), tick=False):
        assert "Sertifikatet er gyldig" in client.get(f"/k/{certificate.code}/").content.decode()
    # In grace she counts in her agency, but to others the certificate has expired.
    with time_machine.travel(dt.datetime(2027, 6, 1, 10, tzinfo=dt.UTC), tick=False):
        assert "Det utløp 31. mai 2027" in client.get(f"/k/{certificate.code}/").content.decode()
    Decision.objects.create(
        person=person,
        certification=world.certification,
        cycle=certificate.cycle,
        kind="revocation",
        valid_from=START,
        reason="Feil.",
        decided_by=person,
    )
    settle_person(person.pk, START)
    assert "Det er trukket tilbake" in client.get(f"/k/{certificate.code}/").content.decode()


@pytest.mark.parametrize("code", ["feil", "0" * 26, "A" * 200])
def test_a_wrong_code_gets_a_clear_answer(world: World, client: Client, code: str) -> None:
    response = client.get(f"/k/{code}/")
    assert response.status_code == 404
    assert "Vi finner ikke noe sertifikat" in response.content.decode()
    assert client.post("/nb/kontroll/", {"code": "kort"}).status_code == 400


@time_machine.travel(NOON, tick=False)
def test_guessing_codes_is_stopped(world: World, client: Client) -> None:
    answers = [client.get(f"/k/{number:026}/").status_code for number in range(31)]
    assert answers[:30] == [404] * 30
    assert answers[30] == 429
