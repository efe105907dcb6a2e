"""What every installation begins with: facts, roles, courses with their questions, and what they certify."""

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from agencies.content import load_roles
from agencies.models import Role
from assessments.models import Quiz
from certification.models import Certification, Policy
from common.in_step import Verdict
from courses.curriculum import Loaded, load_curriculum
from courses.models import CoursePage, LearningPath, PathStep
from evidence.models import Evidence

FOUNDATION = "grunnkurs"

# Course → its certification: (name, what a certificate says that the person can) in Bokmål, Nynorsk and English.
_CERTIFIED: dict[str, tuple[tuple[str, str], tuple[str, str], tuple[str, str]]] = {
    FOUNDATION: (
        (
            "Grunnkurs: Se, forstå, handle",
            "har vist evne til å se tegn, snakke med den det gjelder og bruke meldeplikten.",
        ),
        (
            "Grunnkurs: Sjå, forstå, handle",
            "har vist evne til å sjå teikn, snakke med den det gjeld og bruke meldeplikta.",
        ),
        (
            "Foundation course: See, understand, act",
            "has shown the ability to see signs, talk with the person and use the duty to report.",
        ),
    ),
    "skole": (
        ("Handlekraft skole", "har vist evne til å se mønsteret, ta elevsamtalen og handle før ferien."),
        ("Handlekraft skule", "har vist evne til å sjå mønsteret, ta elevsamtalen og handle før ferien."),
        (
            "Handlekraft: School",
            "has shown the ability to see the pattern, talk with the pupil and act before the holidays.",
        ),
    ),
    "politi": (
        ("Handlekraft politi", "har vist evne til å skille partene, vurdere risiko og beskytte."),
        ("Handlekraft politi", "har vist evne til å skilje partane, vurdere risiko og verne."),
        ("Handlekraft: Police", "has shown the ability to separate the parties, assess risk and protect."),
    ),
    "helse": (
        ("Handlekraft helse", "har vist evne til å skape et trygt rom, melde og henvise."),
        ("Handlekraft helse", "har vist evne til å skape eit trygt rom, melde og tilvise."),
        ("Handlekraft: Health", "has shown the ability to make a safe room, report and refer."),
    ),
}


@dataclass(frozen=True, slots=True)
class Foundation:
    """What was loaded. Paths, tests and certifications are by the name of the course."""

    roles: dict[str, Role]
    courses: dict[str, CoursePage]
    quizzes: dict[str, Quiz]
    renewals: dict[str, Quiz]
    paths: dict[str, LearningPath]
    certifications: dict[str, Certification]
    left: list[str]
    """Pieces of content that were edited here and differ from their files: left as they are."""

    @property
    def certification(self) -> Certification:
        """That of the foundation course, which everybody takes."""
        return self.certifications[FOUNDATION]


def load_foundation() -> Foundation:
    """Loads what is missing and leaves what a trainer has changed. Idempotent."""
    roles = load_roles()
    loaded: Loaded = load_curriculum()
    certifications = {
        name: _certification(name, path, loaded.renewals[name])
        for name, path in loaded.paths.items()
        if name in _CERTIFIED
    }
    left = [told.name for told in loaded.told if told.verdict == Verdict.CONFLICT]
    return Foundation(roles, loaded.courses, loaded.quizzes, loaded.renewals, loaded.paths, certifications, left)


def _certification(name: str, path: LearningPath, quiz: Quiz) -> Certification:
    """A certification with its national policy and a refresher: `quiz` alone."""
    refresher, made = LearningPath.objects.get_or_create(
        key=f"{name}-fornying",
        defaults={
            "name_nb": f"Fornying: {path.name_nb}",
            "name_nn": f"Fornying: {path.name_nn}",
            "name_en": f"Renewal: {path.name_en}",
            "lead_nb": "Du har tatt kurset før. Bestå prøven, så gjelder sertifikatet et år til.",
            "lead_nn": "Du har teke kurset før. Bestå prøven, så gjeld sertifikatet eit år til.",
            "lead_en": "You have taken the course before. Pass the test, and the certificate holds another year.",
        },
    )
    if made:
        PathStep.objects.create(path=refresher, position=1, quiz=quiz)
    texts = {
        f"{field}_{language}": told
        for language, both in zip(("nb", "nn", "en"), _CERTIFIED[name], strict=True)
        for field, told in zip(("name", "statement"), both, strict=True)
    }
    certification, _ = Certification.objects.get_or_create(key=name, defaults=texts)
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
