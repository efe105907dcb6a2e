"""Figures of an earlier day for a place with very many people: reckoned by a worker, watched by whoever asked.

Kept in the cache for a while. They are figures, the same for everybody who may see the unit; nothing rests on them.
"""

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field, replace

from django.core.cache import cache
from django.utils import timezone

from agencies.models import Unit
from certification.models import Certification
from reports.contributions import Figures
from reports.reading.asof import PORTION, UnitThen, counts_then

# People whom a page waits for: about a second.
AT_ONCE = 4000
_KEPT = 3600
# So long without a sign of life means that whoever was at it was cut off.
_SILENCE = dt.timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be reckoned, as plain values."""

    unit_id: int
    certification_id: int
    day: dt.date
    known_on: dt.date

    @property
    def key(self) -> str:
        return f"asof:{self.unit_id}:{self.certification_id}:{self.day}:{self.known_on}"


@dataclass(frozen=True, slots=True)
class Reckoning:
    """How far it has come, and what was counted by then."""

    total: int
    at: dt.datetime
    done: int = 0
    counts: Counter[int] = field(default_factory=Counter)

    @property
    def kept(self) -> bool:
        """Whether it was counted some time ago, not for this page."""
        return self.total > AT_ONCE

    @property
    def figures(self) -> Figures | None:
        """The figures when all are counted."""
        return Figures(self.counts) if self.done >= self.total else None


def reckoning_of(asked: Asked) -> Reckoning | None:
    """What is known of it; None where nobody has begun, or whoever was at it was cut off."""
    found: Reckoning | None = cache.get(asked.key)
    if found and found.figures is None and timezone.now() - found.at > _SILENCE:
        return None
    return found


def place(asked: Asked, total: int) -> Reckoning:
    """Leaves a sign that it is begun, so that a second click begins nothing."""
    return _tell(asked, Reckoning(total, timezone.now()))


def reckon(asked: Asked) -> Reckoning:
    """Counts portion by portion, telling how far it has come."""
    unit, certification = Unit.objects.get(pk=asked.unit_id), Certification.objects.get(pk=asked.certification_id)
    then = UnitThen(unit, certification, asked.day, asked.known_on)
    reckoning = Reckoning(len(then.people), timezone.now())
    for found in then.portions():
        reckoning = _tell(
            asked,
            replace(
                reckoning,
                done=min(reckoning.done + PORTION, reckoning.total),
                counts=reckoning.counts + counts_then(found, asked.day),
                at=timezone.now(),
            ),
        )
    return reckoning


def _tell(asked: Asked, reckoning: Reckoning) -> Reckoning:
    cache.set(asked.key, reckoning, _KEPT)
    return reckoning
