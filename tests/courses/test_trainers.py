"""What trainers may do in the Wagtail admin, and what nobody else may."""

import datetime as dt

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone
from factories import make_grant, make_person, make_unit, with_second_factor
from wagtail.models import GroupPagePermission
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from accounts.models import User
from agencies.models import Grant
from agencies.signals import grants_changed
from assessments.models import Quiz
from courses.models import CatalogPage, CoursePage, Edition, LearningPath, ModulePage, PathStep
from courses.services import ensure_site, sync_trainer, sync_trainers
from courses.services.trainers import GROUP
from courses.tasks import sync_trainers as sync_trainers_task
from tests.courses.synthetic import (
    block,
    case,
    items,
    make_contact,
    make_course,
    make_law,
    make_module,
    make_picture,
    make_source,
    make_synthetic_course,
    publish,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _site():
    ensure_site()


@pytest.fixture
def trainer():
    person = with_second_factor(make_person("Tone", "Fagansvarlig"))
    make_grant(person, make_unit(), Grant.Function.TRAINER)
    sync_trainer(person_id=person.pk)
    return person


def in_group(person: User) -> bool:
    return person.groups.filter(name=GROUP).exists()


# --- grants and the group -------------------------------------------------------------------------


def test_a_grant_makes_a_trainer_and_its_end_unmakes_her():
    person, unit = make_person(), make_unit()
    grant = make_grant(person, unit, Grant.Function.TRAINER)
    grants_changed.send(sender=Grant, person_id=person.pk)
    assert in_group(person)
    Grant.objects.filter(pk=grant.pk).update(superseded_at=timezone.now())
    grants_changed.send(sender=Grant, person_id=person.pk)
    assert not in_group(person)


def test_another_function_makes_no_trainer():
    person = make_person()
    make_grant(person, make_unit(), Grant.Function.MANAGER)
    assert sync_trainer(person_id=person.pk) is False
    assert not in_group(person)


def test_grants_that_begin_and_end_by_date_are_found_by_the_sweep():
    today, unit = timezone.localdate(), make_unit()
    begun, ended, left = make_person(), make_person(), make_person(is_active=False)
    make_grant(begun, unit, Grant.Function.TRAINER, valid_from=today)
    make_grant(ended, unit, Grant.Function.TRAINER, valid_to=today - dt.timedelta(days=1))
    make_grant(left, unit, Grant.Function.TRAINER)
    ended.groups.add(begun.groups.model.objects.get(name=GROUP))
    sync_trainers_task.delay()
    assert (in_group(begun), in_group(ended), in_group(left)) == (True, False, False)
    assert sync_trainers() == 0


def test_the_site_is_made_once():
    before = CatalogPage.objects.count(), GroupPagePermission.objects.count()
    ensure_site()
    assert (CatalogPage.objects.count(), GroupPagePermission.objects.count()) == before
    assert sorted(CatalogPage.objects.values_list("locale__language_code", flat=True)) == ["en", "nb", "nn"]
    assert {page.url for page in CatalogPage.objects.all()} == {"/nb/kurs/", "/nn/kurs/", "/en/kurs/"}


# --- who comes in ---------------------------------------------------------------------------------


def test_a_trainer_opens_the_admin(as_person, trainer):
    client = as_person(trainer)
    for name in ("wagtailadmin_home", "wagtailadmin_explore_root"):
        assert client.get(reverse(name)).status_code in (200, 302)
    assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize("function", [None, Grant.Function.MANAGER, Grant.Function.ADMINISTRATOR])
def test_nobody_else_does(as_person, function):
    person = with_second_factor(make_person())
    if function:
        make_grant(person, make_unit(), function)
        sync_trainer(person_id=person.pk)
    response = as_person(person).get("/admin/")
    assert response.status_code in (302, 403)
    assert "Fakta" not in response.content.decode()


@pytest.mark.parametrize("name", ["wagtailusers_users:index", "wagtailusers_groups:index", "wagtailusers_users:add"])
def test_people_and_groups_are_for_superusers_whatever_permission_somebody_was_given(as_person, trainer, name):
    trainer.user_permissions.set(Permission.objects.filter(content_type__app_label__in=["accounts", "auth"]))
    make_person("Hemmelig", "Deltaker")
    response = as_person(trainer).get(reverse(name))
    assert response.status_code in (302, 403)
    assert "Hemmelig" not in response.content.decode()
    root = with_second_factor(User.objects.create_superuser("root@example.no", first_name="R", last_name="T"))
    assert as_person(root).get(reverse(name)).status_code == 200


def test_menus_of_a_trainer_name_no_people(as_person, trainer):
    page = as_person(trainer).get("/admin/").content.decode()
    assert reverse("wagtailusers_users:index") not in page


# --- writing and publishing -----------------------------------------------------------------------


def add(client, parent, model: str, data: dict):
    url = reverse("wagtailadmin_pages:add", args=["courses", model, parent.pk])
    return client.post(url, nested_form_data({**data, "comments": inline_formset([]), "action-publish": "1"}))


def test_a_trainer_writes_previews_and_publishes_a_course(as_person, trainer):
    client = as_person(trainer)
    catalog = CatalogPage.objects.get(locale__language_code="nb")
    add(client, catalog, "coursepage", {"title": "Nytt kurs", "slug": "nytt-kurs", "lead": "Ingress"})
    course = CoursePage.objects.get(slug="nytt-kurs")
    assert course.live
    part = {
        "title": "En del",
        "body": streamfield([("heading", "Mellomtittel"), ("text", rich_text("<p>Tekst fra Tone</p>"))]),
    }
    response = add(
        client,
        course,
        "modulepage",
        {
            "title": "En modul",
            "slug": "en-modul",
            "lead": "Om",
            "minutes": 5,
            "translated": "on",
            "parts": streamfield([("part", part)]),
        },
    )
    assert response.status_code == 302, response.context["form"].errors
    module = ModulePage.objects.get(slug="en-modul")
    edition = Edition.objects.get(course_key=course.translation_key, latest=True)
    assert (edition.number, edition.published_by) == (2, trainer)
    preview = reverse("wagtailadmin_pages:preview_on_edit", args=[module.pk])
    assert client.get(preview).status_code == 200
    assert client.get(reverse("wagtailadmin_pages:edit", args=[module.pk])).status_code == 200
    reader = as_person(make_person())
    assert "Tekst fra Tone" in reader.get("/nb/kurs/nytt-kurs/en-modul/").content.decode()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"translated": ""}, "På bokmål må teksten stå her."),
        ({"parts": streamfield([])}, "Modulen må ha minst én del."),
    ],
)
def test_a_module_without_a_text_is_refused_in_words(as_person, trainer, change, said):
    course = publish(make_course())
    part = {"title": "Del", "body": streamfield([("heading", "Mellomtittel")])}
    data = {"title": "M", "slug": "m", "lead": "L", "minutes": 5, "translated": "on"}
    data["parts"] = streamfield([("part", part)])
    response = add(as_person(trainer), course, "modulepage", {**data, **change})
    assert response.status_code == 200
    (error,) = [error for found in response.context["form"].errors.as_data().values() for error in found]
    assert said in str(error.as_json_data() if hasattr(error, "as_json_data") else error.messages)
    assert not ModulePage.objects.exists()


