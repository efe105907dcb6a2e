"""What reports do when something below them happens: keep the counts in step, in the same transaction."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from agencies.models import Unit
from certification.signals import StandingChange
from reports.services import count_people, recount_below


def count_after_settle(sender: Any, changes: Sequence[StandingChange], today: dt.date, **kwargs: Any) -> None:
    count_people(changes=changes, today=today)


def count_after_move(sender: Any, unit: Unit, **kwargs: Any) -> None:
    recount_below(unit=unit)
