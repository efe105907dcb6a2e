"""A municipality with two schools, and standings made directly: how they come about is certification's matter."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.utils import timezone
from factories import LONG_AGO, make_grant, make_membership, make_person, make_role, make_unit, with_second_factor

from accounts.models import User
from agencies.models import Grant, Membership, Role, Unit
from certification.models import Certification, Requirement, RequirementRule, Standing
from certification.signals import StandingChange, standings_settled
from certification.standing import display_today, state_today

DAY = dt.timedelta(days=1)


@dataclass
class Place:
    """Fjordvik kommune: an agency with the schools Lia and Bråten, and one certification required of everybody."""

    agency: Unit
    lia: Unit
    braten: Unit
    certification: Certification
    rules: dict[int, RequirementRule] = field(default_factory=dict)

    @property
    def today(self) -> dt.date:
        return timezone.localdate()

    def rule(self, certification: Certification) -> RequirementRule:
        if certification.pk not in self.rules:
            self.rules[certification.pk] = RequirementRule.objects.create(
                certification=certification,
                agency=self.agency,
                unit=self.agency,
                label="2026-2",
                valid_from=LONG_AGO,
                due_days=60,
            )
        return self.rules[certification.pk]

    def require(self, job: Membership, certification: Certification | None = None, **fields: Any) -> Requirement:
        certification = certification or self.certification
        fields.setdefault("valid_from", LONG_AGO)
        fields.setdefault("due_on", self.today)
        return Requirement.objects.create(
            person=job.person,
            certification=certification,
            rule=self.rule(certification),
            agency=self.agency,
            unit=job.unit,
            role=job.role,
            membership_thread=job.thread,
            **fields,
        )

    def stand(self, person: User, certification: Certification | None = None, **fields: Any) -> Standing:
        """Saves where she stands today and says so, as a settle does. `left` days of validity, `due_in` days to go."""
        certification = certification or self.certification
        left, due_in = fields.pop("left", None), fields.pop("due_in", None)
        row = Standing(person=person, certification=certification, state="never", **{"required": True, **fields})
        row.pk = (
            Standing.objects.filter(person=person, certification=certification).values_list("pk", flat=True).first()
        )
        if left is not None:
            row.expires_on = self.today + left * DAY
            row.valid_from = row.expires_on - 364 * DAY
            row.window_opens_on = row.expires_on - 60 * DAY
            row.grace_until = row.expires_on + 60 * DAY
        if due_in is not None:
            row.due_on = self.today + due_in * DAY
        row.state = state_today(row, self.today) if "state" not in fields else fields["state"]
        row.display = display_today(row, self.today)
        row.computed_on = self.today
        row.save()
        self.tell(row)
        return row

    def tell(self, *rows: Standing) -> None:
        changes = [self.change(row) for row in rows]
        standings_settled.send(sender=Standing, changes=changes, today=self.today)

    def change(self, row: Standing) -> StandingChange:
        """What a settle says of a standing: the jobs are those through which it is required of her today."""
        mine = {"person_id": row.person_id, "certification_id": row.certification_id}
        threads = Requirement.objects.on(self.today).filter(**mine).values("membership_thread")
        jobs = Membership.objects.on(self.today).filter(person_id=row.person_id, thread__in=threads)
        return StandingChange(
            **mine,
            required=row.required,
            waived=row.waived,
            paused=row.paused,
            display=row.display,
            expires_on=row.expires_on,
            jobs=sorted(set(jobs.values_list("unit_id", "role_id"))),
        )

    def works(self, unit: Unit, role: Role | None = None, name: str = "Kari Amundsen", **fields: Any) -> User:
        """Somebody who works in `unit`, of whom the certification is required, standing as `fields` say."""
        first, _, last = name.rpartition(" ")
        person = make_person(first, last)
        self.require(make_membership(person, unit, role))
        self.stand(person, **fields)
        return person

    def sees(self, unit: Unit, function: str = Grant.Function.MANAGER) -> User:
        person = with_second_factor(make_person("Marit", "Aune"))
        make_grant(person, unit, function)
        return person


@pytest.fixture
def place(db: None) -> Place:
    agency = make_unit("Fjordvik kommune")
    return Place(
        agency,
        make_unit("Lia ungdomsskole", agency),
        make_unit("Bråten skole", agency),
        Certification.objects.create(key="skole", name_nb="Handlekraft skole", statement_nb="har vist evne"),
    )


@pytest.fixture
def nurse(db: None) -> Role:
    return make_role("nurse", "Helsesykepleier", "health")
