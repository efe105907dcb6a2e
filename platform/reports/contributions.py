"""What one person adds to the counts. Pure.

A person in two units counts once in each and once above. She adds +1 at each of her units and −1 at the lowest common
ancestor of each pair of her units that are neighbours when sorted by path; then the sum over any subtree counts her
exactly once if one of her units is in it, and not at all otherwise. (In a tree walked in path order, the subtree's own
units are neighbours, and the ancestors of neighbouring pairs inside it are inside it: n units give n − 1 pairs.)
"""

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class TallyStatus(models.IntegerChoices):
    """The display status, with those whose certificate holds split at 90, 60 and 30 days left."""

    VALID_MORE = 10, _("Gyldig, mer enn 90 dager igjen")
    VALID_90 = 11, _("Gyldig, 61–90 dager igjen")
    VALID_60 = 12, _("Gyldig, 31–60 dager igjen")
    VALID_30 = 13, _("Gyldig, 0–30 dager igjen")
    WINDOW_MORE = 20, _("Må fornyes, mer enn 90 dager igjen")
    WINDOW_90 = 21, _("Må fornyes, 61–90 dager igjen")
    WINDOW_60 = 22, _("Må fornyes, 31–60 dager igjen")
    WINDOW_30 = 23, _("Må fornyes, 0–30 dager igjen")
    GRACE = 30, _("Utløpt, kan fornyes")
    OVERDUE = 40, _("Over fristen")
    EXPIRED = 50, _("Utløpt")
    REVOKED = 60, _("Trukket tilbake")
    SUSPENDED = 61, _("Satt på vent")
    IN_PROGRESS = 70, _("Underveis")
    NOT_STARTED = 80, _("Ikke begynt")
    WAIVED = 90, _("Fritatt")
    PAUSED = 91, _("I permisjon")


CERTIFIED = frozenset({10, 11, 12, 13, 20, 21, 22, 23, 30})
EXCUSED = frozenset({TallyStatus.WAIVED, TallyStatus.PAUSED})
READY = frozenset({10, 11})
GOAL = 90  # percent
LEAST = 5  # people: smaller groups are not shown by themselves
STEP_LENGTH = 4  # characters of one level in a treebeard path

T = TypeVar("T")


def tally_status(
    display: str, *, expires_on: dt.date | None, waived: bool, paused: bool, today: dt.date
) -> TallyStatus:
    """Where a required person is counted. Leave and waiver take her out of the share, whatever she holds."""
    if paused:
        return TallyStatus.PAUSED
    if waived:
        return TallyStatus.WAIVED
    if display in ("valid", "window") and expires_on is not None:
        left = (expires_on - today).days
        step = 0 if left > 90 else 1 if left > 60 else 2 if left > 30 else 3
        return TallyStatus((10 if display == "valid" else 20) + step)
    return TallyStatus[display.upper()]


def lowest_common_ancestor(a: str, b: str) -> str:
    """The path of the lowest unit above both (or either itself); "" when they share no root."""
    length = 0
    while length < min(len(a), len(b)) and a[length : length + STEP_LENGTH] == b[length : length + STEP_LENGTH]:
        length += STEP_LENGTH
    return a[:length]


def shared(paths: Iterable[str]) -> Counter[str]:
    """Path → how many times a person with units at `paths` is taken away there. The only part that moves with units."""
    ordered = sorted(set(paths))
    pairs = (lowest_common_ancestor(a, b) for a, b in itertools.pairwise(ordered))
    return Counter(path for path in pairs if path)


def marks(paths: Iterable[str]) -> Counter[str]:
    """Path → what a person with units at `paths` adds there. Paths that cancel out are left out."""
    counts = Counter(set(paths))
    counts.subtract(shared(counts))
    return Counter({path: count for path, count in counts.items() if count})


def _by_role(jobs: Iterable[tuple[str, int]]) -> dict[int | None, set[str]]:
    groups: dict[int | None, set[str]] = {None: set()}
    for path, role in jobs:
        groups[None].add(path)
        groups.setdefault(role, set()).add(path)
    return groups


def marks_by_role(jobs: Iterable[tuple[str, int]]) -> dict[int | None, Counter[str]]:
    """As `marks`, for each role she has and for all roles together (None). `jobs` is (unit path, role id)."""
    return {role: marks(paths) for role, paths in _by_role(jobs).items()}


