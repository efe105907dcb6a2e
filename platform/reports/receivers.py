"""What reports do when something below them happens: keep the counts in step, in the same transaction."""

from typing import Any

from django.utils import timezone

from agencies.models import Unit
from certification.models import Standing
from reports.services import count_person, recount_below


def count_after_settle(
    sender: Any, person_id: int, certification_id: int, standing: Standing | None, **kwargs: Any
) -> None:
    """The day of the count is the day the standing was computed for."""
    today = standing.computed_on if standing else timezone.localdate()
    count_person(person_id=person_id, certification_id=certification_id, standing=standing, today=today)


def count_after_move(sender: Any, unit: Unit, **kwargs: Any) -> None:
    recount_below(unit=unit)