def test_previews_show_every_part_and_every_outcome():
    body = [
        block("law", {"reference": make_law(title_nb="Loven § 1").pk, "title": "Plikt", "text": "<p>Tekst</p>"}),
        block("contacts", {"title": "Ring", "contacts": items([make_contact().pk])}),
        block("sources", {"sources": items([make_source().pk])}),
        block("image", {"image": {"image": make_picture().pk, "alt_text": "Dør", "decorative": False}}),
        case(),
    ]
    course = make_course()
    parts = [block("part", {"title": f"Del {n}", "body": body}) for n in (1, 2)]
    module = make_module(course, "Med alt", parts)
    response = module.make_preview_request()
    assert response.status_code == 200
    page = response.content.decode()
    for text in ("Del 1", "Del 2", "Loven § 1", "Pulten er tom", "Hun forteller"):
        assert text in page
    response = course.make_preview_request()
    assert response.status_code == 200
    assert "Med alt" in response.content.decode()


def test_a_case_where_no_choice_is_safe_is_refused(as_person, trainer):
    course = make_synthetic_course(1, 1)
    text = rich_text("<p>x</p>")
    choice = {"text": "Tier", "rating": "harmful", "outcome_title": "Så", "outcome": text, "why": text}
    choice["effects"] = streamfield([])
    scene = {
        "label": "Saken", "title": "Nå", "text": rich_text("<p>x</p>"), "prompt": "Hva?",
        "choices": streamfield([("item", choice), ("item", choice)]),
    }  # fmt: skip
    part = {"title": "Del", "body": streamfield([("case", scene)])}
    response = add(
        as_person(trainer), course, "modulepage",
        {
            "title": "M", "slug": "m", "lead": "L", "minutes": 5, "translated": "on",
            "parts": streamfield([("part", part)]),
        },
    )  # fmt: skip
    assert response.status_code == 200
    assert "Minst ett av valgene" in response.content.decode()