def shared_by_role(jobs: Iterable[tuple[str, int]]) -> dict[int | None, Counter[str]]:
    """As `shared`, for each role she has and for all roles together (None)."""
    return {role: shared(paths) for role, paths in _by_role(jobs).items()}


# What is kept of a contribution: [unit id, role id] for each job, then [unit id, role id or None, count] for what is
# taken away at each common ancestor. So it can be subtracted exactly as it was added, wherever the units stand by then.
Kept = Sequence[Sequence[int | None]]


def jobs_kept(kept: Kept) -> list[tuple[int, int]]:
    """The jobs of a kept contribution, as (unit id, role id)."""
    return [(entry[0], entry[1]) for entry in kept if len(entry) == 2 and entry[0] and entry[1]]


def marks_kept(kept: Kept) -> Counter[tuple[int, int | None]]:
    """(unit id, role id or None) → what a kept contribution added there."""
    jobs = jobs_kept(kept)
    counts: Counter[tuple[int, int | None]] = Counter({*jobs, *((unit, None) for unit, _role in jobs)})
    for entry in kept:
        if len(entry) == 3 and entry[0]:
            counts[(entry[0], entry[1])] -= entry[2] or 0
    return Counter({key: count for key, count in counts.items() if count})


@dataclass(frozen=True, slots=True)
class Figures:
    """The counts of one group of people by status, and what a report says of them."""

    counts: Mapping[int, int]

    def _sum(self, statuses: Iterable[int]) -> int:
        return sum(self.counts.get(status, 0) for status in statuses)

    @property
    def people(self) -> int:
        """Everyone of whom it is required."""
        return sum(self.counts.values())

    @property
    def waived(self) -> int:
        return self._sum([TallyStatus.WAIVED])

    @property
    def paused(self) -> int:
        return self._sum([TallyStatus.PAUSED])

    @property
    def base(self) -> int:
        """Whom the share is a share of: neither waived nor on leave."""
        return self.people - self._sum(EXCUSED)

    @property
    def certified(self) -> int:
        """Grace counts."""
        return self._sum(CERTIFIED)

    @property
    def missing(self) -> int:
        return self.base - self.certified

    @property
    def ready(self) -> int:
        """Certified for more than 60 days, with nothing to do yet."""
        return self._sum(READY)

    @property
    def soon(self) -> int:
        """Certified, but must renew: 60 days or fewer left, the window open, or in grace."""
        return self.certified - self.ready

    @property
    def share(self) -> float | None:
        """Certified of those who count; None when nobody does."""
        return self.certified / self.base if self.base else None

    @property
    def percent(self) -> int | None:
        """The share as it is written: rounded down, so that nobody is said to have reached what is not reached."""
        return 100 * self.certified // self.base if self.base else None

    @property
    def to_goal(self) -> int:
        """How many more must be certified before the goal is reached."""
        return max(0, -(-GOAL * self.base // 100) - self.certified)

    @property
    def expiring(self) -> tuple[int, int, int]:
        """Certificates that go out in 0–30, 31–60 and 61–90 days."""
        return (self._sum([13, 23]), self._sum([12, 22]), self._sum([11, 21]))

    def by_display(self) -> dict[str, int]:
        """Display status → count, the splits by days left put together. Leave is «paused»."""
        result: Counter[str] = Counter()
        for status, count in self.counts.items():
            result[display_of(status)] += count
        return dict(result)

    def __add__(self, other: "Figures") -> "Figures":
        # Not Counter's own +, which drops what is negative: a unit's own part may be.
        counts = Counter(self.counts)
        counts.update(other.counts)
        return Figures(counts)


def display_of(status: int) -> str:
    """The display status that a tally status is a part of; «paused» for leave."""
    if status in range(10, 20):
        return "valid"
    return "window" if status in range(20, 30) else TallyStatus(status).name.lower()


def together(groups: Iterable[tuple[T, Figures]], least: int = LEAST) -> tuple[list[tuple[T, Figures]], Figures | None]:
    """Sets groups of fewer than `least` people aside and puts them together, so that nobody is picked out.

    If they are still too few together, the smallest of the others joins them. People in several of them count in each.
    """
    shown = sorted((group for group in groups if group[1].people), key=lambda group: group[1].people)
    aside: list[Figures] = []
    while shown and (shown[0][1].people < least or (aside and sum(group.people for group in aside) < least)):
        aside.append(shown.pop(0)[1])
    return shown, sum(aside[1:], aside[0]) if aside else None
