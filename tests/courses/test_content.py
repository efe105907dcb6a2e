"""The foundation course as it is written in the repository."""

import pytest
from factories import make_person, make_role

from assessments.models import Quiz
from courses.content import load_course, load_path, modules_by_code
from courses.models import CoursePage, Edition, LearningPath, ModulePage
from facts.content import load_facts
from media.models import Picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def course():
    load_facts()
    return load_course()


def test_it_is_loaded_once_as_one_edition(course):
    assert load_course() == course
    assert CoursePage.objects.count() == 1
    assert list(Edition.objects.values_list("number", "latest")) == [(1, True)]
    assert Picture.objects.exclude(description="").count() == Picture.objects.count() > 0
    assert sorted(modules_by_code()) == ["F1", "F3"]


def test_every_part_of_it_opens_for_a_learner_and_in_preview(as_person, course):
    client = as_person(make_person())
    for module in ModulePage.objects.all():
        for number in range(1, len(module.parts) + 1):
            response = client.get(f"{module.url}?del={number}")
            assert response.status_code == 200
            assert response.context["reading"].part.number == number
        assert module.make_preview_request().status_code == 200


def test_what_a_trainer_changed_is_kept_when_it_is_loaded_again(course):
    module = modules_by_code()["F1"]
    module.title = "Ny tittel"
    module.save_revision().publish()
    load_course()
    assert modules_by_code()["F1"].title == "Ny tittel"
    assert Edition.objects.count() == 2


def test_the_path_is_the_course_and_the_test_for_every_role(course):
    role = make_role()
    quiz = Quiz.objects.create(code="grunnprove", name_nb="Prøve")
    path = load_path(quiz=quiz)
    assert load_path(quiz=quiz) == path
    assert LearningPath.objects.count() == 1
    assert [(step.course_key, step.quiz) for step in path.steps.all()] == [
        (course.translation_key, None), (None, quiz),
    ]  # fmt: skip
    assert role in path.roles.all()
