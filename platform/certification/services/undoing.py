"""Undoing what was decided: the row is no longer believed, and what followed from it is put right by new rows."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from agencies.services.rows import lock_people, refuse_replaced
from certification.models import Cycle, CycleEvidence, Decision
from certification.services.decided import note_undone, settle_on_commit
from certification.services.moves import move_back
from certification.services.opening import close_opened
from certification.services.prior import withdraw_prior_learning
from common.dated import retract
from evidence.models import Evidence

Kind = Decision.Kind


@transaction.atomic
def undo(*, decision: Decision, undone_by: User, reason: str = "") -> None:
    """Says that a decision no longer stands, and puts right what followed from it.

    A cycle gets the dates that the other decisions amount to; prior learning is withdrawn; a cycle that was opened by
    decision is closed. Raises SupersededError when somebody else was first, and ValidationError where something now
    rests on the decision.
    """
    lock_people([decision.person_id])
    refuse_replaced(decision)
    if decision.kind == Kind.REVOCATION:
        _refuse_empty_certificate(decision)
    retract(decision)
    note_undone(decision, by=undone_by, reason=reason)
    match decision.kind:
        case Kind.EXTENSION | Kind.CORRECTION:
            move_back(Cycle.objects.get(decisions=decision), decision)
        case Kind.PRIOR:
            withdraw_prior_learning(decision)
        case Kind.OPENING:
            close_opened(decision)
    settle_on_commit(decision.person_id)


def _refuse_empty_certificate(decision: Decision) -> None:
    """A certificate that rests on what was withdrawn since is not given back."""
    used = CycleEvidence.objects.filter(cycle=decision.cycle_id, evidence__source_ref__startswith="prior:")
    refs = [f"withdrawn:{ref.removeprefix('prior:')}" for ref in used.values_list("evidence__source_ref", flat=True)]
    if Evidence.objects.filter(source_ref__in=refs).exists():
        raise ValidationError(
            _("Sertifikatet bygger på tidligere læring som ikke lenger er godkjent, så det kan ikke gis tilbake.")
        )
