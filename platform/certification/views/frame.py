"""What the pages about rules, policies and decisions share: who may open them, and how a form behaves."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from agencies.access import AuthenticatedRequest, Purpose, Scope, require_scope, scope_of
from agencies.models import Unit
from agencies.views.frame import FormPage, changed_by_others
from common.dated import SupersededError

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


class ManageForm(Protocol):
    """A form that shows at its fields what a service refused."""

    cleaned_data: dict[str, Any]

    def is_valid(self) -> bool: ...
    def show(self, error: ValidationError) -> None: ...


def manage_page(view: Callable[Concatenate[AuthenticatedRequest, P], HttpResponse]) -> View[P]:
    """For whoever is signed in; the view asks its own access rule. Nothing of it stays in the browser."""

    @never_cache
    @require_http_methods(["GET", "HEAD", "POST"])
    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        return view(cast(AuthenticatedRequest, request), *args, **kwargs)

    return guarded


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


def form_page(
    request: AuthenticatedRequest,
    form: ManageForm,
    page: FormPage,
    do: Callable[[dict[str, Any]], tuple[str, str]],
    template: str = "agencies/form.html",
    **context: Any,
) -> HttpResponse:
    """Shows the form; when it comes back right, does it, and goes where `do` says with the message it gives.

    What a service refuses is shown in the form. Where somebody else was first, nothing is done and she is told.
    """
    if request.method == "POST" and form.is_valid():
        try:
            message, onward = do(form.cleaned_data)
        except SupersededError:
            return changed_by_others(request, page.back)
        except ValidationError as error:
            form.show(error)
        else:
            messages.success(request, message)
            return redirect(onward)
    return render(request, template, {"form": form, "page": page, **context})
