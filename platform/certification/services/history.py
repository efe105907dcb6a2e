"""Taking in earlier certifications from a list: what it would add, and adding it, all of it or nothing.

An earlier certification becomes what it would have been here: evidence of subject *history*, a satisfied cycle that
nothing opens again, and its certificate. Nothing that is there is changed, and a row that was taken in before is left
alone.
"""

import datetime as dt
import uuid
import zoneinfo
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from agencies.models import Membership, Unit
from agencies.services.rows import lock_people
from certification.history import HistoryRow, overlaps
from certification.models import Certificate, Certification, Cycle, CycleEvidence, LedgerEvent, Policy
from certification.periods import parse_period
from certification.services.ledger import Entry, log_all
from common.bulk import insert_rows, next_ids
from common.codes import new_code
from common.csvfiles import Problem
from evidence.models import Evidence

_CHUNK = 5000  # databases have a limit on how many values one question may hold
T = TypeVar("T")
_Key = tuple[int, int]  # person, certification
_Period = tuple[dt.date, dt.date]

_EVIDENCE = (
    "id", "public_id", "person_id", "agency_id", "subject", "subject_key", "result", "assurance", "occurred_at",
    "occurred_on", "recorded_at", "source_ref",
)  # fmt: skip
_CYCLE = (
    "id", "public_id", "person_id", "certification_id", "agency_id", "number", "state", "imported", "optional",
    "opened_on", "recorded_at", "time_zone", "policy_ids", "policy_versions", "path_id", "steps", "pass_mark",
    "validity", "window", "grace", "date_base", "fixed_day", "minimum_active", "least_assurance", "attempts",
    "cool_down_days", "evidence_from", "begun_on", "satisfied_on", "valid_from", "baseline_expires_on", "expires_on",
    "window_opens_on", "grace_until", "editions",
)  # fmt: skip


class _Person(NamedTuple):
    pk: int
    public_id: uuid.UUID
    is_active: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """A row of the list with its person, certification and policy found."""

    row: HistoryRow
    person_id: int
    certification: Certification
    policy: Policy
    ref: str


@dataclass(slots=True)
class HistoryPlan:
    """What a list would add. With problems in it nothing is to be added."""

    agency: Unit
    problems: list[Problem] = field(default_factory=list)
    new: list[Wanted] = field(default_factory=list)
    known: int = 0
    person_ids: set[int] = field(default_factory=set)


@transaction.atomic
def import_history(*, agency: Unit, rows: Sequence[HistoryRow], today: dt.date | None = None) -> HistoryPlan:
    """Adds what the list says, unless the plan has problems; gives back the plan. Its people are then to be settled."""
    people = _find_people(row.email for row in rows)
    for some in _chunks(sorted(person.pk for person in people.values())):
        lock_people(some)
    plan = _planned(agency, rows, people, today)
    if not plan.problems and plan.new:
        _apply(plan)
    return plan


def plan_history(*, agency: Unit, rows: Sequence[HistoryRow], today: dt.date | None = None) -> HistoryPlan:
    """What the list would add, in a number of queries that grows by the thousands of its people only."""
    return _planned(agency, rows, _find_people(row.email for row in rows), today)


def _planned(
    agency: Unit, rows: Sequence[HistoryRow], people: dict[str, _Person], today: dt.date | None
) -> HistoryPlan:
    plan = HistoryPlan(agency)
    wanted = _find(plan, rows, people, today or timezone.localdate())
    plan.person_ids = {want.person_id for want in wanted}
    known = _known(want.ref for want in wanted)
    seen: set[str] = set()
    for want in wanted:
        if want.ref in known or want.ref in seen:
            plan.known += 1
        else:
            plan.new.append(want)
        seen.add(want.ref)
    _refuse_overlaps(plan)
    plan.problems.sort()
    return plan


def _find(plan: HistoryPlan, rows: Sequence[HistoryRow], people: dict[str, _Person], today: dt.date) -> list[Wanted]:
    inside = _people_inside(plan.agency, [person.pk for person in people.values()])
    certifications = {one.key.casefold(): one for one in Certification.objects.filter(archived_on__isnull=True)}
    policies = _national_policies(today)
    wanted = []
    for row in rows:
        person = people.get(row.email)
        certification = certifications.get(row.certification.casefold())
        policy = policies.get(certification.pk) if certification else None
        wrong = _wrong_person(plan, row, person, inside) + _wrong_certification(row, certification, policy)
        plan.problems += [Problem(row.number, text) for text in wrong]
        if person and certification and policy and not wrong:
            ref = f"history:{row.fingerprint(person.public_id, certification.public_id)}"
            wanted.append(Wanted(row, person.pk, certification, policy, ref))
    return wanted


def _wrong_person(plan: HistoryPlan, row: HistoryRow, person: _Person | None, inside: set[int]) -> list[str]:
    values = {"email": row.email[:80], "agency": plan.agency.name}
    if person is None:
        return [_("Vi finner ingen med e-postadressen «%(email)s».") % values]
    if person.pk not in inside:
        return [_("«%(email)s» har ingen stilling i %(agency)s.") % values]
    if not person.is_active:
        return [_("Kontoen er stengt. Ta raden ut av filen.")]
    return []


