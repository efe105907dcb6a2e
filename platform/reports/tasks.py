"""Jobs of the reports."""

import datetime as dt
import logging

from celery import shared_task
from django.utils import timezone

from reports import services
from reports.reading.asof_jobs import Asked, reckon

logger = logging.getLogger(__name__)


@shared_task
def fold_tallies() -> None:
    """Keeps last month's counts, the first time in a new month, and folds the deltas into the tallies."""
    last_of_previous = timezone.localdate().replace(day=1) - dt.timedelta(days=1)
    kept = services.keep_month(last_of_previous)
    if kept:
        logger.info("kept %s counts of %s", kept, last_of_previous.strftime("%Y-%m"))
    services.fold_tallies()


@shared_task
def reckon_asof(unit_id: int, certification_id: int, day: str, known_on: str) -> None:
    """Counts how everybody in a large place stood on a day."""
    reckon(Asked(unit_id, certification_id, dt.date.fromisoformat(day), dt.date.fromisoformat(known_on)))
