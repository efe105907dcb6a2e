"""Builds the demo. Every standing comes about as it does in life: memberships, evidence, settling, day by day."""

import datetime as dt
import random
import unicodedata
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import models, transaction
from django.utils import timezone

from accounts.models import User
from agencies.models import Grant, Membership, MembershipPause, Unit, UnitParent
from certification.models import Certificate, Cycle, Decision, Policy, Requirement, RequirementRule
from certification.services import settle_people
from certification.services.decisions import revoke, suspend, waive
from common.bulk import update_rows
from config.demo.accounts import ACCOUNTS, PASSWORD
from config.demo.history import RECENT, employed_days, passed_days
from config.demo.showing import show_film_and_activities
from config.demo.sittings import Sittings
from config.demo.world import GRANTS, ORGANISATIONS, ROUTINES, SECOND_JOBS, Organisation, Worker, staff_of
from config.foundation import FOUNDATION, Foundation, load_foundation
from courses.models import Edition
from courses.services import sync_trainers, write_routine
from courses.services.progress import complete_part, open_part
from evidence.models import Evidence
from media.services.approvers import add_approver
from reports.services import copy_month, fold_tallies

_MONTHS = 24
_LETTERS = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "ı": "i", "ł": "l"})
# The day on which each kind of row began to hold.
_BEGAN: dict[type[models.Model], str] = {
    UnitParent: "valid_from", Membership: "valid_from", MembershipPause: "valid_from", Policy: "valid_from",
    RequirementRule: "valid_from", Requirement: "valid_from", Decision: "valid_from", Cycle: "opened_on",
    Certificate: "issued_on",
}  # fmt: skip
_REASONS = {
    "waived": "Har tilsvarende videreutdanning.",
    "suspended": "Avventer avklaring.",
    "revoked": "Utstedt ved en feil.",
}


def make_demo(say: Callable[[str], None]) -> None:
    """Makes the demo, or leaves it as it is where it was made before."""
    say("Facts, roles and courses …")
    foundation = load_foundation()
    if Unit.objects.filter(code=ORGANISATIONS[0].code).exists():
        say("The demo is already here.")
        return
    say("Three agencies, three hundred people and two years of history …")
    with transaction.atomic():
        _Demo(foundation).build()
    sync_trainers()


