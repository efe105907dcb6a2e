"""What may be decided about: one person and one certification that an agency in scope requires of her."""

import uuid
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from agencies.access import AuthenticatedRequest, Purpose, require_scope, scope_of
from agencies.models import Unit
from agencies.reading import not_over
from agencies.services.rows import fingerprint
from certification.models import Certification, Cycle, Decision, Requirement


@dataclass(frozen=True, slots=True)
class Case:
    """One person and one certification that an agency in scope requires of her."""

    person: User
    certification: Certification
    agency: Unit
    agencies: frozenset[int]
    newest: Cycle | None
    decisions: list[Decision]

    @property
    def address(self) -> str:
        return reverse("decide", args=[self.person.public_id, self.certification.key])

    def current(self, kind: str) -> list[Decision]:
        return [row for row in self.decisions if row.kind == kind and self.newest and row.cycle_id == self.newest.pk]

    def seen(self) -> str:
        """What a form was opened with: another one means that somebody else has decided something since."""
        newest = self.newest
        rows = sorted(row.pk for row in self.decisions)
        return fingerprint(newest.pk if newest else None, newest.expires_on if newest else None, *rows)


def required_of(request: AuthenticatedRequest, person_id: uuid.UUID) -> list[Requirement]:
    """What agencies in scope require of a person, now or later. Raises PermissionDenied about whoever asks."""
    scope = require_scope(request, Purpose.DECISIONS)
    if person_id == request.user.public_id:
        # Whoever leads the unit above decides about her who leads this one.
        raise PermissionDenied
    return list(
        Requirement.objects.current()
        .filter(scope.q("unit__path"), not_over(timezone.localdate()), person__public_id=person_id)
        .select_related("person", "certification", "agency")
        .order_by("valid_from", "pk")
    )


def case_of(request: AuthenticatedRequest, person_id: uuid.UUID, key: str) -> Case:
    """What may be decided about. Raises Http404 where no agency in scope requires it of her."""
    required = [row for row in required_of(request, person_id) if row.certification.key == key]
    if not required:
        raise Http404
    first = required[0]
    agencies = frozenset(row.agency_id for row in required)
    decisions = (
        Decision.objects.current()
        .filter(person=first.person, certification=first.certification, agency__in=agencies)
        .select_related("decided_by", "cycle", "person", "certification", "agency")
        .order_by("-recorded_at", "-pk")
    )
    newest = (
        Cycle.objects.filter(person=first.person, certification=first.certification, state=Cycle.State.SATISFIED)
        .select_related("person", "certification")
        .order_by("-number")
        .first()
    )
    return Case(first.person, first.certification, first.agency, agencies, newest, list(decisions))


def trail_of(request: AuthenticatedRequest, case: Case) -> list[tuple[str, str]]:
    """The way back to the person's page: the manager's, or the administrator's."""
    route = "person" if scope_of(request.user, Purpose.STANDINGS) else "roster_person"
    return [
        (case.person.get_full_name(), reverse(route, args=[case.person.public_id])),
        (_("Vedtak om %(name)s") % {"name": case.certification.name}, case.address),
    ]
