"""The list of people and the file of the same: who may, what is shown, what is never shown."""

import csv
import datetime as dt
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from factories import make_membership, make_person, make_role, make_unit

from agencies.models import Grant, Membership
from certification.models import Certification, Requirement
from reports.rendering import safe_cell

F = Grant.Function
LIST, FILE = "/nb/personer/", "/nb/personer/personer.csv"


def names(page):
    return [row.standing.person.last_name for row, _note in page.context["rows"]]


def cells(response):
    return list(csv.reader(io.StringIO(response.getvalue().decode("utf-8-sig")), delimiter=";"))


@pytest.mark.parametrize("function", [F.REPORTER, F.TRAINER, F.ADMINISTRATOR, None])
def test_only_managers_and_coordinators_see_people(place, as_person, function):
    person = place.works(place.lia, left=200)
    client = as_person(place.sees(place.agency, function) if function else person)
    for address in (LIST, FILE, f"{LIST}{person.public_id}/"):
        response = client.get(address)
        assert response.status_code == 403
        assert "Amundsen" not in response.content.decode().split("<main")[1]


def test_nobody_is_asked_to_sign_in(place, client):
    for address in (LIST, FILE):
        assert client.get(address).status_code == 302


@pytest.mark.parametrize("function", [F.MANAGER, F.COORDINATOR])
def test_the_list_is_those_in_scope_and_no_one_of_a_sibling_unit(place, as_person, function):
    place.works(place.lia, left=200)
    place.works(place.braten, left=200, name="Siri Dahl")
    client = as_person(place.sees(place.lia, function))
    assert names(client.get(LIST)) == ["Amundsen"]
    assert [row[0] for row in cells(client.get(FILE))[1:]] == ["Amundsen, Kari"]
    # A unit outside the scope is not among the choices: nobody is shown, and the file is not made.
    page = client.get(LIST, {"enhet": place.braten.public_id})
    assert names(page) == []
    assert page.context["filter"].form.errors
    assert "<title>Feil: Personer" in " ".join(page.content.decode().split())
    assert client.get(FILE, {"enhet": place.braten.public_id}).status_code == 302


def test_what_is_voluntary_is_not_there(place, as_person):
    free = make_person("Ola", "Frivillig")
    make_membership(free, place.lia)
    place.stand(free, left=200, required=False)
    other = Certification.objects.create(key="valgfri", name_nb="Valgfritt kurs")
    both = place.works(place.lia, left=200)
    place.stand(both, other, left=100, required=False)
    client = as_person(place.sees(place.lia))
    for page in (client.get(LIST), client.get(f"{LIST}{both.public_id}/")):
        assert "Frivillig" not in page.content.decode()
        assert "Valgfritt" not in page.content.decode()
    assert len(cells(client.get(FILE))) == 2
    # Her manager may open her page, since she works there: it says that nothing is required.
    page = client.get(f"{LIST}{free.public_id}/")
    assert page.context["found"] == []
    assert "Ingenting er pålagt" in page.content.decode()


def test_what_another_employer_requires_is_not_there(place, as_person):
    neighbour = make_unit("Nabo kommune")
    person = make_person("Kari", "Amundsen")
    make_membership(person, place.lia)
    place.require(make_membership(person, neighbour))
    place.stand(person, left=200)
    client = as_person(place.sees(place.lia))
    assert names(client.get(LIST)) == []
    page = client.get(f"{LIST}{person.public_id}/")
    assert page.context["found"] == []
    assert "Nabo" not in page.content.decode()


def test_who_has_left_is_gone_the_day_after_whatever_was_settled(place, as_person):
    person = place.works(place.lia, left=200)
    client = as_person(place.sees(place.lia))
    job = Membership.objects.filter(person=person)
    job.update(valid_to=place.today)
    assert names(client.get(LIST)) == ["Amundsen"]
    job.update(valid_to=place.today - dt.timedelta(days=1))
    assert names(client.get(LIST)) == []
    assert client.get(f"{LIST}{person.public_id}/").status_code == 404


