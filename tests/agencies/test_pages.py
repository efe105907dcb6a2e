"""The administrator's pages: hers and nobody else's, the same number of queries for few and many, nothing half done."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from factories import make_grant, make_membership, make_person, make_role, make_unit, with_second_factor

from accounts.models import User
from agencies import services
from agencies.models import Grant, Membership, MembershipPause, Unit, UnitParent

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
CHANGED_BY_OTHERS = "Noen andre har endret dette"


def url(name, *args):
    with translation.override("nb"):
        return reverse(name, args=args)


class House:
    """Two agencies; Marit administers the first, Per the second's twin below it."""

    def __init__(self):
        self.role = make_role()
        self.town = make_unit("Fjordvik kommune")
        self.school = make_unit("Lia skole", self.town, code="17")
        self.sibling = make_unit("Bråten skole", self.town)
        self.elsewhere = make_unit("Nabo kommune")
        self.person = make_person("Kari", "Amundsen")
        self.job = make_membership(self.person, self.school, self.role)
        self.administrator = with_second_factor(make_person("Marit", "Aune"))
        make_grant(self.administrator, self.town, Grant.Function.ADMINISTRATOR)

    def someone(self, function, unit):
        person = with_second_factor(make_person())
        make_grant(person, unit, function)
        return person

    def pages(self):
        pause = MembershipPause.objects.create(membership=self.job, valid_from=dt.date(2024, 1, 1))
        grant = make_grant(self.person, self.school)
        return {
            "roster_units": [],
            "roster_unit_add": [],
            "roster_unit_edit": [self.school.public_id],
            "roster_unit_move": [self.school.public_id],
            "roster_unit_close": [self.school.public_id],
            "roster_people": [],
            "roster_person_add": [],
            "roster_person": [self.person.public_id],
            "roster_person_edit": [self.person.public_id],
            "roster_membership_add": [self.person.public_id],
            "roster_membership_move": [self.job.public_id],
            "roster_membership_end": [self.job.public_id],
            "roster_pause_add": [self.job.public_id],
            "roster_pause_end": [self.job.public_id, pause.pk],
            "roster_grant_add": [self.person.public_id],
            "roster_grant_end": [grant.public_id],
        }


@pytest.fixture
def house():
    return House()


def rows():
    """Everything an administrator can change."""
    return [
        list(model.objects.order_by("pk").values_list())
        for model in (Unit, UnitParent, Membership, MembershipPause, Grant)
    ] + [list(User.objects.order_by("pk").values_list("email", "first_name", "last_name", "language"))]


def test_every_page_opens_for_the_administrator(house, as_person):
    client = as_person(house.administrator)
    for name, args in house.pages().items():
        response = client.get(url(name, *args))
        assert response.status_code == 200, name
        assert "sertifi" not in response.content.decode().lower().replace("sertifikater og det", "").replace(
            "vedtak om sertifiseringer", ""
        ), name


def test_the_others_are_refused_and_change_nothing(house, as_person):
    pages = house.pages()
    learner = make_person()
    make_membership(learner, house.school)
    others = [learner, with_second_factor(make_person(is_superuser=True))]
    others += [house.someone(function, house.town) for function in Grant.Function.values if function != "administrator"]
    before = rows()
    for person in others:
        client = as_person(person)
        for name, args in pages.items():
            assert client.get(url(name, *args)).status_code == 403, name
            assert client.post(url(name, *args), {"last_day": "2025-01-01"}).status_code == 403, name
    client.logout()
    for name, args in pages.items():
        assert "login" in client.get(url(name, *args)).headers["Location"], name
    assert rows() == before


def test_the_administrator_of_a_sibling_finds_nothing(house, as_person):
    client = as_person(house.someone("administrator", house.sibling))
    for name, args in house.pages().items():
        response = client.get(url(name, *args))
        if args:
            assert response.status_code == 404, name
            assert client.post(url(name, *args), {"last_day": "2025-01-01"}).status_code == 404, name
        else:
            text = response.content.decode()
            assert "Lia skole" not in text, name
            assert "Amundsen" not in text, name
    assert "Lia skole" not in client.get(url("roster_people") + f"?unit={house.school.public_id}").content.decode()


