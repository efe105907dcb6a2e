"""Opening a cycle, letting a person test herself, and closing it when everything is shown."""

import datetime as dt
import uuid
from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.db.models import Max

from agencies.models import Unit
from assessments.models import Quiz
from assessments.services import allow_attempts, withdraw_allowance
from certification.merging import Terms, Tightening, strictest, union
from certification.models import Certificate, Certification, Cycle, CycleEvidence, Policy
from certification.periods import Period, parse_period
from certification.validity import Previous, validity
from courses.models import LearningPath, ModuleProgress
from evidence.models import Evidence


class NoPolicyError(Exception):
    """The certification has no national policy in force, so no cycle can be opened for it."""


def policies_for(certification: Certification, agency_ids: set[int], today: dt.date) -> list[Policy]:
    """The policies in force: the national one first, then the newest of each of `agency_ids`.

    Raises NoPolicyError when there is no national one.
    """
    rows = (
        Policy.objects.current()
        .filter(certification=certification, valid_from__lte=today)
        .select_related("path", "refresher_path")
        .order_by("-valid_from", "-id")
    )
    newest: dict[int | None, Policy] = {}
    for row in rows:
        if row.agency_id is None or row.agency_id in agency_ids:
            newest.setdefault(row.agency_id, row)
    national = newest.pop(None, None)
    if national is None:
        raise NoPolicyError(certification.key)
    return [national, *sorted(newest.values(), key=lambda row: row.pk)]


def merged_terms(policies: Sequence[Policy]) -> Terms:
    """The strictest of `policies`, field by field; the first is the national one."""
    national, *agencies = policies
    return strictest(
        Terms(
            pass_mark=national.pass_mark or 0,
            validity=national.validity,
            window=national.window,
            grace=national.grace or "P0D",
            date_base=national.date_base,
            fixed_day=national.fixed_day,
            minimum_active=national.minimum_active,
            least_assurance=national.least_assurance or 0,
            attempts=national.attempts,
            cool_down_days=national.cool_down_days or 0,
        ),
        [
            Tightening(
                pass_mark=row.pass_mark,
                validity=row.validity,
                grace=row.grace,
                least_assurance=row.least_assurance,
                attempts=row.attempts,
                cool_down_days=row.cool_down_days,
            )
            for row in agencies
        ],
    )


def path_steps(path: LearningPath) -> list[tuple[str, str]]:
    """The steps of a path as (subject, key)."""
    return [
        ("quiz", str(step.quiz.key)) if step.quiz else ("course", str(step.course_key))
        for step in path.steps.select_related("quiz").order_by("position")
    ]


@transaction.atomic
def open_cycle(
    *,
    person_id: int,
    certification: Certification,
    agency: Unit | None,
    agency_ids: set[int],
    due_on: dt.date | None,
    today: dt.date,
    previous: Cycle | None,
    renewal: bool,
) -> Cycle:
    """Opens the next cycle under the strictest of the policies that apply today; the open one if there is one.

    A renewal takes the refresher path where the policy has one. What counts is from the day the previous window opened.
    """
    policies = policies_for(certification, agency_ids, today)
    terms = merged_terms(policies)
    paths = [
        path
        for row in policies
        if (path := (row.refresher_path if renewal and row.refresher_path else row.path)) is not None
    ]
    # Prior learning counts for a first cycle when it is not older than what it would earn.
    evidence_from = (
        previous.window_opens_on
        if previous and previous.window_opens_on
        else parse_period(terms.validity).before(today)
    )
    last = Cycle.objects.filter(person_id=person_id, certification=certification).aggregate(n=Max("number"))["n"]
    try:
        with transaction.atomic():
            cycle = Cycle.objects.create(
                person_id=person_id,
                certification=certification,
                agency=agency,
                number=(last or 0) + 1,
                opened_on=today,
                time_zone=agency.time_zone if agency else "Europe/Oslo",
                path=paths[0],
                policy_versions=" + ".join(policy.version for policy in policies),
                steps=[{"subject": s, "key": k} for s, k in union(path_steps(path) for path in paths)],
                pass_mark=terms.pass_mark,
                validity=terms.validity,
                window=terms.window,
                grace=terms.grace,
                date_base=terms.date_base,
                fixed_day=terms.fixed_day,
                minimum_active=terms.minimum_active,
                least_assurance=terms.least_assurance,
                attempts=terms.attempts,
                cool_down_days=terms.cool_down_days,
                evidence_from=evidence_from,
                due_on=due_on,
            )
    except IntegrityError:  # another worker was first: hers is the open cycle
        return Cycle.objects.get(person_id=person_id, certification=certification, state=Cycle.State.OPEN)
    cycle.policies.set(policies)
    return cycle


