"""Jobs of the reports."""

import datetime as dt
import logging

from celery import shared_task
from django.utils import timezone

from reports import services

logger = logging.getLogger(__name__)


@shared_task
def fold_tallies() -> None:
    """Keeps last month's counts, the first time in a new month, and folds the deltas into the tallies."""
    last_of_previous = timezone.localdate().replace(day=1) - dt.timedelta(days=1)
    kept = services.keep_month(last_of_previous)
    if kept:
        logger.info("kept %s counts of %s", kept, last_of_previous.strftime("%Y-%m"))
    services.fold_tallies()
