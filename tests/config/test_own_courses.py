"""The courses that come with the platform: loaded into an empty database, loaded again, exported and loaded."""

from pathlib import Path

import pytest

from agencies.models import Role
from assessments.models import Item, Quiz
from common.in_step import Verdict
from courses.curriculum import export_curriculum, load_curriculum
from courses.models import CoursePage, Edition, LearningPath, ModulePage

pytestmark = pytest.mark.django_db


def test_they_come_out_as_they_went_in_and_a_second_load_changes_nothing(tmp_path: Path) -> None:
    first = load_curriculum()
    assert {told.verdict for told in first.told} <= {Verdict.ADD, Verdict.SAME}
    assert set(first.paths) == {"grunnkurs", "skole", "politi", "helse"}
    assert CoursePage.objects.filter(live=True, locale__language_code="nb").count() == 4
    assert CoursePage.objects.filter(live=False, locale__language_code="nb").count() == 5
    assert ModulePage.objects.filter(live=True).count() == 4 * 6 * 3
    assert list(Edition.objects.values_list("number", flat=True)) == [1] * 4
    assert Item.objects.count() > 100
    assert Quiz.objects.count() == 2 * 4  # each with its renewal
    teacher = Role.objects.get(key="teacher")
    assert set(LearningPath.objects.filter(roles=teacher).values_list("key", flat=True)) == {"grunnkurs", "skole"}

    again = load_curriculum()
    assert {told.verdict for told in again.told} == {Verdict.SAME}
    assert Edition.objects.count() == 4

    export_curriculum(tmp_path)
    exported = load_curriculum(tmp_path)
    assert {told.verdict for told in exported.told} == {Verdict.SAME}
    assert {told.name for told in exported.told} == {told.name for told in first.told}