def shown_steps(cycle: Cycle) -> dict[int, Evidence]:
    """Step number → the earliest evidence that satisfies it, for the steps that are satisfied.

    Nothing older than `evidence_from` counts. Tests must also be of at least `least_assurance`; reading is
    self-declared by its nature, and it is the test that certifies.
    """
    keys = [uuid.UUID(step["key"]) for step in cycle.steps]
    rows = (
        Evidence.objects.of(cycle.person_id)
        .filter(subject_key__in=keys, subject__in=[Evidence.Subject.COURSE, Evidence.Subject.QUIZ])
        .filter(occurred_on__gte=cycle.evidence_from)
        .exclude(result=Evidence.Result.FAILED)
        .order_by("occurred_at", "id")
    )
    shown: dict[int, Evidence] = {}
    for row in rows:
        for number, step in enumerate(cycle.steps):
            if number in shown or step["key"] != str(row.subject_key) or step["subject"] != row.subject:
                continue
            if step["subject"] == "quiz" and row.assurance < cycle.least_assurance:
                continue
            shown[number] = row
    return shown


def advance(cycle: Cycle, previous: Cycle | None, today: dt.date) -> Cycle:
    """Takes an open cycle as far as the evidence goes: allows the tests that are due, or satisfies it."""
    shown = shown_steps(cycle)
    if len(shown) == len(cycle.steps) and cycle.steps:
        return satisfy(cycle, shown, previous)
    for number, step in enumerate(cycle.steps):
        before_it_is_read = all(i in shown for i in range(number) if cycle.steps[i]["subject"] == "course")
        if step["subject"] == "quiz" and number not in shown and before_it_is_read:
            allow_attempts(
                person=cycle.person,
                quiz=Quiz.objects.get(key=step["key"]),
                given_for=f"cycle:{cycle.public_id}",
                pass_mark=cycle.pass_mark,
                attempts=cycle.attempts,
                cool_down_days=cycle.cool_down_days,
                opens_on=cycle.opened_on,
                agency=cycle.agency,
            )
    if cycle.begun_on is None and _has_begun(cycle, shown):
        cycle.begun_on = today
        cycle.save(update_fields=["begun_on"])
    return cycle


def _has_begun(cycle: Cycle, shown: dict[int, Evidence]) -> bool:
    keys = [uuid.UUID(step["key"]) for step in cycle.steps]
    if shown:
        return True
    if ModuleProgress.objects.filter(
        person_id=cycle.person_id, course_key__in=keys, last_opened_at__date__gte=cycle.evidence_from
    ).exists():
        return True
    return (
        Evidence.objects.of(cycle.person_id)
        .filter(subject=Evidence.Subject.QUIZ, subject_key__in=keys, occurred_on__gte=cycle.evidence_from)
        .exists()
    )


@transaction.atomic(savepoint=False)
def satisfy(cycle: Cycle, shown: dict[int, Evidence], previous: Cycle | None) -> Cycle:
    """Writes the dates, what was shown and the certificate: once, whoever else tries at the same time."""
    tests = [shown[i].occurred_on for i, step in enumerate(cycle.steps) if step["subject"] == "quiz"]
    completed_on = max(tests or [row.occurred_on for row in shown.values()])
    dates = validity(
        completed_on,
        period=parse_period(cycle.validity),
        window=parse_period(cycle.window),
        grace=parse_period(cycle.grace) if cycle.grace else Period(),
        date_base=cycle.date_base,
        previous=(
            Previous(expires_on=previous.expires_on, baseline=previous.baseline_expires_on)
            if previous and previous.expires_on and previous.baseline_expires_on
            else None
        ),
        fixed_day=cycle.fixed_day,
        minimum_active=parse_period(cycle.minimum_active) if cycle.minimum_active else None,
    )
    changes = {
        "state": Cycle.State.SATISFIED,
        "satisfied_on": completed_on,
        "begun_on": cycle.begun_on or completed_on,
        "valid_from": dates.valid_from,
        "expires_on": dates.expires_on,
        "baseline_expires_on": dates.expires_on,
        "window_opens_on": dates.window_opens_on,
        "grace_until": dates.grace_until,
        "editions": ", ".join(str(row.edition_number) for row in shown.values() if row.edition_number is not None),
    }
    if not Cycle.objects.filter(pk=cycle.pk, state=Cycle.State.OPEN).update(**changes):
        cycle.refresh_from_db()  # somebody else satisfied it: hers is the certificate
        return cycle
    for name, value in changes.items():
        setattr(cycle, name, value)
    CycleEvidence.objects.bulk_create(
        CycleEvidence(cycle=cycle, evidence=row, step=step) for step, row in shown.items()
    )
    Certificate.objects.create(cycle=cycle, issued_on=completed_on)
    for step in cycle.steps:
        if step["subject"] == "quiz":
            quiz = Quiz.objects.get(key=step["key"])
            withdraw_allowance(given_for=f"cycle:{cycle.public_id}", person=cycle.person, quiz=quiz)
    return cycle
