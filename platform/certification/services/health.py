"""People whose rows contradict each other: each contradiction a small named check that reads and never repairs.

What settling keeps true is looked at from outside, from the stored rows alone. Whoever is to be settled today anyway is
not yet a contradiction.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from agencies.models import Membership, Unit
from certification.asof import held_of_chain
from certification.models import (
    Certificate,
    Cycle,
    CycleEvidence,
    Decision,
    Requirement,
    SettleMark,
    Standing,
)
from certification.statuses import StandingState

_DAY = dt.timedelta(days=1)
_DATES = ("valid_from", "window_opens_on", "expires_on", "grace_until")
_ABOUT = ("person__public_id", "certification__key")
Rows = Iterable[tuple[uuid.UUID, str]]


@dataclass(frozen=True, slots=True)
class Finding:
    """One contradiction: its kind, and whom and what it is about. `certification` is empty where it is about all."""

    kind: str
    person: uuid.UUID
    certification: str


@dataclass(frozen=True, slots=True)
class Check:
    """A kind of contradiction, in words, and how it is found."""

    kind: str
    words: "str | Promise"
    find: Callable[[Q, dt.date], Rows]


def find_contradictions(*, agency: Unit | None = None, today: dt.date | None = None) -> Iterator[Finding]:
    """Every contradiction about people of `agency`, or about anybody: check by check, as CHECKS orders them."""
    today = today or timezone.localdate()
    whom = Q()
    if agency is not None:
        works = Membership.objects.current().filter(unit__path__startswith=agency.path, person=OuterRef("person_id"))
        whom = Q(Exists(works))
    for check in CHECKS:
        for person, certification in check.find(whom, today):
            yield Finding(check.kind, person, certification)


def _pairs(rows: "QuerySet[Any]") -> Rows:
    return rows.order_by("person_id").values_list(*_ABOUT).iterator(chunk_size=5000)


def _due(today: dt.date) -> Exists:
    """The sweep will settle her for this today: what is stored is yesterday's."""
    mine = {"person": OuterRef("person_id"), "certification": OuterRef("certification_id")}
    return Exists(Standing.objects.filter(next_change_on__lte=today, **mine))


def _required(today: dt.date) -> Exists:
    mine = {"person": OuterRef("person_id"), "certification": OuterRef("certification_id")}
    return Exists(Requirement.objects.on(today).filter(**mine))


def _open_of_archived(whom: Q, today: dt.date) -> Rows:
    return _pairs(Cycle.objects.filter(whom, state=Cycle.State.OPEN, certification__archived_on__lte=today))


def _unproven(whom: Q, today: dt.date) -> Rows:
    proof = Exists(Certificate.objects.filter(cycle=OuterRef("pk")))
    shown = Exists(CycleEvidence.objects.filter(cycle=OuterRef("pk")))
    return _pairs(Cycle.objects.filter(whom, state=Cycle.State.SATISFIED).filter(~proof | ~shown))


def _standing_dates(whom: Q, today: dt.date) -> Iterator[tuple[uuid.UUID, str]]:
    """Standings whose dates are not what their cycles give by the pure function. Read side by side, in one order."""
    pair = ("person_id", "certification_id")
    done = Cycle.objects.filter(whom, state=Cycle.State.SATISFIED).order_by(*pair, "valid_from", "number")
    cycles: Any = done.values_list(*pair, *_ABOUT, *_DATES).iterator(chunk_size=5000)
    rows: Any = Standing.objects.filter(whom).order_by(*pair).values_list(*pair, *_ABOUT, *_DATES)
    chains = ((key, list(group)) for key, group in groupby(cycles, key=lambda row: row[:2]))
    standings = rows.iterator(chunk_size=5000)
    key, chain = next(chains, (None, []))
    for row in standings:
        while key is not None and key < row[:2]:
            yield chain[0][2], chain[0][3]  # cycles of which no standing is kept
            key, chain = next(chains, (None, []))
        held = None
        if key == row[:2]:
            held = held_of_chain([one[4:] for one in chain])
            key, chain = next(chains, (None, []))
        dates = (held.valid_from, held.window_opens_on, held.expires_on, held.grace_until) if held else (None,) * 4
        if dates != row[4:]:
            yield row[2], row[3]
    while key is not None:
        yield chain[0][2], chain[0][3]
        key, chain = next(chains, (None, []))


