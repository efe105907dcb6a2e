"""Invented courses and people for the benchmarks, written in bulk."""

import datetime as dt
import uuid
from typing import Any

from django.db import connection
from django.utils import timezone

from accounts.models import User
from agencies.content import load_roles
from agencies.models import Membership, Role, Unit
from assessments.models import Item, ItemOption, Quiz, QuizDraw, Topic
from assessments.services import save_item_version
from certification.models import Certification, Policy, Requirement, RequirementRule, Standing
from common.names import name_key
from courses.models import CoursePage, LearningPath, ModulePage, PathStep
from courses.services import ensure_site
from evidence.models import Evidence

LONG_AGO = dt.date(2020, 1, 1)
QUIZ_CODE = "mal"


def make_agency(name: str, schools: int) -> tuple[Unit, list[Unit]]:
    """An agency with `schools` units below it."""
    agency = Unit.add_root(instance=Unit(name_nb=name, kind=Unit.Kind.MUNICIPALITY, is_agency=True))
    agency.agency = agency
    agency.save()
    children = []
    for number in range(schools):
        agency.refresh_from_db()
        children.append(
            agency.add_child(
                instance=Unit(name_nb=f"Skole {number:04}", kind=Unit.Kind.SCHOOL, agency=agency, is_agency=False)
            )
        )
    return agency, children


def make_course(modules: int, parts: int = 3) -> CoursePage:
    """A published course of `modules` modules with `parts` short parts each."""
    catalog = ensure_site()
    course = CoursePage(title=f"Kurs {modules}", slug=f"kurs-{modules}", lead="Ingress")
    catalog.add_child(instance=course)
    for number in range(modules):
        module = ModulePage(
            title=f"Modul {number}", slug=f"modul-{number}", lead="Ingress", minutes=9, parts=_parts(parts)
        )
        course.add_child(instance=module)
        module.save_revision()
        # One publish of the course below makes the edition; a publish of each module would make one each.
        module.live_revision = module.latest_revision
        module.save()
    course.save_revision().publish()
    return course


def _parts(count: int) -> list[tuple[str, Any]]:
    body = [("heading", "Mellomtittel"), ("text", "<p>" + "Et avsnitt med vanlig tekst. " * 20 + "</p>")] * 3
    return [("part", {"title": f"Del {number}", "body": body}) for number in range(count)]


def make_quiz(items: int = 10) -> Quiz:
    """A quiz of `items` questions, the first option right."""
    topic = Topic.objects.create(key="mal", name_nb="Mål")
    for number in range(items + 5):
        item = Item(code=f"B-{number}", topic=topic, stem_nb="Hva er riktig?", why_nb="Fordi.")
        item.options = [ItemOption(text_nb=f"Svar {i}", correct=i == 0, position=i) for i in range(4)]
        item.save()
        save_item_version(item=item, made_by=None)
    quiz = Quiz(code=QUIZ_CODE, name_nb="Prøve")
    quiz.draws = [QuizDraw(topic=topic, count=items)]
    quiz.save()
    return quiz


def make_certification(agency: Unit, course: CoursePage, quiz: Quiz, key: str) -> Certification:
    """A certification of the course and the quiz that everybody in the agency must have."""
    path = LearningPath.objects.create(key=key, name_nb="Sti")
    PathStep.objects.create(path=path, position=1, course_key=course.translation_key)
    PathStep.objects.create(path=path, position=2, quiz=quiz)
    certification = Certification.objects.create(key=key, name_nb="Sertifisering", statement_nb="har vist evne")
    Policy.objects.create(
        certification=certification,
        version="1",
        valid_from=LONG_AGO,
        path=path,
        pass_mark=80,
        validity="P12M",
        window="P60D",
        grace="P60D",
        date_base=Policy.DateBase.EXPIRY,
        least_assurance=Evidence.Assurance.SERVER_GRADED,
    )
    RequirementRule.objects.create(
        certification=certification, agency=agency, unit=agency, label="1", valid_from=LONG_AGO, due_days=30_000
    )
    return certification


def make_learner(unit: Unit) -> User:
    """One person with a role in `unit`."""
    person = User.objects.create_user(f"{uuid.uuid4().hex}@bench.example", first_name="Ingrid", last_name="Solheim")
    role = load_roles()["teacher"]
    Membership.objects.create(person=person, unit=unit, agency=unit.agency, role=role, valid_from=LONG_AGO)
    return person


def make_people(count: int, agency: Unit, units: list[Unit], certification: Certification) -> None:
    """`count` people spread over `units`, standing in every way, without the rows that led there."""
    role: Role = load_roles()["teacher"]
    rule = RequirementRule.objects.get(certification=certification)
    today = timezone.localdate()
    people = User.objects.bulk_create(
        [
            User(
                email=f"{agency.pk}-{number}@bench.example",
                first_name=f"Fornavn{number % 97}",
                last_name=f"Etternavn{number % 1009}",
                name_key=name_key(f"Etternavn{number % 1009}", f"Fornavn{number % 97}"),
                password="!",  # noqa: S106  nobody signs in as these
            )
            for number in range(count)
        ],
        batch_size=2000,
    )
    memberships = [
        Membership(person=person, unit=units[i % len(units)], agency=agency, role=role, valid_from=LONG_AGO)
        for i, person in enumerate(people)
    ]
    Membership.objects.bulk_create(memberships, batch_size=2000)
    standings = []
    for i, person in enumerate(people):
        left = (i * 7) % 420 - 90  # from long expired to just earned
        expires = today + dt.timedelta(days=left)
        held = i % 5 != 0
        dates = {
            "valid_from": expires - dt.timedelta(days=364),
            "window_opens_on": expires - dt.timedelta(days=60),
            "expires_on": expires,
            "grace_until": expires + dt.timedelta(days=60),
        }
        state = _state(today, dates) if held else "never"
        standings.append(
            Standing(
                person=person,
                certification=certification,
                agency=agency,
                state=state,
                required=True,
                due_on=LONG_AGO if i % 10 == 0 else today + dt.timedelta(days=30),
                rule=rule,
                display=_display(state, overdue=i % 10 == 0),
                computed_on=today,
                next_change_on=today + dt.timedelta(days=1),
                **(dates if held else {}),
            )
        )
    Standing.objects.bulk_create(standings, batch_size=2000)
    requirements = [
        Requirement(
            person_id=row.person_id,
            certification=certification,
            rule=rule,
            agency=agency,
            unit_id=row.unit_id,
            role=role,
            membership_thread=row.thread,
            valid_from=LONG_AGO,
            due_on=today,
        )
        for row in memberships
    ]
    Requirement.objects.bulk_create(requirements, batch_size=2000)


def know_sizes() -> None:
    """What autovacuum would have done by the time anybody reads: without it the planner takes the tables for empty."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _state(today: dt.date, dates: dict[str, dt.date]) -> str:
    if today < dates["window_opens_on"]:
        return "certified"
    if today <= dates["expires_on"]:
        return "window"
    return "grace" if today <= dates["grace_until"] else "expired"


def _display(state: str, *, overdue: bool) -> str:
    if state == "never":
        return "overdue" if overdue else "not_started"
    return {"certified": "valid"}.get(state, state)
