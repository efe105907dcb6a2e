"""What modules leave to workplaces: the nearest unit's answer is read, and a unit's managers write it."""

import pytest
from django.urls import reverse
from factories import make_grant, make_membership, make_person, make_role, make_unit, with_second_factor

from agencies.models import Grant
from courses.models import EditionPage, LearningPath, LocalRoutine, PathStep
from courses.reading.routines import asked_for, routines_at, routines_of
from courses.services import write_routine
from courses.services.routines import ChangedMeanwhileError
from tests.courses.synthetic import block, items, make_course, make_module, publish

pytestmark = pytest.mark.django_db


def routine(slot="melding", title="Slik melder vi"):
    asks = items(["Hvem melder?", "Hvor ligger skjemaet?"])
    return block("routine", {"slot": slot, "title": title, "text": "Hos oss er det avtalt.", "asks": asks})


@pytest.fixture
def asked():
    course = make_course()
    for slots in (["melding", "rom"], ["melding"]):
        body = [routine(slot) for slot in slots]
        make_module(course, f"Modul {len(slots)}", parts=[block("part", {"title": "Del", "body": body})])
    course = publish(course)
    path = LearningPath.objects.create(key="sti", name_nb="Sti")
    path.roles.set([make_role()])
    path.save()
    PathStep.objects.create(path=path, position=0, course_key=course.translation_key)
    return course


@pytest.fixture
def places():
    agency = make_unit("Fjordvik kommune")
    school = make_unit("Lia skole", agency)
    other = make_unit("Bråten skole", agency)
    agency.refresh_from_db()
    return agency, school, other


@pytest.fixture
def manager(places):
    person = with_second_factor(make_person("Marit", "Aune"))
    make_grant(person, places[0], Grant.Function.MANAGER)
    make_membership(make_person(), places[1])  # somebody works there
    return person


def write(unit, text, slot="melding", by=None, seen=None):
    return write_routine(unit=unit, slot=slot, text=text, written_by=by, seen=seen)


def texts(routines):
    return {one.asked.slot: " / ".join(answer.text for answer in one.answers) or None for one in routines}


@pytest.mark.usefixtures("asked")
def test_each_routine_is_asked_for_once_whatever_the_number_of_modules(django_assert_num_queries):
    with django_assert_num_queries(1):
        found = asked_for("nb")
    assert [one.slot for one in found] == ["melding", "rom"]
    assert found[0].modules == ["Modul 2", "Modul 1"]
    assert found[0].asks == ("Hvem melder?", "Hvor ligger skjemaet?")
    assert EditionPage.objects.get(edition__latest=True, title="Modul 1").routines[0]["slot"] == "melding"


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize("jobs", [1, 3])
def test_the_nearest_answer_holds_and_nobody_elses(places, django_assert_num_queries, jobs):
    agency, school, other = places
    teacher, stranger = make_person(), make_person()
    for number in range(jobs):
        make_membership(teacher, school if number == 0 else make_unit(f"Lag {number}", school))
    make_membership(stranger, make_unit("Nabovik kommune"))
    write(agency, "Kommunens svar")
    write(other, "Naboskolens svar")
    with django_assert_num_queries(3):
        assert texts(routines_of(teacher, "nb")) == {"melding": "Kommunens svar", "rom": None}
    write(school, "Skolens svar")
    assert texts(routines_of(teacher, "nb"))["melding"] == "Skolens svar"
    assert texts(routines_at(school, "nb"))["melding"] == "Skolens svar"
    assert texts(routines_at(agency, "nb"))["melding"] == "Kommunens svar"
    assert texts(routines_of(stranger, "nb")) == {"melding": None, "rom": None}
    nurse = make_person()
    make_membership(nurse, school, make_role("school_nurse", "Helsesykepleier", "health"))
    assert texts(routines_of(nurse, "nb")) == {}, "no course on her path asks for any"


@pytest.mark.usefixtures("asked")
def test_who_works_in_two_places_reads_both_answers(as_person, places):
    _agency, school, other = places
    person = make_person()
    for place in (school, other):
        make_membership(person, place)
        write(place, f"Svaret fra {place.name_nb}")
    assert texts(routines_of(person, "nb"))["melding"] == "Svaret fra Lia skole / Svaret fra Bråten skole"
    page = as_person(person).get(reverse("routines")).content.decode()
    assert "Svaret fra Lia skole" in page
    assert "Svaret fra Bråten skole" in page