def _open_but_unrequired(whom: Q, today: dt.date) -> Rows:
    rows = Cycle.objects.filter(whom, ~_required(today), ~_due(today), state=Cycle.State.OPEN, optional=False)
    return _pairs(rows)


def _required_without_cycle(whom: Q, today: dt.date) -> Rows:
    mine = {"person": OuterRef("person_id"), "certification": OuterRef("certification_id")}
    opened = Exists(Cycle.objects.filter(state=Cycle.State.OPEN, **mine))
    excused = Exists(
        Standing.objects.filter(
            Q(waived=True) | Q(state__in=[StandingState.CERTIFIED, StandingState.SUSPENDED]), **mine
        )
    )
    rows = Requirement.objects.on(today).filter(whom, ~opened, ~excused, ~_due(today))
    return _pairs(rows.filter(certification__archived_on__isnull=True).distinct())


def _overlapping(whom: Q, today: dt.date) -> Rows:
    """Overlapping satisfied cycles are right where the later begins after the other: a renewal ahead of time."""
    earlier = Cycle.objects.filter(
        Q(valid_from=OuterRef("valid_from")) | Q(imported=False),
        person=OuterRef("person_id"),
        certification=OuterRef("certification_id"),
        state=Cycle.State.SATISFIED,
        number__lt=OuterRef("number"),
        valid_from__gte=OuterRef("valid_from"),
        valid_from__lte=OuterRef("expires_on"),
    )
    rows = Cycle.objects.filter(whom, Exists(earlier), state=Cycle.State.SATISFIED)
    # A list may tell of an earlier time in a later row.
    same = Exists(earlier.filter(valid_from=OuterRef("valid_from")))
    return _pairs(rows.filter(Q(imported=False) | same))


def _moved_without_decision(whom: Q, today: dt.date) -> Rows:
    moves = [Decision.Kind.EXTENSION, Decision.Kind.CORRECTION]
    decided = Exists(Decision.objects.current().filter(cycle=OuterRef("pk"), kind__in=moves))
    moved = Cycle.objects.filter(whom, ~decided, state=Cycle.State.SATISFIED)
    return _pairs(moved.exclude(expires_on=F("baseline_expires_on")))


def _never_settled(whom: Q, today: dt.date) -> Rows:
    """Nobody settled her since a membership was recorded, though the sweeps of a whole day have gone by.

    The mark looks a minute back, so that what is written while a settle reads is settled again.
    """
    settled = SettleMark.objects.filter(
        person=OuterRef("person_id"), settled_at__gte=OuterRef("recorded_at") - dt.timedelta(minutes=2)
    )
    rows = Membership.objects.current().filter(whom, ~Exists(settled), recorded_at__lt=timezone.now() - _DAY)
    people: Any = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=today)).order_by("person_id")
    return ((public_id, "") for public_id in people.values_list("person__public_id", flat=True).distinct())


def _left_behind(whom: Q, today: dt.date) -> Rows:
    return _pairs(Standing.objects.filter(whom, next_change_on__lt=today - _DAY))


CHECKS = (
    Check("open_of_archived", _("Åpen omgang for en arkivert sertifisering"), _open_of_archived),
    Check("unproven", _("Oppfylt omgang uten sertifikat eller dokumentasjon"), _unproven),
    Check("standing_dates", _("Status med andre datoer enn omgangene gir"), _standing_dates),
    Check("open_but_unrequired", _("Åpen omgang som ingen krever, og som ikke er frivillig"), _open_but_unrequired),
    Check("required_without_cycle", _("Krav uten åpen omgang og uten gyldig sertifikat"), _required_without_cycle),
    Check("overlapping", _("Omganger som overlapper, der den seneste ikke begynner etter den andre"), _overlapping),
    Check("moved_without_decision", _("Siste dag er flyttet uten vedtak"), _moved_without_decision),
    Check("never_settled", _("Aldri gjort opp etter at en stilling ble registrert"), _never_settled),
    Check("left_behind", _("Status som skulle vært gjort opp for mer enn en dag siden"), _left_behind),
)
