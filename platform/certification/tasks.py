"""Jobs of certification: idempotent, take ids, and lose nothing when one of them is lost."""

import logging

from celery import shared_task

from certification.services import settle_due, settle_person
from common.health import leave_sign

logger = logging.getLogger(__name__)


@shared_task
def settle_people(person_ids: list[int]) -> None:
    """Settles many people after an import or a change of rules."""
    for person_id in person_ids:
        try:
            settle_person(person_id)
        except Exception:
            logger.exception("could not settle person %s", person_id)


@shared_task
def sweep() -> None:
    """Finds from the rows what nobody settled, and whose standing changes today."""
    count = settle_due()
    leave_sign("sweep")
    if count:
        logger.info("settled %s people", count)
