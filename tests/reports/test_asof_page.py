"""How it was: who may ask, what is told, and that today as known today is the ordinary report."""

import csv
import datetime as dt
import io

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from factories import make_grant, make_membership, make_person, make_role, make_unit, with_second_factor
from worlds import World, make_world, noon

from agencies.models import Grant, Unit
from agencies.services import end_membership, move_unit
from certification.services import settle_person
from reports.contributions import Figures
from reports.tasks import reckon_asof

F = Grant.Function
DAY = dt.timedelta(days=1)
START = dt.date(2026, 6, 1)
NOW = dt.date(2026, 9, 1)


def on(day: dt.date):
    return time_machine.travel(noon(day), tick=False)


@pytest.fixture
def world(db: None) -> World:
    with on(dt.date(2020, 1, 2)):
        return make_world()


@pytest.fixture
def staff(world: World):
    """One who was certified on START, one who never began."""
    with on(START):
        certified, idle = world.teacher(since=START, last_name="Amundsen"), world.teacher(since=START, last_name="Åsen")
        world.read_course(certified, START)
        world.take_test(certified, START)
        for person in (certified, idle):
            settle_person(person.pk, START)
    with on(NOW):
        settle_person(certified.pk, NOW)
        settle_person(idle.pk, NOW)
    return certified, idle


def sees(unit: Unit, function: str = F.MANAGER):
    person = with_second_factor(make_person("Marit", "Aune"))
    make_grant(person, unit, function)
    return person


def page_of(unit: Unit, more: str = "") -> str:
    return f"/nb/rapport/{unit.public_id}/per-dato/{more}"


def asked(client, unit: Unit, **days):
    """The page on NOW, about the days given."""
    with on(NOW):
        return client.get(page_of(unit), days)


def counts(page) -> dict[str, int]:
    return {str(word): count for word, count in page.context["lines"]}


def cells(response):
    return list(csv.reader(io.StringIO(response.getvalue().decode("utf-8-sig")), delimiter=";"))


@pytest.mark.parametrize("function", [F.MANAGER, F.COORDINATOR, F.REPORTER])
def test_who_sees_figures_sees_those_of_another_day(world, staff, as_person, function) -> None:
    client = as_person(sees(world.agency, function))
    now, before, then = (asked(client, world.agency, dag=day) for day in ("", "2026-06-01", "2026-05-31"))
    assert counts(now) == {"Gyldig": 1, "Over fristen": 1}
    assert counts(before) == {"Gyldig": 1, "Ikke begynt": 1}
    assert "1 av 2 var sertifisert" in " ".join(before.content.decode().split())
    assert then.context["figures"].people == 0
    assert ("personer.csv" in now.content.decode()) is (function != F.REPORTER)


@pytest.mark.parametrize("function", [F.TRAINER, F.ADMINISTRATOR, None])
def test_everybody_else_is_refused(world, staff, as_person, function) -> None:
    client = as_person(sees(world.agency, function) if function else staff[0])
    addresses = (
        page_of(world.school),
        page_of(world.school, "personer.csv"),
        f"/nb/personer/{staff[0].public_id}/per-dato/",
    )
    for address in addresses:
        assert client.get(address).status_code == 403


def test_a_reporter_gets_figures_but_no_people(world, staff, as_person) -> None:
    client = as_person(sees(world.agency, F.REPORTER))
    assert client.get(page_of(world.school, "personer.csv")).status_code == 403
    assert client.get(f"/nb/personer/{staff[0].public_id}/per-dato/").status_code == 403


def test_a_unit_and_a_person_outside_the_scope_are_not_there(world, staff, as_person) -> None:
    other = make_unit("Bråten skole", world.agency)
    client = as_person(sees(other))
    for unit in (world.school, world.agency):
        assert client.get(page_of(unit)).status_code == 404
        assert client.get(page_of(unit, "personer.csv")).status_code == 404
    assert client.get(f"/nb/personer/{staff[0].public_id}/per-dato/").status_code == 404