def _wrong_certification(row: HistoryRow, certification: Certification | None, policy: Policy | None) -> list[str]:
    if certification is None:
        return [_("Vi kjenner ikke sertifiseringen «%(key)s».") % {"key": row.certification[:80]}]
    if policy is None:
        return [_("Sertifiseringen «%(key)s» har ingen regler som gjelder.") % {"key": certification.key}]
    least = policy.least_assurance or 0
    if row.level < least:
        return [_("Sertifiseringen krever nivået «%(level)s» eller høyere.")
                % {"level": Evidence.Assurance(least).label}]  # fmt: skip
    return []


def _national_policies(today: dt.date) -> dict[int, Policy]:
    rows = Policy.objects.current().filter(agency__isnull=True, valid_from__lte=today).order_by("-valid_from", "-pk")
    found: dict[int, Policy] = {}
    for row in rows:
        found.setdefault(row.certification_id, row)
    return found


def _find_people(emails: Iterable[str]) -> dict[str, _Person]:
    found: dict[str, _Person] = {}
    for some in _chunks(list(dict.fromkeys(emails))):
        people = User.objects.annotate(lower_email=Lower("email")).filter(lower_email__in=some)
        for row in people.values_list("email", "pk", "public_id", "is_active"):
            found[row[0].lower()] = _Person(*row[1:])
    return found


def _people_inside(agency: Unit, ids: list[int]) -> set[int]:
    """Those who work, worked or are to work in the agency."""
    found: set[int] = set()
    for some in _chunks(ids):
        rows = Membership.objects.current().filter(person_id__in=some, unit__path__startswith=agency.path)
        found.update(rows.values_list("person_id", flat=True))
    return found


def _known(refs: Iterable[str]) -> set[str]:
    """The rows that were taken in before."""
    found: set[str] = set()
    for some in _chunks(list(dict.fromkeys(refs))):
        found.update(Evidence.objects.filter(source_ref__in=some).values_list("source_ref", flat=True))
    return found


def _refuse_overlaps(plan: HistoryPlan) -> None:
    """Two periods of the list may share no day; nor may one share a day with what was taken in before.

    With a certificate from here it may, where one simply follows the other: she may have renewed ahead of time.
    """
    listed: dict[_Key, list[Wanted]] = defaultdict(list)
    for want in plan.new:
        listed[(want.person_id, want.certification.pk)].append(want)
    taken, ours = _held(plan.new)
    for key, wants in listed.items():
        for number, other in overlaps((want.row.first, want.row.last, want.row.number) for want in wants):
            text = _("Perioden overlapper med perioden i rad %(row)s.") % {"row": other}
            plan.problems.append(Problem(number, text))
        for want in wants:
            first, last = want.row.first, want.row.last
            if any(first <= end and start <= last for start, end in taken.get(key, ())):
                text = _("Perioden overlapper med en periode som alt er hentet inn.")
                plan.problems.append(Problem(want.row.number, text))
            elif any(
                (first <= start and end <= last) or (start <= first and last <= end) for start, end in ours.get(key, ())
            ):
                text = _("Perioden faller sammen med et sertifikat som er utstedt her.")
                plan.problems.append(Problem(want.row.number, text))


def _held(wanted: Sequence[Wanted]) -> tuple[dict[_Key, list[_Period]], dict[_Key, list[_Period]]]:
    """The satisfied periods of the people concerned: those that were taken in, and those that were earned here."""
    taken: dict[_Key, list[_Period]] = defaultdict(list)
    ours: dict[_Key, list[_Period]] = defaultdict(list)
    for some in _chunks(sorted({want.person_id for want in wanted})):
        rows: Any = Cycle.objects.filter(person_id__in=some, state=Cycle.State.SATISFIED).order_by()
        for person_id, certification_id, imported, first, last in rows.values_list(
            "person_id", "certification_id", "imported", "valid_from", "expires_on"
        ):
            (taken if imported else ours)[(person_id, certification_id)].append((first, last))
    return taken, ours


# --- adding -----------------------------------------------------------------------------------------


