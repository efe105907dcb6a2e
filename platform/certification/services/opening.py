"""Opening a new cycle before its time: where an agency will not wait for the next one with what is new.

What people hold stays as it is. The new pass takes the terms in force today, and nothing that was shown before today
counts in it. A decision with who and why stands behind every one, so that whoever asks can be told.
"""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from agencies.access import Scope
from agencies.models import Unit
from assessments.models import Quiz
from assessments.services import withdraw_many
from certification.asof import held_by
from certification.models import Certification, Cycle, Decision, LedgerEvent
from certification.models.cycles import new_salt
from certification.openings import Outcome, outcome_of
from certification.passes import Duty, OpenPass, duty_on, state_on
from certification.services.cycles import CycleChanges, given_for, new_pass
from certification.services.decided import checked_reason, decided_facts, note
from certification.services.ledger import Entry, log_all
from certification.services.rows import PersonRows, read_evidence, read_people
from certification.services.rulebook import NoPolicyError, Rulebook
from certification.services.settling import BATCH, settle_batch
from certification.standing import Held
from certification.statuses import StandingState
from common.bulk import insert_rows

_DAY = dt.timedelta(days=1)
LONGEST_WAIT = dt.timedelta(days=731)
_HOLDS = (StandingState.CERTIFIED, StandingState.WINDOW, StandingState.GRACE)
_DECISION = (
    "public_id", "person_id", "certification_id", "cycle_id", "agency_id", "kind", "until", "reason", "salt",
    "decided_by_id", "valid_from", "recorded_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wish:
    """New cycles that somebody wants: for what, among those who must in `scope`, due when, and why.

    `batch` is the same when the same wish comes twice: nobody gets two cycles of it.
    """

    batch: uuid.UUID
    certification: Certification
    scope: Scope
    due_on: dt.date
    reason: str
    decided_by: User


@dataclass(frozen=True, slots=True)
class Line:
    """What the wish means for one person, and until when what she holds lasts."""

    person_id: int
    outcome: Outcome
    expires_on: dt.date | None


def check_wish(wish: Wish, today: dt.date) -> None:
    """Raises ValidationError, by field, for what cannot be opened for anybody."""
    checked_reason(wish.reason)
    if wish.due_on <= today:
        raise ValidationError({"due_on": _("Velg en frist etter i dag.")})
    if wish.due_on > today + LONGEST_WAIT:
        raise ValidationError({"due_on": _("Fristen er mer enn to år fram. Sjekk årstallet.")})
    try:
        Rulebook(today).policies(wish.certification.pk, frozenset())
    except NoPolicyError as error:
        raise ValidationError({"certification": _("Sertifiseringen har ingen regler som gjelder.")}) from error


def plan_opening(wish: Wish, person_ids: Iterable[int], today: dt.date | None = None) -> list[Line]:
    """What `open_cycles` would do, by the same lines, and nothing done. Queries by the thousand people, not by each."""
    today = today or timezone.localdate()
    unit_ids = _units(wish.scope)
    lines = []
    for batch in _batches(person_ids):
        for person_id, rows in read_people(batch, today).items():
            found = _weigh(person_id, rows, wish, unit_ids, today)
            lines.append(Line(person_id, found.outcome, found.held.expires_on if found.held else None))
    return lines


def open_cycles(wish: Wish, person_ids: Iterable[int], today: dt.date | None = None) -> Counter[Outcome]:
    """Opens the cycles, and says how many and why not the others. In batches, each a transaction.

    Safe to run twice, also when it was cut off: who was given a cycle of this wish counts as given, and gets no other.
    """
    today = today or timezone.localdate()
    rulebook, unit_ids = Rulebook(today), _units(wish.scope)
    found: Counter[Outcome] = Counter()
    for batch in _batches(person_ids):
        found.update(_open(batch, wish, rulebook, unit_ids))
    return found


def close_opened(decision: Decision) -> None:
    """Closes the cycle that the decision opened. Raises ValidationError where it is no longer open.

    What she showed in it stays, and counts in her next cycle as far as that reaches back.
    """
    cycle = Cycle.objects.get(decisions=decision)
    if cycle.state != Cycle.State.OPEN:
        raise ValidationError(_("Omgangen er alt avsluttet, så vedtaket kan ikke angres."))
    today = timezone.localdate()
    Cycle.objects.filter(pk=cycle.pk).update(state=Cycle.State.CLOSED, closed_on=today)
    facts = {"cycle": cycle.public_id, "decision": decision.public_id, "closed_on": today}
    note(decision, LedgerEvent.Kind.CLOSED, facts)
    quizzes = Quiz.objects.filter(key__in=[step["key"] for step in cycle.steps if step["subject"] == "quiz"])
    given = given_for(cycle.public_id)
    withdraw_many([(cycle.person_id, pk, given) for pk in quizzes.values_list("pk", flat=True)])


@dataclass(frozen=True, slots=True)
class _Weighed:
    """One person: what the wish means for her, all that is required of her, and what of it the wish is about."""

    outcome: Outcome
    duty: Duty
    mine: Duty
    state: StandingState
    held: Held | None


def _weigh(person_id: int, rows: PersonRows, wish: Wish, unit_ids: frozenset[int], today: dt.date) -> _Weighed:
    key = wish.certification.pk
    claims = [claim for claim in rows.claims if claim.certification_id == key]
    rulings, earned = rows.rulings.get(key, ()), rows.earned.get(key, [])
    held = held_by(earned)
    state = state_on(today, earned[-1] if earned else None, held, rulings)
    mine = duty_on(today, [claim for claim in claims if claim.unit_id in unit_ids], rulings, rows.leave)
    outcome = outcome_of(mine, state, rows.open.get(key))
    if person_id == wish.decided_by.pk:
        outcome = Outcome.SELF
    # What others require of her, and how she stands there, is no business of whoever opens.
    return _Weighed(outcome, duty_on(today, claims, rulings, rows.leave), mine, state, held if mine.required else None)


@transaction.atomic
def _open(person_ids: Sequence[int], wish: Wish, rulebook: Rulebook, unit_ids: frozenset[int]) -> Counter[Outcome]:
    today, now = rulebook.today, timezone.now()
    lock = User.objects.select_for_update(no_key=True).filter(pk__among=person_ids).order_by("pk")
    locked = dict(lock.values_list("pk", "public_id"))
    people = read_people(list(locked), today)
    decided = {uuid.uuid5(wish.batch, str(public_id)): pk for pk, public_id in locked.items()}
    done = set(Decision.objects.filter(public_id__in=list(decided)).values_list("public_id", flat=True))
    given = {pk for public_id, pk in decided.items() if public_id in done}

    weighed = {pk: _weigh(pk, rows, wish, unit_ids, today) for pk, rows in people.items() if pk not in given}
    fresh = {
        pk: _new_pass(people[pk], one, wish, rulebook) for pk, one in weighed.items() if one.outcome == Outcome.OPENS
    }
    _count_from_tomorrow(fresh, today)
    changes = CycleChanges(rulebook)
    for pk, one in fresh.items():
        changes.open(pk, wish.certification.pk, one)
        people[pk].open[wish.certification.pk] = one
    changes.number_opened()
    changes.write()
    ids = {pk: public_id for public_id, pk in decided.items()}
    log_all([*changes.entries, *_decide(fresh, weighed, ids, wish, now)], at=now)
    if fresh:
        settle_batch(list(fresh), rulebook, {pk: people[pk] for pk in fresh})
    return Counter([*(one.outcome for one in weighed.values()), *(Outcome.OPENS for _pk in given)])


def _new_pass(rows: PersonRows, found: _Weighed, wish: Wish, rulebook: Rulebook) -> OpenPass:
    key = wish.certification.pk
    earned = rows.earned.get(key, [])
    one = new_pass(
        certification_id=key,
        duty=found.duty,
        renewal=found.state in _HOLDS,
        newest=earned[-1] if earned else None,
        rulings=(),
        number=rows.numbers.get(key, 0) + 1,
        rulebook=rulebook,
    )
    one.due_on, one.evidence_from = wish.due_on, rulebook.today
    return one


def _count_from_tomorrow(fresh: Mapping[int, OpenPass], today: dt.date) -> None:
    """Days are all that evidence is compared by: who has shown something today shows it again from tomorrow on."""
    keys = {step["key"] for one in fresh.values() for step in one.steps}
    for pk, rows in (read_evidence(fresh, keys, today) if fresh else {}).items():
        wanted = {step["key"] for step in fresh[pk].steps}
        if any(row.key in wanted and not row.failed for row in rows):
            fresh[pk].evidence_from = today + _DAY


def _decide(
    fresh: Mapping[int, OpenPass],
    weighed: Mapping[int, _Weighed],
    ids: Mapping[int, uuid.UUID],
    wish: Wish,
    now: dt.datetime,
) -> Iterator[Entry]:
    """Writes a decision for each; gives back what the ledger is told of them."""
    agencies = dict(
        Unit.objects.filter(pk__in={weighed[pk].mine.agency_id for pk in fresh}).values_list("pk", "public_id")
    )
    rows = [
        Decision(
            public_id=ids[pk],
            person_id=pk,
            certification_id=wish.certification.pk,
            cycle_id=one.pk,
            agency_id=weighed[pk].mine.agency_id,
            kind=Decision.Kind.OPENING,
            until=wish.due_on,
            reason=checked_reason(wish.reason),
            salt=new_salt(),
            decided_by_id=wish.decided_by.pk,
            valid_from=one.opened_on,
            recorded_at=now,
        )
        for pk, one in fresh.items()
    ]
    insert_rows(Decision, _DECISION, ([getattr(row, name) for name in _DECISION] for row in rows))
    for row in rows:
        facts = decided_facts(
            row,
            cycle=fresh[row.person_id].public_id,
            agency=agencies.get(row.agency_id or 0),
            by=wish.decided_by.public_id,
        )
        yield row.person_id, LedgerEvent.Kind.DECIDED, facts


def _units(scope: Scope) -> frozenset[int]:
    return frozenset(scope.units().values_list("pk", flat=True))


def _batches(person_ids: Iterable[int]) -> Iterator[list[int]]:
    ordered = sorted(set(person_ids))
    for start in range(0, len(ordered), BATCH):
        yield ordered[start : start + BATCH]