def test_a_trainer_unpublishes_a_module_in_the_admin(as_person, trainer):
    course = make_synthetic_course(2, 1)
    module = ModulePage.objects.child_of(course).first()
    as_person(trainer).post(reverse("wagtailadmin_pages:unpublish", args=[module.pk]))
    assert Edition.objects.get(latest=True).pages.filter(is_course=False).count() == 1


@pytest.mark.parametrize("what", ["course", "module", "catalog"])
def test_what_was_published_is_not_deleted_and_the_admin_says_why(as_person, what):
    root = with_second_factor(User.objects.create_superuser("root@example.no", first_name="R", last_name="T"))
    course = make_synthetic_course(1, 1)
    page = {
        "course": course,
        "module": ModulePage.objects.child_of(course).get(),
        "catalog": course.get_parent(),
    }[what]
    response = as_person(root).post(reverse("wagtailadmin_pages:delete", args=[page.pk]), follow=True)
    assert response.status_code == 200
    assert "Avpubliser den i stedet" in response.content.decode()
    bulk = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "delete"])
    response = as_person(root).post(f"{bulk}?id={page.pk}&next=/admin/", follow=True)
    assert response.status_code == 200
    assert type(page).objects.filter(pk=page.pk).exists()


def test_a_draft_that_was_never_published_may_be_deleted(as_person, trainer):
    draft = make_course()
    assert as_person(trainer).post(reverse("wagtailadmin_pages:delete", args=[draft.pk])).status_code == 302


# --- learning paths -------------------------------------------------------------------------------


def test_steps_of_a_path_change_places_in_the_admin(as_person, trainer):
    course = publish(make_course("Et kurs"))
    quiz = Quiz.objects.create(code="prove", name_nb="Prøve")
    path = LearningPath.objects.create(key="sti", name_nb="Sti")
    first = PathStep.objects.create(path=path, position=0, course_key=course.translation_key)
    second = PathStep.objects.create(path=path, position=1, quiz=quiz)
    url = reverse("wagtailsnippets_courses_learningpath:edit", args=[path.pk])
    client = as_person(trainer)
    assert "Et kurs" in client.get(url).content.decode()
    forms = [
        {"id": first.pk, "course_key": str(course.translation_key), "quiz": "", "ORDER": 2},
        {"id": second.pk, "course_key": "", "quiz": quiz.pk, "ORDER": 1},
    ]
    data = {"key": "sti", "name_nb": "Stien", "steps": inline_formset(forms, initial=2)}
    response = client.post(url, nested_form_data(data))
    assert response.status_code == 302, response.context["form"].errors
    assert [step.pk for step in path.steps.order_by("position")] == [second.pk, first.pk]
