"""One person: what is required of her, where she stands, why, and what happened; never how she did it."""

import datetime as dt
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from factories import make_membership, make_person
from worlds import make_world

from agencies.models import Grant, Membership
from certification.models import Certificate, Certification, Cycle, Decision, Requirement, Standing
from certification.services import settle_person
from courses.models import LearningPath
from reports.services import difference

DAY = dt.timedelta(days=1)


def address(person):
    return f"/nb/personer/{person.public_id}/"


def cycle_of(place, person, issued, certification=None, number=1):
    path, _ = LearningPath.objects.get_or_create(key="sti", defaults={"name_nb": "Sti"})
    cycle = Cycle.objects.create(
        person=person,
        certification=certification or place.certification,
        number=number,
        state=Cycle.State.SATISFIED,
        opened_on=issued,
        path=path,
        steps=[],
        pass_mark=80,
        validity="P12M",
        window="P60D",
        grace="P60D",
        date_base="expiry",
        least_assurance=30,
        evidence_from=issued,
        satisfied_on=issued,
        valid_from=issued,
        baseline_expires_on=issued + 364 * DAY,
        expires_on=issued + 364 * DAY,
        window_opens_on=issued + 304 * DAY,
        grace_until=issued + 424 * DAY,
    )
    return Certificate.objects.create(cycle=cycle, issued_on=issued)


def decide(place, person, kind, **fields):
    return Decision.objects.create(
        person=person,
        certification=place.certification,
        kind=kind,
        reason="Helse og familie",
        decided_by=make_person(),
        valid_from=place.today,
        **fields,
    )


def test_says_where_she_stands_why_and_when_it_changes(place, as_person):
    person = place.works(place.lia, left=41)
    certificate = cycle_of(place, person, place.today - 323 * DAY)
    place.stand(person, left=41, cycle=certificate.cycle)
    page = as_person(place.sees(place.agency)).get(address(person))
    (item, note), *others = page.context["found"]
    assert others == []
    assert note == ""
    assert item.row.word == "Må fornyes"
    assert item.why
    assert item.why in page.content.decode().replace("&#x27;", "'")
    assert item.change.day == place.today + 42 * DAY
    assert item.change.word == "Utløpt, kan fornyes"
    assert item.can_renew_from == place.today - 19 * DAY
    assert item.code == certificate.code
    assert f"/k/{certificate.code}/" in page.content.decode()


@pytest.mark.parametrize("function", [Grant.Function.MANAGER, Grant.Function.COORDINATOR])
def test_a_person_of_a_sibling_unit_is_not_there(place, as_person, function):
    person = place.works(place.braten, left=200)
    client = as_person(place.sees(place.lia, function))
    assert client.get(address(person)).status_code == 404
    assert client.get(f"/nb/personer/{uuid.uuid4()}/").status_code == 404
    assert client.get(address(place.sees(place.lia))).status_code == 404  # a grant is not a job


def test_shows_jobs_and_changes_of_work_in_scope_only(place, as_person):
    person = place.works(place.lia, left=200)
    Membership.objects.create(
        person=person,
        unit=place.lia,
        agency=place.agency,
        role=person.memberships.get().role,
        valid_from=dt.date(2018, 1, 1),
        valid_to=dt.date(2019, 6, 30),
    )
    make_membership(person, place.braten)
    page = as_person(place.sees(place.lia)).get(address(person))
    texts = [event.text for event in page.context["events"]]
    assert texts == [
        "Begynte som Lærer, Lia ungdomsskole.",
        "Sluttet som Lærer, Lia ungdomsskole.",
        "Begynte som Lærer, Lia ungdomsskole.",
    ]
    assert "Bråten" not in page.content.decode()
    wider = as_person(place.sees(place.agency)).get(address(person))
    assert "Bråten" in wider.content.decode()


def test_tells_the_kind_of_a_decision_and_never_its_reason(place, as_person):
    person = place.works(place.lia, left=200)
    decide(place, person, "waiver", agency=place.agency)
    decide(place, person, "extension", until=place.today + 30 * DAY)
    page = as_person(place.sees(place.lia)).get(address(person))
    said = {event.text for event in page.context["events"]}
    assert {"Fritak gitt.", "Utsettelse gitt."} <= said
    assert "Helse og familie" not in page.content.decode()


def test_another_employers_decision_is_not_told(place, as_person):
    other = place.works(place.lia, left=200)
    decide(place, other, "waiver", agency=place.braten)
    page = as_person(place.sees(place.lia)).get(address(other))
    assert "Fritak" not in page.content.decode()


def test_a_certificate_from_before_it_was_required_is_hers_alone_unless_it_counts_now(place, as_person):
    person = place.works(place.lia, left=100)
    Requirement.objects.filter(person=person).update(valid_from=place.today - 10 * DAY)
    old = cycle_of(place, person, place.today - 800 * DAY)
    now = cycle_of(place, person, place.today - 264 * DAY, number=2)
    place.stand(person, left=100, cycle=now.cycle)
    events = as_person(place.sees(place.lia)).get(address(person)).context["events"]
    issued = [event.day for event in events if event.text == "Sertifikat utstedt."]
    assert issued == [now.issued_on]
    Requirement.objects.filter(person=person).update(valid_from=old.issued_on)
    events = as_person(place.sees(place.lia)).get(address(person)).context["events"]
    assert len([event for event in events if event.text == "Sertifikat utstedt."]) == 2


def test_leave_is_a_plain_note(place, as_person):
    person = place.works(place.lia, left=200, paused=True)
    page = as_person(place.sees(place.lia)).get(address(person))
    assert page.context["found"][0][1] == "Permisjon"


def test_never_scores_attempts_or_times_of_day(db, as_person, place):
    world = make_world()
    person = world.teacher(first_name="Kari", last_name="Amundsen")
    today = place.today
    world.read_course(person, today - 2 * DAY)
    world.take_test(person, today - 1 * DAY, passed=False)
    world.take_test(person, today)
    settle_person(person.pk, today)
    assert difference() == []
    client = as_person(place.sees(world.school))
    for where in (address(person), "/nb/personer/"):
        text = client.get(where).content.decode().split("<main")[1].split("</main")[0]
        assert "Gyldig" in text
        for secret in ("0.9", "0,9", "90 %", "forsøk nr", "12:00", "Ikke bestått", "failed"):
            assert secret not in text
    assert client.get("/nb/rapport/").context["figures"].percent == 100


def test_the_same_number_of_queries_for_one_requirement_and_many(place, as_person):
    person = place.works(place.lia, left=200)
    certificate = cycle_of(place, person, place.today - 100 * DAY)
    place.stand(person, left=200, cycle=certificate.cycle)
    client = as_person(place.sees(place.agency))

    def queries():
        client.get(address(person))
        with CaptureQueriesContext(connection) as found:
            assert client.get(address(person)).status_code == 200
        return len(found)

    one = queries()
    for number in range(20):
        certification = Certification.objects.create(key=f"k{number}", name_nb=f"Krav {number}")
        place.require(person.memberships.first(), certification)
        certificate = cycle_of(place, person, place.today - 90 * DAY, certification)
        place.stand(person, certification, left=number, cycle=certificate.cycle)
        decide(place, person, "correction", until=place.today)
    make_membership(person, place.braten)
    assert Standing.objects.filter(person=person).count() == 21
    assert queries() == one <= 12
    page = client.get(address(person))
    assert len(page.context["found"]) == 21
    assert "eldre hendelser" in page.content.decode()
