"""Writing a decision: checked, told to the ledger, and settled when all of it is committed."""

import logging
import uuid
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from certification.ledger import reason_hash
from certification.models import Decision, LedgerEvent
from certification.services.ledger import log
from certification.services.settling import settle_person

logger = logging.getLogger(__name__)

LONGEST_REASON = 2000


def write_decision(decision: Decision) -> Decision:
    """Checks and writes the row; settles her when all of it is committed."""
    decision.reason = checked_reason(decision.reason)
    # A decision need not be about a cycle, an agency or a last day.
    decision.clean_fields(exclude={"cycle", "agency", "until"})
    decision.validate_constraints()
    decision.save(force_insert=True)
    note_decided(decision)
    settle_on_commit(decision.person_id)
    return decision


def checked_reason(reason: str | None) -> str:
    """The reason as it is kept. Raises ValidationError where there is none, or too much of it."""
    text = (reason or "").replace("\x00", "").strip()
    if not text:
        raise ValidationError({"reason": _("Skriv en begrunnelse.")})
    if len(text) > LONGEST_REASON:
        raise ValidationError({"reason": _("Skriv kortere: høyst %(n)s tegn.") % {"n": LONGEST_REASON}})
    return text


def note_decided(decision: Decision) -> None:
    facts = decided_facts(
        decision,
        cycle=decision.cycle.public_id if decision.cycle else None,
        agency=decision.agency.public_id if decision.agency else None,
        by=decision.decided_by.public_id,
    )
    note(decision, LedgerEvent.Kind.DECIDED, facts)


def decided_facts(
    decision: Decision, *, cycle: uuid.UUID | None, agency: uuid.UUID | None, by: uuid.UUID
) -> dict[str, Any]:
    """What the ledger is told of a decision, about the cycle, of the agency and by the person with these ids."""
    return {
        "decision": decision.public_id,
        "decided": decision.kind,
        "certification": decision.certification_id,
        "of_cycle": cycle,
        "agency": agency,
        "valid_from": decision.valid_from,
        "valid_to": decision.valid_to,
        "until": decision.until,
        "reason": reason_hash(decision.salt, decision.reason),
        "by": by,
    }


def note_undone(decision: Decision, *, by: User, reason: str = "") -> None:
    """Tells the ledger who undid or ended a decision and, where it is said, why: the text in a row of its own.

    That row is never believed, since it decides nothing: it is there for whoever asks, and can be erased like any other
    reason.
    """
    facts: dict[str, Any] = {"decision": decision.public_id, "by": by.public_id}
    if reason:
        now = timezone.now()
        row = Decision(
            public_id=uuid.uuid5(decision.public_id, "undone"),
            person_id=decision.person_id,
            certification_id=decision.certification_id,
            cycle_id=decision.cycle_id,
            agency_id=decision.agency_id,
            kind=Decision.Kind.UNDOING,
            reason=checked_reason(reason),
            decided_by=by,
            valid_from=timezone.localdate(now),
            recorded_at=now,
            superseded_at=now,
        )
        row.save(force_insert=True)
        facts |= {"undoing": row.public_id, "reason": reason_hash(row.salt, row.reason)}
    note(decision, LedgerEvent.Kind.UNDONE, facts)


def note(decision: Decision, kind: LedgerEvent.Kind, facts: dict[str, Any]) -> None:
    """Tells the ledger: the one place where decisions do."""
    log(person_id=decision.person_id, kind=kind, facts=facts)


def settle_on_commit(person_id: int) -> None:
    transaction.on_commit(partial(_settle, person_id))


def _settle(person_id: int) -> None:
    """A failure here never undoes the decision: the sweep tries again."""
    try:
        settle_person(person_id)
    except Exception:
        logger.exception("settling person %s after a decision failed; the sweep will try again", person_id)
