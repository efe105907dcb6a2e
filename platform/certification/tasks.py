"""Jobs of certification: idempotent, take ids, and lose nothing when one of them is lost."""

import json
import logging
import uuid
from collections.abc import Iterator, Sequence

from celery import shared_task
from django.conf import settings

from certification import services
from certification.models import Policy
from certification.services.digests import send_digests
from certification.services.opening_jobs import run_order
from certification.services.reminders import send_reminders
from certification.services.replaying import sign_head
from certification.services.terms import apply_to_open, people_with_open
from common.health import leave_sign

logger = logging.getLogger(__name__)

# People in one task: some seconds' work.
PORTION = 5000


def _portions(person_ids: Sequence[int]) -> Iterator[list[int]]:
    for start in range(0, len(person_ids), PORTION):
        yield list(person_ids[start : start + PORTION])


@shared_task
def settle_people(person_ids: list[int]) -> None:
    """Settles many people after an import or a change of rules: in portions, which all workers share."""
    if len(person_ids) <= PORTION:
        services.settle_people(person_ids)
        return
    for portion in _portions(person_ids):
        settle_people.delay(portion)


@shared_task
def apply_policy(policy_id: int) -> None:
    """Gives open cycles the terms of a new policy, where whoever made it asked for that."""
    policy = Policy.objects.get(pk=policy_id)
    for portion in _portions(people_with_open(policy.certification_id, agency_id=policy.agency_id)):
        apply_policy_to.delay(policy_id, portion)


@shared_task
def apply_policy_to(policy_id: int, person_ids: list[int]) -> None:
    """The same for a portion of the people."""
    changed = apply_to_open(Policy.objects.get(pk=policy_id).certification_id, person_ids)
    logger.info("policy %s changed %s open cycles", policy_id, changed)


@shared_task
def open_cycles(decided_by_id: int, batch: str) -> None:
    """Opens the new cycles that somebody asked for, from where it stopped."""
    progress = run_order(decided_by_id, uuid.UUID(batch))
    logger.info("opening %s: %s", batch, dict(progress.counts) if progress else "unknown")


@shared_task
def keep_ledger_head() -> None:
    """Signs the day's sum of all chains and writes it where the database cannot reach: the log, and a file."""
    head = sign_head()
    line = json.dumps({"day": head.day.isoformat(), "events": head.events, "signature": head.signature})
    logger.info("ledger head %s", line)
    file = settings.DATA_DIR / "ledger-heads.jsonl"
    if not file.exists() or line not in file.read_text().splitlines():
        with file.open("a") as out:
            out.write(line + "\n")


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