def queries(client, address):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_lists_cost_the_same_for_few_and_many(house, as_person):
    client = as_person(house.administrator)
    address, tree, page = url("roster_people"), url("roster_units"), url("roster_person", house.person.public_id)
    client.get(address)
    few = [queries(client, address), queries(client, tree), queries(client, page)]
    for number in range(30):
        unit = make_unit(f"Skole {number}", house.town)
        person = make_person("Ola", f"Moe {number}")
        for job in (make_membership(person, unit), make_membership(house.person, unit)):
            MembershipPause.objects.create(membership=job, valid_from=dt.date(2024, 1, 1))
        make_grant(house.person, unit)
    assert [queries(client, address), queries(client, tree), queries(client, page)] == few
    assert max(few) <= 12


def test_people_are_counted_once_where_they_work_and_above(house, as_person):
    make_membership(house.person, house.sibling)
    make_membership(house.person, house.sibling, make_role("head", "Rektor"))
    make_membership(make_person(), house.sibling)
    response = as_person(house.administrator).get(url("roster_units"))
    counts = {row["unit"].name_nb: tuple(row["count"]) for row in response.context["rows"]}
    assert counts == {"Fjordvik kommune": (0, 2), "Lia skole": (1, 1), "Bråten skole": (2, 2)}


def test_the_list_is_sorted_the_norwegian_way_searched_and_paged(house, as_person):
    for first, last in (("Åse", "Østby"), ("Per", "Aarnes"), ("Nora", "Zahl")):
        make_membership(make_person(first, last), house.sibling)
    make_membership(make_person("Lise", "Ås"), house.elsewhere)
    client = as_person(house.administrator)

    def names(query=""):
        return [person.last_name for person in client.get(url("roster_people") + query).context["page"]]

    assert names() == ["Amundsen", "Aune", "Zahl", "Østby", "Aarnes"]
    assert names("?q=%C3%A5r") == ["Aarnes"]
    assert names("?q=Zahl, nora") == ["Zahl"]
    assert names("?q=%00") == names()
    assert names(f"?unit={house.school.public_id}") == ["Amundsen"]
    assert names("?unit=tull&page=99") == names()
    services.end_membership(membership=house.job, last_day=timezone.localdate() - DAY)
    assert "Amundsen" not in names()
    assert names("?vis=sluttet") == ["Amundsen"]
    for number in range(60):
        make_membership(make_person("Ola", f"Moe {number}"), house.school)
    assert len(names()) == 50
    assert len(names("?page=2")) == 14


def person_form(house, **fields):
    values = {
        "first_name": "Nora",
        "last_name": "Hansen",
        "email": "nora@example.no",
        "language": "nb",
        "unit": house.school.public_id,
        "role": house.role.key,
        "first_day": "2027-08-01",
        "last_day": "",
    }
    return {**values, **fields}


def test_a_person_is_added_and_shown(house, as_person):
    response = as_person(house.administrator).post(url("roster_person_add"), person_form(house), follow=True)
    nora = User.objects.get(email="nora@example.no")
    assert response.redirect_chain[-1][0] == url("roster_person", nora.public_id)
    assert "Nora Hansen er lagt til." in response.content.decode()
    row = nora.memberships.get()
    assert (row.unit, row.role, row.valid_from) == (house.school, house.role, dt.date(2027, 8, 1))
    assert nora in as_person(house.administrator).get(url("roster_people")).context["page"].object_list


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("unit", "elsewhere"),
        ("unit", "closed"),
        ("unit", "tull"),
        ("unit", "8c9e2f0e-0b0f-4b3a-9a53-0f6a3f3f7a11"),
        ("unit", ""),
        ("role", "trollmann"),
        ("email", "nora@"),
        ("first_name", ""),
        ("first_day", "2027-02-31"),
        ("first_day", "0001-01-01"),
        ("last_day", "2027-07-31"),
        ("language", "xx"),
    ],
)
def test_a_wrong_field_is_an_ordinary_error_and_changes_nothing(house, as_person, field, value):
    if value == "elsewhere":
        value = house.elsewhere.public_id
    elif value == "closed":
        value = make_unit("Nedlagt", house.town, closed_on=dt.date(2024, 1, 1)).public_id
    before = rows()
    response = as_person(house.administrator).post(url("roster_person_add"), person_form(house, **{field: value}))
    assert response.status_code == 200
    assert field in response.context["form"].errors
    assert "Feil: Legg til en ansatt" in response.content.decode()
    assert rows() == before