def test_today_as_known_today_is_the_ordinary_report(world, staff, as_person) -> None:
    from reports.reading.figures import figures

    page = asked(as_person(sees(world.agency)), world.agency)
    with on(NOW):
        ordinary = figures([Unit.objects.get(pk=world.agency.pk).path], world.certification)
    strip = {status: count for status, count in ordinary.counts.items() if count}
    assert page.context["figures"] == Figures(strip)
    assert page.context["figures"].people == 2


def test_what_was_recorded_later_is_shown_only_to_who_asks_with_later_knowledge(world, staff, as_person) -> None:
    with on(START + 50 * DAY):
        end_membership(membership=staff[1].memberships.get(), last_day=START + 20 * DAY)
        settle_person(staff[1].pk)
    client = as_person(sees(world.agency))
    assert asked(client, world.agency, dag="2026-07-01", kjent="2026-07-01").context["figures"].people == 2
    assert asked(client, world.agency, dag="2026-07-01", kjent="2026-09-01").context["figures"].people == 1


def test_a_unit_that_moved_is_counted_where_it_stood(world, staff, as_person) -> None:
    with on(START):
        north, south = make_unit("Nord", world.agency), make_unit("Sør", world.agency)
    with on(START + 10 * DAY):
        move_unit(unit=world.school, parent=north)
    with on(START + 30 * DAY):
        move_unit(unit=world.school, parent=south)
    client = as_person(sees(world.agency))

    def people(unit: Unit, day: str) -> int:
        return asked(client, Unit.objects.get(pk=unit.pk), dag=day).context["figures"].people

    assert (people(north, "2026-06-20"), people(south, "2026-06-20")) == (2, 0)
    assert (people(north, "2026-07-20"), people(south, "2026-07-20")) == (0, 2)
    assert people(world.agency, "2026-06-02") == 2


def test_the_file_holds_the_people_behind_the_figures_in_the_order_of_the_alphabet(world, staff, as_person) -> None:
    client = as_person(sees(world.agency))
    with on(NOW):
        rows = cells(client.get(page_of(world.agency, "personer.csv"), {"dag": "2026-06-01"}))
    assert rows[0][:3] == ["Navn", "Yrkesrolle", "Enhet"]
    assert rows[1] == [
        "Amundsen, Ingrid", "Lærer", "Lia ungdomsskole", "Grunnkurs", "2026-06-01", "2026-09-01", "Gyldig",
        "2026-06-01", "2027-05-31", "", "",
    ]  # fmt: skip
    assert rows[2][0] == "Åsen, Ingrid"
    assert rows[2][6:] == ["Ikke begynt", "", "", "2026-07-31", ""]


@pytest.mark.parametrize("wrong", ["2026-13-01", "abc", "2026-09-02", "0001-01-01", "9999-12-31", "\x00"])
@pytest.mark.parametrize("name", ["dag", "kjent"])
def test_a_day_that_is_none_or_has_not_been_gets_a_message(world, staff, as_person, wrong, name) -> None:
    client = as_person(sees(world.agency))
    page = asked(client, world.agency, **{name: wrong})
    assert page.status_code == 200
    assert page.context["form"].errors[name]
    assert "figures" not in page.context
    assert "<title>Feil:" in page.content.decode().replace("\n", "")
    with on(NOW):
        assert client.get(page_of(world.agency, "personer.csv"), {name: wrong}).status_code == 302
        person = client.get(f"/nb/personer/{staff[0].public_id}/per-dato/", {name: wrong})
    assert person.status_code == 200
    assert person.context["form"].errors[name]


def test_a_certification_that_is_not_there_is_not_found(world, staff, as_person) -> None:
    client = as_person(sees(world.agency))
    for address in (page_of(world.agency), page_of(world.agency, "personer.csv")):
        assert client.get(address, {"sertifisering": "finnes-ikke"}).status_code == 404


def test_a_person_is_shown_as_she_stood_and_what_was_voluntary_is_not(world, staff, as_person) -> None:
    client = as_person(sees(world.agency))
    address = f"/nb/personer/{staff[0].public_id}/per-dato/"
    with on(NOW):
        page = client.get(address, {"dag": "2026-06-01"})
        ordinary = client.get(f"/nb/personer/{staff[0].public_id}/")
        before = client.get(address, {"dag": "2026-05-01"})
    (line,) = page.context["found"]
    assert (line.certification, line.word, line.valid_to) == ("Grunnkurs", "Gyldig", dt.date(2027, 5, 31))
    assert before.context["found"] == []
    assert "Ingenting var pålagt" in before.content.decode()
    assert address in ordinary.content.decode()


