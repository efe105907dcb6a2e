"""Accepting what somebody learned before, elsewhere: evidence like any other, with a decision behind it."""

import datetime as dt
import uuid

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from agencies.models import Unit
from agencies.services.rows import lock_people
from assessments.models import Quiz
from assessments.services import withdraw_many
from certification.models import Certification, Cycle, Decision, Policy
from certification.passes import steps_shown, tests_to_allow
from certification.periods import Period, parse_period
from certification.services.cycles import given_for
from certification.services.decided import write_decision
from certification.services.rows import read_evidence, read_people
from evidence.models import Evidence
from evidence.services import record, withdraw

Step = tuple[str, str]


@transaction.atomic
def accept_prior_learning(
    *,
    person: User,
    certification: Certification,
    subject: str,
    key: uuid.UUID,
    occurred_on: dt.date,
    assurance: int,
    reason: str,
    decided_by: User,
    agency: Unit | None,
    today: dt.date | None = None,
) -> Decision:
    """Accepts that she did a step of the certification on an earlier day. A learner need not take a course twice.

    Refused where it is older than the policy accepts, and where it could not count.
    """
    today = today or timezone.localdate()
    lock_people([person.pk])
    policies = _in_force(certification, agency, today)
    cycle = Cycle.objects.filter(person=person, certification=certification, state=Cycle.State.OPEN).first()
    if (subject, str(key)) not in steps_to_accept(certification, cycle, policies):
        raise ValidationError({"step": _("Velg et steg som hører til sertifiseringen.")})
    _refuse_day(occurred_on, oldest_day(policies, today), cycle, today)
    least = cycle.least_assurance if cycle else max(row.least_assurance or 0 for row in policies)
    if subject == Evidence.Subject.QUIZ and assurance < least:
        message = _("Reglene krever «%(least)s» eller sikrere for en prøve.")
        raise ValidationError({"assurance": message % {"least": Evidence.Assurance(least).label}})
    decision = write_decision(
        Decision(
            person=person,
            certification=certification,
            agency=agency,
            kind=Decision.Kind.PRIOR,
            reason=reason,
            decided_by=decided_by,
            valid_from=today,
        )
    )
    noon = dt.datetime.combine(occurred_on, dt.time(12), tzinfo=timezone.get_default_timezone())
    record(
        person=person,
        subject=Evidence.Subject(subject),
        subject_key=key,
        result=Evidence.Result.PASSED if subject == Evidence.Subject.QUIZ else Evidence.Result.COMPLETED,
        assurance=Evidence.Assurance(assurance),
        source_ref=f"prior:{decision.public_id}",
        occurred_at=noon,
        agency=agency,
    )
    return decision


def withdraw_prior_learning(decision: Decision) -> None:
    """Takes back what a decision accepted: the evidence stays, and a new row withdraws it.

    Raises ValidationError where a certificate that holds rests on it: whoever undoes the decision says first what is to
    become of that. Earlier certificates stay as they were.
    """
    row = Evidence.objects.get(source_ref=f"prior:{decision.public_id}")
    for cycle in Cycle.objects.filter(evidence__evidence=row, state=Cycle.State.SATISFIED).distinct():
        mine = Cycle.objects.filter(person=cycle.person_id, certification=cycle.certification_id)
        newest = mine.filter(state=Cycle.State.SATISFIED).order_by("-valid_from", "-number").first()
        revoked = Decision.objects.current().filter(cycle=cycle, kind=Decision.Kind.REVOCATION).exists()
        if cycle == newest and not revoked:
            raise ValidationError(
                _("Et sertifikat som gjelder, bygger på dette. Trekk det tilbake først, så kan vedtaket angres.")
            )
    withdraw(evidence=row, source_ref=f"withdrawn:{decision.public_id}")
    _shut_tests(decision.person_id, str(row.subject_key))


def _shut_tests(person_id: int, key: str) -> None:
    """Takes back leave to sit the tests that the withdrawn row led to; other leave keeps its count of attempts."""
    today = timezone.localdate()
    for one in read_people([person_id], today)[person_id].open.values():
        keys = [step["key"] for step in one.steps]
        if key not in keys:
            continue
        shown = steps_shown(one, read_evidence([person_id], keys, one.evidence_from)[person_id])
        done = {one.steps[number]["key"] for number in shown}
        shut = Quiz.objects.filter(key__in={*keys} - done - {*tests_to_allow(one, shown)})
        withdraw_many([(person_id, pk, given_for(one.public_id)) for pk in shut.values_list("pk", flat=True)])


def policies_in_force(certification: Certification, agency: Unit | None, today: dt.date) -> list[Policy]:
    """The national policy and the agency's own, as far as they are in force; the newest of each."""
    rows = (
        Policy.objects.current()
        .filter(certification=certification, valid_from__lte=today)
        .select_related("path", "refresher_path")
        .order_by("-valid_from", "-pk")
    )
    newest: dict[int | None, Policy] = {}
    for row in rows:
        if row.agency_id is None or (agency is not None and row.agency_id == agency.pk):
            newest.setdefault(row.agency_id, row)
    return sorted(newest.values(), key=lambda row: row.agency_id is not None)


def oldest_day(policies: list[Policy], today: dt.date) -> dt.date:
    """The first day from which learning is accepted today: as the national policy says, or as long as it would hold."""
    national = policies[0]
    given = [national.prior_learning] if national.prior_learning else [row.validity for row in policies]
    periods = [parse_period(text) for text in given if text]
    return min(periods, key=lambda period: period.rough_days, default=Period()).before(today)


def steps_to_accept(certification: Certification, cycle: Cycle | None, policies: list[Policy]) -> list[Step]:
    """What prior learning may stand for: the steps of the open cycle, or those of the paths where none is open."""
    if cycle is not None:
        return [(step["subject"], step["key"]) for step in cycle.steps]
    found: dict[Step, None] = {}
    for row in policies:
        for path in (row.path, row.refresher_path):
            for step in path.steps.select_related("quiz") if path else ():
                found[("quiz", str(step.quiz.key)) if step.quiz else ("course", str(step.course_key))] = None
    return list(found)


def _in_force(certification: Certification, agency: Unit | None, today: dt.date) -> list[Policy]:
    found = policies_in_force(certification, agency, today)
    if not found:
        raise ValidationError(_("Sertifiseringen har ingen regler som gjelder."))
    return found


def _refuse_day(day: dt.date, oldest: dt.date, cycle: Cycle | None, today: dt.date) -> None:
    if day > today:
        raise ValidationError({"occurred_on": _("Dagen kan ikke være etter i dag.")})
    if day < oldest:
        message = _("Dette er for gammelt. Reglene godtar læring fra %(day)s eller senere.")
        raise ValidationError({"occurred_on": message % {"day": date_format(oldest, "DATE_FORMAT")}})
    if cycle is not None and day < cycle.evidence_from:
        message = _("Dette er for gammelt. Omgangen som er åpen, regner med læring fra %(day)s eller senere.")
        raise ValidationError({"occurred_on": message % {"day": date_format(cycle.evidence_from, "DATE_FORMAT")}})
