"""Keeping requirements in step with memberships and rules, both ways, for many people at once."""

import datetime as dt
from collections.abc import Mapping

from django.utils import timezone

from certification.duties import Job, Obligation, RuleTerms, brought
from certification.models import Requirement
from certification.passes import Claim, Days
from certification.services.rows import PersonRows
from certification.services.rulebook import Rulebook
from common.bulk import insert_rows

_DAY = dt.timedelta(days=1)
_COLUMNS = (
    "person_id", "certification_id", "rule_id", "agency_id", "unit_id", "role_id", "membership_thread", "valid_from",
    "valid_to", "due_on", "recorded_at",
)  # fmt: skip
# Certification, thread of the rule, thread of the membership: numbers hash several times as quickly as UUIDs.
_Key = tuple[int, int, int]


def sync_requirements(people: Mapping[int, PersonRows], rulebook: Rulebook, today: dt.date) -> None:
    """Makes everybody's requirements follow her memberships; `claims` are then those that hold today or later.

    A requirement that a rule or membership no longer brings ends yesterday; one that had not begun is retracted. What
    she has shown, and where she stands, is not touched by this.
    """
    gone: list[int] = []
    new: list[tuple[int, Claim]] = []
    for person_id, person in people.items():
        wanted = _wanted(person, rulebook)
        kept: list[Claim] = []
        for claim in person.claims:
            want = wanted.pop((claim.certification_id, claim.rule_thread.int, claim.membership_thread.int), None)
            changed = _changed(claim, want, today)
            if changed is claim:
                kept.append(claim)
                continue
            gone.append(claim.pk)
            if changed is not None:
                new.append((person_id, changed))
                if changed.days.last is None or changed.days.last >= today:
                    kept.append(changed)
        for rule, job, found in wanted.values():
            claim = _claim(rule, job, found)
            new.append((person_id, claim))
            kept.append(claim)
        person.claims = kept
    _write(gone, new)


def _wanted(person: PersonRows, rulebook: Rulebook) -> dict[_Key, tuple[RuleTerms, Job, Obligation]]:
    wanted: dict[_Key, tuple[RuleTerms, Job, Obligation]] = {}
    for job in person.jobs:
        for rule in rulebook.rules_for(job):
            found = brought(rule, job.valid_from, job.valid_to)
            if found is not None:
                wanted[(rule.certification_id, rule.thread.int, job.thread.int)] = (rule, job, found)
    return wanted


def _changed(claim: Claim, want: tuple[RuleTerms, Job, Obligation] | None, today: dt.date) -> Claim | None:
    """The claim as it should be: itself, a changed one, one that ended yesterday, or None where it never began."""
    if want is None:
        if claim.days.first >= today:
            return None
        return claim._replace(pk=0, days=Days(claim.days.first, today - _DAY))
    rule, job, found = want
    same = (
        claim.days == (found.first, found.last)
        and claim.due_on == found.due
        and (claim.unit_id, claim.role_id) == (job.unit_id, job.role_id)
    )
    # A new version of a rule that asks the same of her leaves her requirement as it was.
    return claim if same else _claim(rule, job, found)


def _claim(rule: RuleTerms, job: Job, found: Obligation) -> Claim:
    return Claim(
        pk=0,
        certification_id=rule.certification_id,
        rule_id=rule.pk,
        rule_thread=rule.thread,
        agency_id=rule.agency_id,
        unit_id=job.unit_id,
        role_id=job.role_id,
        membership_thread=job.thread,
        days=Days(found.first, found.last),
        due_on=found.due,
    )


def _write(gone: list[int], new: list[tuple[int, Claim]]) -> None:
    now = timezone.now()
    if gone:
        Requirement.objects.filter(pk__among=gone).update(superseded_at=now)
    insert_rows(
        Requirement,
        _COLUMNS,
        (
            (
                person_id, one.certification_id, one.rule_id, one.agency_id, one.unit_id, one.role_id,
                one.membership_thread, one.days.first, one.days.last, one.due_on, now,
            )
            for person_id, one in new
        ),
    )  # fmt: skip