def test_units_of_others_are_never_a_choice(house, as_person):
    client = as_person(house.administrator)
    for name in ("roster_unit_add", "roster_person_add"):
        text = client.get(url(name)).content.decode()
        assert str(house.elsewhere.public_id) not in text
        assert str(house.school.public_id) in text
    before = rows()
    forged = {
        url("roster_unit_add"): {"parent": house.elsewhere.public_id, "name_nb": "X", "kind": "school"},
        url("roster_unit_move", house.school.public_id): {"parent": house.elsewhere.public_id, "day": "2025-01-01"},
        url("roster_membership_add", house.person.public_id): person_form(house, unit=house.elsewhere.public_id),
        url("roster_membership_move", house.job.public_id): person_form(house, unit=house.elsewhere.public_id),
        url("roster_grant_add", house.person.public_id): {
            "unit": house.elsewhere.public_id,
            "function": "manager",
            "first_day": timezone.localdate().isoformat(),
        },
    }
    for address, data in forged.items():
        response = client.post(address, data)
        assert response.status_code == 200, address
        assert {"unit", "parent"} & set(response.context["form"].errors), address
    assert rows() == before


def test_a_unit_is_added_changed_moved_and_closed(house, as_person):
    client = as_person(house.administrator)
    client.post(url("roster_unit_add"), {"parent": house.town.public_id, "name_nb": "Oppvekst", "kind": "department"})
    office = Unit.objects.get(name_nb="Oppvekst")
    edit = url("roster_unit_edit", house.school.public_id)
    seen = client.get(edit).context["form"]["seen"].value()
    client.post(edit, {"name_nb": "Lia barneskole", "kind": "school", "code": "17", "seen": seen})
    move = url("roster_unit_move", house.school.public_id)
    client.post(move, {"parent": office.public_id, "day": timezone.localdate(), "seen": house.school.path})
    house.school.refresh_from_db()
    office.refresh_from_db()
    assert house.school.name_nb == "Lia barneskole"
    assert house.school.is_child_of(office)
    close = url("roster_unit_close", house.sibling.public_id)
    assert "Dette skjer" in client.get(close).content.decode()
    client.post(close, {"last_day": timezone.localdate()})
    house.sibling.refresh_from_db()
    assert house.sibling.closed_on == timezone.localdate()
    response = client.post(url("roster_unit_close", house.school.public_id), {"last_day": timezone.localdate()})
    assert "1 person arbeider her" in response.content.decode()


def test_the_topmost_unit_is_moved_and_closed_by_those_above(house, as_person):
    client = as_person(house.administrator)
    for name in ("roster_unit_move", "roster_unit_close"):
        assert client.get(url(name, house.town.public_id)).status_code == 403
    assert client.get(url("roster_unit_edit", house.town.public_id)).status_code == 200


def test_a_code_that_is_taken_is_said_at_its_field(house, as_person):
    response = as_person(house.administrator).post(
        url("roster_unit_add"),
        {"parent": house.town.public_id, "name_nb": "Ny", "kind": "school", "code": "17"},
    )
    assert "code" in response.context["form"].errors


def test_a_position_is_added_moved_paused_and_ended(house, as_person):
    client = as_person(house.administrator)
    head = make_role("head", "Rektor")
    job = {"unit": house.sibling.public_id, "role": head.key, "first_day": "2025-01-01", "last_day": ""}
    client.post(url("roster_membership_add", house.person.public_id), job)
    second = Membership.objects.get(role=head)
    client.post(url("roster_pause_add", second.public_id), {"first_day": "2025-03-01", "last_day": ""})
    pause = MembershipPause.objects.get()
    page = client.get(url("roster_person", house.person.public_id)).content.decode()
    assert "Permisjon fra 1. mars 2025" in page
    client.post(url("roster_pause_end", second.public_id, pause.pk), {"last_day": "2025-03-31"})
    assert MembershipPause.objects.current().get().valid_to == dt.date(2025, 3, 31)
    move = {"unit": house.town.public_id, "role": house.role.key, "first_day": "2025-08-01", "last_day": ""}
    client.post(url("roster_membership_move", house.job.public_id), move)
    moved = Membership.objects.current().get(unit=house.town)
    assert Membership.objects.current().get(thread=house.job.thread).valid_to == dt.date(2025, 7, 31)
    end = url("roster_membership_end", moved.public_id)
    assert "Sertifikater og det personen har gjort, blir stående" in client.get(end).content.decode()
    assert Membership.objects.current().get(pk=moved.pk).valid_to is None
    client.post(end, {"last_day": "2025-12-31"})
    assert Membership.objects.current().get(thread=moved.thread).valid_to == dt.date(2025, 12, 31)


