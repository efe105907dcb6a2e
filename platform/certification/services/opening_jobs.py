"""A wish for new cycles on its way: what was asked, how far it has come, and going on where it stopped.

Kept in the cache, for the one who asked. Nothing rests on it: what was opened is in the rows, and the same wish again
opens nothing twice.
"""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from django.core.cache import cache
from django.utils import timezone

from accounts.models import User
from agencies.access import Purpose, scope_of
from agencies.models import Unit
from certification.models import Certification
from certification.services.opening import Wish, open_cycles

_KEPT = 7 * 24 * 3600
# People between two signs of life.
_PORTION = 200
# So long without one means that whoever was at it was cut off.
_SILENCE = dt.timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked, as plain values: a worker reads it anew, and asks anew whether she may."""

    batch: uuid.UUID
    decided_by_id: int
    certification_id: int
    unit_id: int
    due_on: dt.date
    reason: str
    person_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it has come. `refused`: whoever asked may no longer decide there."""

    total: int
    at: dt.datetime
    done: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    refused: bool = False

    @property
    def finished(self) -> bool:
        return self.refused or self.done >= self.total

    def stopped(self, now: dt.datetime) -> bool:
        """Whether nobody is at it any more."""
        return not self.finished and now - self.at > _SILENCE


def place_order(wish: Wish, unit: Unit, person_ids: Sequence[int]) -> bool:
    """Keeps the wish for a worker. No where the same one was placed before, as by a second click."""
    order = Order(
        batch=wish.batch,
        decided_by_id=wish.decided_by.pk,
        certification_id=wish.certification.pk,
        unit_id=unit.pk,
        due_on=wish.due_on,
        reason=wish.reason,
        person_ids=tuple(sorted(set(person_ids))),
    )
    if not cache.add(_key("order", order.decided_by_id, order.batch), order, _KEPT):
        return False
    _tell(order, Progress(total=len(order.person_ids), at=timezone.now()))
    return True


def run_order(decided_by_id: int, batch: uuid.UUID) -> Progress | None:
    """Opens what is left of the order, telling how far it has come. None where nothing is known of it any more."""
    order, progress = order_of(decided_by_id, batch), progress_of(decided_by_id, batch)
    if order is None or progress is None:
        return None
    person = User.objects.get(pk=decided_by_id)
    wish = Wish(
        batch=order.batch,
        certification=Certification.objects.get(pk=order.certification_id),
        scope=scope_of(person, Purpose.DECISIONS, within=Unit.objects.get(pk=order.unit_id)),
        due_on=order.due_on,
        reason=order.reason,
        decided_by=person,
    )
    if not wish.scope:
        return _tell(order, replace(progress, refused=True))
    while not progress.finished:
        portion = order.person_ids[progress.done : progress.done + _PORTION]
        counts = open_cycles(wish, portion)
        done, told = progress.done + len(portion), progress.counts + Counter(map(str, counts.elements()))
        progress = _tell(order, replace(progress, done=done, counts=told, at=timezone.now()))
    return progress


def order_of(decided_by_id: int, batch: uuid.UUID) -> Order | None:
    found: Order | None = cache.get(_key("order", decided_by_id, batch))
    return found


def progress_of(decided_by_id: int, batch: uuid.UUID) -> Progress | None:
    found: Progress | None = cache.get(_key("progress", decided_by_id, batch))
    return found


def _tell(order: Order, progress: Progress) -> Progress:
    cache.set(_key("progress", order.decided_by_id, order.batch), progress, _KEPT)
    return progress


def _key(what: str, decided_by_id: int, batch: uuid.UUID) -> str:
    return f"opening:{what}:{decided_by_id}:{batch}"