class _Demo:
    """Builds the agencies and their people, then lets two years go by."""

    def __init__(self, foundation: Foundation) -> None:
        self.foundation = foundation
        self.today = timezone.localdate()
        self.password = make_password(PASSWORD)
        self.chance = random.Random(2026)  # noqa: S311  invented people, the same every time
        self.emails = {account.name: account.email for account in ACCOUNTS}
        self.editions = {
            name: Edition.objects.get(course_key=course.translation_key, latest=True)
            for name, course in foundation.courses.items()
            if name in foundation.certifications
        }
        # By chance of its own: what people answer does not change who they are.
        self.sittings = Sittings(random.Random(2026))  # noqa: S311  invented answers, the same every time
        self.people: dict[str, User] = {}
        self.units: dict[str, Unit] = {}
        self.evidence: dict[dt.date, list[Evidence]] = defaultdict(list)
        self.stories: list[tuple[User, Unit, str, str]] = []
        """Person, unit, course and how she stands with it."""

    def build(self) -> None:
        taken: set[tuple[str, str]] = set()
        for organisation in ORGANISATIONS:
            self._organisation(organisation, taken)
        for name, unit, role, days in SECOND_JOBS:
            self._join(self.people[name], self.units[unit], role, days)
        self._grants()
        for unit, slot, text in ROUTINES:
            by = self.people["Siri Dahl"]
            write_routine(unit=self.units[unit], slot=slot, text=text, written_by=by, seen=None)
        self._two_years()
        self._now()
        self._known_since()
        show_film_and_activities(
            trainer=User.objects.get(email=self.emails["Trine Bakke"]),
            approver=User.objects.get(email=self.emails["Arne Moen"]),
        )

    # --- who, and where --------------------------------------------------------------------------------

    def _organisation(self, organisation: Organisation, taken: set[tuple[str, str]]) -> None:
        agency = Unit.add_root(
            instance=Unit(name_nb=organisation.name, kind=organisation.kind, code=organisation.code, is_agency=True)
        )
        agency.agency = agency
        agency.save(update_fields=["agency"])
        UnitParent.objects.create(unit=agency, parent=None, valid_from=self._ago(3000))
        self.units[organisation.name] = agency
        self._rule(agency, FOUNDATION, [], days=800)
        for course, sector in organisation.paths:
            self._rule(agency, course, [sector], days=500)
        sectors = {sector: course for course, sector in organisation.paths}
        for number, place in enumerate(organisation.places, start=1):
            agency.refresh_from_db()
            unit = agency.add_child(
                instance=Unit(name_nb=place.name, kind=place.kind, code=f"{organisation.code}-{number}", agency=agency)
            )
            UnitParent.objects.create(unit=unit, parent=agency, valid_from=self._ago(3000))
            self.units[place.name] = unit
            for worker in staff_of(place, self.chance, taken):
                self._worker(worker, unit, organisation.domain, sectors)

    def _rule(self, agency: Unit, course: str, sectors: list[str], days: int) -> None:
        RequirementRule.objects.create(
            certification=self.foundation.certifications[course],
            agency=agency,
            unit=agency,
            label=f"{self._ago(days).year}-{1 if course == FOUNDATION else 2}",
            valid_from=self._ago(days),
            sector_keys=sectors,
            due_days=60,
        )

    def _worker(self, worker: Worker, unit: Unit, domain: str, sectors: dict[str, str]) -> None:
        name = f"{worker.first} {worker.last}"
        person = self.people[name] = self._user(worker.first, worker.last, domain)
        passed = passed_days(worker.story, self.chance)
        membership = self._join(person, unit, worker.role, employed_days(worker.story, passed, self.chance))
        self._passed(person, unit, FOUNDATION, passed)
        self.stories.append((person, unit, FOUNDATION, worker.story))
        if worker.story == "leave":
            MembershipPause.objects.create(membership=membership, valid_from=self._ago(90))
        course = sectors.get(self.foundation.roles[worker.role].sector.key)
        if course and worker.path_story:
            story = "new" if worker.story in RECENT and worker.path_story not in RECENT else worker.path_story
            # Her sector's path has been asked for in a little over a year.
            days = [day for day in passed_days(story, self.chance) if day < 480]
            self._passed(person, unit, course, days)
            self.stories.append((person, unit, course, story))

    def _user(self, first: str, last: str, domain: str) -> User:
        name = f"{first} {last}"
        email = self.emails.get(name) or f"{_plain(first)}.{_plain(last)}@{domain}".lstrip(".")
        user = User(email=email, first_name=first, last_name=last, password=self.password, is_demo=True)
        user.save()
        return user

    def _join(self, person: User, unit: Unit, role: str, days_ago: int) -> Membership:
        return Membership.objects.create(
            person=person,
            unit=unit,
            agency=unit.agency,
            role=self.foundation.roles[role],
            valid_from=self._ago(days_ago),
            origin=Membership.Origin.ROSTER,
        )

    def _grants(self) -> None:
        for name, function, unit in GRANTS:
            first, last = name.split()
            person = self.people.get(name) or self._user(first, last, ORGANISATIONS[0].domain)
            Grant.objects.create(person=person, unit=self.units[unit], function=function, valid_from=self._ago(400))
            if function == Grant.Function.ADMINISTRATOR:
                add_approver(person)

    # --- two years ---------------------------------------------------------------------------------------

    def _passed(self, person: User, unit: Unit, course: str, days: list[int]) -> None:
        """What she read the day before, and the test, or only the test of a renewal.

        Days are gathered into weeks, which go by faster.
        """
        for number, days_ago in enumerate(days):
            day = self._ago(days_ago - days_ago % 7)
            test = self._row(person, unit, course, day, Evidence.Subject.QUIZ)
            if number:  # what she holds is renewed by the shorter test alone
                test.subject_key = self.foundation.renewals[course].key
                self.evidence[day].append(test)
                continue
            read = self._row(person, unit, course, day - dt.timedelta(days=1), Evidence.Subject.COURSE)
            self.evidence[day] += [read, test]

    def _row(self, person: User, unit: Unit, course: str, day: dt.date, subject: Evidence.Subject) -> Evidence:
        at = _noon(day)
        row = Evidence(
            person=person,
            agency=unit.agency or unit,
            subject=subject,
            occurred_at=at,
            occurred_on=day,
            recorded_at=at,
            source_ref=f"demo:{person.public_id}:{course}:{subject}:{day}",
        )
        if subject == Evidence.Subject.COURSE:
            row.subject_key = self.foundation.courses[course].translation_key
            row.edition_number = self.editions[course].number
            row.result, row.assurance = Evidence.Result.COMPLETED, Evidence.Assurance.SELF_DECLARED
        else:
            row.subject_key = self.foundation.quizzes[course].key
            row.result, row.score = Evidence.Result.PASSED, Decimal("0.9")
            row.assurance = Evidence.Assurance.SERVER_GRADED
        return row

    def _two_years(self) -> None:
        """Tests are passed on their days; at the end of each month everybody is settled and the counts are kept."""
        months = [self._month(-number) for number in range(_MONTHS, 0, -1)]
        everybody = [person.pk for person in self.people.values()]
        for day in sorted({*self.evidence, *(self._last_day(month) for month in months)}):
            rows = self.evidence.get(day, [])
            concerned = {row.person_id for row in rows}
            if concerned:
                # Past days, and not through `record`: it would settle each person as of today.
                tests = [row for row in rows if row.subject == Evidence.Subject.QUIZ]
                Evidence.objects.bulk_create(row for row in rows if row.subject != Evidence.Subject.QUIZ)
                # The day before, she was where anyone is who has read and not yet been tested.
                settle_people(concerned, day - dt.timedelta(days=1))
                self.sittings.passed(tests)
                Evidence.objects.bulk_create(tests)
                settle_people(concerned, day)
            if (month := day.replace(day=1)) in months and day == self._last_day(month):
                settle_people(everybody, day)
                fold_tallies()
                copy_month(month)

    def _month(self, number: int) -> dt.date:
        """The first day of the month that lies so many months from this one."""
        months = self.today.year * 12 + self.today.month - 1 + number
        return dt.date(months // 12, months % 12 + 1, 1)

    def _last_day(self, month: dt.date) -> dt.date:
        return (month + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)

    # --- today -------------------------------------------------------------------------------------------

    def _now(self) -> None:
        """What is under way, and what somebody has decided."""
        everybody = [person.pk for person in self.people.values()]
        settle_people(everybody, self.today)
        for person, unit, course, story in self.stories:
            if story == "halfway":
                self._read(person, course, share=0.5)
            elif story == "in_progress":
                self._read(person, course, share=0.2)
            elif story == "failed":
                self._read(person, course, share=1)
                settle_people([person.pk], self.today)
                self.sittings.fail(person, self.foundation.quizzes[course])
            elif story in _REASONS:
                self._decide(person, unit, course, story)
        settle_people(everybody, self.today)
        fold_tallies()

    def _known_since(self) -> None:
        """What reports read was written down the day it began: what was known on an earlier day can be asked for."""
        now = timezone.now()
        for model, day in _BEGAN.items():
            rows = model._default_manager.values_list(day, "pk")
            update_rows(model, ["recorded_at"], [(min(_noon(began), now), pk) for began, pk in rows])

    def _decide(self, person: User, unit: Unit, course: str, story: str) -> None:
        """Through the services that a manager's page calls, so that the ledger knows of it too."""
        certification = self.foundation.certifications[course]
        told: dict[str, Any] = {
            "reason": _REASONS[story],
            "decided_by": self.people["Siri Dahl"],
            "agency": unit.agency or unit,
        }
        since = self._ago(10)
        if story == "waived":
            waive(person=person, certification=certification, first_day=since, **told)
            return
        cycles = Cycle.objects.filter(person=person, certification=certification, state=Cycle.State.SATISFIED)
        cycle = cycles.order_by("number").last()
        if cycle is not None and story == "suspended":
            suspend(cycle=cycle, first_day=since, **told)
        elif cycle is not None:
            revoke(cycle=cycle, today=since, **told)

    def _read(self, person: User, course: str, share: float) -> None:
        """The first parts of the course, through the same services as a page does."""
        edition = self.editions[course]
        pages = edition.pages.filter(language="nb", is_course=False).order_by("position")
        every = [(page, part_id) for page in pages for part_id in page.part_ids]
        for page, part_id in every[: max(1, round(len(every) * share))]:
            open_part(person=person, edition=edition, module_key=page.page_key, part_id=part_id)
            complete_part(person=person, edition=edition, module_key=page.page_key, part_id=part_id)

    def _ago(self, days: int) -> dt.date:
        return self.today - dt.timedelta(days=days)


def _noon(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time(12)))


def _plain(name: str) -> str:
    """A name as e-mail addresses have it; empty where none of its letters can be written so."""
    letters = unicodedata.normalize("NFKD", name.lower().translate(_LETTERS))
    return "".join(
        letter for letter in letters.replace(" ", ".") if letter.isascii() and (letter.isalpha() or letter == ".")
    )
