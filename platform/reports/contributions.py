"""What one person adds to the counts. Pure.

A person in two units counts once in each and once above. She adds +1 at each of her units and −1 at the lowest common
ancestor of each pair of her units that are neighbours when sorted by path; then the sum over any subtree counts her
exactly once if one of her units is in it, and not at all otherwise. (In a tree walked in path order, the subtree's own
units are neighbours, and the ancestors of neighbouring pairs inside it are inside it: n units give n − 1 pairs.)
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable

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
STEP_LENGTH = 4  # characters of one level in a treebeard path


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


def marks(paths: Iterable[str]) -> Counter[str]:
    """Path → what a person with units at `paths` adds there. Paths that cancel out are left out."""
    ordered = sorted(set(paths))
    counts = Counter(ordered)
    for first, second in zip(ordered, ordered[1:], strict=False):
        shared = lowest_common_ancestor(first, second)
        if shared:
            counts[shared] -= 1
    return Counter({path: count for path, count in counts.items() if count})


def marks_by_role(jobs: Iterable[tuple[str, int]]) -> dict[int | None, Counter[str]]:
    """As `marks`, for each role she has and for all roles together (None). `jobs` is (unit path, role id)."""
    jobs = list(jobs)
    result: dict[int | None, Counter[str]] = {None: marks(path for path, _role in jobs)}
    for role in {role for _path, role in jobs}:
        result[role] = marks(path for path, at in jobs if at == role)
    return result
