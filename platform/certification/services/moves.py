"""The dates of a satisfied cycle: as they are, as they were given, and as decisions move them."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from certification.models import Cycle, Decision, LedgerEvent
from certification.moving import Dates, Move, moved, replayed
from certification.periods import Period, parse_period
from certification.services.decided import note

_MOVES = (Decision.Kind.EXTENSION, Decision.Kind.CORRECTION)
_DATES = ("valid_from", "baseline_expires_on", "expires_on", "window_opens_on", "grace_until")


def move_cycle(cycle: Cycle, decision: Decision, until: dt.date) -> None:
    """Moves the dates as an extension or a correction says."""
    move = Move(until, decision.kind == Decision.Kind.CORRECTION)
    # The database holds that a satisfied cycle has all the dates.
    now = Dates(*(getattr(cycle, name) for name in _DATES))
    _write(cycle, moved(now, move, window=_period(cycle.window), grace=_period(cycle.grace)), decision)


def move_back(cycle: Cycle, decision: Decision) -> None:
    """Gives the cycle the dates that it was given, moved by the decisions that are left without `decision`.

    Raises ValidationError where the ledger of its person does not tell what it was given.
    """
    rest = Decision.objects.current().filter(cycle=cycle, kind__in=_MOVES)
    moves = [Move(row.until, row.kind == Decision.Kind.CORRECTION) for row in rest.order_by("pk") if row.until]
    _write(cycle, replayed(_given(cycle), moves, window=_period(cycle.window), grace=_period(cycle.grace)), decision)


def _given(cycle: Cycle) -> Dates:
    """The dates as they were before any decision: the ledger has them, of a pass and of an earlier list alike.

    They are not computed anew: what she held then, and when she was done, decided them too.
    """
    events = LedgerEvent.objects.filter(chain__person=cycle.person_id, kind=LedgerEvent.Kind.SATISFIED)
    for facts in events.order_by("-number").values_list("facts", flat=True):
        if facts["cycle"] == str(cycle.public_id):
            return Dates(*(dt.date.fromisoformat(facts[name]) for name in _DATES))
    raise ValidationError(_("Vi finner ikke datoene som sertifikatet ble gitt med. Gjør en ny retting i stedet."))


def _write(cycle: Cycle, dates: Dates, decision: Decision) -> None:
    changes = {
        "baseline_expires_on": dates.baseline_expires_on,
        "expires_on": dates.expires_on,
        "window_opens_on": dates.window_opens_on,
        "grace_until": dates.grace_until,
    }
    Cycle.objects.filter(pk=cycle.pk).update(**changes)
    note(decision, LedgerEvent.Kind.MOVED, {"cycle": cycle.public_id, "decision": decision.public_id, **changes})


def _period(text: str) -> Period:
    return parse_period(text) if text else Period()
