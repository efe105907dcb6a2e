"""What would become of a person if a new cycle were opened for her now. Pure."""

import enum

from certification.passes import Duty, OpenPass
from certification.statuses import StandingState


class Outcome(enum.StrEnum):
    """Who gets a new cycle, and why the others are left alone."""

    OPENS = "opens"
    OPEN = "open"  # one is open already
    UNREQUIRED = "unrequired"  # not required of her there
    WAIVED = "waived"
    PAUSED = "paused"
    SUSPENDED = "suspended"  # a decision about what she holds stands between
    SELF = "self"  # nobody decides about herself


def outcome_of(duty: Duty, state: StandingState, one: OpenPass | None) -> Outcome:
    """`duty` is what is required of her by whoever opens, `one` the pass that is open."""
    if not duty.required:
        return Outcome.UNREQUIRED
    if duty.waived:
        return Outcome.WAIVED
    if duty.paused:
        return Outcome.PAUSED
    if one is not None:
        return Outcome.OPEN
    return Outcome.SUSPENDED if state == StandingState.SUSPENDED else Outcome.OPENS
