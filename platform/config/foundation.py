"""What every installation begins with: facts, roles, the foundation course, its questions and its certification."""

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from agencies.content import load_roles
from agencies.models import Role
from assessments.content import load_items
from assessments.models import Quiz
from certification.models import Certification, Policy
from courses.content import load_course, load_path, modules_by_code
from courses.models import CoursePage, LearningPath, PathStep
from courses.services import ensure_site
from evidence.models import Evidence
from facts.content import load_facts


@dataclass(frozen=True, slots=True)
class Foundation:
    """What was loaded."""

    roles: dict[str, Role]
    course: CoursePage
    quiz: Quiz
    path: LearningPath
    certification: Certification


def load_foundation() -> Foundation:
    """Loads what is missing and leaves what a trainer has changed. Idempotent."""
    load_facts()
    roles = load_roles()
    ensure_site()
    course = load_course()
    quiz = load_items(pages_by_code=modules_by_code())
    path = load_path(quiz=quiz)
    return Foundation(roles, course, quiz, path, _certification(path, quiz))


def _certification(path: LearningPath, quiz: Quiz) -> Certification:
    """The foundation certification with its national policy and a refresher of the test alone."""
    refresher, made = LearningPath.objects.get_or_create(
        key="grunnkurs-fornying",
        defaults={
            "name_nb": "Fornying av grunnkurset",
            "name_nn": "Fornying av grunnkurset",
            "name_en": "Renewing the foundation course",
            "lead_nb": "Du har tatt grunnkurset før. Bestå prøven, så gjelder sertifikatet et år til.",
            "lead_nn": "Du har teke grunnkurset før. Bestå prøven, så gjeld sertifikatet eit år til.",
            "lead_en": "You have taken the foundation course. Pass the test, and the certificate holds another year.",
        },
    )
    if made:
        PathStep.objects.create(path=refresher, position=1, quiz=quiz)
    certification, _ = Certification.objects.get_or_create(
        key="grunnkurs",
        defaults={
            "name_nb": "Grunnkurs: Se, forstå, handle",
            "name_nn": "Grunnkurs: Sjå, forstå, handle",
            "name_en": "Foundation course: See, understand, act",
            "statement_nb": "har vist evne til å se tegn, snakke med den det gjelder og bruke meldeplikten.",
            "statement_nn": "har vist evne til å sjå teikn, snakke med den det gjeld og bruke meldeplikta.",
            "statement_en": "has shown the ability to see signs, talk with the person and use the duty to report.",
        },
    )
    year = timezone.localdate().year
    if not Policy.objects.current().filter(certification=certification, agency=None).exists():
        Policy.objects.create(
            certification=certification,
            version=f"{year}-1",
            valid_from=dt.date(year - 3, 1, 1),
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
    return certification
