"""What certification does when something below it happens: settles, after the act itself is safe."""

import logging
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from accounts.models import User
from accounts.signals import Part
from certification import tasks
from certification.services import joining, persons, settle_person
from evidence.models import Evidence

logger = logging.getLogger(__name__)

# More people than this are settled by a worker; the sweep finds them if the task is lost.
_IN_REQUEST = 20


def settle_after_evidence(sender: Any, evidence: Evidence, **kwargs: Any) -> None:
    """In the same request, once the act is committed. A failure here never undoes the act: the sweep tries again."""
    transaction.on_commit(lambda: _settle_safely([evidence.person_id]))


def settle_after_memberships(sender: Any, person_ids: list[int], **kwargs: Any) -> None:
    transaction.on_commit(lambda: _settle_safely(person_ids))


def export_person(sender: Any, person: User, **kwargs: Any) -> Iterable[Part]:
    return persons.export_parts(person)


def erase_person(sender: Any, person: User, **kwargs: Any) -> Iterable[str]:
    return persons.erase(person)


def merge_person(sender: Any, source: User, target: User, by: User | None, **kwargs: Any) -> Iterable[str]:
    return joining.merge(source, target, by)


def _settle_safely(person_ids: list[int]) -> None:
    try:
        if len(person_ids) > _IN_REQUEST:
            tasks.settle_people.delay(person_ids)
            return
        for person_id in person_ids:
            settle_person(person_id)
    except Exception:
        logger.exception("settling %s people failed; the sweep will try again", len(person_ids))
