"""Opening passes, letting people test themselves, and closing a pass when everything is shown. For many at once.

What is decided is collected, and written when the batch is done: `Opening` and the rest of it in `CycleChanges`.
"""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from assessments.services import Allowance, allow_many, withdraw_many
from certification.models import Certificate, Cycle, CycleEvidence
from certification.passes import (
    Duty,
    Earned,
    OpenPass,
    Ruling,
    Shown,
    completed_on,
    evidence_counts_from,
    terms_facts,
    tests_to_allow,
)
from certification.periods import Period, parse_period
from certification.services.ledger import Entry
from certification.services.rulebook import Rulebook
from certification.validity import Previous, validity
from common.bulk import insert_rows, next_ids, update_rows
from common.codes import new_code

_ZONE = "Europe/Oslo"
_INSERT = (
    "id", "public_id", "person_id", "certification_id", "agency_id", "number", "imported", "optional",
    "opened_on", "recorded_at", "time_zone", "policy_ids", "policy_versions", "path_id", "steps", "pass_mark",
    "validity", "window", "grace", "date_base", "fixed_day", "minimum_active", "least_assurance", "attempts",
    "cool_down_days", "evidence_from", "due_on",
)  # fmt: skip
_SATISFIED = (
    "state", "satisfied_on", "begun_on", "valid_from", "expires_on", "baseline_expires_on", "window_opens_on",
    "grace_until", "editions",
)  # fmt: skip


def new_pass(
    *,
    certification_id: int,
    duty: Duty,
    renewal: bool,
    newest: Earned | None,
    rulings: Sequence[Ruling],
    number: int,
    rulebook: Rulebook,
) -> OpenPass:
    """The next pass, under the strictest of the policies that apply today. Raises NoPolicyError.

    A renewal takes the refresher path where the policy has one, and is due when what she holds runs out.
    """
    today = rulebook.today
    agency_ids = frozenset(claim.agency_id for claim in duty.claims)
    policies, terms = rulebook.policies(certification_id, agency_ids)
    prior = parse_period(policies[0].prior_learning or terms.validity).before(today)
    return OpenPass(
        pk=0,
        public_id=uuid.uuid4(),
        number=number,
        agency_id=duty.agency_id,
        optional=False,
        opened_on=today,
        begun_on=None,
        evidence_from=evidence_counts_from(newest, rulings, prior, today),
        due_on=None if renewal else duty.due_on,
        **rulebook.offer(certification_id, agency_ids, renewal=renewal)._asdict(),
    )


def earn(one: OpenPass, shown: Mapping[int, Shown], newest: Earned | None) -> tuple[Earned, dt.date]:
    """What a pass of which everything is shown gives, and the day it was completed."""
    day = completed_on(one, shown)
    dates = validity(
        day,
        period=parse_period(one.validity),
        window=parse_period(one.window),
        grace=parse_period(one.grace) if one.grace else Period(),
        date_base=one.date_base,
        previous=Previous(newest.expires_on, newest.baseline, newest.window_opens_on) if newest else None,
        fixed_day=one.fixed_day,
        minimum_active=parse_period(one.minimum_active) if one.minimum_active else None,
    )
    earned = Earned(
        pk=one.pk,
        valid_from=dates.valid_from,
        window_opens_on=dates.window_opens_on,
        expires_on=dates.expires_on,
        grace_until=dates.grace_until,
        baseline=dates.expires_on,
        completed_on=day,
    )
    return earned, day


