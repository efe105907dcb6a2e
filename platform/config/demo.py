"""A small municipality to look at: real courses, invented people, standings of every kind, dates relative to today."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from agencies.models import Grant, Membership, MembershipPause, Unit, UnitParent
from certification.models import Cycle, Decision, RequirementRule
from certification.services import settle_person
from config.foundation import Foundation, load_foundation
from courses.models import Edition
from courses.services import sync_trainers
from courses.services.progress import complete_part, open_part
from evidence.models import Evidence
from evidence.services import record
from media.services.approvers import add_approver

PASSWORD = "vis-handlekraft"  # noqa: S105  a demo account's password is there to be read
AGENCY_CODE = "DEMO"


@dataclass(frozen=True, slots=True)
class Account:
    """A demo account that a visitor signs in with."""

    email: str
    name: str
    what: str


ACCOUNTS = [
    Account("ingrid@fjordvik.example", "Ingrid Solheim", "learner, halfway through her path"),
    Account("marit@fjordvik.example", "Marit Aune", "manager of the whole municipality"),
    Account("trine@fjordvik.example", "Trine Bakke", "trainer: writes courses and questions under /admin/"),
    Account(
        "arne@fjordvik.example",
        "Arne Moen",
        "administrator: units, people, grants; H5P libraries under /admin/",
    ),
    Account("karin@fjordvik.example", "Karin Vik", "coordinator: figures and people, as a manager"),
]

# Unit → its people as (given name, family name, role, story). Stories are the functions of _Stories below.
UNITS: dict[str, tuple[str, list[tuple[str, str, str, str]]]] = {
    "Lia ungdomsskole": (
        Unit.Kind.SCHOOL,
        [
            ("Ingrid", "Solheim", "teacher", "halfway"),
            ("Kari", "Amundsen", "teacher", "window"),
            ("Jon Erik", "Bakken", "assistant", "grace"),
            ("Siri", "Dahl", "head", "valid"),
            ("Thomas", "Eide", "teacher", "in_progress"),
            ("Nora", "Hansen", "teacher", "new"),
            ("Amir", "Johansen", "counsellor", "valid"),
            ("Marte", "Lie", "teacher", "window"),
            ("Linh", "Nguyen", "school_nurse", "valid"),
            ("Petter", "Olsen", "assistant", "overdue"),
            ("Leila", "Rahimi", "teacher", "expired"),
            ("Åse", "Aasen", "teacher", "leave"),
            ("Mikkel", "Sara", "diversity_adviser", "valid"),
        ],
    ),
    "Bråten skole": (
        Unit.Kind.SCHOOL,
        [
            ("Bjørn", "Berg", "head", "valid"),
            ("Anne", "Østby", "teacher", "valid_late"),
            ("Yusuf", "Ali", "teacher", "window"),
            ("Grete", "Lund", "teacher", "overdue"),
            ("Henrik", "Strand", "teacher", "new"),
            ("Ida", "Myhre", "assistant", "in_progress"),
            ("Sofie", "Haugen", "teacher", "valid"),
            ("Ole", "Knutsen", "teacher", "waived"),
            ("Maria", "Kowalska", "teacher", "renewed"),
            ("Tor", "Ødegård", "assistant", "expired"),
        ],
    ),
    "Strandveien barnehage": (
        Unit.Kind.KINDERGARTEN,
        [
            ("Hilde", "Nilsen", "head", "valid"),
            ("Fatima", "Hussein", "kindergarten_teacher", "valid"),
            ("Lars", "Pedersen", "kindergarten_teacher", "overdue"),
            ("Elin", "Ruud", "assistant", "new"),
            ("Jonas", "Sæther", "assistant", "failed"),
            ("Wenche", "Tangen", "kindergarten_teacher", "window"),
        ],
    ),
    "Helsestasjonen": (
        Unit.Kind.OFFICE,
        [
            ("Berit", "Ulriksen", "head", "valid"),
            ("Camilla", "Vang", "school_nurse", "renewed"),
            ("Erik", "Wold", "gp", "grace"),
            ("Zahra", "Karimi", "midwife", "valid"),
            ("Gunn", "Åsheim", "midwife", "suspended"),
            ("Pål", "Iversen", "gp", "revoked"),
            ("Randi", "Jensen", "school_nurse", "new"),
        ],
    ),
}


class DemoError(Exception):
    """The demo cannot be made here; the message says why."""


def make_demo(say: Callable[[str], None]) -> None:
    """Makes the demo, or leaves it as it is where it was made before."""
    say("Facts, roles and courses …")
    foundation = load_foundation()
    if Unit.objects.filter(code=AGENCY_CODE).exists():
        say("The demo is already here.")
        return
    say("Fjordvik kommune with four units and forty people …")
    with transaction.atomic():
        _Municipality(foundation).build()
    sync_trainers()


class _Municipality:
    """Builds Fjordvik. Every standing comes about as it does in life: memberships, evidence, settling."""

    def __init__(self, foundation: Foundation) -> None:
        self.certification = foundation.certification
        self.roles = foundation.roles
        self.course = foundation.course
        self.quiz = foundation.quiz
        self.today = timezone.localdate()
        self.password = make_password(PASSWORD)
        self.edition = Edition.objects.get(course_key=self.course.translation_key, latest=True)

    def build(self) -> None:
        agency = Unit.add_root(
            instance=Unit(name_nb="Fjordvik kommune", kind=Unit.Kind.MUNICIPALITY, code=AGENCY_CODE, is_agency=True)
        )
        agency.agency = agency
        agency.save(update_fields=["agency"])
        UnitParent.objects.create(unit=agency, parent=None, valid_from=self._ago(3000))
        self.agency = agency
        rule = RequirementRule.objects.create(
            certification=self.certification,
            agency=agency,
            unit=agency,
            label=f"{self.today.year}-1",
            valid_from=self._ago(800),
            due_days=60,
        )
        self.rule = rule
        people: dict[str, User] = {}
        units: dict[str, Unit] = {}
        for number, (name, (kind, staff)) in enumerate(UNITS.items(), start=1):
            agency.refresh_from_db()
            unit = agency.add_child(instance=Unit(name_nb=name, kind=kind, code=f"DEMO-{number}", agency=agency))
            UnitParent.objects.create(unit=unit, parent=agency, valid_from=self._ago(3000))
            units[name] = unit
            for first, last, role, story in staff:
                people[f"{first} {last}"] = self._person(first, last, unit, role, story)
        # Two people work in two places: they count once in each and once above.
        self._join(people["Linh Nguyen"], units["Helsestasjonen"], "school_nurse", 500)
        self._join(people["Amir Johansen"], units["Bråten skole"], "counsellor", 300)
        self._accounts(agency, people)

    def _ago(self, days: int) -> dt.date:
        return self.today - dt.timedelta(days=days)

    def _user(self, first: str, last: str, email: str = "") -> User:
        user = User(
            email=email or f"{first}.{last}@fjordvik.example".lower().replace(" ", "."),
            first_name=first,
            last_name=last,
            password=self.password,
            is_demo=True,
        )
        user.save()
        return user

    def _join(self, person: User, unit: Unit, role: str, days_ago: int) -> Membership:
        return Membership.objects.create(
            person=person,
            unit=unit,
            agency=self.agency,
            role=self.roles[role],
            valid_from=self._ago(days_ago),
            origin=Membership.Origin.ROSTER,
        )

    def _accounts(self, agency: Unit, people: dict[str, User]) -> None:
        functions = {
            "Marit Aune": Grant.Function.MANAGER,
            "Trine Bakke": Grant.Function.TRAINER,
            "Arne Moen": Grant.Function.ADMINISTRATOR,
            "Karin Vik": Grant.Function.COORDINATOR,
        }
        for account in ACCOUNTS:
            if account.name in people:
                User.objects.filter(pk=people[account.name].pk).update(email=account.email)
                continue
            first, last = account.name.split()
            user = self._user(first, last, account.email)
            Grant.objects.create(person=user, unit=agency, function=functions[account.name], valid_from=self._ago(400))
            if functions[account.name] == Grant.Function.ADMINISTRATOR:
                add_approver(user)

    def _person(self, first: str, last: str, unit: Unit, role: str, story: str) -> User:
        person = self._user(first, last)
        recent = story in ("new", "in_progress", "halfway", "failed")
        membership = self._join(person, unit, role, 25 if recent else 100 if story == "overdue" else 1500)
        # How many days ago each test was passed, oldest first.
        passed = {
            "valid": [150],
            "valid_late": [285],
            "window": [325],
            "grace": [390],
            "expired": [600],
            "renewed": [400, 50],
            "suspended": [100],
            "revoked": [120],
        }.get(story, [])
        for days in passed:
            self._pass_test(person, days)
        settle_person(person.pk, self.today)
        match story:
            case "halfway":
                self._read(person, parts=5)
            case "in_progress":
                self._read(person, parts=2)
            case "failed":
                self._read(person, parts=99)
                self._fail_test(person, 1)
            case "leave":
                MembershipPause.objects.create(membership=membership, valid_from=self._ago(90))
            case "waived":
                self._decide(person, Decision.Kind.WAIVER, None, "Har tilsvarende videreutdanning.")
            case "suspended":
                self._decide(person, Decision.Kind.SUSPENSION, self._newest(person), "Avventer avklaring.")
            case "revoked":
                self._decide(person, Decision.Kind.REVOCATION, self._newest(person), "Utstedt ved en feil.")
        settle_person(person.pk, self.today)
        return person

    def _newest(self, person: User) -> Cycle:
        return Cycle.objects.filter(person=person, state=Cycle.State.SATISFIED).latest("number")

    def _decide(self, person: User, kind: Decision.Kind, cycle: Cycle | None, reason: str) -> None:
        Decision.objects.create(
            person=person,
            certification=self.certification,
            cycle=cycle,
            agency=self.agency,
            kind=kind,
            valid_from=self._ago(10),
            reason=reason,
            decided_by=person,
        )

    def _at(self, days_ago: int, hour: int) -> dt.datetime:
        return timezone.make_aware(dt.datetime.combine(self._ago(days_ago), dt.time(hour)))

    def _pass_test(self, person: User, days_ago: int) -> None:
        record(
            person=person,
            subject=Evidence.Subject.COURSE,
            subject_key=self.course.translation_key,
            result=Evidence.Result.COMPLETED,
            assurance=Evidence.Assurance.SELF_DECLARED,
            source_ref=f"demo:{person.public_id}:course",
            occurred_at=self._at(days_ago + 1, 10),
            edition_number=self.edition.number,
            agency=self.agency,
        )
        # The day before, she was where anyone is who has read and not yet been tested.
        settle_person(person.pk, self._ago(days_ago + 1))
        self._result(person, days_ago, Evidence.Result.PASSED, Decimal("0.875"))
        settle_person(person.pk, self._ago(days_ago))

    def _fail_test(self, person: User, days_ago: int) -> None:
        self._result(person, days_ago, Evidence.Result.FAILED, Decimal("0.5"))

    def _result(self, person: User, days_ago: int, result: Evidence.Result, score: Decimal) -> None:
        record(
            person=person,
            subject=Evidence.Subject.QUIZ,
            subject_key=self.quiz.key,
            result=result,
            assurance=Evidence.Assurance.SERVER_GRADED,
            source_ref=f"demo:{person.public_id}:quiz:{days_ago}",
            occurred_at=self._at(days_ago, 12),
            score=score,
            agency=self.agency,
        )

    def _read(self, person: User, parts: int) -> None:
        """The first `parts` parts of the course, through the same services as a page does."""
        pages = self.edition.pages.filter(language="nb", is_course=False).order_by("position")
        every = [(page, part_id) for page in pages for part_id in page.part_ids]
        for page, part_id in every[:parts]:
            open_part(person=person, edition=self.edition, module_key=page.page_key, part_id=part_id)
            complete_part(person=person, edition=self.edition, module_key=page.page_key, part_id=part_id)