def _apply(plan: HistoryPlan) -> None:
    now = timezone.now()
    zone = zoneinfo.ZoneInfo(plan.agency.time_zone)
    # In the order of the days, so that the numbers are too.
    ordered = sorted(plan.new, key=lambda want: (want.person_id, want.certification.pk, want.row.first))
    for some in _by_people(ordered):
        numbers = _numbers({want.person_id for want in some})
        entries: list[Entry] = []
        evidence, cycles, proofs, links = [], [], [], []
        evidence_ids, cycle_ids = next_ids(Evidence, len(some)), next_ids(Cycle, len(some))
        for want, evidence_id, cycle_id in zip(some, evidence_ids, cycle_ids, strict=True):
            key = (want.person_id, want.certification.pk)
            numbers[key] = numbers.get(key, 0) + 1
            shown, made = uuid.uuid4(), uuid.uuid4()
            evidence.append((evidence_id, shown, *_evidence_of(want, plan.agency, zone, now)))
            values = _cycle_of(want, plan.agency, numbers[key])
            cycles.append((cycle_id, made, *(values.get(name, now) for name in _CYCLE[2:])))
            links.append((cycle_id, evidence_id, 0))
            proofs.append((cycle_id, new_code(), want.row.first, now))
            entries += _entries(want.person_id, made, shown, values)
        insert_rows(Evidence, _EVIDENCE, evidence)
        insert_rows(Cycle, _CYCLE, cycles)
        insert_rows(CycleEvidence, ("cycle_id", "evidence_id", "step"), links)
        insert_rows(Certificate, ("cycle_id", "code", "issued_on", "recorded_at"), proofs)
        log_all(entries, at=now)


def _evidence_of(want: Wanted, agency: Unit, zone: dt.tzinfo, now: dt.datetime) -> tuple[Any, ...]:
    return (
        want.person_id, agency.pk, Evidence.Subject.HISTORY, want.certification.public_id, Evidence.Result.PASSED,
        want.row.level, dt.datetime.combine(want.row.first, dt.time(12), zone), want.row.first, now, want.ref,
    )  # fmt: skip


def _cycle_of(want: Wanted, agency: Unit, number: int) -> dict[str, Any]:
    """The columns of the cycle, but for its ids and the instant. What the list said stands in its one step."""
    row, policy = want.row, want.policy
    step = {"subject": "history", "key": str(want.certification.public_id), "until": row.last.isoformat()}
    if row.source:
        step["source"] = row.source
    window, grace = policy.window, policy.grace or "P0D"
    return {
        "person_id": want.person_id,
        "certification_id": want.certification.pk,
        "agency_id": agency.pk,
        "number": number,
        "state": Cycle.State.SATISFIED,
        "imported": True,
        "optional": False,
        "opened_on": row.first,
        "time_zone": agency.time_zone,
        "policy_ids": [policy.pk],
        "policy_versions": policy.version,
        "path_id": policy.path_id,
        "steps": [step],
        "pass_mark": policy.pass_mark or 0,
        "validity": row.length,
        "window": window,
        "grace": grace,
        "date_base": Policy.DateBase.COMPLETION,
        "fixed_day": "",
        "minimum_active": "",
        "least_assurance": policy.least_assurance or 0,
        "attempts": policy.attempts,
        "cool_down_days": policy.cool_down_days or 0,
        "evidence_from": row.first,
        "begun_on": row.first,
        "satisfied_on": row.first,
        "valid_from": row.first,
        "baseline_expires_on": row.last,
        "expires_on": row.last,
        "window_opens_on": max(parse_period(window).before(row.last), row.first),
        "grace_until": parse_period(grace).after(row.last),
        "editions": "",
    }


def _entries(person_id: int, cycle: uuid.UUID, evidence: uuid.UUID, values: dict[str, Any]) -> Iterator[Entry]:
    """The ledger hears of it as of any cycle, opened and satisfied at once, and that it came from a list."""
    opened = ("number", "opened_on", "evidence_from", "steps", "pass_mark", "validity", "window", "grace", "date_base",
              "fixed_day", "minimum_active", "least_assurance", "attempts", "cool_down_days")  # fmt: skip
    satisfied = ("satisfied_on", "begun_on", "valid_from", "expires_on", "baseline_expires_on", "window_opens_on",
                 "grace_until", "editions")  # fmt: skip
    facts = {
        "cycle": cycle,
        "certification": values["certification_id"],
        "imported": True,
        "agency": values["agency_id"],
        "policies": values["policy_ids"],
        "versions": values["policy_versions"],
        "path": values["path_id"],
        "due_on": None,
        **{name: values[name] for name in opened},
    }
    yield person_id, LedgerEvent.Kind.OPENED, facts
    shown = {"cycle": cycle, "evidence": [str(evidence)], **{name: values[name] for name in satisfied}}
    yield person_id, LedgerEvent.Kind.SATISFIED, shown


def _numbers(person_ids: set[int]) -> dict[_Key, int]:
    """(person, certification) → the highest number that a cycle has."""
    rows: Any = Cycle.objects.filter(person_id__in=person_ids).order_by().values_list("person_id", "certification_id")
    return {(person_id, certification_id): most for person_id, certification_id, most in rows.annotate(Max("number"))}


def _by_people(ordered: Sequence[Wanted]) -> Iterator[list[Wanted]]:
    """Chunks in which each person is whole."""
    chunk: list[Wanted] = []
    for want in ordered:
        if len(chunk) >= _CHUNK and want.person_id != chunk[-1].person_id:
            yield chunk
            chunk = []
        chunk.append(want)
    if chunk:
        yield chunk


def _chunks(values: list[T]) -> Iterator[list[T]]:
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]
