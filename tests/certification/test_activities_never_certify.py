"""An activity is the word of the learner's own browser: it completes, and it never certifies."""

import pytest
from django.utils import timezone
from worlds import World, make_world

from certification.models import Certificate
from certification.services import settle_person
from evidence.models import Evidence
from evidence.services import record

pytestmark = pytest.mark.django_db
A = Evidence.Assurance


@pytest.fixture
def world() -> World:
    return make_world()


def shown(world: World, person, subject: str, assurance: int) -> None:
    record(
        person=person, subject=subject, subject_key=world.quiz.key, result=Evidence.Result.PASSED, assurance=assurance,
        score=1, source_ref=f"{subject}:{person.pk}:{assurance}",
    )  # fmt: skip
    settle_person(person.pk)


def test_an_activity_passed_is_no_test_passed_whatever_its_key_and_score(world):
    person = world.teacher()
    world.read_course(person, timezone.localdate())
    for assurance in A.values:
        shown(world, person, Evidence.Subject.ACTIVITY, assurance)
    assert not Certificate.objects.exists()


def test_a_test_that_only_the_browser_vouches_for_is_refused_where_the_policy_demands_more(world):
    assert world.policy.least_assurance == A.SERVER_GRADED
    person = world.teacher()
    world.read_course(person, timezone.localdate())
    shown(world, person, Evidence.Subject.QUIZ, A.CLIENT_ASSERTED)
    assert not Certificate.objects.exists()
    shown(world, person, Evidence.Subject.QUIZ, A.SERVER_GRADED)
    assert Certificate.objects.get().cycle.person == person
