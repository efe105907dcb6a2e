"""The module page: where she is, how far she is, what counts."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from factories import make_membership, make_person, make_unit
from wagtail.models import Locale

from courses.models import Edition, ModulePage, ModuleProgress, PartDone
from courses.reading import State, course_overview, path_steps
from evidence.models import Evidence
from tests.courses.synthetic import (
    action_card,
    block,
    case,
    items,
    make_contact,
    make_course,
    make_document,
    make_law,
    make_module,
    make_picture,
    make_source,
    make_synthetic_course,
    publish,
    text_part,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    person = make_person()
    make_membership(person, make_unit())
    return person


@pytest.fixture
def course():
    course = make_course("Kurset", slug="kurset")
    make_module(course, "Første", 3, slug="forste", minutes=9)
    make_module(course, "Andre", 2, slug="andre", minutes=4)
    return publish(course)


FIRST, SECOND = "/nb/kurs/kurset/forste/", "/nb/kurs/kurset/andre/"


def finish(client, url, number, *, follow=False):
    """Presses the button at the end of a part, as the page has it."""
    reading = client.get(f"{url}?del={number}").context["reading"]
    data = {"part": reading.part.id, "utgave": reading.edition.number}
    return client.post(f"{url}?del={number}", data, follow=follow)


def overview(person, course, **options):
    (found,) = course_overview(course_keys=[course.translation_key], person=person, language="nb", **options)
    return found


def test_a_stranger_is_asked_to_sign_in(client, course):
    response = client.get(FIRST)
    assert response.status_code == 302
    assert "/konto/login/" in response["Location"]


@pytest.mark.parametrize("path", ["/nb/kurs/kurset/finnes-ikke/", "/nb/kurs/annet/forste/"])
def test_what_is_not_published_is_not_found(as_person, course, person, path):
    assert as_person(person).get(path).status_code == 404


def test_the_button_leads_to_the_next_part_then_the_next_module_then_home(as_person, course, person):
    client = as_person(person)
    assert finish(client, FIRST, 1)["Location"] == f"{FIRST}?del=2"
    assert finish(client, FIRST, 2)["Location"] == f"{FIRST}?del=3"
    assert finish(client, FIRST, 3)["Location"] == SECOND
    assert finish(client, SECOND, 1)["Location"] == f"{SECOND}?del=2"
    assert finish(client, SECOND, 2)["Location"] == reverse("home")


def test_the_last_part_records_module_and_course_once(as_person, course, person):
    client = as_person(person)
    for url, parts in ((FIRST, 3), (SECOND, 2)):
        for number in range(1, parts + 1):
            finish(client, url, number)
            finish(client, url, number)  # the double click
    rows = Evidence.objects.filter(person=person).values_list("subject", "edition_number", "assurance", "result")
    assert sorted(rows) == [
        ("course", 1, 10, "completed"),
        ("module", 1, 10, "completed"),
        ("module", 1, 10, "completed"),
    ]
    assert PartDone.objects.filter(person=person).count() == 5


def test_a_part_skipped_is_asked_for_before_the_module_is_done(as_person, course, person):
    client = as_person(person)
    finish(client, FIRST, 1)
    response = finish(client, FIRST, 3)
    assert response["Location"] == f"{FIRST}?del=2"
    assert not Evidence.objects.exists()
    finish(client, FIRST, 2)
    assert Evidence.objects.filter(subject="module").count() == 1


def test_she_goes_on_where_she_left_on_another_device(course, person):
    desk, phone = Client(), Client()
    desk.force_login(person)
    phone.force_login(person)
    finish(desk, FIRST, 1, follow=True)
    reading = phone.get(FIRST).context["reading"]
    assert reading.part.number == 2
    assert [part.done for part in reading.parts] == [True, False, False]
    phone.get(f"{FIRST}?del=3")
    assert desk.get(FIRST).context["reading"].part.number == 3


def test_a_module_that_is_done_opens_at_its_beginning(as_person, course, person):
    client = as_person(person)
    for number in (1, 2, 3):
        finish(client, FIRST, number)
    reading = client.get(FIRST).context["reading"]
    assert reading.part.number == 1
    assert (reading.minutes_done, reading.minutes_left) == (9, 0)


@pytest.mark.parametrize("number", ["0", "-1", "99", "to", "²", "", "1" * 5000])
def test_a_part_that_is_not_there_is_where_she_left(as_person, course, person, number):
    assert as_person(person).get(FIRST, {"del": number}).context["reading"].part.number == 1


@pytest.mark.parametrize(
    "data",
    [
        {"part": "finnes ikke", "utgave": "1"},
        {"part": "", "utgave": "1"},
    ],
)
def test_a_stale_form_changes_nothing_and_says_so(as_person, course, person, data):
    response = as_person(person).post(FIRST, data, follow=True)
    assert response.status_code == 200
    assert "ikke den nyeste" in response.content.decode()
    assert not PartDone.objects.exists()


@pytest.mark.parametrize("edition", ["0", "7", "x", ""])
def test_an_edition_that_is_not_there_is_not_found(as_person, course, person, edition):
    client = as_person(person)
    part = client.get(FIRST).context["reading"].part.id
    assert client.post(FIRST, {"part": part, "utgave": edition}).status_code == 404


def test_a_page_left_open_over_a_new_edition_still_counts(as_person, course, person):
    client = as_person(person)
    part = client.get(FIRST).context["reading"].part.id
    module = ModulePage.objects.get(slug="forste")
    module.title = "Rettet"
    publish(module)
    response = client.post(FIRST, {"part": part, "utgave": "1"})
    assert response["Location"] == f"{FIRST}?del=2"
    assert PartDone.objects.filter(person=person, part_id=part).exists()


def test_a_new_edition_of_something_done_is_done_and_is_recorded_anew_when_read_again(as_person, course, person):
    client = as_person(person)
    for number in (1, 2, 3):
        finish(client, FIRST, number)
    publish(ModulePage.objects.get(slug="andre"))
    assert overview(person, course).modules[0].state == State.DONE
    finish(client, FIRST, 3)
    rows = Evidence.objects.filter(subject="module").order_by("id")
    assert [row.edition_number for row in rows] == [1, 2]


def test_a_renewal_records_the_course_anew_when_every_module_was_finished_again(as_person, course, person):
    with time_machine.travel("2027-03-01 10:00+01:00", tick=True):
        client = as_person(person)
        for url, parts in ((FIRST, 3), (SECOND, 2)):
            for number in range(1, parts + 1):
                finish(client, url, number)
    with time_machine.travel("2029-03-01 10:00+01:00", tick=True):
        client.force_login(person)
        again = overview(person, course, since=dt.date(2029, 1, 1))
        assert (again.minutes_done, again.modules[0].state) == (0, State.NOW)
        finish(client, SECOND, 2)
        finish(client, SECOND, 2)
        assert Evidence.objects.filter(subject="course").count() == 1
        finish(client, FIRST, 3)
        assert Evidence.objects.filter(subject="course").count() == 2
        assert overview(person, course, since=dt.date(2029, 1, 1)).done


def test_another_persons_progress_is_her_own(as_person, course, person):
    finish(as_person(person), FIRST, 1)
    other = make_person()
    assert overview(other, course).minutes_done == 0
    client = Client()
    client.force_login(other)
    assert not any(part.done for part in client.get(FIRST).context["reading"].parts)


def test_opening_the_same_part_again_at_once_writes_nothing(as_person, course, person):
    client = as_person(person)
    client.get(FIRST)
    with CaptureQueriesContext(connection) as queries:
        client.get(FIRST)
    assert not [q for q in queries if q["sql"].startswith(('UPDATE "courses', "INSERT"))]


# --- languages ------------------------------------------------------------------------------------


def test_progress_stays_when_she_changes_language(as_person, course, person):
    nn = Locale.objects.get(language_code="nn")
    translated = publish(course.copy_for_translation(nn))
    module = ModulePage.objects.get(slug="forste").copy_for_translation(nn)
    module.title, module.slug = "Den første", "den-forste"
    publish(module)
    client = as_person(person)
    finish(client, FIRST, 1, follow=True)
    # The other language's address finds it and leads to its own.
    response = client.get(f"/nn/kurs/{translated.slug}/forste/")
    assert response["Location"] == f"/nn/kurs/{translated.slug}/den-forste/"
    reading = client.get(response["Location"]).context["reading"]
    assert (reading.title, reading.part.number, reading.minutes_left) == ("Den første", 2, 6)
    finish(client, response["Location"], 2)
    assert client.get(FIRST).context["reading"].minutes_left == 3


def test_what_is_not_translated_is_read_in_bokmal_and_says_so(as_person, course, person):
    response = as_person(person).get("/en/kurs/kurset/forste/")
    assert response.status_code == 200
    assert '<article lang="nb">' in response.content.decode()


# --- the overview ---------------------------------------------------------------------------------


def test_the_overview_says_where_she_is(as_person, course, person):
    client = as_person(person)
    first, second = overview(person, course).modules
    assert (first.state, second.state) == (State.NOW, State.TODO)
    finish(client, SECOND, 1)
    first, second = overview(person, course).modules
    assert (first.state, second.state) == (State.TODO, State.NOW)
    assert (second.minutes_done, overview(person, course).minutes_done) == (2, 2)
    finish(client, SECOND, 2)
    first, second = overview(person, course).modules
    assert (first.state, second.state, second.minutes_done) == (State.NOW, State.DONE, 4)
    assert second.done_on is not None
    assert second.url == SECOND


def test_the_overview_asks_as_much_for_one_module_as_for_a_hundred(person):
    counts = []
    for size in (1, 100):
        course = make_synthetic_course(size, 2)
        with CaptureQueriesContext(connection) as queries:
            found = overview(person, course)
        assert len(found.modules) == size
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 4


def test_a_course_without_an_edition_is_left_out(person, course):
    draft = make_course()
    keys = [draft.translation_key, course.translation_key]
    assert [found.title for found in course_overview(course_keys=keys, person=person, language="nb")] == ["Kurset"]


# --- the content ----------------------------------------------------------------------------------


def rich_part(size: int, link) -> dict:
    picture, twin = make_picture(), make_picture()
    body = [
        block("heading", "Mellomtittel"),
        block("question", {"question": "Hvem?", "branches": items([{"title": "Ja", "text": "Da"}])}),
    ]
    for _ in range(size):
        body += [
            block("text", f'<p>Tekst med <a linktype="page" id="{link.pk}">lenke</a></p>'),
            block("law", {"reference": make_law().pk, "title": "Plikt", "text": "<p>Loven</p>"}),
            block("details", {"summary": "Mer", "text": f'<p><a id="{link.pk}" linktype="page">Les</a></p>'}),
            block("contacts", {"title": "Ring", "contacts": items([make_contact().pk, make_contact().pk])}),
            block("sources", {"sources": items([make_source().pk, make_source().pk])}),
            block("image", {"image": {"image": picture.pk, "alt_text": "Første", "decorative": False}}),
            block("image", {"image": {"image": twin.pk, "alt_text": "", "decorative": True}}),
            block("text", f'<p><a linktype="document" id="{make_document().pk}">arket</a></p>'),
            block("document", {"document": make_document().pk, "title": "Arket", "text": "Til lomma"}),
            action_card([make_contact().pk]),
            case(),
        ]
    return block("part", {"title": "Full del", "body": body})


def count_queries(client, url) -> int:
    client.get(url)
    client.get(f"{url}?del=2")
    with CaptureQueriesContext(connection) as queries:
        assert client.get(f"{url}?del=1").status_code == 200
    return len(queries)


def test_a_page_with_everything_asks_at_most_twelve_times_whatever_its_length(as_person, person, course):
    elsewhere = make_module(make_course("Et annet"), "Et annet sted")
    counts = []
    for size in (1, 20):
        full = make_course(slug=f"fullt-{size}")
        make_module(full, "Full", [rich_part(size, elsewhere), text_part()], slug="full")
        publish(full)
        counts.append(count_queries(as_person(person), f"/nb/kurs/fullt-{size}/full/"))
    assert counts[0] == counts[1] <= 12


def test_the_page_asks_as_much_in_a_course_of_one_module_as_of_a_hundred(as_person, person):
    counts = []
    for size in (1, 100):
        course = make_synthetic_course(size, 2)
        module = ModulePage.objects.child_of(course).first()
        counts.append(count_queries(as_person(person), f"/nb/kurs/{course.slug}/{module.slug}/"))
    assert counts[0] == counts[1] <= 12


def test_blocks_show_what_they_hold(as_person, person):
    law = make_law(title_nb="Opplæringslova § 24-3")
    contact = make_contact(name_nb="Kompetanseteamet", number="478 09 050", tel="+4747809050")
    source = make_source(title_nb="Veileder", url="https://bufdir.no/")
    target = ModulePage.objects.get(pk=make_module(publish(make_course(slug="annet")), slug="maal").pk)
    body = [
        block("heading", "Mellomtittel"),
        block(
            "text",
            f'<p>Se <a linktype="page" id="{target.pk}">den andre</a> og <a linktype="page" id="99999">borte</a></p>',
        ),
        block("law", {"reference": law.pk, "title": "Meldeplikt", "text": "<p>Du skal melde</p>"}),
        block("contacts", {"title": "Ring", "contacts": items([contact.pk])}),
        block("sources", {"sources": items([source.pk])}),
        block("image", {"image": {"image": make_picture().pk, "alt_text": "En åpen dør", "decorative": False}}),
    ]
    course = make_course(slug="blokker")
    make_module(course, "Blokker", [block("part", {"title": "Alt", "body": body})], slug="alle")
    publish(course)
    page = as_person(person).get("/nb/kurs/blokker/alle/").content.decode()
    assert "Opplæringslova § 24-3" in page
    assert "Kontrollert 1. juli 2026" in page
    assert 'href="tel:+4747809050"' in page
    assert 'href="/nb/kurs/annet/maal/"' in page
    assert "<a>borte</a>" in page
    assert 'alt="En åpen dør"' in page
    assert "1600w" in page
    assert 'style="' not in page
    law.title_nb = "Ny tittel på loven"
    law.save()
    assert "Ny tittel på loven" in as_person(person).get("/nb/kurs/blokker/alle/").content.decode()


def test_the_same_picture_twice_has_two_texts(as_person, person):
    picture = make_picture()
    body = [
        block("image", {"image": {"image": picture.pk, "alt_text": text, "decorative": False}})
        for text in ("Før", "Etter")
    ]
    course = make_course(slug="to")
    make_module(course, "To", [block("part", {"title": "Bilder", "body": body})], slug="bilder")
    publish(course)
    for _ in range(2):  # the sizes are made the first time and found the second
        page = as_person(person).get("/nb/kurs/to/bilder/").content.decode()
        assert 'alt="Før"' in page
        assert 'alt="Etter"' in page


def test_a_fact_that_is_gone_leaves_the_rest_of_the_page(as_person, person):
    body = [
        block("law", {"reference": 99999, "title": "Plikt", "text": "<p>Tekst</p>"}),
        block("contacts", {"title": "Ring", "contacts": items([99999])}),
        block("image", {"image": {"image": 99999, "alt_text": "Bilde", "decorative": False}}),
    ]
    course = make_course(slug="hull")
    make_module(course, "Hull", [block("part", {"title": "Del", "body": body})], slug="hull")
    publish(course)
    assert as_person(person).get("/nb/kurs/hull/hull/").status_code == 200


# --- the case -------------------------------------------------------------------------------------


@pytest.fixture
def scene():
    scene = case()
    course = make_course(slug="sak")
    make_module(course, "Saken", [block("part", {"title": "Saken", "body": [scene]})], slug="saken")
    publish(course)
    return scene


CASE = "/nb/kurs/sak/saken/"


def test_a_choice_shows_what_it_leads_to_and_the_way_back(as_person, person, scene):
    client = as_person(person)
    before = client.get(CASE).content.decode()
    assert "Bare du ser hva du velger" in before
    assert "Pulten er tom" not in before
    response = client.post(f"{CASE}?del=1", {"sak": scene["id"], "valg": "1"})
    page = response.content.decode()
    assert response.status_code == 200
    for text in ("Du valgte", "Ringer hjem", "Pulten er tom", "Hvorfor det gikk slik", "Velg på nytt", "Hun forteller"):
        assert text in page


def test_a_choice_is_not_kept(as_person, person, scene):
    client = as_person(person)
    client.get(CASE)
    with CaptureQueriesContext(connection) as queries:
        client.post(f"{CASE}?del=1", {"sak": scene["id"], "valg": "2"})
    assert not [q for q in queries if q["sql"].startswith(("INSERT", "DELETE")) or 'UPDATE "courses' in q["sql"]]
    assert "Hun forteller" not in client.get(CASE).content.decode()


@pytest.mark.parametrize("data", [{"valg": "9"}, {"valg": "x"}, {}, {"valg": "0"}])
def test_no_such_choice_shows_the_scene_again(as_person, person, scene, data):
    response = as_person(person).post(f"{CASE}?del=1", {"sak": scene["id"], **data})
    assert response.status_code == 200
    assert "Se hva som skjer" in response.content.decode()


# --- the rest of the tree -------------------------------------------------------------------------


def test_wagtails_address_of_a_module_is_ours_and_its_other_pages_lead_home(as_person, person, course):
    assert ModulePage.objects.get(slug="forste").url == FIRST
    client = as_person(person)
    assert client.get("/nb/kurs/kurset/")["Location"] == reverse("home")
    assert client.get("/nb/kurs/")["Location"] == reverse("home")


def test_an_author_may_call_a_module_what_she_likes(as_person, person):
    course = make_course(slug="æresmotivert")
    make_module(course, slug="må-du-si-det")
    publish(course)
    url = overview(person, course).modules[0].url
    assert as_person(person).get(url).status_code == 200


def test_progress_names_the_edition_she_read(as_person, person, course):
    as_person(person).get(FIRST)
    assert ModuleProgress.objects.get().edition == Edition.objects.get()


def test_a_path_lists_its_steps(course, django_assert_num_queries):
    from assessments.models import Quiz
    from courses.models import LearningPath, PathStep

    quiz = Quiz.objects.create(code="prove", name_nb="Prøve")
    path = LearningPath.objects.create(key="sti", name_nb="Sti")
    PathStep.objects.create(path=path, position=1, quiz=quiz)
    PathStep.objects.create(path=path, position=0, course_key=course.translation_key)
    path = LearningPath.objects.get()
    with django_assert_num_queries(1):
        steps = path_steps(path)
    assert [(step.subject, step.key) for step in steps] == [
        ("course", course.translation_key), ("quiz", quiz.key),
    ]  # fmt: skip
