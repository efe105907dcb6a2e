"""What somebody has seen of a film: stretches of it, how much a report may add, and how much that is of the whole.

A report may come late, twice or out of order: joining stretches gives the same whatever the order. What was seen in no
time at all is not counted: nobody sees more than the clock has run, times the fastest rate.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

Stretch = tuple[float, float]

FASTEST_RATE = 2.0
SLACK = 5.0  # seconds: clocks differ, and reports are delayed
GAP = 1.0  # seconds between two stretches that a player's own clock leaves out
MOST_STRETCHES = 500  # in one report
MOST_KEPT = 2000  # who watches has a few dozen; what would make more is no watching


@dataclass(frozen=True, slots=True)
class Seen:
    """All that was seen until now, and what is left of the slack."""

    stretches: tuple[Stretch, ...]
    credit: float


class ReportError(Exception):
    """A report that no player of ours sends."""


def read_stretches(told: object) -> list[Stretch]:
    """Stretches as they came. Raises ReportError for all but pairs of sane numbers."""
    if not isinstance(told, list) or len(told) > MOST_STRETCHES:
        raise ReportError
    found = []
    for pair in told:
        if not isinstance(pair, list) or len(pair) != 2:
            raise ReportError
        start, end = (read_second(number) for number in pair)
        if end < start:
            raise ReportError
        found.append((start, end))
    return found


def read_second(told: object) -> float:
    """A place in a film as it came. Raises ReportError."""
    if isinstance(told, bool) or not isinstance(told, int | float) or not 0 <= told < 1e6 or not math.isfinite(told):
        raise ReportError
    return float(told)


def add(seen: Seen, told: Iterable[Stretch], *, elapsed: float, duration: float) -> Seen:
    """With what a report adds, as far as the clock allows: `elapsed` seconds since the report before it.

    What goes beyond is left out, from the end; the player tells it again, and by then more time has gone.
    """
    budget = seen.credit + max(elapsed, 0.0) * FASTEST_RATE
    wanted = joined([*seen.stretches, *_within(told, duration)])
    fresh, left = [], budget
    for start, end in without(wanted, seen.stretches):
        taken = min(end - start, left)
        if taken <= 0:
            break
        fresh.append((start, start + taken))
        left -= taken
    # Without closing gaps: what is not paid for is not given.
    after = tuple(joined([*seen.stretches, *fresh], gap=0.0))
    return Seen(after if len(after) <= MOST_KEPT else seen.stretches, credit=min(max(left, 0.0), SLACK))


def joined(stretches: Iterable[Stretch], gap: float = GAP) -> list[Stretch]:
    """The same in order, with those that overlap, or are at most `gap` apart, as one."""
    found: list[Stretch] = []
    for start, end in sorted(stretches):
        if found and start <= found[-1][1] + gap:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        elif end > start:
            found.append((start, end))
    return found


def without(stretches: Sequence[Stretch], taken: Sequence[Stretch]) -> list[Stretch]:
    """What of the first is in none of the second. Both in order, and each apart from its next."""
    left: list[Stretch] = []
    begin = 0
    for start, end in stretches:
        at = start
        while begin < len(taken) and taken[begin][1] <= start:
            begin += 1
        for begins, ends in islice(taken, begin, None):
            if begins >= end:
                break
            if begins > at:
                left.append((at, begins))
            at = max(at, ends)
        if at < end:
            left.append((at, end))
    return left


def length(stretches: Iterable[Stretch]) -> float:
    return sum(end - start for start, end in stretches)


def is_enough(stretches: Iterable[Stretch], *, duration: float, percent: int) -> bool:
    """Whether so much of the film was seen. A hundredth of a second is nobody's fault."""
    return length(stretches) + 0.01 >= duration * percent / 100


def rounded(stretches: Iterable[Stretch]) -> list[list[float]]:
    """As they are kept: hundredths of a second."""
    return [[round(start, 2), round(end, 2)] for start, end in stretches]


def _within(told: Iterable[Stretch], duration: float) -> Iterable[Stretch]:
    for start, end in told:
        start, end = max(start, 0.0), min(end, duration)
        if end > start:
            yield start, end
