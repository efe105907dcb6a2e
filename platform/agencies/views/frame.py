"""What every page of the administrator shares: who may open it, and how a form page behaves."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from agencies.access import AuthenticatedRequest, Purpose, Scope, require_scope
from common.dated import SupersededError
from common.forms import ServiceForm

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def signed_in_page(view: Callable[Concatenate[AuthenticatedRequest, P], HttpResponse]) -> View[P]:
    """For whoever is signed in; the view asks its own access rule. Nothing of it stays in the browser when she left."""

    @never_cache
    @require_http_methods(["GET", "HEAD", "POST"])
    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        return view(cast(AuthenticatedRequest, request), *args, **kwargs)

    return guarded


def roster_page(view: Callable[Concatenate[AuthenticatedRequest, Scope, P], HttpResponse]) -> View[P]:
    """For administrators: asks the access rule and gives the view the scope."""

    @signed_in_page
    @wraps(view)
    def guarded(request: AuthenticatedRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        return view(request, require_scope(request, Purpose.ROSTER), *args, **kwargs)

    return guarded


@dataclass
class FormPage:
    """What stands around a form. With `consequences` it is a question: this is what happens, do you want it?"""

    title: str
    submit: str
    back: str
    trail: list[tuple[str, str]] = field(default_factory=list)
    intro: str = ""
    consequences: list[str] = field(default_factory=list)
    dangerous: bool = False


def form_page(
    request: AuthenticatedRequest,
    form: ServiceForm,
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
    return render(request, template, {"form": form, "page": page, "nav_here": "roster", **context})


def changed_by_others(request: HttpRequest, back: str) -> HttpResponse:
    """The row was replaced since the page was opened: shows it as it is now."""
    messages.warning(
        request, _("Noen andre har endret dette i mellomtiden. Ingenting er lagret. Se over og prøv igjen.")
    )
    return redirect(back)
