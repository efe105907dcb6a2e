"""Jobs of certification: idempotent, take ids, and lose nothing when one of them is lost."""

import logging

from celery import shared_task

from certification import services
from certification.services.digests import send_digests
from certification.services.reminders import send_reminders
from common.health import leave_sign

logger = logging.getLogger(__name__)


@shared_task
def settle_people(person_ids: list[int]) -> None:
    """Settles many people after an import or a change of rules."""
    services.settle_people(person_ids)


@shared_task
def sweep() -> None:
    """Finds from the rows what nobody settled, and whose standing changes today."""
    count = services.settle_due()
    leave_sign("sweep")
    if count:
        logger.info("settled %s people", count)


@shared_task
def remind() -> None:
    """Sends the reminders that are due and were not sent. Every hour of the working day: at most one a person a day."""
    done = send_reminders()
    leave_sign("reminders")
    logger.info("reminders: %s", done)


@shared_task
def send_weekly_digests() -> None:
    """Sends managers this week's digest, once."""
    done = send_digests()
    leave_sign("digests")
    logger.info("digests: %s", done)
