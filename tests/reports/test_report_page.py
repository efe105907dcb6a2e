"""The report: figures of the units one may see, the same number of queries however many there are."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from factories import LONG_AGO, make_grant, make_person, make_role, make_unit, with_second_factor

from agencies.models import Grant, Unit
from certification.models import Certification, Standing
from reports.contributions import TallyStatus
from reports.models import TallyMonth
from reports.services import fold_tallies

F = Grant.Function


def text_of(response):
    return " ".join(response.content.decode().split())


@pytest.mark.parametrize("function", [F.MANAGER, F.COORDINATOR, F.REPORTER])
def test_who_sees_figures_sees_the_share_of_her_own_subtree(place, as_person, function):
    for left in (200, 45, -100):
        place.works(place.lia, left=left)
    place.works(place.braten, due_in=-1)
    page = as_person(place.sees(place.lia, function)).get("/nb/rapport/")
    assert page.status_code == 200
    figures = page.context["figures"]
    assert (figures.base, figures.certified, figures.ready, figures.soon, figures.percent) == (3, 2, 1, 1, 66)
    assert "2 av 3 er sertifisert" in text_of(page)
    assert "Bråten" not in text_of(page)


@pytest.mark.parametrize("function", [F.TRAINER, F.ADMINISTRATOR, None])
def test_everybody_else_is_refused(place, as_person, function):
    person = place.sees(place.agency, function) if function else make_person()
    client = as_person(person)
    for address in (
        "/nb/rapport/",
        f"/nb/rapport/{place.lia.public_id}/",
        f"/nb/rapport/{place.lia.public_id}/tall.csv",
    ):
        assert client.get(address).status_code == 403


def test_nobody_is_asked_to_sign_in(place, client):
    assert client.get("/nb/rapport/").status_code == 302


def test_a_sibling_unit_and_the_unit_above_are_not_there(place, as_person):
    place.works(place.braten, left=200)
    client = as_person(place.sees(place.lia))
    for unit in (place.braten, place.agency):
        assert client.get(f"/nb/rapport/{unit.public_id}/").status_code == 404
        assert client.get(f"/nb/rapport/{unit.public_id}/tall.csv").status_code == 404
    page = client.get(f"/nb/rapport/{place.lia.public_id}/")
    assert page.context["above"] == []
    assert "Fjordvik" not in page.content.decode().split("<main")[1]


def test_crumbs_lead_upwards_as_far_as_the_scope_and_no_further(place, as_person):
    upper = make_unit("Oppvekst", place.agency)
    lower = make_unit("Haugen skole", upper)
    ward = make_unit("Trinn 8", lower)
    place.works(ward, left=200)
    page = as_person(place.sees(upper)).get(f"/nb/rapport/{ward.public_id}/")
    assert [unit.name for unit in page.context["above"]] == ["Oppvekst", "Haugen skole"]


def test_child_units_come_worst_first_and_open_their_own_report(place, as_person):
    for left in (200, 200, -100):
        place.works(place.braten, left=left)
    for left in (200, -100, -100):
        place.works(place.lia, left=left)
    empty = make_unit("Tom skole", place.agency)
    page = as_person(place.sees(place.agency)).get("/nb/rapport/")
    bars = page.context["children"]
    assert [(bar.name, bar.figures.percent) for bar in bars] == [("Lia ungdomsskole", 33), ("Bråten skole", 66)]
    assert str(empty.public_id) not in page.content.decode()
    assert f"/nb/rapport/{place.lia.public_id}/?sertifisering=skole" in page.content.decode()
    below = as_person(place.sees(place.agency)).get(bars[0].url)
    assert "Lia ungdomsskole mangler 2" in text_of(below)


def test_roles_with_fewer_than_five_people_are_shown_together(place, as_person, nurse):
    for _ in range(6):
        place.works(place.lia, left=200)
    for key in ("head", "assistant", "adviser"):
        for _ in range(2):
            place.works(place.lia, make_role(key, key.title()), left=-100)
    page = as_person(place.sees(place.lia)).get("/nb/rapport/")
    assert [(bar.name, bar.figures.people) for bar in page.context["roles"]] == [
        ("Andre roller samlet", 6),
        ("Lærer", 6),
    ]


def test_leave_and_waiver_stand_outside_the_figure(place, as_person):
    place.works(place.lia, left=200)
    place.works(place.lia, left=200, paused=True)
    place.works(place.lia, waived=True)
    page = as_person(place.sees(place.lia)).get("/nb/rapport/")
    assert page.context["figures"].percent == 100
    assert "1 fritatt og 1 i permisjon" in text_of(page)


def test_a_figure_of_statuses_leads_to_just_those_people(place, as_person):
    for fields in ({"left": 200}, {"left": 200, "paused": True}, {"left": 20}, {"left": -5}, {"waived": True}):
        place.works(place.lia, **fields)
    client = as_person(place.sees(place.lia))
    page = client.get("/nb/rapport/")
    for line in page.context["lines"]:
        found = client.get("/nb/personer/", {"status": line.key, "enhet": place.lia.public_id})
        assert found.context["page"].paginator.count == line.count, line
    for key, _days, count, _end in page.context["expiring"]:
        found = client.get("/nb/personer/", {"utlop": key})
        assert found.context["page"].paginator.count == count


def test_a_reporter_sees_figures_and_no_way_to_the_people(place, as_person):
    place.works(place.lia, left=200)
    client = as_person(place.sees(place.agency, F.REPORTER))
    page = client.get("/nb/rapport/")
    assert "Amundsen" not in page.content.decode()
    assert "/nb/personer/" not in page.content.decode()
    assert client.get("/nb/personer/").status_code == 403


def test_who_follows_several_units_chooses_among_them(place, as_person):
    place.works(place.lia, left=200)
    place.works(place.braten, left=-100)
    person = place.sees(place.lia)
    make_grant(person, place.braten)
    page = as_person(person).get("/nb/rapport/")
    assert [(bar.name, bar.figures.percent) for bar in page.context["bars"]] == [
        ("Bråten skole", 0),
        ("Lia ungdomsskole", 100),
    ]


def test_each_certification_has_its_own_figures_and_an_unknown_one_is_not_there(place, as_person):
    other = Certification.objects.create(key="aa-helse", name_nb="Handlekraft helse")
    person = place.works(place.lia, left=200)
    place.require(person.memberships.get(), other)
    place.stand(person, other, due_in=-1)
    client = as_person(place.sees(place.lia))
    assert client.get("/nb/rapport/").context["figures"].percent == 0
    assert client.get("/nb/rapport/?sertifisering=skole").context["figures"].percent == 100
    assert client.get("/nb/rapport/?sertifisering=tull").status_code == 404


def test_before_anything_is_required_the_page_says_so(place, as_person):
    page = as_person(place.sees(place.lia)).get("/nb/rapport/")
    assert page.status_code == 200
    assert "Ingen tall ennå" in text_of(page)


def test_totals_say_as_of_which_day(place, as_person):
    person = place.works(place.lia, left=200)
    client = as_person(place.sees(place.lia))
    assert client.get("/nb/rapport/").context["as_of"] == place.today
    Standing.objects.filter(person=person).update(next_change_on=place.today - dt.timedelta(days=2))
    assert client.get("/nb/rapport/").context["as_of"] == place.today - dt.timedelta(days=3)


def test_the_trend_is_drawn_from_two_months_on(place, as_person):
    place.works(place.lia, left=200)
    client = as_person(place.sees(place.lia))
    month = place.today.replace(day=1)
    for number, (certified, missing) in enumerate([(1, 1), (2, 1)]):
        month = (month - dt.timedelta(days=1)).replace(day=1)
        for status, count in ((TallyStatus.VALID_MORE, certified), (TallyStatus.OVERDUE, missing)):
            TallyMonth.objects.create(
                month=month, unit=place.lia, certification=place.certification, status=status, count=count
            )
        trend = client.get("/nb/rapport/").context["trend"]
        assert (trend is None) == (number == 0)
    assert [percent for _name, percent in trend.rows] == [66, 50, 100]
    assert trend.heading.startswith("Opp 34 prosentpoeng")
    assert trend.line.count(",") == 3


def test_the_file_has_the_unit_and_its_children(place, as_person):
    place.works(place.lia, left=200)
    place.works(place.braten, due_in=-1)
    Unit.objects.filter(pk=place.lia.pk).update(name_nb="=HYPERLINK(1)")
    response = as_person(place.sees(place.agency)).get(f"/nb/rapport/{place.agency.public_id}/tall.csv")
    rows = [line.split(";") for line in response.getvalue().decode("utf-8-sig").splitlines()]
    assert rows[0][0] == "Enhet"
    assert [row[0] for row in rows[1:]] == ["Fjordvik kommune", "Bråten skole", "'=HYPERLINK(1)"]
    assert rows[1][2:6] == ["2", "1", "1", "50"]


def queries_of(client, address):
    client.get(address)  # signed in, seen
    with CaptureQueriesContext(
        connection,
    ) as found:
        assert client.get(address).status_code == 200
    return len(found)


def test_the_same_number_of_queries_for_one_child_unit_and_a_hundred(place, as_person):
    place.works(place.lia, left=200)
    client = as_person(place.sees(place.agency))
    one = queries_of(client, "/nb/rapport/")
    for number in range(100):
        unit = make_unit(f"Skole {number}", place.agency)
        place.works(unit, make_role(f"role{number % 7}", f"Rolle {number % 7}"), left=number)
        if number == 50:
            fold_tallies()
    assert len(client.get("/nb/rapport/").context["children"]) == 101
    assert queries_of(client, "/nb/rapport/") == one
    assert one <= 12


def test_several_roots_take_no_more_queries_than_few(place, as_person):
    person = with_second_factor(make_person())
    for unit in (place.lia, place.braten):
        place.works(unit, left=200)
        make_grant(person, unit)
    client = as_person(person)
    few = queries_of(client, "/nb/rapport/")
    for number in range(20):
        unit = make_unit(f"Skole {number}", place.agency)
        place.works(unit, left=200)
        make_grant(person, unit, valid_from=LONG_AGO)
    assert queries_of(client, "/nb/rapport/") == few <= 12