def test_rows_show_status_and_dates_and_leave_as_a_plain_note(place, as_person):
    place.works(place.lia, left=41, name="Anne Aa")
    place.works(place.lia, due_in=-1, name="Bo Be")
    place.works(place.lia, left=200, paused=True, name="Cecilie Ce")
    place.works(place.lia, due_in=20, begun=True, name="Dag De")
    page = as_person(place.sees(place.lia)).get(LIST)
    text = page.content.decode()
    shown = {row.standing.person.last_name: (row.word, row.days_left, note) for row, note in page.context["rows"]}
    assert shown == {
        "Aa": ("Må fornyes", 41, ""),
        "Be": ("Over fristen", None, ""),
        "Ce": ("Gyldig", 200, "Permisjon"),
        "De": ("Underveis", None, ""),
    }
    assert "41 dager igjen" in text
    assert "Permisjon</small>" in text
    assert "Viser 1–4 av 4" in text


def test_filters_by_name_unit_role_status_certification_and_days_left(place, as_person, nurse):
    other = Certification.objects.create(key="helse", name_nb="Handlekraft helse")
    kari = place.works(place.lia, left=200)
    place.works(place.lia, nurse, left=20, name="Åse Østby")
    place.works(place.braten, due_in=-1, name="Jon Erik Bakken")
    place.require(kari.memberships.get(), other)
    place.stand(kari, other, due_in=9)
    client = as_person(place.sees(place.agency))
    found = {
        "navn=kar": ["Amundsen", "Amundsen"],
        "navn=erik": ["Bakken"],
        "navn=øst": ["Østby"],
        "navn=aa": ["Østby"],
        "navn=ari": [],
        f"enhet={place.lia.public_id}": ["Amundsen", "Amundsen", "Østby"],
        f"enhet={place.agency.public_id}&status=overdue": ["Bakken"],
        "rolle=nurse": ["Østby"],
        f"rolle=nurse&enhet={place.braten.public_id}": [],
        "status=valid": ["Amundsen"],
        "sertifisering=helse": ["Amundsen"],
        "utlop=30": ["Østby"],
        "utlop=60": [],
    }
    for query, expected in found.items():
        assert names(client.get(f"{LIST}?{query}")) == expected, query
        # The file has the same people in the same order.
        rows = cells(client.get(f"{FILE}?{query}"))[1:]
        assert [row[0].split(",")[0] for row in rows] == expected, query


def test_unit_and_role_are_asked_of_one_and_the_same_job(place, as_person, nurse):
    person = place.works(place.lia, left=200)
    place.require(make_membership(person, place.braten, nurse))
    place.stand(person, left=200)
    client = as_person(place.sees(place.agency))
    assert names(client.get(LIST, {"rolle": "nurse", "enhet": place.lia.public_id})) == []
    page = client.get(LIST, {"rolle": "nurse", "enhet": place.braten.public_id})
    assert names(page) == ["Amundsen"]
    assert (page.context["rows"][0][0].units) == "Lia ungdomsskole, Bråten skole"


def test_sorts_both_ways_by_every_column(place, as_person, nurse):
    place.works(place.lia, left=100, name="Anne Åsen")
    place.works(place.braten, nurse, left=-200, name="Bo Berg")
    place.works(place.lia, make_role("aide", "Assistent"), left=30, name="Carl Ås")
    client = as_person(place.sees(place.agency))
    orders = {
        "name": ["Berg", "Ås", "Åsen"],
        "unit": ["Berg", "Ås", "Åsen"],
        "role": ["Ås", "Berg", "Åsen"],
        "status": ["Åsen", "Ås", "Berg"],
        "date": ["Berg", "Ås", "Åsen"],
    }
    for by, order in orders.items():
        assert names(client.get(LIST, {"sort": by})) == order, by
        backwards = names(client.get(LIST, {"sort": f"-{by}"}))
        assert backwards == (["Ås", "Åsen", "Berg"] if by == "unit" else order[::-1]), by
    page = client.get(LIST, {"sort": "name"})
    assert (
        'aria-sort="ascending"><button type="submit" form="filter" name="sort" value="-name"' in page.content.decode()
    )


