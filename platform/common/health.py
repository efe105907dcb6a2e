"""Signs of life that jobs leave behind, for /health/."""

import datetime as dt

from django.core.cache import cache
from django.utils import timezone

_DAY = 24 * 3600


def leave_sign(name: str) -> None:
    """Says that the job `name` has just done its work."""
    cache.set(f"alive:{name}", timezone.now(), _DAY)


def last_sign(name: str) -> dt.datetime | None:
    """When the job `name` last did its work, if within a day."""
    found: dt.datetime | None = cache.get(f"alive:{name}")
    return found
