"""What the pages about rules, policies and decisions share: who may open them, and how a form behaves."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from agencies.access import AuthenticatedRequest, Purpose, Scope, require_scope, scope_of
from agencies.models import Unit


def whole_agencies(scope: Scope) -> Scope:
    """What of a scope is whole agencies: a rule or policy is an agency's, not that of one school in it."""
    rows = Unit.objects.filter(scope.q(), is_agency=True, closed_on__isnull=True).order_by("path")
    kept: list[str] = []
    for path in rows.values_list("path", flat=True) if scope else ():
        if not kept or not path.startswith(kept[-1]):
            kept.append(path)
    return Scope(tuple(kept))


def administered_agencies(request: HttpRequest) -> Scope:
    """The agencies that whoever asks administers as a whole. Raises PermissionDenied when there is none."""
    scope = whole_agencies(require_scope(request, Purpose.ROSTER))
    if not scope:
        raise PermissionDenied
    return scope


def may_read_policies(request: AuthenticatedRequest) -> Scope:
    """The agencies whose policies she administers; those who run the installation have the national ones besides."""
    scope = whole_agencies(scope_of(request.user, Purpose.ROSTER))
    if not scope and not request.user.is_superuser:
        raise PermissionDenied
    return scope