def test_a_form_on_a_row_that_was_replaced_changes_nothing_and_says_so(house, as_person):
    client = as_person(house.administrator)
    grant = make_grant(house.person, house.school)
    pause = services.pause_membership(membership=house.job, first_day=dt.date(2024, 1, 1))
    today = timezone.localdate()
    services.end_pause(pause=pause, last_day=today)
    services.end_grant(grant=grant, last_day=today, ended_by=None)
    edit, move = url("roster_unit_edit", house.school.public_id), url("roster_unit_move", house.school.public_id)
    person_edit = url("roster_person_edit", house.person.public_id)
    stale_unit = client.get(edit).context["form"]["seen"].value()
    stale_person = client.get(person_edit).context["form"]["seen"].value()
    services.rename_unit(unit=house.school, name_nb="Lia ungdomsskole", kind="school", code="17")
    services.change_person(
        person=house.person, first_name="Karin", last_name="A", email="k@example.no", language="nn", changed_by=None
    )
    stale_pause = url("roster_pause_end", house.job.public_id, pause.pk)
    before = rows()
    attempts = {stale_pause: {"last_day": "2025-01-01"}}
    attempts[url("roster_grant_end", grant.public_id)] = {"last_day": "2025-01-01"}
    attempts[edit] = {"name_nb": "Feil", "kind": "school", "seen": stale_unit}
    attempts[person_edit] = {**person_form(house), "seen": stale_person}
    attempts[move] = {"parent": house.sibling.public_id, "day": today, "seen": "00010009"}
    for address, data in attempts.items():
        response = client.post(address, data, follow=True)
        assert CHANGED_BY_OTHERS in response.content.decode(), address
    assert rows() == before
    services.end_membership(membership=house.job, last_day=today + DAY)
    before = rows()
    for name in ("roster_membership_end", "roster_membership_move", "roster_pause_add"):
        data = person_form(house, last_day="2028-01-01")
        response = client.post(url(name, house.job.public_id), data, follow=True)
        assert CHANGED_BY_OTHERS in response.content.decode(), name
    assert rows() == before


def test_a_function_is_given_with_the_givers_name_and_ended(house, as_person):
    client = as_person(house.administrator)
    today = timezone.localdate()
    give = url("roster_grant_add", house.person.public_id)
    data = {"unit": house.school.public_id, "function": "manager", "first_day": today, "last_day": ""}
    assert "first_day" in client.post(give, {**data, "first_day": today - DAY}).context["form"].errors
    response = client.post(give, data, follow=True)
    assert "gitt av Marit Aune" in response.content.decode()
    grant = Grant.objects.get(person=house.person)
    assert grant.given_by == house.administrator
    client.post(url("roster_grant_end", grant.public_id), {"last_day": today})
    assert Grant.objects.current().get(person=house.person).valid_to == today


def test_who_ends_her_own_function_is_warned_and_led_out(house, as_person):
    client = as_person(house.administrator)
    own = Grant.objects.get(person=house.administrator)
    address = url("roster_grant_end", own.public_id)
    assert "Dette er din egen funksjon" in client.get(address).content.decode()
    response = client.post(address, {"last_day": timezone.localdate() - DAY})
    assert response.headers["Location"] == "/"
    assert client.get(url("roster_units")).status_code == 403


def test_functions_and_positions_elsewhere_are_not_shown_and_not_changed(house, as_person):
    secret = make_grant(house.person, house.elsewhere)
    job = make_membership(house.person, house.elsewhere)
    client = as_person(house.administrator)
    assert "Nabo kommune" not in client.get(url("roster_person", house.person.public_id)).content.decode()
    assert client.get(url("roster_person_edit", house.person.public_id)).status_code == 403
    for address in (url("roster_grant_end", secret.public_id), url("roster_membership_end", job.public_id)):
        assert client.post(address, {"last_day": "2025-01-01"}).status_code == 404


def test_a_position_that_never_began_leads_back_to_the_list(house, as_person):
    job = make_membership(make_person(), house.school, valid_from=dt.date(2030, 1, 1))
    client = as_person(house.administrator)
    response = client.post(url("roster_membership_end", job.public_id), {"last_day": "2029-12-31"}, follow=True)
    assert "Den begynte aldri" in response.content.decode()
    assert response.redirect_chain[-1][0] == url("roster_people")
