"""What a publish makes, and what learners read."""

import json

import pytest
from django.db import IntegrityError
from factories import make_person
from wagtail.models import Locale

from courses.models import Edition, EditionPage, ModulePage
from courses.services import editions as editions_module
from courses.services import make_edition
from tests.courses.synthetic import make_course, make_module, make_synthetic_course, publish, text_part

pytestmark = pytest.mark.django_db


def latest(course) -> Edition:
    return Edition.objects.get(course_key=course.translation_key, latest=True)


def titles(course) -> list[str]:
    return list(latest(course).pages.filter(is_course=False).values_list("title", flat=True))


def url(course, module) -> str:
    return f"/nb/kurs/{course.slug}/{module.slug}/"


def test_a_course_and_its_modules_become_one_edition_when_the_course_is_published():
    course = make_synthetic_course(3, 2)
    assert Edition.objects.count() == 1
    edition = latest(course)
    assert edition.number == 1
    assert edition.change == Edition.Change.EDITORIAL
    assert [(page.position, page.is_course) for page in edition.pages.all()] == [
        (0, True), (1, False), (2, False), (3, False),
    ]  # fmt: skip


def test_every_publish_makes_an_edition_and_only_the_newest_is_latest():
    trainer = make_person()
    course = make_course()
    module = make_module(course)
    publish(course)
    module.title = "Ny tittel"
    publish(module, trainer)
    assert list(Edition.objects.values_list("number", "latest")) == [(2, True), (1, False)]
    assert latest(course).published_by == trainer
    assert titles(course) == ["Ny tittel"]
    assert EditionPage.objects.filter(edition__number=1, title="Ny tittel").count() == 0


def test_nothing_changed_makes_no_edition():
    course = make_synthetic_course(1, 1)
    first = latest(course)
    assert make_edition(course_key=course.translation_key) == first
    assert Edition.objects.count() == 1


def test_a_course_that_is_not_published_has_no_edition():
    course = make_course()
    make_module(course)
    assert make_edition(course_key=course.translation_key) is None
    assert not Edition.objects.exists()


def test_the_edition_knows_the_parts_of_a_module():
    course = make_course()
    parts = [text_part("En"), text_part("To")]
    module = make_module(course, parts=parts)
    publish(course)
    page = EditionPage.objects.get(page_key=module.translation_key)
    assert page.part_ids == [part["id"] for part in parts]


def test_an_unpublished_module_is_gone_from_the_next_edition_and_kept_in_the_last():
    course = make_course()
    stays, goes = make_module(course, "Blir"), make_module(course, "Går")
    publish(course)
    goes.unpublish()
    assert titles(course) == ["Blir"]
    assert Edition.objects.get(number=1).pages.filter(title="Går").exists()
    assert stays.live


def test_an_unpublished_course_is_read_by_nobody_until_it_is_published_again(as_person):
    course = make_course()
    module = make_module(course)
    publish(course)
    client = as_person(make_person())
    assert client.get(url(course, module)).status_code == 200
    course.unpublish()
    assert client.get(url(course, module)).status_code == 404
    publish(course)
    assert client.get(url(course, module)).status_code == 200


def test_modules_in_a_new_order_are_a_new_edition():
    course = make_course()
    first, second = make_module(course, "Første"), make_module(course, "Andre")
    publish(course)
    second.refresh_from_db()
    second.move(ModulePage.objects.get(pk=first.pk), pos="left")
    assert latest(course).number == 2
    assert titles(course) == ["Andre", "Første"]


def test_a_draft_is_never_seen_and_a_change_of_the_live_page_behind_wagtails_back_neither(as_person):
    course = make_course()
    module = make_module(course, parts=[text_part("Delen", "<p>Publisert tekst</p>")])
    publish(course)
    module.parts = ModulePage._meta.get_field("parts").stream_block.to_python([text_part("Delen", "<p>Kladd</p>")])
    module.title = "Kladdetittel"
    module.save_revision()
    client = as_person(make_person())
    assert "Publisert tekst" in client.get(url(course, module)).content.decode()
    stream = json.dumps([text_part("Delen", "<p>Rett i databasen</p>")])
    ModulePage.objects.filter(pk=module.pk).update(title="Rett i databasen", parts=stream)
    page = client.get(url(course, module)).content.decode()
    assert "Publisert tekst" in page
    assert "Kladd" not in page
    assert "Rett i databasen" not in page


def test_a_translation_is_a_page_of_the_same_edition_in_the_place_of_its_original():
    course = make_course()
    make_module(course, "Første")
    second = make_module(course, "Andre")
    publish(course)
    nn = Locale.objects.get(language_code="nn")
    publish(course.copy_for_translation(nn))
    publish(second.copy_for_translation(nn))
    rows = latest(course).pages.filter(language="nn").values_list("title", "position")
    assert list(rows) == [("Kurset", 0), ("Andre", 2)]


def test_who_loses_the_number_reads_again_and_tries_again(monkeypatch):
    course = make_course()
    make_module(course)
    publish(course)
    module = make_module(course, "Ny")
    make, tries = editions_module._make, []

    def loses_twice(*args):
        tries.append(args)
        if len(tries) < 3:
            raise IntegrityError
        return make(*args)

    monkeypatch.setattr(editions_module, "_make", loses_twice)
    module.title = "Nyere"
    publish(module)
    assert len(tries) == 3
    assert latest(course).number == 3
