"""Making the certifications of two accounts those of one person, so that nothing she has earned is lost.

Her cycles move, and the chain of the account that stays is told of them; the other chain is never touched again, and
loses only the link to a person (docs/decisions/0013-export-erase-merge.md).
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services.links import repoint
from agencies.reading import not_over
from certification.ledger import Facts
from certification.models import (
    Certification,
    Cycle,
    Decision,
    LedgerChain,
    LedgerEvent,
    Notice,
    Requirement,
    SettleMark,
)
from certification.services.decided import note_decided
from certification.services.ledger import Entry, log_all
from certification.services.persons import MADE, close_cycles
from certification.services.replaying import CYCLE_FACTS
from certification.services.settling import settle_person

_SATISFIED = (
    "satisfied_on", "begun_on", "valid_from", "expires_on", "baseline_expires_on", "window_opens_on", "grace_until",
    "editions",
)  # fmt: skip
_MOVED = ("baseline_expires_on", "expires_on", "window_opens_on", "grace_until")


def merge(source: User, target: User, by: User | None) -> list[str]:
    """Moves cycles, decisions, requirements and messages, and settles both.

    Of two open passes at one certification one goes on: that of the account with the newest certificate, or, where
    neither is certified, the one that counts evidence from furthest back. Raises ValidationError where both are
    certified in a way that cannot be one history: at the same time and not as a renewal, or with a certificate that is
    suspended or revoked.
    """
    here, there = _cycles(target), _cycles(source)
    closing: list[Cycle] = []
    for pk in sorted(here.keys() & there.keys()):
        _refuse_conflict(here[pk], there[pk])
        closing += _superfluous(here[pk], there[pk])
    names = Certification.objects.in_bulk({one.certification_id for one in closing})
    close_cycles(closing, sitting=target)
    moved = _move_cycles(source, target, by)
    _move_decisions(source, target)
    Requirement.objects.filter(person=source).update(person=target)
    _move_notices(source, target)
    repoint(MADE, source=source, target=target)
    # The emptied account first: it stands nowhere any more, is counted nowhere, and its chain says so last of all.
    settle_person(source.pk)
    settle_person(target.pk)
    SettleMark.objects.filter(person=source).delete()
    LedgerChain.objects.filter(person=source).update(person=None)
    told = [_("Krav, vedtak, omganger og sertifikater følger med. Status regnes ut på nytt.")] if moved else []
    return told + [
        _("«%(name)s» er begynt på begge kontoene. Den ene omgangen lukkes. Alt som er vist, teller i den andre.")
        % {"name": certification.name}
        for certification in names.values()
    ]


def _cycles(person: User) -> dict[int, list[Cycle]]:
    found: dict[int, list[Cycle]] = defaultdict(list)
    for one in Cycle.objects.filter(person=person).select_related("certification").order_by("number"):
        found[one.certification_id].append(one)
    return found


def _earned(cycles: Iterable[Cycle]) -> list[Cycle]:
    return [one for one in cycles if one.state == Cycle.State.SATISFIED]


def _refuse_conflict(here: list[Cycle], there: list[Cycle]) -> None:
    mine, theirs = _earned(here), _earned(there)
    if not mine or not theirs:
        return
    about = {"certification": here[0].certification.name}
    held = Decision.objects.current().filter(
        not_over(timezone.localdate()),
        cycle__in=[*mine, *theirs],
        kind__in=[Decision.Kind.SUSPENSION, Decision.Kind.REVOCATION],
    )
    if held.exists():
        raise ValidationError(
            _("Et sertifikat i «%(certification)s» er satt på vent eller trukket tilbake. Avklar det først.") % about
        )
    if any(_share_days(one, other) and not _renews(other, one) for one in mine for other in theirs):
        raise ValidationError(
            _("Begge kontoene har sertifikat i «%(certification)s» for samme tid. Slå sammen den andre veien, "
              "så kontoen med det nyeste sertifikatet går inn i den andre.")
            % about
        )  # fmt: skip


def _share_days(one: Cycle, other: Cycle) -> bool:
    return _days(one)[0] <= _days(other)[1] and _days(other)[0] <= _days(one)[1]


def _renews(newer: Cycle, older: Cycle) -> bool:
    """Whether `newer` is what a renewal ahead of time would be: begun later, and holding at least as long."""
    return _days(older)[0] < _days(newer)[0] and _days(older)[1] <= _days(newer)[1]


def _days(one: Cycle) -> tuple[dt.date, dt.date]:
    # The database holds that a satisfied cycle has both.
    return one.valid_from or dt.date.max, one.expires_on or dt.date.min


def _superfluous(here: list[Cycle], there: list[Cycle]) -> list[Cycle]:
    """The open passes that are not to go on.

    Beside a newer certificate of the other account an open pass must not: it would count again what earned that one.
    Settling opens the right one when its time comes.
    """
    going_on = [one for one in (*here, *there) if one.state == Cycle.State.OPEN]
    earned = _earned([*here, *there])
    if not earned:
        return sorted(going_on, key=lambda one: one.evidence_from)[1:]
    newest = max(earned, key=lambda one: _days(one)[0])
    return [one for one in going_on if one.person_id != newest.person_id]


def _move_cycles(source: User, target: User, by: User | None) -> int:
    """Gives the cycles to `target`, numbered after hers, and tells her chain of each."""
    ref = LedgerChain.objects.filter(person=source).values_list("ref", flat=True).first()
    events = LedgerEvent.objects.filter(chain__person=source, kind=LedgerEvent.Kind.SATISFIED).order_by("number")
    given = {facts["cycle"]: facts for facts in events.values_list("facts", flat=True)}
    numbers = dict(
        Cycle.objects.filter(person=target).order_by().values_list("certification_id").annotate(Max("number"))
    )
    origin = {"merged_from": ref, "merged_by": by.public_id if by else None}
    entries: list[Entry] = []
    for one in Cycle.objects.filter(person=source).order_by("certification_id", "number"):
        one.person, one.number = target, numbers.get(one.certification_id, 0) + 1
        numbers[one.certification_id] = one.number
        one.save(update_fields=["person", "number"])
        entries += [(target.pk, kind, facts) for kind, facts in _told(one, given.get(str(one.public_id)), origin)]
    return log_all(entries)


def _told(one: Cycle, given: Facts | None, origin: Facts) -> Iterator[tuple[str, Facts]]:
    """What the chain hears of a cycle that came from the other account, and where it came from.

    One that is over is told as cycles of an earlier list are: it may stand beside an open one. `given` is what the
    other chain said when it was satisfied: undoing a decision asks for the dates as they were before any.
    """
    known = {name: getattr(one, column) for name, column in CYCLE_FACTS.items() if name != "state"}
    opened = {name: value for name, value in known.items() if name == "begun_on" or name not in _SATISFIED}
    over = {} if one.state == Cycle.State.OPEN else {"imported": True}
    about = {"cycle": one.public_id}
    yield LedgerEvent.Kind.OPENED, {**about, "certification": one.certification_id, **opened, **over, **origin}
    if one.state == Cycle.State.CLOSED:
        yield LedgerEvent.Kind.CLOSED, {**about, "closed_on": one.closed_on}
    elif one.state == Cycle.State.SATISFIED:
        yield LedgerEvent.Kind.SATISFIED, given or {**about, **{name: known[name] for name in _SATISFIED}}
        yield LedgerEvent.Kind.MOVED, {**about, **{name: known[name] for name in _MOVED}}


def _move_decisions(source: User, target: User) -> None:
    """Those that hold are told to her chain; the others were undone before she had it."""
    rows = Decision.objects.current().filter(person=source).order_by("pk")
    holding = list(rows.select_related("cycle", "agency", "decided_by"))
    Decision.objects.filter(person=source).update(person=target)
    for decision in holding:
        decision.person = target
        note_decided(decision)


def _move_notices(source: User, target: User) -> None:
    """A weekly letter that both got is kept once."""
    weekly = Notice.objects.filter(cycle__isnull=True)
    had = set(weekly.filter(person=target).values_list("stage", "channel", "week"))
    for row in weekly.filter(person=source):
        if (row.stage, row.channel, row.week) in had:
            row.delete()
    Notice.objects.filter(person=source).update(person=target)
