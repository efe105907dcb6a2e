"""What certification does when something below it happens: settles, after the act itself is safe."""

import logging
from typing import Any

from django.db import transaction

from certification import tasks
from certification.services import settle_person
from evidence.models import Evidence

logger = logging.getLogger(__name__)

# More people than this are settled by a worker; the sweep finds them if the task is lost.
_IN_REQUEST = 20


def settle_after_evidence(sender: Any, evidence: Evidence, **kwargs: Any) -> None:
    """In the same request, once the act is committed. A failure here never undoes the act: the sweep tries again."""
    transaction.on_commit(lambda: _settle_safely([evidence.person_id]))


def settle_after_memberships(sender: Any, person_ids: list[int], **kwargs: Any) -> None:
    transaction.on_commit(lambda: _settle_safely(person_ids))


def _settle_safely(person_ids: list[int]) -> None:
    try:
        if len(person_ids) > _IN_REQUEST:
            tasks.settle_people.delay(person_ids)
            return
        for person_id in person_ids:
            settle_person(person_id)
    except Exception:
        logger.exception("settling %s people failed; the sweep will try again", len(person_ids))