def test_a_person_is_not_shown_through_a_job_elsewhere(world, staff, as_person) -> None:
    with on(START + 10 * DAY):
        other = make_unit("Bråten skole", world.agency)
        make_membership(staff[0], other, make_role("head", "Rektor"), valid_from=START + 10 * DAY)
        settle_person(staff[0].pk)
    client = as_person(sees(other))
    with on(NOW):
        address = f"/nb/personer/{staff[0].public_id}/per-dato/"
        (line,) = client.get(address).context["found"]
        before = client.get(address, {"dag": "2026-06-05"})
    assert line.units == "Bråten skole"
    assert before.context["found"] == []
    assert "Lia" not in before.content.decode().split("<main")[1]


def test_the_same_few_queries_for_one_person_and_for_many(world, staff, as_person) -> None:
    client = as_person(sees(world.agency))

    def cost(address: str) -> int:
        with on(NOW), CaptureQueriesContext(connection) as queries:
            b"".join(client.get(address))
        return len(queries)

    addresses = [
        page_of(world.agency),
        page_of(world.agency, "personer.csv"),
        f"/nb/personer/{staff[0].public_id}/per-dato/",
    ]
    cost(addresses[0])  # the first page of a session writes what it found out about her
    few = [cost(address) for address in addresses]
    with on(START):
        for _ in range(15):
            settle_person(world.teacher(since=START).pk, START)
    assert [cost(address) for address in addresses] == few
    assert few[0] <= 13
    assert few[2] <= 12


def test_the_report_leads_there(world, staff, as_person) -> None:
    with on(NOW):
        page = as_person(sees(world.agency)).get("/nb/rapport/")
    assert page_of(world.agency) in page.content.decode()


# --- a place with very many people ------------------------------------------------------------------


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> list[tuple]:
    """Nobody waits for more than one person, nor reads more than one at once; what is left to a worker is listed."""
    left: list[tuple] = []
    monkeypatch.setattr("reports.reading.asof_jobs.AT_ONCE", 1)
    monkeypatch.setattr("reports.views.asof.AT_ONCE", 1)
    monkeypatch.setattr("reports.reading.asof.PORTION", 1)
    monkeypatch.setattr("reports.reading.asof_jobs.PORTION", 1)
    monkeypatch.setattr("reports.views.asof.reckon_asof.delay", lambda *asked: left.append(asked))
    return left


def test_a_large_place_is_counted_by_a_worker_once_and_gives_the_same_figures(world, staff, as_person, large) -> None:
    client = as_person(sees(world.agency))
    first, again = asked(client, world.agency), asked(client, world.agency)
    assert "0 av 2 er talt" in first.content.decode()
    assert "0 av 2 er talt" in again.content.decode()
    assert len(large) == 1, "a second tab begins nothing"
    with on(NOW):
        reckon_asof(*large[0])
    page = asked(client, world.agency)
    assert page.context["figures"].people == 2
    assert counts(page) == {"Gyldig": 1, "Over fristen": 1}
    assert "Talt klokka 12" in page.content.decode()
    with on(NOW):
        assert len(cells(client.get(page_of(world.agency, "personer.csv")))) == 3
    assert len(large) == 1


def test_a_count_that_was_cut_off_is_begun_anew(world, staff, as_person, large) -> None:
    client = as_person(sees(world.agency))
    asked(client, world.agency)
    with on(NOW), time_machine.travel(noon(NOW) + dt.timedelta(minutes=3), tick=False):
        page = client.get(page_of(world.agency))
    assert "0 av 2 er talt" in page.content.decode()
    assert len(large) == 2


def test_what_another_unit_counts_is_not_shown_here(world, staff, as_person, large) -> None:
    client = as_person(sees(world.agency))
    asked(client, world.agency)
    with on(NOW):
        reckon_asof(*large[0])
    assert asked(client, world.school).context["figures"] is None
    assert [row[0] for row in large] == [world.agency.pk, world.school.pk]