def test_a_new_answer_follows_the_old_one_and_an_empty_one_takes_it_away(places):
    school, person = places[1], make_person()
    assert write(school, "Første", by=person)
    first = LocalRoutine.objects.get()
    assert not write(school, "Første", by=person, seen=None)
    assert write(school, "Andre", by=person, seen=first.pk)
    first.refresh_from_db()
    assert first.superseded_at is not None
    second = LocalRoutine.objects.get(superseded_at=None)
    assert write(school, "", by=person, seen=second.pk)
    assert not LocalRoutine.objects.filter(superseded_at=None).exists()
    assert LocalRoutine.objects.count() == 2


def test_who_writes_over_what_she_has_not_seen_is_told(places):
    school = places[1]
    write(school, "En annens")
    with pytest.raises(ChangedMeanwhileError):
        write(school, "Min", seen=None)
    assert LocalRoutine.objects.get().text == "En annens"


@pytest.mark.usefixtures("asked")
def test_a_reader_sees_what_holds_and_what_to_ask_where_nothing_is_written(as_person, places):
    person = make_person()
    make_membership(person, places[1])
    write(places[0], "Rektor melder, eller du selv.\n\nSkjemaet ligger på nettsiden.")
    page = as_person(person).get(reverse("routines")).content.decode()
    assert "Skjemaet ligger på nettsiden." in page
    assert "Lagt inn av Fjordvik kommune" in page
    assert "Hvor ligger skjemaet?" in page  # of the other, which nobody has answered
    assert "Skriv rutinene for" not in page


@pytest.mark.usefixtures("asked")
def test_a_manager_writes_for_her_unit_and_sees_what_is_inherited(as_person, places, manager):
    agency, school, _other = places
    client = as_person(manager)
    assert "Skriv rutinene for Fjordvik kommune" in client.get(reverse("routines")).content.decode()
    address = reverse("unit_routines", args=[agency.public_id])
    answer = client.post(address, {"rutine-melding": "  Ring barnevernet.\r\nSi fra til rektor. ", "rutine-rom": ""})
    assert answer.status_code == 302
    assert LocalRoutine.objects.get().text == "Ring barnevernet.\nSi fra til rektor."
    assert LocalRoutine.objects.get().written_by == manager
    below = client.get(reverse("unit_routines", args=[school.public_id])).content.decode()
    assert "Gjelder nå, fra Fjordvik kommune" in below
    assert "1 rutine er lagret." in below


@pytest.mark.usefixtures("asked")
def test_two_windows_and_a_text_that_is_too_long_lose_nothing(as_person, places, manager):
    school = places[1]
    address = reverse("unit_routines", args=[school.public_id])
    write(school, "En annens")
    page = as_person(manager).post(address, {"rutine-melding": "Min", "sett-melding": ""})
    assert page.status_code == 200
    assert "Noen andre har endret denne" in page.content.decode()
    assert "Min</textarea>" in page.content.decode()
    long = as_person(manager).post(address, {"rutine-rom": "x" * 2001})
    assert long.content.decode().count("Teksten er for lang") == 2  # by the field, and above with a way to it
    assert 'href="#rutine-rom"' in long.content.decode()
    assert LocalRoutine.objects.get().text == "En annens"


@pytest.mark.usefixtures("asked")
def test_a_page_that_comes_back_still_knows_what_she_had_seen(as_person, places, manager):
    """A colleague wrote while hers was refused as too long: shortened, it does not go over the colleague's."""
    school, client = places[1], as_person(manager)
    address = reverse("unit_routines", args=[school.public_id])
    write(school, "Kollegaens")
    long = client.post(address, {"rutine-melding": "x" * 2001, "sett-melding": ""})
    assert 'name="sett-melding" value=""' in long.content.decode()
    told = client.post(address, {"rutine-melding": "Min", "sett-melding": ""})
    current = LocalRoutine.objects.get()
    assert current.text == "Kollegaens"
    assert f'name="sett-melding" value="{current.pk}"' in told.content.decode()
    assert client.post(address, {"rutine-melding": "Min", "sett-melding": str(current.pk)}).status_code == 302
    assert LocalRoutine.objects.get(superseded_at=None).text == "Min"


def test_nobody_writes_for_a_unit_outside_her_own(as_person, places, manager):
    stranger = make_unit("Nabovik kommune")
    address = reverse("unit_routines", args=[stranger.public_id])
    assert as_person(manager).post(address, {"rutine-melding": "x"}).status_code == 404
    own = reverse("unit_routines", args=[places[0].public_id])
    assert as_person(make_person()).post(own, {"rutine-melding": "x"}).status_code == 403
    assert not LocalRoutine.objects.exists()