@dataclass(slots=True)
class CycleChanges:
    """What a batch has decided about cycles, to be written together."""

    rulebook: Rulebook
    opened: list[tuple[int, int, OpenPass]] = field(default_factory=list)
    satisfied: list[tuple[OpenPass, Earned, dt.date, Mapping[int, Shown]]] = field(default_factory=list)
    begun: list[OpenPass] = field(default_factory=list)
    optional: list[OpenPass] = field(default_factory=list)
    allowed: list[Allowance] = field(default_factory=list)
    withdrawn: list[tuple[int, int, str]] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)

    def open(self, person_id: int, certification_id: int, one: OpenPass) -> None:
        self.opened.append((person_id, certification_id, one))
        facts = {
            "cycle": one.public_id,
            "certification": certification_id,
            "number": one.number,
            "opened_on": one.opened_on,
            "evidence_from": one.evidence_from,
            "due_on": one.due_on,
            **terms_facts(one),
        }
        self.entries.append((person_id, "opened", facts))

    def set_optional(self, person_id: int, one: OpenPass, optional: bool) -> None:
        one.optional = optional
        self.optional.append(one)
        self.entries.append((person_id, "optional", {"cycle": one.public_id, "optional": optional}))

    def begin(self, person_id: int, one: OpenPass, today: dt.date) -> None:
        one.begun_on = today
        self.begun.append(one)
        self.entries.append((person_id, "begun", {"cycle": one.public_id, "begun_on": today}))

    def allow(self, person_id: int, one: OpenPass, shown: Mapping[int, Shown]) -> None:
        """Lets her sit the tests that are due."""
        for key in tests_to_allow(one, shown):
            quiz_id = self.rulebook.quiz_ids.get(key)
            if quiz_id is not None:
                self.allowed.append(allowance_of(person_id, quiz_id, one))

    def satisfy(self, person_id: int, one: OpenPass, shown: Mapping[int, Shown], newest: Earned | None) -> Earned:
        earned, day = earn(one, shown, newest)
        one.begun_on = one.begun_on or day
        self.satisfied.append((one, earned, day, shown))
        for step in one.steps:
            if step["subject"] == "quiz" and step["key"] in self.rulebook.quiz_ids:
                self.withdrawn.append((person_id, self.rulebook.quiz_ids[step["key"]], given_for(one.public_id)))
        facts = {
            "cycle": one.public_id,
            "satisfied_on": day,
            "begun_on": one.begun_on,
            "valid_from": earned.valid_from,
            "expires_on": earned.expires_on,
            "baseline_expires_on": earned.baseline,
            "window_opens_on": earned.window_opens_on,
            "grace_until": earned.grace_until,
            "editions": _editions(shown),
            "evidence": [str(row.public_id) for row in shown.values()],
        }
        self.entries.append((person_id, "satisfied", facts))
        return earned

    def number_opened(self) -> None:
        """Gives the new cycles their primary keys, before anything refers to them."""
        fresh = [one for _person, _certification, one in self.opened if not one.pk]
        for one, pk in zip(fresh, next_ids(Cycle, len(fresh)) if fresh else [], strict=True):
            one.pk = pk

    def write(self) -> None:
        """Writes everything but the ledger's entries."""
        now = timezone.now()
        fresh = {one.pk for _person, _certification, one in self.opened}
        final = {row[0].pk: _satisfied(*row) for row in self.satisfied}
        insert_rows(
            Cycle,
            (*_INSERT, *_SATISFIED),
            ((*_inserted(*row, now, self.rulebook), *final.get(row[2].pk, _OPEN)) for row in self.opened),
        )
        update_rows(Cycle, ("optional",), ((one.optional, one.pk) for one in self.optional))
        update_rows(Cycle, ("begun_on",), ((one.begun_on, one.pk) for one in self.begun))
        update_rows(Cycle, _SATISFIED, ((*values, pk) for pk, values in final.items() if pk not in fresh))
        insert_rows(
            CycleEvidence,
            ("cycle_id", "evidence_id", "step"),
            (
                (one.pk, row.pk, step)
                for one, _earned, _day, shown in self.satisfied
                for step, row in sorted(shown.items())
            ),
        )
        insert_rows(
            Certificate,
            ("cycle_id", "code", "issued_on", "recorded_at"),
            ((one.pk, new_code(), day, now) for one, _earned, day, _shown in self.satisfied),
        )
        allow_many(self.allowed)
        withdraw_many(self.withdrawn)


def given_for(public_id: uuid.UUID) -> str:
    """What an allowance for a cycle says it was given for."""
    return f"cycle:{public_id}"


def allowance_of(person_id: int, quiz_id: int, one: OpenPass) -> Allowance:
    return Allowance(
        person_id=person_id,
        quiz_id=quiz_id,
        given_for=given_for(one.public_id),
        pass_mark=one.pass_mark,
        attempts=one.attempts,
        cool_down_days=one.cool_down_days,
        # After a revocation nothing counts that was shown the same day: she is not let in before it does.
        opens_on=max(one.opened_on, one.evidence_from),
        agency_id=one.agency_id,
    )


def _editions(shown: Mapping[int, Shown]) -> str:
    return ", ".join(str(row.edition_number) for row in shown.values() if row.edition_number is not None)


def _inserted(
    person_id: int, certification_id: int, one: OpenPass, now: dt.datetime, rulebook: Rulebook
) -> tuple[Any, ...]:
    zone = rulebook.time_zones.get(one.agency_id, _ZONE) if one.agency_id else _ZONE
    return (
        one.pk, one.public_id, person_id, certification_id, one.agency_id, one.number, False, False,
        one.opened_on, now, zone, one.policy_ids, one.policy_versions, one.path_id, one.steps, one.pass_mark,
        one.validity, one.window, one.grace, one.date_base, one.fixed_day, one.minimum_active, one.least_assurance,
        one.attempts, one.cool_down_days, one.evidence_from, one.due_on,
    )  # fmt: skip


_OPEN = (Cycle.State.OPEN, None, None, None, None, None, None, None, "")


def _satisfied(one: OpenPass, earned: Earned, day: dt.date, shown: Mapping[int, Shown]) -> tuple[Any, ...]:
    """The values of _SATISFIED."""
    return (
        Cycle.State.SATISFIED, day, one.begun_on, earned.valid_from, earned.expires_on, earned.baseline,
        earned.window_opens_on, earned.grace_until, _editions(shown),
    )  # fmt: skip