def test_what_cannot_be_understood_shows_nobody_and_says_so(place, as_person):
    place.works(place.lia, left=200)
    client = as_person(place.sees(place.lia))
    for query in ("status=tull", "sort=score", "utlop=1000", "sertifisering=x", "rolle=x", "enhet=x", "navn=%00"):
        page = client.get(f"{LIST}?{query}")
        assert page.status_code == 200
        assert names(page) == [], query
        assert page.context["filter"].form.errors, query
    assert names(client.get(LIST, {"page": "tull"})) == ["Amundsen"]
    assert names(client.get(LIST, {"page": 99})) == ["Amundsen"]


def test_an_empty_list_says_why(place, as_person):
    client = as_person(place.sees(place.lia))
    assert "Ingen personer ennå" in client.get(LIST).content.decode()
    assert "Ingen passer til valgene" in client.get(LIST, {"navn": "x"}).content.decode()


def test_fifty_a_page(place, as_person):
    for number in range(51):
        place.works(place.lia, left=200, name=f"Kari Amundsen{number:02}")
    client = as_person(place.sees(place.lia))
    first, second = client.get(LIST), client.get(LIST, {"page": 2, "status": "valid"})
    assert "Viser 1–50 av 51" in first.content.decode()
    assert names(second) == ["Amundsen50"]
    assert "status=valid" in second.content.decode().split("ds-pagination")[1]
    assert len(cells(client.get(FILE))) == 52


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_a_file_is_a_formula(start):
    assert safe_cell(f"{start}1+1") == f"'{start}1+1"
    assert safe_cell("Dahl, Siri") == "Dahl, Siri"


def test_names_in_the_file_are_text(place, as_person):
    place.works(place.lia, left=200, name='Kari =HYPERLINK("http://x";"y")')
    response = as_person(place.sees(place.lia)).get(FILE)
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert "no-store" in response["Cache-Control"]
    body = response.getvalue()
    assert body.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig")), delimiter=";"))
    assert rows[0][0] == "Navn"
    assert rows[1][0] == """'=HYPERLINK("http://x";"y"), Kari"""


def test_the_file_says_nothing_that_the_list_does_not(place, as_person):
    place.works(place.lia, left=200)
    head = cells(as_person(place.sees(place.lia)).get(FILE))[0]
    assert head == [
        "Navn",
        "Yrkesrolle",
        "Enhet",
        "Sertifisering",
        "Status",
        "Gyldig til og med",
        "Frist",
        "Merknad",
    ]


def queries_of(client, address):
    client.get(address).getvalue()
    with CaptureQueriesContext(connection) as found:
        client.get(address).getvalue()
    return len(found)


def test_the_same_number_of_queries_for_one_person_and_a_hundred(place, as_person):
    place.works(place.lia, left=200)
    client = as_person(place.sees(place.agency))
    addresses = (LIST, FILE, f"{LIST}?status=valid&sort=-role", f"{LIST}?sort=unit&rolle=teacher")
    one = [queries_of(client, address) for address in addresses]
    for number in range(100):
        unit = make_unit(f"Skole {number}", place.lia) if number % 10 == 0 else place.braten
        role = make_role(f"r{number % 5}", f"Rolle {number % 5}") if number % 2 else None
        person = place.works(unit, role, left=number + 100, name=f"Kari Person{number}")
        if number % 7 == 0:
            place.require(make_membership(person, place.lia))
    assert Requirement.objects.count() > 100
    assert [queries_of(client, address) for address in addresses] == one
    assert max(one) <= 12
