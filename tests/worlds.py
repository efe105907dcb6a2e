"""A certification with one course and a quiz, and a municipality with a school whose teachers must have it."""

import datetime as dt
import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone
from factories import LONG_AGO, make_membership, make_person, make_role, make_unit

from accounts.models import User
from agencies.models import Unit
from assessments.models import Quiz
from certification.models import Certification, Policy, RequirementRule
from courses.models import LearningPath, PathStep
from evidence.models import Evidence
from evidence.services import record


@dataclass
class World:
    """What the tests of certification stand on."""

    agency: Unit
    school: Unit
    certification: Certification
    policy: Policy
    rule: RequirementRule
    quiz: Quiz
    path: LearningPath
    course_key: uuid.UUID

    def teacher(self, since: dt.date = LONG_AGO, **names: Any) -> User:
        person = make_person(**names)
        make_membership(person, self.school, make_role(), valid_from=since)
        return person

    def read_course(self, person: User, day: dt.date) -> Evidence:
        return record(
            person=person,
            subject=Evidence.Subject.COURSE,
            subject_key=self.course_key,
            result=Evidence.Result.COMPLETED,
            assurance=Evidence.Assurance.SELF_DECLARED,
            source_ref=f"read:{person.pk}:{day}",
            occurred_at=noon(day),
            edition_number=4,
        )

    def take_test(
        self,
        person: User,
        day: dt.date,
        *,
        passed: bool = True,
        assurance: Evidence.Assurance = Evidence.Assurance.SERVER_GRADED,
    ) -> Evidence:
        return record(
            person=person,
            subject=Evidence.Subject.QUIZ,
            subject_key=self.quiz.key,
            result=Evidence.Result.PASSED if passed else Evidence.Result.FAILED,
            assurance=assurance,
            source_ref=f"test:{person.pk}:{day}:{passed}:{assurance}",
            occurred_at=noon(day),
            score=Decimal("0.9"),
        )


def noon(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time(12)))


def make_world() -> World:
    agency = make_unit("Fjordvik kommune")
    school = make_unit("Lia ungdomsskole", agency)
    quiz = Quiz.objects.create(code="grunnkurs", name_nb="Prøve")
    course_key = uuid.uuid4()
    path = LearningPath.objects.create(key="grunnkurs", name_nb="Grunnkurset")
    PathStep.objects.create(path=path, position=1, course_key=course_key)
    PathStep.objects.create(path=path, position=2, quiz=quiz)
    refresher = LearningPath.objects.create(key="fornying", name_nb="Fornying")
    PathStep.objects.create(path=refresher, position=1, quiz=quiz)
    certification = Certification.objects.create(key="grunnkurs", name_nb="Grunnkurs", statement_nb="har vist evne")
    policy = Policy.objects.create(
        certification=certification,
        version="2026-2",
        valid_from=LONG_AGO,
        path=path,
        refresher_path=refresher,
        pass_mark=80,
        validity="P12M",
        window="P60D",
        grace="P60D",
        date_base=Policy.DateBase.EXPIRY,
        least_assurance=Evidence.Assurance.SERVER_GRADED,
        attempts=3,
        cool_down_days=2,
    )
    rule = RequirementRule.objects.create(
        certification=certification, agency=agency, unit=agency, label="2026-2", valid_from=LONG_AGO, due_days=60
    )
    return World(agency, school, certification, policy, rule, quiz, path, course_key)
