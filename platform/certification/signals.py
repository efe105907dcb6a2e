"""What certification tells the apps above it."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from django.dispatch import Signal


class StandingChange(NamedTuple):
    """Where a person stands with a certification now.

    `jobs` are the (unit id, role id) through which it is required.
    """

    person_id: int
    certification_id: int
    required: bool
    waived: bool
    paused: bool
    display: str
    expires_on: dt.date | None
    jobs: Sequence[tuple[int, int]]


# Standings were computed anew and saved, or are no longer kept (then not required). Sent inside the transaction, once
# for however many people were settled in it. Arguments: changes (Sequence[StandingChange]), today (dt.date).
standings_settled = Signal()
