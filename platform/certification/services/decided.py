"""Writing a decision: checked, told to the ledger, and settled when all of it is committed."""

import logging
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from certification.ledger import reason_hash
from certification.models import Decision, LedgerEvent
from certification.services.ledger import log
from certification.services.settling import settle_person

logger = logging.getLogger(__name__)

LONGEST_REASON = 2000


def write_decision(decision: Decision) -> Decision:
    """Checks and writes the row; settles her when all of it is committed."""
    decision.reason = (decision.reason or "").replace("\x00", "").strip()
    if not decision.reason:
        raise ValidationError({"reason": _("Skriv en begrunnelse.")})
    if len(decision.reason) > LONGEST_REASON:
        raise ValidationError({"reason": _("Skriv kortere: høyst %(n)s tegn.") % {"n": LONGEST_REASON}})
    # A decision need not be about a cycle, an agency or a last day.
    decision.clean_fields(exclude={"cycle", "agency", "until"})
    decision.validate_constraints()
    decision.save(force_insert=True)
    note_decided(decision)
    settle_on_commit(decision.person_id)
    return decision


def note_decided(decision: Decision) -> None:
    facts = {
        "decision": decision.public_id,
        "decided": decision.kind,
        "certification": decision.certification_id,
        "of_cycle": decision.cycle.public_id if decision.cycle else None,
        "agency": decision.agency.public_id if decision.agency else None,
        "valid_from": decision.valid_from,
        "valid_to": decision.valid_to,
        "until": decision.until,
        "reason": reason_hash(decision.salt, decision.reason),
        "by": decision.decided_by.public_id,
    }
    note(decision, LedgerEvent.Kind.DECIDED, facts)


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
